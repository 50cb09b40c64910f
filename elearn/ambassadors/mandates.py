"""The verbs of mandates: what becomes of the status once it is granted. Callers open the transaction."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import or_, select, update

from ..credentials.models import Credential
from ..credentials.queries import get_current_credential
from ..db import db
from ..errors import Invalid, NotFound, Refusal
from ..i18n import _l, company_day
from ..notifications.service import queue
from ..people.models import Person
from ..workdays import working_day_after
from . import queries, rules
from .models import Decision, Hearing, Mandate
from .rules import MandateStatus, Outdated, Scope
from .service import columns_of, facts_of_scope, record

REMINDER_DAYS = 60
"""How long before its end the person hears of it: the certificate may be renewed from then on."""


def get_for_act(mandate_id: int, version: int, now: dt.datetime) -> Mandate:
    """The mandate as the page showed it, brought up to this day; raise Outdated when it has moved since."""
    mandate = db.session.scalars(select(Mandate).where(Mandate.id == mandate_id).with_for_update()).first()
    if mandate is None:
        raise NotFound(_l("Ce statut n’existe pas."))
    if mandate.version != version:
        raise Outdated
    settle(mandate, now)
    return mandate


def move_mandate(
    mandate: Mandate, act: str, by_id: int | None, now: dt.datetime, *, facts=None, reason: str = "", hearing_id=None
) -> Decision:
    """Do an act on a mandate: a conditional update on its version, and one line of the log."""
    before, version = mandate.status, mandate.version
    state = rules.after_act(queries.state_of(mandate), act, facts or {}, version + 1, now)
    done = db.session.execute(
        update(Mandate).where(Mandate.id == mandate.id, Mandate.version == version).values(**columns_of(state))
    )
    if done.rowcount != 1:
        raise Outdated
    line = record(mandate, act, before, by_id, now, facts=facts, reason=reason, hearing_id=hearing_id)
    if mandate.status == MandateStatus.ENDED or act == "hearing_closed" or act == "suspended":
        db.session.execute(
            update(Hearing).where(Hearing.mandate_id == mandate.id, Hearing.closed_at.is_(None)).values(closed_at=now)
        )
    return line


def settle(mandate: Mandate, now: dt.datetime) -> list[str]:
    """Do what the calendar has decided: a suspension that is over, a mandate that outlived its day or its
    credential, a person who left. Returns the acts done."""
    if mandate.status == MandateStatus.ENDED:
        return []
    today, done = company_day(now), []
    revoked_at, closed_at = db.session.execute(
        select(Credential.revoked_at, Person.closed_at)
        .select_from(Credential)
        .join(Person, Person.id == Credential.person_id)
        .where(Credential.id == mandate.credential_id)
    ).one()
    cause = "departure" if closed_at else "credential" if revoked_at else "date" if today > mandate.ends_on else None
    if cause:
        line = move_mandate(mandate, "expired", None, now, facts={"cause": cause})
        done.append("expired")
        if not closed_at:
            tell(line, now)
    elif mandate.status == MandateStatus.SUSPENDED and today > mandate.suspended_until:
        tell(move_mandate(mandate, "suspension_over", None, now), now)
        done.append("suspension_over")
    return done


def tell(line: Decision, now: dt.datetime) -> None:
    """Say to the person what was decided about their status."""
    queue(line.person_id, "status_changed", {"decision": line.id}, now, once_key=f"decision:{line.id}")


# --- The referent's acts --------------------------------------------------------------------------------------


def _act(referent_id: int, mandate_id: int, version: int, act: str, reason: str, now: dt.datetime, **kept) -> Decision:
    """An act by a referent who is somebody else, with a reason that the person reads."""
    rules.check_reason(reason)
    mandate = get_for_act(mandate_id, version, now)
    rules.check_not_oneself(referent_id, mandate.person_id)
    line = move_mandate(mandate, act, referent_id, now, reason=reason, **kept)
    tell(line, now)
    return line


def change_mandate(
    referent_id: int, mandate_id: int, version: int, act: str, reason: str, now: dt.datetime
) -> Decision:
    """Resume, let lie dormant, awaken, change the regime either way, or end: acts that need a reason and no more."""
    if act not in ("resumed", "let_dormant", "awakened", "made_autonomous", "made_guided", "ended"):
        raise Invalid(_l("Choisissez une décision."))
    return _act(referent_id, mandate_id, version, act, reason, now)


def open_hearing(referent_id: int, mandate_id: int, version: int, grounds: str, now: dt.datetime) -> Hearing:
    """Before any suspension: say what is at issue, and leave three working days to answer (dossier 6.3)."""
    rules.check_reason(grounds)
    mandate = get_for_act(mandate_id, version, now)
    rules.check_not_oneself(referent_id, mandate.person_id)
    if queries.get_open_hearing(mandate_id) is not None:
        raise Outdated
    hearing = Hearing(
        mandate_id=mandate_id,
        opened_by_id=referent_id,
        grounds=grounds.strip(),
        answer_by=working_day_after(company_day(now), rules.HEARING_DAYS),
        opened_at=now,
    )
    db.session.add(hearing)
    db.session.flush()
    move_mandate(mandate, "hearing_opened", referent_id, now, hearing_id=hearing.id)
    queue(mandate.person_id, "hearing_opened", {"hearing": hearing.id}, now, once_key=f"hearing_opened:{hearing.id}")
    return hearing


def close_hearing(referent_id: int, mandate_id: int, version: int, reason: str, now: dt.datetime) -> Decision:
    """What was at issue is settled: nothing follows from it."""
    if queries.get_open_hearing(mandate_id) is None:
        raise Outdated
    return _act(referent_id, mandate_id, version, "hearing_closed", reason, now)


def suspend(
    referent_id: int, mandate_id: int, version: int, until: dt.date | None, reason: str, now: dt.datetime
) -> Decision:
    """Suspend until a day, after hearing the person; the line of the log cites the hearing and its answer."""
    hearing = queries.get_open_hearing(mandate_id)
    if hearing is None:
        raise Refusal(_l("Avant de suspendre, dites à la personne ce qui est en cause et laissez-la répondre."))
    rules.check_suspension(hearing.answered_at is not None, hearing.answer_by, until, company_day(now))
    facts = {"suspended_until": until.isoformat()}
    return _act(referent_id, mandate_id, version, "suspended", reason, now, facts=facts, hearing_id=hearing.id)


def rescope(referent_id: int, mandate_id: int, version: int, scope: Scope, reason: str, now: dt.datetime) -> Decision:
    """Change networks, topics, languages or the last day."""
    mandate = get_for_act(mandate_id, version, now)
    if scope.ends_on < company_day(now):
        raise Invalid(_l("Le dernier jour est déjà passé."))
    check_within_catalogue(mandate, scope, mandate.credential_expires_on)
    return _act(referent_id, mandate_id, mandate.version, "rescoped", reason, now, facts=facts_of_scope(scope))


def renew(referent_id: int, mandate_id: int, version: int, scope: Scope, reason: str, now: dt.datetime) -> Decision:
    """Renew for the time of the person's new certificate. Raises Refusal where they did not ask, or have none."""
    mandate = get_for_act(mandate_id, version, now)
    if mandate.renewal_asked_at is None:
        raise Refusal(_l("La personne n’a pas demandé le renouvellement : c’est à elle de le souhaiter."))
    credential = get_current_credential(mandate.person_id, now)
    if credential is None or credential.expires_on <= mandate.credential_expires_on:
        raise Refusal(_l("Le certificat de cette personne n’est pas encore renouvelé."))
    check_within_catalogue(mandate, scope, credential.expires_on)
    facts = {
        **facts_of_scope(scope),
        "credential_id": credential.id,
        "credential_expires_on": credential.expires_on.isoformat(),
    }
    return _act(referent_id, mandate_id, mandate.version, "renewed", reason, now, facts=facts)


