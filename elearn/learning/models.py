"""Enrolment in paths, lessons opened and done, first responses to checks, and the charter signed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UtcDateTime


class Enrolment(Base):
    """A path one person chose. Changing path keeps the former enrolment and all that was done in it."""

    __tablename__ = "enrolment"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course: Mapped[str] = mapped_column(String(60))
    chosen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    is_current: Mapped[bool] = mapped_column(default=True)
    __table_args__ = (
        UniqueConstraint("person_id", "course"),
        Index(
            "uq_enrolment_current",
            "person_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
    )


class LessonVisit(Base):
    """Where one is in a lesson: opened when, seen last when and where. It lets one resume."""

    __tablename__ = "lesson_visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course: Mapped[str] = mapped_column(String(60))
    lesson: Mapped[str] = mapped_column(String(60))
    first_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(String(200), default="")
    """The anchor of the heading last seen."""
    __table_args__ = (UniqueConstraint("person_id", "course", "lesson"),)


class LessonCompletion(Base):
    """A lesson done: a recorded event, with the edition it was done on, that no later edit moves."""

    __tablename__ = "lesson_completion"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course: Mapped[str] = mapped_column(String(60))
    lesson: Mapped[str] = mapped_column(String(60))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    how: Mapped[str] = mapped_column(String(10))
    """``read``: to the end; ``shown``: the whole check right at the first go."""
    completed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint("person_id", "course", "lesson"),
        CheckConstraint("how IN ('read', 'shown')", name="how"),
    )


class CheckResponse(Base):
    """A response to a lesson's check item or scenario: the first and the latest. For the learner alone."""

    __tablename__ = "check_response"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course: Mapped[str] = mapped_column(String(60))
    lesson: Mapped[str] = mapped_column(String(60))
    item: Mapped[str] = mapped_column(String(60))
    first_right: Mapped[bool]
    latest: Mapped[dict] = mapped_column(JSON)
    """``{"value": …, "right": bool}`` of the latest response."""
    responded_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint("person_id", "course", "lesson", "item"),
        Index("ix_check_response_first", "course", "lesson", "item", "first_right"),
    )


class CharterSignature(Base):
    """« Lu et compris »: which edition, when, and in which language it was read."""

    __tablename__ = "charter_signature"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    language: Mapped[str] = mapped_column(String(2))
    signed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("person_id", "edition_id"),)
