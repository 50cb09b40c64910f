"""Help and alert in the real browser: a question that becomes everybody's, an alert with its capture, a crisis."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from .conftest import press, sign_in
from .keyboard import Keyboard

pytestmark = pytest.mark.browser

QUESTION = "Puis-je filmer le banc d’essai des turbines avec mon téléphone ?"
ANSWER = "Bonjour Chloé, oui, si aucun écran ni plan n’est visible. L’article 7 en donne la raison."


def capture() -> dict:
    """A screenshot that says where it was taken."""
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "48.8566 N, 2.3522 E"
    Image.new("RGB", (640, 400), "#0b5563").save(made, "PNG", exif=exif)
    return {"name": "capture.png", "mimeType": "image/png", "buffer": made.getvalue()}


def test_question_from_a_lesson_becomes_everybodys(visit, ask):
    """Asked from a lesson by keyboard, answered, made public in one click without the greeting; a colleague finds it by
    searching, and is shown it while asking nearly the same."""
    page = visit()
    keys = Keyboard(page)
    sign_in(page, "certified@demo.example")
    page.goto("/courses/premiers-pas/networks")
    lesson = page.locator("h1").inner_text()
    keys.follow('a[href^="/help/ask"]', backwards=True)
    assert lesson in page.locator(".pv-origin").inner_text()
    keys.type("main textarea", QUESTION)
    keys.follow("main form[method=post] button.btn-primary")
    thread = page.url
    assert "au plus tard" in page.locator(".lead").inner_text() and lesson in page.locator("main").inner_text()
    ((question_id,),) = ask("SELECT max(id) FROM question")
    desk = visit()
    sign_in(desk, "referent@demo.example")
    desk.goto(f"/referent/questions/{question_id}")
    desk.fill("#words", ANSWER)
    press(desk, f'form[action$="/{question_id}"] .btn-primary')
    press(desk, "text=Publier sans le nom")
    assert "oui, si aucun écran" in desk.locator("main").inner_text()
    assert "Chloé" not in desk.locator("main").inner_text()
    other = visit(width=320, dark=True)
    sign_in(other, "employee@demo.example")
    other.goto("/search?q=turbines")
    press(other, f"text={QUESTION}")
    assert "L’article 7" in other.locator("main").inner_text()
    other.goto("/help/ask")
    other.locator("#words").press_sequentially("Filmer une turbine au banc d’essai ?")
    other.click(f"#nearby summary:has-text('{QUESTION}')")
    assert "aucun écran ni plan" in other.locator("#nearby").inner_text()
    page.goto(thread)
    assert "sert à d’autres, sans votre nom" in page.locator("main").inner_text()
    press(page, "text=Ne plus la publier")
    other.goto("/search?q=turbines")
    assert "Rien pour" in other.locator("main").inner_text()
    assert page.faults == desk.faults == other.faults == []


def test_alert_reaches_who_is_on_duty_and_a_crisis_everybody(visit, ask):
    """Raised without JavaScript on a telephone, with a capture; read, taken and closed on duty; from it a crisis is
    declared: everybody reads it, on every page, until it is ended."""
    page = visit(width=320, java_script_enabled=False)
    sign_in(page, "midway@demo.example")
    press(page, ".pv-help-alert")
    page.fill("#seen", "Une vague de messages furieux depuis 21 h.")
    page.fill("#place", "Réseau X, sous notre dernière annonce")
    page.set_input_files("#captures", {**capture(), "buffer": b"<svg onload=alert(1)>"})
    press(page, "main form .btn-primary")
    assert "n’est pas une image" in page.locator(".pv-error-summary").inner_text()
    assert page.input_value("#seen").startswith("Une vague")
    page.set_input_files("#captures", capture())
    press(page, "main form .btn-primary")
    assert "prévenue" in page.locator(".lead").inner_text() and "Patienter" in page.locator("main").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    kept = page.request.get(page.locator(".pv-captures img").get_attribute("src"))
    with Image.open(io.BytesIO(kept.body())) as image:
        assert image.size == (640, 400) and not image.getexif()
    own = page.url
    desk = visit()
    keys = Keyboard(desk)
    sign_in(desk, "referent@demo.example")
    desk.goto(f"/referent/alerts/{own.rsplit('/', 1)[1]}")
    keys.follow('form[action$="/take"] button')
    keys.choose("level", "crisis")
    keys.type("#words", "Ne répondez pas ; nous prenons le relais.")
    keys.follow('form[action$="/advise"] .btn-primary')
    keys.follow('a[href$="/help/crisis"]')
    keys.follow('button[value="silence"]')
    keys.follow("#crise .btn-primary")
    colleague = visit()
    sign_in(colleague, "hr@demo.example")
    for path in ("/", "/hr", "/charter"):
        colleague.goto(path)
        band = colleague.locator(".pv-crisis")
        assert "personne d’autre n’en parle" in band.inner_text() and "suspendez vos publications" in band.inner_text()
    page.goto(own)
    assert "nous prenons le relais" in page.locator("main").inner_text() and page.locator(".pv-crisis").count() == 1
    desk.goto("/help/crisis")
    keys.type('textarea[name="end-words"]', "La presse a été prévenue trop tard.")
    keys.follow('form[action$="/end"] button')
    colleague.goto("/")
    assert colleague.locator(".pv-crisis").count() == 0
    desk.goto(f"/referent/alerts/{own.rsplit('/', 1)[1]}")
    keys.type('textarea[name="close-words"]', "Les messages se sont éteints.")
    keys.follow('form[action$="/close"] button')
    page.goto(own)
    assert "Les messages se sont éteints." in page.locator("main").inner_text()
    assert [act for (act,) in ask("SELECT act FROM crisis_act ORDER BY id DESC LIMIT 2")] == ["ended", "declared"]
    assert desk.faults == colleague.faults == []
