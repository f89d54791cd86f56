"""Small matrices as lists of rows, in plain Python: the screen process has no numpy.

>>> product([[1.0, 2.0]], [[3.0], [4.0]])
[[11.0]]
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

Matrix: TypeAlias = list[list[float]]
TINY = 1e-12


def product(a: Matrix, b: Matrix) -> Matrix:
    """The matrix product."""
    columns = transposed(b)
    return [[math.fsum(x * y for x, y in zip(row, c, strict=True)) for c in columns] for row in a]


def transposed(a: Matrix) -> Matrix:
    """Rows as columns."""
    return [list(column) for column in zip(*a, strict=True)]


def each(function: Callable[[float], float], a: Matrix) -> Matrix:
    """A function of every entry."""
    return [[function(x) for x in row] for row in a]


def paired(function: Callable[[float, float], float], a: Matrix, b: Matrix) -> Matrix:
    """A function of two matrices, entry by entry."""
    return [
        [function(x, y) for x, y in zip(row, other, strict=True)]
        for row, other in zip(a, b, strict=True)
    ]


def softmax_rows(a: Matrix) -> Matrix:
    """exp(x) / Σ exp(x) along each row."""
    grown = [[math.exp(x - max(row)) for x in row] for row in a]
    return [[x / math.fsum(row) for x in row] for row in grown]


def diagonal(entries: list[float]) -> Matrix:
    """A matrix with these entries on its diagonal."""
    size = len(entries)
    return [[entries[r] if r == c else 0.0 for c in range(size)] for r in range(size)]


def is_diagonal(a: Matrix) -> bool:
    """Whether everything off the diagonal is 0."""
    return all(x == 0 for r, row in enumerate(a) for c, x in enumerate(row) if r != c)


def inverse(a: Matrix) -> Matrix | None:
    """The inverse by elimination with pivots; None where there is none."""
    size = len(a)
    rows = [list(row) + one for row, one in zip(a, diagonal([1.0] * size), strict=True)]
    for c in range(size):
        pivot = max(range(c, size), key=lambda r: abs(rows[r][c]))
        if abs(rows[pivot][c]) < TINY:
            return None
        rows[c], rows[pivot] = rows[pivot], rows[c]
        rows[c] = [x / rows[c][c] for x in rows[c]]
        for r in range(size):
            if r != c:
                factor = rows[r][c]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[c], strict=True)]
    return [row[size:] for row in rows]


def power(a: Matrix, exponent: float) -> Matrix | None:
    """A matrix power: any of a diagonal matrix, whole ones of others; None where undefined."""
    if is_diagonal(a):
        entries = [row[r] for r, row in enumerate(a)]
        if any(x < 0 and exponent != int(exponent) for x in entries):
            return None
        if exponent < 0 and any(x == 0 for x in entries):
            return None
        return diagonal([x**exponent for x in entries])
    if exponent != int(exponent) or abs(exponent) > 8:
        return None
    base = a if exponent >= 0 else inverse(a)
    if base is None:
        return None
    result = diagonal([1.0] * len(a))
    for _ in range(abs(int(exponent))):
        result = product(result, base)
    return result
