"""What may be done with applications and mandates, by whom, and what is noticed in a post. Pure functions.

Sources: the programme's dossier, sections 6.1 (regimes), 6.2 (the grid) and 6.3 (the status). What each act may do
stands in two tables, from which the services, the constraints of the log and its replay all draw.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ..errors import Forbidden, Invalid, Refusal
from ..i18n import _l

# --- Moves ----------------------------------------------------------------------------------------------------


class ApplicationStatus(StrEnum):
    """A draft is the person's alone; a submitted one waits for a referent; to rework, it is the person's again; the
    rest are ends."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    TO_REWORK = "to_rework"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class MandateStatus(StrEnum):
    """The states of the ambassador status. Ended is an end, save where a contest brings it back."""

    ACTIVE = "active"
    DORMANT = "dormant"
    ENDED = "ended"
    SUSPENDED = "suspended"


class By(StrEnum):
    """Who does an act: the person it is about, a referent who is somebody else, or the calendar."""

    PERSON = "person"
    REFERENT = "referent"
    SYSTEM = "system"


@dataclass(frozen=True)
class Move:
    """What an act does: from which states, to which one (None: it leaves it as it is), and whose act it is."""

    by: By
    before: frozenset
    after: str | None = None


def _move(by: By, before: Iterable, after: str | None = None) -> Move:
    return Move(by, frozenset(before), after)


NOTHING = frozenset({None})
_A, _M = ApplicationStatus, MandateStatus
OPEN_APPLICATION = frozenset({_A.DRAFT, _A.SUBMITTED, _A.TO_REWORK})
WRITABLE = frozenset({_A.DRAFT, _A.TO_REWORK})
AWAKE = frozenset({_M.ACTIVE, _M.DORMANT})
OPEN_MANDATE = AWAKE | {_M.SUSPENDED}

APPLICATION_MOVES: dict[str, Move] = {
    "begun": _move(By.PERSON, NOTHING, _A.DRAFT),
    "submitted": _move(By.PERSON, WRITABLE, _A.SUBMITTED),
    "withdrawn": _move(By.PERSON, OPEN_APPLICATION, _A.WITHDRAWN),
    "sent_back": _move(By.REFERENT, {_A.SUBMITTED}, _A.TO_REWORK),
    "refused": _move(By.REFERENT, {_A.SUBMITTED}, _A.REFUSED),
    "granted": _move(By.REFERENT, {_A.SUBMITTED}, _A.GRANTED),
    "contested": _move(By.PERSON, {_A.TO_REWORK, _A.REFUSED}),
    "upheld": _move(By.REFERENT, {_A.TO_REWORK, _A.REFUSED}),
    "reopened": _move(By.REFERENT, {_A.TO_REWORK, _A.REFUSED}, _A.SUBMITTED),
}
MANDATE_MOVES: dict[str, Move] = {
    "opened": _move(By.REFERENT, NOTHING, _M.ACTIVE),
    "hearing_opened": _move(By.REFERENT, AWAKE),
    "hearing_answered": _move(By.PERSON, AWAKE),
    "hearing_closed": _move(By.REFERENT, AWAKE),
    "suspended": _move(By.REFERENT, AWAKE, _M.SUSPENDED),
    "resumed": _move(By.REFERENT, {_M.SUSPENDED}, _M.ACTIVE),
    "suspension_over": _move(By.SYSTEM, {_M.SUSPENDED}, _M.ACTIVE),
    "let_dormant": _move(By.REFERENT, {_M.ACTIVE}, _M.DORMANT),
    "paused": _move(By.PERSON, {_M.ACTIVE}, _M.DORMANT),
    "awakened": _move(By.REFERENT, {_M.DORMANT}, _M.ACTIVE),
    "returned": _move(By.PERSON, {_M.DORMANT}, _M.ACTIVE),
    "made_autonomous": _move(By.REFERENT, AWAKE),
    "made_guided": _move(By.REFERENT, AWAKE),
    "rescoped": _move(By.REFERENT, OPEN_MANDATE),
    "renewal_asked": _move(By.PERSON, AWAKE),
    "renewed": _move(By.REFERENT, AWAKE),
    "ended": _move(By.REFERENT, OPEN_MANDATE, _M.ENDED),
    "left": _move(By.PERSON, OPEN_MANDATE, _M.ENDED),
    "expired": _move(By.SYSTEM, OPEN_MANDATE, _M.ENDED),
    "contested": _move(By.PERSON, _M),
    "upheld": _move(By.REFERENT, _M),
    "reinstated": _move(By.REFERENT, {_M.ENDED}, _M.ACTIVE),
}
CONTESTABLE: dict[str, str] = {
    "sent_back": "reopened",
    "refused": "reopened",
    "suspended": "resumed",
    "let_dormant": "awakened",
    "made_guided": "made_autonomous",
    "ended": "reinstated",
    "opened": "rescoped",
    "rescoped": "rescoped",
    "renewed": "rescoped",
}
"""What a referent decided and the person may contest once → what follows when another referent agrees with them.

What gives back or closes without consequence takes nothing away, and so is not contested.
"""

