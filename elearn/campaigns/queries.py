"""Reads: campaigns, their days, and whom they concern now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from ..credentials.models import Completion
from ..db import db
from ..notifications.models import Message
from ..people.models import Department, Person, RoleAssignment
from ..permissions import Role
from ..reporting import queries as reporting
from ..reporting.conditions import ACTIVE, conditions
from ..reporting.rules import Filter, read_filter
from .models import Campaign, CampaignStatus, CampaignStep


def population_of(campaign: Campaign) -> Filter:
    """Whom the campaign is for, as a filter of HR's list."""
    return read_filter(campaign.population)


def outstanding(campaign: Campaign) -> Filter:
    """Those of them who still have a part to do, as a filter of HR's list."""
    return read_filter(campaign.population, campaign.parts)


def list_campaigns(before: int | None = None, limit: int = 50) -> tuple[list[Campaign], int | None]:
    """The newest first, from one id down; and the id from which the next page goes on."""
    statement = select(Campaign).order_by(Campaign.id.desc()).limit(limit + 1)
    found = list(db.session.scalars(statement if before is None else statement.where(Campaign.id < before)))
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def list_standing(limit: int = 3) -> list[Campaign]:
    """What is asked now: the campaigns that run, and those that are through, by deadline, the latest first."""
    asked = Campaign.status.in_((CampaignStatus.RUNNING, CampaignStatus.FINISHED))
    return list(db.session.scalars(select(Campaign).where(asked).order_by(Campaign.deadline_on.desc()).limit(limit)))


def list_steps(campaign_id: int) -> list[CampaignStep]:
    """The days of a campaign, in order."""
    return list(
        db.session.scalars(
            select(CampaignStep).where(CampaignStep.campaign_id == campaign_id).order_by(CampaignStep.offset)
        )
    )


def list_due_steps(today: dt.date) -> list[int]:
    """The ids of steps whose day has come, of running campaigns, those of the nearest deadline first."""
    return list(
        db.session.scalars(
            select(CampaignStep.id)
            .join(Campaign, Campaign.id == CampaignStep.campaign_id)
            .where(
                Campaign.status == CampaignStatus.RUNNING,
                CampaignStep.phase.in_(("people", "managers", "hr")),
                CampaignStep.due_on <= today,
            )
            .order_by(Campaign.deadline_on, CampaignStep.due_on, CampaignStep.id)
        )
    )


def list_people(campaign: Campaign, on: dt.date, after: int, limit: int) -> list[int]:
    """The ids of people who still have a part to do, from one id on."""
    return list(
        db.session.scalars(
            _concerned(select(Person.id), campaign, on).where(Person.id > after).order_by(Person.id).limit(limit)
        )
    )


def _concerned(statement, campaign: Campaign, on: dt.date):
    return (
        statement.select_from(Person)
        .outerjoin(Completion, Completion.person_id == Person.id)
        .where(*conditions(outstanding(campaign), on))
    )


def _managers():
    """The ids of managers, by role, who are here."""
    boss = aliased(Person)
    role = (RoleAssignment.person_id == boss.id) & (RoleAssignment.role == Role.MANAGER)
    return select(boss.id).join(RoleAssignment, role).where(boss.closed_at.is_(None), boss.erased_at.is_(None))


def _managers_concerned(campaign: Campaign, on: dt.date):
    teams = _concerned(select(Person.manager_id), campaign, on).where(Person.manager_id.is_not(None))
    found = _managers().subquery()
    return select(found.c.id).where(found.c.id.in_(teams))


def list_managers(campaign: Campaign, on: dt.date, after: int, limit: int) -> list[int]:
    """The ids of managers, by role, who have somebody concerned in their direct team, from one id on."""
    found = _managers_concerned(campaign, on).subquery()
    return list(db.session.scalars(select(found.c.id).where(found.c.id > after).order_by(found.c.id).limit(limit)))


def list_hr(after: int, limit: int) -> list[int]:
    """The ids of people who hold HR's role, from one id on."""
    return list(
        db.session.scalars(
            select(Person.id)
            .join(RoleAssignment, RoleAssignment.person_id == Person.id)
            .where(RoleAssignment.role == "hr", Person.id > after, *ACTIVE)
            .order_by(Person.id)
            .limit(limit)
        )
    )


@dataclass(frozen=True)
class Reach:
    """Whom a campaign would write to today, beside the people themselves, and whom it does not reach by mail."""

    managers: int
    without_manager: int
    """How many people concerned have no manager who would be told."""
    without_email: int


def get_reach(campaign: Campaign, on: dt.date) -> Reach:
    """How far the messages of today would go."""
    managed = Person.manager_id.in_(_managers())
    sums = (func.coalesce(func.sum(case((test, 1), else_=0)), 0) for test in (managed, Person.email.is_(None)))
    people, with_manager, without_email = db.session.execute(
        _concerned(select(func.count(), *sums), campaign, on)
    ).one()
    managers = db.session.scalar(select(func.count()).select_from(_managers_concerned(campaign, on).subquery()))
    return Reach(managers, people - int(with_manager), int(without_email))


def list_overlaps(campaign: Campaign, on: dt.date, limit: int = 3) -> list[tuple[Campaign, int]]:
    """Running campaigns that ask some of the same of some of the same people, and of how many; nearest deadline first."""
    running = select(Campaign).where(Campaign.status == CampaignStatus.RUNNING, Campaign.id != campaign.id)
    others = db.session.scalars(running.order_by(Campaign.deadline_on, Campaign.id).limit(limit)).all()
    counted = [
        (other, db.session.scalar(_concerned(select(func.count()), campaign, on).where(*conditions(shared, on))))
        for other in others
        if (shared := read_filter(other.population, [part for part in other.parts if part in campaign.parts])).missing
    ]
    return [(other, number) for other, number in counted if number]


def list_told(campaign: Campaign, person_ids: Sequence[int], since: dt.datetime) -> dict[int, set[str]]:
    """Of these people, who was reminded since then by other campaigns whose deadline comes no later → of which parts."""
    earlier = select(Campaign).where(
        Campaign.id != campaign.id,
        Campaign.deadline_on <= campaign.deadline_on,
        Campaign.status.in_((CampaignStatus.RUNNING, CampaignStatus.FINISHED)),
    )
    parts = {other.id: other.parts for other in db.session.scalars(earlier)}
    said = select(Message.person_id, Message.ids).where(
        Message.person_id.in_(person_ids), Message.kind == "campaign_reminder", Message.created_at >= since
    )
    told: dict[int, set[str]] = {}
    for person_id, ids in db.session.execute(said) if parts else ():
        told.setdefault(person_id, set()).update(parts.get(ids["campaign"], ()))
    return told


def get_missing(campaign: Campaign, person_id: int) -> list[str]:
    """The parts due that this person has not done; empty when there is nothing to remind of."""
    row = db.session.get(Completion, person_id)
    return [part for part in campaign.parts if row is None or getattr(row, part) < 2]


def list_team(campaign: Campaign, manager_id: int, on: dt.date, limit: int = 30) -> tuple[list[str], int]:
    """Names of a manager's direct reports who are concerned, and how many there are in all."""
    wanted = outstanding(campaign)
    page = reporting.list_page(wanted, on, manager_id=manager_id, direct_only=True, size=limit)
    total = reporting.count_people(wanted, on, manager_id, True) if page.after else len(page.lines)
    return [line.name for line in page.lines], total


def get_department_name(department_id: int) -> str:
    """A department's name; empty when it is gone."""
    return db.session.scalar(select(Department.name).where(Department.id == department_id)) or ""
