"""Every page that can be reached by a link, under axe, in both themes, widths and languages."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.exceptions import HTTPException

from elearn import create_app

from .conftest import sign_in

pytestmark = pytest.mark.browser

STARTS = {
    None: ("/login", "/help", "/pages/crisis-card", "/dev/style", "/password/forgot", "/verify", "/nothing-here"),
    "employee": ("/", "/placement", "/paths", "/search?q=photo", "/ambassador", "/help/ask"),
    "midway": ("/", "/charter", "/resources", "/quizzes/charter", "/me"),
    "certified": ("/", "/certificate", "/ambassador"),
    "ambassador": ("/", "/ambassador"),
    "referent": ("/referent", "/"),
    "manager": ("/team",),
    "hr": ("/hr", "/hr/people"),
    "author": ("/author", "/"),
    "admin": ("/admin/certificates?q=certified@demo.example", "/admin", "/"),
}
MOST = {"learning.lesson": 4, "home.page": 8, "learning.course": 2}
"""How many pages of one kind are visited; one, unless said here."""
SKIP = {
    "static",
    "home.logo",
    "home.page_pdf",
    "home.charter_summary_pdf",
    "credentials.pdf",
    "notifications.mail_html",
}
WINDOWS = [(320, True, "en"), (1440, False, "fr")]
"""Each width, each theme and each language once."""


class Walk:
    """Follows the links of a role, a few pages of each kind."""

    def __init__(self, page, base: str):
        self.page, self.base = page, base
        app = create_app({"ENV": "test"})
        self.adapter = app.url_map.bind("127.0.0.1")
        self.seen: dict[str, int] = {}
        self.visited: set[str] = set()

    def kind(self, path: str) -> str:
        """The route of an address."""
        try:
            return self.adapter.match(path)[0]
        except HTTPException:
            return f"none {path}"

    def pages(self, starts):
        """Addresses worth a look, nearest first."""
        queue = list(starts)
        while queue:
            url = queue.pop(0)
            parts = urlsplit(url)
            kind = self.kind(parts.path)
            address = parts.path + (f"?{parts.query}" if parts.query else "")
            if address in self.visited or kind in SKIP or self.seen.get(kind, 0) >= MOST.get(kind, 1):
                continue
            if parts.path.endswith((".csv", ".xlsx", ".pdf", ".json")):
                continue
            self.seen[kind] = self.seen.get(kind, 0) + 1
            self.visited.add(address)
            yield address
            links = self.page.eval_on_selector_all(
                "a[href]", "all => all.map(a => new URL(a.getAttribute('href'), location).href)"
            )
            queue += [link.removeprefix(self.base) for link in links if link.startswith(self.base)]


@pytest.mark.parametrize(
    ("width", "dark", "language"),
    WINDOWS,
)
def test_every_page_by_axe(visit, product, width, dark, language):
    """No violation, no sideways scrolling, no console error, one h1, whoever looks."""
    axe, faults, walked = Axe(), [], 0
    walk = None
    for role, starts in STARTS.items():
        page = visit(width=width, dark=dark, language=language)
        if role:
            sign_in(page, f"{role}@demo.example")
            if page.get_attribute("html", "lang") != language:
                page.eval_on_selector(f'button[name=language][value="{language}"]', "b => b.form.requestSubmit(b)")
                page.wait_for_selector(f"html[lang={language}]")
        walk = walk or Walk(page, product.base)
        walk.page = page
        walk.seen = {k: v for k, v in walk.seen.items() if k != "home.home"}
        for address in walk.pages(starts):
            page.goto(address)
            walked += 1
            where = f"{role or 'nobody'} {address}"
            for violation in axe.run(page).response["violations"]:
                nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
                faults.append(f"{where}: {violation['id']}: {nodes}")
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append(f"{where}: scrolls sideways")
            if page.locator("h1").count() != 1:
                faults.append(f"{where}: {page.locator('h1').count()} h1")
            faults += [f"{where}: {fault}" for fault in page.faults if "404" not in fault]
            page.faults.clear()
    assert not faults, "\n".join(faults)
    assert walked > 40


def test_weight_of_a_first_lesson(visit):
    """A first visit of a lesson weighs at most 120 KB compressed, a second one at most 15 KB, and asks no other host."""
    page = visit()
    sign_in(page, "midway@demo.example")
    fresh = visit()
    fresh.context.add_cookies(page.context.cookies())
    wire = fresh.context.new_cdp_session(fresh)
    wire.send("Network.enable")
    sizes, hosts = [], set()
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    wire.on("Network.requestWillBeSent", lambda event: hosts.add(urlsplit(event["request"]["url"]).hostname))
    fresh.goto("/courses/premiers-pas/networks", wait_until="networkidle")
    first = sum(sizes)
    sizes.clear()
    fresh.goto("/courses/premiers-pas/profile", wait_until="networkidle")
    assert hosts == {"127.0.0.1"}
    assert first <= 120 * 1024, first
    assert sum(sizes) <= 15 * 1024, sizes
