"""regularization.l2 and .l2_step: a penalty on the squares of the weights, and a step with it.

    L_tot = L + λ Σ w²,  ∂/∂w λ Σ w² = 2λw,  w′ = w − η(g + 2λw)

w (n) are the weights, λ the strength of the penalty, L the loss on the data with gradient g (n),
η the learning rate. Convention: no ½ in front of λ. torch's `weight_decay` = d adds d·w to the
gradient, so λ = d/2. Biases are usually exempt. Sources: Hoerl and Kennard, Ridge regression,
Technometrics 12 (1970); Krogh and Hertz, A simple weight decay can improve generalization (1991).

>>> from solvers import find
>>> find("regularization.l2").solve({"weights": [3, -4], "strength": 0.1, "loss": 1}).quantities
{'penalty': 2.5, 'total_loss': 3.5}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from solvers._written import factor, number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, real
from solvers.device import Device

Array: TypeAlias = npt.NDArray[np.float64]

SOURCE = "Krogh and Hertz, A simple weight decay can improve generalization (1991)"

# ---------------------------------------------------------------------- regularization.l2


@dataclass(frozen=True, kw_only=True)
class Penalised(Inputs):
    """Weights, how strongly they are penalised, and the loss on the data."""

    weights: Array = array("n", -1000, 1000, "weights w")
    strength: float = real(0, 100, "strength λ of the penalty")
    loss: float = real(0, 1e6, "loss L on the data", default=0.0)


def _total(given: Penalised, work: Work) -> None:
    squares = (given.weights**2).sum()
    squares = work.step("penalty", "sum of the squares", "Σ w²", float(squares))
    formula = f"λ Σ w² = {number(given.strength)}·{number(squares)}"
    penalty = work.step("penalty", "penalty", formula, given.strength * squares)
    penalty = work.give("penalty", penalty)
    formula = f"L + penalty = {number(given.loss)} + {number(penalty)}"
    work.give("total_loss", work.step("total_loss", "total loss", formula, given.loss + penalty))


def _total_kernel(given: Penalised, device: Device) -> Mapping[str, Any]:
    weights = device.tensor(given.weights)
    penalty = given.strength * weights.pow(2).sum()
    return {"penalty": penalty, "total_loss": penalty + given.loss}


def _from_penalty(penalty: Callable[[Penalised], float]) -> Callable[[Penalised], dict[str, float]]:
    """Quantities that follow from a wrong penalty."""
    return lambda g: {"penalty": float(penalty(g)), "total_loss": float(g.loss + penalty(g))}


total = Solver(
    id="regularization.l2",
    concepts=("l2-regularisation",),
    inputs=Penalised,
    quantities={
        "penalty": Quantity("real", "λ Σ w²"),
        "total_loss": Quantity("real", "L + λ Σ w²", uses=("penalty",)),
    },
    reference=_total,
    kernel=_total_kernel,
    misconceptions=(
        Misconception(
            "l2-regularisation/half",
            slip="when the penalty is halved",
            correction="Some texts write λ/2, but here the penalty is λ Σ w² in full.",
            wrong=_from_penalty(lambda g: g.strength / 2 * (g.weights**2).sum()),
            departs_at="penalty",
        ),
        Misconception(
            "l2-regularisation/no-square",
            slip="when the length of w is taken without squaring it",
            correction="L2 adds the squares themselves, Σ w², without the root of a length.",
            wrong=_from_penalty(lambda g: g.strength * float(np.linalg.norm(g.weights))),
            departs_at="sum of the squares",
        ),
        Misconception(
            "l2-regularisation/l1",
            slip="when the sizes are added in place of the squares",
            correction="Σ|w| is the L1 penalty; L2 squares each weight first.",
            wrong=_from_penalty(lambda g: g.strength * np.abs(g.weights).sum()),
            departs_at="sum of the squares",
        ),
    ),
    source=SOURCE,
)

# ----------------------------------------------------------------- regularization.l2_step


@dataclass(frozen=True, kw_only=True)
class Step(Inputs):
    """A step of gradient descent on a penalised loss."""

    weights: Array = array("n", -1000, 1000, "weights w")
    gradient: Array = array("n", -1000, 1000, "gradient g of the loss on the data")
    strength: float = real(0, 100, "strength λ of the penalty λ Σ w²")
    rate: float = real(1e-9, 1000, "learning rate η")


def _step(given: Step, work: Work) -> None:
    formula = f"2λw (first: 2·{number(given.strength)}·{factor(given.weights[0])})"
    pull = 2 * given.strength * given.weights
    pull = work.step("penalty_gradient", "gradient of the penalty", formula, pull)
    pull = work.give("penalty_gradient", pull)
    formula = f"g + 2λw (first: {factor(given.gradient[0])} + {factor(pull[0])})"
    both = work.step("total_gradient", "total gradient", formula, given.gradient + pull)
    both = work.give("total_gradient", both)
    first = f"{number(given.weights[0])} − {number(given.rate)}·{factor(both[0])}"
    formula, new = f"w − η·total (first: {first})", given.weights - given.rate * both
    work.give("new_weights", work.step("new_weights", "new weights", formula, new))


def _step_kernel(given: Step, device: Device) -> Mapping[str, Any]:
    """Autograd for the penalty alone; weight decay for a whole step."""
    import torch

    penalised = device.tensor(given.weights).requires_grad_()
    penalty = given.strength * penalised.pow(2).sum()
    pull = torch.autograd.grad(penalty, penalised)[0]

    weights = torch.nn.Parameter(device.tensor(given.weights))
    weights.grad = device.tensor(given.gradient)
    torch.optim.SGD([weights], lr=given.rate, weight_decay=2 * given.strength).step()
    total_gradient = torch.add(device.tensor(given.gradient), pull)
    return {"penalty_gradient": pull, "total_gradient": total_gradient, "new_weights": weights}


def _from_pull(pull: Callable[[Step], Array]) -> Callable[[Step], dict[str, Array]]:
    """Quantities that follow from a wrong gradient of the penalty."""

    def wrong(given: Step) -> dict[str, Array]:
        both = given.gradient + pull(given)
        new = given.weights - given.rate * both
        return {"penalty_gradient": pull(given), "total_gradient": both, "new_weights": new}

    return wrong


def _unit(weights: Array) -> Array:
    length: Array = weights / np.linalg.norm(weights)
    return length


step = Solver(
    id="regularization.l2_step",
    concepts=("l2-regularisation",),
    inputs=Step,
    quantities={
        "penalty_gradient": Quantity("vector", "gradient of the penalty alone, 2λw"),
        "total_gradient": Quantity("vector", "g + 2λw", uses=("penalty_gradient",)),
        "new_weights": Quantity(
            "vector", "weights after the step", uses=("penalty_gradient", "total_gradient")
        ),
    },
    reference=_step,
    kernel=_step_kernel,
    misconceptions=(
        Misconception(
            "l2-regularisation/no-square",
            slip="when the length of w is penalised without squaring it",
            correction="The penalty is λ Σ w², and each square w² has the derivative 2w.",
            wrong=_from_pull(lambda g: g.strength * _unit(g.weights)),
            departs_at="gradient of the penalty",
            applies=lambda g: bool(g.weights.any()),
        ),
        Misconception(
            "l2-regularisation/drop-2",
            slip="when the 2 of the derivative is dropped",
            correction="The square brings down a 2: the derivative of λw² is 2λw.",
            wrong=_from_pull(lambda g: g.strength * g.weights),
            departs_at="gradient of the penalty",
        ),
        Misconception(
            "l2-regularisation/decay-sign",
            slip="when the gradient of the penalty is given a minus sign",
            correction=(
                "The gradient is +2λw; it is the step against it that makes the weights shrink."
            ),
            wrong=_from_pull(lambda g: -2 * g.strength * g.weights),
            departs_at="gradient of the penalty",
        ),
        Misconception(
            "l2-regularisation/l1",
            slip="when the signs of the weights are taken, as for L1",
            correction="L2 pulls in proportion to the weight: 2λw; λ·sign(w) belongs to L1.",
            wrong=_from_pull(lambda g: g.strength * np.sign(g.weights)),
            departs_at="gradient of the penalty",
        ),
        Misconception(
            "l2-regularisation/data-gradient-added",
            slip="when the gradient of the data is added already",
            correction="The penalty's own part is 2λw; g joins it in the total gradient.",
            wrong=lambda g: {"penalty_gradient": g.gradient + 2 * g.strength * g.weights},
            departs_at="gradient of the penalty",
            applies=lambda g: bool(g.gradient.any()),
        ),
    ),
    source=SOURCE,
)
