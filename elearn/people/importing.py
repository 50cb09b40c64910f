"""A file of people, read: its columns, and each line as values or faults. Pure: no session. Opening it is in ``tables``.

What a line may say is decided here; what it would do to the accounts that stand is decided in ``imports``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from ..errors import Invalid
from ..i18n import LANGUAGES, _
from . import rules, tables
from .headings import BY_HEADING, fold_heading
from .models import normalise
from .tables import MAX_CELL, Row

MAX_DEPTH = 12

LANGUAGE_WORDS = {"fr": "fr", "francais": "fr", "french": "fr", "en": "en", "anglais": "en", "english": "en"}


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell: where, what was read, what is expected."""

    line: int
    column: str
    read: str
    expected: str


@dataclass
class Line:
    """One line of the file: its number as a spreadsheet shows it, its cells as they were written, its values as they
    are kept, its faults."""

    number: int
    said: dict[str, str]
    values: dict
    faults: list[Fault] = field(default_factory=list)


@dataclass
class Table:
    """A file that could be opened: which fields its columns hold, those left aside, and its lines to go through once."""

    columns: dict[int, str]
    headings: dict[str, str]
    """Field → the heading as it stands in the file."""
    left_aside: tuple[str, ...]
    rows: Iterator[Row]


# --- Columns --------------------------------------------------------------------------------------------------


def open_table(file: BinaryIO, sheet: str | None = None) -> Table:
    """Open a CSV, or a sheet of a workbook (the first visible one where none is named), and read its headings: the
    first line that is not empty. Raise Invalid, in one sentence, where it holds no list of people."""
    rows = tables.open_rows(file, sheet)
    first = next((row for _number, row in rows if any(row)), [])
    columns, headings, aside, twice = {}, {}, [], []
    for place, cell in enumerate(first):
        name = BY_HEADING.get(fold_heading(cell))
        if name is None:
            aside += [cell[:80]] if cell else []
        elif name in headings:
            twice.append(f"« {headings[name]} » et « {cell[:80]} »")
        else:
            columns[place], headings[name] = name, cell[:80]
    if twice:
        raise Invalid(_("Deux colonnes disent la même chose : %(columns)s. Gardez-en une.", columns=" ; ".join(twice)))
    missing = [label for key, label in (("given_name", _("Prénom")), ("family_name", _("Nom"))) if key not in headings]
    if not {"email", "employee_number"} & headings.keys():
        missing.append(_("E-mail ou Matricule"))
    if missing:
        raise Invalid(
            _(
                "Il manque une colonne sur la première ligne : %(columns)s. Elle porte : %(read)s.",
                columns=", ".join(missing),
                read=", ".join(cell[:40] for cell in first[:12] if cell) or _("rien"),
            )
        )
    return Table(columns, headings, tuple(aside), rows)


# --- Lines ----------------------------------------------------------------------------------------------------


def read_lines(table: Table, after: int = 0) -> Iterator[Line]:
    """Each line that holds anything, read: values as they are kept, and every fault of it at once. ``after`` is the
    number of a line: reading goes on behind it."""
    for number, cells in table.rows:
        if number > after and any(cells):
            yield read_line(number, cells, table)


def add_fault(line: Line, table: Table, name: str, expected: str) -> None:
    """Note what is wrong in one cell, with heading and cell as they stand in the file."""
    heading = table.headings.get(name) or name
    line.faults.append(Fault(line.number, heading, rules.clean_text(line.said.get(name, ""))[:80], expected))


def read_line(number: int, cells: list[str], table: Table) -> Line:
    """One line: what it says in each known column. An empty cell says nothing, and changes nothing."""
    line = Line(number, {}, {})
    for place, name in table.columns.items():
        cell = cells[place] if place < len(cells) else ""
        if not cell:
            continue
        line.said[name] = cell
        try:
            line.values[name] = read_value(name, cell)
        except Invalid as refusal:
            add_fault(line, table, name, refusal.sentence)
    for name, expected in (("given_name", _("un prénom")), ("family_name", _("un nom"))):
        if name not in line.values and not _has_fault(line, table, name):
            add_fault(line, table, name, expected)
    keys = [n for n in ("email", "employee_number") if n in table.headings]
    if not any(name in line.values or _has_fault(line, table, name) for name in keys):
        add_fault(line, table, keys[0], _("un e-mail ou un matricule : sans l’un des deux, personne ne se connecte"))
    arrived, left = line.values.get("arrived_on"), line.values.get("left_on")
    if arrived and left and left < arrived:
        add_fault(line, table, "left_on", _("un départ après l’arrivée, le %(day)s", day=line.said["arrived_on"]))
    manager = line.values.get("manager")
    if manager and manager in (line.values.get("email"), line.values.get("employee_number")):
        add_fault(line, table, "manager", _("quelqu’un d’autre que la personne elle-même"))
    return line


