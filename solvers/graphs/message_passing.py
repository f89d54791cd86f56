"""graphs.message_passing: one node hears its neighbours.

    aggregate  m_i = AGG{h_j : j ∈ N(i)}      combine  s_i = W_self h_i + W_nb m_i
    update     h_i′ = φ(s_i)

N(i) = {j : a_ij = 1} is row i of A: the out-neighbours of a directed graph, as in the product
AX. h_i and m_i have F entries, both W are (F′, F), h_i′ has F′. AGG may not depend on an order.
A node without neighbours gets the message 0. Many texts name two operations, message and update;
this is one common split. Source: Gilmer et al., Neural message passing for quantum chemistry,
arXiv:1704.01212, section 2.

>>> from solvers import find
>>> star = {"adjacency": [[0, 1, 1], [1, 0, 0], [1, 0, 0]], "features": [[3], [1], [6]],
...         "self_weights": [[2]], "neighbour_weights": [[-0.5]], "aggregate": "sum", "node": 0}
>>> find("graphs.message_passing").solve(star).quantities
{'message': [7.0], 'combined': [2.5], 'updated': [2.5]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from solvers.contract import (
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
from solvers.graphs._shared import (
    check_no_loops,
    check_node,
    edge_index,
    is_symmetric,
    listed,
)
from solvers.graphs.arrays import READOUTS, Array, readout

ACTIVATIONS = ("relu", "identity")
Nodes = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Layer(Inputs):
    """A graph, the vectors of its nodes, a layer, and the node to be updated."""

    adjacency: Array = binary("n n", "adjacency A, 0 on the diagonal")
    features: Array = array("n F", -100, 100, "vectors h, a row for each node")
    self_weights: Array = array("F′ F", -100, 100, "W_self, for the node's own vector")
    neighbour_weights: Array = array("F′ F", -100, 100, "W_nb, for the message")
    aggregate: str = one_of(READOUTS, "how the neighbours are put together")
    node: int = whole(0, 63, "the node i, counted from 0")
    activation: str = one_of(ACTIVATIONS, "φ", default="relu")

    def check(self) -> None:
        check_no_loops(self.adjacency)
        check_node(self.node, len(self.adjacency))

    @property
    def own(self) -> Array:
        """h_i"""
        row: Array = self.features[self.node]
        return row

    @property
    def neighbours(self) -> Nodes:
        """N(i), row i of A."""
        return np.asarray(self.adjacency[self.node] == 1)

    def message(self, nodes: Nodes) -> Array:
        """The vectors of these nodes put together; 0 where there is none."""
        message: Array = readout(self.features[nodes], how=self.aggregate)[0]
        return message

    def combine(self, message: Array) -> Array:
        combined: Array = self.self_weights @ self.own + self.neighbour_weights @ message
        return combined

    def update(self, combined: Array) -> Array:
        return np.maximum(combined, 0.0) if self.activation == "relu" else combined


def _reference(given: Layer, work: Work) -> None:
    nodes = np.flatnonzero(given.neighbours).tolist()
    formula = f"N({given.node}) = {listed(given.neighbours)}, where row {given.node} of A is 1"
    work.step("message", "neighbours", formula, nodes)
    formula = f"{given.aggregate} of h_j over the neighbours" if nodes else "no neighbour: 0"
    message = work.step("message", "message", formula, given.message(given.neighbours))
    message = work.give("message", message)

    own = work.step("combined", "own part", "W_self h_i", given.self_weights @ given.own)
    heard = work.step("combined", "heard part", "W_nb m_i", given.neighbour_weights @ message)
    combined = work.step("combined", "combined", "W_self h_i + W_nb m_i", own + heard)
    combined = work.give("combined", combined)

    formula = "ReLU: negative entries to 0" if given.activation == "relu" else "no activation"
    work.give("updated", work.step("updated", "updated", formula, given.update(combined)))


def _kernel(given: Layer, device: Device) -> Mapping[str, Any]:
    """Messages along a list of edges, for all nodes at once, as graph libraries pass them."""
    import torch
    from torch.nn.functional import linear

    h = device.tensor(given.features)
    to, start = edge_index(given.adjacency, device)
    how = {"sum": "sum", "mean": "mean", "max": "amax"}[given.aggregate]
    messages = torch.zeros_like(h).scatter_reduce(
        0, to[:, None].expand(-1, h.shape[1]), h[start], how, include_self=False
    )
    combined = linear(h, device.tensor(given.self_weights))
    combined = combined + linear(messages, device.tensor(given.neighbour_weights))
    updated = torch.relu(combined) if given.activation == "relu" else combined
    return {
        "message": messages[given.node],
        "combined": combined[given.node],
        "updated": updated[given.node],
    }


def _from_nodes(rule: Callable[[Layer], Nodes]) -> Callable[[Layer], dict[str, Array]]:
    """Quantities that follow from listening to the wrong nodes."""

    def wrong(given: Layer) -> dict[str, Array]:
        message = given.message(rule(given))
        combined = given.combine(message)
        return {"message": message, "combined": combined, "updated": given.update(combined)}

    return wrong


def _with_itself(given: Layer) -> Nodes:
    return np.asarray(given.neighbours | (np.arange(len(given.adjacency)) == given.node))


solver = Solver(
    id="graphs.message_passing",
    concepts=("message-passing",),
    inputs=Layer,
    quantities={
        "message": Quantity("vector", "m_i, the neighbours put together"),
        "combined": Quantity("vector", "W_self h_i + W_nb m_i", uses=("message",)),
        "updated": Quantity("vector", "h_i′, the node's new vector", uses=("message", "combined")),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "message-passing/includes-self",
            slip="when the node is one of its own neighbours",
            correction="A has 0 on its diagonal; the node's own vector comes in with W_self.",
            wrong=_from_nodes(_with_itself),
            departs_at="neighbours",
        ),
        Misconception(
            "message-passing/all-nodes",
            slip="when every node of the graph is heard",
            correction="A message comes along edges only: from the nodes where row i of A is 1.",
            wrong=_from_nodes(lambda g: np.ones(len(g.adjacency), dtype=np.bool_)),
            departs_at="neighbours",
        ),
        Misconception(
            "message-passing/in-neighbours",
            slip="when the column of A is read in place of the row",
            correction="N(i) is row i of A, as in the product AX; column i belongs to Aᵀ.",
            wrong=_from_nodes(lambda g: np.asarray(g.adjacency[:, g.node] == 1)),
            departs_at="neighbours",
            applies=lambda g: not is_symmetric(g.adjacency),
        ),
        Misconception(
            "message-passing/no-update",
            slip="when vector and message are added without weights and activation",
            correction="Both are multiplied by learned weights first, and φ follows.",
            wrong=lambda g: {"updated": g.own + g.message(g.neighbours)},
            departs_at="own part",
        ),
    ),
    source="Gilmer et al., arXiv:1704.01212, section 2",
)
