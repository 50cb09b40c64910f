"""Work that goes on beside the mails, in the same worker: rooms register it, a bounded piece at a time."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from ..db import db

log = logging.getLogger(__name__)

_jobs: dict[str, Callable[[dt.datetime], bool]] = {}


def register_job(name: str, run: Callable[[dt.datetime], bool]) -> None:
    """Make work known. ``run(now)`` does a second or two of it in transactions of its own, and says whether more is
    waiting; it may be killed anywhere and is called again."""
    _jobs[name] = run


def run_jobs(now: dt.datetime) -> bool:
    """One piece of each; whatever one suffers, the others go on. True when one of them has more to do."""
    more = False
    for name, run in _jobs.items():
        try:
            more = run(now) or more
        except Exception:
            log.exception("the job %s failed", name)
        finally:
            db.session.remove()
    return more
