"""Contesting an item, answering, voiding it. Callers open the transaction; what voiding does is in ``voiding``."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update

from ..content.service import get_document
from ..content.types import Quiz
from ..db import db, insert_once
from ..errors import Forbidden, Invalid, NotFound, Refusal
from ..i18n import _l
from ..notifications.service import queue
from ..people.models import Person, RoleAssignment
from ..permissions import Role
from . import voiding
from .models import Attempt, AttemptStatus, ItemContest

MAX_WORDS = 2_000


# --- Contesting -----------------------------------------------------------------------------------------------


def contest_item(attempt_id: int, person_id: int, item: str, words: str, now: dt.datetime) -> int:
    """Say what is wrong with an item of one's own finished attempt; return the contest's id.

    After a failed attempt no key was shown, and none may be guessed from what can be contested: the attempt is
    contested as a whole, with ``item`` empty. Raises NotFound for somebody else's attempt or an item that was not
    drawn, Refusal while it is open and for what was contested already, Invalid without words.
    """
    attempt = db.session.scalars(
        select(Attempt).where(Attempt.id == attempt_id, Attempt.person_id == person_id)
    ).first()
    if attempt is None:
        raise NotFound(_l("Cet essai n’existe pas, ou n’est pas le vôtre."))
    if attempt.status == AttemptStatus.OPEN:
        raise Refusal(_l("Terminez d’abord cet essai : une question se conteste depuis le résultat."))
    if attempt.passed != bool(item) or (item and item not in attempt.items):
        raise NotFound(_l("Cette question n’est pas de celles que l’on peut contester ici."))
    made = insert_once(
        ItemContest,
        on=("attempt_id", "item"),
        attempt_id=attempt_id,
        person_id=person_id,
        quiz=attempt.quiz,
        item=item,
        words=_check_words(words, _l("Dites ce qui vous paraît faux ou ambigu : une phrase suffit.")),
        made_at=now,
        status="open",
        answer="",
    )
    if made is None:
        raise Refusal(_l("Vous avez déjà contesté cela. La réponse paraîtra sur cette page."))
    for author_id in list_author_ids():
        if author_id != person_id:
            queue(author_id, "item_contested", {"contest": made}, now, once_key=f"item_contested:{made}:{author_id}")
    return made


def _check_words(words: str, sentence) -> str:
    words = words.strip()
    if not words:
        raise Invalid(sentence)
    if len(words) > MAX_WORDS:
        raise Invalid(_l("C’est trop long : deux mille signes au plus."))
    return words


def list_author_ids() -> list[int]:
    """Those who answer for contents."""
    return list(
        db.session.scalars(
            select(RoleAssignment.person_id)
            .join(Person, Person.id == RoleAssignment.person_id)
            .where(RoleAssignment.role == Role.AUTHOR, Person.closed_at.is_(None))
            .order_by(RoleAssignment.person_id)
        )
    )


# --- Answering ------------------------------------------------------------------------------------------------


def answer_contest(author_id: int, contest_id: int, void: str, answer: str, now: dt.datetime) -> None:
    """Answer a contest: everything stands (``void`` empty), or the item of that id is voided for everybody.

    Exactly one author answers. Nobody answers their own contest. Raises Refusal when it was answered before.
    """
    answer = _check_words(answer, _l("Écrivez votre réponse : la personne la lira telle quelle."))
    contest = db.session.get(ItemContest, contest_id)
    if contest is None:
        raise NotFound(_l("Cette contestation n’existe pas."))
    if contest.person_id == author_id:
        raise Forbidden(_l("Cette contestation est la vôtre : un autre auteur y répond."))
    attempt = db.session.get(Attempt, contest.attempt_id)
    if void and void not in ((contest.item,) if contest.item else attempt.items):
        raise NotFound(_l("Cette question n’est pas dans l’essai contesté."))
    status = "voided" if void else "upheld"
    _answer([contest.id], status, answer, author_id, now, or_refuse=True)
    if void:
        _void(author_id, get_document(attempt.edition_id), void, answer, now, {attempt.id})


def _answer(ids: list[int], status: str, answer: str, author_id: int, now: dt.datetime, or_refuse=False) -> None:
    """Close open contests, once each, and tell those who wrote them."""
    closed = db.session.execute(
        update(ItemContest)
        .where(ItemContest.id.in_(ids), ItemContest.status == "open")
        .values(status=status, answer=answer, answered_at=now, answered_by_id=author_id)
        .returning(ItemContest.id, ItemContest.person_id)
    ).all()
    if or_refuse and not closed:
        raise Refusal(_l("Un autre auteur a répondu entre-temps. Rechargez la page pour lire sa réponse."))
    for contest_id, person_id in sorted(map(tuple, closed)):
        key = f"item_contest_answered:{contest_id}"
        queue(person_id, "item_contest_answered", {"contest": contest_id}, now, once_key=key)


# --- Voiding --------------------------------------------------------------------------------------------------


def void_item(author_id: int, quiz: Quiz, item: str, reason: str, now: dt.datetime) -> None:
    """Make an item count for everybody who met it in these words.

    Later editions in which the item stands unchanged are concerned too; a corrected one counts again. Other open
    contests of the same item get the same answer. The attempts of those who contested are recounted at once, all
    others by the worker. Raises Refusal when it was voided before.
    """
    reason = _check_words(reason, _l("Écrivez pourquoi cette question est annulée."))
    _void(author_id, quiz, item, reason, now, set())


def _void(author_id: int, quiz: Quiz, item: str, reason: str, now: dt.datetime, attempts: set[int]) -> None:
    void = voiding.void(author_id, quiz, item, reason, now)
    contests = _open_contests(quiz.slug, item, voiding.editions_with(void))
    _answer([contest_id for contest_id, _attempt in contests], "voided", reason, author_id, now)
    voiding.recount(void, attempts | {attempt_id for _contest, attempt_id in contests}, now)


def _open_contests(quiz: str, item: str, editions: list[int]) -> list[tuple[int, int]]:
    """(contest, attempt) of this very item that wait; the author's own one is closed with the others, for it gains
    nothing."""
    rows = db.session.execute(
        select(ItemContest.id, ItemContest.attempt_id)
        .join(Attempt, Attempt.id == ItemContest.attempt_id)
        .where(
            ItemContest.quiz == quiz,
            ItemContest.item == item,
            ItemContest.status == "open",
            Attempt.edition_id.in_(editions),
        )
        .order_by(ItemContest.id)
    )
    return [tuple(row) for row in rows]
