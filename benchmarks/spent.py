"""Where the time of a message goes: each moment counts for the innermost part that is at work.

Run as `python -m benchmarks.spent FOLDER`; prints JSON, milliseconds a message by part.
"""

import functools
import inspect
import json
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, SessionTransaction

import app
from benchmarks.dialogue import OPENING, ROUND
from benchmarks.openline_process import MovableClock, prepare
from benchmarks.peers import SETTINGS, Twilio
from benchmarks.stock_environment import ROOT
from bot.action_endpoint import InProcessActions
from bot.assistant import Assistant
from bot.executor import TurnExecutor
from bot.turn import Turns
from channels.intake import Intake
from storage.database import Database
from storage.vault import Box, Vault

WORKERS, ROUNDS = 10, 4
PAGE, TURN, WAITING = "HTTP, signature, TwiML", "turn: preparation, outbox", "handing over between threads"
STATEMENTS = "SQL statements"

PARTS: dict[str, list[tuple[type[Any], str]]] = {
    "inbox, replies of the response": [(Intake, "answer")],
    WAITING: [(TurnExecutor, "handle")],
    TURN: [(Turns, "handle")],
    "understanding": [(Assistant, "understand")],
    "Rasa: rules, forms, tracker": [(Assistant, "respond")],
    "our actions": [(InProcessActions, "request")],
    "SQL": [(Session, name) for name in ("execute", "scalar", "scalars", "get", "get_one", "flush")],
    "commit": [(SessionTransaction, "commit")],
    "encryption, pseudonyms": [(Box, "close"), (Box, "open"), (Vault, "pseudonym"), (Vault, "seal_contact")],
}


class StopWatch:
    """Adds up the time of parts; what is spent in a part within another one counts for the inner one."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.outermost: defaultdict[str, float] = defaultdict(float)
        """Whole times of the parts that a thread began with."""
        self._threads = threading.local()

    def watch(self, owner: type[Any], name: str, part: str) -> None:
        """Count every call of a method for `part`."""
        method = getattr(owner, name)

        def timed(*arguments: Any, **named: Any) -> Any:
            return self.time(part, lambda: method(*arguments, **named))

        async def timed_in_one_go(*arguments: Any, **named: Any) -> Any:
            # Nothing in a turn waits for anything.
            coroutine = method(*arguments, **named)
            return self.time(part, lambda: _finished(coroutine))

        wrapper = timed_in_one_go if inspect.iscoroutinefunction(method) else timed
        setattr(owner, name, functools.wraps(method)(wrapper))

    def time(self, part: str, work: Callable[[], Any]) -> Any:
        """Do `work` and count its time."""
        within: list[float] = self._threads.__dict__.setdefault("within", [])
        within.append(0.0)
        began = time.perf_counter()
        try:
            return work()
        finally:
            whole = time.perf_counter() - began
            self.spent[part] += whole - within.pop()
            if within:
                within[-1] += whole
            else:
                self.outermost[part] += whole


def _finished(coroutine: Any) -> Any:
    try:
        coroutine.send(None)
    except StopIteration as finished:
        return finished.value
    raise RuntimeError("an action waited for something")


def main() -> None:
    """Hold conversations inside this process and print what was counted."""
    watch, statements = StopWatch(), Counter[str]()
    for part, methods in PARTS.items():
        for owner, name in methods:
            watch.watch(owner, name, part)
    clock, client = _client(Path(sys.argv[1]))
    twilio = Twilio()
    for worker in range(WORKERS):
        _talk(client, twilio, worker, OPENING + ROUND, watch)
    watch.spent.clear()
    watch.outermost.clear()
    event.listen(Engine, "before_cursor_execute", lambda *_: statements.update([STATEMENTS]))
    for _ in range(ROUNDS):
        clock.move()
        for worker in range(WORKERS):
            _talk(client, twilio, worker, ROUND, watch)
    # While a web thread waits, the turn's thread counts its own parts.
    watch.spent[WAITING] -= watch.outermost[TURN]
    messages = WORKERS * ROUNDS * len(ROUND)
    spent = {part: seconds * 1000 / messages for part, seconds in watch.spent.items()}
    print(json.dumps({**spent, STATEMENTS: statements[STATEMENTS] / messages}))


def _client(folder: Path) -> tuple[MovableClock, FlaskClient]:
    environment = {**SETTINGS, "OPENLINE_DATA": str(ROOT / "var"), "OPENLINE_KEYS_FILE": str(folder / "keys.json")}
    tools = app.Tools({**environment, "DATABASE_URL": f"sqlite:///{folder / 'openline.db'}"})
    clock = MovableClock()
    tools.clock = clock
    prepare(Database(tools.settings.database_url), clock.now())
    return clock, tools.application(may_train=False).test_client()


def _talk(client: FlaskClient, twilio: Twilio, worker: int, messages: tuple[Any, ...], watch: StopWatch) -> None:
    for message in messages:
        path, body, headers = twilio.request(worker, message.text)
        answer = watch.time(PAGE, lambda: client.post(path, data=body, headers=headers))  # noqa: B023 - called at once
        assert answer.status_code == 200, answer.status


if __name__ == "__main__":
    main()
