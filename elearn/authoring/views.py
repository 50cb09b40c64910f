"""Pages of the author's room: documents, items, editions, contests. Previews are in ``previews/``."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from wtforms.fields.choices import SelectChoice

from ..assessment import contests as deciding
from ..assessment.use import median
from ..content import types as t
from ..content.service import get_document
from ..db import transaction, utcnow
from ..errors import NotFound
from ..i18n import LANGUAGE_NAMES, LANGUAGES, _, _l, language
from ..permissions import Permission, permission_required
from ..web import get_site, say
from . import bank, differences, findings, forms, queries, rules, words

blueprint = Blueprint("authoring", __name__)
guard = permission_required(Permission.AUTHOR_CONTENT)
LEAST = rules.LEAST_RESPONSES


def _language() -> str:
    """The language contents are shown in: the one asked for, else the reader's own."""
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else language()


def _get(document: str):
    """A document as it is served."""
    found = get_site().get(document) if document in get_site().current else None
    if found is None:
        raise NotFound(_l("Ce document n’existe pas, ou n’est pas publié."))
    return found


def _frame(document: str, thing, active: str) -> dict:
    """What every page of one document shows around it."""
    lang = _language()
    return {
        "document": document,
        "kind": document.partition(":")[0],
        "thing": thing,
        "title": words.title_of(document, thing, lang),
        "number": get_site().current[document][1],
        "lang": lang,
        "readings": _languages(),
        "tabs": _tabs(document, thing, active),
        "labels": words,
    }


def _languages() -> list[SimpleNamespace]:
    """This page in each language of its content."""
    return [SimpleNamespace(code=code, name=name, url=_here(lang=code)) for code, name in LANGUAGE_NAMES.items()]


def _here(**changes) -> str:
    """This page with some arguments changed."""
    return url_for(request.endpoint, **{**request.view_args, **request.args.to_dict(), **changes})


def _tabs(document: str, thing, active: str) -> list[dict]:
    shown = [("document", _("Le contenu"), url_for(".document", document=document))]
    if isinstance(thing, t.Quiz):
        shown.append(("all", _("Tout lire"), url_for(".document", document=document, view="all")))
    shown.append(("editions", _("Les éditions"), url_for(".editions", document=document)))
    return [{"label": label, "url": url, "active": name == active} for name, label, url in shown]


# --- Documents ------------------------------------------------------------------------------------------------


@blueprint.get("/author")
@guard
def documents():
    """Each document: the edition that is served, what the check finds in the files, what waits for publication."""
    site = get_site()
    faults, folder_digests = findings.review(
        current_app.config["CONTENT_ROOT"], current_app.config["CONTENT_OVERLAY"], site.settings
    )
    lines = [
        SimpleNamespace(
            document=row.document,
            kind=row.document.partition(":")[0],
            title=words.title_of(row.document, site.get(row.document), language()),
            measure=words.measure_of(site.get(row.document)),
            number=row.number,
            published_at=row.published_at,
            faults=faults.get(row.document, []),
            is_waiting=folder_digests.get(row.document) not in (None, row.digest),
        )
        for row in queries.list_current()
    ]
    lines.sort(key=lambda line: (words.ORDER.index(line.kind), line.title))
    unpublished = sorted(set(folder_digests) - {line.document for line in lines})
    return render_template(
        "authoring/documents.html",
        lines=lines,
        unpublished=[(document, faults.get(document, [])) for document in unpublished],
        waiting=queries.count_waiting(),
        labels=words,
    )


@blueprint.get("/author/<document>")
@guard
def document(document):
    """One document as learners see it, with what authors alone see: keys, notes, figures."""
    thing = _get(document)
    if isinstance(thing, t.Quiz):
        return _quiz_page(document, thing)
    return render_template("authoring/document.html", **_frame(document, thing, "document"))


