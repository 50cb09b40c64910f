"""Recording what is fulfilled, issuing what is due, revoking. The only writer of this room's tables."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select, update

from ..content.models import Edition
from ..content.service import get_site
from ..content.types import LANGUAGES, Award
from ..db import db, insert_once
from ..errors import NotFound
from ..i18n import _l, company_day
from ..notifications.service import queue
from ..people.models import Person
from ..people.service import lock_person, record
from . import completion, printing, queries, rules
from .models import Credential, Fulfilment


def fulfil(person_id: int, requirement: str, evidence: dict, now: dt.datetime) -> Credential | None:
    """Record that a requirement is met, once a cycle, and issue the credential when the list is full.

    The one door to a credential: whichever room holds the last requirement calls it inside its own transaction,
    and the credential comes with it or not at all. The person's row is locked first, so that two last requirements
    met at the same instant see one another; what makes it once is the unique constraint all the same.
    Returns the credential when the list is full (the one already held on a second call), else None.
    """
    person = db.session.scalars(select(Person).where(Person.id == person_id).with_for_update()).one()
    cycle = queries.current_cycle(person_id, now)
    insert_once(
        Fulfilment,
        on=("person_id", "requirement", "cycle"),
        person_id=person_id,
        requirement=requirement,
        cycle=cycle,
        evidence=evidence,
        fulfilled_at=now,
    )
    completion.refresh(person_id)
    return issue_if_due(person, cycle, now)


def issue_if_due(person: Person, cycle: int, now: dt.datetime) -> Credential | None:
    """Issue this cycle's credential when everything it asks for is fulfilled; return it, new or already held."""
    award = get_site().award(rules.AWARD)
    if award is None:  # Held back by a fault at publication: nothing is lost, `issue_overdue` gives it later.
        return None
    fulfilments = queries.get_fulfilments(person.id, cycle)
    if not rules.is_due(award, cycle, fulfilments):
        return None
    return issue(person, award, cycle, _edition_signed(person.id), now)


def issue(person: Person, award: Award, cycle: int, charter_edition: int, now: dt.datetime) -> Credential:
    """Make the credential, copying every printed word in every language; once per person, award and cycle.

    Where one stands already, it is returned untouched and nobody is told twice.
    """
    issued_on = company_day(now)
    expires_on = rules.last_valid_day(issued_on, award.validity_months)
    facts = printing.Facts(
        name=person.name_on_certificate,
        company=get_site().settings["name"],
        brand=get_site().settings["brand"],
        issued_on=issued_on,
        expires_on=expires_on,
        charter_edition=charter_edition,
    )
    inserted = insert_once(
        Credential,
        on=("person_id", "award", "cycle"),
        public_id=rules.new_public_id(),
        person_id=person.id,
        award=award.slug,
        cycle=cycle,
        award_edition_id=award.edition_id,
        words={language: printing.words_of(award, facts, language) for language in LANGUAGES},
        language=person.language or "fr",
        issued_at=now,
        expires_on=expires_on,
    )
    credential = db.session.scalars(
        select(Credential).where(
            Credential.person_id == person.id, Credential.award == award.slug, Credential.cycle == cycle
        )
    ).one()
    if inserted is not None:
        completion.refresh(person.id)
        queue(person.id, "credential_issued", {"credential": inserted}, now, once_key=f"credential_issued:{inserted}")
    return credential


def revoke(credential_id: int, reason: str, now: dt.datetime, by_id: int | None = None) -> bool:
    """Withdraw a credential, with a reason that its holder reads; False when that was done before.

    For good: what verification once called withdrawn is never valid again. What was done stays done, and the next cycle
    is open at once (``rules.may_renew``): its holder earns another, under another code. A status that rests on this one
    ends with the sweep of mandates. The log keeps who, when, and what was held; the reason stands in the credential
    alone, for HR may hold the administrator's role too. Raise NotFound for no credential and for somebody erased,
    Forbidden for one's own, Invalid for a reason that says nothing.
    """
    reason = rules.clean_reason(reason)
    held = db.session.get(Credential, credential_id)
    if held is None:
        raise NotFound(_l("Aucun certificat ne porte ce numéro."))
    person_id = held.person_id
    rules.check_not_oneself(by_id, person_id)
    # At the same instant a renewal may sum up the person too, a status be granted, or they be erased: one by one.
    if lock_person(person_id).erased_at is not None:
        raise NotFound(_l("Aucun certificat ne porte ce numéro."))
    done = db.session.execute(
        update(Credential)
        .where(Credential.id == credential_id, Credential.revoked_at.is_(None))
        .values(revoked_at=now, revoked_reason=reason)
    )
    if done.rowcount != 1:
        return False
    completion.refresh(person_id)
    before = {"certificate": held.public_id, "valid_until": held.expires_on.isoformat()}
    record(person_id, "certificate-revoked", now, by_id, before=before, credential=credential_id)
    queue(person_id, "credential_revoked", {"credential": credential_id}, now)
    return True


def issue_overdue(now: dt.datetime, limit: int = 500) -> int:
    """Issue what is due and was not issued, because the award was unpublished or asked for more on that day.

    Looks only at people who fulfilled something in their first cycle and hold nothing; returns how many were issued.
    """
    award = get_site().award(rules.AWARD)
    if award is None:
        return 0
    waiting = (
        select(Fulfilment.person_id)
        .where(
            Fulfilment.cycle == 1,
            Fulfilment.requirement.in_(award.requirements),
            ~select(Credential.id)
            .where(Credential.person_id == Fulfilment.person_id, Credential.award == award.slug)
            .exists(),
        )
        .group_by(Fulfilment.person_id)
        .having(func.count() == len(set(award.requirements)))
        .limit(limit)
    )
    people = db.session.scalars(select(Person).where(Person.id.in_(waiting)).order_by(Person.id).with_for_update())
    return sum(issue_if_due(person, 1, now) is not None for person in people.all())


def _edition_signed(person_id: int) -> int:
    """The number of the charter's edition the person signed last; the one in force where it is not known."""
    evidence = db.session.scalars(
        select(Fulfilment.evidence)
        .where(Fulfilment.person_id == person_id, Fulfilment.requirement == "charter-signature")
        .order_by(Fulfilment.cycle.desc())
        .limit(1)
    ).first()
    number = None
    if evidence and evidence.get("edition"):
        number = db.session.scalar(
            select(Edition.number).where(Edition.id == evidence["edition"], Edition.document == "charter")
        )
    charter = get_site().charter
    return number or (charter.edition_number if charter else 1)
