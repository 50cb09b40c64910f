"""Banks of items: what is drawn, what is covered, what is asked twice, and keys that can be guessed by their looks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from math import comb

from .. import types as t
from ..similarity import find_twins
from .review import Review

ALPHA = 0.01
"""How improbable, by chance alone, a bank must be before its author is told that it gives its keys away."""
MIN_BANK = 8
"""Below so many items, chance explains everything."""
MAX_LONGEST = 0.30
"""The share of single items whose key may be the longest choice, in a bank of forty or more (quizzes/README.md)."""


def check(review: Review) -> None:
    """Every bank: those of quizzes, and the items of a course's lessons taken together."""
    for document, quiz in review.quizzes:
        file = review.bank_file(document)
        _check_draw(review, document, quiz)
        _check_coverage(review, document, file, quiz)
        _check_giveaways(review, document, file, quiz.bank)
    for document, course in review.courses:
        items = [item for lesson in course.lessons for item in lesson.items]
        _check_giveaways(review, document, f"courses/{course.slug}/course.yaml", items)
    _check_twins(review)
    for document, file, thing in _everything(review):
        _check_wording(review, document, file, thing)


# --- Drawing and covering -------------------------------------------------------------------------------------


def draw_faults(quiz: t.Quiz) -> list[str]:
    """What keeps a quiz from being drawn as its rules promise, one sentence each; nothing when it is sound."""
    faults = []
    covered = {quiz.covered(item) for item in quiz.bank}
    for name, variants in sorted(quiz.families.items()):
        if len(variants) < 3:
            faults.append(f"la famille {name} a moins de trois variantes.")
        if len({quiz.covered(item) for item in variants}) > 1:
            faults.append(f"la famille {name} porte sur plusieurs {quiz.cover}s.")
    by_families = {quiz.covered(variants[0]) for variants in quiz.families.values()}
    least = len(quiz.families) + len(covered - by_families)
    if least > quiz.items:
        faults.append(f"{quiz.items} questions ne suffisent pas : il en faut au moins {least}.")
    free = sum(1 for item in quiz.bank if not item.family)
    if len(quiz.families) + free < quiz.items:
        faults.append(f"la banque ne peut donner que {len(quiz.families) + free} questions sur {quiz.items}.")
    if None in covered:
        faults.append(f"une question n’a pas de `{quiz.cover}`.")
    return faults


def _check_draw(review: Review, document: str, quiz: t.Quiz) -> None:
    for sentence in draw_faults(quiz):
        review.fault_near(document, f"quizzes/{quiz.slug}.yaml", "items:", sentence)
    for item in quiz.bank:
        if item.family and (item.type != "single" or len(item.choice_ids) < 4):
            sentence = f"{item.id} : une question décisive est `single`, avec quatre choix."
            review.fault_near(document, review.bank_file(document), f"id: {item.id}", sentence)


def _check_coverage(review: Review, document: str, file: str, quiz: t.Quiz) -> None:
    """Every article (or lesson of the course of that name) has an item, and no item cites one that does not exist."""
    known = review.articles if quiz.cover == "article" else review.lessons(quiz.slug)
    what = "article" if quiz.cover == "article" else "leçon"
    for item in quiz.bank:
        if item.article is not None and not review.is_article(item.article):
            review.fault_near(document, file, f"id: {item.id}", f"{item.id} : l’article {item.article} n’existe pas.")
        if quiz.cover == "lesson" and known is not None and item.lesson not in known:
            review.fault_near(document, file, f"id: {item.id}", f"{item.id} : la leçon {item.lesson} n’existe pas.")
    for thing in sorted((known or set()) - {quiz.covered(item) for item in quiz.bank}):
        review.fault(document, file, 1, f"aucune question ne porte sur {what} {thing}.")


# --- Keys that looks give away --------------------------------------------------------------------------------


def binomial_bounds(count: int, chance: float, alpha: float = ALPHA) -> tuple[int, int]:
    """The least and the most successes in ``count`` trials that chance explains, at ``alpha`` in all."""
    weights = [comb(count, k) * chance**k * (1 - chance) ** (count - k) for k in range(count + 1)]
    low, below = 0, weights[0]
    while below <= alpha / 2:
        low += 1
        below += weights[low]
    high, above = count, weights[count]
    while above <= alpha / 2:
        high -= 1
        above += weights[high]
    return low, high


def _check_giveaways(review: Review, document: str, file: str, bank: Sequence[t.Item]) -> None:
    for sentence in giveaways(bank):
        review.fault(document, file, 1, sentence)


