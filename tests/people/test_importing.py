"""Files of people as they are read: kinds of file, columns, values and faults. No database."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from flask_babel import force_locale
from openpyxl import Workbook, load_workbook

from elearn.errors import Invalid
from elearn.people import importing, tables
from elearn.people.desk.words import FIELDS
from elearn.people.headings import BY_HEADING, HEADINGS, fold_heading
from elearn.people.importing import Fault

pytestmark = pytest.mark.pure

HEAD = "Prénom;Nom;E-mail;Matricule;Service;Arrivée;Départ;Responsable;Langue\n"


@pytest.fixture(autouse=True)
def context(application):
    """Sentences need a language."""
    with application.app_context():
        yield


def lines(data, name="people.csv"):
    """The lines of a file."""
    if isinstance(data, str):
        data = data.encode()
    file = io.BytesIO(data)
    tables.list_sheets(file, name)
    return list(importing.read_lines(importing.open_table(file)))


def workbook(*rows, hidden_first=False) -> bytes:
    """An XLSX of these rows."""
    book = Workbook()
    sheet = book.active
    if hidden_first:
        sheet.sheet_state = "hidden"
        sheet = book.create_sheet("visible")
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**parts) -> bytes:
    """A zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name.replace("__", "/").replace("_", "."), data)
    return out.getvalue()


TEXT = "Prénom;Nom;E-mail\nÉloïse;Lefèvre;eloise@a.fr\n"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (TEXT.encode(), "a.csv"),
        (TEXT.encode("utf-8-sig"), "a.csv"),
        (TEXT.encode("cp1252"), "a.csv"),
        (TEXT.encode("utf-16"), "a.txt"),
        (TEXT.replace(";", ",").encode(), "a.csv"),
        (TEXT.replace(";", "\t").encode(), "a.tsv"),
        (TEXT.replace("\n", "\r\n").encode(), "a.csv"),
        (TEXT.replace("\n", "\r").encode(), "a.csv"),
        (("\n;;\n" + TEXT).encode(), "a.csv"),
        ("First name,Surname,E-mail address\nÉloïse,Lefèvre,eloise@a.fr".encode(), "a"),
        ('"PRENOM *";"NOM";"Courriel (pro)"\n"Éloïse";"Lefèvre";"eloise@a.fr"'.encode(), "a.csv"),
        (workbook(["Prénom", "Nom", "E-mail"], ["Éloïse", "Lefèvre", "eloise@a.fr"]), "a.xlsx"),
        (workbook([], ["Prénom", "Nom", "E-mail"], [], ["Éloïse", "Lefèvre", "eloise@a.fr"]), "a.xlsx"),
        (workbook(["Prénom", "Nom", "E-mail"], ["Éloïse", "Lefèvre", "eloise@a.fr"], hidden_first=True), "a.xlsx"),
    ],
)
def test_read_when_written_in_many_ways(data, name):
    """Separators, encodings, line ends, headings in two languages, empty lines: the same person comes out."""
    (line,) = lines(data, name)
    assert not line.faults
    assert line.values == {"given_name": "Éloïse", "family_name": "Lefèvre", "email": "eloise@a.fr"}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_headings_when_a_field_is_named_as_on_its_page(language):
    """A column named as the person's page names the field is understood."""
    with force_locale(language):
        read = {name: BY_HEADING.get(fold_heading(str(FIELDS[name]))) for name in HEADINGS}
    assert read == {name: name for name in HEADINGS}


def bomb() -> bytes:
    """A few kilobytes that unpack to a hundred megabytes."""
    return zipped(xl__workbook_xml="<workbook/>", xl__worksheets__sheet1_xml=b" " * 100_000_000)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.csv", "vide"),
        (b"\x00\x00\x00", "a.csv", "vide"),
        (b"\xd0\xcf\x11\xe0rest", "a.xls", "ancien classeur Excel"),
        (b"%PDF-1.7", "people.csv", "un PDF"),
        (b"\x89PNG\r\n\x1a\n....", "people.xlsx", "une image"),
        (b"\x1f\x8b\x08....", "people.csv", "archive"),
        (b"MZ\x90\x00", "people.xlsx", "un programme"),
        (b"<!doctype html><table>", "people.csv", "page web"),
        (TEXT.encode(), "people.xlsx", "ce n’est pas un classeur XLSX"),
        (workbook(["a"]), "people.csv", "c’est un classeur"),
        (zipped(notes_txt="hello"), "people.xlsx", "pas un classeur"),
        (b"PK\x03\x04 and then nothing of a zip", "people.xlsx", "abîmé"),
        (zipped(xl__workbook_xml="<!DOCTYPE w [<!ENTITY a 'b'>]><workbook/>"), "people.xlsx", "déclarations"),
        (zipped(xl__workbook_xml=" " * 5000 + "<!DOCTYPE w><workbook/>"), "people.xlsx", "déclarations"),
        (zipped(xl__workbook_xml="<workbook/>"), "people.xlsx", "pas de feuille visible"),
        (bomb(), "people.xlsx", "se déplie bien au-delà"),
        (b"Pr\x81nom;\x8d\x00\x01", "people.csv", "pas un texte lisible"),
        (b"just some words\nand more", "people.csv", "Il manque une colonne"),
        (b"Nom;Pr\xc3\xa9nom;Service\nA;B;C", "people.csv", "E-mail ou Matricule"),
        (b"Nom;Nom de famille;Pr\xc3\xa9nom;Email\n", "people.csv", "« Nom » et « Nom de famille »"),
    ],
)
def test_open_when_file_is_not_what_it_says(data, name, said):
    """One clear sentence, whatever was sent, and nothing is unpacked to find it."""
    with pytest.raises(Invalid) as refusal:
        lines(data, name)
    assert said in refusal.value.sentence


