"""``flask campaigns run``: writes what is due. The worker calls ``run_due`` on its rounds; cron may as well."""

from __future__ import annotations

import datetime as dt

import click
from flask.cli import AppGroup

from ..db import db, transaction, utcnow
from ..i18n import company_day
from . import queries, service

group = AppGroup("campaigns", help="Reminders of campaigns.")


def register(app) -> None:
    """Add ``flask campaigns``."""
    app.cli.add_command(group)


@group.command("run")
def run() -> None:
    """Write to everybody whose day has come. Safe to kill, and to run as often as one likes."""
    click.echo(f"{run_due(utcnow())} chunks written.")


def run_due(now: dt.datetime) -> int:
    """Write what is due, one small transaction after the other; return how many there were."""
    step_ids = queries.list_due_steps(company_day(now))
    db.session.rollback()
    chunks = 0
    for step_id in step_ids:
        more = True
        while more:
            with transaction():
                more = service.advance(step_id, now)
            chunks += 1
    return chunks
