"""The learner's settings as they are asked for, from a key or from the palette."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from quizapp.study import settings, written
from quizapp.study.days import study_date
from quizapp.ui.screens.page import Page
from quizapp.ui.screens.setting import Asked, SettingBox

if TYPE_CHECKING:
    from quizapp.ui.app import QuizApp


def ask(app: QuizApp, asked: Asked) -> None:
    """Show the box; what it comes to stands in the status line of the screen below."""

    def told(sentence: str | None) -> None:
        page = app.screen
        if sentence and isinstance(page, Page):
            page.show_saved(app.services.now())
            # After the page has taken in that it is on top again.
            page.call_later(page.say, sentence)

    app.push_screen(SettingBox(asked), told)


def exam_date(app: QuizApp) -> Asked:
    """The day of the exam; nothing removes it."""
    progress, now = app.services.progress, app.services.now
    day = settings.exam_date(progress)

    def read(text: str) -> str:
        today = study_date(now())
        return written.read_as(written.exam_date(text, today), today)

    def save(text: str) -> str:
        day = settings.set_exam_date(progress, text, now())
        return f"Exam: {read(text)}." if day else "No exam date; reviews are spread as usual."

    about = f"Like {written.examples(study_date(now()))}. Empty: no exam date."
    text = day.isoformat() if day else ""
    return Asked(title="Exam date", about=about, text=text, read=read, save=save)


def minutes_per_day(app: QuizApp) -> Asked:
    """How long to study on a day."""
    progress, now = app.services.progress, app.services.now

    def save(text: str) -> str:
        minutes = settings.set_minutes_per_day(progress, written.minutes(text), now())
        return f"{written.minutes_read_as(minutes)}."

    return Asked(
        title="Minutes per day",
        about="How long you want to study on a day. On Today, ← and → change a single day.",
        text=str(settings.minutes_per_day(progress)),
        read=lambda text: written.minutes_read_as(written.minutes(text)),
        save=save,
    )


def retention(app: QuizApp) -> Asked:
    """How well a card is to be known when it comes back."""
    progress, now = app.services.progress, app.services.now

    def save(text: str) -> str:
        share = settings.set_retention(progress, written.retention(text), now())
        return f"From the next rating on, {written.retention_read_as(share)}."

    return Asked(
        title="Desired retention",
        about="Higher: cards come back sooner and more often. 90 % is a good start.",
        text=f"{100 * settings.retention(progress):g} %",
        read=lambda text: written.retention_read_as(written.retention(text)),
        save=save,
    )


def import_file(app: QuizApp) -> Asked:
    """A file that was exported, on this computer or another."""
    progress = app.services.progress

    def read(text: str) -> str:
        path = _path(text)
        return str(path) if path.is_file() else ""

    def save(text: str) -> str:
        return str(progress.import_from(_path(text)))

    return Asked(
        title="Import",
        about="A file that quizapp exported. What is here already stays; nothing is doubled.",
        text=f"{progress.path.parent}/",
        read=read,
        save=save,
    )


def _path(text: str) -> Path:
    return Path(text.strip()).expanduser()


SETTINGS: tuple[tuple[str, str, Callable[[QuizApp], Asked]], ...] = (
    ("Set exam date", "The plan is made for that day", exam_date),
    ("Set minutes per day", "What the plan may take", minutes_per_day),
    ("Set desired retention", "How well cards are to be known when they come back", retention),
    ("Import", "Add what was exported elsewhere", import_file),
)
