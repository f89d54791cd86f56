"""graphs.edge_count, graphs.adjacency: a graph as a matrix, and as a list of edges.

    a_ij = 1  ⇔  there is an edge from i to j;  undirected: A = Aᵀ and |E| = ½ Σ a_ij

A is (n, n), nodes are numbered from 0, and no node has an edge to itself. In a directed graph
every entry is an edge of its own: |E| = Σ a_ij. Source: Hamilton, Graph representation learning
(2020), section 1.1.

>>> from solvers import find
>>> path = {"adjacency": [[0, 1, 0], [1, 0, 1], [0, 1, 0]]}
>>> find("graphs.edge_count").solve(path).quantities
{'edges': 2}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Work,
    array,
    binary,
    one_of,
    whole,
)
from solvers.device import Device
from solvers.graphs._shared import check_no_loops, check_undirected
from solvers.graphs.arrays import Array, Whole

KINDS = ("undirected", "directed")
SOURCE = "Hamilton, Graph representation learning (2020), section 1.1"

# ----------------------------------------------------------------------- graphs.edge_count


@dataclass(frozen=True, kw_only=True)
class Graph(Inputs):
    """A graph as a matrix."""

    adjacency: Array = binary("n n", "adjacency A: a_ij = 1 for an edge from i to j")
    kind: str = one_of(KINDS, "whether edges have a direction", default="undirected")

    def check(self) -> None:
        (check_no_loops if self.directed else check_undirected)(self.adjacency)

    @property
    def directed(self) -> bool:
        return self.kind == "directed"

    @property
    def entries(self) -> int:
        """Σ a_ij"""
        return int(self.adjacency.sum())


def _edge_count(given: Graph, work: Work) -> None:
    entries = work.step("edges", "entries that are 1", "Σ a_ij", given.entries)
    if given.directed:
        formula, edges = "every entry is an edge of its own", entries
    else:
        formula, edges = f"every edge stands there twice: {entries}/2", entries // 2
    work.give("edges", work.step("edges", "edges", formula, edges))


def _edge_count_kernel(given: Graph, device: Device) -> Mapping[str, Any]:
    """The length of the list of edges; of an undirected graph those above the diagonal."""
    import torch

    adjacency = device.tensor(given.adjacency)
    one_each = adjacency if given.directed else torch.triu(adjacency)
    return {"edges": len(one_each.nonzero())}


def _half(given: Graph) -> float:
    half, left = divmod(given.entries, 2)
    return half + 0.5 if left else half


edge_count = Solver(
    id="graphs.edge_count",
    concepts=("graph-definitions",),
    inputs=Graph,
    quantities={"edges": Quantity("integer", "edges |E|")},
    reference=_edge_count,
    kernel=_edge_count_kernel,
    misconceptions=(
        Misconception(
            "graph-definitions/double-count",
            slip="when every undirected edge is counted twice",
            correction="An undirected edge stands at ij and at ji: |E| = ½ Σ a_ij.",
            wrong=lambda g: {"edges": g.entries},
            departs_at="edges",
            applies=lambda g: not g.directed,
        ),
        Misconception(
            "graph-definitions/nodes",
            slip="when nodes are counted in place of edges",
            correction="The side of A counts nodes; edges are its entries that are 1.",
            wrong=lambda g: {"edges": len(g.adjacency)},
            departs_at="entries that are 1",
        ),
        Misconception(
            "graph-definitions/complete",
            slip="when every pair of nodes is counted",
            correction="n(n − 1)/2 edges join all pairs; here only those that A names are there.",
            wrong=lambda g: {"edges": len(g.adjacency) * (len(g.adjacency) - 1) // 2},
            departs_at="entries that are 1",
        ),
        Misconception(
            "graph-definitions/directed",
            slip="when the edges of a directed graph are halved",
            correction="A directed edge stands in A once, so nothing is halved: |E| = Σ a_ij.",
            wrong=lambda g: {"edges": _half(g)},
            departs_at="edges",
            applies=lambda g: g.directed,
        ),
    ),
    source=SOURCE,
)

# ------------------------------------------------------------------------ graphs.adjacency


@dataclass(frozen=True, kw_only=True)
class EdgeList(Inputs):
    """A graph as a list of edges, each a pair of nodes numbered from 0."""

    nodes: int = whole(2, 64, "nodes n")
    edges: Array = array("E ends", 0, 63, "edges, from and to", max_side=512, whole_numbers=True)
    kind: str = one_of(KINDS, "whether edges have a direction", default="undirected")

    def check(self) -> None:
        if self.edges.shape[1] != 2:
            raise BadInput("edges", self.edges.tolist(), "two ends for each edge")
        if self.edges.max() >= self.nodes:
            allowed = f"nodes from 0 to {self.nodes - 1}"
            raise BadInput("edges", self.edges.tolist(), allowed)
        if (self.edges[:, 0] == self.edges[:, 1]).any():
            raise BadInput("edges", self.edges.tolist(), "edges between two different nodes")
        named = self.ends if self.directed else np.sort(self.ends, axis=1)
        if len(np.unique(named, axis=0)) < len(named):
            raise BadInput("edges", self.edges.tolist(), "each edge once")

    @property
    def directed(self) -> bool:
        return self.kind == "directed"

    @property
    def ends(self) -> Whole:
        return self.edges.astype(np.int64)


def _adjacency(given: EdgeList, work: Work) -> None:
    matrix = np.zeros((given.nodes, given.nodes))
    matrix[given.ends[:, 0], given.ends[:, 1]] = 1
    matrix = work.step("adjacency", "each edge as given", "a_ij = 1 for an edge i, j", matrix)
    if not given.directed:
        formula = "A = Aᵀ: a_ji = 1 too"
        matrix = work.step("adjacency", "and the other way round", formula, matrix + matrix.T)
    work.give("adjacency", matrix)


def _adjacency_kernel(given: EdgeList, device: Device) -> Mapping[str, Any]:
    """A sparse matrix from the list of edges."""
    import torch

    device = device.sparse
    ends = device.tensor(given.edges).long().T
    ends = ends if given.directed else torch.cat((ends, ends.flip(0)), dim=1)
    ones = torch.ones(ends.shape[1], dtype=device.dtype, device=device.name)
    side = (given.nodes, given.nodes)
    return {
        "adjacency": torch.sparse_coo_tensor(ends, ones, side, check_invariants=True).to_dense()
    }


adjacency = Solver(
    id="graphs.adjacency",
    concepts=("graph-definitions",),
    inputs=EdgeList,
    quantities={"adjacency": Quantity("matrix", "adjacency A")},
    reference=_adjacency,
    kernel=_adjacency_kernel,
    source=SOURCE,
)
