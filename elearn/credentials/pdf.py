"""HTML to tagged PDF (PDF/UA-1), for certificates and for whatever else is printed on paper.

WeasyPrint has two traps, and this module is where they are closed. A font configuration made for each document
is never given back (WeasyPrint#2130: gigabytes after some dozens of PDFs), so there is one for the whole process.
And threads gain nothing, as drawing holds the interpreter, so there is one thread that draws, which makes that single
configuration safe; requests wait for it in a short queue and are asked to come back when it is full.

It is imported when the first document is asked for: a web server that never draws does not pay for it.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from ..config import ROOT
from ..errors import TooMany
from ..i18n import _l

FONTS = ROOT / "static" / "vendor" / "fonts"
FONT_HOST = "https://fonts.invalid/"
"""Never asked over the network: the fetcher answers it from FONTS."""

MAX_WAITING = 24
KEPT_BYTES = 8 * 1024 * 1024
"""Documents drawn lately are kept, so that a page reloaded a hundred times is drawn once."""

_places = threading.BoundedSemaphore(MAX_WAITING)
_lock = threading.Lock()
_kept: OrderedDict[str, bytes] = OrderedDict()
logging.getLogger("weasyprint").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)


def render_pdf(html: str, css: str = "") -> bytes:
    """Draw a document. The same HTML and CSS always give the same bytes.

    ``html`` is a whole document with ``lang``, ``<title>`` and alternatives, as PDF/UA-1 asks; it may name the
    families Atkinson and Bricolage, and load nothing but ``data:`` URIs. Raises TooMany when the queue is full.
    """
    key = sha256(f"{len(html)}:{html}{css}".encode()).hexdigest()
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    if not _places.acquire(blocking=False):
        raise TooMany(_l("Beaucoup de documents sont demandés à la fois. Réessayez dans quelques secondes."))
    try:
        pdf = _worker().submit(_draw, html, css).result(timeout=60)
    finally:
        _places.release()
    with _lock:
        _kept[key] = pdf
        while len(_kept) > 1 and sum(map(len, _kept.values())) > KEPT_BYTES:
            _kept.popitem(last=False)
    return pdf


def render_document(title: str, body: str, language: str, company: str, kicker: str = "") -> bytes:
    """Draw a text of the house (the charter's summary, a card) on A4 pages: ``body`` is safe HTML without ``<h1>``."""
    from markupsafe import escape

    head = f'<p class="kicker">{escape(kicker)}</p>' if kicker else ""
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
        f"<body><header>{head}<h1>{escape(title)}</h1></header><main>{body}</main>"
        f'<p class="foot">{escape(company)}</p></body></html>'
    )
    return render_pdf(html, _document_css())


@lru_cache(maxsize=1)
def _document_css() -> str:
    return (Path(__file__).parent / "document.css").read_text("utf-8")


@lru_cache(maxsize=1)
def _worker() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="pdf")


@lru_cache(maxsize=1)
def _press():
    """What is made once for the whole process, in the drawing thread: fetcher, fonts, their stylesheet."""
    from PIL import ImageFile
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    # WeasyPrint lets the whole process read pictures cut in the middle; what people send us must be whole.
    ImageFile.LOAD_TRUNCATED_IMAGES = False

    class Fetcher(URLFetcher):
        """Our fonts and inline data; anything else is refused, so that no template reaches a file or the network."""

        def fetch(self, url, headers=None):
            if url.startswith("data:"):
                return super().fetch(url, headers)
            name = url.removeprefix(FONT_HOST)
            if url == FONT_HOST + name and name in fonts:
                return URLFetcherResponse(url, (FONTS / name).read_bytes(), {"Content-Type": "font/ttf"})
            raise ValueError(f"refused: {url[:80]}")

    fonts = {path.name for path in FONTS.glob("print-*.ttf")}
    fetcher = Fetcher(allowed_protocols=("data", "https"), allow_redirects=False)
    configuration = FontConfiguration()
    atexit.register(_press.cache_clear)  # It removes its temporary folder, while there still is a Python to do it.
    source = FONTS / "print.css"
    faces = source.read_text("utf-8") if source.exists() else ""
    sheet = CSS(string=faces, base_url=FONT_HOST, url_fetcher=fetcher, font_config=configuration)
    return fetcher, configuration, sheet


def _draw(html: str, css: str) -> bytes:
    """Runs in the drawing thread."""
    from weasyprint import CSS, HTML

    fetcher, configuration, faces = _press()
    sheet = CSS(string=css, url_fetcher=fetcher, font_config=configuration)
    document = HTML(string=html, url_fetcher=fetcher)
    return document.write_pdf(
        stylesheets=[faces, sheet], font_config=configuration, pdf_variant="pdf/ua-1", pdf_tags=True
    )
