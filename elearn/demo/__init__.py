"""The demo company: about 160 people in every state of the journey, who lived with the programme for thirteen months.

Everything goes through the services, in the order of time (``calendar``), from one seeded generator and the moment it is
made, so that two demos made on the same day are the same. Names and words are plain data (``company``, ``stories``,
``words``). Never made in production.
"""

from __future__ import annotations

import datetime as dt

from ..ambassadors import organisation
from ..content.models import SiteState
from ..db import db, transaction
from ..people.models import Person
from ..people.passwords import hash_password
from . import desks, words
from .ambassadors import cast_stories, volunteer
from .calendar import Demo, Life
from .company import ACCOUNTS, PASSWORD, SETTINGS
from .people import START, Profile, draw_profiles, keep_house, make_accounts, make_departments, make_person
from .stories import OWN_STORY
from .training import finish_everything, follow_path, learn, renew, sign

__all__ = ["ACCOUNTS", "PASSWORD", "Demo", "finish_everything", "make_demo", "name_company", "opened", "volunteer"]


def name_company() -> None:
    """Give the installation the demo company's name and contacts; before publishing, so that contents carry them."""
    state = db.session.get(SiteState, 1)
    if state is None:
        state = SiteState(id=1, revision=0)
        db.session.add(state)
    state.settings = {**(state.settings or {}), **SETTINGS}
    state.revision += 1
    db.session.flush()


def opened(now: dt.datetime) -> dt.datetime:
    """When the company published its programme: before anybody read it."""
    return now - dt.timedelta(days=START + 2)


def make_demo(now: dt.datetime) -> None:
    """Make the company in one transaction: an interrupted start leaves an empty database, not half a company. The
    month's list of newcomers follows, as it would on any day."""
    demo = Demo(now, hash_password(PASSWORD))
    with transaction():
        organisation.seed_catalogue()
        tree = make_departments(demo)
        demo.people = make_accounts(demo, tree)
        make_crowd(demo, tree)
        live_named_lives(demo)
        for place, asked in enumerate(words.QUESTIONS):
            demo.live(desks.ask(demo, place, asked))
        for contest in words.CONTESTS:
            demo.live(desks.contest_item(demo, *contest))
        for life in (desks.alert, desks.prepare_winter, desks.turn_days, desks.read_messages):
            demo.live(life(demo))
        demo.live(desks.remind_commerce(demo, tree))
        demo.live(desks.remind_production(demo, tree))
        demo.run()
    desks.read_newcomers(demo)


def live_named_lives(demo: Demo) -> None:
    """The named accounts, each in the state its name says; who answers for the programme went through it first."""
    people = demo.people
    for name, ended in (("author", 300), ("certified", 120), ("hr", 140)):
        demo.live(finish_everything(demo, people[name], ended))
    for name, ended, again in (("referent", 392, 47), ("deputy", 381, 22)):
        demo.live(_first_one(demo, people[name], ended, again))
    demo.live(_midway(demo, people["midway"]))
    demo.live(_ambassador(demo, people["ambassador"]))
    demo.live(learn(demo, people["manager"], "security", 60, "structurer"))
    demo.live(learn(demo, people["admin"], "signed", 25, "apprivoiser"))


def _first_one(demo: Demo, person: Person, ended: float, again: float) -> Life:
    """Certified before everybody, and anew a year later."""
    yield from finish_everything(demo, person, ended)
    yield from renew(demo, person, again)


def _midway(demo: Demo, person: Person) -> Life:
    yield from follow_path(demo, person, "premiers-pas", 20, 3)
    yield from sign(demo, person, 12)


def _ambassador(demo: Demo, person: Person) -> Life:
    yield from finish_everything(demo, person, 215)
    yield from volunteer(demo, person, OWN_STORY)


def make_crowd(demo: Demo, tree: dict[str, int]) -> None:
    """Everybody else: those who were there when the programme opened at once, the others on their day."""
    profiles = draw_profiles()
    cast = cast_stories(profiles)
    opened, managers, others = demo.moment(START - 1), {}, []
    for profile in profiles:
        if profile.arrived < START:
            demo.live(_arrive(demo, tree, profile, managers.get(profile.department), cast.get(profile.number, ())))
            continue
        person = make_person(demo, tree, profile, manager_of(demo, profile, managers), opened)
        if profile.is_manager:
            managers[profile.department] = person
        elif profile.state in ("nothing", "path", "signed") and person.manager_id != demo.people["manager"].id:
            others.append(person)
        demo.live(_go_on(demo, person, profile, cast.get(profile.number, ())))
    demo.live(keep_house(demo, tree, managers, others))


def manager_of(demo: Demo, profile: Profile, managers: dict[str, Person]) -> Person | None:
    """Whom somebody reports to: Hélène Morel in the workshop, elsewhere the first of the department."""
    if profile.department.startswith(("Atelier", "Ligne")):
        return demo.people["manager"]
    return managers.get(profile.department)


def _arrive(demo: Demo, tree: dict[str, int], profile: Profile, manager: Person | None, acts: tuple) -> Life:
    if manager is None:
        manager = manager_of(demo, profile, {})
    now = yield profile.arrived
    person = make_person(demo, tree, profile, manager, now, demo.people["admin"].id)
    yield from _go_on(demo, person, profile, acts)


def _go_on(demo: Demo, person: Person, profile: Profile, acts: tuple) -> Life:
    yield from learn(demo, person, profile.state, profile.ended, profile.path)
    yield from volunteer(demo, person, acts)
