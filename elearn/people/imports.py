"""A file of people from the moment it is sent: kept, its sheet chosen, started, given up, forgotten.

The dry run is in ``checking``, what follows it in ``applying``. The file itself lies in a folder of the instance until
its last line is read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import delete, func, insert, literal, or_, select, update

from ..db import db
from ..errors import Invalid, NotFound, Refusal
from ..i18n import _
from ..notifications.jobs import wake
from . import rules, tables
from .models import ImportJob, ImportRow, PasswordReset, Person
from .service import record

APPLYING = "people.import"
"""The worker's job that reads files and applies them."""
CHANGES = ("created", "changed", "moved", "back", "closed", "invited")
"""What a line may do: make an account, change it, move it, bring it back, close it; or write to its owner."""
DECIDED = ("checked", "failed")
"""States in which an administrator decides what becomes of the file."""
AT_WORK = ("waiting", "running")
UNREAD = ("choosing", "reading")
KEYS = ("external_id", "employee_number", "email")
"""What a line and an account are recognised by."""
FAULTY = "faulty"
KEPT = dt.timedelta(days=7)
"""A file that was checked and never applied, and the faults of one that was, are forgotten after a week: they hold
names."""


# --- The file -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """A file that was put aside, and the sheets it could be read from."""

    path: Path
    name: str
    sheets: tuple[str, ...]


def folder_of(instance) -> Path:
    """Where files lie until they are read."""
    return Path(instance) / "files" / "imports"


def path_of(folder: Path, job_id: int) -> Path:
    """The file of a job."""
    return folder / str(job_id)


