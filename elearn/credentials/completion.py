"""Keeps Completion, the row per person that HR and managers may read, in step with what it sums up.

Rooms below say that a part was begun; everything else follows from fulfilments and credentials. Each function is
called inside the transaction of its cause, with the person's row locked, so that a figure, the list behind it and
the person's own page never differ.
"""

from __future__ import annotations

from sqlalchemy import func, select, update

from ..db import db, insert_once
from . import rules
from .models import Completion, Credential, Fulfilment

NOT_BEGUN, UNDER_WAY, DONE = 0, 1, 2

PARTS = {
    "path": ("path",),
    "charter": ("charter-signature", "charter-quiz"),
    "security": ("security-lessons", "security-quiz"),
}
"""The three mandatory parts as people outside see them → the requirements each consists of."""


def begin(person_id: int, part: str) -> None:
    """Note that somebody began a part: chose a path, opened a lesson of the security module, started a quiz.

    Which path, which lesson, which attempt is not said: the row holds that it began, and no more.
    """
    if insert_once(Completion, on=("person_id",), person_id=person_id, **{part: UNDER_WAY}) is None:
        column = getattr(Completion, part)
        db.session.execute(
            update(Completion)
            .where(Completion.person_id == person_id, column == NOT_BEGUN)
            .values({column: UNDER_WAY})
            .execution_options(synchronize_session=False)
        )


def refresh(person_id: int) -> None:
    """Sum up the person's fulfilments and standing credential anew.

    A part is done when all its requirements were met, in whichever cycle, on the day of the last of them.
    """
    met = dict(
        db.session.execute(
            select(Fulfilment.requirement, func.min(Fulfilment.fulfilled_at))
            .where(Fulfilment.person_id == person_id)
            .group_by(Fulfilment.requirement)
        ).all()
    )
    standing = db.session.execute(
        select(Credential.issued_at, Credential.expires_on)
        .where(Credential.person_id == person_id, Credential.award == rules.AWARD, Credential.revoked_at.is_(None))
        .order_by(Credential.cycle.desc())
        .limit(1)
    ).first()
    insert_once(Completion, on=("person_id",), person_id=person_id)
    row = db.session.get(Completion, person_id, populate_existing=True)
    for part, requirements in PARTS.items():
        moments = [met[requirement] for requirement in requirements if requirement in met]
        if len(moments) == len(requirements):
            setattr(row, part, DONE)
            setattr(row, f"{part}_done_at", max(moments))
        elif moments and getattr(row, part) == NOT_BEGUN:
            setattr(row, part, UNDER_WAY)
    row.certified_at, row.valid_until = standing or (None, None)
    db.session.flush()
