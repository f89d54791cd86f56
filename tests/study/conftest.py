"""A progress file in a temporary folder, and the practice exam in outline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from quizapp.content.model import (
    ChecklistItem,
    Criterion,
    Exam,
    Library,
    Part,
    Question,
    WeekFile,
)
from quizapp.study.progress import Progress

# Points and week of the twenty practice questions.
OUTLINE = (
    (3, 2), (3, 3), (4, 3), (5, 4), (3, 5), (6, 5), (5, 5), (5, 6), (3, 7), (3, 7),
    (6, 8), (4, 9), (7, 10), (5, 10), (5, 10), (4, 10), (5, 11), (6, 11), (8, 11), (8, 9),
)  # fmt: skip


@pytest.fixture
def now() -> datetime:
    """Friday 20 November, nine in the morning, UTC."""
    return datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def progress(folder: Path, now: datetime) -> Iterator[Progress]:
    with Progress.open(folder, now=now) as opened:
        yield opened


@pytest.fixture
def exam() -> Exam:
    """The practice exam in points and weeks; questions 4 and 13 have several parts."""
    questions = []
    for number, (points, week) in enumerate(OUTLINE, 1):
        parts = [Part(id="a", points=points, kind="text")]
        if number == 4:
            parts = [
                Part(id="a", points=2.5, kind="shape", title="the volume"),
                Part(id="b", points=2.5, kind="integer", title="the parameters"),
            ]
        if number == 13:
            parts = [
                Part(id="a", points=1.5, kind="text", title="Q, K and V"),
                Part(id="b", points=3.5, kind="text", title="the steps", rubric=STEPS),
                Part(id="c", points=1, kind="text", title="why √d_k"),
                Part(id="d", points=1, kind="formula", title="the formula"),
            ]
        questions.append(
            Question(
                id=f"q{number:02}",
                title=f"Question {number}",
                week=week,
                points=points,
                concepts=(f"concept-{number}",),
                prompt="…",
                parts=tuple(parts),
            )
        )
    return Exam(title="Practice exam", minutes=120, questions=tuple(questions))


STEPS = (
    Criterion("scores", 1, "Scores: dot products of every query with every key"),
    Criterion("scaled", 0.5, "Scores are divided by √d_k"),
    Criterion("softmax", 1, "Softmax over the keys gives weights that sum to 1"),
    Criterion("sum", 1, "Output is the weighted sum of values"),
)


@pytest.fixture
def library(exam: Exam) -> Library:
    """Weeks 2 to 11 with two items each, the first of week 11 on questions 18 and 19."""
    weeks = []
    for week in range(2, 12):
        items = (
            ChecklistItem(
                id=f"w{week}-1",
                claim="I can explain it",
                concepts=(f"other-{week}",),
                questions=("q18", "q19") if week == 11 else (),
            ),
            ChecklistItem(id=f"w{week}-2", claim="I can use it", concepts=(f"concept-{week}",)),
        )
        weeks.append(
            WeekFile(week=week, title=f"Week {week}", insight="…", checklist=items, notes=())
        )
    return Library(exam=exam, weeks=tuple(weeks))
