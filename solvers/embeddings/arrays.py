"""Similarity of vectors, analogies, and who stands near whom in a text; float64."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from solvers.contract import BadInput

Array: TypeAlias = npt.NDArray[np.float64]
Counts: TypeAlias = npt.NDArray[np.int64]
T = TypeVar("T")


def cosine_similarity(a: npt.ArrayLike, b: npt.ArrayLike, dim: int = -1) -> Array:
    """a·b/(‖a‖‖b‖) along one axis, from −1 to 1; 0 where a vector is 0, as in torch.

    >>> cosine_similarity([3, 4], [4, 3]).item()
    0.96
    """
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    lengths = np.linalg.norm(x, axis=dim) * np.linalg.norm(y, axis=dim)
    products = (x * y).sum(axis=dim)
    cosines: Array = np.clip(products / np.where(lengths == 0, 1.0, lengths), -1.0, 1.0)
    return cosines


def analogy(table: npt.ArrayLike, a: int, b: int, c: int) -> int:
    """The row closest by cosine to v_b − v_a + v_c: a is to b as c is to whom; none of the three.

    Shape: table (V, d), V ≥ 4. Raises BadInput for rows that are not there.
    Source: Mikolov et al., arXiv:1301.3781.
    """
    rows = np.asarray(table, dtype=np.float64)
    if rows.ndim != 2 or len(rows) < 4:
        raise BadInput("table", rows.shape, "(V, d) with V at least 4")
    for name, word in (("a", a), ("b", b), ("c", c)):
        if not 0 <= word < len(rows):
            raise BadInput(name, word, f"a row, from 0 to {len(rows) - 1}")
    closeness = cosine_similarity(rows, rows[b] - rows[a] + rows[c])
    closeness[[a, b, c]] = -np.inf
    return int(closeness.argmax())


def context_pairs(tokens: Sequence[T], window: int) -> list[tuple[T, T]]:
    """(centre, context) for every token and all within ``window`` places, from left to right.

    Source: Mikolov et al., arXiv:1301.3781, the pairs that Skip-gram trains on.
    """
    if window < 1:
        raise BadInput("window", window, "a whole number from 1")
    return [
        (centre, tokens[j])
        for i, centre in enumerate(tokens)
        for j in range(max(i - window, 0), min(i + window + 1, len(tokens)))
        if j != i
    ]


def cooccurrence(tokens: Sequence[int], vocabulary: int, window: int) -> Counts:
    """X (V, V): how often j stands within ``window`` places of i, on either side."""
    counts = np.zeros((vocabulary, vocabulary), dtype=np.int64)
    for centre, context in context_pairs(tokens, window):
        counts[centre, context] += 1
    return counts
