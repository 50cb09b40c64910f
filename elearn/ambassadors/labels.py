"""How states, acts and criteria are said. Sentences only; templates and messages take them from here."""

from __future__ import annotations

from ..i18n import _l

APPLICATION_STATUS = {
    "draft": _l("Brouillon"),
    "submitted": _l("Envoyée"),
    "to_rework": _l("À reprendre"),
    "granted": _l("Accordée"),
    "refused": _l("Refusée"),
    "withdrawn": _l("Retirée"),
}
MANDATE_STATUS = {
    "active": _l("Actif"),
    "suspended": _l("Suspendu"),
    "dormant": _l("En sommeil"),
    "ended": _l("Terminé"),
}
STATUS_LOOK = {
    "submitted": ("", "clock"),
    "to_rework": ("warn", "warning"),
    "granted": ("good", "check"),
    "refused": ("", "close"),
    "active": ("good", "check"),
    "dormant": ("", "clock"),
    "suspended": ("warn", "warning"),
    "ended": ("", "close"),
}
REGIME = {"guided": _l("Accompagné"), "autonomous": _l("Autonome")}
REGIME_MEANS = {
    "guided": _l(
        "Brèves validées, offres d’emploi, événements, coulisses autorisées, avec une phrase de vous. Faire relire avant "
        "de publier est conseillé."
    ),
    "autonomous": _l(
        "Vos articles, vos retours d’expérience, vos réponses publiques. La relecture se demande quand vous le souhaitez ; "
        "chiffres, clients, finance, crise et images de synthèse d’une personne se font toujours relire."
    ),
}
AUTONOMY_CONFIRMED = _l("J’ai lu trois posts réussis, et nous en avons parlé.")

ACTS = {
    "begun": _l("Demande commencée"),
    "submitted": _l("Demande envoyée"),
    "withdrawn": _l("Demande retirée par la personne"),
    "sent_back": _l("Post à reprendre"),
    "refused": _l("Demande refusée"),
    "granted": _l("Statut accordé"),
    "contested": _l("Décision contestée"),
    "upheld": _l("Contestation : la décision est maintenue"),
    "reopened": _l("Contestation : la demande est rouverte"),
    "opened": _l("Statut accordé"),
    "hearing_opened": _l("Question posée avant une éventuelle suspension"),
    "hearing_answered": _l("Réponse donnée par la personne"),
    "hearing_closed": _l("Affaire close sans suite"),
    "suspended": _l("Statut suspendu"),
    "resumed": _l("Suspension levée"),
    "suspension_over": _l("Fin de la suspension"),
    "let_dormant": _l("Mise en sommeil"),
    "paused": _l("Pause choisie par la personne"),
    "awakened": _l("Fin du sommeil"),
    "returned": _l("Retour après une pause"),
    "made_autonomous": _l("Passage au régime autonome"),
    "made_guided": _l("Passage au régime accompagné"),
    "rescoped": _l("Périmètre du statut modifié"),
    "renewal_asked": _l("Renouvellement souhaité par la personne"),
    "renewed": _l("Statut renouvelé"),
    "ended": _l("Fin du statut"),
    "left": _l("Statut rendu par la personne"),
    "expired": _l("Statut arrivé à son terme"),
    "reinstated": _l("Contestation : le statut est rendu"),
}
OWN_ACTS = {
    "submitted": _l("Vous avez envoyé votre demande"),
    "withdrawn": _l("Vous avez retiré votre demande"),
    "contested": _l("Vous avez contesté une décision"),
    "hearing_answered": _l("Vous avez répondu"),
    "paused": _l("Vous avez choisi une pause"),
    "returned": _l("Vous êtes de retour"),
    "renewal_asked": _l("Vous souhaitez continuer"),
    "left": _l("Vous avez rendu votre statut"),
}
"""What a person did, as they read it themselves."""
CAUSES = {
    "date": _l("Le dernier jour prévu est passé."),
    "credential": _l("Le certificat a été retiré."),
    "departure": _l("La personne a quitté l’entreprise."),
}

