"""HR's desk and the managers' page: figures, the list of people, its files. No page here changes anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from types import SimpleNamespace
from urllib.parse import urlencode

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Blueprint, Response, g, render_template, request, send_file, stream_with_context, url_for
from flask_login import current_user
from markupsafe import Markup

from ..credentials.completion import PARTS
from ..db import utcnow
from ..errors import NotFound
from ..i18n import _, _l, company_day, language
from ..permissions import Permission, permission_required
from . import choices, disclosure, exports, figures, queries, rules, words
from .rules import Filter

blueprint = Blueprint("reporting", __name__)


# Pages of this room write hundreds of numbers, days and addresses: each is worked out once.


@blueprint.app_template_filter("number")
def show_number(value: int) -> str:
    """A number as the reader's language writes it: « 20 000 »."""
    return _number(value, language())


@lru_cache(maxsize=10_000)
def _number(value: int, language: str) -> str:
    return format_decimal(value, locale=language)


@blueprint.app_template_global("people_url")
def people_url(args: dict, **more) -> str:
    """The address of the list that these arguments of a filter give."""
    query = urlencode({**args, **more}, doseq=True)
    base = url_for("reporting.people") if "people_url" not in g else g.people_url
    g.people_url = base
    return f"{base}?{query}" if query else base


def _read_filter() -> Filter:
    return rules.read_filter(request.args, request.args.getlist("missing"))


def _today() -> dt.date:
    return company_day(utcnow())


@dataclass(frozen=True)
class Demand:
    """What was asked of people, until when, and who of them is not through: a room below knows it."""

    name: str
    url: str
    deadline_on: dt.date
    whole: int
    left: int
    left_args: dict
    """The arguments of the list of who is not through."""


list_demands: list[Callable[[dt.date, dt.datetime], list[Demand]]] = []
"""Who knows demands puts here a function that lists them."""


# --- Figures --------------------------------------------------------------------------------------------------


@blueprint.get("/hr")
@permission_required(Permission.HR_COMPLETION)
def dashboard():
    """Who is trained: the share, the funnel, by department one level at a time, by site, by arrival, by month."""
    asked = _read_filter()
    # The dashboard is cut by where people work and since when; by what they did, one cuts the list.
    wanted = Filter(
        department=asked.department,
        site=asked.site,
        arrival=asked.arrival,
        arrived_from=asked.arrived_from,
        arrived_to=asked.arrived_to,
    )
    lineage = choices.get_lineage(wanted.department) if wanted.department else []
    if wanted.department and not lineage:
        raise NotFound(_l("Ce service n’existe pas, ou n’existe plus."))
    now = utcnow()
    on = company_day(now)
    period = rules.read_period(request.args, on)
    overview, progress = figures.get_overview(wanted, on, now), figures.get_progress(wanted, period, now)
    home, asked_here = url_for("reporting.dashboard"), wanted.args() | period.args

    def here_url(**changes) -> str:
        """This page with something changed; None and nothing take a filter away."""
        query = urlencode({name: value for name, value in (asked_here | changes).items() if value not in (None, "")})
        return f"{home}?{query}" if query else home

    shown = {
        "wanted": wanted,
        "lineage": lineage,
        "overview": overview,
        "period": period,
        "progress": progress,
        "here_url": here_url,
        "arrivals": {each.name: each for each in rules.arrivals(on)},
        "demands": [] if wanted.narrowed else [each for demands in list_demands for each in demands(on, now)],
        "today": on,
        "benchmark": rules.BENCHMARK,
        "percent": rules.percent,
        "words": words,
    }
    # While the figures of a large company are kept, so is how they look.
    key = language(), overview.at
    drawn = progress.drawn.get(key)
    if drawn is None and overview.totals.people:
        drawn = progress.drawn[key] = Markup(render_template("reporting/_figures.html", **shown))
    return render_template("reporting/dashboard.html", figures=drawn, **shown)


# --- The list of people ---------------------------------------------------------------------------------------


@blueprint.get("/hr/people")
@permission_required(Permission.HR_COMPLETION)
def people():
    """The list: search, filters, order and page stand in its address."""
    wanted, now = _read_filter(), utcnow()
    on = company_day(now)
    found = queries.find(wanted, on, now)
    page = queries.list_page(wanted, on, request.args.get("after", ""), request.args.get("before", ""), found=found)
    offered = choices.get_choices(wanted.department or None, now)
    return render_template(
        "reporting/people.html",
        wanted=wanted,
        page=page,
        total=found.total,
        chips=_chips(wanted),
        department_choices=words.department_choices(offered.departments),
        site_choices=words.site_choices(offered.sites),
        more=bool(wanted.args(q="", department=None, direct=False, issued="", missing=(), arrival="", sort="name")),
        words=words,
        state_of=lambda line: rules.certificate_state(line.valid_until, on),
        on=on,
    )


