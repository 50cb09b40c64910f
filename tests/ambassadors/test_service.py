"""Applications and mandates on a real database: what may be done, by whom, and what the database itself refuses."""

import datetime as dt
import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from elearn.ambassadors import contests, mandates, organisation, queries, service
from elearn.ambassadors.models import Application, Assessment, Contest, Decision, DecisionWords, Hearing, Mandate
from elearn.ambassadors.rules import Outdated
from elearn.content.service import get_site
from elearn.credentials.models import Credential
from elearn.credentials.service import revoke
from elearn.db import db, transaction
from elearn.errors import Forbidden, Invalid, NotFound, Refusal
from elearn.notifications.models import Message
from elearn.people.models import Person, RoleAssignment
from tests.factories import make_department, make_person

from .building import (
    NOW,
    POST,
    REASON,
    TODAY,
    make_application,
    make_certified,
    make_mandate,
    make_referent,
    scope,
    seed,
    suspended,
    verdict,
)

DAY = dt.timedelta(days=1)


def count(model, **where):
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model).filter_by(**where))


def decide(referent, application, given=None, granted=None, version=None):
    """A decision in its own transaction."""
    with transaction():
        return service.decide(
            referent.id, application.id, version or application.version, given or verdict(), granted or scope(), NOW
        )


def do(verb, *arguments, **named):
    """One verb in its own transaction."""
    with transaction():
        return verb(*arguments, **named)


# --- Applying -------------------------------------------------------------------------------------------------


def test_application_needs_a_valid_certificate(app):
    """The certificate opens the application; without one, or once it expired, there is none."""
    seed()
    brief = get_site().briefs.briefs[0].id
    for person in (make_person(), make_certified(expires_on=TODAY - DAY)):
        with pytest.raises(Refusal):
            do(service.begin_application, person.id, brief, NOW)
    assert count(Application) == 0


def test_brief_must_be_published(app):
    """A situation that is not there is refused in a sentence."""
    with pytest.raises(Invalid):
        do(service.begin_application, make_certified().id, "nowhere", NOW)


def test_draft_is_kept_and_changes_its_brief(app):
    """One draft at a time; a second beginning changes its situation and keeps its words."""
    seed()
    person, (first, second) = make_certified(), get_site().briefs.briefs[:2]
    do(service.begin_application, person.id, first.id, NOW)
    do(service.save_draft, person.id, "Mes mots.", "Un atelier.", "myspace", ["linkedin", "myspace"], ["trades"], NOW)
    draft = do(service.begin_application, person.id, second.id, NOW)
    assert count(Application) == 1
    assert (draft.brief, draft.post, draft.picture) == (second.id, "Mes mots.", "Un atelier.")
    assert (draft.networks, draft.network in second.networks) == (["linkedin"], True)


def test_submission_asks_for_a_post_and_a_wish_only(app):
    """What is noticed is advice; what is empty cannot be read."""
    seed()
    person = make_certified()
    do(service.begin_application, person.id, get_site().briefs.briefs[0].id, NOW)
    for post, networks, topics in (
        ("  ", ["linkedin"], ["trades"]),
        ("Mots.", [], ["trades"]),
        ("Mots.", ["linkedin"], []),
    ):
        do(service.save_draft, person.id, post, "", "", networks, topics, NOW)
        with pytest.raises(Invalid):
            do(service.submit_application, person.id, 1, NOW)
    do(service.save_draft, person.id, "Sans employeur.", "", "", ["linkedin"], ["trades"], NOW)
    with pytest.raises(Outdated):
        do(service.submit_application, person.id, 9, NOW)
    assert do(service.submit_application, person.id, 1, NOW).status == "submitted"


def test_nothing_under_way_means_nothing_to_save_send_or_withdraw(app):
    """Each verb says so."""
    person = make_certified()
    for verb, arguments in (
        (service.save_draft, ("x", "", "", [], [], NOW)),
        (service.submit_application, (1, NOW)),
        (service.withdraw_application, (NOW,)),
        (mandates.change_own, (1, "paused", NOW)),
    ):
        with pytest.raises(NotFound):
            do(verb, person.id, *arguments)


def test_submitted_post_is_what_the_referent_reads(app):
    """Once sent it does not change under the referent's eyes, and is not sent twice."""
    application = make_application()
    with pytest.raises(Refusal):
        do(service.save_draft, application.person_id, "Autre.", "", "", ["linkedin"], ["trades"], NOW)
    with pytest.raises(Refusal):
        do(service.begin_application, application.person_id, application.brief, NOW)
    for version in (1, application.version):
        with pytest.raises(Outdated):
            do(service.submit_application, application.person_id, version, NOW)


def test_certificate_lost_before_sending_stops_the_application(app):
    """It is valid on the day one sends, or one renews it first."""
    seed()
    person = make_certified(expires_on=TODAY)
    do(service.begin_application, person.id, get_site().briefs.briefs[0].id, NOW)
    do(service.save_draft, person.id, "Mots.", "", "", ["linkedin"], ["trades"], NOW)
    with pytest.raises(Refusal):
        do(service.submit_application, person.id, 1, NOW + DAY)


