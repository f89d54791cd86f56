"""architectures.*: published networks, wrong answers by hand, torch over the whole domain."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solvers import find, in_topic
from solvers.architectures.tables.branching import INCEPTION
from solvers.contract import BadInput, Solution, Unsuitable
from tests.solvers import drawn

FIVES = ("one", "reduce_three", "three", "reduce_five", "five", "pool")


def name(short: str) -> str:
    return f"architectures.{short}"


def solve(short: str, inputs: Mapping[str, Any], **stated: Any) -> Solution:
    return find(name(short)).solve(inputs, stated=stated)


def module(which: str, channels: int) -> dict[str, int]:
    return {"channels": channels, **dict(zip(FIVES, INCEPTION[which], strict=True))}


BLOCK: dict[str, Any] = {
    "x": [1, 2],
    "first_weights": [[1, 0], [0, -1], [1, 1]],
    "first_biases": [0, 0, -1],
    "second_weights": [[1, 1, -1], [2, 0, 1]],
    "second_biases": [0, -1],
}
SALIENCY: dict[str, Any] = {
    "x": [2, 0.5],
    "first_weights": [[1, -2], [3, 1]],
    "first_biases": [0, -9],
    "second_weights": [[2, 1], [-1, 1]],
    "second_biases": [0, 0],
    "target": 0,
}
DIGITS: dict[str, Any] = {"height": 28, "channels": 1, "filters": [6, 16], "kernels": [5, 5]}
VGG_SHAPES: dict[str, Any] = {
    "height": 224,
    "channels": 3,
    "filters": [64, 128, 256, 512, 512],
    "kernels": [3] * 5,
    "padding": 1,
}

# (solver, inputs, quantities): from the papers, or worked by hand.
KNOWN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # LeCun et al. 1998, figure 2, as it is rebuilt today
    (
        "lenet5",
        {},
        {
            "trace": [[28, 28, 6], [14, 14, 6], [10, 10, 16], [5, 5, 16]],
            "flatten": 400,
            "breakdown": [156, 2416, 48_120, 10_164, 850],
            "parameters": 61_706,
        },
    ),
    # Krizhevsky et al. 2012, with 227; then torchvision's first layer: 224 with padding 2
    (
        "alexnet",
        {},
        {"conv1_side": 55, "conv1_parameters": 34_944, "flatten": 9216, "parameters": 60_965_224},
    ),
    ("alexnet", {"gpus": 1}, {"parameters": 62_378_344}),
    (
        "alexnet",
        {"side": 224, "padding": 2, "filters": 64},
        {"conv1_side": 55, "conv1_parameters": 23_296, "flatten": 9216},
    ),
    # Simonyan and Zisserman 2014, section 2.3: three layers have 27C², one 7×7 has 49C²
    ("vgg_stack", {"layers": 3, "channels": 1}, {"field": 7, "stack": 27, "single": 49}),
    ("vgg_stack", {"layers": 2, "channels": 64}, {"field": 5, "stack": 73_728, "single": 102_400}),
    ("residual_block", BLOCK, {"branch": [-1, 3], "y": [0, 5], "jacobian": [[1, -1], [3, 2]]}),
    ("residual_slope", {"x": 2, "square": 1, "linear": -3}, {"branch": -2, "y": 0, "slope": 2}),
    ("residual_gradient", {"slopes": [0.5, -0.5, 0.1]}, {"gradient": 0.825, "plain": -0.025}),
    ("residual_gradient", {"slopes": [0.0] * 50}, {"gradient": 1.0, "plain": 0.0}),
    ("residual_gradient", {"slopes": [-1, 0.5]}, {"gradient": 0.0, "plain": -0.5}),
    # Veit et al. 2016: three blocks have 8 paths; 54 would have 2⁵⁴
    ("resnet_paths", {"blocks": 3, "branches": 2}, {"paths": 8, "through": 3}),
    ("resnet_paths", {"blocks": 20, "branches": 10}, {"paths": 1_048_576, "through": 184_756}),
    # Szegedy et al. 2014, Table 1: output channels of modules
    ("inception_module", module("3a", 192), {"out_channels": 256, "parameters": 163_696}),
    ("inception_module", module("3b", 256), {"out_channels": 480}),
    ("inception_module", module("4a", 480), {"out_channels": 512}),
    ("inception_module", module("4d", 512), {"out_channels": 528}),
    ("inception_module", module("5b", 832), {"out_channels": 1024}),
    # Tan and Le 2019: α·β²·γ² is close to 2
    ("efficientnet_scaling", {"phi": 0}, {"depth": 1.0, "flops": 1.0}),
    ("efficientnet_scaling", {"phi": 1}, {"width": 1.1, "resolution": 1.15, "flops": 1.92027}),
    ("efficientnet_scaling", {"phi": 3}, {"depth": 1.728, "flops": 1.92027**3}),
    # ResNet-18 without its head has 11,176,512 parameters
    (
        "transfer_learning",
        {"encoder": "resnet18", "classes": 10},
        {
            "feature_extraction": 5130,
            "last_stage": 8_393_728 + 5130,
            "fine_tuning": 11_176_512 + 5130,
        },
    ),
    (
        "transfer_learning",
        {"encoder": "resnet50", "classes": 1000},
        {"feature_extraction": 2_049_000, "fine_tuning": 25_557_032},
    ),
    # He et al. 2014, section 2.2 and 3.1: 50 bins of 256 filters make 12,800 numbers
    (
        "spatial_pyramid",
        {"channels": 256, "side": 13, "levels": [6, 3, 2, 1]},
        {"bins": 50, "length": 12_800},
    ),
    # Sermanet et al. and VGG slide their heads: the trained size gives one position
    ("fully_convolutional", {"side": 224}, {"map": 7, "output": 1}),
    ("fully_convolutional", {"side": 384}, {"map": 12, "output": 6}),
    (
        "saliency_map",
        SALIENCY,
        {"scores": [2, -1], "gradient": [2, -4], "saliency": [2, 4]},
    ),
    ("saliency_map", {**SALIENCY, "channels": 2}, {"gradient": [2, -4], "saliency": [4]}),
    ("cnn_pipeline", DIGITS, {"trace": [[12, 12, 6], [4, 4, 16]], "flatten": 256, "pooled": 16}),
    # VGG-16 keeps 7 × 7 × 512 of 224 × 224
    ("cnn_pipeline", VGG_SHAPES, {"flatten": 25_088, "pooled": 512}),
]
NOTHING_LEFT = {**DIGITS, "width": 20, "pool": 3}  # 5 columns after a block, then 1, then none


@pytest.mark.parametrize(("short", "inputs", "expected"), KNOWN)
def test_known_numbers(
    short: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Callable[..., Solution]
) -> None:
    quantities: dict[str, Any] = lawful(name(short), inputs).quantities
    for quantity, value in expected.items():
        np.testing.assert_allclose(quantities[quantity], value, rtol=1e-12, err_msg=quantity)


def test_all_modules_of_googlenet_fit_together() -> None:
    channels = 192
    for which in INCEPTION:
        after = solve("inception_module", module(which, channels)).quantities["out_channels"]
        channels = int(str(after))
    assert channels == 1024


# ------------------------------------------------------------------------ misconceptions

TRANSFER = {"encoder": "resnet18", "classes": 10}
PYRAMID = {"channels": 256, "side": 13, "levels": [1, 2, 3, 6]}
P0 = 1 / (1 + math.exp(-3))  # softmax of (2, −1)
MOVED = 3 * P0 * (1 - P0)  # ∂p₀/∂S₀ = p₀p₁ and ∂p₀/∂S₁ = −p₀p₁, along the weights 2 and −1

BY_HAND: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "lenet5",
        {},
        {
            "lenet5/no-bias": {
                "breakdown": [150, 2400, 48_000, 10_080, 840],
                "parameters": 61_470,
            },
            "lenet5/input-28": {
                "trace": [[24, 24, 6], [12, 12, 6], [8, 8, 16], [4, 4, 16]],
                "flatten": 256,
                "breakdown": [156, 2416, 30_840, 10_164, 850],
                "parameters": 44_426,
            },
            "lenet5/pool-params": {"parameters": 61_750},
            "lenet5/c3-forgot-cin": {
                "breakdown": [156, 416, 48_120, 10_164, 850],
                "parameters": 59_706,
            },
        },
    ),
    (
        "alexnet",
        {},
        {
            # ⌊(54 − 3)/2⌋ + 1 = 26, then 12, then 5: 5·5·256 = 6400
            "alexnet/input-224": {
                "conv1_side": 54,
                "flatten": 6400,
                "parameters": 60_965_224 - 2816 * 4096,
            },
            "alexnet/no-bias": {"conv1_parameters": 34_848, "parameters": 60_965_224 - 10_568},
            "alexnet/forgot-rgb": {
                "conv1_parameters": 11_712,
                "parameters": 60_965_224 - 34_944 + 11_712,
            },
            "alexnet/both-gpus-doubled": {
                "conv1_parameters": 69_888,
                "parameters": 60_965_224 + 34_944,
            },
        },
    ),
    (
        "vgg_stack",
        {"layers": 2, "channels": 64},
        {
            "vgg/one-3x3": {"stack": 36_864},
            "vgg/c-not-squared": {"stack": 1152, "single": 1600},
            "vgg/linear-kernel": {"stack": 24_576, "single": 20_480},
            "vgg/rf-3k": {"field": 6, "single": 147_456},
        },
    ),
    (
        "residual_block",
        BLOCK,
        {
            "residual-block/no-skip": {"y": [-1, 3]},
            "residual-block/multiply": {"y": [-1, 6]},
            "residual-block/concat": {"y": [-1, 3, 1, 2]},
            "residual-block/relu-before-add": {"y": [1, 5]},
            "residual-block/gradient-no-one": {"jacobian": [[0, -1], [3, 1]]},
        },
    ),
    (
        "residual_slope",
        {"x": 2, "square": 1, "linear": -3},
        {
            "residual-block/no-skip": {"y": -2},
            "residual-block/multiply": {"y": -4},
            "residual-block/relu-before-add": {"y": 2},
            "residual-block/gradient-no-one": {"slope": 1},
        },
    ),
    (
        "residual_gradient",
        {"slopes": [0.5, -0.5, 0.1]},
        {
            "residual-gradient/no-skip": {"gradient": -0.025},
            "residual-gradient/sum": {"gradient": 1.1},
            "residual-gradient/one-plus-product": {"gradient": 0.975},
            "residual-gradient/power": {"gradient": (31 / 30) ** 3},
        },
    ),
    (
        "resnet_paths",
        {"blocks": 5},
        {
            "resnet-paths/n-plus-1": {"paths": 6},
            "resnet-paths/two-n": {"paths": 10},
            "resnet-paths/n-squared": {"paths": 25},
            "resnet-paths/factorial": {"paths": 120},
        },
    ),
    (
        "inception_module",
        module("3a", 192),
        {
            "inception-module/max-branch": {"out_channels": 128},
            "inception-module/plus-input": {"out_channels": 448},
            "inception-module/includes-reducers": {"out_channels": 368},
            "inception-module/average": {"out_channels": 64},
        },
    ),
    (
        "efficientnet_scaling",
        {"phi": 3},
        {
            "efficientnet-scaling/no-squares": {"flops": 1.518**3},
            "efficientnet-scaling/linear-in-phi": {"flops": 5.76081},
            "efficientnet-scaling/depth-only": {"flops": 1.728},
            "efficientnet-scaling/params-instead": {"flops": 1.452**3},
        },
    ),
    (
        "transfer_learning",
        TRANSFER,
        {
            "transfer-learning/whole-network": {"feature_extraction": 11_181_642},
            "transfer-learning/no-bias": {"feature_extraction": 5120},
            "transfer-learning/old-head": {"feature_extraction": 513_000},
            "transfer-learning/bias-per-weight": {"feature_extraction": 10_240},
        },
    ),
    (
        "spatial_pyramid",
        PYRAMID,
        {
            "image-size-handling/not-squared": {"bins": 12, "length": 3072},
            "image-size-handling/largest-only": {"bins": 36, "length": 9216},
            "image-size-handling/depends-on-hw": {"length": 43_264},
            "image-size-handling/no-channels": {"length": 50},
        },
    ),
    (
        "saliency_map",
        SALIENCY,
        {
            "saliency-map/first-layer-only": {"saliency": [4, 3]},
            "saliency-map/signed": {"saliency": [2, -4]},
            "saliency-map/input-times-grad": {"saliency": [4, 2]},
            "saliency-map/softmax-gradient": {"saliency": [MOVED, 2 * MOVED]},
            "saliency-map/all-classes": {"saliency": [1, 2]},
        },
    ),
    (
        "cnn_pipeline",
        DIGITS,
        {
            "cnn-pipeline/forgot-pool": {
                "trace": [[24, 24, 6], [20, 20, 16]],
                "flatten": 6400,
            },
            "cnn-pipeline/forgot-channels": {"flatten": 16},
            "cnn-pipeline/spatial-not-squared": {"flatten": 64},
            "cnn-pipeline/same-padding-assumed": {
                "trace": [[14, 14, 6], [7, 7, 16]],
                "flatten": 784,
            },
        },
    ),
]


def wrong_values(solution: Solution) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for wrong in solution.wrong_answers:
        values.setdefault(wrong.id, {})[wrong.quantity] = wrong.value
    return values


@pytest.mark.parametrize(("short", "inputs", "expected"), BY_HAND)
def test_every_misconception_by_hand(
    short: str,
    inputs: dict[str, Any],
    expected: dict[str, dict[str, Any]],
    lawful: Callable[..., Solution],
) -> None:
    values = wrong_values(lawful(name(short), inputs))
    assert set(values) == set(expected)
    for misconception, quantities in expected.items():
        assert set(values[misconception]) == set(quantities), misconception
        for quantity, value in quantities.items():
            np.testing.assert_allclose(
                values[misconception][quantity], value, rtol=1e-12, err_msg=misconception
            )


def test_no_misconception_is_untested() -> None:
    tested = {(name(short), m) for short, _, expected in BY_HAND for m in expected}
    declared = {(s.id, m.id) for s in in_topic("architectures") for m in s.misconceptions}
    counted = {pair for pair in declared if pair[0] == "architectures.parameters"}
    assert declared - counted == tested  # test_architectures_counts has those


@pytest.mark.parametrize(
    ("short", "inputs", "gone"),
    [
        ("lenet5", {"side": 28}, {"input-28"}),
        ("lenet5", {"c1": 1}, {"c3-forgot-cin"}),
        ("alexnet", {"side": 224, "padding": 2}, {"input-224"}),
        ("alexnet", {"gpus": 1, "channels": 1}, {"both-gpus-doubled", "forgot-rgb"}),
        ("vgg_stack", {"layers": 1, "channels": 1}, {"one-3x3", "c-not-squared", "rf-3k"}),
        ("residual_block", {**BLOCK, "second_biases": [1, 0]}, {"relu-before-add"}),
        ("residual_slope", {"x": 1, "square": 1, "linear": 1}, {"relu-before-add"}),
        ("residual_gradient", {"slopes": [0.5, 0.5]}, {"power"}),
        ("residual_gradient", {"slopes": [0.5]}, {"sum", "one-plus-product", "power"}),
        ("resnet_paths", {"blocks": 4}, {"n-squared"}),
        ("resnet_paths", {"blocks": 2}, {"n-squared", "two-n"}),
        ("efficientnet_scaling", {"phi": 1}, {"linear-in-phi"}),
        ("transfer_learning", {**TRANSFER, "classes": 1000}, {"old-head"}),
        ("spatial_pyramid", {**PYRAMID, "levels": [1]}, {"not-squared", "largest-only"}),
        ("saliency_map", {**SALIENCY, "first_weights": [[1, 2], [3, 1]]}, {"signed"}),
        ("cnn_pipeline", {**DIGITS, "padding": 2}, {"same-padding-assumed"}),
        ("cnn_pipeline", {**DIGITS, "pool": 1}, {"forgot-pool"}),
    ],
)
def test_misconceptions_that_mean_nothing_are_left_out(
    short: str, inputs: dict[str, Any], gone: set[str]
) -> None:
    declared = {m.id.partition("/")[2] for m in find(name(short)).misconceptions}
    present = {m.partition("/")[2] for m in wrong_values(solve(short, inputs))}
    assert gone <= declared
    assert not present & gone


def test_a_convolution_that_changes_the_size_is_named() -> None:
    mixed = {**DIGITS, "kernels": [3, 7], "padding": 1}
    (wrong,) = [
        w
        for w in solve("cnn_pipeline", mixed).wrong_answers_for("flatten")
        if w.id.endswith("same-padding-assumed")
    ]
    assert wrong.departs_at == "after convolution 2"
    assert wrong.correction == "With padding 1 a 7 × 7 convolution takes 4 from each side."


# ------------------------------------------------------------------------ follow-through


def test_what_follows_from_the_learners_numbers() -> None:
    assert solve("lenet5", {}, flatten=256).quantities["parameters"] == 44_426
    assert solve("alexnet", {}, conv1_parameters=34_848).quantities["parameters"] == 60_965_128
    assert solve("alexnet", {}, conv1_side=54).quantities["flatten"] == 6400
    assert solve("vgg_stack", {"layers": 2, "channels": 2}, field=6).quantities["single"] == 144
    assert solve("residual_block", BLOCK, branch=[1, 1]).quantities["y"] == [2, 3]
    assert solve("spatial_pyramid", PYRAMID, bins=12).quantities["length"] == 3072
    assert solve("fully_convolutional", {"side": 384}, map=13).quantities["output"] == 7
    assert solve("saliency_map", SALIENCY, gradient=[-3, 1]).quantities["saliency"] == [3, 1]
    trace = [[12, 12, 6], [5, 5, 16]]
    assert solve("cnn_pipeline", DIGITS, trace=trace).quantities["flatten"] == 400
    stated = solve("transfer_learning", TRANSFER, feature_extraction=5120)
    assert stated.quantities["fine_tuning"] == 11_181_632


# ------------------------------------------------------------------ torch and differences

SOLVERS = {solver.id: solver for solver in in_topic("architectures")}
NARROWED: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "architectures.cnn_pipeline": {
        "height": st.integers(1, 300),
        "kernels": st.lists(st.integers(1, 7), min_size=2, max_size=2),
        "filters": st.lists(st.integers(1, 64), min_size=2, max_size=2),
        "pool": st.integers(1, 4),
    },
    "architectures.resnet_paths": {"branches": st.integers(0, 4), "blocks": st.integers(1, 20)},
    "architectures.saliency_map": {"target": st.just(0), "channels": st.just(1)},
    "architectures.alexnet": {"filters": st.integers(1, 64).map(lambda n: 2 * n)},
    "architectures.spatial_pyramid": {"side": st.integers(16, 512)},
    "architectures.fully_convolutional": {"window": st.integers(1, 20)},
}


@pytest.mark.parametrize("solver_id", SOLVERS)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_reference_and_kernel_agree(solver_id: str, data: st.DataObject) -> None:
    drawn.check(SOLVERS[solver_id], data, NARROWED.get(solver_id, {}))


def test_finite_differences_of_the_residual_block() -> None:
    solution = solve("residual_block", BLOCK)
    step = 1e-6
    for i in range(2):
        ends = []
        for sign in (1, -1):
            x = np.array(BLOCK["x"], dtype=float)
            x[i] += sign * step
            ends.append(
                np.array(solve("residual_block", {**BLOCK, "x": x.tolist()}).quantities["y"])
            )
        slopes = (ends[0] - ends[1]) / (2 * step)
        column = np.array(solution.quantities["jacobian"])[:, i]
        np.testing.assert_allclose(column, slopes, atol=1e-8)


def test_finite_differences_of_a_score() -> None:
    gradient: Any = solve("saliency_map", SALIENCY).quantities["gradient"]
    step = 1e-6
    for i in range(2):
        ends = []
        for sign in (1, -1):
            x = [*SALIENCY["x"]]
            x[i] += sign * step
            scores: Any = solve("saliency_map", {**SALIENCY, "x": x}).quantities["scores"]
            ends.append(scores[0])
        assert gradient[i] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=1e-8)


def test_finite_differences_of_the_scalar_block() -> None:
    def y(x: float) -> float:
        inputs = {"x": x, "square": 1, "linear": -3}
        return float(str(solve("residual_slope", inputs).quantities["y"]))

    slope = solve("residual_slope", {"x": 2, "square": 1, "linear": -3}).quantities["slope"]
    assert slope == pytest.approx((y(2 + 1e-6) - y(2 - 1e-6)) / 2e-6, abs=1e-8)


def test_a_unit_at_exactly_zero_is_not_active() -> None:
    inputs = {**SALIENCY, "x": [0, 0], "first_biases": [0, 0]}
    assert find(name("saliency_map")).verify(solve("saliency_map", inputs)).quantities[
        "saliency"
    ] == [0, 0]


# ---------------------------------------------------------------------------- bad inputs


@pytest.mark.parametrize(
    ("short", "inputs", "message"),
    [
        ("lenet5", {"side": 15}, "side is 15; allowed: a whole number from 16 to 512"),
        ("lenet5", {"c3": 0}, "c3 is 0; allowed: a whole number from 1 to 512"),
        ("alexnet", {"side": 66}, "side is 66; allowed: at least 67 with its padding"),
        ("alexnet", {"filters": 5}, "filters is 5; allowed: an even number, half of it"),
        ("vgg_stack", {"layers": 17, "channels": 1}, "layers is 17; allowed: a whole number"),
        (
            "residual_block",
            {**BLOCK, "second_weights": [[1, 1, 1]]},
            "second_weights is [[1, 1, 1]]; allowed: n = 2, as in x",
        ),
        ("residual_slope", {"x": 1, "square": 1}, "linear is None; allowed: a number from"),
        ("residual_gradient", {"slopes": []}, "slopes is []; allowed: blocks numbers from"),
        ("resnet_paths", {"blocks": 3, "branches": 4}, "branches is 4; allowed: at most 3"),
        ("inception_module", {**module("3a", 192), "five": 0}, "five is 0; allowed: a whole"),
        ("efficientnet_scaling", {"phi": -1}, "phi is -1; allowed: a number from 0 to 20"),
        (
            "transfer_learning",
            {"encoder": "vgg16", "classes": 2},
            "encoder is 'vgg16'; allowed: one of resnet18, resnet34",
        ),
        (
            "spatial_pyramid",
            {"channels": 1, "side": 5, "levels": [1, 6]},
            "levels is [1, 6]; allowed: at most 5, the side of the maps",
        ),
        (
            "spatial_pyramid",
            {"channels": 1, "side": 5, "levels": [1.5]},
            "levels is [1.5]; allowed: levels whole numbers from 1 to 16",
        ),
        ("fully_convolutional", {"side": 223}, "side is 223; allowed: at least 224, one window"),
        ("saliency_map", {**SALIENCY, "target": 2}, "target is 2; allowed: a class from 0 to 1"),
        ("saliency_map", {**SALIENCY, "channels": 3}, "channels is 3; allowed: a divisor of 2"),
        (
            "cnn_pipeline",
            {**DIGITS, "height": 8},
            "height is [8, 8]; allowed: sides that leave at least a pixel",
        ),
        ("cnn_pipeline", NOTHING_LEFT, "height is [28, 20]; allowed: sides that leave"),
    ],
)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        solve(short, inputs)
    assert str(refused.value).startswith(message)


def test_numbers_that_rounding_decides_are_refused() -> None:
    almost = {**BLOCK, "x": [0.3, 0.0], "first_weights": [[1, 0], [0, -1], [1, 1]]}
    almost["first_biases"] = [-0.1 - 0.2, 0, 1]  # 0.3 − (0.1 + 0.2) is not 0 in binary
    with pytest.raises(Unsuitable, match="so close to 0"):
        solve("residual_block", almost)
    with pytest.raises(Unsuitable, match="so close to 0"):
        solve("residual_gradient", {"slopes": [-1 + 1e-12, 3]})
