"""Each public array function beside the same in bare numpy and bare torch, at exam sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn import functional

from solvers import (
    activations,
    attention,
    convolution,
    embeddings,
    graphs,
    losses,
    normalization,
    optimizers,
    pooling,
    recurrent,
)
from tests.benchmarks.timing import Call, microseconds

GOAL = 3.0  # times the faster of numpy and torch


class Function(NamedTuple):
    """Ours and what a practitioner would type instead; torch's arrays are made beforehand."""

    name: str
    ours: Call
    numpy: Call | None
    torch: Call


def functions() -> Iterator[Function]:
    rng = np.random.default_rng(0)
    yield from _activations(rng.normal(size=(4, 5)))
    yield from _losses(rng.normal(size=(4, 5)), rng.normal(size=(4, 5)))
    yield from _images(rng.normal(size=(1, 1, 5, 5)), rng.normal(size=(1, 1, 3, 3)))
    yield from _attention(*rng.normal(size=(3, 4, 4)))
    yield from _recurrent(rng.normal(size=3), rng.normal(size=3), rng.normal(size=(2, 12, 3)))
    yield from _others(rng)


def _activations(x: Any) -> Iterator[Function]:
    t = torch.tensor(x)

    def np_softmax() -> Any:
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    a = activations
    yield Function("sigmoid", lambda: a.sigmoid(x), lambda: 1 / (1 + np.exp(-x)), t.sigmoid)
    yield Function("tanh", lambda: a.tanh(x), lambda: np.tanh(x), t.tanh)
    yield Function("relu", lambda: a.relu(x), lambda: np.maximum(x, 0), t.relu)
    yield Function(
        "leaky_relu",
        lambda: a.leaky_relu(x),
        lambda: np.where(x > 0, x, 0.01 * x),
        lambda: functional.leaky_relu(t),
    )
    yield Function("gelu", lambda: a.gelu(x), None, lambda: functional.gelu(t))
    yield Function("softmax", lambda: a.softmax(x), np_softmax, lambda: t.softmax(-1))
    yield Function("log_softmax", lambda: a.log_softmax(x), None, lambda: t.log_softmax(-1))


def _losses(x: Any, y: Any) -> Iterator[Function]:
    t, u, classes = torch.tensor(x), torch.tensor(y), np.array([0, 2, 4, 1])
    k = torch.tensor(classes)
    m = losses
    yield Function(
        "mse", lambda: m.mse(x, y), lambda: ((x - y) ** 2).mean(), _on(functional.mse_loss, t, u)
    )
    yield Function(
        "mae", lambda: m.mae(x, y), lambda: np.abs(x - y).mean(), _on(functional.l1_loss, t, u)
    )
    yield Function("huber", lambda: m.huber(x, y), None, _on(functional.huber_loss, t, u))
    yield Function(
        "cross_entropy",
        lambda: m.cross_entropy(x, classes),
        None,
        _on(functional.cross_entropy, t, k),
    )


def _images(x: Any, w: Any) -> Iterator[Function]:
    t, u = torch.tensor(x), torch.tensor(w)
    c, p = convolution, pooling
    yield Function("conv2d", lambda: c.conv2d(x, w), None, _on(functional.conv2d, t, u))
    yield Function(
        "conv_transpose2d",
        lambda: c.conv_transpose2d(x, w),
        None,
        _on(functional.conv_transpose2d, t, u),
    )
    yield Function("max_pool2d", lambda: p.max_pool2d(x, 2), None, _on(functional.max_pool2d, t, 2))
    yield Function("avg_pool2d", lambda: p.avg_pool2d(x, 2), None, _on(functional.avg_pool2d, t, 2))
    yield Function(
        "global_avg_pool2d",
        lambda: p.global_avg_pool2d(x),
        lambda: x.mean(axis=(2, 3), keepdims=True),
        _on(functional.adaptive_avg_pool2d, t, 1),
    )


