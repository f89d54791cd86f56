"""convolution.one_by_one, bottleneck: channels mixed pixel by pixel, and what that saves.

    parameters of a 1 × 1 layer   C_in·C_out + C_out
    multiplications, direct       f²·C_in·C_out·H·W
    multiplications, reduced      (C_in·C_r + f²·C_r·C_out)·H·W

A 1 × 1 convolution is one small dense layer over the channels, the same at every pixel; H × W
stays. As a bottleneck it narrows C_in channels to C_r before an f × f layer with C_out filters;
stride 1 and a padding that keeps the size, biases left out. Source: Lin, Chen and Yan, Network in
network, arXiv:1312.4400; Szegedy et al., Going deeper with convolutions, arXiv:1409.4842.

>>> from solvers import find
>>> layer = {"height": 28, "channels": 256, "filters": 64}
>>> find("convolution.one_by_one").solve(layer).quantities
{'output_shape': [28, 28, 64], 'parameters': 16448, 'multiplications': 12845056}
>>> branch = {"height": 28, "channels": 192, "reduced": 16, "filters": 32, "kernel": 5}
>>> find("convolution.bottleneck").solve(branch).quantities["reduced"]
12443648
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device

# ------------------------------------------------------------------ convolution.one_by_one


@dataclass(frozen=True, kw_only=True)
class OneByOne(Inputs):
    """A 1 × 1 convolution and the map it is applied to."""

    height: int = whole(1, 4096, "height H")
    width: int = whole(1, 4096, "width W; left out, the height", same_as="height")
    channels: int = whole(1, 4096, "input channels C_in")
    filters: int = whole(1, 4096, "filters C_out")


def _one_by_one(given: OneByOne, work: Work) -> None:
    h, w, c, k = given.height, given.width, given.channels, given.filters
    formula = "H and W stay, depth C_out"
    shape = work.step("output_shape", "output", formula, [h, w, k])
    work.give("output_shape", shape)

    weights = work.step("parameters", "weights", f"1·1·C_in·C_out = {c}·{k}", c * k)
    biases = work.step("parameters", "biases, one per filter", "C_out", k)
    total = work.step("parameters", "parameters", f"{weights} + {biases}", weights + biases)
    work.give("parameters", total)

    label, formula = "for one pixel", f"C_in·C_out = {c}·{k}"
    pixel = work.step("multiplications", label, formula, c * k)
    formula = f"{pixel}·H·W = {pixel}·{h}·{w}"
    total = work.step("multiplications", "multiplications", formula, pixel * h * w)
    work.give("multiplications", total)


def _one_by_one_kernel(given: OneByOne, _: Device) -> Mapping[str, Any]:
    """A real layer on the meta device; a fused multiply-add is two of torch's operations."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    layer = torch.nn.Conv2d(given.channels, given.filters, 1, device="meta")
    image = torch.empty(1, given.channels, given.height, given.width, device="meta")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        _batch, depth, height, width = layer(image).shape
    return {
        "output_shape": [height, width, depth],
        "parameters": sum(parameter.numel() for parameter in layer.parameters()),
        "multiplications": counter.get_total_flops() // 2,
    }


one_by_one = Solver(
    id="convolution.one_by_one",
    concepts=("one-by-one-conv",),
    inputs=OneByOne,
    quantities={
        "output_shape": Quantity("shape", "output volume", axes=("height", "width", "channels")),
        "parameters": Quantity("integer", "trainable parameters, biases included"),
        "multiplications": Quantity("integer", "multiplications, biases left out"),
    },
    reference=_one_by_one,
    kernel=_one_by_one_kernel,
    misconceptions=(
        Misconception(
            "one-by-one-conv/no-parameters",
            slip="when a 1 × 1 filter is taken to have no weights",
            correction=lambda g: f"A filter has a weight for each of the {g.channels} channels.",
            wrong=lambda _: {"parameters": 0},
            departs_at="weights",
        ),
        Misconception(
            "one-by-one-conv/nine",
            slip="when the filter is counted as 3 × 3",
            correction="The filter is one pixel wide and high: 1·1 weight per channel, not 9.",
            wrong=lambda g: {"parameters": 9 * g.channels * g.filters + g.filters},
            departs_at="weights",
        ),
        Misconception(
            "one-by-one-conv/no-bias",
            slip="when the biases are left out",
            correction=lambda g: (
                f"Each filter also has one bias: {g.filters} filters add {g.filters}."
            ),
            wrong=lambda g: {"parameters": g.channels * g.filters},
            departs_at="biases, one per filter",
        ),
        Misconception(
            "one-by-one-conv/shrinks-space",
            slip="when the map is taken to shrink to the size of the filter",
            correction=lambda g: (
                f"The filter visits every pixel, so {g.height} × {g.width} stays:"
                " only the depth changes."
            ),
            wrong=lambda g: {"output_shape": [1, 1, g.filters]},
            departs_at="output",
            applies=lambda g: g.height * g.width >= 2,
        ),
    ),
    source="Lin, Chen and Yan, Network in network, arXiv:1312.4400",
)


# ------------------------------------------------------------------ convolution.bottleneck


