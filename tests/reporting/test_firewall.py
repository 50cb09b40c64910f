"""HR and managers learn, by name, for each mandatory part: not begun, under way, done with its date; and the
certificate. Nothing else, by no page, filter, order, file, error, message or difference between two figures.

The company is crawled, then everything that must stay hidden is changed, then it is crawled again: each answer must
be the same to the byte, and so its headers. Beside that, every statement the desks run is read for tables they have no
business with. The crawl opens every address of the application, those of other roles with other people's ids included.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import sys
import zipfile
from collections import Counter
from contextlib import nullcontext
from itertools import zip_longest
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import select

from elearn import web
from elearn.ambassadors import contests, mandates
from elearn.ambassadors import service as ambassadors
from elearn.ambassadors.models import Application, Assessment, Contest, Decision, DecisionWords, Hearing, Mandate
from elearn.assessment.models import Attempt, Response
from elearn.campaigns import commands as campaigns
from elearn.campaigns import service as preparing
from elearn.content.service import get_site
from elearn.credentials.models import Completion, Credential
from elearn.db import db, transaction, utcnow
from elearn.help import alerts
from elearn.help import service as questions
from elearn.help.models import Alert, Question, QuestionPost
from elearn.learning import service as learning
from elearn.learning.models import CheckResponse, LessonCompletion
from elearn.notifications import service as notifications
from elearn.notifications.models import Message
from elearn.people import service as accounts
from elearn.people.models import Person
from elearn.reporting import service
from elearn.reporting.models import VolunteeringSnapshot

from ..ambassadors import building
from ..conftest import START
from ..factories import make_department, make_person
from ..test_access import ANYONE, COLLEAGUES, address, table
from .company import REQUIREMENTS, make_company, train

READERS = {"hr": ("hr",), "manager": ("manager",), "all": ("hr", "manager", "admin")}
"""Who reads: HR, a manager, and somebody who holds every role but those that must know. Nobody holds more: HR and
referent exclude each other, and an author sees of contests what an author must."""

DESKS = ("/hr", "/team")
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
    "crisis",  # Its notice is on every page, for everybody.
    # Of volunteering, counts that may be shown, and no others.
    "volunteering_snapshot",
}
HIDDEN_MODELS = (
    Alert, Application, Assessment, Attempt, CheckResponse, Contest, Decision, DecisionWords, Hearing, LessonCompletion,
    Mandate, Question, QuestionPost, Response,
)  # fmt: skip
"""What no page of the administrator asks either."""

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
        "issued": (utcnow().strftime("%Y-%m"), f"2024-01..{utcnow():%Y-%m}", "2026-99"),
        "department": ("0", "1", "99999", "x"),
        "course": ("premiers-pas",),
    }.items()
    for value in values
]
STARTS = [
    "/hr/nothing-here",
    "/hr/people/1",
    *(f"/hr/campaigns/{id_}" for id_ in (1, 2, 3, 4)),
    *(f"/hr/volunteering?month={month}" for month in (START.strftime("%Y-%m"), "1999-01", "x", "%00")),
    *(f"/hr/people{kind}?{each}" for kind in ("", ".csv") for each in FILTERS),
    *(f"/hr?{each}" for each in FILTERS),
]
TEAM_STARTS = ["/team?teams=all", "/team/1", *(f"/team?teams=all&{each}" for each in FILTERS)]
OTHERS_STARTS = [
    "/search?q=ambassad",
    "/search?q=nom",
    "/admin?role=referent",
    "/admin?q=nom",
    "/admin/log?act=role-given",
]

LEFT_OUT = re.compile(r"\.pdf$|^/dev/")
"""Paper, which says what a crawled page says and takes longer to draw than all of them; the pages of development, where
everybody reads everybody's mails."""
UNREACHED = {
    "help.crisis",
    "learning.signed_charter",
    "people.login",
    "people.login_second",
    "ambassadors.briefs",
    "ambassadors.write",
    "home.logo",
    "home.favicon",
}
"""They send away whoever is signed in, or has nothing there yet."""


