"""schedules.* against torch's documentation, and wrong answers worked by hand."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import find, in_topic
from solvers.contract import BadInput, Solution
from tests.solvers.conftest import kernel_device

DEVICE = kernel_device()
CLOSE: dict[str, Any] = {"rtol": 1e-12, "atol": 1e-15}


def name(short: str) -> str:
    return f"schedules.{short}"


# torch.optim.lr_scheduler.StepLR, example: 0.05 below epoch 30, 0.005 below 60, 0.0005 below 90
DOCUMENTED: dict[str, Any] = {"initial": 0.05, "gamma": 0.1, "every": 30}
STEP: dict[str, Any] = {"initial": 8, "gamma": 0.5, "every": 10, "epoch": 25}
FACTOR: dict[str, Any] = {"initial": 8, "gamma": 0.5, "epoch": 3}
TIME: dict[str, Any] = {"initial": 1, "decay": 0.5, "epoch": 3}
COSINE: dict[str, Any] = {"peak": 0.5, "floor": 0.1, "epoch": 4, "period": 12}  # 60 degrees
WARMUP: dict[str, Any] = {"peak": 0.5, "warmup": 10, "step": 4}
CYCLE: dict[str, Any] = {
    "start": 0.1, "peak": 1, "floor": 0.2, "warmup": 6, "total": 18, "step": 10
}  # fmt: skip

BY_HAND: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("step_decay", {**DOCUMENTED, "epoch": 0}, {"drops": 0, "rate": 0.05}),
    ("step_decay", {**DOCUMENTED, "epoch": 29}, {"drops": 0, "rate": 0.05}),
    ("step_decay", {**DOCUMENTED, "epoch": 30}, {"drops": 1, "rate": 0.005}),
    ("step_decay", {**DOCUMENTED, "epoch": 60}, {"drops": 2, "rate": 0.0005}),
    ("step_decay", {**DOCUMENTED, "epoch": 89}, {"drops": 2, "rate": 0.0005}),
    ("step_decay", STEP, {"drops": 2, "rate": 2}),
    ("exponential", FACTOR, {"rate": 1, "decay_constant": math.log(2)}),
    ("exponential", {**FACTOR, "epoch": 0}, {"rate": 8}),
    # half-life ln 2/k
    (
        "exponential_time",
        {"initial": 8, "decay": math.log(2), "epoch": 3},
        {"gamma": 0.5, "rate": 1},
    ),
    ("exponential_time", TIME, {"rate": 1 / math.exp(1.5)}),
    # Loshchilov and Hutter 2017, equation 5: η_max at 0, η_min at T; cos 60° = ½
    ("cosine", COSINE, {"rate": 0.4}),
    ("cosine", {**COSINE, "epoch": 0}, {"rate": 0.5}),
    ("cosine", {**COSINE, "epoch": 6}, {"rate": 0.3}),
    ("cosine", {**COSINE, "epoch": 12}, {"rate": 0.1}),
    ("cosine", {"peak": 0.1, "epoch": 50, "period": 100}, {"rate": 0.05}),
    # Goyal et al. 2017, section 2.2: a gradual warm-up to 3.2 (8k images, k = 32)
    ("warmup", {"peak": 3.2, "warmup": 5, "step": 5}, {"rate": 3.2}),
    ("warmup", {"peak": 3.2, "warmup": 5, "step": 1}, {"rate": 0.64}),
    ("warmup", WARMUP, {"rate": 0.2}),
    ("warmup", {**WARMUP, "step": 15}, {"rate": 0.5}),
    ("warmup", {**WARMUP, "warmup": 1, "step": 1}, {"rate": 0.5}),
    ("one_cycle", CYCLE, {"rate": 0.2 + 0.8 * 0.75}),
    ("one_cycle", {**CYCLE, "step": 0}, {"rate": 0.1}),
    ("one_cycle", {**CYCLE, "step": 2}, {"rate": 0.4}),
    ("one_cycle", {**CYCLE, "step": 6}, {"rate": 1}),
    ("one_cycle", {**CYCLE, "step": 12}, {"rate": 0.6}),
    ("one_cycle", {**CYCLE, "step": 18}, {"rate": 0.2}),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), BY_HAND)
def test_known_numbers(
    short: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Callable[..., Solution]
) -> None:
    quantities: dict[str, Any] = lawful(name(short), inputs).quantities
    for quantity, value in expected.items():
        np.testing.assert_allclose(quantities[quantity], value, **CLOSE)


def test_both_exponential_formulas_are_one_curve() -> None:
    by_factor = find(name("exponential")).solve({"initial": 0.1, "gamma": 0.95, "epoch": 40})
    k = by_factor.quantities["decay_constant"]
    by_time = find(name("exponential_time")).solve({"initial": 0.1, "decay": k, "epoch": 40})
    assert by_time.quantities["rate"] == pytest.approx(by_factor.quantities["rate"], rel=1e-12)
    assert by_time.quantities["gamma"] == pytest.approx(0.95, rel=1e-12)


def test_a_cosine_only_falls() -> None:
    rates = [
        find(name("cosine")).solve({**COSINE, "epoch": epoch}).quantities["rate"]
        for epoch in range(13)
    ]
    assert all(a > b for a, b in itertools.pairwise(rates))  # type: ignore[operator]


# ---------------------------------------------------------------------- whole input domain

rates = st.floats(1e-6, 10) | st.sampled_from([1e-6, 0.1, 10.0])
floors = st.floats(0, 10) | st.just(0.0)
epochs = st.integers(0, 60) | st.sampled_from([999, 1000])


def _cosine(peak: float, floor: float, epoch: int, period: int) -> dict[str, Any]:
    low, high = sorted((peak, floor))
    now, end = sorted((epoch, max(period, 1)))
    return {"peak": max(high, 1e-6), "floor": low, "epoch": now, "period": end}


def _cycle(
    floor: float, start: float, peak: float, step: int, warmup: int, fall: int
) -> dict[str, Any]:
    peak = max(floor, start, peak)
    total = warmup + fall
    step = min(step, total)
    return {
        "floor": floor, "start": start, "peak": peak,
        "step": step, "warmup": warmup, "total": total,
    }  # fmt: skip


DOMAINS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "step_decay": st.fixed_dictionaries(
        {
            "initial": rates,
            "gamma": st.floats(0.001, 0.999),
            "every": st.integers(1, 70) | st.just(1000),
            "epoch": epochs,
        }
    ),
    "exponential": st.fixed_dictionaries(
        {"initial": rates, "gamma": st.floats(0.001, 0.9999), "epoch": epochs}
    ),
    "exponential_time": st.fixed_dictionaries(
        {"initial": rates, "decay": st.floats(0.0001, 5), "epoch": epochs}
    ),
    "cosine": st.builds(_cosine, rates, floors, epochs, epochs),
    "warmup": st.fixed_dictionaries(
        {
            "peak": rates,
            "warmup": st.integers(1, 60) | st.just(1000),
            "step": st.integers(1, 120) | st.just(1000),
        }
    ),
    "one_cycle": st.builds(
        _cycle, floors, rates, rates, epochs, st.integers(1, 100), st.integers(1, 100)
    ),
}


def test_every_solver_has_a_domain() -> None:
    assert {solver.id for solver in in_topic("schedules")} == {name(short) for short in DOMAINS}


@pytest.mark.parametrize("short", DOMAINS)
def test_reference_and_kernel_agree(short: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(inputs=DOMAINS[short])
    def agree(inputs: dict[str, Any]) -> None:
        solver = find(name(short))
        solution = solver.solve(inputs)
        assert solver.verify(solution, DEVICE).device == DEVICE.name
        labels = {step.label for step in solution.steps}
        departures = {wrong.departs_at for wrong in solution.wrong_answers}
        assert departures <= labels

    agree()


# ------------------------------------------------------------------------ misconceptions


def wrong_values(solution: Solution) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for wrong in solution.wrong_answers:
        values.setdefault(wrong.id, {})[wrong.quantity] = wrong.value
    return values


def wave(degrees: float) -> float:
    return 0.5 + 0.5 * math.cos(math.radians(degrees))


WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "step_decay",
        STEP,
        {
            "lr-step-decay/no-floor": {"drops": 2.5, "rate": math.sqrt(2)},
            "lr-step-decay/every-epoch": {"drops": 25, "rate": 2.0**-22},
            "lr-step-decay/subtractive": {"rate": 7},
            "lr-step-decay/ceil": {"drops": 3, "rate": 1},
            "lr-step-decay/linear": {"rate": 8},
        },
    ),
    (
        "exponential",
        FACTOR,
        {
            "lr-exponential/gamma-times-e": {"rate": 12},
            "lr-exponential/linear": {"rate": -4, "decay_constant": 0.5},
            "lr-exponential/growth": {"rate": 64, "decay_constant": -math.log(2)},
            "lr-exponential/base-2": {"decay_constant": 1},
        },
    ),
    (
        "exponential_time",
        TIME,
        {
            "lr-exponential/k-as-base": {"gamma": 0.5, "rate": 0.125},
            "lr-exponential/growth": {"gamma": math.sqrt(math.e), "rate": math.exp(1.5)},
            "lr-exponential/linear": {"rate": -0.5},
            "lr-exponential/base-2": {"gamma": math.sqrt(0.5), "rate": math.sqrt(0.125)},
        },
    ),
    (
        "cosine",
        COSINE,
        {
            "lr-cosine/no-half": {"rate": 0.1 + 0.4 * 1.5},
            "lr-cosine/two-pi": {"rate": 0.1 + 0.4 * 0.25},
            "lr-cosine/degrees": {"rate": 0.1 + 0.4 * wave(math.pi / 3)},
            "lr-cosine/no-min": {"rate": 0.375},
            "lr-cosine/sine": {"rate": 0.1 + 0.2 * (1 + math.sqrt(3) / 2)},
            "lr-cosine/linear": {"rate": 0.5 - 0.4 / 3},
        },
    ),
    (
        "warmup",
        WARMUP,
        {
            "lr-warmup/reversed": {"rate": 0.3},
            "lr-warmup/off-by-one": {"rate": 0.25},
            "lr-warmup/inverse": {"rate": 1.25},
        },
    ),
    (
        "warmup",
        {**WARMUP, "step": 15},
        {
            "lr-warmup/no-cap": {"rate": 0.75},
            "lr-warmup/reversed": {"rate": -0.25},
            "lr-warmup/inverse": {"rate": 1 / 3},
        },
    ),
    (
        "one_cycle",
        CYCLE,
        {
            "lr-one-cycle/phase-from-zero": {"rate": 0.2 + 0.8 * wave(100)},
            "lr-one-cycle/linear-down": {"rate": 0.2 + 0.8 * 2 / 3},
            "lr-one-cycle/phase-over-total": {"rate": 0.2 + 0.8 * wave(40)},
            "lr-one-cycle/no-decay": {"rate": 1},
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
            np.testing.assert_allclose(
                values[misconception][quantity], value, **CLOSE, err_msg=misconception
            )


def test_no_misconception_is_left_untested() -> None:
    declared = {m.id for solver in in_topic("schedules") for m in solver.misconceptions}
    assert declared == {misconception for *_, expected in WRONG for misconception in expected}


@pytest.mark.parametrize(
    ("short", "inputs", "gone"),
    [
        ("step_decay", {**STEP, "epoch": 20}, {"no-floor", "ceil"}),
        ("step_decay", {**STEP, "epoch": 15}, {"linear"}),
        ("step_decay", {**STEP, "epoch": 5}, {"linear", "subtractive"}),
        ("step_decay", {**STEP, "every": 1}, {"every-epoch", "no-floor", "ceil"}),
        ("exponential", {**FACTOR, "epoch": 1}, {"linear"}),
        ("exponential", {**FACTOR, "gamma": 0.001, "epoch": 1000}, {"growth"}),
        ("exponential_time", {**TIME, "decay": 5, "epoch": 1000}, {"growth", "k-as-base"}),
        ("cosine", {**COSINE, "floor": 0}, {"no-min"}),
        ("warmup", {**WARMUP, "step": 10}, {"no-cap", "off-by-one"}),
        ("one_cycle", {**CYCLE, "step": 5}, {"phase-from-zero", "linear-down", "no-decay"}),
    ],
)
def test_misconceptions_that_mean_nothing_are_left_out(
    short: str, inputs: dict[str, Any], gone: set[str]
) -> None:
    found = wrong_values(find(name(short)).solve(inputs))
    assert not {misconception.partition("/")[2] for misconception in found} & gone


def test_the_sentence_about_drops() -> None:
    solution = find(name("step_decay")).solve(STEP)
    wrong = next(w for w in solution.wrong_answers if w.id.endswith("no-floor"))
    assert wrong.correction == (
        "The rate drops only every 10 epochs: at epoch 25 the last one was at epoch 20,"
        " so ⌊e/s⌋ = 2."
    )


def test_the_rate_follows_from_the_learners_drops() -> None:
    solution = find(name("step_decay")).solve(STEP, stated={"drops": 3})
    assert solution.quantities == {"drops": 2, "rate": 1}


def test_drops_that_leave_no_finite_rate_are_refused() -> None:
    with pytest.raises(BadInput, match="drops is -5000"):
        find(name("step_decay")).solve(STEP, stated={"drops": -5000})


# ---------------------------------------------------------------------------- bad inputs


@pytest.mark.parametrize(
    ("short", "inputs", "message"),
    [
        ("step_decay", {**STEP, "every": 0}, "every is 0; allowed: a whole number from 1 to 1000"),
        ("step_decay", {**STEP, "epoch": 10**9}, "epoch is 1000000000"),
        ("step_decay", {**STEP, "gamma": 1.5}, "gamma is 1.5"),
        ("exponential", {**FACTOR, "initial": math.inf}, "initial is inf"),
        ("exponential_time", {**TIME, "decay": -1}, "decay is -1"),
        ("cosine", {**COSINE, "epoch": 13}, "epoch is 13; allowed: at most 12, the period"),
        ("cosine", {**COSINE, "floor": 0.6}, "floor is 0.6; allowed: at most 0.5, the peak"),
        ("warmup", {**WARMUP, "step": 0}, "step is 0; allowed: a whole number from 1"),
        ("warmup", {**WARMUP, "warmup": True}, "warmup is True"),
        ("one_cycle", {**CYCLE, "warmup": 18}, "warmup is 18; allowed: below 18"),
        ("one_cycle", {**CYCLE, "step": 19}, "step is 19; allowed: at most 18"),
        ("one_cycle", {**CYCLE, "start": 2}, "start is 2.0; allowed: at most 1, the peak"),
        ("one_cycle", {**CYCLE, "floor": 2}, "floor is 2.0; allowed: at most 1, the peak"),
    ],
)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        find(name(short)).solve(inputs)
