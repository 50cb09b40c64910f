"""Pages of messages: one's own list, and the mailbox of development."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask_login import current_user

from ..db import db, transaction, utcnow
from ..i18n import LANGUAGES, _, language
from ..permissions import public, signed_in
from ..web import CONTENT_SECURITY_POLICY, say
from . import digests, queries, service
from .forms import make_form
from .kinds import Reader, find_readers
from .messages import as_lines, render, title_of
from .models import Message

blueprint = Blueprint("notifications", __name__)
blueprint.add_app_template_filter(as_lines, "lines")

MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
"""A mail carries its style in itself, as mail programs want; it may do nothing else."""


def _before() -> int | None:
    return request.args.get("before", type=int)


@blueprint.get("/me/messages")
@signed_in
def own():
    """One's messages, newest first."""
    messages = queries.list_own(current_user.id, _before())
    page = messages[: queries.PAGE]
    return render_template(
        "notifications/own.html",
        rows=[(message, title_of(message.kind)) for message in page],
        unread=current_user.unread_count,
        more=page[-1].id if len(messages) > queries.PAGE else None,
        first=_before() is None,
    )


@blueprint.get("/me/messages/<int:message_id>")
@signed_in
def one(message_id: int):
    """One message, in the words of its mail."""
    message = queries.get_own(current_user.id, message_id)
    reader = find_readers([current_user.id]).get(current_user.id)
    return render_template("notifications/one.html", message=message, rendered=render(message, reader, language()))


@blueprint.post("/me/messages/<int:message_id>")
@signed_in
def open_message(message_id: int):
    """Note that it was read, then show it."""
    person_id = current_user.id
    queries.get_own(person_id, message_id)
    with transaction():
        service.mark_read(person_id, message_id, utcnow())
    return redirect(url_for("notifications.one", message_id=message_id), 303)


@blueprint.post("/me/messages")
@signed_in
def read_all():
    """Note that all were read."""
    person_id = current_user.id
    with transaction():
        service.mark_all_read(person_id, utcnow())
    say(_("Tous vos messages sont marqués comme lus."))
    return redirect(url_for("notifications.own"), 303)


@blueprint.route("/me/notices", methods=["GET", "POST"])
@signed_in
def choices():
    """How one wants each kind of message that is not mandatory, and which are."""
    person_id = current_user.id
    kinds = digests.list_kinds_of(person_id, current_user.role_names)
    form = make_form([kind for kind in kinds if kind.is_optional], digests.get_modes(person_id))
    status = 200
    if request.method == "POST":
        if form.validate():
            modes = {name: mode for name, mode in form.data.items() if name != "csrf_token"}
            with transaction():
                digests.set_modes(person_id, modes)
            say(_("Vos choix sont enregistrés."))
            return redirect(url_for("notifications.choices"), 303)
        status = 422
    always = [title_of(kind.name) for kind in kinds if kind.mandatory and kind.by_email and kind.name != digests.DIGEST]
    by_role = {kind.name for kind in kinds if kind.role is not None}
    return render_template("notifications/choices.html", form=form, by_role=by_role, always=sorted(always)), status


# --- The mailbox of development -------------------------------------------------------------------------------


def _development_only() -> None:
    if current_app.config["ENV"] == "production":
        abort(404)


@blueprint.get("/dev/mailbox")
@public
def mailbox():
    """Every mail as it is, or would be, sent; development only."""
    _development_only()
    messages = queries.list_mailbox(_before())
    page = messages[: queries.PAGE]
    readers = find_readers({message.person_id for message in page if message.person_id})
    return render_template(
        "notifications/mailbox.html",
        rows=[(message, readers.get(message.person_id), title_of(message.kind)) for message in page],
        counts=queries.count_by_status(),
        more=page[-1].id if len(messages) > queries.PAGE else None,
    )


def _get_mail(message_id: int):
    """A message with its mail, in the language asked for or its reader's."""
    message = db.session.get(Message, message_id)
    if message is None or not message.by_email:
        abort(404)
    reader = find_readers([message.person_id]).get(message.person_id) or Reader("?", None, "fr", False)
    asked = request.args.get("language")
    return message, reader, render(message, reader, asked if asked in LANGUAGES else reader.language)


@blueprint.get("/dev/mailbox/<int:message_id>")
@public
def mail(message_id: int):
    """One mail: its headers, its HTML in a frame that may do nothing, its text."""
    _development_only()
    message, reader, rendered = _get_mail(message_id)
    page = render_template("notifications/mail_shown.html", message=message, reader=reader, rendered=rendered)
    response = current_app.make_response(page)
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


@blueprint.get("/dev/mailbox/<int:message_id>/html")
@public
def mail_html(message_id: int):
    """The HTML part alone, under a policy of its own."""
    _development_only()
    _message, _reader, rendered = _get_mail(message_id)
    response = Response(rendered.html if rendered else "", mimetype="text/html")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response
