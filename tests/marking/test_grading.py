"""What responses are worth: question 4 of the practice exam, and parts of every other kind."""

from __future__ import annotations

import msgspec
import pytest

from quizapp.content.model import Criterion, Given, Kind, Option, Part, Question
from quizapp.marking.diagnose import in_cells, whole
from quizapp.marking.grade import Grade, PartGrade
from quizapp.marking.grading import grade, mark
from quizapp.marking.parse import Reading, parse
from quizapp.solving import here
from quizapp.variants import Variant, as_printed
from solvers.contract import Solution, WrongAnswer

Q04 = Question(
    id="q04",
    title="Convolution arithmetic",
    week=4,
    points=5,
    concepts=("conv-output-size", "conv-params"),
    solver="convolution.layer",
    given={"height": 32, "channels": 3, "filters": 16, "kernel": 5, "stride": 1, "padding": 2},
    prompt="A layer takes a {height} × {height} × {channels} volume.",
    parts=(
        Part(
            id="a",
            points=2.5,
            kind="shape",
            ask="output_shape",
            rubric=(
                Criterion(id="q04-c1", points=0.5, credit="Writes the size formula"),
                Criterion(id="q04-c2", points=1, credit="Side 32", entries=(0, 1)),
                Criterion(id="q04-c3", points=1, credit="Depth 16", entries=(2,)),
            ),
        ),
        Part(
            id="b",
            points=2.5,
            kind="integer",
            ask="parameters",
            rubric=(
                Criterion(
                    id="q04-c4", points=1, credit="75", misconceptions=("conv-params/no-bias",)
                ),
                Criterion(id="q04-c5", points=0.5, credit="One bias per filter"),
                Criterion(id="q04-c6", points=1, credit="1,216"),
            ),
        ),
        Part(id="c", points=1, kind="integer", ask="activations", follows="a"),
    ),
)


@pytest.fixture(scope="module")
def variant() -> Variant:
    return here(as_printed(Q04))


def graded(variant: Variant, part: str, text: str, **others: str) -> PartGrade:
    return here(grade(variant, {part: text, **others})).part(part)


def test_all_right(variant: Variant) -> None:
    result = here(grade(variant, {"a": "32x32x16", "b": "(25*3+1)*16", "c": "32*32*16"}))
    assert isinstance(result, Grade)
    assert (result.points, result.max_points) == (6, 6)
    assert [part.feedback for part in result.parts] == ["Right."] * 3
    assert result.part("a").cells == (True, True, True)
    assert "conv-params/no-bias" in result.part("b").ruled_out
    assert "conv-output-size/no-stride" not in result.part("a").ruled_out  # the stride is 1


SLIPS = [
    ("a", "34x34x16", "conv-output-size/", 1, ("q04-c3",)),
    ("a", "31x31x16", "conv-output-size/forgot-plus-1", 1, ("q04-c3",)),
    ("a", "30x30x16", "conv-output-size/forgot-2", 1, ("q04-c3",)),
    ("a", "32x32x3", "conv-output-volume/depth-is-c-in", 1, ("q04-c2",)),
    ("a", "32x32x48", "conv-output-volume/depth-product", 1, ("q04-c2",)),
    ("a", "32x32", "conv-output-volume/2d", 0, ()),
    ("a", "5x5x16", "conv-output-volume/spatial-is-f", 1, ("q04-c3",)),
    ("b", "1200", "conv-params/no-bias", 1, ("q04-c4",)),
    ("b", "416", "conv-params/forgot-c-in", 0, ()),
    ("b", "2400", "conv-params/bias-per-weight", 0, ()),
    ("b", "1203", "conv-params/bias-c-in", 0, ()),
    ("b", "1248", "conv-params/bias-per-slice", 0, ()),
    ("b", "256", "conv-params/f-not-squared", 0, ()),
    ("b", "1,245,184", "conv-params/times-positions", 0, ()),
    ("b", "1201", "conv-params/bias-one", 0, ()),
]


@pytest.mark.parametrize(("part", "text", "misconception", "points", "criteria"), SLIPS)
def test_slips_are_named(
    variant: Variant,
    part: str,
    text: str,
    misconception: str,
    points: float,
    criteria: tuple[str, ...],
) -> None:
    result = graded(variant, part, text)
    assert result.misconception.startswith(misconception)
    assert f"({result.misconception.rpartition('/')[2]})" in result.feedback
    assert (result.points, result.criteria) == (points, criteria)
    assert result.verdict == ("partly" if points else "wrong")
    assert result.departs_at != ""
    assert result.ruled_out == ()


