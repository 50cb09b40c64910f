"""``flask content report``: what there is, how long it takes, how hard it reads, what it covers. Text, in tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from . import measures
from . import types as t
from .items import TYPES

NOTES = (
    "Words are those of the lesson's text, French and English. Minutes: as declared, then as computed for the slower "
    "language: {learning} words a minute, {figure} s a figure, and for each item its words, a time to decide "
    "({decide}; scenario {scenario}) and its feedback. Reading level: Kandel-Moles (French) and Flesch Reading Ease "
    "(English), 0 very hard, 100 very easy, 60 and over plain."
)


def write_report(objects: Mapping[str, object]) -> Iterator[str]:
    """The whole report, line by line."""
    for thing in objects.values():
        if isinstance(thing, t.Course):
            yield from course_table(thing)
    for thing in objects.values():
        if isinstance(thing, t.Quiz):
            yield from bank_table(thing)
    yield from coverage_table(objects)
    yield from journey_table(objects)
    decide = ", ".join(f"{name} {seconds} s" for name, seconds in measures.DECIDE_SECONDS.items())
    yield NOTES.format(
        learning=measures.LEARNING,
        figure=measures.FIGURE_SECONDS,
        decide=decide,
        scenario=f"{measures.SCENARIO_SECONDS} s",
    )


def table(title: str, head: tuple[str, ...], rows: list[tuple]) -> Iterator[str]:
    """An aligned table: the first column to the left, the others to the right."""
    texts = [head, *(tuple(str(cell) for cell in row) for row in rows)]
    widths = [max(len(row[place]) for row in texts) for place in range(len(head))]
    yield title
    for number, row in enumerate(texts):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        yield "  " + "  ".join(cells).rstrip()
        if number == 0:
            yield "  " + "-" * (sum(widths) + 2 * len(widths) - 2)
    yield ""


def _mix(items) -> tuple[str, ...]:
    """Items by type in the order of their types, and by difficulty."""
    types = Counter(item.type for item in items)
    hard = Counter(item.difficulty for item in items)
    return (*(str(types[name] or "·") for name in TYPES), "/".join(str(hard[level]) for level in (1, 2, 3)))


def course_table(course: t.Course) -> Iterator[str]:
    """One row a lesson, and the course in all."""
    head = (
        "lesson",
        "words fr",
        "en",
        "min",
        "computed",
        "items",
        *(n[:4] for n in TYPES),
        "easy/mid/hard",
        "scen.",
        "fr",
        "en",
    )
    rows, total = [], Counter()
    for lesson in course.lessons:
        words = {language: measures.count_words(own.body.text) for language, own in lesson.words.items()}
        computed = max(measures.lesson_seconds(lesson, language) for language in lesson.words) / 60
        levels = [_level(own.body.text, language) for language, own in lesson.words.items()]
        total.update({**words, "computed": computed})
        counts = (len(lesson.items), *_mix(lesson.items), len(lesson.scenarios))
        rows.append((lesson.slug, *words.values(), lesson.minutes, f"{computed:.0f}", *counts, *levels))
    items = [item for lesson in course.lessons for item in lesson.items]
    texts = {lang: "\n\n".join(own.words[lang].body.text for own in course.lessons) for lang in t.LANGUAGES}
    counts = (len(items), *_mix(items), sum(len(lesson.scenarios) for lesson in course.lessons))
    levels = [_level(text, language) for language, text in texts.items()]
    rows.append(("all", total["fr"], total["en"], course.minutes, f"{total['computed']:.0f}", *counts, *levels))
    yield from table(f"{course.words.of('fr').title} ({course.slug}, {course.kind})", head, rows)


def _level(text: str, language: str) -> str:
    return f"{measures.reading_level(text, language):.0f}"


def bank_table(quiz: t.Quiz) -> Iterator[str]:
    """One row for each article or lesson that the quiz covers."""
    groups: dict[object, list[t.Item]] = {}
    for item in quiz.bank:
        groups.setdefault(quiz.covered(item), []).append(item)
    head = (quiz.cover, "items", "decisive", *(name[:4] for name in TYPES), "easy/mid/hard")
    rows = [
        (str(thing), len(items), sum(1 for i in items if i.family) or "·", *_mix(items))
        for thing, items in groups.items()
    ]
    rows.append(("all", len(quiz.bank), sum(1 for i in quiz.bank if i.family), *_mix(quiz.bank)))
    families = ", ".join(f"{name} {len(variants)}" for name, variants in sorted(quiz.families.items()))
    title = f"{quiz.words.of('fr').title} (bank of {len(quiz.bank)}, {quiz.items} drawn, {len(quiz.families)} families: {families})"
    yield from table(title, head, rows)


def coverage_table(objects: Mapping[str, object]) -> Iterator[str]:
    """For each article of the charter, how many items and scenarios rest on it, course by course."""
    charter = objects.get("charter")
    if charter is None:
        return
    courses = [thing for thing in objects.values() if isinstance(thing, t.Course)]
    quizzes = [thing for thing in objects.values() if isinstance(thing, t.Quiz)]
    rows = []
    for article in charter.articles:
        row = [f"{article.number}. {article.words.of('fr').title}"]
        for course in courses:
            things = [thing for lesson in course.lessons for thing in lesson.checks.values()]
            row.append(sum(1 for thing in things if thing.article == article.number) or "·")
        row += [sum(1 for item in quiz.bank if item.article == article.number) or "·" for quiz in quizzes]
        rows.append(tuple(row))
    head = ("article", *(course.slug for course in courses), *(f"{quiz.slug} quiz" for quiz in quizzes))
    yield from table("Articles of the charter: items and scenarios that name them", head, rows)


# --- From sign-in to certificate ------------------------------------------------------------------------------


def journey(objects: Mapping[str, object], path: t.Course, language: str, learning: bool) -> dict[str, float]:
    """Minutes of active time by stage, for who learns all or for who shows what they know.

    Who shows what they know answers the check items of each lesson without its text, and reads at the average
    speed; both read the whole charter and take both quizzes once. Who knows their path chooses it themselves.
    """
    security, charter = objects["course:security"], objects["charter"]
    pace = measures.LEARNING if learning else measures.AVERAGE[language]
    lesson = measures.lesson_seconds if learning else measures.shown_seconds
    seconds = {
        "sign-in": measures.SIGN_IN_SECONDS,
        "placement": measures.placement_seconds(objects["placement"], language) if learning else 0,
        "path": sum(lesson(each, language) for each in path.lessons),
        "charter": measures.charter_seconds(charter, language, pace),
        "charter quiz": measures.quiz_seconds(objects["quiz:charter"], language, pace),
        "security": sum(lesson(each, language) for each in security.lessons),
        "security quiz": measures.quiz_seconds(objects["quiz:security"], language, pace),
    }
    return {stage: value / 60 for stage, value in seconds.items()}


def journey_table(objects: Mapping[str, object]) -> Iterator[str]:
    """Active time of every path, both ways, in French; the other language differs by minutes."""
    needed = ("course:security", "charter", "placement", "quiz:charter", "quiz:security")
    if any(objects.get(name) is None for name in needed):
        return
    paths = [thing for thing in objects.values() if isinstance(thing, t.Course) and thing.kind == "path"]
    for learning, who in ((True, "who learns all"), (False, "who shows what they know")):
        rows, head = [], ("path",)
        for path in sorted(paths, key=lambda course: course.tint):
            stages = journey(objects, path, "fr", learning)
            total = sum(stages.values())
            declared = ""
            if learning:
                others = total - stages["path"] - stages["security"]
                declared = f"{others + path.minutes + objects['course:security'].minutes:.0f}"
            head = ("path", *stages, "minutes in all", *(["as declared"] if learning else []))
            row = (path.slug, *(f"{value:.0f}" for value in stages.values()), f"{total:.0f}")
            rows.append((*row, declared) if learning else row)
        pace = f"{measures.LEARNING if learning else measures.AVERAGE['fr']} words a minute"
        yield from table(f"Active time from sign-in to certificate, {who} ({pace})", head, rows)
