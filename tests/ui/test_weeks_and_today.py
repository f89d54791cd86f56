"""Claims and notes of the weeks; what Today says first."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from quizapp.study.progress import Progress
from tests.ui.conftest import Open, OpenWindow

REAL = Path(__file__).parents[2] / "questions"


async def test_claims_are_saved_at_once_and_undone(
    open_app: Open, saved: Callable[[], Progress]
) -> None:
    async with open_app() as student:
        await student.press("g", "w")
        await student.sees("claimed 0 of 9")
        await student.press("down", "down", "space")
        await student.sees("claimed 1 of 9")
        assert student.status.startswith("Claimed.")
        assert list(saved().claims()) == ["w02-3"]
        await student.press("down", "space", "u")
        await student.sees("claimed 1 of 9")
        assert list(saved().claims()) == ["w02-3"]
        await student.press("u")
        await student.sees("claimed 0 of 9")
        await student.press("u")
        assert student.status.startswith("Nothing to undo.")
        assert not saved().claims()
        await student.click("[ ]", row=4)
        await student.sees("claimed 1 of 9")


async def test_undo_in_another_week_says_what_it_undid(
    open_app: Open, saved: Callable[[], Progress]
) -> None:
    async with open_app() as student:
        await student.press("g", "w")
        await student.sees("claimed 0 of 9")
        await student.press("space", "right")
        await student.sees("Week 3 · ")
        await student.press("u")
        assert not saved().claims()
        await student.sees("Week 2 · ")


async def test_from_week_to_week_and_through_the_notes(open_app: Open) -> None:
    async with open_app() as student:
        await student.press("g", "w")
        await student.sees("Week 2 · ")
        await student.press("left")
        await student.sees("Week 2 · ")
        await student.press("right", "right")
        await student.sees("Week 4 · Convolution and filters")
        await student.press("o")
        await student.sees("points and claims")
        await student.press("end", "enter")
        await student.sees("Week 11 · Graph neural networks")
        await student.press("right")
        await student.sees("Week 11 · ")
        await student.press("enter")
        await student.sees("Week 11 · study notes")
        sections = int(student.title.rsplit(" ", 1)[1])
        assert student.title.endswith(f"1 of {sections}")
        await student.press("n", "p", "n")
        await student.sees(f"2 of {sections}")
        await student.press(*["enter"] * (sections - 2))
        await student.sees(f"{sections} of {sections}")
        assert student.footer.startswith("Enter Back to the checklist")
        await student.press("enter")
        await student.sees("I can …")
    async with open_app() as student:  # the next day
        await student.press("g", "w")
        await student.sees("Week 11 · ")


async def test_today_from_the_first_run_on(open_app: Open) -> None:
    async with open_app() as student:
        await student.sees("no evidence yet")
        assert "› 1  Practice exam: 20 questions, 98 points" in student.text
        assert "2  Study: notes and checklist of week 2" in student.text
        assert "week 10  Transformers" in student.text
        await student.press("down", "enter")
        await student.sees("Week 2 · ")
        await student.press("escape")
        await student.press("up")
        await student.begin()
        await student.write("something")
        await student.press("g")
        await student.press("escape", "escape", "g", "t")
        await student.sees("› 1  Resume the sitting: question 1 of 20")
        await student.press("enter")
        await student.sees("Question 1 of 20")  # resumed at once
        assert "something" in student.text
        await student.press("escape", "f")
        await student.sees("before you finish")
        await student.press("down", "enter")
        await student.sees("Marking · question 1")
        await student.press("g", "t")
        await student.sees("1  Marking left from")
        assert "1 part" in student.text
        await student.press("enter")  # the marking page, as it was left
        await student.sees("Marking · question 1")


async def test_a_broken_question_file_is_named_and_the_rest_works(
    open_app: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = tmp_path / "extra" / "weeks"
    extra.mkdir(parents=True)
    source = (REAL / "weeks" / "week-04.yaml").read_text(encoding="utf-8")
    (extra / "week-12.yaml").write_text(source.replace("week: 4", "weak: 12", 1), encoding="utf-8")
    monkeypatch.setenv("QUIZAPP_QUESTIONS", str(extra.parent))
    async with open_app() as student:
        await student.sees("This file is left out, the rest works. All problems: quizapp lint.")
        assert "week-12.yaml, line" in student.said
        await student.begin()


def test_a_damaged_progress_file_is_moved_and_said(
    open_window: OpenWindow, data_folder: Path
) -> None:
    data_folder.mkdir()
    (data_folder / "progress.sqlite3").write_bytes(b"not a database at all" * 500)
    window = open_window(columns=160)
    window.sees("Your progress file could not be read. It was moved, not deleted, to")
    window.sees("A new one is in use.")
    assert any((data_folder / "damaged").iterdir())
    window.type("\x11")
    assert window.wait() == 0


def test_a_progress_file_of_a_newer_quizapp_ends_in_one_sentence(
    open_window: OpenWindow, data_folder: Path
) -> None:
    Progress.open(data_folder, now=datetime.now(UTC)).close()
    path = data_folder / "progress.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
        db.execute("UPDATE about SET value = '2.1' WHERE name = 'written_by'")
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    for words in ((), ("exam",)):
        window = open_window(*words, columns=120)
        assert window.wait() == 1
        said = window.said.decode()
        assert (
            "quizapp: This progress file was written by quizapp 2.1. Update quizapp; the file was "
            "not touched." in said
        )
        assert "Traceback" not in said
    assert path.read_bytes() == before
