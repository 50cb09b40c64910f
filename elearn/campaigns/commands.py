"""``flask campaigns run``: writes what is due. The worker does the same, piece by piece, on its rounds."""

from __future__ import annotations

import datetime as dt

import click
from flask.cli import AppGroup

from ..db import db, transaction, utcnow
from ..i18n import company_day
from ..notifications.jobs import register_job
from . import queries, service

group = AppGroup("campaigns", help="Reminders of campaigns.")


def register(app) -> None:
    """Add ``flask campaigns``, and the worker's job that writes what is due."""
    app.cli.add_command(group)
    register_job(service.WRITING, work_piece)


def work_piece(now: dt.datetime) -> bool:
    """One small transaction of what is due; True while there is more, so that mails leave in between."""
    step_ids = queries.list_due_steps(company_day(now))
    db.session.rollback()
    if not step_ids:
        return False
    with transaction():
        more = service.advance(step_ids[0], now)
    return more or len(step_ids) > 1


@group.command("run")
def run() -> None:
    """Write to everybody whose day has come. Safe to kill, and to run as often as one likes."""
    click.echo(f"{run_due(utcnow())} chunks written.")


def run_due(now: dt.datetime) -> int:
    """Write all that is due, one small transaction after the other; return how many there were."""
    chunks = 1
    while work_piece(now):
        chunks += 1
    return chunks
