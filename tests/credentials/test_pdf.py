"""The printed certificate: conformant, the same bytes each time, whatever the name; nothing fetched, nothing leaked."""

import datetime as dt
import io
import threading
from pathlib import Path

import page
import pypdf
import pytest

from elearn.config import ROOT
from elearn.content import loader
from elearn.credentials import pdf, printing
from elearn.errors import TooMany

pytestmark = pytest.mark.pure
CODE = "k3m9abcdefghjkmnpqrstu"

NAMES = [
    "Jo Li",
    "Éléonore Lefèvre-Nguyễn",
    "Łukasz Żółć-Öztürk Ștefănescu",
    "Marie-Charlotte-Alexandrine de La Rochefoucauld-Montmorency-Saint-Exupéry van der Berg d’Aubigné",
    "W" * 300,
    "Αλέξανδρος Παπαδόπουλος",
    "أحمد الخالدي",
    "Ivan <script>alert(1)</script> & fils",
    "Zoe\u202egnitrever\u0007\u200b\n  Blanc",
    "a\u0301" * 40,
]


@pytest.fixture(scope="module")
def award():
    """The shipped award."""
    folder = ROOT / "certificates" / "programme"
    files = {p.relative_to(ROOT).as_posix(): p.read_text("utf-8") for p in folder.iterdir() if p.is_file()}
    loaded, faults = loader.load("award:programme", files, {"company": "Régie des Transports du Littoral"})
    assert faults == []
    return loaded


def html_of(award, name="Éléonore Lefèvre", language="fr", brand="#0b5563"):
    """The HTML of a certificate."""
    facts = printing.Facts(
        name, "Régie des Transports du Littoral", brand, dt.date(2026, 11, 22), dt.date(2027, 11, 22), 3
    )
    words = printing.words_of(award, facts, language)
    return printing.draw(award, words, CODE, language, "https://porte-voix.example")


def check_conformant(data: bytes):
    """PDF/UA-1, as page-validation reads the standard."""
    report = page.validate_pdf_bytes(data, profile="PDF_UA_1")
    assert report.is_compliant, [(f.rule_id, f.message) for f in report.failures]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_certificate_is_conformant_and_on_one_page(award, name, language):
    """PDF/UA-1, one A4 landscape page, our two families embedded, whatever the name."""
    data = pdf.render_pdf(html_of(award, name, language), award.theme)
    check_conformant(data)
    reader = pypdf.PdfReader(io.BytesIO(data))
    assert len(reader.pages) == 1
    assert [round(float(x) / 72 * 25.4) for x in reader.pages[0].mediabox[2:]] == [297, 210]
    assert reader.trailer["/Root"]["/Lang"] == language
    fonts = {str(f.get_object()["/BaseFont"]) for f in reader.pages[0]["/Resources"]["/Font"].values()}
    assert any("Atkinson" in f for f in fonts) and any("Bricolage" in f for f in fonts)


def test_companys_logo(award):
    """The logo stands for the company's name, which remains its alternative; anything but inline data is left out."""
    svg = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 3'><path d='M0 0h9v3z'/></svg>"
    facts = printing.Facts("Jo", "Régie", "#0b5563", dt.date(2026, 11, 22), dt.date(2027, 11, 22), 3)
    words = printing.words_of(award, facts, "fr")
    html = printing.draw(award, words, CODE, "fr", "https://porte-voix.example", svg)
    assert 'alt="Régie"' in html
    check_conformant(pdf.render_pdf(html, award.theme))
    assert "evil" not in printing.draw(award, words, CODE, "fr", "https://porte-voix.example", "https://evil.example/x")


def test_printed_words(award):
    """What it says: name, dates, edition, internal attestation; « certificat », never the regulated words."""
    text = " ".join(
        pypdf.PdfReader(io.BytesIO(pdf.render_pdf(html_of(award), award.theme))).pages[0].extract_text().split()
    )
    for words in (
        "Certificat",
        "Éléonore Lefèvre",
        "22 novembre 2026",
        "22 novembre 2027",
        "Édition 3",
        CODE,
        "Attestation interne",
    ):
        assert words in text.replace("- ", "-") or words in text.replace(" ", ""), words
    assert "certification" not in text.lower() and "certifié" not in text.lower()


def test_same_words_give_the_same_bytes(award):
    """Deterministic, so that a certificate drawn in ten years is the one that was drawn today."""
    html = html_of(award)
    first = pdf.render_pdf(html, award.theme)
    pdf._kept.clear()
    assert pdf.render_pdf(html, award.theme) == first