def _chips(wanted: Filter) -> list[SimpleNamespace]:
    """What the form cannot show of a filter that a figure led to: a sentence each, and the address without it."""
    chips = []

    def add(label, **changes):
        chips.append(SimpleNamespace(label=label, url=url_for("reporting.people", **wanted.args(**changes))))

    if wanted.issued:
        months = words.months(*rules.read_months(wanted.issued))
        add(_("Certificat délivré %(months)s", months=months), issued="")
    if wanted.missing:
        names = ", ".join(words.parts()[part] for part in wanted.missing)
        add(_("Il manque au moins : %(parts)s", parts=names), missing=())
    if wanted.direct:
        add(_("Sans les services rattachés"), direct=False)
    if wanted.arrival:
        add(_("Date d’arrivée inconnue"), arrival="")
    return chips


def _rows(wanted: Filter, on: dt.date):
    """The list as cells, in the order of words.headings()."""
    states, certificates, is_mixed = words.states(), words.certificates(), wanted.who != "active"
    erased, here, gone = _("Personne effacée"), _("oui"), _("non")
    for line in queries.iterate(wanted, on):
        row = [line.name or erased, line.department, line.site]
        for part in PARTS:
            moment = line.done_at[part]
            row += [states[line.states[part]], company_day(moment) if moment else None]
        state = rules.certificate_state(line.valid_until, on)
        issued = company_day(line.certified_at) if line.certified_at else None
        row += [certificates[state], issued, line.valid_until]
        yield [*row, gone if line.has_left else here] if is_mixed else row


@blueprint.get("/hr/people.csv")
@permission_required(Permission.HR_COMPLETION)
def people_csv():
    """What the list shows, all its pages, for a spreadsheet; sent as it is read."""
    wanted, on = _read_filter(), _today()
    pattern = "dd/MM/y" if language() == "fr" else "y-MM-dd"
    show_date = partial(format_date, format=pattern, locale=language())
    headings = words.headings(wanted.who != "active")
    chunks = exports.write_csv(headings, _rows(wanted, on), words.delimiter(), show_date)
    response = Response(stream_with_context(chunks), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(on)}.csv"'
    return response


@blueprint.get("/hr/people.xlsx")
@permission_required(Permission.HR_COMPLETION)
def people_xlsx():
    """The same as a workbook, with days as days."""
    wanted, on = _read_filter(), _today()
    date_format = "dd/mm/yyyy" if language() == "fr" else "yyyy-mm-dd"
    headings = words.headings(wanted.who != "active")
    file = exports.write_xlsx(_("Suivi de la formation"), headings, _rows(wanted, on), date_format)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return send_file(file, mimetype=kind, as_attachment=True, download_name=f"{_file_name(on)}.xlsx")


def _file_name(on: dt.date) -> str:
    return f"{'suivi-formation' if language() == 'fr' else 'training'}-{on.isoformat()}"


# --- Volunteering ---------------------------------------------------------------------------------------------


@blueprint.get("/hr/volunteering")
@permission_required(Permission.HR_COMPLETION)
def volunteering():
    """How many people volunteered, as it was drawn each month: never a name, never a small group."""
    months = queries.list_snapshot_months()
    asked = request.args.get("month", "")
    chosen = next((each for each in months if each.month.strftime("%Y-%m") == asked), None)
    if asked and chosen is None:
        raise NotFound(_l("Il n’y a pas de chiffres pour ce mois."))
    chosen = chosen or (months[0] if months else None)
    return render_template(
        "reporting/volunteering.html",
        months=months,
        chosen=chosen,
        departments=queries.list_snapshot_departments(chosen.month) if chosen else [],
        smallest=disclosure.SMALLEST,
        words=words,
    )


# --- Managers -------------------------------------------------------------------------------------------------


@blueprint.get("/team")
@permission_required(Permission.TEAM_COMPLETION)
def team():
    """A manager's own teams: the same facts as HR's list, of nobody else."""
    asked, now = _read_filter(), utcnow()
    on = company_day(now)
    wanted = Filter(q=asked.q, path=asked.path, charter=asked.charter, security=asked.security)
    direct_only = request.args.get("teams") != "all"
    of = {"manager_id": current_user.id, "direct_only": direct_only}
    found = queries.find(wanted, on, now, **of)
    page = queries.list_page(
        wanted, on, request.args.get("after", ""), request.args.get("before", ""), found=found, **of
    )
    return render_template(
        "reporting/team.html",
        wanted=wanted,
        direct_only=direct_only,
        page=page,
        total=found.total,
        totals=figures.get_team_totals(on, now, current_user.id, direct_only),
        words=words,
        percent=rules.percent,
        state_of=lambda line: rules.certificate_state(line.valid_until, on),
    )
