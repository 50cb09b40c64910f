"""Issuing what is due and was held back while the award could not be published; withdrawing one."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from ..db import transaction, utcnow
from ..errors import Refusal
from . import queries, rules, service

group = AppGroup("credentials", help="Certificats : délivrer ceux qui restent dus, en retirer un.")


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


@group.command("revoke")
@click.argument("number")
@click.option("--reason", required=True, help="La personne la lira.")
def revoke(number: str, reason: str):
    """Retire le certificat qui porte ce numéro, pour toujours ; la personne en est prévenue."""
    credential = queries.get_by_public_id(rules.read_public_id(number))
    if credential is None:
        raise click.ClickException("Aucun certificat ne porte ce numéro.")
    credential_id, name = credential.id, (credential.words.get("fr") or {}).get("name")
    try:
        with transaction():
            done = service.revoke(credential_id, reason, utcnow())
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    click.echo(f"Certificat de {name} retiré." if done else f"Certificat de {name} déjà retiré : rien n’a changé.")


def register(app) -> None:
    """Add ``flask credentials``."""
    app.cli.add_command(group)
