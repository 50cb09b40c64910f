"""The demo company: about 150 people in every state of the journey, built through the services.

Everything comes from one seeded generator and the moment it is made, so that two demos made on the same day are
the same. Dates lie in the six months before that day. Never made in production.
"""

from __future__ import annotations

import datetime as dt
import random

from sqlalchemy import select

from .ambassadors import mandates, organisation
from .ambassadors import service as ambassadors
from .ambassadors.models import Application, Mandate
from .ambassadors.rules import CRITERIA, Scope, Verdict
from .assessment import service as assessment
from .content import items as grading
from .content.models import SiteState
from .content.service import get_site
from .credentials.models import Credential
from .db import db, transaction
from .help import alerts
from .help import service as questions
from .learning import service as learning
from .people import service as people
from .people.models import Department, Person
from .people.passwords import hash_password
from .permissions import Role

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
    "answer_days": 3,
}
"""Names and numbers are invented; 01 99 00 is kept for fiction by the French regulator."""

TREE = {
    "Production": ("Atelier de montage", "Maintenance", "Qualité"),
    "Commerce": ("Boutiques", "Grands comptes", "Service client"),
    "Recherche": ("Laboratoire", "Bureau d’études"),
    "Logistique": ("Entrepôt", "Transport"),
    "Fonctions support": ("Ressources humaines", "Communication", "Informatique", "Finance"),
}
SITES = ("Annecy", "Nantes", "Roubaix", "Lyon")
GIVEN = [
    "Inès",
    "Mamadou",
    "Élodie",
    "Yann",
    "Fatoumata",
    "Noël",
    "Chloé",
    "Antoine",
    "Leïla",
    "Rémi",
    "Aïcha",
    "Gaël",
    "Zoé",
    "Thibault",
    "Ngọc",
    "Hélène",
    "Karim",
    "Maëlys",
    "Baptiste",
    "Sofía",
    "Loïc",
    "Aminata",
    "Étienne",
    "Jeanne",
    "Mehdi",
    "Solène",
    "Dragan",
    "Françoise",
    "Hugo",
    "Salomé",
    "Ousmane",
    "Océane",
    "Gérard",
    "Priya",
    "Björn",
    "Anaïs",
    "Tuan",
    "Véronique",
    "Samir",
    "Lucie",
    "Piotr",
    "Cécile",
    "Idris",
    "Margaux",
    "Renée",
    "Kévin",
    "Joséphine",
    "Nadia",
]
FAMILY = [
    "Lefèvre",
    "Diallo",
    "Garçon",
    "N’Diaye",
    "Müller",
    "Bénard",
    "Nguyễn",
    "Hébert",
    "Traoré",
    "Guérin",
    "Ben-Amor",
    "Le-Goff",
    "Ferreira",
    "Łukasik",
    "Châtelain",
    "Öztürk",
    "Dubois",
    "Kone",
    "Béranger",
    "Rasoa",
    "D’Almeida",
    "Morel",
    "Šimek",
    "Poirier",
    "Haddad",
    "Rivière",
    "Cissé",
    "Fontaine",
    "Marchand",
    "Villeneuve",
    "Okafor",
    "Barthélémy",
    "Castel",
    "Jørgensen",
    "Perrin",
    "Aubert",
    "Sørensen",
    "Gaillard",
    "Moulin",
    "Tessier",
]
STATES = (
    ("nothing", 26),
    ("path", 22),
    ("path done", 12),
    ("signed", 14),
    ("charter", 12),
    ("security", 10),
    ("failed", 6),
    ("certified", 38),
)
"""How many of the unnamed people stand at each point of the journey."""


class Demo:
    """What the making shares: the generator, the moment, the documents."""

    def __init__(self, now: dt.datetime):
        self.now = now
        self.random = random.Random(2026)
        self.hash = hash_password(PASSWORD)
        self.site = get_site()

    def moment(self, days_ago: float) -> dt.datetime:
        """A moment of a working day, so many days ago; never in the future."""
        day = self.now - dt.timedelta(days=max(days_ago, 0.2))
        while day.weekday() > 4:
            day -= dt.timedelta(days=1)
        moment = day.replace(
            hour=self.random.randint(7, 15), minute=self.random.randint(0, 59), second=0, microsecond=0
        )
        return min(moment, self.now - dt.timedelta(hours=3))


