"""Pages of the door: signing in and out, passwords. One's own page is next door, in ``own``."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user

from ..db import transaction, utcnow
from ..errors import Forbidden, Gone, Invalid, NotFound, Refusal, TooMany
from ..i18n import _
from ..permissions import public, signed_in
from ..web import current_user_loaded, get_site, safe_next, say
from . import passwords, queries, rules, second_factor, signing_in
from .desk.forms import PaperCodeForm
from .forms import ForgotForm, NewPasswordForm, SignInForm

blueprint = Blueprint("people", __name__)

DEVICE_COOKIE = "pv_device"
DEVICE_DAYS = 400


# --- Every request --------------------------------------------------------------------------------------------


@blueprint.after_app_request
def note_visit(response):
    """Once a day and session, note that it was used: the only write that a page view may cause, in a transaction of
    its own after the answer is made, and no reason to fail."""
    today = utcnow().date()
    if not current_user_loaded() or current_user.session_seen_on is None or current_user.session_seen_on >= today:
        return response
    session_id = current_user.session_id
    try:
        with transaction():
            signing_in.touch_session(session_id, utcnow(), current_app.config["SESSION_DAYS"])
    except Exception:
        current_app.logger.warning("a visit could not be noted", exc_info=True)
    return response


def get_visitor() -> signing_in.Visitor:
    """Who stands at the door."""
    device = request.cookies.get(DEVICE_COOKIE, "")
    return signing_in.Visitor(
        address=request.remote_addr or "",
        device=device if 32 <= len(device) <= 64 and device.isascii() else None,
        agent=request.user_agent.string[:400],
        secret=current_app.config["SECRET_KEY"],
    )


def enter(token: str, device: str, url: str, remember: bool):
    """Answer with a new session: nothing of the visitor's cookie survives but the language, so that nobody can plant
    a session beforehand."""
    person = queries.get_session_person(token, utcnow())
    chosen = session.get("language")
    session.clear()
    if chosen:
        session["language"] = chosen
    login_user(person)
    session.permanent = remember
    return remember_device(redirect(url, 303), device)


def remember_device(response, device: str):
    """Give this browser the token by which the door knows it again."""
    response.set_cookie(
        DEVICE_COOKIE,
        device,
        max_age=dt.timedelta(days=DEVICE_DAYS),
        httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        samesite="Lax",
    )
    return response


# --- Signing in and out ---------------------------------------------------------------------------------------


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login():
    """Sign in by address or employee number, and go where one was going."""
    url = safe_next(request.args.get("next"))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(url, 303)
    form = SignInForm()
    if request.method == "GET":
        return show_login(form, ended=explain_end())
    if not form.validate():
        return show_login(form), 422
    try:
        person, tokens = sign_in(form.email.data, form.password.data, get_visitor())
    except Refusal as refusal:
        return show_login(form, refusal.sentence), refusal.status
    if tokens is None:
        return _second.ask_code(person, url, form.remember.data)
    return enter(*tokens, url, form.remember.data)


def sign_in(identifier: str, password: str, visitor: signing_in.Visitor) -> tuple:
    """Check a password; return the person, and the tokens of session and browser or None: a code is to be asked for.

    Two transactions, for the check between them is slow on purpose. Every refusal says the same, whether it is the
    account or the password that is wrong.
    """
    now = utcnow()
    with transaction():
        attempt = signing_in.begin_attempt(identifier, visitor, now)
    if not passwords.verify_password(attempt.password_hash, password):
        raise Invalid(
            _("L’e-mail (ou le matricule) et le mot de passe ne vont pas ensemble. Vérifiez l’un et l’autre.")
        )
    new_hash = passwords.hash_password(password) if passwords.needs_rehash(attempt.password_hash) else None
    with transaction():
        person = signing_in.accept_password(attempt, visitor, utcnow(), new_hash)
        if second_factor.is_set(person.id):
            return person, None
        return person, signing_in.start_session(person.id, visitor, utcnow(), current_app.config["SESSION_DAYS"])


def show_login(form: SignInForm, refusal: str = "", ended: str = ""):
    """The page of signing in."""
    return render_template("people/login.html", form=form, refusal=refusal, ended=ended)


def explain_end() -> str:
    """Why the session that this browser still carries is over, if it carries one."""
    token = session.get("_user_id")
    reason = queries.explain_end(token, utcnow()) if token else None
    if reason == "closed":
        return _("Ce compte est fermé. Si vous travaillez toujours ici, l’administrateur peut le rouvrir.")
    if reason == "over":
        return _("Votre session est terminée. Connectez-vous pour reprendre où vous en étiez.")
    return ""


@blueprint.post("/logout")
@signed_in
def logout():
    """End this session."""
    person_id, session_id = current_user.id, current_user.session_id
    with transaction():
        signing_in.end_session(person_id, session_id, utcnow())
    leave()
    say(_("Votre session est fermée. À bientôt."), "info")
    return redirect(url_for("people.login"), 303)


def leave() -> None:
    """Forget the person in this browser's cookie, but not the language of the pages."""
    chosen = session.get("language") or current_user.language
    logout_user()
    session.clear()
    if chosen:
        session["language"] = chosen


