"""The interface's language: ``_`` and the choice of locale.

Message ids are the French sentences; English stands in ``translations/en/<room>.po``, one file a room, merged
into one catalogue by ``flask translations compile``.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from flask import current_app, g, has_request_context, request, session
from flask_babel import Babel, get_locale, gettext, lazy_gettext, ngettext
from flask_login import current_user

_ = gettext
_l = lazy_gettext
_n = ngettext

LANGUAGES = ("fr", "en")
LANGUAGE_NAMES = {"fr": "Français", "en": "English"}

babel = Babel()


def choose_locale() -> str:
    """The person's own choice first, then the visitor's, then what the browser prefers, then French."""
    if not has_request_context():
        return "fr"
    if (forced := g.get("locale")) in LANGUAGES:
        return forced
    if current_user and getattr(current_user, "language", None) in LANGUAGES:
        return current_user.language
    if session.get("language") in LANGUAGES:
        return session["language"]
    return request.accept_languages.best_match(LANGUAGES) or "fr"


def language() -> str:
    """The two-letter language of the present answer; French outside of any request."""
    locale = get_locale()
    return locale.language if locale and locale.language in LANGUAGES else "fr"


def company_day(moment: dt.datetime) -> dt.date:
    """The day of a moment on the company's calendar; dates that people read are counted in its time zone."""
    return moment.astimezone(ZoneInfo(current_app.config["TIME_ZONE"])).date()


def company_midnight(day: dt.date) -> dt.datetime:
    """The moment, in UTC, at which a day of the company's calendar begins."""
    zone = ZoneInfo(current_app.config["TIME_ZONE"])
    return dt.datetime.combine(day, dt.time(), tzinfo=zone).astimezone(dt.UTC)
