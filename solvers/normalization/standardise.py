"""normalization.standardise: a feature brought to mean 0 and standard deviation 1.

    x′ = (x − μ)/σ,  μ = (1/n)Σx,  σ = √((1/n)Σ(x − μ)²)

x (n) are the values of one feature in the training set; μ and σ come from the training set alone
and are used for validation and test data as they are. Convention: σ of the population (divided
by n), as in scikit-learn's StandardScaler. Source: LeCun et al., Efficient BackProp (1998), 4.3.

>>> from solvers import find
>>> find("normalization.standardise").solve({"values": [1, 3, 5, 7]}).quantities["mean"]
4.0
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number, sum_of
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device
from solvers.normalization.arrays import Array, centre

# Values closer together than this have no spread worth dividing by.
_SPREAD = 1e-6


@dataclass(frozen=True, kw_only=True)
class Feature(Inputs):
    """The values of one feature in the training set."""

    values: Array = array("n", -1e6, 1e6, "values x of one feature")

    def check(self) -> None:
        if np.ptp(self.values) < _SPREAD:
            raise BadInput("values", self.values.tolist(), "values that are not all equal")

    @property
    def mean(self) -> float:
        return float(self.values.mean())

    @property
    def std(self) -> float:
        return float(self.values.std())


def _reference(given: Feature, work: Work) -> None:
    x, n = given.values, len(given.values)
    mean, centred = centre(x, 0)
    formula = f"Σx/n = ({sum_of(x)})/{n}"
    mean = work.step("mean", "mean", formula, float(mean[0]))
    stated = work.give("mean", mean)
    if stated != mean:
        centred = x - stated
    formula = f"x − μ, first {number(x[0])} − {factor(stated)}"
    centred = work.step("std", "distance from the mean", formula, centred)
    variance = float((centred**2).mean())
    formula = f"Σ(x − μ)²/n = ({sum_of(centred**2)})/{n}"
    variance = work.step("std", "variance", formula, variance)
    std = work.step("std", "standard deviation", f"√{number(variance)}", math.sqrt(variance))
    std = work.give("std", std)
    formula = f"(x − μ)/σ, first {number(centred[0])}/{number(std)}"
    scaled = work.step("standardised", "standardised values", formula, centred / std)
    work.give("standardised", scaled)


def _kernel(given: Feature, device: Device) -> Mapping[str, Any]:
    """A layer norm without ε, over the values as if they were one example.

    Standardising ignores a constant, so the first value is subtracted before: large values that
    differ little would otherwise be rounded.
    """
    import torch

    x = device.tensor(given.values)
    shifted = device.tensor(given.values - given.values[0])
    std, _ = torch.std_mean(shifted, correction=0)
    standardised = torch.nn.functional.layer_norm(shifted, shifted.shape, eps=0.0)
    return {"mean": x.mean(), "std": std, "standardised": standardised}


def _sample_std(given: Feature) -> dict[str, Any]:
    std = given.values.std(ddof=1)
    return {"std": std, "standardised": (given.values - given.mean) / std}


solver = Solver(
    id="normalization.standardise",
    concepts=("input-standardisation",),
    inputs=Feature,
    quantities={
        "mean": Quantity("real", "mean μ"),
        "std": Quantity("real", "standard deviation σ, divided by n", uses=("mean",)),
        "standardised": Quantity("vector", "x′ = (x − μ)/σ", uses=("mean", "std")),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "input-standardisation/divide-by-variance",
            slip="when the distances are divided by the variance",
            correction=lambda g: (
                f"Divide by σ, the root of the variance: √{number(g.std**2)} = {number(g.std)}."
            ),
            wrong=lambda g: {"standardised": (g.values - g.mean) / g.std**2},
            departs_at="standardised values",
        ),
        Misconception(
            "input-standardisation/no-centre",
            slip="when the mean is not subtracted",
            correction=lambda g: (
                f"Subtract μ = {number(g.mean)} first, so that the mean becomes 0."
            ),
            wrong=lambda g: {"standardised": g.values / g.std},
            departs_at="distance from the mean",
        ),
        Misconception(
            "input-standardisation/min-max",
            slip="when the values are scaled to run from 0 to 1",
            correction="That is min-max scaling; standardising gives mean 0 and deviation 1.",
            wrong=lambda g: {"standardised": (g.values - g.values.min()) / np.ptp(g.values)},
            departs_at="distance from the mean",
        ),
        Misconception(
            "input-standardisation/sample-sd",
            slip="when the squares are divided by n − 1",
            correction=lambda g: f"σ of the population divides by n = {len(g.values)}.",
            wrong=_sample_std,
            departs_at="variance",
        ),
    ),
    source="LeCun et al., Efficient BackProp (1998), section 4.3",
)
