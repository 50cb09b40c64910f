"""The shape of what a person sends: an application, a contest, an answer when heard."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from ..i18n import _l
from .wording import MAX_POST

MAX_WORDS = 4000


def options(pairs) -> list[SelectChoice]:
    """What may be chosen, from (value, label)."""
    return [SelectChoice(value=value, label=label) for value, label in pairs]


class Boxes(SelectMultipleField):
    """A list of boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class VersionForm(FlaskForm):
    """An act on what the page showed: it does not pass if that has moved since."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class DraftForm(FlaskForm):
    """An application being written; nothing is required before it is sent."""

    network = HiddenField()
    post = TextAreaField(
        _l("Votre post"),
        validators=[Length(max=MAX_POST, message=_l("Un post tient en 3 000 signes."))],
        render_kw={"rows": 10, "maxlength": MAX_POST},
    )
    picture = StringField(
        _l("Texte alternatif de votre image"),
        validators=[Length(max=300, message=_l("Une phrase suffit : 300 signes au plus."))],
        render_kw={"maxlength": 300},
    )
    networks = Boxes(_l("Les réseaux où vous aimeriez parler"))
    topics = Boxes(_l("Les sujets qui vous attirent"))

    def offer(self, networks, topics, language: str) -> DraftForm:
        """Offer what the catalogue holds."""
        self.networks.choices = options((n.slug, n.name) for n in networks)
        self.topics.choices = options((t.slug, t.names.get(language) or t.names["fr"]) for t in topics)
        return self


class WordsForm(FlaskForm):
    """A text in one's own words."""

    words = TextAreaField(
        validators=[
            DataRequired(_l("Écrivez votre texte avant de l’envoyer.")),
            Length(max=MAX_WORDS, message=_l("Ce texte est trop long : 4 000 signes au plus.")),
        ],
        render_kw={"rows": 7, "maxlength": MAX_WORDS},
    )
