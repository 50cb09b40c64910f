"""Drawing, grading, attempts and time, without a database."""

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elearn.assessment import rules
from elearn.config import ROOT
from elearn.content import loader
from elearn.content.checks.banks import draw_faults
from elearn.content.files import read_folder
from elearn.errors import Refusal

from .banks import SHAPES, make_item, make_quiz, right, wrong

pytestmark = pytest.mark.pure
NOW = dt.datetime(2026, 11, 22, 13, 0, tzinfo=dt.UTC)
DOCUMENTS = read_folder(ROOT)
SHIPPED = {name: loader.load(f"quiz:{name}", DOCUMENTS[f"quiz:{name}"], {})[0] for name in ("charter", "security")}


@st.composite
def quizzes(draw):
    """Any sound quiz: articles with items, families of three or four in one article each, enough items to fill."""
    articles = draw(st.integers(1, 8))
    bank = [
        make_item(f"a{a}-{n}", draw(st.sampled_from(sorted(SHAPES))), a)
        for a in range(1, articles + 1)
        for n in range(draw(st.integers(1, 4)))
    ]
    for f in range(draw(st.integers(0, 4))):
        article = draw(st.integers(1, articles))
        bank += [make_item(f"f{f}-{n}", article=article, family=f"family{f}") for n in range(draw(st.integers(3, 4)))]
    quiz = make_quiz(bank, items=1)
    families = len(quiz.families)
    bare = articles - len({v[0].article for v in quiz.families.values()})
    most = families + sum(1 for i in bank if not i.family)
    return replace(quiz, items=draw(st.integers(max(1, families + bare), most)))


def check_draw(quiz, drawn):
    """What every draw promises."""
    items = [quiz.by_id[id_] for id_ in drawn]
    assert len(drawn) == len(set(drawn)) == quiz.items
    assert Counter(i.family for i in items if i.family) == Counter(list(quiz.families))
    assert {quiz.covered(i) for i in items} == {quiz.covered(i) for i in quiz.bank}


@settings(max_examples=200, deadline=None)
@given(quizzes(), st.integers(0, 2**62), st.data())
def test_draw_of_any_sound_quiz(quiz, seed, data):
    """One variant of each family, every article, no repeat, the right number; the same seed draws the same."""
    seen = data.draw(st.lists(st.sets(st.sampled_from([i.id for i in quiz.bank])), max_size=3))
    assert draw_faults(quiz) == []
    drawn = rules.draw(quiz, seed, seen)
    check_draw(quiz, drawn)
    assert rules.draw(quiz, seed, seen) == drawn


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_thousand_draws_of_the_shipped_quizzes(name):
    """A thousand draws respect the rules, every item of the bank comes up, and knock-outs stand anywhere."""
    quiz, met, first = SHIPPED[name], Counter(), Counter()
    for seed in range(1000):
        drawn = rules.draw(quiz, seed)
        check_draw(quiz, drawn)
        met.update(drawn)
        first[quiz.by_id[drawn[0]].family is not None] += 1
    assert set(met) == set(quiz.by_id)
    assert min(first.values()) > 200
    variants = next(iter(quiz.families.values()))
    assert min(met[v.id] for v in variants) > 0.5 * max(met[v.id] for v in variants)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_retry_asks_something_else(name):
    """A second attempt shares no item with the first, a third none with the second, as long as the bank can."""
    quiz = SHIPPED[name]
    for seed in range(50):
        first = rules.draw(quiz, seed)
        second = rules.draw(quiz, seed + 1000, [first])
        third = rules.draw(quiz, seed + 2000, [second, first])
        assert not set(first) & set(second)
        assert not set(second) & set(third)


def test_draw_prefers_what_was_met_longest_ago():
    """Where everything was met, the oldest comes back before the newest."""
    quiz = make_quiz([make_item(f"a-{n}") for n in range(4)], items=2)
    assert set(rules.draw(quiz, 7, [["a-0", "a-1"], ["a-2", "a-3"]])) == {"a-2", "a-3"}


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_shipped_quizzes_are_drawable(name):
    """Families of three or more in one article or lesson each, and room for everything."""
    assert draw_faults(SHIPPED[name]) == []


@pytest.mark.parametrize(
    "bank, items, words",
    [
        ([make_item("a"), *(make_item(f"f{n}", family="f") for n in range(2))], 2, "moins de trois"),
        ([*(make_item(f"f{n}", article=n + 1, family="f") for n in range(3))], 1, "plusieurs"),
        ([make_item(f"a{n}", article=n + 1) for n in range(5)], 4, "au moins 5"),
        ([make_item("a"), make_item("b")], 6, "2 questions sur 6"),
        ([make_item("a", article=None)], 1, "n’a pas de"),
    ],
)
def test_what_cannot_be_drawn(bank, items, words):
    """A quiz that cannot keep its promises is named before anybody takes it."""
    assert any(words in fault for fault in draw_faults(make_quiz(bank, items=items)))


# --- Grading --------------------------------------------------------------------------------------------------

