"""Convolution and pooling against the operator test vectors that ship with ONNX.

Left out, because ours are for images and pad both ends alike: signals of one and volumes of three
axes, padding that differs between the ends (most of "same", and an output shape that asks for
it), pooling that is padded by more than half a window (torch refuses it), dilated average
pooling, and the positions of the maxima. GlobalMaxPool, LpPool, DeformConv and the integer and
quantized forms are covered by no solver. Average pooling of ONNX leaves the padding out of the
mean unless told otherwise; torch counts it.
"""

from __future__ import annotations

from typing import Any

import pytest

from solvers.convolution import conv2d, conv_transpose2d
from solvers.pooling import avg_pool2d, global_avg_pool2d, max_pool2d
from tests.solvers.onnx_vectors import LeftOut, Run, Vector, check

Options = dict[str, Any]


def _pads(vector: Vector) -> tuple[int, ...]:
    """The padding of (height, width) at the begin, then at the end."""
    options, sides = vector.options, vector.inputs[0].shape[2:]
    auto = options.get("auto_pad", b"NOTSET").decode()
    if not auto.startswith("SAME"):
        return tuple(options.get("pads", [0] * 2 * len(sides)))
    steps = options.get("strides", [1] * len(sides))
    windows = options["kernel_shape"]
    # The output has ⌈side/stride⌉ places; what is missing is padded, an odd one on one end.
    missing = [
        max((-(-side // s) - 1) * s + f - side, 0)
        for side, s, f in zip(sides, steps, windows, strict=True)
    ]
    halves, rest = [m // 2 for m in missing], [m - m // 2 for m in missing]
    return (*halves, *rest) if auto == "SAME_UPPER" else (*rest, *halves)


def _not_an_image(vector: Vector) -> str:
    return "" if vector.inputs[0].ndim == 4 else "not of two axes"


def _uneven(vector: Vector) -> str:
    pads = _pads(vector)
    return "" if pads[:2] == pads[2:] else "the padding differs between the ends"


def _conv_left_out(vector: Vector) -> str:
    return _not_an_image(vector) or _uneven(vector)


def _transpose_left_out(vector: Vector) -> str:
    if "output_shape" in vector.options or "auto_pad" in vector.options:
        return "an output shape that would need padding which differs between the ends"
    return _not_an_image(vector) or _uneven(vector)


def _pool_left_out(vector: Vector) -> str:
    sides = zip(_pads(vector), vector.options["kernel_shape"], strict=False)
    much = any(2 * pad > window for pad, window in sides)
    return _conv_left_out(vector) or ("padded by more than half a window" if much else "")


def _average_left_out(vector: Vector) -> str:
    dilated = any(step > 1 for step in vector.options.get("dilations", []))
    return _pool_left_out(vector) or ("dilated" if dilated else "")


def _geometry(inputs: list[Any], options: Options) -> Options:
    pads = _pads(Vector("", options, inputs, []))
    return {"stride": tuple(options.get("strides", (1, 1))), "padding": (pads[0], pads[1])}


def _conv(inputs: list[Any], options: Options) -> list[Any]:
    return [conv2d(inputs[0], inputs[1], **_geometry(inputs, options))]


def _conv_transpose(inputs: list[Any], options: Options) -> list[Any]:
    more: Options = {
        "output_padding": tuple(options.get("output_padding", (0, 0))),
        "dilation": tuple(options.get("dilations", (1, 1))),
        "groups": options.get("group", 1),
    }
    return [conv_transpose2d(inputs[0], inputs[1], **_geometry(inputs, options), **more)]


def _max_pool(inputs: list[Any], options: Options) -> list[Any]:
    more: Options = {
        "dilation": tuple(options.get("dilations", (1, 1))),
        "ceil_mode": bool(options.get("ceil_mode", 0)),
    }
    window = tuple(options["kernel_shape"])
    return [max_pool2d(inputs[0], window, **_geometry(inputs, options), **more)]


def _average_pool(inputs: list[Any], options: Options) -> list[Any]:
    more: Options = {
        "count_include_pad": bool(options.get("count_include_pad", 0)),
        "ceil_mode": bool(options.get("ceil_mode", 0)),
    }
    window = tuple(options["kernel_shape"])
    return [avg_pool2d(inputs[0], window, **_geometry(inputs, options), **more)]


def _global_average_pool(inputs: list[Any], _: Options) -> list[Any]:
    return [global_avg_pool2d(inputs[0])]


# ONNX's file of vectors, its operator, how many we run at least, ours, and what is left out.
OPERATORS: list[tuple[str, str, int, Run, LeftOut]] = [
    ("conv", "Conv", 6, _conv, _conv_left_out),
    ("convtranspose", "ConvTranspose", 6, _conv_transpose, _transpose_left_out),
    ("maxpool", "MaxPool", 11, _max_pool, _pool_left_out),
    ("averagepool", "AveragePool", 8, _average_pool, _average_left_out),
    ("globalaveragepool", "GlobalAveragePool", 2, _global_average_pool, _not_an_image),
]


@pytest.mark.parametrize(("file", "operator", "at_least", "run", "left_out"), OPERATORS)
def test_vectors(file: str, operator: str, at_least: int, run: Run, left_out: LeftOut) -> None:
    check(file, operator, at_least, run, left_out)
