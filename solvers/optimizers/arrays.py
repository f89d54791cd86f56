"""Steps of optimizers, and clipping, on arrays of any shape; torch's conventions, always float64.

Each step takes the parameter θ, its gradient g and what the optimizer remembers, and returns
them anew: nothing is changed in place. Before the first step the memory is zeros.
``weight_decay`` d first adds d·θ to the gradient, as in torch.optim (an L2 penalty of λ = d/2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from solvers.contract import BadInput

Array: TypeAlias = npt.NDArray[np.float64]


def sgd_step(
    param: npt.ArrayLike, grad: npt.ArrayLike, lr: float = 1e-3, weight_decay: float = 0.0
) -> Array:
    """θ ← θ − ηg."""
    param, grad = _read(param, grad, weight_decay)
    return param - lr * grad


def momentum_step(
    param: npt.ArrayLike,
    grad: npt.ArrayLike,
    buf: npt.ArrayLike,
    lr: float = 1e-3,
    momentum: float = 0.9,
    weight_decay: float = 0.0,
) -> tuple[Array, Array]:
    """v ← βv + g, θ ← θ − ηv; returns θ and v.

    The rate stays outside the velocity and there is no dampening, as in torch.optim.SGD.
    """
    param, grad = _read(param, grad, weight_decay)
    buf = momentum * _like("buf", buf, param) + grad
    return param - lr * buf, buf


def nesterov_step(
    param: npt.ArrayLike,
    grad: npt.ArrayLike,
    buf: npt.ArrayLike,
    lr: float = 1e-3,
    momentum: float = 0.9,
    weight_decay: float = 0.0,
) -> tuple[Array, Array]:
    """b ← μb + g, φ ← φ − η(g + μb); returns φ and b.

    The gradient is taken at φ itself, the point that has looked ahead: torch.optim.SGD with
    nesterov=True.
    """
    param, grad = _read(param, grad, weight_decay)
    buf = momentum * _like("buf", buf, param) + grad
    return param - lr * (grad + momentum * buf), buf


def adagrad_step(
    param: npt.ArrayLike,
    grad: npt.ArrayLike,
    state_sum: npt.ArrayLike,
    lr: float = 1e-2,
    eps: float = 1e-10,
    weight_decay: float = 0.0,
) -> tuple[Array, Array]:
    """s ← s + g², θ ← θ − ηg/(√s + ε); returns θ and s. ε stays outside the root."""
    param, grad = _read(param, grad, weight_decay)
    state_sum = _like("state_sum", state_sum, param) + grad**2
    return param - lr * grad / (np.sqrt(state_sum) + eps), state_sum


def rmsprop_step(
    param: npt.ArrayLike,
    grad: npt.ArrayLike,
    square_avg: npt.ArrayLike,
    lr: float = 1e-2,
    alpha: float = 0.99,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
) -> tuple[Array, Array]:
    """s ← αs + (1 − α)g², θ ← θ − ηg/(√s + ε); returns θ and s.

    ε stays outside the root, and s is not corrected for having begun at zero.
    """
    param, grad = _read(param, grad, weight_decay)
    square_avg = alpha * _like("square_avg", square_avg, param) + (1 - alpha) * grad**2
    return param - lr * grad / (np.sqrt(square_avg) + eps), square_avg


def adam_step(
    param: npt.ArrayLike,
    grad: npt.ArrayLike,
    exp_avg: npt.ArrayLike,
    exp_avg_sq: npt.ArrayLike,
    step: int,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
) -> tuple[Array, Array, Array]:
    """m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − ηm̂/(√v̂ + ε); returns θ, m and v.

    m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ), where ``step`` t is 1 at the first step. Raises BadInput
    for a smaller one.
    """
    if step < 1:
        raise BadInput("step", step, "a whole number from 1: the first step is step 1")
    param, grad = _read(param, grad, weight_decay)
    exp_avg = betas[0] * _like("exp_avg", exp_avg, param) + (1 - betas[0]) * grad
    exp_avg_sq = betas[1] * _like("exp_avg_sq", exp_avg_sq, param) + (1 - betas[1]) * grad**2
    corrected = exp_avg / (1 - betas[0] ** step)
    root = np.sqrt(exp_avg_sq / (1 - betas[1] ** step))
    return param - lr * corrected / (root + eps), exp_avg, exp_avg_sq


def clip_grad_norm(grads: Sequence[npt.ArrayLike], max_norm: float) -> list[Array]:
    """g·c/‖g‖ where ‖g‖ > c, else g; ‖g‖ is taken over all the arrays together.

    torch.nn.utils.clip_grad_norm_ divides by ‖g‖ + 10⁻⁶, which makes the result a little shorter.
    """
    arrays = [np.asarray(grad, dtype=np.float64) for grad in grads]
    norm = math.hypot(*(float(x) for grad in arrays for x in grad.flat))
    scale = max_norm / norm if norm > max_norm else 1.0
    return [grad * scale for grad in arrays]


def clip_grad_value(grads: Sequence[npt.ArrayLike], clip_value: float) -> list[Array]:
    """Each entry cut to −c … c, as torch.nn.utils.clip_grad_value_ does."""
    return [np.clip(np.asarray(grad, np.float64), -clip_value, clip_value) for grad in grads]


def _read(param: npt.ArrayLike, grad: npt.ArrayLike, weight_decay: float) -> tuple[Array, Array]:
    read = np.asarray(param, dtype=np.float64)
    return read, _like("grad", grad, read) + weight_decay * read


def _like(name: str, value: npt.ArrayLike, param: Array) -> Array:
    read = np.asarray(value, dtype=np.float64)
    if read.shape != param.shape:
        raise BadInput(name, read.shape, f"{param.shape}, the shape of the parameter")
    return read
