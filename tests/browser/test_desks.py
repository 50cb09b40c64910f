"""A day at the desks, by keyboard: a question answered, an account made."""

from __future__ import annotations

import pytest

from .keyboard import Keyboard
from .test_story import sign_in

pytestmark = pytest.mark.browser


def test_question_from_a_page_is_answered_by_a_referent(visit, ask):
    """Asked from the page where it arose, answered at the referent's desk, read by who asked."""
    words = "Puis-je montrer l’établi de mon atelier, sans personne dessus ?"
    answer = "Oui, si rien n’y dit un client ni un projet. Relisez l’article 7 et regardez les bords de l’image."
    keys = Keyboard(visit())
    sign_in(keys, "certified@demo.example")
    keys.page.goto("/charter")
    keys.follow('a[href^="/help/ask"]', backwards=True)
    keys.type("main textarea", words)
    keys.follow("main form[method=post] button[type=submit]")
    ((question_id, page),) = ask("SELECT id, page FROM question ORDER BY id DESC LIMIT 1")
    assert page == "/charter"
    desk = Keyboard(visit())
    sign_in(desk, "referent@demo.example")
    desk.page.goto("/referent/questions")
    desk.follow(f'main a[href$="/referent/questions/{question_id}"]')
    assert words in desk.page.locator("main").inner_text()
    desk.type("main textarea", answer)
    desk.follow(f'main form[action$="/referent/questions/{question_id}"] button.btn-primary')
    keys.page.goto(f"/questions/{question_id}")
    assert answer in keys.page.locator("main").inner_text()
    assert keys.page.faults == desk.page.faults == []


def test_administrator_makes_an_account(visit, ask):
    """An account with extra time, its act in the log."""
    keys = Keyboard(visit())
    sign_in(keys, "admin@demo.example")
    keys.page.goto("/admin/people/new")
    keys.type("input[name=given_name]", "Zoé")
    keys.type("input[name=family_name]", "Ångström")
    keys.type("input[name=email]", "zoe@demo.example")
    keys.type("input[name=extra_time_percent]", "33")
    keys.follow("main form button.btn-primary")
    assert ask("SELECT extra_time_percent FROM person WHERE email = 'zoe@demo.example'") == [(33,)]
    keys.page.goto("/admin/log")
    assert "Ångström" in keys.page.locator("main").inner_text()
    assert keys.page.faults == []
