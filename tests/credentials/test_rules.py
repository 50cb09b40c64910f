"""When a credential is due, and how long it is valid."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearn.content.types import Award, Words
from elearn.credentials import rules
from elearn.credentials.rules import Standing
from elearn.errors import Forbidden, Invalid

pytestmark = pytest.mark.pure
UTC = dt.UTC


@pytest.mark.parametrize(
    "issued_on, months, last_day",
    [
        ("2026-11-22", 12, "2027-11-22"),
        ("2027-02-28", 12, "2028-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-11-22", 24, "2028-11-22"),
    ],
)
def test_last_valid_day(issued_on, months, last_day):
    """The anniversary, or the last of the month where that day does not exist."""
    assert rules.last_valid_day(dt.date.fromisoformat(issued_on), months) == dt.date.fromisoformat(last_day)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)), st.integers(1, 60))
def test_add_months_lands_in_the_right_month(day, months):
    """Whatever the day, the month is the right one and the day never later than it was."""
    later = rules.add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


@pytest.mark.parametrize(
    "expires_on, revoked, on, expected",
    [
        ("2027-11-22", False, "2027-11-22", Standing.VALID),
        ("2027-11-22", False, "2027-11-23", Standing.EXPIRED),
        ("2027-11-22", True, "2027-01-01", Standing.REVOKED),
        ("2027-11-22", True, "2028-01-01", Standing.REVOKED),
    ],
)
def test_standing(expires_on, revoked, on, expected):
    """Valid on its last day still; a revocation outlasts everything."""
    at = dt.datetime(2026, 12, 1, tzinfo=UTC) if revoked else None
    assert rules.standing(dt.date.fromisoformat(expires_on), at, dt.date.fromisoformat(on)) is expected


@pytest.mark.parametrize(
    "on, revoked, open_",
    [
        ("2027-09-22", False, False),
        ("2027-09-23", False, True),
        ("2028-01-01", False, True),
        ("2027-01-01", True, True),
    ],
)
def test_renewal_opens(on, revoked, open_):
    """Sixty days before the last day, after it, or at once after a revocation."""
    at = dt.datetime(2026, 12, 1, tzinfo=UTC) if revoked else None
    assert rules.may_renew(dt.date(2027, 11, 22), at, dt.date.fromisoformat(on)) is open_


def award(requirements=("path", "quiz"), renewal=()):
    """An award that prints nothing."""
    return Award("programme", tuple(requirements), 12, "", "", Words(fr={}), 1, tuple(renewal))


@pytest.mark.parametrize(
    "cycle, fulfilled, due",
    [
        (1, [], False),
        (1, ["path"], False),
        (1, ["quiz", "path"], True),
        (1, ["quiz", "path", "other"], True),
        (2, ["quiz"], True),
        (2, ["path"], False),
    ],
)
def test_due(cycle, fulfilled, due):
    """The list is full, in whatever order; a renewal asks for its own, shorter list."""
    assert rules.is_due(award(renewal=["quiz"]), cycle, fulfilled) is due


def test_due_when_nothing_is_asked():
    """An award that asks for nothing is never due: an empty list is a mistake, not a gift."""
    assert not rules.is_due(award(requirements=()), 1, ["path"])


def test_required_without_renewal_list():
    """Where an award says nothing of renewal, everything is asked again."""
    assert rules.required(award(), 2) == ("path", "quiz")


def test_public_id():
    """Unguessable, of one shape, and told from nonsense before any query."""
    ids = {rules.new_public_id() for _ in range(200)}
    assert len(ids) == 200
    assert all(rules.is_public_id(i) for i in ids)
    for nonsense in ("", "a" * 21, "a" * 23, "A" * 22, "' OR 1=1 --------------", "é" * 22):
        assert not rules.is_public_id(nonsense)


@pytest.mark.parametrize(
    "reason, kept",
    [
        ("  Le quiz a été passé par une autre personne. ", "Le quiz a été passé par une autre personne."),
        ("Une première ligne,\r\nune seconde.", "Une première ligne,\nune seconde."),
        ("x" * 500, "x" * 500),
        ("x" * 501, None),
        ("x" * 19, None),
        (" " * 30, None),
        ("", None),
    ],
)
def test_reason_of_a_withdrawal(reason, kept):
    """A sentence at least, five hundred signs at most, as its holder will read it."""
    if kept is None:
        with pytest.raises(Invalid):
            rules.clean_reason(reason)
    else:
        assert rules.clean_reason(reason) == kept


def test_who_may_withdraw():
    """Not one's own; not with a role that must never know why. The command line is nobody."""
    rules.check_not_oneself(1, 2)
    rules.check_not_oneself(None, 2)
    with pytest.raises(Forbidden):
        rules.check_not_oneself(2, 2)
    assert rules.may_look({"admin", "author"}) and rules.may_look({"admin", "referent"})
    assert not rules.may_look({"admin", "hr"}) and not rules.may_look({"admin", "manager"})
