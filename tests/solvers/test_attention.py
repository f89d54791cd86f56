"""The attention solvers: worked examples, laws of their own, and torch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import find
from solvers.contract import BadInput, Solution
from tests.solvers.conftest import kernel_device

Solve = Callable[[str, Mapping[str, Any]], Solution]

ONE_HEAD = find("attention.scaled_dot_product")
MULTI_HEAD = find("attention.multi_head")
POSITIONS = find("attention.positional_encoding")

# screens.md, 4.8
LAB = {
    "queries": [[1, 0], [0, 1], [1, 1]],
    "keys": [[1, 0], [0, 1], [1, 1]],
    "values": [[1, 0], [0, 1], [2, 2]],
}


def by_name(solution: Solution, quantity: str) -> dict[str, Any]:
    return {w.id.partition("/")[2]: w.value for w in solution.wrong_answers_for(quantity)}


def rounded(values: Any) -> Any:
    return np.round(np.array(values), 4).tolist()


# --------------------------------------------------------------------------- one head


def test_the_example_of_the_lab(lawful: Solve) -> None:
    solution = lawful("attention.scaled_dot_product", LAB)
    assert solution.quantities["scores"] == [[1, 0, 1], [0, 1, 1], [1, 1, 2]]
    assert rounded(solution.quantities["weights"]) == [
        [0.4011, 0.1978, 0.4011],
        [0.1978, 0.4011, 0.4011],
        [0.2483, 0.2483, 0.5035],
    ]
    assert rounded(solution.quantities["output"]) == [
        [1.2033, 1.0],
        [1.0, 1.2033],
        [1.2552, 1.2552],
    ]


def test_wrong_weights_of_the_lab_example_by_hand() -> None:
    first_row = {n: rounded(w)[0] for n, w in by_name(ONE_HEAD.solve(LAB), "weights").items()}
    e, root = math.e, math.sqrt(2)
    half, inverse = math.exp(0.5), math.exp(1 / root)
    third = math.exp(1 / math.sqrt(3))
    assert first_row == {
        "no-sqrt": rounded([e / (2 * e + 1), 1 / (2 * e + 1), e / (2 * e + 1)]),
        "divide-by-dk": rounded([half / (2 * half + 1), 1 / (2 * half + 1), half / (2 * half + 1)]),
        # the columns hold 0.7071, 0, 0.7071 · 0, 0.7071, 0.7071 · 0.7071, 0.7071, 1.4142
        "softmax-over-queries": rounded(
            [
                inverse / (2 * inverse + 1),
                1 / (2 * inverse + 1),
                inverse / (2 * inverse + math.exp(2 / root)),
            ]
        ),
        "no-softmax": rounded([1 / root, 0, 1 / root]),
        "sqrt-n": rounded([third / (2 * third + 1), 1 / (2 * third + 1), third / (2 * third + 1)]),
        "softmax-then-scale": rounded(
            [e / (2 * e + 1) / root, 1 / (2 * e + 1) / root, e / (2 * e + 1) / root]
        ),
    }
    assert first_row["no-sqrt"][0] == 0.4223  # screens.md, section 5


def test_multiplying_by_the_keys_changes_the_output_alone() -> None:
    solution = ONE_HEAD.solve(LAB)
    wrong = by_name(solution, "output")["weights-times-k"]
    expected = np.array(solution.quantities["weights"]) @ np.array(LAB["keys"])
    assert rounded(wrong) == rounded(expected)
    wide = {**LAB, "values": [[1, 2, 3]] * 3}
    assert "weights-times-k" not in by_name(ONE_HEAD.solve(wide), "output")


def test_a_causal_mask(lawful: Solve) -> None:
    masked = {**LAB, "mask": [[1, 0, 0], [1, 1, 0], [1, 1, 1]]}
    solution = lawful("attention.scaled_dot_product", masked)
    weights = rounded(solution.quantities["weights"])
    assert weights[0] == [1, 0, 0]
    assert weights[1] == [0.3302, 0.6698, 0]  # 1/(1 + exp(1/√2)) and the rest
    assert "no-softmax" not in by_name(solution, "weights")


def test_follow_through_from_the_weights() -> None:
    stated = {"weights": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}
    assert ONE_HEAD.solve(LAB, stated=stated).quantities["output"] == LAB["values"]


def test_large_scores_do_not_overflow() -> None:
    far = {"queries": [[100, 100]], "keys": [[100, 100], [-100, -100]], "values": [[1], [2]]}
    assert ONE_HEAD.solve(far).quantities["output"] == [[1.0]]


def test_values_that_cancel_are_no_disagreement() -> None:
    thirds = {"queries": [[0.0]], "keys": [[1.0]] * 3, "values": [[0.1], [0.2], [-0.3]]}
    solution = ONE_HEAD.solve(thirds)
    assert abs(solution.quantities["output"][0][0]) < 1e-15  # type: ignore[index,arg-type]
    assert ONE_HEAD.verify(solution, kernel_device()).device == kernel_device().name


side = st.integers(1, 4)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), n=side, m=side, d_k=side, d_v=side, masked=st.booleans())
def test_reference_and_kernel_agree(
    seed: int, n: int, m: int, d_k: int, d_v: int, masked: bool
) -> None:
    rng = np.random.default_rng(seed)
    inputs: dict[str, Any] = {
        "queries": rng.normal(size=(n, d_k)),
        "keys": rng.normal(size=(m, d_k)),
        "values": rng.integers(-3, 4, size=(m, d_v)),
    }
    if masked:
        inputs["mask"] = rng.integers(0, 2, size=(n, m))
        inputs["mask"][:, 0] = 1
    solution = ONE_HEAD.solve(inputs)
    ONE_HEAD.verify(solution, kernel_device())
    np.testing.assert_allclose(np.sum(solution.quantities["weights"], axis=1), 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"keys": [[1, 0, 0]] * 3}, r"allowed: d_k = 2, as in queries"),
        ({"values": [[1, 0]]}, r"allowed: m = 3, as in keys"),
        ({"queries": [[1, 0], [1]]}, r"n × d_k numbers from -100 to 100, each side at most 64"),
        ({"queries": [["1", "0"]]}, r"n × d_k numbers from -100 to 100"),
        ({"queries": [[math.nan, 0]]}, r"n × d_k numbers from -100 to 100"),
        ({"queries": [[101, 0]]}, r"n × d_k numbers from -100 to 100"),
        ({"queries": [[0, 0]] * 65}, r"each side at most 64"),
        ({"queries": np.zeros((65, 2))}, r"each side at most 64"),
        ({"queries": []}, r"n × d_k numbers"),
        ({"queries": 3}, r"n × d_k numbers"),
        ({"mask": [[1, 0.5, 0]] * 3}, r"n × m entries 0 or 1"),
        ({"mask": [[1, 1, 1], [0, 0, 0], [1, 1, 1]]}, r"at least one 1 in each row"),
    ],
)
def test_bad_inputs_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        ONE_HEAD.solve({**LAB, **change})


# ------------------------------------------------------------------------ several heads


def heads_of(seed: int, *, n: int = 2, h: int = 2, d_k: int = 2, d_v: int = 2) -> dict[str, Any]:
    rng, d = np.random.default_rng(seed), h * d_k
    draw = {
        **{"queries": (n, d), "keys": (n + 1, d), "values": (n + 1, d)},
        **{"w_q": (h, d, d_k), "w_k": (h, d, d_k), "w_v": (h, d, d_v), "w_o": (h * d_v, d)},
    }
    return {name: rng.integers(-2, 3, size=size).tolist() for name, size in draw.items()}


@pytest.mark.parametrize("sizes", [{}, {"h": 3}, {"d_v": 3}, {"h": 1}, {"d_k": 1, "d_v": 1}])
def test_heads_against_torch(sizes: dict[str, int], lawful: Solve) -> None:
    # With d_v = d_k the output is that of a real nn.MultiheadAttention.
    solution = lawful("attention.multi_head", heads_of(3, **sizes))
    assert solution.device == kernel_device().name


def test_two_heads_by_hand(lawful: Solve) -> None:
    # Head 1 sees the first channel, head 2 the second; W^O swaps them.
    first, second = [[1], [0]], [[0], [1]]
    both = [first, second]
    inputs = {
        **{"queries": [[1, 0]], "keys": [[1, 1], [0, 0]], "values": [[4, 6], [0, 2]]},
        **{"w_q": both, "w_k": both, "w_v": both, "w_o": [[0, 1], [1, 0]]},
    }
    solution = lawful("attention.multi_head", inputs)
    share = math.e / (math.e + 1)  # head 1: scores 1 and 0; head 2: 0 and 0
    assert rounded(solution.quantities["heads"]) == rounded([[[4 * share]], [[4]]])
    assert rounded(solution.quantities["output"]) == rounded([[4, 4 * share]])
    wrong = by_name(solution, "output")
    assert rounded(wrong["no-wo"]) == rounded([[4 * share, 4]])
    scaled = math.exp(1 / math.sqrt(2)) / (math.exp(1 / math.sqrt(2)) + 1)
    assert rounded(wrong["scale-by-d-model"]) == rounded([[4, 4 * scaled]])
    # One wide head scores (1, 0) against (1, 1) and (0, 0), over √2.
    assert rounded(wrong["single-head"]) == rounded([[6 * scaled + 2 * (1 - scaled), 4 * scaled]])
    assert set(wrong) == {"no-wo", "scale-by-d-model", "single-head"}


def test_interleaved_heads_take_every_second_channel() -> None:
    inputs = heads_of(11)
    swapped = {**inputs}
    for name in ("w_q", "w_k", "w_v"):
        columns = np.concatenate(inputs[name], axis=1)  # (d, h·d_k)
        swapped[name] = [columns[:, 0::2].tolist(), columns[:, 1::2].tolist()]
    wrong = by_name(MULTI_HEAD.solve(inputs), "heads")["interleaved"]
    assert wrong == MULTI_HEAD.solve(swapped).quantities["heads"]


def test_the_output_projection_must_fit() -> None:
    with pytest.raises(BadInput, match=r"w_o is .*; allowed: h·d_v = 4 rows"):
        MULTI_HEAD.solve({**heads_of(1), "w_o": [[1, 2, 3, 4]] * 3})


# -------------------------------------------------------------------------- positions


def test_the_first_positions_of_the_paper(lawful: Solve) -> None:
    # d = 4: angles pos and pos/100; sin 1, cos 1, sin 0.01, cos 0.01, as in many tutorials.
    zero = lawful("attention.positional_encoding", {"position": 0, "index": 1, "d_model": 4})
    assert zero.quantities["encoding"] == [0, 1, 0, 1]
    one = lawful("attention.positional_encoding", {"position": 1, "index": 1, "d_model": 4})
    assert rounded(one.quantities["encoding"]) == [0.8415, 0.5403, 0.01, 1.0]
    assert one.quantities["angle"] == pytest.approx(0.01, rel=1e-15)
    assert one.quantities["even"] == pytest.approx(0.009999833334, rel=1e-9)
    assert one.quantities["odd"] == pytest.approx(0.999950000417, rel=1e-9)


def test_the_slowest_pair_of_the_base_model() -> None:
    # d = 512: the last wavelength is 2π · 10000^(510/512), just under 10000 · 2π.
    solution = POSITIONS.solve({"position": 50, "index": 255, "d_model": 512})
    assert solution.quantities["angle"] == pytest.approx(50 / 10000 ** (510 / 512), rel=1e-12)


def test_wrong_entries_by_hand() -> None:
    # pos 3, i = 1, d = 8: exponent 2/8, divisor 10, angle 0.3
    solution = POSITIONS.solve({"position": 3, "index": 1, "d_model": 8})
    assert solution.quantities["even"] == pytest.approx(math.sin(0.3), rel=1e-12)
    even = {
        "i-not-2i": math.sin(3 / 10000**0.125),
        "double-index": math.sin(3 / 10000**0.5),
        "sin-cos-swapped": math.cos(0.3),
        "degrees": math.sin(math.radians(0.3)),
        "one-based": math.sin(0.4),
        "odd-own-angle": math.sin(0.3),
    }
    odd = {
        "i-not-2i": math.cos(3 / 10000**0.125),
        "double-index": math.cos(3 / 10000**0.75),
        "sin-cos-swapped": math.sin(0.3),
        "degrees": math.cos(math.radians(0.3)),
        "one-based": math.cos(0.4),
        "odd-own-angle": math.cos(3 / 10000**0.375),
    }
    assert by_name(solution, "even") == pytest.approx(even, rel=1e-12)
    assert by_name(solution, "odd") == pytest.approx(odd, rel=1e-12)


@settings(max_examples=100, deadline=None)
@given(position=st.integers(0, 100_000), index=st.integers(0, 511), d_model=st.integers(2, 1024))
def test_positions_agree_with_the_kernel(position: int, index: int, d_model: int) -> None:
    index = min(index, (d_model - 2) // 2)
    solution = POSITIONS.solve({"position": position, "index": index, "d_model": d_model})
    POSITIONS.verify(solution, kernel_device())


def test_the_pair_must_exist() -> None:
    with pytest.raises(BadInput, match=r"index is 4; allowed: at most 3, the last pair"):
        POSITIONS.solve({"position": 1, "index": 4, "d_model": 8})
