"""convolution.output_size: along one axis, the number of positions a filter has.

    o = ⌊(n + 2p − r)/s⌋ + 1  with the reach  r = d(f − 1) + 1

n is the side of the input, p the zeros added on each side, f the side of the filter, s the
stride and d the dilation, all in pixels. The weights of a dilated filter lie d pixels apart, so
it reaches over r pixels; at d = 1 the reach is f, and this is the usual ⌊(n − f + 2p)/s⌋ + 1.
Source: Dumoulin and Visin, arXiv:1603.07285; convention of torch.nn.Conv2d.

>>> from solvers import find
>>> axis = {"size": 32, "kernel": 3, "stride": 2}
>>> find("convolution.output_size").solve(axis).quantities
{'side': 15}
>>> find("convolution.output_size").solve({**axis, "dilation": 4}).quantities
{'side': 12}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Axis(Inputs):
    """One axis of an input, and the filter that moves along it."""

    size: int = whole(1, 65_536, "side n of the input")
    kernel: int = whole(1, 64, "side f of the filter")
    stride: int = whole(1, 64, "stride s", default=1)
    padding: int = whole(0, 64, "zeros p added on each side", default=0)
    dilation: int = whole(1, 64, "dilation d: the weights lie d pixels apart", default=1)

    def check(self) -> None:
        if self.room < 0:
            allowed = f"a reach d(f − 1) + 1 of at most {self.size + 2 * self.padding}"
            raise BadInput("kernel", self.kernel, f"{allowed}, the input with its padding")

    @property
    def reach(self) -> int:
        return self.dilation * (self.kernel - 1) + 1

    @property
    def room(self) -> int:
        """Pixels over which the filter can move."""
        return self.size + 2 * self.padding - self.reach

    @property
    def side(self) -> int:
        return self.room // self.stride + 1

    @property
    def written_room(self) -> str:
        padding = f" + 2·{self.padding}" if self.padding else ""
        return f"{self.size} − {self.reach}{padding}"


def _reference(given: Axis, work: Work) -> None:
    n, s, p, reach = given.size, given.stride, given.padding, given.reach
    letter = "f"
    if given.dilation > 1:
        letter, formula = "r", f"r = d(f − 1) + 1 = {given.dilation}·({given.kernel} − 1) + 1"
        work.step("side", "reach of the filter", formula, reach)
    padded = work.step("side", "side with padding", f"n + 2p = {n} + 2·{p}", n + 2 * p)
    formula = f"⌊({padded} − {letter})/s⌋ = ⌊({padded} − {reach})/{s}⌋"
    steps = work.step("side", "steps", formula, (padded - reach) // s)
    work.give("side", work.step("side", "output side", f"{steps} + 1", steps + 1))


def _kernel(given: Axis, _: Device) -> Mapping[str, Any]:
    """A convolution along one axis on the meta device, where arrays have sizes only."""
    import torch

    row = torch.empty(1, 1, given.size, device="meta")
    weights = torch.empty(1, 1, given.kernel, device="meta")
    output = torch.nn.functional.conv1d(
        row, weights, None, given.stride, given.padding, given.dilation
    )
    return {"side": output.shape[2]}


def _side(rule: Callable[[Axis], float]) -> Callable[[Axis], dict[str, float]]:
    """A wrong side; nobody believes in one below 1."""
    return lambda g: {"side": rule(g)} if rule(g) >= 1 else {}


def _unrounded(given: Axis) -> float:
    steps, left = divmod(given.room, given.stride)
    return steps + 1 if left == 0 else steps + left / given.stride + 1


def _uneven(given: Axis) -> bool:
    """Whether the filter stops short of the edge."""
    return given.room % given.stride != 0


def _rounded_down(given: Axis) -> str:
    room, s = given.room, given.stride
    return f"The filter makes whole steps only: {room}/{s} = {room / s:.4g} becomes {room // s}."


solver = Solver(
    id="convolution.output_size",
    concepts=("conv-output-size",),
    inputs=Axis,
    quantities={"side": Quantity("integer", "side of the output")},
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "conv-output-size/forgot-2",
            slip="when the padding is counted on one side only",
            correction=lambda g: (
                f"Zeros are added on both sides: {g.size} grows by 2·{g.padding}"
                f" to {g.size + 2 * g.padding}."
            ),
            wrong=_side(lambda g: (g.room - g.padding) // g.stride + 1),
            departs_at="side with padding",
            applies=lambda g: g.padding >= 1,
        ),
        Misconception(
            "conv-output-size/no-floor",
            slip="when the fraction is not rounded down",
            correction=_rounded_down,
            wrong=_side(_unrounded),
            departs_at="steps",
            applies=_uneven,
        ),
        Misconception(
            "conv-output-size/round-up",
            slip="when the fraction is rounded up",
            correction=_rounded_down,
            wrong=_side(lambda g: math.ceil(_unrounded(g))),
            departs_at="steps",
            applies=_uneven,
        ),
        Misconception(
            "conv-output-size/forgot-plus-1",
            slip="when the + 1 is forgotten",
            correction=lambda g: (
                f"The starting position counts too: {g.side - 1} steps lead to {g.side} positions."
            ),
            wrong=_side(lambda g: g.side - 1),
            departs_at="output side",
        ),
        Misconception(
            "conv-output-size/padding-after",
            slip="when the padding is added after dividing by the stride",
            correction=lambda g: (
                f"The filter steps over the padding too: ⌊({g.written_room})/{g.stride}⌋ + 1."
            ),
            wrong=_side(lambda g: (g.size - g.reach) // g.stride + 1 + 2 * g.padding),
            departs_at="side with padding",
            applies=lambda g: g.padding >= 1 and g.stride >= 2,
        ),
        Misconception(
            "conv-output-size/no-stride",
            slip="when the stride is left out",
            correction=lambda g: (
                f"The filter moves {g.stride} pixels at a time:"
                f" ⌊({g.written_room})/{g.stride}⌋ + 1."
            ),
            wrong=_side(lambda g: g.room + 1),
            departs_at="steps",
            applies=lambda g: g.stride >= 2,
        ),
        Misconception(
            "conv-output-size/f-added",
            slip="when the filter is added and the padding taken away",
            correction=lambda g: (
                f"The filter takes room and the padding makes room: {g.written_room} = {g.room}."
            ),
            wrong=_side(lambda g: (g.size + g.reach - 2 * g.padding) // g.stride + 1),
            departs_at="side with padding",
        ),
    ),
    source="Dumoulin and Visin, A guide to convolution arithmetic, arXiv:1603.07285",
)
