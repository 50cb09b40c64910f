"""What the tests of this room begin with: certified people, referents, applications and mandates, by the services."""

from __future__ import annotations

import datetime as dt
import secrets

from elearn.ambassadors import mandates, organisation, queries, service
from elearn.ambassadors.models import Application, Mandate
from elearn.ambassadors.rules import CRITERIA, Scope, Verdict
from elearn.content.service import get_site
from elearn.credentials.models import Credential
from elearn.db import db, transaction
from elearn.people.models import Person
from tests.factories import make_person

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
"""A Monday."""
TODAY = NOW.date()
POST = (
    "Première semaine en binôme à l’atelier, chez nous on appelle cela « apprendre par les mains ». "
    "Mon employeur recrute deux alternants ; l’offre est sur son site depuis le 16 novembre."
)
REASON = "On comprend d’où vous parlez, et le lecteur apprend quelque chose."


def make_certified(expires_on: dt.date = dt.date(2027, 11, 23), cycle: int = 1, person=None, **values) -> Person:
    """Somebody who holds a valid certificate."""
    person = person or make_person(**values)
    with transaction():
        db.session.add(
            Credential(
                public_id=secrets.token_hex(11),
                person_id=person.id,
                award="programme",
                cycle=cycle,
                award_edition_id=get_site().award("programme").edition_id,
                words={},
                issued_at=NOW,
                expires_on=expires_on,
            )
        )
    return person


def make_referent(**values) -> Person:
    """A referent for the whole company."""
    return make_person(roles=("referent",), **values)


def seed() -> None:
    """The catalogue of networks and topics."""
    with transaction():
        organisation.seed_catalogue()


def make_application(person=None, post: str = POST, now=NOW, topics=("trades",)) -> Application:
    """An application that was sent."""
    person = person or make_certified()
    if not queries.list_networks():
        seed()
    brief = get_site().briefs.briefs[0]
    with transaction():
        service.begin_application(person.id, brief.id, now)
        service.save_draft(person.id, post, "", brief.networks[0], ["linkedin"], list(topics), now)
        service.submit_application(person.id, 1, now)
    return queries.get_open_application(person.id)


def verdict(decision: str = "granted", points: int = 2, **values) -> Verdict:
    """A whole verdict; a refusal comes with all it needs."""
    if decision == "refused":
        values = {
            "category": "post",
            "lessons": ("security/traces",),
            "again_on": TODAY + dt.timedelta(days=14),
            **values,
        }
    return Verdict(grid=dict.fromkeys(CRITERIA, points), decision=decision, reason=REASON, **values)


def scope(**values) -> Scope:
    """A scope that any valid certificate of these tests allows."""
    given = {
        "networks": ("linkedin",),
        "topics": ("trades",),
        "languages": ("fr",),
        "starts_on": TODAY,
        "ends_on": dt.date(2027, 6, 30),
        "regime": "guided",
    }
    return Scope(**{**given, **values})


def make_mandate(person=None, referent=None, now=NOW, **values) -> Mandate:
    """A status granted by a referent."""
    person = person or make_certified()
    referent = referent or make_referent()
    application = make_application(person)
    with transaction():
        service.decide(referent.id, application.id, application.version, verdict(), scope(**values), now)
    return queries.get_open_mandate(person.id)


def suspended(mandate: Mandate, referent, until: dt.date, now=NOW) -> Mandate:
    """The status suspended after the person answered."""
    with transaction():
        hearing = mandates.open_hearing(
            referent.id, mandate.id, mandate.version, "Un compte semble ouvert par un autre.", now
        )
        mandates.answer_hearing(mandate.person_id, hearing.id, "J’ai changé mon mot de passe.", now)
        version = db.session.get(Mandate, mandate.id).version
        mandates.suspend(referent.id, mandate.id, version, until, REASON, now)
    return db.session.get(Mandate, mandate.id)
