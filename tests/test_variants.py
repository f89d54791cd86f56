"""Templates and seeds: the same numbers for ever, and only good questions."""

from __future__ import annotations

from itertools import combinations

import msgspec
import pytest

from quizapp.content.model import Draw, Given, Kind, Part, Question
from quizapp.errors import SolverRefused
from quizapp.solving import here
from quizapp.variants import (
    NoSuitableNumbers,
    as_printed,
    fresh,
    is_suitable,
    with_given,
)
from quizapp.variants.answers import apart, live, tolerance, tolerances
from quizapp.variants.drawing import Stream, Undrawable, draw_one, drawn
from quizapp.variants.text import filled

PRINTED: dict[str, Given] = {
    "height": 32,
    "width": 32,
    "channels": 3,
    "filters": 16,
    "kernel": 5,
    "stride": 1,
    "padding": 2,
}

LAYER = Question(
    id="conv-layer-shape-and-parameters",
    title="One convolution layer",
    week=4,
    points=5,
    concepts=("conv-output-size", "conv-params"),
    solver="convolution.layer",
    given=PRINTED,
    draw={
        "height": Draw(choice=(28, 32, 64)),
        "channels": Draw(choice=(1, 3, 16)),
        "filters": Draw(choice=(8, 16, 32)),
        "kernel": Draw(choice=(3, 5, 7)),
        "stride": Draw(choice=(1, 2)),
        "padding": Draw(range=(0, 3)),
    },
    set={"width": "height"},
    prompt="{height} × {width} × {channels}, {filters} filters of {kernel} × {kernel}, {unknown}.",
    parts=(
        Part(id="a", points=2, kind="shape", ask="output_shape", prompt="After padding {padding}?"),
        Part(id="b", points=3, kind="integer", ask="parameters", prompt="How many?"),
    ),
)


def test_the_numbers_as_printed() -> None:
    variant = here(as_printed(LAYER))
    assert variant.seed is None
    assert variant.given == PRINTED
    assert variant.prompt == "32 × 32 × 3, 16 filters of 5 × 5, {unknown}."
    assert variant.prompts == {"a": "After padding 2?", "b": "How many?"}
    assert variant.key(LAYER.part("a")) == [32, 32, 16]
    assert variant.key(LAYER.part("b")) == 1216


# The numbers of these seeds may never change: saved sittings and shared seeds rely on them.
GOLDEN: dict[int, dict[str, Given]] = {
    0: {
        "height": 64,
        "width": 64,
        "channels": 16,
        "filters": 8,
        "kernel": 5,
        "stride": 1,
        "padding": 3,
    },
    1: {
        "height": 28,
        "width": 28,
        "channels": 16,
        "filters": 16,
        "kernel": 7,
        "stride": 1,
        "padding": 0,
    },
    2: {
        "height": 32,
        "width": 32,
        "channels": 3,
        "filters": 8,
        "kernel": 7,
        "stride": 2,
        "padding": 0,
    },
    41: {
        "height": 64,
        "width": 64,
        "channels": 1,
        "filters": 16,
        "kernel": 7,
        "stride": 1,
        "padding": 3,
    },
    2147483648: {
        "height": 28,
        "width": 28,
        "channels": 1,
        "filters": 32,
        "kernel": 7,
        "stride": 1,
        "padding": 0,
    },
}


@pytest.mark.parametrize("seed", GOLDEN)
def test_a_seed_gives_the_same_numbers_for_ever(seed: int) -> None:
    variant = here(fresh(LAYER, seed))
    assert variant.given == GOLDEN[seed]
    assert variant.seed == seed


def test_the_stream_never_changes() -> None:
    stream = Stream("conv", 7)
    assert [stream.below(100) for _ in range(8)] == [11, 31, 15, 47, 60, 98, 91, 1]
    assert Stream("conv", 7).fraction() != Stream("conv", 8).fraction()
    assert Stream("conv", 7).fraction() != Stream("pool", 7).fraction()


def test_draws_stay_in_their_ranges_and_reach_all_of_them() -> None:
    stream = Stream("ends", 0)
    assert {stream.between(2, 4) for _ in range(200)} == {2, 3, 4}
    assert {stream.one_of("abc") for _ in range(200)} == set("abc")


