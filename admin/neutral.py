"""What in a reply could harm a worker whose phone somebody else reads.

Texts name no factory, no topic, no complaint and no case. These are hints for the advisor, no decision.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from storage.factories import COMMON_WORDS, fold

TELLING_WORDS = (
    "complaint", "complain", "grievance", "report", "case", "hotline", "union", "strike", "manager", "supervisor",
    "harassment", "abuse", "salary", "wage", "wages", "overtime", "dismissed", "fired", "inspector",
)  # fmt: skip
MANY_DIGITS = re.compile(r"\d[\d\s\-]{6,}\d")
SHORTEST_NAME = 4


@dataclass(frozen=True)
class Hint:
    """One thing to think about before sending."""

    title: str
    advice: str


def hints(text: str, *, names: Iterable[str], reference: str) -> tuple[Hint, ...]:
    """Return what to think about; `names` are those of the factory."""
    folded = text.casefold()
    named = _telling_parts(names) & set(fold(text).split())
    telling = [word for word in TELLING_WORDS if re.search(rf"\b{word}s?\b", folded)]
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
