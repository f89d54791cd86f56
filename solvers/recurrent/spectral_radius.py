"""recurrent.spectral_radius: whether what a recurrent matrix repeats will die out or blow up.

    ρ = max |λ|, λ² − (tr W) λ + det W = 0 for W (2, 2);  ‖W^k‖ grows like ρ^k

Without a nonlinearity ρ < 1 vanishes in the end and ρ > 1 explodes; before that a matrix with a
large norm ‖W‖₂ (its largest singular value, never below ρ) may grow for a while. With tanh, whose
slope is at most 1, only ‖W‖₂ < 1 makes vanishing certain; ρ < 1 does not.
Source: Pascanu, Mikolov and Bengio, arXiv:1211.5063.

>>> from solvers import find
>>> solution = find("recurrent.spectral_radius").solve({"weights": [[0.5, 0], [9, -2]], "steps": 3})
>>> solution.quantities["radius"], solution.quantities["power"], solution.quantities["verdict"]
(2.0, 8.0, 'explodes')
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number
from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Unsuitable,
    Work,
    array,
    whole,
)
from solvers.device import Device
from solvers.recurrent.arrays import Array

# The two eigenvalues count as one below the first, relative to the entries squared. From there to
# the second their distance, a root of what cancels, would be decided by rounding.
SAME, APART = 1e-13, 1e-9
# ρ this close to 1 is 1: neither grows nor shrinks.
EDGE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Recurrence(Inputs):
    """A recurrent matrix, applied again and again."""

    weights: Array = array("n n", -100, 100, "recurrent weights W, 2 × 2", max_side=2)
    steps: int = whole(1, 50, "how many times k it is applied", default=10)

    def check(self) -> None:
        if len(self.weights) != 2:
            raise BadInput("weights", self.weights.tolist(), "a matrix of 2 × 2")

    @property
    def trace(self) -> float:
        return float(self.weights.trace())

    @property
    def determinant(self) -> float:
        (a, b), (c, d) = self.weights.tolist()
        return float(a * d - b * c)

    @property
    def discriminant(self) -> float:
        """tr² − 4 det, which is (a − d)² + 4bc; 0 where it is 0 but for rounding."""
        (a, b), (c, d) = self.weights.tolist()
        value, scale = (a - d) ** 2 + 4 * b * c, float(np.abs(self.weights).max()) ** 2
        return 0.0 if abs(value) <= SAME * scale else float(value)

    @property
    def radius(self) -> float:
        if self.discriminant < 0:
            return math.sqrt(self.determinant)
        return (abs(self.trace) + math.sqrt(self.discriminant)) / 2


def _verdict(radius: float) -> str:
    if abs(radius - 1) <= EDGE:
        return "neither"
    return "vanishes" if radius < 1 else "explodes"


def _reference(given: Recurrence, work: Work) -> None:
    scale = float(np.abs(given.weights).max()) ** 2
    if 0 < abs(given.discriminant) < APART * scale:
        raise Unsuitable("the two eigenvalues are so close that rounding would decide the answer")
    (a, b), (c, d) = given.weights.tolist()
    formula = f"{factor(a)} + {factor(d)}"
    trace = work.step("radius", "trace", formula, given.trace)
    formula = f"{factor(a)}·{factor(d)} − {factor(b)}·{factor(c)}"
    det = work.step("radius", "determinant", formula, given.determinant)
    formula = f"tr² − 4 det = {factor(trace)}² − 4·{factor(det)}"
    disc = work.step("radius", "discriminant", formula, given.discriminant)
    root = math.sqrt(abs(disc)) / 2
    sign = "+ i" if disc < 0 else "+ "
    formula = f"tr/2 ± √discriminant/2; the pair is {number(trace / 2)} ± {number(root)}{sign[2:]}"
    sizes = [given.radius] * 2 if disc < 0 else [abs(trace / 2 + root), abs(trace / 2 - root)]
    work.step("radius", "sizes of the eigenvalues", formula, sizes)
    radius = work.give("radius", work.step("radius", "largest size", "ρ = max |λ|", given.radius))

    formula = f"ρ^k = {number(radius)}^{given.steps}"
    work.give("power", work.step("power", "after k steps", formula, radius**given.steps))
    norm = float(np.linalg.norm(given.weights, 2))
    work.give("norm", work.step("norm", "spectral norm", "largest singular value of W", norm))
    formula = f"ρ = {number(radius)} against 1"
    verdict = work.step("verdict", "without a nonlinearity", formula, _verdict(radius))
    work.give("verdict", verdict)


def _kernel(given: Recurrence, device: Device) -> Mapping[str, Any]:
    """torch.linalg.eigvals; of an eigenvalue that occurs twice the mean is exact."""
    import torch

    weights = device.tensor(given.weights)
    eigenvalues = torch.linalg.eigvals(weights)
    if given.discriminant == 0:
        radius = eigenvalues.mean().abs()
    else:
        radius = eigenvalues.abs().max()
    return {
        "radius": radius,
        "power": radius.pow(given.steps),
        "norm": torch.linalg.matrix_norm(weights, ord=2),
        "verdict": _verdict(radius.item()),
    }


solver = Solver(
    id="recurrent.spectral_radius",
    concepts=("exploding-vanishing",),
    inputs=Recurrence,
    quantities={
        "radius": Quantity("real", "spectral radius ρ"),
        "power": Quantity("real", "ρ^k", uses=("radius",)),
        "norm": Quantity("real", "spectral norm ‖W‖₂, the largest singular value"),
        "verdict": Quantity(
            "word", "what W^k does in the end: vanishes, explodes or neither", uses=("radius",)
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "exploding-vanishing/largest-entry",
            slip="when the largest entry is taken",
            correction="What counts is the largest eigenvalue in size, not an entry.",
            wrong=lambda g: {"radius": float(np.abs(g.weights).max())},
            departs_at="largest size",
        ),
        Misconception(
            "exploding-vanishing/trace",
            slip="when the trace is taken",
            correction="The trace is the sum of the eigenvalues; ρ is the largest of their sizes.",
            wrong=lambda g: {"radius": g.trace},
            departs_at="largest size",
        ),
        Misconception(
            "exploding-vanishing/determinant",
            slip="when the size of the determinant is taken",
            correction="The determinant is the product of the eigenvalues; ρ is the largest size.",
            wrong=lambda g: {"radius": abs(g.determinant)},
            departs_at="largest size",
        ),
        Misconception(
            "exploding-vanishing/spectral-norm",
            slip="when the largest singular value is taken",
            correction="The largest singular value is the norm ‖W‖₂; ρ is made of eigenvalues.",
            wrong=lambda g: {"radius": float(np.linalg.norm(g.weights, 2))},
            departs_at="largest size",
        ),
        Misconception(
            "exploding-vanishing/linear-growth",
            slip="when ρ is multiplied by the number of steps",
            correction="Each step multiplies by ρ again: ρ to the power k.",
            wrong=lambda g: {"power": g.steps * g.radius},
            departs_at="after k steps",
            applies=lambda g: g.steps >= 2,
        ),
    ),
    source="Pascanu, Mikolov and Bengio, arXiv:1211.5063",
)
