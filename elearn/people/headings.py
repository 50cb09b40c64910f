"""The columns that a file of people may have, and the headings they are known by, in French and in English. Pure."""

from __future__ import annotations

import re

from .models import normalise

HEADINGS = {
    "given_name": ("prenom", "prenoms", "given name", "first name", "firstname"),
    "family_name": ("nom", "nom de famille", "nom d'usage", "family name", "last name", "lastname", "surname"),
    "email": ("email", "e-mail", "mail", "courriel", "adresse e-mail", "adresse mail", "adresse email", "e-mail address"),
    "employee_number": (
        "matricule", "numero", "numero de matricule", "no matricule", "employee number", "employee id", "staff number",
    ),
    "external_id": ("identifiant", "identifiant externe", "identifiant d'annuaire", "external id", "directory id", "directory identifier",
                    "uid"),
    "department": ("service", "departement", "direction", "unite", "department", "team", "unit"),
    "site": ("site", "lieu", "etablissement", "location", "office"),
    "job_title": ("fonction", "poste", "intitule du poste", "metier", "job title", "job", "position"),
    "arrived_on": ("arrivee", "arrivee le", "date d'arrivee", "entree", "date d'entree", "embauche", "date d'embauche",
                   "start date", "hire date", "arrival date", "arrived on"),
    "left_on": ("depart", "depart le", "date de depart", "sortie", "date de sortie", "end date", "leaving date",
                "left on"),
    "manager": ("responsable", "manager", "n+1", "superieur", "responsable hierarchique", "line manager"),
    "language": ("langue", "language"),
}  # fmt: skip
"""The field → the headings it is known by, folded."""

BY_HEADING = {heading: name for name, headings in HEADINGS.items() for heading in headings}


def fold_heading(text: str) -> str:
    """A heading as it is compared: « Date d’arrivée * » → ``date d'arrivee``."""
    folded = normalise(text.replace("’", "'").replace("_", " "))
    return re.sub(r"\s*[*:]+\s*$|\s*\(.*\)\s*$", "", folded).strip()
