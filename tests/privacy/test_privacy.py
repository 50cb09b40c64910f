"""A person's file holds everything; erasure takes every word and moves no figure."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from markupsafe import escape
from sqlalchemy import inspect, select, text

from elearn import demo
from elearn.assessment.models import Attempt
from elearn.content.items import TYPES
from elearn.content.service import get_document, get_site
from elearn.db import Base, db, transaction, utcnow
from elearn.errors import Refusal
from elearn.learning.models import CheckResponse, LessonVisit
from elearn.notifications.models import Message
from elearn.people import applying, imports
from elearn.people import service as people
from elearn.people.models import Person, PersonEvent
from elearn.privacy import service
from elearn.privacy.holdings import ELSEWHERE, HOLDINGS
from elearn.privacy.titles import say_response

from ..factories import check_file, make_person

NAME = "Zwentibold"


@pytest.fixture
def trained(app):
    """Somebody who did the whole programme, and wrote."""
    with transaction():
        made = demo.Demo(utcnow())
        person = people.create_person(
            NAME, "Quxwelmire", utcnow() - dt.timedelta(days=60), email="zw@a.fr", employee_number="ZW77", site="Annecy"
        )
        made.live(demo.finish_everything(made, person, 20))
        made.run()
    write_words(person.id)
    return person


def write_words(person_id):
    """A question and an alert, in the person's own words."""
    from elearn.help.models import Alert, Question, QuestionPost

    now = utcnow()
    with transaction():
        question = fill(Question, person_id=person_id, page="/charter", asked_at=now)
        db.session.flush()
        fill(QuestionPost, question_id=question.id, by_id=person_id, words=f"Moi, {NAME}, je demande", posted_at=now)
        fill(Alert, person_id=person_id, seen=f"{NAME} a vu", place="ici", raised_at=now)


def fill(model, **values):
    """A row with believable values in the columns a test does not care for."""
    for column in model.__table__.columns:
        if column.name in values or column.primary_key or column.nullable or column.default is not None:
            continue
        kind = dt.datetime if "UtcDateTime" in repr(column.type) else column.type.python_type
        values[column.name] = {
            str: "x", int: 1, bool: False, dict: {}, list: [], dt.datetime: utcnow(), dt.date: utcnow().date()
        }[kind]  # fmt: skip
    row = model(**values)
    db.session.add(row)
    return row


def close_and_erase(person_id, by_id=None):
    """As the administrator does it."""
    with transaction():
        people.close_person(person_id, utcnow(), by_id)
    with transaction():
        service.erase(person_id, utcnow(), by_id)


def search_database(words) -> list[str]:
    """Every table and column in which one of these words stands."""
    db.session.rollback()
    found = []
    for table in inspect(db.engine).get_table_names():
        for row in db.session.execute(text(f'SELECT * FROM "{table}"')).mappings():
            found += [f"{table}.{k}" for k, v in row.items() if any(w in str(v).casefold() for w in words)]
    return found


def test_holdings_name_every_table():
    """A table that names a person is shown and erased, or says why it holds nothing about them."""
    named = {
        table.name
        for table in Base.metadata.tables.values()
        if table.name == "person"
        or any(
            c.name == "person_id" or any(f.target_fullname == "person.id" for f in c.foreign_keys)
            for c in table.columns
        )
    }
    missing = named - {holding.table for holding in HOLDINGS} - ELSEWHERE.keys()
    assert not missing
    for holding in HOLDINGS:
        assert set(holding.blank) <= {c.name for c in holding.model.__table__.columns}


def test_file_when_asked_by_oneself(browser, trained):
    """Page, JSON and PDF hold everything, and no hash of ours."""
    person = db.session.get(Person, trained.id)
    browser.sign_in(person)
    page = browser.get("/me/data")
    assert NAME in page and "Qui voit quoi de moi" in page and "je demande" in page
    content = json.loads(browser.get("/me/data.json").body)
    assert content["person"][0]["email"] == "zw@a.fr"
    assert content["lesson_completion"] and content["response"] and content["credential"][0]["words"]
    assert content["question_post"][0]["words"].startswith("Moi")
    assert not any(word in json.dumps(content) for word in ("password_hash", "token_hash", "salt"))
    assert "Compte créé" in page and "Quiz de la charte" in page
    assert not any(word in page for word in ("next try at", "edition id", "charter-quiz", "(numéro)"))
    assert browser.get("/me/data.pdf").body.startswith(b"%PDF")
    assert "/me/data" in browser.get("/me")


