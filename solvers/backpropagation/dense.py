"""backpropagation.dense: what a fully connected layer gives out.

    z = W x + b,  a = g(z)

W (m, n) has a row for each unit, x (n) is one example, b, z and a (m); g is the activation. A
batch X (B, n) gives Z = X Wᵀ + b. Source: Goodfellow, Bengio and Courville, Deep Learning
(2016), section 6.3.

>>> from solvers import find
>>> layer = {"weights": [[1, 2], [3, -1]], "x": [2, 1], "biases": [0, -6], "activation": "relu"}
>>> find("backpropagation.dense").solve(layer).quantities
{'pre_activation': [4.0, -1.0], 'output': [4.0, 0.0]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, sum_of_products
from solvers.backpropagation.arrays import (
    ACTIVATIONS,
    Array,
    activate,
    activate_in_torch,
    is_lopsided,
    is_square,
    linear,
)
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, one_of
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Layer(Inputs):
    """A dense layer and one example."""

    weights: Array = array("m n", -1000, 1000, "weights W, a row for each unit")
    x: Array = array("n", -1000, 1000, "input x")
    biases: Array = array("m", -1000, 1000, "biases b, one for each unit")
    activation: str = one_of(ACTIVATIONS, "activation g", default="identity")


def _reference(given: Layer, work: Work) -> None:
    sums = linear(given.x, given.weights)
    formula = f"W x (first: {sum_of_products(given.weights[0], given.x)})"
    sums = work.step("pre_activation", "weighted sums", formula, sums)
    formula = f"W x + b (first: {factor(sums[0])} + {factor(given.biases[0])})"
    z = work.step("pre_activation", "biases added", formula, sums + given.biases)
    z = work.give("pre_activation", z)

    a = work.step("output", "activation", f"{given.activation}(z)", activate(given.activation, z))
    work.give("output", a)


def _kernel(given: Layer, device: Device) -> Mapping[str, Any]:
    import torch

    x, weight, bias = (device.tensor(t) for t in (given.x, given.weights, given.biases))
    z = torch.nn.functional.linear(x, weight, bias)
    return {"pre_activation": z, "output": activate_in_torch(given.activation, z)}


def _from_z(z: Callable[[Layer], Array]) -> Callable[[Layer], dict[str, Array]]:
    """Quantities that follow from a wrong z."""
    return lambda g: {"pre_activation": z(g), "output": activate(g.activation, z(g))}


def _activated_before_bias(given: Layer) -> dict[str, Array]:
    return {"output": activate(given.activation, given.weights @ given.x) + given.biases}


solver = Solver(
    id="backpropagation.dense",
    concepts=("dense-layer",),
    inputs=Layer,
    quantities={
        "pre_activation": Quantity("vector", "z = W x + b"),
        "output": Quantity("vector", "a = g(z)", uses=("pre_activation",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "dense-layer/transpose-w",
            slip="when the columns of W are used in place of its rows",
            correction=lambda g: (
                "Each unit owns a row of W: the first weighted sum is"
                f" {sum_of_products(g.weights[0], g.x)}."
            ),
            wrong=_from_z(lambda g: g.weights.T @ g.x + g.biases),
            departs_at="weighted sums",
            applies=lambda g: is_lopsided(g.weights),
        ),
        Misconception(
            "dense-layer/no-bias",
            slip="when the biases are left out",
            correction="Each unit adds its own bias to its weighted sum: z = W x + b.",
            wrong=_from_z(lambda g: g.weights @ g.x),
            departs_at="biases added",
            applies=lambda g: bool(g.biases.any()),
        ),
        Misconception(
            "dense-layer/act-before-bias",
            slip="when the biases are added after the activation",
            correction="The bias shifts the sum before the activation sees it: a = g(W x + b).",
            wrong=_activated_before_bias,
            departs_at="activation",
            applies=lambda g: g.activation != "identity",
        ),
        Misconception(
            "dense-layer/elementwise",
            slip="when each unit looks at one input only, w_ii·x_i",
            correction="A dense unit is connected to every input: multiply its whole row with x.",
            wrong=_from_z(lambda g: np.diag(g.weights) * g.x + g.biases),
            departs_at="weighted sums",
            applies=lambda g: is_square(g.weights) and len(g.x) >= 2,
        ),
    ),
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.3",
)
