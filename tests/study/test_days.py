"""Study days: four in the morning, in every zone, on the days when the clock is changed, too."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.study.days import day_begins, day_middle, days_between, study_date

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
TOKYO, NEPAL = ZoneInfo("Asia/Tokyo"), ZoneInfo("Asia/Kathmandu")
# Summer time by an hour, by half an hour, none; whole, half and quarter hours; both sides.
ZONES = [ZoneInfo(name) for name in (
    "UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns",
    "America/Sao_Paulo", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Australia/Lord_Howe",
    "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Casablanca",
    "Antarctica/Troll", "America/Nuuk",
)]  # fmt: skip


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "zone", "day"),
    [
        (utc(11, 20, 2, 59), BERLIN, date(2026, 11, 19)),  # 3:59
        (utc(11, 20, 3, 0), BERLIN, date(2026, 11, 20)),  # 4:00
        (utc(11, 20, 23, 30), BERLIN, date(2026, 11, 20)),  # half past midnight
        (utc(11, 20, 8, 59), NEW_YORK, date(2026, 11, 19)),
        (utc(11, 20, 9, 0), NEW_YORK, date(2026, 11, 20)),
        (utc(11, 20, 18, 59), TOKYO, date(2026, 11, 20)),
        (utc(11, 20, 19, 0), TOKYO, date(2026, 11, 21)),
        (utc(11, 20, 22, 14), NEPAL, date(2026, 11, 20)),
        (utc(11, 20, 22, 15), NEPAL, date(2026, 11, 21)),
        # The night of 29 March has no hour from two to three: four o'clock is two in UTC.
        (utc(3, 29, 1, 59), BERLIN, date(2026, 3, 28)),
        (utc(3, 29, 2, 0), BERLIN, date(2026, 3, 29)),
        # The night of 25 October has that hour twice: four o'clock is three in UTC.
        (utc(10, 25, 2, 59), BERLIN, date(2026, 10, 24)),
        (utc(10, 25, 3, 0), BERLIN, date(2026, 10, 25)),
        (utc(1, 1, 2, 0), BERLIN, date(2025, 12, 31)),
    ],
)
def test_days_turn_at_four(when: datetime, zone: ZoneInfo, day: date) -> None:
    assert study_date(when, zone) == day
    assert day_begins(day, zone) <= when < day_begins(day + timedelta(days=1), zone)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 23), (date(2026, 3, 29), 24), (date(2026, 10, 24), 25)],
)
def test_a_day_may_have_23_or_25_hours(day: date, hours: int) -> None:
    length = day_begins(day + timedelta(days=1), BERLIN) - day_begins(day, BERLIN)
    assert length == timedelta(hours=hours)


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.sampled_from(ZONES))
def test_a_day_holds_its_beginning_middle_and_end(day: date, zone: ZoneInfo) -> None:
    begins, ends = day_begins(day, zone), day_begins(day + timedelta(days=1), zone)
    assert begins.tzinfo is UTC
    assert study_date(begins, zone) == day
    assert study_date(ends - timedelta(microseconds=1), zone) == day
    assert study_date(day_middle(day, zone), zone) == day
    assert timedelta(hours=21) <= ends - begins <= timedelta(hours=27)
    # Sums by quarters of an hour can be told apart by day.
    assert begins.timestamp() % 900 == 0


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.sampled_from(ZONES),
)
def test_later_is_never_an_earlier_day(when: datetime, later: timedelta, zone: ZoneInfo) -> None:
    days = days_between(when, when + later, zone)
    assert days == -days_between(when + later, when, zone)
    assert abs(days - later / timedelta(days=1)) < 1 + 3 / 24


def test_days_are_counted_as_on_a_calendar() -> None:
    evening, morning = utc(11, 20, 22), utc(11, 21, 7)
    assert days_between(evening, morning, BERLIN) == 1
    assert days_between(utc(11, 20, 6), evening, BERLIN) == 0
    assert days_between(morning, evening, BERLIN) == -1
    assert days_between(utc(3, 1, 12), utc(4, 1, 12), BERLIN) == 31  # over the change of the clock


@pytest.mark.parametrize("there", ["America/New_York", "Asia/Tokyo", "America/Sao_Paulo"])
def test_what_is_due_on_a_day_is_due_on_that_day_elsewhere(there: str) -> None:
    for number in range(365):
        day = date(2026, 1, 1) + timedelta(days=number)
        assert study_date(day_middle(day, BERLIN), ZoneInfo(there)) == day


@pytest.fixture
def in_sydney(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("this system has no tzset")
    monkeypatch.setenv("TZ", "Australia/Sydney")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_sydney")
def test_by_default_it_is_the_systems_zone() -> None:
    sydney = ZoneInfo(os.environ["TZ"])
    for number in range(365):
        day = date(2026, 1, 1) + timedelta(days=number)
        assert day_begins(day) == day_begins(day, sydney)
        assert study_date(day_begins(day)) == day
