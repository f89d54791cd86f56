"""Settings as a person writes them: the exam date, minutes, the share to remember.

Each reading raises UsageError with a sentence that says what was written and what would be right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from quizapp.errors import UsageError
from quizapp.study.wording import MONTHS, count, date_text

MOST_MINUTES = 600
LOWEST_RETENTION, HIGHEST_RETENTION = 0.7, 0.97
_FARTHEST_YEARS = 5


# --------------------------------------------------------------------------- the exam date


def exam_date(text: str, today: date) -> date | None:
    """A day to come; None for nothing.

    >>> today = date(2026, 11, 20)
    >>> [str(exam_date(text, today)) for text in ("2026-12-04", "4.12.", "4 Dec", "in 14 days", "")]
    ['2026-12-04', '2026-12-04', '2026-12-04', '2026-12-04', 'None']
    """
    words = " ".join(text.lower().split())
    if not words:
        return None
    try:
        day = _read_date(words, today)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"Not read as a date: {_quoted(text)}. Write it like {examples(today)}."
        ) from error
    if day < today:
        raise UsageError(
            f"{date_text(day, today)} has passed. "
            f"Write a day from today on, like {_example(today)}."
        )
    if day.year - today.year > _FARTHEST_YEARS:
        raise UsageError(
            f"{day.year} is more than {_FARTHEST_YEARS} years away. "
            f"Write a day like {_example(today)}."
        )
    return day


def days_left(exam: date | None, today: date) -> str:
    """
    >>> days_left(date(2026, 12, 4), date(2026, 11, 20)), days_left(None, date(2026, 11, 20))
    ('14 days left', '')
    """
    if exam is None or exam < today:
        return ""
    days = (exam - today).days
    return {0: "today", 1: "tomorrow"}.get(days, f"{days:,} days left")


def read_as(day: date | None, today: date) -> str:
    """ "Friday 4 December, in 14 days"; "no exam date" for none."""
    if day is None:
        return "no exam date"
    days = (day - today).days
    ahead = {0: "today", 1: "tomorrow"}.get(days, f"in {days:,} days")
    return f"{date_text(day, today)}, {ahead}"


def _read_date(words: str, today: date) -> date:
    for pattern, reading in _FORMS:
        match = re.fullmatch(pattern, words)
        if match:
            return reading(match, today)
    return date.fromisoformat(words)


def _ahead(match: re.Match[str], today: date) -> date:
    return today + timedelta(days=int(match["n"]) * (7 if match["unit"] == "week" else 1))


def _named(match: re.Match[str], today: date) -> date:
    """A month by its name, or by enough of its beginning."""
    found = [n for n, name in enumerate(MONTHS, 1) if name.lower().startswith(match["month"])]
    if len(found) != 1:
        raise ValueError(match["month"])
    return _day(int(match["day"]), found[0], match["year"], today)


def _numbered(match: re.Match[str], today: date) -> date:
    return _day(int(match["day"]), int(match["month"]), match["year"], today)


def _day(day: int, month: int, year: str | None, today: date) -> date:
    """In this year; without one, the next such day."""
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    for ahead in range(_FARTHEST_YEARS + 1):
        try:
            found = date(today.year + ahead, month, day)
        except ValueError:  # 29 February, in most years
            continue
        if found >= today:
            return found
    raise ValueError(day)


_YEAR = r"(?P<year>\d{4}|\d{2})"
_MONTH = r"(?P<month>[a-z]{3,9})\.?"
# Compiled when they are used: every start imports this file.
_FORMS: tuple[tuple[str, Callable[[re.Match[str], date], date]], ...] = (
    ("today", lambda _, today: today),
    ("tomorrow", lambda _, today: today + timedelta(days=1)),
    (r"in (?P<n>\d{1,4}) (?P<unit>day|week)s?", _ahead),
    (rf"(?P<day>\d{{1,2}})\.? {_MONTH}(?:,? {_YEAR})?", _named),
    (rf"{_MONTH} (?P<day>\d{{1,2}})(?:,? {_YEAR})?", _named),
    (rf"(?P<day>\d{{1,2}})\. ?(?P<month>\d{{1,2}})(?:\. ?{_YEAR}?)?", _numbered),
)


def _example(today: date) -> str:
    return (today + timedelta(days=14)).isoformat()


def examples(today: date) -> str:
    """ "2026-12-04, 4.12., 4 Dec or in 14 days"."""
    day = today + timedelta(days=14)
    month = MONTHS[day.month - 1][:3]
    return f"{day.isoformat()}, {day.day}.{day.month}., {day.day} {month} or in 14 days"


# -------------------------------------------------------------------------------- numbers


def minutes(text: str) -> int:
    """Minutes of a day.

    >>> minutes("45"), minutes("1 h 30 min"), minutes("50 minutes")
    (45, 90, 50)
    """
    match = re.fullmatch(_MINUTES, " ".join(text.lower().split()))
    if not match or not (match["hours"] or match["minutes"]):
        raise UsageError(
            f"Not read as minutes: {_quoted(text)}. Write a whole number, like 45, or 1 h 30 min."
        )
    total = 60 * int(match["hours"] or 0) + int(match["minutes"] or 0)
    if not 0 < total <= MOST_MINUTES:
        raise UsageError(f"{total:,} minutes a day is not between 1 and {MOST_MINUTES}.")
    return total


_MINUTES = r"(?:(?P<hours>\d{1,2}) ?h(?:ours?)?)? ?(?:(?P<minutes>\d{1,4})(?: ?min(?:utes?)?)?)?"


def retention(text: str) -> float:
    """The share of the due cards that is to be known still.

    >>> retention("90 %"), retention("0.85"), retention("85")
    (0.9, 0.85, 0.85)
    """
    words = text.strip().removesuffix("%").strip()
    lowest, highest = f"{LOWEST_RETENTION:.0%}", f"{HIGHEST_RETENTION:.0%}"
    try:
        if not re.fullmatch(r"\d{1,3}(\.\d{1,6})?", words):
            raise ValueError(words)
        value = float(words)
    except ValueError as error:
        raise UsageError(
            f"Not read as a share: {_quoted(text)}. Write a percentage from"
            f" {lowest} to {highest}, like 90 %."
        ) from error
    share = value / 100 if value > 1 or "%" in text else value
    if not LOWEST_RETENTION <= share <= HIGHEST_RETENTION:
        raise UsageError(f"{words} is not between {lowest} and {highest}. Write it like 90 %.")
    return share


def minutes_read_as(number: int) -> str:
    """ "45 minutes a day"."""
    return f"{count(number, 'minute')} a day"


def retention_read_as(share: float) -> str:
    """ "a card comes back when 90 of 100 would be known"."""
    return f"a card comes back when {100 * share:g} of 100 would be known"


def _quoted(text: str) -> str:
    """What was written, at a length that fits into a sentence."""
    shown = " ".join(text.split())
    return shown if len(shown) <= 40 else f"{shown[:39]}…"
