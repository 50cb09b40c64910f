"""A quiz through its real forms, without JavaScript, and the saves that the page's script sends."""

import datetime as dt
import re

import pytest

from elearn.assessment import queries, service
from elearn.assessment.forms import mark_of
from elearn.assessment.models import Attempt, AttemptStatus
from elearn.content.service import get_site
from elearn.db import db, transaction, utcnow
from tests.factories import make_person

from .banks import fields, right, wrong


@pytest.fixture
def person(browser):
    """Somebody signed in."""
    someone = make_person()
    browser.sign_in(someone)
    return someone


def begin(browser, quiz="charter"):
    """Start from the quiz's page, as one does; return the attempt."""
    page = browser.get(f"/quizzes/{quiz}")
    browser.form(page, "/attempts").submit().follow()
    db.session.rollback()
    return db.session.query(Attempt).order_by(Attempt.id.desc()).first()


def url_of(attempt, tail=""):
    """The address of an attempt."""
    return f"/quizzes/{attempt.quiz}/attempts/{attempt.id}{tail}"


def fill(form, item, value):
    """Answer one item of a form as a person would."""
    for name, values in fields(item, value).items():
        boxes = form.fields[name]
        if len(boxes) > 1 and boxes[0].attrs.get("type") == "checkbox":
            for box in boxes:
                box.checked = box._value in values
        elif boxes[0].attrs.get("type") == "checkbox":
            boxes[0].checked = boxes[0]._value in values
        else:
            form[name] = values[0]


def items_of(attempt):
    """The drawn items."""
    quiz = get_site().quiz(attempt.quiz)
    return [quiz.by_id[id_] for id_ in attempt.items]


def received(attempt):
    """What the server holds."""
    db.session.rollback()
    return {id_: r.value for id_, r in queries.get_responses(attempt.id).items()}


