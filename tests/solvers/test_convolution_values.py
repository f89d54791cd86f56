"""convolution.*, values: maps worked by hand, wrong ones too, and torch on everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from solvers import find
from solvers.contract import BadInput, Solution, agree
from solvers.convolution import conv2d, conv_transpose2d
from tests.solvers.conftest import kernel_device

Lawful: TypeAlias = Callable[[str, Mapping[str, Any]], Solution]

# Notes of week 4: every window written out there.
NOTES = {
    "image": [[1, 2, 0, 1], [3, 1, 1, 0], [0, 2, 4, 1], [1, 0, 2, 3]],
    "filter": [[1, 0], [-1, 2]],
}
COUNTING = {"image": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "filter": [[1, 2], [3, 4]]}
# Channel sums 2 and 1, one bias of 0.5 (notes of week 4).
TWO_CHANNELS = {
    "image": [[[1, 2], [0, 1]], [[3, 1], [1, 2]]],
    "filters": [[[[1, 0], [-1, 1]], [[0, 1], [2, -1]]]],
    "biases": [0.5],
}
EDGE = {"patch": [[10, 10, 0]] * 3}
PATCH = {"patch": [[10, 20, 30], [5, 7, 15], [40, 25, 1]]}
STAMPS = {"image": [[1, 2], [-1, 3]], "filter": [[1, 0], [2, 1]]}
# One row of the notes of week 4, and zeros above and below a filter that looks to the right.
ROW = {"image": [[0, 0, 1, 2, 0, 0, 0], [0] * 7], "filter": [[1, -1], [0, 0]], "right": 1}

BY_HAND: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("by_hand", NOTES, {"map": [[0, 3, -1], [7, 7, -1], [-1, 6, 8]], "entry": 0}),
    ("by_hand", {**NOTES, "stride": 2}, {"map": [[0, -1], [-1, 8]]}),
    ("by_hand", {**NOTES, "stride": 3, "bias": 0.5}, {"map": [[0.5]]}),
    ("by_hand", {**NOTES, "row": 2, "column": 1, "bias": -4}, {"entry": 2}),
    # screens.md, 4.7
    ("by_hand", COUNTING, {"map": [[37, 47], [67, 77]]}),
    ("by_hand", {**COUNTING, "padding": 1, "stride": 3}, {"map": [[4, 9], [14, 9]]}),
    ("channels", TWO_CHANNELS, {"entry": 3.5, "maps": [[[3.5]]]}),
    ("sobel_vertical", EDGE, {"response": 40}),
    ("sobel_horizontal", EDGE, {"response": 0}),
    ("laplacian", EDGE, {"response": -10}),
    ("averaging", EDGE, {"response": 60 / 9}),
    ("sobel_vertical", PATCH, {"response": 60 - 61}),
    ("sobel_horizontal", PATCH, {"response": 80 - 91}),
    ("laplacian", PATCH, {"response": 65 - 28}),
    ("averaging", PATCH, {"response": 17}),
    ("averaging", {"patch": [[1, 2], [3, 6]]}, {"response": 3}),
    *(
        (name, {"patch": [[50] * 3] * 3}, {"response": value})  # flat
        for name, value in {
            "sobel_vertical": 0,
            "sobel_horizontal": 0,
            "laplacian": 0,
            "averaging": 50,
        }.items()
    ),
    (
        "shift",
        ROW,
        {
            "map": [[0, -1, -1, 2, 0, 0, 0], [0] * 7],
            "shifted_map": [[0, 0, -1, -1, 2, 0, 0], [0] * 7],
            # x stands upright now, bottom to top, and its right neighbour is the column of zeros
            "turned_map": [[0, 0], [0, 0], [0, 0], [2, -2], [1, -1], [0, 0], [0, 0]],
        },
    ),
    # notes of week 9
    ("transposed", STAMPS, {"map": [[1, 2, 0], [1, 8, 2], [-2, 5, 3]]}),
    ("transposed", {**STAMPS, "padding": 1}, {"map": [[8]]}),
    (
        "transposed",
        {**STAMPS, "stride": 2},
        {"map": [[1, 0, 2, 0], [2, 1, 4, 2], [-1, 0, 3, 0], [-2, -1, 6, 3]]},
    ),
]


@pytest.mark.parametrize(("short", "inputs", "expected"), BY_HAND)
def test_known_values(
    short: str, inputs: dict[str, Any], expected: dict[str, Any], lawful: Lawful
) -> None:
    quantities = lawful(f"convolution.{short}", inputs).quantities
    for name, value in expected.items():
        assert agree(quantities[name], value, 1e-15), quantities[name]


WRONG: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        "by_hand",
        {**COUNTING, "column": 1},
        {
            "conv-2d/flip-kernel": {"map": [[23, 33], [53, 63]], "entry": 33},  # screens.md, 4.7
            "conv-2d/transpose-kernel": {"map": [[35, 45], [65, 75]], "entry": 45},
            "conv-2d/zero-pad": {
                "map": [[37, 47, 21], [67, 77, 33], [23, 26, 9]],
                "entry": 47,
            },
            "conv-2d/elementwise-mean": {"map": [[9.25, 11.75], [16.75, 19.25]], "entry": 11.75},
        },
    ),
    (
        "by_hand",
        {**NOTES, "stride": 2, "bias": 2, "padding": 1, "row": 1},
        {
            # rows 0 0 0 0 0 0 · 0 1 2 0 1 0 · 0 3 1 1 0 0 · 0 0 2 4 1 0 · 0 1 0 2 3 0 · 0 0 0 0 0 0
            "conv-2d/flip-kernel": {"map": [[3, 2, 2], [-1, 7, 2], [1, 0, 8]], "entry": -1},
            "conv-2d/transpose-kernel": {"map": [[4, 2, 2], [-1, 10, 2], [1, 0, 5]], "entry": -1},
            "conv-2d/wrong-stride": {"map": [[4, 5, 0], [8, 2, 5], [2, 9, 9]], "entry": 8},
            "conv-2d/elementwise-mean": {
                "map": [[2.5, 1.5, 1.75], [2, 3.75, 1.75], [2, 2, 2.75]],
                "entry": 2,
            },
        },
    ),
    (
        "channels",
        TWO_CHANNELS,
        {
            "conv-multichannel/average-channels": {"entry": 2, "maps": [[[2]]]},
            "conv-multichannel/first-channel-only": {"entry": 2.5, "maps": [[[2.5]]]},
            "conv-multichannel/bias-per-channel": {"entry": 4, "maps": [[[4]]]},
            "conv-multichannel/max-over-channels": {"entry": 2.5, "maps": [[[2.5]]]},
            "conv-multichannel/separate-maps": {"entry": [2.5, 1.5], "maps": [[[2.5]], [[1.5]]]},
        },
    ),
    (
        "sobel_vertical",
        PATCH,
        {
            "sobel-vertical/horizontal-instead": {"response": -11},
            "sobel-vertical/flipped": {"response": 1},
            "sobel-vertical/prewitt": {"response": 55 - 46},
        },
    ),
    (
        "sobel_horizontal",
        PATCH,
        {
            "sobel-horizontal/vertical-instead": {"response": -1},
            "sobel-horizontal/flipped": {"response": 11},
            "sobel-horizontal/prewitt": {"response": 60 - 66},
        },
    ),
    (
        "laplacian",
        PATCH,
        {
            "laplacian-filter/eight-neighbour": {"response": 146 - 56},
            "laplacian-filter/negated": {"response": -37},
            "laplacian-filter/no-centre": {"response": 65},
            "laplacian-filter/divide-4": {"response": 9.25},
        },
    ),
    (
        "averaging",
        PATCH,
        {
            "averaging-filter/sum": {"response": 153},
            "averaging-filter/divide-3": {"response": 51},
            "averaging-filter/divide-8": {"response": 19.125},
            "averaging-filter/median": {"response": 15},
        },
    ),
    (
        "shift",
        ROW,
        {
            "translation-equivariance/invariance": {
                "shifted_map": [[0, -1, -1, 2, 0, 0, 0], [0] * 7]
            },
            "translation-equivariance/rotation-too": {
                "turned_map": [[0, 0], [0, 0], [0, 0], [2, 0], [-1, 0], [-1, 0], [0, 0]]
            },
        },
    ),
    (
        "transposed",
        STAMPS,
        {
            "conv-transpose-2d/no-overlap-add": {"map": [[1, 2, 0], [-1, 3, 0], [-2, 6, 3]]},
            "conv-transpose-2d/flip": {"map": [[1, 4, 4], [-1, 2, 8], [0, -1, 3]]},
        },
    ),
    (
        "transposed",
        {**STAMPS, "stride": 2},
        {
            "conv-transpose-2d/flip": {
                "map": [[1, 2, 2, 4], [0, 1, 0, 2], [-1, -2, 3, 6], [0, -1, 0, 3]]
            },
            "conv-transpose-2d/no-stride": {"map": [[1, 2, 0], [1, 8, 2], [-2, 5, 3]]},
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
    values = wrong_values(lawful(f"convolution.{short}", inputs))
    assert values.keys() == expected.keys()
    for name, by_hand in expected.items():
        assert values[name].keys() == by_hand.keys(), name
        for quantity, value in by_hand.items():
            assert agree(values[name][quantity], value, 1e-14), (name, values[name][quantity])


@pytest.mark.parametrize("short", sorted({short for short, *_ in WRONG}))
def test_all_declared_misconceptions_are_among_these(short: str) -> None:
    declared = {m.id for m in find(f"convolution.{short}").misconceptions}
    assert declared == {name for s, _, expected in WRONG if s == short for name in expected}


@pytest.mark.parametrize(
    ("short", "inputs", "gone"),
    [
        ("by_hand", {**COUNTING, "filter": [[1, 2], [2, 1]]}, {"flip-kernel", "transpose-kernel"}),
        ("by_hand", {**COUNTING, "filter": [[1, 2], [2, 3]]}, {"transpose-kernel"}),
        ("by_hand", {**COUNTING, "stride": 2}, {"wrong-stride"}),  # one entry only
        ("by_hand", {**COUNTING, "filter": [[3]]}, {"zero-pad", "elementwise-mean"}),
        ("channels", {**TWO_CHANNELS, "biases": [0]}, {"bias-per-channel"}),
        (
            "channels",
            {"image": [[[1]]], "filters": [[[[2]]]], "biases": [3]},
            {"average-channels", "first-channel-only", "separate-maps", "max-over-channels"},
        ),
        ("averaging", {"patch": [[7]]}, {"sum", "divide-3", "divide-8", "median"}),
        ("shift", {**ROW, "right": 7}, {"invariance"}),
        ("shift", {**ROW, "right": 0}, {"invariance"}),
        ("transposed", {**STAMPS, "filter": [[1, 2], [2, 1]]}, {"flip"}),
        ("transposed", {**STAMPS, "image": [[5]]}, {"no-overlap-add", "no-stride"}),
    ],
)
def test_misconceptions_that_mean_nothing_are_left_out(
    short: str, inputs: dict[str, Any], gone: set[str]
) -> None:
    solution = find(f"convolution.{short}").solve(inputs)
    assert not gone & {w.id.partition("/")[2] for w in solution.wrong_answers}


def test_several_filters_and_the_entry_of_one(lawful: Lawful) -> None:
    rng = np.random.default_rng(3)
    image, filters = rng.integers(-3, 4, (3, 4, 5)), rng.integers(-3, 4, (2, 3, 2, 2))
    inputs = {"image": image, "filters": filters, "biases": [1, -2], "filter": 1, "row": 2}
    solution = lawful("convolution.channels", {**inputs, "column": 3})
    entry = (image[:, 2:4, 3:5] * filters[1]).sum() - 2
    assert solution.quantities["entry"] == entry
    values = wrong_values(solution)
    by_channel = [(image[c, 2:4, 3:5] * filters[1, c]).sum() for c in range(3)]
    assert {name.partition("/")[2]: w["entry"] for name, w in values.items()} == {
        "average-channels": pytest.approx(sum(by_channel) / 3 - 2),
        "first-channel-only": by_channel[0] - 2,
        "bias-per-channel": sum(by_channel) - 6,
        "max-over-channels": max(by_channel) - 2,
        "separate-maps": [s - 2 for s in by_channel],
    }
    separate: Any = values["conv-multichannel/separate-maps"]["maps"]
    alone = conv2d(image[None, 2:], filters[1:, 2:], [-2])[0, 0]
    np.testing.assert_array_equal(separate[5], alone)


def test_the_steps_of_a_small_convolution() -> None:
    steps = find("convolution.by_hand").solve({**NOTES, "bias": -1}).steps
    assert [s.label for s in steps[:4]] == [
        "size of the output",
        "first window",
        "products of the first window",
        "entry (0, 0)",
    ]
    assert steps[2].value == [[1, 0], [-3, 2]]
    assert steps[3].formula == "1·1 + 2·0 + 3·(−1) + 1·2 + (−1)"


def test_a_large_map_is_not_written_out() -> None:
    solution = find("convolution.by_hand").solve({"image": [[1] * 16] * 16, "filter": [[1, 2]] * 2})
    assert len(solution.steps) < 20
    stamps = find("convolution.transposed").solve({"image": [[1] * 8] * 8, "filter": [[1]]})
    assert len(stamps.steps) < 10


def test_the_entry_follows_from_the_map_that_is_stated() -> None:
    solver = find("convolution.by_hand")
    solution = solver.solve({**COUNTING, "row": 1}, stated={"map": [[1, 2], [3, 4]]})
    assert solution.quantities["entry"] == 3
    assert solution.quantities["map"] == [[37, 47], [67, 77]]
    moved = find("convolution.shift").solve(ROW, stated={"map": [[1, 0, 0, 0, 0, 0, 0], [0] * 7]})
    assert moved.quantities["shifted_map"] == [[0, 1, 0, 0, 0, 0, 0], [0] * 7]


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("by_hand", {**COUNTING, "filter": [[1] * 4] * 4}, "filter is [[1.0, 1.0"),
    ("by_hand", {**COUNTING, "filter": [[1, 2]]}, "filter is [[1, 2]]; allowed: f = 1, as in"),
    ("by_hand", {**COUNTING, "image": [[1] * 17]}, "image is [[1, 1"),
    ("by_hand", {**COUNTING, "image": [[float("nan")]]}, "image is [[nan]]; allowed: H × W num"),
    ("by_hand", {**COUNTING, "row": 2}, "row is 2; allowed: at most 1: the output has 2"),
    ("by_hand", {**COUNTING, "stride": 0}, "stride is 0; allowed: a whole number from 1 to 8"),
    ("channels", {**TWO_CHANNELS, "biases": [1, 2]}, "biases is [1, 2]; allowed: C_out = 1"),
    ("channels", {**TWO_CHANNELS, "filter": 1}, "filter is 1; allowed: at most 0: there are 1"),
    ("channels", {**TWO_CHANNELS, "filters": [[[[1]]]]}, "filters is [[[[1]]]]; allowed: C_in = 2"),
    (
        "channels",
        {"image": [[[1]]], "filters": [[[[1, 1], [1, 1]]]], "biases": [0]},
        "filters is [[[[1.0, 1.0], [1.0, 1.0]]]]; allowed: sides of at most 1",
    ),
    (
        "sobel_vertical",
        {"patch": [[1, 2], [3, 4]]},
        "patch is [[1.0, 2.0], [3.0, 4.0]]; allowed: 3",
    ),
    ("sobel_vertical", {"patch": [[0.5] * 3] * 3}, "patch is [[0.5, 0.5, 0.5]"),
    ("laplacian", {"patch": [[256] * 3] * 3}, "patch is [[256, 256, 256]"),
    ("averaging", {"patch": [[1, 2, 3]]}, "patch is [[1, 2, 3]]; allowed: f = 1, as in patch"),
    ("shift", {**ROW, "filter": [[1] * 3] * 3}, "filter is [[1.0, 1.0, 1.0]"),
    ("shift", {**ROW, "down": -1}, "down is -1; allowed: a whole number from 0 to 15"),
    ("transposed", {**STAMPS, "padding": 2}, "padding is 2; allowed: at most 1"),
    ("transposed", {**STAMPS, "image": "x"}, "image is 'x'; allowed: H × W numbers"),
]


@pytest.mark.parametrize(("short", "inputs", "message"), BAD)
def test_bad_inputs_are_named(short: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        find(f"convolution.{short}").solve(inputs)
    assert str(refused.value).startswith(message)


# ------------------------------------------------------------------------- against torch


@st.composite
def tensor(draw: st.DrawFn, shape: tuple[int, ...], limit: float) -> list[Any]:
    """Small whole numbers, any numbers, the largest ones, or some of very different sizes."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kinds: dict[str, Callable[[], Any]] = {
        "whole": lambda: rng.integers(-9, 10, shape),
        "any": lambda: rng.uniform(-limit, limit, shape),
        "largest": lambda: rng.choice([-limit, 0.0, limit], shape),
        "mixed": lambda: rng.uniform(-limit, limit, shape) * 10.0 ** rng.integers(-320, 1, shape),
    }
    values: list[Any] = kinds[draw(st.sampled_from(sorted(kinds)))]().tolist()
    return values


