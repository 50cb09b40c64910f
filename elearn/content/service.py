"""Publishing editions, and the current ones, kept in memory by every process until the revision rises."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select, update

from ..db import db, insert_once
from ..errors import Refusal
from ..i18n import _l
from . import loader
from . import types as t
from .checks import check_folder
from .files import PLACEHOLDER, Fault, digest_of, read_folder
from .models import Edition, SiteState

DEFAULT_SETTINGS = {
    "name": "Porte-voix",
    "logo": None,
    "brand": "#0b5563",
    "contacts": {"referent": "", "press": "", "security": "", "dpo": "", "hr": ""},
    "on_call": [],
    "answer_days": 3,
    "headcount": None,
}
VALUES_FILE = "values.json"
MAX_OLD_EDITIONS = 64


@dataclass
class Site:
    """What a process knows of the installation at one revision: settings and current editions."""

    revision: int
    settings: dict
    current: dict[str, tuple[int, int]]
    """Document → (edition id, number)."""
    documents: dict[str, object] = field(default_factory=dict)

    @property
    def paths(self) -> tuple[str, ...]:
        """Slugs of the paths, in the order of their tints."""
        courses = [self.course(slug) for slug in self.course_slugs]
        return tuple(c.slug for c in sorted((c for c in courses if c.kind == "path"), key=lambda c: c.tint))

    @property
    def course_slugs(self) -> tuple[str, ...]:
        """Slugs of every published course."""
        return tuple(d.partition(":")[2] for d in self.current if d.startswith("course:"))

    def get(self, document: str):
        """The current edition of a document, as an object; None where it was never published."""
        if document not in self.documents:
            edition = self.current.get(document)
            self.documents[document] = get_document(edition[0]) if edition else None
        return self.documents[document]

    def course(self, slug: str) -> t.Course | None:
        """A course by its slug."""
        return self.get(f"course:{slug}")

    def quiz(self, slug: str) -> t.Quiz | None:
        """A quiz by its slug."""
        return self.get(f"quiz:{slug}")

    def award(self, slug: str) -> t.Award | None:
        """An award by its slug."""
        return self.get(f"award:{slug}")

    @property
    def charter(self) -> t.Charter | None:
        """The charter in force."""
        return self.get("charter")

    @property
    def pages(self) -> dict[str, t.Page]:
        """Loose pages by slug."""
        return self.get("pages") or {}

    @property
    def glossary(self) -> tuple[t.Term, ...]:
        """The glossary."""
        return self.get("glossary") or ()

    @property
    def briefs(self) -> t.Briefs | None:
        """Practice briefs."""
        return self.get("briefs")

    @property
    def placement(self) -> t.Placement | None:
        """The placement questionnaire."""
        return self.get("placement")


_lock = threading.Lock()
_site: Site | None = None
_editions: OrderedDict[int, object] = OrderedDict()


def get_site() -> Site:
    """The installation as it is now. One small query a call: views keep it in ``g.site``."""
    global _site
    row = db.session.execute(select(SiteState.revision, SiteState.settings).where(SiteState.id == 1)).first()
    revision, settings = row if row else (0, {})
    site = _site
    if site is None or site.revision != revision:
        rows = db.session.execute(
            select(Edition.document, Edition.id, Edition.number).where(Edition.is_current).order_by(Edition.document)
        )
        site = Site(revision, {**DEFAULT_SETTINGS, **(settings or {})}, {d: (i, n) for d, i, n in rows})
        _site = site
    return site


def forget() -> None:
    """Drop what this process keeps; for tests, whose database is replaced under it."""
    global _site
    _site = None
    _editions.clear()


def get_document(edition_id: int):
    """Any edition, current or not, as an object: what an attempt, a signature, a credential cite."""
    with _lock:
        if edition_id in _editions:
            _editions.move_to_end(edition_id)
            return _editions[edition_id]
    edition = db.session.execute(
        select(Edition.id, Edition.document, Edition.number, Edition.files).where(Edition.id == edition_id)
    ).first()
    if edition is None:
        raise LookupError(f"no edition {edition_id}")
    files = dict(edition.files)
    values = json.loads(files.pop(VALUES_FILE, "{}"))
    loaded, faults = loader.load(edition.document, files, values, edition)
    if loaded is None:
        raise LookupError(f"edition {edition_id} cannot be read any more: {faults[0]}")
    with _lock:
        _editions[edition_id] = loaded
        while len(_editions) > MAX_OLD_EDITIONS:
            _editions.popitem(last=False)
    return loaded


def company_values(settings: dict) -> dict[str, str]:
    """The words that fill ``{{company}}`` and its like in content."""
    settings = {**DEFAULT_SETTINGS, **settings}
    contacts = {**DEFAULT_SETTINGS["contacts"], **(settings.get("contacts") or {})}
    on_call = ", ".join(f"{p['name']} ({p['phone']})" for p in settings.get("on_call") or [] if p.get("name"))
    values = {"company": settings["name"]}
    for name, (french, english) in UNNAMED.items():
        named = on_call if name == "oncall" else contacts[name.removeprefix("contact_")]
        values.update({name: named} if named else {f"{name}.fr": french, f"{name}.en": english})
    return values


UNNAMED = {
    "contact_referent": ("le référent", "the referent"),
    "contact_press": ("le service presse", "the press office"),
    "contact_security": ("l’équipe de sécurité informatique", "the IT security team"),
    "contact_dpo": ("le délégué à la protection des données", "the data protection officer"),
    "oncall": ("la personne d’astreinte", "the person on duty"),
}
"""What stands in a text while the company has named nobody."""


@dataclass(frozen=True)
class Checked:
    """The files of every document as they were read, what the check found in them, and what was served then."""

    folder: dict[str, dict[str, str]]
    faults: dict[str, list[Fault]]
    standing: dict[str, str]
    """Document → digest of its current edition."""


@dataclass(frozen=True)
class Publication:
    """What publishing did: (document, edition number) made anew, documents unchanged, faults that held others back."""

    published: tuple[tuple[str, int], ...]
    unchanged: tuple[str, ...]
    held_back: dict[str, list[Fault]]


def read_and_check(root: Path, overlay: Path | None, check=check_folder) -> Checked:
    """Read the files and check them, which takes seconds: before the transaction that publishes them, never inside.

    ``check`` takes the files of all documents and gives the faults of each.
    """
    standing = _standing()
    db.session.rollback()  # Nothing is held open meanwhile.
    folder = read_folder(root, overlay)
    return Checked(folder, check(folder), standing)


def _standing() -> dict[str, str]:
    return dict(db.session.execute(select(Edition.document, Edition.digest).where(Edition.is_current)).all())


def publish(checked: Checked, now, by_id: int | None = None) -> Publication:
    """Store each document whose digest is new as its next edition; a document with a fault is never published.

    To be called inside a transaction. Raises Refusal where a document was published since its files were read: what
    is older must not come after what is newer.
    """
    state = _lock_state()
    standing = _standing()
    published, unchanged, held_back = [], [], {}
    for document, files in checked.folder.items():
        if checked.faults.get(document):
            held_back[document] = checked.faults[document]
        elif number := _store_if_new(document, files, state, standing.get(document), now, by_id):
            if standing.get(document) != checked.standing.get(document):
                raise Refusal(_l("Une autre publication a eu lieu entre-temps. Recommencez."))
            published.append((document, number))
        else:
            unchanged.append(document)
    if published:
        state.revision += 1
    db.session.flush()
    return Publication(tuple(published), tuple(unchanged), held_back)


def publish_values(now, by_id: int | None = None) -> Publication:
    """Store a next edition of each document that names what the company changed: its name, a contact, who is on duty.

    Words are those that are served, never the files, which may be half written. To be called inside a transaction.
    """
    state = _lock_state()
    published = []
    for edition in db.session.scalars(select(Edition).where(Edition.is_current).order_by(Edition.document)).all():
        files = {path: text for path, text in edition.files.items() if path != VALUES_FILE}
        if number := _store_if_new(edition.document, files, state, edition.digest, now, by_id):
            published.append((edition.document, number))
    if published:
        state.revision += 1
    db.session.flush()
    return Publication(tuple(published), (), {})


def _lock_state() -> SiteState:
    """The installation's row, locked: one publication at a time."""
    insert_once(SiteState, on=("id",), id=1, revision=0, settings={})
    locked = select(SiteState).where(SiteState.id == 1).with_for_update()
    return db.session.scalars(locked.execution_options(populate_existing=True)).one()


