"""Departments: the tree, a rank at a time, searched and changed."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from ...db import transaction, utcnow
from ...errors import Invalid, Refusal
from ...i18n import _
from ...permissions import Permission, permission_required
from ...web import say
from .. import departments as tree
from ..desk.forms import MAX_PATH, DepartmentForm, MergeForm, MoveForm
from ..desk.queries import read_id
from ..views import blueprint

PEOPLE = permission_required(Permission.ADMIN_PEOPLE)


@blueprint.get("/admin/departments")
@PEOPLE
def admin_departments():
    """The tree, one rank at a time; or the departments that a word finds."""
    under = read_id(request.args.get("under", ""))
    return _show_departments(under, q=request.args.get("q", "")[:200], after=read_id(request.args.get("after", "")))


@blueprint.get("/admin/departments.json")
@PEOPLE
def admin_department_names():
    """Names to propose while one types."""
    return [name for _id, name in tree.search(request.args.get("q", "")[:200])]


def _show_departments(under: int | None, refused: tuple = (), q: str = "", after: int | None = None):
    """The page; ``refused`` is the act that was, what was typed for it, and why."""
    here = tree.get(under) if under is not None else None
    children, more = tree.list_children(under, after)
    forms = {
        "create": DepartmentForm(formdata=None),
        "rename": DepartmentForm(formdata=None, name=here.name if here else ""),
        "move": MoveForm(formdata=None, parent=tree.name_of(here.parent_id) if here else ""),
        "merge": MergeForm(formdata=None),
    }
    forms["rename"].name.id = "new-name"  # Beside the field of the same name that makes a department.
    errors = []
    if refused:
        act, typed, sentence = refused
        field = next(iter(forms[act])) if act in forms else None
        if field is not None:
            field.data, field.errors = typed, [sentence]
        errors = [(sentence, field.id if field is not None else "")]
    return render_template(
        "people/admin_departments.html",
        here=here,
        lineage=tree.list_lineage(here) if here else [],
        children=children,
        after=more,
        q=q.strip(),
        found=tree.search(q, tree.PAGE) if q.strip() else [],
        forms_of=forms,
        errors=errors,
        act=refused[0] if refused else "",
    )


@blueprint.post("/admin/departments/act")
@PEOPLE
def admin_department_act():
    """Make, rename, move, merge or take away a department."""
    act, under, by_id = request.form.get("act", ""), read_id(request.form.get("under", "")), current_user.id
    typed = request.form.get({"move": "parent", "merge": "into"}.get(act, "name"), "")[:MAX_PATH]
    goes = under
    try:
        with transaction():
            if act == "create":
                tree.create(typed, under, utcnow(), by_id)
            elif act == "rename" and under is not None:
                tree.rename(under, typed, utcnow(), by_id)
            elif act == "move" and under is not None:
                tree.move(under, tree.resolve(typed), utcnow(), by_id)
            elif act == "merge" and under is not None:
                goes = tree.resolve(typed)
                tree.merge(under, goes, utcnow(), by_id)
            elif act == "remove" and under is not None:
                goes = tree.get(under).parent_id
                tree.take_away(under, utcnow(), by_id)
            else:
                raise Invalid(_("Cette demande n’a pas été comprise."))
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _show_departments(under, (act, typed, refusal.sentence)), 422
    say(
        {
            "create": _("Le service est créé."),
            "rename": _("Le service est renommé."),
            "move": _("Le service est déplacé, avec tout ce qu’il contient."),
            "merge": _("Les deux services n’en font plus qu’un : celui-ci."),
            "remove": _("Le service est supprimé."),
        }[act]
    )
    return redirect(url_for(".admin_departments", under=goes), 303)
