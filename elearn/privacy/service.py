"""A person's file, and erasure. The only room that may empty other rooms' words."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress

from sqlalchemy import delete, select, update

from ..ambassadors import mandates
from ..ambassadors import service as ambassadors
from ..ambassadors.models import Mandate
from ..db import db
from ..errors import NotFound, Refusal
from ..help.models import Alert, AlertCapture
from ..i18n import _
from ..notifications import service as notifications
from ..people import imports
from ..people.models import Person
from ..people.service import lock_person, record
from ..permissions import Role
from .holdings import HOLDINGS, Holding
from .titles import entitle

KEPT_LINES = 5_000
"""Of one table; nobody comes near it, and a file stays one that opens."""


# --- One's file -----------------------------------------------------------------------------------------------


def collect(person_id: int) -> list[tuple[Holding, list[dict]]]:
    """Everything kept about somebody, table by table, hashes and keys of ours left out."""
    found = []
    for holding in HOLDINGS:
        key = list(holding.model.__table__.primary_key.columns)
        rows = db.session.execute(
            select(*holding.columns).where(holding.of(person_id)).order_by(*key).limit(KEPT_LINES)
        )
        found.append((holding, [dict(row._mapping) for row in rows]))
    return found


def as_json(person_id: int, now: dt.datetime, language: str) -> str:
    """The file for a program: each table by its name, moments in UTC and ISO form; beside the codes of contents, under
    ``titles``, what they are called."""
    found = collect(person_id)
    titles = entitle(found, person_id, language)
    content = {
        "made_at": now.isoformat(timespec="seconds"),
        "about": "Everything Porte-voix keeps about one person, table by table.",
    }
    for holding, rows in found:
        called = zip(rows, titles[holding.table], strict=True)
        content[holding.table] = [row | {"titles": named} if named else row for row, named in called]
    return json.dumps(content, ensure_ascii=False, indent=2, default=lambda value: value.isoformat())


def note_copy(person_id: int, by_id: int, by_roles, now: dt.datetime) -> None:
    """Before an administrator prepares somebody's file: it is logged, and the person is told.

    Raise Refusal for who also holds the HR or the manager's role: the file says what those must never know.
    """
    if by_id == person_id:
        return
    if {Role.HR.value, Role.MANAGER.value} & set(by_roles):
        raise Refusal(
            _(
                "Ce fichier dit ce que les RH et les responsables ne doivent pas savoir : un autre administrateur le prépare."
            )
        )
    record(person_id, "data-copied", now, by_id)
    notifications.queue(person_id, "data_copied", {"by": by_id}, now)


# --- Erasure --------------------------------------------------------------------------------------------------


def check_erasable(person: Person) -> None:
    """Erasure comes after closing, so that no figure moves with it: a closed account is counted nowhere already."""
    if person.erased_at is not None:
        raise Refusal(_("Ce compte est déjà effacé."))
    if person.closed_at is None:
        raise Refusal(_("Fermez d’abord ce compte : on n’efface que le compte de quelqu’un qui est parti."))


def erase(person_id: int, now: dt.datetime, by_id: int | None) -> None:
    """Erase somebody: names, addresses and words go everywhere at once; rows that figures are counted from stay.

    There is no way back. A certificate's address then answers as for a code that never was; the log keeps its lines,
    their words gone; a running import forgets the lines about this person, so that it does not bring them back.
    """
    person = lock_person(person_id)
    check_erasable(person)
    imports.forget_person(person)
    _leave_rooms(person_id, now)
    db.session.execute(update(Person).where(Person.manager_id == person_id).values(manager_id=None))
    # The account comes last: a row whose unique columns were written keeps out, until the commit, rows that cite it.
    for holding in sorted(HOLDINGS, key=lambda holding: holding.model is Person):
        if holding.deleted:
            db.session.execute(delete(holding.model).where(holding.of(person_id)).execution_options(**UNSEEN))
        elif holding.blank:
            db.session.execute(
                update(holding.model).where(holding.of(person_id)).values(holding.blank).execution_options(**UNSEEN)
            )
    db.session.execute(update(Person).where(Person.id == person_id).values(erased_at=now))
    db.session.expire_all()
    record(person_id, "erased", now, by_id)


UNSEEN = {"synchronize_session": False}


def _leave_rooms(person_id: int, now: dt.datetime) -> None:
    """End what is under way in the person's name, each by its own room's rule."""
    mandate = db.session.scalar(select(Mandate).where(Mandate.person_id == person_id, Mandate.status != "ended"))
    if mandate is not None:
        mandates.settle(mandate, now)
    with suppress(NotFound):  # Nothing may have been asked.
        ambassadors.withdraw_application(person_id, now)
    alerts = select(Alert.id).where(Alert.person_id == person_id)
    db.session.execute(
        update(AlertCapture)
        .where(AlertCapture.alert_id.in_(alerts), AlertCapture.expires_at > now)
        .values(expires_at=now)  # The sweep of captures deletes the files.
        .execution_options(**UNSEEN)
    )
