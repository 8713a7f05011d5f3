"""A message from a channel becomes a committed inbox row, then replies if they are ready in time.

Every channel's webhook ends here; from `accept` on the message cannot be lost.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from channels.base import InboundMessage, Reply
from storage.clock import Clock
from storage.database import Database
from storage.inbox import Accepted, accept
from storage.models.enums import InboxState, OutboxKind
from storage.outbox import Leaving, claim_in_response, enqueue, release, replies_to
from storage.vault import Vault
from storage.workers import PULLED_CHANNELS

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Intake:
    """Takes messages in. `handle` runs a turn and says whether it was done within the deadline."""

    database: Database
    vault: Vault
    clock: Clock
    handle: Callable[[int], bool]

    def answer(self, message: InboundMessage, notices: Sequence[Reply] = ()) -> list[Leaving]:
        """Take a message whose replies leave in the response; empty when they come later.

        A repeat gets what the first delivery got; if that one died half-way, it gets what it would have got.
        """
        accepted = self._accept(message, notices)
        if not self._is_done(accepted):
            return []
        with self.database.transaction() as session:
            fresh = claim_in_response(session, self.vault, accepted.inbox_id, self.clock.now())
            return fresh or replies_to(session, self.vault, accepted.inbox_id)

    def take(self, message: InboundMessage) -> bool:
        """Take a message whose replies leave by another way; say whether they are ready."""
        accepted = self._accept(message, ())
        if not self._is_done(accepted):
            return False
        if message.channel in PULLED_CHANNELS:
            return True
        with self.database.transaction() as session:
            release(session, accepted.inbox_id, self.clock.now())
        return True

    def _accept(self, message: InboundMessage, notices: Sequence[Reply]) -> Accepted:
        with self.database.transaction() as session:
            now = self.clock.now()
            accepted = accept(session, self.vault, message, now)
            if notices and not accepted.is_repeat:
                enqueue(session, self.vault, accepted.conversation_id, notices, OutboxKind.NOTICE, now)
            return accepted

    def _is_done(self, accepted: Accepted) -> bool:
        if accepted.state is not InboxState.RECEIVED:
            return accepted.state is InboxState.DONE
        try:
            return self.handle(accepted.inbox_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is safe and the worker tries again
            logger.warning("turn of inbox row %s failed: %s", accepted.inbox_id, type(error).__name__)
            return False
