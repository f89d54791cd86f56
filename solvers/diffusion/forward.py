"""diffusion.forward: from the data to any noisy step at once.

    x_t = √ᾱ_t x₀ + √(1 − ᾱ_t) ε,  ε ~ N(0, I),  ᾱ_t = Π (1 − β_s)

x₀, ε and x_t have d entries. The squares of the two factors add up to 1, so data of variance 1
keeps it. Source: Ho, Jain and Abbeel, arXiv:2006.11239, equation 4.

>>> from solvers import find
>>> known = {"betas": [0.2, 0.2], "x0": [1, 5], "noise": [0, 0]}
>>> find("diffusion.forward").solve(known).quantities["noised"]
[0.8, 4.0]
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
class Noising(Inputs):
    """A schedule up to t, the data, and the noise that was drawn."""

    betas: Array = array("t", SMALLEST, LARGEST, "β of each step, the first first", max_side=1000)
    x0: Array = array("d", -1000, 1000, "the data x₀")
    noise: Array = array("d", -1000, 1000, "the noise ε")

    @property
    def alpha_bar(self) -> float:
        return float(alpha_bar(self.betas)[-1])

    def mix(self, signal: float, noise: float) -> dict[str, Array]:
        return {"noised": signal * self.x0 + noise * self.noise}


def _reference(given: Noising, work: Work) -> None:
    formula = f"Π (1 − β) = {product_of(1 - given.betas)}"
    left = work.step("alpha_bar", "what is left", formula, given.alpha_bar)
    left = work.give("alpha_bar", left)
    formula = f"√ᾱ = √{number(left)}"
    signal = work.step("noised", "factor of the data", formula, np.sqrt(left))
    formula = f"√(1 − ᾱ) = √{number(1 - left)}"
    share = work.step("noised", "factor of the noise", formula, np.sqrt(1 - left))
    formula = f"{number(signal)}·x₀ + {number(share)}·ε"
    noised = work.step("noised", "noisy data", formula, signal * given.x0 + share * given.noise)
    work.give("noised", noised)


def _kernel(given: Noising, device: Device) -> Mapping[str, Any]:
    """Step by step: x ← √(1 − β) x + √β ε_s changes mean and variance, and these are followed."""
    import torch

    mean = device.tensor(given.x0)
    kept, variance = torch.ones_like(mean[0]), torch.zeros_like(mean[0])
    for beta in device.tensor(given.betas):
        mean, kept = torch.sqrt(1 - beta) * mean, (1 - beta) * kept
        variance = (1 - beta) * variance + beta
    noise = torch.distributions.Normal(mean, variance.sqrt())
    return {"alpha_bar": kept, "noised": noise.mean + noise.stddev * device.tensor(given.noise)}


def _mixed(rule: Callable[[float], tuple[float, float]]) -> Callable[[Noising], dict[str, Array]]:
    """Wrong factors of data and noise from the right ᾱ."""
    return lambda given: given.mix(*rule(given.alpha_bar))


def _last_step(given: Noising) -> dict[str, Array]:
    beta = float(given.betas[-1])
    return given.mix(math.sqrt(1 - beta), math.sqrt(beta))


solver = Solver(
    id="diffusion.forward",
    concepts=("diffusion-forward",),
    inputs=Noising,
    quantities={
        "alpha_bar": Quantity("real", "ᾱ_t, what is left of the signal's variance"),
        "noised": Quantity("vector", "x_t, the noisy data", uses=("alpha_bar",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "diffusion-forward/no-sqrt",
            slip="without the two roots",
            correction="ᾱ and 1 − ᾱ are variances; the factors are their roots.",
            wrong=_mixed(lambda left: (left, 1 - left)),
            departs_at="factor of the data",
        ),
        Misconception(
            "diffusion-forward/alpha-not-bar",
            slip="when α of the last step is taken in place of ᾱ",
            correction="All steps up to t have added noise: ᾱ is the product of their α.",
            wrong=_last_step,
            departs_at="what is left",
            applies=lambda g: len(g.betas) >= 2,
        ),
        Misconception(
            "diffusion-forward/swapped",
            slip="when the two factors change places",
            correction="√ᾱ, near 1 at first, belongs to the data and √(1 − ᾱ) to the noise.",
            wrong=_mixed(lambda left: (math.sqrt(1 - left), math.sqrt(left))),
            departs_at="factor of the data",
        ),
        Misconception(
            "diffusion-forward/variance-as-std",
            slip="when the noise is multiplied by its variance",
            correction="The noise is multiplied by its standard deviation, √(1 − ᾱ).",
            wrong=_mixed(lambda left: (math.sqrt(left), 1 - left)),
            departs_at="factor of the noise",
        ),
    ),
    source="Ho, Jain and Abbeel, arXiv:2006.11239, equation 4",
)
