"""attention.*: worked examples, wrong answers by hand, laws, and bad input.

scaled_dot_product, multi_head and positional_encoding are in test_attention.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solvers import find, in_topic
from solvers.attention import additive_attention, scaled_dot_product_attention
from solvers.contract import BadInput, Solution
from tests.solvers.conftest import kernel_device
from tests.solvers.drawn import check

Solve = Callable[[str, Mapping[str, Any]], Solution]

E, ROOT = math.e, math.sqrt(2)


def name(short: str) -> str:
    return f"attention.{short}"


def wrong_values(solution: Solution) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for wrong in solution.wrong_answers:
        values.setdefault(wrong.id.partition("/")[2], {})[wrong.quantity] = wrong.value
    return values


def share(*exponents: float) -> list[float]:
    """Softmax by its definition."""
    grown = [math.exp(x) for x in exponents]
    return [x / sum(grown) for x in grown]


# -------------------------------------------------------------------------- known numbers

CONTEXT = {"scores": [0, math.log(2), math.log(5)], "states": [[8, 0], [4, 8], [0, 16]]}
PAIR = {"query": [1, 2, -1], "key": [3, 1, 2]}
BILINEAR = {"query": [1, 2], "w": [[1, 3], [0, 2]], "key": [2, -1]}
ADDITIVE = {
    **{"query": [1, 0], "key": [0, 2], "v": [2, -1]},
    **{"w_query": [[1, 1], [0, 1]], "w_key": [[3, 0.5], [1, 0]]},
}
PROJECTED = {
    **{"tokens": [[1, 2], [3, 4]], "w_q": [[1, 1], [0, 1]]},
    **{"w_k": [[2, 0], [1, 0]], "w_v": [[0, 1], [1, 0]]},
}
# Scores 0, so that everything allowed is shared out evenly.
EVEN = {"queries": [[0]] * 3, "keys": [[1], [2], [3]], "values": [[3], [6], [30]]}
# Scores 0 and ln 3 for each query.
TWO = {"queries": [[1], [1]], "keys": [[0], [math.log(3)]], "values": [[4], [8]]}
ONE = [[1]]
CROSS = {
    **{"decoder": [[1], [0]], "encoder": [[0], [math.log(3)]]},
    **{"w_q": ONE, "w_k": ONE, "w_v": [[8]]},
}
LINEAR = {"queries": [[0], [1]], "keys": [[1], [2]], "values": [[10], [20]]}
ONLINE = {
    **{"first": [1, 1], "second": [1 + math.log(2)]},
    **{"first_values": [2, 6], "second_values": [8]},
}

BY_HAND: list[tuple[str, dict[str, Any], str, Any]] = [
    ("context", CONTEXT, "weights", [1 / 8, 2 / 8, 5 / 8]),
    ("context", CONTEXT, "context", [2, 12]),
    ("context", {"scores": [1000, -1000], "states": [[1], [2]]}, "context", [1]),
    ("context", {"scores": [7], "states": [[3]]}, "context", [3]),
    ("score_dot", PAIR, "score", 3),
    ("score_cosine", PAIR, "score", 3 / math.sqrt(6 * 14)),
    ("score_cosine", {"query": [2], "key": [-5]}, "score", -1),
    ("score_bilinear", BILINEAR, "score", -5),  # W k = (−1, −2)
    ("score_bilinear", {"query": [2], "w": [[1, 3]], "key": [1, 1]}, "score", 8),
    ("score_additive", ADDITIVE, "hidden", [math.tanh(2), 0]),
    ("score_additive", ADDITIVE, "score", 2 * math.tanh(2)),
    ("qkv_projection", PROJECTED, "queries", [[1, 3], [3, 7]]),
    ("qkv_projection", PROJECTED, "keys", [[4, 0], [10, 0]]),
    ("qkv_projection", PROJECTED, "values", [[2, 1], [4, 3]]),
    ("qkv_projection", PROJECTED, "scores", [[4, 10], [12, 30]]),
    # d_k = 64 in the paper's base model: a spread of 8 before scaling
    ("dot_product_variance", {"d_k": 64}, "deviation", 8),
    ("dot_product_variance", {"d_k": 512}, "variance", 512),
    ("dot_product_variance", {"d_k": 16, "sigma_q": 2, "sigma_k": 0.5}, "variance", 16),
    ("dot_product_variance", {"d_k": 9, "sigma_q": 2}, "scaled_variance", 4),
    ("dot_product_variance", {"d_k": 9, "sigma_q": 2}, "scaled_deviation", 2),
    # BERT-base: an encoder block has 7,087,872 parameters, 2,362,368 of them here
    ("mha_params", {"d_model": 768, "heads": 12}, "parameters", 2_362_368),
    ("mha_params", {"d_model": 768, "heads": 12}, "head_width", 64),
    ("causal_mask", EVEN, "weights", [[1, 0, 0], [1 / 2, 1 / 2, 0], [1 / 3] * 3]),
    ("causal_mask", EVEN, "output", [[3], [4.5], [13]]),
    ("causal_mask", EVEN, "allowed_pairs", 6),
    ("causal_mask", EVEN, "masked_pairs", 3),
    ("padding_mask", {**EVEN, "real": [1, 0, 1]}, "weights", [[1 / 2, 0, 1 / 2]] * 3),
    ("padding_mask", {**EVEN, "real": [1, 0, 1]}, "output", [[16.5]] * 3),
    ("padding_mask", {**EVEN, "real": [0, 0, 0]}, "weights", [[0] * 3] * 3),  # nothing is left
    ("padding_mask", {**EVEN, "real": [0, 0, 0]}, "output", [[0]] * 3),
    ("cross", CROSS, "weights", [[1 / 4, 3 / 4], [1 / 2, 1 / 2]]),
    ("cross", CROSS, "output", [[6 * math.log(3)], [4 * math.log(3)]]),
    ("cross", {**CROSS, "decoder": [[1]] * 5}, "weights_shape", [5, 2]),
    ("cross", {**CROSS, "w_v": [[1, 2, 3]]}, "output_shape", [2, 3]),
    # 512 tokens of BERT-base: 12·512² scores, 12 MiB in single precision
    (
        "complexity",
        {"tokens": 512, "d_model": 768, "heads": 12},
        "score_bytes",
        12 * 2**20,
    ),
    ("complexity", {"tokens": 10, "d_model": 4, "heads": 2}, "score_entries", 200),
    ("complexity", {"tokens": 10, "d_model": 4, "heads": 2}, "multiply_adds", 800),
    ("complexity", {"tokens": 10, "d_model": 4, "heads": 2}, "projection_multiply_adds", 640),
    ("complexity", {"tokens": 10, "d_model": 4, "heads": 2}, "recurrent_multiply_adds", 160),
    ("complexity", {"tokens": 10, "growth": 5}, "ratio", 25),
    ("efficient", {"tokens": 6, "window": 2, "projected": 3}, "banded", 24),  # 3+4+5+5+4+3
    ("efficient", {"tokens": 6, "window": 5, "projected": 3}, "banded", 36),
    ("efficient", {"tokens": 6, "window": 0, "projected": 6}, "banded", 6),
    ("efficient", {"tokens": 4096, "window": 1, "projected": 256}, "linformer", 2**20),
    ("linear", LINEAR, "state", [[80]]),  # 2·10 + 3·20
    ("linear", LINEAR, "normaliser", [5, 10]),
    ("linear", LINEAR, "output", [[16], [16]]),  # one channel: φ(q) cancels
    ("linear", {**LINEAR, "keys": [[0], [-math.log(4)]]}, "output", [[12], [12]]),
    ("online_softmax", ONLINE, "maximum", 1 + math.log(2)),
    ("online_softmax", ONLINE, "total", 2),  # 2·½ + 1
    ("online_softmax", ONLINE, "output", 6),  # (1·4 + 1·8)/2
    ("online_softmax", {**ONLINE, "second": [-1000]}, "output", 4),
]  # fmt: skip


@pytest.mark.parametrize(("short", "inputs", "quantity", "value"), BY_HAND)
def test_known_numbers(
    short: str, inputs: dict[str, Any], quantity: str, value: Any, lawful: Solve
) -> None:
    actual: Any = lawful(name(short), inputs).quantities[quantity]
    np.testing.assert_allclose(actual, value, rtol=1e-12, atol=1e-12)


# ------------------------------------------------------------------------ misconceptions

THIRD = [1 / 3] * 3
WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "context",
        {"scores": [1, 3], "states": [[4], [8]]},
        {
            "raw-scores": {"weights": [1, 3], "context": [28]},
            "hard": {"weights": [0, 1], "context": [8]},
            "uniform": {"weights": [0.5, 0.5], "context": [6]},
            "linear-normalise": {"weights": [0.25, 0.75], "context": [7]},
        },
    ),
    (
        "score_dot",
        PAIR,  # products 3, 2, −2
        {
            "elementwise-max": {"score": 3},
            "cosine": {"score": 3 / math.sqrt(84)},
            "sum": {"score": 8},
            "scaled": {"score": math.sqrt(3)},
        },
    ),
    (
        "score_cosine",
        PAIR,
        {
            "dot": {"score": 3},
            "one-norm": {"score": 3 / math.sqrt(6)},
            "sqrt-d": {"score": math.sqrt(3)},
        },
    ),
    (
        "score_bilinear",
        BILINEAR,
        {
            "transpose": {"score": 10},  # Wᵀk = (2, 4)
            "no-w": {"score": 0},
            "elementwise": {"score": -2},  # 1·1·2 + 2·2·(−1)
            "apply-to-both": {"score": -15},  # (7, 4)·(−1, −2)
        },
    ),
    (
        "score_additive",
        ADDITIVE,  # W₁q = (1, 0), W₂k = (1, 0)
        {
            "no-tanh": {"hidden": [2, 0], "score": 4},
            "no-v": {"score": math.tanh(2)},
            "product": {"hidden": [math.tanh(1), 0], "score": 2 * math.tanh(1)},
            "tanh-each": {"hidden": [2 * math.tanh(1), 0], "score": 4 * math.tanh(1)},
            # W₁k = (2, 2), W₂q = (3, 1)
            "swap": {
                "hidden": [math.tanh(5), math.tanh(3)],
                "score": 2 * math.tanh(5) - math.tanh(3),
            },
        },
    ),
    (
        "qkv_projection",
        PROJECTED,
        {
            "left-multiply": {
                "queries": [[4, 6], [3, 4]],
                "keys": [[2, 4], [1, 2]],
                "values": [[3, 4], [1, 2]],
                "scores": [[32, 16], [22, 11]],
            },
            "transposed-w": {
                "queries": [[3, 2], [7, 4]],
                "keys": [[2, 1], [6, 3]],
                "values": [[2, 1], [4, 3]],
                "scores": [[8, 24], [18, 54]],
            },
            "shared": {"keys": [[1, 3], [3, 7]], "scores": [[10, 24], [24, 58]]},
            "no-projection": {
                "queries": [[1, 2], [3, 4]],
                "keys": [[1, 2], [3, 4]],
                "values": [[1, 2], [3, 4]],
                "scores": [[5, 11], [11, 25]],
            },
        },
    ),
    (
        "dot_product_variance",
        {"d_k": 16},
        {
            "sd-is-dk": {"deviation": 16},
            "variance-sqrt": {"variance": 4, "deviation": 2},
            "no-growth": {"variance": 1, "deviation": 1},
            "square": {"variance": 256},
            "scaled-variance": {"scaled_variance": 0.25},
        },
    ),
    (
        "mha_params",
        {"d_model": 8, "heads": 2},  # 288
        {
            "times-h": {"parameters": 512},
            "no-output-proj": {"parameters": 216},
            "no-bias": {"parameters": 256},
            "per-head-dk": {"parameters": 160},
            "one-bias": {"parameters": 264},
        },
    ),
    (
        "causal_mask",
        TWO,
        {
            "strict": {
                "allowed_pairs": 1,
                "masked_pairs": 3,
                "weights": [[0, 0], [1, 0]],
                "output": [[0], [4]],
            },
            "after-softmax": {"weights": [[0.25, 0], [0.25, 0.75]], "output": [[1], [7]]},
            "zero-fill": {"weights": [[0.5, 0.5], [0.25, 0.75]], "output": [[6], [7]]},
            "transposed": {"weights": [[0.25, 0.75], [0, 1]], "output": [[7], [8]]},
            "none": {
                "allowed_pairs": 4,
                "masked_pairs": 0,
                "weights": [[0.25, 0.75]] * 2,
                "output": [[7], [7]],
            },
        },
    ),
    (
        "padding_mask",
        {**TWO, "real": [1, 0]},
        {
            "zero-fill": {"weights": [[0.5, 0.5]] * 2, "output": [[6], [6]]},
            "after-softmax": {"weights": [[0.25, 0]] * 2, "output": [[1], [1]]},
            "mask-query-rows": {"weights": [[0.25, 0.75], [0, 0]], "output": [[7], [0]]},
            "inverted": {"weights": [[0, 1]] * 2, "output": [[8], [8]]},
        },
    ),
    (
        "cross",
        CROSS,
        {
            "roles-swapped": {
                "weights_shape": [2, 2],
                "output_shape": [2, 1],
                "weights": [[0.5, 0.5], [0.75, 0.25]],
                "output": [[4], [6]],
            },
            "self": {
                "weights_shape": [2, 2],
                "weights": [share(1, 0), [0.5, 0.5]],
                "output": [[8 * E / (E + 1)], [4]],
            },
            "causal": {
                "weights": [[1, 0], [0.5, 0.5]],
                "output": [[0], [4 * math.log(3)]],
            },
            "v-from-decoder": {"output": [[2], [4]]},
        },
    ),
    (
        "complexity",
        {"tokens": 10, "d_model": 6, "heads": 2, "growth": 5, "number_bytes": 2},
        {
            "linear": {"score_entries": 20, "score_bytes": 40, "ratio": 5},
            "exponential": {"ratio": 32},
            "ignore-heads": {"score_entries": 100, "score_bytes": 200},
            "n-d": {"score_entries": 60, "score_bytes": 120},
        },
    ),
    (
        "efficient",
        {"tokens": 10, "window": 2, "projected": 4},
        {
            "still-n2": {"banded": 100, "linformer": 100},
            "k-squared": {"linformer": 16},
            "no-edges": {"banded": 50},
        },
    ),
    (
        "linear",
        {"queries": [[1]], "keys": [[0], [1]], "values": [[6], [12]]},  # φ: 2; 1, 2
        {
            "no-normaliser": {"output": [[60]]},
            "softmax": {"output": [[(6 + 12 * E) / (1 + E)]]},
            "no-feature-map": {
                "features": [[1]],
                "state": [[12]],
                "normaliser": [1],
                "output": [[12]],
            },
        },
    ),
    (
        "online_softmax",
        ONLINE,
        {
            "no-rescale": {"total": 3, "output": 16 / 3},
            "average-softmaxes": {"output": 6},
            "max-only": {"total": 1, "output": 8},
            "wrong-sign": {"total": 5, "output": 24 / 5},
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


ABSENT: list[tuple[str, dict[str, Any], set[str]]] = [
    ("score_dot", {"query": [0, 0], "key": [1, 2]}, {"cosine"}),
    ("score_dot", {"query": [2], "key": [3]}, {"elementwise-max", "scaled"}),
    (
        "score_bilinear",
        {"query": [2], "w": [[1, 3]], "key": [1, 1]},
        {"transpose", "no-w", "elementwise", "apply-to-both"},
    ),
    ("score_additive", {**ADDITIVE, "key": [1], "w_key": [[1], [1]]}, {"swap"}),
    ("qkv_projection", {**PROJECTED, "tokens": [[1, 2]]}, {"left-multiply"}),
    ("context", {"scores": [1, -1], "states": [[1], [2]]}, {"linear-normalise"}),
    ("dot_product_variance", {"d_k": 1}, {"sd-is-dk", "no-growth", "square", "scaled-variance"}),
    ("mha_params", {"d_model": 8, "heads": 1}, {"times-h", "per-head-dk"}),
    ("causal_mask", {key: [[1]] for key in TWO}, {"after-softmax", "zero-fill", "none"}),
    ("padding_mask", {**EVEN, "real": [1, 1, 1]}, {"zero-fill", "after-softmax"}),
    ("padding_mask", {**EVEN, "queries": [[0]], "real": [1, 0, 1]}, {"mask-query-rows"}),
    ("cross", {**CROSS, "decoder": [[1]]}, {"v-from-decoder"}),
    ("cross", {**CROSS, "encoder": [[1]]}, {"causal"}),
    ("complexity", {"tokens": 4, "heads": 1}, {"ignore-heads"}),
    ("efficient", {"tokens": 6, "window": 0, "projected": 6}, {"no-edges"}),
    ("online_softmax", {**ONLINE, "second": [1]}, {"no-rescale", "wrong-sign"}),
    ("online_softmax", {**ONLINE, "second": [-1000]}, {"wrong-sign"}),  # e^1001
]


@pytest.mark.parametrize(("short", "inputs", "absent"), ABSENT)
def test_wrong_procedures_that_mean_nothing_there(
    short: str, inputs: dict[str, Any], absent: set[str], lawful: Solve
) -> None:
    assert wrong_values(lawful(name(short), inputs)).keys().isdisjoint(absent)


def test_an_average_of_heads_does_not_reach_the_output(lawful: Solve) -> None:
    both = [[[1], [0]], [[0], [1]]]
    inputs = {
        **{"queries": [[0, 0]], "keys": [[1, 1]], "values": [[4, 6]]},
        **{"w_q": both, "w_k": both, "w_v": both, "w_o": [[0, 1], [1, 0]]},
    }
    wrong = wrong_values(lawful(name("multi_head"), inputs))
    assert wrong["average-heads"] == {"concatenated": [[5]]}


# ------------------------------------------------------------------------------ whole domain

WIDTHS = {
    "d_model": st.integers(1, 16).map(lambda x: 16 * x),
    "heads": st.sampled_from([1, 2, 4, 8, 16]),
}
GIVEN: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "mha_params": WIDTHS,
    "complexity": {**WIDTHS, "number_bytes": st.sampled_from([2, 4, 8])},
    "efficient": {"window": st.integers(0, 50), "projected": st.integers(1, 50)},
    "positional_encoding": {"index": st.integers(0, 20)},
}
DRAWN = [solver for solver in in_topic("attention") if solver.id != name("multi_head")]


@pytest.mark.parametrize("solver", DRAWN, ids=lambda solver: solver.id)
def test_reference_and_kernel_agree(solver: Any) -> None:
    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
    @given(st.data())
    def agree(data: st.DataObject) -> None:
        check(solver, data, GIVEN.get(solver.id.partition(".")[2], {}), most=3)

    agree()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), h=st.integers(1, 3), d_k=st.integers(1, 3))
def test_several_heads_agree_with_torch(seed: int, h: int, d_k: int) -> None:
    rng, solver = np.random.default_rng(seed), find(name("multi_head"))
    d = h * d_k
    wide = int(rng.integers(1, 4)) if rng.random() < 0.5 else d_k
    sizes = {"queries": (2, d), "keys": (3, d), "values": (3, d)}
    weights = {"w_q": (h, d, d_k), "w_k": (h, d, d_k), "w_v": (h, d, wide), "w_o": (h * wide, d)}
    reach = float(rng.choice([0.01, 1, 3]))  # the last one: scores of a thousand and more
    inputs = {key: rng.uniform(-reach, reach, size) for key, size in {**sizes, **weights}.items()}
    solver.verify(solver.solve(inputs), kernel_device())


def test_masked_values_do_not_matter() -> None:
    other = {**EVEN, "real": [1, 0, 1], "values": [[3], [-77], [30]]}
    solver = find(name("padding_mask"))
    assert solver.solve(other).quantities["output"] == [[16.5]] * 3


def test_the_future_can_not_reach_back() -> None:
    rng = np.random.default_rng(4)
    q, k, v = (rng.normal(size=(5, 2)) for _ in range(3))
    before = find(name("causal_mask")).solve({"queries": q, "keys": k, "values": v})
    k[3:], v[3:] = rng.normal(size=(2, 2)), rng.normal(size=(2, 2))
    after = find(name("causal_mask")).solve({"queries": q, "keys": k, "values": v})
    first, second = (np.array(x.quantities["output"]) for x in (before, after))
    np.testing.assert_array_equal(first[:3], second[:3])
    assert np.abs(first[3:] - second[3:]).min() > 1e-3


def test_blocks_in_either_order_are_the_softmax_of_all() -> None:
    rng = np.random.default_rng(9)
    scores, values = rng.normal(size=7) * 3, rng.normal(size=7)
    whole = scaled_dot_product_attention([[1.0]], scores[:, None], values[:, None], scale=1.0)
    for cut in range(1, 7):
        blocks = {
            **{"first": scores[:cut], "second": scores[cut:]},
            **{"first_values": values[:cut], "second_values": values[cut:]},
        }
        output = find(name("online_softmax")).solve(blocks).quantities["output"]
        assert output == pytest.approx(whole[0, 0], rel=1e-12)


def test_follow_through_from_the_weights() -> None:
    stated = {"weights": [1, 0, 0]}
    assert find(name("context")).solve(CONTEXT, stated=stated).quantities["context"] == [8, 0]


# -------------------------------------------------------------------------------- bad input

BAD: list[tuple[str, dict[str, Any], str]] = [
    ("context", {"scores": [1, 2], "states": [[1]]}, r"states .* m = 2, as in scores"),
    ("score_dot", {"query": [1, 2], "key": [1]}, r"key is \[1\]; allowed: d = 2, as in query"),
    ("score_cosine", {"query": [0, 0], "key": [1, 2]}, r"query .* length at least 0.001"),
    ("score_bilinear", {**BILINEAR, "w": [[1, 3]]}, r"d_q = 2, as in query"),
    ("score_additive", {**ADDITIVE, "v": [1]}, r"v is \[1\]; allowed: h = 2"),
    ("qkv_projection", {**PROJECTED, "w_k": [[1, 2, 3]] * 2}, r"w_k .* d_k = 2, as in w_q"),
    ("dot_product_variance", {"d_k": 0}, r"d_k is 0; allowed: a whole number from 1"),
    ("mha_params", {"d_model": 10, "heads": 3}, r"heads is 3; allowed: a divisor of d = 10"),
    ("causal_mask", {**TWO, "keys": [[1]]}, r"keys is \[\[1\]\]; allowed: n = 2"),
    ("padding_mask", {**TWO, "real": [1, 0.5]}, r"real .* entries 0 or 1"),
    ("cross", {**CROSS, "w_q": [[100]], "w_k": [[100]], "decoder": [[99]]}, r"scores within ±1"),
    ("complexity", {"tokens": 2**20}, r"tokens .* from 1 to 131072"),
    ("complexity", {"tokens": 8, "number_bytes": 3}, r"number_bytes is 3; allowed: 2, 4 or 8"),
    ("complexity", {"tokens": 8, "heads": 7}, r"a divisor of d = 512"),
    ("efficient", {"tokens": 5, "window": 5, "projected": 1}, r"window is 5; allowed: at most n"),
    ("efficient", {"tokens": 5, "window": 1, "projected": 6}, r"projected is 6; allowed: at most"),
    ("linear", {**LINEAR, "queries": [[11]]}, r"numbers from -10 to 10"),
    ("online_softmax", {**ONLINE, "first_values": [1]}, r"first_values .* a = 2, as in first"),
    ("online_softmax", {**ONLINE, "first": [math.nan, 1]}, r"first .* from -1000 to 1000"),
]  # fmt: skip


@pytest.mark.parametrize(("short", "inputs", "message"), BAD)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        find(name(short)).solve(inputs)


def test_heads_whose_scores_would_be_rounding_alone() -> None:
    wide = np.full((1, 32, 8), 100.0)
    tokens = np.full((2, 32), 100.0)
    inputs = {
        **{"queries": tokens, "keys": tokens, "values": tokens},
        **{"w_q": wide, "w_k": wide, "w_v": wide, "w_o": np.ones((8, 2))},
    }
    with pytest.raises(BadInput, match=r"w_q is .*; allowed: weights that keep the scores within"):
        find(name("multi_head")).solve(inputs)


# ---------------------------------------------------------------------- additive, for arrays


def test_additive_attention_scores_like_the_solver() -> None:
    rng = np.random.default_rng(7)
    q, k, v = (rng.normal(size=size) for size in ((2, 3, 4), (2, 5, 2), (2, 5, 6)))
    w_1, w_2, last = rng.normal(size=(3, 4)), rng.normal(size=(3, 2)), rng.normal(size=3)
    output = additive_attention(q, k, v, w_1, w_2, last)
    assert output.shape == (2, 3, 6)
    network = {"w_query": w_1, "w_key": w_2, "v": last}
    solver = find(name("score_additive"))
    scores = [
        solver.solve({"query": q[1, 2], "key": key, **network}).quantities["score"] for key in k[1]
    ]
    np.testing.assert_allclose(output[1, 2], np.array(share(*scores)) @ v[1], rtol=1e-12)  # type: ignore[arg-type]


def test_additive_attention_with_a_mask() -> None:
    mask = [[True, False], [False, False]]
    output = additive_attention(
        [[0.0], [0.0]], [[1.0], [2.0]], [[5.0], [7.0]], [[1.0]], [[1.0]], [1.0], mask
    )
    assert output.tolist() == [[5], [0]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"w_query": (3, 5)}, r"w_query is \(3, 5\); allowed: \(3, 4\), that is \(h, d_q\)"),
        ({"w_key": (2, 2)}, r"w_key is \(2, 2\); allowed: \(3, 2\), that is \(h, d_k\)"),
        ({"value": (4, 6)}, r"value is \(4, 6\); allowed: \(…, 5, d_v\)"),
        ({"key": (5,)}, r"key is \(5,\); allowed: an array of at least two axes"),
    ],
)
def test_additive_attention_that_does_not_fit(
    change: dict[str, tuple[int, ...]], message: str
) -> None:
    sizes: dict[str, tuple[int, ...]] = {
        **{"query": (3, 4), "key": (5, 2), "value": (5, 6)},
        **{"w_query": (3, 4), "w_key": (3, 2), "v": (3,)},
    }
    arrays: dict[str, Any] = {key: np.ones(size) for key, size in {**sizes, **change}.items()}
    with pytest.raises(BadInput, match=message):
        additive_attention(**arrays)
