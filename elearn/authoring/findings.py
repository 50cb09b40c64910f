"""What the content check finds in the authors' files, and whether they are what is served. Reads the disk."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from ..content.checks import check_folder
from ..content.files import Fault, digest_of, read_folder
from ..content.service import VALUES_FILE, company_values, used_values

_lock = threading.Lock()
_kept: tuple[str, dict[str, list[Fault]]] = ("", {})


def review(root: Path, overlay: Path | None, settings: dict) -> tuple[dict[str, list[Fault]], dict[str, str]]:
    """Faults by document, and the digest each document would have if it were published now.

    The check takes seconds: it is made once for the same files.
    """
    global _kept
    folder = read_folder(root, overlay)
    whole = digest_of({document: digest_of(files) for document, files in folder.items()})
    with _lock:
        if _kept[0] != whole:
            _kept = (whole, check_folder(folder))
        faults = _kept[1]
    values = company_values(settings)
    return faults, {
        document: digest_of({**files, VALUES_FILE: json.dumps(used_values(files, values), sort_keys=True)})
        for document, files in folder.items()
    }
