"""One's own messages, and the mailbox of development."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from elearn.db import db, utcnow
from elearn.notifications.kinds import Reader, list_kinds
from elearn.notifications.messages import render_sample
from elearn.notifications.models import Message

from ..factories import make_person
from .test_delivery import say


def test_list_when_empty(browser, reader):
    """One sentence and one action."""
    assert "Vous n’avez pas de message" in browser.sign_in(reader).get("/me/messages").text


def test_message_when_read(browser, reader):
    """Opening a message by its button marks it as read; looking at it again changes nothing."""
    message_id = say(reader)
    browser.sign_in(reader)
    page = browser.get("/me/messages")
    assert "Un message n’est pas encore lu" in page.text and "Mes messages (1)" in page.text
    shown = browser.form(page, f"/me/messages/{message_id}").submit(status=303).follow()
    assert "Toutes les sessions ouvertes" in shown.text and "/password/forgot" in shown.text
    db.session.rollback()
    read_at = db.session.scalar(select(Message.read_at))
    assert read_at is not None
    browser.get(f"/me/messages/{message_id}")
    db.session.rollback()
    assert db.session.scalar(select(Message.read_at)) == read_at
    assert "Tout est lu" in browser.get("/me/messages").text


def test_message_when_looked_at_only(browser, reader):
    """A GET marks nothing as read."""
    message_id = say(reader)
    browser.sign_in(reader).get(f"/me/messages/{message_id}")
    db.session.rollback()
    assert db.session.scalar(select(Message.read_at)) is None


def test_messages_when_all_marked(browser, reader):
    """All one's messages, and nobody else's."""
    say(make_person())
    say(reader)
    say(reader)
    browser.sign_in(reader)
    browser.form(browser.get("/me/messages"), "/me/messages").submit(status=303)
    db.session.rollback()
    unread = db.session.scalars(select(Message.person_id).where(Message.read_at.is_(None))).all()
    assert len(unread) == 1 and unread != [reader.id]


def test_message_when_another_persons(browser, reader):
    """Somebody else's message does not exist (404), whether read or opened."""
    message_id = say(make_person())
    browser.sign_in(reader)
    assert browser.get(f"/me/messages/{message_id}", status="*").status_int == 404
    mine = say(reader)
    form = browser.form(browser.get("/me/messages"), f"/me/messages/{mine}")
    form.action = f"/me/messages/{message_id}"
    assert form.submit(status="*").status_int == 404


def test_list_when_long(browser, reader, count_queries):
    """Twenty at a time, by key, with as many queries for twenty as for one."""
    ids = [say(reader) for _time in range(25)]
    browser.sign_in(reader)
    with count_queries() as statements:
        page = browser.get("/me/messages")
    assert len(statements) <= 5
    assert page.text.count("pv-line-name") == 20
    older = browser.get(f"/me/messages?before={ids[5]}")
    assert older.text.count("pv-line-name") == 5
    assert browser.get("/me/messages?before=x").text.count("pv-line-name") == 20


def test_mailbox_when_in_development(browser, reader):
    """Every mail as it would be sent; its HTML under a policy that lets it do nothing."""
    message_id = say(reader)
    assert "eleonore@tests.example" in browser.get("/dev/mailbox").text
    page = browser.get(f"/dev/mailbox/{message_id}")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"] and "<iframe" in page.text
    assert "srcdoc" not in page.text
    html = browser.get(f"/dev/mailbox/{message_id}/html")
    policy = html.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and policy.endswith("sandbox") and "script-src" not in policy
    assert '<html lang="en">' in browser.get(f"/dev/mailbox/{message_id}/html?language=en").text
    assert browser.get("/dev/mailbox/999", status="*").status_int == 404


def test_mailbox_when_names_are_hostile(browser, app):
    """A name is text in the list, in the page, and in the mail."""
    message_id = say(
        make_person(given_name="<script>alert(1)</script>", family_name="</textarea>", email="x@tests.example")
    )
    for path in ("/dev/mailbox", f"/dev/mailbox/{message_id}", f"/dev/mailbox/{message_id}/html"):
        assert "<script>alert" not in browser.get(path).text


@pytest.mark.parametrize("path", ["/dev/mailbox", "/dev/mailbox/1", "/dev/mailbox/1/html"])
def test_mailbox_when_in_production(app, browser, reader, monkeypatch, path):
    """In production there is no such page, for anybody."""
    say(reader)
    monkeypatch.setitem(app.config, "ENV", "production")
    assert browser.get(path, status="*").status_int == 404


def test_kinds_when_listed(app):
    """Every registered kind has a template that fills the blocks a mail needs, without variables for its title."""
    from elearn.notifications.messages import title_of

    for kind in list_kinds():
        source = app.jinja_env.loader.get_source(app.jinja_env, kind.template)[0]
        assert re.search(r"""{% extends ["']notifications/mail\.html["'] %}""", source)
        assert title_of(kind.name) not in ("", "Un message de Porte-voix")


def test_frame_when_a_kind_has_variables(app):
    """The frame of mails sets no name that a kind could use: one did, and certificates were announced without theirs."""
    words = {"award": "Prendre la parole", "until": "12 mars 2027"}
    for language in ("fr", "en"):
        message = Message(id=1, kind="credential_issued", ids={}, created_at=utcnow())
        reader = Reader("Éléonore", "e@tests.example", language, True)
        mail = render_sample("credential_issued", reader, message, {"words": words, "path": "/certificate"}, language)
        assert all(word in part for word in words.values() for part in (mail.text, mail.html, mail.body))
    source = app.jinja_env.loader.get_source(app.jinja_env, "notifications/mail.html")[0]
    assert all(name.startswith("_") for name in re.findall(r"{%-? set (\w+)", source))
