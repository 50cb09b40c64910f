"""Reads about applications, mandates and their log. Never a rule of its own, never a write.

Whom a referent sees is decided by ``perimeters.may_see``; ``visible_to`` says the same in SQL, for lists of any length,
and a test holds one against the other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, Text, and_, cast, false, func, not_, or_, select, true

from ..db import db
from ..people.models import Department, Person, RoleAssignment, normalise
from ..permissions import Role
from . import rules
from .models import (
    Absence,
    Application,
    Assessment,
    Contest,
    Decision,
    DecisionWords,
    Hearing,
    Mandate,
    Network,
    Perimeter,
    Topic,
)
from .perimeters import Cover, answerable
from .rules import MandateState

RENEWAL_DAYS = 60

# --- The catalogue --------------------------------------------------------------------------------------------


def list_networks(closed: bool = False) -> list[Network]:
    """Networks of the catalogue, open ones unless said otherwise."""
    return list(db.session.scalars(select(Network).where(or_(Network.is_open, closed)).order_by(Network.id)))


def list_topics(closed: bool = False) -> list[Topic]:
    """Topics of the catalogue, open ones unless said otherwise."""
    return list(db.session.scalars(select(Topic).where(or_(Topic.is_open, closed)).order_by(Topic.id)))


# --- One person -----------------------------------------------------------------------------------------------


def get_open_application(person_id: int) -> Application | None:
    """The person's application that has not come to its end; there is one at most."""
    return db.session.scalars(
        select(Application).where(Application.person_id == person_id, Application.status.in_(rules.OPEN_APPLICATION))
    ).first()


def get_open_mandate(person_id: int) -> Mandate | None:
    """The person's mandate that has not ended; there is one at most."""
    return db.session.scalars(
        select(Mandate).where(Mandate.person_id == person_id, Mandate.status != rules.MandateStatus.ENDED)
    ).first()


def name_of_person(person_id: int | None) -> str:
    """What somebody is called; empty for nobody, or once erased."""
    person = db.session.get(Person, person_id) if person_id else None
    return person.name if person else ""


def has_open_contest(person_id: int) -> bool:
    """Whether a contest of this person waits for its answer."""
    return (
        db.session.scalar(select(Contest.id).where(Contest.person_id == person_id, Contest.status == "open"))
        is not None
    )


def get_waiting_day(person_id: int) -> dt.date | None:
    """The day from which the person may apply again, where their latest application was refused."""
    return db.session.scalar(
        select(Assessment.again_on)
        .join(Application, Application.id == Assessment.application_id)
        .where(Application.person_id == person_id, Application.status == "refused", Assessment.decision == "refused")
        .order_by(Assessment.id.desc())
        .limit(1)
    )


def get_own_decision(person_id: int, decision_id: int) -> Decision | None:
    """A decision about this person."""
    return db.session.scalars(
        select(Decision).where(Decision.id == decision_id, Decision.person_id == person_id)
    ).first()


def get_own_hearing(person_id: int, hearing_id: int) -> Hearing | None:
    """A hearing of this person."""
    return db.session.scalars(
        select(Hearing)
        .join(Mandate, Mandate.id == Hearing.mandate_id)
        .where(Hearing.id == hearing_id, Mandate.person_id == person_id)
    ).first()


def get_open_hearing(mandate_id: int) -> Hearing | None:
    """The hearing under way about this mandate; there is one at most."""
    return db.session.scalars(
        select(Hearing).where(Hearing.mandate_id == mandate_id, Hearing.closed_at.is_(None))
    ).first()


def may_ask_renewal(mandate: Mandate, today: dt.date) -> bool:
    """Whether the person may say that they wish to go on: in the last sixty days, and once."""
    return (
        mandate.renewal_asked_at is None
        and mandate.status in rules.AWAKE
        and today >= mandate.ends_on - dt.timedelta(days=RENEWAL_DAYS)
    )


def is_contestable(line: Decision) -> bool:
    """Whether the person may contest it: a referent decided, it still stands, it was not contested before nor is itself
    the answer to a contest, and no new application was begun since, which takes the place of a contest."""
    if line.act not in rules.CONTESTABLE or "contest" in line.facts:
        return False
    subject = (
        Decision.application_id == line.application_id
        if line.application_id
        else Decision.mandate_id == line.mandate_id
    )
    turning = [act for act, overturned in rules.TURNING.items() if line.act in overturned]
    later = select(Decision.id).where(subject, Decision.version > line.version, Decision.act.in_(turning))
    known = select(Contest.id).where(Contest.decision_id == line.id)
    begun = select(Decision.id).where(
        Decision.person_id == line.person_id, Decision.act == "begun", Decision.id > line.id
    )
    return all(db.session.scalar(each.limit(1)) is None for each in (later, known, begun))


@dataclass(frozen=True)
class Entry:
    """One line of somebody's history, with all that is shown beside it."""

    line: Decision
    by_name: str
    reason: str
    assessment: Assessment | None
    contest: Contest | None
    hearing: Hearing | None
    may_contest: bool
    granted_id: int | None = None
    """Of a grant, the line about the application: messages cite it."""


