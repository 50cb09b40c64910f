"""The administrator sets perimeters and keeps the catalogue, through the pages; the log says who did it."""

from __future__ import annotations

import pytest

from elearn.ambassadors import queries
from elearn.db import db, transaction
from elearn.people.models import PersonEvent

from ..factories import make_department, make_person


@pytest.fixture
def desk(app, browser):
    """An administrator signed in, with the catalogue as it is shipped."""
    from elearn.ambassadors.organisation import seed_catalogue

    with transaction():
        seed_catalogue()
    browser.sign_in(make_person(roles=("admin",)))
    return browser


def test_perimeter_when_set_and_taken_back(desk):
    """Departments and topics that are ticked are the perimeter, and nothing ticked is the whole company."""
    works, referent = make_department("Production"), make_person(given_name="Claire", roles=("referent",))
    line = make_department("Ligne", works)
    page = desk.get("/admin/perimeters")
    assert "Tous les services" in page
    form = desk.get(f"/admin/perimeters/{referent.public_id}").forms
    form = next(each for each in form.values() if "departments" in each.fields)
    form["another"] = "Atelier"
    assert "Aucun service ne s’appelle" in form.submit(status=422)
    form["another"], form["topics"] = "ligne", ["jobs"]
    page = form.submit(status=303).follow()
    assert "Production › Ligne" in page and "Ligne" in desk.get("/admin/perimeters")
    (cover,) = queries.get_covers(referent.created_at.date())
    assert (cover.departments, cover.topics) == ((line.path,), ("jobs",))

    form = desk.get(f"/admin/perimeters/{referent.public_id}").forms
    form = next(each for each in form.values() if "departments" in each.fields)
    assert [box.value for box in form.fields["departments"] if box.checked] == [str(line.id)]
    form["departments"], form["topics"] = [], []
    form.submit()
    (cover,) = queries.get_covers(referent.created_at.date())
    assert (cover.departments, cover.topics) == ((), ())
    acts = db.session.query(PersonEvent).filter_by(act="perimeter-set", person_id=referent.id).all()
    assert [event.detail["topics"] for event in acts] == [["jobs"], []]
    said = desk.get("/admin/log?act=perimeter-set")
    assert "Production › Ligne" in said and "Recrutement" in said


def test_perimeter_when_not_a_referent(desk):
    """Somebody who is not a referent has none."""
    desk.get(f"/admin/perimeters/{make_person().public_id}", status=404)


def entry(page, kind, slug=""):
    """The form of this kind: for this slug, or the one that adds."""
    for form in page.forms.values():
        known = form["slug"].value if "slug" in form.fields else ""
        if (form.action or "").endswith(f"/catalogue/{kind}") and known == slug:
            return form
    raise AssertionError(kind)


def test_catalogue_when_added_renamed_and_closed(desk):
    """A topic is added under a slug of its own, renamed without losing it, and closed without leaving the catalogue."""
    form = entry(desk.get("/admin/catalogue"), "topics")
    form["name"], form["english"] = "Vie des équipes", "Life of the teams"
    form.submit(status=303)
    form = entry(desk.get("/admin/catalogue"), "topics", "vie-des-equipes")
    form["name"] = "La vie des équipes"
    form.submit(status=303)
    desk.form(desk.get("/admin/catalogue"), "/topics/vie-des-equipes/close").submit(status=303)
    topic = next(t for t in queries.list_topics(closed=True) if t.slug == "vie-des-equipes")
    assert (topic.names["fr"], topic.is_open) == ("La vie des équipes", False)
    assert topic.slug not in {t.slug for t in queries.list_topics()}
    desk.form(desk.get("/admin/catalogue"), "/topics/vie-des-equipes/open").submit(status=303)
    assert topic.slug in {t.slug for t in queries.list_topics()}
    assert db.session.query(PersonEvent).filter(PersonEvent.act.startswith("catalogue-")).count() == 4


@pytest.mark.parametrize("name", ["LinkedIn", "", "x" * 81])
def test_catalogue_when_a_name_will_not_do(desk, name):
    """A name that is taken, empty or too long is said beside its field, and nothing is added."""
    before = len(queries.list_networks(closed=True))
    form = entry(desk.get("/admin/catalogue"), "networks")
    form["name"] = name
    assert form.submit(status=422).html.select_one(".pv-error-summary")
    assert len(queries.list_networks(closed=True)) == before
