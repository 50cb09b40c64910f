"""Markdown and drawings from any hand: rendering never fails, and nothing forbidden comes through."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elearn.content.markup import SVG_ATTRIBUTES, SVG_TAGS, anchor, clean_svg, plain_text, render, target_of

pytestmark = pytest.mark.pure

DRAWING = '<svg viewBox="0 0 10 10"><rect class="f-brand" width="4" height="4"/></svg>'
FORBIDDEN = {"script", "style", "iframe", "object", "embed", "img", "form", "input", "button", "link", "meta", "base"}


class Reader(HTMLParser):
    """Collects every element and attribute that a browser would see."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        """Each opening tag, as a browser reads it."""
        self.found.append((tag, dict(attrs)))


def check_harmless(html: str) -> None:
    """No element that acts, no handler, no style, no address but the platform's own."""
    reader = Reader()
    reader.feed(html)
    for tag, attributes in reader.found:
        assert tag not in FORBIDDEN, html
        for name, value in attributes.items():
            assert not name.startswith("on"), html
            assert name != "style", html
            if name in ("href", "src", "action", "xlink:href"):
                assert re.match(r"/(?![/\\])|#|mailto:|tel:", value or ""), html


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>x</script></svg>",
    "<a href='javascript:alert(1)' onclick=x>a</a>",
    "<div style='position:fixed'>a</div>",
    "<iframe src=https://x.example></iframe>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](data:text/html,<script>x</script>)",
    "[a](//other.example)",
    "[a](/\\other.example)",
    "[a](https://other.example)",
    '[a](lesson:x" onmouseover="x)',
    "[a]: javascript:x\n\n[a]",
    "<javascript:x>",
    "![a](https://other.example/pixel.png)",
    '/// figure | "><script>x</script>\n    src: drawing\n    alt: "\\" onload=\\"x"\n\nx\n///',
    '/// figure | a\n    src: "\\"><script>x</script>"\n    alt: b\n\nx\n///',
    "/// post | <b onclick=x>\nx\n///",
    '<div class="figure-picture" data-alt="a" data-figure="drawing"></div>',
    '<div class="figure-picture" data-alt="<script>" data-figure="<script>"></div>',
    "<!--\n/// author\n--><script>x</script>",
    "<![CDATA[<script>x</script>]]>",
    "<?php x ?>",
    "\x02klzzwxh:0000\x03<script>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless(text):
    """Scripts, handlers, styles, frames and other hosts do not come through."""
    check_harmless(render(text, {"drawing": DRAWING}).html)


@pytest.mark.parametrize(
    "text",
    [
        "> " * 3000 + "x",
        "".join("    " * depth + "- a\n" for depth in range(200)),
        "a\n: b\n" * 500,
        "[" * 3000,
        "<div>" * 10_000,
        "*" * 5000 + "a",
        "\t" * 3000 + "x",
        "| " * 3000 + "\n|" + "-|" * 3000,
        "".join("/" * (3 + depth) + " note\n\n" for depth in range(200)),
        "/// fact | x\n    date: [\n\nx",
        "/// figure",
        "///",
        "/// author\nnever closed",
        "#" * 5000,
        "",
    ],
    ids=range(15),
)
def test_nesting_past_all_sense_is_rendered(text):
    """Deep or unclosed, a text is shown somehow and in time; what comes next is rendered as ever."""
    check_harmless(render(text).html)
    plain_text(text)
    assert render("## Un titre\n\nUn *mot*.").html == '<h2 id="un-titre">Un titre</h2>\n<p>Un <em>mot</em>.</p>'


PIECES = st.sampled_from(
    [
        *HOSTILE,
        *"<>[]()*_`#|/:!&\"'\\ \n\t-=+.",
        "/// fact | x\n",
        "///\n",
        "    src: drawing\n",
        "    alt: x\n",
        "\n\n",
    ]
    + ["## a\n", "- a\n", "> a\n", "1. a\n", "|a|b|\n|-|-|\n", "term:x", "javascript:", "https://x.example", "&#106;"]
)
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=25).map("".join)


@settings(max_examples=250, deadline=None)
@given(TEXTS, st.sampled_from(["fr", "en"]))
def test_rendering_never_fails_nor_lets_anything_through(text, language):
    """Whatever an author types or pastes."""
    rendered = render(text, {"drawing": DRAWING}, language)
    check_harmless(rendered.html)
    assert isinstance(plain_text(text), str)


