"""Which script a text is written in, as an ISO 15924 code; the first evidence for its language.

Ranges instead of Unicode names, because this runs on every message.
"""

from bisect import bisect_right
from collections import Counter

_RANGES = [
    (0x0041, 0x024F, "Latn"), (0x0250, 0x02AF, "Latn"), (0x0370, 0x03FF, "Grek"), (0x0400, 0x052F, "Cyrl"),
    (0x0530, 0x058F, "Armn"), (0x0590, 0x05FF, "Hebr"), (0x0600, 0x06FF, "Arab"), (0x0750, 0x077F, "Arab"),
    (0x08A0, 0x08FF, "Arab"), (0x0900, 0x097F, "Deva"), (0x0980, 0x09FF, "Beng"), (0x0A00, 0x0A7F, "Guru"),
    (0x0A80, 0x0AFF, "Gujr"), (0x0B00, 0x0B7F, "Orya"), (0x0B80, 0x0BFF, "Taml"), (0x0C00, 0x0C7F, "Telu"),
    (0x0C80, 0x0CFF, "Knda"), (0x0D00, 0x0D7F, "Mlym"), (0x0D80, 0x0DFF, "Sinh"), (0x0E00, 0x0E7F, "Thai"),
    (0x0E80, 0x0EFF, "Laoo"), (0x0F00, 0x0FFF, "Tibt"), (0x1000, 0x109F, "Mymr"), (0x10A0, 0x10FF, "Geor"),
    (0x1100, 0x11FF, "Hang"), (0x1200, 0x139F, "Ethi"), (0x1780, 0x17FF, "Khmr"), (0x1E00, 0x1EFF, "Latn"),
    (0x2D80, 0x2DDF, "Ethi"), (0x3040, 0x30FF, "Jpan"), (0x3400, 0x9FFF, "Hans"), (0xA8E0, 0xA8FF, "Deva"),
    (0xAA60, 0xAA7F, "Mymr"), (0xAC00, 0xD7AF, "Hang"), (0xFB50, 0xFDFF, "Arab"), (0xFE70, 0xFEFF, "Arab"),
    (0xFF21, 0xFF5A, "Latn"),
]  # fmt: skip
_STARTS = [start for start, _, _ in _RANGES]


def script_of_letter(letter: str) -> str | None:
    """The script of one letter, None for what the table does not know."""
    code = ord(letter)
    index = bisect_right(_STARTS, code) - 1
    if index < 0 or code > _RANGES[index][1]:
        return None
    return _RANGES[index][2]


def script_counts(text: str) -> Counter[str]:
    """How many letters of each script the text has."""
    return Counter(script for c in text if c.isalpha() and (script := script_of_letter(c)))


def script_of(text: str) -> str | None:
    """The script most letters are in; None without letters."""
    counts = script_counts(text)
    return counts.most_common(1)[0][0] if counts else None
