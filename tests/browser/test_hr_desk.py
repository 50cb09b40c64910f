"""HR's desk and a manager's, as stories: from a number to its file, and a reminder from its draft to the mailbox."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import time

import pytest

from .conftest import press, sign_in
from .keyboard import Keyboard

pytestmark = pytest.mark.browser


def names(page) -> list[str]:
    """Who is on the page's list."""
    return [each.split(" (")[0].strip() for each in page.locator("tbody th").all_inner_texts()]


def count(page) -> int:
    """How many people the list says it has."""
    return int(re.sub(r"\D", "", page.locator("#results [role=status]").inner_text()))


def wait_for_count(page, before: int) -> None:
    """The list is put in place without a new page: the number it says has changed."""
    page.wait_for_function(
        "before => { const said = document.querySelector('#results:not([aria-busy]) [role=status]');"
        " return said && said.textContent.replace(/\\D/g, '') !== String(before) }",
        arg=before,
    )


def test_hr_goes_from_a_number_to_its_people_and_to_their_file(visit):
    """Dashboard, another period and who obtained a certificate in it, a number, the list that equals it, search and filters that stand in the address, and the file that
    holds what is on screen; the dashboard prints as a report."""
    page = visit(accept_downloads=True)
    sign_in(page, "hr@demo.example")
    keys = Keyboard(page)
    page.goto("/hr")
    keys.follow("#months a[href*='period=last-year']")
    page.click("#months summary:has-text('Choisir')")
    page.select_option("#f-from_month", index=4)
    page.select_option("#f-to_month", index=0)
    press(page, "#months form button")
    assert len(page.locator("#months tbody tr").all()) == 5
    obtained = page.locator("#months figcaption a")
    number = int(re.match(r"\d+", obtained.inner_text()).group())
    press(page, obtained)
    assert count(page) == number > 0
    page.goto("/hr")
    column = page.locator("#months svg a").last
    number = int(column.get_attribute("aria-label").split()[-2])
    keys.follow("#months svg a:last-of-type")
    assert count(page) == number > 0
    page.goto("/hr")
    number = int(page.locator("#funnel a[href*='charter=done']").first.inner_text())
    assert len(page.pdf()) > 10_000
    keys.follow("#funnel a[href*='charter=done']")
    assert count(page) == number
    page.fill("#f-q", "ben")
    wait_for_count(page, number)
    found = count(page)
    assert 0 < found < number
    assert {"q=ben", "charter=done"} <= set(page.url.split("?")[1].split("&"))
    page.select_option("#f-sort", "department")
    page.wait_for_url("**sort=department**")
    page.reload()
    assert count(page) == found == len(names(page))
    assert page.input_value("#f-q") == "ben"
    assert page.input_value("#f-sort") == "department"
    page.go_back()  # Each filter is a step.
    page.wait_for_function("document.querySelector('#f-sort').value === 'name'")
    page.wait_for_load_state()
    assert count(page) == found and page.input_value("#f-q") == "ben"
    page.go_forward()
    page.wait_for_function("document.querySelector('#f-sort').value === 'department'")
    with page.expect_download() as download:
        page.click("a[href*='people.csv']")
    with open(download.value.path(), newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(io.StringIO(file.read()), delimiter=";"))
    assert [row[0] for row in rows[1:]] == names(page)
    page.fill("#f-q", "personne de ce nom")
    wait_for_count(page, found)
    assert page.locator("#results .pv-empty").is_visible()
    assert page.faults == []


def test_hr_prepares_changes_and_launches_a_reminder(visit, ask):
    """Seen with real names, changed, launched; in the mailbox, once for each, with the reason it came; the dashboard
    then says who has not finished."""
    page = visit()
    sign_in(page, "hr@demo.example")
    page.goto("/hr/campaigns/new")
    press(page, "main button[type=submit]")
    assert page.locator("#name[aria-invalid]").is_visible()
    page.faults.clear()  # The browser notes the 422.
    page.fill("#name", "Brouillon")
    workshop = page.locator("#f-department option", has_text="Atelier de montage").get_attribute("value")
    page.select_option("#f-department", workshop)
    press(page, "main button[type=submit]")
    press(page, "main a[href$='/edit']")
    assert page.input_value("#name") == "Brouillon"
    page.fill("#name", "Formation de l’automne")
    in_a_month = dt.date.fromisoformat(page.input_value("#deadline"))  # On the company's calendar.
    page.fill("#deadline", (in_a_month - dt.timedelta(days=16)).isoformat())
    press(page, "main button[type=submit]")
    said = page.locator("main").inner_text()
    assert first_late(ask) in said
    assert "Pourquoi ce message" in said
    press(page, "nav a[href*='day=7']")
    assert "est passée" in page.locator("main").inner_text()
    ((latest,),) = ask("SELECT max(id) FROM message")
    press(page, "form[action$='/launch'] button")
    campaign = page.url
    page.goto("/hr")
    left = page.locator(".pv-demands li", has_text="Formation de l’automne").locator(".pv-bars-note a")
    number = int(left.inner_text())
    press(page, left)
    assert count(page) == number > 0
    page.goto("/dev/mailbox")
    end = time.monotonic() + 300
    while len(mails := list_reminders(page, latest)) < number and time.monotonic() < end:  # The worker is at it.
        page.goto("/dev/mailbox")
    assert len(mails) == number
    page.goto(campaign)
    press(page, "form[action$='/stop'] button")
    assert page.faults == []


def list_reminders(page, after: int) -> list[str]:
    """The addresses of the mailbox's reminders that were written after this message."""
    found = page.locator("main li a", has_text="Votre formation")
    addresses = found.evaluate_all("all => all.map(a => a.getAttribute('href'))")
    return [address for address in addresses if int(address.rsplit("/", 1)[1]) > after]


def first_late(ask) -> str:
    """Who comes first of the workshop, its lines included, with a part to do."""
    return ask(
        "SELECT given_name || ' ' || family_name FROM person JOIN department ON department.id = department_id "
        "LEFT JOIN completion ON person_id = person.id WHERE closed_at IS NULL AND department.path LIKE "
        "(SELECT path FROM department WHERE name = 'Atelier de montage') || '%' AND (person_id IS NULL OR "
        "completion.path < 2 OR charter < 2 OR security < 2) ORDER BY search_name LIMIT 1"
    )[0][0]


def test_manager_sees_their_own_team_and_nobody_else(visit, ask):
    """The direct team, the parts and the certificates; HR's pages and files stay closed."""
    page = visit()
    sign_in(page, "manager@demo.example")
    Keyboard(page).follow("header a[href='/team']")
    team = ask(
        "SELECT given_name || ' ' || family_name FROM person WHERE closed_at IS NULL AND manager_id = "
        "(SELECT id FROM person WHERE email = 'manager@demo.example')"
    )
    assert sorted(names(page)) == sorted(name for (name,) in team)
    for address in ("/hr", "/hr/people", "/hr/people.csv", "/hr/campaigns"):
        assert page.request.get(address).status == 403
    assert page.faults == []
