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


DIGEST_HOUR = 7
MODES = ("at_once", "digest", "app")
"""By e-mail at once; in one mail a day; in the application only."""


def next_digest(now: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The next seven o'clock on the company's wall clock, whatever summer time does in between."""
    local = now.astimezone(zone)
    day = local.date() if local.hour < DIGEST_HOUR else local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(DIGEST_HOUR), tzinfo=zone).astimezone(dt.UTC)
