"""Reads about one person's learning; each is one query, scoped to the person."""

from __future__ import annotations

from sqlalchemy import select

from ..db import db
from .models import CharterSignature, CheckResponse, Enrolment, LessonCompletion


def get_current_path(person_id: int) -> str | None:
    """The slug of the path the person follows; None before one was chosen."""
    return db.session.scalar(select(Enrolment.course).where(Enrolment.person_id == person_id, Enrolment.is_current))


def list_chosen_paths(person_id: int) -> dict[str, bool]:
    """Every path once chosen → whether it is the present one."""
    rows = db.session.execute(select(Enrolment.course, Enrolment.is_current).where(Enrolment.person_id == person_id))
    return dict(rows.all())


def list_done(person_id: int, course: str) -> dict[str, str]:
    """Lessons done in this course → how (``read`` or ``shown``)."""
    rows = db.session.execute(
        select(LessonCompletion.lesson, LessonCompletion.how).where(
            LessonCompletion.person_id == person_id, LessonCompletion.course == course
        )
    )
    return dict(rows.all())


def list_done_everywhere(person_id: int) -> dict[str, set[str]]:
    """Course → lessons done."""
    rows = db.session.execute(
        select(LessonCompletion.course, LessonCompletion.lesson).where(LessonCompletion.person_id == person_id)
    )
    done: dict[str, set[str]] = {}
    for course, lesson in rows:
        done.setdefault(course, set()).add(lesson)
    return done


def list_check_responses(person_id: int, course: str, lesson: str) -> dict[str, dict]:
    """Latest responses to the checks of a lesson, by id: ``{"value": …, "right": bool}``."""
    rows = db.session.execute(
        select(CheckResponse.item, CheckResponse.latest).where(
            CheckResponse.person_id == person_id, CheckResponse.course == course, CheckResponse.lesson == lesson
        )
    )
    return dict(rows.all())


def get_signature(person_id: int) -> CharterSignature | None:
    """The person's latest signature of the charter."""
    return db.session.scalars(
        select(CharterSignature)
        .where(CharterSignature.person_id == person_id)
        .order_by(CharterSignature.id.desc())
        .limit(1)
    ).first()