def test_withdrawing_is_free_and_final(app):
    """From draft, sent or to rework, without a reason; then one may begin anew."""
    application = make_application()
    do(service.withdraw_application, application.person_id, NOW)
    line = db.session.scalars(select(Decision).where(Decision.act == "withdrawn")).one()
    assert db.session.get(DecisionWords, line.id) is None
    assert db.session.get(Application, application.id).closed_at == NOW
    with pytest.raises(Outdated):
        decide(make_referent(), application)
    assert make_application(db.session.get(Person, application.person_id)).id != application.id


def test_referents_hear_of_an_application_once(app):
    """Those who answer for the person, and nobody before it was sent."""
    plant, other = make_department("Usine"), make_department("Siège")
    mine, theirs = make_referent(), make_referent()
    do(organisation.set_perimeter, mine.id, [plant.id], [])
    do(organisation.set_perimeter, theirs.id, [other.id], [])
    make_application(make_certified(department_id=plant.id))
    assert [m.person_id for m in db.session.scalars(select(Message).filter_by(kind="application_waiting"))] == [mine.id]


# --- Deciding -------------------------------------------------------------------------------------------------


def test_grant_opens_a_mandate_with_its_scope(app):
    """One transaction: application, assessment, mandate, two lines of the log, one message."""
    application, referent = make_application(), make_referent()
    line = decide(referent, application, granted=scope(regime="autonomous"))
    mandate = queries.get_open_mandate(application.person_id)
    assert (mandate.status, mandate.regime, mandate.networks, mandate.ends_on) == (
        "active",
        "autonomous",
        ["linkedin"],
        dt.date(2027, 6, 30),
    )
    assert db.session.get(DecisionWords, line.id).reason == REASON
    kept = db.session.scalars(select(Assessment)).one()
    assert (kept.points, kept.lowest, kept.post) == (12, 2, application.post)
    assert count(Message, kind="application_decided", person_id=application.person_id) == 1


@pytest.mark.parametrize("given", [verdict(points=1), verdict(red_flags=("secret",))])
def test_post_that_does_not_pass_is_never_granted(app, given):
    """By rule, and by constraint where a rule would be forgotten."""
    application, referent = make_application(), make_referent()
    with pytest.raises(Invalid):
        decide(referent, application, given)
    line = decide(referent, application, verdict("sent_back", points=1))
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Assessment).where(Assessment.decision_id == line.id).values(decision="granted"))


def test_grant_needs_a_scope_a_valid_certificate_and_no_other_status(app):
    """Each is said."""
    application, referent = make_application(), make_referent()
    with pytest.raises(Invalid), transaction():
        service.decide(referent.id, application.id, application.version, verdict(), None, NOW)
    with pytest.raises(Invalid):
        decide(referent, application, granted=scope(ends_on=dt.date(2027, 11, 24)))
    with transaction():
        revoke(db.session.scalar(select(Credential.id)), "Délivré par erreur à cette personne.", NOW)
    with pytest.raises(Refusal):
        decide(referent, application)
    assert count(Mandate) == 0
    assert queries.rebuild_application(application.id).status == "submitted"


def test_nobody_decides_on_their_own_application(app):
    """A referent may apply; another referent answers. The log's constraint says it too."""
    person = make_certified(person=make_referent())
    application = make_application(person)
    with pytest.raises(Forbidden):
        decide(person, application)
    with pytest.raises(IntegrityError), transaction():
        db.session.add(
            Decision(
                person_id=person.id, application_id=application.id, act="refused", before="submitted", after="refused",
                by_id=person.id, facts={}, at=NOW, version=9,
            )
        )  # fmt: skip
        db.session.flush()


def test_rework_comes_back_and_is_decided_anew(app):
    """To rework, the words are the person's again; each reading keeps the words it was made on."""
    application, referent = make_application(), make_referent()
    decide(referent, application, verdict("sent_back", points=1))
    person_id = application.person_id
    do(service.save_draft, person_id, "Repris, au « je ».", "", "", ["linkedin"], ["trades"], NOW)
    version = queries.get_open_application(person_id).version
    again = do(service.submit_application, person_id, version, NOW + DAY)
    decide(referent, again)
    posts = db.session.scalars(select(Assessment.post).order_by(Assessment.id)).all()
    assert posts == [POST, "Repris, au « je »."]
    assert queries.get_open_mandate(person_id) is not None


def test_refusal_names_the_day_of_the_next_application(app):
    """Not before, and on that day."""
    application, referent = make_application(), make_referent()
    decide(referent, application, verdict("refused"))
    person = db.session.get(Person, application.person_id)
    again_on = TODAY + dt.timedelta(days=14)
    assert queries.get_waiting_day(person.id) == again_on
    with pytest.raises(Refusal):
        do(service.begin_application, person.id, application.brief, NOW)
    late = dt.datetime.combine(again_on, dt.time(9), dt.UTC)
    assert do(service.begin_application, person.id, application.brief, late).status == "draft"


