"""Rule-based state machines: random walks of people and referents over the real services and a real database.

After each step the rows are what the log says, and what the programme promises holds: one open application and one
open mandate a person, no mandate beyond its credential, every suspension with a last day, nobody decides on oneself.
"""

import datetime as dt

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from elearn.ambassadors import contests, mandates, queries, service
from elearn.ambassadors.models import Application, Contest, Decision, Mandate
from elearn.content.service import get_site
from elearn.db import db, transaction
from elearn.errors import Refusal
from tests.factories import make_person

from .building import NOW, REASON, make_certified, make_referent, scope, seed, verdict

ACTS = ("resumed", "let_dormant", "awakened", "made_autonomous", "made_guided", "ended")


class Programme(RuleBasedStateMachine):
    """One person, who is a referent too, two other referents, and a calendar that moves on."""

    @initialize(far=st.integers(0, 2))
    def begin(self, far=0):
        """A certificate for half a year; then nothing yet, an application sent, or a status granted."""
        seed_once()
        self.now = NOW
        self.person = make_certified(NOW.date() + dt.timedelta(days=180), person=make_referent()).id
        self.referents = [make_referent().id, make_referent().id, self.person]
        self.done = 0
        if far:
            self.begin_application()
            self.write("Mon employeur recrute.")
            self.submit(0)
        if far == 2:
            self.decide(0, "granted", 0)

    def attempt(self, verb, *arguments, **named):
        """Do it; a refusal is an answer, anything else is a fault."""
        try:
            with transaction():
                verb(*arguments, self.now, **named)
            self.done += 1
        except Refusal as refusal:
            assert refusal.sentence
        db.session.rollback()

    def version(self, model, stale):
        """The version a page would show: the present one, or one before."""
        row = db.session.scalars(
            select(model).where(model.person_id == self.person).order_by(model.id.desc()).limit(1)
        ).first()
        return (row.id, row.version - stale) if row else (1, 1)

    @rule()
    def begin_application(self):
        """The person begins, or changes the situation."""
        self.attempt(service.begin_application, self.person, get_site().briefs.briefs[0].id)

    @rule(text=st.sampled_from(["", "Mon employeur recrute.", "é" * 50]))
    def write(self, text):
        """The person writes."""
        self.attempt(service.save_draft, self.person, text, "", "", ["linkedin"], ["trades"])

    @rule(stale=st.integers(0, 1))
    def submit(self, stale):
        """The person sends, perhaps from an old page."""
        self.attempt(service.submit_application, self.person, self.version(Application, stale)[1])

    @rule()
    def withdraw(self):
        """The person withdraws."""
        self.attempt(service.withdraw_application, self.person)

    @rule(who=st.integers(0, 2), decision=st.sampled_from(["granted", "sent_back", "refused"]), stale=st.integers(0, 1))
    def decide(self, who, decision, stale):
        """One of the referents, the person included, decides."""
        id_, version = self.version(Application, stale)
        today = self.now.date()
        given = verdict(decision, **({"again_on": today + dt.timedelta(days=3)} if decision == "refused" else {}))
        wanted = scope(starts_on=today, ends_on=today + dt.timedelta(days=90))
        self.attempt(service.decide, self.referents[who], id_, version, given, wanted)

    @rule(who=st.integers(0, 2), act=st.sampled_from(ACTS), stale=st.integers(0, 1))
    def change(self, who, act, stale):
        """One of the referents acts on the mandate."""
        self.attempt(mandates.change_mandate, self.referents[who], *self.version(Mandate, stale), act, REASON)

    @rule(who=st.integers(0, 2))
    def ask(self, who):
        """One of the referents opens a hearing."""
        self.attempt(mandates.open_hearing, self.referents[who], *self.version(Mandate, 0), REASON)

    @rule()
    def answer(self):
        """The person answers."""
        mandate = queries.get_open_mandate(self.person)
        hearing = queries.get_open_hearing(mandate.id) if mandate else None
        if hearing:
            self.attempt(mandates.answer_hearing, self.person, hearing.id, "Voici ma réponse.")

    @rule(who=st.integers(0, 2), days=st.integers(-1, 100))
    def suspend(self, who, days):
        """One of the referents suspends."""
        until = self.now.date() + dt.timedelta(days=days)
        self.attempt(mandates.suspend, self.referents[who], *self.version(Mandate, 0), until, REASON)

    @rule(act=st.sampled_from([*mandates.OWN_ACTS, "ended"]), stale=st.integers(0, 1))
    def own(self, act, stale):
        """The person's free acts."""
        self.attempt(mandates.change_own, self.person, self.version(Mandate, stale)[1], act)

    @rule(who=st.integers(0, 2), days=st.integers(-10, 200))
    def rescope(self, who, days):
        """One of the referents changes the scope, perhaps beyond the credential."""
        wanted = scope(starts_on=NOW.date(), ends_on=self.now.date() + dt.timedelta(days=days))
        self.attempt(mandates.rescope, self.referents[who], *self.version(Mandate, 0), wanted, REASON)

    @rule(pick=st.integers(0, 30))
    def contest(self, pick):
        """The person contests one of the decisions."""
        ids = db.session.scalars(select(Decision.id).where(Decision.person_id == self.person)).all()
        if ids:
            self.attempt(contests.contest, self.person, ids[-1 - pick % len(ids)], "Je ne suis pas d’accord.")

    @rule(who=st.integers(0, 2), agrees=st.booleans())
    def answer_contest(self, who, agrees):
        """One of the referents answers the latest contest."""
        id_ = db.session.scalar(
            select(Contest.id).where(Contest.person_id == self.person).order_by(Contest.id.desc()).limit(1)
        )
        if id_:
            self.attempt(contests.answer_contest, self.referents[who], id_, agrees, REASON)

    @rule(days=st.sampled_from([0, 1, 4, 30]))
    def wait(self, days):
        """Days pass, and the sweep runs at night."""
        self.now += dt.timedelta(days=days)
        with transaction():
            mandates.sweep(self.now)

    @invariant()
    def rows_are_what_the_log_says(self):
        """Each row can be rebuilt from the log alone."""
        for row in db.session.scalars(select(Application).where(Application.person_id == self.person)):
            state = queries.rebuild_application(row.id)
            assert (state.status, state.version) == (row.status, row.version)
        for row in db.session.scalars(select(Mandate).where(Mandate.person_id == self.person)):
            assert queries.rebuild_mandate(row.id) == queries.state_of(row)

    @invariant()
    def promises_hold(self):
        """One open of each, within the credential, suspended until a day, and never by oneself."""
        applications = db.session.scalars(select(Application).where(Application.person_id == self.person)).all()
        assert sum(a.status in ("draft", "submitted", "to_rework") for a in applications) <= 1
        held = db.session.scalars(select(Mandate).where(Mandate.person_id == self.person)).all()
        assert sum(m.status != "ended" for m in held) <= 1
        for mandate in held:
            assert mandate.ends_on <= mandate.credential_expires_on
            assert (mandate.status == "suspended") == (mandate.suspended_until is not None)
            granted = db.session.get(Application, mandate.application_id)
            assert granted.status == "granted"
        acts = db.session.execute(select(Decision.act, Decision.by_id).where(Decision.person_id == self.person)).all()
        own = {"begun", "submitted", "withdrawn", "contested", "hearing_answered", "paused", "returned", "left"}
        assert all((by == self.person) == (act in own) for act, by in acts)
        db.session.rollback()


def seed_once():
    """The catalogue, at the first walk."""
    if not queries.list_networks():
        seed()


def test_random_walks_keep_every_promise(app):
    """Whatever people and referents do, in whatever order, from pages old or new."""
    make_person()
    run_state_machine_as_test(
        Programme,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=True,
        ),
    )


@pytest.mark.parametrize("agrees", [True, False])
def test_a_whole_walk_by_hand(app, agrees):
    """The machine does reach what matters: granted, heard, suspended, contested, answered."""
    walk = Programme()
    walk.begin()
    walk.begin_application()
    walk.write("Mon employeur recrute.")
    walk.submit(0)
    walk.decide(2, "granted", 0)
    walk.decide(0, "granted", 0)
    walk.ask(0)
    walk.answer()
    walk.suspend(0, 20)
    walk.contest(0)
    walk.answer_contest(0, agrees)
    walk.answer_contest(1, agrees)
    walk.rows_are_what_the_log_says()
    walk.promises_hold()
    status = db.session.scalar(select(Mandate.status).where(Mandate.person_id == walk.person))
    assert (walk.done, status) == (9, "active" if agrees else "suspended")
