"""Person, Department, roles, and what signing in needs.

Rows have internal integer ids; ``public_id`` is what leaves the house. People come back: a rehire finds their
file again as long as it was not erased.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
import uuid

from flask_login import UserMixin
from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UtcDateTime, protect_rows
from ..permissions import Permission, permissions_of
from .rules import SECOND_FACTOR_GRACE


def normalise(text: str) -> str:
    """Fold case and accents, for search and comparison: « Éléonore Lefèvre » → ``eleonore lefevre``."""
    decomposed = unicodedata.normalize("NFKD", text or "")
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).casefold().split())


_WHERE = ("sqlite_where", "postgresql_where")


class Department(Base):
    """A node of the company's tree. ``path`` is the ids from the root, ``/1/4/9/``, so that a subtree is a prefix."""

    __tablename__ = "department"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(400), index=True)
    depth: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        UniqueConstraint("parent_id", "name"),
        Index("ix_department_name", "name", "id"),
        Index("uq_department_root", "name", unique=True, **dict.fromkeys(_WHERE, text("parent_id IS NULL"))),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_own_parent"),
        # One's own id stands once in one's path: a department that was its own ancestor would have it twice.
        CheckConstraint(
            "length(path) - length(replace(path, '/' || id || '/', '')) <= length('/' || id || '/')",
            name="not_own_ancestor",
        ),
    )


ACTIVE = dict.fromkeys(_WHERE, text("closed_at IS NULL AND erased_at IS NULL"))
"""Of an index that holds only people who are here: what reports count."""


class Person(UserMixin, Base):
    """Somebody who works, or worked, for the company."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid.uuid4()))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    employee_number: Mapped[str | None] = mapped_column(String(64), unique=True)
    external_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    given_name: Mapped[str] = mapped_column(String(300))
    family_name: Mapped[str] = mapped_column(String(300))
    certificate_name: Mapped[str | None] = mapped_column(String(600))
    search_name: Mapped[str] = mapped_column(String(700))
    """« family given », folded by normalise(): the order of lists, and what search looks in."""
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    site: Mapped[str] = mapped_column(String(200), default="")
    job_title: Mapped[str] = mapped_column(String(200), default="")
    arrived_on: Mapped[dt.date | None]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    language: Mapped[str | None] = mapped_column(String(2))
    theme: Mapped[str] = mapped_column(String(10), default="auto")
    text_size: Mapped[int] = mapped_column(default=1)
    text_spacing: Mapped[int] = mapped_column(default=1)
    extra_time_percent: Mapped[int] = mapped_column(default=0)
    """Extra time on quizzes that have a limit, in percent of it."""
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    """When the account was closed (departure); a rehire clears it."""
    erased_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_person_list", "search_name", "id"),
        Index("ix_person_department_list", "department_id", "search_name", "id"),
        Index("ix_person_manager_list", "manager_id", "search_name", "id"),
        Index("ix_person_active", "id", "department_id", "site", "arrived_on", **ACTIVE),
        Index("ix_person_active_site", "site", **ACTIVE),
        CheckConstraint("extra_time_percent BETWEEN 0 AND 300", name="extra_time"),
        CheckConstraint("theme IN ('auto', 'light', 'dark')", name="theme"),
        CheckConstraint("text_size BETWEEN 1 AND 3", name="text_size"),
        CheckConstraint("text_spacing BETWEEN 1 AND 2", name="text_spacing"),
    )

    role_names = frozenset()
    """Filled by the session loader, so that a page needs no further query to know them."""
    session_id = None
    session_token = None
    session_seen_on = None
    unread_count = 0
    """Messages not yet read, filled by the session loader too."""
    second_factor_at = None
    """When the second factor was set, and below since when one is required: by the session loader as well."""
    second_factor_since = None

    @property
    def name(self) -> str:
        """How the person is called on screen."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def name_on_certificate(self) -> str:
        """The name printed on the certificate: the one chosen, else the one known."""
        return self.certificate_name or self.name

    @property
    def is_active(self) -> bool:
        """Whether the account may sign in."""
        return self.closed_at is None and self.erased_at is None

    @property
    def second_factor_due_at(self) -> dt.datetime | None:
        """The moment from which nothing opens without a second factor; None when it is set or nothing asks for it.
        Demo accounts are shared, so they are exempt."""
        if self.is_demo or self.second_factor_at is not None or self.second_factor_since is None:
            return None
        return self.second_factor_since + SECOND_FACTOR_GRACE

    def get_id(self) -> str | None:
        """What the signed cookie carries: the token of this very session, never the person's id."""
        return self.session_token

    def may(self, permission: Permission) -> bool:
        """Whether one of the person's roles holds this permission."""
        return permission in permissions_of(self.role_names)


