"""graphs.batching: graphs of different sizes become one large graph in separate pieces.

    A = blockdiag(A_1, A_2, …), side N = Σ n_g;  X (N, F), all nodes below one another
    an edge (i, j) of graph g becomes (i + o_g, j + o_g), offset o_g = Σ n_h over h before g

Graphs and nodes are numbered from 0. Nothing is padded: no edge joins two graphs, and a readout
gives each a vector of the same width. Source: Fey and Lenssen, Fast graph representation learning
with PyTorch Geometric, arXiv:1903.02428, section 2.

>>> from solvers import find
>>> batch = {"sizes": [3, 4, 2], "features": 5, "graph": 2, "edge": [0, 1]}
>>> find("graphs.batching").solve(batch).quantities["shifted_edge"]
[7, 8]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import sum_of
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.device import Device
from solvers.graphs.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Batch(Inputs):
    """The sizes of some graphs, and one edge of one of them."""

    sizes: Array = array("B", 1, 64, "nodes n_g of each graph", max_side=16, whole_numbers=True)
    features: int = whole(1, 4096, "features F of a node")
    graph: int = whole(0, 15, "the graph of the edge, counted from 0")
    edge: Array = array("ends", 0, 63, "the edge in its own graph, from and to", whole_numbers=True)

    def check(self) -> None:
        if self.graph >= len(self.sizes):
            raise BadInput("graph", self.graph, f"at most {len(self.sizes) - 1}, the last graph")
        last = int(self.sizes[self.graph]) - 1
        if len(self.edge) != 2 or self.edge.max() > last:
            raise BadInput("edge", self.edge.tolist(), f"two nodes from 0 to {last}")

    @property
    def counts(self) -> list[int]:
        return [int(size) for size in self.sizes]

    @property
    def ends(self) -> list[int]:
        return [int(end) for end in self.edge]


def _reference(given: Batch, work: Work) -> None:
    formula = f"Σ n_g = {sum_of(given.counts, most=16)}"
    side = work.give("side", work.step("side", "nodes in all", formula, sum(given.counts)))
    shape = work.step("features_shape", "shape of X", "nodes × features", [side, given.features])
    work.give("features_shape", shape)
    shape = work.step("adjacency_shape", "shape of A", "nodes × nodes", [side, side])
    work.give("adjacency_shape", shape)

    before = given.counts[: given.graph]
    formula = f"nodes of the graphs before: {sum_of(before, most=16) or 'none'}"
    offset = work.give("offset", work.step("offset", "offset", formula, sum(before)))
    i, j = given.ends
    formula = f"({i} + {offset}, {j} + {offset})"
    edge = work.step("shifted_edge", "shifted edge", formula, [i + offset, j + offset])
    work.give("shifted_edge", edge)


def _kernel(given: Batch, _: Device) -> Mapping[str, Any]:
    """Real blocks with a single edge; where it ends up is read from the large matrix."""
    import torch

    block_diagonal: Any = torch.block_diag
    blocks = [torch.zeros(n, n, dtype=torch.int8) for n in given.counts]
    i, j = given.ends
    blocks[given.graph][i, j] = 1
    adjacency: torch.Tensor = block_diagonal(*blocks)
    nodes = [torch.empty(n, given.features, device="meta") for n in given.counts]
    edge = adjacency.nonzero()[0]
    return {
        "side": len(adjacency),
        "features_shape": list(torch.cat(nodes).shape),
        "adjacency_shape": list(adjacency.shape),
        "offset": int(edge[0]) - i,
        "shifted_edge": edge,
    }


def _from_side(rule: Callable[[list[int]], float]) -> Callable[[Batch], dict[str, Any]]:
    """Quantities that follow from a wrong number of nodes."""

    def wrong(given: Batch) -> dict[str, Any]:
        side = rule(given.counts)
        return {
            "side": side,
            "features_shape": [side, given.features],
            "adjacency_shape": [side, side],
        }

    return wrong


def _mean(sizes: list[int]) -> float:
    mean = sum(sizes) / len(sizes)
    return int(mean) if mean.is_integer() else mean


def _several(given: Batch) -> bool:
    return len(given.sizes) >= 2


solver = Solver(
    id="graphs.batching",
    concepts=("graph-batching",),
    inputs=Batch,
    quantities={
        "side": Quantity("integer", "nodes of the large graph, side of A"),
        "features_shape": Quantity(
            "shape", "shape of X", axes=("nodes", "features"), uses=("side",)
        ),
        "adjacency_shape": Quantity("shape", "shape of A", axes=("nodes", "nodes"), uses=("side",)),
        "offset": Quantity("integer", "what is added to the node numbers of the graph"),
        "shifted_edge": Quantity("vector", "the edge in the large graph", uses=("offset",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "graph-batching/pad-to-max",
            slip="when every graph is padded to the largest",
            correction="Nothing is padded: the blocks of A may differ in size.",
            wrong=_from_side(lambda sizes: len(sizes) * max(sizes)),
            departs_at="nodes in all",
            applies=_several,
        ),
        Misconception(
            "graph-batching/no-offset",
            slip="when the edge keeps its local numbers",
            correction="The numbers of the nodes before come first, or it joins the first graph.",
            wrong=lambda g: {"offset": 0, "shifted_edge": g.ends},
            departs_at="offset",
            applies=lambda g: g.graph >= 1,
        ),
        Misconception(
            "graph-batching/multiply",
            slip="when the sizes are multiplied",
            correction="The nodes stand below one another: the sizes are added.",
            wrong=_from_side(math.prod),
            departs_at="nodes in all",
            applies=_several,
        ),
        Misconception(
            "graph-batching/average-size",
            slip="when the mean size is taken",
            correction="All graphs are in the matrix: the sizes are added, not averaged.",
            wrong=_from_side(_mean),
            departs_at="nodes in all",
            applies=_several,
        ),
    ),
    source="Fey and Lenssen, arXiv:1903.02428, section 2",
)
