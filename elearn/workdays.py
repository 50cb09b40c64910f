"""Working days: Monday to Friday, without the public holidays of where the company is (``ELEARN_HOLIDAYS``).

Delays agreed with people are counted in them. The count is pure, the days off are an argument; only
``working_day_after`` and ``first_day_in_time`` read the setting.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import lru_cache

from flask import current_app


def add_working_days(day: dt.date, count: int, off: Collection[dt.date] = ()) -> dt.date:
    """The day that comes ``count`` working days after this one: no Saturday, no Sunday, none of the days ``off``."""
    while count > 0:
        day += dt.timedelta(days=1)
        count -= day.weekday() < 5 and day not in off
    return day


@lru_cache(maxsize=100)
def public_holidays(where: str, year: int) -> frozenset[dt.date]:
    """Public holidays of a country (``FR``) or of a part of it (``FR-57``) in a year and the next one.

    None without a place. Raises NotImplementedError for one the library does not know.
    """
    if not where:
        return frozenset()
    import holidays  # Here, because most pages count no days.

    country, _separator, part = where.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=(year, year + 1)))


@lru_cache(maxsize=1000)
def _after(where: str, day: dt.date, count: int) -> dt.date:
    return add_working_days(day, count, public_holidays(where, day.year))


def working_day_after(day: dt.date, count: int) -> dt.date:
    """The day that comes ``count`` working days of the company after this one."""
    return _after(current_app.config["HOLIDAYS"], day, count)


def first_day_in_time(today: dt.date, count: int) -> dt.date:
    """The first day from which what was asked is still within a delay of ``count`` working days today.

    What is older is overdue: it lets the database tell without counting days.
    """
    day = today
    while working_day_after(day - dt.timedelta(days=1), count) >= today:
        day -= dt.timedelta(days=1)
    return day