def test_decision_on_a_post_that_changed_does_not_pass(app):
    """A page opened before a rework does not decide on what its reader never saw."""
    application, referent = make_application(), make_referent()
    seen = application.version
    decide(referent, application, verdict("sent_back", points=1))
    person_id = application.person_id
    do(service.submit_application, person_id, queries.get_open_application(person_id).version, NOW)
    with pytest.raises(Outdated):
        decide(make_referent(), application, version=seen)


def test_two_referents_at_once_one_wins(app):
    """Whatever the database, one decision stands and the other reads a sentence."""
    application = make_application()
    id_, version = application.id, application.version
    referents = [make_referent().id for _ in range(4)]
    outcomes = race(app, [lambda r=r: service.decide(r, id_, version, verdict(), scope(), NOW) for r in referents])
    assert sorted(outcomes) == ["Outdated"] * 3 + ["done"]
    assert count(Mandate) == count(Assessment) == 1


def test_refusal_and_withdrawal_at_once_one_wins(app):
    """The person's own act races like any other."""
    application, referent = make_application(), make_referent().id
    id_, version, person_id = application.id, application.version, application.person_id
    outcomes = race(
        app,
        [
            lambda: service.decide(referent, id_, version, verdict("refused"), None, NOW),
            lambda: service.withdraw_application(person_id, NOW),
        ],
    )
    assert outcomes.count("done") == 1
    assert len(queries.list_lines(application_id=application.id)) == 3


def race(app, acts):
    """Do these at the same moment, each in a thread and a transaction of its own; say what came of each."""
    outcomes, barrier = [], threading.Barrier(len(acts))

    def run(act):
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    act()
                outcomes.append("done")
            except Refusal as refusal:
                outcomes.append(type(refusal).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return outcomes


def test_two_tabs_begin_one_application(app):
    """The unique index holds what two tabs would do twice."""
    seed()
    person, brief = make_certified().id, get_site().briefs.briefs[0].id
    race(app, [lambda: service.begin_application(person, brief, NOW)] * 4)
    assert count(Application) == count(Decision) == 1


# --- Mandates -------------------------------------------------------------------------------------------------


def change(referent, mandate, act, now=NOW, version=None):
    """An act that needs a reason and no more."""
    return do(mandates.change_mandate, referent.id, mandate.id, version or mandate.version, act, REASON, now)


def test_mandate_walks_through_its_states(app):
    """Asleep, awake, autonomous and back, ended: each with its line and its message."""
    referent = make_referent()
    mandate = make_mandate(referent=referent)
    for act in ("let_dormant", "awakened", "made_autonomous", "made_guided", "ended"):
        change(referent, mandate, act)
        mandate = db.session.get(Mandate, mandate.id)
        assert queries.rebuild_mandate(mandate.id) == queries.state_of(mandate)
    assert mandate.status == "ended"
    assert count(Message, kind="status_changed", person_id=mandate.person_id) == 5
    with pytest.raises(Outdated):
        change(referent, mandate, "awakened")


def test_act_without_reason_unknown_or_about_oneself_is_refused(app):
    """A reason that the person reads; an act that exists; somebody else."""
    referent = make_referent()
    mandate = make_mandate(make_certified(person=make_referent()), referent)
    with pytest.raises(Invalid):
        do(mandates.change_mandate, referent.id, mandate.id, 1, "ended", " ", NOW)
    with pytest.raises(Invalid):
        do(mandates.change_mandate, referent.id, mandate.id, 1, "expired", REASON, NOW)
    with pytest.raises(NotFound):
        do(mandates.change_mandate, referent.id, 999, 1, "ended", REASON, NOW)
    with pytest.raises(Forbidden):
        do(mandates.change_mandate, mandate.person_id, mandate.id, 1, "ended", REASON, NOW)


def test_suspension_is_heard_limited_and_over_by_itself(app):
    """Question, answer kept, last day, then active again without anybody's act."""
    referent = make_referent()
    mandate = make_mandate(referent=referent)
    with pytest.raises(Refusal):
        do(mandates.suspend, referent.id, mandate.id, 1, TODAY + DAY, REASON, NOW)
    until = TODAY + 10 * DAY
    mandate = suspended(mandate, referent, until)
    line = db.session.scalars(select(Decision).where(Decision.act == "suspended")).one()
    assert db.session.get(Hearing, line.hearing_id).answer == "J’ai changé mon mot de passe."
    assert (mandate.status, mandate.suspended_until) == ("suspended", until)
    assert do(mandates.sweep, NOW + 10 * DAY)["suspension_over"] == 0
    assert do(mandates.sweep, NOW + 11 * DAY)["suspension_over"] == 1
    assert do(mandates.sweep, NOW + 11 * DAY)["suspension_over"] == 0
    mandate = db.session.get(Mandate, mandate.id)
    assert (mandate.status, mandate.suspended_until) == ("active", None)
    assert queries.rebuild_mandate(mandate.id) == queries.state_of(mandate)


def test_silence_does_not_stop_a_suspension_for_ever(app):
    """The person has until a day; after it, the referent may decide without an answer."""
    referent = make_referent()
    mandate = make_mandate(referent=referent)
    hearing = do(mandates.open_hearing, referent.id, mandate.id, 1, REASON, NOW)
    assert hearing.answer_by == dt.date(2026, 11, 26)
    with pytest.raises(Refusal):
        do(mandates.suspend, referent.id, mandate.id, 2, TODAY + 9 * DAY, REASON, NOW + 3 * DAY)
    do(mandates.suspend, referent.id, mandate.id, 2, TODAY + 9 * DAY, REASON, NOW + 4 * DAY)
    with pytest.raises(Outdated):
        do(mandates.answer_hearing, mandate.person_id, hearing.id, "Trop tard.", NOW + 4 * DAY)


def test_hearing_is_one_at_a_time_answered_once_and_may_be_closed(app):
    """An answer by its person only, once; a page opened before the answer does not decide."""
    referent = make_referent()
    mandate = make_mandate(referent=referent)
    with pytest.raises(Outdated):
        do(mandates.close_hearing, referent.id, mandate.id, 1, REASON, NOW)
    hearing = do(mandates.open_hearing, referent.id, mandate.id, 1, REASON, NOW)
    with pytest.raises(Outdated):
        do(mandates.open_hearing, referent.id, mandate.id, 2, REASON, NOW)
    with pytest.raises(NotFound):
        do(mandates.answer_hearing, referent.id, hearing.id, "Moi.", NOW)
    with pytest.raises(Invalid):
        do(mandates.answer_hearing, mandate.person_id, hearing.id, "  ", NOW)
    do(mandates.answer_hearing, mandate.person_id, hearing.id, "Voici.", NOW)
    with pytest.raises(Outdated):
        do(mandates.answer_hearing, mandate.person_id, hearing.id, "Encore.", NOW)
    with pytest.raises(Outdated):
        do(mandates.suspend, referent.id, mandate.id, 2, TODAY + DAY, REASON, NOW)
    do(mandates.close_hearing, referent.id, mandate.id, 3, REASON, NOW)
    assert queries.get_open_hearing(mandate.id) is None
    assert db.session.get(Mandate, mandate.id).status == "active"


def test_own_acts_are_free(app):
    """Pause, return, give up: no reason, no referent; then a new application is possible."""
    mandate = make_mandate()
    for version, act, status in ((1, "paused", "dormant"), (2, "returned", "active"), (3, "left", "ended")):
        do(mandates.change_own, mandate.person_id, version, act, NOW)
        assert db.session.get(Mandate, mandate.id).status == status
    assert make_application(db.session.get(Person, mandate.person_id)).status == "submitted"


def test_own_act_is_one_of_three_and_of_this_page(app):
    """Neither a referent's act under one's own name, nor a page that is old."""
    mandate = make_mandate()
    with pytest.raises(Invalid):
        do(mandates.change_own, mandate.person_id, 1, "made_autonomous", NOW)
    with pytest.raises(Outdated):
        do(mandates.change_own, mandate.person_id, 7, "paused", NOW)


def test_scope_changes_within_catalogue_and_credential(app):
    """Another last day, other topics; never beyond the credential, never in the past."""
    referent = make_referent()
    mandate = make_mandate(referent=referent)
    wide = scope(topics=("jobs",), ends_on=dt.date(2027, 11, 23))
    do(mandates.rescope, referent.id, mandate.id, 1, wide, REASON, NOW)
    mandate = db.session.get(Mandate, mandate.id)
    assert (mandate.topics, mandate.ends_on) == (["jobs"], dt.date(2027, 11, 23))
    with pytest.raises(Invalid):
        do(mandates.rescope, referent.id, mandate.id, 2, scope(ends_on=dt.date(2027, 11, 24)), REASON, NOW)
    with pytest.raises(Invalid):
        do(mandates.rescope, referent.id, mandate.id, 2, scope(ends_on=TODAY), REASON, NOW + DAY)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Mandate).values(ends_on=dt.date(2027, 11, 24)))


