"""Pooling of arrays, with torch's conventions: (N, C, H, W), float64, default stride the window."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from solvers._windows import padded, windows
from solvers.contract import BadInput

Array: TypeAlias = npt.NDArray[np.float64]
Pair: TypeAlias = "int | tuple[int, int]"  # one number for both axes, or (height, width)


def max_pool2d(
    x: npt.ArrayLike,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> Array:
    """The largest number of each window; what is outside never wins, as if it were −∞.

    y[n, c, i, j] = max over u, v of x[n, c, i·s + u·d − p, j·s + v·d − p]

    Shapes: x (N, C, H, W), result (N, C, H_o, W_o) with H_o = ⌊(H + 2p − d(f − 1) − 1)/s⌋ + 1;
    ``ceil_mode`` rounds up instead, but no window starts beyond the input and its padding
    above and to the left. Raises BadInput where they do not fit. Conventions of
    torch.nn.functional.max_pool2d, NaN included: a window with a NaN gives NaN.
    """
    x = _four_axes(x)
    size, steps = _pair(kernel_size), _pair(kernel_size if stride is None else stride)
    outside = _outside(x, size, steps, _pair(padding), _pair(dilation), ceil_mode)
    x = padded(x, outside, -np.inf)
    y: Array = windows(x, size, steps, _pair(dilation)).max(axis=(4, 5))
    return y


def avg_pool2d(
    x: npt.ArrayLike,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """The mean of each window: its sum divided by the number of places counted.

    As in torch the zeros of the padding are counted (ONNX's AveragePool leaves them out unless
    told otherwise): with ``count_include_pad`` false only places of the input are. Places
    beyond the padding, which ``ceil_mode`` may reach, never are. ``divisor_override`` divides
    by that number everywhere. Shapes and errors as ``max_pool2d``. Conventions of
    torch.nn.functional.avg_pool2d.
    """
    x = _four_axes(x)
    size, steps = _pair(kernel_size), _pair(kernel_size if stride is None else stride)
    pads = _pair(padding)
    outside = _outside(x, size, steps, pads, (1, 1), ceil_mode)
    larger = padded(x, outside)
    sums = windows(larger, size, steps).sum(axis=(4, 5))
    if divisor_override is not None:
        if divisor_override == 0:
            raise BadInput("divisor_override", divisor_override, "a whole number other than 0")
        scaled: Array = sums / divisor_override
        return scaled
    if larger is x:  # nothing lies outside
        return sums / (size[0] * size[1])  # type: ignore[no-any-return]
    counted = np.zeros((1, 1, *larger.shape[2:]))
    rows, columns = (
        _counted(n, p, count_include_pad) for n, p in zip(x.shape[2:], pads, strict=True)
    )
    counted[..., rows, columns] = 1
    counts: Array = windows(counted, size, steps).sum(axis=(4, 5))
    means: Array = sums / counts
    return means


def global_avg_pool2d(x: npt.ArrayLike) -> Array:
    """The mean of each whole map: (N, C, H, W) to (N, C, 1, 1), whatever H and W.

    Conventions of torch.nn.functional.adaptive_avg_pool2d(x, 1) and ONNX's GlobalAveragePool.
    """
    y: Array = _four_axes(x).mean(axis=(2, 3), keepdims=True)
    return y


def _counted(n: int, p: int, with_padding: bool) -> slice:
    """Of p + n + p places, and perhaps more behind them, those that are counted."""
    return slice(0, n + 2 * p) if with_padding else slice(p, p + n)


def _outside(
    x: Array,
    size: tuple[int, int],
    steps: tuple[int, int],
    pads: tuple[int, int],
    apart: tuple[int, int],
    ceil_mode: bool,
) -> list[tuple[int, int]]:
    """Places needed before and behind the input, per axis; raises BadInput."""
    if min(size) < 1:
        raise BadInput("kernel_size", size, "whole numbers from 1")
    if min(steps) < 1:
        raise BadInput("stride", steps, "whole numbers from 1")
    if min(apart) < 1:
        raise BadInput("dilation", apart, "whole numbers from 1")
    outside = []
    for n, f, s, p, d in zip(x.shape[2:], size, steps, pads, apart, strict=True):
        if not 0 <= 2 * p <= f:
            raise BadInput("padding", pads, "at most half of the window, or windows lie outside")
        reach = d * (f - 1) + 1
        room = n + 2 * p - reach
        last = -(-room // s) if ceil_mode else room // s
        if ceil_mode and last * s >= n + p:  # a window that would start outside
            last -= 1
        if last < 0:
            raise BadInput(
                "x", x.shape, f"at least {reach - 2 * p} along each of the last two axes"
            )
        outside.append((p, max(p, last * s + reach - n - p)))
    return outside


def _four_axes(value: npt.ArrayLike) -> Array:
    read = np.asarray(value, dtype=np.float64)
    if read.ndim != 4:
        raise BadInput("x", read.shape, "an array of four axes")
    return read


def _pair(value: Pair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value
