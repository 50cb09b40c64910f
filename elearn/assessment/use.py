"""Figures of use: the worker adds each finished attempt, once, to sums that name nobody. Callers open the transaction.

Reading them costs the same whether a thousand or a million attempts were made, and what is added stays when a person
is erased.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select, update

from ..content.service import get_document
from ..content.types import Item, Quiz
from ..db import db, insert_once
from . import rules
from .models import Attempt, AttemptStatus, ItemUse, QuizUse, Response

log = logging.getLogger(__name__)

THINKING = range(1, 601)
"""Seconds between two saved responses that can be thinking: less is a page saved at once, more is a pause."""
LONGEST = 240
"""Minutes: an attempt left open over lunch says nothing more."""


@dataclass
class Tally:
    """What some attempts add to one item, or, with ``times`` in minutes, to one quiz."""

    n: int = 0
    sums: list[float] = field(default_factory=lambda: [0.0] * 5)
    given: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    times: Counter[str] = field(default_factory=Counter)

    def add(self, item: Item, value, credit: float, score: float) -> None:
        """One response, in an attempt of this score."""
        self.n += 1
        more = (credit, credit * credit, score, score * score, credit * score)
        self.sums = [a + b for a, b in zip(self.sums, more, strict=True)]
        self.given += rules.is_given(value)
        self.taken.update(rules.choices_taken(item, value))


def count_finished(now: dt.datetime, limit: int = 100) -> int:
    """Add finished attempts to the figures, the earliest first; return how many were added.

    Attempts that another worker holds are left to it. One whose edition cannot be read any more is logged and counts
    in no figure.
    """
    attempts = db.session.scalars(
        select(Attempt)
        .where(Attempt.used_at.is_(None), Attempt.closed_at.is_not(None))
        .order_by(Attempt.closed_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    ids = [attempt.id for attempt in attempts]
    responses: dict[int, list] = {id_: [] for id_ in ids}
    for row in db.session.execute(
        select(Response.attempt_id, Response.item, Response.value, Response.credit, Response.sequence)
        .where(Response.attempt_id.in_(ids))
        .order_by(Response.sequence, Response.id)
    ):
        responses[row.attempt_id].append(row)
    items: dict[tuple[str, str, str], Tally] = {}
    quizzes: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        quizzes.setdefault(attempt.quiz, []).append(attempt)
        try:
            _tally(items, get_document(attempt.edition_id), attempt, responses[attempt.id])
        except Exception:
            log.exception("attempt %s is left out of the figures of its items", attempt.id)
    for quiz in sorted(quizzes):
        _add_quiz(quiz, quizzes[quiz], now)
        _add_items(quiz, {key: tally for key, tally in items.items() if key[0] == quiz})
    db.session.execute(update(Attempt).where(Attempt.id.in_(ids)).values(used_at=now))
    return len(ids)


def _tally(items: dict, quiz: Quiz, attempt: Attempt, responses: list) -> None:
    """One attempt. Its score is by the keys: an item voided before or after weighs the same on all the others."""
    graded = [row for row in responses if row.credit is not None]
    score = sum(row.credit for row in graded)
    before = None
    for row in responses:
        item = quiz.by_id[row.item]
        tally = items.setdefault((attempt.quiz, item.id, item.digest), Tally())
        if row.credit is not None:
            tally.add(item, row.value, row.credit, score)
        seconds = round((row.sequence - before) / 1_000) if before is not None else 0
        if seconds in THINKING and attempt.status == AttemptStatus.SUBMITTED:
            # Beyond a minute, ten seconds more or less say nothing.
            tally.times[str(seconds if seconds < 60 else round(seconds, -1))] += 1
        before = row.sequence


def _add_quiz(quiz: str, attempts: Iterable[Attempt], now: dt.datetime) -> None:
    """Its row is locked first: whoever adds to a quiz's items has it, so that two workers never cross."""
    insert_once(QuizUse, on=("quiz",), quiz=quiz, times={}, counted_at=now)
    locked = select(QuizUse).where(QuizUse.quiz == quiz).with_for_update()
    row = db.session.scalars(locked.execution_options(populate_existing=True)).one()
    minutes = [
        round((attempt.closed_at - attempt.started_at).total_seconds() / 60)
        for attempt in attempts
        if attempt.status == AttemptStatus.SUBMITTED
    ]
    row.attempts += len(attempts)
    row.passed += sum(attempt.passed for attempt in attempts)
    row.times = dict(Counter(row.times) + Counter(str(m) for m in minutes if m <= LONGEST))
    row.counted_at = now


def _add_items(quiz: str, tallies: Mapping[tuple[str, str, str], Tally]) -> None:
    found = select(ItemUse).where(ItemUse.quiz == quiz).execution_options(populate_existing=True)
    rows = {(row.quiz, row.item, row.digest): row for row in db.session.scalars(found)}
    for key, tally in tallies.items():
        row = rows.get(key)
        if row is None:
            row = ItemUse(**dict(zip(("quiz", "item", "digest"), key, strict=True)), n=0, given=0, taken={}, times={})
            row.c = row.cc = row.s = row.ss = row.cs = 0.0
            db.session.add(row)
        row.n += tally.n
        for name, more in zip(("c", "cc", "s", "ss", "cs"), tally.sums, strict=True):
            setattr(row, name, getattr(row, name) + more)
        row.given += tally.given
        row.taken = dict(Counter(row.taken) + tally.taken)
        row.times = dict(Counter(row.times) + tally.times)
        row.seconds = median(row.times)


def count_new_pass(attempt: Attempt) -> None:
    """An attempt that was added as failed has become passed."""
    if attempt.used_at is not None:
        db.session.execute(update(QuizUse).where(QuizUse.quiz == attempt.quiz).values(passed=QuizUse.passed + 1))


def median(times: Mapping[str, int], least: int = 5) -> int | None:
    """The middle of a histogram (the lower one of two); None where fewer than ``least`` are known."""
    many, seen = sum(times.values()), 0
    if many < least:
        return None
    for value, count in sorted((int(value), count) for value, count in times.items()):
        seen += count
        if seen * 2 >= many:
            return value
    return None
