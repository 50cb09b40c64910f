"""Plain functions that make what a test needs, through the database, with believable defaults."""

from __future__ import annotations

import datetime as dt
import itertools
import secrets

from elearn.db import db, transaction, utcnow

_count = itertools.count(1)


def make_person(**values):
    """A person with an account; ``roles=("hr",)`` gives roles."""
    from elearn.people.models import Person, RoleAssignment, normalise

    roles = values.pop("roles", ())
    number = next(_count)
    values.setdefault("given_name", "Inès")
    values.setdefault("family_name", f"Lefèvre-{number}")
    values.setdefault("email", f"person{number}@tests.example")
    values.setdefault("created_at", utcnow())
    values.setdefault("search_name", normalise(f"{values['family_name']} {values['given_name']}"))
    with transaction():
        person = Person(**values)
        db.session.add(person)
        db.session.flush()
        for role in roles:
            db.session.add(RoleAssignment(person_id=person.id, role=role, given_at=utcnow()))
    return person


def make_department(name: str = "Atelier", parent=None):
    """A department, under its parent."""
    from elearn.people.models import Department

    with transaction():
        department = Department(
            name=name, parent_id=parent.id if parent else None, path="", depth=parent.depth + 1 if parent else 0
        )
        db.session.add(department)
        db.session.flush()
        department.path = f"{parent.path if parent else '/'}{department.id}/"
    return department


def make_session(person) -> str:
    """A running session of this person; returns its token."""
    from elearn.people.models import UserSession
    from elearn.people.queries import hash_token

    token = secrets.token_urlsafe(32)
    now = utcnow()
    with transaction():
        db.session.add(
            UserSession(
                person_id=person.id,
                token_hash=hash_token(token),
                created_at=now,
                last_seen_on=now.date(),
                expires_at=now + dt.timedelta(days=1),
            )
        )
    return token


def session_cookie(app, person) -> tuple[str, str]:
    """The signed cookie that makes a browser this person's."""
    token = make_session(person)
    serializer = app.session_interface.get_signing_serializer(app)
    return app.config["SESSION_COOKIE_NAME"], serializer.dumps({"_user_id": token, "_fresh": True})


def sign_in(client, person):
    """Make Flask's test client this person's."""
    name, value = session_cookie(client.application, person)
    client.set_cookie(name, value)
    return client


def check_file(data: bytes, folder, name: str = "people.csv", by_id: int | None = None, **options):
    """The dry run of a file of people; its id, and what was found."""
    import io

    from elearn.people import checking, imports

    kept = imports.keep_file(io.BytesIO(data), name, folder)
    with transaction():
        job_id = imports.receive(kept, utcnow(), by_id, **options).id
    while checking.read_piece(job_id, folder):
        pass
    return job_id, imports.read_job(job_id).report
