"""At the administrator's desk, by keyboard: an account made."""

from __future__ import annotations

import pytest

from .keyboard import Keyboard
from .test_story import sign_in

pytestmark = pytest.mark.browser


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
