"""Files → frozen documents, and the faults that keep a document from being published.

A loader takes the files of one document as ``{path: text}`` (paths relative to the content root) and gives the
object with the list of faults found. It reads no disk and no database: files come from a folder when one
publishes, and from an edition ever after.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from . import types as t
from .files import UNREADABLE, Fault, Files, digest_of
from .item_loader import load_item, load_scenario

KINDS = ("path", "core", "security")
MARKS = ("checked", "unchecked", "lawyer")


def load(document: str, files: Mapping[str, str], values: Mapping[str, str] | None = None, edition=None):
    """Load one document; return ``(object, faults)``. ``edition`` gives the edition's id and number, where known."""
    source = Files(files, values)
    edition_id, number = (edition.id, edition.number) if edition is not None else (0, 0)
    kind, _, slug = document.partition(":")
    loaders = {
        "course": lambda: load_course(slug, source, edition_id),
        "charter": lambda: load_charter(source, edition_id, number),
        "quiz": lambda: load_quiz(slug, source, edition_id),
        "pages": lambda: load_pages(source),
        "glossary": lambda: load_glossary(source),
        "briefs": lambda: load_briefs(source, edition_id),
        "placement": lambda: load_placement(source, edition_id),
        "award": lambda: load_award(slug, source, edition_id),
    }
    for path in sorted(source.files):
        if UNREADABLE in source.files[path]:
            before = source.files[path].split(UNREADABLE, 1)[0]
            source.faults.append(Fault(path, before.count("\n") + 1, "ce fichier n’est pas en UTF-8."))
    try:
        loaded = loaders[kind]()
    except (TypeError, ValueError, AttributeError, KeyError, RecursionError) as error:
        # Whatever shape an author's file has, the others go on being served and this one is held back.
        loaded, sentence = None, f"ce document n’a pas la forme que dit le mode d’emploi (README.md) : {error}."
        source.faults.append(Fault(_main_file(document, source.files), 1, sentence))
    return loaded, sorted(set(source.faults))


def _main_file(document: str, files: Mapping[str, str]) -> str:
    """The file that says what a document is made of."""
    kind, _, slug = document.partition(":")
    return {
        "course": f"courses/{slug}/course.yaml",
        "quiz": f"quizzes/{slug}.yaml",
        "award": f"certificates/{slug}/certificate.yaml",
        "placement": "quizzes/placement.yaml",
    }.get(kind, f"courses/{kind}/{kind}.yaml")


def _sources(source: Files, front: dict, file: str) -> tuple[t.Source, ...]:
    """Sources of a lesson or an article, each with its mark."""
    found = []
    for data in front.get("sources") or []:
        if not isinstance(data, dict) or not data.get("text") or data.get("mark") not in MARKS:
            source.fault(file, f"une source a `text` et `mark` ({', '.join(MARKS)}).", "sources:")
            continue
        found.append(t.Source(str(data["text"]), data["mark"]))
    return tuple(found)


def figures_of(files: Mapping[str, str], folder: str, language: str) -> dict[str, str]:
    """The drawings of a folder by name, each in this language or without words."""
    found = {}
    for path, text in files.items():
        if path.startswith(f"{folder}/figures/") and path.endswith(".svg"):
            name = path.rsplit("/", 1)[1][:-4]
            if name.endswith(f".{language}"):
                found[name[: -len(language) - 1]] = text
            elif "." not in name:
                found.setdefault(name, text)
    return found


def load_course(slug: str, source: Files, edition_id: int = 0) -> t.Course:
    """A course of lessons."""
    folder = f"courses/{slug}"
    head = source.yaml(f"{folder}/course.yaml")
    words = t.Words()
    for language in t.LANGUAGES:
        file = f"{folder}/course.{language}.yaml"
        own = source.yaml(file)
        words[language] = t.CourseWords(
            str(source.need(own, "title", file)),
            str(source.need(own, "summary", file)),
            source.need_list(own, "outcomes", file),
        )
    lessons = []
    kind = str(head.get("kind", "path"))
    if kind not in KINDS:
        source.fault(f"{folder}/course.yaml", f"`kind` est l’un de {', '.join(KINDS)}.", "kind:")
    for stem in source.need_list(head, "lessons", f"{folder}/course.yaml"):
        lessons.append(load_lesson(slug, stem, source))
    return t.Course(slug, kind, int(head.get("tint") or 0), tuple(lessons), words, edition_id)


