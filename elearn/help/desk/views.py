"""The referent's pages: questions that wait, answering, publishing; alerts, and what is done about them."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_login import current_user

from ...ambassadors.queries import get_covers
from ...db import transaction, utcnow
from ...errors import Invalid, NotFound, Refusal
from ...i18n import LANGUAGES, _, _l, company_day
from ...permissions import Permission, permission_required, signed_in
from ...web import say
from .. import alerts, labels, queries, rules, service
from ..forms import AdviseForm, AlertActForm, AnswerForm, CloseForm, PublishForm
from ..rules import Outdated
from ..views import blueprint
from . import sources

sources.register()

GONE = _l("Il n’y a rien à cette adresse, ou pas dans votre périmètre.")


def _covers():
    return get_covers(company_day(utcnow()))


# --- Questions ------------------------------------------------------------------------------------------------


@blueprint.get("/referent/questions")
@permission_required(Permission.REFERENT_QUESTIONS)
def queue():
    """Questions that wait for me, what is overdue at the top; or those that were answered."""
    covers, answered, after = _covers(), request.args.get("show") == "answered", request.args.get("after")
    read = queries.list_answered if answered else queries.list_waiting
    return render_template(
        "help/queue.html",
        page=read(current_user.id, covers, after),
        answered=answered,
        count=queries.count_open(current_user.id, covers),
        today=company_day(utcnow()),
        is_first=not after,
    )


def _get(question_id: int):
    found = queries.get_question(current_user.id, _covers(), question_id)
    if found is None:
        raise NotFound(GONE)
    return found


@blueprint.get("/referent/questions/<int:question_id>")
@permission_required(Permission.REFERENT_QUESTIONS)
def question(question_id):
    """One question, its thread, and where to answer."""
    found = _get(question_id)
    return _question_page(found, AnswerForm(formdata=None, version=found[0].version))


def _question_page(found, form, extra=(), status=200):
    asked, person, department = found
    posts, public = queries.list_posts(asked.id), queries.get_public(asked.id)
    publishing = _publish_form(asked, person, [post for post, _name in posts], public, formdata=None)
    return render_template(
        "help/question.html",
        question=asked,
        person=person,
        department=department,
        posts=posts,
        public=public if public and public.is_shown else None,
        publishing=publishing,
        traces=_traces(asked, publishing) if publishing else [],
        near=queries.count_near(current_user.id, _covers(), asked.id, posts[0][0].words) if publishing else 0,
        form=form,
        extra=extra,
        today=company_day(utcnow()),
        templates=_templates(labels.ANSWERS, person),
        published=_published(posts[0][0].words, asked.id),
    ), status


def _published(words: str, question_id: int) -> dict[str, tuple[str, str]]:
    """Public answers to questions near this one, to be put into the answer as a template is."""
    near = queries.list_similar(words)
    return {f"public-{each.id}": (each.question, each.answer) for each in near if each.question_id != question_id}


def _publish_form(asked, person, posts, public, **options) -> PublishForm | None:
    """Both texts as they would be published, the answer without its greeting; None while there is nothing to publish."""
    answers = [post.words for post in posts if post.is_answer]
    if asked.is_private or not answers:
        return None
    return PublishForm(
        question=public.question if public else rules.draft_public(posts[0].words),
        answer=public.answer if public else rules.draft_public(answers[-1]),
        language=public.language if public else person.language or "fr",
        **options,
    )


def _traces(asked, form) -> list[str]:
    return queries.find_traces(asked.person_id, f"{form.question.data} {form.answer.data}")


def _templates(templates: dict, person) -> dict[str, tuple[str, str]]:
    """Templates of answers, their titles for the referent and their texts in the person's language."""
    with force_locale(person.language if person.language in LANGUAGES else "fr"):
        texts = {slug: str(text) for slug, (_title, text) in templates.items()}
    return {slug: (str(title), texts[slug]) for slug, (title, _text) in templates.items()}


def _insert(form, templates: dict, slug: str) -> None:
    """Add a template to what is written; it sends nothing."""
    if slug in templates:
        form.words.data = f"{(form.words.data or '').rstrip()}\n\n{templates[slug][1]}".strip()


@blueprint.post("/referent/questions/<int:question_id>")
@permission_required(Permission.REFERENT_QUESTIONS)
def answer(question_id):
    """Answer; or put a template into the answer, which sends nothing."""
    found, form = _get(question_id), AnswerForm()
    if "insert" in request.form:
        near = _published(queries.list_posts(question_id)[0][0].words, question_id)
        _insert(form, {**_templates(labels.ANSWERS, found[1]), **near}, request.form["insert"])
        return _question_page(found, form)
    if not form.validate():
        return _question_page(found, form, status=422)
    referent_id, now = current_user.id, utcnow()
    try:
        with transaction():
            service.answer(referent_id, question_id, form.version.data, form.words.data, now)
    except Invalid as missing:
        return _question_page(_get(question_id), form, [(missing.sentence, "words")], 422)
    except Refusal as late:  # Somebody wrote, or the person closed it: the page keeps the words either way.
        found = _get(question_id)
        form.version.data = found[0].version
        return _question_page(found, form, [(late.sentence, "fil")], late.status)
    say(_("Votre réponse est partie ; %(name)s en est prévenu·e.", name=found[1].name))
    return redirect(url_for("help.question", question_id=question_id), 303)


