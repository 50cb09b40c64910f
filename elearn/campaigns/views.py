"""HR's campaigns: prepare, see with real names what would go, change, launch, stop."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import format_date, ngettext
from flask_login import current_user

from ..credentials.completion import PARTS
from ..db import db, transaction, utcnow
from ..errors import NotFound, Refusal
from ..i18n import _, _l, company_day
from ..notifications.kinds import find_readers
from ..notifications.messages import render
from ..notifications.models import Message
from ..permissions import Permission, permission_required
from ..reporting import queries as reporting
from ..reporting import words
from ..reporting.choices import get_choices
from ..reporting.keeping import keep
from ..reporting.rules import Filter, read_filter
from ..reporting.views import Demand, list_demands
from ..web import say
from . import queries, rules, service
from .models import Campaign

blueprint = Blueprint("campaigns", __name__)


def _list_demands(on: dt.date, now: dt.datetime) -> list[Demand]:
    """What is asked now, for the dashboard: who is late, and who has still time."""
    return [
        Demand(
            name=campaign.name,
            url=url_for("campaigns.show", campaign_id=campaign.id),
            deadline_on=campaign.deadline_on,
            whole=reporting.find(queries.population_of(campaign), on, now).total,
            left=reporting.find(queries.outstanding(campaign), on, now).total,
            left_args=queries.outstanding(campaign).args(),
        )
        for campaign in queries.list_standing()
    ]


list_demands.append(_list_demands)


@blueprint.get("/hr/campaigns")
@permission_required(Permission.HR_CAMPAIGNS)
def index():
    """Every campaign, the newest first."""
    campaigns, before = queries.list_campaigns(request.args.get("before", type=int))
    return render_template(
        "campaigns/index.html", campaigns=campaigns, before=before, statuses=_statuses(), words=words
    )


def _statuses() -> dict[str, tuple[str, str]]:
    """A campaign's state → its name, and the kind of its tag."""
    return {
        "draft": (_("En préparation"), ""),
        "running": (_("En cours"), "good"),
        "finished": (_("Terminé"), ""),
        "stopped": (_("Arrêté"), "warn"),
    }


@blueprint.get("/hr/campaigns/new")
@permission_required(Permission.HR_CAMPAIGNS)
def new():
    """The form. The population comes with the address, as the list was filtered when one asked for a reminder."""
    asked = read_filter(request.args, request.args.getlist("missing"))
    deadline = company_day(utcnow()) + dt.timedelta(days=30)
    wanted = request.args.getlist("missing") or list(PARTS)
    given = {
        "name": "",
        "parts": wanted,
        "deadline": deadline.isoformat(),
        "offsets": list(rules.USUAL),
        "managers": True,
    }
    return _form(asked, given)


def _form(asked: Filter, given: dict, error: tuple = (), status: int = 200, campaign: Campaign | None = None):
    population = {name: value for name, value in asked.args().items() if name in rules.POPULATION}
    wanted, now = read_filter(population), utcnow()
    choices = get_choices(wanted.department or None, now)
    return render_template(
        "campaigns/form.html",
        campaign=campaign,
        wanted=wanted,
        described=_describe(wanted),
        total=reporting.find(wanted, company_day(now), now).total,
        department_choices=words.department_choices(choices.departments),
        site_choices=words.site_choices(choices.sites),
        ignored=bool({*asked.args(), *asked.faults} - {*rules.POPULATION, "missing", "sort"}),
        given=given,
        error=error,
        words=words,
        offsets=[(offset, _offset(offset)) for offset in rules.OFFSETS],
    ), status


def _offset(days: int) -> str:
    if days == 0:
        return _("Le jour de la date limite")
    if days < 0:
        return ngettext("%(num)s jour avant", "%(num)s jours avant", -days)
    return ngettext("%(num)s jour après", "%(num)s jours après", days)


def _describe(wanted: Filter) -> str:
    """Who the population is, in words."""
    said = []
    if wanted.department:
        said.append(queries.get_department_name(wanted.department) or _("Service disparu"))
    elif wanted.department == 0:
        said.append(_("Sans service"))
    if wanted.direct:
        said.append(_("Sans les services rattachés"))
    if wanted.site is not None:
        said.append(wanted.site or _("Site inconnu"))
    if wanted.arrived_from:
        said.append(_("Personnes arrivées depuis le %(day)s", day=format_date(wanted.arrived_from, "long")))
    if wanted.arrived_to:
        said.append(_("Personnes arrivées jusqu’au %(day)s", day=format_date(wanted.arrived_to, "long")))
    if wanted.arrival:
        said.append(_("Date d’arrivée inconnue"))
    return ", ".join(said) or _("Toute l’entreprise")


@blueprint.post("/hr/campaigns")
@permission_required(Permission.HR_CAMPAIGNS)
def create():
    """Make a draft and show what it would do; nothing goes before it is launched."""
    asked, given, values, person_id = *_read_form(), current_user.id
    try:
        with transaction():
            campaign_id = service.prepare(person_id, *values, utcnow()).id
    except rules.Fault as fault:
        return _form(asked, given, (str(fault.sentence), fault.field), 422)
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


def _read_form() -> tuple[Filter, dict, tuple]:
    """The population, the form as it was filled, and what the service takes of it."""
    form = request.form
    given = {
        "name": form.get("name", "")[:120],
        "parts": form.getlist("parts"),
        "deadline": form.get("deadline", ""),
        "offsets": [int(text) for text in form.getlist("offsets") if text.lstrip("-").isdecimal() and len(text) < 5],
        "managers": form.get("managers") == "1",
    }
    try:
        deadline = dt.date.fromisoformat(given["deadline"])
    except ValueError:
        deadline = None
    asked = read_filter(form)
    return asked, given, (given["name"], asked.args(), given["parts"], deadline, given["offsets"], given["managers"])


