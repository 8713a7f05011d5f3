"""The two that are compared, each in its own processes behind HTTP, as it is deployed.

`measure.py` talks to either without knowing which one it is.
"""

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode
from xml.etree import ElementTree

import yaml
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from benchmarks import stock_environment
from benchmarks.dialogue import Message
from benchmarks.stock_environment import MODEL, PROJECT, QUIET, ROOT
from bot.wording import load_wording
from channels.segments import gsm_safe
from storage.database import Database
from storage.models import Answer, Case, InboxMessage, OutboxMessage
from storage.models.enums import InboxState, OutboxState

READY_SECONDS = 120
PUBLIC_URL, TOKEN = "https://openline.example", "made-up-token"
PATH = "/channels/twilio/messages"
ACCOUNT = "AC" + "0" * 32
SETTINGS = {
    "PUBLIC_URL": PUBLIC_URL, "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_FROM": "+15005550006",
}  # fmt: skip

Request = tuple[str, bytes, dict[str, str]]
"""Path, body, headers."""


class Peer(Protocol):
    """One that answers messages."""

    name: str
    port: int
    processes: list["subprocess.Popen[str]"]

    def request(self, worker: int, text: str) -> Request:
        """Return what is posted for a message; made before the clock runs."""
        ...

    def is_right(self, message: Message, body: bytes) -> bool:
        """Say whether an answer is what the message must be answered."""
        ...

    def next_round(self) -> None:
        """Called between two rounds."""
        ...

    def rows(self) -> dict[str, int]:
        """Return how many answers and cases are kept."""
        ...


class Twilio:
    """Signs webhooks as Twilio does."""

    def __init__(self) -> None:
        """Begin with the first message id."""
        self._validator, self._sent = RequestValidator(TOKEN), 0

    def request(self, worker: int, text: str) -> Request:
        """Return a signed form."""
        self._sent += 1
        form = {
            "AccountSid": ACCOUNT, "Body": text, "From": f"+88017{worker:08d}",
            "MessageSid": f"SM{self._sent:032x}", "NumMedia": "0", "To": SETTINGS["TWILIO_FROM"],
        }  # fmt: skip
        signature = self._validator.compute_signature(PUBLIC_URL + PATH, form)
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        return PATH, urlencode(form).encode(), headers


class Openline(Twilio):
    """`app.py serve` with signed webhooks, on SQLite or PostgreSQL."""

    def __init__(self, folder: Path, database_url: str, name: str) -> None:
        """Start it on an empty database."""
        self.name, self.port, self.database_url = name, _free_port(), database_url
        super().__init__()
        self._wording = load_wording()
        environment = {
            **os.environ, **SETTINGS, "OPENLINE_DATA": str(ROOT / "var"), "PORT": str(self.port),
            "OPENLINE_KEYS_FILE": str(folder / "keys.json"), "DATABASE_URL": database_url,
        }  # fmt: skip
        command = [sys.executable, "-m", "benchmarks.openline_process"]
        self.processes = [_start(command, ROOT, environment, folder / "openline.log")]

    def is_right(self, message: Message, body: bytes) -> bool:
        """Compare with the texts of the language folder, placeholders left out."""
        said = "\n".join(part.text or "" for part in ElementTree.fromstring(body))  # noqa: S314 - our own answer
        texts = [gsm_safe(self._wording.text("en", key)).partition("{") for key in message.ours]
        return all(before in said and rest.rpartition("}")[2] in said for before, _, rest in texts)

    def next_round(self) -> None:
        """Move the clock to the next quarter: a survey is answered once in each."""
        [process] = self.processes
        assert process.stdin is not None
        assert process.stdout is not None
        print(file=process.stdin, flush=True)
        while process.stdout.readline().strip() != "moved":
            pass

    def rows(self) -> dict[str, int]:
        """Count answers and cases; nothing may be left half done."""
        database = Database(self.database_url)
        with database.reading() as session:
            open_turns = select(func.count()).where(InboxMessage.state != InboxState.DONE)
            unsent = select(func.count()).where(OutboxMessage.state != OutboxState.SENT)
            assert not session.scalar(open_turns), "messages that were not handled"
            assert not session.scalar(unsent), "replies that did not leave in a response"
            counts = {
                "answers": session.scalar(select(func.count()).select_from(Answer)) or 0,
                "cases": session.scalar(select(func.count()).select_from(Case)) or 0,
            }
        database.close()
        return counts


class Stock:
    """`rasa run` with its REST channel, an action server, `SQLTrackerStore` on SQLite."""

    name = "stock Rasa"

    def __init__(self, folder: Path) -> None:
        """Start both processes."""
        self.port, actions_port = _free_port(), _free_port()
        self._rows = folder / "rows.db"
        domain = yaml.safe_load((PROJECT / "domain.yml").read_text("utf-8"))
        self._texts = {key: variants[0]["text"] for key, variants in domain["responses"].items()}
        environment = {
            **os.environ, **QUIET, "STOCK_ROWS": str(self._rows), "STOCK_TRACKER": str(folder / "tracker.db"),
            "STOCK_ACTIONS_PORT": str(actions_port),
        }  # fmt: skip
        rasa = [str(stock_environment.PYTHON), "-m", "rasa", "run"]
        served = [*rasa, "--model", str(MODEL), "--port", str(self.port), "-i", "127.0.0.1"]
        served += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
        actions = [*rasa, "actions", "--actions", "actions", "--port", str(actions_port)]
        self.processes = [
            _start(served, PROJECT, environment, folder / "rasa.log"),
            _start(actions, PROJECT, environment, folder / "actions.log"),
        ]
        _await(actions_port)

    def request(self, worker: int, text: str) -> Request:
        """Make the JSON of the REST channel."""
        body = json.dumps({"sender": f"worker-{worker}", "message": text}).encode()
        return "/webhooks/rest/webhook", body, {"Content-Type": "application/json"}

    def is_right(self, message: Message, body: bytes) -> bool:
        """Compare with the domain's responses."""
        return [each["text"] for each in json.loads(body)] == [self._texts[key] for key in message.stock]

    def next_round(self) -> None:
        """Nothing keeps it from asking again."""

    def rows(self) -> dict[str, int]:
        """Count what the action server kept."""
        connection = sqlite3.connect(self._rows)
        tables = ("answers", "cases")
        counts = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608
        connection.close()
        return counts


@contextmanager
def running(peer: Peer) -> Iterator[Peer]:
    """Wait until it answers; end its processes afterwards."""
    try:
        _await(peer.port)
        yield peer
    finally:
        for process in peer.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def post(connection: http.client.HTTPConnection, request: Request) -> bytes:
    """Send one request and read its answer."""
    path, body, headers = request
    connection.request("POST", path, body, headers)
    response = connection.getresponse()
    content = response.read()
    assert response.status == 200, response.status
    return content


def _start(command: list[str], folder: Path, environment: dict[str, str], log: Path) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    with log.open("w") as errors:
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdin=pipe, stdout=pipe, stderr=errors, text=True,
            start_new_session=True,
        )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int) -> None:
    for _ in range(READY_SECONDS * 10):
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    raise TimeoutError("a server does not start")
