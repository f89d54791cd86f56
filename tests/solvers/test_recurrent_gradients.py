"""Gradients through time: finite differences, numbers by hand, published warnings."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import find
from solvers.contract import BadInput, Solution, Unsuitable
from tests.solvers.conftest import kernel_device

Solve = Callable[[str, Mapping[str, Any]], Solution]

tanh = math.tanh


def wrong(solver: str, inputs: Mapping[str, Any], quantity: str) -> dict[str, Any]:
    solution = find(solver).solve(inputs)
    return {w.id.partition("/")[2]: w.value for w in solution.wrong_answers_for(quantity)}


def value(solution: Solution, quantity: str) -> float:
    number = solution.quantities[quantity]
    assert isinstance(number, float)
    return number


# ----------------------------------------------------------------------- recurrent.bptt

BPTT = {"weight": 1.5, "drive": [0.2, -0.4, 0.1], "start": 0.5}


def test_a_gradient_over_three_steps_by_hand(lawful: Solve) -> None:
    solution = lawful("recurrent.bptt", BPTT)
    h1 = tanh(0.95)
    h2 = tanh(1.5 * h1 - 0.4)
    h3 = tanh(1.5 * h2 + 0.1)
    s1, s2, s3 = (1 - h**2 for h in (h1, h2, h3))
    assert solution.quantities["hidden_states"] == pytest.approx([h1, h2, h3])
    assert solution.quantities["slopes"] == pytest.approx([s2, s3])
    assert solution.quantities["gradient"] == pytest.approx(1.5**2 * s2 * s3)
    z2, z3 = 1.5 * h1 - 0.4, 1.5 * h2 + 0.1
    assert wrong("recurrent.bptt", BPTT, "gradient") == pytest.approx(
        {
            "no-tanh-derivative": 2.25,
            "t-factors": 1.5**3 * s1 * s2 * s3,
            "no-weight": s2 * s3,
            "sum": 1.5 * (s2 + s3),
            "derivative-at-z": 2.25 * (1 - z2**2) * (1 - z3**2),
        }
    )
    slopes = wrong("recurrent.bptt", BPTT, "slopes")
    assert slopes["derivative-at-z"] == pytest.approx([1 - z2**2, 1 - z3**2])


def test_a_gradient_follows_from_the_stated_slopes() -> None:
    solution = find("recurrent.bptt").solve(BPTT, stated={"slopes": [0.5, 0.5]})
    assert solution.quantities["gradient"] == pytest.approx(2.25 / 4)


def test_slips_that_say_nothing() -> None:
    shortest = {"weight": 1, "drive": [0.1, 0.2]}
    names = set(wrong("recurrent.bptt", shortest, "gradient"))
    assert names == {"no-tanh-derivative", "t-factors", "derivative-at-z"}
    one_factor = {"recurrent_weights": [[2]], "first": [0], "drive": [[1]]}
    assert "sum" not in wrong("recurrent.state_jacobian", one_factor, "norm")


def test_the_gradient_is_the_finite_difference() -> None:
    def last(h: float) -> float:
        for a in BPTT["drive"][1:]:  # type: ignore[index]
            h = tanh(1.5 * h + a)
        return h

    h1, step = tanh(0.95), 1e-6
    difference = (last(h1 + step) - last(h1 - step)) / (2 * step)
    gradient = value(find("recurrent.bptt").solve(BPTT), "gradient")
    assert gradient == pytest.approx(difference, rel=1e-8)


# ------------------------------------------------------------- recurrent.state_jacobian

# Its eigenvalues are 0, and still the gradient explodes (curriculum, trap-eigen-vs-norm).
TRAP = {
    "recurrent_weights": [[2, -2], [2, -2]],
    "first": [0, 0.99],
    "drive": [[1.98, 4.6267]] * 9,
}


def test_a_radius_of_0_can_explode_with_tanh(lawful: Solve) -> None:
    radius = lawful("recurrent.spectral_radius", {"weights": TRAP["recurrent_weights"]})
    assert radius.quantities["radius"] == 0
    assert value(lawful("recurrent.state_jacobian", TRAP), "norm") == pytest.approx(617, abs=0.5)


JACOBIAN = {
    "recurrent_weights": [[1, 0.5], [-0.5, 2]],
    "first": [0.2, -0.3],
    "drive": [[0.1, 0.2], [0, -0.1]],
}


def test_the_newest_jacobian_stands_on_the_left(lawful: Solve) -> None:
    solution = lawful("recurrent.state_jacobian", JACOBIAN)
    w, h = np.array(JACOBIAN["recurrent_weights"]), np.array(JACOBIAN["first"])
    factors, sums = [], []
    for drive in np.array(JACOBIAN["drive"]):
        sums.append(w @ h + drive)
        h = np.tanh(sums[-1])
        factors.append(np.diag(1 - h**2) @ w)

    def last(start: Any) -> Any:
        for drive in np.array(JACOBIAN["drive"]):
            start = np.tanh(w @ start + drive)
        return start

    first, step = np.array(JACOBIAN["first"]), 1e-6
    nudges = [(last(first + step * e) - last(first - step * e)) / (2 * step) for e in np.eye(2)]
    jacobian = np.array(solution.quantities["jacobian"])
    np.testing.assert_allclose(jacobian, np.stack(nudges, axis=1), rtol=1e-7)
    np.testing.assert_allclose(jacobian, factors[1] @ factors[0], rtol=1e-12)
    other_order = w @ np.diag(1 - h**2) @ w @ np.diag(1 - np.tanh(sums[0]) ** 2)
    assert abs(jacobian - other_order).max() > 0.01  # trap-bptt-order

    slope = [np.diag(1 - np.tanh(z) ** 2) for z in sums]
    expected: dict[str, Any] = {
        "no-tanh-derivative": w @ w,
        "t-factors": factors[1] @ factors[0] @ np.diag(1 - first**2) @ w,
        "no-weight": slope[1] @ slope[0],
        "sum": factors[0] + factors[1],
        "derivative-at-z": np.diag(1 - sums[1] ** 2) @ w @ np.diag(1 - sums[0] ** 2) @ w,
    }
    values = wrong("recurrent.state_jacobian", JACOBIAN, "jacobian")
    assert set(values) == set(expected)
    for name, matrix in expected.items():
        np.testing.assert_allclose(values[name], matrix, rtol=1e-10, err_msg=name)
    norms = wrong("recurrent.state_jacobian", JACOBIAN, "norm")
    assert norms["sum"] == pytest.approx(np.linalg.norm(expected["sum"], 2))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), steps=st.integers(2, 8), units=st.integers(1, 3))
def test_gradients_agree_with_autograd(seed: int, steps: int, units: int) -> None:
    rng = np.random.default_rng(seed)
    one = {
        "weight": rng.uniform(-4, 4),
        "drive": rng.uniform(-3, 3, size=steps),
        "start": rng.uniform(-10, 10),
    }
    solver = find("recurrent.bptt")
    solver.verify(solver.solve(one), kernel_device())
    several = {
        "recurrent_weights": rng.uniform(-3, 3, size=(units, units)),
        "first": rng.uniform(-1, 1, size=units),
        "drive": rng.uniform(-5, 5, size=(steps - 1, units)),
    }
    solver = find("recurrent.state_jacobian")
    solver.verify(solver.solve(several), kernel_device())


# ------------------------------------------------------------ recurrent.spectral_radius


@pytest.mark.parametrize(
    ("weights", "radius", "norm", "verdict"),
    [
        ([[0.5, 5], [0, 0.5]], 0.5, 5.049510, "vanishes"),  # trap-eigen-vs-norm: norm 5.05
        ([[0, -1], [1, 0]], 1, 1, "neither"),  # a quarter turn
        ([[3, 4], [-4, 3]], 5, 5, "explodes"),  # 3 ± 4i
        ([[2, 0], [0, -3]], 3, 3, "explodes"),
        ([[1, 1], [1, 0]], (1 + math.sqrt(5)) / 2, (1 + math.sqrt(5)) / 2, "explodes"),  # Fibonacci
        ([[1, 1], [-1, 3]], 2, math.sqrt(6 + math.sqrt(20)), "explodes"),  # 2 twice, one direction
        ([[0, 1], [0, 0]], 0, 1, "vanishes"),
        ([[0, 0], [0, 0]], 0, 0, "vanishes"),
        ([[0.3, 0.1], [-0.1, 0.1]], 0.2, math.sqrt(0.06 + math.sqrt(0.002)), "vanishes"),
    ],
)
def test_known_radii(lawful: Solve, weights: Any, radius: float, norm: float, verdict: str) -> None:
    solution = lawful("recurrent.spectral_radius", {"weights": weights, "steps": 7})
    assert solution.quantities["radius"] == pytest.approx(radius)
    assert solution.quantities["power"] == pytest.approx(radius**7)
    assert solution.quantities["norm"] == pytest.approx(norm, rel=1e-6)
    assert solution.quantities["verdict"] == verdict


def test_wrong_radii() -> None:
    inputs = {"weights": [[0, -4], [3, 1]], "steps": 5}  # λ = ½ ± i √47/2, ρ = √12
    assert wrong("recurrent.spectral_radius", inputs, "radius") == pytest.approx(
        {
            "largest-entry": 4,
            "trace": 1,
            "determinant": 12,
            # WᵀW = [[9, 3], [3, 17]]: eigenvalues 13 ± 5
            "spectral-norm": math.sqrt(18),
        }
    )
    powers = wrong("recurrent.spectral_radius", inputs, "power")
    assert powers == pytest.approx({"linear-growth": 5 * math.sqrt(12)})
    assert wrong("recurrent.spectral_radius", {**inputs, "steps": 1}, "power") == {}


def test_eigenvalues_that_rounding_would_decide_are_unsuitable() -> None:
    with pytest.raises(Unsuitable, match="rounding"):
        find("recurrent.spectral_radius").solve({"weights": [[1, 1], [1e-11, 1]]})


entry = st.one_of(
    st.integers(-9, 9).map(float), st.floats(-100, 100), st.integers(-20, 20).map(lambda n: n / 10)
)


@settings(max_examples=200, deadline=None)
@given(weights=st.lists(entry, min_size=4, max_size=4), steps=st.integers(1, 50))
def test_radii_agree_with_torch(weights: list[float], steps: int) -> None:
    solver = find("recurrent.spectral_radius")
    try:
        solution = solver.solve({"weights": [weights[:2], weights[2:]], "steps": steps})
    except Unsuitable:
        return
    solver.verify(solution, kernel_device())


# -------------------------------------------------- recurrent.lstm_path and lstm_memory

PATH = {"forget_gates": [0.9, 0.5, 0.8], "input_gates": [0.2, 0.5, 1]}


def test_the_memory_path(lawful: Solve) -> None:
    assert value(lawful("recurrent.lstm_path", PATH), "gradient") == pytest.approx(0.36)
    assert wrong("recurrent.lstm_path", PATH, "gradient") == pytest.approx(
        {"sum": 2.2, "always-1": 1, "i-gates": 0.1, "quarter": 0.09 * 0.25 * 0.16}
    )
    single = {"forget_gates": [0.9], "input_gates": [0.2]}
    assert "sum" not in wrong("recurrent.lstm_path", single, "gradient")
    shut = {"forget_gates": [0, 1], "input_gates": [0, 1]}
    assert value(lawful("recurrent.lstm_path", shut), "gradient") == 0


@pytest.mark.parametrize(
    ("inputs", "gradient", "steps"),
    [
        # trap-lstm-solves: 0.9¹⁰⁰ ≈ 2.7·10⁻⁵; ln 0.01/ln 0.9 = 43.7
        ({"forget_gate": 0.9, "steps": 100}, 2.656e-5, 44),
        ({"forget_gate": 0.5, "steps": 2, "threshold": 0.125}, 0.25, 4),  # 0.5³ is not below
        ({"forget_gate": 0.5, "steps": 2, "threshold": 0.6}, 0.25, 1),
        ({"forget_gate": 0.01, "steps": 1, "threshold": 1e-6}, 0.01, 4),  # 0.01³ is not below
        ({"forget_gate": 0.999, "steps": 1, "threshold": 0.5}, 0.999, 693),
    ],
)
def test_how_long_a_memory_lasts(
    lawful: Solve, inputs: dict[str, Any], gradient: float, steps: int
) -> None:
    solution = lawful("recurrent.lstm_memory", inputs)
    assert value(solution, "gradient") == pytest.approx(gradient, rel=1e-3)
    assert solution.quantities["steps_until"] == steps


def test_wrong_memories() -> None:
    inputs = {"forget_gate": 0.9, "input_gate": 0.3, "steps": 4}
    assert wrong("recurrent.lstm_memory", inputs, "gradient") == pytest.approx(
        {"sum": 3.6, "always-1": 1, "i-gates": 0.0081, "quarter": 0.09**4}
    )
    assert "sum" not in wrong("recurrent.lstm_memory", {**inputs, "steps": 1}, "gradient")


@settings(max_examples=60, deadline=None)
@given(
    gates=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=64),
    forget=st.one_of(st.floats(0.01, 0.9999), st.integers(1, 99).map(lambda n: n / 100)),
    steps=st.integers(1, 300),
    threshold=st.one_of(st.floats(1e-6, 0.99), st.sampled_from([0.1, 0.01, 0.25, 0.125])),
)
def test_memories_agree_with_autograd(
    gates: list[tuple[float, float]], forget: float, steps: int, threshold: float
) -> None:
    path, memory = find("recurrent.lstm_path"), find("recurrent.lstm_memory")
    forgets, enters = zip(*gates, strict=True)
    path.verify(path.solve({"forget_gates": [*forgets], "input_gates": [*enters]}), kernel_device())
    inputs = {"forget_gate": forget, "steps": steps, "threshold": threshold}
    memory.verify(memory.solve(inputs), kernel_device())


@pytest.mark.parametrize(
    ("solver", "inputs", "message"),
    [
        ("bptt", {"weight": 1, "drive": [1]}, r"drive is \[1.0\]; allowed: at least 2 steps"),
        ("bptt", {"weight": 5, "drive": [1, 2]}, "weight is 5; allowed: a number from -4 to 4"),
        ("bptt", {"weight": 1, "drive": [1] * 9}, "each side at most 8"),
        ("state_jacobian", {**JACOBIAN, "first": [2, 0]}, "first is"),
        ("state_jacobian", {**JACOBIAN, "drive": [[1]]}, "allowed: H = 2"),
        ("spectral_radius", {"weights": [[1]]}, r"weights is \[\[1.0\]\]; allowed: a matrix of 2"),
        ("spectral_radius", {"weights": [[1, 2, 3]] * 3}, "each side at most 2"),
        ("spectral_radius", {"weights": [[1, 2]] * 2, "steps": 51}, "steps is 51"),
        ("lstm_path", {**PATH, "input_gates": [1]}, "allowed: T = 3, as in forget_gates"),
        ("lstm_path", {**PATH, "forget_gates": [1.1, 0, 0]}, "numbers from 0 to 1"),
        ("lstm_memory", {"forget_gate": 1}, "forget_gate is 1; allowed: a number from 0.01"),
        ("lstm_memory", {"forget_gate": 0.5, "threshold": 0}, "threshold is 0"),
    ],
)
def test_bad_inputs_are_named(solver: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        find(f"recurrent.{solver}").solve(inputs)
