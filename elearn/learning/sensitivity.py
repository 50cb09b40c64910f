"""How often one step of one answer would change the path that the placement proposes. Read by authors, never by people.

Exact: the rules look at sums only, so that every set of answers is counted through the sums it gives, each answer of
a block being as likely as the others. ``sample`` draws whole questionnaires and asks ``rules.place`` itself.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import product

from . import rules

USE_ITEMS, EASY_ITEMS, ATTITUDE_ITEMS, COMFORT_ITEMS = 5, 5, 4, 3
KNOWS = 0.5
"""The chance that a situation is answered rightly, in the imagined crowd."""


@dataclass
class Sensitivity:
    """What was found for one path: its share of all answers, the share of these at a boundary, and with which paths."""

    share: float = 0.0
    boundary: float = 0.0
    towards: Counter[str] = field(default_factory=Counter)
    steps: float = 0.0
    """The share of single steps, from answers that give this path, that lead to another one."""


def sum_law(values: Sequence[int], items: int, weights: Sequence[float] | None = None) -> dict[int, float]:
    """The law of a sum of answers, each drawn from ``values``."""
    weights = weights or [1 / len(values)] * len(values)
    law = {0: 1.0}
    for _item in range(items):
        then: defaultdict[int, float] = defaultdict(float)
        for total, chance in law.items():
            for value, weight in zip(values, weights, strict=True):
                then[total + value] += chance * weight
        law = dict(then)
    return law


@cache
def _path(use: int, easy: int, hard: int, attitude: int | None, comfort: int | None) -> str:
    """The path of these sums; None where an optional block was skipped."""
    return rules.place_scores(
        use,
        easy + hard,
        None if attitude is None else Fraction(attitude, ATTITUDE_ITEMS),
        None if comfort is None else Fraction(comfort, COMFORT_ITEMS),
        hard,
    ).path


def enumerate_answers(opinions: bool = True) -> Mapping[str, Sensitivity]:
    """Every set of answers, exactly. ``opinions`` False: both optional blocks were skipped.

    A step is possible from every sum that is not at its end: some answer can then move by one.
    """
    hard_items = len(rules.HARD_KNOWLEDGE)
    skipped: dict[int | None, float] = {None: 1.0}
    laws = (
        sum_law(range(4), USE_ITEMS),
        sum_law((0, 1), EASY_ITEMS, (1 - KNOWS, KNOWS)),
        sum_law((0, 1), hard_items, (1 - KNOWS, KNOWS)),
        sum_law(range(-2, 3), ATTITUDE_ITEMS) if opinions else skipped,
        sum_law(range(-2, 3), COMFORT_ITEMS) if opinions else skipped,
    )
    found: defaultdict[str, Sensitivity] = defaultdict(Sensitivity)
    for sums in product(*laws):
        chance = 1.0
        for law, total in zip(laws, sums, strict=True):
            chance *= law[total]
        path = _path(*sums)
        others = [_path(*near) for near in _steps(sums, laws)]
        changed = [other for other in others if other != path]
        entry = found[path]
        entry.share += chance
        entry.boundary += chance if changed else 0
        entry.steps += chance * len(changed) / len(others)
        for other in set(changed):
            entry.towards[other] += chance
    return _relative(found)


def _steps(sums: tuple, laws: Sequence[Mapping]) -> list[tuple]:
    """The sums that one step of one answer leads to."""
    return [
        (*sums[:place], total + step, *sums[place + 1 :])
        for place, (total, law) in enumerate(zip(sums, laws, strict=True))
        if total is not None
        for step in (-1, 1)
        if total + step in law
    ]


def _relative(found: Mapping[str, Sensitivity]) -> Mapping[str, Sensitivity]:
    """Boundaries as shares of their path."""
    for entry in found.values():
        entry.boundary /= entry.share
        entry.steps /= entry.share
        entry.towards = Counter({path: chance / entry.share for path, chance in entry.towards.items()})
    return found


def sample(people: int = 20_000, seed: int = 1) -> Mapping[str, Sensitivity]:
    """The same over questionnaires drawn at random, through ``rules.place``; single steps are not counted."""
    chance = random.Random(seed)
    knowledge = ["k1", "k2", "k3", "k7", "k8", *rules.HARD_KNOWLEDGE]
    found: defaultdict[str, Sensitivity] = defaultdict(Sensitivity)
    for _person in range(people):
        answers = rules.Answers(
            use={f"u{n}": chance.randint(0, 3) for n in range(USE_ITEMS)},
            knowledge={name: int(chance.random() < KNOWS) for name in knowledge},
            attitude={f"a{n}": chance.randint(-2, 2) for n in range(ATTITUDE_ITEMS)},
            comfort={f"c{n}": chance.randint(-2, 2) for n in range(COMFORT_ITEMS)},
        )
        proposal = rules.place(answers)
        entry = found[proposal.path]
        entry.share += 1 / people
        if proposal.second:
            entry.boundary += 1 / people
            entry.towards[proposal.second] += 1 / people
    return _relative(found)
