"""What of the volunteering figures is shown, tried against a reader who knows the rules and every headcount."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from elearn.reporting.disclosure import SMALLEST, Group, draw, is_large_enough

pytestmark = pytest.mark.pure


@st.composite
def companies(draw_, most_groups=6, most_people=60):
    """Departments with headcounts and counts; the key 0 is people of no department, and may be nobody."""
    sizes = draw_(st.lists(st.integers(0, most_people), min_size=1, max_size=most_groups))
    return [Group(key, size, draw_(st.integers(0, size))) for key, size in enumerate(sizes)]


@given(companies())
def test_what_is_shown_has_five_on_either_side(groups):
    """No count is shown of fewer than five, nor of all but fewer than five; without history it is the true one."""
    shown = draw(groups)
    if shown.whole is not None:
        assert shown.whole == sum(g.ambassadors for g in groups)
        assert is_large_enough(shown.whole, sum(g.people for g in groups))
    for group in groups:
        count = shown.groups.get(group.key)
        if count is not None:
            assert count == group.ambassadors
            assert SMALLEST <= count <= group.people - SMALLEST
            assert shown.whole is not None


@given(companies())
def test_what_remains_of_the_total(groups):
    """Total less what is shown is nothing at all, or of several groups with five people on either side."""
    shown = draw(groups)
    assume(shown.whole is not None)
    hidden = [g for g in groups if shown.groups.get(g.key) is None and g.people]
    left = shown.whole - sum(count for count in shown.groups.values() if count is not None)
    if hidden:
        assert len(hidden) > 1 or sum(g.people > 0 for g in groups) == 1, "alone, a group is the company itself"
        assert is_large_enough(left, sum(g.people for g in hidden))
    else:
        assert left == 0


@settings(max_examples=60, deadline=None)
@given(companies(most_groups=4, most_people=11))
def test_no_hidden_count_can_be_computed(groups):
    """Among all the companies of these headcounts that show the very same figures, each hidden count has several
    values: neither the total, nor the others, nor the choice of what is hidden tells it."""
    assume(sum(g.people > 0 for g in groups) > 1)
    shown = draw(groups)
    possible = {g.key: set() for g in groups}
    for counts in itertools.product(*(range(g.people + 1) for g in groups)):
        world = [Group(g.key, g.people, count) for g, count in zip(groups, counts, strict=True)]
        if draw(world) == shown:
            for each in world:
                possible[each.key].add(each.ambassadors)
    for group in groups:
        if group.people and shown.groups.get(group.key) is None:
            assert len(possible[group.key]) > 1, (groups, shown)


@settings(max_examples=30, deadline=None)
@given(companies(most_groups=3, most_people=12), st.data())
def test_no_hidden_count_can_be_computed_in_the_next_month(groups, data):
    """Nor does the month before tell it: what is shown then depends on the earlier figures as they were shown, never as
    they were, so that all companies that show the same two months are those that show the second after the first."""
    assume(sum(g.people > 0 for g in groups) > 1)
    first = draw(groups)
    before = {key: count for key, count in first.groups.items() if count is not None}
    later = [Group(g.key, g.people, data.draw(st.integers(0, g.people))) for g in groups]
    shown = draw(later, before, first.whole)
    possible = {g.key: set() for g in groups}
    for counts in itertools.product(*(range(g.people + 1) for g in groups)):
        world = [Group(g.key, g.people, count) for g, count in zip(groups, counts, strict=True)]
        if draw(world, before, first.whole) == shown:
            for each in world:
                possible[each.key].add(each.ambassadors)
    for group in groups:
        if group.people and shown.groups.get(group.key) is None:
            assert len(possible[group.key]) > 1, (groups, later, shown)


@given(companies(), st.data())
def test_counts_from_one_month_to_the_next(groups, data):
    """A count that was shown moves by five or more, or not at all."""
    before = draw(groups)
    later = [Group(g.key, g.people, data.draw(st.integers(0, g.people))) for g in groups]
    last = {key: count for key, count in before.groups.items() if count is not None}
    after = draw(later, last, before.whole)
    pairs = [(before.whole, after.whole), *((last.get(key), count) for key, count in after.groups.items())]
    for old, new in pairs:
        if old is not None and new is not None:
            assert old == new or abs(old - new) >= SMALLEST


@given(st.lists(st.integers(10, 60), min_size=1, max_size=5), st.data())
def test_one_volunteer_more_changes_nothing(sizes, data):
    """Where everything was shown, one person's choice in a month shows nowhere in the next."""
    groups = [Group(key, size, data.draw(st.integers(5, size - 5))) for key, size in enumerate(sizes, 1)]
    before = draw(groups)
    assert before.whole is not None
    assert None not in before.groups.values()
    which = data.draw(st.sampled_from([g.key for g in groups]))
    step = data.draw(st.sampled_from([-1, 1]))
    later = [Group(g.key, g.people, g.ambassadors + step * (g.key == which)) for g in groups]
    assert draw(later, before.groups, before.whole) == before


@pytest.mark.parametrize(
    ("groups", "whole", "expected"),
    [
        ([(1, 40, 10), (2, 30, 9)], 19, {1: 10, 2: 9}),
        ([(1, 40, 10), (2, 30, 9), (3, 20, 2)], 21, {1: 10, 2: None, 3: None}),
        ([(1, 40, 10), (2, 30, 9), (3, 4, 0), (4, 4, 1)], 20, {1: 10, 2: None, 3: None, 4: None}),
        ([(1, 40, 4), (2, 30, 0)], None, {1: None, 2: None}),
        ([(1, 12, 11), (2, 30, 12)], 23, {1: None, 2: None}),
        ([(0, 3, 0), (1, 40, 10), (2, 30, 9)], 19, {1: 10, 2: None}),
    ],
)
def test_draw(groups, whole, expected):
    """A table of companies: shown whole, one small group, two small ones, too few, nearly everybody, no department."""
    shown = draw([Group(*each) for each in groups])
    assert (shown.whole, shown.groups) == (whole, expected)
