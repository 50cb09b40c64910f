"""The author's room through its pages and real forms."""

import re

import pytest
from sqlalchemy import select, update

from elearn.assessment.commands import count_use, recount
from elearn.assessment.models import Attempt, ItemContest, ItemUse, ItemVoid, QuizUse
from elearn.authoring.queries import list_use
from elearn.config import ROOT
from elearn.content import service as content
from elearn.content.files import read_folder
from elearn.content.service import get_site
from elearn.db import db, transaction, utcnow
from elearn.learning.models import CheckResponse
from elearn.notifications.kinds import list_kinds
from tests.assessment.test_contests import contest, failed_by_one, finish, void
from tests.assessment.test_service import start
from tests.factories import make_person


@pytest.fixture
def author(browser):
    """An author, signed in."""
    someone = make_person(roles=("author",))
    browser.sign_in(someone)
    return someone


def form_with(page, field):
    """The form that has this field."""
    return next(form for form in page.forms.values() if field in form.fields)


def text_of(page):
    """The page's text with plain spaces."""
    return page.text.replace("\xa0", " ")


def count():
    """Let the worker add up finished attempts."""
    while count_use(utcnow()):
        pass


def first_item():
    """The first item of the charter's bank."""
    return get_site().quiz("charter").bank[0]


# --- Documents ------------------------------------------------------------------------------------------------


def test_every_document_is_listed_and_opens_in_both_languages(browser, author):
    """The list names each one with its edition and the check's findings; each opens, whatever its kind."""
    page = browser.get("/author")
    for document in get_site().current:
        assert f"/author/{document}" in page
        for lang in ("fr", "en"):
            browser.get(f"/author/{document}?lang={lang}")
        browser.get(f"/author/{document}/editions")
    assert "sans faute" in page
    assert "modifié, à publier" not in text_of(page)


def test_faults_of_the_files_are_said(browser, author, app, tmp_path, monkeypatch):
    """A company's own broken charter is not served, and the list says why, by file and line."""
    folder = tmp_path / "courses" / "charter"
    folder.mkdir(parents=True)
    (folder / "charter.yaml").write_text("articles: [", "utf-8")
    monkeypatch.setitem(app.config, "CONTENT_OVERLAY", tmp_path)
    page = browser.get("/author")
    assert "courses/charter/charter.yaml:1" in page and "modifié, à publier" in text_of(page)


def test_a_lesson_shows_its_notes_and_keys_in_both_languages(browser, author):
    """Authors' notes are boxed, every key is marked; learners see neither."""
    course = get_site().course("premiers-pas")
    noted = next(
        (lesson for lesson in course.lessons if "/// author" in lesson.words.of("fr").body.markdown), course.lessons[0]
    )
    for lang, label in (("fr", "Note pour les auteurs"), ("en", "Note for authors")):
        page = browser.get(f"/author/course:premiers-pas/lessons/{noted.slug}?lang={lang}")
        assert label in page
        assert "La réponse attendue" in page
        assert noted.words.of(lang).takeaway in page.html.get_text()
    browser.sign_in(make_person())
    assert "Note pour les auteurs" not in browser.get(f"/courses/premiers-pas/{noted.slug}")


@pytest.mark.parametrize(
    "url",
    [
        "/author/nothing",
        "/author/course:nothing",
        "/author/charter/lessons/one",
        "/author/course:premiers-pas/lessons/nothing",
        "/author/quiz:charter/items/nothing",
        "/author/charter/items/one",
        "/author/quiz:charter?part=99",
        "/author/contests/999999",
        "/author/previews/mails/nothing",
        "/author/previews/mails/nothing/html",
        "/author/previews/certificates/nothing.pdf",
    ],
)
def test_what_does_not_exist(browser, author, url):
    """404 in our words."""
    browser.get(url, status=404)


def test_only_authors(browser):
    """A learner reads that it is not their role."""
    browser.sign_in(make_person())
    browser.get("/author", status=403)


# --- Figures --------------------------------------------------------------------------------------------------


