"""The administrator's pages, through real forms: people, roles, invitations, codes, departments, settings, the log."""

from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError
from webtest import Upload

from elearn.content.models import Edition, SiteState
from elearn.content.service import get_document
from elearn.db import db, transaction, utcnow
from elearn.errors import Invalid
from elearn.notifications.kinds import find_readers
from elearn.notifications.messages import render
from elearn.notifications.models import Message
from elearn.people import service
from elearn.people.departments import PAGE as PAGE_OF_TREE
from elearn.people.desk import queries
from elearn.people.desk.queries import PAGE
from elearn.people.logo import KEPT_BYTES, read_logo
from elearn.people.models import ImportJob, Person, PersonEvent, PersonEventWords, RoleAssignment
from elearn.permissions import Role

from ..conftest import Browser
from ..factories import make_department, make_person
from .conftest import NEW_PASSWORD


@pytest.fixture
def admin(app):
    """An administrator."""
    return make_person(given_name="Nadia", family_name="Haddad", roles=("admin",))


@pytest.fixture
def desk(browser, admin):
    """The administrator's browser."""
    return browser.sign_in(admin)


def with_field(page, name, value=None):
    """The form of this page that has this field, with this value where one is given."""
    for key, form in page.forms.items():
        if isinstance(key, int) and name in form.fields and (value is None or form[name].value == value):
            return form
    raise AssertionError(f"no form with {name}={value}")


def fresh(person_id):
    """The person as the database has them now."""
    db.session.rollback()
    return db.session.get(Person, person_id, populate_existing=True)


# --- People ---------------------------------------------------------------------------------------------------


def test_list_when_searched_and_filtered(desk):
    """By name without accents, e-mail, number, department with all below it, role and state."""
    top = make_department("Production")
    below = make_department("Atelier", top)
    zoe = make_person(
        given_name="Zoé", family_name="Ærø", email="z@a.fr", employee_number="A12", department_id=below.id
    )
    make_person(given_name="Yan", family_name="Parti", closed_at=utcnow())
    for asked in ("q=zoe", "q=z@a.fr", "q=Z@A", "q=a1", f"department={top.id}"):
        page = desk.get(f"/admin?{asked}")
        assert "Zoé Ærø" in page and "1 personne<" in page, asked
    assert "Yan Parti" not in desk.get("/admin?q=parti")
    assert "Yan Parti" in desk.get("/admin?q=parti&state=closed")
    assert "Nadia Haddad" in desk.get("/admin?role=admin") and zoe.name not in desk.get("/admin?role=admin")
    for nonsense in ("department=x", "state=nope", "after=nobody", "role=king", "q=%25%27%22%3C"):
        assert desk.get(f"/admin?{nonsense}").status_int == 200


def test_list_when_it_has_pages(desk, count_queries):
    """Pages are cut by key, both ways, and cost no more queries than one."""
    for i in range(PAGE + 5):
        make_person(family_name=f"Nom{i:03d}")
    with count_queries() as statements:
        first = desk.get("/admin")
    assert len(statements) <= 8
    second = first.click(href=re.escape("after="), index=0)
    assert "Nom054" in second and "Nom000" not in second
    assert "Nom000" in second.click(href=re.escape("before="))


