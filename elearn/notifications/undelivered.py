"""Mails that do not go out: how many, why, in words, and sending them again. Who they are for is read in ``people``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select, update

from ..db import db
from ..i18n import _l
from .jobs import wake
from .models import Message
from .service import DELIVERY

WAITS = (Message.status == "waiting", Message.tries > 0)
"""Tried in vain, and to be tried again."""


@dataclass(frozen=True)
class State:
    """How delivery fares. ``error`` and ``next_try_at`` are of the first that will be tried again, if any."""

    given_up: int
    put_off: int
    error: str | None
    next_try_at: dt.datetime | None


def get_state() -> State:
    """What an administrator should know at a glance."""
    first = db.session.execute(
        select(Message.last_error, Message.next_try_at).where(*WAITS).order_by(Message.next_try_at).limit(1)
    ).first()
    put_off = db.session.scalar(select(func.count()).select_from(Message).where(*WAITS)) if first else 0
    return State(count_given_up(), put_off, *(first or (None, None)))


def count_given_up() -> int:
    """Mails that wait for somebody to mend their cause."""
    return db.session.scalar(select(func.count()).select_from(Message).where(Message.status == "given_up"))


def send_again(now: dt.datetime, message_id: int | None = None) -> list[int]:
    """Try given-up mails anew, one or all, from the first try; return whose they were. Of two who ask at once, one
    does it."""
    wake(DELIVERY)
    return _change(message_id, status="waiting", tries=0, next_try_at=now)


def hurry(now: dt.datetime) -> int:
    """Have mails that wait for their next try go at once, the cause being mended; return how many."""
    wake(DELIVERY)
    return db.session.execute(update(Message).where(*WAITS).values(next_try_at=now)).rowcount


def drop(message_id: int | None = None) -> list[int]:
    """Leave given-up mails unsent for good, one or all; the application still shows them to their reader."""
    return _change(message_id, status="none")


def _change(message_id: int | None, **values) -> list[int]:
    statement = update(Message).where(Message.status == "given_up").values(**values).returning(Message.person_id)
    if message_id is not None:
        statement = statement.where(Message.id == message_id)
    return list(db.session.scalars(statement))


CAUSES = {
    "SSLCertVerificationError": _l(
        "Le certificat du serveur de messagerie n’est pas accepté : il est d’un autre nom, a expiré, ou vient d’une autorité inconnue."
    ),
    "SMTPAuthenticationError": _l(
        "Le serveur de messagerie refuse l’utilisateur ou le mot de passe du réglage ELEARN_SMTP_URL."
    ),
    "SMTPNotSupportedError": _l(
        "Le serveur de messagerie n’offre pas de connexion chiffrée, et un mot de passe ne part pas en clair."
    ),
    "SMTPSenderRefused": _l("Le serveur de messagerie refuse l’expéditeur du réglage ELEARN_MAIL_FROM."),
    "SMTPRecipientsRefused": _l("Le serveur de messagerie refuse cette adresse pour le moment."),
    "Undeliverable": _l("Le serveur de messagerie refuse ce message pour de bon, sans doute à cause de l’adresse."),
    **dict.fromkeys(
        (
            "ConnectionRefusedError",
            "ConnectionResetError",
            "SMTPConnectError",
            "SMTPServerDisconnected",
            "TimeoutError",
            "gaierror",
            "OSError",
        ),
        _l("Le serveur de messagerie ne répond pas à l’adresse du réglage ELEARN_SMTP_URL."),
    ),
}
"""What a failure means, by the class that ``Message.last_error`` begins with."""


def explain(error: str | None) -> str:
    """The cause in words; what the server said stands beside it."""
    return str(
        CAUSES.get(
            (error or "").partition(":")[0], _l("Le message n’a pas pu partir ; le journal du serveur dit pourquoi.")
        )
    )
