"""What questions share: options with numbers, and reading a short answer.

Reading is tried in the turn's language first, then in English, which people mix in.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from bot.current_turn import Turn
from bot.wording import FALLBACK
from nlu.languages import Words
from nlu.numbers import parse_choice, parse_number, parse_scale, parse_yes_no
from storage.outbox import Option

YES_NO = ("yes", "no")

Reading = TypeVar("Reading")


def options(turn: Turn, keys: Sequence[str]) -> tuple[Option, ...]:
    """Return numbered options with the texts named `keys`."""
    return titled(turn.wording.text(turn.language, key) for key in keys)


def titled(titles: Iterable[str]) -> tuple[Option, ...]:
    """Return options numbered from 1."""
    return tuple(Option(str(number), title) for number, title in enumerate(titles, start=1))


def read_option(turn: Turn, choices: Sequence[Option]) -> int | None:
    """Return the index of the option that the text names, by number or by its words."""
    titles = [option.title for option in choices]
    return next(
        (found for words in word_lists(turn) if (found := parse_choice(turn.text, titles, words)) is not None), None
    )


def read_yes_no(turn: Turn) -> bool | None:
    """Return what the text answers to a question with 1 for yes and 2 for no."""
    by_number = read_option(turn, options(turn, YES_NO))
    if by_number is not None:
        return by_number == 0
    return _first(parse_yes_no(turn.text, words) for words in word_lists(turn))


def says_no(turn: Turn) -> bool:
    """Say whether the text is a plain no in words."""
    return _first(parse_yes_no(turn.text, words) for words in word_lists(turn)) is False


def read_number(turn: Turn) -> float | None:
    """Return the number that the text gives."""
    return _first(parse_number(turn.text, words) for words in word_lists(turn))


def read_scale(turn: Turn, low: int, high: int) -> int | None:
    """Return the step of a scale that the text names."""
    return _first(parse_scale(turn.text, words, low, high) for words in word_lists(turn))


def word_lists(turn: Turn) -> Iterator[Words]:
    """Yield the small words of the languages that an answer may be in."""
    yield turn.words.words
    if turn.language != FALLBACK:
        yield turn.wording.languages[FALLBACK].words


def _first(readings: Iterator[Reading | None]) -> Reading | None:
    return next((reading for reading in readings if reading is not None), None)