def name_company() -> None:
    """Give the installation the demo company's name and contacts; before publishing, so that contents carry them."""
    state = db.session.get(SiteState, 1)
    if state is None:
        state = SiteState(id=1, revision=0)
        db.session.add(state)
    state.settings = {**(state.settings or {}), **SETTINGS}
    state.revision += 1
    db.session.flush()


def make_demo(now: dt.datetime) -> None:
    """Make the company in one transaction: an interrupted start leaves an empty database, not half a company."""
    with transaction():
        demo = Demo(now)
        departments = make_departments()
        named = make_named_people(demo, departments)
        make_crowd(demo, departments, named["manager@demo.example"])
        make_ambassadors(demo, named)
        make_questions(demo, named)
        db.session.flush()


def make_departments() -> dict[str, Department]:
    """The tree: the company, five divisions, fourteen departments."""
    made: dict[str, Department] = {}

    def add(name: str, parent: Department | None) -> Department:
        department = Department(
            name=name, parent_id=parent.id if parent else None, path="", depth=parent.depth + 1 if parent else 0
        )
        db.session.add(department)
        db.session.flush()
        department.path = f"{parent.path if parent else '/'}{department.id}/"
        made[name] = department
        return department

    for division, names in TREE.items():
        top = add(division, None)
        for name in names:
            add(name, top)
    return made


def make_named_people(demo: Demo, departments) -> dict[str, Person]:
    """The ten fixed accounts, each in the state its name says."""
    people_of = {
        "manager": ("Hélène", "Morel", "Atelier de montage", (Role.MANAGER,)),
        "employee": ("Inès", "Lefèvre", "Atelier de montage", ()),
        "midway": ("Mamadou", "Diallo", "Boutiques", ()),
        "certified": ("Chloé", "Nguyễn", "Laboratoire", ()),
        "ambassador": ("Gaël", "Le Goff", "Bureau d’études", ()),
        "referent": ("Claire", "Aubry", "Communication", (Role.REFERENT,)),
        "deputy": ("Malik", "Benali", "Communication", (Role.REFERENT,)),
        "hr": ("Françoise", "Perrin", "Ressources humaines", (Role.HR,)),
        "author": ("Étienne", "Châtelain", "Communication", (Role.AUTHOR,)),
        "admin": ("Nadia", "Haddad", "Informatique", (Role.ADMIN,)),
    }
    made = {}
    for number, (name, (given, family, department, roles)) in enumerate(people_of.items(), 1):
        person = people.create_person(
            given,
            family,
            demo.moment(178),
            email=f"{name}@demo.example",
            employee_number=f"HC{number:05d}",
            department_id=departments[department].id,
            site=SITES[number % len(SITES)],
            arrived_on=(demo.now - dt.timedelta(days=400 + 97 * number)).date(),
            password_hash=demo.hash,
            is_demo=True,
            language="fr",
        )
        for role in roles:
            people.give_role(person.id, role, demo.moment(177))
        made[person.email] = person
    made["employee@demo.example"].manager_id = made["manager@demo.example"].id
    midway = made["midway@demo.example"]
    follow_path(demo, midway, "premiers-pas", 20, lessons=3)
    sign(demo, midway, 12)
    for name, ago in (("certified", 40), ("ambassador", 95), ("referent", 150), ("deputy", 149), ("author", 120)):
        finish_everything(demo, made[f"{name}@demo.example"], ago)
    return made


