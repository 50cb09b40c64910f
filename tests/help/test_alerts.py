"""Alerts raised, taken, advised upon and closed; captures checked, shown to few, erased; the sweeps."""

from __future__ import annotations

import datetime as dt
import io
import os
import stat
import zipfile

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import func, select
from webtest import Upload

from elearn.content.models import SiteState
from elearn.content.service import forget
from elearn.db import db, transaction, utcnow
from elearn.errors import Invalid, NotFound, TooMany
from elearn.help import alerts, captures, commands, queries, rules
from elearn.help.models import Alert, AlertAct, AlertCapture, AlertTold
from elearn.help.rules import Outdated
from elearn.notifications.kinds import find_readers
from elearn.notifications.messages import render
from elearn.notifications.models import Message
from elearn.people.models import RoleAssignment

from ..factories import make_person

SECRET = "Ines-was-here-48.8566"


def picture(kind="PNG", size=(40, 30), mode="RGB", **options):
    """The bytes of a picture."""
    made = io.BytesIO()
    Image.new(mode, size, 200).save(made, kind, **options)
    return made.getvalue()


@pytest.fixture
def folder(app):
    """Where captures lie, empty."""
    place = alerts.folder_of(app.config["INSTANCE"])
    place.mkdir(parents=True, exist_ok=True)
    for each in place.iterdir():
        each.unlink()
    return place


@pytest.fixture
def witness(app):
    return make_person(given_name="Inès", family_name="Lefèvre")


@pytest.fixture
def referent(app):
    return make_person(given_name="Claire", family_name="Aubry", roles=("referent",))


def on_call(*people):
    """Put people on duty in the settings."""
    with transaction():
        state = db.session.get(SiteState, 1)
        state.settings = {**(state.settings or {}), "on_call": list(people)}
        state.revision += 1
    forget()


def raise_alert(person, folder, pictures=(), token="a" * 32, now=None, seen="Un faux compte"):
    """An alert, by the service."""
    with transaction():
        return alerts.raise_alert(person.id, token, seen, "Réseau X", pictures, folder, now or utcnow())


def kinds_for(person):
    """Kinds of message queued for somebody."""
    db.session.rollback()
    return list(db.session.scalars(select(Message.kind).where(Message.person_id == person.id).order_by(Message.id)))


# --- Captures as files ----------------------------------------------------------------------------------------


def bomb():
    """A PNG of a few hundred bytes that says it is 30,000 points wide and high."""
    data = bytearray(picture())
    data[16:24] = (30_000).to_bytes(4, "big") * 2
    return bytes(data)


def zipped():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a", "b")
    return made.getvalue()


