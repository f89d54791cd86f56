"""Losses against torch, published numbers, and wrong answers worked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from math import e, exp, log
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import find, in_topic
from solvers.contract import BadInput, Solution
from tests.solvers.conftest import kernel_device

Lawful: TypeAlias = Callable[[str, Mapping[str, Any]], Solution]

ERRORS = {"target": [3, -1, 2], "predicted": [1, 0, 2.5]}  # errors 2, −1, −½
# Errors 3 and ½, δ = 2: 2·(3 − 1) = 4 (F.huber_loss, where F.smooth_l1_loss gives 2) and 1/8.
BRANCHES = {"target": [3, 0.5], "predicted": [0, 0], "delta": 2}
SCORES = {"logits": [2, 1, 0], "label": 1}
P0, P1, P2 = 0.665240955775, 0.244728471055, 0.090030573170  # softmax of 2, 1, 0
SMOOTHED = {"logits": [2, 1, 0], "label": 0, "smoothing": 0.3}
L0, L1, L2 = 0.407605964444, 1.407605964444, 2.407605964444  # −ln of the same
GUESSES = {"probabilities": [0.8, 0.4], "target": [1, 0]}
GUESSED_LOGITS = {"logits": [log(4), log(2 / 3)], "target": [1, 0]}  # σ gives 0.8 and 0.4
RARE = {"probability": 0.8, "label": 0, "gamma": 2, "alpha": 0.25}
GREYS = {"values": [0, 1, 10], "weights": [5, 3, 2]}
CORNERS = {"anchor": [0, 0], "positive": [3, 4], "negative": [0, 6], "margin": 2}
FAR = {**CORNERS, "margin": 0.5}
KEYS = {"query": [1, 0], "keys": [[1, 0], [0, 1], [-1, 0]], "temperature": 0.5}
# Rows 0 and 2 are partners, and 1 and 3. Cosines: 02 0.6, 12 0.8, 23 0.8, 13 1, the others 0.
VIEWS = {"views": [[1, 0], [0, 1], [3, 4], [0, 2]], "temperature": 0.5}
ANCHORS = [
    log(2 + exp(1.2)) - 1.2,
    log(1 + exp(1.6) + exp(2)) - 2,
    log(exp(1.2) + 2 * exp(1.6)) - 1.2,
    log(1 + exp(1.6) + exp(2)) - 2,
]

# (solver, inputs, what comes out); worked by hand unless a source is named.
KNOWN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("losses.mse", ERRORS, {"loss": 1.75, "gradient": [-4 / 3, 2 / 3, 1 / 3]}),
    ("losses.mae", ERRORS, {"loss": 3.5 / 3}),
    ("losses.huber", BRANCHES, {"loss": (4 + 0.125) / 2}),
    ("losses.huber", {"target": [1], "predicted": [0]}, {"loss": 0.5}),  # ∣e∣ = δ
    ("losses.one_hot", {"label": 2, "classes": 4}, {"vector": [0, 0, 1, 0]}),
    ("losses.one_hot", {"label": 0, "classes": 1}, {"vector": [1]}),
    # ONNX's LogSoftmax vector (−1, 0, 1) gives −2.4076061, −1.407606, −0.407606
    ("losses.cross_entropy", SCORES, {"loss": 1.407606, "gradient": [P0, P1 - 1, P2]}),
    ("losses.cross_entropy", {"logits": [0] * 10, "label": 3}, {"loss": 2.302585}),  # ln 10
    ("losses.cross_entropy", {"logits": [1000, -1000], "label": 1}, {"loss": 2000}),
    ("losses.label_smoothing", SMOOTHED, {"target": [0.8, 0.1, 0.1], "loss": 0.707606}),
    # Szegedy et al. 2015, section 7: K = 1000 and ε = 0.1; here K = 10
    (
        "losses.label_smoothing",
        {"logits": [0] * 10, "label": 9, "smoothing": 0.1},
        {"target": [0.01] * 9 + [0.91], "loss": 2.302585},
    ),
    ("losses.binary_cross_entropy", GUESSES, {"loss": 0.366985}),
    (
        "losses.binary_cross_entropy_with_logits",
        GUESSED_LOGITS,
        {"probabilities": [0.8, 0.4], "loss": 0.366985},
    ),
    # where BCELoss on probabilities gives 100 (its logarithm is clamped)
    ("losses.binary_cross_entropy_with_logits", {"logits": [-200], "target": [1]}, {"loss": 200}),
    ("losses.focal", RARE, {"loss": 0.75 * 0.64 * -log(0.2)}),
    # Lin et al. 2017, section 3.2: with γ = 2 an example at p_t = 0.9 costs 100 times less
    (
        "losses.focal",
        {"probability": 0.9, "label": 1, "gamma": 2, "alpha": 1},
        {"loss": -log(0.9) / 100},
    ),
    ("losses.best_constant", GREYS, {"constant": 2.3}),
    (
        "losses.triplet",
        CORNERS,
        {"distance_positive": 5, "distance_negative": 6, "loss": 1},
    ),
    ("losses.triplet", FAR, {"loss": 0}),
    (
        "losses.info_nce",
        KEYS,
        {
            "similarities": [1, 0, -1],
            "logits": [2, 0, -2],
            "loss": log(1 + exp(-2) + exp(-4)),
        },
    ),
    # equal keys: ln K, which is no upper bound
    ("losses.info_nce", {**KEYS, "keys": [[1, 1]] * 4}, {"loss": log(4)}),
    ("losses.info_nce", {**KEYS, "positive": 2}, {"loss": log(1 + exp(2) + exp(4))}),
    ("losses.nt_xent", VIEWS, {"anchor_losses": ANCHORS, "loss": sum(ANCHORS) / 4}),
    ("losses.nt_xent", {**VIEWS, "views": [[1, 0], [0, 1]]}, {"loss": 0}),
]


@pytest.mark.parametrize(("solver", "inputs", "expected"), KNOWN)
def test_known_values(
    solver: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Lawful
) -> None:
    solution = lawful(solver, inputs)
    for quantity, value in expected.items():
        assert solution.quantities[quantity] == pytest.approx(value, abs=1e-6), quantity


# ------------------------------------------------------------------------ misconceptions

BINARY = {
    "binary-cross-entropy/first-term-only": {"loss": -log(0.8) / 2},
    "binary-cross-entropy/terms-swapped": {"loss": -(log(0.2) + log(0.4)) / 2},
    "binary-cross-entropy/sum-not-mean": {"loss": -(log(0.8) + log(0.6))},
    "binary-cross-entropy/log10": {"loss": -(math.log10(0.8) + math.log10(0.6)) / 2},
    "binary-cross-entropy/missing-minus": {"loss": (log(0.8) + log(0.6)) / 2},
}
WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "losses.mse",
        ERRORS,
        {
            "mse-loss/sum-not-mean": {"loss": 5.25},
            "mse-loss/half-factor": {"loss": 0.875},
            "mse-loss/signed": {"loss": 0.5 / 3},
            "mse-loss/rmse": {"loss": 1.322876},
            "mse-loss/mae": {"loss": 3.5 / 3},
            "mse-loss/square-of-sum": {"loss": 0.25 / 3},
            "mse-gradient/drop-2": {"gradient": [-2 / 3, 1 / 3, 1 / 6]},
            "mse-gradient/drop-n": {"gradient": [-4, 2, 1]},
            "mse-gradient/sign-flip": {"gradient": [4 / 3, -2 / 3, -1 / 3]},
        },
    ),
    (
        "losses.mae",
        ERRORS,
        {
            "mae-loss/signed": {"loss": 0.5 / 3},
            "mae-loss/mse": {"loss": 1.75},
            "mae-loss/sum-not-mean": {"loss": 3.5},
            "mae-loss/median": {"loss": 1},
        },
    ),
    (
        "losses.huber",
        BRANCHES,
        {
            "huber-loss/no-half": {"loss": (4 + 0.25) / 2},
            "huber-loss/always-quadratic": {"loss": (4.5 + 0.125) / 2},
            "huber-loss/no-offset": {"loss": (6 + 0.125) / 2},
            "huber-loss/smooth-l1": {"loss": (2 + 0.0625) / 2},
            "huber-loss/delta-factor-lost": {"loss": (2 + 0.125) / 2},
        },
    ),
    (
        "losses.one_hot",
        {"label": 2, "classes": 4},
        {
            "one-hot/one-based": {"vector": [0, 1, 0, 0]},
            "one-hot/integer-label": {"vector": 2},
            "one-hot/all-but-k": {"vector": [1, 1, 0, 1]},
        },
    ),
    (
        "losses.cross_entropy",
        SCORES,
        {
            "cross-entropy/log10": {"loss": -math.log10(P1)},
            "cross-entropy/log2": {"loss": -math.log2(P1)},
            "cross-entropy/double-softmax": {"loss": log(exp(P0) + exp(P1) + exp(P2)) - P1},
            "cross-entropy/no-log": {"loss": 1 - P1},
            "cross-entropy/all-class-bce": {"loss": -log(P1) - log(1 - P0) - log(1 - P2)},
            "cross-entropy/negative-logit": {"loss": -1},
            "ce-softmax-gradient/sign-flip": {"gradient": [-P0, 1 - P1, -P2]},
            "ce-softmax-gradient/p-only": {"gradient": [P0, P1, P2]},
            "ce-softmax-gradient/diag-jacobian": {
                "gradient": [P0 * (1 - P0), P1 * (1 - P1), P2 * (1 - P2)]
            },
            "ce-softmax-gradient/minus-inverse": {"gradient": [0, -(e + 1 + 1 / e), 0]},
        },
    ),
    (
        "losses.label_smoothing",
        SMOOTHED,
        {
            "label-smoothing/eps-over-k-minus-1": {
                "target": [0.7, 0.15, 0.15],
                "loss": 0.7 * L0 + 0.15 * (L1 + L2),
            },
            "label-smoothing/true-only": {
                "target": [0.7, 0.1, 0.1],
                "loss": 0.7 * L0 + 0.1 * (L1 + L2),
            },
            "label-smoothing/eps-not-divided": {
                "target": [1, 0.3, 0.3],
                "loss": L0 + 0.3 * (L1 + L2),
            },
            "label-smoothing/none": {"target": [1, 0, 0], "loss": L0},
        },
    ),
    ("losses.binary_cross_entropy", GUESSES, BINARY),
    ("losses.binary_cross_entropy_with_logits", GUESSED_LOGITS, BINARY),
    (
        "losses.focal",
        RARE,
        {
            "focal-loss/no-alpha": {"loss": 0.64 * -log(0.2)},
            "focal-loss/gamma-on-pt": {"loss": 0.75 * 0.04 * -log(0.2)},
            "focal-loss/plain-ce": {"loss": -log(0.2)},
            "focal-loss/alpha-not-flipped": {"loss": 0.25 * 0.64 * -log(0.2)},
            "focal-loss/pt-is-p": {"loss": 0.75 * 0.04 * -log(0.8)},
        },
    ),
    (
        "losses.best_constant",
        {"values": [10, 0, 1], "weights": [2, 4, 3]},  # half is passed at 1
        {
            "mse-blur/median": {"constant": 1},
            "mse-blur/mode": {"constant": 0},
            "mse-blur/midrange": {"constant": 5},
        },
    ),
    (
        "losses.triplet",
        FAR,
        {
            "triplet-loss/swap": {"loss": 1.5},
            "triplet-loss/no-hinge": {"loss": -0.5},
            "triplet-loss/margin-subtracted": {"loss": -1.5},
            "triplet-loss/squared": {
                "distance_positive": 25,
                "distance_negative": 36,
                "loss": 0,
            },
            "triplet-loss/p-n": {"distance_negative": 13**0.5, "loss": 5.5 - 13**0.5},
        },
    ),
    (
        "losses.info_nce",
        KEYS,
        {
            "infonce/no-positive-in-denominator": {"loss": log(1 + exp(-2)) - 2},
            "infonce/no-temperature": {
                "logits": [1, 0, -1],
                "loss": log(1 + exp(-1) + exp(-2)),
            },
            "infonce/multiply-temperature": {
                "logits": [0.5, 0, -0.5],
                "loss": log(1 + exp(-0.5) + exp(-1)),
            },
            "infonce/log10": {"loss": math.log10(1 + exp(-2) + exp(-4))},
            "infonce/probability": {"loss": 1 / (1 + exp(-2) + exp(-4))},
        },
    ),
    (
        "losses.nt_xent",
        VIEWS,
        {
            "nt-xent/includes-self": {
                "anchor_losses": [
                    log(2 + exp(1.2) + e**2) - 1.2,
                    log(1 + exp(1.6) + 2 * e**2) - 2,
                    log(exp(1.2) + 2 * exp(1.6) + e**2) - 1.2,
                    log(1 + exp(1.6) + 2 * e**2) - 2,
                ]
            },
            "nt-xent/no-positive-in-denominator": {
                "anchor_losses": [
                    log(2) - 1.2,
                    log(1 + exp(1.6)) - 2,
                    log(2 * exp(1.6)) - 1.2,
                    log(1 + exp(1.6)) - 2,
                ]
            },
            # dot products: 02 3, 12 4, 23 8, 13 2, the others 0
            "nt-xent/dot-not-cosine": {
                "anchor_losses": [
                    log(2 + exp(6)) - 6,
                    log(1 + exp(8) + exp(4)) - 4,
                    log(exp(6) + exp(8) + exp(16)) - 6,
                    log(1 + exp(4) + exp(16)) - 4,
                ]
            },
            "nt-xent/no-temperature": {
                "anchor_losses": [
                    log(2 + exp(0.6)) - 0.6,
                    log(1 + exp(0.8) + e) - 1,
                    log(exp(0.6) + 2 * exp(0.8)) - 0.6,
                    log(1 + exp(0.8) + e) - 1,
                ]
            },
            "nt-xent/one-side": {"loss": (ANCHORS[0] + ANCHORS[1]) / 2},
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
        each = quantities.get("anchor_losses")
        if each:
            assert values[name]["loss"] == pytest.approx(sum(each) / 4)


def test_every_solver_is_known_and_its_misconceptions_worked() -> None:
    ids = {solver.id for solver in in_topic("losses")}
    assert ids == {solver for solver, *_ in KNOWN} == {solver for solver, *_ in WRONG}


ONE = {"target": [3], "predicted": [1]}
SMALL = {"target": [0.5, 1], "predicted": [0, 1], "delta": 2}


@pytest.mark.parametrize(
    ("solver", "inputs", "gone"),
    [
        ("losses.mse", ONE, {"mse-loss/sum-not-mean", "mse-loss/square-of-sum"}),
        ("losses.mae", ONE, {"mae-loss/signed", "mae-loss/median"}),
        ("losses.huber", {**BRANCHES, "delta": 0.25}, {"huber-loss/no-half"}),
        (
            "losses.huber",
            SMALL,
            {
                "huber-loss/always-quadratic",
                "huber-loss/no-offset",
                "huber-loss/delta-factor-lost",
            },
        ),
        (
            "losses.huber",
            {**BRANCHES, "delta": 1},
            {"huber-loss/smooth-l1", "huber-loss/delta-factor-lost"},
        ),
        ("losses.one_hot", {"label": 0, "classes": 3}, {"one-hot/one-based"}),
        # softmax gives the right class nothing at all: −1/p is infinite
        (
            "losses.cross_entropy",
            {"logits": [1000, -1000], "label": 1},
            {"ce-softmax-gradient/minus-inverse", "cross-entropy/all-class-bce"},
        ),
        (
            "losses.label_smoothing",
            {"logits": [1], "label": 0, "smoothing": 0.1},
            {"label-smoothing/eps-over-k-minus-1"},
        ),
        (
            "losses.binary_cross_entropy",
            {"probabilities": [0.3], "target": [1]},
            {"binary-cross-entropy/first-term-only", "binary-cross-entropy/sum-not-mean"},
        ),
        (
            "losses.focal",
            {**RARE, "label": 1},
            {"focal-loss/alpha-not-flipped", "focal-loss/pt-is-p"},
        ),
        ("losses.focal", {**RARE, "alpha": 0.5}, {"focal-loss/alpha-not-flipped"}),
        (
            "losses.best_constant",
            {"values": [0, 1], "weights": [1, 3]},
            {"mse-blur/median", "mse-blur/mode"},
        ),
        (
            "losses.best_constant",  # two values are likeliest
            {"values": [0, 1, 5], "weights": [1, 2, 2]},
            {"mse-blur/mode"},
        ),
        ("losses.triplet", CORNERS, {"triplet-loss/no-hinge"}),
        (
            "losses.info_nce",
            {**KEYS, "keys": [[1, 0]], "temperature": 1},
            {
                "infonce/no-positive-in-denominator",
                "infonce/no-temperature",
                "infonce/multiply-temperature",
            },
        ),
        (
            "losses.nt_xent",
            {"views": [[1, 0], [0, 1]], "temperature": 1},
            {"nt-xent/no-positive-in-denominator", "nt-xent/no-temperature"},
        ),
    ],
)
def test_misconceptions_that_mean_nothing_here(
    solver: str, inputs: dict[str, Any], gone: set[str]
) -> None:
    every = {m.id for m in find(solver).misconceptions}
    assert every - set(wrong_values(find(solver).solve(inputs))) == gone


def test_a_median_between_two_values_is_their_middle() -> None:
    values = wrong_values(find("losses.best_constant").solve(GREYS))
    assert values["mse-blur/median"] == {"constant": 0.5}  # 0 has exactly half


# ----------------------------------------------------------------------------------- laws


def vector(low: float, high: float, n: int) -> st.SearchStrategy[list[float]]:
    return st.lists(st.floats(low, high), min_size=n, max_size=n)


def together(longest: int, *sides: tuple[str, float, float]) -> st.SearchStrategy[dict[str, Any]]:
    """Vectors of one length."""
    return st.integers(1, longest).flatmap(
        lambda n: st.fixed_dictionaries({name: vector(low, high, n) for name, low, high in sides})
    )


def with_target(name: str, low: float, high: float) -> st.SearchStrategy[dict[str, Any]]:
    return st.lists(st.tuples(st.floats(low, high), st.integers(0, 1)), min_size=1).map(
        lambda pairs: {name: [x for x, _ in pairs][:64], "target": [y for _, y in pairs][:64]}
    )


def also(
    base: st.SearchStrategy[dict[str, Any]], **more: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(base, st.fixed_dictionaries(more)).map(lambda both: {**both[0], **both[1]})


def indexed(name: str, rows: str) -> Callable[[dict[str, Any]], st.SearchStrategy[dict[str, Any]]]:
    """With an index into one of the inputs."""
    return lambda base: st.integers(0, len(base[rows]) - 1).map(lambda i: {**base, name: i})


PREDICTIONS = together(8, ("target", -1000, 1000), ("predicted", -1000, 1000))
LOGITS = together(6, ("logits", -1000, 1000)).flatmap(indexed("label", "logits"))
TEMPERATURE = st.floats(0.01, 10)


@st.composite
def queries(draw: st.DrawFn) -> dict[str, Any]:
    k, d = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    keys = draw(st.lists(vector(-10, 10, d), min_size=k, max_size=k))
    positive = draw(st.integers(0, k - 1))
    query, temperature = draw(vector(-10, 10, d)), draw(TEMPERATURE)
    return {"query": query, "keys": keys, "positive": positive, "temperature": temperature}


@st.composite
def views(draw: st.DrawFn) -> dict[str, Any]:
    n, d = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    row = vector(-10, 10, d).filter(lambda x: math.hypot(*x) > 1e-5)
    rows = draw(st.lists(row, min_size=2 * n, max_size=2 * n))
    return {"views": rows, "temperature": draw(TEMPERATURE)}


DOMAINS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "losses.mse": PREDICTIONS,
    "losses.mae": PREDICTIONS,
    "losses.huber": also(PREDICTIONS, delta=st.floats(0.001, 1000)),
    "losses.one_hot": st.integers(1, 64).flatmap(
        lambda k: st.fixed_dictionaries({"classes": st.just(k), "label": st.integers(0, k - 1)})
    ),
    "losses.cross_entropy": LOGITS,
    "losses.label_smoothing": also(LOGITS, smoothing=st.floats(0, 1)),
    "losses.binary_cross_entropy": with_target("probabilities", 1e-6, 1 - 1e-6),
    "losses.binary_cross_entropy_with_logits": with_target("logits", -1000, 1000),
    "losses.focal": st.fixed_dictionaries(
        {
            "probability": st.floats(1e-6, 1 - 1e-6),
            "label": st.integers(0, 1),
            "gamma": st.floats(0, 10),
            "alpha": st.floats(0, 1),
        }
    ),
    "losses.best_constant": together(6, ("values", -1000, 1000), ("weights", 0, 1000)).filter(
        lambda x: len(set(x["values"])) == len(x["values"]) and sum(x["weights"]) > 1e-5
    ),
    "losses.triplet": also(
        together(4, *((name, -1000.0, 1000.0) for name in ("anchor", "positive", "negative"))),
        margin=st.floats(0.001, 1000),
    ),
    "losses.info_nce": queries(),
    "losses.nt_xent": views(),
}


@pytest.mark.parametrize("solver_id", DOMAINS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_reference_and_kernel_agree(solver_id: str, data: st.DataObject) -> None:
    solver, inputs = find(solver_id), data.draw(DOMAINS[solver_id])
    assert solver.verify(solver.solve(inputs), kernel_device()).device == kernel_device().name


def test_every_solver_has_a_domain() -> None:
    assert set(DOMAINS) == {solver.id for solver in in_topic("losses")}


@pytest.mark.parametrize(
    ("solver", "moved", "inputs"),
    [
        ("losses.mse", "predicted", ERRORS),
        ("losses.cross_entropy", "logits", SCORES),
        ("losses.cross_entropy", "logits", {"logits": [-3, 2.5, 0.5, 1], "label": 0}),
    ],
)
def test_gradients_are_slopes(solver: str, moved: str, inputs: dict[str, Any]) -> None:
    def loss(step: np.ndarray[Any, Any]) -> float:
        shifted = {**inputs, moved: np.array(inputs[moved]) + step}
        value = find(solver).solve(shifted).quantities["loss"]
        assert isinstance(value, float)
        return value

    steps = 1e-5 * np.eye(len(inputs[moved]))
    slopes = [(loss(step) - loss(-step)) / 2e-5 for step in steps]
    gradient = find(solver).solve(inputs).quantities["gradient"]
    assert gradient == pytest.approx(slopes, abs=1e-8)


def test_the_best_constant_is_the_best() -> None:
    x, p = np.array(GREYS["values"]), np.array(GREYS["weights"]) / 10
    candidates = np.linspace(0, 10, 1001)
    costs = [(p * (x - c) ** 2).sum() for c in candidates]
    assert candidates[int(np.argmin(costs))] == pytest.approx(2.3)


# -------------------------------------------------------------------------- follow-through


@pytest.mark.parametrize(
    ("solver", "inputs", "stated", "expected"),
    [
        (
            "losses.cross_entropy",
            SCORES,
            {"probabilities": [0.5, 0.25, 0.25]},
            {"loss": log(4), "gradient": [0.5, -0.75, 0.25]},
        ),
        (
            "losses.label_smoothing",
            SMOOTHED,
            {"target": [1, 0, 0]},
            {"loss": L0},
        ),
        (
            "losses.binary_cross_entropy_with_logits",
            GUESSED_LOGITS,
            {"probabilities": [0.5, 0.75]},
            {"loss": (log(2) + log(4)) / 2},
        ),
        ("losses.triplet", CORNERS, {"distance_positive": 25}, {"loss": 25 - 6 + 2}),
        ("losses.info_nce", KEYS, {"similarities": [0, 0, 0]}, {"loss": log(3)}),
        ("losses.info_nce", KEYS, {"logits": [0, 0, 0]}, {"loss": log(3)}),
        ("losses.nt_xent", VIEWS, {"similarities": np.eye(4).tolist()}, {"loss": log(3)}),
        ("losses.nt_xent", VIEWS, {"anchor_losses": [1, 2, 3, 6]}, {"loss": 3}),
    ],
)
def test_follow_through(
    solver: str, inputs: dict[str, Any], stated: dict[str, Any], expected: dict[str, Any]
) -> None:
    solution = find(solver).solve(inputs, stated=stated)
    for quantity, value in expected.items():
        assert solution.quantities[quantity] == pytest.approx(value)


@pytest.mark.parametrize(
    ("solver", "inputs", "stated"),
    [
        ("losses.cross_entropy", SCORES, {"probabilities": [1, 0, 0]}),
        ("losses.cross_entropy", SCORES, {"probabilities": [1, -1, 0]}),
        (
            "losses.binary_cross_entropy_with_logits",
            GUESSED_LOGITS,
            {"probabilities": [0, 1.5]},
        ),
    ],
)
def test_stated_probabilities_without_a_logarithm_are_refused(
    solver: str, inputs: dict[str, Any], stated: dict[str, Any]
) -> None:
    with pytest.raises(BadInput, match="probabilities"):
        find(solver).solve(inputs, stated=stated)


# ------------------------------------------------------------------------------ bad inputs


@pytest.mark.parametrize(
    ("solver", "inputs", "message"),
    [
        ("losses.mse", {"target": [1]}, "predicted is None; allowed: n numbers"),
        ("losses.mse", {"target": [1, 2], "predicted": [1]}, "n = 2, as in target"),
        ("losses.mae", {"target": [math.nan], "predicted": [1]}, r"target is \[nan\]"),
        ("losses.huber", {**BRANCHES, "delta": 0}, "delta is 0; allowed: a number from 0.001"),
        ("losses.one_hot", {"label": 3, "classes": 3}, "label is 3; allowed: from 0 to 2"),
        ("losses.one_hot", {"label": 0, "classes": 10**9}, "classes is 1000000000; allowed"),
        (
            "losses.cross_entropy",
            {"logits": [1, 2], "label": 2},
            "label is 2; allowed: from 0 to 1",
        ),
        ("losses.cross_entropy", {"logits": [1e9], "label": 0}, "logits is"),
        ("losses.label_smoothing", {**SMOOTHED, "smoothing": 1.5}, "smoothing is 1.5; allowed"),
        (
            "losses.binary_cross_entropy",
            {"probabilities": [0], "target": [1]},
            r"probabilities is \[0\]; allowed",
        ),
        (
            "losses.binary_cross_entropy",
            {"probabilities": [0.5], "target": [0.5]},
            r"target is \[0.5\]; allowed: n entries 0 or 1",
        ),
        ("losses.focal", {**RARE, "label": 2}, "label is 2; allowed: a whole number from 0 to 1"),
        ("losses.best_constant", {"values": [1, 1], "weights": [1, 2]}, "all different"),
        ("losses.best_constant", {"values": [1, 2], "weights": [0, 0]}, "a sum of at least"),
        ("losses.triplet", {**CORNERS, "margin": 0}, "margin is 0; allowed"),
        ("losses.triplet", {**CORNERS, "negative": [1]}, "d = 2, as in anchor"),
        ("losses.info_nce", {**KEYS, "temperature": 0}, "temperature is 0; allowed"),
        ("losses.info_nce", {**KEYS, "positive": 3}, "positive is 3; allowed: from 0 to 2"),
        ("losses.nt_xent", {**VIEWS, "views": [[1], [2], [3]]}, "an even number of rows"),
        ("losses.nt_xent", {**VIEWS, "views": [[1], [0]]}, "rows of length at least"),
    ],
)
def test_bad_inputs(solver: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        find(solver).solve(inputs)
