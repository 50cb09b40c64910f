"""What may be asked, alerted and published. Pure: ``now`` is an argument."""

from __future__ import annotations

import datetime as dt
import re

from ..errors import Invalid, Refusal, TooMany
from ..i18n import _l
from ..people.models import normalise

MAX_WORDS = 4_000
MAX_PLACE = 500
MAX_PAGE = 300

LEVELS = ("noise", "tension", "crisis")
"""How a referent qualifies what is seen: programme, dossier 6.5."""

CAPTURE_DAYS = 90
"""How long a capture is kept. It shows other people than the one who took it, so no longer than a crisis is discussed."""
MAX_CAPTURES = 3

TAKEN_WITHIN = dt.timedelta(minutes=15)
"""After which an alert that nobody took is told again."""

CRISIS_DAYS = 30

QUESTIONS_A_DAY = 20
ALERTS_AN_HOUR = 10


class Outdated(Refusal):
    """Somebody wrote meanwhile; what was read is no longer all there is (409)."""


def clean_words(words: str | None, missing) -> str:
    """A text as it is kept: control characters gone, at most MAX_WORDS. Raises Invalid with ``missing`` when empty."""
    words = re.sub(r"[^\S\n]", " ", (words or "").replace("\r\n", "\n").replace("\r", "\n"))
    words = "".join(c for c in words if c == "\n" or c.isprintable()).strip()
    if not words:
        raise Invalid(missing)
    if len(words) > MAX_WORDS:
        raise Invalid(_l("Ce texte est trop long : 4 000 signes au plus."))
    return words


def clean_page(path: str | None) -> str:
    """A path of this site, as the help button sends it; empty for anything else."""
    path = (path or "").strip()
    if (
        not path.startswith("/")
        or path.startswith("//")
        or "\\" in path
        or len(path) > MAX_PAGE
        or not path.isprintable()
    ):
        return ""
    return re.split("[?#]", path, maxsplit=1)[0]


def check_pace(asked_today: int) -> None:
    """Twenty questions a day are plenty; more is a script. Raises TooMany."""
    if asked_today >= QUESTIONS_A_DAY:
        raise TooMany(_l("Vous avez posé vingt questions aujourd’hui. Complétez l’une d’elles, ou revenez demain."))


def check_alert_pace(raised_this_hour: int) -> None:
    """Ten alerts an hour: after that the people on duty know. Raises TooMany."""
    if raised_this_hour >= ALERTS_AN_HOUR:
        raise TooMany(_l("Vous avez lancé dix alertes en une heure. Appelez plutôt la personne d’astreinte."))


def check_crisis_end(ends_on: dt.date, today: dt.date) -> None:
    """A crisis ends by itself, today at the earliest and within thirty days: it can be prolonged. Raises Invalid."""
    if not today <= ends_on <= today + dt.timedelta(days=CRISIS_DAYS):
        raise Invalid(_l("Choisissez un jour d’ici à trente jours ; vous pourrez prolonger."))


def capture_expiry(now: dt.datetime) -> dt.datetime:
    """When a capture received now is erased."""
    return now + dt.timedelta(days=CAPTURE_DAYS)


def find_traces(
    text: str, *, names: tuple[str, ...], others: tuple[str, ...] = (), phrases: tuple[str, ...] = ()
) -> list[str]:
    """What in a text would tell who asked: words of their names, an address, a number; whole phrases, such as their
    department and their job, of which a small company has one each. In this order.

    Words of one letter prove nothing. « Petit » may be a name and an adjective, so this warns and the referent
    decides.
    """
    words = re.findall(r"\w+", normalise(text))
    folded, in_line = set(words), f" {' '.join(words)} "
    parts = [word for name in names for word in re.findall(r"\w+", name or "") if len(word) > 1]
    found = [part for part in dict.fromkeys(parts) if normalise(part) in folded]
    whole = normalise(text)
    found += [other for other in others if other and normalise(other) in whole]
    lines = ((each, " ".join(re.findall(r"\w+", normalise(each)))) for each in phrases)
    return found + [each for each, line in lines if line and f" {line} " in in_line]


SMALL_WORDS = frozenset(
    re.findall(
        r"\w+",
        "avec avoir avez cela cette celui celle comment dans deux depuis dire dois doit donc elle elles encore entre etre "
        "etes faire fait faut leur mais meme moins notre nous parce pendant peut peux plus pour pourquoi puis quand quel "
        "quelle quels quoi sans sera sont sous suis tous tout toute tres votre vous about after also been before can could "
        "does from have here into just made make more must only should some such than that their them then there they "
        "this those through under very want what when where which while with would your",
    )
)
"""Words of four letters or more that say nothing of what a question is about, folded."""


def telling_words(text: str) -> list[str]:
    """The words of a question that say what it is about, the longest first, eight at most. Endings go, so that
    « clients » finds « client » and « publier » finds « publication »."""
    words = {w for w in re.findall(r"\w+", normalise(text)) if len(w) > 3 and w not in SMALL_WORDS}
    return list(dict.fromkeys(w[: max(4, len(w) - 3)] for w in sorted(words, key=lambda w: (-len(w), w))))[:8]


def nearness(words: list[str], question: str, answer: str) -> int:
    """How near an answered question is to these telling words: twice for a word of its question, once for one of its
    answer; nothing where a single word of several is all they share."""
    asked, told = (re.findall(r"\w+", normalise(text)) for text in (question, answer))
    in_question = [w for w in words if any(each.startswith(w) for each in asked)]
    in_answer = [w for w in words if any(each.startswith(w) for each in told)]
    shared = len({*in_question, *in_answer})
    return 0 if shared < min(2, len(words)) else len(in_question) + shared


def draft_public(words: str) -> str:
    """What was written to one person, as a beginning for everybody: the greeting goes, for it names them."""
    return re.sub(r"^\s*(bonjour|bonsoir|cher|chère|hello|hi|dear)\b[^\n,.:;]{0,60}[,.:;\n]\s*", "", words, flags=re.I)


def rotations(name: str) -> list[str]:
    """« Claire Aubry » → the ways it may be filed, family name first, folded as ``search_name`` is."""
    words = normalise(name).split()[:8]
    return [" ".join(words[at:] + words[:at]) for at in range(len(words))]
