"""One thread runs the turns; nobody waits longer than the deadline; a failure is no answer."""

import time
from collections.abc import Callable, Iterator
from threading import Event, Timer, get_ident

import pytest

from bot.executor import Answer, Promise, TurnExecutor
from storage.outbox import Leaving, Reply

Turn = Callable[[int, Promise], Answer]
Start = Callable[..., TurnExecutor]

THANKS = [Leaving("r1", Reply("Thank you."))]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[TurnExecutor] = []

    def begin(turn: Turn, deadline: float = 5) -> TurnExecutor:
        started.append(TurnExecutor(turn, deadline))
        return started[-1]

    yield begin
    for executor in started:
        executor.close()


def carried(inbox_id: int, promise: Promise) -> Answer:
    """A turn whose replies leave in the response, if one waits."""
    return THANKS if promise(inbox_id) else []


def test_a_turn_that_is_done_in_time_gives_its_replies_to_the_response(start: Start) -> None:
    executor = start(carried)
    assert executor.handle(1, in_response=True) == THANKS
    assert executor.handle(2, in_response=False) == []


def test_a_turn_that_failed_is_no_answer(start: Start) -> None:
    assert start(lambda _, __: None).handle(1, in_response=True) is None


def test_nobody_waits_longer_than_the_deadline_and_the_turn_knows_it(start: Start) -> None:
    release, promised = Event(), list[bool]()

    def turn(inbox_id: int, promise: Promise) -> Answer:
        release.wait(5)
        promised.append(promise(inbox_id))
        return []

    executor = start(turn, deadline=0.05)
    assert executor.handle(1, in_response=True) is None
    release.set()
    executor.close()
    assert promised == [False]


def test_a_response_that_was_promised_to_waits_until_the_turn_is_committed(start: Start) -> None:
    def turn(inbox_id: int, promise: Promise) -> Answer:
        leaving = THANKS if promise(inbox_id) else []
        time.sleep(0.2)
        return leaving

    assert start(turn, deadline=0.05).handle(1, in_response=True) == THANKS


def test_a_message_that_is_being_handled_is_not_started_again(start: Start) -> None:
    release, seen = Event(), list[int]()

    def turn(inbox_id: int, _: Promise) -> Answer:
        seen.append(inbox_id)
        release.wait(5)
        return []

    executor = start(turn, deadline=0.05)
    executor.handle(1, in_response=True)
    executor.handle_later([1, 1, 2])
    executor.handle_later([2])
    release.set()
    executor.close()
    assert seen.count(1) == 1


def test_all_turns_run_in_one_thread(start: Start) -> None:
    threads = set[int]()

    def turn(_: int, __: Promise) -> Answer:
        threads.add(get_ident())
        return []

    executor = start(turn)
    for inbox_id in range(5):
        executor.handle(inbox_id, in_response=False)
    assert len(threads) == 1
    assert get_ident() not in threads


def test_an_error_is_logged_by_id_and_the_next_turn_runs(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    def turn(inbox_id: int, _: Promise) -> Answer:
        if inbox_id == 7:
            raise ValueError("her words")
        return []

    executor = start(turn)
    assert executor.handle(7, in_response=True) is None
    assert executor.handle(8, in_response=True) == []
    assert [record.getMessage() for record in caplog.records] == ["turn of inbox row 7 ended in an error"]


def test_closing_lets_the_running_turn_finish_and_drops_the_queue(start: Start) -> None:
    began, release, finished = Event(), Event(), list[int]()

    def turn(inbox_id: int, _: Promise) -> Answer:
        began.set()
        release.wait(5)
        finished.append(inbox_id)
        return []

    executor = start(turn)
    executor.handle_later([1, 2, 3])
    began.wait(5)
    Timer(0.1, release.set).start()
    executor.close()
    assert finished == [1]