def check_within_catalogue(mandate: Mandate, scope: Scope, expires_on: dt.date) -> None:
    """A scope of what is open today, or was granted before a network or topic was closed."""
    networks = {n.slug for n in queries.list_networks()} | set(mandate.networks)
    topics = {t.slug for t in queries.list_topics()} | set(mandate.topics)
    rules.check_scope(scope, networks, topics, expires_on)


# --- The person's own acts ------------------------------------------------------------------------------------

OWN_ACTS = ("paused", "returned", "left")


def change_own(person_id: int, version: int, act: str, now: dt.datetime) -> Decision:
    """Pause, come back, or give the status up: free acts, without a reason."""
    if act not in OWN_ACTS:
        raise Invalid(_l("Choisissez ce que vous voulez faire."))
    return move_mandate(_own(person_id, version, now), act, person_id, now)


def ask_renewal(person_id: int, version: int, now: dt.datetime) -> Decision:
    """Say that one wishes to go on: open in the last sixty days. Two clicks are one wish."""
    mandate = _own(person_id, version, now)
    if mandate.renewal_asked_at is not None:
        raise Refusal(_l("Votre souhait est déjà enregistré : le référent vous répondra."))
    if not queries.may_ask_renewal(mandate, company_day(now)):
        raise Refusal(_l("Le renouvellement s’ouvre soixante jours avant la fin du statut."))
    line = move_mandate(mandate, "renewal_asked", person_id, now)
    for referent_id in queries.list_answerable(person_id, mandate.topics, company_day(now)):
        queue(
            referent_id,
            "renewal_waiting",
            {"mandate": mandate.id},
            now,
            once_key=f"renewal_waiting:{line.id}:{referent_id}",
        )
    return line


