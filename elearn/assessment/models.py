"""Attempt: one sitting of a whole quiz; Response: what was given to one item of it."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UtcDateTime


class AttemptStatus(StrEnum):
    """Open while one responds; submitted by the person, or closed by the server when time ran out."""

    OPEN = "open"
    SUBMITTED = "submitted"
    TIMED_OUT = "timed_out"


class Attempt(Base):
    """One sitting. The edition, the seed and the drawn items are kept, so that it can be shown again as it was."""

    __tablename__ = "attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    quiz: Mapped[str] = mapped_column(String(40))
    cycle: Mapped[int] = mapped_column(default=1)
    number: Mapped[int]
    """1, 2, 3…: counts the person's attempts at this quiz in this cycle."""
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    seed: Mapped[int] = mapped_column(BigInteger)
    items: Mapped[list] = mapped_column(JSON)
    """The drawn item ids, in the order shown."""
    status: Mapped[str] = mapped_column(String(12), default=AttemptStatus.OPEN)
    started_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    deadline_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    score: Mapped[float | None]
    """Points, out of ``max_score``; one per item, partial credit included."""
    max_score: Mapped[int | None]
    passed: Mapped[bool | None]
    __table_args__ = (
        UniqueConstraint("person_id", "quiz", "cycle", "number"),
        Index(
            "uq_attempt_open",
            "person_id",
            "quiz",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        CheckConstraint("status IN ('open', 'submitted', 'timed_out')", name="status"),
        CheckConstraint("(status = 'open') = (passed IS NULL)", name="graded_when_closed"),
        CheckConstraint("score IS NULL OR (score >= 0 AND score <= max_score)", name="score"),
    )


class Response(Base):
    """What was given to one item. ``sequence`` is the page's own count: an older save never overwrites a newer."""

    __tablename__ = "response"
    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    item: Mapped[str] = mapped_column(String(60))
    value: Mapped[dict | list | str] = mapped_column(JSON)
    sequence: Mapped[int] = mapped_column(BigInteger, default=0)
    saved_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    credit: Mapped[float | None]
    """Set when the attempt closes: 0 to 1."""
    __table_args__ = (UniqueConstraint("attempt_id", "item"), Index("ix_response_item", "item"))
