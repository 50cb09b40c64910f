"""Somebody is erased while a job that names them runs: the job ends, everybody else is served once, and no word of
theirs comes back. Between two pieces of the job, and at the same moment; on both databases."""

from __future__ import annotations

import datetime as dt
import io
import logging
import sys
from collections import Counter

import pytest
from sqlalchemy import select

from elearn.assessment import commands as quizzes
from elearn.assessment import contests, use, voiding
from elearn.assessment.models import Attempt, ItemVoid, QuizUse
from elearn.campaigns import commands as campaigns
from elearn.campaigns import service as campaigning
from elearn.content.service import get_site
from elearn.credentials import views as credentials
from elearn.credentials.models import Credential
from elearn.db import db, transaction, utcnow
from elearn.help import commands as helping
from elearn.help.crises import service as crises
from elearn.i18n import company_day
from elearn.notifications import digests
from elearn.notifications import service as notifications
from elearn.notifications.kinds import register_kind
from elearn.notifications.models import Message
from elearn.people import applying, imports
from elearn.people import service as people
from elearn.people.models import ImportJob, Person
from elearn.privacy import service as privacy
from elearn.reporting import queries as reporting
from elearn.reporting.rules import read_filter

from .ambassadors import building
from .assessment.test_contests import failed_by_one
from .factories import check_file, make_department, make_person
from .notifications.conftest import own_kinds  # noqa: F401 (a fixture)
from .people.test_signing_in import together
from .privacy.test_privacy import close_and_erase, search_database
from .reporting.company import REQUIREMENTS, train

NAME = "Zwentibold"
TEMPLATE = "notifications/password_changed.html"
utcnow_really = utcnow


def importing(them, folder, patch):
    """A file that changes each of them, and names each as the manager of somebody new."""
    patch.setattr(applying, "BATCH", 2)
    patch.setattr(applying, "PIECE", 0)
    text = "Prénom;Nom;E-mail;Matricule;Responsable;Site\n"
    for p in them:
        text += f"{NAME};Z;{p.email};{p.employee_number};;Annecy\nAna;Neuve;new{p.id}@a.fr;N{p.id};{p.email};Lyon\n"
    job_id, _report = check_file(text.encode(), folder)
    with transaction():
        imports.start(job_id, utcnow(), None)
    return lambda: applying.work(utcnow(), folder)


def check_import(left, gone):
    """The import is done, not stopped; everybody new is there once, and who stays was changed."""
    assert db.session.scalars(select(ImportJob.status)).all() == ["done"]
    found = Counter(db.session.scalars(select(Person.email).where(Person.email.like("new%"))))
    assert found == {f"new{id}@a.fr": 1 for id in (*left, *gone)}
    assert set(db.session.scalars(select(Person.site).where(Person.id.in_(left)))) == {"Annecy"}


def reminding(them, folder, patch):
    """A campaign's day, one reader in each piece; whoever made it is among them."""
    patch.setattr(campaigning.advance, "__defaults__", (1,))
    boss, department, day = make_person(roles=("manager",)), make_department(), company_day(utcnow())
    with transaction():
        for person in them:
            people.edit_person(person.id, {"department_id": department.id, "manager_id": boss.id}, utcnow())
        made = campaigning.prepare(
            them[0].id, "F", {"department": str(department.id)}, ("path",), day + dt.timedelta(7), (-7,), True, utcnow()
        )
        campaigning.launch(made.id, utcnow())
    return lambda: campaigns.work_piece(utcnow())


def digesting(them, folder, patch):
    """Two messages that wait for each reader's digest, one reader in each piece."""
    patch.setattr(digests, "PIECE", 1)
    register_kind("optional", template=TEMPLATE, variables=lambda message, language: {"path": "/", "when": ""})
    with transaction():
        for person in them * 2:
            notifications.queue(person.id, "optional", {}, utcnow())
    notifications.deliver_due(utcnow())
    return lambda: digests.work(utcnow() + dt.timedelta(days=2))


def telling(them, folder, patch):
    """A crisis that ambassadors are told of, one in each piece."""
    patch.setattr(crises.tell, "__defaults__", (1,))
    referent = building.make_referent()
    for person in them:
        building.make_mandate(building.make_certified(person=person), referent)
    with transaction():
        crises.declare(referent.id, {"fr": "Silence.", "en": ""}, company_day(utcnow()), utcnow())
    return lambda: helping.tell_of_crises(utcnow())


def recounting(them, folder, patch):
    """An item voided by which each of them had failed, one attempt in each piece."""
    patch.setattr(voiding, "CHUNK", 1)
    item = [failed_by_one(person) for person in them][0][1]
    author = make_person(roles=("author",))
    with transaction():
        contests.void_item(author.id, get_site().quiz("charter"), item, "Deux clés justes.", utcnow())
    return lambda: quizzes.recount(utcnow())


def check_recount(left, gone):
    """Everybody's attempt is raised, once: figures do not depend on who is still here."""
    assert db.session.scalars(select(ItemVoid.raised)).all() == [len(left) + len(gone)]
    assert set(db.session.scalars(select(Attempt.passed))) == {True}


