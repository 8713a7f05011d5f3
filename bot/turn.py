"""One message, one transaction: answers, case, tracker, replies and the inbox row together, or none of it.

`handle` is called by the executor's thread, for a webhook that waits and for the retries.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.agenda import stop_all
from bot.assistant import Assistant, TurnFailed
from bot.casework import report
from bot.current_turn import Turn
from bot.executor import Answer, Promise, nobody_waits
from bot.language_choice import choose_language, known
from bot.preparation import is_for_a_person, prepare
from bot.tracker_store import load_memo, save_state
from bot.wording import FALLBACK, Wording
from storage import cases
from storage.clock import Clock
from storage.database import Database
from storage.inbox import body_of, mark_attempt_failed, mark_done, unfinished_before
from storage.media import put_into_case
from storage.models import InboxMessage, Worker
from storage.models.enums import InboxState, OutboxKind, ProviderOptOut
from storage.outbox import Leaving, Reply, enqueue, replies_to, was_told_lately
from storage.turns import Beginning, begin, find_locked
from storage.vault import Vault
from storage.workers import is_opted_out, opt_in

log = logging.getLogger(__name__)

ONCE_A_DAY = timedelta(days=1)
"""How often somebody who wants no messages is told how to come back."""


class EarlierFirst(Exception):
    """Messages of the same conversation came before and still wait; nothing was done yet."""

    def __init__(self, inbox_ids: list[int]) -> None:
        """Name them, the oldest first."""
        super().__init__()
        self.inbox_ids = inbox_ids


@dataclass(frozen=True)
class Turns:
    """Runs turns."""

    database: Database
    vault: Vault
    clock: Clock
    assistant: Assistant
    wording: Wording
    observe: Callable[[float], None] = lambda _seconds: None
    """Told how many seconds each turn took."""

    def handle(self, inbox_id: int, promise: Promise = nobody_waits) -> Answer:
        """Run the turn of a message that is not done.

        Returns what leaves in the response that `promise` spoke for, empty when the sender takes the replies;
        none when the turn failed.
        """
        try:
            return self._attempt(inbox_id, promise, is_next=False)
        except EarlierFirst as waiting:
            # Each once, whatever becomes of it: no message holds up another for ever.
            for earlier in waiting.inbox_ids:
                self._attempt(earlier, promise)
            return self._attempt(inbox_id, promise)

    def _attempt(self, inbox_id: int, promise: Promise, *, is_next: bool = True) -> Answer:
        began = self.clock.now()
        try:
            with self.database.transaction() as session:
                begun = begin(session, self.vault, inbox_id)
                if begun.has_earlier and not is_next:
                    raise EarlierFirst(unfinished_before(session, inbox_id))
                leaving = self._run(session, begun, began, promise)
        except EarlierFirst:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is: rolled back, noted, tried again
            self._note_failure(inbox_id, error)
            return None
        self.observe((self.clock.now() - began).total_seconds())
        return leaving

    def _run(self, session: Session, begun: Beginning, now: datetime, promise: Promise) -> list[Leaving]:
        row, conversation = begun.message, begun.conversation
        if row.state is not InboxState.RECEIVED:
            return replies_to(session, self.vault, row.id)  # another process has handled it in the meantime
        turn = self._turn(session, begun, now)
        replies = self._replies(turn, row)
        kind = OutboxKind.OPT_OUT if _is_opted_out(turn) else OutboxKind.REPLY
        if turn.case_id is not None:
            put_into_case(session, self.vault, row.id, turn.case_id)
        mark_done(row, conversation.channel)
        is_waiting = promise(row.id)
        rows = enqueue(
            session, self.vault, conversation.id, replies, kind, now, inbox_id=row.id, in_response=is_waiting
        )
        carried = zip(rows, replies, strict=True) if is_waiting else ()
        return [Leaving(row.reference, reply) for row, reply in carried]

    def _turn(self, session: Session, begun: Beginning, now: datetime) -> Turn:
        text = body_of(self.vault, begun.message)
        understanding = self.assistant.understand(text, known(begun.worker, begun.factory))
        turn = Turn(
            session, self.vault, begun.conversation, begun.worker, self.wording, text, understanding, FALLBACK, now,
            tracker=begun.tracker, media=begun.media, last_said=begun.last_said,
        )  # fmt: skip
        turn.recall("opted_out", lambda: begun.is_opted_out)
        turn.memo = load_memo(turn)
        choose_language(turn, begun.factory)
        return turn

    def _replies(self, turn: Turn, row: InboxMessage) -> list[Reply]:
        if row.opt_out is ProviderOptOut.STOP:
            stop_all(turn)
            save_state(turn, {"slots": {}, "loop": None})
            return []  # the provider has confirmed it
        if row.opt_out is ProviderOptOut.HELP:
            return []  # the provider has answered
        if _is_opted_out(turn):
            if turn.understanding.keyword != "start" and row.opt_out is not ProviderOptOut.START:
                return self._while_opted_out(turn)
            opt_in(turn.session, turn.vault, turn.worker)
            turn.changed("opted_out")
        prepare(turn, row.factory_code)
        return self.assistant.respond(turn)

    def _while_opted_out(self, turn: Turn) -> list[Reply]:
        """She wants no messages, and what she reports still reaches a person."""
        if is_for_a_person(turn):
            case, _ = report(turn)
            cases.finish_draft(turn.session, case, turn.now)
        if was_told_lately(turn.session, turn.conversation.id, turn.now - ONCE_A_DAY):
            return []  # her phone may answer by itself, and we would never end
        key = "stopped" if turn.understanding.intent == "stop" else "opted_out"
        return [Reply(self.wording.text(turn.language, key))]

    def _note_failure(self, inbox_id: int, error: Exception) -> None:
        log.warning("turn of inbox row %d failed: %s", inbox_id, _names(error), exc_info=error)
        with self.database.transaction() as session:
            found = find_locked(session, inbox_id)
            if found is None or found[0].state is not InboxState.RECEIVED:
                return
            row, worker = found
            if mark_attempt_failed(row, _names(error), self.clock.now()):
                self._apologise(session, row, worker)

    def _apologise(self, session: Session, row: InboxMessage, worker: Worker) -> None:
        sorry = Reply(self.wording.text(worker.language or FALLBACK, "apology"))
        # Not as the answer to the message: a person may let it be tried again, and then that place is needed.
        enqueue(session, self.vault, row.conversation_id, [sorry], OutboxKind.NOTICE, self.clock.now())


def _is_opted_out(turn: Turn) -> bool:
    return turn.recall("opted_out", lambda: is_opted_out(turn.session, turn.vault, turn.worker))


def _names(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if isinstance(error, TurnFailed) else type(error).__name__
