"""The door: signing in, its limits, sessions, and who is locked out (nobody who owns the account)."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from sqlalchemy import func, select, update

from elearn.db import db, transaction, utcnow
from elearn.errors import Gone, Invalid, TooMany
from elearn.people import passwords, rules, signing_in
from elearn.people.models import KnownDevice, Person, SignInFailure, UserSession

from ..conftest import Browser
from ..factories import make_person, session_cookie
from .conftest import PASSWORD


def visitor(app, address="192.0.2.1", device=None):
    """Somebody at the door."""
    return signing_in.Visitor(address, device, "Firefox Windows", app.config["SECRET_KEY"])


def fill(browser, email, password, url="/login", **more):
    """Fill the form of the page and send it, whatever the answer."""
    page = browser.get(url)
    form = page.forms[_index(page)]
    form["email"], form["password"] = email, password
    for name, value in more.items():
        form[name] = value
    return form.submit(status="*")


def _index(page):
    """The form that asks for a password; the others belong to the frame."""
    return next(key for key, form in page.forms.items() if "password" in form.fields and isinstance(key, int))


@pytest.mark.parametrize("identifier", ["eleonore@tests.example", " Eleonore@TESTS.example ", "a-1024", "A-1024"])
def test_login_when_right(browser, person, identifier):
    """E-mail or employee number, in any case, opens the home page."""
    answer = fill(browser, identifier, PASSWORD)
    assert answer.status_int == 303
    assert answer.location.removeprefix("http://localhost") == "/"
    assert browser.get("/me").status_int == 200


@pytest.mark.parametrize(
    ("identifier", "password"),
    [
        ("eleonore@tests.example", "wrong"),
        ("nobody@tests.example", PASSWORD),
        ("' OR 1=1 --", "' OR 1=1 --"),
        ("\x00", "\x00"),
        ("x" * 900, "y" * 100_000),
        ("éleonore@tests.example", PASSWORD),
        ("eleonore@tests.example", PASSWORD + " "),
    ],
)
def test_login_when_wrong(browser, person, identifier, password):
    """One sentence for every mistake, and the password is never written back."""
    answer = fill(browser, identifier, password)
    assert answer.status_int == 422
    assert "ne vont pas ensemble" in answer.text
    assert "Set-Cookie" not in answer.headers or "pv_device" not in answer.headers["Set-Cookie"]
    assert answer.forms[_index(answer)]["password"].value == ""


def test_login_when_account_has_no_password(browser, app):
    """An account that was never given a password is not opened by an empty one, nor by any."""
    make_person(email="new@tests.example")
    assert fill(browser, "new@tests.example", "x").status_int == 422
    assert fill(browser, "new@tests.example", "").status_int == 422


def test_login_when_unknown_costs_the_same(app, person, monkeypatch, count_queries):
    """Known or unknown: as many verifications, as many writes; so neither answer nor time tells."""
    from elearn.people.views import sign_in

    work = []
    monkeypatch.setattr(passwords, "verify_password", lambda kept, given: bool(work.append("verify")))
    shapes = []
    for identifier in ("eleonore@tests.example", "nobody@tests.example"):
        context, refused = app.test_request_context("/login"), pytest.raises(Invalid, match="ne vont pas ensemble")
        with context, count_queries() as statements, refused:
            sign_in(identifier, "wrong", visitor(app))
        shapes.append([s.split()[0] for s in statements if not s.startswith("SELECT")])
    assert work == ["verify", "verify"]
    assert shapes[0] == shapes[1] == ["DELETE", "INSERT"]


def test_login_when_csrf_is_missing(client, person):
    """A form that we did not write is refused."""
    answer = client.post("/login", data={"email": "eleonore@tests.example", "password": PASSWORD})
    assert answer.status_code == 400
    assert db.session.scalar(select(func.count()).select_from(UserSession)) == 0


@pytest.mark.parametrize(
    ("next_url", "goes_to"),
    [
        ("/charter", "/charter"),
        ("/quizzes/charter?from=home", "/quizzes/charter?from=home"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        (" //evil.example", "/"),
        ("", "/"),
    ],
)
def test_login_when_next_is_forged(browser, person, next_url, goes_to):
    """One is sent to a page of ours, or home; never elsewhere."""
    from urllib.parse import quote, urlsplit

    answer = fill(browser, "a-1024", PASSWORD, url=f"/login?next={quote(next_url, safe='')}")
    parts = urlsplit(answer.location)
    assert answer.status_int == 303
    assert parts.netloc in ("", "localhost")
    assert parts.path + (f"?{parts.query}" if parts.query else "") == goes_to


def test_login_when_session_was_planted(app, browser, person):
    """Whatever the browser carried before, the session after signing in is a new one."""
    planted = make_person()
    name, value = session_cookie(app, planted)
    page = browser.get("/login")
    before = dict(browser.cookies)
    form = page.forms[_index(page)]
    form["email"], form["password"] = "a-1024", PASSWORD
    form.submit(status=303)
    assert browser.cookies[name] not in (before[name], value)
    read = app.session_interface.get_signing_serializer(app)
    inside = read.loads(browser.cookies[name].strip('"'))
    assert "csrf_token" not in inside or inside["csrf_token"] != read.loads(before[name].strip('"'))["csrf_token"]
    token = inside["_user_id"]
    other = Browser(app)
    other.set_cookie(name, before[name].strip('"'))
    assert other.get("/me", status="*").status_int == 303
    assert token not in str(before)


def test_login_when_already_signed_in(browser, person):
    """The page of signing in leads on."""
    browser.sign_in(person)
    assert browser.get("/login?next=/charter", status=303).location.endswith("/charter")


def test_login_when_account_is_closed(browser, person):
    """Only who knows the password learns that the account is closed."""
    with transaction():
        db.session.execute(update(Person).values(closed_at=utcnow()))
    assert "ne vont pas ensemble" in fill(browser, "a-1024", "wrong").text
    answer = fill(browser, "a-1024", PASSWORD)
    assert answer.status_int == 403
    assert "Ce compte est fermé" in answer.text


def test_session_when_account_is_closed_meanwhile(browser, person):
    """The next click of somebody whose account was closed says so."""
    browser.sign_in(person)
    assert browser.get("/me").status_int == 200
    with transaction():
        db.session.execute(update(Person).values(closed_at=utcnow()))
    assert "Ce compte est fermé" in browser.get("/me", status=303).follow().text


def test_session_when_expired(browser, person):
    """A session that is over leads to signing in, which says why, and back."""
    browser.sign_in(person)
    with transaction():
        db.session.execute(update(UserSession).values(expires_at=utcnow() - dt.timedelta(seconds=1)))
    answer = browser.get("/me", status=303)
    assert answer.location.endswith("/login?next=/me")
    assert "Votre session est terminée" in answer.follow().text


def test_login_when_remembered(browser, person):
    """The cookie outlives the browser only where one asked for it."""
    answer = fill(browser, "a-1024", PASSWORD, remember=True)
    cookie = next(c for c in answer.headers.getall("Set-Cookie") if c.startswith("pv_session"))
    assert "Expires=" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    browser.form(browser.get("/me"), "/logout").submit(status=303)
    answer = fill(browser, "a-1024", PASSWORD)
    assert "Expires=" not in next(c for c in answer.headers.getall("Set-Cookie") if c.startswith("pv_session"))


def test_login_when_parameters_changed(browser, person, monkeypatch):
    """The hash is made anew when the cost of hashing has risen."""
    before = person.password_hash
    monkeypatch.setattr(passwords, "PARAMETERS", {"time_cost": 2, "memory_cost": 64, "parallelism": 1})
    assert fill(browser, "a-1024", PASSWORD).status_int == 303
    db.session.rollback()
    after = db.session.scalar(select(Person.password_hash))
    assert after != before and not passwords.needs_rehash(after)


def test_logout_when_posted(browser, person):
    """Signing out ends the session in the database, not in the cookie alone; a GET does nothing."""
    browser.sign_in(person)
    cookie = browser.cookies["pv_session"]
    assert browser.get("/logout", status="*").status_int == 405
    page = browser.get("/me")
    browser.form(page, "/logout").submit(status=303)
    browser.set_cookie("pv_session", cookie)
    assert browser.get("/me", status="*").status_int == 303


# --- Limits ---------------------------------------------------------------------------------------------------


def fail(app, times, identifier="a-1024", now=None, **who):
    """So many failed attempts."""
    for _time in range(times):
        with transaction():
            signing_in.begin_attempt(identifier, visitor(app, **who), now or utcnow())


def test_limit_when_account_is_hammered(app, browser, person):
    """Ten failures shut an account to unknown browsers, wherever they come from, and say what to do; a quarter of an
    hour later it opens again."""
    for i in range(10):
        fail(app, 1, address=f"198.51.100.{i}")
    answer = fill(browser, "eleonore@tests.example", PASSWORD)
    assert answer.status_int == 429
    assert "demandez un lien par e-mail" in answer.text
    with transaction():
        signing_in.begin_attempt("a-1024", visitor(app), utcnow() + dt.timedelta(minutes=16))


def test_limit_when_account_does_not_exist(app, browser):
    """An unknown account shuts in the same way, so that the limit tells nothing."""
    fail(app, 10, identifier="nobody@tests.example")
    assert fill(browser, " Nobody@tests.example", "x").status_int == 429


def test_limit_when_owner_comes_back(app, browser, person):
    """The owner's own browser still opens an account that somebody hammers."""
    assert fill(browser, "a-1024", PASSWORD).status_int == 303
    browser.form(browser.get("/me"), "/logout").submit()
    fail(app, 10, address="198.51.100.7")
    assert fill(browser, "a-1024", PASSWORD).status_int == 303


