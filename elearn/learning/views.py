"""Pages of learning: placement, paths, courses, lessons, the charter, resources."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from ..content.items import grade, shown_order
from ..content.service import get_document
from ..content.types import Scenario
from ..db import transaction, utcnow
from ..errors import Invalid, NotFound
from ..i18n import _, _l, language
from ..permissions import signed_in
from ..web import get_site, say, wants_json
from . import queries, rules, service
from .forms import read_check, read_placement

blueprint = Blueprint("learning", __name__)


@blueprint.app_context_processor
def item_functions():
    """What templates need to show items: their order, and whether a part of a response is right."""
    return {"grade": grade, "shown_order": shown_order}


# --- Placement and paths --------------------------------------------------------------------------------------


@blueprint.get("/placement")
@signed_in
def placement():
    """The questionnaire, with its method and use said beforehand."""
    return _placement_page({}, {})


def _placement_page(given, faults, status=200):
    questionnaire = get_site().placement
    if questionnaire is None:
        raise NotFound(_l("Le positionnement n’est pas encore publié. Choisissez directement un parcours."))
    words = questionnaire.words.of(language())
    return render_template(
        "learning/placement.html", placement=questionnaire, words=words, given=given, faults=faults, lang=language()
    ), status


@blueprint.post("/placement")
@signed_in
def propose():
    """Propose a path. Nothing is written: the answers exist for the time of this answer only."""
    questionnaire = get_site().placement
    if questionnaire is None:
        abort(404)
    answers, given, faults = read_placement(questionnaire, request.form)
    if answers is None:
        return _placement_page(given, faults, 422)
    proposal = rules.place(answers)
    site = get_site()
    proposed = [c for c in (site.course(proposal.path), proposal.second and site.course(proposal.second)) if c]
    if not proposed:  # The company does not publish this path: all the others are open.
        say(_("Le parcours proposé n’est pas publié ici. Choisissez parmi les autres."), "info")
        return redirect(url_for("learning.paths"), 303)
    return render_template(
        "learning/proposal.html",
        proposal=proposal,
        proposed=proposed,
        others=[c for c in map(site.course, site.paths) if c not in proposed],
        lang=language(),
    )


@blueprint.get("/paths")
@signed_in
def paths():
    """The five paths, to choose from or to change."""
    site = get_site()
    return render_template(
        "learning/paths.html",
        courses=[site.course(slug) for slug in site.paths],
        chosen=queries.list_chosen_paths(current_user.id),
        done=queries.list_done_everywhere(current_user.id),
        rules=rules,
        lang=language(),
    )


@blueprint.post("/paths")
@signed_in
def choose_path():
    """Choose a path, proposed or not: the same act, written in the same way."""
    course = get_site().course(request.form.get("course", ""))
    person_id = current_user.id
    with transaction():
        service.choose_path(person_id, course, utcnow())
    say(_("Vous suivez maintenant « %(title)s ».", title=course.words.of(language()).title))
    return redirect(url_for("learning.course", slug=course.slug), 303)


# --- Courses and lessons --------------------------------------------------------------------------------------


def _get_course(slug: str):
    course = get_site().course(slug)
    if course is None:
        raise NotFound(_l("Ce cours n’existe pas, ou n’est plus publié."))
    return course


def _get_lesson(slug: str, lesson_slug: str):
    course = _get_course(slug)
    lesson = course.lesson(lesson_slug)
    if lesson is None:
        raise NotFound(_l("Cette leçon n’existe pas, ou n’est plus publiée."))
    return course, lesson


@blueprint.get("/courses/<slug>")
@signed_in
def course(slug):
    """A course: what one can do at the end, its lessons, where one is."""
    course = _get_course(slug)
    done = queries.list_done(current_user.id, slug)
    path = queries.get_current_path(current_user.id) if course.kind == "path" else None
    return render_template(
        "learning/course.html",
        course=course,
        words=course.words.of(language()),
        done=done,
        steps=_steps(course, done),
        is_current=path == slug,
        has_path=path is not None,
        minutes_left=rules.minutes_left(course.lessons, done),
        lang=language(),
    )


def _steps(course, done, here: str | None = None) -> list[dict]:
    lang = language()
    if here is None:
        here = next((lesson.slug for lesson in course.lessons if lesson.slug not in done), None)
    return [
        {
            "title": lesson.words.of(lang).title,
            "url": f"/courses/{course.slug}/{lesson.slug}",
            "minutes": lesson.minutes,
            "state": "here" if lesson.slug == here else "done" if lesson.slug in done else "ahead",
            "slug": lesson.slug,
        }
        for lesson in course.lessons
    ]


@blueprint.get("/courses/<slug>/<lesson_slug>")
@signed_in
def lesson(slug, lesson_slug):
    """A lesson: reading, checks, scenarios, what comes next."""
    course, lesson = _get_lesson(slug, lesson_slug)
    return _lesson_page(course, lesson)


def _lesson_page(course, lesson, faults=None, status=200):
    done = queries.list_done(current_user.id, course.slug)
    responses = queries.list_check_responses(current_user.id, course.slug, lesson.slug)
    again = request.args.get("again", "")
    place = course.lessons.index(lesson)
    return render_template(
        "learning/lesson.html",
        course=course,
        lesson=lesson,
        course_words=course.words.of(language()),
        words=lesson.words.of(language()),
        responses={id_: r for id_, r in responses.items() if id_ != again and id_ not in (faults or {})},
        faults=faults or {},
        done=done,
        number=place + 1,
        previous=course.lessons[place - 1] if place else None,
        following=course.lessons[place + 1] if place + 1 < len(course.lessons) else None,
        minutes_left=rules.minutes_left(course.lessons, done),
        lang=language(),
    ), status


@blueprint.post("/courses/<slug>/<lesson_slug>/checks/<check_id>")
@signed_in
def check(slug, lesson_slug, check_id):
    """Respond to one check; the feedback comes at once, in place."""
    course, lesson = _get_lesson(slug, lesson_slug)
    thing = lesson.checks.get(check_id)
    if thing is None:
        raise NotFound(_l("Cette question n’existe plus dans la leçon. Rechargez la page."))
    person_id = current_user.id
    try:
        value = read_check(thing, request.form)
    except Invalid as refusal:
        if wants_json():
            raise
        return _lesson_page(course, lesson, {check_id: str(refusal.sentence)}, 422)
    with transaction():
        right = service.answer_check(person_id, course, lesson, check_id, value, utcnow())
    if wants_json():
        html = render_template(
            "learning/_check.html",
            course=course,
            lesson=lesson,
            thing=thing,
            is_scenario=isinstance(thing, Scenario),
            response={"value": value, "right": right},
            fault=None,
            lang=language(),
        )
        return {"html": html, "right": right, "done": lesson.slug in queries.list_done(person_id, slug)}
    anchor = ("scenario-" if isinstance(thing, Scenario) else "item-") + check_id
    return redirect(url_for("learning.lesson", slug=slug, lesson_slug=lesson_slug, _anchor=anchor), 303)


@blueprint.post("/courses/<slug>/<lesson_slug>/done")
@signed_in
def finish(slug, lesson_slug):
    """Finish a lesson and go on to the next one, or back to the course when it was the last."""
    course, lesson = _get_lesson(slug, lesson_slug)
    person_id = current_user.id
    with transaction():
        service.complete_lesson(person_id, course, lesson, utcnow())
    done = queries.list_done(person_id, slug)
    after = course.lessons[course.lessons.index(lesson) + 1 :] + course.lessons
    following = next((each for each in after if each.slug not in done), None)
    if following is not None:
        return redirect(url_for("learning.lesson", slug=slug, lesson_slug=following.slug), 303)
    say(_("« %(title)s » est terminé.", title=course.words.of(language()).title))
    return redirect(url_for("home.home") if course.kind != "core" else url_for("learning.resources"), 303)


@blueprint.post("/courses/<slug>/<lesson_slug>/visit")
@signed_in
def visit(slug, lesson_slug):
    """The page's script says where the reader is, so that they can resume there."""
    course, lesson = _get_lesson(slug, lesson_slug)
    person_id = current_user.id
    with transaction():
        service.visit_lesson(person_id, course, lesson, request.form.get("place", "")[:200], utcnow())
    answer = make_response("", 204)
    del answer.headers["Content-Type"]  # There is nothing of any type.
    return answer


