"""Work that goes on beside the mails, in the same worker: rooms register it, a bounded piece at a time."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from ..db import db

log = logging.getLogger(__name__)

_jobs: dict[str, tuple[Callable[[dt.datetime], bool], dt.timedelta]] = {}
_due: dict[str, dt.datetime] = {}


def register_job(name: str, run: Callable[[dt.datetime], bool], every: dt.timedelta = dt.timedelta(0)) -> None:
    """Make work known. ``run(now)`` does a second or two of it in transactions of its own, and says whether more is
    waiting; it may be killed anywhere and is called again. With ``every``, a sweep that found nothing more to do, or
    failed, is left alone that long."""
    _jobs[name] = run, every
    _due.pop(name, None)


def run_jobs(now: dt.datetime) -> bool:
    """One piece of each that is due; whatever one suffers, the others go on. True when one of them has more to do."""
    more = False
    for name, (run, every) in _jobs.items():
        if name in _due and now < _due[name]:
            continue
        _due[name] = now + every
        try:
            if run(now):
                more = True
                del _due[name]
        except Exception:
            log.exception("the job %s failed", name)
        finally:
            db.session.remove()
    return more
