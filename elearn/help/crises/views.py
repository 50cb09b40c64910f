"""The page of a crisis, for whoever is on duty: declaring it, changing what everybody reads, ending it, its log."""

from __future__ import annotations

import datetime as dt

from flask import redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_login import current_user

from ...db import transaction, utcnow
from ...errors import Invalid, NotFound
from ...i18n import LANGUAGES, _, company_day
from ...notifications.jobs import wake
from ...permissions import signed_in
from ...web import say
from .. import alerts, labels, queries
from ..commands import CRISIS_JOB
from ..forms import CrisisForm, EndCrisisForm
from ..rules import Outdated
from ..views import blueprint
from . import service as crisis


def _check_on_duty() -> None:
    """Referents and the people on duty; to everybody else there is no such page."""
    if current_user.id not in alerts.list_on_duty():
        raise NotFound(_("Cette page est celle des personnes d’astreinte."))


def _page(form=None, ending=None, extra=(), status=200):
    now = utcnow()
    standing = crisis.get_open(now)
    version = standing.version if standing else 0
    if form is None:
        ends_on = crisis.last_day(standing.ends_at) if standing else company_day(now) + dt.timedelta(days=2)
        form = CrisisForm(formdata=None, obj=standing, ends_on=ends_on)
    ending = ending or EndCrisisForm(formdata=None, prefix="end")
    form.version.data = ending.version.data = version
    return render_template(
        "help/crisis.html",
        standing=standing,
        form=form,
        ending=ending,
        extra=extra,
        lines={slug: title for slug, (title, _text) in labels.CRISIS_LINES.items()},
        acts=queries.list_crisis_acts(),
        last_day=crisis.last_day,
    ), status


@blueprint.get("/help/crisis", endpoint="crisis")
@signed_in
def show_crisis():
    """What is declared, or declaring it; and what was before."""
    _check_on_duty()
    return _page()


@blueprint.post("/help/crisis")
@signed_in
def declare_crisis():
    """Declare, or change what is declared; or put a beginning into both languages, which declares nothing."""
    _check_on_duty()
    form, person_id, now = CrisisForm(), current_user.id, utcnow()
    if (slug := request.form.get("insert")) in labels.CRISIS_LINES:
        for code in LANGUAGES:
            with force_locale(code):
                form[f"words_{code}"].data = str(labels.CRISIS_LINES[slug][1])
        return _page(form)
    if not form.validate():
        return _page(form, status=422)
    words = {code: form[f"words_{code}"].data or "" for code in LANGUAGES}
    try:
        with transaction():
            if form.version.data:
                crisis.change(person_id, form.version.data, words, form.ends_on.data, now)
            else:
                crisis.declare(person_id, words, form.ends_on.data, now)
                wake(CRISIS_JOB)
    except (Invalid, Outdated) as wrong:
        return _page(form, extra=[(wrong.sentence, "words_fr")], status=wrong.status)
    say(_("Le texte est changé sur toutes les pages.") if form.version.data else _("La crise est déclarée."))
    return redirect(url_for("help.crisis"), 303)


@blueprint.post("/help/crisis/end")
@signed_in
def end_crisis():
    """Take the notice away."""
    _check_on_duty()
    form, person_id, now = EndCrisisForm(prefix="end"), current_user.id, utcnow()
    if not form.validate():
        return _page(ending=form, status=422)
    try:
        with transaction():
            crisis.end(person_id, form.version.data, form.words.data or "", now)
            wake(CRISIS_JOB)
    except Outdated as late:
        return _page(ending=form, extra=[(late.sentence, "crise")], status=409)
    say(_("La crise est terminée ; le texte a quitté toutes les pages."))
    return redirect(url_for("help.crisis"), 303)