def test_renewal_is_wished_then_decided_on_a_new_certificate(app):
    """Sixty days ahead the person says so; a referent renews, up to the new credential's last day."""
    referent = make_referent()
    mandate = make_mandate(referent=referent, ends_on=dt.date(2027, 11, 23))
    person = db.session.get(Person, mandate.person_id)
    near, new_end = dt.datetime(2027, 10, 1, 9, tzinfo=dt.UTC), dt.date(2028, 10, 1)
    with pytest.raises(Refusal):
        do(mandates.ask_renewal, person.id, 1, NOW)
    with pytest.raises(Refusal):
        do(mandates.renew, referent.id, mandate.id, 1, scope(ends_on=new_end), REASON, near)
    do(mandates.ask_renewal, person.id, 1, near)
    with pytest.raises(Refusal):
        do(mandates.ask_renewal, person.id, 2, near)
    with pytest.raises(Refusal):
        do(mandates.renew, referent.id, mandate.id, 2, scope(ends_on=new_end), REASON, near)
    make_certified(new_end, cycle=2, person=person)
    with pytest.raises(Invalid):
        do(mandates.renew, referent.id, mandate.id, 2, scope(ends_on=new_end + DAY), REASON, near)
    do(mandates.renew, referent.id, mandate.id, 2, scope(ends_on=new_end), REASON, near)
    mandate = db.session.get(Mandate, mandate.id)
    assert (mandate.ends_on, mandate.renewal_asked_at) == (new_end, None)
    assert queries.rebuild_mandate(mandate.id) == queries.state_of(mandate)
    assert count(Message, kind="renewal_waiting") == 1


