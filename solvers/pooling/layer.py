"""pooling.layer: what a pooling layer gives out, and what it learns (nothing).

    o = ⌊(n − f)/s⌋ + 1 for each side; channels stay; 0 parameters

n is a side of the input, f the side of the window, s the stride, which is f unless another one is
given; no padding. Source: Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.3;
Krizhevsky et al. (2012) for windows that overlap, s < f.

>>> from solvers import find
>>> alexnet = {"height": 55, "channels": 96, "window": 3, "stride": 2}
>>> find("pooling.layer").solve(alexnet).quantities
{'side': 27, 'output_shape': [27, 27, 96], 'parameters': 0}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Layer(Inputs):
    """A pooling layer and the input it is applied to."""

    height: int = whole(1, 4096, "input height H")
    width: int = whole(1, 4096, "input width W; left out, the height", same_as="height")
    channels: int = whole(1, 4096, "channels C")
    window: int = whole(1, 64, "side f of the window")
    stride: int = whole(1, 64, "stride s; left out, the side of the window", same_as="window")

    def check(self) -> None:
        room = min(self.height, self.width)
        if self.window > room:
            raise BadInput("window", self.window, f"at most {room}, the shorter side of the input")

    @property
    def sides(self) -> tuple[int, int]:
        return self.height, self.width

    @property
    def uneven(self) -> bool:
        """Whether the window stops short of an edge."""
        return any((n - self.window) % self.stride for n in self.sides)


def _reference(given: Layer, work: Work) -> None:
    high = _side("side", "height", given.height, given, work)
    high = work.give("side", high)
    if given.width == given.height:
        wide = work.step("output_shape", "output width", "W = H, so the same", high)
    else:
        wide = _side("output_shape", "width", given.width, given, work)
    formula = "each channel is pooled for itself"
    deep = work.step("output_shape", "output depth", formula, given.channels)
    formula = "height × width × depth"
    work.give("output_shape", work.step("output_shape", "output", formula, [high, wide, deep]))
    formula = "a maximum or a mean has nothing to learn"
    work.give("parameters", work.step("parameters", "parameters", formula, 0))


def _side(quantity: str, name: str, n: int, given: Layer, work: Work) -> int:
    f, s = given.window, given.stride
    formula = f"⌊(n − f)/s⌋ = ⌊({n} − {f})/{s}⌋"
    steps = work.step(quantity, f"steps along the {name}", formula, (n - f) // s)
    side: int = work.step(quantity, f"output {name}", f"{steps} + 1", steps + 1)
    return side


def _kernel(given: Layer, _: Device) -> Mapping[str, Any]:
    """A real layer on the meta device, where arrays have sizes but no numbers to store."""
    import torch

    layer = torch.nn.MaxPool2d(given.window, given.stride)
    image = torch.empty(1, given.channels, given.height, given.width, device="meta")
    _batch, depth, height, width = layer(image).shape
    return {
        "side": height,
        "output_shape": [height, width, depth],
        "parameters": sum(parameter.numel() for parameter in layer.parameters()),
    }


def _sides(rule: Callable[[int, Layer], int]) -> Callable[[Layer], dict[str, Any]]:
    """Quantities that follow from a wrong rule for one side; nobody believes in one below 1."""

    def wrong(given: Layer) -> dict[str, Any]:
        high, wide = (rule(n, given) for n in given.sides)
        if min(high, wide) < 1:
            return {}
        return {"side": high, "output_shape": [high, wide, given.channels]}

    return wrong


def _halved(given: Layer) -> dict[str, Any]:
    high, wide = (_right(n, given) for n in given.sides)
    return {"output_shape": [high, wide, given.channels // 2]}


def _right(n: int, given: Layer) -> int:
    return (n - given.window) // given.stride + 1


def _rounded_down(given: Layer) -> str:
    room = next(n for n in given.sides if (n - given.window) % given.stride) - given.window
    s = given.stride
    return f"The window makes whole steps only: {room}/{s} = {room / s:.4g} becomes {room // s}."


def _first_uneven(given: Layer) -> str:
    """Label of the first step at which rounding matters."""
    along_height = (given.height - given.window) % given.stride != 0
    return f"steps along the {'height' if along_height else 'width'}"


solver = Solver(
    id="pooling.layer",
    concepts=("pool-output-params",),
    inputs=Layer,
    quantities={
        "side": Quantity("integer", "side of the output: its height"),
        "output_shape": Quantity(
            "shape", "output volume", axes=("height", "width", "channels"), uses=("side",)
        ),
        "parameters": Quantity("integer", "trainable parameters"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "pool-output-params/halves-channels",
            slip="when the channels are halved as well",
            correction=lambda g: (
                f"Each channel is pooled for itself: {g.channels} channels stay {g.channels}."
            ),
            wrong=_halved,
            departs_at="output depth",
            applies=lambda g: g.channels >= 2,
        ),
        Misconception(
            "pool-output-params/has-weights",
            slip="when the window is taken to have weights",
            correction="A maximum or a mean is computed without weights: nothing is learned.",
            wrong=lambda g: {"parameters": g.window**2 * g.channels},
            departs_at="parameters",
        ),
        Misconception(
            "pool-output-params/ceil",
            slip="when the fraction is rounded up",
            correction=_rounded_down,
            wrong=_sides(lambda n, g: -(-(n - g.window) // g.stride) + 1),
            departs_at=_first_uneven,
            applies=lambda g: g.uneven,
        ),
        Misconception(
            "pool-output-params/no-plus-1",
            slip="when the + 1 is forgotten",
            correction=lambda g: (
                f"The starting position counts too: {_right(g.height, g) - 1} steps lead to"
                f" {_right(g.height, g)} positions."
            ),
            wrong=_sides(lambda n, g: _right(n, g) - 1),
            departs_at="output height",
        ),
    ),
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.3",
)
