"""``make run``: prepare the instance, then serve. A second start finds everything in place and changes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

from sqlalchemy import select

from . import create_app
from .config import ROOT, ConfigError
from .db import db, transaction, utcnow


def prepare(app) -> None:
    """Bring the schema, the content and, in development, the demo company into being."""
    from . import demo
    from .ambassadors.models import Network
    from .ambassadors.organisation import seed_catalogue
    from .content.models import Edition
    from .content.service import publish, read_and_check
    from .operations import upgrade_schema
    from .people.models import Person

    app.config["INSTANCE"].mkdir(parents=True, exist_ok=True)
    with app.app_context():
        upgrade_schema()
        is_demo = app.config["ENV"] == "development" and not db.session.scalar(select(Person.id).limit(1))
        if not db.session.scalar(select(Edition.id).limit(1)):
            print("Publishing the content…", flush=True)
            checked = read_and_check(ROOT, app.config["CONTENT_OVERLAY"])
            with transaction():
                if is_demo:
                    demo.name_company()
                done = publish(checked, demo.opened(utcnow()) if is_demo else utcnow())
            for document, faults in done.held_back.items():
                print(f"  {document} is held back: {faults[0]}")
        db.session.rollback()
        if not db.session.scalar(select(Network.id).limit(1)):
            with transaction():
                seed_catalogue()
        if is_demo:
            print("Making the demo company…", flush=True)
            demo.make_demo(utcnow())


def announce(app, address: str) -> None:
    """Say where it is, and whom to sign in as."""
    print(f"\n  Porte-voix  →  {address}\n")
    if app.config["ENV"] == "development":
        from .demo import ACCOUNTS, PASSWORD

        print(f"  Demo accounts, all with the password {PASSWORD}:")
        for email, what in ACCOUNTS.items():
            print(f"    {email:<26} {what}")
        print()
    sys.stdout.flush()


def main() -> int:
    """Prepare, announce, serve until interrupted."""
    try:
        app = create_app()
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    prepare(app)
    with app.app_context():
        db.engine.dispose()
    worker = Worker()
    worker.start()
    announce(app, f"http://{host}:{port}/")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        serve(host, port)
    except KeyboardInterrupt:
        pass
    finally:
        worker.stop()
    return 0


class Worker(threading.Thread):
    """Keeps the background worker running, and starts another should it end by itself."""

    PAUSE = 5.0
    """Seconds before another start: one that cannot start is not started in a rush."""

    def __init__(self):
        super().__init__(name="worker", daemon=True)
        self.process, self.stopping = None, threading.Event()

    def run(self) -> None:
        """Start, wait for its end, start again."""
        command = [
            sys.executable,
            "-m",
            "flask",
            "--app",
            "wsgi",
            "notifications",
            "work",
            "--parent",
            str(os.getpid()),
        ]
        while not self.stopping.is_set():
            # A session of its own: Ctrl-C is for the server, which then ends the worker in good order.
            self.process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
            self.process.wait()
            self.stopping.wait(self.PAUSE)

    def stop(self) -> None:
        """Let it finish the piece it is at."""
        self.stopping.set()
        if self.process is not None:
            self.process.terminate()
        self.join(timeout=15)


def serve(host: str, port: int) -> None:
    """Serve with a production WSGI server: two processes, four threads each."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    # A forked process keeps granian's own handler until it has loaded the application, and would let a SIGTERM of that
    # half second pass: the server would then wait for it forever.
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    Granian(
        "wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("ELEARN_WORKERS", "2")),
        blocking_threads=4,
        backlog=512,
        log_level=LogLevels.warning,
        working_dir=ROOT,
        respawn_failed_workers=True,
    ).serve()


if __name__ == "__main__":
    sys.exit(main())
