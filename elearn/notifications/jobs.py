"""Work beside the requests, run by huey: rooms register it, a bounded piece at a time.

What is to be done stands in tables, written with its cause. A task in the queue carries nothing but the name of the
job that should look at its tables now; a task that is lost (huey takes one off before it runs it) costs a minute,
never the work.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Callable
from threading import Lock

from flask import Flask, current_app
from sqlalchemy.engine import make_url

from ..db import after_commit, is_deadlock, utcnow

log = logging.getLogger(__name__)

MINUTE = dt.timedelta(minutes=1)

_jobs: dict[str, tuple[Callable[[dt.datetime], bool], dt.timedelta]] = {}
_lock = Lock()


def register_job(name: str, run: Callable[[dt.datetime], bool], every: dt.timedelta = MINUTE) -> None:
    """Make work known. ``run(now)`` does a second or two of it in transactions of its own, and says whether more is
    waiting; it may be killed anywhere and is called again, at once when more waits, otherwise on the next round.
    ``every``: whole minutes that divide a day."""
    _jobs[name] = run, every


def wake(name: str) -> None:
    """Have a job look at its tables as soon as the present transaction is committed, rather than on its next round."""
    app = current_app._get_current_object()
    after_commit(name, lambda: nudge(app, name))


def nudge(app: Flask, name: str) -> None:
    """Put a job's name in the queue. A queue that does not answer is logged and no more: the next round does it."""
    try:
        get_queue(app).tasks[name]()
    except Exception:
        log.exception("the queue does not take %s, which waits for its round", name)


def is_round(moment: dt.datetime, every: dt.timedelta) -> bool:
    """Whether a job that runs so often runs in this minute of the day."""
    return (moment.hour * 60 + moment.minute) % (every // MINUTE) == 0


# --- The queue ------------------------------------------------------------------------------------------------


def get_queue(app: Flask):
    """The installation's queue, opened when first needed: huey is not imported by a process that never writes."""
    with _lock:
        if "queue" not in app.extensions:
            attach(app, _open_queue(app))
    return app.extensions["queue"]


def _open_queue(app: Flask):
    """A file beside the database, or tables in it: SQLite for SQLite, PostgreSQL for PostgreSQL.

    Tasks are signed, since huey reads them with pickle. The file is not synchronised: nothing in it is missed.
    """
    from huey import PostgresHuey, SqliteHuey
    from huey.serializer import SignedSerializer

    options = {"results": False, "serializer": SignedSerializer(secret=app.config["SECRET_KEY"])}
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() == "postgresql":
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresHuey("porte-voix", dsn=dsn, **options)
    return SqliteHuey("porte-voix", filename=str(app.config["INSTANCE"] / "queue.sqlite3"), fsync=False, **options)


def attach(app: Flask, queue) -> None:
    """Make a huey queue the application's: every job becomes one of its periodic tasks."""
    queue.tasks = {
        name: queue.periodic_task(lambda moment, every=every: is_round(moment, every), name=name)(_task(app, name, run))
        for name, (run, every) in _jobs.items()
    }
    app.extensions["queue"] = queue


def _task(app: Flask, name: str, run: Callable[[dt.datetime], bool]) -> Callable[[], None]:
    def work() -> None:
        with app.app_context():
            try:
                more = run(utcnow())
            except Exception as error:
                if not is_deadlock(error):
                    raise
                log.warning("%s makes way for another transaction, and is called again", name)
                more = True
            if more:
                nudge(app, name)

    return work


def consume(app: Flask, parent: int | None = None) -> None:
    """Work until told to stop (SIGTERM, SIGINT), or until the process ``parent``, which started this one, is gone.

    One thread: every job does a short piece, and on SQLite one writer is all there can be. What the queue held before
    is thrown away and every job looks at its tables once, which comes to the same and cannot pile up.
    """
    from huey.consumer import Consumer, ConsumerStopped

    class Worker(Consumer):
        """A consumer that does not outlive its parent."""

        def loop(self, checked_at=None):
            if parent is not None and os.getppid() != parent:
                self.stop(graceful=True)
                raise ConsumerStopped
            return super().loop(checked_at)

    queue = get_queue(app)
    queue.flush()
    for name in queue.tasks:
        nudge(app, name)
    Worker(queue, max_delay=1.0, graceful_signal="TERM").run()
