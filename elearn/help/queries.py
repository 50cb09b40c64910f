"""Reads of questions, public answers and alerts, each scoped to who is asking. Never a write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, literal, or_, select, true
from sqlalchemy.orm import aliased

from ..ambassadors.perimeters import Cover
from ..ambassadors.queries import visible_to
from ..db import db
from ..people.models import Department, Person, RoleAssignment, normalise
from ..permissions import Role
from . import rules
from .models import Alert, AlertAct, AlertCapture, AlertTold, CrisisAct, PublicAnswer, Question, QuestionPost

PAGE = 25
NO_TOPICS = literal("[]")
"""A question names no topic of the catalogue: perimeters of departments decide who reads it."""


@dataclass(frozen=True)
class Page:
    """Some rows, and the key of the next ones."""

    rows: list
    next_key: str | None


def _page(rows: Sequence, key) -> Page:
    """Cut the row asked for beyond the page, and name the last shown."""
    more = len(rows) > PAGE
    return Page(list(rows[:PAGE]), "~".join(str(part) for part in key(rows[PAGE - 1])) if more else None)


def _read_key(text: str | None, read):
    """The key of a page, its first part by ``read``; None where it is not one of ours, which shows the first page."""
    first, _separator, id_ = (text or "").rpartition("~")
    try:
        value = read(first)
        if isinstance(value, dt.datetime) and value.tzinfo is None:
            return None
        return (value, int(id_)) if id_.isdecimal() and len(id_) < 10 else None
    except ValueError:
        return None


def _id(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


# --- One's own ------------------------------------------------------------------------------------------------

first_words = (
    select(QuestionPost.words)
    .where(QuestionPost.question_id == Question.id)
    .order_by(QuestionPost.id)
    .limit(1)
    .scalar_subquery()
)
"""What was asked at first: it stands for the question in lists."""


def list_own(person_id: int, after: str | None = None) -> Page:
    """One's questions, newest first; (question, first words)."""
    query = select(Question, first_words).where(Question.person_id == person_id)
    if (last := _id(after)) is not None:
        query = query.where(Question.id < last)
    rows = db.session.execute(query.order_by(Question.id.desc()).limit(PAGE + 1)).all()
    return _page(rows, lambda row: (row[0].id,))


def get_own(person_id: int, question_id: int) -> Question | None:
    """One of one's own questions."""
    return db.session.scalar(select(Question).where(Question.id == question_id, Question.person_id == person_id))


def list_posts(question_id: int) -> list[tuple[QuestionPost, str]]:
    """A thread in its order, with the name of who wrote."""
    rows = db.session.execute(
        select(QuestionPost, Person)
        .join(Person, Person.id == QuestionPost.by_id)
        .where(QuestionPost.question_id == question_id)
        .order_by(QuestionPost.id)
    )
    return [(post, person.name) for post, person in rows]


# --- The referent's -------------------------------------------------------------------------------------------


def _in_perimeter(referent_id: int, covers: Sequence[Cover], query):
    return (
        query.join(Person, Person.id == Question.person_id)
        .outerjoin(Department, Department.id == Person.department_id)
        .where(visible_to(referent_id, covers, NO_TOPICS))
    )


def count_open(referent_id: int, covers: Sequence[Cover]) -> int:
    """How many questions wait for this referent."""
    query = _in_perimeter(referent_id, covers, select(func.count(Question.id)).select_from(Question))
    return db.session.scalar(query.where(Question.status == "open"))


def list_waiting(referent_id: int, covers: Sequence[Cover], after: str | None = None) -> Page:
    """Questions to answer, the one due first at the top, hence overdue ones first; (question, words, person,
    department)."""
    query = _in_perimeter(referent_id, covers, select(Question, first_words, Person, Department.name))
    query = query.where(Question.status == "open").order_by(Question.due_on, Question.id).limit(PAGE + 1)
    if key := _read_key(after, dt.date.fromisoformat):
        due, last = key
        query = query.where(or_(Question.due_on > due, and_(Question.due_on == due, Question.id > last)))
    return _page(db.session.execute(query).all(), lambda row: (row[0].due_on.isoformat(), row[0].id))


