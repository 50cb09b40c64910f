"""Names, addresses and numbers as they are kept; limits of signing in; signed links. Pure: no Flask, no session,
no clock."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
import re
import secrets
import unicodedata

from itsdangerous import BadSignature, Signer

from ..errors import Invalid, Refusal
from ..i18n import _
from ..permissions import EXCLUSIVE_ROLES, Role

MAX_NAME = 300
MAX_EMAIL = 254
MAX_NUMBER = 64
MAX_MARKS = 4
"""Marks stacked on one letter: no living script needs more, and a hundred of them paint over the whole page."""

INVISIBLE_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters by category that show nothing: Hangul fillers and the blank of Braille."""

FAILURE_WINDOWS = ((dt.timedelta(minutes=15), 10), (dt.timedelta(hours=24), 100))
"""Failures allowed on one account, from browsers unknown to it or from one known browser. A hundred is the ceiling
of NIST SP 800-63B-4, section 3.2.2."""

ADDRESS_WINDOWS = ((dt.timedelta(minutes=15), 300), (dt.timedelta(hours=24), 3_000))
"""Failures allowed from one address: a whole company may sit behind one, on the first Monday of a campaign."""

ASK_WINDOWS = ((dt.timedelta(hours=1), 3),)
"""Reset links mailed to one account: enough for a slow mailbox, too few to flood it."""

KEPT_FAILURES = dt.timedelta(hours=24)
RESET_LIFE = dt.timedelta(hours=1)
INVITATION_LIFE = dt.timedelta(days=7)
LONGEST_SESSION = dt.timedelta(days=30)
"""However often one comes back, the password is asked again after 30 days (NIST SP 800-63B-4, section 2.1.3)."""

MAX_DEVICES = 20

SECOND_FACTOR_GRACE = dt.timedelta(days=14)
"""From the day a role or a status asks for a second factor, to the day nothing opens without it."""

SECOND_FACTOR_ROLES = (Role.ADMIN, Role.AUTHOR, Role.HR, Role.REFERENT)
"""Roles that read or decide about others. A manager sees a few names of their own team: not asked."""

SECOND_STEP_LIFE = dt.timedelta(minutes=10)
"""Between the password and the code."""


# --- Names, addresses, numbers --------------------------------------------------------------------------------


def clean_text(text: str) -> str:
    """One line of NFC text without what cannot be seen.

    Controls, bidirectional overrides, zero-width characters, lone surrogates, private and unassigned code points go:
    in a list or on a certificate they forge or hide words. Every kind of space becomes one plain space, and marks
    stacked beyond MAX_MARKS are dropped.
    """
    kept, marks = [], 0
    for char in unicodedata.normalize("NFC", text or ""):
        category = unicodedata.category(char)
        if category[0] == "Z" or char in "\t\n\r\v\f\x85":
            kept.append(" ")
        elif category[0] == "C" or char in INVISIBLE_LETTERS:
            continue
        elif category[0] == "M":
            marks += 1
            if marks <= MAX_MARKS and kept and kept[-1] != " ":
                kept.append(char)
            continue
        else:
            kept.append(char)
        marks = 0
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def clean_name(text: str) -> str:
    """A name as it is kept; raise Invalid when nothing of it can be read, or when it is over 300 characters."""
    name = clean_text(text)
    if not any(char.isalpha() for char in name):
        raise Invalid(_("Ce nom ne contient aucune lettre."))
    if len(name) > MAX_NAME:
        raise Invalid(_("Ce nom dépasse %(max)s caractères.", max=MAX_NAME))
    return name


_EMAIL = re.compile(r"[^\s@<>()\[\],:;\"\\]+@[^\s@<>()\[\],:;\"\\.]+(\.[^\s@<>()\[\],:;\"\\.]+)+")


def clean_email(text: str) -> str:
    """An address as it is kept: NFC, lower case; raise Invalid when it cannot be one."""
    email = clean_text(text).lower()
    if len(email) > MAX_EMAIL or not _EMAIL.fullmatch(email):
        raise Invalid(_("Cette adresse e-mail est incomplète ou mal formée."))
    return email


def clean_employee_number(text: str) -> str:
    """An employee number as it is kept: upper case, no spaces; never with an @, or it could pass for an address."""
    number = clean_text(text).replace(" ", "").upper()
    if not number or len(number) > MAX_NUMBER or "@" in number:
        raise Invalid(_("Ce matricule est vide, trop long, ou contient un @."))
    return number


def clean_identifier(text: str) -> str:
    """What was typed to sign in, in the form it would be kept in; whatever it is, no refusal."""
    text = clean_text((text or "")[: 4 * MAX_EMAIL])
    return text.lower()[:MAX_EMAIL] if "@" in text else text.replace(" ", "").upper()[:MAX_EMAIL]


