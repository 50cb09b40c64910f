"""Contesting, answering, voiding: what voiding changes, for whom, and that it can only help."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from elearn.assessment import contests, queries, rules, voiding
from elearn.assessment.commands import recount
from elearn.assessment.models import Attempt, AttemptRecount, ItemContest, ItemVoid
from elearn.content.service import get_site
from elearn.credentials.models import Credential, Fulfilment
from elearn.credentials.service import fulfil
from elearn.db import db, transaction, utcnow
from elearn.errors import Forbidden, Invalid, NotFound, Refusal
from elearn.notifications.models import Message
from tests.factories import make_person

from .banks import SHAPES, make_item, make_quiz, right, wrong
from .test_pages import url_of
from .test_service import NOW, all_right, count, read, start, submit


def finish(person, misses=(), quiz="charter", seed=1, now=NOW):
    """Sit a quiz with everything right but ``misses``; return the attempt."""
    attempt = start(person, quiz, seed, now)
    bank = get_site().quiz(quiz).by_id
    values = all_right(attempt) | {id_: wrong(bank[id_]) for id_ in misses if id_ in attempt.items}
    return submit(attempt, now, {id_: (value, 1) for id_, value in values.items()})


def decisive(attempt):
    """A knock-out of this attempt."""
    bank = get_site().quiz(attempt.quiz).by_id
    return next(id_ for id_ in attempt.items if bank[id_].family)


def failed_by_one(person, seed=1, now=NOW):
    """An attempt failed by one decisive item; the attempt and the item."""
    probe = rules.draw(get_site().quiz("charter"), seed)
    bank = get_site().quiz("charter").by_id
    item = next(id_ for id_ in probe if bank[id_].family)
    attempt = finish(person, [item], seed=seed, now=now)
    assert attempt.passed is False
    return attempt, item


def contest(attempt, item, words="Deux réponses me paraissent justes.", now=NOW):
    """Contest an item of one's own attempt."""
    with transaction():
        return contests.contest_item(attempt.id, attempt.person_id, item, words, now)


def answer(author, contest_id, void="", words="Merci : vous avez raison.", now=NOW):
    """Answer as this author."""
    with transaction():
        contests.answer_contest(author.id, contest_id, void, words, now)


def void(item, quiz="charter", reason="Deux clés justes.", by=None):
    """Void an item, contested or not, and let the worker recount; return how many gained, and how many passed."""
    by = by or make_person(roles=("author",))
    with transaction():
        contests.void_item(by.id, get_site().quiz(quiz), item, reason, NOW)
    while recount(NOW):
        pass
    return gains()


def gains():
    """(attempts raised, attempts that became passed) by the one item that was voided, all of them recounted."""
    db.session.rollback()
    void = db.session.scalars(select(ItemVoid)).one()
    assert void.recount_at is None
    return void.raised, void.passed


def kinds_for(person):
    """The kinds of message this person has."""
    db.session.rollback()
    return sorted(db.session.scalars(select(Message.kind).where(Message.person_id == person.id)))


# --- The rule -------------------------------------------------------------------------------------------------

BANK = [
    make_item(f"{type_}-{number}", type_, article=number + 1, family="f" if type_ == "boolean" else None)
    for type_ in SHAPES
    for number in range(3)
]
QUIZ = make_quiz(BANK, items=len(BANK))


def values_of(item):
    """Any response to an item: right, wrong, none."""
    return st.sampled_from([None, right(item), wrong(item)])


@given(
    st.fixed_dictionaries({item.id: values_of(item) for item in BANK}),
    st.sets(st.sampled_from([item.id for item in BANK])),
    st.sets(st.sampled_from([item.id for item in BANK])),
)
def test_voiding_can_only_help(responses, voided, more):
    """A score never falls and a pass never becomes a failure, whatever was answered and whatever is voided."""
    before = rules.grade(QUIZ, QUIZ.by_id, responses, voided)
    after = rules.grade(QUIZ, QUIZ.by_id, responses, voided | more)
    assert after.score >= before.score
    assert after.passed >= before.passed
    assert after.missed_knockouts <= before.missed_knockouts
    assert after.max_score == before.max_score


