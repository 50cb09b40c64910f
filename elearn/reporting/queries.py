"""Lists and counts of people by what of their training may be known. Reads only.

A figure and the list behind it are built from the same conditions, so that they agree. Of training, only
``completion`` is read, and the months of issued credentials.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sqlalchemy import Date, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from ..credentials.completion import DONE, PARTS
from ..credentials.models import Completion, Credential
from ..credentials.rules import AWARD, RENEWAL_DAYS, add_months
from ..db import db
from ..i18n import company_midnight
from ..people.models import Department, Person, normalise
from . import rules
from .rules import Filter

PAGE = 50
TEAM_DEPTH = 12
"""How many levels of reports a manager's own teams go down; it also ends a chain of managers that bites its tail."""

NEVER = dt.date(9999, 12, 31)
ACTIVE = (Person.closed_at.is_(None), Person.erased_at.is_(None))


@dataclass(frozen=True)
class Line:
    """What HR or a manager may know of one person. There is nothing else in it, on purpose."""

    key: str
    name: str
    """Empty for somebody who was erased."""
    department: str
    site: str
    states: dict[str, int]
    done_at: dict[str, dt.datetime | None]
    certified_at: dt.datetime | None
    valid_until: dt.date | None
    has_left: bool


@dataclass(frozen=True)
class Page:
    """One page of a list, and the keys from which the pages around it begin."""

    lines: list[Line]
    before: str | None
    after: str | None


def team_of(manager_id: int):
    """The ids of everybody who reports to this manager, directly or through others, as a subquery."""
    team = (
        select(Person.id, literal(1).label("depth")).where(Person.manager_id == manager_id).cte("team", recursive=True)
    )
    report = aliased(Person)
    team = team.union(
        select(report.id, team.c.depth + 1).where(report.manager_id == team.c.id, team.c.depth < TEAM_DEPTH)
    )
    return select(team.c.id)


def conditions(wanted: Filter, on: dt.date, manager_id: int | None = None, direct_only: bool = False) -> list:
    """What the people of a list have in common. ``manager_id`` limits it to that manager's teams."""
    found = [*_of_person(wanted), *_of_training(wanted, on)]
    if manager_id is not None:
        found.append(Person.id != manager_id)
        found.append(Person.manager_id == manager_id if direct_only else Person.id.in_(team_of(manager_id)))
    return found


def _of_person(wanted: Filter) -> Iterator:
    if wanted.who == "active":
        yield from ACTIVE
    elif wanted.who == "left":
        yield or_(Person.closed_at.is_not(None), Person.erased_at.is_not(None))
    for word in _folded(wanted.q).split():
        yield Person.search_name.contains(word, autoescape=True)
    if wanted.department == 0:
        yield Person.department_id.is_(None)
    elif wanted.department is not None and wanted.direct:
        yield Person.department_id == wanted.department
    elif wanted.department is not None:
        yield Person.department_id.in_(_subtree(wanted.department))
    if wanted.site is not None:
        yield Person.site == wanted.site
    if wanted.arrival == "unknown":
        yield Person.arrived_on.is_(None)
    if wanted.arrived_from:
        yield Person.arrived_on >= wanted.arrived_from
    if wanted.arrived_to:
        yield Person.arrived_on <= wanted.arrived_to


@lru_cache(maxsize=5_000)
def _folded(text: str) -> str:
    return normalise(text)


def _subtree(department_id: int):
    top, under = aliased(Department), aliased(Department)
    return select(under.id).join(top, under.path.startswith(top.path)).where(top.id == department_id)


