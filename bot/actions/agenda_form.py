"""The one form of the assistant: it asks whatever is open until nothing is.

Its only slot is generic; the questions come from the tables, so a new survey needs
no training. Texts stay on the turn and never enter Rasa's tracker.
"""

from typing import Any

from rasa_sdk import Action
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction

from bot.actions.base import FORM, utter
from bot.agenda import ask, open_question, skip, take_answer
from bot.current_turn import Turn, current_turn
from bot.grievances import hear_in_passing
from bot.introduction import introduction
from bot.understood import is_answer, wants_to_skip
from bot.wording import Saying

SLOT = "answer"
READ, SKIPPED = "read", "skipped"


class ValidateAgendaForm(FormValidationAction):
    """Decides whether a message answers the open question, and stores the answer."""

    def name(self) -> str:
        """Return the name Rasa looks for."""
        return f"validate_{FORM}"

    async def required_slots(self, domain_slots: Any, dispatcher: Any, tracker: Any, domain: Any) -> list[str]:
        """Return the slot while a question is open; none ends the form."""
        return [SLOT] if open_question(current_turn()) is not None else []

    async def extract_answer(self, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        """Return a value when the message belongs to the open question; nothing leaves it to the rules."""
        turn = current_turn()
        if turn.is_spent or turn.asked is None:
            return {}
        if wants_to_skip(turn):
            return {SLOT: SKIPPED}
        return {SLOT: READ} if is_answer(turn) else {}

    def validate_answer(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Any, domain: Any
    ) -> dict[str, Any]:
        """Use the message; the slot stays empty, so that the next question is asked."""
        turn = current_turn()
        if not turn.is_spent:
            utter(dispatcher, turn, self._use(turn, value))
        return {SLOT: None}

    def _use(self, turn: Turn, value: str) -> list[Saying]:
        if value == SKIPPED:
            return [*introduction(turn), *skip(turn)]
        reported = hear_in_passing(turn)
        return [*introduction(turn), *reported, *take_answer(turn)]


class ActionAskAnswer(Action):
    """Asks the open question."""

    def name(self) -> str:
        """Return the name Rasa looks for."""
        return f"action_ask_{SLOT}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        """Say the open question."""
        turn = current_turn()
        question = open_question(turn)
        if question is not None:
            utter(dispatcher, turn, [ask(turn, question)])
        return []


class ActionAgendaDone(Action):
    """Nothing is open any more."""

    def name(self) -> str:
        """Return the name that the rule uses."""
        return "action_agenda_done"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        """Leave the form clean for the next time."""
        return [SlotSet(SLOT, None)]
