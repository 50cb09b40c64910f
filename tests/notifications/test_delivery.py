"""The outbox: queued with its cause, said once, sent once, tried again, given up where one can see it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete, func, select, update

from elearn.db import db, transaction, utcnow
from elearn.notifications import rules, service
from elearn.notifications.kinds import register_kind
from elearn.notifications.messages import to_text
from elearn.notifications.models import Message
from elearn.people.models import Person

from ..factories import make_person
from ..people.test_signing_in import together

SENDER = "Porte-voix <porte-voix@tests.example>"


def say(person, kind="password_changed", **values):
    """Queue a message, in a transaction of its own."""
    with transaction():
        return service.queue(person.id, kind, values.pop("ids", {}), values.pop("now", utcnow()), **values)


def deliver(smtp=None, now=None, **values):
    """A round of delivery."""
    return service.deliver_due(now or utcnow(), smtp_url=smtp.url if smtp else "", sender=SENDER, **values)


def states():
    """(status, tries) of each message, in order."""
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(select(Message.status, Message.tries).order_by(Message.id))]


# --- Queueing -------------------------------------------------------------------------------------------------


def test_queue_when_cause_is_rolled_back(reader):
    """A message is never said of what did not happen."""
    with pytest.raises(RuntimeError), transaction():
        service.queue(reader.id, "password_changed", {}, utcnow())
        raise RuntimeError
    assert states() == []


def test_queue_when_kind_is_unknown(reader):
    """A kind that no room registered is a fault of ours, seen at once."""
    with pytest.raises(KeyError):
        say(reader, kind="nonsense")


def test_queue_when_said_once(app, reader):
    """With a key the same thing is said once, however many say it at once."""
    db.session.rollback()
    person_id = reader.id

    def queue(i):
        with transaction():
            return service.queue(person_id, "password_changed", {}, utcnow(), once_key="reminder:1:2026-03")

    results = together(app, 4, queue)
    assert sum(result is not None for result in results) == 1
    assert len(states()) == 1


# --- Sending --------------------------------------------------------------------------------------------------


def test_deliver_when_server_answers(reader, smtp):
    """One mail, in HTML and text, in the reader's language, to the reader's address; then nothing is left to send."""
    message_id = say(reader)
    assert deliver(smtp).sent == 1
    assert deliver(smtp).sent == 0
    (mail,) = smtp.mails
    assert mail["To"] == "Éléonore Lefèvre <eleonore@tests.example>"
    assert mail["Subject"] == "Votre mot de passe a été changé"
    assert mail["Message-ID"] == f"<message-{message_id}@tests.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Bonjour Éléonore Lefèvre," in text and "http://127.0.0.1:8000/password/forgot" in text
    assert '<html lang="fr">' in html and "Bonjour Éléonore Lefèvre," in html
    assert states() == [("sent", 0)]


def test_deliver_when_reader_prefers_english(reader, smtp):
    """The reader's language decides, not the sender's, nor the worker's."""
    with transaction():
        db.session.execute(update(Person).values(language="en"))
    say(reader)
    deliver(smtp)
    assert '<html lang="en">' in smtp.mails[0].get_body(("html",)).get_content()
    assert smtp.mails[0]["Content-Language"] == "en"


def test_deliver_when_no_server_is_set(reader):
    """Without a mail server mails are kept for the mailbox page, and never sent later by surprise."""
    say(reader)
    assert deliver().kept == 1
    assert states() == [("kept", 0)]
    assert deliver().kept == 0


