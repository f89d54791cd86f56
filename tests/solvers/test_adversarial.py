"""The GAN solvers: published and hand-worked numbers, wrong ones, finite differences, torch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from math import log as ln
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import binary_cross_entropy_with_logits

from solvers import adversarial, find
from solvers.contract import BadInput, Solution
from tests.solvers.conftest import kernel_device

Solve = Callable[[str, Mapping[str, Any]], Solution]


def wrong(solver: str, inputs: Mapping[str, Any], quantity: str) -> dict[str, Any]:
    solution = find(f"adversarial.{solver}").solve(inputs)
    return {w.id.partition("/")[2]: w.value for w in solution.wrong_answers_for(quantity)}


def verified(solver: str, inputs: Mapping[str, Any]) -> None:
    found = find(f"adversarial.{solver}")
    found.verify(found.solve(inputs), kernel_device())


# --------------------------------------------------------------------- value and losses

BATCH = {"real": [0.9, 0.6], "fake": [0.2, 0.3, 0.5]}
REAL = (ln(0.9) + ln(0.6)) / 2
MADE = (ln(0.8) + ln(0.7) + ln(0.5)) / 3
TAKEN = (ln(0.2) + ln(0.3) + ln(0.5)) / 3  # made examples taken for real


def test_a_discriminator_that_cannot_tell(lawful: Solve) -> None:
    # Goodfellow et al. 2014, theorem 1: V = −log 4 at the equilibrium.
    half = {"real": [0.5, 0.5], "fake": [0.5]}
    value = lawful("adversarial.value", half).quantities["value"]
    assert value == pytest.approx(-ln(4))
    loss = lawful("adversarial.discriminator_loss", half).quantities["loss"]
    assert loss == pytest.approx(2 * ln(2))


def test_the_value_by_hand(lawful: Solve) -> None:
    quantities = lawful("adversarial.value", BATCH).quantities
    assert quantities == pytest.approx({"real_term": REAL, "fake_term": MADE, "value": REAL + MADE})
    assert quantities["value"] == pytest.approx(-0.7324, abs=5e-5)
    assert wrong("value", BATCH, "value") == pytest.approx(
        {
            "fake-term-ln-d": REAL + TAKEN,
            "minus": -REAL - MADE,
            "log10": (REAL + MADE) / ln(10),
            "average-of-d": 0.75 + 2 / 3,
            "halved": (REAL + MADE) / 2,
        }
    )
    terms = wrong("value", BATCH, "fake_term")
    assert terms == pytest.approx(
        {"fake-term-ln-d": TAKEN, "log10": MADE / ln(10), "average-of-d": 2 / 3}
    )


def test_the_discriminators_loss_by_hand(lawful: Solve) -> None:
    quantities = lawful("adversarial.discriminator_loss", BATCH).quantities
    assert quantities == pytest.approx(
        {"real_loss": -REAL, "fake_loss": -MADE, "loss": -REAL - MADE}
    )
    swapped = -(ln(0.1) + ln(0.4)) / 2
    assert wrong("discriminator_loss", BATCH, "loss") == pytest.approx(
        {
            "labels-swapped": swapped - TAKEN,
            "real-only": -REAL,
            "halved": -(REAL + MADE) / 2,
            "fake-as-real": -REAL - TAKEN,
            "sum-not-mean": -2 * REAL - 3 * MADE,
        }
    )
    assert wrong("discriminator_loss", BATCH, "real_loss") == pytest.approx(
        {"labels-swapped": swapped, "sum-not-mean": -2 * REAL}
    )
    single = {"real": [0.9], "fake": [0.2]}
    assert "sum-not-mean" not in wrong("discriminator_loss", single, "loss")


def test_the_loss_follows_from_its_stated_parts() -> None:
    stated = {"real_loss": 1.0, "fake_loss": 0.5}
    solution = find("adversarial.discriminator_loss").solve(BATCH, stated=stated)
    assert solution.quantities["loss"] == 1.5


def test_the_generators_losses_by_hand(lawful: Solve) -> None:
    loss = lawful("adversarial.generator_loss", BATCH).quantities["loss"]
    assert loss == pytest.approx(-TAKEN)
    assert wrong("generator_loss", BATCH, "loss") == pytest.approx(
        {"saturating": MADE, "target-zero": -MADE, "plus-real": -TAKEN - REAL, "sign": TAKEN}
    )
    minimax = {**BATCH, "form": "minimax"}
    assert lawful("adversarial.generator_loss", minimax).quantities["loss"] == pytest.approx(MADE)
    assert wrong("generator_loss", minimax, "loss") == pytest.approx(
        {"non-saturating": -TAKEN, "plus-real": MADE + REAL, "sign": -MADE}
    )


score = st.one_of(st.floats(1e-4, 1 - 1e-4), st.sampled_from([1e-4, 0.5, 1 - 1e-4]))
batch = st.lists(score, min_size=1, max_size=8)


@settings(max_examples=80, deadline=None)
@given(real=batch, fake=batch, form=st.sampled_from(["non-saturating", "minimax"]))
def test_losses_agree_with_torch(real: list[float], fake: list[float], form: str) -> None:
    scores = {"real": real, "fake": fake}
    verified("value", scores)
    verified("discriminator_loss", scores)
    verified("generator_loss", {**scores, "form": form})
    verified("generator_gradient", {"score": real[0]})


# --------------------------------------------------------------------- losses of logits


def test_losses_of_logits_are_torchs() -> None:
    real, fake = [2.0, -1.0], [0.5, -3.0, 100.0]
    a, b = torch.tensor(real, dtype=torch.float64), torch.tensor(fake, dtype=torch.float64)
    cross_entropy = binary_cross_entropy_with_logits
    on_real, on_fake = cross_entropy(a, torch.ones_like(a)), cross_entropy(b, torch.zeros_like(b))
    loss = adversarial.discriminator_loss(real, fake)
    assert loss == pytest.approx(float(on_real + on_fake), rel=1e-12)
    passing = float(cross_entropy(b, torch.ones_like(b)))
    assert adversarial.generator_loss(fake) == pytest.approx(passing, rel=1e-12)
    saturating = adversarial.generator_loss(fake, saturating=True)
    assert saturating == pytest.approx(-float(on_fake), rel=1e-12)


@pytest.mark.parametrize("logit", [-1000.0, 1000.0])
def test_extreme_logits_are_finite(logit: float) -> None:
    assert math.isfinite(adversarial.discriminator_loss([logit], [logit]))
    assert adversarial.generator_loss([-1000.0]) == 1000
    assert adversarial.generator_loss([-1000.0], saturating=True) == 0


def test_losses_of_logits_and_of_scores_are_one() -> None:
    logits = {name: np.log(np.array(d) / (1 - np.array(d))) for name, d in BATCH.items()}
    loss = find("adversarial.discriminator_loss").solve(BATCH).quantities["loss"]
    ours = adversarial.discriminator_loss(logits["real"], logits["fake"])
    assert ours == pytest.approx(loss)


# ------------------------------------------------------- adversarial.generator_gradient


def test_the_gradient_vanishes_where_it_is_needed(lawful: Solve) -> None:
    early = lawful("adversarial.generator_gradient", {"score": 0.01}).quantities
    assert early == {"minimax": -0.01, "non_saturating": -0.99}


def test_gradients_are_finite_differences() -> None:
    logit, step = -1.2, 1e-6
    d = 1 / (1 + math.exp(-logit))
    quantities = find("adversarial.generator_gradient").solve({"score": d}).quantities

    def slope(saturating: bool) -> float:
        up, down = (
            adversarial.generator_loss([logit + nudge], saturating=saturating)
            for nudge in (step, -step)
        )
        return (up - down) / (2 * step)

    expected = {"minimax": slope(True), "non_saturating": slope(False)}
    assert quantities == pytest.approx(expected, rel=1e-8)


def test_wrong_gradients() -> None:
    inputs = {"score": 0.2}
    assert wrong("generator_gradient", inputs, "minimax") == pytest.approx(
        {"swap": -0.8, "wrt-d": -1.25, "sigma-prime": 0.16, "positive": 0.2}
    )
    assert wrong("generator_gradient", inputs, "non_saturating") == pytest.approx(
        {"swap": -0.2, "wrt-d": -5, "sigma-prime": 0.16, "positive": 0.8}
    )
    assert "swap" not in wrong("generator_gradient", {"score": 0.5}, "minimax")


# ---------------------------------------------------- adversarial.optimal_discriminator

WORLDS = {"data": [0.6, 0.4, 0], "generator": [0.2, 0.4, 0.4]}


def test_the_best_discriminator_by_hand(lawful: Solve) -> None:
    quantities = lawful("adversarial.optimal_discriminator", WORLDS).quantities
    assert quantities["optimal"] == pytest.approx([0.75, 0.5, 0])
    value = 0.6 * ln(0.75) + 0.4 * ln(0.5) + 0.2 * ln(0.25) + 0.4 * ln(0.5)
    assert quantities["value"] == pytest.approx(value)
    assert quantities["divergence"] == pytest.approx((value + ln(4)) / 2)
    assert wrong("optimal_discriminator", WORLDS, "optimal") == {
        "generator-share": pytest.approx([0.25, 0.5, 1]),
        "ratio": pytest.approx([3, 1, 0]),
        "always-half": [0.5, 0.5, 0.5],
        "p-data": [0.6, 0.4, 0],
    }
    turned = {"data": WORLDS["generator"], "generator": WORLDS["data"]}
    assert "ratio" not in wrong("optimal_discriminator", turned, "optimal")


@pytest.mark.parametrize(
    ("data", "generator", "value", "divergence"),
    [
        ([0.5, 0.5], [0.5, 0.5], -ln(4), 0),  # the equilibrium
        ([1, 0], [0, 1], 0, ln(2)),  # nothing in common
        ([1], [1], -ln(4), 0),
    ],
)
def test_the_ends_of_the_game(
    lawful: Solve, data: list[float], generator: list[float], value: float, divergence: float
) -> None:
    inputs = {"data": data, "generator": generator}
    quantities = lawful("adversarial.optimal_discriminator", inputs).quantities
    assert quantities["value"] == pytest.approx(value)
    assert quantities["divergence"] == pytest.approx(divergence, abs=1e-12)


def test_no_other_discriminator_does_better() -> None:
    data, made = (np.array(shares) for shares in WORLDS.values())
    best = find("adversarial.optimal_discriminator").solve(WORLDS).quantities
    rng = np.random.default_rng(0)
    for _ in range(200):
        d = np.clip(np.array(best["optimal"]) + rng.normal(0, 0.05, size=3), 1e-12, 1 - 1e-12)
        assert data @ np.log(d) + made @ np.log(1 - d) <= best["value"]


@settings(max_examples=80, deadline=None)
@given(
    shares=st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(any), min_size=1, max_size=8
    ).filter(lambda pairs: all(any(side) for side in zip(*pairs, strict=True)))
)
def test_optima_agree_with_torch(shares: list[tuple[int, int]]) -> None:
    data, made = (np.array(side) / sum(side) for side in zip(*shares, strict=True))
    verified("optimal_discriminator", {"data": data, "generator": made})


# ------------------------------------------------------------- adversarial.mode_collapse


def test_a_histogram_by_hand(lawful: Solve) -> None:
    histogram = {"counts": [50, 25, 25, 0, 0]}
    quantities = lawful("adversarial.mode_collapse", histogram).quantities
    assert quantities == pytest.approx({"covered": 3, "entropy": 1.5 * ln(2)})
    covered = wrong("mode_collapse", histogram, "covered")
    assert covered == {"counts-samples": 100, "missing-modes": 2}
    entropies = wrong("mode_collapse", histogram, "entropy")
    assert entropies == pytest.approx({"max-entropy": ln(5), "log2": 1.5})


def test_all_modes_and_one(lawful: Solve) -> None:
    even = lawful("adversarial.mode_collapse", {"counts": [7] * 10}).quantities
    assert even == pytest.approx({"covered": 10, "entropy": ln(10)})
    one = lawful("adversarial.mode_collapse", {"counts": [0, 9, 0]}).quantities
    assert one == {"covered": 1, "entropy": 0}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=64).filter(any))
def test_histograms_agree_with_torch(counts: list[int]) -> None:
    verified("mode_collapse", {"counts": counts})


# ------------------------------------------------------------ adversarial.nonconvergence


def test_walking_in_circles_by_hand(lawful: Solve) -> None:
    # From (1, 0) with η = ½: (1, ½), (¾, 1); 1 + η² = 5/4.
    game = {"rate": 0.5, "steps": 2}
    quantities = lawful("adversarial.nonconvergence", game).quantities
    assert quantities == {"point": pytest.approx([0.75, 1]), "norm": pytest.approx(1.25)}
    assert wrong("nonconvergence", game, "norm") == pytest.approx(
        {"converges": 0.75, "constant": 1, "one-plus-eta": 2.25, "squared-norm": 1.5625}
    )
    longer = {"x": 3, "y": -4, "rate": 2, "steps": 3}
    norm = lawful("adversarial.nonconvergence", longer).quantities["norm"]
    assert norm == pytest.approx(5 * math.sqrt(125))
    assert wrong("nonconvergence", longer, "norm") == pytest.approx(
        {"constant": 5, "one-plus-eta": 135, "squared-norm": 25 * 125}
    )


@settings(max_examples=80, deadline=None)
@given(
    x=st.floats(-100, 100), y=st.floats(1e-3, 100), rate=st.floats(0.001, 2), k=st.integers(1, 50)
)
def test_games_agree_with_matrix_powers(x: float, y: float, rate: float, k: int) -> None:
    verified("nonconvergence", {"x": x, "y": y, "rate": rate, "steps": k})


# --------------------------------------------------------------- adversarial.conditional

SIZES = {"noise": 100, "condition": 10, "example": 784, "units": 128}


def test_a_conditional_gan_on_digits(lawful: Solve) -> None:
    assert lawful("adversarial.conditional", SIZES).quantities == {
        "generator_inputs": 110,
        "generator_parameters": 14_208,
        "discriminator_inputs": 794,
        "discriminator_parameters": 101_760,
    }
    inputs = wrong("conditional", SIZES, "generator_inputs")
    assert inputs == {"noise-only": 100, "product": 1000, "label-scalar": 101}
    parameters = wrong("conditional", SIZES, "generator_parameters")
    assert parameters == {"noise-only": 12_928, "product": 128_128, "label-scalar": 13_056}
    inputs = wrong("conditional", SIZES, "discriminator_inputs")
    assert inputs == {"product": 7840, "label-scalar": 785, "d-unconditioned": 784}
    parameters = wrong("conditional", SIZES, "discriminator_parameters")
    assert parameters["d-unconditioned"] == 785 * 128
    one = {**SIZES, "condition": 1}
    assert "label-scalar" not in wrong("conditional", one, "generator_inputs")


def test_parameters_follow_from_the_stated_width() -> None:
    stated = {"generator_inputs": 100}
    solution = find("adversarial.conditional").solve(SIZES, stated=stated)
    assert solution.quantities["generator_parameters"] == 12_928


@settings(max_examples=40, deadline=None)
@given(
    noise=st.integers(1, 10_000),
    condition=st.integers(1, 10_000),
    example=st.integers(1, 10**6),
    units=st.integers(1, 10_000),
)
def test_widths_agree_with_torch(**sizes: int) -> None:
    verified("conditional", sizes)


# ---------------------------------------------------------------------------- bad inputs


@pytest.mark.parametrize(
    ("solver", "inputs", "message"),
    [
        ("value", {"real": [1], "fake": [0.5]}, "real is .*; allowed: n numbers from 0.0001 to"),
        ("value", {"real": [0.5], "fake": [0]}, "fake is .*; allowed: m numbers from 0.0001 to"),
        ("discriminator_loss", {"real": [0.5]}, "fake is None"),
        ("discriminator_loss", {"real": [], "fake": [0.5]}, "real is"),
        ("generator_loss", {**BATCH, "form": "other"}, "one of non-saturating, minimax"),
        ("generator_gradient", {"score": 0}, "score is 0; allowed: a number from 0.0001"),
        ("optimal_discriminator", {**WORLDS, "data": [0.6, 0.4]}, "allowed: n = 2"),
        ("optimal_discriminator", {**WORLDS, "data": [0.5, 0.4, 0]}, "data is .*add up to 1"),
        (
            "optimal_discriminator",
            {"data": [1, 0], "generator": [1, 0]},
            "generator is .*more than 0 wherever data is 0",
        ),
        ("mode_collapse", {"counts": [0, 0]}, "counts is .*at least one sample"),
        ("mode_collapse", {"counts": [1.5]}, "counts is .*whole numbers from 0"),
        ("nonconvergence", {"x": 0, "rate": 1, "steps": 2}, "x is 0.0; allowed: a start at least"),
        ("nonconvergence", {"rate": 1, "steps": 51}, "steps is 51"),
        ("conditional", {**SIZES, "noise": 0}, "noise is 0"),
    ],
)
def test_bad_inputs_are_named(solver: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        find(f"adversarial.{solver}").solve(inputs)
