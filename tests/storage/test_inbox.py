"""A message comes in once, whatever the provider does, and is tried until it is done or shown to people."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from storage import retention
from storage.database import Database
from storage.inbox import (
    RETRY_AFTER,
    TURN_GRACE,
    Accepted,
    InboundMessage,
    MediaItem,
    accept,
    body_of,
    due_ids,
    mark_attempt_failed,
    mark_done,
    retry,
)
from storage.models import Contact, Conversation, InboxMedia, InboxMessage, Worker
from storage.models.enums import InboxState
from storage.vault import Vault
from tests.conftest import FixedClock

MESSAGE = InboundMessage("sms", "+8801700000000", "বেতন পাইনি", "SM1", country="bd")


def receive(database: Database, vault: Vault, clock: FixedClock, message: InboundMessage = MESSAGE) -> Accepted:
    with database.transaction() as session:
        return accept(session, vault, message, clock.now())


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_message_is_stored_and_opens_again(database: Database, vault: Vault, clock: FixedClock) -> None:
    accepted = receive(database, vault, clock)
    assert (accepted.is_repeat, accepted.state) == (False, InboxState.RECEIVED)
    with database.reading() as session:
        row = session.get_one(InboxMessage, accepted.inbox_id)
        assert body_of(vault, row) == MESSAGE.text


def test_row_holds_neither_text_nor_number_nor_provider_id(database: Database, vault: Vault, clock: FixedClock) -> None:
    receive(database, vault, clock)
    with database.reading() as session:
        stored = repr(
            [
                tuple(row)
                for table in (InboxMessage, Worker, Conversation, Contact)
                for row in session.execute(select(*table.__table__.columns))
            ]
        )
    for secret in (MESSAGE.text, "1700000000", "SM1"):
        assert secret not in stored


def test_repeat_changes_nothing(database: Database, vault: Vault, clock: FixedClock) -> None:
    first = receive(database, vault, clock, replace(MESSAGE, media=(MediaItem("https://example.org/1", "image/jpeg"),)))
    clock.advance(days=30)
    again = receive(database, vault, clock, replace(MESSAGE, media=(MediaItem("https://example.org/1", "image/jpeg"),)))
    assert (again.inbox_id, again.is_repeat) == (first.inbox_id, True)
    assert (count(database, InboxMessage), count(database, InboxMedia), count(database, Worker)) == (1, 1, 1)


def test_ids_are_unique_within_a_channel_only(database: Database, vault: Vault, clock: FixedClock) -> None:
    receive(database, vault, clock)
    assert not receive(database, vault, clock, replace(MESSAGE, channel="whatsapp")).is_repeat
    assert not receive(database, vault, clock, replace(MESSAGE, provider_id="SM2")).is_repeat
    assert (count(database, InboxMessage), count(database, Conversation), count(database, Worker)) == (3, 2, 1)


def test_the_same_message_eight_times_at_once_is_one(database: Database, vault: Vault, clock: FixedClock) -> None:
    accepted: list[Accepted] = []
    start = threading.Barrier(8)

    def run() -> None:
        start.wait()
        accepted.append(receive(database, vault, clock))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(accepted) == 8
    assert sorted(result.is_repeat for result in accepted) == [False] + [True] * 7
    assert len({result.inbox_id for result in accepted}) == 1


def test_eight_messages_of_a_new_worker_at_once_are_all_kept(
    database: Database, vault: Vault, clock: FixedClock
) -> None:
    start = threading.Barrier(8)

    def run(number: int) -> None:
        start.wait()
        receive(database, vault, clock, replace(MESSAGE, provider_id=f"SM{number}"))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (count(database, InboxMessage), count(database, Conversation), count(database, Worker)) == (8, 1, 1)


@pytest.mark.parametrize("text", ["", "x" * 10_000, "😀" * 400, "/restart", "<b>=1+1</b>", "\u202ea\u200bb\u0301"])
def test_any_text_comes_back_as_it_was(database: Database, vault: Vault, clock: FixedClock, text: str) -> None:
    accepted = receive(database, vault, clock, replace(MESSAGE, text=text))
    with database.reading() as session:
        assert body_of(vault, session.get_one(InboxMessage, accepted.inbox_id)) == text


def test_webhook_has_the_first_try(database: Database, vault: Vault, clock: FixedClock) -> None:
    accepted = receive(database, vault, clock)
    with database.reading() as session:
        assert due_ids(session, clock.now()) == []
        assert due_ids(session, clock.now() + TURN_GRACE) == [accepted.inbox_id]


def test_failed_turn_is_tried_again_and_then_given_up(database: Database, vault: Vault, clock: FixedClock) -> None:
    accepted = receive(database, vault, clock)
    with database.transaction() as session:
        row = session.get_one(InboxMessage, accepted.inbox_id)
        for pause in RETRY_AFTER:
            assert not mark_attempt_failed(row, "TurnFailed", clock.now())
            session.flush()
            assert due_ids(session, clock.now()) == []
            assert due_ids(session, clock.advance(seconds=pause.total_seconds())) == [row.id]
        assert mark_attempt_failed(row, "TurnFailed", clock.now())
        session.flush()
        assert row.state is InboxState.FAILED
        assert due_ids(session, clock.advance(days=365)) == []
        assert retry(session, row.id, clock.now())
        assert due_ids(session, clock.now()) == [row.id]
        assert not retry(session, row.id, clock.now())


def test_a_message_whose_text_is_forgotten_is_not_tried_again(
    database: Database, vault: Vault, clock: FixedClock
) -> None:
    accepted = receive(database, vault, clock)
    with database.transaction() as session:
        row = session.get_one(InboxMessage, accepted.inbox_id)
        row.state, row.next_attempt_at = InboxState.FAILED, None
        session.flush()
        retention.run(session, vault, clock.advance(days=31))
        assert not retry(session, row.id, clock.now())
        session.refresh(row)
        assert row.state is InboxState.FAILED


@pytest.mark.parametrize(("channel", "is_kept"), [("sms", False), ("whatsapp", False), ("web", True)])
def test_text_from_a_phone_is_forgotten_in_the_turn(
    database: Database, vault: Vault, clock: FixedClock, channel: str, is_kept: bool
) -> None:
    accepted = receive(database, vault, clock, replace(MESSAGE, channel=channel))
    with database.transaction() as session:
        row = session.get_one(InboxMessage, accepted.inbox_id)
        mark_done(row, channel)
        assert (row.body is not None) is is_kept
        assert body_of(vault, row) == (MESSAGE.text if is_kept else "")
