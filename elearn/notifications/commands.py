"""``flask notifications``: delivery by hand, and the worker that ``make run`` starts beside the server."""

from __future__ import annotations

import logging
import os
import signal
import threading

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from ..db import db, utcnow
from . import jobs, queries, service

log = logging.getLogger(__name__)

group = AppGroup("notifications", help="Mails: delivery and the worker.")


def register(app) -> None:
    """Add the commands to the application's command line."""
    app.cli.add_command(group)


def deliver_round(limit: int = 50) -> service.Delivery:
    """One round of delivery with the installation's settings."""
    config = current_app.config
    return service.deliver_due(utcnow(), limit, smtp_url=config["SMTP_URL"], sender=config["MAIL_FROM"])


@group.command("deliver")
@click.option("--limit", default=500, show_default=True, help="How many mails at most.")
def deliver(limit: int) -> None:
    """Send what is due, once, and say what became of it."""
    done = deliver_round(limit)
    click.echo(
        f"{done.sent} sent, {done.kept} kept in the mailbox page, {done.dropped} dropped, "
        f"{done.held} held for a digest, "
        f"{done.put_off} put off, {done.given_up} given up."
    )
    counts = queries.count_by_status()
    if counts["given_up"]:
        click.echo(
            f"{counts['given_up']} mails in all were given up after ten tries: see message.last_error.", err=True
        )


@group.command("work")
@click.option("--every", default=3.0, show_default=True, help="Seconds between two rounds.")
def work(every: float) -> None:
    """Deliver until told to stop (SIGTERM, SIGINT), and stop when the process that started this one is gone."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    work_until(stop, every, parent=os.getppid())


def work_until(stop: threading.Event, every: float, parent: int | None = None) -> None:
    """Rounds of delivery, and of the rooms' own jobs, until ``stop`` is set. A database that does not answer is waited for, a minute at most."""
    wait = every
    while not stop.is_set() and (parent is None or os.getppid() == parent):
        try:
            done = deliver_round()
            more = jobs.run_jobs(utcnow())
            wait = 0.0 if more or done.sent + done.kept + done.dropped >= 50 else every
        except SQLAlchemyError:
            log.exception("a round of delivery failed")
            wait = min(max(wait, every) * 2, 60.0)
        finally:
            db.session.remove()
        stop.wait(wait)
