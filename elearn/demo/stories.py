"""The demo's ambassadors, as plain data: practice posts as people write them, and what became of each application.

A story is a list of acts, each with its days ago; ``ambassadors`` plays them through the services. Nothing here is real.
"""

from __future__ import annotations

from dataclasses import dataclass

POSTS = {
    "night": (
        "job-night-line",
        "Je travaille de nuit chez Hautecombe depuis quatre ans, et mon équipe cherche du renfort. Ce que j’aurais aimé "
        "qu’on me dise au début : le sommeil demande un bon mois pour se caler. Ce qui m’a surpris en bien, c’est le "
        "calme, et une équipe qui s’entraide sans qu’on le lui demande. L’offre du 5 octobre dit tout le reste, formation "
        "en binôme comprise : [lien]. Écrivez-moi si vous hésitez, je répondrai avec mon vécu.",
        ("linkedin", "facebook"),
        ("jobs", "trades"),
    ),
    "refill": (
        "product-refill",
        "Trois essais ratés avant le bon. Chez Hautecombe, j’ai testé l’ouverture de la nouvelle recharge, et la première "
        "version me coulait sur les doigts. Celle qui est en vente depuis le 15 avril s’ouvre d’une main. Elle contient "
        "62 % de plastique en moins que le flacon neuf de même contenance, le calcul est en note de la fiche : [lien]. "
        "Il reste à trier la recharge là où votre commune l’accepte.",
        ("linkedin", "instagram"),
        ("products", "commitments"),
    ),
    "apprentice": (
        "job-apprentice",
        "J’ai commencé par un apprentissage, au laboratoire de Hautecombe où je fais aujourd’hui du contrôle qualité. "
        "On m’y a appris à écrire ce que je vois avant ce que j’en pense. Une place s’ouvre à la rentrée, deux ans, une "
        "semaine sur deux en formation, sans expérience demandée : l’offre du 3 mars est ici, [lien].",
        ("linkedin",),
        ("jobs",),
    ),
    "driver": (
        "job-driver",
        "Sept ans que je conduis pour Hautecombe, et je connais chaque ralentisseur du secteur. La tournée voisine de la "
        "mienne se libère : on part à 5 h 30, on est rentré pour le déjeuner, on ne dort jamais dehors. Permis C demandé, "
        "l’offre du 12 janvier est là : [lien]. Par honnêteté : si vous venez de ma part, je touche une prime de "
        "cooptation. Vous pouvez très bien postuler sans moi.",
        ("linkedin", "facebook"),
        ("jobs", "trades"),
    ),
    "helpline": (
        "product-helpline",
        "Vingt minutes, mon premier appel avec interprète. Je parlais trop vite, on me l’a dit gentiment. Je réponds au "
        "téléphone chez Hautecombe, et depuis le 8 septembre on peut aussi nous joindre en langue des signes française, "
        "du lundi au vendredi, de 9 h à 18 h, sans rien payer. Le bouton est sur la page d’aide : [lien]. Si quelqu’un "
        "autour de vous en a besoin, faites passer.",
        ("linkedin", "facebook"),
        ("products", "commitments"),
    ),
    "lamp": (
        "product-trial",
        "Je préviens : je suis salarié de Hautecombe et on m’a offert cette lampe de travail. Je l’ai gardée trois "
        "semaines dans le coffre. Elle tient la journée, on la pose au sol et on a les deux mains libres. En revanche "
        "l’aimant ne tient pas sur une porte peinte, elle m’est tombée sur le pied. Elle est en vente depuis le 2 novembre, "
        "la fiche est ici : [lien].",
        ("instagram", "facebook"),
        ("products",),
    ),
    "open-day": (
        "event-open-day",
        "Ma fille me demande souvent ce que je fais au travail. Samedi 6 juin, de 14 h à 15 h, elle pourra le voir, et "
        "vous aussi : je répare des moules à l’atelier de Hautecombe, et on ouvre les portes de 10 h à 16 h. C’est gratuit, "
        "on y circule en fauteuil, il faut juste des chaussures fermées. L’annonce du 18 mai donne l’adresse : [lien].",
        ("linkedin", "facebook"),
        ("events", "trades"),
    ),
    "fair": (
        "event-trade-fair",
        "Trois jours de salon, mal aux pieds, et une leçon. Je travaille chez Hautecombe et je faisais les démonstrations. "
        "Tout le monde voulait savoir combien de temps il faut pour apprendre, presque personne ne parlait de puissance. "
        "Le deuxième jour j’ai arrêté mon discours et j’ai tendu l’appareil. Le bilan du 17 mars compte 430 visites : "
        "[lien]. Moi, je retiens surtout les questions.",
        ("linkedin",),
        ("events", "innovation"),
    ),
    "books": (
        "event-collection",
        "1 140 livres. C’est le chiffre que l’association a donné le 25 novembre, après une semaine de cartons dans notre "
        "hall, chez Hautecombe. J’en ai trié deux midis : un sur dix était trop abîmé pour être offert, on le saura pour "
        "l’an prochain. Ils partent dans quatre foyers d’accueil. Merci aux collègues qui ont vidé leurs étagères.",
        ("linkedin", "facebook"),
        ("commitments", "events"),
    ),
    "unsigned": (
        "job-night-line",
        "Super opportunité à saisir ! Une équipe de nuit au top recherche son futur talent. Ambiance familiale, horaires "
        "de 21 h à 5 h, formation en binôme de six semaines. N’attendez plus, envoyez votre CV !",
        ("linkedin",),
        ("jobs",),
    ),
    "borrowed": (
        "job-driver",
        "Je conduis pour Hautecombe depuis sept ans. Une tournée voisine de la mienne cherche quelqu’un, parce qu’une "
        "collègue part à la retraite. Le réveil sonne tôt : départ à 5 h 30. En échange, on est de retour avant 14 h et "
        "l’on dort chez soi. L’offre du 12 janvier est ouverte à tout le monde : [lien].",
        ("facebook",),
        ("jobs",),
    ),
    "promise": (
        "product-refill",
        "Chez Hautecombe on a enfin fait la recharge 100 % écolo dont tout le monde rêvait. Zéro déchet, bon pour la "
        "planète et bien meilleure que ce que font les autres. Je l’ai testée avant vous, j’en suis fan, foncez !",
        ("instagram",),
        ("products",),
    ),
}
"""Practice posts on the shipped briefs: (brief, post, networks, topics). The last three have what referents look for."""