MAX_LABEL = 200
MAX_REASON = 500
"""Why an administrator did something, as the log keeps it."""


def clean_label(text: str) -> str:
    """A site, a job, the name of a department as it is kept; it may be empty. Raise Invalid over 200 characters."""
    label = clean_text(text)
    if len(label) > MAX_LABEL:
        raise Invalid(_("Ce texte dépasse %(max)s caractères.", max=MAX_LABEL))
    return label


def clean_extra_time(percent: int) -> int:
    """Extra time in percent, 0 to 300; raise Invalid for any other."""
    if not 0 <= percent <= 300:
        raise Invalid(_("Le temps en plus va de 0 à 300 pour cent."))
    return percent


# --- Roles ----------------------------------------------------------------------------------------------------


def check_roles(held, new: Role) -> None:
    """Refuse HR beside referent: HR must not learn who volunteered, and the referent knows."""
    if new in EXCLUSIVE_ROLES and (EXCLUSIVE_ROLES - {new}) & {Role(role) for role in held}:
        raise Refusal(
            _(
                "Une même personne ne peut pas être à la fois RH et référent : les RH ne doivent pas savoir qui est volontaire."
            )
        )


def check_not_own_account(person_id: int, by_id: int | None) -> None:
    """Nobody closes their own account: they would lock themselves out in the act. ``by_id`` is None for a job."""
    if person_id == by_id:
        raise Refusal(_("Vous ne pouvez pas fermer votre propre compte."))


# --- Limits ---------------------------------------------------------------------------------------------------


def is_over(windows, moments, now: dt.datetime) -> bool:
    """Whether the moments of past failures fill one of the windows."""
    return any(sum(moment > now - span for moment in moments) >= most for span, most in windows)


def coarse_address(address: str) -> str:
    """The address that is counted: an IPv6 visitor owns a whole /64, so that is one address."""
    try:
        parsed = ipaddress.ip_address((address or "").split("%")[0])
    except ValueError:
        return "unknown"
    if parsed.version == 6 and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))


def keyed_hash(secret: str, *parts) -> str:
    """A hash that cannot be reversed by trying all addresses: keyed with the installation's secret."""
    return hmac.new(secret.encode(), "\x1f".join(map(str, parts)).encode(), hashlib.sha256).hexdigest()


def session_end(now: dt.datetime, started: dt.datetime, days: int) -> dt.datetime:
    """When a session ends: after so many days without a visit, and after LONGEST_SESSION in any case."""
    return min(now + dt.timedelta(days=days), started + LONGEST_SESSION)


def merge_since(*moments: dt.datetime | dt.date | None) -> dt.datetime | None:
    """Since when a second factor is required: the first of the causes that stand; a date counts from its midnight."""
    known = [
        moment if isinstance(moment, dt.datetime) else dt.datetime.combine(moment, dt.time(), dt.UTC)
        for moment in moments
        if moment is not None
    ]
    return min(known, default=None)


def is_overdue(due_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether the days of grace are over: at the very moment, not a moment before."""
    return due_at is not None and now >= due_at


# --- Links ----------------------------------------------------------------------------------------------------


def sign_code(code: str, secret: str) -> str:
    """The token of a link: the row's code and its signature."""
    return Signer(secret, salt="password-reset", digest_method=hashlib.sha256).sign(code).decode()


def read_code(token: str, secret: str) -> str | None:
    """The code of a token we signed; None for any other."""
    try:
        return Signer(secret, salt="password-reset", digest_method=hashlib.sha256).unsign(token).decode()
    except (BadSignature, UnicodeError):
        return None


PAPER_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No I, O, 0 or 1, which one mistakes for another on paper."""


def new_paper_code() -> str:
    """Twelve letters and figures in groups of four, 60 bits: « K7PM-3XQD-9TRA »."""
    letters = [secrets.choice(PAPER_LETTERS) for _place in range(12)]
    return "-".join("".join(letters[i : i + 4]) for i in (0, 4, 8))


def hash_paper_code(secret: str, person_id: int, code: str) -> str:
    """What is kept of a printed code: 32 figures that only the installation's key can make again."""
    plain = "".join(char for char in (code or "")[:100].upper() if char in PAPER_LETTERS)
    return keyed_hash(secret, "paper", person_id, plain)[:32]


# --- Devices --------------------------------------------------------------------------------------------------

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def name_device(agent: str) -> str:
    """« Firefox · Windows »: enough to know one's own sessions apart, too little to follow anyone."""
    found = [next((name for mark, name in table if mark in (agent or "")), "") for table in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found))
