"""The real parts a test stands on: both databases, keys, a clock that stands still, the application."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from storage import schema
from storage.database import Database
from storage.keys import new_keyring
from storage.vault import Vault
from tests import postgres

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser

    from bot.assistant import Assistant
    from bot.wording import Wording
    from tests.line import Phone

STRICT = os.environ.get("CI") == "true"
"""In the continuous integration nothing may be skipped: what is missing is a failure."""


class FixedClock:
    """A clock that moves when a test says so."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def advance(self, **parts: float) -> datetime:
        """Move on by `timedelta(**parts)` and return the new moment."""
        self.moment += timedelta(**parts)
        return self.moment


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    return _strictly((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    return _strictly((yield))


def _strictly(report: Any) -> Any:
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI=true does not allow: {report.longrepr}"
    return report


@pytest.fixture
def clock() -> FixedClock:
    """Wednesday, 18 November 2026, 09:00 UTC."""
    return FixedClock(datetime(2026, 11, 18, 9, 0, tzinfo=UTC))


@pytest.fixture
def vault() -> Vault:
    return Vault(new_keyring("development"))


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables and nothing in them, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "openline.db"
    _create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    """The address of a private cluster whose database `empty` has the tables."""
    binaries = postgres.programs()
    if binaries is None:
        pytest.skip("PostgreSQL's programs are missing (apt-get install postgresql)")
    with postgres.cluster(binaries) as address:
        postgres.execute(address.format("postgres"), "CREATE DATABASE empty")
        _create_tables(address.format("empty"))
        yield address


def _create_tables(url: str) -> None:
    database = Database(url)
    schema.upgrade(database)
    database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database with all tables: each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "openline.db"
        shutil.copy(request.getfixturevalue("empty_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    cluster = request.getfixturevalue("postgres_cluster")
    name = f"test_{abs(hash(request.node.nodeid)):x}"
    postgres.execute(cluster.format("postgres"), f"CREATE DATABASE {name} TEMPLATE empty")
    yield cluster.format(name)
    postgres.execute(cluster.format("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def wording() -> "Wording":
    """The texts of all languages."""
    from bot.wording import load_wording

    return load_wording()


@pytest.fixture(scope="session")
def assistant(wording: "Wording") -> "Assistant":
    """The trained assistant; training takes half a minute where its model is not there yet."""
    from bot.assistant import Assistant
    from bot.training import ROOT, ensure_model

    return Assistant(ensure_model(ROOT / "var" / "models"), wording)


@pytest.fixture
def app(
    database: Database, vault: Vault, clock: FixedClock, assistant: "Assistant", wording: "Wording"
) -> Iterator["Flask"]:
    """The whole application with its real assistant, Twilio configured, five factories."""
    from tests.line import make_app

    app = make_app(database, vault, clock, assistant, wording)
    yield app
    app.extensions["openline"].executor.close()


@pytest.fixture
def client(app: "Flask") -> "FlaskClient":
    """A browser that nobody has signed in with."""
    return app.test_client()


@pytest.fixture
def phone(client: "FlaskClient") -> "Phone":
    """A worker's phone: `phone.says("...")` gives the replies."""
    from tests.line import Phone

    return Phone(client)


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """A real browser. Not for the whole session: while it lives, nothing else can start an event loop here."""
    from tests.chromium import launched, program

    executable = program()
    if executable is None:
        pytest.skip("Chromium is missing (apt-get install chromium)")
    with launched(executable) as browser:
        yield browser


@pytest.fixture
def run_command(database_url: str, vault: Vault, tmp_path: Path) -> Callable[..., Result]:
    """The command line on a fresh database: `run_command("user", "list")` gives its result."""
    from app import Tools, main

    vault.keyring.save(tmp_path / "keys.json")
    env = {"DATABASE_URL": database_url, "OPENLINE_DATA": str(tmp_path)}

    def run(*arguments: str, stdin: str | None = None, **changes: str) -> Result:
        return CliRunner().invoke(main, arguments, input=stdin, obj=Tools({**env, **changes}))

    return run
