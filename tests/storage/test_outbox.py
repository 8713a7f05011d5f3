"""A reply leaves once, to somebody who wants it, and its state never moves back."""

import itertools
import random
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from storage import outbox
from storage.database import Database
from storage.inbox import InboundMessage, accept
from storage.models import OutboxMessage, Worker
from storage.models.enums import OutboxKind, OutboxState
from storage.outbox import Option, Reply
from storage.vault import Vault
from storage.workers import opt_in, opt_out
from tests.conftest import FixedClock
from tests.factories import create_conversation

TWO = [Reply("Is pay late?", (Option("1", "Yes"), Option("2", "No"))), Reply("Thanks")]


def put(
    database: Database,
    vault: Vault,
    clock: FixedClock,
    kind: OutboxKind = OutboxKind.REPLY,
    channel: str = "sms",
    replies: list[Reply] = TWO,
    *,
    in_response: bool = False,
) -> list[int]:
    """Answer a message."""
    with database.transaction() as session:
        conversation = create_conversation(session, vault, channel=channel)
        message = InboundMessage(channel, "+8801700000000", "hello", "SM1")
        accepted = accept(session, vault, message, clock.now())
        rows = outbox.enqueue(
            session,
            vault,
            conversation.id,
            replies,
            kind,
            clock.now(),
            inbox_id=accepted.inbox_id,
            in_response=in_response,
        )
        return [row.id for row in rows]


def state(database: Database, outbox_id: int) -> OutboxState:
    with database.reading() as session:
        return session.get_one(OutboxMessage, outbox_id).state


def test_replies_that_left_in_the_response_are_given_again_to_a_repeat_and_never_sent(
    database: Database, vault: Vault, clock: FixedClock
) -> None:
    first, second = put(database, vault, clock, in_response=True)
    with database.transaction() as session:
        inbox_id = session.get_one(OutboxMessage, first).inbox_id or 0
        assert [each.reply for each in outbox.replies_to(session, vault, inbox_id)] == TWO
        assert outbox.due_ids(session, clock.now() + timedelta(days=1)) == []
        assert outbox.claim(session, vault, second, clock.now()) is None


def test_replies_that_no_response_carries_are_sent_and_not_given_to_a_repeat(
    database: Database, vault: Vault, clock: FixedClock
) -> None:
    ids = put(database, vault, clock)
    with database.transaction() as session:
        assert outbox.due_ids(session, clock.now()) == ids
        assert outbox.replies_to(session, vault, session.get_one(OutboxMessage, ids[0]).inbox_id or 0) == []


def test_claimed_reply_has_its_address_and_text(database: Database, vault: Vault, clock: FixedClock) -> None:
    first, _ = put(database, vault, clock)
    with database.transaction() as session:
        claimed = outbox.claim(session, vault, first, clock.now())
    assert claimed is not None
    assert (claimed.address, claimed.channel, claimed.reply) == ("+8801700000000", "sms", TWO[0])
    assert state(database, first) is OutboxState.SENDING


def test_of_eight_senders_one_gets_the_reply(database: Database, vault: Vault, clock: FixedClock) -> None:
    first, _ = put(database, vault, clock)
    claimed: list[object] = []
    start = threading.Barrier(8)

    def run() -> None:
        start.wait()
        with database.transaction() as session:
            claimed.append(outbox.claim(session, vault, first, clock.now()))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == 8
    assert claimed.count(None) == 7


def test_nothing_leaves_after_stop_but_its_confirmation(database: Database, vault: Vault, clock: FixedClock) -> None:
    [reply] = put(database, vault, clock, replies=TWO[:1])
    with database.transaction() as session:
        conversation_id = session.get_one(OutboxMessage, reply).conversation_id
        opt_out(session, vault, session.query(Worker).one(), clock.now())
        confirmation = outbox.enqueue(
            session, vault, conversation_id, [Reply("Stopped")], OutboxKind.OPT_OUT, clock.now()
        )[0].id
        assert outbox.claim(session, vault, reply, clock.now()) is None
        assert outbox.claim(session, vault, confirmation, clock.now()) is not None
        opt_in(session, vault, session.query(Worker).one())
    with database.reading() as session:
        row = session.get_one(OutboxMessage, reply)
        assert (row.state, row.failure) == (OutboxState.FAILED, "opted_out")


def test_reply_for_a_page_is_never_due(database: Database, vault: Vault, clock: FixedClock) -> None:
    ids = put(database, vault, clock, channel="web")
    with database.transaction() as session:
        assert outbox.due_ids(session, clock.now() + timedelta(days=365)) == []
        conversation_id = session.get_one(OutboxMessage, ids[0]).conversation_id
        lines = outbox.transcript(session, vault, conversation_id)
        assert [(line.author, line.text) for line in lines] == [
            ("worker", "hello"),
            ("us", "Is pay late?"),
            ("us", "Thanks"),
        ]
        outbox.mark_fetched(session, lines[:2], clock.now())
    assert [state(database, outbox_id) for outbox_id in ids] == [OutboxState.DELIVERED, OutboxState.PENDING]


