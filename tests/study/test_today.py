"""What Today, Weeks and Progress show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from quizapp.content.model import Library
from quizapp.marking.grade import Grade, PartGrade
from quizapp.study.progress import Progress
from quizapp.study.today import number_of, overview, today, weeks


def grade(part: str, points: float, max_points: float, misconception: str = "") -> PartGrade:
    verdict = "right" if points == max_points else "wrong"
    return PartGrade(
        part=part,
        verdict="right" if verdict == "right" else "wrong",
        points=points,
        max_points=max_points,
        misconception=misconception,
    )


def test_the_first_day(progress: Progress, library: Library, now: datetime) -> None:
    first = today(library, progress, now=now, tz=UTC)
    assert (first.open, first.resume, first.marking, first.marking_left) == (None, "", None, "")
    assert first.sittings == ()
    assert [(w.week, w.claimed, w.items, w.possible, w.earned) for w in first.weeks[8:]] == [
        (10, 0, 2, 21, None),
        (11, 0, 2, 19, None),
    ]
    assert sum(week.possible for week in first.weeks) == 98
    empty = overview(progress, now=now)
    assert (empty.since, empty.attempts, empty.sittings) == (None, 0, ())
    assert empty.title(now, UTC) == ""


def test_an_open_sitting_is_resumed(progress: Progress, library: Library, now: datetime) -> None:
    sitting = progress.start_sitting(now=now)
    progress.save_sitting(sitting.id, now=now, window="w", at="q09")
    shown = today(library, progress, now=now, tz=UTC)
    assert shown.open is not None
    assert shown.open.id == sitting.id
    assert shown.resume == "Resume the sitting: question 9 of 20"
    assert number_of(library.exam, "gone") == 1


def test_a_sitting_half_marked(progress: Progress, library: Library, now: datetime) -> None:
    started = now - timedelta(days=5)
    sitting = progress.start_sitting(now=started)
    progress.save_sitting(sitting.id, now=started, window="w", seconds_used=5400.0)
    progress.finish_sitting(sitting.id, now=started, exam=library.exam)
    progress.record_grades(
        sitting.id,
        [
            Grade(question="q04", parts=(grade("a", 2.5, 2.5), grade("b", 0, 2.5, "conv/no-bias"))),
            Grade(question="q13", parts=(grade("d", 1, 1),)),
        ],
        now=started,
    )
    progress.claim("w4-1", True, now=now)
    progress.claim("w4-2", True, now=now)
    progress.claim("w4-2", False, now=now)
    progress.claim("gone-from-the-list", True, now=now)

    shown = today(library, progress, now=now, tz=UTC)
    assert shown.marking is not None
    assert shown.marking.id == sitting.id
    assert shown.marking_left == "Marking left from 15 November: 21 parts"
    by_week = {week.week: week for week in weeks(library, progress)}
    week4, week10 = by_week[4], by_week[10]
    assert (week4.earned, week4.waiting, week4.possible, week4.claimed) == (2.5, 0, 5, 1)
    assert (week10.earned, week10.waiting, week10.possible) == (1, 20, 21)

    seen = overview(progress, now=now)
    assert seen.title(now, UTC) == "since 15 November · 3 attempts · 1 h 30 min"
    assert seen.misconceptions == {"conv/no-bias": 1}
    assert [line.points for line in seen.sittings] == [3.5]


def test_the_latest_marked_sitting_counts(
    progress: Progress, library: Library, now: datetime
) -> None:
    for points in (1.0, 2.5):
        sitting = progress.start_sitting(now=now)
        progress.finish_sitting(sitting.id, now=now)
        graded = Grade(question="q04", parts=(grade("a", points, 2.5),))
        progress.record_grades(sitting.id, [graded], now=now)
    unmarked = progress.start_sitting(now=now)
    progress.finish_sitting(unmarked.id, now=now)
    assert {w.week: w.earned for w in weeks(library, progress)}[4] == 2.5
    assert [line.points for line in overview(progress, now=now).sittings] == [1.0, 2.5]
