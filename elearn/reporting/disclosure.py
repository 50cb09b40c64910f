"""What of the volunteering figures may be shown, decided from counts alone. No database, no clock, no Flask.

HR knows everybody's name and department. A count therefore tells on people as soon as it is near nothing or near
everybody, and a count that is hidden comes out again where the others and the total are shown. What is protected:

- a group is shown only where five people or more volunteered and five or more did not;
- where that hides one group, others are hidden with it, until what remains of the total is a group of several
  departments that obeys the same rule: no hidden count has one possible value only, even for a reader who knows these
  rules (tests/reporting/test_disclosure.py tries every company that fits what is shown);
- a shown count moves only once it is five away from the one shown before, up or down: no single arrival, departure or
  new ambassador can be read from one month to the next.

What is not protected: that a group appears says that it has five of each; and a reader who learns from the people
themselves who volunteered knows more than any rule can hide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SMALLEST = 5
"""The fewest people on either side of a count that is shown, and the smallest step by which one moves."""


@dataclass(frozen=True)
class Group:
    """A department of the first rank, or under the key 0 the people of none: how many work there, how many
    volunteered."""

    key: int
    people: int
    ambassadors: int


@dataclass(frozen=True)
class Shown:
    """The counts that may be shown; None where one may not."""

    whole: int | None
    groups: dict[int, int | None]


def draw(groups: Sequence[Group], before: Mapping[int, int] | None = None, whole_before: int | None = None) -> Shown:
    """Decide what one month shows. ``before`` holds the count last shown of each group, in whichever month.

    The key 0, people of no department, is never shown: it only counts in the total.
    """
    before = before or {}
    people = sum(group.people for group in groups)
    whole = _settle(sum(group.ambassadors for group in groups), whole_before)
    if not is_large_enough(whole, people):
        return Shown(None, {group.key: None for group in groups if group.key})
    counts = {group.key: _settle(group.ambassadors, before.get(group.key)) for group in groups if group.key}
    size = {group.key: group.people for group in groups}
    shown = {key for key, count in counts.items() if is_large_enough(count, size[key])}
    # Which group is hidden beside a small one is chosen by what everybody knows, its headcount, and never by its count.
    candidates = sorted(shown, key=lambda key: (size[key], key))
    while candidates and not _hides_well(whole, people, {key: counts[key] for key in shown}, size):
        shown.discard(candidates.pop(0))
    return Shown(whole, {key: count if key in shown else None for key, count in counts.items()})


def is_large_enough(count: int, people: int) -> bool:
    """Whether five or more volunteered, and five or more did not."""
    return SMALLEST <= count <= people - SMALLEST


def _settle(count: int, before: int | None) -> int:
    """The count to show: the one before, until the true one is five away from it."""
    return before if before is not None and abs(count - before) < SMALLEST else count


def _hides_well(whole: int, people: int, shown: Mapping[int, int], size: Mapping[int, int]) -> bool:
    """Whether what the total leaves to the hidden groups tells on none of them."""
    hidden = [key for key, number in size.items() if key not in shown and number]
    if not hidden:
        return True
    left = whole - sum(shown.values())
    return len(hidden) > 1 and is_large_enough(left, people - sum(size[key] for key in shown))
