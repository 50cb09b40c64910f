"""Application with its practice post, Mandate, the log of decisions, and who answers for whom.

The tables of moves in ``rules`` are written into the log's constraints: an illegal move, or a decision about
oneself, is refused by the database too.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UtcDateTime, protect_rows
from .rules import APPLICATION_MOVES, MANDATE_MOVES, ApplicationStatus, By, MandateStatus, Move


def _one_of(column: str, values) -> str:
    return f"{column} IN ({', '.join(repr(str(v)) for v in sorted(values))})"


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


# --- Applications ---------------------------------------------------------------------------------------------


class Application(Base):
    """A free act: somebody with a valid certificate asks for the status, with a post written for practice."""

    __tablename__ = "application"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    credential_id: Mapped[int] = mapped_column(ForeignKey("credential.id"))
    status: Mapped[str] = mapped_column(String(12), default=ApplicationStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    """Rises with each line of the log: a decision about a post that changed meanwhile does not pass."""
    brief: Mapped[str] = mapped_column(String(60))
    briefs_edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    network: Mapped[str] = mapped_column(String(40), default="")
    """Where the practice post would stand: one of the brief's networks."""
    post: Mapped[str] = mapped_column(Text, default="")
    picture: Mapped[str] = mapped_column(Text, default="")
    """The alternative text of a picture one would add; empty: no picture."""
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
        Index("ix_application_queue", "status", "submitted_at", "id"),
        CheckConstraint(_one_of("status", ApplicationStatus), name="status"),
        CheckConstraint("status NOT IN ('submitted', 'to_rework') OR submitted_at IS NOT NULL", name="submitted"),
    )


class Assessment(Base):
    """A referent's reading of one submitted post: six criteria from 0 to 3, and a reason the person reads."""

    __tablename__ = "assessment"
    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), unique=True)
    referent_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    post: Mapped[str] = mapped_column(Text)
    """The very words that were read: the person may rework them afterwards."""
    picture: Mapped[str] = mapped_column(Text, default="")
    grid: Mapped[dict] = mapped_column(JSON)
    """``{"transparency": 3, "accuracy": 2, …}``"""
    points: Mapped[int]
    lowest: Mapped[int]
    red_flags: Mapped[list] = mapped_column(JSON, default=list)
    is_flagged: Mapped[bool] = mapped_column(default=False)
    decision: Mapped[str] = mapped_column(String(12))
    category: Mapped[str | None] = mapped_column(String(40))
    """For a refusal: its category."""
    lessons: Mapped[list] = mapped_column(JSON, default=list)
    """For a refusal or a rework: the lessons to take again, ``course/lesson``."""
    again_on: Mapped[dt.date | None]
    """For a refusal: the day from which one may apply again."""
    decided_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        CheckConstraint("decision IN ('granted', 'sent_back', 'refused')", name="decision"),
        CheckConstraint("points BETWEEN 0 AND 18 AND lowest BETWEEN 0 AND 3", name="grid"),
        CheckConstraint("decision <> 'granted' OR (points >= 12 AND lowest > 0 AND NOT is_flagged)", name="passed"),
        CheckConstraint("decision <> 'refused' OR (category IS NOT NULL AND again_on IS NOT NULL)", name="refusal"),
    )


# --- Mandates -------------------------------------------------------------------------------------------------


class Mandate(Base):
    """The ambassador status one person holds: scope, regime, dates. Never outlives the credential."""

    __tablename__ = "mandate"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    credential_id: Mapped[int] = mapped_column(ForeignKey("credential.id"))
    credential_expires_on: Mapped[dt.date]
    """Copied from the credential, so that a constraint can hold the mandate to it."""
    status: Mapped[str] = mapped_column(String(10), default=MandateStatus.ACTIVE)
    regime: Mapped[str] = mapped_column(String(10), default="guided")
    networks: Mapped[list] = mapped_column(JSON, default=list)
    topics: Mapped[list] = mapped_column(JSON, default=list)
    languages: Mapped[list] = mapped_column(JSON, default=list)
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date] = mapped_column(index=True)
    suspended_until: Mapped[dt.date | None]
    """The last day of the suspension."""
    renewal_asked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    reminded_of: Mapped[dt.date | None]
    """The last day of which the person was told that it comes."""
    version: Mapped[int] = mapped_column(default=1)
    """Rises with each line of the log: two referents deciding at once cannot both win."""
    __table_args__ = (
        Index(
            "uq_mandate_open",
            "person_id",
            unique=True,
            sqlite_where=text("status <> 'ended'"),
            postgresql_where=text("status <> 'ended'"),
        ),
        Index("ix_mandate_status", "status", "id"),
        Index("ix_mandate_renewal", "renewal_asked_at", "id"),
        CheckConstraint(_one_of("status", MandateStatus), name="status"),
        CheckConstraint("regime IN ('guided', 'autonomous')", name="regime"),
        CheckConstraint("(status = 'suspended') = (suspended_until IS NOT NULL)", name="suspended_until"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint("ends_on <= credential_expires_on", name="credential"),
    )


class Hearing(Base):
    """Before any suspension: what is at issue, said to the person, and what they answer in their own words."""

    __tablename__ = "hearing"
    id: Mapped[int] = mapped_column(primary_key=True)
    mandate_id: Mapped[int] = mapped_column(ForeignKey("mandate.id"))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    grounds: Mapped[str] = mapped_column(Text)
    answer_by: Mapped[dt.date]
    answer: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index(
            "uq_hearing_open",
            "mandate_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_hearing_mandate", "mandate_id", "id"),
    )


