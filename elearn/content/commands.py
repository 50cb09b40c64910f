"""``flask content publish``: what an operator and an author type."""

from __future__ import annotations

import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from ..db import transaction, utcnow
from ..errors import Refusal
from . import loader, service
from .checks import check_folder
from .files import read_folder
from .report import write_report

content = AppGroup("content", help="Check, publish and measure what is taught and asked.")


def register(app: Flask) -> None:
    """Put the group under ``flask content``."""
    app.cli.add_command(content)


@content.command("publish")
@with_appcontext
def publish():
    """Store each document whose digest is new as its next edition. A document with a fault is never published."""
    checked = service.read_and_check(current_app.config["CONTENT_ROOT"], current_app.config["CONTENT_OVERLAY"])
    try:
        with transaction():
            done = service.publish(checked, utcnow())
    except Refusal:
        raise click.ClickException("Something else was published meanwhile. Run this again.") from None
    for document, number in done.published:
        click.echo(f"published {document}, edition {number}")
    click.echo(f"{len(done.unchanged)} unchanged")
    for document, faults in done.held_back.items():
        click.echo(f"held back {document}:")
        for fault in faults:
            click.echo(f"  {fault}")
    if done.held_back:
        sys.exit(1)


@content.command("report")
@with_appcontext
def report():
    """Print what there is: words, minutes, items, reading level, coverage, active time. Faults are check's business."""
    folder = read_folder(current_app.config["CONTENT_ROOT"], current_app.config["CONTENT_OVERLAY"])
    objects = {document: loader.load(document, files)[0] for document, files in folder.items()}
    for line in write_report({document: thing for document, thing in objects.items() if thing is not None}):
        click.echo(line)


@content.command("check")
@with_appcontext
def check():
    """Print ``file:line: sentence`` for every fault; exits with 1 when there is one."""
    folder = read_folder(current_app.config["CONTENT_ROOT"], current_app.config["CONTENT_OVERLAY"])
    faults = sorted({fault for found in check_folder(folder).values() for fault in found})
    for fault in faults:
        click.echo(str(fault))
    if faults:
        click.echo(f"{len(faults)} faults.", err=True)
        sys.exit(1)
    click.echo(f"{len(folder)} documents, no fault.")
