"""Migrations and models say the same, in both directions, on both databases."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import inspect, text

from elearn import create_app
from elearn.db import db, protect_rows  # noqa: F401  What migrations use must stay importable.
from elearn.operations import find_newest
from tests.conftest import SERVER_URL
from tests.databases import PostgresDatabase


@pytest.fixture
def empty(request, tmp_path):
    """An application on a database where nothing was made yet."""
    if request.config.getoption("--database") == "postgresql":
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        url = PostgresDatabase(os.environ[SERVER_URL], f"empty_{worker}").url
    else:
        url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    app = create_app({"ENV": "test", "SECRET_KEY": "x" * 40, "SQLALCHEMY_DATABASE_URI": url, "INSTANCE": tmp_path})
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_upgraded_schema_is_what_the_models_say(empty):
    """Nothing is left to migrate after the last migration."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from elearn.operations import upgrade_schema

    assert upgrade_schema()
    assert not upgrade_schema()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


@pytest.mark.pure
def test_newest_when_two_are_of_one_day(tmp_path):
    """The last in the chain, whatever the names say; an older one found in the database is brought up."""
    for revision, before in (("9a", None), ("1b", "9a")):
        words = f"revision = {revision!r}\ndown_revision = {before!r}\n"
        (tmp_path / f"20261122_{revision}_x.py").write_text(words)
    assert find_newest(tmp_path) == "1b"


def test_downgrade_takes_everything_back(empty):
    """Down to nothing, and up again, with rows in the tables."""
    from alembic import command

    from elearn.operations import migration_config, upgrade_schema

    upgrade_schema()
    with db.engine.begin() as connection:
        connection.execute(text("INSERT INTO site_state (id, revision, settings) VALUES (1, 1, '{}')"))
    command.downgrade(migration_config(), "base")
    with db.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    assert upgrade_schema() is False


def test_choices_of_notices_when_each_kind_has_its_own(empty):
    """The one choice of before is carried to each kind, and back where the kinds agree."""
    from alembic import command

    from elearn.operations import migration_config

    config = migration_config()
    command.upgrade(config, "7b210034e3ab")
    person = (
        "INSERT INTO person (id, public_id, given_name, family_name, search_name, site, job_title, theme, text_size, "
        "text_spacing, extra_time_percent, is_demo, created_at) VALUES (:id, :id, 'A', 'B', 'b a', '', '', 'auto', 1, 1, "
        "0, false, '2026-01-01')"
    )
    rows = [(1, "app"), (2, "at_once"), (3, "digest")]
    with db.engine.begin() as connection:
        for id, mode in rows:
            connection.execute(text(person.replace(":id, :id", f"{id}, '{id}'")))
            connection.execute(text(f"INSERT INTO notice_choice (person_id, mode) VALUES ({id}, '{mode}')"))
    command.upgrade(config, "84c19a7fc64d")
    with db.engine.begin() as connection:
        kept = "SELECT person_id, mode, count(*) FROM notice_choice GROUP BY person_id, mode ORDER BY person_id"
        assert [tuple(row) for row in connection.execute(text(kept))] == [(1, "app", 9), (2, "at_once", 9)]
        changed = "UPDATE notice_choice SET mode = 'digest' WHERE person_id = 2 AND kind = 'credential_issued'"
        connection.execute(text(changed))
    command.downgrade(config, "7b210034e3ab")
    with db.engine.connect() as connection:
        kept = connection.execute(text("SELECT person_id, mode FROM notice_choice")).all()
    assert [tuple(row) for row in kept] == [(1, "app")]


def test_logs_only_grow_in_a_migrated_database(empty):
    """The decision log refuses changes and removals, whoever writes."""
    from elearn.operations import upgrade_schema

    upgrade_schema()
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        else:
            names = connection.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).scalars().all()
    assert any("decision" in name for name in names)
    assert any("person_event" in name for name in names)