# --- The log --------------------------------------------------------------------------------------------------


def _legal(subject: str, moves: dict[str, Move]) -> str:
    """SQL: a line about this subject does one of the legal moves."""
    cases = []
    for act, move in sorted(moves.items()):
        before = "before IS NULL"
        if move.before != {None}:  # Said in so many words: a check that comes out as unknown would pass.
            before = f"before IS NOT NULL AND {_one_of('before', move.before)}"
        after = f"after = '{move.after}'" if move.after else "after = before"
        cases.append(f"(act = '{act}' AND {before} AND {after})")
    return f"{subject} IS NULL OR {' OR '.join(cases)}"


def _acts_of(by: By) -> str:
    acts = {act for moves in (APPLICATION_MOVES, MANDATE_MOVES) for act, move in moves.items() if move.by is by}
    return _one_of("act", acts)


class Decision(Base):
    """The append-only log: one line for each act on an application or a mandate, from which the state is rebuilt.

    Ids only; the words of the reason stand in DecisionWords, which can be erased.
    """

    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"))
    mandate_id: Mapped[int | None] = mapped_column(ForeignKey("mandate.id"))
    act: Mapped[str] = mapped_column(String(20))
    before: Mapped[str | None] = mapped_column(String(12))
    after: Mapped[str] = mapped_column(String(12))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    facts: Mapped[dict] = mapped_column(JSON, default=dict)
    """What the act set: scope, dates, regime; no names, no words."""
    hearing_id: Mapped[int | None] = mapped_column(ForeignKey("hearing.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    version: Mapped[int]
    __table_args__ = (
        UniqueConstraint("mandate_id", "version"),
        UniqueConstraint("application_id", "version"),
        CheckConstraint("(application_id IS NULL) <> (mandate_id IS NULL)", name="subject"),
        CheckConstraint(_legal("application_id", APPLICATION_MOVES), name="application_move"),
        CheckConstraint(_legal("mandate_id", MANDATE_MOVES), name="mandate_move"),
        CheckConstraint(f"NOT {_acts_of(By.PERSON)} OR (by_id IS NOT NULL AND by_id = person_id)", name="own_act"),
        CheckConstraint(
            f"NOT {_acts_of(By.REFERENT)} OR (by_id IS NOT NULL AND by_id <> person_id)", name="not_oneself"
        ),
        CheckConstraint(f"NOT {_acts_of(By.SYSTEM)} OR by_id IS NULL", name="nobodys_act"),
        CheckConstraint("act <> 'suspended' OR hearing_id IS NOT NULL", name="heard"),
    )


class DecisionWords(Base):
    """The reason of a decision, as the person reads it. Kept apart from the log, so that it can be erased."""

    __tablename__ = "decision_words"
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text, default="")


@event.listens_for(Decision.__table__, "after_create")
def _protect(table, connection, **kwargs) -> None:
    protect_rows(connection, "decision")


class Contest(Base):
    """A decision that its person contests, once, before another referent."""

    __tablename__ = "contest"
    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), unique=True)
    """Unique: a decision is contested once, whatever came of it."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    words: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(10), default="open")
    """open, upheld (the decision stands), changed, moot (the situation changed meanwhile)."""
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index("ix_contest_queue", "status", "made_at", "id"),
        CheckConstraint("status IN ('open', 'upheld', 'changed', 'moot')", name="status"),
        CheckConstraint("answered_by_id IS NULL OR answered_by_id <> person_id", name="not_oneself"),
        CheckConstraint("(status = 'open') = (answered_at IS NULL)", name="answered"),
    )


# --- Who answers for whom -------------------------------------------------------------------------------------


class Perimeter(Base):
    """One department (with all below it) or one topic that a referent answers for. None of a kind: all of them."""

    __tablename__ = "perimeter"
    id: Mapped[int] = mapped_column(primary_key=True)
    referent_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"))
    __table_args__ = (
        UniqueConstraint("referent_id", "department_id"),
        UniqueConstraint("referent_id", "topic_id"),
        CheckConstraint("(department_id IS NULL) <> (topic_id IS NULL)", name="subject"),
    )


class Absence(Base):
    """Days on which a deputy answers in a referent's place; declared by the referent, and taken back by deleting."""

    __tablename__ = "absence"
    id: Mapped[int] = mapped_column(primary_key=True)
    referent_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    deputy_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    declared_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index("ix_absence_referent", "referent_id", "ends_on"),
        CheckConstraint("deputy_id <> referent_id", name="deputy"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
    )
