"""graphs.gcn_normalised on a small graph worked by hand, and against torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import find
from solvers.contract import BadInput, Solution
from solvers.graphs import gcn_layer
from tests.solvers.conftest import kernel_device

Solve = Callable[[str, Mapping[str, Any]], Solution]

GCN = find("graphs.gcn_normalised")

# A path 1 – 2 – 3. With self-loops the degrees are 2, 3, 2, so an edge weighs 1/√6, the loops
# 1/2, 1/3, 1/2.
PATH = {
    "adjacency": [[0, 1, 0], [1, 0, 1], [0, 1, 0]],
    "features": [[1, 0], [0, 1], [2, 1]],
    "weights": [[1, -1], [0, 2]],
}
S = 1 / np.sqrt(6)


def by_name(solution: Solution, quantity: str) -> dict[str, Any]:
    return {w.id.partition("/")[2]: w.value for w in solution.wrong_answers_for(quantity)}


def test_a_path_by_hand(lawful: Solve) -> None:
    solution = lawful("graphs.gcn_normalised", PATH)
    known = solution.quantities
    assert known["self_loop_adjacency"] == [[1, 1, 0], [1, 1, 1], [0, 1, 1]]
    assert known["degree_matrix"] == [[2, 0, 0], [0, 3, 0], [0, 0, 2]]
    assert known["plain_degree_matrix"] == [[1, 0, 0], [0, 2, 0], [0, 0, 1]]
    normalised = [[1 / 2, S, 0], [S, 1 / 3, S], [0, S, 1 / 2]]
    np.testing.assert_allclose(np.array(known["normalised_adjacency"]), normalised)
    propagated = [[1 / 2, S], [3 * S, 1 / 3 + S], [1, S + 1 / 2]]
    np.testing.assert_allclose(np.array(known["propagated"]), propagated)
    # · W: first column as it is, second 2·(second) − first; only node 2 goes below 0.
    pre = [[1 / 2, 2 * S - 1 / 2], [3 * S, 2 / 3 - S], [1, 2 * S]]
    np.testing.assert_allclose(np.array(known["pre_activation"]), pre)
    np.testing.assert_allclose(np.array(known["output"]), np.maximum(pre, 0))


def test_wrong_edge_weights_by_hand(lawful: Solve) -> None:
    wrong = by_name(lawful("graphs.gcn_normalised", PATH), "normalised_adjacency")
    r = 1 / np.sqrt(2)
    expected = {
        "no-self-loops": [[0, r, 0], [r, 0, r], [0, r, 0]],
        "row-normalise": [[1 / 2, 1 / 2, 0], [1 / 3, 1 / 3, 1 / 3], [0, 1 / 2, 1 / 2]],
        "degree-of-a": [[1, r, 0], [r, 1 / 2, r], [0, r, 1]],
        "no-sqrt": [[1 / 4, 1 / 6, 0], [1 / 6, 1 / 9, 1 / 6], [0, 1 / 6, 1 / 4]],
        "unnormalised": [[1, 1, 0], [1, 1, 1], [0, 1, 1]],
    }
    assert set(wrong) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(wrong[name], value, err_msg=name)


def test_wrong_self_loops_by_hand() -> None:
    wrong = by_name(GCN.solve(PATH), "self_loop_adjacency")
    assert wrong == {
        "no-identity": [[0, 1, 0], [1, 0, 1], [0, 1, 0]],
        "two-i": [[2, 1, 0], [1, 2, 1], [0, 1, 2]],
        "diag-degree": [[1, 1, 0], [1, 2, 1], [0, 1, 1]],
        "subtract": [[-1, 1, 0], [1, -1, 1], [0, 1, -1]],
    }


def test_without_the_activation_negative_entries_stay() -> None:
    negative = {**PATH, "weights": [[-1, 0], [0, 0]]}
    wrong = by_name(GCN.solve(negative), "output")["no-activation"]
    assert wrong[0][0] == pytest.approx(-1 / 2)


def test_an_isolated_node_keeps_its_own_features(lawful: Solve) -> None:
    alone = {"adjacency": [[0]], "features": [[3]], "weights": [[2]]}
    solution = lawful("graphs.gcn_normalised", alone)
    assert solution.quantities["output"] == [[6]]
    assert not {"no-self-loops", "degree-of-a"} & set(by_name(solution, "output"))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 6), f=st.integers(1, 4), g=st.integers(1, 4))
def test_kernel_and_array_function_agree(seed: int, n: int, f: int, g: int) -> None:
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.integers(0, 2, size=(n, n)), 1)
    inputs = {
        "adjacency": upper + upper.T,
        "features": rng.normal(size=(n, f)),
        "weights": rng.normal(size=(f, g)),
    }
    solution = GCN.verify(GCN.solve(inputs), kernel_device())
    np.testing.assert_allclose(gcn_layer(*inputs.values()), np.array(solution.quantities["output"]))
    order = rng.permutation(n)  # relabelling the nodes relabels the rows, nothing else
    moved = gcn_layer(
        inputs["adjacency"][np.ix_(order, order)], inputs["features"][order], inputs["weights"]
    )
    np.testing.assert_allclose(moved, np.array(solution.quantities["output"])[order])


def test_follow_through_from_a_degree_matrix() -> None:
    stated = {"degree_matrix": [[1, 0, 0], [0, 2, 0], [0, 0, 1]]}
    wrong = by_name(GCN.solve(PATH), "output")["degree-of-a"]
    assert GCN.solve(PATH, stated=stated).quantities["output"] == wrong


def test_a_stated_degree_of_zero_is_refused() -> None:
    with pytest.raises(BadInput, match=r"degree_matrix is \[\[0, .*; allowed: values that leave"):
        GCN.solve(PATH, stated={"degree_matrix": [[0, 0, 0], [0, 2, 0], [0, 0, 1]]})


@pytest.mark.parametrize(
    ("adjacency", "message"),
    [
        ([[0, 1], [0, 0]], "symmetric, with 0 on the diagonal"),
        ([[1, 1], [1, 0]], "symmetric, with 0 on the diagonal"),
        ([[0, 2], [2, 0]], "n × n entries 0 or 1"),
        ([[0, 1, 0], [1, 0, 1]], "n = 2, as in adjacency"),
    ],
)
def test_graphs_that_are_none(adjacency: list[list[int]], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        GCN.solve({**PATH, "adjacency": adjacency, "features": [[1, 0], [0, 1]]})


def test_rows_of_a_star_do_not_sum_to_1() -> None:
    """The curriculum's trap-gcn-consistent: a hub with 20 leaves, and one of the leaves."""
    star = np.zeros((21, 21))
    star[0, 1:] = star[1:, 0] = 1
    solution = GCN.solve({"adjacency": star, "features": np.ones((21, 1)), "weights": [[1]]})
    rows = np.array(solution.quantities["normalised_adjacency"]).sum(axis=1)
    assert rows[0] == pytest.approx(1 / 21 + 20 / np.sqrt(42))
    assert rows.round(2).tolist() == [3.13, *[0.65] * 20]
