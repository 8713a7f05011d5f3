"""What a turn begins with, read behind its conversation's lock.

`bot/turn.py` calls it first; everything else of the turn follows from what it returns.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from storage.inbox import EARLIER, WAITS_BEFORE
from storage.models import (
    Conversation,
    Factory,
    InboxMedia,
    InboxMessage,
    OptOut,
    OutboxMessage,
    TrackerState,
    Worker,
)
from storage.models.enums import OutboxKind, OutboxState
from storage.vault import Vault
from storage.workers import LOCKED, opt_out_key

UNHEARD = (OutboxState.PENDING, OutboxState.FAILED)
"""What has not left yet, or never will: she cannot have answered it."""

# Built once, since every turn needs them: building one takes as long as running it.
CONVERSATION = LOCKED.join(InboxMessage, InboxMessage.conversation_id == Conversation.id).where(
    InboxMessage.id == bindparam("inbox_id")
)
LAST_SAID = (
    select(OutboxMessage.kind)
    .where(OutboxMessage.conversation_id == InboxMessage.conversation_id, OutboxMessage.state.not_in(UNHEARD))
    .order_by(OutboxMessage.id.desc())
    .limit(1)
)
ROWS = (
    select(
        InboxMessage,
        Factory,
        TrackerState,
        select(func.count()).where(InboxMedia.inbox_id == bindparam("inbox_id")).scalar_subquery(),
        exists().where(OptOut.pseudonym == bindparam("opt_out")),
        exists().where(*WAITS_BEFORE).correlate_except(EARLIER),
        LAST_SAID.scalar_subquery(),
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
    has_earlier: bool
    """An earlier message of the same conversation still waits for its turn."""
    last_said: OutboxKind | None
    """Of what kind the last thing was that she heard from us here."""


def begin(session: Session, vault: Vault, inbox_id: int) -> Beginning:
    """Lock the conversation of a message, then read it as the turn before has left it."""
    conversation, worker = session.execute(CONVERSATION, {"inbox_id": inbox_id}).one()
    known = {"inbox_id": inbox_id, "factory_id": worker.factory_id, "opt_out": opt_out_key(vault, worker)}
    message, factory, tracker, media, is_opted_out, has_earlier, last_said = session.execute(ROWS, known).one()
    return Beginning(
        message, conversation, worker, factory, tracker, media, bool(is_opted_out), bool(has_earlier), last_said
    )


def find_locked(session: Session, inbox_id: int) -> tuple[InboxMessage, Worker] | None:
    """Lock as `begin` does and in its order; return the message and its worker, none when it was erased meanwhile."""
    locked = session.execute(CONVERSATION, {"inbox_id": inbox_id}).first()
    return (session.get_one(InboxMessage, inbox_id), locked[1]) if locked else None
