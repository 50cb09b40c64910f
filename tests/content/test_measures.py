"""Words, minutes and reading levels; how long the programme takes from sign-in to certificate."""

from __future__ import annotations

from functools import cache

import pytest

from elearn.config import ROOT
from elearn.content import loader, measures
from elearn.content.files import read_folder
from elearn.content.report import journey, write_report

from .sample import sample

pytestmark = pytest.mark.pure

PATHS = ("premiers-pas", "comprendre", "apprivoiser", "structurer", "piloter")


@cache
def shipped():
    return {document: loader.load(document, files)[0] for document, files in read_folder(ROOT).items()}


@pytest.mark.parametrize(
    ("text", "words"), [("Un : deux ; trois ?", 3), ("l’article 7 — « oui »", 3), ("| - |", 0), ("", 0), ("10 000", 2)]
)
def test_count_words(text, words):
    """What stands between spaces and has a letter or a digit."""
    assert measures.count_words(text) == words


@pytest.mark.parametrize(
    ("word", "language", "count"),
    [
        *[
            ("entreprise", "fr", 3),
            ("publication", "fr", 4),
            ("qui", "fr", 1),
            ("marques", "fr", 1),
            ("l’article", "fr", 2),
        ],
        *[("théâtre", "fr", 2), ("réseaux", "fr", 2), ("création", "fr", 3), ("question", "fr", 2), ("les", "fr", 1)],
        *[("company", "en", 3), ("asked", "en", 1), ("wanted", "en", 2), ("pages", "en", 2), ("table", "en", 2)],
        *[("employee", "en", 3), ("the", "en", 1), ("media", "en", 3), ("rules", "en", 1), ("photographs", "en", 3)],
    ],
)
def test_syllables(word, language, count):
    """As they are spoken, a silent final e left out."""
    assert measures.syllables(word, language) == count


@pytest.mark.parametrize("language", ["fr", "en"])
def test_reading_level_falls_with_longer_sentences_and_words(language):
    """Short words in short sentences are easier than the contrary."""
    easy = {"fr": "Le chat dort. Il fait beau. On va au lac.", "en": "The cat sleeps. It is warm. We go to the lake."}
    hard = {
        "fr": "L’appréciation circonstanciée des responsabilités organisationnelles présuppose une documentation.",
        "en": "Circumstantial appreciation of organisational responsibilities presupposes comprehensive documentation.",
    }
    assert measures.reading_level(easy[language], language) > 90
    assert measures.reading_level(hard[language], language) < 30
    assert measures.reading_level("", language) == 100


def test_every_lesson_reads_as_plain_language():
    """Kandel-Moles and Flesch of 60 and over, in every lesson and both languages."""
    for thing in shipped().values():
        for lesson in getattr(thing, "lessons", ()):
            for language, words in lesson.words.items():
                level = measures.reading_level(words.body.text, language)
                assert level >= 60, f"{thing.slug}/{lesson.slug} {language}: {level:.0f}"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_active_time_from_sign_in_to_certificate(path, language):
    """Two and a half to four hours for who learns all, ninety minutes for who shows what they know."""
    course = shipped()[f"course:{path}"]
    assert 150 <= sum(journey(shipped(), course, language, learning=True).values()) <= 240
    assert sum(journey(shipped(), course, language, learning=False).values()) <= 90


def test_showing_takes_less_than_learning():
    """A lesson's items without its text."""
    lesson = shipped()["course:security"].lessons[0]
    assert measures.shown_seconds(lesson, "fr") < measures.lesson_seconds(lesson, "fr") / 2


def test_report_of_a_content_without_security():
    """What is not there is not measured, and the report does not fail on it."""
    objects = {document: loader.load(document, files)[0] for document, files in sample().items()}
    text = "\n".join(write_report(objects))
    assert "Mini (mini, path)" in text
    assert "Active time" not in text
