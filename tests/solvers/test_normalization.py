"""normalization.* against torch, published counts, and wrong answers worked by hand."""

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
from solvers.normalization import batch_norm, layer_norm
from tests.solvers.conftest import kernel_device

DEVICE = kernel_device()
CLOSE: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-9}
TINY = 1e-12  # an ε that does not show


def name(short: str) -> str:
    return f"normalization.{short}"


# Mean 5 and deviation 2: the worked example of Wikipedia, "Standard deviation".
MARKS: dict[str, Any] = {"values": [2, 4, 4, 4, 5, 5, 7, 9]}
PAIR: dict[str, Any] = {"values": [1, 5]}
BATCH: dict[str, Any] = {
    "x": [[1, 4], [3, 10]], "gamma": [2, 3], "beta": [5, 1], "epsilon": TINY
}  # fmt: skip
SEEN: dict[str, Any] = {
    "batch": [2, 4], "test": [1, 5], "running_mean": 1, "running_variance": 2, "rho": 0.1,
    "gamma": 2, "beta": 3, "epsilon": 1e-6,
}  # fmt: skip
TOKENS: dict[str, Any] = {
    "x": [[1, 3], [4, 10]], "gamma": [2, 3], "beta": [5, 1], "epsilon": TINY
}  # fmt: skip
SAME: dict[str, Any] = {"x": [[0.1] * 3] * 3, "gamma": [100] * 3, "beta": [0, 1, 2]}

BY_HAND: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "standardise",
        MARKS,
        {"mean": 5, "std": 2, "standardised": [-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2]},
    ),
    ("standardise", PAIR, {"mean": 3, "std": 2, "standardised": [-1, 1]}),
    (
        "batch",
        BATCH,
        {
            "mean": [2, 7],
            "variance": [1, 9],
            "normalised": [[-1, -1], [1, 1]],
            "output": [[3, -2], [7, 4]],
        },
    ),
    # no variance: nothing is left but the shift
    ("batch", SAME, {"variance": [0] * 3, "output": [[0, 1, 2]] * 3}),
    ("layer", SAME, {"variance": [0] * 3, "output": [[0, 1, 2]] * 3}),
    (
        "layer",
        TOKENS,
        {
            "mean": [2, 7],
            "variance": [1, 9],
            "normalised": [[-1, 1], [-1, 1]],
            "output": [[3, 4], [3, 4]],
        },
    ),
    ("layer", {"x": [[7]], "gamma": [9], "beta": [3]}, {"normalised": [[0]], "output": [[3]]}),
    # 0.9·1 + 0.1·3; 0.9·2 + 0.1·2, the variance of (2, 4) being 2 with m − 1
    (
        "inference",
        SEEN,
        {
            "running_mean": 1.2,
            "running_variance": 2,
            "output": [3 - 0.4 / math.sqrt(2.000001), 3 + 7.6 / math.sqrt(2.000001)],
        },
    ),
    ("parameters", {"channels": 64}, {"learnable": 128, "buffers": 128}),
    (
        "token_means",
        {"batch": 8, "tokens": 10, "features": 512},
        {"batch_norm": 512, "layer_norm": 80},
    ),
    # ResNet's first batch norm on a batch of 32
    (
        "image_means",
        {"batch": 32, "channels": 64, "height": 112},
        {"batch_norm": 64, "layer_norm": 32},
    ),
    (
        "token_means",
        {"batch": 65536, "tokens": 65536, "features": 65536},
        {"batch_norm": 65536, "layer_norm": 2**32},
    ),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), BY_HAND)
def test_known_numbers(
    short: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Callable[..., Solution]
) -> None:
    quantities: dict[str, Any] = lawful(name(short), inputs).quantities
    for quantity, value in expected.items():
        np.testing.assert_allclose(quantities[quantity], value, **CLOSE)


def test_batch_norm_adds_8448_parameters_to_vgg_16() -> None:
    # torchvision's table: VGG16 138,357,544 and VGG16_BN 138,365,992 parameters.
    channels = [64] * 2 + [128] * 2 + [256] * 3 + [512] * 6
    solver = find(name("parameters"))
    learnable = [solver.solve({"channels": c}).quantities["learnable"] for c in channels]
    assert sum(n for n in learnable if isinstance(n, int)) == 138_365_992 - 138_357_544


