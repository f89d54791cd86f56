"""convolution.receptive_field: how much of the input one unit of the last layer sees.

    r_l = r_{l−1} + (f_l − 1)·j_{l−1},  j_l = j_{l−1}·s_l,  r_0 = j_0 = 1
    r_L = 1 + Σ_l (f_l − 1)·Π_{i<l} s_i

r is the side of the receptive field and j the jump, how far apart two neighbouring units look,
both in input pixels; layer l, convolution or pooling alike, has filters of side f_l and stride
s_l. A layer's own stride spreads only the layers after it; padding changes nothing. Source:
Araujo, Norris and Sim, Computing receptive fields of convolutional neural networks (Distill,
2019).

>>> from solvers import find
>>> stack = {"kernels": [3, 2, 3], "strides": [1, 2, 1]}
>>> find("convolution.receptive_field").solve(stack).quantities
{'receptive_field': 8, 'jump': 2}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from operator import mul
from typing import Any

from solvers._written import sum_of
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array
from solvers.convolution.arrays import Array
from solvers.device import Device

_LARGEST = 8192  # pixels: more than any input has


@dataclass(frozen=True, kw_only=True)
class Stack(Inputs):
    """Layers from the input to the output, each with its filters' side and its stride."""

    kernels: Array = array(
        "layers", 1, 64, "sides f of the filters, a number for each layer", whole_numbers=True
    )
    strides: Array = array(
        "layers", 1, 64, "strides s, a number for each layer", whole_numbers=True
    )

    def check(self) -> None:
        if self.receptive_field > _LARGEST or self.jumps[-1] > _LARGEST:
            allowed = f"a receptive field and a jump of at most {_LARGEST} pixels"
            raise BadInput("strides", [s for _, s in self.layers], allowed)

    @property
    def layers(self) -> list[tuple[int, int]]:
        """Side and stride of each layer."""
        sides, strides = self.kernels.tolist(), self.strides.tolist()
        return [(int(f), int(s)) for f, s in zip(sides, strides, strict=True)]

    @property
    def jumps(self) -> list[int]:
        """The jump before the first layer and after each."""
        return list(accumulate((s for _, s in self.layers), mul, initial=1))

    @property
    def receptive_field(self) -> int:
        return 1 + sum((f - 1) * j for (f, _), j in zip(self.layers, self.jumps, strict=False))

    @property
    def strided(self) -> bool:
        """Whether a stride spreads a later layer."""
        return any(s >= 2 for _, s in self.layers[:-1])


def _reference(given: Stack, work: Work) -> None:
    field = work.step("receptive_field", "one input pixel", "r = 1, j = 1", 1)
    jump = 1
    for number, (f, s) in enumerate(given.layers, start=1):
        formula = f"r + (f − 1)·j = {field} + ({f} − 1)·{jump}"
        after = field + (f - 1) * jump
        field = work.step("receptive_field", f"field after layer {number}", formula, after)
        jump = work.step("jump", f"jump after layer {number}", f"j·s = {jump}·{s}", jump * s)
    last = work.step("receptive_field", "receptive field", "the field after the last layer", field)
    work.give("receptive_field", last)
    work.give("jump", jump)


def _kernel(given: Stack, device: Device) -> Mapping[str, Any]:
    """Where the gradient of a unit with respect to the input is not zero, all weights 1."""
    import torch

    filters = [(torch.ones(1, 1, f, device=device.name, dtype=device.dtype), s)
               for f, s in given.layers]  # fmt: skip
    row, units = _long_enough(filters, device)
    centre = units.shape[2] // 2
    first, last = _extent(units[0, 0, centre], row)
    before, _ = _extent(units[0, 0, centre - 1], row)
    return {"receptive_field": last - first + 1, "jump": first - before}


def _long_enough(filters: list[tuple[Any, int]], device: Device) -> tuple[Any, Any]:
    """An input that leads to two units or more, found by doubling, and these units."""
    import torch

    pixels = 64
    while True:
        row = torch.ones(1, 1, pixels, device=device.name, dtype=device.dtype)
        units = row.requires_grad_()
        for weights, stride in filters:
            if units.shape[2] < weights.shape[2]:
                break
            # The mean, so that many layers don't overflow.
            units = torch.nn.functional.conv1d(units, weights / weights.numel(), stride=stride)
        else:
            if units.shape[2] >= 2:
                return row, units
        pixels *= 2


def _extent(unit: Any, row: Any) -> tuple[int, int]:
    """The first and the last pixel on which a unit depends."""
    import torch

    (gradient,) = torch.autograd.grad(unit, row, retain_graph=True)
    seen = gradient[0, 0].nonzero()
    return int(seen[0]), int(seen[-1])


def _field(rule: Callable[[Stack], int]) -> Callable[[Stack], dict[str, int]]:
    return lambda g: {"receptive_field": rule(g)}


def _sides(given: Stack) -> list[int]:
    return [f for f, _ in given.layers]


def _first_strided(given: Stack) -> int:
    """The number of the first layer with a stride."""
    return next(number for number, (_, s) in enumerate(given.layers, start=1) if s >= 2)


solver = Solver(
    id="convolution.receptive_field",
    concepts=("receptive-field",),
    inputs=Stack,
    quantities={
        "receptive_field": Quantity("integer", "side of the receptive field in input pixels"),
        "jump": Quantity("integer", "input pixels between neighbouring units"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "receptive-field/sum-kernels",
            slip="when the sides of the filters are added",
            correction="Neighbouring windows overlap: a layer adds f − 1 steps of j pixels, not f.",
            wrong=_field(lambda g: sum(_sides(g))),
            departs_at="field after layer 1",
        ),
        Misconception(
            "receptive-field/ignore-strides",
            slip="when the strides are ignored",
            correction=lambda g: (
                f"After layer {_first_strided(g)} neighbouring units look"
                f" {g.jumps[_first_strided(g)]} pixels apart, so later filters reach further."
            ),
            wrong=_field(lambda g: 1 + sum(f - 1 for f in _sides(g))),
            departs_at=lambda g: f"field after layer {_first_strided(g) + 1}",
            applies=lambda g: g.strided,
        ),
        Misconception(
            "receptive-field/own-stride",
            slip="when a layer's own stride counts in its own step",
            correction="A layer's stride spreads the layers after it: add (f − 1)·j, then j·s.",
            wrong=_field(
                lambda g: (
                    1 + sum((f - 1) * j for (f, _), j in zip(g.layers, g.jumps[1:], strict=True))
                )
            ),
            departs_at=lambda g: f"field after layer {_first_strided(g)}",
            applies=lambda g: g.strided,
        ),
        Misconception(
            "receptive-field/product",
            slip="when the sides of the filters are multiplied",
            correction=lambda g: (
                f"Each layer adds to the field of the last: it grows to {g.receptive_field}."
            ),
            wrong=_field(lambda g: math.prod(_sides(g))),
            departs_at=lambda g: f"field after layer {min(2, len(g.layers))}",
        ),
        Misconception(
            "receptive-field/forgot-plus-1",
            slip="when the pixel at the start is forgotten",
            correction=lambda g: (
                "A unit of the input sees itself, so r starts at 1:"
                f" {sum_of([1, g.receptive_field - 1])}."
            ),
            wrong=_field(lambda g: g.receptive_field - 1),
            departs_at="one input pixel",
        ),
    ),
    source="Araujo, Norris and Sim, Computing receptive fields of convolutional neural networks"
    " (Distill, 2019)",
)
