"""What the administrator's pages read. Lists are cut by key: the design size is 377,757 people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from ...db import db
from ...errors import NotFound
from ...i18n import _
from ...permissions import Role
from ..models import Department, Person, PersonEvent, PersonEventWords, RoleAssignment, normalise
from ..rules import clean_identifier

PAGE = 50
STATES = ("here", "closed", "erased", "never")
ROLES = tuple(role.value for role in Role)


@dataclass(frozen=True)
class Wanted:
    """Which people a list shows."""

    q: str = ""
    department: int | None = None
    role: str = ""
    state: str = "here"

    def args(self) -> dict:
        """The same, for an address."""
        state = "" if self.state == "here" else self.state
        found = {"q": self.q, "department": self.department, "role": self.role, "state": state}
        return {name: value for name, value in found.items() if value}

    @property
    def narrowed(self) -> bool:
        """Whether anything but the default is asked."""
        return bool(self.args())


def read_id(text: str) -> int | None:
    """The id that an address names; None for nonsense."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def read_wanted(args) -> Wanted:
    """What an address or a form asks for; nonsense asks for nothing."""
    role, state = args.get("role", ""), args.get("state", "")
    return Wanted(
        q=args.get("q", "").strip()[:100],
        department=read_id(args.get("department", "")),
        role=role if role in ROLES else "",
        state=state if state in (*STATES, "all") else "here",
    )


@dataclass(frozen=True)
class Slice:
    """One page of a list, and the keys from which the pages around it begin."""

    rows: list
    before: str | None
    after: str | None


def conditions_of(wanted: Wanted) -> list:
    """What the list asks of a person, in SQL."""
    found = []
    if wanted.state == "here":
        found += [Person.closed_at.is_(None), Person.erased_at.is_(None)]
    elif wanted.state == "closed":
        found += [Person.closed_at.is_not(None), Person.erased_at.is_(None)]
    elif wanted.state == "erased":
        found.append(Person.erased_at.is_not(None))
    elif wanted.state == "never":
        found += [Person.closed_at.is_(None), Person.erased_at.is_(None), Person.password_hash.is_(None)]
    if wanted.q:
        typed = wanted.q.strip()
        by_name = [Person.search_name.contains(word, autoescape=True) for word in normalise(typed).split()[:6]]
        begun = [
            Person.email.startswith(typed.lower(), autoescape=True),
            Person.employee_number.startswith(typed.replace(" ", "").upper(), autoescape=True),
        ]
        found.append(or_(*begun, *([_all(by_name)] if by_name else [])))
    if wanted.department:
        path = select(Department.path).where(Department.id == wanted.department).scalar_subquery()
        below = aliased(Department)
        found.append(Person.department_id.in_(select(below.id).where(below.path.startswith(path))))
    if wanted.role:
        found.append(Person.id.in_(select(RoleAssignment.person_id).where(RoleAssignment.role == wanted.role)))
    return found


def _all(conditions):
    first, *rest = conditions
    for each in rest:
        first = first & each
    return first


def count_people(wanted: Wanted) -> int:
    """How many the list holds in all."""
    return db.session.scalar(select(func.count()).select_from(Person).where(*conditions_of(wanted)))


