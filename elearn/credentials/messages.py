"""The messages that tell a person their credential is there, or was withdrawn."""

from __future__ import annotations

from ..db import db
from ..i18n import company_day
from ..notifications.service import register_kind
from .models import Credential


def register() -> None:
    """Register this room's kinds."""
    register_kind("credential_issued", variables=credential_issued, mode="at_once")
    register_kind("credential_revoked", variables=credential_revoked, mandatory=True)


def credential_issued(message, language: str) -> dict | None:
    """The printed words in the reader's language; nothing to say once the credential is revoked or erased."""
    credential = db.session.get(Credential, message.ids["credential"])
    if credential is None or credential.revoked_at is not None or not credential.words:
        return None
    return {"words": credential.words[language], "path": "/certificate"}


def credential_revoked(message, language: str) -> dict | None:
    """What was withdrawn, when and why, to its holder alone; nothing to say once it is erased."""
    credential = db.session.get(Credential, message.ids["credential"])
    if credential is None or credential.revoked_at is None or not credential.words:
        return None
    return {
        "words": credential.words[language],
        "day": company_day(credential.revoked_at),
        "why": credential.revoked_reason,
        "path": "/certificate",
    }
