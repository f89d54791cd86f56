"""convolution.*, sizes and counts: published figures, wrong answers by hand, torch everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from solvers import find
from solvers.contract import BadInput, Solution, agree
from tests.solvers.conftest import kernel_device

Lawful: TypeAlias = Callable[[str, Mapping[str, Any]], Solution]

IMAGE = {"height": 256, "channels": 3, "units": 1000}
BRANCH = {"height": 28, "channels": 192, "reduced": 16, "filters": 32, "kernel": 5}
STACK = {"kernels": [3, 2, 3, 5], "strides": [1, 2, 2, 1]}

BY_HAND: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # Dumoulin and Visin, figures 2.1, 2.2, 2.5 to 2.7 and, dilated, 5.1
    ("output_size", {"size": 4, "kernel": 3}, {"side": 2}),
    ("output_size", {"size": 5, "kernel": 4, "padding": 2}, {"side": 6}),
    ("output_size", {"size": 5, "kernel": 3, "stride": 2}, {"side": 2}),
    ("output_size", {"size": 5, "kernel": 3, "stride": 2, "padding": 1}, {"side": 3}),
    ("output_size", {"size": 6, "kernel": 3, "stride": 2, "padding": 1}, {"side": 3}),
    ("output_size", {"size": 7, "kernel": 3, "dilation": 2}, {"side": 3}),
    # curriculum, trap-output-floor
    ("output_size", {"size": 32, "kernel": 3, "stride": 2}, {"side": 15}),
    ("same_padding", {"kernel": 1}, {"padding": 0}),
    ("same_padding", {"kernel": 3}, {"padding": 1}),
    ("same_padding", {"kernel": 11}, {"padding": 5}),
    ("valid_output", {"size": 28, "kernel": 5}, {"side": 24}),  # LeNet-5 on unpadded digits
    ("valid_output", {"size": 227, "kernel": 11, "stride": 4}, {"side": 55}),  # AlexNet
    (
        "dense_comparison",
        IMAGE,
        {
            "inputs": 196_608,
            "dense_weights": 196_608_000,
            "filter_weights": 1_728,
            "ratio": 196_608_000 / 1_728,
        },
    ),
    ("downsampling", {"size": 50, "layers": 3}, {"side": 7}),
    ("downsampling", {"size": 224, "layers": 5}, {"side": 7}),  # as in ResNet
    ("receptive_field", STACK, {"receptive_field": 24, "jump": 4}),
    ("receptive_field", {"kernels": [3, 3], "strides": [1, 1]}, {"receptive_field": 5}),
    ("receptive_field", {"kernels": [3] * 3, "strides": [1] * 3}, {"receptive_field": 7}),
    # Araujo, Norris and Sim, table of networks: AlexNet 195, VGG-16 212, both with jump 32
    (
        "receptive_field",
        {"kernels": [11, 3, 5, 3, 3, 3, 3, 3], "strides": [4, 2, 1, 2, 1, 1, 1, 2]},
        {"receptive_field": 195, "jump": 32},
    ),
    (
        "receptive_field",
        {
            "kernels": [3, 3, 2, 3, 3, 2, 3, 3, 3, 2, 3, 3, 3, 2, 3, 3, 3, 2],
            "strides": [1, 1, 2, 1, 1, 2, 1, 1, 1, 2, 1, 1, 1, 2, 1, 1, 1, 2],
        },
        {"receptive_field": 212, "jump": 32},
    ),
    # strides larger than their filters leave gaps, and count all the same
    ("receptive_field", {"kernels": [1, 2], "strides": [5, 3]}, {"receptive_field": 6, "jump": 15}),
    (
        "one_by_one",
        {"height": 28, "channels": 256, "filters": 64},
        {"output_shape": [28, 28, 64], "parameters": 16_448, "multiplications": 12_845_056},
    ),
    # Szegedy et al. 2014, inception 3a, the 5 × 5 branch behind 16 channels
    (
        "bottleneck",
        BRANCH,
        {
            "direct": 120_422_400,
            "reduced": 12_443_648,
            "saved": 107_978_752,
            "ratio": 120_422_400 / 12_443_648,
        },
    ),
    # Dumoulin and Visin, figures 4.1, 4.2, 4.5, 4.6 and 4.7
    ("transposed_output", {"size": 2, "kernel": 3}, {"side": 4}),
    ("transposed_output", {"size": 6, "kernel": 4, "padding": 2}, {"side": 5}),
    ("transposed_output", {"size": 2, "kernel": 3, "stride": 2}, {"side": 5}),
    ("transposed_output", {"size": 3, "kernel": 3, "stride": 2, "padding": 1}, {"side": 5}),
    (
        "transposed_output",
        {"size": 3, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1},
        {"side": 6},
    ),
    # Radford et al. 2015: every DCGAN layer doubles
    ("transposed_output", {"size": 32, "kernel": 4, "stride": 2, "padding": 1}, {"side": 64}),
    (
        "weight_sharing",
        {"height": 32, "channels": 3, "filters": 16, "kernel": 3},
        {"weights": 432, "unshared_weights": 442_368},
    ),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), BY_HAND)
def test_known_sizes(
    short: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Lawful
) -> None:
    quantities = lawful(f"convolution.{short}", inputs).quantities
    for name, value in expected.items():
        assert agree(quantities[name], value, 1e-15), name


# 28 pixels, f = 5, s = 2, p = 1: (28 − 5 + 2)/2 = 12.5, so 13.
UNEVEN = {"size": 28, "kernel": 5, "stride": 2, "padding": 1}
# Every misconception, with its value on these inputs worked out by hand.
WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "output_size",
        UNEVEN,
        {
            "conv-output-size/forgot-2": {"side": 13},  # ⌊24/2⌋ + 1: not live here
            "conv-output-size/no-floor": {"side": 13.5},
            "conv-output-size/round-up": {"side": 14},
            "conv-output-size/forgot-plus-1": {"side": 12},
            "conv-output-size/padding-after": {"side": 14},
            "conv-output-size/no-stride": {"side": 26},
            "conv-output-size/f-added": {"side": 16},
        },
    ),
    (
        # a reach of 9: 27 − 9 + 4 = 22 pixels of room
        "output_size",
        {"size": 27, "kernel": 5, "dilation": 2, "stride": 3, "padding": 2},
        {
            "conv-output-size/forgot-2": {"side": 7},
            "conv-output-size/no-floor": {"side": 22 / 3 + 1},
            "conv-output-size/round-up": {"side": 9},
            "conv-output-size/forgot-plus-1": {"side": 7},
            "conv-output-size/padding-after": {"side": 11},
            "conv-output-size/no-stride": {"side": 23},
            "conv-output-size/f-added": {"side": 11},
        },
    ),
    (
        "same_padding",
        {"kernel": 5},
        {
            "padding-same-valid/half-f": {"padding": 2.5},
            "padding-same-valid/f-minus-1": {"padding": 4},
            "padding-same-valid/f-plus-1": {"padding": 3},
            "padding-same-valid/always-1": {"padding": 1},
        },
    ),
    (
        "valid_output",
        {"size": 28, "kernel": 5, "stride": 2},
        {
            "padding-same-valid/valid-keeps-size": {"side": 28},
            "padding-same-valid/valid-no-plus-1": {"side": 11},
            "padding-same-valid/valid-no-stride": {"side": 24},
        },
    ),
    (
        "dense_comparison",
        IMAGE,
        {
            "fc-vs-conv-params/forgot-channels": {"dense_weights": 65_536_000},
            "fc-vs-conv-params/bias-per-weight": {"dense_weights": 393_216_000},
            "fc-vs-conv-params/side-not-squared": {"dense_weights": 768_000},
            "fc-vs-conv-params/sum": {"dense_weights": 197_608},
        },
    ),
    (
        "downsampling",
        {"size": 50, "layers": 3},
        {
            "stride-downsampling/divide-once": {"side": 25},
            "stride-downsampling/no-floor": {"side": 6.25},
            "stride-downsampling/subtract": {"side": 44},
            "stride-downsampling/ignore-padding": {"side": 5},  # 24, 11, 5
        },
    ),
    (
        # r = 1, 3, 4, 8, 24 and j = 1, 1, 2, 4, 4
        "receptive_field",
        STACK,
        {
            "receptive-field/sum-kernels": {"receptive_field": 13},
            "receptive-field/ignore-strides": {"receptive_field": 10},
            "receptive-field/own-stride": {"receptive_field": 1 + 2 + 2 + 8 + 16},
            "receptive-field/product": {"receptive_field": 90},
            "receptive-field/forgot-plus-1": {"receptive_field": 23},
        },
    ),
    (
        "one_by_one",
        {"height": 28, "channels": 256, "filters": 64},
        {
            "one-by-one-conv/no-parameters": {"parameters": 0},
            "one-by-one-conv/nine": {"parameters": 147_520},
            "one-by-one-conv/no-bias": {"parameters": 16_384},
            "one-by-one-conv/shrinks-space": {"output_shape": [1, 1, 64]},
        },
    ),
    (
        "bottleneck",
        BRANCH,
        {
            "bottleneck-savings/direct": {"reduced": 120_422_400},
            "bottleneck-savings/forgot-reduce-cost": {
                "reduced": 10_035_200,
                "saved": 110_387_200,
                "ratio": 12,
            },
            "bottleneck-savings/reduce-with-f2": {
                "reduced": 70_246_400,
                "saved": 50_176_000,
                "ratio": 12 / 7,
            },
            "bottleneck-savings/no-spatial": {
                "direct": 153_600,
                "reduced": 15_872,
                "saved": 137_728,
            },
        },
    ),
    (
        # (5 − 1)·2 − 2 + 3 = 9
        "transposed_output",
        {"size": 5, "kernel": 3, "stride": 2, "padding": 1},
        {
            "conv-transpose-output/forward-formula": {"side": 3},
            "conv-transpose-output/single-p": {"side": 10},
            "conv-transpose-output/times-s": {"side": 10},
            "conv-transpose-output/plus-2p": {"side": 13},
            "conv-transpose-output/no-minus-1": {"side": 11},
        },
    ),
    (
        "weight_sharing",
        {"height": 32, "channels": 3, "filters": 16, "kernel": 3},
        {"translation-equivariance/unshared": {"weights": 442_368}},
    ),
]


def wrong_values(solution: Solution) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for wrong in solution.wrong_answers:
        values.setdefault(wrong.id, {})[wrong.quantity] = wrong.value
    return values


@pytest.mark.parametrize(("short", "inputs", "expected"), WRONG)
def test_every_misconception_by_hand(
    short: str, inputs: dict[str, Any], expected: dict[str, dict[str, Any]], lawful: Lawful
) -> None:
    values = wrong_values(lawful(f"convolution.{short}", inputs))
    assert values.keys() == expected.keys()
    for name, by_hand in expected.items():
        assert values[name].keys() == by_hand.keys(), name
        assert all(agree(values[name][q], by_hand[q], 1e-14) for q in by_hand), name


@pytest.mark.parametrize(("short", "inputs", "expected"), WRONG)
def test_all_declared_misconceptions_are_among_these(
    short: str, inputs: dict[str, Any], expected: dict[str, dict[str, Any]]
) -> None:
    declared = {m.id for m in find(f"convolution.{short}").misconceptions}
    assert declared == expected.keys(), inputs


@pytest.mark.parametrize(
    ("short", "inputs", "gone"),
    [
        ("output_size", {**UNEVEN, "padding": 0}, {"forgot-2", "padding-after"}),
        ("output_size", {**UNEVEN, "stride": 1}, {"no-floor", "round-up", "no-stride"}),
        ("output_size", {"size": 1, "kernel": 1}, {"forgot-plus-1"}),  # a side of 0
        ("same_padding", {"kernel": 3}, {"always-1"}),
        ("valid_output", {"size": 9, "kernel": 3}, {"valid-no-stride"}),
        ("valid_output", {"size": 9, "kernel": 1}, {"valid-keeps-size"}),
        ("dense_comparison", {**IMAGE, "channels": 1}, {"forgot-channels"}),
        ("downsampling", {"size": 50, "layers": 1}, {"divide-once"}),
        ("downsampling", {"size": 4, "layers": 3}, {"subtract", "ignore-padding"}),
        (
            "receptive_field",
            {"kernels": [3, 3], "strides": [1, 2]},
            {"ignore-strides", "own-stride"},
        ),
        ("one_by_one", {"height": 1, "channels": 4, "filters": 2}, {"shrinks-space"}),
        ("bottleneck", {**BRANCH, "kernel": 1}, {"reduce-with-f2"}),
        ("bottleneck", {**BRANCH, "height": 1}, {"no-spatial"}),
        ("transposed_output", {"size": 5, "kernel": 3}, {"single-p", "plus-2p"}),
        ("transposed_output", {"size": 1, "kernel": 3}, {"forward-formula"}),  # ⌊−2/1⌋ + 1
    ],
)
def test_misconceptions_that_mean_nothing_are_left_out(
    short: str, inputs: dict[str, Any], gone: set[str]
) -> None:
    solution = find(f"convolution.{short}").solve(inputs)
    assert not gone & {w.id.partition("/")[2] for w in solution.wrong_answers}


def test_the_steps_of_a_dilated_filter() -> None:
    steps = find("convolution.output_size").solve({**UNEVEN, "dilation": 3}).steps
    assert [(s.label, s.formula, s.value) for s in steps] == [
        ("reach of the filter", "r = d(f − 1) + 1 = 3·(5 − 1) + 1", 13),
        ("side with padding", "n + 2p = 28 + 2·1", 30),
        ("steps", "⌊(30 − r)/s⌋ = ⌊(30 − 13)/2⌋", 8),
        ("output side", "8 + 1", 9),
    ]


def test_the_steps_of_a_receptive_field() -> None:
    solution = find("convolution.receptive_field").solve(STACK)
    last = solution.steps_to("receptive_field")[-2]
    assert (last.label, last.formula, last.value) == (
        "field after layer 4",
        "r + (f − 1)·j = 8 + (5 − 1)·4",
        24,
    )
    departs = {w.id.partition("/")[2]: w.departs_at for w in solution.wrong_answers}
    assert departs["ignore-strides"] == "field after layer 3"
    assert departs["own-stride"] == "field after layer 2"


def test_what_is_stated_is_used() -> None:
    dense = find("convolution.dense_comparison").solve(IMAGE, stated={"inputs": 65_536})
    assert dense.quantities["dense_weights"] == 65_536_000
    saved = find("convolution.bottleneck").solve(BRANCH, stated={"reduced": 10_035_200})
    assert saved.quantities["ratio"] == 12
    with pytest.raises(BadInput, match="filter_weights is 0"):
        find("convolution.dense_comparison").solve(IMAGE, stated={"filter_weights": 0})


BAD: list[tuple[str, dict[str, Any], str]] = [
    (
        "output_size",
        {"size": 8, "kernel": 5, "dilation": 3, "padding": 1},
        "kernel is 5; allowed: a reach d(f − 1) + 1 of at most 10",
    ),
    ("output_size", {"size": 0, "kernel": 1}, "size is 0; allowed: a whole number from 1"),
    ("output_size", {"size": 9}, "kernel is None; allowed: a whole number"),
    ("same_padding", {"kernel": 4}, "kernel is 4; allowed: an odd number"),
    ("same_padding", {"kernel": 65}, "kernel is 65; allowed: a whole number from 1 to 63"),
    ("valid_output", {"size": 4, "kernel": 5}, "kernel is 5; allowed: at most 4"),
    ("dense_comparison", {**IMAGE, "units": 10**9}, "units is 1000000000; allowed:"),
    ("dense_comparison", {**IMAGE, "units": 2.5}, "units is 2.5; allowed: a whole number"),
    ("downsampling", {"size": 9, "layers": 4, "padding": 0}, "layers is 4; allowed: at most 2"),
    ("downsampling", {"size": 1, "layers": 1, "padding": 0}, "kernel is 3; allowed: at most 1"),
    (
        "receptive_field",
        {"kernels": [3, 2.5], "strides": [1, 1]},
        "kernels is [3, 2.5]; allowed: layers whole numbers from 1 to 64",
    ),
    (
        "receptive_field",
        {"kernels": [3, 3], "strides": [1]},
        "strides is [1]; allowed: layers = 2, as in kernels",
    ),
    (
        "receptive_field",
        {"kernels": [3] * 20, "strides": [2] * 20},
        f"strides is {[2] * 20}; allowed: a receptive field and a jump of at most 8192",
    ),
    ("receptive_field", {"kernels": [0], "strides": [1]}, "kernels is [0]; allowed: layers"),
    ("receptive_field", {"kernels": [], "strides": []}, "kernels is []; allowed: layers"),
    ("receptive_field", {"kernels": [1] * 65, "strides": [1] * 65}, "kernels is [1, 1"),
    ("one_by_one", {"height": 5, "channels": 0, "filters": 1}, "channels is 0; allowed:"),
    ("bottleneck", {**BRANCH, "reduced": "16"}, "reduced is '16'; allowed: a whole number"),
    (
        "transposed_output",
        {"size": 1, "kernel": 2, "padding": 1},
        "padding is 1; allowed: at most 0, or nothing is left",
    ),
    (
        "transposed_output",
        {"size": 2, "kernel": 2, "stride": 2, "output_padding": 2},
        "output_padding is 2; allowed: less than the stride, 2",
    ),
    ("weight_sharing", {**IMAGE, "filters": 2, "kernel": 1}, "units is 1000; allowed: inputs are"),
]


@pytest.mark.parametrize(("short", "inputs", "message"), BAD)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        find(f"convolution.{short}").solve(inputs)
    assert str(refused.value).startswith(message)


def up_to(high: int, low: int = 1) -> st.SearchStrategy[int]:
    return st.integers(low, high)


SIDE = up_to(4096)
DOMAINS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "output_size": {
        "size": up_to(65_536) | up_to(80),
        "kernel": up_to(64),
        "stride": up_to(64),
        "padding": up_to(64, 0),
        "dilation": up_to(64) | st.just(1),
    },
    "same_padding": {"kernel": up_to(63)},
    "valid_output": {"size": up_to(65_536) | up_to(80), "kernel": up_to(64), "stride": up_to(64)},
    "dense_comparison": {
        "height": SIDE,
        "width": SIDE,
        "channels": up_to(1024),
        "units": up_to(65_536),
        "filters": SIDE,
        "kernel": up_to(64),
    },
    "downsampling": {
        "size": up_to(65_536) | up_to(80),
        "layers": up_to(32),
        "kernel": up_to(16),
        "stride": up_to(16),
        "padding": up_to(16, 0),
    },
    "one_by_one": {"height": SIDE, "width": SIDE, "channels": SIDE, "filters": SIDE},
    "bottleneck": {
        "height": SIDE,
        "width": SIDE,
        "channels": SIDE,
        "reduced": SIDE,
        "filters": SIDE,
        "kernel": up_to(64),
    },
    "transposed_output": {
        "size": SIDE | up_to(9),
        "kernel": up_to(64),
        "stride": up_to(64),
        "padding": up_to(64, 0),
        "output_padding": up_to(63, 0),
    },
    "weight_sharing": {
        "height": SIDE,
        "width": SIDE,
        "channels": SIDE,
        "filters": SIDE,
        "kernel": up_to(64),
    },
}


@pytest.mark.parametrize("short", DOMAINS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_reference_and_kernel_agree(short: str, lawful: Lawful, data: st.DataObject) -> None:
    inputs = data.draw(st.fixed_dictionaries(DOMAINS[short]))
    try:
        solution = lawful(f"convolution.{short}", inputs)
    except BadInput:
        assume(False)
    else:
        assert solution.device == kernel_device().name


def test_the_largest_layers_are_counted_exactly(lawful: Lawful) -> None:
    largest: dict[str, Any] = {"height": 4096, "channels": 4096, "filters": 4096, "kernel": 64}
    solution = lawful("convolution.weight_sharing", largest)
    assert solution.quantities["unshared_weights"] == 2**60
    assert lawful("convolution.bottleneck", {**largest, "reduced": 1}).quantities["direct"] == 2**60


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    layers=st.lists(st.tuples(st.integers(1, 7), st.integers(1, 3)), min_size=1, max_size=6)
    | st.lists(st.tuples(st.integers(1, 64), st.just(1)), min_size=1, max_size=30)
    | st.lists(st.tuples(st.integers(1, 64), st.integers(1, 64)), min_size=1, max_size=2)
)
def test_receptive_fields_are_the_extent_of_gradients(
    layers: list[tuple[int, int]], lawful: Lawful
) -> None:
    inputs = {"kernels": [f for f, _ in layers], "strides": [s for _, s in layers]}
    try:
        solution = lawful("convolution.receptive_field", inputs)
    except BadInput:
        assume(False)
    else:
        assert solution.device == kernel_device().name
