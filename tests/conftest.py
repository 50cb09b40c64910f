"""Fixtures: an application on a fresh, real database for each test, and a browser of forms.

``pytest`` runs on SQLite; ``pytest --database=postgresql`` starts a PostgreSQL of its own and runs on it.
``make test`` does both.
"""

from __future__ import annotations

import datetime as dt
import os
from contextlib import contextmanager
from http.cookiejar import Cookie
from pkgutil import resolve_name

import pytest
from flask import g
from huey import MemoryHuey
from hypothesis import HealthCheck, settings
from sqlalchemy import event
from webtest import TestApp

from elearn import create_app
from elearn import db as database_module
from elearn.db import db, transaction, utcnow
from elearn.notifications import jobs

from . import factories
from .databases import PostgresDatabase, PostgresServer, SqliteDatabase

# Properties are tried on the same examples each time, however slow the machine is.
settings.register_profile(
    "tests", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")

SERVER_URL = "PV_TEST_POSTGRES"
_server: PostgresServer | None = None


def pytest_addoption(parser):
    """Which database the run uses."""
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")


def pytest_configure(config):
    """Start PostgreSQL once, in the controlling process; workers inherit its address."""
    global _server
    if config.getoption("--database") == "postgresql" and not hasattr(config, "workerinput"):
        _server = PostgresServer()
        os.environ[SERVER_URL] = _server.start()


def pytest_unconfigure(config):
    """Stop what was started."""
    if _server is not None:
        _server.stop()


def pytest_collection_modifyitems(config, items):
    """On PostgreSQL, leave out what touches no database or drives a whole server or browser."""
    if config.getoption("--database") == "postgresql":
        skipped = [i for i in items if i.get_closest_marker("pure") or i.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=skipped)
        items[:] = [i for i in items if i not in set(skipped)]


START = dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC)
"""When every test begins, the evening before the Monday of ambassadors.building: what passes today passes on any day."""


@contextmanager
def _from_start():
    ahead = START - dt.datetime.now(dt.UTC)
    database_module.clock = lambda zone: dt.datetime.now(zone) + ahead
    try:
        yield
    finally:
        database_module.clock = dt.datetime.now


@pytest.fixture(scope="session")
def database(request, tmp_path_factory):
    """The database of this worker."""
    if request.config.getoption("--database") == "postgresql":
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        return PostgresDatabase(os.environ[SERVER_URL], worker)
    return SqliteDatabase(tmp_path_factory.mktemp("database"))


@pytest.fixture(scope="session")
def application(database, tmp_path_factory):
    """The application, once: tables made, the shipped content published, then kept as every test's start."""
    from elearn.config import ROOT
    from elearn.content import service

    app = create_app(
        {
            "ENV": "test",
            "TESTING": True,
            "SECRET_KEY": "tests-" + "x" * 40,
            "SQLALCHEMY_DATABASE_URI": database.url,
            "INSTANCE": tmp_path_factory.mktemp("instance"),
            "PROPAGATE_FAULTS": True,
        }
    )
    jobs.attach(app, MemoryHuey(results=False))
    with _from_start(), app.app_context():
        db.create_all()
        checked = service.read_and_check(ROOT, None)
        with transaction():
            service.publish(checked, utcnow())
        engine = db.engine
        site = service.get_site()
        app.prepared = {edition: service.get_document(edition) for edition, _number in site.current.values()}
    database.keep(engine)
    return app


KEPT = [
    resolve_name(name)
    for name in (
        "elearn.assessment.commands:_put_off",
        "elearn.assessment.views:_drawn_items",
        "elearn.authoring.bank:_banks",
        "elearn.authoring.queries:_first_goes",
        "elearn.authoring.views:_readings",
        "elearn.home.search:_index",
        "elearn.reporting.keeping:_kept",
    )
]
"""What a process keeps of its database: no test finds what another left, whichever ran before it."""


@pytest.fixture
def app(application, database):
    """The application on a fresh database, inside an application context."""
    from elearn.content import service
    from elearn.people import checking

    with _from_start(), application.app_context():
        database.restore(db.engine)
        service.forget()
        for kept in KEPT:
            kept.clear()
        for job_id in list(checking._readers):
            checking.release(job_id)
        service._editions.update(
            application.prepared
        )  # They never change; reading them again takes a tenth of a second.
        application.extensions["queue"].flush()
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app):
    """Flask's test client, on the application outside of any context, as in production."""
    return app.test_client()


@pytest.fixture
def browser(app):
    """A browser without JavaScript: it follows links and submits real forms, CSRF tokens included."""
    return Browser(app)


class Browser(TestApp):
    """WebTest's application with signing in, and forms found by their action."""

    def __init__(self, app):
        super().__init__(app, extra_environ={"REMOTE_ADDR": "127.0.0.1", "HTTP_ACCEPT_LANGUAGE": "fr"})

    def do_request(self, req, status=None, expect_errors=None):
        """Each request starts with nothing known, though the test's own application context is around it."""
        for name in list(g):
            g.pop(name)
        return super().do_request(req, status, expect_errors)

    def sign_in(self, person):
        """Sign in without the form: a session row and the signed cookie, as the form would make them."""
        self.reset()
        name, value = factories.session_cookie(self.app, person)
        # As the server's own answer would set it, so that a later answer replaces it instead of adding a second one.
        self.cookiejar.set_cookie(
            Cookie(
                0,
                name,
                value,
                None,
                False,
                "localhost.local",
                False,
                False,
                "/",
                True,
                False,
                None,
                True,
                None,
                None,
                {},
            )
        )
        return self

    def form(self, response, action: str):
        """The form of this page whose action ends with ``action``."""
        for form in response.forms.values():
            if (form.action or "").split("?")[0].endswith(action):
                return form
        raise AssertionError(f"no form with action {action}: {[f.action for f in response.forms.values()]}")


@contextmanager
def _counting():
    statements = []

    def record(connection, cursor, statement, *rest):
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", record)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", record)


@pytest.fixture
def count_queries(app):
    """``with count_queries() as statements: …`` collects the SQL that was run."""
    return _counting
