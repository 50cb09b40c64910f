"""The company's settings. Saving them publishes the contents anew where they name the company or its contacts."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from sqlalchemy import select

from ..content import service as content
from ..content.models import SiteState
from ..db import db
from ..errors import Invalid
from ..i18n import LANGUAGES, _
from ..permissions import Role
from . import rules
from .models import Person, RoleAssignment, normalise
from .service import record

CONTACTS = ("referent", "press", "security", "dpo", "hr")


def read_settings() -> dict:
    """The settings as they stand, with what the house says where the company has said nothing."""
    kept = db.session.scalar(select(SiteState.settings).where(SiteState.id == 1)) or {}
    merged = {**content.DEFAULT_SETTINGS, **kept}
    merged["language"] = merged.get("language") or LANGUAGES[0]
    merged["languages"] = merged.get("languages") or list(LANGUAGES)
    merged["contacts"] = {**content.DEFAULT_SETTINGS["contacts"], **(kept.get("contacts") or {})}
    return merged


def save_settings(
    values: dict, now: dt.datetime, by_id: int | None, root: Path, overlay: Path | None
) -> tuple[tuple[str, ...], content.Publication | None]:
    """Keep settings; return the names of those that changed, and what was published anew.

    Contents carry the company's name and its contacts, resolved when they are published: where one of those changed,
    they are published in the same transaction, so that no page ever names the company in two ways. A document with a
    fault stays as it was, and the publication says so.
    """
    state = db.session.scalar(
        select(SiteState).where(SiteState.id == 1).with_for_update().execution_options(populate_existing=True)
    )
    if state is None:
        state = SiteState(id=1, revision=0, settings={})
        db.session.add(state)
        db.session.flush()
    former = read_settings()
    cleaned = {name: _clean(name, value) for name, value in values.items()}
    if cleaned.get("language", former["language"]) not in cleaned.get("languages", former["languages"]):
        raise Invalid(_("La langue des nouveaux comptes est l’une de celles que vous proposez."))
    changed = tuple(name for name in cleaned if cleaned[name] != former.get(name))
    if not changed:
        return (), None
    if "on_call" in changed and (unreached := find_unreached(cleaned["on_call"])):
        raise Invalid(say_unreached(unreached))
    state.settings = {**(state.settings or {}), **{name: cleaned[name] for name in changed}}
    state.revision += 1
    db.session.flush()
    published = None
    if content.company_values(former) != content.company_values(state.settings):
        published = content.publish_values(now, by_id)
    record(
        None,
        "settings-changed",
        now,
        by_id,
        before={name: _shown(name, former.get(name)) for name in changed},
        after={name: _shown(name, cleaned[name]) for name in changed},
        settings=list(changed),
    )
    return changed, published


def find_unreached(on_call: list[dict]) -> list[str]:
    """The e-mails of people on duty whom no alert reaches: no open account has them, or it holds the HR role."""
    emails = [each["email"] for each in on_call if each.get("email")]
    hr = select(RoleAssignment.person_id).where(RoleAssignment.role == Role.HR.value)
    reached = select(Person.email).where(
        Person.email.in_(emails), Person.closed_at.is_(None), Person.erased_at.is_(None), Person.id.not_in(hr)
    )
    found = set(db.session.scalars(reached)) if emails else set()
    return [email for email in emails if email not in found]


def say_unreached(emails: list[str]) -> str:
    """What is wrong with these, and what is expected."""
    return _(
        "Une alerte n’atteindrait pas %(emails)s : il faut l’e-mail d’un compte ouvert, sans le rôle RH.",
        emails=", ".join(emails),
    )


def is_on_duty(person: Person) -> bool:
    """Whether the company puts this person on duty, by e-mail or, where none is given, by name."""
    return any(
        each["email"] == person.email if each.get("email") else normalise(each["name"]) == normalise(person.name)
        for each in read_settings()["on_call"]
    )


def _clean(name: str, value):
    """A setting as it is kept."""
    match name:
        case "name":
            value = rules.clean_label(value)
            if not value:
                raise Invalid(_("Indiquez le nom de l’entreprise."))
            return value
        case "contacts":
            return {key: rules.clean_label(value.get(key) or "") for key in CONTACTS}
        case "on_call":
            people = [
                {
                    "name": rules.clean_label(each["name"] or ""),
                    "phone": rules.clean_label(each["phone"] or ""),
                    **({"email": rules.clean_email(each["email"])} if each.get("email") else {}),
                }
                for each in value
            ]
            kept = [each for each in people if any(each.values())]
            if any(not (each["name"] and each["phone"]) for each in kept):
                raise Invalid(_("Une personne d’astreinte a un nom et un numéro de téléphone."))
            return kept
        case "languages" if not value or not set(value) <= set(LANGUAGES):
            raise Invalid(_("Cette langue n’est pas proposée."))
    return value


def _shown(name: str, value):
    """What the log keeps of a setting; of a picture, that it is there and a mark by which two are told apart."""
    return hashlib.sha256(value["data"].encode()).hexdigest()[:8] if name == "logo" and value else value