_STATUS = frozenset({"suspended", "let_dormant", "ended"})
_SCOPE = frozenset({"opened", "rescoped", "renewed"})
_REGIME = frozenset({"made_guided"})
TURNING: dict[str, frozenset[str]] = {
    **{act: frozenset({"sent_back", "refused"}) for act, move in APPLICATION_MOVES.items() if move.after},
    **{act: _STATUS for act, move in MANDATE_MOVES.items() if move.after},
    **{act: _STATUS | _SCOPE | _REGIME for act, move in MANDATE_MOVES.items() if move.after == _M.ENDED},
    "made_autonomous": _REGIME,
    "made_guided": _REGIME,
    "rescoped": _SCOPE,
    "renewed": _SCOPE,
}
"""Act → earlier decisions that no longer stand after it, so that contesting them has no object any more. A decision
about the scope leaves one about the status contestable: nobody escapes a second look by deciding something else."""


class Missing(Invalid):
    """Something that was sent will not do; ``field`` says where to look (422)."""

    def __init__(self, sentence, field: str):
        super().__init__(sentence)
        self.field = field


class Outdated(Refusal):
    """Somebody else was faster, or the page is old: what it offered is not possible any more (409)."""

    def __init__(self):
        super().__init__(
            _l(
                "La situation a changé depuis que cette page s’est ouverte : quelqu’un a agi entre-temps. Rien n’a été enregistré."
            )
        )


def check_move(moves: Mapping[str, Move], act: str, status: str | None) -> str | None:
    """The state this act leads to; raise Refusal where it is not possible from the present one."""
    move = moves[act]
    if status not in move.before:
        raise Outdated
    return move.after or status


def check_not_oneself(by_id: int, person_id: int) -> None:
    """Nobody decides about oneself (dossier 6.3)."""
    if by_id == person_id:
        raise Forbidden(_l("Personne ne décide de sa propre demande : un autre référent s’en charge."))


# --- The state, rebuilt from the log --------------------------------------------------------------------------


@dataclass(frozen=True)
class ApplicationState:
    """What the log says of an application."""

    status: str | None = None
    version: int = 0


@dataclass(frozen=True)
class MandateState:
    """What the log says of a mandate; the same names as the columns of its row."""

    status: str | None = None
    version: int = 0
    regime: str = ""
    networks: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    suspended_until: dt.date | None = None
    credential_id: int | None = None
    credential_expires_on: dt.date | None = None
    renewal_asked_at: dt.datetime | None = None


LISTS = ("networks", "topics", "languages")
DATES = ("starts_on", "ends_on", "suspended_until", "credential_expires_on")


def replay_application(lines: Iterable) -> ApplicationState:
    """The state of an application after these lines of the log, in their order."""
    state = ApplicationState()
    for line in lines:
        status = check_move(APPLICATION_MOVES, line.act, state.status)
        state = ApplicationState(status, line.version)
    return state


def replay_mandate(lines: Iterable) -> MandateState:
    """The state of a mandate after these lines of the log, in their order."""
    state = MandateState()
    for line in lines:
        state = after_act(state, line.act, line.facts, line.version, line.at)
    return state


