"""Mails that do not go out: seen, sent again, left. Never what a mail is about, which is between it and its reader."""

from __future__ import annotations

import datetime as dt

from flask import current_app, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select

from ...db import db, transaction, utcnow
from ...i18n import _, _n
from ...notifications import service as notifications
from ...notifications import undelivered
from ...notifications.models import Message
from ...notifications.sending import name_server
from ...permissions import Permission, permission_required
from ...web import say
from ..models import Person
from ..service import record
from ..views import blueprint

PEOPLE = permission_required(Permission.ADMIN_PEOPLE)
PAGE = 50


@blueprint.get("/admin/mails")
@PEOPLE
def admin_mails():
    """How delivery fares, and whose mails were given up."""
    statement = (
        select(Message.id, Message.created_at, Message.last_error, Person)
        .join(Person, Person.id == Message.person_id)
        .where(Message.status == "given_up")
        .order_by(Message.id.desc())
        .limit(PAGE + 1)
    )
    if before := request.args.get("before", type=int):
        statement = statement.where(Message.id < before)
    rows = db.session.execute(statement).all()
    return render_template(
        "people/admin_mails.html",
        state=undelivered.get_state(),
        rows=rows[:PAGE],
        explain=undelivered.explain,
        more=rows[PAGE - 1].id if len(rows) > PAGE else None,
        server=name_server(current_app.config["SMTP_URL"]),
        sender=current_app.config["MAIL_FROM"],
        in_development=current_app.config["ENV"] != "production",
    )


@blueprint.post("/admin/mails/again")
@PEOPLE
def admin_mails_again():
    """Send one, or all, again."""
    by_id, now = current_user.id, utcnow()
    with transaction():
        readers = undelivered.send_again(now, request.form.get("message", type=int))
        _log("mails-sent-again", readers, now, by_id)
    say(_n("%(num)s e-mail repart.", "%(num)s e-mails repartent.", len(readers)), "info")
    return redirect(url_for("people.admin_mails"), 303)


@blueprint.post("/admin/mails/now")
@PEOPLE
def admin_mails_now():
    """Do not wait for the next try."""
    with transaction():
        count = undelivered.hurry(utcnow())
    say(_n("%(num)s e-mail repart.", "%(num)s e-mails repartent.", count), "info")
    return redirect(url_for("people.admin_mails"), 303)


@blueprint.post("/admin/mails/drop")
@PEOPLE
def admin_mails_drop():
    """Leave one, or all, unsent."""
    by_id, now = current_user.id, utcnow()
    with transaction():
        readers = undelivered.drop(request.form.get("message", type=int))
        _log("mails-dropped", readers, now, by_id)
    say(_n("%(num)s e-mail ne partira plus.", "%(num)s e-mails ne partiront plus.", len(readers)), "info")
    return redirect(url_for("people.admin_mails"), 303)


def _log(act: str, readers: list[int], now: dt.datetime, by_id: int) -> None:
    """One line for one mail, about whom it was for; one line for many."""
    if readers:
        record(readers[0] if len(readers) == 1 else None, act, now, by_id, count=len(readers))


@blueprint.post("/admin/mails/test")
@PEOPLE
def admin_mails_test():
    """A mail to oneself, to see that settings are right."""
    person_id = current_user.id
    with transaction():
        notifications.queue(person_id, "mail_test", {}, utcnow())
    say(_("Un e-mail d’essai part à votre adresse. S’il n’arrive pas, cette page dira pourquoi."), "info")
    return redirect(url_for("people.admin_mails"), 303)


@blueprint.app_context_processor
def offer_count() -> dict:
    """For the administrator's sections alone, which ask it once a page."""
    return {"count_given_up": undelivered.count_given_up}
