"""Applying a checked file of people, batch by batch, from wherever the last worker stopped."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from sqlalchemy import case, delete, or_, select, update

from ..db import db, is_deadlock, transaction, utcnow
from ..errors import Refusal
from ..permissions import Role
from . import checking, departments, imports, service, settings, signing_in
from .checking import LEASE, Tree, split_department
from .imports import AT_WORK, CHANGES, DECIDED, FAULTY, KEPT, KEYS, UNREAD
from .models import ImportJob, ImportRow, Person, RoleAssignment, normalise

log = logging.getLogger(__name__)

BATCH = 100
PIECE = 1.5
"""Seconds of work before the worker looks at the mails again."""
KEPT_REFUSALS = 200
PHASES = ("people", "managers", "closing")


def work(now: dt.datetime, folder: Path, speak: Callable = nullcontext) -> bool:
    """A second or two of what is under way, for the worker; True when there is more. It may be killed anywhere.

    ``speak(language)`` is the context in which sentences come in the administrator's language.
    """
    forget_old(now, folder)
    job_id = claim(now)
    return job_id is not None and work_on(job_id, folder, speak)


def work_on(job_id: int, folder: Path, speak: Callable = nullcontext) -> bool:
    """A piece of a job that was claimed: reading its file, or applying it."""
    end = time.monotonic() + PIECE
    job = imports.read_job(job_id)
    step = (lambda: checking.read_piece(job_id, folder)) if job.status == "reading" else Application(job_id).step
    try:
        with speak(job.report.get("language") or "fr"):
            while (more := step()) and time.monotonic() < end:
                pass
    except Exception as error:
        if is_deadlock(error):
            log.warning("import %s makes way for another transaction", job_id)
            return _let_go(job_id, True)
        log.exception("import %s stopped", job_id)
        with transaction():
            db.session.execute(
                update(ImportJob)
                .where(ImportJob.id == job_id, ImportJob.status.in_(("reading", "running")))
                .values(status="failed", error=type(error).__name__, claimed_until=None)
            )
        return False
    return _let_go(job_id, more)


def _let_go(job_id: int, more: bool) -> bool:
    with transaction():
        db.session.execute(update(ImportJob).where(ImportJob.id == job_id).values(claimed_until=None))
    return more


def forget_old(now: dt.datetime, folder: Path) -> None:
    """Drop what nobody decided on for a week, the faults of what was applied, and files that nothing waits for."""
    old = db.session.scalars(
        select(ImportJob.id).where(ImportJob.status.in_((*DECIDED, "choosing")), ImportJob.created_at < now - KEPT)
    ).all()
    done = select(ImportJob.id).where(ImportJob.status == "done", ImportJob.finished_at < now - KEPT)
    faulty = db.session.scalar(select(ImportRow.id).where(ImportRow.job_id.in_(done)).limit(1))
    if old or faulty:
        with transaction():
            db.session.execute(
                update(ImportJob)
                .where(ImportJob.id.in_(old), ImportJob.status.in_((*DECIDED, "choosing")))
                .values(status="dropped", finished_at=now)
            )
            db.session.execute(delete(ImportRow).where(or_(ImportRow.job_id.in_(old), ImportRow.job_id.in_(done))))
    if not folder.is_dir():
        return
    read = set(db.session.scalars(select(ImportJob.id).where(ImportJob.status.in_(UNREAD))))
    for path in folder.iterdir():
        age = now.timestamp() - path.stat().st_mtime
        if age > 3_600 and not (path.name.isdigit() and int(path.name) in read):
            path.unlink(missing_ok=True)


def claim(now: dt.datetime, job_id: int | None = None) -> int | None:
    """Take what waits (or this job), or what a worker that went silent left; another worker gets nothing."""
    free = (
        ImportJob.status.in_((*AT_WORK, "reading")),
        or_(ImportJob.claimed_until.is_(None), ImportJob.claimed_until < now),
    )
    wanted = free if job_id is None else (*free, ImportJob.id == job_id)
    job_id = db.session.scalar(select(ImportJob.id).where(*wanted).order_by(ImportJob.id).limit(1))
    if job_id is None:
        return None
    with transaction():
        won = db.session.execute(
            update(ImportJob)
            .where(ImportJob.id == job_id, *free)
            .values(status=case((ImportJob.status == "reading", "reading"), else_="running"), claimed_until=now + LEASE)
            .execution_options(synchronize_session=False)
        )
    return job_id if won.rowcount else None


class Application:
    """A job as it is applied by one worker: what its batches share."""

    def __init__(self, job_id: int):
        self.job_id, self.tree = job_id, Tree()

    def step(self) -> bool:
        """Apply the next rows in one transaction with the mark of how far it came; False once the import is over."""
        now = utcnow()
        with transaction():
            job = db.session.scalar(select(ImportJob).where(ImportJob.id == self.job_id).with_for_update())
            if job is None or job.status != "running":
                return False
            rows = db.session.scalars(_next_rows(job)).all()
            if not rows:
                return _next_phase(job, now)
            for row in rows:
                db.session.expunge(row)  # It is read only, and an erasure may delete it while we are at it.
            result = {**job.result}
            batch = Batch(job, now, self.tree)
            for row in rows:
                outcome = batch.apply(row)
                if outcome:
                    result[outcome] = result.get(outcome, 0) + 1
            self.tree = batch.tree
            result["refused_lines"] = ((job.result.get("refused_lines") or []) + batch.refused)[:KEPT_REFUSALS]
            job.result = result
            job.cursor = rows[-1].id
            job.claimed_until = now + LEASE
            if job.phase != "managers":
                job.done = min(job.total, job.done + len(rows))
            return True


def _next_rows(job: ImportJob):
    """The rows of a batch: lines of the file first, then their managers, then whom no line names."""
    which = {
        "people": ImportRow.line > 0,
        "managers": ImportRow.manager.is_not(None),
        "closing": ImportRow.line == 0,
    }[job.phase]
    return (
        select(ImportRow)
        .where(ImportRow.job_id == job.id, ImportRow.id > job.cursor, ImportRow.change.in_(CHANGES), which)
        .order_by(ImportRow.id)
        .limit(BATCH)
    )


def _next_phase(job: ImportJob, now: dt.datetime) -> bool:
    place = PHASES.index(job.phase) + 1
    job.cursor = 0
    if place < len(PHASES):
        job.phase = PHASES[place]
        db.session.flush()
        return True
    job.status, job.finished_at, job.done, job.claimed_until = "done", now, job.total, None
    db.session.flush()
    # The lines at fault stay for a while, to be mended; what was applied is in the accounts now.
    db.session.execute(delete(ImportRow).where(ImportRow.job_id == job.id, ImportRow.change != FAULTY))
    counts = {name: number for name, number in job.result.items() if isinstance(number, int)}
    act = "import-done" if job.file_name else "invitations-done"
    after = {name: value for name, value in (("file", job.file_name), *counts.items()) if value}
    service.record(None, act, now, job.by_id, after=after, job=job.id)
    return False


class Batch:
    """What the rows of one transaction share."""

    def __init__(self, job: ImportJob, now: dt.datetime, tree: Tree):
        self.job, self.now, self.tree = job, now, tree
        self.language = settings.read_settings().get("language") or "fr"
        self.refused: list[list] = []

    def apply(self, row: ImportRow) -> str | None:
        """Apply one row; what stands in its way now, though the dry run saw nothing, is noted and stops nobody else."""
        act = {"people": self.write, "managers": self.set_manager, "closing": self.close}[self.job.phase]
        if row.change == "invited":
            act = self.invite
        try:
            with db.session.begin_nested():
                return act(row)
        except Refusal as refusal:
            db.session.expire_all()
            self.tree = Tree()  # Departments made for this row went with it.
            self.refused.append([row.line, refusal.sentence])
            return "refused"

    def write(self, row: ImportRow) -> str | None:
        """Everything but the manager, who may come later in the file."""
        values = self.values_of(row)
        person = self.find(row)
        if person is None and row.person_id is not None:
            return "erased"
        if person is None:
            created = service.create_person(
                values.pop("given_name"),
                values.pop("family_name"),
                self.now,
                by_id=self.job.by_id,
                **{"language": self.language, **values},
            )
            if self.job.report.get("invite") and created.email:
                signing_in.invite(created.id, self.now, self.job.by_id)
            return "created"
        if row.change == "back":
            service.reopen_person(person.id, self.now, self.job.by_id)
        if values:
            service.edit_person(person.id, values, self.now, self.job.by_id)
        if row.change == "closed":
            service.close_person(person.id, self.now, self.job.by_id)
        return "changed" if row.change == "created" else row.change

    def values_of(self, row: ImportRow) -> dict:
        """The columns to set; departments are found, or made."""
        values = dict(row.values)
        if day := values.get("arrived_on"):
            values["arrived_on"] = dt.date.fromisoformat(day)
        if row.department:
            values["department_id"] = self.department(split_department(row.department))
        return values

    def department(self, names: tuple[str, ...]) -> int:
        """The department of a path of names, made rank by rank where it is missing."""
        parent_id = None
        for end in range(1, len(names) + 1):
            key = self.tree.fold(names[:end])
            if key not in self.tree.ids:
                self.tree.ids |= {
                    (*key[:-1], normalise(name)): id for id, name in departments.list_names_under(parent_id)
                }
            if key not in self.tree.ids:
                self.tree.ids[key] = departments.create(names[end - 1], parent_id, self.now, self.job.by_id)
            parent_id = self.tree.ids[key]
        return parent_id

    def find(self, row: ImportRow) -> Person | None:
        """The row's account: the one the dry run found, if it was not erased since; else one made in the meantime."""
        if row.person_id is not None:
            return db.session.scalar(select(Person).where(Person.id == row.person_id, Person.erased_at.is_(None)))
        keys = [getattr(Person, name) == value for name in KEYS if (value := getattr(row, name))]
        return db.session.scalar(select(Person).where(or_(*keys), Person.erased_at.is_(None)).limit(1))

    def set_manager(self, row: ImportRow) -> None:
        """Give the person their manager, and the manager that role, so that the team's page opens to them."""
        typed = row.manager
        person = self.find(row)
        manager = db.session.scalar(
            select(Person).where(
                or_(Person.email == typed, Person.employee_number == typed), Person.erased_at.is_(None)
            )
        )
        if person is None or manager is None or person.id == manager.id:
            return
        holds = select(RoleAssignment.id).where(
            RoleAssignment.person_id == manager.id, RoleAssignment.role == Role.MANAGER.value
        )
        # The role first: a manager who is being erased is waited for before anything cites them.
        if db.session.scalar(holds) is None:
            service.give_role(manager.id, Role.MANAGER, self.now, self.job.by_id)
        service.edit_person(person.id, {"manager_id": manager.id}, self.now, self.job.by_id)

    def close(self, row: ImportRow) -> str | None:
        """Close an account that a complete file no longer names."""
        person = self.find(row)
        if person is None or person.closed_at is not None:
            return None
        service.close_person(person.id, self.now, self.job.by_id)
        return "closed"

    def invite(self, row: ImportRow) -> str:
        """Write to somebody of a list; Refusal when the account was closed or lost its address meanwhile."""
        signing_in.invite(row.person_id, self.now, self.job.by_id)
        return "invited"
