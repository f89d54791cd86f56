"""Reviewing with keys: answer, rating, undo, skip, another window; text cards and the head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from quizapp.study.memory import Rating
from quizapp.study.progress import Progress
from quizapp.ui.screens.review import ReviewPage
from tests.ui.conftest import Open, Student

NUMERIC = "lstm-parameters"
INTERVIEW = "iv-01"
ITEM = "w08-2"
ANSWER = "A composition of linear maps is linear, so depth gains nothing."


@pytest.fixture
def due(data_folder: Path) -> Callable[..., None]:
    """Has these cards learnt six days ago, so that they are due."""

    def learnt(*cards: str, rating: Rating = Rating.HARD) -> None:
        past = datetime.now(UTC) - timedelta(days=6)
        with Progress.open(data_folder, now=past) as progress:
            for card in cards:
                progress.rate(card, rating, suggested=None, model=progress.model(past), now=past)

    return learnt


async def begin(student: Student, cards: Sequence[str] = ()) -> ReviewPage:
    await student.press("g", "r")
    await student.until(lambda: isinstance(student.app.screen, ReviewPage))
    page = student.app.screen
    assert isinstance(page, ReviewPage)
    await student.until(lambda: page.variant is not None)
    if cards:
        page.begin(cards)
        await student.until(lambda: page.variant is not None and page.asking.id == cards[0])
    await student.sees("Review · 1 of")
    return page


def right(page: ReviewPage) -> str:
    assert page.variant is not None
    return str(page.variant.key(page.variant.question.parts[0]))


async def test_a_right_answer_suggests_good_and_enter_takes_it(
    due: Callable[..., None], open_app: Open, saved: Callable[[], Progress]
) -> None:
    due(NUMERIC)
    async with open_app() as student:
        page = await begin(student)
        await student.write(right(page))
        await student.press("enter")
        await student.sees("Right. How well did you know it?")
        assert student.footer.startswith("Enter Good")
        (attempt,) = saved().attempts_on(NUMERIC)
        assert (attempt.kind, attempt.grade.verdict) == ("review", "right")
        await student.press("enter")
        await student.sees("1 card, 1 minute, 1 right. Enter goes on with today's plan.")
        memory = saved().memory(NUMERIC)
        assert memory is not None
        assert memory.due > datetime.now(UTC) + timedelta(days=1)


async def test_a_wrong_answer_comes_back_and_is_offered_for_drilling(
    due: Callable[..., None], open_app: Open, saved: Callable[[], Progress]
) -> None:
    due(NUMERIC)
    async with open_app() as student:
        page = await begin(student)
        first = page.variant
        await student.write("7")
        await student.press("enter")
        await student.sees("in 10 minutes")
        assert student.footer.startswith("Enter Again")
        await student.press("enter")
        await student.until(lambda: page.variant is not None and page.variant is not first)
        await student.sees("1 of 1")  # the same card, with other numbers
        await student.write(right(page))
        await student.press("enter")
        await student.sees("How well did you know it?")
        await student.press("2")
        await student.sees("0 right. Enter goes on with today's plan; d drills the 1")
        assert len(saved().attempts_on(NUMERIC)) == 2


async def test_a_text_card_is_marked_on_the_sheet(
    due: Callable[..., None], open_app: Open, saved: Callable[[], Progress]
) -> None:
    due(INTERVIEW)
    async with open_app() as student:
        await begin(student)
        await student.write(ANSWER)
        await student.press("ctrl+s")
        await student.sees("Model answer")
        await student.press("escape")  # back to the question: what was written is still there
        await student.until(lambda: isinstance(student.app.screen, ReviewPage))
        assert ANSWER in student.said
        await student.press("ctrl+s")
        await student.sees("criterion")
        await student.press("1", "0")
        for number in "234":
            await student.press(number)
        await student.press("enter")
        await student.sees("How well did you know it?")
        assert "of 4" in student.text
        (attempt,) = saved().attempts_on(INTERVIEW)
        assert attempt.response == ANSWER
        assert attempt.grade.criteria == ("iv-01-k2", "iv-01-k3", "iv-01-k4")


async def test_what_was_answered_in_the_head_is_rated_but_no_attempt(
    due: Callable[..., None], open_app: Open, saved: Callable[[], Progress]
) -> None:
    due(INTERVIEW)
    async with open_app() as student:
        await begin(student)
        await student.press("ctrl+s")
        await student.sees("Nothing was written: tick what you thought of.")
        await student.press("1", "2", "3", "4", "enter")
        await student.sees("Right. How well did you know it?")
        await student.press("4")
        await student.sees("1 card, 1 minute, 1 right.")
        assert saved().attempts_on(INTERVIEW) == []
        memory = saved().memory(INTERVIEW)
        assert memory is not None
        assert memory.stability > 5


async def test_a_checklist_item_is_compared_with_its_note_and_rated(
    due: Callable[..., None], open_app: Open, saved: Callable[[], Progress]
) -> None:
    due(ITEM)
    async with open_app() as student:
        await begin(student)
        await student.sees("Show in a few words that you can")
        await student.write("many to one")
        await student.press("ctrl+s")
        await student.sees("Model answer")
        await student.press("enter")
        await student.sees("How well did you know it?")
        assert "suggested" not in student.text
        await student.press("enter")
        await student.sees("1 card")
        assert saved().attempts_on(ITEM) == []


async def test_the_last_rating_is_taken_back_and_given_again(
    due: Callable[..., None], open_app: Open, saved: Callable[[], Progress]
) -> None:
    due(NUMERIC, INTERVIEW)
    async with open_app() as student:
        page = await begin(student, [NUMERIC, INTERVIEW])
        before = saved().memory(NUMERIC)
        await student.write(right(page))
        await student.press("enter")
        await student.sees("How well did you know it?")
        await student.press("4")
        await student.sees("2 of 2")
        assert saved().memory(NUMERIC) != before
        await student.esc_then("u")
        await student.sees("The last rating is taken back.")
        assert saved().memory(NUMERIC) == before
        await student.sees("How well did you know it?")
        await student.press("3")
        await student.sees("2 of 2")
        memory = saved().memory(NUMERIC)
        assert memory is not None
        assert before is not None
        assert memory.last > before.last


async def test_a_skipped_card_is_not_due_any_more_today(
    due: Callable[..., None], open_app: Open, saved: Callable[[], Progress]
) -> None:
    due(NUMERIC)
    async with open_app() as student:
        await begin(student)
        await student.press("ctrl+n")
        await student.sees("Nothing is due.")
        now = datetime.now(UTC)
        assert saved().due(now) == []
        assert saved().due(now + timedelta(days=1)) == [NUMERIC]


async def test_a_card_rated_in_another_window_is_told_and_not_rated_twice(
    due: Callable[..., None], open_app: Open, saved: Callable[[], Progress]
) -> None:
    due(NUMERIC)
    async with open_app() as student:
        page = await begin(student)
        await student.write(right(page))
        await student.press("enter")
        await student.sees("How well did you know it?")
        other, now = saved(), datetime.now(UTC)
        theirs = other.rate(NUMERIC, Rating.EASY, suggested=None, model=other.model(now), now=now)
        await student.press("enter")
        await student.sees("rated in another window")
        assert saved().memory(NUMERIC) == theirs


async def test_nothing_due_says_what_comes_next(open_app: Open) -> None:
    async with open_app() as student:
        await student.press("g", "r")
        await student.sees("Nothing is due.")
        assert student.footer.startswith("Enter Today's plan")
        await student.press("d")
        await student.sees("there is nothing to drill here")
