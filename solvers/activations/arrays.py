"""Activations of arrays of any shape, with torch's conventions; always float64."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from solvers.contract import BadInput

Array: TypeAlias = npt.NDArray[np.float64]


def sigmoid(x: npt.ArrayLike) -> Array:
    """σ(x) = 1/(1 + e^−x), from 0 to 1.

    For negative x it is taken as e^x/(1 + e^x): no exponent is positive, so none overflows.
    """
    x = np.asarray(x, dtype=np.float64)
    return np.asarray(np.exp(np.minimum(x, 0.0)) / (1 + np.exp(-np.abs(x))))


def tanh(x: npt.ArrayLike) -> Array:
    """tanh(x) = (e^x − e^−x)/(e^x + e^−x) = 2σ(2x) − 1, from −1 to 1."""
    return np.asarray(np.tanh(np.asarray(x, dtype=np.float64)))


def relu(x: npt.ArrayLike) -> Array:
    """max(0, x). Source: Nair and Hinton, Rectified linear units (2010)."""
    return np.asarray(np.maximum(np.asarray(x, dtype=np.float64), 0.0))


def leaky_relu(x: npt.ArrayLike, negative_slope: float = 0.01) -> Array:
    """x where it is positive, else negative_slope·x. Source: Maas et al. (2013)."""
    x = np.asarray(x, dtype=np.float64)
    return np.where(x > 0, x, negative_slope * x)


def gelu(x: npt.ArrayLike, approximate: Literal["none", "tanh"] = "none") -> Array:
    """x·Φ(x), where Φ is the standard normal distribution function.

    "tanh" replaces Φ(x) by ½(1 + tanh(√(2/π)(x + 0.044715x³))), within 5e-4 of the exact value.
    Raises BadInput for any other ``approximate``.
    Source: Hendrycks and Gimpel, Gaussian error linear units, arXiv:1606.08415.
    """
    x = np.asarray(x, dtype=np.float64)
    if approximate == "none":
        return np.asarray(x * normal_cdf(x))
    if approximate != "tanh":
        raise BadInput("approximate", approximate, "one of none, tanh")
    return np.asarray(0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))))


def normal_cdf(x: npt.ArrayLike) -> Array:
    """Φ(x) = ½(1 + erf(x/√2)) = ½ erfc(−x/√2): the second form stays exact far to the left."""
    argument = np.asarray(x, dtype=np.float64) / -math.sqrt(2)
    return 0.5 * np.asarray(_erfc(argument), dtype=np.float64)


_erfc = np.frompyfunc(math.erfc, 1, 1)  # numpy has no erfc of its own


def softmax(x: npt.ArrayLike, dim: int = -1) -> Array:
    """exp(xᵢ)/Σⱼ exp(xⱼ) along one axis: positive numbers that add up to 1.

    The largest entry is taken off first: that changes nothing, and exp can't overflow.
    """
    grown = exponentials(x, dim)
    return np.asarray(grown / grown.sum(axis=dim, keepdims=True))


def exponentials(x: npt.ArrayLike, dim: int = -1) -> Array:
    """exp(xᵢ − max x) along one axis, from 0 to 1."""
    x = np.asarray(x, dtype=np.float64)
    return np.asarray(np.exp(x - x.max(axis=dim, keepdims=True)))


def log_softmax(x: npt.ArrayLike, dim: int = -1) -> Array:
    """ln softmax(x) = xᵢ − ln Σⱼ exp(xⱼ), finite also where softmax is rounded to 0."""
    x = np.asarray(x, dtype=np.float64)
    shifted = x - x.max(axis=dim, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=dim, keepdims=True)))
