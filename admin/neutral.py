"""What in a reply could harm a worker whose phone somebody else reads.

Texts name no factory, no topic, no complaint and no case. These are hints for the advisor, no decision.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.factories import COMMON_WORDS, fold

MANY_DIGITS = re.compile(r"\d[\d\s\-]{6,}\d")
SHORTEST_NAME = 4


@dataclass(frozen=True)
class Hint:
    """One thing to think about before sending."""

    title: str
    advice: str


def hints(text: str, *, names: Iterable[str], reference: str, telling: Sequence[str]) -> tuple[Hint, ...]:
    """Return what to think about; `names` are those of the factory, `telling` the text's words that name a topic."""
    folded = text.casefold()
    named = _telling_parts(names) & set(fold(text).split())
    found = [
        Hint("It names the factory.", "Leave the name out: she knows where she works.") if named else None,
        Hint("It names the case.", "A phone must not show that there is one.")
        if reference.casefold() in folded
        else None,
        Hint(f"It says what this is about ({', '.join(telling)}).", "Say it without the topic.") if telling else None,
        Hint("It holds a long number.", "A number can be traced. Give one only when she asked for it.")
        if MANY_DIGITS.search(text)
        else None,
    ]
    return tuple(hint for hint in found if hint)


def _telling_parts(names: Iterable[str]) -> set[str]:
    words = {word for name in names for word in fold(name).split()}
    return {word for word in words if len(word) >= SHORTEST_NAME and not COMMON_WORDS.fullmatch(word)}