@blueprint.get("/hr/campaigns/<int:campaign_id>/edit")
@permission_required(Permission.HR_CAMPAIGNS)
def edit(campaign_id):
    """The form again, as long as it is a draft."""
    campaign = _get(campaign_id)
    rules.check_draft(campaign.status)
    given = {
        "name": campaign.name,
        "parts": campaign.parts,
        "deadline": campaign.deadline_on.isoformat(),
        "offsets": [step.offset for step in queries.list_steps(campaign_id)],
        "managers": campaign.to_managers,
    }
    return _form(queries.population_of(campaign), given, campaign=campaign)


@blueprint.post("/hr/campaigns/<int:campaign_id>")
@permission_required(Permission.HR_CAMPAIGNS)
def revise(campaign_id):
    """Write the draft anew, and show again what it would do."""
    asked, given, values = _read_form()
    try:
        with transaction():
            service.revise(campaign_id, *values, utcnow())
    except rules.Fault as fault:
        return _form(asked, given, (str(fault.sentence), fault.field), 422, _get(campaign_id))
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


@blueprint.post("/hr/campaigns/<int:campaign_id>/discard")
@permission_required(Permission.HR_CAMPAIGNS)
def discard(campaign_id):
    """Throw a draft away."""
    with transaction():
        service.discard(campaign_id)
    say(_("Le brouillon est supprimé. Personne n’en a rien su."))
    return redirect(url_for("campaigns.index"), 303)


def _get(campaign_id: int) -> Campaign:
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound(_l("Ce rappel n’existe pas, ou n’existe plus."))
    return campaign


@blueprint.get("/hr/campaigns/<int:campaign_id>")
@permission_required(Permission.HR_CAMPAIGNS)
def show(campaign_id):
    """What it asks of whom, its days, whom it concerns now by name, and the messages of any of its days as they would
    be read."""
    campaign, now = _get(campaign_id), utcnow()
    on = company_day(now)
    steps = queries.list_steps(campaign_id)
    following = next((step for step in steps if step.phase in ("people", "managers", "hr")), None)
    asked = request.args.get("day", type=int)
    shown = next((step for step in steps if step.offset == asked), following or (steps[-1] if steps else None))
    left, population = queries.outstanding(campaign), queries.population_of(campaign)
    found = reporting.find(left, on, now)
    page = reporting.list_page(left, on, size=20, found=found)
    return render_template(
        "campaigns/show.html",
        campaign=campaign,
        steps=[(step, _offset(step.offset)) for step in steps],
        shown=shown,
        described=_describe(population),
        whole=reporting.find(population, on, now).total,
        total=found.total,
        names=[line.name for line in page.lines],
        left=left,
        population=population,
        reach=keep(("reach", left), now, lambda: queries.get_reach(campaign, on), lambda: reporting.is_large(now)),
        overlaps=queries.list_overlaps(campaign, on) if campaign.status == "draft" else [],
        obstacle=_obstacle(campaign, steps, on),
        previews=_previews(campaign, shown.offset, now) if found.total and shown else [],
        statuses=_statuses(),
        words=words,
        today=on,
    )


def _obstacle(campaign: Campaign, steps, on: dt.date) -> str:
    """Why a draft cannot be launched today; empty where it can."""
    try:
        rules.check_launch(campaign.status, campaign.deadline_on, [step.due_on for step in steps], on)
    except Refusal as refusal:
        return str(refusal.sentence)
    return ""


def _previews(campaign: Campaign, offset: int, now: dt.datetime) -> list[tuple[str, str, object]]:
    """The messages of a day as their first readers would read them: to whom, and the message rendered."""
    on = company_day(now)
    to = [("campaign_reminder", queries.list_people(campaign, on, 0, 1))]
    if campaign.to_managers:
        to.append(("campaign_team", queries.list_managers(campaign, on, 0, 1)))
    to.append(("campaign_digest", [current_user.id]))
    readers = find_readers([ids[0] for _kind, ids in to if ids])
    labels = {
        "campaign_reminder": _("À la personne"),
        "campaign_team": _("À son responsable"),
        "campaign_digest": _("Aux ressources humaines"),
    }
    previews = []
    for kind, ids in to:
        if not ids or ids[0] not in readers:
            continue
        named = {"campaign": campaign.id, "offset": offset}
        rendered = render(Message(id=0, person_id=ids[0], kind=kind, ids=named, created_at=now), readers[ids[0]])
        if rendered is not None:
            previews.append((labels[kind], readers[ids[0]].name, rendered))
    return previews


@blueprint.post("/hr/campaigns/<int:campaign_id>/launch")
@permission_required(Permission.HR_CAMPAIGNS)
def launch(campaign_id):
    """Let it write on its days."""
    with transaction():
        service.launch(campaign_id, utcnow())
    say(_("Le rappel est lancé. Les messages partent aux jours dits, sans autre geste de votre part."))
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


@blueprint.post("/hr/campaigns/<int:campaign_id>/stop")
@permission_required(Permission.HR_CAMPAIGNS)
def stop(campaign_id):
    """Write no more."""
    _get(campaign_id)
    with transaction():
        stopped = service.stop(campaign_id, utcnow())
    if stopped:
        say(_("Le rappel est arrêté. Plus aucun message ne partira."))
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)
