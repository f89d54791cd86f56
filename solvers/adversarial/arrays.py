"""The losses of a GAN from logits, with torch's conventions: means over the batch, float64."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]


def discriminator_loss(real_logits: npt.ArrayLike, fake_logits: npt.ArrayLike) -> float:
    """−mean ln σ(a_real) − mean ln(1 − σ(a_fake)), the sum of two binary cross-entropies.

    Source: Goodfellow et al., Generative adversarial nets, arXiv:1406.2661.
    """
    return _mean_softplus(real_logits, -1) + _mean_softplus(fake_logits, 1)


def generator_loss(fake_logits: npt.ArrayLike, *, saturating: bool = False) -> float:
    """−mean ln σ(a), or mean ln(1 − σ(a)), the minimax form, which saturates where σ(a) is near 0.

    Source: Goodfellow et al., Generative adversarial nets, arXiv:1406.2661, section 3.
    """
    return -_mean_softplus(fake_logits, 1) if saturating else _mean_softplus(fake_logits, -1)


def _mean_softplus(logits: npt.ArrayLike, sign: int) -> float:
    """mean ln(1 + e^(sign·a)), which is −ln σ(−sign·a); it can't overflow."""
    return float(np.logaddexp(0.0, sign * np.asarray(logits, dtype=np.float64)).mean())
