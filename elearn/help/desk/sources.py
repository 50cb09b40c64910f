"""What this room puts in the referent's one queue: questions to answer, alerts to take and to bring to their end."""

from __future__ import annotations

from sqlalchemy import Select, func, select

from ...ambassadors.desk.queries import Source, register_source, row_of
from ...ambassadors.perimeters import Cover
from ...db import db
from ...i18n import _l
from ...people.models import Department, Person
from ..models import Alert, Question
from ..queries import _in_perimeter, first_words


def questions(referent_id: int, covers: tuple[Cover, ...]) -> Select:
    """Questions that wait for an answer, until the day that was promised."""
    query = select(*row_of(Question.id, Question.moved_at, Question.due_on)).select_from(Question)
    return _in_perimeter(referent_id, covers, query).where(Question.status == "open")


def _alerts(since) -> Select:
    return (
        select(*row_of(Alert.id, since))
        .join(Person, Person.id == Alert.person_id)
        .outerjoin(Department, Department.id == Person.department_id)
    )


def new_alerts(referent_id: int, covers: tuple[Cover, ...]) -> Select:
    """Alerts that nobody has taken: every referent is on duty for them, whatever their perimeter."""
    return _alerts(Alert.raised_at).where(Alert.status == "new")


def own_alerts(referent_id: int, covers: tuple[Cover, ...]) -> Select:
    """Alerts that this referent took and has not brought to their end."""
    return _alerts(Alert.taken_at).where(Alert.status == "taken", Alert.taken_by_id == referent_id)


def words_of_questions(ids: list[int]) -> dict[int, str]:
    """What each begins with."""
    return _beginnings(Question.id, first_words, ids)


def words_of_alerts(ids: list[int]) -> dict[int, str]:
    """What was seen."""
    return _beginnings(Alert.id, Alert.seen, ids)


def _beginnings(id_, words, ids: list[int]) -> dict[int, str]:
    return dict(db.session.execute(select(id_, func.substr(words, 1, 120)).where(id_.in_(ids))).all())


def register() -> None:
    """Put them in the queue."""
    alert = ("help.handle", "alert_id")
    for source in (
        Source("alert", _l("Alerte"), _l("Alertes"), *alert, new_alerts, True, words_of_alerts),
        Source(
            "own-alert", _l("Alerte que vous suivez"), _l("Alertes suivies"), *alert, own_alerts, True, words_of_alerts
        ),
        Source(
            "question",
            _l("Question"),
            _l("Questions"),
            "help.question",
            "question_id",
            questions,
            words=words_of_questions,
        ),
    ):
        register_source(source)
