"""The learner's home, search, loose pages, and the small things every page needs."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, session
from flask_login import current_user
from sqlalchemy import text

from .. import brand
from ..ambassadors.desk.queries import Queue
from ..ambassadors.queries import get_covers, get_open_application, get_open_mandate
from ..credentials import queries as credentials
from ..credentials.rules import AWARD
from ..db import db, transaction, utcnow
from ..errors import NotFound
from ..help.queries import find_public
from ..i18n import _l, company_day, language, list_offered
from ..permissions import Permission, public, signed_in
from ..web import get_site, safe_next
from . import journey, queries, search

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@signed_in
def home():
    """One next step, what is done, what is left, how many minutes it takes."""
    site = get_site()
    progress = credentials.get_progress(current_user.id, award=site.award(AWARD))
    path, done, places = queries.get_learning(current_user.id)
    facts = journey.Facts(
        path=site.course(path) if path else None,
        security=site.course("security"),
        charter=site.charter,
        quizzes={slug: site.quiz(slug) for slug in ("charter", "security")},
        fulfilled=frozenset(r for r in REQUIREMENTS if progress.is_done(r)),
        done=done,
        places=places,
        has_certificate=progress.credential is not None and progress.credential.cycle == progress.cycle,
        lang=language(),
    )
    line = journey.steps(facts)
    return render_template(
        "home/home.html",
        line=line,
        next_step=journey.next_step(facts, line),
        minutes_left=journey.minutes_left(line),
        facts=facts,
        credential=progress.credential,
        credential_valid=credentials.is_valid(progress.credential, company_day(utcnow())),
        cycle=progress.cycle,
        volunteering=get_volunteering() if progress.credential else None,
        waiting=count_waiting(site.settings["answer_days"]),
        lang=language(),
    )


def get_volunteering() -> str | None:
    """Whether the reader has a status, or asks for one; for their own eyes."""
    if get_open_mandate(current_user.id):
        return "status"
    return "application" if get_open_application(current_user.id) else None


def count_waiting(answer_days: int) -> tuple[int, int]:
    """How many things wait at a referent's desk, and how many of these are late: one may open the home page only."""
    if not current_user.may(Permission.REFERENT_APPLICATIONS):
        return 0, 0
    now = utcnow()
    counts, late = Queue(current_user.id, get_covers(company_day(now)), now, answer_days).count()
    return sum(counts.values()), late


REQUIREMENTS = ("path", "charter-signature", "charter-quiz", "security-lessons", "security-quiz")


@blueprint.post("/language")
@public
def set_language():
    """The interface's language: kept with the account when signed in, with the browser otherwise."""
    chosen = request.form.get("language", "")
    if chosen in list_offered():
        session["language"] = chosen
        if current_user.is_authenticated:
            from ..people.service import set_language as keep

            person_id = current_user.id
            with transaction():
                keep(person_id, chosen)
    return redirect(safe_next(request.form.get("next")), 303)


@blueprint.get("/search")
@signed_in
def find():
    """Search over lessons, charter, glossary, pages and public answers."""
    query = request.args.get("q", "").strip()[: search.MAX_QUERY]
    words = search.words_of(query)
    hits, total = search.find(get_site(), language(), words, find_public(words))
    return render_template("home/search.html", query=query, hits=hits, total=total)


# --- Loose pages ----------------------------------------------------------------------------------------------


def _get_page(slug: str):
    page = get_site().pages.get(slug)
    if page is None:
        raise NotFound(_l("Cette page n’existe pas, ou n’est plus publiée."))
    return page


@blueprint.get("/pages/<slug>")
@public
def page(slug):
    """A loose page: a card to print, a legal page. Some are for signed-in people only."""
    page = _get_page(slug)
    if not page.public and not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()
    return render_template("home/page.html", page=page, words=page.words.of(language()))


@blueprint.get("/help")
@public
def help():
    """Whom to call and how to get in, for who is not signed in too."""
    page = _get_page("help")
    return render_template("home/page.html", page=page, words=page.words.of(language()))


@blueprint.get("/pages/<slug>.pdf")
@public
def page_pdf(slug):
    """A card, on paper."""
    page = _get_page(slug)
    if not page.print:
        raise NotFound(_l("Cette page ne s’imprime pas à part."))
    if not page.public and not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()
    words = page.words.of(language())
    return _pdf(words.title, words.body.html, f"{slug}.pdf")


@blueprint.get("/charter/summary.pdf")
@signed_in
def charter_summary_pdf():
    """The charter on one page, on paper."""
    charter = get_site().charter
    if charter is None:
        raise NotFound(_l("La charte n’est pas encore publiée."))
    words = charter.words.of(language())
    return _pdf(words.summary_title, words.summary.html, "charte.pdf" if language() == "fr" else "charter.pdf")


def _pdf(title: str, html: str, name: str) -> Response:
    from ..credentials.pdf import render_document

    data = render_document(title, html, language(), get_site().settings["name"])
    return Response(data, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


# --- What every page needs ------------------------------------------------------------------------------------


@blueprint.get("/brand.css")
@public
def brand_css():
    """The company's colour as a stylesheet; its address carries the revision, so it may be cached for ever."""
    response = Response(brand.stylesheet(get_site().settings["brand"]), mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if request.args.get("v") else "no-cache"
    return response


@blueprint.get("/logo")
@public
def logo():
    """The company's logo, from the settings: a data URI of an image checked when it was received."""
    import base64

    kept = get_site().settings.get("logo")
    if not kept:
        abort(404)
    kind, data = kept["type"], base64.b64decode(kept["data"])
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Security-Policy": "default-src 'none'"}
    return Response(data, mimetype=kind, headers=headers)


@blueprint.get("/healthz")
@public
def health():
    """200 when the database answers."""
    db.session.execute(text("SELECT 1"))
    return {"status": "ok"}


@blueprint.get("/robots.txt")
@public
def robots():
    """Nothing here is for search engines."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


@blueprint.get("/favicon.ico")
@public
def favicon():
    """Browsers ask for it by habit; the page names the real one."""
    from ..web import asset

    return redirect(asset("favicon.svg"), 302)


@blueprint.get("/dev/style")
@public
def style():
    """Every part of the house on one page; in development only."""
    if current_app.config["ENV"] == "production":
        abort(404)
    return render_template("home/style.html")
