"""A full disk: what cannot be kept is not acknowledged, and once there is room everything goes on."""

import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from bot.turn import Turns
from storage.database import Database
from storage.models import Case, InboxMessage, OutboxMessage
from tests.conftest import FixedClock
from tests.line import Phone, count, finish_turns, shown

GRIEVANCE = "our wages are two months late and nobody tells us why"


@dataclass
class Disk:
    """Where the database lies, and how to have no room there for a while."""

    folder: Path
    full: Callable[[], AbstractContextManager[None]]


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """A file takes all the room there is."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)
    yield
    filler.unlink()


@contextmanager
def limited() -> Iterator[None]:
    """No file of this process may grow, as with a quota."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(params=["small disk", "quota"])
def disk(request: pytest.FixtureRequest, tmp_path: Path, empty_sqlite: Path) -> Iterator[Disk]:
    """A database on a disk of its own, or under a limit where this account may mount none."""
    folder = tmp_path / "disk"
    folder.mkdir()
    is_mounted = (
        request.param == "small disk"
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], check=False, capture_output=True
        ).returncode
    )
    shutil.copy(empty_sqlite, folder / "openline.db")
    try:
        yield Disk(folder, partial(filled, folder) if is_mounted else limited)
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def database_url(disk: Disk) -> str:
    """On the disk that gets full."""
    return f"sqlite:///{disk.folder / 'openline.db'}"


def test_on_a_full_disk_nothing_is_acknowledged(app: Flask, disk: Disk, database: Database) -> None:
    phone = Phone(app.test_client())
    phone.says("JOIN 4821")
    with disk.full():
        assert phone.posts(GRIEVANCE, 2).status_code == 503
        assert phone.posts(GRIEVANCE, 2).status_code == 503
    assert (count(database, InboxMessage), count(database, Case)) == (1, 0)
    assert shown(phone.posts(GRIEVANCE, 2))
    assert (count(database, InboxMessage), count(database, Case)) == (2, 1)


def test_a_disk_that_gets_full_in_a_turn_keeps_the_message_for_later(
    app: Flask, disk: Disk, database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Phone(app.test_client())
    with ExitStack() as stack, monkeypatch.context() as patch:
        run = Turns._run

        def run_when_full(*arguments: Any) -> None:
            stack.enter_context(disk.full())
            run(*arguments)

        patch.setattr(Turns, "_run", run_when_full)
        assert shown(phone.posts(GRIEVANCE, 1)) == []
        assert (count(database, InboxMessage), count(database, Case), count(database, OutboxMessage)) == (1, 0, 0)
    finish_turns(app, clock, database)
    assert count(database, Case) == 1
    assert count(database, OutboxMessage)
