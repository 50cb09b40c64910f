"""HR and managers learn, by name, for each mandatory part: not begun, under way, done with its date; and the
certificate. Nothing else, by no page, filter, order, file, error or difference between two figures.

The company is crawled, then everything that must stay hidden is changed, then it is crawled again: each answer must
be the same to the byte. Beside that, every statement these pages run is read for tables they have no business with.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import sys
import zipfile
from itertools import zip_longest

import pytest

from elearn import web
from elearn.ambassadors.models import Application, Assessment, Contest, Decision, DecisionWords, Hearing, Mandate
from elearn.assessment.models import Attempt, Response
from elearn.content.service import get_site
from elearn.credentials.models import Completion, Credential
from elearn.db import db, transaction, utcnow
from elearn.help.models import Alert, Question, QuestionPost
from elearn.learning import service as learning
from elearn.learning.models import CheckResponse, LessonCompletion
from elearn.people.models import Person
from elearn.reporting import service
from elearn.reporting.models import VolunteeringSnapshot

from ..factories import make_department, make_person
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
    "crisis",  # Its notice is on every page, for everybody.
    "campaign",
    "campaign_step",
    # Of volunteering, counts that may be shown, and no others.
    "volunteering_snapshot",
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
    "/hr/volunteering",
    *(f"/hr/volunteering?month={month}" for month in (utcnow().strftime("%Y-%m"), "1999-01", "x", "%00")),
    *(f"/hr/people{kind}?{each}" for kind in ("", ".csv") for each in FILTERS),
    *(f"/hr?{each}" for each in FILTERS),
]
TEAM_STARTS = ["/team", "/team?teams=all", "/team/1", *(f"/team?teams=all&{each}" for each in FILTERS)]


@pytest.fixture(autouse=True)
def still(monkeypatch, tmp_path):
    """Between two crawls nothing moves but what the test moves: the clock stands still for every room, and a front-end
    build that goes on beside the tests renames no asset (one did, and every page differed by the name of its style).
    """
    now = utcnow()
    monkeypatch.setattr(web, "MANIFEST", shutil.copy2(web.MANIFEST, tmp_path / "manifest.json"))
    for name, module in list(sys.modules.items()):
        if name.startswith("elearn.") and getattr(module, "utcnow", None) is utcnow:
            monkeypatch.setattr(module, "utcnow", lambda: now)
    return now


def bare(response) -> bytes:
    """An answer without the secrets of its forms, nor the moment a workbook was written."""
    if response.body[:2] == b"PK":
        book = zipfile.ZipFile(io.BytesIO(response.body))
        return b"".join(book.read(name) for name in sorted(book.namelist()) if "docProps" not in name)
    return re.sub(rb'(name="csrf_token"[^>]*value=")[^"]*', rb"\1", response.body)


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


def differences(before, after) -> list[tuple]:
    """Where two crawls differ: the address, and the first line that is not the same, on either side."""
    found = []
    for url, one in before.items():
        other = after.get(url, (None, b""))
        if one != other:
            lines = zip_longest(one[1].splitlines(), other[1].splitlines())
            found.append((url, one[0], other[0], next((pair for pair in lines if pair[0] != pair[1]), None)))
    return found


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
            add(filled(Alert, person_id=person.id))
            question = add(filled(Question, person_id=person.id, page="/charter"))
            add(filled(QuestionPost, question_id=question, by_id=person.id, words="Ai-je le droit de refuser ?"))
    return written


def add_volunteering(add, person, edition_id, number, now) -> None:
    """An application that was assessed, then granted or refused; where granted a mandate, a hearing and a suspension,
    where refused a contest; each with its line of the log and its words."""
    credential = db.session.query(Credential).filter_by(person_id=person.id).first()
    common = {"person_id": person.id, "credential_id": credential.id}
    status = "granted" if number % 2 else "refused"
    stages = {"created_at": now, "changed_at": now, "submitted_at": now, "closed_at": now}
    referent = db.session.query(Person).filter(Person.id != person.id).first()
    application = add(
        filled(Application, **common, **stages, status=status, briefs_edition_id=edition_id, post="Ma publication")
    )
    log = {"person_id": person.id, "by_id": referent.id, "at": now}
    decision = add(Decision(application_id=application, act=status, before="submitted", after=status, version=3, **log))
    add_words(decision, "Motif de la décision")
    verdict = {"category": "tone", "again_on": now.date()} if status == "refused" else {}
    read = {"grid": {}, "points": 12, "lowest": 1, "referent_id": referent.id, "decision_id": decision}
    add(filled(Assessment, application_id=application, decision=status, **read, **verdict))
    if status == "refused":
        add(Contest(decision_id=decision, person_id=person.id, words="Je ne suis pas d’accord", made_at=now))
        return
    mandate = add(filled(Mandate, **common, application_id=application, **days_of(credential, now)))
    hearing = add(filled(Hearing, mandate_id=mandate, opened_by_id=referent.id, grounds="Une publication"))
    log |= {"mandate_id": mandate, "hearing_id": hearing}
    suspended = add(Decision(act="suspended", before="active", after="suspended", version=2, **log))
    add_words(suspended, "Motif de la suspension")


def add_words(decision_id, reason) -> None:
    """What a decision says to its person."""
    db.session.add(DecisionWords(decision_id=decision_id, reason=reason))
    db.session.flush()


def days_of(credential, now) -> dict:
    """From today to the credential's last day."""
    return {"starts_on": now.date(), "ends_on": max(credential.expires_on, now.date())}


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
    assert differences(before, after) == []
    assert set(after) == set(before)
    assert len(before) > (150 if role == "hr" else 40)


