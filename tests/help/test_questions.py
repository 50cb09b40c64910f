"""Questions asked, answered and published, through real forms."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select, update

from elearn.db import db, transaction, utcnow
from elearn.errors import Invalid, NotFound, Refusal, TooMany
from elearn.help import queries, rules, service
from elearn.help.models import PublicAnswer, Question, QuestionPost
from elearn.help.rules import Outdated
from elearn.notifications.kinds import find_readers
from elearn.notifications.messages import render
from elearn.notifications.models import Message

from ..factories import make_person

NOW = dt.datetime(2026, 3, 12, 9, 0, tzinfo=dt.UTC)  # A Thursday.


@pytest.fixture
def asker(app):
    return make_person(given_name="Fatoumata", family_name="N’Diaye")


@pytest.fixture
def referent(app):
    return make_person(given_name="Claire", family_name="Aubry", roles=("referent",))


def ask(person, words="Puis-je montrer l’atelier ?", now=None, token="a" * 32, is_private=False):
    """A question, by the service."""
    with transaction():
        return service.ask(person.id, token, words, "/charter", is_private, now or utcnow())


def answer(referent, question_id, words="Oui, sans les plans.", version=1):
    """An answer, by the service."""
    with transaction():
        service.answer(referent.id, question_id, version, words, utcnow())


def messages_of(person):
    """Kinds of message queued for somebody."""
    db.session.rollback()
    return list(db.session.scalars(select(Message.kind).where(Message.person_id == person.id).order_by(Message.id)))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("/courses/premiers-pas/networks", "/courses/premiers-pas/networks"),
        ("/charter?x=1#article-3", "/charter"),
        ("//evil.example/a", ""),
        ("/\\evil.example", ""),
        ("https://evil.example", ""),
        ("javascript:alert(1)", ""),
        ("/a\nb", ""),
        ("/" + "a" * 400, ""),
        ("/[", "/["),
        ("//[", ""),
        (None, ""),
    ],
)
def test_clean_page_when_hostile(given, kept):
    """Only a path of this site is kept of where a question came from."""
    assert rules.clean_page(given) == kept


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Puis-je montrer l’atelier ?", []),
        ("Je suis fatoumata, de l’atelier", ["Fatoumata"]),
        ("Mme NDIAYE demande", []),
        ("Mme N’DIAYE demande", ["Diaye"]),
        ("Écrire à f.nd@tests.example", ["f.nd@tests.example"]),
        ("Fatoumatage", []),
        ("Au bureau d’ÉTUDES, on dit oui", ["Bureau d’études"]),
        ("Au bureau, un chef des études", []),
    ],
)
def test_find_traces(text, found):
    """Words of the name, whatever their case and accents, the address, the department; not parts of other words."""
    known = {"others": ("f.nd@tests.example", ""), "phrases": ("Bureau d’études", "")}
    assert rules.find_traces(text, names=("Fatoumata", "N’Diaye"), **known) == found


def test_ask_when_on_a_page(browser, asker, referent):
    """The help link carries the page; the form says when the answer is due; the referent is told."""
    page = browser.sign_in(asker).get("/charter")
    asking = page.click(href="/help/ask", index=0)
    assert "la charte" in asking and "3 jours ouvrés" in asking
    asked = browser.get("/help/ask?from=/quizzes/charter/attempts/42/result")
    assert "Quiz de la charte" in asked  # An attempt is its person's alone: the quiz is named.
    assert browser.form(asked, "/help/ask")["page"].value == "/quizzes/charter"
    assert "la page personnelle" in browser.get("/help/ask?from=/me/messages/7")
    form = browser.form(asking, "/help/ask")
    form["words"] = "Puis-je montrer <b>l’atelier</b> ?"
    thread = form.submit(status=303).follow()
    assert "&lt;b&gt;l’atelier" in thread
    question = db.session.scalar(select(Question))
    assert (question.page, question.status, question.person_id) == ("/charter", "open", asker.id)
    assert messages_of(referent) == ["question_waiting"]
    form.submit(status=303)  # Sent again: the same question.
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Question)) == 1
    assert browser.get("/questions").text.count("pv-line-name") == 1


@pytest.mark.parametrize("words", ["", "   \n ", "x" * 4001])
def test_ask_when_empty_or_too_long(browser, asker, words):
    """What is wrong is said beside what was written, and nothing is kept."""
    form = browser.form(browser.sign_in(asker).get("/help/ask"), "/help/ask")
    form["words"] = words
    assert "pv-error-summary" in form.submit(status=422)
    assert db.session.scalar(select(func.count()).select_from(Question)) == 0


def test_ask_when_too_often(asker):
    """Twenty questions a day, not twenty-one."""
    for n in range(rules.QUESTIONS_A_DAY):
        ask(asker, token=f"{n:032x}", now=NOW)
    with pytest.raises(TooMany):
        ask(asker, token="f" * 32, now=NOW)
    ask(asker, token="f" * 32, now=NOW + dt.timedelta(days=1, minutes=1))


def test_due_on_counts_working_days(asker):
    """Three working days after a Thursday is a Tuesday."""
    question_id = ask(asker, now=NOW)
    assert db.session.get(Question, question_id).due_on == dt.date(2026, 3, 17)


def test_walk_when_answered_followed_up_and_closed(browser, asker, referent):
    """Answer, follow-up, answer, close: the thread shows all, each side is told, the delay starts again."""
    question_id = ask(asker)
    browser.sign_in(referent)
    page = browser.get("/referent/questions").click("Puis-je montrer")
    form = browser.form(page, f"/referent/questions/{question_id}")
    templated = form.submit("insert", value="allowed", status=200)
    assert "Oui, vous pouvez le publier" in browser.form(templated, f"/questions/{question_id}")["words"].value
    form["words"] = "Oui, sans les plans."
    assert "en est prévenu" in form.submit(status=303).follow()
    form.submit(status=303)  # Pressed twice: said once.
    assert messages_of(asker) == ["question_answered"]
    browser.sign_in(asker)
    page = browser.get(f"/questions/{question_id}")
    assert "Oui, sans les plans." in page and "Claire Aubry" in page
    form = browser.form(page, f"/questions/{question_id}")
    form["words"] = "Et les machines ?"
    assert "Et les machines ?" in form.submit(status=303).follow()
    assert messages_of(referent) == ["question_waiting"] * 2
    form.submit(status=303)  # Pressed twice: said once.
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(QuestionPost)) == 3
    answer(referent, question_id, "Oui aussi.", version=3)
    page = browser.get(f"/questions/{question_id}")
    browser.form(page, "/close").submit(status=303)
    assert "Cette question est close" in browser.get(f"/questions/{question_id}")
    for who, path in ((asker, "/questions"), (referent, "/referent/questions")):
        browser.sign_in(who)  # They wrote while it was closed in another window.
        token = browser.form(browser.get("/help/ask"), "/help/ask")["csrf_token"].value
        written = {"csrf_token": token, "words": "Encore une chose.", "version": "3"}
        late = browser.post(f"{path}/{question_id}", written, status=409)
        assert "clos" in late and "Ce que vous aviez écrit" in late and "Encore une chose." in late


def test_answer_when_two_referents_write_at_once(browser, asker, referent):
    """The second is shown the first's answer, and what they wrote is kept for them."""
    other = make_person(roles=("referent",))
    question_id = ask(asker)
    page = browser.sign_in(other).get(f"/referent/questions/{question_id}")
    answer(referent, question_id)
    form = browser.form(page, f"/questions/{question_id}")
    form["words"] = "Non, jamais."
    late = form.submit(status=409)
    assert "Oui, sans les plans." in late and "Non, jamais." in late
    with pytest.raises(Outdated):
        answer(other, question_id, "Non", version=1)


