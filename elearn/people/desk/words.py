"""What the log's codes are called on screen."""

from __future__ import annotations

import datetime as dt

from flask_babel import format_date

from ...i18n import LANGUAGE_NAMES, _, _l, _n

ROLES = {
    "admin": _l("administrateur"),
    "author": _l("auteur"),
    "hr": _l("RH"),
    "manager": _l("responsable d’équipe"),
    "referent": _l("référent"),
}

ROLE_REACH = {
    "admin": _l("Gère les comptes, les services et les réglages ; lit le journal."),
    "author": _l("Voit les contenus tels qu’ils sont publiés, et des chiffres sans nom."),
    "hr": _l("Suit, pour toute l’entreprise, qui a fait les parties obligatoires. Jamais avec le rôle de référent."),
    "manager": _l("Suit les parties obligatoires de sa propre équipe."),
    "referent": _l("Décide des demandes et répond aux questions. Jamais avec le rôle RH."),
}

ACTS = {
    "created": _l("Compte créé"),
    "edited": _l("Fiche modifiée"),
    "renamed": _l("Nom corrigé"),
    "closed": _l("Compte fermé"),
    "reopened": _l("Compte rouvert"),
    "certificate-revoked": _l("Certificat retiré"),
    "erased": _l("Données effacées"),
    "data-copied": _l("Copie des données préparée"),
    "invited": _l("Invitation envoyée"),
    "code-printed": _l("Code imprimé"),
    "password-changed": _l("Mot de passe changé"),
    "role-given": _l("Rôle donné"),
    "role-taken": _l("Rôle retiré"),
    "second-factor-set": _l("Second facteur activé"),
    "second-factor-ended": _l("Second facteur retiré"),
    "second-factor-reset": _l("Second facteur réinitialisé"),
    "recovery-code-used": _l("Code de secours utilisé"),
    "recovery-codes-made": _l("Codes de secours refaits"),
    "department-made": _l("Service créé"),
    "department-renamed": _l("Service renommé"),
    "department-moved": _l("Service déplacé"),
    "department-merged": _l("Services réunis"),
    "department-removed": _l("Service supprimé"),
    "settings-changed": _l("Réglages modifiés"),
    "perimeter-set": _l("Périmètre fixé"),
    "catalogue-changed": _l("Catalogue modifié"),
    "catalogue-opened": _l("Remis au catalogue"),
    "catalogue-closed": _l("Retiré du catalogue"),
    "import-begun": _l("Import lancé"),
    "mails-sent-again": _l("E-mails renvoyés"),
    "mails-dropped": _l("E-mails abandonnés non renvoyés"),
    "import-done": _l("Import terminé"),
    "invitations-begun": _l("Invitations lancées"),
    "invitations-done": _l("Invitations envoyées"),
}

CHANGES = ("created", "changed", "moved", "back", "closed", "invited")
"""What the lines of a file do."""

FIELDS = {
    "given_name": _l("Prénom"),
    "family_name": _l("Nom de famille"),
    "email": _l("E-mail"),
    "employee_number": _l("Matricule"),
    "external_id": _l("Identifiant d’annuaire"),
    "department_id": _l("Service"),
    "department": _l("Service"),
    "manager_id": _l("Responsable"),
    "manager": _l("Responsable"),
    "site": _l("Site"),
    "job_title": _l("Fonction"),
    "arrived_on": _l("Arrivée le"),
    "left_on": _l("Départ le"),
    "language": _l("Langue"),
    "extra_time_percent": _l("Temps en plus (%)"),
    "name": _l("Nom de l’entreprise"),
    "brand": _l("Couleur"),
    "logo": _l("Logo"),
    "contacts": _l("Contacts"),
    "on_call": _l("Astreinte"),
    "answer_days": _l("Délai de réponse"),
    "headcount": _l("Effectif"),
    "languages": _l("Langues"),
    "reason": _l("Motif"),
    "file": _l("Fichier"),
    "sheet": _l("Feuille"),
    "created": _l("Comptes créés"),
    "changed": _l("Fiches modifiées"),
    "moved": _l("Changements de service"),
    "back": _l("Retours"),
    "closed": _l("Comptes fermés"),
    "invited": _l("Invitations"),
    "refused": _l("Lignes refusées"),
    "erased": _l("Comptes effacés entre-temps"),
    "people": _l("Personnes"),
    "departments": _l("Services"),
    "topics": _l("Sujets"),
    "certificate": _l("Certificat"),
    "valid_until": _l("Valable jusqu’au"),
}


def act(event) -> str:
    """What happened, with the role where it is about one."""
    said = str(ACTS.get(event.act, event.act))
    role = (event.detail or {}).get("role")
    return _("%(act)s : %(role)s", act=said, role=ROLES.get(role, role)) if role else said


def change(name: str, number: int) -> str:
    """What so many lines of a file do."""
    match name:
        case "created":
            return _n("compte créé", "comptes créés", number)
        case "changed":
            return _n("fiche modifiée", "fiches modifiées", number)
        case "moved":
            return _n("changement de service", "changements de service", number)
        case "back":
            return _n("retour", "retours", number)
        case "closed":
            return _n("compte fermé", "comptes fermés", number)
        case "invited":
            return _n("invitation", "invitations", number)
        case "unchanged":
            return _n("fiche déjà à jour", "fiches déjà à jour", number)
    return _n("ligne en faute", "lignes en faute", number)


def field(name: str) -> str:
    """What a column is called on screen."""
    return str(FIELDS.get(name, name))


def show(name: str, value) -> str:
    """A value of the log or of a file in words."""
    match value:
        case None | "" | []:
            return ""
        case True:
            return _("oui")
        case False:
            return _("non")
        case dict():
            return ", ".join(show(name, each) for each in value.values() if each)
        case list():
            return ", ".join(show(name, each) for each in value)
        case dt.date():
            return format_date(value, "long")
    if name in ("arrived_on", "left_on", "valid_until"):
        return format_date(dt.date.fromisoformat(value), "long")
    if name in ("language", "languages"):
        return LANGUAGE_NAMES.get(value, str(value))
    return str(value)


def changes(words, names: dict[int, str], departments: dict[int, str]) -> list[tuple[str, str, str]]:
    """(field, before, after) of a line of the log, in words; ids of people and departments become names."""
    if words is None:
        return []

    def say(name, value):
        if value and name == "manager_id":
            return names.get(value, _("une personne effacée"))
        if value and name == "department_id":
            return departments.get(value, _("un service supprimé"))
        return show(name, value)

    fields = dict.fromkeys([*words.before, *words.after])
    return [
        (field(f), say(f, words.before.get(f)), say(f, words.after.get(f)))
        for f in fields
        if words.before.get(f) != words.after.get(f)
    ]
