"""Nothing typed is lost: autosave, kill -9, signals, two windows, a full disk."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from quizapp.study.progress import Progress
from quizapp.ui.services import Services
from tests.ui.conftest import Open, OpenWindow, Window

FULL = "Not saved: the disk is full. Your text stays here; saving is tried again every 5 seconds."


async def test_durable_within_a_second(open_app: Open, saved: Callable[[], Progress]) -> None:
    async with open_app() as student:
        await student.begin()
        await student.write("every word counts")
        await student.press("left", "left")
        await student.pilot.pause(1.0)
        sitting = saved().open_sitting()
        assert sitting is not None
        response = sitting.responses["q01"]["a"]
        assert (response.text, response.cursor) == ("every word counts", 15)
        await student.press("ctrl+l")
        await student.pilot.pause(0.1)
        again = saved().open_sitting()
        assert again is not None
        assert again.later == frozenset({"q01"})
        assert (again.at, again.focus) == ("q02", "a")


async def test_leaving_the_mode_or_the_box_saves_at_once(
    open_app: Open, saved: Callable[[], Progress]
) -> None:
    async with open_app() as student:
        await student.begin()
        await student.write("one")
        await student.press("escape")
        assert saved().sitting(student.sitting.sitting.id).text("q01", "a") == "one"
        sitting_id = student.sitting.sitting.id
        await student.press("e")
        await student.write(" two")
        await student.press("ctrl+g", "w")
        await student.sees("Week 2 · ")
        assert saved().sitting(sitting_id).text("q01", "a") == "one two"
        await student.press("g", "e")
        await student.sees("Question 1 of 20")
        assert student.sitting.clock.interruptions == 1


def write_and_wait(window: Window) -> None:
    """Question 1 in part, question 4 (a), a mark for later; a second passes."""
    window.sees("Find out where you stand")
    window.type("g")
    window.sees("Go to:")
    window.type("e")
    window.sees("New sitting")
    window.type("\r")
    window.sees("Question 1 of 20")
    window.type("Gradients shrink · ½ [MASK]")
    window.type("\x0c")  # Ctrl+L: later, and on to the next
    window.sees("Question 2 of 20")
    window.type("\x0e")
    window.sees("Question 3 of 20")
    window.type("\x0e")
    window.sees("Question 4 of 20")
    window.type("32x32x16\x1b[D\x1b[D")  # the cursor two to the left
    window.sees("read as 32 × 32 × 16")
    time.sleep(1.0)
    window.read()


def check_resumed(window: Window) -> None:
    window.sees("1  Resume the sitting: question 4 of 20")
    window.type("\r")
    window.sees("Resume: question 4 of 20")
    window.type("\r")
    window.sees("read as 32 × 32 × 16")
    window.sees("1■l 2□ 3□ 4◧")
    window.type("0")  # typed where the cursor stood
    window.sees("[ 32x32x016")
    window.type("\x1b")
    time.sleep(0.2)
    for number in (3, 2, 1):
        window.type("\x1bp")
        window.sees(f"Question {number} of 20")
    window.sees("Gradients shrink · ½ [MASK]")


def test_kill_9_a_second_after_the_last_key(open_window: OpenWindow, data_folder: Path) -> None:
    window = open_window()
    write_and_wait(window)
    window.process.send_signal(signal.SIGKILL)
    window.wait()
    with Progress.open(data_folder, now=datetime.now(UTC)) as progress:
        sitting = progress.open_sitting()
        assert sitting is not None
        assert 0.3 < sitting.seconds_used < 30.0
        assert sitting.responses["q04"]["a"].cursor == 6
    check_resumed(open_window())


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_saves_and_ends(open_window: OpenWindow, data_folder: Path, name: str) -> None:
    window = open_window("exam")
    window.sees("New sitting")
    window.type("\r")
    window.sees("Question 1 of 20")
    window.type("not yet saved")
    window.sees("not yet saved")
    window.process.send_signal(getattr(signal, name))
    assert window.wait() == 0
    assert b"Sitting saved at question 1. Continue with: quizapp exam" in window.said
    with Progress.open(data_folder, now=datetime.now(UTC)) as progress:
        sitting = progress.open_sitting()
        assert sitting is not None
        assert sitting.text("q01", "a") == "not yet saved"
        assert progress.holder(sitting.id) is None


async def test_a_second_window_takes_the_sitting(open_app: Open, data_folder: Path) -> None:
    async with AsyncExitStack() as windows:
        first = await windows.enter_async_context(open_app())
        await first.begin()
        await first.write("from the first")
        await first.pilot.pause(0.5)
        second = await windows.enter_async_context(open_app())
        await second.sees("Resume the sitting: question 1 of 20")
        await second.press("enter")
        await second.sees("This sitting is open in another window, saved")
        await second.sees("Enter moves it here; the other becomes read-only.")
        await second.press("enter")
        await second.sees("from the first")
        await second.write(" and the second")
        await second.pilot.pause(0.5)
        await first.write(" too late")
        await first.sees("This sitting was moved to another window; here it is read-only.")
        await first.sees("from the first too late")  # to be read and copied
        assert first.app.focused is None
        assert "read-only" in first.status
        await first.press("n", "p")
        await first.sees("from the first too late")
        await first.press("x", "y", "z")
        assert "xyz" not in first.text
        await second.press("ctrl+s")
        assert "saved" in second.status
    with Progress.open(data_folder, now=datetime.now(UTC)) as progress:
        sitting = progress.open_sitting()
        assert sitting is not None
        assert sitting.text("q01", "a") == "from the first and the second"


async def test_a_full_disk(open_app: Open, saved: Callable[[], Progress]) -> None:
    async with open_app() as student:
        await student.begin()
        db = student.app.services.progress._db
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        (most,) = db.execute("PRAGMA max_page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")
        await student.paste("all of it " * 1500)
        await student.until(lambda: "not saved" in student.status)
        assert student.status == f"{FULL} not saved"
        assert FULL in student.said
        await student.press("escape", "n")
        await student.sees("Question 2 of 20")
        await student.press("escape", "p")
        assert len(student.box) == 15_000
        db.execute(f"PRAGMA max_page_count = {most}")
        await student.until(lambda: "not saved" not in student.status, seconds=8.0)
        assert FULL not in student.status
        sitting = saved().open_sitting()
        assert sitting is not None
        assert sitting.text("q01", "a") == "all of it " * 1500


async def test_a_folder_that_cannot_be_written(open_app: Open, tmp_path: Path) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    async with open_app(services=Services(folder=blocked / "data")) as student:
        await student.sees("You can practise, but nothing will be remembered.")
        await student.sees("Set QUIZAPP_DATA_DIR to another folder.")
        await student.press("g", "e")
        await student.sees("New sitting")
        await student.press("enter")
        await student.sees("Question 1 of 20")
        await student.write("practised")
        await student.pilot.pause(0.4)
        assert student.box == "practised"


class Clock:
    """The learner's wall clock, moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **units: float) -> None:
        self.now += timedelta(**units)


