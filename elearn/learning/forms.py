"""The shape of what learners send: the placement's answers, a response to a check."""

from __future__ import annotations

from ..content.items import read_response
from ..content.types import Item, Placement, Scenario
from ..errors import Invalid
from ..i18n import _, _l
from .rules import ATTITUDE, COMFORT, KNOWLEDGE, RANGES, USE, Answers


def read_placement(placement: Placement, form) -> tuple[Answers | None, dict[str, str], dict[str, str]]:
    """Read the questionnaire: (answers, what was given by item id, faults by item id). Answers are None when a
    required one is missing; nothing is ever stored."""
    blocks: dict[str, dict[str, int]] = {USE: {}, KNOWLEDGE: {}, ATTITUDE: {}, COMFORT: {}}
    given, faults = {}, {}
    for item in placement.items:
        raw = form.get(item.id, "")
        if raw not in item.words.of("fr")["choices"]:
            if item.block in (USE, KNOWLEDGE):
                faults[item.id] = _("Choisissez une réponse.")
            continue
        given[item.id] = raw
        if item.block == KNOWLEDGE:
            blocks[KNOWLEDGE][item.id] = int(raw == item.key)
            continue
        value = int(raw)
        low, high = RANGES[item.block]
        blocks[item.block][item.id] = (low + high - value) if item.reversed else value
    answers = None if faults else Answers(blocks[USE], blocks[KNOWLEDGE], blocks[ATTITUDE], blocks[COMFORT])
    return answers, given, faults


def read_check(thing: Item | Scenario, form):
    """The response to one check; raises Invalid, with a sentence for the person, when there is none."""
    if isinstance(thing, Item):
        value = read_response(thing, form.getlist)
        if value is None:
            raise Invalid(_l("Donnez d’abord une réponse."))
        return value
    verdict = form.get(f"scenario-{thing.id}", "")
    spans = sorted({s for s in form.getlist(f"scenario-{thing.id}-span") if s in thing.words.of("fr").segments})
    if verdict not in ("publish", "hold"):
        raise Invalid(_l("Dites d’abord si vous publieriez."))
    return {"verdict": verdict, "spans": spans}