@pytest.mark.parametrize("seed", range(12))
def test_fresh_variants_can_be_told_from_every_live_misconception(seed: int) -> None:
    variant = here(fresh(LAYER, seed))
    assert variant.given["width"] == variant.given["height"]
    assert is_suitable(variant)
    assert variant.solution is not None
    for part in LAYER.parts:
        alive = live(part, variant.solution)
        values = [variant.key(part), *(wrong.value for wrong in alive)]
        assert len(alive) >= 2
        assert all(a != b for a, b in combinations(values, 2))


def test_a_saved_sitting_keeps_its_numbers() -> None:
    drawn = here(fresh(LAYER, 3))
    again = here(with_given(LAYER, drawn.given, 3))
    assert msgspec.structs.asdict(again) == msgspec.structs.asdict(drawn)


def test_a_question_without_draws_is_printed_whatever_the_seed() -> None:
    fixed = msgspec.structs.replace(LAYER, draw={})
    assert here(fresh(fixed, 5)).given == PRINTED


def test_a_text_question_asks_no_solver() -> None:
    words = Part(id="a", points=1, kind="text", model_answer="m")
    question = msgspec.structs.replace(LAYER, solver="", given={}, draw={}, set={}, parts=(words,))
    variant = here(as_printed(question))
    assert variant.solution is None
    with pytest.raises(KeyError):
        variant.key(words)


def test_a_template_that_never_makes_a_good_question_says_so() -> None:
    bad = msgspec.structs.replace(LAYER, draw={"kernel": Draw(choice=(61,))})
    with pytest.raises(NoSuitableNumbers, match="conv-layer-shape-and-parameters: none of 400"):
        here(fresh(bad, 0))


def test_a_missing_solver_is_not_drawn_again() -> None:
    with pytest.raises(SolverRefused):
        here(fresh(msgspec.structs.replace(LAYER, solver="convolution.nothing"), 0))


@pytest.mark.parametrize(
    ("text", "given", "shown"),
    [
        ("{n} tokens", {"n": 3}, "3 tokens"),
        ("{n}{n}", {"n": 3}, "33"),
        ("{rate}", {"rate": 0.001}, "0.001"),
        ("{rate}", {"rate": 1e-05}, "1e-05"),
        ("{w}", {"w": 2.0}, "2"),
        ("{x}", {"x": [1.5, -2.0]}, "(1.5, -2)"),
        ("{x}", {"x": [[1, 2], [3, 4]]}, "\n    1  2\n    3  4"),
        ("{word} set {1, 2} {} {not a name} {n!r} {n.real}", {"word": "the"}, None),
        ("10000^{2i/d} and {d}", {"d": 8}, "10000^{2i/d} and 8"),
        ("h[t] [MASK] [/x] {{n}}", {"n": 3}, "h[t] [MASK] [/x] {3}"),
    ],
)
def test_only_names_are_filled(text: str, given: dict[str, Given], shown: str | None) -> None:
    expected = text.replace("{word}", "the") if shown is None else shown
    assert filled(text, given) == expected


def real(
    *, decimals: int | None = None, significant: int | None = None, kind: Kind = "real"
) -> Part:
    return Part(id="a", points=1, kind=kind, ask="x", decimals=decimals, significant=significant)


@pytest.mark.parametrize(
    ("part", "key", "expected"),
    [
        (real(decimals=4), 0.7310585786, 0.007310585786),  # 1 % of the key
        (real(decimals=2), 0.05, 0.005),  # half a unit in the last digit
        (real(decimals=4), 0.0, 0.00005),
        (real(significant=4), 2e-4, 2e-6),  # no blanket floor far below 1
        (real(), 1e-9, 1e-11),
        (real(significant=2), 0.0123, 0.0005),
        (real(kind="integer"), 1216, 0.0),
        (real(kind="shape"), [32, 32, 16], 0.0),
        (real(kind="vector"), [100.0, 0.0], 1e-4),  # 0 gets a floor from the scale of the vector
    ],
)
def test_tolerance(part: Part, key: Given, expected: float) -> None:
    assert tolerance(part, key) == pytest.approx(expected, rel=1e-9)


def test_a_tensor_has_a_tolerance_for_each_entry() -> None:
    assert tolerances(real(kind="matrix"), [[1.0, 200.0], [0.0, -4.0]]) == pytest.approx(
        [0.01, 2.0, 2e-4, 0.04]
    )


