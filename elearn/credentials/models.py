"""Fulfilment of requirements; Credential, what one person earned, with every printed word; Completion, what shows."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UtcDateTime


class Fulfilment(Base):
    """One requirement met by one person in one cycle; recorded once, never moved by later edits."""

    __tablename__ = "fulfilment"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requirement: Mapped[str] = mapped_column(String(40))
    """``path``, ``charter-signature``, ``charter-quiz``, ``security-lessons``, ``security-quiz``."""
    cycle: Mapped[int] = mapped_column(default=1)
    """1 at first; renewal opens the next."""
    evidence: Mapped[dict] = mapped_column(JSON, default=dict)
    """Ids of what proves it: ``{"attempt": 12}``, ``{"signature": 3, "edition": 7}``. Never words, never scores."""
    fulfilled_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint("person_id", "requirement", "cycle"),
        Index("ix_fulfilment_requirement_when", "requirement", "fulfilled_at"),
    )


class Credential(Base):
    """An award one person earned. Words live in the row, looks in the template of its edition."""

    __tablename__ = "credential"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    """Random and unguessable: it stands in the QR code."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    award: Mapped[str] = mapped_column(String(40))
    cycle: Mapped[int] = mapped_column(default=1)
    award_edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    words: Mapped[dict] = mapped_column(JSON)
    """Every printed word as it was on the day, per language: name, title, company, charter edition…"""
    language: Mapped[str] = mapped_column(String(2), default="fr")
    issued_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_on: Mapped[dt.date]
    """The last day on which it is valid, in the company's time zone."""
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    revoked_reason: Mapped[str | None] = mapped_column(String(500))
    __table_args__ = (
        UniqueConstraint("person_id", "award", "cycle"),
        Index("ix_credential_when", "award", "issued_at"),
    )


class Completion(Base):
    """What may be known of one person's training outside of the person: one row each, and the whole of it.

    For each mandatory part not begun, under way, or done with its moment; and the certificate that stands. HR's and
    managers' pages read this table and no other about training: which path, how far in it, responses, scores and
    attempts are not in it, so that they cannot leave through it. Kept with its causes, in their transactions, by
    ``completion.py``; a part once done is never moved, renewal shows in the certificate's days.
    """

    __tablename__ = "completion"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    path: Mapped[int] = mapped_column(SmallInteger, default=0)
    """0 not begun, 1 under way, 2 done; the same for ``charter`` and ``security``."""
    charter: Mapped[int] = mapped_column(SmallInteger, default=0)
    security: Mapped[int] = mapped_column(SmallInteger, default=0)
    path_done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    charter_done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    security_done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    certified_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    """When the latest certificate that was not revoked was issued."""
    valid_until: Mapped[dt.date | None]
    """Its last day."""
    __table_args__ = (
        Index("ix_completion_valid", "valid_until", "person_id"),
        *(
            CheckConstraint(f"{part} BETWEEN 0 AND 2 AND ({part} = 2) = ({part}_done_at IS NOT NULL)", name=part)
            for part in ("path", "charter", "security")
        ),
        CheckConstraint("(certified_at IS NULL) = (valid_until IS NULL)", name="certificate"),
    )
