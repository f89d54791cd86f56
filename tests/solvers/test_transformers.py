"""transformers.*: published counts, wrong answers by hand, laws, torch's own layers, bad input."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solvers import find, in_topic
from solvers.contract import BadInput, Solution, Unsuitable
from tests.solvers.drawn import check

Solve = Callable[[str, Mapping[str, Any]], Solution]


def name(short: str) -> str:
    return f"transformers.{short}"


def wrong_values(solution: Solution) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for wrong in solution.wrong_answers:
        values.setdefault(wrong.id.partition("/")[2], {})[wrong.quantity] = wrong.value
    return values


def turn(angle: float) -> list[list[float]]:
    return [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]


def pair(angle: float) -> list[float]:
    return [math.sin(angle), math.cos(angle)]


def normed(half_width: float) -> float:
    """What layer norm makes of m + half_width, where m ± half_width are the two channels."""
    return half_width / math.sqrt(half_width**2 + 1e-5)


C = normed(1)  # nearly 1
A = 1 / (1 + math.exp(-1 / math.sqrt(2)))  # softmax of 1/√2 and 0

# -------------------------------------------------------------------------- known numbers

SWAP = {"tokens": [[1, 0], [0, 1]], "order": [1, 0]}
FFN = {
    **{"token": [1, -1], "w_1": [[1, 0, 2], [2, 1, 1]], "b_1": [0, 0, 1]},  # −1, −1, 2
    **{"w_2": [[1, 0], [1, 1], [-1, 2]], "b_2": [1, -5]},
}
SUBLAYER = {"token": [1, 3], "weights": [[1, 0], [0, 0]], "biases": [2, 0]}  # F(x) = (x₁ + 2, 0)
PRE = {**SUBLAYER, "arrangement": "pre"}
BASE = {"d_model": 512, "heads": 8, "d_ff": 2048}
SMALL = {"d_model": 4, "heads": 2, "d_ff": 6}
ONE, ZERO = [[1, 0], [0, 1]], [[0, 0], [0, 0]]
ENCODER = {
    **{"tokens": [[1, 3]], "w_q": ONE, "w_k": ONE, "w_v": ONE, "w_o": ONE},
    **{"w_1": ZERO, "b_1": [0, 0], "w_2": ZERO, "b_2": [0, 0], "arrangement": "pre"},
}
DECODER = {
    **ENCODER,
    **{"memory": [[5, 1]], "cross_q": ONE, "cross_k": ONE, "cross_v": ONE, "cross_o": ONE},
}
HALVES = {"probabilities": [1 / 2, 1 / 4, 1 / 8]}

BY_HAND: list[tuple[str, dict[str, Any], str, Any]] = [
    (
        "relative_shift",
        {"position": 1, "shift": 1, "index": 0, "d_model": 4},
        "matrix",
        turn(1),
    ),
    (
        "relative_shift",
        {"position": 1, "shift": 1, "index": 0, "d_model": 4},
        "shifted",
        pair(2),
    ),
    (
        "relative_shift",
        {"position": 77, "shift": 1, "index": 1, "d_model": 4},
        "dot_product",
        math.cos(1) + math.cos(0.01),
    ),
    ("permutation", SWAP, "output", [[A, 1 - A], [1 - A, A]]),
    ("permutation", SWAP, "permuted_output", [[1 - A, A], [A, 1 - A]]),
    ("permutation", SWAP, "pooled", [0.5, 0.5]),
    ("permutation", {**SWAP, "mask": "causal"}, "output", [[1, 0], [1 - A, A]]),
    ("permutation", {**SWAP, "mask": "causal"}, "permuted_output", [[0, 1], [A, 1 - A]]),
    ("ffn", FFN, "hidden", [0, 0, 2]),
    ("ffn", FFN, "output", [-1, -1]),
    # curriculum; BERT-base
    ("ffn_params", {"d_model": 512, "d_ff": 2048}, "parameters", 2_099_712),
    ("ffn_params", {"d_model": 768, "d_ff": 3072}, "parameters", 4_722_432),
    ("pre_post_ln", SUBLAYER, "update", [3, 0]),
    ("pre_post_ln", SUBLAYER, "output", [normed(0.5), -normed(0.5)]),  # of (4, 3)
    ("pre_post_ln", PRE, "update", [2 - C, 0]),
    ("pre_post_ln", PRE, "output", [3 - C, 3]),
    # curriculum, section 6; BERT-base: a block has 7,087,872
    ("encoder_params", BASE, "parameters", 3_152_384),
    ("encoder_params", {"d_model": 768, "heads": 12, "d_ff": 3072}, "parameters", 7_087_872),
    ("encoder_params", BASE, "norms", 2048),
    ("decoder_params", BASE, "parameters", 4_204_032),
    ("decoder_params", BASE, "attention", 2_101_248),
    ("encoder_block", ENCODER, "attended", [[-C, C]]),  # one token attends to itself
    ("encoder_block", ENCODER, "output", [[1 - C, 3 + C]]),
    (
        "encoder_block",
        {**ENCODER, "arrangement": "post"},
        "after_attention",
        [[-normed(2), normed(2)]],  # of (2, 6)
    ),
    (
        "encoder_block",
        {**ENCODER, "arrangement": "post"},
        "output",
        [[-normed(normed(2)), normed(normed(2))]],
    ),
    ("encoder_block", {**ENCODER, "b_2": [1, 2]}, "fed_forward", [[1, 2]]),
    ("decoder_block", DECODER, "crossed", [[5, 1]]),
    ("decoder_block", DECODER, "output", [[6 - C, 4 + C]]),
    ("bert_masking", {"tokens": 512}, "chosen", 76.8),
    ("bert_masking", {"tokens": 512}, "masked", 61.44),
    ("bert_masking", {"tokens": 512}, "random", 7.68),
    ("bert_masking", {"tokens": 512}, "unchanged", 7.68),
    ("next_token", HALVES, "nll", 2 * math.log(2)),
    ("next_token", HALVES, "perplexity", 4),
    ("next_token", {"probabilities": [1]}, "nll", 0),
    # as unsure as a fair choice among GPT-2's 50,257 tokens
    ("next_token", {"probabilities": [1 / 50257] * 3}, "perplexity", 50257),
    # ViT-B/16, Dosovitskiy et al.: 196 patches of 768 numbers
    ("vit", {"height": 224, "patch": 16}, "patches", 196),
    ("vit", {"height": 224, "patch": 16}, "patch_length", 768),
    ("vit", {"height": 224, "patch": 16}, "embedding_parameters", 590_592),
    ("vit", {"height": 224, "patch": 16}, "position_parameters", 151_296),
    ("vit", {"height": 32, "width": 16, "patch": 16}, "tokens", 3),
    ("vit_tokens", {"height": 224, "patch": 16}, "tokens", 197),
    ("vit_tokens", {"height": 224, "patch": 14}, "tokens", 257),  # ViT-H/14
    ("feature_map", {"height": 14, "channels": 512}, "scores", 38_416),
]


@pytest.mark.parametrize(("short", "inputs", "quantity", "value"), BY_HAND)
def test_known_numbers(
    short: str, inputs: dict[str, Any], quantity: str, value: Any, lawful: Solve
) -> None:
    actual: Any = lawful(name(short), inputs).quantities[quantity]
    np.testing.assert_allclose(actual, value, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("inputs", "word"),
    [
        (SWAP, "no"),
        ({**SWAP, "mask": "causal"}, "yes"),
        ({**SWAP, "order": [0, 1], "mask": "causal"}, "no"),
        ({"tokens": [[2, 2]] * 2, "order": [1, 0], "mask": "causal"}, "no"),  # the same token
        ({"tokens": [[0, 0]] * 2, "order": [1, 0]}, "no"),
    ],
)
def test_whether_the_order_matters(inputs: dict[str, Any], word: str, lawful: Solve) -> None:
    assert lawful(name("permutation"), inputs).quantities["order_matters"] == word


def test_an_order_that_hardly_matters_is_no_question() -> None:
    nearly = {"tokens": [[1], [1 + 1e-8]], "order": [1, 0], "mask": "causal"}
    with pytest.raises(Unsuitable, match="too small to see"):
        find(name("permutation")).solve(nearly)


# ------------------------------------------------------------------------ misconceptions

SHIFT = {"position": 3, "shift": 2, "index": 1, "d_model": 4}  # ω = 0.01
INSIDE = {"output": [2 - 2 * C, C]}
DOUBLE = {"output": [-normed(C / 2), normed(C / 2)]}
WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "relative_shift",
        SHIFT,
        {
            "transposed": {"matrix": turn(-0.02), "shifted": pair(0.01)},
            "depends-on-p": {"matrix": turn(0.06), "shifted": pair(0.09)},
            "additive": {
                "shifted": [a + b for a, b in zip(pair(0.03), pair(0.02), strict=True)],
                "dot_product": 2 + math.cos(1) + math.cos(0.01),
            },
            "no-omega": {"matrix": turn(2), "shifted": pair(2.03)},
        },
    ),
    (
        "ffn",
        FFN,
        {
            "no-relu": {"hidden": [-1, -1, 2], "output": [-3, -2]},
            "relu-last": {"output": [0, 0]},
        },
    ),
    (
        "ffn_params",
        {"d_model": 4, "d_ff": 6},  # 58
        {
            "no-bias": {"parameters": 48},
            "one-matrix": {"parameters": 30},
            "bias-swapped": {"parameters": 56},
        },
    ),
    (
        "pre_post_ln",
        SUBLAYER,
        {
            "the-other": {"update": [2 - C, 0], "output": [3 - C, 3]},
            "no-residual": {"output": [normed(1.5), -normed(1.5)]},
            "ln-inside-skip": INSIDE,
            "double": DOUBLE,
        },
    ),
    (
        "pre_post_ln",
        PRE,
        {
            "the-other": {"update": [3, 0], "output": [normed(0.5), -normed(0.5)]},
            "no-residual": {"output": [2 - C, 0]},
            "ln-inside-skip": INSIDE,
            "double": DOUBLE,
        },
    ),
    (
        "encoder_params",
        SMALL,  # 80 + 58 + 16
        {
            "one-layernorm": {"norms": 8, "parameters": 146},
            "no-bias": {"parameters": 112},
            "no-output-proj": {"attention": 60, "parameters": 134},
            "heads-multiply": {"attention": 160, "parameters": 234},
            "no-layernorm": {"norms": 0, "parameters": 138},
        },
    ),
    (
        "decoder_params",
        SMALL,  # 160 + 58 + 24
        {
            "encoder-count": {"attention": 80, "norms": 16, "parameters": 154},
            "two-layernorms": {"norms": 16, "parameters": 234},
            "shared-attention": {"attention": 80, "parameters": 162},
        },
    ),
    (
        "encoder_block",
        ENCODER,
        {
            "the-other": {"output": [[-normed(normed(2)), normed(normed(2))]]},
            "no-residual": {"output": [[0, 0]]},
        },
    ),
    (
        "decoder_block",
        DECODER,
        {
            "cross-before-self": {"output": [[6 + C, 4 - C]]},  # (6, 4) first, then its norm
            # (2, 6) normed, plus (5, 1), normed again, and once more
            "the-other": {
                "output": [[normed(normed(2 - normed(2))), -normed(normed(2 - normed(2)))]]
            },
            "no-residual": {"output": [[0, 0]]},
        },
    ),
    (
        "bert_masking",
        {"tokens": 100},
        {
            "all-masked": {"masked": 15, "random": 0, "unchanged": 0},
            "mask-85": {"chosen": 85, "masked": 68},
        },
    ),
    (
        "next_token",
        HALVES,
        {
            "mean-of-p": {"nll": math.log(24 / 7)},
            "sum": {"nll": 6 * math.log(2)},
            "log2": {"nll": 2},
            "product": {"nll": 1 / 64},
            "arith-perplexity": {"perplexity": 14 / 3},
        },
    ),
    (
        "vit",
        {"height": 32, "width": 16, "patch": 8, "channels": 3, "d_model": 10},  # 8 patches
        {
            "per-side": {"patches": 4},
            "area-over-p": {"patches": 64},
            "forgot-cls": {"tokens": 8, "position_parameters": 80},
            "forgot-channels": {"patch_length": 64, "embedding_parameters": 650},
            "no-bias": {"embedding_parameters": 1920},
        },
    ),
    (
        "vit_tokens",
        {"height": 32, "width": 16, "patch": 8},
        {
            "forgot-cls": {"tokens": 8},
            "per-side": {"tokens": 5},
            "area-over-p": {"tokens": 65},
            "pixels": {"tokens": 512},
        },
    ),
    (
        "feature_map",
        {"height": 3, "width": 4, "channels": 5},
        {
            "side-only": {"tokens": 3, "scores": 9},
            "channels-as-tokens": {"tokens": 5, "scores": 25},
            "linear": {"scores": 12},
        },
    ),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), WRONG, ids=[row[0] for row in WRONG])
def test_wrong_answers_by_hand(
    short: str, inputs: dict[str, Any], expected: dict[str, dict[str, Any]], lawful: Solve
) -> None:
    actual = wrong_values(lawful(name(short), inputs))
    assert actual.keys() == expected.keys()
    for misconception, quantities in expected.items():
        assert actual[misconception].keys() == quantities.keys(), misconception
        for quantity, value in quantities.items():
            np.testing.assert_allclose(
                np.array(actual[misconception][quantity]),
                np.array(value),
                rtol=1e-12,
                atol=1e-12,
                err_msg=f"{misconception} {quantity}",
            )


def test_wrong_answers_about_the_order(lawful: Solve) -> None:
    plain = wrong_values(lawful(name("permutation"), SWAP))
    causal = wrong_values(lawful(name("permutation"), {**SWAP, "mask": "causal"}))
    assert plain.keys() == {"still-ordered", "invariant-per-token"}
    assert plain["still-ordered"] == {"order_matters": "yes"}
    output = plain["invariant-per-token"]["permuted_output"]
    np.testing.assert_allclose(output, np.array([[A, 1 - A], [1 - A, A]]))
    assert causal.keys() == {"causal-no-effect"}
    assert causal["causal-no-effect"]["order_matters"] == "no"
    output = causal["causal-no-effect"]["permuted_output"]
    np.testing.assert_allclose(output, np.array([[1 - A, A], [1, 0]]))


ABSENT: list[tuple[str, dict[str, Any], set[str]]] = [
    ("relative_shift", {**SHIFT, "shift": 0}, {"transposed"}),
    ("relative_shift", {**SHIFT, "position": 1}, {"depends-on-p"}),
    ("relative_shift", {**SHIFT, "index": 0}, {"no-omega"}),
    ("ffn_params", {"d_model": 4, "d_ff": 4}, {"bias-swapped"}),
    ("encoder_params", {**SMALL, "heads": 1}, {"heads-multiply"}),
    ("next_token", {"probabilities": [0.5]}, {"sum"}),
    ("vit", {"height": 4, "patch": 1, "channels": 1}, {"area-over-p", "forgot-channels"}),
    ("vit_tokens", {"height": 4, "patch": 1}, {"area-over-p"}),
    ("feature_map", {"height": 1, "channels": 2}, {"side-only", "linear"}),
]


@pytest.mark.parametrize(("short", "inputs", "absent"), ABSENT)
def test_wrong_procedures_that_mean_nothing_there(
    short: str, inputs: dict[str, Any], absent: set[str], lawful: Solve
) -> None:
    assert wrong_values(lawful(name(short), inputs)).keys().isdisjoint(absent)


# ------------------------------------------------------------------------------ whole domain

WIDTHS = {
    "d_model": st.integers(1, 16).map(lambda x: 16 * x),
    "heads": st.sampled_from([1, 2, 4, 8, 16]),
}
SIDES = st.integers(1, 8).map(lambda x: 32 * x)
IMAGES = {"height": SIDES, "width": SIDES, "patch": st.sampled_from([1, 8, 16, 32])}
HEADS = {"heads": st.sampled_from([1, 1, 2, 3])}
GIVEN: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "relative_shift": {
        "d_model": st.integers(1, 512).map(lambda x: 2 * x),
        "index": st.integers(0, 20),
    },
    "encoder_params": WIDTHS,
    "decoder_params": WIDTHS,
    "permutation": {"order": st.integers(1, 3).flatmap(lambda n: st.permutations(range(n)))},
    "encoder_block": HEADS,
    "decoder_block": HEADS,
    "vit": IMAGES,
    "vit_tokens": IMAGES,
}


@pytest.mark.parametrize("solver", [*in_topic("transformers")], ids=lambda solver: solver.id)
def test_reference_and_kernel_agree(solver: Any) -> None:
    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
    @given(st.data())
    def agree(data: st.DataObject) -> None:
        check(solver, data, GIVEN.get(solver.id.partition(".")[2], {}), most=3)

    agree()


# ----------------------------------------------------------------------------------- blocks


def drawn_block(seed: int, *, heads: int = 2, decoder: bool = False) -> dict[str, Any]:
    rng, d, wide = np.random.default_rng(seed), 2 * heads, 5
    sizes = dict.fromkeys(("w_q", "w_k", "w_v", "w_o"), (d, d))
    sizes |= {"tokens": (4, d), "w_1": (d, wide), "w_2": (wide, d)}
    if decoder:
        sizes |= {f"cross_{part}": (d, d) for part in "qkvo"}
        sizes |= {"memory": (3, d)}
    block: dict[str, Any] = {key: rng.normal(size=size) for key, size in sizes.items()}
    return {**block, "b_1": rng.normal(size=wide), "b_2": rng.normal(size=d), "heads": heads}


@pytest.mark.parametrize("arrangement", ["pre", "post"])
@pytest.mark.parametrize("decoder", [False, True])
@pytest.mark.parametrize("heads", [1, 2, 3])
def test_blocks_are_torchs(heads: int, decoder: bool, arrangement: str, lawful: Solve) -> None:
    block = drawn_block(heads, heads=heads, decoder=decoder)
    short = "decoder_block" if decoder else "encoder_block"
    solution = lawful(name(short), {**block, "arrangement": arrangement})
    other = "pre" if arrangement == "post" else "post"
    there = lawful(name(short), {**block, "arrangement": other})
    wrong = wrong_values(solution)["the-other"]["output"]
    np.testing.assert_allclose(wrong, there.quantities["output"], rtol=1e-12)  # type: ignore[arg-type]


def test_an_encoder_block_moves_with_its_tokens() -> None:
    block, order = drawn_block(5), [2, 0, 3, 1]
    solver = find(name("encoder_block"))
    output = np.array(solver.solve(block).quantities["output"])
    moved = solver.solve({**block, "tokens": block["tokens"][order]}).quantities["output"]
    np.testing.assert_allclose(moved, output[order], rtol=1e-12)  # type: ignore[arg-type]


def test_a_decoder_block_does_not_look_ahead() -> None:
    block = drawn_block(6, decoder=True)
    changed = {**block, "tokens": block["tokens"] + np.array([[0], [0], [1], [0]]) * 2.5}
    solver = find(name("decoder_block"))
    first, second = (
        np.array(solver.solve({**x, "arrangement": "pre"}).quantities["output"])
        for x in (block, changed)
    )
    np.testing.assert_array_equal(first[:2], second[:2])
    assert np.abs(first[2] - second[2]).max() > 0.1


def test_zero_variance_is_no_disagreement(lawful: Solve) -> None:
    same = {"token": [0.1] * 3, "weights": [[0] * 3] * 3, "biases": [0] * 3}
    assert lawful(name("pre_post_ln"), same).quantities["output"] == [0, 0, 0]


# -------------------------------------------------------------------------------- bad input

BAD: list[tuple[str, dict[str, Any], str]] = [
    ("relative_shift", {**SHIFT, "d_model": 5}, r"d_model is 5; allowed: an even number"),
    ("relative_shift", {**SHIFT, "index": 2}, r"index is 2; allowed: at most 1, the last pair"),
    ("permutation", {**SWAP, "order": [1, 1]}, r"order .* each of 0 to 1 once"),
    ("permutation", {**SWAP, "mask": "future"}, r"mask is 'future'; allowed: one of none, causal"),
    ("ffn", {**FFN, "b_1": [1]}, r"b_1 is \[1\]; allowed: d_ff = 3, as in w_1"),
    ("ffn_params", {"d_model": 0, "d_ff": 1}, r"d_model is 0"),
    ("pre_post_ln", {**SUBLAYER, "biases": [1]}, r"biases .* d = 2, as in token"),
    ("encoder_params", {**SMALL, "heads": 3}, r"heads is 3; allowed: a divisor of d = 4"),
    ("encoder_block", {**ENCODER, "heads": 3}, r"heads is 3; allowed: a divisor of d = 2"),
    ("decoder_block", {**DECODER, "memory": [[1]]}, r"memory .* d = 2, as in tokens"),
    ("bert_masking", {"tokens": 1.5}, r"tokens is 1.5; allowed: a whole number from 1"),
    ("next_token", {"probabilities": [0.5, 0]}, r"probabilities .* numbers from 1e-12 to 1"),
    ("vit", {"height": 224, "patch": 15}, r"patch is 15; allowed: a divisor of H = 224"),
    ("vit_tokens", {"height": 8, "width": 9, "patch": 8}, r"a divisor of H = 8 and W = 9"),
    ("feature_map", {"height": 10**6}, r"height is 1000000; allowed: a whole number from 1"),
]  # fmt: skip


@pytest.mark.parametrize(("short", "inputs", "message"), BAD)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        find(name(short)).solve(inputs)


@pytest.mark.parametrize(("short", "weights"), [("encoder", "w"), ("decoder", "cross")])
def test_scores_that_would_be_rounding_alone(short: str, weights: str) -> None:
    block = drawn_block(1, decoder=short == "decoder")
    big = {f"{weights}_q": np.full((4, 4), 10.0), f"{weights}_k": np.full((4, 4), -10.0)}
    big |= {key: np.full_like(block[key], 10.0) for key in ("tokens", "memory") if key in block}
    small = {"w_q": np.zeros((4, 4))} if weights == "cross" else {}
    message = rf"{weights}_q is .*; allowed: weights that keep the scores within ±100000"
    with pytest.raises(BadInput, match=message):
        find(name(f"{short}_block")).solve({**block, **big, **small})
