"""The door: attempts and their limits, sessions, passwords, reset links. The only writer of those tables.

A password is checked outside of any transaction, for it takes a tenth of a second: ``begin_attempt`` counts the
attempt before the check, so that a hundred at once count a hundred, and ``open_session`` takes it back when right.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, or_, select, update

from ..db import db, insert_once
from ..errors import Forbidden, Gone, Refusal, TooMany
from ..i18n import _
from ..notifications import service as notifications
from . import rules
from .models import KnownDevice, PasswordReset, Person, SignInFailure, UserSession
from .queries import hash_token
from .service import lock_person, record


@dataclass(frozen=True)
class Visitor:
    """Who stands at the door, as far as one can tell."""

    address: str
    """The network address of the request."""
    device: str | None
    """The random token this browser was given at an earlier sign-in."""
    agent: str
    """What the browser says of itself."""
    secret: str
    """The installation's key, for keyed hashes."""

    @property
    def address_hash(self) -> str:
        """The address as it is counted."""
        return rules.keyed_hash(self.secret, "address", rules.coarse_address(self.address))

    def device_hash(self, person_id: int) -> str | None:
        """This browser as one that this person uses."""
        return hash_token(f"{person_id}:{self.device}") if self.device else None


@dataclass(frozen=True)
class Attempt:
    """A sign-in being checked. For an unknown account, person and hash are None and all else is alike."""

    failure_id: int
    person_id: int | None
    password_hash: str | None


# --- Signing in -----------------------------------------------------------------------------------------------


def begin_attempt(identifier: str, visitor: Visitor, now: dt.datetime) -> Attempt:
    """Count an attempt before the password is checked; raise TooMany over a limit.

    Known and unknown accounts are counted in the same way, and the answer does not tell them apart. A browser the
    owner signed in from before has a count of its own and no limit by address: whoever hammers an account from
    elsewhere never locks its owner out.
    """
    person = _find_person(identifier)
    known = person is not None and _is_known(person.id, visitor)
    account = rules.keyed_hash(visitor.secret, "account", person.id if person else rules.clean_identifier(identifier))
    if known:
        account = rules.keyed_hash(visitor.secret, "device", visitor.device_hash(person.id))
    over = rules.is_over(rules.FAILURE_WINDOWS, _failures(SignInFailure.account_hash == account, now), now)
    if not over and not known:
        since = _failures(SignInFailure.address_hash == visitor.address_hash, now, rules.ADDRESS_WINDOWS[-1][1])
        over = rules.is_over(rules.ADDRESS_WINDOWS, since, now)
    if over:
        raise TooMany(
            _(
                "Trop d’essais n’ont pas abouti. Attendez un quart d’heure, ou demandez un lien par e-mail : il fonctionne "
                "tout de suite."
            )
        )
    failure = _count(account, visitor, now)
    return Attempt(failure.id, person.id if person else None, person.password_hash if person else None)


def open_session(
    attempt: Attempt, visitor: Visitor, now: dt.datetime, days: int, new_hash: str | None = None
) -> tuple[str, str]:
    """Open a session after the right password; return its token and the browser's. Raise what accept_password does."""
    person = accept_password(attempt, visitor, now, new_hash)
    return start_session(person.id, visitor, now, days)


def accept_password(attempt: Attempt, visitor: Visitor, now: dt.datetime, new_hash: str | None = None) -> Person:
    """Take the attempt back, for its password was right; return the person, locked.

    Raise Forbidden when the account is closed, Gone when the password changed while it was being checked.
    ``new_hash`` replaces the kept hash when the parameters of hashing changed.
    """
    person = lock_person(attempt.person_id)
    forget_failure(attempt.failure_id)
    if person.password_hash != attempt.password_hash:
        raise Gone(_("Le mot de passe vient d’être changé. Connectez-vous avec le nouveau."))
    if not person.is_active:
        raise Forbidden(_("Ce compte est fermé. Si vous travaillez toujours ici, l’administrateur peut le rouvrir."))
    account = rules.keyed_hash(visitor.secret, "account", person.id)
    db.session.execute(
        delete(SignInFailure).where(
            SignInFailure.account_hash == account, SignInFailure.address_hash == visitor.address_hash
        )
    )
    if new_hash:
        person.password_hash = new_hash
        db.session.flush()
    return person


