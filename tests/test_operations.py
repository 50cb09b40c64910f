"""The operator's commands: backup and restore, doctor, the demo company, a second start."""

from __future__ import annotations

import gzip
import shutil
import threading

import pytest
from sqlalchemy import func, select, text

from elearn import create_app
from elearn.db import db, transaction, utcnow
from tests.factories import make_person

SECRET = "operations-" + "x" * 40


@pytest.fixture(scope="module")
def demo_app(tmp_path_factory):
    """A development instance as a first `make run` leaves it."""
    from elearn.start import prepare

    folder = tmp_path_factory.mktemp("demo")
    app = create_app(
        {"ENV": "development", "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'demo.sqlite3'}", "INSTANCE": folder}
    )
    prepare(app)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def counts(app) -> dict[str, int]:
    """Rows of every table."""
    with app.app_context():
        found = {
            table.name: db.session.scalar(select(func.count()).select_from(table))
            for table in db.metadata.sorted_tables
        }
        db.session.remove()
    return found


def ask(app, statement: str) -> list:
    """The first column of what the database answers."""
    with app.app_context():
        found = list(db.session.scalars(text(statement)))
        db.session.remove()
    return found


@pytest.mark.pure
def test_demo_company_has_everybody_the_readme_names(demo_app):
    """About 160 people in every state, the ten accounts, all marked as demo, over three ranks of departments."""
    from elearn.demo import ACCOUNTS, PASSWORD
    from elearn.people.models import Person
    from elearn.people.passwords import verify_password

    with demo_app.app_context():
        people = {p.email: p for p in db.session.scalars(select(Person))}
        assert set(ACCOUNTS) <= set(people)
        assert all(p.is_demo for p in people.values())
        assert verify_password(people["hr@demo.example"].password_hash, PASSWORD)
        db.session.remove()
    assert ask(demo_app, "SELECT max(depth) FROM department") == [2]
    assert ask(demo_app, "SELECT count(DISTINCT site) >= 2 FROM person") == [1]
    assert 150 <= counts(demo_app)["person"] <= 175


SHOWN = (
    ("application", "status", {"draft", "submitted", "to_rework", "granted", "refused", "withdrawn"}),
    ("mandate", "status", {"active", "suspended", "dormant", "ended"}),
    ("mandate", "regime", {"guided", "autonomous"}),
    ("contest", "status", {"open", "changed"}),
    ("question", "status", {"open", "answered", "closed"}),
    ("alert", "status", {"new", "taken", "closed"}),
    ("campaign", "status", {"draft", "running", "finished"}),
    ("item_contest", "status", {"open", "upheld"}),
    ("import_job", "status", {"done"}),
    ("import_row", "change", {"faulty"}),
)
"""Table, column, what the demo company has of it."""


@pytest.mark.pure
def test_demo_company_shows_each_desk_at_work(demo_app):
    """Every source of the referent's queue waits, something is late; campaigns wrote, months were drawn, certificates
    came over a year; nothing lies in the future."""
    from elearn.ambassadors.desk.queries import LATE, Queue
    from elearn.ambassadors.queries import get_covers
    from elearn.people.models import Person

    for table, column, expected in SHOWN:
        assert expected <= set(ask(demo_app, f"SELECT DISTINCT {column} FROM {table}")), (table, column)
    with demo_app.app_context():
        referent = db.session.scalars(select(Person.id).where(Person.email == "referent@demo.example")).one()
        queue = Queue(referent, get_covers(utcnow().date()), utcnow(), 3)
        waiting, late = queue.count()
        assert all(waiting.values()), waiting
        assert late >= 3 and LATE in {row.rank for row in queue.page().rows}
        db.session.remove()
    assert ask(demo_app, "SELECT min(written) > 0 FROM campaign_step WHERE phase = 'done'") == [1]
    assert ask(
        demo_app, "SELECT count(*) >= 6 FROM volunteering_snapshot WHERE department_id = 0 AND ambassadors > 0"
    ) == [1]
    assert ask(demo_app, "SELECT count(DISTINCT substr(issued_at, 1, 7)) >= 10 FROM credential") == [1]
    for table, column in (
        ("credential", "issued_at"),
        ("decision", "at"),
        ("attempt", "closed_at"),
        ("person_event", "at"),
    ):
        with demo_app.app_context():
            late = db.session.execute(text(f"SELECT count(*) FROM {table} WHERE {column} > :now"), {"now": utcnow()})
            assert late.scalar() == 0, table
            db.session.remove()


