"""regularization.* against papers, torch, and wrong answers worked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import find, in_topic
from solvers.contract import BadInput, Solution
from solvers.regularization import dropout, early_stop
from tests.solvers.conftest import kernel_device

DEVICE = kernel_device()


def name(short: str) -> str:
    return f"regularization.{short}"


L2: dict[str, Any] = {"weights": [3, -4], "strength": 0.1, "loss": 1}
STEP: dict[str, Any] = {"weights": [3, -4], "gradient": [1, 2], "strength": 0.1, "rate": 0.5}
L1: dict[str, Any] = {"weights": [3, -4], "strength": 0.5, "loss": 1}
DROPOUT: dict[str, Any] = {"activations": [1, 2, 3, 4], "mask": [1, 1, 0, 1], "p": 0.2}
RUN: dict[str, Any] = {"losses": [1, 0.8, 0.6, 0.7, 0.65, 0.75, 0.76, 0.77, 0.5], "patience": 3}
CIFAR: dict[str, Any] = {"side": 32, "padding": 4}

BY_HAND: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("l2", L2, {"penalty": 2.5, "total_loss": 3.5}),
    ("l2_step", STEP, {"penalty_gradient": [0.6, -0.8], "new_weights": [2.2, -4.6]}),
    # curriculum, trap-adam-weight-decay: SGD with g = 0.5, rate 0.1, weight_decay 0.1 (λ = 0.05)
    (
        "l2_step",
        {"weights": [2], "gradient": [0.5], "strength": 0.05, "rate": 0.1},
        {"new_weights": [1.93]},
    ),
    ("l1", L1, {"penalty": 3.5, "total_loss": 4.5, "subgradient": [0.5, -0.5]}),
    ("l1", {**L1, "weights": [0, -1]}, {"penalty": 0.5, "subgradient": [0, -0.5]}),
    (
        "dropout",
        DROPOUT,
        {"expected_kept": 3.2, "train_output": [1.25, 2.5, 0, 5], "test_output": [1, 2, 3, 4]},
    ),
    ("dropout", {**DROPOUT, "p": 0}, {"expected_kept": 4, "train_output": [1, 2, 0, 4]}),
    ("early_stopping", RUN, {"stop_epoch": 5, "best_epoch": 2}),
    ("early_stopping", {"losses": [1], "patience": 1}, {"stop_epoch": 0, "best_epoch": 0}),
    # He et al. 2015, section 4.2: CIFAR-10 padded by 4, cropped to 32 × 32, flipped
    ("data_augmentation", CIFAR, {"positions": 81, "views": 162, "output_shape": [32, 32]}),
    (
        "data_augmentation",
        {"side": 256, "padding": 0, "crop": 224},
        {"views": 2178, "output_shape": [224, 224]},
    ),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), BY_HAND)
def test_known_numbers(
    short: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Callable[..., Solution]
) -> None:
    quantities: dict[str, Any] = lawful(name(short), inputs).quantities
    for quantity, value in expected.items():
        np.testing.assert_allclose(quantities[quantity], value, rtol=1e-12, atol=1e-12)


def test_the_factor_in_the_alexnet_paper_is_a_misconception() -> None:
    # Krizhevsky et al. 2012, section 4.1, says "by a factor of 2048" = 32²·2; 256 − 224 + 1 = 33.
    solution = find(name("data_augmentation")).solve({"side": 256, "padding": 0, "crop": 224})
    values = wrong_values(solution)
    assert values["data-augmentation/q-squared"] == {"positions": 1024, "views": 2048}


# ------------------------------------------------------------------------ misconceptions

WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "l2",
        L2,
        {
            "l2-regularisation/half": {"penalty": 1.25, "total_loss": 2.25},
            "l2-regularisation/no-square": {"penalty": 0.5, "total_loss": 1.5},
            "l2-regularisation/l1": {"penalty": 0.7, "total_loss": 1.7},
        },
    ),
    (
        "l2_step",
        STEP,
        {
            "l2-regularisation/no-square": {
                "penalty_gradient": [0.06, -0.08],
                "total_gradient": [1.06, 1.92],
                "new_weights": [2.47, -4.96],
            },
            "l2-regularisation/drop-2": {
                "penalty_gradient": [0.3, -0.4],
                "total_gradient": [1.3, 1.6],
                "new_weights": [2.35, -4.8],
            },
            "l2-regularisation/decay-sign": {
                "penalty_gradient": [-0.6, 0.8],
                "total_gradient": [0.4, 2.8],
                "new_weights": [2.8, -5.4],
            },
            "l2-regularisation/l1": {
                "penalty_gradient": [0.1, -0.1],
                "total_gradient": [1.1, 1.9],
                "new_weights": [2.45, -4.95],
            },
            "l2-regularisation/data-gradient-added": {"penalty_gradient": [1.6, 1.2]},
        },
    ),
    (
        "l1",
        L1,
        {
            "l1-regularisation/signed-sum": {"penalty": -0.5, "total_loss": 0.5},
            "l1-regularisation/l2": {"penalty": 12.5, "total_loss": 13.5},
            "l1-regularisation/euclidean": {"penalty": 2.5, "total_loss": 3.5},
            "l1-regularisation/mean": {"penalty": 1.75, "total_loss": 2.75},
        },
    ),
    (
        "dropout",
        DROPOUT,
        {
            "dropout/p-as-keep": {
                "expected_kept": 0.8,
                "train_output": [5, 10, 0, 20],
                "unscaled_mean": [0.2, 0.4, 0.6, 0.8],
            },
            "dropout/no-scale": {"train_output": [1, 2, 0, 4]},
            "dropout/scale-both": {"test_output": [0.8, 1.6, 2.4, 3.2]},
            "dropout/drop-at-test": {"test_output": [1.25, 2.5, 0, 5]},
            "dropout/divide-before-mask-sum": {"train_output": [10 / 7, 20 / 7, 0, 40 / 7]},
        },
    ),
    (
        "early_stopping",
        RUN,
        {
            "early-stopping/first-rise": {"stop_epoch": 3, "best_epoch": 2},
            "early-stopping/versus-previous": {"stop_epoch": 7, "best_epoch": 2},
            "early-stopping/returns-last": {"best_epoch": 5},
            "early-stopping/runs-to-end": {"stop_epoch": 8, "best_epoch": 8},
        },
    ),
    (
        "data_augmentation",
        CIFAR,
        {
            "data-augmentation/q-squared": {"positions": 64, "views": 128},
            "data-augmentation/one-side": {"positions": 25, "views": 50},
            "data-augmentation/no-flip": {"views": 81},
            "data-augmentation/flip-added": {"views": 83},
            "data-augmentation/augment-test": {"test_views": 162},
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
        assert set(values[misconception]) == set(quantities), misconception
        for quantity, value in quantities.items():
            actual = values[misconception][quantity]
            np.testing.assert_allclose(actual, value, rtol=1e-12, err_msg=misconception)


def test_every_solver_has_its_misconceptions_worked() -> None:
    assert {solver.id for solver in in_topic("regularization")} == {name(w[0]) for w in WRONG}


@pytest.mark.parametrize(
    ("short", "inputs", "gone"),
    [
        ("l2_step", {**STEP, "weights": [0, 0]}, {"no-square"}),
        ("l2_step", {**STEP, "gradient": [0, 0]}, {"data-gradient-added"}),
        ("l1", {**L1, "weights": [3]}, {"signed-sum", "mean"}),
        ("dropout", {**DROPOUT, "p": 0.5}, {"p-as-keep"}),
        ("dropout", {**DROPOUT, "p": 0}, {"no-scale", "scale-both"}),
        ("dropout", {**DROPOUT, "mask": [1] * 4}, {"drop-at-test", "divide-before-mask-sum"}),
        ("dropout", {**DROPOUT, "mask": [0] * 4}, {"divide-before-mask-sum"}),
        ("early_stopping", {**RUN, "patience": 1}, {"first-rise"}),
        ("data_augmentation", {**CIFAR, "padding": 0}, {"one-side"}),
        ("data_augmentation", {**CIFAR, "flip": "none"}, {"no-flip", "flip-added"}),
    ],
)
def test_misconceptions_that_mean_nothing_are_left_out(
    short: str, inputs: dict[str, Any], gone: set[str], lawful: Callable[..., Solution]
) -> None:
    every = {m.id.partition("/")[2] for m in find(name(short)).misconceptions}
    there = {wrong.partition("/")[2] for wrong in wrong_values(lawful(name(short), inputs))}
    assert every - there == gone


def test_where_early_stopping_goes_wrong() -> None:
    solution = find(name("early_stopping")).solve(RUN)
    departures = {wrong.id.partition("/")[2]: wrong.departs_at for wrong in solution.wrong_answers}
    assert departures == {
        "first-rise": "epoch 3",
        "versus-previous": "epoch 4",  # 0.65 is below 0.7, yet not below 0.6
        "returns-last": "restored epoch",
        "runs-to-end": "stop",
    }
    formulas = [step.formula for step in solution.steps_to("stop_epoch")]
    assert formulas[2:6] == [
        "0.6 < 0.8: new best",
        "0.7 ≥ 0.6: 1 of 3",
        "0.65 ≥ 0.6: 2 of 3",
        "0.75 ≥ 0.6: 3 of 3",
    ]


# ----------------------------------------------------------- follow-through and bad inputs


def test_later_quantities_follow_from_the_learners() -> None:
    solution = find(name("l2")).solve(L2, stated={"penalty": 0.7})
    assert solution.quantities["total_loss"] == 1.7
    solution = find(name("early_stopping")).solve(RUN, stated={"stop_epoch": 8})
    assert solution.quantities["best_epoch"] == 8
    solution = find(name("data_augmentation")).solve(CIFAR, stated={"positions": 64})
    assert solution.quantities["views"] == 128


@pytest.mark.parametrize(
    ("short", "inputs", "message"),
    [
        ("l2", {**L2, "strength": -1}, "strength is -1; allowed: a number from 0 to 100"),
        ("l2", {**L2, "weights": []}, "weights is []; allowed: n numbers"),
        ("l2_step", {**STEP, "gradient": [1]}, "gradient is [1]; allowed: n = 2, as in weights"),
        ("l1", {**L1, "weights": [math.inf]}, "weights is [inf]; allowed: n numbers"),
        ("dropout", {**DROPOUT, "p": 1}, "p is 1; allowed: a number from 0 to 0.95"),
        ("dropout", {**DROPOUT, "mask": [1, 0, 2, 1]}, "mask is [1, 0, 2, 1]; allowed: n entries"),
        ("early_stopping", {**RUN, "patience": 0}, "patience is 0; allowed: a whole number"),
        ("early_stopping", {**RUN, "losses": [1.0] * 201}, "losses is [1.0, 1.0"),
        ("data_augmentation", {**CIFAR, "crop": 41}, "crop is 41; allowed: at most 40, the image"),
        ("data_augmentation", {**CIFAR, "flip": "both"}, "flip is 'both'; allowed: one of hor"),
    ],
)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        find(name(short)).solve(inputs)
    assert str(refused.value).startswith(message)


# --------------------------------------------------------------------- array functions


def test_dropout_at_its_ends() -> None:
    assert dropout([1, 2], [1, 0], 0).tolist() == [1, 0]
    assert dropout([1, 2], [1, 0], 1).tolist() == [0, 0]
    assert dropout([1, 2], [1, 0], 0.5, training=False).tolist() == [1, 2]
    assert dropout([[1, 2]], [[1, 0]], 0.75).tolist() == [[4, 0]]


def test_dropout_keeps_the_mean() -> None:
    rng = np.random.default_rng(0)
    mask = rng.random(100_000) >= 0.3
    spread = math.sqrt(0.3 / 0.7 / 100_000)
    assert dropout(np.ones(100_000), mask, 0.3).mean() == pytest.approx(1, abs=3 * spread)


@pytest.mark.parametrize(
    ("losses", "patience", "expected"),
    [
        ([0.5, 0.5, 0.5], 2, (2, 0)),  # an equal loss is no improvement
        ([0.5, math.nan, 0.4, math.nan, math.nan], 2, (4, 2)),
        ([3, 2, 1], 1, (2, 2)),
        ([1, 2, 3], 1, (1, 0)),
        ([2, 3, 1, 3, 3], 2, (4, 2)),
        ([1, 2], 5, (1, 0)),
    ],
)
def test_early_stop(losses: list[float], patience: int, expected: tuple[int, int]) -> None:
    assert early_stop(losses, patience) == expected


def test_calls_that_make_no_sense_are_refused() -> None:
    with pytest.raises(BadInput, match="losses"):
        early_stop([], 1)
    with pytest.raises(BadInput, match="patience"):
        early_stop([1.0], 0)
    with pytest.raises(BadInput, match=r"mask is \(3,\); allowed: \(2,\)"):
        dropout([1, 2], [1, 0, 1])
    with pytest.raises(BadInput, match=r"p is 1\.5"):
        dropout([1], [1], 1.5)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_gradients_of_the_penalties_are_finite_differences(index: int) -> None:
    weights, h = [1.5, -0.7, 2.0], 1e-6
    for penalised, quantity in (("l2", "penalty_gradient"), ("l1", "subgradient")):
        penalties: list[Any] = []
        for change in (-h, h):
            moved = [w + change * (i == index) for i, w in enumerate(weights)]
            solution = find(name(penalised)).solve({"weights": moved, "strength": 0.3})
            penalties.append(solution.quantities["penalty"])
        given: dict[str, Any] = {"weights": weights, "strength": 0.3}
        if penalised == "l2":
            given |= {"gradient": [0, 0, 0], "rate": 1}
        solver = "l2_step" if penalised == "l2" else "l1"
        gradient: Any = find(name(solver)).solve(given).quantities[quantity]
        assert gradient[index] == pytest.approx((penalties[1] - penalties[0]) / (2 * h), rel=1e-6)


# --------------------------------------------------------- reference and kernel, everywhere

everywhere = settings(max_examples=100, deadline=None)
values = st.one_of(st.floats(-1000, 1000), st.integers(-3, 3))


def vectors(n: int) -> st.SearchStrategy[list[float]]:
    return st.lists(values, min_size=n, max_size=n)


def agrees(short: str, inputs: dict[str, Any]) -> None:
    solver = find(name(short))
    solution = solver.solve(inputs)
    assert solver.verify(solution, DEVICE).device == DEVICE.name
    labels = {step.label for step in solution.steps}
    assert all(wrong.departs_at in labels for wrong in solution.wrong_answers)


@everywhere
@given(
    data=st.data(),
    n=st.integers(1, 6),
    strength=st.floats(0, 100),
    loss=st.floats(0, 1e6),
    rate=st.floats(1e-9, 1000),
)
def test_penalties_agree(
    data: st.DataObject, n: int, strength: float, loss: float, rate: float
) -> None:
    weights, gradient = data.draw(vectors(n)), data.draw(vectors(n))
    agrees("l2", {"weights": weights, "strength": strength, "loss": loss})
    agrees("l1", {"weights": weights, "strength": strength, "loss": loss})
    step = {"weights": weights, "gradient": gradient, "strength": strength, "rate": rate}
    agrees("l2_step", step)


@everywhere
@given(data=st.data(), n=st.integers(1, 6), p=st.floats(0, 0.95))
def test_dropout_agrees(data: st.DataObject, n: int, p: float) -> None:
    mask = data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    agrees("dropout", {"activations": data.draw(vectors(n)), "mask": mask, "p": p})


@settings(max_examples=300, deadline=None)
@given(
    losses=st.one_of(
        st.lists(st.integers(0, 6), min_size=1, max_size=30),  # with many ties
        st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30),
    ),
    patience=st.integers(1, 6),
)
def test_early_stopping_agrees(losses: list[float], patience: int) -> None:
    agrees("early_stopping", {"losses": losses, "patience": patience})


@everywhere
@given(
    side=st.integers(1, 512),
    padding=st.integers(0, 64),
    crop=st.integers(1, 640),
    flip=st.sampled_from(["horizontal", "none"]),
)
def test_data_augmentation_agrees(side: int, padding: int, crop: int, flip: str) -> None:
    inputs = {"side": side, "padding": padding, "crop": min(crop, side + 2 * padding)}
    agrees("data_augmentation", {**inputs, "flip": flip})
