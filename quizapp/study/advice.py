"""What to study next, by what a sitting cost."""

from __future__ import annotations

from msgspec import Struct

from quizapp.content.model import Library
from quizapp.study.report import QuestionScore, SittingReport, WeekScore, by_loss


class StudyNext(Struct, frozen=True, kw_only=True):
    """A week worth studying, and what of it."""

    week: int
    title: str
    lost: float
    questions: tuple[int, ...]  # numbers of the questions that lost points
    concepts: tuple[str, ...]
    items: tuple[str, ...]  # ids of the checklist items that belong to them


def study_next(library: Library, sitting: SittingReport, limit: int = 3) -> tuple[StudyNext, ...]:
    """The weeks that cost most, each with the concepts and checklist items of its questions."""
    return tuple(
        _study(library, week, by_loss(q for q in sitting.questions if q.week == week.week))
        for week in sitting.costly_weeks[:limit]
    )


def _study(library: Library, week: WeekScore, losing: list[QuestionScore]) -> StudyNext:
    # Ids in the order of the loss, each once.
    ids = [score.question for score in losing]
    concepts = dict.fromkeys(c for q in ids for c in library.question(q).concepts)
    file = next((file for file in library.weeks if file.week == week.week), None)
    items = [
        item.id
        for item in (file.checklist if file else ())
        if set(item.questions) & set(ids) or set(item.concepts) & set(concepts)
    ]
    return StudyNext(
        week=week.week,
        title=file.topic if file else "",
        lost=week.lost,
        questions=tuple(score.number for score in losing),
        concepts=tuple(concepts),
        items=tuple(items),
    )
