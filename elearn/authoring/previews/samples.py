"""Invented variables for each kind of message, so that an author reads every mail before anybody does. Pure data."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

READER = {"fr": "Éléonore Lefèvre-Nguyễn", "en": "Éléonore Lefèvre-Nguyễn"}
DAY = dt.date(2026, 3, 12)
MOMENT = dt.datetime(2026, 3, 12, 13, 3, tzinfo=dt.UTC)
SOMEBODY = "Mamadou Diallo"
REFERENT = "Claire Aubry"
SENTENCES = {
    "fr": {
        "campaign": "Printemps 2026",
        "line": "L’entreprise répond sur ses comptes ; personne d’autre n’en parle.",
        "parts": ["Charte", "Sécurité"],
        "act": "Statut accordé",
        "reason": "Votre post d’entraînement est clair et votre source est citée.",
        "grounds": "Une publication du 3 mars cite un chiffre sans source. Pouvez-vous nous dire d’où il vient ?",
        "answer": "Merci. Deux réponses étaient justes en effet.",
        "asked": "Puis-je citer un client qui nous a remerciés en public ?",
        "said": "Gardez la capture.\nNe répondez pas : nous publions une mise au point à 15 h.",
        "why": "Le quiz de la sécurité a été passé depuis ce compte par une autre personne, qui nous l’a dit.",
        "quiz": "Le quiz de la charte",
        "title": "Puis-je citer un client ?",
        "award": "Prendre la parole sur les réseaux sociaux",
        "when": "12 mars 2026, 14:03",
    },
    "en": {
        "campaign": "Spring 2026",
        "line": "The company answers on its accounts; nobody else speaks of it.",
        "parts": ["Charter", "Security"],
        "act": "Status granted",
        "reason": "Your practice post is clear and names its source.",
        "grounds": "A post of 3 March quotes a figure without a source. Could you tell us where it comes from?",
        "answer": "Thank you. Two answers were right indeed.",
        "asked": "May I name a client who thanked us in public?",
        "said": "Keep the screenshot.\nDo not reply: we post a statement at 3 pm.",
        "why": "The security quiz was taken on this account by somebody else, who told us so.",
        "quiz": "The charter quiz",
        "title": "May I name a client?",
        "award": "Speaking up on social media",
        "when": "12 March 2026, 14:03",
    },
}


def variables_of(language: str, wanted: set[str]) -> dict:
    """Sample variables of a mail that wants these; what nobody invented is shown by its name, so that a gap is seen and not an error."""
    words = SENTENCES[language]
    day = words["when"].split(",")[0]
    known = {
        **words,
        "path": "/",
        "hours": 48,
        "at": MOMENT,
        "taken_by": "",
        "count": 3,
        "lines": [(words["quiz"], 1, "/"), (words["title"], 2, "/")],
        "more": 1,
        "by": REFERENT,
        "name": SOMEBODY,
        "names": [SOMEBODY, "Inès Lefèvre"],
        "total": 2,
        "oneself": False,
        "is_changed": True,
        "may_contest": True,
        "note": "",
        "is_voided": True,
        "item": "c1-photo",
        "ends_on": DAY + dt.timedelta(days=14),
        "answer_by": DAY,
        "deadline": DAY,
        "day": DAY,
        "late": -7,
        "whole": 120,
        "done": 111,
        "left": 9,
        "cause": "",
        "campaign": SimpleNamespace(name=words["campaign"]),
        "words": {"award": words["award"], "issued": day, "until": day.replace("2026", "2027")},
    }
    return {name: known.get(name, _guess(name)) for name in wanted | {"path"}}


def _guess(name: str):
    """By the house's names: ``…_on`` is a date, ``…_at`` a moment."""
    if name.endswith("_on"):
        return DAY
    return MOMENT if name.endswith("_at") else f"‹{name}›"
