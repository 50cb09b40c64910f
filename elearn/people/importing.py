"""A file of people, read: what kind of file it is, its columns, and each line as values or faults. Pure: no session.

What a line may say is decided here; what it would do to the accounts that stand is decided in ``imports``.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import Invalid
from ..i18n import LANGUAGES, _
from . import rules
from .models import normalise

MAX_ROWS = 500_000
MAX_COLUMNS = 60
MAX_CELL = 2_000
MAX_UNPACKED = 256 * 1024 * 1024
MAX_RATIO = 200
"""A workbook of people shrinks about ten times; two hundred is a bomb."""
MAX_PARTS = 2_000
MAX_DEPTH = 12
EMPTY_LINES = 1_000
"""So many empty lines in a row, and the sheet is over: spreadsheets keep a million of them."""

HEADINGS = {
    "given_name": ("prenom", "prenoms", "given name", "first name", "firstname"),
    "family_name": ("nom", "nom de famille", "nom d'usage", "family name", "last name", "lastname", "surname"),
    "email": ("email", "e-mail", "mail", "courriel", "adresse e-mail", "adresse mail", "adresse email", "e-mail address"),
    "employee_number": (
        "matricule", "numero", "numero de matricule", "no matricule", "employee number", "employee id", "staff number",
    ),
    "external_id": ("identifiant", "identifiant externe", "identifiant d'annuaire", "external id", "directory id", "uid"),
    "department": ("service", "departement", "direction", "unite", "department", "team", "unit"),
    "site": ("site", "lieu", "etablissement", "location", "office"),
    "job_title": ("fonction", "poste", "intitule du poste", "metier", "job title", "job", "position"),
    "arrived_on": ("arrivee", "date d'arrivee", "entree", "date d'entree", "embauche", "date d'embauche", "start date",
                   "hire date", "arrival date", "arrived on"),
    "left_on": ("depart", "date de depart", "sortie", "date de sortie", "end date", "leaving date", "left on"),
    "manager": ("responsable", "manager", "n+1", "superieur", "responsable hierarchique", "line manager"),
    "language": ("langue", "language"),
}  # fmt: skip
"""The field → the headings it is known by, folded; French and English."""

_BY_HEADING = {heading: name for name, headings in HEADINGS.items() for heading in headings}

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
    """One line of the file: its number as a spreadsheet shows it, its values as they are kept, its faults."""

    number: int
    values: dict
    faults: list[Fault] = field(default_factory=list)


@dataclass
class Table:
    """A file that could be opened: which fields its columns hold, those left aside, and its lines to go through once."""

    columns: dict[int, str]
    headings: dict[str, str]
    """Field → the heading as it stands in the file."""
    left_aside: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]


# --- What kind of file ----------------------------------------------------------------------------------------

_KINDS = (
    (b"\xd0\xcf\x11\xe0", lambda: _("un ancien classeur Excel (.xls) ou un document protégé par un mot de passe")),
    (b"%PDF", lambda: _("un PDF")),
    (b"\x89PNG", lambda: _("une image")),
    (b"\xff\xd8\xff", lambda: _("une image")),
    (b"GIF8", lambda: _("une image")),
    (b"\x1f\x8b", lambda: _("une archive compressée")),
    (b"Rar!", lambda: _("une archive compressée")),
    (b"7z\xbc\xaf", lambda: _("une archive compressée")),
    (b"MZ", lambda: _("un programme")),
    (b"\x7fELF", lambda: _("un programme")),
    (b"<!DOCTYPE", lambda: _("une page web")),
    (b"<html", lambda: _("une page web")),
)


def open_table(data: bytes, name: str) -> Table:
    """Open a CSV or an XLSX by what it is, not by its name. Raise Invalid, in one sentence, for anything else."""
    if not data.strip(b"\x00 \t\r\n"):
        raise Invalid(_("Ce fichier est vide."))
    is_zip = data[:2] == b"PK"
    ends = name.lower().rsplit(".", 1)[-1] if "." in name else ""
    for mark, kind in _KINDS:
        if data.lstrip()[: len(mark)].lower() == mark.lower():
            raise Invalid(
                _("Ce fichier est %(kind)s. Enregistrez la liste en .xlsx ou en CSV et recommencez.", kind=kind())
            )
    if is_zip and ends in ("csv", "txt", "tsv"):
        raise Invalid(_("Ce fichier s’appelle .%(ends)s, mais c’est un classeur ou une archive.", ends=ends))
    if not is_zip and ends in ("xlsx", "xlsm"):
        raise Invalid(_("Ce fichier s’appelle .%(ends)s, mais ce n’est pas un classeur XLSX.", ends=ends))
    rows = _read_xlsx(data) if is_zip else _read_csv(data)
    return _find_columns(rows)


def _find_columns(rows: Iterator[tuple[int, list[str]]]) -> Table:
    """Read the headings: the first line that is not empty."""
    number, first = next(((n, row) for n, row in rows if any(row)), (0, []))
    columns, headings, aside, twice = {}, {}, [], []
    for place, cell in enumerate(first):
        name = _BY_HEADING.get(fold_heading(cell))
        if name is None:
            aside += [cell[:80]] if cell else []
        elif name in headings:
            twice.append(cell[:80])
        else:
            columns[place], headings[name] = name, cell[:80]
    if twice:
        raise Invalid(_("Deux colonnes disent la même chose : %(columns)s.", columns=", ".join(twice)))
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


def fold_heading(text: str) -> str:
    """A heading as it is compared: « Date d’arrivée * » → ``date d'arrivee``."""
    folded = normalise(text.replace("’", "'").replace("_", " "))
    return re.sub(r"\s*[*:]+\s*$|\s*\(.*\)\s*$", "", folded).strip()


