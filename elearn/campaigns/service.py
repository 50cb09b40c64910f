"""Preparing, revising, launching and stopping campaigns, and writing on their days. The only writer of this room's tables."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select, update

from ..db import db
from ..errors import Refusal
from ..i18n import _l, company_day, company_midnight
from ..notifications.jobs import wake
from ..notifications.service import queue
from ..reporting.rules import read_filter
from . import queries, rules
from .models import Campaign, CampaignStatus, CampaignStep

WRITING = "campaigns"
"""The worker's job that writes what is due."""
CHUNK = 200
"""How many people one transaction writes to: a killed run loses at most so much work, and repeats none of it."""


def prepare(
    person_id: int, name: str, population: dict, parts, deadline_on, offsets, to_managers: bool, now
) -> Campaign:
    """Make a draft, which writes to nobody until it is launched. Raises Invalid."""
    campaign = Campaign(created_by_id=person_id, created_at=now)
    _write(campaign, name, population, parts, deadline_on, offsets, to_managers, now)
    return campaign


def revise(campaign_id: int, name: str, population: dict, parts, deadline_on, offsets, to_managers: bool, now) -> None:
    """Write a draft anew. Once launched a campaign stays as people were told: Refusal. Raises Invalid too."""
    campaign = _locked(campaign_id)
    rules.check_draft(campaign.status)
    db.session.execute(delete(CampaignStep).where(CampaignStep.campaign_id == campaign_id))
    _write(campaign, name, population, parts, deadline_on, offsets, to_managers, now)


def _write(campaign: Campaign, name, population, parts, deadline_on, offsets, to_managers, now) -> None:
    today = company_day(now)
    rules.check_campaign(name, parts, deadline_on, offsets, today)
    wanted = read_filter(population)
    campaign.name = " ".join(name.split())[:120]
    campaign.population = {name: value for name, value in wanted.args().items() if name in rules.POPULATION}
    campaign.parts, campaign.deadline_on, campaign.to_managers = list(parts), deadline_on, to_managers
    db.session.add(campaign)
    db.session.flush()
    for offset in sorted(set(offsets)):
        due_on = deadline_on + dt.timedelta(days=offset)
        phase = "skipped" if due_on < today else "people"
        db.session.add(CampaignStep(campaign_id=campaign.id, offset=offset, due_on=due_on, phase=phase))
    db.session.flush()


def discard(campaign_id: int) -> None:
    """Throw a draft away: nobody heard of it, and nothing of it is kept. Raises Refusal once it was launched."""
    campaign = _locked(campaign_id)
    rules.check_draft(campaign.status)
    db.session.execute(delete(CampaignStep).where(CampaignStep.campaign_id == campaign_id))
    db.session.delete(campaign)
    db.session.flush()


def launch(campaign_id: int, now: dt.datetime) -> None:
    """Let a draft write on its days from now on; a day that passed meanwhile is left out. Raises Refusal."""
    campaign = _locked(campaign_id)
    today = company_day(now)
    steps = queries.list_steps(campaign_id)
    rules.check_launch(campaign.status, campaign.deadline_on, [step.due_on for step in steps], today)
    for step in steps:
        if step.due_on < today:
            step.phase = "skipped"
    campaign.status, campaign.launched_at = CampaignStatus.RUNNING, now
    db.session.flush()
    wake(WRITING)


def stop(campaign_id: int, now: dt.datetime) -> bool:
    """Write no more; messages that wait are dropped at delivery. False when it was over already."""
    done = db.session.execute(
        update(Campaign)
        .where(Campaign.id == campaign_id, Campaign.status == CampaignStatus.RUNNING)
        .values(status=CampaignStatus.STOPPED, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    return done.rowcount == 1


def _locked(campaign_id: int) -> Campaign:
    campaign = db.session.scalars(select(Campaign).where(Campaign.id == campaign_id).with_for_update()).first()
    if campaign is None:
        raise Refusal(_l("Ce rappel n’existe pas, ou n’existe plus."), 404)
    return campaign


def _lock_running() -> dict[int, Campaign]:
    running = select(Campaign).where(Campaign.status == CampaignStatus.RUNNING).order_by(Campaign.id)
    locked = running.with_for_update().execution_options(populate_existing=True)
    return {campaign.id: campaign for campaign in db.session.scalars(locked)}


def advance(step_id: int, now: dt.datetime, chunk: int = CHUNK) -> bool:
    """Write to the next people of a step whose day has come; return whether there is more of it to do.

    One call is one transaction. It can be killed anywhere: the cursor and the messages are committed together, and
    the messages' unique keys refuse a second one even to two runs at once. Where several days of a campaign have
    come (the worker was down), only the latest writes: nobody gets the arrears. Who was reminded of the same parts
    today by another campaign, whose deadline comes no later, is left out; campaigns write one after the other, so that
    each knows what the others said.
    """
    step = db.session.get(CampaignStep, step_id)
    campaign = _lock_running().get(step.campaign_id)
    step = db.session.get(CampaignStep, step_id, populate_existing=True)
    today = company_day(now)
    if campaign is None or step.phase not in ("people", "managers", "hr"):
        return False
    if _is_overtaken(step, today):
        step.phase, step.done_at = "skipped", now
        db.session.flush()
        return False
    ids, kind, to = _next_readers(campaign, step, today, chunk)
    told = queries.list_told(campaign, ids, company_midnight(today)) if step.phase == "people" else {}
    for person_id in ids:
        if person_id in told and told[person_id].issuperset(queries.get_missing(campaign, person_id)):
            continue
        key = rules.once_key(campaign.id, step.offset, to, person_id)
        said = queue(person_id, kind, {"campaign": campaign.id, "offset": step.offset}, now, once_key=key)
        step.written += said is not None and step.phase == "people"
    if len(ids) == chunk:
        step.cursor = ids[-1]
    else:
        _finish_phase(campaign, step, now)
    db.session.flush()
    return step.phase in ("managers", "hr") or len(ids) == chunk


def _is_overtaken(step: CampaignStep, today: dt.date) -> bool:
    return (
        step.cursor == 0
        and step.phase == "people"
        and db.session.scalar(
            select(CampaignStep.id)
            .where(
                CampaignStep.campaign_id == step.campaign_id,
                CampaignStep.offset > step.offset,
                CampaignStep.due_on <= today,
            )
            .limit(1)
        )
        is not None
    )


def _next_readers(campaign: Campaign, step: CampaignStep, today: dt.date, chunk: int) -> tuple[list[int], str, str]:
    if step.phase == "people":
        return queries.list_people(campaign, today, step.cursor, chunk), "campaign_reminder", "person"
    if step.phase == "managers":
        return queries.list_managers(campaign, today, step.cursor, chunk), "campaign_team", "manager"
    return queries.list_hr(step.cursor, chunk), "campaign_digest", "hr"


def _finish_phase(campaign: Campaign, step: CampaignStep, now: dt.datetime) -> None:
    following = {"people": "managers" if campaign.to_managers else "hr", "managers": "hr", "hr": "done"}
    step.phase, step.cursor = following[step.phase], 0
    if step.phase != "done":
        return
    step.done_at = now
    db.session.flush()
    waiting = select(CampaignStep.id).where(
        CampaignStep.campaign_id == campaign.id, CampaignStep.phase.in_(("people", "managers", "hr"))
    )
    if db.session.scalar(waiting.limit(1)) is None:
        campaign.status, campaign.ended_at = CampaignStatus.FINISHED, now
