"""Lists and counts of people by what of their training may be known. Reads only.

A list and the figure it stands behind are built from the same conditions (conditions.py), so that they agree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import func, literal, select, tuple_

from ..credentials.completion import PARTS
from ..credentials.models import Completion
from ..db import db
from ..i18n import company_day
from ..people.models import Department, Person
from .conditions import conditions, folded, with_completion
from .keeping import ALWAYS_FRESH, keep
from .models import WHOLE, VolunteeringSnapshot
from .rules import Filter

PAGE = 50


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


def count_people(wanted: Filter, on: dt.date, manager_id: int | None = None, direct_only: bool = False) -> int:
    """How many people the list has, over all its pages."""
    return db.session.scalar(_scan(func.count(), wanted, on, manager_id, direct_only))


def _scan(column, wanted: Filter, on: dt.date, manager_id: int | None, direct_only: bool, having: tuple = ()):
    """Something of everybody on the list, in no order, by the shortest way: ``completion`` is left out where nothing is
    asked of it, and begun with where only people who have a row in it are meant."""
    states, statement = {wanted.path, wanted.charter, wanted.security}, select(column)
    if states & {"doing", "done"} or wanted.certificate in ("valid", "expiring", "expired"):
        statement = statement.select_from(Person).join(Completion, Completion.person_id == Person.id)
    elif states != {""} or wanted.missing or wanted.certificate or wanted.sort == "certificate":
        statement = with_completion(statement)
    else:
        statement = statement.select_from(Person)
    return statement.where(*conditions(wanted, on, manager_id, direct_only), *having)


def is_large(now: dt.datetime) -> bool:
    """Whether the company is so large that what was read is kept for a minute."""
    return keep(("large",), now, lambda: count_people(Filter(), company_day(now)) > ALWAYS_FRESH)


FEW = 1_000
"""Up to so many people, a stretch of a large company's list is found whole and put in order once; a longer one is read
in its order, where the next fifty are never far."""


@dataclass(frozen=True)
class Found:
    """How many people a list has; and of each of its stretches, where they are few among many, who they are, in
    order."""

    total: int
    stretches: tuple[tuple[int, ...] | None, ...]


def find(
    wanted: Filter, on: dt.date, now: dt.datetime, manager_id: int | None = None, direct_only: bool = False
) -> Found:
    """How many people the list has. In a large company this may be a minute old, as the dashboard's figures may."""
    of = (wanted, on, manager_id, direct_only)

    def search() -> Found:
        total, stretches = 0, []
        for segment in _segments(wanted, on):
            some = db.session.scalars(_scan(Person.id, *of, segment.having).limit(FEW + 1)).all()
            few = len(some) <= FEW
            total += len(some) if few else db.session.scalar(_scan(func.count(), *of, segment.having))
            ordered = segment.of(select(Person.id)).where(Person.id.in_(some)).order_by(*segment.keys)
            stretches.append(tuple(db.session.scalars(ordered)) if few and some else () if few else None)
        return Found(total, tuple(stretches))

    if is_large(now):
        return keep(("found", *of), now, search)
    return Found(count_people(*of), tuple(None for _each in _segments(wanted, on)))


# --- Lists ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Segment:
    """A stretch of a list: who is in it, and the keys that order it, of which the person's id makes each the only one.

    A list by department is first the people who have one, then the others; by certificate the same. Within a stretch
    every key is a plain column, so that an index gives its order and a page costs what it shows.
    """

    keys: tuple
    having: tuple = ()
    through: object = None
    """The table whose index leads; None for people themselves."""

    def of(self, statement):
        """People of this stretch, with their department and completion beside them."""
        if self.through is Department:
            statement = statement.select_from(Department).join(Person, Person.department_id == Department.id)
            return statement.outerjoin(Completion, Completion.person_id == Person.id).where(*self.having)
        if self.through is Completion:
            statement = statement.select_from(Completion).join(Person, Person.id == Completion.person_id)
        else:
            statement = with_completion(statement)
        return statement.outerjoin(Department, Department.id == Person.department_id).where(*self.having)


def _segments(wanted: Filter, on: dt.date) -> list[Segment]:
    """The stretches of a list, in its order, without those in which its filter leaves nobody."""
    by_name = (Person.search_name, Person.id)
    if wanted.sort == "department":
        named = Segment((Department.name, Department.id, *by_name), (Person.department_id.is_not(None),), Department)
        other = Segment(by_name, (Person.department_id.is_(None),))
        return [other] if wanted.department == 0 else [named] if wanted.department else [named, other]
    if wanted.sort == "certificate":
        first = on if wanted.certificate in ("valid", "expiring") else dt.date.min
        dated = Segment((Completion.valid_until, *by_name), (Completion.valid_until >= first,), Completion)
        other = Segment(by_name, (Completion.valid_until.is_(None),))
        return {"": [dated, other], "none": [other]}.get(wanted.certificate, [dated])
    return [Segment(by_name)]


