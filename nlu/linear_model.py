"""A linear model over weighted features with several heads: fitted with scikit-learn, run with numpy alone.

Stored as arrays and JSON, so that opening a model file can never run code. One text takes a fraction of a millisecond.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.features import Features

Floats = NDArray[np.float32]
Extract = Callable[[str], Features]


class LinearModel:
    """Probabilities of the labels of each head for a text."""

    def __init__(
        self,
        extract: Extract,
        vocabulary: dict[str, int],
        weights: Floats,
        heads: Mapping[str, Sequence[str]],
        coefficients: Floats,
        intercepts: Floats,
    ) -> None:
        """Put the parts together; `coefficients` has a row for each feature, the heads' labels side by side."""
        self._extract = extract
        self._vocabulary = vocabulary
        self._weights = weights
        self.heads = {name: tuple(labels) for name, labels in heads.items()}
        self._coefficients = coefficients
        self._intercepts = intercepts

    @classmethod
    def fit(
        cls,
        extract: Extract,
        texts: Sequence[str],
        heads: Mapping[str, Sequence[str | None]],
        *,
        regularisation: float,
        balanced: bool = True,
    ) -> "LinearModel":
        """Learn from texts and, for each head, a label for each text; a head skips texts without one."""
        extracted = [extract(text) for text in texts]
        vocabulary, weights = _vocabulary(extracted)
        matrix = _matrix([_vector(features, vocabulary, weights) for features in extracted], len(vocabulary))
        fitted = {name: _fit_head(matrix, labels, regularisation, balanced) for name, labels in heads.items()}
        return cls(
            extract,
            vocabulary,
            weights,
            {name: labels for name, (labels, _, _) in fitted.items()},
            np.ascontiguousarray(np.vstack([c for _, c, _ in fitted.values()]).T, dtype=np.float32),
            np.concatenate([i for _, _, i in fitted.values()]).astype(np.float32),
        )

    def probabilities(self, text: str) -> dict[str, dict[str, float]]:
        """For each head its labels with their probabilities."""
        indices, values = _vector(self._extract(text), self._vocabulary, self._weights)
        scores = values @ self._coefficients[indices] + self._intercepts
        result, start = {}, 0
        for name, labels in self.heads.items():
            shares = _softmax(scores[start : start + len(labels)])
            result[name] = dict(zip(labels, shares.tolist(), strict=True))
            start += len(labels)
        return result

    def save(self, folder: Path) -> None:
        """Write arrays and labels into an existing folder."""
        np.savez(
            folder / "arrays.npz",
            weights=self._weights,
            coefficients=self._coefficients.astype(np.float16),
            intercepts=self._intercepts,
        )
        labels = {"heads": self.heads, "vocabulary": list(self._vocabulary)}
        (folder / "labels.json").write_text(json.dumps(labels, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, extract: Extract, folder: Path) -> "LinearModel":
        """Read what `save` wrote."""
        labels = json.loads((folder / "labels.json").read_text("utf-8"))
        with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
            return cls(
                extract,
                {name: index for index, name in enumerate(labels["vocabulary"])},
                arrays["weights"],
                labels["heads"],
                arrays["coefficients"].astype(np.float32),
                arrays["intercepts"],
            )


def _vocabulary(extracted: Sequence[Features]) -> tuple[dict[str, int], Floats]:
    """Every feature seen twice (words: once) with its inverse document frequency."""
    words: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for one, other in extracted:
        words.update(set(one))
        characters.update(set(other))
    counts = words + Counter({name: count for name, count in characters.items() if count > 1})
    names = sorted(counts)
    frequencies = np.array([counts[name] for name in names], dtype=np.float32)
    weights = np.log((1 + len(extracted)) / (1 + frequencies)) + 1
    return {name: index for index, name in enumerate(names)}, weights.astype(np.float32)


def _vector(features: Features, vocabulary: Mapping[str, int], weights: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Indices and values of a text; each block has length one, so that long words do not drown the words."""
    blocks = [_block(names, vocabulary, weights) for names in features]
    return np.concatenate([i for i, _ in blocks]), np.concatenate([v for _, v in blocks])


def _block(names: Sequence[str], vocabulary: Mapping[str, int], weights: Floats) -> tuple[NDArray[np.int64], Floats]:
    counts: dict[int, int] = {}
    for name in names:
        index = vocabulary.get(name)
        if index is not None:
            counts[index] = counts.get(index, 0) + 1
    indices = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
    values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * weights[indices]
    length = float(np.sqrt(values @ values))
    return indices, (values / length if length else values).astype(np.float32)


def _matrix(vectors: Sequence[tuple[NDArray[np.int64], Floats]], width: int) -> Any:
    from scipy.sparse import csr_matrix

    starts = np.cumsum([0, *(len(indices) for indices, _ in vectors)])
    columns = np.concatenate([indices for indices, _ in vectors])
    return csr_matrix((np.concatenate([v for _, v in vectors]), columns, starts), shape=(len(vectors), width))


def _fit_head(
    matrix: Any, labels: Sequence[str | None], regularisation: float, balanced: bool
) -> tuple[list[str], NDArray[Any], NDArray[Any]]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=regularisation, class_weight="balanced" if balanced else None, max_iter=100, random_state=0, tol=1e-2
    )
    rows = [row for row, label in enumerate(labels) if label]
    model.fit(matrix[rows], np.array([labels[row] for row in rows]))
    names = [str(name) for name in model.classes_]
    if len(names) == 2:
        half = model.coef_ / 2
        return names, np.vstack([-half, half]), np.concatenate([-model.intercept_, model.intercept_]) / 2
    return names, model.coef_, model.intercept_


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    shares: Floats = powers / powers.sum()
    return shares
