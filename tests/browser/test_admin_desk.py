"""The administrator's desk: a list imported, somebody found, moved, let in by a printed code and closed; the company's
settings; a person's data, and erasure."""

from __future__ import annotations

import io
import json
import re

import pytest
from PIL import Image

from .conftest import press, sign_in
from .keyboard import Keyboard

pytestmark = pytest.mark.browser

HEAD = "Prénom;Nom;Matricule;Service;Arrivée\n"
WRONG = HEAD + "Óscar;Zweig;Z-1;Production > Fonderie;12/03/2026\n;Zweig;Z-2;Production > Fonderie;31/02/2026\n"
RIGHT = WRONG.replace(";Zweig;Z-2;Production > Fonderie;31/02/2026", "Ewa;Zweig;Z-2;Production > Fonderie;28/02/2026")
PASSWORD = "trois chevaux sous la neige"


def send_list(page, text: str, name: str) -> None:
    """Send a file of people as a spreadsheet in France writes it, and wait for what it would do."""
    page.goto("/admin/imports")
    page.set_input_files("input[name=file]", {"name": name, "mimeType": "text/csv", "buffer": text.encode("cp1252")})
    page.keyboard.press("Tab")
    Keyboard(page).follow("form[enctype] button.btn-primary")
    page.locator("h1", has_text="Ce que ce fichier ferait").wait_for()


def test_list_is_mended_applied_and_somebody_let_in(visit, ask):
    """Faults by line and column; the mended list applied; found, moved, let in by a code on paper, closed, all logged."""
    page = visit()
    keys = Keyboard(page)
    sign_in(page, "admin@demo.example")
    send_list(page, WRONG, "liste.csv")
    faults = page.locator("table").inner_text()
    assert "Ligne 3, Prénom" in faults and "Ligne 3, Arrivée" in faults and "31/02/2026" in faults
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger toutes les fautes").click()
    assert "3;Arrivée;31/02/2026;" in download.value.path().read_text("utf-8-sig")
    assert ask("SELECT count(*) FROM person WHERE employee_number LIKE 'Z-%'") == [(0,)]
    send_list(page, RIGHT, "liste corrigée.csv")
    assert "1 service serait créé" in page.locator("main").inner_text()
    keys.follow('form[action$="/start"] button')
    page.locator("h1", has_text="L’import est terminé").wait_for()
    page.goto("/admin")
    keys.type("main input[name=q]", "ewa zw")
    page.locator("#results", has_text="1 personne").wait_for()
    keys.follow('#results a[href*="/admin/people/"]')
    person = page.url
    assert "Production › Fonderie" in page.locator("main").inner_text()
    keys.follow('a[href$="/edit"]')
    keys.type("input[name=department]", "maint")
    page.locator('datalist option[value="Production › Maintenance"]').wait_for(state="attached")
    keys.follow("main form button.btn-primary")
    assert "Production › Maintenance" in page.locator("main").inner_text()
    keys.follow('form[action$="/code"] button')
    code = page.locator(".pv-paper-code").inner_text()
    newcomer = let_in(visit, code)
    page.goto(person)
    keys.follow('a[href$="/state"]')
    keys.type("textarea[name=reason]", "Fin de mission")
    keys.follow("#decide button.btn-danger")
    newcomer.goto("/me")
    assert "/login" in newcomer.url
    page.goto("/admin/log?who=z-2")
    said = page.locator("main").inner_text()
    for words in (
        "Compte créé",
        "Fiche modifiée",
        "Code imprimé",
        "Compte fermé",
        "par Nadia Haddad",
        "Fonderie",
        "Fin de mission",
    ):
        assert words in said, words
    assert page.faults == []


def let_in(visit, code: str):
    """A newcomer, on a phone, with the sheet they were handed; their window, signed in."""
    page = visit(width=320, height=640)
    keys = Keyboard(page)
    page.goto("/password/code")
    keys.type("input[name=identifier]", "z-2")
    keys.type("input[name=code]", code.lower())
    keys.follow("main form button.btn-primary")
    keys.type("input[name=new_password]", PASSWORD)
    keys.follow("main form button.btn-primary")
    if "/login" in page.url:
        keys.type("input[name=email]", "Z-2")
        keys.type("input[name=password]", PASSWORD)
        with page.expect_navigation(url=re.compile(r"/$")):
            keys.press("Enter")
    page.goto("/me")
    assert "/me" in page.url
    return page


def test_company_is_shown_as_it_was_set_and_somebody_is_erased(visit, ask):
    """Name, colour and logo on the next page; before and after in the log; a person's data in two forms; erasure leaves
    HR's totals as they were."""
    page = visit()
    sign_in(page, "admin@demo.example")
    page.goto("/admin/settings")
    Image.new("RGB", (320, 96), "#aa3300").save(logo := io.BytesIO(), "PNG")
    page.fill("input[name=name]", "Hautecombe SA")
    page.fill("input[name=brand]", "#7a1f5c")
    page.set_input_files("input[name=logo]", {"name": "logo.png", "mimeType": "image/png", "buffer": logo.getvalue()})
    press(page, page.get_by_role("button", name="Enregistrer les réglages"))
    assert page.locator('header img[alt*="Hautecombe SA"]').count() == 1
    button = page.get_by_role("button", name="Enregistrer les réglages")
    assert button.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(122, 31, 92)"
    page.goto("/admin/log?act=settings-changed")
    line = page.locator("main li", has_text="Réglages modifiés").first.inner_text()
    assert "Hautecombe\n" in line.replace(" ", "\n") and "Hautecombe SA" in line and "#7a1f5c" in line
    check_erasure(visit, page, ask)
    assert page.faults == []


def check_erasure(visit, page, ask) -> None:
    """Somebody certified leaves: closed, their file prepared, erased; what HR counts stays."""
    ((public_id, family),) = ask(
        "SELECT person.public_id, family_name FROM person JOIN completion ON person_id = person.id "
        "WHERE certified_at IS NOT NULL AND email LIKE '%.%@demo.example' AND closed_at IS NULL ORDER BY person.id DESC LIMIT 1"
    )
    page.goto(f"/admin/people/{public_id}")
    press(page, page.get_by_role("link", name="Fermer le compte"))
    press(page, page.get_by_role("button", name="Fermer le compte"))
    page.get_by_role("link", name="Rouvrir le compte").wait_for()
    desk = visit()
    sign_in(desk, "hr@demo.example")
    before = totals(desk)
    page.goto(f"/admin/people/{public_id}/erase")
    for kind in ("JSON", "PDF"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Préparer le {kind}").click()
        data = download.value.path().read_bytes()
        assert data.startswith(b"%PDF-") if kind == "PDF" else json.loads(data)["person"][0]["family_name"] == family
    page.fill("input[name=confirm]", "effacer")
    press(page, page.get_by_role("button", name="Effacer ces données"))
    page.locator("h1", has_text="Personne effacée").wait_for()
    assert family not in page.locator("main").inner_text()
    assert totals(desk) == before
    assert ask("SELECT given_name, email FROM person WHERE public_id = ?", public_id) == [("", None)]


def totals(desk) -> list[list[str]]:
    """Every number of HR's overview, and of the list of everybody; not of when they were read."""
    found = []
    for address in ("/hr", "/hr/people?who=all"):
        desk.goto(address)
        said = desk.locator("main" if address == "/hr" else "main h2").first.inner_text()
        said = "\n".join(line for line in said.splitlines() if "Chiffres du" not in line)
        found.append(re.findall(r"\d[\d ]*", said))
    return found
