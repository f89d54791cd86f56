"""normalization.batch: batch norm in training, each feature over the batch.

    μ = (1/m)Σᵢxᵢ,  σ² = (1/m)Σᵢ(xᵢ − μ)²,  x̂ = (x − μ)/√(σ² + ε),  y = γx̂ + β

x (m, d) are m samples of d features; μ, σ², γ and β (d) belong to the features. In a convolution
the batch of a channel is everything over N, H and W. Convention: σ² divides by m, and ε stands
inside the root. Source: Ioffe and Szegedy, Batch normalization, arXiv:1502.03167, algorithm 1.
It helps because it makes the loss smoother (Santurkar et al., arXiv:1805.11604), rather than by
reducing the covariate shift it was named for.

>>> from solvers import find
>>> layer = {"x": [[1], [3]], "gamma": [2], "beta": [5], "epsilon": 1e-12}
>>> find("normalization.batch").solve(layer).quantities["variance"]
[1.0]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number, sum_of
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, real
from solvers.device import Device
from solvers.normalization.arrays import Array, centre


@dataclass(frozen=True, kw_only=True)
class Batch(Inputs):
    """A batch, and the gain and shift of each feature."""

    x: Array = array("m d", -1000, 1000, "samples x, one a row")
    gamma: Array = array("d", -100, 100, "gain γ of each feature")
    beta: Array = array("d", -1000, 1000, "shift β of each feature")
    epsilon: float = real(1e-12, 1, "ε, added to the variance", default=1e-5)

    def check(self) -> None:
        if len(self.x) < 2:
            raise BadInput("x", self.x.tolist(), "at least two samples, one a row")

    def normalised(self, axis: int = 0, ddof: int = 0) -> Array:
        _, centred = centre(self.x, axis)
        variance = (centred**2).sum(axis, keepdims=True) / (self.x.shape[axis] - ddof)
        return np.asarray(centred / np.sqrt(variance + self.epsilon))


def _reference(given: Batch, work: Work) -> None:
    x, m = given.x, len(given.x)
    mean, centred = centre(x, 0)
    formula = f"of each column, first ({sum_of(x[:, 0])})/{m}"
    mean = work.step("mean", "mean over the batch", formula, mean[0])
    stated = work.give("mean", mean)
    if stated is not mean:
        centred = x - stated
    formula = f"x − μ, first {number(x[0, 0])} − {factor(stated[0])}"
    centred = work.step("variance", "distance from the mean", formula, centred)
    formula = f"Σ(x − μ)²/m, first ({sum_of(centred[:, 0] ** 2)})/{m}"
    variance = (centred**2).mean(axis=0)
    variance = work.step("variance", "variance over the batch", formula, variance)
    variance = work.give("variance", variance)
    formula = f"(x − μ)/√(σ² + ε), first {number(centred[0, 0])}/√({number(variance[0])}"
    formula += f" + {number(given.epsilon)})"
    normalised = centred / np.sqrt(variance + given.epsilon)
    normalised = work.step("normalised", "normalised", formula, normalised)
    normalised = work.give("normalised", normalised)
    formula = f"γx̂ + β, first {number(given.gamma[0])}·{factor(normalised[0, 0])}"
    formula += f" + {factor(given.beta[0])}"
    output = given.gamma * normalised + given.beta
    work.give("output", work.step("output", "output", formula, output))


def _kernel(given: Batch, device: Device) -> Mapping[str, Any]:
    """Batch norm ignores a constant, so the first sample is subtracted before: equal samples are
    then zeros, and their rounding is not blown up by the division."""
    import torch

    x = device.tensor(given.x)
    shifted = device.tensor(given.x - given.x[0])
    settings: dict[str, Any] = {"training": True, "eps": given.epsilon}
    normalise = torch.nn.functional.batch_norm
    gain, shift = device.tensor(given.gamma), device.tensor(given.beta)
    return {
        "mean": x.mean(dim=0),
        "variance": shifted.var(dim=0, correction=0),
        "normalised": normalise(shifted, None, None, **settings),
        "output": normalise(shifted, None, None, gain, shift, **settings),
    }


def _normalised(rule: Callable[[Batch], Array]) -> Callable[[Batch], dict[str, Any]]:
    """Quantities that follow from a wrong x̂."""
    return lambda g: {"normalised": rule(g), "output": g.gamma * rule(g) + g.beta}


def _unbiased(given: Batch) -> dict[str, Any]:
    rest = _normalised(lambda g: g.normalised(ddof=1))(given)
    return {"variance": given.x.var(axis=0, ddof=1), **rest}


def _by_rows(given: Batch) -> dict[str, Any]:
    """Statistics of each sample, one for every row: x̂ has the right shape, they have not."""
    rest = _normalised(lambda g: g.normalised(axis=1))(given)
    return {"mean": given.x.mean(axis=1), "variance": given.x.var(axis=1), **rest}


def _over_variance(given: Batch) -> Array:
    _, centred = centre(given.x, 0)
    return np.asarray(centred / ((centred**2).mean(axis=0) + given.epsilon))


def _scales(given: Batch) -> bool:
    return bool((given.gamma != 1).any())


def _shifts(given: Batch) -> bool:
    return bool(given.beta.any())


solver = Solver(
    id="normalization.batch",
    concepts=("batch-norm",),
    inputs=Batch,
    quantities={
        "mean": Quantity("vector", "mean μ of each feature over the batch"),
        "variance": Quantity("vector", "variance σ² of each feature, divided by m", uses=("mean",)),
        "normalised": Quantity("matrix", "x̂ before gain and shift", uses=("mean", "variance")),
        "output": Quantity("matrix", "y = γx̂ + β", uses=("mean", "variance", "normalised")),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "batch-norm/unbiased-variance",
            slip="when the variance is divided by m − 1",
            correction=lambda g: (
                f"Inside batch norm the variance divides by m = {len(g.x)}; m − 1 serves the"
                " running variance only."
            ),
            wrong=_unbiased,
            departs_at="variance over the batch",
        ),
        Misconception(
            "batch-norm/normalise-rows",
            slip="when each sample is normalised over its own features, as in layer norm",
            correction="Batch norm works on columns: one feature over all samples of the batch.",
            wrong=_by_rows,
            departs_at="mean over the batch",
            applies=lambda g: g.x.shape[1] >= 2,
        ),
        Misconception(
            "batch-norm/divide-by-variance",
            slip="when the root of the variance is not taken",
            correction="Divide by √(σ² + ε), which has the unit of x, not by σ² + ε.",
            wrong=_normalised(_over_variance),
            departs_at="normalised",
        ),
        Misconception(
            "batch-norm/no-affine",
            slip="when gain and shift are left out",
            correction="x̂ is not the output yet: y = γx̂ + β.",
            wrong=lambda g: {"output": g.normalised()},
            departs_at="output",
            applies=lambda g: _scales(g) or _shifts(g),
        ),
        Misconception(
            "batch-norm/affine-order",
            slip="when the shift is added before the gain multiplies",
            correction="First the gain, then the shift: y = γx̂ + β, not γ(x̂ + β).",
            wrong=lambda g: {"output": g.gamma * (g.normalised() + g.beta)},
            departs_at="output",
            applies=lambda g: _scales(g) and _shifts(g),
        ),
    ),
    source="Ioffe and Szegedy, arXiv:1502.03167, algorithm 1",
)
