"""The referent's desk beyond the grant, by keyboard: a refusal contested, a suspension after hearing, a deputy."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from .conftest import sign_in
from .keyboard import Keyboard

pytestmark = pytest.mark.browser

CRITERIA = ("transparency", "accuracy", "usefulness", "voice", "form", "respect")


def open_as(visit, email: str, **options) -> Keyboard:
    """A window of somebody's own."""
    page = visit(**options)
    sign_in(page, email)
    return Keyboard(page)


def today() -> dt.date:
    """The company's day."""
    return dt.datetime.now(ZoneInfo("Europe/Paris")).date()


def read(keys: Keyboard, address: str = "") -> str:
    """What a page says, here or at an address."""
    if address:
        keys.page.goto(address)
    return keys.page.locator("main").inner_text()


def judge(keys: Keyboard, points: str, decision: str) -> None:
    """The grid and the decision, at once: the story of the grant does them by keyboard."""
    for name, value in (*((f"grid-{criterion}", points) for criterion in CRITERIA), ("decision", decision)):
        keys.page.check(f'input[name="{name}"][value="{value}"]', force=True)


def send(keys: Keyboard, reason: str) -> None:
    keys.type("textarea[name=reason]", reason)
    keys.follow("form button.btn-primary")


def waiting(ask) -> tuple[int, str]:
    """An application of the demo company that waits, and whose it is."""
    return ask(
        "SELECT application.id, email FROM application JOIN person ON person.id = person_id "
        "WHERE application.status = 'submitted' AND email LIKE '%.%@demo.example' AND language = 'fr' ORDER BY application.id LIMIT 1"
    )[0]


def test_refusal_is_read_contested_and_looked_at_again(visit, ask):
    """Refused with category, lessons and a day; contested; another referent agrees, and grants; the first is told why
    they do not decide again."""
    application_id, email = waiting(ask)
    address = f"/referent/applications/{application_id}"
    first = open_as(visit, "referent@demo.example")
    first.page.goto("/referent")
    first.follow(f'main a[href$="{address}"]')
    judge(first, "1", "refused")
    first.pick("category", "charter")
    first.reach("#lessons summary")
    first.press("Enter")
    first.reach("#lessons input")
    first.press("Space")
    send(first, "Le chiffre du troisième paragraphe n’est pas public.")

    person = open_as(visit, email)
    said = read(person, "/ambassador")
    for each in (
        "La charte est à revoir",
        "Le chiffre du troisième paragraphe",
        "Leçons à reprendre",
        "6 points sur 18",
    ):
        assert each in said
    assert "Vous pourrez faire une nouvelle demande à partir du" in said
    person.follow('main a[href$="/contest"]')
    person.type("textarea[name=words]", "Ce chiffre est sur notre site depuis le 3 octobre.")
    person.follow("main form button.btn-primary")
    assert "Contestée, réponse attendue" in read(person)

    ((contest_id,),) = ask("SELECT max(id) FROM contest")
    link = f'main a[href$="/referent/contests/{contest_id}"]'
    first.page.goto("/referent?kind=contest")
    assert first.page.locator(link).count() == 0, "whoever decided does not judge the contest"
    second = open_as(visit, "deputy@demo.example")
    second.page.goto("/referent")
    second.follow(link)
    assert "depuis le 3 octobre" in read(second) and "n’est pas public" in read(second)
    second.choose("outcome", "changed")
    send(second, "Vous avez raison : le chiffre est public et daté.")
    assert f'href="{address}"' not in first.page.content()
    assert "un autre référent reprend cette demande" in read(first, address)
    second.follow(f'main a[href$="{address}"]')
    judge(second, "3", "granted")
    second.choose("regime", "autonomous")
    second.reach("input[name=confirmed]")
    second.press("Space")
    send(second, "Un vécu précis, une source datée : tout y est.")
    said = read(person, "/ambassador")
    for each in ("Actif", "Autonome", "Contestée avec succès", "le chiffre est public", "Un vécu précis"):
        assert each in said
    assert first.page.faults == person.page.faults == second.page.faults == []


def act(keys: Keyboard, name: str, reason: str, until: dt.date | None = None) -> str:
    """Open an act on the ambassador's page, give its reason, do it; what the page says then."""
    keys.reach(f"#act-{name} > summary")
    keys.press("Enter")
    if until:
        keys.reach("#until")
        keys.page.fill("#until", until.isoformat())
    keys.type(f"#reason-{name}", reason)
    keys.follow(f"#act-{name} form button")
    return read(keys)


