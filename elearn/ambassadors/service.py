"""The verbs of applications, and the log that every act on them and on mandates is written to.

Callers open the transaction. An act is a conditional update on the version its page was made for, followed by one
line of the log: of two people who act at once exactly one wins, and the other reads a sentence.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update

from ..content.service import get_document, get_site
from ..credentials.models import Credential
from ..credentials.queries import get_current_credential
from ..db import db
from ..errors import Forbidden, Invalid, NotFound, Refusal
from ..i18n import _l, company_day
from ..notifications.service import queue
from ..people.models import Person
from . import queries, rules
from .models import (
    Application,
    Assessment,
    Contest,
    Decision,
    DecisionWords,
    Mandate,
)
from .rules import ApplicationStatus, Outdated, Scope, Verdict
from .wording import MAX_POST

# --- The log --------------------------------------------------------------------------------------------------


def record(subject: Application | Mandate, act: str, before, by_id: int | None, now: dt.datetime, **kept) -> Decision:
    """Append one line about a subject that has just moved; ``kept`` may hold facts, reason and hearing_id.

    Contests of what this act overturns have no object any more, and are closed.
    """
    is_application = isinstance(subject, Application)
    line = Decision(
        person_id=subject.person_id,
        application_id=subject.id if is_application else None,
        mandate_id=None if is_application else subject.id,
        act=act,
        before=before,
        after=subject.status,
        by_id=by_id,
        facts=kept.get("facts") or {},
        hearing_id=kept.get("hearing_id"),
        at=now,
        version=subject.version,
    )
    db.session.add(line)
    db.session.flush()
    if kept.get("reason"):
        db.session.add(DecisionWords(decision_id=line.id, reason=kept["reason"].strip()))
        db.session.flush()
    _close_moot_contests(line)
    return line


def _close_moot_contests(line: Decision) -> None:
    overturned = rules.TURNING.get(line.act)
    if not overturned:
        return
    same = (
        Decision.application_id == line.application_id
        if line.application_id
        else Decision.mandate_id == line.mandate_id
    )
    db.session.execute(
        update(Contest)
        .where(
            Contest.status == "open",
            Contest.decision_id.in_(select(Decision.id).where(same, Decision.act.in_(overturned))),
        )
        .values(status="moot", answered_at=line.at)
    )


def move_application(
    application: Application,
    act: str,
    version: int,
    by_id: int,
    now: dt.datetime,
    *,
    reason: str = "",
    facts=None,
    **values,
) -> Decision:
    """Do an act on an application as its page showed it; raise Outdated when it has moved since."""
    before = application.status
    after = rules.check_move(rules.APPLICATION_MOVES, act, before)
    if after in (ApplicationStatus.GRANTED, ApplicationStatus.REFUSED, ApplicationStatus.WITHDRAWN):
        values.setdefault("closed_at", now)
    done = db.session.execute(
        update(Application)
        .where(Application.id == application.id, Application.version == version, Application.status == before)
        .values(status=after, version=version + 1, changed_at=now, **values)
    )
    if done.rowcount != 1:
        raise Outdated
    return record(application, act, before, by_id, now, reason=reason, facts=facts)


# --- The person's own acts ------------------------------------------------------------------------------------


def begin_application(person_id: int, brief_id: str, now: dt.datetime) -> Application:
    """Begin a draft on a brief; where a draft is open already, it takes this brief and keeps its words.

    Asks for a valid certificate, no status at present, no contest under way, and the day named by a refusal to have
    come. Raises Refusal with the one that is missing.
    """
    briefs = get_site().briefs
    brief = briefs.brief(brief_id) if briefs else None
    if brief is None:
        raise Invalid(_l("Choisissez l’une des situations proposées."))
    lock_person(person_id)
    draft = queries.get_open_application(person_id)
    if draft is not None:
        return _change_brief(draft, brief, briefs.edition_id, now)
    credential = check_may_apply(person_id, now)
    application = Application(
        person_id=person_id,
        credential_id=credential.id,
        brief=brief.id,
        briefs_edition_id=briefs.edition_id,
        network=brief.networks[0] if brief.networks else "",
        created_at=now,
        changed_at=now,
    )
    db.session.add(application)
    db.session.flush()
    record(application, "begun", None, person_id, now)
    return application


def _change_brief(draft: Application, brief, edition_id: int, now: dt.datetime) -> Application:
    """A draft may change its brief; what a referent has read keeps the one it was written on."""
    if draft.status != ApplicationStatus.DRAFT:
        raise Refusal(_l("Votre demande est déjà commencée sur une autre situation : reprenez-la, ou retirez-la."))
    draft.brief, draft.briefs_edition_id, draft.changed_at = brief.id, edition_id, now
    if draft.network not in brief.networks:
        draft.network = brief.networks[0] if brief.networks else ""
    db.session.flush()
    return draft


def check_may_apply(person_id: int, now: dt.datetime) -> Credential:
    """The conditions of an application (dossier 6.3); returns the certificate it rests on."""
    credential = get_current_credential(person_id, now)
    if credential is None:
        raise Refusal(_l("La demande s’ouvre avec le certificat. Terminez d’abord votre programme."))
    if queries.get_open_mandate(person_id) is not None:
        raise Refusal(_l("Vous avez déjà le statut d’ambassadeur."))
    if queries.has_open_contest(person_id):
        raise Refusal(_l("Votre contestation attend une réponse. Une nouvelle demande sera possible ensuite."))
    if not rules.may_apply_from(queries.get_waiting_day(person_id), company_day(now)):
        raise Refusal(_l("Le jour d’une nouvelle demande, donné avec le refus, n’est pas encore venu."))
    return credential


def save_draft(
    person_id: int, post: str, picture: str, network: str, networks, topics, now: dt.datetime
) -> Application:
    """Keep what the person has written so far; theirs alone until they send it. Raises Refusal once it was sent."""
    application = queries.get_open_application(person_id)
    if application is None:
        raise NotFound(_l("Vous n’avez pas de demande en cours."))
    brief = brief_of(application)
    values = {
        "post": post[:MAX_POST],
        "picture": picture[:300],
        "network": network if brief and network in brief.networks else application.network,
        "networks": [n.slug for n in queries.list_networks() if n.slug in networks],
        "topics": [t.slug for t in queries.list_topics() if t.slug in topics],
        "changed_at": now,
    }
    done = db.session.execute(
        update(Application)
        .where(Application.id == application.id, Application.status.in_(rules.WRITABLE))
        .values(**values)
    )
    if done.rowcount != 1:
        raise Refusal(_l("Votre demande est envoyée : elle ne se modifie plus tant que le référent ne l’a pas lue."))
    return application


def submit_application(person_id: int, version: int, now: dt.datetime) -> Application:
    """Send the application as it is saved. What the page noticed is advice: only an empty post is refused."""
    application = queries.get_open_application(person_id)
    if application is None:
        raise NotFound(_l("Vous n’avez pas de demande en cours."))
    if not application.post.strip():
        raise Invalid(_l("Écrivez d’abord votre post d’entraînement."))
    if not application.networks or not application.topics:
        raise Invalid(_l("Choisissez au moins un réseau et un sujet que vous aimeriez."))
    credential = get_current_credential(person_id, now)
    if credential is None:
        raise Refusal(_l("Votre certificat n’est plus valable. Renouvelez-le, puis envoyez votre demande."))
    facts = {"again": application.status == ApplicationStatus.TO_REWORK}
    move_application(
        application, "submitted", version, person_id, now, facts=facts, submitted_at=now, credential_id=credential.id
    )
    for referent_id in queries.list_answerable(person_id, application.topics, company_day(now)):
        queue(
            referent_id,
            "application_waiting",
            {"application": application.id},
            now,
            once_key=f"application_waiting:{application.id}:{application.version}:{referent_id}",
        )
    return application


def withdraw_application(person_id: int, now: dt.datetime) -> Application:
    """Withdraw, freely and without a reason, at any time before the decision."""
    application = queries.get_open_application(person_id)
    if application is None:
        raise NotFound(_l("Vous n’avez pas de demande en cours."))
    move_application(application, "withdrawn", application.version, person_id, now)
    return application


def brief_of(application: Application):
    """The brief as it stood when the application was begun."""
    return get_document(application.briefs_edition_id).brief(application.brief)


def lock_person(person_id: int) -> None:
    """Let acts of one person follow one another."""
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


# --- The referent's decision ----------------------------------------------------------------------------------


def decide(
    referent_id: int, application_id: int, version: int, verdict: Verdict, scope: Scope | None, now: dt.datetime
) -> Decision:
    """Decide on a submitted application: grant, send back, or refuse, with a reason that the person reads.

    Nobody decides about oneself, nor again where their refusal was contested with success. Raises Outdated when
    another referent decided, or the person withdrew, since the page was opened.
    """
    application = db.session.scalars(
        select(Application).where(Application.id == application_id).with_for_update()
    ).first()
    if application is None:
        raise NotFound(_l("Cette demande n’existe pas."))
    rules.check_not_oneself(referent_id, application.person_id)
    if application.version != version:
        raise Outdated
    if not queries.may_decide(referent_id, application_id):
        raise Forbidden(_l("Votre décision a été contestée avec succès : un autre référent reprend cette demande."))
    rules.check_verdict(verdict, company_day(now))
    credential = _check_grant(application, scope, now) if verdict.decision == "granted" else None
    facts = {"again_on": verdict.again_on.isoformat()} if verdict.decision == "refused" else {}
    line = move_application(
        application, verdict.decision, version, referent_id, now, reason=verdict.reason, facts=facts
    )
    _keep_assessment(application, line, verdict, now)
    if credential is not None:
        _open_mandate(application, scope, credential, referent_id, now)
    queue(application.person_id, "application_decided", {"decision": line.id}, now, once_key=f"decision:{line.id}")
    return line


def _check_grant(application: Application, scope: Scope | None, now: dt.datetime) -> Credential:
    """What a grant rests on: a certificate valid today, no status at present, a scope within the catalogue."""
    lock_person(application.person_id)
    credential = get_current_credential(application.person_id, now)
    if credential is None:
        raise Refusal(_l("Le certificat de cette personne n’est plus valable : le statut ne peut pas être accordé."))
    if queries.get_open_mandate(application.person_id) is not None:
        raise Refusal(_l("Cette personne a déjà le statut d’ambassadeur."))
    if scope is None:
        raise Invalid(_l("Donnez au statut ses réseaux, ses sujets, ses langues et ses dates."))
    rules.check_start(scope.starts_on, company_day(now))
    rules.check_scope(
        scope,
        {n.slug for n in queries.list_networks()},
        {t.slug for t in queries.list_topics()},
        credential.expires_on,
    )
    return credential


def _keep_assessment(application: Application, line: Decision, verdict: Verdict, now: dt.datetime) -> None:
    grid = {criterion: verdict.grid[criterion] for criterion in rules.CRITERIA}
    is_refusal = verdict.decision == "refused"
    db.session.add(
        Assessment(
            application_id=application.id,
            decision_id=line.id,
            referent_id=line.by_id,
            post=application.post,
            picture=application.picture,
            grid=grid,
            points=rules.points_of(grid),
            lowest=min(grid.values()),
            red_flags=list(verdict.red_flags),
            is_flagged=bool(verdict.red_flags),
            decision=verdict.decision,
            category=verdict.category if is_refusal else None,
            lessons=[] if verdict.decision == "granted" else list(verdict.lessons),
            again_on=verdict.again_on if is_refusal else None,
            decided_at=now,
        )
    )
    db.session.flush()


def facts_of_scope(scope: Scope) -> dict:
    """A scope as a line of the log keeps it."""
    return {
        "networks": list(scope.networks),
        "topics": list(scope.topics),
        "languages": list(scope.languages),
        "ends_on": scope.ends_on.isoformat(),
    }


def _open_mandate(
    application: Application, scope: Scope, credential: Credential, by_id: int, now: dt.datetime
) -> Mandate:
    """The status begins: one row, and the first line of its log."""
    facts = {
        **facts_of_scope(scope),
        "regime": scope.regime,
        "starts_on": scope.starts_on.isoformat(),
        "credential_id": credential.id,
        "credential_expires_on": credential.expires_on.isoformat(),
    }
    state = rules.after_act(rules.MandateState(), "opened", facts, 1, now)
    mandate = Mandate(person_id=application.person_id, application_id=application.id, **columns_of(state))
    db.session.add(mandate)
    db.session.flush()
    record(mandate, "opened", None, by_id, now, facts=facts)
    return mandate


def columns_of(state: rules.MandateState) -> dict:
    """A state as the columns of a mandate's row."""
    values = dict(vars(state))
    return {name: list(value) if name in rules.LISTS else value for name, value in values.items()}