HOSTILE = {
    "empty": b"",
    "text": b"hello",
    "html": b"<html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "gif": picture("GIF", mode="L"),
    "bmp": picture("BMP"),
    "tiff": picture("TIFF"),
    "pdf": b"%PDF-1.7\n",
    "zip": zipped(),
    "signature alone": b"\x89PNG\r\n\x1a\n",
    "cut in the middle": picture(size=(400, 300))[:-40],
    "says it is huge": bomb(),
    "script after a signature": b"\xff\xd8\xff<script>",
    "six megabytes": b"\x89PNG\r\n\x1a\n" + b"\0" * (6 * 1024 * 1024),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_read_picture_when_hostile(app, name):
    """What a file is called counts for nothing: only a whole PNG, JPEG or WebP of a fair size is a capture."""
    with pytest.raises(Invalid):
        captures.read_picture(HOSTILE[name])


@pytest.mark.parametrize(
    ("kind", "mode", "media_type"),
    [
        ("PNG", "RGB", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "I;16", "image/png"),
        ("PNG", "LA", "image/png"),
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("WEBP", "RGB", "image/webp"),
        ("WEBP", "RGBA", "image/webp"),
    ],
)
def test_read_picture_when_it_is_one(app, kind, mode, media_type):
    """Every kind of pixel is kept in its own format."""
    made = captures.read_picture(picture(kind, mode=mode))
    assert (made.media_type, made.width, made.height) == (media_type, 40, 30)
    assert captures.NAME.fullmatch(made.name)
    with Image.open(io.BytesIO(made.data)) as again:
        assert again.format == kind


def with_secrets():
    """Pictures that say more than they show."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = SECRET
    exif[0x0112] = 6
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET)
    info.add_itxt("XML:com.adobe.xmp", SECRET)
    return {
        "jpeg exif": picture("JPEG", exif=exif, comment=SECRET.encode()),
        "png text": picture("PNG", pnginfo=info, exif=exif),
        "webp xmp": picture("WEBP", exif=exif, xmp=SECRET.encode()),
        "behind the end": picture("PNG") + zipped() + SECRET.encode(),
    }


@pytest.mark.parametrize("name", with_secrets())
def test_read_picture_when_it_says_more_than_it_shows(app, name):
    """Positions, authors, comments and second files are left out; a turned photograph is set upright first."""
    data = with_secrets()[name]
    assert SECRET.encode() in data
    made = captures.read_picture(data)
    assert SECRET.encode() not in made.data
    assert (made.width, made.height) == ((40, 30) if name == "behind the end" else (30, 40))
    with Image.open(io.BytesIO(made.data)) as again:
        assert not again.getexif() and not {"comment", "exif", "xmp", "Author"} & set(again.info)


def test_keep_when_read_by_the_system(app, folder):
    """The file is the application's alone, and never written over."""
    made = captures.read_picture(picture())
    captures.keep(folder, made)
    assert stat.S_IMODE((folder / made.name).stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        captures.keep(folder, made)
    captures.erase(folder, "../" + made.name)
    assert (folder / made.name).is_file()


# --- Raising --------------------------------------------------------------------------------------------------


def test_alert_when_raised_by_the_form(browser, witness, referent, folder):
    """What, where, a capture; referents are told at once, by mail too; the page says what to do meanwhile."""
    page = browser.sign_in(witness).get("/courses/premiers-pas").click(href="/help/alert", index=0)
    assert "À faire" in page and "À laisser" in page and "112" in page
    form = browser.form(page, "/help/alert")
    form["seen"], form["place"] = "Un faux compte", "Réseau X, @faux"
    form["captures"] = [Upload("../../etc/passwd.png", picture(), "text/html")]
    shown = form.submit(status=303).follow()
    assert "Un faux compte" in shown and "Une personne est prévenue" in shown and "À laisser" in shown
    kept = db.session.scalar(select(AlertCapture))
    assert kept.media_type == "image/png" and "passwd" not in kept.name
    assert [each.name for each in folder.iterdir()] == [kept.name]
    message = db.session.scalar(select(Message).where(Message.person_id == referent.id))
    assert (message.kind, message.status) == ("alert_raised", "waiting")
    mail = render(message, find_readers([referent.id])[referent.id])
    assert "Inès Lefèvre" in mail.text and "faux compte" not in mail.text
    form.submit(status=303)  # Sent again: the same alert, and no file left beside it.
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Alert)) == 1
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize(
    ("values", "files"),
    [
        ({"seen": "", "place": "X"}, []),
        ({"seen": "Vu", "place": " "}, []),
        ({"seen": "x" * 4001, "place": "X"}, []),
        ({"seen": "Vu", "place": "x" * 501}, []),
        ({"seen": "Vu", "place": "X", "token": "short"}, []),
        ({"seen": "Vu", "place": "X"}, [b"not a picture"]),
        ({"seen": "Vu", "place": "X"}, [picture(), b"<svg/>"]),
        ({"seen": "Vu", "place": "X"}, [picture()] * 4),
    ],
)
def test_alert_when_something_is_wrong(browser, witness, folder, values, files):
    """The page says what, keeps the words, and nothing is stored."""
    form = browser.form(browser.sign_in(witness).get("/help/alert"), "/help/alert")
    data = {"csrf_token": form["csrf_token"].value, "token": form["token"].value, **values}
    uploads = [("captures", f"{n}.png", each) for n, each in enumerate(files)]
    answer = browser.post("/help/alert", data, upload_files=uploads, status=422)
    assert "pv-error-summary" in answer
    assert values["seen"][:50] in answer
    assert db.session.scalar(select(func.count()).select_from(Alert)) == 0
    assert not list(folder.iterdir())


def test_alert_when_too_often(witness, folder):
    """Ten an hour: after that, one calls."""
    for n in range(rules.ALERTS_AN_HOUR):
        raise_alert(witness, folder, token=f"{n:032x}")
    with pytest.raises(TooMany):
        raise_alert(witness, folder, token="f" * 32)
    with pytest.raises(Invalid), transaction():
        alerts.raise_alert(witness.id, "f" * 32, "Vu", "x" * 501, (), folder, utcnow())