def make_crowd(demo: Demo, departments, manager: Person) -> None:
    """Everybody else, over the tree, in every state, with arrivals over the years and a few departures."""
    leaves = [departments[name] for names in TREE.values() for name in names]
    names = [(given, family.replace("-", " ")) for given in GIVEN for family in FAMILY]
    demo.random.shuffle(names)
    states = [state for state, count in STATES for _ in range(count)]
    demo.random.shuffle(states)
    for number, state in enumerate(states):
        given, family = names[number]
        department = leaves[number % len(leaves)]
        in_team = department.name == "Atelier de montage"
        person = people.create_person(
            given,
            family,
            demo.moment(175),
            email=f"{100 + number}@demo.example" if number % 9 else None,
            employee_number=f"HC{100 + number:05d}",
            department_id=department.id,
            manager_id=manager.id if in_team else None,
            site=SITES[number % len(SITES)],
            arrived_on=(demo.now - dt.timedelta(days=demo.random.choice((45, 80, 150, 400, 900, 2500)))).date(),
            password_hash=demo.hash,
            is_demo=True,
            language="en" if number % 17 == 0 else "fr",
        )
        reach(demo, person, state)
        if number % 37 == 5:
            people.close_person(person.id, demo.moment(9))


def reach(demo: Demo, person: Person, state: str) -> None:
    """Bring one person to a state, by the acts that lead there, over the past months."""
    ago = demo.random.uniform(12, max(13, min(170, (demo.now.date() - person.arrived_on).days - 12)))
    path = demo.random.choice(demo.site.paths)
    if state == "nothing":
        return
    if state == "certified":
        finish_everything(demo, person, ago, path)
        return
    whole = len(demo.site.course(path).lessons)
    follow_path(demo, person, path, ago, lessons=whole if state != "path" else demo.random.randint(0, whole - 1))
    if state in ("path", "path done"):
        return
    sign(demo, person, ago - 4)
    if state == "signed":
        return
    take_quiz(demo, person, "charter", ago - 5, passes=state != "failed")
    if state == "security":
        read_course(demo, person, demo.site.course("security"), ago - 7, demo.random.randint(2, 8))


def follow_path(demo: Demo, person: Person, slug: str, ago: float, lessons: int) -> None:
    """Choose a path and finish so many of its lessons."""
    course = demo.site.course(slug)
    learning.choose_path(person.id, course, demo.moment(ago))
    read_course(demo, person, course, ago - 0.5, lessons)


def read_course(demo: Demo, person: Person, course, ago: float, lessons: int) -> None:
    """Finish the first lessons of a course, one or two a day."""
    for number, lesson in enumerate(course.lessons[:lessons]):
        learning.complete_lesson(person.id, course, lesson, demo.moment(ago - number / 2))


def sign(demo: Demo, person: Person, ago: float) -> None:
    """Read and sign the charter."""
    charter = demo.site.charter
    learning.sign_charter(person.id, charter.edition_id, charter, person.language or "fr", demo.moment(ago))


def take_quiz(demo: Demo, person: Person, slug: str, ago: float, passes: bool) -> None:
    """Sit a quiz from end to end; who fails, fails by a knock-out and a few more."""
    quiz = demo.site.quiz(slug)
    moment = demo.moment(ago)
    attempt_id = assessment.start_attempt(person.id, quiz, demo.random.getrandbits(48), moment)
    drawn = db.session.get(assessment.Attempt, attempt_id).items
    given = {}
    for place, item_id in enumerate(drawn):
        item = quiz.by_id[item_id]
        slips = (
            (bool(item.family) or place % 3 == 0) if not passes else (not item.family and demo.random.random() < 0.04)
        )
        given[item_id] = (slip_of(item) if slips else key_of(item), place + 1)
    end = moment + dt.timedelta(minutes=demo.random.randint(9, 24))
    assessment.save_responses(attempt_id, person.id, given, end - dt.timedelta(minutes=1))
    assessment.submit_attempt(attempt_id, person.id, end)


def key_of(item):
    """The right response."""
    return grading.check_value(item, item.key)


def slip_of(item):
    """A wrong response, the kind a hurried reader gives."""
    match item.type:
        case "ordering":
            return list(reversed(item.key))
        case "sorting":
            return dict.fromkeys(item.choice_ids, item.classes[0])
        case "multiple" | "span":
            return [next(c for c in item.choice_ids if c not in item.key)]
        case _:
            return next(c for c in item.choice_ids if c != item.key)


def finish_everything(demo: Demo, person: Person, ago: float, path: str = "premiers-pas") -> None:
    """The whole programme, ended so many days ago; half of the people show by a check what they know already."""
    course, security = demo.site.course(path), demo.site.course("security")
    follow_path(demo, person, path, ago + 9, len(course.lessons))
    sign(demo, person, ago + 5)
    take_quiz(demo, person, "charter", ago + 4, passes=True)
    read_course(demo, person, security, ago + 4, len(security.lessons))
    tries = 0
    while not take_until_passed(demo, person, ago - tries * 1.2):
        tries += 1


