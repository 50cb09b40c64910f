"""Files of people: sent, read and checked, applied by the worker, followed while it works. Invitations to a whole list
take the same way."""

from __future__ import annotations

import csv
import io

from flask import Response, current_app, redirect, render_template, request, stream_with_context, url_for
from flask_babel import force_locale, format_decimal
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from ...db import transaction, utcnow
from ...errors import Refusal
from ...i18n import _, language
from ...notifications import jobs
from ...permissions import Permission, permission_required
from ...web import say, wants_json
from .. import applying, checking, imports, tables
from ..desk import queries as desk
from ..desk import words
from ..desk.forms import ImportForm
from ..views import blueprint
from . import queries

PEOPLE = permission_required(Permission.ADMIN_PEOPLE)
MOST_BYTES = 128 * 1024 * 1024
"""Some 800,000 people in a CSV. It goes to the disk as it comes, and is read from there."""
SMALL_BYTES = 2 * 1024 * 1024
"""A file of this size is begun at once, so that its faults are there with the answer."""


@blueprint.url_value_preprocessor
def allow_large_file(endpoint, values) -> None:
    """Let an administrator send a list of everybody; for anyone else, and elsewhere, the general limit holds."""
    sends = endpoint == f"{blueprint.name}.admin_imports" and request.method == "POST"
    if sends and current_user.is_authenticated and current_user.may(Permission.ADMIN_PEOPLE):
        request.max_content_length = MOST_BYTES


@blueprint.route("/admin/imports", methods=["GET", "POST"])
@PEOPLE
def admin_imports():
    """Send a file: it is checked, and nothing is done yet."""
    form = ImportForm()
    if request.method == "GET":
        return _show_imports(form)
    sent = form.file.data
    if not form.validate() or sent is None or not getattr(sent, "filename", ""):
        return _show_imports(form, _("Choisissez un fichier.")), 422
    by_id, folder = current_user.id, imports.folder_of(current_app.config["INSTANCE"])
    options = {"close_missing": form.close_missing.data, "invite": form.invite.data, "language": language()}
    try:
        kept = imports.keep_file(sent.stream, sent.filename, folder)
        size = kept.path.stat().st_size
        with transaction():
            job_id = imports.receive(kept, utcnow(), by_id, **options).id
    except Refusal as refusal:
        return _show_imports(form, refusal.sentence), 422
    if size <= SMALL_BYTES:
        _begin_reading(job_id, folder)
        job = imports.read_job(job_id)
        if job.status == "dropped":
            return _show_imports(form, job.error), 422
    return redirect(url_for(".admin_import", job_id=job_id), 303)


def _begin_reading(job_id: int, folder) -> None:
    """A piece of the work here and now: of a small file, all of it. The worker does the rest."""
    if applying.claim(utcnow(), job_id):
        more = applying.work_on(job_id, folder, force_locale)
        checking.release(job_id)
        if more:
            jobs.nudge(current_app._get_current_object(), imports.APPLYING)


def _show_imports(form: ImportForm, refusal: str = ""):
    return render_template(
        "people/admin_imports.html",
        form=form,
        jobs=queries.list_jobs(),
        refusal=refusal,
        most=MOST_BYTES // 1024**2,
        days=imports.KEPT.days,
    )


@blueprint.post("/admin/invitations")
@PEOPLE
def admin_invitations():
    """Prepare invitations to all whom a list shows; they are looked at before they go."""
    wanted, by_id = desk.read_wanted(request.form), current_user.id
    with transaction():
        job = imports.plan_invitations(desk.conditions_of(wanted), utcnow(), by_id)
        job_id = job.id
    return redirect(url_for(".admin_import", job_id=job_id), 303)


@blueprint.get("/admin/imports/<int:job_id>")
@PEOPLE
def admin_import(job_id: int):
    """What a file would do, what it is doing, or what it did."""
    job = queries.get_job(job_id)
    if wants_json():
        done, total = format_decimal(job.done), format_decimal(job.total)
        text = (
            _("%(count)s lignes lues", count=done)
            if job.status == "reading"
            else _("%(done)s sur %(total)s", done=done, total=total)
        )
        return {"status": job.status, "done": job.done, "total": job.total, "text": text}
    return _show_import(job)


