"""Files → frozen documents, and the faults that keep a document from being published.

A loader takes the files of one document as ``{path: text}`` (paths relative to the content root) and gives the
object with the list of faults found. It reads no disk and no database: files come from a folder when one
publishes, and from an edition ever after.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from . import types as t

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.S)
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
PLACEHOLDERS = ("company", "contact_referent", "contact_press", "contact_security", "contact_dpo", "oncall")
SUFFIXES = (".yaml", ".md", ".svg", ".html", ".css")


@dataclass(frozen=True, order=True)
class Fault:
    """Something that keeps a document from being published: ``file:line: sentence``."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class Files:
    """The files of one document, with the faults found while reading them and the company values to fill in."""

    def __init__(self, files: Mapping[str, str], values: Mapping[str, str] | None = None):
        self.files = dict(files)
        self.values = values or {}
        self.faults: list[Fault] = []
        self._yaml: dict[str, object] = {}

    def fault(self, file: str, sentence: str, near: str | None = None) -> None:
        """Record a fault, at the line where ``near`` first stands."""
        self.faults.append(Fault(file, self.line(file, near), sentence))

    def line(self, file: str, near: str | None) -> int:
        """The first line that contains ``near``; 1 when it is not found."""
        if near:
            for number, line in enumerate(self.files.get(file, "").splitlines(), 1):
                if near in line:
                    return number
        return 1

    def fill(self, value, file: str):
        """Put the company values in the place of ``{{company}}`` and its like, at any depth.

        ``values`` may have a word by language, as ``oncall.en``; the file's own language decides.
        """
        if isinstance(value, str):
            if "{{" not in value:
                return value
            language = "en" if ".en." in file else "fr"
            return PLACEHOLDER.sub(
                lambda m: self.values.get(f"{m.group(1)}.{language}") or self.values.get(m.group(1), m.group(0)), value
            )
        if isinstance(value, list):
            return [self.fill(v, file) for v in value]
        if isinstance(value, dict):
            return {k: self.fill(v, file) for k, v in value.items()}
        return value

    def yaml(self, file: str, kind: type = dict):
        """Read a YAML file; an empty object of ``kind`` where it is missing or broken."""
        if file in self._yaml:
            return self._yaml[file]
        result = kind()
        if file not in self.files:
            self.fault(file, "ce fichier manque.")
        else:
            try:
                loaded = yaml.load(self.files[file], _Loader)
                if isinstance(loaded, kind):
                    result = self.fill(loaded, file)
                else:
                    self.fault(file, f"ce fichier doit contenir {'une liste' if kind is list else 'des clés'}.")
            except yaml.YAMLError as error:
                mark = getattr(error, "problem_mark", None)
                self.faults.append(
                    Fault(file, mark.line + 1 if mark else 1, f"YAML illisible : {getattr(error, 'problem', error)}.")
                )
        self._yaml[file] = result
        return result

    def page(self, file: str) -> tuple[dict, str]:
        """Read a Markdown file: its front matter and its body."""
        if file not in self.files:
            self.fault(file, "ce fichier manque.")
            return {}, ""
        match = FRONT_MATTER.match(self.files[file].replace("\r\n", "\n"))
        if not match:
            self.fault(file, "l’en-tête entre deux lignes `---` manque.")
            return {}, self.files[file]
        try:
            front = yaml.load(match.group(1), _Loader)
        except yaml.YAMLError as error:
            self.fault(file, f"en-tête illisible : {getattr(error, 'problem', error)}.")
            front = {}
        return self.fill(front if isinstance(front, dict) else {}, file), self.fill(match.group(2).strip(), file)

    def need(self, data: dict, name: str, file: str, near: str | None = None, default=""):
        """A value that must be there; a fault and the default where it is not."""
        if not isinstance(data, dict) or data.get(name) in (None, "", []):
            self.fault(file, f"il manque `{name}`{f' à {near}' if near else ''}.", near)
            return default
        return data[name]


def read_folder(root: Path, overlay: Path | None = None) -> dict[str, dict[str, str]]:
    """Every document with its files, the company's folder laid over the shipped one document by document."""
    documents = _documents_of(root)
    if overlay:
        documents.update(_documents_of(overlay))
    return documents


def _documents_of(root: Path) -> dict[str, dict[str, str]]:
    documents: dict[str, dict[str, str]] = {}

    def add(document: str, path: Path) -> None:
        if path.suffix in SUFFIXES and path.is_file():
            documents.setdefault(document, {})[path.relative_to(root).as_posix()] = path.read_text("utf-8")

    for folder in sorted((root / "courses").glob("*/")):
        name = folder.name
        document = name if name in ("charter", "pages", "glossary", "briefs") else f"course:{name}"
        for path in sorted(folder.rglob("*")):
            add(document, path)
    for quiz in sorted((root / "quizzes").glob("*.yaml")):
        if "." in quiz.stem:
            continue
        document = "placement" if quiz.stem == "placement" else f"quiz:{quiz.stem}"
        for path in sorted((root / "quizzes").glob(f"{quiz.stem}.*")):
            add(document, path)
        bank = (yaml.load(quiz.read_text("utf-8"), _Loader) or {}).get("bank")
        for path in sorted((root / "quizzes" / "banks").glob(f"{bank}.*")):
            add(document, path)
    for folder in sorted((root / "certificates").glob("*/")):
        for path in sorted(folder.rglob("*")):
            add(f"award:{folder.name}", path)
    return documents


