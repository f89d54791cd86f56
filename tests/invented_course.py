"""An invented course, so that what a screen shows of it does not change with the real questions."""

from __future__ import annotations

from quizapp.content.model import (
    ChecklistItem,
    Criterion,
    Exam,
    Library,
    Part,
    Question,
    Template,
    TemplateSet,
    WeekFile,
)

WEEKS = range(2, 12)
_ITEMS = 6  # of a week, each with a concept and a template of its own


def library() -> Library:
    """Ten weeks of six items; two practice questions of five points on each."""
    questions = [
        _question(2 * index + half + 1, week) for index, week in enumerate(WEEKS) for half in (0, 1)
    ]
    exam = Exam(title="Practice exam", minutes=120, questions=tuple(questions))
    return Library(exam=exam, weeks=tuple(map(_week, WEEKS)))


def templates() -> TemplateSet:
    """One on each item."""
    return TemplateSet(
        tuple(_template(week, number) for week in WEEKS for number in range(1, _ITEMS + 1))
    )


def _question(number: int, week: int) -> Question:
    rubric = tuple(Criterion(f"q{number:02}-c{n}", 1, f"Names point {n}") for n in range(1, 4))
    return Question(
        id=f"q{number:02}",
        title=f"Question {number}",
        week=week,
        points=5,
        concepts=(f"week-{week}-concept-{number % 2 + 1}",),
        prompt="Explain it.",
        parts=(
            Part(id="a", points=2, kind="integer"),
            Part(id="b", points=3, kind="text", rubric=rubric),
        ),
    )


def _week(week: int) -> WeekFile:
    items = tuple(
        ChecklistItem(
            id=f"w{week:02}-{number}",
            claim=f"I can do number {number} of week {week}",
            concepts=(f"week-{week}-concept-{number}",),
        )
        for number in range(1, _ITEMS + 1)
    )
    return WeekFile(week=week, title=f"Week {week}", insight="…", checklist=items, notes=())


def _template(week: int, number: int) -> Template:
    parts = [Part(id=name, points=1, kind="integer") for name in "ab"[: 1 + number % 2]]
    return Template(
        id=f"week-{week}-template-{number}",
        week=week,
        concepts=(f"week-{week}-concept-{number}",),
        prompt="Compute it.",
        parts=tuple(parts),
        difficulty=1 + number % 3,
    )