@st.composite
def one_map(draw: st.DrawFn, most: int) -> dict[str, Any]:
    f = draw(st.integers(1, 7))
    shape = draw(st.tuples(st.integers(1, most), st.integers(1, most)))
    return {"image": draw(tensor(shape, 255)), "filter": draw(tensor((f, f), 50))}


@st.composite
def sliding(draw: st.DrawFn) -> dict[str, Any]:
    rest = {
        "stride": st.integers(1, 8),
        "padding": st.integers(0, 7),
        "bias": st.floats(-100, 100),
        "row": st.integers(0, 3),
        "column": st.integers(0, 3),
    }
    return {**draw(one_map(16)), **draw(st.fixed_dictionaries(rest))}


@st.composite
def stamping(draw: st.DrawFn) -> dict[str, Any]:
    return {
        **draw(one_map(8)),
        "stride": draw(st.integers(1, 8)),
        "padding": draw(st.integers(0, 7)),
    }


@st.composite
def shifting(draw: st.DrawFn) -> dict[str, Any]:
    return {
        **draw(one_map(16)),
        "down": draw(st.integers(0, 15)),
        "right": draw(st.integers(0, 15)),
    }


@st.composite
def several(draw: st.DrawFn) -> dict[str, Any]:
    c, k, f, high, wide = draw(st.tuples(*[st.integers(1, 8)] * 5))
    return {
        "image": draw(tensor((c, high, wide), 255)),
        "filters": draw(tensor((k, c, f, f), 10)),
        "biases": draw(tensor((k,), 100)),
        "filter": draw(st.integers(0, 7)),
        "row": draw(st.integers(0, 2)),
        "column": draw(st.integers(0, 2)),
    }


