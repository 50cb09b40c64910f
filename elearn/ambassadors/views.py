"""The person's own pages: the status, the application, what was decided. The referent's are in ``desk.views``."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import format_time
from flask_login import current_user

from ..content.service import get_document
from ..credentials.queries import get_current_credential
from ..db import transaction, utcnow
from ..errors import Invalid, NotFound, Refusal
from ..i18n import _, _l, company_day, language
from ..permissions import signed_in
from ..web import get_site, say, wants_json
from ..workdays import working_day_after
from . import contests, labels, mandates, queries, rules, service, wording
from .forms import DraftForm, VersionForm, WordsForm

blueprint = Blueprint("ambassadors", __name__)


@blueprint.context_processor
def words_of_the_room():
    """What the room's templates need to say states, acts and the names of networks and topics."""
    return {
        "labels": labels,
        "rules": rules,
        "lang": language(),
        "grid_pairs": grid_pairs,
        "desk_links": desk_links,
    }


def grid_pairs(grid) -> list[tuple]:
    """A grid as (criterion, points) to show, in its order."""
    return [(labels.CRITERIA[c][0], _("%(points)s sur 3", points=grid[c])) for c in rules.CRITERIA]


def desk_links() -> list[dict]:
    """Pages of the referent's desk that other rooms have, where they have them."""
    others = (("help.queue", _("Questions")), ("help.alerts", _("Alertes")))
    known = [(endpoint, label) for endpoint, label in others if endpoint in current_app.view_functions]
    return [{"label": label, "url": url_for(endpoint), "active": False} for endpoint, label in known]


@blueprint.app_template_filter("named")
def named(slug, names):
    """The name of a slug, or the slug where it has none any more."""
    return names.get(slug, slug)


def names_of_catalogue() -> dict[str, dict[str, str]]:
    """Slugs → names, closed ones included, for what was granted before they were closed."""
    lang = language()
    return {
        "networks": {n.slug: n.name for n in queries.list_networks(closed=True)},
        "topics": {t.slug: t.names.get(lang) or t.names["fr"] for t in queries.list_topics(closed=True)},
    }


