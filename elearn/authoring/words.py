"""How the author's room names documents, fields, states and flags."""

from __future__ import annotations

from ..content import types as t
from ..i18n import _, _l, _n

DOCUMENTS = {
    "charter": _l("La charte"),
    "pages": _l("Les pages"),
    "glossary": _l("Le glossaire"),
    "briefs": _l("Les sujets d’entraînement"),
    "placement": _l("Le positionnement"),
}
"""What a document is called where its own words do not say so."""

KINDS = {
    "course": _l("Cours"),
    "quiz": _l("Quiz"),
    "award": _l("Certificat"),
    "charter": _l("Charte"),
    "pages": _l("Pages"),
    "glossary": _l("Glossaire"),
    "briefs": _l("Entraînement"),
    "placement": _l("Positionnement"),
}
ORDER = ("course", "charter", "quiz", "placement", "briefs", "pages", "glossary", "award")

TYPES = {
    "single": _l("choix unique"),
    "multiple": _l("choix multiple"),
    "boolean": _l("vrai ou faux"),
    "ordering": _l("ordre"),
    "sorting": _l("classement"),
    "span": _l("passage à repérer"),
}
DIFFICULTIES = {1: _l("facile"), 2: _l("moyenne"), 3: _l("difficile")}

FLAGS = {
    "reversed": _l("Manquée par ceux qui savent"),
    "hard": _l("Très peu y répondent juste"),
    "weak": _l("Ne distingue pas qui sait"),
    "easy": _l("Presque tous y répondent juste"),
    "rival": _l("Un autre choix attire plus que la clé"),
    "contested": _l("Contestée"),
}
ADVICE = {
    "reversed": _l("Ceux qui réussissent le reste manquent cette question. Vérifiez la clé, puis l’énoncé."),
    "hard": _l("Moins de quatre sur dix. La leçon en parle-t-elle, et la question dit-elle ce qu’elle demande ?"),
    "weak": _l("Y répondre juste ne dit presque rien du reste. L’énoncé se devine peut-être, ou teste autre chose."),
    "easy": _l("Elle prend du temps et n’apprend rien. Rendez un choix faux plus vraisemblable, ou retirez-la."),
    "rival": _l("Un choix faux est pris plus souvent que la clé. Deux réponses sont peut-être justes."),
    "contested": _l("Des personnes la trouvent fausse ou ambiguë. Lisez ce qu’elles en disent."),
}

UNITS = {
    "frame": _l("Le document lui-même"),
    "lesson": _l("Leçon"),
    "item": _l("Question"),
    "scenario": _l("Scénario"),
    "article": _l("Article"),
    "page": _l("Page"),
    "term": _l("Terme"),
    "brief": _l("Sujet"),
}
CHANGES = {"added": _l("ajouté"), "removed": _l("retiré"), "changed": _l("modifié")}

FIELDS = {
    "answer": _l("Réponse"),
    "article": _l("Article de la charte"),
    "attempts": _l("Essais"),
    "author": _l("Auteur de la publication"),
    "better": _l("Version publiable"),
    "block": _l("Groupe"),
    "body": _l("Texte"),
    "brief": _l("Sujet"),
    "choices": _l("Choix"),
    "classes": _l("Catégories"),
    "context": _l("Contexte"),
    "cover": _l("Couverture"),
    "definition": _l("Définition"),
    "difficulty": _l("Difficulté"),
    "essential": _l("L’essentiel"),
    "facts": _l("Faits"),
    "family": _l("Famille décisive"),
    "feedback": _l("Explications"),
    "introduction": _l("Introduction"),
    "key": _l("Clé"),
    "kind": _l("Genre"),
    "lesson": _l("Leçon"),
    "minutes": _l("Minutes"),
    "model": _l("Modèle"),
    "model_notes": _l("Notes sur le modèle"),
    "network": _l("Réseau"),
    "networks": _l("Réseaux"),
    "objectives": _l("Objectifs"),
    "outcomes": _l("Acquis"),
    "pass_percent": _l("Seuil"),
    "pause_hours": _l("Pause, en heures"),
    "prompt": _l("Énoncé"),
    "renewal": _l("Renouvellement"),
    "requirements": _l("Ce qui est demandé"),
    "segments": _l("Passages"),
    "situation": _l("Situation"),
    "slip": _l("Faute"),
    "sources": _l("Sources"),
    "spans": _l("Passages à repérer"),
    "statement": _l("Phrase signée"),
    "status": _l("Statut"),
    "summary": _l("Résumé"),
    "summary_title": _l("Titre du résumé"),
    "takeaway": _l("À retenir"),
    "template": _l("Modèle d’impression"),
    "term": _l("Terme"),
    "theme": _l("Feuille de style"),
    "time_limit_minutes": _l("Temps, en minutes"),
    "title": _l("Titre"),
    "type": _l("Type"),
    "unacceptable": _l("Ce qui n’est pas acceptable"),
    "validity_months": _l("Validité, en mois"),
    "watch": _l("Points de vigilance"),
    "welcome": _l("Ce qui est bienvenu"),
    "why": _l("Pourquoi"),
}


def field(name: str) -> str:
    """A field's name; an author's own field is shown as it is written."""
    return str(FIELDS.get(name, name))


def title_of(document: str, thing, language: str) -> str:
    """What a document is called."""
    if document in DOCUMENTS:
        return str(DOCUMENTS[document])
    if isinstance(thing, t.Award):
        return str(thing.words.of(language).get("award", thing.slug))
    return thing.words.of(language).title


def measure_of(thing) -> str:
    """How much there is of it, in a few words."""
    match thing:
        case t.Course():
            return _n("%(num)s leçon", "%(num)s leçons", len(thing.lessons))
        case t.Charter():
            return _n("%(num)s article", "%(num)s articles", len(thing.articles))
        case t.Quiz():
            return _n("%(num)s question", "%(num)s questions", len(thing.bank))
        case t.Placement():
            return _n("%(num)s question", "%(num)s questions", len(thing.items))
        case t.Briefs():
            return _n("%(num)s sujet", "%(num)s sujets", len(thing.briefs))
        case t.Award():
            return _("valable %(months)s mois", months=thing.validity_months)
        case dict():
            return _n("%(num)s page", "%(num)s pages", len(thing))
    return _n("%(num)s terme", "%(num)s termes", len(thing))
