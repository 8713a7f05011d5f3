"""The learned part of understanding: shares of intents, categories and severities for a text, clause by clause.

`triage.py` turns these shares and the dangers found into what the rest of Openline acts on.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu.features import understanding_features
from nlu.languages import Languages, Phrase
from nlu.linear_model import LinearModel
from nlu.normalise import words_of

_CLAUSE = re.compile(r"[.!?;,\n।॥؟،၊။។፡።…]+")
_SHORTEST_CLAUSE, _MOST_CLAUSES, _LONG = 3, 6, 8
_LONGEST = 1600


@dataclass(frozen=True)
class Shares:
    """Probabilities: intents, categories (given a grievance), severities, and the best category of each clause."""

    intents: Mapping[str, float]
    categories: Mapping[str, float]
    severities: Mapping[str, float]
    clauses: Sequence[tuple[str, float]] = ()


class MeaningModel:
    """Intent, category and severity from one pass over the words."""

    def __init__(self, model: LinearModel) -> None:
        """Take a fitted model with the heads `intent`, `category` and `severity`."""
        self.model = model

    @classmethod
    def fit(cls, phrases: Sequence[Phrase], *, regularisation: float) -> "MeaningModel":
        """Learn from phrases."""
        heads: dict[str, list[str | None]] = {
            "intent": [*(phrase.intent for phrase in phrases)],
            "category": [*(phrase.category for phrase in phrases)],
            "severity": [*(phrase.severity or "none" for phrase in phrases)],
        }
        texts = [phrase.text for phrase in phrases]
        return cls(LinearModel.fit(understanding_features, texts, heads, regularisation=regularisation))

    def shares(self, text: str) -> Shares:
        """Read the whole text; a long one also clause by clause, since a story buries its problem."""
        text = text[:_LONGEST]
        whole = self._read(text)
        parts = _clauses(text)
        if len(parts) < 2:
            return whole
        read = [self._read(part) for part in parts]
        clauses = [_top(r.categories, r.intents["grievance"]) for r in read]
        if len(words_of(text)) < _LONG:
            return Shares(whole.intents, whole.categories, whole.severities, clauses)
        return Shares(_raised(whole.intents, read), whole.categories, _graver(whole, read), clauses)

    def _read(self, text: str) -> Shares:
        heads = self.model.probabilities(text)
        return Shares(heads["intent"], heads["category"], heads["severity"])


def danger_phrases(languages: Languages) -> list[Phrase]:
    """The danger lexicons as further phrases to learn from: words near to a listed one then count as well."""
    return [
        Phrase(phrase.replace("*", "").replace(" ... ", " "), "grievance", group.category, group.severity)
        for language in languages.values()
        for group in language.danger
        for phrase in group.phrases
    ]


def _clauses(text: str) -> list[str]:
    parts = [part for part in _CLAUSE.split(text) if len(words_of(part)) >= _SHORTEST_CLAUSE]
    return parts[:_MOST_CLAUSES]


def _top(categories: Mapping[str, float], grievance: float) -> tuple[str, float]:
    best = max(categories, key=lambda name: categories[name])
    return best, categories[best] * grievance


def _raised(intents: Mapping[str, float], clauses: Sequence[Shares]) -> dict[str, float]:
    """A clause that is clearly a problem makes the whole text one: 'hello sister, ... they beat us, thank you'."""
    strongest = max(clause.intents["grievance"] for clause in clauses)
    share = max(intents["grievance"], strongest * 0.9)
    others = 1 - intents["grievance"]
    scale = (1 - share) / others if others else 0.0
    return {name: share if name == "grievance" else value * scale for name, value in intents.items()}


def _graver(whole: Shares, clauses: Sequence[Shares]) -> dict[str, float]:
    """The critical share of the gravest clause, since the rest of a long text waters it down."""
    severities = dict(whole.severities)
    for clause in clauses:
        share = clause.severities["critical"] * clause.intents["grievance"]
        severities["critical"] = max(severities["critical"], share)
    return severities
