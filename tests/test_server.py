"""The product under its own server, two processes: fifty at once, a power cut, and a polite end."""

from __future__ import annotations

import itertools
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from elearn import create_app
from elearn.db import db, transaction, utcnow
from tests import factories
from tests.bench.__main__ import Visitor
from tests.conftest import SERVER_URL
from tests.databases import PostgresDatabase
from tests.servers import CSRF, start_product

pytestmark = [pytest.mark.server]
SECRET = "server-tests-" + "x" * 40
REQUIREMENTS = ("path", "charter-signature", "charter-quiz", "security-lessons", "security-quiz")


class Site:
    """A running server, and an application on the same database to prepare and to look."""

    def __init__(self, instance, url):
        self.instance, self.url, self.visitors = instance, url, []
        self.start()
        self.app = create_app(
            {"ENV": "test", "SECRET_KEY": SECRET, "SQLALCHEMY_DATABASE_URI": url, "INSTANCE": instance}
        )

    def start(self):
        """Start, or start again on the same instance."""
        environment = {"ELEARN_ENV": "test", "ELEARN_SECRET_KEY": SECRET, "ELEARN_DATABASE_URL": self.url}
        self.server = start_product(self.instance, **environment)

    def visitor(self, person) -> Visitor:
        """A window in which this person is signed in."""
        return self._visit(dict([factories.session_cookie(self.app, person)]))

    def twin(self, visitor: Visitor) -> Visitor:
        """Another window of the same browser."""
        return self._visit(dict(visitor.cookies))

    def _visit(self, cookies) -> Visitor:
        visitor = Visitor(self.server)
        visitor.cookies = cookies
        self.visitors.append(visitor)
        return visitor

    def leave(self):
        """Close every window."""
        for visitor in self.visitors:
            visitor.connection.close()
        self.visitors.clear()


@pytest.fixture(scope="module")
def site(request, tmp_path_factory):
    instance = tmp_path_factory.mktemp("server")
    if request.config.getoption("--database") == "postgresql":
        url = PostgresDatabase(os.environ[SERVER_URL], "server").url
    else:
        url = f"sqlite:///{instance / 'elearn.sqlite3'}"
    site = Site(instance, url)
    yield site
    site.leave()
    site.server.stop()
    with site.app.app_context():
        db.engine.dispose()


def key_of(item):
    from elearn.content.items import check_value

    return check_value(item, item.key)


def begin_quiz(person, slug):
    """An open attempt with every response right and received."""
    from elearn.assessment import service
    from elearn.assessment.models import Attempt
    from elearn.content.service import get_site

    now = utcnow()
    quiz = get_site().quiz(slug)
    attempt_id = service.start_attempt(person.id, quiz, 7, now)
    drawn = db.session.get(Attempt, attempt_id).items
    given = {item: (key_of(quiz.by_id[item]), place + 1) for place, item in enumerate(drawn)}
    service.save_responses(attempt_id, person.id, given, now)
    return attempt_id


def prepare(person, last: str) -> tuple[str, str, dict]:
    """Do everything but the last act of one requirement; return (page, address, fields) of that act."""
    from elearn.assessment import service as assessment
    from elearn.content.service import get_site
    from elearn.learning import service as learning

    site, now, act = get_site(), utcnow(), None
    with transaction():
        for requirement, slug in (("path", "premiers-pas"), ("security-lessons", "security")):
            course = site.course(slug)
            for lesson in course.lessons[: -1 if requirement == last else None]:
                learning.complete_lesson(person.id, course, lesson, now)
            if requirement == last:
                page = f"/courses/{slug}/{course.lessons[-1].slug}"
                act = (page, f"{page}/done", {})
        if last == "charter-signature":
            act = ("/charter", "/charter/sign", {"edition": site.charter.edition_id})
        else:
            learning.sign_charter(person.id, site.charter.edition_id, site.charter, "fr", now)
        for slug in ("charter", "security"):
            attempt_id = begin_quiz(person, slug)
            if last == f"{slug}-quiz":
                page = f"/quizzes/{slug}/attempts/{attempt_id}"
                act = (page, f"{page}/submit", {"confirm": "1"})
            else:
                assessment.submit_attempt(attempt_id, person.id, now)
    return act


