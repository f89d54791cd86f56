"""Optimizers: their steps, for arrays; and the solvers, a lesson in each file.

>>> theta, velocity = momentum_step([1.0], [2.0], [0.0], lr=0.1, momentum=0.9)
>>> theta.tolist(), velocity.tolist()
([0.8], [2.0])
"""

from solvers.optimizers.arrays import (
    adagrad_step,
    adam_step,
    clip_grad_norm,
    clip_grad_value,
    momentum_step,
    nesterov_step,
    rmsprop_step,
    sgd_step,
)

__all__ = [
    "adagrad_step",
    "adam_step",
    "clip_grad_norm",
    "clip_grad_value",
    "momentum_step",
    "nesterov_step",
    "rmsprop_step",
    "sgd_step",
]
