"""What the lessons share: the noise schedule."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]

# Of one β. Below, 1 − ᾱ would be rounding; above, nothing is left after one step.
SMALLEST, LARGEST = 1e-4, 0.999


def alpha_bar(betas: npt.ArrayLike) -> Array:
    """ᾱ_t = Π (1 − β_s) over s = 1 … t, for every t. Shapes: betas (T,), result (T,)."""
    return np.asarray(np.cumprod(1 - np.asarray(betas, dtype=np.float64)), dtype=np.float64)
