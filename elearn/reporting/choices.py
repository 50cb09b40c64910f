"""What the forms of lists offer to choose from: departments and sites. Reads only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from ..db import db
from ..people.models import Department, Person
from .conditions import ACTIVE, folded
from .keeping import keep
from .queries import is_large


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

    departments: list[tuple[int, str, int]]
    sites: list[str]


def get_choices(selected: int | None, now: dt.datetime) -> Choices:
    """Departments and sites to choose from."""
    large = is_large(now)
    return keep(("choices", selected), now, lambda: Choices(list_departments(selected), list_sites()), lambda: large)
