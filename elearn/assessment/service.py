"""Starting an attempt, receiving responses, closing it. The only writer of this room's tables.

Locks are always taken in the same order, the person's row and then the attempt's, so that two requests of one
person never wait for each other. Received means committed: a view answers only after its transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from ..content.items import check_value
from ..content.service import get_document
from ..content.types import Item, Quiz
from ..credentials import completion
from ..credentials.queries import current_cycle
from ..credentials.service import fulfil
from ..db import db
from ..errors import NotFound, Refusal
from ..i18n import _l
from ..people.models import Person
from . import queries, rules
from .models import Attempt, AttemptStatus, Response

OVER = _l("Ce quiz est terminé : plus aucune réponse n’est reçue. Celles d’avant sont gardées.")


@dataclass(frozen=True)
class Receipt:
    """What the server holds after a save: the page shows it."""

    received: int
    total: int
    at: dt.datetime


# --- Starting -------------------------------------------------------------------------------------------------


def start_attempt(person_id: int, quiz: Quiz, seed: int, now: dt.datetime) -> int:
    """Begin an attempt and return its id; a second click returns the one that is open.

    Raises Refusal when the quiz is passed or a pause is running. An open attempt whose time is over is closed first.
    """
    person = db.session.scalars(select(Person).where(Person.id == person_id).with_for_update()).one()
    cycle = current_cycle(person_id, now)
    history = queries.get_history(person_id, quiz.slug, cycle)
    if history.open is not None:
        if not rules.is_over(history.open.deadline_at, now):
            return history.open.id
        _close(history.open, now)
        history = queries.get_history(person_id, quiz.slug, cycle)
    rules.check_may_start(history.allowance(quiz, now))
    before = [attempt.items for attempt in reversed(_past_attempts(person_id, quiz.slug))]
    values = {
        "person_id": person_id,
        "quiz": quiz.slug,
        "cycle": cycle,
        "number": len(history.attempts) + 1,
        "edition_id": quiz.edition_id,
        "seed": seed,
        "items": list(rules.draw(rules.without(quiz, queries.list_voided(quiz)), seed, before)),
        "status": AttemptStatus.OPEN,
        "started_at": now,
        "deadline_at": rules.deadline(quiz, person.extra_time_percent, now),
    }
    if quiz.slug in completion.PARTS:
        completion.begin(person_id, quiz.slug)
    # Two unique constraints stand behind the lock: one open attempt per person and quiz, one per number.
    inserted = db.session.scalar(_insert(Attempt).values(**values).on_conflict_do_nothing().returning(Attempt.id))
    return (
        inserted
        or db.session.scalars(
            select(Attempt.id).where(
                Attempt.person_id == person_id, Attempt.quiz == quiz.slug, Attempt.status == AttemptStatus.OPEN
            )
        ).one()
    )


def _past_attempts(person_id: int, quiz: str, how_many: int = 6) -> list[Attempt]:
    """The latest attempts of any cycle, the oldest first: what a new draw avoids."""
    rows = db.session.scalars(
        select(Attempt)
        .where(Attempt.person_id == person_id, Attempt.quiz == quiz)
        .order_by(Attempt.id.desc())
        .limit(how_many)
    ).all()
    return list(reversed(rows))


def _insert(model):
    return (postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert)(model)


# --- Receiving ------------------------------------------------------------------------------------------------


def save_responses(
    attempt_id: int, person_id: int, given: Mapping[str, tuple[object, int]], now: dt.datetime
) -> Receipt:
    """Keep responses as they are given: item → (value, sequence). An older sequence never overwrites a newer one.

    A cleared response is an empty value; it is kept, so that a late save cannot bring the former one back. Raises
    NotFound for somebody else's attempt, Refusal once it is closed or its time (and ten seconds) is over.
    """
    attempt = _lock_attempt(attempt_id, person_id)
    if attempt.status != AttemptStatus.OPEN or rules.is_over(attempt.deadline_at, now):
        raise Refusal(OVER)
    _keep(attempt, given, now)
    count = db.session.scalars(select(Response.value).where(Response.attempt_id == attempt_id)).all()
    return Receipt(sum(map(rules.is_given, count)), len(attempt.items), now)


def _lock_attempt(attempt_id: int, person_id: int) -> Attempt:
    attempt = db.session.scalars(
        select(Attempt).where(Attempt.id == attempt_id, Attempt.person_id == person_id).with_for_update()
    ).first()
    if attempt is None:
        raise NotFound(_l("Cet essai n’existe pas, ou n’est pas le vôtre."))
    return attempt


def _keep(attempt: Attempt, given: Mapping[str, tuple[object, int]], now: dt.datetime) -> None:
    """Insert or replace responses to items that were drawn, where the sequence is newer."""
    quiz: Quiz = get_document(attempt.edition_id)
    rows = []
    for id_, (value, sequence) in given.items():
        if id_ not in attempt.items:
            raise NotFound(_l("Cette question n’est pas dans votre essai. Rechargez la page."))
        rows.append(
            {
                "attempt_id": attempt.id,
                "item": id_,
                "value": check_value(quiz.by_id[id_], value) if value else empty_value(quiz.by_id[id_]),
                "sequence": _bounded(sequence, now),
                "saved_at": now,
            }
        )
    if not rows:
        return
    statement = _insert(Response).values(rows)
    new = statement.excluded
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["attempt_id", "item"],
            set_={"value": new.value, "sequence": new.sequence, "saved_at": new.saved_at},
            where=Response.sequence < new.sequence,
        )
    )


def empty_value(item: Item):
    """What stands for a response that was taken back, in the shape of the item's type."""
    if item.type in ("single", "boolean"):
        return ""
    return {} if item.type == "sorting" else []


