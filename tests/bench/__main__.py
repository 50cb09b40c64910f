"""``make bench``: pages of the product and a bare page, under the same server, in the same run.

With ``BENCH_PEOPLE=20000`` the demo company is first filled with so many people, and the desks are measured on it.

CPU milliseconds come from the kernel's accounting of the server's processes, which holds on a noisy machine. The
bare page is measured before and after, so that a drift of the machine shows.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import urllib.parse
from pathlib import Path

from tests.servers import CSRF, Server, start_product

from .people import fill

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "400"))
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "0"))
PASSWORD = "demo-porte-voix-2026"
BARE_SERVER = """
import os
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
Granian("tests.bench.bare:app", address="127.0.0.1", port=int(os.environ["PORT"]), interface=Interfaces.WSGI,
        workers=2, blocking_threads=4, backlog=512, log_level=LogLevels.warning).serve()
"""


class Visitor:
    """One person on one kept-alive connection, with cookies."""

    def __init__(self, server: Server):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body=None, headers=None):
        """One request; returns (status, text, headers)."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **(headers or {})}
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        return answer.status, text, answer

    def post(self, path: str, page: str, **fields):
        """Send a form with the token of ``page``."""
        body = urllib.parse.urlencode({"csrf_token": CSRF.search(page).group(1), **fields}, doseq=True)
        return self.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def sign_in(self, email: str) -> Visitor:
        """Through the form."""
        _status, page, _answer = self.ask("GET", "/login")
        field = "login" if 'name="login"' in page else "email"
        status, text, _answer = self.post("/login", page, **{field: email, "password": PASSWORD})
        if status != 303:
            raise RuntimeError(f"signing in as {email} failed: {status} {text[:300]}")
        return self


def measure(server: Server, name: str, once, count: int = REQUESTS) -> dict:
    """CPU milliseconds and bytes of one kind of request, after a warm-up of both workers."""
    size = 0
    for _ in range(40):
        status, text, _answer = once()
        if status not in (200, 204):
            raise RuntimeError(f"{name}: {status} {text[:500]}")
        size = len(text.encode())
    before = server.cpu_seconds()
    for _ in range(count):
        once()
    return {"name": name, "ms": (server.cpu_seconds() - before) * 1000 / count, "bytes": size}


def bench_bare(folder: Path) -> dict:
    """The yardstick."""
    database = folder / "bare.sqlite3"
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE IF NOT EXISTS page (id INTEGER PRIMARY KEY, title TEXT)")
    connection.execute("INSERT OR REPLACE INTO page VALUES (7, 'Une page')")
    connection.commit()
    connection.close()
    server = Server(
        [sys.executable, "-c", BARE_SERVER], {"PV_BARE_DATABASE": str(database)}, folder / "bare.log", health="/"
    )
    try:
        visitor = Visitor(server)
        return measure(server, "bare page", lambda: visitor.ask("GET", "/"), REQUESTS * 2)
    finally:
        server.stop()


def open_quiz(visitor: Visitor, slug: str) -> tuple[str, str]:
    """Begin an attempt; returns its address and page."""
    _status, page, _answer = visitor.ask("GET", f"/quizzes/{slug}")
    _status, _text, answer = visitor.post(f"/quizzes/{slug}/attempts", page)
    address = answer.getheader("Location")
    return address, visitor.ask("GET", address)[1]


def saver(visitor: Visitor, address: str, page: str):
    """A function that saves one response, as the page's script does."""
    item = re.search(r'id="item-([\w-]+)" data-type="single"', page).group(1)
    name = f"item-{item}"
    value = re.search(rf'name="{name}" value="(\w+)"', page).group(1)
    token, target = CSRF.search(page).group(1), re.search(r'data-save="([^"]+)"', page).group(1)
    sequence = iter(range(1, 1_000_000))

    def save():
        one = {"item": item, "fields": {name: [value]}, "sequence": next(sequence)}
        headers = {"Content-Type": "application/json", "X-CSRFToken": token, "Accept": "application/json"}
        return visitor.ask("POST", target, json.dumps({"responses": [one]}), headers)

    return save


def bench_product(folder: Path) -> list[dict]:
    """The pages that people open most."""
    server = start_product(folder / "instance")
    try:
        if PEOPLE:
            fill(folder / "instance" / "elearn.sqlite3", PEOPLE)
        learner = Visitor(server).sign_in("midway@demo.example")
        address, page = open_quiz(learner, "charter")
        rows = [
            measure(server, "home", lambda: learner.ask("GET", "/")),
            measure(server, "lesson", lambda: learner.ask("GET", "/courses/premiers-pas/networks")),
            measure(server, "quiz page", lambda: learner.ask("GET", address)),
            measure(server, "save a response", saver(learner, address, page)),
            *bench_desks(server),
        ]
    finally:
        server.stop()
    return rows


LISTS = {
    "HR list": "",
    "  two states": "charter=done&certificate=valid",
    "  nobody": "path=done&security=doing&site=Brest&certificate=expiring",
    "  by department": "sort=department&charter=doing",
    "  by certificate": "sort=certificate&path=done",
    "  common letters": "q=le",
    "  rare name": "q=benali+malik",
    "  site, arrival": "site=Brest&arrived_from=2024-01-01&missing=charter",
}
"""HR's list as people filter and sort it; each is asked for again and again, as its pages are turned."""


def bench_desks(server: Server) -> list[dict]:
    """The pages that HR, managers and referents work on; each signs in when their turn comes, since the server closes
    a connection on which nothing is asked."""

    def open_as(who: str, name: str, path: str) -> dict:
        visitor = Visitor(server).sign_in(f"{who}@demo.example")
        return measure(server, name, lambda: visitor.ask("GET", path))

    page = Visitor(server).sign_in("hr@demo.example").ask("GET", "/hr/people?q=petit")[1]
    after = re.search(r"after=([\w-]+)", page).group(1) if "after=" in page else ""
    return [
        open_as("hr", "HR dashboard", "/hr"),
        *(open_as("hr", name, f"/hr/people?{query}") for name, query in LISTS.items()),
        open_as("hr", "  page by key", f"/hr/people?after={after}"),
        open_as("manager", "manager's team", "/team"),
        open_as("referent", "referent's queue", "/referent"),
    ]


def main() -> int:
    """Print the table."""
    folder = Path(tempfile.mkdtemp(prefix="pv-bench-"))
    try:
        first = bench_bare(folder)
        rows = bench_product(folder)
        last = bench_bare(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    bare = (first["ms"] + last["ms"]) / 2
    company = f"{PEOPLE:,} people" if PEOPLE else "the demo company"
    print(f"\n{REQUESTS} requests a page, two processes, {company}; server CPU per request\n")
    print(f"{'page':<20}{'ms':>8}{'× bare':>9}{'KB':>8}")
    print(f"{'bare, before':<20}{first['ms']:>8.2f}{first['ms'] / bare:>9.2f}{first['bytes'] / 1024:>8.1f}")
    for row in rows:
        print(f"{row['name']:<20}{row['ms']:>8.2f}{row['ms'] / bare:>9.2f}{row['bytes'] / 1024:>8.1f}")
    print(f"{'bare, after':<20}{last['ms']:>8.2f}{last['ms'] / bare:>9.2f}{last['bytes'] / 1024:>8.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