def _of_training(wanted: Filter, on: dt.date) -> Iterator:
    for part in PARTS:
        if state := getattr(wanted, part):
            yield func.coalesce(getattr(Completion, part), 0) == rules.STATES[state]
    if wanted.missing:
        yield or_(*(func.coalesce(getattr(Completion, part), 0) < DONE for part in wanted.missing))
    last = on + dt.timedelta(days=RENEWAL_DAYS)
    yield from {
        "": (),
        "valid": (Completion.valid_until >= on,),
        "expiring": (Completion.valid_until >= on, Completion.valid_until <= last),
        "expired": (Completion.valid_until < on,),
        "none": (Completion.valid_until.is_(None),),
    }[wanted.certificate]
    if wanted.issued:
        first = rules.read_month(wanted.issued)
        yield Person.id.in_(
            select(Credential.person_id).where(
                *_standing(),
                Credential.issued_at >= company_midnight(first),
                Credential.issued_at < company_midnight(add_months(first, 1)),
            )
        )


def _standing() -> tuple:
    return Credential.award == AWARD, Credential.revoked_at.is_(None)


def _with_completion(statement):
    return statement.select_from(Person).outerjoin(Completion, Completion.person_id == Person.id)


def _needs_completion(wanted: Filter) -> bool:
    return bool(wanted.path or wanted.charter or wanted.security or wanted.missing or wanted.certificate)


def count_people(wanted: Filter, on: dt.date, manager_id: int | None = None, direct_only: bool = False) -> int:
    """How many people the list has, over all its pages."""
    statement = select(func.count())
    statement = _with_completion(statement) if _needs_completion(wanted) else statement.select_from(Person)
    return db.session.scalar(statement.where(*conditions(wanted, on, manager_id, direct_only)))


# --- Lists ----------------------------------------------------------------------------------------------------


def _keys(sort: str) -> list:
    """What a list is ordered by; the person's id makes each key the only one."""
    first = {
        "name": [],
        "department": [func.coalesce(Department.name, "")],
        "certificate": [func.coalesce(Completion.valid_until, literal(NEVER, Date))],
    }[sort]
    return [*first, Person.search_name, Person.id]


def _lines_of(wanted: Filter, on: dt.date, manager_id: int | None, direct_only: bool):
    statement = select(
        Person.public_id,
        Person.given_name,
        Person.family_name,
        Person.closed_at,
        Person.erased_at,
        Person.site,
        Department.name.label("department"),
        Completion.path,
        Completion.charter,
        Completion.security,
        Completion.path_done_at,
        Completion.charter_done_at,
        Completion.security_done_at,
        Completion.certified_at,
        Completion.valid_until,
    )
    statement = _with_completion(statement).outerjoin(Department, Department.id == Person.department_id)
    return statement.where(*conditions(wanted, on, manager_id, direct_only))


def _line(row) -> Line:
    return Line(
        key=row.public_id,
        name="" if row.erased_at else f"{row.given_name} {row.family_name}".strip(),
        department=row.department or "",
        site=row.site,
        states={part: getattr(row, part) or 0 for part in PARTS},
        done_at={part: getattr(row, f"{part}_done_at") for part in PARTS},
        certified_at=row.certified_at,
        valid_until=row.valid_until,
        has_left=row.closed_at is not None or row.erased_at is not None,
    )


def list_page(
    wanted: Filter,
    on: dt.date,
    after: str = "",
    before: str = "",
    manager_id: int | None = None,
    direct_only: bool = False,
    size: int = PAGE,
) -> Page:
    """The people after (or before) the one whose key is given: pages are cut by key, so that none costs more than
    the first, and nobody is shown twice or lost when somebody arrives meanwhile."""
    keys = _keys(wanted.sort)
    statement = _lines_of(wanted, on, manager_id, direct_only)
    cursor = _cursor(keys, before or after)
    backwards = bool(before) and cursor is not None
    if cursor is not None:
        here = tuple_(*(literal(value, key.type) for key, value in zip(keys, cursor, strict=True)))
        statement = statement.where(tuple_(*keys) < here if backwards else tuple_(*keys) > here)
    statement = statement.order_by(*(key.desc() if backwards else key for key in keys)).limit(size + 1)
    rows = db.session.execute(statement).all()
    more, lines = len(rows) > size, [_line(row) for row in rows[:size]]
    if backwards:
        lines.reverse()
    has_before = more if backwards else cursor is not None
    has_after = True if backwards else more
    return Page(
        lines,
        lines[0].key if lines and has_before else None,
        lines[-1].key if lines and has_after else None,
    )


