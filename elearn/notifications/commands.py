"""``flask notifications``: delivery by hand, and the worker that ``make run`` starts beside the server."""

from __future__ import annotations

import datetime as dt

import click
from flask import current_app
from flask.cli import AppGroup

from ..db import utcnow
from . import jobs, queries, service

ROUND = 50
"""Mails of one piece of work."""

group = AppGroup("notifications", help="Mails: delivery and the worker.")


def register(app) -> None:
    """Add the commands to the application's command line, and delivery to the worker."""
    app.cli.add_command(group)
    jobs.register_job(service.DELIVERY, deliver_piece)


def deliver_piece(now: dt.datetime) -> bool:
    """A round for the worker; True when more may be due."""
    return deliver_round(ROUND).total >= ROUND


def deliver_round(limit: int) -> service.Delivery:
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
            f"{counts['given_up']} mails in all were given up: the page Administration, E-mails says why.", err=True
        )


@group.command("work")
@click.option(
    "--parent", type=int, help="Stop as well when the process of this number is gone, which started this one."
)
def work(parent: int | None) -> None:
    """Deliver, and do the rooms' other work, until told to stop (SIGTERM)."""
    jobs.consume(current_app._get_current_object(), parent)
