"""The demo company's names: plain data. Names and numbers are invented; 01 99 00 is kept for fiction by the French
regulator."""

from __future__ import annotations

from ..permissions import Role

PASSWORD = "demo-porte-voix-2026"
COMPANY = "Hautecombe"
ACCOUNTS = {
    "employee@demo.example": "has done nothing yet",
    "midway@demo.example": "path under way, charter read",
    "certified@demo.example": "certificate, no application",
    "ambassador@demo.example": "ambassador",
    "manager@demo.example": "follows a team",
    "referent@demo.example": "decides on applications",
    "deputy@demo.example": "stands in for the referent",
    "hr@demo.example": "follows completion",
    "author@demo.example": "sees contents as published",
    "admin@demo.example": "runs the platform",
}

SETTINGS = {
    "name": COMPANY,
    "contacts": {
        "referent": "Claire Aubry, référente (poste 4120)",
        "press": "presse@demo.example",
        "security": "securite@demo.example",
        "dpo": "dpo@demo.example",
        "hr": "formation@demo.example",
    },
    "on_call": [
        {"name": "Claire Aubry", "phone": "01 99 00 41 20"},
        {"name": "Malik Benali", "phone": "01 99 00 41 21"},
    ],
    "answer_days": 5,
}

TREE = {
    "Production": {"Atelier de montage": ("Ligne des flacons", "Ligne des coffrets"), "Maintenance": (), "Qualité": ()},
    "Commerce": {"Boutiques": ("Boutiques du Nord", "Boutiques du Sud"), "Grands comptes": (), "Service client": ()},
    "Recherche": {"Laboratoire": (), "Bureau d’études": ()},
    "Logistique": {"Entrepôt": ("Réception", "Expédition"), "Transport": ()},
    "Fonctions support": {"Ressources humaines": (), "Communication": (), "Informatique": (), "Finance": ()},
}

HEADCOUNT = (
    ("Atelier de montage", 4, "Réglage des lignes", "Annecy"),
    ("Ligne des flacons", 6, "Conduite de ligne", "Annecy"),
    ("Ligne des coffrets", 6, "Conduite de ligne", "Annecy"),
    ("Maintenance", 9, "Maintenance", "Annecy"),
    ("Qualité", 9, "Contrôle qualité", "Annecy"),
    ("Boutiques", 4, "Animation du réseau", "Lyon"),
    ("Boutiques du Nord", 8, "Conseil et vente", "Roubaix"),
    ("Boutiques du Sud", 8, "Conseil et vente", "Lyon"),
    ("Grands comptes", 9, "Suivi de clientèle", "Lyon"),
    ("Service client", 9, "Relation client", "Nantes"),
    ("Laboratoire", 11, "Analyses", "Nantes"),
    ("Bureau d’études", 10, "Conception", "Nantes"),
    ("Entrepôt", 3, "Organisation du quai", "Roubaix"),
    ("Réception", 5, "Préparation", "Roubaix"),
    ("Expédition", 5, "Préparation", "Roubaix"),
    ("Transport", 6, "Conduite", "Roubaix"),
    ("Ressources humaines", 8, "Recrutement", "Lyon"),
    ("Communication", 8, "Contenus", "Lyon"),
    ("Informatique", 9, "Réseaux et postes", "Nantes"),
    ("Finance", 9, "Comptabilité", "Lyon"),
)
"""Who works where besides the ten accounts: department, how many, what they do, their site."""

WITHOUT_MAIL = ("Ligne des flacons", "Ligne des coffrets", "Réception", "Expédition", "Transport")
"""Where every third person has no company e-mail, and signs in by employee number."""

NAMED = {
    "manager": ("Hélène", "Morel", "Atelier de montage", "Responsable d’atelier", (Role.MANAGER,)),
    "employee": ("Inès", "Lefèvre", "Ligne des flacons", "Conduite de ligne", ()),
    "midway": ("Mamadou", "Diallo", "Boutiques du Nord", "Conseil et vente", ()),
    "certified": ("Chloé", "Nguyễn", "Laboratoire", "Analyses", ()),
    "ambassador": ("Gaël", "Le Goff", "Bureau d’études", "Conception", ()),
    "referent": ("Claire", "Aubry", "Communication", "Responsable éditoriale", (Role.REFERENT,)),
    "deputy": ("Malik", "Benali", "Communication", "Réseaux sociaux", (Role.REFERENT,)),
    "hr": ("Françoise", "Perrin", "Ressources humaines", "Responsable formation", (Role.HR,)),
    "author": ("Étienne", "Châtelain", "Communication", "Conception pédagogique", (Role.AUTHOR,)),
    "admin": ("Nadia", "Haddad", "Informatique", "Administration des outils", (Role.ADMIN,)),
}