def take_until_passed(demo: Demo, person: Person, ago: float) -> bool:
    """Sit the security quiz; nearly everyone passes at the first go."""
    passes = demo.random.random() > 0.1
    take_quiz(demo, person, "security", ago, passes)
    return passes


POSTS = (
    (
        "job-night-line",
        "Je travaille de nuit chez Hautecombe depuis quatre ans, et mon équipe cherche du renfort. Ce que j’aurais aimé "
        "qu’on me dise au début : le sommeil demande un bon mois pour se caler. Ce qui m’a surpris en bien, c’est le "
        "calme, et une équipe qui s’entraide sans qu’on le lui demande. L’offre du 5 octobre dit tout le reste, formation "
        "en binôme comprise : [lien]. Écrivez-moi si vous hésitez, je répondrai avec mon vécu.",
        ("linkedin",),
        ("jobs", "trades"),
    ),
    (
        "product-refill",
        "Trois essais ratés avant le bon. Chez Hautecombe, j’ai testé l’ouverture de la nouvelle recharge, et la première "
        "version me coulait sur les doigts. Celle qui est en vente depuis le 15 avril s’ouvre d’une main. Elle contient "
        "62 % de plastique en moins que le flacon neuf de même contenance, le calcul est en note de la fiche : [lien]. "
        "Il reste à trier la recharge là où votre commune l’accepte.",
        ("linkedin", "instagram"),
        ("products",),
    ),
    (
        "job-apprentice",
        "J’ai commencé par un apprentissage, au laboratoire de Hautecombe où je fais aujourd’hui du contrôle qualité. "
        "On m’y a appris à écrire ce que je vois avant ce que j’en pense. Une place s’ouvre à la rentrée, deux ans, une "
        "semaine sur deux en formation, sans expérience demandée : l’offre du 3 mars est ici, [lien].",
        ("linkedin",),
        ("jobs",),
    ),
)
"""Practice posts of the demo, written on the shipped briefs."""

REASON = "Votre post dit d’où vous parlez et donne un fait daté que l’on peut vérifier. On entend votre voix."
REWORK = "Le récit est vivant. Il manque le nom de votre employeur dans le texte, et la date de l’offre que vous citez."
REFUSAL = "La photo décrite montre un écran de planning avec des noms de clients. Reprenez la leçon, puis proposez un autre post."


def make_ambassadors(demo: Demo, named: dict[str, Person]) -> None:
    """Applications in every state, and mandates of both regimes; referents share the work."""
    organisation.seed_catalogue()
    db.session.flush()
    referents = (named["referent@demo.example"], named["deputy@demo.example"])
    apply(demo, named["ambassador@demo.example"], 0, 88, referents[0], "granted")
    already = [named[e].id for e in ("ambassador@demo.example", "certified@demo.example", "author@demo.example")]
    certified = db.session.scalars(
        select(Person)
        .join(Credential, Credential.person_id == Person.id)
        .where(Person.id.not_in([*already, *(r.id for r in referents)]), Person.closed_at.is_(None))
        .where(Credential.issued_at < demo.now - dt.timedelta(days=30))
        .order_by(Person.id)
    ).all()
    outcomes = (
        "granted",
        "granted",
        "autonomous",
        "dormant",
        "sent_back",
        "refused",
        "late",
        "waiting",
        "draft",
        "withdrawn",
    )
    for place, (person, outcome) in enumerate(zip(certified, outcomes, strict=False)):
        apply(
            demo, person, place, {"late": 9, "waiting": 1}.get(outcome, 27 - 2 * place), referents[place % 2], outcome
        )


