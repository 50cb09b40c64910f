"""Search over lessons, charter, glossary and pages: in memory, per edition and language, without a library, because
the whole programme is a few hundred texts. Public answers come from the database with each search."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from markupsafe import Markup, escape

from ..i18n import _
from ..people.models import normalise

MAX_RESULTS = 30
MAX_QUERY = 100
AROUND = 110
"""Characters shown on each side of the first hit."""


@dataclass(frozen=True)
class Entry:
    """Something that can be found. ``folded`` texts have no case and no accents."""

    kind: str
    title: str
    url: str
    text: str
    folded_title: str
    folded: str


@dataclass(frozen=True)
class Hit:
    """Something found, with the passage that matches."""

    kind: str
    title: str
    url: str
    excerpt: Markup


_index: dict[tuple[int, str], list[Entry]] = {}


def _entry(kind: str, title: str, url: str, text: str) -> Entry:
    text = " ".join(text.split())
    return Entry(kind, title, url, text, normalise(title), fold(text))


def fold(text: str) -> str:
    """Fold case and accents letter by letter, so that places in the folded text are places in the text."""
    return "".join(map(_fold_letter, text))


@lru_cache(maxsize=2048)
def _fold_letter(letter: str) -> str:
    return (normalise(letter) or " ")[:1] if letter.isalpha() else letter


def build(site, lang: str) -> list[Entry]:
    """Every text of the current editions, in one language."""
    entries = []
    for slug in site.course_slugs:
        course = site.course(slug)
        own = course.words.of(lang)
        entries.append(_entry("course", own.title, f"/courses/{slug}", f"{own.summary} {' '.join(own.outcomes)}"))
        for lesson in course.lessons:
            words = lesson.words.of(lang)
            text = f"{words.takeaway} {words.body.text}"
            entries.append(_entry("lesson", words.title, f"/courses/{slug}/{lesson.slug}", text))
    for article in site.charter.articles if site.charter else ():
        words = article.words.of(lang)
        text = f"{words.essential} {words.body.text} {' '.join(words.unacceptable + words.welcome)}"
        title = _("Article %(number)s : %(title)s", number=article.number, title=words.title)
        entries.append(_entry("article", title, f"/charter#article-{article.number}", text))
    for term in site.glossary:
        words = term.words.of(lang)
        entries.append(_entry("term", words["term"], f"/glossary#{term.id}", words["definition"]))
    for page in site.pages.values():
        words = page.words.of(lang)
        entries.append(_entry("page", words.title, f"/pages/{page.slug}", f"{words.summary} {words.body.text}"))
    return entries


def words_of(query: str) -> list[str]:
    """The words looked for, folded; words of one letter find nothing."""
    return [w for w in re.findall(r"\w+", normalise(query[:MAX_QUERY])) if len(w) > 1][:8]


def find(site, lang: str, words: list[str], answers=()) -> tuple[list[Hit], int]:
    """What matches every word, best first: in the title, then by how often it is said; and how many there are in all.
    ``answers`` are the public answers that hold these words: they live in the database and change between editions.

    A word matches from its beginning: « confid » finds « confidentialité ». No word finds nothing.
    """
    if not words:
        return [], 0
    key = (site.revision, lang)
    if key not in _index:
        _index.clear() if len(_index) > 3 else None
        _index[key] = build(site, lang)
    patterns = [re.compile(rf"\b{re.escape(w)}") for w in words]
    found = []
    asked = [_entry("answer", a.question, f"/faq/{a.id}", a.answer) for a in answers]
    for entry in chain(_index[key], asked):
        score = 0
        for pattern in patterns:
            in_title, in_text = len(pattern.findall(entry.folded_title)), len(pattern.findall(entry.folded))
            if not in_title and not in_text:
                break
            score += 20 * in_title + min(in_text, 6)
        else:
            found.append((score, entry))
    found.sort(key=lambda pair: -pair[0])
    return [Hit(e.kind, e.title, e.url, _excerpt(e, patterns)) for _score, e in found[:MAX_RESULTS]], len(found)


def _excerpt(entry: Entry, patterns) -> Markup:
    spans = sorted(m.span() for p in patterns for m in p.finditer(entry.folded))
    first = spans[0][0] if spans else 0
    start = max(0, first - AROUND)
    end = min(len(entry.text), first + AROUND)
    while start > 0 and not entry.text[start - 1].isspace():
        start -= 1
    while end < len(entry.text) and not entry.text[end].isspace():
        end += 1
    parts, at = [], start
    for left, right in spans:
        if left < at or right > end:
            continue
        while right < end and entry.text[right].isalnum():
            right += 1
        parts += [escape(entry.text[at:left]), Markup("<mark>"), escape(entry.text[left:right]), Markup("</mark>")]
        at = right
    parts.append(escape(entry.text[at:end]))
    return Markup("… " if start else "") + Markup("").join(parts) + Markup(" …" if end < len(entry.text) else "")
