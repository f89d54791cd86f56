"""backpropagation.* against worked examples, autograd, finite differences, and wrong answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import find, in_topic
from solvers.backpropagation import activate, linear, slope
from solvers.contract import BadInput, Solution
from tests.solvers.conftest import kernel_device

DEVICE = kernel_device()


def name(short: str) -> str:
    return f"backpropagation.{short}"


def answer(short: str, inputs: Mapping[str, Any], quantity: str) -> Any:
    return find(name(short)).solve(inputs).quantities[quantity]


def wrong_values(solution: Solution) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for wrong in solution.wrong_answers:
        values.setdefault(wrong.id, {})[wrong.quantity] = wrong.value
    return values


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def sigmoid_slope(z: float) -> float:
    return sigmoid(z) * (1 - sigmoid(z))


# -------------------------------------------------------------------------- known numbers

# Mazur, A step by step backpropagation example (2015): sigmoids, half the squared error.
MAZUR: dict[str, Any] = {
    "x": [0.05, 0.10],
    "first_weights": [[0.15, 0.20], [0.25, 0.30]],
    "first_biases": [0.35, 0.35],
    "second_weights": [[0.40, 0.45], [0.50, 0.55]],
    "second_biases": [0.60, 0.60],
    "target": [0.01, 0.99],
    "activation": "sigmoid",
    "output": "sigmoid",
}
MAZURS_NUMBERS: dict[str, Any] = {
    "hidden": [0.593269992, 0.596884378],
    "prediction": [0.751365070, 0.772928465],
    "loss": 0.298371109,
    "second_gradient": [[0.082167041, 0.082667628], [-0.022602540, -0.022740242]],
    "first_gradient": [[0.000438568, 0.000877135], [0.000497713, 0.000995425]],
}


def test_the_worked_example_of_two_layers(lawful: Callable[..., Solution]) -> None:
    quantities: dict[str, Any] = lawful(name("two_layer"), MAZUR).quantities
    for quantity, value in MAZURS_NUMBERS.items():
        np.testing.assert_allclose(quantities[quantity], value, atol=1.5e-9)


DENSE = {"weights": [[1, 2], [3, -1]], "x": [2, 1], "biases": [1, -6], "activation": "relu"}
COLLAPSE = {
    "first_weights": [[1, 2], [0, 1]],
    "first_biases": [1, 1],
    "second_weights": [[1, 0], [3, 1]],
    "second_biases": [0, -1],
}
LOOP = {"x": 2, "y": 4, "weight": 0, "rate": 0.1, "iterations": 2}
NESTED = {"a": 2, "c": -1, "power": 2, "outer": "square", "x": 2}
SIGNAL = {"weights": [[1, 2], [3, -1]], "next_error": [1, 1], "z": [0, 1], "activation": "sigmoid"}
PRODUCT = {"error": [1, -2], "before": [3, 4]}
RELUS = {"z": [[-1, 2, 0, 1], [-3, -1, -2, -5]]}
CHAIN = {"weights": [2, -8], "z": [0, 0]}
NETWORK = {
    "x": [1, 2],
    "first_weights": [[2, -1], [-4, 2]],  # z₁ = (0, 0)
    "first_biases": [0, 0],
    "second_weights": [[2, 4], [0, 6]],  # ŷ = (3, 3)
    "second_biases": [0, 0],
    "target": [2, 5],
}

BY_HAND: list[tuple[str, dict[str, Any], str, Any]] = [
    ("dense", DENSE, "pre_activation", [5, -1]),
    ("dense", DENSE, "output", [5, 0]),
    # the network of the exam page
    ("dense_params", {"widths": [784, 128, 64, 10]}, "parameters", 109_386),
    # LeNet-300-100 of LeCun et al. 1998: 266,610
    ("dense_params", {"widths": [784, 300, 100, 10]}, "parameters", 266_610),
    # the classifier of VGG-16: 123,642,856 of its 138,357,544
    ("dense_params", {"widths": [25088, 4096, 4096, 1000]}, "parameters", 123_642_856),
    ("linear_collapse", COLLAPSE, "weights", [[1, 2], [3, 7]]),
    ("linear_collapse", COLLAPSE, "biases", [1, 3]),
    ("gradient_descent", {"weight": 2, "gradient": -4, "rate": 0.1}, "new_weight", 2.4),
    ("training_loop", LOOP, "weight", 1.92),
    ("training_loop", {**LOOP, "iterations": 1}, "weight", 1.6),
    ("training_loop", LOOP, "loss", 16),
    ("chain_rule", NESTED, "derivative", 216),
    ("chain_rule", {**NESTED, "outer": "sigmoid", "x": 0.5}, "derivative", 0),
    ("chain_rule", {**NESTED, "outer": "exp", "x": 1}, "derivative", 4 * math.e),
    ("chain_rule", {**NESTED, "outer": "cube", "power": 3, "x": 1}, "derivative", 18),
    ("error_signal", SIGNAL, "error", [1, sigmoid_slope(1)]),
    ("error_signal", {**SIGNAL, "z": [0, -2], "activation": "relu"}, "error", [0, 0]),
    ("weight_gradient", PRODUCT, "weight_gradient", [[3, 4], [-6, -8]]),
    ("dead_relu", RELUS, "dead", 2),
    # curriculum, trap-quarter-power
    ("vanishing_gradient", {"layers": 5, "weight": 2}, "bound", 0.03125),
    ("vanishing_gradient", {"layers": 10}, "bound", 9.5367431640625e-7),
    ("vanishing_gradient", {"layers": 10, "weight": 6}, "bound", 57.6650390625),
    ("vanishing_gradient", {"layers": 20, "activation": "tanh"}, "bound", 1),
    ("sigmoid_chain", CHAIN, "gradient", -1),
    ("two_layer", NETWORK, "loss", 2.5),
    ("two_layer", NETWORK, "first_gradient", [[0.5, 1], [-2, -4]]),
]  # fmt: skip


@pytest.mark.parametrize(("short", "inputs", "quantity", "value"), BY_HAND)
def test_known_numbers(
    short: str, inputs: dict[str, Any], quantity: str, value: Any, lawful: Callable[..., Solution]
) -> None:
    actual: Any = lawful(name(short), inputs).quantities[quantity]
    np.testing.assert_allclose(actual, value, rtol=1e-12, atol=1e-12)


def test_softmax_with_cross_entropy_starts_at_the_log_of_the_classes() -> None:
    inputs = {**NETWORK, "second_weights": [[0, 0]] * 4, "second_biases": [0] * 4,
              "target": [0, 1, 0, 0], "output": "softmax"}  # fmt: skip
    solution = find(name("two_layer")).solve(inputs)
    assert solution.quantities["loss"] == pytest.approx(math.log(4))
    assert solution.quantities["output_error"] == [0.25, -0.75, 0.25, 0.25]


# ------------------------------------------------------------------------ misconceptions

A = 0.5  # σ(0)
WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "dense",
        DENSE,
        {
            "dense-layer/transpose-w": {"pre_activation": [6, -3], "output": [6, 0]},
            "dense-layer/no-bias": {"pre_activation": [4, 5], "output": [4, 5]},
            "dense-layer/act-before-bias": {"output": [5, -1]},
            "dense-layer/elementwise": {"pre_activation": [3, -7], "output": [3, 0]},
        },
    ),
    (
        "dense_params",
        {"widths": [784, 128, 64, 10]},
        {
            "dense-params/no-bias": {"parameters": 109_184},
            "dense-params/bias-per-weight": {"parameters": 218_368},
            "dense-params/bias-n-in": {"parameters": 110_160},
            "dense-params/count-neurons": {"parameters": 202},
        },
    ),
    (
        "linear_collapse",
        COLLAPSE,
        {
            "linear-collapse/wrong-order": {"weights": [[7, 2], [3, 1]]},
            "linear-collapse/sum": {"weights": [[2, 2], [3, 2]]},
            "linear-collapse/bias-sum": {"biases": [1, 0]},
            "linear-collapse/hadamard": {"weights": [[1, 0], [0, 1]]},
        },
    ),
    (
        "gradient_descent",
        {"weight": 2, "gradient": -4, "rate": 0.1},
        {
            "gradient-descent/ascent": {"change": -0.4, "new_weight": 1.6},
            "gradient-descent/no-lr": {"change": 4, "new_weight": 6},
            "gradient-descent/scaled-weight": {"new_weight": 2.8},
            "gradient-descent/lr-divides": {"change": 40, "new_weight": 42},
        },
    ),
    (
        "gradient_descent_vector",
        {"weight": [2, 3], "gradient": [-4, 1], "rate": 0.1},
        {
            "gradient-descent/ascent": {"change": [-0.4, 0.1], "new_weight": [1.6, 3.1]},
            "gradient-descent/no-lr": {"change": [4, -1], "new_weight": [6, 2]},
            "gradient-descent/scaled-weight": {"new_weight": [2.8, 2.7]},
            "gradient-descent/lr-divides": {"change": [40, -10], "new_weight": [42, -7]},
        },
    ),
    (
        "training_loop",
        LOOP,
        {
            "training-loop/no-zero-grad": {"weight": 3.52},
            "training-loop/ascent": {"weight": -4.48},
            "training-loop/drop-2": {"gradient": -8, "weight": 1.28},
            "training-loop/one-step": {"weight": 1.6},
        },
    ),
    (
        "chain_rule",
        NESTED,
        {
            "chain-rule/missing-inner": {"derivative": 108},
            "chain-rule/outer-at-x": {"outer_slope": 4, "middle_slope": 4, "derivative": 32},
            "chain-rule/sum": {"derivative": 26},
            "chain-rule/only-outer": {"derivative": 18},
        },
    ),
    (
        "error_signal",
        SIGNAL,
        {
            "backprop-delta/no-transpose": {
                "sent_back": [3, 2],
                "error": [0.75, 2 * sigmoid_slope(1)],
            },
            "backprop-delta/no-act-derivative": {"error": [4, 1]},
            "backprop-delta/derivative-at-a": {
                "slope": [sigmoid_slope(A), sigmoid_slope(sigmoid(1))],
                "error": [4 * sigmoid_slope(A), sigmoid_slope(sigmoid(1))],
            },
            "backprop-delta/times-activation": {
                "slope": [0.5, sigmoid(1)],
                "error": [2, sigmoid(1)],
            },
        },
    ),
    (
        "weight_gradient",
        PRODUCT,
        {
            "backprop-weight-grad/transposed": {"weight_gradient": [[3, -6], [4, -8]]},
            "backprop-weight-grad/uses-delta-twice": {"weight_gradient": [[1, -2], [-2, 4]]},
            "backprop-weight-grad/elementwise": {"weight_gradient": [[3, -8], [3, -8]]},
            "backprop-weight-grad/bias-zero": {"bias_gradient": [0, 0]},
        },
    ),
    (
        "dead_relu",
        RELUS,
        {
            "dead-relu/any-sample": {"dead": 4},
            "dead-relu/count-entries": {"dead": 6},
            "dead-relu/mean-negative": {"dead": 3},
        },
    ),
    (
        "vanishing_gradient",
        {"layers": 5, "weight": 2},
        {
            "vanishing-gradient/linear": {"bound": 2.5},
            "vanishing-gradient/half": {"factor": 1, "bound": 1},
            "vanishing-gradient/no-vanish": {"factor": 2, "bound": 32},
            "vanishing-gradient/weights-ignored": {"factor": 0.25, "bound": 0.0009765625},
        },
    ),
    (
        "sigmoid_chain",
        CHAIN,
        {
            "vanishing-gradient/linear": {"gradient": -1.5, "bound": 2.5},
            "vanishing-gradient/half": {"slopes": [0.5, 0.5], "gradient": -4},
            "vanishing-gradient/no-vanish": {"gradient": -16, "bound": 16},
            "vanishing-gradient/weights-ignored": {"gradient": 0.0625, "bound": 0.0625},
        },
    ),
    (
        "two_layer",
        NETWORK,
        {
            "backprop-delta/no-transpose": {
                "hidden_error": [-1.5, -3],
                "first_gradient": [[-1.5, -3], [-3, -6]],
                "first_bias_gradient": [-1.5, -3],
            },
            "backprop-delta/no-act-derivative": {
                "hidden_error": [2, -8],
                "first_gradient": [[2, 4], [-8, -16]],
                "first_bias_gradient": [2, -8],
            },
            "backprop-delta/derivative-at-a": {
                "hidden_error": [2 * sigmoid_slope(A), -8 * sigmoid_slope(A)],
                "first_gradient": [
                    [2 * sigmoid_slope(A), 4 * sigmoid_slope(A)],
                    [-8 * sigmoid_slope(A), -16 * sigmoid_slope(A)],
                ],
                "first_bias_gradient": [2 * sigmoid_slope(A), -8 * sigmoid_slope(A)],
            },
            "backprop-delta/times-activation": {
                "hidden_error": [1, -4],
                "first_gradient": [[1, 2], [-4, -8]],
                "first_bias_gradient": [1, -4],
            },
            "backprop-weight-grad/transposed": {
                "second_gradient": [[0.5, -1], [0.5, -1]],
                "first_gradient": [[0.5, -2], [1, -4]],
            },
            "backprop-weight-grad/uses-delta-twice": {
                "second_gradient": [[1, -2], [-2, 4]],
                "first_gradient": [[0.25, -1], [-1, 4]],
            },
            "backprop-weight-grad/elementwise": {
                "second_gradient": [[0.5, -1], [0.5, -1]],
                "first_gradient": [[0.5, -4], [0.5, -4]],
            },
            "backprop-weight-grad/bias-zero": {
                "second_bias_gradient": [0, 0],
                "first_bias_gradient": [0, 0],
            },
        },
    ),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), WRONG)
def test_every_misconception_by_hand(
    short: str,
    inputs: dict[str, Any],
    expected: dict[str, dict[str, Any]],
    lawful: Callable[..., Solution],
) -> None:
    values = wrong_values(lawful(name(short), inputs))
    assert set(values) == set(expected) == {m.id for m in find(name(short)).misconceptions}
    for misconception, quantities in expected.items():
        assert set(values[misconception]) == set(quantities), misconception
        for quantity, value in quantities.items():
            actual = values[misconception][quantity]
            np.testing.assert_allclose(actual, value, rtol=1e-12, err_msg=misconception)


def test_every_solver_has_its_misconceptions_worked() -> None:
    assert {solver.id for solver in in_topic("backpropagation")} == {name(w[0]) for w in WRONG}


@pytest.mark.parametrize(
    ("short", "inputs", "gone"),
    [
        ("dense", {**DENSE, "weights": [[1, 2], [2, 5]]}, {"transpose-w"}),
        ("dense", {**DENSE, "weights": [[1, 2]], "biases": [0]},
         {"transpose-w", "no-bias", "elementwise"}),
        ("dense", {**DENSE, "activation": "identity"}, {"act-before-bias"}),
        ("linear_collapse", {**COLLAPSE, "second_weights": [[1, 0]], "second_biases": [0]},
         {"wrong-order", "sum", "bias-sum", "hadamard"}),
        ("gradient_descent", {"weight": 2, "gradient": -4, "rate": 1}, {"no-lr", "lr-divides"}),
        ("training_loop", {**LOOP, "iterations": 1}, {"no-zero-grad", "one-step"}),
        ("chain_rule", {**NESTED, "a": 1}, {"missing-inner"}),
        ("error_signal", {**SIGNAL, "activation": "relu", "z": [1, 2]},
         {"no-act-derivative", "derivative-at-a"}),
        ("error_signal", {**SIGNAL, "activation": "relu", "z": [1, 0]}, {"derivative-at-a"}),
        ("weight_gradient", {"error": [1, 2], "before": [1, 2, 3]}, {"elementwise"}),
        ("vanishing_gradient", {"layers": 3}, {"weights-ignored"}),
        ("vanishing_gradient", {"layers": 3, "weight": 2, "activation": "relu"},
         {"half", "no-vanish"}),
        ("sigmoid_chain", {"weights": [1], "z": [0]}, {"linear", "weights-ignored"}),
        ("two_layer", {**NETWORK, "activation": "relu"}, {"derivative-at-a"}),
    ],
)  # fmt: skip
def test_misconceptions_that_mean_nothing_are_left_out(
    short: str, inputs: dict[str, Any], gone: set[str], lawful: Callable[..., Solution]
) -> None:
    every = {m.id.partition("/")[2] for m in find(name(short)).misconceptions}
    there = {wrong.partition("/")[2] for wrong in wrong_values(lawful(name(short), inputs))}
    assert every - there == gone


# ----------------------------------------------------------- follow-through and bad inputs


def test_the_first_gradient_follows_from_the_learners_output_error() -> None:
    solution = find(name("two_layer")).solve(NETWORK, stated={"output_error": [1, 0]})
    assert solution.quantities["output_error"] == [1, -2]
    # W₂ᵀ(1, 0)·¼ = (0.5, 1)
    assert solution.quantities["first_gradient"] == [[0.5, 1], [1, 2]]
    assert solution.quantities["second_gradient"] == [[0.5, 0.5], [0, 0]]


def test_the_bound_follows_from_the_learners_factor() -> None:
    solution = find(name("vanishing_gradient")).solve({"layers": 3}, stated={"factor": 0.5})
    assert solution.quantities["bound"] == 0.125


def test_the_steps_of_the_loop_are_told_iteration_by_iteration() -> None:
    labels = [step.label for step in find(name("training_loop")).solve(LOOP).steps]
    assert labels == [
        "iteration 1: prediction",
        "iteration 1: loss",
        "iteration 1: gradient",
        "iteration 1: weight",
        "iteration 2: prediction",
        "iteration 2: gradient",
        "iteration 2: weight",
    ]


@pytest.mark.parametrize(
    ("short", "inputs", "message"),
    [
        ("dense", {**DENSE, "x": [1, 2, 3]}, "x is [1, 2, 3]; allowed: n = 2, as in weights"),
        ("dense", {**DENSE, "activation": "gelu"}, "activation is 'gelu'; allowed: one of"),
        ("dense_params", {"widths": [784]}, "widths is [784.0]; allowed: at least two whole"),
        ("dense_params", {"widths": [3, 2.5]}, "widths is [3.0, 2.5]; allowed: at least two"),
        ("dense_params", {"widths": [3] * 17}, "widths is [3, 3"),
        ("linear_collapse", {**COLLAPSE, "first_biases": [1]}, "first_biases is [1]; allowed: h"),
        ("gradient_descent", {"weight": 1, "gradient": 1, "rate": 0}, "rate is 0; allowed"),
        ("training_loop", {**LOOP, "rate": 1}, "rate is 1.0; allowed: at most 1.5/x² = 0.375"),
        ("training_loop", {**LOOP, "iterations": 11}, "iterations is 11; allowed: a whole number"),
        ("chain_rule", {**NESTED, "outer": "exp", "x": 5}, "outer is 'exp'; allowed: anything but"),
        ("error_signal", {**SIGNAL, "z": [math.nan, 1]}, "z is [nan, 1]; allowed: n numbers"),
        ("weight_gradient", {"error": [[1]], "before": [1]}, "error is [[1]]; allowed: m numbers"),
        ("dead_relu", {"z": [[1], [1, 2]]}, "z is [[1], [1, 2]]; allowed: examples × units"),
        ("vanishing_gradient", {"layers": 51}, "layers is 51; allowed: a whole number"),
        ("sigmoid_chain", {"weights": [1], "z": [1, 2]}, "z is [1, 2]; allowed: layers = 1"),
        ("two_layer", {**NETWORK, "output": "softmax"}, "target is [2.0, 5.0]; allowed: shares"),
        ("two_layer", {**NETWORK, "x": [1]}, "first_weights is [[2, -1], [-4, 2]]; allowed: n = 1"),
    ],
)  # fmt: skip
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        find(name(short)).solve(inputs)
    assert str(refused.value).startswith(message)


# --------------------------------------------------------------------- array functions


def test_linear_takes_one_example_or_a_batch() -> None:
    weight, bias = [[1, 2], [3, -1], [0, 1]], [0, -6, 1]
    assert linear([2, 1], weight, bias).tolist() == [4, -1, 2]
    assert linear([[2, 1], [0, 0]], weight, bias).tolist() == [[4, -1, 2], [0, -6, 1]]


@pytest.mark.parametrize(
    ("x", "weight", "bias", "message"),
    [
        ([1, 2], [[1, 2, 3]], None, r"x is \(2,\); allowed: 3 numbers"),
        ([1, 2], [1, 2], None, r"weight is \(2,\); allowed: \(m, n\)"),
        ([1, 2], [[1, 2]], [1, 2], r"bias is \(2,\); allowed: \(1,\)"),
    ],
)
def test_arrays_that_do_not_fit(x: Any, weight: Any, bias: Any, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        linear(x, weight, bias)


@pytest.mark.parametrize("activation", ["identity", "sigmoid", "tanh", "relu"])
def test_slopes_are_those_of_finite_differences(activation: str) -> None:
    z, h = np.array([-30.0, -2.0, -0.3, 0.4, 1.0, 7.0]), 1e-6
    difference = (activate(activation, z + h) - activate(activation, z - h)) / (2 * h)
    np.testing.assert_allclose(slope(activation, z), difference, rtol=1e-6, atol=1e-9)


def test_extreme_inputs_neither_overflow_nor_warn() -> None:
    assert activate("sigmoid", [-1000, 1000]).tolist() == [0, 1]
    assert slope("sigmoid", [-1000, 0, 1000]).tolist() == [0, 0.25, 0]
    for function in (activate, slope):
        with pytest.raises(BadInput, match="gelu"):
            function("gelu", [0.0])


# ------------------------------------------------------------------------ finite differences


def _differences(inputs: dict[str, Any], field: str, h: float = 1e-6) -> Any:
    """The derivative of the loss with respect to every number of one input."""
    start = np.array(inputs[field], dtype=float)
    slopes = np.zeros_like(start)
    for index in np.ndindex(*start.shape):
        losses = []
        for sign in (1, -1):
            moved = start.copy()
            moved[index] += sign * h
            losses.append(answer("two_layer", {**inputs, field: moved.tolist()}, "loss"))
        slopes[index] = (losses[0] - losses[1]) / (2 * h)
    return slopes


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("output", ["identity", "sigmoid", "softmax"])
def test_gradients_of_the_network_are_finite_differences(activation: str, output: str) -> None:
    rng = np.random.default_rng(3)
    shapes = {"x": (3,), "first_weights": (4, 3), "first_biases": (4,),
              "second_weights": (2, 4), "second_biases": (2,)}  # fmt: skip
    inputs: dict[str, Any] = {key: rng.normal(size=shape).tolist() for key, shape in shapes.items()}
    inputs |= {"target": [0.3, 0.7], "activation": activation, "output": output}
    # fmt: off
    gradients = {"first_weights": "first_gradient", "first_biases": "first_bias_gradient",
                 "second_weights": "second_gradient", "second_biases": "second_bias_gradient"}
    # fmt: on
    for field, quantity in gradients.items():
        expected = _differences(inputs, field)
        actual = answer("two_layer", inputs, quantity)
        np.testing.assert_allclose(actual, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("outer", ["square", "cube", "exp", "sigmoid"])
@pytest.mark.parametrize("power", [2, 3])
def test_the_chain_rule_is_a_finite_difference(outer: str, power: int) -> None:
    inputs, h = {"a": -1.5, "c": 0.7, "power": power, "outer": outer}, 1e-6
    before, after = (answer("chain_rule", {**inputs, "x": 0.9 + d}, "value") for d in (-h, h))
    derivative = answer("chain_rule", {**inputs, "x": 0.9}, "derivative")
    assert derivative == pytest.approx((after - before) / (2 * h), rel=1e-6)


def test_the_gradient_of_the_loop_is_a_finite_difference() -> None:
    inputs, h = {**LOOP, "y": 1.3, "rate": 0.01}, 1e-6
    before, after = (answer("training_loop", {**inputs, "weight": d}, "loss") for d in (-h, h))
    assert answer("training_loop", inputs, "gradient") == pytest.approx((after - before) / (2 * h))


# --------------------------------------------------------- reference and kernel, everywhere

sides = st.integers(1, 4)


def numbers(limit: float) -> st.SearchStrategy[float]:
    return st.one_of(st.floats(-limit, limit), st.integers(-3, 3))


def arrays(limit: float, *shape: int) -> st.SearchStrategy[Any]:
    strategy: st.SearchStrategy[Any] = numbers(limit)
    for side in reversed(shape):
        strategy = st.lists(strategy, min_size=side, max_size=side)
    return strategy


def agrees(short: str, inputs: dict[str, Any]) -> None:
    solver = find(name(short))
    solution = solver.solve(inputs)
    assert solver.verify(solution, DEVICE).device == DEVICE.name
    labels = {step.label for step in solution.steps}
    assert all(wrong.departs_at in labels for wrong in solution.wrong_answers)


everywhere = settings(max_examples=60, deadline=None)


@everywhere
@given(data=st.data(), m=sides, n=sides)
def test_dense_agrees(data: st.DataObject, m: int, n: int) -> None:
    inputs = {"weights": arrays(1000, m, n), "x": arrays(1000, n), "biases": arrays(1000, m)}
    drawn = {key: data.draw(strategy) for key, strategy in inputs.items()}
    activation = data.draw(st.sampled_from(["identity", "sigmoid", "tanh", "relu"]))
    agrees("dense", {**drawn, "activation": activation})


@everywhere
@given(widths=st.lists(st.integers(1, 1_000_000), min_size=2, max_size=16))
def test_dense_params_agree(widths: list[int]) -> None:
    agrees("dense_params", {"widths": widths})


@everywhere
@given(data=st.data(), n=sides, h=sides, m=sides)
def test_linear_collapse_agrees(data: st.DataObject, n: int, h: int, m: int) -> None:
    shapes = {"first_weights": (h, n), "first_biases": (h,),
              "second_weights": (m, h), "second_biases": (m,)}  # fmt: skip
    inputs = {key: data.draw(arrays(1000, *shape)) for key, shape in shapes.items()}
    agrees("linear_collapse", inputs)


@everywhere
@given(data=st.data(), n=sides, rate=st.floats(1e-9, 1000))
def test_gradient_descent_agrees(data: st.DataObject, n: int, rate: float) -> None:
    weight, gradient = data.draw(arrays(1e6, n)), data.draw(arrays(1e6, n))
    agrees("gradient_descent_vector", {"weight": weight, "gradient": gradient, "rate": rate})
    agrees("gradient_descent", {"weight": weight[0], "gradient": gradient[0], "rate": rate})


@everywhere
@given(
    x=numbers(100),
    y=numbers(1000),
    weight=numbers(100),
    rate=st.floats(1e-9, 1000),
    iterations=st.integers(1, 10),
)
def test_training_loop_agrees(
    x: float, y: float, weight: float, rate: float, iterations: int
) -> None:
    inputs = {"x": x, "y": y, "weight": weight, "rate": rate, "iterations": iterations}
    if 2 * rate * x**2 > 3:
        with pytest.raises(BadInput, match="rate"):
            find(name("training_loop")).solve(inputs)
        inputs["rate"] = max(1e-9, 0.999 * 1.5 / x**2)
    agrees("training_loop", inputs)


@everywhere
@given(
    a=numbers(10),
    c=numbers(10),
    x=numbers(10),
    power=st.integers(2, 3),
    outer=st.sampled_from(["square", "cube", "exp", "sigmoid"]),
)
def test_chain_rule_agrees(a: float, c: float, x: float, power: int, outer: str) -> None:
    inputs = {"a": a, "c": c, "x": x, "power": power, "outer": outer}
    if outer == "exp" and (a * x + c) ** power > 20:
        with pytest.raises(BadInput, match="outer"):
            find(name("chain_rule")).solve(inputs)
    else:
        agrees("chain_rule", inputs)


@everywhere
@given(data=st.data(), k=sides, n=sides, activation=st.sampled_from(["sigmoid", "tanh", "relu"]))
def test_error_signal_agrees(data: st.DataObject, k: int, n: int, activation: str) -> None:
    inputs = {"weights": arrays(1000, k, n), "next_error": arrays(1000, k), "z": arrays(1000, n)}
    drawn = {key: data.draw(strategy) for key, strategy in inputs.items()}
    agrees("error_signal", {**drawn, "activation": activation})


@everywhere
@given(data=st.data(), m=sides, n=sides)
def test_weight_gradient_agrees(data: st.DataObject, m: int, n: int) -> None:
    error, before = data.draw(arrays(1000, m)), data.draw(arrays(1000, n))
    agrees("weight_gradient", {"error": error, "before": before})


@everywhere
@given(data=st.data(), examples=sides, units=sides)
def test_dead_relu_agrees(data: st.DataObject, examples: int, units: int) -> None:
    agrees("dead_relu", {"z": data.draw(arrays(1000, examples, units))})


@everywhere
@given(
    layers=st.integers(1, 50),
    weight=st.floats(0.01, 100),
    activation=st.sampled_from(["sigmoid", "tanh", "relu"]),
)
def test_vanishing_gradient_agrees(layers: int, weight: float, activation: str) -> None:
    agrees("vanishing_gradient", {"layers": layers, "weight": weight, "activation": activation})


@everywhere
@given(data=st.data(), layers=st.integers(1, 20))
def test_sigmoid_chain_agrees(data: st.DataObject, layers: int) -> None:
    weights, z = data.draw(arrays(10, layers)), data.draw(arrays(10, layers))
    agrees("sigmoid_chain", {"weights": weights, "z": z})


@everywhere
@given(
    data=st.data(),
    n=sides,
    h=sides,
    m=sides,
    activation=st.sampled_from(["sigmoid", "tanh", "relu"]),
    output=st.sampled_from(["identity", "sigmoid", "softmax"]),
)
def test_two_layer_agrees(
    data: st.DataObject, n: int, h: int, m: int, activation: str, output: str
) -> None:
    shapes = {"x": (n,), "first_weights": (h, n), "first_biases": (h,),
              "second_weights": (m, h), "second_biases": (m,)}  # fmt: skip
    inputs: dict[str, Any] = {key: data.draw(arrays(10, *s)) for key, s in shapes.items()}
    one_hot = [1.0] + [0.0] * (m - 1)
    target = one_hot if output == "softmax" else data.draw(arrays(100, m))
    agrees("two_layer", {**inputs, "target": target, "activation": activation, "output": output})
