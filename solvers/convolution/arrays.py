"""Convolution of arrays, with torch's conventions: (N, C, H, W), float64, filters not turned."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from solvers._windows import padded, windows
from solvers.contract import BadInput

Array: TypeAlias = npt.NDArray[np.float64]
Pair: TypeAlias = "int | tuple[int, int]"  # one number for both axes, or (height, width)


def conv2d(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Cross-correlation, which deep learning calls convolution: the filter is not turned.

    y[n, o, i, j] = b[o] + Σ_c Σ_u Σ_v x[n, c, i·s + u·d − p, j·s + v·d − p] · w[o, c, u, v]

    Shapes: x (N, C_in, H, W), weight (C_out, C_in/groups, f_h, f_w), bias (C_out,), result
    (N, C_out, H_o, W_o) with H_o = ⌊(H + 2p − d(f_h − 1) − 1)/s⌋ + 1. Raises BadInput where
    they do not fit. Conventions of torch.nn.functional.conv2d.
    """
    x, weight = _four_axes("x", x), _four_axes("weight", weight)
    if x.shape[1] != groups * weight.shape[1] or weight.shape[0] % groups:
        allowed = f"(C_out, {x.shape[1]}/groups, f_h, f_w), C_out a multiple of groups"
        raise BadInput("weight", weight.shape, allowed)
    (s_h, s_w), (p_h, p_w), (d_h, d_w) = _pair(stride), _pair(padding), _pair(dilation)
    x = padded(x, [(p_h, p_h), (p_w, p_w)])
    reach = d_h * (weight.shape[2] - 1) + 1, d_w * (weight.shape[3] - 1) + 1
    if x.shape[2] < reach[0] or x.shape[3] < reach[1]:
        raise BadInput("x", x.shape, f"at least {reach[0]} × {reach[1]} with its padding")
    seen = windows(x, weight.shape[2:], (s_h, s_w), (d_h, d_w))  # (N, C_in, H_o, W_o, f_h, f_w)
    if groups == 1:
        y = _correlate(seen, weight)
    else:
        parts = zip(np.split(seen, groups, axis=1), np.split(weight, groups), strict=True)
        y = np.concatenate([_correlate(part, filters) for part, filters in parts], axis=1)
    return y if bias is None else y + _per_channel(bias, y.shape[1])


def _correlate(seen: Array, weight: Array) -> Array:
    """Windows (N, C, H_o, W_o, f_h, f_w) with filters (C_out, C, f_h, f_w): (N, C_out, H_o, W_o).

    One matrix product: a row for each window, a column for each filter.
    """
    n, _, height, width, *_ = seen.shape
    rows = seen.transpose(0, 2, 3, 1, 4, 5).reshape(n * height * width, -1)
    y: Array = (rows @ weight.reshape(len(weight), -1).T).reshape(n, height, width, -1)
    return y.transpose(0, 3, 1, 2)


def conv_transpose2d(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    output_padding: Pair = 0,
    groups: int = 1,
    dilation: Pair = 1,
) -> Array:
    """Transposed convolution: every input pixel stamps the filter, and overlaps add.

    That is ``conv2d`` with the filter turned by 180° and the pixels set apart, s − 1 zeros between
    them. It is the adjoint of ``conv2d`` with the same weight, not its inverse.
    Shapes: x (N, C_in, H, W), weight (C_in, C_out/groups, f_h, f_w), result (N, C_out, H_o, W_o)
    with H_o = (H − 1)s − 2p + d(f_h − 1) + p_out + 1. Raises BadInput where they do not fit.
    Conventions of torch.nn.functional.conv_transpose2d.
    """
    x, weight = _four_axes("x", x), _four_axes("weight", weight)
    if x.shape[1] != weight.shape[0] or x.shape[1] % groups:
        allowed = f"({x.shape[1]}, C_out/groups, f_h, f_w), C_in a multiple of groups"
        raise BadInput("weight", weight.shape, allowed)
    (s_h, s_w), (p_h, p_w), (d_h, d_w) = _pair(stride), _pair(padding), _pair(dilation)
    n, channels, height, width = x.shape
    f_h, f_w = weight.shape[2:]
    extra_h, extra_w = _pair(output_padding)
    full_h = (height - 1) * s_h + d_h * (f_h - 1) + 1 + extra_h
    full_w = (width - 1) * s_w + d_w * (f_w - 1) + 1 + extra_w
    if full_h <= 2 * p_h or full_w <= 2 * p_w:
        raise BadInput("padding", padding, f"less than half of {full_h} × {full_w}")
    reach_h, reach_w = d_h * (f_h - 1), d_w * (f_w - 1)
    apart = np.zeros((n, channels, full_h + reach_h, full_w + reach_w))
    rows = slice(reach_h, reach_h + (height - 1) * s_h + 1, s_h)
    columns = slice(reach_w, reach_w + (width - 1) * s_w + 1, s_w)
    apart[:, :, rows, columns] = x
    y = conv2d(apart, _turned(weight, groups), dilation=(d_h, d_w), groups=groups)
    y = y[:, :, p_h : full_h - p_h, p_w : full_w - p_w]
    return y if bias is None else y + _per_channel(bias, y.shape[1])


def _turned(weight: Array, groups: int) -> Array:
    """Filters (C_in, C_out/g, f_h, f_w) turned by 180°, as (C_out, C_in/g, f_h, f_w)."""
    c_in, per_group, *sides = weight.shape
    each = weight.reshape(groups, c_in // groups, per_group, *sides).swapaxes(1, 2)
    return each.reshape(groups * per_group, c_in // groups, *sides)[:, :, ::-1, ::-1]


def _four_axes(name: str, value: npt.ArrayLike) -> Array:
    read = np.asarray(value, dtype=np.float64)
    if read.ndim != 4:
        raise BadInput(name, read.shape, "an array of four axes")
    return read


def _per_channel(bias: npt.ArrayLike, channels: int) -> Array:
    read = np.asarray(bias, dtype=np.float64)
    if read.shape != (channels,):
        raise BadInput("bias", read.shape, f"one number for each of {channels} output channels")
    return read[:, None, None]


def _pair(value: Pair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value
