"""Days as the learner lives them: they turn at four in the morning, local time.

Moments are kept in UTC. A study day has a number (days since year 1, as `date.toordinal`), so that
days are counted as on a calendar: a review at 23:00 and one at 8:00 are a day apart.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

TURN = timedelta(hours=4)


def study_date(when: datetime, tz: tzinfo | None = None) -> date:
    """The date that a moment belongs to, in ``tz`` (by default the system's zone).

    >>> study_date(datetime(2026, 11, 20, 3, 59, tzinfo=UTC), UTC)
    datetime.date(2026, 11, 19)
    """
    return (when.astimezone(tz).replace(tzinfo=None) - TURN).date()


def day_begins(day: date, tz: tzinfo | None = None) -> datetime:
    """The moment a study day begins, in UTC; right on days that have 23 or 25 hours, too."""
    local = datetime.combine(day, time()) + TURN
    return (local.astimezone() if tz is None else local.replace(tzinfo=tz)).astimezone(UTC)


def day_middle(day: date, tz: tzinfo | None = None) -> datetime:
    """The moment halfway through a study day, in UTC.

    What is due on a day is kept as this moment: it stays the same study day for a learner who
    travels up to eleven time zones in either direction.
    """
    return day_begins(day, tz) + timedelta(hours=12)


def days_between(earlier: datetime, later: datetime, tz: tzinfo | None = None) -> int:
    """Study days from one moment to another; 0 on the same day, negative backwards."""
    return (study_date(later, tz) - study_date(earlier, tz)).days
