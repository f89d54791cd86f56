"""backpropagation.gradient_descent: one step downhill, for a single weight and for several.

    w′ = w − γ ∂E/∂w

γ is the learning rate (also written η). The gradient points where E rises fastest, hence the
minus sign. Source: Cauchy, Comptes rendus 25 (1847); Rumelhart, Hinton and Williams, Nature 323
(1986), equation 8.

>>> from solvers import find
>>> step = {"weight": 2, "gradient": -4, "rate": 0.1}
>>> find("backpropagation.gradient_descent").solve(step).quantities
{'change': 0.4, 'new_weight': 2.4}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from solvers._written import factor, number
from solvers.backpropagation.arrays import Array
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, real
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class OneWeight(Inputs):
    """A weight, its gradient and the learning rate."""

    weight: float = real(-1e6, 1e6, "weight w")
    gradient: float = real(-1e6, 1e6, "gradient ∂E/∂w")
    rate: float = real(1e-9, 1000, "learning rate γ")


@dataclass(frozen=True, kw_only=True)
class SeveralWeights(Inputs):
    """Weights, their gradient and the learning rate."""

    weight: Array = array("n", -1e6, 1e6, "weights w")
    gradient: Array = array("n", -1e6, 1e6, "gradient ∂E/∂w, in the order of the weights")
    rate: float = real(1e-9, 1000, "learning rate γ")


Step: TypeAlias = OneWeight | SeveralWeights


def _one_weight(given: OneWeight, work: Work) -> None:
    formula = f"−γ·∂E/∂w = −{number(given.rate)}·{factor(given.gradient)}"
    change = work.step("change", "change", formula, -given.rate * given.gradient)
    change = work.give("change", change)
    formula = f"w + change = {number(given.weight)} + {factor(change)}"
    work.give("new_weight", work.step("new_weight", "new weight", formula, given.weight + change))


def _several_weights(given: SeveralWeights, work: Work) -> None:
    formula = f"−γ·∂E/∂w (first: −{number(given.rate)}·{factor(given.gradient[0])})"
    change = work.step("change", "change", formula, -given.rate * given.gradient)
    change = work.give("change", change)
    formula = f"w + change (first: {number(given.weight[0])} + {factor(change[0])})"
    work.give("new_weight", work.step("new_weight", "new weight", formula, given.weight + change))


def _kernel(given: Step, device: Device) -> Mapping[str, Any]:
    import torch

    start = device.tensor(given.weight)
    weight = torch.nn.Parameter(start.clone())
    weight.grad = device.tensor(given.gradient)
    torch.optim.SGD([weight], lr=given.rate).step()
    # The difference of new and old would only repeat the rounding of the sum.
    return {"change": torch.mul(weight.grad, -given.rate), "new_weight": weight.detach()}


def _from_change(change: Callable[[Step], Any]) -> Callable[[Step], dict[str, Any]]:
    """Quantities that follow from a wrong change."""
    return lambda g: {"change": change(g), "new_weight": g.weight + change(g)}


_MISCONCEPTIONS: tuple[Misconception[Any], ...] = (
    Misconception(
        "gradient-descent/ascent",
        slip="when the step goes up the gradient",
        correction="The gradient points uphill, so a step that lowers E subtracts it.",
        wrong=_from_change(lambda g: g.rate * g.gradient),
        departs_at="change",
    ),
    Misconception(
        "gradient-descent/no-lr",
        slip="without the learning rate",
        correction=lambda g: (
            f"The learning rate scales the gradient: only {number(g.rate)} of it is taken."
        ),
        wrong=_from_change(lambda g: -g.gradient),
        departs_at="change",
        applies=lambda g: g.rate != 1,
    ),
    Misconception(
        "gradient-descent/scaled-weight",
        slip="when the step is multiplied by the weight, w(1 − γg)",
        correction="The step is γ·∂E/∂w whatever the size of w: w − γ·∂E/∂w.",
        wrong=lambda g: {"new_weight": g.weight * (1 - g.rate * g.gradient)},
        departs_at="new weight",
    ),
    Misconception(
        "gradient-descent/lr-divides",
        slip="when the gradient is divided by the learning rate",
        correction=lambda g: (
            f"The learning rate multiplies: a smaller γ than {number(g.rate)} makes a smaller step."
        ),
        wrong=_from_change(lambda g: -g.gradient / g.rate),
        departs_at="change",
        applies=lambda g: g.rate != 1,
    ),
)

_SOURCE = "Rumelhart, Hinton and Williams, Nature 323 (1986), equation 8"

one_weight = Solver(
    id="backpropagation.gradient_descent",
    concepts=("gradient-descent",),
    inputs=OneWeight,
    quantities={
        "change": Quantity("real", "what is added to the weight, −γ·∂E/∂w"),
        "new_weight": Quantity("real", "weight after the step", uses=("change",)),
    },
    reference=_one_weight,
    kernel=_kernel,
    misconceptions=_MISCONCEPTIONS,
    source=_SOURCE,
)

several_weights = Solver(
    id="backpropagation.gradient_descent_vector",
    concepts=("gradient-descent",),
    inputs=SeveralWeights,
    quantities={
        "change": Quantity("vector", "what is added to the weights, −γ·∂E/∂w"),
        "new_weight": Quantity("vector", "weights after the step", uses=("change",)),
    },
    reference=_several_weights,
    kernel=_kernel,
    misconceptions=_MISCONCEPTIONS,
    source=_SOURCE,
)
