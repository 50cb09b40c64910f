"""Counts for pictures: totals, by department, by site, by arrival, by month. Reads only.

Each is built from the conditions of the list behind it (conditions.py), so that the two agree.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from ..credentials.completion import PARTS
from ..credentials.models import Completion, Credential
from ..credentials.rules import RENEWAL_DAYS, add_months
from ..db import db
from ..i18n import company_midnight
from ..people.models import Department, Person
from . import rules
from .conditions import conditions, conditions_of_person, folded, standing, with_completion
from .keeping import keep
from .queries import is_large
from .rules import Filter, Period


@dataclass(frozen=True)
class Figures:
    """How many people, and where they stand."""

    people: int
    doing: dict[str, int]
    done: dict[str, int]
    valid: int
    expiring: int

    def todo(self, part: str) -> int:
        """How many did not begin this part."""
        return self.people - self.doing[part] - self.done[part]

    @property
    def percent_trained(self) -> int | None:
        """The share of people who hold a valid certificate."""
        return rules.percent(self.valid, self.people)


# Building one of these statements costs more than running it in a small company: the latest are kept.
_built_once = lru_cache(maxsize=100)


@_built_once
def _sums(on: dt.date) -> list:
    def how_many(condition):
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    parts = [
        how_many(getattr(Completion, part) == state).label(f"{part}_{state}") for part in PARTS for state in (1, 2)
    ]
    last = on + dt.timedelta(days=RENEWAL_DAYS)
    return [
        func.count(Person.id).label("people"),
        *parts,
        how_many(Completion.valid_until >= on).label("valid"),
        how_many(and_(Completion.valid_until >= on, Completion.valid_until <= last)).label("expiring"),
    ]


def _figures(row) -> Figures:
    return Figures(
        people=int(row.people),
        doing={part: int(getattr(row, f"{part}_1")) for part in PARTS},
        done={part: int(getattr(row, f"{part}_2")) for part in PARTS},
        valid=int(row.valid),
        expiring=int(row.expiring),
    )


def get_totals(wanted: Filter, on: dt.date, manager_id: int | None = None, direct_only: bool = False) -> Figures:
    """The figures of everybody on the list."""
    return _figures(db.session.execute(_totals(wanted, on, manager_id, direct_only)).one())


@_built_once
def _totals(wanted: Filter, on: dt.date, manager_id: int | None, direct_only: bool):
    return with_completion(select(*_sums(on))).where(*conditions(wanted, on, manager_id, direct_only))


def get_team_totals(on: dt.date, now: dt.datetime, manager_id: int, direct_only: bool) -> Figures:
    """The figures of a manager's own teams; in a large company they may be a minute old."""
    key, large = ("team", on, manager_id, direct_only), is_large(now)
    return keep(key, now, lambda: get_totals(Filter(), on, manager_id, direct_only), lambda: large)


def list_by_department(wanted: Filter, on: dt.date) -> list[tuple[int | None, str, Figures]]:
    """The figures of each department right under the one asked for, subtree included, by name.

    Last, under the id None, those of people who belong to that department itself, or to none at all.
    """
    rows = [(row.id, row.name or "", _figures(row)) for row in db.session.execute(_by_department(wanted, on))]
    return sorted(rows, key=lambda row: (row[0] is None, folded(row[1])))


@_built_once
def _by_department(wanted: Filter, on: dt.date):
    counted = (
        with_completion(select(Person.department_id, *_sums(on)))
        .where(*conditions(wanted, on))
        .group_by(Person.department_id)
        .subquery()
    )
    own, child = aliased(Department), aliased(Department)
    sums = [func.sum(column).label(column.name) for column in counted.c if column.name != "department_id"]
    return (
        select(child.id, child.name, *sums)
        .select_from(counted)
        .outerjoin(own, own.id == counted.c.department_id)
        .outerjoin(child, and_(child.parent_id == (wanted.department or None), own.path.startswith(child.path)))
        .group_by(child.id, child.name)
    )


