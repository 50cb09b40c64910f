"""The one read the home page adds to what the rooms give: everything about one person's learning, in one statement."""

from __future__ import annotations

from sqlalchemy import literal, select, union_all

from ..db import db
from ..learning.models import Enrolment, LessonCompletion, LessonVisit


def get_learning(person_id: int) -> tuple[str | None, dict[str, set[str]], dict[tuple[str, str], str]]:
    """(current path, course → lessons done, (course, lesson) → where reading stopped)."""
    nothing = literal("")
    rows = db.session.execute(
        union_all(
            select(literal("path"), Enrolment.course, nothing, nothing).where(
                Enrolment.person_id == person_id, Enrolment.is_current
            ),
            select(literal("done"), LessonCompletion.course, LessonCompletion.lesson, nothing).where(
                LessonCompletion.person_id == person_id
            ),
            select(literal("place"), LessonVisit.course, LessonVisit.lesson, LessonVisit.place).where(
                LessonVisit.person_id == person_id
            ),
        )
    )
    path, done, places = None, {}, {}
    for kind, course, lesson, place in rows:
        if kind == "path":
            path = course
        elif kind == "done":
            done.setdefault(course, set()).add(lesson)
        else:
            places[course, lesson] = place
    return path, done, places
