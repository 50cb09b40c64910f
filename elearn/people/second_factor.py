"""The second factor: codes of an authenticator application (TOTP, RFC 6238) and recovery codes. The only writer of
their tables.

No secret is kept. It is derived from the installation's key, the person and a random salt (RFC 4226, section 7.5,
allows keys made from a master key): the row holds the salt, so that a copy of the database alone makes no code, and
deleting the row forgets the secret. Whoever changes the installation's key has everybody set it up again.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import secrets
from dataclasses import dataclass

import pyotp
import segno
from sqlalchemy import delete, func, select, update

from ..db import db, insert_once
from ..errors import Invalid, Refusal
from ..i18n import _
from ..notifications import service as notifications
from . import rules, signing_in
from .models import RecoveryCode, SecondFactor
from .service import lock_person, record, say_why

STEP_SECONDS = 30
RECOVERY_CODES = 10


# --- Codes, without a database --------------------------------------------------------------------------------


def derive_secret(key: str, person_id: int, salt: str) -> str:
    """The secret shared with the application: 160 bits (RFC 4226, section 4, R6), in base 32 as applications want."""
    made = bytes.fromhex(rules.keyed_hash(key, "second-factor", person_id, salt))[:20]
    return base64.b32encode(made).decode()


def find_step(secret: str, code: str, now: dt.datetime) -> int | None:
    """The step of 30 seconds whose code this is: the present one, the one before or the one after (RFC 6238, section
    5.2, for clocks that disagree and people who type); None for any other."""
    typed = "".join((code or "")[:40].split())
    present, maker = int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    steps = (present - 1, present, present + 1)
    right = [s for s in steps if hmac.compare_digest(maker.generate_otp(s).encode(), typed.encode("utf-8", "replace"))]
    return right[-1] if right else None


def make_uri(secret: str, account: str, issuer: str) -> str:
    """What the application reads: the secret, whose it is and where."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.replace(":", " "), issuer_name=issuer.replace(":", " "))


def draw(uri: str) -> str:
    """The same as a QR code, black on white in any theme, as a data URI that the content policy lets through."""
    return segno.make(uri, error="m", micro=False).svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True)


def is_recovery_code(code: str) -> bool:
    """Whether what was typed is a recovery code rather than six figures."""
    return any(char.isalpha() for char in (code or "")[:40])


def hash_recovery_code(key: str, person_id: int, code: str) -> str:
    """What is kept of a recovery code."""
    plain = "".join(char for char in (code or "")[:100].upper() if char in rules.PAPER_LETTERS)
    return rules.keyed_hash(key, "recovery", person_id, plain)


# --- Set up and removed ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """Where somebody stands: ``salt`` of a set-up under way or done, when it was confirmed, codes not yet used."""

    salt: str | None
    confirmed_at: dt.datetime | None
    codes_left: int


def get_state(person_id: int) -> State:
    """Where somebody stands, in one query."""
    left = (
        select(func.count())
        .where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
        .scalar_subquery()
    )
    row = db.session.execute(
        select(SecondFactor.salt, SecondFactor.confirmed_at, left).where(SecondFactor.person_id == person_id)
    ).first()
    return State(*row) if row else State(None, None, 0)


def begin(person_id: int, now: dt.datetime) -> None:
    """Begin a set-up, or begin it again with a new secret. Raise Refusal when one is set: it is removed first."""
    lock_person(person_id)
    if is_set(person_id):
        raise Refusal(_("Votre second facteur est déjà activé. Pour en changer, retirez-le d’abord."))
    db.session.execute(delete(SecondFactor).where(SecondFactor.person_id == person_id))
    insert_once(SecondFactor, on=("person_id",), person_id=person_id, salt=secrets.token_hex(16), begun_at=now)


def is_set(person_id: int) -> bool:
    """Whether signing in asks for a code."""
    found = select(SecondFactor.person_id).where(
        SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None)
    )
    return db.session.scalar(found) is not None


def confirm(person_id: int, code: str, key: str, now: dt.datetime) -> list[str] | None:
    """End a set-up with one right code, which proves that the application has the secret; return the recovery codes,
    shown this once. None for a wrong code; Refusal where nothing was begun or it was confirmed meanwhile."""
    lock_person(person_id)
    state = get_state(person_id)
    if state.salt is None or state.confirmed_at is not None:
        raise Refusal(
            _("Cette mise en place est finie ou n’a pas commencé. Reprenez depuis la page du second facteur.")
        )
    step = find_step(derive_secret(key, person_id, state.salt), code, now)
    if step is None:
        return None
    db.session.execute(
        update(SecondFactor)
        .where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_(None))
        .values(confirmed_at=now, last_step=step)
    )
    record(person_id, "second-factor-set", now, person_id)
    notifications.queue(person_id, "second_factor_set", {}, now)
    return _make_codes(person_id, key)


