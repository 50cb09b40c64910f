"""``flask content check``: each fault on a small broken content, at its line, and nothing on the shipped one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from elearn.config import ROOT
from elearn.content import types as t
from elearn.content.checks import check_folder
from elearn.content.checks.banks import binomial_bounds, draw_faults, giveaways
from elearn.content.checks.drawings import find_faults
from elearn.content.files import read_folder
from elearn.content.similarity import find_twins

from .sample import ARTICLE, BANK, FILLER, LESSON, document_of, sample

pytestmark = pytest.mark.pure

MD, EN, WORDS, KEYS = f"{LESSON}.fr.md", f"{LESSON}.en.md", f"{LESSON}.fr.yaml", f"{LESSON}.yaml"
LINK = "Voir [l’article](article:1)"


def test_shipped_content_has_no_fault():
    """What is published on the first day is complete and sound."""
    faults = [str(fault) for found in check_folder(read_folder(ROOT)).values() for fault in found]
    assert not faults, "\n".join(faults)


def test_sample_has_no_fault():
    """The small content that the next tests break is sound."""
    assert check_folder(sample()) == {}


FAULTS = {
    # A missing translation or id.
    "words without a key": (WORDS, "mi-one-2:", "mi-one-9:\n  prompt: x\nmi-one-2:", "mi-one-9:", "n’a pas de clé"),
    "a part not translated": (EN, "## Une idée\n", "", "A short sentence", "une partie n’est pas traduite"),
    "an id twice": (KEYS, "id: mi-one-3", "id: mi-one-1", 13, "mi-one-1 est écrit deux fois"),
    "no id": (KEYS, "- id: mi-one-1\n    type", "- type", 1, "n’a pas d’`id`"),
    # Items.
    "a choice without feedback": (WORDS, '    b: "Parce que b."\n', "", "mi-one-1:", "le choix b de mi-one-1 n’a pas d’explication"),
    "a key that is no choice": (KEYS, "key: b", "key: e", "id: mi-one-2", "la clé ne correspond pas"),
    "an unknown type": (KEYS, "type: single", "type: essay", "id: mi-one-1", "le type « essay » n’existe pas"),
    "no difficulty": (KEYS, "    difficulty: 1\n", "", "id: mi-one-1", "la difficulté est 1, 2 ou 3"),
    "an unknown article": (KEYS, "article: 1", "article: 9", "id: mi-one-1", "l’article 9 n’existe pas"),
    "an unknown article in a bank": (f"{BANK}.yaml", "article: 1", "article: 17", "id: ch-1", "l’article 17 n’existe pas"),
    "an unknown slip": (KEYS, "slip: racism", "slip: envy", "id: mi-one-s2", "l’écart « envy » n’existe pas"),
    "minutes that are not true": (KEYS, "minutes: 9", "minutes: 25", "minutes:", "25 minutes annoncées"),
    "no better version": (WORDS, 'better: "Une version."', 'better: ""', "mi-one-s1:", "`better`"),
    # Banks.
    "a bank too small for its draw": ("quizzes/charter.yaml", "items: 2", "items: 4", "items:", "3 questions sur 4"),
    "choices in another order": (f"{LESSON}.en.yaml", "    a: \"", "    z: \"", "mi-one-1:", "ne sont pas ceux du français"),
    "an empty choice": (WORDS, 'a: "Bateau a Bateau"', 'a: " "', "mi-one-1:", "le choix a de mi-one-1 est vide"),
    "a verdict without reason": (WORDS, 'hold: "Non."', 'hold: ""', "mi-one-s1:", "doit expliquer `publish` et `hold`"),
    "a post to hold without its problem": (KEYS, "spans: [b]", "spans: []", "id: mi-one-s1", "`key` est publish (sans spans)"),
    "a post to publish with a slip": (KEYS, "slip: none", "slip: humour", "id: mi-one-s9", "`slip` est none"),
    "all of the above": (WORDS, "Bateau d Bateau", "Toutes ces réponses", "mi-one-1:", "ne parle pas des autres"),
    "a verdict for a reason": (WORDS, "Parce que c.", "Faux, parce que c.", "mi-one-1:", "pas un verdict"),
    # Links, figures, facts.
    "a link to no lesson": (MD, "lesson:mini/one", "lesson:mini/two", LINK, "« lesson:mini/two » ne mène nulle part"),
    "a link to no course": (MD, "lesson:mini/one", "lesson:maxi/one", LINK, "ne mène nulle part"),
    "a link to no article": (MD, "article:1)", "article:2)", "Voir", "« article:2 » ne mène nulle part"),
    "a link to no page": (MD, "page:card", "page:cart", LINK, "« page:cart » ne mène nulle part"),
    "a term that the glossary lacks": (MD, "term:ambassador", "term:envoy", LINK, "« envoy » n’est pas dans le glossaire"),
    "a link to another host": (MD, "page:card", "https://x.example", LINK, "n’est pas un lien interne"),
    "a link to a script": (MD, "page:card", "javascript:alert", LINK, "n’est pas un lien interne"),
    "an image": (MD, "[une page](page:card)", "![une page](page:card)", LINK, "bloc figure"),
    "HTML": (MD, "## Une idée", "## Une <b>idée</b>", "## Une", "pas de HTML"),
    "a first-level heading": (MD, "## Une idée", "# Une idée", "# Une", "commencent à `##`"),
    "a figure without alternative": (MD, "    alt: Un cercle avec deux lettres dessous.\n", "", "/// figure", "n’a pas d’alternative"),
    "a figure that is not there": (MD, "src: circle", "src: square", "/// figure", "« square » n’existe pas en fr"),
    "a fact without date": (MD, "    date: 2010\n", "", "/// fact", "un fait a une date"),
    "a fact without source": (MD, "    source: Un observatoire\n", "", "/// fact", "un fait a une source"),
    "a fact without title": (MD, "/// fact | 12 % de quelque chose", "/// fact", "/// fact", "un fait a un titre"),
    "a block that is not understood": (MD, "    mark: checked\n\nCe", "    mark: checked\n    colour: red\n\nCe", "/// fact", "n’est pas compris"),
    "a reference to another host": (MD, "## Une idée", "[x]: https://x.example\n\n## Une idée", "[x]:", "pas un lien interne"),
    "an address as a link": (MD, "Ce que dit", "Voir <https://x.example>. Ce que dit", "Voir <", "pas un lien interne"),
    "a fact without mark": (MD, "    mark: checked\n\nCe", "    mark: sure\n\nCe", "/// fact", "un fait a `mark`"),
    "options that cannot be read": (MD, "source: Un observatoire", "source: Un : deux : trois", "/// fact", "ne se lisent pas"),
    "an unclosed block": (MD, "chez {{company}}.\n///", "chez {{company}}.", "/// fact", "n’est pas refermé"),
    "a block closed twice": (MD, "chez {{company}}.\n///", "chez {{company}}.\n///\n\n///", 23, "que rien n’ouvre"),
    "an unknown block": (MD, "/// fact", "/// faict", "/// faict", "le bloc « faict » n’existe pas"),
    "a source without mark": (MD, "mark: checked}", "mark: perhaps}", "sources:", "une source a `text` et `mark`"),
    # Lengths.
    "a lesson too short": (MD, FILLER["fr"] * 30, "", 9, "une leçon en a de 600 à 1000"),
    "a lesson too long": (EN, FILLER["en"] * 30, FILLER["en"] * 90, 9, "une leçon en a de 600 à 1000"),
    "an article too short": (f"{ARTICLE}.fr.md", FILLER["fr"] * 15, "Court.", 13, "un article en a de 120 à 250"),
    "two welcome examples": (f"{ARTICLE}.fr.md", '  - "Bien."', '  - "Bien."\n  - "Mieux."', "welcome:", "un exemple bienvenu"),
    # Words.
    "an exclamation mark": (MD, "Une phrase courte", "Une phrase courte\u00a0!", 9, "pas de point d’exclamation"),
    "a straight apostrophe": (MD, "[l’article]", "[l'article]", LINK[:5], "jamais droits"),
    "a straight quotation mark": (MD, "La même chose", 'La "même" chose', 'La "', "jamais droits"),
    "an ordinary space": (WORDS, "mi-one-1 Bateau\u00a0?", "mi-one-1 Bateau ?", "  prompt:", "espace insécable"),
    "no space at all": (WORDS, "mi-one-1 Bateau\u00a0?", "mi-one-1 Bateau?", "  prompt:", "espace insécable"),
    "guillemets without their space": (MD, "Ce que dit", "« Ce que dit", "« Ce", "espace insécable après"),
    "a word never shown": (MD, "La même chose", "Un réticent, la même chose", "Un réticent", "ne se montre à personne"),
    "an unknown placeholder": (MD, "{{company}}", "{{firm}}", "Ce que dit", "n’est pas une valeur de l’entreprise"),
    "an unclosed placeholder": (MD, "{{company}}", "{{company", "Ce que dit", "n’est pas refermé"),
    "broken YAML": (KEYS, "minutes: 9", "minutes: [9", 2, "YAML illisible"),
    "a broken front matter": (MD, 'title: "Leçon"', 'title: "Leçon', 4, "YAML illisible"),
    "no front matter": (MD, "---\ntitle", "title", 1, "l’en-tête"),
    "text that is not UTF-8": (MD, "La même chose", "La m\ufffdme chose", "La m", "n’est pas en UTF-8"),
}  # fmt: skip
"""Name → file, what stands there, what stands there instead, the line, the sentence."""


def swap(folder, path: str, old, new: str, everywhere: bool = False) -> None:
    """Put something else into a file."""
    files = folder[document_of(folder, path)]
    pattern = old if isinstance(old, re.Pattern) else re.compile(re.escape(old))
    assert pattern.search(files[path]), old
    files[path] = pattern.sub(lambda _: new, files[path], count=0 if everywhere else 1)


def lose_translation(folder):
    del folder["course:mini"][EN]


def lose_things(keys: str, words: str):
    """Items or scenarios disappear with their words."""

    def break_it(folder):
        swap(folder, KEYS, re.compile(keys), "")
        for language in ("fr", "en"):
            swap(folder, f"{LESSON}.{language}.yaml", re.compile(rf"{words}:\n(?:  .*\n)+"), "", everywhere=True)

    return break_it


def reuse_an_id(folder):
    for path in (f"{BANK}.yaml", f"{BANK}.fr.yaml", f"{BANK}.en.yaml"):
        swap(folder, path, "ch-2", "mi-one-1")


def add_an_article(folder):
    charter = folder["charter"]
    charter["courses/charter/charter.yaml"] = "id: charter\narticles: [01-purpose, 02-more]\n"
    for language in ("fr", "en"):
        charter[f"courses/charter/02-more.{language}.md"] = charter[f"{ARTICLE}.{language}.md"]


def ask_twice(folder):
    for language in ("fr", "en"):
        files, path = folder["quiz:charter"], f"{BANK}.{language}.yaml"
        first, _, rest = files[path].partition("ch-2:")
        files[path] = first + first.replace("ch-1:", "ch-2:") + rest[rest.index("ch-3:") :]


OTHERS = {
    "no translation": (lose_translation, EN, 1, "ce fichier manque"),
    "no words for an id": (
        lambda f: swap(f, WORDS, "mi-one-2:", "mi-one-two:"),
        *(KEYS, "id: mi-one-2", "mi-one-2 n’a pas de mots dans 01-one.fr.yaml"),
    ),
    "too few items": (
        lose_things(r"  - id: mi-one-4\n(?:    .*\n)+", "mi-one-4"),
        *(KEYS, "items:", "3 questions : une leçon en a de 4 à 6"),
    ),
    "too few scenarios": (
        lose_things(r"  - id: mi-one-s2[\s\S]*", "mi-one-s[2-9]"),
        *(KEYS, "scenarios:", "1 situation à trancher"),
    ),
    "a slip that the path never shows": (
        lambda f: swap(f, KEYS, "slip: racism", "slip: sexism"),
        *("courses/mini/course.yaml", "lessons:", "ne montre l’écart « racism »"),
    ),
    "an id of another bank": (reuse_an_id, f"{BANK}.yaml", "id: mi-one-1", "est déjà l’identifiant"),
    "an article without item": (add_an_article, f"{BANK}.yaml", 1, "aucune question ne porte sur article 2"),
    "a family of one": (
        lambda f: swap(f, f"{BANK}.yaml", "type: single", "type: single\n  family: k"),
        *("quizzes/charter.yaml", "items:", "la famille k a moins de trois variantes"),
    ),
    "a problem that no segment is": (
        lambda f: swap(f, KEYS, "spans: [b]", "spans: [c]"),
        *(f"{LESSON}.en.yaml", "mi-one-s1:", "les segments de mi-one-s1"),
    ),
    "a lesson that does not exist": (
        lambda f: swap(f, "quizzes/charter.yaml", "cover: article", "cover: lesson"),
        *(f"{BANK}.yaml", "id: ch-1", "la leçon None n’existe pas"),
    ),
    "the same asked twice": (ask_twice, f"{BANK}.yaml", "id: ch-2", "ch-2 ressemble trop à ch-1"),
}
"""Name → what breaks it, and where it is said."""


@pytest.mark.parametrize("name", [*FAULTS, *OTHERS])
def test_fault_is_found_at_its_line(name):
    """Each fault is said where it stands, as ``file:line: sentence``, and holds back its own document only."""
    folder = sample()
    if name in FAULTS:
        path, old, new, where, sentence = FAULTS[name]
        swap(folder, path, old, new)
    else:
        break_it, path, where, sentence = OTHERS[name]
        break_it(folder)
    found = check_folder(folder)
    document = document_of(sample(), path)
    assert set(found) == {document}
    said = [fault for fault in found[document] if sentence in fault.sentence]
    assert said, found
    lines = enumerate(folder[document].get(path, "").splitlines(), 1)
    expected = where if isinstance(where, int) else next(number for number, line in lines if where in line)
    assert str(said[0]).startswith(f"{path}:{expected}: ")


def test_citing_a_broken_document_is_no_fault():
    """Where the charter, the glossary or a page cannot be read, those that cite it go on being published."""
    folder = sample()
    folder["charter"]["courses/charter/charter.yaml"] = "articles: ["
    folder["glossary"]["courses/glossary/glossary.yaml"] = "- 1"
    folder["pages"]["courses/pages/pages.yaml"] = "pages: 3"
    assert set(check_folder(folder)) == {"charter", "glossary", "pages"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (KEYS, "- a list"),
        (KEYS, "minutes: soon\nitems: 3\nscenarios: x"),
        (KEYS, "minutes: 9\nitems: [1, null]\n"),
        (KEYS, "items: [{id: mi-one-1, type: single, key: {a: b}, classes: 3}]"),
        (WORDS, "mi-one-1: [a]\nmi-one-2: {choices: [1], feedback: x}"),
        (MD, "---\n- 1\n---\ntext"),
        (MD, "---\nobjectives: 3\nsources: {a: b}\n---\ntext"),
        ("courses/mini/course.yaml", "lessons: {a: b}\nkind: [x]\ntint: many"),
        ("quizzes/charter.yaml", "bank: charter\nitems: many"),
        (f"{BANK}.yaml", "- 3\n- [a]"),
        ("courses/charter/charter.yaml", "articles: 3"),
        ("courses/pages/pages.yaml", "pages: [1]"),
        ("courses/glossary/glossary.yaml", "terms: 7"),
        (KEYS, "[" * 3000),
    ],
)
def test_a_file_of_any_shape_is_a_fault_and_no_accident(path, text):
    """Whatever an author leaves there, the check says a sentence and the other documents are judged."""
    folder = sample()
    document = document_of(folder, path)
    folder[document][path] = text
    assert set(check_folder(folder)) >= {document}


def test_author_notes_may_say_anything():
    """What learners never see is free: the sample's note has an exclamation mark and a straight apostrophe."""
    assert "Une note !" in sample()["course:mini"][MD]
    folder = sample()
    folder["course:mini"][MD] = folder["course:mini"][MD].replace("Une note !", "Un réticent, une note !")
    assert check_folder(folder) == {}


