"""Figures and flags, choices taken, differences: on small numbers that one can check by hand."""

import random
from statistics import correlation

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from elearn.assessment.models import ItemUse
from elearn.assessment.rules import choices_taken
from elearn.assessment.use import Tally, median
from elearn.authoring import differences, rules
from elearn.authoring.rules import Figures
from tests.assessment.banks import SHAPES, make_item

pytestmark = pytest.mark.pure


def add_up(credits, scores, item=None):
    """What the worker adds up."""
    tally = Tally()
    for credit, score in zip(credits, scores, strict=True):
        tally.add(item or make_item("one"), "b", credit, score)
    return ItemUse(n=tally.n, **dict(zip(("c", "cc", "s", "ss", "cs"), tally.sums, strict=True)))


def test_discrimination_is_the_correlation_with_the_rest():
    """The item itself is left out of the rest."""
    chance = random.Random(7)
    credits = [chance.choice([0.0, 0.5, 1.0]) for _n in range(40)]
    rest = [chance.randint(8, 19) for _credit in credits]
    found = rules.figures(add_up(credits, [r + c for r, c in zip(rest, credits, strict=True)]))
    assert found.facility == pytest.approx(sum(credits) / 40)
    assert found.discrimination == pytest.approx(correlation(credits, rest))


@pytest.mark.parametrize(
    ("times", "expected"),
    [({}, None), ({"7": 4}, None), ({"7": 5}, 7), ({"9": 2, "10": 2, "100": 1}, 10), ({"2": 3, "30": 3}, 2)],
)
def test_median_of_a_histogram(times, expected):
    """By number and not by letter; the lower of two middles; nothing below five."""
    assert median(times) == expected


@given(st.lists(st.tuples(st.sampled_from([0.0, 1 / 3, 0.5, 1.0]), st.integers(0, 19)), min_size=5, max_size=60))
def test_discrimination_is_bounded(pairs):
    """Whatever was answered, between −1 and 1, or unknown."""
    found = rules.figures(add_up([c for c, _r in pairs], [c + r for c, r in pairs]))
    assert found.discrimination is None or -1.000001 <= found.discrimination <= 1.000001


def test_nothing_below_five():
    """Four responses say nothing; five all alike have no discrimination."""
    assert rules.figures(add_up([1.0] * 4, [20.0] * 4)) is None
    assert rules.figures(add_up([1.0] * 5, [20.0, 19.0, 18.0, 17.0, 16.0])) == Figures(5, 1.0, None)


@pytest.mark.parametrize(
    ("found", "family", "expected"),
    [
        (None, None, []),
        (Figures(9, 0.1, -0.9), None, []),
        (Figures(10, 0.5, -0.2), None, []),
        (Figures(10, 0.5, -0.4), None, ["reversed"]),
        (Figures(10, 0.39, 0.4), None, ["hard"]),
        (Figures(29, 0.8, 0.05), None, []),
        (Figures(30, 0.8, 0.05), None, ["weak"]),
        (Figures(30, 0.8, 0.05), "f", []),
        (Figures(30, 0.98, None), None, ["easy"]),
        (Figures(30, 0.98, None), "f", []),
        (Figures(200, 0.7, 0.3), None, []),
    ],
)
def test_flags(found, family, expected):
    """Each threshold, just below and just above."""
    assert rules.flags(make_item("one", family=family), found) == expected


def test_flags_of_contests_and_rivals():
    """One that waits, or two in all; a wrong choice that draws more than the key."""
    item = make_item("one")
    assert rules.flags(item, None, 1, 1) == rules.flags(item, None, 0, 2) == ["contested"]
    assert rules.flags(item, None, 0, 1) == []
    assert rules.flags(item, None, rival=True) == ["rival"]
    taken = rules.choices_taken(item, {"a": 7, "b": 4})
    assert rules.has_rival(item, 11, taken)
    assert not rules.has_rival(item, 9, taken)
    assert not rules.has_rival(make_item("two", "multiple"), 50, taken)


@pytest.mark.parametrize("type_", SHAPES)
def test_choices_taken_of_a_right_response(type_):
    """The key takes every choice it has, and of ordering and sorting every place."""
    item = make_item("one", type_)
    taken = rules.choices_taken(item, dict.fromkeys(choices_taken(item, item.key), 5))
    assert choices_taken(item, "") == choices_taken(item, None) == []
    assert {t.choice for t in taken if t.count == 5} == {t.choice for t in taken if t.is_key}


def test_changed_words():
    """What was added, what was removed, and an ellipsis for what is far."""
    assert differences.changed_words("un petit mot", "un grand mot") == [
        ("same", "un "),
        ("removed", "petit"),
        ("added", "grand"),
        ("same", " mot"),
    ]
    far = " ".join(str(n) for n in range(200))
    pieces = differences.changed_words(f"avant {far} après", f"ici {far} là")
    assert ("gap", "…") in pieces and len("".join(text for _how, text in pieces)) < 200


@given(st.text(alphabet="ab c\n’.", max_size=40), st.text(alphabet="ab c\n’.", max_size=40))
@example("a." * 20, "a." * 20)
def test_a_difference_loses_nothing(before, after):
    """Without what was added one reads the former text, without what was removed the later one."""
    pieces = differences.changed_words(before, after)
    assert "".join(text for how, text in pieces if how != "added") == before
    assert "".join(text for how, text in pieces if how != "removed") == after
