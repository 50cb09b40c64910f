"""The person's own pages: asking, following one's questions, public answers, alerting. The referent's: ``desk.views``."""

from __future__ import annotations

import re
import secrets

from flask import Blueprint, current_app, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from markupsafe import Markup

from ..ambassadors.views import desk_links
from ..db import transaction, utcnow
from ..errors import Gone, Invalid, NotFound, Refusal
from ..i18n import _, _l, company_day, language
from ..permissions import Permission, permission_required, signed_in
from ..web import get_site, say
from . import alerts, labels, queries, rules, service
from .captures import read_picture
from .crises import service as crisis
from .forms import AlertForm, AskForm, MessageForm

blueprint = Blueprint("help", __name__)

NOT_YOURS = _l("Cette question n’existe pas, ou n’est pas à vous.")


@blueprint.context_processor
def words_of_the_room():
    """What the room's templates need to say states and to name the page a question came from."""
    return {"labels": labels, "rules": rules, "page_name": page_name, "desk_links": marked_links}


@blueprint.app_context_processor
def crisis_under_way():
    """What every page shows to who is signed in while a crisis lasts."""
    if not current_user or not current_user.is_authenticated:
        return {}
    notice = crisis.get_notice(get_site(), utcnow())
    return {"crisis": notice, "crisis_line": notice.in_language(language())} if notice else {}


def marked_links() -> list[dict]:
    """The pages of the referent's desk that are this room's, the present one marked."""
    return [{**link, "active": link["url"] == request.path} for link in desk_links()]


def page_name(path: str) -> str:
    """A page of this site as people call it: a lesson or a quiz by its title; others by their address."""
    parts = path.strip("/").split("/")
    site, lang = get_site(), language()
    if parts[0] == "courses" and len(parts) in (2, 3) and parts[1] in site.course_slugs:
        course = site.course(parts[1])
        lesson = next((each for each in course.lessons if each.slug == parts[-1]), None)
        return (lesson or course).words.of(lang).title
    if parts[0] == "pages" and len(parts) == 2 and parts[1] in site.pages:
        return site.pages[parts[1]].words.of(lang).title
    if parts[0] == "quizzes" and len(parts) > 1 and (quiz := site.quiz(parts[1])):
        return quiz.words.of(lang).title
    known = {
        "": _("l’accueil"),
        "ambassador": _("le statut d’ambassadeur"),
        "certificate": _("le certificat"),
        "charter": _("la charte"),
        "courses": _("les cours"),
        "glossary": _("le glossaire"),
        "me": _("la page personnelle"),
        "paths": _("le choix du parcours"),
        "placement": _("le positionnement"),
        "resources": _("les ressources"),
        "search": _("la recherche"),
    }
    return known.get(parts[0], path)


def _origin() -> str:
    """The page the help button was pressed on; the pages of this room are not worth naming."""
    page = re.sub("/attempts/.*", "", rules.clean_page(request.args.get("from")))  # An attempt is its person's alone.
    return "" if page.startswith(("/help", "/questions", "/faq")) else page


# --- Asking ---------------------------------------------------------------------------------------------------


@blueprint.get("/help/ask")
@signed_in
def ask():
    """A question to the referent, with the page it came from and the delay agreed on."""
    return _ask_page(AskForm(formdata=None, token=secrets.token_hex(16), page=_origin()))


def _ask_page(form, extra=(), status=200, similar=None):
    return render_template(
        "help/ask.html",
        form=form,
        similar=similar,
        extra=extra,
        page=rules.clean_page(form.page.data),
        due_on=service.due_on(utcnow()),
        answer_days=get_site().settings["answer_days"],
    ), status


