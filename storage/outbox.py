"""Replies on their way out: written in the turn's transaction, sent after it.

A row is claimed with a conditional UPDATE, so two senders never take the same one.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, CursorResult, Update, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from storage.inbox import body_of
from storage.models import Contact, Conversation, InboxMessage, OutboxMessage, Worker, new_id
from storage.models.enums import OutboxKind, OutboxState
from storage.vault import Vault
from storage.workers import PULLED_CHANNELS, is_opted_out

RANK = {
    OutboxState.PENDING: 0,
    OutboxState.SENDING: 1,
    OutboxState.UNKNOWN: 2,
    OutboxState.SENT: 3,
    OutboxState.FAILED: 4,
    OutboxState.DELIVERED: 5,
}
"""A status callback moves a row up only: callbacks arrive late, twice and shuffled."""

UNSEEN = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.SENT)

AGAIN = "-"
"""Stands in a reply's name before the number of times that a person had it sent again."""

EARLIER = aliased(OutboxMessage)


@dataclass(frozen=True)
class Option:
    """One answer to choose: what the worker types, and what it says."""

    value: str
    title: str


@dataclass(frozen=True)
class Reply:
    """One message to the worker, before a channel gives it its form."""

    text: str
    options: tuple[Option, ...] = ()

    def to_json(self) -> str:
        """Return the form that is encrypted into the row."""
        return json.dumps({"text": self.text, "options": [[option.value, option.title] for option in self.options]})

    @classmethod
    def from_json(cls, document: str) -> "Reply":
        """Return what `to_json` wrote."""
        content = json.loads(document)
        return cls(content["text"], tuple(Option(value, title) for value, title in content["options"]))


@dataclass(frozen=True)
class Leaving:
    """A reply that leaves in the response to the message it answers, with its name in status callbacks."""

    reference: str
    reply: Reply


@dataclass(frozen=True)
class Claimed:
    """A row that this process alone may send now."""

    outbox_id: int
    reference: str
    """Its name in status callbacks, another one each time that a person has it sent again."""
    channel: str
    address: str
    reply: Reply
    attempts: int
    created_at: datetime


@dataclass(frozen=True)
class Line:
    """One line of a conversation as its own worker sees it."""

    author: Literal["worker", "us"]
    text: str
    options: tuple[Option, ...]
    at: datetime
    unseen: int | None = None
    """Our row behind it, as long as nobody has noted that she saw it."""


def enqueue(
    session: Session,
    vault: Vault,
    conversation_id: str,
    replies: Sequence[Reply],
    kind: OutboxKind,
    now: datetime,
    *,
    inbox_id: int | None = None,
    in_response: bool = False,
) -> list[OutboxMessage]:
    """Put replies into the outbox, in order, for the sender.

    With `in_response` they leave in the response to the message they answer, and count as sent from here on: when that
    response is lost, the provider asks again and `replies_to` answers.
    """
    conversation = session.get_one(Conversation, conversation_id)
    is_pulled = conversation.channel in PULLED_CHANNELS
    rows = []
    for position, reply in enumerate(replies):
        reference = new_id()
        rows.append(
            OutboxMessage(
                reference=reference,
                conversation_id=conversation_id,
                inbox_id=inbox_id,
                position=position,
                kind=kind,
                body=vault.close_text("outbox.body", reference, reply.to_json()),
                created_at=now,
                state=OutboxState.SENT if in_response else OutboxState.PENDING,
                next_attempt_at=None if in_response or is_pulled else now,
                sent_at=now if in_response else None,
            )
        )
    session.add_all(rows)
    session.flush()
    return rows


def was_told_lately(session: Session, conversation_id: str, since: datetime) -> bool:
    """Say whether somebody who wants no messages was told so since then, the confirmation of her STOP apart."""
    told = select(func.count()).where(
        OutboxMessage.conversation_id == conversation_id,
        OutboxMessage.kind == OutboxKind.OPT_OUT,
        OutboxMessage.created_at > since,
    )
    return (session.scalar(told) or 0) > 1


