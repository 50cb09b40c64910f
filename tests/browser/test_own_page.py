"""One's own page, lived in: comfort that follows one from browser to browser, sessions, mails; and a second factor set up,
used, lost, reset and asked for again, by keyboard."""

from __future__ import annotations

import re
import sqlite3
import time

import pyotp
import pytest

from .conftest import press
from .conftest import sign_in as enter
from .keyboard import Keyboard

pytestmark = pytest.mark.browser

CHOSEN = "quatre girafes lisent sous le tilleul"


def text(page) -> str:
    return page.locator("main").inner_text()


def test_comfort_follows_the_person_and_sessions_end_elsewhere(visit, ask):
    """Theme, size, spacing and language chosen in one browser are there in the next; from it the first is closed, and a
    kind of mail is chosen."""
    ((email,),) = ask(
        "SELECT email FROM person WHERE email LIKE '%.%@demo.example' AND closed_at IS NULL AND password_hash IS NOT NULL "
        "ORDER BY id DESC LIMIT 1"
    )
    first = Keyboard(visit())
    enter(first.page, email)
    first.page.goto("/me")
    for name, value in (("language", "en"), ("theme", "dark"), ("text", "3"), ("spacing", "wide")):
        first.choose(name, value)
    assert first.page.get_attribute("html", "data-theme") == "dark"  # Shown at once, before it is saved.
    first.follow('form[action="/me/display"] button')
    first.page.evaluate("document.querySelector('form[action=\"/logout\"]').requestSubmit()")
    first.page.wait_for_url("**/login")
    enter(first.page, email)
    second = Keyboard(visit(width=390, language="fr"))
    enter(second.page, email)
    for page in (first.page, second.page):
        page.goto("/me")
        kept = [page.get_attribute("html", f"data-{name}") for name in ("theme", "text", "spacing")]
        assert (kept, page.get_attribute("html", "lang")) == (["dark", "3", "wide"], "en")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    second.follow('form[action="/me/sessions/others/end"] button')
    assert "this device" in text(second.page)
    first.page.goto("/me")
    assert "/login" in first.page.url and "Your session is over" in text(first.page)
    second.follow('main a[href="/me/notices"]')
    second.pick("credential_issued", "app")
    second.follow("main form button[type=submit]")
    assert second.page.input_value('select[name="credential_issued"]') == "app"
    assert first.page.faults == second.page.faults == []


def pass_door(keys: Keyboard, email: str) -> None:
    """The password, by keyboard; what follows depends on the second factor."""
    keys.page.goto("/login")
    keys.type("input[name=email]", email)
    keys.type("input[name=password]", CHOSEN)
    with keys.page.expect_navigation():
        keys.press("Enter")


def leave(keys: Keyboard) -> None:
    keys.page.evaluate("document.querySelector('form[action=\"/logout\"]').requestSubmit()")
    keys.page.wait_for_url("**/login")


def welcome(admin, keys: Keyboard, email: str) -> str:
    """A new author, with a code on paper; return the page of their account."""
    admin.goto("/admin/people/new")
    for name, value in (("given_name", "Solène"), ("family_name", "Kermarrec"), ("email", email)):
        admin.fill(f"input[name={name}]", value)
    press(admin, "main form button.btn-primary")
    account = admin.url
    press(admin, 'a[href$="/roles/author"]')
    press(admin, "#decide button.btn-primary")
    press(admin, 'form[action$="/code"] button')
    code = admin.locator(".pv-paper-code").inner_text()
    keys.page.goto("/password/code")
    keys.type("input[name=identifier]", email)
    keys.type("input[name=code]", code)
    keys.follow("main form button[type=submit]")
    keys.type("input[name=new_password]", CHOSEN)
    keys.follow("main form button[type=submit]")
    return account


def set_up(keys: Keyboard) -> tuple[pyotp.TOTP, list[str], float]:
    """From the reminder to ten codes on paper; return what makes codes, those on paper, and when the first was used."""
    keys.follow('main form[action="/me/second-factor"] button')
    assert keys.page.locator("img.pv-qr").get_attribute("src").startswith("data:image/svg")
    totp, now = pyotp.TOTP(keys.page.locator(".pv-paper-code").inner_text().replace(" ", "")), time.time()
    keys.type("input[name=code]", totp.at(now))
    keys.follow('form[action$="/confirm"] button')
    return totp, keys.page.locator(".pv-codes li").all_inner_texts(), now


def test_second_factor_from_grace_to_recovery(visit, ask, product):
    """A new author has fourteen days; sets a second factor up, signs in with it, then with a code on paper; loses both;
    the administrator resets it and the log says so; past the fourteen days nothing else opens."""
    email = "solene@demo.example"
    admin = visit()
    enter(admin, "admin@demo.example")
    keys = Keyboard(visit(width=390))
    account = welcome(admin, keys, email)

    pass_door(keys, email)
    assert "ne s’ouvrira plus sans lui" in text(keys.page)
    keys.follow('main a[href="/me/second-factor"]')
    totp, codes, used = set_up(keys)
    assert len(codes) == 10
    leave(keys)

    pass_door(keys, email)
    assert keys.page.url.endswith("/login/second")
    keys.type("input[name=code]", totp.at(max(used + 30, time.time())))  # The first has served.
    keys.follow("main form button[type=submit]")
    assert "/login" not in keys.page.url
    leave(keys)

    pass_door(keys, email)
    keys.follow('main a[href*="with=recovery"]')
    keys.type("input[name=code]", codes[3].lower())
    keys.follow("main form button[type=submit]")
    keys.page.goto("/me/second-factor")
    assert "Il vous en reste 9" in text(keys.page)

    admin.goto(account)
    press(admin, 'a[href$="/second-factor"]')
    admin.fill("textarea[name=reason]", "Vue à mon bureau")
    press(admin, "#decide button.btn-danger")
    admin.goto("/admin/log")
    assert re.search(r"Second facteur réinitialisé · Solène Kermarrec\s+.*par Nadia Haddad", text(admin))
    keys.page.goto("/me")
    assert "/login" in keys.page.url
    pass_door(keys, email)
    assert "/login" not in keys.page.url
    keys.page.goto("/me/log")
    assert "Second facteur réinitialisé" in text(keys.page) and "Nadia Haddad" in text(keys.page)

    with sqlite3.connect(product.instance / "elearn.sqlite3", timeout=10) as database:  # Fourteen days pass.
        database.execute(
            "UPDATE role_assignment SET given_at = datetime(given_at, '-15 days') "
            "WHERE person_id = (SELECT id FROM person WHERE email = ?)",
            (email,),
        )
    keys.page.goto("/me")
    assert keys.page.url.endswith("/me/second-factor") and "quatorze jours est passé" in text(keys.page)
    keys.page.goto("/help/alert")
    assert keys.page.url.endswith("/help/alert")  # What cannot wait stays open.
    assert keys.page.faults == admin.faults == []
