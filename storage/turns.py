"""What a turn begins with, read behind its conversation's lock.

`bot/turn.py` calls it first; everything else of the turn follows from what it returns.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from storage.models import Conversation, Factory, InboxMedia, InboxMessage, OptOut, TrackerState, Worker
from storage.vault import Vault
from storage.workers import LOCKED, opt_out_key

# Built once, since every turn needs them: building one takes as long as running it.
CONVERSATION = LOCKED.join(InboxMessage, InboxMessage.conversation_id == Conversation.id).where(
    InboxMessage.id == bindparam("inbox_id")
)
ROWS = (
    select(
        InboxMessage,
        Factory,
        TrackerState,
        select(func.count()).where(InboxMedia.inbox_id == bindparam("inbox_id")).scalar_subquery(),
        exists().where(OptOut.pseudonym == bindparam("opt_out")),
    )
    .select_from(InboxMessage)
    .outerjoin(Factory, Factory.id == bindparam("factory_id"))
    .outerjoin(TrackerState, TrackerState.conversation_id == InboxMessage.conversation_id)
    .where(InboxMessage.id == bindparam("inbox_id"))
)


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
    conversation, worker = session.execute(CONVERSATION, {"inbox_id": inbox_id}).one()
    known = {"inbox_id": inbox_id, "factory_id": worker.factory_id, "opt_out": opt_out_key(vault, worker)}
    message, factory, tracker, media, is_opted_out = session.execute(ROWS, known).one()
    return Beginning(message, conversation, worker, factory, tracker, media, bool(is_opted_out))