def test_sweep_ends_what_outlived_its_day_its_credential_or_its_person(app):
    """No mandate outlives its credential; the sweep may be run again and again."""
    referent = make_referent()
    dated = make_mandate(referent=referent, ends_on=TODAY + DAY)
    revoked = make_mandate(referent=referent)
    gone = make_mandate(referent=referent)
    kept = make_mandate(referent=referent)
    with transaction():
        revoke(revoked.credential_id, "Délivré par erreur à cette personne.", NOW)
        db.session.execute(update(Person).where(Person.id == gone.person_id).values(closed_at=NOW))
    assert do(mandates.sweep, NOW)["expired"] == 2
    assert do(mandates.sweep, NOW + 2 * DAY)["expired"] == 1
    assert do(mandates.sweep, NOW + 2 * DAY)["expired"] == 0
    causes = {
        line.mandate_id: line.facts["cause"]
        for line in db.session.scalars(select(Decision).where(Decision.act == "expired"))
    }
    assert causes == {dated.id: "date", revoked.id: "credential", gone.id: "departure"}
    assert db.session.get(Mandate, kept.id).status == "active"
    assert count(Message, kind="status_changed", person_id=gone.person_id) == 0


def test_sweep_reminds_once_of_each_end(app):
    """Sixty days ahead, once for each last day."""
    mandate = make_mandate(ends_on=dt.date(2027, 6, 30))
    assert do(mandates.sweep, NOW)["reminded"] == 0
    near = dt.datetime(2027, 5, 15, 9, tzinfo=dt.UTC)
    assert [do(mandates.sweep, near)["reminded"] for _ in range(2)] == [1, 0]
    assert count(Message, kind="status_ends", person_id=mandate.person_id) == 1


def test_act_on_a_mandate_that_ended_last_night_says_so(app):
    """Whether or not the sweep has passed, what is over is over."""
    referent = make_referent()
    mandate = make_mandate(referent=referent, ends_on=TODAY)
    with pytest.raises(Outdated):
        change(referent, mandate, "let_dormant", now=NOW + DAY)
    assert db.session.get(Mandate, mandate.id).status == "active"


def test_two_referents_act_on_a_mandate_at_once_one_wins(app):
    """Suspending what another ends does not happen."""
    referents = [make_referent() for _ in range(3)]
    mandate, ids = make_mandate(referent=referents[0]), [r.id for r in referents]
    id_ = mandate.id
    outcomes = race(
        app,
        [
            lambda r=r, act=act: mandates.change_mandate(r, id_, 1, act, REASON, NOW)
            for r, act in zip(ids, ("ended", "let_dormant", "made_autonomous"), strict=True)
        ],
    )
    assert sorted(outcomes) == ["Outdated", "Outdated", "done"]
    mandate = db.session.get(Mandate, id_)
    assert queries.rebuild_mandate(id_) == queries.state_of(mandate)


# --- Contests -------------------------------------------------------------------------------------------------


def last_line(person_id, act):
    """The latest line of this act about a person."""
    return db.session.scalars(
        select(Decision).where(Decision.person_id == person_id, Decision.act == act).order_by(Decision.id.desc())
    ).first()


def test_refusal_contested_with_success_goes_to_another_referent(app):
    """Once; before somebody else; and whoever refused does not decide again."""
    first, second = make_referent(), make_referent()
    application = make_application()
    line = decide(first, application, verdict("refused"))
    made = do(contests.contest, application.person_id, line.id, "Le post nommait l’entreprise.", NOW)
    assert {m.person_id for m in db.session.scalars(select(Message).filter_by(kind="contest_waiting"))} == {second.id}
    with pytest.raises(Refusal):
        do(contests.contest, application.person_id, line.id, "Encore.", NOW)
    with pytest.raises(Refusal):
        do(service.begin_application, application.person_id, application.brief, NOW + 30 * DAY)
    with pytest.raises(Forbidden):
        do(contests.answer_contest, first.id, made.id, False, REASON, NOW)
    with pytest.raises(Forbidden):
        do(contests.answer_contest, application.person_id, made.id, True, REASON, NOW)
    do(contests.answer_contest, second.id, made.id, True, REASON, NOW)
    reopened = queries.get_open_application(application.person_id)
    assert reopened.status == "submitted"
    assert queries.rebuild_application(reopened.id).status == "submitted"
    with pytest.raises(Forbidden):
        decide(first, reopened)
    decide(second, reopened)
    assert count(Contest, status="changed") == 1


def test_contest_maintained_stays_maintained(app):
    """The second answer is the last, and is kept beside the decision."""
    first, second = make_referent(), make_referent()
    application = make_application()
    line = decide(first, application, verdict("refused"))
    made = do(contests.contest, application.person_id, line.id, "Relisez.", NOW)
    do(contests.answer_contest, second.id, made.id, False, REASON, NOW)
    with pytest.raises(Outdated):
        do(contests.answer_contest, make_referent().id, made.id, True, REASON, NOW)
    assert not queries.is_contestable(line)
    assert db.session.get(Application, application.id).status == "refused"


