"""Rendering: a message becomes a subject, an HTML part and a text part, in its reader's language.

One template per kind extends ``notifications/mail.html`` and fills its blocks; the text part is drawn from the same
blocks, so that the two can never say different things.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from html.parser import HTMLParser

from flask import current_app
from flask_babel import force_locale
from markupsafe import Markup

from ..content.service import get_site
from . import digests
from .digests import DIGEST
from .jobs import register_job
from .kinds import Kind, Reader, find_readers, get_kind, register_kind
from .models import Message


@dataclass(frozen=True)
class Rendered:
    """A message as it is read. ``body`` is HTML for our own pages, ``why`` says why it came, ``html`` is the whole mail."""

    title: str
    subject: str
    body: Markup
    why: str
    text: str
    html: str
    path: str | None
    action: str
    language: str


def register() -> None:
    """The digest of what waited: one mail a day, which the application does not list, since it lists what it sums up."""
    register_kind(DIGEST, variables=show_digest, mandatory=True, in_app=False)
    register_job("notifications.digest", digests.work, every=dt.timedelta(minutes=5))


MOST = 30
"""Lines of a digest: beyond, the application is the place to read them."""


def show_digest(message, language: str) -> dict | None:
    """(subject, how many, page) of what waits unread, oldest first, and how many more; nothing to say when all was read
    or settled meanwhile. Several of one subject are one line, which leads to the list."""
    waiting = digests.list_unread(message.ids["messages"])
    reader = find_readers([message.person_id]).get(message.person_id)
    shown = [render(each, reader, language) for each in waiting[:MOST]] if reader else []
    own = page_path("notifications.own")
    paths: dict[str, list[str]] = {}
    for each in filter(None, shown):
        paths.setdefault(each.subject, []).append(each.path or own)
    if not paths:
        return None
    lines = [(subject, len(found), found[0] if len(found) == 1 else own) for subject, found in paths.items()]
    more = max(len(waiting) - MOST, 0)
    return {"lines": lines, "more": more, "count": sum(map(len, paths.values())) + more, "path": own}


def page_path(endpoint: str, **values) -> str:
    """The path of one of our pages, outside of any request too; for ``variables`` functions of every room."""
    return current_app.url_map.bind("localhost").build(endpoint, values)


def render(message: Message, reader: Reader, language: str | None = None) -> Rendered | None:
    """The message in its reader's language; None when its kind has nothing left to say."""
    kind = get_kind(message.kind)
    language = language or reader.language
    with force_locale(language):
        variables = kind.variables(message, language)
        if variables is None:
            return None
        return _render(kind, {"reader": reader, "message": message, **variables}, language)


def render_sample(kind: str, reader: Reader, message: Message, variables: dict, language: str) -> Rendered:
    """A kind of message with invented variables instead of rows: for the author's previews."""
    with force_locale(language):
        return _render(get_kind(kind), {"reader": reader, "message": message, **variables}, language)


def title_of(kind: str) -> str:
    """What a kind is about, in the present language, without asking the database anything: for lists."""
    try:
        template = current_app.jinja_env.get_template(get_kind(kind).template)
    except KeyError:
        return ""
    # The block alone, without the frame around it, whose subject may need variables that no list has.
    context = template.new_context({})
    return _one_line("".join(context.blocks["title"][0](context))) if "title" in context.blocks else ""


def _render(kind: Kind, variables: dict, language: str) -> Rendered:
    settings = get_site().settings
    template = current_app.jinja_env.get_template(kind.template)
    base = current_app.config["BASE_URL"]
    choices = f"{base}{page_path('notifications.choices')}" if kind.is_optional or kind.name == DIGEST else ""
    common = {"language": language, "company": settings, "base_url": base, "path": None, "choices_link": choices}
    common["role"] = kind.role
    context = {**common, **variables}
    body = Markup(_block(template, "body", context).strip())
    action = _one_line(_block(template, "action", context)) if context["path"] else ""
    subject = _one_line(_block(template, "subject", context))
    link = f"{base}{context['path']}" if context["path"] else ""
    why = _block(template, "foot", context)
    foot = to_text(why + _block(template, "choice", context))
    text = "\n\n".join(filter(None, [to_text(body), f"{action}\n{link}" if link else "", "-- ", foot]))
    html = template.render({**context, "subject_line": subject, "action_label": action, "link": link})
    return Rendered(
        title=_one_line(_block(template, "title", context)),
        subject=subject,
        body=body,
        why=to_text(why),
        text=text.replace("-- \n\n", "-- \n") + "\n",
        html=html,
        path=context["path"],
        action=action,
        language=language,
    )


def _block(template, name: str, context: dict) -> str:
    """One block of a template, or of the templates it extends."""
    made = template.new_context(dict(context))
    # A child's blocks only know their parents' once the child has begun to render.
    for _chunk in template.root_render_func(made):
        break
    return "".join(made.blocks[name][0](made)) if name in made.blocks else ""


def _one_line(html: str) -> str:
    """Text of one line: no header can be forged by what a name contains."""
    return " ".join(to_text(html).split())


class _Text(HTMLParser):
    """Reads HTML of our own templates as plain text: paragraphs, lists, links with their address."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts, self.link = [], ""

    def handle_starttag(self, tag, attrs):
        """Paragraphs are set apart, list rows get a dash, a link's address is kept for its end."""
        if tag in ("p", "h1", "h2", "h3", "ul", "ol", "table", "blockquote"):
            self.parts.append("\n\n")
        elif tag in ("li", "tr"):
            self.parts.append("\n- ")
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "a":
            self.link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag):
        """A link's address follows its words."""
        if tag == "a" and self.link:
            self.parts.append(f" ({self.link})")
            self.link = ""

    def handle_data(self, data):
        """Words; the line breaks of the source mean nothing."""
        self.parts.append(re.sub(r"[ \t\n]+", " ", data))


def as_lines(words: str) -> Markup:
    """What somebody wrote, its line breaks kept: in HTML, and so in the text drawn from it."""
    return Markup("<br>").join(words.splitlines())


def to_text(html: str) -> str:
    """The plain text of a piece of HTML."""
    reader = _Text()
    reader.feed(str(html))
    reader.close()
    lines = [line.strip(" ") for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n ")
