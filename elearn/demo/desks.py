"""What runs beside people's own lives: questions, alerts, campaigns, contests of items, monthly figures, a list read."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from pathlib import Path

from sqlalchemy import select, update

from ..ambassadors import mandates
from ..assessment import contests as item_contests
from ..assessment.models import Attempt
from ..campaigns import queries as campaigns_read
from ..campaigns import service as campaigns
from ..db import db, transaction, utcnow
from ..help import alerts
from ..help import service as questions
from ..help.crises import service as crises
from ..help.models import Alert, Question
from ..i18n import company_day, company_midnight
from ..notifications import service as notifications
from ..people import applying, imports
from ..people.models import Person
from ..reporting.service import draw_snapshot
from . import words
from .calendar import Demo, Life
from .company import NEWCOMERS
from .people import START
from .training import unclear_item

# --- Questions, alerts, a crisis ------------------------------------------------------------------------------


def ask(demo: Demo, place: int, asked: words.Asked) -> Life:
    """A question and what comes of it."""
    person, referent = demo.people[asked.who], demo.people["referent"]
    now = yield asked.ago
    question_id = questions.ask(person.id, f"{place:032x}", asked.words, asked.page, asked.is_private, now)
    if not asked.answer:
        return
    now = yield dt.timedelta(hours=2, minutes=7 * place)
    questions.answer(referent.id, question_id, 1, asked.answer, now)
    if asked.public:
        now = yield dt.timedelta(minutes=3)
        answer = asked.answer.removeprefix(f"Bonjour {person.given_name}, ")
        answer = answer[0].upper() + answer[1:]
        questions.publish(referent.id, question_id, asked.public, answer, "fr", True, now)
    if asked.thanks:
        now = yield dt.timedelta(hours=1)
        version = db.session.scalar(select(Question.version).where(Question.id == question_id))
        questions.follow_up(person.id, question_id, version, asked.thanks, now)
        now = yield dt.timedelta(minutes=1)
        questions.close(person.id, question_id, now)


def alert(demo: Demo) -> Life:
    """Three alerts: one that ended well, one being followed, one that just came; and a crisis of last spring."""
    referent, deputy, seer = (demo.people[name] for name in ("referent", "deputy", "certified"))
    now = yield 151
    seen, place, level, advice, end = words.OLD_ALERT
    alert_id = alerts.raise_alert(demo.people["manager"].id, "0" * 31 + "1", seen, place, (), None, now)
    now = yield dt.timedelta(minutes=11)
    alerts.take(deputy.id, alert_id, 1, now)
    now = yield dt.timedelta(minutes=9)
    alerts.advise(deputy.id, alert_id, 2, level, advice, now)
    now = yield dt.timedelta(days=1)
    alerts.close(deputy.id, alert_id, _version(alert_id), end, now)
    now = yield 104
    yield from _crisis(demo, now)
    now = yield 2
    seen, place, level, advice = words.TAKEN_ALERT
    alert_id = alerts.raise_alert(seer.id, "0" * 31 + "2", seen, place, (), None, now)
    now = yield dt.timedelta(minutes=6)
    alerts.take(referent.id, alert_id, 1, now)
    now = yield dt.timedelta(minutes=14)
    alerts.advise(referent.id, alert_id, 2, level, advice, now)
    now = yield demo.now - dt.timedelta(minutes=9)
    alerts.raise_alert(demo.people["ambassador"].id, "0" * 31 + "3", *words.NEW_ALERT, (), None, now)


def _version(alert_id: int) -> int:
    return db.session.scalar(select(Alert.version).where(Alert.id == alert_id))


def _crisis(demo: Demo, now: dt.datetime) -> Life:
    french, english, debrief = words.CRISIS
    spoken = {"fr": french, "en": english}
    crises.declare(demo.people["referent"].id, spoken, company_day(now) + dt.timedelta(days=2), now)
    while crises.tell(now):
        pass
    now = yield dt.timedelta(days=1, hours=2)
    crises.end(demo.people["referent"].id, 1, debrief, now)
    while crises.tell(now):
        pass


# --- HR -------------------------------------------------------------------------------------------------------


def remind_commerce(demo: Demo, tree: dict[str, int]) -> Life:
    """A campaign that is over: the security module in the shops and with customers."""
    now = yield 186
    deadline = company_day(now) + dt.timedelta(days=31)
    yield from _campaign(demo, now, "Des comptes bien protégés", tree["Commerce"], ("security",), deadline, (-14, 0, 7))


def remind_production(demo: Demo, tree: dict[str, int]) -> Life:
    """A campaign under way: its first reminders are written."""
    now = yield 17
    deadline = company_day(demo.now) + dt.timedelta(days=9)
    parts = ("path", "charter", "security")
    yield from _campaign(demo, now, "Tout l’atelier formé", tree["Production"], parts, deadline, (-14, -3, 0, 7))


def _campaign(demo: Demo, now, name: str, department: int, parts, deadline: dt.date, offsets) -> Life:
    hr = demo.people["hr"].id
    campaign_id = campaigns.prepare(hr, name, {"department": str(department)}, parts, deadline, offsets, True, now).id
    now = yield dt.timedelta(minutes=25)
    campaigns.launch(campaign_id, now)
    for step_id, due_on in [(step.id, step.due_on) for step in campaigns_read.list_steps(campaign_id)]:
        now = yield company_midnight(due_on) + dt.timedelta(hours=7)
        while campaigns.advance(step_id, now):
            pass


def prepare_winter(demo: Demo) -> Life:
    """A draft: those who arrived in the last three months."""
    now = yield 3
    since = (company_day(now) - dt.timedelta(days=90)).isoformat()
    deadline = company_day(demo.now) + dt.timedelta(days=45)
    parts = ("path", "charter", "security")
    name = "Nouveaux arrivants de la saison"
    campaigns.prepare(demo.people["hr"].id, name, {"arrived_from": since}, parts, deadline, (-14, -3, 0, 7), False, now)


# --- The author -----------------------------------------------------------------------------------------------


def contest_item(demo: Demo, quiz: str, ago: float, why: str, answer: str) -> Life:
    """Somebody who passed contests an item of their latest attempt; the unclear one where it was drawn."""
    now = yield ago
    passed = select(Attempt).where(
        Attempt.quiz == quiz, Attempt.passed.is_(True), Attempt.closed_at < now - dt.timedelta(minutes=5)
    )
    latest = db.session.scalars(passed.order_by(Attempt.closed_at.desc()).limit(60)).all()
    unclear = unclear_item(demo.site.quiz(quiz))
    if answer:
        attempt, item = latest[0], latest[0].items[3]
    else:
        attempt, item = next((attempt for attempt in latest if unclear in attempt.items), latest[0]), unclear
    contest_id = item_contests.contest_item(attempt.id, attempt.person_id, item, why, now)
    if answer:
        now = yield dt.timedelta(days=1)
        item_contests.answer_contest(demo.people["author"].id, contest_id, "", answer, now)


# --- What the calendar brings ---------------------------------------------------------------------------------


def turn_days(demo: Demo) -> Life:
    """Early each day what ended with the day before ends; on the first of a month the volunteering figures are drawn."""
    for days_ago in range(START, -1, -1):
        day = company_day(demo.now - dt.timedelta(days=days_ago))
        now = yield company_midnight(day) + dt.timedelta(hours=4)
        mandates.sweep(now)
        if day.day == 1:
            draw_snapshot(now)


def read_messages(demo: Demo) -> Life:
    """People read what they are told: everybody's messages of before the last days are read."""
    now = yield 3.2
    for person_id in db.session.scalars(select(Person.id)).all():
        notifications.mark_all_read(person_id, now)


def read_newcomers(demo: Demo) -> None:
    """The month's list of people, read and applied as the administrator and the worker do it, in transactions of its
    own; the lines at fault are kept for a week. Accounts of the demo are marked as such."""
    day = (demo.now - dt.timedelta(days=4)).strftime("%d/%m/%Y")
    text = NEWCOMERS.format(day=day, year=demo.now.year).encode("utf-8-sig")
    admin = demo.people["admin"].id
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept = imports.keep_file(io.BytesIO(text), f"arrivees-{demo.now:%Y-%m}.csv", folder)
        with transaction():
            job_id = imports.receive(kept, demo.now - dt.timedelta(minutes=40), admin, invite=True).id
        _work(folder)
        with transaction():
            imports.start(job_id, utcnow(), admin)
        _work(folder)
    with transaction():
        db.session.execute(update(Person).where(Person.is_demo.is_(False)).values(is_demo=True))


def _work(folder: Path) -> None:
    while applying.work(utcnow(), folder):
        pass
