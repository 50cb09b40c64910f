"""The demo's calendar: what people do, each in their own order, all of it in the order of time.

A *life* is a generator. It yields when its next act comes, is sent the moment, and calls a service with it. Run side by
side, lives leave the rows, ids and logs that thirteen months of work leave: figures drawn on a day count that day.
"""

from __future__ import annotations

import datetime as dt
import heapq
import random
from collections.abc import Generator, Mapping

from ..content.service import get_site
from ..people.models import Person

Life = Generator[float | dt.timedelta | dt.datetime, dt.datetime, None]
"""Yields days ago (some moment of that working day), a time after the act before, or a moment."""


class Demo:
    """What the making shares: the moment, the generator, the password, who is who, and the lives that go on."""

    def __init__(self, now: dt.datetime, password_hash: str | None = None):
        self.now, self.hash = now, password_hash
        self.random = random.Random(2026)
        self.people: Mapping[str, Person] = {}
        self._waiting: list[tuple[dt.datetime, int, Life]] = []
        self._begun = 0

    @property
    def site(self):
        """The installation as it stands at this point of the story."""
        return get_site()

    def moment(self, days_ago: float) -> dt.datetime:
        """A moment of a working day, so many days ago; never in the last hours, so that what follows it is past too."""
        day = self.now - dt.timedelta(days=max(days_ago, 0.2))
        while day.weekday() > 4:
            day -= dt.timedelta(days=1)
        moment = day.replace(
            hour=self.random.randint(7, 15), minute=self.random.randint(0, 59), second=0, microsecond=0
        )
        return min(moment, self.now - dt.timedelta(hours=3))

    def live(self, life: Life) -> None:
        """Begin a life; it goes on when the calendar runs."""
        self._begun += 1
        self._wait(life, self._begun, next(life, None), None)

    def _wait(self, life: Life, place: int, due, last: dt.datetime | None) -> None:
        if due is None:
            return
        if isinstance(due, dt.timedelta):
            due = last + due
        elif not isinstance(due, dt.datetime):
            due = self.moment(due)
        if last is not None:
            due = max(due, last + dt.timedelta(minutes=1))
        if due <= self.now:  # What would come later is for the people of the demo to do.
            heapq.heappush(self._waiting, (due, place, life))

    def run(self) -> None:
        """Go through time, act by act, until nothing is left to come."""
        while self._waiting:
            moment, place, life = heapq.heappop(self._waiting)
            try:
                due = life.send(moment)
            except StopIteration:
                continue
            self._wait(life, place, due, moment)
