"""autoencoders.* against papers, integrals, torch, and wrong answers worked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solvers import find, in_topic
from solvers.autoencoders import gaussian_kl, reparameterise, vae_loss
from solvers.contract import BadInput, Solution, Unsuitable
from tests.solvers import drawn


def name(short: str) -> str:
    return f"autoencoders.{short}"


def solve(short: str, inputs: Mapping[str, Any], **stated: Any) -> Solution:
    return find(name(short)).solve(inputs, stated=stated)


MEAN: dict[str, Any] = {"encoder": [[0.5, 0.5]], "decoder": [[1], [1]]}
COPY: dict[str, Any] = {"x": [1, 3], **MEAN}
NOISY: dict[str, Any] = {"x": [2, 2], "noisy": [1, 5], **MEAN}
STACK: dict[str, Any] = {"widths": [784, 128, 32]}
ALARM: dict[str, Any] = {
    "validation_errors": [1, 5],
    "deviations": 2,
    "points": [[1, 1], [5, 0], [2, 2]],
    "reconstructions": [[0, 1], [1, 0], [2, 2]],
    "codes": [[8, 0], [6, 8], [0, 9]],
}
CODES: dict[str, Any] = {"first": [0, 2], "second": [4, -2], "alpha": 0.25}
DECODER: dict[str, Any] = {"weights": [[1, 0], [0, 1]], "biases": [0, 0]}
# Centred: (±3, 0) and (0, ±1), so the squared singular values are 18 and 2.
CROSS: dict[str, Any] = {"data": [[3, 1], [-3, 1], [0, 2], [0, 0]]}
POSTERIOR: dict[str, Any] = {"mu": [1, -2], "sigma": [1, 0.5]}
DRAW: dict[str, Any] = {"mu": [1, 0], "logvar": [0, 2 * math.log(2)], "eps": [0.5, -1]}
VAE: dict[str, Any] = {
    "x": [1, 0],
    "reconstruction": [0.5, 0.5],
    "mu": [1, -2],
    "logvar": [0, math.log(0.25)],
}
LN2 = math.log(2)
KL = (1 + 3.25 + 2 * LN2) / 2  # of POSTERIOR: 1 + 1 − 1 − 0, and 4 + ¼ − 1 − ln ¼

KNOWN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "reconstruction",
        COPY,
        {"code": [2], "reconstruction": [2, 2], "loss": 1, "compression": 2},
    ),
    # a code that keeps what the data vary in copies them perfectly
    (
        "reconstruction",
        {"x": [3, 3, 3], "encoder": [[1, 0, 0]], "decoder": [[1], [1], [1]]},
        {"loss": 0, "compression": 3},
    ),
    ("denoising", NOISY, {"code": [3], "reconstruction": [3, 3], "loss": 1}),
    ("parameters", STACK, {"encoder": 104_608, "decoder": 105_360, "parameters": 209_968}),
    # Hinton and Salakhutdinov 2006, the digits' network: 784·1000 + 1000·500 + 500·250 + 250·30
    # = 1,416,500 weights each way, 1000 + 500 + 250 + 30 and 250 + 500 + 1000 + 784 biases
    ("parameters", {"widths": [784, 1000, 500, 250, 30]}, {"parameters": 2_837_314}),
    ("parameters", {"widths": [2, 1]}, {"encoder": 3, "decoder": 4, "parameters": 7}),
    ("anomaly_detection", ALARM, {"threshold": 7, "errors": [0.5, 8, 0], "flagged": 1}),
    ("latent_interpolation", CODES, {"z": [1, 1]}),
    ("latent_interpolation", {**CODES, "alpha": 0}, {"z": [0, 2]}),
    ("latent_interpolation", {**CODES, "alpha": 1}, {"z": [4, -2]}),
    ("decoded_interpolation", {**CODES, **DECODER}, {"z": [1, 1], "image": [1, 1]}),
    ("pca", CROSS, {"total": 20, "error": 2}),
    ("pca", {"data": [[1, 2], [1, 2]]}, {"total": 0, "error": 0}),
    # Kingma and Welling 2013, appendix B; 0 for the prior itself, μ²/2 for a shift of it
    ("vae_kl", {"mu": [0, 0], "sigma": [1, 1]}, {"kl": 0}),
    ("vae_kl", {"mu": [1], "sigma": [1]}, {"kl": 0.5}),
    ("vae_kl", POSTERIOR, {"kl": KL}),
    ("reparameterisation", DRAW, {"sigma": [1, 2], "z": [1.5, -2], "slope": [0.25, -1]}),
    ("vae_loss", VAE, {"error": 0.5, "kl": KL, "loss": 0.5 + KL}),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), KNOWN)
def test_known_numbers(
    short: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Callable[..., Solution]
) -> None:
    quantities: dict[str, Any] = lawful(name(short), inputs).quantities
    for quantity, value in expected.items():
        np.testing.assert_allclose(
            quantities[quantity], value, rtol=1e-12, atol=1e-14, err_msg=quantity
        )


# ------------------------------------------------------------------------ misconceptions

BY_HAND: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "reconstruction",
        COPY,
        {
            "autoencoder/sum": {"loss": 2},
            "autoencoder/latent-loss": {"loss": 4},
            "autoencoder/encode-only": {"reconstruction": [2, 0], "loss": 5},
            "autoencoder/zero": {"loss": 0},
        },
    ),
    (
        "denoising",
        NOISY,
        {
            "denoising-autoencoder/noisy-target": {"loss": 4},
            "denoising-autoencoder/clean-input": {
                "code": [2],
                "reconstruction": [2, 2],
                "loss": 0,
            },
            "denoising-autoencoder/noise-loss": {"loss": 5},
            "denoising-autoencoder/sum": {"loss": 2},
        },
    ),
    (
        "parameters",
        STACK,
        {
            "autoencoder-params/tied": {"parameters": 105_520},
            "autoencoder-params/no-bias": {
                "encoder": 104_448,
                "decoder": 104_448,
                "parameters": 208_896,
            },
            "autoencoder-params/encoder-only": {"parameters": 104_608},
            "autoencoder-params/mirror-bias": {"decoder": 104_608, "parameters": 209_216},
        },
    ),
    (
        "anomaly_detection",
        ALARM,
        {
            "anomaly-detection/reverse": {"flagged": 2},
            "anomaly-detection/latent-norm": {"flagged": 3},
            "anomaly-detection/variance-threshold": {"threshold": 11},
            "anomaly-detection/mean-threshold": {"threshold": 3},
        },
    ),
    (
        "latent_interpolation",
        CODES,
        {
            "latent-interpolation/swapped": {"z": [3, -1]},
            "latent-interpolation/no-complement": {"z": [1, 1.5]},
            "latent-interpolation/midpoint": {"z": [2, 0]},
        },
    ),
    (
        "decoded_interpolation",
        {**CODES, **DECODER},
        {
            "latent-interpolation/swapped": {"z": [3, -1], "image": [3, 0]},
            "latent-interpolation/no-complement": {"z": [1, 1.5], "image": [1, 1.5]},
            "latent-interpolation/midpoint": {"z": [2, 0], "image": [2, 0]},
            # ¾ of the image (0, 2) and ¼ of the image (4, 0)
            "latent-interpolation/pixel-space": {"image": [1, 1.5]},
        },
    ),
    (
        "pca",
        CROSS,
        {
            "pca-vs-autoencoder/kept-not-discarded": {"error": 18},
            "pca-vs-autoencoder/sqrt": {"error": math.sqrt(2)},
            "pca-vs-autoencoder/no-centring": {"error": 6},  # 1 + 1 + 4 + 0, the second column
            "pca-vs-autoencoder/mean-not-total": {"error": 0.5},
        },
    ),
    (
        "vae_kl",
        POSTERIOR,
        {
            "vae-kl/sigma-unsquared": {"kl": (1 + 3.5 + LN2) / 2},
            "vae-kl/sign": {"kl": -KL},
            "vae-kl/no-half": {"kl": 2 * KL},
            "vae-kl/log-sigma": {"kl": (1 + 3.25 + LN2) / 2},
            "vae-kl/mean-over-dims": {"kl": KL / 2},
            "vae-kl/forgot-one": {"kl": KL + 1},
            "vae-kl/reverse-kl": {"kl": (1 + 19 - 2 * LN2) / 2},
        },
    ),
    (
        "reparameterisation",
        DRAW,
        {
            "reparameterisation/variance-as-std": {"z": [1.5, -4]},
            "reparameterisation/logvar-as-std": {"z": [1, -2 * LN2]},
            "reparameterisation/double-exponent": {"z": [1.5, -16]},
            "reparameterisation/scale-mean": {"z": [1.5, 2]},
            "reparameterisation/no-noise": {"z": [1, 0]},
            "reparameterisation/drop-half": {"slope": [0.5, -2]},
            "reparameterisation/sigma-derivative": {"slope": [0.5, -1]},
        },
    ),
    (
        "vae_loss",
        VAE,
        {
            "vae-loss/mean-recon": {"error": 0.25, "loss": 0.25 + KL},
            "vae-loss/minus-kl": {"loss": 0.5 - KL},
            "vae-loss/no-kl": {"loss": 0.5},
            "vae-loss/kl-averaged": {"kl": KL / 2, "loss": 0.5 + KL / 2},
            "vae-loss/elbo-sign": {"loss": -0.5 - KL},
        },
    ),
]


def wrong_values(solution: Solution) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for wrong in solution.wrong_answers:
        values.setdefault(wrong.id, {})[wrong.quantity] = wrong.value
    return values


@pytest.mark.parametrize(("short", "inputs", "expected"), BY_HAND)
def test_every_misconception_by_hand(
    short: str,
    inputs: dict[str, Any],
    expected: dict[str, dict[str, Any]],
    lawful: Callable[..., Solution],
) -> None:
    values = wrong_values(lawful(name(short), inputs))
    assert set(values) == set(expected)
    for misconception, quantities in expected.items():
        assert set(values[misconception]) == set(quantities), misconception
        for quantity, value in quantities.items():
            np.testing.assert_allclose(
                values[misconception][quantity],
                value,
                rtol=1e-12,
                atol=1e-14,
                err_msg=misconception,
            )


def test_no_misconception_is_untested() -> None:
    tested = {(name(short), m) for short, _, expected in BY_HAND for m in expected}
    declared = {(s.id, m.id) for s in in_topic("autoencoders") for m in s.misconceptions}
    assert declared == tested


@pytest.mark.parametrize(
    ("short", "inputs", "gone"),
    [
        ("denoising", {**NOISY, "noisy": [2, 2]}, {"noisy-target", "clean-input"}),
        ("parameters", {"widths": [5, 3, 5]}, {"mirror-bias"}),
        (
            "anomaly_detection",
            {**ALARM, "deviations": 0},
            {"variance-threshold", "mean-threshold"},
        ),
        (
            "anomaly_detection",
            {**ALARM, "validation_errors": [2, 2]},
            {"variance-threshold", "mean-threshold"},
        ),
        ("latent_interpolation", {**CODES, "alpha": 0.5}, {"swapped", "midpoint"}),
        ("latent_interpolation", {**CODES, "alpha": 0}, {"no-complement"}),
        ("pca", {"data": [[3, 0], [-3, 0], [0, 1], [0, -1]]}, {"no-centring"}),
        ("vae_kl", {"mu": [1], "sigma": [1]}, {"sigma-unsquared", "log-sigma", "mean-over-dims"}),
        ("vae_loss", {**VAE, "mu": [1], "logvar": [0]}, {"kl-averaged"}),
        ("vae_loss", {**VAE, "x": [1], "reconstruction": [0]}, {"mean-recon"}),
    ],
)
def test_misconceptions_that_mean_nothing_are_left_out(
    short: str, inputs: dict[str, Any], gone: set[str]
) -> None:
    declared = {m.id.partition("/")[2] for m in find(name(short)).misconceptions}
    present = {m.partition("/")[2] for m in wrong_values(solve(short, inputs))}
    assert gone <= declared
    assert not present & gone


# ------------------------------------------------------------------------ follow-through


def test_what_follows_from_the_learners_numbers() -> None:
    assert solve("reconstruction", COPY, code=[1]).quantities["loss"] == 2  # (0² + 2²)/2
    assert solve("denoising", NOISY, reconstruction=[2, 2]).quantities["loss"] == 0
    assert solve("parameters", STACK, decoder=104_608).quantities["parameters"] == 209_216
    assert solve("anomaly_detection", ALARM, threshold=0.25).quantities["flagged"] == 2
    decoded = {**CODES, **DECODER}
    assert solve("decoded_interpolation", decoded, z=[3, -1]).quantities["image"] == [3, 0]
    assert solve("reparameterisation", DRAW, sigma=[1, 4]).quantities["z"] == [1.5, -4]
    assert solve("vae_loss", VAE, kl=2, error=0.25).quantities["loss"] == 2.25


# ----------------------------------------------------------------- laws and other methods

SOLVERS = {solver.id: solver for solver in in_topic("autoencoders")}


@st.composite
def matrix(draw: st.DrawFn, rows: int, columns: int) -> list[list[float]]:
    number = st.sampled_from([0.0, 0.1, -1 / 3, 1.0, -100.0]) | st.floats(-100, 100)
    row = st.lists(number, min_size=columns, max_size=columns)
    return draw(st.lists(row, min_size=rows, max_size=rows))


NARROWED: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    **{
        name(short): {
            **{x: matrix(1, 3).map(lambda rows: rows[0]) for x in names},
            "encoder": matrix(2, 3),
            "decoder": matrix(3, 2),
        }
        for short, names in {"reconstruction": ("x",), "denoising": ("x", "noisy")}.items()
    },
    name("pca"): {"data": matrix(4, 3), "kept": st.integers(1, 2)},
    name("parameters"): {
        "widths": st.lists(st.integers(1, 5000), min_size=2, max_size=5),
    },
}


@pytest.mark.parametrize("solver_id", SOLVERS)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_reference_and_kernel_agree(solver_id: str, data: st.DataObject) -> None:
    drawn.check(SOLVERS[solver_id], data, NARROWED.get(solver_id, {}))


@pytest.mark.parametrize(("mu", "sigma"), [(0, 1), (1, 1), (-2, 0.5), (0.3, 2), (1.5, 0.2)])
def test_the_divergence_is_the_integral_it_stands_for(mu: float, sigma: float) -> None:
    x = np.linspace(mu - 12 * sigma, mu + 12 * sigma, 20_001)
    log_q = -((x - mu) ** 2) / (2 * sigma**2) - math.log(sigma)
    density = np.exp(log_q) / math.sqrt(2 * math.pi)
    integral = np.trapezoid(density * (log_q + x**2 / 2), x)
    assert gaussian_kl([mu], [sigma]) == pytest.approx(integral, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(
    mu=st.lists(st.floats(-5, 5), min_size=3, max_size=3),
    sigma=st.lists(st.floats(0.01, 5), min_size=3, max_size=3),
)
def test_the_divergence_is_never_negative(mu: list[float], sigma: list[float]) -> None:
    assert gaussian_kl(mu, sigma) >= -1e-15


def test_finite_differences_of_the_latent_vector() -> None:
    slope: Any = solve("reparameterisation", DRAW).quantities["slope"]
    step = 1e-6
    logvar = np.array(DRAW["logvar"])
    ends = [reparameterise(DRAW["mu"], logvar + sign * step, DRAW["eps"]) for sign in (1, -1)]
    np.testing.assert_allclose(slope, (ends[0] - ends[1]) / (2 * step), atol=1e-8)


def test_the_sample_has_the_mean_and_variance_that_were_asked_for() -> None:
    eps = np.random.default_rng(0).standard_normal(200_000)
    z = reparameterise(np.full(200_000, 2.0), np.full(200_000, math.log(9)), eps)
    assert z.mean() == pytest.approx(2, abs=4 * 3 / math.sqrt(200_000))
    assert z.var() == pytest.approx(9, abs=4 * 9 * math.sqrt(2 / 200_000))


def test_no_linear_autoencoder_is_better_than_the_principal_components() -> None:
    rng = np.random.default_rng(1)
    data = rng.normal(size=(6, 3)) @ rng.normal(size=(3, 3))
    best: Any = solve("pca", {"data": data.tolist()}).quantities["error"]
    centred = data - data.mean(axis=0)
    direction = np.linalg.eigh(centred.T @ centred)[1][:, -1]

    def total_error(encoder: Any, decoder: Any) -> float:
        weights = {"encoder": [encoder.tolist()], "decoder": [[d] for d in decoder.tolist()]}
        losses: list[Any] = [
            solve("reconstruction", {"x": row.tolist(), **weights}).quantities["loss"]
            for row in centred
        ]
        return float(3 * sum(losses))

    assert total_error(direction, direction) == pytest.approx(best)
    for _ in range(50):
        assert total_error(*rng.normal(size=(2, 3))) > best


def test_the_arrays_are_what_the_solvers_give() -> None:
    assert gaussian_kl(POSTERIOR["mu"], POSTERIOR["sigma"]) == pytest.approx(KL)
    assert vae_loss(**VAE) == pytest.approx(0.5 + KL)
    np.testing.assert_allclose(reparameterise(**DRAW), [1.5, -2])
    assert vae_loss([[1.0], [0.0]], [[0.0], [0.0]], [0.0], [0.0]) == 1
    for sign in (1, -1):  # curriculum, ex-vae: extremes stay finite
        assert math.isfinite(vae_loss([0.0], [0.0], [0.0], [30.0 * sign]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gaussian_kl([0.0], [0.0]), r"sigma is \[0.0\]; allowed: positive numbers"),
        (lambda: gaussian_kl([0.0], [1.0, 1.0]), r"sigma is \(2,\); allowed: \(1,\)"),
        (lambda: reparameterise([0.0], [0.0], [0.0, 1.0]), r"eps is \(2,\); allowed: \(1,\)"),
        (lambda: vae_loss([0.0], [0.0, 1.0], [0.0], [0.0]), r"reconstruction is \(2,\)"),
    ],
)
def test_arrays_that_do_not_fit(call: Callable[[], object], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        call()


# ---------------------------------------------------------------------------- bad inputs


@pytest.mark.parametrize(
    ("short", "inputs", "message"),
    [
        (
            "reconstruction",
            {"x": [1, 2], "encoder": [[1, 0], [0, 1]], "decoder": [[1, 0], [0, 1]]},
            "encoder is [[1.0, 0.0], [0.0, 1.0]]; allowed: fewer rows than x has numbers, 2",
        ),
        (
            "reconstruction",
            {**COPY, "decoder": [[1]]},
            "decoder is [[1]]; allowed: n = 2, as in x",
        ),
        ("denoising", COPY, "noisy is None; allowed: n numbers from -1000 to 1000"),
        ("parameters", {"widths": [784]}, "widths is [784.0]; allowed: at least an input"),
        ("parameters", {"widths": [784, 0]}, "widths is [784, 0]; allowed: layers whole numbers"),
        ("parameters", {"widths": [8, 2.5]}, "widths is [8, 2.5]; allowed: layers whole"),
        ("anomaly_detection", {**ALARM, "validation_errors": [-1]}, "validation_errors is [-1]"),
        ("anomaly_detection", {**ALARM, "codes": [[1]]}, "codes is [[1]]; allowed: points = 3"),
        ("latent_interpolation", {**CODES, "alpha": 1.5}, "alpha is 1.5; allowed: a number from"),
        ("latent_interpolation", {**CODES, "second": [1]}, "second is [1]; allowed: d = 2"),
        ("pca", {"data": [[1, 2]]}, "data is [[1.0, 2.0]]; allowed: at least two rows"),
        ("pca", {"data": [[1, 2], [3, 4]], "kept": 2}, "kept is 2; allowed: less than 2"),
        ("vae_kl", {"mu": [0], "sigma": [0]}, "sigma is [0]; allowed: d numbers from 1e-06"),
        ("vae_kl", {"mu": [math.nan], "sigma": [1]}, "mu is [nan]; allowed: d numbers"),
        ("reparameterisation", {**DRAW, "logvar": [0, 21]}, "logvar is [0, 21]; allowed: d"),
        ("vae_loss", {**VAE, "mu": [1]}, "logvar is [0, -1.3862943611198906]; allowed: d = 1"),
    ],
)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        solve(short, inputs)
    assert str(refused.value).startswith(message)


def test_an_error_on_the_threshold_is_refused() -> None:
    with pytest.raises(Unsuitable, match="on the threshold"):
        solve(
            "anomaly_detection",
            {**ALARM, "reconstructions": [[0, 1], [1, 0], [4, 4]], "deviations": 0.5},
        )
