"""The dry run of a file of people: what each line would do to the accounts that stand. Nothing of it is done yet.

It goes chunk by chunk, each in a transaction of its own with the mark of how far it came: memory stays flat, others
write in between, and a worker that was killed goes on from there. Lines, with or without fault, stand in a table, and
everything that looks at the whole file (who stands twice, whose manager is nobody, who is not named) asks the database.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import exists, func, insert, literal, or_, select, update
from sqlalchemy.orm import aliased

from ..db import db, transaction, utcnow
from ..errors import Invalid
from ..i18n import _, company_day
from . import importing
from .departments import BETWEEN, list_paths
from .importing import Line, Table, add_fault
from .imports import CHANGES, FAULTY, KEYS, add_unnamed, drop, get_job, hash_key, path_of, read_job
from .models import ACTIVE, ImportJob, ImportRow, Person, RoleAssignment, normalise

CHUNK = 500
COMPARED = ("given_name", "family_name", "email", "employee_number", "external_id", "site", "job_title", "language")
LEASE = dt.timedelta(seconds=45)


@dataclass
class Reader:
    """A file under way in this process: its lines from where it stands, behind the line ``at``."""

    file: BinaryIO
    table: Table
    lines: Iterator[Line]
    at: int


_readers: dict[int, Reader] = {}
"""Kept between two pieces of work, so that a file is not gone through from its first line for each. Should another
process have gone on meanwhile, the mark in the database is not where the reader stands, and it is opened anew."""


def read_piece(job_id: int, folder: Path) -> bool:
    """Read the next lines, or take the next step once all are read; False when the dry run is over."""
    job = read_job(job_id)
    if job is None or job.status != "reading":
        release(job_id)
        return False
    if job.phase == "lines":
        try:
            return _read_chunk(job, folder)
        except Invalid as refusal:
            with transaction():
                drop(job_id, utcnow(), refusal.sentence)
            _close(job_id, folder)
            return False
    if job.phase == "managers":
        return _check_managers(job)
    with transaction():
        _finish(get_job(job_id), utcnow())
    _close(job_id, folder)
    return False


def release(job_id: int) -> None:
    """Leave a file to whoever reads on."""
    if reader := _readers.pop(job_id, None):
        reader.file.close()


def _close(job_id: int, folder: Path) -> None:
    release(job_id)
    path_of(folder, job_id).unlink(missing_ok=True)


def tell_bytes(job_id: int) -> int:
    """How far into its file this process has read."""
    reader = _readers.get(job_id)
    return reader.file.tell() if reader else 0


def _open(job: ImportJob, folder: Path) -> Reader:
    reader = _readers.get(job.id)
    if reader is None or reader.at != job.cursor:
        release(job.id)
        try:
            file = path_of(folder, job.id).open("rb")
        except FileNotFoundError:
            raise Invalid(_("Ce fichier n’est plus là : envoyez-le de nouveau.")) from None
        try:
            table = importing.open_table(file, job.sheet)
        except BaseException:
            file.close()
            raise
        reader = _readers[job.id] = Reader(file, table, importing.read_lines(table, job.cursor), job.cursor)
    return reader


def _read_chunk(job: ImportJob, folder: Path) -> bool:
    reader = _open(job, folder)
    lines = list(islice(reader.lines, CHUNK))
    now = utcnow()
    with transaction():
        job = get_job(job.id)
        if job.status != "reading" or job.cursor != reader.at:
            release(job.id)
            return job.status == "reading"
        if lines:
            _check_chunk(job, lines, reader.table, company_day(now))
            job.cursor, job.done = lines[-1].number, job.done + len(lines)
        else:
            job.phase, job.cursor = "managers", 0
        job.report = {**job.report, "left_aside": list(reader.table.left_aside), "headings": reader.table.headings}
        job.claimed_until = now + LEASE
    reader.at = lines[-1].number if lines else 0
    return True


# --- Departments ----------------------------------------------------------------------------------------------


class Tree:
    """The departments by their folded path of names, so that « production » finds « Production »."""

    def __init__(self):
        self.ids = {self.fold(names): id for id, names in list_paths()}

    @staticmethod
    def fold(names: Iterable[str]) -> tuple[str, ...]:
        """A path as it is compared."""
        return tuple(normalise(name) for name in names)

    def find(self, names: Iterable[str]) -> int | None:
        """The department of a path; None when it is to be made."""
        return self.ids.get(self.fold(names))

    def missing(self, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """The ranks of a path that are not there yet."""
        return (names[:end] for end in range(1, len(names) + 1) if self.find(names[:end]) is None)


def split_department(whole: str | None) -> tuple[str, ...]:
    """The names of a path, as a line keeps it."""
    return tuple(whole.split(BETWEEN)) if whole else ()


# --- Against the accounts and the other lines -----------------------------------------------------------------


def _check_chunk(job: ImportJob, lines: list[Line], table: Table, today: dt.date) -> None:
    tree, lines = Tree(), _without_erased(job, lines)
    if not lines:
        return
    accounts = _find_accounts(lines)
    first = _find_lines(job.id, lines, accounts)
    rows = []
    for line in lines:
        for name in KEYS:
            value = line.values.get(name)
            if value and first.setdefault((name, value), line.number) != line.number:
                expected = _("une valeur différente : la ligne %(line)s a la même", line=first[name, value])
                add_fault(line, table, name, expected)
        account = _find_account(line, accounts, table, first)
        if account is not None and account.Person.id == job.by_id and _has_left(line, today):
            add_fault(line, table, "left_on", _("un autre compte que le vôtre"))
        change, values = (FAULTY, {}) if line.faults else plan_line(line, account, tree, today)
        rows.append(
            {
                "job_id": job.id,
                "line": line.number,
                "person_id": account.Person.id if account else None,
                "change": change,
                **{name: line.values.get(name) for name in KEYS},
                "department": BETWEEN.join(values.pop("department", ())) or None,
                "manager": values.pop("manager", None),
                "values": values,
                "faults": [[fault.column, fault.read, fault.expected] for fault in line.faults],
            }
        )
    db.session.execute(insert(ImportRow), rows)


def _without_erased(job: ImportJob, lines: list[Line]) -> list[Line]:
    """The lines but those of people erased since the file was sent: it must not bring them back."""
    erased = job.report.get("erased")
    if not erased:
        return lines
    keys = set(erased["keys"])
    return [
        line
        for line in lines
        if not any(hash_key(erased["salt"], line.values[name]) in keys for name in KEYS if name in line.values)
    ]


def _find_accounts(lines: list[Line]) -> dict:
    """The accounts that have a key of these lines, by key; each with its manager's. The erased are nobody."""
    boss = aliased(Person)
    values = {name: {line.values[name] for line in lines if name in line.values} for name in KEYS}
    rows = db.session.execute(
        select(Person, boss.email.label("boss_email"), boss.employee_number.label("boss_number"))
        .outerjoin(boss, boss.id == Person.manager_id)
        .where(or_(*(getattr(Person, name).in_(values[name]) for name in KEYS)), Person.erased_at.is_(None))
    )
    return {(name, value): row for row in rows for name in KEYS if (value := getattr(row.Person, name))}


