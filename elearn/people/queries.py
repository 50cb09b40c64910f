"""Reads about people. Never a rule, never a write."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from functools import lru_cache

from sqlalchemy import bindparam, func, literal, select

from ..db import UtcDateTime, db
from ..notifications.models import Message
from .models import PasswordReset, Person, RoleAssignment, SecondFactor, UserSession
from .rules import SECOND_FACTOR_GRACE, SECOND_FACTOR_ROLES, merge_since


def hash_token(token: str) -> str:
    """SHA-256 of a random token: what the database keeps of it."""
    return hashlib.sha256(token.encode()).hexdigest()


_second_factor_causes: dict[str, Callable] = {}


def require_second_factor(name: str, since: Callable) -> None:
    """Let a room below say who else needs a second factor: ``since(person_id)`` builds the scalar subquery of the date
    or moment from which, NULL for who does not. It is read with the session, so that no page asks once more."""
    _second_factor_causes[name] = since
    _session_statement.cache_clear()


@lru_cache(maxsize=1)
def _session_statement():
    """Every request asks it, so it is put together once."""
    roles = (
        select(func.aggregate_strings(RoleAssignment.role, literal(",")))
        .where(RoleAssignment.person_id == Person.id)
        .scalar_subquery()
    )
    unread = (
        select(func.count())
        .where(Message.person_id == Person.id, Message.read_at.is_(None), Message.in_app)
        .scalar_subquery()
    )
    factor = select(SecondFactor.confirmed_at).where(SecondFactor.person_id == Person.id).scalar_subquery()
    since = (
        select(func.min(RoleAssignment.given_at))
        .where(RoleAssignment.person_id == Person.id, RoleAssignment.role.in_([r.value for r in SECOND_FACTOR_ROLES]))
        .scalar_subquery()
    )
    causes = [_second_factor_causes[name](Person.id) for name in sorted(_second_factor_causes)]
    return (
        select(Person, UserSession.id, UserSession.last_seen_on, roles, unread, factor, since, *causes)
        .join(UserSession, UserSession.person_id == Person.id)
        .where(
            UserSession.token_hash == bindparam("token"),
            UserSession.ended_at.is_(None),
            UserSession.expires_at > bindparam("now", type_=UtcDateTime),
            Person.closed_at.is_(None),
            Person.erased_at.is_(None),
        )
    )


def get_session_person(token: str, now: dt.datetime) -> Person | None:
    """The person signed in by this token, with their roles and unread messages, in one query; None when the
    session ended."""
    row = db.session.execute(_session_statement(), {"token": hash_token(token), "now": now}).first()
    if row is None:
        return None
    person, session_id, seen_on, names, unread_count, factor_at, *causes = row
    person.role_names = frozenset(names.split(",")) if names else frozenset()
    person.session_id = session_id
    person.session_token = token
    person.session_seen_on = seen_on
    person.unread_count = unread_count
    person.second_factor_at = factor_at
    person.second_factor_since = merge_since(*causes)
    return person


def explain_end(token: str, now: dt.datetime) -> str | None:
    """Why a session is over: ``closed`` (the account is), ``over`` (the session is); None where neither is so."""
    row = db.session.execute(
        select(UserSession.ended_at, UserSession.expires_at, Person.closed_at, Person.erased_at)
        .join(Person, Person.id == UserSession.person_id)
        .where(UserSession.token_hash == hash_token(str(token)))
    ).first()
    if row is None or row.erased_at is not None:
        return None
    if row.closed_at is not None:
        return "closed"
    return "over" if row.ended_at is not None or row.expires_at <= now else None


def list_sessions(person_id: int, now: dt.datetime) -> list[UserSession]:
    """The running sessions of a person, the latest first."""
    return list(
        db.session.scalars(
            select(UserSession)
            .where(UserSession.person_id == person_id, UserSession.ended_at.is_(None), UserSession.expires_at > now)
            .order_by(UserSession.id.desc())
            .limit(50)
        )
    )


def get_reset(code: str, now: dt.datetime) -> tuple[int, Person] | None:
    """A link that still works and whose it is; None once used or expired."""
    row = db.session.execute(
        select(PasswordReset.id, Person)
        .join(Person, Person.id == PasswordReset.person_id)
        .where(
            PasswordReset.code == code,
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > now,
            Person.erased_at.is_(None),
        )
    ).first()
    return (row[0], row[1]) if row else None


def get_person_by_email(email: str) -> Person | None:
    """The account of an address, as ``rules.clean_email`` keeps it."""
    return db.session.scalar(select(Person).where(Person.email == email))


def list_roles(person_id: int) -> frozenset[str]:
    """The roles a person holds."""
    return frozenset(db.session.scalars(select(RoleAssignment.role).where(RoleAssignment.person_id == person_id)))


def list_holders(role) -> frozenset[int]:
    """Who holds a role, with an open account."""
    return frozenset(
        db.session.scalars(
            select(RoleAssignment.person_id)
            .join(Person, Person.id == RoleAssignment.person_id)
            .where(RoleAssignment.role == role.value, Person.closed_at.is_(None), Person.erased_at.is_(None))
        )
    )


def get_factor_due(person: Person) -> dt.datetime | None:
    """From when the person's roles let nothing open without a second factor; None where no role asks, or for a demo
    account. What a status asks is not said here: an administrator does not learn who volunteers."""
    since = db.session.scalar(
        select(func.min(RoleAssignment.given_at)).where(
            RoleAssignment.person_id == person.id,
            RoleAssignment.role.in_([role.value for role in SECOND_FACTOR_ROLES]),
        )
    )
    return since + SECOND_FACTOR_GRACE if since is not None and not person.is_demo else None


def count_team(manager_id: int) -> int:
    """How many open accounts have this person as their manager."""
    return db.session.scalar(
        select(func.count())
        .select_from(Person)
        .where(Person.manager_id == manager_id, Person.closed_at.is_(None), Person.erased_at.is_(None))
    )
