"""adversarial.optimal_discriminator: the best that a discriminator can do.

    D*(x) = p_data(x)/(p_data(x) + p_g(x))
    V(D*) = Σ p_data ln D* + Σ p_g ln(1 − D*) = −ln 4 + 2 JSD(p_data ‖ p_g)

p_data and p_g (n) are distributions over n possible examples. D* is the chance that x is real when
both kinds are equally frequent. At the equilibrium p_g = p_data, so D* = ½ and V = −ln 4, the
least that V(D*) can be. JSD is the Jensen–Shannon divergence, from 0 to ln 2.
Source: Goodfellow et al., Generative adversarial nets, arXiv:1406.2661, section 4.1.

>>> from solvers import find
>>> worlds = {"data": [0.5, 0.5], "generator": [0.5, 0.5]}
>>> find("adversarial.optimal_discriminator").solve(worlds).quantities["optimal"]
[0.5, 0.5]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number
from solvers.adversarial.arrays import Array
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Worlds(Inputs):
    """What is real, and what the generator makes."""

    data: Array = array("n", 0, 1, "probabilities p_data")
    generator: Array = array("n", 0, 1, "probabilities p_g")

    def check(self) -> None:
        for name in ("data", "generator"):
            shares = getattr(self, name)
            if abs(shares.sum() - 1) > 1e-9:
                raise BadInput(name, shares.tolist(), "probabilities that add up to 1")
        if (self.data + self.generator == 0).any():
            message = "more than 0 wherever data is 0: there D* would be 0/0"
            raise BadInput("generator", self.generator.tolist(), message)

    @property
    def optimal(self) -> Array:
        return self.data / (self.data + self.generator)


def _weighted_logs(shares: Array, values: Array) -> Array:
    """p ln v, where 0 ln 0 is 0."""
    terms: Array = shares * np.log(np.where(shares == 0, 1.0, values))
    return terms


def _reference(given: Worlds, work: Work) -> None:
    data, made = given.data, given.generator
    total = work.step("optimal", "both together", "p_data + p_g", data + made)
    formula = f"p_data/(p_data + p_g), first {number(data[0])}/{number(total[0])}"
    optimal = work.step("optimal", "optimal discriminator", formula, given.optimal)
    optimal = work.give("optimal", optimal)

    terms = _weighted_logs(data, optimal)
    real = work.step("value", "real examples", "Σ p_data ln D*", float(terms.sum()))
    terms = _weighted_logs(made, 1 - optimal)
    fake = work.step("value", "made examples", "Σ p_g ln(1 − D*)", float(terms.sum()))
    formula = f"{factor(real)} + {factor(fake)}"
    value = work.give("value", work.step("value", "value", formula, real + fake))
    formula = f"(V + ln 4)/2 = ({number(value)} + {number(math.log(4))})/2"
    jsd = work.step("divergence", "divergence", formula, (value + math.log(4)) / 2)
    work.give("divergence", jsd)


def _kernel(given: Worlds, device: Device) -> Mapping[str, Any]:
    """D* as the posterior of two equally likely sources, V from the divergences themselves."""
    import torch
    from torch.distributions import Categorical, kl_divergence

    data, made = device.tensor(given.data), device.tensor(given.generator)
    posterior = torch.softmax(torch.stack([data.log(), made.log()]), dim=0)
    middle = Categorical(probs=(data + made) / 2)
    to_data, to_made = (kl_divergence(Categorical(probs=p), middle) for p in (data, made))
    divergence = (to_data + to_made) / 2
    return {
        "optimal": posterior[0],
        "value": 2 * divergence - math.log(4),
        "divergence": divergence,
    }


def _optimal(rule: Callable[[Worlds], Array]) -> Callable[[Worlds], dict[str, Array]]:
    """A wrong discriminator."""
    return lambda g: {"optimal": rule(g)}


solver = Solver(
    id="adversarial.optimal_discriminator",
    concepts=("gan-optimal-d",),
    inputs=Worlds,
    quantities={
        "optimal": Quantity("vector", "D*(x) for each x"),
        "value": Quantity("real", "V(D*)", uses=("optimal",)),
        "divergence": Quantity(
            "real", "Jensen–Shannon divergence of the two", uses=("optimal", "value")
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "gan-optimal-d/generator-share",
            slip="when the share of the generator is taken",
            correction="D is the chance of being real: p_data is what stands on top.",
            wrong=_optimal(lambda g: g.generator / (g.data + g.generator)),
            departs_at="optimal discriminator",
        ),
        Misconception(
            "gan-optimal-d/ratio",
            slip="when p_data is divided by p_g alone",
            correction="Divide by both together, p_data + p_g: the result is a probability.",
            wrong=_optimal(lambda g: g.data / g.generator),
            departs_at="both together",
            applies=lambda g: bool(g.generator.all()),
        ),
        Misconception(
            "gan-optimal-d/always-half",
            slip="when D* is taken to be ½ everywhere",
            correction="D* = ½ only where both are equally likely, as at the equilibrium.",
            wrong=_optimal(lambda g: np.full_like(g.data, 0.5)),
            departs_at="optimal discriminator",
        ),
        Misconception(
            "gan-optimal-d/p-data",
            slip="when p_data itself is given",
            correction="How likely x is among real examples is not yet how likely x is real.",
            wrong=_optimal(lambda g: g.data),
            departs_at="optimal discriminator",
        ),
    ),
    source="Goodfellow et al., Generative adversarial nets, arXiv:1406.2661, section 4.1",
)
