"""What this room puts in the referent's one queue: questions to answer, alerts to take and to bring to their end."""

from __future__ import annotations

from sqlalchemy import Select, select

from ...ambassadors.desk.queries import Source, register_source, row_of
from ...ambassadors.perimeters import Cover
from ...i18n import _l
from ...people.models import Department, Person
from ..models import Alert, Question
from ..queries import _in_perimeter


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


def register() -> None:
    """Put them in the queue."""
    alert = ("help.handle", "alert_id")
    for source in (
        Source("alert", _l("Alerte"), _l("Alertes"), *alert, new_alerts, is_urgent=True),
        Source("own-alert", _l("Alerte que vous suivez"), _l("Alertes suivies"), *alert, own_alerts, is_urgent=True),
        Source("question", _l("Question"), _l("Questions"), "help.question", "question_id", questions),
    ):
        register_source(source)
