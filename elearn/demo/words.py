"""What people of the demo ask, see and contest, and what they are told: plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """A question: who asks (an account, or a number of the crowd), how many days ago, from which page, and what comes
    of it. ``public`` is the question as everybody reads it."""

    who: str
    ago: float
    page: str
    words: str
    answer: str = ""
    after: float = 0.1
    public: str = ""
    thanks: str = ""
    is_private: bool = False


QUESTIONS = (
    Asked(
        "author", 214, "/courses/premiers-pas/profile",
        "Bonjour, dois-je mettre le nom de l’entreprise sur mon compte personnel si je ne parle jamais du travail ?",
        "Bonjour Étienne, non. Tant que vous ne parlez pas de l’entreprise, votre profil ne regarde que vous. Le jour où vous "
        "en parlez, dites dans le message que vous y travaillez : le profil seul ne suffit pas.",
        public="Dois-je indiquer mon employeur sur mon compte personnel ?",
        thanks="C’est clair, merci.",
    ),
    Asked(
        "midway", 166, "/charter",
        "Dois-je écrire « opinions personnelles » dans ma biographie ?",
        "Non, ce n’est pas obligatoire. Dites surtout que vous travaillez ici quand vous parlez de l’entreprise.",
        public="Faut-il écrire « opinions personnelles » dans sa biographie ?",
    ),
    Asked(
        "manager", 118, "/courses/security/traces",
        "On fête un départ à l’atelier vendredi. Puis-je publier la photo de groupe ?",
        "Bonjour Hélène, oui si chaque personne reconnaissable est d’accord, pour ce réseau-là, et si rien de l’atelier ne se "
        "lit derrière : écran, plan, étiquette. Un refus ne se justifie pas.",
        public="Peut-on publier une photo de groupe prise au travail ?",
        thanks="Tout le monde a dit oui sauf une personne, nous l’avons prise de dos. Merci.",
    ),
    Asked(
        "certified", 93, "/courses/security/apps-deepfakes",
        "Ai-je le droit de faire écrire mon post par une intelligence artificielle ?",
        "Vous pouvez vous faire aider, à deux conditions : n’y collez rien d’interne, et relisez jusqu’à ce que chaque phrase "
        "soit la vôtre. Une image fabriquée d’une personne se fait toujours relire.",
        public="Puis-je me faire aider par une intelligence artificielle ?",
    ),
    Asked(
        "ambassador", 47, "/ambassador",
        "Un journaliste m’écrit en message privé après mon post sur les essais. Je réponds quoi ?",
        "Bonjour Gaël, remerciez-le et donnez-lui l’adresse du service presse, presse@demo.example. Prévenez-nous : nous "
        "savons ainsi ce qui l’intéresse. Vous n’avez rien fait de travers.",
        public="Un journaliste me contacte : que répondre ?",
        thanks="Fait. Il était content d’avoir quelqu’un à qui parler.",
    ),
    Asked(
        "midway", 17, "/courses/premiers-pas",
        "Si je quitte l’entreprise, qu’est-ce que deviennent mes anciens posts ?",
        "Ils sont à vous. Corrigez seulement votre profil, et n’écrivez plus que vous y travaillez.",
        is_private=True,
    ),
    Asked(
        "certified", 9, "/charter",
        "Puis-je publier une photo du laboratoire où l’on devine une machine en essai ?",
    ),
    Asked("author", 2, "/courses/comprendre", "Peut-on citer un chiffre lu dans la presse, mais jamais confirmé ici ?"),
    Asked("midway", 0.8, "/courses/premiers-pas", "Un client m’a tagué sous un avis négatif. Est-ce à moi de répondre ?"),
)  # fmt: skip

OLD_ALERT = (
    "Un avis viral accuse notre recharge de fuir dans les valises. 3 000 vues depuis ce matin.",
    "TikTok, compte @voyage.leger.demo",
    "noise",
    "Merci. C’est un cas connu de la première version, la réponse du service client est déjà sous la vidéo. Rien à faire.",
    "Le client a reçu un échange et a complété sa vidéo. Merci d’avoir vu cela tôt.",
)
TAKEN_ALERT = (
    "Un compte qui reprend notre logo annonce un rappel de produits. Déjà 200 partages.",
    "Réseau X, @hautecombe_infos",
    "tension",
    "Merci de nous avoir prévenus. Ne répondez pas et ne partagez rien ; nous demandons sa fermeture.",
)
NEW_ALERT = (
    "Une fausse offre d’emploi à notre nom demande une copie de la carte d’identité. Ma cousine vient de la recevoir.",
    "Message privé sur Facebook, page « Hautecombe Recrute »",
)
"""What was seen, where, how serious it is, what to do meanwhile, how it ended."""

CRISIS = (
    "Un incident s’est produit sur le site de Roubaix. Personne n’est blessé. Le service presse répond ; merci de ne rien "
    "publier ni commenter d’ici demain soir.",
    "There was an incident at the Roubaix site. Nobody is hurt. The press office answers; please post and comment nothing "
    "until tomorrow evening.",
    "Le texte était en ligne en vingt minutes. Ce qui a manqué : prévenir les boutiques avant l’ouverture.",
)

CONTESTS = (
    (
        "security", 97,
        "La situation dit « votre téléphone » : s’agit-il du mien ou de celui de l’entreprise ? La réponse change.",
        "Dans les deux cas le premier geste est le même, c’est ce que la question demande. Nous gardons votre remarque pour "
        "la prochaine édition.",
    ),
    (
        "charter", 33,
        "Deux réponses me paraissent défendables, selon que le compte est public ou privé.",
        "Vous avez raison de demander. L’article vise ce que des inconnus peuvent lire ; un compte privé de 900 abonnés en "
        "fait partie. La question reste, avec un mot de plus à la prochaine édition.",
    ),
    (
        "security", 1.3,
        "J’ai relu la leçon deux fois et je ne comprends toujours pas pourquoi l’autre réponse est fausse. Les collègues à qui "
        "j’ai posé la question ont répondu comme moi.",
        "",
    ),
)  # fmt: skip
"""Items contested: the quiz, days ago, why, the author's answer where there is one."""
