"""Settings as a person writes them; dates are read in tests/study/test_settings.py, too."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.errors import UsageError
from quizapp.study import written

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("4.12.26", date(2026, 12, 4)),
        ("04. 12. 2026", date(2026, 12, 4)),
        ("4.12", date(2026, 12, 4)),
        ("1.3.", date(2027, 3, 1)),
        ("Dec 4", date(2026, 12, 4)),
        ("December 4, 2027", date(2027, 12, 4)),
        ("In 14 Days", date(2026, 12, 4)),
        ("in 1 day", date(2026, 11, 21)),
        ("today", TODAY),
    ],
)
def test_dates(text: str, day: date) -> None:
    assert written.exam_date(text, TODAY) == day


@given(st.text(max_size=60))
def test_any_text_is_a_day_to_come_or_a_sentence(text: str) -> None:
    try:
        day = written.exam_date(text, TODAY)
    except UsageError:
        return
    assert day is None or TODAY <= day <= TODAY + timedelta(days=6 * 366)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (None, "no exam date"),
        (TODAY, "Friday 20 November, today"),
        (date(2026, 11, 21), "Saturday 21 November, tomorrow"),
        (date(2027, 3, 1), "Monday 1 March 2027, in 101 days"),
    ],
)
def test_how_a_date_is_read(day: date | None, words: str) -> None:
    assert written.read_as(day, TODAY) == words


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("45", 45), (" 45 min ", 45), ("1h", 60), ("1 h 30 min", 90), ("2 hours", 120), ("600", 600)],
)
def test_minutes(text: str, minutes: int) -> None:
    assert written.minutes(text) == minutes


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Not read as minutes: . Write a whole number, like 45, or 1 h 30 min."),
        ("soon", "Not read as minutes: soon."),
        ("-5", "Not read as minutes: -5."),
        ("4.5", "Not read as minutes: 4.5."),
        ("0", "0 minutes a day is not between 1 and 600."),
        ("601", "601 minutes a day is not between 1 and 600."),
        ("9" * 200, f"Not read as minutes: {'9' * 39}…"),
    ],
)
def test_what_are_no_minutes(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refusal:
        written.minutes(text)
    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "share"), [("90 %", 0.9), ("90%", 0.9), ("0.9", 0.9), ("87.5", 0.875), ("97", 0.97)]
)
def test_retention(text: str, share: float) -> None:
    assert written.retention(text) == pytest.approx(share)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Not read as a share: . Write a percentage from 70% to 97%, like 90 %."),
        ("nan", "Not read as a share: nan."),
        ("0.99", "0.99 is not between 70% and 97%."),
        ("1", "1 is not between 70% and 97%."),
        ("-90", "Not read as a share: -90."),
    ],
)
def test_what_is_no_retention(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refusal:
        written.retention(text)
    assert str(refusal.value).startswith(sentence)
