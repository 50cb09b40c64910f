"""SVG figures: only what the page keeps may be drawn, in sizes that can be read on a telephone."""

from __future__ import annotations

import xml.parsers.expat
from xml.parsers.expat import ExpatError

from ..markup import SVG_ATTRIBUTES, SVG_CLASS, SVG_TAGS
from .review import Review

MIN_TEXT = 22
"""Smallest text for a drawing 640 units wide: 11 pixels at 320."""

IGNORED = ("xmlns",)


def check(review: Review) -> None:
    """Every figure of every document."""
    for document, files in review.folder.items():
        for path, text in files.items():
            if path.endswith(".svg"):
                for line, sentence in find_faults(text):
                    review.fault(document, path, line, sentence)


def find_faults(source: str) -> list[tuple[int, str]]:
    """(line, sentence) of what a drawing may not contain."""
    found: list[tuple[int, str]] = []
    parser = xml.parsers.expat.ParserCreate()
    depth = 0

    def say(sentence: str) -> None:
        found.append((parser.CurrentLineNumber, sentence))

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if tag not in SVG_TAGS or (depth == 1) != (tag == "svg"):
            say(f"l’élément <{tag}> n’est pas admis ici (voir courses/README.md).")
        elif tag == "svg" and "viewBox" not in attributes:
            say("le dessin n’a pas de `viewBox`.")
        for name, value in attributes.items():
            _check_attribute(tag, name, value, say)

    def end(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = lambda *_: say("pas de <!DOCTYPE> dans un dessin.")
    parser.ProcessingInstructionHandler = lambda *_: say("pas d’instruction <?…?> dans un dessin.")
    try:
        parser.Parse(source, True)
    except ExpatError as error:
        found.append((error.lineno, "ce dessin n’est pas du XML bien formé."))
    return found


def _check_attribute(tag: str, name: str, value: str, say) -> None:
    if name in IGNORED:
        return
    if name not in SVG_ATTRIBUTES or "url(" in value:
        say(f"l’attribut `{name}` de <{tag}> n’est pas admis (voir courses/README.md).")
    elif name == "class" and not SVG_CLASS.match(value):
        say(f"« {value} » n’est pas une classe des dessins : les couleurs suivent les jetons.")
    elif name in ("fill", "stroke") and value not in ("none", "currentColor"):
        say(f"`{name}` ne donne pas de couleur : une classe f-… ou s-… le fait.")
    elif name == "font-size" and _number(value) < MIN_TEXT:
        say(f"un texte de {value} unités ne se lit pas à 320 pixels : {MIN_TEXT} au moins.")


def _number(value: str) -> float:
    try:
        return float(value.removesuffix("px"))
    except ValueError:
        return 0.0
