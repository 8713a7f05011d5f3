"""Messages that were given up, and replies that did not arrive: seen by people, never lost in silence."""

from collections.abc import Callable
from typing import Any

import pytest

from storage.database import Database
from storage.models import Conversation, InboxMessage, OutboxMessage, Person, new_id
from storage.models.enums import InboxState, OutboxKind, OutboxState
from storage.vault import Vault
from tests.admin.conftest import Visitor
from tests.conftest import FixedClock


@pytest.fixture
def failed(database: Database, vault: Vault, clock: FixedClock, conversation: Conversation) -> InboxMessage:
    key = new_id()
    row = InboxMessage(
        channel="sms",
        provider_key="0" * 64,
        conversation_id=conversation.id,
        row_key=key,
        body=vault.close_text("inbox.body", key, "আগুন <b> 01700000000"),
        state=InboxState.FAILED,
        attempts=5,
        failure="TurnFailed",
        received_at=clock.now(),
    )
    with database.transaction() as session:
        session.add(row)
    return row


def test_advisors_read_what_failed_with_numbers_masked(
    failed: InboxMessage,
    advisor: Visitor,
    people: dict[str, Person],
    audited: Callable[[], list[tuple[int | None, str, str]]],
) -> None:
    page = advisor.get("/admin/failed").text
    assert "আগুন &lt;b&gt; [phone]" in page
    assert "5 tries" in page
    assert audited() == [(people["advisor"].id, "read_failed", failed.row_key)]


def test_outsiders_do_not_see_it(failed: InboxMessage, outsider: Visitor, admin: Visitor) -> None:
    assert "No message failed." in outsider.get("/admin/failed").text
    assert outsider.post(f"/admin/failed/{failed.row_key}/retry").status == 404
    assert admin.get("/admin/failed").status == 404


def test_a_message_is_tried_again_once(failed: InboxMessage, advisor: Visitor, database: Database) -> None:
    assert advisor.post(f"/admin/failed/{failed.row_key}/retry").status == 302
    with database.reading() as session:
        row = session.get_one(InboxMessage, failed.id)
        assert (row.state, row.attempts) == (InboxState.RECEIVED, 0)
    assert advisor.post(f"/admin/failed/{failed.row_key}/retry").status == 404


def test_a_message_whose_text_is_forgotten_is_not_offered_again(
    failed: InboxMessage, advisor: Visitor, database: Database
) -> None:
    with database.transaction() as session:
        session.get_one(InboxMessage, failed.id).body = None
    page = advisor.get("/admin/failed").text
    assert "Its text was forgotten" in page
    assert "Try again" not in page
    advisor.post(f"/admin/failed/{failed.row_key}/retry")
    assert "Its text was forgotten" in advisor.get("/admin/").text
    with database.reading() as session:
        assert session.get_one(InboxMessage, failed.id).state is InboxState.FAILED


@pytest.mark.parametrize(
    ("state", "values", "said"),
    [
        (OutboxState.FAILED, {"failure": "opted_out"}, "she asked for no more messages"),
        (OutboxState.FAILED, {"failure": "21610"}, "21610"),
        (OutboxState.UNKNOWN, {}, "outcome unknown"),
    ],
)
def test_undelivered_replies_say_why(
    database: Database,
    clock: FixedClock,
    conversation: Conversation,
    advisor: Visitor,
    outsider: Visitor,
    state: OutboxState,
    values: dict[str, Any],
    said: str,
) -> None:
    with database.transaction() as session:
        kind = OutboxKind.ADVISOR
        row = OutboxMessage(conversation_id=conversation.id, kind=kind, state=state, created_at=clock.now(), **values)
        session.add(row)
    page = advisor.get("/admin/undelivered").text
    assert said in page
    assert "an advisor&#39;s reply" in page
    assert "Everything arrived." in outsider.get("/admin/undelivered").text
