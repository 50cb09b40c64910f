"""How items are drawn, an attempt graded, and another allowed. Pure: no database, no clock; ``now`` and seeds are
arguments. What a response is worth is content.items' business.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ..content.items import grade as grade_item
from ..content.types import Item, Quiz
from ..errors import Refusal
from ..i18n import _l

GRACE = dt.timedelta(seconds=10)
"""What is accepted after the deadline, for a response that was on its way; said before one starts."""

WARNING = dt.timedelta(minutes=5)
"""How long before the deadline the page warns (WCAG 2.2.1: nobody is surprised by the end)."""

PAGE_ITEMS = 5
"""Items on one page, for who goes page by page."""


# --- Drawing --------------------------------------------------------------------------------------------------


def draw(quiz: Quiz, seed: int, seen: Iterable[Collection[str]] = ()) -> tuple[str, ...]:
    """Draw the items of one attempt, in the order shown. The same seed and past give the same draw.

    One variant of each knock-out family, then an item for each article or lesson not yet covered, then any others up
    to ``quiz.items``. Never two variants of a family: meeting one must not help with another. Items met in earlier attempts (``seen``, the latest first) are left for last, the
    oldest of them before the newest, so that a retry asks something else.
    """
    chance = random.Random(seed)
    met = {id_: age for age, attempt in reversed(list(enumerate(seen, 1))) for id_ in attempt}
    rank = {item.id: (-met.get(item.id, 1_000), chance.random()) for item in quiz.bank}
    drawn = [min(variants, key=lambda i: rank[i.id]) for _name, variants in sorted(quiz.families.items())]
    pool = sorted((item for item in quiz.bank if not item.family), key=lambda i: rank[i.id])
    covered = {quiz.covered(item) for item in drawn}
    for item in pool:
        if quiz.covered(item) not in covered:
            covered.add(quiz.covered(item))
            drawn.append(item)
    taken = {item.id for item in drawn}
    # A new throw: by the first one, an item that came second of its article would come late among all.
    left = sorted((i for i in pool if i.id not in taken), key=lambda i: (rank[i.id][0], chance.random()))
    drawn += left[: max(0, quiz.items - len(drawn))]
    chance.shuffle(drawn)
    return tuple(item.id for item in drawn)


# --- Grading --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grade:
    """The result of an attempt. ``again`` names the articles or lessons to read again, in their own order."""

    score: float
    max_score: int
    passed: bool
    credits: Mapping[str, float]
    missed_knockouts: int
    again: tuple[int | str, ...] = field(default=())

    @property
    def percent(self) -> int:
        """The score in percent, rounded down, so that 79.9 never reads as a pass."""
        return int(Fraction(self.score).limit_denominator(10_000) * 100 / self.max_score) if self.max_score else 0


def grade(quiz: Quiz, items: Iterable[str], responses: Mapping[str, object], voided: Collection[str] = ()) -> Grade:
    """Grade what was received. An item without a response earns nothing; one that was voided, its whole point.

    Voiding can only help: of all that could be done with a bad item, its whole point to everybody gives the best
    share, and what was earned elsewhere stays as it was. Passed: the sum of credits reaches ``pass_percent`` of the items, and every knock-out is wholly right. Sums are
    made of fractions: sixteen times a third of three thirds is sixteen, not 15.999….
    """
    asked = [quiz.by_id[id_] for id_ in items]
    exact = {item.id: Fraction(1) if item.id in voided else _exact(item, responses.get(item.id)) for item in asked}
    score = sum(exact.values(), Fraction(0))
    missed = sum(1 for item in asked if item.family and exact[item.id] != 1)
    enough = score * 100 >= quiz.pass_percent * len(asked)
    order = list(dict.fromkeys(quiz.covered(item) for item in quiz.bank))
    weak = {quiz.covered(item) for item in asked if exact[item.id] != 1}
    return Grade(
        score=float(score),
        max_score=len(asked),
        passed=bool(asked) and enough and missed == 0,
        credits={id_: float(credit) for id_, credit in exact.items()},
        missed_knockouts=missed,
        again=tuple(thing for thing in order if thing in weak),
    )


def _exact(item: Item, value) -> Fraction:
    return Fraction(grade_item(item, value or None)).limit_denominator(1_000)


def credit(item: Item, value) -> float:
    """What a response is worth by the item's key, whether the item was voided or not."""
    return float(_exact(item, value))


def choices_taken(item: Item, value) -> list[str]:
    """The choices of a response; those placed rightly, for ordering and sorting. Nothing given takes nothing."""
    if not value:
        return []
    match item.type:
        case "single" | "boolean":
            return [value]
        case "ordering":
            return [given for given, key in zip(value, item.key, strict=False) if given == key]
        case "sorting":
            return [choice for choice, class_ in value.items() if item.key.get(choice) == class_]
    return list(value)


# --- Voided items ---------------------------------------------------------------------------------------------


def without(quiz: Quiz, voided: Collection[str]) -> Quiz:
    """The quiz as it is drawn from: voided items are not asked any more, unless nothing else is left."""
    bank = tuple(item for item in quiz.bank if item.id not in voided)
    return replace(quiz, bank=bank) if voided and bank else quiz


# --- Attempts and time ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Allowance:
    """What one may do: attempts left before a pause, and from when, where a pause is running."""

    left: int
    opens_at: dt.datetime | None = None
    passed: bool = False


def allowance(quiz: Quiz, closed: int, last_closed_at: dt.datetime | None, passed: bool, now: dt.datetime) -> Allowance:
    """Attempts come in rounds: ``quiz.attempts`` of them, then a pause of ``quiz.pause_hours``, then as many again.

    ``closed`` counts the finished attempts of this cycle. A passed quiz is not taken again in the same cycle.
    """
    if passed:
        return Allowance(0, passed=True)
    used = closed % quiz.attempts
    if closed and not used and last_closed_at is not None:
        opens_at = last_closed_at + dt.timedelta(hours=quiz.pause_hours)
        if now < opens_at:
            return Allowance(0, opens_at)
    return Allowance(quiz.attempts - used)


def check_may_start(allowed: Allowance) -> None:
    """Refuse an attempt that is not due; the sentence says what to do instead."""
    if allowed.passed:
        raise Refusal(_l("Vous avez déjà réussi ce quiz."))
    if allowed.opens_at is not None:
        raise Refusal(_l("Une pause est en cours. La page du quiz dit quand les essais suivants s’ouvrent."))


def deadline(quiz: Quiz, extra_percent: int, started_at: dt.datetime) -> dt.datetime | None:
    """When an attempt ends: the quiz's limit, lengthened by the person's extra time; None where there is no limit."""
    if not quiz.time_limit_minutes:
        return None
    return started_at + dt.timedelta(minutes=time_limit(quiz, extra_percent))


def time_limit(quiz: Quiz, extra_percent: int) -> int | None:
    """The minutes one has, one's own extra time included, rounded up."""
    if not quiz.time_limit_minutes:
        return None
    return -(-quiz.time_limit_minutes * (100 + extra_percent) // 100)


def is_over(deadline_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether nothing is accepted any more: the deadline has passed, and the grace after it."""
    return deadline_at is not None and now > deadline_at + GRACE


def is_given(value) -> bool:
    """Whether a stored value counts as a response: what was cleared does not."""
    return bool(value)
