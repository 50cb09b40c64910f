"""Reads: campaigns, their days, and whom they concern now."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from ..credentials.models import Completion
from ..db import db
from ..people.models import Department, Person, RoleAssignment
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
    """The ids of steps whose day has come, of running campaigns."""
    return list(
        db.session.scalars(
            select(CampaignStep.id)
            .join(Campaign, Campaign.id == CampaignStep.campaign_id)
            .where(
                Campaign.status == CampaignStatus.RUNNING,
                CampaignStep.phase.in_(("people", "managers", "hr")),
                CampaignStep.due_on <= today,
            )
            .order_by(CampaignStep.due_on, CampaignStep.id)
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


def list_managers(campaign: Campaign, on: dt.date, after: int, limit: int) -> list[int]:
    """The ids of managers, by role, who have somebody concerned in their direct team, from one id on."""
    boss = aliased(Person)
    teams = _concerned(select(Person.manager_id), campaign, on).where(Person.manager_id.is_not(None))
    return list(
        db.session.scalars(
            select(boss.id)
            .join(RoleAssignment, (RoleAssignment.person_id == boss.id) & (RoleAssignment.role == "manager"))
            .where(boss.id.in_(teams), boss.id > after, boss.closed_at.is_(None), boss.erased_at.is_(None))
            .order_by(boss.id)
            .limit(limit)
        )
    )


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


def count_managers(campaign: Campaign, on: dt.date) -> int:
    """How many managers would be told today."""
    boss = aliased(Person)
    teams = _concerned(select(Person.manager_id), campaign, on).where(Person.manager_id.is_not(None))
    return db.session.scalar(
        select(func.count())
        .select_from(boss)
        .join(RoleAssignment, (RoleAssignment.person_id == boss.id) & (RoleAssignment.role == "manager"))
        .where(boss.id.in_(teams), boss.closed_at.is_(None), boss.erased_at.is_(None))
    )


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
