"""The one thing this room writes: the monthly volunteering snapshot. Callers open the transaction.

Here alone does the room read mandates, to count them; its pages read the snapshot.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from ..ambassadors.models import Mandate
from ..ambassadors.rules import MandateStatus
from ..db import db, insert_once
from ..i18n import company_day
from ..people.models import Department, Person
from . import disclosure
from .conditions import ACTIVE
from .disclosure import Group
from .models import WHOLE, VolunteeringSnapshot


def is_drawn(now: dt.datetime) -> bool:
    """Whether the present month has its figures."""
    month = company_day(now).replace(day=1)
    return db.session.scalar(select(VolunteeringSnapshot.id).where(_whole_of(month))) is not None


def _whole_of(month: dt.date):
    return and_(VolunteeringSnapshot.month == month, VolunteeringSnapshot.department_id == WHOLE)


def draw_snapshot(now: dt.datetime) -> bool:
    """Draw the present month's figures, unless they were: nothing ever draws them again. True when it drew them.

    Counted are the people who are here and whose mandate is active on that day: neither dormant, nor suspended, nor
    over. What is shown of it is disclosure.draw's to say.
    """
    day = company_day(now)
    month = day.replace(day=1)
    names, groups = _count_groups(day)
    last = select(VolunteeringSnapshot.department_id, VolunteeringSnapshot.ambassadors)
    last = last.where(VolunteeringSnapshot.ambassadors.is_not(None)).order_by(VolunteeringSnapshot.month)
    before = dict(db.session.execute(last).all())  # The latest month wins.
    shown = disclosure.draw(groups, before, before.pop(WHOLE, None))
    common = {"month": month, "drawn_at": now}
    whole = {"department_id": WHOLE, "people": sum(g.people for g in groups), "ambassadors": shown.whole}
    if insert_once(VolunteeringSnapshot, on=("month", "department_id"), name="", **whole, **common) is None:
        return False
    db.session.add_all(
        VolunteeringSnapshot(
            department_id=group.key,
            name=names[group.key],
            people=group.people,
            ambassadors=shown.groups[group.key],
            **common,
        )
        for group in groups
        if group.key
    )
    db.session.flush()
    return True


def _count_groups(day: dt.date) -> tuple[dict[int, str], list[Group]]:
    """Departments of the first rank by id, and how many people of each are here and are ambassadors; those of no
    department come under 0."""
    own, top = aliased(Department), aliased(Department)
    rows = db.session.execute(
        select(top.id, func.count(Person.id), func.count(Mandate.id))
        .select_from(Person)
        .outerjoin(own, own.id == Person.department_id)
        .outerjoin(top, and_(top.parent_id.is_(None), own.path.startswith(top.path)))
        .outerjoin(
            Mandate,
            and_(
                Mandate.person_id == Person.id,
                Mandate.status == MandateStatus.ACTIVE,
                Mandate.starts_on <= day,
                Mandate.ends_on >= day,
            ),
        )
        .where(*ACTIVE)
        .group_by(top.id)
    )
    found = {key or 0: (people, ambassadors) for key, people, ambassadors in rows}
    names = dict(db.session.execute(select(Department.id, Department.name).where(Department.parent_id.is_(None))).all())
    return names, [Group(key, *found.get(key, (0, 0))) for key in (0, *sorted(names))]
