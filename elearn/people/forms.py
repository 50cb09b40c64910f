"""The shape of what is typed at the door and on one's own page. Policy is in rules and passwords."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from ..i18n import LANGUAGE_NAMES, _l, list_offered
from .rules import MAX_EMAIL, MAX_NAME

TOO_LONG = _l("C’est trop long.")


class SignInForm(FlaskForm):
    """Who, and the password."""

    email = StringField(
        _l("E-mail ou matricule"),
        [InputRequired(_l("Indiquez votre e-mail ou votre matricule.")), Length(max=4 * MAX_EMAIL, message=TOO_LONG)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Mot de passe"),
        [InputRequired(_l("Indiquez votre mot de passe."))],
        render_kw={
            "autocomplete": "current-password",
            "data-reveal": _l("Afficher le mot de passe"),
            "data-hide": _l("Masquer le mot de passe"),
        },
    )
    remember = BooleanField(_l("Garder ma session ouverte sur cet appareil"))


class ForgotForm(FlaskForm):
    """Whose password was forgotten."""

    email = StringField(
        _l("E-mail ou matricule"),
        [InputRequired(_l("Indiquez votre e-mail ou votre matricule.")), Length(max=4 * MAX_EMAIL, message=TOO_LONG)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


class NewPasswordForm(FlaskForm):
    """A password to choose, typed once: it can be shown, pasted, and asked for again by mail."""

    new_password = PasswordField(
        _l("Nouveau mot de passe"),
        [InputRequired(_l("Choisissez un mot de passe."))],
        render_kw={
            "autocomplete": "new-password",
            "data-reveal": _l("Afficher le mot de passe"),
            "data-hide": _l("Masquer le mot de passe"),
        },
    )


class ChangePasswordForm(NewPasswordForm):
    """The present password, then the new one."""

    password = PasswordField(
        _l("Mot de passe actuel"),
        [InputRequired(_l("Indiquez votre mot de passe actuel."))],
        render_kw={"autocomplete": "current-password"},
    )


class CertificateNameForm(FlaskForm):
    """The name to print."""

    certificate_name = StringField(
        _l("Nom imprimé sur le certificat"),
        [Optional(), Length(max=4 * MAX_NAME, message=TOO_LONG)],
        render_kw={"autocomplete": "name"},
    )


def list_language_choices() -> list[SelectChoice]:
    """The languages the company offers."""
    return [SelectChoice(each, LANGUAGE_NAMES[each]) for each in list_offered()]


class DisplayForm(FlaskForm):
    """How pages look and in which language, of those that the company offers."""

    language = RadioField(_l("Langue"), choices=list_language_choices)
    theme = RadioField(
        _l("Couleurs"),
        choices=[
            SelectChoice("auto", _l("Comme mon appareil")),
            SelectChoice("light", _l("Claires")),
            SelectChoice("dark", _l("Sombres")),
        ],
    )
    text = RadioField(
        _l("Taille du texte"),
        choices=[
            SelectChoice("1", _l("Normale")),
            SelectChoice("2", _l("Grande")),
            SelectChoice("3", _l("Très grande")),
        ],
    )
    spacing = RadioField(
        _l("Espacement"), choices=[SelectChoice("normal", _l("Normal")), SelectChoice("wide", _l("Large"))]
    )
