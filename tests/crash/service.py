"""The real service in a process that may be killed at any moment; run as `python -m tests.crash.service`.

The model is loaded once; each line on standard input forks a child that serves with it.
"""

import json
import os
import sys
import threading
import time
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

import app
from bot.assistant import Assistant
from bot.training import ROOT, ensure_model
from storage import logs
from storage.clock import SystemClock
from storage.inbox import due_ids


class ShiftedClock:
    """The machine's clock, moved: pauses that last a minute in life are over at once."""

    def __init__(self, shift: timedelta) -> None:
        self.shift = shift

    def now(self) -> datetime:
        return SystemClock().now() + self.shift


class WarmTools(app.Tools):
    """What `serve` works with, the model already loaded, the jobs in a hurry."""

    def __init__(self, env: dict[str, str], shift: timedelta, warm: Assistant) -> None:
        super().__init__(env)
        self.clock = ShiftedClock(shift)
        self.warm = warm

    def application(self, *, may_train: bool) -> Flask:
        """Turns that an earlier process left behind come before new messages; the jobs then run all the time."""
        made = app.create_app(self._parts(self.warm))
        service: app.Service = made.extensions["openline"]
        _finish_turns(service)
        threading.Thread(target=_hurry, args=(service,), daemon=True).start()
        return made


def _finish_turns(service: app.Service) -> None:
    clock, database = service.channels.clock, service.channels.database
    while True:
        service.retry_turns()
        with database.reading() as session:
            if not due_ids(session, clock.now()):
                return
        time.sleep(0.01)


def _hurry(service: app.Service) -> None:
    while True:
        for work, _ in service.jobs().values():
            work()
        time.sleep(0.05)


def _serve(order: dict[str, Any], warm: Assistant) -> None:
    # Standard output belongs to the talk with the test.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    logs.configure("plain")
    tools = WarmTools(order["env"], timedelta(seconds=order["shift"]), warm)
    app.main(["serve"], obj=tools)


def main() -> None:
    """Fork a child for each order, and say its process id."""
    from bot.wording import load_wording

    # With threads of its own a library could leave a lock behind at the fork.
    warm = Assistant(ensure_model(ROOT / "var" / "models"), load_wording())
    print("warm", flush=True)  # noqa: T201 - read by the test
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _serve(json.loads(line), warm)
            os._exit(0)
        print(child, flush=True)  # noqa: T201 - read by the test
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
