"""Previews with invented people: every mail, every certificate, before anybody receives one."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import yaml
from flask import Response, abort, current_app, make_response, render_template, url_for
from jinja2 import UndefinedError, meta

from ...content.service import get_document
from ...credentials import printing
from ...credentials.pdf import render_pdf
from ...credentials.rules import last_valid_day
from ...db import utcnow
from ...errors import NotFound
from ...i18n import LANGUAGE_NAMES, _l, language
from ...notifications.kinds import Reader, get_kind, list_kinds
from ...notifications.messages import render_sample
from ...notifications.models import Message
from ...web import CONTENT_SECURITY_POLICY, get_site
from .. import queries
from ..views import _language, blueprint, guard
from . import samples

MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


@blueprint.get("/author/previews")
@guard
def previews():
    """The list: awards, then kinds of message by the name their readers see."""
    site = get_site()
    awards = [document.partition(":")[2] for document in site.current if document.startswith("award:")]
    return render_template(
        "authoring/previews.html",
        awards=[(slug, site.award(slug)) for slug in awards],
        kinds=sorted(((_title(kind.name, language(), site.revision), kind) for kind in list_kinds()), key=_by_title),
        language_names=LANGUAGE_NAMES,
    )


def _message(kind: str) -> Message:
    """A message that stands in no table."""
    return Message(id=0, kind=kind, ids={}, created_at=utcnow())


def _sample(kind: str, lang: str):
    """One kind of message, rendered for somebody invented."""
    try:
        template = get_kind(kind).template
    except KeyError:
        raise NotFound(_l("Ce message n’existe pas.")) from None
    reader = Reader(samples.READER[lang], "eleonore@example.org", lang, True)
    try:
        return render_sample(kind, reader, _message(kind), samples.variables_of(lang, _wanted(template)), lang)
    except (UndefinedError, AttributeError, TypeError, ValueError):
        # A kind newer than the samples: the others are shown all the same.
        raise NotFound(_l("Ce message n’a pas encore d’exemple.")) from None


@lru_cache(maxsize=256)
def _title(kind: str, lang: str, revision: int) -> str:
    """What a kind is about; its name where no sample fits it. Kept as long as the company's name is what it is."""
    try:
        return _sample(kind, lang).title
    except NotFound:
        return kind


def _by_title(pair) -> str:
    return pair[0]


def _wanted(template: str) -> set[str]:
    """The variables that a mail's own template uses, beside what every mail has."""
    environment = current_app.jinja_env
    source, _path, _fresh = environment.loader.get_source(environment, template)
    given = {"reader", "message", "language", "company", "base_url", "link", *environment.globals}
    return meta.find_undeclared_variables(environment.parse(source)) - given


@blueprint.get("/author/previews/mails/<kind>")
@guard
def mail_preview(kind):
    """One mail in a frame that may do nothing, and its text."""
    lang = _language()
    page = render_template(
        "authoring/mail.html",
        kind=get_kind(kind) if any(k.name == kind for k in list_kinds()) else abort(404),
        rendered=_sample(kind, lang),
        lang=lang,
        readings=[
            (code, name, url_for(".mail_preview", kind=kind, lang=code)) for code, name in LANGUAGE_NAMES.items()
        ],
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


@blueprint.get("/author/previews/mails/<kind>/html")
@guard
def mail_preview_html(kind):
    """The HTML part alone, under a policy of its own."""
    response = Response(_sample(kind, _language()).html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response


@blueprint.get("/author/previews/certificates/<award>.pdf")
@guard
def certificate_preview(award):
    """The certificate of an award, printed for the person of its ``sample.yaml``."""
    edition = get_site().current.get(f"award:{award}")
    if edition is None:
        raise NotFound(_l("Ce certificat n’est pas publié."))
    lang, found = _language(), get_document(edition[0])
    sample = _read_sample(queries.get_files(edition[0]).get(f"certificates/{award}/sample.yaml", ""))
    settings = get_site().settings
    facts = printing.Facts(
        name=str(sample.get("name") or samples.READER[lang]),
        company=settings["name"],
        brand=settings["brand"],
        issued_on=_day(sample.get("issued_on"), samples.DAY),
        expires_on=_day(sample.get("expires_on"), last_valid_day(samples.DAY, found.validity_months)),
        charter_edition=int(sample.get("charter_edition") or 1),
    )
    logo = settings.get("logo")
    html = printing.draw(
        found,
        printing.words_of(found, facts, lang),
        str(sample.get("public_id") or "samp2e345678abcdefghjk"),
        lang,
        current_app.config["BASE_URL"],
        f"data:{logo['type']};base64,{logo['data']}" if logo else None,
    )
    response = Response(render_pdf(html, found.theme), mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="certificate-preview.pdf"'
    return response


def _read_sample(text: str) -> dict:
    """The sample of an award; nothing where it is missing or broken, and the defaults are printed."""
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _day(value, default: dt.date) -> dt.date:
    return value if isinstance(value, dt.date) else default
