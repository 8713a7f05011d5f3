"""Which language a text is in: script where it decides, then our n-gram model, langdetect where that is unsure.

`decide` weighs the text against what is known of the conversation; the worker's own choice always wins.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlu.features import language_features
from nlu.languages import Languages
from nlu.linear_model import LinearModel
from nlu.normalise import clean, fold, words_of
from nlu.scripts import script_counts, script_of

_SURE = 0.8
_LIKELY = 0.5
_SHORT_LETTERS = 7
_CURRENT_WEIGHT = 4.0
_FACTORY_WEIGHT = 1.5
# langdetect answers with other names, and sees whole languages only; it tips the scales, no more.
_LANGDETECT_WEIGHT = 1.5
_langdetect_lock = threading.Lock()


@dataclass(frozen=True)
class LanguageEvidence:
    """What the text alone says."""

    probabilities: Mapping[str, float]
    script: str | None
    letters: int
    is_single_word: bool


@dataclass(frozen=True)
class LanguageDecision:
    """The language to go on in. `is_doubtful`: it may have changed, ask before following."""

    language: str | None
    confidence: float
    is_doubtful: bool = False


class LanguageModel:
    """Probabilities of languages for a text."""

    def __init__(self, model: LinearModel, scripts: Mapping[str, Sequence[str]]) -> None:
        """Take a fitted model and, for each script, the languages written in it."""
        self.model = model
        self.scripts = {script: tuple(tags) for script, tags in scripts.items()}

    @classmethod
    def fit(cls, texts: Sequence[str], tags: Sequence[str], languages: Languages) -> "LanguageModel":
        """Learn from phrases; those with Latin marks also as typed without them."""
        plain = [(fold(text), tag) for text, tag in zip(texts, tags, strict=True) if fold(text) != text]
        all_texts, all_tags = [*texts, *(t for t, _ in plain)], [*tags, *(t for _, t in plain)]
        labels = [f"{tag}-{script_of(text)}" for text, tag in zip(all_texts, all_tags, strict=True)]
        model = LinearModel.fit(language_features, all_texts, {"language": labels}, regularisation=30.0)
        return cls(model, scripts_of(languages))

    def evidence(self, text: str) -> LanguageEvidence:
        """What the text says; an unknown script gives no language at all."""
        script, words = script_of(text), words_of(clean(text))
        letters = sum(script_counts(text).values())
        tags = self.scripts.get(script or "", ())
        is_single_word = len(words) <= 1
        shares = self._probabilities(text, script, tags, is_single_word=is_single_word)
        return LanguageEvidence(shares, script, letters, is_single_word)

    def _probabilities(
        self, text: str, script: str | None, tags: Sequence[str], *, is_single_word: bool
    ) -> dict[str, float]:
        if len(tags) <= 1:
            return dict.fromkeys(tags, 1.0)
        shares = dict.fromkeys(tags, 0.0)
        for label, share in self.model.probabilities(text)["language"].items():
            tag = label.rpartition("-")[0]
            if tag in shares and label.endswith(f"-{script}"):
                shares[tag] += share
        shares = _normalised(shares)
        # A single word tells langdetect nothing, and asking it takes longer than the rest of a turn.
        is_clear = max(shares.values()) >= _SURE or is_single_word
        return shares if is_clear else _with_langdetect(text, shares)


def scripts_of(languages: Languages) -> dict[str, list[str]]:
    """For each script the languages that are written in it."""
    scripts: dict[str, list[str]] = {}
    for tag, language in languages.items():
        for script in language.scripts:
            scripts.setdefault(script, []).append(tag)
    return scripts


def decide(
    evidence: LanguageEvidence, *, chosen: str | None = None, current: str | None = None, usual: Iterable[str] = ()
) -> LanguageDecision:
    """The language to go on in, from the text, the worker's choice, the conversation and the factory's languages."""
    if chosen:
        return LanguageDecision(chosen, 1.0)
    if not evidence.probabilities:
        return LanguageDecision(current, 0.0, is_doubtful=bool(evidence.letters))
    weighted = _weighted(evidence.probabilities, current, frozenset(usual))
    best = max(weighted, key=lambda tag: weighted[tag])
    if current is None or best == current:
        return LanguageDecision(best, weighted[best])
    return _switch(evidence, weighted, best, current)


def _switch(evidence: LanguageEvidence, weighted: Mapping[str, float], best: str, current: str) -> LanguageDecision:
    """Follow a clear switch, report a doubtful one, ignore a word that any language has ('ok')."""
    stays = LanguageDecision(current, weighted.get(current, 0.0))
    other_script = evidence.probabilities.get(current, 0.0) == 0.0 and len(evidence.probabilities) == 1
    if evidence.letters < _SHORT_LETTERS and not other_script:
        return stays
    if weighted[best] >= _SURE and not (evidence.is_single_word and not other_script):
        return LanguageDecision(best, weighted[best])
    if weighted[best] >= _LIKELY:
        return LanguageDecision(current, weighted.get(current, 0.0), is_doubtful=True)
    return stays


def _weighted(shares: Mapping[str, float], current: str | None, usual: frozenset[str]) -> dict[str, float]:
    weighted = {
        tag: share * (_CURRENT_WEIGHT if tag == current else 1.0) * (_FACTORY_WEIGHT if tag in usual else 1.0)
        for tag, share in shares.items()
    }
    return _normalised(weighted)


def _normalised(shares: Mapping[str, float]) -> dict[str, float]:
    total = sum(shares.values())
    if not total:
        return {tag: 1 / len(shares) for tag in shares}
    return {tag: share / total for tag, share in shares.items()}


def _with_langdetect(text: str, shares: Mapping[str, float]) -> dict[str, float]:
    # Its factory is shared and seeded state: one at a time, so that the same text always gives the same answer.
    from langdetect import DetectorFactory, LangDetectException, detect_langs

    with _langdetect_lock:
        DetectorFactory.seed = 0
        try:
            seen = {str(guess.lang): float(guess.prob) for guess in detect_langs(text)}
        except LangDetectException:
            return dict(shares)
    return _normalised({tag: share * (1 + _LANGDETECT_WEIGHT * seen.get(tag, 0.0)) for tag, share in shares.items()})