# --- CSV ------------------------------------------------------------------------------------------------------


def decode(data: bytes) -> str:
    """The text of a CSV: UTF-8 with or without its mark, UTF-16 with it, else Windows-1252; Invalid for neither."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                break
    for encoding in ("utf-8", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Invalid(_("Ce fichier n’est pas un texte lisible. Enregistrez la liste en CSV UTF-8 ou en .xlsx."))


def find_delimiter(text: str) -> str:
    """The separator under which the first line names the most fields: ``;``, ``,`` or tab."""
    head = next((line for line in text[:20_000].splitlines() if line.strip(";,\t \ufeff")), "")

    def known(delimiter: str) -> int:
        cells = next(csv.reader([head], delimiter=delimiter), [])
        return sum(fold_heading(cell) in _BY_HEADING for cell in cells)

    return max(";,\t", key=known)


def _read_csv(data: bytes) -> Iterator[tuple[int, list[str]]]:
    text = decode(data)
    csv.field_size_limit(1_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=find_delimiter(text))

    def rows():
        last = 0
        try:
            for cells in reader:
                # A quoted cell may hold line breaks: the line said is the one where the person begins.
                first, last = last + 1, reader.line_num
                yield first, [_cut(cell) for cell in cells[: MAX_COLUMNS + 1]]
        except csv.Error:
            raise Invalid(
                _("La ligne %(line)s ne se lit pas : un guillemet y est ouvert et jamais refermé.", line=last + 1)
            ) from None

    return rows()


def _cut(cell: str) -> str:
    """A cell, cut where it is far too long to be kept anyway."""
    return cell.strip()[: MAX_CELL + 1]


# --- XLSX -----------------------------------------------------------------------------------------------------


def check_package(data: bytes) -> None:
    """Refuse, before anything is unpacked, what is no workbook, unpacks too large, or declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise Invalid(_("Ce classeur est trop volumineux une fois déplié. Enregistrez la liste en CSV."))
            if any(p.file_size > 1_000_000 and p.file_size > MAX_RATIO * max(p.compress_size, 1) for p in parts):
                raise Invalid(_("Ce classeur se déplie bien au-delà de sa taille : il n’est pas ouvert, par prudence."))
            if any(part.flag_bits & 1 for part in parts):
                raise Invalid(_("Ce classeur est protégé par un mot de passe."))
            if "xl/workbook.xml" not in names:
                raise Invalid(_("Ce fichier est une archive, pas un classeur XLSX."))
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with package.open(part) as opened:
                        if b"<!DOCTYPE" in opened.read(4096):
                            raise Invalid(_("Ce classeur contient des déclarations qu’un tableur n’écrit pas."))
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, RuntimeError, ValueError):
        raise Invalid(_("Ce classeur est abîmé : il ne s’ouvre pas.")) from None


