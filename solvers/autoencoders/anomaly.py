"""autoencoders.anomaly_detection: what an autoencoder cannot rebuild was not in its training.

    e(x) = (1/n)Σ(x − x̂)²,   τ = μ_e + k·σ_e,   flag x when e(x) > τ

μ_e and σ_e are the mean and the population standard deviation of the errors on normal validation
data. Shapes: points and reconstructions (points, n), codes (points, width), errors (m,).
Source: Sakurada and Yairi, Anomaly detection using autoencoders with nonlinear dimensionality
reduction (2014).

>>> from solvers import find
>>> data = {"validation_errors": [1, 3], "deviations": 2, "points": [[1, 1], [5, 0]]}
>>> data |= {"reconstructions": [[0, 1], [1, 0]], "codes": [[4], [1]]}
>>> find("autoencoders.anomaly_detection").solve(data).quantities
{'threshold': 4.0, 'errors': [0.5, 8.0], 'flagged': 1}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number, sum_of
from solvers.activations.arrays import Array
from solvers.contract import Inputs, Misconception, Quantity, Solver, Unsuitable, Work, array, real
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Detector(Inputs):
    """Errors on normal data, and points to be judged with what the network makes of them."""

    validation_errors: Array = array("m", 0, 1e6, "errors e on normal validation data")
    deviations: float = real(0, 10, "standard deviations k above the mean")
    points: Array = array("points n", -1000, 1000, "points x, one a row")
    reconstructions: Array = array("points n", -1000, 1000, "their reconstructions x̂")
    codes: Array = array("points width", -1000, 1000, "their codes h")

    @property
    def errors(self) -> Array:
        e: Array = ((self.points - self.reconstructions) ** 2).mean(axis=1)
        return e

    @property
    def threshold(self) -> float:
        e = self.validation_errors
        return float(e.mean() + self.deviations * e.std())


def _reference(given: Detector, work: Work) -> None:
    e, k = given.validation_errors, given.deviations
    total = float(e.sum())
    mean = work.step("threshold", "mean error", f"({sum_of(e)})/{len(e)}", total / len(e))
    variance = float(((e - mean) ** 2).mean())
    formula = "mean of (e − μ)², divided by the number of errors"
    variance = work.step("threshold", "variance of the errors", formula, variance)
    formula = f"√{number(variance)}"
    deviation = work.step("threshold", "standard deviation", formula, float(np.sqrt(variance)))
    formula = f"μ + kσ = {number(mean)} + {number(k)}·{number(deviation)}"
    threshold = work.step("threshold", "threshold", formula, mean + k * deviation)
    threshold = work.give("threshold", threshold)

    squares = (given.points - given.reconstructions) ** 2
    squares = work.step("errors", "squared errors", "(x − x̂)²", squares)
    errors = work.step("errors", "errors", "mean of each row", squares.mean(axis=1))
    errors = work.give("errors", errors)
    _refuse_ties(errors, threshold)
    over = work.step(
        "flagged", "over the threshold", f"e > {number(threshold)}", _over(errors, threshold)
    )
    work.give("flagged", work.step("flagged", "flagged", "how many", sum(over)))


def _over(values: Array, threshold: float) -> list[int]:
    return [int(value > threshold) for value in values]


def _refuse_ties(errors: Array, threshold: float) -> None:
    if (np.abs(errors - threshold) <= 1e-9 * max(1.0, abs(threshold))).any():
        raise Unsuitable("an error lies on the threshold, so that rounding decides")


def _kernel(given: Detector, device: Device) -> Mapping[str, Any]:
    """torch's own mean, deviation and loss."""
    import torch
    from torch.nn.functional import mse_loss

    deviation, mean = torch.std_mean(device.tensor(given.validation_errors), correction=0)
    threshold = mean + given.deviations * deviation
    points, rebuilt = device.tensor(given.points), device.tensor(given.reconstructions)
    errors = mse_loss(rebuilt, points, reduction="none").mean(dim=1)
    return {"threshold": threshold, "errors": errors, "flagged": (errors > threshold).sum()}


def _varies(given: Detector) -> bool:
    return given.deviations > 0 and bool(given.validation_errors.std() > 0)


solver = Solver(
    id="autoencoders.anomaly_detection",
    concepts=("anomaly-detection",),
    inputs=Detector,
    quantities={
        "threshold": Quantity("real", "τ = μ_e + kσ_e"),
        "errors": Quantity("vector", "reconstruction error of each point"),
        "flagged": Quantity("integer", "points flagged", uses=("threshold", "errors")),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "anomaly-detection/reverse",
            slip="when small errors are flagged",
            correction="The network rebuilds well what it knows: a large error is the alarm.",
            wrong=lambda g: {"flagged": sum(1 - x for x in _over(g.errors, g.threshold))},
            departs_at="over the threshold",
        ),
        Misconception(
            "anomaly-detection/latent-norm",
            slip="when the length of the code is compared with the threshold",
            correction="What counts is how badly x is rebuilt, not how large its code is.",
            wrong=lambda g: {"flagged": sum(_over(np.linalg.norm(g.codes, axis=1), g.threshold))},
            departs_at="over the threshold",
        ),
        Misconception(
            "anomaly-detection/variance-threshold",
            slip="when the variance is taken for the standard deviation",
            correction="σ is the root of the variance; only it has the unit of the errors.",
            wrong=lambda g: {
                "threshold": float(
                    g.validation_errors.mean() + g.deviations * g.validation_errors.var()
                )
            },
            departs_at="standard deviation",
            applies=_varies,
        ),
        Misconception(
            "anomaly-detection/mean-threshold",
            slip="when the mean alone is the threshold",
            correction=lambda g: (
                "About half of the normal data lie above their mean; the threshold is"
                f" {number(g.deviations)} deviations higher."
            ),
            wrong=lambda g: {"threshold": float(g.validation_errors.mean())},
            departs_at="threshold",
            applies=_varies,
        ),
    ),
    source="Sakurada and Yairi, Anomaly detection using autoencoders (2014)",
)
