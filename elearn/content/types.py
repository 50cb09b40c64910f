"""The frozen objects that documents become. No Flask, no database, no files here.

Words stand by language in a ``Words`` mapping: ``lesson.words.of("en").title``. Where a language is missing the
French is given; ``flask content check`` makes sure that this never happens with published content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

LANGUAGES = ("fr", "en")


class Words(dict):
    """Language → words. ``of()`` falls back to French, the language every document has first."""

    def of(self, language: str) -> Any:
        """The words in this language, else in French."""
        return self[language] if language in self else self["fr"]


@dataclass(frozen=True)
class Source:
    """Where a fact comes from, and how sure it is: ``checked``, ``unchecked`` or ``lawyer``."""

    text: str
    mark: str


@dataclass(frozen=True)
class Prose:
    """A Markdown text of a published document; rendered when first shown, then kept."""

    markdown: str
    figures: Mapping[str, str] = field(default_factory=dict, repr=False)
    language: str = "fr"

    @cached_property
    def _rendered(self):
        from .markup import render

        return render(self.markdown, self.figures, self.language)

    @property
    def html(self) -> str:
        """Safe HTML."""
        return self._rendered.html

    @cached_property
    def author_html(self) -> str:
        """Safe HTML with the notes that learners never see, for the author's room."""
        from .markup import render

        return render(self.markdown, self.figures, self.language, for_authors=True).html

    @property
    def headings(self) -> tuple[tuple[str, str], ...]:
        """(anchor, text) of the second-level headings, for the contents of the page."""
        return self._rendered.headings

    @cached_property
    def text(self) -> str:
        """The text without marks, for search and counting."""
        from .markup import plain_text

        return plain_text(self.markdown)


@dataclass(frozen=True)
class ItemWords:
    """One item in one language; ``choices`` keeps the author's order."""

    prompt: str
    choices: Mapping[str, str]
    feedback: Mapping[str, str]
    classes: Mapping[str, str] = field(default_factory=dict)
    author: str = ""
    network: str = ""


@dataclass(frozen=True)
class Item:
    """One question (QTI's item). ``key`` has the shape its type says: see quizzes/README.md."""

    id: str
    type: str
    key: Any
    difficulty: int
    words: Words
    article: int | None = None
    lesson: str | None = None
    family: str | None = None
    classes: tuple[str, ...] = ()

    @property
    def choice_ids(self) -> tuple[str, ...]:
        """The choices in the author's order."""
        return tuple(self.words.of("fr").choices)

    @cached_property
    def digest(self) -> str:
        """What an item is, as SHA-256: its type, key, family and every word. An author's correction gives another."""
        words = {language: vars(own) for language, own in sorted(self.words.items())}
        whole = [self.id, self.type, self.key, self.family, self.classes, words]
        return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True, default=dict).encode()).hexdigest()


@dataclass(frozen=True)
class ScenarioWords:
    """One "publish or not?" scenario in one language."""

    context: str
    author: str
    network: str
    segments: Mapping[str, str]
    feedback: Mapping[str, str]
    why: str
    better: str


@dataclass(frozen=True)
class Scenario:
    """Publish or not? ``key`` is ``publish`` or ``hold``; ``spans`` are the segments that are the problem."""

    id: str
    key: str
    spans: tuple[str, ...]
    article: int | None
    slip: str
    words: Words


@dataclass(frozen=True)
class LessonWords:
    """A lesson in one language."""

    title: str
    objectives: tuple[str, ...]
    takeaway: str
    sources: tuple[Source, ...]
    body: Prose


@dataclass(frozen=True)
class Lesson:
    """A lesson of a course: what one reads, checks oneself on, and decides."""

    course: str
    slug: str
    minutes: int
    items: tuple[Item, ...]
    scenarios: tuple[Scenario, ...]
    words: Words

    @cached_property
    def checks(self) -> dict[str, Item | Scenario]:
        """Every item and scenario by id."""
        return {thing.id: thing for thing in (*self.items, *self.scenarios)}


