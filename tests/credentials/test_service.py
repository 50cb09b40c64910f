"""Fulfilling, issuing once, revoking, renewing: on a real database, alone and many at once."""

import datetime as dt
import itertools
import threading

import pytest
from sqlalchemy import func, select

from elearn.content.service import get_site
from elearn.credentials import queries, service
from elearn.credentials.models import Credential, Fulfilment
from elearn.db import db, transaction
from elearn.notifications.models import Message
from elearn.people.models import Person
from tests.factories import make_person

NOW = dt.datetime(2026, 11, 22, 13, 0, tzinfo=dt.UTC)
ALL = ("path", "charter-signature", "charter-quiz", "security-lessons", "security-quiz")


def fulfil(person, *requirements, now=NOW, evidence=None):
    """Fulfil requirements one by one, each in its own transaction; return what the last call returned."""
    held = None
    for requirement in requirements:
        with transaction():
            held = service.fulfil(person.id, requirement, evidence or {}, now)
    return held


def count(model, **where):
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model).filter_by(**where))


@pytest.mark.parametrize("last", ALL)
def test_issued_with_the_last_requirement_whichever_it_is(app, last):
    """Exactly one credential, in the transaction of the last requirement."""
    person = make_person()
    assert fulfil(person, *(r for r in ALL if r != last)) is None
    assert count(Credential) == 0
    held = fulfil(person, last)
    assert held.person_id == person.id
    assert held.expires_on == dt.date(2027, 11, 22)
    assert count(Credential) == 1


def test_second_call_changes_nothing(app):
    """A requirement met again gives the credential already held, and tells nobody twice."""
    person = make_person()
    first = fulfil(person, *ALL)
    again = fulfil(person, *ALL, now=NOW + dt.timedelta(days=3))
    assert again.id == first.id
    assert count(Fulfilment) == len(ALL)
    assert count(Message, kind="credential_issued") == 1
    assert db.session.scalar(select(Fulfilment.fulfilled_at).limit(1)) == NOW


def test_rolled_back_with_its_cause(app):
    """The last requirement and the credential come together, or not at all."""
    person = make_person()
    fulfil(person, *ALL[:-1])
    with pytest.raises(ZeroDivisionError), transaction():
        service.fulfil(person.id, ALL[-1], {}, NOW)
        raise ZeroDivisionError
    assert count(Credential) == count(Message, kind="credential_issued") == 0
    assert count(Fulfilment) == len(ALL) - 1


def test_words_are_copied_in_both_languages(app):
    """Every printed word stands in the row: a later name, company or template changes nothing of it."""
    person = make_person(given_name="Zoë", family_name="Ångström", language="en")
    charter = get_site().charter
    held = fulfil(person, *ALL, evidence={"edition": charter.edition_id})
    assert held.language == "en"
    assert held.words["fr"]["name"] == held.words["en"]["name"] == "Zoë Ångström"
    assert held.words["fr"]["until"] == "22 novembre 2027"
    assert held.words["en"]["until"] == "22 November 2027"
    assert held.words["fr"]["edition_text"] == f"Édition {charter.edition_number}"
    assert "certifi" not in " ".join(held.words["fr"].values()).lower().replace("certificat", "")
    with transaction():
        db.session.get(Person, person.id).family_name = "Other"
    db.session.expire_all()
    assert db.session.get(Credential, held.id).words["fr"]["name"] == "Zoë Ångström"


def test_day_of_issue_is_the_companys(app):
    """At half past midnight in Paris it is still yesterday in UTC: the company's calendar counts."""
    held = fulfil(make_person(), *ALL, now=dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC))
    assert held.expires_on == dt.date(2027, 11, 23)


def test_revoke_once(app):
    """A revoked credential is no longer current; the second revocation changes neither date nor reason."""
    person = make_person()
    held = fulfil(person, *ALL)
    with transaction():
        assert service.revoke(held.id, " Issued to the wrong person. ", NOW)
    with transaction():
        assert not service.revoke(held.id, "Other", NOW + dt.timedelta(days=1))
    db.session.expire_all()
    assert db.session.get(Credential, held.id).revoked_reason == "Issued to the wrong person."
    assert queries.get_current_credential(person.id, NOW) is None


