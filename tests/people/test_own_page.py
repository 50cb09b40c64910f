"""Passwords changed and reset, sessions ended, and one's own page, through real forms."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import func, select, update

from elearn.db import db, transaction, utcnow
from elearn.errors import Gone
from elearn.notifications.kinds import find_readers
from elearn.notifications.messages import render
from elearn.notifications.models import Message
from elearn.people import passwords, rules, service, signing_in
from elearn.people.models import KnownDevice, PasswordReset, Person, SignInFailure, UserSession

from ..conftest import Browser
from ..factories import make_person, make_session
from .conftest import NEW_PASSWORD, PASSWORD
from .test_signing_in import fail, fill, together, visitor


def form_with(page, field):
    """The form of a page that has this field."""
    return next(form for key, form in page.forms.items() if isinstance(key, int) and field in form.fields)


def ask(browser, identifier):
    """Ask for a link, as from the page."""
    form = form_with(browser.get("/password/forgot"), "email")
    form["email"] = identifier
    return form.submit(status="*")


def link_of(person):
    """The link in the last mail to this person."""
    db.session.rollback()
    message = db.session.scalar(select(Message).where(Message.kind == "password_reset").order_by(Message.id.desc()))
    return render(message, find_readers([person.id])[person.id]).path


def choose(browser, link, password, status="*"):
    """Fill the page of a link."""
    form = form_with(browser.get(link), "new_password")
    form["new_password"] = password
    return form.submit(status=status)


# --- Reset ----------------------------------------------------------------------------------------------------


def test_forgot_when_account_exists_or_not(browser, person):
    """The answer is the same, to the letter, for an account, a closed account, one without e-mail, and nobody."""
    make_person(email="closed@tests.example", closed_at=utcnow())
    make_person(email=None, employee_number="B1")
    answers = [ask(browser, who) for who in ("a-1024", "closed@tests.example", "b1", "nobody@tests.example", "\x00")]
    assert {(a.status_int, a.location, a.body) for a in answers} == {(303, answers[0].location, answers[0].body)}
    assert "Si un compte" in answers[0].follow().text
    db.session.rollback()
    assert db.session.scalars(select(Message.person_id)).all() == [person.id]


def test_forgot_when_repeated(browser, person):
    """Three links an hour are mailed, not four; the answer does not tell."""
    for _time in range(5):
        assert ask(browser, "eleonore@tests.example").status_int == 303
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Message)) == 3


def test_forgot_when_secrets_are_sought(browser, person):
    """Neither outbox nor reset row holds what opens the account; the message is not shown in the application."""
    ask(browser, "a-1024")
    link = link_of(person)
    message = db.session.scalar(select(Message))
    reset = db.session.scalar(select(PasswordReset))
    assert message.ids == {"reset": reset.id} and not message.in_app
    assert link.rsplit(".", 1)[1] not in f"{reset.code}{message.ids}"
    browser.sign_in(person)
    assert link not in browser.get("/me/messages").text
    assert browser.get(f"/me/messages/{message.id}", status="*").status_int == 404


def test_reset_when_used(browser, person):
    """The link sets the password once, ends every session, and the new password opens the account."""
    elsewhere = Browser(browser.app).sign_in(person)
    ask(browser, "a-1024")
    link = link_of(person)
    answer = choose(browser, link, NEW_PASSWORD)
    assert answer.status_int == 303 and answer.location.endswith("/login")
    assert elsewhere.get("/me", status="*").status_int == 303
    assert fill(browser, "a-1024", PASSWORD).status_int == 422
    assert fill(browser, "a-1024", NEW_PASSWORD).status_int == 303
    again = browser.get(link, status=410)
    assert "Ce lien n’est plus valable" in again.text and "/password/forgot" in again.text
    db.session.rollback()
    assert "password_changed" in db.session.scalars(select(Message.kind)).all()


def test_reset_when_opened_by_a_mail_filter(browser, person):
    """Opening the link, however often, changes nothing; its page tells no other site where it stands."""
    ask(browser, "a-1024")
    link = link_of(person)
    for _time in range(3):
        page = browser.get(link)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert choose(browser, link, NEW_PASSWORD).status_int == 303


def test_reset_when_password_is_weak(browser, person):
    """A refused password leaves the link as it was, says why, and writes nothing back."""
    ask(browser, "a-1024")
    link = link_of(person)
    for weak, why in (("court", "au moins 15"), ("eleonore lefevre 2026", "trop facile"), ("", "Choisissez")):
        answer = choose(browser, link, weak)
        assert answer.status_int == 422 and why in answer.text
        assert form_with(answer, "new_password")["new_password"].value == ""
    assert choose(browser, link, NEW_PASSWORD).status_int == 303


def test_reset_when_expired(browser, person):
    """After an hour the link is over (410)."""
    ask(browser, "a-1024")
    link = link_of(person)
    with transaction():
        db.session.execute(update(PasswordReset).values(expires_at=utcnow() - dt.timedelta(seconds=1)))
    assert browser.get(link, status="*").status_int == 410


def test_reset_when_expired_while_typing(browser, person):
    """A link that expires between the page and the answer is over as well."""
    ask(browser, "a-1024")
    form = form_with(browser.get(link_of(person)), "new_password")
    with transaction():
        db.session.execute(update(PasswordReset).values(used_at=utcnow()))
    form["new_password"] = NEW_PASSWORD
    assert form.submit(status="*").status_int == 410


@pytest.mark.parametrize("token", ["x", "1" * 32, "1" * 32 + ".forged", "%00", "%C3%A9", "a" * 3_000])
def test_reset_when_forged(browser, token):
    """A link that we did not sign is no link (404)."""
    assert browser.get(f"/password/reset/{token}", status="*").status_int == 404


def test_reset_when_not_even_text(client):
    """Bytes that are no text are no link either."""
    assert client.get("/password/reset/%FF%00").status_code == 404


def test_reset_when_account_is_closed(browser, person):
    """A link opens no closed account."""
    ask(browser, "a-1024")
    link = link_of(person)
    with transaction():
        db.session.execute(update(Person).values(closed_at=utcnow()))
    answer = choose(browser, link, NEW_PASSWORD)
    assert answer.status_int == 403 and "Ce compte est fermé" in answer.text


def test_reset_when_used_twice_at_once(app, person):
    """Two answers to one link at the same moment: one sets the password, the other learns that the link is over."""
    with transaction():
        reset_id = signing_in.create_reset(person.id, utcnow(), rules.RESET_LIFE).id

    def use(i):
        with transaction():
            return signing_in.use_reset(reset_id, f"hash-{i}", visitor(app), utcnow())

    results = together(app, 4, use)
    won = [i for i, result in enumerate(results) if isinstance(result, str)]
    assert len(won) == 1 and sum(isinstance(result, Gone) for result in results) == 3
    assert db.session.scalar(select(Person.password_hash)) == f"hash-{won[0]}"


def test_reset_when_several_were_asked(app, person):
    """Using one link uses up the others."""
    with transaction():
        ids = [signing_in.create_reset(person.id, utcnow(), rules.RESET_LIFE).id for _time in range(2)]
    with transaction():
        signing_in.use_reset(ids[1], "hash", visitor(app), utcnow())
    with pytest.raises(Gone), transaction():
        signing_in.use_reset(ids[0], "other", visitor(app), utcnow())


def test_reset_when_account_is_hammered(app, browser, person):
    """The owner whose account is hammered from elsewhere, on a browser never seen before, gets in by the link."""
    ask(browser, "a-1024")
    link = link_of(person)
    fail(app, 10, address="198.51.100.7")
    assert fill(browser, "a-1024", PASSWORD).status_int == 429
    choose(browser, link, NEW_PASSWORD, status=303)
    assert fill(browser, "a-1024", NEW_PASSWORD).status_int == 303


# --- Changing the password ------------------------------------------------------------------------------------


def change(browser, present, new):
    """Fill the page of changing one's password."""
    form = form_with(browser.get("/me/password"), "new_password")
    form["password"], form["new_password"] = present, new
    return form.submit(status="*")


