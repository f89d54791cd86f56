"""attention.multi_head: several heads side by side, joined and projected.

    head_i = softmax(Q_i K_iᵀ/√d_k) V_i,  Q_i = Q W_i^Q,  K_i = K W_i^K,  V_i = V W_i^V
    MultiHead(Q, K, V) = Concat(head_1, …, head_h) W^O

Q (n × d), K and V (m × d), W_i^Q and W_i^K (d × d_k), W_i^V (d × d_v), W^O (h·d_v × d), result
(n × d); usually d_k = d_v = d/h. Weights stand on the right (X W): torch stores their transposes.
Source: Vaswani et al., arXiv:1706.03762, section 3.2.2. That several heads are better than one
is no law: after training many can be removed at little loss (Michel et al., arXiv:1905.10650).

With one head and identities for projections it is plain attention:

>>> from solvers import find
>>> one = [[[1]]]
>>> tokens = {"queries": [[0]], "keys": [[1], [2]], "values": [[1], [3]]}
>>> weights = {"w_q": one, "w_k": one, "w_v": one, "w_o": [[1]]}
>>> find("attention.multi_head").solve({**tokens, **weights}).quantities["output"]
[[2.0]]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.attention.arrays import SCORE_LIMIT, Array, score_bound, softmax
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Heads(Inputs):
    """Tokens of width d_model, and the projections of every head, stacked by head."""

    queries: Array = array("n d_model", -100, 100, "queries Q, a row each")
    keys: Array = array("m d_model", -100, 100, "keys K, a row each")
    values: Array = array("m d_model", -100, 100, "values V, a row for each key")
    w_q: Array = array("h d_model d_k", -100, 100, "W_i^Q of each head", max_side=32)
    w_k: Array = array("h d_model d_k", -100, 100, "W_i^K of each head", max_side=32)
    w_v: Array = array("h d_model d_v", -100, 100, "W_i^V of each head", max_side=32)
    w_o: Array = array("h·d_v d_out", -100, 100, "W^O, applied to the joined heads")

    def check(self) -> None:
        rows = self.w_v.shape[0] * self.w_v.shape[2]
        if len(self.w_o) != rows:
            raise BadInput("w_o", self.w_o.tolist(), f"h·d_v = {rows} rows")
        if score_bound(self.queries, self.keys, self.w_q, self.w_k) > SCORE_LIMIT:
            allowed = f"weights that keep the scores within ±{SCORE_LIMIT:.0f}"
            raise BadInput("w_q", self.w_q.tolist(), allowed)

    @property
    def heads(self) -> int:
        return int(self.w_q.shape[0])

    @property
    def d_k(self) -> int:
        return int(self.w_q.shape[2])


def _several_heads(given: Heads, work: Work) -> None:
    heads = []
    for i in range(given.heads):
        q = given.queries @ given.w_q[i]  # (n, d_k)
        k = given.keys @ given.w_k[i]  # (m, d_k)
        v = given.values @ given.w_v[i]  # (m, d_v)
        name = f"head {i + 1}"
        for label, letter, value in (("queries", "Q", q), ("keys", "K", k), ("values", "V", v)):
            work.step("heads", f"{label} of {name}", f"{letter} W_{i + 1}^{letter}", value)
        formula = f"softmax(Q Kᵀ / √{given.d_k})"
        weights = softmax(q @ k.T / math.sqrt(given.d_k))
        weights = work.step("heads", f"weights of {name}", formula, weights)
        heads.append(work.step("heads", name, "weights · values", weights @ v))
    stacked = work.step("heads", "all heads", f"head 1 to head {given.heads}", np.array(heads))
    stacked = work.give("heads", stacked)

    joined = work.step("concatenated", "heads side by side", "Concat(heads)", _join(stacked))
    joined = work.give("concatenated", joined)
    work.give("output", work.step("output", "output", "Concat(heads) · W^O", joined @ given.w_o))


def _join(heads: Array) -> Array:
    """(h, n, d_v) to (n, h·d_v): the heads of a token next to each other."""
    return np.concatenate(list(heads), axis=1)


def _several_heads_kernel(given: Heads, device: Device) -> Mapping[str, Any]:
    from torch.nn.functional import scaled_dot_product_attention as attend

    q, k, v = (device.tensor(x) for x in (given.queries, given.keys, given.values))
    w_q, w_k, w_v = (device.tensor(w) for w in (given.w_q, given.w_k, given.w_v))
    heads = attend(q @ w_q, k @ w_k, v @ w_v)  # broadcast over the heads: (h, n, d_v)
    joined = heads.permute(1, 0, 2).flatten(1)
    width = given.queries.shape[1]
    if given.w_o.shape == (width, width) and given.heads * given.d_k == width:
        output = _torch_module(given, device)
    else:  # torch's module wants d_k = d_v = d_model / h
        output = joined @ device.tensor(given.w_o)
    return {"heads": heads, "concatenated": joined, "output": output}


def _torch_module(given: Heads, device: Device) -> Any:
    """A real nn.MultiheadAttention with these weights, which it stores transposed."""
    import torch

    width = given.queries.shape[1]
    module = torch.nn.MultiheadAttention(width, given.heads, bias=False, device="meta")
    module = module.to_empty(device=device.name).to(device.dtype)  # no random start to undo
    q, k, v = (device.tensor(x) for x in (given.queries, given.keys, given.values))
    with torch.no_grad():
        stacked = [device.tensor(w).mT.flatten(0, 1) for w in (given.w_q, given.w_k, given.w_v)]
        module.in_proj_weight.copy_(torch.cat(stacked))
        module.out_proj.weight.copy_(device.tensor(given.w_o).T)
        return module(q, k, v, need_weights=False)[0]


def _attend_all(given: Heads, width: float, w_q: Array, w_k: Array, w_v: Array) -> Array:
    """Every head, dividing by the root of a width of our choice."""
    q, k, v = given.queries @ w_q, given.keys @ w_k, given.values @ w_v
    weights: Array = softmax(q @ k.swapaxes(1, 2) / math.sqrt(width))
    return weights @ v


def _from_heads(given: Heads, heads: Array) -> dict[str, Array]:
    joined = _join(heads)
    return {"heads": heads, "concatenated": joined, "output": joined @ given.w_o}


def _side_by_side(w: Array) -> Array:
    """(h, d_model, d) to (d_model, h·d): the projections of all heads as one matrix."""
    return np.concatenate(list(w), axis=1)


def _every_hth(w: Array) -> Array:
    """The one matrix of all heads, dealt out to them column by column."""
    columns, heads = _side_by_side(w), len(w)
    return np.stack([columns[:, i::heads] for i in range(heads)])


def _one_wide_head(given: Heads) -> dict[str, Array]:
    wide = (_side_by_side(w)[None] for w in (given.w_q, given.w_k, given.w_v))
    return {"output": _attend_all(given, given.heads * given.d_k, *wide)[0] @ given.w_o}


solver = Solver(
    id="attention.multi_head",
    concepts=("multi-head-attention",),
    inputs=Heads,
    quantities={
        "heads": Quantity("tensor", "output of each head"),
        "concatenated": Quantity("matrix", "heads side by side", uses=("heads",)),
        "output": Quantity("matrix", "the joined heads, projected", uses=("heads", "concatenated")),
    },
    reference=_several_heads,
    kernel=_several_heads_kernel,
    misconceptions=(
        Misconception(
            "multi-head-attention/no-wo",
            slip="when the output projection is left out",
            correction="The joined heads are mixed by W^O; without it they never meet.",
            wrong=lambda g: {"output": _join(_attend_all(g, g.d_k, g.w_q, g.w_k, g.w_v))},
            departs_at="output",
        ),
        # It ends there: the mean has d_v columns and does not fit W^O.
        Misconception(
            "multi-head-attention/average-heads",
            slip="when the heads are averaged",
            correction=lambda g: (
                f"The {g.heads} heads stand side by side, which makes the h·d_v = {len(g.w_o)}"
                " columns that W^O takes."
            ),
            wrong=lambda g: {
                "concatenated": _attend_all(g, g.d_k, g.w_q, g.w_k, g.w_v).mean(axis=0)
            },
            departs_at="heads side by side",
            applies=lambda g: g.heads >= 2,
        ),
        Misconception(
            "multi-head-attention/scale-by-d-model",
            slip="when the scores are divided by √d_model",
            correction=lambda g: (
                f"A head's scores are sums of d_k = {g.d_k} products, so divide by √{g.d_k}."
            ),
            wrong=lambda g: _from_heads(g, _attend_all(g, g.queries.shape[1], g.w_q, g.w_k, g.w_v)),
            departs_at="weights of head 1",
            applies=lambda g: g.d_k != g.queries.shape[1],
        ),
        Misconception(
            "multi-head-attention/single-head",
            slip="when one wide head takes the place of all",
            correction=lambda g: (
                f"Each of the {g.heads} heads has a softmax of its own over its {g.d_k} channels."
            ),
            wrong=_one_wide_head,
            departs_at="weights of head 1",
            applies=lambda g: g.heads >= 2,
        ),
        Misconception(
            "multi-head-attention/interleaved",
            slip="when a head takes every h-th channel",
            correction=lambda g: f"A head takes {g.d_k} neighbouring channels of the projection.",
            wrong=lambda g: _from_heads(
                g, _attend_all(g, g.d_k, *(_every_hth(w) for w in (g.w_q, g.w_k, g.w_v)))
            ),
            departs_at="queries of head 1",
            applies=lambda g: g.heads >= 2 and max(g.d_k, g.w_v.shape[2]) >= 2,
        ),
    ),
    source="Vaswani et al., Attention is all you need, arXiv:1706.03762, section 3.2.2",
)
