"""The shape of what the administrator sends: a perimeter, a line of the catalogue."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length, Optional

from ...i18n import _l
from ..forms import Boxes, options

TOO_LONG = _l("Un nom tient en 80 signes.")


class PerimeterForm(FlaskForm):
    """What a referent answers for; nothing ticked of a kind is all of it."""

    departments = Boxes(_l("Services"))
    another = StringField(
        _l("Ajouter un service"),
        validators=[Optional(), Length(max=3_000, message=_l("Ce nom est trop long."))],
        render_kw={"autocomplete": "off", "list": "services", "data-suggest": "/admin/departments.json"},
    )
    topics = Boxes(_l("Sujets"))

    def offer(self, departments, topics, language: str) -> PerimeterForm:
        """Offer these departments (id, whole name), in the order of the tree, and these topics."""
        self.departments.choices = options((str(id_), name) for id_, name in departments)
        self.topics.choices = options((t.slug, t.names.get(language) or t.names["fr"]) for t in topics)
        return self


class EntryForm(FlaskForm):
    """A network or a topic: a new one, or the names of one that stands."""

    slug = HiddenField()
    name = StringField(
        _l("Nom"),
        validators=[DataRequired(_l("Donnez un nom.")), Length(max=80, message=TOO_LONG)],
        render_kw={"maxlength": 80},
    )
    english = StringField(
        _l("Nom en anglais"),
        validators=[Optional(), Length(max=80, message=TOO_LONG)],
        render_kw={"maxlength": 80, "lang": "en"},
    )