def test_change_when_right(browser, person):
    """All sessions end but this one, which is a new one; links and known browsers of the old password are void."""
    elsewhere = Browser(browser.app).sign_in(person)
    browser.sign_in(person)
    with transaction():
        signing_in.create_reset(person.id, utcnow(), rules.RESET_LIFE)
        signing_in.remember_device(person.id, visitor(browser.app), utcnow())
    assert change(browser, PASSWORD, NEW_PASSWORD).follow().status_int == 200
    assert elsewhere.get("/me", status="*").status_int == 303
    db.session.rollback()
    running = select(func.count()).select_from(UserSession).where(UserSession.ended_at.is_(None))
    assert db.session.scalar(running) == 1
    assert db.session.scalar(select(func.count()).where(PasswordReset.used_at.is_(None))) == 0
    assert db.session.scalar(select(func.count()).select_from(KnownDevice)) == 1
    assert passwords.verify_password(db.session.scalar(select(Person.password_hash)), NEW_PASSWORD)


def test_change_when_present_password_is_wrong(browser, person):
    """Nothing changes, and guesses are limited as at the door."""
    browser.sign_in(person)
    for _time in range(10):
        assert change(browser, "wrong", NEW_PASSWORD).status_int == 422
    assert change(browser, PASSWORD, NEW_PASSWORD).status_int == 429
    db.session.rollback()
    assert passwords.verify_password(db.session.scalar(select(Person.password_hash)), PASSWORD)


