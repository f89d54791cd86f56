"""pooling.*: ONNX's published vectors, maps worked by hand, and torch on everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch.nn import functional

from solvers import find
from solvers.contract import BadInput, Solution, agree
from solvers.pooling import avg_pool2d, global_avg_pool2d, max_pool2d
from tests.solvers.conftest import kernel_device

Lawful: TypeAlias = Callable[[str, Mapping[str, Any]], Solution]

# --------------------------------------------------------------------- array functions

FIVE = np.arange(1.0, 26).reshape(1, 1, 5, 5)
FOUR = np.arange(1.0, 17).reshape(1, 1, 4, 4)

# From the operator tests of ONNX: MaxPool and AveragePool, the ones named precomputed, ceil and
# dilations. ONNX counts the padding only where count_include_pad says so.
VECTORS: list[tuple[Callable[..., Any], Any, dict[str, Any], list[list[float]]]] = [
    (
        max_pool2d,
        FIVE,
        {"kernel_size": 5, "stride": 1, "padding": 2},
        [
            [13, 14, 15, 15, 15],
            [18, 19, 20, 20, 20],
            [23, 24, 25, 25, 25],
            [23, 24, 25, 25, 25],
            [23, 24, 25, 25, 25],
        ],
    ),
    (max_pool2d, FIVE, {"kernel_size": 2, "stride": 2}, [[7, 9], [17, 19]]),
    (
        max_pool2d,
        FIVE,
        {"kernel_size": 3, "stride": 2, "padding": 1},
        [[7, 9, 10], [17, 19, 20], [22, 24, 25]],
    ),
    (
        max_pool2d,
        FOUR,
        {"kernel_size": 3, "stride": 2, "ceil_mode": True},
        [[11, 12], [15, 16]],
    ),
    (
        max_pool2d,
        FOUR,
        {"kernel_size": 2, "stride": 1, "dilation": 2},
        [[11, 12], [15, 16]],
    ),
    (
        avg_pool2d,
        FIVE,
        {"kernel_size": 5, "stride": 1, "padding": 2, "count_include_pad": False},
        [
            [7, 7.5, 8, 8.5, 9],
            [9.5, 10, 10.5, 11, 11.5],
            [12, 12.5, 13, 13.5, 14],
            [14.5, 15, 15.5, 16, 16.5],
            [17, 17.5, 18, 18.5, 19],
        ],
    ),
    (
        avg_pool2d,
        FIVE,
        {"kernel_size": 5, "stride": 1, "padding": 2},
        [
            [2.52, 3.6, 4.8, 4.08, 3.24],
            [4.56, 6.4, 8.4, 7.04, 5.52],
            [7.2, 10, 13, 10.8, 8.4],
            [6.96, 9.6, 12.4, 10.24, 7.92],
            [6.12, 8.4, 10.8, 8.88, 6.84],
        ],
    ),
    (avg_pool2d, FIVE, {"kernel_size": 2, "stride": 2}, [[4, 6], [14, 16]]),
    (
        avg_pool2d,
        FOUR,
        {"kernel_size": 3, "stride": 2, "ceil_mode": True, "count_include_pad": False},
        [[6, 7.5], [12, 13.5]],
    ),
]


@pytest.mark.parametrize(("function", "x", "options", "expected"), VECTORS)
def test_published_values(
    function: Callable[..., Any], x: Any, options: dict[str, Any], expected: list[list[float]]
) -> None:
    np.testing.assert_allclose(function(x, **options)[0, 0], expected, rtol=1e-14)


def test_global_average_of_onnx() -> None:
    assert global_avg_pool2d(np.arange(1.0, 10).reshape(1, 1, 3, 3)).tolist() == [[[[5]]]]


pair = st.tuples(st.integers(1, 4), st.integers(1, 4))


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    sides=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    window=pair,
    stride=st.none() | st.tuples(st.integers(1, 6), st.integers(1, 6)),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    ceil_mode=st.booleans(),
    count_include_pad=st.booleans(),
    divisor=st.none() | st.sampled_from([-2, 3]),
)
def test_array_functions_are_torchs(
    seed: int,
    sides: tuple[int, int],
    window: tuple[int, int],
    stride: tuple[int, int] | None,
    padding: tuple[int, int],
    dilation: tuple[int, int],
    ceil_mode: bool,
    count_include_pad: bool,
    divisor: int | None,
) -> None:
    """Values, shapes, and what is refused."""
    x = np.random.default_rng(seed).normal(size=(2, 3, *sides)) - 2
    both = (window, stride, padding)
    same(max_pool2d, functional.max_pool2d, x, *both, dilation, ceil_mode)
    same(avg_pool2d, functional.avg_pool2d, x, *both, ceil_mode, count_include_pad, divisor)
    whole = functional.adaptive_avg_pool2d(torch.from_numpy(x), 1).numpy()
    np.testing.assert_allclose(global_avg_pool2d(x), whole, rtol=1e-12)


def same(ours: Callable[..., Any], torchs: Callable[..., Any], x: Any, *options: Any) -> None:
    try:
        expected = torchs(torch.from_numpy(x), *options).numpy()
    except RuntimeError:
        with pytest.raises(BadInput):
            ours(x, *options)
    else:
        np.testing.assert_allclose(ours(x, *options), expected, rtol=1e-12)


def test_negative_numbers_win_over_padding() -> None:
    assert max_pool2d(-FIVE, 3, 2, 1).max() == -1
    assert max_pool2d(-FIVE, 3, 2, 1).shape == (1, 1, 3, 3)


def test_a_window_with_a_nan_gives_nan() -> None:
    x = FOUR.copy()
    x[0, 0, 3, 3] = np.nan
    np.testing.assert_array_equal(max_pool2d(x, 2)[0, 0], [[6, 8], [14, np.nan]])


@pytest.mark.parametrize(
    ("x", "options", "message"),
    [
        (FOUR[0], {"kernel_size": 2}, r"x is \(1, 4, 4\); allowed: an array of four axes"),
        (FOUR, {"kernel_size": 0}, r"kernel_size is \(0, 0\); allowed: whole numbers from 1"),
        (FOUR, {"kernel_size": 2, "stride": 0}, "stride is"),
        (FOUR, {"kernel_size": 2, "padding": 2}, r"padding is \(2, 2\); allowed: at most half"),
        (FOUR, {"kernel_size": 5}, r"x is \(1, 1, 4, 4\); allowed: at least 5 along"),
        (FOUR, {"kernel_size": 2, "divisor_override": 0}, "divisor_override is 0"),
    ],
)
def test_arrays_that_do_not_fit(x: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        avg_pool2d(x, **options)


# ------------------------------------------------------------------------------ solvers

# Notes of week 5.
NOTES: dict[str, Any] = {
    "image": [[1, 3, 2, 0], [4, 6, 1, 1], [0, 2, 5, 7], [1, 1, 3, 1]],
    "window": 2,
}
THREE: dict[str, Any] = {"image": [[4, 0, 1], [2, 6, 0], [-3, 5, 8]], "window": 2, "stride": 1}
TWO_CHANNELS: dict[str, Any] = {
    "image": [
        [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
        [[-1, 8, 0], [0, 0, 4], [2, 2, 2]],
    ],
    "window": 2,
    "stride": 1,
}
MAPS = {"maps": [[[1, 2], [3, 6]], [[0, 0], [0, 1]], [[-2, 2], [4, 0]]]}
ALEXNET = {"height": 55, "channels": 96, "window": 3, "stride": 2}
# ⌊(28 − 3)/2⌋ + 1 = 13 and ⌊(15 − 3)/2⌋ + 1 = 7
UNEVEN = {"height": 28, "width": 15, "channels": 9, "window": 3, "stride": 2}

BY_HAND: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("max", NOTES, {"map": [[6, 2], [2, 7]]}),
    ("max", {**NOTES, "stride": 1}, {"map": [[6, 6, 2], [6, 6, 7], [2, 5, 7]]}),
    ("max", {**NOTES, "window": 3}, {"map": [[6]]}),  # what is left over is dropped
    ("max", {"image": [[-5, -2], [-3, -9]], "window": 2}, {"map": [[-2]]}),
    ("average", NOTES, {"map": [[3.5, 1], [1, 4]]}),
    ("average", THREE, {"map": [[3, 1.75], [2.5, 4.75]]}),
    (
        "max_volume",
        TWO_CHANNELS,
        {"maps": [[[5, 6], [8, 9]], [[8, 8], [2, 4]]]},
    ),
    ("global_average", {"maps": [NOTES["image"]]}, {"means": [2.375]}),
    ("global_average", MAPS, {"means": [3, 0.25, 1]}),
    # Krizhevsky et al. 2012: 55 → 27 → 13 → 6
    ("layer", ALEXNET, {"side": 27, "output_shape": [27, 27, 96], "parameters": 0}),
    ("layer", {**ALEXNET, "height": 13}, {"side": 6}),
    # Simonyan and Zisserman 2014: 112 × 112 × 64 after the first block
    (
        "layer",
        {"height": 224, "channels": 64, "window": 2},
        {"output_shape": [112, 112, 64]},
    ),
    ("layer", UNEVEN, {"side": 13, "output_shape": [13, 7, 9], "parameters": 0}),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), BY_HAND)
def test_known_values(
    short: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Lawful
) -> None:
    quantities = lawful(f"pooling.{short}", inputs).quantities
    for name, value in expected.items():
        assert agree(quantities[name], value, 1e-15), quantities[name]


WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "max",
        NOTES,
        {
            "max-pool/average": {"map": [[3.5, 1], [1, 4]]},
            "max-pool/stride-1": {"map": [[6, 6], [6, 6]]},
            "max-pool/min": {"map": [[1, 0], [0, 1]]},
            "max-pool/sum": {"map": [[14, 4], [4, 16]]},
        },
    ),
    (
        "average",
        THREE,
        {
            "avg-pool/max": {"map": [[6, 6], [6, 8]]},
            "avg-pool/sum": {"map": [[12, 7], [10, 19]]},
            "avg-pool/divide-by-f": {"map": [[6, 3.5], [5, 9.5]]},
            "avg-pool/median": {"map": [[3, 0.5], [3.5, 5.5]]},
            "avg-pool/nonzero-count": {"map": [[4, 3.5], [2.5, 19 / 3]]},
        },
    ),
    (
        "max_volume",
        {**TWO_CHANNELS, "stride": 1},
        {
            "max-pool/across-channels": {"maps": [[1, 8, 3], [4, 5, 6], [7, 8, 9]]},
            "max-pool/average": {"maps": [[[3, 4], [6, 7]], [[1.75, 3], [1, 2]]]},
            "max-pool/min": {"maps": [[[1, 2], [4, 5]], [[-1, 0], [0, 0]]]},
            "max-pool/sum": {"maps": [[[12, 16], [24, 28]], [[7, 12], [4, 8]]]},
        },
    ),
    (
        "max_volume",
        {"image": [NOTES["image"]], "window": 2},
        {
            "max-pool/across-channels": {"maps": NOTES["image"]},
            "max-pool/average": {"maps": [[[3.5, 1], [1, 4]]]},
            "max-pool/stride-1": {"maps": [[[6, 6], [6, 6]]]},
            "max-pool/min": {"maps": [[[1, 0], [0, 1]]]},
            "max-pool/sum": {"maps": [[[14, 4], [4, 16]]]},
        },
    ),
    (
        "global_average",
        MAPS,
        {
            "global-avg-pool/over-channels": {"means": [[-1 / 3, 4 / 3], [7 / 3, 7 / 3]]},
            "global-avg-pool/sum": {"means": [12, 1, 4]},
            "global-avg-pool/max": {"means": [6, 1, 4]},
            "global-avg-pool/divide-by-c": {"means": [4, 1 / 3, 4 / 3]},
        },
    ),
    (
        "layer",
        UNEVEN,
        {
            "pool-output-params/halves-channels": {"output_shape": [13, 7, 4]},
            "pool-output-params/has-weights": {"parameters": 81},
            "pool-output-params/ceil": {"side": 14, "output_shape": [14, 7, 9]},
            "pool-output-params/no-plus-1": {"side": 12, "output_shape": [12, 6, 9]},
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
    short: str, inputs: dict[str, Any], expected: dict[str, dict[str, Any]], lawful: Lawful
) -> None:
    values = wrong_values(lawful(f"pooling.{short}", inputs))
    assert values.keys() == expected.keys()
    for name, by_hand in expected.items():
        assert values[name].keys() == by_hand.keys(), name
        for quantity, value in by_hand.items():
            assert agree(values[name][quantity], value, 1e-14), (name, values[name][quantity])


@pytest.mark.parametrize("short", sorted({short for short, *_ in WRONG}))
def test_all_declared_misconceptions_are_among_these(short: str) -> None:
    declared = {m.id for m in find(f"pooling.{short}").misconceptions}
    assert declared == {name for s, _, expected in WRONG if s == short for name in expected}


@pytest.mark.parametrize(
    ("short", "inputs", "gone"),
    [
        ("max", {**NOTES, "window": 1}, {"average", "stride-1", "min", "sum"}),
        ("max", {**NOTES, "window": 4}, {"stride-1"}),
        ("average", {"image": [[1, 2], [3, 4]], "window": 2}, {"nonzero-count"}),
        ("global_average", {"maps": [[[3]]]}, {"sum", "max", "divide-by-c"}),
        ("layer", {**ALEXNET, "channels": 1}, {"halves-channels", "ceil"}),
        ("layer", {"height": 2, "channels": 4, "window": 2}, {"no-plus-1"}),  # a side of 0
    ],
)
def test_misconceptions_that_mean_nothing_are_left_out(
    short: str, inputs: dict[str, Any], gone: set[str]
) -> None:
    solution = find(f"pooling.{short}").solve(inputs)
    assert not gone & {w.id.partition("/")[2] for w in solution.wrong_answers}


def test_windows_of_zeros_stay_zero_when_zeros_are_not_counted() -> None:
    inputs = {"image": [[1, 2, 0, 0], [3, 4, 0, 0]], "window": 2}
    (wrong,) = (w for w in find("pooling.average").solve(inputs).wrong_answers if "nonzero" in w.id)
    assert wrong.value == [[2.5, 0]]
    assert wrong.departs_at == "entry (0, 1)"


def test_rounding_is_said_of_the_side_where_it_happens() -> None:
    def ceil(height: int, width: int) -> Any:
        solution = find("pooling.layer").solve({**UNEVEN, "height": height, "width": width})
        return next(w for w in solution.wrong_answers if w.id.endswith("ceil"))

    assert ceil(15, 28).departs_at == "steps along the width"
    assert ceil(28, 15).departs_at == "steps along the height"
    assert ceil(28, 15).correction == "The window makes whole steps only: 25/2 = 12.5 becomes 12."


def test_the_steps_of_a_small_map() -> None:
    steps = find("pooling.average").solve(NOTES).steps
    assert [(s.label, s.formula, s.value) for s in steps[:3]] == [
        ("size of the output", "⌊(n − f)/s⌋ + 1 for each side, f = 2, s = 2", [2, 2]),
        ("entry (0, 0)", "(1 + 3 + 4 + 6)/4", 3.5),
        ("entry (0, 1)", "(2 + 0 + 1 + 1)/4", 1),
    ]
    assert find("pooling.max").solve(NOTES).steps[1].formula == "max(1, 3, 4, 6)"
    large = find("pooling.max").solve({"image": [[1] * 16] * 16, "window": 1})
    assert len(large.steps) < 15


def test_the_shape_follows_from_the_side_that_is_stated() -> None:
    solution = find("pooling.layer").solve(ALEXNET, stated={"side": 28})
    assert solution.quantities["output_shape"] == [28, 28, 96]


@pytest.mark.parametrize(
    ("short", "inputs", "message"),
    [
        ("max", {**NOTES, "window": 5}, "window is 5; allowed: at most 4, the shorter side"),
        ("max", {**NOTES, "window": 0}, "window is 0; allowed: a whole number from 1 to 16"),
        ("average", {**NOTES, "stride": 1.5}, "stride is 1.5; allowed: a whole number"),
        ("average", {"image": [[1, 2], [3]], "window": 1}, "image is [[1, 2], [3]]; allowed: H"),
        ("average", {"image": [[float("inf")]], "window": 1}, "image is [[inf]]; allowed: H × W"),
        ("max_volume", {**TWO_CHANNELS, "window": 4}, "window is 4; allowed: at most 3"),
        ("max_volume", NOTES, "image is [[1, 3, 2, 0]"),
        ("global_average", {"maps": [[1, 2]]}, "maps is [[1, 2]]; allowed: C × H × W numbers"),
        ("global_average", {"maps": []}, "maps is []; allowed: C × H × W numbers"),
        ("layer", {**ALEXNET, "window": 56}, "window is 56; allowed: at most 55"),
        ("layer", {**ALEXNET, "padding": 1}, "padding is 1; allowed: inputs are height"),
        ("layer", {"height": 4, "channels": 1}, "window is None; allowed: a whole number"),
    ],
)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        find(f"pooling.{short}").solve(inputs)
    assert str(refused.value).startswith(message)


@st.composite
def tensor(draw: st.DrawFn, axes: int) -> list[Any]:
    """Small whole numbers with ties, any numbers, the largest ones, or very small ones."""
    shape = draw(st.tuples(*[st.integers(1, 16)] * axes))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kinds: dict[str, Callable[[], Any]] = {
        "whole": lambda: rng.integers(-2, 3, shape),
        "any": lambda: rng.uniform(-1000, 1000, shape),
        "largest": lambda: rng.choice([-1000.0, 0.0, 1000.0], shape),
        "mixed": lambda: rng.uniform(-1000, 1000, shape) * 10.0 ** rng.integers(-320, 1, shape),
    }
    values: list[Any] = kinds[draw(st.sampled_from(sorted(kinds)))]().tolist()
    return values


def pooled(axes: int) -> st.SearchStrategy[dict[str, Any]]:
    sizes = {"image": tensor(axes), "window": st.integers(1, 16) | st.integers(1, 3)}
    return st.fixed_dictionaries(sizes, optional={"stride": st.integers(1, 16)})


SIDE = st.integers(1, 4096) | st.integers(1, 70)
DOMAINS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "max": pooled(2),
    "average": pooled(2),
    "max_volume": pooled(3),
    "global_average": st.fixed_dictionaries({"maps": tensor(3)}),
    "layer": st.fixed_dictionaries(
        {"height": SIDE, "channels": SIDE, "window": st.integers(1, 64)},
        optional={"width": SIDE, "stride": st.integers(1, 64)},
    ),
}


@pytest.mark.parametrize("short", DOMAINS)
@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_reference_and_kernel_agree(short: str, lawful: Lawful, data: st.DataObject) -> None:
    inputs = data.draw(DOMAINS[short])
    try:
        solution = lawful(f"pooling.{short}", inputs)
    except BadInput:
        assume(False)
    else:
        assert solution.device == kernel_device().name