def test_limit_when_known_browser_fails(app, person):
    """A known browser has a limit too, of its own."""
    with transaction():
        device = signing_in.remember_device(person.id, visitor(app), utcnow())
    fail(app, 10, device=device)
    with pytest.raises(TooMany), transaction():
        signing_in.begin_attempt("a-1024", visitor(app, device=device), utcnow())
    fail(app, 1)


def test_limit_when_device_is_made_up(app, person):
    """A token that the door never gave counts for nothing."""
    fail(app, 10)
    with pytest.raises(TooMany), transaction():
        signing_in.begin_attempt("a-1024", visitor(app, device="x" * 43), utcnow())


def test_limit_when_company_shares_an_address(app, person):
    """Three hundred mistakes in a quarter of an hour from one address shut it, to unknown browsers only; successes
    are not counted."""
    now = utcnow()
    with transaction():
        device = signing_in.remember_device(person.id, visitor(app), now)
        rows = [
            {"account_hash": f"{i}", "address_hash": visitor(app).address_hash, "failed_at": now} for i in range(299)
        ]
        db.session.execute(SignInFailure.__table__.insert(), rows)
    fail(app, 1, identifier="one@tests.example", now=now)
    with pytest.raises(TooMany), transaction():
        signing_in.begin_attempt("two@tests.example", visitor(app), now)
    fail(app, 1, device=device, now=now)
    fail(app, 1, identifier="two@tests.example", address="192.0.2.2", now=now)