def list_history(person_id: int) -> list[Entry]:
    """Everything that was done about a person's applications and mandates, the latest first, in one query.

    A grant is two lines of the log, one about the application and one about the mandate it opens: one entry here, of
    the second, whose scope may be contested, with the reason and the grid of the first.
    """
    from_application = Mandate.application_id.label("from_application")
    rows = db.session.execute(
        select(
            Decision,
            Person.given_name,
            Person.family_name,
            DecisionWords.reason,
            Assessment,
            Contest,
            Hearing,
            from_application,
        )
        .outerjoin(Mandate, and_(Mandate.id == Decision.mandate_id, Decision.act == "opened"))
        .outerjoin(Person, Person.id == Decision.by_id)
        .outerjoin(DecisionWords, DecisionWords.decision_id == Decision.id)
        .outerjoin(Assessment, Assessment.decision_id == Decision.id)
        .outerjoin(Contest, Contest.decision_id == Decision.id)
        .outerjoin(Hearing, Hearing.id == Decision.hearing_id)
        .where(Decision.person_id == person_id)
        .order_by(Decision.id.desc())
    ).all()
    entries, turned, begun_again, opened = [], {}, False, {}
    for line, given, family, reason, assessment, contest, hearing, from_application in rows:
        overturned = turned.setdefault((line.application_id, line.mandate_id), set())
        stands = line.act not in overturned and not begun_again
        begun_again = begun_again or line.act == "begun"
        overturned |= rules.TURNING.get(line.act, frozenset())
        name = f"{given or ''} {family or ''}".strip()
        may = stands and contest is None and line.act in rules.CONTESTABLE and "contest" not in line.facts
        entry = Entry(line, name, reason or "", assessment, contest, hearing, may)
        if line.act == "granted" and line.application_id in opened:
            at = opened[line.application_id]
            entries[at] = replace(entries[at], reason=entry.reason, assessment=assessment, granted_id=line.id)
            continue
        if from_application:
            opened[from_application] = len(entries)
        entries.append(entry)
    return entries


# --- The log --------------------------------------------------------------------------------------------------


def list_lines(application_id: int | None = None, mandate_id: int | None = None) -> list[Decision]:
    """The lines of one subject, in their order."""
    subject = Decision.application_id == application_id if application_id else Decision.mandate_id == mandate_id
    return list(db.session.scalars(select(Decision).where(subject).order_by(Decision.version)))


def rebuild_application(application_id: int) -> rules.ApplicationState:
    """The state of an application, from the log alone."""
    return rules.replay_application(list_lines(application_id=application_id))


def rebuild_mandate(mandate_id: int) -> MandateState:
    """The state of a mandate, from the log alone."""
    return rules.replay_mandate(list_lines(mandate_id=mandate_id))


def state_of(mandate: Mandate) -> MandateState:
    """The state of a mandate, from its row."""
    values = {name: getattr(mandate, name) for name in MandateState.__dataclass_fields__}
    return MandateState(**{name: tuple(v) if name in rules.LISTS else v for name, v in values.items()})


_overturned = (
    select(func.max(Decision.id).label("id"))
    .join(Contest, Contest.decision_id == Decision.id)
    .where(Contest.status == "changed", Decision.application_id.is_not(None))
    .group_by(Decision.application_id)
)
"""The last decision on each application that was contested with success."""


def is_overruled(referent_id: int, application_id) -> ColumnElement[bool]:
    """SQL: the last decision on this application that was contested with success was this referent's, who does not
    decide on it again. The last only: two referents who overrule each other must not leave it to nobody."""
    theirs = select(Decision.application_id).where(Decision.id.in_(_overturned), Decision.by_id == referent_id)
    return application_id.in_(theirs)


def may_decide(referent_id: int, application_id: int) -> bool:
    """Whether this referent may decide on the application, or has been overruled about it."""
    overruled = is_overruled(referent_id, Application.id)
    return db.session.scalar(select(Application.id).where(Application.id == application_id, overruled)) is None


# --- Who answers for whom -------------------------------------------------------------------------------------


def _referents(what) -> Select:
    return (
        select(what)
        .join(RoleAssignment, and_(RoleAssignment.person_id == Person.id, RoleAssignment.role == Role.REFERENT))
        .where(Person.closed_at.is_(None), Person.erased_at.is_(None))
        .order_by(Person.search_name, Person.id)
    )


def list_referents() -> list[Person]:
    """Referents whose account is open, by name."""
    return list(db.session.scalars(_referents(Person)))