def json_save(browser, attempt, saves, **headers):
    """What the script sends: item → (value, sequence)."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(url_of(attempt)).text).group(1)
    quiz = get_site().quiz(attempt.quiz)
    data = [
        {"item": id_, "fields": fields(quiz.by_id[id_], value) if value else {}, "sequence": sequence}
        for id_, (value, sequence) in saves.items()
    ]
    return browser.post_json(
        url_of(attempt, "/responses"),
        {"responses": data},
        headers={"X-CSRFToken": token, "Accept": "application/json", **headers},
        expect_errors=True,
    )


# --- Before one starts ----------------------------------------------------------------------------------------


def test_rules_are_said_beforehand(browser, person):
    """Number, pass mark, knock-outs, attempts, pause, time, what is kept and who sees it."""
    page = browser.get("/quizzes/security").text.replace("\xa0", " ")
    for words in (
        "20, tirées au sort",
        "80 % des points",
        "décisives",
        "3 essais",
        "24 heures",
        "45 minutes",
        "10 secondes",
        "Qui voit quoi",
    ):
        assert words in page
    assert "Sans limite" in browser.get("/quizzes/charter")


def test_extra_time_is_said(browser):
    """One's own time, not everybody's."""
    browser.sign_in(make_person(extra_time_percent=33))
    page = browser.get("/quizzes/security")
    assert "60 minutes" in page.text.replace("\xa0", " ") and "temps supplémentaire est compris" in page


@pytest.mark.parametrize("url", ["/quizzes/nothing", "/quizzes/charter/attempts/999999", "/quizzes/charter/attempts/x"])
def test_unknown(browser, person, url):
    """A sentence of ours and the right status."""
    assert browser.get(url, status=404)


def test_signed_out(browser):
    """A quiz asks to sign in; its script is told so in JSON."""
    assert "/login" in browser.get("/quizzes/charter", status=303).location


def test_somebody_elses_attempt_is_absent(browser, person):
    """404 for every page of it."""
    attempt = begin(browser)
    browser.sign_in(make_person())
    for tail in ("", "/review", "/result"):
        browser.get(url_of(attempt, tail), status=404)


# --- Page by page ---------------------------------------------------------------------------------------------


def test_page_by_page(browser, person):
    """Five at a time, saved by each button, reread, sent: the way without JavaScript, with every item type."""
    attempt = begin(browser)
    page = browser.get(url_of(attempt))
    assert f'<noscript><meta http-equiv="refresh" content="0; url={url_of(attempt)}?page=1"></noscript>' in page
    page = browser.get(url_of(attempt) + "?page=1")
    for number in range(4):
        form = browser.form(page, url_of(attempt))
        for item in items_of(attempt)[number * 5 : number * 5 + 5]:
            fill(form, item, right(item))
        page = form.submit().follow()
        assert len(received(attempt)) == number * 5 + 5
    assert page.request.path.endswith("/review") and "Tout est là" in page
    page = browser.form(page, "/submit").submit().follow()
    assert "C’est réussi" in page
    assert page.text.count("<fieldset") == 20 and "La réponse attendue" in page


@pytest.mark.parametrize("quiz", ["charter", "security"])
def test_every_response_comes_back_as_it_was_given(browser, person, quiz):
    """Leaving and coming back: each item type is shown with the response that was received."""
    attempt = begin(browser, quiz)
    with transaction():
        given = {i.id: (right(i), 5) for i in items_of(attempt)}
        service.save_responses(attempt.id, person.id, given, utcnow())
    before = received(attempt)
    page = browser.get(url_of(attempt))
    answer = browser.form(page, "/submit").submit("", index=None)
    assert answer.status_int == 303
    assert received(attempt) == before


def test_page_shows_unanswered_ones_before_sending(browser, person):
    """Missing responses are named first; one may send all the same."""
    attempt = begin(browser)
    form = browser.form(browser.get(url_of(attempt)), "/submit")
    first = items_of(attempt)[0]
    fill(form, first, right(first))
    page = form.submit().follow()
    assert "19 questions sont sans réponse" in page.text.replace("\xa0", " ")
    assert len(received(attempt)) == 1
    page = browser.form(page, "/submit").submit().follow()
    assert "Pas encore" in page


def test_double_click_lands_on_the_same_result(browser, person):
    """Sending twice, and sending a page of a finished attempt: the result, once."""
    attempt = begin(browser)
    page = browser.get(url_of(attempt, "/review"))
    form = browser.form(page, "/submit")
    save = browser.form(browser.get(url_of(attempt) + "?page=1"), url_of(attempt))
    first, second, late = form.submit(), form.submit(), save.submit()
    assert {first.location, second.location, late.location} == {first.location}
    db.session.rollback()
    assert db.session.query(Attempt).count() == 1


def test_stale_tab_does_not_bring_old_responses_back(browser, person):
    """A page opened before another tab changed a response sends what was changed on it, and nothing else."""
    attempt = begin(browser)
    first, second = items_of(attempt)[:2]
    json_save(browser, attempt, {first.id: (wrong(first), 1)})
    stale = browser.form(browser.get(url_of(attempt) + "?page=1"), url_of(attempt))
    json_save(browser, attempt, {first.id: (right(first), 2)})
    fill(stale, second, right(second))
    stale.submit()
    assert received(attempt)[first.id] == right(first)
    assert received(attempt)[second.id] == right(second)


def test_blank_tab_erases_nothing(browser, person):
    """A page opened before anything was answered erases nothing when it is sent."""
    attempt = begin(browser)
    blank = browser.form(browser.get(url_of(attempt)), "/submit")
    json_save(browser, attempt, {i.id: (right(i), 1) for i in items_of(attempt)})
    blank.submit()
    assert all(received(attempt).values()) and len(received(attempt)) == 20


def test_unticking_everything_takes_the_response_back(browser):
    """A box that was ticked and no longer is: the response is taken back, not kept by silence."""
    for seed in range(40):
        other = make_person()
        with transaction():
            attempt_id = service.start_attempt(other.id, get_site().quiz("charter"), seed, utcnow())
        attempt = db.session.get(Attempt, attempt_id)
        multiple = next((i for i in items_of(attempt) if i.type == "multiple"), None)
        if multiple:
            break
    browser.sign_in(other)
    json_save(browser, attempt, {multiple.id: (right(multiple), 1)})
    form = browser.form(browser.get(url_of(attempt)), "/submit")
    fill(form, multiple, [])
    for box in form.fields[f"item-{multiple.id}"]:
        box.checked = False
    form.submit()
    assert received(attempt)[multiple.id] == []


def test_impossible_order_is_said_at_its_question(browser):
    """Two steps in one place: the sentence stands at the question, and the rest is saved."""
    for seed in range(60):
        other = make_person()
        with transaction():
            attempt_id = service.start_attempt(other.id, get_site().quiz("security"), seed, utcnow())
        attempt = db.session.get(Attempt, attempt_id)
        kinds = {i.type: i for i in items_of(attempt)}
        if {"ordering", "single"} <= set(kinds):
            break
    browser.sign_in(other)
    form = browser.form(browser.get(url_of(attempt)), "/submit")
    for choice in kinds["ordering"].choice_ids:
        form[f"item-{kinds['ordering'].id}-{choice}"] = "1"
    fill(form, kinds["single"], right(kinds["single"]))
    page = form.submit(status=422)
    assert "une place différente" in page
    assert f'href="#item-{kinds["ordering"].id}"' in page
    assert list(received(attempt)) == [kinds["single"].id]


# --- What the script sends ------------------------------------------------------------------------------------


def test_script_saves(browser, person):
    """The receipt: how many of how many, when, and the mark of what is held now."""
    attempt = begin(browser)
    first, second = items_of(attempt)[:2]
    answer = json_save(browser, attempt, {first.id: (right(first), 1), second.id: (wrong(second), 2)})
    assert (answer.json["received"], answer.json["total"], answer.json["faults"]) == (2, 20, {})
    assert re.fullmatch(r"\d\d:\d\d:\d\d", answer.json["at"])
    assert answer.json["marks"][first.id] == mark_of(received(attempt)[first.id])


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"responses": []},
        {"responses": "x"},
        {"responses": [7]},
        {"responses": [{"item": "nothing", "fields": {}, "sequence": 1}]},
        {"responses": [{"item": ["a"], "fields": {}, "sequence": 1}]},
        {"responses": [{"item": "ch-01-1", "fields": [], "sequence": 1}]},
        {"responses": [{"item": "ch-01-1", "fields": {"item-ch-01-1": ["zz"]}, "sequence": "1"}]},
        {"responses": [{"item": "ch-01-1", "fields": {}, "sequence": -1}]},
        {"responses": [{"item": "ch-01-1", "fields": {}, "sequence": 2**60}]},
        {"responses": [{"item": "ch-01-1", "fields": {}, "sequence": True}]},
    ],
)
def test_script_that_sends_nonsense(browser, person, body):
    """422 with a sentence, and nothing is kept."""
    attempt = begin(browser)
    token = browser.form(browser.get(url_of(attempt)), "/submit")["csrf_token"].value
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    answer = browser.post_json(url_of(attempt, "/responses"), body, headers=headers, status=422)
    assert answer.json["sentence"]
    assert received(attempt) == {}


def test_script_without_token_is_refused(browser, person):
    """Another site cannot answer in one's place."""
    attempt = begin(browser)
    assert browser.post_json(url_of(attempt, "/responses"), {"responses": []}, status=400)


