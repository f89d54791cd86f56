"""diffusion.reverse: one step back, from x_t to the mean of x_{t−1}.

    μ = (x_t − β_t/√(1 − ᾱ_t)·ε̂)/√α_t      x_{t−1} = μ + σ_t z

x_t, ε̂ and μ have d entries. σ_t² is β_t, or the smaller β̃_t = (1 − ᾱ_{t−1})/(1 − ᾱ_t)·β_t, the
variance of x_{t−1} given x_t and x₀; with ᾱ_0 = 1 it is 0 at the last step back. Source: Ho, Jain
and Abbeel, arXiv:2006.11239, equations 7 and 11.

>>> from solvers import find
>>> known = {"betas": [0.75], "noised": [2], "predicted": [0]}
>>> find("diffusion.reverse").solve(known).quantities["mean"]
[4.0]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number, product_of
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device
from solvers.diffusion.arrays import LARGEST, SMALLEST, Array, alpha_bar


@dataclass(frozen=True, kw_only=True)
class StepBack(Inputs):
    """A schedule up to t, the noisy data, and the noise that a network sees in it."""

    betas: Array = array("t", SMALLEST, LARGEST, "β of each step, the first first")
    noised: Array = array("d", -1000, 1000, "the noisy data x_t")
    predicted: Array = array("d", -1000, 1000, "the predicted noise ε̂")

    @property
    def beta(self) -> float:
        """β_t, of the last step."""
        return float(self.betas[-1])

    @property
    def alpha_bar(self) -> float:
        return float(alpha_bar(self.betas)[-1])

    @property
    def noise(self) -> Array:
        """β_t/√(1 − ᾱ_t)·ε̂, what is taken off."""
        return self.beta / math.sqrt(1 - self.alpha_bar) * self.predicted


def _reference(given: StepBack, work: Work) -> None:
    beta = given.beta
    formula = f"Π (1 − β) = {product_of(1 - given.betas)}"
    left = work.step("alpha_bar", "what is left", formula, given.alpha_bar)
    left = work.give("alpha_bar", left)

    name, formula = "mean", f"β_t/√(1 − ᾱ) = {number(beta)}/√{number(1 - left)}"
    factor = work.step(name, "factor of the noise", formula, beta / np.sqrt(1 - left))
    formula = f"x_t − {number(factor)}·ε̂"
    clean = given.noised - factor * given.predicted
    clean = work.step(name, "less noise", formula, clean)
    root = math.sqrt(1 - beta)
    formula = f"divided by √α_t = √{number(1 - beta)}"
    work.give(name, work.step(name, "mean", formula, clean / root))

    name, before = "posterior_variance", left / (1 - beta)
    # 1 − ᾱ_{t−1} of the first step is 0 without rounding.
    noise = 1 - before if len(given.betas) > 1 else 0.0
    formula = "1 − ᾱ_{t−1}, with ᾱ_{t−1} = ᾱ_t/α_t"
    noise = work.step(name, "noise one step before", formula, noise)
    formula = f"{number(noise)}/{number(1 - left)}·β_t"
    variance = work.step(name, "variance", formula, np.divide(noise, 1 - left) * beta)
    work.give(name, variance)


def _kernel(given: StepBack, device: Device) -> Mapping[str, Any]:
    """The product of two normal densities in x_{t−1}: q(x_t | x_{t−1}) and q(x_{t−1} | x̂₀).

    Precisions add, and the mean is weighed by them. All is multiplied by the variance of the
    second, 1 − ᾱ_{t−1}, which is 0 at the first step.
    """
    import torch

    betas = device.tensor(given.betas)
    beta, kept = betas[-1], torch.cumprod(1 - betas, dim=0)
    left, before = kept[-1], kept[-2] if len(kept) > 1 else torch.ones_like(kept[0])
    noised, predicted = device.tensor(given.noised), device.tensor(given.predicted)
    x0 = (noised - torch.sqrt(1 - left) * predicted) / torch.sqrt(left)
    weight = (1 - before) / beta
    precision = (1 - beta) * weight + 1
    mean = (torch.sqrt(1 - beta) * weight * noised + torch.sqrt(before) * x0) / precision
    return {"alpha_bar": left, "mean": mean, "posterior_variance": (1 - before) / precision}


def _mean(rule: Callable[[StepBack], Array]) -> Callable[[StepBack], dict[str, Array]]:
    return lambda given: {"mean": rule(given)}


def _root_of_beta(given: StepBack) -> Array:
    factor = math.sqrt(given.beta) / math.sqrt(1 - given.alpha_bar)
    return (given.noised - factor * given.predicted) / math.sqrt(1 - given.beta)


solver = Solver(
    id="diffusion.reverse",
    concepts=("diffusion-reverse",),
    inputs=StepBack,
    quantities={
        "alpha_bar": Quantity("real", "ᾱ_t, what is left of the signal's variance"),
        "mean": Quantity("vector", "μ, the mean of x_{t−1}", uses=("alpha_bar",)),
        "posterior_variance": Quantity(
            "real", "β̃_t, the variance of x_{t−1} given x_t and x₀", uses=("alpha_bar",)
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "diffusion-reverse/abar-prefactor",
            slip="when √ᾱ_t divides in place of √α_t",
            correction="One step is undone, so √α_t divides; √ᾱ_t leads to x̂₀ at once.",
            wrong=_mean(lambda g: (g.noised - g.noise) / math.sqrt(g.alpha_bar)),
            departs_at="mean",
            applies=lambda g: len(g.betas) >= 2,
        ),
        Misconception(
            "diffusion-reverse/sqrt-beta",
            slip="when the noise is multiplied by √β_t",
            correction="The factor is β_t/√(1 − ᾱ_t): the root is in the denominator alone.",
            wrong=_mean(_root_of_beta),
            departs_at="factor of the noise",
        ),
        Misconception(
            "diffusion-reverse/no-prefactor",
            slip="without dividing by √α_t",
            correction="The step forward shrank the data by √α_t, so the step back divides by it.",
            wrong=_mean(lambda g: g.noised - g.noise),
            departs_at="mean",
        ),
        Misconception(
            "diffusion-reverse/minus-to-plus",
            slip="when the noise is added",
            correction="A step back takes noise off: x_t minus the predicted part.",
            wrong=_mean(lambda g: (g.noised + g.noise) / math.sqrt(1 - g.beta)),
            departs_at="less noise",
        ),
    ),
    source="Ho, Jain and Abbeel, arXiv:2006.11239, equations 7 and 11",
)
