"""How often one step of one answer would change the proposed path: the exact count against real questionnaires."""

from __future__ import annotations

from math import sqrt

import pytest

from elearn.learning import rules, sensitivity

pytestmark = pytest.mark.pure


def test_exact_count_agrees_with_questionnaires():
    """Shares of paths and of boundaries, within sampling error of 6,000 questionnaires placed one by one."""
    people = 6_000
    exact, drawn = sensitivity.enumerate_answers(), sensitivity.sample(people)
    for path, entry in drawn.items():
        for found, expected in (
            (entry.share, exact[path].share),
            (entry.share * entry.boundary, exact[path].share * exact[path].boundary),
        ):
            assert abs(found - expected) < 4 * sqrt(expected * (1 - expected) / people) + 1e-9


@pytest.mark.parametrize("opinions", [True, False])
def test_shares_make_a_whole(opinions):
    """Every set of answers gets one path; without opinions nobody is placed by them."""
    found = sensitivity.enumerate_answers(opinions)
    assert sum(entry.share for entry in found.values()) == pytest.approx(1)
    assert set(found) <= set(rules.PATHS)
    assert opinions or rules.DEBATE not in found
    assert all(0 <= entry.boundary <= 1 and entry.steps <= entry.boundary for entry in found.values())


def test_most_single_steps_change_nothing():
    """A proposal does not hang on one answer: over nine steps in ten leave it as it is."""
    found = sensitivity.enumerate_answers()
    assert sum(entry.share * entry.steps for entry in found.values()) < 0.1


def test_report_names_every_path(app):
    """``flask learning placement-report`` prints each path with its boundary."""
    result = app.test_cli_runner().invoke(args=["learning", "placement-report", "--people", "200"])
    assert result.exit_code == 0, result.output
    assert all(path in result.output for path in rules.PATHS)
    assert "two paths are offered to" in result.output