def test_create_and_edit_person(desk, admin):
    """An account is made and corrected through forms; the log keeps before and after."""
    works, boss = make_department("Atelier"), make_person(email="boss@a.fr")
    form = with_field(desk.get("/admin/people/new"), "given_name")
    form["given_name"], form["family_name"], form["email"] = "Inès", "Lefèvre", "Ines@A.fr"
    form["department"], form["manager"], form["arrived_on"] = "atelier", "boss@a.fr", "2026-03-12"
    page = form.submit(status=303).follow()
    assert "Inès Lefèvre" in page and "Atelier" in page and "12 mars 2026" in page
    person = db.session.scalar(select(Person).where(Person.email == "ines@a.fr"))
    assert (person.manager_id, person.department_id) == (boss.id, works.id)
    form = with_field(page.click("Modifier la fiche"), "given_name")
    assert form["manager"].value == "boss@a.fr"
    form["family_name"], form["extra_time_percent"] = "Lefèvre-Diallo", "33"
    page = form.submit(status=303).follow()
    assert "Lefèvre-Diallo" in page and "33 %" in page
    event, words = db.session.execute(
        select(PersonEvent, PersonEventWords)
        .join(PersonEventWords, PersonEventWords.event_id == PersonEvent.id)
        .where(PersonEvent.act == "edited")
    ).one()
    assert (words.before["family_name"], words.after["family_name"]) == ("Lefèvre", "Lefèvre-Diallo")
    assert event.by_id == admin.id and "Lefèvre" not in str(event.detail)
    assert event.digest == service.digest_words(words.salt, words.before, words.after)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("given_name", "", "Indiquez le prénom"),
        ("given_name", "123", "aucune lettre"),
        ("given_name", "é" * 301, "dépasse 300"),
        ("email", "nope", "mal formée"),
        ("email", "taken@a.fr", "déjà celle d’un compte"),
        ("manager", "ghost@a.fr", "Aucun compte"),
        ("department", "Nulle part", "Aucun service ne s’appelle"),
        ("extra_time_percent", "301", "de 0 à 300"),
        ("extra_time_percent", "beaucoup", ""),
        ("arrived_on", "bientôt", ""),
    ],
)
def test_create_person_when_at_fault(desk, field, value, said):
    """What cannot be kept is shown again with its reason, and nothing is made."""
    make_person(email="taken@a.fr")
    form = with_field(desk.get("/admin/people/new"), "given_name")
    form["given_name"], form["family_name"], form["email"] = "Inès", "Lefèvre", "ines@a.fr"
    form[field] = value
    page = form.submit(status=422)
    assert said in page
    db.session.rollback()
    assert not db.session.scalar(select(Person.id).where(Person.email == "ines@a.fr"))


def test_roles_when_given_and_taken(desk):
    """A panel says beforehand what follows, who is told included; HR and referent exclude one another on the page and in
    the service; the reason stands in the log."""
    person, _other = make_person(), make_person(roles=("referent",))
    page = desk.get(f"/admin/people/{person.public_id}").click(href="/roles/referent")
    assert "Les 2 référents, cette personne comprise, en sont prévenus aussitôt" in page
    assert not db.session.scalar(select(RoleAssignment.id).where(RoleAssignment.person_id == person.id))
    form = page.forms["decide"]
    form["reason"] = "Elle remplace\u202e Paul"
    page = form.submit(status=303).follow()
    assert "Tous les référents en sont prévenus" in page
    assert "Impossible avec le rôle" in page and "Elle remplace Paul" in page
    refused = desk.get(f"/admin/people/{person.public_id}/roles/hr").forms["decide"].submit(status=409)
    assert "ne peut pas être à la fois" in refused
    desk.get(f"/admin/people/{person.public_id}/roles/emperor", status=422)
    page = desk.get(f"/admin/people/{person.public_id}").click(href="/roles/referent")
    assert "dans la file de l’autre référent" in page
    assert "a changé entre-temps" in form.submit(status=422)  # The panel was shown when it was to be given.
    page.forms["decide"].submit(status=303)
    assert not db.session.scalar(select(RoleAssignment.id).where(RoleAssignment.person_id == person.id))
    message = db.session.scalar(select(Message).where(Message.kind == "referent_named"))
    for language in ("fr", "en"):
        assert render(message, find_readers([person.id])[person.id], language).text


def test_role_when_taken_from_oneself(desk, admin):
    """The last administrator keeps the role; another may leave it, and lands where they still may be."""
    url = f"/admin/people/{admin.public_id}/roles/admin"
    refused = desk.get(url).forms["decide"].submit(status=409)
    assert "C’est le dernier compte d’administrateur" in refused
    make_person(roles=("admin",))
    page = refused.forms["decide"].submit(status=303).follow(status=200)
    assert "Le rôle est retiré." in page and "Ma page" in page
    desk.get("/admin", status=403)


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("admin", "sous 14 jours"),
        ("hr", "pour toute l’entreprise"),
        ("manager", "l’avancement des 2 personnes"),
        ("author", "sans nom"),
    ],
)
def test_role_panel_says_what_follows(desk, role, said):
    """What the person will see, by number where there is one."""
    person = make_person()
    for _each in range(2):
        make_person(manager_id=person.id)
    make_person(manager_id=person.id, closed_at=utcnow())
    assert said in desk.get(f"/admin/people/{person.public_id}/roles/{role}")


