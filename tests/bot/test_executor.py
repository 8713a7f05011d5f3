"""One thread runs the turns; nobody waits longer than the deadline; a failure is no answer."""

from collections.abc import Callable, Iterator
from threading import Event, Timer, get_ident

import pytest

from bot.executor import TurnExecutor

Start = Callable[..., TurnExecutor]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[TurnExecutor] = []

    def begin(turn: Callable[[int], bool], deadline: float = 5) -> TurnExecutor:
        started.append(TurnExecutor(turn, deadline))
        return started[-1]

    yield begin
    for executor in started:
        executor.close()


def test_a_turn_that_is_done_in_time_says_so(start: Start) -> None:
    assert start(lambda _: True).handle(1) is True
    assert start(lambda _: False).handle(1) is False


def test_nobody_waits_longer_than_the_deadline(start: Start) -> None:
    release = Event()
    executor = start(lambda _: release.wait(5), deadline=0.05)
    assert executor.handle(1) is False
    release.set()


def test_a_message_that_is_being_handled_is_not_started_again(start: Start) -> None:
    release, seen = Event(), list[int]()

    def turn(inbox_id: int) -> bool:
        seen.append(inbox_id)
        return release.wait(5)

    executor = start(turn, deadline=0.05)
    executor.handle(1)
    executor.handle_later([1, 1, 2])
    executor.handle_later([2])
    release.set()
    executor.close()
    assert seen.count(1) == 1


def test_all_turns_run_in_one_thread(start: Start) -> None:
    threads = set[int]()

    def turn(_: int) -> bool:
        threads.add(get_ident())
        return True

    executor = start(turn)
    for inbox_id in range(5):
        executor.handle(inbox_id)
    assert len(threads) == 1
    assert get_ident() not in threads


def test_an_error_is_logged_by_id_and_the_next_turn_runs(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    def turn(inbox_id: int) -> bool:
        if inbox_id == 7:
            raise ValueError("her words")
        return True

    executor = start(turn)
    assert executor.handle(7) is False
    assert executor.handle(8) is True
    assert [record.getMessage() for record in caplog.records] == ["turn of inbox row 7 ended in an error"]


def test_closing_lets_the_running_turn_finish_and_drops_the_queue(start: Start) -> None:
    began, release, finished = Event(), Event(), list[int]()

    def turn(inbox_id: int) -> bool:
        began.set()
        release.wait(5)
        finished.append(inbox_id)
        return True

    executor = start(turn)
    executor.handle_later([1, 2, 3])
    began.wait(5)
    Timer(0.1, release.set).start()
    executor.close()
    assert finished == [1]
