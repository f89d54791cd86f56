"""What the screens Today, Weeks and Progress show: the library beside the progress."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from msgspec import Struct

from quizapp.content.model import Exam, Library
from quizapp.study import wording
from quizapp.study.progress import Progress
from quizapp.study.sittings import Sitting, SittingLine


class WeekLine(Struct, frozen=True, kw_only=True):
    """A week at a glance."""

    week: int
    title: str
    claimed: int  # checklist items ticked now
    items: int
    possible: float  # points of the week's questions in the practice exam
    earned: float | None  # in the latest marked sitting; None before there is one
    waiting: float  # points of it that wait for marks


class Today(Struct, frozen=True, kw_only=True):
    """What Today needs at its start."""

    open: Sitting | None
    resume: str  # "Resume the sitting: question 9 of 20"; "" without one
    marking: SittingLine | None  # the newest sitting with parts that wait for marks
    marking_left: str  # "Marking left from 15 November: 12 parts"
    weeks: tuple[WeekLine, ...]
    sittings: tuple[SittingLine, ...]  # the finished ones, newest first


def today(
    library: Library, progress: Progress, *, now: datetime, tz: tzinfo | None = None
) -> Today:
    """Everything Today shows, from a handful of queries that don't grow with the history."""
    lines = progress.sittings()
    finished = tuple(line for line in lines if line.finished is not None)
    unmarked = next((line for line in finished if line.parts_open), None)
    sitting = progress.open_sitting() if len(finished) < len(lines) else None
    return Today(
        open=sitting,
        resume=_resume(library.exam, sitting),
        marking=unmarked,
        marking_left=(
            wording.marking_left(unmarked.started, unmarked.parts_open, now, tz) if unmarked else ""
        ),
        weeks=weeks(library, progress, finished),
        sittings=finished,
    )


def number_of(exam: Exam, question_id: str) -> int:
    """A question's number in the exam; 1 where it is not (or no longer) in it."""
    ids = [question.id for question in exam.questions]
    return ids.index(question_id) + 1 if question_id in ids else 1


def _resume(exam: Exam, sitting: Sitting | None) -> str:
    if sitting is None:
        return ""
    number = number_of(exam, sitting.at)
    return f"Resume the sitting: question {number} of {len(exam.questions)}"


def weeks(
    library: Library, progress: Progress, finished: tuple[SittingLine, ...] | None = None
) -> tuple[WeekLine, ...]:
    """The weeks with what is claimed, and the points of the latest marked sitting."""
    if finished is None:
        finished = tuple(line for line in progress.sittings() if line.finished is not None)
    latest = next((line.id for line in finished if line.points is not None), None)
    points = progress.part_points(latest) if latest is not None else None
    claims = progress.claims()
    return tuple(
        WeekLine(
            week=file.week,
            title=file.topic,
            claimed=sum(item.id in claims for item in file.checklist),
            items=len(file.checklist),
            possible=sum(q.points for q in library.exam.questions if q.week == file.week),
            earned=None if points is None else _earned(library.exam, file.week, points),
            waiting=0.0 if points is None else _waiting(library.exam, file.week, points),
        )
        for file in library.weeks
    )


def _earned(exam: Exam, week: int, points: dict[tuple[str, str], float | None]) -> float:
    keys = _keys(exam, week)
    return sum(points.get(key) or 0.0 for key in keys)


def _waiting(exam: Exam, week: int, points: dict[tuple[str, str], float | None]) -> float:
    return sum(share for key, share in _keys(exam, week).items() if points.get(key) is None)


def _keys(exam: Exam, week: int) -> dict[tuple[str, str], float]:
    """The parts of a week's questions with their points."""
    return {
        (question.id, part.id): part.points
        for question in exam.questions
        if question.week == week
        for part in question.parts
    }


# ----------------------------------------------------------------------------- progress


class Overview(Struct, frozen=True, kw_only=True):
    """What Progress shows."""

    since: datetime | None  # the first thing recorded
    attempts: int
    seconds: float  # spent in sittings
    sittings: tuple[SittingLine, ...]  # marked at least in part, oldest first
    misconceptions: dict[str, int]  # of the last 14 days

    def title(self, now: datetime, tz: tzinfo | None = None) -> str:
        """ "since 28 October · 214 attempts · 11 h 40 min"; "" before anything is recorded."""
        if self.since is None:
            return ""
        since = wording.day_text(self.since, now, tz)
        attempts = wording.count(self.attempts, "attempt")
        return f"since {since} · {attempts} · {wording.duration_text(self.seconds)}"


def overview(progress: Progress, *, now: datetime) -> Overview:
    """Sums over everything recorded."""
    lines = progress.sittings()
    marked = [line for line in lines if line.finished is not None and line.points is not None]
    return Overview(
        since=progress.first_recorded(),
        attempts=sum(tally.attempts for tally in progress.attempt_counts().values()),
        seconds=sum(line.seconds_used for line in lines),
        sittings=tuple(reversed(marked)),
        misconceptions=progress.misconceptions_since(now - timedelta(days=14)),
    )
