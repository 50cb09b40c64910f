"""Campaign, and CampaignStep: one day on which it writes."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UtcDateTime


class CampaignStatus(StrEnum):
    """A draft writes to nobody; a running one writes on its days; the other two write no more."""

    DRAFT = "draft"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"


class Campaign(Base):
    """What HR asks of whom until when. The population is a filter of HR's list, applied anew on each day it writes."""

    __tablename__ = "campaign"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    population: Mapped[dict] = mapped_column(JSON, default=dict)
    """The arguments of the list's address (reporting.rules.Filter.args): department, site, arrival."""
    parts: Mapped[list] = mapped_column(JSON)
    """The parts that are due: ``path``, ``charter``, ``security``."""
    deadline_on: Mapped[dt.date]
    to_managers: Mapped[bool] = mapped_column(default=True)
    """Whether managers are told, on the same days, who of their direct team is not through."""
    status: Mapped[str] = mapped_column(String(10), default=CampaignStatus.DRAFT)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    launched_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index("ix_campaign_status", "status", "deadline_on"),
        CheckConstraint("status IN ('draft', 'running', 'finished', 'stopped')", name="status"),
        CheckConstraint("status = 'draft' OR launched_at IS NOT NULL OR status = 'stopped'", name="launched"),
    )


class CampaignStep(Base):
    """One day on which a campaign writes: to people, then to managers, then to HR. ``cursor`` is how far it came, so
    that a run that was killed goes on from there; that nobody is written to twice is held by the messages' keys."""

    __tablename__ = "campaign_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    offset: Mapped[int]
    """Days from the deadline: -14, -3, 0, 7."""
    due_on: Mapped[dt.date]
    phase: Mapped[str] = mapped_column(String(10), default="people")
    """people, managers, hr, then done; or skipped, where a later day had come before it could write."""
    cursor: Mapped[int] = mapped_column(default=0)
    written: Mapped[int] = mapped_column(default=0)
    """How many people were written to, managers and HR apart."""
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint("campaign_id", "offset"),
        Index("ix_campaign_step_due", "phase", "due_on"),
        CheckConstraint("phase IN ('people', 'managers', 'hr', 'done', 'skipped')", name="phase"),
    )