def lessons_of_site() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(course, title, [(``course/lesson``, title)]) of every course, to name lessons to take again."""
    site, lang = get_site(), language()
    courses = [site.course(slug) for slug in site.course_slugs]
    courses.sort(key=lambda c: (c.kind == "path", c.tint, c.slug))
    return [
        (
            course.slug,
            course.words.of(lang).title,
            [(f"{course.slug}/{lesson.slug}", lesson.words.of(lang).title) for lesson in course.lessons],
        )
        for course in courses
    ]


def lesson_titles() -> dict[str, str]:
    """``course/lesson`` → title, of what is published now."""
    return {key: title for _slug, _title, lessons in lessons_of_site() for key, title in lessons}


# --- The status -----------------------------------------------------------------------------------------------


@blueprint.get("/ambassador")
@signed_in
def mine():
    """What the status is, where I stand, and everything that was decided about me."""
    person_id, now = current_user.id, utcnow()
    today = company_day(now)
    application = queries.get_open_application(person_id)
    mandate = queries.get_open_mandate(person_id)
    again_on = queries.get_waiting_day(person_id)
    history = queries.list_history(person_id)
    return render_template(
        "ambassadors/mine.html",
        credential=get_current_credential(person_id, now),
        application=application,
        due_on=due_on(application.submitted_at) if application and application.status == "submitted" else None,
        answer_days=get_site().settings["answer_days"],
        mandate=mandate,
        status=status_on(mandate, today) if mandate else None,
        may_renew=bool(mandate) and queries.may_ask_renewal(mandate, today),
        hearing=queries.get_open_hearing(mandate.id) if mandate else None,
        again_on=again_on if again_on and today < again_on else None,
        has_contest=any(e.contest and e.contest.status == "open" for e in history),
        history=history,
        latest=next((e for e in history if e.assessment), None),
        names=names_of_catalogue(),
        titles=lesson_titles() if history else {},
        today=today,
    )


def due_on(since):
    """The last day of the agreed delay for something that waits since this moment."""
    return working_day_after(company_day(since), get_site().settings["answer_days"])


def status_on(mandate, today) -> str:
    """The status a mandate has today, whether or not the nightly sweep has passed."""
    return rules.effective_status(mandate.status, mandate.suspended_until, mandate.ends_on, True, today)


@blueprint.post("/ambassador/mandate/<act>")
@signed_in
def change_own(act):
    """Pause, come back, give up, or wish to go on: free acts of the person."""
    form = VersionForm()
    if not form.validate():
        raise Invalid(_l("Rechargez la page, puis recommencez."))
    person_id, now = current_user.id, utcnow()
    with transaction():
        if act == "renewal":
            mandates.ask_renewal(person_id, form.version.data, now)
        else:
            mandates.change_own(person_id, form.version.data, act, now)
    said = {
        "paused": _("Vous êtes en pause. Vous reviendrez quand vous le voudrez."),
        "returned": _("Bon retour. Votre statut est de nouveau actif."),
        "left": _("Vous avez rendu votre statut. Merci pour ce que vous avez apporté."),
        "renewal": _("Votre souhait est transmis au référent."),
    }
    say(said[act])
    return redirect(url_for("ambassadors.mine"), 303)


# --- The application ------------------------------------------------------------------------------------------


@blueprint.get("/ambassador/briefs")
@signed_in
def briefs():
    """The situations, to choose the one that speaks to me."""
    site = get_site()
    application = queries.get_open_application(current_user.id)
    if application is None:
        service.check_may_apply(current_user.id, utcnow())
    situations: dict[str, list] = {}
    for brief in site.briefs.briefs if site.briefs else ():
        situations.setdefault(brief.situation, []).append(brief)
    return render_template(
        "ambassadors/briefs.html", situations=situations, application=application, names=names_of_catalogue()
    )


@blueprint.post("/ambassador/briefs")
@signed_in
def begin():
    """Begin an application on a situation, or change the situation of a draft."""
    person_id = current_user.id
    with transaction():
        service.begin_application(person_id, request.form.get("brief", ""), utcnow())
    return redirect(url_for("ambassadors.write"), 303)


def _own_draft():
    application = queries.get_open_application(current_user.id)
    if application is None:
        raise NotFound(_l("Vous n’avez pas de demande en cours."))
    return application


@blueprint.get("/ambassador/application")
@signed_in
def write():
    """The application: the brief, the post as readers would see it, what is noticed, what I wish for."""
    application = _own_draft()
    if application.status not in rules.WRITABLE:
        return redirect(url_for("ambassadors.mine"), 303)
    form = DraftForm(obj=application).offer(queries.list_networks(), queries.list_topics(), language())
    return _application_page(application, form)


def _application_page(application, form, extra=(), status=200):
    brief = service.brief_of(application)
    latest = None
    if application.status == "to_rework":
        latest = next((e for e in queries.list_history(current_user.id) if e.assessment), None)
    return render_template(
        "ambassadors/application.html",
        application=application,
        form=form,
        brief=brief,
        words=brief.words.of(language()),
        notices=notices_of(form.post.data or "", brief),
        latest=latest,
        titles=lesson_titles() if latest else {},
        names=names_of_catalogue(),
        limits=wording,
        extra=extra,
    ), status


def notices_of(post: str, brief) -> list[wording.Notice]:
    """What is noticed in a post, against the models and facts of its brief in every language."""
    every = brief.words.values()
    models = [words.model for words in every]
    return wording.notices(post, get_site().settings["name"], models, [fact for words in every for fact in words.facts])


@blueprint.post("/ambassador/application")
@signed_in
def save():
    """Keep the draft; with « send », send it. The page's own script saves while one writes (JSON)."""
    application = _own_draft()
    form = DraftForm().offer(queries.list_networks(), queries.list_topics(), language())
    if not form.validate():
        if wants_json():
            return {"sentence": next(iter(form.errors.values()))[0]}, 422
        return _application_page(application, form, status=422)
    person_id, now = current_user.id, utcnow()
    with transaction():
        given = [field.data or "" for field in (form.post, form.picture, form.network)]
        kept = service.save_draft(person_id, *given, form.networks.data or (), form.topics.data or (), now)
        version = kept.version
    if wants_json():
        html = render_template("ambassadors/_notices.html", notices=notices_of(kept.post, service.brief_of(kept)))
        return {"html": html, "saved": _("Brouillon enregistré à %(time)s.", time=format_time(now, "HH:mm:ss"))}
    if "send" not in request.form:
        say(_("Votre brouillon est enregistré. Il n’est visible que de vous."))
        return redirect(url_for("ambassadors.write") + "#apercu", 303)
    return _send(person_id, version, form, now)


