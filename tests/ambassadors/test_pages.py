"""The pages, through real forms with CSRF on and without JavaScript; and who sees nothing of them."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from elearn.ambassadors import contests, desk, mandates, organisation, queries, service, views
from elearn.ambassadors.desk import queries as desk_queries
from elearn.ambassadors.models import Application, Contest, Hearing, Mandate
from elearn.ambassadors.perimeters import may_see
from elearn.content.service import get_site
from elearn.db import db, transaction, utcnow
from elearn.help import alerts
from elearn.help import service as questions
from elearn.notifications.messages import render
from elearn.notifications.models import Message
from elearn.people.models import Department, Person
from tests.factories import make_department, make_person

from .building import POST, REASON, make_application, make_certified, make_mandate, make_referent, scope, seed, verdict

assert desk and views


@pytest.fixture
def now():
    """Pages live in the present."""
    return utcnow()


@pytest.fixture
def until(now):
    """A day that every certificate of these tests outlives."""
    return now.date() + dt.timedelta(days=200)


def certified(now, **values):
    """Somebody whose certificate is valid for most of a year from now."""
    return make_certified(now.date() + dt.timedelta(days=300), **values)


def granted(now, until, referent, **values):
    """A status granted today."""
    application = make_application(certified(now, **values), now=now)
    with transaction():
        wanted = scope(starts_on=now.date(), ends_on=until)
        service.decide(referent.id, application.id, application.version, verdict(), wanted, now)
    return queries.get_open_mandate(application.person_id)


# --- The person -----------------------------------------------------------------------------------------------


def test_without_certificate_the_page_says_what_comes_first(browser):
    """The certificate opens the application; what the status is stands there for everyone."""
    page = browser.sign_in(make_person()).get("/ambassador")
    page.mustcontain("Le certificat d’abord", "C’est un geste libre", "Ni votre responsable ni les ressources humaines")
    assert "Choisir une situation" not in page.text
    browser.get("/ambassador/briefs", status=409)
    browser.get("/ambassador/application", status=404)


def test_whole_application_without_script(browser, now):
    """Situation, draft, preview, notices, send, wait, withdraw: links and forms only."""
    seed()
    person = certified(now)
    page = browser.sign_in(person).get("/ambassador").click("Choisir une situation")
    brief = get_site().briefs.briefs[0]
    form = next(f for f in page.forms.values() if f.action.endswith("/briefs"))
    page = form.submit("brief", value=brief.id).follow()
    page.mustcontain(brief.words["fr"].title, "Votre texte apparaîtra ici.")
    assert brief.words["fr"].model[:60] not in page.text
    form = browser.form(page, "/ambassador/application")
    form["post"] = "Belle semaine <b>à l’atelier</b>."
    form["picture"] = "Deux mains gantées."
    page = form.submit("keep").follow()
    page.mustcontain(
        "Votre brouillon est enregistré", "Belle semaine &lt;b&gt;à l’atelier&lt;/b&gt;.", "Deux mains gantées."
    )
    page.mustcontain("Votre employeur n’est pas mentionné", "/charter#article-4")
    page = browser.form(page, "/ambassador/application").submit("send", status=422)
    page.mustcontain("Choisissez au moins un réseau et un sujet", "Belle semaine")
    form = browser.form(page, "/ambassador/application")
    form.set("networks", True, 0)
    form.set("topics", True, 0)
    page = form.submit("send").follow()
    page.mustcontain("Votre demande est chez le référent", "Belle semaine")
    assert browser.get("/ambassador/application", status=303).location.endswith("/ambassador")
    page = browser.form(page, "/withdraw").submit().follow()
    page.mustcontain("Votre demande est retirée", "Vous avez retiré votre demande")


def test_copied_model_is_noticed_and_never_blocks(browser, now):
    """The share is said, a passage is quoted, and the application can be sent all the same."""
    application = make_application(certified(now), now=now)
    with transaction():
        service.withdraw_application(application.person_id, now)
        brief = get_site().briefs.briefs[0]
        service.begin_application(application.person_id, brief.id, now)
    page = browser.sign_in(db.session.get(Person, application.person_id)).get("/ambassador/application")
    form = browser.form(page, "/ambassador/application")
    form["post"] = brief.words["fr"].model
    form.set("networks", True, 0)
    form.set("topics", True, 0)
    page = form.submit("keep").follow()
    page.mustcontain("Ces mots ressemblent à ceux du modèle", "mot pour mot")
    browser.form(page, "/ambassador/application").submit("send").follow().mustcontain("chez le référent")


def test_script_saves_and_hears_what_is_noticed(client, app, browser, now):
    """The page's own script asks for JSON: a receipt, and the notices as the page would show them."""
    seed()
    person = certified(now)
    with transaction():
        service.begin_application(person.id, get_site().briefs.briefs[0].id, now)
    page = browser.sign_in(person).get("/ambassador/application")
    token = browser.form(page, "/ambassador/application")["csrf_token"].value
    answer = browser.post(
        "/ambassador/application", {"csrf_token": token, "post": "Sans lien."}, headers={"Accept": "application/json"}
    )
    assert "Votre employeur" in answer.json["html"]
    assert answer.json["saved"].startswith("Brouillon enregistré à ")
    answer = browser.post(
        "/ambassador/application",
        {"csrf_token": token, "post": "x" * 3001},
        headers={"Accept": "application/json"},
        status=422,
    )
    assert "3 000" in answer.json["sentence"].replace(" ", " ")
    assert db.session.scalar(select(Application.post)) == "Sans lien."
    form = browser.form(page, "/ambassador/application")
    form["post"] = "y" * 3001
    assert "3 000" in form.submit("keep", status=422).text.replace(" ", " ")


