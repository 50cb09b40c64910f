"""The interface's language: ``_`` and the choice of locale.

Message ids are the French sentences; English stands in ``translations/en/<room>.po``, one file a room, merged
into one catalogue by ``flask translations compile``.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask import current_app, g, has_request_context, request, session
from flask_babel import Babel, get_locale, lazy_gettext
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from .config import ROOT

_l = lazy_gettext

LANGUAGES = ("fr", "en")
LANGUAGE_NAMES = {"fr": "Français", "en": "English"}

babel = Babel(date_formats={**Babel.default_date_formats, "date.long": "d MMMM y"})
"""A date is « 12 March 2026 » in English too, as it is beside an hour."""


def list_offered() -> tuple[str, ...]:
    """The languages the company offers, that of new accounts first; all where the settings cannot be read."""
    from .web import get_site

    try:
        settings = get_site().settings
    except SQLAlchemyError:  # The page that says so needs a language too.
        return LANGUAGES
    offered = [each for each in LANGUAGES if each in (settings.get("languages") or LANGUAGES)]
    return tuple(sorted(offered, key=lambda each: each != settings.get("language")))


def choose_offered(*wanted: str | None) -> str:
    """The first of these languages that the company offers; its own where it offers none of them."""
    offered = list_offered()
    return next((each for each in wanted if each in offered), offered[0])


def choose_locale() -> str:
    """The person's own choice first, then the visitor's, then what the browser prefers, then the company's; always
    one that the company offers."""
    if not has_request_context():
        return "fr"
    if (forced := g.get("locale")) in LANGUAGES:
        return forced
    own = getattr(current_user, "language", None) if current_user else None
    offered = list_offered()
    return choose_offered(own, session.get("language"), request.accept_languages.best_match(offered))


def language() -> str:
    """The two-letter language of the present answer; French outside of any request.

    A page asks a hundred times: after the first, where Flask-Babel keeps the locale is read directly.
    """
    try:
        return g._flask_babel.babel_locale.language
    except (AttributeError, RuntimeError):
        locale = get_locale()
        return locale.language if locale and locale.language in LANGUAGES else "fr"


@lru_cache(maxsize=1)
def _english():
    from babel.support import Translations

    return Translations.load(str(ROOT / "elearn" / "translations"), ["en"])


def _(sentence: str, **variables) -> str:
    """The sentence in the language of the present answer, with its variables put in."""
    found = _english().ugettext(sentence) if language() == "en" else sentence
    return found % variables if variables else found


def _n(one: str, many: str, num: int, **variables) -> str:
    """The sentence that fits a number: French says zero in the singular, English in the plural."""
    if language() == "en":
        found = _english().ungettext(one, many, num)
    else:
        found = one if abs(num) < 2 else many
    return found % {"num": _grouped(num), **variables}


def _grouped(num: int) -> str | int:
    """A number as the reader's language writes it from a thousand up: « 20 000 », 20,000."""
    if abs(num) < 1_000:
        return num
    return f"{num:,}" if language() == "en" else f"{num:,}".replace(",", "\u202f")


@lru_cache(maxsize=4096)
def _safe(sentence: str, language: str) -> Markup:
    return Markup(_english().ugettext(sentence) if language == "en" else sentence)


def say(sentence: str, **variables) -> Markup:
    """``_`` for templates: a page says a hundred sentences, so the plain ones are kept; variables are escaped."""
    found = _safe(sentence, language())
    return found % variables if variables else found


def say_many(one: str, many: str, num: int, **variables) -> Markup:
    """``ngettext`` for templates."""
    if language() == "en":
        found = _safe(_english().ungettext(one, many, num), "fr")
    else:
        found = _safe(one if abs(num) < 2 else many, "fr")
    return found % {"num": _grouped(num), **variables}


def company_day(moment: dt.datetime) -> dt.date:
    """The day of a moment on the company's calendar; dates that people read are counted in its time zone."""
    return moment.astimezone(ZoneInfo(current_app.config["TIME_ZONE"])).date()


def company_zone() -> ZoneInfo:
    """The company's time zone."""
    return ZoneInfo(current_app.config["TIME_ZONE"])


def company_midnight(day: dt.date) -> dt.datetime:
    """The moment, in UTC, at which a day of the company's calendar begins."""
    zone = ZoneInfo(current_app.config["TIME_ZONE"])
    return dt.datetime.combine(day, dt.time(), tzinfo=zone).astimezone(dt.UTC)
