"""The kinds of message of this room: to the person for each decision, to referents for what waits."""

from __future__ import annotations

import datetime as dt

from flask_babel import format_date
from sqlalchemy import select

from ..content.service import get_site
from ..db import db
from ..i18n import _, company_day
from ..notifications.messages import page_path
from ..notifications.service import register_kind
from ..people.queries import require_second_factor
from ..permissions import Role
from ..workdays import working_day_after
from . import labels, queries
from .models import Absence, Application, Contest, Decision, DecisionWords, Hearing, Mandate
from .rules import read_day


def register() -> None:
    """Make the kinds known, and that ambassadors need a second factor from the first day of a mandate. What is decided about somebody cannot be turned off; what waits for referents can."""
    for name, variables, mandatory in (
        ("application_decided", _decision, True),
        ("status_changed", _decision, True),
        ("status_ends", _status_ends, True),
        ("hearing_opened", _hearing, True),
        ("contest_answered", _contest_answered, True),
        ("application_waiting", _application_waiting, False),
        ("renewal_waiting", _renewal_waiting, False),
        ("hearing_answered", _hearing_answered, False),
        ("contest_waiting", _contest_waiting, False),
        ("deputy_named", _deputy_named, False),
    ):
        role = None if mandatory else Role.REFERENT
        template = f"ambassadors/mail/{name}.html"
        register_kind(name, template=template, variables=variables, mandatory=mandatory, role=role)
    require_second_factor("ambassadors", _mandate_since)


def _mandate_since(person_id):
    """Since when somebody is an ambassador, as a subquery: a mandate that has not ended, whatever its state."""
    return select(Mandate.starts_on).where(Mandate.person_id == person_id, Mandate.status != "ended").scalar_subquery()


def _decision(message, language):
    line = db.session.get(Decision, message.ids["decision"])
    if line is None:
        return None
    words = db.session.get(DecisionWords, line.id)
    return {
        "act": labels.ACTS[line.act],
        "cause": labels.CAUSES.get(line.facts.get("cause"), ""),
        "reason": words.reason if words else "",
        "by": queries.name_of_person(line.by_id),
        "note": _note(line),
        "may_contest": queries.is_contestable(line),
        "path": f"{page_path('ambassadors.mine')}#decision-{line.id}",
    }


def _note(line: Decision) -> str:
    """The day that goes with a decision."""
    if line.act == "suspended":
        return _("Jusqu’au %(day)s inclus.", day=_day(line.facts["suspended_until"]))
    if line.act == "refused":
        return _("Une nouvelle demande est possible à partir du %(day)s.", day=_day(line.facts["again_on"]))
    return ""


def _day(iso: str) -> str:
    return format_date(read_day(iso), "long")


def _due_on(since) -> dt.date:
    """The last day of the agreed delay for something that waits since this moment."""
    return working_day_after(company_day(since), get_site().settings["answer_days"])


def _status_ends(message, language):
    mandate = db.session.get(Mandate, message.ids["mandate"])
    if mandate is None or mandate.status == "ended" or mandate.renewal_asked_at:
        return None
    return {"ends_on": mandate.ends_on, "path": page_path("ambassadors.mine")}


def _hearing(message, language):
    hearing = db.session.get(Hearing, message.ids["hearing"])
    if hearing is None or hearing.closed_at:
        return None
    return {
        "grounds": hearing.grounds,
        "by": queries.name_of_person(hearing.opened_by_id),
        "answer_by": hearing.answer_by,
        "path": page_path("ambassadors.hearing", hearing_id=hearing.id),
    }


def _contest_answered(message, language):
    contest = db.session.get(Contest, message.ids["contest"])
    if contest is None:
        return None
    return {
        "is_changed": contest.status == "changed",
        "answer": contest.answer,
        "by": queries.name_of_person(contest.answered_by_id),
        "path": f"{page_path('ambassadors.mine')}#decision-{contest.decision_id}",
    }


def _application_waiting(message, language):
    application = db.session.get(Application, message.ids["application"])
    if application is None or application.status != "submitted":
        return None
    return {
        "name": queries.name_of_person(application.person_id),
        "due_on": _due_on(application.submitted_at),
        "path": page_path("ambassadors.application", application_id=application.id),
    }


def _renewal_waiting(message, language):
    mandate = db.session.get(Mandate, message.ids["mandate"])
    if mandate is None or not mandate.renewal_asked_at:
        return None
    return {
        "name": queries.name_of_person(mandate.person_id),
        "due_on": _due_on(mandate.renewal_asked_at),
        "path": page_path("ambassadors.ambassador", mandate_id=mandate.id),
    }


def _hearing_answered(message, language):
    hearing = db.session.get(Hearing, message.ids["hearing"])
    mandate = db.session.get(Mandate, hearing.mandate_id) if hearing else None
    if mandate is None or hearing.closed_at:
        return None
    return {
        "name": queries.name_of_person(mandate.person_id),
        "path": page_path("ambassadors.ambassador", mandate_id=mandate.id),
    }


def _contest_waiting(message, language):
    contest = db.session.get(Contest, message.ids["contest"])
    if contest is None or contest.status != "open":
        return None
    return {
        "name": queries.name_of_person(contest.person_id),
        "due_on": _due_on(contest.made_at),
        "path": page_path("ambassadors.answer_contest", contest_id=contest.id),
    }


def _deputy_named(message, language):
    absence = db.session.get(Absence, message.ids["absence"])
    if absence is None:
        return None
    return {
        "name": queries.name_of_person(absence.referent_id),
        "starts_on": absence.starts_on,
        "ends_on": absence.ends_on,
        "path": page_path("ambassadors.queue"),
    }
