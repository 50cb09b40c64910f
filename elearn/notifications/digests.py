"""The daily digest, and each reader's choices for what is not mandatory."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update

from ..db import db, insert_once, transaction
from ..errors import Invalid
from ..i18n import _, company_day, company_zone
from . import rules, service
from .kinds import Kind, get_kind, list_kinds
from .models import Message, NoticeChoice

DIGEST = "daily_digest"
"""The kind of message that sums up the others."""

PIECE = 50
"""Readers served in one piece of the worker's work."""


def get_modes(person_id: int) -> dict[str, str]:
    """The reader's choices by kind; where none was made the kind's own mode stands."""
    statement = select(NoticeChoice.kind, NoticeChoice.mode).where(NoticeChoice.person_id == person_id)
    return dict(db.session.execute(statement).all())


def list_kinds_of(person_id: int, roles) -> list[Kind]:
    """The kinds that may reach this reader: those for everybody, for one of their roles, and those that came already
    (a deputy's, a role given back)."""
    came = select(Message.kind).where(Message.person_id == person_id).distinct()
    known = set(db.session.scalars(came))
    return [kind for kind in list_kinds() if kind.role is None or kind.role in roles or kind.name in known]


def set_modes(person_id: int, modes: dict[str, str]) -> None:
    """Keep choices. What waits for a digest already still comes in it. Raise Invalid for a mode that does not exist and
    for a kind that cannot be turned off."""
    for name, mode in modes.items():
        if mode not in rules.MODES or not get_kind(name).is_optional:
            raise Invalid(_("Ce réglage n’est pas proposé."))
        row = {"person_id": person_id, "kind": name}
        if not insert_once(NoticeChoice, on=("person_id", "kind"), **row, mode=mode):
            db.session.execute(update(NoticeChoice).filter_by(**row).values(mode=mode))


def hold_back(kind: Kind, person_id: int) -> str | None:
    """The status of a message that its reader does not want by mail now: ``digest`` or ``none``; None to send it."""
    if not kind.is_optional:
        return None
    chosen = db.session.scalar(select(NoticeChoice.mode).filter_by(person_id=person_id, kind=kind.name))
    return {"digest": "digest", "app": "none"}.get(chosen or kind.mode)


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
    if service.queue(person_id, DIGEST, {"messages": ids}, now, once_key=key) is None:
        later = rules.next_digest(now, company_zone())
        db.session.execute(update(Message).where(Message.id.in_(ids)).values(status="digest", next_try_at=later))


def list_unread(ids: list[int]) -> list[Message]:
    """What of a digest was not read in the application meanwhile, oldest first."""
    return list(
        db.session.scalars(select(Message).where(Message.id.in_(ids), Message.read_at.is_(None)).order_by(Message.id))
    )
