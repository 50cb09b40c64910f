"""The referent's pages: the queue, one application, one contest, ambassadors and their history, absences."""

from __future__ import annotations

import datetime as dt

from flask import redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_login import current_user

from ...credentials.queries import get_current_credential
from ...db import transaction, utcnow
from ...errors import Invalid, NotFound, Refusal
from ...i18n import LANGUAGES, _, _l, company_day, language
from ...people.departments import name_of
from ...permissions import Permission, permission_required
from ...web import get_site, say
from ...workdays import working_day_after
from .. import contests, labels, mandates, organisation, queries, rules, service
from ..forms import options
from ..rules import Outdated, Scope
from ..views import (
    blueprint,
    brief_and_words,
    due_on,
    lesson_titles,
    lessons_of_site,
    names_of_catalogue,
    notices_of,
    status_on,
)
from . import queries as desk
from .forms import AbsenceForm, ActForm, ContestAnswerForm, ScopeForm, VerdictForm

GONE = _l("Il n’y a rien à cette adresse, ou pas dans votre périmètre.")


def _covers(now):
    return queries.get_covers(company_day(now))


def _say_on(form, wrong: Refusal) -> list[tuple]:
    """Put what will not do beside its field; where the form has none of that name, in the summary alone."""
    field = getattr(wrong, "field", "")
    if field not in form or field == "lessons":
        return [(wrong.sentence, field)]
    form[field].errors = [*form[field].errors, wrong.sentence]
    return []


def _overtaken(wrong: Refusal, form, person_id: int) -> dict:
    """Where somebody was faster: who did what, and the words for which the page may have no place any more."""
    if not isinstance(wrong, Outdated):
        return {}
    return {"overtaken": queries.list_history(person_id)[0], "unsaved": form.reason.data or ""}


# --- The queue ------------------------------------------------------------------------------------------------


@blueprint.get("/referent")
@permission_required(Permission.REFERENT_APPLICATIONS)
def queue():
    """What waits for me: what is for now, what is overdue, the rest."""
    now = utcnow()
    covers = _covers(now)
    kind = request.args.get("kind")
    answer_days = get_site().settings["answer_days"]
    waiting = desk.Queue(current_user.id, covers, now, answer_days)
    counts, late = waiting.count()
    mine = next((c for c in covers if c.owner_id == current_user.id), None)
    standing_in = [c.owner_id for c in covers if c.holder_id == current_user.id and c.owner_id != current_user.id]
    is_away = mine is not None and mine.holder_id != mine.owner_id
    names = {r.id: r.name for r in queries.list_referents()} if standing_in or is_away else {}
    return render_template(
        "ambassadors/queue.html",
        page=waiting.page(kind, request.args.get("after")),
        counts=counts,
        late=late,
        sources=desk.SOURCES,
        kind=kind if kind in desk.SOURCES else None,
        standing_in=[names[id_] for id_ in standing_in],
        is_away=is_away,
        deputy=names.get(mine.holder_id) if is_away else None,
        is_first=not request.args.get("after"),
        answer_days=answer_days,
    )


# --- An application -------------------------------------------------------------------------------------------


def _get_application(application_id: int):
    found = desk.get_application(current_user.id, _covers(utcnow()), application_id)
    if found is None:
        raise NotFound(GONE)
    return found


@blueprint.get("/referent/applications/<int:application_id>")
@permission_required(Permission.REFERENT_APPLICATIONS)
def application(application_id):
    """One application: brief, model, post as readers see it, and the grid to decide on."""
    found, person = _get_application(application_id)
    form = _verdict_form()
    today = company_day(utcnow())
    credential = get_current_credential(person.id)
    form.version.data = found.version
    form.networks.data, form.topics.data = found.networks, found.topics
    form.languages.data = [person.language or "fr"]
    form.starts_on.data = today
    form.ends_on.data = credential.expires_on if credential else None
    form.again_on.data = working_day_after(today, 10)
    return _application_page(found, person, form)


def _verdict_form() -> VerdictForm:
    names = names_of_catalogue()
    form = VerdictForm().offer(
        names, [n.slug for n in queries.list_networks()], [t.slug for t in queries.list_topics()]
    )
    form.lessons.choices = options(pair for _slug, _title, lessons in lessons_of_site() for pair in lessons)
    return form