@pytest.mark.parametrize(
    ("part", "text", "verdict", "points", "feedback"),
    [
        (
            "b",
            "1200",
            "partly",
            1,
            "1,200 is what you get when the biases are left out (no-bias)."
            " Each filter also has one bias: 16 filters add 16.",
        ),
        (
            "b",
            "611",
            "wrong",
            0,
            "Not right, and no known misconception gives 611 for these numbers. s shows the steps.",
        ),
        ("b", "-1216", "wrong", 0, "Right number, opposite sign: -1,216."),
        (
            "a",
            "16x32x32",
            "partly",
            1,
            "Right numbers, other order: 16 × 32 × 32. Height × width × channels is asked.",
        ),
        ("a", "28x28x16", "partly", 1, "1 of 3 sides right."),
        ("b", "", "empty", 0, ""),
        ("b", " \n", "empty", 0, ""),
        ("b", "5/2", "unreadable", 0, "A whole number is asked; 5/2 is 2.5."),
        ("a", "32x", "unreadable", 0, "Not read as a shape: 32x. Write it like 32x32x16."),
    ],
)
def test_verdict_points_and_sentence(
    variant: Variant, part: str, text: str, verdict: str, points: float, feedback: str
) -> None:
    result = graded(variant, part, text)
    assert (result.verdict, result.points, result.feedback) == (verdict, points, feedback)
    assert result.format_error == (feedback if verdict == "unreadable" else "")


def test_a_sitting_says_that_the_unreadable_earns_nothing(variant: Variant) -> None:
    result = here(grade(variant, {"a": "32x"}, sitting=True)).part("a")
    assert result.format_error == "Not read as a shape: 32x. Write it like 32x32x16."
    assert result.feedback == result.format_error + " It earns no points."


def test_a_fraction_that_a_misconception_gives_is_named() -> None:
    odd = {"height": 32, "channels": 3, "filters": 8, "kernel": 3, "stride": 2}
    variant = here(as_printed(msgspec.structs.replace(Q04, given=odd)))
    result = graded(variant, "a", "15.5 x 15.5 x 8")
    assert result.misconception == "conv-output-size/no-floor"
    assert graded(variant, "a", "15.4 x 15.5 x 8").verdict == "unreadable"


# ------------------------------------------------------------------------ follow-through


def test_a_part_is_right_for_the_learners_earlier_answer(variant: Variant) -> None:
    result = graded(variant, "c", "24*24*3", a="24x24x3")
    assert (result.verdict, result.points, result.followed) == ("right", 1, True)
    assert result.feedback == (
        "(c) is right for your (a): 24 × 24 × 3 gives 1,728. Full points for (c)."
    )
    assert result.ruled_out == ()


@pytest.mark.parametrize("earlier", ["", "32x", "24x24", "32x32x16"])
def test_nothing_to_follow(variant: Variant, earlier: str) -> None:
    result = graded(variant, "c", "1728", a=earlier)
    assert (result.verdict, result.followed) == ("wrong", False)


def test_the_better_mark_stands(variant: Variant) -> None:
    result = graded(variant, "c", "16384", a="24x24x3")
    assert (result.verdict, result.followed, result.feedback) == ("right", False, "Right.")


def test_an_answer_the_solver_refuses_is_not_followed(variant: Variant) -> None:
    result = graded(variant, "c", "7", a="0x0x0")
    assert result.verdict == "wrong"


# -------------------------------------------------------------------- reals and tensors


def numeric(
    kind: Kind, *, points: float = 2, decimals: int | None = None, significant: int | None = None
) -> Part:
    return Part(
        id="a", points=points, kind=kind, ask="x", decimals=decimals, significant=significant
    )


def solved(key: Given, *wrong: tuple[str, Given]) -> Solution:
    answers = tuple(
        WrongAnswer(f"softmax/{name}", "x", value, f"with {name}", "Think.", "a step")
        for name, value in wrong
    )
    return Solution("t.t", {}, {"x": key}, (), answers)


def marked(part: Part, text: str, solution: Solution) -> PartGrade:
    return mark(part, parse(part, text), solution)