def test_a_long_company_name_makes_no_lesson_too_long():
    """Documents are judged without the company's values."""
    folder = sample()
    text = folder["course:mini"][MD].replace(FILLER["fr"] * 30, FILLER["fr"] * 24 + "{{company}} " * 60)
    folder["course:mini"][MD] = text
    assert check_folder(folder) == {}


@pytest.mark.parametrize(
    ("word", "is_shown"),
    [("réticente", True), ("Objecteurs", True), ("objectors", True), ("réticence", False), ("objectif", False)],
)
def test_words_never_shown_are_whole_words(word, is_shown):
    """« Objectif » is no « objecteur »."""
    folder = sample()
    folder["course:mini"][MD] = folder["course:mini"][MD].replace("Une phrase courte", f"Une phrase {word} courte", 1)
    assert bool(check_folder(folder)) == is_shown


# --- Keys that looks give away --------------------------------------------------------------------------------


def make_bank(count: int, key=lambda n: "abcd"[n % 4], length=lambda n, choice: 10 + "bcad".index(choice) + n % 3):
    """Single items whose keys and lengths are chosen."""
    bank = []
    for number in range(count):
        choices = {choice: "x" * length(number, choice) for choice in "abcd"}
        words = t.ItemWords(f"Question {number}", choices, choices)
        bank.append(t.Item(f"i-{number}", "single", key(number), 2, t.Words(fr=words, en=words)))
    return bank


