"""Pages of a quiz: its rules, the attempt, what is received, the result, what one contests in it."""

from __future__ import annotations

import secrets

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import format_datetime
from flask_login import current_user
from markupsafe import Markup

from ..content.items import is_right, shown_order
from ..content.service import get_document
from ..credentials.queries import current_cycle, get_current_credential
from ..db import transaction, utcnow
from ..errors import NotFound
from ..i18n import _, _l, language
from ..permissions import signed_in
from ..web import get_site, say
from . import contests, forms, queries, rules, service
from .models import AttemptStatus

blueprint = Blueprint("assessment", __name__)


# --- The quiz and its rules -----------------------------------------------------------------------------------


@blueprint.get("/quizzes/<quiz>")
@signed_in
def quiz(quiz):
    """What is asked, what passes, what is kept and who sees it: all said before one starts."""
    quiz = _get_quiz(quiz)
    now = utcnow()
    history = queries.get_history(current_user.id, quiz.slug, current_cycle(current_user.id, now))
    running = history.open if history.open and not rules.is_over(history.open.deadline_at, now) else None
    minutes = rules.time_limit(quiz, current_user.extra_time_percent)
    closed = history.closed
    return render_template(
        "assessment/quiz.html",
        quiz=quiz,
        words=quiz.words.of(language()),
        history=history,
        running=running,
        allowed=history.allowance(quiz, now),
        minutes=minutes,
        has_extra_time=bool(minutes and current_user.extra_time_percent),
        grace_seconds=int(rules.GRACE.total_seconds()),
        again=_links(quiz, _grade(closed[-1]).again) if closed and not closed[-1].passed else [],
    )


def _get_quiz(slug: str):
    found = get_site().quiz(slug)
    if found is None:
        raise NotFound(_l("Ce quiz n’existe pas, ou n’est plus publié."))
    return found


@blueprint.post("/quizzes/<quiz>/attempts")
@signed_in
def start(quiz):
    """Begin an attempt, or come back to the open one."""
    found, person_id = _get_quiz(quiz), current_user.id
    with transaction():
        attempt_id = service.start_attempt(person_id, found, secrets.randbits(62), utcnow())
    return redirect(url_for(".attempt", quiz=quiz, attempt_id=attempt_id), 303)


# --- The attempt ----------------------------------------------------------------------------------------------


def _get_own(slug: str, attempt_id: int):
    found = queries.get_own_attempt(current_user.id, slug, attempt_id)
    if found is None:
        raise NotFound(_l("Cet essai n’existe pas, ou n’est pas le vôtre."))
    return found


@blueprint.get("/quizzes/<quiz>/attempts/<int:attempt_id>")
@signed_in
def attempt(quiz, attempt_id):
    """All items on one page; five by five with ``?page=``, which browsers without script are sent to."""
    found = _get_own(quiz, attempt_id)
    if found.status != AttemptStatus.OPEN:
        return redirect(url_for(".result", quiz=quiz, attempt_id=attempt_id), 303)
    return _attempt_page(found, _page_number(found), {})


def _page_number(found) -> int | None:
    """The page that was asked for, within what there is; None for all items at once."""
    page = request.args.get("page", type=int)
    return None if page is None else max(1, min(page, _pages(found)))


