"""The first words to somebody new: neutral, since others may read this phone."""

from bot.current_turn import Turn
from bot.wording import Saying


def introduction(turn: Turn, *, is_greeted: bool = False) -> list[Saying]:
    """Return what this is and who reads it, once in a worker's life."""
    if turn.worker.introduced_at is not None:
        return []
    turn.worker.introduced_at = turn.now
    first = [] if is_greeted else [Saying("first_line")]
    return [*first, Saying("intro_who"), Saying("intro_how")]
