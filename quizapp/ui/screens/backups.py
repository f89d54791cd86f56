"""Restore a backup: choose one, confirm with y."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from quizapp.errors import QuizappError
from quizapp.study import wording
from quizapp.ui.keys import Key
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.rows import Row, Rows


class Backups(Page):
    """The backups there are, newest first."""

    ABOUT = (
        "Put an earlier copy of your progress in place of what is here. What is here now is "
        "backed up first, so nothing is lost either way."
    )
    AUTO_FOCUS = "Rows"
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "ask", "Restore"),
        Key("y", "restore", "Yes", footer=False),
        Key("n", "keep", "No", footer=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self.asked: Path | None = None

    def content(self) -> ComposeResult:
        yield Rows()

    def on_mount(self) -> None:
        self.title_line("Restore a backup")
        now = self.services.now()
        self.query_one(Rows).set_rows(
            [
                Row(wording.moment_text(when, now), path.name, path)
                for path, when in self.services.progress.backups()
            ]
        )

    @on(Rows.Chosen)
    def clicked(self) -> None:
        self.action_ask()

    def action_ask(self) -> None:
        key = self.query_one(Rows).key
        if isinstance(key, Path):
            self.asked = key
            self.status.say(f"Put {key.name} in place of your progress? It is backed up first. y/n")

    def action_keep(self) -> None:
        self.asked = None
        self.status.say("Nothing was changed.")

    def action_restore(self) -> None:
        if self.asked is None:
            return
        try:
            kept = self.services.progress.restore(self.asked, now=self.services.now())
        except QuizappError as problem:
            self.status.say(str(problem))
            return
        self.asked = None
        self.status.say(f"Restored. What was here before is in {kept.name}.")