def _store_if_new(document: str, files: Mapping[str, str], state: SiteState, digest: str | None, now, by_id):
    """Make these files with today's company values the current edition; its number, or None where nothing changed."""
    values = used_values(files, company_values(state.settings or {}))
    files = {**files, VALUES_FILE: json.dumps(values, sort_keys=True)}
    return None if digest_of(files) == digest else _store(document, files, now, by_id)


def used_values(files: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The company values that these files name: another phone number makes no new edition of what does not give it."""
    used = {name for text in files.values() for name in PLACEHOLDER.findall(text)}
    return {name: value for name, value in values.items() if name.partition(".")[0] in used}


def _store(document: str, files: dict[str, str], now, by_id: int | None) -> int:
    """Make these files the document's current edition; return its number."""
    db.session.execute(update(Edition).where(Edition.document == document, Edition.is_current).values(is_current=False))
    number = (db.session.scalar(select(func.max(Edition.number)).where(Edition.document == document)) or 0) + 1
    article_digests = None
    if document == "charter":
        charter, _ = loader.load(document, files)
        article_digests = {str(article.number): article.digest for article in charter.articles}
    db.session.add(
        Edition(
            document=document,
            number=number,
            digest=digest_of(files),
            files=files,
            article_digests=article_digests,
            published_at=now,
            published_by_id=by_id,
        )
    )
    return number
