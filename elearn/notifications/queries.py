"""Reads of messages. Never a rule, never a write."""

from __future__ import annotations

from sqlalchemy import func, select

from ..db import db
from ..errors import NotFound
from ..i18n import _
from .models import Message

PAGE = 20


def list_own(person_id: int, before: int | None = None) -> list[Message]:
    """One's messages, newest first, a page at a time and one more; ``before`` is the last id already seen."""
    query = select(Message).where(Message.person_id == person_id, Message.in_app)
    if before is not None:
        query = query.where(Message.id < before)
    return list(db.session.scalars(query.order_by(Message.id.desc()).limit(PAGE + 1)))


def get_own(person_id: int, message_id: int) -> Message:
    """One of one's own messages; NotFound for anybody else's."""
    message = db.session.scalar(
        select(Message).where(Message.id == message_id, Message.person_id == person_id, Message.in_app)
    )
    if message is None:
        raise NotFound(_("Ce message n’existe pas, ou n’est pas pour vous."))
    return message


def list_mailbox(before: int | None = None) -> list[Message]:
    """Everybody's mails, newest first; for the development's mailbox alone."""
    query = select(Message).where(Message.by_email)
    if before is not None:
        query = query.where(Message.id < before)
    return list(db.session.scalars(query.order_by(Message.id.desc()).limit(PAGE + 1)))


def count_by_status() -> dict[str, int]:
    """How many mails wait, were sent, were given up."""
    rows = db.session.execute(
        select(Message.status, func.count()).where(Message.status.in_(("waiting", "given_up"))).group_by(Message.status)
    )
    return {"waiting": 0, "given_up": 0, **{row[0]: row[1] for row in rows}}
