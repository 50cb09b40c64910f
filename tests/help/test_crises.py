"""A crisis declared, read on every page, changed, ended by hand or by its day; ambassadors told, once."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from elearn.content.service import get_site
from elearn.db import db, transaction, utcnow
from elearn.errors import Invalid
from elearn.help import commands
from elearn.help.crises import service as crisis
from elearn.help.models import Crisis, CrisisAct
from elearn.help.rules import Outdated
from elearn.i18n import company_day
from elearn.notifications.kinds import find_readers
from elearn.notifications.messages import render
from elearn.notifications.models import Message

from ..ambassadors.building import make_certified, make_mandate
from ..factories import make_person
from .test_alerts import kinds_for, on_call

WORDS = {"fr": "L’entreprise répond sur ses comptes.", "en": ""}


@pytest.fixture
def referent(app):
    return make_person(given_name="Claire", family_name="Aubry", roles=("referent",))


def declare(person, now=None, days=2, words=WORDS):
    """A crisis, by the service."""
    now = now or utcnow()
    with transaction():
        crisis.declare(person.id, words, company_day(now) + dt.timedelta(days=days), now)


def make_ambassador(referent):
    """Somebody who holds the status."""
    person = make_certified()
    make_mandate(person, referent)
    return person


def test_crisis_when_declared_changed_and_ended(browser, referent):
    """Everybody signed in reads it on every page, with its dates; ambassadors are told at its beginning and its end,
    once each; the log keeps who did what."""
    ambassador, colleague = make_ambassador(referent), make_person(language="en")
    browser.sign_in(referent)
    form = browser.form(browser.get("/referent/alerts").click("Déclarer une crise"), "/help/crisis")
    assert "au moins dans une langue" in form.submit(status=422)
    form["words_fr"], form["ends_on"] = "Silence.", "2026-02-31"
    assert "Not a valid" not in form.submit(status=422)
    form["ends_on"] = company_day(utcnow()).isoformat()
    filled = browser.form(form.submit("insert", value="silence", status=200), "/help/crisis")
    assert "personne d’autre" in filled["words_fr"].value and "nobody else" in filled["words_en"].value
    filled["words_fr"], filled["words_en"] = WORDS["fr"], ""
    filled.submit(status=303)
    filled.submit(status=303)  # Pressed twice.
    for person, url in ((colleague, "/"), (colleague, "/charter"), (ambassador, "/search?q=x")):
        shown = browser.sign_in(person).get(url)
        assert WORDS["fr"] in shown and "pv-crisis" in shown
        browser.get("/help/crisis", status=404)
    browser.sign_in(colleague)
    assert '<p class="pv-thread-words" lang="fr">' in browser.get("/")
    browser.reset()
    assert "pv-crisis" not in browser.get("/login")
    while commands.tell_of_crises(utcnow()):
        pass
    message = db.session.scalar(select(Message).where(Message.person_id == ambassador.id, Message.kind.like("crisis%")))
    assert WORDS["fr"] in render(message, find_readers([ambassador.id])[ambassador.id], "en").text
    assert not [kind for kind in kinds_for(colleague) if kind.startswith("crisis")]
    form = browser.form(browser.sign_in(referent).get("/help/crisis"), "/help/crisis")
    form["words_en"] = "The company answers on its accounts."
    form.submit(status=303)
    assert "a changé cela entre-temps" in form.submit(status=409)
    assert "The company answers" in browser.sign_in(colleague).get("/")
    ending = browser.form(browser.sign_in(referent).get("/help/crisis"), "/help/crisis/end")
    ending["end-words"] = "Prévenir la presse plus tôt."
    assert "Prévenir la presse plus tôt." in ending.submit(status=303).follow()
    ending.submit(status=409)
    assert "pv-crisis" not in browser.sign_in(colleague).get("/")
    while commands.tell_of_crises(utcnow()):
        pass
    assert [k for k in kinds_for(ambassador) if k.startswith("crisis")] == ["crisis_declared", "crisis_ended"]
    assert render(message, find_readers([ambassador.id])[ambassador.id]) is None
    assert db.session.scalars(select(CrisisAct.act).order_by(CrisisAct.id)).all() == ["declared", "changed", "ended"]


def test_crisis_when_its_day_has_come(browser, referent):
    """The notice goes at its hour though nobody ended it, with the worker or without; another may be declared."""
    now = utcnow() - dt.timedelta(days=5)
    declare(referent, now=now)
    assert "pv-crisis" not in browser.sign_in(referent).get("/")
    assert crisis.get_notice(get_site(), now) is not None
    declare(referent)
    db.session.rollback()
    assert db.session.scalars(select(CrisisAct.by_id).order_by(CrisisAct.id)).all() == [referent.id, None, referent.id]
    assert "pv-crisis" in browser.get("/") and "son dernier jour est passé" in browser.get("/help/crisis")


def test_crisis_when_two_declare(app, referent):
    """One crisis at a time: the second reads the first's; the database refuses two whoever asks."""
    other = make_person(roles=("referent",))
    declare(referent)
    assert kinds_for(other) == ["crisis_declared"]
    with pytest.raises(Outdated):
        declare(other)
    with pytest.raises(Outdated), transaction():
        crisis.end(other.id, 9, "", utcnow())
    with pytest.raises(IntegrityError), transaction():
        now = utcnow()
        db.session.add(Crisis(words_fr="x", words_en="", declared_at=now, declared_by_id=other.id, ends_at=now))
        db.session.flush()
    for days, words in ((-1, WORDS), (31, WORDS), (2, {"fr": " ", "en": ""})):
        with pytest.raises(Invalid):
            declare(referent, days=days, words=words)


def test_crisis_when_on_duty_without_a_role(browser, app):
    """Whoever the settings put on duty declares it as a referent does."""
    duty = make_person(given_name="Malik", family_name="Benali")
    on_call({"name": "Malik Benali", "phone": "1"})
    form = browser.form(browser.sign_in(duty).get("/help/crisis"), "/help/crisis")
    form["words_fr"] = "Silence."
    assert "Silence." in form.submit(status=303).follow()


def test_tell_when_killed_between_two_pieces(app, referent):
    """Ambassadors are told a few at a time; a piece done again tells nobody twice."""
    people = [make_ambassador(referent) for _ in range(5)]
    declare(referent)
    with transaction():
        assert crisis.tell(utcnow(), limit=2)
    with transaction():
        db.session.execute(db.update(Crisis).values(told_to=0))
    while True:
        with transaction():
            if not crisis.tell(utcnow(), limit=2):
                break
    told = select(func.count()).where(Message.kind == "crisis_declared", Message.person_id.in_([p.id for p in people]))
    assert db.session.scalar(told) == 5


def test_pages_when_there_is_a_crisis(browser, referent, count_queries):
    """The notice asks nothing more of the database, page after page."""
    browser.sign_in(referent)
    browser.get("/faq")
    with count_queries() as before:
        browser.get("/faq")
    declare(referent)
    browser.get("/faq")
    with count_queries() as after:
        assert "pv-crisis" in browser.get("/faq")
    assert len(after) == len(before)
