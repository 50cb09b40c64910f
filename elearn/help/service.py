"""Questions: asked, answered, followed up, closed, published without a name. Alerts are in ``alerts``."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select, update

from ..ambassadors.queries import list_answerable
from ..content.service import get_site
from ..db import db, insert_once
from ..errors import Forbidden, Invalid, NotFound, Refusal
from ..i18n import LANGUAGES, _l, company_day
from ..notifications.service import queue
from ..people.models import normalise
from ..people.service import lock_person
from ..workdays import working_day_after
from . import queries, rules
from .models import PublicAnswer, Question, QuestionPost
from .rules import Outdated

EMPTY_QUESTION = _l("Écrivez votre question avant de l’envoyer.")
EMPTY_ANSWER = _l("Écrivez votre réponse avant de l’envoyer.")


def due_on(now: dt.datetime) -> dt.date:
    """The last day of the agreed delay for what is asked now."""
    return working_day_after(company_day(now), get_site().settings["answer_days"])


def ask(person_id: int, token: str, words: str, page: str, is_private: bool, now: dt.datetime) -> int:
    """Ask the referent; return the question's id. The same form sent twice asks once, and gets the same id.

    Raises Invalid without words, TooMany after twenty in a day.
    """
    words = rules.clean_words(words, EMPTY_QUESTION)
    lock_person(person_id)
    since = now - dt.timedelta(days=1)
    own = (Question.person_id == person_id, Question.asked_at > since, Question.token != token)
    rules.check_pace(db.session.scalar(select(func.count()).where(*own)))
    question_id = insert_once(
        Question,
        on=("person_id", "token"),
        person_id=person_id,
        token=token,
        page=rules.clean_page(page),
        is_private=is_private,
        status="open",
        asked_at=now,
        due_on=due_on(now),
        moved_at=now,
        version=1,
    )
    if question_id is None:
        return db.session.scalar(select(Question.id).where(Question.person_id == person_id, Question.token == token))
    _post(question_id, person_id, words, now)
    _tell_referents(person_id, question_id, 1, now)
    return question_id


def follow_up(person_id: int, question_id: int, version: int, words: str, now: dt.datetime) -> None:
    """Add to one's own question; it waits for an answer again, and its delay starts again if it had been answered.

    Raises NotFound for somebody else's, Outdated where the referent wrote meanwhile, Refusal once closed.
    """
    words = rules.clean_words(words, _l("Écrivez votre message avant de l’envoyer."))
    question = queries.get_own(person_id, question_id)
    if question is None:
        raise NotFound(_l("Cette question n’existe pas, ou n’est pas à vous."))
    if question.status == "closed":
        raise Refusal(_l("Cette question est close. Posez-en une nouvelle."))
    due = question.due_on if question.status == "open" else due_on(now)
    if not _move(question, version, "open", now, due_on=due):
        if _said_already(question_id, person_id, words):
            return
        raise Outdated(_l("Une réponse est arrivée pendant que vous écriviez. Lisez-la, puis complétez votre message."))
    _post(question_id, person_id, words, now)
    _tell_referents(person_id, question_id, version + 1, now)


def close(person_id: int, question_id: int, now: dt.datetime) -> None:
    """Say that the answer is enough. Closing twice is closing."""
    done = db.session.execute(
        update(Question)
        .where(Question.id == question_id, Question.person_id == person_id)
        .values(status="closed", moved_at=now, version=Question.version + 1)
    )
    if done.rowcount != 1:
        raise NotFound(_l("Cette question n’existe pas, ou n’est pas à vous."))


def keep_private(person_id: int, question_id: int) -> None:
    """The person does not want their question published, or no longer: what was made of it is taken back too."""
    if queries.get_own(person_id, question_id) is None:
        raise NotFound(_l("Cette question n’existe pas, ou n’est pas à vous."))
    db.session.execute(update(Question).where(Question.id == question_id).values(is_private=True))
    db.session.execute(update(PublicAnswer).where(PublicAnswer.question_id == question_id).values(is_shown=False))


def answer(referent_id: int, question_id: int, version: int, words: str, now: dt.datetime) -> None:
    """Answer what was read; the person is told. Of two referents who answer at once, one is asked to read the other.

    The caller has checked that the question is in this referent's perimeter.
    """
    words = rules.clean_words(words, EMPTY_ANSWER)
    question = db.session.get(Question, question_id, populate_existing=True)
    if question.person_id == referent_id:
        raise Forbidden(_l("Un autre référent répond à vos questions."))
    if question.status == "closed":
        raise Refusal(_l("La personne a clos cette question."))
    if not _move(question, version, "answered", now):
        if _said_already(question_id, referent_id, words):
            return
        raise Outdated(_l("Un message est arrivé pendant que vous écriviez. Lisez-le, puis envoyez votre réponse."))
    post_id = _post(question_id, referent_id, words, now, is_answer=True)
    queue(question.person_id, "question_answered", {"question": question_id, "post": post_id}, now)


def _move(question: Question, version: int, status: str, now: dt.datetime, **values) -> bool:
    """Move a question that is still as it was read; the database decides who was first."""
    done = db.session.execute(
        update(Question)
        .where(Question.id == question.id, Question.version == version, Question.status != "closed")
        .values(status=status, moved_at=now, version=version + 1, **values)
    )
    return done.rowcount == 1


def _said_already(question_id: int, by_id: int, words: str) -> bool:
    """Whether the last message is this very one: a button pressed twice."""
    last = db.session.scalar(
        select(QuestionPost).where(QuestionPost.question_id == question_id).order_by(QuestionPost.id.desc()).limit(1)
    )
    return last is not None and last.by_id == by_id and last.words == words


def _post(question_id: int, by_id: int, words: str, now: dt.datetime, is_answer: bool = False) -> int:
    post = QuestionPost(question_id=question_id, by_id=by_id, words=words, posted_at=now, is_answer=is_answer)
    db.session.add(post)
    db.session.flush()
    return post.id


def _tell_referents(person_id: int, question_id: int, version: int, now: dt.datetime) -> None:
    for referent_id in list_answerable(person_id, (), company_day(now)):
        queue(
            referent_id,
            "question_waiting",
            {"question": question_id},
            now,
            once_key=f"question_waiting:{question_id}:{version}:{referent_id}",
        )


# --- Public questions and answers -----------------------------------------------------------------------------


def publish(
    referent_id: int, question_id: int, question: str, answer: str, language: str, sure: bool, now: dt.datetime
) -> int:
    """Publish a question and its answer inside the company, in words of their own; return the entry's id.

    A text that still carries the name, address or number of who asked is refused, unless the referent is sure that
    it is another word. Publishing again replaces the texts. Raises Refusal where the person wished it kept private.
    """
    kept = db.session.get(Question, question_id, populate_existing=True)
    if kept.is_private:
        raise Refusal(_l("La personne a demandé que sa question ne soit pas publiée."))
    question = rules.clean_words(question, _l("Écrivez la question telle que tout le monde la lira."))
    answer = rules.clean_words(answer, _l("Écrivez la réponse telle que tout le monde la lira."))
    if language not in LANGUAGES:
        raise Invalid(_l("Cette langue n’est pas proposée."))
    if not sure and queries.find_traces(kept.person_id, f"{question} {answer}"):
        raise Invalid(_l("Ce texte dit peut-être qui a posé la question. Réécrivez-le, ou confirmez."))
    values = {
        "question": question,
        "answer": answer,
        "language": language,
        "search_text": normalise(f"{question} {answer}"),
        "is_shown": True,
        "published_at": now,
        "published_by_id": referent_id,
    }
    entry_id = insert_once(PublicAnswer, on=("question_id",), question_id=question_id, **values)
    if entry_id is None:
        db.session.execute(update(PublicAnswer).where(PublicAnswer.question_id == question_id).values(**values))
        entry_id = db.session.scalar(select(PublicAnswer.id).where(PublicAnswer.question_id == question_id))
    return entry_id


def unpublish(entry_id: int) -> None:
    """Take an entry back; its question stays as it is, and it may be published again."""
    done = db.session.execute(update(PublicAnswer).where(PublicAnswer.id == entry_id).values(is_shown=False))
    if done.rowcount != 1:
        raise NotFound(_l("Cette réponse n’est pas publiée, ou plus."))
