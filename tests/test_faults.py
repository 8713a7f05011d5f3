"""The machine is not always well: a locked database, everything at once. Nothing is lost or doubled.

Here with the real assistant; what single parts do is in `tests/channels` and `tests/bot`.
"""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from bot.assistant import Assistant
from bot.wording import Wording
from storage.database import Database
from storage.models import Answer, Case, InboxMessage, OutboxMessage
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.line import Phone, count, finish_turns, make_app, shown

GRIEVANCE = "our wages are two months late and nobody tells us why"
IMPATIENT = 0.2
"""Seconds that a statement waits for a locked SQLite database here."""

HOLD = """
import sqlite3, sys, time
held, free, times = map(float, sys.argv[2:])
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
for _ in range(int(times)):
    connection.execute("BEGIN EXCLUSIVE")
    print("held", flush=True)
    time.sleep(held)
    connection.execute("ROLLBACK")
    time.sleep(free)
"""

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def impatient(
    database_url: str, vault: Vault, clock: FixedClock, assistant: Assistant, wording: Wording
) -> Iterator[Flask]:
    """The application, for which a locked database is soon an error."""
    app = make_app(Database(database_url, busy_seconds=IMPATIENT), vault, clock, assistant, wording)
    yield app
    app.extensions["openline"].close()


@contextmanager
def locked(path: Path, held: float, free: float = 0.0, times: int = 1) -> Iterator[None]:
    """Another process locks the database again and again."""
    command = [sys.executable, "-c", HOLD, str(path), str(held), str(free), str(times)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.communicate()


@only_sqlite
def test_a_locked_database_makes_her_wait_and_no_more(app: Flask, tmp_path: Path, database: Database) -> None:
    phone = Phone(app.test_client())
    phone.says("JOIN 4821")
    with locked(tmp_path / "openline.db", held=1.5):
        assert phone.says(GRIEVANCE)
    assert (count(database, InboxMessage), count(database, Case)) == (2, 1)


@only_sqlite
def test_a_database_locked_for_long_acknowledges_nothing(impatient: Flask, tmp_path: Path, database: Database) -> None:
    phone = Phone(impatient.test_client())
    with locked(tmp_path / "openline.db", held=2.0):
        assert phone.posts(GRIEVANCE, 1).status_code == 503
    assert count(database, InboxMessage) == 0
    assert shown(phone.posts(GRIEVANCE, 1))
    assert (count(database, InboxMessage), count(database, Case)) == (1, 1)


@only_sqlite
def test_a_lock_that_comes_and_goes_loses_and_doubles_nothing(
    impatient: Flask, database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    phone = Phone(impatient.test_client())
    refused = 0
    with locked(tmp_path / "openline.db", held=0.35, free=0.03, times=8):
        for number, text in enumerate(("JOIN 4821", GRIEVANCE, "PRIVACY", "HELP")):
            while phone.posts(text, number).status_code != 200:
                refused += 1
    assert refused, "the lock was never in the way"
    finish_turns(impatient, clock, database)
    assert (count(database, InboxMessage), count(database, Case)) == (4, 1)
    with database.reading() as session:
        answered = Counter(session.scalars(select(OutboxMessage.inbox_id)))
    assert len(answered) == 4


def test_a_webhook_eight_times_at_once_has_one_effect(app: Flask, database: Database) -> None:
    Phone(app.test_client()).says("JOIN 4821")
    start = threading.Barrier(8)

    def post(_: int) -> tuple[str, ...]:
        start.wait()
        return tuple(shown(Phone(app.test_client()).posts(GRIEVANCE, 2)))

    with ThreadPoolExecutor(8) as pool:
        [(answer, times)] = Counter(pool.map(post, range(8))).items()
    assert times == 8
    assert answer
    assert (count(database, InboxMessage), count(database, Case)) == (2, 1)


def test_two_messages_of_one_worker_at_once_are_two_answers(app: Flask, database: Database) -> None:
    phone = Phone(app.test_client())
    for text in ("JOIN 4821", "1"):
        phone.says(text)
    start = threading.Barrier(2)

    def post(number: int) -> list[str]:
        start.wait()
        return shown(Phone(app.test_client()).posts("1", number))

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(post, (3, 4))
    assert first
    assert second
    assert first != second
    with database.reading() as session:
        assert sorted(session.scalars(select(Answer.question))) == ["paid_on_time", "pay_understood"]
