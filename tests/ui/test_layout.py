"""Every screen at every size: one footer row, the primary action first in it, nothing lost."""

from __future__ import annotations

import pytest

from quizapp.ui.widgets.frame import MODES, KeyBar
from tests.ui.conftest import Open, OpenWindow, Student

SIZES = ((60, 16), (80, 24), (120, 40), (200, 60))


async def resize(student: Student, width: int, height: int) -> None:
    await student.pilot.resize_terminal(width, height)
    await student.pilot.pause()
    await student.until(lambda: len(student.rows) == height and len(student.rows[0]) == width)
    await student.pilot.pause(0.05)


async def check(student: Student, first: str, words: str) -> None:
    """The footer begins with the primary action and is whole; the words stand on the screen."""
    for width, height in SIZES:
        await resize(student, width, height)
        at = f"at {width} × {height}:\n{student.text}"
        assert student.footer.startswith(first), at
        shown = student.footer
        for hint in student.app.screen.query_one(KeyBar).hints:
            entry = f"{hint.key} {hint.label}"
            if shown.startswith(entry):  # else it was left out, and never cut
                shown = shown.removeprefix(entry).lstrip()
        assert not shown, at
        assert "Help" in student.footer, at
        assert words in student.said, at
        assert "…" not in student.rows[0], at
        if width >= 80:
            assert "…" not in student.title, at
            assert "  ".join(name for _, name, _ in MODES) in student.rows[0], at


async def test_every_screen_at_every_size(open_app: Open) -> None:
    async with open_app() as student:
        await student.sees("Find out where you stand")
        await check(student, "Enter Start", "Find out where you stand: 10 fresh questions")
        await student.press("g", "w")
        await student.sees("Week 2 · ")
        await check(student, "Enter Drill it", "I can …")
        await student.press("o")
        await student.sees("points and claims")
        await check(student, "Enter Open", "Foundations of training")
        await student.press("enter", "s")
        await student.sees("study notes")
        await check(student, "Enter Next section", "study notes")
        await student.press("g", "p")
        await student.sees("No attempts yet")
        await check(student, "Enter Start with 10 questions", "No attempts yet.")
        await student.press("g", "e")
        await student.sees("New sitting")
        await check(student, "Enter Open", "clock 120 minutes")
        await student.press("enter")
        await student.sees("Question 1 of 20")
        await check(student, "^n Next question", "Say what it means for gradients to vanish")
        await student.write("I am not sure about this")
        await student.question(4)
        await check(student, "Enter Next", "What volume comes out?")
        await student.question(13)
        await check(student, "^n Next question", "Take the reader through")
        await student.press("escape")
        await check(student, "Enter Next", "Take the reader through")
        await student.press("o")
        await student.sees("all questions")
        await check(student, "Enter Open", "pooling")
        await student.press("escape", "f")
        await student.sees("before you finish")
        await check(student, "Enter Choose", "Finish and mark.")
        await student.press("down", "enter")
        await student.sees("Marking · question 1")
        await check(student, "Enter Confirm", "I am not sure about this")
        await student.press("enter")
        await student.sees("Report · sitting")
        await check(student, "Enter Open", "Q19")
        await student.press("enter")
        await student.sees("Question 19 ·")
        await check(student, "Enter Back to the report", "Design a system")
        await student.press("g", "p")
        await student.sees("Sittings")
        await check(student, "Enter Open", "of 98")
        await student.press("g", "t")
        await student.sees("Expected in 30 days")
        await check(student, "Enter Start", "Expected in 30 days")


async def test_too_small_and_back(open_app: Open) -> None:
    async with open_app() as student:
        await student.begin()
        text = "\n".join(f"line {number} of a long answer" for number in range(40))
        await student.paste(text)
        await student.press("up", "up", "home")
        await student.until(lambda: "saved" in student.status)
        before, focused = student.text, student.app.focused
        await resize(student, 50, 14)
        assert "This window is 50 × 14; quizapp needs 60 × 16. Everything is kept." in student.said
        assert "quizapp ask works in small windows." in student.said
        assert "Question 1" not in student.text
        await resize(student, 40, 12)
        assert "This window is 40 × 12; quizapp needs 60 × 16." in student.said
        await resize(student, 80, 24)
        assert student.text == before
        assert student.app.focused is focused
        await student.write("X")
        assert "Xline 37 of a long answer" in student.box


@pytest.mark.parametrize(
    ("env", "signs"),
    [
        ({"TERM": "linux"}, "1# 2."),
        ({"NO_COLOR": "1"}, "1■ 2□"),
        ({"NO_COLOR": ""}, "1■ 2□"),
    ],
)
def test_without_colour_each_state_has_its_sign(
    open_window: OpenWindow, env: dict[str, str], signs: str
) -> None:
    window = open_window("exam", **env)
    window.sees("New sitting")
    window.type("\r")
    window.sees("Question 1 of 20")
    window.type("answered")
    window.sees(signs)
    window.type("\x11")
    assert window.wait() == 0


async def test_the_light_theme(open_app: Open) -> None:
    async with open_app() as student:
        await student.sees("Find out where you stand")
        student.app.theme = "quizapp-light"
        await student.press("g", "w", "space")
        await student.sees("[x]")
        student.app.theme = "nord"  # one without our tokens
        await student.sees("[x]")
