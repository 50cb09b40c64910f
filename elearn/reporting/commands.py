"""The worker's part: the volunteering figures of each month."""

from __future__ import annotations

import datetime as dt

from ..db import transaction
from ..notifications.jobs import register_job
from . import service


def draw_piece(now: dt.datetime) -> bool:
    """Draw the month's figures where they are not; there is never more to do."""
    if not service.is_drawn(now):
        with transaction():
            service.draw_snapshot(now)
    return False


def register(app) -> None:
    """Have the worker look once an hour whether the month's figures are drawn."""
    register_job("volunteering figures", draw_piece, every=dt.timedelta(hours=1))
