"""Question and its thread, PublicAnswer, Alert with what was done about it, and its captures; Crisis and its log."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UtcDateTime


class Question(Base):
    """A question to the referent, with the page it came from."""

    __tablename__ = "question"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token: Mapped[str] = mapped_column(String(32))
    """Drawn with the form, so that the same form sent twice asks once."""
    page: Mapped[str] = mapped_column(String(300), default="")
    """The path of the page where the question arose."""
    is_private: Mapped[bool] = mapped_column(default=False)
    """The person does not want it published, even without a name."""
    status: Mapped[str] = mapped_column(String(10), default="open")
    asked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[dt.date]
    """The last day of the agreed delay, counted from the last message that waits."""
    moved_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    """Grows with every message: whoever answers what they read does not answer what they have not."""
    __table_args__ = (
        UniqueConstraint("person_id", "token"),
        Index("ix_question_queue", "status", "due_on", "id"),
        Index("ix_question_moved", "status", "moved_at", "id"),
        Index("ix_question_own", "person_id", "id"),
        CheckConstraint("status IN ('open', 'answered', 'closed')", name="status"),
    )


class QuestionPost(Base):
    """One message of the thread."""

    __tablename__ = "question_post"
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    is_answer: Mapped[bool] = mapped_column(default=False)
    """Written by a referent."""
    words: Mapped[str] = mapped_column(Text)
    posted_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class PublicAnswer(Base):
    """A question and its answer, rewritten for everybody in the company. It does not name who asked."""

    __tablename__ = "public_answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), unique=True)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    search_text: Mapped[str] = mapped_column(Text)
    """Both, folded by ``normalise``: what search looks in."""
    is_shown: Mapped[bool] = mapped_column(default=True)
    published_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    __table_args__ = (
        Index("ix_public_answer_list", "is_shown", "published_at", "id"),
        CheckConstraint("language IN ('fr', 'en')", name="language"),
    )


class Alert(Base):
    """Something seen that the referent should know of at once."""

    __tablename__ = "alert"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token: Mapped[str] = mapped_column(String(32))
    seen: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(String(500))
    """Where: a network and an account, or the link of a post. Shown as text, never as a link to follow."""
    status: Mapped[str] = mapped_column(String(10), default="new")
    level: Mapped[str | None] = mapped_column(String(10))
    raised_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (
        UniqueConstraint("person_id", "token"),
        Index("ix_alert_list", "status", "id"),
        Index("ix_alert_own", "person_id", "id"),
        CheckConstraint("status IN ('new', 'taken', 'closed')", name="status"),
        CheckConstraint("level IS NULL OR level IN ('noise', 'tension', 'crisis')", name="level"),
        CheckConstraint("status = 'new' OR taken_by_id IS NOT NULL", name="taken"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed"),
    )


class AlertAct(Base):
    """One thing done about an alert, and what was said to the person who raised it."""

    __tablename__ = "alert_act"
    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), index=True)
    act: Mapped[str] = mapped_column(String(10))
    level: Mapped[str | None] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    __table_args__ = (CheckConstraint("act IN ('taken', 'advised', 'closed')", name="act"),)


class AlertTold(Base):
    """Somebody who was told of an alert when it was raised. Whoever was on duty that day may go on reading it."""

    __tablename__ = "alert_told"
    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    __table_args__ = (UniqueConstraint("alert_id", "person_id"),)


class AlertCapture(Base):
    """A picture joined to an alert; the file lies under ``instance/files/captures`` until it expires."""

    __tablename__ = "alert_capture"
    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), index=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    """Random: what the file was called where it came from is not kept."""
    media_type: Mapped[str] = mapped_column(String(20))
    width: Mapped[int]
    height: Mapped[int]
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index("ix_alert_capture_expiry", "erased_at", "expires_at"),
        CheckConstraint("media_type IN ('image/png', 'image/jpeg', 'image/webp')", name="media_type"),
    )


class Crisis(Base):
    """A time when the company alone speaks: everybody reads its notice on every page (programme, dossier 6.5)."""

    __tablename__ = "crisis"
    id: Mapped[int] = mapped_column(primary_key=True)
    words_fr: Mapped[str] = mapped_column(Text, default="")
    words_en: Mapped[str] = mapped_column(Text, default="")
    """The line to keep, or the silence asked for; whoever reads a language that is missing reads the other."""
    declared_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ends_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    """When it ends by itself: a notice that nobody takes away is soon not read."""
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    is_open: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    telling: Mapped[str] = mapped_column(String(10), default="declared")
    """What ambassadors are being told, by the worker: that it is declared, that it is ended; empty once all were."""
    told_to: Mapped[int] = mapped_column(default=0)
    """The last person told so far."""
    __table_args__ = (
        Index("uq_crisis_open", "is_open", unique=True, sqlite_where=text("is_open"), postgresql_where=text("is_open")),
        CheckConstraint("words_fr <> '' OR words_en <> ''", name="words"),
        CheckConstraint("is_open = (ended_at IS NULL)", name="open"),
        CheckConstraint("telling IN ('', 'declared', 'ended')", name="telling"),
    )


class CrisisAct(Base):
    """One line of a crisis's log: what was shown from then on, or what is kept from it once it ended."""

    __tablename__ = "crisis_act"
    id: Mapped[int] = mapped_column(primary_key=True)
    crisis_id: Mapped[int] = mapped_column(ForeignKey("crisis.id"), index=True)
    act: Mapped[str] = mapped_column(String(10))
    words_fr: Mapped[str] = mapped_column(Text, default="")
    words_en: Mapped[str] = mapped_column(Text, default="")
    ends_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Nobody where its day had come."""
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    __table_args__ = (CheckConstraint("act IN ('declared', 'changed', 'ended')", name="act"),)
