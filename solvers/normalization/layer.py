"""normalization.layer: layer norm, each token over its features.

    μ = (1/d)Σⱼxⱼ,  σ² = (1/d)Σⱼ(xⱼ − μ)²,  x̂ = (x − μ)/√(σ² + ε),  y = γ ⊙ x̂ + β

x (n, d) are n tokens of d features; μ and σ² (n) belong to the tokens, γ and β (d) to the
features. No token needs another, so training and test are the same and a batch of one will do.
Convention: σ² divides by d, and ε stands inside the root. Source: Ba, Kiros and Hinton, Layer
normalization, arXiv:1607.06450.

>>> from solvers import find
>>> tokens = {"x": [[1, 3], [5, 5]], "gamma": [1, 1], "beta": [0, 2]}
>>> find("normalization.layer").solve(tokens).quantities["variance"]
[1.0, 0.0]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number, sum_of
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, real
from solvers.device import Device
from solvers.normalization.arrays import Array, centre


@dataclass(frozen=True, kw_only=True)
class Tokens(Inputs):
    """Tokens, and the gain and shift of each feature."""

    x: Array = array("n d", -1000, 1000, "tokens x, one a row")
    gamma: Array = array("d", -100, 100, "gain γ of each feature")
    beta: Array = array("d", -1000, 1000, "shift β of each feature")
    epsilon: float = real(1e-12, 1, "ε, added to the variance", default=1e-5)

    def normalised(self, axis: int = 1, ddof: int = 0) -> Array:
        _, centred = centre(self.x, axis)
        variance = (centred**2).sum(axis, keepdims=True) / (self.x.shape[axis] - ddof)
        return np.asarray(centred / np.sqrt(variance + self.epsilon))


def _reference(given: Tokens, work: Work) -> None:
    x, d = given.x, given.x.shape[1]
    mean, centred = centre(x, 1)
    formula = f"of each row, first ({sum_of(x[0])})/{d}"
    mean = work.step("mean", "mean of each token", formula, mean[:, 0])
    stated = work.give("mean", mean)
    if stated is not mean:
        centred = x - stated[:, None]
    formula = f"x − μ, first {number(x[0, 0])} − {factor(stated[0])}"
    centred = work.step("variance", "distance from the mean", formula, centred)
    formula = f"Σ(x − μ)²/d, first ({sum_of(centred[0] ** 2)})/{d}"
    variance = (centred**2).mean(axis=1)
    variance = work.step("variance", "variance of each token", formula, variance)
    variance = work.give("variance", variance)
    formula = f"(x − μ)/√(σ² + ε), first {number(centred[0, 0])}/√({number(variance[0])}"
    formula += f" + {number(given.epsilon)})"
    normalised = centred / np.sqrt(variance + given.epsilon)[:, None]
    normalised = work.step("normalised", "normalised", formula, normalised)
    normalised = work.give("normalised", normalised)
    formula = f"γ ⊙ x̂ + β, first {number(given.gamma[0])}·{factor(normalised[0, 0])}"
    formula += f" + {factor(given.beta[0])}"
    output = given.gamma * normalised + given.beta
    work.give("output", work.step("output", "output", formula, output))


def _kernel(given: Tokens, device: Device) -> Mapping[str, Any]:
    """Layer norm ignores a constant, so each token's first feature is subtracted before: a token
    of equal features is then zeros, and its rounding is not blown up by the division."""
    import torch

    x = device.tensor(given.x)
    shifted = device.tensor(given.x - given.x[:, :1])
    gain, shift = device.tensor(given.gamma), device.tensor(given.beta)
    normalise, shape = torch.nn.functional.layer_norm, gain.shape
    return {
        "mean": x.mean(dim=1),
        "variance": shifted.var(dim=1, correction=0),
        "normalised": normalise(shifted, shape, eps=given.epsilon),
        "output": normalise(shifted, shape, gain, shift, given.epsilon),
    }


def _normalised(rule: Callable[[Tokens], Array]) -> Callable[[Tokens], dict[str, Any]]:
    """Quantities that follow from a wrong x̂."""
    return lambda g: {"normalised": rule(g), "output": g.gamma * rule(g) + g.beta}


def _by_columns(given: Tokens) -> dict[str, Any]:
    """Statistics of each feature over the tokens: one for every column."""
    rest = _normalised(lambda g: g.normalised(axis=0))(given)
    return {"mean": given.x.mean(axis=0), "variance": given.x.var(axis=0), **rest}


def _unbiased(given: Tokens) -> dict[str, Any]:
    rest = _normalised(lambda g: g.normalised(ddof=1))(given)
    return {"variance": given.x.var(axis=1, ddof=1), **rest}


def _over_variance(given: Tokens) -> Array:
    _, centred = centre(given.x, 1)
    return np.asarray(centred / ((centred**2).mean(axis=1, keepdims=True) + given.epsilon))


def _root_mean_square(given: Tokens) -> Array:
    squares = (given.x**2).mean(axis=1, keepdims=True)
    return np.asarray(given.x / np.sqrt(squares + given.epsilon))


solver = Solver(
    id="normalization.layer",
    concepts=("layer-norm",),
    inputs=Tokens,
    quantities={
        "mean": Quantity("vector", "mean μ of each token over its features"),
        "variance": Quantity("vector", "variance σ² of each token, divided by d", uses=("mean",)),
        "normalised": Quantity("matrix", "x̂ before gain and shift", uses=("mean", "variance")),
        "output": Quantity("matrix", "y = γ ⊙ x̂ + β", uses=("mean", "variance", "normalised")),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "layer-norm/batch-axis",
            slip="when each feature is normalised over the tokens, as in batch norm",
            correction="Layer norm works on rows: one token over its own features.",
            wrong=_by_columns,
            departs_at="mean of each token",
            applies=lambda g: len(g.x) >= 2,
        ),
        Misconception(
            "layer-norm/unbiased",
            slip="when the variance is divided by d − 1",
            correction=lambda g: f"Inside layer norm the variance divides by d = {len(g.gamma)}.",
            wrong=_unbiased,
            departs_at="variance of each token",
            applies=lambda g: len(g.gamma) >= 2,
        ),
        Misconception(
            "layer-norm/divide-by-variance",
            slip="when the root of the variance is not taken",
            correction="Divide by √(σ² + ε), which has the unit of x, not by σ² + ε.",
            wrong=_normalised(_over_variance),
            departs_at="normalised",
        ),
        Misconception(
            "layer-norm/no-affine",
            slip="when gain and shift are left out",
            correction="x̂ is not the output yet: y = γ ⊙ x̂ + β, feature by feature.",
            wrong=lambda g: {"output": g.normalised()},
            departs_at="output",
            applies=lambda g: bool((g.gamma != 1).any() or g.beta.any()),
        ),
        Misconception(
            "layer-norm/rms-only",
            slip="when the mean is not subtracted, as in RMSNorm",
            correction="Layer norm subtracts the mean of the token first, then divides.",
            wrong=_normalised(_root_mean_square),
            departs_at="distance from the mean",
        ),
    ),
    source="Ba, Kiros and Hinton, arXiv:1607.06450",
)
