"""Voiding an item, and recounting the attempts that met it. Callers open the transaction.

What voiding does to attempts can only help: a score never falls, a passed attempt never becomes failed. The worker
recounts a chunk at a time and keeps where it is, so that it may be killed anywhere; recounting twice changes nothing.
Locks are taken in the order of this room, the person's row and then the attempt's, persons in the order of their ids.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection

from sqlalchemy import Text, cast, select

from ..content.models import Edition
from ..content.service import get_document
from ..content.types import Quiz
from ..credentials.queries import current_cycle
from ..credentials.service import fulfil
from ..db import db, insert_once
from ..errors import NotFound, Refusal
from ..i18n import _l
from ..notifications.jobs import wake
from ..notifications.service import queue
from ..people.models import Person
from . import queries, rules, use
from .models import Attempt, AttemptRecount, AttemptStatus, ItemVoid, Response

log = logging.getLogger(__name__)

JOB = "quizzes.recount"
"""The worker's job that recounts attempts."""
CHUNK = 200
"""Attempts recounted at a time: enough for speed, few enough not to keep other writers waiting."""
REST = dt.timedelta(hours=1)
"""How long attempts that could not be recounted are left alone before another round."""


def void(author_id: int, quiz: Quiz, item: str, reason: str, now: dt.datetime) -> ItemVoid:
    """Record that an item counts for everybody, as long as it is worded as here, and have attempts recounted.

    Raises NotFound where the quiz has no such item, Refusal where it was voided before.
    """
    if item not in quiz.by_id:
        raise NotFound(_l("Cette question n’existe pas dans ce quiz."))
    void_id = insert_once(
        ItemVoid,
        on=("quiz", "item", "digest"),
        quiz=quiz.slug,
        item=item,
        digest=quiz.by_id[item].digest,
        reason=reason,
        voided_at=now,
        voided_by_id=author_id,
        recount_at=now,
    )
    if void_id is None:
        raise Refusal(_l("Cette question est déjà annulée."))
    wake(JOB)
    return db.session.get(ItemVoid, void_id)


def editions_with(void: ItemVoid) -> list[int]:
    """Editions of the quiz in which the item is this one, word for word, and on which somebody sat."""
    sat = select(Attempt.id).where(Attempt.edition_id == Edition.id).exists()
    ids = db.session.scalars(select(Edition.id).where(Edition.document == f"quiz:{void.quiz}", sat)).all()
    found = ((id_, get_document(id_).by_id.get(void.item)) for id_ in ids)
    return [id_ for id_, item in found if item is not None and item.digest == void.digest]


def recount_next(now: dt.datetime) -> bool:
    """Recount the next chunk of attempts of an item that was voided; False when there is nothing to do now."""
    void = db.session.scalars(
        select(ItemVoid)
        .where(ItemVoid.recount_at <= now)
        .order_by(ItemVoid.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).first()
    if void is None:
        return False
    drew = cast(Attempt.items, Text).contains(f'"{void.item}"', autoescape=True)
    could_gain = Attempt.score.is_(None) | (Attempt.score < Attempt.max_score) | Attempt.passed.is_(False)
    ids = db.session.scalars(
        select(Attempt.id)
        .where(Attempt.id > void.recounted_to, Attempt.edition_id.in_(editions_with(void)), drew, could_gain)
        .order_by(Attempt.id)
        .limit(CHUNK)
    ).all()
    void.faults += recount(void, ids, now)
    if len(ids) == CHUNK:
        void.recounted_to = ids[-1]
    elif void.faults:
        void.recounted_to, void.faults, void.recount_at = 0, 0, now + REST
    else:
        void.recount_at = None
    return True


def recount(void: ItemVoid, attempt_ids: Collection[int], now: dt.datetime) -> int:
    """Grade these attempts again, each on its own: one that cannot be is logged, and holds back no other. Return how
    many could not.

    Persons are locked first, so that an attempt that is being sent at this instant is waited for; one that stays
    open counts when it is closed.
    """
    mine = select(Attempt.person_id).where(Attempt.id.in_(attempt_ids))
    locked = select(Person).where(Person.id.in_(mine)).order_by(Person.id).with_for_update()
    people = {person.id: person for person in db.session.scalars(locked)}
    attempts = db.session.scalars(
        select(Attempt)
        .where(Attempt.id.in_(attempt_ids), Attempt.status != AttemptStatus.OPEN)
        .order_by(Attempt.person_id, Attempt.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    given: dict[int, dict] = {attempt.id: {} for attempt in attempts}
    for attempt_id, item, value in db.session.execute(
        select(Response.attempt_id, Response.item, Response.value).where(Response.attempt_id.in_(given))
    ):
        given[attempt_id][item] = value
    voided: dict[int, frozenset[str]] = {}
    faults = 0
    for attempt in attempts:
        try:
            quiz = get_document(attempt.edition_id)
            if quiz.edition_id not in voided:
                voided[quiz.edition_id] = queries.list_voided(quiz)
            result = rules.grade(quiz, attempt.items, given[attempt.id], voided[quiz.edition_id])
            with db.session.begin_nested():
                _raise(void, attempt, people[attempt.person_id], result, now)
        except Exception:
            log.exception("attempt %s could not be recounted", attempt.id)
            faults += 1
    return faults


def _raise(void: ItemVoid, attempt: Attempt, person: Person, result: rules.Grade, now: dt.datetime) -> None:
    """Keep what an attempt gains. What stands is never lowered, whatever grading says today."""
    score, passed = max(attempt.score, result.score), attempt.passed or result.passed
    if score == attempt.score and passed == attempt.passed:
        return
    is_new_pass = passed and not attempt.passed
    line = AttemptRecount(
        void_id=void.id,
        attempt_id=attempt.id,
        score_before=attempt.score,
        score_after=score,
        passed_before=attempt.passed,
        passed_after=passed,
        counted_at=now,
    )
    attempt.score, attempt.passed = score, passed
    db.session.add(line)
    db.session.flush()
    if is_new_pass:
        use.count_new_pass(attempt)
        _say_passed(attempt, person, now)
    void.raised += 1
    void.passed += is_new_pass


def _say_passed(attempt: Attempt, person: Person, now: dt.datetime) -> None:
    """A pass that a voided item brings is a pass: it fulfils, and its person is told. Former cycles are over."""
    if person.erased_at is not None:
        return
    if attempt.cycle == current_cycle(person.id, now):
        fulfil(person.id, f"{attempt.quiz}-quiz", {"attempt": attempt.id}, now)
    queue(person.id, "quiz_recounted", {"attempt": attempt.id}, now, once_key=f"quiz_recounted:{attempt.id}")