@given(
    st.fixed_dictionaries({item.id: values_of(item) for item in BANK}), st.sets(st.sampled_from([i.id for i in BANK]))
)
def test_a_whole_point_is_the_best_remedy(responses, voided):
    """Who met a bad item is never better off with it left out of the count."""
    kept = [id_ for id_ in QUIZ.by_id if id_ not in voided]
    if kept:
        left_out = rules.grade(QUIZ, kept, responses)
        assert rules.grade(QUIZ, QUIZ.by_id, responses, voided).passed >= left_out.passed


def test_a_corrected_item_is_another():
    """The digest follows key and words: once corrected, an item counts again."""
    item = make_item("one")
    assert item.digest == make_item("one").digest
    for other in (make_item("two"), make_item("one", "boolean"), make_item("one", family="f")):
        assert item.digest != other.digest


def test_voided_items_are_not_drawn():
    """Unless nothing else is left."""
    assert "single-0" not in rules.without(QUIZ, {"single-0"}).by_id
    assert rules.without(QUIZ, set(QUIZ.by_id)) is QUIZ
    assert rules.without(QUIZ, ()) is QUIZ


# --- Contesting -----------------------------------------------------------------------------------------------


def test_contest_tells_authors_and_keeps_the_name(app):
    """Every author is told, the contester only gets a receipt; what authors read names nobody."""
    author, person = make_person(roles=("author",)), make_person()
    attempt = finish(person)
    contest(attempt, attempt.items[0])
    assert kinds_for(author) == ["item_contested"]
    message = db.session.scalars(select(Message).where(Message.person_id == author.id)).one()
    assert set(message.ids) == {"contest"}
    assert "item_contested" not in kinds_for(person)


@pytest.mark.parametrize("words", ["", "   ", "x" * 2_001])
def test_contest_needs_words(app, words):
    """Nothing and too much are refused."""
    attempt = finish(make_person())
    with pytest.raises(Invalid):
        contest(attempt, attempt.items[0], words)


def test_contest_is_made_once(app):
    """A second one for the same item is refused, whatever came of the first."""
    attempt = finish(make_person())
    contest(attempt, attempt.items[0])
    with pytest.raises(Refusal, match="déjà"):
        contest(attempt, attempt.items[0])
    assert count(ItemContest) == 1


def test_contest_of_an_open_attempt(app):
    """First one finishes."""
    attempt = start(make_person())
    with pytest.raises(Refusal, match="Terminez"):
        contest(attempt, attempt.items[0])


def test_contest_of_a_failed_attempt_names_no_item(app):
    """After a failure no key was shown, so none may be probed item by item."""
    attempt, item = failed_by_one(make_person())
    with pytest.raises(NotFound):
        contest(attempt, item)
    assert contest(attempt, "")


@pytest.mark.parametrize("item", ["", "no-such-item"])
def test_contest_of_a_passed_attempt_names_a_drawn_item(app, item):
    """After a pass one says which."""
    with pytest.raises(NotFound):
        contest(finish(make_person()), item)


def test_contest_of_somebody_elses_attempt(app):
    """Absent."""
    attempt, other = finish(make_person()), make_person()
    with transaction(), pytest.raises(NotFound):
        contests.contest_item(attempt.id, other.id, attempt.items[0], "Non", NOW)


# --- Answering ------------------------------------------------------------------------------------------------


def test_upheld_changes_nothing_but_is_said(app):
    """The person reads the answer; no score moves."""
    author, person = make_person(roles=("author",)), make_person()
    attempt = finish(person)
    made = contest(attempt, attempt.items[0])
    answer(author, made, words="La question tient.")
    found = db.session.get(ItemContest, made)
    assert (found.status, found.answer) == ("upheld", "La question tient.")
    assert "item_contest_answered" in kinds_for(person)
    assert count(ItemVoid) == count(AttemptRecount) == 0


def test_answered_once(app):
    """The second author reads that another answered."""
    first, second = make_person(roles=("author",)), make_person(roles=("author",))
    attempt = finish(make_person())
    made = contest(attempt, attempt.items[0])
    answer(first, made)
    with pytest.raises(Refusal, match="Un autre auteur"):
        answer(second, made, void=attempt.items[0])
    assert count(ItemVoid) == 0


def test_nobody_answers_their_own(app):
    """An author who contests waits for another author."""
    author = make_person(roles=("author",))
    attempt = finish(author)
    made = contest(attempt, attempt.items[0])
    with pytest.raises(Forbidden):
        answer(author, made)