def sequence_of(moment: dt.datetime) -> int:
    """A sequence number: milliseconds of the server's clock, which pages count on from."""
    return int(moment.timestamp() * 1000)


def _bounded(sequence: int, now: dt.datetime) -> int:
    """A page whose clock runs ahead must not shut out everything that comes after it."""
    return max(0, min(sequence, sequence_of(now)))


# --- Closing --------------------------------------------------------------------------------------------------


def submit_attempt(
    attempt_id: int, person_id: int, now: dt.datetime, given: Mapping[str, tuple[object, int]] | None = None
) -> Attempt:
    """Close one's attempt and grade it; record the quiz as fulfilled in the same transaction when it is passed.

    ``given`` are responses that come with the sending itself. Exactly one caller closes; every other one gets the
    attempt as it was closed. Past the deadline, what was received until then is graded and nothing is added.
    """
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    attempt = _lock_attempt(attempt_id, person_id)
    if attempt.status != AttemptStatus.OPEN:
        return attempt
    if given and not rules.is_over(attempt.deadline_at, now):
        _keep(attempt, given, now)
    _close(attempt, now)
    return attempt


def close_overdue(attempt_id: int, person_id: int, now: dt.datetime) -> bool:
    """Close an attempt whose time is over, on what was received; whether there was something to close.

    For the background job: people who closed their browser get their result all the same.
    """
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    attempt = _lock_attempt(attempt_id, person_id)
    if attempt.status != AttemptStatus.OPEN or not rules.is_over(attempt.deadline_at, now):
        return False
    _close(attempt, now)
    return True


def _close(attempt: Attempt, now: dt.datetime) -> None:
    """Grade and close, once: the conditional update decides who did it. The person's row is locked already."""
    quiz: Quiz = get_document(attempt.edition_id)
    responses = queries.get_responses(attempt.id)
    given = {id_: response.value for id_, response in responses.items()}
    result = rules.grade(quiz, attempt.items, given, queries.list_voided(quiz))
    over = rules.is_over(attempt.deadline_at, now)
    values = {
        "status": AttemptStatus.TIMED_OUT if over else AttemptStatus.SUBMITTED,
        "closed_at": attempt.deadline_at if over else now,
        "score": result.score,
        "max_score": result.max_score,
        "passed": result.passed,
    }
    won = db.session.execute(
        update(Attempt).where(Attempt.id == attempt.id, Attempt.status == AttemptStatus.OPEN).values(**values)
    )
    if won.rowcount != 1:
        db.session.refresh(attempt)
        return
    for response in responses.values():
        # By the key, voided or not: figures of use say how an item was met, not what became of it.
        response.credit = rules.credit(quiz.by_id[response.item], response.value)
    db.session.flush()
    db.session.refresh(attempt)
    if result.passed:
        fulfil(attempt.person_id, f"{attempt.quiz}-quiz", {"attempt": attempt.id}, now)
