"""Delays counted in working days, public holidays apart."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from elearn import config, workdays

pytestmark = pytest.mark.pure

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2100, 1, 1))


@pytest.mark.parametrize(
    ("where", "day", "count", "expected"),
    [
        ("", "2026-11-23", 3, "2026-11-26"),
        ("", "2026-11-26", 3, "2026-12-01"),
        ("", "2026-11-28", 1, "2026-11-30"),
        ("", "2026-11-28", 0, "2026-11-28"),
        ("", "2026-12-31", 3, "2027-01-05"),
        ("FR", "2026-12-31", 3, "2027-01-06"),
        ("FR", "2026-12-24", 1, "2026-12-28"),
        ("FR", "2026-05-13", 1, "2026-05-15"),
        ("FR", "2026-04-02", 1, "2026-04-03"),
        ("FR-57", "2026-04-02", 1, "2026-04-07"),
        ("US", "2026-11-25", 1, "2026-11-27"),
    ],
)
def test_working_days_skip_week_ends_and_public_holidays(where, day, count, expected):
    """The agreed delay, where the company is."""
    day = dt.date.fromisoformat(day)
    off = workdays.public_holidays(where, day.year)
    assert workdays.add_working_days(day, count, off) == dt.date.fromisoformat(expected)


@given(DAYS, DAYS, st.integers(0, 60), st.sets(DAYS, max_size=20))
def test_what_came_first_is_due_first(a, b, count, off):
    """So that the queue, in the order of arrival, has what is overdue at the top."""
    if a <= b:
        assert workdays.add_working_days(a, count, off) <= workdays.add_working_days(b, count, off)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)), st.integers(0, 40), st.integers(1, 30))
def test_first_day_in_time_agrees_with_the_count(today, ago, count):
    """Overdue by the day it came is overdue by its last day."""
    company = Flask("company")
    company.config["HOLIDAYS"] = "FR"
    day = today - dt.timedelta(days=ago)
    with company.app_context():
        overdue = workdays.working_day_after(day, count) < today
        assert (day < workdays.first_day_in_time(today, count)) == overdue


def test_place_that_nobody_knows_stops_the_start():
    """A wrong place is said at once, not on the day a delay is counted."""
    assert config.load(environ={"ELEARN_HOLIDAYS": "DE-BY"})["HOLIDAYS"] == "DE-BY"
    for wrong in ("XX", "FR-Bretagne-Nord"):
        with pytest.raises(config.ConfigError, match="ELEARN_HOLIDAYS"):
            config.load(environ={"ELEARN_HOLIDAYS": wrong})