def _application_page(found, person, form, extra=(), status=200, overtaken=None, unsaved=""):
    now = utcnow()
    brief, words = brief_and_words(found)
    history = [e for e in queries.list_history(person.id) if e.line.act != "begun"]
    with force_locale(person.language if person.language in LANGUAGES else "fr"):
        answers = {slug: (title, str(text)) for slug, (title, text) in labels.ANSWERS.items()}
    return render_template(
        "ambassadors/desk_application.html",
        application=found,
        person=person,
        department=name_of(person.department_id),
        credential=get_current_credential(person.id, now),
        brief=brief,
        words=words,
        notices=notices_of(found.post, brief),
        form=form,
        extra=extra,
        overtaken=overtaken,
        unsaved=unsaved,
        is_open=found.status == "submitted",
        may_decide=queries.may_decide(current_user.id, found.id),
        due_on=due_on(found.submitted_at),
        today=company_day(now),
        courses=lessons_of_site(),
        titles=lesson_titles(),
        names=names_of_catalogue(),
        answers={slug: title for slug, (title, _text) in answers.items()},
        answer_texts={slug: text for slug, (_title, text) in answers.items()},
        history=history,
        latest=next((e for e in history if e.assessment), None),
        read_language=person.language or "fr",
    ), status


@blueprint.post("/referent/applications/<int:application_id>")
@permission_required(Permission.REFERENT_APPLICATIONS)
def decide(application_id):
    """Decide; or put a template of answer into the reason, which decides nothing."""
    found, person = _get_application(application_id)
    form = _verdict_form()
    form.read_grid(request.form)
    if "insert" in request.form:
        return _insert_answer(found, person, form)
    is_readable, referent_id, now = form.validate(), current_user.id, utcnow()
    verdict = form.verdict()
    scope = form.scope(form.starts_on.data, form.regime.data or "guided") if verdict.decision == "granted" else None
    faults = [f for f in rules.list_faults(verdict, company_day(now)) if f.field not in form.errors]
    if faults or not is_readable:
        extra = [each for fault in faults for each in _say_on(form, fault)]
        return _application_page(found, person, form, extra, 422)
    try:
        if scope is not None and scope.regime == "autonomous":
            rules.check_autonomy(form.confirmed.data)
        with transaction():
            service.decide(referent_id, application_id, form.version.data, verdict, scope, now)
    except Refusal as wrong:
        found, person = _get_application(application_id)
        form.version.data = found.version
        extra = _say_on(form, wrong)
        return _application_page(found, person, form, extra, wrong.status, **_overtaken(wrong, form, person.id))
    say(_("Votre décision est enregistrée ; %(name)s la lira avec son motif.", name=person.name))
    return redirect(url_for("ambassadors.queue"), 303)


def _insert_answer(found, person, form):
    chosen = labels.ANSWERS.get(request.form["insert"])
    if chosen:
        with force_locale(person.language if person.language in LANGUAGES else "fr"):
            text = str(chosen[1])
        form.reason.data = f"{(form.reason.data or '').rstrip()}\n\n{text}".strip()
    return _application_page(found, person, form)


# --- A contest ------------------------------------------------------------------------------------------------


@blueprint.route("/referent/contests/<int:contest_id>", methods=["GET", "POST"])
@permission_required(Permission.REFERENT_APPLICATIONS)
def answer_contest(contest_id):
    """A colleague's decision that its person contests: read both, then answer."""
    found = desk.get_contest(current_user.id, contest_id)
    if found is None:
        raise NotFound(GONE)
    contested, line, person = found
    form, extra, status, late = ContestAnswerForm(), [], 200, {}
    if form.validate_on_submit():
        referent_id, agrees, reason, now = current_user.id, form.outcome.data == "changed", form.reason.data, utcnow()
        try:
            with transaction():
                contests.answer_contest(referent_id, contest_id, agrees, reason, now)
        except Refusal as wrong:
            extra, status, late = _say_on(form, wrong), wrong.status, _overtaken(wrong, form, person.id)
        else:
            say(_("Votre réponse est enregistrée ; %(name)s la lira.", name=person.name))
            return redirect(url_for("ambassadors.queue"), 303)
        contested, line, person = desk.get_contest(referent_id, contest_id)
    elif form.errors:
        status = 422
    entry = next(e for e in queries.list_history(person.id) if e.line.id == line.id)
    return render_template(
        "ambassadors/desk_contest.html",
        contest=contested,
        entry=entry,
        person=person,
        form=form,
        extra=extra,
        overtaken=late.get("overtaken"),
        unsaved=late.get("unsaved"),
        answered_by=queries.name_of_person(contested.answered_by_id),
        names=names_of_catalogue(),
        titles=lesson_titles(),
        due_on=due_on(contested.made_at),
    ), status


