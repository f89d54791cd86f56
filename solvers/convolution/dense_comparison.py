"""convolution.dense_comparison: why images are not given to dense layers.

    dense        H·W·C·M weights   (and M biases)
    convolution  f²·C·K weights    (and K biases)

H × W pixels with C channels each, M dense units, K filters of side f. The ratio compares weights
only, biases left out on both sides. Flattening also forgets which pixels are neighbours, and
ties the network to one input size. Source: Goodfellow, Bengio and Courville, Deep Learning
(2016), section 9.2.

>>> from solvers import find
>>> image = {"height": 256, "channels": 3, "units": 1000}
>>> find("convolution.dense_comparison").solve(image).quantities["dense_weights"]
196608000
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class TwoLayers(Inputs):
    """An image, and the dense and the convolution layer that could read it."""

    height: int = whole(1, 4096, "image height H")
    width: int = whole(1, 4096, "image width W; left out, the height", same_as="height")
    channels: int = whole(1, 1024, "channels C")
    units: int = whole(1, 65_536, "units M of the dense layer")
    filters: int = whole(1, 4096, "filters K of the convolution layer", default=64)
    kernel: int = whole(1, 64, "side f of a filter", default=3)

    @property
    def pixels(self) -> tuple[int, int, int]:
        return self.height, self.width, self.channels


def _reference(given: TwoLayers, work: Work) -> None:
    h, w, c = given.pixels
    m, k, f = given.units, given.filters, given.kernel
    size = work.step("inputs", "inputs", f"H·W·C = {h}·{w}·{c}", h * w * c)
    size = work.give("inputs", size)

    dense = work.step("dense_weights", "dense weights", f"inputs·M = {size}·{m}", size * m)
    dense = work.give("dense_weights", dense)

    one = work.step("filter_weights", "weights of one filter", f"f·f·C = {f}·{f}·{c}", f * f * c)
    conv = work.step("filter_weights", "weights of all filters", f"{one}·K = {one}·{k}", one * k)
    conv = work.give("filter_weights", conv)

    ratio = dense / conv if conv else math.inf
    formula = f"dense / convolution = {dense}/{conv}"
    work.give("ratio", work.step("ratio", "ratio", formula, ratio))


def _kernel(given: TwoLayers, _: Device) -> Mapping[str, Any]:
    """Real layers on the meta device, where arrays have sizes but no numbers to store."""
    import torch

    image = torch.empty(given.channels, given.height, given.width, device="meta")
    dense = torch.nn.Linear(image.numel(), given.units, device="meta")
    conv = torch.nn.Conv2d(given.channels, given.filters, given.kernel, device="meta")
    return {
        "inputs": dense.in_features,
        "dense_weights": dense.weight.numel(),
        "filter_weights": conv.weight.numel(),
        "ratio": dense.weight.numel() / conv.weight.numel(),
    }


def _weights(rule: Callable[[TwoLayers], int]) -> Callable[[TwoLayers], dict[str, int]]:
    return lambda g: {"dense_weights": rule(g)}


solver = Solver(
    id="convolution.dense_comparison",
    concepts=("fc-vs-conv-params",),
    inputs=TwoLayers,
    quantities={
        "inputs": Quantity("integer", "numbers in the image"),
        "dense_weights": Quantity(
            "integer", "weights of the dense layer, biases left out", uses=("inputs",)
        ),
        "filter_weights": Quantity("integer", "weights of the filters, biases left out"),
        "ratio": Quantity(
            "real",
            "dense weights for each weight of the convolution",
            uses=("inputs", "dense_weights", "filter_weights"),
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "fc-vs-conv-params/forgot-channels",
            slip="when the channels are forgotten",
            correction=lambda g: (
                f"Every pixel brings {g.channels} numbers, and each has its own weights."
            ),
            wrong=_weights(lambda g: g.height * g.width * g.units),
            departs_at="inputs",
            applies=lambda g: g.channels >= 2,
        ),
        Misconception(
            "fc-vs-conv-params/bias-per-weight",
            slip="when every weight is given a bias",
            correction=lambda g: (
                f"A unit has one bias in all, {g.units} biases, and they are no weights."
            ),
            wrong=_weights(lambda g: 2 * math.prod(g.pixels) * g.units),
            departs_at="dense weights",
        ),
        Misconception(
            "fc-vs-conv-params/side-not-squared",
            slip="when only one side of the image is counted",
            correction=lambda g: (
                f"The image has {g.height}·{g.width} = {g.height * g.width} pixels."
            ),
            wrong=_weights(lambda g: g.height * g.channels * g.units),
            departs_at="inputs",
            applies=lambda g: g.width >= 2,
        ),
        Misconception(
            "fc-vs-conv-params/sum",
            slip="when inputs and units are added",
            correction="Every unit has a weight for every input, so the two are multiplied.",
            wrong=_weights(lambda g: math.prod(g.pixels) + g.units),
            departs_at="dense weights",
        ),
    ),
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.2",
)