@pytest.mark.pure
def test_second_start_changes_nothing(demo_app):
    """Everything is found in place."""
    from elearn.start import prepare

    before = counts(demo_app)
    prepare(demo_app)
    assert counts(demo_app) == before


@pytest.mark.pure
def test_production_never_makes_the_demo(demo_app, tmp_path):
    """A production's first start has a schema and the programme, and nobody in it; the command refuses."""
    from elearn.start import prepare

    app = create_app(
        {
            "ENV": "production",
            "SECRET_KEY": SECRET,
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'real.sqlite3'}",
            "INSTANCE": tmp_path,
        }
    )
    prepare(app)
    found = counts(app)
    assert found["person"] == 0
    assert found["edition"] > 10
    refused = app.test_cli_runner().invoke(args=["demo"])
    assert refused.exit_code == 1
    assert "never made in production" in refused.output
    with app.app_context():
        db.engine.dispose()


def test_doctor_names_what_is_missing_and_the_mend(app):
    """Each ailment comes with the command that mends it; it exits with 1 while one is left."""
    result = app.test_cli_runner().invoke(args=["doctor"])
    assert result.exit_code == 1
    assert "There is no administrator." in result.output
    assert "flask people create-admin" in result.output
    make_person(roles=("admin",))
    result = app.test_cli_runner().invoke(args=["doctor"])
    assert "administrator" not in result.output


@pytest.fixture
def only_sqlite(request):
    """PostgreSQL's own programs are its backup: what is ours to test is SQLite's."""
    if request.config.getoption("--database") == "postgresql" and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on the PATH")


def test_backup_while_somebody_writes_then_restore(app, tmp_path, only_sqlite):
    """What was committed before comes back, what came after is gone, and an open write disturbs nothing."""
    from elearn.people.models import Person

    kept = make_person(given_name="Gardée")
    file = tmp_path / "backup.gz"
    with transaction():
        kept_id = kept.id
        db.session.get(Person, kept_id).site = "never committed before the copy"
        db.session.flush()
        saved = app.test_cli_runner().invoke(args=["backup", str(file)])
        assert saved.exit_code == 0, saved.output
    make_person(given_name="Après")
    db.session.remove()
    db.engine.dispose()
    restored = app.test_cli_runner().invoke(args=["restore", str(file), "--yes"])
    assert restored.exit_code == 0, restored.output
    names = db.session.scalars(select(Person.given_name)).all()
    assert names == ["Gardée"]
    assert db.session.scalar(select(Person.site)) == ""


@pytest.mark.parametrize(
    "content", [b"not a gzip", gzip.compress(b"not a database"), b""], ids=["text", "gzip of text", "empty"]
)
def test_restore_of_what_is_no_backup_changes_nothing(app, tmp_path, request, content):
    """A clear sentence, and the present database is as it was."""
    if request.config.getoption("--database") == "postgresql":
        pytest.skip("pg_restore judges its own files")
    make_person()
    file = tmp_path / "wrong.gz"
    file.write_bytes(content)
    refused = app.test_cli_runner().invoke(args=["restore", str(file), "--yes"])
    assert refused.exit_code == 1
    assert "is not a backup" in refused.output
    assert db.session.execute(text("SELECT count(*) FROM person")).scalar() == 1


@pytest.mark.pure
def test_worker_when_it_ends_by_itself(monkeypatch):
    """A background worker that dies is started again, and ended with the server."""
    from elearn import start

    lives, third = [], threading.Event()

    class Process:
        def __init__(self, *_arguments, **_options):
            self.told = threading.Event()
            lives.append(self)

        def wait(self):
            if len(lives) == 3:
                third.set()
                assert self.told.wait(30)

        def terminate(self):
            self.told.set()

    monkeypatch.setattr(start.subprocess, "Popen", Process)
    monkeypatch.setattr(start.Worker, "PAUSE", 0)
    worker = start.Worker()
    worker.start()
    assert third.wait(30)
    worker.stop()
    assert not worker.is_alive() and len(lives) == 3 and lives[-1].told.is_set()
