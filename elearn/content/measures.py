"""How long a text takes and how hard it is to read: plain arithmetic, with its sources.

| measure | how |
|---|---|
| reading | 180 words a minute: under the average adult's 195 in French and 228 in English (Trauzettel-Klosinski and Dietz, 2012, International Reading Speed Texts), because one reads to remember |
| an item | its words, then a time to decide by its type, then its feedback |
| reading level | French: Kandel and Moles (1958); English: Flesch Reading Ease (1948); higher is easier, 50 and over is plain |
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from . import types as t

WORDS_PER_MINUTE = 180
DECIDE_SECONDS = {"single": 12, "boolean": 8, "multiple": 20, "ordering": 30, "sorting": 30, "span": 20}
SCENARIO_SECONDS = 20
FIGURE_SECONDS = 15
STATEMENT_SECONDS = 30
"""To read what one signs, and sign it."""
PLACEMENT_SECONDS = 8

SENTENCE_END = re.compile(r"[.?…:;]+(?=\s|$)|\n+")
VOWELS = re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]+")
LETTERS = re.compile(r"[^\W\d_]+")


def count_words(text: str) -> int:
    """Words as a word processor counts them: what stands between spaces and has a letter or a digit."""
    return sum(1 for word in text.split() if any(c.isalnum() for c in word))


def reading_seconds(words: int) -> float:
    """Time to read so many words."""
    return words * 60 / WORDS_PER_MINUTE


# --- Time -----------------------------------------------------------------------------------------------------


def item_seconds(item: t.Item, language: str, feedback: bool = True) -> float:
    """Reading the question, deciding, and reading the feedback: on one's own choice and on the right one."""
    words = item.words.of(language)
    read = count_words(" ".join([words.prompt, *words.choices.values()]))
    if feedback and words.feedback:
        read += 2 * count_words(" ".join(words.feedback.values())) / len(words.feedback)
    return reading_seconds(read) + DECIDE_SECONDS[item.type]


def scenario_seconds(scenario: t.Scenario, language: str) -> float:
    """Reading the situation and the post, deciding, reading why and the better version."""
    words = scenario.words.of(language)
    parts = [words.context, *words.segments.values(), words.why, words.better, *list(words.feedback.values())[:1]]
    return reading_seconds(count_words(" ".join(parts))) + SCENARIO_SECONDS


def text_seconds(prose: t.Prose) -> float:
    """Reading a text and looking at its figures."""
    return reading_seconds(count_words(prose.text)) + FIGURE_SECONDS * prose.markdown.count("/// figure")


def lesson_seconds(lesson: t.Lesson, language: str) -> float:
    """Everything a lesson asks: its text, its check items, its scenarios."""
    return text_seconds(lesson.words.of(language).body) + check_seconds(lesson, language)


def check_seconds(lesson: t.Lesson, language: str) -> float:
    """What is left of a lesson for who shows that they know it: the check items, not the text."""
    items = sum(item_seconds(item, language) for item in lesson.items)
    return items + sum(scenario_seconds(scenario, language) for scenario in lesson.scenarios)


def quiz_seconds(quiz: t.Quiz, language: str) -> float:
    """One attempt at a quiz: as many items of average length as are drawn; reasons are read afterwards."""
    return quiz.items * sum(item_seconds(item, language, feedback=False) for item in quiz.bank) / len(quiz.bank)


def charter_seconds(charter: t.Charter, language: str) -> float:
    """Reading the whole charter, examples included, and signing it."""
    words = charter.words.of(language)
    total = reading_seconds(count_words(f"{words.introduction} {words.statement}")) + STATEMENT_SECONDS
    for article in charter.articles:
        own = article.words.of(language)
        total += text_seconds(own.body)
        total += reading_seconds(count_words(" ".join([own.title, own.essential, *own.unacceptable, *own.welcome])))
    return total


# --- Reading level --------------------------------------------------------------------------------------------


def syllables(word: str, language: str) -> int:
    """Spoken syllables, by groups of vowels; a silent final e is not counted."""
    word = word.lower()
    if language == "fr":
        word = re.sub(r"(?<=[^aeiouyàâéèêëîïôûù])(?:es|ent|e)$", "", word) if len(word) > 3 else word
        word = re.sub(r"([éèêëàîïôû])(?=[aeiouy])|(?<=[aouy])(?=[éèïë])", r"\1-", word)
        word = re.sub(r"qu|gu(?=[eéèêi])", "q", word)
    else:
        word = re.sub(r"(?<=[^aeiouyl])(?:es|ed|e)$|(?<=[aeiouy]l)e$", "", word) if len(word) > 3 else word
    return max(1, len(VOWELS.findall(word)))


def reading_level(text: str, language: str) -> float:
    """Kandel-Moles for French, Flesch Reading Ease for English: 0 very hard, 100 very easy."""
    words = LETTERS.findall(text)
    sentences = sum(1 for s in SENTENCE_END.split(text) if s and LETTERS.search(s))
    if not words or not sentences:
        return 100.0
    length = len(words) / sentences
    syllables_per_word = sum(syllables(word, language) for word in words) / len(words)
    if language == "fr":
        return 207 - 1.015 * length - 73.6 * syllables_per_word
    return 206.835 - 1.015 * length - 84.6 * syllables_per_word


def total_words(texts: Iterable[str]) -> int:
    """Words of several texts."""
    return sum(map(count_words, texts))
