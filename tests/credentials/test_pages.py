"""The certificate's pages: one's own, the PDF, what anyone may verify."""

import datetime as dt
import io

import pypdf
import pytest

from elearn.credentials import queries, service
from elearn.db import db, transaction, utcnow
from tests.credentials.test_service import ALL
from tests.factories import make_person


def certified(now=None, **values):
    """A person and their credential."""
    person = make_person(**values)
    with transaction():
        for requirement in ALL:
            held = service.fulfil(person.id, requirement, {}, now or utcnow())
    return person, held


def test_before_the_certificate(browser):
    """What is left, each step with its link; nothing to download yet."""
    browser.sign_in(make_person())
    page = browser.get("/certificate")
    assert "/quizzes/charter" in page and "/charter#sign" in page
    assert "Télécharger" not in page


def test_own_certificate(browser):
    """Download, print, share link, dates."""
    person, held = certified()
    page = browser.sign_in(person).get("/certificate")
    assert person.name in page and held.public_id in page
    data = page.click("Télécharger le PDF").body
    assert person.family_name in pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text().replace("\n", "")


def test_signed_out(browser):
    """One's own page asks to sign in."""
    assert "/login" in browser.get("/certificate", status=303).location


@pytest.mark.parametrize(
    "language, word, title", [("fr", "Certificat", "certificat.pdf"), ("en", "Certificate", "certificate.pdf")]
)
def test_pdf_in_either_language(browser, language, word, title):
    """Public by its unguessable address, in the language asked for, and never indexed."""
    _person, held = certified()
    answer = browser.get(f"/credentials/{held.public_id}.pdf?lang={language}")
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{title}"'
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert word in pypdf.PdfReader(io.BytesIO(answer.body)).pages[0].extract_text()
    again = browser.get(
        f"/credentials/{held.public_id}.pdf?lang={language}", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_int == 304 or again.body == answer.body


@pytest.mark.parametrize("language", ["", "xx", "../etc"])
def test_pdf_in_no_language_of_ours(browser, language):
    """Its holder's language, where the address names none of ours."""
    _person, held = certified(language="en")
    assert browser.get(f"/credentials/{held.public_id}.pdf?lang={language}").headers["Content-Language"] == "en"


@pytest.mark.parametrize("code", ["k3m9abcdefghjkmnpqrstu", "x", "%00", "' OR 1=1", "%C3%A9" * 22, "A" * 500])
@pytest.mark.parametrize("url", ["/verify/{}", "/credentials/{}.pdf"])
def test_unknown_code(browser, url, code):
    """A mistyped code and nonsense get the same sentence, the right status, and are not indexed."""
    answer = browser.get(url.format(code), status=404)
    assert "Aucun certificat ne porte ce code" in answer
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_verify_shows_the_minimum(browser):
    """Name, award, dates, edition, valid; nothing else of the person; robots kept out twice."""
    person, held = certified(job_title="Soudeuse", employee_number="M-4711")
    page = browser.get(f"/verify/{held.public_id}")
    assert "Ce certificat est valable" in page
    assert person.name in page and held.words["fr"]["award"] in page and held.words["fr"]["edition_text"] in page
    for hidden in (person.email, "Soudeuse", "M-4711", person.public_id):
        assert hidden not in page
    assert '<meta name="robots" content="noindex' in page
    assert "noindex" in page.headers["X-Robots-Tag"]


def test_verify_in_either_language(browser):
    """A QR code opens the language it was printed in, whatever the browser prefers."""
    _person, held = certified()
    page = browser.get(f"/verify/{held.public_id}?lang=en")
    assert '<html lang="en"' in page
    assert held.words["en"]["until"] in page
    assert held.words["fr"]["until"] in browser.get(
        f"/verify/{held.public_id}?lang=fr", headers={"Accept-Language": "en"}
    )


def test_expired(browser):
    """Said plainly, to the visitor and to its holder, who reads what renews it."""
    person, held = certified(now=utcnow() - dt.timedelta(days=500))
    assert "n’est plus valable" in browser.get(f"/verify/{held.public_id}")
    page = browser.sign_in(person).get("/certificate")
    assert "n’est plus valable" in page
    assert "/quizzes/security" in page and "/charter#sign" not in page


def test_soon_to_expire(browser):
    """In its last sixty days the holder reads what renews it, and the certificate is still valid."""
    person, held = certified(now=utcnow() - dt.timedelta(days=330))
    assert "est valable" in browser.get(f"/verify/{held.public_id}")
    assert "/quizzes/charter" in browser.sign_in(person).get("/certificate")


def test_revoked(browser):
    """The visitor reads that it was withdrawn, not why; the PDF is no longer given; the holder reads the reason."""
    person, held = certified()
    with transaction():
        service.revoke(held.id, "Délivré par erreur à cette personne.", utcnow())
    page = browser.get(f"/verify/{held.public_id}")
    assert "a été retiré" in page and "par erreur" not in page
    assert "a été retiré" in browser.get(f"/credentials/{held.public_id}.pdf", status=410)
    assert "Délivré par erreur à cette personne." in browser.sign_in(person).get("/certificate")


def test_erased(browser):
    """Of an erased person nothing is said, not even that there was somebody."""
    _person, held = certified()
    with transaction():
        db.session.get(type(held), held.id).words = {}
    assert "Aucun certificat" in browser.get(f"/verify/{held.public_id}", status=404)


def test_verify_when_the_code_is_mistyped(browser):
    """A code that is not one stays in its field; typed with capitals, spaces or its whole address, it is found."""
    _person, held = certified()
    wrong = browser.get(f"/verify/{held.public_id[:-1]}0", status=404)
    form = browser.form(wrong, "/verify")
    assert form["code"].value == f"{held.public_id[:-1]}0" and "Aucun certificat" in wrong
    for typed in (
        f" {held.public_id[:11].upper()} {held.public_id[11:]} ",
        f"http://localhost/verify/{held.public_id}?lang=fr",
    ):
        form["code"] = typed
        assert "est valable" in form.submit(status=303).follow()
    assert "Vérifier ce code" in browser.get("/verify")


def test_hostile_name(browser):
    """A name is words, on every page and in the PDF."""
    person, held = certified(certificate_name="<img src=x onerror=alert(1)> {{ 7*7 }}")
    for url in ("/certificate", f"/verify/{held.public_id}"):
        page = browser.sign_in(person).get(url)
        assert "<img src=x" not in page and "{{ 7*7 }}" in page
    assert browser.get(f"/credentials/{held.public_id}.pdf").status_int == 200


def test_reading_changes_nothing(browser):
    """Opening any of these pages writes nothing."""
    person, held = certified()
    before = queries.get_progress(person.id).fulfilments
    for url in ("/certificate", f"/verify/{held.public_id}", f"/credentials/{held.public_id}.pdf"):
        browser.sign_in(person).get(url)
    assert queries.get_progress(person.id).fulfilments.keys() == before.keys()


def test_pdf_with_a_companys_logo(browser):
    """The logo of the settings is drawn; the certificate stays one page that reads."""
    from elearn.content.models import SiteState

    _person, held = certified()
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    with transaction():
        state = db.session.get(SiteState, 1)
        state.settings = {**(state.settings or {}), "logo": {"type": "image/png", "data": pixel}}
        state.revision += 1
    page = pypdf.PdfReader(io.BytesIO(browser.get(f"/credentials/{held.public_id}.pdf").body)).pages[0]
    assert len(page.images) >= 1