def replies_to(session: Session, vault: Vault, inbox_id: int) -> list[Leaving]:
    """Return the replies that left in the response to a message, for a repeat of it.

    What waits for the sender, or left through it, is not given a second time.
    """
    left = (OutboxState.SENT, OutboxState.DELIVERED)
    rows = [row for row in _rows_of(session, inbox_id) if row.state in left and row.provider_key is None]
    return [Leaving(row.reference, _reply(vault, row)) for row in rows if row.body is not None]


def due_ids(session: Session, now: datetime, limit: int = 50) -> list[int]:
    """Return what is due in the conversations that have waited longest, at most `limit` of them, each in order."""
    waiting = select(OutboxMessage.conversation_id).where(_is_due(now), _is_next())
    longest = waiting.order_by(OutboxMessage.next_attempt_at).limit(limit)
    due = select(OutboxMessage.id).where(_is_due(now), OutboxMessage.conversation_id.in_(longest))
    return list(session.scalars(due.order_by(OutboxMessage.id)))


def claim(session: Session, vault: Vault, outbox_id: int, now: datetime) -> Claimed | None:
    """Take a row for sending; none when it is not its turn, another process has it or she wants no messages."""
    if cast(CursorResult[Any], session.execute(_taking(outbox_id, now))).rowcount != 1:
        return None
    row = session.get_one(OutboxMessage, outbox_id, populate_existing=True)
    conversation = session.get_one(Conversation, row.conversation_id)
    contact = session.get(Contact, row.conversation_id)
    if contact is None or row.body is None:
        mark_failed(session, outbox_id, "no_contact")
        return None
    worker = session.get_one(Worker, conversation.worker_id)
    if row.kind is not OutboxKind.OPT_OUT and is_opted_out(session, vault, worker):
        mark_failed(session, outbox_id, "opted_out")
        return None
    address = vault.open_contact(contact.address, conversation.id)
    return Claimed(row.id, _name(row), conversation.channel, address, _reply(vault, row), row.attempts, row.created_at)


def mark_sent(session: Session, outbox_id: int, provider_key: str | None, now: datetime) -> None:
    """The provider took it. `provider_key` is the pseudonym of its id for the message."""
    _settle(session, outbox_id, OutboxState.SENT, provider_key=provider_key, sent_at=now, failure=None)


def mark_failed(session: Session, outbox_id: int, failure: str) -> None:
    """It will never arrive; `failure` is a code, not a text."""
    _settle(session, outbox_id, OutboxState.FAILED, failure=failure[:64])


def mark_unknown(session: Session, outbox_id: int, failure: str) -> None:
    """It may have been sent: only a status callback can tell, and it is not sent again."""
    _settle(session, outbox_id, OutboxState.UNKNOWN, failure=failure[:64])


