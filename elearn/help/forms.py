"""The shape of what is sent: a question, a message, an answer, an entry to publish, an alert, what is done about it."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp, ValidationError
from wtforms.widgets import HiddenInput

from ..ambassadors.desk.forms import Day
from ..i18n import LANGUAGE_NAMES, _, _l
from . import labels, rules

TOO_LONG = _l("Ce texte est trop long : 4 000 signes au plus.")


def _words(label, missing, rows: int = 6) -> TextAreaField:
    return TextAreaField(
        label,
        validators=[DataRequired(missing) if missing else Optional(), Length(max=rules.MAX_WORDS, message=TOO_LONG)],
        render_kw={"rows": rows, "maxlength": rules.MAX_WORDS},
    )


def _token() -> HiddenField:
    return HiddenField(validators=[Regexp(r"^[0-9a-f]{32}$", message=_l("Rechargez la page, puis recommencez."))])


class AskForm(FlaskForm):
    """A question, the page it came from, and whether it may be published without a name."""

    token = _token()
    page = HiddenField()
    words = _words(_l("Votre question"), _l("Écrivez votre question avant de l’envoyer."))
    is_private = BooleanField(_l("Ne pas publier ma question, même sans mon nom"))


class MessageForm(FlaskForm):
    """A message in a thread, about the thread as it was read."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    words = _words(_l("Votre message"), _l("Écrivez votre message avant de l’envoyer."))


class AnswerForm(FlaskForm):
    """A referent's answer."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    words = _words(_l("Votre réponse"), _l("Écrivez votre réponse avant de l’envoyer."), rows=9)


class PublishForm(FlaskForm):
    """A question and its answer as everybody will read them."""

    question = _words(_l("La question"), _l("Écrivez la question telle que tout le monde la lira."), rows=4)
    answer = _words(_l("La réponse"), _l("Écrivez la réponse telle que tout le monde la lira."), rows=9)
    language = RadioField(
        _l("Écrite en"), choices=[SelectChoice(*pair) for pair in LANGUAGE_NAMES.items()], validators=[InputRequired()]
    )
    sure = BooleanField(_l("J’ai vérifié : ces mots ne disent pas qui a posé la question"))


class AlertForm(FlaskForm):
    """What I saw, where, and captures."""

    token = _token()
    seen = _words(_l("Ce que j’ai vu"), _l("Dites en quelques mots ce que vous avez vu."), rows=5)
    place = StringField(
        _l("Où"),
        validators=[
            DataRequired(_l("Dites où vous l’avez vu : un réseau, un compte, un lien.")),
            Length(max=rules.MAX_PLACE, message=_l("C’est trop long : 500 signes au plus.")),
        ],
        render_kw={"maxlength": rules.MAX_PLACE},
    )
    captures = MultipleFileField(_l("Captures d’écran"), render_kw={"accept": "image/png,image/jpeg,image/webp"})

    def validate_captures(self, field) -> None:
        """Three at most; what they hold is looked at afterwards."""
        if len([each for each in field.data or () if getattr(each, "filename", "")]) > rules.MAX_CAPTURES:
            raise ValidationError(_("Joignez trois captures au plus."))


class AlertActForm(FlaskForm):
    """What a referent does about an alert as it was read."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class AdviseForm(AlertActForm):
    """How serious it is, and what the person should do or say meanwhile."""

    level = RadioField(
        _l("Ce que c’est"),
        choices=[SelectChoice(*pair) for pair in labels.LEVEL_HINTS.items()],
        validators=[InputRequired(_l("Choisissez ce que c’est : bruit, tension ou crise."))],
    )
    words = _words(_l("Consigne à la personne"), _l("Écrivez ce que la personne doit faire ou dire."), rows=5)


class CrisisForm(FlaskForm):
    """The notice to the whole company, in one language or both, and the day it goes by itself."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    words_fr = _words(_l("Le texte, en français"), None, rows=4)
    words_en = _words(_l("Le texte, en anglais"), None, rows=4)
    ends_on = Day(_l("Dernier jour"), validators=[InputRequired(_l("Choisissez un jour."))])


class EndCrisisForm(AlertActForm):
    """What is kept from it."""

    words = _words(_l("Ce que nous en retenons"), None, rows=4)


class CloseForm(AlertActForm):
    """How it ended."""

    words = _words(_l("Comment cela s’est terminé"), _l("Écrivez en une phrase comment cela s’est terminé."), rows=4)