@pytest.mark.parametrize(
    ("act", "after"),
    [("let_dormant", "active"), ("made_guided", "active"), ("ended", "active"), ("suspended", "active")],
)
def test_what_was_done_to_a_mandate_is_undone(app, act, after):
    """Dormant → awake, guided → autonomous, ended → reinstated, suspended → resumed."""
    first, second = make_referent(), make_referent()
    mandate = make_mandate(referent=first, regime="autonomous")
    if act == "suspended":
        suspended(mandate, first, TODAY + 9 * DAY)
    else:
        change(first, mandate, act)
    line = last_line(mandate.person_id, act)
    made = do(contests.contest, mandate.person_id, line.id, "Je ne suis pas d’accord.", NOW)
    do(contests.answer_contest, second.id, made.id, True, REASON, NOW)
    mandate = db.session.get(Mandate, mandate.id)
    assert (mandate.status, mandate.regime) == (after, "autonomous")
    assert queries.rebuild_mandate(mandate.id) == queries.state_of(mandate)


def test_status_that_would_be_over_is_not_reinstated(app):
    """After its last day, or when another was granted since, a new application is the only way."""
    first, second = make_referent(), make_referent()
    mandate = make_mandate(referent=first, ends_on=TODAY + DAY)
    change(first, mandate, "ended")
    made = do(contests.contest, mandate.person_id, last_line(mandate.person_id, "ended").id, "Non.", NOW)
    with pytest.raises(Refusal):
        do(contests.answer_contest, second.id, made.id, True, REASON, NOW + 2 * DAY)
    assert db.session.get(Contest, made.id).status == "open"
    with pytest.raises(IntegrityError), transaction():
        db.session.add(
            Mandate(
                person_id=mandate.person_id, application_id=mandate.application_id,
                credential_id=mandate.credential_id, credential_expires_on=mandate.credential_expires_on,
                starts_on=TODAY, ends_on=TODAY,
            )
        )  # fmt: skip
        db.session.flush()


def test_contest_without_object_is_closed(app):
    """A refused person leaves the matter, or the suspension ends: nobody answers for nothing."""
    first, second = make_referent(), make_referent()
    mandate = make_mandate(referent=first)
    suspended(mandate, first, TODAY + 2 * DAY)
    line = last_line(mandate.person_id, "suspended")
    made = do(contests.contest, mandate.person_id, line.id, "Non.", NOW)
    do(mandates.sweep, NOW + 3 * DAY)
    assert db.session.get(Contest, made.id).status == "moot"
    with pytest.raises(Outdated):
        do(contests.answer_contest, second.id, made.id, True, REASON, NOW + 3 * DAY)
    assert not queries.has_open_contest(mandate.person_id)


def test_only_ones_own_standing_decision_is_contested(app):
    """Not somebody else's, not an own act, not a grant, not without words, not what was overturned."""
    referent = make_referent()
    mandate = make_mandate(referent=referent)
    change(referent, mandate, "let_dormant")
    line = last_line(mandate.person_id, "let_dormant")
    with pytest.raises(NotFound):
        do(contests.contest, make_person().id, line.id, "Non.", NOW)
    with pytest.raises(Invalid):
        do(contests.contest, mandate.person_id, line.id, " ", NOW)
    for act in ("granted", "submitted"):
        with pytest.raises(Refusal):
            do(contests.contest, mandate.person_id, last_line(mandate.person_id, act).id, "Non.", NOW)
    do(mandates.change_own, mandate.person_id, 2, "returned", NOW)
    with pytest.raises(Refusal):
        do(contests.contest, mandate.person_id, line.id, "Non.", NOW)
    with pytest.raises(NotFound):
        do(contests.answer_contest, referent.id, 999, True, REASON, NOW)


def test_new_application_takes_the_place_of_a_contest(app):
    """Once another application was begun, the former decisions are history."""
    referent, application = make_referent(), make_application()
    line = decide(referent, application, verdict("refused"))
    person_id = application.person_id
    assert queries.is_contestable(line)
    do(service.begin_application, person_id, application.brief, NOW + 20 * DAY)
    assert not queries.is_contestable(line)
    assert not any(e.may_contest for e in queries.list_history(person_id))
    with pytest.raises(Refusal):
        do(contests.contest, person_id, line.id, "Trop tard.", NOW + 20 * DAY)


def test_status_contested_while_a_draft_waits_is_not_given_back_twice(app):
    """An end cannot be contested beside a new application: a person never holds two."""
    referent = make_referent()
    mandate = make_mandate(referent=referent)
    change(referent, mandate, "ended")
    line = last_line(mandate.person_id, "ended")
    do(service.begin_application, mandate.person_id, get_site().briefs.briefs[0].id, NOW)
    with pytest.raises(Refusal):
        do(contests.contest, mandate.person_id, line.id, "Non.", NOW)


