"""diffusion.estimate: from the predicted noise back to the data, and the loss of the prediction.

    x̂₀ = (x_t − √(1 − ᾱ_t) ε̂)/√ᾱ_t          L_simple = mean of (ε − ε̂)² over the entries

x_t, ε (the noise that was added) and ε̂ (what the network predicts) have d entries. Source: Ho,
Jain and Abbeel, arXiv:2006.11239, equations 14 and 15.

>>> from solvers import find
>>> known = {"noised": [2], "alpha_bar": 0.64, "noise": [1], "predicted": [2]}
>>> find("diffusion.estimate").solve(known).quantities
{'x0_estimate': [1.0], 'loss': 1.0}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, real
from solvers.device import Device
from solvers.diffusion.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Prediction(Inputs):
    """Noisy data, the noise in it, and the noise that a network sees in it."""

    noised: Array = array("d", -1000, 1000, "the noisy data x_t")
    alpha_bar: float = real(1e-6, 0.9999, "ᾱ_t, what is left of the signal's variance")
    noise: Array = array("d", -1000, 1000, "the noise ε that was added")
    predicted: Array = array("d", -1000, 1000, "the predicted noise ε̂")

    @property
    def signal(self) -> float:
        """√ᾱ"""
        return math.sqrt(self.alpha_bar)

    @property
    def share(self) -> float:
        """√(1 − ᾱ)"""
        return math.sqrt(1 - self.alpha_bar)

    @property
    def data(self) -> Array:
        """x₀, from the noise that was really added."""
        return (self.noised - self.share * self.noise) / self.signal


def _reference(given: Prediction, work: Work) -> None:
    name, formula = "x0_estimate", f"√(1 − ᾱ)·ε̂ = {number(given.share)}·ε̂"
    noise = work.step(name, "predicted part of the noise", formula, given.share * given.predicted)
    formula = "x_t minus that"
    clean = work.step(name, "without the noise", formula, given.noised - noise)
    formula = f"divided by √ᾱ = {number(given.signal)}"
    work.give(name, work.step(name, "estimate of the data", formula, clean / given.signal))

    errors = work.step("loss", "errors", "ε − ε̂", given.noise - given.predicted)
    squares = work.step("loss", "squared errors", "(ε − ε̂)²", errors**2)
    formula = f"Σ/d = {number(squares.sum())}/{len(squares)}"
    work.give("loss", work.step("loss", "loss", formula, float(squares.mean())))


def _kernel(given: Prediction, device: Device) -> Mapping[str, Any]:
    """The forward step as an affine transform of x₀, turned round."""
    import torch
    from torch.distributions import AffineTransform

    predicted, left = device.tensor(given.predicted), device.tensor(given.alpha_bar)
    forward = AffineTransform(torch.sqrt(1 - left) * predicted, torch.sqrt(left))
    loss = torch.nn.functional.mse_loss(predicted, device.tensor(given.noise))
    return {"x0_estimate": forward.inv(device.tensor(given.noised)), "loss": loss}


def _estimate(rule: Callable[[Prediction], Array]) -> Callable[[Prediction], dict[str, Array]]:
    return lambda given: {"x0_estimate": rule(given)}


solver = Solver(
    id="diffusion.estimate",
    concepts=("diffusion-x0-estimate",),
    inputs=Prediction,
    quantities={
        "x0_estimate": Quantity("vector", "x̂₀, the data as the prediction has it"),
        "loss": Quantity("real", "mean squared error of the predicted noise"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "diffusion-x0-estimate/divide-by-abar",
            slip="when ᾱ divides without its root",
            correction="The data was multiplied by √ᾱ, so √ᾱ divides.",
            wrong=_estimate(lambda g: (g.noised - g.share * g.predicted) / g.alpha_bar),
            departs_at="estimate of the data",
        ),
        Misconception(
            "diffusion-x0-estimate/plus",
            slip="when the predicted noise is added",
            correction="The noise was added on the way to x_t; on the way back it is taken off.",
            wrong=_estimate(lambda g: (g.noised + g.share * g.predicted) / g.signal),
            departs_at="without the noise",
        ),
        Misconception(
            "diffusion-x0-estimate/no-sqrt-noise",
            slip="when the noise is multiplied by 1 − ᾱ without the root",
            correction="The factor of the noise is its standard deviation, √(1 − ᾱ).",
            wrong=_estimate(lambda g: (g.noised - (1 - g.alpha_bar) * g.predicted) / g.signal),
            departs_at="predicted part of the noise",
        ),
        Misconception(
            "diffusion-x0-estimate/target-x0",
            slip="when the prediction is compared with the data",
            correction="The network predicts the noise, so it is compared with ε.",
            wrong=lambda g: {"loss": float(((g.data - g.predicted) ** 2).mean())},
            departs_at="errors",
        ),
    ),
    source="Ho, Jain and Abbeel, arXiv:2006.11239, equations 14 and 15",
)
