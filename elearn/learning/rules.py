"""Placement, as the questionnaire's method says it, and what completes a lesson or a course. Pure functions.

Source of the placement: the programme's placement model (five rules, in their order). The outcomes are the
paths' neutral slugs; nothing here names people by what they think.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from ..content.types import Charter

BASICS = "premiers-pas"
DEBATE = "comprendre"
EASE = "apprivoiser"
METHOD = "structurer"
STEERING = "piloter"
PATHS = (BASICS, DEBATE, EASE, METHOD, STEERING)

ATTITUDE_LOW = Fraction(-3, 4)
EASE_HIGH = Fraction(1, 2)
USE, KNOWLEDGE, ATTITUDE, COMFORT = "U", "K", "A", "C"
RANGES = {USE: (0, 3), KNOWLEDGE: (0, 1), ATTITUDE: (-2, 2), COMFORT: (-2, 2)}
HARD_KNOWLEDGE = ("k4", "k5", "k6")


@dataclass(frozen=True)
class Answers:
    """What was answered, by item id: U from 0 to 3, K 0 or 1, A and C from −2 to +2 once reversed ones are turned.

    A and C are optional: an item that was skipped is absent.
    """

    use: Mapping[str, int]
    knowledge: Mapping[str, int]
    attitude: Mapping[str, int]
    comfort: Mapping[str, int]


@dataclass(frozen=True)
class Proposal:
    """A path with the rule that gave it (1 to 5). ``basics``: the basics are worth a look too; ``blind_spots``:
    much use, some knowledge missing; ``second``: the other path of a boundary."""

    path: str
    rule: int
    basics: bool = False
    blind_spots: bool = False
    second: str | None = None


def place_scores(use: int, knowledge: int, attitude, comfort, hard_right: int) -> Proposal:
    """The five rules, in their order. ``attitude`` and ``comfort`` are means, or None where fewer than two items
    of the block were answered: the condition on them then does not play."""
    if attitude is not None and attitude <= ATTITUDE_LOW:
        return Proposal(DEBATE, 1, basics=knowledge <= 3)
    if use <= 5 and knowledge <= 3:
        return Proposal(BASICS, 2)
    if use <= 5 or (comfort is not None and comfort <= ATTITUDE_LOW and use <= 10):
        return Proposal(EASE, 3)
    if use >= 11 and knowledge >= 6 and (comfort is None or comfort >= EASE_HIGH) and hard_right >= 2:
        return Proposal(STEERING, 4)
    return Proposal(METHOD, 5, blind_spots=use >= 11 and knowledge <= 5)


def mean(values) -> Fraction | None:
    """The mean of an optional block; None with fewer than two answers."""
    values = list(values)
    return Fraction(sum(values), len(values)) if len(values) >= 2 else None


def _place(answers: Answers) -> Proposal:
    return place_scores(
        sum(answers.use.values()),
        sum(answers.knowledge.values()),
        mean(answers.attitude.values()),
        mean(answers.comfort.values()),
        sum(answers.knowledge.get(k, 0) for k in HARD_KNOWLEDGE),
    )


def neighbours(answers: Answers):
    """Every set of answers that differs by one step of one given answer."""
    blocks = (("use", USE), ("knowledge", KNOWLEDGE), ("attitude", ATTITUDE), ("comfort", COMFORT))
    for name, block in blocks:
        low, high = RANGES[block]
        given = getattr(answers, name)
        for item, value in given.items():
            for step in (-1, 1):
                if low <= value + step <= high:
                    yield replace(answers, **{name: {**given, item: value + step}})


def place(answers: Answers) -> Proposal:
    """The proposal, and the second path of a boundary: where one step of one answer would change the path, the
    other is offered too (the one that most single steps lead to; in case of a tie, the earlier path)."""
    proposal = _place(answers)
    others = [p.path for p in map(_place, neighbours(answers)) if p.path != proposal.path]
    if not others:
        return proposal
    return replace(proposal, second=min(set(others), key=lambda p: (-others.count(p), PATHS.index(p))))


def is_shown(item_ids, first_rights: Mapping[str, bool]) -> bool:
    """Whether a lesson's check was passed at the first go: every item right in its first response."""
    item_ids = list(item_ids)
    return bool(item_ids) and all(first_rights.get(i) is True for i in item_ids)


def minutes_left(lessons, done) -> int:
    """Declared minutes of the lessons not yet done."""
    done = set(done)
    return sum(lesson.minutes for lesson in lessons if lesson.slug not in done)


def still_counts(signed: Charter, current: Charter) -> bool:
    """Whether a signature of one edition goes on counting for another: every article stands word for word, and so does
    the sentence that was signed.

    Articles are compared as their author wrote them, company names left open: another contact or another summary asks
    nobody to sign again, a changed word of one article does. The signature goes on citing the edition that was read.
    """
    return [each.digest for each in signed.articles] == [each.digest for each in current.articles] and all(
        own.statement == current.words.of(language).statement for language, own in signed.words.items()
    )
