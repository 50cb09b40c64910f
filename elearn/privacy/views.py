"""One's own data, to read and to take away; an administrator's copy on request, and erasure."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import force_locale, format_date, format_datetime, format_decimal
from flask_login import current_user
from markupsafe import Markup, escape

from ..db import transaction, utcnow
from ..errors import Invalid
from ..help.views import page_name
from ..i18n import _, choose_offered, language
from ..people.desk.queries import get_person, list_department_names, list_names
from ..people.models import Person
from ..permissions import Permission, permission_required, signed_in
from ..web import get_site, say
from . import labels, service
from .titles import entitle

blueprint = Blueprint("privacy", __name__)

SHOWN_LINES = 200
"""Lines of one table on the page and on paper; the JSON has them all."""
LONG_VALUE = 40
"""Beyond, values of a list are sentences, which commas do not hold apart."""


@blueprint.get("/me/data")
@signed_in
def mine():
    """Everything kept about oneself, and who sees what of it."""
    found = service.collect(current_user.id)
    sections = _sections(found, current_user.id)
    return render_template("privacy/mine.html", sections=sections, empty=[h.title for h, rows in found if not rows])


@blueprint.get("/me/data.json")
@signed_in
def mine_json():
    """The same for a program."""
    return _json(current_user, language())


@blueprint.get("/me/data.pdf")
@signed_in
def mine_pdf():
    """The same on paper."""
    return _pdf(current_user, language())


def _json(person: Person, lang: str) -> Response:
    text = service.as_json(person.id, utcnow(), lang)
    headers = {"Content-Disposition": 'attachment; filename="porte-voix.json"'}
    return Response(text, mimetype="application/json", headers=headers)


def _sections(found, person_id: int) -> list[dict]:
    """Tables as they are read: columns that hold something, values in words, ids as names, codes as titles."""
    sections, known = [], _names(found)
    titles = entitle(found, person_id, language())
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
                    [_show(called.get(name, row[name]), holding.table, name, known) for name in names]
                    for row, called in zip(rows[:SHOWN_LINES], titles[holding.table], strict=False)
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
            table = "person" if table == "person_event_words" else table
            pairs = (
                (labels.column(key), _show(each, table, key, known))
                for key, each in value.items()
                if labels.is_read(key)
            )
            return _("\u00a0; ").join(_named(key, each) for key, each in pairs if each)
        case list() if name == "items":  # Each stands below with its response.
            return str(len(value))
        case list():
            shown = [_show(each, table, name, known) for each in value]
            return (_("\u00a0; ") if any(len(each) > LONG_VALUE for each in shown) else ", ").join(shown)
        case float():
            return format_decimal(value)
        case str() if name == "page":
            return page_name(value) if value else ""
        case str() if name.endswith(("_on", "_until")):
            return format_date(dt.date.fromisoformat(value), "long")
    return labels.code(table, name, value)


def _named(name: str, value: str) -> str:
    return _("%(name)s\u00a0: %(value)s", name=name, value=value)


def _pdf(person: Person, lang: str) -> Response:
    """The file on paper. A line of text for each row: boxes inside a line, and tables, cost
    the drawing several times as much, and a file has hundreds of rows."""
    from ..credentials.pdf import render_document

    with force_locale(lang):
        parts = [Markup("<p>{}</p>").format(_about(person.name))]
        for section in _sections(service.collect(person.id), person.id):
            parts.append(Markup("<h2>{}</h2>").format(section["title"]))
            for row in section["rows"]:
                pairs = zip(section["columns"], row, strict=True)
                parts.append(
                    Markup("<p>{}</p>").format(" · ".join(_named(name, value) for name, value in pairs if value))
                )
            if section["total"] > len(section["rows"]):
                parts.append(Markup("<p>{}</p>").format(_("La suite est dans le fichier JSON.")))
        data = render_document(
            _("Mes données"), str(Markup("").join(parts)), language(), escape(get_site().settings["name"])
        )
    headers = {"Content-Disposition": 'attachment; filename="porte-voix.pdf"'}
    return Response(data, mimetype="application/pdf", headers=headers)


def _about(name: str) -> str:
    day = format_date(None, "long")
    return _("Tout ce que Porte-voix garde au sujet de %(name)s, au %(day)s.", name=name, day=day)


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
    """The file of somebody who asked for it and cannot fetch it, in their language; they are told."""
    person = get_person(public_id)
    kind, person_id = request.form.get("kind"), person.id
    if kind not in ("json", "pdf"):
        raise Invalid(_("Cette demande n’a pas été comprise."))
    by_id, roles = current_user.id, current_user.role_names
    with transaction():
        service.note_copy(person_id, by_id, roles, utcnow())
    lang = choose_offered(person.language)
    return _json(person, lang) if kind == "json" else _pdf(person, lang)
