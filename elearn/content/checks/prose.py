"""Markdown texts: their blocks, facts, figures and links, their length, and the same parts in both languages."""

from __future__ import annotations

import re
from collections import Counter

from .. import types as t
from ..files import FRONT_MATTER
from ..loader import MARKS, figures_of
from ..markup import BLOCK_NAMES, render, target_of
from ..measures import count_words
from .review import Review
from .source import CODE, Page, read_page

LESSON_WORDS = (600, 1000)
ARTICLE_WORDS = (120, 250)
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]*)[^)]*\)")
REFERENCE = re.compile(r"^\s{0,3}\[[^\]]+\]:\s*(\S+)|<((?:https?|mailto):[^>]+)>")
TAG = re.compile(r"<[a-zA-Z/!][^>]*>?")


def check(review: Review) -> None:
    """Every Markdown file, then the lengths that a kind of text has."""
    for document, files in review.folder.items():
        pages = {path: read_page(text) for path, text in files.items() if path.endswith(".md")}
        for path, page in pages.items():
            _check_blocks(review, document, path, page)
            _check_lines(review, document, path, page)
            _check_rendering(review, document, path, page)
            french = pages.get(path.replace(".en.md", ".fr.md"))
            if path.endswith(".en.md") and french:
                _check_alike(review, document, path, page, french)
    _check_lengths(review)


# --- Blocks ---------------------------------------------------------------------------------------------------


def _check_blocks(review: Review, document: str, path: str, page: Page) -> None:
    for number in page.strays:
        review.fault(document, path, number, "`///` ferme un bloc que rien n’ouvre.")
    for block in page.blocks:
        if block.name not in BLOCK_NAMES:
            review.fault(document, path, block.line, f"le bloc « {block.name} » n’existe pas.")
        elif not block.closed:
            review.fault(document, path, block.line, f"le bloc « {block.name} » n’est pas refermé par `///`.")
        elif block.options is None:
            review.fault(document, path, block.line, f"les options du bloc « {block.name} » ne se lisent pas.")
        elif block.name == "fact":
            _check_fact(review, document, path, block)
        elif block.name == "figure":
            _check_figure(review, document, path, block)


def _check_fact(review: Review, document: str, path: str, block) -> None:
    for name, sentence in (("date", "un fait a une date."), ("source", "un fait a une source.")):
        if not block.options.get(name, "").strip():
            review.fault(document, path, block.line, sentence)
    if block.options.get("mark") not in MARKS:
        review.fault(document, path, block.line, f"un fait a `mark` : {', '.join(MARKS)}.")
    if not block.title.strip():
        review.fault(document, path, block.line, "un fait a un titre, après `|`.")


def _check_figure(review: Review, document: str, path: str, block) -> None:
    if len(block.options.get("alt", "").strip()) < 10:
        review.fault(document, path, block.line, "la figure n’a pas d’alternative (`alt`), une phrase qui la remplace.")
    language = path.rsplit(".", 2)[1]
    src = block.options.get("src", "")
    if src not in figures_of(review.folder[document], path.rsplit("/", 1)[0], language):
        review.fault(document, path, block.line, f"la figure « {src} » n’existe pas en {language}.")


# --- Lines ----------------------------------------------------------------------------------------------------


def _check_lines(review: Review, document: str, path: str, page: Page) -> None:
    for passage in page.lines:
        text = CODE.sub("", passage.text)
        for image, link in LINK.findall(text):
            sentence = "une image se met dans un bloc figure." if image else _link_fault(review, link)
            if sentence:
                review.fault(document, path, passage.first, sentence)
        for match in REFERENCE.finditer(text):
            link = match.group(1) or match.group(2)
            if sentence := _link_fault(review, link):
                review.fault(document, path, passage.first, sentence)
        if TAG.search(REFERENCE.sub("", text)):
            review.fault(document, path, passage.first, "pas de HTML dans un texte.")
        if re.match(r"#(?!#)", text):
            review.fault(document, path, passage.first, "les titres d’un texte commencent à `##`.")


def _link_fault(review: Review, link: str) -> str | None:
    """What is wrong with a link; links lead to what the platform itself shows."""
    if target_of(link) is None:
        return f"le lien « {link} » n’est pas un lien interne (article:, lesson:, term:, page:, summary:)."
    kind, _, rest = link.partition(":")
    course, _, lesson = rest.partition("/")
    match kind:
        case "article":
            found = review.is_article(int(rest) if rest.isascii() and rest.isdigit() else None)
        case "term":
            found = review.terms is None or rest in review.terms
        case "page" | "card":
            found = review.pages is None or rest in review.pages
        case "lesson":
            slugs = review.lessons(course)
            found = slugs is None or lesson in slugs
        case _:
            found = rest == ""
    if found:
        return None
    return f"« {rest} » n’est pas dans le glossaire." if kind == "term" else f"le lien « {link} » ne mène nulle part."


# --- The whole text -------------------------------------------------------------------------------------------


def _check_rendering(review: Review, document: str, path: str, page: Page) -> None:
    """What is written as a block must come out as one: otherwise slashes and options would be shown."""
    if page.strays or any(b.name not in BLOCK_NAMES or not b.closed or b.options is None for b in page.blocks):
        return  # Said already, where it stands.
    text = review.folder[document][path]
    match = FRONT_MATTER.match(text)
    html = render(match.group(2) if match else text).html
    for name, count in Counter(b.name for b in page.blocks if b.name != "author").items():
        if html.count(f'class="block block-{name}"') != count:
            line = next(b.line for b in page.blocks if b.name == name)
            sentence = (
                f"un bloc « {name} » n’est pas compris : ligne vide avant lui, options en retrait de quatre espaces."
            )
            review.fault(document, path, line, sentence)


def _check_alike(review: Review, document: str, path: str, page: Page, french: Page) -> None:
    for what, count in (
        ("titres de section", lambda p: sum(1 for line in p.lines if re.match(r"##(?!#)", line.text))),
        ("blocs", lambda p: sum(1 for block in p.blocks if block.name != "author")),
        ("figures", lambda p: sum(1 for block in p.blocks if block.name == "figure")),
        ("faits", lambda p: sum(1 for block in p.blocks if block.name == "fact")),
    ):
        here, there = count(page), count(french)
        if here != there:
            sentence = f"{here} {what} ici, {there} en français : une partie n’est pas traduite."
            review.fault(document, path, page.body_line, sentence)


def _check_lengths(review: Review) -> None:
    for document, course in review.courses:
        for lesson in course.lessons:
            _check_length(review, document, review.stem(document, lesson.slug), lesson.words, LESSON_WORDS, "une leçon")
    charter = review.objects.get("charter")
    for article in charter.articles if charter else ():
        _check_length(
            review, "charter", review.stem("charter", article.slug), article.words, ARTICLE_WORDS, "un article"
        )


def _check_length(review: Review, document: str, stem: str, words: t.Words, bounds, what: str) -> None:
    for language, own in words.items():
        path, count = f"{stem}.{language}.md", count_words(own.body.text)
        if path in review.folder[document] and not bounds[0] <= count <= bounds[1]:
            page = read_page(review.folder[document][path])
            sentence = f"{count} mots : {what} en a de {bounds[0]} à {bounds[1]}."
            review.fault(document, path, page.body_line, sentence)
