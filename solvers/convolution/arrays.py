"""Convolution of arrays, with torch's conventions: (N, C, H, W), float64, filters not turned."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

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
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    reach = d_h * (weight.shape[2] - 1) + 1, d_w * (weight.shape[3] - 1) + 1
    if x.shape[2] < reach[0] or x.shape[3] < reach[1]:
        raise BadInput("x", x.shape, f"at least {reach[0]} × {reach[1]} with its padding")
    windows = np.lib.stride_tricks.sliding_window_view(x, reach, axis=(2, 3))
    windows = windows[:, :, ::s_h, ::s_w, ::d_h, ::d_w]  # (N, C_in, H_o, W_o, f_h, f_w)
    y = np.concatenate(
        [
            np.einsum("nchwuv,ocuv->nohw", part, filters)
            for part, filters in zip(
                np.split(windows, groups, axis=1), np.split(weight, groups), strict=True
            )
        ],
        axis=1,
    )
    return y if bias is None else y + _per_channel(bias, y.shape[1])


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

    It is the adjoint of ``conv2d`` with the same weight, not its inverse.
    Shapes: x (N, C_in, H, W), weight (C_in, C_out/groups, f_h, f_w), result (N, C_out, H_o, W_o)
    with H_o = (H − 1)s − 2p + d(f_h − 1) + p_out + 1. Raises BadInput where they do not fit.
    Conventions of torch.nn.functional.conv_transpose2d.
    """
    x, weight = _four_axes("x", x), _four_axes("weight", weight)
    if x.shape[1] != weight.shape[0] or x.shape[1] % groups:
        allowed = f"({x.shape[1]}, C_out/groups, f_h, f_w), C_in a multiple of groups"
        raise BadInput("weight", weight.shape, allowed)
    (s_h, s_w), (p_h, p_w), (d_h, d_w) = _pair(stride), _pair(padding), _pair(dilation)
    n, _, height, width = x.shape
    _, per_group, f_h, f_w = weight.shape
    extra_h, extra_w = _pair(output_padding)
    full_h = (height - 1) * s_h + d_h * (f_h - 1) + 1 + extra_h
    full_w = (width - 1) * s_w + d_w * (f_w - 1) + 1 + extra_w
    if full_h <= 2 * p_h or full_w <= 2 * p_w:
        raise BadInput("padding", padding, f"less than half of {full_h} × {full_w}")
    y = np.zeros((n, groups * per_group, full_h, full_w))
    for i in range(height):
        for j in range(width):
            rows = slice(i * s_h, i * s_h + d_h * (f_h - 1) + 1, d_h)
            columns = slice(j * s_w, j * s_w + d_w * (f_w - 1) + 1, d_w)
            y[:, :, rows, columns] += _stamp(x[:, :, i, j], weight, groups)
    y = y[:, :, p_h : full_h - p_h, p_w : full_w - p_w]
    return y if bias is None else y + _per_channel(bias, y.shape[1])


def _stamp(pixel: Array, weight: Array, groups: int) -> Array:
    """One pixel (N, C_in) times its filters: (N, C_out, f_h, f_w)."""
    parts = zip(np.split(pixel, groups, axis=1), np.split(weight, groups), strict=True)
    return np.concatenate([np.einsum("nc,couv->nouv", p, w) for p, w in parts], axis=1)


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