def test_the_output_of_batch_norm_has_mean_beta_and_deviation_gamma() -> None:
    rng = np.random.default_rng(3)
    inputs = {"x": rng.normal(7, 3, (64, 2)), "gamma": [2, 5], "beta": [-1, 4], "epsilon": TINY}
    output = np.array(find(name("batch")).solve(inputs).quantities["output"])
    np.testing.assert_allclose(output.mean(axis=0), [-1, 4])
    np.testing.assert_allclose(output.std(axis=0), [2, 5])


def test_layer_norm_of_a_token_does_not_depend_on_the_others() -> None:
    alone = find(name("layer")).solve({**TOKENS, "x": TOKENS["x"][:1]})
    both = find(name("layer")).solve(TOKENS)
    assert alone.quantities["output"][0] == both.quantities["output"][0]  # type: ignore[index]


# ---------------------------------------------------------------------- whole input domain

numbers = st.floats(-1000, 1000) | st.sampled_from([0.0, 0.1, 1000.0, -1000.0])
small = st.floats(-100, 100) | st.sampled_from([0.0, 99.9, 100.0])
gains = st.floats(-100, 100) | st.sampled_from([0.0, 1.0, 100.0])
epsilons = st.sampled_from([TINY, 1e-5, 1.0])


@st.composite
def tables(draw: st.DrawFn, rows: int) -> dict[str, Any]:
    """Rows of numbers, sometimes all equal or almost, with gains and shifts."""
    n, d = draw(st.integers(rows, 4)), draw(st.integers(1, 4))
    x = np.array(draw(st.lists(numbers, min_size=n * d, max_size=n * d))).reshape(n, d)
    match draw(st.sampled_from(["any", "equal", "almost"])):
        case "equal":
            x[:] = x[0, 0]
        case "almost":
            x = np.clip(x[0, 0] + 1e-9 * x, -1000, 1000)
    return {
        "x": x,
        "gamma": draw(st.lists(gains, min_size=d, max_size=d)),
        "beta": draw(st.lists(numbers, min_size=d, max_size=d)),
        "epsilon": draw(epsilons),
    }


features = st.lists(
    st.floats(-1e6, 1e6) | st.sampled_from([1e6, 1e6 - 2e-6, 0.0]), min_size=2, max_size=8
).filter(lambda values: max(values) - min(values) >= 1e-6)
sides = st.integers(1, 500) | st.sampled_from([4096])

DOMAINS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "standardise": st.fixed_dictionaries({"values": features}),
    "batch": tables(2),
    "layer": tables(1),
    "inference": st.fixed_dictionaries(
        {
            "batch": st.lists(small, min_size=2, max_size=4),
            "test": st.lists(small, min_size=1, max_size=4),
            "running_mean": small,
            "running_variance": st.floats(0.01, 1e4) | st.just(0.01),
            "rho": st.floats(0.001, 0.9) | st.sampled_from([0.1, 0.9]),
            "gamma": st.floats(-10, 10) | st.just(10.0),
            "beta": small,
            "epsilon": epsilons,
        }
    ),
    "parameters": st.fixed_dictionaries({"channels": sides, "height": sides, "width": sides}),
    "token_means": st.fixed_dictionaries({"batch": sides, "tokens": sides, "features": sides}),
    "image_means": st.fixed_dictionaries({"batch": sides, "channels": sides, "height": sides}),
}


def test_every_solver_has_a_domain() -> None:
    assert {solver.id for solver in in_topic("normalization")} == {name(short) for short in DOMAINS}


@pytest.mark.parametrize("short", DOMAINS)
def test_reference_and_kernel_agree(short: str) -> None:
    @settings(max_examples=40, deadline=None)
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


