"""The shape of what a referent sends: a verdict with its grid, an act on a mandate, an answer, an absence."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from ...i18n import _, _l
from .. import labels, rules
from ..forms import MAX_WORDS, Boxes, options

NOT_A_DAY = _l("Donnez un jour du calendrier.")
TOO_LONG = Length(max=MAX_WORDS, message=_l("Ce texte est trop long : 4 000 signes au plus."))


class Day(DateField):
    """A day; an unreadable one is said in a sentence."""

    def process_formdata(self, valuelist):
        """Read the day as the browser sends it."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(NOT_A_DAY)) from None


def _reason(label) -> TextAreaField:
    return TextAreaField(
        label,
        validators=[InputRequired(_l("Écrivez le motif : la personne le lira.")), TOO_LONG],
        render_kw={"rows": 6},
    )


class ScopeForm(FlaskForm):
    """Where, about what, in which languages, how long."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    networks = Boxes(_l("Réseaux"))
    topics = Boxes(_l("Sujets"))
    languages = Boxes(_l("Langues"), choices=options(labels.SPOKEN.items()))
    ends_on = Day(_l("Dernier jour"), validators=[Optional()])
    reason = _reason(_l("Motif, que la personne lira"))

    def offer(self, names: dict, networks, topics):
        """Offer these slugs of the catalogue, by their names."""
        self.networks.choices = options((slug, names["networks"].get(slug, slug)) for slug in networks)
        self.topics.choices = options((slug, names["topics"].get(slug, slug)) for slug in topics)
        return self

    def scope(self, starts_on, regime: str) -> rules.Scope | None:
        """The scope that was given; None without both days."""
        if starts_on is None or self.ends_on.data is None:
            return None
        return rules.Scope(
            tuple(self.networks.data or ()),
            tuple(self.topics.data or ()),
            tuple(self.languages.data or ()),
            starts_on,
            self.ends_on.data,
            regime,
        )


class VerdictForm(ScopeForm):
    """A referent's verdict on a practice post, and what goes with each decision."""

    red_flags = Boxes(_l("Lignes rouges"), choices=options(labels.RED_FLAGS.items()))
    decision = RadioField(
        _l("Votre décision"),
        choices=options(labels.DECISIONS.items()),
        validators=[InputRequired(_l("Choisissez une décision."))],
    )
    regime = RadioField(_l("Régime"), choices=options(labels.REGIME.items()), default="guided", validators=[Optional()])
    confirmed = BooleanField(labels.AUTONOMY_CONFIRMED)
    starts_on = Day(_l("Premier jour"), validators=[Optional()])
    category = SelectField(_l("Catégorie du refus"), choices=[], validators=[Optional()])
    lessons = Boxes(_l("Leçons à reprendre"))
    again_on = Day(_l("Nouvelle demande possible à partir du"), validators=[Optional()])

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.category.choices = options([("", _("Choisir")), *labels.CATEGORIES.items()])
        self.grid: dict[str, int] = {}

    def read_grid(self, form) -> dict[str, int]:
        """The points given, of the criteria that have some."""
        given = {c: form.get(f"grid-{c}", "") for c in rules.CRITERIA}
        self.grid = {c: int(value) for c, value in given.items() if value in ("0", "1", "2", "3")}
        return self.grid

    def verdict(self) -> rules.Verdict:
        """What was sent, for the rules to judge."""
        is_refusal = self.decision.data == "refused"
        return rules.Verdict(
            grid=self.grid,
            decision=self.decision.data or "",
            reason=self.reason.data or "",
            red_flags=tuple(self.red_flags.data or ()),
            category=self.category.data or None if is_refusal else None,
            lessons=tuple(self.lessons.data or ()) if self.decision.data != "granted" else (),
            again_on=self.again_on.data if is_refusal else None,
        )


class ActForm(FlaskForm):
    """An act on a mandate: its reason, and a day where it needs one."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    act = HiddenField(validators=[InputRequired()])
    until = Day(_l("Dernier jour de la suspension"), validators=[Optional()])
    confirmed = BooleanField(labels.AUTONOMY_CONFIRMED)
    reason = _reason(_l("Motif, que la personne lira"))


class ContestAnswerForm(FlaskForm):
    """The answer to a contest."""

    outcome = RadioField(
        _l("Votre décision"),
        choices=options((("changed", _l("Donner raison à la personne")), ("upheld", _l("Maintenir la décision")))),
        validators=[InputRequired(_l("Choisissez une décision."))],
    )
    reason = _reason(_l("Votre réponse, que la personne lira"))


class AbsenceForm(FlaskForm):
    """Days away, and who answers meanwhile."""

    deputy = SelectField(_l("Qui répond à votre place"), coerce=int, validators=[InputRequired()])
    starts_on = Day(_l("Premier jour d’absence"), validators=[InputRequired(NOT_A_DAY)])
    ends_on = Day(_l("Dernier jour d’absence"), validators=[InputRequired(NOT_A_DAY)])
