"""The shape of a choice of notices."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from ..i18n import _l
from .kinds import Kind
from .messages import title_of

MODES = [
    SelectChoice("at_once", _l("Aussitôt")),
    SelectChoice("digest", _l("Une fois par jour")),
    SelectChoice("app", _l("Pas d’e-mail")),
]


def make_form(kinds: list[Kind], modes: dict[str, str]) -> FlaskForm:
    """One list for each kind of message, those for everybody first, at the mode chosen or else the kind's own."""
    kinds = sorted(kinds, key=lambda kind: kind.role is not None)
    fields = {kind.name: SelectField(title_of(kind.name), choices=MODES) for kind in kinds}
    form = type("NoticesForm", (FlaskForm,), fields)
    return form(data={kind.name: modes.get(kind.name, kind.mode) for kind in kinds})
