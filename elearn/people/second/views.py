"""Pages of the second factor. Nothing here decides: see ``second_factor``."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, session, url_for
from flask_login import current_user

from ...db import transaction, utcnow
from ...errors import Forbidden, Invalid, Refusal
from ...i18n import _
from ...permissions import public, signed_in
from ...web import get_site, safe_next, say, wants_json
from .. import passwords, rules, second_factor, signing_in
from ..views import blueprint, enter, get_visitor
from .forms import CodeForm, PasswordForm, RecoveryForm

OPEN = frozenset(
    {
        "people.logout",
        "people.second_factor",
        "people.second_factor_begin",
        "people.second_factor_confirm",
    }
)
"""What remains open once the second factor is overdue, besides pages that are for everybody, and asking for help or
giving the alert, which cannot wait."""


def _stays_open(view) -> bool:
    guard = getattr(view, "guard", "public")
    return guard == "public" or request.endpoint in OPEN or (request.blueprint == "help" and guard == "signed_in")


@blueprint.before_app_request
def hold_overdue():
    """Once the days of grace are over, the way leads to setting it up; nothing else opens until then."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or _stays_open(view):
        return None
    if not current_user.is_authenticated or not rules.is_overdue(current_user.second_factor_due_at, utcnow()):
        return None
    if wants_json() or request.method != "GET":
        raise Forbidden(_("Activez d’abord votre second facteur : votre rôle ou votre statut le demande."))
    return redirect(url_for("people.second_factor"), 303)


# --- The second step of signing in ----------------------------------------------------------------------------


def ask_code(person, url: str, remember: bool):
    """After the right password, keep for ten minutes who is at the door, and ask for the code."""
    chosen = session.get("language")
    session.clear()
    if chosen:
        session["language"] = chosen
    session["second"] = {
        "person": person.id,
        "mark": second_factor.mark_password(current_app.config["SECRET_KEY"], person.id, person.password_hash),
        "until": (utcnow() + rules.SECOND_STEP_LIFE).timestamp(),
        "remember": remember,
        "next": url,
    }
    return redirect(url_for("people.login_second"), 303)


@blueprint.route("/login/second", methods=["GET", "POST"])
@public
def login_second():
    """The code of the application, or one of the codes on paper."""
    pending = session.get("second")
    if not pending or pending["until"] < utcnow().timestamp():
        session.pop("second", None)
        if pending:
            say(_("Dix minutes ont passé depuis le mot de passe. Reprenez la connexion au début."), "info")
        return redirect(url_for("people.login"), 303)
    on_paper = request.args.get("with") == "recovery"
    form = RecoveryForm() if on_paper else CodeForm()
    if request.method == "GET":
        return _show_step(form, on_paper)
    if not form.validate():
        return _show_step(form, on_paper), 422
    try:
        tokens = _enter(pending, form.code.data)
    except Refusal as refusal:
        return _show_step(form, on_paper, refusal.sentence), refusal.status
    if tokens is None:
        form.code.data, form.code.errors = "", [_wrong_code(on_paper)]
        return _show_step(form, on_paper), 422
    response = enter(*tokens, safe_next(pending["next"]), pending["remember"])
    if second_factor.is_recovery_code(form.code.data):
        say(_("Ce code de secours a servi et ne servira plus. Votre page dit combien il vous en reste."), "info")
    return response


def _enter(pending: dict, code: str):
    days = current_app.config["SESSION_DAYS"]
    with transaction():
        return second_factor.enter(pending["person"], pending["mark"], code, get_visitor(), utcnow(), days)


