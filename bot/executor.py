"""The one thread that runs turns; web threads and the scheduler hand it ids of inbox rows.

`app.py` gives `handle` to the channels. Why one thread: docs/decisions/0005.
"""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Lock

from storage.outbox import Leaving

log = logging.getLogger(__name__)

Answer = list[Leaving] | None
"""What leaves in the response to a message; none when its turn failed."""

Promise = Callable[[int], bool]
"""Asked by a turn once, before it commits: does a response wait for the replies to the message of this inbox row?

After a yes it waits until the end.
"""


def nobody_waits(_inbox_id: int) -> bool:
    """The replies leave through the outbox."""
    return False


@dataclass(eq=False)
class Running:
    """A turn that is queued or runs, and the responses that wait to carry its replies."""

    future: Future[Answer] = field(init=False)
    _waiting: int = 0
    _is_promised: bool = False
    _lock: Lock = field(default_factory=Lock)

    def join(self) -> None:
        """A response waits from now on."""
        with self._lock:
            self._waiting += 1

    def promise(self) -> bool:
        """Say whether a response waits; if so it stays until the end."""
        with self._lock:
            self._is_promised = self._waiting > 0
            return self._is_promised

    def leave(self) -> bool:
        """A response has waited long enough; say whether it may go without the replies."""
        with self._lock:
            if not self._is_promised:
                self._waiting -= 1
            return not self._is_promised


class TurnExecutor:
    """Runs one turn after the other, each message once at a time."""

    def __init__(self, turn: Callable[[int, Promise], Answer], deadline: float) -> None:
        """Run `turn`; let nobody wait longer than `deadline` seconds for it, unless it is about to commit."""
        self._turn = turn
        self._deadline = deadline
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="turns")
        self._running: dict[int, Running] = {}
        self._lock = Lock()

    def handle(self, inbox_id: int, *, in_response: bool) -> Answer:
        """Run the turn of a message; return what leaves in the response, if the replies are to leave there.

        None when it failed, or is not done in time: then it goes on, or is tried again.
        """
        running = self._submit(inbox_id, in_response=in_response)
        wait([running.future], timeout=self._deadline)
        if in_response and not running.future.done() and not running.leave():
            wait([running.future])
        return _result(running.future)

    def handle_later(self, inbox_ids: Iterable[int]) -> None:
        """Queue turns whose time has come and wait for none."""
        for inbox_id in inbox_ids:
            self._submit(inbox_id, in_response=False)

    def close(self) -> None:
        """Let the running turn finish and drop the queue: its messages stay in the inbox."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, inbox_id: int, *, in_response: bool) -> Running:
        with self._lock:
            running = self._running.get(inbox_id)
            is_new = running is None
            running = running or Running()
            if in_response:
                running.join()
            if is_new:
                self._running[inbox_id] = running
                running.future = self._pool.submit(self._turn, inbox_id, self._promise)
        if is_new:
            # Outside the lock: a turn that is done already calls back at once, in this thread.
            running.future.add_done_callback(lambda future: self._forget(inbox_id, future))
        return running

    def _promise(self, inbox_id: int) -> bool:
        # A turn may take an earlier message first, whose own response waits here too.
        with self._lock:
            running = self._running.get(inbox_id)
        return running is not None and running.promise()

    def _forget(self, inbox_id: int, future: Future[Answer]) -> None:
        with self._lock:
            self._running.pop(inbox_id, None)
        if not future.cancelled() and (error := future.exception()) is not None:
            log.error("turn of inbox row %d ended in an error", inbox_id, exc_info=error)


def _result(future: Future[Answer]) -> Answer:
    is_done = future.done() and not future.cancelled() and future.exception() is None
    return future.result() if is_done else None
