"""The verbs of learning: choosing a path, responding to checks, finishing lessons, signing the charter.

Callers open the transaction. Each verb locks the person's row first, because the last lesson of a course may be
finished from two windows at once and must be noticed by one of them.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update

from ..content.items import is_right, is_right_scenario
from ..content.types import Course, Lesson, Scenario
from ..credentials.completion import begin
from ..credentials.service import fulfil
from ..db import db, insert_once
from ..errors import Invalid, Refusal
from ..i18n import _l
from ..people.models import Person
from . import rules
from .models import CharterSignature, CheckResponse, Enrolment, LessonCompletion, LessonVisit
from .queries import list_done

REQUIREMENT_OF_KIND = {"path": "path", "security": "security-lessons"}


def _lock(person_id: int) -> None:
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


def choose_path(person_id: int, course: Course | None, now: dt.datetime) -> None:
    """Follow this path from now on. What was done in another stays done, and coming back finds it.

    Raises Invalid when it is not a path.
    """
    if course is None or course.kind != "path":
        raise Invalid(_l("Choisissez l’un des parcours proposés."))
    _lock(person_id)
    db.session.execute(
        update(Enrolment)
        .where(Enrolment.person_id == person_id, Enrolment.is_current, Enrolment.course != course.slug)
        .values(is_current=False)
    )
    made = insert_once(
        Enrolment, on=("person_id", "course"), person_id=person_id, course=course.slug, chosen_at=now, is_current=True
    )
    if made is None:
        db.session.execute(
            update(Enrolment)
            .where(Enrolment.person_id == person_id, Enrolment.course == course.slug, Enrolment.is_current.is_(False))
            .values(is_current=True, chosen_at=now)
        )
    begin(person_id, "path")


def answer_check(person_id: int, course: Course, lesson: Lesson, id_: str, value, now: dt.datetime) -> bool:
    """Keep a response to a check item or scenario; the first one counts for showing what one knows.

    ``value`` is in the shape of content.items, or ``{"verdict", "spans"}`` for a scenario. Returns whether the
    response is right. When it makes the whole check right at the first go, the lesson is done.
    """
    thing = lesson.checks[id_]
    if isinstance(thing, Scenario):
        right = is_right_scenario(thing, value["verdict"], value["spans"])
    else:
        right = is_right(thing, value)
    _lock(person_id)
    if course.kind == "security":
        begin(person_id, "security")
    latest = {"value": value, "right": right}
    made = insert_once(
        CheckResponse,
        on=("person_id", "course", "lesson", "item"),
        person_id=person_id,
        course=course.slug,
        lesson=lesson.slug,
        item=id_,
        first_right=right,
        latest=latest,
        responded_at=now,
    )
    if made is None:
        db.session.execute(
            update(CheckResponse)
            .where(
                CheckResponse.person_id == person_id,
                CheckResponse.course == course.slug,
                CheckResponse.lesson == lesson.slug,
                CheckResponse.item == id_,
            )
            .values(latest=latest, responded_at=now)
        )
    elif right:
        _complete_when_shown(person_id, course, lesson, now)
    return right


def _complete_when_shown(person_id: int, course: Course, lesson: Lesson, now: dt.datetime) -> None:
    rows = db.session.execute(
        select(CheckResponse.item, CheckResponse.first_right).where(
            CheckResponse.person_id == person_id,
            CheckResponse.course == course.slug,
            CheckResponse.lesson == lesson.slug,
        )
    )
    if rules.is_shown((item.id for item in lesson.items), dict(rows.all())):
        _complete(person_id, course, lesson, "shown", now)


def complete_lesson(person_id: int, course: Course, lesson: Lesson, now: dt.datetime) -> bool:
    """The person says they read it to the end; returns whether this is new. A second click changes nothing."""
    _lock(person_id)
    return _complete(person_id, course, lesson, "read", now)


def _complete(person_id: int, course: Course, lesson: Lesson, how: str, now: dt.datetime) -> bool:
    made = insert_once(
        LessonCompletion,
        on=("person_id", "course", "lesson"),
        person_id=person_id,
        course=course.slug,
        lesson=lesson.slug,
        edition_id=course.edition_id,
        how=how,
        completed_at=now,
    )
    requirement = REQUIREMENT_OF_KIND.get(course.kind)
    if requirement:
        begin(person_id, course.kind)
    if requirement and {each.slug for each in course.lessons} <= set(list_done(person_id, course.slug)):
        fulfil(person_id, requirement, {"edition": course.edition_id}, now)
    return made is not None


def visit_lesson(person_id: int, course: Course, lesson: Lesson, place: str, now: dt.datetime) -> None:
    """Remember where one is, to resume there: the anchor of the heading last seen."""
    if place and place not in {anchor for anchor, _text in lesson.words.of("fr").body.headings} | {
        anchor for anchor, _text in lesson.words.of("en").body.headings
    }:
        place = ""
    made = insert_once(
        LessonVisit,
        on=("person_id", "course", "lesson"),
        person_id=person_id,
        course=course.slug,
        lesson=lesson.slug,
        place=place,
        first_at=now,
        last_at=now,
    )
    if made is None:
        db.session.execute(
            update(LessonVisit)
            .where(
                LessonVisit.person_id == person_id, LessonVisit.course == course.slug, LessonVisit.lesson == lesson.slug
            )
            .values(place=place, last_at=now)
        )
    elif course.kind == "security":
        begin(person_id, "security")


def sign_charter(person_id: int, edition_id: int, charter, language: str, now: dt.datetime) -> bool:
    """Record « lu et compris » for the edition in force; returns whether this is new.

    Raises Refusal when another edition came into force since the page was opened: one signs what one read.
    """
    if charter is None or edition_id != charter.edition_id:
        raise Refusal(
            _l("La charte a changé depuis que vous avez ouvert la page. Relisez-la, puis signez la nouvelle édition.")
        )
    _lock(person_id)
    made = insert_once(
        CharterSignature,
        on=("person_id", "edition_id"),
        person_id=person_id,
        edition_id=edition_id,
        language=language,
        signed_at=now,
    )
    if made is not None:
        fulfil(person_id, "charter-signature", {"signature": made, "edition": edition_id}, now)
    return made is not None
