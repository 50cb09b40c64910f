"""Files of people: sent and checked, applied by the worker, followed while it works."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from ...db import transaction, utcnow
from ...errors import Refusal
from ...i18n import _
from ...permissions import Permission, permission_required
from ...web import say, wants_json
from .. import imports
from ..desk import queries
from ..desk.forms import ImportForm
from ..views import blueprint

PEOPLE = permission_required(Permission.ADMIN_PEOPLE)


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
    data, by_id = sent.read(), current_user.id
    try:
        with transaction():
            job = imports.check_file(
                data,
                sent.filename,
                utcnow(),
                by_id,
                close_missing=form.close_missing.data,
                invite=form.invite.data,
            )
            job_id = job.id
    except Refusal as refusal:
        return _show_imports(form, refusal.sentence), 422
    return redirect(url_for(".admin_import", job_id=job_id), 303)


def _show_imports(form: ImportForm, refusal: str = ""):
    return render_template("people/admin_imports.html", form=form, jobs=queries.list_jobs(), refusal=refusal)


@blueprint.get("/admin/imports/<int:job_id>")
@PEOPLE
def admin_import(job_id: int):
    """What a file would do, what it is doing, or what it did."""
    job = queries.get_job(job_id)
    if wants_json():
        return {
            "status": job.status,
            "done": job.done,
            "total": job.total,
            "text": _("%(done)s sur %(total)s", done=job.done, total=job.total),
        }
    return render_template(
        "people/admin_import.html", job=job, report=job.report, samples=queries.list_samples(job_id, imports.CHANGES)
    )


@blueprint.post("/admin/imports/<int:job_id>/start")
@PEOPLE
def admin_import_start(job_id: int):
    """Apply the lines without fault."""
    by_id = current_user.id
    try:
        with transaction():
            imports.start(job_id, utcnow(), by_id)
    except IntegrityError:  # Two were started at the same instant; the index kept one.
        raise Refusal(_("Un autre import est en cours : attendez qu’il se termine.")) from None
    return redirect(url_for(".admin_import", job_id=job_id), 303)


@blueprint.post("/admin/imports/<int:job_id>/drop")
@PEOPLE
def admin_import_drop(job_id: int):
    """Give a checked file up."""
    with transaction():
        imports.drop(job_id, utcnow())
    say(_("L’import est abandonné ; rien n’a été changé et le fichier n’est pas gardé."), "info")
    return redirect(url_for(".admin_imports"), 303)
