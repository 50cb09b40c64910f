"""Paths, lessons, the charter: the service on a real database."""

import pytest

from elearn.content.service import get_site
from elearn.credentials.completion import UNDER_WAY
from elearn.credentials.models import Completion, Fulfilment
from elearn.db import db, transaction, utcnow
from elearn.errors import Invalid, Refusal
from elearn.learning import queries, service
from elearn.learning.models import LessonVisit
from tests.factories import make_person


@pytest.fixture
def person(app):
    return make_person()


def requirements(person_id):
    rows = db.session.scalars(db.select(Fulfilment.requirement).where(Fulfilment.person_id == person_id))
    return sorted(rows)


def choose(person, slug):
    with transaction():
        service.choose_path(person.id, get_site().course(slug), utcnow())


def test_choose_path_twice_keeps_one_current(person):
    """Changing path keeps the former; coming back finds it; one is current."""
    for slug in ("premiers-pas", "comprendre", "premiers-pas", "premiers-pas"):
        choose(person, slug)
    assert queries.list_chosen_paths(person.id) == {"premiers-pas": True, "comprendre": False}


def test_choose_path_when_it_is_no_path_is_refused(person):
    """The security module is not a path; nor is what does not exist."""
    for course in (get_site().course("security"), None):
        with pytest.raises(Invalid), transaction():
            service.choose_path(person.id, course, utcnow())


def test_finishing_every_lesson_fulfils_the_path_once(person):
    """The last lesson records the requirement, and doing it again changes nothing."""
    course = get_site().course("premiers-pas")
    for lesson in course.lessons:
        assert requirements(person.id) == []
        with transaction():
            assert service.complete_lesson(person.id, course, lesson, utcnow())
    with transaction():
        assert not service.complete_lesson(person.id, course, course.lessons[0], utcnow())
    assert requirements(person.id) == ["path"]


def right_response(item):
    return item.key if item.type not in ("multiple", "span") else sorted(item.key)


def wrong_response(item):
    if item.type == "single":
        return next(c for c in item.choice_ids if c != item.key)
    if item.type == "boolean":
        return "f" if item.key == "t" else "t"
    if item.type in ("multiple", "span"):
        return [next(c for c in item.choice_ids if c not in item.key)]
    if item.type == "ordering":
        return list(reversed(item.key))
    return {}


def test_check_right_at_first_go_completes_the_lesson(person):
    """Who knows already may show it: every item right in its first response."""
    course = get_site().course("security")
    lesson = course.lessons[0]
    for item in lesson.items:
        assert lesson.slug not in queries.list_done(person.id, course.slug)
        with transaction():
            assert service.answer_check(person.id, course, lesson, item.id, right_response(item), utcnow())
    assert queries.list_done(person.id, course.slug) == {lesson.slug: "shown"}


def test_check_wrong_first_then_right_does_not_complete(person):
    """A second response teaches, and shows nothing: the first one counts."""
    course = get_site().course("security")
    lesson = course.lessons[0]
    for item in lesson.items:
        with transaction():
            assert not service.answer_check(person.id, course, lesson, item.id, wrong_response(item), utcnow())
        with transaction():
            assert service.answer_check(person.id, course, lesson, item.id, right_response(item), utcnow())
    assert queries.list_done(person.id, course.slug) == {}
    assert all(r["right"] for r in queries.list_check_responses(person.id, course.slug, lesson.slug).values())


def test_visit_lesson_twice_resumes_where_one_was(person):
    """The first visit begins the part that HR sees, the next ones move the place; an anchor that is none is the top."""
    course = get_site().course("security")
    lesson = course.lessons[0]
    anchor = lesson.words.of("fr").body.headings[0][0]
    for place, kept in (("", ""), (anchor, anchor), ("#nowhere", "")):
        with transaction():
            service.visit_lesson(person.id, course, lesson, place, utcnow())
        db.session.rollback()
        assert db.session.scalars(db.select(LessonVisit.place)).all() == [kept]
    assert db.session.get(Completion, person.id).security == UNDER_WAY


def test_answer_scenario_counts_like_a_check(person):
    """What one would publish, and what is wrong with it: right and wrong, the first answer is the one that shows."""
    site = get_site()
    courses = [site.course(slug) for slug in site.paths]
    course, lesson = next((course, lesson) for course in courses for lesson in course.lessons if lesson.scenarios)
    scenario = lesson.scenarios[0]
    other = {"publish": "hold", "hold": "publish"}[scenario.key]
    for verdict, right in ((other, False), (scenario.key, True)):
        value = {"verdict": verdict, "spans": list(scenario.spans)}
        with transaction():
            assert service.answer_check(person.id, course, lesson, scenario.id, value, utcnow()) is right


def test_sign_charter_when_another_edition_came_is_refused(person):
    """One signs what one read."""
    charter = get_site().charter
    with pytest.raises(Refusal), transaction():
        service.sign_charter(person.id, charter.edition_id + 1000, charter, "fr", utcnow())
    assert queries.get_signature(person.id) is None


def test_sign_charter_twice_is_one_signature(person):
    """A double click signs once."""
    charter = get_site().charter
    for expected in (True, False):
        with transaction():
            assert service.sign_charter(person.id, charter.edition_id, charter, "en", utcnow()) is expected
    assert requirements(person.id) == ["charter-signature"]
    assert queries.get_signature(person.id).language == "en"
