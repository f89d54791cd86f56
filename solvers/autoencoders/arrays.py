"""What a VAE computes, for arrays. Natural logs; ``logvar`` is ln σ²."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from solvers.activations.arrays import Array
from solvers.contract import BadInput


def gaussian_kl(mu: npt.ArrayLike, sigma: npt.ArrayLike) -> float:
    """D_KL(N(μ, diag σ²) ‖ N(0, I)) = ½Σ(μ² + σ² − 1 − ln σ²), over all entries.

    Shapes: both (d,), or any others that are equal. Raises BadInput where σ is not positive.
    """
    m, s = _same(("mu", mu), ("sigma", sigma))
    if not (s > 0).all():
        raise BadInput("sigma", s.tolist(), "positive numbers")
    return float((m**2 + s**2 - 1 - 2 * np.log(s)).sum() / 2)


def reparameterise(mu: npt.ArrayLike, logvar: npt.ArrayLike, eps: npt.ArrayLike) -> Array:
    """z = μ + σ⊙ε with σ = exp(½·logvar); the shapes are equal."""
    m, v = _same(("mu", mu), ("logvar", logvar))
    m, e = _same(("mu", m), ("eps", eps))
    z: Array = m + np.exp(v / 2) * e
    return z


def vae_loss(
    x: npt.ArrayLike, reconstruction: npt.ArrayLike, mu: npt.ArrayLike, logvar: npt.ArrayLike
) -> float:
    """Squared errors and divergence, both summed over all entries."""
    target, predicted = _same(("x", x), ("reconstruction", reconstruction))
    m, v = _same(("mu", mu), ("logvar", logvar))
    return float(((target - predicted) ** 2).sum()) + gaussian_kl(m, np.exp(v / 2))


def _same(first: tuple[str, npt.ArrayLike], second: tuple[str, npt.ArrayLike]) -> list[Array]:
    read = [np.asarray(value, dtype=np.float64) for _, value in (first, second)]
    if read[0].shape != read[1].shape:
        raise BadInput(second[0], read[1].shape, f"{read[0].shape}, the shape of {first[0]}")
    return read