def list_people(wanted: Wanted, after: str = "", before: str = "") -> Slice:
    """The people after (or before) the one whose public id is given, by name, with department and roles."""
    roles = (
        select(func.aggregate_strings(RoleAssignment.role, literal(",")))
        .where(RoleAssignment.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    statement = (
        select(Person, Department.name.label("department"), roles.label("roles"))
        .outerjoin(Department, Department.id == Person.department_id)
        .where(*conditions_of(wanted))
    )
    keys = (Person.search_name, Person.id)
    cursor = _cursor(keys, before or after)
    backwards = bool(before) and cursor is not None
    if cursor is not None:
        here = tuple_(literal(cursor[0]), literal(cursor[1]))
        statement = statement.where(tuple_(*keys) < here if backwards else tuple_(*keys) > here)
    order = (key.desc() if backwards else key for key in keys)
    rows = db.session.execute(statement.order_by(*order).limit(PAGE + 1)).all()
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    has_before = more if backwards else cursor is not None
    has_after = True if backwards else more
    return Slice(
        rows,
        rows[0].Person.public_id if rows and has_before else None,
        rows[-1].Person.public_id if rows and has_after else None,
    )


SHEETS = 60


def list_to_print(wanted: Wanted, after: str = "") -> tuple[list, str | None]:
    """Those of a list who have no e-mail and never chose a password, by name, with their department; and the key of
    the next sheets."""
    keys = (Person.search_name, Person.id)
    statement = (
        select(Person, Department.name.label("department"))
        .outerjoin(Department, Department.id == Person.department_id)
        .where(*conditions_of(wanted), Person.email.is_(None), Person.password_hash.is_(None))
        .where(Person.employee_number.is_not(None), Person.closed_at.is_(None), Person.erased_at.is_(None))
    )
    if cursor := _cursor(keys, after):
        statement = statement.where(tuple_(*keys) > tuple_(literal(cursor[0]), literal(cursor[1])))
    rows = db.session.execute(statement.order_by(*keys).limit(SHEETS + 1)).all()
    return rows[:SHEETS], rows[SHEETS - 1].Person.public_id if len(rows) > SHEETS else None


def _cursor(keys, public_id: str):
    found = select(*keys).where(Person.public_id == public_id)
    return db.session.execute(found).first() if public_id else None


def get_person(public_id: str) -> Person:
    """Somebody by what leaves the house; NotFound when there is nobody."""
    person = db.session.scalar(select(Person).where(Person.public_id == public_id))
    if person is None:
        raise NotFound(_("Cette personne n’existe pas."))
    return person


def find_by_identifier(identifier: str) -> Person | None:
    """Somebody by e-mail or employee number, as they are kept."""
    if not identifier:
        return None
    return db.session.scalar(
        select(Person).where(
            or_(Person.email == identifier, Person.employee_number == identifier), Person.erased_at.is_(None)
        )
    )


def find_named(typed: str) -> Person | None:
    """Somebody by public id, e-mail or employee number, as an administrator writes them."""
    if found := db.session.scalar(select(Person).where(Person.public_id == typed)):
        return found
    return find_by_identifier(clean_identifier(typed))


# --- The log --------------------------------------------------------------------------------------------------


def list_events(
    person_id: int | None = None,
    act: str = "",
    after: int = 0,
    limit: int = PAGE,
    until: dt.datetime | None = None,
    by_id: int | None = None,
) -> Slice:
    """Lines of the log, the latest first, with the words that were not erased and who they are about; ``until`` is the
    moment before which they were written, ``by_id`` who wrote them."""
    subject, author = aliased(Person), aliased(Person)
    statement = (
        select(PersonEvent, PersonEventWords, subject, author)
        .outerjoin(PersonEventWords, PersonEventWords.event_id == PersonEvent.id)
        .outerjoin(subject, subject.id == PersonEvent.person_id)
        .outerjoin(author, author.id == PersonEvent.by_id)
        .order_by(PersonEvent.id.desc())
        .limit(limit + 1)
    )
    if person_id is not None:
        statement = statement.where(PersonEvent.person_id == person_id)
    if by_id is not None:
        statement = statement.where(PersonEvent.by_id == by_id)
    if act:
        statement = statement.where(PersonEvent.act == act)
    if until is not None:
        statement = statement.where(PersonEvent.at < until)
    if after:
        statement = statement.where(PersonEvent.id < after)
    rows = db.session.execute(statement).all()
    more, rows = len(rows) > limit, rows[:limit]
    return Slice(rows, None, str(rows[-1][0].id) if more else None)


def list_names(ids) -> dict[int, str]:
    """Names by person id, for the log's before and after; the erased are absent."""
    rows = db.session.execute(
        select(Person.id, Person.given_name, Person.family_name).where(
            Person.id.in_(set(ids)), Person.erased_at.is_(None)
        )
    )
    return {id: f"{given} {family}".strip() for id, given, family in rows}


def list_department_names(ids) -> dict[int, str]:
    """Names of departments by id."""
    return dict(db.session.execute(select(Department.id, Department.name).where(Department.id.in_(set(ids)))).all())
