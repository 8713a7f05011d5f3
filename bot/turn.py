"""One message, one transaction: answers, case, tracker, replies and the inbox row together, or none of it.

`handle` is called by the executor's thread, for a webhook that waits and for the retries.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.agenda import open_question
from bot.assistant import Assistant
from bot.casework import report
from bot.current_turn import Turn
from bot.menu import choose
from bot.questions.arrival import usual_languages
from bot.questions.factory import settle_factory
from bot.tracker_store import load_memo
from bot.understood import SURE
from bot.wording import FALLBACK, Saying, Wording
from storage import cases
from storage.clock import Clock
from storage.database import Database
from storage.digits import digits_only
from storage.factories import find_by_code
from storage.inbox import body_of, mark_attempt_failed, mark_done
from storage.media import count_media, put_into_case
from storage.models import Factory, InboxMessage, Worker
from storage.models.enums import InboxState, OutboxKind, ProviderOptOut
from storage.outbox import Reply, enqueue
from storage.vault import Vault
from storage.workers import is_opted_out, lock_conversation, opt_in, opt_out

log = logging.getLogger(__name__)

JOIN = re.compile(r"\s*join\s*[:#-]?\s*(\S{1,16})\s*", re.IGNORECASE)
ENOUGH_LETTERS = 7
"""From so many letters on a first message says which language it is in."""

DOUBTFUL = 0.6
"""Below this confidence a text that nothing is expected of may still be a grievance."""
STORY = 3
"""Words from which a text that is not understood goes to a person."""


@dataclass(frozen=True)
class Turns:
    """Runs turns. `hold` is how long fresh replies are left to the webhook that waits for them."""

    database: Database
    vault: Vault
    clock: Clock
    assistant: Assistant
    wording: Wording
    hold: timedelta
    observe: Callable[[float], None] = lambda _seconds: None
    """Told how many seconds each turn took."""

    def handle(self, inbox_id: int) -> bool:
        """Run the turn of a message that is not done; say whether it is done now."""
        began = self.clock.now()
        try:
            with self.database.transaction() as session:
                self._run(session, inbox_id, began)
        except Exception as error:  # noqa: BLE001 - whatever it is: rolled back, noted, tried again
            self._note_failure(inbox_id, error)
            return False
        self.observe((self.clock.now() - began).total_seconds())
        return True

    def _run(self, session: Session, inbox_id: int, now: datetime) -> None:
        row = session.get_one(InboxMessage, inbox_id)
        conversation, worker = lock_conversation(session, row.conversation_id)
        session.refresh(row)
        if row.state is not InboxState.RECEIVED:
            return
        turn = self._turn(session, row, now)
        replies = self._replies(turn, row)
        kind = OutboxKind.OPT_OUT if is_opted_out(session, self.vault, worker) else OutboxKind.REPLY
        enqueue(session, self.vault, conversation.id, replies, kind, now, inbox_id=inbox_id, not_before=now + self.hold)
        if turn.case_id is not None:
            put_into_case(session, self.vault, inbox_id, turn.case_id)
        mark_done(row, conversation.channel, now)

    def _turn(self, session: Session, row: InboxMessage, now: datetime) -> Turn:
        conversation, worker = lock_conversation(session, row.conversation_id)
        text = body_of(self.vault, row)
        factory = session.get(Factory, worker.factory_id) if worker.factory_id else None
        understanding = self.assistant.understand(text, _known(worker, factory))
        turn = Turn(
            session, self.vault, conversation, worker, self.wording, text, understanding, FALLBACK, now,
            media=count_media(session, row.id),
        )  # fmt: skip
        turn.memo = load_memo(turn)
        _choose_language(turn, factory)
        return turn

    def _replies(self, turn: Turn, row: InboxMessage) -> list[Reply]:
        if row.opt_out is ProviderOptOut.STOP:
            opt_out(turn.session, turn.vault, turn.worker, turn.now)
            return []
        if row.opt_out is ProviderOptOut.HELP:
            return []  # the provider has answered
        if is_opted_out(turn.session, turn.vault, turn.worker):
            if turn.understanding.keyword != "start" and row.opt_out is not ProviderOptOut.START:
                return self._while_opted_out(turn)
            opt_in(turn.session, turn.vault, turn.worker)
        _prepare(turn, row.factory_code)
        return self.assistant.respond(turn)

    def _while_opted_out(self, turn: Turn) -> list[Reply]:
        """She wants no messages, and what she reports still reaches a person."""
        if turn.understanding.intent == "grievance":
            case, _ = report(turn)
            cases.finish_draft(turn.session, case, turn.now)
        key = "stopped" if turn.understanding.intent == "stop" else "opted_out"
        return [Reply(self.wording.text(turn.language, key))]

    def _note_failure(self, inbox_id: int, error: Exception) -> None:
        log.warning("turn of inbox row %d failed: %s", inbox_id, _names(error))
        with self.database.transaction() as session:
            row = session.get(InboxMessage, inbox_id, with_for_update=True)
            if row is None or row.state is not InboxState.RECEIVED:
                return
            if mark_attempt_failed(row, _names(error), self.clock.now()):
                self._apologise(session, row)

    def _apologise(self, session: Session, row: InboxMessage) -> None:
        _, worker = lock_conversation(session, row.conversation_id)
        sorry = Reply(self.wording.text(worker.language or FALLBACK, "apology"))
        enqueue(session, self.vault, row.conversation_id, [sorry], OutboxKind.NOTICE, self.clock.now(), inbox_id=row.id)


def _names(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if type(error).__name__ == "TurnFailed" else type(error).__name__


def _known(worker: Worker, factory: Factory | None) -> dict[str, Any]:
    usual = factory.languages if factory else list(usual_languages(worker.country))
    return {
        "chosen_language": worker.language if worker.language_chosen else None,
        "language": worker.language,
        "factory_languages": usual,
        "country": worker.country,
    }


def _choose_language(turn: Turn, factory: Factory | None) -> None:
    """Settle the language of the turn; at a first word that tells nothing, guess and ask."""
    worker, understood = turn.worker, turn.understanding.language
    if worker.language is not None:
        turn.language = understood if understood in turn.wording.languages and understood else worker.language
        worker.language = turn.language
        return
    letters = sum(sign.isalpha() for sign in turn.text)
    is_clear = letters >= ENOUGH_LETTERS and not turn.understanding.is_language_doubtful
    if (
        understood in turn.wording.languages
        and understood
        and (is_clear or turn.understanding.script not in {"Latn", None})
    ):
        turn.language = worker.language = understood
        return
    usual = [*(factory.languages if factory else []), *usual_languages(worker.country)]
    turn.language = worker.language = next((tag for tag in usual if tag in turn.wording.languages), FALLBACK)
    turn.memo.language_open = len(turn.wording.languages) > 1


def _prepare(turn: Turn, factory_code: str | None) -> None:
    """Bring the message into the dialogue: posters, menu numbers, and what was expected."""
    joined = JOIN.fullmatch(turn.text)
    code = digits_only(joined.group(1)) if joined else None
    if code is not None:
        turn.preface = [_join(turn, code)]
    elif factory_code and turn.worker.factory_id is None:
        _join(turn, factory_code)
    turn.asked = open_question(turn)
    if code is not None:
        _read_as(turn, "survey")
    elif turn.asked is None:
        choose(turn)
        _fulfil_expectation(turn)


def _join(turn: Turn, code: str) -> Saying:
    factory = find_by_code(turn.session, code)
    return settle_factory(turn, factory) if factory is not None else Saying("factory_code_unknown")


def _fulfil_expectation(turn: Turn) -> None:
    """What comes after 'please write what happened' is what happened; so is a story nobody understands."""
    understanding, expected = turn.understanding, turn.memo.expects
    turn.memo.expects = None
    if understanding.is_keyword or turn.is_choice:
        return
    has_words = any(sign.isalpha() for sign in turn.text)
    if turn.media and not has_words:
        _read_as(turn, "grievance")
    elif _is_stray_word(turn) and expected is None:
        _read_as(turn, "out_of_scope")
    elif understanding.intent not in {"out_of_scope", "affirm", "deny", "human"} or not has_words:
        return
    elif expected is not None:
        _read_as(turn, expected)
    elif _answers_an_advisor(turn) or _may_be_a_story(turn):
        _read_as(turn, "grievance")


def _is_stray_word(turn: Turn) -> bool:
    """A single word that is a grievance only by doubt opens no case: she is asked what she means."""
    understanding = turn.understanding
    is_doubtful = understanding.intent == "grievance" and understanding.confidence < SURE
    return is_doubtful and not understanding.is_danger and len(turn.text.split()) == 1


def _answers_an_advisor(turn: Turn) -> bool:
    open_cases = cases.open_of(turn.session, turn.vault, turn.worker.pseudonym)
    return any(cases.awaits_worker(turn.session, case) for case in open_cases)


def _may_be_a_story(turn: Turn) -> bool:
    return turn.understanding.confidence < DOUBTFUL and len(turn.text.split()) >= STORY


def _read_as(turn: Turn, intent: str) -> None:
    turn.understanding = replace(turn.understanding, intent=intent, is_keyword=False)
