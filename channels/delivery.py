"""Replies leave: a row is claimed, sent outside any transaction, and its outcome written down.

Called by the worker again and again. Two workers at once do no harm.
"""

import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.base import Channel, SendError
from storage import outbox
from storage.clock import Clock
from storage.database import Database
from storage.keys import KeysError, Purpose
from storage.vault import Vault, VaultError

FIRST_PAUSE = timedelta(seconds=20)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=1)
STALE_AFTER = timedelta(minutes=2)
"""An attempt that began this long ago died with its process; nobody knows whether it was sent."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivery:
    """Sends what is due through the channels it was given."""

    database: Database
    vault: Vault
    clock: Clock
    channels: Mapping[str, Channel]

    def deliver_due(self) -> int:
        """Send every row whose time has come; return how many there were."""
        now = self.clock.now()
        with self.database.transaction() as session:
            interrupted = outbox.give_up_stale(session, now - STALE_AFTER)
        if interrupted:
            logger.warning("%s sends were interrupted; their outcome is unknown", interrupted)
        with self.database.reading() as session:
            due = outbox.due_ids(session, now)
        for outbox_id in due:
            self.deliver(outbox_id)
        return len(due)

    def deliver(self, outbox_id: int) -> bool:
        """Send one row unless another process has it; say whether the provider took it."""
        claimed = self._claim(outbox_id)
        if claimed is None:
            return False
        try:
            provider_id = self._send(claimed)
        except SendError as error:
            self._note_failure(claimed, error)
            return False
        with self.database.transaction() as session:
            key = self._provider_key(claimed.channel, provider_id)
            outbox.mark_sent(session, outbox_id, key, self.clock.now())
        return True

    def _claim(self, outbox_id: int) -> outbox.Claimed | None:
        try:
            with self.database.transaction() as session:
                return outbox.claim(session, self.vault, outbox_id, self.clock.now())
        except (VaultError, KeysError) as error:
            # Those behind it must not wait for a row that no key opens.
            logger.error("outbox row %s does not open", outbox_id, exc_info=error)
            with self.database.transaction() as session:
                outbox.mark_failed(session, outbox_id, "does_not_open")
            return None

    def _send(self, claimed: outbox.Claimed) -> str | None:
        channel = self.channels.get(claimed.channel)
        if channel is None:
            raise SendError("no_such_channel")
        try:
            return channel.send(claimed.address, channel.render(claimed.reply), claimed.reference)
        except SendError:
            raise
        except Exception as error:  # a fault of ours, at a point where the message may have left
            raise SendError(type(error).__name__, unknown=True) from error

    def _note_failure(self, claimed: outbox.Claimed, error: SendError) -> None:
        now = self.clock.now()
        next_try = now + pause_after(claimed.attempts)
        logger.warning("outbox row %s not sent: %s", claimed.outbox_id, error.code)
        with self.database.transaction() as session:
            if error.unknown:
                outbox.mark_unknown(session, claimed.outbox_id, error.code)
            elif error.permanent or is_too_old(claimed.created_at, next_try):
                outbox.mark_failed(session, claimed.outbox_id, error.code)
            else:
                outbox.retry_later(session, claimed.outbox_id, error.code, next_try)

    def _provider_key(self, channel: str, provider_id: str | None) -> str | None:
        if provider_id is None:
            return None
        return self.vault.pseudonym(Purpose.MESSAGE_ID, f"{channel}:{provider_id}")


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after this many failed attempts: doubled each time, and never in step with others."""
    longest = min(FIRST_PAUSE * int(2 ** min(attempts, 10)), LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing


def is_too_old(created_at: datetime, next_try: datetime) -> bool:
    """Say whether a reply is given up: a day after it was written it helps nobody."""
    return next_try - created_at > GIVE_UP_AFTER
