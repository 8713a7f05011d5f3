"""Rasa's tracker as one small encrypted row, read and written in the turn's transaction.

At the end of a turn the next one needs the slots that changed, the open form and that
the assistant listens: some hundred bytes, no worker's text.
"""

import json
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.current_turn import Turn, current_turn
from bot.memo import Memo
from storage.models import TrackerState

FIELD = "trackers.state"


class TurnTrackerStore(TrackerStore):
    """Keeps the tracker of the current turn's conversation; knows no other."""

    def __init__(self) -> None:
        """Start without a domain; the agent sets it when the model is loaded."""
        super().__init__(Domain.empty())

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Rebuild the tracker, or return none at a first message."""
        turn = current_turn()
        state = load_state(turn)
        if state is None:
            return None
        events = [SlotSet(name, value) for name, value in state["slots"].items()]
        loop = [ActiveLoop(state["loop"])] if state["loop"] else []
        return DialogueStateTracker.from_events(
            sender_id, [*events, *loop, ActionExecuted("action_listen")], slots=self.domain.slots
        )

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what the next turn needs into the turn's transaction."""
        slots = {
            name: slot.value
            for name, slot in tracker.slots.items()
            if slot.value != slot.initial_value and name != "session_started_metadata"
        }
        save_state(current_turn(), {"slots": slots, "loop": tracker.active_loop_name})

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Return the same as `retrieve`: there is no more."""
        return await self.retrieve(conversation_id)


def load_state(turn: Turn) -> dict[str, Any] | None:
    """Return the stored state of the turn's conversation."""
    row = turn.tracker
    if row is None:
        return None
    state: dict[str, Any] = json.loads(turn.vault.open_text(FIELD, turn.conversation.id, row.state))
    return state


def load_memo(turn: Turn) -> Memo:
    """Return the dialogue's memo of the turn's conversation."""
    state = load_state(turn)
    return Memo.from_dict(state.get("memo", {})) if state else Memo()


def save_state(turn: Turn, state: dict[str, Any]) -> None:
    """Store `state` together with the turn's memo."""
    document = json.dumps({**state, "memo": turn.memo.to_dict()})
    sealed = turn.vault.close_text(FIELD, turn.conversation.id, document)
    if turn.tracker is None:
        turn.tracker = TrackerState(conversation_id=turn.conversation.id)
        turn.session.add(turn.tracker)
    turn.tracker.state, turn.tracker.updated_on = sealed, turn.now.date()
