"""The files of documents as authors leave them, and the faults found in them. Reads the disk; knows no objects."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

YamlLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.S)
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
PLACEHOLDERS = ("company", "contact_referent", "contact_press", "contact_security", "contact_dpo", "oncall")
SUFFIXES = (".yaml", ".md", ".svg", ".html", ".css")
UNREADABLE = "\ufffd"
"""What stands where a file was not UTF-8."""


@dataclass(frozen=True, order=True)
class Fault:
    """Something that keeps a document from being published: ``file:line: sentence``."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class Files:
    """The files of one document, with the faults found while reading them and the company values to fill in."""

    def __init__(self, files: Mapping[str, str], values: Mapping[str, str] | None = None):
        self.files = dict(files)
        self.values = values or {}
        self.faults: list[Fault] = []
        self._yaml: dict[str, object] = {}

    def fault(self, file: str, sentence: str, near: str | None = None) -> None:
        """Record a fault, at the line where ``near`` stands."""
        self.faults.append(Fault(file, self.line(file, near), sentence))

    def line(self, file: str, near: str | None) -> int:
        """The first line that opens with ``near`` (a key, or ``id: …``, in a list or not); 1 when there is none."""
        return next(iter(self.lines(file, near)), 1) if near else 1

    def lines(self, file: str, near: str) -> list[int]:
        """Every line that opens with ``near``."""
        opens = re.compile(rf"\s*(?:- )?\s*\{{?\s*{re.escape(near)}(?![\w-])")
        return [n for n, line in enumerate(self.files.get(file, "").splitlines(), 1) if opens.match(line)]

    def fill(self, value, file: str):
        """Put the company values in the place of ``{{company}}`` and its like, at any depth.

        ``values`` may have a word by language, as ``oncall.en``; the file's own language decides.
        """
        if isinstance(value, str):
            if "{{" not in value:
                return value
            language = "en" if ".en." in file else "fr"
            return PLACEHOLDER.sub(
                lambda m: self.values.get(f"{m.group(1)}.{language}") or self.values.get(m.group(1), m.group(0)), value
            )
        if isinstance(value, list):
            return [self.fill(v, file) for v in value]
        if isinstance(value, dict):
            return {k: self.fill(v, file) for k, v in value.items()}
        return value

    def yaml(self, file: str, kind: type = dict):
        """Read a YAML file; an empty object of ``kind`` where it is missing or broken."""
        if file in self._yaml:
            return self._yaml[file]
        result = kind()
        if file not in self.files:
            self.fault(file, "ce fichier manque.")
        else:
            loaded = self._parse(self.files[file], file, 1)
            if isinstance(loaded, kind):
                result = self.fill(loaded, file)
            elif loaded is not None or not self.files[file].strip():
                self.fault(file, f"ce fichier doit contenir {'une liste' if kind is list else 'des clés'}.")
        self._yaml[file] = result
        return result

    def _parse(self, text: str, file: str, first_line: int):
        """Read YAML; a fault at its true line, and None, where it cannot be read."""
        try:
            return yaml.load(text, YamlLoader)
        except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date such as 2020-13-45.
            mark = getattr(error, "problem_mark", None)
            line = first_line + mark.line if mark else first_line
            self.faults.append(Fault(file, line, f"YAML illisible : {getattr(error, 'problem', None) or error}."))
            return None

    def page(self, file: str) -> tuple[dict, str]:
        """Read a Markdown file: its front matter and its body."""
        if file not in self.files:
            self.fault(file, "ce fichier manque.")
            return {}, ""
        match = FRONT_MATTER.match(self.files[file])
        if not match:
            self.fault(file, "l’en-tête entre deux lignes `---` manque.")
            return {}, self.files[file]
        front = self._parse(match.group(1), file, 2)
        return self.fill(front if isinstance(front, dict) else {}, file), self.fill(match.group(2).strip(), file)

    def need(self, data: dict, name: str, file: str, near: str | None = None, default=""):
        """A value that must be there; a fault and the default where it is not. A missing file is one fault, not ten."""
        if not isinstance(data, dict) or data.get(name) in (None, "", []):
            if file in self.files:
                self.fault(file, f"il manque `{name}`{f' à {near}' if near else ''}.", near)
            return default
        return data[name]

    def need_list(self, data: dict, name: str, file: str, near: str | None = None) -> tuple[str, ...]:
        """A list of texts that must be there."""
        value = self.need(data, name, file, near, default=[])
        if not isinstance(value, list) or any(isinstance(v, dict | list) or v is None for v in value):
            self.fault(file, f"`{name}` est une liste de textes (une ligne `- …` par texte).", name + ":")
            return ()
        return tuple(str(v) for v in value)

    def need_number(self, data: dict, name: str, file: str, default: int) -> int:
        """A whole number that must be there."""
        value = self.need(data, name, file, default=default)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(file, f"`{name}` est un nombre entier.", name + ":")
            return default
        return value


def read_folder(root: Path, overlay: Path | None = None) -> dict[str, dict[str, str]]:
    """Every document with its files, the company's folder laid over the shipped one document by document."""
    documents = _documents_of(root)
    if overlay:
        documents.update(_documents_of(overlay))
    return documents


def _documents_of(root: Path) -> dict[str, dict[str, str]]:
    documents: dict[str, dict[str, str]] = {}

    def add(document: str, path: Path) -> None:
        if path.suffix in SUFFIXES and path.is_file():
            documents.setdefault(document, {})[path.relative_to(root).as_posix()] = _read(path)

    for folder in sorted((root / "courses").glob("*/")):
        name = folder.name
        document = name if name in ("charter", "pages", "glossary", "briefs") else f"course:{name}"
        for path in sorted(folder.rglob("*")):
            add(document, path)
    for quiz in sorted((root / "quizzes").glob("*.yaml")):
        if "." in quiz.stem:
            continue
        document = "placement" if quiz.stem == "placement" else f"quiz:{quiz.stem}"
        for path in sorted((root / "quizzes").glob(f"{quiz.stem}.*")):
            add(document, path)
        for path in sorted((root / "quizzes" / "banks").glob(f"{_bank_of(quiz)}.*")):
            add(document, path)
    for folder in sorted((root / "certificates").glob("*/")):
        for path in sorted(folder.rglob("*")):
            add(f"award:{folder.name}", path)
    return documents


def _read(path: Path) -> str:
    """The text of a file whatever editor wrote it: no byte-order mark, one kind of line end."""
    return path.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n")


def _bank_of(quiz: Path) -> str:
    """The name of a quiz's bank; a file that cannot be read has none, and its loader says why."""
    try:
        head = yaml.load(_read(quiz), YamlLoader)
    except (yaml.YAMLError, ValueError):
        return "-"
    bank = head.get("bank") if isinstance(head, dict) else None
    return bank if isinstance(bank, str) and re.fullmatch(r"[\w-]+", bank) else "-"


def digest_of(files: Mapping[str, str]) -> str:
    """SHA-256 over paths and texts, in order: what makes an edition new."""
    total = hashlib.sha256()
    for path in sorted(files):
        for part in (path, files[path]):
            data = part.encode()
            total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()
