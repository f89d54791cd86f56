"""What the blocks are made of, for arrays: weights on the right, X W, as in the paper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from solvers.attention import multi_head_attention
from solvers.attention.arrays import Array
from solvers.normalization import layer_norm


def normed(x: Array) -> Array:
    """Layer norm over the last axis, with gain 1 and shift 0."""
    return layer_norm(x, x.shape[-1])


def feed_forward(
    x: npt.ArrayLike,
    w_1: npt.ArrayLike,
    b_1: npt.ArrayLike,
    w_2: npt.ArrayLike,
    b_2: npt.ArrayLike,
) -> Array:
    """max(0, x W₁ + b₁) W₂ + b₂ for each row: x (…, d), W₁ (d, d_ff), W₂ (d_ff, d).

    Source: Vaswani et al., arXiv:1706.03762, equation 2.
    """
    hidden = np.maximum(np.asarray(x, dtype=np.float64) @ np.asarray(w_1) + np.asarray(b_1), 0.0)
    output: Array = hidden @ np.asarray(w_2) + np.asarray(b_2)
    return output


@dataclass(frozen=True, slots=True)
class AttentionWeights:
    """W_Q, W_K, W_V and W^O of one layer, (d, d) each, all heads side by side."""

    w_q: Array
    w_k: Array
    w_v: Array
    w_o: Array

    @property
    def stacked(self) -> Array:
        """W_Q, W_K and W_V as torch stores them: transposed, below each other."""
        return np.concatenate([self.w_q.T, self.w_k.T, self.w_v.T])

    def attend(self, x: Array, memory: Array, heads: int, *, causal: bool = False) -> Array:
        """Queries from x (n, d), keys and values from memory (m, d); result (n, d)."""
        return multi_head_attention(
            x, memory, memory, self.stacked, self.w_o.T, heads, is_causal=causal
        )
