"""attention.cross: the decoder asks, the encoder answers.

    Q = X_dec W_Q,  K = X_enc W_K,  V = X_enc W_V;  softmax(Q Kᵀ/√d_k) V

X_dec (m × d) and X_enc (n × d), W_Q and W_K (d × d_k), W_V (d × d_v), weights (m × n), output
(m × d_v): a row for each *decoder* position. There is no causal mask, since the whole source is
known. One head, no output projection. Source: Vaswani et al., arXiv:1706.03762, section 3.2.3.

>>> from solvers import find
>>> weights = {"w_q": [[1]], "w_k": [[1]], "w_v": [[1]]}
>>> states = {"decoder": [[0]], "encoder": [[2], [4], [6]]}
>>> find("attention.cross").solve({**states, **weights}).quantities["output"]
[[4.0]]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.attention.arrays import SCORE_LIMIT, Array, Mask, score_bound, softmax
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class TwoSequences(Inputs):
    """States of decoder and encoder, and the three projections."""

    decoder: Array = array("m d", -100, 100, "decoder states X_dec, a row each")
    encoder: Array = array("n d", -100, 100, "encoder states X_enc, a row each")
    w_q: Array = array("d d_k", -100, 100, "W_Q, applied to the decoder")
    w_k: Array = array("d d_k", -100, 100, "W_K, applied to the encoder")
    w_v: Array = array("d d_v", -100, 100, "W_V, applied to the encoder")

    def check(self) -> None:
        # Both ways round, so that every misconception stays in range too.
        both = np.concatenate([self.decoder, self.encoder])
        if score_bound(both, both, self.w_q, self.w_k) > SCORE_LIMIT:
            allowed = f"weights that keep the scores within ±{SCORE_LIMIT:.0f}"
            raise BadInput("w_q", self.w_q.tolist(), allowed)

    def attend(
        self, asks: Array, matches: Array, carries: Array, mask: Mask | None = None
    ) -> dict[str, Any]:
        """Everything that follows from who asks, who is matched, and who is averaged."""
        scores = (asks @ self.w_q) @ (matches @ self.w_k).T / math.sqrt(self.w_q.shape[1])
        weights = softmax(scores, mask)
        output = weights @ carries @ self.w_v
        shapes = {"weights_shape": [*weights.shape], "output_shape": [*output.shape]}
        return {**shapes, "weights": weights, "output": output}


def _reference(given: TwoSequences, work: Work) -> None:
    rows, columns, width = len(given.decoder), len(given.encoder), given.w_v.shape[1]
    label, formula = "shape of the weights", "decoder positions × encoder positions"
    shape = work.step("weights_shape", label, formula, [rows, columns])
    work.give("weights_shape", shape)
    label, formula = "shape of the output", "decoder positions × d_v"
    work.give("output_shape", work.step("output_shape", label, formula, [rows, width]))

    queries = work.step("weights", "queries", "X_dec W_Q", given.decoder @ given.w_q)
    keys = work.step("weights", "keys", "X_enc W_K", given.encoder @ given.w_k)
    scaled = queries @ keys.T / math.sqrt(given.w_q.shape[1])
    scaled = work.step("weights", "scaled scores", "Q Kᵀ / √d_k", scaled)
    formula = "softmax of each row, over the encoder"
    weights = work.give("weights", work.step("weights", "weights", formula, softmax(scaled)))
    values = work.step("output", "values", "X_enc W_V", given.encoder @ given.w_v)
    work.give("output", work.step("output", "output", "weights · V", weights @ values))


def _kernel(given: TwoSequences, device: Device) -> Mapping[str, Any]:
    import torch
    from torch.nn.functional import linear
    from torch.nn.functional import scaled_dot_product_attention as attend

    decoder, encoder = device.tensor(given.decoder), device.tensor(given.encoder)
    q = linear(decoder, device.tensor(given.w_q).T)[None]
    k = linear(encoder, device.tensor(given.w_k).T)[None]
    v = linear(encoder, device.tensor(given.w_v).T)[None]
    # With an identity in place of the values, what comes out is the weights themselves.
    identity = torch.eye(k.shape[1], dtype=k.dtype, device=k.device)[None]
    weights, output = attend(q, k, identity)[0], attend(q, k, v)[0]
    shapes = {"weights_shape": [*weights.shape], "output_shape": [*output.shape]}
    return {**shapes, "weights": weights, "output": output}


def _self(given: TwoSequences) -> dict[str, Any]:
    """The output keeps its shape: a row for each decoder position."""
    wrong = given.attend(given.decoder, given.decoder, given.decoder)
    del wrong["output_shape"]
    return wrong


def _causal(given: TwoSequences) -> dict[str, Any]:
    mask = np.tri(len(given.decoder), len(given.encoder), dtype=np.bool_)
    wrong = given.attend(given.decoder, given.encoder, given.encoder, mask)
    return {"weights": wrong["weights"], "output": wrong["output"]}


solver = Solver(
    id="attention.cross",
    concepts=("cross-attention",),
    inputs=TwoSequences,
    quantities={
        "weights_shape": Quantity("shape", "shape of the weights", axes=("rows", "columns")),
        "output_shape": Quantity("shape", "shape of the output", axes=("rows", "columns")),
        "weights": Quantity("matrix", "attention weights, a row for each decoder position"),
        "output": Quantity("matrix", "weighted sums of the values", uses=("weights",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "cross-attention/roles-swapped",
            slip="when the encoder asks and the decoder answers",
            correction="Queries come from the decoder; keys and values from the encoder.",
            wrong=lambda g: g.attend(g.encoder, g.decoder, g.decoder),
            departs_at="queries",
        ),
        Misconception(
            "cross-attention/self",
            slip="when the decoder attends to itself",
            correction="That is self-attention; here keys and values come from the encoder.",
            wrong=_self,
            departs_at="keys",
        ),
        Misconception(
            "cross-attention/causal",
            slip="when a causal mask is added",
            correction="The source is known as a whole, so every position may see all of it.",
            wrong=_causal,
            departs_at="weights",
            applies=lambda g: len(g.encoder) >= 2,
        ),
        Misconception(
            "cross-attention/v-from-decoder",
            slip="when the values come from the decoder",
            correction="Values come from where the keys come from: the encoder.",
            wrong=lambda g: {"output": g.attend(g.decoder, g.encoder, g.decoder)["output"]},
            departs_at="values",
            applies=lambda g: len(g.decoder) == len(g.encoder),
        ),
    ),
    source="Vaswani et al., arXiv:1706.03762, section 3.2.3",
)