def list_by_site(wanted: Filter, on: dt.date) -> list[tuple[str, Figures]]:
    """The figures of each site, by name; people without a site under the empty name, last."""
    rows = [(row.site, _figures(row)) for row in db.session.execute(_by_site(wanted, on))]
    return sorted(rows, key=lambda row: (not row[0], folded(row[0])))


@_built_once
def _by_site(wanted: Filter, on: dt.date):
    return with_completion(select(Person.site, *_sums(on))).where(*conditions(wanted, on)).group_by(Person.site)


def list_by_arrival(wanted: Filter, on: dt.date) -> list[tuple[str, Figures]]:
    """The figures by period of arrival, newest first; people whose day is not known under ``unknown``, last."""
    found = {row.arrival: _figures(row) for row in db.session.execute(_by_arrival(wanted, on))}
    return [(name, found[name]) for name in (*(p.name for p in rules.arrivals(on)), "unknown") if name in found]


@_built_once
def _by_arrival(wanted: Filter, on: dt.date):
    periods = rules.arrivals(on)
    name = case(
        (Person.arrived_on.is_(None), "unknown"),
        *((Person.arrived_on >= period.first, period.name) for period in periods if period.first),
        else_=periods[-1].name,
    ).label("arrival")
    return with_completion(select(name, *_sums(on))).where(*conditions(wanted, on)).group_by(name)


@dataclass(frozen=True)
class Progress:
    """What was obtained in a period."""

    months: list[tuple[dt.date, int]]
    """How many certificates were issued in each month."""
    people: int
    """How many people obtained one or more: whoever renewed theirs is one person."""
    drawn: dict = field(default_factory=dict, compare=False)
    """Language and moment of the other figures → all of them as the page shows them."""

    @property
    def certificates(self) -> int:
        """How many certificates were issued in all."""
        return sum(number for _month, number in self.months)


def get_progress(wanted: Filter, period: Period, now: dt.datetime) -> Progress:
    """The certificates that stand, by month of issue. Whoever left or was erased since stays counted: what was done is
    not undone. In a large company they may be a minute old."""

    def read() -> Progress:
        bounds = tuple(company_midnight(month) for month in (*period.months, add_months(period.last, 1)))
        people, *numbers = db.session.execute(_by_month(replace(wanted, who="all"), bounds)).one()
        return Progress(list(zip(period.months, map(int, numbers), strict=True)), people)

    return keep(("progress", wanted, period), now, read, lambda: is_large(now))


@_built_once
def _by_month(wanted: Filter, bounds: tuple[dt.datetime, ...]):
    each = [
        func.coalesce(func.sum(case((and_(Credential.issued_at >= a, Credential.issued_at < b), 1), else_=0)), 0)
        for a, b in zip(bounds, bounds[1:], strict=False)
    ]
    people = func.count(Credential.person_id.distinct())
    statement = select(people, *each).where(
        *standing(), Credential.issued_at >= bounds[0], Credential.issued_at < bounds[-1]
    )
    if who := list(conditions_of_person(wanted)):
        statement = statement.join(Person, Person.id == Credential.person_id).where(*who)
    return statement


# --- The dashboard's figures, together ------------------------------------------------------------------------


@dataclass(frozen=True)
class Overview:
    """Every figure of the dashboard that says where people stand, as it was at one moment."""

    at: dt.datetime
    totals: Figures
    departments: list[tuple[int | None, str, Figures]]
    sites: list[tuple[str, Figures]]
    arrivals: list[tuple[str, Figures]]


def get_overview(wanted: Filter, on: dt.date, now: dt.datetime) -> Overview:
    """The figures of the dashboard. In a large company they may be a minute old, and the page says of when they are.

    Counting 377,757 people takes about two seconds on SQLite; ten people who look at it in the same minute should
    not cost twenty.
    """

    def read() -> Overview:
        return Overview(
            at=now,
            totals=get_totals(wanted, on),
            departments=list_by_department(wanted, on) if wanted.department != 0 and not wanted.direct else [],
            sites=list_by_site(wanted, on),
            arrivals=list_by_arrival(wanted, on),
        )

    return keep(("overview", wanted, on), now, read, lambda: is_large(now))
