"""backpropagation.dense_params: how many numbers a stack of dense layers learns.

    P = Σ_l (n_{l−1}·n_l + n_l)

n_l is the width of layer l, n_0 that of the input: a weight from every unit to every unit of
the next layer, and a bias for each unit that is computed. Source: Goodfellow, Bengio and
Courville, Deep Learning (2016), section 6.3.

>>> from solvers import find
>>> find("backpropagation.dense_params").solve({"widths": [784, 128, 64, 10]}).quantities
{'parameters': 109386}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from solvers._written import sum_of
from solvers.backpropagation.arrays import Array
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Stack(Inputs):
    """The widths of a stack of dense layers."""

    widths: Array = array(
        "layers", 1, 1_000_000, "numbers of units, from the input to the output", max_side=16
    )

    def check(self) -> None:
        if len(self.widths) < 2 or (self.widths % 1).any():
            raise BadInput("widths", self.widths.tolist(), "at least two whole numbers")

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Width before and width of every layer."""
        return list(pairwise(int(width) for width in self.widths))


def _reference(given: Stack, work: Work) -> None:
    counts = []
    for number, (before, here) in enumerate(given.pairs, start=1):
        label = f"layer {number} weights"
        weights = work.step("parameters", label, f"{before}·{here}", before * here)
        biases = work.step("parameters", f"layer {number} biases", "one per unit", here)
        counts.append(weights + biases)
    formula = f"layer by layer, {sum_of(counts)}" if len(counts) > 1 else "weights + biases"
    work.give("parameters", work.step("parameters", "parameters", formula, sum(counts)))


def _kernel(given: Stack, _: Device) -> Mapping[str, Any]:
    """Real layers on the meta device, where arrays have sizes but no numbers to store."""
    import torch

    layers = (torch.nn.Linear(before, here, device="meta") for before, here in given.pairs)
    network = torch.nn.Sequential(*layers)
    return {"parameters": sum(parameter.numel() for parameter in network.parameters())}


def _per_layer(rule: Callable[[int, int], int]) -> Callable[[Stack], dict[str, int]]:
    """A wrong count for one layer, summed over the layers."""
    return lambda g: {"parameters": sum(rule(before, here) for before, here in g.pairs)}


solver = Solver(
    id="backpropagation.dense_params",
    concepts=("dense-params",),
    inputs=Stack,
    quantities={"parameters": Quantity("integer", "trainable parameters, biases included")},
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "dense-params/no-bias",
            slip="when the biases are left out",
            correction=lambda g: (
                "Every unit after the input has a bias, which makes"
                f" {sum(here for _, here in g.pairs)} more."
            ),
            wrong=_per_layer(lambda before, here: before * here),
            departs_at="layer 1 biases",
        ),
        Misconception(
            "dense-params/bias-per-weight",
            slip="when every weight is given a bias",
            correction=lambda g: (
                f"A unit has one bias in all: the first layer has {g.pairs[0][1]} of them."
            ),
            wrong=_per_layer(lambda before, here: 2 * before * here),
            departs_at="layer 1 biases",
        ),
        Misconception(
            "dense-params/bias-n-in",
            slip="when the biases are counted by the units of the layer before",
            correction=lambda g: (
                "Biases belong to the units that are computed: the first layer has"
                f" {g.pairs[0][1]}, not {g.pairs[0][0]}."
            ),
            wrong=_per_layer(lambda before, here: before * here + before),
            departs_at="layer 1 biases",
        ),
        Misconception(
            "dense-params/count-neurons",
            slip="when the units are counted in place of their connections",
            correction=lambda g: (
                "Each unit has a weight for every unit before it: the first layer has"
                f" {g.pairs[0][0]}·{g.pairs[0][1]} weights."
            ),
            wrong=_per_layer(lambda _, here: here),
            departs_at="layer 1 weights",
        ),
    ),
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.3",
)
