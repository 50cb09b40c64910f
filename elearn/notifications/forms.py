"""The shape of a choice of notices."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from ..i18n import _l


class NoticesForm(FlaskForm):
    """How what is not mandatory arrives."""

    mode = RadioField(
        _l("Ce qui n’est pas obligatoire m’arrive"),
        choices=[
            SelectChoice("digest", _l("en un seul e-mail par jour, le matin, s’il y a du nouveau")),
            SelectChoice("at_once", _l("par e-mail, aussitôt")),
            SelectChoice("app", _l("dans l’application seulement")),
        ],
    )
