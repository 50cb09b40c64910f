"""Figures of use and the flags they raise. Pure: sums in, figures out.

Classical test theory, on the credits (0 to 1) of finished attempts, by the keys:

- **facility**: the mean credit of those who were asked and answered, 0 to 1;
- **discrimination**: the correlation between an item's credit and the rest of the attempt's score, the item itself
  left out (corrected item-total correlation), −1 to 1. Below zero, those who know the rest well miss this one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..assessment.models import ItemUse
from ..content.types import Item

LEAST_RESPONSES = 5
"""Below five responses nothing is said: too few to mean anything, and each could be somebody's."""

LEAST_TO_FLAG = 10
"""Below ten, figures are shown and no item is flagged: at ten, chance alone moves facility by some 15 points."""

LEAST_FOR_WEAKNESS = 30
"""A weak correlation means nothing in a smaller group (its standard error is about 0.18 at thirty)."""

TOO_HARD = 0.4
"""Fewer than four in ten: not far from guessing in an item of four choices, in a course meant to be passed."""

TOO_EASY = 0.97
"""Nearly everybody: the item takes time and tells nothing. Decisive items are exempt: everybody should have them."""

LITTLE_DISCRIMINATION = 0.1
"""Customary bounds ask for 0.2 (Ebel and Frisbie, Essentials of Educational Measurement, 1991); in a test of mastery
most people succeed and correlations shrink, so only half of that is flagged."""


@dataclass(frozen=True)
class Figures:
    """How an item was met. ``discrimination`` is None where nothing varies."""

    n: int
    facility: float
    discrimination: float | None


def figures(use: ItemUse | None) -> Figures | None:
    """The figures of an item from its sums; None below five responses. The rest of a score is the score without the
    item."""
    if use is None or use.n < LEAST_RESPONSES:
        return None
    n, c, cc = use.n, use.c, use.cc
    r, rr, cr = use.s - c, use.ss - 2 * use.cs + cc, use.cs - cc
    spread = (n * cc - c * c) * (n * rr - r * r)
    # What floating-point sums leave of a spread that is none must not become a correlation.
    known = n * cc - c * c > 1e-6 * n and n * rr - r * r > 1e-6 * n
    return Figures(n, c / n, (n * cr - c * r) / math.sqrt(spread) if known else None)


FLAGS = ("reversed", "hard", "weak", "easy", "rival", "contested")
"""``reversed``: those who know miss it (below zero by more than a standard error, 1/√n: less is chance); ``hard``; ``weak``: it does not tell who knows; ``easy``; ``rival``: another
choice draws more people than the key; ``contested``: a contest waits, or two came."""


def flags(
    item: Item, found: Figures | None, open_contests: int = 0, contests: int = 0, rival: bool = False
) -> list[str]:
    """What an author should look at, the worst first."""
    raised = []
    if found is not None and found.n >= LEAST_TO_FLAG:
        d = found.discrimination
        if d is not None and d < -1 / math.sqrt(found.n):
            raised.append("reversed")
        if found.facility < TOO_HARD:
            raised.append("hard")
        if d is not None and abs(d) < LITTLE_DISCRIMINATION and found.n >= LEAST_FOR_WEAKNESS and not item.family:
            raised.append("weak")
        if found.facility > TOO_EASY and found.n >= LEAST_FOR_WEAKNESS and not item.family:
            raised.append("easy")
    if rival:
        raised.append("rival")
    if open_contests or contests > 1:
        raised.append("contested")
    return raised


# --- Choices taken --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taken:
    """One choice: how many took it (placed it rightly, for ordering and sorting), and whether the key has it."""

    choice: str
    count: int
    is_key: bool


def choices_taken(item: Item, taken: Mapping[str, int]) -> list[Taken]:
    """Each choice with how many took it, in the author's order."""
    keys = item.choice_ids if item.type in ("ordering", "sorting") else item.key
    keys = {keys} if isinstance(keys, str) else set(keys)
    return [Taken(choice, taken.get(choice, 0), choice in keys) for choice in item.choice_ids]


def has_rival(item: Item, total: int, taken: Iterable[Taken]) -> bool:
    """Whether a wrong choice of an item with one right one draws more people than the key does."""
    if item.type not in ("single", "boolean") or total < LEAST_TO_FLAG:
        return False
    taken = list(taken)
    best = next(t.count for t in taken if t.is_key)
    return any(t.count > best for t in taken if not t.is_key)
