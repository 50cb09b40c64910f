"""Contesting an item, answering, voiding it. Callers open the transaction.

What voiding does to attempts can only help: a score never falls, a passed attempt never becomes failed. Locks are
taken in the order of this room, the person's row and then the attempt's, persons in the order of their ids.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Text, cast, select, update

from ..content.models import Edition
from ..content.service import get_document
from ..content.types import Quiz
from ..credentials.queries import current_cycle
from ..credentials.service import fulfil
from ..db import db, insert_once
from ..errors import Forbidden, Invalid, NotFound, Refusal
from ..i18n import _l
from ..notifications.service import queue
from ..people.models import Person, RoleAssignment
from ..permissions import Role
from . import queries, rules
from .models import Attempt, AttemptRecount, AttemptStatus, ItemContest, ItemVoid, Response

MAX_WORDS = 2_000
CHUNK = 200
"""Attempts recounted at a time: enough for speed, few enough for memory."""


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


@dataclass(frozen=True)
class Recount:
    """What voiding changed: attempts whose score rose, and those that became passed."""

    raised: int = 0
    passed: int = 0


def answer_contest(author_id: int, contest_id: int, void: str, answer: str, now: dt.datetime) -> Recount:
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
    if not void:
        return Recount()
    quiz = get_document(attempt.edition_id)
    return void_item(author_id, quiz, void, answer, now)


def _answer(ids: list[int], status: str, answer: str, author_id: int, now: dt.datetime, or_refuse=False) -> None:
    """Close open contests, once each, and tell those who wrote them."""
    for contest_id in ids:
        done = db.session.execute(
            update(ItemContest)
            .where(ItemContest.id == contest_id, ItemContest.status == "open")
            .values(status=status, answer=answer, answered_at=now, answered_by_id=author_id)
        )
        if done.rowcount == 1:
            person_id = db.session.scalar(select(ItemContest.person_id).where(ItemContest.id == contest_id))
            key = f"item_contest_answered:{contest_id}"
            queue(person_id, "item_contest_answered", {"contest": contest_id}, now, once_key=key)
        elif or_refuse:
            raise Refusal(_l("Un autre auteur a répondu entre-temps. Rechargez la page pour lire sa réponse."))


# --- Voiding --------------------------------------------------------------------------------------------------


def void_item(author_id: int, quiz: Quiz, item: str, reason: str, now: dt.datetime) -> Recount:
    """Make an item count for everybody who met it in these words, and recount their attempts.

    Later editions in which the item stands unchanged are concerned too; a corrected one counts again. Other open
    contests of the same item get the same answer. Raises Refusal when it was voided before.
    """
    if item not in quiz.by_id:
        raise NotFound(_l("Cette question n’existe pas dans ce quiz."))
    reason = _check_words(reason, _l("Écrivez pourquoi cette question est annulée."))
    digest = rules.digest_of(quiz.by_id[item])
    void_id = insert_once(
        ItemVoid,
        on=("quiz", "item", "digest"),
        quiz=quiz.slug,
        item=item,
        digest=digest,
        reason=reason,
        voided_at=now,
        voided_by_id=author_id,
    )
    if void_id is None:
        raise Refusal(_l("Cette question est déjà annulée."))
    editions = _editions_with(quiz.slug, item, digest)
    _answer(_open_contests(quiz.slug, item, editions), "voided", reason, author_id, now)
    return _recount(void_id, quiz.slug, item, editions, now)


def _editions_with(quiz: str, item: str, digest: str) -> list[int]:
    """Editions of the quiz in which the item is this one, word for word, and on which somebody sat."""
    sat = select(Attempt.edition_id).where(Attempt.quiz == quiz)
    ids = db.session.scalars(select(Edition.id).where(Edition.document == f"quiz:{quiz}", Edition.id.in_(sat)))
    found = ((id_, get_document(id_).by_id.get(item)) for id_ in ids.all())
    return [id_ for id_, own in found if own is not None and rules.digest_of(own) == digest]


def _open_contests(quiz: str, item: str, editions: list[int]) -> list[int]:
    """Contests of this very item that wait; the author's own one is closed with the others, for it gains nothing."""
    return list(
        db.session.scalars(
            select(ItemContest.id)
            .join(Attempt, Attempt.id == ItemContest.attempt_id)
            .where(
                ItemContest.quiz == quiz,
                ItemContest.item == item,
                ItemContest.status == "open",
                Attempt.edition_id.in_(editions),
            )
            .order_by(ItemContest.id)
        )
    )