def giveaways(bank: Sequence[t.Item]) -> Iterator[str]:
    """What a bank's looks say of its keys: a letter too often or too rarely, the longest or the shortest choice."""
    singles = [item for item in bank if item.type == "single" and len(item.choice_ids) == 4]
    booleans = [item for item in bank if item.type == "boolean"]
    for items, letters in ((singles, "abcd"), (booleans, "tf")):
        low, high = binomial_bounds(len(items), 1 / len(letters))
        found = Counter(item.key for item in items)
        for letter in letters:
            if len(items) >= MIN_BANK and not low <= found[letter] <= high:
                yield _sentence(f"la clé est « {letter} »", found[letter], len(items), low, high)
    if len(singles) < MIN_BANK:
        return
    low, high = binomial_bounds(len(singles), 1 / 4)
    for language in t.LANGUAGES:
        for what, pick, most in (
            ("le plus long", max, min(high, int(MAX_LONGEST * len(singles))) if len(singles) >= 40 else high),
            ("le plus court", min, high),
        ):
            count = sum(_stands_out(item, language, pick) for item in singles)
            if not low <= count <= most:
                yield _sentence(f"en {language}, la clé est le choix {what}", count, len(singles), low, most)


def _stands_out(item: t.Item, language: str, pick) -> bool:
    """Whether the key is the longest (or shortest) choice, alone of its length."""
    lengths = {choice: len(text) for choice, text in item.words.of(language).choices.items()}
    extreme = pick(lengths.values())
    return lengths[item.key] == extreme and list(lengths.values()).count(extreme) == 1


def _sentence(what: str, count: int, total: int, low: int, high: int) -> str:
    return f"{what} dans {count} questions à choix unique sur {total} : entre {low} et {high}, on ne devine rien."


# --- Wording --------------------------------------------------------------------------------------------------

CATCH_ALL = re.compile(
    r"(?:toutes|aucune) (?:de )?(?:ces|les) (?:réponses|propositions)|(?:all|none) of (?:the above|these)|ci-dessus",
    re.IGNORECASE,
)
VERDICT = re.compile(r"(?:faux|erreur|mauvaise réponse|wrong|incorrect)\b", re.IGNORECASE)


def _check_wording(review: Review, document: str, file: str, thing: t.Item | t.Scenario) -> None:
    """No choice that stands for the others (choices are shuffled), no feedback that opens with a verdict."""
    for language, words in thing.words.items():
        path = file.replace(".yaml", f".{language}.yaml")
        for choice in getattr(words, "choices", {}).values():
            if CATCH_ALL.search(choice):
                review.fault_near(
                    document, path, f"{thing.id}:", f"{thing.id} : un choix ne parle pas des autres choix."
                )
        for text in words.feedback.values():
            if VERDICT.match(text):
                review.fault_near(
                    document, path, f"{thing.id}:", f"{thing.id} : une explication donne la raison, pas un verdict."
                )


# --- The same asked twice -------------------------------------------------------------------------------------


def _check_twins(review: Review) -> None:
    """Two items never ask the same, wherever they stand; the later document's author is told."""
    places, texts, families = [], {language: [] for language in t.LANGUAGES}, []
    for document, file, thing in _everything(review):
        places.append((document, file, thing.id))
        families.append(getattr(thing, "family", None))
        for language in t.LANGUAGES:
            texts[language].append(_text_of(thing, language))
    for language in t.LANGUAGES:
        for first, second in find_twins(texts[language]):
            if families[first] and families[first] == families[second]:
                continue
            document, file, id_ = places[second]
            sentence = f"{id_} ressemble trop à {places[first][2]} ({places[first][1]}), en {language}."
            review.fault_near(document, file, f"id: {id_}", sentence)


def _everything(review: Review) -> Iterator[tuple[str, str, t.Item | t.Scenario]]:
    """Lessons first, then quizzes: where a quiz asks what a lesson asks, the quiz is at fault."""
    for document, course in review.courses:
        for lesson in course.lessons:
            for thing in lesson.checks.values():
                yield document, review.stem(document, lesson.slug) + ".yaml", thing
    for document, quiz in review.quizzes:
        for item in quiz.bank:
            yield document, review.bank_file(document), item


def _text_of(thing: t.Item | t.Scenario, language: str) -> str:
    words = thing.words.of(language)
    if isinstance(thing, t.Scenario):
        return " ".join([words.context, *words.segments.values()])
    return " ".join([words.prompt, *words.choices.values()])