def test_failed_attempt_comes_back_later(database: Database, vault: Vault, clock: FixedClock) -> None:
    first, second = put(database, vault, clock)
    with database.transaction() as session:
        outbox.claim(session, vault, first, clock.now())
        outbox.retry_later(session, first, "http_503", clock.now() + timedelta(minutes=1))
        assert first not in outbox.due_ids(session, clock.now() + timedelta(seconds=59))
        claimed = outbox.claim(session, vault, first, clock.advance(minutes=1))
        assert claimed is not None
        assert claimed.attempts == 1
    assert state(database, second) is OutboxState.PENDING


def test_a_reply_that_was_put_back_is_not_overtaken(database: Database, vault: Vault, clock: FixedClock) -> None:
    first, second = put(database, vault, clock)
    with database.transaction() as session:
        assert outbox.claim(session, vault, second, clock.now()) is None
        assert outbox.claim(session, vault, first, clock.now()) is not None
        assert outbox.due_ids(session, clock.now()) == []
        assert outbox.claim(session, vault, second, clock.now()) is None
        outbox.retry_later(session, first, "http_503", clock.now() + timedelta(minutes=1))
        assert outbox.due_ids(session, clock.now()) == []
        assert outbox.claim(session, vault, second, clock.now()) is None
        assert outbox.due_ids(session, clock.advance(minutes=1)) == [first, second]
        assert outbox.claim(session, vault, second, clock.now()) is None
        assert outbox.claim(session, vault, first, clock.now()) is not None
        outbox.mark_sent(session, first, None, clock.now())
        assert outbox.claim(session, vault, second, clock.now()) is not None


@pytest.mark.parametrize("give_up", [outbox.mark_failed, outbox.mark_unknown])
def test_a_reply_that_was_given_up_holds_up_nothing(
    database: Database, vault: Vault, clock: FixedClock, give_up: Callable[[Session, int, str], None]
) -> None:
    first, second = put(database, vault, clock)
    with database.transaction() as session:
        outbox.claim(session, vault, first, clock.now())
        give_up(session, first, "http_400")
        assert outbox.due_ids(session, clock.now()) == [second]
        assert outbox.claim(session, vault, second, clock.now()) is not None


def test_conversations_do_not_wait_for_each_other(database: Database, vault: Vault, clock: FixedClock) -> None:
    first, _ = put(database, vault, clock)
    with database.transaction() as session:
        outbox.claim(session, vault, first, clock.now())
        outbox.retry_later(session, first, "http_503", clock.now() + timedelta(minutes=1))
        other = create_conversation(session, vault, address="+8801700000009")
        [row] = outbox.enqueue(session, vault, other.id, [Reply("x")], OutboxKind.REPLY, clock.now())
        assert outbox.due_ids(session, clock.now()) == [row.id]
        assert outbox.claim(session, vault, row.id, clock.now()) is not None


def test_replies_that_wait_for_another_leave_room_for_those_that_do_not(
    database: Database, vault: Vault, clock: FixedClock
) -> None:
    first, _ = put(database, vault, clock)
    with database.transaction() as session:
        outbox.claim(session, vault, first, clock.now())
        other = create_conversation(session, vault, address="+8801700000009")
        [row] = outbox.enqueue(session, vault, other.id, [Reply("x")], OutboxKind.REPLY, clock.now())
        assert outbox.due_ids(session, clock.now(), limit=1) == [row.id]


def test_a_reply_is_not_taken_before_its_time(database: Database, vault: Vault, clock: FixedClock) -> None:
    first, _ = put(database, vault, clock)
    with database.transaction() as session:
        outbox.claim(session, vault, first, clock.now())
        outbox.retry_later(session, first, "http_503", clock.now() + timedelta(minutes=1))
        assert outbox.claim(session, vault, first, clock.now()) is None
        assert outbox.claim(session, vault, first, clock.advance(minutes=1)) is not None


def test_interrupted_attempt_is_never_sent_again_by_itself(database: Database, vault: Vault, clock: FixedClock) -> None:
    first, _ = put(database, vault, clock)
    with database.transaction() as session:
        outbox.claim(session, vault, first, clock.now())
        reference = session.get_one(OutboxMessage, first).reference
        assert outbox.give_up_stale(session, clock.now()) == 0
        assert outbox.give_up_stale(session, clock.advance(minutes=10)) == 1
        assert outbox.claim(session, vault, first, clock.now()) is None
    assert state(database, first) is OutboxState.UNKNOWN
    with database.transaction() as session:
        assert outbox.retry(session, reference, clock.now())
        assert not outbox.retry(session, reference, clock.now())
        assert not outbox.retry(session, "0" * 32, clock.now())
    assert state(database, first) is OutboxState.PENDING


