"""selection.* against published counts, torch, and wrong answers worked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import find, in_topic
from solvers.contract import BadInput, Solution
from tests.solvers.conftest import kernel_device

DEVICE = kernel_device()


def name(short: str) -> str:
    return f"selection.{short}"


GRID: dict[str, Any] = {"values": [5, 5, 5]}
SEARCH: dict[str, Any] = {"fraction": 0.05, "trials": 10, "chance": 0.95}
SPLIT: dict[str, Any] = {"examples": 2000, "validation": 10, "test": 20}
EPOCHS: dict[str, Any] = {"examples": 1000, "batch": 64, "epochs": 5}
NOISE: dict[str, Any] = {"deviation": 3, "batch": 36}
SCALING: dict[str, Any] = {"rate": 0.1, "batch": 256, "new_batch": 8192}

BY_HAND: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # Bergstra and Bengio 2012, figure 1: nine trials, three values by grid, nine at random
    (
        "grid_search",
        {"values": [3, 3]},
        {"trials": 9, "grid_distinct": [3, 3], "random_distinct": 9},
    ),
    ("grid_search", {"values": [2, 3, 4, 1]}, {"trials": 24, "random_distinct": 24}),
    # curriculum: q = 0.05, P = 0.95 → 59
    ("random_search", SEARCH, {"chance_hit": 0.4012630607616211, "trials_needed": 59}),
    ("random_search", {"fraction": 0.5, "trials": 3}, {"chance_hit": 0.875}),
    ("random_search", {"fraction": 0.01, "trials": 1}, {"chance_hit": 0.01}),
    ("data_split", {"examples": 1000}, {"sizes": [700, 150, 150], "fitted_on": 700}),
    ("data_split", SPLIT, {"sizes": [1400, 200, 400], "fitted_on": 1400, "tuned_on": 200}),
    # Karpathy, CS231n notes: 2.302 for CIFAR-10; ImageNet's thousand classes 6.9
    ("initial_loss", {"classes": 10}, {"loss": 2.302585093}),
    ("initial_loss", {"classes": 1000}, {"loss": 6.907755279}),
    ("updates", EPOCHS, {"per_epoch": 16, "updates": 80}),
    # MNIST in batches of 128, and ImageNet in batches of 256
    ("updates", {"examples": 60_000, "batch": 128}, {"per_epoch": 469, "updates": 469}),
    ("updates", {"examples": 1_281_167, "batch": 256, "epochs": 90}, {"updates": 450_450}),
    ("updates", {"examples": 7, "batch": 7, "epochs": 3}, {"updates": 3}),
    ("updates", {"examples": 7, "batch": 100, "epochs": 3}, {"updates": 3}),
    ("gradient_noise", NOISE, {"standard_error": 0.5}),
    # Goyal et al. 2017: 0.1·kn/256 is 3.2 for the batch of 8192
    ("scaled_rate", SCALING, {"factor": 32, "new_rate": 3.2}),
    ("scaling_law", {"growth": 1}, {"loss_ratio": 1}),
    ("scaling_law", {"growth": 16, "exponent": 0.5}, {"loss_ratio": 0.25}),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), BY_HAND)
def test_known_numbers(
    short: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Callable[..., Solution]
) -> None:
    quantities = lawful(name(short), inputs).quantities
    for quantity, value in expected.items():
        assert quantities[quantity] == pytest.approx(value, rel=1e-7), quantity


def test_what_papers_round_to_two_digits() -> None:
    # Kaplan et al. 2020, section 1.2: doubling the parameters multiplies the loss by 0.95.
    ratio: Any = find(name("scaling_law")).solve({"growth": 2}).quantities["loss_ratio"]
    assert round(ratio, 2) == 0.95
    # Zheng, Evaluating machine learning models (2015): sixty trials reach the best 5 % with 95 %.
    search = {"fraction": 0.05, "trials": 60}
    hit: Any = find(name("random_search")).solve(search).quantities["chance_hit"]
    assert round(hit, 2) == 0.95


@pytest.mark.parametrize(
    ("fraction", "chance", "needed"),
    [
        (0.5, 0.75, 2),
        (0.1, 0.19, 2),
        (0.1, 0.271, 3),
        (0.2, 0.36, 2),
        (0.3, 0.51, 2),
        (0.9, 0.9, 1),
    ],
)
def test_a_chance_that_is_reached_exactly_needs_no_further_trial(
    fraction: float, chance: float, needed: int, lawful: Callable[..., Solution]
) -> None:
    quantities = lawful(name("random_search"), {"fraction": fraction, "chance": chance}).quantities
    assert quantities["trials_needed"] == needed


# ------------------------------------------------------------------------ misconceptions

WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "grid_search",
        GRID,
        {
            "grid-search-cost/additive": {"trials": 15},
            "grid-search-cost/base-exponent-swap": {"trials": 243},
            "grid-search-cost/axis-distinct": {"random_distinct": 5},
        },
    ),
    (
        "random_search",
        SEARCH,
        {
            "random-search-hit/union-bound": {"chance_hit": 0.5, "trials_needed": 19},
            "random-search-hit/complement-lost": {"chance_hit": 0.5987369392383787},
            "random-search-hit/power-of-q": {"chance_hit": 1 - 9.765625e-14},
            "random-search-hit/q-to-n": {"chance_hit": 9.765625e-14},
        },
    ),
    (
        "data_split",
        SPLIT,
        {
            "data-split/percent-of-remainder": {"sizes": [1440, 160, 400]},
            "data-split/percent-of-train": {"sizes": [1400, 140, 280]},
            "data-split/tune-on-test": {"tuned_on": 400},
            "data-split/fit-scaler-on-all": {"fitted_on": 2000},
        },
    ),
    (
        "initial_loss",
        {"classes": 8},
        {
            "debug-checklist/log2": {"loss": 3},
            "debug-checklist/log10": {"loss": 0.9030899869919435},
            "debug-checklist/one-over-k": {"loss": 0.125},
            "debug-checklist/one-minus": {"loss": 0.875},
        },
    ),
    (
        "updates",
        EPOCHS,
        {
            "minibatch-updates/floor": {"per_epoch": 15, "updates": 75},
            "minibatch-updates/exact-division": {"per_epoch": 15.625, "updates": 78.125},
            "minibatch-updates/forgot-epochs": {"updates": 16},
            "minibatch-updates/ceil-at-end": {"updates": 79},
            "minibatch-updates/samples": {"per_epoch": 1000, "updates": 5000},
        },
    ),
    (
        "gradient_noise",
        NOISE,
        {
            "sgd-variants/variance-not-sd": {"standard_error": 0.25},
            "sgd-variants/linear": {"standard_error": 1 / 12},
            "sgd-variants/unchanged": {"standard_error": 3},
        },
    ),
    (
        "scaled_rate",
        SCALING,
        {
            "linear-scaling-rule/sqrt": {"new_rate": 0.1 * 2**2.5},
            "linear-scaling-rule/inverse": {"new_rate": 0.003125},
            "linear-scaling-rule/unchanged": {"new_rate": 0.1},
            "linear-scaling-rule/additive": {"new_rate": 3.3},
        },
    ),
    (
        "scaling_law",
        {"growth": 10, "exponent": 0.1},
        {
            "scaling-laws/linear": {"loss_ratio": 0.1},
            "scaling-laws/exponential": {"loss_ratio": 1 / math.e},
            "scaling-laws/positive-exponent": {"loss_ratio": 1.2589254117941673},
        },
    ),
]


def wrong_values(solution: Solution) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for wrong in solution.wrong_answers:
        values.setdefault(wrong.id, {})[wrong.quantity] = wrong.value
    return values


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
        for quantity, value in quantities.items():
            actual = values[misconception].pop(quantity)
            assert actual == pytest.approx(value, rel=1e-12), misconception
        assert values[misconception] == {}


def test_every_solver_has_its_misconceptions_worked() -> None:
    assert {solver.id for solver in in_topic("selection")} == {name(w[0]) for w in WRONG}


@pytest.mark.parametrize(
    ("short", "inputs", "gone"),
    [
        ("grid_search", {"values": [2, 3]}, {"base-exponent-swap", "axis-distinct"}),
        ("grid_search", {"values": [3, 3, 3]}, {"base-exponent-swap"}),
        ("grid_search", {"values": [4]}, {"additive"}),
        ("random_search", {**SEARCH, "trials": 1}, {"union-bound", "power-of-q", "q-to-n"}),
        ("data_split", {"examples": 1000}, {"tune-on-test"}),
        ("updates", {**EPOCHS, "batch": 100}, {"floor", "exact-division", "ceil-at-end"}),
        ("updates", {**EPOCHS, "epochs": 1}, {"forgot-epochs", "ceil-at-end"}),
        ("gradient_noise", {"deviation": 1, "batch": 4}, {"variance-not-sd"}),
        ("gradient_noise", {"deviation": 2, "batch": 1}, {"linear", "unchanged"}),
        ("scaled_rate", {**SCALING, "new_batch": 256}, {"sqrt", "inverse", "unchanged"}),
        ("scaling_law", {"growth": 1}, {"linear", "positive-exponent"}),
    ],
)
def test_misconceptions_that_mean_nothing_are_left_out(
    short: str, inputs: dict[str, Any], gone: set[str], lawful: Callable[..., Solution]
) -> None:
    every = {m.id.partition("/")[2] for m in find(name(short)).misconceptions}
    there = {wrong.partition("/")[2] for wrong in wrong_values(lawful(name(short), inputs))}
    assert every - there == gone


# ----------------------------------------------------------- follow-through and bad inputs


def test_later_quantities_follow_from_the_learners() -> None:
    solution = find(name("updates")).solve(EPOCHS, stated={"per_epoch": 15})
    assert solution.quantities["updates"] == 75
    solution = find(name("scaled_rate")).solve(SCALING, stated={"factor": 2})
    assert solution.quantities["new_rate"] == pytest.approx(0.2)
    solution = find(name("data_split")).solve(SPLIT, stated={"sizes": [1440, 160, 400]})
    assert (solution.quantities["fitted_on"], solution.quantities["tuned_on"]) == (1440, 160)


@pytest.mark.parametrize(
    ("short", "inputs", "message"),
    [
        ("grid_search", {"values": [3, 2.5]}, "values is [3.0, 2.5]; allowed: whole numbers"),
        ("grid_search", {"values": [2] * 9}, "values is [2, 2, 2"),
        ("grid_search", {"values": [0]}, "values is [0]; allowed: axes numbers from 1 to 100"),
        ("random_search", {**SEARCH, "fraction": 0}, "fraction is 0; allowed: a number from 0.001"),
        ("random_search", {**SEARCH, "chance": 1}, "chance is 1; allowed: a number from 0.01"),
        ("random_search", {**SEARCH, "trials": 2.0}, "trials is 2.0; allowed: a whole number"),
        ("data_split", {"examples": 1010}, "examples is 1010; allowed: a number of which 15 % are"),
        ("data_split", {**SPLIT, "test": 50}, "test is 50; allowed: a whole number from 1 to 49"),
        ("initial_loss", {"classes": 1}, "classes is 1; allowed: a whole number from 2 to"),
        ("updates", {**EPOCHS, "batch": 0}, "batch is 0; allowed: a whole number from 1"),
        ("gradient_noise", {**NOISE, "deviation": -1}, "deviation is -1; allowed: a number from"),
        ("scaled_rate", {**SCALING, "rate": "fast"}, "rate is 'fast'; allowed: a number from"),
        ("scaling_law", {"growth": 0.5}, "growth is 0.5; allowed: a number from 1 to 1000000"),
    ],
)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        find(name(short)).solve(inputs)
    assert str(refused.value).startswith(message)


# --------------------------------------------------------- reference and kernel, everywhere

everywhere = settings(max_examples=100, deadline=None)


def agrees(short: str, inputs: dict[str, Any]) -> None:
    solver = find(name(short))
    solution = solver.solve(inputs)
    assert solver.verify(solution, DEVICE).device == DEVICE.name
    labels = {step.label for step in solution.steps}
    assert all(wrong.departs_at in labels for wrong in solution.wrong_answers)


@everywhere
@given(values=st.lists(st.integers(1, 100), min_size=1, max_size=8))
def test_grid_search_agrees(values: list[int]) -> None:
    agrees("grid_search", {"values": values})


@settings(max_examples=300, deadline=None)
@given(
    fraction=st.one_of(st.floats(0.001, 0.9), st.integers(1, 900).map(lambda n: n / 1000)),
    trials=st.integers(1, 10_000),
    chance=st.one_of(st.floats(0.01, 0.999), st.integers(10, 999).map(lambda n: n / 1000)),
)
def test_random_search_agrees(fraction: float, trials: int, chance: float) -> None:
    agrees("random_search", {"fraction": fraction, "trials": trials, "chance": chance})


@settings(max_examples=40, deadline=None)
@given(
    hundreds=st.integers(1, 500),
    validation=st.integers(1, 49),
    test=st.integers(1, 49),
)
def test_data_split_agrees(hundreds: int, validation: int, test: int) -> None:
    split = {"examples": 100 * hundreds, "validation": validation, "test": test}
    agrees("data_split", split)


@everywhere
@given(classes=st.integers(2, 5000))
def test_initial_loss_agrees(classes: int) -> None:
    agrees("initial_loss", {"classes": classes})


@everywhere
@given(
    examples=st.integers(1, 100_000_000),
    batch=st.integers(1, 1_000_000),
    epochs=st.integers(1, 10_000),
)
def test_updates_agree(examples: int, batch: int, epochs: int) -> None:
    agrees("updates", {"examples": examples, "batch": batch, "epochs": epochs})


@everywhere
@given(deviation=st.floats(1e-6, 1e6), batch=st.integers(1, 20_000))
def test_gradient_noise_agrees(deviation: float, batch: int) -> None:
    agrees("gradient_noise", {"deviation": deviation, "batch": batch})


@everywhere
@given(rate=st.floats(1e-9, 1000), batch=st.integers(1, 1_000_000), new=st.integers(1, 1_000_000))
def test_scaled_rate_agrees(rate: float, batch: int, new: int) -> None:
    agrees("scaled_rate", {"rate": rate, "batch": batch, "new_batch": new})


@everywhere
@given(growth=st.floats(1, 1e6), exponent=st.floats(0.001, 2))
def test_scaling_law_agrees(growth: float, exponent: float) -> None:
    agrees("scaling_law", {"growth": growth, "exponent": exponent})


@pytest.mark.parametrize(
    ("short", "inputs"),
    [
        ("data_split", {"examples": 1_000_000}),
        ("initial_loss", {"classes": 1_000_000}),
        ("gradient_noise", {"deviation": 2, "batch": 1_000_000}),
        ("grid_search", {"values": [100] * 8}),
    ],
)
def test_the_largest_inputs_agree_too(short: str, inputs: dict[str, Any]) -> None:
    agrees(short, inputs)