def test_follow_up_when_answered_meanwhile(browser, asker, referent):
    """Whoever adds to a thread first reads what was answered."""
    question_id = ask(asker)
    page = browser.sign_in(asker).get(f"/questions/{question_id}")
    answer(referent, question_id)
    form = browser.form(page, f"/questions/{question_id}")
    form["words"] = "Je précise."
    late = form.submit(status=409)
    assert "Oui, sans les plans." in late and "Je précise." in late


@pytest.mark.parametrize("roles", [(), ("hr",), ("manager",), ("author",), ("admin",)])
def test_thread_when_somebody_else_looks(browser, asker, roles):
    """A question is its person's and the referents': nobody else finds it, HR and administrators included."""
    question_id = ask(asker)
    browser.sign_in(make_person(roles=roles))
    browser.get(f"/questions/{question_id}", status=404)
    token = browser.form(browser.get("/help/ask"), "/help/ask")["csrf_token"].value
    for action in ("", "/close", "/private"):
        data = {"csrf_token": token, "words": "x", "version": "1"}
        browser.post(f"/questions/{question_id}{action}", data, status=404)
    browser.get(f"/referent/questions/{question_id}", status=403)
    assert "atelier" not in browser.get("/questions")
    db.session.rollback()
    assert db.session.get(Question, question_id).status == "open"


@pytest.mark.parametrize(
    ("words", "refusal"), [("", Invalid), (" \u200b\n", Invalid), ("x" * 4001, Invalid), ("Et moi ?", NotFound)]
)
def test_services_when_no_form_stands_before_them(asker, words, refusal):
    """Services refuse by themselves what the form would have held back, and somebody else's question."""
    question_id, other = ask(asker), make_person()
    with pytest.raises(refusal), transaction():
        service.follow_up(other.id, question_id, 1, words, utcnow())


