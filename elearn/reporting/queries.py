"""Lists and counts of people by what of their training may be known. Reads only.

A figure and the list behind it are built from the same conditions, so that they agree. Of training, only
``completion`` is read, and the months of issued credentials.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlalchemy import Date, case, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from ..credentials.completion import DONE, PARTS
from ..credentials.models import Completion, Credential
from ..credentials.rules import AWARD, RENEWAL_DAYS, add_months
from ..db import db
from ..i18n import company_midnight
from ..people.models import Department, Person, normalise
from . import rules
from .models import WHOLE, VolunteeringSnapshot
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
    found = [*conditions_of_person(wanted), *_of_training(wanted, on)]
    if manager_id is not None:
        found.append(Person.id != manager_id)
        found.append(Person.manager_id == manager_id if direct_only else Person.id.in_(team_of(manager_id)))
    return found


def conditions_of_person(wanted: Filter) -> Iterator:
    """What a filter asks of who somebody is and where they work."""
    if wanted.who == "active":
        yield from ACTIVE
    elif wanted.who == "left":
        yield or_(Person.closed_at.is_not(None), Person.erased_at.is_not(None))
    for word in folded(wanted.q).split():
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
def folded(text: str) -> str:
    """A name as it is sorted and searched, accents and case apart."""
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
                *standing(),
                Credential.issued_at >= company_midnight(first),
                Credential.issued_at < company_midnight(add_months(first, 1)),
            )
        )


def standing() -> tuple:
    """Of credentials: those that were not revoked."""
    return Credential.award == AWARD, Credential.revoked_at.is_(None)


def with_completion(statement):
    """People, and beside each what of their training may be known; nothing where they began nothing."""
    return statement.select_from(Person).outerjoin(Completion, Completion.person_id == Person.id)


def _needs_completion(wanted: Filter) -> bool:
    return bool(wanted.path or wanted.charter or wanted.security or wanted.missing or wanted.certificate)


def count_people(wanted: Filter, on: dt.date, manager_id: int | None = None, direct_only: bool = False) -> int:
    """How many people the list has, over all its pages."""
    statement = select(func.count())
    statement = with_completion(statement) if _needs_completion(wanted) else statement.select_from(Person)
    return db.session.scalar(statement.where(*conditions(wanted, on, manager_id, direct_only)))


ALWAYS_FRESH = 2_000
"""Up to so many people, figures and counts are made anew for each page; in a larger company they are kept a minute."""
KEPT_FOR = dt.timedelta(seconds=60)
"""For how long what is slow to read in a large company is kept by a process."""
_kept_counts: dict[tuple, tuple[dt.datetime, int]] = {}


def get_count(wanted: Filter, on: dt.date, now: dt.datetime) -> int:
    """How many people the list has; of a long list this may be a minute old, as the dashboard's figures may."""
    key = (str(db.engine.url), replace(wanted, sort="name"), on)
    at, count = _kept_counts.get(key, (None, 0))
    if at is not None and now - at < KEPT_FOR:
        return count
    count = count_people(wanted, on)
    for old in [each for each, (at, _count) in list(_kept_counts.items()) if now - at >= KEPT_FOR]:
        _kept_counts.pop(old, None)
    if count > ALWAYS_FRESH:
        _kept_counts[key] = now, count
    return count


# --- Lists ----------------------------------------------------------------------------------------------------


def _keys(sort: str) -> list:
    """What a list is ordered by; the person's id makes each key the only one."""
    first = {
        "name": [],
        "department": [func.coalesce(Department.name, "")],
        "certificate": [func.coalesce(Completion.valid_until, literal(NEVER, Date))],
    }[sort]
    return [*first, Person.search_name, Person.id]


@lru_cache(maxsize=200)
def _lines_of(wanted: Filter, on: dt.date, manager_id: int | None, direct_only: bool):
    """The statement of a list, without its order; building it costs more than running it, so the latest are kept."""
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
    statement = with_completion(statement).outerjoin(Department, Department.id == Person.department_id)
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
    statement = with_completion(select(*keys)).outerjoin(Department, Department.id == Person.department_id)
    return db.session.execute(statement.where(Person.public_id == public_id)).first()


def iterate(wanted: Filter, on: dt.date, chunk: int = 1_000) -> Iterator[Line]:
    """Everybody on the list, in its order, a chunk at a time: one statement read through a cursor of the database,
    so that a file of 377,757 people holds few of them in memory and shows one moment."""
    statement = _lines_of(wanted, on, None, False).order_by(*_keys(wanted.sort))
    for row in db.session.execute(statement.execution_options(yield_per=chunk)):
        yield _line(row)


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
    names = {str(each.id): folded(each.name) for each in found}
    found.sort(key=lambda each: [names.get(id_, "") for id_ in each.path.strip("/").split("/")])
    return [(each.id, each.name, each.depth) for each in found]


def list_sites() -> list[str]:
    """The sites where somebody works, by name."""
    return sorted(filter(None, db.session.scalars(_sites_statement())), key=folded)


@lru_cache(maxsize=1)
def _sites_statement(limit: int = 300):
    """Each site is found from the one before in the index, so that the work depends on the number of sites, not of
    people."""
    sites = select(func.min(Person.site).label("site")).where(*ACTIVE).cte("sites", recursive=True)
    other = aliased(Person)
    following = (
        select(func.min(other.site))
        .where(other.site > sites.c.site, other.closed_at.is_(None), other.erased_at.is_(None))
        .scalar_subquery()
    )
    sites = sites.union_all(select(following).where(sites.c.site.is_not(None)))
    return select(sites.c.site).where(sites.c.site.is_not(None)).limit(limit)


@dataclass(frozen=True)
class Choices:
    """What the list's form offers to choose from."""

    at: dt.datetime
    departments: list[tuple[int, str, int]]
    sites: list[str]


_kept_choices: dict[tuple, Choices] = {}


def get_choices(selected: int | None, now: dt.datetime) -> Choices:
    """Departments and sites to choose from; where there are many, they are read once a minute."""
    key = (str(db.engine.url), selected)
    kept = _kept_choices.get(key)
    if kept is not None and now - kept.at < KEPT_FOR:
        return kept
    choices = Choices(now, list_departments(selected), list_sites())
    for old in [each for each, value in list(_kept_choices.items()) if now - value.at >= KEPT_FOR]:
        _kept_choices.pop(old, None)
    if len(choices.departments) + len(choices.sites) >= 100:
        _kept_choices[key] = choices
    return choices


# --- Volunteering, by month -----------------------------------------------------------------------------------


def list_snapshot_months(limit: int = 24) -> list[VolunteeringSnapshot]:
    """The whole company's figure of each month that was drawn, the latest first."""
    statement = select(VolunteeringSnapshot).where(VolunteeringSnapshot.department_id == WHOLE)
    return list(db.session.scalars(statement.order_by(VolunteeringSnapshot.month.desc()).limit(limit)))


def list_snapshot_departments(month: dt.date) -> list[VolunteeringSnapshot]:
    """The figures of one month's departments of the first rank, by name."""
    statement = select(VolunteeringSnapshot).where(
        VolunteeringSnapshot.month == month, VolunteeringSnapshot.department_id != WHOLE
    )
    return sorted(db.session.scalars(statement), key=lambda row: (folded(row.name), row.department_id))
