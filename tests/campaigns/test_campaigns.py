"""Campaigns: seen with real names before they go, sent once for each thing, whatever is killed and when."""

from __future__ import annotations

import datetime as dt

import pytest

from elearn.campaigns import commands, queries, rules, service
from elearn.campaigns.models import Campaign, CampaignStep
from elearn.db import db, transaction, utcnow
from elearn.errors import Invalid, Refusal
from elearn.i18n import company_day
from elearn.notifications.kinds import find_readers
from elearn.notifications.messages import render
from elearn.notifications.models import Message

from ..factories import make_department, make_person
from ..reporting.company import REQUIREMENTS, train


@pytest.fixture
def company(app):
    """A team of five, one of whom is through; its manager; HR."""
    hr = make_person(given_name="Claire", family_name="Roussel", roles=("hr",))
    department = make_department("Ligne 1")
    manager = make_person(given_name="Marc", family_name="Lebrun", roles=("manager",))
    team = [
        make_person(family_name=f"Équipier-{n}", department_id=department.id, manager_id=manager.id) for n in range(5)
    ]
    train(team[0], *REQUIREMENTS)
    train(team[1], "path")
    return hr, manager, team, department


def prepare(company, days=14, offsets=(-14, 0, 7), parts=("path", "charter"), **values):
    """A draft for the team's department, whose deadline is in so many days."""
    hr, _manager, _team, department = company
    now = utcnow()
    population = values.pop("population", {"department": str(department.id)})
    with transaction():
        campaign = service.prepare(
            hr.id, "Formation", population, parts, company_day(now) + dt.timedelta(days=days), offsets, True, now
        )
        return campaign.id


def launch(campaign_id, now=None):
    """Launch it."""
    with transaction():
        service.launch(campaign_id, now or utcnow())


def messages(kind=None):
    """Who was written to, kind by kind."""
    db.session.rollback()
    rows = db.session.query(Message).filter(Message.kind.like("campaign_%")).order_by(Message.id)
    return [row for row in rows if kind is None or row.kind == f"campaign_{kind}"]


def test_run_when_a_day_has_come(company):
    """Who is not through hears of it, with their manager and HR; who is through does not."""
    hr, manager, team, _department = company
    campaign_id = prepare(company)
    commands.run_due(utcnow())
    assert messages() == []  # A draft writes to nobody.
    launch(campaign_id)
    commands.run_due(utcnow())
    assert [m.person_id for m in messages("reminder")] == [person.id for person in team[1:]]
    assert [m.person_id for m in messages("team")] == [manager.id]
    assert [m.person_id for m in messages("digest")] == [hr.id]
    assert queries.list_steps(campaign_id)[0].written == 4


def test_run_when_two_campaigns_ask_the_same_on_one_day(company):
    """The one whose deadline is nearest writes; the other only to those of whom it asks something else. A stopped one
    said nothing, and an earlier day does not count."""
    _hr, _manager, team, _department = company
    train(team[2], "path", "charter-signature", "charter-quiz")
    later, wider, nearer = (
        prepare(company, days=14, parts=("path",)),
        prepare(company, days=14, parts=("path", "security")),
        prepare(company, days=7, offsets=(-7, 7), parts=("path", "charter")),
    )
    for campaign_id in (later, wider, nearer):
        launch(campaign_id)
    assert queries.list_overlaps(db.session.get(Campaign, later), company_day(utcnow()))[0][1] == 2
    commands.run_due(utcnow())
    told = [(message.ids["campaign"], message.person_id) for message in messages("reminder")]
    assert [person_id for campaign_id, person_id in told if campaign_id == nearer] == [team[n].id for n in (1, 3, 4)]
    assert [person_id for campaign_id, person_id in told if campaign_id == later] == []
    assert [person_id for campaign_id, person_id in told if campaign_id == wider] == [team[n].id for n in (1, 2, 3, 4)]
    with transaction():
        service.stop(nearer, utcnow())
        service.stop(wider, utcnow())
    commands.run_due(utcnow() + dt.timedelta(days=14))
    told = [message for message in messages("reminder") if message.ids["campaign"] == later]
    assert [message.person_id for message in told] == [team[n].id for n in (3, 4)]


def test_step_when_another_worker_was_quicker(company):
    """A step that was done, or whose campaign was stopped, since it was listed writes to nobody."""
    campaign_id = prepare(company)
    step_id = queries.list_steps(campaign_id)[0].id
    with transaction():
        assert not service.advance(step_id, utcnow())
    launch(campaign_id)
    commands.run_due(utcnow())
    written = len(messages())
    with transaction():
        assert not service.advance(step_id, utcnow())
    assert len(messages()) == written