def test_own_acts_on_the_status(browser, now, until):
    """Pause, return, give up, each by one button and without a reason."""
    mandate = granted(now, until, make_referent())
    page = browser.sign_in(db.session.get(Person, mandate.person_id)).get("/ambassador")
    page.mustcontain("Actif", "LinkedIn", REASON)
    page = browser.form(page, "/mandate/paused").submit().follow()
    page.mustcontain("en pause", "En sommeil")
    page = browser.form(page, "/mandate/returned").submit().follow()
    page = browser.form(page, "/mandate/left").submit().follow()
    page.mustcontain("Vous avez rendu votre statut", "Choisir une situation")
    browser.get("/ambassador/mandate/left", status=405)


def test_renewal_is_wished_on_the_page_and_answered_at_the_desk(browser, now):
    """In the last sixty days; the desk offers to renew once the new certificate is there."""
    referent = make_referent()
    mandate = granted(now, now.date() + dt.timedelta(days=30), referent)
    person = db.session.get(Person, mandate.person_id)
    page = browser.sign_in(person).get("/ambassador")
    browser.form(page, "/mandate/renewal").submit().follow().mustcontain("Vous souhaitez continuer")
    browser.sign_in(referent).get("/referent").mustcontain("Renouvellement")
    browser.get(f"/referent/ambassadors/{mandate.id}").mustcontain("pas encore renouvelé")
    end = now.date() + dt.timedelta(days=365)
    make_certified(end, cycle=2, person=person)
    form = browser.form(browser.get(f"/referent/ambassadors/{mandate.id}"), "/scope")
    form["ends_on"], form["reason"] = end.isoformat(), REASON
    form.submit("renew").follow().mustcontain("Statut renouvelé")
    assert db.session.get(Mandate, mandate.id).ends_on == end


def test_hearing_is_answered_in_ones_own_words(browser, now, until):
    """Only by the person; kept word for word, read by the referent beside the form to suspend."""
    referent = make_referent()
    mandate = granted(now, until, referent)
    with transaction():
        hearing = mandates.open_hearing(referent.id, mandate.id, 1, "Trois liens vers un site de jeux.", now)
    browser.sign_in(make_person()).get(f"/ambassador/hearings/{hearing.id}", status=404)
    browser.sign_in(referent).get(f"/referent/ambassadors/{mandate.id}").mustcontain("son délai court")
    page = browser.sign_in(db.session.get(Person, mandate.person_id)).get("/ambassador").click("Lire et répondre")
    page.mustcontain("Trois liens vers un site de jeux.")
    form = next(f for f in page.forms.values() if "words" in f.fields)
    form["words"] = ""
    form.submit(status=422).mustcontain("Écrivez votre texte")
    stale, form["words"] = form, "Mon compte avait été <i>ouvert</i>."
    form.submit().follow().mustcontain("gardée, mot pour mot", "&lt;i&gt;ouvert&lt;/i&gt;")
    stale["words"] = "Je le répète."
    stale.submit(status=409).mustcontain("La situation a changé", "Ce que vous aviez écrit", "Je le répète.")
    page = browser.sign_in(referent).get(f"/referent/ambassadors/{mandate.id}")
    page.mustcontain("Mon compte avait été &lt;i&gt;ouvert&lt;/i&gt;.")
    form = act_form(page, "suspended")
    form["reason"] = REASON
    form.submit(status=422).mustcontain("Une suspension a toujours un dernier jour")
    form["until"] = (now.date() + dt.timedelta(days=9)).isoformat()
    form.submit().follow().mustcontain("Statut suspendu", "Suspendu jusqu’au")