TEN = make_quiz([make_item(f"q{n}", article=n + 1) for n in range(10)], items=10)
KNOCKOUT = make_quiz(
    [
        *(make_item(f"q{n}", article=n + 1) for n in range(9)),
        *(make_item(f"k{n}", article=10, family="k") for n in range(3)),
    ],
    items=10,
)
THIRDS = make_quiz([make_item(f"q{n}", "ordering", article=n + 1) for n in range(5)], items=5, pass_percent=60)


@pytest.mark.parametrize(
    "quiz, wrong_ids, passed, percent, missed, again",
    [
        (TEN, (), True, 100, 0, ()),
        (TEN, ("q0", "q5"), True, 80, 0, (1, 6)),
        (TEN, ("q0", "q5", "q7"), False, 70, 0, (1, 6, 8)),
        (KNOCKOUT, (), True, 100, 0, ()),
        (KNOCKOUT, ("k0",), False, 90, 1, (10,)),
        (KNOCKOUT, ("q0",), True, 90, 0, (1,)),
        (KNOCKOUT, ("q0", "q1", "q2"), False, 70, 0, (1, 2, 3)),
    ],
)
def test_grade(quiz, wrong_ids, passed, percent, missed, again):
    """Eighty percent and every knock-out: neither is enough alone."""
    asked = [i.id for i in quiz.bank if i.id not in ("k1", "k2")]
    responses = {id_: wrong(quiz.by_id[id_]) if id_ in wrong_ids else right(quiz.by_id[id_]) for id_ in asked}
    grade = rules.grade(quiz, asked, responses)
    assert (grade.passed, grade.percent, grade.missed_knockouts, grade.again) == (passed, percent, missed, again)


def test_partial_credits_add_up_exactly():
    """Nine thirds are three: sixty percent of five is reached, not missed by a rounding error."""
    ids = [i.id for i in THIRDS.bank]
    third = ["b", "a", "c"]  # One step of three in its place.
    responses = {ids[0]: right(THIRDS.by_id[ids[0]]), ids[1]: right(THIRDS.by_id[ids[1]])}
    responses.update(dict.fromkeys(ids[2:], third))
    grade = rules.grade(THIRDS, ids, responses)
    assert grade.score == 3.0 and grade.passed and grade.percent == 60


@pytest.mark.parametrize("empty", [None, "", [], {}])
@pytest.mark.parametrize("type_", sorted(SHAPES))
def test_nothing_given_earns_nothing(type_, empty):
    """Missing, or taken back: no credit, in every type."""
    quiz = make_quiz([make_item("q", type_)], items=1)
    assert rules.grade(quiz, ["q"], {"q": empty}).score == 0
    assert rules.grade(quiz, ["q"], {}).score == 0


def test_nothing_asked_is_not_passed():
    """An attempt without items would be passed by arithmetic; it is not."""
    assert not rules.grade(TEN, [], {}).passed


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_percent_never_flatters(data):
    """The percentage shown never reaches the pass mark where the points do not."""
    quiz = THIRDS
    responses = {i.id: data.draw(st.sampled_from([right(i), wrong(i), ["b", "a", "c"], None])) for i in quiz.bank}
    grade = rules.grade(quiz, list(responses), responses)
    assert grade.passed == (grade.percent >= quiz.pass_percent)


# --- Attempts and time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "closed, hours_ago, passed, left, paused",
    [
        (0, None, False, 3, False),
        (1, 1, False, 2, False),
        (2, 1, False, 1, False),
        (3, 1, False, 0, True),
        (3, 23.99, False, 0, True),
        (3, 24, False, 3, False),
        (4, 1, False, 2, False),
        (6, 1, False, 0, True),
        (6, 48, False, 3, False),
        (1, 1, True, 0, False),
        (3, 1, True, 0, False),
    ],
)
def test_allowance(closed, hours_ago, passed, left, paused):
    """Three attempts, a pause of twenty-four hours, three more; nothing once passed."""
    last = None if hours_ago is None else NOW - dt.timedelta(hours=hours_ago)
    allowed = rules.allowance(TEN, closed, last, passed, NOW)
    assert (allowed.left, allowed.opens_at is not None, allowed.passed) == (left, paused, passed)
    if left:
        rules.check_may_start(allowed)
    else:
        with pytest.raises(Refusal):
            rules.check_may_start(allowed)


@pytest.mark.parametrize(
    "limit, extra, minutes", [(None, 50, None), (45, 0, 45), (45, 33, 60), (45, 50, 68), (10, 300, 40)]
)
def test_time_limit(limit, extra, minutes):
    """The person's extra time lengthens the limit, rounded up; where there is none, there is none."""
    quiz = replace(TEN, time_limit_minutes=limit)
    assert rules.time_limit(quiz, extra) == minutes
    expected = None if minutes is None else NOW + dt.timedelta(minutes=minutes)
    assert rules.deadline(quiz, extra, NOW) == expected


@pytest.mark.parametrize("seconds, over", [(-1, False), (0, False), (10, False), (10.001, True), (600, True)])
def test_grace(seconds, over):
    """Ten seconds cover what was on its way."""
    assert rules.is_over(NOW, NOW + dt.timedelta(seconds=seconds)) is over
    assert not rules.is_over(None, NOW)
