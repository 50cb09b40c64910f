"""Fulfilling, issuing once, revoking, renewing: on a real database, alone and many at once."""

import datetime as dt
import itertools
import threading

import pytest
from sqlalchemy import func, select

from elearn.content.service import get_site
from elearn.credentials import queries, service
from elearn.credentials.models import Completion, Credential, Fulfilment
from elearn.db import db, transaction
from elearn.errors import Forbidden, Invalid, NotFound
from elearn.notifications.models import Message
from elearn.people.models import Person, PersonEvent, PersonEventWords
from tests.factories import make_person

NOW = dt.datetime(2026, 11, 22, 13, 0, tzinfo=dt.UTC)
REASON = "The security quiz was taken by somebody else."
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
    """A revoked credential is no longer current; the second revocation changes neither date nor reason, tells nobody
    and logs nothing. The log says who, when, and what was held; never why."""
    person, admin = make_person(), make_person()
    held = fulfil(person, *ALL)
    with transaction():
        assert service.revoke(held.id, " Issued to the wrong person. ", NOW, by_id=admin.id)
    with transaction():
        assert not service.revoke(held.id, "Another reason, a year later", NOW + dt.timedelta(days=1))
    db.session.expire_all()
    assert db.session.get(Credential, held.id).revoked_reason == "Issued to the wrong person."
    assert queries.get_current_credential(person.id, NOW) is None
    assert db.session.get(Completion, person.id).valid_until is None
    assert count(Message, kind="credential_revoked", person_id=person.id) == 1
    event = db.session.scalars(select(PersonEvent).where(PersonEvent.act == "certificate-revoked")).one()
    assert (event.person_id, event.by_id, event.at) == (person.id, admin.id, NOW)
    words = db.session.get(PersonEventWords, event.id)
    assert words.before == {"certificate": held.public_id, "valid_until": "2027-11-22"} and words.after == {}


@pytest.mark.parametrize(
    "reason, refusal", [("", Invalid), ("Trop court.", Invalid), (" " * 40, Invalid), ("x" * 501, Invalid)]
)
def test_revoke_without_a_reason(app, reason, refusal):
    """The person reads it: a sentence at least, and no story."""
    held = fulfil(make_person(), *ALL)
    with pytest.raises(refusal), transaction():
        service.revoke(held.id, reason, NOW)
    assert held.revoked_at is None


def test_revoke_what_is_not_ones_to_revoke(app):
    """Nobody withdraws their own; nothing is done to what is not there, nor to somebody erased."""
    person = make_person()
    held = fulfil(person, *ALL)
    with pytest.raises(Forbidden), transaction():
        service.revoke(held.id, REASON, NOW, by_id=person.id)
    with pytest.raises(NotFound), transaction():
        service.revoke(held.id + 1, REASON, NOW)
    with transaction():
        db.session.get(Person, person.id).erased_at = NOW
    with pytest.raises(NotFound), transaction():
        service.revoke(held.id, REASON, NOW)
    assert count(Message, kind="credential_revoked") == count(PersonEvent, act="certificate-revoked") == 0


def test_another_after_a_revocation(app):
    """What was done stays done; the renewal's list opens at once and earns another, under another code. The one that was
    revoked stays so, and nothing gives it back."""
    person = make_person()
    first = fulfil(person, *ALL)
    assert queries.list_to_do_after(first) == ["charter-quiz", "security-quiz"]
    with transaction():
        service.revoke(first.id, REASON, NOW)
    with transaction():
        assert service.issue_overdue(NOW) == 0
    row = db.session.get(Completion, person.id)
    assert (row.path, row.charter, row.security, row.certified_at) == (2, 2, 2, None)
    assert fulfil(person, "charter-quiz") is None
    assert queries.list_to_do_after(first) == ["security-quiz"]
    second = fulfil(person, "security-quiz")
    assert (second.cycle, second.revoked_at) == (2, None) and second.public_id != first.public_id
    assert queries.list_to_do_after(first) == []
    assert [each.id for each in queries.list_credentials(person.id)] == [second.id, first.id]
    db.session.expire_all()
    assert db.session.get(Credential, first.id).revoked_at == NOW
    assert db.session.get(Completion, person.id).valid_until == second.expires_on


def at_once(app, *acts):
    """Do each act in a thread and a transaction of its own, all let go together; what each returned."""
    gate, done = threading.Barrier(len(acts)), [None] * len(acts)

    def do(place, act):
        gate.wait()
        try:
            with app.app_context(), transaction():
                done[place] = act()
        except Exception as fault:
            done[place] = fault

    threads = [threading.Thread(target=do, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return done


def test_two_administrators_revoke_at_once(app):
    """One decides, and their reason is the one that is read; the person is told once."""
    held_id = fulfil(make_person(), *ALL).id
    reasons = [f"La raison de l’administrateur {each}." for each in range(6)]
    done = at_once(app, *(lambda r=r: service.revoke(held_id, r, NOW) for r in reasons))
    assert sorted(done) == [False] * 5 + [True]
    assert db.session.get(Credential, held_id).revoked_reason == reasons[done.index(True)]
    assert count(Message, kind="credential_revoked") == count(PersonEvent, act="certificate-revoked") == 1


def test_revoked_while_renewed(app):
    """Whichever comes first, the new one is issued, and HR's row says so."""
    person = make_person()
    first = fulfil(person, *ALL)
    later = NOW + dt.timedelta(days=320)
    fulfil(person, "charter-quiz", now=later)
    first_id, person_id = first.id, person.id
    done = at_once(
        app,
        lambda: service.revoke(first_id, REASON, later),
        lambda: service.fulfil(person_id, "security-quiz", {}, later).cycle,
    )
    assert done == [True, 2]
    second = queries.get_current_credential(person_id, later)
    assert second.cycle == 2 and db.session.get(Completion, person_id).valid_until == second.expires_on


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
