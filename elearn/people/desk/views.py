"""The administrator's pages: people, one person, the log."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from flask import current_app, redirect, render_template, request, url_for
from flask_login import current_user

from ...db import transaction, utcnow
from ...errors import Invalid, Refusal
from ...i18n import _, _l, choose_offered, company_midnight
from ...permissions import Permission, permission_required
from ...web import say
from .. import departments as tree
from .. import rules, second_factor, service, signing_in
from ..queries import get_factor_due, list_roles
from ..views import blueprint
from . import queries, words
from .forms import PersonForm

PEOPLE = permission_required(Permission.ADMIN_PEOPLE)


# --- People ---------------------------------------------------------------------------------------------------


@blueprint.get("/admin")
@PEOPLE
def admin():
    """Everybody, found by name, e-mail or number, by department, by role, by state."""
    wanted, refusal = queries.read_wanted(request.args), ""
    typed = request.args.get("service", "").strip()[:300]
    if typed:
        try:
            wanted = replace(wanted, department=tree.resolve(typed))
        except Refusal as refused:
            refusal = refused.sentence
    return render_template(
        "people/admin.html",
        wanted=wanted,
        page=queries.list_people(wanted, request.args.get("after", ""), request.args.get("before", "")),
        total=queries.count_people(wanted),
        service=typed or tree.name_of(wanted.department),
        refusal=refusal,
        roles=words.ROLES,
    )


@blueprint.route("/admin/people/new", methods=["GET", "POST"])
@PEOPLE
def admin_new():
    """Make an account; how its owner is invited comes next, on its page."""
    form = _person_form()
    if request.method == "POST" and form.validate():
        by_id = current_user.id
        try:
            with transaction():
                values = _person_values(form)
                person = service.create_person(
                    values.pop("given_name"), values.pop("family_name"), utcnow(), by_id=by_id, **values
                )
                public_id = person.public_id
        except Refusal as refusal:
            return _show_person_form(form, None, refusal.sentence), 422
        say(_("Le compte est créé. Invitez maintenant la personne à choisir son mot de passe."))
        return redirect(url_for(".admin_person", public_id=public_id), 303)
    return _show_person_form(form, None), 422 if form.errors else 200


@blueprint.get("/admin/people/<public_id>")
@PEOPLE
def admin_person(public_id: str):
    """One account: what is known, what it may, what happened to it."""
    return _show_person(queries.get_person(public_id))


def _show_person(person, code: str = ""):
    page = queries.list_events(person_id=person.id)
    manager = queries.list_names([person.manager_id]).get(person.manager_id) if person.manager_id else ""
    return render_template(
        "people/admin_person.html",
        person=person,
        department=tree.name_of(person.department_id),
        manager=manager,
        held=list_roles(person.id),
        roles=words.ROLES,
        reach=words.ROLE_REACH,
        exclusive={"hr": "referent", "referent": "hr"},
        page=page,
        lines=read_lines(page),
        code=code,
        factor_at=second_factor.get_state(person.id).confirmed_at,
        factor_due=get_factor_due(person),
        has_privacy="privacy.erase" in current_app.view_functions,
    )


@blueprint.route("/admin/people/<public_id>/edit", methods=["GET", "POST"])
@PEOPLE
def admin_edit(public_id: str):
    """Correct what is known of somebody."""
    person = queries.get_person(public_id)
    person_id = person.id
    form = _person_form(person)
    if request.method == "POST" and form.validate():
        by_id = current_user.id
        try:
            with transaction():
                changed = service.edit_person(person_id, _person_values(form), utcnow(), by_id)
        except Refusal as refusal:
            return _show_person_form(form, queries.get_person(public_id), refusal.sentence), 422
        say(_("La fiche est à jour.") if changed else _("Rien n’a changé."), "good" if changed else "info")
        return redirect(url_for(".admin_person", public_id=public_id), 303)
    return _show_person_form(form, person), 422 if form.errors else 200


def _person_form(person=None) -> PersonForm:
    manager = None
    if person is not None and person.manager_id:
        with_manager = service.get_person(person.manager_id)
        manager = with_manager and (with_manager.email or with_manager.employee_number)
    form = PersonForm(obj=person, manager=manager, department=tree.name_of(person.department_id) if person else "")
    if person is None and request.method == "GET":
        form.language.data = choose_offered()
    return form


def _person_values(form: PersonForm) -> dict:
    """The form as the service wants it. Raise Invalid for a manager or a department nobody knows."""
    values = {
        name: field.data for name, field in form._fields.items() if name not in ("csrf_token", "manager", "department")
    }
    values["department_id"] = tree.resolve(form.department.data or "")
    values["extra_time_percent"] = values["extra_time_percent"] or 0
    typed = rules.clean_identifier(form.manager.data or "")
    manager = queries.find_by_identifier(typed)
    if typed and manager is None:
        raise Invalid(_("Aucun compte n’a l’e-mail ou le matricule donné pour le responsable."))
    values["manager_id"] = manager.id if manager else None
    return {name: value for name, value in values.items() if value is not None or name in service.EDITABLE}


def _show_person_form(form, person, refusal: str = ""):
    return render_template("people/admin_edit.html", form=form, person=person, refusal=refusal)


@blueprint.post("/admin/people/<public_id>/invite")
@PEOPLE
def admin_invite(public_id: str):
    """Mail the link to choose a password."""
    person_id, by_id = queries.get_person(public_id).id, current_user.id
    with transaction():
        signing_in.invite(person_id, utcnow(), by_id)
    say(_("L’invitation part dans la minute. Son lien fonctionne sept jours."))
    return redirect(url_for(".admin_person", public_id=public_id), 303)


@blueprint.post("/admin/people/<public_id>/code")
@PEOPLE
def admin_code(public_id: str):
    """A sheet to print with a code good once. It is shown here and kept nowhere."""
    person_id, by_id = queries.get_person(public_id).id, current_user.id
    now = utcnow()
    with transaction():
        code = signing_in.print_code(person_id, current_app.config["SECRET_KEY"], now, by_id)
    return render_template(
        "people/admin_code.html",
        person=queries.get_person(public_id),
        code=code,
        until=now + rules.INVITATION_LIFE,
        address=current_app.config["BASE_URL"] + url_for(".paper_code"),
    )


@blueprint.post("/admin/codes")
@PEOPLE
def admin_codes():
    """Sheets to print and cut, for those of a list whom no mail reaches; shown here and kept nowhere."""
    wanted, by_id = queries.read_wanted(request.form), current_user.id
    rows, after = queries.list_to_print(wanted, request.form.get("after", ""))
    whom = [(row.Person.id, row.Person.name, row.Person.employee_number, row.department) for row in rows]
    secret, now = current_app.config["SECRET_KEY"], utcnow()
    with transaction():
        sheets = [(*said, signing_in.print_code(id, secret, now, by_id)) for id, *said in whom]
    return render_template(
        "people/admin_codes.html",
        sheets=sheets,
        after=after,
        wanted=wanted,
        until=now + rules.INVITATION_LIFE,
        address=current_app.config["BASE_URL"] + url_for(".paper_code"),
    )


# --- The log --------------------------------------------------------------------------------------------------


@blueprint.get("/admin/log")
@permission_required(Permission.ADMIN_LOG)
def admin_log():
    """Every administrative act: who, when, what, before and after."""
    act, who, by = (request.args.get(name, "").strip()[:300] for name in ("act", "who", "by"))
    act = act if act in words.ACTS else ""
    person, author = (queries.find_named(typed) if typed else None for typed in (who, by))
    day = _read_day(request.args.get("until", ""))
    page = queries.list_events(
        person_id=person.id if person else -1 if who else None,
        by_id=author.id if author else -1 if by else None,
        act=act,
        after=queries.read_id(request.args.get("after", "")) or 0,
        until=company_midnight(day + dt.timedelta(days=1)) if day else None,
    )
    return render_template(
        "people/admin_log.html",
        page=page,
        lines=read_lines(page),
        acts=words.ACTS,
        act=act,
        who=_read_back(person, who),
        person=person,
        by=_read_back(author, by),
        author=author,
        is_unknown=bool(who and not person or by and not author),
        until=day.isoformat() if day else "",
    )


def _read_back(person, typed: str) -> str:
    """What stands in the field again: an address that can be read, where a public id named somebody."""
    return (person.email or person.employee_number or typed) if person else typed


def _read_day(text: str) -> dt.date | None:
    """A day of an address, within what clocks can count; None for nonsense."""
    try:
        return max(dt.date(1900, 1, 1), min(dt.date.fromisoformat(text), dt.date(9000, 1, 1)))
    except ValueError:
        return None


def read_lines(page) -> list[dict]:
    """The lines of a page of the log as they are read, with every name asked for at once."""
    ids, places = set(), set()
    for _event, kept, _subject, _author in page.rows:
        for side in (kept.before, kept.after) if kept else ():
            ids.add(side.get("manager_id"))
            places.add(side.get("department_id"))
    names = queries.list_names(ids - {None}) if ids - {None} else {}
    departments = queries.list_department_names(places - {None}) if places - {None} else {}
    erased = _l("Personne effacée")
    return [
        {
            "event": event,
            "what": words.act(event),
            "subject": None if event.person_id is None else (subject.name if subject and subject.name else str(erased)),
            "public_id": subject.public_id if subject else None,
            "by": (author.name or str(erased)) if author else None,
            "changes": words.changes(kept, names, departments),
            "is_erased": event.digest is not None and kept is None,
        }
        for event, kept, subject, author in page.rows
    ]
