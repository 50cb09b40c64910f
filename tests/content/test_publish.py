"""Editions: made when a document changed, never when it did not, never of a document at fault, and kept for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from elearn.content import service
from elearn.content.models import Edition, SiteState
from elearn.db import db, transaction, utcnow
from elearn.errors import Refusal

from .sample import ARTICLE, FILLER, LESSON, sample, write

MD = f"{LESSON}.fr.md"


@pytest.fixture
def publish(app, tmp_path):
    """Publish a content (a dictionary of texts), with a company's own folder over it where one is given."""

    def publish(folder, overlay=None):
        root = tmp_path / "shipped"
        write(folder, root)
        if overlay is not None:
            write(overlay, tmp_path / "company")
        checked = service.read_and_check(root, (tmp_path / "company") if overlay is not None else None)
        with transaction():
            return service.publish(checked, utcnow())

    return publish


def set_company(**settings):
    """Change the company's settings, as the administrator's page does."""
    with transaction():
        state = db.session.get(SiteState, 1)
        state.settings = {**(state.settings or {}), **settings}
        state.revision += 1


def change(folder, path, old, new):
    """The same content with one text changed."""
    changed = {document: dict(files) for document, files in folder.items()}
    for files in changed.values():
        if path in files:
            assert old in files[path]
            files[path] = files[path].replace(old, new, 1)
    return changed


def current(document):
    return db.session.execute(
        select(Edition.id, Edition.number).where(Edition.document == document, Edition.is_current)
    ).one()


def test_publish_when_nothing_changed(publish):
    """The same digest makes no edition, and every process keeps what it has."""
    first = publish(sample())
    assert set(dict(first.published)) == {"course:mini", "charter", "quiz:charter", "pages", "glossary"}
    revision = service.get_site().revision
    again = publish(sample())
    assert again.published == ()
    assert set(again.unchanged) == set(dict(first.published))
    assert service.get_site().revision == revision


def test_publish_when_one_document_changed(publish):
    """Its next edition is current; the others stay as they are; the former one can be read in its own words."""
    publish(sample())
    former = current("course:mini")
    assert service.get_site().course("mini").lessons[0].words.of("fr").title == "Leçon"
    done = publish(change(sample(), MD, 'title: "Leçon"', 'title: "Autre leçon"'))
    assert done.published == (("course:mini", former.number + 1),)
    assert service.get_site().course("mini").lessons[0].words.of("fr").title == "Autre leçon"
    service.forget()
    old = service.get_document(former.id)
    assert (old.lessons[0].words.of("fr").title, old.edition_id) == ("Leçon", former.id)


def test_publish_when_a_former_text_comes_back(publish):
    """An edition is a moment, not a text: going back makes a third one."""
    publish(sample())
    first = current("course:mini").number
    publish(change(sample(), MD, 'title: "Leçon"', 'title: "Autre leçon"'))
    assert publish(sample()).published == (("course:mini", first + 2),)


def test_publish_when_a_document_is_at_fault(publish):
    """It is held back with its reasons and its former edition goes on being served; the others are published."""
    publish(sample())
    former = current("course:mini")
    bad = change(sample(), MD, "date: 2010", "date: ''")
    bad = change(bad, "courses/pages/card.fr.md", "Un texte.", "Un autre texte.")
    done = publish(bad)
    assert dict(done.published) == {"pages": current("pages").number}
    assert [str(fault) for fault in done.held_back["course:mini"]] == [f"{MD}:15: un fait a une date."]
    assert current("course:mini") == former
    assert service.get_site().course("mini") is not None


def test_publish_when_a_cited_document_is_at_fault(publish):
    """A charter that cannot be read holds back itself, not the lessons and items that cite it."""
    done = publish(change(sample(), "courses/charter/charter.yaml", "articles: [01-purpose]", "articles: ["))
    assert set(done.held_back) == {"charter"}
    assert {"course:mini", "quiz:charter"} <= set(dict(done.published))


def test_publish_when_the_company_has_its_own_charter(publish):
    """A company's folder lies over the shipped one, document by document: its charter is served, the rest is ours."""
    own = change({"charter": sample()["charter"]}, f"{ARTICLE}.fr.md", 'title: "Objet"', 'title: "Notre objet"')
    publish(sample(), own)
    site = service.get_site()
    assert site.charter.article(1).words.of("fr").title == "Notre objet"
    assert site.course("mini").words.of("fr").title == "Mini"
    done = publish(change(sample(), f"{ARTICLE}.fr.md", "Bien.", "Très bien."), own)
    assert done.published == ()  # An upgrade of the shipped charter never overwrites the company's.


def test_publish_when_the_companys_charter_is_at_fault(publish):
    """Only that document is held back."""
    own = change({"charter": sample()["charter"]}, f"{ARTICLE}.fr.md", '  - "Trois."\n', "")
    done = publish(sample(), own)
    assert set(done.held_back) == {"charter"}
    assert "course:mini" in dict(done.published)


def test_company_values_are_kept_with_the_edition(publish):
    """What was published keeps the name the company had; another name makes another edition of what gives it."""
    set_company(name="Hautecombe")
    publish(sample())
    former = current("course:mini")
    assert "chez Hautecombe" in service.get_site().course("mini").lessons[0].words.of("fr").body.text
    set_company(name="Basseval")
    done = publish(sample())
    assert dict(done.published) == {"course:mini": former.number + 1}  # No other document names the company.
    service.forget()
    assert "chez Hautecombe" in service.get_document(former.id).lessons[0].words.of("fr").body.text
    assert "chez Basseval" in service.get_site().course("mini").lessons[0].words.of("fr").body.text


