"""The kernel's promises: one kind of transaction, guards on every view, errors in the product's voice."""

import pytest

from elearn.content.models import SiteState
from elearn.db import db, transaction
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
