"""A large company for the measures: people, what they completed, applications that wait; by plain SQL, in one go."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from pathlib import Path

from elearn.people.models import normalise

GIVEN = (
    "Inès",
    "Mamadou",
    "Chloé",
    "Gaël",
    "Claire",
    "Malik",
    "Françoise",
    "Étienne",
    "Nadia",
    "Hélène",
    "Yann",
    "Ravi",
)
FAMILY = (
    "Lefèvre",
    "Diallo",
    "Nguyễn",
    "Le Goff",
    "Aubry",
    "Benali",
    "Perrin",
    "Châtelain",
    "Haddad",
    "Morel",
    "Petit",
)
SITES = ("Vannes", "Brest", "Lyon", "Lille", "Nantes", "")
WAITING = 500
"""Applications in the referents' queue."""


def fill(database: Path, count: int) -> None:
    """Add so many people to the demo company of this database, a third of them trained, and a full queue."""
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    connection = sqlite3.connect(database, timeout=30, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("BEGIN IMMEDIATE")
    departments = [id_ for (id_,) in connection.execute("SELECT id FROM department ORDER BY id")]
    first = connection.execute("SELECT max(id) FROM person").fetchone()[0] + 1
    ids = range(first, first + count)
    connection.executemany(
        "INSERT INTO person (id, public_id, email, given_name, family_name, search_name, department_id, site, job_title, "
        "arrived_on, theme, text_size, text_spacing, extra_time_percent, is_demo, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, 'auto', 1, 1, 0, 0, ?)",
        (_person(id_, departments, now) for id_ in ids),
    )
    connection.executemany(
        "INSERT INTO completion (person_id, path, charter, security, path_done_at, charter_done_at, security_done_at, "
        "certified_at, valid_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_completion(id_, now) for id_ in ids if id_ % 4),
    )
    _credentials(connection, [id_ for id_ in ids if id_ % 3 == 0 and id_ % 4], now)
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.close()


def _person(id_: int, departments: list[int], now: dt.datetime) -> tuple:
    given, family = GIVEN[id_ % 12], f"{FAMILY[id_ * 7 % 11]} {FAMILY[id_ * 5 % 11]}"
    arrived = (now - dt.timedelta(days=id_ * 37 % 7_000)).date().isoformat()
    name, email = normalise(f"{family} {given}"), f"p{id_}@bench.example"
    department, site = departments[id_ % len(departments)], SITES[id_ % 6]
    return id_, str(uuid.uuid4()), email, given, family, name, department, site, arrived, now


def _completion(id_: int, now: dt.datetime) -> tuple:
    if id_ % 3:
        return id_, id_ % 3, id_ % 2, 0, now if id_ % 3 == 2 else None, None, None, None, None
    done = now - dt.timedelta(days=id_ * 13 % 360)
    return id_, 2, 2, 2, done, done, done, done, (done + dt.timedelta(days=730)).date().isoformat()


def _credentials(connection, trained: list[int], now: dt.datetime) -> None:
    """A certificate for each, and for the first ones an application that waits."""
    edition = connection.execute("SELECT id FROM edition LIMIT 1").fetchone()[0]
    expires = (now + dt.timedelta(days=400)).date().isoformat()
    connection.executemany(
        "INSERT INTO credential (public_id, person_id, award, cycle, award_edition_id, words, language, issued_at, expires_on) "
        "VALUES (?, ?, 'programme', 1, ?, '{}', 'fr', ?, ?)",
        ((f"bench-{id_}", id_, edition, now - dt.timedelta(days=id_ * 13 % 360), expires) for id_ in trained),
    )
    connection.execute(
        "INSERT INTO application (person_id, credential_id, status, version, brief, briefs_edition_id, network, post, "
        "picture, networks, topics, created_at, changed_at, submitted_at) SELECT person_id, id, 'submitted', 2, 'bench', "
        "?, 'linkedin', 'Un post.', '', '[\"linkedin\"]', '[\"trades\"]', ?, ?, ? FROM credential "
        "WHERE public_id LIKE 'bench-%' ORDER BY id LIMIT ?",
        (edition, now, now, now, WAITING),
    )
