"""The sweep that closes attempts whose time is over; what guessing is worth."""

from __future__ import annotations

import datetime as dt

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from ..content import loader
from ..content.files import read_folder
from ..content.types import Quiz
from ..db import transaction, utcnow
from ..notifications.jobs import register_job
from . import odds, service

group = AppGroup("quizzes", help="Quizzes: attempts whose time is over, what guessing is worth.")


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


@group.command("odds")
@click.option("--draws", default=1_000, show_default=True, help="Draws simulated beside the exact figure.")
@click.option("--people", default=1_000, show_default=True, help="Memorising guessers simulated.")
@click.option("--failures", default=5, show_default=True, help="Failed attempts they learn from.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same figures.")
@with_appcontext
def show_odds(draws: int, people: int, failures: int, seed: int) -> None:
    """The chance of passing each quiz without knowing anything: exactly, and simulated over real draws."""
    folder = read_folder(current_app.config["CONTENT_ROOT"], current_app.config["CONTENT_OVERLAY"])
    for document, files in folder.items():
        quiz = loader.load(document, files)[0] if document.startswith("quiz:") else None
        if isinstance(quiz, Quiz):
            _show_quiz(quiz, draws, people, failures, seed)


def _show_quiz(quiz: Quiz, draws: int, people: int, failures: int, seed: int) -> None:
    click.echo(
        f"{quiz.words.of('fr').title}: {quiz.items} of {len(quiz.bank)} drawn, {quiz.pass_percent} % to pass, "
        f"{len(quiz.families)} decisive questions"
    )
    guessers = {"responding at random": odds.at_random}
    for language in ("fr", "en"):
        guessers[f"the longest choices ({language})"] = odds.by_length(language)
        guessers[f"the shortest choices ({language})"] = odds.by_length(language, min)
    for name, law in guessers.items():
        mean, error = odds.simulate(quiz, law, draws, seed)
        click.echo(
            f"  {name:<28} {odds.pass_probability(quiz, law):8.1e} exactly, {mean:8.1e} ± {error:.0e} over {draws} "
            f"draws; {odds.expected_share(quiz, law):.1%} of the points"
        )
    for told_each, name in ((False, "as the page tells"), (True, "if told each response")):
        mean, error = odds.memorise(quiz, failures, people, seed, told_each)
        click.echo(
            f"  {f'memorising, {name}':<36} {mean:8.1e} ± {error:.0e} after {failures} failures, {people} guessers"
        )
    click.echo("")


def sweep_piece(now: dt.datetime) -> bool:
    """The worker's: one attempt that is over; whether there was one."""
    with transaction():
        return service.close_overdue(now, limit=1) > 0


def register(app) -> None:
    """Add ``flask quizzes``, and the sweep to the worker."""
    app.cli.add_command(group)
    register_job("attempts that are over", sweep_piece)
