"""What the codes of contents in a person's file are called: courses, lessons, questions, what was responded to them.

In the words of the edition they were taken on where the row knows it, else of what is served now. A code that nothing
knows any more stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import select

from ..ambassadors import labels as ambassadors
from ..ambassadors import queries as catalogue
from ..assessment.models import Attempt
from ..content.models import Edition
from ..content.service import get_document, get_site
from ..content.types import Item, Scenario
from ..db import db
from ..i18n import _


def entitle(found: Iterable[tuple], person_id: int, language: str) -> dict[str, list[dict]]:
    """For (holding, rows) as ``service.collect`` gives them: table → for each row, column → title in this language."""
    titles = _Titles(found, person_id, language)
    return {
        holding.table: [
            {
                column: title
                for column, title in getattr(titles, f"_{holding.table}", titles.nothing)(row).items()
                if title is not None
            }
            | titles.edition(row)
            for row in rows
        ]
        for holding, rows in found
    }


def _document(edition_id: int | None):
    """An edition; None where it cannot be read any more: a file is never withheld for a title."""
    with suppress(LookupError):
        return get_document(edition_id)
    return None


def say_response(thing: Item | Scenario, value, language: str) -> str | list[str]:
    """A response in words; the shapes are those of ``content.items``."""
    if isinstance(thing, Scenario):
        return _("publier") if value["verdict"] == "publish" else _("ne pas publier tel quel")
    words = thing.words.of(language)
    match value:
        case list():
            return [words.choices.get(each, each).strip() for each in value]
        case dict():
            return [f"{words.choices.get(c, c)} → {words.classes.get(k, k)}" for c, k in value.items()]
    return words.choices.get(value, value)


class _Titles:
    """The titles of one file. A method for each table whose rows hold codes, by the table's name."""

    def __init__(self, found, person_id: int, language: str):
        rows = {holding.table: each for holding, each in found}
        self.language, self.site = language, get_site()
        self.taken = {(r["course"], r["lesson"]): r["edition_id"] for r in rows.get("lesson_completion", ())}
        own = select(Attempt.id, Attempt.edition_id).where(Attempt.person_id == person_id)
        self.attempts = dict(db.session.execute(own).all())
        cited = {row.get("edition_id") for each in rows.values() for row in each} - {None}
        self.numbers = dict(db.session.execute(select(Edition.id, Edition.number).where(Edition.id.in_(cited))).all())
        self.networks = {n.slug: n.name for n in catalogue.list_networks(closed=True)}
        self.topics = {t.slug: t.names.get(language) or t.names["fr"] for t in catalogue.list_topics(closed=True)}

    def nothing(self, row) -> dict:
        """A table without codes of contents."""
        return {}

    def edition(self, row) -> dict:
        """The number of the edition a row cites."""
        number = self.numbers.get(row.get("edition_id"))
        return {"edition_id": str(number)} if number else {}

    # --- Lessons ----------------------------------------------------------------------------------------------

    def _course(self, slug: str, edition_id: int | None = None):
        if edition_id is not None:
            return _document(edition_id)
        return self.site.course(slug) if slug in self.site.course_slugs else None

    def _lesson_of(self, row):
        """The lesson a row is about, as the person did it, else as it is now."""
        for edition_id in dict.fromkeys((self.taken.get((row["course"], row["lesson"])), None)):
            course = self._course(row["course"], edition_id)
            found = next((each for each in course.lessons if each.slug == row["lesson"]), None) if course else None
            if found:
                return found
        return None

    def _enrolment(self, row) -> dict:
        course = self._course(row["course"])
        return {"course": course and course.words.of(self.language).title}

    def _lesson_visit(self, row) -> dict:
        lesson = self._lesson_of(row)
        return self._enrolment(row) | {"lesson": lesson and lesson.words.of(self.language).title}

    _lesson_completion = _lesson_visit

    def _check_response(self, row) -> dict:
        lesson = self._lesson_of(row)
        thing = lesson and lesson.checks.get(row["item"])
        said = self._said(thing, row["latest"].get("value"))
        return self._lesson_visit(row) | {"item": self._asked(thing), "latest": said}

    # --- Questions --------------------------------------------------------------------------------------------

    def _asked(self, thing: Item | Scenario | None) -> str | None:
        words = thing and thing.words.of(self.language)
        return words and (words.prompt if isinstance(thing, Item) else words.context)

    def _said(self, thing: Item | Scenario | None, value):
        return say_response(thing, value, self.language) if thing else None

    def _item(self, edition_id: int | None, item: str) -> Item | None:
        quiz = _document(edition_id)
        return quiz and quiz.by_id.get(item)

    def _quiz(self, edition_id: int | None) -> str | None:
        quiz = _document(edition_id)
        return quiz and quiz.words.of(self.language).title

    def _attempt(self, row) -> dict:
        items = [self._asked(self._item(row["edition_id"], each)) or each for each in row["items"]]
        return {"quiz": self._quiz(row["edition_id"]), "items": items}

    def _response(self, row) -> dict:
        item = self._item(self.attempts.get(row["attempt_id"]), row["item"])
        return {"item": self._asked(item), "value": self._said(item, row["value"])}

    def _item_contest(self, row) -> dict:
        edition_id = self.attempts.get(row["attempt_id"])
        return {"quiz": self._quiz(edition_id), "item": self._asked(self._item(edition_id, row["item"]))}

    # --- The status -------------------------------------------------------------------------------------------

    def _scope(self, row) -> dict:
        """Networks, topics and languages of anything that has some."""
        names = {"networks": self.networks, "topics": self.topics, "languages": ambassadors.SPOKEN}
        return {
            name: [str(known.get(each, each)) for each in row[name]] for name, known in names.items() if row.get(name)
        }

    _mandate = _scope

    def _decision(self, row) -> dict:
        """The facts of a line of the log, without the ids of its other rows."""
        facts = {name: value for name, value in row["facts"].items() if name not in ("contest", "decision")}
        return {"facts": facts | self._scope(facts)}

    def _application(self, row) -> dict:
        briefs = _document(row["briefs_edition_id"])
        brief = briefs and briefs.brief(row["brief"])
        title = brief and brief.words.of(self.language).title
        return self._scope(row) | {"brief": title, "network": self.networks.get(row["network"])}

    def _assessment(self, row) -> dict:
        pairs = (
            {"course": course, "lesson": lesson} for course, _s, lesson in (e.partition("/") for e in row["lessons"])
        )
        lessons = [(pair["lesson"], self._lesson_of(pair)) for pair in pairs]
        return {"lessons": [found.words.of(self.language).title if found else slug for slug, found in lessons]}

    def _credential(self, row) -> dict:
        """What is printed, in one language and without the names of its fields."""
        words = row["words"].get(self.language) or row["words"].get("fr") or {}
        keys = ("title", "award", "name", "statement", "nature")
        return {"award": words.get("award"), "words": [words[key] for key in keys if words.get(key)]}
