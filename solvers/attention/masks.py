"""attention.causal_mask: no look ahead; attention.padding_mask: no look at filler.

    causal   position i attends to j ≤ i, itself included: n(n + 1)/2 pairs of n² are allowed
    padding  no query attends to a key that is padding: whole columns of the scores are masked

Q, K (n or m × d_k), V (m × d_v); a masked score counts as −∞, so its weight is exactly 0 and the
others still add up to 1. Masks go by key: the rows of queries that are padding are computed all
the same and ignored afterwards.

A row where everything is masked has no softmax (0/0, NaN). Here its weights and its output are 0,
as in torch's fused attention; filling in −10⁹ instead would make the row uniform, and overflow
in half precision. A mask is 1 where a query may attend, as in F.scaled_dot_product_attention;
in nn.MultiheadAttention True means the opposite. Source: Vaswani et al., arXiv:1706.03762,
section 3.2.3.

>>> from solvers import find
>>> same = {"queries": [[0], [0]], "keys": [[0], [0]], "values": [[1], [3]]}
>>> find("attention.causal_mask").solve(same).quantities["weights"]
[[1.0, 0.0], [0.5, 0.5]]
>>> find("attention.padding_mask").solve({**same, "real": [1, 0]}).quantities["output"]
[[1.0], [1.0]]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.attention.arrays import Array, Mask, exponentials, softmax
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, binary
from solvers.device import Device


def _masked_attention(
    scaled: Array, allowed: Mask, values: Array, work: Work, formula: str
) -> None:
    """Weights and output with their steps; rows where nothing is allowed become 0."""
    grown = work.step("weights", "exponentials", formula, exponentials(scaled, allowed))
    label, formula = "sum of each row", "over the keys that are left"
    sums = work.step("weights", label, formula, grown.sum(axis=1))
    weights = grown / np.where(sums == 0, 1.0, sums)[:, None]
    weights = work.give("weights", work.step("weights", "weights", "each row by its sum", weights))
    work.give("output", work.step("output", "output", "weights · V", weights @ values))


# ------------------------------------------------------------------- attention.causal_mask


@dataclass(frozen=True, kw_only=True)
class Sequence(Inputs):
    """Queries, keys and values of the same n positions."""

    queries: Array = array("n d_k", -100, 100, "queries Q, a row each")
    keys: Array = array("n d_k", -100, 100, "keys K, a row each")
    values: Array = array("n d_v", -100, 100, "values V, a row each")

    @property
    def n(self) -> int:
        return len(self.queries)

    @property
    def scaled(self) -> Array:
        return self.queries @ self.keys.T / math.sqrt(self.keys.shape[1])

    @property
    def may_attend(self) -> Mask:
        return np.tri(self.n, dtype=np.bool_)


def _causal(given: Sequence, work: Work) -> None:
    n = given.n
    formula = f"1 + 2 + … + n = n(n + 1)/2 = {n}·{n + 1}/2"
    allowed = work.step("allowed_pairs", "pairs allowed", formula, n * (n + 1) // 2)
    allowed = work.give("allowed_pairs", allowed)
    formula = f"n² − {allowed} = {n * n} − {allowed}"
    masked = work.step("masked_pairs", "pairs masked", formula, n * n - allowed)
    work.give("masked_pairs", masked)

    label, formula = "may attend", "1 where j ≤ i"
    work.step("weights", label, formula, given.may_attend.astype(int))
    scaled = work.step("weights", "scaled scores", "Q Kᵀ / √d_k", given.scaled)
    formula = "exp(s − largest allowed of the row), 0 where j > i"
    _masked_attention(scaled, given.may_attend, given.values, work, formula)


def _causal_kernel(given: Sequence, device: Device) -> Mapping[str, Any]:
    import torch
    from torch.nn.functional import scaled_dot_product_attention as attend

    q, k, v = (device.tensor(x)[None] for x in (given.queries, given.keys, given.values))
    n = given.n
    pairs = torch.ones(n, n, dtype=torch.int64)
    # With an identity in place of the values, what comes out is the weights themselves.
    identity = torch.eye(n, dtype=k.dtype, device=k.device)[None]
    return {
        "allowed_pairs": pairs.tril().sum(),
        "masked_pairs": pairs.triu(1).sum(),
        "weights": attend(q, k, identity, is_causal=True)[0],
        "output": attend(q, k, v, is_causal=True)[0],
    }


def _causal_weights(rule: Callable[[Sequence], Array]) -> Callable[[Sequence], dict[str, Any]]:
    """Quantities that follow from a wrong rule for the weights."""
    return lambda g: {"weights": rule(g), "output": rule(g) @ g.values}


def _strict(given: Sequence) -> dict[str, Any]:
    """Without itself; position 0 is then left with nothing, that is, zeros."""
    n = given.n
    weights = softmax(given.scaled, np.tri(n, k=-1, dtype=np.bool_))
    pairs = {"allowed_pairs": n * (n - 1) // 2, "masked_pairs": n * (n + 1) // 2}
    return {**pairs, "weights": weights, "output": weights @ given.values}


def _no_mask(given: Sequence) -> dict[str, Any]:
    weights = softmax(given.scaled)
    pairs = {"allowed_pairs": given.n**2, "masked_pairs": 0}
    return {**pairs, "weights": weights, "output": weights @ given.values}


causal = Solver(
    id="attention.causal_mask",
    concepts=("causal-mask",),
    inputs=Sequence,
    quantities={
        "allowed_pairs": Quantity("integer", "pairs of a query and a key that it may attend to"),
        "masked_pairs": Quantity("integer", "pairs that are masked", uses=("allowed_pairs",)),
        "weights": Quantity("matrix", "attention weights, a row for each position"),
        "output": Quantity("matrix", "weighted sums of the values", uses=("weights",)),
    },
    reference=_causal,
    kernel=_causal_kernel,
    misconceptions=(
        Misconception(
            "causal-mask/strict",
            slip="when a position may not attend to itself",
            correction="Position i attends to every j ≤ i, itself included.",
            wrong=_strict,
            departs_at="pairs allowed",
        ),
        Misconception(
            "causal-mask/after-softmax",
            slip="when the mask is applied after the softmax",
            correction="Mask the scores before the softmax, so that what is left adds up to 1.",
            wrong=_causal_weights(lambda g: softmax(g.scaled) * g.may_attend),
            departs_at="exponentials",
            applies=lambda g: g.n >= 2,
        ),
        Misconception(
            "causal-mask/zero-fill",
            slip="when masked scores are set to 0",
            correction="A score of 0 still has exp(0) = 1; only −∞ makes the weight 0.",
            wrong=_causal_weights(lambda g: softmax(g.scaled * g.may_attend)),
            departs_at="exponentials",
            applies=lambda g: g.n >= 2,
        ),
        Misconception(
            "causal-mask/transposed",
            slip="when the past is masked and not the future",
            correction="Row i keeps the columns j ≤ i: what lies above the diagonal is masked.",
            wrong=_causal_weights(lambda g: softmax(g.scaled, g.may_attend.T)),
            departs_at="may attend",
            applies=lambda g: g.n >= 2,
        ),
        Misconception(
            "causal-mask/none",
            slip="when nothing is masked",
            correction="A position may not see what comes after it: scores with j > i are masked.",
            wrong=_no_mask,
            departs_at="pairs allowed",
            applies=lambda g: g.n >= 2,
        ),
    ),
    source="Vaswani et al., arXiv:1706.03762, section 3.2.3",
)


# ------------------------------------------------------------------ attention.padding_mask


@dataclass(frozen=True, kw_only=True)
class Padded(Inputs):
    """Queries, keys and values, where some keys are filler to even out lengths."""

    queries: Array = array("n d_k", -100, 100, "queries Q, a row each")
    keys: Array = array("m d_k", -100, 100, "keys K, a row each")
    values: Array = array("m d_v", -100, 100, "values V, a row for each key")
    real: Array = binary("m", "1 where a key is a real token, 0 where it is padding")

    @property
    def scaled(self) -> Array:
        return self.queries @ self.keys.T / math.sqrt(self.keys.shape[1])

    @property
    def may_attend(self) -> Mask:
        return np.broadcast_to(self.real == 1, self.scaled.shape)


def _padding(given: Padded, work: Work) -> None:
    label, formula = "may attend", "1 in the columns of real tokens"
    work.step("weights", label, formula, given.may_attend.astype(int))
    scaled = work.step("weights", "scaled scores", "Q Kᵀ / √d_k", given.scaled)
    formula = "exp(s − largest allowed of the row), 0 for padding"
    _masked_attention(scaled, given.may_attend, given.values, work, formula)


def _padding_kernel(given: Padded, device: Device) -> Mapping[str, Any]:
    import torch
    from torch.nn.functional import scaled_dot_product_attention as attend

    q, k, v = (device.tensor(x)[None] for x in (given.queries, given.keys, given.values))
    keep = (device.tensor(given.real) == 1).expand(len(given.queries), -1)
    identity = torch.eye(k.shape[1], dtype=k.dtype, device=k.device)[None]
    return {
        "weights": attend(q, k, identity, attn_mask=keep)[0],
        "output": attend(q, k, v, attn_mask=keep)[0],
    }


def _padding_weights(rule: Callable[[Padded], Array]) -> Callable[[Padded], dict[str, Any]]:
    """Quantities that follow from a wrong rule for the weights."""
    return lambda g: {"weights": rule(g), "output": rule(g) @ g.values}


def _has_padding(given: Padded) -> bool:
    return not bool(given.real.all())


padding = Solver(
    id="attention.padding_mask",
    concepts=("padding-mask",),
    inputs=Padded,
    quantities={
        "weights": Quantity("matrix", "attention weights, 0 for padding"),
        "output": Quantity("matrix", "weighted sums of the values", uses=("weights",)),
    },
    reference=_padding,
    kernel=_padding_kernel,
    misconceptions=(
        Misconception(
            "padding-mask/zero-fill",
            slip="when the scores of padding are set to 0",
            correction="A score of 0 still has exp(0) = 1; only −∞ makes the weight 0.",
            wrong=_padding_weights(lambda g: softmax(g.scaled * g.may_attend)),
            departs_at="exponentials",
            applies=_has_padding,
        ),
        Misconception(
            "padding-mask/after-softmax",
            slip="when padding is taken out after the softmax",
            correction="Mask the scores before the softmax, so that what is left adds up to 1.",
            wrong=_padding_weights(lambda g: softmax(g.scaled) * g.may_attend),
            departs_at="exponentials",
            applies=_has_padding,
        ),
        Misconception(
            "padding-mask/mask-query-rows",
            slip="when the rows of padding are masked and not its columns",
            correction="Padding is masked as a key: its columns go, whichever query asks.",
            wrong=_padding_weights(lambda g: softmax(g.scaled) * (g.real[:, None] == 1)),
            departs_at="may attend",
            applies=lambda g: _has_padding(g) and len(g.queries) == len(g.keys),
        ),
        Misconception(
            "padding-mask/inverted",
            slip="when only padding is kept",
            correction="Here 1 marks a key that may be attended to; padding is 0.",
            wrong=_padding_weights(lambda g: softmax(g.scaled, ~g.may_attend)),
            departs_at="may attend",
        ),
    ),
    source="Vaswani et al., arXiv:1706.03762, section 3.2.3",
)
