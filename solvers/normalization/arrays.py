"""Normalization of arrays, with torch's conventions: channels on axis 1, always float64."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from solvers.contract import BadInput

Array: TypeAlias = npt.NDArray[np.float64]


def batch_norm(
    x: npt.ArrayLike,
    running_mean: npt.ArrayLike | None = None,
    running_var: npt.ArrayLike | None = None,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[Array, Array | None, Array | None]:
    """y = γ(x − μ)/√(σ² + ε) + β for each channel, and the running statistics after it.

    In training μ and σ² are those of the batch, over all axes but the channels'; σ² divides by
    the m numbers of a channel. The running statistics then become (1 − ρ)·running + ρ·batch,
    where ρ is ``momentum`` and the batch's variance divides by m − 1. Otherwise μ and σ² are the
    running ones, which stay.

    Shapes: x (N, C, ...), all others (C,). Unlike torch.nn.functional.batch_norm, which changes
    them in place, this returns new running statistics (None where none were given). Raises
    BadInput where shapes do not fit, for a batch of one number per channel in training, and where
    running statistics are needed and not given.
    """
    x = np.asarray(x, dtype=np.float64)
    if x.ndim < 2:
        raise BadInput("x", x.shape, "two or more axes, channels second")
    mean, variance = (
        _channels(name, value, x)
        for name, value in (("running_mean", running_mean), ("running_var", running_var))
    )
    if not training:
        if mean is None or variance is None:
            raise BadInput("running_mean, running_var", None, "arrays, unless training")
        y = _per_channel(x - _along(mean, x), variance, weight, bias, eps)
        return y, mean, variance
    numbers = x.size // x.shape[1]
    if numbers < 2:
        raise BadInput("x", x.shape, "at least two numbers for each channel in training")
    axes = (0, *range(2, x.ndim))
    batch_mean, centred = centre(x, axes)
    batch_variance = (centred**2).mean(axis=axes)
    y = _per_channel(centred, batch_variance, weight, bias, eps)
    unbiased = batch_variance * numbers / (numbers - 1)
    if mean is not None:
        mean = (1 - momentum) * mean + momentum * batch_mean.reshape(-1)
    if variance is not None:
        variance = (1 - momentum) * variance + momentum * unbiased
    return y, mean, variance


def layer_norm(
    x: npt.ArrayLike,
    normalized_shape: int | Sequence[int],
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    eps: float = 1e-5,
) -> Array:
    """y = γ(x − μ)/√(σ² + ε) + β, with μ and σ² of each example over its last axes.

    ``normalized_shape`` is the shape of those axes, and of weight γ and bias β; σ² divides by
    their number. The same in training and at test. Raises BadInput where shapes do not fit.
    Conventions of torch.nn.functional.layer_norm.
    """
    x = np.asarray(x, dtype=np.float64)
    if isinstance(normalized_shape, int):
        normalized_shape = (normalized_shape,)
    shape = tuple(normalized_shape)
    if not shape or x.shape[-len(shape) :] != shape:
        raise BadInput("normalized_shape", shape, f"the last sides of x, {x.shape}")
    axes = tuple(range(-len(shape), 0))
    _, centred = centre(x, axes)
    variance = (centred**2).mean(axis=axes, keepdims=True)
    y: Array = centred / np.sqrt(variance + eps)
    gain, shift = _shaped("weight", weight, shape), _shaped("bias", bias, shape)
    y = y if gain is None else y * gain
    return y if shift is None else y + shift


def centre(x: Array, axis: int | tuple[int, ...]) -> tuple[Array, Array]:
    """The mean along the axes, which stay as sides of 1, and what is left without it.

    Counted from the first entry: the mean of equal numbers is then that number to the last digit,
    and nothing is left of them; rounding would be blown up by the division that follows.
    """
    axes = (axis,) if isinstance(axis, int) else axis
    along = {i % x.ndim for i in axes}
    first = x[tuple(slice(0, 1) if i in along else slice(None) for i in range(x.ndim))]
    rest = x - first
    offset = rest.mean(axis=axes, keepdims=True)
    return first + offset, rest - offset


def _per_channel(
    centred: Array,
    variance: Array,
    weight: npt.ArrayLike | None,
    bias: npt.ArrayLike | None,
    eps: float,
) -> Array:
    y = centred / np.sqrt(_along(variance, centred) + eps)
    gain, shift = _channels("weight", weight, centred), _channels("bias", bias, centred)
    y = y if gain is None else y * _along(gain, y)
    return y if shift is None else y + _along(shift, y)


def _along(values: Array, x: Array) -> Array:
    """One number for each channel, laid along axis 1 of x."""
    return values.reshape(1, -1, *[1] * (x.ndim - 2))


def _channels(name: str, value: npt.ArrayLike | None, x: Array) -> Array | None:
    return _shaped(name, value, (x.shape[1],))


def _shaped(name: str, value: npt.ArrayLike | None, shape: tuple[int, ...]) -> Array | None:
    if value is None:
        return None
    read = np.asarray(value, dtype=np.float64)
    if read.shape != shape:
        raise BadInput(name, read.shape, f"{shape}, one for each of {math.prod(shape)}")
    return read