def test_file_when_it_holds_codes(browser, trained):
    """Lessons, questions and what was responded to them are read by their titles, in the words of the edition they were
    taken on; a program has both the codes and the titles. What nothing knows any more stays as it is."""
    taken = db.session.scalar(select(Attempt).where(Attempt.person_id == trained.id, Attempt.quiz == "charter"))
    item = get_document(taken.edition_id).by_id[taken.items[0]]
    lessons = [lesson for slug in get_site().course_slugs for lesson in get_site().course(slug).lessons]
    lesson = next(each for each in lessons if each.scenarios)
    latest = {"value": {"verdict": "hold", "spans": []}, "right": True}
    with transaction():
        where = {"person_id": trained.id, "course": lesson.course, "lesson": lesson.slug}
        fill(CheckResponse, **where, item=lesson.scenarios[0].id, latest=latest)
        fill(CheckResponse, **where, item="no-item", latest={"value": "a", "right": False})
        fill(LessonVisit, person_id=trained.id, course="no-course", lesson="no-lesson")
    browser.sign_in(db.session.get(Person, trained.id))
    page = browser.get("/me/data").text
    titles = item.words.of("fr").prompt, lesson.words.of("fr").title, "ne pas publier tel quel", "Quiz de la charte"
    for shown in (*titles, "no-course", "no-lesson", "no-item"):
        assert str(escape(shown)) in page
    assert item.id not in page and "signed" not in page
    content = json.loads(browser.get("/me/data.json").body)
    row = next(each for each in content["response"] if each["item"] == item.id)
    assert row["titles"]["item"] == item.words.of("fr").prompt
    assert content["completion"][0]["path"] == 2 and "titles" not in content["completion"][0]


@pytest.mark.parametrize("type", TYPES)
def test_response_in_words_when_item_is_of_each_type(app, type):
    """What was chosen, in the words of its choices."""
    item = next(each for each in get_site().quiz("charter").bank if each.type == type)
    said, words = say_response(item, item.key, "en"), item.words.of("en")
    chosen = item.key if isinstance(item.key, (list, tuple, dict)) else [item.key]
    for each, choice in zip(said if isinstance(said, list) else [said], chosen, strict=True):
        assert each.startswith(words.choices[choice].strip())


def test_file_when_another_asks(browser, trained):
    """Nobody's file is anybody else's; an administrator's copy is logged and told; never by who is HR too."""
    admin, both = make_person(roles=("admin",)), make_person(roles=("admin", "hr"))
    for who, status in ((admin, 200), (both, 409)):
        browser.sign_in(who)
        form = browser.form(browser.get(f"/admin/people/{trained.public_id}/erase"), "/data")
        answer = form.submit("kind", value="json", status=status)
        assert ("zw@a.fr" in answer) == (status == 200)
    with transaction():
        service.note_copy(both.id, both.id, both.role_names, utcnow())  # One's own is nobody's business.
    assert db.session.scalars(select(PersonEvent.by_id).where(PersonEvent.act == "data-copied")).all() == [admin.id]
    message = db.session.scalar(select(Message).where(Message.kind == "data_copied"))
    assert message.person_id == trained.id


def test_erase_when_account_is_open(app, trained):
    """Only somebody who left is erased, and once."""
    with pytest.raises(Refusal, match="Fermez d’abord"), transaction():
        service.erase(trained.id, utcnow(), None)
    close_and_erase(trained.id)
    with pytest.raises(Refusal, match="déjà effacé"), transaction():
        service.erase(trained.id, utcnow(), None)
    with pytest.raises(Refusal), transaction():
        people.reopen_person(trained.id, utcnow())
    with pytest.raises(Refusal), transaction():
        people.edit_person(trained.id, {"given_name": "Z"}, utcnow())


