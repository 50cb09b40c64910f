"""The blocks of lessons (`/// fact`, `/// figure`…), on pymdown-extensions' generic blocks.

Imported only when Markdown is rendered for the first time.
"""

from __future__ import annotations

import xml.etree.ElementTree as etree

from markdown.extensions import Extension
from pymdownx.blocks import BlocksExtension as _Blocks
from pymdownx.blocks.block import Block

LABELS = {
    "fr": {
        "checked": "recoupé",
        "unchecked": "non recoupé",
        "lawyer": "à confirmer par un juriste",
        "in words": "La figure en mots",
        "author": "Note pour les auteurs",
    },
    "en": {
        "checked": "cross-checked",
        "unchecked": "not cross-checked",
        "lawyer": "to be confirmed by a lawyer",
        "in words": "The figure in words",
        "author": "Note for authors",
    },
}
"""Words of the blocks themselves, in the language of the text: a French text keeps them whoever reads it."""


def _as_text(value) -> str:
    """An option as text: a year (`date: 2014`) is read as a number by YAML, and is none."""
    return str(value)


class _Titled(Block):
    """A block with a title, a body, and a class that names it."""

    ARGUMENT = None
    TAG = "aside"

    @property
    def labels(self):
        """The block's own words in the language of the text."""
        return LABELS[self.md.prose_language]

    def on_create(self, parent):
        """The frame: a title when there is one, then the body."""
        box = etree.SubElement(parent, self.TAG, {"class": f"block block-{self.NAME}"})
        if self.argument:
            etree.SubElement(box, "p", {"class": "block-title"}).text = self.argument
        self.body = etree.SubElement(box, "div", {"class": "block-body"})
        return box

    def on_add(self, block):
        """Text goes into the body, not beside the title."""
        return self.body


class FactBlock(_Titled):
    """A figure of the world, with its date, its source and how sure it is."""

    NAME = "fact"
    OPTIONS = {"date": ["", _as_text], "source": ["", _as_text], "mark": ["unchecked", _as_text]}

    def on_end(self, block):
        """The line that dates the fact and names its source."""
        meta = etree.SubElement(block, "p", {"class": "block-meta"})
        mark = self.labels.get(self.options["mark"], self.labels["unchecked"])
        meta.text = " · ".join(t for t in (self.options["source"], self.options["date"], mark) if t)


class ExampleBlock(_Titled):
    """An example from a trade."""

    NAME = "example"


class TakeawayBlock(_Titled):
    """The one thing to keep."""

    NAME = "takeaway"


class NoteBlock(_Titled):
    """A margin note."""

    NAME = "note"


class TemplateBlock(_Titled):
    """A text to copy."""

    NAME = "template"


class PostBlock(_Titled):
    """A mock social post quoted in a lesson."""

    NAME = "post"


class FigureBlock(_Titled):
    """A picture with its caption, its alternative, and the same in words one click away."""

    NAME = "figure"
    TAG = "figure"
    OPTIONS = {"src": ["", _as_text], "alt": ["", _as_text]}

    def on_create(self, parent):
        """The picture's place, its caption, and the words behind a summary."""
        box = etree.SubElement(parent, "figure", {"class": "block block-figure"})
        etree.SubElement(
            box,
            "div",
            {"class": "figure-picture", "data-figure": self.options["src"], "data-alt": self.options["alt"]},
        )
        if self.argument:
            etree.SubElement(box, "figcaption").text = self.argument
        self.details = etree.SubElement(box, "details", {"class": "figure-words"})
        etree.SubElement(self.details, "summary").text = self.labels["in words"]
        self.body = etree.SubElement(self.details, "div", {"class": "block-body"})
        return box

    def on_end(self, block):
        """A figure without further words shows no empty summary."""
        if len(self.body) == 0 and not (self.body.text or "").strip():
            block.remove(self.details)


class AuthorBlock(_Titled):
    """A note for authors: removed from what learners see."""

    NAME = "author"

    def on_create(self, parent):
        """The frame, which says whom it is for."""
        self.argument = self.argument or self.labels["author"]
        return super().on_create(parent)

    def on_end(self, block):
        """Empty the block for learners; the sanitiser leaves an empty frame that carries nothing."""
        if self.md.shows_author_notes:
            return
        for child in list(block):
            block.remove(child)
        block.set("class", "block-none")


class BlocksExtension(Extension):
    """All blocks, under the shared `///` fence."""

    def __init__(self, language: str, for_authors: bool = False):
        super().__init__()
        self.language, self.for_authors = language, for_authors

    def extendMarkdown(self, md):  # noqa: N802 (python-markdown's name)
        """Register the blocks."""
        md.prose_language = self.language
        md.shows_author_notes = self.for_authors
        registry = _Registry()
        registry.extendMarkdown(md)


class _Registry(_Blocks):
    def extendMarkdownBlocks(self, md, block_mgr):  # noqa: N802 (pymdownx's name)
        """Each block once."""
        for block in (
            FactBlock, ExampleBlock, TakeawayBlock, NoteBlock, TemplateBlock, PostBlock, FigureBlock, AuthorBlock,
        ):  # fmt: skip
            block_mgr.register(block, {})