def test_list_on_duty(app, referent, witness):
    """Referents, and accounts the settings name: by e-mail, else by a name that one account alone has; never HR."""
    malik = make_person(given_name="Malik", family_name="Ben Ali")
    lea = make_person(given_name="Léa", family_name="Roy")
    for _twin in range(2):
        make_person(given_name="Jean", family_name="Dupont")
    hr = make_person(given_name="Hélène", family_name="Paie", roles=("hr",))
    gone = make_person(given_name="Paul", family_name="Parti", closed_at=utcnow())
    on_call(
        {"name": "Malik Ben Ali", "phone": "1"},
        {"name": "Autre nom", "phone": "2", "email": lea.email.upper()},
        {"name": "Jean Dupont", "phone": "3"},
        {"name": "Hélène Paie", "phone": "4"},
        {"name": "Paul Parti", "phone": "5"},
        {"name": "", "phone": ""},
    )
    assert alerts.list_on_duty() == sorted([referent.id, malik.id, lea.id])
    assert not {hr.id, gone.id} & set(alerts.list_on_duty())


# --- Who sees it ----------------------------------------------------------------------------------------------


def test_alert_when_others_look(browser, witness, referent, folder):
    """The person, referents and whoever was told on duty see all, and the latter act; nobody else finds anything, HR
    least of all, though they were on duty before."""
    duty = make_person(given_name="Malik", family_name="Benali")
    on_call({"name": "Malik Benali", "phone": "1"})
    alert_id = raise_alert(witness, folder, [captures.read_picture(picture())])
    capture_id = db.session.scalar(select(AlertCapture.id))
    own, shot = f"/help/alerts/{alert_id}", f"/help/alerts/{alert_id}/captures/{capture_id}"
    assert kinds_for(duty) == kinds_for(referent) == ["alert_raised"] and kinds_for(witness) == []
    for person, page, capture, desk in (
        (witness, 200, 200, 404),
        (referent, 303, 200, 200),
        (duty, 303, 200, 200),
        (make_person(), 404, 404, 404),
        (make_person(roles=("hr",)), 404, 404, 404),
        (make_person(roles=("manager", "author", "admin")), 404, 404, 404),
    ):
        browser.sign_in(person)
        browser.get(own, status=page)
        answer = browser.get(shot, status=capture)
        browser.get(f"/referent/alerts/{alert_id}", status=desk)
        if capture == 200:
            assert answer.content_type == "image/png" and answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    browser.form(browser.sign_in(duty).get(f"/referent/alerts/{alert_id}"), "/take").submit(status=303)
    with transaction():
        db.session.add(RoleAssignment(person_id=duty.id, role="hr", given_at=utcnow()))
    for url in (own, shot, f"/referent/alerts/{alert_id}"):
        browser.get(url, status=404)
    other = raise_alert(witness, folder, token="b" * 32)
    browser.sign_in(referent).get(f"/help/alerts/{other}/captures/{capture_id}", status=404)


def test_alert_when_nobody_is_on_duty(browser, app, witness, folder):
    """The person reads whom to call, administrators that somebody must be named; who is named then is told, once."""
    admin = make_person(given_name="Nadia", roles=("admin",))
    on_call({"name": "Malik Benali", "phone": "01 99 00 41 21"})
    alert_id = raise_alert(witness, folder)
    page = browser.sign_in(witness).get(f"/help/alerts/{alert_id}")
    assert "appelez" in page and "01 99 00 41 21" in page and "prévenir personne" in page
    on_call()
    assert "Personne n’est encore d’astreinte" in browser.get(f"/help/alerts/{alert_id}")
    assert kinds_for(admin) == ["alert_unheard"]
    mail = render(db.session.scalar(select(Message)), find_readers([admin.id])[admin.id])
    assert mail.path == "/admin/settings" and "faux compte" not in mail.text and "Inès" not in mail.text
    browser.sign_in(admin).get(f"/help/alerts/{alert_id}", status=404)
    commands.tell_unheard(utcnow())
    duty = make_person(given_name="Malik", family_name="Benali")
    on_call({"name": "Malik Benali", "phone": "01 99 00 41 21"})
    for _again in range(2):
        commands.tell_unheard(utcnow())
    assert kinds_for(duty) == ["alert_raised"]
    assert "Une personne est prévenue" in browser.sign_in(witness).get(f"/help/alerts/{alert_id}")


