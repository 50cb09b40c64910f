"""The kinds of message of this room, and how readers of every message are found."""

from __future__ import annotations

from collections.abc import Iterable

from flask import current_app
from flask_babel import format_datetime
from sqlalchemy import select

from ..db import db, utcnow
from ..i18n import choose_offered
from ..notifications.kinds import Reader, register_kind, register_readers
from ..notifications.messages import page_path
from ..permissions import Role
from . import rules
from .mails import messages as mails
from .models import PasswordReset, Person


def register() -> None:
    """Tell the outbox what this room says, and whom it may write to."""
    register_readers(find_readers)
    register_kind("password_reset", variables=show_reset, mandatory=True, in_app=False)
    register_kind("password_changed", variables=show_change, mandatory=True)
    register_kind("invitation", variables=show_reset, mandatory=True, in_app=False)
    register_kind("referent_named", variables=show_referent, mandatory=True, role=Role.REFERENT)
    for name in ("second_factor_set", "second_factor_removed", "recovery_code_used"):
        register_kind(name, variables=show_second_factor, mandatory=True)
    mails.register()


def find_readers(ids: Iterable[int]) -> dict[int, Reader]:
    """Readers by person id, in one query; the erased are nobody."""
    rows = db.session.execute(
        select(Person.id, Person.given_name, Person.family_name, Person.email, Person.language, Person.closed_at).where(
            Person.id.in_(list(ids)), Person.erased_at.is_(None)
        )
    )
    return {
        id: Reader(f"{given} {family}".strip(), email, choose_offered(language), closed_at is None)
        for id, given, family, email, language, closed_at in rows
    }


def show_reset(message, language: str) -> dict | None:
    """The link, written again from its row; nothing once it was used or has expired."""
    reset = db.session.get(PasswordReset, message.ids["reset"])
    if reset is None or reset.used_at is not None or reset.expires_at <= utcnow():
        return None
    token = rules.sign_code(reset.code, current_app.config["SECRET_KEY"])
    hours = round((reset.expires_at - reset.asked_at).total_seconds() / 3600)
    return {"path": page_path("people.reset", token=token), "hours": hours}


def show_change(message, language: str) -> dict:
    """When it happened, and the page to open if it was somebody else."""
    return {"path": page_path("people.forgot"), "when": format_datetime(message.created_at, "d MMMM y, HH:mm")}


def show_referent(message, language: str) -> dict | None:
    """Who became a referent and who decided it; nothing once the account was erased."""
    person = db.session.get(Person, message.ids["person"])
    if person is None or person.erased_at is not None:
        return None
    by = db.session.get(Person, message.ids["by"]) if message.ids.get("by") else None
    return {
        "name": person.name,
        "oneself": person.id == message.person_id,
        "by": by.name if by and by.erased_at is None else "",
        "when": format_datetime(message.created_at, "d MMMM y, HH:mm"),
    }


def show_second_factor(message, language: str) -> dict:
    """When it happened, who did it if not the person, recovery codes left."""
    by_id = message.ids.get("by")
    by = db.session.get(Person, by_id) if by_id and by_id != message.person_id else None
    return {
        "path": page_path("people.second_factor"),
        "when": format_datetime(message.created_at, "d MMMM y, HH:mm"),
        "left": message.ids.get("left"),
        "oneself": by_id == message.person_id,
        "by": by.name if by and by.erased_at is None else "",
    }
