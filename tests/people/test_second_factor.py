"""The second factor: codes good once, recovery codes, the days of grace, the way out for who lost everything."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pyotp
import pytest
from sqlalchemy import select, update

from elearn.ambassadors import mandates
from elearn.db import db, transaction, utcnow
from elearn.errors import Invalid, Refusal, TooMany
from elearn.notifications.kinds import find_readers
from elearn.notifications.messages import render
from elearn.notifications.models import Message
from elearn.people import queries, rules, second_factor
from elearn.people.models import Person, PersonEvent, RecoveryCode, RoleAssignment, SecondFactor, UserSession

from ..ambassadors import building
from ..conftest import Browser
from ..factories import make_person, make_session
from .conftest import NEW_PASSWORD, PASSWORD
from .test_signing_in import fill, together, visitor

NOW = dt.datetime(2026, 11, 22, 12, 0, 10, tzinfo=dt.UTC)
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 6238, appendix B."""


def code_at(app, person, now, salt=None):
    """The code that the application shows at this moment."""
    salt = salt or db.session.scalar(select(SecondFactor.salt).where(SecondFactor.person_id == person.id))
    return pyotp.TOTP(second_factor.derive_secret(app.config["SECRET_KEY"], person.id, salt)).at(now)


def set_up(app, person, now=NOW) -> list[str]:
    """Set a second factor; return the recovery codes."""
    with transaction():
        second_factor.begin(person.id, now)
    code = code_at(app, person, now)
    with transaction():
        return second_factor.confirm(person.id, code, app.config["SECRET_KEY"], now)


def use(app, person, code, now):
    """Use a code, in a transaction of its own."""
    with transaction():
        return second_factor.use_code(person.id, code, app.config["SECRET_KEY"], now)


def enter(app, person, code, now, **more):
    """The second step, from a browser nobody knows."""
    mark = second_factor.mark_password(app.config["SECRET_KEY"], person.id, person.password_hash)
    with transaction():
        return second_factor.enter(person.id, more.get("mark", mark), code, visitor(app), now, 14)


def kinds():
    """Kinds of message queued, in order."""
    db.session.rollback()
    return list(db.session.scalars(select(Message.kind).order_by(Message.id)))


def acts():
    """Acts in the log, in order."""
    db.session.rollback()
    return list(db.session.scalars(select(PersonEvent.act).order_by(PersonEvent.id)))


def step_form(page):
    """The form of the page that asks for a code."""
    return next(form for key, form in page.forms.items() if isinstance(key, int) and "code" in form.fields)


# --- Codes ----------------------------------------------------------------------------------------------------