def test_a_new_name_publishes_what_is_served(publish, tmp_path):
    """The company's name changes in the words that are served; what an author is writing in the files stays there."""
    set_company(name="Hautecombe")
    publish(sample())
    former = current("course:mini")
    write(change(sample(), MD, 'title: "Leçon"', 'title: "À moitié écrite"'), tmp_path / "shipped")
    set_company(name="Basseval")
    with transaction():
        done = service.publish_values(utcnow())
    assert ("course:mini", former.number + 1) in done.published
    words = service.get_site().course("mini").lessons[0].words.of("fr")
    assert (words.title, "chez Basseval" in words.body.text) == ("Leçon", True)
    with transaction():
        assert service.publish_values(utcnow()).published == ()


def test_publish_what_was_read_before_another_publication(publish, tmp_path):
    """The check runs before the transaction: older words never come after newer ones that were published meanwhile,
    and two nodes that start together publish the same words once."""
    publish(sample())
    late = service.read_and_check(tmp_path / "shipped", None)
    publish(change(sample(), MD, 'title: "Leçon"', 'title: "Plus récente"'))
    same = service.read_and_check(tmp_path / "shipped", None)
    with pytest.raises(Refusal), transaction():
        service.publish(late, utcnow())
    with transaction():
        assert service.publish(replace(same, standing={}), utcnow()).published == ()


def test_another_number_on_duty_is_no_new_edition(publish):
    """A document that does not give the number is not published again when it changes."""
    publish(sample())
    set_company(on_call=[{"name": "Claire", "phone": "01 99 00 00 00"}])
    assert publish(sample()).published == ()


def test_charter_edition_keeps_a_digest_per_article(publish):
    """So that a later edition can say which articles changed."""
    publish(sample())
    before = db.session.get(Edition, current("charter").id).article_digests
    publish(change(sample(), f"{ARTICLE}.en.md", FILLER["en"], "Another sentence says one thing. "))
    after = db.session.get(Edition, current("charter").id).article_digests
    assert set(before) == set(after) == {"1"}
    assert before != after


def test_editions_are_numbered_and_one_is_current(publish):
    """One current edition a document, whatever the number of publications."""
    for title in ("Un", "Deux", "Trois"):
        publish(change(sample(), MD, 'title: "Leçon"', f'title: "{title}"'))
    rows = db.session.execute(
        select(Edition.number, Edition.is_current).where(Edition.document == "course:mini").order_by(Edition.number)
    ).all()
    assert [tuple(row) for row in rows] == [(1, False), (2, False), (3, True)]


def test_an_unknown_edition_is_said(app):
    """Nobody gets another document in its place."""
    with pytest.raises(LookupError):
        service.get_document(10**9)


def test_an_edition_that_cannot_be_read_any_more_is_said(publish):
    """After an upgrade that no longer reads a former text: said with its first fault, not shown half."""
    publish(sample())
    files, old = (
        {"courses/mini/course.yaml": "tint: red"},
        {"document": "course:mini", "number": 9, "is_current": False},
    )
    with transaction():
        broken = Edition(digest="x", files=files, published_at=utcnow(), **old)
        db.session.add(broken)
    service.forget()
    with pytest.raises(LookupError, match="courses/mini"):
        service.get_document(broken.id)


def test_former_editions_when_many_are_read(publish, monkeypatch):
    """Only the latest read are kept in memory; the others are read again."""
    monkeypatch.setattr(service, "MAX_OLD_EDITIONS", 1)
    for title in ("Une", "Deux", "Trois"):
        publish(change(sample(), MD, 'title: "Leçon"', f'title: "{title}"'))
    ids = db.session.scalars(select(Edition.id).where(Edition.document == "course:mini").order_by(Edition.number)).all()
    for id_, title in [*zip(ids, ("Une", "Deux"), strict=False)] * 2:
        assert service.get_document(id_).lessons[0].words.of("fr").title == title


# --- Commands -------------------------------------------------------------------------------------------------


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["content", *arguments])


@pytest.fixture
def company(app, tmp_path):
    """A company's folder with a charter at fault."""
    folder = {"charter": sample()["charter"]}
    write(change(folder, f"{ARTICLE}.fr.md", "Une phrase courte", "Une phrase courte\u00a0!"), tmp_path)
    app.config["CONTENT_OVERLAY"] = tmp_path
    yield tmp_path
    app.config["CONTENT_OVERLAY"] = None


def test_check_on_the_shipped_content(app):
    """Green, and says how much was looked at."""
    result = run(app, "check")
    assert result.exit_code == 0, result.output
    assert "documents, no fault." in result.output


def test_check_names_file_line_and_sentence(app, company):
    """A fault makes the command fail, so that a build fails with it."""
    result = run(app, "check")
    assert result.exit_code == 1
    assert f"{ARTICLE}.fr.md:13: « courte\u00a0! » : pas de point d’exclamation." in result.output


def test_publish_says_what_is_held_back(app, company):
    """The operator reads why, and that the rest is unchanged."""
    result = run(app, "publish")
    assert result.exit_code == 1
    assert "held back charter:" in result.output
    assert "unchanged" in result.output


def test_report_measures_everything(app):
    """Words, minutes, items, reading levels by name, coverage, and the active time both ways."""
    result = run(app, "report")
    assert result.exit_code == 0, result.output
    for words in ("Premiers pas", "Kandel-Moles", "Flesch", "Articles of the charter", "who shows what they know"):
        assert words in result.output