def sent_again(database: Database, vault: Vault, clock: FixedClock) -> tuple[int, str, str]:
    """A reply whose first attempt failed and that a person had sent again; with the name of each attempt."""
    first, _ = put(database, vault, clock)
    with database.transaction() as session:
        before = outbox.claim(session, vault, first, clock.now())
        outbox.mark_unknown(session, first, "timeout")
        assert outbox.retry(session, session.get_one(OutboxMessage, first).reference, clock.now())
    with database.transaction() as session:
        after = outbox.claim(session, vault, first, clock.now())
        outbox.retry_later(session, first, "http_503", clock.now())
    assert before is not None
    assert after is not None
    return first, before.reference, after.reference


@pytest.mark.parametrize("late", [OutboxState.SENT, OutboxState.FAILED])
def test_a_late_status_of_an_earlier_attempt_does_not_stop_the_new_one(
    database: Database, vault: Vault, clock: FixedClock, late: OutboxState
) -> None:
    outbox_id, earlier, _ = sent_again(database, vault, clock)
    with database.transaction() as session:
        assert outbox.record_status(session, earlier, late, clock.now(), "30003")
        assert outbox.claim(session, vault, outbox_id, clock.now()) is not None
        assert outbox.record_status(session, earlier, late, clock.now(), "30003")
    assert state(database, outbox_id) is OutboxState.SENDING


def test_what_arrived_late_after_all_is_not_sent_again(database: Database, vault: Vault, clock: FixedClock) -> None:
    outbox_id, earlier, _ = sent_again(database, vault, clock)
    with database.transaction() as session:
        assert outbox.record_status(session, earlier, OutboxState.DELIVERED, clock.now())
        assert outbox.claim(session, vault, outbox_id, clock.now()) is None
    assert state(database, outbox_id) is OutboxState.DELIVERED


def test_a_status_of_the_new_attempt_counts(database: Database, vault: Vault, clock: FixedClock) -> None:
    outbox_id, _, now_in_use = sent_again(database, vault, clock)
    with database.transaction() as session:
        assert outbox.claim(session, vault, outbox_id, clock.now()) is not None
        outbox.record_status(session, now_in_use, OutboxState.FAILED, clock.now(), "30003")
    assert state(database, outbox_id) is OutboxState.FAILED


def test_status_of_an_unknown_message_changes_nothing(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        assert not outbox.record_status(session, "0" * 32, OutboxState.DELIVERED, clock.now())


@pytest.mark.parametrize("seed", range(5))
def test_statuses_in_any_order_end_the_same(database: Database, vault: Vault, clock: FixedClock, seed: int) -> None:
    orders = list(itertools.permutations([OutboxState.SENDING, OutboxState.SENT, OutboxState.DELIVERED] * 2))
    for order in random.Random(seed).sample(orders, 10):  # noqa: S311 - an order to try, no secret
        with database.transaction() as session:
            conversation = create_conversation(session, vault)
            [row] = outbox.enqueue(session, vault, conversation.id, [Reply("x")], OutboxKind.REPLY, clock.now())
            outbox.claim(session, vault, row.id, clock.now())
            for status in order:
                assert outbox.record_status(session, row.reference, status, clock.now())
            # The answer to our own request comes last: it must not undo what the callbacks said.
            outbox.mark_sent(session, row.id, "key", clock.now())
            outbox_id = row.id
        assert state(database, outbox_id) is OutboxState.DELIVERED


def test_undeliverable_stays_so(database: Database, vault: Vault, clock: FixedClock) -> None:
    first, _ = put(database, vault, clock)
    with database.transaction() as session:
        outbox.claim(session, vault, first, clock.now())
        reference = session.get_one(OutboxMessage, first).reference
        outbox.record_status(session, reference, OutboxState.FAILED, clock.now(), "30003")
        outbox.record_status(session, reference, OutboxState.SENT, clock.now())
    assert state(database, first) is OutboxState.FAILED


def test_long_reply_with_every_letter_comes_back_whole(database: Database, vault: Vault, clock: FixedClock) -> None:
    long = Reply("ಕন্ন😀\u200f\n" * 1_000, (Option("1", "হ্যাঁ"),))
    [first] = put(database, vault, clock, replies=[long])
    with database.transaction() as session:
        claimed = outbox.claim(session, vault, first, clock.now())
    assert claimed is not None
    assert claimed.reply == long