ATTRIBUTES = st.sampled_from(
    ['onload="x()"', 'style="x"', 'href="javascript:x"', 'xlink:href="#a"', 'fill="url(#a)"', 'class="btn"']
    + ['class="f-ink"', 'x="1"', 'viewBox="0 0 9 9"', 'd="M0 0"', 'src="//x.example"', "broken"]
)
TAGS = st.sampled_from(
    ["svg", "g", "path", "text", "script", "style", "image", "use", "a", "foreignObject", "animate", "set", "title"]
)
DRAWINGS = st.recursive(
    st.just("") | st.text("<>&\"' ab", max_size=5),
    lambda inner: st.builds(
        lambda tag, attributes, children: f"<{tag} {' '.join(attributes)}>{''.join(children)}</{tag}>",
        TAGS,
        st.lists(ATTRIBUTES, max_size=3, unique=True),
        st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)


@settings(max_examples=250, deadline=None)
@given(DRAWINGS, st.booleans())
def test_drawings_keep_only_what_draws(inside, framed):
    """Elements, attributes and classes of the short list, whatever the drawing holds; else nothing at all."""
    source = f'<svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">{inside}</svg>' if framed else inside
    kept = clean_svg(source)
    check_harmless(kept)
    names = {name.lower() for name in SVG_ATTRIBUTES} | {"aria-hidden", "focusable", "xmlns"}
    reader = Reader()
    reader.feed(kept)
    for tag, attributes in reader.found:
        assert tag in SVG_TAGS
        assert set(attributes) <= names


@pytest.mark.parametrize(
    "source",
    [
        '<svg viewBox="0 0 1 1">' + "<g>" * 5000 + "</g>" * 5000 + "</svg>",
        '<!DOCTYPE svg [<!ENTITY a "' + "a" * 50 + '">]><svg viewBox="0 0 1 1"><text>&a;</text></svg>',
        '<?xml version="1.0" encoding="utf-16"?><svg viewBox="0 0 1 1"/>',
        "<svg viewBox='0'>\x00</svg>",
        "<svg>",
        "\ud800",
    ],
    ids=["deep", "entities", "encoding", "null", "broken", "surrogate"],
)
def test_strange_drawings_do_not_fail(source):
    """Deep, with entities, broken: at most the start of it is shown."""
    assert len(clean_svg(source)) < 1000


# --- What is meant to come through ----------------------------------------------------------------------------


def test_internal_links_lead_to_their_pages():
    """Each kind of link has its address and a class that tells it."""
    html = render("[a](article:7) [b](lesson:security/mfa) [c](term:ambassador) [d](page:crisis-card)").html
    assert '<a href="/charter#article-7" class="link-article">a</a>' in html
    assert 'href="/courses/security/mfa"' in html
    assert 'href="/glossary#ambassador"' in html
    assert 'href="/pages/crisis-card"' in html
    assert target_of("summary:") == "/charter/summary"
    assert target_of("https://x.example") is None


def test_blocks_of_a_lesson():
    """A fact is dated and sourced, a figure has its alternative, an author's note is shown to nobody."""
    text = (
        "/// fact | 12 %\n    date: 2010\n    source: Un observatoire\n    mark: checked\n\nCe que cela dit.\n///\n\n"
        "/// figure | Un rond\n    src: drawing\n    alt: Un rond rouge.\n\nEn mots.\n///\n\n"
        "/// author\nUn secret d’auteur.\n///\n"
    )
    html = render(text, {"drawing": DRAWING}).html
    assert "Un observatoire · 2010 · recoupé" in html
    assert 'role="img" aria-label="Un rond rouge."><svg' in html
    assert "secret" not in html
    assert "cross-checked" in render(text, {}, "en").html
    assert plain_text(text).split() == ["12", "%", "Ce", "que", "cela", "dit.", "Un", "rond", "En", "mots."]


def test_headings_give_the_contents():
    """Second-level headings, with anchors without accents."""
    assert render("## Qui voit quoi ?\n\n### Détail\n\n## Après").headings == (
        ("qui-voit-quoi", "Qui voit quoi ?"),
        ("apres", "Après"),
    )
    assert anchor("???") == "section"


def test_tables_have_headers_that_say_so():
    """Column headers have their scope, and a wide table scrolls by itself."""
    html = render("| a | b |\n|---|---|\n| c | d |").html
    assert '<th scope="col">a</th>' in html
    assert 'tabindex="0"><table class="table">' in html
