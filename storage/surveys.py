"""Surveys: published once, answered by a pseudonym made for surveys alone.

The turn asks `next_question` and records answers; numbers leave through `disclosure.py` only.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from storage.database import insert_once
from storage.keys import Purpose
from storage.models import Answer, SurveyResponse, SurveyVersion, new_id
from storage.models.enums import ResponseState
from storage.survey_definition import SurveyError, check
from storage.vault import Vault

__all__ = [
    "SurveyError",
    "current_version",
    "finish",
    "has_answered",
    "next_question",
    "open_response",
    "publish",
    "quarter",
    "record_answer",
    "remove_last_answer",
    "start_or_resume",
    "stop",
]

OPEN_OF = (
    select(SurveyResponse)
    .options(joinedload(SurveyResponse.version), joinedload(SurveyResponse.answers))
    .where(SurveyResponse.respondent == bindparam("respondent"), SurveyResponse.state == ResponseState.OPEN)
    .order_by(SurveyResponse.touched_at.desc(), SurveyResponse.id)
)
"""Built once, since nearly every turn asks for it."""


def publish(session: Session, definition: dict[str, Any], now: datetime) -> SurveyVersion:
    """Publish a version; the same one again is no change, another content under its number is an error."""
    check(definition)
    content = json.loads(json.dumps(definition))
    key = {"survey": content["survey"], "version": content["version"]}
    insert_once(session, SurveyVersion, {"id": new_id(), **key, "definition": content, "published_at": now})
    published = session.scalars(select(SurveyVersion).filter_by(**key)).one()
    if published.definition != content:
        raise SurveyError("this version was published with other questions; give the changed one a new version number")
    return published


def current_version(session: Session, survey: str = "core") -> SurveyVersion | None:
    """Return the version that new responses answer."""
    query = select(SurveyVersion).where(SurveyVersion.survey == survey)
    return session.scalars(query.order_by(SurveyVersion.version.desc()).limit(1)).first()


def start_or_resume(
    session: Session,
    vault: Vault,
    worker_pseudonym: str,
    version: SurveyVersion,
    *,
    factory_id: str | None,
    country: str | None,
    language: str,
    now: datetime,
) -> SurveyResponse:
    """Return the worker's response of this quarter, opened again unless she has finished it.

    One she has open goes on first, also when it began in the last quarter or with an earlier version.
    """
    respondent = vault.pseudonym(Purpose.SURVEY, worker_pseudonym)
    response = _response(session, respondent, version.survey, now)
    if response is None:
        values = {"factory_id": factory_id, "country": country, "language": language, "started_on": now.date()}
        key = {"survey_version_id": version.id, "respondent": respondent, "period": quarter(now)}
        state = {"id": new_id(), "state": ResponseState.OPEN, "touched_at": _day(now), "is_example": False}
        insert_once(session, SurveyResponse, {**values, **key, **state})
        response = session.scalars(select(SurveyResponse).filter_by(**key)).one()
    if response.state in {ResponseState.STOPPED, ResponseState.EXPIRED}:
        response.state = ResponseState.OPEN
        response.touched_at = _day(now)
        session.flush()
    return response


def open_response(session: Session, vault: Vault, worker_pseudonym: str) -> SurveyResponse | None:
    """Return the response this worker has not finished."""
    respondent = vault.pseudonym(Purpose.SURVEY, worker_pseudonym)
    return session.scalars(OPEN_OF, {"respondent": respondent}).unique().first()


def has_answered(session: Session, vault: Vault, worker_pseudonym: str, version: SurveyVersion, now: datetime) -> bool:
    """Say whether this worker has finished this survey in this quarter."""
    response = _response(session, vault.pseudonym(Purpose.SURVEY, worker_pseudonym), version.survey, now)
    return response is not None and response.state is ResponseState.FINISHED


def next_question(response: SurveyResponse) -> dict[str, Any] | None:
    """Return the first question without an answer; none when all have one."""
    answered = {answer.question for answer in response.answers}
    return next((question for question in _questions(response) if question["key"] not in answered), None)


def record_answer(
    session: Session,
    vault: Vault,
    response: SurveyResponse,
    question_key: str,
    *,
    number: float | None = None,
    choice: str | None = None,
    text: str | None = None,
    skipped: bool = False,
    now: datetime,
) -> Answer:
    """Keep the answer to a question, in place of an earlier one; raise `SurveyError` for one that does not fit."""
    keys = [question["key"] for question in _questions(response)]
    if question_key not in keys:
        raise SurveyError("the survey has no such question")
    if [number is not None, choice is not None, text is not None, skipped].count(True) != 1:
        raise SurveyError("an answer is a number, a choice, a text or a skip")
    _forget(session, response, question_key)
    answer_id = new_id()
    answer = Answer(
        id=answer_id,
        question=question_key,
        position=keys.index(question_key),
        number=number,
        choice=choice,
        text=vault.close_text("answers.text", answer_id, text) if text is not None else None,
        is_skipped=skipped,
    )
    response.answers.append(answer)
    response.answers.sort(key=lambda one: one.position)
    response.touched_at = _day(now)
    return answer


def remove_last_answer(session: Session, response: SurveyResponse) -> str | None:
    """Take the last answer back and return its question's key; none when there is no answer."""
    if not response.answers:
        return None
    question = response.answers[-1].question
    _forget(session, response, question)
    return question


def finish(session: Session, response: SurveyResponse, now: datetime) -> None:
    """Close a response whose questions are all answered or skipped."""
    _close(session, response, ResponseState.FINISHED, now)


def stop(session: Session, response: SurveyResponse, now: datetime) -> None:
    """Close a response that the worker broke off."""
    _close(session, response, ResponseState.STOPPED, now)


def quarter(now: datetime) -> str:
    """Return the quarter of a moment, such as `2026-Q4`."""
    return f"{now.year}-Q{(now.month + 2) // 3}"


def _day(now: datetime) -> datetime:
    """Return the day only: a moment would be the same as that of a message, and tell whose answers these are."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _close(session: Session, response: SurveyResponse, state: ResponseState, now: datetime) -> None:
    response.state = state
    response.touched_at = _day(now)
    session.flush()


def _forget(session: Session, response: SurveyResponse, question: str) -> None:
    for answer in [one for one in response.answers if one.question == question]:
        response.answers.remove(answer)
        # Its row goes before another one with the same key may come.
        session.flush()


def _response(session: Session, respondent: str, survey: str, now: datetime) -> SurveyResponse | None:
    query = (
        select(SurveyResponse)
        .join(SurveyVersion, SurveyResponse.survey_version_id == SurveyVersion.id)
        .where(SurveyResponse.respondent == respondent, SurveyVersion.survey == survey)
    )
    is_open = SurveyResponse.state == ResponseState.OPEN
    newest = SurveyVersion.version.desc()
    found = session.scalars(query.where(is_open).order_by(SurveyResponse.touched_at.desc()).limit(1)).first()
    return found or session.scalars(query.where(SurveyResponse.period == quarter(now)).order_by(newest)).first()


def _questions(response: SurveyResponse) -> list[dict[str, Any]]:
    questions: list[dict[str, Any]] = response.version.definition["questions"]
    return questions
