"""What changed between two editions: by lesson, item, article; word by word. Pure."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..content import types as t

TOKENS = re.compile(r"\s+|[\w’'-]+|[^\w\s]")
CONTEXT = 12
"""Words kept on each side of a change; what lies further is an ellipsis."""
SHOWN_ELSEWHERE = {"items", "scenarios", "lessons", "articles", "bank", "briefs", "edition_id", "edition_number"}
HIDDEN = {"digest", "figures", "language", "course", "id", "slug", "number"}


@dataclass(frozen=True)
class Unit:
    """What changes as a whole: its kind, its id, how it is called, and its texts by field."""

    kind: str
    id: str
    title: str
    parts: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """A unit ``added``, ``removed`` or ``changed``; for the last, field → pieces (how, text) with how ``same``,
    ``added``, ``removed`` or ``gap``."""

    how: str
    unit: Unit
    parts: Mapping[str, list[tuple[str, str]]] = dataclasses.field(default_factory=dict)


def units_of(document, language: str) -> dict[tuple[str, str], Unit]:
    """Every unit of a document in one language, in its own order."""
    found: list[Unit] = []

    def add(kind: str, id_: str, thing, title: str) -> None:
        found.append(Unit(kind, id_, title, _parts(thing, language)))

    if isinstance(document, Mapping):
        for slug, page in document.items():
            add("page", slug, page, page.words.of(language).title)
    elif isinstance(document, tuple):
        for term in document:
            add("term", term.id, term, term.words.of(language)["term"])
    else:
        add("frame", "", document, "")
        _add_inner(document, language, add)
    return {(unit.kind, unit.id): unit for unit in found}


def _add_inner(document, language: str, add) -> None:
    """The units inside a document that has a frame of its own."""
    match document:
        case t.Course():
            for lesson in document.lessons:
                add("lesson", lesson.slug, lesson, lesson.words.of(language).title)
                for item in lesson.items:
                    add("item", item.id, item, item.words.of(language).prompt)
                for scenario in lesson.scenarios:
                    add("scenario", scenario.id, scenario, scenario.words.of(language).context)
        case t.Charter():
            for article in document.articles:
                add("article", str(article.number), article, article.words.of(language).title)
        case t.Quiz():
            for item in document.bank:
                add("item", item.id, item, item.words.of(language).prompt)
        case t.Briefs():
            for brief in document.briefs:
                add("brief", brief.id, brief, brief.words.of(language).title)
        case t.Placement():
            for item in document.items:
                add("item", item.id, item, item.words.of(language)["prompt"])


def _parts(thing, language: str) -> dict[str, str]:
    """Field → text. Words are those of the language, and their own fields come up beside the others."""
    found: dict[str, str] = {}
    for name, value in _fields(thing):
        if name in SHOWN_ELSEWHERE or name in HIDDEN or name.startswith("_"):
            continue
        if isinstance(value, t.Words):
            found.update(
                {inner: _text(own) for inner, own in _fields(value.of(language)) if inner not in HIDDEN and _text(own)}
            )
        elif _text(value):
            found[name] = _text(value)
    return found


def _fields(thing):
    if isinstance(thing, Mapping):
        return list(thing.items())
    return [(field.name, getattr(thing, field.name)) for field in dataclasses.fields(thing)]


def _text(value) -> str:
    if value is None or value == () or value == "":
        return ""
    if isinstance(value, t.Prose):
        return value.markdown
    if isinstance(value, t.Source):
        return f"{value.text} ({value.mark})"
    if isinstance(value, Mapping):
        return "\n".join(f"{key}. {_text(own)}" for key, own in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(map(_text, value))
    return str(value)


def compare(before, after, language: str) -> list[Change]:
    """Changes from one edition to another, in the order of the later one, what is gone at its former place's end."""
    old, new = units_of(before, language), units_of(after, language)
    changes = []
    for key, unit in new.items():
        if key not in old:
            changes.append(Change("added", unit))
        elif parts := _changed(old[key].parts, unit.parts):
            changes.append(Change("changed", unit, parts))
    return changes + [Change("removed", unit) for key, unit in old.items() if key not in new]


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    names = [*new, *(name for name in old if name not in new)]
    return {
        name: changed_words(old.get(name, ""), new.get(name, ""))
        for name in names
        if old.get(name, "") != new.get(name, "")
    }


def changed_words(before: str, after: str) -> list[tuple[str, str]]:
    """Pieces of text, word by word; what lies far from any change is left out. Where nothing changed, all is shown."""
    if before == after:
        return [("same", before)]
    old, new = TOKENS.findall(before), TOKENS.findall(after)
    pieces: list[tuple[str, str]] = []
    # Words that are everywhere must not be taken for landmarks in a long text, nor cost a quadratic time.
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=len(new) > 2_000)
    operations = matcher.get_opcodes()
    for place, (how, a, b, c, d) in enumerate(operations):
        if how == "equal":
            pieces += _with_gap(old[a:b], place == 0, place == len(operations) - 1)
            continue
        if b > a:
            pieces.append(("removed", "".join(old[a:b])))
        if d > c:
            pieces.append(("added", "".join(new[c:d])))
    return pieces


def _with_gap(tokens: list[str], is_first: bool, is_last: bool) -> list[tuple[str, str]]:
    keep = 2 * CONTEXT  # Spaces are tokens too.
    head = [] if is_first else tokens[:keep]
    tail = [] if is_last else tokens[-keep:]
    if len(tokens) <= len(head) + len(tail) + keep:
        return [("same", "".join(tokens))]
    return [piece for piece in (("same", "".join(head)), ("gap", "…"), ("same", "".join(tail))) if piece[1]]
