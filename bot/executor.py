"""The one thread that runs turns; web threads and the scheduler hand it ids of inbox rows.

`app.py` gives `handle` to the channels. Why one thread: docs/decisions/0005.
"""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from threading import Lock

log = logging.getLogger(__name__)


class TurnExecutor:
    """Runs one turn after the other, each message once at a time."""

    def __init__(self, turn: Callable[[int], bool], deadline: float) -> None:
        """Run `turn`; let nobody wait longer than `deadline` seconds for it."""
        self._turn = turn
        self._deadline = deadline
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="turns")
        self._running: dict[int, Future[bool]] = {}
        self._lock = Lock()

    def handle(self, inbox_id: int) -> bool:
        """Run the turn of a message; say whether it was done in time. If not, it goes on or is tried again."""
        future = self._submit(inbox_id)
        wait([future], timeout=self._deadline)
        return future.done() and not future.cancelled() and future.exception() is None and future.result()

    def handle_later(self, inbox_ids: Iterable[int]) -> None:
        """Queue turns whose time has come and wait for none."""
        for inbox_id in inbox_ids:
            self._submit(inbox_id)

    def close(self) -> None:
        """Let the running turn finish and drop the queue: its messages stay in the inbox."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, inbox_id: int) -> Future[bool]:
        with self._lock:
            future = self._running.get(inbox_id)
            if future is None:
                future = self._running[inbox_id] = self._pool.submit(self._turn, inbox_id)
            else:
                return future
        # Outside the lock: a turn that is done already calls back at once, in this thread.
        future.add_done_callback(partial(self._forget, inbox_id))
        return future

    def _forget(self, inbox_id: int, future: Future[bool]) -> None:
        with self._lock:
            self._running.pop(inbox_id, None)
        if not future.cancelled() and (error := future.exception()) is not None:
            log.error("turn of inbox row %d ended in an error", inbox_id, exc_info=error)
