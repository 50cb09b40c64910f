"""The programme as one line: what is done, what is next, how many minutes are left. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..content.types import Charter, Course, Quiz
from ..i18n import _

WORDS_A_MINUTE = 220
"""Silent reading of plain French; lessons declare their own minutes, the charter does not."""


@dataclass(frozen=True)
class Facts:
    """What the pages know of one person's programme. ``fulfilled`` holds requirements that need nothing more."""

    path: Course | None
    security: Course | None
    charter: Charter | None
    quizzes: dict[str, Quiz | None]
    fulfilled: frozenset[str]
    done: dict[str, set[str]]
    places: dict[tuple[str, str], str]
    """(course, lesson) → anchor where reading stopped."""
    has_certificate: bool
    lang: str


@dataclass(frozen=True)
class Step:
    """One station of the line."""

    key: str
    title: str
    state: str
    url: str
    minutes: int
    note: str = ""


@dataclass(frozen=True)
class Next:
    """The one thing to do now."""

    title: str
    why: str
    url: str
    action: str
    minutes: int | None


@lru_cache(maxsize=8)
def _charter_minutes(charter: Charter, lang: str) -> int:
    words = 0
    for article in charter.articles:
        own = article.words.of(lang)
        words += len(f"{own.essential} {own.body.text} {' '.join(own.unacceptable)} {' '.join(own.welcome)}".split())
    return max(5, round(words / WORDS_A_MINUTE))


def charter_minutes(charter: Charter | None, lang: str) -> int:
    """Minutes to read the charter once."""
    return _charter_minutes(charter, lang) if charter else 0


def quiz_minutes(quiz: Quiz | None) -> int:
    """A minute an item: what it takes without haste."""
    return quiz.items if quiz else 0


def _left(course: Course | None, facts: Facts) -> list:
    done = facts.done.get(course.slug, set()) if course else set()
    return [lesson for lesson in course.lessons if lesson.slug not in done] if course else []


def steps(facts: Facts) -> list[Step]:
    """The five stations, each done, here or ahead; exactly one is here until all are done."""
    path_left = [] if "path" in facts.fulfilled else _left(facts.path, facts)
    security_left = [] if "security-lessons" in facts.fulfilled else _left(facts.security, facts)
    signed, charter_quiz = "charter-signature" in facts.fulfilled, "charter-quiz" in facts.fulfilled
    security_quiz = "security-quiz" in facts.fulfilled
    path_done = "path" in facts.fulfilled
    stations = [
        ("choice", _("Trouver mon parcours"), facts.path is not None or path_done, "/placement", 5, ""),
        (
            "path",
            facts.path.words.of(facts.lang).title if facts.path else _("Suivre mon parcours"),
            path_done,
            f"/courses/{facts.path.slug}" if facts.path else "/paths",
            sum(lesson.minutes for lesson in path_left),
            _lessons_note(facts.path, path_left),
        ),
        (
            "charter",
            _("La charte"),
            signed and charter_quiz,
            "/charter" if not signed else "/quizzes/charter",
            (0 if signed else charter_minutes(facts.charter, facts.lang))
            + (0 if charter_quiz else quiz_minutes(facts.quizzes.get("charter"))),
            _parts_note(_("lue") if signed else _("à lire"), charter_quiz),
        ),
        (
            "security",
            _("La sécurité"),
            "security-lessons" in facts.fulfilled and security_quiz,
            f"/courses/{facts.security.slug}" if facts.security else "/resources",
            sum(lesson.minutes for lesson in security_left)
            + (0 if security_quiz else quiz_minutes(facts.quizzes.get("security"))),
            _parts_note(_lessons_note(facts.security, security_left), security_quiz),
        ),
        ("certificate", _("Le certificat"), facts.has_certificate, "/certificate", 0, ""),
    ]
    here = next((key for key, _title, is_done, *_rest in stations if not is_done), None)
    return [
        Step(
            key,
            title,
            "done" if is_done else "here" if key == here else "ahead",
            url,
            0 if is_done else minutes,
            "" if is_done else note,
        )
        for key, title, is_done, url, minutes, note in stations
    ]


def _lessons_note(course: Course | None, left: list) -> str:
    if course is None:
        return ""
    done, total = len(course.lessons) - len(left), len(course.lessons)
    if done < 2:
        return _("%(done)s leçon sur %(total)s", done=done, total=total)
    return _("%(done)s leçons sur %(total)s", done=done, total=total)


def _parts_note(first: str, quiz_done: bool) -> str:
    # The translator's extraction does not look inside f-strings.
    quiz = _("quiz réussi") if quiz_done else _("quiz à passer")
    return f"{first}, {quiz}"


def minutes_left(line: list[Step]) -> int:
    """Minutes from here to the certificate."""
    return sum(step.minutes for step in line)


def next_step(facts: Facts, line: list[Step]) -> Next | None:
    """The one thing to do now; None when all is done."""
    here = next((step for step in line if step.state == "here"), None)
    if here is None:
        return None
    if here.key == "choice":
        return Next(
            _("Trouver votre parcours"),
            _(
                "Quelques questions proposent l’un des cinq parcours. Vous choisissez, et rien de vos réponses n’est gardé."
            ),
            "/placement",
            _("Répondre aux questions"),
            5,
        )
    if here.key in ("path", "security"):
        course = facts.path if here.key == "path" else facts.security
        left = _left(course, facts)
        requirement = "path" if here.key == "path" else "security-lessons"
        if left and requirement not in facts.fulfilled:
            return _next_lesson(course, left[0], facts)
    if here.key == "path":
        return Next(_("Choisir un parcours"), "", "/paths", _("Voir les parcours"), None)
    if here.key == "charter" and "charter-signature" not in facts.fulfilled:
        return Next(
            _("Lire la charte"),
            _("Seize articles courts, chacun avec sa raison et ses exemples. Vous la signez à la fin."),
            "/charter",
            _("Lire la charte"),
            charter_minutes(facts.charter, facts.lang),
        )
    if here.key in ("charter", "security"):
        quiz = facts.quizzes.get(here.key)
        title = quiz.words.of(facts.lang).title if quiz else here.title
        why = _(
            "Les règles sont dites avant de commencer. Vos réponses sont enregistrées une à une : vous pouvez vous interrompre."
        )
        return Next(title, why, f"/quizzes/{here.key}", _("Voir les règles et commencer"), quiz_minutes(quiz))
    return Next(
        _("Votre certificat"),
        _("Tout est fait. Votre certificat se prépare."),
        "/certificate",
        _("Ouvrir mon certificat"),
        None,
    )


def _next_lesson(course: Course, lesson, facts: Facts) -> Next:
    place = facts.places.get((course.slug, lesson.slug), "")
    begun = (course.slug, lesson.slug) in facts.places
    return Next(
        lesson.words.of(facts.lang).title,
        lesson.words.of(facts.lang).takeaway,
        f"/courses/{course.slug}/{lesson.slug}" + (f"#{place}" if place else ""),
        _("Reprendre la leçon") if begun else _("Commencer la leçon"),
        lesson.minutes,
    )