def test_close_and_reopen(desk, admin):
    """Closing and opening again are decided on a panel, with a reason for the log; one's own account is not closed."""
    person = make_person(roles=("author", "referent"))
    make_person(manager_id=person.id)
    page = desk.get(f"/admin/people/{person.public_id}").click(href="/state")
    assert (
        "(auteur, référent)" in page
        and "C’est le dernier référent" in page
        and "Une personne l’a pour responsable" in page
    )
    form = page.forms["decide"]
    form["reason"] = "Départ à la retraite"
    page = form.submit(status=303).follow()
    assert "Départ à la retraite" in page
    assert fresh(person.id).closed_at is not None
    form.submit(status=422)  # Sent twice, it is not opened again.
    desk.get(f"/admin/people/{person.public_id}/roles/hr", status=409)
    page = page.click(href="/state").forms["decide"].submit(status=303)
    assert fresh(person.id).closed_at is None
    assert "votre propre compte" in desk.get(f"/admin/people/{admin.public_id}/state", status=409)


def test_invitation_when_mailed(desk, app):
    """The mail leads to choosing a password, once; somebody closed or without e-mail gets none."""
    person = make_person(email="new@a.fr", password_hash=None)
    desk.form(desk.get(f"/admin/people/{person.public_id}"), "/invite").submit(status=303)
    message = db.session.scalar(select(Message).where(Message.kind == "invitation"))
    mail = render(message, find_readers([person.id])[person.id])
    assert "7 jours" in mail.text
    page = Browser(app).get(mail.path)
    assert "Choisir un mot de passe" in page
    without = make_person(email=None, employee_number="N1")
    token = page.forms[0]["csrf_token"].value if page.forms else ""
    page = desk.get(f"/admin/people/{without.public_id}")
    token = desk.form(page, "/code")["csrf_token"].value
    assert "imprimez-lui" in desk.post(f"/admin/people/{without.public_id}/invite", {"csrf_token": token}, status=409)


def test_paper_code_when_used(desk, app):
    """A printed code opens the choice of a password once, with its number, in whatever case; another code nothing."""
    person = make_person(email=None, employee_number="N77", password_hash=None)
    sheet = desk.form(desk.get(f"/admin/people/{person.public_id}"), "/code").submit(status=200)
    code = sheet.html.find("p", class_="pv-paper-code").text
    assert code not in str(list(db.session.execute(text("SELECT * FROM password_reset"))))
    visitor = Browser(app)

    def enter(identifier, typed):
        form = with_field(visitor.get("/password/code"), "code")
        form["identifier"], form["code"] = identifier, typed
        return form.submit(status="*")

    for identifier, typed in (("N77", "AAAA-BBBB-CCCC"), ("N78", code), ("N77", "\x00" * 50), ("", code)):
        assert enter(identifier, typed).status_int == 422
    answer = enter(" n77 ", code.lower().replace("-", " "))
    assert answer.status_int == 303
    form = with_field(answer.follow(), "new_password")
    form["new_password"] = NEW_PASSWORD
    form.submit(status=303)
    assert fresh(person.id).password_hash
    assert enter("N77", code).status_int == 422


def test_paper_codes_when_a_list_is_printed(desk, app, monkeypatch):
    """A slip for each of the list whom no mail reaches and who never signed in; each opens the door; sheet by sheet."""
    monkeypatch.setattr(queries, "SHEETS", 2)
    works = make_department("Atelier")
    for i in range(3):
        make_person(email=None, employee_number=f"S{i}", family_name=f"Sans{i}", department_id=works.id)
    make_person(family_name="Avec", department_id=works.id)
    make_person(email=None, employee_number="S9", family_name="Entré", password_hash="x", department_id=works.id)
    page = desk.get(f"/admin?state=never&department={works.id}")
    page = desk.form(page, "/admin/codes").submit()
    assert [each.text for each in page.html.find_all("h2")] == ["Inès Sans0", "Inès Sans1"]
    code = page.html.find("p", class_="pv-paper-code").text
    page = desk.form(page, "/admin/codes").submit()
    assert [each.text for each in page.html.find_all("h2")] == ["Inès Sans2"]
    form = with_field(Browser(app).get("/password/code"), "code")
    form["identifier"], form["code"] = "S0", code
    form.submit(status=303)
    invited = desk.form(desk.get(f"/admin?state=never&department={works.id}"), "/admin/invitations").submit().follow()
    assert "Inès Avec" in invited and "Envoyer cette invitation" in invited


