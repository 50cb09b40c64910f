"""Accounts: made, edited, closed, opened again; roles; what a person chooses for themselves. Signing in is next door,
in ``signing_in``."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets

from sqlalchemy import delete, func, select, update

from ..db import db, insert_once
from ..errors import Invalid, NotFound, Refusal
from ..i18n import LANGUAGES, _, list_offered
from ..notifications import service as notifications
from ..permissions import EXCLUSIVE_ROLES, Role
from . import queries, rules
from .models import Person, PersonEvent, PersonEventWords, RoleAssignment, UserSession, normalise

THEMES = ("auto", "light", "dark")


def create_person(
    given_name: str,
    family_name: str,
    now: dt.datetime,
    *,
    email: str | None = None,
    employee_number: str | None = None,
    by_id: int | None = None,
    **values,
) -> Person:
    """Make an account, without a password unless ``password_hash`` is given.

    ``values`` are further columns (department_id, manager_id, language, external_id…). Raise Invalid for a name or an
    address that cannot be kept, Refusal when the address or the number is somebody's already.
    """
    email = rules.clean_email(email) if email else None
    number = rules.clean_employee_number(employee_number) if employee_number else None
    check_free(email, number, values.get("external_id"))
    values = {name: _clean(name, value) if name in EDITABLE else value for name, value in values.items()}
    person = Person(
        given_name=rules.clean_name(given_name),
        family_name=rules.clean_name(family_name),
        email=email,
        employee_number=number,
        created_at=now,
        **values,
    )
    person.search_name = fold_name(person.given_name, person.family_name)
    db.session.add(person)
    db.session.flush()
    record(person.id, "created", now, by_id, after=describe(person))
    return person


def check_free(email: str | None, number: str | None, external_id: str | None) -> None:
    """Refuse in one sentence what the unique constraints would refuse anyway, should two people race."""
    if email and db.session.scalar(select(Person.id).where(Person.email == email)):
        raise Refusal(_("Cette adresse e-mail est déjà celle d’un compte."))
    if number and db.session.scalar(select(Person.id).where(Person.employee_number == number)):
        raise Refusal(_("Ce matricule est déjà celui d’un compte."))
    if external_id and db.session.scalar(select(Person.id).where(Person.external_id == external_id)):
        raise Refusal(_("Cet identifiant d’annuaire est déjà celui d’un compte."))


def fold_name(given_name: str, family_name: str) -> str:
    """« family given », folded: the order of lists. Folding may lengthen (« ß » → « ss »), hence the cut."""
    return normalise(f"{family_name} {given_name}")[:700]


EDITABLE = (
    "given_name",
    "family_name",
    "email",
    "employee_number",
    "external_id",
    "department_id",
    "manager_id",
    "site",
    "job_title",
    "arrived_on",
    "language",
    "extra_time_percent",
)
"""What an administrator or an import may change; the log keeps before and after of each."""


def edit_person(person_id: int, values: dict, now: dt.datetime, by_id: int | None = None) -> tuple[str, ...]:
    """Change what the directory says of somebody; return the names of what changed, nothing where nothing did.

    Raise Invalid for what cannot be kept, Refusal when an address or a number is somebody else's, or the account was
    erased. Certificates already issued keep the words they were issued with.
    """
    person = lock_person(person_id)
    if person.erased_at is not None:
        raise Refusal(_("Ce compte a été effacé ; il faut en créer un nouveau."))
    values = {name: _clean(name, value) for name, value in values.items()}
    changed = tuple(name for name in EDITABLE if name in values and values[name] != getattr(person, name))
    if not changed:
        return ()
    check_free(*(values[n] if n in changed else None for n in ("email", "employee_number", "external_id")))
    if "manager_id" in changed and values["manager_id"] == person_id:
        raise Invalid(_("Une personne n’est pas sa propre responsable."))
    before = describe(person, changed)
    for name in changed:
        setattr(person, name, values[name])
    person.search_name = fold_name(person.given_name, person.family_name)
    db.session.flush()
    act = "renamed" if set(changed) <= {"given_name", "family_name"} else "edited"
    record(person_id, act, now, by_id, before=before, after=describe(person, changed), fields=list(changed))
    return changed


def _clean(name: str, value):
    """A value as it is kept."""
    match name:
        case "given_name" | "family_name":
            return rules.clean_name(value)
        case "email":
            return rules.clean_email(value) if value else None
        case "employee_number":
            return rules.clean_employee_number(value) if value else None
        case "site" | "job_title":
            return rules.clean_label(value or "")
        case "external_id":
            return rules.clean_label(value or "") or None
        case "extra_time_percent":
            return rules.clean_extra_time(value or 0)
        case "language" if value and value not in LANGUAGES:
            raise Invalid(_("Cette langue n’est pas proposée."))
    return value or None


def describe(person: Person, names: tuple[str, ...] = EDITABLE) -> dict:
    """What the log keeps of a person, apart from the ids: words that can be erased."""
    found = {name: getattr(person, name) for name in names}
    if found.get("arrived_on"):
        found["arrived_on"] = found["arrived_on"].isoformat()
    return {name: value for name, value in found.items() if value not in (None, "", 0) or len(names) < len(EDITABLE)}


def close_person(person_id: int, now: dt.datetime, by_id: int | None = None, *, reason: str = "") -> None:
    """Close the account of somebody who left: it signs in no more, its sessions end, its file stays. Raise Refusal for
    one's own."""
    rules.check_not_own_account(person_id, by_id)
    person = lock_person(person_id)
    if person.closed_at is not None:
        return
    check_not_last_admin(person_id)
    person.closed_at = now
    db.session.flush()
    db.session.execute(
        update(UserSession)
        .where(UserSession.person_id == person_id, UserSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    record(person_id, "closed", now, by_id, after=say_why(reason))


def reopen_person(person_id: int, now: dt.datetime, by_id: int | None = None, *, reason: str = "") -> None:
    """Open the account of somebody who came back. Raise Refusal when it was erased: nothing is left to come back to."""
    person = lock_person(person_id)
    if person.erased_at is not None:
        raise Refusal(_("Ce compte a été effacé ; il faut en créer un nouveau."))
    if person.closed_at is None:
        return
    person.closed_at = None
    db.session.flush()
    record(person_id, "reopened", now, by_id, after=say_why(reason))


# --- Roles ----------------------------------------------------------------------------------------------------


def give_role(person_id: int, role: Role, now: dt.datetime, by_id: int | None = None, *, reason: str = "") -> None:
    """Give a role, once. Raise Refusal for HR beside referent; an index refuses it as well, should two people race.

    Whoever comes to HR from being a referent, or from being on duty, loses the messages that came with it: they name
    people. So it is the other way round.
    """
    role = Role(role)
    lock_person(person_id)
    held = db.session.scalars(select(RoleAssignment.role).where(RoleAssignment.person_id == person_id)).all()
    rules.check_roles(held, role)
    values = {"person_id": person_id, "role": role.value, "given_at": now, "given_by_id": by_id}
    if insert_once(RoleAssignment, on=("person_id", "role"), **values):
        record(person_id, "role-given", now, by_id, after=say_why(reason), role=role.value)
        if role in EXCLUSIVE_ROLES:
            notifications.forget(person_id, EXCLUSIVE_ROLES - {role})
        if role is Role.REFERENT:
            tell_referents(person_id, by_id, now)


def tell_referents(person_id: int, by_id: int | None, now: dt.datetime) -> None:
    """Tell every referent that somebody became one, the new one included: nobody slips in unnoticed."""
    for referent_id in sorted(queries.list_holders(Role.REFERENT)):
        notifications.queue(referent_id, "referent_named", {"person": person_id, "by": by_id}, now)


def take_role(person_id: int, role: Role, now: dt.datetime, by_id: int | None = None, *, reason: str = "") -> None:
    """Take a role back. Raise Refusal for the last administrator, who alone could name another."""
    role = Role(role)
    lock_person(person_id)
    if role is Role.ADMIN:
        check_not_last_admin(person_id)
    taken = db.session.execute(
        delete(RoleAssignment).where(RoleAssignment.person_id == person_id, RoleAssignment.role == role.value)
    )
    if taken.rowcount:
        record(person_id, "role-taken", now, by_id, after=say_why(reason), role=role.value)


def check_not_last_admin(person_id: int) -> None:
    """Refuse to leave the installation without an administrator. The rows are locked, so that two who leave at once
    do not each count on the other."""
    admins = db.session.scalars(
        select(RoleAssignment.person_id).where(RoleAssignment.role == Role.ADMIN.value).with_for_update()
    ).all()
    others = select(func.count()).where(Person.id.in_(set(admins) - {person_id}), Person.closed_at.is_(None))
    if person_id in admins and not db.session.scalar(others):
        raise Refusal(_("C’est le dernier compte d’administrateur : donnez d’abord ce rôle à une autre personne."))


# --- One's own choices ----------------------------------------------------------------------------------------


def set_language(person_id: int, language: str) -> None:
    """Keep the language of pages, mails and PDFs."""
    if language not in list_offered():
        raise Invalid(_("Cette langue n’est pas proposée."))
    db.session.execute(update(Person).where(Person.id == person_id).values(language=language))


def set_display(person_id: int, theme: str, text_size: int, text_spacing: int) -> None:
    """Keep theme, size of text (1 to 3) and spacing (1 or 2)."""
    if theme not in THEMES or text_size not in (1, 2, 3) or text_spacing not in (1, 2):
        raise Invalid(_("Ce réglage n’est pas proposé."))
    values = {"theme": theme, "text_size": text_size, "text_spacing": text_spacing}
    db.session.execute(update(Person).where(Person.id == person_id).values(values))


def set_certificate_name(person_id: int, name: str) -> None:
    """Keep the name to print on the next certificate; empty goes back to the name of the directory."""
    cleaned = rules.clean_name(name) if rules.clean_text(name) else None
    db.session.execute(update(Person).where(Person.id == person_id).values(certificate_name=cleaned))


# --- Shared ---------------------------------------------------------------------------------------------------


def lock_person(person_id: int) -> Person:
    """The person's row, fresh and locked until the end of the transaction; rows that only cite it may still be written,
    so that nobody who says something to a person waits for whoever erases them."""
    person = db.session.scalar(
        select(Person)
        .where(Person.id == person_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if person is None:
        raise NotFound(_("Cette personne n’existe pas."))
    return person


def get_person(person_id: int) -> Person | None:
    """Somebody by id."""
    return db.session.get(Person, person_id)


def record(
    person_id: int | None,
    act: str,
    now: dt.datetime,
    by_id: int | None,
    *,
    before: dict | None = None,
    after: dict | None = None,
    **detail,
) -> None:
    """Append a line to the administrator's log; ``before`` and ``after`` are words, kept where they can be erased."""
    event = PersonEvent(person_id=person_id, act=act, detail=detail, by_id=by_id, at=now)
    words = None
    if before or after:
        words = PersonEventWords(
            person_id=person_id, before=before or {}, after=after or {}, salt=secrets.token_hex(16)
        )
        event.digest = digest_words(words.salt, words.before, words.after)
    db.session.add(event)
    db.session.flush()
    if words is not None:
        words.event_id = event.id
        db.session.add(words)
        db.session.flush()


def say_why(reason: str) -> dict:
    """The reason of an act as the log keeps it, among the words that can be erased."""
    reason = rules.clean_text(reason)[: rules.MAX_REASON]
    return {"reason": reason} if reason else {}


def digest_words(salt: str, before: dict, after: dict) -> str:
    """The salted hash of the words of a line: whoever holds them can check it, and nobody can guess them from it."""
    kept = json.dumps([before, after], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{salt}{kept}".encode()).hexdigest()
