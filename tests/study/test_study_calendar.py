"""The calendar of study days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from quizapp.marking.grade import PartGrade
from quizapp.study.progress import Progress
from quizapp.study.reviews import DayLine
from quizapp.study.study_calendar import WEEKS, StudyDay, year

DAY = date(2026, 11, 17)
TODAY = date(2026, 11, 20)


def record(progress: Progress, when: datetime, seconds: float) -> None:
    grade = PartGrade(part="a", verdict="right", points=1, max_points=1)
    progress.record_attempt("t", grade, now=when, kind="drill", response="7", seconds=seconds)


@pytest.mark.parametrize(
    ("done", "level", "minutes"),
    [
        (DayLine(), 0, 0),
        (DayLine(attempts=1), 1, 0),
        (DayLine(seconds=5), 1, 1),
        (DayLine(seconds=899), 1, 15),
        (DayLine(seconds=900), 2, 15),
        (DayLine(seconds=1800), 3, 30),
        (DayLine(seconds=3599), 3, 60),
        (DayLine(seconds=3600), 4, 60),
        (DayLine(seconds=9e5), 4, 15000),
    ],
)
def test_levels(done: DayLine, level: int, minutes: int) -> None:
    day = StudyDay(day=DAY, done=done)
    assert (day.level, day.minutes) == (level, minutes)


@pytest.mark.parametrize(
    ("done", "text"),
    [
        (DayLine(), "Tuesday 17 November: nothing recorded."),
        (DayLine(seconds=60), "Tuesday 17 November: 1 minute."),
        (
            DayLine(attempts=34, right=28, seconds=3120),
            "Tuesday 17 November: 52 minutes, 34 attempts, 28 right.",
        ),
    ],
)
def test_a_day_in_words(done: DayLine, text: str) -> None:
    assert StudyDay(day=DAY, done=done).text(TODAY) == text
    assert (
        StudyDay(day=DAY, done=done).text(date(2027, 1, 2)).startswith("Tuesday 17 November 2026")
    )


def test_a_year_of_whole_weeks_that_ends_today(progress: Progress, now: datetime) -> None:
    weeks = year(progress, now=now, tz=UTC).weeks
    assert len(weeks) == WEEKS
    assert weeks[-1].monday == date(2026, 11, 16)
    assert [len(week.days) for week in weeks] == [7] * (WEEKS - 1) + [5]  # a Friday
    days = [day.day for week in weeks for day in week.days]
    assert days == [weeks[0].monday + timedelta(days=n) for n in range(len(days))]


def test_what_was_done_stands_on_its_study_day(progress: Progress, now: datetime) -> None:
    record(progress, datetime(2026, 11, 19, 3, 59, tzinfo=UTC), 600)  # still the 18th
    record(progress, datetime(2026, 11, 19, 4, 0, tzinfo=UTC), 60)
    record(progress, datetime(2025, 11, 1, 12, 0, tzinfo=UTC), 60)  # before the calendar
    found = year(progress, now=now, tz=UTC)
    done = {day.day: (day.done.attempts, day.done.seconds) for day in found.days if day.level}
    assert done == {date(2026, 11, 18): (1, 600), date(2026, 11, 19): (1, 60)}
    assert found.text == "2 study days, 11 min in the last 12 months"
    assert [(week.studied, week.seconds) for week in found.weeks[-2:]] == [(0, 0), (2, 660)]


def test_days_of_23_and_25_hours(progress: Progress) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for month, day in ((3, 29), (10, 25)):  # the clock changes before 4 am: on the day before
        for minutes in (-1, 1):
            when = datetime(2026, month, day, 4, 0, tzinfo=berlin) + timedelta(minutes=minutes)
            record(progress, when.astimezone(UTC), 60)
    now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    done = {day.day for day in year(progress, now=now, tz=berlin).days if day.level}
    assert done == {
        date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25),
    }  # fmt: skip