HALF = math.sqrt(0.5)  # x̂ of a pair when its squares are divided by one less
WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "standardise",
        PAIR,
        {
            "input-standardisation/divide-by-variance": {"standardised": [-0.5, 0.5]},
            "input-standardisation/no-centre": {"standardised": [0.5, 2.5]},
            "input-standardisation/min-max": {"standardised": [0, 1]},
            "input-standardisation/sample-sd": {
                "std": math.sqrt(8),
                "standardised": [-HALF, HALF],
            },
        },
    ),
    (
        "batch",
        BATCH,
        {
            "batch-norm/unbiased-variance": {
                "variance": [2, 18],
                "normalised": [[-HALF, -HALF], [HALF, HALF]],
                "output": [[5 - 2 * HALF, 1 - 3 * HALF], [5 + 2 * HALF, 1 + 3 * HALF]],
            },
            "batch-norm/normalise-rows": {
                "mean": [2.5, 6.5],
                "variance": [2.25, 12.25],
                "normalised": [[-1, 1], [-1, 1]],
                "output": [[3, 4], [3, 4]],
            },
            "batch-norm/divide-by-variance": {
                "normalised": [[-1, -1 / 3], [1, 1 / 3]],
                "output": [[3, 0], [7, 2]],
            },
            "batch-norm/no-affine": {"output": [[-1, -1], [1, 1]]},
            "batch-norm/affine-order": {"output": [[8, 0], [12, 6]]},
        },
    ),
    (
        "inference",
        SEEN,
        {
            "batch-norm-inference/momentum-swap": {
                "running_mean": 0.1 * 1 + 0.9 * 3,
                "running_variance": 2,
            },
            "batch-norm-inference/biased-running-var": {"running_variance": 1.9},
            "batch-norm-inference/batch-stats-at-eval": {
                "output": [3 - 4 / math.sqrt(4.000001), 3 + 4 / math.sqrt(4.000001)]
            },
            "batch-norm-inference/replace": {"running_mean": 3, "running_variance": 2},
        },
    ),
    (
        "layer",
        TOKENS,
        {
            "layer-norm/batch-axis": {
                "mean": [2.5, 6.5],
                "variance": [2.25, 12.25],
                "normalised": [[-1, -1], [1, 1]],
                "output": [[3, -2], [7, 4]],
            },
            "layer-norm/unbiased": {
                "variance": [2, 18],
                "normalised": [[-HALF, HALF], [-HALF, HALF]],
                "output": [[5 - 2 * HALF, 1 + 3 * HALF]] * 2,
            },
            "layer-norm/divide-by-variance": {
                "normalised": [[-1, 1], [-1 / 3, 1 / 3]],
                "output": [[3, 4], [5 - 2 / 3, 2]],
            },
            "layer-norm/no-affine": {"output": [[-1, 1], [-1, 1]]},
            "layer-norm/rms-only": {
                "normalised": [
                    [1 / math.sqrt(5), 3 / math.sqrt(5)],
                    [4 / math.sqrt(58), 10 / math.sqrt(58)],
                ],
                "output": [
                    [5 + 2 / math.sqrt(5), 1 + 9 / math.sqrt(5)],
                    [5 + 8 / math.sqrt(58), 1 + 30 / math.sqrt(58)],
                ],
            },
        },
    ),
    (
        "parameters",
        {"channels": 64, "height": 7, "width": 7},
        {
            "batch-norm-params/counts-buffers": {"learnable": 256},
            "batch-norm-params/one-per-pixel": {"learnable": 6272},
            "batch-norm-params/gamma-only": {"learnable": 64},
            "batch-norm-params/bias-of-conv-too": {"learnable": 192},
        },
    ),
    (
        "token_means",
        {"batch": 8, "tokens": 10, "features": 512},
        {
            "bn-vs-ln/per-feature": {"layer_norm": 512},
            "bn-vs-ln/per-sequence": {"layer_norm": 8},
        },
    ),
    (
        "image_means",
        {"batch": 32, "channels": 64, "height": 7},
        {"bn-vs-ln/per-feature": {"layer_norm": 64}},
    ),
]
STATEMENTS = {"bn-vs-ln/ln-needs-running", "bn-vs-ln/same-at-eval"}


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
    declared = {m.id for solver in in_topic("normalization") for m in solver.misconceptions}
    tested = {misconception for *_, expected in WRONG for misconception in expected}
    assert declared == tested | STATEMENTS


