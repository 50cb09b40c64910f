"""The shape of what an administrator types. Policy is in the room's rules and services."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.form import Form
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from ...i18n import _l
from ..forms import list_language_choices
from ..rules import MAX_EMAIL, MAX_LABEL, MAX_NAME, MAX_NUMBER, MAX_REASON

MAX_PATH = 3_000
TOO_LONG = _l("C’est trop long.")


def _text(label, most: int, required=None, **attributes) -> StringField:
    checks = [InputRequired(required)] if required else [Optional()]
    return StringField(
        label, [*checks, Length(max=most, message=TOO_LONG)], render_kw={"autocomplete": "off", **attributes}
    )


def _department(label) -> StringField:
    """A department by its name, whole or in part; the page's script proposes names as one types."""
    return _text(label, MAX_PATH, **{"data-suggest": "/admin/departments.json", "list": "services"})


class PersonForm(FlaskForm):
    """Somebody, as the directory knows them."""

    given_name = _text(_l("Prénom"), 2 * MAX_NAME, _l("Indiquez le prénom."))
    family_name = _text(_l("Nom de famille"), 2 * MAX_NAME, _l("Indiquez le nom."))
    email = _text(_l("E-mail"), MAX_EMAIL, type="email", spellcheck="false")
    employee_number = _text(_l("Matricule"), MAX_NUMBER, spellcheck="false")
    department = _department(_l("Service"))
    manager = _text(_l("Responsable"), MAX_EMAIL, spellcheck="false")
    site = _text(_l("Site"), MAX_LABEL)
    job_title = _text(_l("Fonction"), MAX_LABEL)
    arrived_on = DateField(_l("Arrivée le"), [Optional()])
    language = SelectField(_l("Langue"), choices=list_language_choices)
    extra_time_percent = IntegerField(
        _l("Temps en plus aux quiz, en pour cent"),
        [Optional(), NumberRange(0, 300, _l("Le temps en plus va de 0 à 300 pour cent."))],
    )


class DecisionForm(FlaskForm):
    """What was decided, as the panel had it, and why."""

    act = HiddenField()
    reason = TextAreaField(_l("Motif"), [Optional(), Length(max=MAX_REASON, message=TOO_LONG)])


class DepartmentForm(FlaskForm):
    """The name of a department."""

    name = _text(_l("Nom du service"), MAX_LABEL, _l("Donnez un nom au service."))


class MoveForm(FlaskForm):
    """Where a department goes."""

    parent = _department(_l("Placer sous"))


class MergeForm(FlaskForm):
    """Which department another one becomes part of."""

    into = _department(_l("L’autre service"))


class ContactForm(Form):
    """Somebody on duty."""

    name = _text(_l("Nom"), MAX_LABEL)
    phone = _text(_l("Téléphone"), 40, type="tel")
    email = _text(_l("E-mail du compte"), MAX_EMAIL, type="email", spellcheck="false")


class SettingsForm(FlaskForm):
    """The company: what its pages, its contents and its certificates say of it."""

    name = _text(
        _l("Nom de l’entreprise"), MAX_LABEL, _l("Indiquez le nom de l’entreprise."), autocomplete="organization"
    )
    brand = StringField(
        _l("Couleur de l’entreprise"),
        [
            InputRequired(_l("Choisissez une couleur.")),
            Regexp(r"^#[0-9A-Fa-f]{6}$", message=_l("Choisissez une couleur.")),
        ],
        render_kw={"type": "color"},
    )
    logo = FileField(_l("Logo"), render_kw={"accept": "image/png,image/jpeg,image/webp"})
    drop_logo = BooleanField(_l("Retirer le logo"))
    languages = SelectField(
        _l("Langues proposées"),
        choices=[
            SelectChoice("fr,en", _l("Français et anglais")),
            SelectChoice("fr", _l("Français seulement")),
            SelectChoice("en", _l("Anglais seulement")),
        ],
    )
    language = SelectField(
        _l("Langue des nouveaux comptes"), choices=[SelectChoice("fr", "Français"), SelectChoice("en", "English")]
    )
    referent = _text(_l("Le référent"), MAX_LABEL)
    press = _text(_l("Le service presse"), MAX_LABEL)
    security = _text(_l("La sécurité informatique"), MAX_LABEL)
    dpo = _text(_l("Le délégué à la protection des données"), MAX_LABEL)
    hr = _text(_l("Les ressources humaines"), MAX_LABEL)
    on_call = FieldList(FormField(ContactForm), min_entries=4, max_entries=8)
    answer_days = IntegerField(
        _l("Délai de réponse du référent, en jours ouvrés"),
        [InputRequired(_l("Indiquez un nombre de jours.")), NumberRange(1, 30, _l("De 1 à 30 jours."))],
    )
    headcount = IntegerField(
        _l("Effectif de l’entreprise"), [Optional(), NumberRange(1, 5_000_000, _l("Indiquez un nombre de personnes."))]
    )


class ImportForm(FlaskForm):
    """A file of people."""

    file = FileField(
        _l("Fichier CSV ou XLSX"),
        render_kw={
            "accept": ".csv,.txt,.tsv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        },
    )
    invite = BooleanField(_l("Inviter par e-mail les personnes dont le compte est créé"))
    close_missing = BooleanField(_l("Ce fichier nomme tout le monde : fermer les comptes qu’il ne nomme pas"))


class PaperCodeForm(FlaskForm):
    """Who one is, and the code that was printed."""

    identifier = _text(
        _l("Matricule ou e-mail"), 4 * MAX_EMAIL, _l("Indiquez votre matricule ou votre e-mail."), autocapitalize="none"
    )
    code = _text(_l("Code imprimé"), 60, _l("Indiquez le code."), autocapitalize="characters", spellcheck="false")
