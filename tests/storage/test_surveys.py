"""A survey is published once, answered once a quarter, and its answers stay with a pseudonym of their own."""

import threading
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import surveys
from storage.database import Database
from storage.models import Answer, SurveyResponse, SurveyVersion
from storage.models.enums import ResponseState
from storage.surveys import SurveyError
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.factories import create_worker

DEFINITION: dict[str, Any] = {
    "survey": "core",
    "version": 1,
    "questions": [
        {"key": "paid_on_time", "kind": "yes_no", "topic": "pay", "point": "CO"},
        {"key": "hours_week", "kind": "number", "topic": "hours", "unit": "hours", "minimum": 0, "maximum": 112},
        {"key": "anything_else", "kind": "text", "topic": "safety", "sensitive": True},
    ],
}


def changed(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(DEFINITION), **changes}


def begin(session: Session, vault: Vault, now: datetime, **changes: Any) -> SurveyResponse:
    version = surveys.publish(session, changes.pop("definition", DEFINITION), now)
    values = {"factory_id": None, "country": "bd", "language": "bn", **changes}
    return surveys.start_or_resume(session, vault, create_worker(session, vault).pseudonym, version, **values, now=now)


def test_the_core_survey_can_be_published(database: Database, clock: FixedClock) -> None:
    definition = yaml.safe_load(Path("bot/surveys/core.yml").read_text("utf-8"))
    with database.transaction() as session:
        version = surveys.publish(session, definition, clock.now())
        assert version.definition == definition


