"""The printed face of a credential: its words, gathered once when it is issued, and its page, drawn when asked for.

Words live in the row, looks in the template of the award's edition. The template is rendered in a sandbox and sees
printable words only: no object, no row, no setting.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from babel.dates import format_date

from ..content.types import Award

FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Facts:
    """What is particular to one credential."""

    name: str
    company: str
    brand: str
    issued_on: dt.date
    expires_on: dt.date
    charter_edition: int


def printable(text: str) -> str:
    """A name as it can be printed: composed letters, single spaces, nothing invisible that reorders or hides.

    Joiners stay, because Arabic and Indic names need them.
    """
    kept = (
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Zs") else c
        for c in unicodedata.normalize("NFC", text)
        if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn") or c in "\u200c\u200d"
    )
    return " ".join("".join(kept).split())


def words_of(award: Award, facts: Facts, language: str) -> dict[str, str]:
    """Every printed word in one language: the award's own, with ``{name}``, ``{issued}``, ``{until}``, ``{edition}``
    and ``{company}`` filled in. What is returned is all that the page will ever need."""
    filled = {
        "name": printable(facts.name),
        "company": printable(facts.company),
        "issued": format_date(facts.issued_on, "d MMMM y", locale=language),
        "until": format_date(facts.expires_on, "d MMMM y", locale=language),
        "edition": str(facts.charter_edition),
    }
    words = {
        key: FIELD.sub(lambda match: filled.get(match.group(1), match.group(0)), text)
        for key, text in award.words.of(language).items()
        if isinstance(text, str)
    }
    return {**words, **filled, "brand": facts.brand}


def name_size(name: str) -> int:
    """How large a name is printed, from 1 (long) to 5 (short). Wide characters count for two."""
    width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in name)
    for size, least in ((1, 90), (2, 56), (3, 38), (4, 26)):
        if width > least:
            return size
    return 5


def ink_on(colour: str) -> str:
    """White or near-black, whichever reads better on this colour (WCAG 2.2, 1.4.3)."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        return "#ffffff"
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return "#171a1f" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.1791 else "#ffffff"


def qr_code(url: str) -> str:
    """The QR code of an address, as the URI of an SVG picture; level M survives a fold or a stain."""
    from base64 import b64encode

    import segno

    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", border=0, dark="#171a1f", xmldecl=False, svgns=True)
    return "data:image/svg+xml;base64," + b64encode(out.getvalue()).decode()


@lru_cache(maxsize=1)
def _sandbox():
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)


@lru_cache(maxsize=16)
def _template(source: str):
    return _sandbox().from_string(source)


def draw(
    award: Award, words: dict[str, str], public_id: str, language: str, base_url: str, logo: str | None = None
) -> str:
    """The HTML of a credential's page. The template sees ``words``, ``language``, ``name_size``, ``brand``,
    ``brand_ink``, ``logo``, ``qr``, ``verify_url``, ``code`` and nothing else."""
    verify_url = f"{base_url}/verify/{public_id}"
    brand = words.get("brand", "")
    brand = brand if re.fullmatch(r"#[0-9a-fA-F]{6}", brand) else "#1f4e79"
    return _template(award.template).render(
        words={key: str(text) for key, text in words.items()},
        language=language,
        name_size=name_size(words["name"]),
        brand=brand,
        brand_ink=ink_on(brand),
        logo=logo if logo and logo.startswith("data:image/") else "",
        qr=qr_code(f"{verify_url}?lang={language}"),
        verify_url=re.sub(r"^https?://", "", verify_url),
        code=public_id,
    )
