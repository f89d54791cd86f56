"""convolution.transposed_output, transposed: from a small map to a larger one.

    o = (n − 1)·s − 2p + f + p_out
    O[i·s + m − p, j·s + n − p] += I[i, j] · K[m, n]    for every i, j, m, n

Each pixel of the image I stamps the filter K (f × f), multiplied by itself; neighbouring stamps
lie s pixels apart, overlaps add, and p pixels are then cut from each side (p_out rows and columns
are added below and right). n and o are the sides of input and output. It is the transpose (the
adjoint) of the convolution with the same filter: it brings back the size, not the values. Source:
Dumoulin and Visin, arXiv:1603.07285; convention of torch.nn.ConvTranspose2d, dilation 1.

>>> from solvers import find
>>> dcgan = {"size": 4, "kernel": 4, "stride": 2, "padding": 1}
>>> find("convolution.transposed_output").solve(dcgan).quantities
{'side': 8}
>>> stamps = {"image": [[1, 2], [-1, 3]], "filter": [[1, 0], [2, 1]]}
>>> find("convolution.transposed").solve(stamps).quantities["map"]
[[1.0, 2.0, 0.0], [1.0, 8.0, 2.0], [-2.0, 5.0, 3.0]]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.convolution.arrays import Array
from solvers.device import Device

_SOURCE = "Dumoulin and Visin, A guide to convolution arithmetic, arXiv:1603.07285"

# ----------------------------------------------------------- convolution.transposed_output


@dataclass(frozen=True, kw_only=True)
class TransposedAxis(Inputs):
    """One axis of a transposed convolution."""

    size: int = whole(1, 4096, "side n of the input")
    kernel: int = whole(1, 64, "side f of the filter")
    stride: int = whole(1, 64, "stride s", default=1)
    padding: int = whole(0, 64, "padding p, cut from each side of the output", default=0)
    output_padding: int = whole(0, 63, "p_out, added on one side, below s", default=0)

    def check(self) -> None:
        if self.output_padding >= self.stride:
            allowed = f"less than the stride, {self.stride}"
            raise BadInput("output_padding", self.output_padding, allowed)
        if self.side < 1:
            most = (self.side + 2 * self.padding - 1) // 2
            raise BadInput("padding", self.padding, f"at most {most}, or nothing is left")

    @property
    def side(self) -> int:
        reach = (self.size - 1) * self.stride + self.kernel
        return reach - 2 * self.padding + self.output_padding


def _output(given: TransposedAxis, work: Work) -> None:
    n, f, s, p, extra = (
        given.size, given.kernel, given.stride, given.padding, given.output_padding
    )  # fmt: skip
    formula = f"(n − 1)·s = ({n} − 1)·{s}"
    start = work.step("side", "where the last stamp starts", formula, (n - 1) * s)
    reach = work.step("side", "reach of the stamps", f"{start} + f = {start} + {f}", start + f)
    side = work.step(
        "side", "without the padding", f"{reach} − 2p = {reach} − 2·{p}", reach - 2 * p
    )
    if extra:
        side = work.step("side", "output side", f"{side} + p_out = {side} + {extra}", side + extra)
    work.give("side", side)


def _output_kernel(given: TransposedAxis, _: Device) -> Mapping[str, Any]:
    """A transposed convolution on the meta device, where arrays have sizes only."""
    import torch

    row = torch.empty(1, 1, given.size, device="meta")
    weights = torch.empty(1, 1, given.kernel, device="meta")
    output = torch.nn.functional.conv_transpose1d(
        row, weights, None, given.stride, given.padding, given.output_padding
    )
    return {"side": output.shape[2]}


def _side(rule: Callable[[TransposedAxis], int]) -> Callable[[TransposedAxis], dict[str, int]]:
    """A wrong side; nobody believes in one below 1."""
    return lambda g: {"side": rule(g)} if rule(g) >= 1 else {}


transposed_output = Solver(
    id="convolution.transposed_output",
    concepts=("conv-transpose-output",),
    inputs=TransposedAxis,
    quantities={"side": Quantity("integer", "side of the output")},
    reference=_output,
    kernel=_output_kernel,
    misconceptions=(
        Misconception(
            "conv-transpose-output/forward-formula",
            slip="when the formula of the forward convolution is used",
            correction="A transposed convolution enlarges: (n − 1)·s − 2p + f.",
            wrong=_side(lambda g: (g.size - g.kernel + 2 * g.padding) // g.stride + 1),
            departs_at="where the last stamp starts",
        ),
        Misconception(
            "conv-transpose-output/single-p",
            slip="when the padding is taken away on one side only",
            correction=lambda g: f"Both sides lose p: 2·{g.padding} = {2 * g.padding} in all.",
            wrong=_side(lambda g: g.side + g.padding),
            departs_at="without the padding",
            applies=lambda g: g.padding >= 1,
        ),
        Misconception(
            "conv-transpose-output/times-s",
            slip="when the side is just multiplied by the stride",
            correction=lambda g: (
                "The stamps start at multiples of s, the last at"
                f" ({g.size} − 1)·{g.stride} = {(g.size - 1) * g.stride}, and reach f further."
            ),
            wrong=_side(lambda g: g.size * g.stride),
            departs_at="where the last stamp starts",
        ),
        Misconception(
            "conv-transpose-output/plus-2p",
            slip="when the padding is added",
            correction=lambda g: (
                f"Here the padding is cut from the output: {2 * g.padding} fewer, not more."
            ),
            wrong=_side(lambda g: g.side + 4 * g.padding),
            departs_at="without the padding",
            applies=lambda g: g.padding >= 1,
        ),
        Misconception(
            "conv-transpose-output/no-minus-1",
            slip="when n is not lowered by 1",
            correction=lambda g: (
                f"{g.size} stamps have {g.size - 1} gaps between them, of s pixels each."
            ),
            wrong=_side(lambda g: g.side + g.stride),
            departs_at="where the last stamp starts",
        ),
    ),
    source=_SOURCE,
)


# ------------------------------------------------------------------ convolution.transposed


@dataclass(frozen=True, kw_only=True)
class Stamps(Inputs):
    """A small image and the filter that its pixels stamp."""

    image: Array = array("H W", -255, 255, "the image I", max_side=8)
    filter: Array = array("f f", -50, 50, "the square filter K", max_side=7)
    stride: int = whole(1, 8, "stride s", default=1)
    padding: int = whole(0, 7, "padding p, cut from each side of the output", default=0)

    def check(self) -> None:
        least = min(self.full_shape(self.stride))
        if least <= 2 * self.padding:
            raise BadInput("padding", self.padding, f"at most {(least - 1) // 2}")

    def full_shape(self, stride: int) -> tuple[int, int]:
        """Sides before the padding is cut off."""
        high, wide = ((n - 1) * stride + len(self.filter) for n in self.image.shape)
        return high, wide

    def places(self, stride: int) -> Iterator[tuple[float, tuple[slice, slice]]]:
        """Every pixel and where its stamp lies, row by row."""
        f = len(self.filter)
        for (i, j), pixel in np.ndenumerate(self.image):
            top, left = i * stride, j * stride
            yield float(pixel), (slice(top, top + f), slice(left, left + f))

    def cut(self, full: Array) -> Array:
        """Without the padding."""
        p, (high, wide) = self.padding, full.shape
        return full[p : high - p, p : wide - p]


def _stamp(given: Stamps, stride: int, weights: Array) -> Array:
    """Every pixel times the weights, overlaps added."""
    full = np.zeros(given.full_shape(stride))
    for pixel, place in given.places(stride):
        full[place] += pixel * weights
    return full


def _transposed(given: Stamps, work: Work) -> None:
    places = [place for _, place in given.places(given.stride)]
    for (pixel, place), _ in zip(given.places(given.stride), range(4), strict=False):
        top, left = place[0].start, place[1].start
        label = f"stamp at row {top}, column {left}"
        work.step("map", label, f"{factor(pixel)}·K", pixel * given.filter)
    if len(places) > 4:
        work.step("map", "stamps in all", f"each {given.stride} further", len(places))
    full = _stamp(given, given.stride, given.filter)
    full = work.step("map", "stamps added", "overlaps add", full)
    if given.padding:
        formula = f"p = {given.padding} rows and columns less on each side"
        full = work.step("map", "without the padding", formula, given.cut(full))
    work.give("map", full)


def _transposed_kernel(given: Stamps, device: Device) -> Mapping[str, Any]:
    import torch

    image, weights = (device.tensor(x)[None, None] for x in (given.image, given.filter))
    maps = torch.nn.functional.conv_transpose2d(
        image, weights, stride=given.stride, padding=given.padding
    )
    return {"map": maps[0, 0]}


def _overwritten(given: Stamps) -> dict[str, Array]:
    full = np.zeros(given.full_shape(given.stride))
    for pixel, place in given.places(given.stride):
        full[place] = pixel * given.filter
    return {"map": given.cut(full)}


def _turned(given: Stamps) -> Array:
    return given.filter[::-1, ::-1]


def _crowded(given: Stamps) -> dict[str, Array]:
    """Stamps one apart; nothing when the padding would leave nothing of them."""
    if min(given.full_shape(1)) <= 2 * given.padding:
        return {}
    return {"map": given.cut(_stamp(given, 1, given.filter))}


transposed = Solver(
    id="convolution.transposed",
    concepts=("conv-transpose-2d",),
    inputs=Stamps,
    quantities={"map": Quantity("matrix", "the enlarged map")},
    reference=_transposed,
    kernel=_transposed_kernel,
    misconceptions=(
        Misconception(
            "conv-transpose-2d/no-overlap-add",
            slip="when later stamps cover earlier ones",
            correction="Where stamps overlap, their values are added.",
            wrong=_overwritten,
            departs_at="stamps added",
            applies=lambda g: len(g.filter) > g.stride and g.image.size >= 2,
        ),
        Misconception(
            "conv-transpose-2d/flip",
            slip="when the filter is turned by 180°",
            correction="Each pixel stamps the filter as it is, without turning it.",
            wrong=lambda g: {"map": g.cut(_stamp(g, g.stride, _turned(g)))},
            departs_at="stamp at row 0, column 0",
            applies=lambda g: not np.array_equal(g.filter, _turned(g)),
        ),
        Misconception(
            "conv-transpose-2d/no-stride",
            slip="when the stamps lie one pixel apart",
            correction=lambda g: (
                f"With stride {g.stride} neighbouring stamps start {g.stride} pixels apart."
            ),
            wrong=_crowded,
            departs_at="stamps added",
            applies=lambda g: g.stride >= 2 and g.image.size >= 2,
        ),
    ),
    source=_SOURCE,
)
