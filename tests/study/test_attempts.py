"""Attempts, marks, claims, settings."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizapp.content.model import Exam
from quizapp.errors import ProgressError
from quizapp.marking.grade import Grade, PartGrade, Verdict
from quizapp.study.marks import Mark
from quizapp.study.progress import Progress

RIGHT = PartGrade(part="a", verdict="right", points=2.5, max_points=2.5, feedback="Right.")
NO_BIAS = PartGrade(
    part="b",
    verdict="wrong",
    points=0,
    max_points=2.5,
    feedback="600 is what you get when the biases are left out (no-bias).",
    misconception="conv-parameter-count/no-bias",
    departs_at="biases, one per filter",
    ruled_out=("conv-parameter-count/one-channel",),
)
OPEN = PartGrade(part="a", verdict="open", points=0, max_points=3)

words = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.floats(0, 20, allow_nan=False)
grades = st.builds(
    PartGrade,
    part=words,
    verdict=st.sampled_from([v for v in get_args(Verdict) if v != "open"]),
    points=numbers,
    max_points=numbers,
    feedback=words,
    format_error=words,
    misconception=words,
    departs_at=words,
    cells=st.lists(st.booleans(), max_size=4).map(tuple),
    criteria=st.lists(words, max_size=3).map(tuple),
    followed=st.booleans(),
    ruled_out=st.lists(words, max_size=3).map(tuple),
)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(grade=grades, response=words, seed=st.none() | st.integers(0, 2**63 - 1))
def test_a_grade_comes_back_whole(
    progress: Progress, now: datetime, grade: PartGrade, response: str, seed: int | None
) -> None:
    progress.record_attempt(
        "q", grade, now=now, kind="drill", response=response, seed=seed, hints=2, seconds=3.5
    )
    newest = progress.attempts_on("q", limit=1)[0]
    assert newest.grade == grade
    assert (newest.response, newest.seed, newest.hints, newest.seconds) == (response, seed, 2, 3.5)
    assert (newest.at, newest.kind, newest.sitting) == (now, "drill", None)


def test_automatic_parts_are_recorded_once(progress: Progress, now: datetime) -> None:
    sitting = progress.start_sitting(now=now, seed=41)
    progress.save_sitting(
        sitting.id, now=now, window="w", responses={("q04", "a"): ("32x32x16", 0)}
    )
    progress.finish_sitting(sitting.id, now=now)
    marked = [Grade(question="q04", parts=(RIGHT, NO_BIAS)), Grade(question="q01", parts=(OPEN,))]
    progress.record_grades(sitting.id, marked, now=now)
    progress.record_grades(sitting.id, marked, now=now + timedelta(hours=1))  # run again

    assert progress.part_grades(sitting.id) == {("q04", "a"): RIGHT, ("q04", "b"): NO_BIAS}
    recorded = list(progress.attempts())
    assert [(a.question, a.grade.part, a.response, a.seed) for a in reversed(recorded)] == [
        ("q04", "a", "32x32x16", 41),
        ("q04", "b", "", 41),
    ]
    assert {a.sitting for a in recorded} == {sitting.id}
    assert progress.waiting(sitting.id) == [("q01", "a")]
    (line,) = progress.sittings()
    assert (line.points, line.max_points, line.points_open, line.parts_open) == (2.5, 8, 3, 1)


def test_a_part_marked_anew_keeps_both_attempts_and_counts_the_latest(
    progress: Progress, now: datetime
) -> None:
    sitting = progress.start_sitting(now=now)
    better = PartGrade(part="b", verdict="right", points=2.5, max_points=2.5, followed=True)
    for grade in (NO_BIAS, better):
        progress.record_grades(sitting.id, [Grade(question="q04", parts=(grade,))], now=now)
    assert progress.part_grades(sitting.id) == {("q04", "b"): better}
    assert [a.grade for a in progress.attempts_on("q04")] == [better, NO_BIAS]
    assert progress.sittings()[0].points == 2.5


def test_an_open_grade_is_no_attempt(progress: Progress, now: datetime) -> None:
    with pytest.raises(ProgressError, match=r"q01 \(a\) still waits for marks"):
        progress.record_attempt("q01", OPEN, now=now, kind="drill", response="")
    assert list(progress.attempts()) == []


def test_the_sums_of_each_part(progress: Progress, now: datetime) -> None:
    for hours, grade in ((1, NO_BIAS), (3, NO_BIAS), (2, RIGHT)):
        progress.record_attempt(
            "conv", grade, now=now + timedelta(hours=hours), kind="drill", response="600"
        )
    tallies = progress.attempt_counts()
    assert set(tallies) == {("conv", "a"), ("conv", "b")}
    b = tallies["conv", "b"]
    assert (b.attempts, b.correct, b.points, b.max_points) == (2, 0, 0, 5)
    assert b.last == now + timedelta(hours=3)
    assert tallies["conv", "a"].correct == 1


def test_attempts_by_time_and_their_misconceptions(progress: Progress, now: datetime) -> None:
    for days in (20, 13, 1, 0):
        progress.record_attempt(
            "conv", NO_BIAS, now=now - timedelta(days=days), kind="drill", response="600"
        )
    fortnight = now - timedelta(days=14)
    assert [a.at for a in progress.attempts(since=fortnight)] == [
        now, now - timedelta(days=1), now - timedelta(days=13)
    ]  # fmt: skip
    assert len(list(progress.attempts(limit=2))) == 2
    assert progress.misconceptions_since(fortnight) == {"conv-parameter-count/no-bias": 3}
    assert progress.first_recorded() == now - timedelta(days=20)


# -------------------------------------------------------------------------------- marks


def test_marking_a_text_part(progress: Progress, now: datetime, exam: Exam) -> None:
    """Question 13 (b): three criteria as suggested, the flagged one decided by the learner."""
    sitting = progress.start_sitting(now=now)
    progress.save_sitting(
        sitting.id, now=now, window="w", responses={("q13", "b"): ("We compare each query …", 0)}
    )
    progress.finish_sitting(sitting.id, now=now, exam=exam)
    part = exam.questions[12].part("b")
    suggested = {
        "scores": Mark(suggested=1, level="met", points=1),
        "scaled": Mark(suggested=0.5, level="met", points=0.5),
        "softmax": Mark(suggested=0, level="missed", points=None, flagged=True),
        "sum": Mark(suggested=1, level="met", points=1),
    }
    progress.record_marks(sitting.id, "q13", "b", suggested, now=now)
    with pytest.raises(ProgressError, match=r"q13 \(b\): criterion 3 is still open"):
        progress.confirm_part(sitting.id, "q13", part, now=now)
    assert progress.sittings()[0].parts_open == 24

    decision = Mark(suggested=0, level="missed", points=0.5, flagged=True)
    progress.record_marks(sitting.id, "q13", "b", {"softmax": decision}, now=now)
    grade = progress.confirm_part(sitting.id, "q13", part, now=now)
    assert grade == PartGrade(
        part="b", verdict="partly", points=3, max_points=3.5,
        criteria=("scores", "scaled", "softmax", "sum"),
    )  # fmt: skip
    assert progress.confirm_part(sitting.id, "q13", part, now=now) == grade  # Enter twice
    assert progress.marks(sitting.id) == {("q13", "b"): suggested | {"softmax": decision}}
    kept = progress.rows("SELECT points FROM mark WHERE criterion = 'softmax' ORDER BY id")
    assert kept == [(None,), (0.5,)]
    assert progress.part_grades(sitting.id) == {("q13", "b"): grade}
    (attempt,) = progress.attempts_on("q13")
    assert attempt.response == "We compare each query …"
    (line,) = progress.sittings()
    assert (line.points, line.points_open, line.parts_open) == (3, 94.5, 23)


@pytest.mark.parametrize(
    ("points", "response", "verdict", "total"),
    [
        ((1, 0.5, 1, 1), "all of it", "right", 3.5),
        ((0, 0, 0.5, 0), "something", "partly", 0.5),
        ((0, 0, 0, 0), "nothing to the point", "wrong", 0),
        ((0, 0, 0, 0), "  \n ", "empty", 0),
        ((2, 2, 2, 2), "more than there is to get", "right", 3.5),
    ],
)
def test_the_verdict_of_marks(
    progress: Progress,
    now: datetime,
    exam: Exam,
    points: tuple[float, ...],
    response: str,
    verdict: str,
    total: float,
) -> None:
    sitting = progress.start_sitting(now=now)
    progress.save_sitting(sitting.id, now=now, window="w", responses={("q13", "b"): (response, 0)})
    part = exam.questions[12].part("b")
    marks = {c.id: Mark(points=p) for c, p in zip(part.rubric, points, strict=True)}
    progress.record_marks(sitting.id, "q13", "b", marks, now=now)
    grade = progress.confirm_part(sitting.id, "q13", part, now=now)
    assert (grade.verdict, grade.points) == (verdict, total)


@pytest.mark.parametrize("points", [-0.5, float("nan"), float("inf")])
def test_points_that_can_not_be(progress: Progress, now: datetime, points: float) -> None:
    sitting = progress.start_sitting(now=now)
    with pytest.raises(ValueError, match="points are 0 or more"):
        progress.record_marks(sitting.id, "q13", "b", {"sum": Mark(points=points)}, now=now)
    assert progress.marks(sitting.id) == {}


# ------------------------------------------------------------------- claims and settings


def test_the_latest_claim_counts(progress: Progress, now: datetime) -> None:
    later = now + timedelta(days=1)
    progress.claim("w4-5", True, now=now)
    progress.claim("w4-6", True, now=now)
    progress.claim("w4-5", False, now=later)
    assert progress.claims() == {"w4-6": now}
    progress.claim("w4-5", True, now=later)
    assert progress.claims() == {"w4-5": later, "w4-6": now}


def test_settings(folder: Path, now: datetime) -> None:
    with Progress.open(folder, now=now) as progress:
        assert progress.setting("minutes", 45) == 45
        progress.set_setting("minutes", 20, now=now)
        progress.set_setting("exam date", "2026-12-04", now=now)
        progress.set_setting("theme", {"name": "quizapp-dark"}, now=now)
    with Progress.open(folder, now=now) as progress:
        assert progress.setting("minutes", 45) == 20
        assert progress.setting("exam date") == "2026-12-04"
        assert progress.setting("theme") == {"name": "quizapp-dark"}
        progress.set_setting("exam date", None, now=now)
        assert progress.setting("exam date") is None
