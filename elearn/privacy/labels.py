"""What the columns of a person's file are called on screen and on paper."""

from __future__ import annotations

from ..ambassadors import labels as ambassadors
from ..help import labels as help
from ..i18n import LANGUAGE_NAMES, _l
from ..notifications.forms import MODES
from ..notifications.messages import title_of
from ..people.desk.words import ACTS, ROLES

TECHNICAL = {
    "by_email", "cycle", "detail", "evidence", "ids", "in_app", "reminded_of", "sequence", "tries", "next_try_at", "values",
    "version",
}  # fmt: skip
"""Of our machinery: in the file for programs, not in the one that is read. So are the ids of other rows."""

NAMED = ("department_id", "manager_id", "by_id", "given_by_id", "answered_by_id", "opened_by_id", "taken_by_id",
         "referent_id", "deputy_id")  # fmt: skip
"""Ids that are read as the name of a department or of somebody at work."""

REQUIREMENTS = {
    "path": _l("Parcours"),
    "charter-signature": _l("Charte lue et comprise"),
    "charter-quiz": _l("Quiz de la charte"),
    "security-lessons": _l("Leçons de sécurité"),
    "security-quiz": _l("Quiz de sécurité"),
}

PARTS = {0: _l("pas commencé"), 1: _l("en cours"), 2: _l("fait")}

CODES = {
    ("person_event", "act"): ACTS,
    ("role_assignment", "role"): ROLES,
    ("attempt", "status"): {"open": _l("en cours"), "submitted": _l("terminé"), "timed_out": _l("temps écoulé")},
    ("message", "status"): {
        "waiting": _l("à envoyer"),
        "kept": _l("gardé dans l’application"),
        "none": _l("dans l’application"),
        "digest": _l("dans le récapitulatif"),
        "sent": _l("envoyé"),
        "given_up": _l("jamais parti"),
    },
    ("notice_choice", "mode"): {each.value: each.label for each in MODES},
    ("person", "theme"): {"auto": _l("comme l’appareil"), "light": _l("claires"), "dark": _l("sombres")},
    ("fulfilment", "requirement"): REQUIREMENTS,
    ("lesson_completion", "how"): {"read": _l("lue"), "shown": _l("montrée par ses réponses")},
    ("application", "status"): ambassadors.APPLICATION_STATUS,
    ("mandate", "status"): ambassadors.MANDATE_STATUS,
    ("mandate", "regime"): ambassadors.REGIME,
    ("decision", "act"): ambassadors.ACTS,
    ("decision", "before"): ambassadors.APPLICATION_STATUS | ambassadors.MANDATE_STATUS,
    ("decision", "after"): ambassadors.APPLICATION_STATUS | ambassadors.MANDATE_STATUS,
    ("decision", "cause"): ambassadors.CAUSES,
    ("decision", "regime"): ambassadors.REGIME,
    ("assessment", "red_flags"): ambassadors.RED_FLAGS,
    ("completion", "path"): PARTS,
    ("completion", "charter"): PARTS,
    ("completion", "security"): PARTS,
    ("assessment", "category"): ambassadors.CATEGORIES,
    ("assessment", "decision"): ambassadors.DECISIONS,
    ("question", "status"): help.QUESTION_STATUS,
    ("alert", "status"): help.ALERT_STATUS,
    ("alert", "level"): help.LEVELS,
    ("alert_act", "act"): help.ACTS,
    ("alert_act", "level"): help.LEVELS,
}
"""(table, column) → code → words."""

CRITERIA = {criterion: name for criterion, (name, *_bounds) in ambassadors.CRITERIA.items()}