# --- Ambassadors ----------------------------------------------------------------------------------------------


@blueprint.get("/referent/ambassadors")
@permission_required(Permission.REFERENT_MANDATES)
def ambassadors():
    """Ambassadors in my perimeter, by name."""
    now = utcnow()
    status, search = request.args.get("status"), request.args.get("q", "")[:100]
    department_id, topic = request.args.get("department", type=int), request.args.get("topic", "")
    names = names_of_catalogue()
    department_id = department_id if department_id and 0 < department_id < 2**31 else None
    topic = topic if topic in names["topics"] else ""
    page, total = desk.list_ambassadors(
        current_user.id, _covers(now), status, search, department_id, topic, request.args.get("after")
    )
    today = company_day(now)
    return render_template(
        "ambassadors/desk_ambassadors.html",
        page=page,
        total=total,
        status=status if status in labels.MANDATE_STATUS else None,
        search=search,
        department_id=department_id,
        departments=queries.list_upper_departments([department_id] if department_id else []),
        topic=topic,
        states={mandate.id: status_on(mandate, today) for mandate, _person, _department in page.rows},
        names=names,
        is_first=not request.args.get("after"),
    )


def _get_mandate(mandate_id: int):
    found = desk.get_mandate(current_user.id, _covers(utcnow()), mandate_id)
    if found is None:
        raise NotFound(GONE)
    return found


@blueprint.get("/referent/ambassadors/<int:mandate_id>")
@permission_required(Permission.REFERENT_MANDATES)
def ambassador(mandate_id):
    """One ambassador: the status, everything that was decided, and what may be done now."""
    return _ambassador_page(*_get_mandate(mandate_id))


def _ambassador_page(mandate, person, act_form=None, scope_form=None, extra=(), status=200, overtaken=None, unsaved=""):
    today = company_day(utcnow())
    state = status_on(mandate, today)
    hearing = queries.get_open_hearing(mandate.id)
    credential = get_current_credential(person.id)
    renewable = bool(mandate.renewal_asked_at and credential and credential.expires_on > mandate.credential_expires_on)
    return render_template(
        "ambassadors/desk_ambassador.html",
        mandate=mandate,
        person=person,
        state=state,
        hearing=hearing,
        may_suspend=bool(hearing) and (hearing.answered_at is not None or today > hearing.answer_by),
        acts=_acts(mandate, state, hearing),
        renewable=renewable,
        act_form=act_form or ActForm(formdata=None, version=mandate.version),
        asked=act_form.act.data if act_form else None,
        scope_form=scope_form or _scope_form(mandate, credential if renewable else None),
        extra=extra,
        overtaken=overtaken,
        unsaved=unsaved,
        department=name_of(person.department_id),
        history=[e for e in queries.list_history(person.id) if e.line.act != "begun"],
        names=names_of_catalogue(),
        titles=lesson_titles(),
        today=today,
        latest_until=today + dt.timedelta(days=rules.MAX_SUSPENSION_DAYS),
    ), status


def _acts(mandate, state: str, hearing) -> list[str]:
    """The acts this page offers, in the order of their weight."""
    if state == "ended":
        return []
    offered = {
        "active": ["made_autonomous" if mandate.regime == "guided" else "made_guided", "let_dormant"],
        "dormant": ["awakened", "made_autonomous" if mandate.regime == "guided" else "made_guided"],
        "suspended": ["resumed"],
    }[state]
    if state != "suspended":
        offered += ["suspended", "hearing_closed"] if hearing else ["hearing_opened"]
    return [*offered, "ended"]


def _scope_form(mandate, credential=None) -> ScopeForm:
    names = names_of_catalogue()
    networks = {n.slug: None for n in queries.list_networks()} | dict.fromkeys(mandate.networks)
    topics = {t.slug: None for t in queries.list_topics()} | dict.fromkeys(mandate.topics)
    form = ScopeForm(
        version=mandate.version,
        networks=mandate.networks,
        topics=mandate.topics,
        languages=mandate.languages,
        ends_on=credential.expires_on if credential else mandate.ends_on,
    )
    return form.offer(names, networks, topics)