def _show_import(job, refusal: str = ""):
    job_id = job.id
    change = request.args.get("change", "")
    if change not in (*words.CHANGES, imports.FAULTY):
        faulty = (job.report or {}).get("faulty_lines")
        first = next((name for name in words.CHANGES if (job.report or {}).get("counts", {}).get(name)), "created")
        change = imports.FAULTY if faulty else first
    after = request.args.get("after", "")
    rows = queries.list_lines(job_id, change, int(after) if after.isdecimal() and len(after) < 16 else 0)
    more = len(rows) > queries.PAGE
    rows = rows[: queries.PAGE]
    return render_template(
        "people/admin_import.html",
        job=job,
        report=job.report,
        changes=words.CHANGES,
        name_change=words.change,
        change=change,
        rows=[_describe(row, person) for row, person in rows],
        after=rows[-1][0].id if more else None,
        days=imports.KEPT.days,
        refusal=refusal,
    )


def _describe(row, person) -> dict:
    """A line as it is read: who, where in the file, what it would set or what is wrong."""
    names = row.values if person is None else {"given_name": person.given_name, "family_name": person.family_name}
    places = {person.department_id: ""} if person is not None and person.department_id else {}
    if row.department and places:
        places = desk.list_department_names(places)
    return {
        "who": f"{names.get('given_name', '')} {names.get('family_name', '')}".strip()
        or row.email
        or row.employee_number
        or "",
        "public_id": person.public_id if person else None,
        "line": row.line,
        "faults": row.faults,
        "changes": [
            (
                words.field(name),
                words.show(name, places.get(person.department_id) if name == "department" and person else before),
                words.show(name, after),
            )
            for name, before, after in queries.compare(row, person)
            if person is not None or name not in ("given_name", "family_name")
        ],
    }


@blueprint.get("/admin/imports/<int:job_id>/faults.csv")
@PEOPLE
def admin_import_faults(job_id: int):
    """Every fault as a file, to be mended line by line; sent as it is read."""
    queries.get_job(job_id)
    delimiter = ";" if language() == "fr" else ","
    heading = [_("Ligne"), _("Colonne"), _("Lu"), _("Attendu")]

    def send():
        buffer = io.StringIO("\ufeff")
        buffer.seek(1)
        writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(heading)
        for row in queries.iterate_faults(job_id):
            for cells in row.faults:
                writer.writerow([row.line, *map(tables.safe_cell, cells)])
            if buffer.tell() > 60_000:
                yield buffer.getvalue().encode()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue().encode()

    name = "fautes.csv" if language() == "fr" else "faults.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream_with_context(send()), mimetype="text/csv", headers=headers)


@blueprint.post("/admin/imports/<int:job_id>/sheet")
@PEOPLE
def admin_import_sheet(job_id: int):
    """Say which sheet of a workbook holds the people."""
    with transaction():
        imports.choose_sheet(job_id, request.form.get("sheet"))
    folder = imports.folder_of(current_app.config["INSTANCE"])
    if imports.path_of(folder, job_id).stat().st_size <= SMALL_BYTES:
        _begin_reading(job_id, folder)
    return redirect(url_for(".admin_import", job_id=job_id), 303)


@blueprint.post("/admin/imports/<int:job_id>/start")
@PEOPLE
def admin_import_start(job_id: int):
    """Apply the lines without fault. Accounts that the file does not name are closed once their number was confirmed."""
    by_id, job = current_user.id, queries.get_job(job_id)
    missing = (job.report or {}).get("missing")
    if missing and job.status == "checked" and request.form.get("missing") != str(missing):
        return _show_import(job, _("Confirmez que ces comptes sont à fermer, ou abandonnez ce fichier.")), 422
    try:
        with transaction():
            imports.start(job_id, utcnow(), by_id)
    except IntegrityError:  # Two were started at the same instant; the index kept one.
        raise Refusal(_("Un autre import est en cours : attendez qu’il se termine.")) from None
    return redirect(url_for(".admin_import", job_id=job_id), 303)


@blueprint.post("/admin/imports/<int:job_id>/drop")
@PEOPLE
def admin_import_drop(job_id: int):
    """Give a file up."""
    with transaction():
        imports.drop(job_id, utcnow())
    say(_("C’est abandonné ; rien n’a été changé, et rien du fichier n’est gardé."), "info")
    return redirect(url_for(".admin_imports"), 303)
