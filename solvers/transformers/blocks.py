"""transformers.encoder_block and decoder_block: one whole block, every number of it.

    encoder: X → self-attention → add & norm → FFN → add & norm
    decoder: Y → masked self-attention → add & norm → cross-attention to the encoder → add & norm
             → FFN → add & norm

X (m × d) tokens of the encoder, Y (n × d) tokens of the decoder, W_Q, W_K, W_V and W^O (d × d, all
heads side by side, on the right, without biases), W₁ (d × d_ff), b₁ (d_ff), W₂ (d_ff × d), b₂ (d).
"post" is add & norm after each sublayer, LN(x + F(x)), as in the paper; "pre" is x + F(LN(x)), and
what it leaves for after the last block, a final norm, is not part of the block. LN has gain 1,
shift 0 and ε = 10⁻⁵. Sources: Vaswani et al., arXiv:1706.03762, section 3.1; Xiong et al.,
arXiv:2002.04745.

>>> from solvers import find
>>> zero, attention = [[0, 0], [0, 0]], ("w_q", "w_k", "w_v", "w_o")
>>> network = {"w_1": zero, "b_1": [0, 0], "w_2": zero, "b_2": [0, 0]}
>>> block = {"tokens": [[1, 2]], **dict.fromkeys(attention, zero), **network}
>>> find("transformers.encoder_block").solve({**block, "arrangement": "pre"}).quantities["output"]
[[1.0, 2.0]]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from solvers.attention.arrays import SCORE_LIMIT, Array, score_bound
from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Work,
    array,
    one_of,
    whole,
)
from solvers.device import Device
from solvers.transformers.arrays import AttentionWeights, feed_forward, normed

if TYPE_CHECKING:
    import torch

Sublayer = Callable[[Array], Array]


@dataclass(frozen=True, kw_only=True)
class Encoder(Inputs):
    """Tokens, and the weights of a block."""

    tokens: Array = array("n d", -10, 10, "tokens X, a row each", max_side=16)
    w_q: Array = array("d d", -10, 10, "W_Q of all heads side by side", max_side=16)
    w_k: Array = array("d d", -10, 10, "W_K of all heads side by side", max_side=16)
    w_v: Array = array("d d", -10, 10, "W_V of all heads side by side", max_side=16)
    w_o: Array = array("d d", -10, 10, "W^O, applied to the joined heads", max_side=16)
    w_1: Array = array("d d_ff", -10, 10, "W₁ of the feed-forward network", max_side=64)
    b_1: Array = array("d_ff", -10, 10, "b₁", max_side=64)
    w_2: Array = array("d_ff d", -10, 10, "W₂", max_side=64)
    b_2: Array = array("d", -10, 10, "b₂", max_side=16)
    heads: int = whole(1, 16, "number of heads h, a divisor of d", default=1)
    arrangement: str = one_of(("post", "pre"), "where the norms stand", default="post")

    def check(self) -> None:
        width = self.tokens.shape[1]
        if width % self.heads:
            raise BadInput("heads", self.heads, f"a divisor of d = {width}")
        _limit("w_q", self.tokens, self.tokens, self.w_q, self.w_k)

    @property
    def pre(self) -> bool:
        return self.arrangement == "pre"

    @property
    def weights(self) -> AttentionWeights:
        return AttentionWeights(self.w_q, self.w_k, self.w_v, self.w_o)

    def self_attention(self, x: Array) -> Array:
        return self.weights.attend(x, x, self.heads)

    def network(self, x: Array) -> Array:
        return feed_forward(x, self.w_1, self.b_1, self.w_2, self.b_2)

    @property
    def sublayers(self) -> tuple[Sublayer, ...]:
        return self.self_attention, self.network


def _limit(name: str, queries: Array, keys: Array, w_q: Array, w_k: Array) -> None:
    """Refuse weights whose scores would be so large that rounding decides the softmax."""
    # After a norm entries may be as large as √d, even where tokens are small.
    floor = np.sqrt(w_q.shape[0])
    q, k = (np.maximum(np.abs(x), floor) for x in (queries, keys))
    if score_bound(q, k, w_q, w_k) > SCORE_LIMIT:
        allowed = f"weights that keep the scores within ±{SCORE_LIMIT:.0f}"
        raise BadInput(name, w_q.tolist(), allowed)


def _add_and_norm(x: Array, sublayer: Sublayer, *, pre: bool) -> Array:
    """A sublayer with its residual connection and its norm."""
    return x + sublayer(normed(x)) if pre else normed(x + sublayer(x))


def _run(x: Array, sublayers: tuple[Sublayer, ...], *, pre: bool) -> Array:
    for sublayer in sublayers:
        x = _add_and_norm(x, sublayer, pre=pre)
    return x


def _sublayer(
    x: Array, sublayer: Sublayer, names: tuple[str, str], title: str, pre: bool, work: Work
) -> Array:
    """One sublayer with its steps: what it adds, and what comes out after add & norm."""
    added, after = names
    z = work.step(added, f"input of the {title}", "LN(x)", normed(x)) if pre else x
    formula = "F(LN(x))" if pre else "F(x)"
    update = work.give(added, work.step(added, title, formula, sublayer(z)))
    formula = "x + F(LN(x))" if pre else "LN(x + F(x))"
    output = x + update if pre else normed(x + update)
    output = work.give(after, work.step(after, f"after the {title}", formula, output))
    return np.asarray(output)


def _encoder(given: Encoder, work: Work) -> None:
    names = ("attended", "after_attention")
    x = _sublayer(given.tokens, given.self_attention, names, "self-attention", given.pre, work)
    _sublayer(x, given.network, ("fed_forward", "output"), "network", given.pre, work)


def _encoder_kernel(given: Encoder, device: Device) -> Mapping[str, Any]:
    import torch

    d, wide = given.w_1.shape
    layer = torch.nn.TransformerEncoderLayer(
        d, given.heads, wide, 0.0, norm_first=given.pre, device="meta"
    )
    layer = layer.to_empty(device=device.name).to(device.dtype)  # no random start to undo
    with torch.no_grad():
        _copy(layer, given, device)
        _copy_attention(layer.self_attn, given.weights, device)
        x = device.tensor(given.tokens)
        z = layer.norm1(x) if given.pre else x
        attended = layer.self_attn(z, z, z, need_weights=False)[0]
        after = x + attended if given.pre else layer.norm1(x + attended)
        return {
            "attended": attended,
            "after_attention": after,
            "fed_forward": _fed_forward(layer, layer.norm2(after) if given.pre else after),
            "output": layer(x[:, None])[:, 0],
        }


def _copy(layer: Any, given: Encoder, device: Device) -> None:
    """Norms of gain 1 and shift 0, and the feed-forward network, which torch stores transposed."""
    for name, parameter in layer.named_parameters():
        parameter.fill_(1.0 if "norm" in name and name.endswith("weight") else 0.0)
    layer.linear1.weight.copy_(device.tensor(given.w_1).T)
    layer.linear1.bias.copy_(device.tensor(given.b_1))
    layer.linear2.weight.copy_(device.tensor(given.w_2).T)
    layer.linear2.bias.copy_(device.tensor(given.b_2))


def _copy_attention(
    module: torch.nn.MultiheadAttention, weights: AttentionWeights, device: Device
) -> None:
    module.in_proj_weight.copy_(device.tensor(weights.stacked))
    module.out_proj.weight.copy_(device.tensor(weights.w_o).T)


def _fed_forward(layer: Any, z: torch.Tensor) -> torch.Tensor:
    output: torch.Tensor = layer.linear2(layer.linear1(z).relu())
    return output


# What may go wrong with the norms goes wrong in both kinds of block alike.


def _the_other(given: Encoder) -> dict[str, Array]:
    return {"output": _run(given.tokens, given.sublayers, pre=not given.pre)}


def _no_residual(given: Encoder) -> dict[str, Array]:
    x = given.tokens
    for sublayer in given.sublayers:
        x = sublayer(normed(x)) if given.pre else normed(sublayer(x))
    return {"output": x}


_NORMS: tuple[Misconception[Encoder], ...] = (
    Misconception(
        "pre-post-ln/the-other",
        slip="when the norms stand in the other place",
        correction=lambda g: (
            "Here each sublayer is normalised before: x + F(LN(x))."
            if g.pre
            else "Here each sum is normalised: LN(x + F(x))."
        ),
        wrong=_the_other,
        departs_at=lambda g: "input of the self-attention" if g.pre else "self-attention",
    ),
    Misconception(
        "pre-post-ln/no-residual",
        slip="without the residual connections",
        correction="Each sublayer adds to what came in: x + F(·).",
        wrong=_no_residual,
        departs_at="after the self-attention",
    ),
)

encoder = Solver(
    id="transformers.encoder_block",
    concepts=("encoder-block", "pre-post-ln"),
    inputs=Encoder,
    quantities={
        "attended": Quantity("matrix", "what self-attention adds"),
        "after_attention": Quantity("matrix", "after the first add & norm", uses=("attended",)),
        "fed_forward": Quantity(
            "matrix", "what the network adds", uses=("attended", "after_attention")
        ),
        "output": Quantity(
            "matrix",
            "output of the block",
            uses=("attended", "after_attention", "fed_forward"),
        ),
    },
    reference=_encoder,
    kernel=_encoder_kernel,
    misconceptions=_NORMS,
    source="Vaswani et al., arXiv:1706.03762, section 3.1",
)


# ------------------------------------------------------------- transformers.decoder_block


@dataclass(frozen=True, kw_only=True)
class Decoder(Encoder):
    """Tokens of the decoder, output of the encoder, and the weights of a block."""

    memory: Array = array("m d", -10, 10, "output of the encoder, a row each", max_side=16)
    cross_q: Array = array("d d", -10, 10, "W_Q of the cross-attention", max_side=16)
    cross_k: Array = array("d d", -10, 10, "W_K of the cross-attention", max_side=16)
    cross_v: Array = array("d d", -10, 10, "W_V of the cross-attention", max_side=16)
    cross_o: Array = array("d d", -10, 10, "W^O of the cross-attention", max_side=16)

    def check(self) -> None:
        super().check()
        _limit("cross_q", self.tokens, self.memory, self.cross_q, self.cross_k)

    @property
    def cross_weights(self) -> AttentionWeights:
        return AttentionWeights(self.cross_q, self.cross_k, self.cross_v, self.cross_o)

    def self_attention(self, x: Array) -> Array:
        return self.weights.attend(x, x, self.heads, causal=True)

    def cross_attention(self, x: Array) -> Array:
        return self.cross_weights.attend(x, self.memory, self.heads)

    @property
    def sublayers(self) -> tuple[Sublayer, ...]:
        return self.self_attention, self.cross_attention, self.network


def _decoder(given: Decoder, work: Work) -> None:
    pre = given.pre
    names = ("attended", "after_attention")
    x = _sublayer(given.tokens, given.self_attention, names, "self-attention", pre, work)
    names = ("crossed", "after_cross")
    x = _sublayer(x, given.cross_attention, names, "cross-attention", pre, work)
    _sublayer(x, given.network, ("fed_forward", "output"), "network", pre, work)


def _decoder_kernel(given: Decoder, device: Device) -> Mapping[str, Any]:
    import torch

    d, wide = given.w_1.shape
    layer = torch.nn.TransformerDecoderLayer(
        d, given.heads, wide, 0.0, norm_first=given.pre, device="meta"
    )
    layer = layer.to_empty(device=device.name).to(device.dtype)  # no random start to undo
    with torch.no_grad():
        _copy(layer, given, device)
        _copy_attention(layer.self_attn, given.weights, device)
        _copy_attention(layer.multihead_attn, given.cross_weights, device)
        x, memory = device.tensor(given.tokens), device.tensor(given.memory)
        blocked = torch.ones(len(x), len(x), dtype=torch.bool, device=device.name).triu(1)
        z = layer.norm1(x) if given.pre else x
        attended = layer.self_attn(z, z, z, attn_mask=blocked, need_weights=False)[0]
        after = x + attended if given.pre else layer.norm1(x + attended)
        z = layer.norm2(after) if given.pre else after
        crossed = layer.multihead_attn(z, memory, memory, need_weights=False)[0]
        last = after + crossed if given.pre else layer.norm2(after + crossed)
        return {
            "attended": attended,
            "after_attention": after,
            "crossed": crossed,
            "after_cross": last,
            "fed_forward": _fed_forward(layer, layer.norm3(last) if given.pre else last),
            "output": layer(x[:, None], memory[:, None], tgt_mask=blocked)[:, 0],
        }


def _cross_first(given: Decoder) -> dict[str, Array]:
    order = (given.cross_attention, given.self_attention, given.network)
    return {"output": _run(given.tokens, order, pre=given.pre)}


decoder = Solver(
    id="transformers.decoder_block",
    concepts=("decoder-block", "pre-post-ln"),
    inputs=Decoder,
    quantities={
        "attended": Quantity("matrix", "what masked self-attention adds"),
        "after_attention": Quantity("matrix", "after the first add & norm", uses=("attended",)),
        "crossed": Quantity(
            "matrix", "what cross-attention adds", uses=("attended", "after_attention")
        ),
        "after_cross": Quantity(
            "matrix",
            "after the second add & norm",
            uses=("attended", "after_attention", "crossed"),
        ),
        "fed_forward": Quantity(
            "matrix",
            "what the network adds",
            uses=("attended", "after_attention", "crossed", "after_cross"),
        ),
        "output": Quantity(
            "matrix",
            "output of the block",
            uses=("attended", "after_attention", "crossed", "after_cross", "fed_forward"),
        ),
    },
    reference=_decoder,
    kernel=_decoder_kernel,
    misconceptions=(
        Misconception(
            "decoder-block/cross-before-self",
            slip="when cross-attention comes before self-attention",
            correction="A decoder block attends to itself first, then to the encoder.",
            wrong=_cross_first,
            departs_at="self-attention",
        ),
        *_NORMS,  # type: ignore[arg-type]
    ),
    source="Vaswani et al., arXiv:1706.03762, section 3.1",
)
