"""How long a text takes and how hard it is to read: plain arithmetic, with its sources.

| measure | how |
|---|---|
| reading to learn | 180 words a minute: less than the average, because one reads to remember |
| reading what one knows | the average adult's speed, 195 words a minute in French, 228 in English (Trauzettel-Klosinski and Dietz, 2012, *International Reading Speed Texts*) |
| an item | its words, then a time to decide by its type, then its feedback |
| reading level | French: Kandel and Moles (1958); English: Flesch Reading Ease (1948); higher is easier, 50 and over is plain |
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from . import types as t

LEARNING = 180
AVERAGE = {"fr": 195, "en": 228}
DECIDE_SECONDS = {"single": 12, "boolean": 8, "multiple": 20, "ordering": 30, "sorting": 30, "span": 20}
SCENARIO_SECONDS = 20
FIGURE_SECONDS = 15
STATEMENT_SECONDS = 30
"""To read what one signs, and sign it."""
SIGN_IN_SECONDS = 90
PLACEMENT_SECONDS = 3

SENTENCE_END = re.compile(r"[.?…]+(?=[\s»”)]|$)|\n\s*\n")
VOWELS = re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]+")
WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")


def count_words(text: str) -> int:
    """Words as a word processor counts them: what stands between spaces and has a letter or a digit."""
    return sum(1 for word in text.split() if any(c.isalnum() for c in word))


def reading_seconds(words: float, pace: int = LEARNING) -> float:
    """Time to read so many words, at so many a minute."""
    return words * 60 / pace


# --- Time -----------------------------------------------------------------------------------------------------


def item_seconds(item: t.Item, language: str, pace: int = LEARNING, feedback: bool = True) -> float:
    """Reading the question, deciding, and reading the feedback: on one's own choice and on the right one."""
    words = item.words.of(language)
    read = count_words(" ".join([words.prompt, *words.choices.values()]))
    if feedback and words.feedback:
        read += 2 * count_words(" ".join(words.feedback.values())) / len(words.feedback)
    return reading_seconds(read, pace) + DECIDE_SECONDS[item.type]


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
    items = sum(item_seconds(item, language) for item in lesson.items)
    scenarios = sum(scenario_seconds(scenario, language) for scenario in lesson.scenarios)
    return text_seconds(lesson.words.of(language).body) + items + scenarios


def shown_seconds(lesson: t.Lesson, language: str) -> float:
    """What is left of a lesson for who shows that they know it: every check item right at the first go."""
    return sum(item_seconds(item, language, AVERAGE[language], feedback=False) for item in lesson.items)


def quiz_seconds(quiz: t.Quiz, language: str, pace: int = LEARNING) -> float:
    """One attempt at a quiz: as many items of average length as are drawn; reasons are read afterwards."""
    return quiz.items * sum(item_seconds(item, language, pace, feedback=False) for item in quiz.bank) / len(quiz.bank)


def charter_seconds(charter: t.Charter, language: str, pace: int = LEARNING) -> float:
    """Reading the whole charter, examples included, and signing it: nobody is spared that."""
    words = charter.words.of(language)
    texts = [words.introduction, words.statement]
    for article in charter.articles:
        own = article.words.of(language)
        texts += [own.body.text, own.title, own.essential, *own.unacceptable, *own.welcome]
    return reading_seconds(total_words(texts), pace) + STATEMENT_SECONDS


def placement_seconds(placement: t.Placement, language: str, pace: int = LEARNING) -> float:
    """Reading what it is for, then twenty questions about oneself, whose choices need little thought."""
    texts = list(placement.words.of(language).values())
    for item in placement.items:
        words = item.words.of(language)
        texts += [words["prompt"], *words["choices"].values()]
    return reading_seconds(total_words(texts), pace) + PLACEMENT_SECONDS * len(placement.items)


# --- Reading level --------------------------------------------------------------------------------------------


def syllables(word: str, language: str) -> int:
    """Spoken syllables, by groups of vowels; a silent final e is not counted. Where in doubt, one more."""
    word = word.lower()
    if language == "fr":
        word = re.sub(r"(?:(?<=[qg])ues?|(?<=[^aeiouyàâéèêëîïôû])es?)$", "", word) if len(word) > 3 else word
        word = re.sub(r"([éèêëàîïôû])(?=[aeiouyâ])|(?<=[aou])(?=[éèïë])", r"\1-", word)
        word = re.sub(r"qu|gu(?=[eéèêi])", "q", word)
    else:
        if len(word) > 3 and not re.search(r"(?:[td]ed|[szcgxh]es|[^aeiouy]le)$", word):
            word = re.sub(r"(?<=[^aeiouy])(?:es|ed|e)$", "", word)
        word = re.sub(r"(?<=[aeou])y(?=[aeiou])|i(?=a(?!l))", r"\g<0>-", word)
    return max(1, len(VOWELS.findall(word)))


def reading_level(text: str, language: str) -> float:
    """Kandel-Moles for French, Flesch Reading Ease for English: 0 very hard, 100 very easy."""
    words = WORD.findall(text)
    sentences = sum(1 for s in SENTENCE_END.split(text) if s and WORD.search(s))
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