def get_covers(today: dt.date) -> list[Cover]:
    """What each referent answers for, and who does so today; in one query, for every page of the desk asks."""
    rows = db.session.execute(
        _referents(Person.id)
        .outerjoin(
            Absence,
            and_(Absence.referent_id == Person.id, Absence.starts_on <= today, Absence.ends_on >= today),
        )
        .outerjoin(Perimeter, Perimeter.referent_id == Person.id)
        .outerjoin(Department, Department.id == Perimeter.department_id)
        .outerjoin(Topic, Topic.id == Perimeter.topic_id)
        .add_columns(Absence.deputy_id, Department.path, Topic.slug)
        .order_by(Perimeter.id)
    ).all()
    away = {id_: deputy for id_, deputy, _path, _slug in rows if deputy}
    departments, topics = {}, {}
    for id_, _deputy, path, slug in rows:
        departments.setdefault(id_, []).extend([path] if path else ())
        topics.setdefault(id_, []).extend([slug] if slug else ())
    covers = []
    for id_ in departments:
        deputy = away.get(id_)
        holder = id_ if id_ not in away else deputy if deputy in departments and deputy not in away else None
        covers.append(Cover(id_, holder, tuple(departments[id_]), tuple(topics[id_])))
    return covers


@dataclass(frozen=True)
class Reach:
    """A referent, and the departments and topics of their perimeter; none of a kind is all of them."""

    person: Person
    departments: list[Department]
    topics: list[Topic]


def list_perimeters() -> list[Reach]:
    """Every referent with their perimeter, by name."""
    found = [Reach(person, [], []) for person in list_referents()]
    of = {reach.person.id: reach for reach in found}
    rows = db.session.execute(
        select(Perimeter.referent_id, Department, Topic)
        .outerjoin(Department, Department.id == Perimeter.department_id)
        .outerjoin(Topic, Topic.id == Perimeter.topic_id)
        .order_by(Department.path, Topic.id)
    )
    for referent_id, department, topic in rows:
        if referent_id in of:
            (of[referent_id].topics if topic else of[referent_id].departments).append(topic or department)
    return found


def list_upper_departments(chosen: Sequence[int], limit: int = 300) -> list[tuple[int, str, int]]:
    """Departments of the first two ranks, and those chosen already, in the order of the tree: id, name, depth."""
    rows = db.session.execute(
        select(Department.id, Department.name, Department.depth, Department.path)
        .where(or_(Department.depth < 2, Department.id.in_(chosen)))
        .order_by(Department.depth, Department.name)
        .limit(limit)
    ).all()
    names = {str(row.id): normalise(row.name) for row in rows}
    rows.sort(key=lambda row: [names.get(id_, "") for id_ in row.path.strip("/").split("/")])
    return [(row.id, row.name, row.depth) for row in rows]


def list_absences(referent_id: int, today: dt.date) -> list[tuple[Absence, str]]:
    """One's own absences that are not over, with the deputy's name."""
    rows = db.session.execute(
        select(Absence, Person.given_name, Person.family_name)
        .join(Person, Person.id == Absence.deputy_id)
        .where(Absence.referent_id == referent_id, Absence.ends_on >= today)
        .order_by(Absence.starts_on)
    )
    return [(absence, f"{given} {family}".strip()) for absence, given, family in rows]


def list_answerable(person_id: int, topics: Sequence[str], today: dt.date) -> list[int]:
    """Who hears of what this person asks: those who answer for them, or every other referent."""
    covers = get_covers(today)
    path = db.session.scalar(
        select(Department.path).join(Person, Person.department_id == Department.id).where(Person.id == person_id)
    )
    found = answerable(covers, person_id, path or "", topics)
    return sorted(found or {cover.owner_id for cover in covers} - {person_id})


def visible_to(referent_id: int, covers: Sequence[Cover], topics) -> ColumnElement[bool]:
    """SQL for ``perimeters.may_see``: over Person joined to Department (outer), with this column of topics."""
    own = [c for c in covers if referent_id in (c.owner_id, c.holder_id)]
    if any(not c.departments and not c.topics for c in own):  # The whole company: nothing more to ask.
        return Person.id != referent_id
    mine = [_covered(c, topics) for c in own]
    answered = [and_(_covered(c, topics), Person.id != c.holder_id) for c in covers if c.holder_id is not None]
    return and_(Person.id != referent_id, or_(false(), *mine, not_(or_(false(), *answered))))


def visible_application(referent_id: int, covers: Sequence[Cover]) -> ColumnElement[bool]:
    """SQL: who may read an application, over Person joined to Department (outer). One that a contest reopened is for
    every referent: in its perimeter there may be none but who was overruled."""
    reopened = select(Decision.application_id).where(Decision.id.in_(_overturned))
    return or_(
        visible_to(referent_id, covers, Application.topics),
        and_(Person.id != referent_id, Application.id.in_(reopened)),
    )


def _covered(cover: Cover, topics) -> ColumnElement[bool]:
    path = func.coalesce(Department.path, "")
    listed = cast(topics, Text)  # A list of slugs, written as JSON: a slug stands in it between its quotes.
    return and_(
        or_(*(path.like(f"{each}%") for each in cover.departments)) if cover.departments else true(),
        or_(*(listed.contains(f'"{slug}"', autoescape=True) for slug in cover.topics)) if cover.topics else true(),
    )
