"""Every table that holds something about a person: how its rows are theirs, what is shown, what erasure does to it.

Rows that figures are counted from stay, and only their words go; rows that serve the person alone are deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import or_, select

from ..ambassadors import models as ambassadors
from ..assessment import models as assessment
from ..credentials import models as credentials
from ..db import Base
from ..help import models as help
from ..i18n import _l
from ..learning import models as learning
from ..notifications.models import Message
from ..people import models as people

Condition = Callable[[int], object]


@dataclass(frozen=True)
class Holding:
    """One table. ``hidden`` columns are shown to nobody (hashes, keys of ours); ``blank`` is what erasure writes."""

    model: type
    title: object
    of: Condition
    hidden: tuple[str, ...] = ()
    blank: dict = field(default_factory=dict)
    deleted: bool = False

    @property
    def table(self) -> str:
        """The table's name."""
        return self.model.__tablename__

    @property
    def columns(self) -> list:
        """What the person's file shows, in the order of the table."""
        return [c for c in self.model.__table__.columns if c.name not in ("id", "person_id", *self.hidden)]


def _own(column) -> Condition:
    return lambda person_id: column == person_id


def _through(column, parent, owner) -> Condition:
    """Rows that belong to a row that is the person's."""
    return lambda person_id: column.in_(select(parent).where(owner == person_id))


_M = ambassadors.Mandate
_A = ambassadors.Application
_D = ambassadors.Decision

