"""Kinds of message and the readers they go to, registered by the rooms that know them. Pure: two registries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..permissions import Role


@dataclass(frozen=True)
class Kind:
    """A kind of message: its template, and how ids become variables.

    ``variables(message, language)`` returns a dict, or None when there is nothing left to say (what it was about is
    gone, or too late): the message is then dropped. ``path``, where present, is the page the message leads to.
    """

    name: str
    template: str
    variables: Callable
    mandatory: bool
    by_email: bool
    in_app: bool
    mode: str
    role: Role | None

    @property
    def is_optional(self) -> bool:
        """Whether its reader chooses how it comes: by mail at once, in the daily digest, in the application only."""
        return not self.mandatory and self.in_app and self.by_email


@dataclass(frozen=True)
class Reader:
    """Whom a message is for, as far as delivery needs to know."""

    name: str
    email: str | None
    language: str
    is_active: bool


_kinds: dict[str, Kind] = {}
_readers: list[Callable[[Iterable[int]], dict[int, Reader]]] = []


def register_kind(
    name: str,
    *,
    template: str | None = None,
    variables=None,
    mandatory: bool = False,
    by_email: bool = True,
    in_app: bool = True,
    mode: str = "digest",
    role: Role | None = None,
) -> None:
    """Make a kind known. The template extends ``notifications/mail.html``; by default ``notifications/<name>.html``.

    ``mandatory`` messages cannot be turned off by their reader; ``in_app=False`` goes to the mailbox alone.
    ``mode`` is how an optional kind comes to who chose nothing: ``digest``, or ``at_once`` for what sums up already or
    answers what was just done. ``role`` is who it is for, where it is not for everybody: choices are shown by role.
    """
    template = template or f"notifications/{name}.html"
    _kinds[name] = Kind(
        name, template, variables or (lambda message, language: {}), mandatory, by_email, in_app, mode, role
    )


def get_kind(name: str) -> Kind:
    """A kind by its name; KeyError when no room registered it."""
    return _kinds[name]


def list_kinds() -> list[Kind]:
    """Every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def register_readers(find: Callable[[Iterable[int]], dict[int, Reader]]) -> None:
    """Say how readers are found by person id, many at once; ``people`` does."""
    _readers[:] = [find]


def find_readers(ids: Iterable[int]) -> dict[int, Reader]:
    """Readers by person id; those who are gone are absent."""
    return _readers[0](ids) if _readers else {}
