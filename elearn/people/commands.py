"""``flask people``: the first administrator, and files of people."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale

from ..db import transaction, utcnow
from ..errors import Refusal
from ..notifications.jobs import register_job
from ..notifications.messages import page_path
from ..permissions import Role
from . import applying, checking, imports, queries, rules, second_factor, service, signing_in
from .intake.queries import iterate_faults

group = AppGroup("people", help="Accounts.")


def register(app) -> None:
    """Add the commands to the application's command line, and files of people to the worker."""
    app.cli.add_command(group)
    register_job(imports.APPLYING, work)


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


@group.command("reset-second-factor")
@click.option("--email", prompt="E-mail")
def reset_second_factor(email: str) -> None:
    """Take away the second factor of somebody who lost it; for the only administrator, whom no other can help. It is
    logged, and told to the person."""
    try:
        with transaction():
            person = queries.get_person_by_email(rules.clean_email(email))
            if person is None:
                raise click.ClickException("No account has this e-mail.")
            second_factor.reset(person.id, utcnow(), None)
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    click.echo(f"The second factor of {person.name} is taken away; the next sign-in asks for the password alone.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--sheet", help="The sheet of a workbook that has several.")
@click.option("--skip-faults", is_flag=True, help="Apply the lines without fault although others have one.")
@click.option("--close-missing", is_flag=True, help="The file names everybody: close the accounts it does not name.")
@click.option("--invite", is_flag=True, help="Mail an invitation to whoever's account is made.")
def import_people(
    file: Path, dry_run: bool, sheet: str | None, skip_faults: bool, close_missing: bool, invite: bool
) -> None:
    """Make, change, move, close and bring back accounts from FILE (CSV or XLSX).

    The whole file is checked first; with a fault anywhere nothing is done, unless --skip-faults. Interrupted, it is
    taken up by the worker, or by the same command.
    """
    options = {"sheet": sheet, "close_missing": close_missing, "invite": invite, "language": "en"}
    with force_locale("en"):
        _import(file, options, dry_run, skip_faults)


def _import(file: Path, options: dict, dry_run: bool, skip_faults: bool) -> None:
    folder = get_folder()
    try:
        with file.open("rb") as source:
            kept = imports.keep_file(source, file.name, folder)
        if options["sheet"] is None and len(kept.sheets) > 1:
            kept.path.unlink()
            raise click.ClickException(f"Several sheets: choose one with --sheet: {', '.join(kept.sheets)}")
        with transaction():
            job_id = imports.receive(kept, utcnow(), None, **options).id
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    job = _read(job_id, folder)
    report = job.report
    _show_report(job)
    if dry_run or not job.total or (report["faulty_lines"] and not skip_faults):
        with transaction():
            imports.drop(job_id, utcnow())
        if report["faulty_lines"] and not dry_run:
            raise click.ClickException("Nothing was done. Mend the lines above, or use --skip-faults.")
        click.echo("Nothing was changed.")
        return
    _apply(job_id, job.total, folder)


def get_folder() -> Path:
    """Where files lie until they are read."""
    return imports.folder_of(current_app.config["INSTANCE"])


def work(now: dt.datetime) -> bool:
    """A piece of the worker's round; whether more waits."""
    return applying.work(now, get_folder(), force_locale)


def _read(job_id: int, folder: Path):
    """Read the file here, with what was read so far; the job as it was checked."""
    with click.progressbar(length=folder.joinpath(str(job_id)).stat().st_size, label="Reading") as bar:
        while (job := imports.read_job(job_id)).status == "reading":
            bar.label = f"Reading ({job.done} lines)"
            bar.update(checking.tell_bytes(job_id) - bar.pos)
            if applying.claim(utcnow(), job_id) is None or not applying.work_on(job_id, folder, force_locale):
                time.sleep(0.05)  # Another worker has it, or it just ended.
        bar.update(bar.length - bar.pos)
    if job.status != "checked":
        raise click.ClickException(job.error or "The file could not be read.")
    return job


def _show_report(job) -> None:
    """Every fault by line and column, then the counts."""
    for row in iterate_faults(job.id):
        for column, read, expected in row.faults:
            click.echo(f"line {row.line}, {column}: read « {read} », expected {expected}")
    click.echo(", ".join(f"{number} {change}" for change, number in job.report["counts"].items()))
    if job.report["faulty_lines"]:
        click.echo(f"{job.report['faulty_lines']} lines at fault")
    if job.report["left_aside"]:
        click.echo(f"columns left aside: {', '.join(job.report['left_aside'])}")


def _apply(job_id: int, total: int, folder: Path) -> None:
    """Start the job and work on it here, with a bar."""
    try:
        with transaction():
            imports.start(job_id, utcnow(), None)
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    seen = 0
    with click.progressbar(length=total, label="Applying") as bar:
        while True:
            job = imports.read_job(job_id)
            bar.update(job.done - seen)
            seen = job.done
            if job.status not in imports.AT_WORK:
                break
            if applying.claim(utcnow(), job_id) is None or not applying.work_on(job_id, folder, force_locale):
                time.sleep(0.05)  # Another worker has it, or it just ended.
    if job.status != "done":
        raise click.ClickException(f"The import stopped ({job.error}); what was applied stays. Start it again.")
    click.echo(", ".join(f"{number} {what}" for what, number in job.result.items() if isinstance(number, int)))
    for line, sentence in job.result.get("refused_lines") or []:
        click.echo(f"line {line}: {sentence}")