def act_form(page, act):
    """The form of this act on an ambassador's page."""
    return next(f for f in page.forms.values() if "act" in f.fields and f["act"].value == act)


def test_contest_from_decision_to_second_look(browser, now):
    """The person contests from the history; the first referent never sees it; the second answers."""
    first, second = make_referent(), make_referent()
    application = make_application(certified(now), now=now)
    with transaction():
        given = verdict("refused", again_on=now.date() + dt.timedelta(days=9))
        line = service.decide(first.id, application.id, application.version, given, None, now)
    browser.sign_in(make_person()).get(f"/ambassador/decisions/{line.id}/contest", status=404)
    page = browser.sign_in(db.session.get(Person, application.person_id)).get("/ambassador")
    page.mustcontain("Demande refusée", "Le post n’atteint pas encore le seuil", "/courses/security/traces")
    page = page.click("Contester cette décision")
    form = next(f for f in page.forms.values() if "words" in f.fields)
    form.submit(status=422)
    form["words"] = "J’avais nommé l’entreprise."
    stale = form
    form.submit().follow().mustcontain("Contestée, réponse attendue")
    browser.get(f"/ambassador/decisions/{line.id}/contest", status=409)
    stale["words"] = "Et mon second post l’écrit aussi."
    stale.submit(status=409).mustcontain("déjà été contestée", "Ce que vous aviez écrit", "Et mon second post")
    made = db.session.scalar(select(Contest.id))
    browser.sign_in(first).get(f"/referent/contests/{made}", status=404)
    assert "Contestation" not in browser.get("/referent").text
    page = browser.sign_in(second).get("/referent").click("Lefèvre", index=0)
    page.mustcontain("J’avais nommé l’entreprise.", REASON)
    form = next(f for f in page.forms.values() if "outcome" in f.fields)
    form["outcome"] = "changed"
    form["reason"] = "trop court"
    form.submit(status=422).mustcontain("Une phrase au moins")
    form["reason"] = "En effet, la première phrase le dit."
    form.submit().follow().mustcontain("Votre réponse est enregistrée")
    browser.get(f"/referent/contests/{made}").mustcontain("n’attend plus de réponse", "donne raison à la personne")
    assert db.session.get(Application, application.id).status == "submitted"
    browser.sign_in(first).get(f"/referent/applications/{application.id}").mustcontain("un autre référent reprend")


# --- The referent ---------------------------------------------------------------------------------------------


def open_application(browser, referent, application):
    """The application's page, and its form."""
    page = browser.sign_in(referent).get(f"/referent/applications/{application.id}")
    return page, next(f for f in page.forms.values() if "decision" in f.fields)


def grade(form, points="2"):
    """The same points for each criterion."""
    for name in form.fields:
        if name and name.startswith("grid-"):
            form[name] = points


def test_referent_reads_and_grants(browser, now, until):
    """Brief, model, post as readers see it; grid, decision, scope, reason; the person reads it."""
    application, referent = make_application(certified(now), now=now), make_referent()
    page, form = open_application(browser, referent, application)
    brief = get_site().briefs.briefs[0].words["fr"]
    page.mustcontain(brief.title, brief.model[:30], POST[:40], "Transparence", "emploi caché")
    form.submit(status=422).mustcontain("six critères", "Choisissez une décision", "Écrivez le motif", "3 réponses")
    form["decision"], form["reason"] = "granted", REASON
    form.submit(status=422).mustcontain("six critères")
    grade(form, "1")
    form.submit(status=422).mustcontain("12 points sur 18")
    grade(form)
    form["ends_on"] = (now.date() + dt.timedelta(days=301)).isoformat()
    form.submit(status=422).mustcontain("pas plus longtemps que le certificat")
    form["ends_on"] = "31/02/2027"
    form.submit(status=422).mustcontain("Donnez un jour du calendrier")
    form["ends_on"], form["regime"] = until.isoformat(), "autonomous"
    form.submit(status=422).mustcontain("Confirmez les trois posts réussis")
    form["regime"] = "guided"
    page = form.submit().follow()
    page.mustcontain("Votre décision est enregistrée")
    assert queries.get_open_mandate(application.person_id).ends_on == until
    page = browser.sign_in(db.session.get(Person, application.person_id)).get("/ambassador")
    page.mustcontain("Actif", REASON, "12 points sur 18")
    assert page.text.count("Statut accordé") == 1  # One act, though two lines of the log.


