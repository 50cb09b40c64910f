"""Messages: queued in the transaction of their cause, delivered later, read by the person."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, or_, select, update

from ..db import db, insert_once, transaction
from ..i18n import company_zone
from . import rules
from .jobs import wake
from .kinds import find_readers, get_kind, list_kinds, register_kind
from .models import Message
from .sending import MailServer, Undeliverable, build

__all__ = ["Delivery", "deliver_due", "mark_all_read", "mark_read", "queue", "register_kind"]

log = logging.getLogger(__name__)

DELIVERY = "notifications.delivery"
"""The worker's job that sends what is due."""


def queue(person_id: int, kind: str, ids: dict, now: dt.datetime, once_key: str | None = None) -> int | None:
    """Say something to somebody, with the cause's own transaction; return the message's id.

    With ``once_key`` the same thing is said once, ever: the constraint refuses the second, and None is returned.
    Raise KeyError for a kind that no room registered.
    """
    known = get_kind(kind)
    if known.by_email:
        wake(DELIVERY)
    values = {
        "person_id": person_id,
        "kind": kind,
        "ids": ids,
        "by_email": known.by_email,
        "in_app": known.in_app,
        "status": "waiting" if known.by_email else "none",
        "tries": 0,
        "next_try_at": now,
        "created_at": now,
    }
    if once_key is not None:
        return insert_once(Message, on=("once_key",), once_key=once_key, **values)
    message = Message(**values)
    db.session.add(message)
    db.session.flush()
    return message.id


def mark_read(person_id: int, message_id: int, now: dt.datetime) -> bool:
    """Note that one's own message was read; False when it is not one's own, or was read already."""
    return _mark(now, Message.person_id == person_id, Message.id == message_id) == 1


def mark_all_read(person_id: int, now: dt.datetime) -> int:
    """Note that all one's messages were read."""
    return _mark(now, Message.person_id == person_id)


def _mark(now: dt.datetime, *conditions) -> int:
    statement = update(Message).where(*conditions, Message.in_app, Message.read_at.is_(None))
    return db.session.execute(statement.values(read_at=now)).rowcount


def forget(person_id: int, roles) -> None:
    """Delete what somebody was told as one of these roles, sent or not."""
    kinds = [kind.name for kind in list_kinds() if kind.role in roles]
    db.session.execute(delete(Message).where(Message.person_id == person_id, Message.kind.in_(kinds)))


# --- Delivery -------------------------------------------------------------------------------------------------


@dataclass
class Delivery:
    """What one round did."""

    sent: int = 0
    kept: int = 0
    dropped: int = 0
    held: int = 0
    put_off: int = 0
    given_up: int = 0

    @property
    def total(self) -> int:
        """How many messages it looked at."""
        return sum(vars(self).values())


def deliver_due(now: dt.datetime, limit: int = 50, *, smtp_url: str = "", sender: str = "") -> Delivery:
    """Send what is due; without a mail server, keep it for the mailbox page.

    The one service that opens its transactions itself: it must not hold one while it talks to a mail server. Each
    message is claimed, sent, and marked by itself, so that a worker killed at any point leaves at most one mail in
    doubt: between the server's yes and the commit that follows it, nothing else is done. That one goes again, after
    the lease, under the same Message-ID, which mail programs show once. A slow server ends the round at half the
    lease, so that no other worker takes up what this one still holds.
    """
    from .messages import render  # It renders for requests, which services know nothing of.

    done, until = Delivery(), time.monotonic() + rules.LEASE.total_seconds() / 2
    with transaction():
        ids = [message.id for message in claim_due(now, limit)]
    with MailServer(smtp_url) as server:
        for message_id in ids:
            try:
                outcome, error = _deliver(message_id, server, sender, now, render), None
            except Exception as problem:  # Whatever one message suffers, the others go out.
                outcome, error = "failed", problem
            with transaction():
                _close(message_id, outcome, error, now, done)
            if time.monotonic() >= until:
                break
    return done


def _deliver(message_id: int, server: MailServer, sender: str, now: dt.datetime, render: Callable) -> str:
    """Render one claimed message and send it; return the status it earned."""
    message = db.session.get(Message, message_id)
    if message is None:
        return "none"
    from . import digests  # It queues messages itself.

    reader = find_readers([message.person_id]).get(message.person_id)
    if reader is None or not reader.is_active or not reader.email:
        return "none"
    rendered = render(message, reader)
    if rendered is None:
        return "none"
    held = digests.hold_back(get_kind(message.kind), message.person_id)
    if held is not None:
        return held
    if not server.url:
        return "kept"
    mail = build(rendered, reader, sender, message_id, now)
    db.session.rollback()  # No transaction, not even one that reads, stays open while the mail server thinks.
    server.send(mail)
    return "sent"


def claim_due(now: dt.datetime, limit: int) -> list[Message]:
    """Take up to ``limit`` due messages for ourselves, for the time of a lease; another worker gets others."""
    free = or_(Message.claimed_until.is_(None), Message.claimed_until < now)
    due = (Message.status == "waiting", Message.next_try_at <= now, free)
    ids = db.session.scalars(
        select(Message.id)
        .where(*due)
        .order_by(Message.next_try_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    won = [
        id
        for id in ids
        if db.session.execute(
            update(Message).where(Message.id == id, *due).values(claimed_until=now + rules.LEASE)
        ).rowcount
    ]
    return list(
        db.session.scalars(select(Message).where(Message.id.in_(won)).order_by(Message.next_try_at, Message.id))
    )


def _close(message_id: int, outcome: str, error: Exception | None, now: dt.datetime, done: Delivery) -> None:
    """Write down what became of a claimed message."""
    message = db.session.get(Message, message_id, with_for_update=True)
    if message is None or message.claimed_until is None:  # Gone with its reader meanwhile; its id may be another's.
        done.dropped += 1
        return
    message.claimed_until = None
    if outcome == "failed":
        message.tries += 1
        message.last_error = f"{type(error).__name__}: {error}"[:500]
        again = None if isinstance(error, Undeliverable) else rules.next_try(message.tries, now)
        if again is None:
            message.status = "given_up"
            done.given_up += 1
            log.error("message %s (%s) was given up: %s", message.id, message.kind, type(error).__name__)
        else:
            message.next_try_at = again
            done.put_off += 1
            log.warning("message %s (%s) is put off: %s", message.id, message.kind, type(error).__name__)
        db.session.flush()
        return
    message.status = outcome
    if outcome == "digest":
        message.next_try_at = rules.next_digest(now, company_zone())
        done.held += 1
    elif outcome == "none":
        done.dropped += 1
    else:
        message.sent_at = now
        setattr(done, outcome, getattr(done, outcome) + 1)
    db.session.flush()
