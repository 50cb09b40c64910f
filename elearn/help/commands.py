"""``flask help sweep``: captures whose time is over. The worker does the same by itself."""

from __future__ import annotations

import datetime as dt

import click
from flask import current_app
from flask.cli import AppGroup

from ..db import transaction, utcnow
from ..notifications.jobs import register_job
from . import alerts
from .crises import service as crisis

CRISIS_JOB = "word of a crisis"

group = AppGroup("help", help="Aide : captures des alertes.")


@group.command("sweep")
def sweep_all() -> None:
    """Efface les captures dont le délai est passé. Le travailleur le fait aussi, de lui-même."""
    done = 0
    while count := alerts.sweep_captures(_folder(), utcnow()):
        done += count
    click.echo(f"{done} capture(s) effacée(s), {alerts.sweep_left_over(_folder())} fichier(s) sans alerte.")


def _folder():
    return alerts.folder_of(current_app.config["INSTANCE"])


def sweep(now: dt.datetime) -> bool:
    """A piece of the worker's round; whether more waits."""
    return alerts.sweep_captures(_folder(), now) > 0


def sweep_left_over(now: dt.datetime) -> bool:
    """Files whose alert was never recorded; the worker's, once an hour."""
    alerts.sweep_left_over(_folder())
    return False


def tell_unheard(now: dt.datetime) -> bool:
    """Alerts that found nobody on duty, once there is somebody; and those that nobody takes, once more."""
    with transaction():
        alerts.tell_unheard(now)
        alerts.tell_again(now)
    return False


def tell_of_crises(now: dt.datetime) -> bool:
    """A crisis whose day has come is ended, and ambassadors are told what became of it."""
    with transaction():
        crisis.end_overdue(now)
        return crisis.tell(now)


def register(app) -> None:
    """Add ``flask help``, and the sweeps to the worker."""
    app.cli.add_command(group)
    register_job(CRISIS_JOB, tell_of_crises)
    register_job("alerts nobody heard", tell_unheard)
    register_job("captures that expired", sweep)
    register_job("captures without an alert", sweep_left_over, every=dt.timedelta(hours=1))
