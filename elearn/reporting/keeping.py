"""What is slow to read in a large company is kept for a minute by each process, and pages say of when it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from ..db import db

KEPT_FOR = dt.timedelta(seconds=60)
ALWAYS_FRESH = 2_000
"""Up to so many people, figures, counts and lists are read anew for each page."""
MOST = 500
"""How many things one process keeps."""

_kept: dict[tuple, tuple[dt.datetime, object]] = {}


def keep(key: tuple, now: dt.datetime, make: Callable[[], object], worth: Callable[[], bool] = lambda: True):
    """What was kept under this key within the last minute, or what ``make`` makes, kept if it is worth it."""
    key = (str(db.engine.url), *key)
    at, value = _kept.get(key, (None, None))
    if at is not None and abs(now - at) < KEPT_FOR:
        return value
    value = make()
    if worth():
        for old in [each for each, (at, _value) in list(_kept.items()) if abs(now - at) >= KEPT_FOR]:
            _kept.pop(old, None)
        while len(_kept) >= MOST:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = now, value
    return value
