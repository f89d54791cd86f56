"""The marking sheet: suggestions in pencil, the learner's decisions in ink."""

from __future__ import annotations

import pytest

from quizapp.content.model import Criterion, Part
from quizapp.marking.rubric import Flag, Suggestion
from quizapp.marking.sheet import MarkingSheet

PART = Part(
    id="b",
    points=3.0,
    kind="text",
    rubric=(
        Criterion("c1", 1.5, "first"),
        Criterion("c2", 0.5, "second"),
        Criterion("c3", 1.0, "third"),
    ),
)


def suggestion(criterion: str, points: float, *, flagged: bool = False) -> Suggestion:
    flags = (Flag("negated", "a negation stands beside it"),) if flagged else ()
    return Suggestion(
        criterion=criterion,
        level="met" if points else "missed",
        points=points,
        evidence=(),
        flags=flags,
    )


@pytest.fixture
def sheet() -> MarkingSheet:
    suggestions = [
        suggestion("c1", 1.5),
        suggestion("c2", 0.0),
        suggestion("c3", 1.0, flagged=True),
    ]
    return MarkingSheet(PART, suggestions)


def given(sheet: MarkingSheet) -> list[float | None]:
    return [line.points for line in sheet.lines]


def test_a_flagged_criterion_starts_open_and_the_others_in_pencil(sheet: MarkingSheet) -> None:
    assert given(sheet) == [1.5, 0.0, None]
    assert sheet.open_lines == [2]
    assert sheet.open_points == 1.0
    assert sheet.points == 1.5
    assert not any(line.decided for line in sheet.lines)


def test_presses_go_from_full_down_by_halves_and_round_again(sheet: MarkingSheet) -> None:
    seen = []
    for _ in range(5):
        sheet.press(0)
        seen.append(sheet.lines[0].points)
    assert seen == [1.5, 1.0, 0.5, 0.0, 1.5]


def test_a_half_point_criterion_is_all_or_nothing(sheet: MarkingSheet) -> None:
    seen = []
    for _ in range(3):
        sheet.press(1)
        seen.append(sheet.lines[1].points)
    assert seen == [0.5, 0.0, 0.5]


def test_arrows_move_by_halves_within_the_bounds(sheet: MarkingSheet) -> None:
    sheet.less(2)
    assert sheet.lines[2].points == 0.0
    for _ in range(4):
        sheet.more(2)
    assert sheet.lines[2].points == 1.0
    sheet.less(2)
    assert sheet.lines[2].points == 0.5


def test_undo_takes_back_one_decision_at_a_time(sheet: MarkingSheet) -> None:
    sheet.press(2)
    sheet.none(0)
    assert given(sheet) == [0.0, 0.0, 1.0]
    assert sheet.undo()
    assert given(sheet) == [1.5, 0.0, 1.0]
    assert sheet.undo()
    assert given(sheet) == [1.5, 0.0, None]
    assert not sheet.undo()


def test_confirming_leaves_what_is_open(sheet: MarkingSheet) -> None:
    sheet.confirm()
    assert [line.decided for line in sheet.lines] == [True, True, False]
    assert sheet.open_lines == [2]


def test_earlier_decisions_come_back_even_against_a_flag() -> None:
    suggestions = [suggestion("c1", 1.5), suggestion("c2", 0.5), suggestion("c3", 1, flagged=True)]
    sheet = MarkingSheet(PART, suggestions, {"c3": 0.5, "c1": 0.0})
    assert given(sheet) == [0.0, 0.5, 0.5]
    assert sheet.open_lines == []
