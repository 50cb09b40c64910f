"""Moves, the grid, days, scopes and perimeters, as tables."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest

from elearn.ambassadors import rules
from elearn.ambassadors.perimeters import Cover, answerable, may_see
from elearn.errors import Forbidden, Invalid, Refusal

from .building import TODAY, scope, verdict

pytestmark = pytest.mark.pure


@pytest.mark.parametrize("moves", [rules.APPLICATION_MOVES, rules.MANDATE_MOVES])
def test_every_state_is_reached_and_only_by_its_moves(moves):
    """The table has no state that nothing leads to, and refuses every pair it does not name."""
    states = {s for m in moves.values() for s in m.before} | {m.after for m in moves.values() if m.after}
    reached, frontier = {None}, {None}
    while frontier:
        frontier = {m.after for m in moves.values() if m.after and m.before & reached} - reached
        reached |= frontier
    assert reached == states
    for act, move in moves.items():
        for state in states:
            if state in move.before:
                assert rules.check_move(moves, act, state) == (move.after or state)
            else:
                with pytest.raises(rules.Outdated):
                    rules.check_move(moves, act, state)


def test_nobody_decides_about_oneself():
    """Dossier 6.3."""
    rules.check_not_oneself(1, 2)
    with pytest.raises(Forbidden):
        rules.check_not_oneself(2, 2)


@pytest.mark.parametrize(
    ("grid", "flags", "expected"),
    [
        ((2, 2, 2, 2, 2, 2), (), True),
        ((3, 3, 3, 1, 1, 1), (), True),
        ((3, 3, 3, 1, 1, 0), (), False),
        ((2, 2, 2, 2, 2, 1), (), False),
        ((3, 3, 3, 3, 3, 0), (), False),
        ((3, 3, 3, 3, 3, 3), (), True),
        ((3, 3, 3, 3, 3, 3), ("secret",), False),
        ((0, 0, 0, 0, 0, 0), (), False),
    ],
)
def test_grid_passes_from_twelve_without_zero_nor_red_flag(grid, flags, expected):
    """Dossier 6.2."""
    assert rules.is_passed(dict(zip(rules.CRITERIA, grid, strict=True)), flags) is expected


@pytest.mark.parametrize(
    "change",
    [
        {"grid": {}},
        {"grid": dict.fromkeys(rules.CRITERIA, 4)},
        {"grid": dict.fromkeys((*rules.CRITERIA, "charm"), 2)},
        {"decision": "maybe"},
        {"reason": "  trop court  "},
        {"red_flags": ("other",)},
        {"red_flags": ("insult",)},
        {"grid": dict.fromkeys(rules.CRITERIA, 1)},
    ],
)
def test_grant_that_does_not_follow_from_its_grid_is_refused(change):
    """Every point given, a reason, and a post that passes."""
    rules.check_verdict(verdict(), TODAY)
    with pytest.raises(Invalid):
        rules.check_verdict(replace(verdict(), **change), TODAY)


@pytest.mark.parametrize(
    ("change", "fine"),
    [
        ({}, True),
        ({"category": "scope", "lessons": ()}, True),
        ({"category": None}, False),
        ({"category": "mood"}, False),
        ({"lessons": ()}, False),
        ({"again_on": None}, False),
        ({"again_on": TODAY}, False),
        ({"again_on": TODAY + dt.timedelta(days=1)}, True),
        ({"again_on": TODAY + dt.timedelta(days=rules.MAX_WAIT_DAYS)}, True),
        ({"again_on": TODAY + dt.timedelta(days=rules.MAX_WAIT_DAYS + 1)}, False),
        ({"red_flags": ("secret",)}, True),
    ],
)
def test_refusal_names_category_lessons_and_day(change, fine):
    """A refusal says what to do next, and until when."""
    given = replace(verdict("refused"), **change)
    if fine:
        rules.check_verdict(given, TODAY)
    else:
        with pytest.raises(Invalid):
            rules.check_verdict(given, TODAY)


@pytest.mark.parametrize(
    ("change", "fine"),
    [
        ({}, True),
        ({"networks": ()}, False),
        ({"networks": ("myspace",)}, False),
        ({"topics": ()}, False),
        ({"topics": ("gossip",)}, False),
        ({"languages": ()}, False),
        ({"languages": ("xx",)}, False),
        ({"regime": "free"}, False),
        ({"ends_on": dt.date(2027, 11, 23)}, True),
        ({"ends_on": dt.date(2027, 11, 24)}, False),
        ({"ends_on": TODAY - dt.timedelta(days=1)}, False),
        ({"ends_on": TODAY}, True),
    ],
)
def test_scope_stays_in_the_catalogue_and_in_the_credential(change, fine):
    """No mandate outlives its credential."""
    given = scope(**change)
    arguments = ({"linkedin"}, {"trades"}, dt.date(2027, 11, 23))
    if fine:
        rules.check_scope(given, *arguments)
    else:
        with pytest.raises(Invalid):
            rules.check_scope(given, *arguments)


@pytest.mark.parametrize(("days", "fine"), [(-1, False), (0, True), (92, True), (93, False)])
def test_mandate_starts_within_three_months(days, fine):
    """Neither in the past nor some day."""
    if fine:
        rules.check_start(TODAY + dt.timedelta(days=days), TODAY)
    else:
        with pytest.raises(Invalid):
            rules.check_start(TODAY + dt.timedelta(days=days), TODAY)


@pytest.mark.parametrize(
    ("answered", "answer_by", "until", "error"),
    [
        (True, 3, 10, None),
        (True, 3, 0, None),
        (False, -1, 92, None),
        (False, 0, 10, Refusal),
        (True, 3, 93, Invalid),
        (True, 3, -1, Invalid),
        (True, 3, None, Invalid),
    ],
)
def test_suspension_comes_after_hearing_and_has_a_last_day(answered, answer_by, until, error):
    """Dossier 6.3: information, the person's answer, a limited time."""
    day = None if until is None else TODAY + dt.timedelta(days=until)
    arguments = (answered, TODAY + dt.timedelta(days=answer_by), day, TODAY)
    if error is None:
        rules.check_suspension(*arguments)
    else:
        with pytest.raises(error):
            rules.check_suspension(*arguments)