def digest_of(files: Mapping[str, str]) -> str:
    """SHA-256 over paths and texts, in order: what makes an edition new."""
    total = hashlib.sha256()
    for path in sorted(files):
        for part in (path, files[path]):
            data = part.encode()
            total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


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
    return loaders[kind](), sorted(set(source.faults))


def _sources(data) -> tuple[t.Source, ...]:
    return tuple(
        t.Source(str(s.get("text", "")), str(s.get("mark", "unchecked"))) for s in data or [] if isinstance(s, dict)
    )


def _figures(source: Files, folder: str, language: str) -> dict[str, str]:
    found = {}
    for path, text in source.files.items():
        if path.startswith(f"{folder}/figures/") and path.endswith(".svg"):
            name = path.rsplit("/", 1)[1][:-4]
            if name.endswith(f".{language}"):
                found[name[: -len(language) - 1]] = text
            elif "." not in name:
                found.setdefault(name, text)
    return found


def load_item(
    data: dict, words: dict[str, dict], source: Files, keys_file: str, words_files: dict[str, str]
) -> t.Item | None:
    """One item from its keys and its words in each language."""
    id_ = str(data.get("id", ""))
    if not id_:
        source.fault(keys_file, "une question n’a pas d’`id`.")
        return None
    by_language = t.Words()
    classes = tuple(str(c) for c in data.get("classes") or ())
    for language, all_words in words.items():
        own = all_words.get(id_)
        if not isinstance(own, dict):
            source.fault(words_files[language], f"les mots de {id_} manquent.")
            continue
        choices = {str(k): str(v) for k, v in (own.get("choices") or {}).items()}
        feedback = {str(k): str(v) for k, v in (own.get("feedback") or {}).items()}
        source.need(own, "prompt", words_files[language], id_)
        for choice in choices:
            if not feedback.get(choice):
                source.fault(words_files[language], f"le choix {choice} de {id_} n’a pas d’explication.", f"{id_}:")
        labels = {str(k): str(v) for k, v in (own.get("classes") or {}).items()}
        if set(labels) != set(classes):
            source.fault(words_files[language], f"les classes de {id_} ne sont pas celles de ses clés.", f"{id_}:")
        by_language[language] = t.ItemWords(
            str(own.get("prompt", "")),
            choices,
            feedback,
            {c: labels.get(c, c) for c in classes},
            str(own.get("author", "")),
            str(own.get("network", "")),
        )
    if "fr" not in by_language:
        return None
    for language, own in by_language.items():
        if list(own.choices) != list(by_language["fr"].choices):
            source.fault(
                words_files[language],
                f"les choix de {id_} ne sont pas ceux du français, dans le même ordre.",
                f"{id_}:",
            )
    type_, key = str(data.get("type", "")), data.get("key")
    if isinstance(key, list):
        key = [str(k) for k in key]
    elif isinstance(key, dict):
        key = {str(k): str(v) for k, v in key.items()}
    else:
        key = str(key)
    sentence = _key_fault(type_, key, list(by_language["fr"].choices), classes)
    if sentence:
        source.fault(keys_file, f"{id_} : {sentence}", f"id: {id_}")
        return None
    if data.get("difficulty") not in (1, 2, 3):
        source.fault(keys_file, f"{id_} : la difficulté est 1, 2 ou 3.", f"id: {id_}")
    return t.Item(
        id=id_,
        type=type_,
        key=key,
        difficulty=int(data.get("difficulty") or 2),
        words=by_language,
        article=data.get("article"),
        lesson=data.get("lesson"),
        family=data.get("family"),
        classes=classes,
    )


def _key_fault(type_: str, key, choices: list[str], classes: tuple[str, ...]) -> str | None:
    known = set(choices)
    match type_:
        case "single":
            ok = isinstance(key, str) and key in known and len(choices) >= 3
        case "boolean":
            ok = key in ("t", "f") and known == {"t", "f"}
        case "multiple":
            ok = isinstance(key, list) and set(key) < known and len(key) >= 2
        case "span":
            ok = isinstance(key, list) and key and set(key) < known
        case "ordering":
            ok = isinstance(key, list) and sorted(key) == sorted(choices) and len(choices) >= 3
        case "sorting":
            ok = isinstance(key, dict) and set(key) == known and set(key.values()) <= set(classes) and len(classes) > 1
        case _:
            return f"le type « {type_} » n’existe pas."
    return None if ok else "la clé ne correspond pas aux choix (voir quizzes/README.md)."


