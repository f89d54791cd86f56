"""optimizers.* against torch, the papers, and wrong answers worked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import find, in_topic
from solvers.contract import BadInput, Solution
from solvers.optimizers import (
    adagrad_step,
    adam_step,
    clip_grad_norm,
    clip_grad_value,
    momentum_step,
    nesterov_step,
    rmsprop_step,
    sgd_step,
)
from tests.solvers.conftest import kernel_device

DEVICE = kernel_device()
CLOSE: dict[str, Any] = {"rtol": 1e-7, "atol": 1e-9}  # by hand ε is left out


def name(short: str) -> str:
    return f"optimizers.{short}"


MOMENTUM: dict[str, Any] = {"gradients": [2, 1], "rate": 0.1, "momentum": 0.5}
# Curriculum, trap-nesterov: L = θ² from 1, η = 0.1, β = 0.9, two steps.
NESTEROV: dict[str, Any] = {"curvature": 2, "start": 1, "rate": 0.1, "momentum": 0.9, "steps": 2}
ADAGRAD: dict[str, Any] = {"gradients": [3, -4], "rate": 0.5}
RMSPROP: dict[str, Any] = {"gradients": [1, 3], "rate": 0.1, "decay": 0.9}
ADAM: dict[str, Any] = {"gradients": [2, -1], "rate": 0.1, "beta1": 0.5, "beta2": 0.75}
LONG: dict[str, Any] = {"gradient": [6, -8], "threshold": 5, "first": 1}
SHORT: dict[str, Any] = {"gradient": [3, -4], "threshold": 10, "first": 1}
SPIKES: dict[str, Any] = {"gradient": [6, -8, 1, -2], "threshold": 5}
BOWL: dict[str, Any] = {"curvature": 2, "start": 4, "rate": 0.75, "steps": 3}

BY_HAND: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # v: 2, 2; θ: −0.2, −0.4
    ("momentum", MOMENTUM, {"velocity": 2, "displacement": -0.4}),
    ("momentum", {**MOMENTUM, "momentum": 0}, {"velocity": 1, "displacement": -0.3}),
    # b: 2, 0.9·2 + 1.24; φ: 1 − 0.1(2 + 1.8) = 0.62, 0.62 − 0.1(1.24 + 2.736)
    ("nesterov", NESTEROV, {"buffer": 3.04, "parameter": 0.2224, "displacement": -0.7776}),
    # s: 9, 25; θ: −0.5·3/3, −0.5 + 0.5·4/5
    ("adagrad", ADAGRAD, {"accumulator": 25, "displacement": -0.1}),
    ("adagrad", {"gradients": [0, 0], "rate": 1}, {"accumulator": 0, "displacement": 0}),
    # s: 0.1, 0.99
    (
        "rmsprop",
        RMSPROP,
        {"accumulator": 0.99, "displacement": -0.1 / math.sqrt(0.1) - 0.3 / math.sqrt(0.99)},
    ),
    # m: 1, 0; so the second step does not move, and the first has length η
    (
        "adam",
        ADAM,
        {
            "first_moment": 0,
            "second_moment": 1,  # 0.75·1 + 0.25·1
            "corrected_first_moment": 0,
            "corrected_second_moment": 1 / (1 - 0.75**2),
            "displacement": -0.1,
        },
    ),
    # Kingma and Ba, section 2.1: the first step has length η whatever the gradient
    ("adam", {"gradients": [1e-3], "rate": 0.001}, {"displacement": -0.001 / (1 + 1e-5)}),
    ("adam", {"gradients": [-500], "rate": 0.001}, {"displacement": 0.001}),
    ("clip_norm", LONG, {"norm": 10, "clipped": [3, -4]}),
    ("clip_norm", SHORT, {"norm": 5, "clipped": [3, -4]}),
    ("clip_norm", {"gradient": [0], "threshold": 1}, {"norm": 0, "clipped": [0]}),
    # 2, 3 and 6 make 7; the threshold 1 of Pascanu et al.
    (
        "clip_norm",
        {"gradient": [2, 3, 6], "threshold": 1},
        {"norm": 7, "clipped": [2 / 7, 3 / 7, 6 / 7]},
    ),
    ("clip_value", SPIKES, {"clipped": [5, -5, 1, -2]}),
    (
        "stability",
        BOWL,
        {"factor": -0.5, "parameter": -0.5, "limit": 1, "behaviour": "oscillates"},
    ),
    # LeCun et al. 1998, section 5: the optimal rate is 1/a, and descent diverges above 2/a
    ("stability", {**BOWL, "rate": 0.5}, {"parameter": 0, "behaviour": "one-sided"}),
    ("stability", {**BOWL, "rate": 0.25}, {"parameter": 0.5, "behaviour": "one-sided"}),
    ("stability", {**BOWL, "rate": 1}, {"parameter": -4, "behaviour": "swings"}),
    ("stability", {**BOWL, "rate": 1.25}, {"parameter": -13.5, "behaviour": "diverges"}),
    # 0.1 · 10 and 0.3 · 20/3 are at the borders but for rounding
    (
        "stability",
        {**BOWL, "rate": 0.1, "curvature": 10},
        {"parameter": 0, "behaviour": "one-sided"},
    ),
    ("stability", {**BOWL, "rate": 0.3, "curvature": 20 / 3}, {"behaviour": "swings"}),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), BY_HAND)
def test_known_numbers(
    short: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Callable[..., Solution]
) -> None:
    quantities: dict[str, Any] = lawful(name(short), inputs).quantities
    for quantity, value in expected.items():
        if isinstance(value, str):
            assert quantities[quantity] == value
        else:
            np.testing.assert_allclose(quantities[quantity], value, **CLOSE)


def test_velocity_under_a_constant_gradient_tends_to_g_over_one_minus_beta() -> None:
    # Goodfellow et al. 2016, section 8.3.2: momentum 0.5 doubles the speed of plain descent.
    inputs = {"gradients": [3] * 10, "rate": 0.1, "momentum": 0.5}
    velocity = find(name("momentum")).solve(inputs).quantities["velocity"]
    assert velocity == pytest.approx(6 * (1 - 0.5**10), rel=1e-12)


def test_adam_does_not_see_the_scale_of_its_gradients() -> None:
    small, large = (
        find(name("adam")).solve({"gradients": g, "rate": 0.1}).quantities["displacement"]
        for g in ([1, -2, 4], [10, -20, 40])
    )
    assert small == pytest.approx(large, rel=1e-6)


# ---------------------------------------------------------------------- whole input domain

gradients = st.lists(
    st.floats(-1000, 1000) | st.sampled_from([0.0, 1e-3, -1000.0, 1000.0]), min_size=1, max_size=10
)
rates = st.floats(1e-6, 10)
decays = st.floats(0, 0.9999) | st.sampled_from([0.0, 0.5, 0.9, 0.9999])
epsilons = st.sampled_from([1e-12, 1e-10, 1e-8, 1e-3, 1.0])
bowls = {
    "curvature": st.floats(0.001, 100) | st.sampled_from([0.001, 1.0, 100.0]),
    "start": st.floats(-1000, 1000) | st.sampled_from([0.0, 1000.0]),
    "rate": rates | st.sampled_from([1e-6, 0.1, 1.0, 2.0, 10.0]),
}


def _clipped(gradient: list[float], threshold: float, first: int) -> dict[str, Any]:
    first = min(first, len(gradient) - 1)
    return {"gradient": gradient, "threshold": threshold, "first": first}


DOMAINS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "momentum": st.fixed_dictionaries({"gradients": gradients, "rate": rates, "momentum": decays}),
    "nesterov": st.fixed_dictionaries(
        {**bowls, "momentum": st.floats(0.0001, 0.9999), "steps": st.integers(1, 10)}
    ),
    "adagrad": st.fixed_dictionaries({"gradients": gradients, "rate": rates, "epsilon": epsilons}),
    "rmsprop": st.fixed_dictionaries(
        {"gradients": gradients, "rate": rates, "decay": decays, "epsilon": epsilons}
    ),
    "adam": st.fixed_dictionaries(
        {
            "gradients": gradients,
            "rate": rates,
            "beta1": st.floats(0.1, 0.9999) | st.sampled_from([0.1, 0.9]),
            "beta2": st.floats(0.1, 0.9999) | st.sampled_from([0.1, 0.999]),
            "epsilon": epsilons,
        }
    ),
    "clip_norm": st.builds(_clipped, gradients, st.floats(1e-3, 1000), st.integers(0, 9)),
    "clip_value": st.fixed_dictionaries(
        {"gradient": gradients, "threshold": st.floats(1e-3, 1000)}
    ),
    "stability": st.fixed_dictionaries({**bowls, "steps": st.integers(1, 30)}),
}


def test_every_solver_has_a_domain() -> None:
    assert {solver.id for solver in in_topic("optimizers")} == {name(short) for short in DOMAINS}


@pytest.mark.parametrize("short", DOMAINS)
def test_reference_and_kernel_agree(short: str) -> None:
    @settings(max_examples=120, deadline=None)
    @given(inputs=DOMAINS[short])
    def agree(inputs: dict[str, Any]) -> None:
        solver = find(name(short))
        solution = solver.solve(inputs)
        assert solver.verify(solution, DEVICE).device == DEVICE.name
        labels = {step.label for step in solution.steps}
        assert {wrong.departs_at for wrong in solution.wrong_answers} <= labels

    agree()


# ------------------------------------------------------------------------ misconceptions


def wrong_values(solution: Solution) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for wrong in solution.wrong_answers:
        values.setdefault(wrong.id, {})[wrong.quantity] = wrong.value
    return values


ROOT = math.sqrt
WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "momentum",
        MOMENTUM,
        {
            "momentum/ema-form": {"velocity": 1, "displacement": -0.2},
            "momentum/double-lr": {"velocity": 0.2, "displacement": -0.04},
            "momentum/no-history": {"velocity": 1, "displacement": -0.3},
            "momentum/stale-velocity": {"displacement": -0.2},
            "momentum/sign": {"displacement": 0.4},
        },
    ),
    (
        "nesterov",
        NESTEROV,
        {
            # v: 2, 1.8 + 1.6; θ: 0.8, 0.46
            "nesterov/plain-momentum": {"parameter": 0.46, "displacement": -0.54},
            # curriculum, trap-nesterov: 0.82 and 0.496
            "nesterov/lookahead-without-lr": {"parameter": 0.82, "displacement": -0.18},
            "nesterov/reports-theta": {"parameter": 0.496, "displacement": -0.504},
            # v: −0.2, −0.18 − 0.2(0.8 + 0.18)
            "nesterov/lookahead-sign": {"parameter": 0.424, "displacement": -0.576},
        },
    ),
    (
        "adagrad",
        ADAGRAD,
        {
            # s: 0.9, 0.81 + 1.6
            "adagrad/ema": {
                "accumulator": 2.41,
                "displacement": -1.5 / ROOT(0.9) + 2 / ROOT(2.41),
            },
            "adagrad/no-root": {"displacement": -1.5 / 9 + 2 / 25},
            "adagrad/no-accumulate": {"accumulator": 16, "displacement": 0},
            "adagrad/sum-of-g": {"accumulator": 1, "displacement": 1.5},
        },
    ),
    (
        "rmsprop",
        RMSPROP,
        {
            "rmsprop/no-one-minus-beta": {
                "accumulator": 9.9,
                "displacement": -0.1 - 0.3 / ROOT(9.9),
            },
            "rmsprop/beta-swap": {
                "accumulator": 0.09 + 8.1,
                "displacement": -0.1 / ROOT(0.9) - 0.3 / ROOT(8.19),
            },
            "rmsprop/no-root": {"displacement": -0.1 / 0.1 - 0.3 / 0.99},
            "rmsprop/bias-corrected": {
                "accumulator": 0.99 / 0.19,
                "displacement": -0.1 - 0.3 / ROOT(0.99 / 0.19),
            },
        },
    ),
    (
        "adam",
        # m: 1, 1.5 (m̂: 2, 2); v: 1, 1.75 (v̂: 4, 4)
        {**ADAM, "gradients": [2, 2]},
        {
            "adam/no-bias-correction": {
                "corrected_first_moment": 1.5,
                "corrected_second_moment": 1.75,
                "displacement": -0.1 - 0.15 / ROOT(1.75),
            },
            # β₁ = ½ swaps into itself; v: 3, 3.75, divided by 0.25 and 0.4375
            "adam/beta-swap": {
                "first_moment": 1.5,
                "second_moment": 3.75,
                "corrected_first_moment": 2,
                "corrected_second_moment": 3.75 / 0.4375,
                "displacement": -0.2 / ROOT(12) - 0.2 / ROOT(3.75 / 0.4375),
            },
            "adam/no-root": {"displacement": -0.1},
            "adam/t-off-by-one": {
                "corrected_first_moment": 1.5 / 0.875,
                "corrected_second_moment": 1.75 / (1 - 0.75**3),
                "displacement": -0.1 / 0.75 / ROOT(1 / 0.4375)
                - 0.15 / 0.875 / ROOT(1.75 / (1 - 0.75**3)),
            },
            # v: 0.25, 0.1875 + 0.5625
            "adam/v-from-m": {
                "second_moment": 0.75,
                "corrected_second_moment": 0.75 / 0.4375,
                "displacement": -0.2 - 0.2 / ROOT(0.75 / 0.4375),
            },
            "adam/only-m-corrected": {
                "corrected_second_moment": 1.75,
                "displacement": -0.2 - 0.2 / ROOT(1.75),
            },
        },
    ),
    (
        "clip_norm",
        LONG,
        {
            "grad-clip-norm/by-value": {"clipped": [5, -5]},
            "grad-clip-norm/squared-norm": {"clipped": [0.3, -0.4]},
            "grad-clip-norm/l1-norm": {"norm": 14, "clipped": [30 / 14, -40 / 14]},
            "grad-clip-norm/per-tensor": {"clipped": [5, -5]},
            "grad-clip-norm/unit": {"clipped": [0.6, -0.8]},
        },
    ),
    (
        "clip_norm",
        SHORT,
        {
            "grad-clip-norm/always-rescale": {"clipped": [6, -8]},
            "grad-clip-norm/unit": {"clipped": [0.6, -0.8]},
        },
    ),
    # ‖g‖ = 5 is below 6, the sum of sizes 7 is not
    (
        "clip_norm",
        {**SHORT, "threshold": 6},
        {
            "grad-clip-norm/always-rescale": {"clipped": [3.6, -4.8]},
            "grad-clip-norm/l1-norm": {"norm": 7, "clipped": [18 / 7, -24 / 7]},
            "grad-clip-norm/unit": {"clipped": [0.6, -0.8]},
        },
    ),
    # the first tensor, (3, 4), is not clipped by itself: 5 is not above 6
    (
        "clip_norm",
        {"gradient": [3, 4, 12], "threshold": 6, "first": 2},
        {
            "grad-clip-norm/by-value": {"clipped": [3, 4, 6]},
            "grad-clip-norm/squared-norm": {"clipped": [18 / 169, 24 / 169, 72 / 169]},
            "grad-clip-norm/l1-norm": {"norm": 19, "clipped": [18 / 19, 24 / 19, 72 / 19]},
            "grad-clip-norm/per-tensor": {"clipped": [3, 4, 6]},
            "grad-clip-norm/unit": {"clipped": [3 / 13, 4 / 13, 12 / 13]},
        },
    ),
    (
        "clip_value",
        {"gradient": [6, -8], "threshold": 5},
        {
            "grad-clip-value/by-norm": {"clipped": [3, -4]},
            "grad-clip-value/zero-out": {"clipped": [0, 0]},
            "grad-clip-value/sign-lost": {"clipped": [5, 5]},
            "grad-clip-value/upper-only": {"clipped": [5, -8]},
        },
    ),
    (
        "stability",
        BOWL,
        {
            "lr-stability/threshold-1-over-a": {"limit": 0.5, "behaviour": "diverges"},
            "lr-stability/linear-decay": {"parameter": 4 * (1 - 4.5)},
            "lr-stability/plus-sign": {"factor": 2.5, "parameter": 62.5},
            "lr-stability/one-step": {"parameter": -2},
        },
    ),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), WRONG)
def test_every_misconception_by_hand(
    short: str, inputs: dict[str, Any], expected: dict[str, dict[str, Any]]
) -> None:
    values = wrong_values(find(name(short)).solve(inputs))
    assert set(values) == set(expected)
    for misconception, quantities in expected.items():
        assert set(values[misconception]) == set(quantities), misconception
        for quantity, value in quantities.items():
            if isinstance(value, str):
                assert values[misconception][quantity] == value
            else:
                np.testing.assert_allclose(
                    values[misconception][quantity], value, **CLOSE, err_msg=misconception
                )


def test_no_misconception_is_left_untested() -> None:
    declared = {m.id for solver in in_topic("optimizers") for m in solver.misconceptions}
    assert declared == {misconception for *_, expected in WRONG for misconception in expected}


@pytest.mark.parametrize(
    ("short", "inputs", "gone"),
    [
        ("momentum", {**MOMENTUM, "momentum": 0}, {"ema-form", "no-history"}),
        ("momentum", {**MOMENTUM, "gradients": [2]}, {"no-history"}),
        ("momentum", {**MOMENTUM, "rate": 1}, {"double-lr"}),
        ("nesterov", {**NESTEROV, "steps": 1}, {"lookahead-sign"}),
        ("adagrad", {**ADAGRAD, "gradients": [3]}, {"no-accumulate", "sum-of-g"}),
        ("adagrad", {**ADAGRAD, "gradients": [3, -3]}, {"sum-of-g"}),
        ("rmsprop", {**RMSPROP, "decay": 0}, {"no-one-minus-beta", "bias-corrected"}),
        ("rmsprop", {**RMSPROP, "decay": 0.5}, {"beta-swap"}),
        ("adam", {**ADAM, "beta1": 0.5, "beta2": 0.5}, {"beta-swap"}),
        ("clip_norm", {**LONG, "first": 0}, {"per-tensor", "always-rescale"}),
        ("clip_norm", {**LONG, "threshold": 1}, {"unit"}),
        ("clip_norm", {"gradient": [0, 0], "threshold": 1}, {"unit", "always-rescale", "l1-norm"}),
        ("clip_value", {"gradient": [1, 2], "threshold": 5}, {"zero-out", "sign-lost"}),
        ("stability", {**BOWL, "steps": 1}, {"linear-decay", "one-step"}),
    ],
)
def test_misconceptions_that_mean_nothing_are_left_out(
    short: str, inputs: dict[str, Any], gone: set[str]
) -> None:
    found = wrong_values(find(name(short)).solve(inputs))
    assert not {misconception.partition("/")[2] for misconception in found} & gone


# -------------------------------------------------------------- follow-through and steps


def test_the_last_step_follows_from_the_learners_velocity() -> None:
    solution = find(name("momentum")).solve(MOMENTUM, stated={"velocity": 1})
    assert solution.quantities["velocity"] == 2
    assert solution.quantities["displacement"] == pytest.approx(-0.3)  # −0.2 − 0.1·1


def test_clipping_follows_from_the_learners_norm() -> None:
    solution = find(name("clip_norm")).solve(LONG, stated={"norm": 14})
    assert solution.quantities["clipped"] == pytest.approx([30 / 14, -40 / 14])


def test_adams_move_follows_from_the_learners_moments() -> None:
    stated = {"corrected_first_moment": 1, "corrected_second_moment": 4}
    solution = find(name("adam")).solve({**ADAM, "gradients": [2]}, stated=stated)
    assert solution.quantities["displacement"] == pytest.approx(-0.05)


@pytest.mark.parametrize(
    ("short", "inputs", "stated"),
    [
        ("adam", ADAM, {"corrected_second_moment": -1}),
        ("adagrad", ADAGRAD, {"accumulator": -1}),
        ("rmsprop", RMSPROP, {"accumulator": -1}),
        ("stability", {**BOWL, "steps": 30}, {"factor": 1e300}),
    ],
)
def test_what_nothing_can_follow_from_is_refused(
    short: str, inputs: dict[str, Any], stated: dict[str, Any]
) -> None:
    with pytest.raises(BadInput, match=next(iter(stated))):
        find(name(short)).solve(inputs, stated=stated)


def test_the_steps_of_momentum() -> None:
    steps = [(s.label, s.formula, s.value) for s in find(name("momentum")).solve(MOMENTUM).steps]
    assert steps == [
        ("velocity after step 1", "βv + g = 0.5·0 + 2", 2),
        ("displacement after step 1", "0 − ηv = 0 − 0.1·2", -0.2),
        ("velocity after step 2", "βv + g = 0.5·2 + 1", 2),
        ("displacement after step 2", "−0.2 − ηv = −0.2 − 0.1·2", -0.4),
    ]


# ---------------------------------------------------------------------------- bad inputs


@pytest.mark.parametrize(
    ("short", "inputs", "message"),
    [
        (
            "momentum",
            {**MOMENTUM, "momentum": 1},
            "momentum is 1; allowed: a number from 0 to 0.99",
        ),
        ("momentum", {**MOMENTUM, "gradients": []}, r"gradients is \[\]; allowed: steps numbers"),
        ("momentum", {**MOMENTUM, "gradients": [1] * 11}, "each side at most 10"),
        ("adam", {**ADAM, "gradients": [math.nan]}, "gradients is"),
        ("adam", {**ADAM, "rate": 0}, "rate is 0; allowed: a number from 1e-06 to 10"),
        ("adam", {**ADAM, "beta2": -0.1}, "beta2 is -0.1"),
        ("nesterov", {**NESTEROV, "steps": 2.5}, "steps is 2.5; allowed: a whole number"),
        ("nesterov", {**NESTEROV, "curvature": 0}, "curvature is 0"),
        ("clip_norm", {**LONG, "first": 2}, "first is 2; allowed: at most 1, which leaves one"),
        ("clip_norm", {**LONG, "threshold": "5"}, "threshold is '5'"),
        ("clip_value", {**SPIKES, "gradient": [[1]]}, "gradient is"),
        ("stability", {**BOWL, "steps": 31}, "steps is 31; allowed: a whole number from 1 to 30"),
    ],
)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        find(name(short)).solve(inputs)


# -------------------------------------------------------------------------------- arrays

Walk = Callable[[Any, Any, Any, int], tuple[Any, Any]]

STEPS: dict[str, tuple[Walk, int, Callable[..., torch.optim.Optimizer], dict[str, Any]]] = {
    "sgd": (
        lambda p, g, s, _: (sgd_step(p, g, lr=0.1, weight_decay=0.2), s),
        0,
        torch.optim.SGD,
        {"lr": 0.1, "weight_decay": 0.2},
    ),
    "momentum": (
        lambda p, g, s, _: _pair(momentum_step(p, g, s[0], lr=0.1, momentum=0.8, weight_decay=0.2)),
        1,
        torch.optim.SGD,
        {"lr": 0.1, "momentum": 0.8, "weight_decay": 0.2},
    ),
    "nesterov": (
        lambda p, g, s, _: _pair(nesterov_step(p, g, s[0], lr=0.1, momentum=0.8, weight_decay=0.2)),
        1,
        torch.optim.SGD,
        {"lr": 0.1, "momentum": 0.8, "nesterov": True, "weight_decay": 0.2},
    ),
    "adagrad": (
        lambda p, g, s, _: _pair(adagrad_step(p, g, s[0], eps=0.1, weight_decay=0.2)),
        1,
        torch.optim.Adagrad,
        {"eps": 0.1, "weight_decay": 0.2},
    ),
    "rmsprop": (
        lambda p, g, s, _: _pair(rmsprop_step(p, g, s[0], eps=0.1, weight_decay=0.2)),
        1,
        torch.optim.RMSprop,
        {"eps": 0.1, "weight_decay": 0.2},
    ),
    "adam": (
        lambda p, g, s, t: _pair(adam_step(p, g, s[0], s[1], t, eps=0.1, weight_decay=0.2)),
        2,
        torch.optim.Adam,
        {"eps": 0.1, "weight_decay": 0.2},
    ),
}


def _pair(stepped: tuple[Any, ...]) -> tuple[Any, Any]:
    parameter, *state = stepped
    return parameter, tuple(state)


@pytest.mark.parametrize("kind", STEPS)
@pytest.mark.parametrize("shape", [(), (1,), (3, 4)])
def test_five_steps_as_torch_takes_them(kind: str, shape: tuple[int, ...]) -> None:
    step, memories, optimizer, options = STEPS[kind]
    rng = np.random.default_rng(7)
    parameter = rng.normal(size=shape)
    theirs = torch.nn.Parameter(torch.tensor(parameter))
    moves = optimizer([theirs], **options)
    state: Any = (np.zeros(shape),) * memories
    for t in range(1, 6):
        gradient = rng.normal(size=shape)
        before = parameter.copy()
        moved, state = step(parameter, gradient, state, t)
        np.testing.assert_array_equal(parameter, before)  # nothing is changed in place
        parameter = moved
        theirs.grad = torch.tensor(gradient)
        moves.step()
        np.testing.assert_allclose(parameter, theirs.detach().numpy(), rtol=1e-12, atol=1e-14)


def test_arrays_and_lessons_say_the_same() -> None:
    theta = m = v = np.zeros(())
    for t, gradient in enumerate([2.0, -1.0, 0.5], 1):
        theta, m, v = adam_step(theta, gradient, m, v, t, lr=0.1)
    solution = find(name("adam")).solve({"gradients": [2, -1, 0.5], "rate": 0.1})
    assert solution.quantities["displacement"] == pytest.approx(float(theta), rel=1e-12)


def test_norm_is_over_all_tensors_together() -> None:
    clipped = clip_grad_norm([[[3.0, 0.0]], [0.0, -4.0]], 1.0)
    np.testing.assert_allclose(clipped[0], [[0.6, 0.0]])
    np.testing.assert_allclose(clipped[1], [0.0, -0.8])
    np.testing.assert_array_equal(clip_grad_norm([[3.0, -4.0]], 6.0)[0], [3.0, -4.0])
    np.testing.assert_array_equal(clip_grad_norm([[0.0, 0.0]], 6.0)[0], [0.0, 0.0])


def test_values_are_clipped_on_both_sides() -> None:
    np.testing.assert_array_equal(clip_grad_value([[7.0, -7.0, 1.0]], 5.0)[0], [5.0, -5.0, 1.0])


def test_arrays_that_do_not_fit_are_named() -> None:
    with pytest.raises(BadInput, match=r"grad is \(2,\); allowed: \(3,\)"):
        sgd_step(np.zeros(3), np.zeros(2))
    with pytest.raises(BadInput, match="exp_avg_sq"):
        adam_step(np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(1), 1)
    with pytest.raises(BadInput, match="step is 0; allowed: a whole number from 1"):
        adam_step(np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3), 0)
