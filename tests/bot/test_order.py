"""The messages of one conversation are answered in the order in which they came, also when a turn has failed."""

from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, Event, Lock, Thread
from typing import Any, cast

import pytest
from sqlalchemy import select

from bot.assistant import Assistant
from bot.executor import Answer, Promise, TurnExecutor
from storage.database import Database
from storage.inbox import RETRY_AFTER
from storage.models import Answer as SurveyAnswer
from storage.models import OutboxMessage
from storage.models.enums import InboxState, OutboxState
from tests.bot.conftest import Talk
from tests.bot.test_turn import GRIEVANCE, break_action, fail
from tests.conftest import FixedClock

POSTER = "JOIN 4821"


def failed(talk: Talk, *texts: str) -> list[int]:
    """Send texts whose turns fail once."""
    rows = [talk.sends(text) for text in texts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Assistant, "respond", fail)
        assert [talk.turns.handle(inbox_id) for inbox_id in rows] == [None] * len(rows)
    return rows


def answered(database: Database) -> list[int | None]:
    """Return which messages the replies answer, in the order in which those were written."""
    with database.reading() as session:
        rows = list(session.scalars(select(OutboxMessage.inbox_id).order_by(OutboxMessage.id)))
    return [row for place, row in enumerate(rows) if row not in rows[:place]]


def test_a_message_that_failed_is_tried_again_before_the_next_one(talk: Talk, database: Database) -> None:
    [first] = failed(talk, POSTER)
    assert talk.says("1") == [talk.turns.wording.text("en", "core.paid_on_time.text")], "she agreed to the survey"
    assert answered(database) == [first, talk.rows[-1]]
    with database.reading() as session:
        states = session.scalars(select(OutboxMessage.state).where(OutboxMessage.inbox_id == first))
        assert set(states) == {OutboxState.PENDING}, "no response waits for them"


def test_all_that_failed_are_tried_in_their_order(talk: Talk, database: Database) -> None:
    failed(talk, POSTER, "1", "2")
    assert talk.says("2") == [talk.turns.wording.text("en", "core.hours_week.text")]
    assert answered(database) == talk.rows
    with database.reading() as session:
        assert set(session.scalars(select(SurveyAnswer.choice))) == {"no"}


def test_a_message_that_was_never_tried_comes_first_too(talk: Talk, database: Database) -> None:
    first = talk.sends(POSTER)
    assert talk.says("1") == [talk.turns.wording.text("en", "core.paid_on_time.text")]
    assert answered(database) == [first, talk.rows[-1]]


def test_a_message_that_fails_again_holds_up_no_other(
    talk: Talk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_action(monkeypatch)
    first = talk.sends(GRIEVANCE)
    assert talk.turns.handle(first) is None
    assert talk.says("help"), "it is answered all the same"
    row = talk.row(first)
    assert (row.state, row.attempts, row.next_attempt_at) == (InboxState.RECEIVED, 2, clock.now() + RETRY_AFTER[1])


def test_only_the_same_conversation_has_an_order(talk: Talk) -> None:
    [first] = failed(talk, GRIEVANCE)
    replace(talk, address="+8801700000001", said=100).says("hello good morning")
    assert talk.row(first).attempts == 1


def test_a_later_message_is_left_alone(talk: Talk) -> None:
    first = talk.sends("hello good morning")
    [second] = failed(talk, GRIEVANCE)
    talk.turns.handle(first)
    assert talk.row(second).state is InboxState.RECEIVED


def test_the_response_to_an_earlier_message_carries_its_replies(talk: Talk) -> None:
    first, second = talk.sends(POSTER), talk.sends("1")

    def turn(inbox_id: int, promise: Promise) -> Answer:
        while inbox_id == second and not promise(first):
            Event().wait(0.01)  # until its response waits as well
        return talk.turns.handle(inbox_id, promise)

    executor = TurnExecutor(turn, deadline=30)
    answers = at_once(*(lambda row=row: executor.handle(row, in_response=True) for row in (second, first)))
    executor.close()
    said = [[each.reply.text for each in answer or ()] for answer in answers]
    assert said[0] == [talk.turns.wording.text("en", "core.paid_on_time.text")]
    assert said[1][0] == talk.turns.wording.text("en", "first_line")


@pytest.mark.parametrize("round_", range(3))
def test_two_processes_answer_each_message_once_and_in_order(talk: Talk, database: Database, round_: int) -> None:
    # One assistant for both, which one thread may use at a time.
    turns = replace(talk.turns, assistant=cast(Assistant, OneAtATime(talk.turns.assistant)))
    first, second = talk.sends(POSTER), talk.sends("1")
    start = Barrier(2)

    def run(inbox_id: int) -> Answer:
        start.wait()
        return turns.handle(inbox_id)

    assert at_once(lambda: run(first), lambda: run(second)) == [[], []]
    assert answered(database) == [first, second]
    with database.reading() as session:
        places = session.execute(select(OutboxMessage.inbox_id, OutboxMessage.position)).all()
    assert len(places) == len(set(places)) == 6


class OneAtATime:
    """An assistant behind a lock."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant, self._lock = assistant, Lock()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            with self._lock:
                return getattr(self._assistant, name)(*arguments)

        return call


def at_once(*calls: Callable[[], Answer]) -> list[Answer]:
    """Make calls in threads of their own; return what each gave."""
    given: list[Answer] = [None] * len(calls)

    def run(place: int) -> None:
        given[place] = calls[place]()

    threads = [Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return given
