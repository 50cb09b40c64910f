"""A small company in every state, for the tests of lists and figures."""

from __future__ import annotations

import datetime as dt

from elearn.credentials import completion, service
from elearn.credentials.completion import PARTS
from elearn.db import transaction, utcnow

from ..factories import make_department, make_person

REQUIREMENTS = [requirement for group in PARTS.values() for requirement in group]


def train(person, *requirements, begun=(), at=None):
    """Let somebody begin parts and fulfil requirements, through the services."""
    with transaction():
        for part in begun:
            completion.begin(person.id, part)
        for requirement in requirements:
            service.fulfil(person.id, requirement, {}, at or utcnow())


def make_company():
    """Two departments of the first rank, one with two below it; people in every state; somebody who left."""
    works, sales = make_department("Production"), make_department("Commerce")
    line, shop = make_department("Ligne 1", works), make_department("Atelier", works)
    now = utcnow()
    people = {}
    for number, department in enumerate([works, line, line, shop, sales, sales, None]):
        for state in ("new", "begun", "half", "trained", "old"):
            person = make_person(
                given_name=f"Prénom{number}",
                family_name=f"Nom-{state}",
                department_id=department.id if department else None,
                site=("Vannes", "Brest", "")[number % 3],
                arrived_on=now.date() - dt.timedelta(days=200 * number) if number != 4 else None,
            )
            people[number, state] = person
            if state == "begun":
                train(person, begun=("path",))
            elif state == "half":
                train(person, "path", "charter-signature")
            elif state == "trained":
                train(person, *REQUIREMENTS, at=now - dt.timedelta(days=31 * number))
            elif state == "old":
                train(person, *REQUIREMENTS, at=now - dt.timedelta(days=500))
    gone = make_person(given_name="Partie", family_name="Ailleurs", department_id=line.id, closed_at=now)
    train(gone, *REQUIREMENTS)
    erased = make_person(given_name="", family_name="", email=None, department_id=line.id, closed_at=now, erased_at=now)
    train(erased, *REQUIREMENTS)
    return people, {"works": works, "sales": sales, "line": line, "shop": shop}
