"""VolunteeringSnapshot: the one table of this room, and the only thing HR may read of volunteering."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UtcDateTime, protect_rows

WHOLE = 0
"""Instead of a department's id: the whole company."""


class VolunteeringSnapshot(Base):
    """How many people of one group were ambassadors when a month's figures were drawn.

    What may not be shown is not written here at all: no page, copy or query can let it out. Once drawn, a row is
    neither changed nor deleted; the department's name is copied, so that it outlives the department.
    """

    __tablename__ = "volunteering_snapshot"
    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[dt.date]
    """Its first day."""
    department_id: Mapped[int]
    """A department of the first rank, or WHOLE. No foreign key: departments may go, figures stay."""
    name: Mapped[str] = mapped_column(String(200), default="")
    people: Mapped[int]
    ambassadors: Mapped[int | None]
    """None: hidden, by disclosure.draw."""
    drawn_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint("month", "department_id"),
        CheckConstraint("ambassadors IS NULL OR ambassadors BETWEEN 5 AND people - 5", name="five_on_either_side"),
    )


@event.listens_for(VolunteeringSnapshot.__table__, "after_create")
def _protect(table, connection, **kwargs) -> None:
    protect_rows(connection, "volunteering_snapshot")
