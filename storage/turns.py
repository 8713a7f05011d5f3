"""What a turn begins with, read behind its conversation's lock.

`bot/turn.py` calls it first; everything else of the turn follows from what it returns.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.models import Conversation, Factory, InboxMedia, InboxMessage, TrackerState, Worker
from storage.vault import Vault
from storage.workers import lock_conversation, wants_no_messages


@dataclass(frozen=True)
class Beginning:
    """A message with the rows around it."""

    message: InboxMessage
    conversation: Conversation
    worker: Worker
    factory: Factory | None
    """Where she works, if she said so."""
    tracker: TrackerState | None
    """None at the first message of a conversation."""
    media: int
    """How many pictures or recordings came with the message."""
    is_opted_out: bool
    """She wants no messages."""


def begin(session: Session, vault: Vault, inbox_id: int) -> Beginning:
    """Lock the conversation of a message, then read it as the turn before has left it."""
    conversation_id = session.scalars(select(InboxMessage.conversation_id).where(InboxMessage.id == inbox_id)).one()
    conversation, worker = lock_conversation(session, conversation_id)
    media = select(func.count()).where(InboxMedia.inbox_id == inbox_id).scalar_subquery()
    # One statement, since these rows are needed by every turn.
    query = (
        select(InboxMessage, Factory, TrackerState, media, wants_no_messages(vault, worker))
        .select_from(InboxMessage)
        .outerjoin(Factory, Factory.id == worker.factory_id)
        .outerjoin(TrackerState, TrackerState.conversation_id == conversation_id)
        .where(InboxMessage.id == inbox_id)
    )
    message, factory, tracker, count, is_opted_out = session.execute(query).one()
    return Beginning(message, conversation, worker, factory, tracker, count, bool(is_opted_out))