@pytest.mark.parametrize(
    ("a", "b", "far"),
    [
        (1.0, 1.05, True),
        (1.0, 1.03, False),
        (1.0, -1.0, True),
        ([1.0, 2.0], [1.0, 2.2], True),
        ([1.0, 2.0], [1.01, 2.02], False),
        ([1.0, 2.0], [1.0, 2.0, 3.0], True),
    ],
)
def test_apart_means_four_tolerances(a: Given, b: Given, far: bool) -> None:
    assert apart(real(kind="vector"), a, b, None) is far


def test_whole_numbers_are_apart_by_anything() -> None:
    assert apart(real(kind="integer"), 1216, 1217, None)
    assert not apart(real(kind="integer"), 1216, 1216, None)


@pytest.mark.parametrize(
    ("draw", "good"),
    [
        (Draw(range=(3, 7), step=2), {3, 5, 7}),
        (Draw(range=(-1, 1), exclude=(0,)), {-1, 1}),
        (Draw(range=(0.1, 0.4), step=0.1), {0.1, 0.2, 0.3, 0.4}),
        (Draw(range=(-1, 1), step=0.5), {-1.0, -0.5, 0.0, 0.5, 1.0}),
        (Draw(choice=("relu", "tanh")), {"relu", "tanh"}),
    ],
)
def test_one_number_takes_every_value_it_may_and_no_other(draw: Draw, good: set[Given]) -> None:
    stream = Stream("one", 1)
    assert {draw_one(draw, stream, {}) for _ in range(200)} == good


def test_arrays_take_their_sides_from_what_was_drawn_before() -> None:
    question = msgspec.structs.replace(
        LAYER,
        given={},
        sizes={"n": Draw(range=(2, 3))},
        draw={"x": Draw(range=(-9, 9), shape=("n", 2), distinct=True)},
        set={},
    )
    for seed in range(20):
        given = drawn(question, Stream("arrays", seed))
        x, n = given["x"], given["n"]
        assert isinstance(x, list)
        assert len(x) == n
        entries = [entry for row in x for entry in row]  # type: ignore[union-attr]
        assert len(set(entries)) == len(entries) == 2 * n


def test_graphs_are_symmetric_without_loops_and_connected() -> None:
    draw = Draw(graph=5, edges=(4, 6))
    for seed in range(50):
        matrix = draw_one(draw, Stream("graph", seed), {})
        assert isinstance(matrix, list)
        assert matrix == [list(column) for column in zip(*matrix, strict=True)]
        assert [matrix[i][i] for i in range(5)] == [0] * 5  # type: ignore[index]
        assert 4 <= sum(map(sum, matrix)) / 2 <= 6  # type: ignore[arg-type]
        reached = {0}
        for _ in range(5):
            reached |= {j for i in reached for j in range(5) if matrix[i][j]}  # type: ignore[index]
        assert reached == set(range(5))


def test_one_hot_and_permutation() -> None:
    stream = Stream("special", 3)
    assert sorted(draw_one(Draw(one_hot=4), stream, {})) == [0, 0, 0, 1]  # type: ignore[arg-type]
    assert sorted(draw_one(Draw(permutation=5), stream, {})) == [0, 1, 2, 3, 4]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "draw",
    [Draw(range=(1, 1), exclude=(1,)), Draw(range=(0, 1), shape=(3,), distinct=True)],
)
def test_a_draw_that_leaves_nothing_says_so(draw: Draw) -> None:
    with pytest.raises(Undrawable, match="leaves nothing"):
        draw_one(draw, Stream("none", 0), {})


def test_arrays_of_whole_numbers_are_exact() -> None:
    """A side of 223 is none of 224, though it is within 1 %."""
    sides = Part(id="a", points=1, kind="matrix", ask="trace", decimals=0)
    assert tolerances(sides, [[224, 224, 3], [112.0, 112.0, 64.0]]) == [0.0] * 6
    assert apart(sides, [[0, 1]], [[0, 0]], None)
    assert tolerances(sides, [[224.5]]) == [2.245]
    mean = Part(id="a", points=1, kind="real", ask="mean", decimals=0)
    assert tolerances(mean, 224.0) == [2.24]


def test_a_size_that_was_not_drawn_says_so() -> None:
    with pytest.raises(Undrawable, match="n is no size"):
        draw_one(Draw(range=(0, 1), shape=("n",)), Stream("none", 0), {})
