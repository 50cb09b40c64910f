"""What the referent's desk reads: its queue, applications, contests, ambassadors. Scoped to who is asking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import and_, func, literal, or_, select, union_all

from ...db import db
from ...i18n import company_day
from ...people.models import Department, Person, normalise
from .. import rules
from ..models import Application, Contest, Decision, Hearing, Mandate
from ..perimeters import Cover
from ..queries import visible_to
from ..rules import MandateStatus

PAGE = 25
KINDS = ("application", "contest", "hearing", "renewal")


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a referent."""

    kind: str
    id: int
    name: str
    department: str
    since: dt.datetime
    due_on: dt.date
    is_overdue: bool


@dataclass(frozen=True)
class Page:
    """Some rows, and the key of the next ones."""

    rows: list
    next_key: str | None


@lru_cache(maxsize=100)
def _waiting(referent_id: int, covers: tuple[Cover, ...]):
    """Everything that waits for this referent, as one table: kind, id, person_id, since.

    Building it costs more than reading it, so it is kept for as long as the perimeters stand.
    """

    def part(kind: str, model, since, topics):
        return (
            select(
                literal(kind).label("kind"), model.id.label("id"), Person.id.label("person_id"), since.label("since")
            )
            .join(Person, Person.id == model.person_id)
            .outerjoin(Department, Department.id == Person.department_id)
            .where(visible_to(referent_id, covers, topics))
        )

    applications = part("application", Application, Application.submitted_at, Application.topics).where(
        Application.status == "submitted"
    )
    renewals = part("renewal", Mandate, Mandate.renewal_asked_at, Mandate.topics).where(
        Mandate.renewal_asked_at.is_not(None)
    )
    hearings = (
        part("hearing", Mandate, Hearing.answered_at, Mandate.topics)
        .join(Hearing, Hearing.mandate_id == Mandate.id)
        .where(Hearing.closed_at.is_(None), Hearing.answered_at.is_not(None))
    )
    contests = (
        select(literal("contest"), Contest.id, Contest.person_id, Contest.made_at)
        .join(Decision, Decision.id == Contest.decision_id)
        .where(Contest.status == "open", Contest.person_id != referent_id, Decision.by_id != referent_id)
    )
    return union_all(applications, renewals, hearings, contests).subquery()


@lru_cache(maxsize=100)
def _count_statement(table):
    return select(table.c.kind, func.count()).group_by(table.c.kind)


@lru_cache(maxsize=100)
def _page_statement(table):
    return (
        select(table.c.kind, table.c.id, table.c.since, Person.given_name, Person.family_name, Department.name)
        .join(Person, Person.id == table.c.person_id)
        .outerjoin(Department, Department.id == Person.department_id)
        .order_by(table.c.since, table.c.kind, table.c.id)
        .limit(PAGE + 1)
    )


class Queue:
    """What waits for one referent: how much of each kind, and page by page."""

    def __init__(self, referent_id: int, covers: Sequence[Cover]):
        self.table = _waiting(referent_id, tuple(covers))

    def count(self) -> dict[str, int]:
        """How much waits, by kind."""
        counts = dict(db.session.execute(_count_statement(self.table)).all())
        return {kind: counts.get(kind, 0) for kind in KINDS}

    def page(self, now: dt.datetime, answer_days: int, kind: str | None = None, after: str | None = None) -> Page:
        """What has waited longest first: what is overdue is therefore at the top. Paged by key."""
        table, statement = self.table, _page_statement(self.table)
        if kind in KINDS:
            statement = statement.where(table.c.kind == kind)
        key = _read_key(after)
        if key:
            statement = statement.where(_comes_after(table.c, *key))
        today, rows = company_day(now), []
        due_on_of = lru_cache(lambda day: rules.add_working_days(day, answer_days))
        for kind_, id_, since, given, family, department in db.session.execute(statement):
            due_on = due_on_of(company_day(since))
            name = f"{given} {family}".strip()
            rows.append(Waiting(kind_, id_, name, department or "", since, due_on, today > due_on))
        return Page(rows[:PAGE], _write_key(rows[PAGE - 1]) if len(rows) > PAGE else None)


