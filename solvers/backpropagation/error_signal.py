"""backpropagation.error_signal: how the error of one layer is handed to the layer before.

    δˡ = (Wˡ⁺¹)ᵀ δˡ⁺¹ ⊙ g′(zˡ)

δˡ = ∂L/∂zˡ (n), W of the next layer (k, n), its error δ (k); ⊙ multiplies entry by entry. At
z = 0 the slope of ReLU is taken as 0, as autograd does. Source: Rumelhart, Hinton and Williams,
Nature 323 (1986); Nielsen, Neural Networks and Deep Learning (2015), equation BP2.

>>> from solvers import find
>>> layer = {"weights": [[1, 2], [3, -1]], "next_error": [1, 2], "z": [0.5, -1],
...          "activation": "relu"}
>>> find("backpropagation.error_signal").solve(layer).quantities
{'sent_back': [7.0, 0.0], 'slope': [1.0, 0.0], 'error': [7.0, 0.0]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import factor, sum_of_products
from solvers.backpropagation.arrays import (
    SLOPE_FORMULAS,
    Array,
    activate,
    activate_in_torch,
    is_lopsided,
    slope,
)
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, one_of
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Layer(Inputs):
    """A hidden layer before its activation, and the layer after it with its error."""

    weights: Array = array("k n", -1000, 1000, "weights W of the next layer")
    next_error: Array = array("k", -1000, 1000, "error δ of the next layer")
    z: Array = array("n", -1000, 1000, "weighted sums z of this layer, before its activation")
    activation: str = one_of(("sigmoid", "tanh", "relu"), "activation g of this layer")

    @property
    def sent_back(self) -> Array:
        return self.weights.T @ self.next_error  # (n)

    @property
    def saturates(self) -> bool:
        return self.activation != "relu"


def _reference(given: Layer, work: Work) -> None:
    first = sum_of_products(given.weights[:, 0], given.next_error)
    formula = f"Wᵀ δ (first: {first})"
    sent_back = work.step("sent_back", "error sent back", formula, given.sent_back)
    sent_back = work.give("sent_back", sent_back)
    slopes = slope(given.activation, given.z)
    slopes = work.step("slope", "slope at z", SLOPE_FORMULAS[given.activation], slopes)
    slopes = work.give("slope", slopes)
    formula = f"Wᵀ δ ⊙ g′(z) (first: {factor(sent_back[0])}·{factor(slopes[0])})"
    work.give("error", work.step("error", "error signal", formula, sent_back * slopes))


def _kernel(given: Layer, device: Device) -> Mapping[str, Any]:
    """Autograd from the next layer's weighted sums back to a and to z."""
    import torch

    z = device.tensor(given.z).requires_grad_()
    a = activate_in_torch(given.activation, z)
    after = torch.nn.functional.linear(a, device.tensor(given.weights))
    error = device.tensor(given.next_error)
    sent_back, error = torch.autograd.grad(after, (a, z), error, retain_graph=True)
    slopes = torch.autograd.grad(a.sum(), z)[0]
    return {"sent_back": sent_back, "slope": slopes, "error": error}


def _slope(given: Layer) -> Array:
    return slope(given.activation, given.z)


def _turned(given: Layer) -> dict[str, Array]:
    sent_back = given.weights @ given.next_error
    return {"sent_back": sent_back, "error": sent_back * _slope(given)}


def _from_slope(wrong_slope: Callable[[Layer], Array]) -> Callable[[Layer], dict[str, Array]]:
    """Quantities that follow from a wrong factor in place of the slope."""
    return lambda g: {"slope": wrong_slope(g), "error": g.sent_back * wrong_slope(g)}


def _slope_at_a(given: Layer) -> Array:
    return slope(given.activation, activate(given.activation, given.z))


solver = Solver(
    id="backpropagation.error_signal",
    concepts=("backprop-delta",),
    inputs=Layer,
    quantities={
        "sent_back": Quantity("vector", "Wᵀ δ, the derivative with respect to a"),
        "slope": Quantity("vector", "g′(z)"),
        "error": Quantity(
            "vector", "δ = ∂L/∂z of this layer, Wᵀ δ ⊙ g′(z)", uses=("sent_back", "slope")
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "backprop-delta/no-transpose",
            slip="when W is not transposed",
            correction=(
                "Errors travel back along the weights by which the unit spoke: its column of W."
            ),
            wrong=_turned,
            departs_at="error sent back",
            applies=lambda g: is_lopsided(g.weights),
        ),
        Misconception(
            "backprop-delta/no-act-derivative",
            slip="without the slope of the activation",
            correction=(
                "The error still has to pass the activation: multiply by g′(z), entry by entry."
            ),
            wrong=lambda g: {"error": g.sent_back},
            departs_at="error signal",
            applies=lambda g: g.saturates or bool((g.z <= 0).any()),
        ),
        Misconception(
            "backprop-delta/derivative-at-a",
            slip="when the slope is taken at a in place of z",
            correction="The activation was applied to z, so its slope is g′(z).",
            wrong=_from_slope(_slope_at_a),
            departs_at="slope at z",
            applies=lambda g: g.saturates,
        ),
        Misconception(
            "backprop-delta/times-activation",
            slip="when the error is multiplied by the activation itself",
            correction="What scales the error is the slope g′(z), not the value g(z).",
            wrong=_from_slope(lambda g: activate(g.activation, g.z)),
            departs_at="slope at z",
        ),
    ),
    source="Nielsen, Neural Networks and Deep Learning (2015), equation BP2",
)
