"""Layers and readout of graph networks for arrays; isolated nodes and empty graphs included."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from solvers.contract import BadInput

Array: TypeAlias = npt.NDArray[np.float64]
Whole: TypeAlias = npt.NDArray[np.int64]

SLOPE = 0.2  # of LeakyReLU below 0, as in the GAT paper
READOUTS = ("sum", "mean", "max")


def gcn_layer(
    adjacency: npt.ArrayLike,
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    *,
    activation: bool = True,
) -> Array:
    """ReLU(D̂^−½ Â D̂^−½ X W + b) with Â = A + I and D̂ the degrees of Â.

    Shapes: adjacency (n, n), x (n, F), weight (F, F′), bias (F′,), result (n, F′). Row i of the
    adjacency holds the edges whose messages node i receives. An isolated node keeps its own
    features alone: ReLU(x W + b). The adjacency comes without self-loops; a loop that is there
    counts besides the one that is added. Raises BadInput where shapes do not fit.
    Source: Kipf and Welling, arXiv:1609.02907, equation 2.
    """
    a, features = _graph(adjacency, x)
    w = np.asarray(weight, dtype=np.float64)
    if w.ndim != 2 or len(w) != features.shape[1]:
        raise BadInput("weight", w.shape, f"({features.shape[1]}, F′)")
    looped = a + np.eye(len(a))
    mixed = normalise(looped, looped.sum(axis=1)) @ features @ w
    mixed = mixed if bias is None else mixed + np.asarray(bias, dtype=np.float64)
    return np.maximum(mixed, 0.0) if activation else mixed


def normalise(adjacency: Array, degrees: Array) -> Array:
    """D^−½ A D^−½: each edge divided by the roots of the degrees at both its ends."""
    scale = 1 / np.sqrt(degrees)
    normalised: Array = scale[:, None] * adjacency * scale[None, :]
    return normalised


def gat_layer(
    adjacency: npt.ArrayLike,
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    attention: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    *,
    concat: bool = True,
    negative_slope: float = SLOPE,
) -> Array:
    """Σⱼ α_ij W hⱼ + b for each head, with α_ij the softmax over j ∈ N(i) ∪ {i} of
    LeakyReLU(aᵀ[W hᵢ ∥ W hⱼ]); the heads joined, or averaged where ``concat`` is false.

    Shapes: adjacency (n, n), x (n, F), weight (K·F′, F) head below head, as torch's Linear
    stores it and GATConv does, attention (K, 2F′) or (2F′,) for one head, own half first, bias
    (K·F′,) or, averaged, (F′,), result (n, K·F′) or (n, F′). No activation follows. An isolated
    node listens to itself alone: W h + b. Raises BadInput where shapes do not fit.
    Source: Veličković et al., Graph attention networks, arXiv:1710.10903, equations 1 to 6.
    """
    a, features = _graph(adjacency, x)
    vectors = np.atleast_2d(np.asarray(attention, dtype=np.float64))  # (K, 2F′)
    w = np.asarray(weight, dtype=np.float64)
    heads, width = len(vectors), vectors.shape[1] // 2
    if w.shape != (heads * width, features.shape[1]) or vectors.shape[1] % 2:
        allowed = f"({heads * width}, {features.shape[1]}), half as many rows as attention entries"
        raise BadInput("weight", w.shape, allowed)
    each = []
    for rows, vector in zip(np.split(features @ w.T, heads, axis=1), vectors, strict=True):
        scores = leaky_relu(gat_scores(rows, vector), negative_slope)
        each.append(neighbour_softmax(scores, neighbourhoods(a)) @ rows)
    output: Array = np.concatenate(each, axis=1) if concat else np.mean(each, axis=0)
    return output if bias is None else output + np.asarray(bias, dtype=np.float64)


def gat_scores(transformed: Array, vector: Array) -> Array:
    """aᵀ[zᵢ ∥ zⱼ] for every pair: a sum of one number for i and one for j. Result (n, n)."""
    own, other = np.split(vector, 2)
    scores: Array = (transformed @ own)[:, None] + (transformed @ other)[None, :]
    return scores


def leaky_relu(z: Array, slope: float) -> Array:
    """z where it is positive, slope·z elsewhere."""
    return np.where(z > 0, z, slope * z)


def neighbourhoods(adjacency: Array) -> npt.NDArray[np.bool_]:
    """N(i) ∪ {i}: true where an edge or the diagonal is."""
    return np.asarray((adjacency != 0) | np.eye(len(adjacency), dtype=np.bool_))


def neighbour_softmax(scores: Array, allowed: npt.NDArray[np.bool_]) -> Array:
    """The softmax of each row over the allowed columns; 0 elsewhere."""
    scores = np.where(allowed, scores, -np.inf)
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights: Array = grown / grown.sum(axis=1, keepdims=True)
    return weights


def readout(
    x: npt.ArrayLike,
    batch: npt.ArrayLike | None = None,
    how: str = "sum",
    size: int | None = None,
) -> Array:
    """One vector for each graph: the sum, mean or max of its nodes' vectors.

    Shapes: x (n, F), batch (n,) with the number of each node's graph, from 0 and in any order,
    result (B, F). Left out, all nodes belong to one graph. ``size`` is B; left out, it ends with
    the last graph that is named. A graph without nodes gives zeros, as torch's scatter does.
    Raises BadInput where shapes do not fit.
    """
    rows = np.asarray(x, dtype=np.float64)
    if rows.ndim != 2:
        raise BadInput("x", rows.shape, "(n, F), a row for each node")
    graph = np.zeros(len(rows), dtype=np.int64) if batch is None else _numbers(batch, len(rows))
    least = int(graph.max(initial=-1)) + 1
    size = (least if batch is not None else 1) if size is None else size
    if size < least:
        raise BadInput("size", size, f"at least {least}, or a node has no graph")
    if how not in READOUTS:
        raise BadInput("how", how, "one of " + ", ".join(READOUTS))
    pooled = np.zeros((size, rows.shape[1]))
    if how == "max":
        for number in np.unique(graph):
            pooled[number] = rows[graph == number].max(axis=0)
        return pooled
    np.add.at(pooled, graph, rows)
    if how == "mean":
        pooled /= np.maximum(np.bincount(graph, minlength=size), 1)[:, None]
    return pooled


def _numbers(batch: npt.ArrayLike, n: int) -> Whole:
    read = np.asarray(batch)
    if read.shape != (n,) or (n and (read.dtype.kind not in "iu" or read.min() < 0)):
        raise BadInput("batch", read.shape, f"({n},) whole numbers from 0")
    return read.astype(np.int64)


def _graph(adjacency: npt.ArrayLike, x: npt.ArrayLike) -> tuple[Array, Array]:
    """An adjacency and the features of its nodes; raises BadInput where they do not fit."""
    a, features = (np.asarray(value, dtype=np.float64) for value in (adjacency, x))
    if a.ndim != 2 or a.shape[0] != a.shape[1]:
        raise BadInput("adjacency", a.shape, "(n, n)")
    if features.ndim != 2 or len(features) != len(a):
        raise BadInput("x", features.shape, f"({len(a)}, F), a row for each node")
    return a, features
