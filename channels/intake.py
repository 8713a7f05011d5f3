"""A message from a channel becomes a committed inbox row, then replies if they are ready in time.

Every channel's webhook ends here; from `accept` on the message cannot be lost.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from channels.base import InboundMessage, Reply
from storage.clock import Clock
from storage.database import Database
from storage.inbox import Accepted, accept
from storage.models.enums import InboxState, OutboxKind
from storage.outbox import Leaving, enqueue, replies_to
from storage.vault import Vault

logger = logging.getLogger(__name__)


class Handle(Protocol):
    """Runs the turn of a message that was stored."""

    def __call__(self, inbox_id: int, *, in_response: bool) -> Sequence[Leaving] | None:
        """Return what leaves in the response, if the replies are to leave there; none when it is not done in time."""
        ...


@dataclass(frozen=True)
class Intake:
    """Takes messages in."""

    database: Database
    vault: Vault
    clock: Clock
    handle: Handle

    def answer(self, message: InboundMessage, notices: Sequence[Reply] = ()) -> Sequence[Leaving]:
        """Take a message whose replies leave in the response; empty when they come later.

        A repeat gets what the first delivery got.
        """
        accepted = self._accept(message, notices)
        if accepted.state is InboxState.DONE:
            with self.database.reading() as session:
                return replies_to(session, self.vault, accepted.inbox_id)
        return self._handle(accepted, in_response=True) or []

    def take(self, message: InboundMessage) -> bool:
        """Take a message whose replies leave by another way; say whether they are ready."""
        accepted = self._accept(message, ())
        return accepted.state is InboxState.DONE or self._handle(accepted, in_response=False) is not None

    def _accept(self, message: InboundMessage, notices: Sequence[Reply]) -> Accepted:
        with self.database.transaction() as session:
            now = self.clock.now()
            accepted = accept(session, self.vault, message, now)
            if notices and not accepted.is_repeat:
                enqueue(session, self.vault, accepted.conversation_id, notices, OutboxKind.NOTICE, now)
            return accepted

    def _handle(self, accepted: Accepted, *, in_response: bool) -> Sequence[Leaving] | None:
        if accepted.state is not InboxState.RECEIVED:
            return None
        try:
            return self.handle(accepted.inbox_id, in_response=in_response)
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is safe and the worker tries again
            logger.warning("turn of inbox row %s failed: %s", accepted.inbox_id, type(error).__name__)
            return None
