"""embeddings.cooccurrence: who stands near whom, counted.

    X_ij = how often j stands within w places of i, on either side

tokens (n) are numbers of words, from 0 to V − 1; X (V, V) is symmetric. Every pair of places that
are at most w apart counts once for each of its two ends.
Source: Pennington, Socher and Manning, GloVe, EMNLP 2014, without its weights by distance.

>>> from solvers import find
>>> text = {"tokens": [0, 1, 0, 2], "vocabulary": 3, "window": 1, "word": 0, "context": 1}
>>> find("embeddings.cooccurrence").solve(text).quantities
{'counts': [[0, 2, 1], [2, 0, 0], [1, 0, 0]], 'count': 2}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.device import Device
from solvers.embeddings._checks import need_words
from solvers.embeddings.arrays import Array, Counts, cooccurrence


@dataclass(frozen=True, kw_only=True)
class Text(Inputs):
    """A text of words given by number, a window, and two words to look at."""

    tokens: Array = array(
        "n", 0, 63, "numbers of the words of the text, from 0", whole_numbers=True
    )
    vocabulary: int = whole(1, 64, "words V in the vocabulary")
    window: int = whole(1, 64, "places w on each side")
    word: int = whole(0, 63, "number i of the word asked for, from 0", default=0)
    context: int = whole(0, 63, "number j of the context asked for, from 0", default=0)

    def check(self) -> None:
        need_words("tokens", self.tokens, self.vocabulary)
        for name in ("word", "context"):
            if getattr(self, name) >= self.vocabulary:
                message = f"a word, from 0 to {self.vocabulary - 1}"
                raise BadInput(name, getattr(self, name), message)

    def counts(self, window: int) -> Counts:
        return cooccurrence([int(token) for token in self.tokens], self.vocabulary, window)


def _reference(given: Text, work: Work) -> None:
    tokens = given.tokens.astype(int)
    counts = np.zeros((given.vocabulary, given.vocabulary), dtype=np.int64)
    for gap in range(1, min(given.window, len(tokens) - 1) + 1):
        right = np.zeros_like(counts)
        np.add.at(right, (tokens[:-gap], tokens[gap:]), 1)
        label, formula = f"to the right, {gap} apart", f"row i: words {gap} after i"
        right = work.step("counts", label, formula, right)
        formula = "the same pairs seen from the other end"
        left = work.step("counts", f"to the left, {gap} apart", formula, right.T)
        counts = counts + right + left
    counts = work.give("counts", work.step("counts", "counts", "all added", counts))
    i, j = given.word, given.context
    work.give("count", work.step("count", "count", f"row {i}, column {j}", counts[i, j]))


def _kernel(given: Text, device: Device) -> Mapping[str, Any]:
    """Products of shifted one-hot matrices, for each distance and both directions."""
    import torch

    tokens = torch.tensor(given.tokens, device=device.name).long()
    rows = torch.nn.functional.one_hot(tokens, given.vocabulary).to(device.dtype)
    counts = torch.zeros(given.vocabulary, given.vocabulary, dtype=rows.dtype, device=rows.device)
    for gap in range(1, min(given.window, len(tokens) - 1) + 1):
        right = rows[:-gap].T @ rows[gap:]
        counts = counts + right + right.T
    whole_counts = counts.long()
    return {"counts": whole_counts, "count": whole_counts[given.word, given.context]}


def _counts(rule: Callable[[Text], Counts]) -> Callable[[Text], dict[str, Any]]:
    """A wrong matrix, and its entry."""
    return lambda g: {"counts": rule(g), "count": rule(g)[g.word, g.context]}


def _to_the_right(given: Text) -> Counts:
    tokens = given.tokens.astype(int)
    counts = np.zeros((given.vocabulary, given.vocabulary), dtype=np.int64)
    for gap in range(1, min(given.window, len(tokens) - 1) + 1):
        np.add.at(counts, (tokens[:-gap], tokens[gap:]), 1)
    return counts


def _presence(given: Text) -> Counts:
    return (given.counts(given.window) > 0).astype(np.int64)


def _first_label(given: Text) -> str:
    return "to the left, 1 apart" if len(given.tokens) > 1 else "counts"


solver = Solver(
    id="embeddings.cooccurrence",
    concepts=("cooccurrence-matrix",),
    inputs=Text,
    quantities={
        "counts": Quantity("matrix", "X, a row for each word"),
        "count": Quantity("integer", "X_ij", uses=("counts",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "cooccurrence-matrix/one-sided",
            slip="when only words to the right are counted",
            correction="The window reaches to both sides, so X is symmetric.",
            wrong=_counts(_to_the_right),
            departs_at=_first_label,
        ),
        Misconception(
            "cooccurrence-matrix/presence",
            slip="when it is only noted whether two words meet",
            correction="Count every time they meet, not just whether they do.",
            wrong=_counts(_presence),
            departs_at="counts",
        ),
        Misconception(
            "cooccurrence-matrix/window-total",
            slip="when w = 2 is read as one word on each side",
            correction="The window reaches w words to the left and w to the right.",
            wrong=_counts(lambda g: g.counts(1)),
            departs_at="counts",
            applies=lambda g: g.window == 2,
        ),
        Misconception(
            "cooccurrence-matrix/sentence-wide",
            slip="when words count at any distance",
            correction=lambda g: f"Only words at most {g.window} places apart count.",
            wrong=_counts(lambda g: g.counts(len(g.tokens))),
            departs_at="counts",
            applies=lambda g: g.window < len(g.tokens) - 1,
        ),
    ),
    source="Pennington, Socher and Manning, GloVe, EMNLP 2014",
)
