"""The service as a process and as a whole: it starts, waits for its model, and stops cleanly."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import Parts, Service, Settings, create_app
from bot.assistant import Assistant
from bot.training import ROOT
from bot.wording import Wording
from storage.database import Database
from storage.models import InboxMessage, OutboxMessage
from storage.models.enums import InboxState
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.line import ENVIRONMENT, Phone


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _service(data: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    env = {"PATH": os.environ["PATH"], "OPENLINE_DATA": str(data), "PORT": str(port)}
    command = [sys.executable, "app.py", "run"]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _get(port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def _until_ready(process: subprocess.Popen[str], port: int) -> None:
    for _ in range(600):
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        try:
            if _get(port, "/readyz") == (200, "ready\n"):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("not ready in a minute")


def test_run_prints_where_to_go_and_stops_cleanly(tmp_path: Path, assistant: Assistant) -> None:
    (tmp_path / "models").symlink_to(ROOT / "var" / "models")
    port = _free_port()
    seen = []
    for number in (signal.SIGINT, signal.SIGTERM):
        with _service(tmp_path, port) as process:
            _until_ready(process, port)
            assert _get(port, "/chat")[0] == 200
            process.send_signal(number)
            output, _ = process.communicate(timeout=30)
        assert process.returncode == 0, output
        assert "Traceback" not in output
        seen.append(output)
    for address in ("/chat", "/dev/phone", "/admin/"):
        assert f"http://127.0.0.1:{port}{address}" in seen[0]
    assert "one-time password" in seen[0]
    assert "one-time password" not in seen[1]


def test_a_port_in_use_is_said_before_a_password_is_made(tmp_path: Path, assistant: Assistant) -> None:
    (tmp_path / "models").symlink_to(ROOT / "var" / "models")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        with _service(tmp_path, port) as process:
            output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output == f"Error: 127.0.0.1:{port} cannot be used (Address already in use); set PORT to another one\n"


@pytest.fixture
def without_model(database: Database, vault: Vault, clock: FixedClock, wording: Wording) -> Flask:
    return create_app(Parts(Settings.from_env(ENVIRONMENT), database, vault, wording, None, clock))


def test_without_a_model_a_message_is_kept_and_answered_once_there_is_one(
    without_model: Flask, app: Flask, database: Database, clock: FixedClock
) -> None:
    assert without_model.test_client().get("/readyz").status_code == 503
    assert Phone(without_model.test_client()).says("they lock the fire exit") == []
    with database.reading() as session:
        assert session.scalars(select(InboxMessage.state)).all() == [InboxState.RECEIVED]
    clock.advance(minutes=1)
    service: Service = app.extensions["openline"]
    service.retry_turns()
    service.executor.close()
    with database.reading() as session:
        assert session.scalars(select(InboxMessage.state)).all() == [InboxState.DONE]
        assert session.scalar(select(func.count()).select_from(OutboxMessage))


def test_two_schedulers_at_once_change_nothing_that_is_done(app: Flask, phone: Phone, database: Database) -> None:
    phone.says("hello")
    service: Service = app.extensions["openline"]
    assert set(service.jobs()) == {"deliver replies", "retry turns", "fetch media", "forget"}
    with database.reading() as session:
        before = session.execute(select(OutboxMessage.id, OutboxMessage.state, OutboxMessage.attempts)).all()
    for work, _ in [*service.jobs().values()] * 2:
        work()
    with database.reading() as session:
        after = session.execute(select(OutboxMessage.id, OutboxMessage.state, OutboxMessage.attempts)).all()
        assert session.scalars(select(InboxMessage.state)).all() == [InboxState.DONE]
    assert before == after != []
