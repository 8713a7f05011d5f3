"""The main menu: what can be done here, as numbers.

A bare number picks a line of it whenever nothing else is open.
"""

from dataclasses import replace

from bot.current_turn import Turn
from bot.questions.reading import options, read_option
from bot.wording import Saying

LINES = ("survey", "grievance", "rights", "privacy", "status", "language")
"""Intents, in the order of the menu."""


def menu(turn: Turn, key: str = "menu") -> Saying:
    """Return the menu under the text named `key`."""
    return Saying(key, options=options(turn, [f"menu_{line}" for line in LINES]))


def choose(turn: Turn) -> None:
    """Let a number, or the words of a line, count as the intent behind it."""
    index = read_option(turn, menu(turn).options)
    if index is None or turn.understanding.is_keyword:
        return
    turn.is_choice = True
    turn.understanding = replace(turn.understanding, intent=LINES[index], confidence=1.0)
