"""Reads of the author's room: editions, sums of responses, contests. Aggregates only, and never a person."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Integer, Text, case, cast, func, select

from ..assessment.models import Attempt, AttemptRecount, AttemptStatus, ItemContest, ItemVoid, Response
from ..assessment.rules import digest_of
from ..content.models import Edition
from ..content.service import get_document
from ..content.types import Item, Quiz
from ..db import db
from ..learning.models import CheckResponse
from .rules import LEAST_RESPONSES, Sums

PAGE = 50
MAX_VALUES = 2_000
"""Different responses to one item that are read: the rarest ones beyond it count for nothing that shows."""
THINKING = (1_000, 600_000)
"""Milliseconds between two saved responses that can be thinking: less is a page saved at once, more is a pause."""


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


def same_in(quiz: Quiz) -> dict[str, set[int]]:
    """Item → editions on which somebody sat and in which it is word for word what it is in this one."""
    ids = db.session.scalars(
        select(Edition.id).where(
            Edition.document == f"quiz:{quiz.slug}",
            select(Attempt.id).where(Attempt.edition_id == Edition.id).exists() | (Edition.id == quiz.edition_id),
        )
    ).all()
    found: dict[str, set[int]] = {id_: set() for id_ in quiz.by_id}
    digests = {item.id: digest_of(item) for item in quiz.bank}
    for edition_id in ids:
        for item in get_document(edition_id).bank:
            if digests.get(item.id) and (edition_id == quiz.edition_id or digest_of(item) == digests[item.id]):
                found[item.id].add(edition_id)
    return found


def sum_items(quiz: Quiz, same: dict[str, set[int]], item: str | None = None) -> dict[str, Sums]:
    """Item → sums over finished attempts, on the editions in which it is the same. Added up by the database."""
    credit, score = Response.credit, Attempt.score
    statement = (
        select(
            Response.item,
            Attempt.edition_id,
            func.count(),
            func.sum(credit),
            func.sum(credit * credit),
            func.sum(score),
            func.sum(score * score),
            func.sum(credit * score),
        )
        .join(Attempt, Attempt.id == Response.attempt_id)
        .where(Attempt.quiz == quiz.slug, credit.is_not(None))
        .group_by(Response.item, Attempt.edition_id)
    )
    if item is not None:
        statement = statement.where(Response.item == item)
    found: dict[str, Sums] = {}
    for id_, edition_id, *sums in db.session.execute(statement):
        if edition_id in same.get(id_, ()):
            found[id_] = found.get(id_, Sums()) + Sums(*sums)
    return found


def list_values(quiz: str, item: str, editions: Iterable[int]) -> list[tuple[object, int]]:
    """(response, how many gave it) for one item, counted by the database."""
    value, many = cast(Response.value, Text), func.count()
    rows = db.session.execute(
        select(value, many)
        .join(Attempt, Attempt.id == Response.attempt_id)
        .where(
            Response.item == item,
            Response.credit.is_not(None),
            Attempt.quiz == quiz,
            Attempt.edition_id.in_(list(editions)),
        )
        .group_by(value)
        .order_by(many.desc())
        .limit(MAX_VALUES)
    )
    return [(json.loads(text), count) for text, count in rows]


def median_seconds(quiz: str, item: str) -> float | None:
    """Median time between the response before and this one, where both were saved as they were given.

    None where fewer than five are known: a page of five that is saved at once says nothing of each.
    """
    concerned = (
        select(Response.attempt_id)
        .join(Attempt, Attempt.id == Response.attempt_id)
        .where(Response.item == item, Attempt.quiz == quiz, Attempt.status == AttemptStatus.SUBMITTED)
    )
    before = func.lag(Response.sequence).over(
        partition_by=Response.attempt_id, order_by=(Response.sequence, Response.id)
    )
    gaps = (
        select(Response.item.label("item"), (Response.sequence - before).label("value"))
        .where(Response.attempt_id.in_(concerned))
        .subquery()
    )
    known = select(gaps.c.value).where(gaps.c.item == item, gaps.c.value.between(*THINKING)).subquery()
    middle = _median(known)
    return None if middle is None else middle / 1_000


def median_minutes(quiz: str) -> float | None:
    """Median time from beginning to sending; None for fewer than five attempts. Three hours and more are pauses."""
    seconds = _seconds(Attempt.closed_at, Attempt.started_at)
    known = (
        select(seconds.label("value"))
        .where(Attempt.quiz == quiz, Attempt.status == AttemptStatus.SUBMITTED, seconds.between(1, 10_800))
        .subquery()
    )
    middle = _median(known)
    return None if middle is None else middle / 60


def _seconds(end, start):
    if db.session.get_bind().dialect.name == "postgresql":
        return func.extract("epoch", end - start)
    return (func.julianday(end) - func.julianday(start)) * 86_400


def _median(known) -> float | None:
    """The middle of a column ``value`` (the mean of two in an even number), by the database."""
    ranked = select(
        known.c.value,
        func.row_number().over(order_by=known.c.value).label("place"),
        func.count().over().label("n"),
    ).subquery()
    n, place = ranked.c.n, ranked.c.place
    middle = (place * 2 >= n) & (place * 2 <= n + 2)
    row = db.session.execute(select(func.avg(ranked.c.value), func.max(n)).where(middle, n >= LEAST_RESPONSES)).one()
    return float(row[0]) if row[0] is not None else None


def count_attempts(quiz: str) -> tuple[int, int]:
    """(finished attempts, passed ones)."""
    finished, passed = db.session.execute(
        select(func.count(), func.sum(cast(Attempt.passed, Integer))).where(
            Attempt.quiz == quiz, Attempt.status != AttemptStatus.OPEN
        )
    ).one()
    return finished, int(passed or 0)


def first_go(course: str, lesson: str) -> dict[str, tuple[int, float]]:
    """Check → (people who responded, share right at the first go), from five people up."""
    right = func.sum(case((CheckResponse.first_right, 1), else_=0))
    rows = db.session.execute(
        select(CheckResponse.item, func.count(), right)
        .where(CheckResponse.course == course, CheckResponse.lesson == lesson)
        .group_by(CheckResponse.item)
        .having(func.count() >= LEAST_RESPONSES)
    )
    return {item: (many, count / many) for item, many, count in rows}


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


def get_contest(contest_id: int):
    """A contest with the edition and the drawn items of its attempt; None where there is none."""
    return db.session.execute(
        select(*NEVER_THE_PERSON, Attempt.edition_id, Attempt.items, Attempt.passed)
        .join(Attempt, Attempt.id == ItemContest.attempt_id)
        .where(ItemContest.id == contest_id)
    ).first()


def get_void(quiz: str, item: Item):
    """(reason, when, attempts raised, attempts that became passed) where this very item was voided."""
    raised = func.count(AttemptRecount.id)
    passed = func.sum(case((AttemptRecount.passed_after & ~AttemptRecount.passed_before, 1), else_=0))
    return db.session.execute(
        select(ItemVoid.reason, ItemVoid.voided_at, raised.label("raised"), passed.label("passed"))
        .outerjoin(AttemptRecount, AttemptRecount.void_id == ItemVoid.id)
        .where(ItemVoid.quiz == quiz, ItemVoid.item == item.id, ItemVoid.digest == digest_of(item))
        .group_by(ItemVoid.id, ItemVoid.reason, ItemVoid.voided_at)
    ).first()
