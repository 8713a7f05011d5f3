"""What our actions share: they find their turn, say something, and leave the floor to the open question."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from rasa_sdk import Action
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from bot.agenda import open_question
from bot.current_turn import Turn, current_turn
from bot.introduction import introduction
from bot.wording import Saying

FORM = "agenda_form"


class TurnAction(Action, ABC):
    """An action that answers one intent."""

    action: ClassVar[str]

    def name(self) -> str:
        """Return the name that rules use."""
        return self.action

    async def run(self, dispatcher: CollectingDispatcher, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        """Say what there is to say; then whatever is open is asked."""
        turn = current_turn()
        turn.is_spent = True
        turn.memo.tries = 0  # she was understood: what is open is asked in its plain form again
        utter(dispatcher, turn, self.speech(turn))
        turn.changed()
        return self.events(turn)

    @abstractmethod
    def say(self, turn: Turn) -> list[Saying]:
        """Do what the intent asks for; return what to say."""

    def speech(self, turn: Turn) -> list[Saying]:
        """Return the whole speech: to somebody new, who we are comes first."""
        return [*introduction(turn), *turn.preface, *self.say(turn)]

    def events(self, turn: Turn) -> list[dict[str, Any]]:
        """Return Rasa events; by default the open question comes next."""
        return [FollowupAction(FORM)] if open_question(turn) is not None else []


def utter(dispatcher: CollectingDispatcher, turn: Turn, sayings: Sequence[Saying]) -> None:
    """Hand texts to Rasa by name; `Wording` finds them."""
    for saying in sayings:
        buttons = [{"title": option.title, "payload": option.value} for option in saying.options]
        dispatcher.utter_message(
            response=saying.key, buttons=buttons, values=dict(saying.values), language=turn.language
        )
