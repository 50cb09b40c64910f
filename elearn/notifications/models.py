"""Message: the outbox. Written in the same transaction as its cause, with ids only; rendered at delivery."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
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
    status: Mapped[str] = mapped_column(String(10), default="waiting")
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
        CheckConstraint("status IN ('waiting', 'sent', 'given_up', 'none')", name="status"),
    )
