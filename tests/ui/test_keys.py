"""Two states, typing and keys; Esc then a letter, however fast; leaving never loses anything."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from pathlib import Path

from quizapp.study.progress import Progress
from tests.ui.conftest import Open, OpenWindow


async def test_printable_keys_are_text_while_typing(open_app: Open) -> None:
    async with open_app() as student:
        await student.begin()
        every = "nlogfetspqukjhmrdxc?:/ 0123456789 [MASK] h[t] [/x] Ωß"
        await student.write(every)
        assert student.box == every
        assert "Question 1 of 20" in student.title


async def test_esc_leaves_the_box_and_letters_act(open_app: Open) -> None:
    async with open_app() as student:
        await student.begin()
        await student.write("kept")
        await student.press("escape")
        assert student.app.focused is None
        assert student.footer.startswith("Enter Next")
        await student.press("n")
        await student.sees("Question 2 of 20")
        await student.press("escape", "p")
        await student.sees("Question 1 of 20")
        assert student.box == "kept"


async def test_esc_and_a_letter_typed_fast_types_nothing(open_app: Open) -> None:
    async with open_app() as student:
        await student.begin()
        await student.write("kept")
        page = student.sitting
        for letter in string.ascii_lowercase:
            while student.app.screen is not page:
                await student.press("escape")
            await page.go_to_question("q01")
            await student.pilot.pause()
            assert student.box == "kept"
            await student.esc_then(letter)
            written = [text for parts in page.texts.values() for text, _ in parts.values()]
            assert [text for text in written if text] == ["kept"], letter


async def test_esc_and_a_letter_typed_fast_acts(open_app: Open) -> None:
    async with open_app() as student:
        await student.begin()
        await student.esc_then("n")
        await student.sees("Question 2 of 20")
        await student.esc_then("p")
        await student.sees("Question 1 of 20")
        await student.esc_then("l")
        await student.sees("1□l")
        await student.esc_then("o")
        await student.sees("all questions")
        await student.press("escape")
        await student.esc_then("g")
        await student.sees("Go to:")
        await student.press("escape")
        await student.esc_then("f")
        await student.sees("before you finish")


async def test_q_quits_only_when_pressed_twice(open_app: Open) -> None:
    async with open_app() as student:
        await student.sees("Find out where you stand")
        await student.press("q")
        assert student.status == "q again quits. Everything is saved."
        await student.press("down", "q")
        assert student.app.is_running
        assert student.app.return_code is None
        await student.press("q")
        assert student.app.return_code == 0


async def test_esc_q_typed_fast_leaves_the_box_so_that_the_second_q_quits(open_app: Open) -> None:
    async with open_app() as student:
        await student.begin()
        await student.write("kept")
        await student.esc_then("q")
        await student.sees("q again quits")
        await student.press("q")
        assert student.app.return_code == 0


async def test_ctrl_c_says_how_to_quit(open_app: Open) -> None:
    async with open_app() as student:
        await student.press("ctrl+c")
        assert student.status.startswith("Ctrl+Q quits. Everything is saved.")
        await student.begin()
        await student.press("ctrl+c")
        assert student.status.startswith("Ctrl+Q quits. Everything is saved.")
        await student.press("ctrl+q")
        assert student.app.return_code == 0


async def test_go_to_takes_one_letter(open_app: Open) -> None:
    async with open_app() as student:
        await student.sees("Find out where you stand")
        for letter, words in (("w", "Week 2"), ("e", "New sitting"), ("p", "No attempts yet")):
            await student.press("g")
            await student.sees("Go to:")
            await student.press(letter)
            await student.sees(words)
        await student.press("g", "escape")
        await student.sees("No attempts yet")
        await student.press("g", "t")
        await student.sees("Friday" if "Friday" in student.text else "Now")


async def test_help_names_every_key_and_closes(open_app: Open) -> None:
    async with open_app((120, 60)) as student:
        await student.begin()
        page = student.sitting
        for key in ("f1", "escape"):
            await student.press(key)
        await student.press("f1")
        await student.sees("This box")
        for entry in page.all_keys():
            if entry.listed:
                assert entry.label in student.text, entry
        await student.press("escape")
        assert student.app.screen is page
        await student.press("escape", "question_mark")
        await student.sees("Keys")
        await student.press("escape")


async def test_the_palette_has_every_key_of_the_screen(open_app: Open) -> None:
    async with open_app((100, 40)) as student:
        await student.begin()
        page = student.sitting
        titles = {command.title for command in student.app.get_system_commands(page)}
        missing = {key.label for key in page.all_keys() if key.listed} - titles
        assert missing <= {"Commands"}
        await student.press("ctrl+p")
        await student.sees("Search")
        await student.write("week 7")
        await student.sees("Week 7")
        await student.press("enter")
        await student.sees("Week 7 · ")


def test_keys_in_a_real_terminal(open_window: OpenWindow) -> None:
    window = open_window()
    window.sees("Find out where you stand")
    window.type("g")
    window.sees("Go to:")
    window.type("e")
    window.sees("New sitting")
    window.type("\r")
    window.sees("Question 1 of 20")
    window.type("√d_k · ŷ [MASK]")
    window.sees("√d_k · ŷ [MASK]")
    window.type("\x1bn")  # Esc n within the escape delay
    window.sees("Question 2 of 20")
    window.type("\x1bq")
    window.sees("q again quits")
    window.type("q")
    assert window.wait() == 0
    assert "Sitting saved at question 2. Continue with: quizapp exam" in window.said.decode()


def test_keys_that_arrive_all_at_once_go_where_they_belong(
    open_window: OpenWindow, data_folder: Path
) -> None:
    """As over a slow connection: text, Enter, Ctrl+N and Esc in one read."""
    window = open_window("exam")
    window.sees("New sitting")
    window.type("\r")
    window.sees("Question 1 of 20")
    window.type("first answer\x0esecond answer\x0e\x0e32x32x16\r1,216\rfifth")
    window.sees("Question 5 of 20")
    window.sees("fifth")
    window.type("\x1bp")
    window.sees("Question 4 of 20")
    window.sees("read as 32 × 32 × 16")
    window.sees("read as 1,216")
    window.type(" \x0eand more\x11")
    assert window.wait() == 0
    with Progress.open(data_folder, now=datetime.now(UTC)) as progress:
        sitting = progress.open_sitting()
        assert sitting is not None
        texts = {question: sitting.texts(question) for question in sitting.responses}
    assert {key: value.strip() for key, value in texts.pop("q04").items()} == {
        "a": "32x32x16",
        "b": "1,216",
    }
    assert texts == {
        "q01": {"a": "first answer"},
        "q02": {"a": "second answer"},
        "q05": {"a": "fifthand more"},
    }


async def test_a_letter_typed_at_once_after_g_goes(open_app: Open) -> None:
    async with open_app() as student:
        await student.sees("Now")
        await student.write("ge")
        await student.sees("New sitting")
