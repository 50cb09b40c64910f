"""The monthly volunteering snapshot: drawn once, frozen, and shown to HR with the rule by which it is read."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from elearn.db import db, transaction, utcnow
from elearn.reporting import commands, queries, service
from elearn.reporting.models import WHOLE, VolunteeringSnapshot

from ..factories import make_department, make_person
from .test_firewall import make_credentials, make_volunteers


@pytest.fixture
def company(app):
    """Two large departments, the first with one below it, and three people of none; everybody holds a certificate."""
    works, sales = make_department("Production"), make_department("Commerce")
    line = make_department("Ligne", works)
    places = [works] * 10 + [line] * 10 + [sales] * 30 + [None] * 3
    people = [make_person(department_id=place.id if place else None) for place in places]
    make_credentials(people, utcnow())
    return people


def draw(now) -> bool:
    """Draw, as the worker does."""
    with transaction():
        return service.draw_snapshot(now)


def rows_of(month) -> dict:
    """department → (people, ambassadors) of one month."""
    found = db.session.scalars(select(VolunteeringSnapshot).where(VolunteeringSnapshot.month == month))
    return {row.name or "whole": (row.people, row.ambassadors) for row in found}


def month_of(now) -> dt.date:
    """The first day of its month, on the company's calendar."""
    return queries.list_snapshot_months()[0].month


def test_snapshot_when_drawn(company):
    """Counted are active mandates of people who are here, a department's with all below it; people of no department
    hide the smallest one beside them."""
    make_volunteers(company, [*range(5, 13), *range(20, 29), 50])
    with transaction():
        db.session.execute(
            update(type(company[0])).where(type(company[0]).id == company[5].id).values(closed_at=utcnow())
        )
    assert draw(utcnow())
    assert rows_of(month_of(utcnow())) == {"whole": (52, 17), "Production": (19, None), "Commerce": (30, 9)}


def test_snapshot_when_drawn_again(company):
    """A month is drawn once, whatever happens in it; the worker looks before it counts."""
    now = utcnow()
    make_volunteers(company, [*range(8), *range(20, 29)])
    assert draw(now)
    kept = rows_of(month_of(now))
    make_volunteers(company, [])
    assert not draw(now)
    assert not commands.draw_piece(now)
    assert rows_of(month_of(now)) == kept


def test_snapshot_when_somebody_would_change_it(company):
    """The database refuses to change or delete a row."""
    draw(utcnow())
    for statement in (update(VolunteeringSnapshot).values(people=1000), delete(VolunteeringSnapshot)):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(statement)


def test_snapshot_when_a_few_more_volunteer(company):
    """In the next month a figure stands still until it is five away; then it is the true one."""
    now = utcnow()
    make_volunteers(company[:50], [*range(8), *range(20, 29)])
    with transaction():
        for person in company[50:]:
            db.session.get(type(person), person.id).closed_at = now
    draw(now)
    make_volunteers(company, [*range(12), *range(20, 25)])
    draw(now + dt.timedelta(days=31))
    make_volunteers(company, [*range(13), *range(20, 25)])
    draw(now + dt.timedelta(days=62))
    months = [row.month for row in queries.list_snapshot_months()]
    assert [rows_of(month)["Production"][1] for month in months] == [13, 8, 8]
    assert [rows_of(month)["Commerce"][1] for month in months] == [9, 9, 9]
    assert [rows_of(month)["whole"][1] for month in months] == [17, 17, 17]


def test_worker_draws_the_month(company):
    """The worker's job draws where nothing is drawn."""
    make_volunteers(company, [*range(8), *range(20, 29)])
    commands.draw_piece(utcnow() + dt.timedelta(days=1))
    statement = select(VolunteeringSnapshot.people).where(VolunteeringSnapshot.department_id == WHOLE)
    assert db.session.scalar(statement) == 53


def test_page_when_opened(company, browser):
    """HR reads the figures, what is hidden, and how to read them; a month that was not drawn is not there."""
    browser.sign_in(make_person(roles=("hr",)))
    assert "Aucun relevé n’a encore été fait" in browser.get("/hr/volunteering")
    make_volunteers(company, [*range(8), *range(20, 29)])
    draw(utcnow())
    page = browser.get("/hr/volunteering")
    assert "17" in page.html.select_one(".pv-stat-value").text
    assert "non montré" in page
    assert "Comment lire ces chiffres" in page
    browser.get("/hr/volunteering?month=1999-01", status=404)
