"""Reads about people. Never a rule, never a write."""

from __future__ import annotations

import datetime as dt
import hashlib

from sqlalchemy import func, literal, select

from ..db import db
from ..notifications.models import Message
from .models import Person, RoleAssignment, UserSession


def hash_token(token: str) -> str:
    """SHA-256 of a random token: what the database keeps of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def get_session_person(token: str, now: dt.datetime) -> Person | None:
    """The person signed in by this token, with their roles and unread messages, in one query; None when the
    session ended."""
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
    row = db.session.execute(
        select(Person, UserSession.id, UserSession.last_seen_on, roles, unread)
        .join(UserSession, UserSession.person_id == Person.id)
        .where(
            UserSession.token_hash == hash_token(token),
            UserSession.ended_at.is_(None),
            UserSession.expires_at > now,
            Person.closed_at.is_(None),
            Person.erased_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    person, session_id, seen_on, names, unread_count = row
    person.role_names = frozenset(names.split(",")) if names else frozenset()
    person.session_id = session_id
    person.session_token = token
    person.session_seen_on = seen_on
    person.unread_count = unread_count
    return person
