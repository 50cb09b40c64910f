"""The shape of what is typed for the second factor."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from ...i18n import _l
from ..forms import TOO_LONG


class CodeForm(FlaskForm):
    """Six figures of the application."""

    code = StringField(
        _l("Code à six chiffres"),
        [InputRequired(_l("Recopiez le code que l’application affiche.")), Length(max=40, message=TOO_LONG)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
    )


class RecoveryForm(FlaskForm):
    """One of the codes on paper."""

    code = StringField(
        _l("Code de secours"),
        [InputRequired(_l("Recopiez un de vos codes de secours.")), Length(max=40, message=TOO_LONG)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class PasswordForm(FlaskForm):
    """The present password, before something that protects the account changes."""

    password = PasswordField(
        _l("Mot de passe actuel"),
        [InputRequired(_l("Indiquez votre mot de passe actuel."))],
        render_kw={"autocomplete": "current-password"},
    )