GOOD = ("night", "refill", "apprentice", "driver", "helpline", "lamp", "open-day", "fair", "books")

REASONS = (
    "Votre post dit d’où vous parlez et donne un fait daté que l’on peut vérifier. On entend votre voix.",
    "On vous suit du premier mot au dernier : une difficulté dite franchement, puis ce qu’elle vous a appris. Gardez ce ton.",
    "Employeur nommé, source datée, une scène que vous seul pouviez raconter. Pensez au texte alternatif de la photo.",
    "Merci pour ce post. Le lecteur repart avec quelque chose d’utile, et votre limite rend le reste crédible.",
    "C’est simple et c’est juste. Pour vos premiers posts, faites relire les chiffres : je réponds dans la journée.",
)
TOGETHER = "Trois posts réussis, et nous en avons parlé ensemble : vous n’avez plus besoin de ma relecture."
REWORK = "Le récit est vivant. Il manque le nom de votre employeur dans le texte, et la date de l’offre que vous citez."
PROMISE = (
    "Le ton donne envie. « 100 % écolo » promet plus que la fiche : dites plutôt le chiffre, sa source, et ce que vous "
    "avez vu aux essais."
)
BORROWED = (
    "Les faits sont bons, et presque toutes les phrases viennent du modèle. Racontez une de vos tournées, au « je » : "
    "vous avez sûrement mieux."
)


@dataclass(frozen=True)
class Story:
    """What one person lived: (days ago, act, and what the act needs), in order. ``division`` says where they work;
    ``ended`` between which days ago they held their certificate, so that it begins in time and lasts."""

    division: str
    earliest: int
    latest: int
    acts: tuple[tuple, ...]


C, M = "referent", "deputy"