def _cursor(keys: list, public_id: str):
    if not public_id:
        return None
    statement = _with_completion(select(*keys)).outerjoin(Department, Department.id == Person.department_id)
    return db.session.execute(statement.where(Person.public_id == public_id)).first()


def iterate(wanted: Filter, on: dt.date, chunk: int = 1_000) -> Iterator[Line]:
    """Everybody on the list, in its order, a chunk at a time: one statement read through a cursor of the database,
    so that a file of 377,757 people holds few of them in memory and shows one moment."""
    statement = _lines_of(wanted, on, None, False).order_by(*_keys(wanted.sort))
    for row in db.session.execute(statement.execution_options(yield_per=chunk)):
        yield _line(row)


# --- Figures --------------------------------------------------------------------------------------------------


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
    statement = _with_completion(select(*_sums(on))).where(*conditions(wanted, on, manager_id, direct_only))
    return _figures(db.session.execute(statement).one())


def list_by_department(wanted: Filter, on: dt.date) -> list[tuple[int | None, str, Figures]]:
    """The figures of each department right under the one asked for, subtree included, by name.

    Last, under the id None, those of people who belong to that department itself, or to none at all.
    """
    counted = (
        _with_completion(select(Person.department_id, *_sums(on)))
        .where(*conditions(wanted, on))
        .group_by(Person.department_id)
        .subquery()
    )
    own, child = aliased(Department), aliased(Department)
    sums = [func.sum(column).label(column.name) for column in counted.c if column.name != "department_id"]
    statement = (
        select(child.id, child.name, *sums)
        .select_from(counted)
        .outerjoin(own, own.id == counted.c.department_id)
        .outerjoin(child, and_(child.parent_id == (wanted.department or None), own.path.startswith(child.path)))
        .group_by(child.id, child.name)
    )
    rows = [(row.id, row.name or "", _figures(row)) for row in db.session.execute(statement)]
    return sorted(rows, key=lambda row: (row[0] is None, _folded(row[1])))


def list_by_site(wanted: Filter, on: dt.date) -> list[tuple[str, Figures]]:
    """The figures of each site, by name; people without a site under the empty name, last."""
    statement = _with_completion(select(Person.site, *_sums(on))).where(*conditions(wanted, on)).group_by(Person.site)
    rows = [(row.site, _figures(row)) for row in db.session.execute(statement)]
    return sorted(rows, key=lambda row: (not row[0], _folded(row[0])))


def list_by_arrival(wanted: Filter, on: dt.date) -> list[tuple[str, Figures]]:
    """The figures by period of arrival, newest first; people whose day is not known under ``unknown``, last."""
    periods = rules.arrivals(on)
    name = case(
        (Person.arrived_on.is_(None), "unknown"),
        *((Person.arrived_on >= period.first, period.name) for period in periods if period.first),
        else_=periods[-1].name,
    ).label("arrival")
    statement = _with_completion(select(name, *_sums(on))).where(*conditions(wanted, on)).group_by(name)
    found = {row.arrival: _figures(row) for row in db.session.execute(statement)}
    return [(name, found[name]) for name in (*(p.name for p in periods), "unknown") if name in found]


def list_by_month(wanted: Filter, on: dt.date) -> list[tuple[dt.date, int]]:
    """How many certificates that stand were issued in each of the last twelve months, the present one included.

    Whoever left or was erased since stays counted: what was done is not undone.
    """
    months = rules.last_months(on)
    bounds = [company_midnight(month) for month in (*months, add_months(months[-1], 1))]
    each = [
        func.coalesce(func.sum(case((and_(Credential.issued_at >= a, Credential.issued_at < b), 1), else_=0)), 0)
        for a, b in zip(bounds, bounds[1:], strict=False)
    ]
    statement = select(*each).where(*_standing(), Credential.issued_at >= bounds[0])
    who = list(_of_person(wanted))
    if who:
        statement = statement.join(Person, Person.id == Credential.person_id).where(*who)
    return list(zip(months, (int(n) for n in db.session.execute(statement).one()), strict=True))