def _find_lines(job_id: int, lines: list[Line], accounts: dict) -> dict:
    """The lines already read that have a key, or an account, of these."""
    values = {name: {line.values[name] for line in lines if name in line.values} for name in KEYS}
    values["person_id"] = {row.Person.id for row in accounts.values()}
    columns = [getattr(ImportRow, name) for name in values]
    rows = db.session.execute(
        select(ImportRow.line, *columns).where(
            _by_key(ImportRow, job_id), or_(*(c.in_(values[c.key]) for c in columns if values[c.key]))
        )
    )
    found = {}
    for line, *keys in rows:
        for name, value in zip(values, keys, strict=True):
            if value is not None:
                found[name, value] = min(line, found.get((name, value), line))
    return found


def _by_key(row, job_id: int):
    """A job's lines, to be found by their keys: the sum keeps SQLite from going through all of the job's instead."""
    return row.job_id + 0 == job_id


def _find_account(line: Line, accounts: dict, table: Table, first: dict):
    """The one account a line is about; faults where it could be two, or where another line is about it too."""
    matches = {}
    for name in KEYS:
        if row := accounts.get((name, line.values.get(name))):
            matches.setdefault(row.Person.id, (name, row))
    if not matches:
        return None
    if len(matches) > 1:
        name = list(matches.values())[-1][0]
        expected = _("le même compte que les autres colonnes ; c’est celui d’un autre")
        add_fault(line, table, name, expected)
        return None
    name, row = next(iter(matches.values()))
    number, kept = line.values.get("employee_number"), row.Person.employee_number
    if name == "email" and number and kept and number != kept and row.Person.closed_at is None:
        expected = _("%(number)s, le matricule du compte qui a cet e-mail", number=kept)
        add_fault(line, table, "employee_number", expected)
        return None
    before = first.setdefault(("person_id", row.Person.id), line.number)
    if before != line.number:
        if first[name, line.values[name]] != before:  # Otherwise the same was just said of this very column.
            expected = _("un autre compte que celui de la ligne %(line)s", line=before)
            add_fault(line, table, name, expected)
        return None
    return row