def _pages(found) -> int:
    return -(-len(found.items) // rules.PAGE_ITEMS)


def _shown_items(found, page: int | None) -> list[str]:
    if page is None:
        return found.items
    return found.items[(page - 1) * rules.PAGE_ITEMS : page * rules.PAGE_ITEMS]


def _attempt_page(found, page, faults, status=200):
    """The page of an open attempt, or the one that says its time is over."""
    now, quiz, lang = utcnow(), get_document(found.edition_id), language()
    values = queries.get_values(found.id)
    received = sum(map(rules.is_given, values.values()))
    shared = {"attempt": found, "quiz": quiz, "words": quiz.words.of(lang), "received": received}
    if rules.is_over(found.deadline_at, now):
        return render_template("assessment/over.html", **shared)
    first = 0 if page is None else (page - 1) * rules.PAGE_ITEMS
    entries = _entries(quiz, found, _shown_items(found, page), values, first)
    left = (found.deadline_at - now).total_seconds() if found.deadline_at else None
    return render_template(
        "assessment/attempt.html",
        **shared,
        entries=[(entry, _draw_item(entry, len(found.items), faults.get(entry["item"].id), lang)) for entry in entries],
        page=page,
        pages=_pages(found),
        fault_links=[(sentence, f"item-{id_}") for id_, sentence in faults.items()],
        clock=service.sequence_of(now),
        deadline=service.sequence_of(found.deadline_at) if found.deadline_at else None,
        minutes_left=None if left is None else max(0, int(left // 60)),
        is_soon=left is not None and left <= rules.WARNING.total_seconds(),
        now=now,
    ), status


def _entries(quiz, found, ids, values, first=0) -> list[dict]:
    """What a page shows of each item."""
    lang = language()
    return [
        {
            "item": (item := quiz.by_id[id_]),
            "words": item.words.of(lang),
            "order": shown_order(item, found.seed),
            "response": values.get(id_) or None,
            "mark": forms.mark_of(values.get(id_)),
            "number": number,
        }
        for number, id_ in enumerate(ids, first + 1)
    ]


NUMBER = "{#}"
"""Stands for an item's number in what is kept of it."""


def _draw_item(entry: dict, total: int, fault, lang: str) -> Markup:
    """An item ready to answer. Drawing twenty is most of what this page costs, and people meet the same items:
    those without a fault are kept, by what they say, language, order and response."""
    item, words, response = entry["item"], entry["words"], entry["response"]
    if fault:
        return _check_item(item, words, entry["order"], response, entry["number"], total, fault)
    key = (item.digest, lang, tuple(entry["order"]), entry["mark"], total)
    html = _drawn_items.get(key)
    if html is None:
        html = str(_check_item(item, words, entry["order"], response, NUMBER, total))
        if len(_drawn_items) >= 8_000:
            _drawn_items.clear()
        _drawn_items[key] = html
    return Markup(html.replace(NUMBER, str(entry["number"]), 1))


_drawn_items: dict[tuple, str] = {}


def _check_item(item, words, order, response, number, total, error="") -> Markup:
    macros = current_app.jinja_env.get_template("macros/ui.html").module
    return macros.check_item(item, words, order=order, response=response, number=number, total=total, error=error)


@blueprint.post("/quizzes/<quiz>/attempts/<int:attempt_id>/responses")
@signed_in
def save(quiz, attempt_id):
    """The page's script saves responses as they are given; the answer is the receipt."""
    found, person_id = _get_own(quiz, attempt_id), current_user.id
    document = get_document(found.edition_id)
    given, faults = forms.read_saves(document.by_id, request.get_json(silent=True))
    with transaction():
        receipt = service.save_responses(attempt_id, person_id, given, utcnow())
    return {
        "received": receipt.received,
        "total": receipt.total,
        "at": format_datetime(receipt.at, "HH:mm:ss"),
        "marks": {id_: forms.mark_of(value) for id_, (value, _sequence) in given.items()},
        "faults": {id_: str(sentence) for id_, sentence in faults.items()},
    }


@blueprint.post("/quizzes/<quiz>/attempts/<int:attempt_id>")
@signed_in
def save_page(quiz, attempt_id):
    """Save a page of items and go to the next; after the last one, to what was received."""
    found, person_id = _get_own(quiz, attempt_id), current_user.id
    if found.status != AttemptStatus.OPEN:
        return redirect(url_for(".result", quiz=quiz, attempt_id=attempt_id), 303)
    page, now = _page_number(found), utcnow()
    given, faults = _read_form(found, now)
    with transaction():
        service.save_responses(attempt_id, person_id, given, now)
    if faults:
        return _attempt_page(_get_own(quiz, attempt_id), page, faults, 422)
    if page is not None and page < _pages(found):
        return redirect(url_for(".attempt", quiz=quiz, attempt_id=attempt_id, page=page + 1), 303)
    return redirect(url_for(".review", quiz=quiz, attempt_id=attempt_id, page=page), 303)


def _read_form(found, now):
    document = get_document(found.edition_id)
    items = [document.by_id[id_] for id_ in found.items]
    return forms.read_form(items, request.form, service.sequence_of(now))


@blueprint.get("/quizzes/<quiz>/attempts/<int:attempt_id>/review")
@signed_in
def review(quiz, attempt_id):
    """What was received and what is missing, before one sends."""
    found = _get_own(quiz, attempt_id)
    if found.status != AttemptStatus.OPEN:
        return redirect(url_for(".result", quiz=quiz, attempt_id=attempt_id), 303)
    document = get_document(found.edition_id)
    given = {id_ for id_, value in queries.get_values(found.id).items() if rules.is_given(value)}
    if rules.is_over(found.deadline_at, utcnow()):
        return _attempt_page(found, None, {})
    paged = "page" in request.args
    return render_template(
        "assessment/review.html",
        attempt=found,
        quiz=document,
        words=document.words.of(language()),
        received=len(given),
        missing=[
            (number, document.by_id[id_], (number - 1) // rules.PAGE_ITEMS + 1 if paged else None)
            for number, id_ in enumerate(found.items, 1)
            if id_ not in given
        ],
        paged=paged,
    )


@blueprint.post("/quizzes/<quiz>/attempts/<int:attempt_id>/submit")
@signed_in
def submit(quiz, attempt_id):
    """Send the attempt. With responses missing, they are named first; a second click lands on the same result."""
    found, person_id = _get_own(quiz, attempt_id), current_user.id
    there = url_for(".result", quiz=quiz, attempt_id=attempt_id)
    if found.status != AttemptStatus.OPEN:
        return redirect(there, 303)
    now = utcnow()
    over = rules.is_over(found.deadline_at, now)
    given, faults = _read_form(found, now)
    if not over and not request.form.get("confirm"):
        with transaction():
            receipt = service.save_responses(attempt_id, person_id, given, now)
        if faults:
            return _attempt_page(_get_own(quiz, attempt_id), _page_number(found), faults, 422)
        if receipt.received < receipt.total:
            return redirect(url_for(".review", quiz=quiz, attempt_id=attempt_id), 303)
    with transaction():
        service.submit_attempt(attempt_id, person_id, utcnow(), given)
    return redirect(there, 303)


# --- The result -----------------------------------------------------------------------------------------------


@blueprint.get("/quizzes/<quiz>/attempts/<int:attempt_id>/result")
@signed_in
def result(quiz, attempt_id):
    """Passed: each item with one's response, the key and why. Failed: what to read again, and no key."""
    found = _get_own(quiz, attempt_id)
    if found.status == AttemptStatus.OPEN:
        return redirect(url_for(".attempt", quiz=quiz, attempt_id=attempt_id), 303)
    document, now = get_document(found.edition_id), utcnow()
    history = queries.get_history(current_user.id, quiz, found.cycle)
    values, voided = queries.get_values(found.id), queries.list_voided(document)
    grade = rules.grade(document, found.items, values, voided)
    return render_template(
        "assessment/result.html",
        attempt=found,
        quiz=document,
        words=document.words.of(language()),
        grade=grade,
        again=[] if found.passed else _links(document, grade.again),
        entries=_entries(document, found, found.items, values) if found.passed else [],
        credential=get_current_credential(current_user.id, now) if found.passed else None,
        allowed=history.allowance(document, now),
        is_right=is_right,
        voided=voided.intersection(found.items),
        contests=queries.list_contests_of(found.id),
    )


def _grade(found) -> rules.Grade:
    """Grade a closed attempt again, on the edition it was taken on: its details are shown, never stored."""
    document = get_document(found.edition_id)
    return rules.grade(document, found.items, queries.get_values(found.id), queries.list_voided(document))


def _links(quiz, things) -> list[dict]:
    """The articles or lessons to read again: number, title, sentence, address."""
    site, lang, links = get_site(), language(), []
    course = site.course(quiz.slug)
    for thing in things:
        if quiz.cover == "article" and site.charter and (article := site.charter.article(thing)):
            words = article.words.of(lang)
            links.append(
                {"number": thing, "title": words.title, "text": words.essential, "url": f"/charter#article-{thing}"}
            )
        elif quiz.cover == "lesson" and course and (lesson := course.lesson(thing)):
            words = lesson.words.of(lang)
            url = f"/courses/{course.slug}/{thing}"
            number = course.lessons.index(lesson) + 1
            links.append({"number": number, "title": words.title, "text": words.takeaway, "url": url})
    return links


# --- Contesting an item ---------------------------------------------------------------------------------------


@blueprint.route("/quizzes/<quiz>/attempts/<int:attempt_id>/contest", methods=["GET", "POST"])
@signed_in
def contest(quiz, attempt_id):
    """Say what is wrong with an item (``?item=``, after a pass) or with the attempt's items as a whole."""
    found, person_id, item = _get_own(quiz, attempt_id), current_user.id, request.args.get("item", "")
    document = get_document(found.edition_id)
    if found.status == AttemptStatus.OPEN or found.passed != bool(item) or (item and item not in found.items):
        raise NotFound(_l("Cette question n’est pas de celles que l’on peut contester ici."))
    there = url_for(".result", quiz=quiz, attempt_id=attempt_id, _anchor=f"item-{item}" if item else "contest")
    if item in queries.list_contests_of(found.id):
        return redirect(there, 303)
    form = forms.ContestForm()
    if form.validate_on_submit():
        with transaction():
            contests.contest_item(attempt_id, person_id, item, form.words.data, utcnow())
        say(_("Votre contestation est transmise à l’auteur du quiz. Sa réponse paraîtra ici et dans vos messages."))
        return redirect(there, 303)
    entries = _entries(document, found, [item], queries.get_values(found.id)) if item else []
    page = render_template(
        "assessment/contest.html", attempt=found, words=document.words.of(language()), entries=entries, form=form
    )
    return page, 422 if form.errors else 200