@blueprint.post("/referent/ambassadors/<int:mandate_id>")
@permission_required(Permission.REFERENT_MANDATES)
def act(mandate_id):
    """Act on a mandate, with a reason that the person reads."""
    mandate, person = _get_mandate(mandate_id)
    form, referent_id = ActForm(), current_user.id
    if not form.validate():
        return _ambassador_page(mandate, person, act_form=form, status=422)
    try:
        if form.act.data == "made_autonomous":
            rules.check_autonomy(form.confirmed.data)
        with transaction():
            _do(referent_id, mandate_id, form, utcnow())
    except Refusal as wrong:
        extra, late = _say_on(form, wrong), _overtaken(wrong, form, person.id)
        return _ambassador_page(*_get_mandate(mandate_id), form, None, extra, wrong.status, **late)
    say(_("C’est enregistré ; %(name)s le lira avec son motif.", name=person.name))
    return redirect(url_for("ambassadors.ambassador", mandate_id=mandate_id), 303)


def _do(referent_id: int, mandate_id: int, form: ActForm, now) -> None:
    version, name, reason = form.version.data, form.act.data, form.reason.data
    if name == "hearing_opened":
        mandates.open_hearing(referent_id, mandate_id, version, reason, now)
    elif name == "hearing_closed":
        mandates.close_hearing(referent_id, mandate_id, version, reason, now)
    elif name == "suspended":
        mandates.suspend(referent_id, mandate_id, version, form.until.data, reason, now)
    else:
        mandates.change_mandate(referent_id, mandate_id, version, name, reason, now)


@blueprint.post("/referent/ambassadors/<int:mandate_id>/scope")
@permission_required(Permission.REFERENT_MANDATES)
def rescope(mandate_id):
    """Change networks, topics, languages or the last day; or renew, where the person wished it."""
    mandate, person = _get_mandate(mandate_id)
    form = _scope_form(mandate)
    if not form.validate():
        return _ambassador_page(mandate, person, scope_form=form, status=422)
    scope: Scope | None = form.scope(mandate.starts_on, mandate.regime)
    referent_id, now = current_user.id, utcnow()
    verb = mandates.renew if "renew" in request.form else mandates.rescope
    try:
        if scope is None:
            raise rules.Missing(_l("Donnez le dernier jour."), "ends_on")
        with transaction():
            verb(referent_id, mandate_id, form.version.data, scope, form.reason.data, now)
    except Refusal as wrong:
        mandate, person = _get_mandate(mandate_id)
        form.version.data = mandate.version
        extra, late = _say_on(form, wrong), _overtaken(wrong, form, person.id)
        return _ambassador_page(mandate, person, None, form, extra, wrong.status, **late)
    say(_("C’est enregistré ; %(name)s le lira avec son motif.", name=person.name))
    return redirect(url_for("ambassadors.ambassador", mandate_id=mandate_id), 303)


# --- Absences -------------------------------------------------------------------------------------------------


@blueprint.route("/referent/absences", methods=["GET", "POST"])
@permission_required(Permission.REFERENT_APPLICATIONS)
def absences():
    """My absences, and who answers meanwhile."""
    referent_id, now = current_user.id, utcnow()
    referents = [r for r in queries.list_referents() if r.id != referent_id]
    form, extra, status = AbsenceForm(), [], 200
    form.deputy.choices = options((r.id, r.name) for r in referents)
    if form.validate_on_submit():
        try:
            with transaction():
                organisation.declare_absence(referent_id, form.deputy.data, form.starts_on.data, form.ends_on.data, now)
        except Invalid as missing:
            extra, status = [(missing.sentence, "")], 422
        else:
            say(_("Votre absence est déclarée."))
            return redirect(url_for("ambassadors.absences"), 303)
    elif form.errors:
        status = 422
    return render_template(
        "ambassadors/desk_absences.html",
        form=form,
        extra=extra,
        absences=queries.list_absences(referent_id, company_day(now)),
        has_deputies=bool(referents),
        lang=language(),
    ), status


@blueprint.post("/referent/absences/<int:absence_id>/cancel")
@permission_required(Permission.REFERENT_APPLICATIONS)
def cancel_absence(absence_id):
    """Take an absence back."""
    referent_id = current_user.id
    with transaction():
        organisation.cancel_absence(referent_id, absence_id)
    say(_("L’absence est retirée."))
    return redirect(url_for("ambassadors.absences"), 303)