def load_lesson(course: str, stem: str, source: Files) -> t.Lesson:
    """A lesson: keys once, words per language."""
    base = f"courses/{course}/{stem}"
    keys = source.yaml(f"{base}.yaml")
    words_files = {language: f"{base}.{language}.yaml" for language in t.LANGUAGES}
    item_words = {language: source.yaml(file) for language, file in words_files.items()}
    items = [load_item(d, item_words, source, f"{base}.yaml", words_files) for d in keys.get("items") or []]
    scenarios = [load_scenario(d, item_words, source, f"{base}.yaml", words_files) for d in keys.get("scenarios") or []]
    words = t.Words()
    for language in t.LANGUAGES:
        file = f"{base}.{language}.md"
        front, body = source.page(file)
        words[language] = t.LessonWords(
            str(source.need(front, "title", file)),
            source.need_list(front, "objectives", file),
            str(source.need(front, "takeaway", file)),
            _sources(source, front, file),
            t.Prose(body, figures_of(source.files, f"courses/{course}", language), language),
        )
    minutes = source.need_number(keys, "minutes", f"{base}.yaml", 10)
    slug = re.sub(r"^\d+-", "", stem)
    return t.Lesson(course, slug, minutes, tuple(i for i in items if i), tuple(s for s in scenarios if s), words)


def load_charter(source: Files, edition_id: int = 0, number: int = 0) -> t.Charter:
    """The charter: sixteen articles, a summary, the sentence one signs."""
    folder = "courses/charter"
    head = source.yaml(f"{folder}/charter.yaml")
    statuses = head.get("status") or {}
    articles = []
    for place, stem in enumerate(source.need_list(head, "articles", f"{folder}/charter.yaml"), 1):
        words = t.Words()
        for language in t.LANGUAGES:
            file = f"{folder}/{stem}.{language}.md"
            front, body = source.page(file)
            unacceptable = source.need_list(front, "unacceptable", file)
            welcome = source.need_list(front, "welcome", file)
            if file in source.files and (len(unacceptable) != 3 or len(welcome) != 1):
                sentence = "un article a trois exemples de l’inacceptable et un exemple bienvenu."
                source.fault(file, sentence, "unacceptable:" if len(unacceptable) != 3 else "welcome:")
            words[language] = t.ArticleWords(
                str(source.need(front, "title", file)),
                str(source.need(front, "essential", file)),
                t.Prose(body, figures_of(source.files, folder, language), language),
                unacceptable,
                welcome,
                _sources(source, front, file),
            )
        own_files = {p: f for p, f in source.files.items() if p.startswith(f"{folder}/{stem}.")}
        slug = re.sub(r"^\d+-", "", stem)
        articles.append(t.Article(place, slug, str(statuses.get(stem, "guidance")), words, digest_of(own_files)))
    words = t.Words()
    for language in t.LANGUAGES:
        file = f"{folder}/charter.{language}.yaml"
        own = source.yaml(file)
        front, body = source.page(f"{folder}/summary.{language}.md")
        words[language] = t.CharterWords(
            str(source.need(own, "title", file)),
            str(source.need(own, "introduction", file)),
            str(source.need(own, "statement", file)),
            t.Prose(body, {}, language),
            str(front.get("title", "")),
        )
    return t.Charter(tuple(articles), words, edition_id, number)


def load_quiz(slug: str, source: Files, edition_id: int = 0) -> t.Quiz:
    """A quiz with its bank."""
    file = f"quizzes/{slug}.yaml"
    head = source.yaml(file)
    bank_file = f"quizzes/banks/{head.get('bank')}.yaml"
    words_files = {language: f"quizzes/banks/{head.get('bank')}.{language}.yaml" for language in t.LANGUAGES}
    item_words = {language: source.yaml(name) for language, name in words_files.items()}
    items = [load_item(d, item_words, source, bank_file, words_files) for d in source.yaml(bank_file, list)]
    words = t.Words()
    for language in t.LANGUAGES:
        own_file = f"quizzes/{slug}.{language}.yaml"
        own = source.yaml(own_file)
        words[language] = t.QuizWords(
            str(source.need(own, "title", own_file)), str(source.need(own, "introduction", own_file))
        )
    limit, cover = head.get("time_limit_minutes"), str(source.need(head, "cover", file, default="article"))
    if cover not in ("article", "lesson"):
        source.fault(file, "`cover` est article ou lesson.", "cover:")
    return t.Quiz(
        slug,
        tuple(i for i in items if i),
        source.need_number(head, "items", file, 20),
        cover,
        source.need_number(head, "pass_percent", file, 80),
        source.need_number(head, "attempts", file, 3),
        source.need_number(head, "pause_hours", file, 24),
        int(limit) if limit else None,
        words,
        edition_id,
    )


