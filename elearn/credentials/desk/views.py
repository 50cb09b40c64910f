"""The administrator's pages: a certificate found, read, withdrawn."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from ...db import transaction, utcnow
from ...errors import Forbidden, Invalid
from ...i18n import _, company_day, language
from ...people.desk.queries import find_named
from ...people.service import get_person
from ...permissions import Permission, permission_required
from ...web import say
from .. import queries, rules, service
from ..views import PARTS, blueprint, get_credential
from .forms import WithdrawForm

PEOPLE = permission_required(Permission.ADMIN_PEOPLE)


@blueprint.get("/admin/certificates")
@PEOPLE
def find():
    """A certificate by the number that is printed on it; somebody's by what names them."""
    typed, may_look = request.args.get("q", "").strip()[:300], rules.may_look(current_user.role_names)
    person = None
    if typed and may_look:
        number = rules.read_public_id(typed)
        held = queries.get_by_public_id(number) if rules.is_public_id(number) else None
        if held is not None and held.words:
            return redirect(url_for(".withdraw", public_id=held.public_id), 303)
        person = find_named(typed)
    return render_template(
        "credentials/admin_find.html",
        typed=typed,
        may_look=may_look,
        person=person,
        held=[each for each in queries.list_credentials(person.id) if each.words] if person else [],
        standing_of=_standing_of,
    ), 404 if typed and may_look and person is None else 200


@blueprint.route("/admin/certificates/<public_id>", methods=["GET", "POST"])
@PEOPLE
def withdraw(public_id: str):
    """One certificate: what it is, and its withdrawal. Of two administrators at once the first decides; the other
    reads it."""
    if not rules.may_look(current_user.role_names):
        raise Forbidden(
            _("Un retrait ne regarde ni les RH ni les responsables : un administrateur sans ces rôles s’en charge.")
        )
    held, form = get_credential(public_id), WithdrawForm()
    if request.method == "POST" and form.validate():
        held_id, by_id = held.id, current_user.id
        try:
            with transaction():
                done = service.revoke(held_id, form.reason.data, utcnow(), by_id)
        except Invalid as refusal:
            form.reason.errors = [refusal.sentence]
            return _show(get_credential(public_id), form), 422
        if done:
            say(_("Le certificat est retiré. La personne en est prévenue, avec votre raison."))
        else:
            say(_("Ce certificat venait d’être retiré : votre raison n’a pas été gardée."), "info")
        return redirect(url_for(".withdraw", public_id=public_id), 303)
    return _show(held, form), 422 if form.errors else 200


def _show(held, form):
    others = [each for each in queries.list_credentials(held.person_id) if each.id != held.id]
    today = company_day(utcnow())
    return render_template(
        "credentials/admin_certificate.html",
        held=held,
        words=held.words[language()],
        standing=_standing_of(held),
        person=get_person(held.person_id),
        other=next((each for each in others if queries.is_valid(each, today)), None),
        again=[PARTS[name][0]() if name in PARTS else name for name in queries.list_to_do_after(held)],
        form=form,
    )


def _standing_of(held):
    return rules.standing(held.expires_on, held.revoked_at, company_day(utcnow()))
