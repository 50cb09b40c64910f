"""What each role sees of a person, the whole of it: said on one's own page, and compared by a test with what pages show."""

from __future__ import annotations

from dataclasses import dataclass

from ...i18n import _l

RECORD = frozenset({"name", "email", "number", "job", "department", "site"})


@dataclass(frozen=True)
class Sight:
    """What one role sees, in words for people, and as the facts that a test looks for."""

    role: str
    who: str
    sees: str
    never: str
    facts: frozenset[str]


SIGHTS = (
    Sight(
        "colleague",
        _l("Vos collègues"),
        _l("Rien. Une réponse publiée l’est sans votre nom."),
        _l("Votre avancement, vos réponses, vos messages, une demande de statut."),
        frozenset(),
    ),
    Sight(
        "manager",
        _l("Votre responsable, et les siens"),
        _l(
            "Votre nom, votre service, votre site ; pour chaque partie obligatoire (parcours, charte, sécurité) : pas commencé, en cours, ou fait et à quelle date ; votre certificat et ses dates."
        ),
        _l("Votre parcours, vos leçons, vos réponses, vos scores, vos questions, une alerte, une demande de statut."),
        frozenset({"name", "department", "site", "certificate"}),
    ),
    Sight(
        "hr",
        _l("Les RH"),
        _l("La même chose que votre responsable, pour toute l’entreprise, et par date d’arrivée."),
        _l(
            "Votre parcours, vos leçons, vos réponses, vos scores, vos questions, une alerte, une demande de statut, un refus ou un retrait."
        ),
        frozenset({"name", "department", "site", "certificate"}),
    ),
    Sight(
        "referent",
        _l("Les référents, et qui les supplée"),
        _l(
            "Si vous posez une question, donnez l’alerte ou demandez le statut : votre nom, votre service, votre fonction, ce que vous avez écrit, la validité de votre certificat, et toutes les décisions sur votre statut ; votre e-mail, pour une alerte."
        ),
        _l("Votre parcours, vos réponses et vos scores aux quiz."),
        frozenset(
            {"name", "email", "job", "department", "certificate", "question", "alert", "application", "decision"}
        ),
    ),
    Sight(
        "on_duty",
        _l("Les personnes d’astreinte"),
        _l(
            "Si vous donnez l’alerte : votre nom, votre e-mail, ce que vous avez vu et montré, et ce qui en a été fait."
        ),
        _l("Le reste."),
        frozenset({"name", "email", "alert"}),
    ),
    Sight(
        "author",
        _l("Les auteurs des contenus"),
        _l("Des chiffres d’ensemble, à partir de cinq réponses ; le texte d’une contestation de question, sans nom."),
        _l("Vous."),
        frozenset({"contest"}),
    ),
    Sight(
        "admin",
        _l("Les administrateurs"),
        _l(
            "Votre fiche (nom, e-mail, matricule, service, responsable, site, fonction, arrivée, rôles), l’état de votre compte et son journal, votre temps en plus ; votre certificat et ses dates, et pourquoi s’il a été retiré ; qu’un e-mail n’a pas pu vous parvenir, jamais lequel ; une copie de vos données s’ils la préparent à votre demande, et vous en êtes prévenu."
        ),
        _l("Votre mot de passe ; hors de cette copie, vos réponses, vos scores, vos questions, une demande de statut."),
        RECORD | {"extra time", "certificate"},
    ),
    Sight(
        "verifier",
        _l("Qui reçoit votre certificat"),
        _l(
            "Par son adresse de vérification : votre nom, l’attestation, ses dates, l’édition de la charte, et si elle est valable."
        ),
        _l("Le reste."),
        frozenset({"name", "certificate"}),
    ),
)
