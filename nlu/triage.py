"""From shares and dangers to a decision: intent, category, second category, severity. Doubt raises, never drops.

The thresholds were set on held-back phrases; `tests/nlu/test_held_back.py` holds what they reach.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu.languages import SEVERITIES
from nlu.lexicon import Danger
from nlu.meaning import Shares

UNSORTED = "unsorted"
_RANKS = {name: rank for rank, name in enumerate(SEVERITIES)}
# Opting out must be meant: a bare keyword, or words that can hardly mean anything else.
_SURE_STOP = 0.60
_UNCLEAR = 0.30
_POSSIBLE_GRIEVANCE = 0.20
_AS_LIKELY = 0.7
_SURE_QUESTION = 0.70
# How sure a listed danger word makes us where the learned model sees none.
_BY_WORD = 0.5
_SORTED = 0.18
_SECOND = 0.22
_SECOND_OF_FIRST = 0.4
_CLEAR_CLAUSE = 0.5
_CRITICAL = 0.40
_HIGH_OR_MORE = 0.45
_MAYBE_CRITICAL = 0.18
_DANGER_WEIGHT = 0.5
# A word or two that the model does not know look like whatever it saw most of.
_SENTENCE, _PLAIN, _LIKELY = 3, 0.8, 0.6
# Below this share of its category nothing is called critical, unless a danger is named.
_EVIDENT = 0.3
_ZERO_TOLERANCE = frozenset({"child_labour", "forced_labour"})


@dataclass(frozen=True)
class Decision:
    """What the text is taken for; category and severity only with a grievance."""

    intent: str
    confidence: float
    category: str | None = None
    category_confidence: float = 0.0
    second_category: str | None = None
    severity: str | None = None
    is_danger: bool = False


def decide(shares: Shares, dangers: Sequence[Danger], words: int = _SENTENCE) -> Decision:
    """Weigh the learned shares and the dangers found by word; of one or two words only what is clear counts."""
    present = [danger for danger in dangers if not danger.is_negated]
    intent, confidence = _intent(shares.intents, present)
    if intent != "grievance":
        return Decision(intent, confidence)
    categories = _with_dangers(shares.categories, present)
    first, share = _first(categories, confidence)
    if not present and words == 1 and (share < _PLAIN or confidence < _LIKELY):
        return Decision("out_of_scope", 1 - confidence)
    second = _second(categories, shares.clauses, first)
    if second and _is_graver(second, first, present):
        first, second, share = second, first, categories[second]
    severity = _severity(shares.severities, first, share * confidence, present)
    if not present and severity != "normal" and words < _SENTENCE and share < _PLAIN:
        severity = "normal"
    elif not present and severity == "critical" and share < _EVIDENT:
        severity = "high"
    return Decision(intent, confidence, first, share, second, severity, is_danger=severity == "critical")


def _intent(intents: Mapping[str, float], dangers: Sequence[Danger]) -> tuple[str, float]:
    best = max(intents, key=lambda name: intents[name])
    if best == "stop" and intents[best] < _SURE_STOP:
        best = max((name for name in intents if name != "stop"), key=lambda name: intents[name])
    grievance, confidence = intents["grievance"], intents[best]
    if best == "grievance":
        return best, grievance
    if dangers and not (best == "rights" and confidence >= _SURE_QUESTION):
        return "grievance", max(grievance, _BY_WORD)
    if grievance >= max(_POSSIBLE_GRIEVANCE, _AS_LIKELY * confidence):
        return "grievance", grievance
    return (best if confidence >= _UNCLEAR else "out_of_scope"), confidence


def _with_dangers(categories: Mapping[str, float], dangers: Sequence[Danger]) -> dict[str, float]:
    weighted = dict(categories)
    for category in {danger.category for danger in dangers}:
        weighted[category] = weighted.get(category, 0.0) + _DANGER_WEIGHT
    total = sum(weighted.values())
    return {name: share / total for name, share in weighted.items()}


def _first(categories: Mapping[str, float], confidence: float) -> tuple[str, float]:
    best = max(categories, key=lambda name: categories[name])
    share = categories[best]
    if share < _SORTED or share * confidence < _SORTED / 2:
        return UNSORTED, share
    return best, share


def _second(categories: Mapping[str, float], clauses: Sequence[tuple[str, float]], first: str) -> str | None:
    if first == UNSORTED:
        return None
    clear = {name: share for name, share in clauses if name != first and share >= _CLEAR_CLAUSE}
    if clear:
        return max(clear, key=lambda name: clear[name])
    rest = {name: share for name, share in categories.items() if name != first}
    best = max(rest, key=lambda name: rest[name])
    return best if rest[best] >= max(_SECOND, _SECOND_OF_FIRST * categories[first]) else None


def _is_graver(second: str, first: str, dangers: Sequence[Danger]) -> bool:
    def gravity(category: str) -> int:
        ranks = [_RANKS[danger.severity] for danger in dangers if danger.category == category]
        return max([*ranks, _RANKS["critical"] if category in _ZERO_TOLERANCE else 0])

    return gravity(second) > gravity(first)


def _severity(shares: Mapping[str, float], category: str, share: float, dangers: Sequence[Danger]) -> str:
    learned = _learned_severity(shares)
    if category in _ZERO_TOLERANCE:
        learned = "critical" if share >= _SORTED else max(learned, "high", key=_RANKS.__getitem__)
    return max([learned, *(danger.severity for danger in dangers)], key=_RANKS.__getitem__)


def _learned_severity(shares: Mapping[str, float]) -> str:
    # Given that it is a problem; where the text hardly reads as one, its small shares stay small.
    given = max(1 - shares.get("none", 0.0), _CLEAR_CLAUSE)
    critical, high = shares["critical"] / given, shares["high"] / given
    if critical >= _CRITICAL:
        return "critical"
    if critical >= _MAYBE_CRITICAL or critical + high >= _HIGH_OR_MORE:
        return "high"
    return "normal"
