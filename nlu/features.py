"""What the two models look at in a text: words, word pairs, consonant skeletons and character n-grams.

Works on cleaned texts; pure, so that training and running cannot differ.
"""

import re
from collections.abc import Iterator

from nlu.normalise import clean, fold, words_of

Features = tuple[list[str], list[str]]  # one block of words, one of characters; each is weighted on its own

_VOWELS = re.compile(r"(?<=.)[aeiouyw]+")
_SAME_SOUND = str.maketrans({"z": "j", "v": "b", "q": "k", "x": "s", "w": "v"})
_DOUBLE = re.compile(r"(.)\1+")
_AGE_OF_ADULTS, _SMALL_COUNT, _LARGE = 18, 6, 100


def understanding_features(text: str) -> Features:
    """Features for intent, category and severity; Latin marks folded, numbers by their size."""
    marked = words_of(clean(text))
    words = [_number(word) if word.isdigit() else fold(word) for word in marked]
    names = [f"w:{word}" for word in words]
    names += [f"m:{word}" for word, plain in zip(marked, words, strict=True) if word != plain and not word.isdigit()]
    names += [f"b:{one} {two}" for one, two in zip(["<", *words], [*words, ">"], strict=True)]
    names += [f"s:{_skeleton(word)}" for word in words if len(word) > 2 and word.isascii()]
    return names, list(_ngrams(words, 2, 5))


def language_features(text: str) -> Features:
    """Features for the language: marks kept, they are evidence; digits left out, they are none."""
    words = [word for word in words_of(clean(text)) if not word.isdigit()]
    return words, list(_ngrams(words, 1, 4))


def _number(digits: str) -> str:
    """Sizes that mean something here: a count, a child's age, hours or an adult's age, money."""
    value = int(digits[:9])
    if value < _SMALL_COUNT:
        return "#1"
    if value < _AGE_OF_ADULTS:
        return "#6"
    return "#18" if value < _LARGE else "#100"


def _skeleton(word: str) -> str:
    """Romanised words are spelt by ear: 'beton', 'baton' and 'betan' share their consonants."""
    word = word.replace("ph", "f").replace("sh", "s").replace("kh", "k").translate(_SAME_SOUND)
    return _DOUBLE.sub(r"\1", _VOWELS.sub("", word))


def _ngrams(words: list[str], shortest: int, longest: int) -> Iterator[str]:
    for word in words:
        padded = f" {word} "
        for length in range(shortest, longest + 1):
            if length > len(padded):
                break
            for start in range(len(padded) - length + 1):
                yield padded[start : start + length]