def _attention(q: Any, k: Any, v: Any) -> Iterator[Function]:
    tensors = [torch.tensor(part)[None] for part in (q, k, v)]
    a = attention

    def np_attention() -> Any:
        s = q @ k.T / np.sqrt(q.shape[1])
        e = np.exp(s - s.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True) @ v

    yield Function(
        "scaled_dot_product_attention",
        lambda: a.scaled_dot_product_attention(q, k, v),
        np_attention,
        _on(functional.scaled_dot_product_attention, *tensors),
    )
    w_in, w_out = np.ones((12, 4)), np.ones((4, 4))
    layer = torch.nn.MultiheadAttention(4, 2, bias=False, batch_first=True, dtype=torch.float64)
    yield Function(
        "multi_head_attention",
        lambda: a.multi_head_attention(q, k, v, w_in, w_out, 2),
        None,
        lambda: layer(*tensors, need_weights=False),
    )


def _recurrent(x: Any, h: Any, weights: Any) -> Iterator[Function]:
    r = recurrent
    for name, gates, cell in (
        ("rnn_cell", 1, torch.nn.RNNCell),
        ("lstm_cell", 4, torch.nn.LSTMCell),
        ("gru_cell", 3, torch.nn.GRUCell),
    ):
        w_ih, w_hh = weights[:, : 3 * gates]
        layer: Any = cell(3, 3, bias=False, dtype=torch.float64)
        t, s = torch.tensor(x), torch.tensor(h)
        ours, pair = getattr(r, name), name == "lstm_cell"
        state, theirs = ((h, h), (s, s)) if pair else (h, s)
        yield Function(name, _on(ours, x, state, w_ih, w_hh), None, _on(layer, t, theirs))


def _others(rng: np.random.Generator) -> Iterator[Function]:
    x, y = rng.normal(size=(4, 6)), rng.normal(size=(4, 6))
    t, u = torch.tensor(x), torch.tensor(y)
    weight = torch.nn.Parameter(torch.tensor(x))
    weight.grad = u.clone()
    adam = torch.optim.Adam([weight], lr=0.1)
    yield Function(
        "layer_norm",
        lambda: normalization.layer_norm(x, 6),
        None,
        lambda: functional.layer_norm(t, (6,)),
    )
    yield Function(
        "batch_norm",
        lambda: normalization.batch_norm(x, training=True),
        None,
        lambda: functional.batch_norm(t, None, None, training=True),
    )
    yield Function(
        "adam_step",
        lambda: optimizers.adam_step(x, y, np.zeros_like(x), np.zeros_like(x), 1),
        None,
        adam.step,
    )
    yield Function(
        "cosine_similarity",
        lambda: embeddings.cosine_similarity(x, y),
        None,
        lambda: functional.cosine_similarity(t, u),
    )
    ring = np.roll(np.eye(6), 1, axis=0) + np.roll(np.eye(6), -1, axis=0)
    nodes, w = rng.normal(size=(6, 4)), rng.normal(size=(4, 3))
    looped = torch.tensor(ring + np.eye(6)).to_sparse()
    features, mix = torch.tensor(nodes), torch.tensor(w)
    yield Function(
        "gcn_layer",
        lambda: graphs.gcn_layer(ring, nodes, w),
        None,
        lambda: torch.sparse.mm(looped / 3, features @ mix).relu(),
    )


def _on(function: Any, *inputs: Any) -> Call:
    return lambda: function(*inputs)


def show() -> None:
    print(f"\nArray functions at exam sizes, microseconds; goal: ratio to the faster {GOAL:g}\n")
    print(f"{'':<32}{'ours':>9}{'numpy':>9}{'torch':>9}{'ratio':>8}")
    for function in functions():
        calls = {"ours": function.ours, "torch": function.torch}
        with torch.no_grad():
            took = microseconds(calls | ({"numpy": function.numpy} if function.numpy else {}))
        ratio = took["ours"] / min(took["torch"], took.get("numpy", float("inf")))
        numpy = f"{took['numpy']:9.1f}" if function.numpy else f"{'':>9}"
        missed = " *" if ratio > GOAL else ""
        row = f"{function.name:<32}{took['ours']:9.1f}{numpy}{took['torch']:9.1f}"
        print(f"{row}{ratio:8.2f}{missed}")
