"""``flask people``: the first administrator."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from ..db import transaction, utcnow
from ..errors import Refusal
from ..notifications.messages import page_path
from ..permissions import Role
from . import queries, rules, service, signing_in

group = AppGroup("people", help="Accounts.")


def register(app) -> None:
    """Add the commands to the application's command line."""
    app.cli.add_command(group)


@group.command("create-admin")
@click.option("--email", prompt="E-mail")
@click.option("--given-name", prompt="Given name")
@click.option("--family-name", prompt="Family name")
def create_admin(email: str, given_name: str, family_name: str) -> None:
    """Make an administrator (or make one of somebody known), and print a link to choose the password, good for one
    use within seven days."""
    now = utcnow()
    try:
        with transaction():
            person = queries.get_person_by_email(rules.clean_email(email))
            if person is None:
                person = service.create_person(given_name, family_name, now, email=email)
            service.give_role(person.id, Role.ADMIN, now)
            reset = signing_in.create_reset(person.id, now, rules.INVITATION_LIFE)
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    token = rules.sign_code(reset.code, current_app.config["SECRET_KEY"])
    click.echo(f"{person.name} is an administrator. Open this link within seven days; it works once:")
    click.echo(current_app.config["BASE_URL"] + page_path("people.reset", token=token))
