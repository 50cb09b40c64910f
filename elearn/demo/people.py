"""The demo's people: the tree of departments, the ten accounts, everybody else, and what the administrator does."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..ambassadors import organisation
from ..people import departments, settings, signing_in
from ..people import service as people
from ..people.models import Person, normalise
from ..permissions import Role
from .calendar import Demo, Life
from .company import (
    ARRIVALS,
    COMPANY,
    FAMILY,
    GIVEN,
    HEADCOUNT,
    NAMED,
    PACE,
    STATES,
    TREE,
    WITHOUT_MAIL,
)

START = 398
"""Days ago: the company opened the programme."""
PATHS = ("premiers-pas", "comprendre", "apprivoiser", "structurer", "piloter")


@dataclass(frozen=True)
class Profile:
    """Somebody of the crowd before their account is made: who, where, since when, and how far they will come."""

    number: int
    given_name: str
    family_name: str
    department: str
    job_title: str
    site: str
    email: str | None
    arrived: int
    """Days ago."""
    state: str
    ended: float
    """Days ago: the day of their last act of training."""
    path: str
    is_manager: bool

    @property
    def division(self) -> str:
        """The department of the first rank."""
        return DIVISIONS[self.department]


def _divisions() -> Iterator[tuple[str, str]]:
    for top, under in TREE.items():
        for name, teams in under.items():
            yield from ((each, top) for each in (name, *teams))


DIVISIONS = dict(_divisions())


def make_departments(demo: Demo) -> dict[str, int]:
    """The tree, three ranks deep; the id of each by its name."""
    now, made = demo.moment(START), {}

    def plant(names, parent_id: int | None) -> None:
        for name in names:
            made[name] = departments.create(name, parent_id, now)
            if isinstance(names, dict):
                plant(names[name], made[name])

    plant(TREE, None)
    return made


def make_accounts(demo: Demo, tree: dict[str, int]) -> dict[str, Person]:
    """The ten fixed accounts, with their roles; by the name before the @."""
    made, sites = {}, {department: site for department, _count, _job, site in HEADCOUNT}
    for number, (name, (given, family, department, job, roles)) in enumerate(NAMED.items(), 1):
        made[name] = people.create_person(
            given,
            family,
            demo.moment(START - 1),
            email=f"{name}@demo.example",
            employee_number=f"HC{number:05d}",
            department_id=tree[department],
            job_title=job,
            site=sites[department],
            arrived_on=(demo.now - dt.timedelta(days=60 if name == "employee" else 500 + 97 * number)).date(),
            password_hash=demo.hash,
            is_demo=True,
            language="fr",
        )
        for role in roles if name != "deputy" else ():  # Named later: see keep_house.
            people.give_role(made[name].id, role, demo.moment(START - 2))
    made["employee"].manager_id = made["manager"].id
    return made


# --- Everybody else -------------------------------------------------------------------------------------------


def draw_profiles() -> list[Profile]:
    """Who works here, the same in every demo: names that meet once, states and days of arrival over the whole tree."""
    chance = random.Random(1881)
    posts = [(name, job, site, place) for name, count, job, site in HEADCOUNT for place in range(count)]
    names = _draw_names(chance, len(posts))
    states = [state for state, count in STATES for _ in range(count)]
    chance.shuffle(states)
    months, weights = zip(*PACE, strict=True)
    found = []
    for number, ((department, job, site, place), (given, family), state) in enumerate(
        zip(posts, names, states, strict=True), 100
    ):
        is_manager = place == 0 and not department.startswith(("Atelier", "Ligne"))
        arrived = 2500 if is_manager else chance.choice(ARRIVALS)
        ended = 30.4 * chance.choices(months, weights)[0] + chance.uniform(1, 29)
        found.append(
            Profile(
                number=number,
                given_name=given,
                family_name=family,
                department=department,
                job_title=f"Responsable, {job.lower()}" if is_manager else job,
                site=site,
                email=None if department in WITHOUT_MAIL and place % 3 == 1 else _address(given, family),
                arrived=arrived,
                state=state,
                ended=min(ended, min(arrived, START) - 24),
                path=chance.choice(PATHS),
                is_manager=is_manager,
            )
        )
    return found


def _draw_names(chance: random.Random, count: int) -> list[tuple[str, str]]:
    """Each first name and each family name two or three times, no pair twice."""
    given, family, made = [], [], []
    while len(made) < count:
        given = given or chance.sample(GIVEN, len(GIVEN))
        family = family or chance.sample(FAMILY, len(FAMILY))
        made.append((given.pop(), family.pop()))
    taken = {(given, family) for given, family, *_rest in NAMED.values()}
    assert len({*made, *taken}) == len(made) + len(taken)
    return made


def _address(given: str, family: str) -> str:
    """« Zoé Ben Amor » → ``zoe.ben-amor@demo.example``."""
    words = normalise(f"{given}.{family}").translate(str.maketrans("łøıđ", "loid"))
    return re.sub(r"[^a-z.]+", "-", re.sub("[’']", "", words)) + "@demo.example"


def make_person(
    demo: Demo,
    tree: dict[str, int],
    profile: Profile,
    manager: Person | None,
    now: dt.datetime,
    by_id: int | None = None,
) -> Person:
    """The account of one of the crowd."""
    return people.create_person(
        profile.given_name,
        profile.family_name,
        now,
        email=profile.email,
        employee_number=f"HC{profile.number:05d}",
        by_id=by_id,
        department_id=tree[profile.department],
        manager_id=manager.id if manager else None,
        job_title=profile.job_title,
        site=profile.site,
        arrived_on=(demo.now - dt.timedelta(days=profile.arrived)).date(),
        password_hash=demo.hash,
        is_demo=True,
        language="en" if profile.number % 29 == 0 else "fr",
    )


# --- The administrator ----------------------------------------------------------------------------------------


def keep_house(demo: Demo, tree: dict[str, int], managers: dict[str, Person], others: list[Person]) -> Life:
    """What Nadia Haddad does in a year: departments, roles, corrections, departures, somebody who comes back."""
    admin = demo.people["admin"].id
    back, renamed, slow, moved, *leaving = others
    without_mail = next(person for person in leaving if not person.email)
    now = yield START - 3
    for person in managers.values():
        people.give_role(person.id, Role.MANAGER, now, admin)
    now = yield 372
    people.give_role(demo.people["deputy"].id, Role.REFERENT, now, admin)
    now = yield 341
    repair = departments.create("Réparation", tree["Production"], now, admin)
    now = yield 301
    people.edit_person(renamed.id, {"family_name": f"{renamed.family_name}-Lanoë"}, now, admin)
    now = yield 262
    organisation.save_entry("topics", None, {"fr": "Savoir-faire", "en": "Craft"}, now, admin)
    now = yield 233
    organisation.open_entry("networks", "tiktok", False, now, admin)
    now = yield 205
    settings.save_settings({"answer_days": 3}, now, admin, None, None)
    now = yield 174
    people.edit_person(slow.id, {"extra_time_percent": 33}, now, admin)
    now = yield 131
    people.close_person(back.id, now, admin)
    now = yield 90
    departments.move(repair, tree["Service client"], now, admin)
    now = yield 61
    signing_in.print_code(without_mail.id, COMPANY, now, admin)
    now = yield 38
    post = {"department_id": tree["Communication"], "job_title": "Contenus", "site": "Lyon"}
    people.edit_person(moved.id, {**post, "manager_id": managers["Communication"].id}, now, admin)
    now = yield 27
    people.reopen_person(back.id, now, admin)
    now = yield dt.timedelta(minutes=4)
    post = {"department_id": repair, "job_title": "Réparation", "site": "Nantes"}
    people.edit_person(back.id, {**post, "manager_id": managers["Service client"].id}, now, admin)
    now = yield 9
    for person in leaving[1:4]:
        people.close_person(person.id, now, admin)
