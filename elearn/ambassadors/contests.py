"""Contesting a decision, once, before another referent. Callers open the transaction."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import update

from ..credentials.models import Credential
from ..db import db, insert_once
from ..errors import Forbidden, Invalid, NotFound, Refusal
from ..i18n import _l, company_day
from ..notifications.service import queue
from . import queries, rules
from .mandates import get_for_act, move_mandate
from .models import Application, Contest, Decision, Mandate
from .rules import Outdated
from .service import lock_person, move_application


def contest(person_id: int, decision_id: int, words: str, now: dt.datetime) -> Contest:
    """Contest a referent's decision that still stands. Once for each decision, whatever comes of it.

    Raises NotFound for a decision about somebody else, Refusal where it cannot be contested (any more).
    """
    lock_person(person_id)
    line = queries.get_own_decision(person_id, decision_id)
    if line is None:
        raise NotFound(_l("Il n’y a rien à cette adresse pour vous."))
    if not words.strip():
        raise Invalid(_l("Écrivez ce que vous contestez, et pourquoi."))
    if not queries.is_contestable(line):
        raise Refusal(
            _l("Cette décision ne se conteste pas, ou plus : elle a déjà été contestée, ou la situation a changé.")
        )
    made = insert_once(
        Contest,
        on=("decision_id",),
        decision_id=decision_id,
        person_id=person_id,
        words=words.strip(),
        made_at=now,
        status="open",
        answer="",
    )
    if made is None:
        raise Outdated
    facts = {"contest": made, "decision": decision_id}
    if line.application_id:
        application = db.session.get(Application, line.application_id)
        move_application(application, "contested", application.version, person_id, now, facts=facts)
    else:
        move_mandate(db.session.get(Mandate, line.mandate_id), "contested", person_id, now, facts=facts)
    for referent in queries.list_referents():
        if referent.id not in (person_id, line.by_id):
            queue(
                referent.id, "contest_waiting", {"contest": made}, now, once_key=f"contest_waiting:{made}:{referent.id}"
            )
    return db.session.get(Contest, made)


def answer_contest(referent_id: int, contest_id: int, agrees: bool, answer: str, now: dt.datetime) -> Contest:
    """Answer a contest: the decision stands, or what it did is undone, by a referent who did not take it.

    Raises Outdated when another referent answered, or the situation changed, since the page was opened.
    """
    rules.check_reason(answer)
    found = db.session.get(Contest, contest_id)
    if found is None:
        raise NotFound(_l("Cette contestation n’existe pas."))
    line = db.session.get(Decision, found.decision_id)
    rules.check_not_oneself(referent_id, found.person_id)
    if referent_id == line.by_id:
        raise Forbidden(_l("Vous avez pris cette décision : un autre référent répond à sa contestation."))
    done = db.session.execute(
        update(Contest)
        .where(Contest.id == contest_id, Contest.status == "open")
        .values(
            status="changed" if agrees else "upheld", answered_by_id=referent_id, answer=answer.strip(), answered_at=now
        )
    )
    if done.rowcount != 1:
        raise Outdated
    act = rules.CONTESTABLE[line.act] if agrees else "upheld"
    facts = {"contest": contest_id, "decision": line.id}
    if line.application_id:
        _answer_application(line, act, referent_id, now, facts, answer)
    else:
        _answer_mandate(line, act, referent_id, now, facts, answer)
    queue(found.person_id, "contest_answered", {"contest": contest_id}, now, once_key=f"contest_answered:{contest_id}")
    return found


# Nobody begins an application while a contest is open, nor contests once one was begun (queries.is_contestable):
# what is reopened or reinstated here meets no other application and no other mandate.


def _answer_application(line: Decision, act: str, by_id: int, now: dt.datetime, facts: dict, answer: str) -> None:
    application = db.session.get(Application, line.application_id)
    values = {"closed_at": None, "submitted_at": now} if act == "reopened" else {}
    move_application(application, act, application.version, by_id, now, facts=facts, reason=answer, **values)


def _answer_mandate(line: Decision, act: str, by_id: int, now: dt.datetime, facts: dict, answer: str) -> None:
    mandate = db.session.get(Mandate, line.mandate_id)
    if act == "reinstated":
        credential = db.session.get(Credential, mandate.credential_id)
        if company_day(now) > mandate.ends_on or credential.revoked_at is not None:
            raise Refusal(_l("Ce statut serait terminé de toute façon : une nouvelle demande est la seule voie."))
    elif act != "upheld":
        mandate = get_for_act(mandate.id, mandate.version, now)
    if act == "rescoped":
        facts |= rules.give_back(queries.state_of(mandate), _scope_before(line, mandate))
    move_mandate(mandate, act, by_id, now, facts=facts, reason=answer)


def _scope_before(line: Decision, mandate: Mandate) -> rules.MandateState:
    """The scope that a decision took from: the one before it, from the log; for a grant, what the person wished."""
    if line.act == "opened":
        wished = db.session.get(Application, mandate.application_id)
        return rules.MandateState(networks=tuple(wished.networks), topics=tuple(wished.topics))
    return rules.replay_mandate(
        each for each in queries.list_lines(mandate_id=mandate.id) if each.version < line.version
    )
