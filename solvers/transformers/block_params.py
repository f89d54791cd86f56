"""transformers.encoder_params and decoder_params: what one block has to learn.

    encoder: (4d² + 4d) + (2·d·d_ff + d_ff + d) + 2·2d
    decoder: 2·(4d² + 4d) + (2·d·d_ff + d_ff + d) + 3·2d

d is the model width, d_ff the hidden width, h the number of heads (which does not matter). Each
sublayer, that is attention and feed-forward network, has a layer norm with a gain and a shift of
d. An encoder block: self-attention, then network. A decoder block: masked self-attention, then
cross-attention, then network. Biases everywhere, as in torch. Source: Vaswani et al.,
arXiv:1706.03762, section 3.1.

>>> from solvers import find
>>> base = {"d_model": 512, "heads": 8, "d_ff": 2048}
>>> find("transformers.encoder_params").solve(base).quantities["parameters"]
3152384
>>> find("transformers.decoder_params").solve(base).quantities["parameters"]
4204032
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Block(Inputs):
    """The widths of a Transformer block."""

    d_model: int = whole(1, 16_384, "model width d")
    heads: int = whole(1, 256, "number of heads h, a divisor of d", default=1)
    d_ff: int = whole(1, 65_536, "hidden width d_ff of the feed-forward network")

    def check(self) -> None:
        if self.d_model % self.heads:
            raise BadInput("heads", self.heads, f"a divisor of d = {self.d_model}")

    @property
    def attention(self) -> int:
        return 4 * self.d_model**2 + 4 * self.d_model

    @property
    def network(self) -> int:
        return 2 * self.d_model * self.d_ff + self.d_ff + self.d_model

    @property
    def norm(self) -> int:
        return 2 * self.d_model


def _counts(given: Block, work: Work, *, attentions: int) -> None:
    """A block with one or two attentions, and a norm for each sublayer."""
    d, wide = given.d_model, given.d_ff
    name, formula = "attention", f"4d² + 4d = 4·{d}² + 4·{d}, whatever the heads"
    one = work.step(name, "one attention", formula, given.attention)
    formula = "self-attention" if attentions == 1 else f"self- and cross-attention: 2·{one}"
    work.step(name, "attention", formula, attentions * one)
    attention = work.give("attention", attentions * one)
    formula = f"2·d·d_ff + d_ff + d = 2·{d}·{wide} + {wide} + {d}"
    network = work.step("feed_forward", "feed-forward network", formula, given.network)
    network = work.give("feed_forward", network)
    formula = f"gain and shift for each sublayer: {attentions + 1}·2·{d}"
    norms = work.step("norms", "layer norms", formula, (attentions + 1) * given.norm)
    norms = work.give("norms", norms)
    formula = f"{attention} + {network} + {norms}"
    total = work.step("parameters", "parameters", formula, attention + network + norms)
    work.give("parameters", total)


def _encoder(given: Block, work: Work) -> None:
    _counts(given, work, attentions=1)


def _decoder(given: Block, work: Work) -> None:
    _counts(given, work, attentions=2)


def _encoder_kernel(given: Block, _: Device) -> Mapping[str, Any]:
    import torch

    sizes = (given.d_model, given.heads, given.d_ff)
    return _sizes(torch.nn.TransformerEncoderLayer(*sizes, device="meta"))


def _decoder_kernel(given: Block, _: Device) -> Mapping[str, Any]:
    import torch

    sizes = (given.d_model, given.heads, given.d_ff)
    return _sizes(torch.nn.TransformerDecoderLayer(*sizes, device="meta"))


def _sizes(layer: Any) -> dict[str, int]:
    """The parameters of a real layer on the meta device, which stores no numbers, by part."""
    parts = {"attention": "attn", "feed_forward": "linear", "norms": "norm"}
    sizes = {name: parameter.numel() for name, parameter in layer.named_parameters()}
    counts = {
        part: sum(size for name, size in sizes.items() if word in name.partition(".")[0])
        for part, word in parts.items()
    }
    return {**counts, "parameters": sum(sizes.values())}


_QUANTITIES = {
    "attention": Quantity("integer", "parameters of the attention"),
    "feed_forward": Quantity("integer", "parameters of the feed-forward network"),
    "norms": Quantity("integer", "parameters of the layer norms"),
    "parameters": Quantity(
        "integer",
        "trainable parameters of the block, biases included",
        uses=("attention", "feed_forward", "norms"),
    ),
}


def _encoder_with(
    given: Block, *, attention: int | None = None, norms: int | None = None
) -> dict[str, int]:
    """The quantities of an encoder block with a wrong part."""
    changed = {"attention": attention, "norms": norms}
    wrong = {name: count for name, count in changed.items() if count is not None}
    right = {"attention": given.attention, "norms": 2 * given.norm}
    return {**wrong, "parameters": given.network + sum({**right, **wrong}.values())}


def _decoder_with(given: Block, *, attentions: int, norms: int) -> dict[str, int]:
    """The quantities of a decoder block with wrong numbers of attentions and norms."""
    attention, of_norms = attentions * given.attention, norms * given.norm
    wrong = {"parameters": attention + given.network + of_norms}
    if attentions != 2:
        wrong["attention"] = attention
    if norms != 3:
        wrong["norms"] = of_norms
    return wrong


encoder = Solver(
    id="transformers.encoder_params",
    concepts=("encoder-block",),
    inputs=Block,
    quantities=_QUANTITIES,
    reference=_encoder,
    kernel=_encoder_kernel,
    misconceptions=(
        Misconception(
            "encoder-block/one-layernorm",
            slip="when a single layer norm is counted",
            correction="Both sublayers have a layer norm of their own, 2d parameters each.",
            wrong=lambda g: _encoder_with(g, norms=g.norm),
            departs_at="layer norms",
        ),
        Misconception(
            "encoder-block/no-bias",
            slip="when only the matrices are counted",
            correction="Every projection and layer has biases, and every norm a gain and a shift.",
            wrong=lambda g: {"parameters": 4 * g.d_model**2 + 2 * g.d_model * g.d_ff},
            departs_at="one attention",
        ),
        Misconception(
            "encoder-block/no-output-proj",
            slip="when the output projection is left out",
            correction=lambda g: (
                f"W^O belongs to the attention: {g.d_model}² weights and {g.d_model} biases."
            ),
            wrong=lambda g: _encoder_with(g, attention=3 * g.d_model**2 + 3 * g.d_model),
            departs_at="one attention",
        ),
        Misconception(
            "encoder-block/heads-multiply",
            slip="when the attention is counted once for each head",
            correction=lambda g: f"The {g.heads} heads share out the {g.d_model} channels.",
            wrong=lambda g: _encoder_with(g, attention=g.heads * g.attention),
            departs_at="one attention",
            applies=lambda g: g.heads >= 2,
        ),
        Misconception(
            "encoder-block/no-layernorm",
            slip="when the layer norms are left out",
            correction=lambda g: f"Two layer norms have a gain and a shift of {g.d_model} each.",
            wrong=lambda g: _encoder_with(g, norms=0),
            departs_at="layer norms",
        ),
    ),
    source="Vaswani et al., arXiv:1706.03762, section 3.1",
)

decoder = Solver(
    id="transformers.decoder_params",
    concepts=("decoder-block",),
    inputs=Block,
    quantities=_QUANTITIES,
    reference=_decoder,
    kernel=_decoder_kernel,
    misconceptions=(
        Misconception(
            "decoder-block/encoder-count",
            slip="when the cross-attention is forgotten with its norm",
            correction="Between self-attention and network a decoder block has cross-attention.",
            wrong=lambda g: _decoder_with(g, attentions=1, norms=2),
            departs_at="attention",
        ),
        Misconception(
            "decoder-block/two-layernorms",
            slip="when two layer norms are counted",
            correction="A decoder block has three sublayers, and a layer norm for each.",
            wrong=lambda g: _decoder_with(g, attentions=2, norms=2),
            departs_at="layer norms",
        ),
        Misconception(
            "decoder-block/shared-attention",
            slip="when both attentions share their weights",
            correction="Self-attention and cross-attention each have matrices of their own.",
            wrong=lambda g: _decoder_with(g, attentions=1, norms=3),
            departs_at="attention",
        ),
    ),
    source="Vaswani et al., arXiv:1706.03762, section 3.1",
)