def start_session(person_id: int, visitor: Visitor, now: dt.datetime, days: int) -> tuple[str, str]:
    """Open a session for whoever proved everything asked; return its token and the browser's."""
    _forget_old(person_id, now)
    return _start_session(person_id, visitor, now, days), remember_device(person_id, visitor, now)


def begin_code(person_id: int, visitor: Visitor, now: dt.datetime) -> int:
    """Count a code of the second step before it is checked, apart from passwords but by their limits; return the
    counted row's id. Raise TooMany over a limit. A browser known to the owner is counted apart here too."""
    lock_person(person_id)
    who = visitor.device_hash(person_id) if _is_known(person_id, visitor) else person_id
    account = rules.keyed_hash(visitor.secret, "code", who)
    if rules.is_over(rules.FAILURE_WINDOWS, _failures(SignInFailure.account_hash == account, now), now):
        raise TooMany(_("Trop de codes n’allaient pas. Attendez un quart d’heure avant d’essayer de nouveau."))
    return _count(account, visitor, now).id


def forget_failure(failure_id: int) -> None:
    """Take back a counted attempt that turned out right."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.id == failure_id))


def _find_person(identifier: str) -> Person | None:
    """The account of an address or a number, locked, so that attempts on it are counted one by one."""
    kept = rules.clean_identifier(identifier)
    if not kept:
        return None
    return db.session.scalar(
        select(Person)
        .where(or_(Person.email == kept, Person.employee_number == kept), Person.erased_at.is_(None))
        .with_for_update()
    )


def _is_known(person_id: int, visitor: Visitor) -> bool:
    token_hash = visitor.device_hash(person_id)
    found = select(KnownDevice.id).where(KnownDevice.token_hash == token_hash)
    return token_hash is not None and db.session.scalar(found) is not None


def _failures(condition, now: dt.datetime, most: int = 100) -> list[dt.datetime]:
    recent = SignInFailure.failed_at > now - rules.KEPT_FAILURES
    moments = select(SignInFailure.failed_at).where(condition, recent)
    return db.session.scalars(moments.order_by(SignInFailure.failed_at.desc()).limit(most)).all()


def _count(account_hash: str, visitor: Visitor, now: dt.datetime) -> SignInFailure:
    db.session.execute(delete(SignInFailure).where(SignInFailure.failed_at < now - rules.KEPT_FAILURES))
    failure = SignInFailure(account_hash=account_hash, address_hash=visitor.address_hash, failed_at=now)
    db.session.add(failure)
    db.session.flush()
    return failure


def remember_device(person_id: int, visitor: Visitor, now: dt.datetime) -> str:
    """Know this browser again; return its token, a new one where it had none. The oldest of many is forgotten."""
    device = visitor.device or secrets.token_urlsafe(32)
    token_hash = hash_token(f"{person_id}:{device}")
    if not insert_once(KnownDevice, on=("token_hash",), person_id=person_id, token_hash=token_hash, seen_at=now):
        db.session.execute(update(KnownDevice).where(KnownDevice.token_hash == token_hash).values(seen_at=now))
    kept = (
        select(KnownDevice.id)
        .where(KnownDevice.person_id == person_id)
        .order_by(KnownDevice.seen_at.desc(), KnownDevice.id.desc())
        .limit(rules.MAX_DEVICES)
    )
    ids = db.session.scalars(kept).all()
    db.session.execute(delete(KnownDevice).where(KnownDevice.person_id == person_id, KnownDevice.id.not_in(ids)))
    return device


# --- Sessions -------------------------------------------------------------------------------------------------


def _start_session(person_id: int, visitor: Visitor, now: dt.datetime, days: int) -> str:
    token = secrets.token_urlsafe(32)
    db.session.add(
        UserSession(
            person_id=person_id,
            token_hash=hash_token(token),
            device=rules.name_device(visitor.agent),
            created_at=now,
            last_seen_on=now.date(),
            expires_at=rules.session_end(now, now, days),
        )
    )
    db.session.flush()
    return token


def touch_session(session_id: int, now: dt.datetime, days: int) -> None:
    """Note that the session was used today, and let it live on. Called at most once a day for each session."""
    session = db.session.scalar(select(UserSession).where(UserSession.id == session_id))
    if session is not None and session.ended_at is None and session.last_seen_on < now.date():
        session.last_seen_on = now.date()
        session.expires_at = rules.session_end(now, session.created_at, days)
        db.session.flush()


def end_session(person_id: int, session_id: int, now: dt.datetime) -> bool:
    """End one of this person's sessions; False when it is not theirs or is over."""
    return _end(now, UserSession.person_id == person_id, UserSession.id == session_id) == 1


