"""What inputs of several lessons must be: words of a vocabulary, vectors with a direction."""

from __future__ import annotations

import numpy as np

from solvers.contract import BadInput
from solvers.embeddings.arrays import Array

SHORTEST = 1e-3  # below this a vector has no direction worth asking for


def need_row(name: str, row: int, table: Array) -> None:
    """Raise BadInput where a table has no such row."""
    if row >= len(table):
        raise BadInput(name, row, f"a row of the table, from 0 to {len(table) - 1}")


def need_words(name: str, words: Array, vocabulary: int) -> None:
    """Raise BadInput where a number is no word of the vocabulary."""
    if (words >= vocabulary).any():
        raise BadInput(name, words.tolist(), f"whole numbers from 0 to {vocabulary - 1}")


def need_direction(name: str, vectors: Array) -> None:
    """Raise BadInput where a vector is too short to point anywhere."""
    if (np.linalg.norm(vectors, axis=-1) < SHORTEST).any():
        raise BadInput(name, vectors.tolist(), f"vectors of length {SHORTEST} or more")
