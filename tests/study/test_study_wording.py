"""Numbers, times and sentences as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from quizapp.study import wording

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (0, "0"), (0.5, "½"), (1, "1"), (2.5, "2½"), (71.0, "71"), (0.75, "¾"), (2.25, "2¼"),
        (4 / 3, "1.33"), (0.1 + 0.2, "0.3"), (2.999999, "3"), (-0.5, "-½"), (-3, "-3"),
        (-1.5, "-1½"), (-0.001, "0"), (-4 / 3, "-1.33"),
    ],
)  # fmt: skip
def test_points(points: float, text: str) -> None:
    assert wording.points_text(points) == text


def test_days_are_local() -> None:
    late = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    assert wording.day_text(late, NOW, UTC) == "18 November"
    berlin = ZoneInfo("Europe/Berlin")
    assert wording.day_text(late, NOW, berlin) == "19 November"
    assert wording.time_text(late, berlin) == "00:30"
    assert wording.moment_text(late, NOW, berlin) == "19 November 00:30"
    assert wording.short_day_text(late, NOW, UTC) == "18 Nov"
    old = datetime(2025, 5, 4, 8, 0, tzinfo=UTC)
    assert wording.day_text(old, NOW, UTC) == "4 May 2025"
    assert wording.short_day_text(old, NOW, UTC) == "4 May 2025"


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (datetime(2026, 11, 20, 9, 12, tzinfo=UTC), "today 09:12"),
        (datetime(2026, 11, 20, 0, 0, tzinfo=UTC), "today 00:00"),
        (datetime(2026, 11, 19, 23, 59, tzinfo=UTC), "yesterday 23:59"),
        (datetime(2026, 11, 18, 21, 40, tzinfo=UTC), "18 November 21:40"),
        (datetime(2026, 11, 21, 9, 0, tzinfo=UTC), "21 November 09:00"),  # the clock was set back
    ],
)
def test_recently(when: datetime, text: str) -> None:
    assert wording.recently(when, NOW, UTC) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (12.9, "12 s"), (60, "1 min"), (3600, "1 h"), (7800, "2 h 10 min"), (-5, "0 s")],
)
def test_durations(seconds: float, text: str) -> None:
    assert wording.duration_text(seconds) == text


@pytest.mark.parametrize(
    ("minutes", "used", "text"),
    [
        (120, 0, "2 h left"),
        (120, 36 * 60, "1 h 24 min left"),
        (120, 36 * 60 + 1, "1 h 24 min left"),  # whole minutes, the one begun included
        (120, 7199.5, "1 min left"),
        (120, 7200, "time is over"),
        (120, 9000, "time is over"),
        (None, 9000, ""),
    ],
)
def test_time_left(minutes: int | None, used: float, text: str) -> None:
    assert wording.time_left(minutes, used) == text


def test_the_resume_offer_of_the_design() -> None:
    saved = datetime(2026, 11, 20, 9, 12, tzinfo=UTC)
    used = 61 * 60 + 20
    assert wording.resume_offer(9, 20, used, saved, NOW, UTC) == (
        "A sitting is open: question 9 of 20, 61 minutes used, saved today 09:12. Enter resumes it."
    )
    assert wording.resume_line(9, 20, used, saved, NOW, UTC) == (
        "Resume: question 9 of 20, 61 minutes used, saved today 09:12"
    )
    assert wording.place(1, 20, 61) == "question 1 of 20, 1 minute used"


def test_a_sitting_held_elsewhere() -> None:
    said = (
        "This sitting is open in another window, saved 12 s ago. Enter moves it here; the other"
        " becomes read-only."
    )
    held = NOW - timedelta(seconds=12)
    assert wording.held_elsewhere(("other", held), "mine", NOW) == said
    assert wording.held_elsewhere(("mine", held), "mine", NOW) == ""
    assert wording.held_elsewhere(None, "mine", NOW) == ""
    # killed long ago, or the clock was set back by a day since: nobody is there
    for long_ago in (NOW - timedelta(minutes=5), NOW + timedelta(days=1)):
        assert wording.held_elsewhere(("other", long_ago), "mine", NOW) == ""


def test_other_sentences_of_the_design() -> None:
    assert wording.time_over(120) == (
        "The 120 minutes are over. You can go on; the report shows what was done in time."
    )
    assert wording.slept(7800) == "The computer slept for 2 h 10 min; the clock stood still."
    assert wording.left_at(9) == "Sitting saved at question 9. Continue with: quizapp exam"
    assert wording.result_so_far(58, 79, 19) == "58 of 79 so far; 19 points wait for you"
    assert wording.result_so_far(97, 97, 1) == "97 of 97 so far; 1 point waits for you"
    assert wording.compared(71, 63, datetime(2026, 11, 11, tzinfo=UTC), NOW, UTC) == (
        "63 on 11 November, so 8 points more."
    )
    assert wording.stood_still(0) == ""