def test_red_flag_sends_back_whatever_the_score(browser, now):
    """Full marks and a secret: not granted; given back to rework with the lessons that help."""
    application, referent = make_application(certified(now), now=now), make_referent()
    _page, form = open_application(browser, referent, application)
    grade(form, "3")
    form.set("red_flags", True, 0)
    form["decision"], form["reason"] = "granted", REASON
    form.submit(status=422).mustcontain("quel que soit le total")
    form["decision"] = "sent_back"
    form.set("lessons", True, 0)
    form.submit().follow()
    page = browser.sign_in(db.session.get(Person, application.person_id)).get("/ambassador/application")
    page.mustcontain("Ce que le référent vous propose", REASON, "Un secret", POST[:40])


def test_refusal_through_the_form(browser, now):
    """Category, lessons, day: each asked for, then read by the person."""
    application, referent = make_application(certified(now), now=now), make_referent()
    _page, form = open_application(browser, referent, application)
    grade(form, "1")
    form["decision"], form["reason"] = "refused", REASON
    form["again_on"] = now.date().isoformat()
    form.submit(status=422).mustcontain("nomme sa catégorie", "au moins une leçon", "demain au plus tôt", "3 réponses")
    form["category"] = "charter"
    form.set("lessons", True, 0)
    form["again_on"] = (now.date() + dt.timedelta(days=20)).isoformat()
    form.submit().follow()
    page = browser.sign_in(db.session.get(Person, application.person_id)).get("/ambassador")
    page.mustcontain("La charte est à revoir", "Vous pourrez faire une nouvelle demande à partir du")


def test_template_of_answer_is_put_into_the_reason(browser, now):
    """Without a script too; in the person's language; it decides nothing and keeps what was filled in."""
    person = certified(now, language="en")
    application, referent = make_application(person, now=now), make_referent()
    _page, form = open_application(browser, referent, application)
    grade(form)
    form["reason"] = "Well done."
    page = form.submit("insert", value="voice")
    form = next(f for f in page.forms.values() if "decision" in f.fields)
    assert (
        form["reason"].value.startswith("Well done.\r\n\r\nThe facts are right")
        or "The facts are right" in form["reason"].value
    )
    assert form["grid-voice"].value == "2"
    assert db.session.get(Application, application.id).status == "submitted"


def test_late_referent_reads_a_clear_sentence_and_loses_no_word(browser, now):
    """Another decided first: 409, what happened, and what one had written."""
    application, first, second = make_application(certified(now), now=now), make_referent(), make_referent()
    _page, form = open_application(browser, second, application)
    with transaction():
        service.decide(first.id, application.id, application.version, verdict("sent_back"), None, now)
    grade(form)
    form["decision"], form["reason"] = "sent_back", "Mon avis, écrit pendant ce temps."
    page = form.submit(status=409)
    page.mustcontain("Quelqu’un a agi entre-temps", "Mon avis, écrit pendant ce temps.", "Post à reprendre", first.name)


def test_acts_on_an_ambassador(browser, now, until):
    """A reason, always; autonomy after three posts and a conversation; the history says all of it."""
    referent = make_referent()
    mandate = granted(now, until, referent)
    page = browser.sign_in(referent).get("/referent/ambassadors").click("Lefèvre", index=0)
    form = act_form(page, "made_autonomous")
    form.submit(status=422).mustcontain("Écrivez le motif")
    form["reason"] = REASON
    form.submit(status=422).mustcontain("trois posts réussis")
    form["confirmed"] = True
    page = form.submit().follow()
    page.mustcontain("Passage au régime autonome", "Autonome")
    for act, said in (
        ("made_guided", "Passage au régime accompagné"),
        ("let_dormant", "Mise en sommeil"),
        ("awakened", "Fin du sommeil"),
    ):
        form = act_form(page, act)
        form["reason"] = REASON
        page = form.submit().follow()
        page.mustcontain(said)
    form = act_form(page, "hearing_opened")
    form["reason"] = "Un commentaire met en cause une cliente."
    page = form.submit().follow()
    form = act_form(page, "hearing_closed")
    form["reason"] = REASON
    page = form.submit().follow()
    form = browser.form(page, "/scope")
    form.submit(status=422)
    form["reason"], form["ends_on"] = REASON, ""
    form.submit(status=422).mustcontain("Donnez le dernier jour")
    form["ends_on"] = (now.date() + dt.timedelta(days=301)).isoformat()
    form.submit(status=422).mustcontain("pas plus longtemps que le certificat")
    form["ends_on"] = until.isoformat()
    page = form.submit().follow()
    page.mustcontain("Périmètre du statut modifié")
    stale = act_form(page, "ended")
    form = act_form(page, "let_dormant")
    form["reason"] = stale["reason"] = REASON
    form.submit()
    stale.submit(status=409).mustcontain("Quelqu’un a agi entre-temps", "Ce que vous aviez écrit", REASON)
    page = browser.get(f"/referent/ambassadors/{mandate.id}")
    form = act_form(page, "ended")
    form["reason"] = REASON
    page = form.submit().follow()
    page.mustcontain("Ce statut est terminé")
    assert db.session.get(Mandate, mandate.id).status == "ended"


