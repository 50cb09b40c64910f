"""The dry run of a file of people: what each line would do to the accounts that stand. Applying is in ``applying``."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import aliased

from ..db import db
from ..errors import NotFound, Refusal
from ..i18n import _, company_day
from ..notifications.jobs import wake
from . import importing
from .importing import Fault, Line
from .models import ImportJob, ImportRow, Person, RoleAssignment, normalise
from .service import record

APPLYING = "people.import"
"""The worker's job that applies a checked file."""
CHUNK = 500
KEPT_FAULTS = 500
CHANGES = ("created", "changed", "moved", "back", "closed")
"""What a line may do: make an account, change it, move it, bring it back, close it."""
COMPARED = ("given_name", "family_name", "email", "employee_number", "external_id", "site", "job_title", "language")


@dataclass
class Findings:
    """What a dry run gathers as it goes through the file."""

    counts: Counter
    faults: list[Fault]
    fault_count: int
    faulty_lines: int
    matched: dict[int, int]
    """Account → the line that names it: two lines for one account are a fault."""
    keys: set[str]
    managers: dict[str, list[tuple[int, str]]]
    """A manager's address or number → the lines that name it, with what they do."""
    departments: set[tuple[str, ...]]
    lines: int = 0

    def add_faults(self, faults: list[Fault]) -> None:
        """Count all of them, keep the first."""
        self.fault_count += len(faults)
        self.faulty_lines += bool(faults)
        self.faults += faults[: max(0, KEPT_FAULTS - len(self.faults))]


def check_file(
    data: bytes,
    name: str,
    now: dt.datetime,
    by_id: int | None,
    *,
    close_missing: bool = False,
    invite: bool = False,
    tell=lambda lines: None,
) -> ImportJob:
    """Read a file, compare it with the accounts, keep what is to be done; nothing of it is done yet.

    Raise Invalid for a file that cannot be read as a list of people. ``tell`` is called with the lines read so far.
    """
    table = importing.open_table(data, name)
    today = company_day(now)
    job = ImportJob(file_name=importing.rules.clean_text(name)[-200:], created_at=now, by_id=by_id)
    db.session.add(job)
    db.session.flush()
    tree = Tree()
    found = Findings(Counter(), [], 0, 0, {}, set(), defaultdict(list), set())
    for lines in _chunks(importing.read_lines(table, today), CHUNK):
        _check_chunk(job.id, lines, table, tree, today, by_id, found)
        tell(found.lines)
    _check_managers(job.id, table, found)
    missing = _plan_missing(job.id, found, by_id) if close_missing and not found.fault_count else 0
    job.total = sum(found.counts[change] for change in CHANGES)
    job.report = {
        "lines": found.lines,
        "counts": {change: found.counts[change] for change in (*CHANGES, "unchanged", "gone")},
        "fault_count": found.fault_count,
        "faulty_lines": found.faulty_lines,
        "faults": [[f.line, f.column, f.read, f.expected] for f in sorted(found.faults, key=lambda f: f.line)],
        "left_aside": list(table.left_aside),
        "departments": [" › ".join(names) for names in sorted(found.departments)[:100]],
        "department_count": len(found.departments),
        "close_missing": close_missing,
        "missing": missing,
        "invite": invite,
    }
    db.session.flush()
    return job


def _chunks(lines: Iterable[Line], size: int) -> Iterator[list[Line]]:
    lines = iter(lines)
    while chunk := list(islice(lines, size)):
        yield chunk


# --- Against the accounts -------------------------------------------------------------------------------------


class Tree:
    """The departments by their folded path of names, so that « production » finds « Production »."""

    def __init__(self):
        from .departments import list_choices

        self.ids = {self.fold(name.split(" › ")): id for id, name in list_choices(limit=100_000)}

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


def find_accounts(emails: set[str], numbers: set[str], externals: set[str]) -> list:
    """The accounts that have one of these, with their manager's address and number; the erased are nobody."""
    boss = aliased(Person)
    return db.session.execute(
        select(Person, boss.email.label("boss_email"), boss.employee_number.label("boss_number"))
        .outerjoin(boss, boss.id == Person.manager_id)
        .where(
            or_(Person.email.in_(emails), Person.employee_number.in_(numbers), Person.external_id.in_(externals)),
            Person.erased_at.is_(None),
        )
    ).all()


def _check_chunk(job_id: int, lines: list[Line], table, tree: Tree, today: dt.date, by_id, found: Findings) -> None:
    keys = [
        {line.values[name] for line in lines if name in line.values}
        for name in ("email", "employee_number", "external_id")
    ]
    accounts = {}
    for row in find_accounts(*keys):
        for name in ("email", "employee_number", "external_id"):
            if value := getattr(row.Person, name):
                accounts[name, value] = row
    rows = []
    for line in lines:
        found.lines += 1
        account = _find_account(line, accounts, table, found)
        if account is not None and account.Person.id == by_id and _has_left(line, today):
            _fault(line, table, "left_on", line.values["left_on"].isoformat(), _("un autre compte que le vôtre"))
        if line.faults:
            found.add_faults(line.faults)
            continue
        change, values = plan_line(line, account, tree, today)
        found.keys |= {line.values[name] for name in ("email", "employee_number") if name in line.values}
        found.counts[change] += 1
        if "manager" in values:
            found.managers[values["manager"]].append((line.number, change))
        if change in CHANGES:
            found.departments |= set(tree.missing(tuple(values.get("department", ()))))
            rows.append(
                {
                    "job_id": job_id,
                    "line": line.number,
                    "person_id": account.Person.id if account else None,
                    "change": change,
                    "email": line.values.get("email"),
                    "employee_number": line.values.get("employee_number"),
                    "values": values,
                }
            )
    if rows:
        db.session.execute(insert(ImportRow), rows)