HOLDINGS: tuple[Holding, ...] = (
    Holding(
        people.Person,
        _l("Mon compte"),
        _own(people.Person.id),
        hidden=("search_name", "password_hash", "is_demo"),
        blank={
            "email": None, "employee_number": None, "external_id": None, "given_name": "", "family_name": "",
            "certificate_name": None, "search_name": "", "manager_id": None, "job_title": "", "password_hash": None,
            "password_changed_at": None, "language": None, "theme": "auto", "text_size": 1, "text_spacing": 1,
            "extra_time_percent": 0,
        },
    ),
    Holding(people.RoleAssignment, _l("Mes rôles"), _own(people.RoleAssignment.person_id), deleted=True),
    Holding(people.UserSession, _l("Mes sessions"), _own(people.UserSession.person_id), ("token_hash",), deleted=True),
    Holding(
        people.PasswordReset, _l("Mes liens de mot de passe"), _own(people.PasswordReset.person_id), ("code",), deleted=True
    ),
    Holding(
        people.KnownDevice, _l("Mes navigateurs connus"), _own(people.KnownDevice.person_id), ("token_hash",), deleted=True
    ),
    Holding(people.PersonEvent, _l("Le journal de mon compte"), _own(people.PersonEvent.person_id), ("digest",)),
    Holding(
        people.PersonEventWords,
        _l("Le journal, avant et après"),
        _own(people.PersonEventWords.person_id),
        ("salt", "event_id"),
        deleted=True,
    ),
    Holding(people.ImportRow, _l("Un import en attente"), _own(people.ImportRow.person_id), deleted=True),
    Holding(Message, _l("Mes messages"), _own(Message.person_id), ("once_key", "claimed_until", "last_error"), deleted=True),
    Holding(learning.Enrolment, _l("Mes parcours"), _own(learning.Enrolment.person_id)),
    Holding(learning.LessonVisit, _l("Les leçons ouvertes"), _own(learning.LessonVisit.person_id)),
    Holding(learning.LessonCompletion, _l("Les leçons faites"), _own(learning.LessonCompletion.person_id)),
    Holding(learning.CheckResponse, _l("Mes réponses dans les leçons"), _own(learning.CheckResponse.person_id)),
    Holding(learning.CharterSignature, _l("La charte lue et comprise"), _own(learning.CharterSignature.person_id)),
    Holding(assessment.Attempt, _l("Mes essais aux quiz"), _own(assessment.Attempt.person_id), ("seed", "used_at")),
    Holding(
        assessment.Response,
        _l("Mes réponses aux quiz"),
        _through(assessment.Response.attempt_id, assessment.Attempt.id, assessment.Attempt.person_id),
    ),
    Holding(
        assessment.ItemContest,
        _l("Les questions que j’ai contestées"),
        _own(assessment.ItemContest.person_id),
        blank={"words": "", "answer": ""},
    ),
    Holding(
        assessment.AttemptRecount,
        _l("Mes essais recomptés"),
        _through(assessment.AttemptRecount.attempt_id, assessment.Attempt.id, assessment.Attempt.person_id),
    ),
    Holding(credentials.Fulfilment, _l("Ce que j’ai accompli"), _own(credentials.Fulfilment.person_id)),
    Holding(
        credentials.Credential,
        _l("Mes certificats"),
        _own(credentials.Credential.person_id),
        blank={"words": {}, "revoked_reason": None},
    ),
    Holding(credentials.Completion, _l("Ce que voient les RH et mon responsable"), _own(credentials.Completion.person_id)),
    Holding(_A, _l("Mes demandes de statut"), _own(_A.person_id), blank={"post": "", "picture": ""}),
    Holding(
        ambassadors.Assessment,
        _l("La lecture de mes posts d’entraînement"),
        _through(ambassadors.Assessment.application_id, _A.id, _A.person_id),
        blank={"post": "", "picture": ""},
    ),
    Holding(_M, _l("Mon statut d’ambassadeur"), _own(_M.person_id)),
    Holding(_D, _l("Les décisions me concernant"), _own(_D.person_id)),
    Holding(
        ambassadors.DecisionWords,
        _l("Les motifs de ces décisions"),
        _through(ambassadors.DecisionWords.decision_id, _D.id, _D.person_id),
        blank={"reason": ""},
    ),
    Holding(
        ambassadors.Hearing,
        _l("Les questions posées avant une éventuelle suspension, et mes réponses"),
        _through(ambassadors.Hearing.mandate_id, _M.id, _M.person_id),
        blank={"grounds": "", "answer": ""},
    ),
    Holding(
        ambassadors.Contest, _l("Mes contestations"), _own(ambassadors.Contest.person_id), blank={"words": "", "answer": ""}
    ),
    Holding(
        ambassadors.Perimeter, _l("Mon périmètre de référent"), _own(ambassadors.Perimeter.referent_id), deleted=True
    ),
    Holding(
        ambassadors.Absence,
        _l("Mes absences de référent"),
        lambda person_id: or_(
            ambassadors.Absence.referent_id == person_id, ambassadors.Absence.deputy_id == person_id
        ),
        deleted=True,
    ),
    Holding(help.Question, _l("Mes questions"), _own(help.Question.person_id), ("token",), blank={"page": ""}),
    Holding(
        help.QuestionPost,
        _l("Mes questions et leurs réponses, mot pour mot"),
        _through(help.QuestionPost.question_id, help.Question.id, help.Question.person_id),
        blank={"words": ""},
    ),
    Holding(help.Alert, _l("Mes alertes"), _own(help.Alert.person_id), ("token",), blank={"seen": "", "place": ""}),
    Holding(
        help.AlertAct,
        _l("Ce qui a été fait de mes alertes"),
        _through(help.AlertAct.alert_id, help.Alert.id, help.Alert.person_id),
        blank={"words": ""},
    ),
    Holding(
        help.AlertCapture,
        _l("Les captures jointes"),
        _through(help.AlertCapture.alert_id, help.Alert.id, help.Alert.person_id),
        ("name",),
    ),
    Holding(help.AlertTold, _l("Les alertes qui m’ont été signalées"), _own(help.AlertTold.person_id)),
)  # fmt: skip

OWN = {
    "second_factor": (_l("Mon second facteur"), ("salt", "last_step")),
    "recovery_code": (_l("Mes codes de secours"), ("code_hash",)),
    "notice_choice": (_l("Mes choix de messages"), ()),
}
"""Small tables of the account that serve the person alone, by name: shown but for what is hidden, deleted whole."""

HOLDINGS += tuple(
    Holding(
        mapper.class_,
        *OWN[mapper.local_table.name][:1],
        _own(mapper.local_table.c.person_id),
        OWN[mapper.local_table.name][1],
        deleted=True,
    )
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: mapper.local_table.name)
    if mapper.local_table.name in OWN
)

ELSEWHERE = {
    "edition": "who published it: an id, of somebody at work",
    "import_job": "who sent the file: an id; what the file said of people goes with its rows",
    "item_void": "who voided an item: an id, of somebody at work",
    "public_answer": "who published it: an id; the asker is not named, by construction",
    "crisis": "who declared it: an id, of somebody on duty",
    "crisis_act": "who did it: an id, of somebody on duty",
    "campaign": "who made it: an id, of somebody at work",
}
"""Tables that name a person by id only for what they did at work, and hold nothing about them."""