def test_paper_code_when_guessed(desk, app):
    """Guesses are limited like those of a password."""
    make_person(email=None, employee_number="N77")
    visitor = Browser(app)
    form = with_field(visitor.get("/password/code"), "code")
    form["identifier"], form["code"] = "N77", "WRONG"
    assert [form.submit(status="*").status_int for _time in range(12)][-2:] == [429, 429]


# --- The log --------------------------------------------------------------------------------------------------


def test_log_when_read_and_tampered_with(desk, admin):
    """Who, when, what, before and after; the database refuses to change or delete a line."""
    person = make_person(given_name="Avant")
    with transaction():
        service.edit_person(person.id, {"given_name": "Après", "family_name": "Nom"}, utcnow(), admin.id)
    page = desk.get("/admin/log")
    assert all(word in page for word in ("Nom corrigé", "Avant", "Après", "par Nadia Haddad"))
    assert "Nom corrigé" in desk.get("/admin/log?act=renamed")
    assert "Aucune ligne" in desk.get("/admin/log?act=erased")
    assert "Nom corrigé" in desk.get(f"/admin/log?by={admin.email}&who={person.email}")
    assert "Aucune ligne" in desk.get(f"/admin/log?by={person.email}")
    assert "Personne n’a cet e-mail" in desk.get("/admin/log?by=nobody@a.fr")
    for day in ("2020-02-29", "0001-01-01"):
        assert "Aucune ligne" in desk.get(f"/admin/log?until={day}")
    for day in ("2999-12-31", "9999-12-31", "0001-01-01x", "hier"):
        assert "Nom corrigé" in desk.get(f"/admin/log?until={day}")
    assert "Nom corrigé" in desk.get(f"/admin/log?who={person.email}")
    assert "Nom corrigé · " not in desk.get("/admin/log?who=nobody@a.fr")
    for statement in ("UPDATE person_event SET act = 'x'", "DELETE FROM person_event"):
        with pytest.raises(DBAPIError), transaction():
            db.session.execute(text(statement))
    with transaction():
        db.session.execute(delete(PersonEventWords))
    assert "Avant et après ont été effacés" in desk.get("/admin/log")


# --- Departments ----------------------------------------------------------------------------------------------


def test_departments_through_forms(desk):
    """Add, rename, move, take away; what is refused is said on the page."""
    form = with_field(desk.get("/admin/departments"), "act", "create")
    form["name"] = "Production"
    page = form.submit(status=303).follow()
    page = page.click("^Production$")
    form = with_field(page, "act", "create")
    form["name"] = "Atelier"
    page = form.submit(status=303).follow()
    again = with_field(page, "act", "create")
    again["name"] = "Atelier"
    refused = again.submit(status=422)
    assert "porte déjà ce nom" in refused and with_field(refused, "act", "create")["name"].value == "Atelier"
    inside = page.click("^Atelier$")
    form = with_field(inside, "act", "rename")
    form["name"] = "Montage"
    inside = form.submit(status=303).follow()
    assert "Montage" in inside
    form = with_field(inside, "act", "move")
    assert form["parent"].value == "Production"
    form["parent"] = "Production › Montage"
    assert "sous lui-même" in form.submit(status=422)
    form["parent"] = ""
    inside = form.submit(status=303).follow()
    form = with_field(inside, "act", "merge")
    form["into"] = "Nulle part"
    refused = form.submit(status=422)
    assert "Aucun service ne s’appelle" in refused and with_field(refused, "act", "merge")["into"].value == "Nulle part"
    remove = next(f for k, f in inside.forms.items() if isinstance(k, int) and "Supprimer" in f.text)
    remove.submit("act", status=303)
    assert "Montage" not in desk.get("/admin/departments").text.split("est supprimé")[-1]
    assert desk.get("/admin/departments?under=999999", status=404)


def test_departments_when_there_are_many(desk):
    """Found by words of their whole name; named where a name is not enough; paged by key in the tree."""
    tops = [make_department(f"Région {i}") for i in range(3)]
    for top in tops:
        make_department("Équipe", top)
    for i in range(PAGE_OF_TREE):
        make_department(f"Zone {i:03d}", tops[0])
    assert desk.get("/admin/departments.json?q=equipe 2").json == ["Région 2 › Équipe"]
    page = desk.get("/admin/departments?q=EQUIPE")
    assert all(f"Région {i} › Équipe" in page for i in range(3))
    assert "Aucun service ne s’appelle ainsi" in desk.get("/admin/departments?q=rien")
    page = desk.get(f"/admin/departments?under={tops[0].id}")
    assert "Zone 099" not in page and "Zone 099" in page.click("Suivante")
    make_person(given_name="Zoé", department_id=tops[1].id)
    make_person(given_name="Yan", department_id=tops[2].id)
    page = desk.get("/admin?service=r%C3%A9gion 1")
    assert "Zoé" in page and "Yan" not in page
    assert "Plusieurs services répondent" in desk.get("/admin?service=%C3%89quipe")


