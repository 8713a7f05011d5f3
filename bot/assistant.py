"""The Rasa agent, loaded once: understands a text, and answers a turn or fails as a whole.

Rasa logs errors and goes on; here each one is noted on the turn, and a turn with a
failure, or without a word to say, raises `TurnFailed`.
"""

import logging
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage

from bot.action_endpoint import InProcessActions, TurnStopped
from bot.current_turn import Turn, as_current, current_turn
from bot.graph_runner import PlainGraphRunner
from bot.masking import masking
from bot.tracker_store import TurnTrackerStore
from bot.wording import Wording
from nlu.understanding import Understanding
from storage.outbox import Option, Reply

LONGEST = 1600
"""Characters of a message that are looked at; the case keeps the whole text."""

WARM_UP = "xyz"

SWALLOWING = ("rasa.core.processor", "rasa.core.tracker_store", "rasa.core.actions.action", "rasa.core.actions.forms")
"""Loggers of the places in Rasa that catch an error, log it and go on."""

Result = TypeVar("Result")


class TurnFailed(Exception):
    """A turn that cannot be committed. Names the classes of the errors, never their texts."""


class Assistant:
    """One loaded model. Not for two threads at once: see `executor.py`."""

    def __init__(self, model: Path, wording: Wording) -> None:
        """Load the model; its texts come from `wording`."""
        self.actions = InProcessActions()
        self._mask = masking(wording)
        agent = Agent(action_endpoint=self.actions, generator=wording)
        # `Agent` wraps a store given to it in one that goes on in memory when ours fails.
        agent.tracker_store = TurnTrackerStore()
        agent.load_model(model)
        self._processor = agent.processor
        self._processor.graph_runner = PlainGraphRunner(self._processor.graph_runner)
        self._processor.on_circuit_break = _note_circuit_break
        # It builds an empty domain for every message to warn of intents that only another model could name.
        self._processor._check_for_unseen_features = _trust_our_own_model
        _listen_for_swallowed_errors()
        # The first text loads what is loaded late; no worker should wait for that.
        self.understand(WARM_UP)

    def understand(self, text: str, metadata: Mapping[str, Any] | None = None) -> Understanding:
        """Return what the pipeline makes of a text; `metadata` says what is known of the conversation."""
        known = dict(metadata or {})
        understanding = Understanding.from_parse(
            _run(self._processor.parse_message(UserMessage(neutral(text), metadata=known)))
        )
        if len(text) <= LONGEST:
            return understanding
        return replace(understanding, redacted=self._mask(text, known.get("country")))

    def respond(self, turn: Turn) -> list[Reply]:
        """Take one turn; return what to say, or raise `TurnFailed`."""
        channel = CollectReplies()
        with as_current(turn):
            try:
                _run(self._processor.handle_message(_message(turn, channel)))
            except TurnStopped:
                pass  # noted on the turn by the endpoint
            except Exception as error:  # noqa: BLE001 - whatever it is, the turn is rolled back
                turn.failures.append(error)
        if turn.failures:
            raise TurnFailed(", ".join(type(error).__name__ for error in turn.failures)) from turn.failures[0]
        if not channel.replies:
            raise TurnFailed("NoReply")
        return channel.replies


class CollectReplies(OutputChannel):
    """Keeps what Rasa says, whole and in order."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self.replies: list[Reply] = []

    @classmethod
    def name(cls) -> str:
        """Return the channel's name for Rasa."""
        return "openline"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one message with its options."""
        buttons = message.get("buttons") or []
        chosen = tuple(Option(button["payload"], button["title"]) for button in buttons)
        self.replies.append(Reply(message["text"], chosen))


class _NoteOnTurn(logging.Handler):
    """Puts an error that Rasa only logged on the turn."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        try:
            current_turn().failures.append(error or RuntimeError(record.name))
        except LookupError:
            return  # not in a turn: a command of the developer


def neutral(text: str) -> str:
    """Return a text that Rasa takes for words: a leading slash would be a command."""
    return text.lstrip("/ \t\n\r\u200b\u2060\ufeff")[:LONGEST]


def _message(turn: Turn, channel: CollectReplies) -> UserMessage:
    understanding = turn.understanding
    intent = {"name": understanding.intent, "confidence": understanding.confidence}
    # Given as parsed, the text is not run through the pipeline again; and Rasa need not see the words.
    parsed = {"text": "-", "intent": intent, "entities": [], "intent_ranking": [intent]}
    return UserMessage("-", channel, sender_id=turn.conversation.id, parse_data=parsed)


def _run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    # Nothing in a turn waits for anything, so no event loop is needed; were that to change, we hear of it.
    try:
        coroutine.send(None)
    except StopIteration as finished:
        result: Result = finished.value
        return result
    coroutine.close()
    raise RuntimeError("a turn waited for something outside")


def _note_circuit_break(*_arguments: object) -> None:
    current_turn().failures.append(RuntimeError("circuit break"))


def _trust_our_own_model(_parsed: dict[str, Any]) -> None:
    return None


def _listen_for_swallowed_errors() -> None:
    for name in SWALLOWING:
        log = logging.getLogger(name)
        if not any(isinstance(handler, _NoteOnTurn) for handler in log.handlers):
            log.addHandler(_NoteOnTurn(logging.ERROR))