def test_change_when_new_password_names_the_company(browser, person):
    """The company's name is no secret."""
    browser.sign_in(person)
    answer = change(browser, PASSWORD, "porte-voix-porte-voix!")
    assert answer.status_int == 422 and "trop facile" in answer.text


# --- Sessions and settings ------------------------------------------------------------------------------------


def test_sessions_when_ended_everywhere(browser, person):
    """« Me déconnecter partout » ends them all, here included."""
    elsewhere = Browser(browser.app).sign_in(person)
    browser.sign_in(person)
    browser.form(browser.get("/me"), "/me/sessions/end").submit(status=303)
    assert browser.get("/me", status="*").status_int == 303
    assert elsewhere.get("/me", status="*").status_int == 303


def test_sessions_when_all_others_are_ended(browser, person):
    """« Fermer toutes les autres » ends them all but this one; alone, there is nothing to press."""
    elsewhere = [Browser(browser.app).sign_in(person) for _time in range(2)]
    browser.sign_in(person)
    page = browser.form(browser.get("/me"), "/me/sessions/others/end").submit(status=303).follow()
    assert "2 sessions sont fermées" in page.text and "Fermer toutes les autres" not in page.text
    assert all(each.get("/me", status="*").status_int == 303 for each in elsewhere)


def test_log_when_read_by_oneself(browser, person):
    """One's own lines, with who did it, and nobody else's."""
    admin = make_person(given_name="Nadia", family_name="Haddad")
    other = make_person()
    with transaction():
        service.edit_person(person.id, {"site": "Vannes"}, utcnow(), admin.id)
        service.edit_person(other.id, {"site": "Brest"}, utcnow(), admin.id)
    text = browser.sign_in(person).get("/me/log").html.find("main").text
    assert "Vannes" in text and "Nadia Haddad" in text and "Brest" not in text


