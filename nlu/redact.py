"""Masks the writer's own phone, identity and badge numbers and e-mail before a person reads the text.

Wages, dates, hours, machine and line numbers stay: a report without them is worth little.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import phonenumbers

from nlu.languages import Languages
from nlu.normalise import ascii_digits, fold

PHONE, IDENTITY, EMAIL = "[phone]", "[id]", "[e-mail]"

_EMAIL = re.compile(
    r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?\w{2,})+|[\w.+-]+ at \w+ dot \w{2,}\b",
    re.IGNORECASE,
)
# Letters that stand for digits: an O for a zero, an l or I for a one.
# Words and endings are written onto numbers: 'nambar017...', '017...te'.
_RUN = re.compile(r"(?<![\d.,])(?:(?:\+|00)?\d|(?<!\w)[Oo])(?:[\s().·/-]{0,3}(?:\d|[OolI](?![^\W\dOolI]))){6,17}(?!\d)")
_AMOUNT = re.compile(r"\d{1,3}(?:[.,' ]\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_SPAN = re.compile(r"\d{1,2}[.:h ]?\d{2}\s?[-/]\s?\d{1,2}[.:h ]?\d{2}")
_SEVERAL = re.compile(r"\d{1,6}(?:[\s/-]+\d{1,6})+")
_PASSPORT = re.compile(r"\b[A-Z]{1,2}\s?\d{7,8}\b")
_CODE = r"(?:[A-Za-z]{1,4}[-/]?)?\d(?:[A-Za-z0-9]|[\s/-]\d|[/-][A-Za-z]){2,17}"
_LONGEST_WAGE_DIGITS = 8
_SHORTEST_PHONE, _LONGEST_PHONE = 7, 15
_FEWEST_DIGITS = 3
_NEAR = 30
_SHORT_UNIT = 2
_SPOKEN_DIGITS = 7
# Regions to try when a number comes without its country; that of the worker is tried first.
_REGIONS = ("BD", "VN", "HT", "KH", "ID", "PK", "IN", "NP", "JO", "EG", "ET", "LK", "LS", "MG", "NI", "UZ", "MM")


@dataclass(frozen=True)
class PersonalWords:
    """Words that announce personal data, and the number words a phone number may be spelt with."""

    identity: tuple[str, ...]
    phone: tuple[str, ...]
    units: tuple[str, ...]
    digits: frozenset[str]

    @classmethod
    def of(cls, languages: Languages) -> "PersonalWords":
        """Collect them from all languages, since people mix."""
        words = [language.words for language in languages.values()]
        return cls(
            tuple(sorted({fold(w.casefold()) for one in words for w in one.identity}, key=len, reverse=True)),
            tuple(sorted({fold(w.casefold()) for one in words for w in one.phone}, key=len, reverse=True)),
            tuple(sorted({fold(w.casefold()) for one in words for w in one.units}, key=len, reverse=True)),
            frozenset(fold(w.casefold()) for one in words for w, value in one.numbers.items() if value in range(10)),
        )


class Redactor:
    """Masks personal data; built once, used for every text."""

    def __init__(self, words: PersonalWords) -> None:
        """Compile the announcing words."""
        self._phone_words = _any_of(words.phone)
        self._unit_after = _unit_after(words.units)
        near = rf"{_any_of(words.identity).pattern}[^\d\n.!?;]{{0,{_NEAR}}}?(?<![\w])({_CODE})(?!\w)"
        self._identity = re.compile(near, re.IGNORECASE)
        self._digit_words = words.digits

    def redact(self, text: str, country: str | None = None) -> str:
        """The text with personal data masked."""
        plain = _same_length(text)
        spans = [*self._emails(plain), *self._identities(plain), *self._phones(plain, country), *self._spelt(plain)]
        return _masked(text, spans)

    def _emails(self, text: str) -> Iterator["_Span"]:
        if "@" in text or "at" in text:
            yield from (_Span(*match.span(), EMAIL) for match in _EMAIL.finditer(text))

    def _identities(self, text: str) -> Iterator["_Span"]:
        for match in self._identity.finditer(text):
            # 'passport 2nd floor' and, where digits stand for letters, 'passport 3andohom' are no numbers.
            is_number = sum(sign.isdigit() for sign in match[1]) >= _FEWEST_DIGITS
            if is_number and not self._is_amount(text, *match.span(1)):
                yield _Span(*match.span(1), IDENTITY)
        yield from (_Span(*match.span(), IDENTITY) for match in _PASSPORT.finditer(text))

    def _is_amount(self, text: str, start: int, end: int) -> bool:
        """'The ID card costs 500 taka' tells a price."""
        code = text[start:end]
        return (
            bool(self._unit_after.match(text, end))
            or bool(_DATE.fullmatch(code))
            or any(self._unit_after.match(text, start + at.end()) for at in re.finditer(r"\d+", code))
        )

    def _phones(self, text: str, country: str | None) -> Iterator["_Span"]:
        for match in _RUN.finditer(text):
            start, end = match.span()
            run = text[start:end]
            digits = re.sub(r"[Oo]", "0", re.sub(r"[lI]", "1", run))
            announced = bool(self._phone_words.search(fold(text[max(0, start - _NEAR) : start].casefold())))
            # Nobody earns an amount that begins with a nought.
            if self._unit_after.match(text, end) and not run.startswith(("0", "+")):
                continue
            # Where digits stand for letters, '2oolo' is a word.
            is_number = sum(sign.isdigit() for sign in run) >= _FEWEST_DIGITS
            if is_number and (mask := _kind(digits, country, announced)):
                yield _Span(start, end, mask)

    def _spelt(self, text: str) -> Iterator["_Span"]:
        """'zero one seven one two ...': a number spelt word by word."""
        run: list[re.Match[str]] = []
        for match in [*re.finditer(r"[^\s,.-]+", text), None]:
            if match and fold(match.group().casefold()) in self._digit_words:
                run.append(match)
                continue
            if len(run) >= _SPOKEN_DIGITS:
                yield _Span(run[0].start(), run[-1].end(), PHONE)
            run = []


@dataclass(frozen=True)
class _Span:
    start: int
    end: int
    mask: str


def _kind(run: str, country: str | None, announced: bool) -> str | None:
    """What a run of digits is: a phone number, another number that names a person, or neither."""
    digits = re.sub(r"\D", "", run)
    if _DATE.fullmatch(run.strip()) or _SPAN.fullmatch(run.strip()):
        return None
    if not announced and _AMOUNT.fullmatch(run.strip()) and not run.startswith("0"):
        return None
    if _SHORTEST_PHONE <= len(digits) <= _LONGEST_PHONE and (announced or _is_phone(run, digits, country)):
        return PHONE
    if _SEVERAL.fullmatch(run) and not run.startswith(("0", "+")):
        return None
    return IDENTITY if len(digits) > _LONGEST_WAGE_DIGITS else None


def _is_phone(run: str, digits: str, country: str | None) -> bool:
    if run.startswith(("+", "00")):
        return True
    if digits.startswith("0") and len(digits) > _LONGEST_WAGE_DIGITS:
        return True
    regions: Iterable[str] = (country.upper(),) if country else _REGIONS
    return any(_is_valid(digits, region) for region in regions) and len(digits) > _SHORTEST_PHONE


def _is_valid(digits: str, region: str) -> bool:
    for candidate in (digits, f"+{digits}"):
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return True
    return False


def _unit_after(units: Sequence[str]) -> re.Pattern[str]:
    """A unit behind a number; in Latin letters the whole word, endings aside: 'taka', 'takar', but no 'h' of 'he'."""
    latin = [re.escape(unit) for unit in units if unit.isascii()]
    short = [unit for unit in latin if len(unit) <= _SHORT_UNIT]
    long = [unit for unit in latin if len(unit) > _SHORT_UNIT]
    others = [re.escape(unit) for unit in units if not unit.isascii()]
    choices = [rf"(?:{'|'.join(long)})[a-z]{{0,3}}\b", rf"(?:{'|'.join(short)})\b", *others]
    return re.compile(rf"\s*(?:{'|'.join(choices)})", re.IGNORECASE)


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(word) for word in words)})", re.IGNORECASE)


def _same_length(text: str) -> str:
    """Native digits, wide signs and odd blanks as plain ones, each at its place, so that spans fit the original."""
    table = str.maketrans({"＋": "+", "．": ".", "－": "-", "–": "-", "—": "-", "‑": "-", "\u00a0": " ", "＠": "@"})
    plain = ascii_digits(text).translate(table)
    return "".join(letter if len(letter) == 1 else character for character, letter in ((c, fold(c)) for c in plain))


def _masked(text: str, spans: Iterable[_Span]) -> str:
    parts, place = [], 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.start >= place:
            parts += [text[place : span.start], span.mask]
            place = span.end
        elif span.end > place:
            place = span.end
    return "".join([*parts, text[place:]])
