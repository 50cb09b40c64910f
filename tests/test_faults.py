"""What may come from anywhere and happen at any moment: nothing half done, nothing twice, and a sentence instead of a
fault."""

from __future__ import annotations

import errno
import io
import logging
import os

import psycopg.errors
import pytest
from flask import Request
from PIL import Image
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from webtest import Upload

from elearn.ambassadors import service as ambassadors
from elearn.ambassadors.models import Decision, Mandate
from elearn.db import db, transaction, utcnow
from elearn.errors import Refusal
from elearn.help import alerts
from elearn.help.models import Alert
from elearn.notifications import jobs
from elearn.notifications import service as notifications
from elearn.notifications.kinds import register_kind
from elearn.notifications.models import Message
from elearn.people import applying, imports
from elearn.people import service as people
from elearn.people.models import ImportJob
from elearn.privacy import service as privacy

from .ambassadors import building
from .factories import check_file, make_person
from .help.test_alerts import picture
from .notifications.conftest import own_kinds, smtp  # noqa: F401 (fixtures)
from .people.test_signing_in import together


@pytest.mark.parametrize(
    ("url", "field"),
    [("/login", "email"), ("/help/ask", "words"), ("/me/name", "certificate_name"), ("/me/password", "new_password")],
)
def test_form_when_a_file_comes_where_words_are_expected(browser, url, field):
    """A file under the name of a field of words is as if the field were not there."""
    browser.sign_in(make_person()) if url != "/login" else None
    token = browser.get("/help").html.find("input", {"name": "csrf_token"})["value"]
    file = [(field, "words.txt", b"not words")]
    answer = browser.post(url, {"csrf_token": token}, upload_files=file, expect_errors=True)
    assert answer.status_int in (200, 303, 422)


@pytest.mark.parametrize("number", ["2147483648", "9" * 19, "9" * 30, "9" * 5000])
def test_page_when_its_number_is_larger_than_any_column(browser, number):
    """An id or a version that no column can hold is an id of nothing: 404 for a page, 400 for an act, never a fault."""
    browser.sign_in(make_person(roles=("referent",)))
    token = browser.get("/help").html.find("input", {"name": "csrf_token"})["value"]
    for path in ("referent/applications", "referent/alerts", "questions", "me/messages"):
        assert browser.get(f"/{path}/{number}", expect_errors=True).status_int == 404
    answer = browser.post("/referent/alerts/1/take", {"csrf_token": token, "version": number}, expect_errors=True)
    assert 400 <= answer.status_int < 500


def test_delivery_when_its_reader_is_erased_in_the_middle(app):
    """The mail that was being written is dropped, the others go out, and the worker lives."""
    readers = [make_person(), make_person()]

    def erase_first(message, language):
        person = readers[0].id
        with transaction():
            if message.person_id == person and db.session.get(Message, message.id) is not None:
                people.close_person(person, utcnow())
                privacy.erase(person, utcnow(), None)
        return {}

    register_kind(
        "a_kind_of_tests", template="notifications/password_changed.html", variables=erase_first, mandatory=True
    )
    with transaction():
        for reader in readers:
            notifications.queue(reader.id, "a_kind_of_tests", {}, utcnow())
    done = notifications.deliver_due(utcnow())
    assert (done.dropped, done.kept) == (1, 1)
    assert [row.status for row in db.session.query(Message)] == ["kept"]


def test_application_when_two_referents_decide_at_once(app):
    """One decision stands, once, with all that follows from it; whoever came second reads a sentence."""
    application, referents = building.make_application(), [building.make_referent(), building.make_referent()]
    row, version, ids = application.id, application.version, [referent.id for referent in referents]

    db.session.rollback()  # What is read afterwards is read anew.

    def decide(place):
        given = building.verdict(("granted", "refused")[place])
        try:
            with transaction():
                ambassadors.decide(ids[place], row, version, given, building.scope(), building.NOW)
        except Refusal as refusal:
            return str(refusal.sentence)

    results = together(app, 2, decide)
    assert sum(result is None for result in results) == 1
    assert all(result is None or result for result in results)
    acts = [line.act for line in db.session.query(Decision).filter(Decision.application_id == row)]
    assert sum(act in ("granted", "refused") for act in acts) == 1
    assert db.session.query(Mandate).count() == acts.count("granted")


def no_space(*_arguments, **_options):
    """What a file's write raises on a full disk."""
    raise OSError(errno.ENOSPC, "No space left on device")


def no_room(*_arguments, **_options):
    """What a statement raises where PostgreSQL's disk is full."""
    raise OperationalError("INSERT", {}, psycopg.errors.DiskFull("could not extend file"))