def make_credentials(people, now) -> None:
    """Give each a certificate for a year."""
    with transaction():
        for person in people:
            days = {"issued_at": now, "expires_on": now.date() + dt.timedelta(days=365)}
            words = {"award": "programme", "public_id": str(person.id), "words": {}}
            db.session.add(filled(Credential, person_id=person.id, **days, **words))


def make_volunteers(people, chosen) -> None:
    """Make exactly these people ambassadors, by their place in the list."""
    edition_id, now = get_site().quiz("charter").edition_id, utcnow()
    with transaction():
        db.session.query(Mandate).delete()
        db.session.query(Application).delete()
        for number in chosen:
            credential = db.session.query(Credential).filter_by(person_id=people[number].id).one()
            common = {"person_id": people[number].id, "credential_id": credential.id}
            stages = {"created_at": now, "changed_at": now, "submitted_at": now, "closed_at": now, "status": "granted"}
            application = filled(Application, **common, **stages, briefs_edition_id=edition_id)
            db.session.add(application)
            db.session.flush()
            db.session.add(filled(Mandate, **common, application_id=application.id, **days_of(credential, now)))


def test_two_companies_that_differ_only_in_who_volunteered(app, browser, still):
    """Where the figures that may be shown are equal, every page of HR is: in the large department other people
    volunteered, and in the small ones other numbers of people did."""
    large, small, tiny = make_department("Grand"), make_department("Petit"), make_department("Tout petit")
    hr = make_person(given_name="Claire", family_name="Roussel", roles=("hr",))
    places = [large] * 20 + [small] * 9 + [tiny] * 6
    people = [make_person(given_name=f"P{n}", family_name=f"Nom{n}", department_id=d.id) for n, d in enumerate(places)]
    make_credentials(people, still)
    browser.sign_in(hr)
    answers, shown = [], []
    for chosen in ([*range(7), 20, 21, 22, 29, 30], [*range(9, 16), 20, 30, 31, 32, 33]):
        make_volunteers(people, chosen)
        VolunteeringSnapshot.__table__.drop(db.engine)  # Its rows cannot be deleted; a second company begins without.
        VolunteeringSnapshot.__table__.create(db.engine)
        with transaction():
            assert service.draw_snapshot(still)
        answers.append(crawl(browser, STARTS, "/hr"))
        rows = db.session.query(VolunteeringSnapshot).order_by(VolunteeringSnapshot.department_id)
        shown.append([(row.people, row.ambassadors) for row in rows])
    assert shown[0] == shown[1] == [(36, 12), (20, 7), (9, None), (6, None)]
    assert differences(*answers) == []
    assert b"non montr" in answers[0]["/hr/volunteering"][1]


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
    # Who is signed in is one row, found by the session's token: what else it reads is about the reader alone.
    statements = [each for each in statements if "token_hash = " not in each]
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