@blueprint.post("/help/ask")
@signed_in
def send_question():
    """Send the question; or look for answers to questions near it, which sends nothing."""
    form, person_id, now = AskForm(), current_user.id, utcnow()
    if "similar" in request.form:
        return _ask_page(form, similar=queries.list_similar(form.words.data or ""))
    if not form.validate():
        return _ask_page(form, status=422)
    try:
        with transaction():
            question_id = service.ask(
                person_id, form.token.data, form.words.data, form.page.data, form.is_private.data, now
            )
    except Invalid as missing:
        return _ask_page(form, [(missing.sentence, "words")], 422)
    say(_("Votre question est partie. Vous recevrez un message dès qu’un référent aura répondu."))
    return redirect(url_for("help.thread", question_id=question_id), 303)


@blueprint.get("/questions")
@signed_in
def own():
    """My questions, and how to ask another."""
    page = queries.list_own(current_user.id, request.args.get("after"))
    return render_template("help/own.html", page=page, is_first=not request.args.get("after"))


@blueprint.get("/questions/<int:question_id>")
@signed_in
def thread(question_id):
    """One of my questions, with what was answered."""
    return _thread_page(_get_own(question_id))


def _get_own(question_id: int):
    question = queries.get_own(current_user.id, question_id)
    if question is None:
        raise NotFound(NOT_YOURS)
    return question


def _thread_page(question, form=None, extra=(), status=200):
    return render_template(
        "help/thread.html",
        question=question,
        posts=queries.list_posts(question.id),
        public=queries.get_public(question.id),
        today=company_day(utcnow()),
        form=form or MessageForm(formdata=None, version=question.version),
        extra=extra,
    ), status


@blueprint.post("/questions/<int:question_id>")
@signed_in
def follow_up(question_id):
    """Add to one's question."""
    question, form = _get_own(question_id), MessageForm()
    if not form.validate():
        return _thread_page(question, form, status=422)
    person_id, now = current_user.id, utcnow()
    try:
        with transaction():
            service.follow_up(person_id, question_id, form.version.data, form.words.data, now)
    except Invalid as missing:
        return _thread_page(_get_own(question_id), form, [(missing.sentence, "words")], 422)
    except Refusal as late:  # An answer came, or it was closed in another window: the page keeps the words either way.
        question = _get_own(question_id)
        form.version.data = question.version
        return _thread_page(question, form, [(late.sentence, "fil")], late.status)
    say(_("Votre message est ajouté à votre question."))
    return redirect(url_for("help.thread", question_id=question_id), 303)


@blueprint.post("/questions/<int:question_id>/close")
@signed_in
def close(question_id):
    """Close one's question."""
    person_id, now = current_user.id, utcnow()
    with transaction():
        service.close(person_id, question_id, now)
    say(_("Votre question est close."))
    return redirect(url_for("help.own"), 303)


@blueprint.post("/questions/<int:question_id>/private")
@signed_in
def keep_private(question_id):
    """Take back what was published of one's question, for good."""
    person_id = current_user.id
    with transaction():
        service.keep_private(person_id, question_id)
    say(_("Votre question n’est plus publiée, et ne le sera plus."))
    return redirect(url_for("help.thread", question_id=question_id), 303)


# --- Public questions and answers -----------------------------------------------------------------------------


@blueprint.get("/faq")
@signed_in
def faq():
    """Questions and answers for everybody in the company, searched."""
    search = request.args.get("q", "")[:100]
    return render_template(
        "help/faq.html",
        page=queries.list_public(search, request.args.get("after")),
        search=search,
        is_first=not request.args.get("after"),
    )


@blueprint.get("/faq/<int:entry_id>")
@signed_in
def entry(entry_id):
    """One public question and its answer, at an address that can be sent to a colleague."""
    found = queries.get_shown(entry_id)
    if found is None:
        raise NotFound(_l("Cette réponse n’est pas publiée, ou plus."))
    return render_template("help/entry.html", entry=found)


@blueprint.post("/faq/<int:entry_id>/unpublish")
@permission_required(Permission.REFERENT_QUESTIONS)
def unpublish(entry_id):
    """Take an entry back."""
    with transaction():
        service.unpublish(entry_id)
    say(_("Cette réponse n’est plus publiée."))
    return redirect(url_for("help.faq"), 303)


