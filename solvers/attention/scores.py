"""attention.score_dot, score_cosine, score_bilinear: how well a key fits a query.

    dot       s = qᵀk              q, k (d)
    cosine    s = qᵀk/(‖q‖‖k‖)     q, k (d), from −1 to 1
    bilinear  s = qᵀWk             q (d_q), W (d_q × d_k), k (d_k)

A score is one number without a unit. The plain dot product needs equal widths and is not divided
by anything: the division by √d_k belongs to attention.scaled_dot_product. W is learned and lets
queries and keys differ in width. Sources: Luong et al., Effective approaches to attention-based
neural machine translation, arXiv:1508.04025, equation 8 (dot, and bilinear as "general"); Graves
et al., Neural Turing machines, arXiv:1410.5401, equation 6 (cosine).

>>> from solvers import find
>>> find("attention.score_dot").solve({"query": [1, 2], "key": [3, -1]}).quantities["score"]
1.0
>>> find("attention.score_cosine").solve({"query": [3, 4], "key": [1, 0]}).quantities["score"]
0.6
>>> weights = [[1, 0], [0, 2]]
>>> find("attention.score_bilinear").solve({"query": [1, 2], "w": weights, "key": [3, 1]}
... ).quantities["score"]
7.0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number, sum_of_products
from solvers.attention.arrays import Array
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Pair(Inputs):
    """A query and a key of one width."""

    query: Array = array("d", -100, 100, "query q")
    key: Array = array("d", -100, 100, "key k")

    @property
    def dot(self) -> float:
        return float(self.query @ self.key)

    @property
    def lengths(self) -> tuple[float, float]:
        return float(np.linalg.norm(self.query)), float(np.linalg.norm(self.key))


def _score(rule: Callable[[Array, Array], float]) -> Callable[[Pair], dict[str, float]]:
    """The score that follows from a wrong rule for q and k."""
    return lambda given: {"score": float(rule(given.query, given.key))}


def _dot_steps(given: Pair, work: Work) -> float:
    formula = "q_i·k_i"
    products = work.step("score", "products", formula, given.query * given.key)
    formula = sum_of_products(given.query, given.key)
    total: float = work.step("score", "dot product", formula, float(products.sum()))
    return total


# --------------------------------------------------------------------- attention.score_dot


def _dot(given: Pair, work: Work) -> None:
    work.give("score", _dot_steps(given, work))


def _dot_kernel(given: Pair, device: Device) -> Mapping[str, Any]:
    import torch

    return {"score": torch.dot(device.tensor(given.query), device.tensor(given.key))}


dot = Solver(
    id="attention.score_dot",
    concepts=("score-dot",),
    inputs=Pair,
    quantities={"score": Quantity("real", "score s = qᵀk")},
    reference=_dot,
    kernel=_dot_kernel,
    misconceptions=(
        Misconception(
            "score-dot/elementwise-max",
            slip="when only the largest product is kept",
            correction="A dot product adds up the products of all entries.",
            wrong=_score(lambda q, k: (q * k).max()),
            departs_at="dot product",
            applies=lambda g: len(g.query) >= 2,
        ),
        Misconception(
            "score-dot/cosine",
            slip="when the vectors are brought to length 1 first",
            correction="The dot score is qᵀk as it is; divided by both lengths it is the cosine.",
            wrong=lambda g: {"score": g.dot / math.prod(g.lengths)},
            departs_at="dot product",
            applies=lambda g: min(g.lengths) > 0,
        ),
        Misconception(
            "score-dot/sum",
            slip="when all entries are added up",
            correction="Entries are multiplied in pairs, q_i·k_i, and the products added.",
            wrong=_score(lambda q, k: (q + k).sum()),
            departs_at="products",
        ),
        Misconception(
            "score-dot/scaled",
            slip="when it is divided by √d",
            correction="The plain dot score is not scaled; scaled dot-product attention does that.",
            wrong=lambda g: {"score": g.dot / math.sqrt(len(g.query))},
            departs_at="dot product",
            applies=lambda g: len(g.query) >= 2,
        ),
    ),
    source="Luong et al., arXiv:1508.04025, equation 8",
)


# ------------------------------------------------------------------ attention.score_cosine


@dataclass(frozen=True, kw_only=True)
class Directions(Pair):
    """A query and a key that point somewhere: neither is 0."""

    def check(self) -> None:
        for name, length in zip(("query", "key"), self.lengths, strict=True):
            if length < 0.001:
                value = getattr(self, name).tolist()
                raise BadInput(name, value, "a vector of length at least 0.001")


def _cosine(given: Directions, work: Work) -> None:
    total = _dot_steps(given, work)
    long = [
        work.step("score", f"length of the {name}", f"√{number(length**2)}", length)
        for name, length in zip(("query", "key"), given.lengths, strict=True)
    ]
    formula = f"{number(total)}/({number(long[0])}·{number(long[1])})"
    cosine = work.step("score", "cosine", formula, total / long[0] / long[1])
    work.give("score", cosine)


def _cosine_kernel(given: Directions, device: Device) -> Mapping[str, Any]:
    from torch.nn.functional import cosine_similarity

    q, k = device.tensor(given.query), device.tensor(given.key)
    return {"score": cosine_similarity(q, k, dim=0)}


cosine = Solver(
    id="attention.score_cosine",
    concepts=("score-cosine",),
    inputs=Directions,
    quantities={"score": Quantity("real", "score s = qᵀk/(‖q‖‖k‖)")},
    reference=_cosine,
    kernel=_cosine_kernel,
    misconceptions=(
        Misconception(
            "score-cosine/dot",
            slip="when the lengths are left out",
            correction="The cosine divides by both lengths, so that only the direction counts.",
            wrong=lambda g: {"score": g.dot},
            departs_at="cosine",
        ),
        Misconception(
            "score-cosine/one-norm",
            slip="when it is divided by the length of the query alone",
            correction=lambda g: (
                f"Divide by the length of the key too, ‖k‖ = {number(g.lengths[1])}."
            ),
            wrong=lambda g: {"score": g.dot / g.lengths[0]},
            departs_at="cosine",
        ),
        Misconception(
            "score-cosine/sqrt-d",
            slip="when it is divided by √d",
            correction="Divide by the lengths of the two vectors, not by the root of their width.",
            wrong=lambda g: {"score": g.dot / math.sqrt(len(g.query))},
            departs_at="cosine",
        ),
    ),
    source="Graves et al., Neural Turing machines, arXiv:1410.5401, equation 6",
)


# ---------------------------------------------------------------- attention.score_bilinear


@dataclass(frozen=True, kw_only=True)
class Bilinear(Inputs):
    """A query, a key, and the matrix between them."""

    query: Array = array("d_q", -10, 10, "query q", max_side=16)
    w: Array = array("d_q d_k", -10, 10, "weights W", max_side=16)
    key: Array = array("d_k", -10, 10, "key k", max_side=16)

    @property
    def square(self) -> bool:
        return bool(self.w.shape[0] == self.w.shape[1])


def _bilinear(given: Bilinear, work: Work) -> None:
    turned = work.step("score", "key through the matrix", "W k", given.w @ given.key)
    formula = "qᵀ(W k) = " + sum_of_products(given.query, turned)
    work.give("score", work.step("score", "score", formula, float(given.query @ turned)))


def _bilinear_kernel(given: Bilinear, device: Device) -> Mapping[str, Any]:
    from torch.nn.functional import bilinear as in_torch

    q, w, k = (device.tensor(x)[None] for x in (given.query, given.w, given.key))
    return {"score": in_torch(q, k, w)[0, 0]}


bilinear = Solver(
    id="attention.score_bilinear",
    concepts=("score-bilinear",),
    inputs=Bilinear,
    quantities={"score": Quantity("real", "score s = qᵀWk")},
    reference=_bilinear,
    kernel=_bilinear_kernel,
    misconceptions=(
        Misconception(
            "score-bilinear/transpose",
            slip="when W is transposed",
            correction="Rows of W belong to the query and columns to the key: qᵀWk.",
            wrong=lambda g: {"score": float(g.query @ g.w.T @ g.key)},
            departs_at="key through the matrix",
            applies=lambda g: g.square,
        ),
        Misconception(
            "score-bilinear/no-w",
            slip="when W is left out",
            correction="The key goes through W before it meets the query.",
            wrong=lambda g: {"score": float(g.query @ g.key)},
            departs_at="key through the matrix",
            applies=lambda g: g.square,
        ),
        Misconception(
            "score-bilinear/elementwise",
            slip="when only the diagonal of W is used",
            correction="Every entry of W counts: w_ij multiplies q_i and k_j.",
            wrong=lambda g: {"score": float((g.query * g.w.diagonal() * g.key).sum())},
            departs_at="key through the matrix",
            applies=lambda g: g.square,
        ),
        Misconception(
            "score-bilinear/apply-to-both",
            slip="when query and key both go through W",
            correction="W stands once between them: qᵀWk.",
            wrong=lambda g: {"score": float((g.w @ g.query) @ (g.w @ g.key))},
            departs_at="score",
            applies=lambda g: g.square,
        ),
    ),
    source="Luong et al., arXiv:1508.04025, equation 8",
)
