"""One step back after an assignment or a change of status.

The earlier value lies in the signed session cookie of whoever changed it, until the next change.
"""

from dataclasses import asdict, dataclass
from typing import Literal

from flask import session

KEY = "undo"


@dataclass(frozen=True)
class Undo:
    """What would be set back."""

    reference: str
    kind: Literal["assign", "status"]
    earlier: str
    """The earlier assignee's id or nothing, or the earlier status."""
    said: str
    """What was done, as the page says it."""


def remember(undo: Undo) -> None:
    """Offer this step back."""
    session[KEY] = asdict(undo)


def undo_for(reference: str) -> Undo | None:
    """Return the step back that this case offers."""
    kept = session.get(KEY)
    return Undo(**kept) if kept and kept["reference"] == reference else None


def forget() -> None:
    """Offer nothing any more."""
    session.pop(KEY, None)
