"""First step of every reading of a text: one spelling for what looks or counts the same.

Used by keywords, lexicons, classifiers and number parsing, so that they agree on what a word is.
"""

import re
import unicodedata
from functools import cache

_APOSTROPHES = "'’ʼʻ‘`´"
# The danda ends a sentence in several scripts, but lies inside the Devanagari range of `_WORD`.
_BREAKS = {0x0964: " . ", 0x0965: " . ", 0x104A: " . ", 0x104B: " . ", 0x17D4: " . ", 0x17D5: " . ", 0x1362: " . "}
# Python's \w leaves out combining marks, and Bangla, Khmer or Burmese words consist of them.
_WORD = re.compile(
    r"[\w\u0300-\u036F\u0610-\u061A\u064B-\u065F\u0670\u0900-\u0963\u0966-\u0DFF\u0E00-\u0EFF\u1000-\u109F\u1780-\u17D3]+"
)
_SPACES = re.compile(r"\s+")
_REPEATS = re.compile(r"(\D)\1{2,}")


def _invisible(character: str) -> bool:
    return unicodedata.category(character) in {"Cf", "Cc"} and not character.isspace()


@cache
def _digit_table() -> dict[int, str]:
    """Every digit of Unicode to its ASCII form: Bangla, Khmer, full width, and what Python takes for one (❶, ፩)."""
    candidates = (chr(code) for code in range(0x80, 0x20000))
    return {ord(c): str(unicodedata.digit(c)) for c in candidates if c.isdigit()}


@cache
def _fold_table() -> dict[int, str]:
    """Latin letters with marks to the plain letter; other scripts are left alone, their marks are vowels."""
    table = {ord("đ"): "d", ord("Đ"): "D", ord("ı"): "i", ord("ø"): "o", ord("ß"): "ss", ord("æ"): "ae", ord("œ"): "oe"}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii() and base.isalpha():
            table[code] = base
    return table


def ascii_digits(text: str) -> str:
    """The text with native digits written 0-9; every character keeps its place."""
    return text.translate(_digit_table())


def clean(text: str) -> str:
    """Lower case, visible characters only, ASCII digits, single spaces, no letter more than twice in a row."""
    text = unicodedata.normalize("NFKC", text).translate(_BREAKS).casefold()
    # Casefold of a few letters leaves a decomposed form behind.
    text = unicodedata.normalize("NFC", ascii_digits(text))
    if not text.isascii():
        text = "".join(c for c in text if c not in _APOSTROPHES and not _invisible(c))
    else:
        text = text.replace("'", "").replace("`", "")
    return _REPEATS.sub(r"\1\1", _SPACES.sub(" ", text)).strip()


def fold(text: str) -> str:
    """Marks of Latin letters away: 'dừng lại' and 'dung lai' become the same."""
    return text if text.isascii() else text.translate(_fold_table())


def words_of(cleaned: str) -> list[str]:
    """The words of a cleaned text, punctuation and symbols left out."""
    return _WORD.findall(cleaned)


def has_letters(text: str) -> bool:
    """False for what nobody can classify: nothing, digits, punctuation or emoji only."""
    return any(c.isalpha() for c in text)