COLUMNS = {
    "again": _l("De nouveau"),
    "cause": _l("Cause"),
    "edition_id": _l("Édition"),
    "public_id": _l("Code public"),
    "email": _l("E-mail"),
    "employee_number": _l("Matricule"),
    "external_id": _l("Identifiant d’annuaire"),
    "given_name": _l("Prénom"),
    "family_name": _l("Nom"),
    "certificate_name": _l("Nom sur le certificat"),
    "department_id": _l("Service"),
    "manager_id": _l("Responsable"),
    "site": _l("Site"),
    "job_title": _l("Fonction"),
    "arrived_on": _l("Arrivée le"),
    "password_changed_at": _l("Mot de passe choisi le"),
    "language": _l("Langue"),
    "theme": _l("Couleurs"),
    "text_size": _l("Taille du texte"),
    "text_spacing": _l("Espacement"),
    "extra_time_percent": _l("Temps en plus (%)"),
    "created_at": _l("Créé le"),
    "closed_at": _l("Fermé le"),
    "role": _l("Rôle"),
    "given_at": _l("Donné le"),
    "device": _l("Appareil"),
    "last_seen_on": _l("Vu le"),
    "expires_at": _l("Expire le"),
    "ended_at": _l("Terminé le"),
    "asked_at": _l("Demandé le"),
    "used_at": _l("Utilisé le"),
    "seen_at": _l("Vu le"),
    "act": _l("Acte"),
    "detail": _l("Détail"),
    "at": _l("Le"),
    "before": _l("Avant"),
    "after": _l("Après"),
    "kind": _l("Genre"),
    "status": _l("État"),
    "sent_at": _l("Envoyé le"),
    "read_at": _l("Lu le"),
    "course": _l("Cours"),
    "lesson": _l("Leçon"),
    "chosen_at": _l("Choisi le"),
    "is_current": _l("En cours"),
    "first_at": _l("Ouvert le"),
    "last_at": _l("Vu en dernier le"),
    "place": _l("Endroit"),
    "how": _l("Manière"),
    "completed_at": _l("Fait le"),
    "item": _l("Question"),
    "first_right": _l("Juste du premier coup"),
    "latest": _l("Dernière réponse"),
    "responded_at": _l("Répondu le"),
    "signed_at": _l("Signée le"),
    "quiz": _l("Quiz"),
    "number": _l("Numéro"),
    "items": _l("Questions tirées"),
    "started_at": _l("Commencé le"),
    "score": _l("Score"),
    "max_score": _l("Sur"),
    "passed": _l("Réussi"),
    "value": _l("Réponse"),
    "saved_at": _l("Enregistrée le"),
    "credit": _l("Points"),
    "requirement": _l("Partie"),
    "fulfilled_at": _l("Accomplie le"),
    "award": _l("Attestation"),
    "words": _l("Mots"),
    "issued_at": _l("Délivré le"),
    "expires_on": _l("Valable jusqu’au"),
    "path": _l("Parcours"),
    "charter": _l("Charte"),
    "security": _l("Sécurité"),
    "certificate": _l("Certificat"),
    "certified_at": _l("Certificat délivré le"),
    "valid_until": _l("Certificat valable jusqu’au"),
    "post": _l("Post d’entraînement"),
    "picture": _l("Image décrite"),
    "networks": _l("Réseaux"),
    "topics": _l("Sujets"),
    "languages": _l("Langues"),
    "submitted_at": _l("Envoyée le"),
    "grid": _l("Grille"),
    "points": _l("Points"),
    "decision": _l("Décision"),
    "decided_at": _l("Décidé le"),
    "regime": _l("Régime"),
    "starts_on": _l("Début"),
    "ends_on": _l("Fin"),
    "reason": _l("Motif"),
    "grounds": _l("Ce qui est en cause"),
    "answer": _l("Réponse"),
    "answered_at": _l("Répondu le"),
    "made_at": _l("Fait le"),
    "page": _l("Page"),
    "posted_at": _l("Écrit le"),
    "seen": _l("Ce que j’ai vu"),
    "raised_at": _l("Signalée le"),
    "facts": _l("Faits"),
    "erased_at": _l("Effacé le"),
    "given_by_id": _l("Donné par"),
    "by_id": _l("Par"),
    "line": _l("Ligne"),
    "change": _l("Changement"),
    "department": _l("Service"),
    "manager": _l("Responsable"),
    "faults": _l("Fautes"),
    "deadline_at": _l("À finir avant le"),
    "answered_by_id": _l("Répondu par"),
    "score_before": _l("Score avant"),
    "score_after": _l("Score après"),
    "passed_before": _l("Réussi avant"),
    "passed_after": _l("Réussi après"),
    "counted_at": _l("Recompté le"),
    "revoked_at": _l("Retiré le"),
    "revoked_reason": _l("Raison du retrait"),
    "path_done_at": _l("Parcours fait le"),
    "charter_done_at": _l("Charte faite le"),
    "security_done_at": _l("Sécurité faite le"),
    "brief": _l("Situation"),
    "network": _l("Réseau"),
    "changed_at": _l("Changée le"),
    "referent_id": _l("Référent"),
    "lowest": _l("Critère le plus bas"),
    "red_flags": _l("Lignes rouges"),
    "is_flagged": _l("Signalée"),
    "category": _l("Catégorie du refus"),
    "lessons": _l("Leçons à reprendre"),
    "again_on": _l("Nouvelle demande à partir du"),
    "credential_expires_on": _l("Certificat valable jusqu’au"),
    "suspended_until": _l("Suspendu jusqu’au"),
    "renewal_asked_at": _l("Renouvellement demandé le"),
    "opened_by_id": _l("Ouverte par"),
    "answer_by": _l("Réponse avant le"),
    "opened_at": _l("Ouverte le"),
    "deputy_id": _l("Suppléant"),
    "declared_at": _l("Déclarée le"),
    "is_private": _l("Privée"),
    "due_on": _l("Réponse attendue le"),
    "moved_at": _l("Dernier mouvement le"),
    "is_answer": _l("Est une réponse"),
    "level": _l("Niveau"),
    "taken_by_id": _l("Prise en charge par"),
    "taken_at": _l("Prise en charge le"),
    "media_type": _l("Genre de fichier"),
    "width": _l("Largeur"),
    "height": _l("Hauteur"),
    "mode": _l("Envoi"),
    "begun_at": _l("Commencé le"),
    "confirmed_at": _l("Confirmé le"),
}


def column(name: str) -> str:
    """The name of a column in words; its own where it has none, rather than nothing."""
    return str(COLUMNS.get(name) or CRITERIA.get(name, name.replace("_", " ")))


def is_read(name: str) -> bool:
    """Whether a column is for people to read."""
    return name in (*NAMED, "edition_id", "public_id") or not (name in TECHNICAL or name.endswith("_id"))


def code(table: str, name: str, value: str | int) -> str:
    """A code in words; itself where it has none."""
    if (table, name) in (("message", "kind"), ("notice_choice", "kind")):
        return title_of(value)
    if name == "language":
        return LANGUAGE_NAMES.get(value, value)
    return str(CODES.get((table, name), {}).get(value, value))