@dataclass(frozen=True)
class CourseWords:
    """A course in one language."""

    title: str
    summary: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """A course of lessons: a path (``kind`` path), the security module, or the common resources (core)."""

    slug: str
    kind: str
    tint: int
    lessons: tuple[Lesson, ...]
    words: Words
    edition_id: int = 0

    @property
    def minutes(self) -> int:
        """Declared minutes of all lessons."""
        return sum(lesson.minutes for lesson in self.lessons)

    def lesson(self, slug: str) -> Lesson | None:
        """The lesson with this slug."""
        return next((lesson for lesson in self.lessons if lesson.slug == slug), None)


@dataclass(frozen=True)
class ArticleWords:
    """One article of the charter in one language."""

    title: str
    essential: str
    body: Prose
    unacceptable: tuple[str, ...]
    welcome: tuple[str, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Article:
    """One article of the charter. ``digest`` changes when its words do."""

    number: int
    slug: str
    status: str
    words: Words
    digest: str = ""


@dataclass(frozen=True)
class CharterWords:
    """The charter's frame in one language; ``statement`` is the sentence one signs."""

    title: str
    introduction: str
    statement: str
    summary: Prose
    summary_title: str


@dataclass(frozen=True, eq=False)
class Charter:
    """The social-media charter. Compared by identity: an edition is loaded once."""

    articles: tuple[Article, ...]
    words: Words
    edition_id: int = 0
    edition_number: int = 0

    def article(self, number: int) -> Article | None:
        """The article with this number."""
        return next((a for a in self.articles if a.number == number), None)


@dataclass(frozen=True)
class QuizWords:
    """A quiz in one language."""

    title: str
    introduction: str


@dataclass(frozen=True)
class Quiz:
    """A quiz and its bank. ``cover`` is ``article`` or ``lesson``: each is asked at least once."""

    slug: str
    bank: tuple[Item, ...]
    items: int
    cover: str
    pass_percent: int
    attempts: int
    pause_hours: int
    time_limit_minutes: int | None
    words: Words
    edition_id: int = 0

    @cached_property
    def by_id(self) -> dict[str, Item]:
        """Items by id."""
        return {item.id: item for item in self.bank}

    @cached_property
    def families(self) -> dict[str, tuple[Item, ...]]:
        """Knock-out families by name."""
        found: dict[str, list[Item]] = {}
        for item in self.bank:
            if item.family:
                found.setdefault(item.family, []).append(item)
        return {name: tuple(items) for name, items in found.items()}

    def covered(self, item: Item):
        """What this item covers: its article or its lesson."""
        return item.article if self.cover == "article" else item.lesson


@dataclass(frozen=True)
class PageWords:
    """A loose page in one language."""

    title: str
    summary: str
    body: Prose


@dataclass(frozen=True)
class Page:
    """A loose page: a card to print, a legal page."""

    slug: str
    public: bool
    print: bool
    words: Words


@dataclass(frozen=True)
class Term:
    """A glossary entry; words are ``{"term": …, "definition": …}``."""

    id: str
    words: Words


@dataclass(frozen=True)
class BriefWords:
    """A practice brief in one language; ``model`` is for the referent."""

    title: str
    brief: str
    facts: tuple[str, ...]
    model: str
    model_notes: str
    watch: str


@dataclass(frozen=True)
class Brief:
    """A situation on which a practice post is written."""

    id: str
    situation: str
    networks: tuple[str, ...]
    words: Words


@dataclass(frozen=True)
class Briefs:
    """All practice briefs, as of one edition."""

    briefs: tuple[Brief, ...]
    edition_id: int = 0

    def brief(self, id: str) -> Brief | None:
        """The brief with this id."""
        return next((b for b in self.briefs if b.id == id), None)


@dataclass(frozen=True)
class PlacementItem:
    """One question of the placement. ``block`` is U, K, A or C; ``key`` for K; ``reversed`` for A and C."""

    id: str
    block: str
    key: str | None
    reversed: bool
    words: Words


@dataclass(frozen=True)
class Placement:
    """The placement questionnaire; its rules are code (learning.rules), its words are content."""

    items: tuple[PlacementItem, ...]
    words: Words
    edition_id: int = 0


@dataclass(frozen=True)
class Award:
    """What can be earned: requirements, validity, and the folder that prints it."""

    slug: str
    requirements: tuple[str, ...]
    validity_months: int
    template: str
    theme: str
    words: Words
    edition_id: int = 0
    renewal: tuple[str, ...] = ()
    """What a renewal asks for; empty: the same as at first."""
