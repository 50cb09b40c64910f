"""The walk from first sign-in to certificate, ambassador status and HR's figures, by keyboard alone."""

from __future__ import annotations

import json
import re

import pytest

from elearn.content import loader
from elearn.content.items import check_value

from .conftest import PASSWORD
from .keyboard import Keyboard

pytestmark = pytest.mark.browser


def sign_in(keys: Keyboard, email: str) -> None:
    keys.page.goto("/")
    assert "/login" in keys.page.url
    keys.type("input[name=login], input[name=email]", email)
    keys.type("input[name=password]", PASSWORD)
    with keys.page.expect_navigation(url=re.compile(r"/$")):
        keys.press("Enter")


def speak(keys: Keyboard, language: str) -> None:
    if keys.page.get_attribute("html", "lang") != language:
        keys.follow(f'button[name=language][value="{language}"]')
    assert keys.page.get_attribute("html", "lang") == language


def document(ask, name: str):
    """A document as it is published there."""
    (files,) = ask("SELECT files FROM edition WHERE document = ? AND is_current", name)[0]
    files = json.loads(files)
    values = json.loads(files.pop("values.json"))
    return loader.load(name, files, values)[0]


def find_path(keys: Keyboard, ask) -> str:
    """Answer the placement, and take what is proposed."""
    keys.page.goto("/")
    keys.follow('main a[href="/placement"]')
    for item in document(ask, "placement").items:
        if item.block in ("U", "K"):
            keys.choose(item.id, "1" if item.block == "U" else "d")
    keys.follow('main form[action="/placement"] button')
    keys.follow('main form[action="/paths"] button[name=course]')
    return keys.page.url.rsplit("/", 1)[1]


def finish_course(keys: Keyboard, ask, slug: str) -> None:
    """Show one lesson by its check, and finish the others."""
    course = document(ask, f"course:{slug}")
    for place, lesson in enumerate(course.lessons):
        keys.page.goto(f"/courses/{slug}/{lesson.slug}")
        if place == 0:
            for item in lesson.items:
                keys.answer(item, check_value(item, item.key))
                box = f'[data-check-box="{item.id}"]'
                keys.reach(f"{box} button[type=submit]")
                keys.press("Enter")
                keys.page.wait_for_selector(f"{box} .pv-feedback-right")
            keys.page.reload()
            assert keys.page.query_selector(f'form[action$="{lesson.slug}/done"]') is None
        else:
            keys.follow(f'form[action$="/{lesson.slug}/done"] button', backwards=True)


def sit_quiz(keys: Keyboard, ask, slug: str) -> None:
    """Read the rules, respond to everything, see each response received, send, pass."""
    quiz = document(ask, f"quiz:{slug}")
    keys.page.goto(f"/quizzes/{slug}")
    keys.follow('main form[action$="/attempts"] button')
    attempt_id = int(keys.page.url.rsplit("/", 1)[1])
    (items,) = ask("SELECT items FROM attempt WHERE id = ?", attempt_id)[0]
    items = json.loads(items)
    for item_id in items:
        item = quiz.by_id[item_id]
        keys.answer(item, check_value(item, item.key))
    keys.page.wait_for_function(
        "count => document.querySelector('[data-receipt-text]').textContent.startsWith(count + ' ')",
        arg=str(len(items)),
    )
    keys.follow("form[data-quiz] button.btn-primary[type=submit]", backwards=True)
    assert keys.page.url.endswith("/result")
    assert ask("SELECT passed, status FROM attempt WHERE id = ?", attempt_id) == [(1, "submitted")]


def sign_charter(keys: Keyboard) -> None:
    keys.page.goto("/charter")
    keys.follow('form[action="/charter/sign"] button', backwards=True)


def somebody_new(ask) -> str:
    """Somebody of the crowd who has done nothing yet and speaks French for now."""
    return ask(
        "SELECT email FROM person WHERE email LIKE '%.%@demo.example' AND closed_at IS NULL AND language = 'fr' "
        "AND id NOT IN (SELECT person_id FROM completion) ORDER BY id LIMIT 1"
    )[0][0]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_story_from_first_sign_in_to_ambassador(visit, ask, language):
    """An employee learns and is certified, applies, a referent grants, HR sees the completion and nothing else."""
    email = "employee@demo.example" if language == "fr" else somebody_new(ask)
    page = visit(language=language)
    keys = Keyboard(page)
    sign_in(keys, email)
    speak(keys, language)
    path = find_path(keys, ask)
    finish_course(keys, ask, path)
    sign_charter(keys)
    sit_quiz(keys, ask, "charter")
    finish_course(keys, ask, "security")
    sit_quiz(keys, ask, "security")
    public_id = check_certificate(keys, ask, email, language)
    check_verification(visit, public_id, language)
    apply(keys, language)
    decide(visit, ask, email, language)
    page.goto("/ambassador")
    assert ask("SELECT mandate.status FROM mandate JOIN person ON person.id = person_id WHERE email = ?", email) == [
        ("active",)
    ]
    assert REASONS[language] in page.locator("main").inner_text()
    check_hr(visit, ask, email, language)
    assert page.faults == []