def list_answered(referent_id: int, covers: Sequence[Cover], after: str | None = None) -> Page:
    """Questions that were answered or closed, the latest first."""
    query = _in_perimeter(referent_id, covers, select(Question, first_words, Person, Department.name))
    query = query.where(Question.status.in_(("answered", "closed")))
    if key := _read_key(after, dt.datetime.fromisoformat):
        moved, last = key
        query = query.where(or_(Question.moved_at < moved, and_(Question.moved_at == moved, Question.id < last)))
    rows = db.session.execute(query.order_by(Question.moved_at.desc(), Question.id.desc()).limit(PAGE + 1)).all()
    return _page(rows, lambda row: (row[0].moved_at.isoformat(), row[0].id))


def get_question(referent_id: int, covers: Sequence[Cover], question_id: int) -> tuple | None:
    """A question this referent may answer, and who asks; (question, person, department)."""
    query = _in_perimeter(referent_id, covers, select(Question, Person, Department.name))
    return db.session.execute(query.where(Question.id == question_id)).first()


def count_near(referent_id: int, covers: Sequence[Cover], question_id: int, text: str) -> int:
    """How many other questions of this referent's perimeter, of the latest three hundred, are near this text: what is
    asked often is worth publishing."""
    words = rules.telling_words(text)
    if not words:
        return 0
    query = _in_perimeter(referent_id, covers, select(first_words).select_from(Question))
    rows = db.session.scalars(query.where(Question.id != question_id).order_by(Question.id.desc()).limit(300))
    return sum(rules.nearness(words, asked, "") > 0 for asked in rows)


def get_public(question_id: int) -> PublicAnswer | None:
    """The public entry made of a question, shown or taken back."""
    return db.session.scalar(select(PublicAnswer).where(PublicAnswer.question_id == question_id))


def get_published(question_id: int) -> tuple[Question, Person]:
    """A question that was published, and who asked it."""
    query = select(Question, Person).join(Person, Person.id == Question.person_id)
    return db.session.execute(query.where(Question.id == question_id)).one()


def find_traces(person_id: int, text: str) -> list[str]:
    """What in a text would tell that this person asked."""
    person = db.session.get(Person, person_id)
    names = (person.given_name, person.family_name, person.certificate_name or "")
    department = db.session.get(Department, person.department_id) if person.department_id else None
    phrases = (department.name if department else "", person.job_title or "")
    others = (person.email or "", person.employee_number or "")
    return rules.find_traces(text, names=names, others=others, phrases=phrases)


# --- Public ---------------------------------------------------------------------------------------------------


def list_public(search: str = "", after: str | None = None) -> Page:
    """Public questions and answers that hold every word searched, the latest first."""
    query = select(PublicAnswer).where(PublicAnswer.is_shown)
    for word in normalise(search).split()[:8]:
        query = query.where(PublicAnswer.search_text.contains(word, autoescape=True))
    if key := _read_key(after, dt.datetime.fromisoformat):
        moment, last = key
        earlier = and_(PublicAnswer.published_at == moment, PublicAnswer.id < last)
        query = query.where(or_(PublicAnswer.published_at < moment, earlier))
    query = query.order_by(PublicAnswer.published_at.desc(), PublicAnswer.id.desc()).limit(PAGE + 1)
    return _page(db.session.scalars(query).all(), lambda row: (row.published_at.isoformat(), row.id))


def find_public(words: Sequence[str], limit: int = 50) -> list[PublicAnswer]:
    """Public answers that hold every one of these folded words, the latest first."""
    if not words:
        return []
    held = [PublicAnswer.search_text.contains(word, autoescape=True) for word in words]
    query = select(PublicAnswer).where(PublicAnswer.is_shown, *held)
    return list(
        db.session.scalars(query.order_by(PublicAnswer.published_at.desc(), PublicAnswer.id.desc()).limit(limit))
    )


def list_similar(text: str, limit: int = 3) -> list[PublicAnswer]:
    """Public answers to questions near this one, the nearest first, of the latest hundred that share a word."""
    words = rules.telling_words(text)
    if not words:
        return []
    shares = or_(*(PublicAnswer.search_text.contains(word, autoescape=True) for word in words))
    query = select(PublicAnswer).where(PublicAnswer.is_shown, shares).order_by(PublicAnswer.published_at.desc())
    ranked = [(rules.nearness(words, row.question, row.answer), row) for row in db.session.scalars(query.limit(100))]
    return [row for near, row in sorted(ranked, key=lambda pair: -pair[0])[:limit] if near]


def get_shown(entry_id: int) -> PublicAnswer | None:
    """A public entry that was not taken back."""
    return db.session.scalar(select(PublicAnswer).where(PublicAnswer.id == entry_id, PublicAnswer.is_shown))


