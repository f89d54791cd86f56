"""diffusion.schedule: how much of the signal is left after t steps.

    α_t = 1 − β_t,  ᾱ_t = α_1·α_2⋯α_t,  SNR = ᾱ_t/(1 − ᾱ_t)

β_s is the variance of the noise that step s adds; ᾱ_t and 1 − ᾱ_t are the variances of signal
and noise in x_t, for data of variance 1. Source: Ho, Jain and Abbeel, Denoising diffusion
probabilistic models, arXiv:2006.11239, section 2.

>>> from solvers import find
>>> find("diffusion.schedule").solve({"betas": [0.5, 0.5]}).quantities
{'alpha_bar': 0.25, 'snr': 0.3333333333333333}
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
class Schedule(Inputs):
    """The variances of the steps up to t."""

    betas: Array = array("t", SMALLEST, LARGEST, "β of each step, the first first", max_side=1000)

    @property
    def alpha_bar(self) -> float:
        return float(alpha_bar(self.betas)[-1])


def _reference(given: Schedule, work: Work) -> None:
    alphas = work.step("alpha_bar", "what each step keeps", "α = 1 − β", 1 - given.betas)
    formula = f"ᾱ = {product_of(alphas)}"
    left = work.give("alpha_bar", work.step("alpha_bar", "product", formula, given.alpha_bar))

    noise = work.step("snr", "variance of the noise", f"1 − ᾱ = 1 − {number(left)}", 1 - left)
    formula = f"ᾱ/(1 − ᾱ) = {number(left)}/{number(noise)}"
    work.give("snr", work.step("snr", "signal-to-noise ratio", formula, np.divide(left, noise)))


def _kernel(given: Schedule, device: Device) -> Mapping[str, Any]:
    """Sums of logarithms: ln ᾱ = Σ ln(1 − β), and SNR = 1/(1/ᾱ − 1)."""
    import torch

    log = torch.log1p(-device.tensor(given.betas)).sum()
    return {"alpha_bar": torch.exp(log), "snr": 1 / torch.expm1(-log)}


def _instead(rule: Callable[[Schedule], float]) -> Callable[[Schedule], dict[str, float]]:
    """Quantities that follow from a wrong ᾱ; no ratio where it is no share of 1."""

    def wrong(given: Schedule) -> dict[str, float]:
        left = rule(given)
        return {"alpha_bar": left, **({"snr": left / (1 - left)} if 0 < left < 1 else {})}

    return wrong


def _several(given: Schedule) -> bool:
    return len(given.betas) >= 2


solver = Solver(
    id="diffusion.schedule",
    concepts=("diffusion-alpha-bar",),
    inputs=Schedule,
    quantities={
        "alpha_bar": Quantity("real", "ᾱ_t, what is left of the signal's variance"),
        "snr": Quantity("real", "signal-to-noise ratio ᾱ_t/(1 − ᾱ_t)", uses=("alpha_bar",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "diffusion-alpha-bar/sum",
            slip="when the β are added up and taken from 1",
            correction="Each step keeps a share of what is left: the shares 1 − β are multiplied.",
            wrong=_instead(lambda g: 1 - float(g.betas.sum())),
            departs_at="product",
            applies=_several,
        ),
        Misconception(
            "diffusion-alpha-bar/product-of-beta",
            slip="when the β themselves are multiplied",
            correction="β is what a step takes; what it keeps is 1 − β, and these are multiplied.",
            wrong=_instead(lambda g: float(g.betas.prod())),
            departs_at="what each step keeps",
        ),
        Misconception(
            "diffusion-alpha-bar/one-minus-product",
            slip="when the product of the β is taken from 1",
            correction="Take each β from 1 first, then multiply.",
            wrong=_instead(lambda g: 1 - float(g.betas.prod())),
            departs_at="what each step keeps",
            applies=_several,
        ),
        Misconception(
            "diffusion-alpha-bar/last-only",
            slip="when only the last step is counted",
            correction="ᾱ has the bar because all steps up to t count; α_t is the last alone.",
            wrong=_instead(lambda g: 1 - float(g.betas[-1])),
            departs_at="product",
            applies=_several,
        ),
        Misconception(
            "diffusion-alpha-bar/sqrt",
            slip="when its root is taken",
            correction="ᾱ belongs to the variance; its root is the factor in front of x₀.",
            wrong=_instead(lambda g: math.sqrt(g.alpha_bar)),
            departs_at="product",
        ),
    ),
    source="Ho, Jain and Abbeel, arXiv:2006.11239, section 2",
)
