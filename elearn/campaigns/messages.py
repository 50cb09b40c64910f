"""What a campaign says: to the person, to the manager, to HR. Each message says why it came."""

from __future__ import annotations

import datetime as dt

from ..db import db
from ..i18n import company_day
from ..notifications.messages import page_path
from ..notifications.service import register_kind
from ..permissions import Role
from ..reporting import queries as reporting
from ..reporting import words
from . import queries
from .models import Campaign, CampaignStatus


def register() -> None:
    """Register this room's kinds. The reminder itself cannot be turned off: the parts are mandatory. The others sum up
    already, so that they come at once unless their reader chooses otherwise."""
    register_kind("campaign_reminder", variables=campaign_reminder, mandatory=True)
    register_kind("campaign_team", variables=campaign_team, mode="at_once", role=Role.MANAGER)
    register_kind("campaign_digest", variables=campaign_digest, mode="at_once", role=Role.HR)


def _campaign(message) -> tuple[Campaign | None, dt.date, dict]:
    """The campaign, the day the message was written, and what every message of it shares."""
    campaign = db.session.get(Campaign, message.ids["campaign"])
    if campaign is None or campaign.status == CampaignStatus.STOPPED:
        return None, dt.date.min, {}
    day = campaign.deadline_on + dt.timedelta(days=message.ids["offset"])
    late = (day - campaign.deadline_on).days
    return campaign, day, {"campaign": campaign, "deadline": campaign.deadline_on, "late": late}


def campaign_reminder(message, language: str) -> dict | None:
    """What is left to this person; nothing to say to who finished meanwhile, or once the campaign was stopped."""
    campaign, _day, common = _campaign(message)
    missing = queries.get_missing(campaign, message.person_id) if campaign else []
    if not missing:
        return None
    return {**common, "parts": [words.parts()[part] for part in missing], "path": "/"}


def campaign_team(message, language: str) -> dict | None:
    """Who of the direct team is not through, as it is when the message is read."""
    campaign, _day, common = _campaign(message)
    if campaign is None:
        return None
    names, total = queries.list_team(campaign, message.person_id, company_day(message.created_at))
    if not names:
        return None
    return {**common, "names": names, "total": total, "path": page_path("reporting.team")}


def campaign_digest(message, language: str) -> dict | None:
    """How many are through, and how many are not."""
    campaign, _day, common = _campaign(message)
    if campaign is None:
        return None
    on = company_day(message.created_at)
    whole = reporting.count_people(queries.population_of(campaign), on)
    left = reporting.count_people(queries.outstanding(campaign), on)
    path = page_path("campaigns.show", campaign_id=campaign.id)
    return {**common, "whole": whole, "left": left, "done": whole - left, "path": path}