CRITERIA = {
    "transparency": (_l("Transparence"), _l("emploi caché"), _l("employeur et avantage évidents")),
    "accuracy": (_l("Exactitude"), _l("invérifiable"), _l("sourcé, daté")),
    "usefulness": (_l("Utilité au lecteur"), _l("slogan"), _l("apport concret")),
    "voice": (_l("Voix personnelle"), _l("copie"), _l("vécu, « je »")),
    "form": (_l("Forme et accessibilité"), _l("illisible"), _l("clair, texte alternatif ou sous-titres")),
    "respect": (_l("Respect et droits"), _l("doute non levé"), _l("accords, crédits, ton posé")),
}
RED_FLAGS = {
    "secret": _l("Un secret"),
    "personal_data": _l("Une donnée personnelle"),
    "image": _l("Une image sans accord"),
    "insult": _l("Un propos injurieux ou discriminatoire"),
    "hidden_tie": _l("Le lien d’emploi dissimulé"),
}
CATEGORIES = {
    "post": _l("Le post n’atteint pas encore le seuil"),
    "red_line": _l("Une ligne rouge est franchie"),
    "charter": _l("La charte est à revoir"),
    "security": _l("La sécurité est à revoir"),
    "scope": _l("Pas de besoin en ce moment sur ces réseaux ou ces sujets"),
}
DECISIONS = {
    "granted": _l("Accorder le statut"),
    "sent_back": _l("Rendre le post à reprendre"),
    "refused": _l("Refuser"),
}
SITUATIONS = {
    "job": _l("Une offre d’emploi"),
    "product": _l("Un produit"),
    "event": _l("Un événement"),
    "question": _l("Une question reçue"),
    "mistake": _l("Une erreur à corriger"),
}
KINDS = {
    "application": _l("Demande"),
    "contest": _l("Contestation"),
    "hearing": _l("Réponse à lire"),
    "silent-hearing": _l("Question restée sans réponse de la personne"),
    "renewal": _l("Renouvellement"),
}
KINDS_MANY = {
    "application": _l("Demandes"),
    "contest": _l("Contestations"),
    "hearing": _l("Réponses à lire"),
    "silent-hearing": _l("Restées sans réponse"),
    "renewal": _l("Renouvellements"),
}
TO_DO = {
    "made_autonomous": _l("Passer au régime autonome"),
    "made_guided": _l("Revenir au régime accompagné"),
    "let_dormant": _l("Mettre en sommeil"),
    "awakened": _l("Mettre fin au sommeil"),
    "hearing_opened": _l("Poser une question avant une éventuelle suspension"),
    "hearing_closed": _l("Clore la question sans suite"),
    "suspended": _l("Suspendre jusqu’à un jour donné"),
    "resumed": _l("Lever la suspension"),
    "ended": _l("Mettre fin au statut"),
}
TO_DO_MEANS = {
    "made_autonomous": _l("La charte et la sécurité sont à jour tant que le certificat est valable."),
    "made_guided": _l("Un retour sans reproche : la personne publie de nouveau avec relecture conseillée."),
    "let_dormant": _l("L’inactivité n’est pas une faute. La personne revient d’elle-même quand elle le veut."),
    "awakened": "",
    "hearing_opened": _l(
        "La personne a trois jours ouvrés pour répondre ; sa réponse est gardée à côté de la décision."
    ),
    "hearing_closed": _l("Ce qui était en cause est réglé."),
    "suspended": _l("Trois mois au plus. La suspension ne touche qu’au programme, et finit d’elle-même."),
    "resumed": "",
    "ended": _l("Le certificat reste à la personne, et une nouvelle demande reste possible."),
}
SPOKEN = {
    "fr": _l("Français"),
    "en": _l("Anglais"),
    "de": _l("Allemand"),
    "es": _l("Espagnol"),
    "it": _l("Italien"),
    "nl": _l("Néerlandais"),
    "pt": _l("Portugais"),
}

ANSWERS = {
    "thanks": (
        _l("Accord, avec ce qui marche"),
        _l(
            "Merci pour ce post. On comprend qui vous êtes et d’où vous parlez, et le lecteur repart avec quelque chose "
            "d’utile. Ce qui marche le mieux : …"
        ),
    ),
    "tie": (
        _l("Dire son lien d’emploi"),
        _l(
            "Le lecteur ne sait pas encore que vous travaillez dans l’entreprise (article 4 de la charte). Une piste : "
            "dites-le dans la première phrase, avec vos mots."
        ),
    ),
    "voice": (
        _l("Écrire avec ses mots"),
        _l(
            "Les faits sont justes, et le texte reste proche du modèle. Une piste : racontez un moment que vous avez "
            "vécu, au « je », puis gardez un seul fait."
        ),
    ),
    "source": (
        _l("Donner la source et la date"),
        _l("Un lecteur attentif voudra vérifier. Une piste : nommez la source du chiffre et sa date, ou retirez-le."),
    ),
    "access": (
        _l("Décrire l’image"),
        _l(
            "Avec une image, ajoutez un texte alternatif d’une phrase : ce que l’on y voit et pourquoi elle est là. "
            "Assurez-vous aussi de l’accord des personnes reconnaissables."
        ),
    ),
    "confidential": (
        _l("Retirer ce qui est interne"),
        _l(
            "Un passage touche à une information interne (article 7 de la charte) : … Une piste : gardez votre geste et "
            "votre avis, et retirez le chiffre, le nom ou la date."
        ),
    ),
}
"""Templates of answers, to be completed: title and text."""
