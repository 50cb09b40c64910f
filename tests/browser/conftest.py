"""One Chromium for a worker's browser tests; the demo company under its own server, fresh for each."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import threading

import pytest
from werkzeug.serving import make_server

from tests.factories import session_cookie
from tests.servers import start_product

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PASSWORD = "demo-porte-voix-2026"
PATIENCE = 60_000
"""Milliseconds after which what was waited for never comes, on however busy a machine."""


@pytest.fixture(scope="session")
def demo_company(tmp_path_factory):
    """The instance folder of the demo company as `make run` makes it, once for all the processes of a run."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    instance = folder / "demo" / "instance"
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not instance.exists():
            making = folder / "demo" / "making"
            start_product(making).stop()
            making.rename(instance)
    return instance


@pytest.fixture
def product(demo_company, tmp_path):
    """The demo company as it was made, served as `make run` serves it: no story finds what another left."""
    instance = tmp_path / "instance"
    shutil.copytree(demo_company, instance)
    server = start_product(instance)
    server.instance = instance
    yield server
    server.kill()


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, once."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, product):
    """``visit(width=…, dark=…, language=…)`` opens a fresh browser window on the product."""
    contexts = []

    def open_window(width: int = 1440, height: int = 900, dark: bool = False, language: str = "fr", **options):
        context = chromium.new_context(
            base_url=product.base,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale=language,
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.faults = []
        page.on("console", lambda m: page.faults.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: page.faults.append(str(e)))
        return page

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def site(app):
    """The application served on loopback, on the test's own database; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def window(app, chromium, site):
    """``window(person, **options)`` opens a fresh window as this person; faults of the script fail the test."""
    contexts, faults = [], []

    def open_window(person, **options):
        context = chromium.new_context(base_url=site, locale="fr-FR", **options)
        name, value = session_cookie(app, person)
        context.add_cookies([{"name": name, "value": value, "url": site}])
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def ask(product):
    """Read the product's database beside the server."""

    def run(statement: str, *values):
        connection = sqlite3.connect(product.instance / "elearn.sqlite3")
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    return run


def press(page, what) -> None:
    """Click a link or a button, by its selector or found already, and wait for the whole page it leads to."""
    with page.expect_navigation(wait_until="load"):
        page.click(what) if isinstance(what, str) else what.click()


def sign_in(page, email: str) -> None:
    """Sign in through the form, quickly; the story does it by keyboard."""
    page.goto("/login")
    page.fill("input[name=login], input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