@pytest.fixture(autouse=True)
def still(app, monkeypatch, tmp_path):
    """Between two crawls nothing moves but what the test moves: the clock stands still for every room, and a front-end
    build that goes on beside the tests renames no asset (one did, and every page differed by the name of its style).
    """
    now = utcnow()
    monkeypatch.setattr(web, "MANIFEST", shutil.copy2(web.MANIFEST, tmp_path / "manifest.json"))
    for name, module in list(sys.modules.items()):
        if name.startswith("elearn.") and getattr(module, "utcnow", None) is utcnow:
            monkeypatch.setattr(module, "utcnow", lambda: now)
    return now


CLOCKED = ("Content-Length", "Date", "Set-Cookie")
"""Headers that change with a form's secret or with the server's clock."""


def bare(response) -> bytes:
    """An answer without the secrets of its forms, nor the moment a workbook was written; its headers at the end."""
    headers = sorted(f"{k}: {v}" for k, v in response.headers.items() if k not in CLOCKED)
    body = response.body
    if body[:2] == b"PK":
        book = zipfile.ZipFile(io.BytesIO(body))
        body = b"".join(book.read(name) for name in sorted(book.namelist()) if "docProps" not in name)
    # A form's own secret: against forgery, or against being sent twice.
    body = re.sub(rb'(name="(?:csrf_token|token)"[^>]*value=")[^"]*', rb"\1", body)
    return body + "\n".join(["", *headers]).encode()


def shapes_of(url: str) -> tuple:
    """What addresses have in common that differ in values only, or in what is asked of one page."""
    parts = urlsplit(url)
    path = re.sub(r"\d+|[0-9a-f-]{20,}", "*", parts.path)
    return path, (path, frozenset(name for name, _value in parse_qsl(parts.query)))


def crawl(browser, starts, count_queries=None) -> dict[str, tuple]:
    """Every answer from these addresses on, following links; of links to one page a dozen, two that ask alike.

    With ``count_queries``, the third of each answer is the tables that were read for it.
    """
    queue, answers, seen = [(url, True) for url in starts], {}, Counter()
    while queue:
        url, is_start = queue.pop(0)
        page, asked = shapes_of(url)
        if url in answers or (not is_start and (seen[page] >= 12 or seen[asked] >= 2)):
            continue
        if not is_start:
            seen.update((page, asked))
        with count_queries() if count_queries else nullcontext() as statements:
            response = browser.get(url, expect_errors=True)
        assert response.status_int < 500, url
        answers[url] = (response.status_int, bare(response), tables_of(statements or ()))
        if response.content_type == "text/html":
            links = (link["href"].split("#")[0] for link in response.html.select("a[href]"))
            queue += [(link, False) for link in links if link.startswith("/") and not LEFT_OUT.search(link)]
    return answers


def tables_of(statements) -> set[str]:
    """The tables that statements name. Who is signed in is one row, found by the session's token: what else it reads is
    about the reader alone."""
    others = [each for each in statements if "token_hash = " not in each]
    named = {name for each in others for name in re.findall(r"(?:FROM|JOIN|,)\s+\"?(\w+)", each)}
    return named & {each.name for each in db.metadata.sorted_tables}


