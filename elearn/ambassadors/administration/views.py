"""The administrator sets perimeters and keeps the catalogue of networks and topics. Sees no application, no mandate."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_login import current_user

from ...db import transaction, utcnow
from ...errors import Invalid, NotFound
from ...i18n import _, _l, language
from ...people import departments as tree
from ...permissions import Permission, permission_required
from ...web import say
from .. import organisation, queries
from ..views import blueprint
from .forms import EntryForm, PerimeterForm

# --- Perimeters -----------------------------------------------------------------------------------------------


@blueprint.get("/admin/perimeters")
@permission_required(Permission.ADMIN_PEOPLE)
def perimeters():
    """Each referent, and what they answer for."""
    return render_template("ambassadors/admin_perimeters.html", referents=queries.list_perimeters(), lang=language())


@blueprint.route("/admin/perimeters/<public_id>", methods=["GET", "POST"])
@permission_required(Permission.ADMIN_PEOPLE)
def perimeter(public_id):
    """Set what one referent answers for."""
    found = next((each for each in queries.list_perimeters() if each.person.public_id == public_id), None)
    if found is None:
        raise NotFound(_l("Cette personne n’est pas référente, ou ne l’est plus."))
    chosen = [department.id for department in found.departments]
    form = PerimeterForm(departments=[str(id_) for id_ in chosen], topics=[topic.slug for topic in found.topics])
    form.offer(tree.list_choices(chosen), queries.list_topics(closed=True), language())
    if form.validate_on_submit():
        referent_id, by_id = found.person.id, current_user.id
        departments, name = [int(id_) for id_ in form.departments.data], found.person.name
        try:
            more = tree.resolve(form.another.data or "")
            with transaction():
                departments += [more] if more else []
                organisation.set_perimeter(referent_id, departments, form.topics.data, utcnow(), by_id)
        except Invalid as refusal:
            form.another.errors = [refusal.sentence]
        else:
            say(_("Le périmètre de %(name)s est enregistré.", name=name))
            goes = {"public_id": public_id} if more else {}
            return redirect(url_for("ambassadors.perimeter" if more else "ambassadors.perimeters", **goes), 303)
    return render_template(
        "ambassadors/admin_perimeter.html", form=form, referent=found.person
    ), 422 if form.errors else 200


# --- The catalogue --------------------------------------------------------------------------------------------


@blueprint.get("/admin/catalogue")
@permission_required(Permission.ADMIN_SETTINGS)
def catalogue():
    """Networks and topics that applications may name."""
    return _catalogue_page()


def _catalogue_page(wrong: str = "", form: EntryForm | None = None, refusal: str = "", status: int = 200):
    new = {kind: form if wrong == kind else EntryForm(formdata=None, prefix="") for kind in ("networks", "topics")}
    return render_template(
        "ambassadors/admin_catalogue.html",
        networks=queries.list_networks(closed=True),
        topics=queries.list_topics(closed=True),
        new=new,
        wrong=wrong,
        refusal=refusal,
        lang=language(),
    ), status


@blueprint.post("/admin/catalogue/<any(networks, topics):kind>")
@permission_required(Permission.ADMIN_SETTINGS)
def save_entry(kind):
    """Add a network or a topic, or correct the names of one."""
    form, by_id = EntryForm(), current_user.id
    if not form.validate():
        return _catalogue_page(kind, form, status=422)
    names = {"fr": form.name.data.strip(), "en": (form.english.data or form.name.data).strip()}
    try:
        with transaction():
            organisation.save_entry(kind, form.slug.data or None, names, utcnow(), by_id)
    except Invalid as refused:
        return _catalogue_page(kind, form, str(refused.sentence), 422)
    say(_("Le catalogue est à jour."))
    return redirect(url_for("ambassadors.catalogue"), 303)


@blueprint.post("/admin/catalogue/<any(networks, topics):kind>/<slug>/<any(open, close):move>")
@permission_required(Permission.ADMIN_SETTINGS)
def move_entry(kind, slug, move):
    """Offer a network or a topic again, or no longer; what was granted keeps it."""
    by_id = current_user.id
    with transaction():
        organisation.open_entry(kind, slug, move == "open", utcnow(), by_id)
    say(_("Le catalogue est à jour."))
    return redirect(url_for("ambassadors.catalogue"), 303)