# --- Passwords ------------------------------------------------------------------------------------------------


@blueprint.route("/password/forgot", methods=["GET", "POST"])
@public
def forgot():
    """Ask for a link by mail. The answer is the same for every account, existing or not."""
    form = ForgotForm()
    if request.method == "GET":
        return render_template("people/forgot.html", form=form, refusal="")
    if not form.validate():
        return render_template("people/forgot.html", form=form, refusal=""), 422
    try:
        with transaction():
            signing_in.ask_reset(form.email.data, get_visitor(), utcnow())
    except TooMany as refusal:
        return render_template("people/forgot.html", form=form, refusal=refusal.sentence), 429
    return redirect(url_for("people.forgot_sent"), 303)


@blueprint.get("/password/forgot/sent")
@public
def forgot_sent():
    """What to expect after asking."""
    return render_template("people/forgot_sent.html")


@blueprint.route("/password/code", methods=["GET", "POST"])
@public
def paper_code():
    """Enter with a code that the administrator printed: it leads to choosing a password."""
    form = PaperCodeForm()
    if request.method == "GET":
        return render_template("people/paper_code.html", form=form, refusal="")
    if not form.validate():
        return render_template("people/paper_code.html", form=form, refusal=""), 422
    secret = current_app.config["SECRET_KEY"]
    try:
        with transaction():
            attempt = signing_in.begin_attempt(form.identifier.data, get_visitor(), utcnow())
            kept = signing_in.read_paper_code(attempt, form.code.data, secret, utcnow())
    except TooMany as refusal:
        return render_template("people/paper_code.html", form=form, refusal=refusal.sentence), 429
    if kept is None:
        sentence = _("Ce code ne va pas avec ce matricule ou cet e-mail, a déjà servi, ou date de plus de sept jours.")
        return render_template("people/paper_code.html", form=form, refusal=sentence), 422
    return redirect(url_for("people.reset", token=rules.sign_code(kept, secret)), 303)


@blueprint.route("/password/reset/<token>", methods=["GET", "POST"])
@public
def reset(token: str):
    """Choose a password by the link that was mailed. Opening it changes nothing: mail filters open links too."""
    code = rules.read_code(token, current_app.config["SECRET_KEY"])
    if code is None:
        raise NotFound(_("Ce lien est incomplet. Copiez-le en entier depuis le message, ou demandez-en un nouveau."))
    found = queries.get_reset(code, utcnow())
    if found is None:
        return show_link_over()
    reset_id, person = found
    form = NewPasswordForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate() and check_new_password(form, person):
            try:
                return set_by_link(reset_id, form.new_password.data)
            except Gone:
                return show_link_over()
            except (Forbidden, TooMany) as refusal:
                return render_template(
                    "people/reset.html", form=form, person=person, refusal=refusal.sentence
                ), refusal.status
    response = current_app.make_response(render_template("people/reset.html", form=form, person=person, refusal=""))
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response, status


def set_by_link(reset_id: int, password: str):
    """Set the password, once; then one signs in with it."""
    new_hash = passwords.hash_password(password)
    with transaction():
        device = signing_in.use_reset(reset_id, new_hash, get_visitor(), utcnow())
    leave() if current_user.is_authenticated else session.clear()
    say(_("Votre mot de passe est changé. Connectez-vous avec lui."))
    return remember_device(redirect(url_for("people.login"), 303), device)


def show_link_over():
    """A used or expired link, and how to have another (410)."""
    return render_template("people/link_over.html", sentence=signing_in.link_is_over()), 410


def check_new_password(form: NewPasswordForm, person) -> bool:
    """Whether the chosen password is acceptable for this person; the form carries the reason if not."""
    company = get_site().settings["name"]
    words = (
        company,
        "Porte-voix",
        person.given_name,
        person.family_name,
        person.email or "",
        person.employee_number or "",
    )
    try:
        passwords.check_password(form.new_password.data, words)
    except Invalid as refusal:
        form.new_password.errors = [refusal.sentence]
        return False
    return True


from .company import views as _company  # noqa: E402,F401
from .decisions import views as _decisions  # noqa: E402,F401
from .desk import views as _desk  # noqa: E402,F401  The administrator's pages belong to this blueprint.
from .intake import views as _intake  # noqa: E402,F401
from .mails import views as _mails  # noqa: E402,F401
from .own import views as _own  # noqa: E402,F401
from .places import views as _places  # noqa: E402,F401
from .second import views as _second  # noqa: E402