@pytest.mark.parametrize(
    ("contest_id", "void", "words"), [(999_999, "", "Oui"), (None, "no-such", "Oui"), (None, "", " ")]
)
def test_answers_that_make_no_sense(app, contest_id, void, words):
    """An unknown contest, an item that was not drawn, an answer without words."""
    author = make_person(roles=("author",))
    attempt = finish(make_person())
    made = contest(attempt, attempt.items[0])
    with pytest.raises((NotFound, Invalid)):
        answer(author, contest_id or made, void, words)


# --- Voiding --------------------------------------------------------------------------------------------------


def test_voiding_passes_and_issues(app):
    """The last requirement may be a pass that a voided item brings: the certificate comes in the same transaction."""
    author, person = make_person(roles=("author",)), make_person()
    with transaction():
        for requirement in ("path", "charter-signature", "security-lessons", "security-quiz"):
            fulfil(person.id, requirement, {}, NOW)
    attempt, item = failed_by_one(person)
    answer(author, contest(attempt, ""), void=item)
    after = read(attempt.id)  # At once: who reads the answer finds the attempt recounted.
    assert (after.passed, after.score) == (True, float(after.max_score))
    assert count(Fulfilment, person_id=person.id, requirement="charter-quiz") == 1
    assert count(Credential, person_id=person.id) == 1
    assert {"item_contest_answered", "quiz_recounted", "credential_issued"} <= set(kinds_for(person))
    line = db.session.scalars(select(AttemptRecount)).one()
    assert (line.passed_before, line.passed_after) == (False, True)
    assert line.score_after > line.score_before


def test_voiding_reaches_everybody_who_met_the_item(app):
    """Who failed by it passes, who passed without it gains, who had it right or never met it stays."""
    hit, item = failed_by_one(make_person())
    same, _item = failed_by_one(make_person())
    right_one = finish(make_person())
    seeds = (s for s in range(2, 500) if item not in rules.draw(get_site().quiz("charter"), s))
    elsewhere, _other = failed_by_one(make_person(), seed=next(seeds))
    assert void(item) == (2, 2)
    assert [read(a.id).passed for a in (hit, same, right_one, elsewhere)] == [True, True, True, False]
    assert read(elsewhere.id).score == elsewhere.score
    assert read(right_one.id).score == right_one.score


def test_an_open_attempt_gains_when_it_closes(app):
    """And a new one does not draw the item any more."""
    attempt = start(make_person())
    item = decisive(attempt)
    void(item)
    values = all_right(attempt) | {item: wrong(get_site().quiz("charter").by_id[item])}
    assert submit(attempt, NOW, {id_: (value, 1) for id_, value in values.items()}).passed
    assert queries.get_responses(attempt.id)[item].credit < 1
    for seed in range(20):
        assert item not in start(make_person(), seed=seed).items


def test_voided_once(app):
    """A second voiding of the same words is refused."""
    quiz = get_site().quiz("charter")
    author = make_person()
    with transaction():
        contests.void_item(author.id, quiz, quiz.bank[0].id, "Fausse.", NOW)
    with transaction(), pytest.raises(Refusal, match="déjà annulée"):
        contests.void_item(author.id, quiz, quiz.bank[0].id, "Fausse.", NOW)
    with transaction(), pytest.raises(NotFound):
        contests.void_item(author.id, quiz, "no-such-item", "Fausse.", NOW)


def test_voiding_answers_the_other_contests(app):
    """Whoever contested the same item reads the same answer."""
    author, other = make_person(roles=("author",)), make_person()
    first, second = finish(make_person()), finish(other)
    item = first.items[0]
    made, waiting = contest(first, item), contest(second, item)
    answer(author, made, void=item)
    assert db.session.get(ItemContest, waiting).status == "voided"
    assert "item_contest_answered" in kinds_for(other)


def test_a_former_cycle_is_not_fulfilled_again(app):
    """A failed attempt of a cycle that is over becomes a pass on paper, and opens nothing in the present one."""
    person = make_person()
    attempt, item = failed_by_one(person)
    with transaction():
        db.session.get(Attempt, attempt.id).cycle = 7
    void(item)
    assert read(attempt.id).passed
    assert count(Fulfilment, person_id=person.id) == 0