@pytest.mark.pure
@pytest.mark.parametrize(("seconds", "code"), [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")])
def test_code_when_of_the_standard(seconds, code):
    """The test vectors of RFC 6238, appendix B, in six figures."""
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    assert second_factor.find_step(SECRET, code, moment) == seconds // 30


@pytest.mark.pure
@pytest.mark.parametrize(("late", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_code_when_clocks_disagree(late, fits):
    """The step before and the step after are accepted, no other."""
    code = pyotp.TOTP(SECRET).at(NOW)
    assert (second_factor.find_step(SECRET, code, NOW + dt.timedelta(seconds=late)) is not None) is fits


@pytest.mark.pure
@pytest.mark.parametrize("typed", ["", "12345", "1234567", "x" * 10_000, "\x00", "é" * 6, "١٢٣٤٥٦", "\ud800"])
def test_code_when_nonsense(typed):
    """Whatever is typed, it is wrong, and nothing breaks."""
    assert second_factor.find_step(SECRET, typed, NOW) is None


@pytest.mark.pure
def test_code_when_typed_with_a_space():
    """Applications show « 123 456 »."""
    code = pyotp.TOTP(SECRET).at(NOW)
    assert second_factor.find_step(SECRET, f" {code[:3]} {code[3:]} ", NOW) is not None


def test_code_when_sent_again(app, person):
    """A code is accepted once, and none of a step before the last one accepted."""
    set_up(app, person)
    later = NOW + dt.timedelta(seconds=60)
    code, before = code_at(app, person, later), code_at(app, person, later - dt.timedelta(seconds=30))
    assert use(app, person, code_at(app, person, NOW), NOW) is None  # It ended the set-up.
    assert use(app, person, code, later) == "code"
    assert use(app, person, code, later) is None
    assert use(app, person, before, later) is None


def test_code_when_sent_twice_at_once(app, person):
    """Of many who send the same code at the same moment, one enters."""
    set_up(app, person)
    later = NOW + dt.timedelta(seconds=60)
    code = code_at(app, person, later)
    owner = SimpleNamespace(id=person.id)
    db.session.rollback()
    results = together(app, 6, lambda _i: use(app, owner, code, later))
    assert sorted(results, key=str) == [None] * 5 + ["code"]


def test_recovery_code_when_sent_twice_at_once(app, person):
    """A recovery code opens once, however many send it at the same moment; its owner is told of one use."""
    codes = set_up(app, person)
    owner, typed = SimpleNamespace(id=person.id), codes[3].lower().replace("-", " ")
    db.session.rollback()
    results = together(app, 6, lambda _i: use(app, owner, typed, NOW))
    assert sorted(results, key=str) == [None] * 5 + ["recovery"]
    assert kinds().count("recovery_code_used") == 1
    assert second_factor.get_state(person.id).codes_left == 9


def test_recovery_codes_when_kept(app, person):
    """Ten different codes; neither they nor the secret stand in the database, and no other account takes them."""
    codes = set_up(app, person)
    assert len(set(codes)) == 10
    kept = f"{db.session.scalars(select(RecoveryCode.code_hash)).all()}{db.session.scalar(select(SecondFactor.salt))}"
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    other = make_person()
    set_up(app, other)
    assert use(app, other, codes[0], NOW) is None


def test_secret_when_begun_again(app, person):
    """Each set-up has another secret; once one is confirmed none can be begun over it, nor confirmed twice."""
    with transaction():
        second_factor.begin(person.id, NOW)
    first = second_factor.get_state(person.id).salt
    set_up(app, person)
    assert second_factor.get_state(person.id).salt != first
    with pytest.raises(Refusal), transaction():
        second_factor.begin(person.id, NOW)
    code = code_at(app, person, NOW)
    with pytest.raises(Refusal), transaction():
        second_factor.confirm(person.id, code, app.config["SECRET_KEY"], NOW)


# --- The second step ------------------------------------------------------------------------------------------


def test_enter_when_limits_are_reached(app, person):
    """Ten wrong codes in a quarter of an hour, then even the right one waits; afterwards it enters."""
    set_up(app, person)
    later = NOW + dt.timedelta(minutes=5)
    for _time in range(10):
        assert enter(app, person, "000000x", later) is None
    with pytest.raises(TooMany):
        enter(app, person, code_at(app, person, later), later)
    after = later + dt.timedelta(minutes=16)
    assert enter(app, person, code_at(app, person, after), after) is not None


def test_enter_when_right_codes_do_not_count(app, person):
    """What was right is not counted against anybody."""
    set_up(app, person)
    for number in range(1, 13):
        moment = NOW + dt.timedelta(minutes=number)
        assert enter(app, person, code_at(app, person, moment), moment) is not None


@pytest.mark.parametrize("change", [{"password_hash": "other"}, {"closed_at": NOW}])
def test_enter_when_account_changed(app, person, change):
    """A password changed, or an account closed, between the two steps: the first is to be taken again."""
    set_up(app, person)
    mark = second_factor.mark_password(app.config["SECRET_KEY"], person.id, person.password_hash)
    with transaction():
        db.session.execute(update(type(person)).where(type(person).id == person.id).values(**change))
    later = NOW + dt.timedelta(minutes=1)
    with pytest.raises(Refusal):
        enter(app, person, code_at(app, person, later), later, mark=mark)


def test_login_when_second_factor_is_set(app, browser, person):
    """The password leads to the code, not into the account; the code opens the page one was going to."""
    set_up(app, person, utcnow() - dt.timedelta(minutes=5))
    answer = fill(browser, "a-1024", PASSWORD, url="/login?next=/me")
    assert answer.location.endswith("/login/second")
    assert "/login" in browser.get("/me", status=303).location
    db.session.rollback()
    assert db.session.scalar(select(UserSession.id)) is None
    page = answer.follow()
    form = step_form(page)
    form["code"] = "123456x"
    wrong = form.submit(status=422)
    assert 'aria-invalid="true"' in wrong.text
    form = step_form(wrong)
    form["code"] = code_at(app, person, utcnow())
    entered = form.submit(status=303)
    assert entered.location.endswith("/me")
    assert browser.get("/me").status_int == 200
    assert browser.get("/login/second", status=303).location.endswith("/login")  # The first step does not serve twice.


def test_login_when_telephone_is_missing(app, browser, person):
    """A code on paper opens the account once; the page of the second factor says how many remain."""
    codes = set_up(app, person, utcnow() - dt.timedelta(minutes=5))
    page = fill(browser, "a-1024", PASSWORD).follow().click("Utiliser un code de secours")
    form = step_form(page)
    form["code"] = codes[0]
    assert form.submit(status=303).status_int == 303
    assert "Il vous en reste 9" in browser.get("/me/second-factor").text
    other = Browser(browser.app)
    form = step_form(fill(other, "a-1024", PASSWORD).follow().click("Utiliser un code de secours"))
    form["code"] = codes[0]
    assert form.submit(status="*").status_int == 422


def test_login_second_when_nobody_came_by_the_door(browser, app):
    """Without the first step there is no second one."""
    assert browser.get("/login/second", status=303).location.endswith("/login")


# --- One's own page -------------------------------------------------------------------------------------------


def test_page_when_set_up_from_end_to_end(app, browser, person):
    """Begin, scan, type one code, see ten codes once; then signing in asks for a code, and the log has it."""
    browser.sign_in(person)
    page = browser.form(browser.get("/me/second-factor"), "/me/second-factor").submit(status=303).follow()
    assert page.text.count("data:image/svg+xml") == 1 and "otpauth://totp/" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    wrong = browser.form(page, "/confirm")
    wrong["code"] = "12x"
    page = wrong.submit(status=422)
    form = browser.form(page, "/confirm")
    form["code"] = code_at(app, person, utcnow())
    sheet = form.submit()
    codes = re.findall(r"<li>(\w{4}-\w{4}-\w{4})</li>", sheet.text)
    assert len(codes) == 10 and sheet.headers["Cache-Control"] == "no-store"
    assert form.submit(status="*").status_int == 409  # Sent again, it shows nothing.
    again = browser.get("/me/second-factor").text
    assert codes[0] not in again and "Il vous en reste 10" in again
    assert "second-factor-set" in acts() and "second_factor_set" in kinds()


def test_removal_when_password_is_wrong(app, browser, person):
    """Removal and new codes ask for the password; the right one does it, is logged and told."""
    codes = set_up(app, person, utcnow() - dt.timedelta(minutes=5))
    browser.sign_in(person)

    def send(password, action):
        form = browser.form(browser.get("/me/second-factor"), "/codes")
        form["password"] = password
        form.action = action
        return form.submit(status="*")

    for action in ("/me/second-factor/codes", "/me/second-factor/remove"):
        assert send(NEW_PASSWORD, action).status_int == 422
        assert send("", action).status_int == 422
    renewed = send(PASSWORD, "/me/second-factor/codes")
    assert renewed.status_int == 200 and codes[0] not in renewed.text
    assert use(app, person, codes[0], NOW) is None
    assert send(PASSWORD, "/me/second-factor/remove").status_int == 303
    assert "Mettre en place un second facteur" in browser.get("/me/second-factor").text
    assert second_factor.get_state(person.id) == second_factor.State(None, None, 0)
    assert "second-factor-ended" in acts() and "second_factor_removed" in kinds()


# --- Who must, and from when ----------------------------------------------------------------------------------


@pytest.mark.pure
@pytest.mark.parametrize(
    ("causes", "since"),
    [
        ((), None),
        ((None, None), None),
        ((NOW, None), NOW),
        ((NOW, dt.date(2026, 11, 22)), dt.datetime(2026, 11, 22, tzinfo=dt.UTC)),
        ((NOW, dt.date(2026, 11, 23)), NOW),
    ],
)
def test_since_when_causes_add_up(causes, since):
    """The first cause that stands counts."""
    assert rules.merge_since(*causes) == since


@pytest.mark.pure
@pytest.mark.parametrize(("seconds", "over"), [(-1, False), (0, True), (1, True)])
def test_grace_when_it_ends(seconds, over):
    """Fourteen days to the moment; who has nothing due is never late."""
    due = NOW + rules.SECOND_FACTOR_GRACE
    assert (due - NOW).days == 14
    assert rules.is_overdue(due, due + dt.timedelta(seconds=seconds)) is over
    assert not rules.is_overdue(None, NOW)


@pytest.mark.parametrize(
    ("role", "asked"),
    [("admin", True), ("author", True), ("hr", True), ("referent", True), ("manager", False), (None, False)],
)
def test_due_when_role_asks(app, role, asked):
    """Referents, administrators, authors and HR; not managers, not learners, never a demo account."""
    for is_demo in (False, True):
        person = make_person(roles=(role,) if role else (), is_demo=is_demo)
        found = queries.get_session_person(make_session(person), utcnow())
        assert (found.second_factor_due_at is not None) is (asked and not is_demo)


def test_due_when_somebody_is_an_ambassador(app):
    """From the first day of a mandate, for as long as it has not ended."""
    referent = building.make_referent()
    building.seed()
    mandate = building.make_mandate(referent=referent)
    person, version = db.session.get(Person, mandate.person_id), mandate.version

    def since():
        return queries.get_session_person(make_session(person), utcnow()).second_factor_since

    assert since() == dt.datetime.combine(mandate.starts_on, dt.time(), dt.UTC)
    with transaction():
        mandates.change_mandate(
            referent.id, mandate.id, version, "ended", "D’un commun accord, comme convenu.", building.NOW
        )
    assert since() is None


def late(**values):
    """A referent whose days of grace are over."""
    person = make_person(roles=("referent",), **values)
    with transaction():
        db.session.execute(
            update(RoleAssignment)
            .where(RoleAssignment.person_id == person.id)
            .values(given_at=utcnow() - rules.SECOND_FACTOR_GRACE - dt.timedelta(minutes=1))
        )
    return person


def test_pages_when_overdue(app, browser):
    """Only setting it up, help and signing out are left; once it is set, everything opens."""
    person = late()
    browser.sign_in(person)
    for path in ("/", "/me", "/charter", "/me/messages"):
        assert browser.get(path, status=303).location.endswith("/me/second-factor")
    assert browser.get("/", headers={"Accept": "application/json"}, status=403).json["sentence"]
    for path in ("/help", "/help/ask", "/help/alert", "/me/second-factor", "/pages/legal"):
        assert browser.get(path).status_int == 200
    page = browser.get("/me/second-factor")
    token = page.html.find("input", {"name": "csrf_token"})["value"]
    assert browser.post("/me/name", {"csrf_token": token}, status="*").status_int == 403
    page = browser.form(page, "/me/second-factor").submit().follow()
    form = browser.form(page, "/confirm")
    form["code"] = code_at(app, person, utcnow())
    assert form.submit().status_int == 200
    assert browser.get("/").status_int == 200
    browser.form(browser.get("/"), "/logout").submit(status=303)


def test_pages_when_within_grace(browser, app):
    """Until then pages open, and home and one's own page say the day."""
    browser.sign_in(make_person(roles=("referent",)))
    for path in ("/", "/me", "/me/second-factor"):
        assert "Porte-voix ne s’ouvrira plus sans lui" in browser.get(path).text


def test_pages_when_demo(browser, app):
    """A demo account is exempt and its page says so."""
    browser.sign_in(late(is_demo=True))
    assert "ne s’ouvrira plus" not in browser.get("/").text
    assert "compte de démonstration" in browser.get("/me/second-factor").text


# --- The administrator's recovery -----------------------------------------------------------------------------


def test_recovery_when_by_administrator(app, browser, person):
    """It is taken away, logged with who did it, told to the person, and ends their sessions; twice is refused."""
    set_up(app, person)
    admin = make_person(roles=("admin",), given_name="Nadia", family_name="Haddad")
    theirs = Browser(browser.app).sign_in(person)
    browser.sign_in(admin)
    page = browser.get(f"/admin/people/{person.public_id}").click(href="/second-factor$")
    form = page.forms["decide"]
    assert "Écrivez-le" in form.submit(status=422) and second_factor.is_set(person.id)
    form["reason"] = "Vue à mon bureau, badge en main"
    page = form.submit(status=303).follow()
    assert "Vue à mon bureau" in page
    assert "pas de second facteur" in form.submit(status=409)
    assert "/login" in theirs.get("/me", status=303).location
    event = db.session.scalar(select(PersonEvent).where(PersonEvent.act == "second-factor-reset"))
    assert (event.person_id, event.by_id) == (person.id, admin.id)
    message = db.session.scalar(select(Message).where(Message.kind == "second_factor_removed"))
    assert "Nadia Haddad" in render(message, find_readers([person.id])[person.id]).text
    assert "Retirer son second facteur" not in browser.get(f"/admin/people/{person.public_id}").text


def test_recovery_when_about_oneself(app, browser):
    """An administrator's own second factor goes by their own page only."""
    admin = make_person(roles=("admin",))
    set_up(app, admin)
    with pytest.raises(Refusal), transaction():
        second_factor.reset(admin.id, NOW, admin.id)
    assert second_factor.is_set(admin.id)


def test_recovery_when_nothing_is_said(app, person):
    """The service itself asks an administrator how they knew the person."""
    set_up(app, person)
    admin = make_person(roles=("admin",))
    with pytest.raises(Invalid), transaction():
        second_factor.reset(person.id, NOW, admin.id, reason=" ")
    assert second_factor.is_set(person.id)


def test_recovery_when_by_command(app, person):
    """The only administrator is helped by whoever runs the server; it is logged like any other."""
    set_up(app, person)
    runner = app.test_cli_runner()
    done = runner.invoke(args=["people", "reset-second-factor", "--email", "eleonore@tests.example"])
    assert done.exit_code == 0, done.output
    again = runner.invoke(args=["people", "reset-second-factor", "--email", "eleonore@tests.example"])
    assert again.exit_code == 1
    assert runner.invoke(args=["people", "reset-second-factor", "--email", "nobody@tests.example"]).exit_code == 1
    assert acts()[-1] == "second-factor-reset"


@pytest.mark.parametrize("kind", ["second_factor_set", "second_factor_removed", "recovery_code_used"])
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("ids", [{}, {"by": 1, "left": 1}, {"left": 0}])
def test_messages_when_rendered(app, person, kind, language, ids):
    """Each notice can be read in both languages."""
    message = Message(id=1, person_id=person.id, kind=kind, ids=ids, created_at=NOW)
    rendered = render(message, find_readers([person.id])[person.id], language)
    assert rendered.subject and rendered.path == "/me/second-factor" and "%(" not in rendered.text
