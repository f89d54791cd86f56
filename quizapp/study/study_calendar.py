"""The study days of a year, week by week, and how much was done on each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo

from msgspec import Struct

from quizapp.study import wording
from quizapp.study.days import study_date
from quizapp.study.progress import Progress
from quizapp.study.reviews import DayLine

WEEKS = 53  # this one, and the 52 before
LEVELS = ("none", "under 15 min", "under 30", "under 60", "an hour or more")
_MINUTES = (15, 30, 60)
_NOTHING = DayLine()


class StudyDay(Struct, frozen=True, kw_only=True):
    """A day of the calendar."""

    day: date
    done: DayLine = _NOTHING

    @property
    def level(self) -> int:
        """0 for nothing, then by the minutes: see LEVELS."""
        if self.done == _NOTHING:
            return 0
        return 1 + sum(self.done.seconds >= 60 * minutes for minutes in _MINUTES)

    @property
    def minutes(self) -> int:
        """Whole ones, rounded; 1 for less."""
        return max(round(self.done.seconds / 60), 1) if self.done.seconds else 0

    def text(self, today: date) -> str:
        """ "Tuesday 17 November: 52 minutes, 34 attempts, 28 right." """
        name = wording.date_text(self.day, today)
        if not self.level:
            return f"{name}: nothing recorded."
        minutes = wording.count(self.minutes, "minute")
        if not self.done.attempts:
            return f"{name}: {minutes}."
        attempts = wording.count(self.done.attempts, "attempt")
        return f"{name}: {minutes}, {attempts}, {self.done.right:,} right."


class StudyWeek(Struct, frozen=True, kw_only=True):
    """Monday to Sunday; days to come are left out."""

    days: tuple[StudyDay, ...]

    @property
    def monday(self) -> date:
        return self.days[0].day

    @property
    def seconds(self) -> float:
        return sum(day.done.seconds for day in self.days)

    @property
    def studied(self) -> int:
        """Days with something done."""
        return sum(day.level > 0 for day in self.days)


class Year(Struct, frozen=True, kw_only=True):
    """The last 53 weeks, the oldest first."""

    weeks: tuple[StudyWeek, ...]

    @property
    def days(self) -> tuple[StudyDay, ...]:
        return tuple(day for week in self.weeks for day in week.days)

    @property
    def text(self) -> str:
        """ "142 study days, 96 h 10 min in the last 12 months"."""
        days = wording.count(sum(week.studied for week in self.weeks), "study day")
        seconds = sum(week.seconds for week in self.weeks)
        return f"{days}, {wording.duration_text(seconds)} in the last 12 months"


def year(progress: Progress, *, now: datetime, tz: tzinfo | None = None) -> Year:
    """The calendar that ends today."""
    today = study_date(now, tz)
    first = today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))
    done = progress.activity(first, tz)
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    return Year(
        weeks=tuple(
            StudyWeek(days=tuple(_days(days[begin : begin + 7], done)))
            for begin in range(0, len(days), 7)
        )
    )


def _days(days: Iterable[date], done: dict[date, DayLine]) -> Iterable[StudyDay]:
    return (StudyDay(day=day, done=done.get(day, _NOTHING)) for day in days)
