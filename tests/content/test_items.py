"""The grading of each item type, as a table."""

import pytest

from elearn.content.items import grade, shown_order
from elearn.content.types import Item, ItemWords, Words

pytestmark = pytest.mark.pure


def item(type_, key, choices="abcd", classes=()):
    words = ItemWords("?", {c: c for c in choices}, {c: c for c in choices}, {c: c for c in classes})
    return Item("x", type_, key, 1, Words(fr=words), classes=classes)


@pytest.mark.parametrize(
    ("type_", "key", "value", "credit"),
    [
        ("single", "b", "b", 1),
        ("single", "b", "a", 0),
        ("single", "b", None, 0),
        ("boolean", "t", "t", 1),
        ("multiple", ["a", "b"], ["a", "b"], 1),
        ("multiple", ["a", "b"], ["a"], 0.5),
        ("multiple", ["a", "b"], ["a", "c"], 0),
        ("multiple", ["a", "b"], ["a", "b", "c", "d"], 0),
        ("multiple", ["a", "b"], ["c", "d"], 0),
        ("span", ["c"], ["c"], 1),
        ("span", ["c"], ["c", "a"], 0),
        ("ordering", ["c", "a", "d", "b"], ["c", "a", "d", "b"], 1),
        ("ordering", ["c", "a", "d", "b"], ["c", "a", "b", "d"], 0.5),
        ("sorting", {"a": "x", "b": "y", "c": "x", "d": "y"}, {"a": "x", "b": "y", "c": "y"}, 0.5),
        ("sorting", {"a": "x", "b": "y", "c": "x", "d": "y"}, {}, 0),
    ],
)
def test_grade_by_type(type_, key, value, credit):
    """Credit is what quizzes/README.md states for each type."""
    assert grade(item(type_, key, classes=("x", "y")), value) == credit


def test_shown_order_when_ordering_is_never_the_key():
    """An ordering item is never shown already in order."""
    question = item("ordering", ["a", "b", "c"], "abc")
    assert all(shown_order(question, seed) != ("a", "b", "c") for seed in range(200))
