"""The kinds of message of this room: to authors when an item is contested, to its person when it was answered."""

from __future__ import annotations

from ..content.service import get_document
from ..db import db
from ..notifications.messages import page_path
from ..notifications.service import register_kind
from ..permissions import Role
from .models import Attempt, ItemContest


def register() -> None:
    """Make the kinds known. An answer one asked for, and a pass, cannot be turned off."""
    for name, variables, mandatory in (
        ("item_contested", contested, False),
        ("item_contest_answered", answered, True),
        ("quiz_recounted", recounted, True),
    ):
        role = None if mandatory else Role.AUTHOR
        template = f"assessment/mail/{name}.html"
        register_kind(name, template=template, variables=variables, mandatory=mandatory, role=role)


def contested(message, language: str) -> dict | None:
    """What waits for an author: the quiz and the item, never who wrote; nothing once it was answered."""
    contest = db.session.get(ItemContest, message.ids["contest"])
    if contest is None or contest.status != "open":
        return None
    title, _attempt = _quiz_of(contest.attempt_id, language)
    return {"quiz": title, "item": contest.item, "path": "/author/contests"}


def answered(message, language: str) -> dict | None:
    """The author's answer, and whether the item was voided."""
    contest = db.session.get(ItemContest, message.ids["contest"])
    if contest is None or contest.status == "open":
        return None
    title, attempt = _quiz_of(contest.attempt_id, language)
    path = page_path("assessment.result", quiz=contest.quiz, attempt_id=attempt.id)
    return {"quiz": title, "is_voided": contest.status == "voided", "answer": contest.answer, "path": path}


def recounted(message, language: str) -> dict | None:
    """An attempt that became a pass."""
    attempt = db.session.get(Attempt, message.ids["attempt"])
    if attempt is None or not attempt.passed:
        return None
    title, _same = _quiz_of(attempt.id, language)
    return {"quiz": title, "path": page_path("assessment.result", quiz=attempt.quiz, attempt_id=attempt.id)}


def _quiz_of(attempt_id: int, language: str) -> tuple[str, Attempt]:
    attempt = db.session.get(Attempt, attempt_id)
    return get_document(attempt.edition_id).words.of(language).title, attempt