def test_nothing_is_said_below_five(browser, author):
    """Four people met it: no figure, no choice, no time; at the fifth they appear."""
    item = None
    for _number in range(4):
        attempt = finish(make_person(), seed=5)
        item = attempt.items[0]
    count()
    url = f"/author/quiz:charter/items/{item}"
    page = browser.get(url)
    assert "Moins de 5 réponses" in text_of(page) and 'id="taken"' not in page
    assert "sur 4" not in text_of(page)
    finish(make_person(), seed=5)
    count()
    page = text_of(browser.get(url))
    assert "100 %" in page and "sur 5 réponses" in page and 'id="taken"' in page
    page = text_of(browser.get(f"/author/quiz:charter?part={get_site().quiz('charter').by_id[item].article}"))
    assert re.search(r">5</td>.*>100 %</td>", page)


def test_attempts_are_counted_once(app):
    """Whatever the worker does twice; an attempt under way, or counted before, adds nothing. What an erased person
    gave stays in the sums, which name nobody."""
    attempt = finish(make_person(), seed=5)
    other, item = failed_by_one(make_person(), seed=5)
    start(make_person(), seed=5)
    count()
    count()
    quiz = get_site().quiz("charter")
    with transaction():
        use = db.session.get(QuizUse, "charter")
        assert (use.attempts, use.passed) == (2, 1)
        sums = list_use(quiz, [quiz.by_id[item]])[item]
        assert (sums.n, sums.c, sums.s) == (2, 1.0, attempt.score + other.score)
    author = make_person(roles=("author",))
    void(item, by=author)
    db.session.rollback()
    assert db.session.get(QuizUse, "charter").passed == 2
    assert list_use(quiz, [quiz.by_id[item]])[item].c == 1.0


def test_a_quiz_page_asks_few_questions(browser, author, count_queries):
    """The number of queries does not depend on the size of the bank."""
    finish(make_person())
    count()
    browser.get("/author/quiz:charter")
    with count_queries() as statements:
        browser.get("/author/quiz:charter")
    assert len(statements) <= 10, "\n".join(statements)
    assert not [s for s in statements if "response" in s or "FROM attempt" in s]


def test_lessons_say_the_first_go_from_five_people_up(browser, author):
    """Checks of lessons: the share right at the first go, never below five."""
    course = get_site().course("premiers-pas")
    lesson = course.lessons[0]

    def respond(many):
        for number in range(many):
            person = make_person()
            with transaction():
                db.session.add(
                    CheckResponse(
                        person_id=person.id,
                        course=course.slug,
                        lesson=lesson.slug,
                        item=lesson.items[0].id,
                        first_right=number > 0,
                        latest={},
                        responded_at=utcnow(),
                    )
                )

    url = f"/author/course:premiers-pas/lessons/{lesson.slug}"
    respond(4)
    assert "du premier coup" not in text_of(browser.get(url))
    respond(1)
    assert "60 % de réussite du premier coup, sur 5 personnes" in text_of(browser.get(url))


def test_pages_never_name_who_answered(browser, author):
    """No name, no e-mail, no attempt of anybody on any page about use."""
    person = make_person(given_name="Zénobie", family_name="Quetzal", email="zenobie@tests.example")
    attempt = finish(person)
    made = contest(attempt, attempt.items[0])
    for url in (
        "/author",
        "/author/quiz:charter",
        f"/author/quiz:charter/items/{attempt.items[0]}",
        "/author/contests",
        f"/author/contests/{made}",
        "/me/messages",
    ):
        page = browser.get(url)
        assert not re.search(r"Zénobie|Quetzal|zenobie", page.text), url
        assert f"attempts/{attempt.id}" not in page


# --- Contests -------------------------------------------------------------------------------------------------


def test_a_contest_is_answered_and_the_item_voided(browser, author):
    """From the list to the answer; attempts are recounted, and the item's page says it."""
    attempt, item = failed_by_one(make_person())
    contest(attempt, "")
    page = browser.get("/author/contests").click(href="/author/contests/\\d+$")
    form = form_with(page, "decision")
    again = form.submit(status=422)
    assert "maintenir ou annuler" in again and "la lira telle quelle" in text_of(again)
    form = form_with(again, "decision")
    form["decision"], form["answer"] = "void", "Merci. Cette question était ambiguë."
    form["item"] = item
    done = form.submit().follow()
    assert "n’attend de réponse" in done
    db.session.rollback()
    assert db.session.get(Attempt, attempt.id).passed
    page = text_of(browser.get(f"/author/quiz:charter/items/{item}"))
    assert "Annulée le" in page and "devenus réussis : 1" in page and "recomptés en ce moment" in page
    while recount(utcnow()):
        pass
    assert "recomptés en ce moment" not in text_of(browser.get(f"/author/quiz:charter/items/{item}"))
    assert "annulée" in browser.get("/author/contests?answered=1")
    assert "annulée" in browser.get("/author/quiz:charter")


