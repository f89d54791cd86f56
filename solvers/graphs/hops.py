"""graphs.hops: how far a node sees after several layers.

    after L layers node i depends on the j with ((A + I)^L)_ij ≠ 0: those within L hops

A is (n, n); in a directed graph hops follow row i, as in the product AX. The node itself counts.
More is not better: after many layers all nodes blur into one another (over-smoothing). Source:
Hamilton, Graph representation learning (2020), sections 5.1 and 5.3.

>>> from solvers import find
>>> path = {"adjacency": [[0, 1, 0], [1, 0, 1], [0, 1, 0]], "node": 0, "layers": 1}
>>> find("graphs.hops").solve(path).quantities
{'reached': [1, 1, 0], 'influencing': 2}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, binary, whole
from solvers.device import Device
from solvers.graphs._shared import check_no_loops, check_node, listed
from solvers.graphs.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Stack(Inputs):
    """A graph, a node, and how many layers look around."""

    adjacency: Array = binary("n n", "adjacency A, 0 on the diagonal")
    node: int = whole(0, 63, "the node i, counted from 0")
    layers: int = whole(1, 16, "layers L")

    def check(self) -> None:
        check_no_loops(self.adjacency)
        check_node(self.node, len(self.adjacency))

    def within(self, hops: int) -> Array:
        """1 for each node within so many hops."""
        row: Array = np.eye(len(self.adjacency))[self.node]
        for _ in range(hops):
            row = self.one_hop_on(row)
        return row

    def one_hop_on(self, row: Array) -> Array:
        """1 for each node that these nodes hear, themselves included: row · (A + I), cut to 1."""
        return np.asarray(row + row @ self.adjacency > 0, dtype=np.float64)


def _reference(given: Stack, work: Work) -> None:
    row = given.within(0)
    for layer in range(1, given.layers + 1):
        row = given.one_hop_on(row)
        formula = f"row {given.node} of (A + I)^{layer}: {listed(row)}"
        work.step("reached", f"after layer {layer}", formula, row.astype(np.int64))
    formula = "1 for each node that is seen"
    reached = work.step("reached", "nodes seen", formula, row.astype(np.int64))
    reached = work.give("reached", reached)
    influencing = int(np.count_nonzero(reached))
    formula = f"how many are in {listed(reached)}"
    work.give("influencing", work.step("influencing", "influencing", formula, influencing))


def _kernel(given: Stack, device: Device) -> Mapping[str, Any]:
    """Autograd: the inputs on which the node's output depends have a gradient.

    Each layer averages over the node and its neighbours; all weights are positive, so nothing
    cancels.
    """
    import torch

    n = len(given.adjacency)
    looped = device.tensor(given.adjacency + np.eye(n))
    mean = looped / looped.sum(dim=1, keepdim=True)
    x = torch.ones(n, dtype=mean.dtype, device=mean.device, requires_grad=True)
    h = x
    for _ in range(given.layers):
        h = mean @ h
    gradient = torch.autograd.grad(h[given.node], x)[0]
    reached = (gradient > 0).long()
    return {"reached": reached, "influencing": int(reached.sum())}


def _counted(row: Array) -> dict[str, Any]:
    return {"reached": row.astype(np.int64), "influencing": int(row.sum())}


solver = Solver(
    id="graphs.hops",
    concepts=("k-hop",),
    inputs=Stack,
    quantities={
        "reached": Quantity("vector", "1 for each node that influences i, else 0"),
        "influencing": Quantity("integer", "nodes that influence i, itself", uses=("reached",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "k-hop/neighbours-only",
            slip="when one layer's view is taken for all",
            correction=lambda g: f"Each layer sees one hop farther: {g.layers} layers, as many.",
            wrong=lambda g: _counted(g.within(1)),
            departs_at="after layer 1",
            applies=lambda g: g.layers >= 2,
        ),
        Misconception(
            "k-hop/l-plus-1",
            slip="when one hop too many is counted",
            correction=lambda g: (
                f"The first layer sees the neighbours: L = {g.layers} hops in all."
            ),
            wrong=lambda g: _counted(g.within(g.layers + 1)),
            departs_at="nodes seen",
        ),
        Misconception(
            "k-hop/exact-l",
            slip="when only the nodes at distance exactly L are counted",
            correction="Nearer nodes count too, and the node itself: everything within L hops.",
            wrong=lambda g: _counted(g.within(g.layers) - g.within(g.layers - 1)),
            departs_at="nodes seen",
        ),
        Misconception(
            "k-hop/all",
            slip="when every node of the graph is counted",
            correction="A layer carries messages over one hop only, however deep each layer is.",
            wrong=lambda g: _counted(np.ones(len(g.adjacency))),
            departs_at="nodes seen",
        ),
    ),
    source="Hamilton, Graph representation learning (2020), sections 5.1 and 5.3",
)
