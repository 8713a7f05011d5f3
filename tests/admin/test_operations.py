"""What an operator's monitoring sees: alive, ready or why not, figures without people."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from admin.operations import Operations, add_operations
from storage.database import Database
from storage.inbox import InboundMessage, accept
from storage.vault import Vault
from tests.conftest import FixedClock

Visit = Callable[..., FlaskClient]


@pytest.fixture
def visit() -> Visit:
    def client(database: Database, *, has_model: bool = True) -> FlaskClient:
        app = Flask("operations")
        add_operations(app, Operations(database, lambda: has_model))
        return app.test_client()

    return client


def test_a_process_with_everything_is_ready(visit: Visit, database: Database) -> None:
    answer = visit(database).get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ready\n")


def test_a_missing_model_is_said(visit: Visit, database: Database) -> None:
    answer = visit(database, has_model=False).get("/readyz")
    assert answer.status_code == 503
    assert answer.text == "the assistant's model is missing: run `app.py train`\n"


def test_missing_tables_are_said(visit: Visit, tmp_path: Path) -> None:
    answer = visit(Database(f"sqlite:///{tmp_path / 'new.db'}")).get("/readyz")
    assert answer.status_code == 503
    assert "app.py migrate" in answer.text


def test_without_a_database_it_lives_but_is_not_ready(visit: Visit) -> None:
    client = visit(Database("sqlite:////nowhere/there/openline.db"))
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").text == "the database does not answer\n"
    assert client.get("/metrics").status_code == 200


def test_figures_count_messages_and_name_nobody(
    visit: Visit, database: Database, vault: Vault, clock: FixedClock
) -> None:
    with database.transaction() as session:
        accept(session, vault, InboundMessage("sms", "+8801700000000", "they lock the exit", "SM1"), clock.now())
    text = visit(database).get("/metrics").text
    assert 'openline_inbox_messages{state="received"} 1.0' in text
    assert 'openline_outbox_messages{state="unknown"} 0.0' in text
    assert "8801700000000" not in text


def test_the_time_of_a_turn_is_counted(database: Database) -> None:
    parts = Operations(database, lambda: True)
    parts.observe_turn(0.02)
    assert parts.registry.get_sample_value("openline_turn_seconds_bucket", {"le": "0.025"}) == 1
    assert parts.registry.get_sample_value("openline_turn_seconds_bucket", {"le": "0.01"}) == 0
