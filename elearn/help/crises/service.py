"""A crisis: declared by the people on duty, read by everybody at the top of each page, ended by hand or by its day.

Ambassadors are asked to pause what they post, and told when they may go on; the worker tells them, however many.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update

from ...ambassadors.models import Mandate
from ...ambassadors.rules import AWAKE
from ...content.models import SiteState
from ...content.service import Site
from ...db import db
from ...errors import Invalid
from ...i18n import LANGUAGES, _l, company_day, company_midnight
from ...notifications.service import queue
from .. import rules
from ..alerts import list_on_duty
from ..models import Crisis, CrisisAct
from ..rules import Outdated

MISSING = _l("Écrivez la ligne à tenir, ou le silence demandé, au moins dans une langue.")
MOVED = _l("Un collègue a changé cela entre-temps. Voici où en est la crise.")


@dataclass(frozen=True)
class Notice:
    """What every page shows while a crisis lasts."""

    id: int
    words: Mapping[str, str]
    since: dt.datetime
    until: dt.datetime

    @property
    def last_day(self) -> dt.date:
        """The day on whose evening it ends by itself."""
        return last_day(self.until)

    def in_language(self, language: str) -> tuple[str, str]:
        """The line and its language: the reader's own where it was written."""
        own = language if self.words.get(language) else next(each for each in LANGUAGES if self.words[each])
        return self.words[own], own


def last_day(ends_at: dt.datetime) -> dt.date:
    """The day that ends at this midnight."""
    return company_day(ends_at - dt.timedelta(seconds=1))


_kept: tuple[Site | None, Notice | None] = (None, None)


def get_notice(site: Site, now: dt.datetime) -> Notice | None:
    """The crisis under way. It is read once for each revision of the installation, which declaring and ending raise, so
    that pages ask the database for nothing more."""
    global _kept
    if _kept[0] is not site:
        row = db.session.execute(
            select(Crisis.id, Crisis.words_fr, Crisis.words_en, Crisis.declared_at, Crisis.ends_at).where(
                Crisis.is_open
            )
        ).first()
        found = Notice(row.id, {"fr": row.words_fr, "en": row.words_en}, row.declared_at, row.ends_at) if row else None
        _kept = (site, found)
    notice = _kept[1]
    return notice if notice and notice.until > now else None


def get_open(now: dt.datetime) -> Crisis | None:
    """The crisis under way, as its row stands."""
    return db.session.scalar(select(Crisis).where(Crisis.is_open, Crisis.ends_at > now))


def declare(person_id: int, words: Mapping[str, str], ends_on: dt.date, now: dt.datetime) -> None:
    """Show a notice to the whole company until a day, and have ambassadors asked to pause. Raises Outdated where a
    colleague was faster, Invalid without words or with a day that is past or far away."""
    cleaned, ends_at = _clean(words, ends_on, now)
    _raise_revision()
    end_overdue(now)
    if (standing := get_open(now)) is not None:
        if {"fr": standing.words_fr, "en": standing.words_en} == cleaned and standing.declared_by_id == person_id:
            return  # The same button, pressed twice.
        raise Outdated(MOVED)
    crisis = Crisis(
        words_fr=cleaned["fr"],
        words_en=cleaned["en"],
        declared_at=now,
        declared_by_id=person_id,
        ends_at=ends_at,
        is_open=True,
        version=1,
        telling="declared",
        told_to=0,
    )
    db.session.add(crisis)
    db.session.flush()
    _note(crisis.id, "declared", cleaned, ends_at, person_id, now)
    for each in list_on_duty():
        if each != person_id:
            _say(each, crisis.id, "declared", now)


def change(person_id: int, version: int, words: Mapping[str, str], ends_on: dt.date, now: dt.datetime) -> None:
    """Another line, or another day. Raises Outdated where it is over, or a colleague changed it meanwhile."""
    cleaned, ends_at = _clean(words, ends_on, now)
    _raise_revision()
    crisis_id = _move(version, now, words_fr=cleaned["fr"], words_en=cleaned["en"], ends_at=ends_at)
    _note(crisis_id, "changed", cleaned, ends_at, person_id, now)


