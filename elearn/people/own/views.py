"""One's own page. Its second factor is in ``second``, its messages in the room ``notifications``."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, session, url_for
from flask_login import current_user

from ...db import transaction, utcnow
from ...errors import Invalid, NotFound, Refusal
from ...i18n import _, _n, language
from ...permissions import signed_in
from ...web import say
from .. import passwords, queries, service, signing_in
from ..desk import queries as desk
from ..desk.views import read_lines
from ..forms import CertificateNameForm, ChangePasswordForm, DisplayForm
from ..views import blueprint, check_new_password, enter, get_visitor, leave
from .sight import SIGHTS


def show_me(name_form=None, display_form=None):
    """The page, with whichever form is to be corrected."""
    spacing = "wide" if current_user.text_spacing == 2 else "normal"
    return render_template(
        "people/me.html",
        name_form=name_form or CertificateNameForm(formdata=None, certificate_name=current_user.certificate_name or ""),
        display_form=display_form
        or DisplayForm(
            formdata=None,
            language=language(),
            theme=current_user.theme,
            text=str(current_user.text_size),
            spacing=spacing,
        ),
        sessions=queries.list_sessions(current_user.id, utcnow()),
        roles=sorted(current_user.role_names),
        data_url=url_for("privacy.mine") if "privacy.mine" in current_app.view_functions else "/pages/privacy",
    )


@blueprint.get("/me")
@signed_in
def me():
    """One's own page."""
    return show_me()


@blueprint.post("/me/name")
@signed_in
def set_name():
    """Keep the name to print on the certificate."""
    form = CertificateNameForm()
    if not form.validate():
        return show_me(name_form=form), 422
    person_id = current_user.id
    try:
        with transaction():
            service.set_certificate_name(person_id, form.certificate_name.data or "")
    except Invalid as refusal:
        form.certificate_name.errors = [refusal.sentence]
        return show_me(name_form=form), 422
    say(_("Le nom du certificat est enregistré."))
    return redirect(url_for("people.me"), 303)


@blueprint.post("/me/display")
@signed_in
def set_display():
    """Keep language, colours, size and spacing."""
    form = DisplayForm()
    if not form.validate():
        return show_me(display_form=form), 422
    person_id = current_user.id
    with transaction():
        service.set_language(person_id, form.language.data)
        service.set_display(person_id, form.theme.data, int(form.text.data), 2 if form.spacing.data == "wide" else 1)
    say(_("Vos réglages sont enregistrés."))
    return redirect(url_for("people.me"), 303)


@blueprint.route("/me/password", methods=["GET", "POST"])
@signed_in
def change_password():
    """Change the password; every other session ends."""
    form = ChangePasswordForm()
    if request.method == "GET":
        return render_template("people/password.html", form=form, refusal="")
    if not (form.validate() and check_new_password(form, current_user)):
        return render_template("people/password.html", form=form, refusal=""), 422
    remember = session.permanent
    try:
        token, device = replace_password(form.password.data, form.new_password.data)
    except Invalid as refusal:
        form.password.errors = [refusal.sentence]
        return render_template("people/password.html", form=form, refusal=""), 422
    except Refusal as refusal:
        return render_template("people/password.html", form=form, refusal=refusal.sentence), refusal.status
    response = enter(token, device, url_for("people.me"), remember)
    say(_("Votre mot de passe est changé. Vos autres sessions sont fermées."))
    return response


def replace_password(present: str, new: str) -> tuple[str, str]:
    """Check the present password as at sign-in, limits included, then set the new one."""
    visitor, identifier = get_visitor(), current_user.email or current_user.employee_number
    with transaction():
        attempt = signing_in.begin_attempt(identifier, visitor, utcnow())
    if not passwords.verify_password(attempt.password_hash, present):
        raise Invalid(_("Ce n’est pas votre mot de passe actuel."))
    new_hash = passwords.hash_password(new)
    with transaction():
        return signing_in.change_password(attempt, new_hash, visitor, utcnow(), current_app.config["SESSION_DAYS"])


@blueprint.post("/me/sessions/<int:session_id>/end")
@signed_in
def end_session(session_id: int):
    """End one of one's sessions."""
    person_id, own = current_user.id, current_user.session_id
    with transaction():
        ended = signing_in.end_session(person_id, session_id, utcnow())
    if not ended:
        raise NotFound(_("Cette session est déjà fermée."))
    if session_id == own:
        leave()
        return redirect(url_for("people.login"), 303)
    say(_("La session est fermée."))
    return redirect(url_for("people.me") + "#sessions", 303)


@blueprint.post("/me/sessions/others/end")
@signed_in
def end_other_sessions():
    """Sign out everywhere but here."""
    person_id, own = current_user.id, current_user.session_id
    with transaction():
        ended = signing_in.end_all_sessions(person_id, utcnow(), but=own)
    say(_n("%(num)s session est fermée.", "%(num)s sessions sont fermées.", ended))
    return redirect(url_for("people.me") + "#sessions", 303)


@blueprint.post("/me/sessions/end")
@signed_in
def end_sessions():
    """Sign out everywhere, here included."""
    person_id = current_user.id
    with transaction():
        signing_in.end_all_sessions(person_id, utcnow())
    leave()
    say(_("Vos sessions sont fermées sur tous vos appareils."), "info")
    return redirect(url_for("people.login"), 303)


@blueprint.get("/me/log")
@signed_in
def own_log():
    """What was done to one's account: what, when, by whom, before and after, as the administrator reads it."""
    page = desk.list_events(current_user.id, after=request.args.get("after", 0, type=int))
    return render_template("people/own_log.html", page=page, lines=read_lines(page))


@blueprint.app_context_processor
def offer_sights() -> dict:
    """For this page and the one of one's data."""
    return {"sights": SIGHTS}
