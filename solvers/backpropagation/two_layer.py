"""backpropagation.two_layer: all gradients of a network with one hidden layer, by hand.

    z₁ = W₁x + b₁,  a₁ = g(z₁),  z₂ = W₂a₁ + b₂,  ŷ = out(z₂)
    δ₂ = ∂L/∂z₂,  ∂L/∂W₂ = δ₂a₁ᵀ,  ∂L/∂b₂ = δ₂
    δ₁ = W₂ᵀδ₂ ⊙ g′(z₁),  ∂L/∂W₁ = δ₁xᵀ,  ∂L/∂b₁ = δ₁

x (n), W₁ (h, n), W₂ (m, h), target y (m). The output is the identity or a sigmoid with
L = ½ Σ (ŷ − y)², δ₂ = (ŷ − y) ⊙ out′(z₂); or a softmax with L = −Σ y ln ŷ, δ₂ = ŷ − y. The ½
cancels the 2 of the square. Source: Rumelhart, Hinton and Williams, Nature 323 (1986).

>>> from solvers import find
>>> network = {"x": [1, 2], "first_weights": [[1, 0], [-1, 1]], "first_biases": [0, 0],
...            "second_weights": [[2, 1]], "second_biases": [1], "target": [3]}
>>> solution = find("backpropagation.two_layer").solve({**network, "activation": "relu"})
>>> solution.quantities["loss"], solution.quantities["first_gradient"]
(0.5, [[2.0, 4.0], [1.0, 2.0]])
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.activations import log_softmax, softmax
from solvers.backpropagation.arrays import (
    SLOPE_FORMULAS,
    Array,
    activate,
    activate_in_torch,
    is_lopsided,
    linear,
    slope,
)
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, one_of
from solvers.device import Device

LIMIT = 10  # of weights and inputs
SIDE = 8  # units in a layer, at most


@dataclass(frozen=True, kw_only=True)
class Network(Inputs):
    """A network with one hidden layer, an example and its target."""

    x: Array = array("n", -LIMIT, LIMIT, "input x", max_side=SIDE)
    first_weights: Array = array("h n", -LIMIT, LIMIT, "weights W₁", max_side=SIDE)
    first_biases: Array = array("h", -LIMIT, LIMIT, "biases b₁", max_side=SIDE)
    second_weights: Array = array("m h", -LIMIT, LIMIT, "weights W₂", max_side=SIDE)
    second_biases: Array = array("m", -LIMIT, LIMIT, "biases b₂", max_side=SIDE)
    target: Array = array("m", -100, 100, "target y", max_side=SIDE)
    activation: str = one_of(
        ("sigmoid", "tanh", "relu"), "activation of the hidden layer", default="sigmoid"
    )
    output: str = one_of(
        ("identity", "sigmoid", "softmax"), "activation of the output", default="identity"
    )

    def check(self) -> None:
        shares = (self.target >= 0).all() and abs(self.target.sum() - 1) < 1e-9
        if self.output == "softmax" and not shares:
            message = "shares from 0 that add up to 1, where the output is a softmax"
            raise BadInput("target", self.target.tolist(), message)


def _reference(given: Network, work: Work) -> None:
    def write(quantity: str, label: str, formula: str, value: Any) -> Any:
        return work.give(quantity, work.step(quantity, label, formula, value))

    z1 = linear(given.x, given.first_weights, given.first_biases)
    z1 = write("hidden_sums", "hidden sums", "z₁ = W₁x + b₁", z1)
    a1 = activate(given.activation, z1)
    a1 = write("hidden", "hidden activations", f"a₁ = {given.activation}(z₁)", a1)
    z2 = linear(a1, given.second_weights, given.second_biases)
    z2 = write("output_sums", "output sums", "z₂ = W₂a₁ + b₂", z2)
    y = write("prediction", "prediction", f"ŷ = {given.output}(z₂)", _prediction(given, z2))
    write("loss", "loss", *_loss(given, z2, y))

    d2 = write("output_error", "output error", *_output_error(given, z2, y))
    write("second_gradient", "second weight gradient", "δ₂ a₁ᵀ", np.outer(d2, a1))
    write("second_bias_gradient", "second bias gradient", "δ₂", d2)
    back = given.second_weights.T @ d2
    back = work.step("hidden_error", "error sent back", "W₂ᵀ δ₂", back)
    formula, slopes = SLOPE_FORMULAS[given.activation], slope(given.activation, z1)
    slopes = work.step("hidden_error", "hidden slopes", formula, slopes)
    d1 = write("hidden_error", "hidden error", "δ₁ = W₂ᵀδ₂ ⊙ g′(z₁)", back * slopes)
    write("first_gradient", "first weight gradient", "δ₁ xᵀ", np.outer(d1, given.x))
    write("first_bias_gradient", "first bias gradient", "δ₁", d1)


def _prediction(given: Network, z2: Array) -> Array:
    return softmax(z2) if given.output == "softmax" else activate(given.output, z2)


def _loss(given: Network, z2: Array, prediction: Array) -> tuple[str, float]:
    if given.output == "softmax":  # from z₂: a probability may be too small for a float
        return "−Σ y ln ŷ", float(-(given.target * log_softmax(z2)).sum())
    return "½ Σ (ŷ − y)²", float(((prediction - given.target) ** 2).sum() / 2)


def _output_error(given: Network, z2: Array, prediction: Array) -> tuple[str, Array]:
    difference = prediction - given.target
    if given.output == "sigmoid":
        return "δ₂ = (ŷ − y) ⊙ σ′(z₂)", difference * slope("sigmoid", z2)
    return "δ₂ = ŷ − y", difference


def _kernel(given: Network, device: Device) -> Mapping[str, Any]:
    """The network as it is written in practice, and autograd."""
    import torch
    from torch.nn import functional

    x, y = device.tensor(given.x), device.tensor(given.target)
    names = ("first_weights", "first_biases", "second_weights", "second_biases")
    w1, b1, w2, b2 = (device.tensor(getattr(given, name)).requires_grad_() for name in names)
    z1 = functional.linear(x, w1, b1)
    a1 = activate_in_torch(given.activation, z1)
    z2 = functional.linear(a1, w2, b2)
    if given.output == "softmax":
        prediction, loss = torch.softmax(z2, dim=0), functional.cross_entropy(z2, y)
    else:
        prediction = activate_in_torch(given.output, z2)
        loss = functional.mse_loss(prediction, y, reduction="sum") / 2
    gradients = torch.autograd.grad(loss, (z2, w2, b2, z1, w1, b1))
    forward = (z1, a1, z2, prediction, loss)
    return dict(zip(_QUANTITIES, (*forward, *gradients), strict=True))


_FORWARD = ("hidden_sums", "hidden", "output_sums", "prediction")
_BACKWARD = (*_FORWARD, "output_error")

_QUANTITIES = {
    "hidden_sums": Quantity("vector", "z₁, before the hidden activation"),
    "hidden": Quantity("vector", "a₁, what the hidden layer gives out", uses=_FORWARD[:1]),
    "output_sums": Quantity("vector", "z₂, before the output activation", uses=_FORWARD[:2]),
    "prediction": Quantity("vector", "prediction ŷ", uses=_FORWARD[:3]),
    "loss": Quantity("real", "loss L", uses=_FORWARD),
    "output_error": Quantity("vector", "δ₂ = ∂L/∂z₂", uses=_FORWARD),
    "second_gradient": Quantity("matrix", "∂L/∂W₂", uses=_BACKWARD),
    "second_bias_gradient": Quantity("vector", "∂L/∂b₂", uses=_BACKWARD),
    "hidden_error": Quantity("vector", "δ₁ = ∂L/∂z₁", uses=_BACKWARD),
    "first_gradient": Quantity("matrix", "∂L/∂W₁", uses=(*_BACKWARD, "hidden_error")),
    "first_bias_gradient": Quantity("vector", "∂L/∂b₁", uses=(*_BACKWARD, "hidden_error")),
}


@dataclass(frozen=True)
class _Pass:
    """Everything the right procedure computes that a wrong one starts from."""

    z1: Array
    a1: Array
    d2: Array
    d1: Array


def _right(given: Network) -> _Pass:
    z1 = linear(given.x, given.first_weights, given.first_biases)
    a1 = activate(given.activation, z1)
    z2 = linear(a1, given.second_weights, given.second_biases)
    _, d2 = _output_error(given, z2, _prediction(given, z2))
    return _Pass(z1, a1, d2, given.second_weights.T @ d2 * slope(given.activation, z1))


def _from_hidden_error(
    rule: Callable[[Network, _Pass], Array],
) -> Callable[[Network], dict[str, Array]]:
    """Quantities that follow from a wrong hidden error."""

    def wrong(given: Network) -> dict[str, Array]:
        d1 = rule(given, _right(given))
        gradient = np.outer(d1, given.x)
        return {"hidden_error": d1, "first_gradient": gradient, "first_bias_gradient": d1}

    return wrong


def _from_product(rule: Callable[[Array, Array], Array]) -> Callable[[Network], dict[str, Array]]:
    """Weight gradients by a wrong product of a layer's error and what it was computed from."""

    def wrong(given: Network) -> dict[str, Array]:
        right = _right(given)
        return {
            "second_gradient": rule(right.d2, right.a1),
            "first_gradient": rule(right.d1, given.x),
        }

    return wrong


