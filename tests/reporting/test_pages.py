"""HR's desk through its pages: each number is the list behind it, and files hold what the list shows."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from urllib.parse import parse_qsl, urlsplit

import pytest
from openpyxl import load_workbook
from werkzeug.datastructures import MultiDict

from elearn.credentials.models import Completion, Credential
from elearn.credentials.service import revoke
from elearn.db import db, transaction, utcnow
from elearn.i18n import company_day
from elearn.reporting import figures, keeping, queries, rules
from elearn.reporting.rules import Filter

from ..factories import make_department, make_person
from .company import make_company, train


@pytest.fixture
def desk(app, browser):
    """HR signed in, in a company with people in every state."""
    people, departments = make_company()
    hr = make_person(given_name="Claire", family_name="Roussel", roles=("hr",))
    browser.sign_in(hr)
    browser.people, browser.departments = people, departments
    return browser


def total_of(page) -> int:
    """The count a list announces."""
    return int(re.sub(r"\D", "", page.html.select_one("h2 [role=status]").text))


def names_on(browser, url) -> list[str]:
    """Every name of a list, over all its pages."""
    names, page = [], browser.get(url)
    while True:
        names += [cell.contents[0].strip() for cell in page.html.select("tbody th[scope=row]")]
        following = page.html.find("a", rel="next")
        if following is None:
            return names
        page = browser.get(following["href"])


def test_dashboard_when_each_number_is_opened(desk):
    """Every number of the dashboard, on every level of the tree and for every period, is exactly as many people as its
    list shows."""
    totals, seen, dashboards, numbers = {}, {"/hr"}, ["/hr"], 0
    while dashboards:
        for link in desk.get(dashboards.pop()).html.select(".pv-content a[href^='/hr']"):
            said = link.get("aria-label", link.text).rpartition(":")[2]  # A column says its month, then its number.
            href, number = link["href"].partition("#")[0], re.search(r"\d+", said.replace("\u202f", ""))
            # Periods, and people of no known site, are looked at in the whole company: filters add up alike.
            is_added = "&" in href and ("period=" in href or "site=-" in href)
            if href.startswith("/hr?") and href not in seen and not is_added:
                seen.add(href)
                dashboards.append(href)
            elif href.startswith("/hr/people") and number:
                numbers += 1
                if href not in totals:
                    args = MultiDict(parse_qsl(urlsplit(href).query))
                    wanted = rules.read_filter(args, args.getlist("missing"))
                    totals[href] = queries.count_people(wanted, company_day(utcnow()))
                assert totals[href] == int(number.group()), (href, link.text)
    assert numbers > 200


@pytest.fixture
def large(monkeypatch):
    """``large(few)``: the company counts as a large one, in which a stretch of so many people is found whole."""

    def make(few):
        monkeypatch.setattr(queries, "ALWAYS_FRESH", 0)
        monkeypatch.setattr(queries, "FEW", few)
        keeping._kept.clear()

    yield make
    keeping._kept.clear()


@pytest.mark.parametrize("few", [None, 9, 1_000])
def test_list_when_paged(desk, monkeypatch, large, few):
    """Pages cut by key show everybody once, in order, forwards and backwards, whatever the order, the size of the
    company and the way the list is found; the file has the same people in the same order."""
    if few is not None:
        large(few)
    monkeypatch.setattr(queries.list_page, "__defaults__", ("", "", None, False, 7, None))
    monkeypatch.setattr(queries.iterate, "__defaults__", (5,))
    for query, count in (
        ("sort=name", 36),
        ("sort=department", 36),
        ("sort=certificate", 36),
        ("sort=certificate&certificate=valid", 7),
        ("sort=certificate&certificate=none&charter=doing", 7),
        ("sort=certificate&path=done&who=all", 23),
        ("sort=department&department=0", 6),
        ("sort=department&q=trained&site=Vannes", 3),
        ("sort=name&missing=charter", 22),
    ):
        pages, page = [], desk.get(f"/hr/people?{query}")
        while True:
            pages.append([row.text.strip() for row in page.html.select("tbody tr")])
            if (following := page.html.find("a", rel="next")) is None:
                break
            page = desk.get(following["href"])
        rows = sum(pages, [])
        assert len(rows) == count == total_of(page), query
        for earlier in reversed(pages[:-1]):
            page = desk.get(page.html.find("a", rel="prev")["href"])
            assert [row.text.strip() for row in page.html.select("tbody tr")] == earlier, query
        names = [row.splitlines()[0].removesuffix(" (partie)").strip() for row in rows]
        assert [row[0] for row in read_csv(desk.get(f"/hr/people.csv?{query}"), ";")[1:]] == names, query
        if query == "sort=name":
            assert names == sorted(names, key=lambda name: (name.split()[-1].lower(), name.lower()))


def test_list_when_filtered(desk):
    """Each filter, accents and case apart, counts and lists the same people; a department stands for its whole subtree,
    and direct is it alone."""
    works = desk.departments["works"].id
    for query, count in (
        ("", 36),
        ("?q=prenom3", 5),
        ("?q=NOM-TRAINED%20pr%C3%A9nom", 7),
        ("?q=%25", 0),
        ("?q=_", 0),
        ("?site=Vannes", 15),
        ("?site=-", 11),
        ("?path=todo", 8),
        ("?path=doing", 7),
        ("?path=done&charter=doing", 7),
        ("?security=done", 14),
        ("?certificate=valid", 7),
        ("?certificate=expired", 7),
        ("?certificate=none", 22),
        ("?missing=charter", 22),
        ("?who=left", 2),
        ("?who=all", 38),
        ("?arrival=unknown", 6),
        ("?department=0", 6),
        (f"?department={works}", 20),
        (f"?department={works}&direct=1", 5),
    ):
        assert total_of(desk.get(f"/hr/people{query}")) == count, query
        assert len(names_on(desk, f"/hr/people{query}")) == count, query


def test_list_when_somebody_was_erased(desk):
    """Whoever was erased is counted and not named; whoever left is shown only when asked for."""
    names = names_on(desk, "/hr/people?who=all")
    assert names.count("Personne effacée") == 1
    assert "Partie Ailleurs" in names
    assert "Partie Ailleurs" not in names_on(desk, "/hr/people")


def test_certificate_when_revoked(desk):
    """A revoked certificate is not one, and why it was revoked is nowhere."""
    person = desk.people[0, "trained"]
    with transaction():
        revoke(
            db.session.query(Credential).filter_by(person_id=person.id).one().id,
            "Un motif secret, en une phrase.",
            utcnow(),
        )
    page = desk.get("/hr/people?q=prenom0%20trained")
    assert "Pas de certificat" in page.text
    assert "secret" not in page.text


def read_csv(response, delimiter):
    """The rows of a file as a spreadsheet reads them."""
    assert response.body.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(response.body.decode("utf-8-sig")), delimiter=delimiter))


def test_csv_when_the_list_is_filtered(desk):
    """The file has the list's columns; semicolons and French dates for French readers."""
    rows = read_csv(desk.get("/hr/people.csv?path=done&sort=certificate&who=all"), ";")
    assert rows[0][:4] == ["Nom", "Service", "Site", "Parcours"]
    assert re.fullmatch(r"\d\d/\d\d/\d{4}", rows[1][4])
    assert rows[0][-1] == "Dans l’entreprise"
    assert {row[0]: row[-1] for row in rows}.items() >= {"Prénom0 Nom-trained": "oui", "Partie Ailleurs": "non"}.items()


