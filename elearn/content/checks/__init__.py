"""Everything that keeps a document from being published, beyond what its own loader finds.

``check_folder`` looks at all documents together, without company values: a long company name makes no lesson too
long. A fault belongs to the document whose author can mend it, and holds back that one only: where a link, an
article or a term cannot be judged because *its* document is broken, nothing is said of those that cite it.

| module | looks at |
|---|---|
| `words` | typography, words never shown, placeholders |
| `prose` | Markdown: blocks, facts, figures, links, lengths, both languages alike |
| `drawings` | SVG figures |
| `lessons` | counts, slips, declared minutes, articles cited |
| `banks` | draws, coverage, near-duplicates, keys that position or length gives away |
"""

from __future__ import annotations

from collections.abc import Mapping

from ..files import Fault
from . import banks, drawings, lessons, prose, words
from .review import Review

__all__ = ["check_folder"]


def check_folder(folder: Mapping[str, Mapping[str, str]]) -> dict[str, list[Fault]]:
    """The faults of each document, in the order of their files; a document without any is absent."""
    review = Review(folder)
    for part in (words, prose, drawings, lessons, banks):
        part.check(review)
    return {document: sorted(faults) for document, faults in review.faults.items() if faults}
