"""Item types and their pure grading: what a response looks like, when it is complete, what credit it gets.

| type | value of a response |
|---|---|
| single, boolean | the id of a choice |
| multiple, span | the sorted ids of the chosen ones |
| ordering | the ids in the given order |
| sorting | ``{choice: class}`` |
"""

from __future__ import annotations

import random
from collections.abc import Callable

from ..errors import Invalid
from ..i18n import _l
from .types import Item, Scenario

TYPES = ("single", "multiple", "boolean", "ordering", "sorting", "span")


def field_name(item: Item, choice: str | None = None) -> str:
    """The name of a form field of this item; ordering and sorting have one field per choice."""
    return f"item-{item.id}" if choice is None else f"item-{item.id}-{choice}"


def read_response(item: Item, getlist: Callable[[str], list[str]]):
    """Read a response from form fields; None when nothing was given. Raises Invalid for ids that do not exist.

    Single and boolean send one value of ``item-ID``; multiple and span several; ordering sends the position
    (1 to n) of each choice in ``item-ID-CHOICE``; sorting its class.
    """
    choices = item.choice_ids
    if item.type in ("single", "boolean"):
        values = [v for v in getlist(field_name(item)) if v]
        return check_value(item, values[-1]) if values else None
    if item.type in ("multiple", "span"):
        values = [v for v in getlist(field_name(item)) if v]
        return check_value(item, values) if values else None
    given = {c: (getlist(field_name(item, c)) or [""])[-1].strip() for c in choices}
    given = {c: v for c, v in given.items() if v}
    if not given:
        return None
    if item.type == "sorting":
        return check_value(item, given)
    try:
        places = {c: int(v) for c, v in given.items()}
    except ValueError:
        raise Invalid(_l("Donnez à chaque étape un numéro de place.")) from None
    if len(set(places.values())) != len(places) or len(places) != len(choices):
        raise Invalid(_l("Donnez à chaque étape une place différente, de la première à la dernière."))
    return check_value(item, sorted(places, key=places.get))


def check_value(item: Item, value):
    """Normalise a value received as JSON or form; raise Invalid where it does not fit the item."""
    wrong = Invalid(_l("Cette réponse ne correspond pas à la question. Rechargez la page et répondez de nouveau."))
    choices = set(item.choice_ids)
    if item.type in ("single", "boolean"):
        if not isinstance(value, str) or value not in choices:
            raise wrong
        return value
    if item.type in ("multiple", "span"):
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value) or not set(value) <= choices:
            raise wrong
        return sorted(set(value))
    if item.type == "ordering":
        if (
            not isinstance(value, list)
            or not all(isinstance(v, str) for v in value)
            or sorted(value) != sorted(choices)
        ):
            raise wrong
        return list(value)
    if not isinstance(value, dict) or not set(value) <= choices:
        raise wrong
    if not all(isinstance(v, str) and v in item.classes for v in value.values()):
        raise wrong
    return dict(sorted(value.items()))


def grade(item: Item, value) -> float:
    """The credit of a response, from 0 to 1. Nothing given is 0.

    Single and boolean: all or nothing. Multiple and span: (right chosen − wrong chosen) / right, never below
    zero, so that ticking everything earns nothing. Ordering: the share of steps in their place. Sorting: the
    share of things in their class.
    """
    if value is None:
        return 0.0
    match item.type:
        case "single" | "boolean":
            return 1.0 if value == item.key else 0.0
        case "multiple" | "span":
            key, chosen = set(item.key), set(value)
            return max(0.0, (len(chosen & key) - len(chosen - key)) / len(key))
        case "ordering":
            return sum(a == b for a, b in zip(value, item.key, strict=True)) / len(item.key)
        case "sorting":
            return sum(value.get(c) == k for c, k in item.key.items()) / len(item.key)
    raise ValueError(f"unknown item type {item.type}")


def is_right(item: Item, value) -> bool:
    """Whether the response is wholly right: what a knock-out asks for."""
    return grade(item, value) == 1.0


def shown_order(item: Item, seed: int | str) -> tuple[str, ...]:
    """The order in which choices are shown: shuffled from the seed, except where order has a meaning.

    Ordering items are never shown already in order.
    """
    choices = list(item.choice_ids)
    if item.type in ("boolean", "span"):
        return tuple(choices)
    shuffler = random.Random(f"{seed}:{item.id}")
    shuffler.shuffle(choices)
    while item.type == "ordering" and choices == list(item.key):
        shuffler.shuffle(choices)
    return tuple(choices)


def is_right_scenario(scenario: Scenario, verdict: str, spans: list[str]) -> bool:
    """Publish or not is right when the verdict is, and for a post to hold when a problem's segment is marked and
    no sound one is."""
    if verdict != scenario.key:
        return False
    if scenario.key == "publish":
        return True
    return bool(spans) and set(spans) <= set(scenario.spans)