# --- Settings -------------------------------------------------------------------------------------------------


def picture(format="PNG", size=(600, 200), **options) -> bytes:
    """A picture."""
    out = io.BytesIO()
    Image.new("RGB", size, "#aa3300").save(out, format, **options)
    return out.getvalue()


def test_settings_when_saved(desk):
    """The name reaches pages and contents in the same transaction; the log says before and after."""
    before = db.session.scalar(select(SiteState.revision))
    claire = make_person(given_name="Claire", email="claire@h.example", roles=("hr",))
    form = with_field(desk.get("/admin/settings"), "brand")
    form["name"], form["brand"], form["press"] = "Hautecombe", "#aa3300", "presse@h.example"
    form["on_call-0-name"], form["on_call-0-phone"] = "Claire", "01 99 00 41 20"
    form["on_call-0-email"] = "Claire@h.example"
    assert "Une alerte n’atteindrait pas claire@h.example" in form.submit(status=422)  # HR receives no alert.
    with transaction():
        service.take_role(claire.id, Role.HR, utcnow())
    form["logo"] = Upload("logo.png", picture())
    page = form.submit(status=303).follow()
    assert "publiés à nouveau" in page and "Hautecombe" in page
    db.session.rollback()
    state = db.session.scalar(select(SiteState).execution_options(populate_existing=True))
    assert state.revision > before
    assert state.settings["on_call"] == [{"name": "Claire", "phone": "01 99 00 41 20", "email": "claire@h.example"}]
    edition = db.session.scalar(select(Edition.id).where(Edition.document == "pages", Edition.is_current))
    assert "Hautecombe" in str(get_document(edition))
    logo = desk.get("/logo")
    assert logo.content_type == "image/png" and Image.open(io.BytesIO(logo.body)).size == (432, 144)
    assert "presse@h.example" in desk.get("/admin/log")
    for path in ("state", "roles/hr"):
        assert "Elle est d’astreinte" in desk.get(f"/admin/people/{claire.public_id}/{path}")
    with transaction():
        service.close_person(claire.id, utcnow())
    page = desk.get("/admin/settings")
    assert "Une alerte n’atteindrait pas claire@h.example" in page
    form = with_field(page, "brand")
    form["brand"] = "#0b5563"
    form["drop_logo"] = True
    assert "Les réglages sont enregistrés" in form.submit(status=303).follow()
    assert desk.get("/logo", status=404)
    assert "Rien n’a changé" in with_field(desk.get("/admin/settings"), "brand").submit(status=303).follow()


def test_settings_when_at_fault_or_previewed(desk):
    """A fault changes nothing; a preview shows the shades with their contrast and saves nothing."""
    form = with_field(desk.get("/admin/settings"), "brand")
    form["brand"] = "#ffff00"
    page = form.submit("preview", status=200)
    assert "ajustée" in page
    form["name"] = ""
    assert "Indiquez le nom" in form.submit(status=422)
    form["name"], form["on_call-0-name"] = "X", "Claire"
    assert "un numéro de téléphone" in form.submit(status=422)
    form["languages"], form["language"], form["on_call-0-name"] = "fr", "en", ""
    assert "l’une de celles que vous proposez" in form.submit(status=422)
    form["languages"], form["logo"] = "fr,en", Upload("logo.png", b"<svg onload=alert(1)>")
    assert "SVG" in form.submit(status=422)
    db.session.rollback()
    assert "name" not in (db.session.scalar(select(SiteState.settings)) or {})