def apply(demo: Demo, person: Person, place: int, ago: float, referent: Person, outcome: str) -> None:
    """One application, written, sent and decided, as far as its outcome says."""
    brief, post, networks, topics = POSTS[place % len(POSTS)]
    begun = demo.moment(ago + 1)
    ambassadors.begin_application(person.id, brief, begun)
    ambassadors.save_draft(person.id, post, "", networks[0], networks, topics, begun)
    db.session.flush()
    if outcome == "draft":
        return
    application = ambassadors.submit_application(person.id, version_of(person), demo.moment(ago))
    if outcome == "withdrawn":
        ambassadors.withdraw_application(person.id, demo.moment(ago - 1))
    if outcome in ("late", "waiting", "withdrawn"):
        return
    moment = demo.moment(ago - 2)
    today = moment.date()
    decision = outcome if outcome in ("sent_back", "refused") else "granted"
    grid = dict.fromkeys(CRITERIA, 2) | ({"accuracy": 3, "voice": 3} if decision == "granted" else {"transparency": 0})
    verdict = Verdict(
        grid=grid,
        decision=decision,
        reason={"granted": REASON, "sent_back": REWORK, "refused": REFUSAL}[decision],
        red_flags=("personal_data",) if decision == "refused" else (),
        category="red_line" if decision == "refused" else None,
        lessons=("security/traces",) if decision == "refused" else (),
        again_on=today + dt.timedelta(days=30) if decision == "refused" else None,
    )
    scope = Scope(tuple(networks), tuple(topics), ("fr",), today, today + dt.timedelta(days=180))
    ambassadors.decide(
        referent.id, application.id, version_of(person), verdict, scope if decision == "granted" else None, moment
    )
    if outcome in ("autonomous", "dormant"):
        act = {"autonomous": "made_autonomous", "dormant": "let_dormant"}[outcome]
        mandate = db.session.scalars(select(Mandate).where(Mandate.person_id == person.id)).one()
        why = "Nous en avons parlé ensemble le jour même, et c’est aussi votre souhait."
        mandates.change_mandate(referent.id, mandate.id, mandate.version, act, why, demo.moment(ago - 4))


def version_of(person: Person) -> int:
    """The version of the person's open application, as a page would carry it."""
    statement = select(Application.version).where(Application.person_id == person.id).order_by(Application.id.desc())
    return db.session.scalars(statement.limit(1)).one()


QUESTIONS = (
    (
        "midway",
        1,
        "/courses/premiers-pas",
        "Un client m’a tagué sous un avis négatif. Est-ce à moi de répondre ?",
        None,
    ),
    (
        "certified",
        9,
        "/charter",
        "Puis-je publier une photo du laboratoire où l’on devine une machine en essai ?",
        None,
    ),
    (
        "midway",
        30,
        "/charter",
        "Dois-je écrire « opinions personnelles » dans ma biographie ?",
        "Non, ce n’est pas obligatoire. Dites surtout que vous travaillez ici quand vous parlez de l’entreprise.",
    ),
)
"""Who asks, how many days ago, from which page, what, and the answer where there is one."""


def make_questions(demo: Demo, named: dict[str, Person]) -> None:
    """A question in time, one overdue, one answered and published; an alert that a referent has taken."""
    referent = named["referent@demo.example"]
    for place, (who, days_ago, page, words, answer) in enumerate(QUESTIONS):
        at = demo.moment(days_ago)
        person = named[f"{who}@demo.example"]
        question_id = questions.ask(person.id, f"{place:032x}", words, page, False, at)
        if answer:
            at += dt.timedelta(hours=2)
            questions.answer(referent.id, question_id, 1, answer, at)
            questions.publish(
                referent.id,
                question_id,
                "Faut-il écrire « opinions personnelles » dans sa biographie ?",
                answer,
                "fr",
                False,
                at,
            )
    at = demo.moment(2)
    seen = "Un compte qui reprend notre logo annonce un rappel de produits. Déjà 200 partages."
    person = named["certified@demo.example"]
    alert_id = alerts.raise_alert(person.id, "0" * 32, seen, "Réseau X, @hautecombe_infos", (), None, at)
    alerts.take(referent.id, alert_id, 1, at + dt.timedelta(minutes=6))
    advice = "Merci de nous avoir prévenus. Ne répondez pas et ne partagez rien ; nous demandons sa fermeture."
    alerts.advise(referent.id, alert_id, 2, "tension", advice, at + dt.timedelta(minutes=20))
