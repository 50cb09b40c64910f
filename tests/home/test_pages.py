"""The home page says what waits, to whom it waits for."""

from elearn.db import transaction, utcnow
from elearn.help import service

from ..ambassadors.building import make_application, make_certified, make_mandate, make_referent, seed
from ..factories import make_person


def test_home_when_something_waits_at_the_desk(app, browser, count_queries):
    """A referent reads how many things wait, with the way there; whoever asked reads nothing, and no desk is asked."""
    seed()
    referent, person = make_referent(), make_person()
    browser.sign_in(person)
    with transaction():
        service.ask(person.id, "token", "Puis-je citer un client ?", "/charter", False, utcnow())
    with count_queries() as statements:
        assert "votre réponse" not in browser.get("/")
    assert not any("FROM application" in each for each in statements)
    browser.sign_in(referent)
    with count_queries() as statements:
        page = browser.get("/")
    assert any("FROM application" in each for each in statements)
    assert "1 chose attend votre réponse." in page and "dépassé" not in page
    assert "Puis-je citer" in page.click("Bureau du référent", index=0).click(person.name).text


def test_home_when_one_volunteers(app, browser):
    """Who has the status, or asks for it, finds their page; it is proposed to nobody twice, and to who may ask."""
    seed()
    asking, ambassador, free = (make_certified() for _ in range(3))
    make_application(asking)
    make_mandate(ambassador)
    for person, said in ((asking, "Voir ma demande"), (ambassador, "Voir mon statut"), (free, "Découvrir le statut")):
        browser.sign_in(person)
        page = browser.get("/")
        assert [said in page, "si vous voulez" in page] == [True, person is free]
        assert page.click(said).status_int == 200