def _quiz_page(document: str, quiz: t.Quiz):
    """A quiz: what to look at and its parts, one part (``?part=``) item by item, or every item in full."""
    if request.args.get("view") == "all":
        frame = _frame(document, quiz, "all")
        return render_template("authoring/reading.html", **frame, reading=_reading(quiz))
    frame = _frame(document, quiz, "document")
    use = queries.get_quiz_use(quiz.slug)
    lines = bank.list_bank(quiz, use, get_site().revision)
    parts = bank.list_parts(quiz, lines, get_site(), frame["lang"])
    if "part" in request.args:
        place = next((n for n, part in enumerate(parts) if part.key == request.args["part"]), None)
        if place is None:
            raise NotFound(_l("Cette partie n’existe pas dans ce quiz."))
        around = SimpleNamespace(
            previous=parts[place - 1] if place else None,
            following=parts[place + 1] if place + 1 < len(parts) else None,
        )
        return render_template("authoring/part.html", **frame, part=parts[place], around=around, use=use, least=LEAST)
    return render_template(
        "authoring/quiz.html",
        **frame,
        parts=parts,
        watched=[line for line in lines if line.flags or line.is_voided],
        use=use,
        minutes=median(use.times, LEAST) if use else None,
        least=LEAST,
    )


def _reading(quiz: t.Quiz) -> Markup:
    """Every item of a quiz with its key and feedback. It never changes within an edition: it is drawn once."""
    key = get_site().revision, tuple(item.digest for item in quiz.bank), _language(), language()
    if key not in _readings:
        if len(_readings) >= 16:
            _readings.clear()
        lines = [SimpleNamespace(item=item, figures=None, flags=()) for item in quiz.bank]
        parts = bank.list_parts(quiz, lines, get_site(), _language())
        html = render_template("authoring/_reading.html", parts=parts, lang=_language(), labels=words)
        _readings[key] = Markup(html)
    return _readings[key]


_readings: dict[tuple, Markup] = {}


@blueprint.get("/author/<document>/lessons/<lesson>")
@guard
def lesson(document, lesson):
    """A lesson as learners see it, the author's notes in their boxes, every check with its key."""
    course = _get(document)
    found = course.lesson(lesson) if isinstance(course, t.Course) else None
    if found is None:
        raise NotFound(_l("Cette leçon n’existe pas, ou n’est plus publiée."))
    place = course.lessons.index(found)
    first_go, counted_at = queries.first_go(course.slug, lesson, utcnow())
    return render_template(
        "authoring/lesson.html",
        **_frame(document, course, ""),
        lesson=found,
        previous=course.lessons[place - 1] if place else None,
        following=course.lessons[place + 1] if place + 1 < len(course.lessons) else None,
        place=place + 1,
        first_go=first_go,
        counted_at=counted_at,
    )


# --- Items ----------------------------------------------------------------------------------------------------


def _get_item(document: str, item: str) -> tuple[t.Quiz, t.Item]:
    quiz = _get(document)
    found = quiz.by_id.get(item) if isinstance(quiz, t.Quiz) else None
    if found is None:
        raise NotFound(_l("Cette question n’existe pas dans ce quiz."))
    return quiz, found


@blueprint.get("/author/<document>/items/<item>")
@guard
def item(document, item):
    """One item of a quiz, in both languages, with everything that is known of its use."""
    quiz, found = _get_item(document, item)
    return _item_page(document, quiz, found, forms.VoidForm(), 200)


def _item_page(document: str, quiz: t.Quiz, item: t.Item, form, status: int):
    order = [each.id for each in quiz.bank]
    place = order.index(item.id)
    return render_template(
        "authoring/item.html",
        **_frame(document, quiz, ""),
        item=item,
        use=bank.list_lines(quiz, [item])[0],
        counted=queries.get_quiz_use(quiz.slug),
        covered=bank.covered_name(quiz, quiz.covered(item), get_site(), _language()),
        void=queries.get_void(quiz.slug, item),
        form=form,
        previous=order[place - 1] if place else None,
        following=order[place + 1] if place + 1 < len(order) else None,
        least=LEAST,
    ), status


