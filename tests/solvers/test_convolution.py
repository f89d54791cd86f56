"""convolution.layer against published networks, torch, and wrong answers worked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import find
from solvers.contract import BadInput, Solution
from tests.solvers.conftest import kernel_device

LAYER = find("convolution.layer")
Q4 = {"height": 32, "width": 32, "channels": 3, "filters": 16, "kernel": 5, "padding": 2}


# (inputs, output shape, parameters), from the practice exam and the papers' own tables.
PUBLISHED = {
    "practice question 4": (Q4, [32, 32, 16], 1216),
    # Krizhevsky et al. 2012, with the input size that makes the arithmetic work
    "AlexNet conv1": (
        {"height": 227, "channels": 3, "filters": 96, "kernel": 11, "stride": 4},
        [55, 55, 96],
        34_944,
    ),
    # Simonyan and Zisserman 2014
    "VGG-16 conv1_1": (
        {"height": 224, "channels": 3, "filters": 64, "kernel": 3, "padding": 1},
        [224, 224, 64],
        1_792,
    ),
    "VGG-16 conv1_2": (
        {"height": 224, "channels": 64, "filters": 64, "kernel": 3, "padding": 1},
        [224, 224, 64],
        36_928,
    ),
    # He et al. 2015; the layer itself has no biases
    "ResNet conv1": (
        {"height": 224, "channels": 3, "filters": 64, "kernel": 7, "stride": 2, "padding": 3},
        [112, 112, 64],
        9_408 + 64,
    ),
    # LeCun et al. 1998
    "LeNet-5 C1": (
        {"height": 32, "channels": 1, "filters": 6, "kernel": 5},
        [28, 28, 6],
        156,
    ),
    # screens.md, 4.5
    "drill": ({"height": 28, "channels": 3, "filters": 8, "kernel": 5}, [24, 24, 8], 608),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_layers(name: str, lawful: Callable[..., Solution]) -> None:
    inputs, shape, parameters = PUBLISHED[name]
    solution = lawful("convolution.layer", inputs)
    assert solution.quantities["output_shape"] == shape
    assert solution.quantities["parameters"] == parameters
    assert solution.quantities["activations"] == math.prod(shape)
    assert solution.device == kernel_device().name


def test_multiply_adds_of_published_layers() -> None:
    # AlexNet conv1: 105,415,200; VGG-16 conv1_1: 86,704,128 (both in millions in many tables).
    for name, count in {"AlexNet conv1": 105_415_200, "VGG-16 conv1_1": 86_704_128}.items():
        inputs = PUBLISHED[name][0]
        assert LAYER.solve(inputs).quantities["multiply_adds"] == count


def test_width_is_the_height_unless_given() -> None:
    square = {"height": 9, "channels": 1, "filters": 2, "kernel": 3}
    assert LAYER.solve(square).quantities["output_shape"] == [7, 7, 2]
    assert LAYER.solve({**square, "width": 5}).quantities["output_shape"] == [7, 3, 2]


@settings(max_examples=200, deadline=None)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    channels=st.integers(1, 5),
    filters=st.integers(1, 5),
    kernel=st.integers(1, 12),
    stride=st.integers(1, 6),
    padding=st.integers(0, 6),
)
def test_reference_and_kernel_agree(**inputs: int) -> None:
    if inputs["kernel"] > min(inputs["height"], inputs["width"]) + 2 * inputs["padding"]:
        with pytest.raises(BadInput, match="kernel"):
            LAYER.solve(inputs)
    else:
        assert LAYER.verify(LAYER.solve(inputs), kernel_device()).device == kernel_device().name


# ------------------------------------------------------------------------ misconceptions

# 28 × 28 × 3, eight 5 × 5 filters, stride 2, padding 1: (28 − 5 + 2)/2 = 12.5, so 13 × 13 × 8.
UNEVEN = {"height": 28, "channels": 3, "filters": 8, "kernel": 5, "stride": 2, "padding": 1}
BY_HAND: dict[str, dict[str, Any]] = {
    "conv-output-size/forgot-2": {"output_shape": [13, 13, 8]},  # ⌊24/2⌋ + 1: not live here
    "conv-output-size/no-floor": {"output_shape": [13.5, 13.5, 8]},
    "conv-output-size/round-up": {"output_shape": [14, 14, 8], "activations": 1568},
    "conv-output-size/forgot-plus-1": {"output_shape": [12, 12, 8], "activations": 1152},
    "conv-output-size/padding-after": {"output_shape": [14, 14, 8]},
    "conv-output-size/no-stride": {"output_shape": [26, 26, 8], "multiply_adds": 405_600},
    "conv-output-size/f-added": {"output_shape": [16, 16, 8]},
    "conv-output-volume/depth-is-c-in": {"output_shape": [13, 13, 3], "activations": 507},
    "conv-output-volume/depth-product": {"output_shape": [13, 13, 24], "activations": 4056},
    "conv-output-volume/2d": {"output_shape": [13, 13], "activations": 169},
    "conv-output-volume/spatial-is-f": {"output_shape": [5, 5, 8], "activations": 200},
    "conv-params/no-bias": {"parameters": 600},
    "conv-params/forgot-c-in": {"parameters": 208},
    "conv-params/bias-per-weight": {"parameters": 1200},
    "conv-params/bias-c-in": {"parameters": 603},
    "conv-params/bias-per-slice": {"parameters": 624},
    "conv-params/f-not-squared": {"parameters": 128},
    "conv-params/times-positions": {"parameters": 608 * 169},
    "conv-params/bias-one": {"parameters": 601},
}


def wrong_values(inputs: dict[str, int]) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for wrong in LAYER.solve(inputs).wrong_answers:
        values.setdefault(wrong.id, {})[wrong.quantity] = wrong.value
    return values


def test_every_misconception_by_hand() -> None:
    values = wrong_values(UNEVEN)
    assert set(values) == set(BY_HAND)
    for name, expected in BY_HAND.items():
        assert {q: values[name][q] for q in expected} == expected, name


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        ({"padding": 0}, {"forgot-2", "padding-after"}),
        ({"stride": 1}, {"no-floor", "round-up", "padding-after", "no-stride"}),
        ({"height": 29}, {"no-floor", "round-up"}),
        ({"channels": 1}, {"forgot-c-in", "bias-c-in", "bias-per-slice"}),
        ({"kernel": 1}, {"f-not-squared"}),
    ],
)
def test_misconceptions_that_mean_nothing_are_left_out(
    change: dict[str, int], gone: set[str]
) -> None:
    names = {name.partition("/")[2] for name in wrong_values({**UNEVEN, **change})}
    assert not names & gone


def test_the_sentence_of_the_drill() -> None:
    solution = LAYER.solve(PUBLISHED["drill"][0])
    wrong = next(w for w in solution.wrong_answers if w.id == "conv-params/no-bias")
    assert (wrong.value, wrong.slip) == (600, "when the biases are left out")
    assert wrong.correction == "Each filter also has one bias: 8 filters add 8."
    assert wrong.departs_at == "biases, one per filter"
    steps = [(s.label, s.formula, s.value) for s in solution.steps_to("parameters")]
    assert steps == [
        ("weights of one filter", "f·f·C_in = 5·5·3", 75),
        ("weights of all filters", "75·K = 75·8", 600),
        ("biases, one per filter", "K", 8),
        ("parameters", "600 + 8", 608),
    ]


def test_rounding_along_the_width_alone_is_said_of_the_width() -> None:
    inputs = {**UNEVEN, "height": 29, "width": 28}
    wrong = next(w for w in LAYER.solve(inputs).wrong_answers if w.id.endswith("no-floor"))
    assert wrong.value == [14, 13.5, 8]
    assert wrong.departs_at == "steps along the width"
    assert wrong.correction == "The filter makes whole steps only: 25/2 = 12.5 becomes 12."


def test_steps_to_activations_begin_with_the_output() -> None:
    labels = [step.label for step in LAYER.solve(Q4).steps_to("activations")]
    assert labels[0] == "height with padding"
    assert labels[-2:] == ["output", "activations"]


# ------------------------------------------------------------------------ follow-through


def test_activations_follow_from_the_learners_output() -> None:
    solution = LAYER.solve(PUBLISHED["drill"][0], stated={"output_shape": [24, 24, 3]})
    assert solution.quantities["activations"] == 1728  # screens.md, section 5
    assert solution.quantities["output_shape"] == [24, 24, 8]
    assert solution.quantities["parameters"] == 608


@pytest.mark.parametrize(
    "stated", [{"output_shape": [24, 24]}, {"output_shape": 24}, {"output_shape": [24, 24, "8"]}]
)
def test_what_is_stated_must_have_the_right_form(stated: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="output_shape"):
        LAYER.solve(Q4, stated=stated)


def test_only_quantities_can_be_stated() -> None:
    with pytest.raises(BadInput, match="quantities are output_shape, activations"):
        LAYER.solve(Q4, stated={"size": 3})


# ---------------------------------------------------------------------------- bad inputs


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kernel": 40}, "kernel is 40; allowed: at most 36, the input with its padding"),
        ({"kernel": 0}, "kernel is 0; allowed: a whole number from 1 to 64"),
        ({"stride": 1.5}, "stride is 1.5; allowed: a whole number from 1 to 64"),
        ({"padding": -1}, "padding is -1; allowed: a whole number from 0 to 64"),
        ({"filters": True}, "filters is True; allowed: a whole number from 1 to 4096"),
        ({"height": "32"}, "height is '32'; allowed: a whole number from 1 to 4096"),
        ({"depth": 3}, "depth is 3; allowed: inputs are height, width, channels"),
    ],
)
def test_bad_inputs_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        LAYER.solve({**Q4, **change})
    assert str(refused.value).startswith(message)


def test_a_missing_input_is_named() -> None:
    with pytest.raises(BadInput, match=r"filters is None; allowed: a whole number"):
        LAYER.solve({"height": 3, "channels": 1, "kernel": 1})


def test_numpy_is_not_needed_for_sizes() -> None:
    assert isinstance(LAYER.solve(Q4).quantities["parameters"], int)
    assert not isinstance(LAYER.solve(Q4).quantities["parameters"], np.integer)