def keep_file(source: BinaryIO, name: str, folder: Path) -> Kept:
    """Put a file aside, a block at a time, before any transaction. Raise Invalid for what is no CSV and no XLSX."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"sent-{secrets.token_hex(8)}"
    try:
        with path.open("xb") as file:
            shutil.copyfileobj(source, file, tables.BLOCK)
        with path.open("rb") as file:
            sheets = tables.list_sheets(file, name)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Kept(path, rules.clean_text(name)[-200:], tuple(sheets))


def receive(
    kept: Kept,
    now: dt.datetime,
    by_id: int | None,
    *,
    sheet: str | None = None,
    close_missing: bool = False,
    invite: bool = False,
    language: str = "fr",
) -> ImportJob:
    """Note a file that was put aside: to be read at once, or once its sheet is chosen where it has several.

    ``language`` is the one its faults are said in.
    """
    report = {"close_missing": close_missing, "invite": invite, "language": language, "sheets": list(kept.sheets)}
    job = ImportJob(
        file_name=kept.name, created_at=now, by_id=by_id, status="choosing", phase="lines", report=report, result={}
    )
    db.session.add(job)
    db.session.flush()
    if sheet is not None or len(kept.sheets) < 2:
        choose_sheet(job.id, sheet or (kept.sheets[0] if kept.sheets else None))
    os.replace(kept.path, path_of(kept.path.parent, job.id))
    return job


def choose_sheet(job_id: int, sheet: str | None) -> None:
    """Say which sheet of a workbook holds the people. Raise Invalid for one it does not have."""
    job = get_job(job_id)
    if job.status != "choosing":
        raise Refusal(_("La feuille de ce classeur est déjà choisie."))
    if sheet not in (job.report["sheets"] or [None]):
        raise Invalid(_("Ce classeur n’a pas de feuille visible de ce nom."))
    job.status, job.sheet = "reading", sheet
    db.session.flush()
    wake(APPLYING)


# --- What becomes of it ---------------------------------------------------------------------------------------


def get_job(job_id: int) -> ImportJob:
    """A file, locked; NotFound when there is none."""
    job = db.session.scalar(
        select(ImportJob).where(ImportJob.id == job_id).with_for_update().execution_options(populate_existing=True)
    )
    if job is None:
        raise NotFound(_("Cet import n’existe pas."))
    return job


def read_job(job_id: int) -> ImportJob:
    """A file as it stands now."""
    db.session.rollback()
    return db.session.scalar(select(ImportJob).where(ImportJob.id == job_id).execution_options(populate_existing=True))


def start(job_id: int, now: dt.datetime, by_id: int | None) -> None:
    """Hand a checked file to the worker, or one that stopped on a fault. One at a time: an index sees to it."""
    job = get_job(job_id)
    if job.status not in DECIDED:
        raise Refusal(_("Cet import est déjà lancé, terminé ou abandonné."))
    if db.session.scalar(select(ImportJob.id).where(ImportJob.status.in_(AT_WORK)).limit(1)):
        raise Refusal(_("Un autre import est en cours : attendez qu’il se termine."))
    if not job.total:
        raise Refusal(_("Cet import n’a rien à faire."))
    job.status, job.error, job.claimed_until = "waiting", None, None
    db.session.flush()
    after = {"file": job.file_name} if job.file_name else None
    record(None, "import-begun" if after else "invitations-begun", now, by_id, after=after, job=job_id, total=job.total)
    wake(APPLYING)


def drop(job_id: int, now: dt.datetime, error: str | None = None) -> None:
    """Give a file up: what it said of people is deleted. ``error`` is the sentence of a file that cannot be read."""
    job = get_job(job_id)
    if job.status not in (*DECIDED, *UNREAD):
        raise Refusal(_("Cet import est déjà lancé, terminé ou abandonné."))
    job.status, job.finished_at, job.error = "dropped", now, error
    db.session.flush()
    db.session.execute(delete(ImportRow).where(ImportRow.job_id == job_id))


# --- Somebody is erased ---------------------------------------------------------------------------------------


def forget_person(person: Person) -> None:
    """Forget, in every file, the lines about somebody who is being erased, the lines at fault that quote them, and
    them as a manager; a file that is still being read leaves their line out when it comes to it."""
    known = [value for name in KEYS if (value := getattr(person, name))]
    for job in db.session.scalars(
        select(ImportJob).where(ImportJob.status.in_(UNREAD)).order_by(ImportJob.id).with_for_update()
    ):
        erased = job.report.get("erased") or {"salt": secrets.token_hex(16), "keys": []}
        keys = sorted({*erased["keys"], *(hash_key(erased["salt"], value) for value in known)})
        job.report = {**job.report, "erased": {**erased, "keys": keys}}
    db.session.flush()
    about = [ImportRow.person_id == person.id]
    about += [getattr(ImportRow, name) == value for name in KEYS if (value := getattr(person, name))]
    _forget_rows(or_(*about))
    quoted = [word.casefold() for word in (*known, person.family_name) if word]
    faulty = db.session.execute(
        select(ImportRow.id, ImportRow.faults).where(ImportRow.change == FAULTY).execution_options(yield_per=500)
    )
    quoting = [id for id, faults in faulty if any(w in str(read).casefold() for _c, read, _e in faults for w in quoted)]
    for start in range(0, len(quoting), 500):
        _forget_rows(ImportRow.id.in_(quoting[start : start + 500]))
    db.session.execute(
        update(ImportRow)
        .where(ImportRow.manager.in_(known))
        .values(manager=None)
        .execution_options(synchronize_session=False)
    )


def _forget_rows(which) -> None:
    db.session.execute(delete(ImportRow).where(which).execution_options(synchronize_session=False))


def hash_key(salt: str, value: str) -> str:
    """What a file that is being read keeps of somebody erased meanwhile, until its last line: enough to know them."""
    return hashlib.sha256(f"{salt}{value}".encode()).hexdigest()


# --- Invitations ----------------------------------------------------------------------------------------------


def add_unnamed(job_id: int, whom) -> int:
    """Add to a job the accounts of a statement (job, line 0, person, change); how many they are."""
    db.session.execute(insert(ImportRow).from_select(["job_id", "line", "person_id", "change"], whom))
    return db.session.scalar(select(func.count()).where(ImportRow.job_id == job_id, ImportRow.line == 0))


def plan_invitations(conditions, now: dt.datetime, by_id: int | None) -> ImportJob:
    """Prepare invitations to all whom a list shows, who have an address, never chose a password and hold no invitation
    that still works: one job like a file's, so that it is looked at first, then sent with a progress bar, and nobody
    is written to twice."""
    job = ImportJob(file_name="", created_at=now, by_id=by_id, status="checked", phase="people", result={})
    db.session.add(job)
    db.session.flush()
    waits = select(PasswordReset.id).where(
        PasswordReset.person_id == Person.id, PasswordReset.used_at.is_(None), PasswordReset.expires_at > now
    )
    whom = (
        select(literal(job.id), literal(0), Person.id, literal("invited"))
        .where(Person.email.is_not(None), Person.password_hash.is_(None), ~waits.exists())
        .where(Person.closed_at.is_(None), Person.erased_at.is_(None), *conditions)
        .order_by(Person.search_name, Person.id)
    )
    job.total = add_unnamed(job.id, whom)
    job.report = {"counts": {"invited": job.total}}
    db.session.flush()
    return job
