"""An advisor has written: which of a worker's next words answer her.

Looked at before the dialogue, since what answers an advisor answers no question of ours.
"""

from dataclasses import replace

from bot.casework import advised_case
from bot.current_turn import Turn
from bot.questions.news import NewsWordQuestion
from bot.understood import CLEAR, is_shaky

FOR_US = frozenset({"privacy", "language", "help", "stop", "skip", "back", "repeat", "survey", "thanks"})
"""Intents that a person could do nothing with."""


def answers_last_words(turn: Turn) -> bool:
    """Say whether the message answers an advisor whose words are the last thing she heard from us here."""
    if advised_case(turn) is None or _is_for_us(turn):
        return False
    has_given_word = isinstance(turn.asked, NewsWordQuestion) and turn.asked.read(turn)
    return not has_given_word and bool(turn.text.strip() or turn.media)


def read_as_words(turn: Turn) -> None:
    """Read the message as words for the advisor. 'The second floor' answers her question and is no emergency."""
    turn.asked = None
    turn.understanding = replace(turn.understanding, intent="grievance", is_keyword=False)
    if is_shaky(turn):
        turn.understanding = replace(turn.understanding, severity=None, category=None, is_danger=False)


def _is_for_us(turn: Turn) -> bool:
    understanding = turn.understanding
    if understanding.is_keyword:
        return understanding.intent not in {"affirm", "deny"}
    return understanding.intent in FOR_US and understanding.confidence >= CLEAR
