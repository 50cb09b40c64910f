"""« Qui voit quoi de moi » says exactly what each role's pages show, neither more nor less."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask_babel import force_locale, format_date
from sqlalchemy import select

from elearn import demo
from elearn.ambassadors import organisation
from elearn.ambassadors.models import Application, DecisionWords
from elearn.assessment.models import Attempt, ItemContest
from elearn.credentials.models import Credential
from elearn.db import db, transaction, utcnow
from elearn.help.models import Alert, AlertTold, Question, QuestionPost
from elearn.people import service
from elearn.people.own.sight import SIGHTS
from elearn.permissions import MATRIX, Permission, Role

from ..factories import make_person

STARTS = {
    "manager": ("/team", "/team?teams=all"),
    "hr": ("/hr", "/hr/people", "/hr/people.csv", "/hr/volunteering", "/campaigns"),
    "referent": (
        "/referent",
        "/referent/questions",
        "/referent/alerts",
        "/referent/ambassadors",
        "/referent/applications/1",
    ),
    "author": ("/author", "/author/contests"),
    "admin": (
        "/admin",
        "/admin?q=Zwentibold",
        "/admin/certificates?q=ZW77",
        "/admin/log",
        "/admin/departments",
        "/admin/mails",
        "/admin/imports",
    ),
    "on_duty": ("/", "/me", "/me/messages", "/referent/alerts", "/referent/alerts/1"),
    "colleague": ("/", "/me", "/me/messages", "/questions", "/find?q=Zwentibold", "/charter", "/ambassador"),
}
PREFIXES = {
    "manager": ("/team",),
    "hr": ("/hr/people/",),
    "referent": ("/referent",),
    "author": ("/author/contests",),
    "admin": ("/admin",),
    "on_duty": ("/referent",),
    "colleague": ("/questions", "/faq"),
}


@pytest.fixture
def marks(app):
    """Somebody of whom the platform knows everything; by fact, what shows it on a page."""
    now = utcnow()
    referent = make_person(roles=("referent",), given_name="Rita", family_name="Référente")
    manager = make_person(roles=("manager",), given_name="Marc", family_name="Lebrun")
    with transaction():
        organisation.seed_catalogue()
        made = demo.Demo(now)
        person = service.create_person(
            "Zwentibold", "Quxwelmire", now - dt.timedelta(days=90), email="zw@tests.example", employee_number="ZW77",
            site="Zanzibarville", job_title="Zeppelinière", department_id=make_department_id("Zigzag"),
            manager_id=manager.id, extra_time_percent=173,
        )  # fmt: skip
        made.people = {"referent": referent}
        made.live(demo.finish_everything(made, person, 40))
        made.live(
            demo.volunteer(made, person, ((30, "apply", "night"), (28, "grant", "referent", "Une voix, un fait daté.")))
        )
        made.run()
        question = add(Question, person_id=person.id, page="/charter", asked_at=now, due_on=now.date())
        add(QuestionPost, question_id=question, by_id=person.id, words="Une zquestion à vous poser", posted_at=now)
        alert = add(Alert, person_id=person.id, seen="Une zalerte", place="ici", raised_at=now)
        duty = make_duty(alert)
        attempt = db.session.scalars(select(Attempt).where(Attempt.person_id == person.id)).first()
        add(
            ItemContest, attempt_id=attempt.id, person_id=person.id, quiz=attempt.quiz, item=attempt.items[0],
            words="Une zcontestation", made_at=now,
        )  # fmt: skip
    credential = db.session.scalars(select(Credential).where(Credential.person_id == person.id)).one()
    post = db.session.scalars(select(Application.post).where(Application.person_id == person.id)).one()
    reason = db.session.scalars(select(DecisionWords.reason).where(DecisionWords.reason != "")).first()
    with force_locale("fr"):
        days = "|".join(
            format_date(credential.expires_on, form) for form in ("d MMMM y", "d MMM y", "y-MM-dd", "dd/MM/y")
        )
    readers = {"referent": referent, "manager": manager, "on_duty": duty, "colleague": make_person()}
    readers |= {role: make_person(roles=(role,)) for role in ("hr", "author", "admin")}
    return readers, credential.public_id, {
        "name": "Zwentibold", "email": "zw@tests.example", "number": "ZW77", "job": "Zeppelinière",
        "department": "Zigzag", "site": "Zanzibarville", "extra time": "173", "certificate": days,
        "question": "zquestion", "alert": "zalerte", "contest": "zcontestation",
        "application": re.escape(post[:40]), "decision": re.escape(reason[:40]),
    }  # fmt: skip


def make_department_id(name):
    """A department, inside the present transaction."""
    from elearn.people.models import Department

    department = Department(name=name, path="", depth=0)
    db.session.add(department)
    db.session.flush()
    department.path = f"/{department.id}/"
    return department.id


def make_duty(alert_id):
    """Somebody with no role who was on duty when the alert came."""
    duty = service.create_person("Denis", "Dastreinte", utcnow(), email="duty@tests.example")
    db.session.add(AlertTold(alert_id=alert_id, person_id=duty.id))
    db.session.flush()
    return duty


def add(model, **values):
    """A row whose other required columns hold anything of their type."""
    now = utcnow()
    anything = {int: 1, float: 0.0, str: "x", bool: False, dict: {}, list: [], dt.date: now.date(), object: now}
    for column in model.__table__.columns:
        if column.name not in values and not (column.nullable or column.primary_key) and column.default is None:
            values[column.name] = anything[column.type.python_type]
    row = model(**values)
    db.session.add(row)
    db.session.flush()
    return row.id


def read(browser, role, most=25) -> str:
    """Everything of this role's pages, from its starts on."""
    queue, seen, text = list(STARTS[role]), set(), []
    while queue and len(seen) < most:
        url = queue.pop(0)
        if url in seen:
            continue
        seen.add(url)
        answer = browser.get(url, expect_errors=True)
        if answer.content_type == "text/csv":
            text.append(answer.text)
        if answer.content_type == "text/html":
            text.append(str(answer.html.find("main")))
            links = (link["href"].split("#")[0] for link in answer.html.select("main a[href]"))
            queue += [link for link in links if link.startswith(PREFIXES[role])]
    return "\n".join(text)


def test_sight_when_compared_with_every_page(browser, marks):
    """Each role's pages show the facts that the table grants, and no other."""
    readers, public_id, shown_by = marks
    expected = {sight.role: set(sight.facts) for sight in SIGHTS}
    found = {}
    for role, reader in readers.items():
        text = read(browser.sign_in(reader), role)
        found[role] = {fact for fact, pattern in shown_by.items() if re.search(pattern, text)}
    text = browser.reset() or browser.get(f"/verify/{public_id}").text
    found["verifier"] = {fact for fact, pattern in shown_by.items() if re.search(pattern, text)}
    assert found == expected


@pytest.mark.pure
def test_sight_when_a_role_is_added():
    """No role may see anything without the table saying so."""
    assert {sight.role for sight in SIGHTS} >= {role.value for role in Role}
    assert frozenset().union(*MATRIX.values()) == set(Permission)


def test_sight_when_on_own_pages(browser, app):
    """The table stands on one's own page and beside one's data."""
    browser.sign_in(make_person())
    for path in ("/me", "/me/data"):
        rows = browser.get(path).html.select(".pv-sentences tbody tr")
        assert [row.find("th").text for row in rows] == [str(sight.who) for sight in SIGHTS]