@pytest.mark.parametrize(
    "values",
    [
        {"email": None},
        {"closed_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
        {"erased_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
    ],
)
def test_deliver_when_reader_is_gone(app, smtp, values):
    """Nobody is written to who has no address, left, or was erased."""
    person = make_person()
    say(person)
    with transaction():
        db.session.execute(update(Person).values(values))
    assert deliver(smtp).dropped == 1
    assert smtp.mails == [] and states() == [("none", 0)]


def test_deliver_when_nothing_is_left_to_say(reader, smtp):
    """A kind that has nothing left to say drops the message."""
    register_kind("gone", template="notifications/password_changed.html", variables=lambda message, language: None)
    say(reader, kind="gone")
    assert deliver(smtp).dropped == 1 and smtp.mails == []


def test_deliver_when_the_message_is_gone_meanwhile(reader, smtp, monkeypatch):
    """Somebody erased, or out of a role, between the claim and the sending: nothing is sent, nothing fails."""
    say(reader)
    real = service.claim_due

    def claim(*args):
        found = real(*args)
        db.session.execute(delete(Message).execution_options(synchronize_session=False))
        return found

    monkeypatch.setattr(service, "claim_due", claim)
    assert deliver(smtp).sent == 0 and smtp.mails == []


def test_deliver_when_name_forges_headers(app, smtp):
    """A name is a name: neither a header, nor a second recipient, nor markup."""
    person = make_person(
        given_name='Eve"<x@y.z>,\r\nBcc: all@tests.example', family_name="<b>Mallory</b>", email="eve@tests.example"
    )
    say(person)
    done = deliver(smtp)
    assert done.sent + done.given_up == 1
    for mail in smtp.mails:
        assert mail["Bcc"] is None
        assert [address.addr_spec for address in mail["To"].addresses] == ["eve@tests.example"]
        assert "<b>Mallory" not in mail.get_body(("html",)).get_content()


def test_deliver_when_one_of_many_fails(app, smtp):
    """What one message suffers keeps no other back; one connection serves them all."""
    people = [make_person(email=f"{name}@tests.example") for name in ("good", "full", "gone", "fine")]
    for person in people:
        say(person)
    smtp.answers.update({"full@": "452 mailbox full", "gone@": "550 no such user"})
    done = deliver(smtp)
    assert (done.sent, done.put_off, done.given_up) == (2, 1, 1)
    assert states() == [("sent", 0), ("waiting", 1), ("given_up", 1), ("sent", 0)]
    assert smtp.connections == 1
    db.session.rollback()
    assert "550" in db.session.scalar(select(Message.last_error).where(Message.status == "given_up"))


def test_deliver_when_template_fails(reader, smtp):
    """A fault of ours in one kind is logged and tried again; it stops nothing."""

    def fail(message, language):
        raise ZeroDivisionError

    register_kind("broken", template="notifications/password_changed.html", variables=fail)
    say(reader, kind="broken")
    say(reader)
    done = deliver(smtp)
    assert (done.sent, done.put_off) == (1, 1)


def test_deliver_when_server_never_comes_back(reader):
    """After ten tries the message is given up, with its reason."""
    now = utcnow()
    say(reader, now=now)
    for _time in range(12):
        service.deliver_due(now, smtp_url="smtp://127.0.0.1:1", sender=SENDER)
        now += dt.timedelta(days=1)
    assert states() == [("given_up", 10)]


def test_deliver_when_server_is_down_for_many(app):
    """Fifty mails do not wait fifty times for a server that does not answer."""
    from elearn.notifications.sending import MailServer

    for _time in range(3):
        say(make_person())
    calls = []
    original = MailServer._connect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MailServer, "_connect", lambda self: calls.append(1) or original(self))
        done = service.deliver_due(utcnow(), smtp_url="smtp://127.0.0.1:1", sender=SENDER)
    assert done.put_off == 3 and len(calls) == 1


def test_deliver_when_two_workers_race(app, smtp):
    """Two workers at the same moment share the messages; each is sent once."""
    for i in range(12):
        say(make_person(email=f"p{i}@tests.example"))
    db.session.rollback()
    url = smtp.url
    results = together(app, 3, lambda i: service.deliver_due(utcnow(), 12, smtp_url=url, sender=SENDER))
    assert sum(done.sent for done in results) == 12
    assert len({mail["To"] for mail in smtp.mails}) == len(smtp.mails) == 12


@pytest.mark.parametrize(("point", "mails"), [("build", 1), ("_close", 2)])
def test_deliver_when_worker_is_killed(app, smtp, monkeypatch, point, mails):
    """Killed before the server's yes, the mail goes once; killed between that yes and our note of it, once more, under
    the same Message-ID. The others of the round go once; all is left alone during the lease."""
    for i in range(2):
        say(make_person(email=f"p{i}@tests.example"))

    def die(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(service, point, die)
        with pytest.raises(KeyboardInterrupt):
            deliver(smtp)
    assert deliver(smtp).total == 0
    assert deliver(smtp, now=utcnow() + rules.LEASE + dt.timedelta(seconds=1)).sent == 2
    first = [mail["Message-ID"] for mail in smtp.mails if "p0@" in mail["To"]]
    assert len(first) == mails and len(set(first)) == 1
    assert len(smtp.mails) == mails + 1


def test_deliver_when_server_is_slow(app, smtp, monkeypatch):
    """A round never outlasts its lease: what it did not reach goes with the next, and nothing twice."""
    for i in range(3):
        say(make_person(email=f"p{i}@tests.example"))
    monkeypatch.setattr(rules, "LEASE", dt.timedelta(0))
    assert [deliver(smtp).sent for _round in range(4)] == [1, 1, 1, 0]
    assert len(smtp.mails) == 3


def test_deliver_when_limited(app, smtp):
    """A round takes so many messages, the oldest first."""
    for i in range(3):
        say(make_person(email=f"p{i}@tests.example"), now=utcnow() - dt.timedelta(minutes=3 - i))
    assert deliver(smtp, limit=2).sent == 2
    assert [mail["To"].addresses[0].username for mail in smtp.mails] == ["p0", "p1"]


@pytest.mark.pure
def test_next_try_when_counted():
    """Ten tries span a day; then it is given up."""
    now = dt.datetime(2026, 3, 12, tzinfo=dt.UTC)
    moments, at = [], now
    for tries in range(1, rules.MAX_TRIES):
        at = rules.next_try(tries, at)
        moments.append(at)
    assert moments[0] - now == dt.timedelta(minutes=3)
    assert at - now > dt.timedelta(hours=24)
    assert rules.next_try(rules.MAX_TRIES, now) is None


@pytest.mark.pure
@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Un</p>\n<p>Deux &amp; trois</p>", "Un\n\nDeux & trois"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ('<p>Voir <a href="https://x.example/a">la page</a>.</p>', "Voir la page (https://x.example/a)."),
        ("<p>a\n   b</p>", "a b"),
        ("a<br>b", "a\nb"),
    ],
)
def test_to_text_when_read(html, text):
    """The text part says what the HTML part says."""
    assert to_text(html) == text


# --- The command line -----------------------------------------------------------------------------------------


def test_deliver_command_when_run(app, reader):
    """The command says what became of the mails."""
    say(reader)
    result = app.test_cli_runner().invoke(args=["notifications", "deliver"])
    assert result.exit_code == 0 and "1 kept" in result.output


def test_count_when_asked(reader):
    """What waits and what was given up is counted for whoever runs the installation."""
    from elearn.notifications.queries import count_by_status

    say(reader)
    assert count_by_status() == {"waiting": 1, "given_up": 0}
    assert db.session.scalar(select(func.count()).select_from(Message)) == 1
