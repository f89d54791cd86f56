"""Drilling with keys: the answer, the diagnosis, hints and their price, another try."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from quizapp.content.model import Given
from quizapp.marking.numbers import shown
from quizapp.study.progress import Progress
from quizapp.ui.screens.drill import DrillPage
from tests.ui.conftest import Open, Student

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture(autouse=True)
def one_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample template, beside those that come with quizapp."""
    folder = tmp_path / "mine" / "numeric"
    folder.mkdir(parents=True)
    shutil.copy(SAMPLES / "numeric" / "convolution.yaml", folder / "mine.yaml")
    monkeypatch.setenv("QUIZAPP_QUESTIONS", str(folder.parent))


async def begin(student: Student) -> DrillPage:
    """Find the sample template by the filter and open it."""
    await student.sees("Find out where you stand")
    await student.press("g", "d")
    await student.sees("week 4")
    await student.press("slash")
    await student.write("sample-layer")
    await student.press("enter", "enter")
    await student.sees("A convolution layer takes")
    assert isinstance(student.app.screen, DrillPage)
    return student.app.screen


def key(page: DrillPage, part: str) -> Given:
    assert page.variant is not None
    return page.variant.key(page.variant.question.part(part))


def right(page: DrillPage, part: str) -> str:
    value = key(page, part)
    return "x".join(map(str, value)) if isinstance(value, list) else str(value)


def wrong(page: DrillPage, part: str, misconception: str) -> str:
    """What this misconception gives for the numbers on the screen."""
    assert page.variant is not None
    assert page.variant.solution is not None
    ask = page.variant.question.part(part).ask
    found = {w.id: w.value for w in page.variant.solution.wrong_answers_for(ask)}
    return shown(found[misconception]).replace(",", "")


async def test_a_right_answer_leads_to_fresh_numbers(
    open_app: Open, saved: Callable[[], Progress]
) -> None:
    async with open_app() as student:
        page = await begin(student)
        first = page.variant
        await student.write(right(page, "a"))
        await student.press("enter")
        await student.write(right(page, "b"))
        await student.press("enter")
        await student.sees("5 of 5 points")
        assert student.text.count("✓ right") == 2
        attempts = saved().attempts_on("sample-layer")
        assert {(a.grade.part, a.grade.points, a.kind) for a in attempts} == {
            ("a", 2.0, "drill"),
            ("b", 3.0, "drill"),
        }
        assert first is not None
        assert {a.seed for a in attempts} == {first.seed}
        await student.press("enter")
        await student.until(lambda: page.grade is None and page.variant is not first)


async def test_a_misconception_is_named_with_the_step_where_it_departs(open_app: Open) -> None:
    async with open_app(size=(80, 44)) as student:
        page = await begin(student)
        await student.write(right(page, "a"))
        await student.press("enter")
        await student.write(wrong(page, "b", "conv-params/no-bias"))
        await student.press("enter")
        await student.sees("is what you get when the biases are left out (no-bias).")
        await student.sees("biases, one per filter")
        assert "← your response departs here" in student.said
        assert "4 parameters ·" in student.said  # still covered
        await student.press("s")
        await student.until(lambda: "4 parameters ·" not in student.said)
        assert f"= {key(page, 'b'):,}" in student.said


async def test_hints_name_their_price_first_and_take_it(open_app: Open) -> None:
    async with open_app() as student:
        page = await begin(student)
        await student.write(right(page, "a"))
        await student.press("ctrl+t")
        await student.sees("Hint 1 of 3 takes ¼ of (a): 2 points become 1½. h again shows it.")
        assert "The way:" not in student.said
        await student.press("ctrl+t")
        await student.sees("(a) is worth 1½ points now.")
        await student.sees("The way: height with padding")
        await student.press("enter")
        await student.write(right(page, "b"))
        await student.press("enter")
        await student.sees("Right, with 1 hint: 1½ of 2 points.")
        await student.sees("4½ of 5 points")


async def test_a_format_error_costs_nothing_and_is_not_recorded(
    open_app: Open, saved: Callable[[], Progress]
) -> None:
    async with open_app() as student:
        page = await begin(student)
        await student.write("12a6")
        await student.press("ctrl+s")
        await student.sees("Write it like 32x32x16.")
        await student.sees("This costs nothing.")
        assert page.grade is None
        assert saved().attempts_on("sample-layer") == []


async def test_trying_again_keeps_what_was_right_and_earns_nothing(
    open_app: Open, saved: Callable[[], Progress]
) -> None:
    async with open_app() as student:
        page = await begin(student)
        await student.write(right(page, "a"))
        await student.press("enter")
        await student.write("1")
        await student.press("enter")
        await student.sees("2 of 5 points")
        same = page.variant
        await student.press("r")
        await student.until(lambda: page.grade is None and page.view is not None)
        assert page.variant is same
        assert page.view is not None
        assert page.view.texts["a"][0] == right(page, "a")
        await student.until(lambda: student.app.focused is not None)
        await student.write(right(page, "b"))
        await student.press("enter")
        await student.sees("0 of 5 points")
        last = saved().attempts_on("sample-layer", limit=2)
        assert [attempt.grade.points for attempt in last] == [0.0, 0.0]


async def test_steps_before_an_answer_cost_everything_and_say_so(open_app: Open) -> None:
    async with open_app() as student:
        page = await begin(student)
        await student.press("escape", "s")
        await student.sees("All steps before an answer leave no points. s again shows them.")
        assert "Steps of (a)" not in student.said
        await student.press("s")
        await student.sees("Steps of (a)")
        await student.press("e")
        await student.write(right(page, "a"))
        await student.press("ctrl+s")
        await student.sees("Right, with all steps: 0 of 2 points.")


async def test_the_note_behind_a_question_is_one_key_away(open_app: Open) -> None:
    async with open_app() as student:
        await begin(student)
        await student.press("escape", "w")
        await student.sees("Week 4 · study notes")
        await student.press("escape")
        await student.sees("A convolution layer takes")


async def test_what_goes_wrong_most_comes_first(open_app: Open) -> None:
    async with open_app() as student:
        await begin(student)
        await student.write("1x1x1")
        await student.press("ctrl+s")
        await student.sees("0 of 5 points")
        await student.press("escape")
        await student.sees("sample-layer")
        await student.press("slash", "ctrl+u", "enter")
        await student.sees("What you get wrong most")


async def test_the_same_question_as_multiple_choice(open_app: Open) -> None:
    async with open_app() as student:
        page = await begin(student)
        await student.press("escape", "m")
        await student.until(lambda: page.offered is not None)
        assert page.offered is not None
        assert page.variant is not None
        assert "1 ( )" in student.text
        letters = [choice.id for choice in page.offered.choices["a"]]
        where = letters.index(page.offered.key("a"))
        await student.press(str(where + 1), "ctrl+s")
        await student.sees("2 of 5 points")
        assert "✓ right" in student.text