@blueprint.route("/referent/questions/<int:question_id>/publish", methods=["GET", "POST"])
@permission_required(Permission.REFERENT_QUESTIONS)
def publish(question_id):
    """Both texts, to be rewritten without the person, then published inside the company. What is published already is
    everybody's: any referent may rewrite it, whoever asked."""
    public = queries.get_public(question_id)
    asked, person = queries.get_published(question_id) if public and public.is_shown else _get(question_id)[:2]
    posts = [post for post, _name in queries.list_posts(question_id)]
    if asked.is_private:
        raise Refusal(_l("La personne a demandé que sa question ne soit pas publiée."))
    form = _publish_form(asked, person, posts, public)
    if form is None:
        raise Refusal(_l("Répondez d’abord à la personne : une question sans réponse ne se publie pas."))
    extra, status = (), 200
    if form.validate_on_submit():
        texts, referent_id, now = (form.question.data, form.answer.data), current_user.id, utcnow()
        try:
            with transaction():
                entry_id = service.publish(referent_id, question_id, *texts, form.language.data, form.sure.data, now)
        except Invalid as wrong:
            extra, status = [(wrong.sentence, "question")], 422
        else:
            say(_("La question et sa réponse sont publiées, sans le nom de la personne."))
            return redirect(url_for("help.entry", entry_id=entry_id), 303)
    elif form.errors:
        status = 422
    traces = _traces(asked, form)
    return render_template(
        "help/publish.html", question=asked, public=public, form=form, extra=extra, traces=traces
    ), status


# --- Alerts ---------------------------------------------------------------------------------------------------


@blueprint.get("/referent/alerts", endpoint="alerts")
@permission_required(Permission.REFERENT_ALERTS)
def list_alerts():
    """Alerts that are not over, the latest first; or those that are."""
    closed, after = request.args.get("show") == "closed", request.args.get("after")
    return render_template(
        "help/alerts.html",
        page=queries.list_alerts(closed, after),
        closed=closed,
        new=queries.count_new_alerts(),
        is_first=not after,
    )


@blueprint.get("/referent/alerts/<int:alert_id>")
@signed_in
def handle(alert_id):
    """One alert, for a referent or whoever was told of it on duty: what was seen, its captures, what was done, and what
    to do now."""
    return _alert_page(alert_id)


def _get_alert(alert_id: int):
    found = queries.get_alert(current_user.id, current_user.may(Permission.REFERENT_ALERTS), alert_id)
    if found is None:
        raise NotFound(_("Cette alerte n’existe pas, ou n’est pas pour vous."))
    return found


def _alert_page(alert_id: int, advise=None, close=None, extra=(), status=200):
    alert, person = _get_alert(alert_id)
    for form in (advise, close):
        if form is not None:
            form.version.data = alert.version
    acts = queries.list_acts(alert_id)
    return render_template(
        "help/handle.html",
        alert=alert,
        person=person,
        taker=next((name for act, name in reversed(acts) if act.act == "taken"), ""),
        acts=acts,
        captures=queries.list_captures(alert_id),
        told=queries.count_told(alert_id),
        advise=advise or AdviseForm(formdata=None, version=alert.version, level=alert.level),
        close=close or CloseForm(formdata=None, prefix="close", version=alert.version),
        templates=_templates(labels.MEANWHILE, person),
        extra=extra,
    ), status


@blueprint.post("/referent/alerts/<int:alert_id>/take")
@signed_in
def take(alert_id):
    """Take an alert upon oneself."""
    form, referent_id, now = AlertActForm(), current_user.id, utcnow()
    _get_alert(alert_id)
    if not form.validate():
        return _alert_page(alert_id, status=422)
    try:
        with transaction():
            alerts.take(referent_id, alert_id, form.version.data, now)
    except Outdated as late:
        return _alert_page(alert_id, extra=[(late.sentence, "suivi")], status=409)
    say(_("Vous avez cette alerte. La personne en est prévenue."))
    return redirect(url_for("help.handle", alert_id=alert_id), 303)


@blueprint.post("/referent/alerts/<int:alert_id>/advise")
@signed_in
def advise(alert_id):
    """Say how serious it is and what to do meanwhile; or put a template into the line, which sends nothing."""
    form, referent_id, now = AdviseForm(), current_user.id, utcnow()
    _alert, person = _get_alert(alert_id)
    if "insert" in request.form:
        _insert(form, _templates(labels.MEANWHILE, person), request.form["insert"])
        return _alert_page(alert_id, advise=form)
    if not form.validate():
        return _alert_page(alert_id, advise=form, status=422)
    return _act(
        alert_id,
        {"advise": form},
        lambda: alerts.advise(referent_id, alert_id, form.version.data, form.level.data, form.words.data, now),
        _("Votre consigne est partie."),
    )


@blueprint.post("/referent/alerts/<int:alert_id>/close")
@signed_in
def close_alert(alert_id):
    """Say that it is over."""
    form, referent_id, now = CloseForm(prefix="close"), current_user.id, utcnow()
    _get_alert(alert_id)
    if not form.validate():
        return _alert_page(alert_id, close=form, status=422)
    return _act(
        alert_id,
        {"close": form},
        lambda: alerts.close(referent_id, alert_id, form.version.data, form.words.data, now),
        _("L’alerte est terminée ; la personne en est prévenue."),
    )


def _act(alert_id: int, forms: dict, act, sentence: str):
    """One act on an alert; where it does not pass, what was written is shown again beside the reason."""
    try:
        with transaction():
            act()
    except (Invalid, Outdated) as wrong:
        return _alert_page(alert_id, **forms, extra=[(wrong.sentence, "suivi")], status=wrong.status)
    say(sentence)
    return redirect(url_for("help.handle", alert_id=alert_id), 303)
