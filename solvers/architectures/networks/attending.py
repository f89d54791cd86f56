"""Transformers as torch modules: the first one, BERT, GPT-2, T5 and ViT.

The children are added under the names of the parts in ``tables``, some of which are not names
that Python could write; ``forward`` therefore fetches them by ``self.get_submodule``.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import nn


def _encoders(d: int, heads: int, d_ff: int, blocks: int, *, norm_first: bool) -> nn.Sequential:
    return nn.Sequential(
        *(
            nn.TransformerEncoderLayer(
                d, heads, d_ff, activation="gelu", batch_first=True, norm_first=norm_first
            )
            for _ in range(blocks)
        )
    )


def _causal(n: int) -> torch.Tensor:
    return nn.Transformer.generate_square_subsequent_mask(n, device=torch.device("meta"))


class Translator(nn.Module):
    """Vaswani et al.: six encoder and six decoder blocks, with or without a token table."""

    def __init__(self, d: int, heads: int, d_ff: int, tokens: int = 0) -> None:
        super().__init__()
        if tokens:
            self.add_module("token table", nn.Embedding(tokens, d))
        self.add_module("6 encoder blocks", _encoders(d, heads, d_ff, 6, norm_first=False))
        decoders = (nn.TransformerDecoderLayer(d, heads, d_ff, batch_first=True) for _ in range(6))
        self.add_module("6 decoder blocks", nn.ModuleList(decoders))

        self.tokens = tokens

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Vectors (B, n, d) and (B, m, d) → (B, m, d); with a table, token ids → scores."""
        if self.tokens:
            table = self.get_submodule("token table")
            decoded = self._decode(table(source), table(target))
            return nn.functional.linear(decoded, table.get_parameter("weight"))
        return self._decode(source, target)

    def _decode(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        memory = self.get_submodule("6 encoder blocks")(source)
        for block in self.get_submodule("6 decoder blocks").children():
            target = block(target, memory, tgt_mask=_causal(target.shape[1]))
        return target


def torch_transformer() -> nn.Module:
    """torch's own nn.Transformer with its defaults, its parts under the names of the table."""
    whole = nn.Transformer(batch_first=True)
    assert whole.encoder.norm is not None
    assert whole.decoder.norm is not None
    parts: dict[str, nn.Module] = {
        "6 encoder blocks": whole.encoder.layers,
        "encoder norm": whole.encoder.norm,
        "6 decoder blocks": whole.decoder.layers,
        "decoder norm": whole.decoder.norm,
    }
    return nn.ModuleDict(OrderedDict(parts))


class BertEmbeddings(nn.Module):
    """Token, position and segment vectors, added and normalised."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.tokens = nn.Embedding(30_522, d)
        self.positions = nn.Embedding(512, d)
        self.segments = nn.Embedding(2, d)
        self.norm = nn.LayerNorm(d)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """(B, n) token ids of one segment → (B, n, d)."""
        positions = self.positions(torch.arange(ids.shape[1], device=ids.device))
        total = self.tokens(ids) + positions + self.segments(torch.zeros_like(ids))
        normalised: torch.Tensor = self.norm(total)
        return normalised


class Bert(nn.Module):
    """An encoder whose pooler looks at the first token."""

    def __init__(self, d: int, heads: int, blocks: int) -> None:
        super().__init__()
        self.embeddings = BertEmbeddings(d)
        self.encoders = f"{blocks} encoder blocks"
        self.add_module(self.encoders, _encoders(d, heads, 4 * d, blocks, norm_first=False))
        self.pooler = nn.Linear(d, d)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """(B, n) token ids → (B, d)."""
        hidden = self.get_submodule(self.encoders)(self.embeddings(ids))
        return torch.tanh(self.pooler(hidden[:, 0]))


class GPT2(nn.Module):
    """A decoder: causal self-attention, norms before each layer, the output tied."""

    def __init__(self, d: int, heads: int, blocks: int) -> None:
        super().__init__()
        tokens, output = nn.Embedding(50_257, d), nn.Linear(d, 50_257, bias=False)
        output.weight = tokens.weight
        self.decoders = f"{blocks} decoder blocks"
        self.add_module("token table", tokens)
        self.add_module("position table", nn.Embedding(1024, d))
        self.add_module(self.decoders, _encoders(d, heads, 4 * d, blocks, norm_first=True))
        self.add_module("final norm", nn.LayerNorm(d))
        self.output = output

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """(B, n) token ids → (B, n, 50,257) scores of the next token."""
        n = ids.shape[1]
        places = torch.arange(n, device=ids.device)
        x = self.get_submodule("token table")(ids) + self.get_submodule("position table")(places)
        for block in self.get_submodule(self.decoders).children():
            x = block(x, src_mask=_causal(n))
        scores: torch.Tensor = self.output(self.get_submodule("final norm")(x))
        return scores


class T5(nn.Module):
    """Encoder and decoder without biases; positions are numbers added to attention scores."""

    def __init__(self, d: int, heads: int, d_ff: int, blocks: int) -> None:
        super().__init__()
        tokens, output = nn.Embedding(32_128, d), nn.Linear(d, 32_128, bias=False)
        output.weight = tokens.weight
        self.blocks = blocks
        self.add_module("token table", tokens)
        for side, layer in (
            ("encoder", nn.TransformerEncoderLayer),
            ("decoder", nn.TransformerDecoderLayer),
        ):
            made = (
                layer(d, heads, d_ff, bias=False, norm_first=True, batch_first=True)
                for _ in range(blocks)
            )
            self.add_module(f"{side} positions", nn.Embedding(32, heads))
            stack = nn.ModuleList(_without_means(block, d) for block in made)
            self.add_module(f"{blocks} {side} blocks", stack)
            self.add_module(f"{side} norm", nn.RMSNorm(d))
        self.output = output

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """(B, n) and (B, m) token ids → (B, m, 32,128) scores."""
        memory, y = self._embed(source), self._embed(target)
        bias = self._bias("encoder", source)
        for block in self.get_submodule(f"{self.blocks} encoder blocks").children():
            memory = block(memory, src_mask=bias)
        memory = self.get_submodule("encoder norm")(memory)
        bias = self._bias("decoder", target) + _causal(target.shape[1])
        for block in self.get_submodule(f"{self.blocks} decoder blocks").children():
            y = block(y, memory, tgt_mask=bias)
        scores: torch.Tensor = self.output(self.get_submodule("decoder norm")(y))
        return scores

    def _embed(self, ids: torch.Tensor) -> torch.Tensor:
        vectors: torch.Tensor = self.get_submodule("token table")(ids)
        return vectors

    def _bias(self, side: str, ids: torch.Tensor) -> torch.Tensor:
        """(B·heads, n, n), by distance; T5 puts larger distances into wider buckets."""
        places = torch.arange(ids.shape[1], device=ids.device)
        buckets = (places[:, None] - places[None, :]).abs().clamp(max=31)
        per_head = self.get_submodule(f"{side} positions")(buckets).permute(2, 0, 1)
        return torch.cat([per_head] * ids.shape[0])


def _without_means(block: nn.Module, d: int) -> nn.Module:
    """The block with norms that only divide by the root mean square, as in T5."""
    for name, child in [*block.named_children()]:
        if isinstance(child, nn.LayerNorm):
            setattr(block, name, nn.RMSNorm(d))
    return block


class ClassToken(nn.Module):
    """A learned vector put before the patches."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, d))

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        """(B, n, d) → (B, n + 1, d)."""
        return torch.cat([self.token.expand(len(patches), -1, -1), patches], dim=1)


class ViT(nn.Module):
    """Patches of 16 × 16 as tokens; the class is read from the class token."""

    def __init__(self, d: int, heads: int, blocks: int, *, head: bool = True) -> None:
        super().__init__()
        self.encoders = f"{blocks} encoder blocks"
        self.add_module("patch projection", nn.Conv2d(3, d, 16, stride=16))
        self.add_module("class token", ClassToken(d))
        self.add_module("position table", nn.Embedding(197, d))
        self.add_module(self.encoders, _encoders(d, heads, 4 * d, blocks, norm_first=True))
        self.add_module("final norm", nn.LayerNorm(d))
        self.has_head = head
        if head:
            self.add_module("head", nn.Linear(d, 1000))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(B, 3, 224, 224) → (B, 1000), or (B, d) without a head."""
        patches = self.get_submodule("patch projection")(images).flatten(2).transpose(1, 2)
        tokens = self.get_submodule("class token")(patches)
        places = torch.arange(tokens.shape[1], device=tokens.device)
        x = tokens + self.get_submodule("position table")(places)
        x = self.get_submodule("final norm")(self.get_submodule(self.encoders)(x))
        scores: torch.Tensor = self.get_submodule("head")(x[:, 0]) if self.has_head else x[:, 0]
        return scores