def test_the_erased_are_recounted_in_silence(app):
    """No message, no requirement for somebody who is erased."""
    person = make_person()
    attempt, item = failed_by_one(person)
    with transaction():
        erased = db.session.get(type(person), person.id)
        erased.erased_at = NOW
    void(item)
    assert read(attempt.id).passed
    assert "quiz_recounted" not in kinds_for(person)
    assert count(Fulfilment, person_id=person.id) == 0


def test_recount_goes_on_where_it_was(app, monkeypatch):
    """A chunk at a time: a worker that is killed goes on where the last commit was, and nobody falls between two."""
    monkeypatch.setattr(voiding, "CHUNK", 2)
    tries = [failed_by_one(make_person()) for _number in range(5)]
    by = make_person(roles=("author",))
    with transaction():
        contests.void_item(by.id, get_site().quiz("charter"), tries[0][1], "Fausse.", NOW)
    assert recount(NOW)
    with pytest.raises(KeyboardInterrupt), transaction():
        voiding.recount_next(NOW)
        raise KeyboardInterrupt
    assert sum(read(attempt.id).passed for attempt, _item in tries) == 2
    while recount(NOW):
        pass
    assert gains() == (5, 5)
    assert all(read(attempt.id).passed for attempt, _item in tries)
    assert count(AttemptRecount) == 5


def test_recount_of_a_faulty_attempt(app, caplog):
    """One that cannot be recounted is logged, holds back no other, and is tried again later."""
    tries = [failed_by_one(make_person()) for _number in range(3)]
    item, faulty = tries[0][1], tries[1][0]
    drawn, by = list(faulty.items), make_person(roles=("author",))
    with transaction():
        db.session.get(Attempt, faulty.id).items = [*drawn, "no-such-item"]
        contests.void_item(by.id, get_site().quiz("charter"), item, "Fausse.", NOW)
    while recount(NOW):
        pass
    assert [read(attempt.id).passed for attempt, _item in tries] == [True, False, True]
    assert f"attempt {faulty.id} could not be recounted" in caplog.text
    with transaction():
        db.session.get(Attempt, faulty.id).items = drawn
    while recount(NOW + voiding.REST):
        pass
    assert gains() == (3, 3)


# --- Pages ----------------------------------------------------------------------------------------------------


def test_contest_through_its_form(browser):
    """From a passed result, one item at a time; the page then says that it waits, and later what was answered."""
    author, person = make_person(roles=("author",)), make_person()
    attempt = finish(person)
    item = attempt.items[3]
    browser.sign_in(person)
    page = browser.get(url_of(attempt, "/result"))
    form_page = browser.get(url_of(attempt, f"/contest?item={item}"))
    assert f"contest?item={item}" in page
    form = next(f for f in form_page.forms.values() if "words" in f.fields)
    assert "une phrase suffit" in form.submit(status=422)
    form["words"] = "La deuxième réponse est juste aussi."
    result = form.submit().follow()
    assert "contestation est transmise" in result and "paraîtra ici" in result
    assert browser.get(url_of(attempt, f"/contest?item={item}"), status=303)
    db.session.rollback()
    made = db.session.scalars(select(ItemContest.id)).one()
    answer(author, made, void=item, words="En effet, deux réponses étaient justes.")
    after = browser.get(url_of(attempt, "/result"))
    assert "En effet, deux réponses étaient justes." in after and "a été annulée" in after


def test_a_failed_result_offers_no_item(browser):
    """The attempt is contested as a whole, on a page that shows no key and no item."""
    person = make_person()
    attempt, item = failed_by_one(person)
    browser.sign_in(person)
    page = browser.get(url_of(attempt, "/result"))
    assert "contest?item=" not in page
    assert browser.get(url_of(attempt, f"/contest?item={item}"), status=404)
    form_page = browser.get(url_of(attempt, "/contest"))
    words = get_site().quiz("charter").by_id[item].words.of("fr")
    assert words.prompt not in form_page.text
    form = next(f for f in form_page.forms.values() if "words" in f.fields)
    form["words"] = "La question sur les secrets est ambiguë."
    assert "paraîtra ici" in form.submit().follow()


def test_an_open_attempt_has_nothing_to_contest(browser):
    """404, as for somebody else's."""
    person = make_person()
    attempt = start(person, now=utcnow())
    browser.sign_in(person)
    assert browser.get(url_of(attempt, "/contest"), status=404)
    browser.sign_in(make_person())
    assert browser.get(url_of(attempt, "/contest"), status=404)
