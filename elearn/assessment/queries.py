"""Reads of attempts and responses, always scoped to one person. Never a write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from ..content.types import Quiz
from ..db import db
from . import rules
from .models import Attempt, AttemptStatus, ItemContest, ItemVoid, Response


@dataclass(frozen=True)
class History:
    """A person's attempts at one quiz in one cycle, the first one first."""

    attempts: tuple[Attempt, ...]

    @property
    def open(self) -> Attempt | None:
        """The attempt under way."""
        return next((a for a in self.attempts if a.status == AttemptStatus.OPEN), None)

    @property
    def closed(self) -> tuple[Attempt, ...]:
        """The finished attempts."""
        return tuple(a for a in self.attempts if a.status != AttemptStatus.OPEN)

    def allowance(self, quiz: Quiz, now: dt.datetime) -> rules.Allowance:
        """Whether and when another attempt may begin."""
        closed = self.closed
        return rules.allowance(
            quiz, len(closed), closed[-1].closed_at if closed else None, any(a.passed for a in closed), now
        )


def get_history(person_id: int, quiz: str, cycle: int) -> History:
    """The attempts of one cycle."""
    rows = db.session.scalars(
        select(Attempt)
        .where(Attempt.person_id == person_id, Attempt.quiz == quiz, Attempt.cycle == cycle)
        .order_by(Attempt.number)
    )
    return History(tuple(rows))


def get_own_attempt(person_id: int, quiz: str, attempt_id: int) -> Attempt | None:
    """An attempt of this person at this quiz; None for anybody else's."""
    return db.session.scalars(
        select(Attempt).where(Attempt.id == attempt_id, Attempt.person_id == person_id, Attempt.quiz == quiz)
    ).first()


def get_responses(attempt_id: int) -> dict[str, Response]:
    """What was received, by item."""
    return {r.item: r for r in db.session.scalars(select(Response).where(Response.attempt_id == attempt_id))}


def get_values(attempt_id: int) -> dict[str, object]:
    """What was received, by item: the values alone, which is all that pages need."""
    return dict(
        db.session.execute(select(Response.item, Response.value).where(Response.attempt_id == attempt_id)).all()
    )


def list_overdue(now: dt.datetime, limit: int, but: Collection[int] = ()) -> list[tuple[int, int]]:
    """(attempt id, person id) of open attempts whose time is over, but for these."""
    rows = db.session.execute(
        select(Attempt.id, Attempt.person_id)
        .where(Attempt.status == AttemptStatus.OPEN, Attempt.deadline_at < now - rules.GRACE, Attempt.id.not_in(but))
        .order_by(Attempt.deadline_at)
        .limit(limit)
    )
    return [tuple(row) for row in rows]


def list_voided(quiz: Quiz) -> frozenset[str]:
    """Items of this edition that were voided and still stand as they were then."""
    rows = db.session.execute(select(ItemVoid.item, ItemVoid.digest).where(ItemVoid.quiz == quiz.slug)).all()
    return frozenset(item for item, digest in rows if item in quiz.by_id and quiz.by_id[item].digest == digest)


def list_contests_of(attempt_id: int) -> dict[str, ItemContest]:
    """What its own person contested in an attempt, by item; the attempt as a whole under ''."""
    return {c.item: c for c in db.session.scalars(select(ItemContest).where(ItemContest.attempt_id == attempt_id))}