def test_queue_has_the_overdue_at_the_top_and_pages_by_key(browser, now):
    """Oldest first; the agreed delay comes from the settings; no page shows a row twice or leaves one out."""
    referent = make_referent()
    old = now - dt.timedelta(days=20)
    for n in range(desk_queries.PAGE + 3):
        make_application(certified(now, given_name=f"P{n:02}", family_name="Martin"), now=old if n < 2 else now)
    page = browser.sign_in(referent).get("/referent")
    page.mustcontain("Délai dépassé", "Dans les temps")
    assert page.text.index("P01 Martin") < page.text.index("Dans les temps") < page.text.index("P02 Martin")
    assert "P27 Martin" not in page.text
    later = page.click("Suivantes")
    later.mustcontain("P25 Martin", "P27 Martin", "Revenir au début")
    assert "P24 Martin" not in later.text
    key = f"1~{now.isoformat()}~application"
    for strange in ("x", "~~~", "1~2026-01-01T00:00:00~application~1", f"9{key}~1", f"{key}~{10**30}"):
        browser.get("/referent", {"after": strange, "kind": "strange"}).mustcontain("P00 Martin")


def test_queue_is_one_for_alerts_questions_and_applications(browser, now):
    """Alerts at once, then what is overdue by the day that was promised, then the rest; a perimeter bounds questions
    and applications, never alerts; who takes an alert keeps it in sight until its end."""
    plant = make_department("Usine")
    office = make_department("Siège")
    here, elsewhere = make_referent(department_id=plant.id), make_referent()
    with transaction():
        organisation.set_perimeter(here.id, [plant.id], [])
        organisation.set_perimeter(elsewhere.id, [office.id], [])
    old = now - dt.timedelta(days=20)
    someone = {"department_id": plant.id}
    asker = make_person(given_name="Ana", family_name="Alerte", **someone)
    late = make_person(given_name="Basile", family_name="Retard", **someone)
    with transaction():
        questions.ask(late.id, "a" * 32, "Puis-je montrer l’atelier ?", "/charter", False, old)
        alert_id = alerts.raise_alert(asker.id, "b" * 32, "Un faux compte", "LinkedIn", (), None, now)
    make_application(certified(now, given_name="Chloé", family_name="Temps", **someone), now=now)
    page = browser.sign_in(here).get("/referent")
    page.mustcontain("3 choses attendent", "1 a dépassé le délai")
    order = ["Tout de suite", "Ana Alerte", "Délai dépassé", "Basile Retard", "Dans les temps", "Chloé Temps"]
    assert sorted(order, key=page.text.index) == order
    only = page.click("Questions", href="kind=question")
    assert "Basile Retard" in only.text and "Chloé Temps" not in only.text
    only.click("Basile Retard").mustcontain("Puis-je montrer l’atelier")
    there = browser.sign_in(elsewhere).get("/referent")
    there.mustcontain("Ana Alerte", "1 chose attend")
    with transaction():
        alerts.take(here.id, alert_id, 1, now)
    browser.get("/referent").mustcontain("Rien n’attend")
    browser.sign_in(here).get("/referent").mustcontain("Alerte que vous suivez")


def test_reopened_application_goes_to_all_but_who_was_overruled(browser, now):
    """In its perimeter there may be nobody else; and two referents who overrule each other leave it to somebody."""
    plant, office = make_department("Usine"), make_department("Siège")
    first, second = make_referent(), make_referent()
    with transaction():
        organisation.set_perimeter(first.id, [plant.id], [])
        organisation.set_perimeter(second.id, [office.id], [])
    person = certified(now, given_name="Chloé", department_id=plant.id)
    application = make_application(person, now=now)
    address = f"/referent/applications/{application.id}"
    for by, other in ((first, second), (second, first)):
        with transaction():
            current = db.session.get(Application, application.id)
            later = now.date() + dt.timedelta(days=14)
            line = service.decide(by.id, current.id, current.version, verdict("refused", again_on=later), None, now)
        with transaction():
            contest = contests.contest(person.id, line.id, "Je ne suis pas d’accord.", now)
        with transaction():
            contests.answer_contest(other.id, contest.id, True, REASON, now)
        assert "Chloé" not in browser.sign_in(by).get("/referent").text
        browser.get(address).mustcontain("un autre référent reprend cette demande")
        browser.sign_in(other).get("/referent").click("Chloé").mustcontain("La grille")


