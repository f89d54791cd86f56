"""conv2d and conv_transpose2d against ONNX's published vectors and torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.contract import BadInput
from solvers.convolution import conv2d, conv_transpose2d

IMAGE = np.arange(25.0).reshape(1, 1, 5, 5)
TALL = np.arange(35.0).reshape(1, 1, 7, 5)
SMALL = np.arange(9.0).reshape(1, 1, 3, 3)
ONES = np.ones((1, 1, 3, 3))

# From the operator tests of ONNX (Conv, ConvTranspose), where the filters are all ones.
CONV_VECTORS: list[tuple[np.ndarray[Any, Any], dict[str, Any], list[list[int]]]] = [
    (IMAGE, {}, [[54, 63, 72], [99, 108, 117], [144, 153, 162]]),
    (
        IMAGE,
        {"padding": 1},
        [
            [12, 21, 27, 33, 24],
            [33, 54, 63, 72, 51],
            [63, 99, 108, 117, 81],
            [93, 144, 153, 162, 111],
            [72, 111, 117, 123, 84],
        ],
    ),
    (TALL, {"stride": 2}, [[54, 72], [144, 162], [234, 252]]),
    (
        TALL,
        {"stride": 2, "padding": 1},
        [[12, 27, 24], [63, 108, 81], [123, 198, 141], [112, 177, 124]],
    ),
    (TALL, {"stride": 2, "padding": (1, 0)}, [[21, 33], [99, 117], [189, 207], [171, 183]]),
]
TRANSPOSED_VECTORS: list[tuple[dict[str, Any], list[list[int]]]] = [
    (
        {},
        [
            [0, 1, 3, 3, 2],
            [3, 8, 15, 12, 7],
            [9, 21, 36, 27, 15],
            [9, 20, 33, 24, 13],
            [6, 13, 21, 15, 8],
        ],
    ),
    (
        {"stride": (3, 2), "padding": (1, 2)},
        [[1, 1, 3], [1, 1, 3], [7, 4, 9], [7, 4, 9], [7, 4, 9], [13, 7, 15], [13, 7, 15]],
    ),
    (
        {"stride": (3, 2), "output_padding": 1},
        [
            *[[0, 0, 1, 1, 3, 2, 2, 0]] * 3,
            *[[3, 3, 7, 4, 9, 5, 5, 0]] * 3,
            *[[6, 6, 13, 7, 15, 8, 8, 0]] * 3,
            [0] * 8,
        ],
    ),
]


@pytest.mark.parametrize(("x", "options", "expected"), CONV_VECTORS)
def test_conv2d_gives_the_published_values(
    x: Any, options: dict[str, Any], expected: list[list[int]]
) -> None:
    np.testing.assert_array_equal(conv2d(x, ONES, **options)[0, 0], expected)


@pytest.mark.parametrize(("options", "expected"), TRANSPOSED_VECTORS)
def test_conv_transpose2d_gives_the_published_values(
    options: dict[str, Any], expected: list[list[int]]
) -> None:
    both = conv_transpose2d(SMALL, np.ones((1, 2, 3, 3)), **options)
    np.testing.assert_array_equal(both[0, 0], expected)
    np.testing.assert_array_equal(both[0, 1], expected)


def test_the_filter_is_not_turned() -> None:
    # screens.md, 4.7: [[23, 33], [53, 63]] would be true convolution.
    x, k = np.arange(1.0, 10).reshape(1, 1, 3, 3), np.array([[[[1.0, 2], [3, 4]]]])
    assert conv2d(x, k)[0, 0].tolist() == [[37, 47], [67, 77]]


def in_torch(operation: Any, *arrays: Any, **options: Any) -> Any:
    given = (None if array is None else torch.from_numpy(array) for array in arrays)
    return operation(*given, **options).numpy()


sizes = st.integers(1, 3)


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=sizes,
    per_group_in=sizes,
    per_group_out=sizes,
    groups=st.integers(1, 2),
    f=st.tuples(sizes, sizes),
    stride=st.tuples(sizes, sizes),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    bias=st.booleans(),
)
def test_both_are_torchs(
    seed: int,
    n: int,
    per_group_in: int,
    per_group_out: int,
    groups: int,
    f: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
    bias: bool,
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, groups * per_group_in, 6, 7))
    weight = rng.normal(size=(groups * per_group_out, per_group_in, *f))
    b = rng.normal(size=groups * per_group_out) if bias else None
    options: dict[str, Any] = {
        "stride": stride, "padding": padding, "dilation": dilation, "groups": groups
    }  # fmt: skip
    expected = in_torch(torch.nn.functional.conv2d, x, weight, b, **options)
    np.testing.assert_allclose(conv2d(x, weight, b, **options), expected, atol=1e-12)

    weight = rng.normal(size=(groups * per_group_in, per_group_out, *f))
    full = [(side - 1) * s + d * (k - 1) + 1 for side, s, d, k in zip((6, 7), stride, dilation, f)]  # noqa: B905
    if any(side <= 2 * p for side, p in zip(full, padding, strict=True)):
        with pytest.raises(BadInput, match="padding"):
            conv_transpose2d(x, weight, b, **options)
        return
    expected = in_torch(torch.nn.functional.conv_transpose2d, x, weight, b, **options)
    np.testing.assert_allclose(conv_transpose2d(x, weight, b, **options), expected, atol=1e-12)


def test_transposed_is_the_adjoint() -> None:
    rng = np.random.default_rng(7)
    x, weight = rng.normal(size=(1, 3, 9, 9)), rng.normal(size=(4, 3, 3, 3))
    y = rng.normal(size=conv2d(x, weight, stride=2, padding=1).shape)
    there = (conv2d(x, weight, stride=2, padding=1) * y).sum()
    back = (x * conv_transpose2d(y, weight, stride=2, padding=1)).sum()
    assert there == pytest.approx(back, rel=1e-12)


@pytest.mark.parametrize(
    ("x", "weight", "options", "message"),
    [
        (np.ones((5, 5)), ONES, {}, r"x is \(5, 5\); allowed: an array of four axes"),
        (np.ones((1, 2, 5, 5)), ONES, {}, r"weight is \(1, 1, 3, 3\); allowed: \(C_out, 2/groups"),
        (np.ones((1, 1, 2, 5)), ONES, {}, r"x is \(1, 1, 2, 5\); allowed: at least 3 × 3"),
        (IMAGE, ONES, {"bias": [1, 2]}, r"bias is \(2,\); allowed: one number for each of 1"),
    ],
)
def test_arrays_that_do_not_fit(x: Any, weight: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        conv2d(x, weight, **options)
