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

from quizapp.errors import QuizappError
from quizapp.ui import theme
from quizapp.ui.services import Services

if TYPE_CHECKING:
    from quizapp.solving import SolverEvent
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


def _drill() -> Page:
    from quizapp.ui.screens.drill_start import DrillStart

    return DrillStart()


def _review() -> Page:
    from quizapp.ui.screens.review import ReviewPage

    return ReviewPage()


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
        "drill": _drill,
        "review": _review,
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
        self.format_errors_said = False  # that they cost nothing, said once
        self.farewell = ""  # a sentence for the shell
        self.problem: QuizappError | None = None  # what ended the app
        self._start_mode = start
        self._said: set[str] = set()  # sentences that are said once
        self.services.on_solver_event = self._solver_event
        self.register_theme(theme.DARK)
        self.register_theme(theme.LIGHT)
        # Set without its watcher, which would read all styles a second time at the start.
        self.set_reactive(App.theme, theme.DARK.name)

    def _solver_event(self, event: SolverEvent) -> None:
        """Say what the person should know; confirmed answers are silent."""
        if event.kind not in ("torch-missing", "restarted", "disagreement"):
            return
        if event.message in self._said:
            return
        if event.kind == "torch-missing":
            self._said.add(event.message)
        self.notice = event.message
        self.set_timer(0.3, self.say_notice)

    def say_notice(self) -> None:
        """Say it on the screen that is there; one that is at work says how far it is instead."""
        from quizapp.ui.screens.page import Page

        page = self.screen
        if self.notice and isinstance(page, Page) and not page.busy:
            page.status.say(self.notice)
            self.notice = ""

    def get_css_variables(self) -> dict[str, str]:
        return theme.with_roles(super().get_css_variables())

    def on_mount(self) -> None:
        if self._start_mode != "today":
            self.switch_mode(self._start_mode)
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                number = getattr(signal, name)
                loop.add_signal_handler(number, self.call_later, self.action_quit)

    async def on_unmount(self) -> None:
        await self.services.close()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        from quizapp.ui.commands import commands

        yield from commands(self, screen)
        yield from super().get_system_commands(screen)

    def _handle_exception(self, error: Exception) -> None:
        """A problem that no screen can handle ends the app with its sentence, no traceback."""
        if isinstance(error, QuizappError):
            self.problem = self.problem or error
            self.exit(return_code=error.exit_status)
        elif self.problem is None:  # else a screen that was being closed
            super()._handle_exception(error)

    async def action_quit(self) -> None:
        """Quit at once, after the keys that were typed before."""
        from quizapp.ui.screens.page import Page

        if isinstance(self.screen, Page):
            await self.screen.settle()
        self.exit()

    def action_how_to_quit(self) -> None:
        from quizapp.ui.screens.page import Page

        if isinstance(self.screen, Page):
            self.screen.status.say("Ctrl+Q quits. Everything is saved.")


def run(*, start: str = "today", fresh: int | None = None) -> int:
    """Open the app; returns the exit status, raises what no screen could handle."""
    app = QuizApp(start=start, fresh=fresh)
    app.run()
    if app.problem is not None:
        raise app.problem
    if app.farewell:
        sys.stdout.write(app.farewell + "\n")
    return app.return_code or 0