def test_lists_cost_the_same_whatever_their_length(browser, now, count_queries):
    """Never a query in a loop: the queue and the ambassadors, with three rows and with twelve."""
    referent = make_referent()
    browser.sign_in(referent)
    counts = []
    for _round in range(2):
        for n in range(3 if not counts else 9):
            make_application(certified(now), now=now)
            granted(now, now.date() + dt.timedelta(days=100 + n), referent)
        with count_queries() as statements:
            browser.get("/referent")
            browser.get("/referent/ambassadors")
        # Whether a crisis is declared is asked now and then, by any page.
        counts.append(sum("FROM crisis" not in str(each) for each in statements))
    assert counts[0] == counts[1] <= 13


def test_empty_desk(browser):
    """One sentence, one action."""
    page = browser.sign_in(make_referent()).get("/referent")
    page.mustcontain("Rien n’attend votre réponse", "Tout est traité")
    page.click("Voir les ambassadeurs").mustcontain("Personne ne correspond")


def test_ambassadors_are_searched_filtered_and_paged(browser, now, until):
    """By name without accents, by state, department and topic, by key; with how many there are."""
    referent, plant = make_referent(), make_department("Usine")
    line = make_department("Ligne", plant)
    granted(now, until, referent, given_name="Éléonore", family_name="Zola", department_id=line.id)
    for n in range(desk_queries.PAGE):
        granted(now, until, referent, given_name="Ana", family_name=f"Bea{n:02}")
    browser.sign_in(referent)
    assert "Zola" not in browser.get("/referent/ambassadors").text
    browser.get("/referent/ambassadors").click("Suivants").mustcontain("Éléonore Zola")
    page = browser.get("/referent/ambassadors", {"q": "eleonore", "status": "active"})
    assert "Éléonore Zola" in page.text and "Bea00" not in page.text
    page = browser.get("/referent/ambassadors", {"department": plant.id, "topic": "trades"})
    assert "Éléonore Zola" in page.text and "Bea00" not in page.text and "1 statut<" in page.text
    for nothing in ({"status": "ended"}, {"topic": "jobs"}, {"department": 9999}):
        browser.get("/referent/ambassadors", nothing).mustcontain("Personne ne correspond")
    browser.get("/referent/ambassadors", {"department": 10**30, "topic": "x"}).mustcontain("26 statuts<")
    browser.get("/referent/ambassadors", {"after": "zzz~", "status": "x"}).mustcontain("Bea00")


def test_nobody_sees_oneself_at_the_desk(browser, now, until):
    """A referent who applies, or is an ambassador, is read by another one only."""
    me, other = certified(now, person=make_referent()), make_referent()
    application = make_application(me, now=now)
    browser.sign_in(me).get("/referent").mustcontain("Rien n’attend")
    browser.get(f"/referent/applications/{application.id}", status=404)
    browser.sign_in(other).get(f"/referent/applications/{application.id}")
    with transaction():
        wanted = scope(starts_on=now.date(), ends_on=until)
        service.decide(other.id, application.id, application.version, verdict(), wanted, now)
    mandate = queries.get_open_mandate(me.id)
    browser.sign_in(me).get(f"/referent/ambassadors/{mandate.id}", status=404)
    assert me.name not in browser.get("/referent/ambassadors").text.split("</header>")[1]


def test_draft_is_its_persons_alone(browser, now):
    """Not even a referent reads what was not sent."""
    seed()
    person = certified(now)
    with transaction():
        draft = service.begin_application(person.id, get_site().briefs.briefs[0].id, now)
    browser.sign_in(make_referent()).get(f"/referent/applications/{draft.id}", status=404)


