"""What the lessons share: a linear layer, activation functions and their slopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from solvers.activations import relu, sigmoid, tanh
from solvers.contract import BadInput

if TYPE_CHECKING:
    import torch

Array: TypeAlias = npt.NDArray[np.float64]

ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu")


def linear(x: npt.ArrayLike, weight: npt.ArrayLike, bias: npt.ArrayLike | None = None) -> Array:
    """x Wᵀ + b: one example x (n,) to (m,), or a batch (B, n) to (B, m), as torch does it.

    Shapes: weight (m, n), bias (m,). Raises BadInput where they do not fit.
    """
    rows, w = np.asarray(x, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    if w.ndim != 2:
        raise BadInput("weight", w.shape, "(m, n), a row for each unit")
    if rows.ndim == 0 or rows.shape[-1] != w.shape[1]:
        raise BadInput("x", rows.shape, f"{w.shape[1]} numbers for each example")
    product: Array = rows @ w.T
    if bias is None:
        return product
    b = np.asarray(bias, dtype=np.float64)
    if b.shape != (len(w),):
        raise BadInput("bias", b.shape, f"({len(w)},), one for each unit")
    return product + b


def activate(name: str, z: npt.ArrayLike) -> Array:
    """g(z), entry by entry; raises BadInput for a name not in ACTIVATIONS."""
    functions = {"identity": _identity, "sigmoid": sigmoid, "tanh": tanh, "relu": relu}
    if name not in functions:
        raise BadInput("name", name, "one of " + ", ".join(ACTIVATIONS))
    return functions[name](z)


def _identity(z: npt.ArrayLike) -> Array:
    return np.array(z, dtype=np.float64)


def slope(name: str, z: npt.ArrayLike) -> Array:
    """g′(z), entry by entry; that of ReLU at 0 is 0 by convention (autograd's too)."""
    z = np.asarray(z, dtype=np.float64)
    match name:
        case "identity":
            return np.ones_like(z)
        case "sigmoid":  # σ(z)(1 − σ(z)), and 1 − σ(z) = σ(−z) without cancellation
            return sigmoid(z) * sigmoid(-z)
        case "tanh":
            return 1.0 - tanh(z) ** 2
        case "relu":
            return np.where(z > 0, 1.0, 0.0)
    raise BadInput("name", name, "one of " + ", ".join(ACTIVATIONS))


SLOPE_FORMULAS = {
    "identity": "g′(z) = 1",
    "sigmoid": "σ′(z) = σ(z)(1 − σ(z))",
    "tanh": "tanh′(z) = 1 − tanh²(z)",
    "relu": "1 where z > 0, 0 elsewhere",
}


def activate_in_torch(name: str, z: torch.Tensor) -> torch.Tensor:
    """The torch operation of the same name, for kernels."""
    import torch

    operations: dict[str, Any] = {
        "identity": torch.clone,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
    }
    result: torch.Tensor = operations[name](z)
    return result


def is_square(matrix: Array) -> bool:
    """As many rows as columns."""
    return len(matrix) == len(matrix.T)


def is_lopsided(matrix: Array) -> bool:
    """Square, and not its own transpose: turning it round fits and changes it."""
    return is_square(matrix) and not np.array_equal(matrix, matrix.T)
