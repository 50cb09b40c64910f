"""The administrator finds a certificate, reads it, withdraws it; what everybody else then reads of it."""

from __future__ import annotations

import pytest

from elearn.credentials import queries
from elearn.db import db, transaction, utcnow
from elearn.notifications.kinds import Reader
from elearn.notifications.messages import render
from elearn.notifications.models import Message
from tests.assessment.test_service import submit_right
from tests.credentials.test_pages import certified
from tests.credentials.test_service import ALL, service
from tests.factories import make_person

REASON = "Le quiz de la sécurité a été passé par <quelqu’un> d’autre."


@pytest.fixture
def admin(app):
    """An administrator, and nothing else."""
    return make_person(given_name="Nadia", family_name="Haddad", roles=("admin",))


def panel(page):
    """The form that withdraws, or None where the page has none."""
    return next((form for form in page.forms.values() if "reason" in form.fields), None)


def withdraw(page, reason=REASON, status=303):
    """Send it."""
    form = panel(page)
    form["reason"] = reason
    return form.submit(status=status)


def test_found_by_number_or_by_person(browser, admin):
    """The code as somebody copies it or its whole address; an e-mail or a number; the person's page leads there. What is
    neither stays in its field."""
    person, held = certified(employee_number="HC4711")
    browser.sign_in(admin)
    own = f"/admin/certificates/{held.public_id}"
    for typed in (
        f" {held.public_id[:11].upper()} {held.public_id[11:]} ",
        f"http://localhost/verify/{held.public_id}?lang=fr",
    ):
        assert browser.get("/admin/certificates", {"q": typed}, status=303).location.endswith(own)
    for typed in (person.email, "hc 4711"):
        assert own in browser.get("/admin/certificates", {"q": typed})
    page = browser.get(f"/admin/people/{person.public_id}").click("Voir ses certificats").click("Délivré le")
    assert held.words["fr"]["until"] in page and person.name in page
    for typed in ("x", "personne@nulle.part", held.public_id[:-1] + "0", "%00", "' OR 1=1"):
        page = browser.get("/admin/certificates", {"q": typed}, status=404)
        assert "Rien n’est trouvé" in page and browser.form(page, "/admin/certificates")["q"].value == typed
    assert "n’a pas de certificat" in browser.get("/admin/certificates", {"q": admin.email})
    browser.get("/admin/certificates/nobody-has-this", status=404)


def test_withdrawn_and_earned_again(browser, admin):
    """From the panel to the person's next certificate: each reads what is theirs to read, and no more."""
    person, held = certified()
    browser.sign_in(admin)
    page = browser.get(f"/admin/certificates/{held.public_id}")
    assert "le quiz de la charte, le quiz de la sécurité" in page
    refused = withdraw(page, "Trop court.", 422)
    assert "Une phrase au moins" in refused and "Trop court." in refused
    after = withdraw(refused).follow()
    assert "&lt;quelqu’un&gt;" in after and "Un retrait ne se défait pas" in after and panel(after) is None
    second = withdraw(page, "Une tout autre raison, arrivée après.").follow()
    assert "n’a pas été gardée" in second and "tout autre raison" not in second
    log = browser.get("/admin/log?act=certificate-revoked")
    assert held.public_id in log and "Nadia Haddad" in log and "quelqu’un" not in log

    browser.sign_in(person)
    for url in ("/certificate", "/me", "/me/data.json"):
        assert "quelqu’un" in browser.get(url).text, url
    assert "/help/ask?from=/certificate" in browser.get("/certificate")
    home = browser.get("/")
    assert "Votre certificat a été retiré le" in home and "vaut jusqu’au" not in home and "/quizzes/charter" in home
    assert "Certificat retiré" in browser.get("/me/log")
    assert "Votre certificat a été retiré" in browser.get("/me/messages")
    assert "Le certificat d’abord" in browser.get("/ambassador")

    browser.sign_in(make_person(roles=("hr",)))
    row = browser.get("/hr/people", {"q": person.family_name}).html.select_one("tbody tr").text
    assert "Pas de certificat" in row and row.count("Fait") == 3
    browser.reset()
    verified = browser.get(f"/verify/{held.public_id}")
    assert "Il ne vaut plus depuis le" in verified and "quelqu’un" not in verified
    browser.get(f"/credentials/{held.public_id}.pdf", status=410)

    for quiz in ("charter", "security"):
        submit_right(person, quiz, utcnow())
    new = queries.get_current_credential(person.id)
    page = browser.sign_in(person).get("/certificate")
    assert new.cycle == 2 and new.public_id in page and "Télécharger le PDF" in page
    assert held.public_id in page and "quelqu’un" in page, "the former one, its day and its reason stay"
    assert "a été retiré" not in browser.get("/")
    assert f"/admin/certificates/{held.public_id}" in browser.sign_in(admin).get(
        f"/admin/certificates?q={person.email}"
    )


