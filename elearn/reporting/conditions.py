"""Who is on a list, as conditions of SQL: what a filter asks of who somebody is, and of what of their training may be
known. Lists, figures and campaigns are all built from them, so that a number and its list agree. Of training, only
``completion`` is read, and the months of issued credentials.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache

from sqlalchemy import Date, func, literal, or_, select
from sqlalchemy.orm import aliased

from ..credentials.completion import DONE, PARTS
from ..credentials.models import Completion, Credential
from ..credentials.rules import AWARD, RENEWAL_DAYS, add_months
from ..i18n import company_midnight
from ..people.models import Department, Person, normalise
from . import rules
from .rules import Filter

TEAM_DEPTH = 12
"""How many levels of reports a manager's own teams go down; it also ends a chain of managers that bites its tail."""

NEVER = dt.date(9999, 12, 31)
ACTIVE = (Person.closed_at.is_(None), Person.erased_at.is_(None))


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


def conditions(
    wanted: Filter, on: dt.date, manager_id: int | None = None, direct_only: bool = False, in_order: bool = False
) -> list:
    """What the people of a list have in common. ``manager_id`` limits it to that manager's teams.

    ``in_order`` is for a list that SQLite reads in its order, until a page is full: every column that has an index
    stands in a function, so that the order leads, and thousands of people are not sorted to show fifty. PostgreSQL
    decides this well by itself, from figures it keeps of plain columns.
    """
    found = [*conditions_of_person(wanted, in_order), *_of_training(wanted, on, in_order)]
    if manager_id is not None:
        found.append(Person.id != manager_id)
        person = func.coalesce(Person.id, 0) if in_order else Person.id
        found.append(Person.manager_id == manager_id if direct_only else person.in_(team_of(manager_id)))
    return found


def conditions_of_person(wanted: Filter, in_order: bool = False) -> Iterator:
    """What a filter asks of who somebody is and where they work."""
    site, department = Person.site, Person.department_id
    if in_order:
        site = func.coalesce(site, "")
        department = func.coalesce(department, 0) if wanted.sort != "department" else department
    if wanted.who == "active":
        yield from ACTIVE
    elif wanted.who == "left":
        yield or_(Person.closed_at.is_not(None), Person.erased_at.is_not(None))
    for word in folded(wanted.q).split():
        yield Person.search_name.contains(word, autoescape=True)
    if wanted.department == 0:
        yield Person.department_id.is_(None)
    elif wanted.department is not None and wanted.direct:
        yield department == wanted.department
    elif wanted.department is not None:
        yield department.in_(_subtree(wanted.department))
    if wanted.site is not None:
        yield site == wanted.site
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


def _of_training(wanted: Filter, on: dt.date, in_order: bool = False) -> Iterator:
    """What a filter asks of training."""

    def column(one, instead):
        return func.coalesce(one, instead) if in_order else one

    for part in PARTS:
        if (state := rules.STATES.get(getattr(wanted, part))) is not None:
            yield (
                column(getattr(Completion, part), 0) if state else func.coalesce(getattr(Completion, part), 0)
            ) == state
    if wanted.missing:
        yield or_(*(func.coalesce(getattr(Completion, part), 0) < DONE for part in wanted.missing))
    last = on + dt.timedelta(days=RENEWAL_DAYS)
    until = column(Completion.valid_until, literal(dt.date.min, Date))
    yield from {
        "": (),
        "valid": (until >= on,),
        "expiring": (until >= on, until <= last),
        "expired": (column(Completion.valid_until, literal(NEVER, Date)) < on,),
        "none": (Completion.valid_until.is_(None),),
    }[wanted.certificate]
    if wanted.issued:
        first, last = rules.read_months(wanted.issued)
        yield Person.id.in_(
            select(Credential.person_id).where(
                *standing(),
                Credential.issued_at >= company_midnight(first),
                Credential.issued_at < company_midnight(add_months(last, 1)),
            )
        )


def standing() -> tuple:
    """Of credentials: those that were not revoked."""
    return Credential.award == AWARD, Credential.revoked_at.is_(None)


def with_completion(statement):
    """People, and beside each what of their training may be known; nothing where they began nothing."""
    return statement.select_from(Person).outerjoin(Completion, Completion.person_id == Person.id)
