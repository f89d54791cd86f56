"""What the palette offers: every key of the screen, every place, and the learner's data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from quizapp.errors import QuizappError
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.frame import MODES

if TYPE_CHECKING:
    from quizapp.ui.app import QuizApp

DEVICES = ("auto", "cpu", "cuda", "mps")


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
        title = f"Week {week.week}: {week.topic}"
        run = partial(open_week, app, week.week)
        yield SystemCommand(title, "Checklist and study notes", run)
    for title, about, action in (
        ("Back up now", "Copy the progress file beside it", _back_up),
        ("Restore a backup", "Put an earlier copy in its place", _restore),
        ("Export", "All progress as JSON lines", _export),
        ("Doctor", "What works on this machine, and what does not", _doctor),
        ("Restart the solver", "When answers do not come", _restart),
    ):
        yield SystemCommand(title, about, partial(_told, app, action))
    for device in DEVICES:
        run = partial(_told, app, partial(_restart, device=device))
        yield SystemCommand(f"Device: {device}", "Where the kernels run", run)


async def open_week(app: QuizApp, number: int) -> None:
    """Go to a week's checklist."""
    from quizapp.ui.screens.weeks import Weeks

    await app.switch_mode("weeks")
    if isinstance(app.screen, Weeks):
        app.screen.show_week(number)


async def _told(app: QuizApp, action: Callable[[QuizApp], Awaitable[str]]) -> None:
    """Run a command; what it says, or why it can't, stands in the status line."""
    try:
        said = await action(app)
    except QuizappError as problem:
        said = str(problem)
    if said and isinstance(app.screen, Page):
        app.screen.status.say(said)


async def _back_up(app: QuizApp) -> str:
    return f"Backed up to {app.services.progress.backup(now=app.services.now())}."


async def _export(app: QuizApp) -> str:
    now = app.services.now()
    target = app.services.progress.path.with_name(f"quizapp-{now:%Y%m%d-%H%M%S}.jsonl")
    records = app.services.progress.export_to(target, now=now)
    return f"Exported {records:,} records to {target}."


async def _restore(app: QuizApp) -> str:
    from quizapp.ui.screens.backups import Backups

    if not app.services.progress.backups():
        return "There is no backup yet."
    app.push_screen(Backups())
    return ""


async def _doctor(app: QuizApp) -> str:
    from quizapp.ui.screens.doctor import DoctorPage

    app.push_screen(DoctorPage())
    return ""


async def _restart(app: QuizApp, device: str | None = None) -> str:
    await app.services.solver.restart(device)
    return f"The solver was started again{f' on {device}' if device else ''}."
