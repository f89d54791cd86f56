"""backpropagation.training_loop: forward, loss, backward, update, clear; k times over.

    ŷ = w·x,  L = (ŷ − y)²,  g = ∂L/∂w = 2x(ŷ − y),  w ← w − γg,  then g ← 0

x, y, w are single numbers, γ is the learning rate. Clearing the gradient matters because
frameworks add a new gradient to the old one. Source: Widrow and Hoff, Adaptive switching
circuits (1960); `torch.optim.Optimizer.zero_grad`.

>>> from solvers import find
>>> loop = {"x": 2, "y": 4, "weight": 0, "rate": 0.1, "iterations": 2}
>>> find("backpropagation.training_loop").solve(loop).quantities
{'prediction': 0.0, 'loss': 16.0, 'gradient': -16.0, 'weight': 1.92}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import factor, number
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, real, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Loop(Inputs):
    """One example, one weight and a few iterations."""

    x: float = real(-100, 100, "input x")
    y: float = real(-1000, 1000, "target y")
    weight: float = real(-100, 100, "weight w before the first iteration")
    rate: float = real(1e-9, 1000, "learning rate γ")
    iterations: int = whole(1, 10, "iterations k")

    def check(self) -> None:
        # Each iteration multiplies the distance to the best weight by 1 − 2γx²; beyond −2 it
        # grows so fast that the rounding errors show.
        if 2 * self.rate * self.x**2 > 3:
            most = number(1.5 / self.x**2)
            raise BadInput("rate", self.rate, f"at most 1.5/x² = {most}, or the weight explodes")

    def gradient_at(self, weight: float) -> float:
        return 2 * self.x * (weight * self.x - self.y)


def _reference(given: Loop, work: Work) -> None:
    prediction = _predict(given, work, "prediction", 1, given.weight)
    prediction = work.give("prediction", prediction)
    loss = (prediction - given.y) ** 2
    formula = f"(ŷ − y)² = ({number(prediction)} − {factor(given.y)})²"
    work.give("loss", work.step("loss", "iteration 1: loss", formula, loss))
    gradient = work.give("gradient", _differentiate(given, work, "gradient", 1, prediction))
    weight = _update(given, work, 1, given.weight, gradient)
    for t in range(2, given.iterations + 1):
        prediction = _predict(given, work, "weight", t, weight)
        gradient = _differentiate(given, work, "weight", t, prediction)
        weight = _update(given, work, t, weight, gradient)
    work.give("weight", weight)


def _predict(given: Loop, work: Work, quantity: str, t: int, weight: float) -> float:
    formula = f"w·x = {factor(weight)}·{factor(given.x)}"
    value: float = work.step(quantity, f"iteration {t}: prediction", formula, weight * given.x)
    return value


def _differentiate(given: Loop, work: Work, quantity: str, t: int, prediction: float) -> float:
    formula = f"2x(ŷ − y) = 2·{factor(given.x)}·({number(prediction)} − {factor(given.y)})"
    gradient = 2 * given.x * (prediction - given.y)
    value: float = work.step(quantity, f"iteration {t}: gradient", formula, gradient)
    return value


def _update(given: Loop, work: Work, t: int, weight: float, gradient: float) -> float:
    formula = f"w − γg = {number(weight)} − {number(given.rate)}·{factor(gradient)}"
    new = weight - given.rate * gradient
    value: float = work.step("weight", f"iteration {t}: weight", formula, new)
    return value


def _kernel(given: Loop, device: Device) -> Mapping[str, Any]:
    """The loop as it is written in practice."""
    import torch

    x, y = device.tensor(given.x), device.tensor(given.y)
    weight = torch.nn.Parameter(device.tensor(given.weight))
    optimiser = torch.optim.SGD([weight], lr=given.rate)
    history: list[dict[str, Any]] = []
    for _ in range(given.iterations):
        optimiser.zero_grad()
        prediction = weight * x
        loss = torch.nn.functional.mse_loss(prediction, y)
        loss.backward()  # type: ignore[no-untyped-call]
        assert weight.grad is not None
        history.append({"prediction": prediction, "loss": loss, "gradient": weight.grad.clone()})
        optimiser.step()
    return {**history[0], "weight": weight}


def _never_cleared(given: Loop) -> dict[str, float]:
    weight, piled_up = given.weight, 0.0
    for _ in range(given.iterations):
        piled_up += given.gradient_at(weight)
        weight -= given.rate * piled_up
    return {"weight": weight}


def _stepped(given: Loop, iterations: int, scale: float) -> float:
    """The weight after steps of −scale·γ·g."""
    weight = given.weight
    for _ in range(iterations):
        weight -= scale * given.rate * given.gradient_at(weight)
    return weight


def _half_gradient(given: Loop) -> dict[str, float]:
    return {
        "gradient": given.gradient_at(given.weight) / 2,
        "weight": _stepped(given, given.iterations, 0.5),
    }


_FIRST = ("prediction", "loss", "gradient")

solver = Solver(
    id="backpropagation.training_loop",
    concepts=("training-loop",),
    inputs=Loop,
    quantities={
        "prediction": Quantity("real", "prediction ŷ of the first iteration"),
        "loss": Quantity("real", "loss of the first iteration", uses=_FIRST[:1]),
        "gradient": Quantity("real", "gradient of the first iteration", uses=_FIRST[:1]),
        "weight": Quantity("real", "weight after the last iteration", uses=_FIRST),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "training-loop/no-zero-grad",
            slip="when the gradients are never cleared and pile up",
            correction="Clear the gradient after each update, so that a step uses its own alone.",
            wrong=_never_cleared,
            departs_at="iteration 2: gradient",
            applies=lambda g: g.iterations >= 2,
        ),
        Misconception(
            "training-loop/ascent",
            slip="when the gradient is added to the weight",
            correction="The gradient points uphill, so the update subtracts it: w − γg.",
            wrong=lambda g: {"weight": _stepped(g, g.iterations, -1.0)},
            departs_at="iteration 1: weight",
        ),
        Misconception(
            "training-loop/drop-2",
            slip="when the 2 of the squared error's derivative is dropped",
            correction="The square brings down a 2: ∂(wx − y)²/∂w = 2x(wx − y).",
            wrong=_half_gradient,
            departs_at="iteration 1: gradient",
        ),
        Misconception(
            "training-loop/one-step",
            slip="when the loop stops after the first update",
            correction=lambda g: (
                f"All {g.iterations} iterations count, each from the weight the last one left."
            ),
            wrong=lambda g: {"weight": _stepped(g, 1, 1.0)},
            departs_at="iteration 2: prediction",
            applies=lambda g: g.iterations >= 2,
        ),
    ),
    source="Widrow and Hoff, Adaptive switching circuits, IRE WESCON (1960)",
)
