"""What a text was understood as: the one object that bot and storage read after Rasa's pipeline has run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Understanding:
    """The result of the pipeline; labels as in the taxonomy. Category and severity come with a grievance only."""

    language: str | None
    language_confidence: float
    is_language_doubtful: bool
    script: str | None
    intent: str
    confidence: float
    category: str | None
    category_confidence: float
    second_category: str | None
    severity: str | None
    is_danger: bool
    names_danger: bool
    """It holds words that a reviewer listed as a danger: no matter of likeness to other texts."""
    is_keyword: bool
    keyword: str | None
    redacted: str

    @classmethod
    def from_parse(cls, parse_data: Mapping[str, Any]) -> "Understanding":
        """Read what our components left in Rasa's parse data."""
        intent = parse_data["intent"]
        return cls(
            language=parse_data.get("language"),
            language_confidence=float(parse_data.get("language_confidence", 0.0)),
            is_language_doubtful=bool(parse_data.get("language_doubtful", False)),
            script=parse_data.get("script"),
            intent=str(intent["name"] or "out_of_scope"),
            confidence=float(intent["confidence"]),
            category=parse_data.get("category"),
            category_confidence=float(parse_data.get("category_confidence", 0.0)),
            second_category=parse_data.get("second_category"),
            severity=parse_data.get("severity"),
            is_danger=bool(parse_data.get("danger", False)),
            names_danger=bool(parse_data.get("danger_named", False)),
            is_keyword=bool(parse_data.get("keyword", False)),
            keyword=parse_data.get("keyword_meaning"),
            redacted=str(parse_data.get("redacted", "")),
        )