def _recount(void_id: int, quiz: str, item: str, editions: list[int], now: dt.datetime) -> Recount:
    """Grade again every finished attempt that drew the item and could gain, in the order of persons.

    Open ones are locked too: one that is being sent at this instant is waited for, and counted when it is closed.
    """
    drew = cast(Attempt.items, Text).contains(f'"{item}"', autoescape=True)
    could_gain = Attempt.score.is_(None) | (Attempt.score < Attempt.max_score) | Attempt.passed.is_(False)
    pairs = db.session.execute(
        select(Attempt.person_id, Attempt.id)
        .where(Attempt.edition_id.in_(editions), Attempt.quiz == quiz, drew, could_gain)
        .order_by(Attempt.person_id, Attempt.id)
    ).all()
    raised = passed = 0
    for start in range(0, len(pairs), CHUNK):
        lines = _recount_chunk(void_id, pairs[start : start + CHUNK], now)
        raised += len(lines)
        passed += sum(line.passed_after and not line.passed_before for line in lines)
    return Recount(raised, passed)


def _recount_chunk(void_id: int, pairs, now: dt.datetime) -> list[AttemptRecount]:
    people = {
        person.id: person
        for person in db.session.scalars(
            select(Person).where(Person.id.in_({p for p, _a in pairs})).order_by(Person.id).with_for_update()
        )
    }
    ids = [attempt_id for _person, attempt_id in pairs]
    locked = db.session.scalars(
        select(Attempt)
        .where(Attempt.id.in_(ids))
        .order_by(Attempt.person_id, Attempt.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    attempts = [attempt for attempt in locked if attempt.status != AttemptStatus.OPEN]
    voided = {id_: queries.list_voided(get_document(id_)) for id_ in {a.edition_id for a in attempts}}
    given: dict[int, dict] = {}
    for attempt_id, item, value in db.session.execute(
        select(Response.attempt_id, Response.item, Response.value).where(Response.attempt_id.in_(ids))
    ):
        given.setdefault(attempt_id, {})[item] = value
    lines = [
        _recount_one(void_id, attempt, given.get(attempt.id, {}), voided[attempt.edition_id], now)
        for attempt in attempts
    ]
    lines = [line for line in lines if line is not None]
    db.session.add_all(lines)
    db.session.flush()
    by_id = {attempt.id: attempt for attempt in attempts}
    for line in lines:
        if line.passed_after and not line.passed_before:
            _say_passed(by_id[line.attempt_id], people[by_id[line.attempt_id].person_id], now)
    return lines


def _recount_one(void_id: int, attempt: Attempt, given: dict, voided, now: dt.datetime) -> AttemptRecount | None:
    """Grade one attempt again; None when nothing rises. What stands is never lowered, whatever grading says today."""
    quiz = get_document(attempt.edition_id)
    result = rules.grade(quiz, attempt.items, given, voided)
    score, has_passed = max(attempt.score, result.score), attempt.passed or result.passed
    if score == attempt.score and has_passed == attempt.passed:
        return None
    line = AttemptRecount(
        void_id=void_id,
        attempt_id=attempt.id,
        score_before=attempt.score,
        score_after=score,
        passed_before=attempt.passed,
        passed_after=has_passed,
        counted_at=now,
    )
    attempt.score, attempt.passed = score, has_passed
    return line


def _say_passed(attempt: Attempt, person: Person, now: dt.datetime) -> None:
    """A pass that a voided item brings is a pass: it fulfils, and its person is told. Former cycles are over."""
    if person.erased_at is not None:
        return
    if attempt.cycle == current_cycle(person.id, now):
        fulfil(person.id, f"{attempt.quiz}-quiz", {"attempt": attempt.id}, now)
    queue(person.id, "quiz_recounted", {"attempt": attempt.id}, now, once_key=f"quiz_recounted:{attempt.id}")
