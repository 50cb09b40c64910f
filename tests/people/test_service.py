"""Accounts and roles: what is kept, what is refused, what is logged, what two people at once can do."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from elearn.db import db, transaction, utcnow
from elearn.errors import Invalid, NotFound, Refusal
from elearn.people import queries, service
from elearn.people.models import Person, PersonEvent, RoleAssignment, UserSession
from elearn.permissions import Role

from ..factories import make_person, make_session
from .test_signing_in import together


def create(**values):
    """An account, through the service."""
    values = {"given_name": "Inès", "family_name": "Lefèvre", "email": "ines@tests.example", **values}
    with transaction():
        return service.create_person(values.pop("given_name"), values.pop("family_name"), utcnow(), **values).id


def events():
    """The log, as (act, detail)."""
    db.session.rollback()
    return [(act, detail) for act, detail in db.session.execute(select(PersonEvent.act, PersonEvent.detail))]


def test_create_person_when_names_surprise(app):
    """Names are cleaned, folded for lists, and the log says who was made."""
    person_id = create(given_name="\u202eE\u0301lodie\u200b", family_name=" Ó\u00a0Brien ", email=" E@Tests.Example ")
    person = db.session.get(Person, person_id)
    assert (person.given_name, person.family_name, person.email) == ("Élodie", "Ó Brien", "e@tests.example")
    assert person.search_name == "o brien elodie"
    assert events() == [("created", {})]


def test_create_person_when_name_is_long(app):
    """Three hundred characters are kept whole, and their folding fits its column."""
    person_id = create(given_name="ß" * 300, family_name="ﷺ" * 300)
    assert len(db.session.get(Person, person_id).search_name) <= 700


@pytest.mark.parametrize(
    "values", [{"given_name": ""}, {"family_name": "\u200b"}, {"email": "nonsense"}, {"employee_number": "a@b"}]
)
def test_create_person_when_invalid(app, values):
    """An account that could not be read, written to or found is refused."""
    with pytest.raises(Invalid):
        create(**values)


def test_create_person_when_taken(app):
    """An address and a number belong to one account, whatever their case."""
    create(employee_number="a1")
    with pytest.raises(Refusal, match="e-mail"):
        create(email="INES@tests.example")
    with pytest.raises(Refusal, match="matricule"):
        create(email=None, employee_number=" A1")


def test_close_and_reopen_when_somebody_leaves_and_returns(app):
    """Closing ends the sessions; both are said once, however often they are done."""
    person = make_person()
    make_session(person)
    for act in (service.close_person, service.close_person, service.reopen_person, service.reopen_person):
        with transaction():
            act(person.id, utcnow())
    assert [act for act, _detail in events()] == ["closed", "reopened"]
    assert db.session.scalar(select(UserSession.ended_at)) is not None


def test_reopen_when_erased(app):
    """Nothing is left to come back to."""
    person = make_person(closed_at=utcnow(), erased_at=utcnow())
    with pytest.raises(Refusal), transaction():
        service.reopen_person(person.id, utcnow())


def test_give_role_when_given_twice(app):
    """A role is given once and logged once; taken once and logged once."""
    person = make_person()
    for _time in range(2):
        with transaction():
            service.give_role(person.id, Role.AUTHOR, utcnow(), by_id=person.id)
    assert queries.list_roles(person.id) == {"author"}
    for _time in range(2):
        with transaction():
            service.take_role(person.id, Role.AUTHOR, utcnow())
    assert events() == [("role-given", {"role": "author"}), ("role-taken", {"role": "author"})]


def test_give_role_when_hr_and_referent_race(app):
    """However two people race, nobody ends up HR and referent; the table itself refuses it."""
    person = make_person()
    db.session.rollback()
    roles = [Role.HR, Role.REFERENT]

    def give(i):
        with transaction():
            service.give_role(person.id, roles[i], utcnow())

    results = together(app, 2, give)
    assert sum(isinstance(result, Refusal) for result in results) == 1
    held = queries.list_roles(person.id)
    assert len(held) == 1
    other = ({"hr", "referent"} - held).pop()
    with pytest.raises(IntegrityError), transaction():
        db.session.add(RoleAssignment(person_id=person.id, role=other, given_at=utcnow()))


def test_last_admin_when_leaving(app):
    """The last administrator neither loses the role nor is closed; one of two who leave at once stays."""
    people = [make_person(roles=("admin",)) for _time in range(2)]
    ids = [person.id for person in people]
    db.session.rollback()

    def leave(i):
        with transaction():
            service.take_role(ids[i], Role.ADMIN, utcnow())

    assert sum(isinstance(result, Refusal) for result in together(app, 2, leave)) == 1
    left = db.session.scalar(select(RoleAssignment.person_id))
    with pytest.raises(Refusal), transaction():
        service.close_person(left, utcnow())


def test_rename_when_corrected(app):
    """A corrected name is found under its new form."""
    person = make_person()
    with transaction():
        service.edit_person(person.id, {"given_name": "Zoë", "family_name": "Ñuñez"}, utcnow())
    assert db.session.scalar(select(Person.search_name)) == "nunez zoe"


@pytest.mark.parametrize("act", [service.close_person, service.reopen_person])
def test_person_when_unknown(app, act):
    """Nobody is nobody."""
    with pytest.raises(NotFound), transaction():
        act(999, utcnow())


def test_settings_when_out_of_range(app):
    """Only what is proposed is kept."""
    person = make_person()
    for work in (
        lambda: service.set_language(person.id, "de"),
        lambda: service.set_display(person.id, "neon", 1, 1),
        lambda: service.set_display(person.id, "dark", 4, 1),
    ):
        with pytest.raises(Invalid), transaction():
            work()


def test_create_admin_when_run(app):
    """The command makes an administrator and prints a link that works once; run again, it makes no second account."""
    runner = app.test_cli_runner()
    given = ["people", "create-admin", "--email", "Root@tests.example", "--given-name", "Ana", "--family-name", "Po"]
    first, second = runner.invoke(args=given), runner.invoke(args=given)
    assert first.exit_code == second.exit_code == 0
    links = [result.output.splitlines()[-1] for result in (first, second)]
    assert all("/password/reset/" in link for link in links) and links[0] != links[1]
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1
    path = "/" + links[0].split("/", 3)[3]
    assert app.test_client().get(path).status_code == 200
    bad = runner.invoke(args=[*given[:3], "nonsense", *given[4:]])
    assert bad.exit_code == 1 and "Traceback" not in bad.output


def test_close_person_when_it_is_oneself(app):
    """Nobody closes their own account, by whichever door."""
    admins = [make_person(roles=("admin",)) for _ in range(2)]
    with pytest.raises(Refusal), transaction():
        service.close_person(admins[0].id, utcnow(), admins[0].id)
    assert admins[0].closed_at is None