def test_settings_when_one_language_is_offered(desk, browser):
    """Pages and messages are in that language for everybody, and nobody can choose another."""
    reader = make_person(email="reads@a.fr", language="en")
    form = with_field(desk.get("/admin/settings"), "brand")
    form["languages"] = "fr"
    form.submit(status=303)
    browser.sign_in(reader)
    page = browser.get("/me", headers={"Accept-Language": "en"})
    assert page.html.html["lang"] == "fr" and not page.html.find("form", class_="pv-lang")
    assert [each["value"] for each in page.html.find_all("input", {"name": "language"})] == ["fr"]
    assert find_readers([reader.id])[reader.id].language == "fr"
    browser.post(
        "/language", {"language": "en", "csrf_token": page.html.find("input", {"name": "csrf_token"})["value"]}
    )
    assert fresh(reader.id).language == "en" and browser.get("/me").html.html["lang"] == "fr"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<?xml version='1.0'?><svg/>", b"GIF89a....",
        picture()[:60], picture("BMP"), b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, b"x" * (2 * 1024 * 1024 + 1),
        picture(size=(6000, 6000)),
    ],
    ids=range(10),
)  # fmt: skip
def test_logo_when_it_is_no_picture(app, data):
    """By content, not by name: no SVG, nothing cut short, nothing huge."""
    with pytest.raises(Invalid):
        read_logo(data)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_logo_when_drawn_again(app, format):
    """What is kept is a small PNG of ours, without what the file carried beside its pixels."""
    options = {"exif": b"Exif\x00\x00secret-place"} if format == "JPEG" else {}
    kept = read_logo(picture(format, **options))
    data = base64.b64decode(kept["data"])
    assert kept["type"] == "image/png" and data.startswith(b"\x89PNG") and len(data) <= KEPT_BYTES
    assert b"secret-place" not in data


# --- Files of people ------------------------------------------------------------------------------------------


def test_import_through_forms(desk, app):
    """Sent, read, applied by the worker, followed; a file that is none gets one sentence."""
    from elearn.people import applying, imports

    form = with_field(desk.get("/admin/imports"), "file")
    form["file"] = Upload("people.pdf", b"%PDF-1.7")
    assert "un PDF" in form.submit(status=422)
    form = with_field(desk.get("/admin/imports"), "file")
    form["file"] = Upload("people.csv", "Prénom;Nom;E-mail\nZoé;Martin;zoe@a.fr\n;Rien;x@a.fr\n".encode("cp1252"))
    page = form.submit(status=303).follow()
    assert "Ligne 3, Prénom" in page and "Appliquer la ligne sans faute" in page
    page = desk.form(page, "/start").submit(status=303).follow()
    assert "L’import est en cours" in page
    job_id = db.session.scalar(select(ImportJob.id))
    while applying.work(utcnow(), imports.folder_of(app.config["INSTANCE"])):
        pass
    db.session.rollback()
    state = desk.get(f"/admin/imports/{job_id}", headers={"Accept": "application/json"}).json
    assert (state["status"], state["done"]) == ("done", 1)
    assert "L’import est terminé" in desk.get(f"/admin/imports/{job_id}")
    assert "Zoé Martin" in desk.get("/admin?q=zoe")


def test_import_when_given_up(desk):
    """A checked file can be given up; nothing of it stays."""
    form = with_field(desk.get("/admin/imports"), "file")
    form["file"] = Upload("people.csv", b"Prenom;Nom;E-mail\nZ;M;z@a.fr\n")
    page = form.submit(status=303).follow()
    start = desk.form(page, "/start")
    desk.form(page, "/drop").submit(status=303)
    assert start.submit(status=409)


def test_import_when_it_would_close_accounts(desk):
    """A list of everybody says how many accounts it would close, and is applied once that number is confirmed; a list of
    nobody says that it names nobody."""
    make_person(email="gone@a.fr")

    def send(text):
        form = with_field(desk.get("/admin/imports"), "file")
        form["file"], form["close_missing"] = Upload("people.csv", text), True
        return form.submit(status=303).follow()

    page = send(b"Prenom;Nom;E-mail\nZ;M;z@a.fr\n")
    assert "1 compte ouvert que le fichier ne nomme pas se ferme, sur 2." in page
    form = desk.form(page, "/start")
    page = form.submit(status=422)
    assert "Confirmez que ces comptes sont à fermer" in page
    desk.post(form.action, {"csrf_token": form["csrf_token"].value, "missing": "1"}, status=303)
    assert "L’import est en cours" in desk.get(form.action.removesuffix("/start"))
    page = send(b"Prenom;Nom;E-mail\n")
    assert "ce fichier ne nomme personne" in page and "ne nomme pas tout le monde" in page