async def test_whole_minutes_bold_below_five_and_hidden(open_app: Open) -> None:
    async with open_app() as student:
        await student.begin()
        clock = student.sitting.clock
        assert student.title.endswith("2 h left")
        for minutes, words in ((36, "1 h 24 min left"), (99, "21 min left"), (115.5, "5 min left")):
            clock.seconds_used = minutes * 60
            await student.sees(words, seconds=5)
        (span,) = student.sitting.clock_text().spans
        assert span.style == "bold"
        await student.press("escape", "t")
        assert "left" not in student.title
        await student.press("t")
        assert student.title.endswith("left")
        clock.seconds_used = 120 * 60 + 1
        await student.sees(
            "The 120 minutes are over. You can go on; the report shows what was done in time.",
            seconds=5,
        )
        await student.press("e")
        await student.write("still going on")
        assert student.box == "still going on"


async def test_the_clock_stands_still_in_another_mode(open_app: Open) -> None:
    async with open_app() as student:
        await student.begin()
        page = student.sitting
        await student.press("escape", "o")
        await student.sees("all questions")
        assert page.clock.running
        await student.press("g", "t")
        await student.until(lambda: not page.clock.running, seconds=5)
        used = page.clock.seconds_used
        await student.pilot.pause(1.2)
        assert page.clock.seconds_used == used
        await student.press("g", "e")
        await student.until(lambda: page.clock.running, seconds=5)
        assert page.clock.interruptions == 1
