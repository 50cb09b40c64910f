"""A logo that was sent: looked at by its content, drawn again small, so that nothing of the file itself is kept."""

from __future__ import annotations

import base64
import io
import warnings

from ..errors import Invalid
from ..i18n import _

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 24_000_000
WIDEST, HIGHEST = 480, 144
"""Three times what the header shows, for fine screens."""
KEPT_BYTES = 96 * 1024

FORMATS = ("PNG", "JPEG", "WEBP")


def read_logo(data: bytes) -> dict:
    """``{"type": "image/png", "data": base64}``, at most KEPT_BYTES; raise Invalid for anything but a picture.

    An SVG is a program as much as a picture, so it is refused. Drawing anew leaves out what a file may hide beside
    its pixels: scripts, positions, names.
    """
    from PIL import Image, UnidentifiedImageError

    if len(data) > MOST_BYTES:
        raise Invalid(_("Ce fichier dépasse 2 Mo. Réduisez l’image et recommencez."))
    if data.lstrip()[:5].lower() in (b"<?xml", b"<svg ", b"<svg>", b"<!doc"):
        raise Invalid(_("Un logo SVG n’est pas accepté : exportez-le en PNG."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                image.verify()  # A file cut short is opened all the same where the PDF library asked for it.
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise Invalid(_("Cette image est trop grande : 24 millions de points au plus."))
                image.thumbnail((WIDEST, HIGHEST))
                drawn = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        raise Invalid(_("Ce fichier n’est pas une image PNG, JPEG ou WebP lisible.")) from None
    kept = io.BytesIO()
    drawn.save(kept, "PNG", optimize=True)
    if len(kept.getvalue()) > KEPT_BYTES:
        kept = io.BytesIO()
        drawn.quantize(128).save(kept, "PNG", optimize=True)
    return {"type": "image/png", "data": base64.b64encode(kept.getvalue()).decode()}