def test_file_when_it_is_on_its_way(desk):
    """Between two chunks no transaction is open: a slow reader holds neither SQLite's log nor PostgreSQL's dead rows."""
    lines = queries.iterate(Filter(sort="department"), company_day(utcnow()), chunk=5)
    for _each in range(12):
        next(lines)
        assert not db.session().in_transaction()


def test_csv_when_the_reader_is_english(desk):
    """Elsewhere a comma and ISO days."""
    hr = make_person(roles=("hr",), language="en")
    rows = read_csv(desk.sign_in(hr).get("/hr/people.csv?path=done"), ",")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", rows[1][4])


def test_files_when_a_name_is_a_formula(desk):
    """What looks like a formula is text in both files."""
    make_person(given_name="=HYPERLINK(1)", family_name="Zed", search_name="zed", site="@site")
    rows = read_csv(desk.get("/hr/people.csv?q=zed"), ";")
    assert rows[1][0] == "'=HYPERLINK(1) Zed"
    assert rows[1][2] == "'@site"
    book = zipfile.ZipFile(io.BytesIO(desk.get("/hr/people.xlsx?q=zed").body))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    cells = next(load_workbook(io.BytesIO(book.fp.getvalue())).active.iter_rows(min_row=2))
    assert [(cell.value, cell.quotePrefix) for cell in (cells[0], cells[2])] == [
        ("=HYPERLINK(1) Zed", True),
        ("@site", True),
    ]


def test_dashboard_when_a_part_is_finished(desk):
    """Figures are counted anew in a company of this size: what was just done shows at once."""
    before = figures.get_totals(Filter(), utcnow().date()).valid
    train(desk.people[0, "half"], "charter-quiz", "security-lessons", "security-quiz")
    assert f"{before + 1} personnes sur 36" in desk.get("/hr").text