def after_act(state: MandateState, act: str, facts: Mapping, version: int, at: dt.datetime) -> MandateState:
    """The state that one act makes of another; the row of a mandate is written from this, and so is its replay."""
    status = check_move(MANDATE_MOVES, act, state.status)
    set_by_facts = {}
    for name, value in facts.items():
        if name in LISTS:
            set_by_facts[name] = tuple(value)
        elif name in DATES:
            set_by_facts[name] = read_day(value)
        elif name in ("regime", "credential_id"):
            set_by_facts[name] = value
    if act in ("made_autonomous", "made_guided"):
        set_by_facts["regime"] = act.removeprefix("made_")
        if state.regime == set_by_facts["regime"]:
            raise Outdated
    if status != MandateStatus.SUSPENDED:
        set_by_facts["suspended_until"] = None
    if act == "renewal_asked":
        set_by_facts["renewal_asked_at"] = at
    elif act == "renewed" or status == MandateStatus.ENDED:
        set_by_facts["renewal_asked_at"] = None
    return replace(state, status=status, version=version, **set_by_facts)


# --- Days -----------------------------------------------------------------------------------------------------

MAX_SUSPENSION_DAYS = 92
HEARING_DAYS = 3
MAX_WAIT_DAYS = 183
LATEST_START_DAYS = 92


def read_day(text: str) -> dt.date:
    """A day as the log keeps it."""
    return dt.date.fromisoformat(text)


def may_apply_from(again_on: dt.date | None, today: dt.date) -> bool:
    """Whether the day named by the last refusal has come."""
    return again_on is None or today >= again_on


def effective_status(
    status: str, suspended_until: dt.date | None, ends_on: dt.date, holds: bool, today: dt.date
) -> str:
    """The status on a day, whether or not the nightly sweep has passed: a mandate ends with its own last day or
    with its credential, and a suspension is over on the day after its last one."""
    if status == MandateStatus.ENDED or today > ends_on or not holds:
        return MandateStatus.ENDED
    if status == MandateStatus.SUSPENDED and today > suspended_until:
        return MandateStatus.ACTIVE
    return status


def check_suspension(hearing_answered: bool, answer_by: dt.date, until: dt.date | None, today: dt.date) -> None:
    """A suspension comes after hearing the person, and always has a last day (dossier 6.3).

    Raises Refusal while the person still has time to answer, Invalid for a day out of bounds.
    """
    if not hearing_answered and today <= answer_by:
        raise Refusal(_l("La personne n’a pas encore répondu, et son délai court toujours."))
    if until is None or not today <= until <= today + dt.timedelta(days=MAX_SUSPENSION_DAYS):
        raise Missing(_l("Une suspension a toujours un dernier jour, dans les trois mois."), "until")


# --- The grid -------------------------------------------------------------------------------------------------

CRITERIA = ("transparency", "accuracy", "usefulness", "voice", "form", "respect")
PASS_POINTS = 12
RED_FLAGS = ("secret", "personal_data", "image", "insult", "hidden_tie")
CATEGORIES = ("post", "red_line", "charter", "security", "scope")
DECISIONS = ("granted", "sent_back", "refused")
MIN_REASON = 20
NO_REASON = _l("Écrivez le motif : la personne le lira. Une phrase au moins.")


def points_of(grid: Mapping[str, int]) -> int:
    """The total, out of eighteen."""
    return sum(grid[criterion] for criterion in CRITERIA)


def is_passed(grid: Mapping[str, int], red_flags: Collection[str] = ()) -> bool:
    """Passed: twelve points or more, no zero, and no red flag, which sends back whatever the score (dossier 6.2)."""
    return points_of(grid) >= PASS_POINTS and min(grid[c] for c in CRITERIA) > 0 and not red_flags


@dataclass(frozen=True)
class Verdict:
    """What a referent says of one post: the grid, the decision, the reason, and what comes with a refusal."""

    grid: Mapping[str, int]
    decision: str
    reason: str
    red_flags: tuple[str, ...] = ()
    category: str | None = None
    lessons: tuple[str, ...] = ()
    again_on: dt.date | None = None


def check_verdict(verdict: Verdict, today: dt.date) -> None:
    """A verdict is whole and follows from its grid; raise Invalid with the first thing missing otherwise."""
    for fault in list_faults(verdict, today):
        raise fault


def list_faults(verdict: Verdict, today: dt.date) -> list[Missing]:
    """Everything that a verdict lacks, in the order of the page, so that it is mended at once."""
    return list(_faults(verdict, today))


