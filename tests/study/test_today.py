"""What Today shows, in its words: the day, the lines, what they are worth, where the points are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec import structs

from quizapp.content.model import Library, TemplateSet
from quizapp.marking.grade import Grade, PartGrade
from quizapp.study import settings
from quizapp.study.cards import Deck, deck
from quizapp.study.days import days_between
from quizapp.study.memory import Rating
from quizapp.study.progress import Progress
from quizapp.study.today import (
    Today,
    WeekPoints,
    adding_up,
    changed_minutes,
    shortened,
    today,
)
from quizapp.study.written import days_left

DAY = timedelta(days=1)


@pytest.fixture
def cards(library: Library) -> Deck:
    return deck(library, TemplateSet(()))


def rate(progress: Progress, card: str, when: datetime, rating: Rating = Rating.GOOD) -> None:
    model = progress.model(when, UTC)
    progress.rate(card, rating, suggested=rating, model=model, now=when)


def learn(progress: Progress, now: datetime, questions: int) -> None:
    """The first practice questions, twice: ten days ago and a day later."""
    for number in range(1, questions + 1):
        rate(progress, f"q{number:02}", now - 10 * DAY)
        rate(progress, f"q{number:02}", now - 9 * DAY)


def grade(part: str, points: float, max_points: float) -> PartGrade:
    right = points == max_points
    return PartGrade(
        part=part, verdict="right" if right else "wrong", points=points, max_points=max_points
    )


def test_the_first_day(progress: Progress, library: Library, cards: Deck, now: datetime) -> None:
    first = today(library, cards, progress, now=now, tz=UTC)
    assert (first.date, first.exam, first.time) == (
        "Friday 20 November",
        "",
        "45 minutes, 0 used today",
    )
    assert (first.expecting, first.expected) == ("Expected points", "no evidence yet")
    assert (first.share, first.after, first.sums) == (None, "", ("", ""))
    assert (first.notice, first.undone, first.due) == ("", "", "")
    assert [line.kind for line in first.lines] == ["start", "date", "look"]
    assert [line.title for line in first.lines[1:]] == [
        "Set your exam date.",
        "Look at the practice exam.",
    ]
    assert not any(line.minutes or line.worth for line in first.lines)
    assert [week.possible for week in first.weeks[:4]] == [21, 19, 14, 12]
    assert {week.expected for week in first.weeks} == {None}


def test_a_day_with_a_plan(
    progress: Progress, library: Library, cards: Deck, now: datetime
) -> None:
    settings.set_exam_date(progress, "4 Dec", now, UTC)
    learn(progress, now, 12)
    progress.record_attempt(
        "q20", grade("a", 0, 8), now=now, kind="drill", response="x", seconds=480
    )
    shown = today(library, cards, progress, now=now, tz=UTC)
    assert (shown.date, shown.exam) == ("Friday 20 November", "exam Friday 4 December")
    assert shown.time == "45 minutes, 8 used today"
    assert shown.expecting == "Expected on the day"
    points = float(shown.expected.split()[0])
    assert shown.expected.startswith(f"{points:.0f} of 98 points, likely ")
    assert shown.share == pytest.approx(points / 98, abs=0.006)
    planned, left = map(int, shown.sums[0].split(" of "))
    assert left == 37
    assert planned <= left
    assert planned == sum(int(line.minutes) for line in shown.lines)
    assert float(shown.sums[1]) == pytest.approx(sum(float(line.worth) for line in shown.lines))
    assert float(shown.after) == pytest.approx(points + float(shown.sums[1]), abs=0.6)
    assert all(line.cards and line.reason for line in shown.lines)
    assert sum(week.possible for week in shown.weeks) == 98
    assert all(week.expected and 0 < week.share < 1 for week in shown.weeks)


def test_without_an_exam_date_it_looks_thirty_days_ahead(
    progress: Progress, library: Library, cards: Deck, now: datetime
) -> None:
    learn(progress, now, 12)
    shown = today(library, cards, progress, now=now, tz=UTC)
    assert (shown.exam, shown.expecting) == ("", "Expected in 30 days")


@pytest.mark.parametrize(
    ("day", "expecting", "notice"),
    [
        (
            "2026-11-20",
            "Expected today",
            "Your exam is today. 15 minutes of what you know, nothing new.",
        ),
        (
            "2026-11-13",
            "Expected in 30 days",
            "Your exam date, 13 November, has passed. e sets a new one; without one, reviews are"
            " spread as usual.",
        ),
    ],
    ids=["today", "over"],
)
def test_the_day_of_the_exam_and_after_it(
    progress: Progress,
    library: Library,
    cards: Deck,
    now: datetime,
    day: str,
    expecting: str,
    notice: str,
) -> None:
    learn(progress, now, 12)
    progress.set_setting("exam_date", day, now=now)
    shown = today(library, cards, progress, now=now, tz=UTC)
    assert (shown.expecting, shown.notice) == (expecting, notice)


def test_all_minutes_used(progress: Progress, library: Library, cards: Deck, now: datetime) -> None:
    settings.set_exam_date(progress, "4 Dec", now, UTC)
    learn(progress, now, 12)
    wrong = grade("a", 0, 8)
    for _ in range(4):
        progress.record_attempt("q20", wrong, now=now, kind="drill", response="x", seconds=13 * 60)
    shown = today(library, cards, progress, now=now, tz=UTC)
    assert (shown.lines, shown.after, shown.sums) == ((), "", ("", ""))
    assert shown.notice == "Today's minutes are used. → adds some."
    assert shown.undone.startswith("Left for another day: 12 cards due")
    assert shown.due == "12 cards due, all of them late"
    assert changed_minutes(shown, 5) == 60  # the next that leaves any
    assert changed_minutes(shown, -5) == 40
    settings.set_minutes_today(progress, 60, now, UTC)
    more = today(library, cards, progress, now=now, tz=UTC)
    assert more.time == "60 minutes, 52 used today"
    assert more.lines
    assert changed_minutes(more, 5) == 65


def test_nothing_due(progress: Progress, library: Library, cards: Deck, now: datetime) -> None:
    for card in cards.cards:
        rate(progress, card.id, now - timedelta(minutes=1), Rating.EASY)
    settings.set_minutes_today(progress, 5, now, UTC)
    shown = today(library, cards, progress, now=now, tz=UTC)
    assert shown.due == ""
    assert shown.notice.startswith("Nothing is due today. Next: ")


def test_an_open_sitting_and_one_to_mark_come_first(
    progress: Progress, library: Library, cards: Deck, now: datetime
) -> None:
    finished = progress.start_sitting(now=now - 5 * DAY)
    progress.finish_sitting(finished.id, now=now - 5 * DAY, exam=library.exam)
    parts = (grade("a", 2.5, 2.5), grade("b", 0, 2.5))
    progress.record_grades(finished.id, [Grade(question="q04", parts=parts)], now=now - 5 * DAY)
    sitting = progress.start_sitting(now=now)
    progress.save_sitting(sitting.id, now=now, window="w", at="q09")
    shown = today(library, cards, progress, now=now, tz=UTC)
    first, second, *rest = shown.lines
    assert (first.kind, first.title, first.sitting) == (
        "resume",
        "Resume the sitting: question 9 of 20",
        sitting.id,
    )
    assert (second.kind, second.title, second.sitting) == (
        "marking",
        "Marking left from 15 November: 22 parts",
        finished.id,
    )
    assert "look" not in {line.kind for line in rest}
    progress.save_sitting(sitting.id, now=now, window="w", at="gone")
    again = today(library, cards, progress, now=now, tz=UTC)
    assert again.lines[0].title == "Resume the sitting: question 1 of 20"


@pytest.mark.parametrize(
    ("cards_due", "late", "sentence"),
    [
        (0, 0, ""),
        (1, 0, "1 card due"),
        (1, 1, "1 card due, and late"),
        (3, 2, "3 cards due, 2 of them late"),
        (3, 3, "3 cards due, all of them late"),
    ],
)
def test_what_is_due(
    progress: Progress,
    library: Library,
    cards: Deck,
    now: datetime,
    cards_due: int,
    late: int,
    sentence: str,
) -> None:
    model = progress.model(now, UTC)
    days = days_between(now, model.rated(None, Rating.EASY, now).due, UTC)
    for number in range(cards_due):
        begun = now - (days + (number < late)) * DAY
        rate(progress, f"q{number + 1:02}", begun, Rating.EASY)
    assert today(library, cards, progress, now=now, tz=UTC).due == sentence


# --------------------------------------------------------------------- numbers and weeks


@pytest.mark.parametrize(
    ("numbers", "whole"),
    [
        ([], []),
        ([3.5, 3.7, 4.9, 12.2], [3, 4, 5, 12]),
        ([0.3, 0.3, 0.3], [1, 0, 0]),
        ([2.0, 3.0], [2, 3]),
    ],
)
def test_rounded_lines_add_up_to_the_rounded_sum(numbers: list[float], whole: list[int]) -> None:
    assert adding_up(numbers) == whole
    assert sum(whole) == round(sum(numbers))


def week(number: int, expected: float | None) -> WeekPoints:
    return WeekPoints(week=number, title=f"Week {number}", possible=number, expected=expected)


def test_the_last_weeks_become_one_line() -> None:
    weeks = [week(number, number / 2) for number in range(2, 12)]
    assert shortened(weeks, 10) == tuple(weeks)
    *first, rest = shortened(weeks, 5)
    assert first == weeks[:4]
    assert (rest.week, rest.title) == (None, "six other weeks")
    assert (rest.possible, rest.expected) == (51, 25.5)
    unknown = shortened([structs.replace(one, expected=None) for one in weeks], 4)[-1]
    assert (unknown.title, unknown.expected) == ("seven other weeks", None)


@pytest.mark.parametrize(
    ("exam", "words"),
    [
        (None, ""),
        (date(2026, 11, 13), ""),
        (date(2026, 11, 20), "today"),
        (date(2026, 11, 21), "tomorrow"),
        (date(2026, 11, 22), "2 days left"),
        (date(2029, 11, 20), "1,096 days left"),
    ],
)
def test_the_days_left(exam: date | None, words: str) -> None:
    assert days_left(exam, date(2026, 11, 20)) == words


def test_a_plan_of_this_day_is_a_value(
    progress: Progress, library: Library, cards: Deck, now: datetime
) -> None:
    """The same data gives the same screen."""
    learn(progress, now, 8)
    both = [today(library, cards, progress, now=now, tz=UTC) for _ in range(2)]
    assert both[0] == both[1]
    assert isinstance(both[0], Today)