@pytest.mark.parametrize(
    ("url", "field", "target", "name", "fault"),
    [
        ("/help/alert", "captures", "os", "fsync", no_space),
        ("/help/alert", "captures", Request, "_get_file_stream", no_space),
        ("/help/alert", "captures", alerts, "raise_alert", no_room),
        ("/admin/imports", "file", imports.shutil, "copyfileobj", no_space),
    ],
)
def test_upload_when_the_disk_is_full(app, browser, monkeypatch, url, field, target, name, fault):
    """One sentence, 507 (RFC 4918, section 11.5), and nothing half kept, wherever it was that the space ran out."""
    page, kept = browser.sign_in(make_person(roles=("admin",))).get(url), app.config["INSTANCE"] / "files"
    form = next(form for form in page.forms.values() if field in form.fields)
    before = {path for path in kept.rglob("*") if path.is_file()}
    file = picture() if field == "captures" else "Prénom;Nom;E-mail\nAna;B;ana@b.example\n".encode()
    for each, value in (("seen", "Vu"), ("place", "Ici")):
        if each in form.fields:
            form[each] = value
    form[field] = [Upload("sent.png", file)] if field == "captures" else Upload("sent.csv", file)
    with monkeypatch.context() as patched:
        patched.setattr(f"{target}.{name}", fault) if target == "os" else patched.setattr(target, name, fault)
        answer = form.submit(expect_errors=True)
    assert answer.status_int == 507 and "Le serveur n’a plus de place" in answer
    db.session.rollback()
    assert db.session.query(Alert).count() == db.session.query(ImportJob).count() == 0
    assert {path for path in kept.rglob("*") if path.is_file()} == before
    assert form.submit(expect_errors=True).status_int in (200, 303)


def test_logo_when_the_database_is_full(app, browser):
    """SQLite itself finds no page left: the sentence, nothing kept, and all goes well once there is space again."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's own fault is one of the table above")
    noise = io.BytesIO()
    Image.frombytes("L", (400, 140), os.urandom(400 * 140)).save(noise, "PNG")
    page = browser.sign_in(make_person(roles=("admin",))).get("/admin/settings")
    form = next(form for form in page.forms.values() if "logo" in form.fields)
    form["logo"] = Upload("logo.png", noise.getvalue())

    def fill(connection):
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    db.session.remove()
    db.engine.dispose()
    event.listen(db.engine, "begin", fill)
    try:
        answer = form.submit(expect_errors=True)
    finally:
        event.remove(db.engine, "begin", fill)
        db.session.remove()
        db.engine.dispose()
    assert answer.status_int == 507 and "Le serveur n’a plus de place" in answer
    browser.get("/logo", status=404)
    form.submit(status=303)
    browser.get("/logo", status=200)


def test_mails_when_two_workers_send(app, smtp):  # noqa: F811
    """Each reader has one mail."""
    readers = [make_person() for _number in range(12)]
    with transaction():
        for reader in readers:
            notifications.queue(reader.id, "password_changed", {}, utcnow())
    db.session.remove()
    send = {"smtp_url": smtp.url, "sender": "porte@voix.example"}
    done = together(app, 2, lambda _place: notifications.deliver_due(utcnow(), 7, **send))
    done.append(notifications.deliver_due(utcnow(), 7, **send))
    assert sum(each.sent for each in done) == len(readers)
    assert sorted(mail["To"].addresses[0].addr_spec for mail in smtp.mails) == sorted(each.email for each in readers)


def test_work_when_the_database_asks_it_to_make_way(app, monkeypatch, caplog, tmp_path):
    """Undone by PostgreSQL for another's sake, a job is called again and an import goes on: neither is a fault."""
    deadlock = OperationalError("UPDATE", {}, psycopg.errors.DeadlockDetected("deadlock detected"))
    asked, nudged, real = [deadlock], [], applying.Application.step
    monkeypatch.setattr(jobs, "nudge", lambda app, name: nudged.append(name))

    def step(application):
        if asked:
            raise asked.pop()
        return real(application)

    job_id, _report = check_file("Prénom;Nom;E-mail\nAna;B;ana@b.example\n".encode(), tmp_path)
    with transaction():
        imports.start(job_id, utcnow(), None)
    monkeypatch.setattr(applying.Application, "step", step)
    assert applying.work(utcnow(), tmp_path)
    while applying.work(utcnow(), tmp_path):
        pass
    assert imports.read_job(job_id).status == "done"
    nudged.clear()

    def make_way(now):
        raise deadlock

    jobs._task(app, "a job of tests", make_way)()
    assert nudged == ["a job of tests"]
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
