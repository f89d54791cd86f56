"""energy.* against published numbers, torch, finite differences, and wrong answers by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import find, in_topic
from solvers.contract import BadInput, Solution, Unsuitable
from tests.solvers.conftest import kernel_device


def name(short: str) -> str:
    return f"energy.{short}"


def wrong_values(solution: Solution) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for wrong in solution.wrong_answers:
        values.setdefault(wrong.id, {})[wrong.quantity] = wrong.value
    return values


def answer(short: str, inputs: dict[str, Any], quantity: str) -> Any:
    return find(name(short)).solve(inputs).quantities[quantity]


# -------------------------------------------------------------------------- known numbers

LN2, LN3 = math.log(2), math.log(3)
ENERGIES: dict[str, Any] = {"energies": [0, LN2, 2 * LN2]}  # factors 1, 1/2, 1/4
WARM: dict[str, Any] = {"energies": [2 * LN2, 4 * LN2], "temperature": 2}  # 1/2 and 1/4
WALK: dict[str, Any] = {"quadratic": 1, "x": 3, "step": 0.25, "noise": 2}  # E′ = 6
DOUBLE_WELL: dict[str, Any] = {
    "quartic": 0.25, "quadratic": -0.5, "linear": 1, "x": 2, "step": 0.5, "noise": 0
}  # fmt: skip
MODEL: dict[str, Any] = {"energies": [0, LN3], "slopes": [2, -2], "observed": 1}  # p = 3/4, 1/4
FLOW: dict[str, Any] = {"scale": -2, "shift": 1, "x": 5}  # z = −2
BASE = -(4 + math.log(2 * math.pi)) / 2
SEQUENCE: dict[str, Any] = {"conditionals": [0.5, 0.2, 0.8], "marginals": [0.5, 0.4, 0.1]}

BY_HAND: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("boltzmann", ENERGIES, {"probabilities": [4 / 7, 2 / 7, 1 / 7]}),
    ("boltzmann", WARM, {"probabilities": [2 / 3, 1 / 3]}),
    # two levels one kT apart, as in any textbook of statistical physics: 0.731 and 0.269
    ("boltzmann", {"energies": [0, 1]}, {"probabilities": [0.7310585786, 0.2689414214]}),
    # only differences count, however large the energies
    ("boltzmann", {"energies": [-1000, -999]}, {"probabilities": [0.7310585786, 0.2689414214]}),
    ("boltzmann", {"energies": [1000, 1000]}, {"probabilities": [0.5, 0.5]}),
    ("langevin", WALK, {"gradient": 6, "new_x": 3.25}),
    ("langevin", DOUBLE_WELL, {"gradient": 7, "new_x": 0.25}),  # 8 − 2 + 1
    ("langevin", {**WALK, "x": 0, "noise": 0}, {"gradient": 0, "new_x": 0}),
    ("langevin", {**WALK, "quadratic": 0}, {"gradient": 0, "new_x": 4}),
    (
        "contrastive_gradient",
        MODEL,
        {"probabilities": [0.75, 0.25], "negative_phase": 1, "gradient": -3},
    ),
    ("contrastive_gradient", {**MODEL, "observed": 0}, {"gradient": 1}),
    # a single state is certain: nothing to learn
    (
        "contrastive_gradient",
        {"energies": [7], "slopes": [3], "observed": 0},
        {"probabilities": [1], "gradient": 0},
    ),
    ("affine_flow", FLOW, {"z": -2, "log_density": BASE - LN2}),
    # N(100, 15²) at 130, two deviations above: density 0.0035993
    (
        "affine_flow",
        {"scale": 15, "shift": 100, "x": 130},
        {"z": 2, "log_density": math.log(0.003599397767)},
    ),
    ("affine_flow", {"scale": 1, "shift": 0, "x": 0}, {"log_density": -0.9189385332}),
    ("autoregressive", SEQUENCE, {"probability": 0.08, "log_likelihood": math.log(0.08)}),
    (
        "autoregressive",
        {"conditionals": [1], "marginals": [0.5]},
        {"probability": 1, "log_likelihood": 0},
    ),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), BY_HAND)
def test_known_numbers(
    short: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Callable[..., Solution]
) -> None:
    quantities: dict[str, Any] = dict(lawful(name(short), inputs).quantities)
    for quantity, value in expected.items():
        np.testing.assert_allclose(quantities[quantity], value, rtol=1e-9, atol=1e-12)


def test_concepts() -> None:
    covered = {concept for solver in in_topic("energy") for concept in solver.concepts}
    assert covered == {
        "ebm-boltzmann", "ebm-langevin", "ebm-contrastive-gradient", "flow-change-of-variables",
        "autoregressive-factorisation",
    }  # fmt: skip


# ------------------------------------------------------------------------- misconceptions

WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "boltzmann",
        WARM,
        {
            "ebm-boltzmann/positive-sign": {"probabilities": [1 / 3, 2 / 3]},
            "ebm-boltzmann/no-z": {"probabilities": [1 / 2, 1 / 4]},
            "ebm-boltzmann/inverse-energy": {"probabilities": [2 / 3, 1 / 3]},
            # e^(−4 ln 2) and e^(−8 ln 2): 16 to 1
            "ebm-boltzmann/temperature-multiplies": {"probabilities": [16 / 17, 1 / 17]},
        },
    ),
    (
        "langevin",
        WALK,
        {
            "ebm-langevin/uphill": {"new_x": 4.75},
            "ebm-langevin/no-half": {"new_x": 2.5},
            "ebm-langevin/eta-noise": {"new_x": 2.75},
            "ebm-langevin/no-noise": {"new_x": 2.25},
        },
    ),
    (
        "contrastive_gradient",
        MODEL,
        {
            "ebm-contrastive-gradient/no-negative-phase": {"gradient": -2},
            "ebm-contrastive-gradient/sum-phases": {"gradient": -1},
            "ebm-contrastive-gradient/uniform-negatives": {"negative_phase": 0, "gradient": -2},
            "ebm-contrastive-gradient/sign": {"gradient": 3},
        },
    ),
    (
        "affine_flow",
        FLOW,
        {
            "flow-change-of-variables/sign-of-logdet": {"log_density": BASE + LN2},
            "flow-change-of-variables/no-logdet": {"log_density": BASE},
            "flow-change-of-variables/forgot-inverse": {"z": 5, "log_density": BASE - 10.5 - LN2},
            "flow-change-of-variables/no-log": {"log_density": BASE - 2},
        },
    ),
    (
        "autoregressive",
        SEQUENCE,
        {
            "autoregressive-factorisation/sum-of-p": {"probability": 1.5},
            "autoregressive-factorisation/mean": {"log_likelihood": math.log(0.08) / 3},
            "autoregressive-factorisation/independent": {
                "probability": 0.02,
                "log_likelihood": math.log(0.02),
            },
            "autoregressive-factorisation/min": {"probability": 0.2},
        },
    ),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), WRONG)
def test_misconceptions_by_hand(
    short: str,
    inputs: dict[str, Any],
    expected: dict[str, dict[str, Any]],
    lawful: Callable[..., Solution],
) -> None:
    values = wrong_values(lawful(name(short), inputs))
    assert set(values) == set(expected) == {wrong.id for wrong in find(name(short)).misconceptions}
    for wrong, quantities in expected.items():
        for quantity, value in quantities.items():
            np.testing.assert_allclose(
                values[wrong][quantity], value, rtol=1e-9, atol=1e-12, err_msg=wrong
            )


@pytest.mark.parametrize(
    ("short", "inputs", "gone"),
    [
        ("boltzmann", ENERGIES, {"inverse-energy", "temperature-multiplies"}),
        ("boltzmann", {"energies": [1, -1]}, {"inverse-energy"}),  # 1/E adds up to 0
        ("boltzmann", {"energies": [-1000, -1000]}, {"no-z"}),  # nobody types ∞
        ("langevin", {**WALK, "step": 1}, {"eta-noise"}),
        ("affine_flow", {**FLOW, "scale": -1}, {"sign-of-logdet", "no-logdet"}),
        ("affine_flow", {"scale": 3, "shift": 0, "x": 0}, {"forgot-inverse"}),
        (
            "autoregressive",
            {"conditionals": [0.5], "marginals": [0.4]},
            {"sum-of-p", "mean", "independent", "min"},
        ),
    ],
)
def test_misconceptions_that_mean_nothing_are_left_out(
    short: str, inputs: dict[str, Any], gone: set[str]
) -> None:
    wrong = find(name(short)).solve(inputs).wrong_answers
    assert not gone & {w.id.partition("/")[2] for w in wrong}


# -------------------------------------------------------------- follow-through and Unsuitable


def test_a_wrong_slope_is_followed_through() -> None:
    solution = find(name("langevin")).solve(WALK, stated={"gradient": 2})
    assert solution.quantities["new_x"] == 3 - 0.25 + 1


def test_wrong_probabilities_are_followed_through() -> None:
    stated = {"probabilities": [0.5, 0.5]}
    solution = find(name("contrastive_gradient")).solve(MODEL, stated=stated)
    assert solution.quantities["gradient"] == -2


def test_a_wrong_inverse_is_followed_through() -> None:
    solution = find(name("affine_flow")).solve(FLOW, stated={"z": 0})
    assert solution.quantities["log_density"] == pytest.approx(-0.9189385332 - LN2)


def test_one_state_that_has_it_all_is_unsuitable() -> None:
    with pytest.raises(Unsuitable, match="too far apart"):
        find(name("boltzmann")).solve({"energies": [0, 10]})


def test_the_largest_exponent_is_taken_off_only_where_it_must_be() -> None:
    for energies, start in [([0, 1], "e^(−E/T)"), ([600, 601], "e^(−E/T − (−600))")]:
        steps = find(name("boltzmann")).solve({"energies": energies}).steps
        assert steps[1].label == "Boltzmann factors"
        assert steps[1].formula.startswith(start)


# ------------------------------------------------------------------------ finite differences


@settings(max_examples=50, deadline=None)
@given(
    a=st.floats(-2, 2), b=st.floats(-2, 2), c=st.floats(-2, 2), x=st.floats(-3, 3)
)  # fmt: skip
def test_the_slope_of_the_energy(a: float, b: float, c: float, x: float) -> None:
    def energy(x: float) -> float:
        return a * x**4 + b * x**2 + c * x

    inputs = {"quartic": a, "quadratic": b, "linear": c, "x": x, "step": 1, "noise": 0}
    measured = (energy(x + 1e-5) - energy(x - 1e-5)) / 2e-5
    assert answer("langevin", inputs, "gradient") == pytest.approx(measured, abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(
    states=st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=5),
    observed=st.integers(0, 4),
)
def test_the_gradient_of_the_likelihood(states: list[tuple[float, float]], observed: int) -> None:
    energies, slopes = np.array(states).T
    observed %= len(energies)

    def loss(theta: float) -> float:
        moved = energies + theta * slopes
        return float(moved[observed] + np.log(np.exp(-moved).sum()))

    inputs = {"energies": energies, "slopes": slopes, "observed": observed}
    measured = (loss(1e-5) - loss(-1e-5)) / 2e-5
    assert answer("contrastive_gradient", inputs, "gradient") == pytest.approx(measured, abs=1e-6)


def test_the_density_of_a_flow_integrates_to_1() -> None:
    places = np.linspace(-60, 80, 1401)
    densities = [
        math.exp(answer("affine_flow", {"scale": -7, "shift": 10, "x": float(x)}, "log_density"))
        for x in places
    ]
    assert np.trapezoid(densities, places) == pytest.approx(1, abs=1e-9)


# ---------------------------------------------------------------------- reference and kernel


def agree(short: str, inputs: dict[str, Any]) -> None:
    solver = find(name(short))
    solver.verify(solver.solve(inputs), kernel_device())


NUMBERS = st.one_of(st.floats(-1000, 1000), st.floats(-5, 5), st.sampled_from([0.0, -1000, 1000]))


@settings(max_examples=100, deadline=None)
@given(
    energies=st.lists(NUMBERS, min_size=2, max_size=6),
    slopes=st.lists(NUMBERS, min_size=6, max_size=6),
    temperature=st.one_of(st.floats(0.01, 1000), st.just(1.0)),
    observed=st.integers(0, 5),
)
def test_distributions_agree(
    energies: list[float], slopes: list[float], temperature: float, observed: int
) -> None:
    n = len(energies)
    inputs = {"energies": energies, "slopes": slopes[:n], "observed": observed % n}
    agree("contrastive_gradient", inputs)
    try:
        agree("boltzmann", {"energies": energies, "temperature": temperature})
    except Unsuitable:
        assert (max(energies) - min(energies)) / temperature > 9


COEFFICIENTS = st.one_of(st.floats(-100, 100), st.sampled_from([0.0, -100, 100]))


@settings(max_examples=100, deadline=None)
@given(
    coefficients=st.tuples(COEFFICIENTS, COEFFICIENTS, COEFFICIENTS),
    x=COEFFICIENTS,
    step=st.floats(1e-4, 100),
    noise=COEFFICIENTS,
    scale=NUMBERS.filter(lambda a: abs(a) >= 0.001),
    shift=NUMBERS,
    place=NUMBERS,
)
def test_walks_and_flows_agree(
    coefficients: tuple[float, float, float],
    x: float,
    step: float,
    noise: float,
    scale: float,
    shift: float,
    place: float,
) -> None:
    a, b, c = coefficients
    walk = {"quartic": a, "quadratic": b, "linear": c, "x": x, "step": step, "noise": noise}
    agree("langevin", walk)
    agree("affine_flow", {"scale": scale, "shift": shift, "x": place})


@settings(max_examples=50, deadline=None)
@given(
    conditionals=st.lists(
        st.one_of(st.floats(1e-4, 1), st.sampled_from([1e-4, 1.0])), min_size=1, max_size=64
    )
)
def test_sequences_agree(conditionals: list[float]) -> None:
    agree("autoregressive", {"conditionals": conditionals, "marginals": conditionals})


# -------------------------------------------------------------------------------- bad inputs


@pytest.mark.parametrize(
    ("short", "inputs", "message"),
    [
        ("boltzmann", {"energies": [1]}, "at least two states"),
        ("boltzmann", {**ENERGIES, "temperature": 0}, "a number from 0.01 to 1000"),
        ("boltzmann", {"energies": [0, math.inf]}, "states numbers from -1000 to 1000"),
        ("langevin", {**WALK, "step": 0}, "a number from 0.0001 to 100"),
        ("langevin", {"x": 1, "step": 1, "noise": 0}, "quadratic is None"),
        ("contrastive_gradient", {**MODEL, "slopes": [1]}, "states = 2, as in energies"),
        ("contrastive_gradient", {**MODEL, "observed": 2}, "at most 1, the last state"),
        ("affine_flow", {**FLOW, "scale": 0}, "scale is 0.0; allowed: 0.001 or more"),
        ("autoregressive", {**SEQUENCE, "marginals": [0.5]}, "T = 3, as in conditionals"),
        ("autoregressive", {"conditionals": [0], "marginals": [1]}, "T numbers from 0.0001 to 1"),
        ("autoregressive", {"conditionals": [1.1], "marginals": [1]}, "T numbers from 0.0001"),
    ],
)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        find(name(short)).solve(inputs)
    assert message in str(refused.value)
