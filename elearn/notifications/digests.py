"""The daily digest, and each reader's choice for what is not mandatory."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import load_only

from ..db import db, insert_once, transaction
from ..errors import Invalid
from ..i18n import _, company_day, company_zone
from . import rules, service
from .kinds import Kind
from .models import Message, NoticeChoice

PIECE = 50
"""Readers served in one piece of the worker's work."""


def get_mode(person_id: int) -> str:
    """The reader's choice; the digest where none was made, since a stream of mails is read by nobody."""
    return db.session.scalar(select(NoticeChoice.mode).where(NoticeChoice.person_id == person_id)) or "digest"


def set_mode(person_id: int, mode: str) -> None:
    """Keep a choice. What waits for a digest already still comes in it."""
    if mode not in rules.MODES:
        raise Invalid(_("Ce réglage n’est pas proposé."))
    if not insert_once(NoticeChoice, on=("person_id",), person_id=person_id, mode=mode):
        db.session.execute(update(NoticeChoice).where(NoticeChoice.person_id == person_id).values(mode=mode))


def hold_back(kind: Kind, person_id: int) -> str | None:
    """The status of a message that its reader does not want by mail now: ``digest`` or ``none``; None to send it."""
    if not kind.may_be_turned_off():
        return None
    mode = get_mode(person_id)
    if mode == "digest":
        return "digest" if kind.may_wait() else None
    return "none" if mode == "app" else None


def work(now: dt.datetime) -> bool:
    """Write the digests that are due, a piece at a time; True when more wait. Each reader in one transaction, so that
    a worker killed anywhere leaves every message either waiting or in a digest."""
    due = (
        select(Message.person_id)
        .where(Message.status == "digest", Message.next_try_at <= now)
        .distinct()
        .order_by(Message.person_id)
        .limit(PIECE)
    )
    readers = db.session.scalars(due).all()
    db.session.rollback()
    for person_id in readers:
        with transaction():
            _gather(person_id, now)
    return len(readers) == PIECE


def _gather(person_id: int, now: dt.datetime) -> None:
    """One digest of everything due to one reader, once a day. Of two workers, the one whose update finds the messages
    writes it; where today's was written already, they wait for tomorrow's."""
    due = (Message.person_id == person_id, Message.status == "digest", Message.next_try_at <= now)
    ids = sorted(db.session.scalars(update(Message).where(*due).values(status="none").returning(Message.id)))
    if not ids:
        return
    key = f"digest:{person_id}:{company_day(now)}"
    if service.queue(person_id, "daily_digest", {"messages": ids}, now, once_key=key) is None:
        later = rules.next_digest(now, company_zone())
        db.session.execute(update(Message).where(Message.id.in_(ids)).values(status="digest", next_try_at=later))


def list_unread(ids: list[int]) -> list[Message]:
    """What of a digest was not read in the application meanwhile, oldest first."""
    return list(
        db.session.scalars(
            select(Message)
            .options(load_only(Message.kind, Message.created_at))
            .where(Message.id.in_(ids), Message.read_at.is_(None))
            .order_by(Message.id)
        )
    )
