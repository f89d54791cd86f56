"""energy.autoregressive: the likelihood of a sequence, one factor for each of its parts.

    p(x) = Π_t p(x_t | x_<t)          ln p(x) = Σ_t ln p(x_t | x_<t)

The chain rule of probability, exact for any order; natural logarithms. The marginals p(x_t),
which know nothing of what came before, are given beside the conditionals to be told apart from
them. Source: Larochelle and Murray, The neural autoregressive distribution estimator (2011).

>>> from solvers import find
>>> known = {"conditionals": [0.5, 0.5], "marginals": [0.5, 0.25]}
>>> find("energy.autoregressive").solve(known).quantities["probability"]
0.25
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import product_of, sum_of
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device
from solvers.energy.boltzmann import Array

SMALLEST = 1e-4  # of one probability: 64 of them multiply to 1e-256, still a number


@dataclass(frozen=True, kw_only=True)
class Sequence(Inputs):
    """What a model says of each part of one sequence."""

    conditionals: Array = array("T", SMALLEST, 1, "p(x_t | x_<t) of each part")
    marginals: Array = array("T", SMALLEST, 1, "p(x_t) of each part, whatever came before")

    @property
    def logs(self) -> Array:
        return np.log(self.conditionals)


def _reference(given: Sequence, work: Work) -> None:
    name, formula = "probability", product_of(given.conditionals)
    probability = float(given.conditionals.prod())
    work.give(name, work.step(name, "product of the conditionals", formula, probability))

    name = "log_likelihood"
    logs = work.step(name, "logarithms", "ln p(x_t | x_<t)", given.logs)
    work.give(name, work.step(name, "sum of the logarithms", sum_of(logs), float(logs.sum())))


def _kernel(given: Sequence, device: Device) -> Mapping[str, Any]:
    """The loss with which such models are trained: every part is the right class, class 0."""
    import torch

    p = device.tensor(given.conditionals)
    log_probabilities = torch.log(torch.stack((p, 1 - p), dim=1))
    classes = torch.zeros(len(p), dtype=torch.long, device=p.device)
    loss = torch.nn.functional.nll_loss(log_probabilities, classes, reduction="sum")
    return {"probability": torch.exp(-loss), "log_likelihood": -loss}


def _independent(given: Sequence) -> dict[str, float]:
    product = float(given.marginals.prod())
    return {"probability": product, "log_likelihood": float(np.log(given.marginals).sum())}


def _several(given: Sequence) -> bool:
    return len(given.conditionals) >= 2


solver = Solver(
    id="energy.autoregressive",
    concepts=("autoregressive-factorisation",),
    inputs=Sequence,
    quantities={
        "probability": Quantity("real", "p(x) of the whole sequence"),
        "log_likelihood": Quantity("real", "ln p(x)"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "autoregressive-factorisation/sum-of-p",
            slip="when the probabilities are added",
            correction="All parts have to happen, one after the other: probabilities multiply.",
            wrong=lambda g: {"probability": float(g.conditionals.sum())},
            departs_at="product of the conditionals",
            applies=_several,
        ),
        Misconception(
            "autoregressive-factorisation/mean",
            slip="when the logarithms are averaged",
            correction="ln p of the whole is the sum; the mean is per part, as in perplexity.",
            wrong=lambda g: {"log_likelihood": float(g.logs.mean())},
            departs_at="sum of the logarithms",
            applies=_several,
        ),
        Misconception(
            "autoregressive-factorisation/independent",
            slip="when the marginals are multiplied",
            correction="Each part depends on those before it: the conditionals are multiplied.",
            wrong=_independent,
            departs_at="product of the conditionals",
            applies=_several,
        ),
        Misconception(
            "autoregressive-factorisation/min",
            slip="when the smallest probability is taken for the whole",
            correction="Every further factor makes the whole less likely: multiply them all.",
            wrong=lambda g: {"probability": float(g.conditionals.min())},
            departs_at="product of the conditionals",
            applies=_several,
        ),
    ),
    source="Larochelle and Murray, The neural autoregressive distribution estimator (2011)",
)