# --- Alerting -------------------------------------------------------------------------------------------------


def crisis_card() -> Markup:
    """What to do and not to do meanwhile: the crisis card, its headings one level down to stand inside a page."""
    page = get_site().pages.get("crisis-card")
    if page is None:
        return Markup("")
    html = page.words.of(language()).body.html
    return Markup(html.replace("<h2", "<h3").replace("</h2>", "</h3>"))


def _on_call() -> list[dict]:
    return [each for each in get_site().settings.get("on_call") or () if each.get("name")]


@blueprint.get("/help/alert")
@signed_in
def alert():
    """What I saw, where, captures; whom to call, and what to do meanwhile."""
    return _alert_page(AlertForm(formdata=None, token=secrets.token_hex(16)))


def _alert_page(form, extra=(), status=200):
    return render_template(
        "help/alert.html",
        form=form,
        extra=extra,
        on_call=_on_call(),
        card=crisis_card(),
        recent=queries.list_own_alerts(current_user.id).rows[:5],
    ), status


@blueprint.post("/help/alert")
@signed_in
def send_alert():
    """Tell the people on duty at once. A capture that is not one holds the alert back, with what was written kept."""
    form, person_id, now = AlertForm(), current_user.id, utcnow()
    if not form.validate():
        return _alert_page(form, status=422)
    folder = alerts.folder_of(current_app.config["INSTANCE"])
    files = [each for each in form.captures.data or () if getattr(each, "filename", "")]
    try:
        pictures = [read_picture(each.stream.read()) for each in files]
        with transaction():
            alert_id = alerts.raise_alert(
                person_id, form.token.data, form.seen.data, form.place.data, pictures, folder, now
            )
    except Invalid as wrong:
        again = _("Vos textes sont gardés ; joignez de nouveau vos captures.") if files else ""
        return _alert_page(form, [(f"{wrong.sentence} {again}".strip(), "captures")], 422)
    say(_("Votre alerte est partie."))
    return redirect(url_for("help.read_alert", alert_id=alert_id), 303)


@blueprint.get("/help/alerts/<int:alert_id>")
@signed_in
def read_alert(alert_id):
    """One's own alert, and what is done about it; who is on duty is taken to the page where they act."""
    found = queries.get_own_alert(current_user.id, alert_id)
    if found is None:
        if queries.get_alert(current_user.id, current_user.may(Permission.REFERENT_ALERTS), alert_id):
            return redirect(url_for("help.handle", alert_id=alert_id), 303)
        raise NotFound(_("Cette alerte n’existe pas, ou n’est pas à vous."))
    return render_template(
        "help/read_alert.html",
        alert=found,
        told=queries.count_told(found.id),
        acts=queries.list_acts(found.id),
        captures=queries.list_captures(found.id),
        on_call=_on_call(),
        card=crisis_card() if found.status != "closed" else "",
    )


@blueprint.get("/help/alerts/<int:alert_id>/captures/<int:capture_id>")
@signed_in
def capture(alert_id, capture_id):
    """A capture, for who took it and for who handles the alert."""
    is_referent = current_user.may(Permission.REFERENT_ALERTS)
    found = queries.get_capture(current_user.id, is_referent, alert_id, capture_id)
    if found is None:
        raise NotFound(_("Cette capture n’existe pas, ou n’est pas pour vous."))
    path = alerts.folder_of(current_app.config["INSTANCE"]) / found.name
    if found.erased_at or found.expires_at <= utcnow() or not path.is_file():
        raise Gone(_("Cette capture est effacée : une capture se garde quatre-vingt-dix jours."))
    suffix = found.name.rpartition(".")[2]
    answer = send_file(path, mimetype=found.media_type, download_name=f"capture-{found.id}.{suffix}", etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer


from .crises import views as _crises  # noqa: E402,F401  These pages belong to this blueprint too.
from .desk import views as _desk  # noqa: E402,F401