# --- The charter ----------------------------------------------------------------------------------------------


@blueprint.get("/charter")
@signed_in
def charter():
    """The charter in force, and where one's own signature stands."""
    charter = get_site().charter
    if charter is None:
        raise NotFound(_l("La charte n’est pas encore publiée."))
    signature = queries.get_signature(current_user.id)
    signed = get_document(signature.edition_id) if signature else None
    return render_template(
        "learning/charter.html",
        charter=charter,
        words=charter.words.of(language()),
        signature=signature,
        signed=signed,
        is_signed=signed is not None and rules.still_counts(signed, charter),
        lang=language(),
    )


@blueprint.post("/charter/sign")
@signed_in
def sign_charter():
    """« Lu et compris », for the very edition that was shown."""
    edition = request.form.get("edition", "")
    person_id = current_user.id
    with transaction():
        service.sign_charter(
            person_id, int(edition) if edition.isdigit() else 0, get_site().charter, language(), utcnow()
        )
    say(_("Votre lecture de la charte est enregistrée."))
    return redirect(url_for("home.home"), 303)


@blueprint.get("/charter/signed")
@signed_in
def signed_charter():
    """What one signed, in the same words ever after."""
    signature = queries.get_signature(current_user.id)
    if signature is None:
        raise NotFound(_l("Vous n’avez pas encore signé la charte."))
    charter = get_document(signature.edition_id)
    return render_template(
        "learning/charter.html",
        charter=charter,
        words=charter.words.of(signature.language),
        signature=signature,
        is_signed=True,
        is_record=True,
        lang=signature.language,
    )


@blueprint.get("/charter/summary")
@signed_in
def charter_summary():
    """The charter on one page."""
    charter = get_site().charter
    if charter is None:
        raise NotFound(_l("La charte n’est pas encore publiée."))
    return render_template(
        "learning/charter_summary.html", charter=charter, words=charter.words.of(language()), lang=language()
    )


# --- Resources ------------------------------------------------------------------------------------------------


@blueprint.get("/resources")
@signed_in
def resources():
    """Lessons everyone finds, cards to print, the glossary."""
    site = get_site()
    courses = [site.course(slug) for slug in site.course_slugs]
    return render_template(
        "learning/resources.html",
        courses=[c for c in courses if c.kind == "core"],
        paths=[site.course(slug) for slug in site.paths],
        security=[c for c in courses if c.kind == "security"],
        pages=[p for p in site.pages.values() if p.print and (p.public or current_user.role_names)],
        lang=language(),
    )


@blueprint.get("/glossary")
@signed_in
def glossary():
    """Every term, in the language's alphabetical order."""
    from ..people.models import normalise

    terms = [(term.id, term.words.of(language())) for term in get_site().glossary]
    terms.sort(key=lambda pair: normalise(pair[1]["term"]))
    return render_template("learning/glossary.html", terms=terms, lang=language())
