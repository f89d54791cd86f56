"""Attention: one head, several heads, positions; for arrays, and as solvers in a file each.

>>> positional_encoding(2, 2).round(4).tolist()
[[0.0, 1.0], [0.8415, 0.5403]]
"""

from solvers.attention.arrays import (
    multi_head_attention,
    positional_encoding,
    scaled_dot_product_attention,
)

__all__ = ["multi_head_attention", "positional_encoding", "scaled_dot_product_attention"]
