"""The author's desk, by keyboard: a contest from the result to the certificate, an edition compared, what people receive."""

from __future__ import annotations

import pytest

from elearn.assessment.commands import count_use, recount
from elearn.authoring import findings
from elearn.config import ROOT
from elearn.content import service as content
from elearn.content.files import read_folder
from elearn.content.service import get_site
from elearn.credentials.service import fulfil
from elearn.db import db, transaction, utcnow
from tests.assessment.test_contests import failed_by_one
from tests.factories import make_person

from .keyboard import Keyboard

pytestmark = pytest.mark.browser

CONTEST = "Celle sur les secrets : deux réponses me paraissent justes."
ANSWER = "Merci. Deux réponses étaient justes en effet, la question ne compte plus."


@pytest.fixture(autouse=True)
def without_check(monkeypatch):
    """The check of the files takes seconds and has its own tests."""
    monkeypatch.setattr(findings, "check_folder", lambda _folder: {})


def main(keys) -> str:
    """What the page says, with plain spaces."""
    return keys.page.locator("main").inner_text().replace("\xa0", " ").replace("\u202f", " ")


def test_contested_item_is_voided_and_a_certificate_follows(window):
    """A learner whose last requirement failed by one item contests it; the author reads the figures and voids it; both
    this learner and one who never complained hold their certificate, and are told."""
    learner, silent, author = make_person(), make_person(), make_person(roles=("author",))
    for person in (learner, silent):
        with transaction():
            for requirement in ("path", "charter-signature", "security-lessons", "security-quiz"):
                fulfil(person.id, requirement, {}, utcnow())
    for person in [*(make_person() for _ in range(3)), silent, learner]:
        attempt, item = failed_by_one(person)
    while count_use(utcnow()):
        pass
    result = f"/quizzes/charter/attempts/{attempt.id}/result"

    keys = Keyboard(window(learner))
    keys.page.goto(result)
    assert "Pas encore" in main(keys)
    keys.follow('main a[href$="/contest"]')
    keys.type("main textarea", CONTEST)
    keys.follow("main form button[type=submit]")
    assert "paraîtra ici" in main(keys)

    desk = Keyboard(window(author))
    desk.page.goto("/author")
    desk.follow('main a[href="/author/contests"]')
    desk.follow('main a[href^="/author/contests/"]')
    assert CONTEST in main(desk)
    assert learner.family_name not in desk.page.content()
    row = desk.page.locator("main tr", has=desk.page.locator(f'a[href*="/items/{item}?"]'))
    assert "Très peu y répondent juste" not in row.inner_text()  # Flags need ten responses; figures need five.
    assert row.locator("td").nth(1).inner_text() == "5"
    desk.choose("decision", "void")
    desk.pick("item", item)
    desk.type("main textarea", ANSWER)
    desk.follow("main form button[type=submit]")
    assert "sont recomptés" in main(desk)

    keys.page.goto(result)
    assert "C’est réussi" in main(keys) and ANSWER in main(keys)
    keys.follow('main a[href="/certificate"]')
    keys.page.goto("/me/messages")
    said = main(keys)
    assert "certificat" in said and "contestation" in said.lower()

    while recount(utcnow()):
        pass
    desk.page.goto(f"/author/quiz:charter/items/{item}")
    assert "monté : 5 ; devenus réussis : 5" in main(desk)
    other = window(silent)
    other.goto("/certificate")
    assert "/certificate" in other.url
    other.goto("/me/messages")
    assert "certificat" in other.locator("main").inner_text()


def test_edition_compared_item_and_previews_read(window, tmp_path):
    """What an edition changed, in the words where it changed; an item with its key; then a mail in its frame and a
    certificate, both in two languages."""
    term = get_site().glossary[0].words.of("fr")["definition"]
    for path, text in read_folder(ROOT)["glossary"].items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text.replace(term.split()[0], "Assurément", 1) if ".fr." in path else text)
    checked = content.read_and_check(ROOT, tmp_path, check=lambda _folder: {})
    with transaction():
        content.publish(checked, utcnow())
    db.session.rollback()

    keys = Keyboard(window(make_person(roles=("author",))))
    keys.page.goto("/author")
    keys.follow('main a[href$="/author/glossary/editions"]')
    assert keys.page.locator("main ins").inner_text() == "Assurément"
    assert keys.page.locator("main del").inner_text() == term.split()[0]
    keys.page.goto("/author/quiz:security?lang=en")
    keys.follow('main a[href*="part=passwords"]')
    keys.follow('main a[href*="/items/"]')
    assert "La réponse attendue" in main(keys)
    keys.page.goto("/author/previews")
    assert "Éléonore" not in main(keys)
    keys.follow('main a[href$="/mails/credential_issued"]')
    for lang, words in (("fr", "certificat"), ("en", "certificate")):
        keys.page.goto(f"/author/previews/mails/credential_issued?lang={lang}")
        frame = keys.page.frame_locator("iframe.pv-mail").locator("body")
        assert words in frame.inner_text() and "Éléonore" in frame.inner_text()
        answer = keys.page.request.get(f"/author/previews/certificates/programme.pdf?lang={lang}")
        assert answer.body().startswith(b"%PDF")
