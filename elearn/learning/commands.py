"""``flask learning``: what an author asks about the placement."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from . import rules, sensitivity

group = AppGroup("learning", help="Learning: how the placement behaves.")


def register(app: Flask) -> None:
    """Add the commands to the application's command line."""
    app.cli.add_command(group)


@group.command("placement-report")
@click.option("--people", default=20_000, show_default=True, help="Questionnaires drawn beside the exact count.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same figures.")
def placement_report(people: int, seed: int) -> None:
    """How often each path is proposed, and how often one step of one answer would change it."""
    for opinions, title in ((True, "All blocks answered"), (False, "Optional blocks skipped")):
        click.echo(f"{title}: every set of answers, each choice as likely, half of the situations known")
        _show(sensitivity.enumerate_answers(opinions), with_steps=True)
    click.echo(f"{people:,} questionnaires drawn at random (seed {seed}), all blocks answered")
    _show(sensitivity.sample(people, seed), with_steps=False)


def _show(found, with_steps: bool) -> None:
    for path in rules.PATHS:
        if path not in found:
            click.echo(f"  {path:<14} never proposed")
            continue
        entry = found[path]
        towards = ", ".join(f"{other} {share:.0%}" for other, share in entry.towards.most_common())
        steps = f"  {entry.steps:6.1%} of single steps change it" if with_steps else ""
        click.echo(
            f"  {path:<14} {entry.share:6.1%}  at a boundary {entry.boundary:6.1%}{steps}  ({towards or 'none'})"
        )
    everywhere = sum(entry.share * entry.boundary for entry in found.values())
    click.echo(f"  in all: two paths are offered to {everywhere:.1%}")
    click.echo("")
