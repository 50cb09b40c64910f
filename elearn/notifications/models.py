"""Message: the outbox. Written in the same transaction as its cause, with ids only; rendered at delivery."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UtcDateTime


class Message(Base):
    """One message to one person: shown in the application at once, sent by e-mail by the background job."""

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(60))
    """A registered kind: it names the template and the function from ids to variables."""
    ids: Mapped[dict] = mapped_column(JSON, default=dict)
    once_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    """Where the same thing must be said once only: the constraint refuses the second."""
    by_email: Mapped[bool] = mapped_column(default=True)
    in_app: Mapped[bool] = mapped_column(default=True)
    """Whether the person's list shows it; a link that opens the account goes to the mailbox alone."""
    status: Mapped[str] = mapped_column(String(10), default="waiting")
    """waiting, digest (waits for its reader's daily digest), sent, kept (no mail server is set: the mailbox page has
    it), given_up, none (not for mail)."""
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    claimed_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    read_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index("ix_message_due", "status", "next_try_at"),
        Index("ix_message_person", "person_id", "id"),
        Index(
            "ix_message_unread",
            "person_id",
            sqlite_where=text("read_at IS NULL AND in_app"),
            postgresql_where=text("read_at IS NULL AND in_app"),
        ),
        CheckConstraint("status IN ('waiting', 'digest', 'sent', 'kept', 'given_up', 'none')", name="status"),
    )


class NoticeChoice(Base):
    """How somebody wants one kind of message that is not mandatory; without a row, as the kind itself says."""

    __tablename__ = "notice_choice"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    mode: Mapped[str] = mapped_column(String(10))
    __table_args__ = (CheckConstraint("mode IN ('at_once', 'digest', 'app')", name="mode"),)
