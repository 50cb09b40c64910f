"""The demo's learners: paths, lessons, the charter, quizzes as people answer them, certificates and their renewal."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from ..assessment import service as assessment
from ..content import items as grading
from ..content.types import Item, Quiz
from ..db import db
from ..learning import service as learning
from ..people.models import Person
from .calendar import Demo, Life


def learn(demo: Demo, person: Person, state: str, ended: float, path: str) -> Life:
    """Bring somebody to a state, by the acts that lead there."""
    if state == "nothing":
        return
    if state == "certified":
        yield from finish_everything(demo, person, ended, path)
        return
    whole = len(demo.site.course(path).lessons)
    lessons = demo.random.randint(0, whole - 1) if state == "path" else whole
    yield from follow_path(demo, person, path, ended + 9, lessons)
    if state in ("path", "path done"):
        return
    yield from sign(demo, person, ended + 4)
    if state == "signed":
        return
    yield from take_quiz(demo, person, "charter", ended + 3, passes=state != "failed")
    if state == "security":
        yield from read_course(demo, person, "security", ended + 2, demo.random.randint(2, 7))


def follow_path(demo: Demo, person: Person, slug: str, ago: float, lessons: int) -> Life:
    """Choose a path and finish so many of its lessons."""
    now = yield ago
    learning.choose_path(person.id, demo.site.course(slug), now)
    yield from read_course(demo, person, slug, ago, lessons)


def read_course(demo: Demo, person: Person, slug: str, ago: float, lessons: int) -> Life:
    """Finish the first lessons of a course, one or two a day."""
    course = demo.site.course(slug)
    for number, lesson in enumerate(course.lessons[:lessons]):
        now = yield ago - number / 2
        learning.complete_lesson(person.id, course, lesson, now)


def sign(demo: Demo, person: Person, ago: float) -> Life:
    """Read and sign the charter."""
    now = yield ago
    charter = demo.site.charter
    learning.sign_charter(person.id, charter.edition_id, charter, person.language or "fr", now)


def finish_everything(demo: Demo, person: Person, ago: float, path: str = "premiers-pas") -> Life:
    """The whole programme, ended so many days ago; one in ten passes the last quiz at the second go."""
    yield from follow_path(demo, person, path, ago + 9, len(demo.site.course(path).lessons))
    yield from sign(demo, person, ago + 5)
    yield from take_quiz(demo, person, "charter", ago + 4, passes=True)
    yield from read_course(demo, person, "security", ago + 4, len(demo.site.course("security").lessons))
    if demo.random.random() < 0.1:
        yield from take_quiz(demo, person, "security", ago, passes=False)
    yield from take_quiz(demo, person, "security", ago, passes=True)


def renew(demo: Demo, person: Person, ago: float) -> Life:
    """Both quizzes again, in the last sixty days of a certificate."""
    yield from take_quiz(demo, person, "charter", ago + 1, passes=True)
    yield from take_quiz(demo, person, "security", ago, passes=True)


# --- A quiz as somebody answers it ----------------------------------------------------------------------------


def take_quiz(demo: Demo, person: Person, slug: str, ago: float, passes: bool) -> Life:
    """Sit a quiz from end to end, at the pace of somebody who reads."""
    now = yield ago
    quiz = demo.site.quiz(slug)
    attempt_id = assessment.start_attempt(person.id, quiz, demo.random.getrandbits(48), now)
    drawn = [quiz.by_id[id_] for id_ in db.session.get(assessment.Attempt, attempt_id).items]
    given, at = {}, now
    for item, slips in zip(drawn, _slips(demo, quiz, drawn, passes), strict=True):
        at += dt.timedelta(seconds=demo.random.randint(14, 40) + 9 * item.difficulty)
        given[item.id] = (slip_of(item) if slips else key_of(item), assessment.sequence_of(at))
    end = yield at - now + dt.timedelta(seconds=demo.random.randint(5, 90))
    assessment.submit_attempt(attempt_id, person.id, end, given)


MOST_SLIPS = 4
"""Of twenty items; more is a failure."""


def _slips(demo: Demo, quiz: Quiz, drawn: list[Item], passes: bool) -> list[bool]:
    """Which items somebody gets wrong. Who passes has the decisive ones, and a few others wrong as their skill and the
    items' difficulty have it; the unclear item misleads those who know most. Who fails misses a decisive one."""
    weakness = demo.random.choice((0, 0.01, 0.02, 0.25))
    chance = {item.id: weakness * item.difficulty for item in drawn if not item.family}
    if not passes:
        missed = next(item.id for item in drawn if item.family)
        return [item.id == missed or demo.random.random() < 0.3 for item in drawn]
    unclear, left = unclear_item(quiz), MOST_SLIPS
    slips = []
    for item in sorted(drawn, key=lambda item: item.id != unclear):
        odds = (0.8 - 3 * weakness) if item.id == unclear else chance.get(item.id, 0)
        if left and demo.random.random() < odds:
            slips.append(item.id)
            left -= 1
    return [item.id in slips for item in drawn]


def unclear_item(quiz: Quiz) -> str:
    """The item of the demo that shows itself as a bad one: of those with one right choice, one that is drawn often,
    because its article or lesson has few others and no decisive one."""
    crowd = Counter(quiz.covered(item) for item in quiz.bank)
    decisive = {quiz.covered(item) for item in quiz.bank if item.family}
    singles = [item for item in quiz.bank if item.type == "single" and not item.family]
    return min(singles, key=lambda item: (quiz.covered(item) in decisive, crowd[quiz.covered(item)], item.id)).id


def key_of(item: Item):
    """The right response."""
    return grading.check_value(item, item.key)


def slip_of(item: Item):
    """A wrong response, the kind a hurried reader gives."""
    match item.type:
        case "ordering":
            return list(reversed(item.key))
        case "sorting":
            return dict.fromkeys(item.choice_ids, item.classes[0])
        case "multiple" | "span":
            return [next(c for c in item.choice_ids if c not in item.key)]
        case _:
            return next(c for c in item.choice_ids if c != item.key)
