"""What the palette offers: every key of the screen, every place, and the learner's data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from quizapp.errors import QuizappError
from quizapp.study import wording
from quizapp.ui.asking_settings import SETTINGS, ask
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.frame import MODES

if TYPE_CHECKING:
    from quizapp.content.model import Template
    from quizapp.ui.app import QuizApp
    from quizapp.ui.screens.exam import ExamStart

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
        title = f"{week.name.capitalize()}: {week.topic}"
        run = partial(open_week, app, week.week)
        yield SystemCommand(title, "Checklist and study notes", run)
    yield from _content(app)
    for title, about, asked in SETTINGS:
        yield SystemCommand(title, about, lambda asked=asked: ask(app, asked(app)))
    for title, about, action in (
        ("Back up now", "Copy the progress file beside it", _back_up),
        ("Restore a backup", "Put an earlier copy in its place", _restore),
        ("Export", "All progress as JSON lines", _export),
        ("Fit the forgetting curve", "To your own ratings, once there are enough", _fit),
        ("Doctor", "What works on this machine, and what does not", _doctor),
        ("Restart the solver", "When answers do not come", _restart),
    ):
        yield SystemCommand(title, about, partial(_told, app, action))
    for device in DEVICES:
        run = partial(_told, app, partial(_restart, device=device))
        yield SystemCommand(f"Device: {device}", "Where the kernels run", run)


def _content(app: QuizApp) -> Iterator[SystemCommand]:
    """Everything that can be asked, and the practice exam."""
    yield SystemCommand(
        "Start a sitting", "The practice exam, numbers as printed", partial(_sit, app)
    )
    if app.services.progress.open_sitting() is not None:
        yield SystemCommand("Resume the sitting", "Where it was left", partial(_resume, app))
    for number, question in enumerate(app.services.library.exam.questions, 1):
        about = f"{question.title} · week {question.week}"
        run = partial(open_question, app, question.id)
        yield SystemCommand(f"Question {number}", about, run)
    for template in app.services.templates.templates:
        about = f"{template.title} · week {template.week}"
        run_drill = partial(_drill, app, template)  # found by its name, not listed among all
        yield SystemCommand(f"Drill: {template.id}", about, run_drill, discover=False)


async def _exam_start(app: QuizApp) -> ExamStart | None:
    """The start of the practice exam; None where a sitting is open on top of it."""
    from quizapp.ui.screens.exam import ExamStart

    await app.switch_mode("exam")
    return app.screen if isinstance(app.screen, ExamStart) else None


async def _sit(app: QuizApp) -> None:
    start = await _exam_start(app)
    if start is not None:
        start.new_sitting()


async def _resume(app: QuizApp) -> None:
    start = await _exam_start(app)
    if start is not None:
        start.resume_unless_held()


def _drill(app: QuizApp, template: Template) -> None:
    from quizapp.ui.screens.drill import DrillPage

    app.push_screen(DrillPage([template]))


async def open_question(app: QuizApp, question_id: str) -> None:
    """Within a sitting the question there, else the question as a card."""
    from quizapp.ui.screens.sitting import SittingPage

    if isinstance(app.screen, SittingPage):
        await app.screen.go_to_question(question_id)
    else:
        await open_review(app, [question_id])


async def open_week(app: QuizApp, number: int) -> None:
    """Go to a week's checklist."""
    from quizapp.ui.screens.weeks import Weeks

    await app.switch_mode("weeks")
    if isinstance(app.screen, Weeks):
        app.screen.show_week(number)


async def open_review(app: QuizApp, cards: Sequence[str]) -> None:
    """Review these cards, in this order."""
    from quizapp.ui.screens.review import ReviewPage

    await app.switch_mode("review")
    if isinstance(app.screen, ReviewPage):
        app.screen.begin(cards)


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
    return f"Exported {wording.count(records, 'record')} to {target}."


async def _fit(app: QuizApp) -> str:
    """Begin the fitting; what it came to is said when it is done, minutes later perhaps."""
    from quizapp.study import fitting

    async def fit() -> None:
        await _told(app, lambda app: fitting.fit(app.services.progress, app.services.now()))

    app.run_worker(fit(), group="fit", exclusive=True)
    return "Fitting the forgetting curve to your ratings. You can go on meanwhile."


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