def counting(them, folder, patch):
    """Finished attempts added to the figures of use, one in each piece."""
    for person in them:
        failed_by_one(person)

    def piece():
        with transaction():
            return use.count_finished(utcnow(), 1)

    return piece


def check_figures(left, gone):
    """Each attempt is in the figures once."""
    assert db.session.scalars(select(QuizUse.attempts)).all() == [len(left) + len(gone)]


def told(kind):
    """Everybody who stays is told once."""

    def check(left, gone):
        count = Counter(db.session.scalars(select(Message.person_id).where(Message.kind == kind)))
        assert {person: count[person] for person in left} == dict.fromkeys(left, 1)
        assert all(count[person] <= 1 for person in gone)

    return check


SCENES = {
    importing: check_import,
    reminding: told("campaign_reminder"),
    digesting: told(digests.DIGEST),
    telling: told("crisis_declared"),
    recounting: check_recount,
    counting: check_figures,
}


def work_off(piece):
    """Everything that waits, and a little more: what is done is done once."""
    for _piece in range(40):
        piece()


@pytest.mark.parametrize("moment", ["between", "at once"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_job_when_those_it_names_are_erased(app, scene, moment, tmp_path, monkeypatch, caplog, own_kinds):  # noqa: F811
    """Whom it has dealt with already, and whom it has not come to."""
    them = [make_person(given_name=NAME, employee_number=f"ZW{n}") for n in range(4)]
    left, gone = [p.id for p in them[1:3]], [them[0].id, them[3].id]
    words = [word.casefold() for p in (them[0], them[3]) for word in (p.email, p.employee_number)]
    piece = scene(them, tmp_path, monkeypatch)
    if moment == "between":
        piece()
        for person in gone:
            close_and_erase(person)
    else:
        db.session.remove()
        results = together(app, 2, lambda place: [close_and_erase(p) for p in gone] if place else work_off(piece))
        assert not [result for result in results if isinstance(result, Exception)]
    work_off(piece)
    db.session.rollback()
    SCENES[scene](left, gone)
    assert search_database(words) == []
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_job_when_there_are_two_workers_and_the_clock_is_set_back(
    app,
    scene,
    tmp_path,
    monkeypatch,
    caplog,
    own_kinds,  # noqa: F811
):
    """A worker that was started twice, then a clock an hour behind: all is done, and nothing twice."""
    them = [make_person(given_name=NAME, employee_number=f"ZW{n}") for n in range(4)]
    everybody = [person.id for person in them]
    piece = scene(them, tmp_path, monkeypatch)
    db.session.remove()
    results = together(app, 2, lambda _place: [piece(), piece()])
    assert not [result for result in results if isinstance(result, Exception)]
    with monkeypatch.context() as clock:
        for module in (applying, sys.modules[__name__]):
            clock.setattr(module, "utcnow", lambda: utcnow_really() - dt.timedelta(hours=1))
        work_off(piece)
    work_off(piece)
    db.session.rollback()
    SCENES[scene](everybody, [])
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_export_when_somebody_on_it_is_erased(app):
    """Between two chunks of HR's file: it goes on, and everybody else is in it once."""
    them = [make_person(family_name=f"Z-{n}") for n in range(5)]
    lines = reporting.iterate(read_filter({}), company_day(utcnow()), chunk=2)
    keys = [next(lines).key, next(lines).key]
    for person in (them[1], them[3]):
        close_and_erase(person.id)
    keys += [line.key for line in lines]
    assert keys == [them[n].public_id for n in (0, 1, 2, 4)]


def test_certificate_when_its_owner_is_erased_while_it_is_drawn(app, browser, monkeypatch):
    """Who asked a moment before gets the page as it was, who asks a moment later gets none; neither a fault."""
    person = make_person()
    train(person, *REQUIREMENTS)
    code = db.session.scalar(select(Credential.public_id).where(Credential.person_id == person.id))
    real = credentials.get_document

    def get_document(edition_id):
        results = together(app, 1, lambda _place: close_and_erase(person.id))
        assert results == [None]
        return real(edition_id)

    monkeypatch.setattr(credentials, "get_document", get_document)
    monkeypatch.setattr(credentials, "render_pdf", lambda html, theme: html.encode())
    assert person.family_name in browser.get(f"/credentials/{code}.pdf").body.decode()
    db.session.rollback()
    browser.get(f"/credentials/{code}.pdf", status=404)


def test_file_when_it_is_read_and_somebody_is_erased(app, tmp_path):
    """A file that is still being read is read to its end, without a fault."""
    person = make_person(given_name=NAME)
    kept = imports.keep_file(io.BytesIO(f"Prénom;Nom;E-mail\n{NAME};Z;{person.email}\n".encode()), "p.csv", tmp_path)
    with transaction():
        imports.receive(kept, utcnow(), None)
    close_and_erase(person.id)
    while applying.work(utcnow(), tmp_path):
        pass
    assert db.session.scalars(select(ImportJob.status)).all() == ["checked"]
    assert privacy.collect(person.id)
