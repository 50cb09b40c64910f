"""Where words stand in files: passages with their lines, Markdown blocks as their author wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from ..files import FRONT_MATTER, YamlLoader

OPENS = re.compile(r"^(/{3,})\s*([\w-]+)\s*(?:\|\s*(.*))?$")
CODE = re.compile(r"`[^`]*`")
CLOSES = re.compile(r"^(/{3,})\s*$")


@dataclass(frozen=True)
class Passage:
    """Words that somebody will read, with the lines where they stand."""

    first: int
    last: int
    text: str


@dataclass
class Block:
    """A ``/// name`` block. ``options`` is None where its option lines are no readable YAML."""

    name: str
    title: str
    line: int
    options: dict[str, str] | None = field(default_factory=dict)
    closed: bool = False


@dataclass
class Page:
    """A Markdown file read line by line: what learners see, without authors' notes."""

    front: list[Passage] = field(default_factory=list)
    body_line: int = 1
    lines: list[Passage] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    strays: list[int] = field(default_factory=list)
    """Lines that close a block nobody opened."""

    @property
    def passages(self) -> list[Passage]:
        """Everything that is read by somebody."""
        return self.front + self.lines


def read_page(text: str) -> Page:
    """Read a Markdown file."""
    page, body = Page(), text
    match = FRONT_MATTER.match(text)
    if match:
        page.front = list(yaml_passages(match.group(1), 2))
        body = match.group(2)
        page.body_line = text[: match.start(2)].count("\n") + 1
    stack: list[Block] = []
    options: list[str] | None = None
    for number, line in enumerate(body.splitlines(), page.body_line):
        if options is not None:
            if line.startswith("    ") and line.strip():
                options.append(line)
                continue
            _read_options(page, stack, options, number - len(options))
            options = None
        if opened := OPENS.match(line):
            block = Block(opened.group(2), opened.group(3) or "", number)
            page.blocks.append(block)
            stack.append(block)
            options = []
            if block.title and not _is_hidden(stack):
                page.lines.append(Passage(number, number, block.title))
        elif CLOSES.match(line):
            if stack:
                stack.pop().closed = True
            else:
                page.strays.append(number)
        elif line.strip() and not _is_hidden(stack):
            page.lines.append(Passage(number, number, line))
    return page


def _is_hidden(stack: list[Block]) -> bool:
    return any(block.name == "author" for block in stack)


def _read_options(page: Page, stack: list[Block], options: list[str], first: int) -> None:
    if not options:
        return
    text = "\n".join(line[4:] for line in options)
    try:
        found = yaml.load(text, YamlLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        found = None
    stack[-1].options = {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else None
    if not _is_hidden(stack):
        page.lines += yaml_passages(text, first)


def yaml_passages(text: str, first_line: int = 1) -> Iterator[Passage]:
    """The texts of a YAML file, never its keys; nothing where it cannot be read (its loader says so)."""
    try:
        root = yaml.compose(text, YamlLoader)
    except (yaml.YAMLError, RecursionError):
        return
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            waiting += [value for _key, value in reversed(node.value)]
        elif isinstance(node, yaml.SequenceNode):
            waiting += reversed(node.value)
        elif node.value:
            first, last = node.start_mark.line, node.end_mark.line
            yield Passage(first + first_line, last + first_line, node.value)


def passages(path: str, text: str) -> list[Passage]:
    """Everything that somebody reads in a file of words; nothing for files of keys."""
    if not (".fr." in path or ".en." in path):
        return []
    if path.endswith(".md"):
        return read_page(text).passages
    return list(yaml_passages(text)) if path.endswith(".yaml") else []


def line_of(text: str, passage: Passage, snippet: str) -> int:
    """The line of a passage in which this piece of it stands."""
    lines = text.splitlines()
    for number in range(passage.first, min(passage.last, len(lines)) + 1):
        if snippet and snippet in lines[number - 1]:
            return number
    return passage.first
