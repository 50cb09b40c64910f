"""Pages of learning, through real forms."""

import pytest

from elearn.config import ROOT
from elearn.content import service as content
from elearn.content.files import read_folder
from elearn.content.models import SiteState
from elearn.content.service import get_site
from elearn.db import db, transaction, utcnow
from elearn.learning import queries
from tests.factories import make_person


@pytest.fixture
def learner(app):
    return make_person()


def fill_placement(form, questionnaire, u="3", k="key", optional=None):
    for item in questionnaire.items:
        if item.block == "U":
            form[item.id] = u
        elif item.block == "K":
            form[item.id] = item.key if k == "key" else "d"
        elif optional is not None:
            form[item.id] = optional
    return form


def test_placement_proposes_and_keeps_nothing(browser, learner, count_queries):
    """The answers exist for the time of one answer: no statement writes, whatever was answered."""
    browser.sign_in(learner)
    page = browser.get("/placement")
    form = fill_placement(browser.form(page, "/placement"), get_site().placement)
    with count_queries() as statements:
        proposal = form.submit()
    assert "Piloter" in proposal
    assert not [s for s in statements if not s.lstrip().upper().startswith("SELECT")]
    assert queries.list_chosen_paths(learner.id) == {}


def test_placement_without_required_answers_names_each(browser, learner):
    """What is missing is said beside each question and at the top; what was given stays."""
    browser.sign_in(learner)
    page = browser.get("/placement")
    form = browser.form(page, "/placement")
    form["u1"] = "2"
    answer = form.submit(status=422)
    assert answer.text.count("Choisissez une réponse.") == 2 * 12
    assert browser.form(answer, "/placement")["u1"].value == "2"


def test_chosen_path_is_written_the_same_way_proposed_or_not(browser, learner):
    """The proposal page and the list of paths send the very same form."""
    browser.sign_in(learner)
    form = fill_placement(browser.form(browser.get("/placement"), "/placement"), get_site().placement)
    proposed = {f.submit_fields("course")[-1][0] for f in form.submit().forms.values() if f.action == "/paths"}
    listed = {f.submit_fields("course")[-1][0] for f in browser.get("/paths").forms.values() if f.action == "/paths"}
    assert proposed == listed == {"course"}


def test_no_page_shows_the_words_that_label_people(browser, learner):
    """« Objecteur » and « réticent » are shown to nobody, in either language."""
    browser.sign_in(learner)
    site = get_site()
    urls = ["/placement", "/paths", "/resources", "/glossary"] + [f"/courses/{s}" for s in site.course_slugs]
    for language in ("fr", "en"):
        learner_language(learner, language)
        for url in urls:
            text = browser.get(url).text.casefold()
            assert not [w for w in ("objecteur", "réticent", "objector", "reluctant") if w in text], url


def learner_language(person, language):
    from elearn.db import transaction

    with transaction():
        db.session.get(type(person), person.id).language = language


def test_lesson_check_without_script_gives_feedback(browser, learner):
    """A response comes back with its explanation, in place, and can be given again."""
    browser.sign_in(learner)
    lesson = get_site().course("premiers-pas").lessons[0]
    item = next(i for i in lesson.items if i.type == "single")
    page = browser.get(f"/courses/premiers-pas/{lesson.slug}")
    form = browser.form(page, f"/checks/{item.id}")
    assert "Donnez d’abord une réponse" in form.submit(status=422)
    form[f"item-{item.id}"] = item.key
    answered = form.submit().follow()
    assert item.words.of("fr").feedback[item.key] in answered.html.text
    assert f"again={item.id}" in answered


def test_every_lesson_opens_and_finishes(browser, learner):
    """Each lesson of each course opens in both languages, and its last button leads on."""
    browser.sign_in(learner)
    site = get_site()
    for slug in site.course_slugs:
        for lesson in site.course(slug).lessons:
            page = browser.get(f"/courses/{slug}/{lesson.slug}")
            assert page.html.find("h1").text == lesson.words.of("fr").title
            browser.form(page, "/done").submit(status=303)
    assert set(queries.list_done_everywhere(learner.id)) == set(site.course_slugs)


def test_lesson_page_asks_few_queries(browser, learner, count_queries):
    """Home, lesson and course pages: at most six statements."""
    browser.sign_in(learner)
    for url in ("/", "/courses/premiers-pas/networks", "/courses/premiers-pas", "/charter"):
        browser.get(url)
        with count_queries() as statements:
            browser.get(url)
        assert len(statements) <= 6, (url, statements)


def test_signature_goes_on_counting_while_no_article_changes(browser, learner, tmp_path):
    """Another contact makes another edition, and asks nobody to sign again; a changed word of one article does."""
    browser.sign_in(learner)
    browser.form(browser.get("/charter"), "/charter/sign").submit(status=303)

    def may_sign():
        return [f for f in browser.get("/charter").forms.values() if f.action == "/charter/sign"]

    with transaction():
        state = db.session.get(SiteState, 1)
        state.settings = {**state.settings, "contacts": {"referent": "Claire Aubry", "press": "Presse", "dpo": "DPO"}}
        state.revision += 1
        db.session.flush()
        assert "charter" in dict(content.publish_values(utcnow()).published)
    assert not may_sign()
    assert "votre signature compte toujours" in browser.get("/charter")
    folder = read_folder(ROOT)["charter"]
    for path, text in folder.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text + ("Une phrase de plus.\n" if path.endswith("02-volunteering.fr.md") else ""))
    checked = content.read_and_check(ROOT, tmp_path, check=lambda _folder: {})
    with transaction():
        content.publish(checked, utcnow())
    assert may_sign()
    assert "édition précédente" in browser.get("/charter")


def test_charter_signed_is_shown_again_in_the_same_words(browser, learner):
    """« Lu et compris » keeps edition and moment."""
    browser.sign_in(learner)
    page = browser.get("/charter")
    browser.form(page, "/charter/sign").submit(status=303)
    record = browser.get("/charter/signed")
    assert "telle que vous l’avez lue et signée" in record
    assert not [f for f in browser.get("/charter").forms.values() if f.action == "/charter/sign"]


@pytest.mark.parametrize("url", ["/courses/nope", "/courses/premiers-pas/nope", "/pages/nope", "/courses/../x"])
def test_unknown_addresses_are_404_in_our_words(browser, learner, url):
    """A clear sentence, no stack trace."""
    browser.sign_in(learner)
    answer = browser.get(url, status=404)
    assert "Il n’y a rien à cette adresse" in answer


def test_search_finds_by_beginning_and_without_accents(browser, learner):
    """« confid » finds « confidentialité », « hameconnage » finds « hameçonnage »."""
    browser.sign_in(learner)
    assert "Confidentialité" in browser.get("/search?q=confid")
    assert "hameçonnage" in browser.get("/search?q=hameconnage").html.text.casefold()
    assert "Rien pour" in browser.get("/search?q=zzzzqqq")
    assert "&lt;script&gt;" in browser.get("/search?q=<script>").text
