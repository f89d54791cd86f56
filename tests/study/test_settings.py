"""The learner's settings: what may be written, what is kept, what another version left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import fsrs
import pytest

from quizapp.errors import UsageError
from quizapp.marking.grade import Grade, PartGrade
from quizapp.study import settings
from quizapp.study.progress import Progress

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-04", date(2026, 12, 4)),
        (" 2026-12-04 ", date(2026, 12, 4)),
        ("4 December", date(2026, 12, 4)),
        ("4. dec", date(2026, 12, 4)),
        ("4  DEC  2027", date(2027, 12, 4)),
        ("3 March", date(2027, 3, 3)),  # this year's is over
        ("20 November", date(2026, 11, 20)),  # today
        ("2026-11-20", date(2026, 11, 20)),
        ("29 Feb 2028", date(2028, 2, 29)),
        ("29 Feb", date(2028, 2, 29)),  # the next there is
        ("tomorrow", date(2026, 11, 21)),
        ("in 2 weeks", date(2026, 12, 4)),
        ("4.12.", date(2026, 12, 4)),
        ("", None),
    ],
)
def test_exam_dates(progress: Progress, now: datetime, text: str, day: date | None) -> None:
    settings.set_exam_date(progress, "2027-01-01", now, UTC)
    assert settings.set_exam_date(progress, text, now, UTC) == day
    assert settings.exam_date(progress) == day


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "2026-11-13",
            "Friday 13 November has passed. Write a day from today on, like 2026-12-04.",
        ),
        ("19 Nov 2026", "Thursday 19 November has passed."),
        ("soon", "Not read as a date: soon. Write it like 2026-12-04, 4.12., 4 Dec or in 14 days."),
        ("2026-13-01", "Not read as a date: 2026-13-01."),
        ("12/4/2026", "Not read as a date: 12/4/2026."),
        ("31 June", "Not read as a date"),
        ("4 ju", "Not read as a date"),
        ("4 jun 99999", "Not read as a date"),
        ("4 m", "Not read as a date"),
        ("9999-12-31", "9999 is more than 5 years away. Write a day like 2026-12-04."),
        ("[b]", "Not read as a date: [b]."),
    ],
)
def test_what_is_no_exam_date(progress: Progress, now: datetime, text: str, sentence: str) -> None:
    settings.set_exam_date(progress, "2026-12-04", now, UTC)
    with pytest.raises(UsageError) as refusal:
        settings.set_exam_date(progress, text, now, UTC)
    assert sentence in str(refusal.value)
    assert settings.exam_date(progress) == date(2026, 12, 4)


def test_today_is_the_study_day(progress: Progress) -> None:
    """At one in the morning the exam may still be that of "today"."""
    night = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
    assert settings.set_exam_date(progress, "2026-11-20", night, UTC) == date(2026, 11, 20)
    with pytest.raises(UsageError):
        settings.set_exam_date(progress, "2026-11-20", night, ZoneInfo("Asia/Tokyo"))


def test_minutes(progress: Progress, now: datetime) -> None:
    assert settings.minutes_per_day(progress) == 45
    assert settings.minutes_today(progress, now, UTC) == 45
    assert settings.set_minutes_per_day(progress, 30, now) == 30
    assert settings.set_minutes_today(progress, 50, now, UTC) == 50
    assert settings.minutes_today(progress, now, UTC) == 50
    assert settings.minutes_per_day(progress) == 30
    assert settings.minutes_today(progress, now + DAY, UTC) == 30
    night = datetime(2026, 11, 21, 3, 59, tzinfo=UTC)
    assert settings.minutes_today(progress, night, UTC) == 50
    assert settings.set_minutes_today(progress, -5, now, UTC) == 0
    assert settings.set_minutes_per_day(progress, 10_000, now) == 600


def test_seconds_used_today(progress: Progress, now: datetime) -> None:
    assert settings.seconds_used_today(progress, now, UTC) == 0
    grade = Grade(
        question="conv", parts=(PartGrade(part="a", verdict="right", points=1, max_points=1),)
    )
    for when in (now - DAY, now, now + timedelta(hours=2)):
        progress.record_variant(
            grade, {}, now=when, kind="drill", seed=1, seconds=40.0, first_try=True
        )
    assert settings.seconds_used_today(progress, now, UTC) == 80


@pytest.mark.parametrize(("value", "kept"), [(0.85, 0.85), (0.2, 0.7), (1.0, 0.97), (1, 0.97)])
def test_retention(progress: Progress, now: datetime, value: float, kept: float) -> None:
    assert settings.retention(progress) == 0.9
    assert settings.set_retention(progress, value, now) == kept
    assert settings.retention(progress) == kept


@pytest.mark.parametrize("value", [5, True, "soon", [], {}, "2026-02-30", -1, 1e9, [0.1] * 21])
def test_what_another_version_left_is_as_if_it_were_not_set(
    progress: Progress, now: datetime, value: object
) -> None:
    names = ("exam_date", "minutes_per_day", "minutes_today", "retention", "fsrs_parameters")
    for name in names:
        progress.set_setting(name, value, now=now)
    progress.set_setting("minutes_per_day", [value], now=now)
    assert settings.exam_date(progress) is None
    assert settings.minutes_per_day(progress) == 45
    assert settings.minutes_today(progress, now, UTC) == 45
    assert settings.retention(progress) == 0.9
    assert settings.parameters(progress) == ()
    progress.set_setting("minutes_today", {"day": "2026-11-20", "minutes": value}, now=now)
    assert settings.minutes_today(progress, now, UTC) == (5 if value == 5 else 45)
    assert progress.model(now).retention == 0.9


def test_own_parameters(progress: Progress, now: datetime) -> None:
    own = tuple(w * 1.01 for w in fsrs.Scheduler().parameters)
    progress.set_setting("fsrs_parameters", own, now=now)
    assert settings.parameters(progress) == own
    assert progress.model(now).parameters == own
    progress.set_setting("fsrs_parameters", [*own[:20], 5.0], now=now)
    assert settings.parameters(progress) == ()
