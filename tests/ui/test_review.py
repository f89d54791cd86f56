"""Reviewing with keys: answer, rating, undo, skip, another window; text cards and the head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from quizapp.study.memory import Rating
from quizapp.study.progress import Progress
from quizapp.ui.commands import open_review
from quizapp.ui.screens.review import ReviewPage
from quizapp.ui.services import Services
from tests.ui.conftest import Open, Student

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NUMERIC = "lstm-parameters"
INTERVIEW = "iv-01"
ITEM = "w08-2"
ANSWER = "A composition of linear maps is linear, so depth gains nothing."


@pytest.fixture
def open_app(open_app: Open, data_folder: Path) -> Open:
    """A window whose clock stands still: no test is run while a day turns."""
    return partial(open_app, services=Services(folder=data_folder, clock=lambda: NOW))


@pytest.fixture
def due(data_folder: Path) -> Callable[..., None]:
    """Has these cards learnt six days ago, so that they are due."""

    def learnt(*cards: str, rating: Rating = Rating.HARD) -> None:
        past = NOW - timedelta(days=6)
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
        assert memory.due > NOW + timedelta(days=1)


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
        await student.sees(
            "0 right. Enter goes on with today's plan; d drills the one that was wrong."
        )
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
        assert saved().due(NOW) == []
        assert saved().due(NOW + timedelta(days=1)) == [NUMERIC]


async def test_a_card_rated_in_another_window_is_told_and_not_rated_twice(
    due: Callable[..., None], open_app: Open, saved: Callable[[], Progress]
) -> None:
    due(NUMERIC)
    async with open_app() as student:
        page = await begin(student)
        await student.write(right(page))
        await student.press("enter")
        await student.sees("How well did you know it?")
        other = saved()
        theirs = other.rate(NUMERIC, Rating.EASY, suggested=None, model=other.model(NOW), now=NOW)
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


async def test_the_plan_s_cards_are_reviewed_and_no_others(
    due: Callable[..., None], open_app: Open
) -> None:
    """Coming back to this mode begins what is due only where nothing else is asked for."""
    due(NUMERIC, INTERVIEW, ITEM)
    async with open_app() as student:
        page = await begin(student)
        await student.press("escape", "g", "t")
        await student.sees("Now")
        await open_review(student.app, [ITEM])
        await student.until(lambda: page.card is not None and page.card.id == ITEM)
        await student.pilot.pause(0.3)
        assert page.session.total == 1


async def test_what_is_written_outlives_the_window(
    due: Callable[..., None], open_app: Open, data_folder: Path
) -> None:
    due(NUMERIC, INTERVIEW)
    async with open_app(services=Services(folder=data_folder)) as student:
        page = await begin(student, [NUMERIC])
        asked = page.variant.prompt if page.variant else ""
        await student.write("123")
        await student.press("ctrl+t", "ctrl+t")
        page.begin([INTERVIEW])
        await student.sees("about 50 words")
        await student.write("Linear maps")
        await student.app.action_quit()
    async with open_app(services=Services(folder=data_folder)) as student:
        page = await begin(student, [INTERVIEW])
        assert student.box == "Linear maps"
        page.begin([NUMERIC])
        await student.sees("[ 123")
        assert page.variant is not None
        assert page.variant.prompt == asked
        assert page.taken == {"a": 1}
        await student.press("enter")
        await student.sees("How well did you know it?")
        page.next_card()
        page.begin([NUMERIC])
        await student.sees("[  ")
        assert student.box == ""


async def test_what_is_written_stays_where_the_plan_begins_again(
    due: Callable[..., None], open_app: Open
) -> None:
    due(NUMERIC, INTERVIEW)
    async with open_app() as student:
        page = await begin(student, [NUMERIC, INTERVIEW])
        await student.write("5")
        page.begin([INTERVIEW, NUMERIC])
        assert student.box == "5"
        await student.press("enter")
        await student.sees("How well did you know it?")
        page.begin([INTERVIEW, NUMERIC])
        await student.sees("How well did you know it?")
        assert "1 of 2" in student.title


async def test_ticks_outlive_going_back_to_the_answer(
    due: Callable[..., None], open_app: Open
) -> None:
    due(INTERVIEW)
    async with open_app() as student:
        await begin(student)
        await student.write(ANSWER)
        await student.press("ctrl+s")
        await student.sees("Marking")
        await student.press("2", "2")
        assert "½ of 1" in student.text
        await student.press("escape")
        await student.sees("Review · 1 of 1")
        await student.press("ctrl+s")
        await student.sees("Marking")
        assert "½ of 1" in student.text


async def test_one_key_too_many_rates_nothing(
    due: Callable[..., None], open_app: Open, saved: Callable[[], Progress]
) -> None:
    due(NUMERIC, INTERVIEW)
    async with open_app() as student:
        page = await begin(student, [NUMERIC, INTERVIEW])
        await student.write(right(page))
        await student.press("enter")
        await student.sees("How well did you know it?")
        page.action_rate(3)
        page.action_rate(3)
        page.action_skip()
        await student.sees("Review · 2 of 2")
        assert "window" not in student.status
        assert len(saved().due(datetime.now(UTC))) == 1


async def test_esc_cancels_a_check(due: Callable[..., None], open_app: Open) -> None:
    due(NUMERIC)
    async with open_app() as student:
        page = await begin(student)
        await student.write(right(page))
        services = student.app.services
        await services.solver.close()
        page.action_go_on()
        await student.until(lambda: page.checking or page.grade is not None)
        page.action_out()
        await student.until(lambda: not page.checking)
        if page.grade is None:
            assert student.status.startswith("Not checked. Your response is kept.")


async def test_copying_the_command(due: Callable[..., None], open_app: Open) -> None:
    due(NUMERIC, INTERVIEW)
    async with open_app() as student:
        page = await begin(student, [NUMERIC])
        await student.press("escape", "c")
        assert page.variant is not None
        assert student.status.startswith(
            f"Copied: quizapp ask {NUMERIC} --seed {page.variant.seed}"
        )


async def test_tab_goes_through_the_parts_of_a_text_card(
    due: Callable[..., None], open_app: Open
) -> None:
    due("q13")
    async with open_app() as student:
        page = await begin(student)
        for part in ("a", "b", "c", "d", "a"):
            await student.sees(f"› ({part})")
            await student.write(part)
            await student.press("tab")
        await student.press("shift+tab")
        await student.until(lambda: student.box == "aa")
        assert {key: text for key, (text, _) in page.texts.items()} == {
            "a": "aa",
            "b": "b",
            "c": "c",
            "d": "d",
        }


async def test_no_verdict_where_nothing_is_graded(due: Callable[..., None], open_app: Open) -> None:
    due(ITEM)
    async with open_app() as student:
        await begin(student)
        await student.write("gates")
        await student.press("ctrl+s")
        await student.sees("Model answer")
        assert "criterion" not in student.text
        assert student.footer.startswith("Enter Confirm  g Go to")
        await student.press("enter")
        await student.sees("How well did you know it?")
        assert "gates" in student.text
        assert "wrong" not in student.text