def end_all_sessions(person_id: int, now: dt.datetime, but: int | None = None) -> int:
    """Sign out everywhere, or everywhere else than in one session; return how many ended."""
    others = (UserSession.id != but,) if but is not None else ()
    return _end(now, UserSession.person_id == person_id, *others)


def _end(now: dt.datetime, *conditions) -> int:
    return db.session.execute(
        update(UserSession).where(*conditions, UserSession.ended_at.is_(None)).values(ended_at=now)
    ).rowcount


def _forget_old(person_id: int, now: dt.datetime) -> None:
    """Delete this person's sessions and links that have long been over: they serve nobody."""
    past = now - dt.timedelta(days=30)
    db.session.execute(delete(UserSession).where(UserSession.person_id == person_id, UserSession.expires_at < past))
    db.session.execute(
        delete(PasswordReset).where(PasswordReset.person_id == person_id, PasswordReset.expires_at < past)
    )


# --- Passwords ------------------------------------------------------------------------------------------------


def change_password(attempt: Attempt, new_hash: str, visitor: Visitor, now: dt.datetime, days: int) -> tuple[str, str]:
    """Change the password of somebody signed in, after the present one was checked; end every session and open one
    for this browser. Return the tokens of ``open_session``, and raise what it raises."""
    open_session(attempt, visitor, now, days)
    _set_password(attempt.person_id, new_hash, now)
    return _start_session(attempt.person_id, visitor, now, days), remember_device(attempt.person_id, visitor, now)


def _set_password(person_id: int, new_hash: str, now: dt.datetime) -> None:
    """Everything the old password opened is shut: sessions, links, and browsers that were counted apart."""
    db.session.execute(
        update(Person).where(Person.id == person_id).values(password_hash=new_hash, password_changed_at=now)
    )
    end_all_sessions(person_id, now)
    db.session.execute(delete(KnownDevice).where(KnownDevice.person_id == person_id))
    db.session.execute(
        update(PasswordReset)
        .where(PasswordReset.person_id == person_id, PasswordReset.used_at.is_(None))
        .values(used_at=now)
    )
    notifications.queue(person_id, "password_changed", {}, now)
    record(person_id, "password-changed", now, person_id)


def ask_reset(identifier: str, visitor: Visitor, now: dt.datetime) -> None:
    """Mail a link to the address of this account, if there is one. Nothing in the answer tells.

    The ask is counted whether the account exists or not, so that both cost the same; over three in an hour nothing
    more is mailed. Raise TooMany by address only, which tells nothing of any account.
    """
    since = _failures(SignInFailure.address_hash == visitor.address_hash, now, rules.ADDRESS_WINDOWS[-1][1])
    if rules.is_over(rules.ADDRESS_WINDOWS, since, now):
        raise TooMany(_("Trop de demandes viennent de cette adresse réseau. Attendez un quart d’heure."))
    person = _find_person(identifier)
    account = rules.keyed_hash(visitor.secret, "ask", person.id if person else rules.clean_identifier(identifier))
    flooded = rules.is_over(rules.ASK_WINDOWS, _failures(SignInFailure.account_hash == account, now), now)
    _count(account, visitor, now)
    if person is None or flooded or not person.is_active or not person.email:
        return
    reset = create_reset(person.id, now, rules.RESET_LIFE)
    notifications.queue(person.id, "password_reset", {"reset": reset.id}, now)


