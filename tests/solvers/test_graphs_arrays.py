"""graphs.{gcn_layer, gat_layer, readout} by hand, their laws, and against PyTorch Geometric."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.contract import BadInput
from solvers.graphs import gat_layer, gcn_layer, readout


def random_graph(rng: np.random.Generator, n: int, *, directed: bool = False) -> Any:
    graph = rng.integers(0, 2, size=(n, n)) * (1 - np.eye(n, dtype=int))
    return graph if directed else np.triu(graph) + np.triu(graph).T


# --------------------------------------------------------------------------------- by hand


def test_gcn_layer_takes_a_bias_and_no_activation() -> None:
    pair = [[0, 1], [1, 0]]
    assert gcn_layer(pair, [[2.0], [4.0]], [[-1.0]]).tolist() == [[0], [0]]
    plain = gcn_layer(pair, [[2.0], [4.0]], [[-1.0]], [0.5], activation=False)
    np.testing.assert_allclose(plain, [[-2.5], [-2.5]])


def test_gat_layer_on_the_graph_of_week_11() -> None:
    """The notes of week 11: node 0 hears 1 and 2; Wh = 1, 2, −1; a = (0.5, −1)."""
    triangle = [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
    output = gat_layer(triangle, [[1], [2], [-1]], [[1]], [0.5, -1])
    grown = np.exp([-0.1, -0.3, 1.5])
    assert output[0, 0] == pytest.approx(grown @ [1, 2, -1] / grown.sum())
    assert output[0, 0].round(4) == -0.3419


def test_heads_are_joined_or_averaged() -> None:
    alone = [[0]]
    weight = [[1], [2], [3], [5]]  # two heads of two rows
    a = np.zeros((2, 4))
    assert gat_layer(alone, [[10]], weight, a).tolist() == [[10, 20, 30, 50]]
    assert gat_layer(alone, [[10]], weight, a, concat=False).tolist() == [[20, 35]]
    biased = gat_layer(alone, [[10]], weight, a, [1, -1], concat=False)
    assert biased.tolist() == [[21, 34]]


def test_isolated_nodes_hear_themselves_alone() -> None:
    graph = [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    x, w = np.array([[1.0, -2.0], [0.5, 3.0], [2.0, -1.0]]), np.array([[1.0, -1.0], [2.0, 0.5]])
    np.testing.assert_allclose(gcn_layer(graph, x, w, [0, 1])[2], np.maximum(x[2] @ w + [0, 1], 0))
    np.testing.assert_allclose(gat_layer(graph, x, w, [1, 2, 3, 4])[2], w @ x[2])


def test_rows_of_equal_features_are_averaged_evenly() -> None:
    graph = random_graph(np.random.default_rng(0), 6)
    output = gat_layer(graph, np.full((6, 2), 3.0), [[1.0, 2.0]], [5.0, -7.0])
    np.testing.assert_allclose(output, np.full((6, 1), 9.0))


def test_scores_of_a_thousand_stay_finite() -> None:
    pair = [[0, 1], [1, 0]]
    output = gat_layer(pair, [[1000.0], [-1000.0]], [[1.0]], [1.0, 1.0])
    np.testing.assert_allclose(output, [[1000.0], [1000.0]])


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        # the table of week 11's notes, its nodes in another order
        ("sum", [[4, 2], [6, 6]]),
        ("mean", [[2, 1], [2, 2]]),
        ("max", [[3, 2], [4, 4]]),
    ],
)
def test_readout_of_two_graphs(how: str, expected: list[list[float]]) -> None:
    x = [[2, 2], [1, 2], [0, 4], [3, 0], [4, 0]]
    assert readout(x, [1, 0, 1, 0, 1], how).tolist() == expected
    assert readout(x, how="max").tolist() == [[4, 4]]


@pytest.mark.parametrize("how", ["sum", "mean", "max"])
def test_a_graph_without_nodes_gives_zeros(how: str) -> None:
    assert readout([[-3.0]], [1], how, size=3).tolist() == [[0], [-3], [0]]
    assert readout(np.empty((0, 2)), how=how).tolist() == [[0, 0]]
    assert readout(np.empty((0, 2)), [], how).shape == (0, 2)


def test_what_does_not_fit() -> None:
    pair, x = [[0, 1], [1, 0]], [[2.0], [4.0]]
    with pytest.raises(BadInput, match=r"weight is \(2, 1\); allowed: \(1, F′\)"):
        gcn_layer(pair, x, [[-1.0], [1.0]])
    with pytest.raises(BadInput, match=r"adjacency is \(1, 2\); allowed: \(n, n\)"):
        gcn_layer([[0, 1]], x, [[1.0]])
    with pytest.raises(BadInput, match=r"x is \(1, 1\); allowed: \(2, F\)"):
        gat_layer(pair, [[1.0]], [[1.0]], [1.0, 1.0])
    with pytest.raises(BadInput, match=r"weight is \(2, 1\); allowed: \(1, 1\)"):
        gat_layer(pair, x, [[1.0], [2.0]], [1.0, 1.0])
    with pytest.raises(BadInput, match="half as many rows"):
        gat_layer(pair, x, [[1.0]], [1.0, 1.0, 1.0])
    with pytest.raises(BadInput, match=r"batch is \(3,\); allowed: \(2,\) whole numbers"):
        readout(x, [0, 0, 0])
    with pytest.raises(BadInput, match="whole numbers from 0"):
        readout(x, [0, -1])
    with pytest.raises(BadInput, match="size is 1; allowed: at least 2"):
        readout(x, [0, 1], size=1)
    with pytest.raises(BadInput, match="how is 'median'; allowed: one of sum, mean, max"):
        readout(x, how="median")
    with pytest.raises(BadInput, match=r"x is \(2,\)"):
        readout([1.0, 2.0])


# ------------------------------------------------------------------------------------ laws


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 7), directed=st.booleans())
def test_numbering_does_not_matter(seed: int, n: int, directed: bool) -> None:
    rng = np.random.default_rng(seed)
    graph, x = random_graph(rng, n, directed=directed), rng.normal(size=(n, 3))
    w, a, order = rng.normal(size=(3, 3)), rng.normal(size=(1, 6)), rng.permutation(n)
    moved = graph[np.ix_(order, order)]
    np.testing.assert_allclose(gcn_layer(moved, x[order], w), gcn_layer(graph, x, w)[order])
    np.testing.assert_allclose(
        gat_layer(moved, x[order], w, a), gat_layer(graph, x, w, a)[order], atol=1e-12
    )
    for how in ("sum", "mean", "max"):
        np.testing.assert_allclose(readout(x[order], how=how), readout(x, how=how), atol=1e-12)


# ----------------------------------------------------------------------- PyTorch Geometric


@pytest.fixture(scope="module")
def pyg() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its own: torch.jit.script
        return pytest.importorskip(
            "torch_geometric.nn", reason="torch_geometric is not installed (an extra for tests)"
        )


def edges_to_rows(graph: Any) -> torch.Tensor:
    """Its edges run from source to target: from column j to row i."""
    return torch.tensor(np.array(np.nonzero(graph))[::-1].copy(), dtype=torch.long)


CASES = [(n, directed, seed) for n in (1, 2, 5, 9) for directed in (False, True) for seed in (1, 2)]


@pytest.mark.parametrize(("n", "directed", "seed"), CASES)
def test_gcn_layer_is_gcn_conv(n: int, directed: bool, seed: int, pyg: Any) -> None:
    rng = np.random.default_rng(seed)
    graph, x = random_graph(rng, n, directed=directed), rng.normal(size=(n, 4))
    if n == 9:
        graph[3], graph[:, 3] = 0, 0  # isolated
    conv = pyg.GCNConv(4, 3).double()
    with torch.no_grad():
        conv.bias.copy_(torch.tensor(rng.normal(size=3)))
        theirs = conv(torch.tensor(x), edges_to_rows(graph))
    weight, bias = conv.lin.weight.detach().numpy().T, conv.bias.detach().numpy()
    ours = gcn_layer(graph, x, weight, bias, activation=False)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("concat", [True, False])
@pytest.mark.parametrize(("n", "directed", "seed"), CASES)
def test_gat_layer_is_gat_conv(n: int, directed: bool, seed: int, concat: bool, pyg: Any) -> None:
    rng = np.random.default_rng(seed)
    graph, x = random_graph(rng, n, directed=directed), rng.normal(size=(n, 4))
    if n == 9:
        graph[3], graph[:, 3] = 0, 0  # isolated
    conv = pyg.GATConv(4, 3, heads=2, concat=concat).double()
    with torch.no_grad():
        conv.bias.copy_(torch.tensor(rng.normal(size=conv.bias.shape)))
        theirs = conv(torch.tensor(x), edges_to_rows(graph))
    # The half for the node itself, the target of its messages, is att_dst.
    halves = (conv.att_dst.detach()[0], conv.att_src.detach()[0])
    attention, bias = np.concatenate(halves, axis=1), conv.bias.detach().numpy()
    ours = gat_layer(graph, x, conv.lin.weight.detach().numpy(), attention, bias, concat=concat)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("how", ["sum", "mean", "max"])
def test_readout_is_global_pooling(how: str, pyg: Any) -> None:
    rng = np.random.default_rng(3)
    x, batch = rng.normal(size=(7, 2)), np.array([3, 0, 0, 1, 3, 3, 0])  # graph 2 has no nodes
    pool = {
        "sum": pyg.global_add_pool,
        "mean": pyg.global_mean_pool,
        "max": pyg.global_max_pool,
    }[how]
    theirs = pool(torch.tensor(x), torch.tensor(batch))
    np.testing.assert_allclose(readout(x, batch, how), theirs, rtol=1e-12)
