"""initialization.* against the papers' rules, torch's initialisers, and real seeded draws."""

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
from solvers.initialization import fans, he, xavier
from tests.solvers.conftest import kernel_device

DEVICE = kernel_device()
XAVIER, HE = "initialization.xavier", "initialization.he"
CONV: dict[str, Any] = {"inputs": 16, "outputs": 32, "kernel": 3}


# (solver, inputs, std, bound)
KNOWN: list[tuple[str, dict[str, Any], float, float]] = [
    (XAVIER, {"inputs": 4, "outputs": 2}, math.sqrt(1 / 3), 1.0),
    # torch.nn.init: with gain 1 and fans 300 and 300, std = √(2/600)
    (XAVIER, {"inputs": 300, "outputs": 300}, 0.0577350269, 0.1),
    # curriculum, trap-variance-vs-std: 0.0884, not 0.0078
    (HE, {"inputs": 256}, 0.0883883476, 0.1530931089),
    (HE, {"inputs": 8}, 0.5, math.sqrt(0.75)),
]


@pytest.mark.parametrize(("solver", "inputs", "std", "bound"), KNOWN)
def test_known_spreads(
    solver: str, inputs: dict[str, Any], std: float, bound: float, lawful: Callable[..., Solution]
) -> None:
    quantities = lawful(solver, inputs).quantities
    assert quantities["std"] == pytest.approx(std, rel=1e-8)
    assert quantities["bound"] == pytest.approx(bound, rel=1e-8)
    assert quantities["variance"] == pytest.approx(std**2, rel=1e-8)


@pytest.mark.parametrize(
    ("channels", "std"), [(64, 0.059), (128, 0.042), (256, 0.029), (512, 0.021)]
)
def test_the_spreads_of_vggs_filters(channels: int, std: float) -> None:
    # He et al. 2015, section 2.2, for the 3 × 3 filters of VGG's model B
    quantities: Any = find(HE).solve({"inputs": channels, "kernel": 3}).quantities
    assert quantities["std"] == pytest.approx(std, abs=0.0006)


# ------------------------------------------------------------------------ misconceptions


def spread(variance: float) -> dict[str, float]:
    return {"variance": variance, "std": variance**0.5, "bound": (3 * variance) ** 0.5}


WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, float]]]] = [
    (
        XAVIER,
        {"inputs": 100, "outputs": 50},
        {
            "xavier-init/variance-as-std": {"std": 2 / 150, "bound": 2 / 150},
            "xavier-init/fan-in-only": spread(0.02),
            "xavier-init/one-over": spread(1 / 150),
            "xavier-init/bound-as-std": {"std": 0.2},
            "xavier-init/std-as-bound": {"bound": 0.2 / 3**0.5},
            "xavier-init/product": spread(2 / 5000),
        },
    ),
    (
        HE,
        CONV,  # n_in = 144, n_out = 288
        {
            "he-init/variance-as-std": {"std": 2 / 144, "bound": 2 / 144},
            "he-init/fan-out": spread(2 / 288),
            "he-init/conv-fan-without-k2": {"fan_in": 16, **spread(2 / 16)},
            "he-init/gain-1": spread(1 / 144),
            "he-init/xavier": spread(2 / 432),
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
    solver: str,
    inputs: dict[str, Any],
    expected: dict[str, dict[str, float]],
    lawful: Callable[..., Solution],
) -> None:
    values = wrong_values(lawful(solver, inputs))
    assert set(values) == set(expected) == {m.id for m in find(solver).misconceptions}
    for misconception, quantities in expected.items():
        assert values[misconception] == pytest.approx(quantities), misconception


def test_every_solver_has_its_misconceptions_worked() -> None:
    assert {solver.id for solver in in_topic("initialization")} == {w[0] for w in WRONG}


@pytest.mark.parametrize(
    ("inputs", "gone"),
    [
        ({"inputs": 16, "kernel": 3}, {"fan-out", "xavier"}),
        ({"inputs": 16, "outputs": 32}, {"conv-fan-without-k2"}),
    ],
)
def test_misconceptions_that_mean_nothing_are_left_out(
    inputs: dict[str, Any], gone: set[str]
) -> None:
    every = {m.id.partition("/")[2] for m in find(HE).misconceptions}
    there = {wrong.partition("/")[2] for wrong in wrong_values(find(HE).solve(inputs))}
    assert every - there == gone


# ----------------------------------------------------------- follow-through and bad inputs


def test_the_spread_follows_from_the_learners_fan_in() -> None:
    solution = find(HE).solve(CONV, stated={"fan_in": 16})
    assert solution.quantities["fan_in"] == 144
    assert solution.quantities["variance"] == 0.125
    with pytest.raises(BadInput, match="fan_in is 0"):
        find(HE).solve(CONV, stated={"fan_in": 0})
    with pytest.raises(BadInput, match="variance is -1"):
        find(HE).solve(CONV, stated={"variance": -1})


@pytest.mark.parametrize(
    ("solver", "inputs", "message"),
    [
        (XAVIER, {"inputs": 0, "outputs": 1}, "inputs is 0; allowed: a whole number from 1 to"),
        (XAVIER, {"inputs": 3}, "outputs is None; allowed: a whole number from 1"),
        (XAVIER, {"inputs": 3, "outputs": 2.5}, "outputs is 2.5; allowed: a whole number"),
        (HE, {"inputs": 3, "kernel": 32}, "kernel is 32; allowed: a whole number from 1 to 31"),
        (HE, {"inputs": 3, "gain": 2}, "gain is 2; allowed: inputs are inputs, outputs, kernel"),
    ],
)
def test_bad_inputs_are_named(solver: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        find(solver).solve(inputs)
    assert str(refused.value).startswith(message)


# --------------------------------------------------------- reference and kernel, everywhere

fan = st.integers(1, 1_000_000)


@settings(max_examples=150, deadline=None)
@given(inputs=fan, outputs=fan)
def test_xavier_agrees(inputs: int, outputs: int) -> None:
    solver = find(XAVIER)
    solution = solver.solve({"inputs": inputs, "outputs": outputs})
    assert solver.verify(solution, DEVICE).device == DEVICE.name


@settings(max_examples=150, deadline=None)
@given(inputs=fan, outputs=fan, kernel=st.integers(1, 31))
def test_he_agrees(inputs: int, outputs: int, kernel: int) -> None:
    solver = find(HE)
    solution = solver.solve({"inputs": inputs, "outputs": outputs, "kernel": kernel})
    assert solver.verify(solution, DEVICE).device == DEVICE.name


# -------------------------------------------------------------------- measured on real draws

DENSE, FILTERS = (512, 512), (128, 64, 3, 3)


@pytest.mark.parametrize("spread", ["normal", "uniform"])
@pytest.mark.parametrize("shape", [DENSE, FILTERS])
@pytest.mark.parametrize("initialise", [xavier, he])
def test_a_draw_has_the_spread_that_the_solver_computes(
    initialise: Callable[..., Any], shape: tuple[int, ...], spread: str
) -> None:
    weight = initialise(shape, np.random.default_rng(0), spread)
    solution = _solution(initialise, shape)
    assert weight.shape == shape
    assert weight.std() == pytest.approx(solution["std"], rel=0.02)
    assert abs(weight.mean()) < 0.02 * solution["std"]
    if spread == "uniform":
        assert 0.999 * solution["bound"] < np.abs(weight).max() <= solution["bound"]


def _solution(initialise: Callable[..., Any], shape: tuple[int, ...]) -> dict[str, Any]:
    n_in, n_out = fans(shape)
    if initialise is xavier:
        return find(XAVIER).solve({"inputs": n_in, "outputs": n_out}).quantities
    kernel = shape[2] if len(shape) == 4 else 1
    given = {"inputs": shape[1], "outputs": shape[0], "kernel": kernel}
    return find(HE).solve(given).quantities


@pytest.mark.parametrize("shape", [DENSE, FILTERS])
def test_torchs_own_draws_have_it_too(shape: tuple[int, ...]) -> None:
    generator = torch.Generator().manual_seed(0)
    normal = torch.empty(shape, dtype=torch.float64)
    torch.nn.init.kaiming_normal_(normal, nonlinearity="relu", generator=generator)
    assert float(normal.std()) == pytest.approx(_solution(he, shape)["std"], rel=0.02)
    uniform = torch.empty(shape, dtype=torch.float64)
    torch.nn.init.xavier_uniform_(uniform, generator=generator)
    bound = _solution(xavier, shape)["bound"]
    assert 0.999 * bound < float(uniform.abs().max()) <= bound


def test_he_keeps_a_deep_relu_network_in_size_where_xavier_lets_it_shrink() -> None:
    # Each ReLU halves the mean square. Over ten layers of 512 units the draws make it wander by
    # a factor of about exp(√(10·5/512)) = 1.4; Xavier shrinks it by 2¹⁰.
    sizes = {}
    for initialise in (he, xavier):
        rng = np.random.default_rng(1)
        x = rng.normal(size=(200, 512))
        for _ in range(10):
            x = np.maximum(x @ initialise(DENSE, rng).T, 0)
        sizes[initialise] = (x**2).mean()
    assert 1 / 3 < sizes[he] < 3
    assert sizes[xavier] < 0.01


def test_he_can_count_the_outputs_instead() -> None:
    weight = he((256, 1024), np.random.default_rng(1), mode="fan_out")
    assert weight.std() == pytest.approx(math.sqrt(2 / 256), rel=0.02)


def test_the_same_seed_gives_the_same_draw() -> None:
    first, second = (xavier((3, 4), np.random.default_rng(5)) for _ in range(2))
    assert first.tolist() == second.tolist()


def test_fans_are_torchs() -> None:
    for shape in ((7, 5), (64, 3, 7, 7), (8, 4, 3), (2, 3, 2, 3, 4)):
        meta = torch.empty(shape, device="meta")
        assert fans(shape) == torch.nn.init._calculate_fan_in_and_fan_out(meta)


def test_arrays_that_can_not_be_drawn() -> None:
    rng: Any = np.random.default_rng(0)
    with pytest.raises(BadInput, match=r"shape is \(3,\); allowed: \(out, in\)"):
        xavier((3,), rng)
    with pytest.raises(BadInput, match="spread is 'even'; allowed: one of normal, uniform"):
        he((3, 3), rng, "even")  # type: ignore[arg-type]
