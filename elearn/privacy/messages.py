"""The message to whoever's file an administrator prepared."""

from __future__ import annotations

from flask_babel import format_datetime

from ..db import db
from ..notifications.kinds import register_kind
from ..people.models import Person


def register() -> None:
    """Register this room's kind."""
    register_kind("data_copied", variables=show_copy, mandatory=True)


def show_copy(message, language: str) -> dict:
    """Who prepared it, and when."""
    by = db.session.get(Person, message.ids["by"])
    when = format_datetime(message.created_at, "d MMMM y, HH:mm")
    return {"by": by.name if by is not None else "", "when": when, "path": "/me/data"}
