"""The message that tells a person their credential is there."""

from __future__ import annotations

from ..db import db
from ..notifications.service import register_kind
from .models import Credential


def register() -> None:
    """Register this room's kinds."""
    register_kind("credential_issued", variables=credential_issued, mode="at_once")


def credential_issued(message, language: str) -> dict | None:
    """The printed words in the reader's language; nothing to say once the credential is revoked or erased."""
    credential = db.session.get(Credential, message.ids["credential"])
    if credential is None or credential.revoked_at is not None or not credential.words:
        return None
    return {"words": credential.words[language], "path": "/certificate"}
