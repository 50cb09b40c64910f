"""Applying a checked file of people, batch by batch, from wherever the last worker stopped."""

from __future__ import annotations

import datetime as dt
import logging
import time

from sqlalchemy import delete, or_, select, update

from ..db import db, transaction, utcnow
from ..errors import Refusal
from ..permissions import Role
from . import departments, service, settings, signing_in
from .imports import Tree
from .models import ImportJob, ImportRow, Person, RoleAssignment

log = logging.getLogger(__name__)

BATCH = 100
PIECE = 1.5
"""Seconds of work before the worker looks at the mails again."""
LEASE = dt.timedelta(minutes=2)
KEPT = dt.timedelta(days=7)
"""A file that was checked and never applied is forgotten after a week: it holds names."""
KEPT_REFUSALS = 200
PHASES = ("people", "managers", "closing")


def work(now: dt.datetime) -> bool:
    """A second or two of the import under way, for the worker; True when there is more. It may be killed anywhere."""
    _forget_old(now)
    job_id = claim(now)
    if job_id is None:
        return False
    end = time.monotonic() + PIECE
    try:
        while (more := apply_batch(job_id, utcnow())) and time.monotonic() < end:
            pass
    except Exception as error:
        log.exception("import %s stopped", job_id)
        with transaction():
            db.session.execute(
                update(ImportJob)
                .where(ImportJob.id == job_id, ImportJob.status == "running")
                .values(status="failed", error=type(error).__name__, claimed_until=None)
            )
        return False
    with transaction():
        db.session.execute(update(ImportJob).where(ImportJob.id == job_id).values(claimed_until=None))
    return more


def _forget_old(now: dt.datetime) -> None:
    old = db.session.scalars(
        select(ImportJob.id).where(ImportJob.status.in_(("checked", "failed")), ImportJob.created_at < now - KEPT)
    ).all()
    if not old:
        return
    with transaction():
        db.session.execute(
            update(ImportJob)
            .where(ImportJob.id.in_(old), ImportJob.status.in_(("checked", "failed")))
            .values(status="dropped", finished_at=now, report={})
        )
        db.session.execute(delete(ImportRow).where(ImportRow.job_id.in_(old)))


def claim(now: dt.datetime) -> int | None:
    """Take the waiting import, or one whose worker went silent; another worker gets nothing."""
    free = (
        ImportJob.status.in_(("waiting", "running")),
        or_(ImportJob.claimed_until.is_(None), ImportJob.claimed_until < now),
    )
    job_id = db.session.scalar(select(ImportJob.id).where(*free).order_by(ImportJob.id).limit(1))
    if job_id is None:
        return None
    with transaction():
        won = db.session.execute(
            update(ImportJob)
            .where(ImportJob.id == job_id, *free)
            .values(status="running", claimed_until=now + LEASE)
            .execution_options(synchronize_session=False)
        )
    return job_id if won.rowcount else None


def apply_batch(job_id: int, now: dt.datetime) -> bool:
    """Apply the next rows in one transaction with the mark of how far it came; False once the import is over."""
    with transaction():
        job = db.session.scalar(select(ImportJob).where(ImportJob.id == job_id).with_for_update())
        if job is None or job.status != "running":
            return False
        rows = db.session.scalars(
            select(ImportRow)
            .where(
                ImportRow.job_id == job_id,
                ImportRow.id > job.cursor,
                ImportRow.line == 0 if job.phase == "closing" else ImportRow.line > 0,
            )
            .order_by(ImportRow.id)
            .limit(BATCH)
        ).all()
        if not rows:
            return _next_phase(job, now)
        result = {**job.result}
        batch = Batch(job, now)
        for row in rows:
            outcome = batch.apply(row)
            if outcome:
                result[outcome] = result.get(outcome, 0) + 1
        result["refused_lines"] = (job.result.get("refused_lines") or []) + batch.refused
        result["refused_lines"] = result["refused_lines"][:KEPT_REFUSALS]
        job.result = result
        job.cursor = rows[-1].id
        job.claimed_until = now + LEASE
        if job.phase != "managers":
            job.done = min(job.total, job.done + len(rows))
        return True


def _next_phase(job: ImportJob, now: dt.datetime) -> bool:
    place = PHASES.index(job.phase) + 1
    job.cursor = 0
    if place < len(PHASES):
        job.phase = PHASES[place]
        db.session.flush()
        return True
    job.status, job.finished_at, job.done, job.claimed_until = "done", now, job.total, None
    job.report = {**job.report, "faults": []}  # They quote the file; what it said of people goes with its rows.
    db.session.flush()
    db.session.execute(delete(ImportRow).where(ImportRow.job_id == job.id))
    counts = {name: number for name, number in job.result.items() if isinstance(number, int)}
    service.record(None, "import-done", now, job.by_id, after={"file": job.file_name}, job=job.id, counts=counts)
    return False


class Batch:
    """What the rows of one transaction share."""

    def __init__(self, job: ImportJob, now: dt.datetime):
        self.job, self.now, self.tree = job, now, Tree()
        self.language = settings.read_settings().get("language") or "fr"
        self.refused: list[list] = []

    def apply(self, row: ImportRow) -> str | None:
        """Apply one row; what stands in its way now, though the dry run saw nothing, is noted and stops nobody else."""
        act = {"people": self.write, "managers": self.set_manager, "closing": self.close}[self.job.phase]
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
        values = {name: value for name, value in row.values.items() if name not in ("department", "manager")}
        if day := values.get("arrived_on"):
            values["arrived_on"] = dt.date.fromisoformat(day)
        if names := row.values.get("department"):
            values["department_id"] = self.department(tuple(names))
        return values

    def department(self, names: tuple[str, ...]) -> int:
        """The department of a path of names, made rank by rank where it is missing."""
        parent_id = None
        for end in range(1, len(names) + 1):
            key = self.tree.fold(names[:end])
            if key not in self.tree.ids:
                self.tree.ids[key] = departments.create(names[end - 1], parent_id, self.now, self.job.by_id)
            parent_id = self.tree.ids[key]
        return parent_id

    def find(self, row: ImportRow) -> Person | None:
        """The row's account: the one the dry run found, if it was not erased since; else one made in the meantime."""
        if row.person_id is not None:
            return db.session.scalar(select(Person).where(Person.id == row.person_id, Person.erased_at.is_(None)))
        keys = [
            column == value
            for column, value in ((Person.employee_number, row.employee_number), (Person.email, row.email))
            if value
        ]
        return db.session.scalar(select(Person).where(or_(*keys), Person.erased_at.is_(None)).limit(1))

    def set_manager(self, row: ImportRow) -> None:
        """Give the person their manager, and the manager that role, so that the team's page opens to them."""
        typed = row.values.get("manager")
        if not typed:
            return
        person = self.find(row)
        manager = db.session.scalar(
            select(Person).where(
                or_(Person.email == typed, Person.employee_number == typed), Person.erased_at.is_(None)
            )
        )
        if person is None or manager is None or person.id == manager.id:
            return
        service.edit_person(person.id, {"manager_id": manager.id}, self.now, self.job.by_id)
        holds = select(RoleAssignment.id).where(
            RoleAssignment.person_id == manager.id, RoleAssignment.role == Role.MANAGER.value
        )
        if db.session.scalar(holds) is None:
            service.give_role(manager.id, Role.MANAGER, self.now, self.job.by_id)

    def close(self, row: ImportRow) -> str | None:
        """Close an account that a complete file no longer names."""
        person = self.find(row)
        if person is None or person.closed_at is not None:
            return None
        service.close_person(person.id, self.now, self.job.by_id)
        return "closed"