GIVEN = (
    "Inès", "Mamadou", "Élodie", "Yann", "Fatoumata", "Noël", "Chloé", "Antoine", "Leïla", "Rémi", "Aïcha", "Gaël",
    "Zoé", "Thibault", "Ngọc", "Hélène", "Karim", "Maëlys", "Baptiste", "Sofía", "Loïc", "Aminata", "Étienne",
    "Jeanne", "Mehdi", "Solène", "Dragan", "Françoise", "Hugo", "Salomé", "Ousmane", "Océane", "Gérard", "Priya",
    "Björn", "Anaïs", "Tuan", "Véronique", "Samir", "Lucie", "Piotr", "Cécile", "Idris", "Margaux", "Renée", "Kévin",
    "Joséphine", "Nadia", "Pascal", "Awa", "Mathilde", "Yusuf", "Clémence", "Bruno", "Soraya", "Corentin", "Wei",
    "Isabelle", "Moussa", "Agathe", "Fabrice", "Lina", "Ludovic", "Mirela", "Quentin", "Thérèse",
)  # fmt: skip
FAMILY = (
    "Lefèvre", "Diallo", "Garçon", "N’Diaye", "Müller", "Bénard", "Nguyễn", "Hébert", "Traoré", "Guérin", "Ben Amor",
    "Le Goff", "Ferreira", "Łukasik", "Öztürk", "Dubois", "Koné", "Béranger", "Rasoa", "D’Almeida", "Šimek",
    "Poirier", "Rivière", "Cissé", "Fontaine", "Marchand", "Villeneuve", "Okafor", "Barthélémy", "Castel",
    "Jørgensen", "Aubert", "Gaillard", "Moulin", "Tessier", "Roussel", "Carpentier", "Delmas", "Vasseur", "Le Roux",
    "Etcheverry", "Santoni", "Schmitt", "Keller", "Vandenberghe", "Pelletier", "Meunier", "Da Silva", "Pereira",
    "Fernandes", "Tran", "Rakotomalala", "Mbaye", "Sylla", "Keïta", "Bouzid", "Amrani", "El Idrissi", "Yılmaz",
    "Nowak", "Popescu", "Marino", "Blanchard", "Bessière", "Benoît", "Charpentier", "Quéré", "Joubert", "Hamelin",
    "Lacaze", "Rolland", "Sauvage", "Tardieu", "Vidal", "Bonhomme", "Cazals-Roy", "Dumont", "Estève", "Faure",
    "Guichard",
)  # fmt: skip

ARRIVALS = (45, 80, 150, 240, 400, 640, 900, 1300, 1900, 2500, 3600, 5200)
"""How many days ago people arrived."""

STATES = (
    ("nothing", 36),
    ("path", 14),
    ("path done", 6),
    ("signed", 9),
    ("charter", 8),
    ("security", 8),
    ("failed", 4),
    ("certified", 61),
)
"""How many of the others stand at each point of the journey."""

PACE = ((0, 8), (1, 7), (2, 9), (3, 3), (4, 5), (5, 8), (6, 6), (7, 6), (8, 4), (9, 3), (10, 4), (11, 3), (12, 3))
"""Months ago → how often a programme ended then: it began small, slept in August, and grew with each reminder."""

NEWCOMERS = """Prénom;Nom;E-mail;Matricule;Service;Site;Fonction;Arrivée;Responsable
Apolline;Verneuil;apolline.verneuil@demo.example;HC00301;Recherche > Laboratoire;Nantes;Analyses;{day};
Sékou;Bangoura;sekou.bangoura@demo.example;HC00302;Commerce > Boutiques > Boutiques du Nord;Roubaix;Conseil et vente;{day};
Marius;Lorentz;;HC00303;Production > Atelier de montage > Ligne des coffrets;Annecy;Conduite de ligne;{day};HC00001
Thảo;Pham;thao.pham@demo.example;HC00304;Fonctions support > Finance;Lyon;Comptabilité;{day};
Rosa;Figueiredo;rosa.figueiredo@demo.example;HC00305;Commerce > Service client;Nantes;Relation client;{day};
Youssef;Laârej;youssef.laarej@demo.example;HC00306;Logistique > Transport;Roubaix;Conduite;31/02/{year};
;Delaunay;p.delaunay@demo.example;HC00307;Production > Maintenance;Annecy;Maintenance;{day};
Ilona;Kovacs;ilona.kovacs@demo;HC00308;Production > Qualité;Annecy;Contrôle qualité;{day};
Gaël;Le Goff;ambassador@demo.example;HC00005;Recherche > Bureau d’études;Nantes;Conception des recharges;;
"""
"""The month's list from the directory, as a spreadsheet saves it: five people who arrive, one who changes jobs, three
lines with a fault."""
