"""energy.contrastive_gradient: how an energy-based model learns from one example.

    ∂(−ln p(x⁺))/∂θ = ∂E(x⁺)/∂θ − Σ_x p(x)·∂E(x)/∂θ,  p = e^−E/Z

Descending it lowers the energy of the example (positive phase) and raises that of what the model
itself finds likely (negative phase). E and its slope in θ are given for each of a few states; θ
is one parameter, T = 1. Source: Hinton, Training products of experts by minimizing contrastive
divergence (2002); LeCun et al., A tutorial on energy-based learning (2006).

>>> from solvers import find
>>> known = {"energies": [1, 1], "slopes": [3, 1], "observed": 0}
>>> find("energy.contrastive_gradient").solve(known).quantities
{'probabilities': [0.5, 0.5], 'negative_phase': 2.0, 'gradient': 1.0}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import factor, number, sum_of_products
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.device import Device
from solvers.energy.boltzmann import Array, softmax


@dataclass(frozen=True, kw_only=True)
class Model(Inputs):
    """A model of a few states, and the state that was observed."""

    energies: Array = array("states", -1000, 1000, "energy E of each state")
    slopes: Array = array("states", -1000, 1000, "∂E/∂θ of each state")
    observed: int = whole(0, 63, "the state x⁺ that was observed, counted from 0")

    def check(self) -> None:
        if self.observed >= len(self.energies):
            allowed = f"at most {len(self.energies) - 1}, the last state"
            raise BadInput("observed", self.observed, allowed)

    @property
    def positive(self) -> float:
        """∂E(x⁺)/∂θ"""
        return float(self.slopes[self.observed])

    @property
    def negative(self) -> float:
        """Σ p ∂E/∂θ"""
        return float(softmax(-self.energies) @ self.slopes)


def _reference(given: Model, work: Work) -> None:
    name, formula = "probabilities", "e^−E/Z"
    probabilities = work.step(name, "probabilities", formula, softmax(-given.energies))
    probabilities = work.give(name, probabilities)
    name, formula = "negative_phase", sum_of_products(probabilities, given.slopes)
    negative = float(probabilities @ given.slopes)
    negative = work.give(name, work.step(name, "mean slope over the model", formula, negative))

    formula = f"∂E/∂θ of state {given.observed}, counted from 0"
    positive = work.step("gradient", "slope at the example", formula, given.positive)
    formula = f"{number(positive)} − {factor(negative)}"
    work.give("gradient", work.step("gradient", "gradient", formula, positive - negative))


def _kernel(given: Model, device: Device) -> Mapping[str, Any]:
    """Autograd of −ln p(x⁺) = E(x⁺) + logsumexp(−E), and of its second term alone."""
    import torch

    theta = torch.zeros((), dtype=device.dtype, device=device.name, requires_grad=True)
    energies = device.tensor(given.energies) + theta * device.tensor(given.slopes)
    log_z = torch.logsumexp(-energies, dim=0)
    loss = energies[given.observed] + log_z
    gradient = torch.autograd.grad(loss, theta, retain_graph=True)[0]
    return {
        "probabilities": torch.exp(-energies - log_z).detach(),
        "negative_phase": -torch.autograd.grad(log_z, theta)[0],
        "gradient": gradient,
    }


def _gradient(rule: Callable[[Model], float]) -> Callable[[Model], dict[str, float]]:
    return lambda given: {"gradient": rule(given)}


def _uniform(given: Model) -> dict[str, float]:
    mean = float(given.slopes.mean())
    return {"negative_phase": mean, "gradient": given.positive - mean}


solver = Solver(
    id="energy.contrastive_gradient",
    concepts=("ebm-contrastive-gradient",),
    inputs=Model,
    quantities={
        "probabilities": Quantity("vector", "p of each state"),
        "negative_phase": Quantity("real", "mean of ∂E/∂θ over the model", uses=("probabilities",)),
        "gradient": Quantity("real", "∂(−ln p(x⁺))/∂θ", uses=("probabilities", "negative_phase")),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "ebm-contrastive-gradient/no-negative-phase",
            slip="without the negative phase",
            correction="Z depends on θ too: ln Z brings the mean slope over the model.",
            wrong=_gradient(lambda g: g.positive),
            departs_at="gradient",
        ),
        Misconception(
            "ebm-contrastive-gradient/sum-phases",
            slip="when the two phases are added",
            correction="ln Z falls where energies rise, so the mean slope is subtracted.",
            wrong=_gradient(lambda g: g.positive + g.negative),
            departs_at="gradient",
        ),
        Misconception(
            "ebm-contrastive-gradient/uniform-negatives",
            slip="when all states count the same in the negative phase",
            correction="The mean is over the model: each state counts with its probability p.",
            wrong=_uniform,
            departs_at="mean slope over the model",
        ),
        Misconception(
            "ebm-contrastive-gradient/sign",
            slip="when the sign is turned round",
            correction="That is the gradient of ln p; the loss is −ln p.",
            wrong=_gradient(lambda g: g.negative - g.positive),
            departs_at="gradient",
        ),
    ),
    source="Hinton, Training products of experts by minimizing contrastive divergence (2002)",
)
