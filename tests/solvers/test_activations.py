"""Activations against ONNX's published vectors, torch, and wrong answers worked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import activations, find, in_topic
from solvers.contract import BadInput, Solution, Unsuitable
from tests.solvers.conftest import kernel_device

Lawful: TypeAlias = Callable[[str, Mapping[str, Any]], Solution]

# ------------------------------------------------------------------------ array functions

X = [-1, 0, 1]
# From the operator tests of ONNX (opset 20), written there with seven digits.
ONNX_VECTORS: list[tuple[str, Any, dict[str, Any], Any]] = [
    ("sigmoid", X, {}, [0.26894143, 0.5, 0.7310586]),
    ("tanh", X, {}, [-0.76159416, 0, 0.76159416]),
    ("relu", X, {}, [0, 0, 1]),
    ("leaky_relu", X, {"negative_slope": 0.1}, [-0.1, 0, 1]),
    ("gelu", X, {}, [-0.15865526, 0, 0.84134474]),
    ("gelu", X, {"approximate": "tanh"}, [-0.158808, 0, 0.841192]),
    ("softmax", [X], {}, [[0.09003058, 0.24472848, 0.66524094]]),
    ("log_softmax", [X], {}, [[-2.4076061, -1.407606, -0.407606]]),
    (
        "softmax",
        [[0, 1, 2, 3], [10000, 10001, 10002, 10003]],
        {},
        [[0.032058604, 0.08714432, 0.23688284, 0.6439143]] * 2,
    ),
    (
        "log_softmax",
        [[0, 1, 2, 3], [10000, 10001, 10002, 10003]],
        {},
        [[-3.4401896, -2.4401896, -1.4401896, -0.44018966]] * 2,
    ),
]


@pytest.mark.parametrize(("name", "x", "options", "expected"), ONNX_VECTORS)
def test_published_vectors(name: str, x: Any, options: dict[str, Any], expected: Any) -> None:
    np.testing.assert_allclose(getattr(activations, name)(x, **options), expected, atol=5e-7)


EXTREME = np.array([-1000.0, -745.2, -40.0, -1e-9, -0.0, 1e-300, 3.0, 36.8, 710.0, 1000.0])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sigmoid", {}),
        ("tanh", {}),
        ("relu", {}),
        ("leaky_relu", {}),
        ("leaky_relu", {"negative_slope": 0.3}),
        ("gelu", {}),
        ("gelu", {"approximate": "tanh"}),
        ("softmax", {"dim": -1}),
        ("softmax", {"dim": 0}),
        ("log_softmax", {"dim": 1}),
    ],
)
def test_functions_agree_with_torch_far_out_too(name: str, options: dict[str, Any]) -> None:
    x = np.stack([EXTREME, EXTREME[::-1] / 300])
    before = x.copy()
    library = torch if name in ("sigmoid", "tanh") else torch.nn.functional
    expected = getattr(library, name)(torch.tensor(x), **options).numpy()
    y = getattr(activations, name)(x, **options)
    np.testing.assert_allclose(y, expected, rtol=1e-9, atol=1e-13)
    assert y.dtype == np.float64
    np.testing.assert_array_equal(x, before)


def test_gelu_stays_exact_far_to_the_left() -> None:
    # Φ(−10) = 7.619853e-24 (tables of the normal distribution); ½(1 + erf) would give 0.
    assert activations.gelu(-10.0) == pytest.approx(-7.619853e-23, rel=1e-6)


def test_softmax_ignores_a_shift_and_keeps_ties_equal() -> None:
    z = np.array([3, 1, 3, -2])
    p = activations.softmax(z)
    np.testing.assert_allclose(activations.softmax(z + 500), p)
    assert p[0] == p[2]
    assert p.sum() == pytest.approx(1)
    np.testing.assert_array_equal(activations.softmax([-1e4, -1e4]), [0.5, 0.5])
    np.testing.assert_array_equal(activations.softmax([1000, 0]), [1, 0])


def test_an_unknown_approximation_is_refused() -> None:
    with pytest.raises(BadInput, match="approximate is 'erf'; allowed: one of none, tanh"):
        activations.gelu([1.0], approximate="erf")  # type: ignore[arg-type]


# -------------------------------------------------------------------------------- solvers

E2 = math.exp(2)
# Values by hand: σ(2) = 0.880797, tanh ½ = 0.462117, Φ(2) = 0.977250, φ(2) = 0.053991
# (Abramowitz and Stegun, tables 4.15 and 26.1); softmax of (2, 1, 0) as in ONNX's vector.
KNOWN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("activations.sigmoid", {"z": 0}, {"value": 0.5, "derivative": 0.25}),
    ("activations.sigmoid", {"z": 2}, {"value": 0.880797, "derivative": 0.104994}),
    ("activations.sigmoid", {"z": -2}, {"value": 0.119203, "derivative": 0.104994}),
    ("activations.tanh", {"z": 0}, {"value": 0, "derivative": 1}),
    ("activations.tanh", {"z": 0.5}, {"value": 0.462117, "derivative": 0.786448}),
    ("activations.tanh", {"z": -0.5}, {"value": -0.462117, "derivative": 0.786448}),
    ("activations.relu", {"z": [-3, 0, 0.5, 4]}, {"output": [0, 0, 0.5, 4]}),
    (
        "activations.relu_gradient",
        {"z": [-3, 0, 0.5, 4], "upstream": [5, 6, 7, -8]},
        {"gradient": [0, 0, 7, -8]},
    ),
    ("activations.leaky_relu", {"z": [-3, 0, 4]}, {"output": [-0.03, 0, 4]}),
    ("activations.leaky_relu", {"z": [-3, 4], "slope": 0.2}, {"output": [-0.6, 4]}),
    ("activations.gelu", {"z": 2}, {"value": 1.954500}),
    ("activations.gelu", {"z": -2}, {"value": -0.045500}),
    (
        "activations.softmax",
        {"z": [2, 1, 0], "index": 2},
        {"probabilities": [0.665241, 0.244728, 0.090031], "probability": 0.090031},
    ),
    (
        "activations.softmax",
        {"z": [-1000, -1000 + math.log(3)], "index": 1},
        {"probabilities": [0.25, 0.75], "probability": 0.75},
    ),
]


@pytest.mark.parametrize(("solver", "inputs", "expected"), KNOWN)
def test_known_values(
    solver: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Lawful
) -> None:
    solution = lawful(solver, inputs)
    assert set(solution.quantities) == set(expected)
    for quantity, value in expected.items():
        assert solution.quantities[quantity] == pytest.approx(value, abs=1e-6)


WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "activations.sigmoid",
        {"z": 2},
        {
            "sigmoid/sigma-only": {"derivative": 0.880797},
            "sigmoid/tanh-rule": {"derivative": 0.224197},
            "sigmoid/z-rule": {"derivative": -2},
            "sigmoid/exp-sign": {"value": 0.119203},
            "sigmoid/derivative-for-value": {"value": 0.104994},
        },
    ),
    (
        "activations.tanh",
        {"z": 0.5},
        {
            "tanh/sigmoid-rule": {"derivative": 0.248565},
            "tanh/no-square": {"derivative": 0.537883},
            "tanh/half-argument": {"value": 0.244919},  # 2σ(½) − 1
            "tanh/no-derivative": {"derivative": 0.462117},
            "tanh/derivative-for-value": {"value": 0.786448},
        },
    ),
    (
        "activations.relu",
        {"z": [-3, 0.5, 4]},
        {
            "relu/abs": {"output": [3, 0.5, 4]},
            "relu/identity": {"output": [-3, 0.5, 4]},
            "relu/cap-at-1": {"output": [0, 0.5, 1]},
        },
    ),
    (
        "activations.relu_gradient",
        {"z": [-3, 0.5, 4], "upstream": [5, 7, -8]},
        {
            "relu/abs": {"gradient": [-5, 7, -8]},
            "relu/identity": {"gradient": [-3, 0.5, 4]},
            "relu/keep-negative-grad": {"gradient": [5, 7, -8]},
        },
    ),
    (
        "activations.leaky_relu",
        {"z": [-3, 0, 4], "slope": 0.1},
        {
            "leaky-relu/alpha-on-positive": {"output": [-3, 0, 0.4]},
            "leaky-relu/zero-negative": {"output": [0, 0, 4]},
            "leaky-relu/alpha-constant": {"output": [-0.1, 0, 4]},
            "leaky-relu/alpha-both": {"output": [-0.3, 0, 0.4]},
        },
    ),
    (
        "activations.gelu",
        {"z": 2},
        {
            "gelu/pdf-not-cdf": {"value": 0.107982},
            "gelu/cdf-only": {"value": 0.977250},
            "gelu/relu": {"value": 2},
            "gelu/sigmoid-gate": {"value": 1.761594},
        },
    ),
    (
        "activations.softmax",
        {"z": [2, 1, 0]},
        {
            "softmax/no-exp": {"probabilities": [2 / 3, 1 / 3, 0], "probability": 2 / 3},
            "softmax/sigmoid-each": {"probabilities": [0.880797, 0.731059, 0.5]},
            "softmax/hard-max": {"probabilities": [1, 0, 0], "probability": 1},
            "softmax/exp-over-sum-z": {"probabilities": [E2 / 3, math.e / 3, 1 / 3]},
            "softmax/base-2": {"probabilities": [4 / 7, 2 / 7, 1 / 7], "probability": 4 / 7},
        },
    ),
]


def wrong_values(solution: Solution) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for wrong in solution.wrong_answers:
        values.setdefault(wrong.id, {})[wrong.quantity] = wrong.value
    return values


@pytest.mark.parametrize(("solver", "inputs", "expected"), WRONG)
def test_every_misconception_by_hand(
    solver: str, inputs: dict[str, Any], expected: dict[str, dict[str, Any]], lawful: Lawful
) -> None:
    values = wrong_values(lawful(solver, inputs))
    assert set(values) == set(expected) == {m.id for m in find(solver).misconceptions}
    for name, quantities in expected.items():
        for quantity, value in quantities.items():
            assert values[name][quantity] == pytest.approx(value, abs=1e-6), name


def test_every_solver_is_known_and_its_misconceptions_worked() -> None:
    ids = {solver.id for solver in in_topic("activations")}
    assert ids == {solver for solver, *_ in KNOWN} == {solver for solver, *_ in WRONG}


@pytest.mark.parametrize(
    ("solver", "inputs", "gone"),
    [
        ("activations.relu", {"z": [-1, 0.5, 1]}, {"relu/cap-at-1"}),
        ("activations.sigmoid", {"z": 0}, {"sigmoid/exp-sign"}),
        # Logits that add up to 0 can't be divided by their sum.
        ("activations.softmax", {"z": [1, -1]}, {"softmax/no-exp", "softmax/exp-over-sum-z"}),
        # e^1000 overflows: nobody could have typed that.
        ("activations.softmax", {"z": [1000, 999]}, {"softmax/exp-over-sum-z"}),
    ],
)
def test_misconceptions_that_mean_nothing_here(
    solver: str, inputs: dict[str, Any], gone: set[str]
) -> None:
    every = {m.id for m in find(solver).misconceptions}
    assert every - set(wrong_values(find(solver).solve(inputs))) == gone


@pytest.mark.parametrize("z", [[1000, -1000], [0, 11, 0], [5]])
def test_a_saturated_softmax_makes_no_question(z: list[float]) -> None:
    with pytest.raises(Unsuitable, match="saturated"):
        find("activations.softmax").solve({"z": z})


# ----------------------------------------------------------------------------------- laws

Z = st.floats(-1000, 1000)
POINT = st.fixed_dictionaries({"z": Z})
DOMAINS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "activations.sigmoid": POINT,
    "activations.tanh": POINT,
    "activations.gelu": POINT,
    "activations.relu": st.fixed_dictionaries({"z": st.lists(Z, min_size=1, max_size=64)}),
    "activations.leaky_relu": st.fixed_dictionaries(
        {"z": st.lists(Z, min_size=1, max_size=8)}, optional={"slope": st.floats(0, 1)}
    ),
    "activations.relu_gradient": st.lists(st.tuples(Z, Z), min_size=1, max_size=8).map(
        lambda pairs: {"z": [z for z, _ in pairs], "upstream": [g for _, g in pairs]}
    ),
    "activations.softmax": st.lists(Z | st.floats(-8, 8), min_size=2, max_size=8).flatmap(
        lambda z: st.fixed_dictionaries(
            {"z": st.just(z), "index": st.integers(0, len(z) - 1)},
        )
    ),
}


@pytest.mark.parametrize("solver_id", DOMAINS)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_reference_and_kernel_agree(solver_id: str, data: st.DataObject) -> None:
    solver, inputs = find(solver_id), data.draw(DOMAINS[solver_id])
    try:
        solution = solver.solve(inputs)
    except Unsuitable:
        assert solver_id == "activations.softmax"
        assert activations.softmax(inputs["z"]).max() > 0.9999
        return
    assert solver.verify(solution, kernel_device()).device == kernel_device().name


def test_every_solver_has_a_domain() -> None:
    assert set(DOMAINS) == {solver.id for solver in in_topic("activations")}


@pytest.mark.parametrize("solver", ["activations.sigmoid", "activations.tanh"])
@pytest.mark.parametrize("z", [-3, -0.7, 0, 1.3, 4])
def test_derivatives_are_slopes(solver: str, z: float) -> None:
    h = 1e-5
    above, below = (find(solver).solve({"z": z + d}).quantities["value"] for d in (h, -h))
    assert isinstance(above, float)
    assert isinstance(below, float)
    slope = (above - below) / (2 * h)
    assert find(solver).solve({"z": z}).quantities["derivative"] == pytest.approx(slope, abs=1e-9)


def test_the_gradient_behind_a_relu_is_a_slope() -> None:
    z, g, h = np.array([-2.0, -0.1, 0.3, 5.0]), np.array([4.0, 3.0, -2.0, 0.5]), 1e-5
    slope = g * (activations.relu(z + h) - activations.relu(z - h)) / (2 * h)
    solution = find("activations.relu_gradient").solve({"z": z, "upstream": g})
    assert solution.quantities["gradient"] == pytest.approx(slope, abs=1e-9)


def test_follow_through() -> None:
    stated = find("activations.sigmoid").solve({"z": 2}, stated={"value": 0.5})
    assert stated.quantities["derivative"] == 0.25
    softmax = find("activations.softmax")
    assert (
        softmax.solve(
            {"z": [2, 1, 0], "index": 1}, stated={"probabilities": [0.5, 0.3, 0.2]}
        ).quantities["probability"]
        == 0.3
    )


@pytest.mark.parametrize(
    ("solver", "inputs", "message"),
    [
        ("activations.sigmoid", {}, "z is None; allowed: a number from -1000 to 1000"),
        ("activations.sigmoid", {"z": math.nan}, "z is nan; allowed"),
        ("activations.tanh", {"z": "1"}, "z is '1'; allowed"),
        ("activations.gelu", {"z": 1e9}, "z is 1000000000.0; allowed"),
        ("activations.relu", {"z": []}, r"z is \[\]; allowed: n numbers"),
        ("activations.relu", {"z": [0] * 65}, "each side at most 64"),
        ("activations.relu_gradient", {"z": [1, 2], "upstream": [1]}, "n = 2, as in z"),
        ("activations.leaky_relu", {"z": [1], "slope": 2}, "slope is 2; allowed: a number from 0"),
        ("activations.softmax", {"z": [[1, 2]]}, "z is"),
        ("activations.softmax", {"z": [1, 2], "index": 2}, "index is 2; allowed: at most 1"),
    ],
)
def test_bad_inputs(solver: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        find(solver).solve(inputs)
