"""attention.linear: attention without the n² scores.

    out_i = φ(q_i)ᵀ S / (φ(q_i)ᵀ z),  S = Σ_j φ(k_j) v_jᵀ,  z = Σ_j φ(k_j),  φ(x) = elu(x) + 1

q, k (d_k), v (d_v), S (d_k × d_v), z (d_k); φ(x) is x + 1 for x ≥ 0 and exp(x) below, always
positive. S and z are summed up once and serve every query: n·d_k·d_v instead of n²·d. It is
another function than softmax attention, not a faster way to compute it.
Source: Katharopoulos et al., Transformers are RNNs, arXiv:2006.16236, equation 5.

>>> from solvers import find
>>> inputs = {"queries": [[0]], "keys": [[0], [2]], "values": [[4], [8]]}
>>> find("attention.linear").solve(inputs).quantities["output"]
[[7.0]]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.attention.arrays import Array, softmax
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Head(Inputs):
    """Queries, keys and values, a row for each token."""

    queries: Array = array("n d_k", -10, 10, "queries Q, a row each")
    keys: Array = array("m d_k", -10, 10, "keys K, a row each")
    values: Array = array("m d_v", -100, 100, "values V, a row for each key")


def feature_map(x: Array) -> Array:
    """φ(x) = elu(x) + 1: x + 1 where x ≥ 0, exp(x) below."""
    return np.where(x >= 0, x + 1, np.exp(np.minimum(x, 0.0)))


def _reference(given: Head, work: Work) -> None:
    formula = "φ(q) = elu(q) + 1"
    queries = work.step("features", "features of the queries", formula, feature_map(given.queries))
    queries = work.give("features", queries)
    formula = "φ(k) = elu(k) + 1"
    keys = work.step("state", "features of the keys", formula, feature_map(given.keys))
    state = work.give(
        "state", work.step("state", "state", "Σ_j φ(k_j) v_jᵀ", keys.T @ given.values)
    )
    total = work.step("normaliser", "sum of the features", "z = Σ_j φ(k_j)", keys.sum(axis=0))
    below = work.step("normaliser", "normaliser", "φ(q_i)ᵀ z", queries @ total)
    below = work.give("normaliser", below)
    above = work.step("output", "numerator", "φ(q_i)ᵀ S", queries @ state)
    output = work.step("output", "output", "each row by its normaliser", above / below[:, None])
    work.give("output", output)


def _kernel(given: Head, device: Device) -> Mapping[str, Any]:
    """The other association: first all pairs of tokens, then the values."""
    from torch.nn.functional import elu, normalize

    q, k, v = (device.tensor(x) for x in (given.queries, given.keys, given.values))
    features, keys = elu(q) + 1, elu(k) + 1
    pairs = features @ keys.T  # (n, m), all positive
    return {
        "features": features,
        "state": (keys[:, :, None] * v[:, None, :]).sum(dim=0),
        "normaliser": pairs.sum(dim=1),
        "output": normalize(pairs, p=1, dim=1) @ v,
    }


def _from_features(
    phi: Callable[[Array], Array],
) -> Callable[[Head], dict[str, Array]]:
    """Quantities that follow from another feature map."""

    def wrong(given: Head) -> dict[str, Array]:
        queries, keys = phi(given.queries), phi(given.keys)
        below = queries @ keys.sum(axis=0)
        made = {"features": queries, "state": keys.T @ given.values, "normaliser": below}
        if np.abs(below).min() > 1e-9:
            made["output"] = queries @ made["state"] / below[:, None]
        return made

    return wrong


def _numerator(given: Head) -> Array:
    return feature_map(given.queries) @ (feature_map(given.keys).T @ given.values)


def _ordinary(given: Head) -> Array:
    scores = given.queries @ given.keys.T / math.sqrt(given.keys.shape[1])
    weights: Array = softmax(scores) @ given.values
    return weights


solver = Solver(
    id="attention.linear",
    concepts=("linear-attention",),
    inputs=Head,
    quantities={
        "features": Quantity("matrix", "features φ(q) of the queries"),
        "state": Quantity("matrix", "state S, the sum of φ(k_j) v_jᵀ"),
        "normaliser": Quantity(
            "vector", "normaliser φ(q_i)ᵀ Σ_j φ(k_j) of each query", uses=("features", "state")
        ),
        "output": Quantity(
            "matrix", "output of linear attention", uses=("features", "state", "normaliser")
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "linear-attention/no-normaliser",
            slip="when the division by the normaliser is left out",
            correction="Divide by φ(q_i)ᵀ Σ_j φ(k_j), so that the weights of a query add up to 1.",
            wrong=lambda g: {"output": _numerator(g)},
            departs_at="output",
        ),
        Misconception(
            "linear-attention/softmax",
            slip="when ordinary softmax attention is computed",
            correction="Linear attention replaces exp(q·k) by φ(q)ᵀφ(k): it is another function.",
            wrong=lambda g: {"output": _ordinary(g)},
            departs_at="features of the queries",
        ),
        Misconception(
            "linear-attention/no-feature-map",
            slip="when the feature map is left out",
            correction="Queries and keys go through φ = elu + 1, which keeps the weights positive.",
            wrong=_from_features(lambda x: x),
            departs_at="features of the queries",
        ),
    ),
    source="Katharopoulos et al., arXiv:2006.16236, equation 5",
)
