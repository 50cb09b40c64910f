"""The worker's queue: a nudge for each cause, rounds by the clock, and work that never depends on the queue."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys

import pytest
from huey import MemoryHuey

from elearn.config import ROOT
from elearn.db import after_commit, db, transaction
from elearn.notifications import commands, jobs, service
from elearn.notifications.service import DELIVERY

from .test_delivery import say, states


def waiting(app) -> list[str]:
    """The names of the jobs in the queue, oldest first."""
    return [task.name for task in app.extensions["queue"].pending()]


def work_once(app) -> None:
    """What the worker does with the oldest task."""
    queue = app.extensions["queue"]
    db.session.remove()
    queue.execute(queue.dequeue())


@pytest.fixture
def own_jobs(app, monkeypatch):
    """No job but those the test registers, on a queue of its own."""
    monkeypatch.setattr(jobs, "_jobs", {})
    monkeypatch.setitem(app.extensions, "queue", None)
    return lambda: jobs.attach(app, MemoryHuey(results=False))


def test_queue_when_cause_is_committed(app, reader):
    """Delivery is woken by the commit, once for all the messages of a transaction, and keeps the mail."""
    with transaction():
        for _time in range(3):
            service.queue(reader.id, "password_changed", {}, reader.created_at)
        assert waiting(app) == []
    assert waiting(app) == [DELIVERY]
    work_once(app)
    assert states() == [("kept", 0)] * 3 and waiting(app) == []


def test_queue_when_cause_is_rolled_back(app, reader):
    """What did not happen wakes nobody, then or later."""
    with pytest.raises(RuntimeError), transaction():
        service.queue(reader.id, "password_changed", {}, reader.created_at)
        raise RuntimeError
    with transaction():
        pass
    assert waiting(app) == []


def test_queue_when_it_does_not_answer(app, reader, monkeypatch, caplog):
    """A queue that is broken delays a mail; it never undoes its cause, nor shows itself to whoever caused it."""

    def fail(*_arguments):
        raise OSError("no space left")

    monkeypatch.setattr(app.extensions["queue"].storage, "enqueue", fail)
    say(reader)
    assert states() == [("waiting", 0)] and "waits for its round" in caplog.text


def test_job_when_more_waits(app, own_jobs):
    """A job that says there is more is called again, behind what came meanwhile."""
    ran, more = [], iter([True, False])
    jobs.register_job("long", lambda now: ran.append("long") or next(more))
    jobs.register_job("short", lambda now: ran.append("short") or False)
    own_jobs()
    jobs.nudge(app, "long")
    jobs.nudge(app, "short")
    for _time in range(3):
        work_once(app)
    assert ran == ["long", "short", "long"] and waiting(app) == []


def test_job_when_it_fails(app, own_jobs, caplog):
    """A fault is written down, what it had begun is undone, and the next task finds a clean session."""

    def broken(now):
        with transaction():
            after_commit("never", lambda: pytest.fail("committed"))
            raise RuntimeError("a fault of tests")

    jobs.register_job("broken", broken)
    jobs.register_job("sound", lambda now: False)
    own_jobs()
    jobs.nudge(app, "broken")
    jobs.nudge(app, "sound")
    work_once(app)
    work_once(app)
    assert "a fault of tests" in caplog.text and waiting(app) == []


@pytest.mark.parametrize(
    ("moment", "minutes", "runs"),
    [
        ("00:00", 1, True),
        ("13:37", 1, True),
        ("13:35", 5, True),
        ("13:37", 5, False),
        ("13:00", 60, True),
        ("13:01", 60, False),
        ("00:00", 1440, True),
        ("12:00", 1440, False),
    ],
)
def test_round_when_minute_comes(moment, minutes, runs):
    """Rounds follow the clock, in UTC."""
    now = dt.datetime.fromisoformat(f"2026-03-29T{moment}:00+00:00")
    assert jobs.is_round(now, dt.timedelta(minutes=minutes)) is runs


def test_rounds_when_huey_asks(app):
    """Every registered job is a periodic task of the queue: at midnight all of them are due, and run to the end."""
    queue = app.extensions["queue"]
    due = queue.read_periodic(dt.datetime(2026, 3, 29, tzinfo=dt.UTC))
    assert {task.name for task in due} == set(jobs._jobs)
    assert {"captures that expired", "quizzes.overdue", "mandates and their days", DELIVERY} <= set(jobs._jobs)
    for task in due:
        queue.enqueue(task)
    for _task in due:
        work_once(app)
    assert waiting(app) == []


def test_real_queue_when_nudged(app, reader, monkeypatch, tmp_path):
    """The installation's own queue, beside its database, takes a nudge from one process and gives it to another."""
    monkeypatch.setitem(app.config, "INSTANCE", tmp_path)
    monkeypatch.delitem(app.extensions, "queue")
    say(reader)
    app.extensions["queue"].storage.close()
    other = jobs._open_queue(app)
    jobs.attach(app, other)
    try:
        assert waiting(app) == [DELIVERY]
        work_once(app)
        assert states() == [("kept", 0)]
        other.storage.enqueue(b"forged:0000")
        with pytest.raises(ValueError, match="mismatch"):
            other.dequeue()
    finally:
        other.storage.close()


@pytest.mark.pure
def test_worker_when_its_server_is_gone(tmp_path):
    """The worker works off what waits, does not outlive the process that started it, and stops when told."""
    environment = {**os.environ, "ELEARN_INSTANCE": str(tmp_path), "ELEARN_ENV": "development"}
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "upgrade"], cwd=ROOT, env=environment, check=True, capture_output=True)
    command = [*flask, "notifications", "work", "--parent"]
    orphan = f"import os, subprocess; subprocess.Popen({command!r} + [str(os.getpid())])"
    with subprocess.Popen([sys.executable, "-c", orphan], cwd=ROOT, env=environment, stdout=subprocess.PIPE) as parent:
        parent.communicate(timeout=300)  # The pipe closes when the worker, which holds it too, has ended.
    with subprocess.Popen([*flask, "notifications", "work"], cwd=ROOT, env=environment) as told:
        told.send_signal(signal.SIGTERM)
        assert told.wait(timeout=300) in (0, -signal.SIGTERM)


def test_deliver_command_when_much_waits(app, reader, monkeypatch):
    """A full round says that more may wait; one that is not full, that nothing does."""
    monkeypatch.setattr(commands, "ROUND", 2)
    for _time in range(3):
        say(reader)
    assert [commands.deliver_piece(reader.created_at) for _round in range(2)] == [True, False]
