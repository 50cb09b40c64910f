"""The sweep that closes attempts whose time is over; what guessing is worth."""

from __future__ import annotations

import datetime as dt
import logging

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from ..content import loader
from ..content.files import read_folder
from ..content.types import Quiz
from ..db import transaction, utcnow
from ..notifications.jobs import register_job
from . import odds, queries, service, use, voiding

log = logging.getLogger(__name__)

PIECE = 100
"""Attempts of one piece of the worker's work."""

group = AppGroup("quizzes", help="Quizzes: attempts whose time is over, what guessing is worth.")


@group.command("close-overdue")
def close_overdue():
    """Close the attempts whose time is over, on what was received. The worker does it every minute."""
    closed, more = 0, True
    while more:
        done, more = _sweep(utcnow())
        closed += done
    click.echo(f"{closed} attempts closed.")
    if _put_off:
        raise click.ClickException(f"{len(_put_off)} attempts could not be closed: the log says which, and why.")


_put_off: dict[int, dt.datetime] = {}
"""Attempts that could not be closed → from when they are tried again. A process that starts tries them all."""


def sweep(now: dt.datetime) -> bool:
    """The worker's: close some attempts that are over; whether more may wait."""
    return _sweep(now)[1]


def _sweep(now: dt.datetime) -> tuple[int, bool]:
    """Each in a transaction of its own: one that cannot be closed is logged and put off for an hour, and holds back no
    other. How many were closed, and whether more may wait."""
    due = queries.list_overdue(now, PIECE, [id_ for id_, until in _put_off.items() if now < until])
    closed = 0
    for attempt_id, person_id in due:
        try:
            with transaction():
                closed += service.close_overdue(attempt_id, person_id, now)
            _put_off.pop(attempt_id, None)
        except Exception:
            log.exception("attempt %s could not be closed", attempt_id)
            _put_off[attempt_id] = now + dt.timedelta(hours=1)
    return closed, len(due) == PIECE


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


def recount(now: dt.datetime) -> bool:
    """The worker's: a chunk of attempts that drew an item that was voided."""
    with transaction():
        return voiding.recount_next(now)


def count_use(now: dt.datetime) -> bool:
    """The worker's: some finished attempts, added to the figures of use."""
    with transaction():
        return use.count_finished(now, PIECE) == PIECE


def register(app) -> None:
    """Add ``flask quizzes``, and this room's work to the worker."""
    app.cli.add_command(group)
    register_job("quizzes.overdue", sweep)
    register_job(voiding.JOB, recount)
    register_job("quizzes.use", count_use)
