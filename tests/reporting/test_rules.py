"""What an address may ask of the lists, and what a cell may hold."""

import datetime as dt

import pytest

from elearn.reporting import rules
from elearn.reporting.rules import Filter

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(),
        Filter(
            q="lefevre ines", department=4, direct=True, site="Vannes", path="todo", charter="doing", security="done"
        ),
        Filter(department=0, site="", certificate="expiring", who="all", sort="certificate"),
        Filter(missing=("path", "security"), arrived_from=dt.date(2026, 1, 2), arrived_to=dt.date(2026, 3, 4)),
        Filter(arrival="unknown", issued="2026-03", who="left", sort="department"),
    ],
)
def test_filter_when_written_and_read_again(wanted):
    """Everything a list shows stands in its address."""
    args = wanted.args()
    assert rules.read_filter({k: v for k, v in args.items() if k != "missing"}, args.get("missing", [])) == wanted


@pytest.mark.parametrize(
    "args",
    [
        {"department": "x"},
        {"department": "-3"},
        {"department": "9" * 30},
        {"path": "premiers-pas"},
        {"certificate": "revoked"},
        {"arrived_from": "12/03/2026"},
        {"issued": "2026-13"},
        {"issued": "March"},
        {"who": "ambassadors"},
        {"sort": "score"},
    ],
)
def test_filter_when_it_makes_no_sense(args):
    """What is not understood is left out, and said; it never becomes an error or another filter."""
    wanted = rules.read_filter(args)
    assert wanted == Filter()
    assert wanted.faults == tuple(args)


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(0, 0, None), (0, 9, 0), (1, 1000, 1), (999, 1000, 99), (1000, 1000, 100), (1, 3, 33)],
)
def test_percent(part, whole, percent):
    """100 % means everybody, 0 % nobody."""
    assert rules.percent(part, whole) == percent


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@SUM(A1)", "\tx", "\rx", "\n=1"])
def test_cell_when_it_begins_like_a_formula(text):
    """No cell is taken for a formula."""
    assert rules.safe_cell(text) == "'" + text


@pytest.mark.parametrize(
    ("until", "state"),
    [
        (None, "none"),
        (dt.date(2026, 11, 21), "expired"),
        (dt.date(2026, 11, 22), "expiring"),
        (dt.date(2027, 1, 21), "expiring"),
        (dt.date(2027, 1, 22), "valid"),
    ],
)
def test_certificate_state(until, state):
    """Valid up to and including the last day; expiring in the last sixty days."""
    assert rules.certificate_state(until, dt.date(2026, 11, 22)) == state


def test_arrivals_touch_and_never_overlap():
    """Each day of arrival belongs to exactly one period."""
    periods = rules.arrivals(dt.date(2026, 5, 31))
    for newer, older in zip(periods, periods[1:], strict=False):
        assert older.last == newer.first - dt.timedelta(days=1)
    assert periods[0].last is None
    assert periods[-1].first is None