@pytest.mark.parametrize("rest", ["B;c@d.fr\nC;D;e@f.fr\n", "x" * 1_200_000])
def test_open_when_quote_never_closes(rest):
    """A quote opened and never closed would swallow everybody after it: the line where it opens is said instead."""
    with pytest.raises(Invalid, match="La ligne 3 ne se lit pas"):
        lines(f'Prénom;Nom;E-mail\nA;B;a@b.fr\nA;"{rest}')


ROW = {
    "Prénom": "Zoé", "Nom": "Martin", "E-mail": "zoe@a.fr", "Matricule": "A1", "Service": "", "Arrivée": "",
    "Départ": "", "Responsable": "", "Langue": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "column", "read", "expected"),
    [
        ({"Prénom": ""}, "Prénom", "", "un prénom"),
        ({"Nom": "1234"}, "Nom", "1234", "un nom avec des lettres"),
        ({"Nom": "é" * 301}, "Nom", "é" * 80, "300 caractères"),
        ({"E-mail": "zoe@@a"}, "E-mail", "zoe@@a", "une adresse comme"),
        ({"E-mail": "", "Matricule": ""}, "E-mail", "", "un e-mail ou un matricule"),
        ({"Matricule": "a@b.fr"}, "Matricule", "a@b.fr", "un matricule sans @"),
        ({"Arrivée": "31/02/2026"}, "Arrivée", "31/02/2026", "2026-03-12 ou 12/03/2026"),
        ({"Arrivée": "03/12/26"}, "Arrivée", "03/12/26", "2026-03-12 ou 12/03/2026"),
        ({"Arrivée": "0026-03-12"}, "Arrivée", "0026-03-12", "2026-03-12 ou 12/03/2026"),
        ({"Arrivée": "12032026"}, "Arrivée", "12032026", "2026-03-12 ou 12/03/2026"),
        ({"Arrivée": "46093"}, "Arrivée", "46093", "donnez-lui le format date"),
        ({"Arrivée": "2026-05-01", "Départ": "01/04/2026"}, "Départ", "01/04/2026", "un départ après l’arrivée"),
        ({"Service": "A > > B"}, "Service", "A > > B", "sans rang vide"),
        ({"Service": "A > B > a"}, "Service", "A > B > a", "son propre ancêtre"),
        ({"Service": " > ".join(f"n{i}" for i in range(13))}, "Service", None, "12 rangs"),
        ({"Service": "x" * 201}, "Service", "x" * 80, "200 caractères"),
        ({"Responsable": "zoe@a.fr"}, "Responsable", "zoe@a.fr", "quelqu’un d’autre"),
        ({"Langue": "klingon"}, "Langue", "klingon", "fr ou en"),
        ({"Prénom": "=HYPERLINK(1)"}, "Prénom", "=HYPERLINK(1)", "non une formule"),
        ({"Nom": "@SUM(A1)"}, "Nom", "@SUM(A1)", "non une formule"),
        ({"Service": "#REF!"}, "Service", "#REF!", "erreur de tableur"),
    ],
)
def test_read_line_when_at_fault(changed, column, read, expected):
    """Each fault says its line, its column, what was read and what is expected."""
    row = {**ROW, **changed}
    (line,) = lines(HEAD + ";".join(row.values()))
    (fault,) = line.faults
    assert isinstance(fault, Fault)
    assert (fault.line, fault.column) == (2, column)
    assert read is None or fault.read == read
    assert expected in fault.expected


def test_read_when_there_are_several_sheets():
    """The sheet that is named is read, the first visible one otherwise; one that is hidden or not there is refused."""
    data = workbook(["Notes"], hidden_first=True)
    book = load_workbook(io.BytesIO(data))
    book.create_sheet("Équipe & co").append(["Prénom", "Nom", "E-mail"])
    book["Équipe & co"].append(["Zoé", "Martin", "zoe@a.fr"])
    book.save(out := io.BytesIO())
    assert tables.list_sheets(out, "a.xlsx") == ["visible", "Équipe & co"]
    (line,) = importing.read_lines(importing.open_table(out, "Équipe & co"))
    assert line.values["email"] == "zoe@a.fr"
    for sheet in ("Sheet", "nope", None):
        with pytest.raises(Invalid):
            importing.open_table(out, sheet)


def test_read_when_cells_of_a_sheet_have_types():
    """Numbers lose their « .0 », dates come out as dates, formulas are never computed."""
    data = workbook(
        ["Prénom", "Nom", "Matricule", "Arrivée"],
        ["Zoé", "Martin", 1042.0, dt.datetime(2026, 3, 12)],  # noqa: DTZ001  As a sheet gives it.
        ["Zoé", "=A2", 7, dt.date(2026, 3, 12)],
    )
    good, bad = lines(data, "a.xlsx")
    assert good.values["employee_number"] == "1042" and good.values["arrived_on"] == dt.date(2026, 3, 12)
    assert "formule" in bad.faults[0].expected


def test_read_when_a_line_breaks_inside_a_cell():
    """The line that is said is the one a spreadsheet shows the person at."""
    found = lines('Prénom;Nom;E-mail;Fonction\nA;B;a@b.fr;"deux\nlignes"\nC;D;nope;x\n')
    assert found[0].values["job_title"] == "deux lignes"
    assert found[1].faults[0].line == 4


@pytest.mark.parametrize(
    "cell", ["2026-03-12", "2026-3-12", "20260312", "2026-03-12T08:00:00", "12/03/2026", "12.3.2026"]
)
def test_read_date_in_every_form(cell):
    """ISO, extended or basic, and French, as directories and spreadsheets write them."""
    assert importing.read_date(cell) == dt.date(2026, 3, 12)