def _read_xlsx(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """The first sheet, row by row, formulas as they are written and never as they would compute."""
    check_package(data)
    from openpyxl import load_workbook

    damaged = _("Ce classeur est abîmé : il ne s’ouvre pas.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            sheet = next((s for s in book.worksheets if s.sheet_state == "visible"), None)
        except Exception as error:  # Whatever the library stumbles on, the person reads one sentence.
            raise Invalid(damaged) from error
    if sheet is None:
        raise Invalid(_("Ce classeur n’a pas de feuille visible."))
    sheet.reset_dimensions()  # What a file says of its own size is not to be believed.

    def rows():
        empty = 0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True), 1):
                    row = [show_cell(cell) for cell in cells]
                    empty = 0 if any(row) else empty + 1
                    if empty > EMPTY_LINES:
                        break
                    yield number, row
            except Invalid:
                raise
            except Exception as error:
                raise Invalid(damaged) from error

    return rows()


def show_cell(value) -> str:
    """A cell of a sheet as text: a date in ISO form, a whole number without its « .0 »."""
    match value:
        case None:
            return ""
        case bool():
            return str(value)
        case dt.datetime():
            return value.date().isoformat()
        case dt.date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
    return _cut(str(value))


# --- Lines ----------------------------------------------------------------------------------------------------


def read_lines(table: Table, today: dt.date) -> Iterator[Line]:
    """Each line that holds anything, read: values as they are kept, and every fault of it at once.

    A file repeats nobody: the second line with an address or a number is a fault that names the first.
    """
    seen: dict[tuple[str, str], int] = {}
    count = 0
    for number, cells in table.rows:
        if not any(cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise Invalid(_("Ce fichier dépasse %(most)s lignes. Coupez-le en plusieurs.", most=MAX_ROWS))
        line = read_line(number, cells, table, today)
        for name in ("email", "employee_number", "external_id"):
            value = line.values.get(name)
            if not value:
                continue
            first = seen.setdefault((name, value), number)
            if first != number:
                _fault(line, table, name, value, _("une valeur différente : la ligne %(line)s a la même", line=first))
        yield line


def _fault(line: Line, table: Table, name: str, read: str, expected: str) -> None:
    heading = table.headings.get(name) or name
    line.faults.append(Fault(line.number, heading, rules.clean_text(read)[:80], expected))


def read_line(number: int, cells: list[str], table: Table, today: dt.date) -> Line:
    """One line: what it says in each known column. An empty cell says nothing, and changes nothing."""
    line = Line(number, {})
    for place, name in table.columns.items():
        cell = cells[place] if place < len(cells) else ""
        if not cell:
            continue
        try:
            line.values[name] = read_value(name, cell)
        except Invalid as refusal:
            _fault(line, table, name, cell, refusal.sentence)
    for name, expected in (("given_name", _("un prénom")), ("family_name", _("un nom"))):
        if name not in line.values and not _has_fault(line, table, name):
            _fault(line, table, name, "", expected)
    keys = [n for n in ("email", "employee_number") if n in table.headings]
    if not any(name in line.values or _has_fault(line, table, name) for name in keys):
        _fault(line, table, keys[0], "", _("un e-mail ou un matricule : sans l’un des deux, personne ne se connecte"))
    arrived, left = line.values.get("arrived_on"), line.values.get("left_on")
    if arrived and left and left < arrived:
        _fault(
            line,
            table,
            "left_on",
            left.isoformat(),
            _("un départ après l’arrivée, le %(day)s", day=arrived.isoformat()),
        )
    manager = line.values.get("manager")
    if manager and manager in (line.values.get("email"), line.values.get("employee_number")):
        _fault(line, table, "manager", manager, _("quelqu’un d’autre que la personne elle-même"))
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


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_FRENCH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def read_date(cell: str) -> dt.date:
    """A day, ISO (2026-03-12) or French (12/03/2026); Invalid for any other, as 03/12/26 could be three days."""
    try:
        if found := _ISO.fullmatch(cell):
            day = dt.date(*map(int, found.groups()))
        elif found := _FRENCH.fullmatch(cell):
            day = dt.date(*map(int, reversed(found.groups())))
        else:
            raise ValueError
        if not 1900 <= day.year <= 2100:
            raise ValueError
    except ValueError:
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
