"""graphs.gcn_naive: the first idea of a graph convolution, with its two faults.

    H = ReLU(A X W)

A is (n, n), X (n, F) with nodes as rows, W (F, F′), H (n, F′); texts with nodes as columns write
W X A. Row i of AX sums the neighbours' rows. Fault 1: a zero diagonal leaves the node itself
out. Fault 2: the size follows the degree; an isolated node gets 0. graphs.gcn_normalised repairs
both. Source: Kipf, Graph convolutional networks (2016), tkipf.github.io.

>>> from solvers import find
>>> pair = {"adjacency": [[0, 1], [1, 0]], "features": [[2], [4]], "weights": [[1]]}
>>> find("graphs.gcn_naive").solve(pair).quantities["output"]
[[4.0], [2.0]]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from solvers.contract import Misconception, Quantity, Solver, Work
from solvers.device import Device
from solvers.graphs._shared import Layer, edge_index
from solvers.graphs.arrays import Array


def _reference(given: Layer, work: Work) -> None:
    mixed = given.adjacency @ given.features
    mixed = work.step("propagated", "sums over neighbours", "A X", mixed)
    mixed = work.give("propagated", mixed)
    product = work.step("pre_activation", "times the weights", "· W", mixed @ given.weights)
    product = work.give("pre_activation", product)
    output = work.step("output", "output", "ReLU: negative entries to 0", np.maximum(product, 0.0))
    work.give("output", output)


def _kernel(given: Layer, device: Device) -> Mapping[str, Any]:
    """Products with a sparse matrix, which holds the edges alone."""
    import torch

    device = device.sparse
    edges = edge_index(given.adjacency, device)
    ones = torch.ones(edges.shape[1], dtype=device.dtype, device=device.name)
    sparse = torch.sparse_coo_tensor(edges, ones, given.adjacency.shape, check_invariants=True)
    x, w = device.tensor(given.features), device.tensor(given.weights)
    product = torch.sparse.mm(sparse, x @ w)
    return {
        "propagated": torch.sparse.mm(sparse, x),
        "pre_activation": product,
        "output": torch.relu(product),
    }


def _from_sums(rule: Callable[[Layer], Array]) -> Callable[[Layer], dict[str, Array]]:
    """Quantities that follow from a wrong first product."""

    def wrong(given: Layer) -> dict[str, Array]:
        mixed = rule(given)
        product = mixed @ given.weights
        return {
            "propagated": mixed,
            "pre_activation": product,
            "output": np.maximum(product, 0.0),
        }

    return wrong


solver = Solver(
    id="graphs.gcn_naive",
    concepts=("gcn-naive",),
    inputs=Layer,
    quantities={
        "propagated": Quantity("matrix", "A X"),
        "pre_activation": Quantity("matrix", "A X W", uses=("propagated",)),
        "output": Quantity("matrix", "ReLU(A X W)", uses=("propagated", "pre_activation")),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "gcn-naive/self-loops-added",
            slip="when self-loops are added",
            correction="The naive layer takes A as it is; A + I is its repair.",
            wrong=_from_sums(lambda g: (g.adjacency + np.eye(len(g.adjacency))) @ g.features),
            departs_at="sums over neighbours",
        ),
        Misconception(
            "gcn-naive/xa-order",
            slip="when X A takes the place of A X",
            correction="Nodes are the rows of X, so A stands on its left: A X mixes rows.",
            wrong=_from_sums(lambda g: g.features @ g.adjacency),
            departs_at="sums over neighbours",
            applies=lambda g: g.features.shape == g.adjacency.shape,  # else the shapes don't fit
        ),
        Misconception(
            "gcn-naive/no-activation",
            slip="without the ReLU",
            correction="The layer ends in a ReLU: negative entries become 0.",
            wrong=lambda g: {"output": g.adjacency @ g.features @ g.weights},
            departs_at="output",
        ),
        Misconception(
            "gcn-naive/no-a",
            slip="when the adjacency is left out",
            correction="Without A every node is alone: A X sums over its neighbours first.",
            wrong=_from_sums(lambda g: g.features),
            departs_at="sums over neighbours",
        ),
    ),
    source="Kipf, Graph convolutional networks (2016)",
)
