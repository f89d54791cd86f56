"""attention.scaled_dot_product: each query takes a weighted mean of the values.

    Attention(Q, K, V) = softmax(Q Kᵀ/√d_k) V, the softmax over the keys: each row sums to 1

Q (n × d_k), K (m × d_k), V (m × d_v), weights (n × m), output (n × d_v); no units. There may be
more or fewer keys than queries, and values may be wider than keys. The largest score of a row is
taken off before exp: nothing changes, and nothing overflows. A mask is 1 where a query may attend.
Source: Vaswani et al., arXiv:1706.03762, equation 1.

>>> from solvers import find
>>> one_query = {"queries": [[0, 0]], "keys": [[1, 2], [3, 4]], "values": [[1], [3]]}
>>> solution = find("attention.scaled_dot_product").solve(one_query)
>>> solution.quantities["weights"], solution.quantities["output"]
([[0.5, 0.5]], [[2.0]])
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.attention.arrays import Array, Mask, exponentials, softmax
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, binary
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class OneHead(Inputs):
    """Queries, keys and values, a row for each token."""

    queries: Array = array("n d_k", -100, 100, "queries Q, a row each")
    keys: Array = array("m d_k", -100, 100, "keys K, a row each")
    values: Array = array("m d_v", -100, 100, "values V, a row for each key")
    mask: Array | None = binary("n m", "1 where a query may attend to a key", optional=True)

    def check(self) -> None:
        if self.mask is not None and not self.mask.any(axis=1).all():
            raise BadInput("mask", self.mask.tolist(), "at least one 1 in each row")

    @property
    def d_k(self) -> int:
        return int(self.keys.shape[1])

    @property
    def may_attend(self) -> Mask | None:
        return None if self.mask is None else self.mask == 1

    @property
    def scores(self) -> Array:
        return self.queries @ self.keys.T  # (n, m)


def _one_head(given: OneHead, work: Work) -> None:
    scores = work.give("scores", work.step("scores", "scores", "Q Kᵀ", given.scores))

    label, formula = "root of the key width", f"√d_k = √{given.d_k}"
    root = work.step("scaled_scores", label, formula, math.sqrt(given.d_k))
    scaled = work.step("scaled_scores", "scaled scores", "Q Kᵀ / √d_k", scores / root)
    scaled = work.give("scaled_scores", scaled)

    formula = "exp(s − largest of the row)" + ("" if given.mask is None else ", 0 if masked")
    grown = exponentials(scaled, given.may_attend)
    grown = work.step("weights", "exponentials", formula, grown)
    sums = work.step("weights", "sum of each row", "over the keys", grown.sum(axis=1))
    weights = work.step("weights", "weights", "each row by its sum", grown / sums[:, None])
    weights = work.give("weights", weights)

    work.give("output", work.step("output", "output", "weights · V", weights @ given.values))


def _one_head_kernel(given: OneHead, device: Device) -> Mapping[str, Any]:
    import torch
    from torch.nn.functional import scaled_dot_product_attention as attend

    q, k, v = (device.tensor(x)[None] for x in (given.queries, given.keys, given.values))
    mask = None if given.mask is None else device.tensor(given.mask) == 1
    scores = torch.bmm(q, k.mT)
    # With an identity in place of the values, what comes out is the weights themselves.
    identity = torch.eye(k.shape[1], dtype=k.dtype, device=k.device)[None]
    return {
        "scores": scores[0],
        "scaled_scores": (scores * k.shape[2] ** -0.5)[0],
        "weights": attend(q, k, identity, attn_mask=mask)[0],
        "output": attend(q, k, v, attn_mask=mask)[0],
    }


def _from_scaled(scaled: Callable[[OneHead], Array]) -> Callable[[OneHead], dict[str, Array]]:
    """Quantities that follow from wrongly scaled scores."""

    def wrong(given: OneHead) -> dict[str, Array]:
        scores = scaled(given)
        weights = softmax(scores, given.may_attend)
        return {"scaled_scores": scores, "weights": weights, "output": weights @ given.values}

    return wrong


def _from_weights(weights: Callable[[OneHead], Array]) -> Callable[[OneHead], dict[str, Array]]:
    """Quantities that follow from wrong weights."""
    return lambda g: {"weights": weights(g), "output": weights(g) @ g.values}


def _scaled(given: OneHead) -> Array:
    return given.scores / math.sqrt(given.d_k)


solver = Solver(
    id="attention.scaled_dot_product",
    concepts=("scaled-dot-product-attention",),
    inputs=OneHead,
    quantities={
        "scores": Quantity("matrix", "dot product of each query with each key"),
        "scaled_scores": Quantity("matrix", "scores divided by √d_k", uses=("scores",)),
        "weights": Quantity(
            "matrix", "softmax of each row, over the keys", uses=("scores", "scaled_scores")
        ),
        "output": Quantity(
            "matrix", "weighted sums of the values", uses=("scores", "scaled_scores", "weights")
        ),
    },
    reference=_one_head,
    kernel=_one_head_kernel,
    misconceptions=(
        Misconception(
            "scaled-dot-product-attention/no-sqrt",
            slip="without dividing by √d_k",
            correction=lambda g: (
                f"Divide every score by √{g.d_k} = {math.sqrt(g.d_k):.4g} before the softmax."
            ),
            wrong=_from_scaled(lambda g: g.scores),
            departs_at="scaled scores",
            applies=lambda g: g.d_k >= 2,
        ),
        Misconception(
            "scaled-dot-product-attention/divide-by-dk",
            slip="when the scores are divided by d_k itself",
            correction=lambda g: (
                f"Divide by the root, √{g.d_k} = {math.sqrt(g.d_k):.4g}: the spread of a sum"
                " grows with the root of its number of terms."
            ),
            wrong=_from_scaled(lambda g: g.scores / g.d_k),
            departs_at="scaled scores",
            applies=lambda g: g.d_k >= 2,
        ),
        Misconception(
            "scaled-dot-product-attention/softmax-over-queries",
            slip="when the softmax runs down the columns, over the queries",
            correction="Each query shares out its attention, so each row of weights sums to 1.",
            wrong=_from_weights(lambda g: softmax(_scaled(g), g.may_attend, axis=0)),
            departs_at="exponentials",
        ),
        # With a mask there is no reading of "no softmax" that would make sense.
        Misconception(
            "scaled-dot-product-attention/no-softmax",
            slip="when the softmax is left out",
            correction="The softmax turns each row of scores into weights that sum to 1.",
            wrong=_from_weights(_scaled),
            departs_at="exponentials",
            applies=lambda g: g.mask is None,
        ),
        Misconception(
            "scaled-dot-product-attention/weights-times-k",
            slip="when the weights are multiplied by the keys",
            correction="Keys decide the weights; what is averaged is the values.",
            wrong=lambda g: {"output": softmax(_scaled(g), g.may_attend) @ g.keys},
            departs_at="output",
            applies=lambda g: g.keys.shape == g.values.shape,
        ),
        Misconception(
            "scaled-dot-product-attention/sqrt-n",
            slip="when the scores are divided by the root of the number of tokens",
            correction=lambda g: (
                f"A score is a sum of d_k = {g.d_k} products, so divide by √{g.d_k}."
            ),
            wrong=_from_scaled(lambda g: g.scores / math.sqrt(len(g.queries))),
            departs_at="root of the key width",
            applies=lambda g: g.d_k != len(g.queries),
        ),
        Misconception(
            "scaled-dot-product-attention/softmax-then-scale",
            slip="when the softmax comes before the division by √d_k",
            correction="Divide the scores first; after the softmax a row would not sum to 1.",
            wrong=_from_weights(lambda g: softmax(g.scores, g.may_attend) / math.sqrt(g.d_k)),
            departs_at="scaled scores",
            applies=lambda g: g.d_k >= 2,
        ),
    ),
    source="Vaswani et al., Attention is all you need, arXiv:1706.03762, equation 1",
)