def _faults(verdict: Verdict, today: dt.date) -> Iterator[Missing]:
    wrong = next((c for c in CRITERIA if verdict.grid.get(c) not in range(4)), None)
    if wrong or len(verdict.grid) != len(CRITERIA):
        yield Missing(_l("Donnez de 0 à 3 points à chacun des six critères."), f"grid-{wrong or CRITERIA[0]}")
    if not set(verdict.red_flags) <= set(RED_FLAGS) or verdict.decision not in DECISIONS:
        yield Missing(_l("Choisissez une décision."), "decision")
    elif verdict.decision == "granted" and verdict.red_flags:
        yield Missing(_l("Une ligne rouge renvoie le post d’office, quel que soit le total."), "decision")
    elif verdict.decision == "granted" and not wrong and not is_passed(verdict.grid):
        yield Missing(
            _l("Le statut demande un post réussi : 12 points sur 18 au moins, et aucun critère à 0."), "decision"
        )
    elif verdict.decision == "refused":
        yield from _refusal_faults(verdict, today)
    if len(verdict.reason.strip()) < MIN_REASON:
        yield Missing(NO_REASON, "reason")


def _refusal_faults(verdict: Verdict, today: dt.date) -> Iterator[Missing]:
    """A refusal names its category, the lessons to take again and the day from which one may apply again."""
    if verdict.category not in CATEGORIES:
        yield Missing(_l("Un refus nomme sa catégorie."), "category")
    latest = today + dt.timedelta(days=MAX_WAIT_DAYS)
    if verdict.again_on is None or not today < verdict.again_on <= latest:
        yield Missing(
            _l("Un refus donne le jour d’une nouvelle demande : demain au plus tôt, dans six mois au plus tard."),
            "again_on",
        )
    if not verdict.lessons and verdict.category != "scope":
        yield Missing(_l("Un refus nomme au moins une leçon à reprendre."), "lessons")


def check_reason(reason: str) -> None:
    """Every decision carries a reason that the person reads."""
    if len(reason.strip()) < MIN_REASON:
        raise Missing(NO_REASON, "reason")


# --- The scope of a mandate -----------------------------------------------------------------------------------

REGIMES = ("guided", "autonomous")
SPOKEN = ("fr", "en", "de", "es", "it", "nl", "pt")


@dataclass(frozen=True)
class Scope:
    """Where, about what, in which languages, how and how long somebody speaks."""

    networks: tuple[str, ...]
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    starts_on: dt.date
    ends_on: dt.date
    regime: str = "guided"


def check_scope(scope: Scope, networks: Collection[str], topics: Collection[str], expires_on: dt.date) -> None:
    """A scope names at least one network, topic and language of the catalogue, and ends with the credential at the
    latest. Raises Invalid."""
    if not scope.networks or not set(scope.networks) <= set(networks):
        raise Missing(_l("Choisissez au moins un réseau du catalogue."), "networks")
    if not scope.topics or not set(scope.topics) <= set(topics):
        raise Missing(_l("Choisissez au moins un sujet du catalogue."), "topics")
    if not scope.languages or not set(scope.languages) <= set(SPOKEN):
        raise Missing(_l("Choisissez au moins une langue."), "languages")
    if scope.regime not in REGIMES:
        raise Missing(_l("Choisissez le régime : accompagné ou autonome."), "regime")
    if scope.ends_on > expires_on:
        raise Missing(_l("Le statut ne dure pas plus longtemps que le certificat."), "ends_on")
    if scope.ends_on < scope.starts_on:
        raise Missing(_l("La fin vient après le début."), "ends_on")


def give_back(state: MandateState, before: MandateState) -> dict:
    """The facts that give a scope back what an earlier one had, and take nothing of what came since; never beyond the
    credential."""
    facts = {name: list(dict.fromkeys((*getattr(state, name), *getattr(before, name)))) for name in LISTS}
    last = max(day for day in (state.ends_on, before.ends_on) if day)
    return {**facts, "ends_on": min(last, state.credential_expires_on).isoformat()}


def check_autonomy(is_confirmed: bool) -> None:
    """The autonomous regime comes after three posts that passed, and talking about it (dossier 6.1); raise Invalid
    where the referent did not say so."""
    if not is_confirmed:
        raise Missing(
            _l("Confirmez les trois posts réussis et l’échange : le régime autonome les demande."), "confirmed"
        )


def check_start(starts_on: dt.date, today: dt.date) -> None:
    """A new mandate starts today or in the three months to come; raise Invalid otherwise."""
    if not today <= starts_on <= today + dt.timedelta(days=LATEST_START_DAYS):
        raise Missing(_l("Le statut commence aujourd’hui au plus tôt, dans trois mois au plus tard."), "starts_on")
