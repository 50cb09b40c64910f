"""A small and sound content, made of texts: tests break one thing at a time in it."""

from __future__ import annotations

from textwrap import dedent

SLIPS = ("sexism", "racism", "disparagement", "quarrel", "politics", "humour", "secret", "unvalidated")
FILLER = {
    "fr": "Une phrase courte dit une chose utile à la fois. ",
    "en": "A short sentence says one useful thing at a time. ",
}
LESSON = "courses/mini/01-one"
ARTICLE = "courses/charter/01-purpose"
BANK = "quizzes/banks/charter"
DRAWING = dedent("""\
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 200">
      <circle cx="80" cy="80" r="40" class="f-paper s-ink" stroke-width="3"/>
      <text x="80" y="180" class="f-ink" font-size="24" text-anchor="middle">a b</text>
    </svg>
    """)


def lesson_text(language: str) -> str:
    """A lesson with every kind of part: links, a fact, a figure, an author's note, 600 words and more."""
    head, tail = FILLER[language] * 40, FILLER[language] * 30
    return (
        dedent("""\
        ---
        title: "Leçon"
        objectives:
          - "Comprendre"
        takeaway: "Une phrase."
        sources:
          - {text: "Une source, 2020", mark: checked}
        ---
        HEAD

        ## Une idée

        Voir [l’article](article:1), [un mot](term:ambassador), [une page](page:card), [ici](lesson:mini/one).

        /// fact | 12 % de quelque chose
            date: 2010
            source: Un observatoire
            mark: checked

        Ce que dit le chiffre, chez {{company}}.
        ///

        /// figure | Une figure
            src: circle
            alt: Un cercle avec deux lettres dessous.

        La même chose en mots.
        ///

        /// author
        Une note ! Que personne d'autre ne lit.
        ///

        TAIL
        """)
        .replace("HEAD", head)
        .replace("TAIL", tail)
    )


def lesson_keys() -> str:
    """Four items, a scenario for each slip and one to publish."""
    lines = ["minutes: 9", "items:"]
    for number in range(1, 5):
        key = "abcd"[number - 1]
        lines += [
            f"  - id: mi-one-{number}",
            "    type: single",
            f"    key: {key}",
            "    difficulty: 1",
            "    article: 1",
        ]
    lines.append("scenarios:")
    for number, slip in enumerate((*SLIPS, "none"), 1):
        key, spans = ("publish", "[]") if slip == "none" else ("hold", "[b]")
        lines += [f"  - id: mi-one-s{number}", f"    key: {key}", f"    spans: {spans}", f"    slip: {slip}"]
    return "\n".join(lines) + "\n"


def item_words(id_: str, topic: str) -> str:
    """The words of a single item; the topic makes it unlike the others."""
    lines = [f"{id_}:", f'  prompt: "{topic} {id_} {topic} ?"', "  choices:"]
    lines += [f'    {choice}: "{topic} {choice} {topic}"' for choice in "abcd"]
    lines += ["  feedback:", *(f'    {choice}: "Parce que {choice}."' for choice in "abcd")]
    return "\n".join(lines) + "\n"


def scenario_words(id_: str, topic: str, better: bool) -> str:
    """The words of a scenario."""
    return dedent(f"""\
        {id_}:
          context: "{topic} ici {topic}"
          author: "Inès, conductrice"
          network: LinkedIn
          segments: {{a: "{topic} début {topic} ", b: "{topic} suite {topic}"}}
          feedback: {{publish: "Oui.", hold: "Non."}}
          why: "Une raison."
          better: "{"Une version." if better else ""}"
        """)


TOPICS = ("Cheval", "Bateau", "Citron", "Marteau", "Nuage", "Fenêtre", "Violon", "Rivière", "Montagne", "Carnet")


def lesson_words() -> str:
    """Words of every item and scenario of the lesson."""
    texts = [item_words(f"mi-one-{n}", TOPICS[n]) for n in range(1, 5)]
    texts += [scenario_words(f"mi-one-s{n}", TOPICS[-n], n <= len(SLIPS)) for n in range(1, len(SLIPS) + 2)]
    return "".join(texts).replace(" ?", "\u00a0?")


def article_text(language: str) -> str:
    """An article of the charter."""
    return (
        dedent("""\
        ---
        title: "Objet"
        essential: "En une phrase."
        unacceptable:
          - "Un."
          - "Deux."
          - "Trois."
        welcome:
          - "Bien."
        sources:
          - {text: "Une loi", mark: lawyer}
        ---
        BODY
        """)
    ).replace("BODY", FILLER[language] * 15)


def sample() -> dict[str, dict[str, str]]:
    """Document → path → text."""
    course = {
        "courses/mini/course.yaml": "id: mini\nkind: path\ntint: 1\nlessons: [01-one]\n",
        f"{LESSON}.yaml": lesson_keys(),
        "courses/mini/figures/circle.svg": DRAWING,
    }
    charter = {"courses/charter/charter.yaml": "id: charter\narticles: [01-purpose]\n"}
    quiz = {
        "quizzes/charter.yaml": (
            "id: charter\nbank: charter\nitems: 2\ncover: article\npass_percent: 80\nattempts: 3\npause_hours: 24\n"
        ),
        f"{BANK}.yaml": "".join(
            f"- id: ch-{n}\n  type: single\n  key: {'abc'[n % 3]}\n  article: 1\n  difficulty: 2\n" for n in (1, 2, 3)
        ),
    }
    pages = {"courses/pages/pages.yaml": "pages:\n  - {slug: card, public: true, print: true}\n"}
    glossary = {"courses/glossary/glossary.yaml": "terms: [ambassador]\n"}
    for language in ("fr", "en"):
        course[f"courses/mini/course.{language}.yaml"] = 'title: "Mini"\nsummary: "Court."\noutcomes:\n  - "Savoir"\n'
        course[f"{LESSON}.{language}.md"] = lesson_text(language)
        course[f"{LESSON}.{language}.yaml"] = lesson_words()
        charter[f"{ARTICLE}.{language}.md"] = article_text(language)
        charter[f"courses/charter/charter.{language}.yaml"] = 'title: "C"\nintroduction: "I."\nstatement: "Lu."\n'
        charter[f"courses/charter/summary.{language}.md"] = '---\ntitle: "R"\n---\nUn [lien](article:1).\n'
        quiz[f"quizzes/charter.{language}.yaml"] = 'title: "Quiz"\nintroduction: "Trois questions."\n'
        words = "".join(item_words(f"ch-{n}", TOPICS[n + 5]) for n in (1, 2, 3)).replace(" ?", "\u00a0?")
        quiz[f"{BANK}.{language}.yaml"] = words
        pages[f"courses/pages/card.{language}.md"] = '---\ntitle: "P"\nsummary: "S"\n---\nUn texte.\n'
        glossary[f"courses/glossary/glossary.{language}.yaml"] = 'ambassador: {term: "A", definition: "D"}\n'
    return {
        "course:mini": course,
        "charter": charter,
        "quiz:charter": quiz,
        "pages": pages,
        "glossary": glossary,
    }


def document_of(folder: dict[str, dict[str, str]], path: str) -> str:
    """The document that holds this file."""
    return next(document for document, files in folder.items() if path in files)


def write(folder: dict[str, dict[str, str]], root) -> None:
    """Put the content into a folder on disk."""
    for files in folder.values():
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, "utf-8")