@pytest.mark.parametrize("last", REQUIREMENTS)
def test_last_requirement_fifty_times_at_once_issues_one_credential(site, last):
    """Whichever requirement comes last, and however many requests race over two processes: exactly one credential."""
    from elearn.credentials.models import Credential, Fulfilment
    from elearn.notifications.models import Message

    with site.app.app_context():
        person = factories.make_person()
        page, address, fields = prepare(person, last)
        visitor = site.visitor(person)
    _status, text, _answer = visitor.ask("GET", page)
    token = CSRF.search(text).group(0)
    gate = threading.Barrier(50)

    def act(_number):
        twin = site.twin(visitor)
        gate.wait()
        return twin.post(address, token, **fields)[0]

    with ThreadPoolExecutor(50) as pool:
        statuses = set(pool.map(act, range(50)))
    site.leave()
    assert statuses == {303}
    with site.app.app_context():
        count = db.session.scalar(select(func.count()).select_from(Credential).where(Credential.person_id == person.id))
        met = db.session.scalars(select(Fulfilment.requirement).where(Fulfilment.person_id == person.id)).all()
        told = db.session.scalar(
            select(func.count())
            .select_from(Message)
            .where(Message.person_id == person.id, Message.kind == "credential_issued")
        )
        assert (count, sorted(met), told) == (1, sorted(REQUIREMENTS), 1)


def test_power_cut_loses_no_acknowledged_response(site):
    """The server is killed while five people save without end: what was received is on disk."""
    import json

    from elearn.assessment import service
    from elearn.assessment.models import Attempt, Response
    from elearn.content.service import get_site

    writers = []
    with site.app.app_context():
        quiz = get_site().quiz("charter")
        for _ in range(5):
            person = factories.make_person()
            with transaction():
                attempt_id = service.start_attempt(person.id, quiz, 11, utcnow())
            items = [quiz.by_id[i] for i in db.session.get(Attempt, attempt_id).items]
            singles = [i for i in items if i.type == "single"]
            writers.append((site.visitor(person), attempt_id, singles))
    received: dict[tuple[int, str], tuple[int, str]] = {}
    acknowledged, half = itertools.count(1), threading.Event()

    def write(writer):
        visitor, attempt_id, singles = writer
        address = f"/quizzes/charter/attempts/{attempt_id}"
        token = CSRF.search(visitor.ask("GET", address)[1]).group(1)
        headers = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": token}
        for sequence in itertools.count(1):
            item = singles[sequence % len(singles)]
            value = item.choice_ids[sequence % len(item.choice_ids)]
            one = {"item": item.id, "fields": {f"item-{item.id}": [value]}, "sequence": sequence}
            try:
                status, _text, _answer = visitor.ask(
                    "POST", f"{address}/responses", json.dumps({"responses": [one]}), headers
                )
            except OSError:
                return
            except Exception as error:  # A connection cut in mid-answer: http.client has several names for it.
                assert "http.client" in type(error).__module__
                return
            assert status == 200
            received[attempt_id, item.id] = (sequence, value)
            if next(acknowledged) == 250:
                half.set()

    with ThreadPoolExecutor(5) as pool:
        writing = [pool.submit(write, writer) for writer in writers]
        try:
            assert half.wait(300)
        finally:
            site.server.kill()
        for one in writing:
            one.result()
    site.leave()
    site.start()
    with site.app.app_context():
        db.engine.dispose()
        kept = {
            (r.attempt_id, r.item): (r.sequence, r.value)
            for r in db.session.scalars(select(Response).where(Response.attempt_id.in_([w[1] for w in writers])))
        }
    for where, (sequence, value) in received.items():
        assert where in kept
        assert kept[where][0] > sequence or kept[where] == (sequence, value)


def test_server_asked_to_end_the_moment_it_answers_ends(site):
    """Its second process is still loading then, and must not let the request pass."""
    site.leave()
    site.server.stop()
    site.start()
    site.server.stop()
    assert site.server.process.returncode == 0
    site.start()