@pytest.mark.parametrize(
    ("short", "inputs", "gone"),
    [
        ("batch", {**BATCH, "gamma": [1, 1], "beta": [0, 0]}, {"no-affine", "affine-order"}),
        ("batch", {**BATCH, "beta": [0, 0]}, {"affine-order"}),
        ("batch", {"x": [[1], [3]], "gamma": [2], "beta": [1]}, {"normalise-rows"}),
        ("layer", {**TOKENS, "gamma": [1, 1], "beta": [0, 0]}, {"no-affine"}),
        ("layer", {**TOKENS, "x": [[1, 3]]}, {"batch-axis"}),
        ("layer", {"x": [[1], [3]], "gamma": [2], "beta": [1]}, {"unbiased"}),
        ("inference", {**SEEN, "test": [1]}, {"batch-stats-at-eval"}),
        ("inference", {**SEEN, "rho": 0.5}, {"momentum-swap"}),
        ("parameters", {"channels": 64}, {"one-per-pixel"}),
        ("token_means", {"batch": 2, "tokens": 1, "features": 3}, {"per-sequence"}),
    ],
)
def test_misconceptions_that_mean_nothing_are_left_out(
    short: str, inputs: dict[str, Any], gone: set[str]
) -> None:
    found = wrong_values(find(name(short)).solve(inputs))
    assert not {misconception.partition("/")[2] for misconception in found} & gone


# ------------------------------------------------------------------------ follow-through


@pytest.mark.parametrize(
    ("short", "inputs", "stated", "expected"),
    [
        ("standardise", PAIR, {"mean": 1}, {"std": math.sqrt(8), "standardised": [0, HALF * 2]}),
        ("standardise", PAIR, {"std": 4}, {"standardised": [-0.5, 0.5]}),
        ("batch", BATCH, {"mean": [1, 4]}, {"variance": [2, 18]}),
        ("batch", BATCH, {"variance": [4, 9]}, {"output": [[4, -2], [6, 4]]}),
        ("layer", TOKENS, {"mean": [1, 4]}, {"variance": [2, 18]}),
        ("layer", TOKENS, {"normalised": [[0, 0], [1, 1]]}, {"output": [[5, 1], [7, 4]]}),
        (
            "inference",
            {**SEEN, "epsilon": 1},
            {"running_variance": 8},
            {"output": [43 / 15, 83 / 15]},
        ),
    ],
)
def test_what_follows_from_the_learners_value(
    short: str, inputs: dict[str, Any], stated: dict[str, Any], expected: dict[str, Any]
) -> None:
    quantities: dict[str, Any] = find(name(short)).solve(inputs, stated=stated).quantities
    for quantity, value in expected.items():
        np.testing.assert_allclose(quantities[quantity], value, **CLOSE)


def test_a_variance_that_has_no_root_is_refused() -> None:
    with pytest.raises(BadInput, match="running_variance is -3"):
        find(name("inference")).solve(SEEN, stated={"running_variance": -3})


# ---------------------------------------------------------------------------- bad inputs


@pytest.mark.parametrize(
    ("short", "inputs", "message"),
    [
        ("standardise", {"values": [3, 3, 3]}, "values is .*; allowed: values that are not all eq"),
        ("standardise", {"values": [3]}, "values that are not all equal"),
        ("standardise", {"values": [1, math.nan]}, "values is"),
        ("batch", {**BATCH, "x": [[1, 2]]}, "x is .*; allowed: at least two samples"),
        ("batch", {**BATCH, "gamma": [1]}, r"gamma is \[1\]; allowed: d = 2, as in x"),
        ("batch", {**BATCH, "epsilon": 0}, "epsilon is 0"),
        ("layer", {**TOKENS, "beta": [1, 2, 3]}, "d = 2, as in x"),
        ("layer", {**TOKENS, "x": [[1, 2], [3]]}, "x is"),
        ("inference", {**SEEN, "batch": [1]}, "batch is .*; allowed: at least two values"),
        ("inference", {**SEEN, "running_variance": -1}, "running_variance is -1"),
        ("inference", {**SEEN, "rho": 0}, "rho is 0"),
        ("parameters", {"channels": 0}, "channels is 0"),
        ("token_means", {"batch": 1, "tokens": 1.5, "features": 1}, "tokens is 1.5"),
    ],
)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        find(name(short)).solve(inputs)


