"""Markdown to safe HTML: blocks, internal links, figures. Authors are trusted to write, never to script.

python-markdown does not sanitise, so nh3 always follows it; SVG figures are put in afterwards, each checked
against a short list of elements and attributes (see courses/README.md).
"""

from __future__ import annotations

import re
import threading
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape

INTERNAL = re.compile(r"/(?![/\\\\])|#|mailto:|tel:")
"""Where a link may lead: the platform itself, or somebody's mail or telephone."""

LINK = re.compile(r"^(lesson|article|term|page|card|summary):(.*)$")
BLOCK_OPEN = re.compile(r"^/// (\w+)(?:\s*\|\s*(.*))?$")
BLOCK_NAMES = ("fact", "example", "takeaway", "template", "post", "figure", "author", "note")
SVG_TAGS = frozenset(
    ["svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "title", "desc"]
)
SVG_ATTRIBUTES = frozenset(
    [
        "viewBox",
        "d",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "width",
        "height",
        "points",
        "transform",
        "class",
        "fill",
        "stroke",
        "stroke-width",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-dasharray",
        "font-size",
        "font-weight",
        "text-anchor",
        "dominant-baseline",
        "dx",
        "dy",
        "opacity",
        "fill-opacity",
        "stroke-opacity",
        "role",
        "aria-hidden",
    ]
)
SVG_CLASS = re.compile(r"^(?:[fs]-(?:ink|muted|line|brand|good|warn|bad|paper|tint)\s*)*$")


DEEPEST = 40
"""Levels of a drawing; what is deeper is dropped."""

_lock = threading.Lock()


@dataclass(frozen=True)
class Rendered:
    """Safe HTML, and the second-level headings as (anchor, text)."""

    html: str
    headings: tuple[tuple[str, str], ...]


def target_of(link: str) -> str | None:
    """The URL of an internal link (``article:7`` → ``/charter#article-7``); None when it is not one."""
    match = LINK.match(link)
    if not match:
        return None
    kind, rest = match.groups()
    return {
        "lesson": f"/courses/{rest}",
        "article": f"/charter#article-{rest}",
        "term": f"/glossary#{rest}",
        "page": f"/pages/{rest}",
        "card": f"/pages/{rest}",
        "summary": "/charter/summary",
    }[kind]


def anchor(text: str) -> str:
    """A readable anchor from a heading: « Qui voit quoi » → ``qui-voit-quoi``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "section"


@lru_cache(maxsize=1)
def _sanitiser():
    import nh3

    return nh3.Cleaner(
        tags={
            *[
                "p",
                "h2",
                "h3",
                "h4",
                "ul",
                "ol",
                "li",
                "dl",
                "dt",
                "dd",
                "blockquote",
                "strong",
                "em",
                "del",
                "code",
                "pre",
                "a",
                "table",
                "thead",
                "tbody",
                "tr",
                "th",
                "td",
            ],
            *["div", "aside", "figure", "figcaption", "details", "summary", "hr", "br", "span", "sup", "sub"],
        },
        attributes={
            "a": {"href", "class"},
            "th": {"scope"},
            "td": {"class"},
            "div": {"class", "data-figure", "data-alt"},
            "aside": {"class"},
            "figure": {"class"},
            "details": {"class"},
            "p": {"class"},
            "span": {"class"},
            "h2": {"id"},
            "h3": {"id"},
            "code": {"class"},
        },
        url_schemes={"mailto", "tel"},
        link_rel=None,
        attribute_filter=lambda tag, name, value: value if name != "href" or INTERNAL.match(value) else None,
    )


@lru_cache(maxsize=4)
def _converter(language: str, for_authors: bool):
    import markdown
    from markdown.extensions.toc import TocExtension

    from .blocks import BlocksExtension

    return markdown.Markdown(
        extensions=[
            "tables",
            "sane_lists",
            "def_list",
            TocExtension(slugify=lambda v, s: anchor(v)),
            BlocksExtension(language, for_authors),
        ],
        output_format="html",
    )


def render(
    text: str, figures: Mapping[str, str] | None = None, language: str = "fr", for_authors: bool = False
) -> Rendered:
    """Render a Markdown text. ``figures`` maps a figure's name to its SVG source; authors see their notes too."""
    with _lock:  # A converter keeps state while it works, and threads share it.
        converter = _converter(language, for_authors)
        converter.reset()
        try:
            html = converter.convert(text)
            headings = tuple((token["id"], token["name"]) for token in converter.toc_tokens if token["level"] == 2)
        except BaseException as error:
            _converter.cache_clear()  # Interrupted, a converter would go on from where it was.
            if not isinstance(error, RecursionError):
                raise
            html, headings = f"<p>{escape(text)}</p>", ()  # Nested past all sense: shown as it is written.
    html = re.sub(r'href="([^"]+)"', _resolve, html)
    html = re.sub(r"<th(?=[\s>])", '<th scope="col"', html)
    html = _sanitiser().clean(html)
    html = re.sub(
        r'<div class="figure-picture" data-alt="([^"]*)" data-figure="([^"]*)"></div>',
        lambda m: _picture(m.group(2), m.group(1), figures or {}),
        html,
    )
    html = html.replace("<table>", '<div class="table-scroll" tabindex="0"><table class="table">').replace(
        "</table>", "</table></div>"
    )
    return Rendered(html, headings)


def _resolve(match: re.Match) -> str:
    url = target_of(match.group(1))
    if url is None:
        return match.group(0)
    kind = match.group(1).split(":", 1)[0]
    return f'href="{escape(url)}" class="link-{kind}"'


def _picture(name: str, alt: str, figures: Mapping[str, str]) -> str:
    source = figures.get(name)
    if source is None:
        return f'<div class="figure-picture" role="img" aria-label="{alt}"></div>'
    return f'<div class="figure-picture" role="img" aria-label="{alt}">{clean_svg(source)}</div>'


@lru_cache(maxsize=512)
def clean_svg(source: str) -> str:
    """Only drawing elements, attributes and token classes remain; the rest is dropped. The picture is hidden from
    assistive technology, whose text is the alternative of its frame."""
    if "<!DOCTYPE" in source.upper():
        return ""
    try:
        root = ET.fromstring(source)
    except (ET.ParseError, ValueError):
        return ""
    root = _clean_element(root)
    if root is None or "viewBox" not in root.attrib:
        return ""
    root.attrib.pop("width", None)
    root.attrib.pop("height", None)
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    root.set("xmlns", "http://www.w3.org/2000/svg")
    return ET.tostring(root, encoding="unicode")


def _clean_element(element: ET.Element, depth: int = 0) -> ET.Element | None:
    tag = element.tag.rsplit("}", 1)[-1]
    if tag not in SVG_TAGS or depth > DEEPEST:
        return None
    clean = ET.Element(tag)
    for name, value in element.attrib.items():
        if name not in SVG_ATTRIBUTES or "url(" in value or (name == "class" and not SVG_CLASS.match(value)):
            continue
        clean.set(name, value)
    clean.text, clean.tail = element.text, element.tail
    for child in element:
        kept = _clean_element(child, depth + 1)
        if kept is not None:
            clean.append(kept)
    return clean


def plain_text(text: str) -> str:
    """The words of a Markdown text: no marks, no block options, no author notes."""
    lines, hidden, options = [], 0, False
    for line in text.splitlines():
        opened = BLOCK_OPEN.match(line)
        if opened and opened.group(1) in BLOCK_NAMES:
            hidden = 1 if opened.group(1) == "author" else hidden
            options = True
            if not hidden and opened.group(2):
                lines.append(opened.group(2))
            continue
        if line.strip() == "///":
            hidden, options = 0, False
            continue
        if options:
            if line.startswith("    ") or not line.strip():
                options = bool(line.strip())
                continue
            options = False
        if not hidden:
            lines.append(line)
    words = "\n".join(lines)
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words)
    words = re.sub(r"^[ \t:|-]+$", "", words, flags=re.M)
    words = re.sub(r"^#+\s*|^\s*[-*>]\s+|^\s*\d+\.\s+|[*_`|]", " ", words, flags=re.M)
    return re.sub(r"[ \t]+", " ", words).strip()
