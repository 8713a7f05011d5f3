"""Taking the survey: by asking for it, or by a poster's keyword and number."""

from bot.actions.base import TurnAction
from bot.agenda import settle
from bot.current_turn import Turn
from bot.wording import Saying
from storage import surveys


class ActionSurvey(TurnAction):
    """She wants to answer questions."""

    action = "action_survey"

    def say(self, turn: Turn) -> list[Saying]:
        """Begin, go on, or say that she has answered already."""
        version = surveys.current_version(turn.session)
        if version is None:
            return [Saying("survey_none")]
        if surveys.has_answered(turn.session, turn.vault, turn.worker.pseudonym, version, turn.now):
            return [Saying("survey_already")]
        is_resumed = surveys.open_response(turn.session, turn.vault, turn.worker.pseudonym) is not None
        turn.memo.survey_wanted = True
        return [*([Saying("survey_on")] if is_resumed else []), *settle(turn)]
