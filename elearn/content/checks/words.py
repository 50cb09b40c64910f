"""What no text of ours may contain: loose typography, words that are never shown, placeholders that nobody fills."""

from __future__ import annotations

import re

from ..files import PLACEHOLDER, PLACEHOLDERS
from .review import Review
from .source import CODE, line_of, passages

NEVER_SHOWN = re.compile(
    r"(?<![\w-])(?:objecteurs?|objectrices?|réticent(?:e|s|es|·e|·es)?|objectors?)(?![\w-])", re.IGNORECASE
)
"""Names of attitudes: they are shown to nobody (dossier, section 0, rule 10). English *reluctant* is a plain word."""

TARGET = re.compile(r"\]\([^)]*\)")
RULE = re.compile(r"^[\s|:-]+$")
"""The line under a table's header."""

EVERYWHERE = (
    (re.compile(r"\w*\s?!(?!=)"), "pas de point d’exclamation."),
    (re.compile(r"\S*[\"']\S*"), "guillemets et apostrophes typographiques (’ « » “ ”), jamais droits."),
    (NEVER_SHOWN, "ce mot ne se montre à personne."),
)
FRENCH = (
    (re.compile(r"\S* [:;?»]"), "espace insécable avant : ; ? et »."),
    (re.compile(r"« \S*"), "espace insécable après «."),
    (re.compile(r"[^\W\d_][;?](?![\w/])"), "espace insécable avant ; et ?."),
)


def check(review: Review) -> None:
    """Every word of every language."""
    for document, files in review.folder.items():
        for path, text in files.items():
            _check_placeholders(review, document, path, text)
            rules = EVERYWHERE + FRENCH if ".fr." in path else EVERYWHERE
            for passage in passages(path, text):
                _check_passage(review, document, path, text, passage, rules)


def _check_passage(review: Review, document: str, path: str, text: str, passage, rules) -> None:
    seen = TARGET.sub("]", CODE.sub("", passage.text))
    if RULE.match(seen):
        return
    for pattern, sentence in rules:
        for match in pattern.finditer(seen):
            found = match.group()
            review.fault(document, path, line_of(text, passage, found), f"« {found.strip()} » : {sentence}")


def _check_placeholders(review: Review, document: str, path: str, text: str) -> None:
    if path.endswith((".html", ".css")):
        return  # A certificate's template has the language of templates.
    for number, line in enumerate(text.splitlines(), 1):
        for name in re.findall(r"\{\{([^{}]*)\}\}", line):
            if name.strip() not in PLACEHOLDERS:
                known = ", ".join(PLACEHOLDERS)
                review.fault(
                    document, path, number, f"« {{{{{name}}}}} » n’est pas une valeur de l’entreprise ({known})."
                )
        if "{{" in PLACEHOLDER.sub("", line) and not re.search(r"\{\{[^{}]*\}\}", line):
            review.fault(document, path, number, "« {{ » n’est pas refermé sur la même ligne.")
