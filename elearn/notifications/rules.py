"""When a mail is tried again. Pure."""

from __future__ import annotations

import datetime as dt

MAX_TRIES = 10
FIRST_WAIT = dt.timedelta(minutes=3)
LONGEST_WAIT = dt.timedelta(hours=12)
LEASE = dt.timedelta(minutes=10)
"""How long a claimed message is left to its worker; after a crash another takes it up."""


def next_try(tries: int, now: dt.datetime) -> dt.datetime | None:
    """When to try again after so many tries: 3 minutes, doubled each time, up to 12 hours; None to give up.

    Ten tries span a little over a day, so that a mail server that is down for a day costs no message.
    """
    if tries >= MAX_TRIES:
        return None
    return now + min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
