"""Finds the danger words of `danger.yml` in a text, with negation; what a native reviewer wrote is what counts.

A phrase is words in order; `burn*` stands for any ending, ` ... ` for up to four words in between.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlu.languages import DangerGroup, Languages, Negation
from nlu.normalise import clean, fold, words_of

_GAP = 4
_BEFORE, _AFTER = 3, 2


@dataclass(frozen=True)
class Danger:
    """One danger found in a text."""

    group: str
    category: str
    severity: str
    is_negated: bool


@dataclass(frozen=True)
class _Word:
    text: str
    is_prefix: bool
    follows_gap: bool

    def matches(self, word: str) -> bool:
        # A word typed without marks may mean the marked one; a word with marks means itself.
        plain = fold(self.text)
        if self.is_prefix:
            return word.startswith(self.text) or (fold(word) == word and word.startswith(plain))
        return word in (self.text, plain)


@dataclass(frozen=True)
class _Pattern:
    words: tuple[_Word, ...]
    group: DangerGroup
    negation: "_Negations"


@dataclass(frozen=True)
class _Negations:
    before: tuple[tuple[_Word, ...], ...]
    after: tuple[tuple[_Word, ...], ...]
    unless: tuple[tuple[_Word, ...], ...]

    @classmethod
    def of(cls, negation: Negation) -> "_Negations":
        lists = (negation.before, negation.after, negation.unless)
        return cls(*(tuple(_parse(phrase) for phrase in phrases) for phrases in lists))


class DangerLexicon:
    """The danger phrases of all languages, ready to be looked up word by word."""

    def __init__(self, languages: Languages) -> None:
        """Index each phrase by the first letters of its first word."""
        self._patterns: dict[str, list[_Pattern]] = {}
        for language in languages.values():
            negations = _Negations.of(language.words.negation)
            for group in language.danger:
                for phrase in group.phrases:
                    pattern = _Pattern(_parse(phrase), group, negations)
                    self._patterns.setdefault(_key(pattern.words[0].text), []).append(pattern)

    def find(self, text: str) -> list[Danger]:
        """Each group found once; it counts as negated only when it is negated everywhere."""
        words = words_of(clean(text))
        found: dict[tuple[str, str], Danger] = {}
        for start, word in enumerate(words):
            for pattern in self._patterns.get(_key(word), ()):
                end = _match(pattern.words, words, start)
                if end is None:
                    continue
                danger = _danger(pattern, words, start, end)
                key = (danger.group, danger.category)
                if key not in found or found[key].is_negated:
                    found[key] = danger
        return list(found.values())


def _danger(pattern: _Pattern, words: Sequence[str], start: int, end: int) -> Danger:
    group = pattern.group
    return Danger(group.name, group.category, group.severity, _is_negated(pattern.negation, words, start, end))


def _parse(phrase: str) -> tuple[_Word, ...]:
    parsed: list[_Word] = []
    gap = False
    for part in phrase.split():
        if part == "...":
            gap = True
            continue
        parts = words_of(clean(part))
        for number, word in enumerate(parts, start=1):
            parsed.append(_Word(word, part.endswith("*") and number == len(parts), gap))
            gap = False
    if not parsed:
        msg = f"'{phrase}' holds no word"
        raise ValueError(msg)
    return tuple(parsed)


def _key(word: str) -> str:
    return fold(word)[:2]


def _match(pattern: Sequence[_Word], words: Sequence[str], start: int) -> int | None:
    """The place after the match that begins at `start`, or None."""
    if not pattern[0].matches(words[start]):
        return None
    place = start + 1
    for wanted in pattern[1:]:
        reach = range(place, min(place + (_GAP if wanted.follows_gap else 0) + 1, len(words)))
        hit = next((at for at in reach if wanted.matches(words[at])), None)
        if hit is None:
            return None
        place = hit + 1
    return place


def _is_negated(negations: _Negations, words: Sequence[str], start: int, end: int) -> bool:
    before = range(max(0, start - _BEFORE), start)
    after = range(end, min(len(words), end + _AFTER))
    hits = [*_hits(negations.before, words, before), *_hits(negations.after, words, after)]
    return any(not any(_match(phrase, words, at) for phrase in negations.unless) for at in hits)


def _hits(phrases: Sequence[tuple[_Word, ...]], words: Sequence[str], places: range) -> Iterator[int]:
    for at in places:
        if any(_match(phrase, words, at) for phrase in phrases):
            yield at
