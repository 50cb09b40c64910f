"""What the content check finds in the authors' files, and whether they are what is served. Reads the disk."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from ..content.checks import check_folder
from ..content.files import Fault, digest_of, read_folder
from ..content.service import VALUES_FILE, company_values, used_values

Review = tuple[dict[str, list[Fault]], dict[str, str]]
FOLDERS = ("courses", "quizzes", "certificates")

_lock = threading.Lock()
_kept: tuple[object, Review] = (None, ({}, {}))


def review(root: Path, overlay: Path | None, settings: dict) -> Review:
    """Faults by document, and the digest each document would have if it were published now.

    The check takes seconds: it is made once, until a file or a company value changes.
    """
    global _kept
    values = company_values(settings)
    stamp = [values, *(sorted(_stamps(place)) for place in (root, overlay) if place)]
    with _lock:
        if _kept[0] != stamp:
            _kept = (stamp, _review(read_folder(root, overlay), values))
        return _kept[1]


def _review(folder: dict, values: dict[str, str]) -> Review:
    return check_folder(folder), {
        document: digest_of({**files, VALUES_FILE: json.dumps(used_values(files, values), sort_keys=True)})
        for document, files in folder.items()
    }


def _stamps(place: Path) -> Iterator[tuple[str, int, int]]:
    """Path, moment of the last change and size of every file, without opening one."""
    folders = [str(place / name) for name in FOLDERS]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir():
                        folders.append(entry.path)
                    else:
                        stat = entry.stat()
                        yield entry.path, stat.st_mtime_ns, stat.st_size
        except FileNotFoundError:
            continue
