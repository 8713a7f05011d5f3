"""The service is killed at random moments while workers write: nothing is lost, doubled or half there.

`make crash` kills it 200 times on each database; in the suite it is a handful on SQLite.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app import core_survey
from bot.training import ROOT
from storage import surveys
from storage.database import Database
from storage.keys import create_keys, load_keyring
from storage.models import Answer, Case, InboxMessage, OutboxMessage
from storage.models.enums import InboxState, OutboxState
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.crash.remains import due, references_of, remains_of
from tests.crash.traffic import SCRIPTS, Line, Worker
from tests.factories import create_factory
from tests.line import ENVIRONMENT

KILLS = int(os.environ.get("OPENLINE_KILLS", "6"))
IS_LONG = "OPENLINE_KILLS" in os.environ
WRITERS = 5
PAUSE = 30.0
"""Seconds the clock is moved at each start, so that what was left behind is due at once."""
LONG_PAUSE = 600.0

Expected = dict[str, list[dict[str, Any]]]
"""By script, what is there after each number of messages."""


@dataclass
class Service:
    """The process that is killed, and the one it comes from."""

    env: dict[str, str]
    log: Path
    shift: float
    line: Line
    child: int = 0
    parent: "subprocess.Popen[str]" = field(init=False)

    @contextmanager
    def warm(self) -> Iterator[None]:
        """Load the model once for all children."""
        with self.log.open("w") as log:
            command = [sys.executable, "-m", "tests.crash.service"]
            pipe = subprocess.PIPE
            self.parent = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, text=True, cwd=ROOT)
            try:
                assert self._hear() == "warm"
                yield
            finally:
                self.kill()
                self.parent.kill()
                self.parent.wait()

    def start(self, pause: float = PAUSE, deadline: str = "5") -> None:
        """Fork a child that serves; `deadline` 0 has it acknowledge before it answers."""
        self.shift += pause
        self.line.port = _free_port()
        env = {**self.env, "PORT": str(self.line.port), "OPENLINE_REPLY_DEADLINE": deadline}
        assert self.parent.stdin is not None
        print(json.dumps({"env": env, "shift": self.shift}), file=self.parent.stdin, flush=True)
        self.child = int(self._hear())

    def await_ready(self, seconds: float = 30) -> None:
        """Wait until it listens."""
        for _ in range(int(seconds / 0.01)):
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", self.line.port)):
                    return
            time.sleep(0.01)
        pytest.fail(f"the service does not start:\n{self.log.read_text()}")

    def kill(self) -> None:
        """End it as a power cut does."""
        if self.child:
            os.kill(self.child, signal.SIGKILL)
            self.child = 0

    def _hear(self) -> str:
        assert self.parent.stdout is not None
        return self.parent.stdout.readline().strip()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite", "postgres"] if IS_LONG else ["sqlite"], indirect=True)
def test_killing_the_service_loses_doubles_and_halves_nothing(
    database_url: str, database: Database, tmp_path: Path, clock: FixedClock
) -> None:
    keys = tmp_path / "keys.json"
    create_keys("development", keys)
    vault = Vault(load_keyring(keys))
    _prepare(database, clock)
    chance = random.Random(KILLS)  # noqa: S311 - chooses moments, guards nothing
    line = Line(KILLS)
    with line.provider() as api:
        env = {**ENVIRONMENT, "DATABASE_URL": database_url, "OPENLINE_DATA": str(tmp_path), "TWILIO_API_URL": api}
        env["OPENLINE_KEYS_FILE"] = str(keys)
        # From a fixed morning on, so that no date in a reply changes on the way.
        shift = (datetime(2026, 11, 18, 4, 0, tzinfo=UTC) - datetime.now(UTC)).total_seconds()
        service = Service(env, tmp_path / "service.log", shift, line)
        with service.warm():
            expected = _undisturbed(service, database, vault)
            _disturb(service, chance)
            _let_finish(service, database)
    assert line.broken, "no message was under way when the service died"
    _check(line, database, vault, expected)


def _prepare(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        create_factory(session, code="4821", name="Sunrise Garments", country="bd", languages=["en"])
        surveys.publish(session, core_survey(), clock.now())


def _undisturbed(service: Service, database: Database, vault: Vault) -> Expected:
    """What each script leads to, message by message, when nothing happens."""
    service.start()
    service.await_ready()
    expected: Expected = {}
    for script, texts in SCRIPTS.items():
        worker = service.line.new_worker(script)
        expected[script] = [_remains(database, vault, worker)]
        for _ in texts:
            service.line.send_next(worker)
            expected[script].append(_remains(database, vault, worker))
    service.kill()
    _check_expected(expected)
    return expected


def _check_expected(expected: Expected) -> None:
    # What is compared with must itself be right.
    last = {script: steps[-1] for script, steps in expected.items()}
    assert {script: len(one["answers"]["values"]) for script, one in last.items()} == {
        "survey": 9, "grievance": 0, "both": 4, "commands": 0,
    }  # fmt: skip
    assert {script: len(one["cases"]) for script, one in last.items()} == {
        "survey": 0, "grievance": 1, "both": 1, "commands": 0,
    }  # fmt: skip
    assert all(replies for one in last.values() for replies in one["replies"])
    assert all(state is InboxState.DONE for one in last.values() for state, _ in one["states"])


def _remains(database: Database, vault: Vault, worker: Worker) -> dict[str, Any]:
    with database.reading() as session:
        return remains_of(session, vault, worker)


def _disturb(service: Service, chance: random.Random) -> None:
    """Kill it again and again: while it starts, while it answers, while it catches up."""
    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(service.line.keep_writing) for _ in range(WRITERS)]
        try:
            for _ in range(KILLS):
                service.start(deadline=chance.choice(["0", "5", "5"]))
                if chance.random() > 0.2:
                    service.await_ready()
                time.sleep(chance.uniform(0.0, 0.8))
                service.kill()
        finally:
            service.line.is_over.set()
            service.start()
        for each in writing:
            each.result(timeout=60)


def _let_finish(service: Service, database: Database) -> None:
    """A restart after a while: what waits is retried and sent."""
    service.await_ready()
    service.kill()
    service.start(LONG_PAUSE)
    for _ in range(600):
        time.sleep(0.1)
        with database.reading() as session:
            if not due(session):
                return
    pytest.fail(f"something waits for ever:\n{service.log.read_text()}")


def _check(line: Line, database: Database, vault: Vault, expected: Expected) -> None:
    left = [_remains(database, vault, worker) for worker in line.workers]
    for worker, remains in zip(line.workers, left, strict=True):
        known = len(remains["states"])
        # A message whose connection broke and that was never repeated may have been taken, or not.
        assert known - worker.acknowledged in ({0, 1} if worker.has_given_up else {0}), worker
        assert remains == expected[worker.script][known], worker
    _check_rows(database, left)
    _check_replies(line, database, vault)


def _check_rows(database: Database, left: list[dict[str, Any]]) -> None:
    """No row belongs to nobody."""
    with database.reading() as session:
        states = Counter(session.scalars(select(InboxMessage.state)))
        tables = (Case, Answer, OutboxMessage)
        counts = {table: session.scalar(select(func.count()).select_from(table)) for table in tables}
    assert states == {InboxState.DONE: sum(len(one["states"]) for one in left)}
    assert counts == {
        Case: sum(len(one.get("cases", ())) for one in left),
        Answer: sum(len(one["answers"]["values"]) for one in left if "answers" in one),
        OutboxMessage: sum(len(replies) for one in left for replies in one["replies"]),
    }


def _check_replies(line: Line, database: Database, vault: Vault) -> None:
    """Each reply arrived once, unless she wrote STOP before, or its sending was cut off and that is known."""
    arrived = Counter(line.sent)
    for worker in line.workers:
        arrived.update(worker.heard)
    assert max(arrived.values()) == 1
    with database.reading() as session:
        is_told = (OutboxMessage.state == OutboxState.UNKNOWN) | (OutboxMessage.failure == "opted_out")
        told = set(session.scalars(select(OutboxMessage.reference).where(is_told)))
        for worker in line.workers:
            written = references_of(session, vault, worker)
            for sid in worker.sids[: worker.acknowledged]:
                assert set(written[sid]) <= set(arrived) | told, worker
