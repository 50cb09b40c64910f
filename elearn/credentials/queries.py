"""Reads of fulfilments and credentials. Never a rule of its own, never a write."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from ..content.service import get_site
from ..content.types import Award
from ..db import db, utcnow
from ..i18n import company_day
from . import rules
from .models import Credential, Fulfilment


@dataclass(frozen=True)
class Progress:
    """Where a person stands: the cycle being worked on, what it asks for, what is fulfilled, the latest credential."""

    cycle: int
    required: tuple[str, ...]
    fulfilments: dict[str, Fulfilment]
    credential: Credential | None

    def is_done(self, requirement: str) -> bool:
        """Whether this requirement needs nothing more: fulfilled, or not asked for in this cycle."""
        return requirement in self.fulfilments or requirement not in self.required


def get_fulfilments(person_id: int, cycle: int = 1) -> dict[str, Fulfilment]:
    """What the person fulfilled in a cycle, by requirement."""
    rows = db.session.scalars(select(Fulfilment).where(Fulfilment.person_id == person_id, Fulfilment.cycle == cycle))
    return {row.requirement: row for row in rows}


def get_latest_credential(person_id: int, award: str = rules.AWARD) -> Credential | None:
    """The credential of the latest cycle, valid or not."""
    return db.session.scalars(
        select(Credential)
        .where(Credential.person_id == person_id, Credential.award == award)
        .order_by(Credential.cycle.desc())
        .limit(1)
    ).first()


def list_credentials(person_id: int) -> list[Credential]:
    """All that a person was issued, the latest first; one a year at most."""
    return list(
        db.session.scalars(
            select(Credential)
            .where(Credential.person_id == person_id)
            .order_by(Credential.cycle.desc(), Credential.id.desc())
        )
    )


def get_current_credential(person_id: int, now: dt.datetime | None = None) -> Credential | None:
    """The credential that is valid today; None when there is none, or it expired, or was revoked.

    While a renewal is under way the former one stays current until its own last day.
    """
    on = company_day(now or utcnow())
    return db.session.scalars(
        select(Credential)
        .where(
            Credential.person_id == person_id,
            Credential.award == rules.AWARD,
            Credential.revoked_at.is_(None),
            Credential.expires_on >= on,
        )
        .order_by(Credential.cycle.desc())
        .limit(1)
    ).first()


def get_by_public_id(public_id: str) -> Credential | None:
    """The credential that carries this code."""
    return db.session.scalars(select(Credential).where(Credential.public_id == public_id)).first()


def is_valid(credential: Credential | None, on: dt.date) -> bool:
    """Whether a credential is valid on a day of the company's calendar."""
    return (
        credential is not None
        and rules.standing(credential.expires_on, credential.revoked_at, on) is rules.Standing.VALID
    )


def cycle_after(credential: Credential | None, on: dt.date) -> int:
    """The cycle being worked on: 1 at first; the next one once the latest credential may be renewed."""
    if credential is None:
        return 1
    return credential.cycle + rules.may_renew(credential.expires_on, credential.revoked_at, on)


def current_cycle(person_id: int, now: dt.datetime | None = None) -> int:
    """The cycle in which what the person does now is counted."""
    return cycle_after(get_latest_credential(person_id), company_day(now or utcnow()))


def list_to_do_after(credential: Credential) -> list[str]:
    """What its holder does again, once this credential is withdrawn, to hold another: the list of the cycle that follows,
    less what of it was done already. Nothing where a later one was issued, which stands by itself."""
    award = get_site().award(credential.award)
    latest = get_latest_credential(credential.person_id, credential.award)
    if award is None or latest.id != credential.id:
        return []
    done = get_fulfilments(credential.person_id, credential.cycle + 1)
    return [each for each in rules.required(award, credential.cycle + 1) if each not in done]


def get_progress(person_id: int, now: dt.datetime | None = None, award: Award | None = None) -> Progress:
    """Where a person stands, in two queries. Pages that show several of these facts take them from here, and give
    the award where they have it at hand."""
    credential = get_latest_credential(person_id)
    cycle = cycle_after(credential, company_day(now or utcnow()))
    award = award or get_site().award(rules.AWARD)
    asked = rules.required(award, cycle) if award else ()
    return Progress(cycle, asked, get_fulfilments(person_id, cycle), credential)
