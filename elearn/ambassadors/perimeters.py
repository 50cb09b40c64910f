"""Who answers for whom: perimeters and deputies. Pure functions; ``queries.visible_to`` says ``may_see`` in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cover:
    """What one referent answers for, and who does so today: themselves, or the deputy of their absence.

    No department means all of them, and so for topics.
    """

    owner_id: int
    holder_id: int | None
    departments: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    def covers(self, department: str, topics: Collection[str]) -> bool:
        """Whether somebody of this department (its path) who speaks of these topics falls under it."""
        return (not self.departments or department.startswith(self.departments)) and (
            not self.topics or bool(set(topics) & set(self.topics))
        )


def answerable(covers: Sequence[Cover], person_id: int, department: str, topics: Collection[str]) -> set[int]:
    """Who answers for this person today. Empty: nobody in particular, so every referent does."""
    return {
        cover.holder_id
        for cover in covers
        if cover.holder_id not in (None, person_id) and cover.covers(department, topics)
    }


def may_see(
    referent_id: int, covers: Sequence[Cover], person_id: int, department: str, topics: Collection[str]
) -> bool:
    """Whether this referent sees this person's application and mandate.

    Whoever answers for them does, and so does the referent of the perimeter while away. Where nobody would (the
    referent is the applicant, or no perimeter has this department), every other referent does: no application may
    wait for nobody.
    """
    if referent_id == person_id:
        return False
    owners = {c.owner_id for c in covers if c.covers(department, topics)}
    holders = answerable(covers, person_id, department, topics)
    return referent_id in owners or referent_id in holders or not holders
