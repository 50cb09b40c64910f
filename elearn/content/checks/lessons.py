"""What a lesson asks: enough items and scenarios, every slip met on each path, articles that exist, true minutes."""

from __future__ import annotations

from collections.abc import Iterator

from .. import measures
from .. import types as t
from .review import Review

ITEMS = (4, 6)
SCENARIOS = 2
SLIPS = ("sexism", "racism", "disparagement", "quarrel", "politics", "humour", "secret", "unvalidated")
"""Each is met at least once on every path."""
OTHER_SLIPS = ("transparency", "rights", "image", "security", "other", "none")
MINUTES_OFF = 2
"""How far declared minutes may be from what words and items take."""


def check(review: Review) -> None:
    """Every lesson of every course."""
    for document, course in review.courses:
        for lesson in course.lessons:
            keys = review.stem(document, lesson.slug) + ".yaml"
            if keys in review.folder[document]:
                _check_counts(review, document, keys, lesson)
                _check_articles(review, document, keys, lesson)
                _check_minutes(review, document, keys, lesson)
        if course.kind == "path":
            _check_slips(review, document, course)
    _check_ids(review)


def _check_counts(review: Review, document: str, keys: str, lesson: t.Lesson) -> None:
    if not ITEMS[0] <= len(lesson.items) <= ITEMS[1]:
        sentence = f"{len(lesson.items)} questions : une leçon en a de {ITEMS[0]} à {ITEMS[1]}."
        review.fault_near(document, keys, "items:", sentence)
    if len(lesson.scenarios) < SCENARIOS:
        sentence = f"{len(lesson.scenarios)} situation à trancher : une leçon en a {SCENARIOS} ou plus."
        review.fault_near(document, keys, "scenarios:", sentence)
    for scenario in lesson.scenarios:
        near = f"id: {scenario.id}"
        if scenario.slip not in SLIPS + OTHER_SLIPS:
            review.fault_near(document, keys, near, f"{scenario.id} : l’écart « {scenario.slip} » n’existe pas.")
        elif (scenario.key == "publish") != (scenario.slip == "none"):
            review.fault_near(
                document, keys, near, f"{scenario.id} : `slip` est none quand on peut publier, et là seulement."
            )
        for language, words in scenario.words.items():
            if (scenario.key == "hold") != bool(words.better.strip()):
                path = keys.replace(".yaml", f".{language}.yaml")
                sentence = f"{scenario.id} : `better` propose une version publiable, vide quand le message l’est déjà."
                review.fault_near(document, path, f"{scenario.id}:", sentence)


def _check_articles(review: Review, document: str, keys: str, lesson: t.Lesson) -> None:
    for thing in (*lesson.items, *lesson.scenarios):
        if thing.article is not None and not review.is_article(thing.article):
            review.fault_near(
                document, keys, f"id: {thing.id}", f"{thing.id} : l’article {thing.article} n’existe pas."
            )


def _check_minutes(review: Review, document: str, keys: str, lesson: t.Lesson) -> None:
    takes = max(measures.lesson_seconds(lesson, language) for language in lesson.words) / 60
    if abs(lesson.minutes - takes) > MINUTES_OFF:
        sentence = f"{lesson.minutes} minutes annoncées, {takes:.0f} d’après les mots et les questions."
        review.fault_near(document, keys, "minutes:", sentence)


def _check_slips(review: Review, document: str, course: t.Course) -> None:
    met = {scenario.slip for lesson in course.lessons for scenario in lesson.scenarios}
    for slip in SLIPS:
        if slip not in met:
            file = f"courses/{course.slug}/course.yaml"
            review.fault_near(document, file, "lessons:", f"aucune situation du parcours ne montre l’écart « {slip} ».")


# --- Ids ------------------------------------------------------------------------------------------------------


def _ids(review: Review) -> Iterator[tuple[str, str, str]]:
    """(document, keys file, id) of every item and scenario."""
    for document, course in review.courses:
        for lesson in course.lessons:
            for id_ in lesson.checks:
                yield document, review.stem(document, lesson.slug) + ".yaml", id_
    for document, quiz in review.quizzes:
        for item in quiz.bank:
            yield document, review.bank_file(document), item.id


def _check_ids(review: Review) -> None:
    """An id is one thing's for ever; words whose id has no key would never be shown."""
    owner: dict[str, str] = {}
    known: dict[tuple[str, str], set[str]] = {}
    for document, file, id_ in _ids(review):
        known.setdefault((document, file), set()).add(id_)
        if id_ in owner and owner[id_] != file:
            review.fault_near(
                document, file, f"id: {id_}", f"{id_} est déjà l’identifiant d’une question de {owner[id_]}."
            )
        owner.setdefault(id_, file)
    for (document, file), ids in known.items():
        text = review.folder[document].get(file, "")
        for id_ in sorted(ids):
            if len(review.lines_opening(document, file, f"id: {id_}")) > 1:
                line = review.lines_opening(document, file, f"id: {id_}")[1]
                review.fault(document, file, line, f"{id_} est écrit deux fois.")
        for language in t.LANGUAGES:
            path = file.replace(".yaml", f".{language}.yaml")
            for id_, line in review.keys_of(document, path):
                if id_ not in ids and f"id: {id_}" not in text:
                    review.fault(document, path, line, f"{id_} n’a pas de clé dans {file.rsplit('/', 1)[1]}.")