# -------------------------------------------------------------------------------- arrays


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 5), (2, 3, 4, 5), (1, 3, 2, 2)])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("affine", [True, False])
def test_batch_norm_as_torch_does_it(shape: tuple[int, ...], training: bool, affine: bool) -> None:
    rng = np.random.default_rng(5)
    x, mean, weight, bias = rng.normal(3, 2, shape), *rng.normal(size=(3, 3))
    variance = rng.uniform(0.5, 2, 3)
    before = [x.copy(), mean.copy(), variance.copy()]
    extra = {"weight": weight, "bias": bias} if affine else {}
    y, new_mean, new_variance = batch_norm(
        x, mean, variance, **extra, training=training, momentum=0.3, eps=1e-3
    )
    for was, still in zip(before, (x, mean, variance), strict=True):
        np.testing.assert_array_equal(was, still)  # nothing is changed in place

    running_mean, running_var = torch.tensor(mean), torch.tensor(variance)
    tensors = {key: torch.tensor(value) for key, value in extra.items()}
    theirs = torch.nn.functional.batch_norm(
        torch.tensor(x), running_mean, running_var, **tensors, training=training,
        momentum=0.3, eps=1e-3,
    )  # fmt: skip
    np.testing.assert_allclose(y, theirs.numpy(), rtol=1e-12, atol=1e-13)
    assert new_mean is not None
    assert new_variance is not None
    np.testing.assert_allclose(new_mean, running_mean.numpy(), rtol=1e-12)
    np.testing.assert_allclose(new_variance, running_var.numpy(), rtol=1e-12)


def test_batch_norm_without_running_statistics() -> None:
    y, mean, variance = batch_norm([[1.0], [3.0]], training=True, eps=0.0)
    assert (y.tolist(), mean, variance) == ([[-1.0], [1.0]], None, None)


@pytest.mark.parametrize(
    ("shape", "normalized"), [((2, 3), 3), ((2, 3, 4), (4,)), ((2, 3, 4), (3, 4)), ((5,), 5)]
)
def test_layer_norm_as_torch_does_it(shape: tuple[int, ...], normalized: Any) -> None:
    rng = np.random.default_rng(6)
    sides = (normalized,) if isinstance(normalized, int) else normalized
    x, weight, bias = rng.normal(3, 2, shape), rng.normal(size=sides), rng.normal(size=sides)
    theirs = torch.nn.functional.layer_norm(
        torch.tensor(x), sides, torch.tensor(weight), torch.tensor(bias)
    )
    ours = layer_norm(x, normalized, weight, bias)
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12, atol=1e-13)
    plain = torch.nn.functional.layer_norm(torch.tensor(x), sides, eps=1e-2).numpy()
    np.testing.assert_allclose(layer_norm(x, normalized, eps=1e-2), plain, rtol=1e-12, atol=1e-13)


def test_equal_numbers_become_exactly_zero() -> None:
    x = np.full((3, 3), 0.1)
    assert not layer_norm(x, 3).any()
    assert not batch_norm(x, training=True)[0].any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: batch_norm([1.0, 2.0], training=True), r"x is \(2,\); allowed: two or more axes"),
        (lambda: batch_norm([[1.0]], training=True), "at least two numbers for each channel"),
        (lambda: batch_norm([[1.0]]), "running_mean, running_var is None"),
        (lambda: batch_norm([[1.0], [2.0]], weight=[1.0, 2.0], training=True), "weight"),
        (lambda: layer_norm([[1.0, 2.0]], 3), r"normalized_shape is \(3,\)"),
        (lambda: layer_norm([[1.0, 2.0]], 2, bias=[1.0]), "bias"),
    ],
)
def test_arrays_that_do_not_fit_are_named(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        call()