def test_run_when_the_population_changes(company):
    """Who joins is reminded on the next day, who leaves is not, whose department is gone is nobody."""
    _hr, manager, team, department = company
    campaign_id = prepare(company)
    launch(campaign_id)
    commands.run_due(utcnow())
    joined = make_person(department_id=department.id, email=None)
    with transaction():
        db.session.get(type(manager), team[1].id).closed_at = utcnow()
        db.session.get(type(manager), team[2].id).department_id = None
    commands.run_due(utcnow() + dt.timedelta(days=14))
    told = [message.person_id for message in messages("reminder") if message.ids["offset"] == 0]
    assert told == [team[3].id, team[4].id, joined.id]
    reach = queries.get_reach(db.session.get(Campaign, campaign_id), company_day(utcnow()))
    assert (reach.managers, reach.without_manager, reach.without_email) == (1, 1, 1)


def test_run_when_run_again_and_again(company):
    """However often it runs on a day, nobody is written to twice; each later day writes once more."""
    campaign_id = prepare(company)
    launch(campaign_id)
    now = utcnow()
    for days in (0, 0, 0, 13, 14, 14, 21, 30):
        commands.run_due(now + dt.timedelta(days=days))
    assert len(messages("reminder")) == 4 * 3
    assert len({message.once_key for message in messages()}) == len(messages()) == 18
    assert db.session.get(Campaign, campaign_id).status == "finished"


