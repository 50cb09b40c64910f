"""Issuing what is due and was held back while the award could not be published."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from ..db import transaction, utcnow
from . import service

group = AppGroup("credentials", help="Certificats : ceux qui restent à délivrer.")


@group.command("issue-overdue")
def issue_overdue():
    """Délivre les certificats dus qui ne l’ont pas été, parce que le modèle n’était pas publié ce jour-là."""
    issued = 0
    while True:
        with transaction():
            done = service.issue_overdue(utcnow())
        issued += done
        if not done:
            break
    click.echo(f"{issued} certificat(s) délivré(s).")


def register(app) -> None:
    """Add ``flask credentials``."""
    app.cli.add_command(group)
