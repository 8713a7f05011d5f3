"""Which language a turn is in: the one she chose, the one she writes, or a guess and a question.

Called by `turn.py` before the dialogue begins.
"""

from typing import Any

from bot.current_turn import Turn
from bot.questions.arrival import LanguageQuestion, usual_languages
from bot.wording import FALLBACK
from storage.models import Factory, Worker

ENOUGH_LETTERS = 7
"""From so many letters on a message says which language it is in."""


def known(worker: Worker, factory: Factory | None) -> dict[str, Any]:
    """Return what helps to understand a text: the languages and the country of this worker."""
    usual = factory.languages if factory else list(usual_languages(worker.country))
    return {
        "chosen_language": worker.language if worker.language_chosen else None,
        "language": worker.language,
        "factory_languages": usual,
        "country": worker.country,
    }


def choose_language(turn: Turn, factory: Factory | None) -> None:
    """Settle the language of the turn; at a first word that tells nothing, guess and ask."""
    worker, understood = turn.worker, turn.understanding.language
    is_ours = understood is not None and understood in turn.wording.languages
    if worker.language is not None:
        turn.language = (understood if is_ours else None) or worker.language
        if worker.language != turn.language:
            worker.language = turn.language
        if turn.memo.language_open and is_ours and _is_clear(turn):
            # She writes on without naming one, and that says it. What names one is left to the question.
            turn.memo.language_open = LanguageQuestion().read(turn) is not None
        return
    if understood is not None and is_ours and _is_clear(turn):
        turn.language = worker.language = understood
        return
    usual = [*(factory.languages if factory else []), *usual_languages(worker.country)]
    turn.language = worker.language = first_of(usual, turn)
    turn.memo.language_open = len(turn.wording.languages) > 1


def first_of(tags: list[str], turn: Turn) -> str:
    """Return the first of these languages that we speak."""
    return next((tag for tag in tags if tag in turn.wording.languages), FALLBACK)


def _is_clear(turn: Turn) -> bool:
    letters = sum(sign.isalpha() for sign in turn.text)
    is_sure = letters >= ENOUGH_LETTERS and not turn.understanding.is_language_doubtful
    return is_sure or turn.understanding.script not in {"Latn", None}
