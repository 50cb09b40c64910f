"""Mails given up are seen by the administrators, who send them again or leave them, and never read what they say."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select, update

from elearn.db import db, transaction, utcnow
from elearn.notifications import undelivered
from elearn.notifications.models import Message
from elearn.notifications.sending import name_server
from elearn.people.mails.messages import tell_administrators
from elearn.people.models import PersonEvent

from ..factories import make_person
from ..people.test_signing_in import together
from .test_delivery import deliver, say, states


@pytest.fixture
def admin(app):
    """Who sees to it."""
    return make_person(roles=("admin",), given_name="Nadia", family_name="Haddad")


def refuse(smtp, *readers):
    """A mail to each, which the server refuses for good."""
    smtp.answers.update({"@": "550 no such user"})
    for reader in readers:
        say(reader, kind="status_changed", ids={"decision": 1})
        say(reader)
    with transaction():
        db.session.execute(update(Message).where(Message.kind == "status_changed").values(status="none"))
    deliver(smtp)
    smtp.answers.clear()


def act(browser, path, index=0):
    """Press one of the page's buttons."""
    page = browser.get("/admin/mails")
    forms = [form for form in page.forms.values() if (form.action or "").endswith(path)]
    return forms[index].submit(status=303).follow()


def test_page_when_mails_are_given_up(browser, admin, reader, smtp):
    """Whose and why, with the tab counting them; what the mail is about is not there to read."""
    browser.sign_in(admin)
    assert "Aucun e-mail n’est en difficulté" in browser.get("/admin/mails").text
    refuse(smtp, reader)
    page = browser.get("/admin/mails")
    assert "Éléonore Lefèvre" in page.text and "refuse ce message pour de bon" in page.text and "550" in page.text
    assert "mot de passe a été changé" not in page.text and "statut" not in page.html.find("main").text.lower()
    assert "E-mails (1)" in browser.get("/admin/imports").text


def test_page_when_the_server_is_down(browser, admin, reader, smtp):
    """What is put off is counted, with its cause in words and the next try, which need not be waited for once the cause
    is mended; nobody is told of a secret."""
    say(reader)
    from elearn.notifications import service

    service.deliver_due(utcnow(), smtp_url="smtp://u:secret@127.0.0.1:1", sender="a@tests.example")
    page = browser.sign_in(admin).get("/admin/mails")
    assert "1 e-mail n’a pas encore pu partir" in page.text and "ne répond pas" in page.text
    assert deliver(smtp).sent == 0
    act(browser, "/now")
    assert deliver(smtp).sent == 1
    assert name_server("smtp://u:secret@mail.example:587") == "smtp://mail.example:587"
    assert (name_server(""), name_server("smtps://mail.example")) == ("", "smtps://mail.example:465")


def test_page_when_sent_again(browser, admin, reader, smtp):
    """One, then all: they go out once; each act is in the log. One that went meanwhile is not sent twice."""
    other = make_person(email="other@tests.example")
    refuse(smtp, reader, other)
    browser.sign_in(admin)
    old = browser.get("/admin/mails")
    act(browser, "/again")
    act(browser, "/again")
    assert deliver(smtp).sent == 2
    again = [form for form in old.forms.values() if (form.action or "").endswith("/again")][0]
    assert "0 e-mail repart" in again.submit(status=303).follow().text
    assert deliver(smtp).sent == 0 and len(smtp.mails) == 2
    logged = db.session.execute(
        select(PersonEvent.person_id, PersonEvent.by_id).where(PersonEvent.act == "mails-sent-again")
    )
    assert sorted(tuple(row) for row in logged) == sorted([(reader.id, admin.id), (other.id, admin.id)])
    assert "E-mails renvoyés" in browser.get("/admin/log").text


def test_page_when_left(browser, admin, reader, smtp):
    """A mail that is left goes nowhere, and its reader still finds it in the application."""
    refuse(smtp, reader, make_person())
    browser.sign_in(admin)
    act(browser, "/drop", index=-1)  # All of them.
    assert undelivered.count_given_up() == 0 and deliver(smtp).sent == 0
    assert "Votre mot de passe a été changé" in browser.sign_in(reader).get("/me/messages").text


def test_again_when_two_administrators_ask(app, reader, smtp):
    """Of two who press at the same moment, one sends."""
    refuse(smtp, reader)
    now = utcnow()
    db.session.rollback()

    def send(_i):
        with transaction():
            return undelivered.send_again(now)

    assert sorted(map(len, together(app, 3, send))) == [0, 0, 1]


def test_administrators_when_told(app, admin, reader, smtp):
    """In the application, once a day and each, as long as some are given up; nothing to say once they are seen to."""
    tell_administrators(utcnow())
    refuse(smtp, reader)
    for _round in range(2):
        assert tell_administrators(utcnow()) is False
    tell_administrators(utcnow() + dt.timedelta(days=1))
    told = select(Message.person_id, Message.status).where(Message.kind == "mails_given_up")
    assert [tuple(row) for row in db.session.execute(told)] == [(admin.id, "none")] * 2


def test_administrators_when_they_read_it(browser, admin, reader, smtp):
    """The message leads to the page; the mail of the test arrives by mail."""
    refuse(smtp, reader)
    tell_administrators(utcnow())
    message_id = db.session.scalar(select(Message.id).where(Message.kind == "mails_given_up"))
    browser.sign_in(admin)
    assert "1 e-mail a été abandonné" in browser.get(f"/me/messages/{message_id}").text
    act(browser, "/drop")
    assert "n’a plus d’objet" in browser.get(f"/me/messages/{message_id}").text
    act(browser, "/test")
    deliver(smtp)
    assert smtp.mails[-1]["Subject"] == "Essai : les e-mails de Porte-voix arrivent"
    assert states()[-1][0] == "sent"
