"""What the referent's desk reads: its queue, applications, contests, ambassadors. Scoped to who is asking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    union_all,
)

from ...db import UtcDateTime, db
from ...i18n import company_day, company_midnight
from ...people.models import Department, Person, normalise
from ...workdays import first_day_in_time, working_day_after
from .. import labels
from ..models import Application, Contest, Decision, Hearing, Mandate
from ..perimeters import Cover
from ..queries import is_overruled, visible_application, visible_to
from ..rules import MandateStatus

PAGE = 25

# --- The queue ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """One kind of thing that waits for referents. Rooms below add theirs, so that there is one queue."""

    kind: str
    one: str
    many: str
    endpoint: str
    argument: str
    """The page that shows one, and what it calls the id."""
    rows: Callable[[int, tuple[Cover, ...]], Select]
    """(referent, covers) → what waits, as ``row_of`` makes it, over Person joined to Department (outer)."""
    is_urgent: bool = False
    """Has no delay: it is for now, and stands at the top."""
    words: Callable[[list[int]], dict[int, str]] | None = None
    """The first words of each, where several of one person would look alike."""


SOURCES: dict[str, Source] = {}


def register_source(source: Source) -> None:
    """Put a kind in the queue; registering again replaces it."""
    SOURCES[source.kind] = source


def row_of(id_, since, due_on=None) -> tuple:
    """The columns of what waits: its id, whom it is about, since when, and the last day that was promised; without
    one, the agreed delay is counted from the first."""
    promised = cast(null(), Date) if due_on is None else due_on
    return id_.label("id"), Person.id.label("person_id"), since.label("since"), promised.label("due_on")


def _applications(referent_id: int, covers: tuple[Cover, ...]) -> Select:
    return (
        select(*row_of(Application.id, Application.submitted_at))
        .join(Person, Person.id == Application.person_id)
        .outerjoin(Department, Department.id == Person.department_id)
        .where(
            Application.status == "submitted",
            visible_application(referent_id, covers),
            not_(is_overruled(referent_id, Application.id)),
        )
    )


def _contests(referent_id: int, covers: tuple[Cover, ...]) -> Select:
    return (
        select(*row_of(Contest.id, Contest.made_at))
        .join(Person, Person.id == Contest.person_id)
        .outerjoin(Department, Department.id == Person.department_id)
        .join(Decision, Decision.id == Contest.decision_id)
        .where(Contest.status == "open", Contest.person_id != referent_id, Decision.by_id != referent_id)
    )


def _of_mandates(referent_id: int, covers: tuple[Cover, ...], since, due_on=None) -> Select:
    return (
        select(*row_of(Mandate.id, since, due_on))
        .join(Person, Person.id == Mandate.person_id)
        .outerjoin(Department, Department.id == Person.department_id)
        .where(visible_to(referent_id, covers, Mandate.topics))
    )


def _hearings(referent_id: int, covers: tuple[Cover, ...]) -> Select:
    return (
        _of_mandates(referent_id, covers, Hearing.answered_at)
        .join(Hearing, Hearing.mandate_id == Mandate.id)
        .where(Hearing.closed_at.is_(None), Hearing.answered_at.is_not(None))
    )


def _silent_hearings(referent_id: int, covers: tuple[Cover, ...]) -> Select:
    """The person let the delay to answer pass: what is asked of the referent is to decide without."""
    return (
        _of_mandates(referent_id, covers, Hearing.opened_at, Hearing.answer_by)
        .join(Hearing, Hearing.mandate_id == Mandate.id)
        .where(
            Hearing.closed_at.is_(None),
            Hearing.answered_at.is_(None),
            Hearing.answer_by < bindparam("today", type_=Date),
        )
    )


def _renewals(referent_id: int, covers: tuple[Cover, ...]) -> Select:
    since = Mandate.renewal_asked_at
    return _of_mandates(referent_id, covers, since).where(since.is_not(None))


for _kind, _page, _rows in (
    ("application", ("ambassadors.application", "application_id"), _applications),
    ("contest", ("ambassadors.answer_contest", "contest_id"), _contests),
    ("hearing", ("ambassadors.ambassador", "mandate_id"), _hearings),
    ("silent-hearing", ("ambassadors.ambassador", "mandate_id"), _silent_hearings),
    ("renewal", ("ambassadors.ambassador", "mandate_id"), _renewals),
):
    register_source(Source(_kind, labels.KINDS[_kind], labels.KINDS_MANY[_kind], *_page, _rows))


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a referent."""

    source: Source
    id: int
    name: str
    department: str
    since: dt.datetime
    due_on: dt.date
    rank: int
    """``NOW``, ``LATE`` or ``IN_TIME``."""
    words: str = ""


NOW, LATE, IN_TIME = 0, 1, 2


@dataclass(frozen=True)
class Page:
    """Some rows, and the key of the next ones."""

    rows: list
    next_key: str | None


@lru_cache(maxsize=100)
def _waiting(referent_id: int, covers: tuple[Cover, ...]):
    """Everything that waits for this referent, as one table: kind, id, person_id, since, due_on, rank.

    What is late is told by the first day still in time, so that the database can count it. Building the table costs
    more than reading it, so it is kept for as long as the perimeters stand.
    """
    parts = (
        source.rows(referent_id, covers).add_columns(
            literal(source.kind).label("kind"), literal(int(source.is_urgent)).label("urgent")
        )
        for source in SOURCES.values()
    )
    found = union_all(*parts).subquery()
    late = or_(
        found.c.due_on < bindparam("today", type_=Date),
        and_(found.c.due_on.is_(None), found.c.since < bindparam("in_time_since", type_=UtcDateTime)),
    )
    rank = case((found.c.urgent == 1, NOW), (late, LATE), else_=IN_TIME)
    return select(found, rank.label("rank")).subquery()


