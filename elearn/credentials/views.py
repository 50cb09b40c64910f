"""Pages of a person's certificate, its PDF, and what anyone may verify."""

from __future__ import annotations

from flask import Blueprint, current_app, g, make_response, redirect, render_template, request, url_for
from flask_babel import refresh
from flask_login import current_user

from ..content.service import get_document
from ..content.types import LANGUAGES
from ..db import utcnow
from ..errors import Gone, NotFound
from ..i18n import _, _l, company_day, language
from ..permissions import public, signed_in
from ..web import get_site
from . import printing, queries, rules
from .pdf import render_pdf

blueprint = Blueprint("credentials", __name__)

PARTS = {
    "path": (lambda: _("Votre parcours"), "/"),
    "charter-signature": (lambda: _("La charte, lue et comprise"), "/charter#sign"),
    "charter-quiz": (lambda: _("Le quiz de la charte"), "/quizzes/charter"),
    "security-lessons": (lambda: _("Les leçons de sécurité"), "/courses/security"),
    "security-quiz": (lambda: _("Le quiz de la sécurité"), "/quizzes/security"),
}
"""Requirement → its name, and where it is met."""


@blueprint.after_request
def keep_out_of_indexes(response):
    """Nothing of this room belongs in a search engine, error pages included."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def _base_url() -> str:
    return current_app.config["BASE_URL"]


def _logo() -> str | None:
    """The company's present logo as a picture URI: looks belong to the day of drawing, words to the day of issue."""
    kept = get_site().settings.get("logo")
    return f"data:{kept['type']};base64,{kept['data']}" if kept else None


@blueprint.get("/certificate")
@signed_in
def mine():
    """One's own certificate: to download, share, print; or what is left before it."""
    progress = queries.get_progress(current_user.id, utcnow())
    credential, today = progress.credential, company_day(utcnow())
    return render_template(
        "credentials/mine.html",
        progress=progress,
        credential=credential,
        words=credential.words[language()] if credential else None,
        standing=rules.standing(credential.expires_on, credential.revoked_at, today) if credential else None,
        renewing=bool(credential) and progress.cycle > credential.cycle,
        steps=_steps(progress),
        former=queries.list_credentials(current_user.id)[1:] if progress.cycle > 1 else [],
        is_valid=lambda each: queries.is_valid(each, today),
        verify_url=f"{_base_url()}{url_for('.verify', public_id=credential.public_id)}" if credential else None,
    )


@blueprint.app_context_processor
def offer_own_credential() -> dict:
    """For the page of one's account: the latest certificate, asked for there alone."""
    return {"get_own_credential": lambda: queries.get_latest_credential(current_user.id)}


def _steps(progress: queries.Progress) -> list[dict]:
    """What the present cycle asks for, as a line to walk; the first that is missing is where one is."""
    steps, here = [], True
    for requirement in progress.required:
        label, url = PARTS.get(requirement, (lambda name=requirement: name, None))
        done = progress.is_done(requirement)
        state = "done" if done else "here" if here else "ahead"
        here = here and done
        steps.append({"title": label(), "url": url, "state": state})
    return steps


@blueprint.get("/credentials/<public_id>.pdf")
@public
def pdf(public_id):
    """The certificate as a tagged PDF, for whoever was given its address; ``?lang=`` chooses the language."""
    credential = get_credential(public_id)
    if credential.revoked_at is not None:
        raise Gone(_l("Ce certificat a été retiré. Sa page de vérification dit depuis quand."))
    chosen = request.args.get("lang")
    chosen = chosen if chosen in LANGUAGES else credential.language
    award = get_document(credential.award_edition_id)
    html = printing.draw(award, credential.words[chosen], credential.public_id, chosen, _base_url(), _logo())
    response = make_response(render_pdf(html, award.theme))
    way = "attachment" if request.args.get("download") else "inline"
    name = {"fr": "certificat", "en": "certificate"}[chosen]
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Language"] = chosen
    response.headers["Content-Disposition"] = f'{way}; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/verify")
@public
def verify_code():
    """Where a code is typed, by whoever holds it on paper."""
    code = rules.read_public_id(request.args.get("code", "")[:200])
    if code:
        return redirect(url_for(".verify", public_id=code), 303)
    return render_template("credentials/verify_code.html", code="", error="")


@blueprint.get("/verify/<public_id>")
@public
def verify(public_id):
    """What anyone may know of a certificate they were shown: name, award, dates, charter edition, valid or not. A code
    that is not one stays in its field, to be compared and typed again."""
    if request.args.get("lang") in LANGUAGES:
        g.locale = request.args["lang"]
        refresh()
    try:
        credential = get_credential(public_id)
    except NotFound as unknown:
        return render_template("credentials/verify_code.html", code=public_id[:60], error=unknown.sentence), 404
    standing = rules.standing(credential.expires_on, credential.revoked_at, company_day(utcnow()))
    return render_template(
        "credentials/verify.html",
        credential=credential,
        words=credential.words[language()],
        standing=standing,
        today=company_day(utcnow()),
        other="en" if language() == "fr" else "fr",
    )


def get_credential(public_id: str):
    """The credential of a public id, or the same 404 for nonsense, for a mistyped code and for an erased person."""
    credential = queries.get_by_public_id(public_id) if rules.is_public_id(public_id) else None
    if credential is None or not credential.words:
        raise NotFound(
            _l("Aucun certificat ne porte ce code. Comparez-le, signe par signe, avec celui qui est imprimé.")
        )
    return credential


from .desk import views as _desk  # noqa: E402,F401  The administrator's pages belong to this blueprint.