def _elementwise(given: Network) -> dict[str, Array]:
    right, wrong = _right(given), {}
    pairs = {"second_gradient": (right.d2, right.a1), "first_gradient": (right.d1, given.x)}
    for name, (error, before) in pairs.items():
        if len(error) == len(before) >= 2:
            wrong[name] = np.tile(error * before, (len(error), 1))
    return wrong


def _no_bias_gradient(given: Network) -> dict[str, Array]:
    return {
        "second_bias_gradient": np.zeros_like(given.second_biases),
        "first_bias_gradient": np.zeros_like(given.first_biases),
    }


def _saturates(given: Network) -> bool:
    return given.activation != "relu"


solver = Solver(
    id="backpropagation.two_layer",
    concepts=("backprop-delta", "backprop-weight-grad"),
    inputs=Network,
    quantities=_QUANTITIES,
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "backprop-delta/no-transpose",
            slip="when W₂ is not transposed",
            correction="Errors travel back along the weights by which a unit spoke: W₂ᵀδ₂.",
            wrong=_from_hidden_error(
                lambda g, p: g.second_weights @ p.d2 * slope(g.activation, p.z1)
            ),
            departs_at="error sent back",
            applies=lambda g: is_lopsided(g.second_weights),
        ),
        Misconception(
            "backprop-delta/no-act-derivative",
            slip="without the slope of the hidden activation",
            correction="The error still has to pass the activation: multiply by g′(z₁).",
            wrong=_from_hidden_error(lambda g, p: g.second_weights.T @ p.d2),
            departs_at="hidden error",
            applies=lambda g: _saturates(g) or bool((_right(g).z1 <= 0).any()),
        ),
        Misconception(
            "backprop-delta/derivative-at-a",
            slip="when the slope is taken at a₁ in place of z₁",
            correction="The activation was applied to z₁, so its slope is g′(z₁).",
            wrong=_from_hidden_error(
                lambda g, p: g.second_weights.T @ p.d2 * slope(g.activation, p.a1)
            ),
            departs_at="hidden slopes",
            applies=_saturates,
        ),
        Misconception(
            "backprop-delta/times-activation",
            slip="when the error is multiplied by the activation itself",
            correction="What scales the error is the slope g′(z₁), not the value a₁.",
            wrong=_from_hidden_error(lambda g, p: g.second_weights.T @ p.d2 * p.a1),
            departs_at="hidden slopes",
        ),
        Misconception(
            "backprop-weight-grad/transposed",
            slip="when the product is turned round, a δᵀ",
            correction="A gradient has the shape of its weights, a row for each unit: δ aᵀ.",
            wrong=_from_product(lambda error, before: np.outer(before, error)),
            departs_at="second weight gradient",
        ),
        Misconception(
            "backprop-weight-grad/uses-delta-twice",
            slip="when δ is multiplied with itself, δ δᵀ",
            correction="A weight was multiplied by the activation before it, so that is its slope.",
            wrong=_from_product(lambda error, _: np.outer(error, error)),
            departs_at="second weight gradient",
        ),
        Misconception(
            "backprop-weight-grad/elementwise",
            slip="when δ ⊙ a is repeated in every row",
            correction="Every unit pairs its own δ with all of a: the outer product δ aᵀ.",
            wrong=_elementwise,
            departs_at="second weight gradient",
        ),
        Misconception(
            "backprop-weight-grad/bias-zero",
            slip="when the biases are taken for constants",
            correction="A bias is added to z with slope 1, so its gradient is δ itself.",
            wrong=_no_bias_gradient,
            departs_at="second bias gradient",
        ),
    ),
    source="Rumelhart, Hinton and Williams, Nature 323 (1986)",
)
