"""The shape of what attempt pages send: the same fields, by a form or by the page's own script."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from zlib import crc32

from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from ..content.items import read_response
from ..content.types import Item
from ..errors import Invalid
from ..i18n import _l

MARK = "was-"


def mark_of(value) -> str:
    """A short mark of a response: a page carries it beside each item, so that what nobody touched on that page is
    told from what was changed there. Nothing given has an empty mark."""
    if not value:
        return ""
    return f"{crc32(json.dumps(value, sort_keys=True).encode()):08x}"


def read_form(items: Iterable[Item], form, sequence: int) -> tuple[dict[str, tuple[object, int]], dict[str, object]]:
    """Read the items of a page: (item → (value, sequence) of what was changed there, item → sentence of a fault).

    A page opened before another tab saved newer responses never sends its older ones back: they bear their mark.
    """
    given, faults = {}, {}
    for item in items:
        if MARK + item.id not in form:
            continue
        try:
            value = read_response(item, form.getlist)
        except Invalid as refusal:
            faults[item.id] = refusal.sentence
            continue
        if mark_of(value) != form[MARK + item.id]:
            given[item.id] = (value, sequence)
    return given, faults


def read_saves(by_id: Mapping[str, Item], data) -> tuple[dict[str, tuple[object, int]], dict[str, object]]:
    """Read what the script sends: ``{"responses": [{"item": …, "fields": {name: [values]}, "sequence": …}]}``.

    Fields are those of the form, read by the same function. Raises Invalid where the shape is not that.
    """
    wrong = Invalid(_l("Cet envoi n’a pas été compris. Rechargez la page."))
    saves = data.get("responses") if isinstance(data, dict) else None
    if not isinstance(saves, list) or not 0 < len(saves) <= 200:
        raise wrong
    given, faults = {}, {}
    for save in saves:
        if not isinstance(save, dict) or not isinstance(save.get("fields"), dict):
            raise wrong
        item, sequence = (
            by_id.get(save.get("item")) if isinstance(save.get("item"), str) else None,
            save.get("sequence"),
        )
        if item is None or not isinstance(sequence, int) or isinstance(sequence, bool) or not 0 <= sequence < 2**53:
            raise wrong
        try:
            given[item.id] = (read_response(item, _values_of(save["fields"])), sequence)
        except Invalid as refusal:
            faults[item.id] = refusal.sentence
    return given, faults


def _values_of(fields: dict) -> Callable[[str], list[str]]:
    """A form's ``getlist`` over a mapping that came as JSON: strings only."""

    def getlist(name: str) -> list[str]:
        values = fields.get(name)
        return [v for v in values if isinstance(v, str)] if isinstance(values, list) else []

    return getlist


class ContestForm(FlaskForm):
    """What one finds wrong, in one's own words."""

    words = TextAreaField(
        _l("Ce qui vous paraît faux ou ambigu"),
        [
            InputRequired(_l("Dites ce qui vous paraît faux ou ambigu : une phrase suffit.")),
            Length(max=2_000, message=_l("C’est trop long : deux mille signes au plus.")),
        ],
        render_kw={"rows": 6},
    )
