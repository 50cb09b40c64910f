"""Every route × every role. A route that this table does not name fails the test: somebody has to decide."""

from __future__ import annotations

import re

import pytest

from tests.factories import make_person

ANYONE = "anyone"
COLLEAGUES = "colleagues"
HR, TEAM, REFERENT, AUTHOR, ADMIN = {"hr"}, {"manager"}, {"referent"}, {"author"}, {"admin"}
ROLES = ("nobody", "learner", "manager", "referent", "hr", "author", "admin")

ACCESS = {
    "ambassadors": {
        COLLEAGUES: "begin briefs change_own contest hearing mine save withdraw write",
        "referent": "absences act ambassador ambassadors answer_contest application cancel_absence decide queue rescope",
        "admin": "catalogue move_entry perimeter perimeters save_entry",
    },
    "assessment": {COLLEAGUES: "attempt contest quiz result review save save_page start submit"},
    "authoring": {
        "author": "certificate_preview contest contests document documents editions item lesson mail_preview "
        "mail_preview_html previews void"
    },
    "campaigns": {"hr": "create discard edit index launch new revise show stop"},
    "credentials": {ANYONE: "pdf verify verify_code", COLLEAGUES: "mine", "admin": "find withdraw"},
    "help": {
        COLLEAGUES: "advise alert ask capture close close_alert crisis declare_crisis end_crisis entry faq follow_up handle keep_private own read_alert "
        "send_alert send_question take thread",
        "referent": "alerts answer publish question queue unpublish",
    },
    "home": {
        ANYONE: "brand_css favicon health help logo page page_pdf robots set_language style",
        COLLEAGUES: "charter_summary_pdf find home",
    },
    "learning": {
        COLLEAGUES: "charter charter_summary check choose_path course finish glossary lesson paths placement propose "
        "resources sign_charter signed_charter visit"
    },
    "notifications": {ANYONE: "mail mail_html mailbox", COLLEAGUES: "choices one open_message own read_all"},
    "people": {
        ANYONE: "forgot forgot_sent login paper_code login_second reset",
        COLLEAGUES: "change_password end_other_sessions end_session end_sessions logout me own_log second_factor second_factor_begin "
        "second_factor_codes second_factor_confirm second_factor_remove set_display set_name",
        "admin": "admin admin_code admin_codes admin_department_act admin_department_names admin_departments admin_edit admin_import admin_import_drop "
        "admin_import_faults admin_import_sheet admin_import_start admin_imports admin_invitations admin_invite admin_log admin_mails admin_mails_again admin_mails_drop admin_mails_now admin_mails_test admin_new admin_person admin_roles admin_settings "
        "admin_second_factor admin_state",
    },
    "privacy": {COLLEAGUES: "mine mine_json mine_pdf", "admin": "copy erase"},
    "reporting": {"hr": "dashboard people people_csv people_xlsx volunteering", "manager": "team"},
}
EXAMPLES = {
    "kind": "networks",
    "move": "open",
    "quiz": "charter",
    "slug": "premiers-pas",
    "lesson_slug": "networks",
    "check_id": "pp-networks-1",
    "public_id": "nobody-has-this",
    "token": "not-a-token",
    "filename": "theme/tokens.mjs",
}
SENT_AWAY = ("people.logout", "people.end_sessions", "people.forgot", "people.login_second", "home.page")
"""They may answer by a redirect to signing in: there is nothing else to show."""


def table() -> dict[str, str]:
    """endpoint → who: ``anyone``, ``colleagues``, or one role."""
    return {
        f"{room}.{name}": who
        for room, groups in ACCESS.items()
        for who, names in groups.items()
        for name in names.split()
    }


def address(rule) -> str:
    """The rule with believable values; ids are those of nobody's rows."""

    def value(match):
        converter, _, name = match.group(1).rpartition(":")
        return "999999" if converter == "int" else EXAMPLES.get(name, "nothing")

    return re.sub(r"<([^>]+)>", value, rule.rule)


def test_every_route_is_in_the_table(app):
    """The table and the application name the same routes."""
    routes = {rule.endpoint for rule in app.url_map.iter_rules()} - {"static"}
    assert routes == set(table())


@pytest.mark.parametrize("role", ROLES)
def test_every_route_by_role(app, browser, role):
    """Who may not is told so before anything else is looked at; who may is never met with 401, 403 or a fault."""
    if role != "nobody":
        person = make_person(roles=() if role == "learner" else (role,))
    wrong = []
    allowed = table()
    for rule in app.url_map.iter_rules():
        who = allowed.get(rule.endpoint)
        if who is None:
            continue
        for method in rule.methods & {"GET", "POST"}:
            browser.reset()
            if role != "nobody":
                browser.sign_in(person)
            token = browser.get("/help").html.find("input", {"name": "csrf_token"})["value"]
            url = address(rule)
            if method == "GET":
                answer = browser.get(url, expect_errors=True)
            else:
                answer = browser.post(url, {"csrf_token": token}, expect_errors=True)
            sent_away = answer.status_int == 303 and answer.location and "/login" in answer.location
            if who == ANYONE or (role != "nobody" and who in (COLLEAGUES, role)):
                fits = answer.status_int < 500 and answer.status_int not in (401, 403)
                fits = fits and (not sent_away or rule.endpoint in SENT_AWAY)
            elif role == "nobody":
                fits = sent_away
            else:
                fits = answer.status_int == 403
            if not fits:
                wrong.append((role, method, url, answer.status))
    assert not wrong


@pytest.mark.parametrize("role", ROLES[1:])
def test_no_route_changes_a_state_by_get(app, browser, role, count_queries):
    """GET asks; only SELECTs answer it."""
    person = make_person(roles=() if role == "learner" else (role,))
    browser.sign_in(person)
    browser.get("/")  # The day's visit is noted once, by its own small transaction.
    wrong = []
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint == "static":
            continue
        with count_queries() as statements:
            browser.get(address(rule), expect_errors=True)
        wrong += [(rule.rule, s) for s in statements if not re.match(r"\s*(SELECT|WITH)\b", s, re.I)]
    assert not wrong


def test_every_post_wants_its_token(app, browser):
    """A forged form is refused before anything is looked at."""
    browser.sign_in(make_person(roles=("admin",)))
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods:
            assert browser.post(address(rule), expect_errors=True).status_int == 400, rule


def test_ten_megabytes_are_refused_in_our_words(browser):
    """A large body gets 413 and a sentence."""
    browser.sign_in(make_person())
    answer = browser.post("/placement", b"a=" + b"x" * 10_000_000, expect_errors=True)
    assert answer.status_int == 413
    assert "C’est trop volumineux" in answer


def test_headers_are_strict(browser):
    """No inline script or style is ever allowed, nothing personal is kept on the way."""
    browser.sign_in(make_person())
    for url in ("/", "/login", "/nothing-here", "/charter"):
        answer = browser.get(url, expect_errors=True)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if url == "/":
            assert answer.headers["Cache-Control"] == "no-store"


def test_cookies_are_secure_in_production(application):
    """HttpOnly, SameSite, and Secure wherever it is not a development."""
    from elearn.config import ConfigError, load

    production = {"ELEARN_ENV": "production", "ELEARN_SECRET_KEY": "k" * 48}
    config = load(environ=production)
    assert config["SESSION_COOKIE_SECURE"]
    assert config["SESSION_COOKIE_HTTPONLY"]
    for secret in ({}, {"ELEARN_SECRET_KEY": "demo-secret-never-for-production"}, {"ELEARN_SECRET_KEY": "short"}):
        with pytest.raises(ConfigError):
            load(environ={"ELEARN_ENV": "production", **secret})
