"""A problem, or what may be one; and a question about the rules. Both reach a person."""

from bot.actions.base import TurnAction
from bot.agenda import settle
from bot.casework import report
from bot.current_turn import Turn
from bot.grievances import hear
from bot.introduction import introduction
from bot.wording import Saying
from storage.cases import set_detail
from storage.models.enums import Category


class ActionGrievance(TurnAction):
    """She reports a problem."""

    action = "action_grievance"

    def say(self, turn: Turn) -> list[Saying]:
        """Put it into a case at once, or invite her words when she only chose it from the menu."""
        if turn.is_choice:
            turn.memo.expects = "grievance"
            return [*introduction(turn), Saying("tell_us")]
        return [*hear(turn), *settle(turn)]

    def speech(self, turn: Turn) -> list[Saying]:
        """What to do in danger comes before who we are."""
        return self.say(turn)


class ActionRights(TurnAction):
    """She asks what the rule is."""

    action = "action_rights"

    def say(self, turn: Turn) -> list[Saying]:
        """Pass the question on to a person who knows the country's rules."""
        if turn.is_choice or turn.understanding.is_keyword:
            turn.memo.expects = "rights"
            return [Saying("ask_us")]
        case, is_new = report(turn, category=Category.OTHER)
        if is_new:
            set_detail(turn.session, case, "kind", "rights", turn.now)
        return [Saying("question_passed" if is_new else "heard_more"), *settle(turn)]