def _show_step(form, on_paper: bool, refusal: str = ""):
    response = current_app.make_response(
        render_template("people/login_second.html", form=form, on_paper=on_paper, refusal=refusal)
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _wrong_code(on_paper: bool) -> str:
    if on_paper:
        return _("Ce code n’est pas un des vôtres, ou il a déjà servi.")
    return _("Ce code ne va pas, ou il a déjà servi. Attendez le suivant, au plus trente secondes, et recopiez-le.")


# --- One's own page -------------------------------------------------------------------------------------------


@blueprint.get("/me/second-factor", endpoint="second_factor")
@signed_in
def show_second_factor():
    """Where one stands, and the next thing to do."""
    return _show()


def _show(code_form=None, password_form=None, refusal: str = ""):
    state = second_factor.get_state(current_user.id)
    secret = uri = None
    if state.salt and state.confirmed_at is None:
        secret = second_factor.derive_secret(current_app.config["SECRET_KEY"], current_user.id, state.salt)
        issuer = f"Porte-voix {get_site().settings['name']}"
        uri = second_factor.make_uri(secret, current_user.email or current_user.employee_number or "", issuer)
    response = current_app.make_response(
        render_template(
            "people/second_factor.html",
            state=state,
            secret=secret,
            uri=uri,
            picture=second_factor.draw(uri) if uri else "",
            code_form=code_form or CodeForm(formdata=None),
            password_form=password_form or PasswordForm(formdata=None),
            refusal=refusal,
            due_at=current_user.second_factor_due_at,
            is_overdue=rules.is_overdue(current_user.second_factor_due_at, utcnow()),
        )
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/me/second-factor")
@signed_in
def second_factor_begin():
    """Begin a set-up, or begin it again with another secret."""
    person_id = current_user.id
    with transaction():
        second_factor.begin(person_id, utcnow())
    return redirect(url_for("people.second_factor"), 303)


@blueprint.post("/me/second-factor/confirm")
@signed_in
def second_factor_confirm():
    """One right code ends the set-up; the recovery codes are on the page that answers, and nowhere else."""
    form = CodeForm()
    if not form.validate():
        return _show(code_form=form), 422
    person_id = current_user.id
    with transaction():
        codes = second_factor.confirm(person_id, form.code.data, current_app.config["SECRET_KEY"], utcnow())
    if codes is None:
        form.code.errors = [
            _(
                "Ce code ne va pas. Vérifiez que l’heure de votre téléphone est réglée d’elle-même, puis recopiez le suivant."
            )
        ]
        return _show(code_form=form), 422
    return _show_codes(codes, is_new=True)


def _show_codes(codes: list[str], is_new: bool):
    """The sheet to print."""
    response = current_app.make_response(
        render_template(
            "people/recovery_codes.html", codes=codes, is_new=is_new, address=current_app.config["BASE_URL"]
        )
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/me/second-factor/codes")
@signed_in
def second_factor_codes():
    """Ten new recovery codes, against the password."""
    form, key = PasswordForm(), current_app.config["SECRET_KEY"]
    answer, codes = _with_password(form, lambda attempt, who: second_factor.renew_codes(attempt, key, who, utcnow()))
    return answer or _show_codes(codes, is_new=False)


@blueprint.post("/me/second-factor/remove")
@signed_in
def second_factor_remove():
    """Take it away, against the password."""
    form = PasswordForm()
    answer, _nothing = _with_password(form, lambda attempt, who: second_factor.remove(attempt, who, utcnow()))
    if answer:
        return answer
    say(_("Votre second facteur est retiré."), "info")
    return redirect(url_for("people.second_factor"), 303)


def _with_password(form: PasswordForm, act):
    """Check the password as at sign-in, limits included, then act; (the page to show again, None) where it does not
    pass, else (None, what the act returned)."""
    if not form.validate():
        return (_show(password_form=form), 422), None
    visitor, identifier = get_visitor(), current_user.email or current_user.employee_number
    try:
        with transaction():
            attempt = signing_in.begin_attempt(identifier, visitor, utcnow())
        if not passwords.verify_password(attempt.password_hash, form.password.data):
            raise Invalid(_("Ce n’est pas votre mot de passe actuel."))
        with transaction():
            return None, act(attempt, visitor)
    except Invalid as refusal:
        form.password.errors = [refusal.sentence]
        return (_show(password_form=form), 422), None
    except Refusal as refusal:
        return (_show(refusal=refusal.sentence), refusal.status), None
