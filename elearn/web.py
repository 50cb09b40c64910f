"""What every answer shares: sessions, language, headers, errors, assets. No rule and no page lives here."""

from __future__ import annotations

import errno
import gzip
import json
import sqlite3
from functools import lru_cache
from types import SimpleNamespace

from flask import Flask, current_app, flash, g, redirect, render_template, request, url_for
from flask_login import LoginManager, current_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from wtforms import FileField

from . import i18n, operations
from .config import ROOT
from .db import db, utcnow
from .errors import Refusal
from .i18n import _
from .permissions import Permission, check_guards

csrf = CSRFProtect()
login_manager = LoginManager()

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def setup_kernel(app: Flask) -> None:
    """Set up the extensions and the hooks that every request goes through."""
    db.init_app(app)
    csrf.init_app(app)
    FlaskForm.Meta.wrap_formdata = read_form
    i18n.babel.init_app(app, locale_selector=i18n.choose_locale, default_translation_directories=str(_translations()))
    setup_sessions(app)
    if app.config["PROXIES"]:
        count = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=asset, Permission=Permission)
    app.jinja_env.globals.update({"_": i18n.say, "gettext": i18n.say, "ngettext": i18n.say_many})
    app.add_template_filter(show_date, "date")
    app.add_template_filter(show_moment, "moment")
    app.context_processor(common_variables)
    app.after_request(set_headers)
    app.after_request(compress)
    app.register_error_handler(Refusal, show_refusal)
    app.register_error_handler(CSRFError, show_stale_form)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(Exception, show_fault)
    operations.register(app)


def setup_guards(app: Flask) -> None:
    """Refuse unguarded views, once every room has registered its own."""
    check_guards(app)


def _translations():
    return ROOT / "elearn" / "translations"


# --- Sessions -------------------------------------------------------------------------------------------------


def setup_sessions(app: Flask) -> None:
    """The signed cookie carries a random token; the database says whose it is, and whether it ended."""
    login_manager.init_app(app)
    login_manager.session_protection = None
    login_manager.login_view = "people.login"

    @login_manager.user_loader
    def load_person(token: str):
        from .people.queries import get_session_person

        return get_session_person(token, utcnow())

    @login_manager.unauthorized_handler
    def send_to_sign_in():
        if wants_json():
            return {"sentence": str(_("Votre session est terminée. Connectez-vous de nouveau."))}, 401
        if request.method == "GET":
            return redirect(url_for("people.login", next=request.full_path.rstrip("?")), 303)
        return redirect(url_for("people.login"), 303)


def get_site():
    """The installation as this request sees it: settings and current editions."""
    if "site" not in g:
        from .content.service import get_site as read

        g.site = read()
    return g.site


# --- What templates see ---------------------------------------------------------------------------------------


def common_variables() -> dict:
    """Variables of every template; see templates/base.html."""
    from .home.navigation import navigation

    settings = get_site().settings
    return {
        "company": SimpleNamespace(
            name=settings["name"],
            logo_url=url_for("home.logo", v=get_site().revision) if settings.get("logo") else None,
            brand=settings["brand"],
            contacts=settings["contacts"],
        ),
        "locale": i18n.language(),
        "languages": {each: i18n.LANGUAGE_NAMES[each] for each in i18n.list_offered()},
        "nav": navigation(),
        **_personal(),
        "site_revision": get_site().revision,
    }


def _personal() -> dict:
    """How this person reads, and the links of their account."""
    if not current_user.is_authenticated:
        return {"sign_in_url": "/login"}
    links = [SimpleNamespace(label=_("Ma page"), url="/me", icon="settings")]
    unread = current_user.unread_count
    messages = _("Mes messages (%(count)s)", count=unread) if unread else _("Mes messages")
    links.append(SimpleNamespace(label=messages, url="/me/messages", icon="mail"))
    return {
        "theme": current_user.theme,
        "text_size": current_user.text_size,
        "spacing": "wide" if current_user.text_spacing == 2 else "normal",
        "account_links": links,
        "sign_out_url": "/logout",
    }


MANIFEST = ROOT / "static" / "vendor" / "manifest.json"


@lru_cache(maxsize=2)
def _manifest(built_at: int) -> dict[str, str]:
    return json.loads(MANIFEST.read_text("utf-8"))


