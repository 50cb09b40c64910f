"""The placement's rules: the nine cases of the model, their order, and what a boundary is."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearn.learning import rules
from elearn.learning.rules import BASICS, DEBATE, EASE, METHOD, PATHS, STEERING, Answers, place, place_scores

pytestmark = pytest.mark.pure

THIRDS = Fraction(-2, 3)


@pytest.mark.parametrize(
    ("use", "knowledge", "attitude", "comfort", "hard", "path", "basics", "blind"),
    [
        (2, 2, Fraction(1, 2), -1, 0, BASICS, False, False),
        (12, 7, Fraction(-5, 4), 1, 3, DEBATE, False, False),
        (1, 1, -1, -1, 0, DEBATE, True, False),
        (3, 5, 0, THIRDS, 2, EASE, False, False),
        (8, 5, Fraction(3, 4), 0, 2, METHOD, False, False),
        (13, 7, 1, 1, 3, STEERING, False, False),
        (14, 4, 1, Fraction(3, 2), 1, METHOD, False, True),
        (13, 7, 1, -1, 3, METHOD, False, False),
        (13, 7, None, None, 3, STEERING, False, False),
    ],
)
def test_place_scores_on_the_models_cases(use, knowledge, attitude, comfort, hard, path, basics, blind):
    """The nine cases that the placement model names, and their notes."""
    proposal = place_scores(use, knowledge, attitude, comfort, hard)
    assert (proposal.path, proposal.basics, proposal.blind_spots) == (path, basics, blind)


optional = st.dictionaries(st.sampled_from("1234"), st.integers(-2, 2))
answers = st.builds(
    Answers,
    use=st.fixed_dictionaries({f"u{n}": st.integers(0, 3) for n in range(1, 6)}),
    knowledge=st.fixed_dictionaries({f"k{n}": st.integers(0, 1) for n in range(1, 9)}),
    attitude=optional.map(lambda d: {f"a{n}": v for n, v in d.items()}),
    comfort=optional.map(lambda d: {f"c{n}": v for n, v in d.items() if n != "4"}),
)


@given(answers)
def test_rules_apply_in_their_order(given_answers):
    """The first rule whose condition holds decides; later ones are not looked at."""
    use, knowledge = sum(given_answers.use.values()), sum(given_answers.knowledge.values())
    attitude, comfort = rules.mean(given_answers.attitude.values()), rules.mean(given_answers.comfort.values())
    path = place(given_answers).path
    if attitude is not None and attitude <= Fraction(-3, 4):
        assert path == DEBATE
    elif use <= 5 and knowledge <= 3:
        assert path == BASICS
    elif use <= 5 or (comfort is not None and comfort <= Fraction(-3, 4) and use <= 10):
        assert path == EASE
    else:
        assert path in (STEERING, METHOD)
        hard = sum(given_answers.knowledge[k] for k in ("k4", "k5", "k6"))
        steering = use >= 11 and knowledge >= 6 and hard >= 2 and (comfort is None or comfort >= Fraction(1, 2))
        assert (path == STEERING) == steering


@given(answers)
def test_second_path_exactly_when_one_step_changes_the_first(given_answers):
    """Two paths are offered if and only if one answer, moved by one step, would change the path."""
    proposal = place(given_answers)
    changed = {p.path for p in map(place, rules.neighbours(given_answers))} - {proposal.path}
    assert (proposal.second is not None) == bool(changed)
    assert proposal.second is None or proposal.second in changed


@given(answers)
def test_neighbours_differ_by_one_step_within_the_scale(given_answers):
    """A step is 1 on the item's own scale; a skipped item has none."""
    for other in rules.neighbours(given_answers):
        moved = [
            abs(getattr(other, name)[item] - value)
            for name in ("use", "knowledge", "attitude", "comfort")
            for item, value in getattr(given_answers, name).items()
        ]
        assert sum(moved) == 1
        assert set(other.attitude) == set(given_answers.attitude)
        assert all(0 <= v <= 3 for v in other.use.values())
        assert all(v in (0, 1) for v in other.knowledge.values())


@given(answers)
def test_one_answer_in_an_optional_block_is_as_none(given_answers):
    """A block with fewer than two answers is ignored: it can be skipped without weighing on the result."""
    alone = dict(list(given_answers.attitude.items())[:1])
    one = Answers(given_answers.use, given_answers.knowledge, alone, given_answers.comfort)
    none = Answers(given_answers.use, given_answers.knowledge, {}, given_answers.comfort)
    assert place(one).path == place(none).path


def test_paths_are_known_by_neutral_slugs_only():
    """No slug says what a path means about a person."""
    assert set(PATHS) == {"premiers-pas", "comprendre", "apprivoiser", "structurer", "piloter"}