def patches(side: int) -> st.SearchStrategy[dict[str, Any]]:
    elements = st.integers(-255, 255)
    square = arrays.arrays(np.int64, (side, side), elements=elements)
    return square.map(lambda patch: {"patch": patch.tolist()})


DOMAINS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "by_hand": sliding(),
    "channels": several(),
    "sobel_vertical": patches(3),
    "sobel_horizontal": patches(3),
    "laplacian": patches(3),
    "averaging": st.integers(1, 9).flatmap(patches),
    "shift": shifting(),
    "transposed": stamping(),
}


@pytest.mark.parametrize("short", DOMAINS)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_reference_and_kernel_agree(short: str, lawful: Lawful, data: st.DataObject) -> None:
    inputs = data.draw(DOMAINS[short])
    try:
        solution = lawful(f"convolution.{short}", inputs)
    except BadInput:
        assume(False)
    else:
        assert solution.device == kernel_device().name


@settings(max_examples=30, deadline=None)
@given(inputs=stamping())
def test_stamping_is_the_transpose_of_sliding(inputs: dict[str, Any]) -> None:
    """⟨slide(y), x⟩ = ⟨y, stamp(x)⟩ for every y: the same sum in two orders."""
    try:
        solution = find("convolution.transposed").solve(inputs)
    except BadInput:
        assume(False)
    stamped, image = np.array(solution.quantities["map"]), np.array(inputs["image"])
    weights, options = np.array(inputs["filter"])[None, None], (None, inputs["stride"])
    y = np.random.default_rng(1).normal(size=stamped.shape)
    slid = conv2d(y[None, None], weights, *options, inputs["padding"])[0, 0]
    high, wide = image.shape
    scale = np.abs(image).sum() * np.abs(weights).sum() * 10 + 1
    difference = (slid[:high, :wide] * image).sum() - (y * stamped).sum()
    assert abs(difference) <= 1e-13 * scale
    again = conv_transpose2d(image[None, None], weights, *options, inputs["padding"])[0, 0]
    np.testing.assert_allclose(stamped, again, rtol=0, atol=1e-13 * scale)