# --- Alerts ---------------------------------------------------------------------------------------------------


def list_own_alerts(person_id: int, after: str | None = None) -> Page:
    """Alerts one raised, newest first."""
    query = select(Alert).where(Alert.person_id == person_id)
    if (last := _id(after)) is not None:
        query = query.where(Alert.id < last)
    return _page(db.session.scalars(query.order_by(Alert.id.desc()).limit(PAGE + 1)).all(), lambda row: (row.id,))


def get_own_alert(person_id: int, alert_id: int) -> Alert | None:
    """An alert one raised."""
    return db.session.scalar(select(Alert).where(Alert.id == alert_id, Alert.person_id == person_id))


def _handled_by(person_id: int, is_referent: bool):
    """Alerts that one may handle: all of them for a referent, for others those they were told of while on duty. Never
    somebody of HR, though they were on duty before they came to HR."""
    if is_referent:
        return true()
    told = select(AlertTold.id).where(AlertTold.alert_id == Alert.id, AlertTold.person_id == person_id)
    hr = select(RoleAssignment.id).where(RoleAssignment.role == Role.HR, RoleAssignment.person_id == person_id)
    return and_(told.exists(), ~hr.exists())


def count_told(alert_id: int) -> int:
    """How many people were told of an alert."""
    return db.session.scalar(select(func.count()).where(AlertTold.alert_id == alert_id))


def list_alerts(closed: bool, after: str | None = None) -> Page:
    """Alerts for referents, those nobody has taken first, then newest first; (alert, who raised it, who took it)."""
    by, taker = aliased(Person), aliased(Person)
    query = (
        select(Alert, by, taker)
        .join(by, by.id == Alert.person_id)
        .outerjoin(taker, taker.id == Alert.taken_by_id)
        .where(Alert.status == "closed" if closed else Alert.status.in_(("new", "taken")))
    )
    if key := _read_key(after, str):
        status, last = key  # « new » comes before « taken » by the alphabet too.
        query = query.where(or_(Alert.status > status, and_(Alert.status == status, Alert.id < last)))
    rows = db.session.execute(query.order_by(Alert.status, Alert.id.desc()).limit(PAGE + 1)).all()
    return _page(rows, lambda row: (row[0].status, row[0].id))


def count_new_alerts() -> int:
    """How many alerts nobody has taken yet."""
    return db.session.scalar(select(func.count()).where(Alert.status == "new"))


def get_alert(person_id: int, is_referent: bool, alert_id: int) -> tuple[Alert, Person] | None:
    """An alert one may handle, and who raised it."""
    query = select(Alert, Person).join(Person, Person.id == Alert.person_id).where(Alert.id == alert_id)
    return db.session.execute(query.where(_handled_by(person_id, is_referent))).first()


def list_acts(alert_id: int) -> list[tuple[AlertAct, str]]:
    """What was done about an alert, in order, with who did it."""
    rows = db.session.execute(
        select(AlertAct, Person)
        .join(Person, Person.id == AlertAct.by_id)
        .where(AlertAct.alert_id == alert_id)
        .order_by(AlertAct.id)
    )
    return [(act, person.name) for act, person in rows]


def list_crisis_acts(limit: int = 60) -> list[tuple[CrisisAct, str]]:
    """What was done about crises, the latest first, with who did it; nobody where its day had come."""
    rows = db.session.execute(
        select(CrisisAct, Person)
        .outerjoin(Person, Person.id == CrisisAct.by_id)
        .order_by(CrisisAct.id.desc())
        .limit(limit)
    )
    return [(act, person.name if person else "") for act, person in rows]


def list_captures(alert_id: int) -> list[AlertCapture]:
    """Captures of an alert, those that were erased too: the page says so."""
    return list(
        db.session.scalars(select(AlertCapture).where(AlertCapture.alert_id == alert_id).order_by(AlertCapture.id))
    )


def get_capture(person_id: int, is_referent: bool, alert_id: int, capture_id: int) -> AlertCapture | None:
    """A capture for who took it and for who may handle the alert; for nobody else: it shows other people."""
    return db.session.scalar(
        select(AlertCapture)
        .join(Alert, Alert.id == AlertCapture.alert_id)
        .where(
            AlertCapture.id == capture_id,
            AlertCapture.alert_id == alert_id,
            or_(Alert.person_id == person_id, _handled_by(person_id, is_referent)),
        )
    )