@lru_cache(maxsize=100)
def _count_statement(table):
    late = func.sum(case((table.c.rank == LATE, 1), else_=0))
    return select(table.c.kind, func.count(), late).group_by(table.c.kind)


@lru_cache(maxsize=100)
def _page_statement(table):
    c = table.c
    return (
        select(c.rank, c.since, c.kind, c.id, c.due_on, Person.given_name, Person.family_name, Department.name)
        .join(Person, Person.id == c.person_id)
        .outerjoin(Department, Department.id == Person.department_id)
        .order_by(c.rank, c.since, c.kind, c.id)
        .limit(PAGE + 1)
    )


class Queue:
    """What waits for one referent now: how much of each kind, and page by page."""

    def __init__(self, referent_id: int, covers: Sequence[Cover], now: dt.datetime, answer_days: int):
        self.table = _waiting(referent_id, tuple(covers))
        self.answer_days = answer_days
        today = company_day(now)
        self.days = {"today": today, "in_time_since": company_midnight(first_day_in_time(today, answer_days))}

    def count(self) -> tuple[dict[str, int], int]:
        """How much waits, by kind; and how much of all that is late."""
        rows = db.session.execute(_count_statement(self.table), self.days).all()
        counts = {kind: count for kind, count, _late in rows}
        return {kind: counts.get(kind, 0) for kind in SOURCES}, sum(late for _kind, _count, late in rows)

    def page(self, kind: str | None = None, after: str | None = None) -> Page:
        """What is for now, then what is late, then the rest, each in the order it came. Paged by key."""
        table, statement = self.table, _page_statement(self.table)
        if kind in SOURCES:
            statement = statement.where(table.c.kind == kind)
        key = _read_key(after)
        if key:
            statement = statement.where(_comes_after(table.c, *key))
        rows = []
        for rank, since, kind_, id_, due_on, given, family, department in db.session.execute(statement, self.days):
            due_on = due_on or working_day_after(company_day(since), self.answer_days)
            name = f"{given} {family}".strip()
            rows.append(Waiting(SOURCES[kind_], id_, name, department or "", since, due_on, rank))
        return Page(_with_words(rows[:PAGE]), _write_key(rows[PAGE - 1]) if len(rows) > PAGE else None)


def _with_words(rows: list[Waiting]) -> list[Waiting]:
    """The rows of a page with their first words, asked once for each source that has any."""
    for words_of in {row.source.words for row in rows} - {None}:
        found = words_of([row.id for row in rows if row.source.words is words_of])
        rows = [replace(row, words=found[row.id]) if row.source.words is words_of else row for row in rows]
    return rows


def _comes_after(c, rank: int, since: dt.datetime, kind: str, id_: int) -> ColumnElement[bool]:
    return or_(
        c.rank > rank,
        and_(c.rank == rank, c.since > since),
        and_(c.rank == rank, c.since == since, c.kind > kind),
        and_(c.rank == rank, c.since == since, c.kind == kind, c.id > id_),
    )


def _write_key(row: Waiting) -> str:
    return f"{row.rank}~{row.since.isoformat()}~{row.source.kind}~{row.id}"


def _read_key(text: str | None) -> tuple[int, dt.datetime, str, int] | None:
    """The key of a page; None where it is not one of ours, which shows the first page."""
    try:
        rank, since, kind, id_ = (text or "").split("~")
        moment = dt.datetime.fromisoformat(since)
        known = rank in ("0", "1", "2") and moment.tzinfo and abs(int(id_)) < 2**31
        return (int(rank), moment, kind, int(id_)) if known else None
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
            visible_application(referent_id, covers),
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
    referent_id: int,
    covers: Sequence[Cover],
    status: str | None = None,
    search: str = "",
    department_id: int | None = None,
    topic: str = "",
    after: str | None = None,
) -> tuple[Page, int]:
    """Ambassadors in this referent's perimeter, by name; (mandate, person, department), and how many there are in all.
    A department is taken with all below it. Paged by key."""
    statement = (
        select(Mandate, Person, Department.name)
        .join(Person, Person.id == Mandate.person_id)
        .outerjoin(Department, Department.id == Person.department_id)
        .where(visible_to(referent_id, covers, Mandate.topics))
    )
    if status in set(MandateStatus):
        statement = statement.where(Mandate.status == status)
    else:
        statement = statement.where(Mandate.status != MandateStatus.ENDED)
    for word in normalise(search).split()[:5]:
        statement = statement.where(Person.search_name.contains(word, autoescape=True))
    if department_id is not None:
        path = select(Department.path).where(Department.id == department_id).scalar_subquery()
        statement = statement.where(Department.path.like(func.coalesce(path, "-") + "%"))
    if topic:
        statement = statement.where(cast(Mandate.topics, Text).contains(f'"{topic}"', autoescape=True))
    total = db.session.scalar(statement.with_only_columns(func.count()))
    statement = statement.order_by(Person.search_name, Mandate.id).limit(PAGE + 1)
    name, _separator, id_ = (after or "").rpartition("~")
    if id_.isdecimal() and len(id_) < 10:
        later = and_(Person.search_name == name, Mandate.id > int(id_))
        statement = statement.where(or_(Person.search_name > name, later))
    rows = db.session.execute(statement).all()
    next_key = f"{rows[PAGE - 1][1].search_name}~{rows[PAGE - 1][0].id}" if len(rows) > PAGE else None
    return Page(rows[:PAGE], next_key), total