@dataclass(frozen=True, kw_only=True)
class Bottleneck(Inputs):
    """An f × f layer, and the width to which a 1 × 1 layer before it narrows the input."""

    height: int = whole(1, 4096, "height H")
    width: int = whole(1, 4096, "width W; left out, the height", same_as="height")
    channels: int = whole(1, 4096, "input channels C_in")
    reduced: int = whole(1, 4096, "channels C_r in between")
    filters: int = whole(1, 4096, "filters C_out of the f × f layer")
    kernel: int = whole(1, 64, "side f of its filters")

    @property
    def pixels(self) -> int:
        return self.height * self.width

    @property
    def narrowing(self) -> int:
        """Multiplications at one pixel by the 1 × 1 layer."""
        return self.channels * self.reduced

    @property
    def narrow(self) -> int:
        """Multiplications at one pixel by the f × f layer after it."""
        return self.kernel**2 * self.reduced * self.filters

    @property
    def wide(self) -> int:
        """Multiplications at one pixel by the f × f layer alone."""
        return self.kernel**2 * self.channels * self.filters


def _bottleneck(given: Bottleneck, work: Work) -> None:
    f, c, r, k = given.kernel, given.channels, given.reduced, given.filters
    size = f"{given.height}·{given.width}"
    pixel = work.step("direct", "direct, one pixel", f"f²·C_in·C_out = {f}²·{c}·{k}", given.wide)
    direct = work.step("direct", "direct", f"{pixel}·H·W = {pixel}·{size}", pixel * given.pixels)
    direct = work.give("direct", direct)

    first = work.step("reduced", "1 × 1 layer, one pixel", f"C_in·C_r = {c}·{r}", given.narrowing)
    formula = f"f²·C_r·C_out = {f}²·{r}·{k}"
    second = work.step("reduced", "f × f layer, one pixel", formula, given.narrow)
    formula, both = f"({first} + {second})·H·W = {first + second}·{size}", first + second
    reduced = work.step("reduced", "reduced", formula, both * given.pixels)
    reduced = work.give("reduced", reduced)

    formula = f"direct − reduced = {direct} − {reduced}"
    work.give("saved", work.step("saved", "saved", formula, direct - reduced))
    formula = f"direct/reduced = {direct}/{reduced}"
    ratio = direct / reduced if reduced else math.inf
    work.give("ratio", work.step("ratio", "ratio", formula, ratio))


def _bottleneck_kernel(given: Bottleneck, _: Device) -> Mapping[str, Any]:
    """Weights of real layers on the meta device, each used once at every pixel."""
    import torch

    def weights(channels: int, filters: int, side: int) -> int:
        layer = torch.nn.Conv2d(channels, filters, side, bias=False, device="meta")
        return layer.weight.numel()

    pixels = torch.empty(given.height, given.width, device="meta").numel()
    direct = weights(given.channels, given.filters, given.kernel) * pixels
    narrow = weights(given.reduced, given.filters, given.kernel)
    reduced = (weights(given.channels, given.reduced, 1) + narrow) * pixels
    return {
        "direct": direct,
        "reduced": reduced,
        "saved": direct - reduced,
        "ratio": direct / reduced,
    }


def _reduced(rule: Callable[[Bottleneck], int]) -> Callable[[Bottleneck], dict[str, float]]:
    """Quantities that follow from a wrong number of multiplications at one pixel."""

    def wrong(given: Bottleneck) -> dict[str, float]:
        direct, reduced = given.wide * given.pixels, rule(given) * given.pixels
        return {"reduced": reduced, "saved": direct - reduced, "ratio": direct / reduced}

    return wrong


def _one_pixel(given: Bottleneck) -> dict[str, float]:
    direct, reduced = given.wide, given.narrowing + given.narrow
    return {"direct": direct, "reduced": reduced, "saved": direct - reduced}


_BOTH = ("direct", "reduced")

bottleneck = Solver(
    id="convolution.bottleneck",
    concepts=("bottleneck-savings",),
    inputs=Bottleneck,
    quantities={
        "direct": Quantity("integer", "multiplications of the f × f layer alone"),
        "reduced": Quantity("integer", "multiplications with the 1 × 1 layer before it"),
        "saved": Quantity("integer", "multiplications saved", uses=_BOTH),
        "ratio": Quantity("real", "direct divided by reduced", uses=_BOTH),
    },
    reference=_bottleneck,
    kernel=_bottleneck_kernel,
    misconceptions=(
        Misconception(
            "bottleneck-savings/direct",
            slip="without the 1 × 1 layer",
            correction=lambda g: (
                f"The f × f layer reads {g.reduced} channels after the reduction, not {g.channels}."
            ),
            wrong=lambda g: {"reduced": g.wide * g.pixels},
            departs_at="f × f layer, one pixel",
        ),
        Misconception(
            "bottleneck-savings/forgot-reduce-cost",
            slip="when the cost of the 1 × 1 layer is forgotten",
            correction=lambda g: (
                f"The reduction itself takes {g.channels}·{g.reduced} = {g.narrowing}"
                " multiplications at each pixel."
            ),
            wrong=_reduced(lambda g: g.narrow),
            departs_at="1 × 1 layer, one pixel",
        ),
        Misconception(
            "bottleneck-savings/reduce-with-f2",
            slip="when the 1 × 1 layer is counted with f² weights",
            correction="The layer that reduces is 1 × 1: one weight per channel, without f².",
            wrong=_reduced(lambda g: g.kernel**2 * g.narrowing + g.narrow),
            departs_at="1 × 1 layer, one pixel",
            applies=lambda g: g.kernel >= 2,
        ),
        Misconception(
            "bottleneck-savings/no-spatial",
            slip="when height and width are left out",
            correction=lambda g: (
                f"The multiplications are done at each of {g.height}·{g.width} = {g.pixels} pixels."
            ),
            wrong=_one_pixel,
            departs_at="reduced",
            applies=lambda g: g.pixels >= 2,
        ),
    ),
    source="Szegedy et al., Going deeper with convolutions, arXiv:1409.4842",
)