STORIES = (
    Story(
        "Commerce", 300, 245,
        (
            (240, "apply", "helpline"), (237, "grant", C, REASONS[1]), (150, "made_autonomous", C, TOGETHER),
            (122, "hearing", C, "Deux de vos réponses à un client, hier soir, donnent son numéro de commande."),
            (121, "answer", "J’ai recopié son message sans voir le numéro. J’ai tout effacé dès votre appel, et je le lui ai dit."),
            (119, "suspend", M, 21, "Le numéro a été public quatre heures. Trois semaines sans publier, le temps de revoir ensemble la leçon sur les données."),
            (101, "resume", C, "Leçon revue, et vous nous avez montré votre nouveau réflexe. Bon retour."),
            (100, "made_guided", C, "Deux mois de relecture conseillée, sans reproche : nous en avons convenu ensemble."),
            (44, "made_autonomous", C, TOGETHER),
        ),
    ),
    Story(
        "Recherche", 330, 255,
        (
            (250, "apply", "apprentice"), (246, "grant", M, REASONS[0]), (130, "paused"), (84, "returned"),
            (52, "made_autonomous", M, TOGETHER),
        ),
    ),
    Story(
        "Production", 300, 225,
        (
            (220, "apply", "open-day"), (217, "grant", C, REASONS[2]),
            (35, "let_dormant", C, "Six mois sans publication : reposez-vous, le statut vous attend."),
        ),
    ),
    Story(
        "Fonctions support", 340, 265,
        (
            (260, "apply", "fair"), (258, "grant", M, REASONS[3]),
            (48, "ended", M, "Vous rejoignez l’équipe juridique, comme convenu : merci pour ces sept mois."),
        ),
    ),
    Story("Commerce", 260, 200, ((195, "apply", "lamp"), (191, "grant", M, REASONS[4]), (73, "left"))),
    Story(
        "Recherche", 240, 170,
        (
            (164, "apply", "refill"), (161, "grant", C, REASONS[0]),
            (4, "hearing", C, "Votre post d’hier montre un prototype sur la paillasse, au second plan."),
            (2, "answer", "Je n’avais pas vu le flacon derrière moi. J’ai retiré la photo à midi, personne ne l’avait partagée. Dites-moi si je dois prévenir quelqu’un d’autre."),
        ),
    ),
    Story(
        "Logistique", 230, 160,
        (
            (156, "apply", "driver"), (152, "grant", M, REASONS[1]),
            (12, "hearing", M, "Un commentaire en votre nom, hier soir, se moque d’un concurrent."),
        ),
    ),
    Story(
        "Fonctions support", 250, 150,
        (
            (146, "apply", "books"), (143, "grant", C, REASONS[3]),
            (19, "hearing", C, "Trois liens partis cette nuit de votre compte vers un site inconnu."),
            (17, "answer", "Mon compte a été piraté. J’ai changé le mot de passe, mais je n’ai plus accès à l’adresse de secours."),
            (15, "suspend", C, 40, "Le temps que vous repreniez la main sur le compte ; l’équipe de sécurité vous aide."),
        ),
    ),
    Story("Production", 352, 318, ((316, "apply", "night"), (313, "grant", C, REASONS[4]), (220, "made_autonomous", C, TOGETHER), (8, "renew"), (2, "ask_renewal"))),
    Story(
        "Fonctions support", 220, 20,
        (
            (14, "apply", "promise"),
            (7, "refuse", M, "red_line", 60, ("security/traces",), "« 100 % écolo » et « meilleure que les autres » promettent plus que la fiche ne prouve, et visent un concurrent (articles 8 et 12)."),
            (5, "contest", "Je retire « meilleure que les autres ». Mais la fiche dit bien 62 % de plastique en moins : refuser tout le post me paraît sévère."),
        ),
    ),
    Story(
        "Commerce", 250, 40,
        (
            (12, "apply", "unsigned"),
            (6, "refuse", C, "post", 30, ("premiers-pas/profile",), "On ne sait ni qui parle ni pour qui : le lien d’emploi manque, et le texte ressemble à une annonce."),
            (1, "contest", "Mon profil dit où je travaille, en première ligne. Je pensais que cela suffisait."),
        ),
    ),
    Story(
        "Recherche", 330, 150,
        (
            (147, "apply", "fair"),
            (143, "refuse", M, "charter", 45, ("premiers-pas/networks",), "Le chiffre de 430 visites ne figure dans aucun document public à ma connaissance."),
            (141, "contest", "Il est dans le bilan du 17 mars, en ligne sur notre page. Je mets le lien dans le post."),
            (138, "agree", C, "Vous avez raison : le bilan est public et daté. Votre demande est rouverte."),
            (137, "grant", C, REASONS[2]),
        ),
    ),
    Story("Production", 250, 25, ((11, "apply", "borrowed"), (8, "send_back", C, BORROWED))),
    Story("Commerce", 300, 90, ((83, "apply", "unsigned"), (80, "send_back", M, REWORK), (76, "resend", "night"), (74, "grant", M, REASONS[1]))),
    Story(
        "Logistique", 250, 60,
        ((33, "apply", "promise"), (29, "refuse", C, "red_line", 90, ("security/traces",), "La photo décrite montre un écran de planning avec des noms de clients. Reprenez la leçon, puis proposez un autre post.")),
    ),
    Story("Recherche", 250, 40, ((21, "apply", "books"), (19, "withdraw"))),
    Story("Fonctions support", 200, 15, ((6, "begin", "night"),)),
    Story("Production", 250, 15, ((9, "apply", "night"),)),
    Story("Commerce", 250, 15, ((6.5, "apply", "unsigned"),)),
    Story("Recherche", 250, 15, ((1.2, "apply", "refill"),)),
    Story("Logistique", 250, 15, ((0.4, "apply", "driver"),)),
)  # fmt: skip

OWN_STORY = (
    (208, "apply", "promise"), (205, "send_back", C, PROMISE), (203, "resend", "refill"), (200, "grant", C, REASONS[1]),
    (111, "made_autonomous", C, TOGETHER),
    (39, "rescope", C, ("linkedin", "instagram", "facebook"), ("products", "commitments", "innovation"), "Vos posts sur les essais sont attendus : j’ajoute l’innovation et Facebook, comme vous le souhaitiez."),
)  # fmt: skip
"""What the account ambassador@demo.example lived."""

VOLUNTEERS = {"Commerce": 9, "Fonctions support": 8, "Recherche": 7, "Production": 7, "Logistique": 2}
"""How many more hold the status, without a story of their own, by department of the first rank."""