def _make_codes(person_id: int, key: str) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = [rules.new_paper_code() for _place in range(RECOVERY_CODES)]
    db.session.add_all(
        RecoveryCode(person_id=person_id, code_hash=hash_recovery_code(key, person_id, code)) for code in codes
    )
    db.session.flush()
    return codes


def renew_codes(attempt: signing_in.Attempt, key: str, visitor, now: dt.datetime) -> list[str]:
    """Ten new recovery codes, after the password was checked; those printed before are over."""
    person = signing_in.accept_password(attempt, visitor, now)
    if not is_set(person.id):
        raise Refusal(_not_set())
    record(person.id, "recovery-codes-made", now, person.id)
    return _make_codes(person.id, key)


def remove(attempt: signing_in.Attempt, visitor, now: dt.datetime) -> None:
    """Take one's own second factor away, after the password was checked."""
    person = signing_in.accept_password(attempt, visitor, now)
    _delete(person.id)
    record(person.id, "second-factor-ended", now, person.id)
    notifications.queue(person.id, "second_factor_removed", {"by": person.id}, now)


def reset(person_id: int, now: dt.datetime, by_id: int | None, *, reason: str = "") -> None:
    """Take somebody's second factor away when they can no longer use it: the administrator's act, logged and told to
    the person. Nobody does it for oneself: one's own page asks for the password. Their sessions end with it, since a
    telephone that is lost may have been taken. Raise Invalid where an administrator (``by_id``) does not say how they
    knew the person; the command line is the operator's own word."""
    if person_id == by_id:
        raise Refusal(_("Votre propre second facteur se retire depuis votre page, avec votre mot de passe."))
    if by_id is not None and not reason.strip():
        raise Invalid(_("Écrivez-le : cette ligne reste au journal."))
    lock_person(person_id)
    _delete(person_id)
    signing_in.end_all_sessions(person_id, now)
    record(person_id, "second-factor-reset", now, by_id, after=say_why(reason))
    notifications.queue(person_id, "second_factor_removed", {"by": by_id}, now)


def _delete(person_id: int) -> None:
    """Raise Refusal where there is nothing to take away, so that two who do it at once log it once."""
    gone = db.session.execute(
        delete(SecondFactor).where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None))
    )
    if gone.rowcount != 1:
        raise Refusal(_not_set())
    forget(person_id)


def forget(person_id: int) -> None:
    """Delete everything of this room's second factor about somebody; for erasure."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    db.session.execute(delete(SecondFactor).where(SecondFactor.person_id == person_id))


def _not_set() -> str:
    return _("Il n’y a pas de second facteur sur ce compte.")


# --- Signing in -----------------------------------------------------------------------------------------------


def use_code(person_id: int, code: str, key: str, now: dt.datetime) -> str | None:
    """Use up a code: ``code`` or ``recovery`` says which it was, None when it is wrong or has been used.

    Each is accepted once (RFC 6238, section 5.2), by a conditional update: of two who send the same at the same
    moment, one enters. A code of a step before the last one accepted is refused too.
    """
    if is_recovery_code(code):
        return "recovery" if _use_recovery_code(person_id, code, key, now) else None
    state = get_state(person_id)
    if state.confirmed_at is None:
        return None
    step = find_step(derive_secret(key, person_id, state.salt), code, now)
    if step is None:
        return None
    used = db.session.execute(
        update(SecondFactor)
        .where(
            SecondFactor.person_id == person_id,
            SecondFactor.salt == state.salt,
            SecondFactor.confirmed_at.is_not(None),
            SecondFactor.last_step < step,
        )
        .values(last_step=step)
    )
    return "code" if used.rowcount == 1 else None


def _use_recovery_code(person_id: int, code: str, key: str, now: dt.datetime) -> bool:
    used = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == hash_recovery_code(key, person_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
    )
    if used.rowcount != 1:
        return False
    record(person_id, "recovery-code-used", now, person_id)
    notifications.queue(person_id, "recovery_code_used", {"left": get_state(person_id).codes_left}, now)
    return True


def mark_password(key: str, person_id: int, password_hash: str | None) -> str:
    """What the browser carries between the two steps to prove that the present password was given."""
    return rules.keyed_hash(key, "second-step", person_id, password_hash)


def enter(
    person_id: int, mark: str, code: str, visitor: signing_in.Visitor, now: dt.datetime, days: int
) -> tuple[str, str] | None:
    """The second step: open the session with a right code; return the tokens of session and browser.

    None for a wrong code, which counts; TooMany over the limits, which are those of passwords; Refusal when the
    account was closed or its password changed since the first step.
    """
    failure_id = signing_in.begin_code(person_id, visitor, now)
    person = lock_person(person_id)
    fits = hmac.compare_digest(mark, mark_password(visitor.secret, person_id, person.password_hash))
    if not fits or not person.is_active:
        raise Refusal(_("Votre compte a changé entre-temps. Reprenez la connexion au début."))
    if use_code(person_id, code, visitor.secret, now) is None:
        return None
    signing_in.forget_failure(failure_id)
    return signing_in.start_session(person_id, visitor, now, days)
