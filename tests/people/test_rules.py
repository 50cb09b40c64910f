"""Names, identifiers, limits, links, passwords: tables of what is kept and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from elearn.errors import Invalid, Refusal, TooMany
from elearn.people import passwords, rules
from elearn.permissions import Role

pytestmark = pytest.mark.pure

NOW = dt.datetime(2026, 3, 12, 9, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Éléonore   Lefèvre ", "Éléonore Lefèvre"),
        ("E\u0301leonore", "Éleonore"),
        ("Zoe\u0308 d\u2019Artagnan", "Zoë d\u2019Artagnan"),
        ("\u202eeniatnoF\u202c", "eniatnoF"),
        ("\u2066Ad\u2069mi\u200bn\ufeff", "Admin"),
        ("Jean\u00a0Paul\u3000Belmont\u2028Bis", "Jean Paul Belmont Bis"),
        ("A\x00nn\x1be\nMarie", "Anne Marie"),
        ("Lu\ud800c", "Luc"),
        ("Lu\ue000c\uffff", "Luc"),
        ("Z" + "\u0335" * 40 + "algo", "Z" + "\u0335" * 4 + "algo"),
        ("\u0301Anne", "Anne"),
        ("\u3164Min\u2800ho", "Minho"),
        ("Nguyễn Thị Ánh", "Nguyễn Thị Ánh"),
        ("محمد عبد الله", "محمد عبد الله"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("O'Brien; DROP TABLE person", "O'Brien; DROP TABLE person"),
        ("山田太郎", "山田太郎"),
    ],
)
def test_clean_name_when_unicode_surprises(typed, kept):
    """What cannot be seen goes; what is written stays; markup is text like any other."""
    assert rules.clean_name(typed) == kept
    assert rules.clean_name(kept) == kept


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u200d", "123", "😀", "\u3164", "a" * 301, None])
def test_clean_name_when_nothing_to_read(typed):
    """A name has a letter and at most 300 characters."""
    with pytest.raises(Invalid):
        rules.clean_name(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Inès.Lefèvre@Usine.Example ", "inès.lefèvre@usine.example"),
        ("a\u200b@b.fr", "a@b.fr"),
        ("A+x@b.co", "a+x@b.co"),
    ],
)
def test_clean_email_when_usable(typed, kept):
    """One form per address."""
    assert rules.clean_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "a",
        "a@b",
        "a b@c.fr",
        "a@b@c.fr",
        "a@b..fr",
        "a@.fr",
        "<a@b.fr>",
        "a@b.fr,c@d.fr",
        "x" * 250 + "@b.fr",
        "a@b.fr\nBcc: c@d.fr",
    ],
)
def test_clean_email_when_malformed(typed):
    """What could name two people, or none, is refused."""
    with pytest.raises(Invalid):
        rules.clean_email(typed)


def test_clean_number_when_spelt_in_several_ways():
    """A number is found whatever its case and spaces, and never passes for an address."""
    assert rules.clean_employee_number(" a 10-24 ") == "A10-24" == rules.clean_identifier("a10-24 ")
    for typed in ("", " ", "a@b", "9" * 65):
        with pytest.raises(Invalid):
            rules.clean_employee_number(typed)


@pytest.mark.parametrize("typed", [None, "", "\x00", "x" * 100_000, "@" * 5_000, "\ud800@\ud800"])
def test_clean_identifier_when_hostile(typed):
    """Whatever is typed to sign in is shortened to something that may be looked up."""
    kept = rules.clean_identifier(typed)
    assert len(kept) <= 254 and "\x00" not in kept
    kept.encode()


@pytest.mark.parametrize(
    ("held", "new", "refused"),
    [
        ([], Role.HR, False),
        (["referent"], Role.HR, True),
        (["hr"], Role.REFERENT, True),
        (["hr"], Role.HR, False),
        (["admin", "author"], Role.REFERENT, False),
    ],
)
def test_check_roles_when_hr_and_referent(held, new, refused):
    """Nobody is HR and referent."""
    if refused:
        with pytest.raises(Refusal):
            rules.check_roles(held, new)
    else:
        rules.check_roles(held, new)


def test_is_over_when_windows_fill():
    """The tenth failure in a quarter of an hour shuts the door; a minute past the window, it opens again."""
    moments = [NOW - dt.timedelta(minutes=14, seconds=i) for i in range(10)]
    assert rules.is_over(rules.FAILURE_WINDOWS, moments, NOW)
    assert not rules.is_over(rules.FAILURE_WINDOWS, moments[1:], NOW)
    assert not rules.is_over(rules.FAILURE_WINDOWS, moments, NOW + dt.timedelta(minutes=2))
    day = [NOW - dt.timedelta(minutes=14 * i) for i in range(1, 101)]
    assert rules.is_over(rules.FAILURE_WINDOWS, day, NOW)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "unknown"),
        ("", "unknown"),
    ],
)
def test_coarse_address_when_counted(address, counted):
    """An IPv6 visitor owns a whole /64."""
    assert rules.coarse_address(address) == counted


def test_session_end_when_used_every_day():
    """A session lives on from visit to visit, but not beyond thirty days."""
    assert rules.session_end(NOW, NOW, 14) == NOW + dt.timedelta(days=14)
    assert rules.session_end(NOW + dt.timedelta(days=29), NOW, 14) == NOW + dt.timedelta(days=30)


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: "0" + t[1:], lambda t: t + "x", lambda t: "é" + t, lambda t: ""]
)
def test_read_code_when_forged(change):
    """Only a link we signed, whole, gives its code."""
    token = rules.sign_code("1" * 32, "secret")
    assert rules.read_code(token, "secret") == "1" * 32
    assert rules.read_code(token, "other") is None
    assert rules.read_code(change(token), "secret") is None


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130 Safari/537.36 Edg/130",
            "Edge · Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604", "Safari · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140) Gecko Firefox/140", "Firefox · Linux"),
        ("<script>", ""),
        (None, ""),
    ],
)
def test_name_device_when_shown(agent, name):
    """Only words of ours are shown, never what the browser sent."""
    assert rules.name_device(agent) == name


# --- Passwords ------------------------------------------------------------------------------------------------

EXPECTED = ("Acier du Rhône", "Porte-voix", "Inès", "Lefèvre", "ines.lefevre@acier.example", "A1024")


@pytest.mark.parametrize(
    "password",
    [
        "le thé refroidit sur le radiateur",
        "cheval soleil montagne rivière",
        "xK9#mQ2$vL7pR4t",
        "我喜欢在早上喝咖啡看书写字画画",
        "😀🚲🌧️🥖🎷🐙🧀🪁🛶🦔🧵🪴🫐🥁🧭🛟",
        "une girafe dans le tiroir du bureau",
        "vélo, camion, soupe et tapis",
        "x" * 240 + "qhv7ztmw",
    ],
)
def test_check_password_when_hard_to_guess(password):
    """Any characters will do, as long as nobody would try it early."""
    passwords.check_password(password, EXPECTED)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "é" * 14,
        "motdepasse2026!",
        "P@ssw0rd1234567",
        "passwordpassword",
        "azertyuiopqsdfghjklm",
        "123456789012345678",
        "aaaaaaaaaaaaaaaaaaaa",
        "abababababababababab",
        "correct horse battery staple",
        "Il était une fois 2026",
        "inès.lefèvre.1987!",
        "Lefèvre 12/03/1987 !",
        "acierdurhone-porte-voix-2026",
        "demo-porte-voix-2026",
        "marseille13marseille13",
        "A1024A1024A1024A1024",
        "               ",
        "!!!!!!!!!!!!!!!!!!",
        "z" * 257,
        "qhv7ztmw" * 100_000,
    ],
)
def test_check_password_when_easy_or_out_of_bounds(password):
    """Too short, too long, or among the first that anyone would try."""
    with pytest.raises(Invalid):
        passwords.check_password(password, EXPECTED)


def test_check_password_when_length_is_counted():
    """Each code point counts for one, after normalisation: an accent typed apart gives no extra character."""
    with pytest.raises(Invalid):
        passwords.check_password("xkqhvztmwp" + "e\u0301" * 4)
    passwords.check_password("xkqhvztmwpgbjn" + "e\u0301")


def test_password_when_typed_on_another_keyboard(monkeypatch):
    """The same characters composed otherwise, or a no-break space, are the same password."""
    monkeypatch.setattr(passwords, "PARAMETERS", {"time_cost": 1, "memory_cost": 8, "parallelism": 1})
    kept = passwords.hash_password("Caf\u00e9 \u00e0 la plage rouge")
    assert passwords.verify_password(kept, "Cafe\u0301\u00a0a\u0300 la plage rouge")
    assert not passwords.verify_password(kept, "café à la plage rouge")


def test_verify_password_when_no_account(monkeypatch):
    """An unknown account costs one verification too, and is never right."""
    monkeypatch.setattr(passwords, "PARAMETERS", {"time_cost": 1, "memory_cost": 8, "parallelism": 1})
    calls = []
    from argon2 import PasswordHasher

    real = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda self, *a: calls.append(a) or real(self, *a))
    assert passwords.verify_password(None, "nobody's password") is False
    assert passwords.verify_password("not a hash", "x") is False
    assert passwords.verify_password(passwords.hash_password("y"), "x") is False
    assert len(calls) == 3


def test_hashing_when_everybody_comes_at_once(monkeypatch):
    """Only so many hashes are computed together; whoever would wait too long is asked to come back."""
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    for _turn in range(passwords.AT_ONCE):
        assert passwords._turns.acquire(blocking=False)
    try:
        with pytest.raises(TooMany):
            passwords.verify_password(None, "x")
    finally:
        for _turn in range(passwords.AT_ONCE):
            passwords._turns.release()


def test_needs_rehash_when_parameters_change(monkeypatch):
    """A hash made with last year's parameters is seen as such."""
    monkeypatch.setattr(passwords, "PARAMETERS", {"time_cost": 1, "memory_cost": 8, "parallelism": 1})
    kept = passwords.hash_password("x")
    assert not passwords.needs_rehash(kept)
    monkeypatch.setattr(passwords, "PARAMETERS", {"time_cost": 2, "memory_cost": 8, "parallelism": 1})
    assert passwords.needs_rehash(kept)


def test_common_passwords_when_read():
    """The list is large enough, and nothing in it is too short to be looked for."""
    pieces = passwords.common_pieces()
    assert len(pieces) > 2_500 and min(map(len, pieces)) >= 4