@pytest.mark.parametrize(
    ("text", "verdict", "points", "feedback"),
    [
        ("0.7311", "right", 2, "Right."),
        ("0.7310", "right", 2, "Right."),
        ("1/(1+exp(-1))", "right", 2, "Right."),
        ("0.7383", "right", 2, "Right."),
        ("0.7385", "wrong", 0, "Not right, and no known misconception gives 0.7385"),
        ("0.73", "right", 2, "Right value, too few digits: 0.73; 4 decimals are asked. 2 of 2."),
        ("0.7", "partly", 1, "Right value, too few digits: 0.7; 4 decimals are asked. 1 of 2."),
        ("1", "wrong", 0, "Not right"),
        ("-0.7311", "wrong", 0, "Right number, opposite sign: -0.7311."),
        ("0.1966", "wrong", 0, "0.1966 is what you get with slope (slope). Think."),
        ("0.9", "wrong", 0, "Not right. More than one slip gives 0.9000, so none is named."),
    ],
)
def test_reals(text: str, verdict: str, points: float, feedback: str) -> None:
    solution = solved(0.7310585786, ("slope", 0.1966119), ("one", 0.9), ("two", 0.901))
    result = marked(numeric("real", decimals=4), text, solution)
    assert (result.verdict, result.points) == (verdict, points)
    assert result.feedback.startswith(feedback)


@pytest.mark.parametrize(
    ("text", "verdict", "feedback"),
    [
        ("1.234e-4", "right", "Right."),
        ("0.0001234", "right", "Right."),
        ("0.00012345", "right", "Right."),
        (
            "1.2e-4",
            "partly",
            "Right value, too few digits: 1.2e-4; 4 significant digits are asked.",
        ),
        ("0.0001", "wrong", "Not right"),
        ("0", "wrong", "Not right"),
        ("0.0013", "wrong", "Not right"),
    ],
)
def test_reals_far_below_one(text: str, verdict: str, feedback: str) -> None:
    result = marked(numeric("real", significant=4), text, solved(1.2342e-4))
    assert result.verdict == verdict
    assert result.feedback.startswith(feedback)


def test_digits_left_out_may_be_zeros() -> None:
    result = marked(numeric("real", decimals=4), "0.5", solved(0.5))
    assert result.feedback == "Right."


def test_a_key_of_zero() -> None:
    part = numeric("real", decimals=2)
    assert marked(part, "0", solved(0.0)).verdict == "right"
    assert marked(part, "0.004", solved(0.0)).verdict == "right"
    assert marked(part, "0.02", solved(0.0)).verdict == "wrong"


WEIGHTS: list[Given] = [[0.4011, 0.1978], [0.2483, 0.5035]]
UNSCALED: list[Given] = [[0.4223, 0.1554], [0.2119, 0.5761]]


def attention() -> Solution:
    return solved(
        WEIGHTS, ("no-sqrt", UNSCALED), ("transposed", [[0.4011, 0.2483], [0.1978, 0.5035]])
    )


@pytest.mark.parametrize(
    ("text", "cells", "points", "misconception", "feedback"),
    [
        ("0.4011 0.1978; 0.2483 0.5035", "1111", 4, "", "Right."),
        ("0.4223 0.1554; 0.2119 0.5761", "0000", 0, "softmax/no-sqrt", ""),
        (
            "0.4223 0.1978; 0.2483 0.5035",
            "0111",
            3,
            "softmax/no-sqrt",
            "3 of 4 cells right. Row 1, column 1: 0.4223 is what you get with no-sqrt (no-sqrt)."
            " Think.",
        ),
        (
            "0.4223 0.1554; 0.2483 0.5035",
            "0011",
            2,
            "softmax/no-sqrt",
            "2 of 4 cells right. Row 1: 0.4223, 0.1554 is what you get with no-sqrt (no-sqrt)."
            " Think.",
        ),
        ("0.4011 0.1978; 0.25 9", "1110", 3, "", "3 of 4 cells right."),
        ("9 9; 9 9", "0000", 0, "", "Not right, and no known misconception gives"),
        ("-0.4011 -0.1978; -0.2483 -0.5035", "0000", 0, "", "Right numbers, opposite sign."),
        ("0.4011 0.2483; 0.1978 0.5035", "1001", 2, "softmax/transposed", ""),
    ],
)
def test_matrices_cell_by_cell(
    text: str, cells: str, points: float, misconception: str, feedback: str
) -> None:
    result = marked(numeric("matrix", points=4, decimals=4), text, attention())
    assert result.cells == tuple(cell == "1" for cell in cells)
    assert (result.points, result.misconception) == (points, misconception)
    assert result.feedback.startswith(feedback)