def test_renewal_opens_a_new_cycle(app):
    """In its last sixty days a credential may be renewed by the two quizzes; the former one stays until its day."""
    person = make_person()
    first = fulfil(person, *ALL)
    early, later = NOW + dt.timedelta(days=100), NOW + dt.timedelta(days=320)
    assert queries.current_cycle(person.id, early) == 1
    assert fulfil(person, "charter-quiz", now=early).id == first.id
    assert queries.current_cycle(person.id, later) == 2
    assert fulfil(person, "charter-quiz", now=later) is None
    progress = queries.get_progress(person.id, later)
    assert progress.required == ("charter-quiz", "security-quiz")
    assert progress.is_done("path") and progress.is_done("charter-quiz") and not progress.is_done("security-quiz")
    assert queries.get_current_credential(person.id, later).id == first.id
    second = fulfil(person, "security-quiz", now=later)
    assert second.cycle == 2
    assert second.expires_on == dt.date(2028, 10, 7) or second.expires_on == dt.date(2028, 10, 8)
    assert queries.current_cycle(person.id, later) == 2
    assert queries.get_current_credential(person.id, later).id == second.id


def test_validity(app):
    """Valid up to and including its last day; nothing is never valid."""
    held = fulfil(make_person(), *ALL)
    assert queries.is_valid(held, dt.date(2027, 11, 22))
    assert not queries.is_valid(held, dt.date(2027, 11, 23))
    assert not queries.is_valid(None, dt.date(2026, 1, 1))


def test_issue_overdue(app, monkeypatch):
    """Who completed the list while the award was unpublished gets it afterwards, once."""
    person, other = make_person(), make_person()
    monkeypatch.setattr(service, "get_site", lambda: type("Site", (), {"award": lambda self, slug: None})())
    assert fulfil(person, *ALL) is None
    with transaction():
        assert service.issue_overdue(NOW) == 0
    monkeypatch.undo()
    fulfil(other, *ALL[:2])
    with transaction():
        assert service.issue_overdue(NOW) == 1
    with transaction():
        assert service.issue_overdue(NOW) == 0
    assert queries.get_current_credential(person.id, NOW) is not None
    assert queries.get_current_credential(other.id, NOW) is None


@pytest.mark.parametrize("last", ALL)
def test_many_at_once_issue_one(app, last):
    """Twelve simultaneous calls for the last requirement: one fulfilment, one credential, one message."""
    person = make_person()
    fulfil(person, *(r for r in ALL if r != last))
    person_id, held, faults = person.id, [], []
    gate = threading.Barrier(12)

    def call():
        gate.wait()
        try:
            with app.app_context(), transaction():
                held.append(service.fulfil(person_id, last, {}, NOW).id)
        except Exception as error:
            faults.append(error)

    run(call, 12)
    assert faults == []
    assert len(held) == 12 and len(set(held)) == 1
    assert count(Credential) == count(Message, kind="credential_issued") == 1


def test_two_last_requirements_race(app):
    """Two different last requirements at the same instant see one another: one credential, never none."""
    for pair in itertools.islice(itertools.combinations(ALL, 2), 4):
        person = make_person()
        fulfil(person, *(r for r in ALL if r not in pair))
        person_id, gate, faults = person.id, threading.Barrier(2), []

        def call(requirement, person_id=person_id, gate=gate, faults=faults):
            gate.wait()
            try:
                with app.app_context(), transaction():
                    service.fulfil(person_id, requirement, {}, NOW)
            except Exception as error:
                faults.append(error)

        threads = [threading.Thread(target=call, args=(r,)) for r in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        assert count(Credential, person_id=person_id) == 1


def run(target, how_many):
    """Run the same function in many threads."""
    threads = [threading.Thread(target=target) for _ in range(how_many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
