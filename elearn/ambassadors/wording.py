"""What is noticed in a practice post while it is written. Pure functions, advisory: nothing here ever blocks.

Two things are looked for. Does the reader learn that the author works for the company (charter, article 4)? Are the
words the author's own, or those of the model and of the brief's facts (dossier 6.2, *voix personnelle*)?
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

RUN = 5
"""Words in a row that count as taken over: shorter runs are ordinary language."""

MODEL_SHARE = Fraction(1, 5)
"""From this share of the post upwards, copying the model is noticed."""

FACTS_SHARE = Fraction(1, 2)
"""The same for the brief's facts, which one is meant to use: only where half of the post is their very words."""

MAX_POST = 3000
LONG_QUOTE = 16

WORD = re.compile(r"[^\W_]+")
LEGAL_FORMS = frozenset(
    {"sa", "sas", "sasu", "sarl", "se", "scop", "group", "groupe", "gmbh", "ltd", "inc", "plc", "ag", "nv"}
)
TIES = tuple(
    tuple(phrase.split())
    for phrase in (
        "mon employeur", "notre employeur", "mon entreprise", "notre entreprise", "ma societe", "notre societe",
        "ma boite", "notre boite", "je travaille chez", "je travaille pour", "je travaille a", "je bosse chez",
        "salarie", "salariee", "salarie de", "collaborateur", "collaboratrice", "employe de", "employee de", "employee",
        "my employer", "our employer", "my company", "our company", "i work for", "i work at", "i work with",
        "where i work", "my workplace", "staff member",
    )
)  # fmt: skip
FIRST_PERSON = frozenset(
    ("je", "j", "me", "m", "mon", "ma", "mes", "moi", "nous", "notre", "nos")  # The letters are « j’ » and « m’ ».
    + ("i", "my", "mine", "me", "we", "our", "ours", "us")
)


def fold(word: str) -> str:
    """Without case nor accents."""
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, folded; punctuation, emoji and line breaks do not count."""
    return tuple(fold(match.group()) for match in WORD.finditer(unicodedata.normalize("NFC", text)))


# --- One's own words ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Copied:
    """How much of a text stands in others word for word, and its longest such passage."""

    share: Fraction
    passage: str = ""


def copied(text: str, sources: Iterable[str], run: int = RUN) -> Copied:
    """The share of a text's words that stand in a run of ``run`` words or more found in one of the sources.

    Between 0 and 1, blind to case, accents and punctuation; more sources never make it smaller.
    """
    text = unicodedata.normalize("NFC", text)
    spans = [match.span() for match in WORD.finditer(text)]
    own = words_of(text)
    known = set()
    for source in sources:
        known |= _runs(words_of(source), run)
    taken = [False] * len(own)
    for start in range(len(own) - run + 1):
        if own[start : start + run] in known:
            taken[start : start + run] = [True] * run
    if not any(taken):
        return Copied(Fraction(0))
    start, end = _longest(taken)
    passage = " ".join(text[spans[start][0] : spans[min(end, start + LONG_QUOTE) - 1][1]].split())
    return Copied(Fraction(sum(taken), len(own)), passage + (" …" if end > start + LONG_QUOTE else ""))


def _runs(words: tuple[str, ...], run: int) -> set[tuple[str, ...]]:
    return {words[i : i + run] for i in range(len(words) - run + 1)}


def _longest(taken: list[bool]) -> tuple[int, int]:
    """The longest stretch of words that are taken over, as (start, end)."""
    best, start = (0, 0), None
    for place, is_taken in enumerate([*taken, False]):
        if is_taken and start is None:
            start = place
        elif not is_taken and start is not None:
            best = max(best, (start, place), key=lambda s: s[1] - s[0])
            start = None
    return best


# --- The employer ---------------------------------------------------------------------------------------------


class Tie(StrEnum):
    """What a reader learns of the author's tie to the company."""

    SAID = "said"
    NAMED = "named"
    """The company is named, and nothing says that one works there."""
    MISSING = "missing"


def tie(text: str, company: str) -> Tie:
    """Whether a reader learns from the text that its author works for the company.

    Said by an expression (« mon entreprise », “I work for”), or by the company's name beside the first person.
    """
    words = words_of(text)
    if any(_contains(words, phrase) for phrase in TIES):
        return Tie.SAID
    if not _names(words, company):
        return Tie.MISSING
    return Tie.SAID if FIRST_PERSON & set(words) else Tie.NAMED


def _names(words: tuple[str, ...], company: str) -> bool:
    """Whether the company's name is there, in words or in one (#AteliersMorel), with or without its legal form."""
    full = words_of(company)
    short = tuple(word for word in full if word not in LEGAL_FORMS) or full
    return bool(short) and (_contains(words, short) or "".join(short) in words or "".join(full) in words)


def _contains(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    return any(words[i : i + len(phrase)] == phrase for i in range(len(words) - len(phrase) + 1))


# --- What is shown --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Notice:
    """Something worth a second look; ``kind`` is named, missing, model or facts."""

    kind: str
    percent: int = 0
    passage: str = ""


def notices(text: str, company: str, models: Iterable[str], facts: Iterable[str]) -> list[Notice]:
    """What to notice in a post: the tie to the employer, then words that are not one's own. An empty one has none."""
    if not words_of(text):
        return []
    found = []
    bond = tie(text, company)
    if bond is not Tie.SAID:
        found.append(Notice(bond.value))
    for kind, sources, least in (("model", models, MODEL_SHARE), ("facts", facts, FACTS_SHARE)):
        result = copied(text, sources)
        if result.share >= least:
            found.append(Notice(kind, int(result.share * 100), result.passage))
    return found
