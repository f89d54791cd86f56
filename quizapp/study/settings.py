"""The learner's settings, each with its type, its bounds and its sentence.

What is stored may come from an import or from another version: a value that can't be one is
as if it had not been set.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

import msgspec

from quizapp.study import written
from quizapp.study.days import study_date
from quizapp.study.memory import RETENTION

if TYPE_CHECKING:
    from quizapp.study.claims import Settings
    from quizapp.study.reviews import Reviews

MINUTES = 45  # a day, unless the learner sets others
_PARAMETERS = 21  # FSRS-6


# --------------------------------------------------------------------------- the exam date


def exam_date(progress: Settings) -> date | None:
    """The day of the exam; None where none is set."""
    value = progress.setting("exam_date")
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def set_exam_date(
    progress: Settings, text: str, now: datetime, tz: tzinfo | None = None
) -> date | None:
    """Set the date as the learner writes it; nothing removes it.

    Raises UsageError with the sentence to show for what is no date, or no day to come.
    """
    day = written.exam_date(text, study_date(now, tz))
    progress.set_setting("exam_date", None if day is None else day.isoformat(), now=now)
    return day


def days_left(progress: Settings, now: datetime, tz: tzinfo | None = None) -> str:
    """ "14 days left", "tomorrow" or "today"; "" without an exam to come."""
    return written.days_left(exam_date(progress), study_date(now, tz))


# -------------------------------------------------------------------------------- minutes


def minutes_per_day(progress: Settings) -> int:
    """How long the learner wants to study on a day."""
    return _whole(progress.setting("minutes_per_day"), MINUTES)


def set_minutes_per_day(progress: Settings, minutes: int, now: datetime) -> int:
    """Set it, within 0 and 600 minutes; returns what was set."""
    bounded = min(max(minutes, 0), written.MOST_MINUTES)
    progress.set_setting("minutes_per_day", bounded, now=now)
    return bounded


def minutes_today(progress: Settings, now: datetime, tz: tzinfo | None = None) -> int:
    """The minutes of this study day: changed for it alone, or those of every day."""
    value = progress.setting("minutes_today")
    if isinstance(value, dict) and value.get("day") == study_date(now, tz).isoformat():
        return _whole(value.get("minutes"), minutes_per_day(progress))
    return minutes_per_day(progress)


def set_minutes_today(
    progress: Settings, minutes: int, now: datetime, tz: tzinfo | None = None
) -> int:
    """Set the minutes of this study day alone, within 0 and 600; returns what was set."""
    bounded = min(max(minutes, 0), written.MOST_MINUTES)
    day = study_date(now, tz).isoformat()
    progress.set_setting("minutes_today", {"day": day, "minutes": bounded}, now=now)
    return bounded


def _whole(value: object, default: int) -> int:
    plausible = isinstance(value, int) and not isinstance(value, bool)
    return value if plausible and 0 <= value <= written.MOST_MINUTES else default  # type: ignore[operator, return-value]


def seconds_used_today(progress: Reviews, now: datetime, tz: tzinfo | None = None) -> float:
    """The time spent on this study day, in sittings, drills and reviews."""
    today = study_date(now, tz)
    line = progress.activity(today, tz).get(today)
    return line.seconds if line else 0.0


# --------------------------------------------------------------------------- the memory


def retention(progress: Settings) -> float:
    """The recall at which a card is to come back."""
    value = progress.setting("retention")
    plausible = (
        isinstance(value, float) and written.LOWEST_RETENTION <= value <= written.HIGHEST_RETENTION
    )
    return value if plausible else RETENTION


def set_retention(progress: Settings, value: float, now: datetime) -> float:
    """Set it, within 0.7 and 0.97; returns what was set."""
    bounded = min(max(float(value), written.LOWEST_RETENTION), written.HIGHEST_RETENTION)
    progress.set_setting("retention", bounded, now=now)
    return bounded


def parameters(progress: Settings) -> tuple[float, ...]:
    """The learner's own parameters of FSRS; none where those of the package are in use."""
    value = progress.setting("fsrs_parameters")
    if value is None:
        return ()
    try:
        own = msgspec.convert(value, tuple[float, ...])
    except msgspec.ValidationError:
        return ()
    return own if _usable(own) else ()


def _usable(own: tuple[float, ...]) -> bool:
    from fsrs.scheduler import LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS

    bounds = zip(LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS, own, strict=False)
    return len(own) == _PARAMETERS and all(low <= w <= high for low, high, w in bounds)
