"""What an administrator decides about somebody's account: close it or open it again, give a role or take it back, take a
lost second factor away. Each is read on a panel first, with what follows from it, and confirmed there."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from ...db import transaction, utcnow
from ...errors import Invalid, Refusal
from ...i18n import _, _n
from ...permissions import Permission, Role, permission_required
from ...web import say
from .. import rules, second_factor, service, settings
from ..desk import queries, words
from ..desk.forms import DecisionForm
from ..models import Person
from ..queries import count_team, list_holders, list_roles
from ..rules import SECOND_FACTOR_GRACE, SECOND_FACTOR_ROLES
from ..views import blueprint

PEOPLE = permission_required(Permission.ADMIN_PEOPLE)


@dataclass(frozen=True)
class Panel:
    """What stands on the panel of one decision."""

    act: str
    title: str
    what: str
    why: str
    consequences: list[str]
    button: str
    done: str
    anchor: str
    is_grave: bool = False
    asks: str = ""
    """The question that has to be answered before; the reason is free where there is none."""
    leads: str = ""
    """Where it leads once done; to the account, where nothing is said."""


def _decide(person: Person, panel: Panel, act):
    """Show the panel, or, confirmed, do ``act(reason)``; what is refused is said on the panel."""
    form = DecisionForm()
    public_id, status, refusal = person.public_id, 200, ""
    if panel.asks:
        form.reason.label.text = panel.asks
    if request.method == "POST":
        status = 422
        if form.validate() and form.act.data == panel.act:
            try:
                with transaction():
                    act(form.reason.data or "")
                say(panel.done)
                return redirect(panel.leads or url_for(".admin_person", public_id=public_id) + panel.anchor, 303)
            except Refusal as refused:
                status, person = refused.status, queries.get_person(public_id)
                if panel.asks and isinstance(refused, Invalid):
                    form.reason.errors = [refused.sentence]
                else:
                    refusal = refused.sentence
        elif not form.errors:
            refusal = _("Ce compte a changé entre-temps. Voici ce que vous pouvez décider maintenant.")
    form.act.data = panel.act
    return render_template("people/admin_decide.html", person=person, panel=panel, form=form, refusal=refusal), status


# --- Closing, opening again -----------------------------------------------------------------------------------


@blueprint.route("/admin/people/<public_id>/state", methods=["GET", "POST"])
@PEOPLE
def admin_state(public_id: str):
    """Close an account, or open it again."""
    person, by_id = queries.get_person(public_id), current_user.id
    person_id = person.id
    rules.check_not_own_account(person_id, by_id)
    if person.erased_at is not None:
        raise Refusal(_("Ce compte a été effacé ; il faut en créer un nouveau."))
    if person.closed_at is None:
        return _decide(
            person, _closing(person), lambda why: service.close_person(person_id, utcnow(), by_id, reason=why)
        )
    return _decide(person, _opening(person), lambda why: service.reopen_person(person_id, utcnow(), by_id, reason=why))


def _closing(person: Person) -> Panel:
    held, team, referents = _say_roles(person), count_team(person.id), list_holders(Role.REFERENT)
    said = [
        _("Le compte n’est plus compté dans le suivi RH, et ne reçoit plus de message."),
        _("Parcours et certificat sont gardés : la personne les retrouve si son compte est rouvert."),
        _("Un statut d’ambassadeur, s’il y en a un, prend fin."),
    ]
    if held:
        said.append(
            _(
                "Ses rôles restent attachés au compte (%(roles)s) : retirez-les d’abord s’ils ne doivent pas revenir avec lui.",
                roles=held,
            )
        )
    if referents == {person.id}:
        said.append(_last_referent())
    if settings.is_on_duty(person):
        said.append(_on_duty())
    if team:
        said.append(
            _n(
                "Une personne l’a pour responsable : donnez-lui-en une autre.",
                "%(num)s personnes l’ont pour responsable : donnez-leur-en une autre.",
                team,
            )
        )
    return Panel(
        "close",
        _("Fermer le compte de %(name)s", name=person.name),
        _("La personne ne peut plus se connecter ; ses sessions se ferment tout de suite, partout."),
        _("On ferme le compte de quelqu’un qui part. Pour un congé ou une absence, il peut rester ouvert."),
        said,
        _("Fermer le compte"),
        _("Le compte est fermé, et ses sessions avec lui."),
        "",
        is_grave=True,
    )


def _opening(person: Person) -> Panel:
    held = _say_roles(person)
    said = [
        _("La personne retrouve son parcours et son certificat, et elle est de nouveau comptée dans le suivi RH."),
        _("Un statut d’ambassadeur qui a pris fin ne revient pas : il se redemande."),
    ]
    if held:
        said.append(_("Ses rôles reviennent avec le compte : %(roles)s.", roles=held))
    return Panel(
        "reopen",
        _("Rouvrir le compte de %(name)s", name=person.name),
        _("La personne se connecte de nouveau, avec le mot de passe qu’elle avait."),
        _("On rouvre le compte de quelqu’un qui revient, ou qui a été fermé par erreur."),
        said,
        _("Rouvrir le compte"),
        _("Le compte est rouvert."),
        "",
    )


def _last_referent() -> str:
    return _("C’est le dernier référent : plus personne ne répondra aux demandes ni aux questions.")


def _on_duty() -> str:
    return _("Elle est d’astreinte : les alertes ne l’atteindront plus. Nommez quelqu’un d’autre dans les réglages.")


def _say_roles(person: Person) -> str:
    return ", ".join(str(words.ROLES[name]) for name in sorted(list_roles(person.id)))


# --- Roles ----------------------------------------------------------------------------------------------------


@blueprint.route("/admin/people/<public_id>/roles/<name>", methods=["GET", "POST"])
@PEOPLE
def admin_roles(public_id: str, name: str):
    """Give a role, or take it back."""
    person, by_id = queries.get_person(public_id), current_user.id
    if name not in words.ROLES:
        raise Invalid(_("Ce rôle n’existe pas."))
    if not person.is_active:
        raise Refusal(_("Ce compte est fermé. Rouvrez-le d’abord."))
    person_id, role = person.id, Role(name)
    if name in list_roles(person_id):
        return _decide(
            person, _taking(person, role), lambda why: service.take_role(person_id, role, utcnow(), by_id, reason=why)
        )
    return _decide(
        person, _giving(person, role), lambda why: service.give_role(person_id, role, utcnow(), by_id, reason=why)
    )


def _giving(person: Person, role: Role) -> Panel:
    said = []
    match role:
        case Role.REFERENT:
            told = len(list_holders(role) | {person.id})
            said += [
                _n(
                    "La personne en est prévenue aussitôt, avec votre nom.",
                    "Les %(num)s référents, cette personne comprise, en sont prévenus aussitôt, avec votre nom.",
                    told,
                ),
                _(
                    "La personne lit les demandes, les questions et les décisions du périmètre que vous lui donnerez ensuite."
                ),
                _("Elle ne peut pas tenir en même temps le rôle RH ; les messages reçus à ce titre s’effacent."),
            ]
        case Role.HR:
            said += [
                _("La personne voit par leur nom, pour toute l’entreprise, qui a fait les parties obligatoires."),
                _("Elle ne peut pas être référent en même temps ; les messages reçus à ce titre s’effacent."),
            ]
            if settings.is_on_duty(person):
                said.append(_on_duty())
        case Role.ADMIN:
            said.append(
                _("La personne peut tout ce que vous pouvez ici, y compris effacer quelqu’un et retirer des rôles.")
            )
        case Role.MANAGER:
            team = count_team(person.id)
            said.append(
                _n(
                    "La personne voit par son nom l’avancement de celle qui l’a pour responsable.",
                    "La personne voit par leur nom l’avancement des %(num)s personnes qui l’ont pour responsable.",
                    team,
                )
                if team
                else _("Personne ne l’a encore pour responsable : sa page d’équipe sera vide.")
            )
        case Role.AUTHOR:
            said.append(_("La personne lit les contestations de questions, sans nom, et y répond."))
    if role in SECOND_FACTOR_ROLES and not person.is_demo:
        said.append(_("Un second facteur lui est demandé sous %(days)s jours.", days=SECOND_FACTOR_GRACE.days))
    return Panel(
        "give",
        _("Donner à %(name)s le rôle : %(role)s", name=person.name, role=words.ROLES[role]),
        str(words.ROLE_REACH[role]),
        _("Un rôle se donne à qui en a la charge, et à personne de plus."),
        said,
        _("Donner ce rôle"),
        _("Le rôle est donné. Tous les référents en sont prévenus.")
        if role is Role.REFERENT
        else _("Le rôle est donné."),
        "#roles",
    )


def _taking(person: Person, role: Role) -> Panel:
    is_own = person.id == current_user.id and role is Role.ADMIN
    said = [_("La personne garde son compte, son parcours et son certificat ; ce qu’elle a fait reste inscrit.")]
    if is_own:
        said.append(_("C’est votre propre rôle : l’administration ne s’ouvrira plus pour vous."))
    if role is Role.REFERENT:
        left = len(list_holders(role) - {person.id})
        said.append(
            _n(
                "Ce qui attendait reste dans la file de l’autre référent.",
                "Ce qui attendait reste dans la file des %(num)s autres référents.",
                left,
            )
            if left
            else _last_referent()
        )
    return Panel(
        "take",
        _("Retirer à %(name)s le rôle : %(role)s", name=person.name, role=words.ROLES[role]),
        _("Les pages de ce rôle se ferment aussitôt pour cette personne."),
        _("Un rôle se retire quand la charge passe à quelqu’un d’autre."),
        said,
        _("Retirer ce rôle"),
        _("Le rôle est retiré."),
        "#roles",
        is_grave=True,
        leads=url_for(".me") if is_own else "",
    )


# --- A lost second factor -------------------------------------------------------------------------------------


@blueprint.route("/admin/people/<public_id>/second-factor", methods=["GET", "POST"])
@PEOPLE
def admin_second_factor(public_id: str):
    """Take away the second factor of somebody who lost theirs: logged with how one knew them, and told to them."""
    person, by_id = queries.get_person(public_id), current_user.id
    person_id = person.id
    panel = Panel(
        "reset",
        _("Retirer le second facteur de %(name)s", name=person.name),
        _("La prochaine connexion ne demandera que le mot de passe."),
        _("La personne a perdu son téléphone et ses codes de secours, et vous vous êtes assuré que c’est bien elle."),
        [
            _("Ses sessions se ferment, et elle en est prévenue."),
            _("Si son rôle demande un second facteur, elle devra en activer un nouveau."),
            _("C’est le chemin qu’un imposteur prendrait : un appel ou un e-mail seuls ne prouvent rien."),
        ],
        _("Retirer son second facteur"),
        _("Le second facteur est retiré ; la personne en est prévenue et ses sessions sont fermées."),
        "#acces",
        is_grave=True,
        asks=_("Comment vous êtes-vous assuré que c’est bien elle ?"),
    )
    return _decide(person, panel, lambda why: second_factor.reset(person_id, utcnow(), by_id, reason=why))
