"""What the pages of imports read. Lists are cut by key."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from ...db import db
from ...errors import NotFound
from ...i18n import _
from ..imports import FAULTY
from ..models import ImportJob, ImportRow, Person
from ..service import EDITABLE

PAGE = 50


def list_jobs(limit: int = 20) -> list[ImportJob]:
    """The latest files."""
    return list(db.session.scalars(select(ImportJob).order_by(ImportJob.id.desc()).limit(limit)))


def get_job(job_id: int) -> ImportJob:
    """One file; NotFound when there is none."""
    job = db.session.scalar(select(ImportJob).where(ImportJob.id == job_id))
    if job is None:
        raise NotFound(_("Cet import n’existe pas."))
    return job


def list_lines(job_id: int, change: str, after: int = 0, limit: int = PAGE) -> list[tuple[ImportRow, Person | None]]:
    """The lines of one kind, with whom they are about where there is an account; one more than asked, where there is."""
    rows = db.session.execute(
        select(ImportRow, Person)
        .outerjoin(Person, Person.id == ImportRow.person_id)
        .where(ImportRow.job_id == job_id, ImportRow.change == change, ImportRow.id > after)
        .order_by(ImportRow.id)
        .limit(limit + 1)
    )
    return [tuple(row) for row in rows]


def iterate_faults(job_id: int, size: int = 500) -> Iterator[ImportRow]:
    """Every line at fault, in the order of the file, a piece at a time."""
    after = 0
    while rows := db.session.scalars(
        select(ImportRow)
        .where(ImportRow.job_id == job_id, ImportRow.change == FAULTY, ImportRow.id > after)
        .order_by(ImportRow.id)
        .limit(size)
    ).all():
        yield from rows
        after = rows[-1].id
        db.session.rollback()  # No transaction is held while a slow line reads.


def compare(row: ImportRow, person: Person | None) -> list[tuple[str, object, object]]:
    """(field, before, after) of a line: what it would set, beside what is known. Departments and managers are words."""
    found = [
        (name, getattr(person, name) if person else None, row.values[name]) for name in EDITABLE if name in row.values
    ]
    found += [(name, None, getattr(row, name)) for name in ("department", "manager") if getattr(row, name)]
    return found