def test_answer_when_it_is_ones_own_question(browser, referent):
    """Nobody answers oneself, though nobody else is there."""
    question_id = ask(referent)
    browser.sign_in(referent).get(f"/referent/questions/{question_id}", status=404)
    with pytest.raises(Refusal):
        answer(referent, question_id)


def test_queue_when_some_are_overdue(browser, asker, referent):
    """What is overdue stands at the top, apart; answered ones are elsewhere; the person reads that it is late."""
    late = ask(asker, "En retard", now=utcnow() - dt.timedelta(days=20))
    assert "elle est en retard" in browser.sign_in(asker).get(f"/questions/{late}")
    ask(asker, "À temps", token="b" * 32)
    page = browser.sign_in(referent).get("/referent/questions").text
    assert page.index("Délai dépassé") < page.index("En retard") < page.index("Dans les temps") < page.index("À temps")
    answer(referent, late)
    assert "En retard" not in browser.get("/referent/questions")
    assert "En retard" in browser.get("/referent/questions?show=answered")


def test_lists_page_by_key(asker, referent):
    """Pages follow each other without gap or repetition, and a made-up key shows the first."""
    for n in range(queries.PAGE * 2 + 1):
        with transaction():
            id_ = service.ask(asker.id, f"{n:032x}", f"Question {n}", "", False, NOW + dt.timedelta(days=n // 9))
    db.session.rollback()
    for read in (
        lambda after: queries.list_waiting(referent.id, (), after),
        lambda after: queries.list_own(asker.id, after),
    ):
        seen, after = [], None
        while True:
            page = read(after)
            seen += [row[0].id for row in page.rows]
            after = page.next_key
            if after is None:
                break
        assert len(seen) == len(set(seen)) == queries.PAGE * 2 + 1
        for wrong in ("x", "~", "2026-01-01~", "nonsense~3", "2026-99-99~1", "²"):
            assert len(read(wrong).rows) == queries.PAGE
    with transaction():
        db.session.execute(update(Question).values(status="answered"))
    first = queries.list_answered(referent.id, ())
    second = queries.list_answered(referent.id, (), first.next_key)
    assert not {row[0].id for row in first.rows} & {row[0].id for row in second.rows}
    assert first.rows[0][0].id == id_


# --- Public ---------------------------------------------------------------------------------------------------


def test_publish_when_the_name_is_in_it(browser, asker, referent):
    """Both texts stand under the thread, to publish at once; a name holds them back; the entry names nobody, is found
    by its words, edited and taken back by any referent."""
    question_id = ask(asker, "Fatoumata ici : puis-je montrer l’atelier ?")
    answer(referent, question_id, "Bonjour Fatoumata, oui, sans les plans.")
    form = browser.form(browser.sign_in(referent).get(f"/referent/questions/{question_id}"), "/publish")
    assert form["question"].value.startswith("Fatoumata") and form["answer"].value == "oui, sans les plans."
    form["answer"] = "Oui, sans les plans."
    assert "disent peut-être" in form.submit(status=422)
    form["question"] = "Puis-je montrer l’atelier ?"
    shown = form.submit(status=303).follow()
    assert "Puis-je montrer" in shown and "Fatoumata" not in shown
    browser.sign_in(make_person())
    faq = browser.get("/faq")
    assert "sans les plans" in faq and "Fatoumata" not in faq and "Retirer" not in faq
    assert "sans les plans" in browser.get("/faq?q=PLANS+atelier")
    assert "sans les plans" not in browser.get("/faq?q=%25")
    assert "Aucune réponse ne contient" in browser.get("/faq?q=navire")
    found = browser.get("/search?q=PLANS+montr")
    assert "Question et réponse" in found
    assert "sans les plans" in found.click("Puis-je montrer l’atelier")
    # Whoever asks nearly the same is shown it before sending, and nothing is sent by looking.
    asking = browser.form(browser.get("/help/ask"), "/help/ask")
    asking["words"] = "Est-ce que je peux montrer une photo de mon atelier ?"
    assert "sans les plans" in asking.submit("similar", value="1", status=200)
    asking["words"] = "À qui écrire pour un avis négatif de client ?"
    assert "votre question est nouvelle" in asking.submit("similar", value="1", status=200)
    # A referent who is asked nearly the same puts what was published into the answer.
    again = ask(make_person(), "Ai-je le droit de montrer l’atelier à mes proches ?", token="c" * 32)
    near = browser.form(browser.sign_in(referent).get(f"/referent/questions/{again}"), f"/questions/{again}")
    entry_id = db.session.scalar(select(PublicAnswer.id))
    filled = browser.form(near.submit("insert", value=f"public-{entry_id}", status=200), f"/questions/{again}")
    assert filled["words"].value == "Oui, sans les plans."
    # Another referent, whoever answered, rewrites it; the former's perimeter decides on the question, not on this.
    other = make_person(roles=("referent",))
    form = browser.form(browser.sign_in(other).get("/faq").click("Modifier"), "/publish")
    form["answer"] = "Oui, sans les plans ni les écrans."
    assert "ni les écrans" in form.submit(status=303).follow()
    browser.form(browser.get("/faq"), "/unpublish").submit(status=303)
    assert "sans les plans" not in browser.get("/faq")
    assert "Question et réponse" not in browser.get("/search?q=PLANS+montr")
    page = browser.get(f"/referent/questions/{question_id}")
    assert "Une autre question en est proche" in page
    browser.form(page, "/publish").submit(status=303)
    # The person says no, though they had not: it goes for good.
    browser.form(browser.sign_in(asker).get(f"/questions/{question_id}"), "/private").submit(status=303)
    assert "sans les plans" not in browser.get("/faq")
    browser.sign_in(referent).get(f"/referent/questions/{question_id}/publish", status=409)
    db.session.rollback()
    assert db.session.scalars(select(PublicAnswer.is_shown)).all() == [False]
    browser.get(f"/faq/{db.session.scalar(select(PublicAnswer.id))}", status=404)


@pytest.mark.parametrize(
    ("words", "question", "near"),
    [
        ("Puis-je publier des photos d’atelier ?", "Une publication peut-elle montrer l’atelier ?", True),
        ("Puis-je publier des photos d’atelier ?", "Qui répond aux avis ?", False),
        ("Un client mécontent m’écrit", "Les clients qui m’écrivent en privé", True),
        ("Puis-je le dire ?", "Puis-je le dire ?", False),
        ("Charte ?", "Où lire la charte ?", True),
        ("", "Où lire la charte ?", False),
    ],
)
def test_nearness(words, question, near):
    """Questions that share two telling words are near, whatever their endings; small words count for nothing."""
    told = rules.telling_words(words)
    assert bool(told and rules.nearness(told, question, "")) is near


def test_publish_when_the_referent_is_sure(asker, referent):
    """A name that is also a word is published once the referent says so."""
    question_id = ask(asker)
    answer(referent, question_id)
    with pytest.raises(Invalid), transaction():
        service.publish(referent.id, question_id, "Fatoumata ?", "Oui", "fr", False, utcnow())
    with transaction():
        service.publish(referent.id, question_id, "Fatoumata ?", "Oui", "fr", True, utcnow())
    with pytest.raises(Invalid), transaction():
        service.publish(referent.id, question_id, "Quoi ?", "Oui", "de", True, utcnow())


def test_publish_when_the_person_said_no(browser, asker, referent):
    """A question kept private is not published, by the page or by the service; nor is one without an answer."""
    question_id = ask(asker, is_private=True)
    browser.sign_in(referent)
    browser.get(f"/referent/questions/{question_id}/publish", status=409)
    answer(referent, question_id)
    browser.get(f"/referent/questions/{question_id}/publish", status=409)
    with pytest.raises(Refusal), transaction():
        service.publish(referent.id, question_id, "Quoi ?", "Oui", "fr", True, utcnow())
    with pytest.raises(NotFound), transaction():
        service.unpublish(4)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Bonjour Inès,\nOui.", "Oui."),
        ("Hello Inès, yes.", "yes."),
        ("Oui, bonjour à tous", "Oui, bonjour à tous"),
        ("Bonjourno", "Bonjourno"),
    ],
)
def test_draft_public(written, kept):
    """A greeting names who asked, so it is not proposed to everybody."""
    assert rules.draft_public(written) == kept


def test_messages_when_rendered(asker, referent):
    """Both mails say who and when, and lead to the page; none tells what was asked."""
    question_id = ask(asker)
    waiting = db.session.scalar(select(Message))
    shown = render(waiting, find_readers([referent.id])[referent.id])
    assert "Fatoumata" in shown.text and "atelier" not in shown.text
    assert shown.path == f"/referent/questions/{question_id}"
    answer(referent, question_id)
    assert render(waiting, find_readers([referent.id])[referent.id]) is None
    told = db.session.scalar(select(Message).where(Message.kind == "question_answered"))
    shown = render(told, find_readers([asker.id])[asker.id], "en")
    assert "Claire Aubry" in shown.text and shown.path == f"/questions/{question_id}"


@pytest.mark.parametrize("url", ["/help/ask", "/questions", "/faq", "/referent/questions", "/help/alert"])
def test_pages_when_counted(browser, asker, referent, count_queries, url):
    """No page asks more of the database than a few statements, however much it lists."""
    for n in range(12):
        answer(referent, ask(asker, token=f"{n:032x}"))
    browser.sign_in(referent if "referent" in url else asker)
    browser.get(url)
    with count_queries() as statements:
        browser.get(url)
    assert len(statements) <= 8, statements