def test_constraint_decides_where_a_look_beforehand_was_too_early(app, monkeypatch):
    """The conditional update and the unique index hold by themselves, whatever was read before."""
    first, second = make_referent(), make_referent()
    mandate = make_mandate(referent=first)
    with pytest.raises(Outdated), transaction():
        seen = db.session.get(Mandate, mandate.id)
        moved = update(Mandate).where(Mandate.id == mandate.id).values(version=9)
        db.session.execute(moved, execution_options={"synchronize_session": False})
        mandates.move_mandate(seen, "let_dormant", first.id, NOW)
    change(first, mandate, "let_dormant")
    line = last_line(mandate.person_id, "let_dormant")
    do(contests.contest, mandate.person_id, line.id, "Non.", NOW)
    monkeypatch.setattr(queries, "is_contestable", lambda line: True)
    with pytest.raises(Outdated):
        do(contests.contest, mandate.person_id, line.id, "Non.", NOW)
    assert second


def test_situation_of_another_network_takes_its_own(app):
    """A draft that changes its situation stands on a network of that situation."""
    seed()
    person, briefs = make_certified(), get_site().briefs.briefs
    linkedin = next(b for b in briefs if b.networks[0] == "linkedin")
    other = next(b for b in briefs if "linkedin" not in b.networks)
    do(service.begin_application, person.id, linkedin.id, NOW)
    assert do(service.begin_application, person.id, other.id, NOW).network == other.networks[0]
    with pytest.raises(NotFound):
        do(service.decide, person.id, 999, 1, verdict(), None, NOW)


def test_two_contests_at_once_are_one(app):
    """The unique constraint says once."""
    first, _second = make_referent(), make_referent()
    application = make_application()
    line, person_id = decide(first, application, verdict("refused")).id, application.person_id
    outcomes = race(app, [lambda: contests.contest(person_id, line, "Non.", NOW)] * 3)
    assert outcomes.count("done") == count(Contest) == 1


# --- The log --------------------------------------------------------------------------------------------------


def test_log_refuses_change_and_removal(app):
    """Append-only, by the database itself."""
    make_mandate()
    for statement in ("UPDATE decision SET act = 'ended'", "DELETE FROM decision"):
        with pytest.raises(DBAPIError, match="append-only"), transaction():
            db.session.execute(text(statement))
    assert count(Decision) == 4


@pytest.mark.parametrize(
    "line",
    [
        {"act": "suspended", "before": "active", "after": "suspended"},
        {"act": "awakened", "before": "active", "after": "active"},
        {"act": "ended", "before": "active", "after": "dormant"},
        {"act": "ended", "before": None, "after": "ended"},
        {"act": "granted", "before": "active", "after": "active"},
        {"act": "let_dormant", "before": "active", "after": "dormant", "by": None},
        {"act": "paused", "before": "active", "after": "dormant"},
        {"act": "expired", "before": "active", "after": "ended"},
        {"act": "let_dormant", "before": "active", "after": "dormant", "version": 1},
    ],
)
def test_illegal_line_is_refused_by_constraint(app, line):
    """A move that the table does not know, an act under the wrong name, a suspension without hearing, a version twice."""
    referent = make_referent()
    mandate = make_mandate(referent=referent)
    line = {"by": referent.id, "version": 2, **line}
    with pytest.raises(IntegrityError), transaction():
        db.session.add(
            Decision(
                person_id=mandate.person_id, mandate_id=mandate.id, act=line["act"], before=line["before"],
                after=line["after"], by_id=line["by"], facts={}, at=NOW, version=line["version"],
            )
        )  # fmt: skip
        db.session.flush()


@pytest.mark.parametrize("agrees", [True, False])
@pytest.mark.parametrize("act", ["opened", "rescoped"])
def test_scope_is_contested_like_any_decision(app, act, agrees):
    """What a grant left out of the wishes, or a change took away, comes back where another referent agrees; a decision
    about something else meanwhile does not close the contest, and the answer is final."""
    first, second = make_referent(), make_referent()
    application = make_application(topics=("trades", "jobs"))
    decide(first, application)
    mandate = queries.get_open_mandate(application.person_id)
    if act == "rescoped":
        wanted = scope(topics=("trades", "events"), networks=("linkedin", "x"))
        do(mandates.rescope, first.id, mandate.id, mandate.version, wanted, REASON, NOW)
        wanted = scope(topics=("jobs",), ends_on=TODAY + dt.timedelta(days=30))
        do(mandates.rescope, first.id, mandate.id, mandate.version, wanted, REASON, NOW)
    line = queries.list_lines(mandate_id=mandate.id)[-1]
    made = do(contests.contest, application.person_id, line.id, "Je l’avais demandé.", NOW)
    do(mandates.change_mandate, first.id, mandate.id, mandate.version, "let_dormant", REASON, NOW)
    before = queries.state_of(mandate)
    do(contests.answer_contest, second.id, made.id, agrees, REASON, NOW)
    after = queries.rebuild_mandate(mandate.id)
    assert after == queries.state_of(db.session.get(Mandate, mandate.id))
    if not agrees:
        assert after == replace(before, version=after.version)
    elif act == "opened":
        assert (after.topics, after.ends_on) == (("trades", "jobs"), before.ends_on)
    else:
        assert (set(after.topics), set(after.networks)) == ({"jobs", "trades", "events"}, {"linkedin", "x"})
        assert after.ends_on == scope().ends_on
    assert not queries.is_contestable(queries.list_lines(mandate_id=mandate.id)[-1])