@blueprint.post("/author/<document>/items/<item>/void")
@guard
def void(document, item):
    """Void an item that figures or an author's eye found wrong, without waiting for a contest."""
    quiz, found = _get_item(document, item)
    form, author_id = forms.VoidForm(), current_user.id
    if not form.validate_on_submit():
        return _item_page(document, quiz, found, form, 422)
    with transaction():
        deciding.void_item(author_id, quiz, item, form.reason.data, utcnow())
    _say_voided()
    return redirect(url_for(".item", document=document, item=item), 303)


def _say_voided() -> None:
    say(_("La question est annulée. Les essais concernés sont recomptés ; sa page dit combien y gagnent."))


# --- Editions -------------------------------------------------------------------------------------------------


@blueprint.get("/author/<document>/editions")
@guard
def editions(document):
    """The editions of a document, and what changed between two of them (``?from=`` and ``?to=``, by number)."""
    thing = _get(document)
    listed = queries.list_editions(document)
    by_number = {row.number: row for row in listed}
    latest = listed[0].number
    after = by_number.get(request.args.get("to", type=int) or latest)
    before = by_number.get(request.args.get("from", type=int) or (after.number - 1 if after else 0))
    frame = _frame(document, thing, "editions")
    changes, others = [], 0
    if before and after and before.number != after.number:
        old, new = get_document(before.id), get_document(after.id)
        changes = differences.compare(old, new, frame["lang"])
        other = next(code for code in LANGUAGES if code != frame["lang"])
        others = len(differences.compare(old, new, other))
    return render_template(
        "authoring/editions.html",
        **frame,
        editions=listed,
        before=before,
        after=after,
        changes=changes,
        others=others,
    )


# --- Contests -------------------------------------------------------------------------------------------------


@blueprint.get("/author/contests")
@guard
def contests():
    """Contests that wait, then those that were answered. No name anywhere."""
    is_open = request.args.get("answered") is None
    found = queries.list_contests(is_open, request.args.get("before", type=int))
    page = found[: queries.PAGE]
    return render_template(
        "authoring/contests.html",
        contests=[(row, _quiz_title(row.quiz)) for row in page],
        is_open=is_open,
        waiting=queries.count_waiting(),
        more=page[-1].id if len(found) > queries.PAGE else None,
    )


def _quiz_title(slug: str) -> str:
    quiz = get_site().quiz(slug)
    return quiz.words.of(language()).title if quiz else slug


@blueprint.route("/author/contests/<int:contest_id>", methods=["GET", "POST"])
@guard
def contest(contest_id):
    """One contest: what was written, the item with its key and its figures, the answer to give."""
    found = queries.get_contest(contest_id, current_user.id)
    if found is None:
        raise NotFound(_l("Cette contestation n’existe pas."))
    quiz = get_document(found.edition_id)
    shown = [quiz.by_id[id_] for id_ in ([found.item] if found.item else found.items)]
    form, author_id = forms.AnswerForm(), current_user.id
    form.item.choices = [SelectChoice(each.id, each.words.of(language()).prompt) for each in shown]
    if form.validate_on_submit():
        chosen = (found.item or form.item.data) if form.decision.data == "void" else ""
        with transaction():
            deciding.answer_contest(author_id, contest_id, chosen, form.answer.data, utcnow())
        if chosen:
            _say_voided()
        else:
            say(_("Votre réponse est envoyée. La question est maintenue."))
        return redirect(url_for(".contests"), 303)
    page = render_template(
        "authoring/contest.html",
        contest=found,
        quiz=quiz,
        quiz_title=quiz.words.of(_language()).title,
        lines=(lines := bank.list_lines(quiz, shown)),
        use=lines[0] if found.item else None,
        served=get_site().quiz(found.quiz),
        form=form,
        lang=_language(),
        readings=_languages(),
        labels=words,
        least=LEAST,
    )
    return page, 422 if form.errors else 200


from .previews import views as _previews  # noqa: E402, F401  Its pages belong to this blueprint.
