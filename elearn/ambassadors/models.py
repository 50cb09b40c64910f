"""Application with its practice post, Mandate, and the log of decisions."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UtcDateTime


class Network(Base):
    """A social network the company uses; the administrator edits the catalogue."""

    __tablename__ = "network"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    is_open: Mapped[bool] = mapped_column(default=True)


class Topic(Base):
    """A subject ambassadors speak of; the administrator edits the catalogue."""

    __tablename__ = "topic"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    names: Mapped[dict] = mapped_column(JSON)
    is_open: Mapped[bool] = mapped_column(default=True)


class ApplicationStatus(StrEnum):
    """A draft is the person's alone; a submitted one waits for a referent; the rest are ends."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    TO_REWORK = "to_rework"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Application(Base):
    """A free act: somebody with a valid certificate asks for the status, with a post written for practice."""

    __tablename__ = "application"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    credential_id: Mapped[int] = mapped_column(ForeignKey("credential.id"))
    status: Mapped[str] = mapped_column(String(12), default=ApplicationStatus.DRAFT)
    brief: Mapped[str] = mapped_column(String(60))
    briefs_edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    post: Mapped[str] = mapped_column(Text, default="")
    networks: Mapped[list] = mapped_column(JSON, default=list)
    topics: Mapped[list] = mapped_column(JSON, default=list)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index(
            "uq_application_open",
            "person_id",
            unique=True,
            sqlite_where=text("status IN ('draft', 'submitted', 'to_rework')"),
            postgresql_where=text("status IN ('draft', 'submitted', 'to_rework')"),
        ),
        Index("ix_application_queue", "status", "submitted_at"),
        CheckConstraint(
            "status IN ('draft', 'submitted', 'to_rework', 'granted', 'refused', 'withdrawn')", name="status"
        ),
        CheckConstraint("status NOT IN ('submitted', 'to_rework') OR submitted_at IS NOT NULL", name="submitted"),
    )


class Assessment(Base):
    """A referent's reading of one submitted post: six criteria from 0 to 3, and a reason the person reads."""

    __tablename__ = "assessment"
    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    referent_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    post: Mapped[str] = mapped_column(Text)
    """The very words that were read: the person may rework them afterwards."""
    grid: Mapped[dict] = mapped_column(JSON)
    """``{"transparency": 3, "accuracy": 2, …}``"""
    red_flag: Mapped[str | None] = mapped_column(String(40))
    decision: Mapped[str] = mapped_column(String(12))
    category: Mapped[str | None] = mapped_column(String(40))
    """For a refusal: its category."""
    lessons: Mapped[list] = mapped_column(JSON, default=list)
    """For a refusal or a rework: the lessons to take again, ``course/lesson``."""
    again_on: Mapped[dt.date | None]
    """For a refusal: the day from which one may apply again."""
    reason: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    __table_args__ = (CheckConstraint("decision IN ('granted', 'to_rework', 'refused')", name="decision"),)


class MandateStatus(StrEnum):
    """The states of the ambassador status; ``ended`` is final."""

    ACTIVE = "active"
    DORMANT = "dormant"
    ENDED = "ended"
    SUSPENDED = "suspended"


class Mandate(Base):
    """The ambassador status one person holds: scope, regime, dates. Never outlives the credential."""

    __tablename__ = "mandate"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    credential_id: Mapped[int] = mapped_column(ForeignKey("credential.id"))
    status: Mapped[str] = mapped_column(String(10), default=MandateStatus.ACTIVE)
    regime: Mapped[str] = mapped_column(String(10), default="guided")
    networks: Mapped[list] = mapped_column(JSON, default=list)
    topics: Mapped[list] = mapped_column(JSON, default=list)
    languages: Mapped[list] = mapped_column(JSON, default=list)
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    suspended_until: Mapped[dt.date | None]
    version: Mapped[int] = mapped_column(default=1)
    """Rises with each decision: two referents deciding at once cannot both win."""
    __table_args__ = (
        Index(
            "uq_mandate_open",
            "person_id",
            unique=True,
            sqlite_where=text("status <> 'ended'"),
            postgresql_where=text("status <> 'ended'"),
        ),
        Index("ix_mandate_status", "status", "id"),
        CheckConstraint("status IN ('active', 'dormant', 'ended', 'suspended')", name="status"),
        CheckConstraint("regime IN ('guided', 'autonomous')", name="regime"),
        CheckConstraint("(status = 'suspended') = (suspended_until IS NOT NULL)", name="suspended_until"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
    )


class Decision(Base):
    """The append-only log: one line for each act on an application or a mandate, from which the state is rebuilt.

    Ids only; the words of the reason stand in DecisionWords, which can be erased.
    """

    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    mandate_id: Mapped[int | None] = mapped_column(ForeignKey("mandate.id"), index=True)
    act: Mapped[str] = mapped_column(String(30))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    facts: Mapped[dict] = mapped_column(JSON, default=dict)
    """What the act set: scope, dates, regime; no names, no words."""
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    version: Mapped[int | None]
    __table_args__ = (UniqueConstraint("mandate_id", "version"),)


class DecisionWords(Base):
    """The reason of a decision as the person reads it, and what the person answered when heard."""

    __tablename__ = "decision_words"
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    heard: Mapped[str] = mapped_column(Text, default="")
