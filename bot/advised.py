"""An advisor has written: which of a worker's next words answer her.

Looked at before the dialogue, since what answers an advisor answers no question of ours.
"""

from bot.casework import advised_case
from bot.current_turn import Turn
from bot.questions.news import NewsWordQuestion

FOR_US = frozenset({"privacy", "language", "help", "stop", "skip", "back", "repeat", "survey", "thanks"})
"""Intents that a person could do nothing with."""
CLEAR = 0.85
"""How surely a text must be one of them."""


def answers_last_words(turn: Turn) -> bool:
    """Say whether the message answers an advisor whose words are the last thing she heard from us here."""
    if advised_case(turn) is None or _is_for_us(turn):
        return False
    has_given_word = isinstance(turn.asked, NewsWordQuestion) and turn.asked.read(turn)
    return not has_given_word and bool(turn.text.strip() or turn.media)


def _is_for_us(turn: Turn) -> bool:
    understanding = turn.understanding
    if understanding.is_keyword:
        return understanding.intent not in {"affirm", "deny"}
    return understanding.intent in FOR_US and understanding.confidence >= CLEAR
