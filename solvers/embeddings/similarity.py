"""embeddings.euclidean_distance and embeddings.cosine_similarity: how far apart two vectors are.

    d(a, b) = √Σ (a_i − b_i)²,  cos(a, b) = a·b/(‖a‖ ‖b‖),  a, b (n)

The distance grows when the vectors are rescaled; the cosine, from −1 to 1, looks at directions
only. Source: Manning, Raghavan and Schütze, Introduction to Information Retrieval (2008), 6.3.

>>> from solvers import find
>>> find("embeddings.euclidean_distance").solve({"a": [0, 0], "b": [3, 4]}).quantities
{'distance': 5.0}
>>> find("embeddings.cosine_similarity").solve({"a": [3, 4], "b": [4, 3]}).quantities
{'cosine': 0.96}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number, sum_of, sum_of_products
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device
from solvers.embeddings._checks import need_direction
from solvers.embeddings.arrays import Array, cosine_similarity

CLOSEST = 1e-9  # how far apart two different vectors must be in one entry
SOURCE = "Manning, Raghavan and Schütze, Introduction to Information Retrieval (2008), 6.3"


@dataclass(frozen=True, kw_only=True)
class Pair(Inputs):
    """Two vectors."""

    a: Array = array("n", -1000, 1000, "vector a")
    b: Array = array("n", -1000, 1000, "vector b")

    def check(self) -> None:
        gap = float(np.abs(self.difference).max())
        if 0 < gap < CLOSEST:  # its square may be 0
            raise BadInput("b", self.b.tolist(), f"equal to a, or {CLOSEST} away from it")

    @property
    def difference(self) -> Array:
        return self.a - self.b


def _has_several(given: Pair) -> bool:
    return len(given.a) >= 2


# ------------------------------------------------------------ embeddings.euclidean_distance


def _distance(given: Pair, work: Work) -> None:
    formula = f"a − b, first {factor(given.a[0])} − {factor(given.b[0])}"
    gaps = work.step("distance", "differences", formula, given.difference)
    total = float((gaps**2).sum())
    total = work.step("distance", "sum of squares", sum_of(gaps**2), total)
    formula = f"√{number(total)}"
    work.give("distance", work.step("distance", "distance", formula, math.sqrt(total)))


def _distance_kernel(given: Pair, device: Device) -> Mapping[str, Any]:
    import torch

    return {"distance": torch.dist(device.tensor(given.a), device.tensor(given.b))}


def _by(rule: Callable[[Pair], Any]) -> Callable[[Pair], dict[str, float]]:
    """A wrong distance."""
    return lambda g: {"distance": float(rule(g))}


distance = Solver(
    id="embeddings.euclidean_distance",
    concepts=("euclidean-distance",),
    inputs=Pair,
    quantities={"distance": Quantity("real", "d(a, b)")},
    reference=_distance,
    kernel=_distance_kernel,
    misconceptions=(
        Misconception(
            "euclidean-distance/squared",
            slip="without the root",
            correction="The sum of squares is the squared distance; take its root.",
            wrong=_by(lambda g: (g.difference**2).sum()),
            departs_at="distance",
        ),
        Misconception(
            "euclidean-distance/manhattan",
            slip="when the sizes of the differences are added",
            correction="That is the Manhattan distance; Euclid squares, adds and takes the root.",
            wrong=_by(lambda g: np.abs(g.difference).sum()),
            departs_at="sum of squares",
            applies=_has_several,
        ),
        Misconception(
            "euclidean-distance/norm-difference",
            slip="when the lengths of the two vectors are subtracted",
            correction="Subtract the vectors first, then take the length of what is left.",
            wrong=_by(lambda g: abs(np.linalg.norm(g.a) - np.linalg.norm(g.b))),
            departs_at="differences",
        ),
        Misconception(
            "euclidean-distance/sum-of-vectors",
            slip="when the vectors are added",
            correction="How far apart they are is the length of the difference a − b.",
            wrong=_by(lambda g: np.linalg.norm(g.a + g.b)),
            departs_at="differences",
        ),
        Misconception(
            "euclidean-distance/mean",
            slip="when the squares are averaged",
            correction="The squares are added; nothing is divided by the number of entries.",
            wrong=_by(lambda g: math.sqrt((g.difference**2).mean())),
            departs_at="sum of squares",
            applies=_has_several,
        ),
    ),
    source=SOURCE,
)

# ------------------------------------------------------------- embeddings.cosine_similarity


@dataclass(frozen=True, kw_only=True)
class Directions(Pair):
    """Two vectors that point somewhere."""

    def check(self) -> None:
        super().check()
        need_direction("a", self.a)
        need_direction("b", self.b)

    @property
    def product(self) -> float:
        return float(self.a @ self.b)

    @property
    def lengths(self) -> tuple[float, float]:
        return float(np.linalg.norm(self.a)), float(np.linalg.norm(self.b))


def _cosine(given: Directions, work: Work) -> None:
    formula = sum_of_products(given.a, given.b)
    product = work.step("cosine", "dot product", formula, given.product)
    first, second = given.lengths
    first = work.step("cosine", "length of a", "√(a·a)", first)
    second = work.step("cosine", "length of b", "√(b·b)", second)
    formula = f"{factor(product)}/({number(first)}·{number(second)})"
    cosine = float(cosine_similarity(given.a, given.b))
    work.give("cosine", work.step("cosine", "cosine", formula, cosine))


def _cosine_kernel(given: Directions, device: Device) -> Mapping[str, Any]:
    from torch.nn.functional import cosine_similarity

    return {"cosine": cosine_similarity(device.tensor(given.a), device.tensor(given.b), dim=0)}


def _score(rule: Callable[[float, float, float], float]) -> Callable[[Directions], dict[str, Any]]:
    """A wrong score of a·b, ‖a‖ and ‖b‖."""
    return lambda g: {"cosine": rule(g.product, *g.lengths)}


def _angle(given: Directions) -> dict[str, float]:
    return {"cosine": math.degrees(math.acos(float(cosine_similarity(given.a, given.b))))}


cosine = Solver(
    id="embeddings.cosine_similarity",
    concepts=("cosine-similarity",),
    inputs=Directions,
    quantities={"cosine": Quantity("real", "cos(a, b)")},
    reference=_cosine,
    kernel=_cosine_kernel,
    misconceptions=(
        Misconception(
            "cosine-similarity/dot",
            slip="when the dot product is not divided by the lengths",
            correction="Divide a·b by both lengths: ‖a‖ and ‖b‖.",
            wrong=_score(lambda product, _a, _b: product),
            departs_at="cosine",
        ),
        Misconception(
            "cosine-similarity/one-norm",
            slip="when the dot product is divided by the length of a alone",
            correction="Divide by both lengths: the cosine does not grow with b.",
            wrong=_score(lambda product, a, _: product / a),
            departs_at="cosine",
        ),
        Misconception(
            "cosine-similarity/distance",
            slip="when 1 − cos, the cosine distance, is given",
            correction="The similarity is the cosine itself; 1 − cos is a distance.",
            wrong=_score(lambda product, a, b: 1 - product / (a * b)),
            departs_at="cosine",
        ),
        Misconception(
            "cosine-similarity/squared-norms",
            slip="when the roots in the lengths are left out",
            correction="The lengths are roots: ‖a‖ = √(a·a).",
            wrong=_score(lambda product, a, b: product / (a * a * b * b)),
            departs_at="length of a",
        ),
        Misconception(
            "cosine-similarity/sum-of-norms",
            slip="when the two lengths are added",
            correction="The lengths are multiplied: a·b/(‖a‖ ‖b‖).",
            wrong=_score(lambda product, a, b: product / (a + b)),
            departs_at="cosine",
        ),
        Misconception(
            "cosine-similarity/angle",
            slip="when the angle is given, in degrees",
            correction="The similarity is the cosine of that angle, from −1 to 1.",
            wrong=_angle,
            departs_at="cosine",
        ),
    ),
    source=SOURCE,
)
