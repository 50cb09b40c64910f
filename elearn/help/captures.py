"""Captures as files: checked by their content, drawn anew, kept under a random name, erased when they expire.

Knows folders and bytes; ``alerts`` knows whose they are.
"""

from __future__ import annotations

import io
import os
import re
import secrets
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

from ..errors import Invalid
from ..i18n import _l

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 4_000
"""A capture of a long page stays legible; anything longer is made smaller."""
TYPES = {"PNG": ("image/png", "png"), "JPEG": ("image/jpeg", "jpg"), "WEBP": ("image/webp", "webp")}
NAME = re.compile(r"[0-9a-f]{32}\.(png|jpg|webp)")
LEFT_OVER = 3_600
"""Seconds after which a file that no row names is one whose transaction was undone."""

NOT_A_PICTURE = _l("Cette capture n’est pas une image PNG, JPEG ou WebP lisible.")


@dataclass(frozen=True)
class Picture:
    """A capture ready to be kept."""

    name: str
    media_type: str
    width: int
    height: int
    data: bytes


def read_picture(data: bytes) -> Picture:
    """Draw a picture anew, in its own format, so that only its pixels remain: no position, no author, no second file
    behind the first. Raises Invalid for anything that is not a PNG, JPEG or WebP by its content, or is too large."""
    from PIL import Image, ImageOps

    if len(data) > MOST_BYTES:
        raise Invalid(_l("Cette capture dépasse 5 Mo. Réduisez-la et recommencez."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=tuple(TYPES)) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise Invalid(_l("Cette capture est trop grande : 40 millions de points au plus."))
                kind = image.format
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                is_clear = kind != "JPEG" and (upright.mode in ("LA", "RGBA", "PA") or "transparency" in upright.info)
                drawn = Image.new("RGBA" if is_clear else "RGB", upright.size)
                drawn.paste(upright.convert(drawn.mode))
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Warning, Image.DecompressionBombError):
        raise Invalid(NOT_A_PICTURE) from None
    media_type, suffix = TYPES[kind]
    made = io.BytesIO()
    drawn.save(made, kind, **({"optimize": True} if kind == "PNG" else {"quality": 88}))
    return Picture(f"{secrets.token_hex(16)}.{suffix}", media_type, *drawn.size, made.getvalue())


def keep(folder: Path, picture: Picture) -> None:
    """Write the file, for the application's own eyes, and be sure that it is on the disk; whole or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / picture.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(picture.data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        erase(folder, picture.name)
        raise


def erase(folder: Path, name: str) -> None:
    """Remove a file; that it is gone already is fine."""
    if NAME.fullmatch(name):
        (folder / name).unlink(missing_ok=True)


def list_left_over(folder: Path) -> list[str]:
    """Files old enough to have a row, if their transaction came through."""
    if not folder.is_dir():
        return []
    old = time.time() - LEFT_OVER
    with os.scandir(folder) as entries:
        return [each.name for each in entries if NAME.fullmatch(each.name) and each.stat().st_mtime < old]
