"""Reads answers to survey questions: numbers, yes or no, scales, choices; pure functions of a text and Words.

Strict on purpose: every word must belong to an answer, so that '10 people fainted' is a problem and no number.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz

from nlu.languages import Words
from nlu.normalise import clean, fold

_GROUPED = r"\d{1,3}(?:([.,'_ ])\d{3})(?:\1\d{3})*(?!\d)"
_GROUPED_BY_TWO = r"\d{1,2}(?:,\d{2})+,\d{3}(?!\d)"
_DECIMAL = r"\d+[.,]\d{1,2}(?!\d)"
_TOKEN = re.compile(rf"{_GROUPED_BY_TWO}|{_GROUPED}|{_DECIMAL}|\d+|[^\W\d_][^\s\d.,!?;:()\[\]/+–—~-]*|[-–—~/:]")
_LEFT_OUT = re.compile(r"[\s.,!?;()\[\]+]*")
_CLOCK = re.compile(r"\d\s*(?::\s*\d\d|[ap]\.?m\b|h\d\d)")
_LONGEST_ANSWER = 40
_THOUSAND = 1000
_TWENTY = 20
_TITLE_RATIO, _SHORTEST_TITLE = 85, 4
_SIGNS = {"👍": True, "✅": True, "✔": True, "👎": False, "❌": False}


@dataclass
class _Sum:
    """A number as it is spoken: 'two hundred five', 'bay trieu ruoi', '12 hazar 500'."""

    total: float = 0.0
    current: float = 0.0
    last: float = 0.0
    largest: int = 0
    half_next: bool = False
    is_begun: bool = False

    def add(self, value: float) -> None:
        if self.half_next:
            value, self.half_next = value + 0.5, False
        self.current, self.last, self.is_begun = self.current + value, value, True

    def multiply(self, factor: int) -> None:
        if factor < _THOUSAND:
            self.current += (self.last or 1) * factor - self.last
            self.last = 0.0
        else:
            self.total += (self.current or 1) * factor
            self.current, self.last, self.largest = 0.0, 0.0, factor
        self.is_begun = True

    def half(self) -> None:
        if self.largest and not self.current:
            self.total += self.largest / 2
        else:
            self.current += 0.5

    def value(self) -> float:
        # '7 trieu 5' is seven and a half million; nobody earns 7,000,005.
        tenths = self.largest and 0 < self.current < 10
        return self.total + (self.current * self.largest / 10 if tenths else self.current)


def parse_number(text: str, words: Words) -> float | None:
    """The number a short answer gives, a range as its middle; None when it says anything else."""
    text = clean(text)
    if len(text) > _LONGEST_ANSWER or _CLOCK.search(text):
        return None
    tokens = _tokens(text, words)
    if tokens is None:
        return None
    parts = [_part(part, words) for part in _split_ranges(tokens, words)]
    values = [value for value in parts if value is not None]
    if len(values) != len(parts) or not 1 <= len(values) <= 2:
        return None
    return _middle(values)


def parse_yes_no(text: str, words: Words) -> bool | None:
    """True or False for an answer that says yes or no and nothing else."""
    said = _form(text)
    if not said:
        signs = {meaning for sign, meaning in _SIGNS.items() if sign in text}
        return signs.pop() if len(signs) == 1 else None
    affirm, deny, extras = _answers(words)
    if said in affirm or said in deny:
        return None if said in affirm and said in deny else said in affirm
    # In Bangla the 'no' comes last: 'safe' and then a 'not at all' is no yes.
    is_yes = _begins(said, affirm, extras) and deny.isdisjoint(said.split())
    is_no = _begins(said, deny, extras)
    return is_yes if is_yes != is_no else None


def parse_scale(text: str, words: Words, minimum: int = 1, maximum: int = 5) -> int | None:
    """A step of a scale: its number ('4', '4/5', 'four') or its word ('always')."""
    said = re.sub(rf"\s*(?:/|out of)\s*{maximum}\s*$", "", clean(text))
    value = parse_number(said, words)
    if value is not None:
        return int(value) if value == int(value) and minimum <= value <= maximum else None
    form = _form(text)
    step = next((index for index, names in enumerate(_steps(words)) if form in names), None)
    return None if step is None else round(minimum + step * (maximum - minimum) / 4)


def parse_choice(text: str, titles: Sequence[str], words: Words) -> int | None:
    """The index of the chosen title: its number from 1, or its words as the worker remembers them."""
    value = parse_number(re.sub(r"[().:#]", " ", text), words)
    if value is not None:
        return int(value) - 1 if value == int(value) and 1 <= value <= len(titles) else None
    said = _form(text)
    if len(said) < 2:
        return None
    scores = [_likeness(said, _form(title)) for title in titles]
    best = max(scores, default=0.0)
    return scores.index(best) if best >= _TITLE_RATIO and scores.count(best) == 1 else None


def _likeness(said: str, title: str) -> float:
    if said == title:
        return 101.0
    if len(said) >= _SHORTEST_TITLE and title.startswith(f"{said} "):
        return 95.0
    return fuzz.ratio(said, title)


def _tokens(text: str, words: Words) -> list[str] | None:
    """Tokens of an answer, or None when a word in it belongs to no answer."""
    if _LEFT_OUT.sub("", _TOKEN.sub("", text)):
        return None
    known, tokens = _known(words), list[str]()
    for match in _TOKEN.finditer(_without_phrases(text, words)):
        token = fold(match.group())
        # Typed without marks 'lam' is five or 'work'; after a number it is five.
        if token in known.fillers and not (token in known.numbers and tokens):
            continue
        tokens.append(token)
    return tokens if all(_is_known(token, known) for token in tokens) else None


@dataclass(frozen=True)
class _Known:
    numbers: dict[str, float]
    multipliers: dict[str, int]
    halves: frozenset[str]
    halves_before: frozenset[str]
    ranges: frozenset[str]
    fillers: frozenset[str]


@cache
def _known(words: Words) -> _Known:
    fillers = frozenset(fold(clean(word)) for word in (*words.units, *words.about))
    return _Known(
        {fold(clean(word)): value for word, value in words.numbers.items()},
        {fold(clean(word)): value for word, value in words.multipliers.items()},
        frozenset(_joined(word) for word in (*words.half_before, *words.half_after)),
        frozenset(fold(clean(word)) for word in words.half_before),
        frozenset(fold(clean(word)) for word in words.ranges) | {"-", "–", "—", "~"},
        fillers,
    )


def _is_known(token: str, known: _Known) -> bool:
    return (
        token[0].isdigit()
        or token in known.numbers
        or token in known.multipliers
        or token in known.halves
        or token in known.ranges
    )


def _without_phrases(text: str, words: Words) -> str:
    """Units and fillers of several words ('a month', 'and a half') taken out or shortened first."""
    folded = f" {fold(text)} "
    for phrase, shorter in _phrases(words):
        folded = folded.replace(phrase, shorter)
    return folded.strip()


@cache
def _phrases(words: Words) -> tuple[tuple[str, str], ...]:
    long = sorted((phrase for phrase in (*words.units, *words.about) if " " in phrase), key=len, reverse=True)
    left_out = [(f" {fold(clean(phrase))} ", " ") for phrase in long]
    return (*left_out, *((f" {fold(clean(half))} ", f" {_joined(half)} ") for half in words.half_after))


def _joined(phrase: str) -> str:
    return fold(clean(phrase)).replace(" ", "")


def _split_ranges(tokens: Sequence[str], words: Words) -> list[list[str]]:
    known = _known(words)
    parts: list[list[str]] = [[]]
    for token, following in zip(tokens, [*tokens, ""][1:], strict=True):
        previous = parts[-1][-1] if parts[-1] else ""
        both_digits = token[0].isdigit() and previous[:1].isdigit()
        if token in known.ranges and _joins(previous, token, following, known):
            continue
        if token in known.ranges:
            parts.append([])
        elif both_digits:
            parts.append([token])
        else:
            parts[-1].append(token)
    return parts


def _joins(previous: str, sign: str, following: str, known: _Known) -> bool:
    """The hyphen of 'forty-eight' makes one number of two, that of 'five-six' a range."""
    tens, ones = known.numbers.get(previous, 0), known.numbers.get(following, 0)
    return sign == "-" and tens in range(20, 100, 10) and 0 < ones < _TWENTY


def _part(tokens: Sequence[str], words: Words) -> float | None:
    known, spoken = _known(words), _Sum()
    for token in tokens:
        if token[0].isdigit():
            spoken.add(_digits(token))
        elif token in known.numbers:
            spoken.add(known.numbers[token])
        elif token in known.multipliers:
            spoken.multiply(known.multipliers[token])
        elif token in known.halves_before:
            spoken.half_next = True
        else:
            spoken.half()
    return spoken.value() if spoken.is_begun and not spoken.half_next else None


def _digits(token: str) -> float:
    if re.fullmatch(_DECIMAL, token):
        return float(token.replace(",", "."))
    return float(re.sub(r"\D", "", token))


def _middle(values: Sequence[float]) -> float | None:
    if len(values) == 1:
        return values[0]
    low, high = values
    # '10 to 8' are times of a clock; '7 - 8 trieu' leaves the million to the end.
    if low > high:
        return None
    return (low + high) / 2


def _form(text: str) -> str:
    return fold(" ".join(re.findall(r"[^\s.,!?;:()\[\]\"…।-]+", clean(text)))) if any(map(str.isalnum, text)) else ""


def _forms(phrases: Sequence[str]) -> frozenset[str]:
    return frozenset(_form(phrase) for phrase in phrases)


@cache
def _answers(words: Words) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """What says yes, what says no, and the words that may stand beside either."""
    extras = {word for phrases in (words.about, *words.scale) for phrase in phrases for word in _form(phrase).split()}
    return _forms(words.affirm), _forms(words.deny), frozenset(extras)


@cache
def _steps(words: Words) -> tuple[frozenset[str], ...]:
    return tuple(_forms(names) for names in words.scale)


def _begins(said: str, forms: frozenset[str], extras: frozenset[str]) -> bool:
    """Whether the text is one of these forms and then only words that make answers."""
    allowed = extras | {word for form in forms for word in form.split()}
    parts = said.split()
    starts = any(said.startswith(f"{form} ") for form in forms)
    return starts and all(part in allowed for part in parts)