def _send(person_id: int, version: int, form, now):
    """Send what was just saved; what is missing is said on the form, which keeps every word."""
    try:
        with transaction():
            service.submit_application(person_id, version, now)
    except Invalid as missing:
        anchor = "post" if not (form.post.data or "").strip() else "networks" if not form.networks.data else "topics"
        return _application_page(_own_draft(), form, extra=[(missing.sentence, anchor)], status=422)
    say(_("Votre demande est envoyée. Le référent vous répondra par écrit."))
    return redirect(url_for("ambassadors.mine"), 303)


@blueprint.post("/ambassador/application/withdraw")
@signed_in
def withdraw():
    """Withdraw, freely and without a reason."""
    person_id = current_user.id
    with transaction():
        service.withdraw_application(person_id, utcnow())
    say(_("Votre demande est retirée. Vous pourrez en faire une autre quand vous le voudrez."))
    return redirect(url_for("ambassadors.mine"), 303)


# --- Contest, hearing -----------------------------------------------------------------------------------------


@blueprint.route("/ambassador/decisions/<int:decision_id>/contest", methods=["GET", "POST"])
@signed_in
def contest(decision_id):
    """Contest a decision about me, once, before another referent."""
    person_id = current_user.id
    entry = next((e for e in queries.list_history(person_id) if e.line.id == decision_id), None)
    if entry is None:
        raise NotFound(_l("Il n’y a rien à cette adresse pour vous."))
    form, extra, status = WordsForm(), (), 200
    if form.validate_on_submit():
        try:
            with transaction():
                contests.contest(person_id, decision_id, form.words.data, utcnow())
        except Refusal as wrong:
            extra, status = [(wrong.sentence, "")], wrong.status
            entry = next(e for e in queries.list_history(person_id) if e.line.id == decision_id)
        else:
            say(_("Votre contestation est transmise à un autre référent."))
            return redirect(url_for("ambassadors.mine"), 303)
    elif form.errors:
        status = 422
    if not entry.may_contest and not extra:
        raise Refusal(_l("Cette décision ne se conteste pas, ou plus : elle l’a déjà été, ou la situation a changé."))
    return render_template(
        "ambassadors/contest.html",
        entry=entry,
        form=form,
        extra=extra,
        unsaved=form.words.data if extra else "",
        answer_days=get_site().settings["answer_days"],
        has_other=any(r.id not in (person_id, entry.line.by_id) for r in queries.list_referents()),
    ), status


@blueprint.route("/ambassador/hearings/<int:hearing_id>", methods=["GET", "POST"])
@signed_in
def hearing(hearing_id):
    """What a referent asks before deciding on a suspension, and my answer."""
    person_id = current_user.id
    found = queries.get_own_hearing(person_id, hearing_id)
    if found is None:
        raise NotFound(_l("Il n’y a rien à cette adresse pour vous."))
    form, extra, status = WordsForm(), (), 200
    if form.validate_on_submit():
        try:
            with transaction():
                mandates.answer_hearing(person_id, hearing_id, form.words.data, utcnow())
        except Refusal as wrong:
            extra, status = [(wrong.sentence, "")], wrong.status
            found = queries.get_own_hearing(person_id, hearing_id)
        else:
            say(_("Votre réponse est gardée, mot pour mot, à côté de ce qui sera décidé."))
            return redirect(url_for("ambassadors.hearing", hearing_id=hearing_id), 303)
    elif form.errors:
        status = 422
    return render_template(
        "ambassadors/hearing.html",
        hearing=found,
        form=form,
        extra=extra,
        unsaved=form.words.data if extra else "",
        today=company_day(utcnow()),
    ), status


def brief_and_words(application):
    """The brief of an application, as it stood, for the referent."""
    brief = get_document(application.briefs_edition_id).brief(application.brief)
    return brief, brief.words.of(language())


from .administration import views as _administration  # noqa: E402,F401
from .desk import views as _desk  # noqa: E402,F401  The desk's pages belong to this blueprint.
