"""The kernel's promises: one kind of transaction, guards on every view, errors in the product's voice."""

import pytest
from flask_babel import force_locale

from elearn.content.models import SiteState
from elearn.db import db, transaction
from elearn.i18n import _n, say_many
from elearn.permissions import check_guards


def test_write_outside_transaction_is_refused(app):
    """Only transaction() writes, so a GET can never change a state."""
    db.session.add(SiteState(id=1))
    with pytest.raises(RuntimeError, match="outside transaction"):
        db.session.flush()
    db.session.rollback()


def test_transaction_does_not_nest(app):
    """A service that opened its own transaction could commit half of its caller's work."""
    with transaction(), pytest.raises(RuntimeError, match="nest"), transaction():
        pass


def test_transaction_when_it_fails_leaves_nothing(app):
    """All of it, or nothing."""
    before = db.session.get(SiteState, 1).revision
    with pytest.raises(ValueError), transaction():
        db.session.get(SiteState, 1).revision += 1
        db.session.flush()
        raise ValueError
    assert db.session.get(SiteState, 1).revision == before


def test_view_without_guard_stops_the_start(app):
    """A forgotten guard is found before anybody can use the page."""
    app.view_functions["bare"] = lambda: ""
    try:
        with pytest.raises(RuntimeError, match="bare"):
            check_guards(app)
    finally:
        del app.view_functions["bare"]


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("fr", 0, "0 minute"),
        ("fr", 2, "2 minutes"),
        ("fr", 20_000, "20\u202f000 minutes"),
        ("en", 20_000, "20,000 minutes"),
    ],
)
def test_count_when_read(app, language, number, said):
    """A number is written as its reader's language writes it, and French says zero in the singular."""
    with app.test_request_context(), force_locale(language):
        assert say_many("%(num)s minute", "%(num)s minutes", number) == said
        assert _n("%(num)s minute", "%(num)s minutes", number) == said
