"""Items and scenarios, from their keys and their words in each language."""

from __future__ import annotations

from . import types as t
from .files import Files


def _missing_words(source: Files, id_: str, keys_file: str, words_file: str) -> None:
    """Said where the id stands: the place where its words are missing has no line."""
    if words_file in source.files:
        source.fault(keys_file, f"{id_} n’a pas de mots dans {words_file.rsplit('/', 1)[1]}.", f"id: {id_}")


def load_item(
    data: dict, words: dict[str, dict], source: Files, keys_file: str, words_files: dict[str, str]
) -> t.Item | None:
    """One item from its keys and its words in each language."""
    id_ = str(data.get("id", ""))
    if not id_:
        source.fault(keys_file, "une question n’a pas d’`id`.")
        return None
    classes = tuple(str(c) for c in data.get("classes") or ())
    by_language = t.Words()
    for language, all_words in words.items():
        if isinstance(own := all_words.get(id_), dict):
            by_language[language] = _item_words(id_, own, classes, source, words_files[language])
        else:
            _missing_words(source, id_, keys_file, words_files[language])
    if "fr" not in by_language:
        return None
    for language, own in by_language.items():
        if list(own.choices) != list(by_language["fr"].choices):
            sentence = f"les choix de {id_} ne sont pas ceux du français, dans le même ordre."
            source.fault(words_files[language], sentence, f"{id_}:")
    type_, key = str(data.get("type", "")), data.get("key")
    if isinstance(key, list):
        key = [str(k) for k in key]
    elif isinstance(key, dict):
        key = {str(k): str(v) for k, v in key.items()}
    else:
        key = str(key)
    sentence = _key_fault(type_, key, list(by_language["fr"].choices), classes)
    if sentence:
        source.fault(keys_file, f"{id_} : {sentence}", f"id: {id_}")
        return None
    if data.get("difficulty") not in (1, 2, 3):
        source.fault(keys_file, f"{id_} : la difficulté est 1, 2 ou 3.", f"id: {id_}")
        return None
    return t.Item(
        id=id_,
        type=type_,
        key=key,
        difficulty=data["difficulty"],
        words=by_language,
        article=data.get("article"),
        lesson=data.get("lesson"),
        family=data.get("family"),
        classes=classes,
    )


def _key_fault(type_: str, key, choices: list[str], classes: tuple[str, ...]) -> str | None:
    known = set(choices)
    match type_:
        case "single":
            ok = isinstance(key, str) and key in known and len(choices) >= 3
        case "boolean":
            ok = key in ("t", "f") and known == {"t", "f"}
        case "multiple":
            ok = isinstance(key, list) and set(key) < known and len(key) >= 2
        case "span":
            ok = isinstance(key, list) and key and set(key) < known
        case "ordering":
            ok = isinstance(key, list) and sorted(key) == sorted(choices) and len(choices) >= 3
        case "sorting":
            ok = isinstance(key, dict) and set(key) == known and set(key.values()) <= set(classes) and len(classes) > 1
        case _:
            return f"le type « {type_} » n’existe pas."
    return None if ok else "la clé ne correspond pas aux choix (voir quizzes/README.md)."


def _item_words(id_: str, own: dict, classes: tuple[str, ...], source: Files, file: str) -> t.ItemWords:
    """The words of an item in one language; every choice has its feedback, every class its name."""
    choices = {str(k): str(v) for k, v in (own.get("choices") or {}).items()}
    feedback = {str(k): str(v) for k, v in (own.get("feedback") or {}).items()}
    source.need(own, "prompt", file, id_)
    for choice, text in choices.items():
        if not text.strip():
            source.fault(file, f"le choix {choice} de {id_} est vide.", f"{id_}:")
        if not feedback.get(choice):
            source.fault(file, f"le choix {choice} de {id_} n’a pas d’explication.", f"{id_}:")
    labels = {str(k): str(v) for k, v in (own.get("classes") or {}).items()}
    if set(labels) != set(classes):
        source.fault(file, f"les classes de {id_} ne sont pas celles de ses clés.", f"{id_}:")
    return t.ItemWords(
        str(own.get("prompt", "")),
        choices,
        feedback,
        {c: labels.get(c, c) for c in classes},
        str(own.get("author", "")),
        str(own.get("network", "")),
    )


def load_scenario(data: dict, words: dict[str, dict], source: Files, keys_file: str, words_files: dict[str, str]):
    """One "publish or not?" scenario."""
    id_ = str(data.get("id", ""))
    by_language = t.Words()
    for language, all_words in words.items():
        own = all_words.get(id_)
        if not isinstance(own, dict):
            _missing_words(source, id_, keys_file, words_files[language])
            continue
        for name in ("context", "author", "segments", "why"):
            source.need(own, name, words_files[language], id_)
        feedback = own.get("feedback") or {}
        if not isinstance(feedback, dict) or not feedback.get("publish") or not feedback.get("hold"):
            source.fault(words_files[language], f"{id_} doit expliquer `publish` et `hold`.", f"{id_}:")
            feedback = {}
        by_language[language] = t.ScenarioWords(
            str(own.get("context", "")),
            str(own.get("author", "")),
            str(own.get("network", "")),
            {str(k): str(v) for k, v in (own.get("segments") or {}).items()},
            {str(k): str(v) for k, v in feedback.items()},
            str(own.get("why", "")),
            str(own.get("better") or ""),
        )
    if "fr" not in by_language:
        return None
    key, spans = str(data.get("key", "")), tuple(str(s) for s in data.get("spans") or ())
    if key not in ("publish", "hold") or (key == "hold") != bool(spans):
        source.fault(keys_file, f"{id_} : `key` est publish (sans spans) ou hold (avec spans).", f"id: {id_}")
    for language, own in by_language.items():
        if not set(spans) <= set(own.segments) or set(own.segments) != set(by_language["fr"].segments):
            source.fault(words_files[language], f"les segments de {id_} ne correspondent pas à ses clés.", f"{id_}:")
    return t.Scenario(id_, key, spans, data.get("article"), str(data.get("slip", "none")), by_language)
