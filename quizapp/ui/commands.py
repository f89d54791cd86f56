"""What the palette offers: every key of the screen, every place, and the learner's data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.frame import MODES

if TYPE_CHECKING:
    from quizapp.ui.app import QuizApp


def commands(app: QuizApp, screen: Screen[object]) -> Iterator[SystemCommand]:
    """The commands of this moment."""
    if isinstance(screen, Page):
        for key in screen.all_keys():
            if key.listed and key.action != "app.command_palette":
                run = partial(screen.run_action, key.action)
                yield SystemCommand(key.label, f"This screen, key {key.name}", run)
    for mode, name, letter in MODES:
        yield SystemCommand(f"Go to {name}", f"Keys g {letter}", partial(app.switch_mode, mode))
    for week in app.services.library.weeks:
        yield SystemCommand(
            f"Week {week.week}: {week.title}",
            "Checklist and study notes",
            partial(open_week, app, week.week),
        )
    yield SystemCommand("Back up now", "Copy the progress file", partial(_back_up, app))


async def open_week(app: QuizApp, number: int) -> None:
    """Go to a week's checklist."""
    from quizapp.ui.screens.weeks import Weeks

    await app.switch_mode("weeks")
    if isinstance(app.screen, Weeks):
        app.screen.show_week(number)


def _back_up(app: QuizApp) -> None:
    path = app.services.progress.backup(now=app.services.now())
    if isinstance(app.screen, Page):
        app.screen.status.say(f"Backed up to {path}.")
