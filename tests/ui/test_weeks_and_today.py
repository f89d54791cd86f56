"""Claims and notes of the weeks; what Today says first."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from quizapp.content import bank
from quizapp.marking.grade import PartGrade
from quizapp.study.progress import Progress
from quizapp.ui.screens.drill import DrillPage
from quizapp.ui.screens.week_aside import WeekAside
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
        await student.sees("Beyond · ")
        await student.press("right")
        await student.sees("Beyond · ")
        assert student.title.endswith("‹11")
        await student.press("left")
        await student.sees("Week 11 · Graph neural networks")
        assert student.title.endswith("‹10  beyond›")
        await student.press("s")
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


def record(saved: Callable[[], Progress], question: str, verdicts: str) -> None:
    """Attempts on part (a): r right, w wrong."""
    for seed, letter in enumerate(verdicts):
        grade = PartGrade(
            part="a",
            verdict="right" if letter == "r" else "wrong",
            points=2.0 if letter == "r" else 0.0,
            max_points=2,
            misconception="" if letter == "r" else "conv-params/no-bias",
        )
        saved().record_attempt(
            question, grade, now=datetime.now(UTC), kind="drill", response="1", seed=seed
        )


async def test_evidence_beside_the_claim(open_app: Open, saved: Callable[[], Progress]) -> None:
    async with open_app() as student:
        await student.press("g", "w", "right", "right")
        await student.sees("No attempts in this week yet. Enter drills item 1.")
        assert "claimed 0 of 8, evidenced 0" in student.title
        record(saved, "q04", "rrwww")  # a practice question of the items 3, 4, 5 and 7
        await student.press(*["down"] * 4, "space")
        await student.sees("claimed 1 of 8")
        await student.press("g", "t")
        await student.press("g", "w")  # what was recorded meanwhile counts
        await student.sees("[x]     ✗ 2 of 5  Q4")
        await student.sees("2 of the last 5 right; the last three matched no-bias.")
        assert list(saved().claims()) == ["w04-5"]
    async with open_app() as student:
        await student.press("g", "w")
        await student.sees("Claim and evidence disagree on item 5.")
        await student.press(*["down"] * 3, "space")
        assert student.status.startswith("Claimed. The evidence is against it.")
        await student.press("space")
        assert student.status.startswith("No longer claimed.")
        record(saved, "q04", "r")
        assert list(saved().claims()) == ["w04-5"]


async def test_enter_drills_exactly_the_focused_item(open_app: Open) -> None:
    async with open_app() as student:
        await student.press("g", "w", "right", "right", "down", "down", "down")
        await student.sees("choose 'valid' or 'same' padding and find the p that keeps the size.")
        assert student.footer.startswith("Enter Drill it  Space Claim  ←→ Week  s Notes  / Filter")
        await student.press("enter")
        await student.until(lambda: isinstance(student.app.screen, DrillPage))
        assert isinstance(student.app.screen, DrillPage)
        templates = student.app.screen.templates
        item = student.app.services.library.week(4).checklist[3]
        assert templates
        assert all(set(template.concepts) & set(item.concepts) for template in templates)
        await student.sees("Enter Check")
        while isinstance(student.app.screen, DrillPage):  # out of the box, out of the drill
            await student.press("escape")
        await student.sees("Week 4 · ")
        assert "›  4  " in student.text  # as it was left


async def test_an_item_without_template_is_reviewed_as_a_card(open_app: Open) -> None:
    async with open_app() as student:
        await student.press("g", "w", *["right"] * 7)
        await student.sees("Week 9 · ")
        await student.sees("No attempts in this week yet.")
        assert student.footer.startswith("Enter Review it")
        await student.press("d")
        await student.sees("There is no numeric template on this item.")
        await student.press("enter")
        await student.sees("Review · 1 of 1")
        await student.sees("Show in a few words that you can")


async def test_what_there_is_to_watch_and_read(
    open_app: Open,
    saved: Callable[[], Progress],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser, asked = tmp_path / "browser", tmp_path / "asked"
    browser.write_text(f'#!/bin/sh\necho "$1" > {asked}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    resource = bank.load().week(4).resources[0]
    async with open_app() as student:
        await student.press("g", "w", "right", "right")
        await student.sees("To watch and read")
        await student.press(*["down"] * 8)
        await student.sees(resource.url)
        assert student.footer.startswith("Enter Open link  Space Tick")
        await student.press("space")
        assert student.status.startswith("Ticked.")
        assert list(saved().claims()) == [resource.id]
        await student.sees("claimed 0 of 8")  # no checklist item
        await student.press("c")
        assert f"Copied: {resource.url}" in student.status
        await student.press("enter")
        await student.sees(f"Opened in your browser: {resource.url}")
        assert asked.read_text().strip() == resource.url
        await student.press("u")
        assert not saved().claims()
        monkeypatch.setenv("BROWSER", "false")
        await student.press("enter")
        await student.sees(f"No browser opens from here. c copies the link: {resource.url}")


async def test_the_filter_finds_items_of_all_weeks(
    open_app: Open, saved: Callable[[], Progress]
) -> None:
    async with open_app() as student:
        await student.press("g", "w", "slash")
        await student.write("receptive field")
        await student.sees("Weeks · items with these words")
        assert student.title.endswith("1 item")
        assert "     4  explain weight sharing" in student.text
        assert student.footer.startswith("Enter To the list")
        await student.press("enter", "space")
        assert list(saved().claims()) == ["w04-8"]
        await student.press("escape")
        await student.sees("Week 4 · ")
        assert "›  8  explain weight sharing" in student.text
        await student.press("slash")
        await student.write("[/x] zebra")
        await student.sees("No checklist item has these words.")
        await student.press("escape", "enter", "space", "s", "d", "escape")
        await student.sees("Week 4 · ")
        assert list(saved().claims()) == ["w04-8"]


async def test_beside_the_list_of_a_wide_window(
    open_app: Open, saved: Callable[[], Progress]
) -> None:
    record(saved, "q04", "rrr")
    async with open_app((160, 40)) as student:
        await student.press("g", "w", "right", "right", *["down"] * 4)
        await student.sees("5  I can count convolution parameters with biases and explain")
        await student.sees("Not claimed. 3 of the last 3 right.")
        await student.sees("practice question 4.")
        await student.sees("Channels in, filters out")  # its study note
        assert "4 of 8" in next(row for row in student.rows if "  4  Convolution" in row)
        await student.press("tab")
        assert isinstance(student.app.focused, WeekAside)
        await student.press("pagedown")
        await student.until(lambda: student.app.focused.scroll_y > 0)  # type: ignore[union-attr]


async def test_today_from_the_first_run_on(open_app: Open) -> None:
    async with open_app() as student:
        await student.sees("no evidence yet")
        assert "› 1  Find out where you stand: 10 fresh questions, about" in student.text
        assert "2  Set your exam date." in student.text
        assert "3  Look at the practice exam." in student.text
        assert "week 10  Transformers" in student.text
        await student.press("3", "enter")
        await student.sees("New sitting")
        await student.press("enter")
        await student.sees("Question 1 of 20")
        await student.write("something")
        await student.press("g")
        await student.press("escape", "escape", "g", "t")
        await student.sees("› 1  Resume the sitting: question 1 of 20")
        assert "Look at the practice exam" not in student.text
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
