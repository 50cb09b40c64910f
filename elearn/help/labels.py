"""What states and levels are called on screen, and the referent's templates of answers."""

from __future__ import annotations

from ..i18n import _l

QUESTION_STATUS = {"open": _l("En attente"), "answered": _l("Répondue"), "closed": _l("Close")}

ALERT_STATUS = {"new": _l("Nouvelle"), "taken": _l("Prise en charge"), "closed": _l("Terminée")}

ALERT_KIND = {"new": "bad", "taken": "warn", "closed": "good"}
"""The colour that goes with the word."""

LEVELS = {"noise": _l("Bruit"), "tension": _l("Tension"), "crisis": _l("Crise")}

LEVEL_HINTS = {
    "noise": _l("Bruit : quelques messages, qui s’éteindront seuls."),
    "tension": _l("Tension : cela monte, et demande une ligne."),
    "crisis": _l("Crise : silence de tous, l’entreprise parle."),
}

ACTS = {"taken": _l("Prise en charge"), "advised": _l("Consigne donnée"), "closed": _l("Alerte terminée")}

ANSWERS = {
    "allowed": (
        _l("C’est possible"),
        _l("Oui, vous pouvez le publier. Dites simplement que vous travaillez ici et que vous parlez en votre nom."),
    ),
    "rather-not": (
        _l("Mieux vaut s’abstenir"),
        _l(
            "Mieux vaut ne pas le publier pour l’instant. La raison : l’information n’est pas publique. Vous pourrez en parler dès que l’entreprise l’aura annoncée."
        ),
    ),
    "charter": (
        _l("La charte répond"),
        _l("La charte en parle à l’article … : en deux mots, …"),
    ),
    "passed-on": (
        _l("Je me renseigne"),
        _l("Votre question demande l’avis d’un collègue. Je reviens vers vous dès que je l’ai."),
    ),
}
"""Beginnings to complete, never whole answers: slug → (title, text)."""

CRISIS_ACTS = {"declared": _l("Crise déclarée"), "changed": _l("Texte ou jour changé"), "ended": _l("Crise terminée")}

CRISIS_LINES = {
    "silence": (
        _l("Silence de tous"),
        _l(
            "Un sujet qui nous concerne circule en ligne. L’entreprise répond sur ses comptes ; personne d’autre n’en parle, ni pour critiquer, ni pour défendre."
        ),
    ),
    "line": (
        _l("Une ligne commune"),
        _l(
            "Un sujet qui nous concerne circule en ligne. Si l’on vous interroge, dites seulement : « L’entreprise répond sur ses comptes, je transmets votre question. »"
        ),
    ),
}
"""Beginnings of a notice to the whole company."""

MEANWHILE = {
    "silence": (
        _l("Silence"),
        _l(
            "Merci de nous avoir prévenus. Pour l’instant, ne répondez pas et ne partagez rien ; suspendez vos publications programmées. Je vous dis quand c’est terminé."
        ),
    ),
    "line": (
        _l("Une ligne à tenir"),
        _l(
            "Merci de nous avoir prévenus. Si l’on vous interroge, dites seulement que l’entreprise répond sur ses comptes, et transmettez-nous la demande."
        ),
    ),
    "nothing": (
        _l("Rien à faire"),
        _l(
            "Merci de nous avoir prévenus. Nous avons regardé : il n’y a rien à faire de votre côté, et vos publications peuvent continuer."
        ),
    ),
}
"""Beginnings of a line to give while an alert lasts."""
