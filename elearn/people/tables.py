"""A file as a table: what kind of file it is, its sheets, its rows one by one. Pure: no session, nothing kept in memory
but the words of a workbook.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree import ElementTree

from ..errors import Invalid
from ..i18n import _
from .headings import BY_HEADING, fold_heading

MAX_COLUMNS = 60
MAX_CELL = 2_000
MAX_UNPACKED = 256 * 1024 * 1024
MAX_RATIO = 200
"""A workbook of people shrinks about ten times; two hundred is a bomb."""
MAX_PARTS = 2_000
EMPTY_LINES = 1_000
"""So many empty lines in a row, and the sheet is over: spreadsheets keep a million of them."""
BLOCK = 1 << 20

Row = tuple[int, list[str]]

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


def list_sheets(file: BinaryIO, name: str) -> list[str]:
    """The visible sheets of a workbook, none for a CSV: a file is judged by what it is, not by its name.

    Raise Invalid, in one sentence, for anything else; nothing is unpacked but the list of sheets.
    """
    file.seek(0)
    head = file.read(4_096)
    while head and not (shown := head.strip(b"\x00 \t\r\n")):
        head = file.read(4_096)
    if not head:
        raise Invalid(_("Ce fichier est vide."))
    for mark, kind in _KINDS:
        if shown[: len(mark)].lower() == mark.lower():
            raise Invalid(
                _("Ce fichier est %(kind)s. Enregistrez la liste en .xlsx ou en CSV et recommencez.", kind=kind())
            )
    is_zip = _is_zip(file)
    ends = name.lower().rsplit(".", 1)[-1] if "." in name else ""
    if is_zip and ends in ("csv", "txt", "tsv"):
        raise Invalid(_("Ce fichier s’appelle .%(ends)s, mais c’est un classeur ou une archive.", ends=ends))
    if not is_zip and ends in ("xlsx", "xlsm"):
        raise Invalid(_("Ce fichier s’appelle .%(ends)s, mais ce n’est pas un classeur XLSX.", ends=ends))
    if not is_zip:
        return []
    if not (sheets := check_package(file)):
        raise Invalid(_("Ce classeur n’a pas de feuille visible."))
    return sheets


def _is_zip(file: BinaryIO) -> bool:
    file.seek(0)
    return file.read(2) == b"PK"


def open_rows(file: BinaryIO, sheet: str | None = None) -> Iterator[Row]:
    """The rows of a file that ``list_sheets`` let through, each with its number as a spreadsheet shows it."""
    if not _is_zip(file):
        return _read_csv(file)
    sheets = check_package(file)
    if sheet is not None and sheet not in sheets:
        raise Invalid(_("Ce classeur n’a pas de feuille visible de ce nom."))
    return _read_xlsx(file, sheet or sheets[0])


# --- CSV ------------------------------------------------------------------------------------------------------


def find_encoding(file: BinaryIO) -> str:
    """How a CSV is written: UTF-8 with or without its mark, UTF-16 with it, else Windows-1252; Invalid for neither."""
    file.seek(0)
    head = file.read(3)
    marked = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    first = marked.get(head) or marked.get(head[:2]) or "utf-8"
    for encoding in (first, "cp1252"):
        if _can_decode(file, encoding):
            return encoding
    raise Invalid(_("Ce fichier n’est pas un texte lisible. Enregistrez la liste en CSV UTF-8 ou en .xlsx."))


def _can_decode(file: BinaryIO, encoding: str) -> bool:
    """Whether all of it is text in this encoding, read a block at a time."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := file.read(BLOCK):
            if "\x00" in decoder.decode(block):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def find_delimiter(text: str) -> str:
    """The separator under which the first line names the most fields: ``;``, ``,`` or tab."""
    head = next((line for line in text.splitlines() if line.strip(";,\t \ufeff")), "")

    def known(delimiter: str) -> int:
        cells = next(csv.reader([head], delimiter=delimiter), [])
        return sum(fold_heading(cell) in BY_HEADING for cell in cells)

    return max(";,\t", key=known)


def _read_csv(file: BinaryIO) -> Iterator[Row]:
    encoding = find_encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    delimiter = find_delimiter(text.read(20_000))
    text.seek(0)
    csv.field_size_limit(1_000_000)
    # Strict: a quote that is never closed would otherwise swallow everybody after it, in silence.
    reader = csv.reader(text, delimiter=delimiter, strict=True)

    def rows():
        last = 0
        try:
            for cells in reader:
                # A quoted cell may hold line breaks: the line said is the one where the person begins.
                first, last = last + 1, reader.line_num
                yield first, [_cut(cell) for cell in cells[: MAX_COLUMNS + 1]]
        except csv.Error:
            raise Invalid(
                _(
                    "La ligne %(line)s ne se lit pas : un guillemet y est ouvert et jamais refermé, ou suivi d’autre chose qu’un séparateur.",
                    line=last + 1,
                )
            ) from None
        finally:
            if not file.closed:
                text.detach()  # Whoever opened the file closes it.

    return rows()


def _cut(cell: str) -> str:
    """A cell, cut where it is far too long to be kept anyway."""
    return cell.strip()[: MAX_CELL + 1]


# --- XLSX -----------------------------------------------------------------------------------------------------

_ROOT = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>)?\s*(<!--.*?-->\s*)*<[A-Za-z_]", re.DOTALL)
"""How a part of a workbook begins: nothing is declared before its first element."""
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"
MAX_LIST = 1_000_000


def check_package(file: BinaryIO) -> list[str]:
    """The visible sheets of a workbook. Refuse, before anything is unpacked, what is none, unpacks too large, or
    declares entities."""
    try:
        with zipfile.ZipFile(file) as package:
            parts = package.infolist()
            names = {part.filename: part for part in parts}
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise Invalid(_("Ce classeur est trop volumineux une fois déplié. Enregistrez la liste en CSV."))
            if any(p.file_size > 1_000_000 and p.file_size > MAX_RATIO * max(p.compress_size, 1) for p in parts):
                raise Invalid(_("Ce classeur se déplie bien au-delà de sa taille : il n’est pas ouvert, par prudence."))
            if any(part.flag_bits & 1 for part in parts):
                raise Invalid(_("Ce classeur est protégé par un mot de passe."))
            if "xl/workbook.xml" not in names:
                raise Invalid(_("Ce fichier est une archive, pas un classeur XLSX."))
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and part.file_size:
                    with package.open(part) as opened:
                        if not _ROOT.match(opened.read(4_096)):
                            raise Invalid(_("Ce classeur contient des déclarations qu’un tableur n’écrit pas."))
            if names["xl/workbook.xml"].file_size > MAX_LIST:
                raise Invalid(_damaged())
            book = ElementTree.fromstring(package.read("xl/workbook.xml"))
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, RuntimeError, ValueError, SyntaxError):
        raise Invalid(_damaged()) from None
    sheets = [each for each in book.iter(_SHEET) if each.get("state", "visible") == "visible"]
    return [each.get("name", "") for each in sheets]


def _damaged() -> str:
    return _("Ce classeur est abîmé : il ne s’ouvre pas.")


def _read_xlsx(file: BinaryIO, name: str) -> Iterator[Row]:
    """One sheet, row by row, formulas as they are written and never as they would compute."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
            sheet = book[name]
            sheet.reset_dimensions()  # What a file says of its own size is not to be believed.
        except Exception as error:  # Whatever the library stumbles on, the person reads one sentence.
            raise Invalid(_damaged()) from error

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
            except Exception as error:
                raise Invalid(_damaged()) from error

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


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it (OWASP,
    « CSV injection »)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