class RoleAssignment(Base):
    """One role one person holds; every change is logged. HR beside referent is refused by an index of its own."""

    __tablename__ = "role_assignment"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(20), index=True)
    given_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    __table_args__ = (
        UniqueConstraint("person_id", "role"),
        CheckConstraint("role IN ('admin', 'author', 'hr', 'manager', 'referent')", name="role"),
        Index(
            "uq_role_assignment_exclusive",
            "person_id",
            unique=True,
            sqlite_where=text("role IN ('hr', 'referent')"),
            postgresql_where=text("role IN ('hr', 'referent')"),
        ),
    )


class PersonEvent(Base):
    """One line of the administrator's log: an account made, changed, closed, opened again, a role given or taken, a
    department moved, a setting changed. Append-only, ids and hashes only, so that erasing a name leaves the log whole.
    """

    __tablename__ = "person_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(index=True)
    """Whom it is about; None for the company's settings and its departments."""
    act: Mapped[str] = mapped_column(String(20), index=True)
    detail: Mapped[dict] = mapped_column(JSON, default=dict)
    """Ids and names of roles or settings; never a name of somebody."""
    digest: Mapped[str | None] = mapped_column(String(64))
    """Salted SHA-256 of what stands in PersonEventWords: it shows that the words were not touched up, and, since the
    salt goes with them, tells nothing once they were erased."""
    by_id: Mapped[int | None]
    """Who did it; None for the command line."""
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    __table_args__ = (Index("ix_person_event_by", "by_id", "id"),)


class PersonEventWords(Base):
    """Before and after, in words, of one line of the log. Kept apart from it, so that it can be erased."""

    __tablename__ = "person_event_words"
    event_id: Mapped[int] = mapped_column(ForeignKey("person_event.id"), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(index=True)
    before: Mapped[dict] = mapped_column(JSON, default=dict)
    after: Mapped[dict] = mapped_column(JSON, default=dict)
    salt: Mapped[str] = mapped_column(String(32))


@event.listens_for(PersonEvent.__table__, "after_create")
def _protect_log(table, connection, **kwargs) -> None:
    protect_rows(connection, "person_event")


class UserSession(Base):
    """One sign-in on one device. The cookie holds a random token, the row its SHA-256."""

    __tablename__ = "user_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    last_seen_on: Mapped[dt.date]
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class PasswordReset(Base):
    """A link to choose a password: signed, single-use, expiring.

    The link is ``code`` signed with the installation's key (rules.sign_code): it can be written again at delivery,
    so that the outbox holds ids only, and a copy of the database alone opens no account.
    """

    __tablename__ = "password_reset"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    asked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class SecondFactor(Base):
    """An authenticator application, being set up or confirmed. The secret itself is derived (see ``second_factor``)
    and kept nowhere; a row belongs to one person and goes with them."""

    __tablename__ = "second_factor"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(32))
    begun_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    """When a first code proved that the application has the secret; from then on signing in asks for one."""
    last_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """The step of the last code accepted: each is good once."""


class RecoveryCode(Base):
    """A code on paper that stands in for the application, once. A keyed hash is all that is kept of it."""

    __tablename__ = "recovery_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)


