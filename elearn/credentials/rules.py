"""When a credential is due, how long it is valid, who may withdraw it. No database, no clock: days and moments are
arguments."""

from __future__ import annotations

import calendar
import datetime as dt
import secrets
from collections.abc import Iterable
from enum import StrEnum

from ..content.types import Award
from ..errors import Forbidden, Invalid
from ..i18n import _l
from ..permissions import Role

AWARD = "programme"
"""The award of the whole programme, the only one for now."""

RENEWAL_DAYS = 60
"""How long before its last day a credential may be renewed, so that nobody is without one in between."""

MIN_REASON, MAX_REASON = 20, 500
"""Signs of the reason for a withdrawal: a sentence at least, since its holder reads it."""

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Letters and digits that are not taken for one another when a code is copied from paper."""


class Standing(StrEnum):
    """What may be said of a credential on a given day."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day some months later; the last of the month where that day does not exist (31 January → 28 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_valid_day(issued_on: dt.date, months: int) -> dt.date:
    """The last day of validity: the anniversary itself.

    Issued on 22 November 2026 for twelve months, it is valid up to and including 22 November 2027. Both are days
    of the company's calendar: one that was issued at 00:30 in Paris was not issued the day before.
    """
    return add_months(issued_on, months)


def standing(expires_on: dt.date, revoked_at: dt.datetime | None, on: dt.date) -> Standing:
    """Valid, expired or revoked on a day of the company's calendar; a revocation outlasts everything."""
    if revoked_at is not None:
        return Standing.REVOKED
    return Standing.VALID if on <= expires_on else Standing.EXPIRED


def may_renew(expires_on: dt.date, revoked_at: dt.datetime | None, on: dt.date) -> bool:
    """Whether the next cycle is open: in the last sixty days, after the end, or after a revocation."""
    return revoked_at is not None or on >= expires_on - dt.timedelta(days=RENEWAL_DAYS)


def clean_reason(reason: str) -> str:
    """The reason for a withdrawal as it is kept. Raise Invalid where nobody could understand it, or for a story."""
    kept = "\n".join(reason.strip().splitlines())  # Browsers send two signs for the end of a line.
    if len(kept) < MIN_REASON:
        raise Invalid(_l("Écrivez la raison : la personne la lira. Une phrase au moins."))
    if len(kept) > MAX_REASON:
        raise Invalid(_l("La raison tient en 500 signes."))
    return kept


def check_not_oneself(by_id: int | None, person_id: int) -> None:
    """Nobody decides about oneself. ``by_id`` is None for the command line."""
    if by_id is not None and by_id == person_id:
        raise Forbidden(_l("Ce certificat est le vôtre : un autre administrateur s’en charge."))


def may_look(role_names: Iterable[str]) -> bool:
    """Whether an administrator may open other people's certificates: not with the role of HR or of a manager as well,
    who know that somebody holds a valid one or does not, and never why."""
    return not {Role.HR.value, Role.MANAGER.value} & set(role_names)


def required(award: Award, cycle: int) -> tuple[str, ...]:
    """What this cycle asks for: everything at first, the award's shorter list on renewal (dossier 6.3)."""
    return award.renewal if cycle > 1 and award.renewal else award.requirements


def is_due(award: Award, cycle: int, fulfilled: Iterable[str]) -> bool:
    """Whether the list is full, whichever requirement came last. An award that asks for nothing is never due."""
    asked = required(award, cycle)
    return bool(asked) and set(asked) <= set(fulfilled)


def new_public_id() -> str:
    """An unguessable code of 22 signs (109 bits): what the QR code leads to, and nothing else gives away."""
    return "".join(secrets.choice(ALPHABET) for _ in range(22))


def read_public_id(typed: str) -> str:
    """A code as somebody copied it from paper, or the whole address it stands in: spaces, hyphens and capitals go."""
    last = typed.strip().rstrip("/").rpartition("/")[2].partition("?")[0]
    return "".join(c for c in last.casefold() if c.isalnum())


def is_public_id(text: str) -> bool:
    """Whether a text could be a code of ours, so that nonsense never reaches the database."""
    return len(text) == 22 and set(text) <= set(ALPHABET)
