"""Who may do what: the Permission enum, the role matrix, and the guards that views wear.

Every view wears exactly one guard: ``@public``, ``@signed_in`` or ``@permission_required(…)``. A view without one
is refused at start-up, so that forgetting is impossible. Whether a person may touch *this* row is another
question, answered by queries scoped to them and by ``rules.can_…``.
"""

from __future__ import annotations

from enum import StrEnum
from functools import wraps

from flask_login import current_user

from .errors import Forbidden
from .i18n import _l


class Role(StrEnum):
    """What a person may be besides a learner, which everybody is."""

    ADMIN = "admin"
    AUTHOR = "author"
    HR = "hr"
    MANAGER = "manager"
    REFERENT = "referent"


class Permission(StrEnum):
    """``scope:resource:action``, alphabetical."""

    ADMIN_LOG = "admin:log:read"
    ADMIN_PEOPLE = "admin:people:manage"
    ADMIN_SETTINGS = "admin:settings:edit"
    AUTHOR_CONTENT = "author:content:read"
    HR_CAMPAIGNS = "hr:campaigns:manage"
    HR_COMPLETION = "hr:completion:read"
    REFERENT_ALERTS = "referent:alerts:handle"
    REFERENT_APPLICATIONS = "referent:applications:decide"
    REFERENT_MANDATES = "referent:mandates:manage"
    REFERENT_QUESTIONS = "referent:questions:answer"
    TEAM_COMPLETION = "team:completion:read"


MATRIX: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset({Permission.ADMIN_LOG, Permission.ADMIN_PEOPLE, Permission.ADMIN_SETTINGS}),
    Role.AUTHOR: frozenset({Permission.AUTHOR_CONTENT}),
    Role.HR: frozenset({Permission.HR_CAMPAIGNS, Permission.HR_COMPLETION}),
    Role.MANAGER: frozenset({Permission.TEAM_COMPLETION}),
    Role.REFERENT: frozenset(
        {
            Permission.REFERENT_ALERTS,
            Permission.REFERENT_APPLICATIONS,
            Permission.REFERENT_MANDATES,
            Permission.REFERENT_QUESTIONS,
        }
    ),
}

EXCLUSIVE_ROLES = frozenset({Role.HR, Role.REFERENT})
"""Nobody holds both: HR must not learn who volunteered, and the referent knows."""


def permissions_of(roles) -> frozenset[Permission]:
    """The union of what the roles may do."""
    return frozenset().union(*(MATRIX[Role(role)] for role in roles))


def public(view):
    """Anyone may open this page, signed in or not."""
    view.guard = "public"
    return view


def signed_in(view):
    """Anyone of the company may open this page; others are sent to sign in."""

    @wraps(view)
    def guarded(*args, **kwargs):
        from flask import current_app

        if not current_user.is_authenticated:
            return current_app.login_manager.unauthorized()
        return view(*args, **kwargs)

    guarded.guard = "signed_in"
    return guarded


def permission_required(permission: Permission):
    """Only roles that hold this permission may open this page; others read why (403)."""

    def decorate(view):
        @wraps(view)
        def guarded(*args, **kwargs):
            from flask import current_app

            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()
            if not current_user.may(permission):
                raise Forbidden(_l("Cette page est réservée à un autre rôle que le vôtre."))
            return view(*args, **kwargs)

        guarded.guard = permission
        return guarded

    return decorate


def check_guards(app) -> None:
    """Refuse to start with a route that nobody thought to guard."""
    bare = [name for name, view in app.view_functions.items() if name != "static" and not hasattr(view, "guard")]
    if bare:
        raise RuntimeError(f"These views have no guard: {', '.join(sorted(bare))}.")
