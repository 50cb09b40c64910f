"""What guessing is worth: the chance of passing a quiz without knowing anything, computed exactly and simulated.

Three guessers. One responds at random, one picks the longest choices, and one memorises: it remembers what failed
attempts told it. All are granted more than a person has, so that the figures are bounds: they know how many choices
of a `multiple` or a `span` are right. Nothing here is used when an attempt is graded; ``flask quizzes odds`` prints it.

Credits are counted in sixtieths of a point, in which halves, thirds, quarters, fifths and sixths are whole.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations, permutations, product
from math import comb, prod
from statistics import fmean

from ..content.items import grade as grade_item
from ..content.types import Item, Quiz
from .rules import draw

POINT = 60
Law = Mapping[int, float]
"""Credit in sixtieths → probability."""


# --- One item -------------------------------------------------------------------------------------------------


def possible_responses(item: Item) -> Iterator[object]:
    """Every response a guesser may give, as many choices as are right where several are."""
    choices = item.choice_ids
    match item.type:
        case "single" | "boolean":
            yield from choices
        case "multiple" | "span":
            yield from (list(chosen) for chosen in combinations(choices, len(item.key)))
        case "ordering":
            yield from (list(order) for order in permutations(choices))
        case "sorting":
            for classes in product(item.classes, repeat=len(choices)):
                yield dict(zip(choices, classes, strict=True))


def credits_of(item: Item) -> tuple[int, ...]:
    """The credit of each possible response, in sixtieths."""
    key = tuple(sorted(item.key.items())) if isinstance(item.key, dict) else tuple(item.key)
    return _credits(item.type, item.choice_ids, key, item.classes)


@lru_cache(maxsize=1024)
def _credits(type_: str, choices: tuple, key: tuple, classes: tuple) -> tuple[int, ...]:
    """Items of the same shape share this: it depends on no words."""
    real = dict(key) if type_ == "sorting" else key[0] if type_ in ("single", "boolean") else list(key)
    shape = _Shape("", type_, real, classes, choices)
    return tuple(round(grade_item(shape, response) * POINT) for response in possible_responses(shape))


@dataclass(frozen=True)
class _Shape:
    """As much of an item as grading looks at."""

    id: str
    type: str
    key: object
    classes: tuple
    choice_ids: tuple


def law_of(counts: Mapping[int, int]) -> Law:
    """The law of one credit picked among these: credit → how many responses earn it."""
    total = sum(counts.values())
    return {credit: count / total for credit, count in counts.items() if count}


@lru_cache(maxsize=1024)
def _counts(credits: tuple[int, ...]) -> Counter[int]:
    return Counter(credits)


def at_random(item: Item) -> Law:
    """Any possible response, each as likely."""
    return law_of(_counts(credits_of(item)))


def by_length(language: str, pick: Callable = max) -> Callable[[Item], Law]:
    """The longest choices (``pick`` min: the shortest); where several are as long, any of them. Order and classes,
    which length says nothing of, are guessed at random."""

    def law(item: Item) -> Law:
        if item.type in ("ordering", "sorting"):
            return at_random(item)
        texts = item.words.of(language).choices
        sizes = [
            sum(len(texts[choice]) for choice in ([response] if isinstance(response, str) else response))
            for response in possible_responses(item)
        ]
        extreme = pick(sizes)
        return law_of(Counter(c for c, size in zip(credits_of(item), sizes, strict=True) if size == extreme))

    return law


# --- A whole quiz, exactly ------------------------------------------------------------------------------------


def pass_probability(quiz: Quiz, law: Callable[[Item], Law]) -> float:
    """The chance that a first attempt passes, over all draws and all responses.

    Decisive items must all be right; the others must bring the points that are then missing. Their sum is followed
    through the bank item by item: which one stands for its article, how many more were drawn, how many points.
    """
    decisive = prod(fmean(law(item).get(POINT, 0.0) for item in variants) for variants in quiz.families.values())
    need = points_needed(quiz) - POINT * len(quiz.families)
    covered = {quiz.covered(variants[0]) for variants in quiz.families.values()}
    groups: defaultdict[object, list[Item]] = defaultdict(list)
    for item in quiz.bank:
        if not item.family:
            groups[quiz.covered(item)].append(item)
    bare = [thing for thing in groups if thing not in covered]
    more = quiz.items - len(quiz.families) - len(bare)
    states: dict[tuple[int, int], float] = {(0, 0): 1.0}
    for thing, items in groups.items():
        states = _follow(states, [law(item) for item in items], thing in bare, more, need)
    left = sum(map(len, groups.values())) - len(bare)
    enough = sum(weight for (drawn, points), weight in states.items() if drawn == more and points >= need)
    return decisive * enough / comb(left, more)


def points_needed(quiz: Quiz) -> int:
    """The pass mark in sixtieths."""
    return -(-quiz.pass_percent * quiz.items * POINT // 100)


def _follow(states, laws: Sequence[Law], has_first: bool, more: int, need: int):
    """Go through one article's items: (others drawn, points) → weight, points above what is needed taken together.

    Where the article is not covered yet, one of its items is drawn first, each as likely.
    """
    now = {(False, drawn, points): weight for (drawn, points), weight in states.items()}
    for law in laws:
        then: defaultdict[tuple[bool, int, int], float] = defaultdict(float)
        for (first, drawn, points), weight in now.items():
            then[first, drawn, points] += weight
            for credit, chance in law.items():
                total = min(points + credit, need)
                if drawn < more:
                    then[first, drawn + 1, total] += weight * chance
                if has_first and not first:
                    then[True, drawn, total] += weight * chance / len(laws)
        now = then
    return {(drawn, points): weight for (first, drawn, points), weight in now.items() if first == has_first}


def expected_share(quiz: Quiz, law: Callable[[Item], Law]) -> float:
    """The share of points that a guesser earns on average, over the whole bank."""
    return fmean(sum(credit * chance for credit, chance in law(item).items()) for item in quiz.bank) / POINT


# --- One draw -------------------------------------------------------------------------------------------------


def pass_given_draw(quiz: Quiz, items: Sequence[Item], law: Callable[[Item], Law]) -> float:
    """The chance of passing once the items are drawn."""
    decisive = [item for item in items if item.family]
    chance = prod(law(item).get(POINT, 0.0) for item in decisive)
    need = points_needed(quiz) - POINT * len(decisive)
    sums = {0: 1.0}
    for item in items if chance else ():
        if item.family:
            continue
        then: defaultdict[int, float] = defaultdict(float)
        for points, weight in sums.items():
            for credit, share in law(item).items():
                then[min(points + credit, need)] += weight * share
        sums = then
    return chance * sums.get(need, 0.0)


def simulate(quiz: Quiz, law: Callable[[Item], Law], draws: int = 1_000, seed: int = 1) -> tuple[float, float]:
    """(mean, standard error) of the chance of passing, over real draws."""
    found = []
    for number in range(draws):
        items = [quiz.by_id[id_] for id_ in draw(quiz, seed * 1_000_003 + number)]
        found.append(pass_given_draw(quiz, items, law))
    mean = fmean(found)
    return mean, (sum((value - mean) ** 2 for value in found) / draws / max(1, draws - 1)) ** 0.5


# --- A guesser who remembers ----------------------------------------------------------------------------------


@dataclass
class Belief:
    """What a guesser thinks of one item: how likely each tried response is right; the others are alike."""

    credits: tuple[int, ...]
    tried: dict[int, float] = field(default_factory=dict)

    @property
    def untried(self) -> float:
        """How likely each response never tried is right."""
        count = len(self.credits) - len(self.tried)
        return max(0.0, 1 - sum(self.tried.values())) / count if count else 0.0

    @property
    def best(self) -> int | None:
        """The tried response that is likelier than any new one; None where a new one is worth as much."""
        best = max(self.tried, key=self.tried.get, default=None)
        if len(self.tried) == len(self.credits) or (best is not None and self.tried[best] > self.untried + 1e-12):
            return best
        return None

    def choose(self, chance: random.Random) -> int:
        """The likeliest response; a new one, where new ones are as likely."""
        if (best := self.best) is not None:
            return best
        while (response := chance.randrange(len(self.credits))) in self.tried:
            pass
        return response

    def law(self) -> Law:
        """The credit of the next response, the truth being what it is."""
        if (best := self.best) is not None:
            return {self.credits[best]: 1.0}
        return law_of(_counts(self.credits) - Counter(self.credits[response] for response in self.tried))

    def learn(self, response: int, likely: float) -> None:
        """This response is now right with this probability; all others share the rest as they did before."""
        before = self.tried.get(response, self.untried)
        rest = (1 - likely) / (1 - before) if before < 1 else 0.0
        for other in self.tried:
            self.tried[other] *= rest
        self.tried[response] = likely


def memorise(
    quiz: Quiz, failures: int = 5, people: int = 2_000, seed: int = 1, told_each: bool = False
) -> tuple[float, float]:
    """(chance of passing at the attempt after so many failures, its standard error), over so many guessers.

    A failed attempt names the articles (or lessons) where a point is missing, and nothing else but a percentage:
    all items of the others were right; where one item was asked, its response was wrong; where several were, at
    least one was, and the guesser weighs them as a careful reasoner would. ``told_each`` is a worse world, where
    every response would be marked right or wrong.
    """
    found = []
    for person in range(people):
        chance = random.Random(f"{seed}:{person}")
        beliefs = {item.id: Belief(credits_of(item)) for item in quiz.bank}
        seen: list[tuple[str, ...]] = []
        for _attempt in range(failures):
            items = draw(quiz, chance.getrandbits(62), seen)
            seen.insert(0, items)
            given = {id_: beliefs[id_].choose(chance) for id_ in items}
            _learn(quiz, beliefs, given, told_each)
        last = [quiz.by_id[id_] for id_ in draw(quiz, chance.getrandbits(62), seen)]
        found.append(pass_given_draw(quiz, last, lambda item, known=beliefs: known[item.id].law()))
    mean = fmean(found)
    return mean, (sum((value - mean) ** 2 for value in found) / people / max(1, people - 1)) ** 0.5


def _learn(quiz: Quiz, beliefs: Mapping[str, Belief], given: Mapping[str, int], told_each: bool) -> None:
    """Take in what the page of a failed attempt says."""
    groups: defaultdict[object, list[str]] = defaultdict(list)
    for id_ in given:
        groups[id_ if told_each else quiz.covered(quiz.by_id[id_])].append(id_)
    for ids in groups.values():
        likely = {id_: beliefs[id_].tried.get(given[id_], beliefs[id_].untried) for id_ in ids}
        if all(beliefs[id_].credits[given[id_]] == POINT for id_ in ids):
            for id_ in ids:
                beliefs[id_].learn(given[id_], 1.0)
            continue
        together = prod(likely.values())
        for id_ in ids:
            beliefs[id_].learn(given[id_], (likely[id_] - together) / (1 - together) if together < 1 else 0.0)
