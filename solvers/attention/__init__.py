"""Attention: scores, one head, several heads, masks, positions, cost; a solver in a file each.

The functions here are for arrays, with torch's conventions; a mask is True where it may attend.

>>> positional_encoding(2, 2).round(4).tolist()
[[0.0, 1.0], [0.8415, 0.5403]]
"""

from solvers.attention.arrays import (
    additive_attention,
    multi_head_attention,
    positional_encoding,
    scaled_dot_product_attention,
)

__all__ = [
    "additive_attention",
    "multi_head_attention",
    "positional_encoding",
    "scaled_dot_product_attention",
]