def test_perimeter_and_its_sql_say_the_same(app, now):
    """``visible_to`` in SQL is ``may_see`` in Python, over departments, topics, absences and referents who apply."""
    seed()
    plant = make_department("Usine")
    line, office = make_department("Ligne", plant), make_department("Siège")
    a, b, c = (certified(now, person=make_referent(department_id=d.id)) for d in (plant, line, office))
    today = now.date()
    with transaction():
        organisation.set_perimeter(a.id, [plant.id], [])
        organisation.set_perimeter(b.id, [line.id, office.id], ["jobs"])
        organisation.set_perimeter(c.id, [], ["events", "trades"])
    people = [a, b, c, *(certified(now, department_id=d.id if d else None) for d in (plant, line, office, None))]
    wanted = (["trades"], ["jobs"], ["innovation"])
    for n, person in enumerate(people):
        make_application(person, now=now, topics=wanted[n % 3])
    compared = 0
    for absence in (None, (a, b), (c, a)):
        if absence:
            with transaction():
                organisation.declare_absence(absence[0].id, absence[1].id, today, today, now)
        covers = queries.get_covers(today)
        rows = db.session.execute(
            select(Application, Person, Department.path)
            .join(Person, Person.id == Application.person_id)
            .outerjoin(Department, Department.id == Person.department_id)
        ).all()
        for referent in (a, b, c):
            for application, person, path in rows:
                seen = desk_queries.get_application(referent.id, covers, application.id) is not None
                assert seen == may_see(referent.id, covers, person.id, path or "", application.topics)
                compared += seen
    assert 0 < compared < 9 * len(people)


def test_absence_through_the_form(browser, now):
    """Declared with a deputy, said on both desks, taken back."""
    boss, deputy = (
        make_referent(given_name="Léa", family_name="Roux"),
        make_referent(given_name="Hugo", family_name="Ferrand"),
    )
    page = browser.sign_in(boss).get("/referent/absences")
    form = next(f for f in page.forms.values() if "deputy" in f.fields)
    form.submit(status=422)
    form["starts_on"], form["ends_on"] = "2020-01-01", "2020-01-02"
    form.submit(status=422).mustcontain("se termine aujourd’hui ou plus tard")
    form["starts_on"] = form["ends_on"] = now.date().isoformat()
    page = form.submit().follow()
    page.mustcontain("Hugo Ferrand", "Du ")
    browser.get("/referent").mustcontain("Pendant votre absence, Hugo Ferrand")
    browser.sign_in(deputy).get("/referent").mustcontain("Vous répondez aussi à la place de", "Léa Roux")
    page = browser.sign_in(boss).get("/referent/absences")
    form = next(f for f in page.forms.values() if f.action.endswith("/cancel"))
    form.submit().follow().mustcontain("Aucune absence")
    with transaction():
        db.session.execute(update(Person).where(Person.id == deputy.id).values(closed_at=now))
    browser.get("/referent/absences").mustcontain("pas d’autre référent que vous")


# --- Who sees nothing -----------------------------------------------------------------------------------------

DESK = (
    "/referent",
    "/referent/applications/1",
    "/referent/contests/1",
    "/referent/ambassadors",
    "/referent/ambassadors/1",
    "/referent/absences",
)


@pytest.mark.parametrize("roles", [(), ("hr",), ("manager",), ("admin",), ("author",), ("hr", "manager", "admin")])
def test_desk_is_for_referents_only(browser, roles):
    """Whatever else somebody is, these pages are not theirs."""
    browser.sign_in(make_person(roles=roles))
    for path in DESK:
        browser.get(path, status=403)


def test_signed_out_is_sent_to_sign_in(browser):
    """No page of the room is public."""
    for path in (*DESK, "/ambassador", "/ambassador/briefs", "/ambassador/application"):
        assert "/login" in browser.get(path, status=303).location


def test_hr_and_managers_find_no_trace(app, browser, now, until):
    """The firewall: no page that HR, a manager or an administrator may open carries a trace of it."""
    manager, referent = make_person(roles=("hr", "manager")), make_referent()
    person = certified(now, manager_id=manager.id, given_name="Ysolde", family_name="Trace")
    marks = ("MARQUE-POST", "MARQUE-MOTIF", "MARQUE-CONTESTE", "Statut accordé", "Demande refusée", "En sommeil")
    application = make_application(person, "MARQUE-POST chez mon employeur.", now)
    with transaction():
        given = verdict("refused", again_on=now.date() + dt.timedelta(days=9))
        object.__setattr__(given, "reason", "MARQUE-MOTIF, assez long pour un motif.")
        line = service.decide(referent.id, application.id, application.version, given, None, now)
        contests.contest(person.id, line.id, "MARQUE-CONTESTE", now)
    granted(now, until, referent, manager_id=manager.id)
    opened = 0
    for reader in (manager, make_person(roles=("admin", "author"))):
        browser.sign_in(reader)
        for route in app.url_map.iter_rules():
            if "GET" not in route.methods or route.endpoint == "static":
                continue
            values = dict.fromkeys(route.arguments, 1)
            try:
                path = app.url_map.bind("localhost").build(route.endpoint, values)
            except Exception:  # A converter that takes no number: nothing of ours.
                continue
            answer = browser.get(path, expect_errors=True)
            opened += answer.status_code == 200
            for mark in marks:
                assert mark.encode() not in answer.body, (path, mark)
    assert opened > 10