def retry_later(session: Session, outbox_id: int, failure: str, at: datetime) -> None:
    """It was surely not sent; try again at `at`."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == outbox_id, OutboxMessage.state == OutboxState.SENDING)
        .values(
            state=OutboxState.PENDING,
            failure=failure[:64],
            attempts=OutboxMessage.attempts + 1,
            next_attempt_at=at,
        )
    )


def give_up_stale(session: Session, before: datetime) -> int:
    """Turn attempts that began before `before` and never ended into `UNKNOWN`; return how many."""
    result = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.state == OutboxState.SENDING, OutboxMessage.next_attempt_at < before)
        .values(state=OutboxState.UNKNOWN, failure="interrupted", next_attempt_at=None)
    )
    return cast(CursorResult[Any], result).rowcount


def record_status(
    session: Session, reference: str, state: OutboxState, now: datetime, failure: str | None = None
) -> bool:
    """Apply a status callback; it never moves a row back. Say whether the reference is known.

    Of an attempt that a person has followed with another one, only that it arrived after all is of interest.
    """
    original = reference.partition(AGAIN)[0]
    row = session.scalar(select(OutboxMessage).where(OutboxMessage.reference == original).with_for_update())
    if row is None:
        return False
    is_meant = reference == _name(row) or state is OutboxState.DELIVERED
    if is_meant and RANK[state] > RANK[row.state]:
        row.state = state
        row.next_attempt_at = None
        row.failure = failure[:64] if failure else None
        row.sent_at = row.sent_at or now
    return True


def retry(session: Session, reference: str, now: datetime) -> bool:
    """Send a reply that failed, or whose outcome is unknown, once more: a person decided so. Say if it could be."""
    result = session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.reference == reference,
            OutboxMessage.state.in_((OutboxState.FAILED, OutboxState.UNKNOWN)),
            OutboxMessage.body.is_not(None),
        )
        .values(
            state=OutboxState.PENDING,
            attempts=0,
            resends=OutboxMessage.resends + 1,
            failure=None,
            next_attempt_at=now,
        )
    )
    return cast(CursorResult[Any], result).rowcount == 1


def transcript(session: Session, vault: Vault, conversation_id: str) -> list[Line]:
    """Return what both sides wrote and is not yet forgotten, the oldest first."""
    inbox = session.scalars(select(InboxMessage).where(InboxMessage.conversation_id == conversation_id))
    outbox = session.scalars(select(OutboxMessage).where(OutboxMessage.conversation_id == conversation_id))
    # Within one moment each answer stands under its question, and what nobody asked for comes last.
    last = sys.maxsize
    lines = [((row.received_at, row.id, 0), _worker_line(vault, row)) for row in inbox if row.body is not None]
    lines += [((row.created_at, row.inbox_id or last, row.id), _our_line(vault, row)) for row in outbox if row.body]
    return [line for _, line in sorted(lines, key=lambda pair: pair[0])]


def mark_fetched(session: Session, lines: Iterable[Line], now: datetime) -> None:
    """The worker's own page has shown these lines."""
    shown = [line.unseen for line in lines if line.unseen is not None]
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(shown), OutboxMessage.state.in_(UNSEEN))
        .values(state=OutboxState.DELIVERED, sent_at=now, next_attempt_at=None)
    )


def _rows_of(session: Session, inbox_id: int) -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.inbox_id == inbox_id).order_by(OutboxMessage.position)
    return list(session.scalars(query))


def _name(row: OutboxMessage) -> str:
    return f"{row.reference}{AGAIN}{row.resends}" if row.resends else row.reference


def _is_due(now: datetime) -> ColumnElement[bool]:
    return (OutboxMessage.state == OutboxState.PENDING) & (OutboxMessage.next_attempt_at <= now)


def _is_next() -> ColumnElement[bool]:
    """Nothing that was written before it in its conversation still waits: she reads what we say in order."""
    # Whatever waits has its moment, and nothing else has one: the index holds those rows alone.
    waits = EARLIER.next_attempt_at.is_not(None)
    is_before = (EARLIER.conversation_id == OutboxMessage.conversation_id) & (EARLIER.id < OutboxMessage.id)
    return ~exists().where(is_before, waits, EARLIER.state.in_((OutboxState.PENDING, OutboxState.SENDING)))


def _taking(outbox_id: int, now: datetime) -> Update:
    # The moment stays on the row, so that the age of an unfinished attempt is known.
    return (
        update(OutboxMessage)
        .where(OutboxMessage.id == outbox_id, _is_due(now), _is_next())
        .values(state=OutboxState.SENDING, next_attempt_at=now)
        .execution_options(synchronize_session=False)
    )


def _settle(session: Session, outbox_id: int, state: OutboxState, **values: object) -> None:
    # A status callback may have been quicker than the answer to our own request.
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == outbox_id, OutboxMessage.state.in_((OutboxState.SENDING, OutboxState.PENDING)))
        .values(state=state, next_attempt_at=None, **values)
    )


def _reply(vault: Vault, row: OutboxMessage) -> Reply:
    if row.body is None:
        raise ValueError("a forgotten reply")
    return Reply.from_json(vault.open_text("outbox.body", row.reference, row.body))


def _worker_line(vault: Vault, row: InboxMessage) -> Line:
    return Line("worker", body_of(vault, row), (), row.received_at)


def _our_line(vault: Vault, row: OutboxMessage) -> Line:
    reply = _reply(vault, row)
    return Line("us", reply.text, reply.options, row.created_at, row.id if row.state in UNSEEN else None)
