"""The sittings of Progress: all of them, with their points."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from quizapp.study.sittings import SittingLine
from quizapp.ui.keys import Key
from quizapp.ui.screens import progress_rows as paint
from quizapp.ui.screens.progress_view import View
from quizapp.ui.widgets.rows import Row, Rows


class SittingsView(View):
    """Every sitting, newest first."""

    NAME: ClassVar[str] = "sittings"
    LETTERS: ClassVar[frozenset[str]] = frozenset({"table", "filter"})

    def compose(self) -> ComposeResult:
        yield Rows()

    def title(self) -> tuple[str, str]:
        lines = self.found.sittings if self.found else ()
        return "Progress · sittings", f"{len(lines)} marked" if lines else ""

    def show_all(self) -> None:
        lines = self.found.sittings[::-1] if self.found else ()
        now, width = self.services.now(), self.page.room.width - 3
        texts = paint.sitting_texts(lines, width, now, as_table=self.as_table)
        rows = [Row(text, key=line) for text, line in zip(texts, lines, strict=True)]
        none = Row(Content.styled("No sitting is marked yet.", "$quiet"), key="exam")
        self.query_one(Rows).set_rows(rows or [none])

    def take_focus(self) -> None:
        self.query_one(Rows).focus()

    def enter(self) -> Key | None:
        marked = isinstance(self.query_one(Rows).key, SittingLine)
        return Key("enter", "open", "Open the report" if marked else "Practice exam")

    def open(self) -> None:
        line = self.query_one(Rows).key
        if isinstance(line, SittingLine):
            self.page.open_report(line.id)
        else:
            self.app.switch_mode("exam")

    @on(Rows.Chosen)
    def clicked(self) -> None:
        self.open()
