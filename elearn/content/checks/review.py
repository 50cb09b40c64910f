"""What every check looks at: all documents at once, and the place where a fault is written down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from .. import loader
from .. import types as t
from ..files import Fault, Files


class Review:
    """All documents, loaded without company values, and the faults found so far."""

    def __init__(self, folder: Mapping[str, Mapping[str, str]]):
        self.folder = folder
        self.objects: dict[str, object] = {}
        self.faults: dict[str, set[Fault]] = {}
        for document, files in folder.items():
            self.objects[document], faults = loader.load(document, files)
            self.faults[document] = set(faults)

    def fault(self, document: str, file: str, line: int, sentence: str) -> None:
        """Write down a fault of this document."""
        self.faults[document].add(Fault(file, line, sentence))

    def fault_near(self, document: str, file: str, near: str, sentence: str) -> None:
        """The same, at the line that opens with ``near``."""
        self.fault(document, file, Files(self.folder[document]).line(file, near), sentence)

    @property
    def courses(self) -> Iterator[tuple[str, t.Course]]:
        """(document, course) of every course that could be read."""
        return ((d, o) for d, o in self.objects.items() if isinstance(o, t.Course))

    @property
    def quizzes(self) -> Iterator[tuple[str, t.Quiz]]:
        """(document, quiz) of every quiz that could be read."""
        return ((d, o) for d, o in self.objects.items() if isinstance(o, t.Quiz))

    # What may be cited. None: the document that would say it is broken, so that no citation can be judged.

    @cached_property
    def articles(self) -> frozenset[int] | None:
        """Numbers of the charter's articles."""
        if "charter" not in self.objects:
            return frozenset()
        charter = self.objects["charter"]
        return frozenset(a.number for a in charter.articles) if charter and charter.articles else None

    @cached_property
    def terms(self) -> frozenset[str] | None:
        """Ids of the glossary's terms."""
        if "glossary" not in self.objects:
            return frozenset()
        terms = self.objects["glossary"]
        return frozenset(term.id for term in terms) if terms else None

    @cached_property
    def pages(self) -> frozenset[str] | None:
        """Slugs of loose pages."""
        if "pages" not in self.objects:
            return frozenset()
        pages = self.objects["pages"]
        return frozenset(pages) if pages else None

    def lessons(self, course: str) -> frozenset[str] | None:
        """Slugs of a course's lessons."""
        if f"course:{course}" not in self.objects:
            return frozenset()
        found = self.objects[f"course:{course}"]
        return frozenset(lesson.slug for lesson in found.lessons) if found and found.lessons else None

    def is_article(self, number) -> bool:
        """Whether the charter has this article, or cannot say."""
        if self.articles is None:
            return True
        return isinstance(number, int) and not isinstance(number, bool) and number in self.articles

    def bank_file(self, document: str) -> str:
        """The file of a quiz's keys."""
        return next((p for p in self.folder[document] if "/banks/" in p and p.count(".") == 1), f"quizzes/{document}")

    def lines_opening(self, document: str, file: str, near: str) -> list[int]:
        """Every line that opens with ``near``."""
        return Files(self.folder[document]).lines(file, near)

    def keys_of(self, document: str, file: str) -> list[tuple[str, int]]:
        """(key, line) of the first level of a YAML file."""
        lines = enumerate(self.folder[document].get(file, "").splitlines(), 1)
        return [
            (m.group(1), number) for number, line in lines if (m := re.match(r"[\"']?([\w-]+)[\"']?:(?:\s|$)", line))
        ]

    def stem(self, document: str, slug: str) -> str:
        """The path of a lesson's or an article's files without suffix: ``mfa`` → ``courses/security/04-mfa``."""
        folder = f"courses/{document.removeprefix('course:')}"
        of_slug = re.compile(rf"({re.escape(folder)}/(?:\d+-)?{re.escape(slug)})\.\w\w\.md")
        return next(
            (m.group(1) for path in self.folder[document] if (m := of_slug.fullmatch(path))), f"{folder}/{slug}"
        )
