"""graphs.readout: one vector for a whole graph, and for each graph of a batch.

    h_G = READOUT{h_i : i ∈ G},  sum, mean or max

Nodes are rows h (n, F); a batch vector (n) holds the number of each node's graph, from 0 and in
any order, and every graph has a node; the result is (B, F), whatever the sizes. Source: Gilmer
et al., arXiv:1704.01212, section 2; Xu et al., arXiv:1810.00826, section 4.2.

>>> from solvers import find
>>> two = {"features": [[1, 2], [3, 0], [2, 2]], "batch": [0, 0, 1], "how": "mean"}
>>> find("graphs.readout").solve(two).quantities["vectors"]
[[2.0, 1.0], [2.0, 2.0]]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    one_of,
    whole,
)
from solvers.device import Device
from solvers.graphs.arrays import READOUTS, Array, Whole, readout


@dataclass(frozen=True, kw_only=True)
class Batch(Inputs):
    """The nodes of one or several graphs, and the graph that may be asked for alone."""

    features: Array = array("n F", -1000, 1000, "vectors h, a row for each node")
    batch: Array = array("n", 0, 63, "number of each node's graph, from 0", whole_numbers=True)
    how: str = one_of(READOUTS, "the readout")
    graph: int = whole(0, 63, "the graph asked for alone, counted from 0", default=0)

    def check(self) -> None:
        if set(self.owner) != set(range(self.graphs)):
            allowed = "graphs numbered from 0, each with a node"
            raise BadInput("batch", self.batch.tolist(), allowed)
        if self.graph >= self.graphs:
            raise BadInput("graph", self.graph, f"at most {self.graphs - 1}, the last graph")

    @property
    def owner(self) -> Whole:
        return self.batch.astype(np.int64)

    @property
    def graphs(self) -> int:
        return int(self.batch.max()) + 1

    def pooled(self, how: str) -> Array:
        return readout(self.features, self.owner, how)


def _reference(given: Batch, work: Work) -> None:
    name = "vectors"
    sizes = np.bincount(given.owner)
    formula = "how often each number stands in the batch vector"
    sizes = work.step(name, "nodes of each graph", formula, sizes)
    if given.how == "max":
        formula = "the largest of each column, graph by graph"
        vectors = work.step(name, "largest entries", formula, given.pooled("max"))
    else:
        formula = "of each column, graph by graph"
        vectors = work.step(name, "sums", formula, given.pooled("sum"))
    if given.how == "mean":
        formula = "each row by the nodes of its graph"
        vectors = work.step(name, "means", formula, vectors / sizes[:, None])
    vectors = work.give(name, vectors)

    formula = f"row {given.graph}, counted from 0"
    work.give("vector", work.step("vector", "vector of the graph", formula, vectors[given.graph]))


def _kernel(given: Batch, device: Device) -> Mapping[str, Any]:
    """Rows scattered to their graphs, as graph libraries pool."""
    import torch

    h = device.tensor(given.features)
    owner = device.tensor(given.batch).long()
    vectors = torch.zeros(given.graphs, h.shape[1], dtype=h.dtype, device=h.device)
    if given.how == "sum":
        vectors.index_add_(0, owner, h)
    else:
        how = {"mean": "mean", "max": "amax"}[given.how]
        index = owner[:, None].expand_as(h)
        vectors.scatter_reduce_(0, index, h, how, include_self=False)
    return {"vectors": vectors, "vector": vectors[given.graph]}


def _instead(rule: Callable[[Batch], Array]) -> Callable[[Batch], dict[str, Array]]:
    """Quantities that follow from wrong vectors."""

    def wrong(given: Batch) -> dict[str, Array]:
        vectors = rule(given)
        return {"vectors": vectors, "vector": vectors[given.graph]}

    return wrong


def _first_nodes(given: Batch) -> Array:
    _, first = np.unique(given.owner, return_index=True)
    rows: Array = given.features[first]
    return rows


def _joined(given: Batch) -> dict[str, Array]:
    return {"vector": given.features[given.owner == given.graph].reshape(-1)}


solver = Solver(
    id="graphs.readout",
    concepts=("graph-readout",),
    inputs=Batch,
    quantities={
        "vectors": Quantity("matrix", "h_G, a row for each graph"),
        "vector": Quantity("vector", "h_G of one graph", uses=("vectors",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "graph-readout/sum-for-mean",
            slip="when the sums are not divided",
            correction="A mean divides by the number of nodes of the graph.",
            wrong=_instead(lambda g: g.pooled("sum")),
            departs_at="means",
            applies=lambda g: g.how == "mean",
        ),
        Misconception(
            "graph-readout/first-node",
            slip="when the first node stands for its graph",
            correction="Which node is the first depends on the numbering: every node counts.",
            wrong=_instead(_first_nodes),
            departs_at=lambda g: "largest entries" if g.how == "max" else "sums",
        ),
        Misconception(
            "graph-readout/whole-batch",
            slip="when the sums are divided by all nodes of the batch",
            correction="Each graph is divided by its own number of nodes.",
            wrong=_instead(lambda g: g.pooled("sum") / len(g.features)),
            departs_at="means",
            applies=lambda g: g.how == "mean" and g.graphs >= 2,
        ),
        Misconception(
            "graph-readout/max-for-sum",
            slip="when the largest entries are taken",
            correction="A sum adds all nodes up and so keeps how many there are.",
            wrong=_instead(lambda g: g.pooled("max")),
            departs_at="sums",
            applies=lambda g: g.how == "sum",
        ),
        Misconception(
            "graph-readout/concatenate",
            slip="when the nodes' vectors are joined end to end",
            correction="A readout has one width for all graphs, whatever their number of nodes.",
            wrong=_joined,
            departs_at=lambda g: "largest entries" if g.how == "max" else "sums",
            applies=lambda g: int((g.owner == g.graph).sum()) >= 2,
        ),
    ),
    source="Gilmer et al., arXiv:1704.01212, section 2; Xu et al., arXiv:1810.00826, section 4.2",
)