def _has_fault(line: Line, table: Table, name: str) -> bool:
    heading = table.headings.get(name)
    return any(fault.column == heading for fault in line.faults)


def read_value(name: str, cell: str):
    """What one cell says, as it is kept; raise Invalid, with what is expected, where it cannot be kept."""
    if cell[0] == "=" or (cell[0] in "+@" and len(cell) > 1 and cell[1].isalpha()):
        raise Invalid(_("une valeur et non une formule : collez « les valeurs seulement »"))
    if cell[0] == "#" and cell.rstrip("!?").isupper():
        raise Invalid(_("une valeur et non une erreur de tableur"))
    if len(cell) > MAX_CELL:
        raise Invalid(_("un texte plus court"))
    match name:
        case "department":
            return read_department(cell)
        case "arrived_on" | "left_on":
            return read_date(cell)
        case "language":
            found = LANGUAGE_WORDS.get(normalise(cell))
            if found not in LANGUAGES:
                raise Invalid(_("fr ou en"))
            return found
    clean, expected = _CLEANED.get(name, _CLEANED["site"])
    try:
        return clean(cell)
    except Invalid:
        raise Invalid(expected()) from None


def _clean_identifier(cell: str) -> str:
    return rules.clean_email(cell) if "@" in cell else rules.clean_employee_number(cell)


def _say_name() -> str:
    return _("un nom avec des lettres, de %(most)s caractères au plus", most=rules.MAX_NAME)


_CLEANED = {
    "given_name": (rules.clean_name, _say_name),
    "family_name": (rules.clean_name, _say_name),
    "email": (rules.clean_email, lambda: _("une adresse comme ines.lefevre@entreprise.fr")),
    "employee_number": (
        rules.clean_employee_number,
        lambda: _("un matricule sans @, de %(most)s caractères au plus", most=rules.MAX_NUMBER),
    ),
    "manager": (_clean_identifier, lambda: _("l’e-mail ou le matricule du responsable")),
    "site": (rules.clean_label, lambda: _("un texte de %(most)s caractères au plus", most=rules.MAX_LABEL)),
}
"""Field → how a cell is cleaned, and what is expected where it cannot be."""


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?|(\d{4})(\d{2})(\d{2})")
_FRENCH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def read_date(cell: str) -> dt.date:
    """A day, ISO (2026-03-12, 20260312) or French (12/03/2026); Invalid for any other, as 03/12/26 could be three
    days."""
    try:
        if found := _ISO.fullmatch(cell):
            day = dt.date(*(int(part) for part in found.groups() if part))
        elif found := _FRENCH.fullmatch(cell):
            day = dt.date(*map(int, reversed(found.groups())))
        else:
            raise ValueError
        if not 1900 <= day.year <= 2100:
            raise ValueError
    except ValueError:
        if re.fullmatch(r"[1-9]\d{4}", cell):  # How a spreadsheet counts its days.
            raise Invalid(_("une date : cette cellule est un nombre, donnez-lui le format date")) from None
        raise Invalid(_("une date comme 2026-03-12 ou 12/03/2026")) from None
    return day


def read_department(cell: str) -> tuple[str, ...]:
    """« Production > Atelier » → its names from the first rank; Invalid when one is empty, long, or its own ancestor."""
    names = tuple(rules.clean_text(part) for part in re.split(r"\s*[>›]\s*", cell))
    if max(map(len, names)) > rules.MAX_LABEL:
        raise Invalid(_("des services au nom de %(most)s caractères au plus", most=rules.MAX_LABEL))
    if not all(names):
        raise Invalid(_("un service comme « Production > Atelier », sans rang vide"))
    if len(names) > MAX_DEPTH:
        raise Invalid(_("%(most)s rangs de services au plus", most=MAX_DEPTH))
    folded = [normalise(name) for name in names]
    if len(set(folded)) != len(folded):
        raise Invalid(_("un service qui ne soit pas son propre ancêtre"))
    return names