def every_address(app, people) -> list[str]:
    """Each page of the application; where it takes the id of something, the first few, and where it takes somebody's
    public id, a volunteer's."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint != "static":
            url = address(rule).replace("nobody-has-this", people[0, "trained"].public_id)
            if LEFT_OUT.search(url):
                continue
            found += [url.replace("999999", str(id_)) for id_ in (1, 2, 3)] if "999999" in url else [url]
    return found


def differences(before, after) -> list[tuple]:
    """Where two crawls differ: the address, and the first line that is not the same, on either side."""
    found = []
    for url, one in before.items():
        other = after.get(url, (None, b""))
        if one[:2] != other[:2]:
            lines = zip_longest(one[1].splitlines(), other[1].splitlines())
            found.append((url, one[0], other[0], next((pair for pair in lines if pair[0] != pair[1]), None)))
    return found


@pytest.fixture
def company(app, still):
    """People in every state, two of whom nothing visible tells apart; a referent; campaigns in every state, one of
    which wrote today."""
    people, _departments = make_company()
    for number in (8, 9):
        people[number, "trained"] = make_person(given_name="Dominique", family_name="Pareil")
        with transaction():
            db.session.get(Person, people[number, "trained"].id).site = "Vannes"
        train(people[number, "trained"], *REQUIREMENTS)
    building.seed()
    return people, make_person(given_name="Claire", family_name="Aubry", roles=("referent",))


def make_reader(name: str, people) -> Person:
    """Somebody of HR, a manager to whom some report, or both and more; campaigns were made, and wrote to them."""
    reader = make_person(given_name="Claude", family_name="Roussel", roles=READERS[name])
    now = utcnow()
    with transaction():
        for (number, _state), person in people.items():
            if number < 3:
                db.session.get(Person, person.id).manager_id = reader.id
        day, made = now.date() + dt.timedelta(days=14), []
        for title in ("Lancé", "Arrêté", "En préparation"):
            campaign = preparing.prepare(reader.id, title, {}, ["path", "charter"], day, [-14, 0, 7], True, now)
            made.append(campaign.id)
        preparing.launch(made[0], now)
        preparing.stop(made[1], now)
    campaigns.run_due(now)
    return reader


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
            if key[1] == "trained" and key[0] < 8:
                add_volunteering(add, person, security.edition_id, number, now)
            add(filled(Alert, person_id=person.id))
            question = add(filled(Question, person_id=person.id, page="/charter"))
            add(filled(QuestionPost, question_id=question, by_id=person.id, words="Ai-je le droit de refuser ?"))
    return written


def walk(people, referent, now) -> None:
    """The same by the services, so that whoever they write to is written to: somebody applies, is sent back, granted,
    heard, suspended, contests; asks; alerts."""
    person_id, referent_id = people[8, "trained"].id, referent.id
    scope = building.scope(starts_on=now.date(), ends_on=now.date() + dt.timedelta(days=90))

    def do(verb, *arguments):
        with transaction():
            return verb(*arguments, now)

    brief = get_site().briefs.briefs[0]
    do(ambassadors.begin_application, person_id, brief.id)
    do(ambassadors.save_draft, person_id, building.POST, "", brief.networks[0], ["linkedin"], ["trades"])
    do(ambassadors.submit_application, person_id, 1)
    application = db.session.scalars(select(Application).where(Application.person_id == person_id)).one()
    do(ambassadors.decide, referent_id, application.id, application.version, building.verdict(), scope)
    mandate = db.session.scalars(select(Mandate).where(Mandate.person_id == person_id)).one()
    hearing = do(mandates.open_hearing, referent_id, mandate.id, mandate.version, "Un compte semble ouvert.")
    do(mandates.answer_hearing, person_id, hearing.id, "J’ai changé mon mot de passe.")
    until = now.date() + dt.timedelta(days=9)
    db.session.refresh(mandate)
    do(mandates.suspend, referent_id, mandate.id, mandate.version, until, building.REASON)
    decision = select(Decision.id).where(Decision.person_id == person_id).order_by(Decision.id.desc())
    do(contests.contest, person_id, db.session.scalar(decision), "Je ne suis pas d’accord.")
    do(questions.ask, person_id, "a" * 32, "Puis-je citer un client ?", "/charter", False)
    do(alerts.raise_alert, person_id, "b" * 32, "Un faux compte", "Réseau X", (), None)


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


@pytest.mark.parametrize("name", READERS)
def test_every_answer_is_the_same_when_only_hidden_facts_change(app, company, browser, count_queries, name):
    """No page, filter, order, file, error or message depends on anything but what may be seen; the desks read no table
    that holds more; and no page was left out."""
    people, referent = company
    reader = make_reader(name, people)
    starts = {"hr": STARTS, "manager": TEAM_STARTS, "all": every_address(app, people) + OTHERS_STARTS}[name]
    browser.sign_in(reader)
    before, seen = crawl(browser, starts, count_queries), visible()

    assert change_what_is_hidden(people) > 150
    walk(people, referent, utcnow())
    assert visible() == seen, "the test moved what may be seen: it would compare nothing"

    after = crawl(browser, starts)
    assert differences(before, after) == []
    assert set(after) == set(before)
    hidden = {model.__tablename__ for model in HIDDEN_MODELS}
    for url, (_status, _body, read) in before.items():
        if url.startswith(DESKS):
            assert read <= ALLOWED_TABLES, url
        elif url.startswith("/admin"):
            assert not read & hidden, url
    if name == "all":
        check_nothing_left_out(app, before)


def check_nothing_left_out(app, answers) -> None:
    """Each page that this reader may open was opened, and no other."""
    adapter, reached = app.url_map.bind("localhost"), {}
    for url, (status, *_rest) in answers.items():
        assert adapter.test(urlsplit(url).path, "GET"), url
        reached.setdefault(adapter.match(urlsplit(url).path)[0], set()).add(status)
    takes_none = {rule.endpoint for rule in app.url_map.iter_rules() if not rule.arguments}
    wrong = []
    for endpoint, who in table().items():
        mine, found = who in (ANYONE, COLLEAGUES, *READERS["all"]), reached.get(endpoint, set())
        must_open = endpoint in takes_none - UNREACHED or endpoint.startswith(("reporting.", "campaigns."))
        if found and not (not must_open or 200 in found if mine else found == {403}):
            wrong.append((endpoint, found))
    assert not wrong, wrong
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert pages & {endpoint for endpoint, who in table().items() if who in READERS["all"]} <= set(reached)


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
        answers.append(crawl(browser, STARTS))
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


def test_under_way_when_one_is_at_the_beginning_and_one_near_the_end(app, browser):
    """« En cours » says neither which path nor how far: the first click and the last lesson but one look alike."""
    first, last = (make_person(given_name=name, family_name="Témoin", search_name="temoin") for name in ("Un", "Deux"))
    site, now = get_site(), utcnow()
    short, long = site.course(site.paths[0]), site.course(site.paths[-1])
    with transaction():
        learning.choose_path(first.id, short, now)
        learning.choose_path(last.id, long, now)
        for lesson in long.lessons[:-1]:
            learning.visit_lesson(last.id, long, lesson, "", now)
            learning.complete_lesson(last.id, long, lesson, now)
    browser.sign_in(make_person(roles=("hr",)))
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


NAMING = {"application_waiting", "alert_raised", "question_waiting"}


def test_messages_when_a_referent_comes_to_hr(app, browser, company):
    """What a referent was told, and whoever was on duty, names people: it goes as the role of HR comes, mails that wait
    included, and the addresses they knew answer as to anybody."""
    people, referent = company
    now = utcnow()
    walk(people, referent, now)
    told = select(Message.kind).where(Message.person_id == referent.id)
    assert set(db.session.scalars(told)) >= NAMING
    browser.sign_in(referent)
    own = select(Message.id).where(Message.person_id == referent.id, Message.in_app, Message.kind.in_(NAMING))
    known = [f"/me/messages/{id_}" for id_ in db.session.scalars(own)]
    assert any("Pareil" in browser.get(url) for url in known)
    desk = ("applications/1", "ambassadors/1", "alerts/1", "questions/1", "contests/1")
    known += ["/referent", *(f"/referent/{each}" for each in desk), "/help/alerts/1"]
    with transaction():
        accounts.take_role(referent.id, "referent", now)
        accounts.give_role(referent.id, "hr", now)
    for url in known:
        browser.get(url, status=(303, 403, 404))
    notifications.deliver_due(now)
    db.session.rollback()
    assert not set(db.session.scalars(told)) & NAMING
