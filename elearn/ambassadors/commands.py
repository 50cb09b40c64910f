"""The nightly sweep, and the catalogue to begin with."""

from __future__ import annotations

import datetime as dt

import click
from flask.cli import AppGroup

from ..db import transaction, utcnow
from ..notifications.jobs import register_job
from . import mandates, organisation

group = AppGroup("ambassadors", help="Statut d’ambassadeur : échéances et catalogue.")


@group.command("sweep")
def sweep():
    """Fait ce que le calendrier a décidé : statuts échus, suspensions terminées, rappels. À lancer chaque nuit."""
    total: dict[str, int] = {}
    while True:
        with transaction():
            done = mandates.sweep(utcnow())
        for name, count in done.items():
            total[name] = total.get(name, 0) + count
        if not any(done.values()):
            break
    click.echo(
        f"{total['expired']} statut(s) terminé(s), {total['suspension_over']} suspension(s) levée(s), "
        f"{total['reminded']} rappel(s)."
    )


@group.command("seed-catalogue")
def seed_catalogue():
    """Put the proposed networks and topics in the catalogue, without touching those that are there."""
    with transaction():
        added = organisation.seed_catalogue()
    click.echo(f"{added} added to the catalogue.")


def sweep_piece(now: dt.datetime) -> bool:
    """The worker's: some of what the calendar decided; whether there was any."""
    with transaction():
        return any(mandates.sweep(now, limit=50).values())


def register(app) -> None:
    """Add ``flask ambassadors``, and the sweep to the worker."""
    app.cli.add_command(group)
    register_job("mandates and their days", sweep_piece)