POSTS = {
    "fr": "Je travaille de nuit chez Hautecombe depuis quatre ans. Mon équipe cherche du renfort, et voici ce que j’aurais "
    "aimé savoir : le premier mois, on dort mal, puis le calme vous gagne. L’offre est du 5 octobre : [lien].",
    "en": "I have worked nights at Hautecombe for four years. My team needs one more person, and here is what I wish "
    "I had known: the first month you sleep badly, then the quiet grows on you. The offer is dated 5 October: [link].",
}
REASONS = {
    "fr": "Un vécu précis, un employeur nommé, une offre datée : tout y est.",
    "en": "A precise experience, a named employer, a dated offer: everything is there.",
}


def apply(keys: Keyboard, language: str) -> None:
    """Choose a situation, write a post, look at it as readers would, send it."""
    keys.page.goto("/ambassador/briefs")
    keys.follow('button[name=brief][value="job-night-line"]')
    keys.type("textarea[name=post]", POSTS[language])
    keys.tick("networks", "linkedin")
    keys.tick("topics", "trades")
    keys.follow('button[name="keep"]')
    assert POSTS[language][:40] in keys.page.locator("#preview").inner_text()
    keys.follow('button[name="send"]')


def decide(visit, ask, email: str, language: str) -> None:
    """A referent reads the post, fills the grid, gives a reason, grants."""
    page = visit(language=language)
    keys = Keyboard(page)
    sign_in(keys, "referent@demo.example")
    speak(keys, language)
    ((application_id,),) = ask(
        "SELECT application.id FROM application JOIN person ON person.id = person_id WHERE email = ?", email
    )
    keys.page.goto("/referent")
    keys.follow(f'main a[href$="/referent/applications/{application_id}"]')
    for criterion in ("transparency", "accuracy", "usefulness", "voice", "form", "respect"):
        keys.choose(f"grid-{criterion}", "3" if criterion != "form" else "2")
    keys.choose("decision", "granted")
    keys.choose("regime", "guided")
    keys.type("textarea[name=reason]", REASONS[language])
    keys.follow("form.pv-verdict button.btn-primary")
    assert page.faults == []


def check_hr(visit, ask, email: str, language: str) -> None:
    """HR finds the completed parts and the certificate, and no word of the rest."""
    page = visit(language=language)
    keys = Keyboard(page)
    sign_in(keys, "hr@demo.example")
    speak(keys, language)
    ((given, family),) = ask("SELECT given_name, family_name FROM person WHERE email = ?", email)
    keys.page.goto("/hr/people")
    keys.type('main input[name="q"], main input[type="search"]', f"{given} {family}")
    keys.press("Enter")
    row = page.locator("main tr", has_text=family).filter(has_text=given).first
    row.wait_for()
    text = row.inner_text()
    assert text.count({"fr": "Fait", "en": "Done"}[language]) == 3
    everything = page.locator("main").inner_text().casefold()
    assert "premiers pas" not in everything
    assert page.faults == []


def check_certificate(keys: Keyboard, ask, email: str, language: str) -> str:
    """One credential, and its PDF."""
    rows = ask(
        "SELECT credential.public_id FROM credential JOIN person ON person.id = person_id WHERE person.email = ?", email
    )
    assert len(rows) == 1
    keys.page.goto("/certificate")
    answer = keys.page.request.get(f"/credentials/{rows[0][0]}.pdf?lang={language}")
    assert answer.status == 200
    assert answer.body().startswith(b"%PDF-")
    return rows[0][0]


def check_verification(visit, public_id: str, language: str) -> None:
    """Anyone may verify, without an account."""
    stranger = visit(language=language)
    stranger.goto(f"/verify/{public_id}")
    assert stranger.get_attribute("html", "lang") == language
    assert stranger.locator("meta[name=robots]").get_attribute("content").startswith("noindex")
