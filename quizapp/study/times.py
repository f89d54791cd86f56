"""Moments as whole microseconds since 1970, UTC: what the database keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Until the year 2106 a float of seconds is nearer to its microsecond than to any other.
_EXACT_IN_FLOAT = 2**32 * 1_000_000


def micros(when: datetime) -> int:
    """Microseconds since 1970; raises TypeError or ValueError for anything but a UTC datetime.

    >>> micros(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    if not isinstance(when, datetime):
        raise TypeError(f"a UTC datetime is expected, not {when!r}")
    if when.tzinfo is None:
        raise ValueError(f"{when} has no time zone; times are kept in UTC: datetime.now(UTC)")
    if when.utcoffset():
        raise ValueError(f"{when} is not UTC; times are kept in UTC: .astimezone(UTC)")
    return (when - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    """The inverse of `micros`."""
    if 0 <= microseconds < _EXACT_IN_FLOAT:  # twice as fast, for thousands of cards at a start
        return datetime.fromtimestamp(microseconds / 1e6, UTC)
    return _EPOCH + timedelta(microseconds=microseconds)


def moment_or_none(microseconds: int | None) -> datetime | None:
    """`moment`, for columns that may be empty."""
    return None if microseconds is None else moment(microseconds)
