"""One's own data, to read and to take away; an administrator's copy on request, and erasure."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import format_date, format_datetime, format_decimal
from flask_login import current_user
from markupsafe import Markup, escape

from ..db import transaction, utcnow
from ..errors import Invalid
from ..i18n import _, language
from ..people.desk.queries import get_person, list_department_names, list_names
from ..permissions import Permission, permission_required, signed_in
from ..web import get_site, say
from . import labels, service

blueprint = Blueprint("privacy", __name__)

SHOWN_LINES = 200
"""Lines of one table on the page and on paper; the JSON has them all."""


@blueprint.get("/me/data")
@signed_in
def mine():
    """Everything kept about oneself, and who sees what of it."""
    found = service.collect(current_user.id)
    return render_template(
        "privacy/mine.html", sections=_sections(found), empty=[h.title for h, rows in found if not rows]
    )


@blueprint.get("/me/data.json")
@signed_in
def mine_json():
    """The same for a program."""
    return _json(current_user.id)


@blueprint.get("/me/data.pdf")
@signed_in
def mine_pdf():
    """The same on paper."""
    return _pdf(current_user.id, current_user.name)


def _json(person_id: int) -> Response:
    text = service.as_json(person_id, utcnow())
    headers = {"Content-Disposition": 'attachment; filename="porte-voix.json"'}
    return Response(text, mimetype="application/json", headers=headers)


def _sections(found) -> list[dict]:
    """Tables as they are read: columns that hold something, values in words, ids as names."""
    sections, known = [], _names(found)
    for holding, rows in found:
        if not rows:
            continue
        names = [
            c.name
            for c in holding.columns
            if labels.is_read(c.name) and any(row[c.name] not in (None, "", [], {}) for row in rows)
        ]
        sections.append(
            {
                "id": holding.table,
                "title": str(holding.title),
                "columns": [labels.column(name) for name in names],
                "rows": [
                    [_show(row[name], holding.table, name, known) for name in names] for row in rows[:SHOWN_LINES]
                ],
                "total": len(rows),
            }
        )
    return sections


def _names(found) -> dict[str, dict[int, str]]:
    """What the ids in these tables are called: departments, and people at work."""
    people, places = set(), set()
    for _holding, rows in found:
        for row in rows:
            for side in (row, row.get("before"), row.get("after")):
                for name in labels.NAMED if isinstance(side, dict) else ():
                    (places if name == "department_id" else people).add(side.get(name))
    called, places = list_names(people - {None}), list_department_names(places - {None})
    return {name: places if name == "department_id" else called for name in labels.NAMED}


def _show(value, table: str = "", name: str = "", known=None) -> str:
    """A value as a person reads it."""
    if known and name in known and isinstance(value, int):
        return known[name].get(value, _("une personne effacée"))
    match value:
        case None:
            return ""
        case bool():
            return _("oui") if value else _("non")
        case dt.datetime():
            return format_datetime(value, "d MMMM y, HH:mm")
        case dt.date():
            return format_date(value, "long")
        case dict():
            pairs = ((labels.column(key), _show(each, "person", key, known)) for key, each in value.items())
            return "\u00a0; ".join(f"{key}\u00a0: {each}" for key, each in pairs if each)
        case list():
            return ", ".join(_show(each, table, name, known) for each in value)
        case float():
            return format_decimal(value)
        case str() if name == "arrived_on":
            return format_date(dt.date.fromisoformat(value), "long")
        case str():
            return labels.code(table, name, value)
    return str(value)


def _pdf(person_id: int, name: str) -> Response:
    from ..credentials.pdf import render_document

    parts = []
    for section in _sections(service.collect(person_id)):
        parts.append(Markup("<h2>{}</h2>").format(section["title"]))
        for row in section["rows"]:
            pairs = zip(section["columns"], row, strict=True)
            lines = Markup(" · ").join(Markup("{}\u00a0: <strong>{}</strong>").format(c, v) for c, v in pairs if v)
            parts.append(Markup("<p>{}</p>").format(lines))
        if section["total"] > len(section["rows"]):
            parts.append(Markup("<p>{}</p>").format(_("La suite est dans le fichier JSON.")))
    intro = Markup("<p>{}</p>").format(
        _("Tout ce que Porte-voix garde au sujet de %(name)s, au %(day)s.", name=name, day=format_date(None, "long"))
    )
    title = _("Mes données")
    data = render_document(title, str(intro + Markup("").join(parts)), language(), escape(get_site().settings["name"]))
    headers = {"Content-Disposition": 'attachment; filename="porte-voix.pdf"'}
    return Response(data, mimetype="application/pdf", headers=headers)


# --- The administrator ----------------------------------------------------------------------------------------


@blueprint.route("/admin/people/<public_id>/erase", methods=["GET", "POST"])
@permission_required(Permission.ADMIN_PEOPLE)
def erase(public_id: str):
    """Copy somebody's data for them, or erase it after reading what that does."""
    person = get_person(public_id)
    if request.method == "GET" or person.erased_at is not None:
        return render_template("privacy/erase.html", person=person, refusal="")
    typed = " ".join(request.form.get("confirm", "").split()).casefold()
    if typed != _("effacer").casefold():
        refusal = _("Écrivez « effacer » pour confirmer.")
        return render_template("privacy/erase.html", person=person, refusal=refusal), 422
    person_id, by_id = person.id, current_user.id
    with transaction():
        service.erase(person_id, utcnow(), by_id)
    say(_("Les données de cette personne sont effacées. Les totaux n’ont pas changé."))
    return redirect(url_for("people.admin_person", public_id=public_id), 303)


@blueprint.post("/admin/people/<public_id>/data")
@permission_required(Permission.ADMIN_PEOPLE)
def copy(public_id: str):
    """The file of somebody who asked for it and cannot fetch it; they are told."""
    person = get_person(public_id)
    kind, person_id, name = request.form.get("kind"), person.id, person.name
    if kind not in ("json", "pdf"):
        raise Invalid(_("Cette demande n’a pas été comprise."))
    by_id, roles = current_user.id, current_user.role_names
    with transaction():
        service.note_copy(person_id, by_id, roles, utcnow())
    return _json(person_id) if kind == "json" else _pdf(person_id, name)