def test_erase_leaves_no_word(app, trained):
    """No name, address, number or word of theirs is left in any column of any table."""
    other = make_person(manager_id=trained.id)
    words = [NAME.casefold(), "quxwelmire", "zw@a.fr", "zw77"]
    assert search_database(words)
    close_and_erase(trained.id)
    assert search_database(words) == []
    assert db.session.get(Person, other.id, populate_existing=True).manager_id is None


def test_erase_moves_no_figure(browser, trained):
    """HR's dashboard, list and exports say the same before and after, but for the name."""
    hr = make_person(roles=("hr",))
    make_person(given_name="Autre", email="other@a.fr")
    with transaction():
        people.close_person(trained.id, utcnow())
    browser.sign_in(hr)
    pages = ("/hr", "/hr/people?who=all", "/hr/people?who=left", "/hr/people.csv", "/hr/people.csv?who=left")

    def read():
        return [browser.get(url).text.replace(f"{NAME} Quxwelmire", "Personne effacée") for url in pages]

    before = [strip(page) for page in read()]
    with transaction():
        service.erase(trained.id, utcnow(), None)
    after = [strip(page) for page in read()]
    assert [set(a) ^ set(b) for a, b in zip(after, before, strict=True)] == [set()] * len(pages)
    assert after == before
    assert browser.get("/hr/people.xlsx?who=left").body.startswith(b"PK")


def strip(page: str) -> list[str]:
    """The words of a page, in no order (who has no name comes first), without its tokens and the mark of a departure."""
    page = re.sub(r'value="[^"]{40,}"', "", page)
    return sorted(page.replace('<span class="pv-muted">(partie)</span>', "").replace("<", " <").split())


def test_erase_when_certificate_is_shown(browser, trained):
    """Its page and its PDF answer as for a code that never was: no name, no trace."""
    from elearn.credentials.models import Credential

    code = db.session.scalar(select(Credential.public_id).where(Credential.person_id == trained.id))
    assert NAME in browser.get(f"/verify/{code}")
    close_and_erase(trained.id)
    for url in (f"/verify/{code}", f"/credentials/{code}.pdf"):
        assert NAME not in browser.get(url, status=404)


def test_erase_when_an_import_is_running(app, trained, tmp_path):
    """The lines about somebody erased meanwhile are forgotten: the import goes on and does not bring them back."""
    lines = (
        f"Prénom;Nom;E-mail;Matricule;Responsable\n{NAME};Quxwelmire;zw@a.fr;ZW78;\nA;B;a@a.fr;;zw@a.fr\n"
        f"{NAME};Neuve;new@a.fr;N9;\nA;B;zw@a.fr, x;;\n"
    )
    with transaction():
        people.close_person(trained.id, utcnow())
    with transaction():
        people.edit_person(trained.id, {"employee_number": "ZW78"}, utcnow())
    job_id, _report = check_file(lines.encode(), tmp_path)
    with transaction():
        imports.start(job_id, utcnow(), None)
    with transaction():
        service.erase(trained.id, utcnow(), None)
    assert [row for row in search_database(["zw@a.fr", "quxwelmire"]) if row.startswith("import")] == []
    while applying.work(utcnow(), tmp_path):
        pass
    db.session.rollback()
    assert db.session.scalar(select(Person.id).where(Person.email == "zw@a.fr")) is None
    assert db.session.scalar(select(Person.id).where(Person.email == "a@a.fr"))
    assert db.session.get(Person, trained.id, populate_existing=True).given_name == ""


def test_erase_through_the_page(browser, trained):
    """The word is typed, the consequence is read; then the page of the person says what is left."""
    admin = make_person(roles=("admin",))
    browser.sign_in(admin)
    url = f"/admin/people/{trained.public_id}/erase"
    assert "Ce compte est ouvert" in browser.get(url)
    with transaction():
        people.close_person(trained.id, utcnow())
    form = next(f for k, f in browser.get(url).forms.items() if isinstance(k, int) and "confirm" in f.fields)
    assert "Écrivez « effacer »" in form.submit(status=422)
    form["confirm"] = "Effacer"
    page = form.submit(status=303).follow()
    assert "a été effacé le" in page and NAME not in page
    assert "Données effacées" in browser.get("/admin/log")
    assert "Personne effacée" in browser.get("/admin?state=erased")
    assert browser.get(url).status_int == 200
