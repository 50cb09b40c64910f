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
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    """When it was added to the figures of use; see ItemUse."""
    __table_args__ = (
        UniqueConstraint("person_id", "quiz", "cycle", "number"),
        Index("ix_attempt_status_deadline_at", "status", "deadline_at"),
        Index(
            "ix_attempt_unused",
            "closed_at",
            sqlite_where=text("used_at IS NULL"),
            postgresql_where=text("used_at IS NULL"),
        ),
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
    __table_args__ = (UniqueConstraint("attempt_id", "item"),)


class ItemContest(Base):
    """A learner says that an item is wrong. Once for each item of an attempt; authors never see who wrote it."""

    __tablename__ = "item_contest"
    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    quiz: Mapped[str] = mapped_column(String(40))
    item: Mapped[str] = mapped_column(String(60))
    """The item's id; empty where the attempt as a whole is contested, because its keys were not shown."""
    words: Mapped[str] = mapped_column(String(2000))
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(10), default="open")
    """``open``; then ``upheld``, the item stands, or ``voided``, it counts for everybody."""
    answer: Mapped[str] = mapped_column(String(2000), default="")
    answered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    __table_args__ = (
        UniqueConstraint("attempt_id", "item"),
        Index("ix_item_contest_item", "quiz", "item", "status"),
        Index("ix_item_contest_status", "status", "id"),
        CheckConstraint("status IN ('open', 'upheld', 'voided')", name="status"),
        CheckConstraint("(status = 'open') = (answered_at IS NULL)", name="answered"),
    )


class ItemVoid(Base):
    """An item that counts for everybody, as long as its words and key stay what ``digest`` says."""

    __tablename__ = "item_void"
    id: Mapped[int] = mapped_column(primary_key=True)
    quiz: Mapped[str] = mapped_column(String(40))
    item: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(2000))
    voided_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    voided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recount_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    """From when the worker goes on recounting attempts; empty once all of them are."""
    recounted_to: Mapped[int] = mapped_column(default=0)
    """The last attempt that was looked at: where the worker goes on."""
    raised: Mapped[int] = mapped_column(default=0)
    passed: Mapped[int] = mapped_column(default=0)
    """How many attempts gained, and how many of these became passed."""
    faults: Mapped[int] = mapped_column(default=0)
    """Attempts that could not be recounted on the present round: there will be another one."""
    __table_args__ = (UniqueConstraint("quiz", "item", "digest"),)


class AttemptRecount(Base):
    """The log of what voiding an item changed: one line for each attempt whose score rose. It only grows."""

    __tablename__ = "attempt_recount"
    id: Mapped[int] = mapped_column(primary_key=True)
    void_id: Mapped[int] = mapped_column(ForeignKey("item_void.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    score_before: Mapped[float]
    score_after: Mapped[float]
    passed_before: Mapped[bool]
    passed_after: Mapped[bool]
    counted_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint("void_id", "attempt_id"),
        CheckConstraint("score_after >= score_before", name="only_helps"),
        CheckConstraint("passed_after OR NOT passed_before", name="never_fails"),
    )


class ItemUse(Base):
    """How an item was met, in sums that name nobody: the worker adds each finished attempt once.

    Sums stand by the item's digest, so that they belong to its words, in whatever edition these stand.
    """

    __tablename__ = "item_use"
    id: Mapped[int] = mapped_column(primary_key=True)
    quiz: Mapped[str] = mapped_column(String(40))
    item: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    n: Mapped[int] = mapped_column(default=0)
    c: Mapped[float] = mapped_column(default=0.0)
    cc: Mapped[float] = mapped_column(default=0.0)
    s: Mapped[float] = mapped_column(default=0.0)
    ss: Mapped[float] = mapped_column(default=0.0)
    cs: Mapped[float] = mapped_column(default=0.0)
    """Responses, Σcredit, Σcredit², Σscore, Σscore², Σcredit·score; scores by the keys, whatever was voided since."""
    given: Mapped[int] = mapped_column(default=0)
    taken: Mapped[dict] = mapped_column(JSON, default=dict)
    """Responses that were not empty; choice → how many took it (placed it rightly, for ordering and sorting)."""
    times: Mapped[dict] = mapped_column(JSON, default=dict)
    """Whole seconds → how many took that long, where each response was saved as it was given."""
    seconds: Mapped[int | None]
    """The median of ``times``."""
    __table_args__ = (UniqueConstraint("quiz", "item", "digest"),)


class QuizUse(Base):
    """How a quiz was met: attempts finished and passed, and how long they took. Added up by the worker, like ItemUse."""

    __tablename__ = "quiz_use"
    quiz: Mapped[str] = mapped_column(String(40), primary_key=True)
    attempts: Mapped[int] = mapped_column(default=0)
    passed: Mapped[int] = mapped_column(default=0)
    times: Mapped[dict] = mapped_column(JSON, default=dict)
    """Whole minutes → how many took that long from beginning to sending."""
    counted_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
