"""What an address may ask of the lists, and what a cell may hold."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearn.db import utcnow
from elearn.reporting import rules
from elearn.reporting.keeping import keep
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
        Filter(issued="2025-11..2026-03", who="all"),
        Filter(q="-", site="-"),
        Filter(site="--"),
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
        {"issued": "0001-01"},
        {"issued": "9999-12"},
        {"issued": "2026-03..2026-02"},
        {"issued": "2026-03..2026-05..2026-07"},
        {"who": "ambassadors"},
        {"sort": "score"},
    ],
)
def test_filter_when_it_makes_no_sense(args):
    """What is not understood is left out, and said; it never becomes an error or another filter."""
    wanted = rules.read_filter(args)
    assert wanted == Filter()
    assert wanted.faults == tuple(args)


def test_filter_when_it_misses_what_is_no_part():
    """Of several parts, those that exist are kept, and the rest is said."""
    wanted = rules.read_filter({}, ["charter", "score"])
    assert (wanted.missing, wanted.faults) == (("charter",), ("missing",))


TODAY = dt.date(2026, 11, 22)


def period(first: str, last: str, *about: str) -> rules.Period:
    """A period of these months."""
    return rules.Period(rules.read_month(first), rules.read_month(last), *about)


def months(first: str, last: str = "") -> dict:
    """The address of a period of these months."""
    return {"from_month": first, "to_month": last}


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({}, period("2025-12", "2026-11")),
        ({"period": "year"}, period("2026-01", "2026-11", "year")),
        ({"period": "last-year"}, period("2025-01", "2025-12", "last-year")),
        ({"period": "three-years"}, period("2023-12", "2026-11", "three-years")),
        (months("2026-02", "2026-04"), period("2026-02", "2026-04", "months")),
        (months("2026-04", "2026-02"), period("2026-02", "2026-04", "months")),
        (months("2026-11", "2026-11"), period("2026-11", "2026-11", "months")),
        (months("2026-09", "2027-09"), period("2026-09", "2026-11", "months")),
        (months("2019-09", "2022-03"), period("2022-01", "2022-03", "months")),
        (months("2022-01", "2024-12"), period("2022-01", "2024-12", "months")),
        (months("2022-01", "2025-01"), period("2022-02", "2025-01", "months", "long")),
        ({"period": "year"} | months("2026-02", "2026-04"), period("2026-02", "2026-04", "months")),
        ({"period": "always"}, period("2025-12", "2026-11", "", "unknown")),
        (months("2026-02"), period("2025-12", "2026-11", "", "unknown")),
        (months("2026-13", "2026-02"), period("2025-12", "2026-11", "", "unknown")),
        (months("0001-01", "9999-12"), period("2025-12", "2026-11", "", "unknown")),
        (months("2027-01", "2027-02"), period("2025-12", "2026-11", "", "unknown")),
        (months("2015-01", "2015-02"), period("2025-12", "2026-11", "", "unknown")),
    ],
)
def test_period_when_it_is_read(args, expected):
    """A name, or two months in either order, as far as they are within reach; at most 36 months, the last ones; anything
    else is the last twelve, and says so."""
    assert rules.read_period(args, TODAY) == expected


@given(st.dates(dt.date(2005, 1, 1), dt.date(2900, 1, 1)), st.integers(-99, 99), st.integers(-99, 99))
def test_period_whatever_months_are_asked_for(today, one, other):
    """Its months follow one another, end by the present one and are 36 at most; its address gives it again, and the
    list's filter has the same months."""
    asked = months(*(f"{rules.add_months(today.replace(day=1), each):%Y-%m}" for each in (one, other)))
    found = rules.read_period(asked, today)
    shown = found.months
    assert 1 <= len(shown) <= rules.LONGEST
    assert (shown[0], shown[-1]) == (found.first, found.last) == rules.read_months(found.issued)
    assert shown == sorted(set(shown))
    assert {each.day for each in shown} == {1}
    assert rules.earliest_month(today) <= shown[0] <= shown[-1] <= today
    again = rules.read_period(found.args, today)
    assert (again.first, again.last, again.name, again.fault) == (found.first, found.last, found.name, "")


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(0, 0, None), (0, 9, 0), (1, 1000, 1), (999, 1000, 99), (1000, 1000, 100), (1, 3, 33)],
)
def test_percent(part, whole, percent):
    """100 % means everybody, 0 % nobody."""
    assert rules.percent(part, whole) == percent


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@SUM(A1)", "\tx", "\rx", "\n=1", "＝1+1", "＠x"])
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


@pytest.mark.parametrize(("seconds", "kept"), [(0, True), (59, True), (60, False), (-59, True), (-3600, False)])
def test_keep_when_time_goes_by(app, seconds, kept):
    """What was read is shown for a minute, also where somebody set the clock back."""
    now, made = utcnow(), iter((1, 2))
    keep((seconds,), now, lambda: next(made))
    assert keep((seconds,), now + dt.timedelta(seconds=seconds), lambda: next(made)) == (1 if kept else 2)