def create_reset(person_id: int, now: dt.datetime, life: dt.timedelta) -> PasswordReset:
    """A link to choose a password; ``rules.sign_code(reset.code, secret)`` is its token."""
    reset = PasswordReset(person_id=person_id, code=secrets.token_hex(16), asked_at=now, expires_at=now + life)
    db.session.add(reset)
    db.session.flush()
    return reset


def invite(person_id: int, now: dt.datetime, by_id: int | None) -> None:
    """Mail somebody the link to choose their password. Raise Refusal without an address or for a closed account."""
    person = lock_person(person_id)
    _check_open(person)
    if not person.email:
        raise Refusal(_("Ce compte n’a pas d’e-mail : imprimez-lui plutôt un code."))
    reset = create_reset(person_id, now, rules.INVITATION_LIFE)
    notifications.queue(person_id, "invitation", {"reset": reset.id}, now)
    record(person_id, "invited", now, by_id)


def print_code(person_id: int, secret: str, now: dt.datetime, by_id: int | None) -> str:
    """A code on paper for somebody without e-mail: good once, for seven days; those printed before are over.

    The row keeps a keyed hash of it, so that a copy of the database opens no account.
    """
    person = lock_person(person_id)
    _check_open(person)
    if not (person.employee_number or person.email):
        raise Refusal(_("Ce compte n’a ni matricule ni e-mail : il ne pourrait pas se connecter."))
    db.session.execute(
        update(PasswordReset)
        .where(PasswordReset.person_id == person_id, PasswordReset.used_at.is_(None))
        .values(used_at=now)
    )
    code = rules.new_paper_code()
    kept = rules.hash_paper_code(secret, person_id, code)
    db.session.add(PasswordReset(person_id=person_id, code=kept, asked_at=now, expires_at=now + rules.INVITATION_LIFE))
    db.session.flush()
    record(person_id, "code-printed", now, by_id)
    return code


def _check_open(person: Person) -> None:
    if not person.is_active:
        raise Refusal(_("Ce compte est fermé. Rouvrez-le d’abord."))


def read_paper_code(attempt: Attempt, code: str, secret: str, now: dt.datetime) -> str | None:
    """The kept code of the link that a printed code opens, and the attempt no longer counts; None for any other."""
    if attempt.person_id is None:
        return None
    kept = rules.hash_paper_code(secret, attempt.person_id, code)
    found = db.session.scalar(
        select(PasswordReset.code).where(
            PasswordReset.person_id == attempt.person_id,
            PasswordReset.code == kept,
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > now,
        )
    )
    if found is not None:
        db.session.execute(delete(SignInFailure).where(SignInFailure.id == attempt.failure_id))
    return found


def use_reset(reset_id: int, new_hash: str, visitor: Visitor, now: dt.datetime) -> str:
    """Set the password by a link, once, however many click at the same time; return this browser's token.

    The browser becomes a known one, since whoever reads the mailbox owns the account; it still has to sign in. Raise
    Gone when the link was used or has expired, Forbidden when the account is closed.
    """
    # The person first, as everywhere, so that two who wait for each other cannot happen.
    person = lock_person(db.session.scalar(select(PasswordReset.person_id).where(PasswordReset.id == reset_id)))
    used = db.session.execute(
        update(PasswordReset)
        .where(PasswordReset.id == reset_id, PasswordReset.used_at.is_(None), PasswordReset.expires_at > now)
        .values(used_at=now)
    )
    if used.rowcount != 1:
        raise Gone(link_is_over())
    if not person.is_active:
        raise Forbidden(_("Ce compte est fermé. Si vous travaillez toujours ici, l’administrateur peut le rouvrir."))
    _set_password(person.id, new_hash, now)
    return remember_device(person.id, visitor, now)


def link_is_over() -> str:
    """What a used or expired link says."""
    return _("Ce lien a déjà servi ou a expiré. Demandez-en un nouveau : il arrive en une minute.")
