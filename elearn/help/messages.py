"""The kinds of message of this room."""

from __future__ import annotations

from sqlalchemy import select

from ..db import db
from ..notifications.messages import page_path
from ..notifications.service import register_kind
from ..people.models import Person
from ..permissions import Role
from .crises.service import last_day
from .models import Alert, AlertAct, Crisis, Question, QuestionPost


def register() -> None:
    """Make the kinds known. Alerts and answers cannot be turned off, since an alert that arrives in tomorrow's
    digest is no alert; what waits for referents can."""
    for name, variables, mandatory, role in (
        ("question_answered", _answered, True, None),
        ("question_waiting", _waiting, False, Role.REFERENT),
        ("alert_raised", _raised, True, Role.REFERENT),
        ("alert_moved", _moved, True, None),
        ("alert_unheard", _unheard, True, Role.ADMIN),
        ("crisis_declared", _crisis_declared, True, None),
        ("crisis_ended", _crisis_ended, True, None),
    ):
        template = f"help/mail/{name}.html"
        register_kind(name, template=template, variables=variables, mandatory=mandatory, role=role)


def _name(person_id: int | None) -> str:
    person = db.session.get(Person, person_id) if person_id else None
    return person.name if person else ""


def _answered(message, language):
    post = db.session.get(QuestionPost, message.ids["post"])
    if post is None:
        return None
    first = select(QuestionPost.words).where(QuestionPost.question_id == post.question_id).order_by(QuestionPost.id)
    path = page_path("help.thread", question_id=post.question_id)
    return {"by": _name(post.by_id), "asked": db.session.scalar(first.limit(1)), "path": path}


def _waiting(message, language):
    question = db.session.get(Question, message.ids["question"])
    if question is None or question.status != "open":
        return None
    return {
        "name": _name(question.person_id),
        "due_on": question.due_on,
        "path": page_path("help.question", question_id=question.id),
    }


def _raised(message, language):
    alert = db.session.get(Alert, message.ids["alert"])
    if alert is None or alert.status == "closed":
        return None
    return {
        "name": _name(alert.person_id),
        "at": alert.raised_at,
        "taken_by": _name(alert.taken_by_id),
        "path": page_path("help.read_alert", alert_id=alert.id),
    }


def _unheard(message, language):
    alert = db.session.get(Alert, message.ids["alert"])
    if alert is None or alert.status != "new":
        return None
    return {"at": alert.raised_at, "path": page_path("people.admin_settings")}


def _crisis_declared(message, language):
    crisis = db.session.get(Crisis, message.ids["crisis"])
    if crisis is None or not crisis.is_open:
        return None
    return {
        "line": (crisis.words_fr or crisis.words_en) if language == "fr" else (crisis.words_en or crisis.words_fr),
        "ends_on": last_day(crisis.ends_at),
        "path": page_path("home.page", slug="crisis-card"),
    }


def _crisis_ended(message, language):
    crisis = db.session.get(Crisis, message.ids["crisis"])
    return {"at": crisis.ended_at, "path": page_path("ambassadors.mine")} if crisis and not crisis.is_open else None


def _moved(message, language):
    act = db.session.get(AlertAct, message.ids["act"])
    if act is None:
        return None
    return {
        "act": act.act,
        "by": _name(act.by_id),
        "said": act.words,
        "path": page_path("help.read_alert", alert_id=act.alert_id),
    }