def test_publishing_again_changes_nothing(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        first = surveys.publish(session, DEFINITION, clock.now())
        assert surveys.publish(session, deepcopy(DEFINITION), clock.advance(days=1)) is first
        assert session.scalar(select(func.count()).select_from(SurveyVersion)) == 1


def test_published_version_never_changes(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        surveys.publish(session, DEFINITION, clock.now())
        with pytest.raises(SurveyError, match="new version number"):
            surveys.publish(session, changed(questions=DEFINITION["questions"][:1]), clock.now())
        newer = surveys.publish(session, changed(version=2, questions=DEFINITION["questions"][:1]), clock.now())
        assert surveys.current_version(session) is newer
        assert surveys.current_version(session, "other") is None


@pytest.mark.parametrize(
    "definition",
    [
        None,
        {},
        [],
        changed(version=0),
        changed(survey="Core Survey"),
        changed(questions=[]),
        changed(extra=1),
        changed(questions=[{"key": "a", "kind": "essay", "topic": "pay"}]),
        changed(questions=[{"key": "a", "kind": "scale", "topic": "pay"}]),
        changed(questions=[{"key": "a", "kind": "scale", "topic": "pay", "minimum": 5, "maximum": 1}]),
        changed(questions=[{"key": "a", "kind": "choice", "topic": "pay", "choices": ["one"]}]),
        changed(questions=[{"key": "a", "kind": "yes_no", "topic": "pay", "choices": ["one", "two"]}]),
        changed(questions=[{"key": "a", "kind": "text", "topic": "pay"}] * 2),
    ],
)
def test_wrong_definition_is_refused(database: Database, clock: FixedClock, definition: Any) -> None:
    with database.transaction() as session:
        with pytest.raises(SurveyError):
            surveys.publish(session, definition, clock.now())
        assert surveys.current_version(session) is None


def test_questions_come_in_order_and_end(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        response = begin(session, vault, clock.now())
        answers: dict[str, dict[str, Any]] = {
            "paid_on_time": {"choice": "no"},
            "hours_week": {"number": 61.5},
            "anything_else": {"text": "the exit is locked"},
        }
        for key, answer in answers.items():
            question = surveys.next_question(response)
            assert question is not None
            assert question["key"] == key
            surveys.record_answer(session, vault, response, key, **answer, now=clock.now())
        assert surveys.next_question(response) is None
        [text] = session.scalars(select(Answer.text).where(Answer.text.is_not(None)))
        assert text is not None
        assert b"locked" not in text


def test_a_skip_is_an_answer_and_a_second_answer_replaces_the_first(
    database: Database, vault: Vault, clock: FixedClock
) -> None:
    with database.transaction() as session:
        response = begin(session, vault, clock.now())
        surveys.record_answer(session, vault, response, "paid_on_time", skipped=True, now=clock.now())
        surveys.record_answer(session, vault, response, "paid_on_time", choice="yes", now=clock.now())
        answer = session.scalars(select(Answer)).one()
        assert (answer.choice, answer.is_skipped) == ("yes", False)


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("unknown", {"choice": "yes"}),
        ("paid_on_time", {}),
        ("paid_on_time", {"choice": "yes", "number": 1}),
        ("paid_on_time", {"choice": "yes", "skipped": True}),
    ],
)
def test_answer_that_does_not_fit_is_refused(
    database: Database, vault: Vault, clock: FixedClock, key: str, answer: dict[str, Any]
) -> None:
    with database.transaction() as session:
        response = begin(session, vault, clock.now())
        with pytest.raises(SurveyError):
            surveys.record_answer(session, vault, response, key, **answer, now=clock.now())
        assert session.scalars(select(Answer)).all() == []


def test_back_reopens_the_last_question(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        response = begin(session, vault, clock.now())
        assert surveys.remove_last_answer(session, response) is None
        surveys.record_answer(session, vault, response, "paid_on_time", choice="yes", now=clock.now())
        surveys.record_answer(session, vault, response, "hours_week", number=48, now=clock.now())
        assert surveys.remove_last_answer(session, response) == "hours_week"
        question = surveys.next_question(response)
        assert question is not None
        assert question["key"] == "hours_week"


def test_one_response_a_quarter(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        first = begin(session, vault, clock.now())
        assert begin(session, vault, clock.advance(days=1)) is first
        surveys.finish(session, first, clock.now())
        again = begin(session, vault, clock.advance(days=1))
        assert again is first
        assert again.state is ResponseState.FINISHED
        clock.moment = datetime(2027, 1, 2, tzinfo=UTC)
        assert begin(session, vault, clock.now()) is not first


def test_answered_means_finished_in_this_quarter(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        response = begin(session, vault, clock.now())
        version = surveys.publish(session, DEFINITION, clock.now())
        pseudonym = create_worker(session, vault).pseudonym
        assert not surveys.has_answered(session, vault, pseudonym, version, clock.now())
        surveys.finish(session, response, clock.now())
        assert surveys.has_answered(session, vault, pseudonym, version, clock.now())
        assert not surveys.has_answered(session, vault, pseudonym, version, clock.advance(days=90))
        assert surveys.open_response(session, vault, pseudonym) is None


def test_stopped_response_goes_on_where_it_was(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        response = begin(session, vault, clock.now())
        surveys.record_answer(session, vault, response, "paid_on_time", choice="yes", now=clock.now())
        surveys.stop(session, response, clock.now())
        assert begin(session, vault, clock.advance(days=1)) is response
        assert response.state is ResponseState.OPEN
        question = surveys.next_question(response)
        assert question is not None
        assert question["key"] == "hours_week"


def test_open_response_goes_on_with_its_own_version(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        response = begin(session, vault, clock.now())
        newer = changed(version=2, questions=DEFINITION["questions"][1:])
        clock.moment = datetime(2027, 1, 1, tzinfo=UTC)
        assert begin(session, vault, clock.now(), definition=newer) is response
        question = surveys.next_question(response)
        assert question is not None
        assert question["key"] == "paid_on_time"


def test_response_cannot_be_joined_with_the_worker(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        response = begin(session, vault, clock.now())
        worker = create_worker(session, vault)
        assert response.respondent not in {worker.pseudonym, worker.id}


def test_a_response_has_the_moment_of_no_message(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        version = surveys.publish(session, DEFINITION, clock.now())
        response = begin_with(session, vault, version, clock.now())
        for question in DEFINITION["questions"]:
            surveys.record_answer(session, vault, response, question["key"], skipped=True, now=clock.advance(minutes=1))
        assert response.touched_at == datetime(2026, 11, 18, tzinfo=UTC)
        surveys.finish(session, response, clock.now())
        assert response.touched_at == datetime(2026, 11, 18, tzinfo=UTC)


def test_starting_twice_at_once_makes_one_response(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        version = surveys.publish(session, DEFINITION, clock.now())
    ids: list[str] = []
    start = threading.Barrier(4)

    def run() -> None:
        start.wait()
        with database.transaction() as session:
            ids.append(begin_with(session, vault, version, clock.now()).id)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 4
    assert len(set(ids)) == 1


def begin_with(session: Session, vault: Vault, version: SurveyVersion, now: datetime) -> SurveyResponse:
    return surveys.start_or_resume(
        session, vault, "pseudonym", version, factory_id=None, country=None, language="en", now=now
    )
