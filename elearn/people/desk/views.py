"""The administrator's pages: people, one person, departments, the company's settings, the log."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from flask_login import current_user

from ... import brand
from ...content.service import DEFAULT_SETTINGS
from ...db import transaction, utcnow
from ...errors import Invalid, Refusal
from ...i18n import _, _l, _n
from ...permissions import Permission, Role, permission_required
from ...web import get_site, say
from .. import departments as tree
from .. import rules, second_factor, service, signing_in
from .. import settings as company
from ..logo import MOST_BYTES, read_logo
from ..queries import list_roles
from ..views import blueprint
from . import queries, words
from .forms import DepartmentForm, MoveForm, PersonForm, SettingsForm

PEOPLE = permission_required(Permission.ADMIN_PEOPLE)


def _int(text: str) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


# --- People ---------------------------------------------------------------------------------------------------


@blueprint.get("/admin")
@PEOPLE
def admin():
    """Everybody, found by name, e-mail or number, by department, by role, by state."""
    wanted = queries.read_wanted(request.args)
    return render_template(
        "people/admin.html",
        wanted=wanted,
        page=queries.list_people(wanted, request.args.get("after", ""), request.args.get("before", "")),
        total=queries.count_people(wanted),
        department_choices=tree.list_choices(),
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
    form = PersonForm(obj=person, manager=manager)
    form.department_id.choices = [("", _("Aucun")), *tree.list_choices()]
    if person is None and request.method == "GET":
        form.language.data = get_site().settings.get("language") or "fr"
    return form


def _person_values(form: PersonForm) -> dict:
    """The form as the service wants it. Raise Invalid for a manager nobody knows."""
    values = {name: field.data for name, field in form._fields.items() if name not in ("csrf_token", "manager")}
    values["extra_time_percent"] = values["extra_time_percent"] or 0
    typed = rules.clean_identifier(form.manager.data or "")
    manager = queries.find_by_identifier(typed)
    if typed and manager is None:
        raise Invalid(_("Aucun compte n’a l’e-mail ou le matricule donné pour le responsable."))
    values["manager_id"] = manager.id if manager else None
    return {name: value for name, value in values.items() if value is not None or name in service.EDITABLE}


def _show_person_form(form, person, refusal: str = ""):
    return render_template("people/admin_edit.html", form=form, person=person, refusal=refusal)


@blueprint.post("/admin/people/<public_id>/roles")
@PEOPLE
def admin_roles(public_id: str):
    """Give a role, or take it back."""
    person_id, by_id = queries.get_person(public_id).id, current_user.id
    name = request.form.get("role", "")
    if name not in words.ROLES:
        raise Invalid(_("Ce rôle n’existe pas."))
    gives = request.form.get("act") == "give"
    with transaction():
        (service.give_role if gives else service.take_role)(person_id, Role(name), utcnow(), by_id)
    if gives and name == "referent":
        say(_("Le rôle est donné. Tous les référents en sont prévenus."))
    else:
        say(_("Le rôle est donné.") if gives else _("Le rôle est retiré."))
    return redirect(url_for(".admin_person", public_id=public_id) + "#roles", 303)


@blueprint.post("/admin/people/<public_id>/state")
@PEOPLE
def admin_state(public_id: str):
    """Close an account, or open it again."""
    person_id, by_id = queries.get_person(public_id).id, current_user.id
    opens = request.form.get("act") == "reopen"
    if not opens and person_id == by_id:
        raise Refusal(_("Vous ne pouvez pas fermer votre propre compte."))
    with transaction():
        (service.reopen_person if opens else service.close_person)(person_id, utcnow(), by_id)
    say(_("Le compte est rouvert.") if opens else _("Le compte est fermé, et ses sessions avec lui."))
    return redirect(url_for(".admin_person", public_id=public_id), 303)


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
    with transaction():
        code = signing_in.print_code(person_id, current_app.config["SECRET_KEY"], utcnow(), by_id)
    return render_template(
        "people/admin_code.html",
        person=queries.get_person(public_id),
        code=code,
        address=current_app.config["BASE_URL"] + url_for(".paper_code"),
    )


# --- Departments ----------------------------------------------------------------------------------------------


@blueprint.get("/admin/departments")
@PEOPLE
def admin_departments():
    """The tree, one rank at a time."""
    return _show_departments(_int(request.args.get("under", "")))


def _show_departments(under: int | None, refusal: str = "", name_form=None, new_form=None):
    here = tree.get(under) if under is not None else None
    move_form = MoveForm(formdata=None, parent=here.parent_id if here else None)
    choices = tree.list_choices()
    inside = {id for id, _name in choices}
    if here is not None:
        inside = queries.list_ids_outside(here.path)
    move_form.parent.choices = [("", _("Premier rang")), *((id, name) for id, name in choices if id in inside)]
    if here is not None and here.parent_id:
        move_form.parent.data = here.parent_id
    return render_template(
        "people/admin_departments.html",
        here=here,
        lineage=tree.list_lineage(here) if here else [],
        children=tree.list_children(under),
        new_form=new_form or DepartmentForm(formdata=None),
        name_form=name_form or DepartmentForm(formdata=None, name=here.name if here else ""),
        move_form=move_form,
        refusal=refusal,
    )


@blueprint.post("/admin/departments/act")
@PEOPLE
def admin_department_act():
    """Make, rename, move or take away a department."""
    act, under, by_id = request.form.get("act", ""), _int(request.form.get("under", "")), current_user.id
    name = request.form.get("name", "")[:1_000]
    goes = under
    try:
        with transaction():
            if act == "create":
                tree.create(name, under, utcnow(), by_id)
            elif act == "rename" and under is not None:
                tree.rename(under, name, utcnow(), by_id)
            elif act == "move" and under is not None:
                tree.move(under, _int(request.form.get("parent", "")), utcnow(), by_id)
            elif act == "remove" and under is not None:
                goes = tree.get(under).parent_id
                tree.take_away(under, utcnow(), by_id)
            else:
                raise Invalid(_("Cette demande n’a pas été comprise."))
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _show_departments(under, refusal.sentence), 422
    say(
        {
            "create": _("Le service est créé."),
            "rename": _("Le service est renommé."),
            "move": _("Le service est déplacé, avec tout ce qu’il contient."),
            "remove": _("Le service est supprimé."),
        }[act]
    )
    return redirect(url_for(".admin_departments", under=goes), 303)


# --- Settings -------------------------------------------------------------------------------------------------


@blueprint.route("/admin/settings", methods=["GET", "POST"])
@permission_required(Permission.ADMIN_SETTINGS)
def admin_settings():
    """What pages, contents and certificates say of the company."""
    kept = company.read_settings()
    contacts = {name: kept["contacts"].get(name, "") for name in company.CONTACTS}
    fields = {n: kept.get(n) for n in ("name", "brand", "answer_days", "headcount")}
    form = SettingsForm(
        data={**fields, **contacts, "language": kept.get("language") or "fr", "on_call": kept["on_call"]}
    )
    if request.method == "GET" or "preview" in request.form:
        colour = form.brand.data or ""
        status = 200 if request.method == "GET" or form.brand.validate(form) else 422
        return _show_settings(form, colour if status == 200 else kept["brand"], kept), status
    if not form.validate():
        return _show_settings(form, kept["brand"], kept), 422
    by_id = current_user.id
    try:
        values = _settings_values(form)
        config = current_app.config
        with transaction():
            changed, published = company.save_settings(
                values, utcnow(), by_id, config["CONTENT_ROOT"], config["CONTENT_OVERLAY"]
            )
    except Refusal as refusal:
        return _show_settings(form, kept["brand"], kept, refusal.sentence), 422
    _say_settings(changed, published)
    return redirect(url_for(".admin_settings"), 303)


def _settings_values(form: SettingsForm) -> dict:
    """The form as the service wants it; Invalid for a file that is no picture."""
    values = {
        "name": form.name.data,
        "brand": form.brand.data.lower(),
        "language": form.language.data,
        "contacts": {name: form[name].data for name in company.CONTACTS},
        "on_call": form.on_call.data,
        "answer_days": form.answer_days.data,
        "headcount": form.headcount.data,
    }
    sent = form.logo.data
    if sent is not None and getattr(sent, "filename", ""):
        values["logo"] = read_logo(sent.read(MOST_BYTES + 1))
    elif form.drop_logo.data:
        values["logo"] = None
    return values


def _say_settings(changed, published) -> None:
    if not changed:
        say(_("Rien n’a changé."), "info")
        return
    if published is None:
        say(_("Les réglages sont enregistrés."))
        return
    number = len(published.published)
    say(
        _n(
            "Les réglages sont enregistrés, et %(num)s document qui nomme l’entreprise est publié à nouveau.",
            "Les réglages sont enregistrés, et %(num)s documents qui nomment l’entreprise sont publiés à nouveau.",
            number,
        )
    )
    if published.held_back:
        say(
            _(
                "Restent dans leur édition précédente, parce qu’ils ont une faute : %(documents)s.",
                documents=", ".join(sorted(published.held_back)),
            ),
            "warn",
        )


def _show_settings(form, colour: str, kept: dict, refusal: str = ""):
    colour = colour.lower() if brand.HEX.fullmatch(colour.lower()) else DEFAULT_SETTINGS["brand"]
    shades = []
    for label, paper, least in (
        (_("Sur fond clair"), brand.LIGHT_PAPER, brand.LEAST),
        (_("Sur fond sombre"), brand.DARK_PAPER, brand.LEAST_DARK),
    ):
        shade = brand.fit(colour, paper, least)
        shades.append(
            {
                "label": label,
                "paper": paper,
                "shade": shade,
                "ink": brand.ink_on(shade),
                "contrast": round(brand.contrast(shade, paper), 1),
                "ink_contrast": round(brand.contrast(shade, brand.ink_on(shade)), 1),
                "adjusted": shade != colour,
            }
        )
    extras = []
    if "ambassadors.catalogue" in current_app.view_functions:
        extras.append((_("Réseaux et sujets des ambassadeurs"), url_for("ambassadors.catalogue")))
    return render_template(
        "people/admin_settings.html",
        form=form,
        shades=shades,
        colour=colour,
        has_logo=bool(kept.get("logo")),
        refusal=refusal,
        extras=extras,
    )


# --- The log --------------------------------------------------------------------------------------------------


@blueprint.get("/admin/log")
@permission_required(Permission.ADMIN_LOG)
def admin_log():
    """Every administrative act: who, when, what, before and after."""
    act = request.args.get("act", "")
    page = queries.list_events(act=act if act in words.ACTS else "", after=_int(request.args.get("after", "")) or 0)
    return render_template(
        "people/admin_log.html",
        page=page,
        lines=read_lines(page),
        acts=words.ACTS,
        act=act if act in words.ACTS else "",
    )


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
