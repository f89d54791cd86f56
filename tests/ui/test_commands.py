"""The palette reaches the learner's data, and every key of the screen."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from quizapp.study.progress import Progress
from quizapp.ui.app import QuizApp
from quizapp.ui.commands import commands
from quizapp.ui.screens.backups import Backups
from quizapp.ui.screens.page import Page
from quizapp.ui.services import Services

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def app_over(folder: Path) -> QuizApp:
    return QuizApp(Services(folder=folder, clock=lambda: NOW))


async def choose(app: QuizApp, pilot: Pilot[str], title: str) -> Page:
    """Run the palette's command of this name; returns the screen that is there then."""
    found = {command.title: command for command in commands(app, app.screen)}
    result = found[title].callback()
    if result is not None:
        await result
    await pilot.pause()
    assert isinstance(app.screen, Page)
    return app.screen


async def test_a_backup_is_made_and_put_back(tmp_path: Path) -> None:
    app = app_over(tmp_path)
    async with app.run_test() as pilot:
        await pilot.pause(0.1)
        app.services.progress.claim("w04-1", True, now=NOW)
        page = await choose(app, pilot, "Back up now")
        assert "Backed up to" in page.status.left.plain
        app.services.progress.claim("w04-1", False, now=NOW)
        app.services.progress.claim("w04-2", True, now=NOW)
        assert isinstance(await choose(app, pilot, "Restore a backup"), Backups)
        await pilot.press("y")  # nothing was asked yet
        assert list(app.services.progress.claims()) == ["w04-2"]
        await pilot.press("enter", "n")
        assert list(app.services.progress.claims()) == ["w04-2"]
        await pilot.press("enter", "y")
        assert list(app.services.progress.claims()) == ["w04-1"]
        assert len(app.services.progress.backups()) == 2


async def test_without_a_backup_it_says_so(tmp_path: Path) -> None:
    app = app_over(tmp_path)
    async with app.run_test() as pilot:
        await pilot.pause(0.1)
        page = await choose(app, pilot, "Restore a backup")
        assert page.status.left.plain == "There is no backup yet."


async def test_export_writes_a_file_that_can_be_imported(tmp_path: Path) -> None:
    app = app_over(tmp_path / "a")
    async with app.run_test() as pilot:
        await pilot.pause(0.1)
        app.services.progress.claim("w04-1", True, now=NOW)
        page = await choose(app, pilot, "Export")
        (exported,) = (tmp_path / "a").glob("*.jsonl")
        assert str(exported) in page.status.left.plain
    with Progress.open(tmp_path / "b", now=NOW) as other:
        other.import_from(exported)
        assert list(other.claims()) == ["w04-1"]


@pytest.mark.parametrize("mode", ["today", "weeks", "exam", "progress"])
async def test_every_key_of_a_screen_is_in_the_palette(tmp_path: Path, mode: str) -> None:
    app = app_over(tmp_path)
    async with app.run_test() as pilot:
        await app.switch_mode(mode)
        await pilot.pause(0.1)
        assert isinstance(app.screen, Page)
        titles = {command.title for command in commands(app, app.screen)}
        keys = {key.label for key in app.screen.all_keys() if key.listed}
        assert keys - titles == {"Commands"}
