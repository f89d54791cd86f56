"""convolution.by_hand: one filter slides over one map, multiplies, and adds up.

    O[i, j] = b + Σ_m Σ_n I[i·s + m − p, j·s + n − p] · K[m, n]

I (H × W) is the image, 0 outside; K (f × f) the filter, b its bias, s the stride, p the zeros on
each side; O is H_o × W_o with H_o = ⌊(H + 2p − f)/s⌋ + 1. All indices count from 0. The filter is
not turned: strictly this is cross-correlation, and deep learning calls it convolution. Source:
Goodfellow, Bengio and Courville, Deep Learning (2016), equation 9.6; convention of
torch.nn.functional.conv2d.

>>> from solvers import find
>>> small = {"image": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "filter": [[1, 2], [3, 4]]}
>>> find("convolution.by_hand").solve(small).quantities["map"]
[[37.0, 47.0], [67.0, 77.0]]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, sum_of_products
from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Work,
    array,
    real,
    whole,
)
from solvers.convolution.arrays import Array
from solvers.device import Device

_WRITTEN_OUT = 9  # windows; of a larger map the first and the last few


@dataclass(frozen=True, kw_only=True)
class OneMap(Inputs):
    """An image, a filter, and the entry of the output that is asked for."""

    image: Array = array("H W", -255, 255, "the image I", max_side=16)
    filter: Array = array("f f", -50, 50, "the square filter K", max_side=7)
    stride: int = whole(1, 8, "stride s", default=1)
    padding: int = whole(0, 7, "zeros p added on each side", default=0)
    bias: float = real(-100, 100, "bias b", default=0.0)
    row: int = whole(0, 31, "row i of the entry asked for, from 0", default=0)
    column: int = whole(0, 31, "column j of the entry asked for, from 0", default=0)

    def check(self) -> None:
        room = min(self.image.shape) + 2 * self.padding
        if self.side > room:
            raise BadInput("filter", self.filter.tolist(), f"at most {room} × {room}")
        for name, index, size in zip(
            ("row", "column"), (self.row, self.column), self.output_shape, strict=True
        ):
            if index >= size:
                raise BadInput(name, index, f"at most {size - 1}: the output has {size}")

    @property
    def side(self) -> int:
        return len(self.filter)

    @property
    def output_shape(self) -> tuple[int, int]:
        high, wide = (
            (n + 2 * self.padding - self.side) // self.stride + 1 for n in self.image.shape
        )
        return high, wide

    @property
    def padded(self) -> Array:
        return np.pad(self.image, self.padding) if self.padding else self.image


def slide(image: Array, weights: Array, stride: int) -> Array:
    """The sums of products at every position, without padding or bias: (H_o, W_o)."""
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape)[::stride, ::stride]
    sums: Array = np.einsum("ijmn,mn->ij", windows, weights)
    return sums


def _reference(given: OneMap, work: Work) -> None:
    f, s, p = given.side, given.stride, given.padding
    image = given.padded
    if p:
        work.step("map", "image with padding", f"p = {p}, zeros all around", image)
    high, wide = given.output_shape
    rule = "⌊(n − f + 2p)/s⌋ + 1 for each side"
    work.step("map", "size of the output", rule, [high, wide])
    work.step("map", "first window", "top left", image[:f, :f])
    products = image[:f, :f] * given.filter
    work.step("map", "products of the first window", "entry by entry", products)

    sums = np.empty((high, wide))
    for i in range(high):
        for j in range(wide):
            window = image[i * s : i * s + f, j * s : j * s + f]
            sums[i, j] = (window * given.filter).sum() + given.bias
            if _is_written_out(i * wide + j, high * wide):
                formula = _sum(window, given.filter, given.bias)
                work.step("map", f"entry ({i}, {j})", formula, sums[i, j])
    sums = work.give("map", work.step("map", "map", "all entries", sums))

    i, j = given.row, given.column
    formula = f"row {i}, column {j} of the map, counted from 0"
    work.give("entry", work.step("entry", "entry asked for", formula, float(sums[i, j])))


def _is_written_out(number: int, count: int) -> bool:
    return count <= _WRITTEN_OUT or number < _WRITTEN_OUT - 1 or number == count - 1


def _sum(window: Array, weights: Array, bias: float) -> str:
    products = sum_of_products(window.ravel().tolist(), weights.ravel().tolist(), most=9)
    return f"{products} + {factor(bias)}" if bias else products


def _kernel(given: OneMap, device: Device) -> Mapping[str, Any]:
    import torch

    image, weights = (device.tensor(x)[None, None] for x in (given.image, given.filter))
    bias = device.tensor([given.bias])
    maps = torch.nn.functional.conv2d(image, weights, bias, given.stride, given.padding)
    return {"map": maps[0, 0], "entry": float(maps[0, 0, given.row, given.column])}


def _map(rule: Callable[[OneMap], Array]) -> Callable[[OneMap], dict[str, Any]]:
    """A wrong map, and the entry asked for in it if it is there."""

    def wrong(given: OneMap) -> dict[str, Any]:
        sums = rule(given) + given.bias
        i, j = given.row, given.column
        there = i < sums.shape[0] and j < sums.shape[1]
        return {"map": sums, "entry": float(sums[i, j])} if there else {"map": sums}

    return wrong


def _with(weights: Callable[[Array], Array]) -> Callable[[OneMap], Array]:
    """The map of another filter made from this one."""
    return lambda g: slide(g.padded, weights(g.filter), g.stride)


def _turned(weights: Array) -> Array:
    return weights[::-1, ::-1]


def _crowded(given: OneMap) -> Array:
    """As many entries as asked for, taken one pixel apart."""
    high, wide = given.output_shape
    return slide(given.padded, given.filter, 1)[:high, :wide]


def _same(given: OneMap) -> Array:
    """As large as the image (at stride 1); an even filter takes the odd zero below and right."""
    before, after = (given.side - 1) // 2, given.side // 2
    return slide(np.pad(given.image, (before, after)), given.filter, given.stride)


def _second_entry(given: OneMap) -> str:
    return "entry (0, 1)" if given.output_shape[1] > 1 else "entry (1, 0)"


solver = Solver(
    id="convolution.by_hand",
    concepts=("conv-2d",),
    inputs=OneMap,
    quantities={
        "map": Quantity("matrix", "the whole output"),
        "entry": Quantity("real", "the entry asked for", uses=("map",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "conv-2d/flip-kernel",
            slip="when the filter is turned by 180°",
            correction="Deep learning lays the filter on the image as it is, without turning it.",
            wrong=_map(_with(_turned)),
            departs_at="products of the first window",
            applies=lambda g: not np.array_equal(g.filter, _turned(g.filter)),
        ),
        Misconception(
            "conv-2d/transpose-kernel",
            slip="when rows and columns of the filter are swapped",
            correction="Row m of the filter meets row m of the window, column n column n.",
            wrong=_map(_with(np.transpose)),
            departs_at="products of the first window",
            applies=lambda g: not np.array_equal(g.filter, g.filter.T),
        ),
        Misconception(
            "conv-2d/wrong-stride",
            slip="when the filter moves one pixel at a time",
            correction=lambda g: (
                f"With stride {g.stride} neighbouring windows start {g.stride} pixels apart."
            ),
            wrong=_map(_crowded),
            departs_at=_second_entry,
            applies=lambda g: g.stride >= 2 and g.output_shape != (1, 1),
        ),
        # Where zeros are asked for, more of them would be a mistake of another kind.
        Misconception(
            "conv-2d/zero-pad",
            slip="when zeros are added so that the size is kept",
            correction=lambda g: (
                "No padding is asked for, so the filter stays inside the image:"
                f" {g.output_shape[0]} × {g.output_shape[1]} positions."
            ),
            wrong=_map(_same),
            departs_at="size of the output",
            applies=lambda g: g.padding == 0 and g.side >= 2,
        ),
        Misconception(
            "conv-2d/elementwise-mean",
            slip="when the products are averaged",
            correction=lambda g: (
                f"The {g.side**2} products of a window are added up, not averaged."
            ),
            wrong=_map(lambda g: slide(g.padded, g.filter, g.stride) / g.side**2),
            departs_at="entry (0, 0)",
            applies=lambda g: g.side >= 2,
        ),
    ),
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), equation 9.6",
)
