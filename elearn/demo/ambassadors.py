"""The demo's ambassadors: plays the stories through the services, each act on its day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select

from ..ambassadors import contests, mandates, queries
from ..ambassadors import service as ambassadors
from ..ambassadors.models import Application, Contest, Decision, Mandate
from ..ambassadors.rules import CRITERIA, Scope, Verdict
from ..credentials.queries import get_current_credential
from ..db import db
from ..i18n import company_day
from ..people.models import Person
from . import stories
from .calendar import Demo, Life
from .people import Profile
from .training import renew


def cast_stories(profiles: list[Profile]) -> dict[int, tuple]:
    """Who lives which story: by number, the acts. Whoever has one of their own ended the programme when it begins."""
    free = [p for p in profiles if not p.is_manager and p.email]
    cast = {}
    for story in stories.STORIES:
        here = (p for p in free if p.division == story.division and p.arrived > story.latest + 30)
        found = max(here, key=lambda p: (p.state == "certified", story.latest < p.ended < story.earliest, -p.number))
        free.remove(found)
        ended = min((story.earliest + story.latest) / 2, found.arrived - 20)
        profiles[profiles.index(found)] = replace(found, state="certified", ended=ended)
        cast[found.number] = story.acts
    for division, count in stories.VOLUNTEERS.items():
        for place, found in enumerate(
            [p for p in free if p.division == division and p.state == "certified" and p.ended > 16][:count]
        ):
            cast[found.number] = _usual(found, place)
    return cast


def _usual(profile: Profile, place: int) -> tuple:
    """A story like most: a post, a status, sometimes autonomy after some months."""
    begun = profile.ended - 6 - 3 * (place % 3)
    referent = (stories.C, stories.M)[profile.number % 2 if begun < 360 else 0]
    reason = stories.REASONS[profile.number % len(stories.REASONS)]
    post = stories.GOOD[(profile.number + place) % len(stories.GOOD)]
    acts = ((begun, "apply", post), (begun - 2, "grant", referent, reason))
    if place % 3 == 1 and begun > 120:
        acts = (*acts, (begun - 95, "made_autonomous", referent, stories.TOGETHER))
    return acts


def volunteer(demo: Demo, person: Person, acts: Iterable[tuple]) -> Life:
    """Live a story."""
    for ago, act, *details in acts:
        if act == "renew":
            yield from renew(demo, person, ago)
        else:
            now = yield ago
            ACTS[act](demo, person, now, *details)


# --- Applications ---------------------------------------------------------------------------------------------


def _begin(demo: Demo, person: Person, now: dt.datetime, post: str) -> None:
    brief, text, networks, topics = stories.POSTS[post]
    ambassadors.begin_application(person.id, brief, now)
    ambassadors.save_draft(person.id, text, "", networks[0], networks, topics, now)


def _apply(demo: Demo, person: Person, now: dt.datetime, post: str) -> None:
    _begin(demo, person, now - dt.timedelta(hours=1), post)
    ambassadors.submit_application(person.id, _application(person).version, now)


def _resend(demo: Demo, person: Person, now: dt.datetime, post: str) -> None:
    """The same brief, written again."""
    _brief, text, networks, topics = stories.POSTS[post]
    ambassadors.save_draft(person.id, text, "", networks[0], networks, topics, now)
    ambassadors.submit_application(person.id, _application(person).version, now)


def _withdraw(demo: Demo, person: Person, now: dt.datetime) -> None:
    ambassadors.withdraw_application(person.id, now)


def _application(person: Person) -> Application:
    statement = select(Application).where(Application.person_id == person.id).order_by(Application.id.desc())
    return db.session.scalars(statement.limit(1).execution_options(populate_existing=True)).one()


def _decide(demo, person, now, who: str, verdict: Verdict, scope: Scope | None = None) -> None:
    application = _application(person)
    ambassadors.decide(demo.people[who].id, application.id, application.version, verdict, scope, now)


def _grid(demo: Demo, low: int, **fixed: int) -> dict[str, int]:
    return {criterion: demo.random.randint(low, 3) for criterion in CRITERIA} | fixed


def _grant(demo: Demo, person: Person, now: dt.datetime, who: str, reason: str) -> None:
    application, today = _application(person), company_day(now)
    last = get_current_credential(person.id, now).expires_on
    scope = Scope(tuple(application.networks), tuple(application.topics), ("fr",), today, last)
    _decide(demo, person, now, who, Verdict(_grid(demo, 2), "granted", reason), scope)


def _send_back(demo: Demo, person: Person, now: dt.datetime, who: str, reason: str) -> None:
    _decide(demo, person, now, who, Verdict(_grid(demo, 1, transparency=0), "sent_back", reason))


def _refuse(demo, person, now, who: str, category: str, days: int, lessons: tuple[str, ...], reason: str) -> None:
    verdict = Verdict(
        grid=_grid(demo, 1, accuracy=1, respect=1),
        decision="refused",
        reason=reason,
        red_flags=("personal_data",) if category == "red_line" else (),
        category=category,
        lessons=lessons,
        again_on=company_day(now) + dt.timedelta(days=days),
    )
    _decide(demo, person, now, who, verdict)


def _contest(demo: Demo, person: Person, now: dt.datetime, words: str) -> None:
    """The latest decision of a referent."""
    statement = select(Decision.id).where(Decision.person_id == person.id, Decision.by_id != person.id)
    contests.contest(person.id, db.session.scalars(statement.order_by(Decision.id.desc()).limit(1)).one(), words, now)


def _agree(demo: Demo, person: Person, now: dt.datetime, who: str, answer: str) -> None:
    open_one = select(Contest.id).where(Contest.person_id == person.id, Contest.status == "open")
    contests.answer_contest(demo.people[who].id, db.session.scalars(open_one).one(), True, answer, now)


# --- Mandates -------------------------------------------------------------------------------------------------


def _mandate(person: Person) -> Mandate:
    statement = select(Mandate).where(Mandate.person_id == person.id).order_by(Mandate.id.desc())
    return db.session.scalars(statement.limit(1).execution_options(populate_existing=True)).one()


def _change(act: str):
    def do(demo: Demo, person: Person, now: dt.datetime, who: str, reason: str) -> None:
        mandate = _mandate(person)
        mandates.change_mandate(demo.people[who].id, mandate.id, mandate.version, act, reason, now)

    return do


def _own(act: str):
    def do(demo: Demo, person: Person, now: dt.datetime) -> None:
        mandates.change_own(person.id, _mandate(person).version, act, now)

    return do


def _hearing(demo: Demo, person: Person, now: dt.datetime, who: str, grounds: str) -> None:
    mandate = _mandate(person)
    mandates.open_hearing(demo.people[who].id, mandate.id, mandate.version, grounds, now)


def _answer(demo: Demo, person: Person, now: dt.datetime, words: str) -> None:
    mandates.answer_hearing(person.id, queries.get_open_hearing(_mandate(person).id).id, words, now)


def _suspend(demo: Demo, person: Person, now: dt.datetime, who: str, days: int, reason: str) -> None:
    mandate, until = _mandate(person), company_day(now) + dt.timedelta(days=days)
    mandates.suspend(demo.people[who].id, mandate.id, mandate.version, until, reason, now)


def _rescope(demo, person, now, who: str, networks: tuple[str, ...], topics: tuple[str, ...], reason: str) -> None:
    mandate = _mandate(person)
    scope = Scope(networks, topics, tuple(mandate.languages), mandate.starts_on, mandate.ends_on, mandate.regime)
    mandates.rescope(demo.people[who].id, mandate.id, mandate.version, scope, reason, now)


def _ask_renewal(demo: Demo, person: Person, now: dt.datetime) -> None:
    mandates.ask_renewal(person.id, _mandate(person).version, now)


ACTS = {
    "begin": _begin,
    "apply": _apply,
    "resend": _resend,
    "withdraw": _withdraw,
    "grant": _grant,
    "send_back": _send_back,
    "refuse": _refuse,
    "contest": _contest,
    "agree": _agree,
    "hearing": _hearing,
    "answer": _answer,
    "suspend": _suspend,
    "rescope": _rescope,
    "ask_renewal": _ask_renewal,
    "resume": _change("resumed"),
    **{act: _change(act) for act in ("made_autonomous", "made_guided", "let_dormant", "ended")},
    **{act: _own(act) for act in ("paused", "returned", "left")},
}
"""Act → (demo, person, now, what it needs)."""
