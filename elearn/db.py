"""The database: one session, one kind of transaction, moments in UTC.

Only this module commits. A write outside ``transaction()`` is refused at flush time, so that every POST is
one unit of work and a GET can never change a state.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from contextlib import contextmanager

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DDL, DateTime, MetaData, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every table; the naming convention makes constraints addressable by migrations and errors."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False}, disable_autonaming=True)


class UtcDateTime(TypeDecorator):
    """A moment in UTC, aware in Python, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        """Refuse naive moments: a wall clock without a zone is a bug waiting for October."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):
        """Give the moment back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


clock = dt.datetime.now
"""The only clock of what is done and recorded; tests set it."""


def utcnow() -> dt.datetime:
    """The present moment; views and commands call it and pass it down, rules never do."""
    return clock(dt.UTC)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection, record) -> None:
    """Set and assert what durability rests on: WAL, full synchronisation, foreign keys."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # We begin transactions ourselves: see _begin.
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        cursor.execute(f"PRAGMA {pragma}")
    if cursor.execute("PRAGMA synchronous").fetchone()[0] != 2:
        raise RuntimeError("SQLite does not synchronise fully: what is received would not be kept.")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection) -> None:
    """Begin for real on SQLite; writers take the lock at once, so that none finds out too late that it must wait."""
    if connection.dialect.name == "sqlite":
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@event.listens_for(Session, "before_flush")
def _refuse_loose_writes(session, context, instances) -> None:
    if not session.info.get("writing") and (session.new or session.deleted or session.dirty):
        raise RuntimeError("A write outside transaction().")


@contextmanager
def transaction():
    """One unit of work: all of it is committed, or nothing is.

    What was read before is forgotten first, so that decisions inside rest on fresh rows. Nesting is refused:
    a service that opens its own transaction could commit half of its caller's work.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("transaction() does not nest.")
    session.rollback()
    session.info["writing"] = True
    try:
        session.connection(execution_options={"immediate": True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        session.info.pop("afterwards", None)
        raise
    finally:
        session.info.pop("writing", None)
    for act in session.info.pop("afterwards", {}).values():
        act()


def after_commit(name: str, act: Callable[[], None]) -> None:
    """Have something done once the present transaction is committed, once for each name; never after a rollback.

    What it does must not raise: the work is done, and its caller is told so.
    """
    db.session().info.setdefault("afterwards", {})[name] = act


def is_deadlock(error: Exception) -> bool:
    """Whether two transactions waited for each other and PostgreSQL undid this one (SQLSTATE 40P01): it may be tried
    again. SQLite has one writer at a time, so that none can."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) == "40P01"


def insert_once(model, *, on: tuple[str, ...], **values):
    """Insert a row unless one with the same ``on`` columns stands; return its new id, or None if it stood already.

    The unique constraint decides, never a look beforehand.
    """
    if not db.session().info.get("writing"):
        raise RuntimeError("A write outside transaction().")
    maker = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    key = inspect(model).primary_key[0]
    statement = maker(model).values(**values).on_conflict_do_nothing(index_elements=list(on)).returning(key)
    return db.session.execute(statement).scalar()


def protect_rows(connection, *tables: str) -> None:
    """Have the database itself refuse to change or delete a row of these tables: logs only grow. Migrations call it."""
    for table in tables:
        for statement in _protection(table, connection.dialect.name):
            connection.execute(DDL(statement))


def _protection(table: str, dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
    ]
