"""What a campaign may be, and on which days it writes. No database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ..credentials.completion import PARTS
from ..errors import Invalid, Refusal
from ..i18n import _l

OFFSETS = (-30, -14, -7, -3, 0, 7, 14)
"""The days on which a campaign may write, counted from its deadline. Seven at most: reminders are not a siege."""

USUAL = (-14, -3, 0, 7)

POPULATION = ("department", "direct", "site", "arrived_from", "arrived_to", "arrival")
"""Filters of the list that say who somebody is. What people did is no part of a population: it changes, and the parts
that are due already say it."""

LONGEST = dt.timedelta(days=400)


class Fault(Invalid):
    """What is missing of a campaign, and the field of the form that says it."""

    def __init__(self, field: str, sentence):
        super().__init__(sentence)
        self.field = field


def check_campaign(name: str, parts: Iterable[str], deadline_on: dt.date | None, offsets: Iterable[int], today) -> None:
    """Raise Fault, with the first thing that is missing."""
    if not name.strip():
        raise Fault("name", _l("Donnez un nom à ce rappel : il figure dans les messages."))
    if not parts or not set(parts) <= set(PARTS):
        raise Fault("parts", _l("Choisissez au moins une partie à terminer."))
    if deadline_on is None:
        raise Fault("deadline", _l("Indiquez une date limite."))
    if not today < deadline_on <= today + LONGEST:
        raise Fault("deadline", _l("La date limite doit être à venir, et dans moins de treize mois."))
    if not offsets or not set(offsets) <= set(OFFSETS):
        raise Fault("offsets", _l("Choisissez au moins un jour d’envoi."))
    if all(deadline_on + dt.timedelta(days=offset) < today for offset in offsets):
        raise Fault("offsets", _l("Tous les jours d’envoi choisis sont passés."))


def check_draft(status: str) -> None:
    """Only a draft can be changed, thrown away or launched; raise Refusal otherwise."""
    if status != "draft":
        raise Refusal(_l("Ce rappel est déjà lancé, ou arrêté."))


def check_launch(status: str, deadline_on: dt.date, due_on: Iterable[dt.date], today: dt.date) -> None:
    """Only a draft whose deadline lies ahead and that still has a day to write on can be launched: nobody first hears
    of a deadline when it has passed. Raise Refusal otherwise."""
    check_draft(status)
    if deadline_on <= today:
        raise Refusal(_l("La date limite est atteinte. Changez-la avant de lancer ce rappel."))
    if all(day < today for day in due_on):
        raise Refusal(_l("Tous les jours d’envoi sont passés. Changez la date limite."))


def once_key(campaign_id: int, offset: int, to: str, person_id: int) -> str:
    """The key under which one person hears of one day of one campaign, once, ever."""
    return f"campaign:{campaign_id}:{offset}:{to}:{person_id}"