def test_a_contest_is_answered_and_the_item_stands(browser, author):
    """The answer alone goes out."""
    attempt = finish(make_person())
    made = contest(attempt, attempt.items[0])
    form = form_with(browser.get(f"/author/contests/{made}"), "decision")
    form["decision"], form["answer"] = "keep", "La question dit « toujours », et l’article aussi."
    assert "maintenue" in form.submit().follow()
    db.session.rollback()
    assert db.session.get(ItemContest, made).status == "upheld"
    assert "l’article aussi" in browser.get(f"/author/contests/{made}")


def test_an_item_is_voided_from_its_page(browser, author):
    """With a reason; without one, the page says that it is missing."""
    item = first_item()
    page = browser.get(f"/author/quiz:charter/items/{item.id}")
    form = form_with(page, "reason")
    assert "Écrivez pourquoi" in form.submit(status=422)
    form["reason"] = "Deux réponses sont justes."
    assert "Deux réponses sont justes." in form.submit().follow()
    db.session.rollback()
    assert db.session.scalars(select(ItemVoid.item)).all() == [item.id]


# --- Editions -------------------------------------------------------------------------------------------------


def publish_anew(tmp_path, document, path, change):
    """Publish one document with one file changed, as its next edition."""
    for name, text in read_folder(ROOT)[document].items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(change(text) if name == path else text, "utf-8")
    checked = content.read_and_check(ROOT, tmp_path)
    with transaction():
        content.publish(checked, utcnow())


def test_a_difference_is_readable(browser, author, tmp_path):
    """What was added and removed, word by word, in the lesson where it was; the other language says nothing."""
    path = "courses/glossary/glossary.fr.yaml"
    term = get_site().glossary[0]
    before = term.words.of("fr")["definition"].split()[0]
    publish_anew(tmp_path, "glossary", path, lambda text: text.replace(before, "Assurément", 1))
    page = browser.get("/author/glossary/editions")
    assert "De l’édition 1 à l’édition 2" in page
    assert page.html.find("ins").get_text() == "Assurément"
    assert before in page.html.find("del").get_text()
    assert "l’autre langue" in browser.get("/author/glossary/editions?lang=en")
    assert "deux éditions différentes" in browser.get("/author/glossary/editions?from=2&to=2")
    assert "deux éditions différentes" in browser.get("/author/glossary/editions?from=9&to=7")


def test_figures_stay_with_the_words(browser, author):
    """Responses to other words of an item are not counted with those to the present ones."""
    for _number in range(5):
        attempt = finish(make_person(), seed=5)
    count()
    item = attempt.items[0]
    url = f"/author/quiz:charter/items/{item}"
    assert "sur 5 réponses" in text_of(browser.get(url))
    with transaction():
        db.session.execute(update(ItemUse).values(digest="other words"))
    assert "Moins de 5 réponses" in text_of(browser.get(url))


# --- Previews -------------------------------------------------------------------------------------------------


def test_every_mail_can_be_previewed(browser, author):
    """Each kind in both languages, with nobody's real name; its frame may do nothing."""
    assert "Éléonore" not in browser.get("/author/previews")
    for kind in list_kinds():
        for lang in ("fr", "en"):
            page = browser.get(f"/author/previews/mails/{kind.name}?lang={lang}")
            html = browser.get(f"/author/previews/mails/{kind.name}/html?lang={lang}")
            assert "‹" not in html.text, (kind.name, re.findall(r"‹\w+›", html.text))
            assert "sandbox" in html.headers["Content-Security-Policy"]
            assert "frame-src 'self'" in page.headers["Content-Security-Policy"]


def test_certificates_can_be_previewed(browser, author):
    """The shipped sample, as a PDF, in both languages."""
    for lang in ("fr", "en"):
        answer = browser.get(f"/author/previews/certificates/programme.pdf?lang={lang}")
        assert answer.content_type == "application/pdf" and answer.body.startswith(b"%PDF")
