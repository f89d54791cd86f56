"""Transformers: the first one, BERT, GPT-2, T5 and ViT. d is their width, d_ff that inside."""

from __future__ import annotations

from solvers.architectures.tables.lines import Group, Line, Table, dense, free, norm, table


def transformer_blocks(d: int, d_ff: int, *, final_norms: bool = False) -> Table:
    """Vaswani et al. (2017), arXiv:1706.03762: 6 + 6 blocks, a bias in every layer."""
    encoder = Group("encoder block", encoder_block(d, d_ff), times=6)
    decoder_block = (
        *_attention("own", d),
        *_attention("cross", d),
        *_feed_forward(d, d_ff),
        norm("layer norms", d, count=3),
    )
    decoder = Group("decoder block", decoder_block, times=6)
    ends = ((norm("encoder norm", d),), (norm("decoder norm", d),)) if final_norms else ((), ())
    return (encoder, *ends[0], decoder, *ends[1])


def transformer(d: int, d_ff: int) -> Table:
    """With one table of 37,000 tokens, which serves both inputs and the output layer."""
    return (table("token table", 37_000, d), *transformer_blocks(d, d_ff))


def bert(d: int, blocks: int) -> Table:
    """Devlin et al. (2018), arXiv:1810.04805: 30,522 tokens, 512 positions, d_ff = 4d."""
    embeddings = (
        table("token table", 30_522, d),
        table("position table", 512, d),
        table("segment table", 2, d),
        norm("layer norm", d),
    )
    return (
        Group("embeddings", embeddings),
        Group("encoder block", encoder_block(d, 4 * d), times=blocks),
        dense("pooler", d, d),
    )


def gpt2(d: int, blocks: int) -> Table:
    """Radford et al. (2019): 50,257 tokens, 1,024 positions, the output tied to the tokens."""
    return (
        table("token table", 50_257, d),
        table("position table", 1024, d),
        Group("decoder block", encoder_block(d, 4 * d), times=blocks),
        norm("final norm", d),
        free("output", "tied: the token table again"),
    )


def vit(d: int, blocks: int, *, head: bool = True) -> Table:
    """Dosovitskiy et al. (2020), arXiv:2010.11929: patches of 16 × 16 × 3, 14·14 + 1 tokens."""
    backbone = (
        dense("patch projection", 16 * 16 * 3, d),
        Line("class token", f"{d}", d),
        table("position table", 14 * 14 + 1, d),
        Group("encoder block", encoder_block(d, 4 * d), times=blocks),
        norm("final norm", d),
    )
    return (*backbone, dense("head", d, 1000)) if head else backbone


def t5(d: int, d_ff: int, blocks: int, heads: int) -> Table:
    """Raffel et al. (2019), arXiv:1910.10683: no biases, norms with a gain alone.

    Positions enter as 32 learned numbers per head in each stack; the output is tied.
    """
    encoder = (*_bare_attention("own", d), *_bare_feed_forward(d, d_ff), _gains(d, 2))
    decoder = (
        *_bare_attention("own", d),
        *_bare_attention("cross", d),
        *_bare_feed_forward(d, d_ff),
        _gains(d, 3),
    )
    return (
        table("token table", 32_128, d),
        table("encoder positions", 32, heads),
        Group("encoder block", encoder, times=blocks),
        norm("encoder norm", d, shift=False),
        table("decoder positions", 32, heads),
        Group("decoder block", decoder, times=blocks),
        norm("decoder norm", d, shift=False),
        free("output", "tied: the token table again"),
    )


def encoder_block(d: int, d_ff: int) -> tuple[Line, ...]:
    """Attention, feed-forward and two layer norms; the number of heads does not count."""
    return (*_attention("own", d), *_feed_forward(d, d_ff), norm("layer norms", d, count=2))


def _attention(whose: str, d: int) -> tuple[Line, ...]:
    label = "query, key and value" if whose == "own" else f"{whose} query, key and value"
    output = "attention output" if whose == "own" else f"{whose} attention output"
    three = Line(label, f"3·({d}·{d} + {d})", 3 * d * d, 3 * d)
    return (three, dense(output, d, d))


def _feed_forward(d: int, d_ff: int) -> tuple[Line, ...]:
    return dense("feed-forward, up", d, d_ff), dense("feed-forward, down", d_ff, d)


def _bare_attention(whose: str, d: int) -> tuple[Line, ...]:
    label = "four projections" if whose == "own" else f"four {whose} projections"
    return (Line(label, f"4·{d}·{d}", 4 * d * d),)


def _bare_feed_forward(d: int, d_ff: int) -> tuple[Line, ...]:
    up = dense("feed-forward, up", d, d_ff, bias=False)
    return up, dense("feed-forward, down", d_ff, d, bias=False)


def _gains(d: int, count: int) -> Line:
    return norm("norms", d, shift=False, count=count)