def shifted(n, choice):
    """Each choice is the longest in turn, whatever the key."""
    return 10 + ("abcd".index(choice) + n // 4) % 4


def test_a_balanced_bank_gives_nothing_away():
    """Letters and lengths as chance would have them."""
    assert list(giveaways(make_bank(48, length=shifted))) == []


@pytest.mark.parametrize(
    ("bank", "sentence"),
    [
        (make_bank(24, key=lambda n: "a", length=shifted), "la clé est « a »"),
        (make_bank(24, key=lambda n: "abc"[n % 3], length=shifted), "la clé est « d »"),
        (make_bank(24, length=lambda n, c: 30 if c == "abcd"[n % 4] else 10), "le choix le plus long"),
        (
            make_bank(24, length=lambda n, c: 5 if c == "abcd"[n % 4] else 10 + "abcd".index(c)),
            "le choix le plus court",
        ),
        (make_bank(40, length=lambda n, c: 30 if (c == "abcd"[n % 4]) == (n < 14) else 10), "le choix le plus long"),
    ],
    ids=["always a", "never d", "always the longest", "always the shortest", "the longest in over 30 %"],
)
def test_what_gives_a_key_away(bank, sentence):
    """Beyond what chance explains, in both languages, an author is told."""
    assert any(sentence in fault for fault in giveaways(bank))


def test_few_items_prove_nothing():
    """Under eight items, chance explains everything."""
    assert list(giveaways(make_bank(7, key=lambda n: "a"))) == []


@pytest.mark.parametrize(("count", "chance", "bounds"), [(10, 0.5, (1, 9)), (20, 0.25, (1, 10)), (0, 0.25, (0, 0))])
def test_binomial_bounds(count, chance, bounds):
    """The widest counts whose tails stay over half a percent on each side."""
    assert binomial_bounds(count, chance) == bounds


# --- Draws, twins, drawings --------------------------------------------------------------------------------


def test_shipped_banks_are_as_large_as_promised():
    """96 items or more, six an article, twelve a lesson, every type; families of three real variants or more."""
    from elearn.content import loader

    folder = read_folder(ROOT)
    for name, least in (("charter", 6), ("security", 12)):
        quiz = loader.load(f"quiz:{name}", folder[f"quiz:{name}"])[0]
        things = [quiz.covered(item) for item in quiz.bank]
        assert len(quiz.bank) >= 96
        assert min(things.count(thing) for thing in set(things)) >= least
        assert {item.type for item in quiz.bank} == {"single", "multiple", "boolean", "ordering", "sorting", "span"}
        assert min(len(variants) for variants in quiz.families.values()) >= 3
        assert draw_faults(quiz) == []
        assert draw_faults(replace(quiz, items=5))


def test_find_twins_names_the_later_one():
    """Pairs are given as (earlier, later); case and accents make no difference."""
    texts = ["le chat dort sur le lit rouge", "autre chose ici dit bien cela", "Lé chat dort SUR le lit bleu"]
    assert list(find_twins(texts, 0.5)) == [(0, 2)]


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        ("<script>x</script>", "<script>"),
        ("<style>p {}</style>", "<style>"),
        ('<image href="x.png"/>', "<image>"),
        ('<use href="#a"/>', "<use>"),
        ("<foreignObject/>", "<foreignObject>"),
        ('<g onclick="x()"/>', "`onclick`"),
        ('<g style="fill: red"/>', "`style`"),
        ('<path d="M0 0" fill="url(#a)"/>', "`fill`"),
        ('<path d="M0 0" fill="#f00"/>', "ne donne pas de couleur"),
        ('<g class="btn"/>', "n’est pas une classe des dessins"),
        ('<text font-size="12">a</text>', "22 au moins"),
        ("<?php x ?>", "instruction"),
        ("<g>", "bien formé"),
        ("<svg/>", "<svg>"),
    ],
)
def test_forbidden_drawing(inside, sentence):
    """Only drawing elements, attributes and token classes; the line is the one where it stands."""
    faults = find_faults(f'<svg viewBox="0 0 640 100">\n<g/>\n{inside}\n</svg>')
    assert any(sentence in said and line in (3, 4) for line, said in faults), faults


@pytest.mark.parametrize("source", ["", "<svg/>", "<html/>", '<!DOCTYPE svg><svg viewBox="0 0 1 1"/>'])
def test_a_drawing_needs_a_view_box_and_nothing_before_it(source):
    """Without `viewBox` a drawing has no shape; a document type could define entities."""
    assert find_faults(source)