# --- Messages, commands ---------------------------------------------------------------------------------------


def test_every_message_is_rendered_in_both_languages(app, now, until):
    """Each kind queued by a whole story: subject, words, and a page it leads to."""
    from elearn.notifications.kinds import find_readers

    first, second = make_referent(), make_referent()
    mandate = granted(now, now.date() + dt.timedelta(days=30), first)
    person_id = mandate.person_id
    with transaction():
        mandates.sweep(now)
        hearing = mandates.open_hearing(first.id, mandate.id, 1, "Trois liens vers un site.", now)
        mandates.answer_hearing(person_id, hearing.id, "Voici.", now)
    rendered = render_all()
    with transaction():
        line = mandates.suspend(first.id, mandate.id, 3, now.date(), f"{REASON}\nUne seconde ligne.", now)
    told = db.session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
    mail = render(told, find_readers([person_id])[person_id])
    for said in (f"{REASON}\nUne seconde ligne.", "Jusqu’au", "contester cette décision une fois", "de votre statut"):
        assert said in mail.text
    assert mail.path == f"/ambassador#decision-{line.id}" and "<br>Une seconde" in mail.html
    with transaction():
        contest = contests.contest(person_id, line.id, "Non.", now)
    rendered |= render_all()
    with transaction():
        contests.answer_contest(second.id, contest.id, True, REASON, now)
        mandates.ask_renewal(person_id, db.session.get(Mandate, mandate.id).version, now)
        organisation.declare_absence(first.id, second.id, now.date(), now.date(), now)
    make_application(certified(now), now=now)
    rendered |= render_all()
    assert rendered == {
        "application_decided", "application_waiting", "contest_answered", "contest_waiting", "deputy_named",
        "hearing_answered", "hearing_opened", "renewal_waiting", "status_changed", "status_ends",
    }  # fmt: skip
    assert find_readers([person_id])


def render_all() -> set[str]:
    """Render every message of this room that has something to say; returns their kinds."""
    from elearn.notifications.kinds import find_readers, get_kind

    kinds = set()
    for message in db.session.scalars(select(Message)):
        if not get_kind(message.kind).template.startswith("ambassadors/"):
            continue
        reader = find_readers([message.person_id])[message.person_id]
        for language in ("fr", "en"):
            shown = render(message, reader, language)
            if shown:
                assert shown.subject and shown.text and shown.path.startswith(("/ambassador", "/referent"))
                kinds.add(message.kind)
    return kinds


def test_message_about_what_is_over_is_dropped(app, now, until):
    """What waited and was done, or is gone, has nothing left to say."""
    referent = make_referent()
    application = make_application(certified(now), now=now)
    waiting = db.session.scalars(select(Message).where(Message.kind == "application_waiting")).first()
    with transaction():
        service.withdraw_application(application.person_id, now)
    from elearn.notifications.kinds import find_readers, get_kind

    reader = find_readers([referent.id])[referent.id]
    assert render(waiting, reader) is None
    for kind in (
        "application_decided",
        "status_ends",
        "hearing_opened",
        "contest_answered",
        "renewal_waiting",
        "hearing_answered",
        "contest_waiting",
        "deputy_named",
    ):
        ids = dict.fromkeys(("decision", "mandate", "hearing", "contest", "absence"), 999)
        assert get_kind(kind).variables(Message(kind=kind, ids=ids), "fr") is None


def test_commands_sweep_and_seed(app, now):
    """`flask ambassadors …`, as often as one likes."""
    runner = app.test_cli_runner()
    assert "13 added" in runner.invoke(args=["ambassadors", "seed-catalogue"]).output
    assert "0 added" in runner.invoke(args=["ambassadors", "seed-catalogue"]).output
    make_mandate(ends_on=dt.date(2027, 1, 1))
    with transaction():
        db.session.execute(update(Mandate).values(starts_on=dt.date(2020, 1, 1), ends_on=dt.date(2020, 1, 2)))
    assert "1 statut(s) terminé(s)" in runner.invoke(args=["ambassadors", "sweep"]).output
    assert db.session.scalar(select(Hearing.id)) is None
