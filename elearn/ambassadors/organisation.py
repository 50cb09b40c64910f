"""Who answers for whom, and the catalogue of networks and topics. Callers open the transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import delete, select

from ..db import db, insert_once
from ..errors import Invalid, NotFound
from ..i18n import _l, company_day
from ..notifications.service import queue
from ..people.departments import name_of
from ..people.models import Department, normalise
from ..people.service import record
from . import queries
from .models import Absence, Network, Perimeter, Topic
from .service import lock_person

DEFAULT_NETWORKS = (
    ("linkedin", "LinkedIn"),
    ("instagram", "Instagram"),
    ("facebook", "Facebook"),
    ("x", "X"),
    ("youtube", "YouTube"),
    ("tiktok", "TikTok"),
    ("bluesky", "Bluesky"),
)
DEFAULT_TOPICS = (
    ("trades", {"fr": "Nos métiers", "en": "Our trades"}),
    ("jobs", {"fr": "Recrutement", "en": "Recruitment"}),
    ("products", {"fr": "Produits et services", "en": "Products and services"}),
    ("events", {"fr": "Événements", "en": "Events"}),
    ("commitments", {"fr": "Engagements et environnement", "en": "Commitments and environment"}),
    ("innovation", {"fr": "Innovation", "en": "Innovation"}),
)
MAX_ABSENCE_DAYS = 366


def seed_catalogue(
    networks: Iterable[tuple[str, str]] = DEFAULT_NETWORKS, topics: Iterable[tuple[str, dict]] = DEFAULT_TOPICS
) -> int:
    """Put these networks and topics in the catalogue where they are missing; what stands is left as it is.

    Returns how many were added.
    """
    added = [insert_once(Network, on=("slug",), slug=slug, name=name, is_open=True) for slug, name in networks]
    added += [insert_once(Topic, on=("slug",), slug=slug, names=names, is_open=True) for slug, names in topics]
    return sum(made is not None for made in added)


CATALOGUE = {"networks": Network, "topics": Topic}


def save_entry(kind: str, slug: str | None, names: dict[str, str], now: dt.datetime, by_id: int | None) -> None:
    """Add a network or a topic to the catalogue (``slug`` None), or correct the names of one; the log keeps both.

    Raises Invalid for a name that is taken, NotFound for a slug that is not there. A slug is permanent: mandates cite it.
    """
    model = CATALOGUE[kind]
    called = {"name": names["fr"]} if model is Network else {"names": names}
    made = slug or "-".join("".join(c if c.isalnum() else " " for c in normalise(names["fr"])).split())[:40]
    if slug is None:
        if not made or insert_once(model, on=("slug",), slug=made, is_open=True, **called) is None:
            raise Invalid(_l("Un réseau ou un sujet de ce nom est déjà au catalogue."))
        before = {}
    else:
        entry = _get_entry(model, slug)
        before = {"name": _name_of(entry)}
        for field, value in called.items():
            setattr(entry, field, value)
        db.session.flush()
    record(None, "catalogue-changed", now, by_id, before=before, after={"name": names["fr"]}, kind=kind, slug=made)


def open_entry(kind: str, slug: str, is_open: bool, now: dt.datetime, by_id: int | None) -> None:
    """Offer a network or a topic, or no longer. Mandates that have it keep it."""
    entry = _get_entry(CATALOGUE[kind], slug)
    if entry.is_open == is_open:
        return
    entry.is_open = is_open
    db.session.flush()
    act = "catalogue-opened" if is_open else "catalogue-closed"
    record(None, act, now, by_id, after={"name": _name_of(entry)}, kind=kind, slug=slug)


def _get_entry(model, slug: str):
    entry = db.session.scalars(select(model).where(model.slug == slug)).first()
    if entry is None:
        raise NotFound(_l("Ce réseau ou ce sujet n’est pas au catalogue."))
    return entry


def _name_of(entry: Network | Topic) -> str:
    return entry.name if isinstance(entry, Network) else entry.names["fr"]


def set_perimeter(
    referent_id: int,
    department_ids: Iterable[int],
    topic_slugs: Iterable[str],
    now: dt.datetime | None = None,
    by_id: int | None = None,
) -> None:
    """Give a referent departments (with all below them) and topics; none of a kind means all of them. With ``now``,
    the administrator's log says who did it.

    Raises Invalid for somebody who is not a referent, a department or a topic that is not there.
    """
    department_ids, topic_slugs = set(department_ids), set(topic_slugs)
    _check_referent(referent_id)
    topics = {t.slug: t.id for t in queries.list_topics(closed=True)}
    known = set(db.session.scalars(select(Department.id).where(Department.id.in_(department_ids))))
    if known != department_ids or not topic_slugs <= topics.keys():
        raise Invalid(_l("Un service ou un sujet de ce périmètre n’existe pas."))
    lock_person(referent_id)
    before = _perimeter_words(referent_id)
    db.session.execute(delete(Perimeter).where(Perimeter.referent_id == referent_id))
    for department_id in sorted(department_ids):
        db.session.add(Perimeter(referent_id=referent_id, department_id=department_id))
    for slug in sorted(topic_slugs):
        db.session.add(Perimeter(referent_id=referent_id, topic_id=topics[slug]))
    db.session.flush()
    if now is not None:
        given = {"departments": sorted(department_ids), "topics": sorted(topic_slugs)}
        after = _perimeter_words(referent_id)
        record(referent_id, "perimeter-set", now, by_id, before=before, after=after, **given)


def _perimeter_words(referent_id: int) -> dict[str, list[str]]:
    """What a referent answers for, as the log says it; none of a kind is all of it."""
    query = select(Perimeter.department_id, Topic.names).outerjoin(Topic, Topic.id == Perimeter.topic_id)
    rows = db.session.execute(query.where(Perimeter.referent_id == referent_id).order_by(Perimeter.id)).all()
    return {
        "departments": [name_of(row.department_id) for row in rows if row.department_id],
        "topics": [row.names["fr"] for row in rows if row.names],
    }


def declare_absence(
    referent_id: int, deputy_id: int, starts_on: dt.date, ends_on: dt.date, now: dt.datetime
) -> Absence:
    """Say that one is away and who answers meanwhile, who is told. Raises Invalid where days or deputy will not do."""
    _check_referent(referent_id)
    if deputy_id == referent_id:
        raise Invalid(_l("Choisissez quelqu’un d’autre que vous."))
    _check_referent(deputy_id)
    if not company_day(now) <= ends_on or not starts_on <= ends_on:
        raise Invalid(_l("L’absence se termine aujourd’hui ou plus tard, et après son début."))
    if ends_on > starts_on + dt.timedelta(days=MAX_ABSENCE_DAYS):
        raise Invalid(_l("Une absence se déclare pour un an au plus."))
    lock_person(referent_id)
    overlapping = select(Absence.id).where(
        Absence.referent_id == referent_id, Absence.starts_on <= ends_on, Absence.ends_on >= starts_on
    )
    if db.session.scalar(overlapping.limit(1)) is not None:
        raise Invalid(_l("Une absence est déjà déclarée pour une partie de ces jours."))
    absence = Absence(
        referent_id=referent_id, deputy_id=deputy_id, starts_on=starts_on, ends_on=ends_on, declared_at=now
    )
    db.session.add(absence)
    db.session.flush()
    queue(deputy_id, "deputy_named", {"absence": absence.id}, now, once_key=f"deputy_named:{absence.id}")
    return absence


def cancel_absence(referent_id: int, absence_id: int) -> None:
    """Take one's own absence back."""
    done = db.session.execute(delete(Absence).where(Absence.id == absence_id, Absence.referent_id == referent_id))
    if done.rowcount != 1:
        raise NotFound(_l("Cette absence n’est pas déclarée, ou plus."))


def _check_referent(person_id: int) -> None:
    if person_id not in {referent.id for referent in queries.list_referents()}:
        raise Invalid(_l("Cette personne n’est pas référente."))
