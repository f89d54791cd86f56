"""convolution.downsampling: the side that is left after several strided layers.

    o_l = ⌊(o_{l−1} − f + 2p)/s⌋ + 1,  o_0 = n

n is the side of the input; all L layers have filters of side f, stride s and padding p, in
pixels. Stride 2 roughly halves a side and quarters the area, but only with fitting padding and
an even side is it exactly half: the floor is taken in every layer. Source: Dumoulin and Visin,
arXiv:1603.07285.

>>> from solvers import find
>>> find("convolution.downsampling").solve({"size": 50, "layers": 3}).quantities
{'side': 7}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Layers(Inputs):
    """A side, and equal layers one after the other."""

    size: int = whole(1, 65_536, "side n of the input")
    layers: int = whole(1, 32, "number of layers L")
    kernel: int = whole(1, 16, "side f of the filters", default=3)
    stride: int = whole(1, 16, "stride s", default=2)
    padding: int = whole(0, 16, "zeros p added on each side", default=1)

    def check(self) -> None:
        room = self.size + 2 * self.padding
        if self.kernel > room:
            raise BadInput("kernel", self.kernel, f"at most {room}, the input with its padding")
        done = len(self.sides(self.padding)) - 1
        if done < self.layers:
            raise BadInput("layers", self.layers, f"at most {done}: then the filter is too large")

    def sides(self, padding: int) -> list[int]:
        """The side before the first layer and after each, as long as the filter fits."""
        sides = [self.size]
        while len(sides) <= self.layers and sides[-1] + 2 * padding >= self.kernel:
            sides.append((sides[-1] - self.kernel + 2 * padding) // self.stride + 1)
        return sides


def _reference(given: Layers, work: Work) -> None:
    f, s, p = given.kernel, given.stride, given.padding
    side = given.size
    for number in range(1, given.layers + 1):
        formula = f"⌊({side} − {f} + 2·{p})/{s}⌋ + 1"
        after = (side - f + 2 * p) // s + 1
        side = work.step("side", f"side after layer {number}", formula, after)
    work.give("side", side)


def _kernel(given: Layers, _: Device) -> Mapping[str, Any]:
    """Real convolutions in a chain on the meta device, where arrays have sizes only."""
    import torch

    maps = torch.empty(1, 1, given.size, given.size, device="meta")
    weights = torch.empty(1, 1, given.kernel, given.kernel, device="meta")
    for _layer in range(given.layers):
        maps = torch.nn.functional.conv2d(maps, weights, None, given.stride, given.padding)
    return {"side": maps.shape[2]}


def _side(rule: Callable[[Layers], float]) -> Callable[[Layers], dict[str, float]]:
    """A wrong side; a whole one as a whole number, one of 0 or less not at all."""

    def wrong(given: Layers) -> dict[str, float]:
        side = rule(given)
        if side <= 0:
            return {}
        return {"side": int(side) if side == int(side) else side}

    return wrong


def _unpadded(given: Layers) -> int:
    sides = given.sides(0)
    return sides[-1] if len(sides) > given.layers else 0


def _first(given: Layers) -> str:
    return f"{given.size} becomes {given.sides(given.padding)[1]}"


solver = Solver(
    id="convolution.downsampling",
    concepts=("stride-downsampling",),
    inputs=Layers,
    quantities={"side": Quantity("integer", "side of the output of the last layer")},
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "stride-downsampling/divide-once",
            slip="when the side is divided for one layer only",
            correction=lambda g: f"Each of the {g.layers} layers shrinks what the last one left.",
            wrong=_side(lambda g: g.size / g.stride),
            departs_at="side after layer 2",
            applies=lambda g: g.layers >= 2 and g.stride >= 2,
        ),
        Misconception(
            "stride-downsampling/no-floor",
            slip="when the side is simply divided by the stride in every layer",
            correction=lambda g: (
                "A layer has ⌊(n − f + 2p)/s⌋ + 1 positions, a whole number:"
                f" in the first, {_first(g)}."
            ),
            wrong=_side(lambda g: g.size / g.stride**g.layers),
            departs_at="side after layer 1",
            applies=lambda g: g.stride >= 2,
        ),
        Misconception(
            "stride-downsampling/subtract",
            slip="when the stride is subtracted in every layer",
            correction=lambda g: (
                f"A stride of {g.stride} divides: in the first layer, {_first(g)}."
            ),
            wrong=_side(lambda g: g.size - g.stride * g.layers),
            departs_at="side after layer 1",
            applies=lambda g: g.stride >= 2,
        ),
        Misconception(
            "stride-downsampling/ignore-padding",
            slip="when the padding is left out",
            correction=lambda g: (
                f"Padding adds 2·{g.padding} pixels before every layer: in the first, {_first(g)}."
            ),
            wrong=_side(_unpadded),
            departs_at="side after layer 1",
            applies=lambda g: g.padding >= 1,
        ),
    ),
    source="Dumoulin and Visin, A guide to convolution arithmetic, arXiv:1603.07285",
)
