"""A message comes in: stored once, committed, and from then on it cannot be lost.

Channels call `accept`; the turn takes the row by its id and marks it done.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, select, update
from sqlalchemy.orm import Session, aliased

from storage.database import insert_new
from storage.keys import Purpose
from storage.models import InboxMedia, InboxMessage, new_id
from storage.models.enums import InboxState, ProviderOptOut
from storage.vault import Vault
from storage.workers import PULLED_CHANNELS, ensure_conversation, ensure_worker, go_on

RETRY_AFTER = (timedelta(seconds=2), timedelta(seconds=15), timedelta(minutes=2), timedelta(minutes=15))
"""Pauses between the attempts of a turn; after the last the message is given up and shown to advisors."""

TURN_GRACE = timedelta(seconds=20)
"""A fresh message is left to its webhook for this long before the worker takes it."""

CONTACT_MAY_BE_GONE = timedelta(days=30)
"""After a silence of this length her address may have been forgotten; `retention.py` waits longer."""

# Statements that every message needs are built once: building one takes as long as running it.
FIND = select(InboxMessage.id, InboxMessage.conversation_id, InboxMessage.state).where(
    InboxMessage.channel == bindparam("channel"), InboxMessage.provider_key == bindparam("provider_key")
)
EARLIER = aliased(InboxMessage)
WAITS_BEFORE = (
    EARLIER.conversation_id == InboxMessage.conversation_id,
    EARLIER.state == InboxState.RECEIVED,
    EARLIER.id < InboxMessage.id,
    InboxMessage.state == InboxState.RECEIVED,
)
UNFINISHED = select(EARLIER.id).where(*WAITS_BEFORE, InboxMessage.id == bindparam("inbox_id")).order_by(EARLIER.id)


@dataclass(frozen=True)
class MediaItem:
    """A picture or recording at the provider."""

    location: str
    content_type: str


@dataclass(frozen=True)
class InboundMessage:
    """What a channel understood of one message."""

    channel: str
    address: str
    """E.164, or whatever the provider calls the sender; on the web the session's token."""
    text: str
    provider_id: str
    """Unique within the channel; a repeat carries the same one."""
    country: str | None = None
    factory_code: str | None = None
    """From a poster's link."""
    opt_out: ProviderOptOut | None = None
    media: tuple[MediaItem, ...] = ()


@dataclass(frozen=True)
class Accepted:
    """The stored row of a message."""

    inbox_id: int
    conversation_id: str
    is_repeat: bool
    state: InboxState


def accept(session: Session, vault: Vault, message: InboundMessage, now: datetime) -> Accepted:
    """Store a message, or find the row that an earlier delivery of it made."""
    provider_key = vault.pseudonym(Purpose.MESSAGE_ID, f"{message.channel}:{message.provider_id}")
    since = now.date() - CONTACT_MAY_BE_GONE
    conversation_id = go_on(session, vault, message.channel, message.address, since, now.date())
    if conversation_id is None:
        if earlier := _earlier(session, message.channel, provider_key):
            return earlier[0]
        conversation_id = _begun(session, vault, message, now)
    key = insert_new(session, InboxMessage, _row(vault, message, provider_key, conversation_id, now))
    if key is None:
        return _earlier(session, message.channel, provider_key)[0]
    [inbox_id] = key
    session.add_all(_media_row(vault, inbox_id, item, now) for item in message.media)
    return Accepted(inbox_id, conversation_id, is_repeat=False, state=InboxState.RECEIVED)


def due_ids(session: Session, now: datetime, limit: int = 50) -> list[int]:
    """Return the messages whose turn has to be tried (again), the oldest first."""
    query = (
        select(InboxMessage.id)
        .where(InboxMessage.state == InboxState.RECEIVED, InboxMessage.next_attempt_at <= now)
        .order_by(InboxMessage.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def unfinished_before(session: Session, inbox_id: int) -> list[int]:
    """Return the earlier messages of the same conversation that are neither done nor given up, in their order."""
    return list(session.scalars(UNFINISHED, {"inbox_id": inbox_id}))


def body_of(vault: Vault, row: InboxMessage) -> str:
    """Return the text of a message, empty when it was already forgotten."""
    return vault.open_text("inbox.body", row.row_key, row.body) if row.body is not None else ""


def mark_done(row: InboxMessage, channel: str) -> None:
    """Close a message in its turn's transaction; on a phone its text is forgotten at once."""
    row.state = InboxState.DONE
    row.failure = None
    row.next_attempt_at = None
    if channel not in PULLED_CHANNELS:
        row.body = None


def mark_attempt_failed(row: InboxMessage, failure: str, now: datetime) -> bool:
    """Note a failed turn and plan the next attempt; return whether this was the last one."""
    row.failure = failure[:64]
    row.attempts += 1
    is_last = row.attempts > len(RETRY_AFTER)
    row.state = InboxState.FAILED if is_last else InboxState.RECEIVED
    row.next_attempt_at = None if is_last else now + RETRY_AFTER[row.attempts - 1]
    return is_last


def retry(session: Session, inbox_id: int, now: datetime) -> bool:
    """Let a message that was given up be tried anew; say if it could be: its text may have been forgotten."""
    result = session.execute(
        update(InboxMessage)
        .where(InboxMessage.id == inbox_id, InboxMessage.state == InboxState.FAILED, InboxMessage.body.is_not(None))
        .values(state=InboxState.RECEIVED, attempts=0, next_attempt_at=now)
    )
    return cast(CursorResult[Any], result).rowcount == 1


def _earlier(session: Session, channel: str, provider_key: str) -> list[Accepted]:
    """Return the row of an earlier delivery, or of one that was a moment quicker."""
    rows = session.execute(FIND, {"channel": channel, "provider_key": provider_key})
    return [Accepted(row.id, row.conversation_id, is_repeat=True, state=row.state) for row in rows]


def _begun(session: Session, vault: Vault, message: InboundMessage, now: datetime) -> str:
    worker = ensure_worker(session, vault, message.address, message.country)
    return ensure_conversation(session, vault, worker, message.channel, message.address, now).id


def _row(
    vault: Vault, message: InboundMessage, provider_key: str, conversation_id: str, now: datetime
) -> dict[str, object]:
    row_key = new_id()
    return {
        "channel": message.channel,
        "provider_key": provider_key,
        "conversation_id": conversation_id,
        "row_key": row_key,
        "body": vault.close_text("inbox.body", row_key, message.text),
        "factory_code": message.factory_code,
        "opt_out": message.opt_out,
        "state": InboxState.RECEIVED,
        "attempts": 0,
        "received_at": now,
        "next_attempt_at": now + TURN_GRACE,
    }


def _media_row(vault: Vault, inbox_id: int, item: MediaItem, now: datetime) -> InboxMedia:
    media_id = new_id()
    return InboxMedia(
        id=media_id,
        inbox_id=inbox_id,
        location=vault.close_text("inbox_media.location", media_id, item.location),
        content_type=item.content_type[:64],
        received_at=now,
    )