def _comes_after(c, since: dt.datetime, kind: str, id_: int):
    return or_(
        c.since > since,
        and_(c.since == since, c.kind > kind),
        and_(c.since == since, c.kind == kind, c.id > id_),
    )


def _write_key(row: Waiting) -> str:
    return f"{row.since.isoformat()}~{row.kind}~{row.id}"


def _read_key(text: str | None) -> tuple[dt.datetime, str, int] | None:
    """The key of a page; None where it is not one of ours, which shows the first page."""
    try:
        since, kind, id_ = (text or "").split("~")
        moment = dt.datetime.fromisoformat(since)
        return (moment, kind, int(id_)) if moment.tzinfo and abs(int(id_)) < 2**31 else None
    except ValueError:
        return None


# --- One row --------------------------------------------------------------------------------------------------


def get_application(
    referent_id: int, covers: Sequence[Cover], application_id: int
) -> tuple[Application, Person] | None:
    """An application this referent may read, once it was sent; a draft is its person's alone."""
    return db.session.execute(
        select(Application, Person)
        .join(Person, Person.id == Application.person_id)
        .outerjoin(Department, Department.id == Person.department_id)
        .where(
            Application.id == application_id,
            Application.submitted_at.is_not(None),
            visible_to(referent_id, covers, Application.topics),
        )
    ).first()


def get_mandate(referent_id: int, covers: Sequence[Cover], mandate_id: int) -> tuple[Mandate, Person] | None:
    """A mandate this referent may act on."""
    return db.session.execute(
        select(Mandate, Person)
        .join(Person, Person.id == Mandate.person_id)
        .outerjoin(Department, Department.id == Person.department_id)
        .where(Mandate.id == mandate_id, visible_to(referent_id, covers, Mandate.topics))
    ).first()


def get_contest(referent_id: int, contest_id: int) -> tuple[Contest, Decision, Person] | None:
    """A contest this referent may answer: about somebody else, of somebody else's decision."""
    return db.session.execute(
        select(Contest, Decision, Person)
        .join(Decision, Decision.id == Contest.decision_id)
        .join(Person, Person.id == Contest.person_id)
        .where(Contest.id == contest_id, Contest.person_id != referent_id, Decision.by_id != referent_id)
    ).first()


# --- Ambassadors ----------------------------------------------------------------------------------------------


def list_ambassadors(
    referent_id: int, covers: Sequence[Cover], status: str | None = None, search: str = "", after: str | None = None
) -> Page:
    """Ambassadors in this referent's perimeter, by name; (mandate, person, department). Paged by key."""
    statement = (
        select(Mandate, Person, Department.name)
        .join(Person, Person.id == Mandate.person_id)
        .outerjoin(Department, Department.id == Person.department_id)
        .where(visible_to(referent_id, covers, Mandate.topics))
        .order_by(Person.search_name, Mandate.id)
        .limit(PAGE + 1)
    )
    if status in set(MandateStatus):
        statement = statement.where(Mandate.status == status)
    else:
        statement = statement.where(Mandate.status != MandateStatus.ENDED)
    for word in normalise(search).split()[:5]:
        statement = statement.where(Person.search_name.contains(word, autoescape=True))
    name, _separator, id_ = (after or "").rpartition("~")
    if id_.isdecimal() and len(id_) < 10:
        later = and_(Person.search_name == name, Mandate.id > int(id_))
        statement = statement.where(or_(Person.search_name > name, later))
    rows = db.session.execute(statement).all()
    next_key = f"{rows[PAGE - 1][1].search_name}~{rows[PAGE - 1][0].id}" if len(rows) > PAGE else None
    return Page(rows[:PAGE], next_key)