def test_limit_when_password_is_right(app, browser, person):
    """Signing in takes back what one's own mistakes counted from this address."""
    for _time in range(3):
        fill(browser, "a-1024", "wrong")
    assert fill(browser, "a-1024", PASSWORD).status_int == 303
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(SignInFailure)) == 0


def test_failures_when_a_day_old(app, person):
    """What was counted is deleted after a day."""
    fail(app, 3, now=utcnow() - dt.timedelta(hours=25))
    fail(app, 1)
    assert db.session.scalar(select(func.count()).select_from(SignInFailure)) == 1


def test_failures_when_stored(app, person):
    """Neither address nor account can be read from the table."""
    fail(app, 1, identifier="someone@tests.example", address="192.0.2.77")
    row = db.session.execute(select(SignInFailure.account_hash, SignInFailure.address_hash)).one()
    assert row.address_hash != rules.keyed_hash("", "address", "192.0.2.77")
    assert all(len(value) == 64 for value in row)


def test_devices_when_many(app, person):
    """The oldest of many known browsers is forgotten."""
    for i in range(rules.MAX_DEVICES + 5):
        with transaction():
            signing_in.remember_device(person.id, visitor(app), utcnow() + dt.timedelta(seconds=i))
    assert db.session.scalar(select(func.count()).select_from(KnownDevice)) == rules.MAX_DEVICES


