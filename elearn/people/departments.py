"""The company's tree: departments made, renamed, moved, taken away. Paths are kept so that a subtree is a prefix."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from ..db import db
from ..errors import Invalid, NotFound, Refusal
from ..i18n import _
from . import rules
from .models import ACTIVE, Department, Person, normalise
from .service import record

MAX_DEPTH = 12
BETWEEN = " › "


# --- Reads ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Node:
    """One department of a page: how many people are in it and below, and how many departments it holds."""

    id: int
    name: str
    path: str
    people: int
    children: int


def get(department_id: int) -> Department:
    """A department; NotFound when it is not there."""
    found = db.session.scalar(select(Department).where(Department.id == department_id))
    if found is None:
        raise NotFound(_("Ce service n’existe pas, ou n’existe plus."))
    return found


def list_lineage(department: Department) -> list[Department]:
    """From the root to the department itself."""
    ids = [int(part) for part in department.path.strip("/").split("/")]
    return list(db.session.scalars(select(Department).where(Department.id.in_(ids)).order_by(Department.depth)))


PAGE = 100


def list_children(parent_id: int | None, after: int | None = None, limit: int = PAGE) -> tuple[list[Node], int | None]:
    """The departments right under one (or the first rank), by name, with whom they hold; and the key of the next page.
    ``after`` is the id of the one before the first."""
    below, child = aliased(Department), aliased(Department)
    people = (
        select(func.count(Person.id))
        .join(below, below.id == Person.department_id)
        .where(below.path.startswith(Department.path), ACTIVE["sqlite_where"])
        .correlate(Department)
        .scalar_subquery()
    )
    children = (
        select(func.count(child.id)).where(child.parent_id == Department.id).correlate(Department).scalar_subquery()
    )
    names = sorted((_order(name), id) for id, name in list_names_under(parent_id))
    first = next((place for place, (_name, id) in enumerate(names, 1) if id == after), 0)
    ids = [id for _name, id in names[first : first + limit]]
    rows = db.session.execute(
        select(Department.id, Department.name, Department.path, people, children).where(Department.id.in_(ids))
    )
    nodes = sorted((Node(*row) for row in rows), key=lambda node: ids.index(node.id))
    return nodes, ids[-1] if len(names) > first + limit else None


def _order(name: str) -> str:
    """How a name is sorted: without case and accents, and « Atelier 2 » before « Atelier 10 »."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(9), normalise(name))


def list_paths() -> list[tuple[int, tuple[str, ...]]]:
    """Every department with its names from the first rank, in the order of the tree."""
    rows = db.session.execute(
        select(Department.id, Department.parent_id, Department.name).order_by(Department.depth, Department.id)
    ).all()
    names: dict[int, tuple[str, ...]] = {}
    for id, parent_id, name in rows:
        names[id] = (*names.get(parent_id, ()), name)
    return sorted(names.items(), key=lambda pair: pair[1])


def list_names_under(parent_id: int | None) -> list[tuple[int, str]]:
    """(id, name) of the departments right under one."""
    under = Department.parent_id.is_(None) if parent_id is None else Department.parent_id == parent_id
    return [tuple(row) for row in db.session.execute(select(Department.id, Department.name).where(under))]


def list_choices(chosen: Iterable[int], most: int = 40) -> list[tuple[int, str]]:
    """Departments chosen already, and those of the first rank where they are few, by their whole name."""
    chosen, paths = set(chosen), list_paths()
    first = {id for id, names in paths if len(names) == 1}
    shown = chosen | first if len(first) <= most else chosen
    return [(id, BETWEEN.join(names)) for id, names in paths if id in shown]


def search(typed: str, limit: int = 20) -> list[tuple[int, str]]:
    """Departments whose whole name holds every word, without regard to case and accents; first those whose own name
    begins so. « Production › Atelier » is found by « atel prod » as well."""
    words = normalise(re.sub("[›>]", " ", typed)).split()
    found = []
    for id, names in list_paths():
        folded = normalise(" ".join(names))
        if all(word in folded for word in words):
            own = normalise(names[-1])
            found.append((not (words and own.startswith(words[0])), len(names), names, id))
    return [(id, BETWEEN.join(names)) for _other, _depth, names, id in sorted(found)[:limit]]


