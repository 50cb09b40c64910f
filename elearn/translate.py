"""Merge the rooms' English catalogues into the one that runs: ``python -m elearn.translate``.

Each room keeps its own ``translations/en/<room>.po``, so that two people can translate at once. French needs none:
its sentences are the message ids.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "translations" / "en"


class TranslationFault(ValueError):
    """Two rooms translate the same sentence differently; the message names both."""


def merge(folder: Path = FOLDER) -> Catalog:
    """One catalogue of every room's; raise TranslationFault where two rooms disagree."""
    merged, origin = Catalog(locale="en", domain="messages"), {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale="en")
        for message in catalog:
            if not message.id or not message.string:
                continue
            key = message.id[0] if isinstance(message.id, tuple) else message.id
            if key in origin and merged.get(key) is not None and merged.get(key).string != message.string:
                raise TranslationFault(f"{path.name} and {origin[key]} translate « {key} » differently.")
            origin[key] = path.name
            merged.add(message.id, message.string, flags=message.flags)
    return merged


def compile_catalog() -> int:
    """Write the merged catalogue where Babel finds it; return how many messages it has."""
    target = FOLDER / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    catalog = merge()
    with target.open("wb") as file:
        write_mo(file, catalog)
    return len(catalog)


if __name__ == "__main__":
    compile_catalog()
