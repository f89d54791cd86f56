"""graphs.gat_attention: learned weights for the neighbours of a node.

    e_ij = LeakyReLU(aᵀ[W h_i ∥ W h_j])      slope 0.2 below 0
    α_ij = softmax of e_ij over j ∈ N(i) ∪ {i}
    h_i′ = Σ_j α_ij W h_j

h is (n, F), W (F′, F), a has 2F′ entries, the half for the node itself first; h_i′ has F′. The
node hears itself too. No activation follows here (the paper puts ELU between layers). An
isolated node has α_ii = 1. The ranking of the neighbours is the same for every i, which GATv2
mends. Source: Veličković et al., Graph attention networks, arXiv:1710.10903, equations 1 to 4.

>>> from solvers import find
>>> alike = {"adjacency": [[0, 1], [1, 0]], "features": [[5], [5]], "weights": [[1]],
...          "attention": [1, -1]}
>>> find("graphs.gat_attention").solve(alike).quantities["coefficients"]
[0.5, 0.5]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Unsuitable,
    Work,
    array,
    binary,
    real,
    whole,
)
from solvers.device import Device
from solvers.graphs._shared import check_node, check_undirected, listed
from solvers.graphs.arrays import (
    SLOPE,
    Array,
    gat_scores,
    leaky_relu,
    neighbour_softmax,
    neighbourhoods,
)

SATURATED = 0.99995  # from here on four decimals read 1.0000
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Head(Inputs):
    """An undirected graph, the vectors of its nodes, one attention head, and the node asked for."""

    adjacency: Array = binary("n n", "adjacency A: symmetric, 0 on the diagonal")
    features: Array = array("n F", -100, 100, "vectors h, a row for each node")
    weights: Array = array("F′ F", -100, 100, "weights W")
    attention: Array = array("2F′", -100, 100, "attention vector a, own half first", max_side=128)
    slope: float = real(0, 1, "slope of LeakyReLU below 0", default=SLOPE)
    node: int = whole(0, 63, "the node i, counted from 0", default=0)

    def check(self) -> None:
        check_undirected(self.adjacency)
        check_node(self.node, len(self.adjacency))
        if len(self.attention) != 2 * len(self.weights):
            allowed = f"{2 * len(self.weights)} numbers, twice as many as W has rows"
            raise BadInput("attention", self.attention.tolist(), allowed)

    @property
    def transformed(self) -> Array:
        """W h of every node. (n, F′)"""
        return self.features @ self.weights.T

    @property
    def heard(self) -> Mask:
        """N(i) ∪ {i} of every node. (n, n)"""
        return neighbourhoods(self.adjacency)

    def scores(self, transformed: Array) -> Array:
        """e of every pair. (n, n)"""
        return leaky_relu(gat_scores(transformed, self.attention), self.slope)


def _reference(given: Head, work: Work) -> None:
    i, heard = given.node, given.heard[given.node]
    z = work.step("transformed", "transformed vectors", "W h of every node", given.transformed)
    z = work.give("transformed", z)

    formula = f"N({i}) ∪ {{{i}}} = {listed(heard)}"
    work.step("scores", "heard nodes", formula, np.flatnonzero(heard).tolist())
    formula = f"aᵀ[W h_{i} ∥ W h_j] for each of them"
    raw = work.step("scores", "raw scores", formula, gat_scores(z, given.attention)[i, heard])
    formula = f"LeakyReLU: {given.slope:g} times what is below 0"
    scores = work.step("scores", "scores", formula, leaky_relu(raw, given.slope))
    scores = work.give("scores", scores)

    formula = "exp(e − the largest)"
    grown = work.step("coefficients", "exponentials", formula, np.exp(scores - scores.max()))
    total = work.step("coefficients", "sum", "over the heard nodes", grown.sum())
    weights = np.zeros(len(heard))
    weights[heard] = grown / total
    if len(scores) > 1 and weights.max() >= SATURATED:
        raise Unsuitable("the softmax is saturated: to four decimals one node has it all")
    formula = f"each by {total:.6g}; 0 for nodes not heard"
    weights = work.step("coefficients", "coefficients", formula, weights)
    weights = work.give("coefficients", weights)

    output = work.step("output", "output", f"Σ_j α_{i}j W h_j", weights @ z)
    work.give("output", output)


def _kernel(given: Head, device: Device) -> Mapping[str, Any]:
    """All pairs at once, masked: what is not heard scores −∞."""
    import torch
    from torch.nn import functional

    h, w = device.tensor(given.features), device.tensor(given.weights)
    z = functional.linear(h, w)
    n, i = len(z), given.node
    pairs = torch.cat((z[:, None].expand(n, n, -1), z[None].expand(n, n, -1)), dim=2)
    e = functional.leaky_relu(pairs @ device.tensor(given.attention), given.slope)
    heard = device.tensor(given.adjacency + np.eye(n)) > 0
    alpha = torch.softmax(e.masked_fill(~heard, -torch.inf), dim=1)
    return {
        "transformed": z,
        "scores": e[i][heard[i]],
        "coefficients": alpha[i],
        "output": (alpha @ z)[i],
    }


def _from_weights(
    rule: Callable[[Head], Array], scores: Callable[[Head], Array] | None = None
) -> Callable[[Head], dict[str, Array]]:
    """Quantities that follow from wrong weights (n, n), and the scores behind them if wrong."""

    def wrong(given: Head) -> dict[str, Array]:
        weights = rule(given)[given.node]
        values = {"coefficients": weights, "output": weights @ given.transformed}
        if scores is not None:
            values["scores"] = scores(given)[given.node, given.heard[given.node]]
        return values

    return wrong


def _from_scores(rule: Callable[[Head], Array]) -> Callable[[Head], dict[str, Array]]:
    """Quantities that follow from wrong scores of all pairs."""
    return _from_weights(lambda g: neighbour_softmax(rule(g), g.heard), rule)


def _right_scores(given: Head) -> Array:
    return given.scores(given.transformed)


def _raw(given: Head) -> Array:
    return gat_scores(given.transformed, given.attention)


def _over_the_column(given: Head) -> Array:
    return neighbour_softmax(_right_scores(given).T, given.heard).T


def _swapped(given: Head) -> Array:
    return leaky_relu(_raw(given).T, given.slope)


def _neighbours_alone(given: Head) -> Mask:
    """N(i); a node without any, whose row is not asked for, keeps itself."""
    alone = ~given.adjacency.any(axis=1)
    return np.asarray((given.adjacency == 1) | np.diag(alone))


def _has_neighbours(given: Head) -> bool:
    return bool(given.adjacency[given.node].any())


def _some_score_is_negative(given: Head) -> bool:
    return bool((_raw(given)[given.node, given.heard[given.node]] < 0).any())


_BEFORE = ("transformed", "scores", "coefficients")

solver = Solver(
    id="graphs.gat_attention",
    concepts=("gat-attention",),
    inputs=Head,
    quantities={
        "transformed": Quantity("matrix", "W h of every node"),
        "scores": Quantity(
            "vector", "e_ij of the heard nodes, in the order of their numbers", uses=_BEFORE[:1]
        ),
        "coefficients": Quantity(
            "vector", "α_ij of every node j, 0 for those not heard", uses=_BEFORE[:2]
        ),
        "output": Quantity("vector", "h_i′ = Σ_j α_ij W h_j", uses=_BEFORE),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "gat-attention/softmax-all-nodes",
            slip="when the softmax runs over every node of the graph",
            correction="A node hears its neighbours and itself; the others get the weight 0.",
            wrong=_from_weights(
                lambda g: neighbour_softmax(_right_scores(g), np.ones_like(g.heard))
            ),
            departs_at="heard nodes",
            applies=lambda g: not g.heard[g.node].all(),
        ),
        Misconception(
            "gat-attention/no-leaky",
            slip="without the LeakyReLU",
            correction=lambda g: f"LeakyReLU multiplies negative scores by {g.slope:g} first.",
            wrong=_from_scores(_raw),
            departs_at="scores",
            applies=_some_score_is_negative,
        ),
        Misconception(
            "gat-attention/slope-001",
            slip="when LeakyReLU has the slope 0.01",
            correction=lambda g: f"The slope here is {g.slope:g}; 0.01 is torch's default.",
            wrong=_from_scores(lambda g: leaky_relu(_raw(g), 0.01)),
            departs_at="scores",
            applies=lambda g: g.slope != 0.01 and _some_score_is_negative(g),
        ),
        Misconception(
            "gat-attention/no-self",
            slip="when the node itself is left out",
            correction="The node is one of those it hears: the softmax runs over N(i) ∪ {i}.",
            wrong=_from_weights(
                lambda g: neighbour_softmax(_right_scores(g), _neighbours_alone(g))
            ),
            departs_at="heard nodes",
            applies=_has_neighbours,
        ),
        Misconception(
            "gat-attention/column-softmax",
            slip="when the softmax runs over i in place of j",
            correction="The weights with which one node listens add up to 1: a softmax over j.",
            wrong=_from_weights(_over_the_column),
            departs_at="sum",
            applies=_has_neighbours,
        ),
        Misconception(
            "gat-attention/no-w",
            slip="when the scores are taken from h without W",
            correction="a is applied to the transformed vectors W h, as are the weights.",
            wrong=_from_scores(lambda g: leaky_relu(gat_scores(g.features, g.attention), g.slope)),
            departs_at="raw scores",
            applies=lambda g: g.weights.shape[0] == g.weights.shape[1],  # else shapes don't fit
        ),
        Misconception(
            "gat-attention/swap",
            slip="when the two halves change places",
            correction="The node's own vector comes first: aᵀ[W h_i ∥ W h_j].",
            wrong=_from_scores(_swapped),
            departs_at="raw scores",
            applies=_has_neighbours,
        ),
    ),
    source="Veličković et al., arXiv:1710.10903, equations 1 to 4",
)