def resolve(typed: str) -> int | None:
    """The department that somebody wrote: its whole name, or enough of it to be the only one; None for nothing.

    Raise Invalid, with the names it could be, where it is none or several.
    """
    typed = rules.clean_text(typed)
    if not typed:
        return None
    wanted = [normalise(part) for part in re.split(r"\s*[›>]\s*", typed)]
    exact = [id for id, names in list_paths() if [normalise(name) for name in names[-len(wanted) :]] == wanted]
    whole = [id for id in exact if len(name_of(id).split(BETWEEN)) == len(wanted)]
    found = whole or exact or [id for id, _name in search(typed, 6)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Invalid(_("Aucun service ne s’appelle « %(name)s ».", name=typed[:80]))
    several = " ; ".join(name_of(id) for id in found[:5])
    raise Invalid(_("Plusieurs services répondent à « %(name)s » : %(several)s.", name=typed[:80], several=several))


def name_of(department_id: int | None) -> str:
    """The whole name of a department; empty for none."""
    found = db.session.scalar(select(Department).where(Department.id == department_id)) if department_id else None
    return BETWEEN.join(each.name for each in list_lineage(found)) if found else ""


# --- Writes ---------------------------------------------------------------------------------------------------


def _lock_tree() -> None:
    """Moves are decided one after the other: two that cross could each make the other's ancestor its own."""
    db.session.execute(select(Department.id).order_by(Department.id).with_for_update()).all()


def create(name: str, parent_id: int | None, now: dt.datetime, by_id: int | None = None) -> int:
    """Make a department under another, or of the first rank; return its id. Refusal when the name is taken there."""
    name = _clean_name(name)
    parent = get(parent_id) if parent_id is not None else None
    if parent is not None and parent.depth + 1 >= MAX_DEPTH:
        raise Refusal(_("L’arbre des services a %(most)s rangs au plus.", most=MAX_DEPTH))
    _check_free(name, parent_id)
    department = Department(name=name, parent_id=parent_id, path="", depth=parent.depth + 1 if parent else 0)
    db.session.add(department)
    db.session.flush()
    department.path = f"{parent.path if parent else '/'}{department.id}/"
    db.session.flush()
    record(None, "department-made", now, by_id, after={"department": name_of(department.id)}, department=department.id)
    return department.id


def rename(department_id: int, name: str, now: dt.datetime, by_id: int | None = None) -> None:
    """Give a department another name."""
    department, name = get(department_id), _clean_name(name)
    if name == department.name:
        return
    _check_free(name, department.parent_id)
    before = name_of(department_id)
    department.name = name
    db.session.flush()
    record(
        None,
        "department-renamed",
        now,
        by_id,
        before={"department": before},
        after={"department": name_of(department_id)},
        department=department_id,
    )


def move(department_id: int, parent_id: int | None, now: dt.datetime, by_id: int | None = None) -> None:
    """Move a department with all below it, in one statement over the paths.

    Raise Refusal when it would come to lie under itself; a constraint on the path refuses it as well.
    """
    _lock_tree()
    department, parent = get(department_id), get(parent_id) if parent_id is not None else None
    if parent_id == department.parent_id:
        return
    if parent is not None and parent.path.startswith(department.path):
        raise Refusal(_("Un service ne peut pas être placé sous lui-même."))
    _check_free(department.name, parent_id)
    deepest = db.session.scalar(select(func.max(Department.depth)).where(Department.path.startswith(department.path)))
    depth = parent.depth + 1 if parent else 0
    if deepest - department.depth + depth >= MAX_DEPTH:
        raise Refusal(_("L’arbre des services a %(most)s rangs au plus.", most=MAX_DEPTH))
    before, former = name_of(department_id), department.path
    head = parent.path if parent else "/"
    department.parent_id = parent_id
    db.session.flush()
    db.session.execute(
        update(Department)
        .where(Department.path.startswith(former))
        .values(
            path=literal(f"{head}{department_id}/").concat(func.substr(Department.path, len(former) + 1)),
            depth=Department.depth + (depth - department.depth),
        )
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()
    record(
        None,
        "department-moved",
        now,
        by_id,
        before={"department": before},
        after={"department": name_of(department_id)},
        department=department_id,
    )


def merge(department_id: int, into_id: int | None, now: dt.datetime, by_id: int | None = None) -> None:
    """Put everybody and every department of one into another, and take the empty one away.

    Raise Invalid where no other is named, Refusal for itself or one that lies in it, for two departments of one name
    that would meet, and while a referent answers for it.
    """
    _lock_tree()
    if into_id is None:
        raise Invalid(_("Indiquez l’autre service."))
    department, into = get(department_id), get(into_id)
    if into.path.startswith(department.path):
        raise Refusal(_("Un service ne se réunit ni à lui-même ni à un service qu’il contient."))
    before, after = name_of(department_id), name_of(into_id)
    for child_id, _name in list_names_under(department_id):
        move(child_id, into_id, now, by_id)
    moved = db.session.execute(
        update(Person)
        .where(Person.department_id == department_id)
        .values(department_id=into_id)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()
    _delete(get(department_id))
    record(
        None,
        "department-merged",
        now,
        by_id,
        before={"department": before},
        after={"department": after, "people": moved.rowcount},
        department=department_id,
    )


def take_away(department_id: int, now: dt.datetime, by_id: int | None = None) -> None:
    """Take an empty department away. Raise Refusal while anybody or anything lies in it, or a referent answers for it."""
    department = get(department_id)
    if db.session.scalar(select(Person.id).where(Person.department_id == department_id).limit(1)):
        raise Refusal(
            _("Des personnes, présentes ou parties, sont rattachées à ce service : réunissez-le plutôt avec un autre.")
        )
    if db.session.scalar(select(Department.id).where(Department.parent_id == department_id).limit(1)):
        raise Refusal(_("Ce service en contient d’autres : déplacez-les d’abord."))
    before = name_of(department_id)
    _delete(department)
    record(None, "department-removed", now, by_id, before={"department": before}, department=department_id)


def _delete(department: Department) -> None:
    try:
        with db.session.begin_nested():
            db.session.delete(department)
    except IntegrityError:
        raise Refusal(_("Un référent répond de ce service : changez d’abord son périmètre.")) from None


def _clean_name(name: str) -> str:
    name = rules.clean_label(name)
    if not name:
        raise Invalid(_("Donnez un nom au service."))
    return name


def _check_free(name: str, parent_id: int | None) -> None:
    under = Department.parent_id.is_(None) if parent_id is None else Department.parent_id == parent_id
    if db.session.scalar(select(Department.id).where(under, Department.name == name)):
        raise Refusal(_("Un service porte déjà ce nom à cet endroit."))
