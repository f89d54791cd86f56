"""regularization.l1: a penalty on the sizes of the weights, which drives some to exactly 0.

    L_tot = L + λ Σ |w|,  subgradient λ·sign(w), taken as 0 at w = 0

w (n) are the weights, λ the strength, L the loss on the data. The pull does not weaken as a
weight gets small, hence the zeros. Source: Tibshirani, Regression shrinkage and selection via
the lasso, JRSS B 58 (1996).

>>> from solvers import find
>>> find("regularization.l1").solve({"weights": [3, -4], "strength": 0.5, "loss": 1}).quantities
{'penalty': 3.5, 'total_loss': 4.5, 'subgradient': [0.5, -0.5]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from solvers._written import number, sum_of
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, real
from solvers.device import Device

Array: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Penalised(Inputs):
    """Weights, how strongly they are penalised, and the loss on the data."""

    weights: Array = array("n", -1000, 1000, "weights w")
    strength: float = real(0, 100, "strength λ of the penalty")
    loss: float = real(0, 1e6, "loss L on the data", default=0.0)


def _reference(given: Penalised, work: Work) -> None:
    sizes = np.abs(given.weights)
    formula = f"Σ |w| = {sum_of(sizes)}"
    size = work.step("penalty", "sum of the sizes", formula, float(sizes.sum()))
    formula = f"λ Σ |w| = {number(given.strength)}·{number(size)}"
    penalty = work.step("penalty", "penalty", formula, given.strength * size)
    penalty = work.give("penalty", penalty)
    formula = f"L + penalty = {number(given.loss)} + {number(penalty)}"
    work.give("total_loss", work.step("total_loss", "total loss", formula, given.loss + penalty))

    pull = given.strength * np.sign(given.weights)
    pull = work.step("subgradient", "subgradient", "λ·sign(w), 0 at w = 0", pull)
    work.give("subgradient", pull)


def _kernel(given: Penalised, device: Device) -> Mapping[str, Any]:
    import torch

    weights = device.tensor(given.weights).requires_grad_()
    penalty = given.strength * torch.linalg.vector_norm(weights, ord=1)
    pull = torch.autograd.grad(penalty, weights)[0]
    return {"penalty": penalty, "total_loss": penalty + given.loss, "subgradient": pull}


def _from_penalty(penalty: Callable[[Penalised], float]) -> Callable[[Penalised], dict[str, float]]:
    """Quantities that follow from a wrong penalty."""
    return lambda g: {"penalty": float(penalty(g)), "total_loss": float(g.loss + penalty(g))}


solver = Solver(
    id="regularization.l1",
    concepts=("l1-regularisation",),
    inputs=Penalised,
    quantities={
        "penalty": Quantity("real", "λ Σ |w|"),
        "total_loss": Quantity("real", "L + λ Σ |w|", uses=("penalty",)),
        "subgradient": Quantity("vector", "subgradient of the penalty, λ·sign(w)"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "l1-regularisation/signed-sum",
            slip="when the weights keep their signs",
            correction="Each weight counts by its size |w|; otherwise opposite signs would cancel.",
            wrong=_from_penalty(lambda g: g.strength * g.weights.sum()),
            departs_at="sum of the sizes",
            applies=lambda g: bool((g.weights < 0).any()),
        ),
        Misconception(
            "l1-regularisation/l2",
            slip="when the weights are squared",
            correction="Squares make the L2 penalty; L1 adds the sizes |w|.",
            wrong=_from_penalty(lambda g: g.strength * (g.weights**2).sum()),
            departs_at="sum of the sizes",
        ),
        Misconception(
            "l1-regularisation/euclidean",
            slip="when the Euclidean length of w is taken",
            correction="The length √Σw² is another norm; L1 adds the sizes |w|.",
            wrong=_from_penalty(lambda g: g.strength * float(np.linalg.norm(g.weights))),
            departs_at="sum of the sizes",
        ),
        Misconception(
            "l1-regularisation/mean",
            slip="when the sizes are averaged",
            correction=lambda g: (
                f"The penalty adds the sizes of all {len(g.weights)} weights, without dividing."
            ),
            wrong=_from_penalty(lambda g: g.strength * np.abs(g.weights).mean()),
            departs_at="sum of the sizes",
            applies=lambda g: len(g.weights) >= 2,
        ),
    ),
    source="Tibshirani, Regression shrinkage and selection via the lasso, JRSS B 58 (1996)",
)
