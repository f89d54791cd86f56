"""The app: modes, themes and the services of this window; screens do the rest."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from quizapp.ui import theme
from quizapp.ui.services import Services

if TYPE_CHECKING:
    from quizapp.ui.screens.page import Page


def _today() -> Page:
    from quizapp.ui.screens.today import Today

    return Today()


def _weeks() -> Page:
    from quizapp.ui.screens.weeks import Weeks

    return Weeks()


def _exam() -> Page:
    from quizapp.ui.screens.exam import ExamStart

    return ExamStart()


def _progress() -> Page:
    from quizapp.ui.screens.progress import ProgressPage

    return ProgressPage()


class QuizApp(App[str]):
    """quizapp in the terminal."""

    CSS_PATH = "app.tcss"
    TITLE = "quizapp"
    ENABLE_COMMAND_PALETTE = True
    MODES: ClassVar[dict[str, str | Callable[[], Screen[object]]]] = {
        "today": _today,
        "weeks": _weeks,
        "exam": _exam,
        "progress": _progress,
    }
    DEFAULT_MODE = "today"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-tiny"),
        (60, "-narrow"),
        (80, "-normal"),
        (120, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-flat"),
        (16, "-low"),
        (24, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit at once", show=False, priority=True),
        Binding("ctrl+c", "how_to_quit", "How to quit", show=False),
    ]

    def __init__(
        self, services: Services | None = None, *, start: str = "today", fresh: int | None = None
    ) -> None:
        super().__init__()
        self.services = services or Services()
        self.fresh = fresh
        self.quit_armed = False
        self.notice = ""  # a sentence for the next screen
        self.farewell = ""  # a sentence for the shell
        self._start_mode = start
        self.register_theme(theme.DARK)
        self.register_theme(theme.LIGHT)
        self.theme = theme.DARK.name

    def get_css_variables(self) -> dict[str, str]:
        return theme.with_roles(super().get_css_variables())

    def on_mount(self) -> None:
        if self._start_mode != "today":
            self.switch_mode(self._start_mode)
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                loop.add_signal_handler(getattr(signal, name), self.exit)

    async def on_unmount(self) -> None:
        await self.services.close()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        from quizapp.ui.commands import commands

        yield from commands(self, screen)
        yield from super().get_system_commands(screen)

    def action_how_to_quit(self) -> None:
        from quizapp.ui.screens.page import Page

        if isinstance(self.screen, Page):
            self.screen.status.say("Ctrl+Q quits. Everything is saved.")


def run(*, start: str = "today", fresh: int | None = None) -> int:
    """Open the app; returns the exit status."""
    app = QuizApp(start=start, fresh=fresh)
    app.run()
    if app.farewell:
        sys.stdout.write(app.farewell + "\n")
    return app.return_code or 0
