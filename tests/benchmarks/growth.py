"""How cost grows with the work: attention in n, recurrence in T, images in H, graphs, layers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from solvers import architectures, find
from solvers._solver import Work
from solvers.attention import scaled_dot_product_attention
from solvers.convolution import conv2d, conv_transpose2d
from solvers.device import choose
from solvers.graphs import gat_layer, gcn_layer
from solvers.pooling import max_pool2d
from solvers.recurrent import lstm
from tests.benchmarks.timing import Call, microseconds

RNG = np.random.default_rng(0)
Pair = dict[str, Call]


def _attention(n: int) -> Pair:
    q, k, v = RNG.normal(size=(3, n, 64))
    tq, tk, tv = (torch.tensor(x)[None] for x in (q, k, v))
    return {
        "ours": lambda: scaled_dot_product_attention(q, k, v),
        "torch": lambda: functional.scaled_dot_product_attention(tq, tk, tv),
    }


def _lstm(steps: int) -> Pair:
    x, (w_ih, w_hh) = RNG.normal(size=(steps, 16)), RNG.normal(size=(2, 64, 16))
    layer, t = torch.nn.LSTM(16, 16, bias=False, dtype=torch.float64), torch.tensor(x)
    zero = np.zeros(16)
    return {"ours": lambda: lstm(x, (zero, zero), w_ih, w_hh), "torch": lambda: layer(t)}


def _image(ours: Callable[..., Any], theirs: Callable[..., Any]) -> Callable[[int], Pair]:
    def of_side(side: int) -> Pair:
        x, w = RNG.normal(size=(1, 3, side, side)), RNG.normal(size=(3, 3, 3, 3))
        t, u = torch.tensor(x), torch.tensor(w)
        return {"ours": lambda: ours(x, w), "torch": lambda: theirs(t, u)}

    return of_side


def _pool(side: int) -> Pair:
    x = RNG.normal(size=(1, 3, side, side))
    t = torch.tensor(x)
    return {"ours": lambda: max_pool2d(x, 2), "torch": lambda: functional.max_pool2d(t, 2)}


def _ring(n: int) -> Any:
    """Each node with 8 others: the edges grow like the nodes."""
    return sum(np.roll(np.eye(n), shift, axis=0) for shift in (*range(1, 5), *range(-4, 0)))


def _gcn(nodes: int) -> Pair:
    adjacency, x, w = _ring(nodes), RNG.normal(size=(nodes, 16)), RNG.normal(size=(16, 16))
    sparse = torch.tensor((adjacency + np.eye(nodes)) / 9).to_sparse()
    t, u = torch.tensor(x), torch.tensor(w)
    return {
        "ours": lambda: gcn_layer(adjacency, x, w),
        "torch": lambda: torch.sparse.mm(sparse, t @ u).relu(),
    }


def _gat(nodes: int) -> Pair:
    adjacency, x, w = _ring(nodes), RNG.normal(size=(nodes, 16)), RNG.normal(size=(16, 16))
    vector = RNG.normal(size=32)
    return {"ours": lambda: gat_layer(adjacency, x, w, vector)}


def _by_formula(name: str) -> Pair:
    solver = find("architectures.parameters")
    given, device = solver.inputs.read({"architecture": name}), choose("cpu")
    return {
        "ours": lambda: architectures.parameter_count(name),
        "reference": lambda: solver.reference(given, Work()),
        "on meta": lambda: solver.kernel(given, device),
    }


def tables() -> Iterator[tuple[str, Mapping[str, Pair]]]:
    def over(pair: Callable[[int], Pair], sizes: list[int]) -> dict[str, Pair]:
        return {str(size): pair(size) for size in sizes}

    yield "attention, tokens n (64 wide)", over(_attention, [4, 16, 64, 256, 1024])
    yield "LSTM, steps T (16 units)", over(_lstm, [1, 8, 64, 512])
    yield "conv2d 3 × 3, side H (3 channels)", over(_image(conv2d, functional.conv2d), [8, 32, 128])
    yield (
        "conv_transpose2d 3 × 3, side H",
        over(_image(conv_transpose2d, functional.conv_transpose2d), [8, 32, 128]),
    )
    yield "max_pool2d 2 × 2, side H", over(_pool, [8, 32, 128])
    yield "GCN layer, nodes of 8 edges (ours a full matrix, torch sparse)", over(_gcn, [8, 64, 512])
    yield "GAT layer, nodes of 8 edges", over(_gat, [8, 64, 512])
    names = ["lenet5-modern", "vgg16", "resnet18", "resnet50", "resnet152", "bert-base", "gpt2-xl"]
    yield "parameters, layers", {n: _by_formula(n) for n in names}


def show() -> None:
    print("\nCost as the work grows, microseconds; in brackets the power of the size it grew by")
    for title, rows in tables():
        print(f"\n{title}")
        before: tuple[str, dict[str, float]] | None = None
        for size, pair in rows.items():
            with torch.no_grad():
                took = microseconds(pair)
            print(f"  {size:<18}" + "".join(_cell(n, took, size, before) for n in took))
            before = (size, took) if size.isdigit() else None


def _cell(
    name: str, took: dict[str, float], size: str, before: tuple[str, dict[str, float]] | None
) -> str:
    power = ""
    if before:
        grown = math.log(took[name] / before[1][name]) / math.log(int(size) / int(before[0]))
        power = f"({grown:.1f})"
    return f"{name:>11}{took[name]:12.1f} {power:<6}"
