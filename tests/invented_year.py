"""An invented learner's year: drills on most days, a few sittings, claims; always the same."""

from __future__ import annotations

import random
from collections.abc import Sequence, Set
from datetime import datetime, timedelta

from quizapp.content.model import Library, Question, Template, TemplateSet
from quizapp.marking.grade import Grade, PartGrade
from quizapp.study.attempts import append
from quizapp.study.marks import Mark
from quizapp.study.progress import Progress
from quizapp.study.reviews import rate_by_share

SLIPS = (
    *["conv-params/no-bias"] * 4,
    *["attention/softmax-over-queries"] * 3,
    *["scaled-dot-product/no-sqrt", "lstm-step/gates-swapped"] * 2,
    "conv-output-size/no-floor",
)
SITTINGS = (45, 31, 20, 9, 2)  # days ago


def live(
    progress: Progress,
    library: Library,
    templates: TemplateSet,
    *,
    now: datetime,
    days: int = 365,
    seed: int = 1,
) -> None:
    """Write the year that ends now into an empty progress file."""
    rng = random.Random(seed)
    _claim(progress, library, now - timedelta(days=days // 2), rng)
    weak = set(rng.sample([template.id for template in templates.templates], 9))
    sat = {day for day in SITTINGS if day < days}
    for ago in range(days, -1, -1):
        evening = (now - timedelta(days=ago)).replace(hour=8, minute=30)
        if evening < now and rng.random() < 0.62:
            skill = 0.45 + 0.45 * (1 - ago / days)
            _drill(progress, templates.templates, evening, skill, weak, rng)
        if ago in sat:
            _sit(progress, library, evening + timedelta(hours=2), 0.5 + 0.3 / (1 + ago / 20), rng)


def _claim(progress: Progress, library: Library, when: datetime, rng: random.Random) -> None:
    for week in library.weeks:
        for item in week.checklist:
            if rng.random() < 0.65:
                progress.claim(item.id, True, now=when + timedelta(days=week.week))


def _drill(
    progress: Progress,
    templates: Sequence[Template],
    when: datetime,
    skill: float,
    weak: Set[str],
    rng: random.Random,
) -> None:
    """Some templates, each answered once; the weak ones badly."""
    model = progress.model(when)
    with progress.writing() as db:
        for _ in range(rng.choice([3, 5, 8, 12])):
            template = rng.choice(templates)
            when += timedelta(seconds=rng.randint(40, 260))
            able = 0.2 if template.id in weak else skill
            grades = [_graded(part.id, part.points, able, rng) for part in template.parts]
            seed = rng.getrandbits(31)
            for grade in grades:
                append(
                    db,
                    template.id,
                    grade,
                    now=when,
                    kind="drill",
                    response=str(rng.randint(1, 4000)),
                    seed=seed,
                    seconds=rng.randint(40, 260) / len(grades),
                )
            share = sum(grade.points for grade in grades) / template.points
            rate_by_share(db, template.id, share, model=model, now=when, kind="drill")


def _graded(part: str, points: float, skill: float, rng: random.Random) -> PartGrade:
    if rng.random() < skill:
        return PartGrade(
            part=part, verdict="right", points=points, max_points=points, feedback="Right."
        )
    slip = rng.choice(SLIPS) if rng.random() < 0.4 else ""
    return PartGrade(
        part=part,
        verdict="wrong",
        points=0,
        max_points=points,
        misconception=slip,
        feedback="Not right.",
    )


def _sit(
    progress: Progress, library: Library, when: datetime, skill: float, rng: random.Random
) -> None:
    """A whole sitting, handed in after some 100 minutes and marked."""
    sitting = progress.start_sitting(now=when)
    texts = {(q.id, p.id): ("Some words.", 0) for q in library.exam.questions for p in q.parts}
    seconds = rng.randint(80, 118) * 60.0
    end = when + timedelta(seconds=seconds)
    progress.save_sitting(sitting.id, now=end, window="w", responses=texts, seconds_used=seconds)
    progress.finish_sitting(sitting.id, now=end, exam=library.exam)
    for question in library.exam.questions:
        parts = tuple(_share_of(p.id, p.points, skill, rng) for p in question.parts)
        grade = Grade(question=question.id, parts=parts)
        progress.record_grades(sitting.id, [grade], now=end + timedelta(minutes=5))
        _mark(progress, sitting.id, question, end + timedelta(minutes=4), rng)


def _share_of(part: str, points: float, skill: float, rng: random.Random) -> PartGrade:
    got = min(round(2 * points * (skill + rng.uniform(-0.4, 0.4))) / 2, points)
    earned = max(got, 0.0)
    return PartGrade(
        part=part,
        verdict="right" if earned == points else "partly" if earned else "wrong",
        points=earned,
        max_points=points,
    )


def _mark(
    progress: Progress, sitting: int, question: Question, when: datetime, rng: random.Random
) -> None:
    for part in question.parts:
        marks = {}
        for criterion in part.rubric:
            suggested = rng.choice([0.0, criterion.points / 2, criterion.points])
            raised = criterion.points if rng.random() < 0.2 else suggested
            marks[criterion.id] = Mark(suggested=suggested, level="partly", points=raised)
        if marks:
            progress.record_marks(sitting, question.id, part.id, marks, now=when)