def test_share_of_cells_is_rounded_down_to_half_points() -> None:
    result = marked(numeric("vector", points=1), "1 2 9", solved([1.0, 2.0, 3.0]))
    assert (result.verdict, result.points) == ("partly", 0.5)
    result = marked(numeric("vector", points=1), "1 9 9", solved([1.0, 2.0, 3.0]))
    assert (result.verdict, result.points) == ("wrong", 0)
    assert result.feedback == "1 of 3 cells right."


def test_entries_of_a_vector_are_named() -> None:
    solution = solved([0.2, 0.8], ("no-exp", [0.25, 0.75]))
    findings = in_cells(numeric("vector"), [0.25, 0.8], solution, [False, True])
    assert [finding.wrong.id for finding in findings] == ["softmax/no-exp"]
    assert findings[0].sentence.startswith("Entry 1: 0.25 is what you get")


def test_a_misconception_that_is_not_live_is_not_diagnosed() -> None:
    solution = solved(1.0, ("near", 1.02))
    assert whole(numeric("real"), 1.025, solution) == []


def test_the_readable_cells_of_a_sitting_keep_their_credit() -> None:
    part = numeric("matrix", points=4)
    reading = parse(part, "1\t2\n\tx", ((2, 2),), lenient=True)
    result = mark(part, reading, solved([[1.0, 2.0], [3.0, 4.0]]))
    assert (result.points, result.cells) == (2, (True, True, False, False))
    assert result.feedback == (
        "2 of 4 cells right. Empty or not read as a number: row 2, column 1, row 2, column 2."
    )


def test_another_shape_that_a_misconception_gives_is_named() -> None:
    solution = solved([1.0, 2.0], ("integer-label", [3.0, 4.0, 5.0]))
    part = numeric("vector")
    result = mark(part, Reading([3, 4, 5], "3, 4, 5"), solution)
    assert result.misconception == "softmax/integer-label"
    assert result.cells == ()


# ------------------------------------------------------------------------------ options

STEPS = tuple(Option(id=name, text=name) for name in ("forward", "loss", "backward", "update"))


def marks(kind: Kind, answer: tuple[str, ...], text: str) -> PartGrade:
    part = Part(id="a", points=2, kind=kind, options=STEPS, answer=answer)
    question = msgspec.structs.replace(Q04, solver="", given={}, parts=(part,))
    return graded(here(as_printed(question)), "a", text)


@pytest.mark.parametrize(
    ("kind", "answer", "text", "verdict", "points", "feedback"),
    [
        ("choice", ("loss",), "2", "right", 2, "Right."),
        ("choice", ("loss",), "1", "wrong", 0, "Not right."),
        ("choice", ("loss",), "5", "unreadable", 0, "Choose one of 1 to 4."),
        ("choices", ("forward", "loss"), "2 1", "right", 2, "Right."),
        ("choices", ("forward", "loss"), "1", "partly", 1, "1 of 2 marked."),
        (
            "choices",
            ("forward", "loss"),
            "1 2 3",
            "partly",
            1,
            "2 of 2 marked, and 1 marked that does not belong.",
        ),
        (
            "choices",
            ("forward", "loss"),
            "1 2 3 4",
            "wrong",
            0,
            "2 of 2 marked, and 2 marked that do not belong.",
        ),
        ("ordering", ("forward", "loss", "backward", "update"), "1 2 3 4", "right", 2, "Right."),
        (
            "ordering",
            ("forward", "loss", "backward", "update"),
            "1 2 4 3",
            "partly",
            1,
            "2 of 4 have their place.",
        ),
        (
            "ordering",
            ("forward", "loss", "backward", "update"),
            "2 1 4 3",
            "wrong",
            0,
            "Not right.",
        ),
    ],
)
def test_options(
    kind: Kind, answer: tuple[str, ...], text: str, verdict: str, points: float, feedback: str
) -> None:
    result = marks(kind, answer, text)
    assert (result.verdict, result.points, result.feedback) == (verdict, points, feedback)


def test_text_stays_open_for_the_learner() -> None:
    part = Part(id="a", points=3, kind="text", model_answer="m")
    question = msgspec.structs.replace(Q04, solver="", given={}, parts=(part,))
    variant = here(as_printed(question))
    assert graded(variant, "a", "h[t] [MASK] [/x]").verdict == "open"
    assert graded(variant, "a", "").verdict == "empty"