def test_sessions_when_one_is_ended(browser, person):
    """One of one's sessions, and nobody else's; twice is told."""
    other = make_person()
    make_session(other)
    foreign = db.session.scalar(select(UserSession.id).where(UserSession.person_id == other.id))
    Browser(browser.app).sign_in(person)
    browser.sign_in(person)
    page = browser.get("/me")
    action = re.search(r"/me/sessions/\d+/end", page.text).group()
    form = browser.form(page, action)
    assert form.submit().status_int == 303
    assert form.submit(status="*").status_int == 404
    form.action = f"/me/sessions/{foreign}/end"
    assert form.submit(status="*").status_int == 404
    db.session.rollback()
    assert db.session.get(UserSession, foreign).ended_at is None


def test_certificate_name_when_hostile(browser, person):
    """A name is kept without what cannot be seen, and shown as text; one that cannot be read is refused (422)."""
    browser.sign_in(person)

    def send(name):
        form = form_with(browser.get("/me"), "certificate_name")
        form["certificate_name"] = name
        return form.submit(status="*")

    assert send("\u202eÉlé\u200bonore <b>L</b>").status_int == 303
    db.session.rollback()
    assert db.session.scalar(select(Person.certificate_name)) == "Éléonore <b>L</b>"
    assert "&lt;b&gt;L&lt;/b&gt;" in browser.get("/me").text
    for bad in ("123", "x" * 301, "x" * 5_000):
        answer = send(bad)
        assert answer.status_int == 422 and 'aria-invalid="true"' in answer.text
    assert send("\u200b ").status_int == 303
    db.session.rollback()
    assert db.session.scalar(select(Person.certificate_name)) is None


def test_display_when_set(browser, person):
    """Language, colours, size and spacing are kept and applied to the next page."""
    browser.sign_in(person)
    form = form_with(browser.get("/me"), "theme")
    form["language"], form["theme"], form["text"], form["spacing"] = "en", "dark", "3", "wide"
    page = form.submit(status=303).follow()
    assert '<html lang="en" data-theme="dark" data-text="3" data-spacing="wide"' in page.text


@pytest.mark.parametrize("values", [{"theme": "neon"}, {"text": "9"}, {"language": "xx"}, {"spacing": ""}])
def test_display_when_forged(browser, person, values):
    """What is not proposed is refused."""
    browser.sign_in(person)
    form = form_with(browser.get("/me"), "theme")
    for name, value in values.items():
        form[name].force_value(value)
    assert form.submit(status="*").status_int == 422


@pytest.mark.parametrize("path", ["/me", "/me/password", "/me/messages"])
def test_own_pages_when_signed_out(browser, app, path):
    """One's own pages ask to sign in, then come back."""
    answer = browser.get(path, status=303)
    assert answer.location.endswith(f"/login?next={path}")


def test_own_page_when_counted(browser, person, count_queries):
    """One's own page asks the database little."""
    browser.sign_in(person)
    browser.get("/me")
    with count_queries() as statements:
        browser.get("/me")
    assert len(statements) <= 6


def test_forgot_when_address_floods(app, browser, person):
    """An address that asks without end is told to wait, whatever it asks for."""
    now = utcnow()
    address = visitor(app, address="127.0.0.1").address_hash
    rows = [{"account_hash": str(i), "address_hash": address, "failed_at": now} for i in range(300)]
    with transaction():
        db.session.execute(SignInFailure.__table__.insert(), rows)
    for who in ("a-1024", "nobody@tests.example"):
        assert ask(browser, who).status_int == 429


def test_visit_when_noted_twice(app, person):
    """Two requests at midnight note one visit; one of an ended session notes none."""
    make_session(person)
    session_id, now = db.session.scalar(select(UserSession.id)), utcnow() + dt.timedelta(days=1)
    for _time in range(2):
        with transaction():
            signing_in.touch_session(session_id, now, 14)
    first = db.session.scalar(select(UserSession.expires_at))
    with transaction():
        signing_in.end_all_sessions(person.id, now)
        signing_in.touch_session(session_id, now + dt.timedelta(days=1), 14)
    assert db.session.scalar(select(UserSession.expires_at)) == first
