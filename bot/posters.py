"""A poster's number, with its keyword or alone: it says where she works and that she wants to be asked.

`preparation.py` looks for one before the dialogue begins.
"""

import re

from bot.agenda import open_question
from bot.casework import advised_case
from bot.current_turn import Turn
from bot.language_choice import first_of
from bot.questions.arrival import LanguageQuestion
from bot.questions.factory import settle_factory
from bot.wording import Saying
from storage.digits import digits_only
from storage.factories import find_by_code

JOIN = re.compile(r"\s*join\s*[:#-]?\s*(\S{1,16})\s*", re.IGNORECASE)
SHORTEST = 4
"""Digits from which a number alone can be a poster's: one or two are a line of the menu."""


def poster_code(turn: Turn) -> str | None:
    """Return the number of a poster that the message consists of; without the keyword it must be one we know."""
    joined = JOIN.fullmatch(turn.text)
    if joined is not None:
        return digits_only(joined.group(1))
    code = digits_only(turn.text)
    is_bare = code is not None and len(code) >= SHORTEST and turn.worker.factory_id is None
    if code is None or not is_bare or _is_answer(turn) or find_by_code(turn.session, code) is None:
        return None
    return code


def join(turn: Turn, code: str) -> Saying:
    """Settle on the factory with this number."""
    factory = find_by_code(turn.session, code)
    if factory is None:
        return Saying("factory_code_unknown")
    if turn.memo.language_open:
        # Her first word was the poster's: the factory's language is a better guess than a question.
        turn.language = turn.worker.language = first_of(factory.languages, turn)
        turn.memo.language_open = False
    return settle_factory(turn, factory)


def _is_answer(turn: Turn) -> bool:
    question = open_question(turn)
    return advised_case(turn) is not None or not (question is None or isinstance(question, LanguageQuestion))
