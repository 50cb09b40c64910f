"""Alerts: raised, taken, advised upon, closed; captures kept for a while, then erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import String, cast, func, literal, select, update

from ..ambassadors.queries import list_referents
from ..content.service import get_site
from ..db import db, insert_once, transaction
from ..errors import Invalid, NotFound
from ..i18n import _l
from ..notifications.models import Message
from ..notifications.service import queue
from ..people.models import Person, RoleAssignment, normalise
from ..people.service import lock_person
from ..permissions import Role
from . import captures, rules
from .captures import Picture
from .models import Alert, AlertAct, AlertCapture, AlertTold
from .rules import Outdated


def folder_of(instance: Path) -> Path:
    """Where captures lie."""
    return Path(instance) / "files" / "captures"


def raise_alert(
    person_id: int,
    token: str,
    seen: str,
    place: str,
    pictures: Sequence[Picture],
    folder: Path | None,
    now: dt.datetime,
) -> int:
    """Tell the people on duty and the referents at once; return the alert's id. The same form sent twice alerts once.
    Where there is nobody to tell, administrators hear that somebody must be named. Without pictures no folder is needed.

    Raises Invalid without words or place, TooMany after ten in an hour.
    """
    seen = rules.clean_words(seen, _l("Dites en quelques mots ce que vous avez vu."))
    place = " ".join(rules.clean_words(place, _l("Dites où vous l’avez vu : un réseau, un compte, un lien.")).split())
    if len(place) > rules.MAX_PLACE:
        raise Invalid(_l("C’est trop long : 500 signes au plus."))
    lock_person(person_id)
    own = (Alert.person_id == person_id, Alert.raised_at > now - dt.timedelta(hours=1), Alert.token != token)
    rules.check_alert_pace(db.session.scalar(select(func.count()).where(*own)))
    alert_id = insert_once(
        Alert,
        on=("person_id", "token"),
        person_id=person_id,
        token=token,
        seen=seen,
        place=place,
        status="new",
        raised_at=now,
        version=1,
    )
    if alert_id is None:
        return db.session.scalar(select(Alert.id).where(Alert.person_id == person_id, Alert.token == token))
    for picture in pictures[: rules.MAX_CAPTURES]:
        _keep(alert_id, picture, folder, now)
    if not _tell(alert_id, person_id, list_on_duty(), now):
        for admin_id in list_administrators():
            queue(admin_id, "alert_unheard", {"alert": alert_id}, now)
    return alert_id


def _tell(alert_id: int, raised_by: int, on_duty: Sequence[int], now: dt.datetime) -> int:
    """Tell everybody on duty but who raised it; return how many."""
    others = [each for each in on_duty if each != raised_by]
    for told_id in others:
        db.session.add(AlertTold(alert_id=alert_id, person_id=told_id))
        queue(told_id, "alert_raised", {"alert": alert_id}, now, once_key=f"alert_raised:{alert_id}:{told_id}")
    db.session.flush()
    return len(others)


def tell_unheard(now: dt.datetime) -> int:
    """Tell who is on duty now of alerts that found nobody to tell; return how many were told of."""
    heard = select(AlertTold.id).where(AlertTold.alert_id == Alert.id).exists()
    unheard = db.session.execute(
        select(Alert.id, Alert.person_id).where(Alert.status == "new", ~heard).order_by(Alert.id).limit(50)
    ).all()
    on_duty = list_on_duty() if unheard else []
    return sum(_tell(alert_id, person_id, on_duty, now) > 0 for alert_id, person_id in unheard)


def tell_again(now: dt.datetime, limit: int = 500) -> int:
    """Say it once more to everybody on duty where nobody has taken an alert in a quarter of an hour; return how many
    alerts. Not beyond a day: by then calling is the only way left."""
    old = (Alert.raised_at <= now - rules.TAKEN_WITHIN, Alert.raised_at > now - dt.timedelta(days=1))
    key = literal("alert_again:") + cast(AlertTold.alert_id, String) + ":" + cast(AlertTold.person_id, String)
    waiting = db.session.execute(
        select(AlertTold.alert_id, AlertTold.person_id, key)
        .join(Alert, Alert.id == AlertTold.alert_id)
        .where(Alert.status == "new", *old, ~select(Message.id).where(Message.once_key == key).exists())
        .order_by(AlertTold.alert_id, AlertTold.person_id)
        .limit(limit)
    ).all()
    return len(
        {
            alert_id
            for alert_id, person_id, once_key in waiting
            if queue(person_id, "alert_raised", {"alert": alert_id}, now, once_key=once_key)
        }
    )


def list_administrators() -> list[int]:
    """Administrators whose account is open."""
    query = select(Person.id).join(RoleAssignment, RoleAssignment.person_id == Person.id)
    here = (RoleAssignment.role == Role.ADMIN, Person.closed_at.is_(None), Person.erased_at.is_(None))
    return list(db.session.scalars(query.where(*here).order_by(Person.id)))


def _keep(alert_id: int, picture: Picture, folder: Path, now: dt.datetime) -> None:
    """Write the file before its row is committed: a row without its file would promise what is not there, a file
    without its row is swept away."""
    captures.keep(folder, picture)
    db.session.add(
        AlertCapture(
            alert_id=alert_id,
            name=picture.name,
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            expires_at=rules.capture_expiry(now),
        )
    )


def list_on_duty() -> list[int]:
    """Referents, and the accounts of the people the company's settings put on duty; never somebody of HR.

    A person on duty is found by e-mail where the settings give one, else by name where exactly one open account has
    it: a homonym must not read what was meant for another.
    """
    ids = {referent.id for referent in list_referents()}
    for each in get_site().settings.get("on_call") or ():
        found = _find_account(each.get("email") or "", each.get("name") or "")
        if found is not None:
            ids.add(found)
    hr = select(RoleAssignment.person_id).where(RoleAssignment.role == Role.HR, RoleAssignment.person_id.in_(ids))
    return sorted(ids - set(db.session.scalars(hr)))


def _find_account(email: str, name: str) -> int | None:
    here = (Person.closed_at.is_(None), Person.erased_at.is_(None))
    if email:
        return db.session.scalar(select(Person.id).where(Person.email == email.strip().casefold(), *here))
    people = db.session.scalars(select(Person).where(Person.search_name.in_(rules.rotations(name)), *here).limit(20))
    found = [person.id for person in people if normalise(person.name) == normalise(name)]
    return found[0] if len(found) == 1 else None


def take(referent_id: int, alert_id: int, version: int, now: dt.datetime) -> None:
    """Take an alert upon oneself; also from a colleague. The person is told who has it. Raises Outdated where somebody
    was faster: two never believe that each has it."""
    alert = _get(alert_id)
    if alert.status != "closed" and alert.taken_by_id == referent_id:
        return
    _move(alert, version, ("new", "taken"), now, status="taken", taken_by_id=referent_id, taken_at=now)
    _note(alert, "taken", None, "", referent_id, now)


def advise(referent_id: int, alert_id: int, version: int, level: str, words: str, now: dt.datetime) -> None:
    """Say how serious it is, and what the person should do or say meanwhile; they are told at once."""
    words = rules.clean_words(words, _l("Écrivez ce que la personne doit faire ou dire."))
    if level not in rules.LEVELS:
        raise Invalid(_l("Choisissez ce que c’est : bruit, tension ou crise."))
    alert = _get(alert_id)
    if _done_already(alert_id, "advised", referent_id, words):
        return
    _move(alert, version, ("taken",), now, level=level)
    _note(alert, "advised", level, words, referent_id, now)


def close(referent_id: int, alert_id: int, version: int, words: str, now: dt.datetime) -> None:
    """Say that it is over and how it ended; the person may speak again, and is told so."""
    words = rules.clean_words(words, _l("Écrivez en une phrase comment cela s’est terminé."))
    alert = _get(alert_id)
    if _done_already(alert_id, "closed", referent_id, words):
        return
    _move(alert, version, ("taken",), now, status="closed", closed_at=now)
    _note(alert, "closed", alert.level, words, referent_id, now)


def _get(alert_id: int) -> Alert:
    alert = db.session.get(Alert, alert_id, populate_existing=True)
    if alert is None:
        raise NotFound(_l("Cette alerte n’existe pas."))
    return alert


def _move(alert: Alert, version: int, states: tuple[str, ...], now: dt.datetime, **values) -> None:
    done = db.session.execute(
        update(Alert)
        .where(Alert.id == alert.id, Alert.version == version, Alert.status.in_(states))
        .values(version=version + 1, **values)
    )
    if done.rowcount != 1:
        raise Outdated(_l("Cette alerte a bougé entre-temps. Voici où elle en est."))


def _done_already(alert_id: int, act: str, by_id: int, words: str) -> bool:
    """Whether the last act is this very one: a button pressed twice."""
    last = db.session.scalar(
        select(AlertAct).where(AlertAct.alert_id == alert_id).order_by(AlertAct.id.desc()).limit(1)
    )
    return last is not None and (last.act, last.by_id, last.words) == (act, by_id, words)


def _note(alert: Alert, act: str, level: str | None, words: str, by_id: int, now: dt.datetime) -> None:
    line = AlertAct(alert_id=alert.id, act=act, level=level, words=words, by_id=by_id, at=now)
    db.session.add(line)
    db.session.flush()
    if alert.person_id != by_id:
        queue(alert.person_id, "alert_moved", {"act": line.id}, now)


# --- Expiry ---------------------------------------------------------------------------------------------------


def sweep_captures(folder: Path, now: dt.datetime, limit: int = 50) -> int:
    """Erase captures whose time is over; return how many.

    The one service of this room that opens its transactions itself: each file goes before its row says so, one by one,
    so that a sweep killed anywhere erases again what it had begun, and nothing is said to be gone that is not.
    """
    due = select(AlertCapture.id, AlertCapture.name).where(
        AlertCapture.erased_at.is_(None), AlertCapture.expires_at <= now
    )
    rows = db.session.execute(due.order_by(AlertCapture.expires_at).limit(limit)).all()
    for capture_id, name in rows:
        captures.erase(folder, name)
        with transaction():
            db.session.execute(update(AlertCapture).where(AlertCapture.id == capture_id).values(erased_at=now))
    return len(rows)


def sweep_left_over(folder: Path) -> int:
    """Erase files that no row names: their transaction was undone after they were written."""
    names = captures.list_left_over(folder)
    gone = 0
    for at in range(0, len(names), 500):
        some = names[at : at + 500]
        known = set(db.session.scalars(select(AlertCapture.name).where(AlertCapture.name.in_(some))))
        for name in set(some) - known:
            captures.erase(folder, name)
            gone += 1
    return gone
