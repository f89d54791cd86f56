"""diffusion.* against published schedules, torch, and wrong answers worked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solvers import find, in_topic
from solvers.contract import BadInput, Solution
from solvers.diffusion import alpha_bar
from tests.solvers.conftest import kernel_device


def name(short: str) -> str:
    return f"diffusion.{short}"


def wrong_values(solution: Solution) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for wrong in solution.wrong_answers:
        values.setdefault(wrong.id, {})[wrong.quantity] = wrong.value
    return values


# -------------------------------------------------------------------------- known numbers

SCHEDULE: dict[str, Any] = {"betas": [0.1, 0.2, 0.4]}  # 0.9·0.8·0.6 = 0.432
# ᾱ = 0.8·0.8 = 0.64: the factors are 0.8 and 0.6
FORWARD: dict[str, Any] = {"betas": [0.2, 0.2], "x0": [1, 5], "noise": [1, -2]}
ESTIMATE: dict[str, Any] = {
    "noised": [2, 1], "alpha_bar": 0.64, "noise": [1, 0], "predicted": [2, -1]
}  # fmt: skip
# ᾱ = 0.75·0.48 = 0.36, so √(1 − ᾱ) = 0.8; α_t = 0.75 and √α_t = √3/2
BACK: dict[str, Any] = {"betas": [0.52, 0.25], "noised": [2, 1], "predicted": [1.6, 0]}
ROOT = math.sqrt(0.75)

BY_HAND: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("schedule", SCHEDULE, {"alpha_bar": 0.432, "snr": 0.432 / 0.568}),
    ("schedule", {"betas": [0.3]}, {"alpha_bar": 0.7, "snr": 7 / 3}),
    # Ho et al. 2020, and the table of Lin et al. 2023 (arXiv:2305.08891): SNR(T) of the linear
    # schedule, and of Stable Diffusion's
    ("schedule", {"betas": np.linspace(1e-4, 0.02, 1000)}, {"snr": 4.035993e-05}),
    (
        "schedule",
        {"betas": np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2},
        {"snr": 0.004682},
    ),
    ("forward", FORWARD, {"alpha_bar": 0.64, "noised": [1.4, 2.8]}),
    ("forward", {"betas": [0.19], "x0": [10], "noise": [0]}, {"noised": [9]}),
    ("estimate", ESTIMATE, {"x0_estimate": [1, 2], "loss": 1}),
    ("estimate", {**ESTIMATE, "predicted": [1, 0]}, {"x0_estimate": [1.75, 1.25], "loss": 0}),
    ("reverse", BACK, {"alpha_bar": 0.36, "mean": [1.5 / ROOT, 1 / ROOT]}),
    ("reverse", BACK, {"posterior_variance": 0.52 / 0.64 * 0.25}),
    # the last step back leads to x̂₀ itself, without noise: (2 − 0.6·1)/0.8
    (
        "reverse",
        {"betas": [0.36], "noised": [2], "predicted": [1]},
        {"mean": [1.75], "posterior_variance": 0},
    ),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), BY_HAND)
def test_known_numbers(
    short: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Callable[..., Solution]
) -> None:
    quantities: dict[str, Any] = dict(lawful(name(short), inputs).quantities)
    published = len(inputs.get("betas", ())) == 1000
    for quantity, value in expected.items():
        np.testing.assert_allclose(
            quantities[quantity], value, rtol=1e-4 if published else 1e-12, atol=1e-15
        )


def test_the_roots_that_lin_et_al_print() -> None:
    linear = alpha_bar(np.linspace(1e-4, 0.02, 1000))[-1]
    scaled = alpha_bar(np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2)[-1]
    assert round(math.sqrt(linear), 6) == 0.006353
    assert round(math.sqrt(scaled), 6) == 0.068265


def test_concepts() -> None:
    covered = {concept for solver in in_topic("diffusion") for concept in solver.concepts}
    assert covered == {
        "diffusion-alpha-bar", "diffusion-forward", "diffusion-x0-estimate", "diffusion-reverse"
    }  # fmt: skip


# ------------------------------------------------------------------------- misconceptions

WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "schedule",
        SCHEDULE,
        {
            "diffusion-alpha-bar/sum": {"alpha_bar": 0.3, "snr": 3 / 7},
            "diffusion-alpha-bar/product-of-beta": {"alpha_bar": 0.008, "snr": 0.008 / 0.992},
            "diffusion-alpha-bar/one-minus-product": {"alpha_bar": 0.992, "snr": 124},
            "diffusion-alpha-bar/last-only": {"alpha_bar": 0.6, "snr": 1.5},
            "diffusion-alpha-bar/sqrt": {"alpha_bar": math.sqrt(0.432)},
        },
    ),
    (
        "forward",
        FORWARD,
        {
            "diffusion-forward/no-sqrt": {"noised": [1, 2.48]},
            "diffusion-forward/alpha-not-bar": {
                "noised": [
                    math.sqrt(0.8) + math.sqrt(0.2),
                    5 * math.sqrt(0.8) - 2 * math.sqrt(0.2),
                ]
            },
            "diffusion-forward/swapped": {"noised": [1.4, 1.4]},
            "diffusion-forward/variance-as-std": {"noised": [1.16, 3.28]},
        },
    ),
    (
        "estimate",
        ESTIMATE,
        {
            "diffusion-x0-estimate/divide-by-abar": {"x0_estimate": [1.25, 2.5]},
            "diffusion-x0-estimate/plus": {"x0_estimate": [4, 0.5]},
            "diffusion-x0-estimate/no-sqrt-noise": {"x0_estimate": [1.6, 1.7]},
            # x₀ = (2 − 0.6)/0.8 = 1.75 and 1/0.8 = 1.25, less 2 and −1
            "diffusion-x0-estimate/target-x0": {"loss": (0.0625 + 5.0625) / 2},
        },
    ),
    (
        "reverse",
        BACK,
        {
            "diffusion-reverse/abar-prefactor": {"mean": [2.5, 1 / 0.6]},
            "diffusion-reverse/sqrt-beta": {"mean": [1 / ROOT, 1 / ROOT]},
            "diffusion-reverse/no-prefactor": {"mean": [1.5, 1]},
            "diffusion-reverse/minus-to-plus": {"mean": [2.5 / ROOT, 1 / ROOT]},
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
    solution = lawful(name(short), inputs)
    values = wrong_values(solution)
    assert set(values) == set(expected) == {wrong.id for wrong in find(name(short)).misconceptions}
    for wrong, quantities in expected.items():
        for quantity, value in quantities.items():
            np.testing.assert_allclose(values[wrong][quantity], value, err_msg=wrong)


@pytest.mark.parametrize(
    ("short", "inputs", "left"),
    [
        ("schedule", {"betas": [0.3]}, {"product-of-beta", "sqrt"}),
        (
            "forward",
            {**FORWARD, "betas": [0.3]},
            {"no-sqrt", "swapped", "variance-as-std"},
        ),
        (
            "reverse",
            {**BACK, "betas": [0.3]},
            {"sqrt-beta", "no-prefactor", "minus-to-plus"},
        ),
    ],
)
def test_one_step_has_no_bar(short: str, inputs: dict[str, Any], left: set[str]) -> None:
    wrong = find(name(short)).solve(inputs).wrong_answers
    assert {w.id.partition("/")[2] for w in wrong} == left


def test_no_ratio_follows_from_what_is_no_share() -> None:
    values = wrong_values(find(name("schedule")).solve({"betas": [0.6, 0.6]}))
    assert values["diffusion-alpha-bar/sum"] == {"alpha_bar": pytest.approx(-0.2)}


# ---------------------------------------------------------------------------- follow-through


def test_what_follows_from_a_wrong_alpha_bar() -> None:
    solution = find(name("schedule")).solve(SCHEDULE, stated={"alpha_bar": 0.3})
    assert solution.quantities["snr"] == pytest.approx(3 / 7)
    solution = find(name("forward")).solve(FORWARD, stated={"alpha_bar": 0.36})
    np.testing.assert_allclose(np.array(solution.quantities["noised"]), [1.4, 1.4])
    solution = find(name("reverse")).solve(BACK, stated={"alpha_bar": 0.75})
    np.testing.assert_allclose(np.array(solution.quantities["mean"])[1], 1 / ROOT)


@pytest.mark.parametrize(
    ("short", "inputs", "stated"),
    [("schedule", SCHEDULE, 1), ("forward", FORWARD, 2), ("reverse", BACK, 1)],
)
def test_an_alpha_bar_that_leaves_nothing_finite_is_refused(
    short: str, inputs: dict[str, Any], stated: float
) -> None:
    with pytest.raises(BadInput, match="alpha_bar"):
        find(name(short)).solve(inputs, stated={"alpha_bar": stated})


# ---------------------------------------------------------------------- reference and kernel

BETAS = st.lists(
    st.one_of(st.floats(1e-4, 0.999), st.sampled_from([1e-4, 0.999])), min_size=1, max_size=64
)
VECTORS = st.integers(1, 5).flatmap(
    lambda d: st.tuples(*[st.lists(st.floats(-1000, 1000), min_size=d, max_size=d)] * 3)
)


def agree(short: str, inputs: dict[str, Any]) -> Solution:
    solver = find(name(short))
    return solver.verify(solver.solve(inputs), kernel_device())


@settings(max_examples=100, deadline=None)
@given(betas=BETAS, vectors=VECTORS, left=st.floats(1e-6, 0.9999))
def test_reference_and_kernel_agree(
    betas: list[float], vectors: tuple[list[float], ...], left: float
) -> None:
    first, second, third = vectors
    agree("schedule", {"betas": betas})
    agree("forward", {"betas": betas, "x0": first, "noise": second})
    agree("reverse", {"betas": betas, "noised": first, "predicted": second})
    agree(
        "estimate",
        {"noised": first, "alpha_bar": left, "noise": second, "predicted": third},
    )


@pytest.mark.parametrize("beta", [1e-4, 0.5, 0.999])
def test_a_thousand_equal_steps(beta: float) -> None:
    agree("schedule", {"betas": [beta] * 1000})
    agree("forward", {"betas": [beta] * 1000, "x0": [1000], "noise": [-1]})


@settings(max_examples=50, deadline=None)
@given(betas=st.lists(st.floats(1e-4, 0.9), min_size=1, max_size=5), vectors=VECTORS)
def test_with_the_true_noise_the_way_back_ends_at_the_data(
    betas: list[float], vectors: tuple[list[float], ...]
) -> None:
    x0, noise, _ = vectors
    noised = agree("forward", {"betas": betas, "x0": x0, "noise": noise}).quantities
    x_t: Any = noised["noised"]
    left = float(alpha_bar(betas)[-1])
    assume(1e-6 <= left <= 0.9999 and max(map(abs, x_t)) <= 1000)
    inputs = {"noised": x_t, "alpha_bar": left, "noise": noise, "predicted": noise}
    found = agree("estimate", inputs).quantities
    np.testing.assert_allclose(np.array(found["x0_estimate"]), x0, atol=1e-6)
    assert found["loss"] == 0


# -------------------------------------------------------------------------------- bad inputs


@pytest.mark.parametrize(
    ("short", "inputs", "message"),
    [
        ("schedule", {"betas": [0]}, "betas is [0]; allowed: t numbers from 0.0001 to 0.999"),
        ("schedule", {"betas": [1]}, "allowed: t numbers from 0.0001 to 0.999"),
        ("schedule", {"betas": []}, "allowed: t numbers"),
        ("schedule", {"betas": [0.1] * 1001}, "each side at most 1000"),
        ("forward", {**FORWARD, "noise": [1]}, "d = 2, as in x0"),
        ("forward", {**FORWARD, "x0": [math.nan, 1]}, "d numbers from -1000 to 1000"),
        ("estimate", {**ESTIMATE, "alpha_bar": 1}, "a number from 1e-06 to 0.9999"),
        ("estimate", {**ESTIMATE, "alpha_bar": 0}, "a number from 1e-06 to 0.9999"),
        ("reverse", {**BACK, "betas": [0.1] * 65}, "each side at most 64"),
        ("reverse", {**BACK, "z": [1]}, "inputs are betas, noised, predicted"),
    ],
)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        find(name(short)).solve(inputs)
    assert message in str(refused.value)