def test_history_says_everything_in_one_query(app, count_queries):
    """Reason, grid, hearing, contest and who decided, without a query a line."""
    first, second = make_referent(given_name="Léa", family_name="Roux"), make_referent()
    application = make_application()
    line = decide(first, application, verdict("refused"))
    made = do(contests.contest, application.person_id, line.id, "Relisez.", NOW)
    do(contests.answer_contest, second.id, made.id, True, REASON, NOW)
    decide(second, queries.get_open_application(application.person_id))
    with count_queries() as statements:
        history = queries.list_history(application.person_id)
    assert len(statements) == 1
    refused = next(e for e in history if e.line.act == "refused")
    assert (refused.by_name, refused.reason, refused.assessment.category) == ("Léa Roux", REASON, "post")
    assert refused.contest.status == "changed"
    assert [e.line.act for e in history if e.may_contest] == ["opened"]


# --- Who answers for whom -------------------------------------------------------------------------------------


def test_catalogue_is_seeded_once(app):
    """What stands is left as it is."""
    assert do(organisation.seed_catalogue) == 13
    assert do(organisation.seed_catalogue) == 0
    assert do(organisation.seed_catalogue, [("linkedin", "Autre"), ("mastodon", "Mastodon")], []) == 1
    assert {n.slug: n.name for n in queries.list_networks()}["linkedin"] == "LinkedIn"


def test_perimeter_is_of_a_referent_and_of_what_exists(app):
    """Departments and topics that are there; given anew, the former ones go."""
    seed()
    referent, department = make_referent(), make_department()
    do(organisation.set_perimeter, referent.id, [department.id], ["jobs"])
    do(organisation.set_perimeter, referent.id, [], ["trades"])
    (cover,) = queries.get_covers(TODAY)
    assert (cover.departments, cover.topics) == ((), ("trades",))
    for id_, departments, topics in (
        (make_person().id, [], []),
        (referent.id, [99], []),
        (referent.id, [], ["gossip"]),
    ):
        with pytest.raises(Invalid):
            do(organisation.set_perimeter, id_, departments, topics)


def test_deputy_stands_in_for_the_days_of_the_absence(app):
    """Before and after it, not; a deputy who is away too, or no referent any more, stands in for nobody."""
    boss, deputy = make_referent(), make_referent()
    do(organisation.declare_absence, boss.id, deputy.id, TODAY, TODAY + 3 * DAY, NOW)
    holders = lambda day: {c.owner_id: c.holder_id for c in queries.get_covers(day)}  # noqa: E731
    assert holders(TODAY - DAY)[boss.id] == holders(TODAY + 4 * DAY)[boss.id] == boss.id
    assert holders(TODAY)[boss.id] == holders(TODAY + 3 * DAY)[boss.id] == deputy.id
    away = do(organisation.declare_absence, deputy.id, boss.id, TODAY + 3 * DAY, TODAY + 5 * DAY, NOW)
    assert holders(TODAY + 3 * DAY) == {boss.id: None, deputy.id: None}
    do(organisation.cancel_absence, deputy.id, away.id)
    with transaction():
        db.session.execute(text("DELETE FROM role_assignment WHERE person_id = :id"), {"id": deputy.id})
    assert holders(TODAY) == {boss.id: None}


def test_absence_has_days_to_come_and_another_referent(app):
    """Each fault is said; one's own absence only is taken back."""
    boss, deputy = make_referent(), make_referent()
    for arguments in (
        (boss.id, boss.id, TODAY, TODAY),
        (boss.id, make_person().id, TODAY, TODAY),
        (make_person().id, boss.id, TODAY, TODAY),
        (boss.id, deputy.id, TODAY, TODAY - DAY),
        (boss.id, deputy.id, TODAY - 3 * DAY, TODAY - DAY),
        (boss.id, deputy.id, TODAY, TODAY + 400 * DAY),
    ):
        with pytest.raises(Invalid):
            do(organisation.declare_absence, *arguments, NOW)
    absence = do(organisation.declare_absence, boss.id, deputy.id, TODAY, TODAY + DAY, NOW)
    with pytest.raises(Invalid):
        do(organisation.declare_absence, boss.id, deputy.id, TODAY + DAY, TODAY + 2 * DAY, NOW)
    with pytest.raises(NotFound):
        do(organisation.cancel_absence, deputy.id, absence.id)
    do(organisation.cancel_absence, boss.id, absence.id)
    assert queries.list_absences(boss.id, TODAY) == []


def test_closed_or_former_referent_covers_nobody(app):
    """An account that was closed, a role that was taken: the application goes to whoever is there."""
    gone, former, here = make_referent(), make_referent(), make_referent()
    with transaction():
        db.session.execute(update(Person).where(Person.id == gone.id).values(closed_at=NOW))
        db.session.execute(text("DELETE FROM role_assignment WHERE person_id = :id"), {"id": former.id})
    assert [c.owner_id for c in queries.get_covers(TODAY)] == [here.id]
    assert count(RoleAssignment, role="referent") == 2
