"""graphs.orderings, graphs.relabelling: nodes have no natural order, and a network must not care.

    n nodes can be numbered in n! ways;  n!/|Aut| of these give different matrices A
    equivariant: f(PAPᵀ, PX) = P f(A, X), an output per node;  invariant: g(PAPᵀ, PX) = g(A, X)

P (n, n) is a permutation matrix, X is (n, F), and Aut holds the renumberings that leave A as it
is. Outputs of nodes move along with the nodes; only an output for the whole graph stays the
same. Source: Bronstein et al., Geometric deep learning, arXiv:2104.13478, section 4.1.

>>> from solvers import find
>>> find("graphs.orderings").solve({"nodes": 4}).quantities
{'orderings': 24}
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import product_of
from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Work,
    array,
    binary,
    whole,
)
from solvers.device import Device
from solvers.graphs._shared import check_no_loops
from solvers.graphs.arrays import Array, Whole

SOURCE = "Bronstein et al., Geometric deep learning, arXiv:2104.13478, section 4.1"

# ------------------------------------------------------------------------ graphs.orderings


@dataclass(frozen=True, kw_only=True)
class Nodes(Inputs):
    """How many nodes there are."""

    nodes: int = whole(1, 12, "nodes n")


def _orderings(given: Nodes, work: Work) -> None:
    n = given.nodes
    formula = f"n! = {product_of(range(1, n + 1), most=12)}"
    work.give("orderings", work.step("orderings", "orderings", formula, math.factorial(n)))


def _orderings_kernel(given: Nodes, _: Device) -> Mapping[str, Any]:
    """Γ(n + 1) = n!, rounded from its logarithm; exact in float64 up to the largest n."""
    import torch

    log = torch.lgamma(torch.tensor(given.nodes + 1.0, dtype=torch.float64))
    return {"orderings": int(log.exp().round())}


orderings = Solver(
    id="graphs.orderings",
    concepts=("order-invariance",),
    inputs=Nodes,
    quantities={"orderings": Quantity("integer", "ways to number the nodes")},
    reference=_orderings,
    kernel=_orderings_kernel,
    misconceptions=(
        Misconception(
            "order-invariance/n-squared",
            slip="when n² is taken",
            correction="n² counts pairs; numbering leaves n choices, then n − 1, and so on: n!.",
            wrong=lambda g: {"orderings": g.nodes**2},
            departs_at="orderings",
        ),
        Misconception(
            "order-invariance/two-n",
            slip="when 2ⁿ is taken",
            correction="2ⁿ counts subsets; numbering leaves n choices, then n − 1, and so on: n!.",
            wrong=lambda g: {"orderings": 2**g.nodes},
            departs_at="orderings",
        ),
        Misconception(
            "order-invariance/choose-2",
            slip="when pairs of nodes are counted",
            correction="n(n − 1)/2 counts pairs; an ordering places all n nodes: n!.",
            wrong=lambda g: {"orderings": g.nodes * (g.nodes - 1) // 2},
            departs_at="orderings",
        ),
    ),
    source=SOURCE,
)

# ---------------------------------------------------------------------- graphs.relabelling


@dataclass(frozen=True, kw_only=True)
class Renumbering(Inputs):
    """A graph, the features of its nodes, and an order in which to number them anew."""

    adjacency: Array = binary("n n", "adjacency A, 0 on the diagonal", max_side=8)
    features: Array = array("n F", -100, 100, "features X, a row for each node", max_side=8)
    order: Array = array(
        "n", 0, 7, "the old number of each new node, from 0", max_side=8, whole_numbers=True
    )

    def check(self) -> None:
        check_no_loops(self.adjacency)
        n = len(self.adjacency)
        if sorted(self.order) != list(range(n)):
            raise BadInput("order", self.order.tolist(), f"each number from 0 to {n - 1} once")

    @property
    def old(self) -> Whole:
        return self.order.astype(np.int64)


def _relabelling(given: Renumbering, work: Work) -> None:
    a, x, old = given.adjacency, given.features, given.old
    before = work.step("node_output", "before", "f(A, X) = A X, sums over neighbours", a @ x)
    before = work.give("node_output", before)

    name, formula = "permuted_adjacency", "P A Pᵀ: rows and columns in the new order"
    permuted = work.give(name, work.step(name, "renumbered A", formula, a[old][:, old]))
    name, formula = "permuted_output", "P X: rows in the new order"
    moved = work.step(name, "renumbered X", formula, x[old])
    after = work.step(name, "after", "f(P A Pᵀ, P X) = P f(A, X)", permuted @ moved)
    after = work.give(name, after)

    formula = "g = Σ_i f_i, whatever the order"
    whole_graph = work.step("graph_output", "sum over the nodes", formula, after.sum(axis=0))
    work.give("graph_output", whole_graph)

    n = len(a)
    formula = f"n! = {n}!"
    total = work.step("distinct_matrices", "orderings", formula, math.factorial(n))
    formula = "orders in which P A Pᵀ = A"
    same = work.step("distinct_matrices", "symmetries", formula, _symmetries(a))
    formula = f"n!/|Aut| = {total}/{same}"
    distinct = work.step("distinct_matrices", "different matrices", formula, total // same)
    work.give("distinct_matrices", distinct)


def _symmetries(adjacency: Array) -> int:
    """|Aut|: the renumberings that leave A as it is."""
    orders = np.array(list(itertools.permutations(range(len(adjacency)))))  # (n!, n)
    permuted = adjacency.astype(np.int8)[orders[:, :, None], orders[:, None, :]]
    return int((permuted == adjacency).all(axis=(1, 2)).sum())


def _relabelling_kernel(given: Renumbering, device: Device) -> Mapping[str, Any]:
    """Products with a permutation matrix; the different matrices are counted as bit patterns."""
    import torch

    a, x = device.tensor(given.adjacency), device.tensor(given.features)
    p = torch.eye(len(a), dtype=a.dtype, device=a.device)[given.old.tolist()]
    output = p @ (a @ x)
    return {
        "node_output": a @ x,
        "permuted_adjacency": p @ a @ p.T,
        "permuted_output": output,
        "graph_output": torch.ones_like(a[0]) @ (a @ x),
        "distinct_matrices": _different(a.long().cpu()),
    }


def _different(adjacency: Any) -> int:
    import torch

    n = len(adjacency)
    orders = torch.tensor(list(itertools.permutations(range(n))))
    # The diagonal is 0, so bit 63, that of the sign, stays free.
    bits = 2 ** torch.arange(n * n).clamp(max=62).view(n, n)
    codes = (adjacency[orders[:, :, None], orders[:, None, :]] * bits).sum(dim=(1, 2))
    return len(torch.unique(codes))


relabelling = Solver(
    id="graphs.relabelling",
    concepts=("order-invariance",),
    inputs=Renumbering,
    quantities={
        "node_output": Quantity("matrix", "A X, an output for each node"),
        "permuted_adjacency": Quantity("matrix", "P A Pᵀ"),
        "permuted_output": Quantity(
            "matrix", "the same layer after renumbering", uses=("permuted_adjacency",)
        ),
        "graph_output": Quantity(
            "vector", "sum over the nodes", uses=("permuted_adjacency", "permuted_output")
        ),
        "distinct_matrices": Quantity("integer", "different matrices among all orderings"),
    },
    reference=_relabelling,
    kernel=_relabelling_kernel,
    example={
        "adjacency": [[0, 1, 0], [1, 0, 1], [0, 1, 0]],
        "features": [[1], [2], [3]],
        "order": [2, 0, 1],
    },
    misconceptions=(
        Misconception(
            "order-invariance/equals",
            slip="when the outputs of the nodes are held to stay where they were",
            correction="Each node keeps its output, so the rows move along with the nodes: P f.",
            wrong=lambda g: {"permuted_output": g.adjacency @ g.features},
            departs_at="after",
        ),
    ),
    source=SOURCE,
)
