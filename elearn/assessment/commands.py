"""The sweep that closes attempts whose time is over."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from ..db import transaction, utcnow
from . import service

group = AppGroup("quizzes", help="Quiz : essais dont le temps est écoulé.")


@group.command("close-overdue")
def close_overdue():
    """Termine les essais dont le temps est écoulé, sur ce qui était reçu. À lancer chaque minute."""
    click.echo(f"{sweep(utcnow())} essai(s) terminé(s).")


def sweep(now) -> int:
    """Close what is over, each attempt in a transaction of its own, so that one fault holds back no other."""
    closed = 0
    while True:
        with transaction():
            done = service.close_overdue(now, limit=1)
        closed += done
        if not done:
            return closed


def register(app) -> None:
    """Add ``flask quizzes``."""
    app.cli.add_command(group)
