"""Passwords: what makes one acceptable, and their hashing. No session and no account is touched here.

Source: NIST SP 800-63B-4, section 3.1.1 (15 characters where the password stands alone, each code point counting as
one; at least 64 accepted; a blocklist; no rule of composition, no expiry, paste allowed; normalised by NFKC).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from pathlib import Path

from ..errors import Invalid, TooMany
from ..i18n import _

MIN_LENGTH = 15
MAX_LENGTH = 256
MIN_SURPRISES = 9
COMMON_FILE = Path(__file__).with_name("common_passwords.txt")

PARAMETERS = {"time_cost": 2, "memory_cost": 47_104, "parallelism": 1}
"""Argon2id with 46 MiB and two passes: above OWASP's first choice, about a tenth of a second of one core."""

AT_ONCE = 2
PATIENCE = 10.0
"""Hashes computed at the same time in one process, and how many seconds one waits for its turn: a Monday-morning rush
takes memory for two, not for two hundred."""

_turns = threading.BoundedSemaphore(AT_ONCE)


# --- What makes a password acceptable -------------------------------------------------------------------------


def normalise(password: str) -> str:
    """The password as it is counted and hashed: NFKC, so that it does not depend on the keyboard that typed « é » or
    a no-break space. Anything beyond reason is cut before the work, and stays too long to be accepted."""
    return unicodedata.normalize("NFKC", (password or "")[: 4 * MAX_LENGTH])


def check_password(password: str, expected: tuple[str, ...] = ()) -> None:
    """Raise Invalid when a password is too short, too long, or among the first that anyone would try.

    ``expected`` are words tied to this account: the company, the person's names, the address, the number.
    """
    password = normalise(password)
    if len(password) < MIN_LENGTH:
        raise Invalid(
            _(
                "Il faut au moins %(min)s caractères ; il y en a %(count)s. Une phrase de quatre ou cinq mots fait l’affaire.",
                min=MIN_LENGTH,
                count=len(password),
            )
        )
    if len(password) > MAX_LENGTH:
        raise Invalid(_("Il faut au plus %(max)s caractères.", max=MAX_LENGTH))
    if count_surprises(password, expected) < MIN_SURPRISES:
        raise Invalid(
            _(
                "Ce mot de passe est trop facile à deviner : il est fait de mots très courants, de suites ou de votre nom. "
                "Ajoutez deux ou trois mots sans rapport entre eux."
            )
        )


@lru_cache(maxsize=1)
def common_pieces() -> frozenset[str]:
    """Words and passwords that people choose most, folded; see common_passwords.txt."""
    lines = COMMON_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(fold(line) for line in lines if line and not line.startswith("#"))


def fold(text: str) -> str:
    """Letters and digits only, without case or accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if char.isalnum())


_LEET = str.maketrans("01345789@$!|€", "oieastbgasiie")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiop",
    "1q2w3e4r5t6y7u8i9o0p",
    "1a2z3e4r5t6y7u8i9o0p",
    "aqwzsxedcrfvtgbyhnujmikolp",
    "qazwsxedcrfvtgbyhnujmikolp",
)
_SEQUENCES = _ROWS + tuple(row[::-1] for row in _ROWS)
_YEAR = re.compile(r"(19|20)\d\d")
_DATE = re.compile(r"(0?[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])((19|20)?\d\d)")


def count_surprises(password: str, expected: tuple[str, ...] = ()) -> int:
    """How many things one must guess to guess it all, by the cheapest way of writing it.

    A common word counts 3, a date 2, and a sequence, a year, a repetition, or a word tied to the account counts 1, as
    does any other character. So « motdepasse2026! » is 5, and four unrelated common words are 12. The whole password
    is weighed, never a part of it: a common word inside a good password is no fault.
    """
    chars = [char for char in unicodedata.normalize("NFKD", password.casefold()) if not unicodedata.combining(char)]
    plain = "".join(char for char in chars if char.isalnum() or char.translate(_LEET) != char)
    symbols = len({char for char in chars if not char.isspace()} - set(plain))
    leet = plain.translate(_LEET)
    own = {word for text in expected for word in _words(text)}
    best = [0] + [len(plain)] * len(plain)
    for end in range(1, len(plain) + 1):
        best[end] = best[end - 1] + 1
        for start in range(max(0, end - 40), end - 1):
            price = _price(plain, leet, start, end, own)
            if price is not None and best[start] + price < best[end]:
                best[end] = best[start] + price
    return best[-1] + symbols


def _words(text: str):
    """The text folded, and each of its words that is long enough to mean something."""
    for piece in (text, *re.split(r"[\W_]+", text)):
        if len(folded := fold(piece)) >= 3:
            yield folded


def _price(plain: str, leet: str, start: int, end: int, own: set[str]) -> int | None:
    """What a stretch counts when it is something known; None when it is not."""
    stretch, read = plain[start:end], leet[start:end]
    if stretch in own or read in own:
        return 1
    size = end - start
    if size >= 3:
        if len(set(stretch)) == 1 or stretch in plain[:start] or any(stretch in row for row in _SEQUENCES):
            return 1
        if _YEAR.fullmatch(stretch):
            return 1
        if stretch[0].isdigit() and _DATE.fullmatch(stretch):
            return 2
    if size >= 4 and (stretch in common_pieces() or read in common_pieces()):
        return 3
    return None


# --- Hashing --------------------------------------------------------------------------------------------------


def _hasher():
    from argon2 import PasswordHasher  # Imported late: no page but these needs it.

    return PasswordHasher(**PARAMETERS)


def _in_turn(work):
    """Run at most AT_ONCE hashes together; raise TooMany for whoever would wait too long."""
    if not _turns.acquire(timeout=PATIENCE):
        raise TooMany(_("Beaucoup de personnes se connectent en même temps. Réessayez dans une minute."))
    try:
        return work()
    finally:
        _turns.release()


def hash_password(password: str) -> str:
    """The Argon2id hash to keep."""
    return _in_turn(lambda: _hasher().hash(normalise(password)))


@lru_cache(maxsize=1)
def _dummy(parameters: tuple) -> str:
    return _hasher().hash("nobody's password")


def verify_password(kept: str | None, password: str) -> bool:
    """Whether this is the password; the same work is done when there is no account, so that time tells nothing."""
    from argon2.exceptions import InvalidHashError, VerificationError

    def work() -> bool:
        dummy = _dummy(tuple(PARAMETERS.items()))
        try:
            right = _hasher().verify(kept or dummy, normalise(password))
        except (VerificationError, InvalidHashError):
            return False
        return right and kept is not None

    return _in_turn(work)


def needs_rehash(kept: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(kept)
