"""What questions share: options with numbers, and reading a short answer.

Reading is tried in the turn's language first, then in English, which people mix in.
"""

from collections.abc import Iterable, Iterator, Sequence

from bot.current_turn import Turn
from bot.wording import FALLBACK
from nlu.languages import Words
from nlu.numbers import parse_choice, parse_yes_no
from storage.outbox import Option

YES_NO = ("yes", "no")


def options(turn: Turn, keys: Sequence[str]) -> tuple[Option, ...]:
    """Return numbered options with the texts named `keys`."""
    return titled(turn.wording.text(turn.language, key) for key in keys)


def titled(titles: Iterable[str]) -> tuple[Option, ...]:
    """Return options numbered from 1."""
    return tuple(Option(str(number), title) for number, title in enumerate(titles, start=1))


def read_option(turn: Turn, choices: Sequence[Option]) -> int | None:
    """Return the index of the option that the text names, by number or by its words."""
    titles = [option.title for option in choices]
    return next((found for words in word_lists(turn) if (found := parse_choice(turn.text, titles, words)) is not None), None)


def read_yes_no(turn: Turn) -> bool | None:
    """Return what the text answers to a question with 1 for yes and 2 for no."""
    by_number = read_option(turn, options(turn, YES_NO))
    if by_number is not None:
        return by_number == 0
    return next((found for words in word_lists(turn) if (found := parse_yes_no(turn.text, words)) is not None), None)


def word_lists(turn: Turn) -> Iterator[Words]:
    """Yield the small words of the languages that an answer may be in."""
    yield turn.words.words
    if turn.language != FALLBACK:
        yield turn.wording.languages[FALLBACK].words