def test_alert_when_nobody_takes_it(witness, referent, folder):
    """After a quarter of an hour everybody on duty is told once more, and once only; not where somebody has it."""
    raised = utcnow() - dt.timedelta(minutes=14)
    raise_alert(witness, folder, now=raised)
    taken = raise_alert(witness, folder, token="b" * 32, now=raised)
    with transaction():
        alerts.take(referent.id, taken, 1, utcnow())
    commands.tell_unheard(utcnow())
    assert kinds_for(referent) == ["alert_raised"] * 2
    for minutes in (2, 3, 60 * 25):
        commands.tell_unheard(utcnow() + dt.timedelta(minutes=minutes))
    assert kinds_for(referent) == ["alert_raised"] * 3


def test_alerts_when_many_wait(witness, referent, folder):
    """In a storm every alert is told once more, a piece each minute, and none is said again in another's place."""
    raised = utcnow() - dt.timedelta(minutes=20)
    with transaction():
        for number in range(60):
            values = {"seen": "Un faux compte", "place": "X", "status": "new", "raised_at": raised, "version": 1}
            alert = Alert(person_id=witness.id, token=f"{number:032}", **values)
            db.session.add(alert)
            db.session.flush()
            db.session.add(AlertTold(alert_id=alert.id, person_id=referent.id))
    with transaction():
        assert alerts.tell_again(utcnow(), limit=40) == 40
    with transaction():
        assert alerts.tell_again(utcnow(), limit=40) == 20
    with transaction():
        assert alerts.tell_again(utcnow(), limit=40) == 0


# --- Handling -------------------------------------------------------------------------------------------------


def test_walk_when_taken_advised_and_closed(browser, witness, referent, folder):
    """New, taken, advised, closed: each step is written down and told to the person."""
    alert_id = raise_alert(witness, folder)
    url = f"/referent/alerts/{alert_id}"
    page = browser.sign_in(referent).get("/referent/alerts").click("Un faux compte")
    assert "Dire quoi faire" not in page
    page = browser.form(page, "/take").submit(status=303).follow()
    form = browser.form(page, "/advise")
    assert "Choisissez" in form.submit(status=422)
    templated = browser.form(form.submit("insert", value="silence", status=200), "/advise")
    assert "ne partagez rien" in templated["words"].value
    templated["level"] = "tension"
    page = templated.submit(status=303).follow()
    assert "Tension" in page
    templated.submit(status=303)  # Pressed twice: said once.
    form = browser.form(page, "/close")
    form["close-words"] = "Le compte est fermé."
    assert "Cette alerte est terminée" in form.submit(status=303).follow()
    assert kinds_for(witness) == ["alert_moved"] * 3
    assert db.session.scalars(select(AlertAct.act).order_by(AlertAct.id)).all() == ["taken", "advised", "closed"]
    assert "Un faux compte" not in browser.get("/referent/alerts")
    assert "Un faux compte" in browser.get("/referent/alerts?show=closed")
    browser.sign_in(witness)
    shown = browser.get(f"/help/alerts/{alert_id}")
    assert "Le compte est fermé." in shown and "À laisser" not in shown
    for message in db.session.scalars(select(Message).where(Message.person_id == witness.id)):
        for language in ("fr", "en"):
            assert render(message, find_readers([witness.id])[witness.id], language).path == f"/help/alerts/{alert_id}"
    browser.sign_in(referent)
    assert "/advise" not in browser.get(url)


def test_take_when_two_are_as_fast(browser, witness, referent, folder):
    """One has it; the other is told who; taking over is possible, and seen."""
    other = make_person(given_name="Noé", roles=("referent",))
    alert_id = raise_alert(witness, folder)
    page = browser.sign_in(other).get(f"/referent/alerts/{alert_id}")
    with transaction():
        alerts.take(referent.id, alert_id, 1, utcnow())
    late = browser.form(page, "/take").submit(status=409)
    assert "a bougé entre-temps" in late and "Claire Aubry" in late
    browser.form(late, "/take").submit(status=303)
    db.session.rollback()
    assert db.session.get(Alert, alert_id).taken_by_id == other.id
    with pytest.raises(Outdated), transaction():
        alerts.close(referent.id, alert_id, 2, "Fini", utcnow())
    with transaction():
        alerts.take(other.id, alert_id, 3, utcnow())  # It is theirs already.
    assert db.session.scalar(select(func.count()).select_from(AlertAct)) == 2
    form = browser.form(browser.get(f"/referent/alerts/{alert_id}"), "/advise")
    form["level"], form["words"] = "noise", "Gardez la capture."
    with transaction():
        alerts.close(other.id, alert_id, 3, "Fini", utcnow())
    late = form.submit(status=409)
    assert "a bougé entre-temps" in late and "Ce que vous aviez écrit" in late and "Gardez la capture." in late