_COLUMNS = (
    Person.id,
    Person.public_id,
    Person.search_name,
    Person.given_name,
    Person.family_name,
    Person.closed_at,
    Person.erased_at,
    Person.site,
    Department.id,
    Department.name,
    *(getattr(Completion, column) for part in PARTS for column in (part, f"{part}_done_at")),
    Completion.certified_at,
    Completion.valid_until,
)

_EVERYBODY = Segment(()).of(select(*_COLUMNS))


@lru_cache(maxsize=200)
def _stretches(wanted: Filter, on: dt.date, manager_id: int | None, direct_only: bool) -> list[tuple[Segment, object]]:
    """The stretches of a list and the statement of each, without its order; building one costs more than running it,
    so the latest are kept."""
    sqlite = db.session.get_bind().dialect.name == "sqlite"
    asked = conditions(wanted, on, manager_id, direct_only, in_order=sqlite)
    return [(segment, segment.of(select(*_COLUMNS)).where(*asked)) for segment in _segments(wanted, on)]


def _line(row) -> Line:
    return Line(
        key=row.public_id,
        name="" if row.erased_at else f"{row.given_name} {row.family_name}".strip(),
        department=row.name or "",
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
    found: Found | None = None,
) -> Page:
    """The people after (or before) the one whose key is given: pages are cut by key, so that none costs more than
    the first, and nobody is shown twice or lost when somebody arrives meanwhile. ``found`` spares the search where it
    says who is on the list."""
    key = before or after
    here = db.session.execute(_EVERYBODY.where(Person.public_id == key)).first() if key else None
    backwards = bool(before) and here is not None
    stretches = _stretches(wanted, on, manager_id, direct_only)
    rows = _read(stretches, found.stretches if found else [None] * len(stretches), here, backwards, size + 1)
    more, lines = len(rows) > size, [_line(row) for row in rows[:size]]
    if backwards:
        lines.reverse()
    has_before = more if backwards else here is not None
    has_after = True if backwards else more
    return Page(
        lines,
        lines[0].key if lines and has_before else None,
        lines[-1].key if lines and has_after else None,
    )


def _read(stretches: list[tuple[Segment, object]], found, here, backwards: bool, size: int) -> list:
    """So many rows after (or before) one, stretch by stretch, in the direction of reading."""
    parts = [(*stretch, ids) for stretch, ids in zip(stretches, found, strict=True)]
    if here is not None:
        # Where somebody has no department, or no certificate, their place is in the last stretch.
        place = len(parts) - 1 if any(here._mapping[key] is None for key in parts[0][0].keys) else 0
        parts = parts[: place + 1] if backwards else parts[place:]
    rows = []
    for segment, statement, ids in reversed(parts) if backwards else parts:
        left = size - len(rows)
        if ids is not None and (here is None or here[0] in ids):
            ids = ids[::-1] if backwards else ids
            start = ids.index(here[0]) + 1 if here is not None else 0
            rows += _read_these(ids[start : start + left])
        else:
            keys = tuple_(*segment.keys)
            if here is not None:
                first, values = segment.keys[0], [literal(here._mapping[key], key.type) for key in segment.keys]
                # The first key alone says the same less exactly, and lets an index of it begin at the right place.
                statement = statement.where(first <= values[0] if backwards else first >= values[0])
                statement = statement.where(keys < tuple_(*values) if backwards else keys > tuple_(*values))
            statement = statement.order_by(*(key.desc() if backwards else key for key in segment.keys))
            rows += db.session.execute(statement.limit(left)).all()
        if len(rows) >= size:
            break
        here = None
    return rows


def _read_these(ids: tuple[int, ...]) -> list:
    """The rows of these people, in this order."""
    known = {row[0]: row for row in db.session.execute(_EVERYBODY.where(Person.id.in_(ids)))} if ids else {}
    return [known[id_] for id_ in ids if id_ in known]


def iterate(wanted: Filter, on: dt.date, chunk: int = 1_000) -> Iterator[Line]:
    """Everybody on the list, in its order, a chunk at a time by key.

    No transaction stays open while a chunk is on its way to the reader: over a slow line a file of 377,757 people takes
    minutes, for which SQLite could not shorten its log, nor PostgreSQL clear what was deleted. Who is on the list when
    it begins and does not move in it is in the file once.
    """
    stretches, here = _stretches(wanted, on, None, False), None
    while True:
        rows = _read(stretches, [None] * len(stretches), here, False, chunk)
        db.session.rollback()
        yield from map(_line, rows)
        if len(rows) < chunk:
            return
        here = rows[-1]


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