def test_script_after_the_end(browser, person):
    """409 and the sentence that says why."""
    attempt = begin(browser)
    browser.form(browser.get(url_of(attempt, "/review")), "/submit").submit()
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/quizzes/charter").text).group(1)
    first = items_of(attempt)[0]
    answer = browser.post_json(
        url_of(attempt, "/responses"),
        {"responses": [{"item": first.id, "fields": fields(first, right(first)), "sequence": 1}]},
        headers={"X-CSRFToken": token, "Accept": "application/json"},
        status=409,
    )
    assert "terminé" in answer.json["sentence"]


# --- Time -----------------------------------------------------------------------------------------------------


def overdue(attempt, **ago):
    """Let the deadline lie in the past."""
    with transaction():
        db.session.get(Attempt, attempt.id).deadline_at = utcnow() - dt.timedelta(**ago)


def test_time_is_over(browser, person):
    """Opening an attempt that is over says so and changes nothing; its one button shows the result."""
    attempt = begin(browser, "security")
    json_save(browser, attempt, {i.id: (right(i), 1) for i in items_of(attempt)})
    overdue(attempt, minutes=5)
    page = browser.get(url_of(attempt))
    assert "Le temps est écoulé" in page
    db.session.rollback()
    assert db.session.get(Attempt, attempt.id).status == AttemptStatus.OPEN
    page = browser.form(page, "/submit").submit().follow()
    assert "C’est réussi" in page and "Le temps s’est arrêté" in page


