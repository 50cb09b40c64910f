"""The ladder, and the few habits that a machine can check."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from elearn import ROOMS
from elearn.config import ROOT
from elearn.translate import merge

pytestmark = pytest.mark.pure

PACKAGE = ROOT / "elearn"
SEES_ALL = {"__init__.py", "demo", "start.py"}
"""Only these may know every room."""
KERNEL_REACHES_DOWN = {"web.py": {"people", "content", "home"}}
"""The request's frame asks three rooms by name, inside functions: who signs in, what is published, the navigation."""
FLASK_HOMES = {"views.py", "forms.py", "commands.py", "messages.py", "jobs.py"}


def modules():
    return [p for p in sorted(PACKAGE.rglob("*.py")) if "migrations" not in p.parts]


def imports(path: Path):
    """(module imported, absolute from elearn) of every import statement, at any depth."""
    package = ("elearn", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = ".".join([*base, node.module] if node.module else base)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "elearn" and parts[1] in ROOMS else None


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_rooms_import_only_downward_on_the_list(path):
    """A room imports the kernel and the rooms listed above it, never below."""
    where = path.relative_to(PACKAGE)
    reached = {room for module in imports(path) if (room := room_of(module))}
    if len(where.parts) == 1 or where.parts[0] in SEES_ALL:
        allowed = set(ROOMS) if where.parts[0] in SEES_ALL else KERNEL_REACHES_DOWN.get(where.name, set())
        if where.name == "operations.py":
            allowed = set()
    else:
        allowed = set(ROOMS[: ROOMS.index(where.parts[0]) + 1])
    assert reached <= allowed


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_flask_stays_in_views_forms_and_commands(path):
    """Rules, services and queries know nothing of requests."""
    where = path.relative_to(PACKAGE)
    if len(where.parts) == 1 or where.name in FLASK_HOMES or where.as_posix() == "home/navigation.py":
        return
    flask = {m.split(".")[0] for m in imports(path)} & {"flask", "flask_login", "flask_wtf", "wtforms"}
    assert not flask or (where.name == "models.py" and flask == {"flask_login"})


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_only_the_kernel_commits(path):
    """One unit of work: services flush, views open the transaction, db.py commits."""
    if path.name == "db.py" and path.parent == PACKAGE:
        return
    assert not re.search(r"\.session\.commit\(|session\(\)\.commit\(", path.read_text("utf-8"))


def test_rules_are_pure():
    """No session, no clock in rules: the present moment is an argument."""
    for path in PACKAGE.rglob("rules.py"):
        text = path.read_text("utf-8")
        assert not re.search(r"db\.session|utcnow\(|\.now\(\)|\.today\(\)", text), path


def test_public_functions_say_what_they_do():
    """Every module and public definition opens with a docstring."""
    bare = []
    for path in modules():
        tree = ast.parse(path.read_text("utf-8"))
        nodes = [tree] + [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
        bare += [
            f"{path.relative_to(PACKAGE)}:{getattr(n, 'name', '')}"
            for n in nodes
            if not getattr(n, "name", "").startswith("_") and not ast.get_docstring(n)
        ]
    assert not bare


def test_templates_open_with_their_variables():
    """Each template says first what it needs."""
    bare = [p.name for p in (ROOT / "templates").rglob("*.html") if not p.read_text("utf-8").startswith("{#")]
    assert not bare


def test_no_inline_style_or_script():
    """The content security policy has no exception, so no template may need one."""
    pages = [p for p in (ROOT / "templates").rglob("*.html") if p.parent.name != "notifications"]
    for path in pages:  # A mail is no page: its readers know no stylesheet.
        text = path.read_text("utf-8")
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*\bsrc=)", text), path


KEYWORDS = {"_": None, "_l": None, "_n": (1, 2), "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}


def messages():
    options = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
    method = [("elearn/**.py", "python"), ("templates/**.html", "jinja2")]
    for name, line, message, *_rest in extract_from_dir(str(ROOT), method, options_map=options, keywords=KEYWORDS):
        yield name, line, message


def test_every_sentence_has_its_english():
    """French sentences are the ids; each has an English one, with the same placeholders."""
    catalog = merge()
    missing, wrong = [], []
    for name, line, message in messages():
        id_ = message[0] if isinstance(message, tuple) else message
        found = catalog.get(id_)
        if found is None or not found.string:
            missing.append(f"{name}:{line}: {id_}")
            continue
        for english in found.string if isinstance(found.string, tuple) else (found.string,):
            if not set(re.findall(r"%\(\w+\)s", english)) <= set(re.findall(r"%\(\w+\)s", str(message))):
                wrong.append(f"{name}:{line}: {id_}")
    assert not missing, "\n".join(missing)
    assert not wrong, "\n".join(wrong)


def test_every_translation_is_of_a_sentence():
    """A sentence that is gone from the code is gone from the catalogues."""
    said = {message[0] if isinstance(message, tuple) else message for _name, _line, message in messages()}
    kept = {m.id[0] if isinstance(m.id, tuple) else m.id for m in merge() if m.id}
    assert not kept - said


def test_french_sentences_keep_their_typography():
    """No-break spaces before double punctuation and inside guillemets, typographic apostrophes, no exclamation mark."""
    bad = []
    for name, line, message in messages():
        for sentence in message if isinstance(message, tuple) else (message,):
            if sentence and re.search(r" [:;?»]|« |\w'\w|!", sentence):
                bad.append(f"{name}:{line}: {sentence}")
    assert not bad, "\n".join(bad)


def test_nothing_shown_labels_people():
    """« Objecteur » and « réticent » are shown to nobody."""
    for _name, _line, message in messages():
        assert not re.search(r"objecteur|réticent", str(message), re.I)
