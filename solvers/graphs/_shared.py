"""What the lessons share: checks of a graph, and its edges as graph libraries hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from solvers.contract import BadInput, Inputs, array, binary
from solvers.device import Device
from solvers.graphs.arrays import Array

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, kw_only=True)
class Layer(Inputs):
    """An undirected graph, the features of its nodes, and the weights of a GCN layer."""

    adjacency: Array = binary("n n", "adjacency A: symmetric, 0 on the diagonal")
    features: Array = array("n F", -100, 100, "features X, a row for each node")
    weights: Array = array("F F′", -100, 100, "weights W")

    def check(self) -> None:
        check_undirected(self.adjacency)

    @property
    def degrees(self) -> Array:
        degrees: Array = self.adjacency.sum(axis=1)
        return degrees

    @property
    def looped(self) -> Array:
        """Â = A + I"""
        return self.adjacency + np.eye(len(self.adjacency))


def check_no_loops(adjacency: Array) -> None:
    """Raise BadInput where a node has an edge to itself."""
    if adjacency.diagonal().any():
        raise BadInput("adjacency", adjacency.tolist(), "0 on the diagonal")


def check_undirected(adjacency: Array) -> None:
    """Raise BadInput where an edge has one direction, or leads from a node to itself."""
    if not is_symmetric(adjacency) or adjacency.diagonal().any():
        raise BadInput("adjacency", adjacency.tolist(), "symmetric, with 0 on the diagonal")


def check_node(node: int, n: int) -> None:
    """Raise BadInput where no node has this number."""
    if node >= n:
        raise BadInput("node", node, f"at most {n - 1}, the last node")


def is_symmetric(adjacency: Array) -> bool:
    """Whether every edge goes both ways."""
    return bool((adjacency == adjacency.T).all())


def edge_index(adjacency: Array, device: Device) -> torch.Tensor:
    """(2, |E|): row i and column j of every entry of A that is not 0."""
    return device.tensor(adjacency).nonzero().T


def listed(nodes: Any) -> str:
    """Node numbers as a set: {0, 2}.

    >>> listed(np.array([False, True, True]))
    '{1, 2}'
    """
    return "{" + ", ".join(str(node) for node in np.flatnonzero(nodes)) + "}"
