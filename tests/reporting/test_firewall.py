"""HR and managers learn, by name, for each mandatory part: not begun, under way, done with its date; and the
certificate. Nothing else, by no page, filter, order, file, error or difference between two figures.

The company is crawled, then everything that must stay hidden is changed, then it is crawled again: each answer must
be the same to the byte. Beside that, every statement these pages run is read for tables they have no business with.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import pytest

from elearn.ambassadors.models import Application, Mandate
from elearn.assessment.models import Attempt, Response
from elearn.content.service import get_site
from elearn.credentials.models import Completion, Credential
from elearn.db import db, transaction, utcnow
from elearn.help.models import Question, QuestionPost
from elearn.learning import service as learning
from elearn.learning.models import CheckResponse, LessonCompletion
from elearn.people.models import Person

from ..factories import make_person
from .company import make_company

ALLOWED_TABLES = {
    # Of training, what may be seen, and nothing more.
    "completion",
    "credential",
    # Who works where, who is signed in, the installation, campaigns.
    "person",
    "department",
    "user_session",
    "role_assignment",
    "message",
    "site_state",
    "edition",
    "campaign",
    "campaign_step",
}

FILTERS = [
    f"{name}={value}"
    for name, values in {
        "path": ("todo", "doing", "done", "premiers-pas", "piloter"),
        "charter": ("todo", "doing", "done"),
        "security": ("todo", "doing", "done"),
        "missing": ("path", "charter", "security"),
        "certificate": ("valid", "expiring", "expired", "none", "revoked"),
        "who": ("active", "left", "all", "ambassadors"),
        "sort": ("name", "department", "certificate", "score", "course"),
        "q": ("nom", "%25", "'", "premiers-pas", "ambassad"),
        "issued": (utcnow().strftime("%Y-%m"), "2026-99"),
        "department": ("0", "1", "99999", "x"),
        "course": ("premiers-pas",),
    }.items()
    for value in values
]
STARTS = [
    "/hr",
    "/hr/people",
    "/hr/people.csv",
    "/hr/people.xlsx",
    "/hr/nothing-here",
    "/hr/people/1",
    *(f"/hr/people{kind}?{each}" for kind in ("", ".csv") for each in FILTERS),
    *(f"/hr?{each}" for each in FILTERS),
]
TEAM_STARTS = ["/team", "/team?teams=all", "/team/1", *(f"/team?teams=all&{each}" for each in FILTERS)]


def bare(response) -> bytes:
    """An answer without what differs from one minute or one form to the next."""
    if response.body[:2] == b"PK":
        book = zipfile.ZipFile(io.BytesIO(response.body))
        return b"".join(book.read(name) for name in sorted(book.namelist()) if "docProps" not in name)
    body = re.sub(rb'(name="csrf_token"[^>]*value=")[^"]*', rb"\1", response.body)
    return re.sub(rb"\d\d?:\d\d", b"", body)


def crawl(browser, starts, prefixes, most=400) -> dict[str, tuple[int, bytes]]:
    """Every answer from these addresses on, following links that stay among the given prefixes."""
    queue, answers = list(starts), {}
    while queue and len(answers) < most:
        url = queue.pop(0)
        if url in answers:
            continue
        response = browser.get(url, expect_errors=True)
        assert response.status_int < 500, url
        answers[url] = (response.status_int, bare(response))
        if response.content_type == "text/html":
            links = (link["href"] for link in response.html.select("main a[href]"))
            queue += [link for link in links if link.startswith(prefixes)]
    return answers


@pytest.fixture
def company(app):
    """People in every state, HR, and a manager to whom some of them report."""
    people, _departments = make_company()
    manager = make_person(given_name="Marc", family_name="Lebrun", roles=("manager",))
    hr = make_person(given_name="Claire", family_name="Roussel", roles=("hr",))
    with transaction():
        for (number, _state), person in people.items():
            if number < 3:
                db.session.get(Person, person.id).manager_id = manager.id
    return people, {"hr": hr, "manager": manager}


def change_what_is_hidden(people) -> int:
    """Give everybody other paths, lessons, scores, responses, applications, mandates, refusals and questions, without
    moving what may be seen; return how many rows were written."""
    site, now = get_site(), utcnow()
    paths = [site.course(slug) for slug in site.paths]
    quiz, security = site.quiz("charter"), site.course("security")
    written = 0

    def add(row):
        nonlocal written
        written += 1
        db.session.add(row)
        db.session.flush()
        return row.id

    with transaction():
        for number, (key, person) in enumerate(people.items()):
            if key[1] != "new":
                # Another path than before, lessons done in it, responses to its checks.
                learning.choose_path(person.id, paths[number % len(paths)], now)
                learning.choose_path(person.id, paths[(number + 1) % len(paths)], now)
                path = paths[(number + 1) % len(paths)]
                for lesson in path.lessons[: number % 3]:
                    add(
                        LessonCompletion(
                            person_id=person.id, course=path.slug, lesson=lesson.slug, edition_id=path.edition_id,
                            how="read", completed_at=now,
                        )
                    )  # fmt: skip
                add(
                    CheckResponse(
                        person_id=person.id, course=path.slug, lesson=path.lessons[0].slug, item="x-1",
                        first_right=bool(number % 2), latest={"value": "a", "right": False}, responded_at=now,
                    )
                )  # fmt: skip
            if key[1] in ("half", "trained", "old"):
                # Attempts failed and passed, with their scores and responses.
                for attempt in (1, 2):
                    attempt_id = add(
                        Attempt(
                            person_id=person.id, quiz="charter", number=attempt, edition_id=quiz.edition_id, seed=number,
                            items=["charter-1"], status="submitted", started_at=now, closed_at=now,
                            score=number % 20, max_score=20, passed=number % 20 > 15,
                        )
                    )  # fmt: skip
                    add(Response(attempt_id=attempt_id, item="charter-1", value="a", saved_at=now, credit=0.5))
            if key[1] == "trained":
                add_volunteering(add, person, security.edition_id, number, now)
            question = add(filled(Question, person_id=person.id, page="/charter"))
            add(filled(QuestionPost, question_id=question, by_id=person.id, words="Ai-je le droit de refuser ?"))
    return written


def add_volunteering(add, person, edition_id, number, now) -> None:
    """An application that was granted or refused, and the mandate where it was granted."""
    credential = db.session.query(Credential).filter_by(person_id=person.id).first()
    common = {"person_id": person.id, "credential_id": credential.id}
    status = "granted" if number % 2 else "refused"
    stages = {"created_at": now, "changed_at": now, "submitted_at": now, "closed_at": now}
    application = add(
        filled(Application, **common, **stages, status=status, briefs_edition_id=edition_id, post="Ma publication")
    )
    if status == "granted":
        today, end = now.date(), credential.expires_on
        add(filled(Mandate, **common, application_id=application, starts_on=today, ends_on=max(end, today)))


def filled(model, **values):
    """A row whose other required columns hold anything of their type."""
    now = utcnow()
    anything = {int: 1, float: 0.0, str: "x", bool: False, dict: {}, list: [], dt.date: now.date(), object: now}
    for column in model.__table__.columns:
        if column.name not in values and not column.nullable and column.default is None and not column.primary_key:
            kept = credential_days(values) if "expires_on" in column.name else None
            values[column.name] = kept or anything[column.type.python_type]
    return model(**values)


def credential_days(values):
    """The last day of the credential a row speaks of."""
    return db.session.get(Credential, values["credential_id"]).expires_on


@pytest.mark.parametrize("role", ["hr", "manager"])
def test_every_answer_is_the_same_when_only_hidden_facts_change(company, browser, role):
    """No page, filter, order, file or error depends on anything but what may be seen."""
    people, readers = company
    starts, prefixes = (STARTS, "/hr") if role == "hr" else (TEAM_STARTS, "/team")
    browser.sign_in(readers[role])
    before, seen = crawl(browser, starts, prefixes), visible()

    assert change_what_is_hidden(people) > 150
    assert visible() == seen, "the test moved what may be seen: it would compare nothing"

    after = crawl(browser, starts, prefixes)
    assert [url for url in before if before[url] != after.get(url)] == []
    assert set(after) == set(before)
    assert len(before) > (150 if role == "hr" else 40)


def visible() -> dict:
    """What of training may be seen, of everybody."""
    db.session.rollback()
    columns = [column.name for column in Completion.__table__.columns]
    return {row.person_id: [getattr(row, name) for name in columns] for row in db.session.query(Completion)}


@pytest.mark.parametrize("role", ["hr", "manager"])
def test_statements_when_every_page_is_opened(company, browser, count_queries, role):
    """The pages of HR and managers read no table that holds what they must not know."""
    _people, readers = company
    starts, prefixes = (STARTS, "/hr") if role == "hr" else (TEAM_STARTS, "/team")
    browser.sign_in(readers[role])
    tables = {table.name for table in db.metadata.sorted_tables}
    assert ALLOWED_TABLES - {"campaign", "campaign_step"} <= tables
    with count_queries() as statements:
        crawl(browser, starts, prefixes)
    touched = {name for statement in statements for name in re.findall(r"(?:FROM|JOIN|,)\s+\"?(\w+)", statement)}
    assert touched & tables <= ALLOWED_TABLES


def test_under_way_when_one_is_at_the_beginning_and_one_near_the_end(company, browser):
    """« En cours » says neither which path nor how far: the first click and the last lesson but one look alike."""
    _people, readers = company
    first, last = (make_person(given_name=name, family_name="Témoin", search_name="temoin") for name in ("Un", "Deux"))
    site, now = get_site(), utcnow()
    short, long = site.course(site.paths[0]), site.course(site.paths[-1])
    with transaction():
        learning.choose_path(first.id, short, now)
        learning.choose_path(last.id, long, now)
        for lesson in long.lessons[:-1]:
            learning.visit_lesson(last.id, long, lesson, "", now)
            learning.complete_lesson(last.id, long, lesson, now)
    browser.sign_in(readers["hr"])
    rows = browser.get("/hr/people?q=temoin").html.select("tbody tr")
    texts = [" ".join(row.text.split()) for row in rows]
    assert len(texts) == 2
    assert texts[0].removeprefix("Un") == texts[1].removeprefix("Deux")
    assert "En cours" in texts[0]


@pytest.mark.parametrize("role", [None, "author", "admin", "referent", "manager", "hr"])
def test_pages_when_opened_by_another_role(app, browser, role):
    """Each desk opens for its own role only."""
    browser.sign_in(make_person(roles=(role,) if role else ()))
    for url in ("/hr", "/hr/people", "/hr/people.csv", "/hr/people.xlsx"):
        browser.get(url, status=200 if role == "hr" else 403)
    browser.get("/team", status=200 if role == "manager" else 403)


def test_hr_and_referent_when_held_together(app):
    """Nobody holds both, whatever room tries: the database refuses."""
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError):
        make_person(roles=("hr", "referent"))