def asset(name: str) -> str:
    """The URL of a built file by its logical name (``theme.css``); its name carries its hash, so it may be cached
    for ever."""
    try:
        names = _manifest(MANIFEST.stat().st_mtime_ns)
    except OSError:
        names = {}
    return f"/static/vendor/{names.get(name, name)}"


def show_date(value, format: str = "long") -> str:
    """A date or moment as « 12 mars 2026 » in the reader's language and the company's time zone."""
    from flask_babel import format_date

    return format_date(value, format) if value else ""


def show_moment(value, format: str = "d MMMM y, HH:mm") -> str:
    """A moment as « 12 mars 2026, 14:03 » in the company's time zone."""
    from flask_babel import format_datetime

    return format_datetime(value, format) if value else ""


# --- Headers --------------------------------------------------------------------------------------------------


def set_headers(response):
    """Strict headers on every answer; nothing personal is kept by caches on the way."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.path.startswith("/static/vendor/"):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif "Cache-Control" not in headers or request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store" if current_user_loaded() else "no-cache")
    return response


COMPRESSED = ("text/", "application/json", "application/javascript", "image/svg+xml")
LEAST_BYTES = 1_000


def compress(response):
    """Compress what is text and large enough, for who accepts gzip: a lesson travels in a third of its size.

    Built files never change under their name, so each is compressed once a process.
    """
    is_text = (response.mimetype or "").startswith(COMPRESSED)
    if not is_text or response.is_streamed != response.direct_passthrough or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if "gzip" not in request.accept_encodings or response.status_code != 200 or request.method != "GET":
        return response
    if response.direct_passthrough:
        if not request.path.startswith("/static/vendor/"):
            return response
        data = _compressed_file(request.path.removeprefix("/static/vendor/"))
        response.response.close()  # The open file it would have sent.
        response.direct_passthrough = False
    else:
        data = response.get_data()
        if len(data) < LEAST_BYTES:
            return response
        data = gzip.compress(data, 5, mtime=0)
    response.set_data(data)
    response.headers["Content-Encoding"] = "gzip"
    return response


@lru_cache(maxsize=64)
def _compressed_file(name: str) -> bytes:
    return gzip.compress((MANIFEST.parent / name).read_bytes(), 9, mtime=0)


def current_user_loaded() -> bool:
    """Whether this answer was made for somebody in particular."""
    return bool(getattr(g, "_login_user", None) and g._login_user.is_authenticated)


# --- Forms ----------------------------------------------------------------------------------------------------


def read_form(meta, form, formdata):
    """What a form reads unless it is given its data: the request's words, and files for its file fields alone. Flask-WTF
    would hand a file sent under the name of another field to rules that expect text, and read JSON of any shape."""
    if formdata is None or hasattr(formdata, "getlist"):
        return formdata
    if request.method != "POST":
        return None
    names = {name for name, field in form._fields.items() if isinstance(field, FileField)}
    files = MultiDict((name, file) for name, file in request.files.items(multi=True) if name in names)
    return CombinedMultiDict((files, request.form))


# --- Errors ---------------------------------------------------------------------------------------------------


def wants_json() -> bool:
    """Whether the page's own script is asking, rather than a person."""
    return request.accept_mimetypes.best == "application/json"


def show_error(status: int, title: str, sentence: str, action_label: str | None = None, action_url: str | None = None):
    """One page for every error, in the product's voice; JSON for the page's own script."""
    if wants_json():
        return {"sentence": str(sentence)}, status
    try:
        body = render_template(
            "errors/error.html",
            status=status,
            title=title,
            sentence=sentence,
            action_label=action_label or _("Revenir à l’accueil"),
            action_url=action_url or "/",
        )
    except Exception:  # The page itself needs the database; a plain answer is better than none.
        current_app.logger.exception("the error page failed")
        body = f"<!doctype html><html lang=fr><title>{title}</title><h1>{title}</h1><p>{sentence}</p>"
    return body, status


