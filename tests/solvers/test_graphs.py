"""graphs.* on graphs worked by hand, against torch, and wrong answers worked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import find, in_topic
from solvers.contract import BadInput, Solution, Unsuitable
from tests.solvers.conftest import kernel_device


def name(short: str) -> str:
    return f"graphs.{short}"


def wrong_values(solution: Solution) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for wrong in solution.wrong_answers:
        values.setdefault(wrong.id, {})[wrong.quantity] = wrong.value
    return values


# -------------------------------------------------------------------------- known numbers

# The graph of week 11's notes: a triangle 0, 1, 2 with a tail 3 at node 2.
TAIL = [[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]]
PATH = [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]]
# 0 → 1, 0 → 2, 1 → 2, 2 → 3
FLOW = [[0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
WEIGHTED = [[0, 2, 0.5, 0], [2, 0, 0, 0], [0.5, 0, 0, 3], [0, 0, 3, 0]]

MESSAGE: dict[str, Any] = {
    "adjacency": TAIL,
    "features": [[1], [2], [3], [4]],
    "self_weights": [[2]],
    "neighbour_weights": [[-0.5]],
    "aggregate": "sum",
    "node": 2,
}
MESSAGE_2D: dict[str, Any] = {
    "adjacency": FLOW,
    "features": [[1, 0], [0, 1], [1, 1], [2, -3]],
    "self_weights": [[1, 0], [0, 1]],
    "neighbour_weights": [[1, 1], [0, 2]],
    "aggregate": "mean",
    "node": 1,
}
NAIVE = {
    "adjacency": TAIL,
    "features": [[1, 0], [0, 1], [1, 1], [2, 0]],
    "weights": [[1, -1], [1, 1]],
}
GAT: dict[str, Any] = {
    "adjacency": TAIL,
    "features": [[1], [2], [-1], [3]],
    "weights": [[1]],
    "attention": [0.5, -1],
}
POOL: dict[str, Any] = {
    "features": [[1, 2], [3, 0], [2, 2], [0, 4], [4, 0]],
    "batch": [0, 0, 1, 1, 1],
    "how": "sum",
}
BATCH: dict[str, Any] = {"sizes": [3, 4, 2], "features": 5, "graph": 2, "edge": [0, 1]}
NEIGHBOURS: dict[str, Any] = {"neighbours": [[1, 5], [3, 2]], "nodes": 5}
RELABEL = {"adjacency": PATH, "features": [[1], [2], [4], [8]], "order": [1, 0, 3, 2]}
# Exponentials of the scores 0.2·(0.5 − 1), 0.2·(0.5 − 2), 0.5 + 1 in the notes
GROWN = np.exp([-0.1, -0.3, 1.5])
ALPHA = [*(GROWN / GROWN.sum()).tolist(), 0]
HEARD = ALPHA[0] * 1 + ALPHA[1] * 2 + ALPHA[2] * -1  # −0.3419 in the notes

BY_HAND: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("edge_count", {"adjacency": TAIL}, {"edges": 4}),
    ("edge_count", {"adjacency": FLOW, "kind": "directed"}, {"edges": 4}),
    ("edge_count", {"adjacency": [[0]]}, {"edges": 0}),
    # the complete graph of five nodes
    ("edge_count", {"adjacency": (1 - np.eye(5)).tolist()}, {"edges": 10}),
    (
        "adjacency",
        {"nodes": 4, "edges": [[0, 1], [2, 0], [1, 2], [3, 2]]},
        {"adjacency": TAIL},
    ),
    (
        "adjacency",
        {"nodes": 4, "edges": [[0, 1], [0, 2], [1, 2], [2, 3]], "kind": "directed"},
        {"adjacency": FLOW},
    ),
    (
        "degree",
        {"adjacency": TAIL, "node": 2},
        {"degrees": [2, 2, 3, 1], "degree": 3, "looped_degrees": [3, 3, 4, 2]},
    ),
    ("degree", {"adjacency": FLOW}, {"degrees": [2, 1, 1, 0], "degree": 2}),
    ("degree", {"adjacency": WEIGHTED, "node": 2}, {"degrees": [2.5, 2, 3.5, 3], "degree": 3.5}),
    ("degree", {"adjacency": [[0]]}, {"degrees": [0], "looped_degrees": [1]}),
    ("orderings", {"nodes": 1}, {"orderings": 1}),
    ("orderings", {"nodes": 8}, {"orderings": 40_320}),
    ("orderings", {"nodes": 12}, {"orderings": 479_001_600}),
    (
        "relabelling",
        RELABEL,
        {
            "node_output": [[2], [5], [10], [4]],
            "permuted_adjacency": [[0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 1], [1, 0, 1, 0]],
            "permuted_output": [[5], [2], [4], [10]],
            "graph_output": [21],
            "distinct_matrices": 12,  # the curriculum's trap-n-factorial
        },
    ),
    # the notes: swapping nodes 0 and 1 changes nothing
    ("relabelling", {**RELABEL, "adjacency": TAIL}, {"distinct_matrices": 12}),
    ("relabelling", {**RELABEL, "adjacency": FLOW}, {"distinct_matrices": 24}),
    ("message_passing", MESSAGE, {"message": [7], "combined": [2.5], "updated": [2.5]}),
    ("message_passing", {**MESSAGE, "aggregate": "mean"}, {"message": [7 / 3]}),
    ("message_passing", {**MESSAGE, "aggregate": "max"}, {"message": [4], "updated": [4]}),
    ("message_passing", {**MESSAGE, "node": 0}, {"combined": [-0.5], "updated": [0]}),
    (
        "message_passing",
        {**MESSAGE, "node": 0, "activation": "identity"},
        {"combined": [-0.5], "updated": [-0.5]},
    ),
    # node 3 of the directed graph has no out-neighbours: nothing is heard
    ("message_passing", {**MESSAGE_2D, "node": 3}, {"message": [0, 0], "updated": [2, 0]}),
    ("message_passing", MESSAGE_2D, {"message": [1, 1], "updated": [2, 3]}),
    ("aggregate", {**NEIGHBOURS, "how": "sum"}, {"aggregate": [4, 7]}),
    ("aggregate", {**NEIGHBOURS, "how": "mean"}, {"aggregate": [2, 3.5]}),
    ("aggregate", {**NEIGHBOURS, "how": "max"}, {"aggregate": [3, 5]}),
    # Xu et al. 2019, figure 3: multisets that mean and max, or max alone, take for the same
    (
        "separation",
        {"first": [[1], [1]], "second": [[1]]},
        {"sum_separates": "yes", "mean_separates": "no", "max_separates": "no"},
    ),
    (
        "separation",
        {"first": [[1], [1], [2]], "second": [[1], [2]]},
        {"sum_separates": "yes", "mean_separates": "yes", "max_separates": "no"},
    ),
    (
        "separation",
        {"first": [[1], [3]], "second": [[2], [2]]},
        {"sum_separates": "no", "mean_separates": "no", "max_separates": "yes"},
    ),
    ("gcn_naive", NAIVE, {"propagated": [[1, 2], [2, 1], [3, 1], [1, 1]]}),
    ("gcn_naive", NAIVE, {"output": [[3, 1], [3, 0], [4, 0], [2, 0]]}),
    ("gcn_naive", {**NAIVE, "adjacency": np.zeros((4, 4))}, {"output": [[0, 0]] * 4}),
    ("gcn_coefficient", {"degree_i": 3, "degree_j": 2}, {"coefficient": 1 / math.sqrt(12)}),
    ("gcn_coefficient", {"degree_i": 3, "degree_j": 1}, {"coefficient": 1 / math.sqrt(8)}),
    ("gcn_coefficient", {"degree_i": 1, "degree_j": 1}, {"coefficient": 0.5}),
    # Kipf and Welling 2017 on Cora: 1433 → 16 → 7, in all 23,063
    ("gcn_params", {"features": 1433, "outputs": 16, "nodes": 2708}, {"parameters": 22_944}),
    ("gcn_params", {"features": 16, "outputs": 7, "nodes": 2708}, {"parameters": 23_063 - 22_944}),
    ("gat_attention", GAT, {"scores": [-0.1, -0.3, 1.5], "coefficients": ALPHA}),
    ("gat_attention", GAT, {"output": [HEARD]}),
    (
        "gat_attention",
        {**GAT, "adjacency": np.zeros((4, 4)), "node": 3},
        {"coefficients": [0, 0, 0, 1], "output": [3]},
    ),
    (
        "gat_attention",  # equal features: the attention is even
        {**GAT, "features": [[2]] * 4, "node": 2},
        {"coefficients": [0.25] * 4, "output": [2]},
    ),
    # Veličković et al. 2018 on Cora: 8 heads of 8, then one of 7; 92,373 with 64 + 7 biases
    (
        "gat_heads",
        {"features": 1433, "outputs": 8, "heads": 8},
        {"hidden_width": 64, "output_width": 8, "parameters": 91_840},
    ),
    (
        "gat_heads",
        {"features": 64, "outputs": 7, "heads": 1},
        {"output_width": 7, "parameters": 92_373 - 91_840 - 64 - 7},
    ),
    ("readout", POOL, {"vectors": [[4, 2], [6, 6]], "vector": [4, 2]}),
    ("readout", {**POOL, "how": "mean", "graph": 1}, {"vector": [2, 2]}),
    ("readout", {**POOL, "how": "mean"}, {"vectors": [[2, 1], [2, 2]]}),
    ("readout", {**POOL, "how": "max"}, {"vectors": [[3, 2], [4, 4]]}),
    ("readout", {**POOL, "batch": [1, 0, 0, 1, 1], "how": "max"}, {"vectors": [[3, 2], [4, 4]]}),
    (
        "batching",
        BATCH,
        {
            "side": 9,
            "features_shape": [9, 5],
            "adjacency_shape": [9, 9],
            "offset": 7,
            "shifted_edge": [7, 8],
        },
    ),
    ("batching", {**BATCH, "graph": 0, "edge": [2, 2]}, {"offset": 0, "shifted_edge": [2, 2]}),
    ("hops", {"adjacency": TAIL, "node": 3, "layers": 1}, {"reached": [0, 0, 1, 1]}),
    ("hops", {"adjacency": TAIL, "node": 3, "layers": 2}, {"influencing": 4}),
    ("hops", {"adjacency": FLOW, "node": 1, "layers": 9}, {"reached": [0, 1, 1, 1]}),
    ("hops", {"adjacency": [[0]], "node": 0, "layers": 16}, {"influencing": 1}),
    ("complete", {"tokens": 10}, {"edges": 100, "edges_without_loops": 90}),
    ("complete", {"tokens": 1}, {"edges": 1, "edges_without_loops": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("short", "inputs", "expected"), BY_HAND)
def test_known_numbers(
    short: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Callable[..., Solution]
) -> None:
    quantities = lawful(name(short), inputs).quantities
    for quantity, value in expected.items():
        if isinstance(value, str):
            assert quantities[quantity] == value, quantity
        else:
            actual: Any = quantities[quantity]
            np.testing.assert_allclose(actual, value, rtol=1e-7, atol=1e-12, err_msg=quantity)


def test_concepts() -> None:
    covered = {concept for solver in in_topic("graphs") for concept in solver.concepts}
    assert covered == {
        "graph-definitions", "node-degree", "order-invariance", "message-passing", "aggregators",
        "gcn-naive", "gcn-self-loops", "gcn-normalised", "gcn-coefficient", "gcn-params",
        "gat-attention", "gat-multihead", "graph-readout", "graph-batching", "k-hop",
        "transformer-as-graph",
    }  # fmt: skip


# ------------------------------------------------------------------------- misconceptions

S = np.exp([-0.1, -0.3, 1.5, -0.5])  # of node 0 to all four: the last is 0.2·(0.5 − 3)
RAW = np.exp([-0.5, -1.5, 1.5])
FLAT = np.exp([-0.005, -0.015, 1.5])
# scores of nodes 0, 1, 2 to each other: e_j0 for the column of 0, and so on
COLUMN_0 = np.exp([-0.1, 0.0, -0.3])
COLUMN_1 = np.exp([-0.3, -0.2, -0.5])
COLUMN_2 = np.exp([1.5, 2.0, 0.5, 2.5])
SWAPPED = np.exp([-0.1, 0.0, -0.3])


def weighed(*weights: float) -> dict[str, Any]:
    """Coefficients and what they make of W h = 1, 2, −1, 3."""
    return {
        "coefficients": list(weights),
        "output": [float(np.dot(weights, [1, 2, -1, 3]))],
    }


def shares(grown: Any) -> list[float]:
    return [*(grown / grown.sum()).tolist(), *[0.0] * (4 - len(grown))]


WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "edge_count",
        {"adjacency": TAIL},
        {
            "graph-definitions/double-count": {"edges": 8},
            "graph-definitions/nodes": {"edges": 4},
            "graph-definitions/complete": {"edges": 6},
        },
    ),
    (
        "edge_count",
        {"adjacency": [[0, 1, 1], [0, 0, 1], [0, 0, 0]], "kind": "directed"},
        {
            "graph-definitions/nodes": {"edges": 3},
            "graph-definitions/complete": {"edges": 3},
            "graph-definitions/directed": {"edges": 1.5},
        },
    ),
    (
        "edge_count",
        {"adjacency": FLOW, "kind": "directed"},
        {
            "graph-definitions/nodes": {"edges": 4},
            "graph-definitions/complete": {"edges": 6},
            "graph-definitions/directed": {"edges": 2},
        },
    ),
    ("adjacency", {"nodes": 2, "edges": [[0, 1]]}, {}),
    (
        "degree",
        {"adjacency": PATH, "node": 1},
        {
            "node-degree/plus-self": {"degrees": [2, 3, 3, 2], "degree": 3},
            "node-degree/two-hop": {
                "degrees": [2, 3, 3, 2], "degree": 3, "looped_degrees": [3, 4, 4, 3]
            },
            "node-degree/average": {"degree": 1.5},
        },
    ),
    (
        "degree",
        {"adjacency": WEIGHTED},
        {
            "node-degree/plus-self": {"degrees": [3.5, 3, 4.5, 4], "degree": 3.5},
            "node-degree/two-hop": {"degrees": [3, 2, 3, 2], "degree": 3},
            "node-degree/weight-ignored": {
                "degrees": [2, 1, 2, 1], "degree": 2, "looped_degrees": [3, 2, 3, 2]
            },
            "node-degree/average": {"degree": 2.75},
        },
    ),
    (
        "orderings",
        {"nodes": 5},
        {
            "order-invariance/n-squared": {"orderings": 25},
            "order-invariance/two-n": {"orderings": 32},
            "order-invariance/choose-2": {"orderings": 10},
        },
    ),
    (
        "relabelling",
        RELABEL,
        {"order-invariance/equals": {"permuted_output": [[2], [5], [10], [4]]}},
    ),
    (
        "message_passing",
        MESSAGE,
        {
            "message-passing/includes-self": {"message": [10], "combined": [1], "updated": [1]},
            "message-passing/all-nodes": {"message": [10], "combined": [1], "updated": [1]},
            "message-passing/no-update": {"updated": [10]},
        },
    ),
    (
        "message_passing",  # node 1 of the directed graph: hears 2, and 0 hears it
        MESSAGE_2D,
        {
            "message-passing/includes-self": {"message": [0.5, 1], "updated": [1.5, 3]},
            "message-passing/all-nodes": {"message": [1, -0.25], "updated": [0.75, 0.5]},
            "message-passing/in-neighbours": {"message": [1, 0], "updated": [1, 1]},
            "message-passing/no-update": {"updated": [1, 2]},
        },
    ),
    (
        "aggregate",
        {**NEIGHBOURS, "how": "mean"},
        {
            "aggregators/sum-for-mean": {"aggregate": [4, 7]},
            "aggregators/divide-by-n": {"aggregate": [0.8, 1.4]},
            "aggregators/first-neighbour": {"aggregate": [1, 5]},
        },
    ),
    (
        "aggregate",
        {**NEIGHBOURS, "how": "sum"},
        {
            "aggregators/mean-for-sum": {"aggregate": [2, 3.5]},
            "aggregators/first-neighbour": {"aggregate": [1, 5]},
        },
    ),
    (
        "aggregate",
        {**NEIGHBOURS, "how": "max"},
        {
            "aggregators/first-neighbour": {"aggregate": [1, 5]},
            "aggregators/min-for-max": {"aggregate": [1, 2]},
            "aggregators/sum-for-max": {"aggregate": [4, 7]},
        },
    ),
    ("separation", {"first": [[1]], "second": [[2]]}, {}),
    (
        "gcn_naive",
        NAIVE,
        {
            "gcn-naive/self-loops-added": {
                "propagated": [[2, 2], [2, 2], [4, 2], [3, 1]],
                "output": [[4, 0], [4, 0], [6, 0], [4, 0]],
            },
            "gcn-naive/no-activation": {"output": [[3, 1], [3, -1], [4, -2], [2, 0]]},
            "gcn-naive/no-a": {
                "pre_activation": [[1, -1], [1, 1], [2, 0], [2, -2]],
                "output": [[1, 0], [1, 1], [2, 0], [2, 0]],
            },
        },
    ),
    (
        "gcn_naive",
        {"adjacency": [[0, 1], [1, 0]], "features": [[1, 2], [3, 4]], "weights": [[1], [10]]},
        {
            "gcn-naive/self-loops-added": {"output": [[64], [64]]},
            "gcn-naive/xa-order": {"propagated": [[2, 1], [4, 3]], "output": [[12], [34]]},
            "gcn-naive/no-activation": {"output": [[43], [21]]},
            "gcn-naive/no-a": {"output": [[21], [43]]},
        },
    ),
    (
        "gcn_coefficient",
        {"degree_i": 3, "degree_j": 8},
        {
            "gcn-coefficient/no-plus-1": {"coefficient": 0.2041241452319315},
            "gcn-coefficient/row": {"coefficient": 0.25},
            "gcn-coefficient/no-sqrt": {"coefficient": 1 / 36},
            "gcn-coefficient/arithmetic": {"coefficient": 2 / 13},
        },
    ),
    (
        "gcn_coefficient",
        {"degree_i": 1, "degree_j": 1},
        {
            "gcn-coefficient/no-plus-1": {"coefficient": 1},
            "gcn-coefficient/no-sqrt": {"coefficient": 0.25},
        },
    ),
    (
        "gcn_params",
        {"features": 10, "outputs": 4, "nodes": 6, "edges": 9},
        {
            "gcn-params/times-nodes": {"parameters": 240},
            "gcn-params/adjacency-counted": {"parameters": 80},
            "gcn-params/no-bias": {"parameters": 40},
            "gcn-params/edges": {"parameters": 53},
        },
    ),
    (
        "gat_attention",  # F = F′ = 1, so W may be forgotten; W = 1 makes that no mistake here
        GAT,
        {
            "gat-attention/softmax-all-nodes": weighed(*(S / S.sum())),
            "gat-attention/no-leaky": {"scores": [-0.5, -1.5, 1.5], **weighed(*shares(RAW))},
            "gat-attention/slope-001": {
                "scores": [-0.005, -0.015, 1.5], **weighed(*shares(FLAT))
            },
            "gat-attention/no-self": weighed(0, *(S[1:3] / S[1:3].sum()), 0),
            "gat-attention/column-softmax": weighed(
                S[0] / COLUMN_0.sum(), S[1] / COLUMN_1.sum(), S[2] / COLUMN_2.sum(), 0
            ),
            "gat-attention/no-w": {"scores": [-0.1, -0.3, 1.5], **weighed(*ALPHA)},
            "gat-attention/swap": {"scores": [-0.1, 0, -0.3], **weighed(*shares(SWAPPED))},
        },
    ),
    (
        "gat_attention",  # W = 2 doubles every score; without it they are those of the notes
        {**GAT, "weights": [[2]]},
        {"gat-attention/no-w": {"scores": [-0.1, -0.3, 1.5], "coefficients": ALPHA,
                                "output": [2 * HEARD]}},
    ),
    (
        "gat_heads",
        {"features": 10, "outputs": 4, "heads": 3},
        {
            "gat-multihead/no-heads": {"hidden_width": 4, "parameters": 48},
            "gat-multihead/add": {"hidden_width": 7},
            "gat-multihead/concat-output": {"output_width": 12},
            "gat-multihead/a-single": {"parameters": 132},
        },
    ),
    (
        "readout",
        {**POOL, "how": "mean", "graph": 1},
        {
            "graph-readout/sum-for-mean": {"vectors": [[4, 2], [6, 6]], "vector": [6, 6]},
            "graph-readout/first-node": {"vectors": [[1, 2], [2, 2]], "vector": [2, 2]},
            "graph-readout/whole-batch": {"vectors": [[0.8, 0.4], [1.2, 1.2]]},
            "graph-readout/concatenate": {"vector": [2, 2, 0, 4, 4, 0]},
        },
    ),
    (
        "readout",
        POOL,
        {
            "graph-readout/first-node": {"vectors": [[1, 2], [2, 2]]},
            "graph-readout/max-for-sum": {"vectors": [[3, 2], [4, 4]]},
            "graph-readout/concatenate": {"vector": [1, 2, 3, 0]},
        },
    ),
    (
        "batching",
        {**BATCH, "sizes": [3, 4, 3]},
        {
            "graph-batching/pad-to-max": {
                "side": 12, "features_shape": [12, 5], "adjacency_shape": [12, 12]
            },
            "graph-batching/no-offset": {"offset": 0, "shifted_edge": [0, 1]},
            "graph-batching/multiply": {"side": 36},
            "graph-batching/average-size": {"side": 10 / 3},
        },
    ),
    (
        "hops",  # a path 0 – 1 – 2 – 3 – 4 – 5, two layers at its end
        {"adjacency": (np.eye(6, k=1) + np.eye(6, k=-1)).tolist(), "node": 0, "layers": 2},
        {
            "k-hop/neighbours-only": {"influencing": 2, "reached": [1, 1, 0, 0, 0, 0]},
            "k-hop/l-plus-1": {"influencing": 4, "reached": [1, 1, 1, 1, 0, 0]},
            "k-hop/exact-l": {"influencing": 1, "reached": [0, 0, 1, 0, 0, 0]},
            "k-hop/all": {"influencing": 6},
        },
    ),
    (
        "complete",
        {"tokens": 7},
        {
            "transformer-as-graph/undirected": {"edges": 21},
            "transformer-as-graph/no-loops": {"edges": 42},
            "transformer-as-graph/linear": {"edges": 7},
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("short", "inputs", "expected"), WRONG)
def test_misconceptions_by_hand(
    short: str,
    inputs: dict[str, Any],
    expected: dict[str, dict[str, Any]],
    lawful: Callable[..., Solution],
) -> None:
    values = wrong_values(lawful(name(short), inputs))
    if inputs.get("weights") != [[2]]:  # that one is about W alone
        assert set(values) == set(expected)
    for wrong, quantities in expected.items():
        for quantity, value in quantities.items():
            message = f"{wrong} {quantity}"
            np.testing.assert_allclose(
                values[wrong][quantity], value, rtol=1e-7, atol=1e-12, err_msg=message
            )


def test_every_misconception_is_worked_by_hand() -> None:
    worked = {(short, wrong) for short, _, expected in WRONG for wrong in expected}
    there = {
        (solver.id.partition(".")[2], wrong.id)
        for solver in in_topic("graphs")
        for wrong in solver.misconceptions
        if solver.id != "graphs.gcn_normalised"  # in a file of its own
    }
    assert worked == there


@pytest.mark.parametrize(
    ("short", "inputs", "gone"),
    [
        ("degree", {"adjacency": TAIL}, {"node-degree/weight-ignored"}),
        ("message_passing", MESSAGE, {"message-passing/in-neighbours"}),
        ("gcn_naive", NAIVE, {"gcn-naive/xa-order"}),
        ("gcn_params", {"features": 1, "outputs": 1, "nodes": 1}, {"gcn-params/edges"}),
        ("gat_attention", {**GAT, "node": 2}, {"gat-attention/softmax-all-nodes"}),
        ("gat_attention", {**GAT, "slope": 0.01}, {"gat-attention/slope-001"}),
        (
            "gat_attention",
            {**GAT, "adjacency": np.zeros((4, 4)), "attention": [1, 1]},
            {"gat-attention/no-self", "gat-attention/swap", "gat-attention/column-softmax"},
        ),
        (
            "gat_attention",
            {**GAT, "weights": [[1], [0]], "attention": [0, 1, 0, 0]},
            {"gat-attention/no-w", "gat-attention/no-leaky", "gat-attention/slope-001"},
        ),
        (
            "gat_heads",
            {"features": 2, "outputs": 2, "heads": 1},
            {"gat-multihead/no-heads", "gat-multihead/concat-output"},
        ),
        (
            "readout",
            {"features": [[1]], "batch": [0], "how": "mean"},
            {"graph-readout/whole-batch", "graph-readout/concatenate"},
        ),
        (
            "batching",
            {"sizes": [3], "features": 1, "graph": 0, "edge": [0, 1]},
            {"graph-batching/no-offset", "graph-batching/pad-to-max"},
        ),
        ("hops", {"adjacency": PATH, "node": 0, "layers": 1}, {"k-hop/neighbours-only"}),
    ],
)
def test_misconceptions_that_mean_nothing_are_left_out(
    short: str, inputs: dict[str, Any], gone: set[str]
) -> None:
    assert not gone & set(wrong_values(find(name(short)).solve(inputs)))


# -------------------------------------------------------------- follow-through and Unsuitable


def test_a_wrong_message_is_followed_through() -> None:
    solution = find(name("message_passing")).solve(MESSAGE, stated={"message": [10]})
    assert solution.quantities["updated"] == [1]


def test_wrong_scores_are_followed_through() -> None:
    solution = find(name("gat_attention")).solve(GAT, stated={"scores": [-0.5, -1.5, 1.5]})
    np.testing.assert_allclose(solution.quantities["coefficients"], shares(RAW))  # type: ignore[arg-type]


def test_a_wrong_side_is_followed_through() -> None:
    solution = find(name("batching")).solve(BATCH, stated={"side": 12, "offset": 0})
    assert solution.quantities["features_shape"] == [12, 5]
    assert solution.quantities["shifted_edge"] == [0, 1]


def test_one_neighbour_that_has_it_all_is_unsuitable() -> None:
    with pytest.raises(Unsuitable, match="saturated"):
        find(name("gat_attention")).solve({**GAT, "attention": [0, -20]})


def test_steps_of_message_passing() -> None:
    steps = find(name("message_passing")).solve(MESSAGE).steps_to("updated")
    assert [(step.label, step.formula) for step in steps] == [
        ("neighbours", "N(2) = {0, 1, 3}, where row 2 of A is 1"),
        ("message", "sum of h_j over the neighbours"),
        ("own part", "W_self h_i"),
        ("heard part", "W_nb m_i"),
        ("combined", "W_self h_i + W_nb m_i"),
        ("updated", "ReLU: negative entries to 0"),
    ]


# ---------------------------------------------------------------------- reference and kernel


def agree(short: str, inputs: dict[str, Any]) -> None:
    solver = find(name(short))
    solver.verify(solver.solve(inputs), kernel_device())


def graph(rng: np.random.Generator, n: int, *, directed: bool = False) -> Any:
    any_graph = rng.integers(0, 2, size=(n, n)) * (1 - np.eye(n, dtype=int))
    return any_graph if directed else np.triu(any_graph) + np.triu(any_graph).T


SCALES = st.sampled_from([0.0, 1e-3, 1.0, 100.0])
SEEDS = st.integers(0, 10**6)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 8), directed=st.booleans(), scale=SCALES)
def test_structure_agrees(seed: int, n: int, directed: bool, scale: float) -> None:
    rng = np.random.default_rng(seed)
    a, kind = graph(rng, n, directed=directed), "directed" if directed else "undirected"
    node = int(rng.integers(n))
    agree("edge_count", {"adjacency": a, "kind": kind})
    agree("degree", {"adjacency": a * rng.uniform(0, scale, (n, n)), "node": node})
    agree("hops", {"adjacency": a, "node": node, "layers": int(rng.integers(1, 17))})
    edges = np.argwhere(a if directed else np.triu(a))
    if len(edges):
        agree("adjacency", {"nodes": max(n, 2), "edges": edges, "kind": kind})
    if n <= 6:
        x = rng.uniform(-scale, scale, (n, 2))
        agree("relabelling", {"adjacency": a, "features": x, "order": rng.permutation(n)})


def test_the_largest_renumbering_agrees() -> None:
    ring = np.roll(np.eye(8), 1, axis=1)
    inputs = {"adjacency": ring, "features": np.ones((8, 1)), "order": np.arange(8)}
    agree("relabelling", inputs)
    assert find(name("relabelling")).solve(inputs).quantities["distinct_matrices"] == 5040  # 8!/8


@settings(max_examples=50, deadline=None)
@given(
    seed=SEEDS,
    n=st.integers(1, 7),
    f=st.integers(1, 3),
    g=st.integers(1, 3),
    directed=st.booleans(),
    scale=SCALES,
    how=st.sampled_from(["sum", "mean", "max"]),
)
def test_layers_agree(
    seed: int, n: int, f: int, g: int, directed: bool, scale: float, how: str
) -> None:
    rng = np.random.default_rng(seed)

    def draw(*shape: int) -> Any:
        return rng.uniform(-scale, scale, shape)

    undirected = graph(rng, n)
    agree(
        "message_passing",
        {
            "adjacency": graph(rng, n, directed=directed),
            "features": draw(n, f),
            "self_weights": draw(g, f),
            "neighbour_weights": draw(g, f),
            "aggregate": how,
            "node": int(rng.integers(n)),
            "activation": "relu" if seed % 2 else "identity",
        },
    )
    naive = {"adjacency": undirected, "features": draw(n, f), "weights": draw(f, g)}
    agree("gcn_naive", naive)
    agree("gcn_normalised", naive)
    agree("aggregate", {"neighbours": draw(n, f), "nodes": n + 1, "how": how})
    batch = np.concatenate([np.arange(min(n, 3)), rng.integers(0, min(n, 3), max(n - 3, 0))])
    agree("readout", {"features": draw(n, f), "batch": rng.permutation(batch), "how": how})


@settings(max_examples=50, deadline=None)
@given(
    seed=SEEDS,
    n=st.integers(1, 7),
    f=st.integers(1, 3),
    width=st.integers(1, 3),
    scale=st.sampled_from([0.0, 1e-3, 0.5, 1.0, 2.0, 100.0]),
    slope=st.sampled_from([0.0, 0.2, 1.0]),
)
def test_attention_agrees(
    seed: int, n: int, f: int, width: int, scale: float, slope: float
) -> None:
    rng = np.random.default_rng(seed)
    inputs = {
        "adjacency": graph(rng, n),
        "features": rng.uniform(-scale, scale, (n, f)),
        "weights": rng.uniform(-scale, scale, (width, f)),
        "attention": rng.uniform(-scale, scale, 2 * width),
        "slope": slope,
        "node": int(rng.integers(n)),
    }
    try:
        agree("gat_attention", inputs)
    except Unsuitable:
        assert scale >= 2


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS, k=st.integers(1, 5), m=st.integers(1, 5), size=st.integers(1, 1000))
def test_separation_agrees(seed: int, k: int, m: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = (rng.integers(-size, size, (side, 2)) for side in (k, m))
    agree("separation", {"first": first, "second": second})
    # any order, and any number of copies of all: the mean does not tell them apart
    twice = np.concatenate([first, first[::-1]])
    solution = find(name("separation")).solve({"first": first, "second": twice})
    assert solution.quantities["mean_separates"] == solution.quantities["max_separates"] == "no"


@settings(max_examples=40, deadline=None)
@given(
    seed=SEEDS,
    degrees=st.tuples(st.integers(1, 1000), st.integers(1, 1000)),
    heads=st.integers(1, 64),
    tokens=st.integers(1, 300),
    features=st.integers(1, 5000),
    outputs=st.integers(1, 5000),
)
def test_counts_agree(
    seed: int, degrees: tuple[int, int], heads: int, tokens: int, features: int, outputs: int
) -> None:
    rng = np.random.default_rng(seed)
    agree("gcn_coefficient", {"degree_i": degrees[0], "degree_j": degrees[1]})
    agree("gcn_params", {"features": features, "outputs": outputs, "nodes": 5})
    agree("gat_heads", {"features": features, "outputs": outputs, "heads": heads})
    agree("complete", {"tokens": tokens})
    sizes = rng.integers(1, 20, size=int(rng.integers(1, 17)))
    chosen = int(rng.integers(len(sizes)))
    edge = rng.integers(0, sizes[chosen], 2)
    agree("batching", {"sizes": sizes, "features": 3, "graph": chosen, "edge": edge})


@pytest.mark.parametrize("nodes", range(1, 13))
def test_orderings_agree(nodes: int) -> None:
    agree("orderings", {"nodes": nodes})


# -------------------------------------------------------------------------------- bad inputs

LOOP = [[1, 0], [0, 0]]
ONE_WAY = [[0, 1], [0, 0]]


@pytest.mark.parametrize(
    ("short", "inputs", "message"),
    [
        ("edge_count", {"adjacency": ONE_WAY}, "symmetric, with 0 on the diagonal"),
        ("edge_count", {"adjacency": LOOP, "kind": "directed"}, "0 on the diagonal"),
        ("edge_count", {"adjacency": [[0, 2], [2, 0]]}, "n × n entries 0 or 1"),
        ("edge_count", {"adjacency": [[0, 1]]}, "n = 1"),
        ("adjacency", {"nodes": 2, "edges": [[0, 2]]}, "nodes from 0 to 1"),
        ("adjacency", {"nodes": 2, "edges": [[1, 1]]}, "two different nodes"),
        ("adjacency", {"nodes": 2, "edges": [[0, 1], [1, 0]]}, "each edge once"),
        ("adjacency", {"nodes": 2, "edges": [[0, 1, 1]]}, "two ends"),
        ("adjacency", {"nodes": 2, "edges": [[0, 0.5]]}, "whole numbers"),
        ("degree", {"adjacency": TAIL, "node": 4}, "node is 4; allowed: at most 3"),
        ("degree", {"adjacency": LOOP}, "0 on the diagonal"),
        ("degree", {"adjacency": [[0, -1], [0, 0]]}, "numbers from 0 to 100"),
        ("orderings", {"nodes": 13}, "a whole number from 1 to 12"),
        ("relabelling", {**RELABEL, "order": [0, 1, 1, 2]}, "each number from 0 to 3 once"),
        ("relabelling", {**RELABEL, "adjacency": np.zeros((9, 9))}, "each side at most 8"),
        ("message_passing", {**MESSAGE, "node": 4}, "at most 3, the last node"),
        ("message_passing", {**MESSAGE, "aggregate": "median"}, "one of sum, mean, max"),
        ("message_passing", {**MESSAGE, "self_weights": [[1, 2]]}, "F = 1"),
        ("aggregate", {**NEIGHBOURS, "how": "sum", "nodes": 2}, "nodes is 2; allowed: at least 3"),
        ("separation", {"first": [[1.5]], "second": [[1]]}, "whole numbers"),
        ("separation", {"first": [[1]], "second": [[1, 2]]}, "F = 1, as in first"),
        ("gcn_naive", {**NAIVE, "adjacency": FLOW}, "symmetric, with 0 on the diagonal"),
        ("gcn_coefficient", {"degree_i": 0, "degree_j": 1}, "from 1 to 1000"),
        ("gcn_params", {"features": 0, "outputs": 1, "nodes": 1}, "from 1 to 100000"),
        ("gat_attention", {**GAT, "attention": [1, 2, 3]}, "2 numbers, twice as many"),
        ("gat_attention", {**GAT, "node": 9}, "at most 3, the last node"),
        ("gat_heads", {"features": 1, "outputs": 1, "heads": 0}, "from 1 to 64"),
        ("readout", {**POOL, "batch": [0, 0, 2, 2, 2]}, "graphs numbered from 0, each with a node"),
        ("readout", {**POOL, "graph": 2}, "at most 1, the last graph"),
        ("batching", {**BATCH, "graph": 3}, "at most 2, the last graph"),
        ("batching", {**BATCH, "edge": [0, 2]}, "two nodes from 0 to 1"),
        ("batching", {**BATCH, "edge": [0, 1, 1]}, "two nodes from 0 to 1"),
        ("batching", {**BATCH, "sizes": [0, 1]}, "whole numbers from 1 to 64"),
        ("hops", {"adjacency": PATH, "node": 0, "layers": 17}, "from 1 to 16"),
        ("complete", {"tokens": 10**6}, "from 1 to 4096"),
    ],
)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        find(name(short)).solve(inputs)
    assert message in str(refused.value)