def _has_left(line: Line, today: dt.date) -> bool:
    left = line.values.get("left_on")
    return left is not None and left <= today


def plan_line(line: Line, account, tree: Tree, today: dt.date) -> tuple[str, dict]:
    """What a line without fault would do: the kind of change, and the values to set.

    What the file leaves empty stays as it is. A departure counts from its day on; somebody closed whom the file names
    without a past departure is back.
    """
    values, left = dict(line.values), _has_left(line, today)
    values.pop("left_on", None)
    if arrived := values.get("arrived_on"):
        values["arrived_on"] = arrived.isoformat()
    if account is None:
        return ("gone", {}) if left else ("created", values)
    person = account.Person
    changed = {n: values[n] for n in COMPARED if n in values and values[n] != getattr(person, n)}
    if arrived and arrived != person.arrived_on:
        changed["arrived_on"] = values["arrived_on"]
    moves = "department" in values and tree.find(values["department"]) != person.department_id
    if moves or ("department" in values and person.department_id is None):
        changed["department"] = values["department"]
    if "manager" in values and values["manager"] not in (account.boss_email, account.boss_number):
        changed["manager"] = values["manager"]
    if left and person.closed_at is None:
        return "closed", changed
    if not left and person.closed_at is not None:
        return "back", changed
    if not changed:
        return "unchanged", {}
    return ("moved" if moves else "changed"), changed


# --- Once all is read -----------------------------------------------------------------------------------------


def _check_managers(job: ImportJob) -> bool:
    """Managers are accounts, or lines without fault; a line that names anybody else is at fault, and may in turn have
    been somebody's manager: it is looked again until nothing more is found."""
    other = aliased(ImportRow)
    found = db.session.execute(
        select(ImportRow.id, ImportRow.manager)
        .where(ImportRow.job_id == job.id, ImportRow.id > job.cursor, ImportRow.manager.is_not(None))
        .where(
            ImportRow.change.in_(CHANGES),
            *(
                ~exists().where(column == ImportRow.manager, Person.erased_at.is_(None))
                for column in (Person.email, Person.employee_number)
            ),
            *(
                ~exists().where(_by_key(other, job.id), column == ImportRow.manager, other.change.not_in(WITHOUT))
                for column in (other.email, other.employee_number)
            ),
        )
        .order_by(ImportRow.id)
        .limit(CHUNK)
    ).all()
    heading = job.report["headings"].get("manager", "")
    at_fault = _find_faulty(job.id, {manager for _id, manager in found})
    with transaction():
        job = get_job(job.id)
        for id, manager in found:
            db.session.execute(
                update(ImportRow)
                .where(ImportRow.id == id)
                .values(change=FAULTY, faults=[[heading, manager[:80], _explain_manager(at_fault.get(manager))]])
            )
        job.report = {**job.report, "again": bool(found) or (job.cursor > 0 and job.report.get("again", False))}
        if len(found) == CHUNK:
            job.cursor = found[-1].id
        elif job.report["again"]:
            job.cursor, job.report = 0, {**job.report, "again": False}
        else:
            job.phase = "ending"
        job.claimed_until = utcnow() + LEASE
    return True


