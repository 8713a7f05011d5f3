"""Answers to commands and short remarks. Everything asked for here works in the middle of a survey too."""

from typing import Any

from rasa_sdk.events import ActiveLoop, SlotSet

from bot.actions.base import TurnAction
from bot.agenda import open_question, settle, stop_all
from bot.casework import draft, keep_words
from bot.current_turn import Turn
from bot.menu import menu
from bot.news import tell_news
from bot.questions.arrival import offered
from bot.wording import Saying
from storage import cases, surveys


class ActionGreet(TurnAction):
    """Hello."""

    action = "action_greet"

    def say(self, turn: Turn) -> list[Saying]:
        """Greet and show what can be done, unless something is open."""
        if turn.understanding.keyword == "start":
            return [Saying("started"), *([] if open_question(turn) is not None else [menu(turn)])]
        if open_question(turn) is not None:
            return [] if turn.worker.introduced_at == turn.now else [Saying("greet_again")]
        return [menu(turn)]


class ActionThanks(TurnAction):
    """Thanks, goodbye."""

    action = "action_thanks"

    def say(self, turn: Turn) -> list[Saying]:
        """Thank her back."""
        return [Saying("thanks")]


class ActionHelp(TurnAction):
    """What is this, what can it do."""

    action = "action_help"

    def say(self, turn: Turn) -> list[Saying]:
        """Explain in one message, then the menu unless something is open."""
        return [Saying("help")] if open_question(turn) is not None else [Saying("help"), menu(turn)]


class ActionPrivacy(TurnAction):
    """Who sees this."""

    action = "action_privacy"

    def say(self, turn: Turn) -> list[Saying]:
        """Say who reads it and what stays on the phone."""
        return [Saying("privacy"), *([Saying("privacy_phone")] if turn.is_phone else [])]


class ActionHuman(TurnAction):
    """She wants to talk to a person."""

    action = "action_human"

    def say(self, turn: Turn) -> list[Saying]:
        """Invite her words; whatever she writes next reaches a person."""
        case = draft(turn)
        if case is not None and not turn.understanding.is_keyword:
            keep_words(turn, case)  # 'please call me' is for whoever reads her case
            return [Saying("heard_more")]
        turn.memo.expects = "grievance"
        return [Saying("human")]


class ActionLanguage(TurnAction):
    """She wants another language."""

    action = "action_language"

    def say(self, turn: Turn) -> list[Saying]:
        """Change to the language she names, or let her choose from the list."""
        named = _named_language(turn)
        if named is None:
            turn.worker.language_chosen = False
            turn.memo.language_open = True
            return []
        turn.language = turn.worker.language = named
        turn.worker.language_chosen, turn.memo.language_open = True, False
        return [Saying("language_set"), *([] if open_question(turn) is not None else [menu(turn)])]


class ActionStatus(TurnAction):
    """What became of an earlier report."""

    action = "action_status"

    def say(self, turn: Turn) -> list[Saying]:
        """Tell the news; on a phone her word is asked first, of a stranger just the same."""
        case = cases.latest_of(turn.session, turn.vault, turn.worker.pseudonym)
        chose_no_word = case is not None and turn.worker.word_hash is None
        if turn.is_phone and not chose_no_word:
            turn.memo.news_open = True
            return []
        return tell_news(turn)


class ActionRepeat(TurnAction):
    """She did not understand; say it again."""

    action = "action_repeat"

    def say(self, turn: Turn) -> list[Saying]:
        """The open question is asked again by itself; else show the menu."""
        return [] if open_question(turn) is not None else [menu(turn)]


class ActionBack(TurnAction):
    """She made a mistake and wants to change her last answer."""

    action = "action_back"

    def say(self, turn: Turn) -> list[Saying]:
        """Take back the survey's last answer; its question is then the open one."""
        response = surveys.open_response(turn.session, turn.vault, turn.worker.pseudonym)
        if response is not None and surveys.remove_last_answer(turn.session, response) is not None:
            turn.memo.survey_wanted = True
            return [Saying("back_done")]
        return [Saying("nothing_to_change")]


class ActionSkip(TurnAction):
    """She passes over a question although none is open."""

    action = "action_skip"

    def say(self, turn: Turn) -> list[Saying]:
        """Say so kindly."""
        return [Saying("nothing_to_skip"), menu(turn)]


class ActionStop(TurnAction):
    """She wants no more messages."""

    action = "action_stop"

    def say(self, turn: Turn) -> list[Saying]:
        """Stop at the bare word; in a sentence it may mean anything, so say how."""
        if not turn.understanding.is_keyword:
            return self._rather_not(turn)
        stop_all(turn)
        return [Saying("stopped")]

    def _rather_not(self, turn: Turn) -> list[Saying]:
        case = draft(turn)
        if case is not None and turn.is_phone:
            # 'Do not write to this phone' was meant for the advisor as well.
            keep_words(turn, case)
            cases.set_detail(turn.session, case, "safe_to_text", "no", turn.now)
        return [Saying("stop_how"), *settle(turn)]

    def speech(self, turn: Turn) -> list[Saying]:
        """Whoever stops needs no introduction."""
        return self.say(turn)

    def events(self, turn: Turn) -> list[dict[str, Any]]:
        """End the form."""
        if not turn.understanding.is_keyword:
            return super().events(turn)
        return [ActiveLoop(None), SlotSet("requested_slot", None)]


class ActionNotUnderstood(TurnAction):
    """Anything else, a yes or no to nothing included."""

    action = "action_not_understood"

    def say(self, turn: Turn) -> list[Saying]:
        """Never a dead end: say so and show what can be done."""
        if not any(sign.isalnum() for sign in turn.text):
            return [Saying("empty")]
        if turn.worker.introduced_at == turn.now:
            return [menu(turn)]
        is_yes_or_no = turn.understanding.intent in {"affirm", "deny"}
        return [Saying("okay" if is_yes_or_no else "not_understood"), menu(turn)]


def _named_language(turn: Turn) -> str | None:
    said = turn.text.casefold()
    for tag in offered(turn):
        folder = turn.wording.languages[tag]
        if folder.name.casefold() in said or folder.english_name.casefold() in said:
            return tag
    return None
