"""The company's settings: read, previewed, saved."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from flask_login import current_user

from ... import brand
from ...content.service import DEFAULT_SETTINGS
from ...db import transaction, utcnow
from ...errors import Refusal
from ...i18n import _, _n
from ...permissions import Permission, permission_required
from ...web import say
from .. import settings as company
from ..desk.forms import SettingsForm
from ..logo import MOST_BYTES, read_logo
from ..views import blueprint


@blueprint.route("/admin/settings", methods=["GET", "POST"])
@permission_required(Permission.ADMIN_SETTINGS)
def admin_settings():
    """What pages, contents and certificates say of the company."""
    kept = company.read_settings()
    contacts = {name: kept["contacts"].get(name, "") for name in company.CONTACTS}
    fields = {n: kept.get(n) for n in ("name", "brand", "answer_days", "headcount")}
    form = SettingsForm(
        data={
            **fields,
            **contacts,
            "languages": ",".join(kept["languages"]),
            "language": kept["language"],
            "on_call": kept["on_call"],
        }
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
        "languages": form.languages.data.split(","),
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
        unreached=company.say_unreached(found) if (found := company.find_unreached(kept["on_call"])) else "",
        extras=extras,
    )