def test_acts_when_the_state_does_not_allow_them(witness, referent, folder):
    """Nothing is advised or closed before somebody has the alert, nor after it is over."""
    alert_id = raise_alert(witness, folder)
    for act in (
        lambda: alerts.advise(referent.id, alert_id, 1, "noise", "Rien", utcnow()),
        lambda: alerts.close(referent.id, alert_id, 1, "Fini", utcnow()),
    ):
        with pytest.raises(Outdated), transaction():
            act()
    with transaction():
        alerts.take(referent.id, alert_id, 1, utcnow())
    with pytest.raises(Invalid), transaction():
        alerts.advise(referent.id, alert_id, 2, "worst", "Rien", utcnow())
    for _press in range(2):
        with transaction():
            alerts.close(referent.id, alert_id, 2, "Fini", utcnow())
    with pytest.raises(Outdated), transaction():
        alerts.take(referent.id, alert_id, 3, utcnow())
    with pytest.raises(NotFound), transaction():
        alerts.take(referent.id, 9999, 1, utcnow())
    assert db.session.scalar(select(func.count()).select_from(AlertTold)) == 1


# --- Expiry ---------------------------------------------------------------------------------------------------


def test_sweep_when_captures_expire(browser, witness, folder):
    """After ninety days the file goes, its row says when, and the page answers 410; younger ones stay."""
    now = utcnow()
    old = raise_alert(witness, folder, [captures.read_picture(picture())], now=now - dt.timedelta(days=91))
    young = raise_alert(witness, folder, [captures.read_picture(picture())], token="b" * 32, now=now)
    rows = {each.alert_id: each for each in db.session.scalars(select(AlertCapture))}
    browser.sign_in(witness).get(f"/help/alerts/{old}/captures/{rows[old].id}", status=410)
    (folder / rows[old].name).unlink()  # A sweep that was killed between the file and its row.
    assert commands.sweep(now) and not commands.sweep(now)
    assert [each.name for each in folder.iterdir()] == [rows[young].name]
    assert "Capture effacée" in browser.get(f"/help/alerts/{old}")
    browser.get(f"/help/alerts/{young}/captures/{rows[young].id}", status=200)


def test_sweep_when_a_transaction_was_undone(app, witness, folder):
    """A file whose alert was never recorded goes after an hour; one being written now, and what is not ours, stay."""
    made = [captures.read_picture(picture()) for _each in range(3)]
    raise_alert(witness, folder, made[:1])
    captures.keep(folder, made[1])
    captures.keep(folder, made[2])
    (folder / "README").write_text("kept")
    for each in made[:2]:
        os.utime(folder / each.name, (0, 0))
    commands.sweep_left_over(utcnow())
    assert {each.name for each in folder.iterdir()} == {made[0].name, made[2].name, "README"}
    result = app.test_cli_runner().invoke(args=["help", "sweep"])
    assert result.exit_code == 0


def test_list_alerts_when_there_are_pages(app, witness, referent):
    """What nobody has taken comes first, then the newest; pages follow each other without gap or repetition."""
    with transaction():
        for n in range(queries.PAGE * 2 + 3):
            taken = {"status": "taken", "taken_by_id": referent.id} if n % 2 else {}
            db.session.add(
                Alert(person_id=witness.id, token=f"{n:032x}", seen="Vu", place="X", raised_at=utcnow(), **taken)
            )
    seen, after = [], None
    while True:
        page = queries.list_alerts(False, after)
        seen += [(row[0].status, -row[0].id) for row in page.rows]
        after = page.next_key
        if after is None:
            break
    assert seen == sorted(set(seen)) and len(seen) == queries.PAGE * 2 + 3
    assert len(queries.list_own_alerts(witness.id, "x").rows) == queries.PAGE
    assert len(queries.list_alerts(False, "nonsense").rows) == queries.PAGE