def _find_faulty(job_id: int, managers: set[str]) -> dict[str, int]:
    """The lines at fault by which these managers would come."""
    rows = db.session.execute(
        select(ImportRow.email, ImportRow.employee_number, ImportRow.line).where(
            _by_key(ImportRow, job_id),
            ImportRow.change == FAULTY,
            or_(ImportRow.email.in_(managers), ImportRow.employee_number.in_(managers)),
        )
    )
    return {key: line for *keys, line in rows for key in keys if key in managers}


def _explain_manager(line: int | None) -> str:
    if line is None:
        return _("l’e-mail ou le matricule d’un compte, ou d’une ligne sans faute de ce fichier")
    return _("un responsable sans faute : corrigez d’abord la ligne %(line)s, qui est la sienne", line=line)


WITHOUT = (FAULTY, "gone")
"""Lines that make nobody."""


def _finish(job: ImportJob, now: dt.datetime) -> None:
    """Say what was found; the file then waits for a decision."""
    counts = Counter(dict(_count(job.id)))
    missing = 0
    if job.report.get("close_missing") and counts and not counts[FAULTY]:
        missing = _plan_missing(job)
        counts["closed"] += missing
    tree, made = Tree(), set()
    for whole in db.session.scalars(
        select(ImportRow.department)
        .where(ImportRow.job_id == job.id, ImportRow.change.in_(CHANGES), ImportRow.department.is_not(None))
        .distinct()
    ):
        made |= set(tree.missing(split_department(whole)))
    job.total, job.done, job.status, job.phase, job.cursor = 0, 0, "checked", "people", 0
    job.total = sum(counts[change] for change in CHANGES)
    job.report = {
        **{name: value for name, value in job.report.items() if name != "erased"},
        "lines": sum(counts.values()) - missing,
        "counts": {change: counts[change] for change in (*CHANGES, "unchanged", "gone")},
        "faulty_lines": counts[FAULTY],
        "departments": [BETWEEN.join(names) for names in sorted(made)[:100]],
        "department_count": len({tree.fold(names) for names in made}),
        "missing": missing,
        "open": db.session.scalar(select(func.count()).select_from(Person).where(ACTIVE["sqlite_where"]))
        if missing
        else 0,
    }
    job.claimed_until = None
    db.session.flush()


def _count(job_id: int):
    return db.session.execute(
        select(ImportRow.change, func.count()).where(ImportRow.job_id == job_id).group_by(ImportRow.change)
    ).all()


def _plan_missing(job: ImportJob) -> int:
    """Close the open accounts that a complete file does not name; administrators and oneself are never among them."""
    named = exists().where(_by_key(ImportRow, job.id), ImportRow.person_id == Person.id)
    admins = exists().where(RoleAssignment.person_id == Person.id, RoleAssignment.role == "admin")
    gone = (
        select(literal(job.id), literal(0), Person.id, literal("closed"))
        .where(Person.closed_at.is_(None), Person.erased_at.is_(None), ~named, ~admins, Person.id != (job.by_id or 0))
        .order_by(Person.search_name, Person.id)
    )
    return add_unnamed(job.id, gone)
