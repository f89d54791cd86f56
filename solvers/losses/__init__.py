"""Losses: the functions, for arrays; and the solvers, in lessons of a few each.

>>> mse([1.0, 2.0], [1.0, 4.0]).item()
2.0
>>> round(cross_entropy([0.0, 0.0], 1).item(), 4)
0.6931
"""

from solvers.losses.arrays import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    focal,
    huber,
    info_nce,
    mae,
    mse,
    nll,
    nt_xent,
    one_hot,
    sigmoid_focal,
    smooth_l1,
    triplet,
)

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "focal",
    "huber",
    "info_nce",
    "mae",
    "mse",
    "nll",
    "nt_xent",
    "one_hot",
    "sigmoid_focal",
    "smooth_l1",
    "triplet",
]
