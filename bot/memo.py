"""What the dialogue remembers between two turns besides the tables.

Kept with the tracker, encrypted; never a worker's text.
"""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Memo:
    """State of the dialogue. Defaults are those of a first message."""

    survey_wanted: bool = False
    """She agreed to take the survey, or asked for it."""
    question: str | None = None
    """Key of the question that was asked last."""
    tries: int = 0
    """How often the answer to it could not be read."""
    candidates: list[str] = field(default_factory=list)
    """Ids of the factories she was shown, in the order of their numbers."""
    language_open: bool = False
    """She is to choose a language from the list."""
    news_open: bool = False
    """She asked for news and may have to give her word first."""
    expects: str | None = None
    """We asked her to write freely: `grievance` or `rights` is what the next text is taken for in doubt."""

    def to_dict(self) -> dict[str, Any]:
        """Return only what differs from a first message."""
        return {name: value for name, value in asdict(self).items() if value != FRESH[name]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Memo":
        """Return the memo of `to_dict`; names of an older release are passed over."""
        return cls(**{name: value for name, value in values.items() if name in cls.__dataclass_fields__})


FRESH = asdict(Memo())
"""A memo at a first message."""