def test_run_when_killed_at_any_point(company, monkeypatch):
    """Killed after any number of messages, the next run goes on: everybody once, nobody twice."""
    campaign_id = prepare(company, offsets=(-14,))
    launch(campaign_id)
    monkeypatch.setattr(service.advance, "__defaults__", (2,))
    real, calls = service.queue, 0

    def queue(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls % 3 == 0:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(service, "queue", queue)
    for _round in range(20):
        try:
            commands.run_due(utcnow())
            break
        except KeyboardInterrupt:
            db.session.rollback()
    assert calls > 6
    assert len(messages("reminder")) == 4
    assert len(messages()) == 6
    assert db.session.get(Campaign, campaign_id).status == "finished"


def test_run_when_the_cursor_was_lost(company):
    """Even a run that starts from the beginning writes to nobody twice: the messages' keys refuse it."""
    campaign_id = prepare(company)
    launch(campaign_id)
    commands.run_due(utcnow())
    with transaction():
        db.session.query(CampaignStep).filter_by(campaign_id=campaign_id, offset=-14).update(
            {"phase": "people", "cursor": 0}
        )
    commands.run_due(utcnow())
    assert len(messages()) == 6


def test_run_when_the_worker_was_down_for_days(company):
    """Several days have come: only the latest writes, and the page says that the others did not."""
    campaign_id = prepare(company)
    launch(campaign_id)
    commands.run_due(utcnow() + dt.timedelta(days=22))
    assert {message.ids["offset"] for message in messages()} == {7}
    assert [step.phase for step in queries.list_steps(campaign_id)] == ["skipped", "skipped", "done"]


def test_reminder_when_read(company):
    """It says what is left, until when, and why it came; nothing once the person is through, or the campaign stopped."""
    _hr, _manager, team, _department = company
    campaign_id = prepare(company)
    launch(campaign_id)
    commands.run_due(utcnow())
    first, second = messages("reminder")[:2]
    readers = find_readers([first.person_id, second.person_id])
    said = render(first, readers[first.person_id], "fr")
    assert "Charte" in said.text
    assert "Parcours" not in said.text  # Done already.
    assert "Pourquoi ce message" in said.text
    train(team[1], "charter-signature", "charter-quiz")
    assert render(messages("reminder")[0], readers[first.person_id], "fr") is None
    with transaction():
        assert service.stop(campaign_id, utcnow())
    assert render(messages("reminder")[1], readers[second.person_id], "fr") is None
    commands.run_due(utcnow() + dt.timedelta(days=14))
    assert len(messages("reminder")) == 4


def test_team_when_read_by_the_manager(company):
    """The manager reads the names of their direct team, and no part, path or score."""
    campaign_id = prepare(company)
    launch(campaign_id)
    commands.run_due(utcnow())
    message = messages("team")[0]
    said = render(message, find_readers([message.person_id])[message.person_id], "fr")
    assert said.subject.startswith("4 personnes")
    assert "Équipier-0" not in said.text
    assert "Équipier-3" in said.text


@pytest.mark.parametrize(
    "values",
    [
        {"days": 0},
        {"days": -1},
        {"days": 500},
        {"parts": ()},
        {"parts": ("path", "ambassador")},
        {"offsets": ()},
        {"offsets": (-2,)},
        {"days": 2, "offsets": (-30,)},
    ],
)
def test_campaign_when_it_makes_no_sense(company, values):
    """What cannot be sent is refused with a sentence."""
    with pytest.raises(Invalid):
        prepare(company, **values)


def test_campaign_when_the_population_names_what_people_did(company):
    """A population is who people are: their state, their certificate or a search is no part of it."""
    campaign_id = prepare(company, population={"site": "Vannes", "path": "doing", "q": "x", "who": "all"})
    assert db.session.get(Campaign, campaign_id).population == {"site": "Vannes"}


def test_launch_when_done_twice(company):
    """A second click is refused, and so is a draft whose deadline has come or whose days are all over; a day that
    passed since it was prepared is left out."""
    campaign_id = prepare(company)
    for days in (14, 60):
        with pytest.raises(Refusal, match="date limite est atteinte"):
            launch(campaign_id, utcnow() + dt.timedelta(days=days))
    early = prepare(company, offsets=(-14,))
    with pytest.raises(Refusal, match="jours d’envoi"):
        launch(early, utcnow() + dt.timedelta(days=1))
    launch(campaign_id, utcnow() + dt.timedelta(days=1))
    assert [step.phase for step in queries.list_steps(campaign_id)] == ["skipped", "people", "people"]
    with pytest.raises(Refusal):
        launch(campaign_id)


def test_draft_when_revised_or_thrown_away(company):
    """A draft is written anew as often as one likes, steps included, and thrown away without a trace; once launched it
    stays as people were told."""
    campaign_id = prepare(company)
    now = utcnow()
    values = ("Autre", {"site": "Vannes"}, ["security"], company_day(now) + dt.timedelta(days=20), [0, 14], False)
    with transaction():
        service.revise(campaign_id, *values, now)
    campaign = db.session.get(Campaign, campaign_id)
    assert (campaign.name, campaign.population, campaign.parts) == ("Autre", {"site": "Vannes"}, ["security"])
    assert [step.offset for step in queries.list_steps(campaign_id)] == [0, 14]
    with transaction():
        service.discard(campaign_id)
    assert db.session.query(CampaignStep).count() == db.session.query(Campaign).count() == 0
    with pytest.raises(Refusal, match="n’existe"):
        launch(campaign_id)  # A colleague's page was still open.
    campaign_id = prepare(company)
    launch(campaign_id)
    for act in (lambda: service.revise(campaign_id, *values, now), lambda: service.discard(campaign_id)):
        with pytest.raises(Refusal), transaction():
            act()
    assert len(queries.list_steps(campaign_id)) == 3
    assert [each.id for each in queries.list_standing()] == [campaign_id]
    assert queries.list_campaigns(before=campaign_id) == ([], None)


def test_once_key_when_days_differ():
    """Two days, two kinds, two people: never the same key."""
    keys = {rules.once_key(1, day, to, who) for day in (-7, 7) for to in ("person", "manager") for who in (1, 2)}
    assert len(keys) == 8


def test_pages_when_hr_prepares_and_launches(company, browser):
    """From the list to the launch by real forms: messages are shown with real names before they go."""
    hr, _manager, _team, department = company
    browser.sign_in(hr)
    page = browser.get(f"/hr/people?department={department.id}&path=todo").click("Préparer un rappel")
    assert "Ligne 1" in page.text
    form = browser.form(page, "/hr/campaigns")
    form["name"] = ""
    refused = form.submit(status=422)
    assert "Donnez un nom" in refused.text
    form = browser.form(refused, "/hr/campaigns")
    form["name"] = "Formation de l’automne"
    page = form.submit(status=303).follow()
    for text in ("Équipier-3", "Marc Lebrun", "Pourquoi ce message", "4 personnes n’ont pas terminé", "En préparation"):
        assert text in page.text, text
    assert "Équipier-0" not in page.html.find("main").text and "http" not in page.html.find("main").text
    assert messages() == []
    form = browser.form(page.click("Modifier"), f"/hr/campaigns/{db.session.query(Campaign.id).scalar()}")
    assert form["name"].value == "Formation de l’automne"
    form["deadline"] = "hier"
    refused = form.submit(status=422)
    assert refused.html.select_one("#deadline[aria-invalid]")
    form = browser.form(refused, form.action)
    form["deadline"] = (utcnow() + dt.timedelta(days=60)).date().isoformat()
    form["name"] = "Formation de l’hiver"
    page = form.submit(status=303).follow()
    assert "Formation de l’hiver" in page.text
    assert "est passée" in browser.get(page.html.select_one("a[href*='day=7']")["href"]).text
    assert messages() == []
    page = browser.form(page, "/launch").submit(status=303).follow()
    assert "Le rappel est lancé" in page.text
    page = browser.form(page, "/stop").submit(status=303).follow()
    assert "Arrêté" in page.text
    assert "Formation de l’hiver" in browser.get("/hr/campaigns").text
    assert "Préparer un rappel semblable" in page.text


def test_pages_when_opened_by_others(company, browser):
    """Only HR prepares reminders; a campaign that does not exist is said so."""
    hr, manager, _team, _department = company
    browser.sign_in(manager).get("/hr/campaigns", status=403)
    browser.sign_in(hr).get("/hr/campaigns/99", status=404)