def test_memory_stays_flat_over_a_hundred_documents(award):
    """WeasyPrint#2130: a font configuration per document leaked gigabytes; one for the process leaks nothing."""

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    def draw(numbers):
        for number in numbers:
            pdf._kept.clear()
            pdf.render_pdf(html_of(award, f"Personne {number}"), award.theme)

    draw(range(20))
    before = resident()
    draw(range(20, 120))
    assert resident() - before < 12 * 1024 * 1024


def test_nothing_is_fetched(tmp_path, monkeypatch):
    """A template reaches neither file nor network: only our fonts and inline data are answered."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    asked = []
    monkeypatch.setattr("socket.create_connection", lambda *a, **k: asked.append(a))
    html = (
        '<html lang="fr"><head><title>t</title><link rel="stylesheet" href="https://example.com/a.css">'
        f'<style>@import "file://{secret}"; body {{ background: url("file://{secret}") }}</style></head>'
        f'<body><h1>t</h1><img alt="x" src="file://{secret}"><img alt="y" src="https://example.com/p.png">'
        '<img alt="z" src="https://fonts.invalid/../../../etc/passwd"></body></html>'
    )
    assert b"secret" not in pdf.render_pdf(html)
    assert asked == []


def test_sandbox_shows_printable_words_only(award):
    """A template of a company's own cannot reach objects, settings or files through what it is given."""
    from dataclasses import replace

    from jinja2.exceptions import SecurityError, UndefinedError

    words = {"name": "Jo", "brand": "#123456"}
    for source, error in [
        ("{{ words.__class__.__mro__ }}", SecurityError),
        ("{{ ''.__class__.__base__.__subclasses__() }}", SecurityError),
        ("{{ config.SECRET_KEY }}", UndefinedError),
        ("{{ words.update({'a': 'b'}) }}", SecurityError),
    ]:
        with pytest.raises(error):
            printing.draw(replace(award, template=source), words, CODE, "fr", "https://x.example")
    page_ = printing.draw(
        replace(award, template="{{ words.name }}"), {**words, "name": "<b>"}, CODE, "fr", "https://x"
    )
    assert page_ == "&lt;b&gt;"


@pytest.mark.parametrize(
    "given, printed",
    [
        ("  Inès \n Lefèvre\t", "Inès Lefèvre"),
        ("Zoe\u202egnitrever", "Zoegnitrever"),
        ("e\u0301", "é"),
        ("نیم\u200cفاصله", "نیم\u200cفاصله"),
        ("a\u0000b", "a b"),
    ],
)
def test_printable(given, printed):
    """Composed letters, single spaces, nothing invisible that reorders; joiners that scripts need stay."""
    assert printing.printable(given) == printed


@pytest.mark.parametrize(
    "colour, ink", [("#0b5563", "#ffffff"), ("#ffd100", "#171a1f"), ("#ffffff", "#171a1f"), ("x", "#ffffff")]
)
def test_ink_on_a_companys_colour(colour, ink):
    """Text on the company's colour reads, whichever colour it is."""
    assert printing.ink_on(colour) == ink


def test_documents_of_other_rooms(award):
    """The charter's summary and the cards are drawn by the same press, conformant too."""
    body = "<h2>Un titre</h2><p>Texte <strong>fort</strong>.</p><ul><li>Un</li><li>Deux</li></ul>" + "<p>Long.</p>" * 90
    data = pdf.render_document("La charte & nous", body, "fr", "Régie", "Résumé")
    check_conformant(data)
    assert len(pypdf.PdfReader(io.BytesIO(data)).pages) > 1


def test_full_queue_is_refused_at_once(monkeypatch):
    """More documents than the press can draw: the newest are asked to come back."""

    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr(pdf, "_places", places)
    places.acquire()
    with pytest.raises(TooMany):
        pdf.render_pdf("<p>b")
    places.release()
    assert pdf.render_pdf("<html lang=fr><title>t</title><p>b").startswith(b"%PDF")


def test_drawing_leaves_pictures_strict(app):
    """WeasyPrint would let the whole process accept pictures cut in the middle; captures and logos must not be."""
    from PIL import ImageFile

    from elearn.credentials.pdf import render_document

    render_document("Titre", "<p>Texte</p>", "fr", "Hautecombe")
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
