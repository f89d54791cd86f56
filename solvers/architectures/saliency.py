"""architectures.saliency_map: which inputs move the score of a class.

    S = W₂·ReLU(W₁x + b₁) + b₂,   M_i = |∂S_c/∂x_i|

S_c is the score before softmax: a probability also falls when other classes rise. For an image
the largest value over the channels is kept, M_p = max_k |∂S_c/∂x_kp|, with the pixels of one
channel after those of the other. Shapes: x (channels·pixels,), W₁ (m, inputs), W₂ (classes, m).
The slope of ReLU at 0 is 0. Source: Simonyan, Vedaldi and Zisserman, arXiv:1312.6034.

>>> from solvers import find
>>> network = {"first_weights": [[1, -2], [3, 1]], "first_biases": [0, -9]}
>>> network |= {"second_weights": [[2, 1], [-1, 1]], "second_biases": [0, 0]}
>>> find("architectures.saliency_map").solve({"x": [2, 0.5], "target": 0, **network}).quantities
{'scores': [2.0, -1.0], 'gradient': [2.0, -4.0], 'saliency': [2.0, 4.0]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.activations.arrays import Array, softmax
from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Unsuitable,
    Work,
    array,
    whole,
)
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Classifier(Inputs):
    """Two layers, an image, and the class in question."""

    x: Array = array("inputs", -100, 100, "input x, channel after channel")
    first_weights: Array = array("m inputs", -100, 100, "W₁, a row for each hidden unit")
    first_biases: Array = array("m", -100, 100, "b₁")
    second_weights: Array = array("classes m", -100, 100, "W₂, a row for each class")
    second_biases: Array = array("classes", -100, 100, "b₂")
    target: int = whole(0, 63, "class c, from 0")
    channels: int = whole(1, 4, "colour channels of x", default=1)

    def check(self) -> None:
        classes = len(self.second_weights)
        if self.target >= classes:
            raise BadInput("target", self.target, f"a class from 0 to {classes - 1}")
        if len(self.x) % self.channels:
            raise BadInput("channels", self.channels, f"a divisor of {len(self.x)}, the inputs")

    @property
    def hidden(self) -> Array:
        """Before the ReLU."""
        z: Array = self.first_weights @ self.x + self.first_biases
        return z

    @property
    def scores(self) -> Array:
        scores: Array = self.second_weights @ np.maximum(self.hidden, 0) + self.second_biases
        return scores

    def back(self, weights: Array) -> Array:
        """The derivative of Σ_k weights_k·S_k with respect to x."""
        at_hidden = (weights @ self.second_weights) * (self.hidden > 0)
        derivative: Array = at_hidden @ self.first_weights
        return derivative

    @property
    def chosen(self) -> Array:
        """1 for class c, 0 for the others."""
        one_hot: Array = np.eye(len(self.second_weights))[self.target]
        return one_hot

    def over_channels(self, values: Array) -> Array:
        """The largest value of each pixel."""
        largest: Array = values.reshape(self.channels, -1).max(axis=0)
        return largest


def _reference(given: Classifier, work: Work) -> None:
    z = work.step("scores", "hidden units before ReLU", "W₁x + b₁", given.hidden)
    if ((z != 0) & (np.abs(z) < 1e-9)).any():
        raise Unsuitable("a unit is so close to 0 that rounding decides whether it is active")
    a = work.step("scores", "hidden units", "ReLU", np.maximum(z, 0))
    scores = given.second_weights @ a + given.second_biases
    work.give("scores", work.step("scores", "scores before softmax", "W₂a + b₂", scores))

    row = given.second_weights[given.target]
    formula = f"row {given.target} of W₂, rows counted from 0"
    at_hidden = work.step("gradient", "derivative at the hidden units", formula, row)
    formula = "0 where a unit is not active"
    passed = work.step("gradient", "through the ReLU", formula, at_hidden * (z > 0))
    gradient = work.step("gradient", "derivative", "W₁ᵀ·that", passed @ given.first_weights)
    gradient = work.give("gradient", gradient)
    sizes = work.step("saliency", "sizes", "|∂S_c/∂x|", np.abs(gradient))
    formula = "largest over the channels" if given.channels > 1 else "one channel"
    saliency = work.step("saliency", "saliency", formula, given.over_channels(sizes))
    work.give("saliency", saliency)


def _kernel(given: Classifier, device: Device) -> Mapping[str, Any]:
    """Autograd of the score with respect to the input."""
    import torch
    from torch.nn.functional import linear

    x = device.tensor(given.x).requires_grad_()
    first = linear(x, device.tensor(given.first_weights), device.tensor(given.first_biases))
    second = device.tensor(given.second_weights), device.tensor(given.second_biases)
    scores = linear(torch.relu(first), *second)
    (gradient,) = torch.autograd.grad(scores[given.target], x)
    saliency = gradient.abs().view(given.channels, -1).amax(dim=0)
    return {"scores": scores, "gradient": gradient, "saliency": saliency}


def _instead(gradient: Callable[[Classifier], Array]) -> Callable[[Classifier], dict[str, Any]]:
    """The saliency that follows from a wrong derivative."""
    return lambda given: {"saliency": given.over_channels(np.abs(gradient(given)))}


def _of_probability(given: Classifier) -> Array:
    p = softmax(given.scores)
    return given.back(p[given.target] * (given.chosen - p))


solver = Solver(
    id="architectures.saliency_map",
    concepts=("saliency-map",),
    inputs=Classifier,
    quantities={
        "scores": Quantity("vector", "scores of the classes before softmax"),
        "gradient": Quantity("vector", "∂S_c/∂x", uses=("scores",)),
        "saliency": Quantity(
            "vector", "|∂S_c/∂x|, the largest over the channels", uses=("scores", "gradient")
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "saliency-map/first-layer-only",
            slip="when the weights of the first layer are added up",
            correction="The derivative also goes through the second layer and through the units"
            " that are active.",
            wrong=lambda g: {"saliency": g.over_channels(np.abs(g.first_weights).sum(axis=0))},
            departs_at="derivative at the hidden units",
        ),
        Misconception(
            "saliency-map/signed",
            slip="when the sign is kept",
            correction="A saliency map shows how much, not in which direction: the absolute value.",
            wrong=lambda g: {"saliency": g.over_channels(g.back(g.chosen))},
            departs_at="sizes",
            applies=lambda g: bool((g.back(g.chosen) < 0).any()),
        ),
        Misconception(
            "saliency-map/input-times-grad",
            slip="when the derivative is multiplied by the input",
            correction="The map is the derivative alone; input × gradient is another method.",
            wrong=_instead(lambda g: g.x * g.back(g.chosen)),
            departs_at="sizes",
        ),
        Misconception(
            "saliency-map/softmax-gradient",
            slip="when the probability is differentiated in place of the score",
            correction="The score before softmax is used: a probability also moves when other"
            " classes do.",
            wrong=_instead(_of_probability),
            departs_at="derivative at the hidden units",
            applies=lambda g: len(g.second_weights) >= 2,
        ),
        Misconception(
            "saliency-map/all-classes",
            slip="when the scores of all classes are added",
            correction=lambda g: f"Only the score of class {g.target} is differentiated.",
            wrong=_instead(lambda g: g.back(np.ones(len(g.second_weights)))),
            departs_at="derivative at the hidden units",
            applies=lambda g: len(g.second_weights) >= 2,
        ),
    ),
    source="Simonyan, Vedaldi and Zisserman, arXiv:1312.6034",
)