def _fault(line: Line, table, name: str, read: str, expected: str) -> None:
    line.faults.append(Fault(line.number, table.headings.get(name, name), read[:80], expected))


def _find_account(line: Line, accounts: dict, table, found: Findings):
    """The one account a line is about; faults where it could be two, or where another line is about it too."""
    matches = {}
    for name in ("external_id", "employee_number", "email"):
        if row := accounts.get((name, line.values.get(name))):
            matches.setdefault(row.Person.id, (name, row))
    if not matches:
        return None
    if len(matches) > 1:
        name = list(matches.values())[-1][0]
        _fault(
            line,
            table,
            name,
            str(line.values[name]),
            _("le même compte que les autres colonnes ; c’est celui d’un autre"),
        )
        return None
    name, row = next(iter(matches.values()))
    number, kept = line.values.get("employee_number"), row.Person.employee_number
    if name == "email" and number and kept and number != kept and row.Person.closed_at is None:
        _fault(
            line,
            table,
            "employee_number",
            number,
            _("%(number)s, le matricule du compte qui a cet e-mail", number=kept),
        )
        return None
    first = found.matched.setdefault(row.Person.id, line.number)
    if first != line.number:
        _fault(
            line, table, name, str(line.values[name]), _("un autre compte que celui de la ligne %(line)s", line=first)
        )
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


def _check_managers(job_id: int, table, found: Findings) -> None:
    """Managers are of the company or of the file; a line that names nobody's is a fault, and is not applied."""
    unknown = [key for key in found.managers if key not in found.keys]
    for start in range(0, len(unknown), CHUNK):
        part = set(unknown[start : start + CHUNK])
        known = db.session.execute(
            select(Person.email, Person.employee_number).where(
                or_(Person.email.in_(part), Person.employee_number.in_(part)), Person.erased_at.is_(None)
            )
        )
        for row in known:
            part -= set(row)
        for key in sorted(part):
            expected = _("l’e-mail ou le matricule d’un compte, ou d’une ligne sans faute de ce fichier")
            for number, change in found.managers[key]:
                found.add_faults([Fault(number, table.headings["manager"], key, expected)])
                found.counts[change] -= 1
            numbers = [number for number, _change in found.managers[key]]
            for first in range(0, len(numbers), CHUNK):
                lines = numbers[first : first + CHUNK]
                db.session.execute(delete(ImportRow).where(ImportRow.job_id == job_id, ImportRow.line.in_(lines)))


def _plan_missing(job_id: int, found: Findings, by_id: int | None) -> int:
    """Close the open accounts that a complete file does not name; administrators and oneself are never among them."""
    admins = set(db.session.scalars(select(RoleAssignment.person_id).where(RoleAssignment.role == "admin")))
    open_ids = db.session.scalars(
        select(Person.id).where(Person.closed_at.is_(None), Person.erased_at.is_(None)).order_by(Person.id)
    ).all()
    gone = [id for id in open_ids if id not in found.matched and id not in admins and id != by_id]
    for start in range(0, len(gone), CHUNK):
        rows = [
            {"job_id": job_id, "line": 0, "person_id": id, "change": "closed", "values": {}}
            for id in gone[start : start + CHUNK]
        ]
        db.session.execute(insert(ImportRow), rows)
    found.counts["closed"] += len(gone)
    return len(gone)


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
    if job.status not in ("checked", "failed"):
        raise Refusal(_("Cet import est déjà lancé, terminé ou abandonné."))
    if db.session.scalar(select(ImportJob.id).where(ImportJob.status.in_(("waiting", "running"))).limit(1)):
        raise Refusal(_("Un autre import est en cours : attendez qu’il se termine."))
    if not job.total:
        raise Refusal(_("Cet import n’a rien à faire."))
    job.status, job.error, job.claimed_until = "waiting", None, None
    db.session.flush()
    record(None, "import-begun", now, by_id, after={"file": job.file_name}, job=job_id)
    wake(APPLYING)


def drop(job_id: int, now: dt.datetime) -> None:
    """Give a checked file up: what it said of people is deleted."""
    job = get_job(job_id)
    if job.status not in ("checked", "failed"):
        raise Refusal(_("Cet import est déjà lancé, terminé ou abandonné."))
    job.status, job.finished_at = "dropped", now
    job.report = {**job.report, "faults": []}
    db.session.flush()
    db.session.execute(delete(ImportRow).where(ImportRow.job_id == job_id))
