"""backpropagation.vanishing_gradient and .sigmoid_chain: a gradient on its way through depth.

    ∂a_n/∂a_0 = Π w_l·σ′(z_l),  |∂a_n/∂a_0| ≤ Π |w_l|·σ′max

Units in a row, one per layer; w_l is the weight into layer l and z_l what its activation sees.
σ′max = ¼ for the sigmoid, 1 for tanh and ReLU. The activations alone shrink a gradient to 0.25ⁿ
or less; with weights above 4 the bound grows instead. Source: Hochreiter (1991); Bengio, Simard
and Frasconi, IEEE Transactions on Neural Networks 5 (1994).

>>> from solvers import find
>>> find("backpropagation.vanishing_gradient").solve({"layers": 5, "weight": 2}).quantities
{'factor': 0.5, 'bound': 0.03125}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number, product_of
from solvers.backpropagation.arrays import Array, activate, activate_in_torch, slope
from solvers.contract import (
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Work,
    array,
    one_of,
    real,
    whole,
)
from solvers.device import Device

LARGEST_SLOPE = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0}

# -------------------------------------------------------- backpropagation.vanishing_gradient


@dataclass(frozen=True, kw_only=True)
class Depth(Inputs):
    """Layers of one unit each that share the size of their weight."""

    layers: int = whole(1, 50, "layers n")
    weight: float = real(0.01, 100, "size |w| of the weight into each layer", default=1.0)
    activation: str = one_of(tuple(LARGEST_SLOPE), "activation of each layer", default="sigmoid")


def _reference(given: Depth, work: Work) -> None:
    steepest, name = LARGEST_SLOPE[given.activation], given.activation
    work.step("factor", "largest slope", f"steepest point of the {name}", steepest)
    formula = f"|w|·σ′max = {number(given.weight)}·{number(steepest)}"
    factor = work.step("factor", "factor of each layer", formula, given.weight * steepest)
    factor = work.give("factor", factor)
    formula = f"{number(factor)}^{given.layers}"
    work.give("bound", work.step("bound", "bound", formula, factor**given.layers))


def _kernel(given: Depth, device: Device) -> Mapping[str, Any]:
    """Autograd through real units, each biased to where its activation is steepest."""
    import torch

    steepest_at = 1.0 if given.activation == "relu" else 0.0
    start = device.tensor(0.5).requires_grad_()
    a, after_one = start, start
    for layer in range(given.layers):
        bias = steepest_at - given.weight * a.detach()
        a = activate_in_torch(given.activation, a * given.weight + bias)
        after_one = a if layer == 0 else after_one
    return {
        "factor": torch.autograd.grad(after_one, start, retain_graph=True)[0],
        "bound": torch.autograd.grad(a, start)[0],
    }


def _is_sigmoid(given: Depth) -> bool:
    return given.activation == "sigmoid"


bound = Solver(
    id="backpropagation.vanishing_gradient",
    concepts=("vanishing-gradient",),
    inputs=Depth,
    quantities={
        "factor": Quantity("real", "most that one layer can pass on of a gradient"),
        "bound": Quantity("real", "most that all layers can pass on", uses=("factor",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "vanishing-gradient/linear",
            slip="when the factors of the layers are added",
            correction=lambda g: (
                f"Each layer multiplies what it is given: the factor to the power {g.layers}."
            ),
            wrong=lambda g: {"bound": LARGEST_SLOPE[g.activation] * g.weight * g.layers},
            departs_at="bound",
            applies=lambda g: g.layers >= 2,
        ),
        Misconception(
            "vanishing-gradient/half",
            slip="when σ(0) = ½ is taken for the slope at 0",
            correction="The slope of the sigmoid at 0 is σ(0)(1 − σ(0)) = ¼.",
            wrong=lambda g: {"factor": g.weight / 2, "bound": (g.weight / 2) ** g.layers},
            departs_at="largest slope",
            applies=_is_sigmoid,
        ),
        Misconception(
            "vanishing-gradient/no-vanish",
            slip="when the largest slope is taken to be 1",
            correction="The sigmoid is nowhere steeper than ¼; a slope of 1 is tanh's or ReLU's.",
            wrong=lambda g: {"factor": g.weight, "bound": g.weight**g.layers},
            departs_at="largest slope",
            applies=_is_sigmoid,
        ),
        Misconception(
            "vanishing-gradient/weights-ignored",
            slip="when the weights are left out",
            correction=lambda g: (
                f"Each layer also multiplies by its weight, here of size {number(g.weight)}."
            ),
            wrong=lambda g: {
                "factor": LARGEST_SLOPE[g.activation],
                "bound": LARGEST_SLOPE[g.activation] ** g.layers,
            },
            departs_at="factor of each layer",
            applies=lambda g: g.weight != 1,
        ),
    ),
    source="Bengio, Simard and Frasconi, Learning long-term dependencies is difficult (1994)",
)

# ------------------------------------------------------------- backpropagation.sigmoid_chain


@dataclass(frozen=True, kw_only=True)
class Chain(Inputs):
    """Sigmoid units in a row."""

    weights: Array = array("layers", -10, 10, "weight w into each layer", max_side=20)
    z: Array = array("layers", -10, 10, "z before the sigmoid of each layer", max_side=20)


def _chain(given: Chain, work: Work) -> None:
    formula = "σ(z)(1 − σ(z))"
    slopes = work.step("slopes", "slope of each layer", formula, slope("sigmoid", given.z))
    slopes = work.give("slopes", slopes)
    factors = work.step("gradient", "factor of each layer", "w·σ′(z)", given.weights * slopes)
    gradient = float(np.prod(factors))
    formula = product_of(factors)
    work.give("gradient", work.step("gradient", "gradient", formula, gradient))
    most = float(np.prod(np.abs(given.weights))) * 0.25 ** len(given.weights)
    formula = f"¼^{len(given.weights)} times the sizes of the weights"
    work.give("bound", work.step("bound", "bound", formula, most))


def _chain_kernel(given: Chain, device: Device) -> Mapping[str, Any]:
    """Autograd through real units, each biased to see the z that is given, and to see 0."""
    import torch

    weights, z = device.tensor(given.weights), device.tensor(given.z)

    def gradient(seen: torch.Tensor) -> torch.Tensor:
        start = device.tensor(0.5).requires_grad_()
        a = start
        for weight, target in zip(weights, seen, strict=True):
            a = torch.sigmoid(a * weight + (target - weight * a.detach()))
        return torch.autograd.grad(a, start)[0]

    points = z.clone().requires_grad_()
    slopes = torch.autograd.grad(torch.sigmoid(points).sum(), points)[0]
    largest = gradient(torch.zeros_like(z)).abs()
    return {"slopes": slopes, "gradient": gradient(z), "bound": largest}


def _product(weights: Array, slopes: Array) -> float:
    return float(np.prod(weights * slopes))


def _values_for_slopes(given: Chain) -> dict[str, Any]:
    values = activate("sigmoid", given.z)
    return {"slopes": values, "gradient": _product(given.weights, values)}


chain = Solver(
    id="backpropagation.sigmoid_chain",
    concepts=("vanishing-gradient",),
    inputs=Chain,
    quantities={
        "slopes": Quantity("vector", "σ′(z) of each layer"),
        "gradient": Quantity("real", "∂a_n/∂a_0", uses=("slopes",)),
        "bound": Quantity("real", "the most |∂a_n/∂a_0| could be with these weights"),
    },
    reference=_chain,
    kernel=_chain_kernel,
    misconceptions=(
        Misconception(
            "vanishing-gradient/linear",
            slip="when the factors of the layers are added",
            correction="Each layer multiplies what it is given, so the factors multiply.",
            wrong=lambda g: {
                "gradient": float((g.weights * slope("sigmoid", g.z)).sum()),
                "bound": float(np.abs(g.weights).sum()) / 4,
            },
            departs_at="gradient",
            applies=lambda g: len(g.z) >= 2,
        ),
        Misconception(
            "vanishing-gradient/half",
            slip="when σ(z) is taken for its slope",
            correction="The slope is σ(z)(1 − σ(z)): ¼ at 0, where σ itself is ½.",
            wrong=_values_for_slopes,
            departs_at="slope of each layer",
        ),
        Misconception(
            "vanishing-gradient/no-vanish",
            slip="when the sigmoid is taken to pass the gradient unchanged",
            correction="Each sigmoid multiplies the gradient by its slope, which is ¼ at most.",
            wrong=lambda g: {
                "gradient": float(np.prod(g.weights)),
                "bound": float(np.prod(np.abs(g.weights))),
            },
            departs_at="slope of each layer",
        ),
        Misconception(
            "vanishing-gradient/weights-ignored",
            slip="when the weights are left out",
            correction="Each layer also multiplies by its weight: w·σ′(z).",
            wrong=lambda g: {
                "gradient": float(np.prod(slope("sigmoid", g.z))),
                "bound": 0.25 ** len(g.z),
            },
            departs_at="factor of each layer",
            applies=lambda g: bool((g.weights != 1).any()),
        ),
    ),
    source="Bengio, Simard and Frasconi, Learning long-term dependencies is difficult (1994)",
)