def test_dashboard_when_a_period_is_asked_for(desk):
    """How many people obtained a certificate in the period is its list, and the list's file, where somebody who renewed
    is once; the months count each certificate; what was not understood is said."""
    first = db.session.query(Credential).filter_by(person_id=desk.people[0, "old"].id).one()
    same = {name: getattr(first, name) for name in ("person_id", "award", "award_edition_id", "words", "expires_on")}
    with transaction():
        db.session.add(Credential(**same, public_id="again", cycle=2, issued_at=utcnow()))
    for query, count, renewed, said in (
        ("", 12, False, ""),
        ("period=three-years", 36, True, ""),
        ("from_month=2000-01&to_month=2999-12", 36, True, "Une période a 36 mois au plus"),
        ("period=always", 12, False, "n’a pas été comprise"),
        ("from_month=2026", 12, False, "n’a pas été comprise"),
    ):
        figure = desk.get(f"/hr?{query}").html.select_one("#months")
        link, columns = figure.select_one("figcaption a"), [int(each.text) for each in figure.select("td")]
        people = int(re.match(r"\d+", link.text).group())
        assert total_of(desk.get(link["href"])) == people, query
        assert len(read_csv(desk.get(link["href"].replace("people?", "people.csv?")), ";")) - 1 == people, query
        assert (len(columns), sum(columns)) == (count, people + renewed), query
        assert len(figure.select("svg a")) == sum(number > 0 for number in columns), query
        assert said in figure.text, query
        assert (f"Avec les renouvellements, {people + 1} certificats" in figure.text) == renewed, query


def test_dashboard_when_a_filter_is_taken_in_a_period(desk):
    """The period stays when one goes to a department, to a site, or back; and a filter stays with another period."""
    page = desk.get("/hr?site=Vannes&from_month=2026-01&to_month=2026-02")
    for selector in ("#departments .pv-bars a[href^='/hr?']", "#arrivals .pv-bars a[href^='/hr?']", ".pv-chip"):
        assert "from_month=2026-01&to_month=2026-02" in page.html.select_one(selector)["href"]
    for link in page.html.select("#months .pv-tabs a"):
        assert "site=Vannes" in link["href"]
        assert "month=" not in link["href"]
    assert page.html.select_one("#months input[name=site]")["value"] == "Vannes"


def test_dashboard_when_there_is_nobody_or_no_such_department(desk):
    """An empty department says so and shows the way back; one that does not exist is said, with the right status."""
    empty = make_department('Vide « 🔥 » "<b>')
    page = desk.get(f"/hr?department={empty.id}")
    assert "Il n’y a personne à compter ici." in page.text and not page.html.select("main svg.pv-columns")
    desk.get("/hr?department=99999", status=404)


@pytest.mark.parametrize(
    ("url", "most"),
    [("/hr", 10), ("/hr/people", 8), ("/hr/people?sort=certificate&path=done", 9), ("/hr/people.csv", 3)],
)
def test_pages_when_statements_are_counted(desk, count_queries, url, most):
    """A bounded number of statements, whatever the number of people, in a process that keeps nothing yet."""
    with count_queries() as statements:
        desk.get(url)
    assert len(statements) <= most, statements


def test_completion_when_summed_up_anew(desk):
    """The row that HR reads is what fulfilments and credentials say."""
    from elearn.credentials import completion

    def rows():
        db.session.rollback()
        return {
            r.person_id: (r.path, r.charter, r.security, r.charter_done_at, r.certified_at, r.valid_until)
            for r in db.session.query(Completion)
        }

    before = rows()
    with transaction():
        for person_id in before:
            completion.refresh(person_id)
    assert rows() == before


def test_team_when_there_are_reports_of_reports(app, browser):
    """A manager sees those who report to them, on demand those below, and nobody else; a loop of managers ends."""
    boss = make_person(roles=("manager",))
    middle = make_person(family_name="Milieu", manager_id=boss.id, roles=("manager",))
    below = make_person(family_name="Dessous", manager_id=middle.id)
    make_person(family_name="Autre")
    with transaction():
        db.session.get(type(boss), boss.id).manager_id = below.id
    browser.sign_in(boss)
    assert len(names_on(browser, "/team")) == 1
    assert len(names_on(browser, "/team?teams=all")) == 2
    assert "Autre" not in browser.get("/team?teams=all").text
    browser.sign_in(middle)
    assert "Dessous" in browser.get("/team").text
    browser.get("/hr", status=403)
    browser.get("/hr/people.csv", status=403)
