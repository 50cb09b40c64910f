"""The shape of what an administrator types. Policy is in the room's rules."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from ...i18n import _l
from ..rules import MAX_REASON


class WithdrawForm(FlaskForm):
    """Why a certificate is withdrawn."""

    reason = TextAreaField(
        _l("La raison"),
        [InputRequired(_l("Écrivez la raison : la personne la lira. Une phrase au moins."))],
        render_kw={"rows": 4, "maxlength": MAX_REASON},
    )
