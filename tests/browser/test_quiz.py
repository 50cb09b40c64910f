"""A quiz in a real browser: what is received as it is given, without a network, in two tabs, without JavaScript."""

from __future__ import annotations

import datetime as dt

import pytest

from elearn.assessment import queries
from elearn.assessment.models import Attempt
from elearn.content.service import get_site
from elearn.db import db, transaction, utcnow
from tests.factories import make_person

pytestmark = pytest.mark.browser


def begin(page, quiz="charter"):
    """Start from the quiz's page."""
    page.goto(f"/quizzes/{quiz}")
    page.get_by_role("button", name="Commencer le quiz").click()
    page.wait_for_url("**/attempts/*")
    return page.url


def attempt():
    """The attempt, as the database has it."""
    db.session.rollback()
    return db.session.query(Attempt).one()


def singles(page, how_many):
    """The first questions with one response to choose."""
    return [page.locator("fieldset[data-type=single]").nth(n) for n in range(how_many)]


def choose(box, place=0):
    """Choose a row by the keyboard."""
    radio = box.locator("input").nth(place)
    radio.focus()
    radio.press("Space")


def wait_for(page, words):
    """Wait until the receipt line says this."""
    page.wait_for_function(
        "words => document.querySelector('[data-receipt-text]').textContent.replaceAll('\\u00a0', ' ').includes(words)",
        arg=words,
    )


def held():
    """How many responses the server holds."""
    return sum(bool(r.value) for r in queries.get_responses(attempt().id).values())


def test_each_response_is_received_as_it_is_given(window):
    """The receipt says what the server holds, and the server holds it."""
    page = window(make_person())
    begin(page)
    for number, box in enumerate(singles(page, 3), 1):
        choose(box)
        wait_for(page, f"{number} sur 20 reçues, ")
        assert held() == number


def test_network_lost_for_a_while(window):
    """Responses wait on the device, the page says so, and they leave when the network is back."""
    page = window(make_person())
    begin(page)
    first, second, third = singles(page, 3)
    choose(first)
    wait_for(page, "1 sur 20")
    page.context.set_offline(True)
    choose(second)
    choose(third)
    wait_for(page, "Le réseau ne répond pas")
    assert held() == 1
    page.context.set_offline(False)
    wait_for(page, "3 sur 20")
    assert held() == 3


def test_browser_closed_without_network(window):
    """What could not leave before the window closed leaves when the page is opened again."""
    page = window(make_person())
    address = begin(page)
    page.context.set_offline(True)
    choose(singles(page, 1)[0], 1)
    wait_for(page, "Le réseau ne répond pas")
    again = page.context.new_page()
    page.close(run_before_unload=False)
    page.context.set_offline(False)
    again.goto(address)
    wait_for(again, "1 sur 20")
    assert singles(again, 1)[0].locator("input").nth(1).is_checked()


SLOW = """const now = Date.now; let late = 5000; Date.now = () => { const all = now() + late; late = 0; return all; }"""
"""What a page sees of the clock when it took five seconds to come."""


def test_two_tabs(window):
    """The latest gesture counts, whichever tab it was made in and however slowly that tab came; sending from the other
    brings nothing old back."""
    person = make_person()
    page = window(person)
    address = begin(page)
    other = page.context.new_page()
    other.add_init_script(SLOW)
    other.goto(address)
    choose(singles(page, 1)[0], 0)
    wait_for(page, "1 sur 20")
    choose(singles(other, 1)[0], 2)
    wait_for(other, "1 sur 20")
    item = singles(other, 1)[0].get_attribute("id")[5:]
    latest = singles(other, 1)[0].locator("input").nth(2).get_attribute("value")
    page.get_by_role("button", name="Envoyer mes réponses").click()
    page.wait_for_url("**/review")
    assert queries.get_responses(attempt().id)[item].value == latest
    page.get_by_role("button", name="Envoyer sans les compléter").dblclick()
    page.wait_for_url("**/result")
    choose(singles(other, 2)[1])
    wait_for(other, "Ce quiz est terminé")
    assert db.session.query(Attempt).count() == 1


def test_back_button_after_the_result(window):
    """Going back from the result leads to the result again, not to a form that could be sent twice."""
    page = window(make_person())
    begin(page)
    page.get_by_role("button", name="Envoyer mes réponses").click()
    page.wait_for_url("**/review")
    page.get_by_role("button", name="Envoyer sans les compléter").click()
    page.wait_for_url("**/result")
    page.go_back()
    page.wait_for_url("**/result")


def test_every_type_by_keyboard(window):
    """Choosing, ticking, ordering, sorting, marking: all of it by the keyboard, all of it received."""
    page = window(make_person())
    begin(page, "security")
    for done, box in enumerate(page.locator("fieldset.pv-item").all(), 1):
        kind = box.get_attribute("data-type")
        if kind in ("single", "boolean", "multiple", "span"):
            choose(box)
        elif kind == "ordering":
            button = box.locator("[data-down]").first
            button.focus()
            button.press("Enter")
        else:
            for row in box.locator("li").all():
                control = row.locator("select, input").first
                control.focus()
                control.press("ArrowDown" if control.evaluate("e => e.tagName") == "SELECT" else "Space")
        wait_for(page, f"{done} sur 20")
    assert held() == 20


def test_server_ends_a_quiz_whose_time_is_over(window):
    """At the deadline the page sends itself, on what was received."""
    page = window(make_person())
    address = begin(page, "security")
    choose(singles(page, 1)[0])
    wait_for(page, "1 sur 20")
    with transaction():
        db.session.query(Attempt).one().deadline_at = utcnow() + dt.timedelta(seconds=2)
    page.goto(address, wait_until="commit")  # The page may end the quiz before it is loaded.
    page.wait_for_url("**/result")
    assert attempt().passed is False


def test_without_javascript(window):
    """Sent to pages of five, saved one by one, reread, sent."""
    page = window(make_person(), java_script_enabled=False)
    begin(page)
    page.wait_for_url("**?page=1")
    quiz = get_site().quiz("charter")
    for number in range(4):
        for id_ in attempt().items[number * 5 : number * 5 + 5]:
            item = quiz.by_id[id_]
            if item.type in ("single", "boolean"):
                page.locator(f'input[name="item-{id_}"][value="{item.key}"]').check()
        page.get_by_role("button", name="Enregistrer et ").click()
    page.wait_for_url("**/review**")
    page.get_by_role("button", name="Envoyer").click()
    page.wait_for_url("**/result")
    assert attempt().score >= 10
