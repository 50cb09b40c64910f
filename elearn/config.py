"""Every setting, one sentence each.

Settings come from the environment, prefixed by ``ELEARN_``. Nothing else reads the environment.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

DEMO_SECRET = "demo-secret-never-for-production"
"""The key that signs sessions in development; production refuses to start with it."""


DEFAULT_HOLIDAYS = "FR"


class ConfigError(RuntimeError):
    """A setting makes it unsafe or impossible to start; the message says which and how to mend it."""


def load(overrides: dict | None = None, environ: dict | None = None) -> dict:
    """Read the settings into a Flask configuration; raise ConfigError where one is unsafe."""
    env = os.environ if environ is None else environ

    def get(name: str, default: str = "") -> str:
        return env.get(f"ELEARN_{name}", default)

    instance = Path(get("INSTANCE", str(ROOT / "instance")))
    config = {
        # Where the application runs: `development` shows the mailbox and the style page, `production` checks its secret.
        "ENV": get("ENV", "development"),
        # The folder of what must be kept: the database, uploaded files, the signing key.
        "INSTANCE": instance,
        # The key that signs sessions and links; 32 random bytes or more in production.
        "SECRET_KEY": get("SECRET_KEY", DEMO_SECRET),
        # The database: SQLite by default, `postgresql+psycopg://…` for a large company.
        "SQLALCHEMY_DATABASE_URI": get("DATABASE_URL", f"sqlite:///{instance / 'elearn.sqlite3'}"),
        # The shipped content, and a company's own folder laid over it, document by document.
        "CONTENT_ROOT": ROOT,
        "CONTENT_OVERLAY": Path(get("CONTENT")) if get("CONTENT") else None,
        # The address people type, used in links of mails and certificates.
        "BASE_URL": get("BASE_URL", f"http://127.0.0.1:{env.get('PORT', '8000')}").rstrip("/"),
        # The company's time zone: moments are kept in UTC and shown in this one.
        "TIME_ZONE": get("TIME_ZONE", "Europe/Paris"),
        # Where delays skip public holidays: a country or a part of it, as `FR` or `FR-57`; empty for none.
        "HOLIDAYS": get("HOLIDAYS", DEFAULT_HOLIDAYS),
        # The mail server, as `smtp://user:password@host:port` (or `smtps://`); empty keeps mails in the mailbox page.
        "SMTP_URL": get("SMTP_URL"),
        # The sender of every mail.
        "MAIL_FROM": get("MAIL_FROM", "Porte-voix <porte-voix@localhost>"),
        # How many reverse proxies stand in front and may say the visitor's address and scheme.
        "PROXIES": int(get("PROXIES", "0")),
        # Whether cookies travel over HTTPS only; true in production unless said otherwise.
        "SESSION_COOKIE_SECURE": get("COOKIE_SECURE", "1" if get("ENV") == "production" else "0") == "1",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "pv_session",
        # How many days a sign-in lasts without a visit.
        "SESSION_DAYS": int(get("SESSION_DAYS", "14")),
        # The largest request accepted, in bytes; larger ones are answered 413.
        "MAX_CONTENT_LENGTH": 8 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 2_000,
        # A form stays valid as long as the session: somebody called away for two hours loses nothing.
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "fr",
        "BABEL_DEFAULT_TIMEZONE": get("TIME_ZONE", "Europe/Paris"),
        "TEMPLATES_AUTO_RELOAD": False,
    }
    config.update(overrides or {})
    if config["ENV"] not in ("development", "production", "test"):
        raise ConfigError("ELEARN_ENV must be `development` or `production`.")
    if config["ENV"] == "production" and (config["SECRET_KEY"] == DEMO_SECRET or len(config["SECRET_KEY"]) < 32):
        raise ConfigError(
            "ELEARN_SECRET_KEY is missing, too short or the demo's. Make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    if config["HOLIDAYS"] != DEFAULT_HOLIDAYS:  # The default is known to be right, and the library takes time to read.
        _check_holidays(config["HOLIDAYS"])
    return config


def _check_holidays(where: str) -> None:
    from .workdays import public_holidays

    try:
        public_holidays(where, 2026)
    except NotImplementedError as unknown:
        raise ConfigError(
            f"ELEARN_HOLIDAYS must be a country, or a country and a part of it, as `FR` or `FR-57`: {unknown}"
        ) from None
