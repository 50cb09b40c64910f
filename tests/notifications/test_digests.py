"""What is not mandatory waits for one mail a day, or for none; what is mandatory never waits."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from elearn.db import db, transaction, utcnow
from elearn.errors import Invalid
from elearn.notifications import digests, kinds, messages, rules, service
from elearn.notifications.kinds import find_readers, register_kind
from elearn.notifications.messages import render
from elearn.notifications.models import Message

from ..factories import make_person
from ..people.test_signing_in import together
from .test_delivery import deliver, say, states

PARIS = ZoneInfo("Europe/Paris")
TEMPLATE = "notifications/password_changed.html"


@pytest.fixture(autouse=True)
def kinds_of_tests(own_kinds, app):
    """One kind that may wait, one that sums up already, one for the mailbox alone."""
    shown = lambda message, language: {"path": "/me", "when": "12:00"}  # noqa: E731
    register_kind("optional", template=TEMPLATE, variables=shown)
    register_kind("summary", template=TEMPLATE, variables=shown, mode="at_once")
    register_kind("mail_only", template=TEMPLATE, variables=shown, in_app=False)


def choose(person, mode, *names):
    """A choice, in a transaction of its own."""
    with transaction():
        digests.set_modes(person.id, dict.fromkeys(names, mode))


def statuses():
    """The status of each message, in order."""
    return [status for status, _tries in states()]


def tomorrow():
    """A moment at which everything that waits is due."""
    return rules.next_digest(utcnow(), PARIS) + dt.timedelta(minutes=1)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-22T05:59:59+00:00", "2026-11-22T06:00:00+00:00"),
        ("2026-11-22T06:00:00+00:00", "2026-11-23T06:00:00+00:00"),
        ("2026-07-01T22:30:00+00:00", "2026-07-02T05:00:00+00:00"),
        ("2026-03-28T12:00:00+00:00", "2026-03-29T05:00:00+00:00"),
        ("2026-10-24T12:00:00+00:00", "2026-10-25T06:00:00+00:00"),
    ],
)
def test_next_digest_on_the_clock(now, then):
    """Seven in the morning on the wall clock, winter, summer, and on the nights when it changes."""
    assert rules.next_digest(dt.datetime.fromisoformat(now), PARIS) == dt.datetime.fromisoformat(then)


@pytest.mark.parametrize(
    ("mode", "kind", "status"),
    [
        (None, "optional", "digest"),
        ("digest", "optional", "digest"),
        ("at_once", "optional", "kept"),
        ("app", "optional", "none"),
        (None, "summary", "kept"),
        ("digest", "summary", "digest"),
        ("app", "summary", "none"),
        ("app", "mail_only", "kept"),
        ("app", "password_changed", "kept"),
        ("digest", "password_changed", "kept"),
    ],
)
def test_delivery_by_choice(reader, mode, kind, status):
    """The choice for this kind rules, where it is optional and can be read in the application, and nowhere else."""
    if mode:
        db.session.rollback()
        optional = kinds.get_kind(kind).is_optional
        choose(reader, "at_once", "optional", "summary")
        with nullcontext() if optional else pytest.raises(Invalid):
            choose(reader, mode, kind)
        choose(reader, "at_once", *({"optional", "summary"} - {kind}))
    say(reader, kind=kind)
    deliver()
    assert statuses() == [status]


def test_digest_when_several_wait(reader, smtp):
    """One mail in the morning for all that waited, none before it; it leaves out what was read meanwhile."""
    first, *_others = [say(reader, kind="optional") for _time in range(3)]
    deliver(smtp)
    assert not digests.work(utcnow()) and statuses() == ["digest"] * 3 and not smtp.mails
    with transaction():
        service.mark_read(reader.id, first, utcnow())
    digests.work(tomorrow())
    deliver(smtp, now=tomorrow())
    assert len(smtp.mails) == 1
    assert smtp.mails[0]["Subject"] == "2 messages vous attendent sur Porte-voix"
    text = smtp.mails[0].get_body(("plain",)).get_content()
    assert "- Votre mot de passe a été changé (2) (http://127.0.0.1:8000/me/messages)" in text
    assert statuses() == ["none", "none", "none", "sent"]


def test_digest_when_all_was_read(reader, smtp):
    """Nothing is left to say to who read everything."""
    say(reader, kind="optional")
    deliver(smtp)
    with transaction():
        service.mark_all_read(reader.id, utcnow())
    digests.work(tomorrow())
    deliver(smtp, now=tomorrow())
    assert not smtp.mails


def test_digest_when_settled_meanwhile(reader, smtp, monkeypatch):
    """What has nothing left to say is left out, and a long list is cut where the application takes over."""
    register_kind("settled", template=TEMPLATE, variables=lambda message, language: None, mode="at_once")
    monkeypatch.setattr(messages, "MOST", 3)
    for _time in range(4):
        say(reader, kind="optional")
    deliver(smtp)
    with transaction():
        db.session.execute(update(Message).where(Message.id == 2).values(kind="settled"))
    digests.work(tomorrow())
    deliver(smtp, now=tomorrow())
    text = smtp.mails[0].get_body(("plain",)).get_content()
    assert "été changé (2)" in text and "Et 1 autre, dans l’application." in text
    assert smtp.mails[0]["Subject"].startswith("3 messages")


def test_digest_when_two_workers_race(app, reader):
    """However many workers come at seven, one digest is written."""
    say(reader, kind="optional")
    deliver()
    moment = tomorrow()
    db.session.rollback()
    together(app, 4, lambda _i: digests.work(moment))
    db.session.rollback()
    assert db.session.scalars(select(Message.kind)).all().count("daily_digest") == 1


def test_digest_when_one_was_written_today(reader):
    """Once a day: what comes due later on the same day waits for the next morning."""
    say(reader, kind="optional")
    deliver()
    digests.work(tomorrow())
    say(reader, kind="optional")
    deliver()
    with transaction():
        db.session.execute(update(Message).where(Message.status == "digest").values(next_try_at=utcnow()))
    digests.work(tomorrow() + dt.timedelta(hours=2))
    assert statuses() == ["none", "waiting", "digest"]
    digests.work(tomorrow() + dt.timedelta(days=1, hours=1))
    assert statuses() == ["none", "waiting", "none", "waiting"]


def test_digest_when_worker_is_killed(reader, monkeypatch):
    """Killed while writing, the worker leaves every message waiting."""
    say(reader, kind="optional")
    deliver()

    def die(*args, **values):
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "queue", die)
    with pytest.raises(KeyboardInterrupt):
        digests.work(tomorrow())
    assert statuses() == ["digest"]


def test_digest_when_many_readers_wait(app, monkeypatch):
    """A piece at a time, and more is said to wait."""
    monkeypatch.setattr(digests, "PIECE", 2)
    for _time in range(3):
        say(make_person(), kind="optional")
    deliver()
    assert digests.work(tomorrow()) is True
    assert digests.work(tomorrow()) is False
    assert statuses().count("digest") == 0


def test_choices_when_on_page(reader, browser):
    """Each kind by itself, at its own mode until another is chosen; what is mandatory is named and cannot be chosen;
    what is not proposed is refused."""
    browser.sign_in(reader)
    page = browser.get("/me").click("Choisir mes e-mails")
    form = page.forms[max(key for key in page.forms if isinstance(key, int))]
    assert (form["optional"].value, form["summary"].value) == ("digest", "at_once")
    assert "Votre mot de passe a été changé" in page.text and "password_changed" not in form.fields
    form["optional"] = "app"
    page = form.submit(status=303).follow()
    form = page.forms[max(key for key in page.forms if isinstance(key, int))]
    assert (form["optional"].value, form["summary"].value) == ("app", "at_once")
    form["optional"].force_value("never")
    assert form.submit(status="*").status_int == 422
    with pytest.raises(Invalid), transaction():
        digests.set_modes(reader.id, {"optional": "never"})


def test_kinds_when_listed_for_a_reader(reader):
    """A role's kinds are its holders'; who received one already, as a deputy does, chooses for it too."""
    names = lambda roles: {kind.name for kind in digests.list_kinds_of(reader.id, roles)}  # noqa: E731
    assert "question_waiting" not in names(()) and "credential_issued" in names(())
    assert "question_waiting" in names({"referent"}) and "campaign_digest" not in names({"referent"})
    say(reader, kind="question_waiting")
    assert "question_waiting" in names(())


def test_mail_when_its_reader_may_choose(reader, smtp):
    """What may be turned off says where, in both parts; what is mandatory does not."""
    choose(reader, "at_once", "optional")
    for kind in ("optional", "password_changed"):
        say(reader, kind=kind)
    deliver(smtp)
    told = [
        all("/me/notices" in mail.get_body((part,)).get_content() for part in ("plain", "html")) for mail in smtp.mails
    ]
    assert told == [True, False]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_digest_when_rendered(reader, language):
    """It can be read in both languages."""
    waiting = say(reader, kind="optional")
    message = Message(id=9, person_id=reader.id, kind="daily_digest", ids={"messages": [waiting]}, created_at=utcnow())
    rendered = render(message, find_readers([reader.id])[reader.id], language)
    assert rendered.path == "/me/messages" and "%(" not in rendered.text