class SignInFailure(Base):
    """What the limits count: a sign-in that failed (or is being checked: the row goes when the password is right),
    or a reset link that was asked for. Keyed hashes only; rows are deleted after a day."""

    __tablename__ = "sign_in_failure"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_hash: Mapped[str] = mapped_column(String(64))
    address_hash: Mapped[str] = mapped_column(String(64))
    failed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index("ix_sign_in_failure_account", "account_hash", "failed_at"),
        Index("ix_sign_in_failure_address", "address_hash", "failed_at"),
        Index("ix_sign_in_failure_when", "failed_at"),
    )


class KnownDevice(Base):
    """A browser the owner signed in from before: its attempts are counted apart, so that an attacker who
    exhausts the account's attempts never locks the owner out. The hash covers person and token, so that a browser
    shared by several people is known to each of them."""

    __tablename__ = "known_device"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class ImportJob(Base):
    """A file of people: checked, then applied by the worker in batches, from where it stopped.

    ``phase`` and ``cursor`` are moved in the transaction of the batch they count, so that a worker killed at any point
    leaves nothing half done, and nothing is done twice.
    """

    __tablename__ = "import_job"
    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(10), default="checked")
    """choosing (which sheet), reading, checked (a dry run, to be applied or dropped), waiting, running, done, dropped,
    failed."""
    sheet: Mapped[str | None] = mapped_column(String(200))
    """The sheet that is read, of a workbook."""
    phase: Mapped[str] = mapped_column(String(12), default="people")
    """Of reading: lines, managers, ending; of applying: people, managers, closing."""
    cursor: Mapped[int] = mapped_column(default=0)
    """How far this phase came: the last line read, or the id of the last row applied."""
    total: Mapped[int] = mapped_column(default=0)
    """Rows to apply; ``done`` of them are. While the file is read, ``done`` counts its lines."""
    done: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict] = mapped_column(JSON, default=dict)
    """What was asked with the file, and what the dry run found: counts by kind of change, columns left aside."""
    result: Mapped[dict] = mapped_column(JSON, default=dict)
    """What was done, by kind."""
    error: Mapped[str | None] = mapped_column(String(500))
    claimed_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None]
    queue: Mapped[str] = mapped_column(String(10), default="people")
    """Always the same: one import at a time is at work, and the index says so."""
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index("ix_import_job_status", "status", "id"),
        Index(
            "uq_import_job_at_work",
            "queue",
            unique=True,
            **dict.fromkeys(_WHERE, text("status IN ('waiting', 'running')")),
        ),
        CheckConstraint(
            "status IN ('choosing', 'reading', 'checked', 'waiting', 'running', 'done', 'dropped', 'failed')",
            name="status",
        ),
    )


class ImportRow(Base):
    """One line of a file: what it would do, or its faults. Deleted once it is applied or dropped: it holds names."""

    __tablename__ = "import_row"
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("import_job.id"))
    line: Mapped[int]
    """The line of the file; 0 for an account that no file names."""
    person_id: Mapped[int | None] = mapped_column(index=True)
    """The account found at the dry run."""
    change: Mapped[str] = mapped_column(String(12))
    """created, changed, moved, back, closed, invited; unchanged, gone (left before ever having an account), faulty."""
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    employee_number: Mapped[str | None] = mapped_column(String(64), index=True)
    external_id: Mapped[str | None] = mapped_column(String(200), index=True)
    department: Mapped[str | None] = mapped_column(Text)
    """« Production › Atelier », where the line sets it."""
    manager: Mapped[str | None] = mapped_column(String(254))
    """The address or number of the manager, where the line sets them."""
    values: Mapped[dict] = mapped_column(JSON, default=dict)
    """The other columns to set."""
    faults: Mapped[list] = mapped_column(JSON, default=list)
    """[column, what was read, what is expected], each."""
    __table_args__ = (
        Index("ix_import_row_job", "job_id", "id"),
        Index("ix_import_row_change", "job_id", "change", "id"),
    )