def test_one_of_two_that_are_valid(browser, admin):
    """Renewed early, two are valid for a time: the panel says that the other stays, and what is left to do only where
    the latest is withdrawn."""
    person, first = certified()
    with transaction():
        award = service.get_site().award("programme")
        second = service.issue(db.session.get(type(person), person.id), award, 2, 1, utcnow())
    first_page, second_page = (
        browser.sign_in(admin).get(f"/admin/certificates/{each.public_id}") for each in (first, second)
    )
    assert "reste valable" in first_page and "Pour en obtenir un autre" not in first_page
    assert "reste valable" in second_page and "Pour en obtenir un autre" in second_page
    withdraw(second_page)
    page = browser.sign_in(person).get("/certificate")
    assert "a été retiré le" in page and f"/verify/{first.public_id}" in page and "Valable jusqu’au" in page


def test_own_certificate_or_a_role_that_must_not_know(browser, admin):
    """Nobody withdraws their own. Who is HR or a manager as well neither reads why nor decides."""
    _person, held = certified()
    with transaction():
        own = [service.fulfil(admin.id, requirement, {}, utcnow()) for requirement in ALL][-1]
    page = browser.sign_in(admin).get(f"/admin/certificates/{own.public_id}")
    assert "un autre administrateur s’en charge" in page and panel(page) is None
    form = panel(browser.get(f"/admin/certificates/{held.public_id}"))
    form.action, form["reason"] = f"/admin/certificates/{own.public_id}", REASON
    form.submit(status=403)
    for role in ("hr", "manager"):
        browser.sign_in(make_person(roles=("admin", role)))
        assert held.public_id not in browser.get("/admin/certificates", {"q": held.words["fr"]["name"]}, status=200)
        assert "ne regarde ni les RH" in browser.get(f"/admin/certificates/{held.public_id}", status=403)


def test_message_of_a_withdrawal(app):
    """Day, reason and how to answer, in the reader's language; nothing once the certificate is erased."""
    person, held = certified()
    with transaction():
        service.revoke(held.id, REASON, utcnow())
    message = db.session.query(Message).filter_by(kind="credential_revoked").one()
    reader = Reader(person.name, person.email, "en", True)
    for language, subject in (("fr", "Votre certificat a été retiré"), ("en", "Your certificate was withdrawn")):
        mail = render(message, reader, language)
        assert (
            mail.subject == subject and "&lt;quelqu’un&gt;" in mail.html and "/help/ask?from=/certificate" in mail.html
        )
        assert "<quelqu’un>" in mail.text
    with transaction():
        db.session.get(type(held), held.id).words = {}
    assert render(message, reader) is None


def test_withdrawn_from_the_command_line(app):
    """The same for whoever runs the server; the log says that it came from there."""
    person, held = certified()
    run = app.test_cli_runner().invoke

    def revoke(number, reason=REASON):
        return run(args=["credentials", "revoke", number, "--reason", reason])

    assert revoke("nobody").exit_code == 1
    assert "Une phrase au moins" in revoke(held.public_id, "Non.").output
    assert f"Certificat de {person.name} retiré." in revoke(held.public_id.upper()).output
    assert "déjà retiré" in revoke(held.public_id, "Une tout autre raison.").output
    db.session.expire_all()
    assert db.session.get(type(held), held.id).revoked_reason == REASON
