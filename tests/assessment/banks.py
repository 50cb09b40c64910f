"""A small bank of every item type, for tests that must not move when authors write."""

from __future__ import annotations

from elearn.content.types import Item, ItemWords, Quiz, QuizWords, Words

LETTERS = "abcdef"
SHAPES = {
    "single": ("abcd", "b"),
    "multiple": ("abcd", ["a", "c"]),
    "boolean": ("tf", "f"),
    "ordering": ("abc", ["b", "c", "a"]),
    "sorting": ("abcd", {"a": "x", "b": "y", "c": "x", "d": "y"}),
    "span": ("abc", ["b"]),
}
WRONG = {
    "single": "a",
    "multiple": ["b"],
    "boolean": "t",
    "ordering": ["a", "b", "c"],
    "sorting": {"a": "y", "b": "x", "c": "y", "d": "x"},
    "span": ["a"],
}


def make_item(id_: str, type_: str = "single", article: int = 1, family: str | None = None) -> Item:
    """An item of this type, with its words."""
    choices, key = SHAPES[type_]
    words = ItemWords(
        f"Question {id_}",
        {c: f"Choix {c} de {id_}" for c in choices},
        {c: f"Parce que {c}" for c in choices},
        {"x": "Classe x", "y": "Classe y"} if type_ == "sorting" else {},
        "Camille, technicienne" if type_ == "span" else "",
        "LinkedIn" if type_ == "span" else "",
    )
    classes = ("x", "y") if type_ == "sorting" else ()
    return Item(id_, type_, key, 2, Words(fr=words, en=words), article=article, family=family, classes=classes)


def make_quiz(bank, **values) -> Quiz:
    """A quiz over these items."""
    values.setdefault("items", 6)
    values.setdefault("pass_percent", 80)
    values.setdefault("time_limit_minutes", None)
    values.setdefault("edition_id", 1)
    words = Words(fr=QuizWords("Quiz", "Essai"), en=QuizWords("Quiz", "Trial"))
    return Quiz("charter", tuple(bank), cover="article", attempts=3, pause_hours=24, words=words, **values)


def right(item: Item):
    """The response that is wholly right."""
    return item.key


def wrong(item: Item):
    """A response that earns nothing or little."""
    choices = item.choice_ids
    match item.type:
        case "single" | "boolean":
            return next(c for c in choices if c != item.key)
        case "multiple" | "span":
            return [next(c for c in choices if c not in item.key)]
        case "ordering":
            return [*item.key[1:], item.key[0]]
    return {c: next(k for k in item.classes if k != item.key[c]) for c in choices}


def fields(item: Item, value) -> dict[str, object]:
    """A response as the fields of a form."""
    name = f"item-{item.id}"
    if item.type == "ordering":
        return {f"{name}-{choice}": [str(place)] for place, choice in enumerate(value, 1)}
    if item.type == "sorting":
        return {f"{name}-{choice}": [class_] for choice, class_ in value.items()}
    return {name: value if isinstance(value, list) else [value]}