def test_end_is_announced(browser, person):
    """In the last five minutes the page says when it ends."""
    attempt = begin(browser, "security")
    assert "se termine à" not in browser.get(url_of(attempt))
    overdue(attempt, minutes=-4)
    assert "se termine à" in browser.get(url_of(attempt))


# --- Results --------------------------------------------------------------------------------------------------


def test_failed_names_articles_and_no_key(browser, person):
    """What to read again, with links; neither keys, nor which question, nor one's responses."""
    attempt = begin(browser)
    json_save(browser, attempt, {i.id: (wrong(i), 1) for i in items_of(attempt)})
    page = browser.form(browser.get(url_of(attempt, "/review")), "/submit").submit().follow()
    assert "Pas encore" in page and "/charter#article-7" in page
    for item in items_of(attempt):
        assert item.words.of("fr").prompt not in page
    assert "La réponse attendue" not in page
    assert "/charter#article-7" in browser.get("/quizzes/charter")


def test_pause_is_said(browser, person):
    """After three attempts the page says when the next ones open, and offers no button."""
    for _ in range(3):
        attempt = begin(browser)
        browser.form(browser.get(url_of(attempt, "/review")), "/submit").submit()
    page = browser.get("/quizzes/charter")
    assert "s’ouvrent le" in page and "Commencer le quiz" not in page
    assert page.text.count("À reprendre") == 3


def test_last_requirement_shows_the_certificate(browser, person):
    """The result says that the certificate is there."""
    from elearn.credentials.service import fulfil

    for requirement in ("path", "charter-signature", "charter-quiz", "security-lessons"):
        with transaction():
            fulfil(person.id, requirement, {}, utcnow())
    attempt = begin(browser, "security")
    json_save(browser, attempt, {i.id: (right(i), 1) for i in items_of(attempt)})
    page = browser.form(browser.get(url_of(attempt)), "/submit").submit().follow()
    assert "Votre certificat est prêt" in page


def test_queries(browser, person, count_queries):
    """The quiz page, the attempt and the result ask at most six times; a save at most eight, receipt included."""
    attempt = begin(browser)
    with transaction():
        given = {i.id: (right(i), 5) for i in items_of(attempt)}
        service.save_responses(attempt.id, person.id, given, utcnow())
    for url in ("/quizzes/charter", url_of(attempt), url_of(attempt, "?page=2"), url_of(attempt, "/review")):
        with count_queries() as statements:
            browser.get(url)
        assert len(statements) <= 6, "\n".join(statements)
    browser.form(browser.get(url_of(attempt)), "/submit").submit()
    with count_queries() as statements:
        browser.get(url_of(attempt, "/result"))
    assert len(statements) <= 8, "\n".join(statements)
