"""graphs.gcn_normalised: the graph convolution of Kipf and Welling.

    H′ = ReLU(D̂^−½ Â D̂^−½ X W),  Â = A + I,  D̂_ii = Σ_j Â_ij = d_i + 1

A is (n, n), X (n, F) with nodes as rows, W (F, F′), H′ (n, F′). An edge weighs 1/√(d̂_i d̂_j):
that evens the scale out and does not make rows sum to 1, which only D̂⁻¹Â does. Graph libraries
add the loops and normalise by themselves. Source: Kipf and Welling, arXiv:1609.02907, equation 2.

>>> from solvers import find
>>> pair = {"adjacency": [[0, 1], [1, 0]], "features": [[2], [4]], "weights": [[1]]}
>>> find("graphs.gcn_normalised").solve(pair).quantities["degree_matrix"]
[[2.0, 0.0], [0.0, 2.0]]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from solvers.contract import Misconception, Quantity, Solver, Work
from solvers.device import Device
from solvers.graphs._shared import Layer, edge_index
from solvers.graphs.arrays import Array, normalise


def _reference(given: Layer, work: Work) -> None:
    looped = work.step("self_loop_adjacency", "self-loops", "Â = A + I", given.looped)
    looped = work.give("self_loop_adjacency", looped)

    degrees = _degree_matrix("degree_matrix", "with", "Â", looped, work).diagonal()
    _degree_matrix("plain_degree_matrix", "without", "A", given.adjacency, work)

    quantity, formula = "normalised_adjacency", "Â_ij / √(d̂_i d̂_j)"
    normalised = work.step(quantity, "edge weights", formula, normalise(looped, degrees))
    normalised = work.give(quantity, normalised)

    formula = "D̂^−½ Â D̂^−½ X"
    mixed = work.step("propagated", "sums over neighbours", formula, normalised @ given.features)
    mixed = work.give("propagated", mixed)
    product = work.step("pre_activation", "times the weights", "· W", mixed @ given.weights)
    product = work.give("pre_activation", product)
    output = work.step("output", "output", "ReLU: negative entries to 0", np.maximum(product, 0.0))
    work.give("output", output)


def _degree_matrix(quantity: str, loops: str, name: str, adjacency: Array, work: Work) -> Array:
    formula = f"row sums of {name}"
    degrees = work.step(quantity, f"degrees {loops} self-loops", formula, adjacency.sum(axis=1))
    label = f"degree matrix {loops} self-loops"
    matrix: Array = work.give(
        quantity, work.step(quantity, label, "on the diagonal", np.diag(degrees))
    )
    return matrix


def _kernel(given: Layer, device: Device) -> Mapping[str, Any]:
    """Sparse message passing over a list of edges, as graph libraries do it."""
    import torch

    device = device.sparse
    n = len(given.adjacency)
    edges = edge_index(given.adjacency, device)
    loops = torch.arange(n, device=device.name).expand(2, n)
    plain = torch.bincount(edges[0], minlength=n).to(device.dtype)
    to, start = edges = torch.cat((edges, loops), dim=1)
    degrees = torch.bincount(to, minlength=n).to(device.dtype)
    weight = torch.rsqrt(degrees[to] * degrees[start])
    normalised = torch.sparse_coo_tensor(edges, weight, (n, n), check_invariants=True)
    looped = torch.sparse_coo_tensor(edges, torch.ones_like(weight), (n, n), check_invariants=True)
    x, w = device.tensor(given.features), device.tensor(given.weights)
    product = torch.sparse.mm(normalised, x @ w)
    return {
        "self_loop_adjacency": looped.to_dense(),
        "degree_matrix": torch.diag(degrees),
        "plain_degree_matrix": torch.diag(plain),
        "normalised_adjacency": normalised.to_dense(),
        "propagated": torch.sparse.mm(normalised, x),
        "pre_activation": product,
        "output": torch.relu(product),
    }


def _from_edge_weights(weights: Callable[[Layer], Array]) -> Callable[[Layer], dict[str, Array]]:
    """Quantities that follow from wrong edge weights."""

    def wrong(given: Layer) -> dict[str, Array]:
        normalised = weights(given)
        mixed = normalised @ given.features
        return {
            "normalised_adjacency": normalised,
            "propagated": mixed,
            "pre_activation": mixed @ given.weights,
            "output": np.maximum(mixed @ given.weights, 0.0),
        }

    return wrong


def _right_edge_weights(given: Layer) -> Array:
    return normalise(given.looped, given.looped.sum(axis=1))


def _plain_degrees(given: Layer) -> dict[str, Array]:
    wrong = _from_edge_weights(lambda g: normalise(g.looped, g.degrees))(given)
    return {"degree_matrix": np.diag(given.degrees), **wrong}


def _every_node_has_a_neighbour(given: Layer) -> bool:
    return bool((given.degrees >= 1).all())


_BEFORE = ("self_loop_adjacency", "degree_matrix", "normalised_adjacency")

solver = Solver(
    id="graphs.gcn_normalised",
    concepts=("gcn-normalised", "gcn-self-loops"),
    inputs=Layer,
    quantities={
        "self_loop_adjacency": Quantity("matrix", "Â = A + I"),
        "degree_matrix": Quantity("matrix", "degrees of Â on the diagonal", uses=_BEFORE[:1]),
        "plain_degree_matrix": Quantity("matrix", "degrees of A on the diagonal"),
        "normalised_adjacency": Quantity("matrix", "D̂^−½ Â D̂^−½", uses=_BEFORE[:2]),
        "propagated": Quantity("matrix", "D̂^−½ Â D̂^−½ X", uses=_BEFORE),
        "pre_activation": Quantity("matrix", "D̂^−½ Â D̂^−½ X W", uses=(*_BEFORE, "propagated")),
        "output": Quantity(
            "matrix",
            "ReLU(D̂^−½ Â D̂^−½ X W)",
            uses=(*_BEFORE, "propagated", "pre_activation"),
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "gcn-self-loops/no-identity",
            slip="when no self-loops are added",
            correction="Add the identity, so that a node also hears itself.",
            wrong=lambda g: {"self_loop_adjacency": g.adjacency},
            departs_at="self-loops",
        ),
        Misconception(
            "gcn-self-loops/two-i",
            slip="when the identity is added twice",
            correction="One self-loop a node: add I once.",
            wrong=lambda g: {"self_loop_adjacency": g.looped + np.eye(len(g.looped))},
            departs_at="self-loops",
        ),
        Misconception(
            "gcn-self-loops/diag-degree",
            slip="when the degrees are put on the diagonal",
            correction="A self-loop counts 1, whatever the degree: add I, not D.",
            wrong=lambda g: {"self_loop_adjacency": g.adjacency + np.diag(g.degrees)},
            departs_at="self-loops",
        ),
        Misconception(
            "gcn-self-loops/subtract",
            slip="when the identity is subtracted",
            correction="The node's own features are added to its neighbours': A + I.",
            wrong=lambda g: {"self_loop_adjacency": g.adjacency - np.eye(len(g.adjacency))},
            departs_at="self-loops",
        ),
        Misconception(
            "gcn-normalised/no-self-loops",
            slip="without self-loops",
            correction="Use Â = A + I and its degrees, or a node loses its own features.",
            wrong=_from_edge_weights(lambda g: normalise(g.adjacency, g.degrees)),
            departs_at="self-loops",
            applies=_every_node_has_a_neighbour,
        ),
        Misconception(
            "gcn-normalised/row-normalise",
            slip="when each row is divided by its degree",
            correction="Divide by the roots of both degrees, √(d̂_i d̂_j), not by d̂_i alone.",
            wrong=_from_edge_weights(lambda g: g.looped / g.looped.sum(axis=1)[:, None]),
            departs_at="edge weights",
        ),
        Misconception(
            "gcn-normalised/degree-of-a",
            slip="when the degrees are counted without the self-loops",
            correction="D̂ belongs to Â: each degree is one more than in A.",
            wrong=_plain_degrees,
            departs_at="degrees with self-loops",
            applies=_every_node_has_a_neighbour,
        ),
        Misconception(
            "gcn-normalised/no-sqrt",
            slip="without the square roots of the degrees",
            correction="The exponent is −½ on each side: the edge weighs 1/√(d̂_i d̂_j).",
            wrong=_from_edge_weights(
                lambda g: g.looped / np.outer(g.looped.sum(axis=1), g.looped.sum(axis=1))
            ),
            departs_at="edge weights",
        ),
        Misconception(
            "gcn-normalised/unnormalised",
            slip="when the degrees are left out",
            correction="Divide each edge by √(d̂_i d̂_j), or nodes with many neighbours grow large.",
            wrong=_from_edge_weights(lambda g: g.looped),
            departs_at="edge weights",
        ),
        Misconception(
            "gcn-normalised/no-activation",
            slip="without the ReLU",
            correction="The layer ends in a ReLU: negative entries become 0.",
            wrong=lambda g: {"output": _right_edge_weights(g) @ g.features @ g.weights},
            departs_at="output",
        ),
    ),
    source="Kipf and Welling, arXiv:1609.02907, equation 2",
)
