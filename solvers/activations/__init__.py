"""Activations: the functions, for arrays; and the solvers, in lessons of a few each.

>>> softmax([1.0, 1.0, 1.0, 1.0]).tolist()
[0.25, 0.25, 0.25, 0.25]
>>> relu([-2.0, 3.0]).tolist()
[0.0, 3.0]
"""

from solvers.activations.arrays import (
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    tanh,
)

__all__ = ["gelu", "leaky_relu", "log_softmax", "relu", "sigmoid", "softmax", "tanh"]
