"""Reads of the author's room: editions, sums of responses, contests. Aggregates only, and never a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import case, func, select

from ..assessment.models import Attempt, ItemContest, ItemUse, ItemVoid, QuizUse
from ..content.models import Edition
from ..content.types import Item, Quiz
from ..db import db
from ..learning.models import CheckResponse
from .rules import LEAST_RESPONSES

PAGE = 50


# --- Editions -------------------------------------------------------------------------------------------------


def list_current() -> list:
    """(document, edition id, number, digest, published at) of what is served."""
    return db.session.execute(
        select(Edition.document, Edition.id, Edition.number, Edition.digest, Edition.published_at)
        .where(Edition.is_current)
        .order_by(Edition.document)
    ).all()


def list_editions(document: str) -> list:
    """(id, number, published at, is current) of every edition of a document, the latest first."""
    return db.session.execute(
        select(Edition.id, Edition.number, Edition.published_at, Edition.is_current)
        .where(Edition.document == document)
        .order_by(Edition.number.desc())
    ).all()


def get_files(edition_id: int) -> dict[str, str]:
    """The files of one edition, word for word."""
    return db.session.scalar(select(Edition.files).where(Edition.id == edition_id)) or {}


# --- Figures --------------------------------------------------------------------------------------------------


def list_use(quiz: Quiz, items: Sequence[Item]) -> dict[str, object]:
    """Item → its sums, in the words it has in this edition."""
    columns = ("item", "digest", "n", "c", "cc", "s", "ss", "cs", "given", "taken", "seconds")
    statement = select(*(getattr(ItemUse, name) for name in columns)).where(ItemUse.quiz == quiz.slug)
    if len(items) == 1:
        statement = statement.where(ItemUse.item == items[0].id)
    digests = {item.id: item.digest for item in items}
    return {row.item: row for row in db.session.execute(statement) if digests.get(row.item) == row.digest}


def get_quiz_use(quiz: str) -> QuizUse | None:
    """Attempts finished and passed, how long they took, and when they were added up; None before the first."""
    return db.session.get(QuizUse, quiz)


def first_go(course: str, lesson: str, now: dt.datetime) -> tuple[dict[str, tuple[int, float]], dt.datetime]:
    """(check → (people who responded, share right at the first go), from five people up; when they were counted).

    Where there are many, one more changes nothing that shows, and counting is no longer free: it is done again after
    ten minutes.
    """
    counted = _first_goes.get((course, lesson))
    if counted is None or now - counted[1] > KEPT:
        counted = _count_first_go(course, lesson), now
        if sum(many for many, _share in counted[0].values()) > MANY:
            _first_goes[course, lesson] = counted
    return counted


MANY, KEPT = 5_000, dt.timedelta(minutes=10)
_first_goes: dict[tuple[str, str], tuple[dict[str, tuple[int, float]], dt.datetime]] = {}


def _count_first_go(course: str, lesson: str) -> dict[str, tuple[int, float]]:
    rows = db.session.execute(
        select(CheckResponse.item, CheckResponse.first_right, func.count())
        .where(CheckResponse.course == course, CheckResponse.lesson == lesson)
        .group_by(CheckResponse.item, CheckResponse.first_right)
    )
    counts: dict[str, dict[bool, int]] = {}
    for item, right, many in rows:
        counts.setdefault(item, {})[right] = many
    totals = {item: sum(own.values()) for item, own in counts.items()}
    return {
        item: (totals[item], own.get(True, 0) / totals[item])
        for item, own in counts.items()
        if totals[item] >= LEAST_RESPONSES
    }


# --- Contests -------------------------------------------------------------------------------------------------


def count_contests(quiz: str) -> dict[str, tuple[int, int]]:
    """Item → (contests that wait, contests in all)."""
    waiting = func.sum(case((ItemContest.status == "open", 1), else_=0))
    rows = db.session.execute(
        select(ItemContest.item, waiting, func.count()).where(ItemContest.quiz == quiz).group_by(ItemContest.item)
    )
    return {item: (int(open_), many) for item, open_, many in rows}


def count_waiting() -> int:
    """How many contests wait for an author."""
    return db.session.scalar(select(func.count()).where(ItemContest.status == "open"))


NEVER_THE_PERSON = (
    ItemContest.id,
    ItemContest.quiz,
    ItemContest.item,
    ItemContest.words,
    ItemContest.made_at,
    ItemContest.status,
    ItemContest.answer,
    ItemContest.answered_at,
)
"""What authors read of a contest."""


def list_contests(is_open: bool, before: int | None = None) -> list:
    """Contests that wait, or those that were answered, the latest first; one more than a page tells that there is."""
    statement = select(*NEVER_THE_PERSON).where(
        ItemContest.status == "open" if is_open else ItemContest.status != "open"
    )
    if before is not None:
        statement = statement.where(ItemContest.id < before)
    return db.session.execute(statement.order_by(ItemContest.id.desc()).limit(PAGE + 1)).all()


def get_contest(contest_id: int, author_id: int):
    """A contest with the edition and the drawn items of its attempt, and whether it is this author's own; None where
    there is none."""
    is_own = (ItemContest.person_id == author_id).label("is_own")
    return db.session.execute(
        select(*NEVER_THE_PERSON, is_own, Attempt.edition_id, Attempt.items, Attempt.passed)
        .join(Attempt, Attempt.id == ItemContest.attempt_id)
        .where(ItemContest.id == contest_id)
    ).first()


def get_void(quiz: str, item: Item) -> ItemVoid | None:
    """What is kept of the voiding of this very item; None where it was not voided."""
    return db.session.scalars(
        select(ItemVoid).where(ItemVoid.quiz == quiz, ItemVoid.item == item.id, ItemVoid.digest == item.digest)
    ).first()