def test_suspension_comes_after_hearing_and_the_status_goes_on(visit, ask):
    """Asked, answered, suspended until a day with the answer beside it, resumed, asleep, back, ended; all of it read
    by the person, and still to contest where it took something away."""
    ((mandate_id, email),) = ask(
        "SELECT mandate.id, email FROM mandate JOIN person ON person.id = person_id "
        "WHERE status = 'active' AND regime = 'guided' AND email LIKE '%.%@demo.example' AND language = 'fr' "
        "AND renewal_asked_at IS NULL AND mandate.id NOT IN (SELECT mandate_id FROM hearing) ORDER BY mandate.id LIMIT 1"
    )
    desk = open_as(visit, "referent@demo.example")
    person = open_as(visit, email)
    desk.page.goto(f"/referent/ambassadors/{mandate_id}")
    assert desk.page.locator("#act-suspended").count() == 0
    said = act(desk, "hearing_opened", "Trois liens partis cette nuit vers un site inconnu.")
    assert "Elle peut répondre jusqu’au" in said
    assert desk.page.locator("#until").count() == 0, "not before the answer, nor the end of its delay"

    person.page.goto("/ambassador")
    person.follow('main a[href*="/ambassador/hearings/"]')
    person.type("textarea[name=words]", "Mon compte a été piraté à 2 h. J’ai changé mon mot de passe.")
    person.follow("main form button.btn-primary")

    desk.page.goto("/referent?kind=hearing")
    desk.follow(f'main a[href$="/referent/ambassadors/{mandate_id}"]')
    until = today() + dt.timedelta(days=10)
    act(desk, "suspended", "Le temps de vérifier le compte.", until + dt.timedelta(days=200))
    assert "Une suspension a toujours un dernier jour" in read(desk)
    desk.reach("#until")
    desk.page.fill("#until", until.isoformat())
    desk.follow("#act-suspended form button")
    history = desk.page.locator(".pv-event").first.inner_text()
    assert "Statut suspendu" in history and "J’ai changé mon mot de passe" in history
    said = read(person, "/ambassador")
    assert "suspendu jusqu’au" in said and "Le temps de vérifier le compte." in said
    assert person.page.locator('main a[href$="/contest"]').count() >= 1

    assert "Suspension levée" in act(desk, "resumed", "Le compte est de nouveau à vous.")
    assert "Mise en sommeil" in act(desk, "let_dormant", "Six mois sans publication : reposez-vous.")
    person.page.goto("/ambassador")
    person.follow('form[action$="/returned"] button')
    desk.page.reload()
    assert "Fin du statut" in act(desk, "ended", "Vous changez de métier, comme convenu.")
    said = read(person, "/ambassador")
    assert "Vous changez de métier" in said and "Vous êtes de retour" in said
    assert [fault for fault in desk.page.faults if "422" not in fault] == person.page.faults == []


def set_perimeter(keys: Keyboard, public_id: str, departments: int) -> None:
    """The administrator ticks, or clears, the first department of a referent's perimeter."""
    keys.page.goto(f"/admin/perimeters/{public_id}")
    box = keys.page.locator("input[name=departments]").first
    if box.is_checked() != bool(departments):
        keys.reach("input[name=departments]")
        keys.press("Space")
    keys.follow("main form button.btn-primary")


def test_two_referents_share_the_work(visit, ask):
    """What is outside of a referent's perimeter comes into the queue on the days they stand in, and leaves with them.
    Two pages open on one application: one decides, the other reads what happened and loses no word."""
    ((public_id,),) = ask("SELECT public_id FROM person WHERE email = 'deputy@demo.example'")
    admin = open_as(visit, "admin@demo.example")
    set_perimeter(admin, public_id, 1)
    boss, deputy = open_as(visit, "referent@demo.example"), open_as(visit, "deputy@demo.example")
    before = deputy.page.goto("/referent") and deputy.page.locator(".pv-person").count()

    boss.page.goto("/referent/absences")
    boss.reach("input[name=starts_on]")
    day = today().isoformat()
    boss.page.fill("input[name=starts_on]", day)
    boss.page.fill("input[name=ends_on]", day)
    boss.follow("main form[method=post] button.btn-primary")
    assert "Malik Benali" in read(boss)
    assert "Pendant votre absence, Malik Benali répond à votre place" in read(boss, "/referent")
    assert "Vous répondez aussi à la place de : Claire Aubry" in read(deputy, "/referent").replace("\u00a0", " ")
    assert deputy.page.locator(".pv-person").count() > before
    assert "vous confie ses réponses" in read(deputy, "/me/messages")

    boss.page.goto("/referent/absences")
    boss.follow('form[action$="/cancel"] button')
    deputy.page.goto("/referent")
    assert deputy.page.locator(".pv-person").count() == before
    set_perimeter(admin, public_id, 0)

    application_id, _email = waiting(ask)
    for keys, decision in ((deputy, "granted"), (boss, "sent_back")):
        keys.page.goto(f"/referent/applications/{application_id}")
        judge(keys, "2", decision)
        keys.type("textarea[name=reason]", f"Mon avis, lu avec soin : {decision}.")
    boss.follow("form button.btn-primary")
    deputy.follow("form button.btn-primary")
    said = read(deputy)
    assert "Quelqu’un a agi entre-temps" in said and "Mon avis, lu avec soin" in said and "Claire Aubry" in said
    assert ask("SELECT status FROM application WHERE id = ?", application_id) == [("to_rework",)]
    assert [fault for fault in deputy.page.faults if "409" not in fault] == []
    assert admin.page.faults == boss.page.faults == []
