"""What authors send: an answer to a contest, the reason for voiding an item."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from ..i18n import _l

TOO_LONG = _l("C’est trop long : deux mille signes au plus.")


class AnswerForm(FlaskForm):
    """Keep or void, with the sentence that the person reads."""

    decision = RadioField(
        _l("Votre décision"),
        [InputRequired(_l("Choisissez : maintenir ou annuler."))],
        choices=[
            SelectChoice("keep", _l("La question est maintenue")),
            SelectChoice("void", _l("La question est annulée pour tout le monde")),
        ],
    )
    item = SelectField(_l("La question à annuler"), [Optional()], validate_choice=False)
    answer = TextAreaField(
        _l("Votre réponse"),
        [
            InputRequired(_l("Écrivez votre réponse : la personne la lira telle quelle.")),
            Length(max=2_000, message=TOO_LONG),
        ],
        render_kw={"rows": 6},
    )


class VoidForm(FlaskForm):
    """Why an item is voided."""

    reason = TextAreaField(
        _l("Pourquoi cette question est annulée"),
        [InputRequired(_l("Écrivez pourquoi cette question est annulée.")), Length(max=2_000, message=TOO_LONG)],
        render_kw={"rows": 4},
    )