def end(person_id: int, version: int, debrief: str, now: dt.datetime) -> None:
    """Take the notice away; ambassadors are told that they may go on. What is kept from it is for the people on duty."""
    debrief = rules.clean_words(debrief, "") if debrief.strip() else ""
    _raise_revision()
    crisis_id = _move(version, now, **_ended(now))
    _note(crisis_id, "ended", {"fr": debrief, "en": ""}, None, person_id, now)


def end_overdue(now: dt.datetime) -> bool:
    """Close the crisis whose day has come; whether there was one."""
    overdue = db.session.execute(
        select(Crisis.id, Crisis.ends_at).where(Crisis.is_open, Crisis.ends_at <= now).with_for_update()
    ).first()
    if overdue is None:
        return False
    db.session.execute(update(Crisis).where(Crisis.id == overdue.id).values(**_ended(overdue.ends_at)))
    _note(overdue.id, "ended", {"fr": "", "en": ""}, None, None, overdue.ends_at)
    return True


def _ended(at: dt.datetime) -> dict:
    return {"ended_at": at, "is_open": False, "telling": "ended", "told_to": 0}


def tell(now: dt.datetime, limit: int = 200) -> bool:
    """Tell some ambassadors what became of a crisis; whether more wait. Killed anywhere, it tells nobody twice."""
    crisis = db.session.scalar(
        select(Crisis).where(Crisis.telling != "").order_by(Crisis.id).limit(1).with_for_update()
    )
    if crisis is None:
        return False
    ids = db.session.scalars(
        select(Mandate.person_id)
        .where(Mandate.status.in_(AWAKE), Mandate.person_id > crisis.told_to)
        .order_by(Mandate.person_id)
        .limit(limit)
    ).all()
    for person_id in ids:
        _say(person_id, crisis.id, crisis.telling, now)
    crisis.told_to = ids[-1] if ids else crisis.told_to
    crisis.telling = crisis.telling if len(ids) == limit else ""
    db.session.flush()
    return True


def _say(person_id: int, crisis_id: int, what: str, now: dt.datetime) -> None:
    once_key = f"crisis:{crisis_id}:{what}:{person_id}"
    queue(person_id, f"crisis_{what}", {"crisis": crisis_id}, now, once_key=once_key)


def _clean(words: Mapping[str, str], ends_on: dt.date, now: dt.datetime) -> tuple[dict[str, str], dt.datetime]:
    cleaned = {code: rules.clean_words(words[code], "") if words[code].strip() else "" for code in LANGUAGES}
    if not any(cleaned.values()):
        raise Invalid(MISSING)
    rules.check_crisis_end(ends_on, company_day(now))
    return cleaned, company_midnight(ends_on + dt.timedelta(days=1))


def _raise_revision() -> None:
    """Have every process read anew; the row is locked by it, so that two people on duty act one after the other."""
    db.session.execute(update(SiteState).where(SiteState.id == 1).values(revision=SiteState.revision + 1))


def _move(version: int, now: dt.datetime, **values) -> int:
    crisis_id = db.session.scalar(select(Crisis.id).where(Crisis.is_open, Crisis.ends_at > now))
    done = db.session.execute(
        update(Crisis)
        .where(Crisis.id == crisis_id, Crisis.is_open, Crisis.version == version)
        .values(version=version + 1, **values)
    )
    if done.rowcount != 1:
        raise Outdated(MOVED)
    return crisis_id


def _note(
    crisis_id: int, act: str, words: Mapping[str, str], ends_at: dt.datetime | None, by_id: int | None, at: dt.datetime
) -> None:
    db.session.add(
        CrisisAct(
            crisis_id=crisis_id,
            act=act,
            words_fr=words["fr"],
            words_en=words["en"],
            ends_at=ends_at,
            by_id=by_id,
            at=at,
        )
    )
    db.session.flush()
