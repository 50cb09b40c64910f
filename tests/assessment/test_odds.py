"""What guessing is worth: laws of single items, the exact chance against real draws, the shipped quizzes' bounds."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import cache
from math import sqrt
from statistics import pstdev

import pytest

from elearn.assessment import odds, rules
from elearn.config import ROOT
from elearn.content import loader
from elearn.content.files import read_folder
from elearn.content.items import check_value, grade

from .banks import make_item, make_quiz

pytestmark = pytest.mark.pure


@cache
def shipped(name):
    return loader.load(f"quiz:{name}", read_folder(ROOT)[f"quiz:{name}"])[0]


SHIPPED = ("charter", "security")


# --- Single items ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "law"),
    [
        ("single", {60: 1 / 4, 0: 3 / 4}),
        ("boolean", {60: 1 / 2, 0: 1 / 2}),
        ("multiple", {60: 1 / 6, 0: 5 / 6}),  # One right and one wrong of two right ones: (1 − 1) / 2.
        ("ordering", {60: 1 / 6, 20: 3 / 6, 0: 2 / 6}),
        ("sorting", {60: 1 / 16, 45: 4 / 16, 30: 6 / 16, 15: 4 / 16, 0: 1 / 16}),
        ("span", {60: 1 / 3, 0: 2 / 3}),
    ],
)
def test_law_at_random_by_type(type_, law):
    """Every response is as likely; its credit is what grading gives."""
    assert odds.at_random(make_item("q", type_)) == pytest.approx(law)


@pytest.mark.parametrize("name", SHIPPED)
def test_possible_responses_are_what_the_form_accepts(name):
    """What a guesser is supposed to send is a response that the product takes, and one of them is the key."""
    for item in shipped(name).bank:
        responses = list(odds.possible_responses(item))
        assert all(check_value(item, response) is not None for response in responses[:50])
        assert sum(grade(item, response) == 1 for response in responses) == 1
        assert len(responses) == len(odds.credits_of(item))


def test_law_by_length_when_two_are_as_long():
    """Choices of the same length are picked with the same chance."""
    item = make_item("q")  # Its four choices have the same length.
    assert odds.by_length("fr")(item) == pytest.approx(odds.at_random(item))


# --- A whole quiz ---------------------------------------------------------------------------------------------


def test_pass_probability_by_hand():
    """A family, an article with two items, one more item: four of one choice in four, three enough, one decisive."""
    bank = [
        *(make_item(f"k{n}", family="k") for n in range(3)),
        make_item("a1"),
        make_item("b1", article=2),
        make_item("b2", article=2),
    ]
    quiz = make_quiz(bank, items=4, pass_percent=75)
    two_of_three_others = Fraction(3 * 3 + 1, 64)
    assert odds.pass_probability(quiz, odds.at_random) == pytest.approx(float(two_of_three_others / 4))


def mixed_quiz():
    types = ("single", "multiple", "boolean", "ordering", "sorting", "span")
    bank = [make_item(f"{type_}-{article}", type_, article) for article in (1, 2, 3) for type_ in types[article - 1 :]]
    bank += [make_item(f"k{n}", article=3, family="k") for n in range(3)]
    return make_quiz(bank, items=7, pass_percent=60)


def test_pass_probability_against_responses_graded_by_the_product():
    """Twenty thousand attempts drawn, answered at random and graded as in real life agree with the exact figure."""
    quiz, chance, passed = mixed_quiz(), random.Random(5), 0
    for seed in range(20_000):
        drawn = rules.draw(quiz, seed)
        responses = {id_: chance.choice(list(odds.possible_responses(quiz.by_id[id_]))) for id_ in drawn}
        passed += rules.grade(quiz, drawn, responses).passed
    exact = odds.pass_probability(quiz, odds.at_random)
    assert abs(passed / 20_000 - exact) < 4 * sqrt(exact * (1 - exact) / 20_000)


@pytest.mark.parametrize("name", SHIPPED)
def test_random_responding_passes_less_than_once_in_100_000(name):
    """Exactly, and over real draws."""
    exact = odds.pass_probability(shipped(name), odds.at_random)
    mean, error = odds.simulate(shipped(name), odds.at_random, 400)
    assert exact < 1e-5
    assert abs(mean - exact) < 4 * error


@pytest.mark.parametrize("pick", [max, min], ids=["longest", "shortest"])
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", SHIPPED)
def test_length_gives_nothing_away(name, language, pick):
    """Picking the longest (or the shortest) choices earns what chance earns, within sampling error, and passes as
    rarely."""
    quiz, law = shipped(name), odds.by_length(language, pick)
    spread = pstdev(sum(credit * chance for credit, chance in law(item).items()) / odds.POINT for item in quiz.bank)
    difference = odds.expected_share(quiz, law) - odds.expected_share(quiz, odds.at_random)
    assert abs(difference) < 2.6 * spread / sqrt(len(quiz.bank))
    assert odds.pass_probability(quiz, law) < 1e-5


# --- A guesser who remembers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("told_each", [False, True], ids=["as the page tells", "told each response"])
@pytest.mark.parametrize("name", SHIPPED)
def test_memorising_guesser_passes_less_than_once_in_1_000(name, told_each):
    """After five failed attempts; even if each response had been marked right or wrong."""
    mean, error = odds.memorise(shipped(name), people=150, told_each=told_each)
    assert mean + 4 * error < 1e-3


def test_belief_learns_from_what_was_ruled_out():
    """A response known to be wrong is not given again, and the others become likelier; one known right stays."""
    belief = odds.Belief(credits=(0, 60, 0, 0))
    belief.learn(0, 0.0)
    assert belief.untried == pytest.approx(1 / 3)
    assert belief.law() == pytest.approx({60: 1 / 3, 0: 2 / 3})
    belief.learn(1, 1.0)
    assert belief.choose(random.Random(1)) == 1
    assert belief.law() == {60: 1.0}


def test_memorising_guesser_gains_where_nothing_protects():
    """Without families and with one item an article, five failures told one by one give everything away."""
    quiz = make_quiz([make_item(f"q{n}", article=n) for n in range(3)], items=3, pass_percent=100)
    mean, _error = odds.memorise(quiz, people=200)
    assert mean == 1.0


@pytest.mark.parametrize("name", SHIPPED)
def test_a_thousand_draws_respect_the_rules(name):
    """Twenty different items, one of each family, every article or lesson."""
    quiz = shipped(name)
    everything = {quiz.covered(item) for item in quiz.bank}
    for seed in range(1_000):
        items = [quiz.by_id[id_] for id_ in rules.draw(quiz, seed)]
        assert len({item.id for item in items}) == quiz.items
        assert sorted(item.family for item in items if item.family) == sorted(quiz.families)
        assert {quiz.covered(item) for item in items} == everything


def test_points_are_whole_in_sixtieths():
    """Every credit of the shipped banks is a whole number of sixtieths, so that sums are exact."""
    for name in SHIPPED:
        for item in shipped(name).bank:
            for response in list(odds.possible_responses(item))[:200]:
                assert Fraction(grade(item, response)).limit_denominator(1_000) * odds.POINT % 1 == 0


def test_odds_are_printed_for_every_quiz(app):
    """``flask quizzes odds`` names each guesser, exactly and over draws."""
    result = app.test_cli_runner().invoke(args=["quizzes", "odds", "--draws", "5", "--people", "5"])
    assert result.exit_code == 0, result.output
    assert result.output.count("responding at random") == len(SHIPPED)
    assert "after 5 failures" in result.output