TITLES = {
    400: lambda: (_("Cette demande n’a pas été comprise"), _("Revenez en arrière et essayez de nouveau.")),
    403: lambda: (
        _("Cette page n’est pas pour votre rôle"),
        _("Si vous pensez le contraire, écrivez à l’administrateur."),
    ),
    404: lambda: (_("Il n’y a rien à cette adresse"), _("Le lien est peut-être ancien, ou la page n’est pas à vous.")),
    405: lambda: (_("Cette adresse ne s’ouvre pas ainsi"), _("Revenez à la page précédente et utilisez son bouton.")),
    409: lambda: (_("Ce n’est pas possible pour l’instant"), ""),
    410: lambda: (_("Ce lien n’est plus valable"), ""),
    413: lambda: (
        _("C’est trop volumineux"),
        _(
            "Un envoi ne dépasse pas %(most)s Mo ici. Réduisez-le et recommencez.",
            most=request.max_content_length >> 20,
        ),
    ),
    422: lambda: (_("Il manque quelque chose"), ""),
    429: lambda: (_("Un instant"), _("Il y a eu beaucoup de demandes. Attendez quelques minutes.")),
    500: lambda: (
        _("La panne vient de nous"),
        _("Rien de ce que vous aviez envoyé et vu confirmé n’est perdu. Réessayez dans un instant."),
    ),
    507: lambda: (
        _("Le serveur n’a plus de place"),
        _("Rien n’a été enregistré de votre envoi. Prévenez votre administrateur, puis recommencez."),
    ),
}


def show_refusal(refusal: Refusal):
    """A domain "no" reaches the person as its one sentence."""
    db.session.rollback()
    title, _sentence = TITLES.get(refusal.status, TITLES[409])()
    return show_error(refusal.status, title, refusal.sentence)


def show_stale_form(error: CSRFError):
    """A form that is forged, replayed, or outlived its session."""
    return show_error(
        400,
        _("Ce formulaire n’est plus à jour"),
        _(
            "Votre session a changé depuis que la page s’est ouverte. Revenez en arrière, rechargez la page et envoyez de nouveau."
        ),
        _("Recharger"),
        request.path if request.method == "GET" else "/",
    )


def show_http_error(error: HTTPException):
    """Werkzeug's errors, in our words."""
    if error.code is None or error.code < 400:
        return error
    title, sentence = TITLES.get(error.code, TITLES[400])()
    answer = show_error(error.code, title, sentence)
    if error.code == 405 and getattr(error, "valid_methods", None):
        return *answer, {"Allow": ", ".join(error.valid_methods)}
    return answer


def show_fault(error: Exception):
    """Something we did not foresee: logged whole, shown without a trace.

    A value that no column can hold (a number of thirty figures, a byte that is no text) is not our fault: there is
    nothing under it, and nothing to be done with it.
    """
    db.session.rollback()
    if isinstance(error, (DataError, OverflowError)):
        current_app.logger.warning("a value no column can hold, on %s %s", request.method, request.path)
        status = 404 if request.method == "GET" else 400
        return show_error(status, *TITLES[status]())
    if is_disk_full(error):
        current_app.logger.error("no space is left, on %s %s: %s", request.method, request.path, error)
        return show_error(507, *TITLES[507]())
    if current_app.config.get("PROPAGATE_FAULTS"):
        raise error
    current_app.logger.exception("unforeseen fault on %s %s", request.method, request.path)
    if isinstance(error, OperationalError):
        return show_error(503, _("La base de données ne répond pas"), _("Réessayez dans un instant."))
    title, sentence = TITLES[500]()
    return show_error(500, title, sentence)


def is_disk_full(error: Exception) -> bool:
    """Whether a file, SQLite or PostgreSQL (SQLSTATE 53100) found no space left; nothing of it was kept."""
    cause = getattr(error, "orig", error)
    return (
        getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        or getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        or getattr(cause, "sqlstate", None) == "53100"
    )


def say(sentence, kind: str = "good") -> None:
    """A sentence shown at the top of the next page: ``good``, ``warn`` or ``info``."""
    flash(str(sentence), kind)


def safe_next(url: str | None) -> str:
    """Where to go after signing in: a path of ours, or home."""
    from urllib.parse import urlsplit

    if not url or not url.startswith("/") or url.startswith(("//", "/\\")) or "\\" in url:
        return "/"
    parts = urlsplit(url)
    return "/" if parts.scheme or parts.netloc else url
