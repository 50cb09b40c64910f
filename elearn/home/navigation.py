"""The main navigation: a few entries for everyone, and the desk of each role."""

from __future__ import annotations

from types import SimpleNamespace

from flask import current_app, request, url_for
from flask_login import current_user

from ..i18n import _
from ..permissions import Permission

ENTRIES = (
    ("home.home", lambda: _("Mon programme"), None),
    ("learning.charter", lambda: _("La charte"), None),
    ("learning.resources", lambda: _("Ressources"), None),
    ("ambassadors.mine", lambda: _("Ambassadeurs"), None),
    ("ambassadors.queue", lambda: _("Bureau du référent"), Permission.REFERENT_APPLICATIONS),
    ("reporting.dashboard", lambda: _("Suivi RH"), Permission.HR_COMPLETION),
    ("reporting.team", lambda: _("Mon équipe"), Permission.TEAM_COMPLETION),
    ("authoring.documents", lambda: _("Contenus"), Permission.AUTHOR_CONTENT),
    ("people.admin", lambda: _("Administration"), Permission.ADMIN_PEOPLE),
)


def navigation() -> list[SimpleNamespace]:
    """Entries this person may open, the present one marked. Signed out, there are none."""
    if not current_user.is_authenticated:
        return []
    entries = []
    for endpoint, label, permission in ENTRIES:
        if endpoint not in current_app.view_functions or (permission and not current_user.may(permission)):
            continue
        url = url_for(endpoint)
        active = request.path == url or (url != "/" and request.path.startswith(url + "/"))
        entries.append(SimpleNamespace(label=label(), url=url, active=active))
    return entries
