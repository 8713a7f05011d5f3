"""Finds the danger words of `danger.yml` in a text, with negation; what a native reviewer wrote is what counts.

A phrase is words in order; `burn*` stands for any ending, ` ... ` for up to four words in between.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
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


_Phrase = tuple[_Word, ...]


@dataclass(frozen=True)
class _Pattern:
    words: _Phrase
    group: DangerGroup
    exceptions: tuple[_Phrase, ...]
    negation: "_Negations"
    language: str


@dataclass(frozen=True)
class _Negations:
    before: tuple[_Phrase, ...]
    after: tuple[_Phrase, ...]
    unless: tuple[_Phrase, ...]

    @classmethod
    def of(cls, negation: Negation) -> "_Negations":
        return cls(_parse_all(negation.before), _parse_all(negation.after), _parse_all(negation.unless))


class DangerLexicon:
    """The danger phrases of all languages, ready to be looked up word by word."""

    def __init__(self, languages: Languages) -> None:
        """Index each phrase by the first letters of its first word."""
        self._patterns: dict[str, list[_Pattern]] = {}
        for pattern in _patterns(languages):
            self._patterns.setdefault(_key(pattern.words[0].text), []).append(pattern)

    def find(self, text: str, languages: Container[str] | None = None) -> list[Danger]:
        """Each group found once, negated only if it is so everywhere; `languages` are those the text may be in.

        Without them a Bangla price ('dam') would be a Vietnamese blow ('đấm').
        """
        words = words_of(clean(text))
        found: dict[str, Danger] = {}
        for start, word in enumerate(words):
            for pattern in self._patterns.get(_key(word), ()):
                if languages is not None and pattern.language not in languages:
                    continue
                danger = _danger(pattern, words, start)
                if danger and (not danger.is_negated or danger.group not in found):
                    found[danger.group] = danger
        return list(found.values())


def _patterns(languages: Languages) -> Iterator[_Pattern]:
    for tag, language in languages.items():
        negations = _Negations.of(language.words.negation)
        for group in language.danger:
            exceptions = _parse_all(group.exceptions)
            for phrase in group.phrases:
                yield _Pattern(_parse(phrase), group, exceptions, negations, tag)


def _danger(pattern: _Pattern, words: Sequence[str], start: int) -> Danger | None:
    places = _match(pattern.words, words, start)
    if places is None or _is_exception(pattern.exceptions, words, places):
        return None
    group = pattern.group
    return Danger(group.name, group.category, group.severity, _is_negated(pattern.negation, words, places))


def _is_exception(exceptions: Sequence[_Phrase], words: Sequence[str], places: Sequence[int]) -> bool:
    """A fire drill is no fire: the exception covers a word of the match."""
    for phrase in exceptions:
        for start in range(max(0, places[0] - len(phrase)), places[-1] + 1):
            covered = _match(phrase, words, start)
            if covered and not set(covered).isdisjoint(places):
                return True
    return False


def _parse_all(phrases: Sequence[str]) -> tuple[_Phrase, ...]:
    return tuple(_parse(phrase) for phrase in phrases)


def _parse(phrase: str) -> _Phrase:
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


def _match(pattern: _Phrase, words: Sequence[str], start: int) -> tuple[int, ...] | None:
    """The places of the words of the match that begins at `start`, or None."""
    if not pattern[0].matches(words[start]):
        return None
    places = [start]
    for wanted in pattern[1:]:
        place = places[-1] + 1
        reach = range(place, min(place + (_GAP if wanted.follows_gap else 0) + 1, len(words)))
        hit = next((at for at in reach if wanted.matches(words[at])), None)
        if hit is None:
            return None
        places.append(hit)
    return tuple(places)


def _is_negated(negations: _Negations, words: Sequence[str], places: Sequence[int]) -> bool:
    """A negation shortly before, in a gap or after; words of the phrase itself ('cannot leave') are none."""
    before = [at for at in range(max(0, places[0] - _BEFORE), places[-1]) if at not in places]
    after = range(places[-1] + 1, min(len(words), places[-1] + 1 + _AFTER))
    hits = [*_hits(negations.before, words, before), *_hits(negations.after, words, after)]
    return any(not any(_match(phrase, words, at) for phrase in negations.unless) for at in hits)


def _hits(phrases: Sequence[_Phrase], words: Sequence[str], places: Iterable[int]) -> Iterator[int]:
    for at in places:
        if any(_match(phrase, words, at) for phrase in phrases):
            yield at
