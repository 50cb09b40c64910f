"""Starting, receiving, closing: on a real database, alone and many at once."""

import datetime as dt
import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from elearn.assessment import commands, queries, rules, service
from elearn.assessment.commands import sweep
from elearn.assessment.models import Attempt, AttemptStatus, Response
from elearn.content.items import grade
from elearn.content.service import get_site
from elearn.credentials.models import Completion, Credential, Fulfilment
from elearn.credentials.service import fulfil
from elearn.db import db, transaction
from elearn.errors import Invalid, NotFound, Refusal
from tests.factories import make_person

from .banks import right, wrong

NOW = dt.datetime(2026, 11, 22, 13, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def start(person, quiz="charter", seed=1, now=NOW):
    """Begin an attempt and read it."""
    with transaction():
        attempt_id = service.start_attempt(person.id, get_site().quiz(quiz), seed, now)
    return read(attempt_id)


def read(attempt_id):
    """The attempt as it is in the database."""
    db.session.rollback()
    return db.session.get(Attempt, attempt_id)


def save(attempt, values, sequence=1, now=NOW):
    """Save responses: item → value."""
    with transaction():
        return service.save_responses(
            attempt.id, attempt.person_id, {id_: (value, sequence) for id_, value in values.items()}, now
        )


def submit(attempt, now=NOW, given=None):
    """Send the attempt and read it."""
    with transaction():
        service.submit_attempt(attempt.id, attempt.person_id, now, given)
    return read(attempt.id)


def all_right(attempt):
    """Every response right."""
    quiz = get_site().quiz(attempt.quiz)
    return {id_: right(quiz.by_id[id_]) for id_ in attempt.items}


def count(model, **where):
    """How many rows there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).filter_by(**where))


# --- Starting -------------------------------------------------------------------------------------------------


def test_start_keeps_what_shows_it_again(app):
    """Edition, seed, drawn items, deadline: an attempt can be shown as it was, years later."""
    attempt = start(make_person(), "security", seed=42)
    quiz = get_site().quiz("security")
    assert attempt.edition_id == quiz.edition_id
    assert tuple(attempt.items) == rules.draw(quiz, 42)
    assert attempt.deadline_at == NOW + 45 * MINUTE
    assert (attempt.number, attempt.status, attempt.passed) == (1, "open", None)


def test_start_again_returns_the_open_one(app):
    """A second click, a second tab: the same attempt."""
    person = make_person()
    assert start(person).id == start(person, seed=2, now=NOW + MINUTE).id
    assert count(Attempt) == 1


def test_extra_time_is_the_persons(app):
    """A third more of forty-five minutes is an hour."""
    assert start(make_person(extra_time_percent=33), "security").deadline_at == NOW + 60 * MINUTE


def test_three_attempts_then_a_pause(app):
    """Three attempts; the fourth waits a day; a retry asks other items."""
    person, drawn = make_person(), []
    for number in range(3):
        attempt = start(person, seed=number)
        assert attempt.number == number + 1
        assert not set(attempt.items) & set(drawn[-1:] and drawn[-1])
        drawn.append(attempt.items)
        assert submit(attempt).passed is False
    with pytest.raises(Refusal):
        start(person, now=NOW + dt.timedelta(hours=23))
    assert start(person, now=NOW + dt.timedelta(hours=24)).number == 4


def test_passed_is_not_taken_again(app):
    """A passed quiz stays passed: there is nothing to win, and something to lose."""
    person = make_person()
    submit_right(person)
    with pytest.raises(Refusal):
        start(person)


def submit_right(person, quiz="charter", now=NOW):
    """Pass a quiz."""
    attempt = start(person, quiz, now=now)
    save(attempt, all_right(attempt), now=now)
    return submit(attempt, now)


# --- Receiving ------------------------------------------------------------------------------------------------


def test_save_gives_a_receipt(app):
    """How many of how many, and when; each response kept in its own row."""
    attempt = start(make_person())
    values = all_right(attempt)
    first = dict(list(values.items())[:3])
    receipt = save(attempt, first, now=NOW + MINUTE)
    assert (receipt.received, receipt.total, receipt.at) == (3, 20, NOW + MINUTE)
    assert {id_: r.value for id_, r in queries.get_responses(attempt.id).items()} == first


@pytest.mark.parametrize("first, second, kept", [(1, 2, "second"), (2, 1, "first"), (2, 2, "first")])
def test_older_save_never_overwrites_a_newer(app, first, second, kept):
    """Saves that arrive late or twice change nothing."""
    attempt = start(make_person())
    quiz = get_site().quiz("charter")
    id_ = next(i for i in attempt.items if quiz.by_id[i].type == "single")
    values = {"first": right(quiz.by_id[id_]), "second": wrong(quiz.by_id[id_])}
    save(attempt, {id_: values["first"]}, first)
    save(attempt, {id_: values["second"]}, second)
    db.session.rollback()
    assert queries.get_responses(attempt.id)[id_].value == values[kept]


def test_clock_that_runs_ahead_shuts_nobody_out(app):
    """A sequence from the future counts as now: a later save, from another device, still overwrites it."""
    attempt = start(make_person())
    quiz = get_site().quiz("charter")
    id_ = next(i for i in attempt.items if quiz.by_id[i].type == "single")
    save(attempt, {id_: wrong(quiz.by_id[id_])}, sequence=2**52)
    save(attempt, {id_: right(quiz.by_id[id_])}, service.sequence_of(NOW + MINUTE), now=NOW + MINUTE)
    db.session.rollback()
    assert queries.get_responses(attempt.id)[id_].value == right(quiz.by_id[id_])


def test_response_taken_back(app):
    """An empty response is kept as such: it counts for nothing, and a late save cannot bring the former one back."""
    attempt = start(make_person())
    for id_, value in all_right(attempt).items():
        assert save(attempt, {id_: value}, 10).received == 1
        assert save(attempt, {id_: None}, 20).received == 0
        assert save(attempt, {id_: value}, 15).received == 0
    assert submit(attempt).score == 0


@pytest.mark.parametrize("value", ["zz", ["zz"], {"zz": "x"}, 7, [["a"]]])
def test_what_fits_no_item_is_refused(app, value):
    """Values that no form of ours could send."""
    attempt = start(make_person())
    with pytest.raises(Invalid):
        save(attempt, {attempt.items[0]: value})


def test_item_that_was_not_drawn_is_refused(app):
    """One answers what one was asked."""
    attempt = start(make_person())
    other = next(i for i in get_site().quiz("charter").by_id if i not in attempt.items)
    with pytest.raises(NotFound):
        save(attempt, {other: "a"})


def test_somebody_elses_attempt(app):
    """Absent, to anybody else."""
    attempt, other = start(make_person()), make_person()
    with pytest.raises(NotFound), transaction():
        service.save_responses(attempt.id, other.id, {}, NOW)
    with pytest.raises(NotFound), transaction():
        service.submit_attempt(attempt.id, other.id, NOW)
    assert queries.get_own_attempt(other.id, "charter", attempt.id) is None


@pytest.mark.parametrize("seconds, received", [(-60, True), (9, True), (11, False)])
def test_deadline_is_kept_by_the_server(app, seconds, received):
    """Ten seconds of grace, then nothing is received."""
    attempt = start(make_person(), "security")
    now = attempt.deadline_at + dt.timedelta(seconds=seconds)
    if received:
        assert save(attempt, all_right(attempt), now=now).received == 20
    else:
        with pytest.raises(Refusal):
            save(attempt, all_right(attempt), now=now)


def test_closed_attempt_receives_nothing(app):
    """What comes after the sending changes nothing."""
    attempt = submit(start(make_person()))
    with pytest.raises(Refusal):
        save(attempt, all_right(attempt))


# --- Closing --------------------------------------------------------------------------------------------------


def test_passed_attempt_fulfils_in_the_same_transaction(app):
    """Attempt, credit of each response, fulfilment: together."""
    person = make_person()
    attempt = submit_right(person)
    assert (attempt.status, attempt.passed, attempt.score, attempt.max_score) == ("submitted", True, 20, 20)
    assert {r.credit for r in queries.get_responses(attempt.id).values()} == {1.0}
    fulfilment = db.session.scalars(select(Fulfilment)).one()
    assert (fulfilment.requirement, fulfilment.evidence) == ("charter-quiz", {"attempt": attempt.id})


def test_failed_attempt_fulfils_nothing(app):
    """Below the mark: a score and nothing else."""
    attempt = start(make_person())
    quiz = get_site().quiz("charter")
    values = {id_: wrong(quiz.by_id[id_]) for id_ in attempt.items}
    save(attempt, values)
    closed = submit(attempt)
    expected = sum(grade(quiz.by_id[i], v) for i, v in values.items())
    assert closed.passed is False and closed.score == pytest.approx(expected)
    assert count(Fulfilment) == 0


def test_responses_that_come_with_the_sending(app):
    """A form sends everything at once: received and graded together."""
    attempt = start(make_person())
    given = {id_: (value, 5) for id_, value in all_right(attempt).items()}
    assert submit(attempt, given=given).passed is True


def test_second_sending_changes_nothing(app):
    """The result is the one of the first click."""
    attempt = submit_right(make_person())
    again = submit(attempt, NOW + MINUTE, {attempt.items[0]: (None, 9)})
    assert (again.closed_at, again.passed) == (NOW, True)


def test_sending_too_late_grades_what_was_received(app):
    """After the deadline nothing is added; what was there before counts, and the end is the deadline."""
    attempt = start(make_person(), "security")
    values = all_right(attempt)
    kept = dict(list(values.items())[:5])
    save(attempt, kept)
    late = attempt.deadline_at + MINUTE
    closed = submit(attempt, late, {id_: (v, 9) for id_, v in values.items()})
    assert (closed.status, closed.score, closed.closed_at) == (AttemptStatus.TIMED_OUT, 5, attempt.deadline_at)


def test_sweep_closes_what_is_over(app):
    """Who closed the browser gets a result all the same, a passed one too; what still runs is left alone."""
    done, running, unlimited = make_person(), make_person(), make_person()
    attempt = start(done, "security")
    save(attempt, all_right(attempt))
    later = attempt.deadline_at + MINUTE
    still = start(running, "security", now=later - MINUTE)
    endless = start(unlimited, "charter")
    assert sweep(later) is False
    assert read(attempt.id).passed is True
    assert count(Fulfilment, person_id=done.id) == 1
    assert read(still.id).status == read(endless.id).status == "open"


def test_sweep_goes_on_past_a_faulty_attempt(app, caplog, monkeypatch):
    """One that cannot be closed is logged, holds back no other, and is tried again an hour later."""
    monkeypatch.setattr(commands, "PIECE", 1)
    tries = [start(make_person(), "security") for _number in range(3)]
    later = tries[0].deadline_at + MINUTE
    with transaction():
        drawn = list(tries[0].items)
        db.session.get(Attempt, tries[0].id).items = ["no-such-item"]
    while sweep(later):
        pass
    assert [read(attempt.id).status for attempt in tries] == ["open", "timed_out", "timed_out"]
    assert f"attempt {tries[0].id} could not be closed" in caplog.text
    with transaction():
        db.session.get(Attempt, tries[0].id).items = drawn
    assert sweep(later + 59 * MINUTE) is False
    assert read(tries[0].id).status == "open"
    while sweep(later + 60 * MINUTE):
        pass
    assert read(tries[0].id).status == "timed_out"


def test_starting_closes_what_is_over(app):
    """The next attempt begins where a forgotten one had run out."""
    person = make_person()
    first = start(person, "security")
    second = start(person, "security", now=first.deadline_at + MINUTE)
    assert (second.number, read(first.id).status) == (2, "timed_out")


# --- Many at once ---------------------------------------------------------------------------------------------


def together(app, how_many, call):
    """Run ``call(number)`` in as many threads at the same instant; return results and faults."""
    gate, results, faults = threading.Barrier(how_many), [], []

    def run(number):
        gate.wait()
        try:
            with app.app_context(), transaction():
                results.append(call(number))
        except Exception as error:
            faults.append(error)

    db.session.rollback()
    threads = [threading.Thread(target=run, args=(n,)) for n in range(how_many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results, faults


def test_many_starts_make_one_attempt(app):
    """Ten clicks at once: one attempt, and all of them land on it."""
    person_id, quiz = make_person().id, get_site().quiz("charter")
    results, faults = together(app, 10, lambda n: service.start_attempt(person_id, quiz, n, NOW))
    assert faults == [] and len(set(results)) == 1
    assert count(Attempt) == 1


def test_many_sendings_close_once_and_issue_once(app):
    """The charter quiz is the last requirement, sent ten times at once: one credential."""
    person = make_person()
    for requirement in ("path", "charter-signature", "security-lessons", "security-quiz"):
        with transaction():
            fulfil(person.id, requirement, {}, NOW)
    attempt = start(person)
    save(attempt, all_right(attempt))
    attempt_id, person_id = attempt.id, person.id
    results, faults = together(app, 10, lambda n: service.submit_attempt(attempt_id, person_id, NOW).passed)
    assert faults == [] and results == [True] * 10
    assert count(Credential) == 1
    assert count(Fulfilment, requirement="charter-quiz") == 1


def test_saves_and_sending_at_once(app):
    """Each response is either received and counted, or refused: what the receipt said is what was graded."""
    attempt = start(make_person())
    values = list(all_right(attempt).items())
    attempt_id, person_id = attempt.id, attempt.person_id

    def call(number):
        if number == 6:
            service.submit_attempt(attempt_id, person_id, NOW)
            return 0
        id_, value = values[number]
        return service.save_responses(attempt_id, person_id, {id_: (value, 1)}, NOW).received

    results, faults = together(app, 12, call)
    assert all(isinstance(fault, Refusal) for fault in faults)
    closed = read(attempt_id)
    assert closed.score == count(Response) == len(results) - 1


def test_two_orders_of_the_same_save(app):
    """Whichever of two saves arrives first, the newer one stays."""
    attempt = start(make_person())
    quiz = get_site().quiz("charter")
    id_ = next(i for i in attempt.items if quiz.by_id[i].type == "single")
    values = [wrong(quiz.by_id[id_]), right(quiz.by_id[id_])]
    attempt_id, person_id = attempt.id, attempt.person_id
    _results, faults = together(
        app, 8, lambda n: service.save_responses(attempt_id, person_id, {id_: (values[n == 7], n + 1)}, NOW)
    )
    assert faults == []
    db.session.rollback()
    assert queries.get_responses(attempt_id)[id_].value == values[1]


def test_start_a_quiz_of_the_companys_own(app):
    """A quiz that is no mandatory part begins none: HR sees nothing of it."""
    person = make_person()
    with transaction():
        service.start_attempt(person.id, replace(get_site().quiz("charter"), slug="produits"), 1, NOW)
    assert db.session.get(Completion, person.id) is None


def test_close_overdue_when_there_is_nothing_to_close(app):
    """One that has time left, and one that was closed since it was listed, stay as they are."""
    attempt = start(make_person(), "security")
    with transaction():
        assert not service.close_overdue(attempt.id, attempt.person_id, NOW)
    late = NOW + dt.timedelta(days=1)
    for done in (True, False):
        with transaction():
            assert service.close_overdue(attempt.id, attempt.person_id, late) is done


def test_close_when_another_closes_first(app, monkeypatch):
    """The conditional update decides: who comes second changes neither the score nor the moment."""
    attempt = start(make_person(), "security")
    real = rules.grade

    def grade(*args):
        values = {"status": "submitted", "closed_at": NOW, "score": 0, "max_score": 1, "passed": False}
        db.session.execute(update(Attempt).values(**values).execution_options(synchronize_session=False))
        return real(*args)

    monkeypatch.setattr(rules, "grade", grade)
    save(attempt, all_right(attempt))
    assert submit(attempt, NOW + MINUTE).closed_at == NOW
    assert (read(attempt.id).score, count(Fulfilment)) == (0, 0)


def test_sweep_by_hand(app):
    """``flask quizzes close-overdue`` closes all that is over, one transaction each, and says how many."""
    attempts = [start(make_person(), "security") for _ in range(3)]
    with transaction():  # The command asks the clock, so what is not over is far from being so.
        for attempt in attempts:
            db.session.get(Attempt, attempt.id).deadline_at = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
    answer = app.test_cli_runner().invoke(args=["quizzes", "close-overdue"])
    assert "0 attempts" in answer.output
    with transaction():
        for attempt in attempts[:2]:
            db.session.get(Attempt, attempt.id).deadline_at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    answer = app.test_cli_runner().invoke(args=["quizzes", "close-overdue"])
    assert "2 attempts" in answer.output