def load_pages(source: Files) -> dict[str, t.Page]:
    """Loose pages by slug."""
    pages = {}
    for data in source.yaml("courses/pages/pages.yaml").get("pages") or []:
        slug = str(data.get("slug"))
        words = t.Words()
        for language in t.LANGUAGES:
            file = f"courses/pages/{slug}.{language}.md"
            front, body = source.page(file)
            words[language] = t.PageWords(
                str(source.need(front, "title", file)),
                str(front.get("summary", "")),
                t.Prose(body, figures_of(source.files, "courses/pages", language), language),
            )
        pages[slug] = t.Page(slug, bool(data.get("public")), bool(data.get("print")), words)
    return pages


def load_glossary(source: Files) -> tuple[t.Term, ...]:
    """Terms, in the order of the keys file; pages sort them by the language's alphabet."""
    terms = []
    for id_ in source.yaml("courses/glossary/glossary.yaml").get("terms") or []:
        words = t.Words()
        for language in t.LANGUAGES:
            file = f"courses/glossary/glossary.{language}.yaml"
            own = source.yaml(file).get(id_)
            if not isinstance(own, dict) or not own.get("term") or not own.get("definition"):
                source.fault(file, f"le terme {id_} n’a pas de mot ou de définition.", f"{id_}:")
                own = {"term": id_, "definition": ""}
            words[language] = own
        terms.append(t.Term(str(id_), words))
    return tuple(terms)


def load_briefs(source: Files, edition_id: int = 0) -> t.Briefs:
    """Practice briefs."""
    briefs = []
    for data in source.yaml("courses/briefs/briefs.yaml").get("briefs") or []:
        id_ = str(data.get("id"))
        words = t.Words()
        for language in t.LANGUAGES:
            file = f"courses/briefs/briefs.{language}.yaml"
            own = source.yaml(file).get(id_) or {}
            for name in ("title", "brief", "model", "watch"):
                source.need(own, name, file, id_)
            words[language] = t.BriefWords(
                str(own.get("title", id_)),
                str(own.get("brief", "")),
                source.need_list(own, "facts", file, id_),
                str(own.get("model", "")),
                str(own.get("model_notes", "")),
                str(own.get("watch", "")),
            )
        briefs.append(t.Brief(id_, str(data.get("situation")), tuple(data.get("networks") or ()), words))
    return t.Briefs(tuple(briefs), edition_id)


def load_placement(source: Files, edition_id: int = 0) -> t.Placement:
    """The placement questionnaire."""
    head = source.yaml("quizzes/placement.yaml")
    own = {language: source.yaml(f"quizzes/placement.{language}.yaml") for language in t.LANGUAGES}
    items = []
    for data in head.get("items") or []:
        id_ = str(data.get("id"))
        words = t.Words()
        for language in t.LANGUAGES:
            file = f"quizzes/placement.{language}.yaml"
            mine = own[language].get(id_) or {}
            source.need(mine, "prompt", file, id_)
            source.need(mine, "choices", file, id_)
            words[language] = {
                "prompt": str(mine.get("prompt", "")),
                "choices": {str(k): str(v) for k, v in (mine.get("choices") or {}).items()},
            }
        key = data.get("key")
        items.append(
            t.PlacementItem(
                id_, str(data.get("block")), None if key is None else str(key), bool(data.get("reversed")), words
            )
        )
    words = t.Words(
        {language: {k: v for k, v in own[language].items() if isinstance(v, str)} for language in t.LANGUAGES}
    )
    return t.Placement(tuple(items), words, edition_id)


def load_award(slug: str, source: Files, edition_id: int = 0) -> t.Award:
    """An award: requirements and the template that prints it."""
    folder = f"certificates/{slug}"
    head = source.yaml(f"{folder}/certificate.yaml")
    words = t.Words({language: source.yaml(f"{folder}/certificate.{language}.yaml") for language in t.LANGUAGES})
    for name in ("template.html", "theme.css"):
        if f"{folder}/{name}" not in source.files:
            source.fault(f"{folder}/{name}", "ce fichier manque.")
    return t.Award(
        slug,
        source.need_list(head, "requirements", f"{folder}/certificate.yaml"),
        source.need_number(head, "validity_months", f"{folder}/certificate.yaml", 12),
        source.files.get(f"{folder}/template.html", ""),
        source.files.get(f"{folder}/theme.css", ""),
        words,
        edition_id,
        tuple(str(r) for r in head.get("renewal") or ()),
    )
