"""graphs.degree: how many edges a node has, or how much they weigh together.

    d_i = Σ_j a_ij;  with a self-loop on every node  d̂_i = d_i + 1

A is (n, n) with 0 on its diagonal; where edges carry weights, a_ij is the weight. Row sums of a
directed graph are out-degrees: AX then sums over out-neighbours, AᵀX over in-neighbours. Source:
Hamilton, Graph representation learning (2020), section 2.1.

>>> from solvers import find
>>> path = {"adjacency": [[0, 1, 0], [1, 0, 1], [0, 1, 0]], "node": 1}
>>> find("graphs.degree").solve(path).quantities["degree"]
2.0
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import sum_of
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.device import Device
from solvers.graphs._shared import check_no_loops, check_node, edge_index
from solvers.graphs.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Graph(Inputs):
    """A graph, its edges weighted or not, and one node that may be asked for alone."""

    adjacency: Array = array("n n", 0, 100, "adjacency A, or the weights of the edges")
    node: int = whole(0, 63, "the node asked for alone, counted from 0", default=0)

    def check(self) -> None:
        check_no_loops(self.adjacency)
        check_node(self.node, len(self.adjacency))

    @property
    def neighbours(self) -> Array:
        """1 where an edge is, whatever it weighs."""
        return np.asarray(self.adjacency > 0, dtype=np.float64)


def _degree(given: Graph, work: Work) -> None:
    formula = "row sums of A"
    degrees = work.step("degrees", "degrees", formula, given.adjacency.sum(axis=1))
    degrees = work.give("degrees", degrees)
    formula = f"row {given.node}: {sum_of(given.adjacency[given.node], most=12)}"
    one = work.step("degree", "degree of the node", formula, float(degrees[given.node]))
    work.give("degree", one)
    looped = work.step("looped_degrees", "degrees with self-loops", "d_i + 1", degrees + 1)
    work.give("looped_degrees", looped)


def _degree_kernel(given: Graph, device: Device) -> Mapping[str, Any]:
    """A list of edges, each adding its weight to the node it starts from."""
    import torch

    start, end = edge_index(given.adjacency, device)
    weights = device.tensor(given.adjacency)[start, end]
    degrees = torch.zeros(len(given.adjacency), dtype=weights.dtype, device=weights.device)
    degrees.index_add_(0, start, weights)
    return {
        "degrees": degrees,
        "degree": degrees[given.node],
        "looped_degrees": degrees + 1,
    }


def _instead(rule: Callable[[Graph], Array]) -> Callable[[Graph], dict[str, Any]]:
    """Quantities that follow from a wrong rule for the degrees."""

    def wrong(given: Graph) -> dict[str, Any]:
        degrees = rule(given)
        return {"degrees": degrees, "degree": degrees[given.node], "looped_degrees": degrees + 1}

    return wrong


def _within_two_hops(given: Graph) -> Array:
    one = given.neighbours
    reached = (one + one @ one > 0) & ~np.eye(len(one), dtype=np.bool_)
    return np.asarray(reached.sum(axis=1), dtype=np.float64)


def _own_loop(given: Graph) -> dict[str, Any]:
    degrees = given.adjacency.sum(axis=1) + 1
    return {"degrees": degrees, "degree": degrees[given.node]}


solver = Solver(
    id="graphs.degree",
    concepts=("node-degree",),
    inputs=Graph,
    quantities={
        "degrees": Quantity("vector", "degree of each node"),
        "degree": Quantity("real", "degree of one node", uses=("degrees",)),
        "looped_degrees": Quantity("vector", "degrees with self-loops", uses=("degrees",)),
    },
    reference=_degree,
    kernel=_degree_kernel,
    misconceptions=(
        Misconception(
            "node-degree/plus-self",
            slip="when the node is counted as its own neighbour",
            correction="A has no loops, so only the other nodes count; d̂ = d + 1 needs A + I.",
            wrong=_own_loop,
            departs_at="degrees",
        ),
        Misconception(
            "node-degree/two-hop",
            slip="when all nodes within two hops are counted",
            correction="The degree counts direct neighbours only, the entries of one row.",
            wrong=_instead(_within_two_hops),
            departs_at="degrees",
        ),
        Misconception(
            "node-degree/weight-ignored",
            slip="when every weighted edge counts 1",
            correction="The edges carry weights, and the degree adds them up.",
            wrong=_instead(lambda g: g.neighbours.sum(axis=1)),
            departs_at="degrees",
            applies=lambda g: bool((g.neighbours != g.adjacency).any()),
        ),
        Misconception(
            "node-degree/average",
            slip="when the mean degree of the graph is given",
            correction="The degree belongs to one node: the sum of its own row.",
            wrong=lambda g: {"degree": g.adjacency.sum(axis=1).mean()},
            departs_at="degree of the node",
        ),
    ),
    source="Hamilton, Graph representation learning (2020), section 2.1",
)