def answer_hearing(person_id: int, hearing_id: int, answer: str, now: dt.datetime) -> Hearing:
    """What the person answers, kept in their own words beside whatever is decided. Once."""
    hearing = queries.get_own_hearing(person_id, hearing_id)
    if hearing is None:
        raise NotFound(_l("Il n’y a rien à cette adresse pour vous."))
    if not answer.strip():
        raise Invalid(_l("Écrivez votre réponse. Si vous n’en souhaitez pas, laissez simplement passer le délai."))
    mandate = _own(person_id, None, now)
    done = db.session.execute(
        update(Hearing)
        .where(Hearing.id == hearing_id, Hearing.answered_at.is_(None), Hearing.closed_at.is_(None))
        .values(answer=answer.strip(), answered_at=now)
    )
    if done.rowcount != 1:
        raise Outdated
    move_mandate(mandate, "hearing_answered", person_id, now, hearing_id=hearing_id)
    queue(
        hearing.opened_by_id,
        "hearing_answered",
        {"hearing": hearing_id},
        now,
        once_key=f"hearing_answered:{hearing_id}",
    )
    return hearing


def _own(person_id: int, version: int | None, now: dt.datetime) -> Mandate:
    mandate = queries.get_open_mandate(person_id)
    if mandate is None:
        raise NotFound(_l("Vous n’avez pas de statut d’ambassadeur en ce moment."))
    return get_for_act(mandate.id, mandate.version if version is None else version, now)


# --- The calendar ---------------------------------------------------------------------------------------------


def sweep(now: dt.datetime, limit: int = 500) -> dict[str, int]:
    """Do, for up to ``limit`` mandates, what the calendar decided since the last sweep, and remind those whose end
    is near. May be run at any time, killed, and run again: what is done is not due any more."""
    today = company_day(now)
    due = db.session.scalars(
        select(Mandate)
        .join(Credential, Credential.id == Mandate.credential_id)
        .join(Person, Person.id == Mandate.person_id)
        .where(
            Mandate.status != MandateStatus.ENDED,
            or_(
                Mandate.ends_on < today,
                Mandate.suspended_until < today,
                Credential.revoked_at.is_not(None),
                Person.closed_at.is_not(None),
            ),
        )
        .order_by(Mandate.id)
        .limit(limit)
        .with_for_update(of=Mandate)
    ).all()
    done = {"expired": 0, "suspension_over": 0, "reminded": 0}
    for mandate in due:
        for act in settle(mandate, now):
            done[act] += 1
    done["reminded"] = _remind(today, now, limit)
    return done


def _remind(today: dt.date, now: dt.datetime, limit: int) -> int:
    """Say once, sixty days ahead, that a status ends and how to renew it."""
    soon = db.session.execute(
        select(Mandate.id, Mandate.person_id, Mandate.ends_on)
        .where(
            Mandate.status.in_(rules.AWAKE),
            Mandate.ends_on.between(today, today + dt.timedelta(days=REMINDER_DAYS)),
            Mandate.renewal_asked_at.is_(None),
            or_(Mandate.reminded_of.is_(None), Mandate.reminded_of != Mandate.ends_on),
        )
        .order_by(Mandate.ends_on, Mandate.id)
        .limit(limit)
    ).all()
    for id_, person_id, ends_on in soon:
        db.session.execute(update(Mandate).where(Mandate.id == id_).values(reminded_of=ends_on))
        queue(person_id, "status_ends", {"mandate": id_}, now, once_key=f"status_ends:{id_}:{ends_on}")
    return len(soon)
