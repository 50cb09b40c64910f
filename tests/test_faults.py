"""What may come from anywhere and happen at any moment: nothing half done, nothing twice, and a sentence instead of a
fault."""

from __future__ import annotations

import pytest

from elearn.ambassadors import service as ambassadors
from elearn.ambassadors.models import Decision, Mandate
from elearn.db import db, transaction, utcnow
from elearn.errors import Refusal
from elearn.notifications import service as notifications
from elearn.notifications.kinds import register_kind
from elearn.notifications.models import Message
from elearn.people import service as people
from elearn.privacy import service as privacy

from .ambassadors import building
from .factories import make_person
from .notifications.conftest import own_kinds  # noqa: F401 (a fixture)
from .people.test_signing_in import together


@pytest.mark.parametrize(
    ("url", "field"),
    [("/login", "email"), ("/help/ask", "words"), ("/me/name", "certificate_name"), ("/me/password", "new_password")],
)
def test_form_when_a_file_comes_where_words_are_expected(browser, url, field):
    """A file under the name of a field of words is as if the field were not there."""
    browser.sign_in(make_person()) if url != "/login" else None
    token = browser.get("/help").html.find("input", {"name": "csrf_token"})["value"]
    file = [(field, "words.txt", b"not words")]
    answer = browser.post(url, {"csrf_token": token}, upload_files=file, expect_errors=True)
    assert answer.status_int in (200, 303, 422)


@pytest.mark.parametrize("number", ["2147483648", "9" * 19, "9" * 30, "9" * 5000])
def test_page_when_its_number_is_larger_than_any_column(browser, number):
    """An id or a version that no column can hold is an id of nothing: 404 for a page, 400 for an act, never a fault."""
    browser.sign_in(make_person(roles=("referent",)))
    token = browser.get("/help").html.find("input", {"name": "csrf_token"})["value"]
    for path in ("referent/applications", "referent/alerts", "questions", "me/messages"):
        assert browser.get(f"/{path}/{number}", expect_errors=True).status_int == 404
    answer = browser.post("/referent/alerts/1/take", {"csrf_token": token, "version": number}, expect_errors=True)
    assert 400 <= answer.status_int < 500


def test_delivery_when_its_reader_is_erased_in_the_middle(app):
    """The mail that was being written is dropped, the others go out, and the worker lives."""
    readers = [make_person(), make_person()]

    def erase_first(message, language):
        person = readers[0].id
        with transaction():
            if message.person_id == person and db.session.get(Message, message.id) is not None:
                people.close_person(person, utcnow())
                privacy.erase(person, utcnow(), None)
        return {}

    register_kind(
        "a_kind_of_tests", template="notifications/password_changed.html", variables=erase_first, mandatory=True
    )
    with transaction():
        for reader in readers:
            notifications.queue(reader.id, "a_kind_of_tests", {}, utcnow())
    done = notifications.deliver_due(utcnow())
    assert (done.dropped, done.kept) == (1, 1)
    assert [row.status for row in db.session.query(Message)] == ["kept"]


def test_application_when_two_referents_decide_at_once(app):
    """One decision stands, once, with all that follows from it; whoever came second reads a sentence."""
    application, referents = building.make_application(), [building.make_referent(), building.make_referent()]
    row, version, ids = application.id, application.version, [referent.id for referent in referents]

    db.session.rollback()  # What is read afterwards is read anew.

    def decide(place):
        given = building.verdict(("granted", "refused")[place])
        try:
            with transaction():
                ambassadors.decide(ids[place], row, version, given, building.scope(), building.NOW)
        except Refusal as refusal:
            return str(refusal.sentence)

    results = together(app, 2, decide)
    assert sum(result is None for result in results) == 1
    assert all(result is None or result for result in results)
    acts = [line.act for line in db.session.query(Decision).filter(Decision.application_id == row)]
    assert sum(act in ("granted", "refused") for act in acts) == 1
    assert db.session.query(Mandate).count() == acts.count("granted")
