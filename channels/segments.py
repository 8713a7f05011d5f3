"""What a text costs as SMS: each segment is paid for.

Used when replies are rendered, shown on the simulated phone and to advisors before they send.
"""

from dataclasses import dataclass
from typing import Literal

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Sent with an escape before them, so they count twice and are never torn apart."""

_PLAIN = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "‑": "-",
        "−": "-",
        "…": "...",
        "•": "-",
        "\u00a0": " ",
        "\u202f": " ",
        "\u200b": "",
        "\t": " ",
    }
)
"""Typographer's marks and their plain forms: one of them more than doubles the price of a text."""


@dataclass(frozen=True)
class Segments:
    """How a text travels."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int


def count(text: str) -> Segments:
    """Return the encoding, the length in its units, and the number of segments of `text`."""
    if all(character in GSM_BASIC or character in GSM_EXTENSION for character in text):
        sizes = [2 if character in GSM_EXTENSION else 1 for character in text]
        return Segments("GSM-7", sum(sizes), _segments(sizes, alone=160, joined=153))
    sizes = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return Segments("UCS-2", sum(sizes), _segments(sizes, alone=70, joined=67))


def gsm_safe(text: str) -> str:
    """Return `text` with plain marks when that lets it travel as GSM-7, else as it is."""
    plain = text.translate(_PLAIN)
    return plain if count(plain).encoding == "GSM-7" else text


def _segments(sizes: list[int], *, alone: int, joined: int) -> int:
    """Fill one segment after the other; a character of two units goes whole into the next one."""
    if sum(sizes) <= alone:
        return 1
    segments, used = 1, 0
    for size in sizes:
        if used + size > joined:
            segments, used = segments + 1, 0
        used += size
    return segments
