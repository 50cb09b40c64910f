"""What administrators are told of mail: that some was given up; and a mail of their own, to try the settings."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from ...db import db, transaction
from ...i18n import company_day
from ...notifications import service as notifications
from ...notifications import undelivered
from ...notifications.jobs import register_job
from ...notifications.kinds import register_kind
from ...notifications.messages import page_path
from ...permissions import Role
from ..models import RoleAssignment


def register() -> None:
    """The two kinds, and the hourly look at what was given up."""
    register_kind("mail_test", variables=show_test, mandatory=True, role=Role.ADMIN)
    register_kind("mails_given_up", variables=show_given_up, mandatory=True, by_email=False, role=Role.ADMIN)
    register_job("people.mails", tell_administrators, every=dt.timedelta(hours=1))


def show_test(message, language: str) -> dict:
    """The page it was asked from."""
    return {"path": page_path("people.admin_mails")}


def show_given_up(message, language: str) -> dict | None:
    """How many are given up at this moment; nothing to say once somebody saw to them."""
    count = undelivered.count_given_up()
    return {"count": count, "path": page_path("people.admin_mails")} if count else None


def tell_administrators(now: dt.datetime) -> bool:
    """Once a day while mails are given up, tell the administrators, in the application: a mail may not arrive."""
    count = undelivered.count_given_up()
    admins = select(RoleAssignment.person_id).where(RoleAssignment.role == Role.ADMIN.value)
    with transaction():
        for person_id in db.session.scalars(admins).all() if count else ():
            key = f"mails-given-up:{person_id}:{company_day(now)}"
            notifications.queue(person_id, "mails_given_up", {}, now, once_key=key)
    return False