def load_scenario(data: dict, words: dict[str, dict], source: Files, keys_file: str, words_files: dict[str, str]):
    """One "publish or not?" scenario."""
    id_ = str(data.get("id", ""))
    by_language = t.Words()
    for language, all_words in words.items():
        own = all_words.get(id_)
        if not isinstance(own, dict):
            source.fault(words_files[language], f"les mots de {id_} manquent.")
            continue
        for name in ("context", "author", "segments", "why"):
            source.need(own, name, words_files[language], id_)
        feedback = own.get("feedback") or {}
        if not isinstance(feedback, dict) or not feedback.get("publish") or not feedback.get("hold"):
            source.fault(words_files[language], f"{id_} doit expliquer `publish` et `hold`.", f"{id_}:")
            feedback = {}
        by_language[language] = t.ScenarioWords(
            str(own.get("context", "")),
            str(own.get("author", "")),
            str(own.get("network", "")),
            {str(k): str(v) for k, v in (own.get("segments") or {}).items()},
            {str(k): str(v) for k, v in feedback.items()},
            str(own.get("why", "")),
            str(own.get("better") or ""),
        )
    if "fr" not in by_language:
        return None
    key, spans = str(data.get("key", "")), tuple(str(s) for s in data.get("spans") or ())
    if key not in ("publish", "hold") or (key == "hold") != bool(spans):
        source.fault(keys_file, f"{id_} : `key` est publish (sans spans) ou hold (avec spans).", f"id: {id_}")
    for language, own in by_language.items():
        if not set(spans) <= set(own.segments) or set(own.segments) != set(by_language["fr"].segments):
            source.fault(words_files[language], f"les segments de {id_} ne correspondent pas à ses clés.", f"{id_}:")
    return t.Scenario(id_, key, spans, data.get("article"), str(data.get("slip", "none")), by_language)


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
            tuple(str(o) for o in source.need(own, "outcomes", file, default=[])),
        )
    lessons = []
    for stem in head.get("lessons") or []:
        lessons.append(load_lesson(slug, str(stem), source))
    if not lessons:
        source.fault(f"{folder}/course.yaml", "ce cours n’a pas de leçon.")
    return t.Course(slug, str(head.get("kind", "path")), int(head.get("tint") or 0), tuple(lessons), words, edition_id)


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
            tuple(str(o) for o in source.need(front, "objectives", file, default=[])),
            str(source.need(front, "takeaway", file)),
            _sources(front.get("sources")),
            t.Prose(body, _figures(source, f"courses/{course}", language), language),
        )
    minutes = source.need(keys, "minutes", f"{base}.yaml", default=10)
    slug = re.sub(r"^\d+-", "", stem)
    return t.Lesson(course, slug, int(minutes), tuple(i for i in items if i), tuple(s for s in scenarios if s), words)


def load_charter(source: Files, edition_id: int = 0, number: int = 0) -> t.Charter:
    """The charter: sixteen articles, a summary, the sentence one signs."""
    folder = "courses/charter"
    head = source.yaml(f"{folder}/charter.yaml")
    statuses = head.get("status") or {}
    articles = []
    for place, stem in enumerate(head.get("articles") or [], 1):
        words = t.Words()
        for language in t.LANGUAGES:
            file = f"{folder}/{stem}.{language}.md"
            front, body = source.page(file)
            unacceptable = source.need(front, "unacceptable", file, default=[])
            welcome = source.need(front, "welcome", file, default=[])
            if len(unacceptable) != 3 or len(welcome) != 1:
                source.fault(file, "un article a trois exemples de l’inacceptable et un exemple bienvenu.")
            words[language] = t.ArticleWords(
                str(source.need(front, "title", file)),
                str(source.need(front, "essential", file)),
                t.Prose(body, _figures(source, folder, language), language),
                tuple(str(u) for u in unacceptable),
                tuple(str(w) for w in welcome),
                _sources(front.get("sources")),
            )
        own_files = {p: f for p, f in source.files.items() if p.startswith(f"{folder}/{stem}.")}
        slug = re.sub(r"^\d+-", "", str(stem))
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
    limit = head.get("time_limit_minutes")
    return t.Quiz(
        slug,
        tuple(i for i in items if i),
        int(source.need(head, "items", file, default=20)),
        str(source.need(head, "cover", file, default="article")),
        int(source.need(head, "pass_percent", file, default=80)),
        int(source.need(head, "attempts", file, default=3)),
        int(source.need(head, "pause_hours", file, default=24)),
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
                t.Prose(body, _figures(source, "courses/pages", language), language),
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
            for name in ("title", "brief", "facts", "model", "watch"):
                source.need(own, name, file, id_)
            words[language] = t.BriefWords(
                str(own.get("title", id_)),
                str(own.get("brief", "")),
                tuple(str(f) for f in own.get("facts") or ()),
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
        tuple(str(r) for r in source.need(head, "requirements", f"{folder}/certificate.yaml", default=[])),
        int(source.need(head, "validity_months", f"{folder}/certificate.yaml", default=12)),
        source.files.get(f"{folder}/template.html", ""),
        source.files.get(f"{folder}/theme.css", ""),
        words,
        edition_id,
        tuple(str(r) for r in head.get("renewal") or ()),
    )
