"""The operator's commands: doctor, backup and restore, the schema. Rooms have their own commands."""

from __future__ import annotations

import ctypes.util
import gzip
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import inspect, text

from .config import DEMO_SECRET, ROOT
from .db import db

MIGRATIONS = ROOT / "elearn" / "migrations"


def register(app: Flask) -> None:
    """Put the commands beside those of the rooms."""
    for command in (doctor, backup, restore, upgrade, revise, demo):
        app.cli.add_command(command)


def migration_config():
    """Alembic's configuration; Alembic is imported only where a migration is run or written."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(rev)s_%%(slug)s")
    return config


def upgrade_schema() -> bool:
    """Bring the schema to the newest revision; True when the database was empty before.

    A schema that is already the newest is recognised without importing Alembic: a second start must be quick.
    """
    with db.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        present = None
        if "alembic_version" in tables:
            present = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if present != find_newest(MIGRATIONS / "versions"):
        from alembic import command

        command.upgrade(migration_config(), "head")
    return not tables


def find_newest(folder: Path) -> str:
    """The revision that no other follows. Names do not tell: two of one day stand in any order."""
    words = re.compile(r'^(revision|down_revision) = ["\']([^"\']+)', re.MULTILINE)
    found = [match for path in folder.glob("*.py") for match in words.findall(path.read_text())]
    (newest,) = {rev for name, rev in found if name == "revision"} - {rev for name, rev in found if name != "revision"}
    return newest


@click.command("revise")
@click.argument("message")
@with_appcontext
def revise(message: str):
    """Write the migration that brings the database to what the models say; read it before you commit it."""
    from alembic import command

    command.revision(migration_config(), message=message, autogenerate=True)


@click.command("upgrade")
@with_appcontext
def upgrade():
    """Bring the database's schema to the newest revision."""
    current_app.config["INSTANCE"].mkdir(parents=True, exist_ok=True)
    upgrade_schema()
    click.echo("The schema is up to date.")


@click.command("demo")
@with_appcontext
def demo():
    """Make the demo company, in an empty database that is not a production's."""
    from .db import utcnow
    from .demo import make_demo

    if current_app.config["ENV"] == "production":
        raise click.ClickException("The demo company is never made in production.")
    make_demo(utcnow())
    click.echo("The demo company is ready.")


# --- Doctor ---------------------------------------------------------------------------------------------------


def find_ailments(app: Flask) -> list[tuple[str, str]]:
    """What is missing or wrong: (what, how to mend it)."""
    ailments = []
    if ctypes.util.find_library("pangoft2-1.0") is None or ctypes.util.find_library("harfbuzz-subset") is None:
        ailments.append(
            (
                "The libraries that draw PDFs are missing.",
                "sudo apt-get install --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0",
            )
        )
    if not (ROOT / "static" / "vendor" / "manifest.json").exists():
        ailments.append(("The front-end assets are not built.", "make assets"))
    if not (ROOT / "elearn" / "translations" / "en" / "LC_MESSAGES" / "messages.mo").exists():
        ailments.append(("The English interface is not compiled.", "python -m elearn.translate"))
    instance = app.config["INSTANCE"]
    if not instance.exists() or not os.access(instance, os.W_OK):
        ailments.append(
            (f"The instance folder {instance} cannot be written.", f"mkdir -p {instance}, owned by the service")
        )
    if app.config["ENV"] == "production":
        if app.config["SECRET_KEY"] == DEMO_SECRET:
            ailments.append(("The secret key is the demo's.", "set ELEARN_SECRET_KEY"))
        if not app.config["SMTP_URL"]:
            ailments.append(("No mail server is set: nobody receives mail.", "set ELEARN_SMTP_URL"))
        if not app.config["BASE_URL"].startswith("https://"):
            ailments.append(("Links in mails and certificates are not HTTPS.", "set ELEARN_BASE_URL=https://…"))
    return ailments + _database_ailments()


def _database_ailments() -> list[tuple[str, str]]:
    try:
        with db.engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            if "edition" not in tables:
                return [("The database has no tables yet.", "flask upgrade")]
            if not connection.execute(text("SELECT count(*) FROM edition WHERE is_current")).scalar():
                return [("No content is published.", "flask content publish")]
            if not connection.execute(text("SELECT count(*) FROM role_assignment WHERE role = 'admin'")).scalar():
                return [("There is no administrator.", "flask people create-admin")]
    except Exception as error:  # Whatever the driver says, the operator reads it.
        return [(f"The database does not answer: {error}", "check ELEARN_DATABASE_URL")]
    return []


@click.command("doctor")
@with_appcontext
def doctor():
    """Say what is missing and how to mend it; exits with 1 when something is."""
    ailments = find_ailments(current_app)
    for what, mend in ailments:
        click.echo(f"✗ {what}\n    → {mend}")
    if ailments:
        sys.exit(1)
    click.echo("Everything is in place.")


# --- Backup ---------------------------------------------------------------------------------------------------


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup(file: Path):
    """Write a consistent copy of the database to FILE (gzip), while people work."""
    part = file.with_name(file.name + ".part")
    try:
        if db.engine.dialect.name == "sqlite":
            _backup_sqlite(part)
        else:
            _run_postgres("pg_dump", part, ["--format=custom", f"--file={part}"])
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"Saved to {file} ({file.stat().st_size:,} bytes).")


def _backup_sqlite(target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        copy = Path(folder) / "copy.sqlite3"
        source = sqlite3.connect(db.engine.url.database)
        destination = sqlite3.connect(copy)
        with destination:
            source.backup(destination)
        source.close()
        destination.close()
        with copy.open("rb") as plain, gzip.open(target, "wb") as packed:
            shutil.copyfileobj(plain, packed, 1 << 20)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Replace what is there without asking.")
@with_appcontext
def restore(file: Path, yes: bool):
    """Bring the database of FILE back. Stop the service first: what is there now is replaced."""
    if not yes:
        click.confirm("This replaces the present database. Is the service stopped?", abort=True)
    if db.engine.dialect.name == "sqlite":
        _restore_sqlite(file)
    else:
        _run_postgres("pg_restore", file, ["--clean", "--if-exists", "--single-transaction", str(file)], target=True)
    click.echo("Restored.")


def _restore_sqlite(file: Path) -> None:
    place = Path(db.engine.url.database)
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        copy = Path(folder) / "copy.sqlite3"
        try:
            with gzip.open(file, "rb") as packed, copy.open("wb") as plain:
                shutil.copyfileobj(packed, plain, 1 << 20)
            check = sqlite3.connect(copy)
            verdict = check.execute("PRAGMA integrity_check").fetchone()[0]
            check.execute("SELECT count(*) FROM person")
            check.close()
        except (OSError, EOFError, sqlite3.DatabaseError) as error:
            raise click.ClickException(f"{file} is not a backup of Porte-voix: {error}. Nothing was changed.") from None
        if verdict != "ok":
            raise click.ClickException(f"{file} is damaged ({verdict}). Nothing was changed.")
        db.engine.dispose()
        source, destination = sqlite3.connect(copy), sqlite3.connect(place)
        with destination:
            source.backup(destination)  # SQLite's own way: readers see the old or the new, never half.
        source.close()
        destination.close()


def _run_postgres(program: str, file: Path, arguments: list[str], target: bool = False) -> None:
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    command = [program, *arguments[:-1], f"--dbname={url}", arguments[-1]]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise click.ClickException(f"{program}: {done.stderr.strip() or done.returncode}")
