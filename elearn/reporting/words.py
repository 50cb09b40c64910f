"""What is read of parts, states and certificates, in the reader's language: pages and exports share these words."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

import babel.dates
from flask_babel import format_date
from markupsafe import Markup, escape

from ..i18n import _, company_zone, language
from . import rules


def parts() -> dict[str, str]:
    """The three mandatory parts, as people outside call them."""
    return {"path": _("Parcours"), "charter": _("Charte"), "security": _("Sécurité")}


def states() -> dict[int, str]:
    """A part's state in the database → its name."""
    return {0: _("Pas commencé"), 1: _("En cours"), 2: _("Fait")}


def state_choices() -> list[tuple[str, str]]:
    """A part's state as an address has it → its name, the farthest first."""
    return [(name, states()[number]) for name, number in sorted(rules.STATES.items(), key=lambda item: -item[1])]


def certificates() -> dict[str, str]:
    """States of a certificate, as filters name them."""
    return {
        "valid": _("Valable"),
        "expiring": _("Valable, se termine sous 60 jours"),
        "expired": _("Expiré"),
        "none": _("Pas de certificat"),
    }


def presences() -> dict[str, str]:
    """Who is on a list."""
    return {"active": _("Présents"), "left": _("Partis"), "all": _("Présents et partis")}


def sorts() -> dict[str, str]:
    """Orders of a list."""
    return {"name": _("Nom"), "department": _("Service"), "certificate": _("Fin du certificat")}


def arrivals() -> dict[str, str]:
    """Periods of arrival."""
    return {
        "new": _("Depuis moins de 3 mois"),
        "year": _("De 3 à 12 mois"),
        "three": _("De 1 à 3 ans"),
        "before": _("Plus de 3 ans"),
        "unknown": _("Date d’arrivée inconnue"),
    }


def department_choices(found: list[tuple[int, str, int]]) -> list[tuple[int, str]]:
    """Departments to choose from (choices.list_departments), each under the one it belongs to."""
    return [*((id_, "\u2007\u2007" * depth + name) for id_, name, depth in found), (0, _("Sans service"))]


def site_choices(sites: list[str]) -> list[tuple[str, str]]:
    """Sites to choose from."""
    return [*((rules.write_site(site), site) for site in sites), (rules.write_site(""), _("Site inconnu"))]


def month(first: dt.date) -> str:
    """« mars 2026 »."""
    return format_date(first, "MMMM y")


def months(first: dt.date, last: dt.date) -> str:
    """« en mars 2026 », « entre avril 2025 et mars 2026 »."""
    if first == last:
        return _("en %(month)s", month=month(first))
    return _("entre %(first)s et %(last)s", first=month(first), last=month(last))


def periods() -> dict[str, str]:
    """Periods that progress is shown of (rules.PERIODS)."""
    return {
        "": _("12 mois"),
        "three-years": _("36 mois"),
        "year": _("Cette année"),
        "last-year": _("L’année dernière"),
    }


def month_choices(today: dt.date) -> list[tuple[str, str]]:
    """Months that a period can begin and end with, the present one first."""
    return _month_choices(language(), today.replace(day=1))


@lru_cache(maxsize=8)
def _month_choices(language: str, present: dt.date) -> list[tuple[str, str]]:
    found = reversed(rules.Period(rules.earliest_month(present), present).months)
    return [(f"{each:%Y-%m}", babel.dates.format_date(each, "LLLL y", locale=language)) for each in found]


def short_month(first: dt.date) -> str:
    """The month on an axis: its letter, short enough for twelve of them on a small screen."""
    return format_date(first, "LLLLL")


class Days(dict):
    """A day, or a moment → its day on the company's calendar as tables have it: « 12 sept. 2026 ».

    A page has hundreds: each is written once.
    """

    def __init__(self, language: str, zone: ZoneInfo):
        super().__init__()
        self.language, self.zone = language, zone

    def __missing__(self, value: dt.date) -> Markup:
        if len(self) > 20_000:
            self.clear()
        day = value.astimezone(self.zone).date() if isinstance(value, dt.datetime) else value
        self[value] = escape(babel.dates.format_date(day, "d MMM y", locale=self.language))
        return self[value]


_days = lru_cache(maxsize=8)(Days)


def days() -> Days:
    """Days in the reader's language."""
    return _days(language(), company_zone())


def headings(is_mixed: bool) -> list[str]:
    """The columns of exports, in order; where people who left are on the list, one says who is here."""
    columns = [_("Nom"), _("Service"), _("Site")]
    for name in parts().values():
        columns += [name, _("%(part)s, fait le", part=name)]
    columns += [_("Certificat"), _("Certificat délivré le"), _("Certificat valable jusqu’au")]
    return [*columns, _("Dans l’entreprise")] if is_mixed else columns


def delimiter() -> str:
    """What French spreadsheets expect between cells, whose comma is a decimal mark; a comma elsewhere."""
    return ";" if language() == "fr" else ","
