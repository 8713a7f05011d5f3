"""What is forgotten when, and what never before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from storage import cases, retention, surveys
from storage.database import Database
from storage.inbox import InboundMessage, accept, mark_done
from storage.models import Contact, InboxMessage, OutboxMessage, SurveyResponse, TrackerState
from storage.models.enums import CaseStatus, InboxState, OutboxKind, OutboxState, ResponseState
from storage.outbox import Reply, enqueue
from storage.retention import RetentionPlan
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.factories import PHONE, create_case, create_conversation, create_worker
from tests.storage.test_surveys import begin_with

NOTHING = RetentionPlan(0, 0, 0, 0, 0, 0)


def passes(database: Database, vault: Vault, clock: FixedClock) -> RetentionPlan:
    """Run once, and hold that the plan said the same before and nothing is left after."""
    with database.transaction() as session:
        planned = retention.plan(session, vault, clock.now())
        assert retention.run(session, vault, clock.now()) == planned
        assert retention.plan(session, vault, clock.now()) == NOTHING
    return planned


def test_empty_database_has_nothing_to_forget(database: Database, vault: Vault, clock: FixedClock) -> None:
    assert passes(database, vault, clock) == NOTHING


@pytest.mark.parametrize(
    ("state", "idle", "is_kept"),
    [
        (InboxState.DONE, timedelta(minutes=29), True),
        (InboxState.DONE, timedelta(minutes=31), False),
        (InboxState.RECEIVED, timedelta(days=90), True),
        (InboxState.FAILED, timedelta(days=29), True),
        (InboxState.FAILED, timedelta(days=31), False),
    ],
)
def test_own_words_go_when_a_chat_is_idle(
    database: Database, vault: Vault, clock: FixedClock, state: InboxState, idle: timedelta, is_kept: bool
) -> None:
    with database.transaction() as session:
        message = InboundMessage("web", "session", "my words", "1")
        row = session.get_one(InboxMessage, accept(session, vault, message, clock.now()).inbox_id)
        mark_done(row, "web")
        row.state = state
    clock.advance(seconds=idle.total_seconds())
    passes(database, vault, clock)
    with database.reading() as session:
        assert (session.query(InboxMessage).one().body is not None) is is_kept


@pytest.mark.parametrize(
    ("state", "days", "is_kept"),
    [
        (OutboxState.SENT, 6, True),
        (OutboxState.SENT, 8, False),
        (OutboxState.FAILED, 8, False),
        (OutboxState.UNKNOWN, 8, False),
        (OutboxState.PENDING, 60, True),
    ],
)
def test_replies_go_a_week_after_they_left(
    database: Database, vault: Vault, clock: FixedClock, state: OutboxState, days: int, is_kept: bool
) -> None:
    with database.transaction() as session:
        conversation = create_conversation(session, vault)
        [row] = enqueue(session, vault, conversation.id, [Reply("hello")], OutboxKind.REPLY, clock.now())
        row.state = state
    clock.advance(days=days)
    passes(database, vault, clock)
    with database.reading() as session:
        assert (session.query(OutboxMessage).one().body is not None) is is_kept


def test_messages_go_after_a_month_and_take_nothing_along(database: Database, vault: Vault, clock: FixedClock) -> None:
    """What is left of a message, its moment and its conversation, could be held against a case of that moment."""
    with database.transaction() as session:
        conversation = create_conversation(session, vault)
        for number, state in enumerate(InboxState):
            message = InboundMessage("sms", PHONE, "my words", str(number))
            accepted = accept(session, vault, message, clock.now())
            session.get_one(InboxMessage, accepted.inbox_id).state = state
            rows = enqueue(session, vault, conversation.id, [Reply("hello")], OutboxKind.REPLY, clock.now())
            rows[0].inbox_id, rows[0].state = accepted.inbox_id, OutboxState.DELIVERED
        enqueue(session, vault, conversation.id, [Reply("she has not come back")], OutboxKind.ADVISOR, clock.now())
    clock.advance(days=30)
    assert passes(database, vault, clock).messages == 0
    clock.advance(days=1)
    assert passes(database, vault, clock).messages == 1 + len(InboxState)
    with database.reading() as session:
        assert set(session.scalars(select(InboxMessage.state))) == {InboxState.RECEIVED, InboxState.FAILED}
        assert list(session.scalars(select(OutboxMessage.state))) == [OutboxState.PENDING]


def test_idle_tracker_goes(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        conversation = create_conversation(session, vault)
        session.add(TrackerState(conversation_id=conversation.id, state=b"x", updated_on=clock.now().date()))
    clock.advance(days=30)
    assert passes(database, vault, clock).trackers == 0
    clock.advance(days=2)
    assert passes(database, vault, clock).trackers == 1


def test_idle_contact_goes_unless_a_case_is_open(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        open_one, closed_one = (create_worker(session, vault, address=f"+880170000000{number}") for number in (1, 2))
        for worker, address in ((open_one, "+8801700000001"), (closed_one, "+8801700000002")):
            create_conversation(session, vault, worker=worker, address=address, now=clock.now())
            case = create_case(session, vault, worker=worker)
        cases.change_status(session, case, CaseStatus.CLOSED, None, clock.now())
    clock.advance(days=179)
    assert passes(database, vault, clock).contacts == 0
    clock.advance(days=2)
    assert passes(database, vault, clock).contacts == 1
    with database.reading() as session:
        assert session.query(Contact).count() == 1


@pytest.mark.parametrize("channel", ["sms", "web"])
def test_who_comes_back_after_a_long_silence_can_be_answered(
    database: Database, vault: Vault, clock: FixedClock, channel: str
) -> None:
    message = InboundMessage(channel, "+8801700000000", "hello", "1")
    with database.transaction() as session:
        accept(session, vault, message, clock.now())
    clock.advance(days=retention.CONTACT.days + 1)
    passes(database, vault, clock)
    with database.transaction() as session:
        assert session.query(Contact).count() == 0
        accepted = accept(session, vault, replace(message, provider_id="2"), clock.now())
        contact = session.get(Contact, accepted.conversation_id)
        assert (contact is not None) is (channel == "sms")
        assert contact is None or vault.open_contact(contact.address, accepted.conversation_id) == message.address


def test_unfinished_response_expires(database: Database, vault: Vault, clock: FixedClock) -> None:
    definition = {"survey": "core", "version": 1, "questions": [{"key": "paid", "kind": "yes_no", "topic": "pay"}]}
    with database.transaction() as session:
        version = surveys.publish(session, definition, clock.now())
        begin_with(session, vault, version, clock.now())
    clock.advance(days=6)
    assert passes(database, vault, clock).responses == 0
    clock.advance(days=2)
    assert passes(database, vault, clock).responses == 1
    with database.reading() as session:
        assert session.query(SurveyResponse).one().state is ResponseState.EXPIRED
