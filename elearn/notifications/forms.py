"""The shape of a choice of notices."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from ..i18n import _l
from .kinds import Kind
from .messages import title_of

MODES = [
    SelectChoice("at_once", _l("Par e-mail, aussitôt")),
    SelectChoice("digest", _l("Dans l’e-mail du matin, avec le reste")),
    SelectChoice("app", _l("Dans l’application seulement")),
]


def make_form(kinds: list[Kind], modes: dict[str, str]) -> FlaskForm:
    """One list for each kind of message, at the mode chosen or else the kind's own."""
    fields = {kind.name: SelectField(title_of(kind.name), choices=MODES) for kind in kinds}
    form = type("NoticesForm", (FlaskForm,), fields)
    return form(data={kind.name: modes.get(kind.name, kind.mode) for kind in kinds})
