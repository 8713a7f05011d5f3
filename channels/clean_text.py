"""Makes any text safe to store and to show, without losing a word.

The first thing that happens to what a worker wrote, on every channel.
"""

import re
import unicodedata

REPLACEMENT = "\ufffd"
"""Stands where something cannot be stored as text."""

_LINE_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_UNSTORABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]+")
_OPENERS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"} | {
    "\u2066": "\u2069",
    "\u2067": "\u2069",
    "\u2068": "\u2069",
}
"""Marks that change the direction of what follows, with the mark that ends each."""


def neutralise(text: str) -> str:
    """Return `text` in NFC, without control characters and lone surrogates, its direction marks closed."""
    text = _LINE_BREAKS.sub("\n", text)
    # A blank, not nothing: two words with a NUL between them stay two words.
    text = _CONTROLS.sub(" ", _UNSTORABLE.sub(REPLACEMENT, text))
    return "\n".join(_close_directions(line) for line in unicodedata.normalize("NFC", text).split("\n"))


def is_whole(text: str) -> bool:
    """Say whether nothing in `text` has to be replaced before it is stored, such as half a character."""
    return _UNSTORABLE.search(text) is None


def _close_directions(line: str) -> str:
    """End the overrides that a line leaves open, so that they cannot turn what is shown after it."""
    open_marks: list[str] = []
    for character in line:
        if character in _OPENERS:
            open_marks.append(_OPENERS[character])
        elif open_marks and character == open_marks[-1]:
            open_marks.pop()
    return line + "".join(reversed(open_marks))