# --- Races ----------------------------------------------------------------------------------------------------


def together(app, count, work):
    """Run ``work`` in so many threads at the same moment; return what each gave or raised."""
    gate, results = threading.Barrier(count), [None] * count

    def run(i):
        with app.app_context():
            gate.wait()
            try:
                results[i] = work(i)
            except Exception as error:
                results[i] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_limit_when_attempts_race(app, person):
    """Twenty attempts at the same moment: ten are let through to the check, not one more."""
    db.session.rollback()
    who, now = visitor(app), utcnow()

    def attempt(i):
        with transaction():
            return signing_in.begin_attempt("a-1024", who, now)

    results = together(app, 20, attempt)
    assert sum(isinstance(result, signing_in.Attempt) for result in results) == 10
    assert sum(isinstance(result, TooMany) for result in results) == 10


def test_login_when_two_sign_in_at_once(app, person):
    """Two browsers at the same moment have a session each, and no failure is left over."""
    db.session.rollback()
    config = app.config["SESSION_DAYS"]

    def enter(i):
        with transaction():
            attempt = signing_in.begin_attempt("a-1024", visitor(app), utcnow())
        assert passwords.verify_password(attempt.password_hash, PASSWORD)
        with transaction():
            return signing_in.open_session(attempt, visitor(app), utcnow(), config)

    results = together(app, 2, enter)
    assert len({token for token, _device in results}) == 2
    assert db.session.scalar(select(func.count()).select_from(UserSession)) == 2
    assert db.session.scalar(select(func.count()).select_from(SignInFailure)) == 0


def test_login_when_password_changes_during_check(app, person):
    """A password that was right when the check began opens nothing once it was changed."""
    with transaction():
        attempt = signing_in.begin_attempt("a-1024", visitor(app), utcnow())
    with transaction():
        db.session.execute(update(Person).values(password_hash="another"))
    with pytest.raises(Gone), transaction():
        signing_in.open_session(attempt, visitor(app), utcnow(), 14)
    assert db.session.scalar(select(func.count()).select_from(UserSession)) == 0


# --- Visits ---------------------------------------------------------------------------------------------------


def test_visit_when_noted(browser, person, count_queries):
    """A visit is noted once a day, lets the session live on, and costs nothing for the rest of the day."""
    browser.sign_in(person)
    yesterday = utcnow() - dt.timedelta(days=1)
    with transaction():
        db.session.execute(update(UserSession).values(last_seen_on=yesterday.date()))
    browser.get("/me")
    db.session.rollback()
    session = db.session.scalar(select(UserSession))
    assert session.last_seen_on == utcnow().date()
    assert session.expires_at > utcnow() + dt.timedelta(days=13)
    with count_queries() as statements:
        browser.get("/me")
    assert not [s for s in statements if not s.startswith("SELECT")]


def test_visit_when_it_cannot_be_noted(browser, person, monkeypatch):
    """A page is shown even when its visit cannot be noted."""
    browser.sign_in(person)
    with transaction():
        db.session.execute(update(UserSession).values(last_seen_on=dt.date(2026, 1, 1)))

    def fail_to_note(*_args):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(signing_in, "touch_session", fail_to_note)
    assert browser.get("/me").status_int == 200