# --- Choices of filters ---------------------------------------------------------------------------------------


def get_lineage(department_id: int) -> list[Department]:
    """A department and those above it, the root first; empty when there is no such department."""
    own, above = aliased(Department), aliased(Department)
    return list(
        db.session.scalars(
            select(above)
            .join(own, own.path.startswith(above.path))
            .where(own.id == department_id)
            .order_by(above.depth)
        )
    )


def list_departments(selected: int | None, limit: int = 120) -> list[tuple[int, str, int]]:
    """Departments to choose from, in the order of the tree: id, name, depth. In a large company these are the upper
    levels, and the one chosen; the dashboard leads to the others."""
    first = case((Department.id == (selected or 0), 0), else_=1)
    found = db.session.execute(
        select(Department.id, Department.name, Department.depth, Department.path)
        .order_by(first, Department.depth, Department.name)
        .limit(limit)
    ).all()
    names = {str(each.id): _folded(each.name) for each in found}
    found.sort(key=lambda each: [names.get(id_, "") for id_ in each.path.strip("/").split("/")])
    return [(each.id, each.name, each.depth) for each in found]


def list_sites(limit: int = 300) -> list[str]:
    """The sites where somebody works, by name. Each is found from the one before in the index, so that the work
    depends on the number of sites, not of people."""
    sites = select(func.min(Person.site).label("site")).where(*ACTIVE).cte("sites", recursive=True)
    other = aliased(Person)
    following = (
        select(func.min(other.site))
        .where(other.site > sites.c.site, other.closed_at.is_(None), other.erased_at.is_(None))
        .scalar_subquery()
    )
    sites = sites.union_all(select(following).where(sites.c.site.is_not(None)))
    found = db.session.scalars(select(sites.c.site).where(sites.c.site.is_not(None)).limit(limit))
    return sorted(filter(None, found), key=_folded)


# --- The dashboard's figures, together ------------------------------------------------------------------------


@dataclass(frozen=True)
class Overview:
    """Every figure of the dashboard, as it was at one moment."""

    at: dt.datetime
    totals: Figures
    departments: list[tuple[int | None, str, Figures]]
    sites: list[tuple[str, Figures]]
    arrivals: list[tuple[str, Figures]]
    months: list[tuple[dt.date, int]]
    drawn: dict = field(default_factory=dict, compare=False)
    """Language → these figures as the page shows them."""


ALWAYS_FRESH = 2_000
"""Up to so many people the figures are counted anew for each page; in a larger company they are kept for a while."""
KEPT_FOR = dt.timedelta(seconds=60)
_kept: dict[tuple, Overview] = {}


def get_overview(wanted: Filter, on: dt.date, now: dt.datetime) -> Overview:
    """The figures of the dashboard. In a large company they may be a minute old, and the page says of when they are.

    Counting 377,757 people takes about two seconds on SQLite; ten people who look at it in the same minute should
    not cost twenty.
    """
    key = (str(db.engine.url), wanted, on)
    kept = _kept.get(key)
    if kept is not None and now - kept.at < KEPT_FOR:
        return kept
    overview = Overview(
        at=now,
        totals=get_totals(wanted, on),
        departments=list_by_department(wanted, on) if wanted.department != 0 and not wanted.direct else [],
        sites=list_by_site(wanted, on),
        arrivals=list_by_arrival(wanted, on),
        months=list_by_month(replace(wanted, who="all"), on),
    )
    for old in [each for each, value in list(_kept.items()) if now - value.at >= KEPT_FOR]:
        _kept.pop(old, None)
    if overview.totals.people > ALWAYS_FRESH:
        _kept[key] = overview
    return overview