@pytest.mark.parametrize(
    ("status", "until", "ends", "holds", "expected"),
    [
        ("active", None, 0, True, "active"),
        ("active", None, -1, True, "ended"),
        ("active", None, 5, False, "ended"),
        ("suspended", 0, 5, True, "suspended"),
        ("suspended", -1, 5, True, "active"),
        ("suspended", 3, -1, True, "ended"),
        ("dormant", None, 5, True, "dormant"),
        ("ended", None, 5, True, "ended"),
    ],
)
def test_status_of_the_day_does_not_wait_for_the_sweep(status, until, ends, holds, expected):
    """A job that is late never lengthens a status or a suspension."""
    day = lambda n: TODAY + dt.timedelta(days=n)  # noqa: E731
    assert rules.effective_status(status, None if until is None else day(until), day(ends), holds, TODAY) == expected


def test_regime_does_not_become_what_it_is():
    """Guided → guided is no passage."""
    lines = [SimpleNamespace(act="opened", facts={"regime": "guided"}, version=1, at=None)]
    state = rules.replay_mandate(lines)
    with pytest.raises(rules.Outdated):
        rules.after_act(state, "made_guided", {}, 2, None)
    assert rules.after_act(state, "made_autonomous", {}, 2, None).regime == "autonomous"


def test_applying_again_waits_for_the_day():
    """The day itself is open."""
    assert rules.may_apply_from(None, TODAY)
    assert rules.may_apply_from(TODAY, TODAY)
    assert not rules.may_apply_from(TODAY + dt.timedelta(days=1), TODAY)


WHOLE = Cover(1, 1)
PLANT = Cover(2, 2, ("/1/4/",))
JOBS = Cover(3, 3, (), ("jobs",))


@pytest.mark.parametrize(
    ("covers", "person", "department", "topics", "expected"),
    [
        ([WHOLE], 9, "/1/4/7/", ["trades"], {1}),
        ([WHOLE], 1, "/1/4/", [], set()),
        ([PLANT, JOBS], 9, "/1/4/7/", ["trades"], {2}),
        ([PLANT, JOBS], 9, "/1/4/7/", ["jobs"], {2, 3}),
        ([PLANT, JOBS], 9, "/1/41/", ["trades"], set()),
        ([PLANT], 9, "", [], set()),
        ([Cover(2, 5, ("/1/4/",)), Cover(5, 5, ("/8/",))], 9, "/1/4/", [], {5}),
        ([Cover(2, None, ("/1/4/",)), JOBS], 9, "/1/4/", [], set()),
        ([Cover(2, 9, ("/1/4/",)), JOBS], 9, "/1/4/", [], set()),
    ],
)
def test_who_answers_today(covers, person, department, topics, expected):
    """The referent of the perimeter, or the deputy; never oneself."""
    assert answerable(covers, person, department, topics) == expected


@pytest.mark.parametrize(
    ("referent", "covers", "person", "department", "expected"),
    [
        (2, [PLANT, JOBS], 9, "/1/4/", True),
        (3, [PLANT, JOBS], 9, "/1/4/", False),
        (3, [PLANT, JOBS], 9, "/1/5/", True),
        (3, [PLANT, JOBS], 2, "/1/4/", True),
        (2, [PLANT, JOBS], 2, "/1/4/", False),
        (2, [Cover(2, 5, ("/1/4/",)), Cover(5, 5, ("/8/",))], 9, "/1/4/", True),
        (5, [Cover(2, 5, ("/1/4/",)), Cover(5, 5, ("/8/",))], 9, "/1/4/", True),
    ],
)
def test_who_sees_whom(referent, covers, person, department, expected):
    """One's perimeter, that of somebody one stands in for, and whoever would otherwise wait for nobody."""
    assert may_see(referent, covers, person, department, ["trades"]) is expected
