"""A quiz's bank as authors read it: each item with its figures, choices taken, time, contests and flags; its parts."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

from ..assessment.queries import list_voided
from ..content import types as t
from ..i18n import _
from . import queries, rules


def list_bank(quiz: t.Quiz, use, revision: int) -> list[SimpleNamespace]:
    """Every item of the bank, worked out anew when attempts were counted, an item contested or voided."""
    contests, voided = queries.count_contests(quiz.slug), list_voided(quiz)
    key = revision, use and use.counted_at, contests, voided
    if _banks.get(quiz.slug, (None,))[0] != key:
        _banks[quiz.slug] = key, list_lines(quiz, quiz.bank)
    return _banks[quiz.slug][1]


_banks: dict[str, tuple] = {}


def list_lines(quiz: t.Quiz, items: Sequence[t.Item]) -> list[SimpleNamespace]:
    """Each item with its figures, choices taken, time, contests and flags: three queries, however many there are.
    Nothing of the first three below five responses."""
    uses, contests, voided = queries.list_use(quiz, items), queries.count_contests(quiz.slug), list_voided(quiz)
    lines = []
    for each in items:
        use, (waiting, many) = uses.get(each.id), contests.get(each.id, (0, 0))
        figures = rules.figures(use)
        taken = rules.choices_taken(each, use.taken) if figures and use.given >= rules.LEAST_RESPONSES else []
        rival = bool(taken) and rules.has_rival(each, use.given, taken)
        lines.append(
            SimpleNamespace(
                item=each,
                figures=figures,
                total=use.given if taken else 0,
                taken=taken,
                seconds=use.seconds if figures else None,
                contests=many,
                waiting=waiting,
                is_voided=each.id in voided,
                flags=rules.flags(each, figures, waiting, many, rival),
            )
        )
    return lines


def list_parts(quiz: t.Quiz, lines: list, site, language: str) -> list[SimpleNamespace]:
    """Lines by article or lesson: name, responses, mean share of the points (of items with figures), how many to
    look at."""
    found: dict[object, list] = {}
    for line in lines:
        found.setdefault(quiz.covered(line.item), []).append(line)
    parts = []
    for thing, own in found.items():
        known = [line.figures for line in own if line.figures]
        responses = sum(each.n for each in known)
        parts.append(
            SimpleNamespace(
                key=str(thing),
                name=covered_name(quiz, thing, site, language),
                lines=own,
                responses=responses,
                share=sum(each.n * each.facility for each in known) / responses if known else None,
                watched=sum(bool(line.flags) for line in own),
            )
        )
    return parts


def covered_name(quiz: t.Quiz, thing, site, language: str) -> str:
    """The article or lesson that an item is about."""
    if quiz.cover == "article":
        article = site.charter.article(thing) if site.charter else None
        name = article.words.of(language).title if article else ""
        return _("Article %(number)s. %(title)s", number=thing, title=name)
    course = site.course(quiz.slug)
    lesson = course.lesson(thing) if course else None
    return lesson.words.of(language).title if lesson else str(thing)
